//! The words of SOP Builder: the values that flow between its stages, and nothing that does work.
//!
//! A stage is a function from these values to these values. This crate reads no file, knows no clock and
//! depends on no other crate of the workspace.

pub mod safe;

mod anchor;
mod artifact;
mod document;
mod finding;
mod page;
mod phrases;
mod script;
mod sop;
mod trace;
mod warned;

pub use anchor::{Anchor, Place, letters};
pub use artifact::{Artifact, ArtifactId, Digest, LeftOut, Role, UNREADABLE};
pub use document::{Block, BlockKind, Column, ColumnType, Document, Format, Home, Piece, Redaction, Table};
pub use finding::{Finding, Question, Severity, Verdict};
pub use page::{Entry, Field, Form, Page, Part, Quoted};
pub use phrases::{Lang, Phrases};
pub use script::{Argument, Call, Constant, EnvVar, Exit, FileUse, Language, Remark, Schedule, Script, Usage};
pub use sop::*;
pub use trace::*;
pub use warned::{Problem, Warned};

/// A date and time as it was written, without a zone: what people at the desk saw.
pub type Moment = jiff::civil::DateTime;
