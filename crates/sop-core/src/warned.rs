//! A value together with what went wrong while it was made. Stages warn, only the edges fail.

use serde::{Deserialize, Serialize};

/// Something the user should know about one file: it could not be read, or not wholly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Path of the file relative to the folder, with `/`.
    pub path: String,
    /// What is wrong, in the user's words, lower-case, no full stop.
    pub message: String,
    /// What to do about it, if anything.
    pub hint: Option<String>,
}

/// An output and the problems met on the way.
#[derive(Debug, Clone, Default)]
pub struct Warned<T> {
    pub output: T,
    pub problems: Vec<Problem>,
}

impl<T> Warned<T> {
    pub fn new(output: T) -> Self {
        Self { output, problems: Vec::new() }
    }
}
