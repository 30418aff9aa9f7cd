//! Archives inside the folder (.zip, .tar, .gz): what they hold by name, and each member that has a reader.

use crate::reader::{About, Input, Raw, Reader, read_inside};
use flate2::read::MultiGzDecoder;
use sop_core::{Block, BlockKind, Document, Format, Place};
use std::io::{Cursor, Read};
use zip::ZipArchive;

pub(super) const READER: Reader = Reader {
    name: "archive",
    about: About {
        files: "`.zip`, `.tar`, `.tar.gz`, `.tgz`, `.gz` inside the folder",
        taken: "the names of what it holds, and the members as if they lay in the folder, three archives deep",
        anchor: "member and the place in it",
        not_taken: "scripts as such, locked members, more than 2,000 members or 300 MB in all",
    },
    accepts,
    read,
};

/// A longer list says nothing more of the work.
const MAX_LISTED: usize = 500;
const MAX_MEMBER: u64 = 50_000_000;
const MAX_ENTRIES: usize = 100_000;
const MAX_BLOCKS: usize = 100_000;
/// Where programs put what nobody wrote.
const PASSED_OVER: &[&str] = &["__MACOSX", ".git", "node_modules", "__pycache__", ".venv", ".DS_Store", "Thumbs.db"];

fn accepts(input: &Input<'_>) -> bool {
    let name = input.name.to_lowercase();
    is_zip(input.bytes) || is_gzip(input.bytes) || is_tar(input.bytes) || name.ends_with(".tar") && input.bytes.len().is_multiple_of(512)
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b\x08")
}

fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut members = Members {
        input,
        doc: Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Archive),
        n_files: 0,
        n_read: 0,
        unread: Vec::new(),
        spent: false,
    };
    if is_zip(input.bytes) {
        members.zip(input.bytes)?;
    } else if is_gzip(input.bytes) {
        members.gzip(input.bytes)?;
    } else {
        members.tar(input.bytes)?;
    }
    Ok(Raw(members.finish()))
}

struct Members<'a> {
    input: &'a Input<'a>,
    doc: Document,
    n_files: usize,
    n_read: usize,
    unread: Vec<String>,
    spent: bool,
}

