//! One file of the folder: what it is, where it stands, what part it plays.

use crate::Moment;
use serde::{Deserialize, Serialize};

/// Identifies an artifact: the first 12 hexadecimal digits of the BLAKE3 hash of its path and bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ArtifactId(pub String);

/// BLAKE3 hash of a file's bytes, as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Digest(pub String);

/// The part a file plays in the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Input,
    Script,
    Config,
    Output,
    Template,
    Record,
    Note,
    Message,
    PriorSop,
    Noise,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Input => "input",
            Role::Script => "script",
            Role::Config => "config",
            Role::Output => "output",
            Role::Template => "template",
            Role::Record => "record",
            Role::Note => "note",
            Role::Message => "message",
            Role::PriorSop => "prior SOP",
            Role::Noise => "noise",
        }
    }
}

/// A file of the folder, before it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    pub id: ArtifactId,
    /// Path relative to the folder, with `/` whatever the system.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    pub digest: Digest,
    /// Modification time in UTC, where the folder or archive keeps one. Of low trust: copies change it.
    pub modified: Option<Moment>,
}

impl Artifact {
    /// Returns the last component of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// How the reason begins for a file that should have been read.
pub const UNREADABLE: &str = "could not be read: ";

/// A file that was seen and not read, or read and kept out of every later stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub path: String,
    /// Why, in the user's words: "payroll data", "identity paper", "no reader for .psd".
    pub reason: String,
    /// True if the file holds sensitive data, so that its content is never quoted.
    pub sensitive: bool,
}
