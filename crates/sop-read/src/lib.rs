//! Turns bytes into redacted, anchored documents; one file a format.
//!
//! Raw text cannot leave this crate: `read` is its one way out, and it redacts before it builds a `Document`.

mod reader;
mod readers;

pub use reader::{About, People, PictureLine, Pictures, Reading, formats, read};