impl Members<'_> {
    fn zip(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| "the archive is broken".to_owned())?;
        for at in 0..zip.len().min(MAX_ENTRIES) {
            let name = match zip.by_index_raw(at) {
                Ok(member) if !member.is_dir() => member.name().map(|it| it.to_string()).ok(),
                _ => None,
            };
            let Some(name) = name.filter(|it| self.list(it)) else { continue };
            match zip.by_index(at) {
                Ok(member) => self.member(&name, member),
                Err(_) => self.unread.push(format!("{name} (locked, or packed in a way we do not know)")),
            }
        }
        Ok(())
    }

    fn tar(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut archive = tar::Archive::new(bytes);
        let entries = archive.entries().map_err(|_| "the archive is broken".to_owned())?;
        for entry in entries.take(MAX_ENTRIES) {
            let Ok(entry) = entry else {
                // What comes behind a broken head cannot be found.
                self.doc.remarks.push("the archive is broken and was not read to its end".into());
                break;
            };
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let name = String::from_utf8_lossy(&entry.path_bytes()).trim_start_matches("./").to_owned();
            if self.list(&name) {
                self.member(&name, entry);
            }
        }
        Ok(())
    }

    fn gzip(&mut self, bytes: &[u8]) -> Result<(), String> {
        let limit = MAX_MEMBER.max(self.input.budget.bytes() / 2).min(self.input.budget.bytes());
        let mut inner = Vec::new();
        let whole = MultiGzDecoder::new(bytes).take(limit + 1).read_to_end(&mut inner);
        if inner.is_empty() && whole.is_err() {
            return Err("the archive is broken".into());
        }
        if inner.len() as u64 > limit {
            return Err("unpacks to more than is read of an archive: unpack it into the folder".into());
        }
        self.input.budget.spend(inner.len() as u64);
        if is_tar(&inner) {
            return self.tar(&inner);
        }
        let name = self.input.name.rsplit('/').next().unwrap_or_default();
        let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".GZ")).unwrap_or("content").to_owned();
        if self.list(&name) {
            self.member(&name, inner.as_slice());
        }
        Ok(())
    }

    /// Adds the name of a member, and says whether it is to be read.
    fn list(&mut self, name: &str) -> bool {
        if name.split(['/', '\\']).any(|part| PASSED_OVER.contains(&part)) {
            return false;
        }
        self.n_files += 1;
        if self.n_files <= MAX_LISTED {
            let place = Place::Inside { name: name.to_owned(), place: Box::new(Place::File) };
            self.doc.blocks.push(Block::new(BlockKind::Row, name, place));
        }
        true
    }

    fn member(&mut self, name: &str, content: impl Read) {
        let left = self.input.budget.bytes().min(MAX_MEMBER);
        if left == 0 || self.doc.blocks.len() > MAX_BLOCKS {
            self.spent = true;
            return;
        }
        let mut bytes = Vec::new();
        // The size that an archive tells may be a lie; what comes out is counted.
        if content.take(left + 1).read_to_end(&mut bytes).is_err() {
            self.unread.push(format!("{name} (broken)"));
            return;
        }
        self.input.budget.spend(bytes.len() as u64);
        if bytes.len() as u64 > left {
            self.unread.push(format!("{name} (too large)"));
            return;
        }
        match read_inside(name, &bytes, self.input) {
            Some(Raw(inside)) if inside.source.is_some() => self.unread.push(format!("{name} (a script)")),
            Some(Raw(inside)) => {
                self.n_read += 1;
                self.doc.blocks.extend(inside.blocks);
                self.doc.tables.extend(inside.tables);
                self.doc.outsiders.extend(inside.outsiders);
                self.doc.remarks.extend(inside.remarks.into_iter().map(|it| if it.contains(name) { it } else { format!("{name}: {it}") }));
            }
            None if bytes.is_empty() => {}
            None => self.unread.push(name.to_owned()),
        }
    }

    fn finish(mut self) -> Document {
        let remark = match (self.n_files, self.n_read) {
            (0, _) => "the archive is empty".to_owned(),
            (1, 0) => "1 file inside, listed and not read".to_owned(),
            (1, _) => "1 file inside, read".to_owned(),
            (n, read) if n > MAX_LISTED => format!("{n} files inside, the first {MAX_LISTED} listed, {read} read"),
            (n, read) => format!("{n} files inside, {read} read"),
        };
        self.doc.remarks.push(remark);
        if !self.unread.is_empty() {
            let more = if self.unread.len() > 10 { format!(" and {} more", self.unread.len() - 10) } else { String::new() };
            self.doc
                .remarks
                .push(format!("not read: {}{more}; unpack the archive into the folder for these", self.unread[..self.unread.len().min(10)].join(", ")));
        }
        if self.spent {
            self.doc.remarks.push("the archive holds more than is read of one; unpack what matters into the folder".into());
        }
        self.doc
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::tests_support::read_raw;
    use std::io::Write;

    fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn check(name: &str, bytes: &[u8], blocks: &[&str], remarks: &[&str]) {
        let document = read_raw(name, bytes);
        let shown: Vec<String> = document.blocks.iter().map(|it| format!("{} @ {}", it.text, it.place)).collect();
        assert_eq!(shown, blocks);
        assert_eq!(document.remarks, remarks);
    }

    #[test]
    fn members_are_read_in_archives_in_archives() {
        let inner = zipped(&[("note.txt", b"never send before Dana looked\n")]);
        let outer = zipped(&[("a/inner.zip", &inner), ("__MACOSX/x", b"x"), ("b.bin", b"\0\x01\x02"), ("c.py", b"print(1)\n")]);
        check(
            "pack.zip",
            &outer,
            &[
                "a/inner.zip @ a/inner.zip: whole file",
                "note.txt @ a/inner.zip: note.txt: whole file",
                "never send before Dana looked @ a/inner.zip: note.txt: line 1",
                "b.bin @ b.bin: whole file",
                "c.py @ c.py: whole file",
            ],
            &["a/inner.zip: 1 file inside, read", "3 files inside, 1 read", "not read: b.bin, c.py (a script); unpack the archive into the folder for these"],
        );
    }

    #[test]
    fn tar_and_gzip_are_read() {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(5);
        tar.append_data(&mut header, "notes/n.txt", &b"Done\n"[..]).unwrap();
        let tar = tar.into_inner().unwrap();
        check("a.tar", &tar, &["notes/n.txt @ notes/n.txt: whole file", "Done @ notes/n.txt: line 1"], &["1 file inside, read"]);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&tar).unwrap();
        let gzip = gzip.finish().unwrap();
        check("a.tgz", &gzip, &["notes/n.txt @ notes/n.txt: whole file", "Done @ notes/n.txt: line 1"], &["1 file inside, read"]);
    }

    #[test]
    fn bombs_are_not_unpacked() {
        let nothing = vec![0; 60_000_000];
        let mut bomb = zipped(&[("zeros.txt", &nothing)]);
        check(
            "bomb.zip",
            &bomb,
            &["zeros.txt @ zeros.txt: whole file"],
            &["1 file inside, listed and not read", "not read: zeros.txt (too large); unpack the archive into the folder for these"],
        );
        for _ in 0..6 {
            bomb = zipped(&[("bomb.zip", &bomb)]);
        }
        let document = read_raw("bomb.zip", &bomb);
        assert!(document.blocks.len() <= 4, "{:?}", document.blocks);
    }

    #[test]
    fn empty_and_broken_archives_say_so() {
        check("a.zip", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", &[], &["the archive is empty"]);
        let members_of = |bytes: &[u8]| ZipArchive::new(Cursor::new(bytes)).is_err();
        assert!(members_of(b"PK\x03\x04 cut off"));
    }
}
