//! Turns bytes into redacted, anchored documents; one file a format.
//!
//! Raw text cannot leave this crate: `read` is its one way out, and it redacts before it builds a `Document`.

mod customers;
mod reader;
mod readers;

pub use customers::{TELLING, conceal_customers};
pub use reader::{About, LONG_FROM, People, PictureLine, Pictures, Reading, formats, read, read_long, reads_long};
