//! Reads a zip or tar.gz archive into memory, with limits on what it may unpack to.

use crate::git::Files;
use crate::{CollectError, Collection, Source, artifact, error_of, moment, scope};
use sop_core::{Digest, Moment};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

/// What an archive may unpack to. Work folders are far smaller; a zip bomb is not.
const MAX_TOTAL: u64 = 1024 * 1024 * 1024;
/// From this size on, unpacking to more than `MAX_RATIO` times the archive is not work.
const RATIO_FROM: u64 = 64 * 1024 * 1024;
const MAX_RATIO: u64 = 200;
const MAX_MEMBERS: usize = 100_000;

pub(crate) fn collect(root: &Path, scope: &scope::Scope) -> Result<Collection, CollectError> {
    let shown = root.display().to_string();
    let name = root.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let meta = std::fs::metadata(root).map_err(|err| error_of(root, &err))?;
    if !meta.is_file() || meta.len() > MAX_TOTAL {
        return Err(CollectError::NotAFolder { path: shown });
    }
    // A film given by mistake is known by its first bytes; an archive is read from where it lies.
    let mut file = File::open(root).map_err(|err| error_of(root, &err))?;
    let mut head = Vec::new();
    file.by_ref().take(512).read_to_end(&mut head).and_then(|_| file.rewind()).map_err(|err| error_of(root, &err))?;
    let mut unpacked = Unpacked { packed: meta.len(), limit: scope.max_file_bytes, ..Unpacked::default() };
    let file = BufReader::new(file);
    let whole = if head.starts_with(b"PK") {
        zip_members(file, &mut unpacked)
    } else if head.starts_with(&[0x1f, 0x8b]) {
        tar_members(flate2::bufread::MultiGzDecoder::new(file), &mut unpacked)
    } else if head.get(257..262) == Some(b"ustar") {
        tar_members(file, &mut unpacked)
    } else if is_archive_name(&name) {
        return Err(CollectError::BrokenArchive { path: shown });
    } else {
        return Err(CollectError::NotAFolder { path: shown });
    };
    if !whole && unpacked.members.is_empty() {
        return Err(CollectError::BrokenArchive { path: shown });
    }
    if !whole {
        unpacked.problem(&name, "the archive is damaged or cut off; what could be read of it is used", Some("download or copy it again"));
    }
    Ok(unpacked.into_collection(stem(&name), scope))
}

fn is_archive_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    [".zip", ".tar", ".tgz", ".tar.gz"].iter().any(|it| lower.ends_with(it))
}

fn stem(name: &str) -> String {
    let lower = name.to_lowercase();
    let end = [".tar.gz", ".tgz", ".zip", ".tar"].iter().find(|it| lower.ends_with(**it)).map_or(0, |it| it.len());
    name[..name.len() - end].to_owned()
}

#[derive(Default)]
struct Unpacked {
    packed: u64,
    limit: u64,
    total: u64,
    members: BTreeMap<String, (Vec<u8>, Option<Moment>)>,
    left_out: Vec<(String, String)>,
    problems: Vec<(String, String, Option<&'static str>)>,
}

impl Unpacked {
    fn problem(&mut self, path: &str, message: &str, hint: Option<&'static str>) {
        self.problems.push((path.to_owned(), message.to_owned(), hint));
    }

    fn leave_out(&mut self, path: &str, reason: impl Into<String>) {
        self.left_out.push((path.to_owned(), reason.into()));
    }

    /// Reads a member; returns false if the archive must not be read any further.
    fn take(&mut self, path: &str, modified: Option<Moment>, reader: &mut dyn Read) -> bool {
        let Some(path) = safe_path(path) else {
            self.problem(path, "the archive's entry points outside of it and was refused", None);
            return true;
        };
        if self.members.len() >= MAX_MEMBERS {
            self.problem(&path, "the archive has too many files; the rest was not read", None);
            return false;
        }
        let mut bytes = Vec::new();
        let read = reader.take(self.limit + 1).read_to_end(&mut bytes);
        self.total += bytes.len() as u64;
        if self.total > MAX_TOTAL || self.total > RATIO_FROM && self.total / self.packed.max(1) > MAX_RATIO {
            self.problem(&path, "the archive unpacks to far more than a work folder; the rest was not read", Some("unpack it yourself and give the folder"));
            return false;
        }
        match read {
            Err(_) => {
                self.problem(&path, "the file is damaged inside the archive", Some("download or copy the archive again"));
                // A broken member of a zip says nothing of the others; a broken tar stream ends by itself.
                return true;
            }
            Ok(_) if bytes.len() as u64 > self.limit => self.leave_out(&path, format!("larger than {} MB", self.limit / 1024 / 1024)),
            Ok(_) => {
                self.members.insert(path, (bytes, modified));
            }
        }
        true
    }

