//! What a reader is, and the one public way through all of them.

use crate::readers::READERS;
use sop_core::{Artifact, Document, Format, LeftOut, Problem, Warned};

/// A line of text found in a picture, in pixels from the top left corner.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureLine {
    pub text: String,
    pub x: u32,
    pub y: u32,
    pub w: u32,
    pub h: u32,
}

/// Recognises the text in pictures. The edge passes it in, so that it can keep a cache.
pub trait Pictures: Sync {
    /// Returns the lines of a PNG or JPEG picture from top to bottom, or why it cannot.
    fn lines(&self, bytes: &[u8]) -> Result<Vec<PictureLine>, String>;
}

/// What became of a file that was read.
#[derive(Debug)]
pub enum Reading {
    Document(Box<Document>),
    LeftOut(LeftOut),
}

/// A file on its way through a reader.
pub(crate) struct Input<'a> {
    pub artifact: &'a Artifact,
    /// Name to judge the format by; differs from the artifact's for an attachment.
    pub name: &'a str,
    pub bytes: &'a [u8],
    pub pictures: &'a dyn Pictures,
    /// How many files this one is inside of.
    pub depth: u8,
}

/// A document that has not been redacted. It cannot leave the crate.
pub(crate) struct Raw(pub Document);

/// A reader: what it takes, and the function that reads it.
pub(crate) struct Reader {
    pub name: &'static str,
    pub format: Format,
    /// Whether this reader takes the file, by content first and by name second.
    pub accepts: fn(&Input<'_>) -> bool,
    /// Reads the file, or says in the user's words why it cannot.
    pub read: fn(&Input<'_>) -> Result<Raw, String>,
}

/// Reads a file into a redacted document, or says why it is left out.
pub fn read(artifact: &Artifact, bytes: &[u8], pictures: &dyn Pictures) -> Warned<Option<Reading>> {
    todo!("helper B: choose the reader, catch panics, judge sensitivity, redact every string, or return a Problem")
}
