//! What a script does, as a parser saw it: what it reads, writes, calls, needs and how it stops.

use crate::ArtifactId;
use serde::{Deserialize, Serialize};

/// The language a script is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    Python,
    Shell,
    JavaScript,
    R,
    PowerShell,
}

/// A script and everything that was found in it. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Script {
    pub artifact: ArtifactId,
    pub path: String,
    pub language: Language,
    /// First sentence of its docstring or head comment.
    pub purpose: Option<Remark>,
    /// Commands that its docstring or head comment shows.
    pub usage: Vec<Usage>,
    pub arguments: Vec<Argument>,
    pub env: Vec<EnvVar>,
    pub reads: Vec<FileUse>,
    pub writes: Vec<FileUse>,
    pub calls: Vec<Call>,
    /// Modules of the same folder that it imports, as file names: `clean_orders.py`.
    pub imports: Vec<FileUse>,
    /// Packages from outside the standard library, as they are imported.
    pub packages: Vec<String>,
    pub exits: Vec<Exit>,
    pub constants: Vec<Constant>,
    /// Config keys it reads, as `section.key` or `key`.
    pub config_keys: Vec<FileUse>,
    /// Columns it needs by name.
    pub columns: Vec<String>,
    /// Every comment and docstring, a run of comment lines being one.
    pub remarks: Vec<Remark>,
    /// True if the parser met something it could not read.
    pub partial: bool,
}

/// A comment, as one line of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    pub text: String,
    pub from: u32,
    pub to: u32,
}

/// A command as the script's own words show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub command: String,
    /// What the line says about it, if it says anything.
    pub note: Option<String>,
    pub line: u32,
}

/// An argument of the command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    pub name: String,
    pub help: Option<String>,
    pub required: bool,
    pub line: u32,
}

/// An environment variable that is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvVar {
    pub name: String,
    /// True if the script stops without it.
    pub required: bool,
    pub line: u32,
}

/// A file or path that is used; unresolved pieces stand as `{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileUse {
    pub pattern: String,
    pub line: u32,
}

/// A program or script that is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub command: String,
    /// True if it reaches outside the machine or cannot be undone: send, upload, delete, pay.
    pub outward: bool,
    pub line: u32,
}

/// One way in which a script stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// `None` if the code is computed.
    pub code: Option<i32>,
    /// The message that is printed or logged before it, with `{name}` for what is filled in.
    pub message: Option<String>,
    /// The condition as the source has it: `pct > STOP_PCT`.
    pub condition: Option<String>,
    /// What the docstring or head comment says about this code.
    pub documented: Option<String>,
    pub line: u32,
    /// Line of the message, if it stands apart from the exit.
    pub message_line: Option<u32>,
    /// Line of the docstring or comment that documents the code.
    pub documented_line: Option<u32>,
}

/// A named constant: a threshold, a limit, a list of allowed values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constant {
    pub name: String,
    pub value: String,
    /// The comment beside it, or the run of comment lines just above it.
    pub comment: Option<String>,
    /// Line of the assignment.
    pub line: u32,
    /// First line of the comment, if it stands above.
    pub comment_from: Option<u32>,
}