    fn into_collection(mut self, stem: String, scope: &scope::Scope) -> Collection {
        let top = self.top_folder();
        let inner = |path: &str| top.as_ref().and_then(|top| path.strip_prefix(top.as_str())).unwrap_or(path).to_owned();
        let name = top.as_ref().map_or(stem, |it| it.trim_end_matches('/').to_owned());
        let mut found = Collection::new(name, Source::Memory(BTreeMap::new()));
        let mut kept = BTreeMap::new();
        let mut idle = BTreeMap::new();
        let mut repositories: BTreeMap<String, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
        for (path, (bytes, modified)) in std::mem::take(&mut self.members) {
            let path = inner(&path);
            let file = path.rsplit('/').next().unwrap_or(&path);
            if path.split('/').rev().skip(1).any(scope::is_ours) {
                continue;
            }
            if let Some((folder, reason)) = idle_parent(&path) {
                match folder.trim_end_matches('/').rsplit('/').next() {
                    Some(scope::HISTORY) => {
                        repositories.entry(folder.clone()).or_default().insert(path[folder.len()..].to_owned(), bytes);
                    }
                    _ => {
                        idle.insert(folder, reason);
                    }
                }
            } else if scope.kept_out(&path) {
                found.keep_out(&path);
            } else if let Some(reason) = scope::idle_file(file).or_else(|| scope.outside(&path)) {
                found.leave_out(&path, reason);
            } else if bytes.is_empty() {
                found.problem(&path, "the file is empty", Some("check whether an export or a copy went wrong"));
            } else {
                let digest = Digest(blake3::hash(&bytes).to_hex().to_string());
                found.artifacts.push(artifact(path.clone(), bytes.len() as u64, digest, modified));
                kept.insert(path, bytes);
            }
        }
        for (folder, files) in repositories {
            let files = Files::Memory(files);
            match files.is_repository() {
                true => found.history(folder.trim_end_matches('/'), files, scope),
                false => found.leave_out(&folder, scope::NO_HISTORY),
            }
        }
        idle.into_iter().for_each(|(folder, reason)| found.leave_out(&folder, reason));
        self.left_out.iter().for_each(|(path, reason)| found.leave_out(&inner(path), reason));
        self.problems.iter().for_each(|(path, message, hint)| found.problem(&inner(path), message, *hint));
        found.source = Source::Memory(kept);
        found
    }

