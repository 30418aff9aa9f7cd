//! Archives inside the folder: what they hold, by name, without unpacking them.

use crate::reader::{About, Input, Raw, Reader};
use sop_core::{Block, BlockKind, Document, Format, Place};
use std::io::Cursor;
use zip::ZipArchive;

pub(super) const READER: Reader = Reader {
    name: "archive",
    about: About { files: "a `.zip` inside the folder", taken: "the names of what it holds", anchor: "file", not_taken: "its content" },
    accepts,
    read,
};

/// A longer list says nothing more of the work.
const MAX_LISTED: usize = 500;

fn accepts(input: &Input<'_>) -> bool {
    input.bytes.starts_with(b"PK\x03\x04") || input.bytes.starts_with(b"PK\x05\x06")
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Archive);
    let remark = list(input.bytes, &mut doc.blocks)?;
    doc.remarks.push(remark);
    Ok(Raw(doc))
}

/// Adds the names of the members and returns what to remark of them.
fn list(bytes: &[u8], blocks: &mut Vec<Block>) -> Result<String, String> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|err| format!("the archive is broken: {err}"))?;
    let mut n_files = 0;
    for at in 0..zip.len() {
        let Ok(member) = zip.by_index_raw(at) else { continue };
        let Ok(name) = member.name() else { continue };
        if member.is_dir() {
            continue;
        }
        n_files += 1;
        if n_files <= MAX_LISTED {
            let place = Place::Inside { name: name.to_string(), place: Box::new(Place::File) };
            blocks.push(Block::new(BlockKind::Row, name.to_string(), place));
        }
    }
    Ok(match n_files {
        0 => "the archive is empty".to_owned(),
        1 => "1 file inside, listed and not unpacked".to_owned(),
        n if n > MAX_LISTED => format!("{n} files inside, the first {MAX_LISTED} listed, none unpacked"),
        n => format!("{n} files inside, listed and not unpacked"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        let said = list(bytes, &mut Vec::new()).unwrap_or_else(|message| message);
        assert!(said.starts_with(expected), "{said}");
    }

    #[test]
    fn empty_archive_says_so() {
        check(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "the archive is empty");
    }

    #[test]
    fn broken_archive_is_refused_in_plain_words() {
        check(b"PK\x03\x04 cut off", "the archive is broken");
    }
}