    /// Returns the one folder that everything is in, with its `/`.
    fn top_folder(&self) -> Option<String> {
        let mut paths = self.members.keys().filter(|it| !it.starts_with("__MACOSX/") && !it.starts_with("._"));
        let (top, _) = paths.next()?.split_once('/')?;
        let top = format!("{top}/");
        paths.all(|it| it.starts_with(&top)).then_some(top)
    }
}

fn idle_parent(path: &str) -> Option<(String, &'static str)> {
    let mut end = 0;
    for part in path.split('/') {
        end += part.len() + 1;
        if end > path.len() {
            return None;
        }
        if let Some(reason) = scope::idle_folder(part) {
            return Some((path[..end].to_owned(), reason));
        }
    }
    None
}

/// Returns the path with `/` and without `.`, or `None` if it leads out of the archive.
fn safe_path(path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    if path.starts_with('/') || path.contains('\0') || path.as_bytes().get(1) == Some(&b':') {
        return None;
    }
    let parts: Vec<&str> = path.split('/').filter(|it| !it.is_empty() && *it != ".").collect();
    (!parts.is_empty() && !parts.contains(&"..")).then(|| parts.join("/"))
}

/// Reads the members of a zip; returns false if it is damaged.
fn zip_members(mut file: impl Read + Seek, unpacked: &mut Unpacked) -> bool {
    let Ok(mut archive) = zip::ZipArchive::new(&mut file) else {
        return file.rewind().is_ok() && zip_stream(file, unpacked);
    };
    for n in 0..archive.len() {
        let named = archive.name_for_index(n).and_then(Result::ok).map_or_else(|| format!("entry {n}"), |it| it.into_owned());
        match archive.by_index(n) {
            Ok(mut file) => {
                let name = named;
                if file.is_dir() {
                    continue;
                }
                if file.is_symlink() {
                    unpacked.leave_out(&name, "a link to another place");
                    continue;
                }
                let modified = file.last_modified().and_then(zip_time);
                if !unpacked.take(&name, modified, &mut file) {
                    return true;
                }
            }
            Err(err) => match err {
                zip::result::ZipError::UnsupportedArchive(_) => unpacked.leave_out(&named, "locked with a password or packed in an unknown way"),
                _ => unpacked.problem(&named, "the file is damaged inside the archive", Some("download or copy the archive again")),
            },
        }
    }
    true
}

/// Reads a zip whose list of members is missing, from its beginning on.
fn zip_stream(mut bytes: impl Read, unpacked: &mut Unpacked) -> bool {
    for _ in 0..MAX_MEMBERS {
        match zip::read::read_zipfile_from_stream(&mut bytes) {
            Ok(Some(mut file)) => {
                let name = file.name().map_or_else(|_| "entry".to_owned(), |it| it.into_owned());
                let modified = file.last_modified().and_then(zip_time);
                if !file.is_dir() && !unpacked.take(&name, modified, &mut file) {
                    break;
                }
            }
            _ => break,
        }
    }
    false
}

fn zip_time(time: zip::DateTime) -> Option<Moment> {
    let small = |it: u8| i8::try_from(it).ok();
    let year = i16::try_from(time.year()).ok()?;
    // 1980-01-01 is what a zip says when it does not know.
    if year == 1980 {
        return None;
    }
    Moment::new(year, small(time.month())?, small(time.day())?, small(time.hour())?, small(time.minute())?, small(time.second())?.min(59), 0).ok()
}

/// Reads the members of a tar stream; returns false if it is damaged.
fn tar_members(reader: impl Read, unpacked: &mut Unpacked) -> bool {
    // The stream itself is limited too, so that skipping a huge member ends.
    let mut archive = tar::Archive::new(reader.take(2 * MAX_TOTAL));
    let Ok(entries) = archive.entries() else { return false };
    let mut problems = 0;
    for entry in entries {
        let Ok(mut entry) = entry else { return false };
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let modified = entry.header().mtime().ok().and_then(|it| moment(i64::try_from(it).ok()?)).filter(|it| it.year() > 1970);
        match entry.header().entry_type() {
            tar::EntryType::Directory => {}
            kind if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() => {
                let broken = unpacked.problems.len();
                if !unpacked.take(&path, modified, &mut entry) {
                    return true;
                }
                problems += unpacked.problems.len() - broken;
            }
            kind if kind.is_symlink() || kind.is_hard_link() => unpacked.leave_out(&path, "a link to another place"),
            kind if kind.is_block_special() || kind.is_character_special() || kind.is_fifo() => unpacked.leave_out(&path, "a device, not a file"),
            _ => {}
        }
        if problems > 100 {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    fn tar_gz(files: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for (path, text) in files {
            let mut header = tar::Header::new_gnu();
            // Written into the header by hand, as the builder itself refuses `..`.
            header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(1_793_000_000);
            header.set_cksum();
            builder.append(&header, text.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    fn collected(name: &str, bytes: &[u8]) -> Result<Collection, CollectError> {
        let file = std::env::temp_dir().join(format!("sop-{}-{name}", std::process::id()));
        std::fs::write(&file, bytes).unwrap();
        let found = crate::collect(&file, &Options { max_file_bytes: 1 << 20, ..Options::default() });
        std::fs::remove_file(file).unwrap();
        found
    }

    fn check(name: &str, bytes: &[u8], expected: &[&str], problems: usize) {
        let found = collected(name, bytes).unwrap();
        assert_eq!(found.artifacts.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(), expected);
        assert_eq!(found.problems.len(), problems, "{:?}", found.problems);
    }

    #[test]
    fn the_one_folder_in_an_archive_is_the_folder() {
        let bytes = tar_gz(&[("Report/a.txt", "a"), ("Report/mail/b.eml", "b")]);
        let found = collected("x.tar.gz", &bytes).unwrap();
        assert_eq!(found.name, "Report");
        assert_eq!(found.artifacts[1].path, "mail/b.eml");
        assert!(found.artifacts[0].modified.is_some());
    }

    #[test]
    fn a_path_that_leads_out_is_refused() {
        check("out.tgz", &tar_gz(&[("../evil", "x"), ("/etc/x", "x"), ("ok.txt", "y")]), &["ok.txt"], 2);
    }

    #[test]
    fn a_cut_archive_gives_what_is_whole() {
        let noise: String = (0..40_000u32).map(|it| char::from(b'a' + (it.wrapping_mul(2_654_435_761) >> 27) as u8 % 26)).collect();
        let bytes = tar_gz(&[("a.txt", "first"), ("b.txt", &noise)]);
        check("cut.tar.gz", &bytes[..bytes.len() / 2], &["a.txt"], 2);
        assert!(matches!(collected("bad.zip", b"PK\x03\x04 nothing"), Err(CollectError::BrokenArchive { .. })));
        assert!(matches!(collected("x.txt", b"hello"), Err(CollectError::NotAFolder { .. })));
        assert!(matches!(collected("x", b"P"), Err(CollectError::NotAFolder { .. })));
    }
}
