//! Walks a folder on disk, without following links out of it.

use crate::git::Files;
use crate::{CollectError, Collection, Options, Source, Stamp, artifact, error_of, moment, scope, stamp_key};
use sop_core::Digest;
use std::fs;
use std::io::Read as _;
use std::path::Path;

/// Deeper folders are left out; no office nests so deep, but a hostile archive may.
const MAX_DEPTH: usize = 40;
const MAX_FILES: usize = 100_000;

pub(crate) fn collect(root: &Path, scope: &scope::Scope, options: &Options) -> Result<Collection, CollectError> {
    let real = root.canonicalize().map_err(|err| error_of(root, &err))?;
    let name = real.file_name().map_or_else(|| "folder".to_owned(), |it| it.to_string_lossy().into_owned());
    fs::read_dir(&real).map_err(|err| error_of(root, &err))?;
    let mut walk = Walk { scope, options, found: Collection::new(name, Source::Folder(real.clone())), files: 0 };
    let files = Files::Disk(real.clone());
    match files.is_repository() {
        true => walk.found.history(scope::HISTORY, files, scope),
        false => walk.folder(&real, "", 0),
    }
    Ok(walk.found)
}

struct Walk<'a> {
    scope: &'a scope::Scope,
    options: &'a Options,
    found: Collection,
    files: usize,
}

impl Walk<'_> {
    fn folder(&mut self, dir: &Path, path: &str, depth: usize) {
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(err) => return self.unreadable(path, "the folder", &err),
        };
        let mut names = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => names.push(entry.file_name()),
                Err(err) => self.unreadable(path, "the folder", &err),
            }
        }
        names.sort();
        for name in names {
            let file = dir.join(&name);
            let Some(name) = name.to_str() else {
                let shown = format!("{path}{}", name.to_string_lossy());
                self.found.problem(&shown, "the file's name is not readable text", Some("rename it"));
                continue;
            };
            self.entry(&file, name, &format!("{path}{name}"), depth);
        }
    }

    fn entry(&mut self, file: &Path, name: &str, path: &str, depth: usize) {
        let meta = match fs::symlink_metadata(file) {
            Ok(meta) => meta,
            Err(err) => return self.unreadable(path, "it", &err),
        };
        if meta.is_symlink() {
            self.found.leave_out(path, "a link to another place");
        } else if meta.is_dir() {
            let files = Files::Disk(file.to_path_buf());
            match scope::idle_folder(name) {
                _ if scope::is_ours(name) => {}
                // It has this name inside a work folder, and any name without one.
                None | Some(scope::NO_HISTORY) if files.is_repository() => self.found.history(path, files, self.scope),
                Some(reason) => self.found.leave_out(&format!("{path}/"), reason),
                None if depth >= MAX_DEPTH => self.found.leave_out(&format!("{path}/"), "nested too deep"),
                None => self.folder(file, &format!("{path}/"), depth + 1),
            }
        } else if meta.is_file() {
            self.file(file, name, path, &meta);
        } else {
            self.found.leave_out(path, "a device, not a file");
        }
    }

    fn file(&mut self, file: &Path, name: &str, path: &str, meta: &fs::Metadata) {
        if self.scope.kept_out(path) {
            return self.found.keep_out(path);
        }
        if let Some(reason) = scope::idle_file(name).or_else(|| self.scope.outside(path)) {
            return self.found.leave_out(path, reason);
        }
        if meta.len() == 0 {
            return self.found.problem(path, "the file is empty", Some("check whether an export or a copy went wrong"));
        }
        if meta.len() > self.scope.max_file_bytes && !(self.scope.any_size)(name) {
            return self.found.leave_out(path, format!("larger than {} MB", self.scope.max_file_bytes / 1024 / 1024));
        }
        self.files += 1;
        if self.files > MAX_FILES {
            return self.found.leave_out(path, format!("more than {MAX_FILES} files"));
        }
        let since = since(meta);
        let modified = nanoseconds(meta);
        let number = file_number(meta);
        let digest = match self.options.known.get(&stamp_key(path)).filter(|it| looks_like(meta, it) && modified != 0) {
            Some(stamp) => Ok(stamp.digest.clone()),
            None if !self.options.hash => Ok(Digest(String::new())),
            None => hash(file, meta.len()),
        };
        match digest {
            Ok(digest) => {
                self.found.stamps.insert(path.to_owned(), Stamp { size: meta.len(), modified, file: number, digest: digest.clone() });
                let at = since.and_then(|it| moment(i64::try_from(it.as_secs()).ok()?));
                self.found.artifacts.push(artifact(path.to_owned(), meta.len(), digest, at));
            }
            Err(err) => self.unreadable(path, "the file", &err),
        }
    }

    fn unreadable(&mut self, path: &str, what: &str, err: &std::io::Error) {
        let path = if path.is_empty() { "." } else { path.trim_end_matches('/') };
        match err.kind() {
            std::io::ErrorKind::PermissionDenied => {
                self.found.problem(path, format!("you may not open {what}"), Some("ask its owner for access"));
            }
            _ => self.found.problem(path, format!("{what} could not be read: {err}"), None),
        }
    }
}

/// Whether a file is the one of the stamp, and has not been written since.
pub(crate) fn looks_like(meta: &fs::Metadata, stamp: &Stamp) -> bool {
    (stamp.size, stamp.modified, stamp.file) == (meta.len(), nanoseconds(meta), file_number(meta))
}

fn since(meta: &fs::Metadata) -> Option<std::time::Duration> {
    meta.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()
}

fn nanoseconds(meta: &fs::Metadata) -> i128 {
    since(meta).map_or(0, |it| it.as_nanos().cast_signed())
}

#[cfg(unix)]
fn file_number(meta: &fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    meta.ino()
}

#[cfg(not(unix))]
fn file_number(_: &fs::Metadata) -> u64 {
    0
}

/// Hashes what was there when the folder was listed: a log that is being written would have no end.
fn hash(file: &Path, size: u64) -> std::io::Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(file)?.take(size))?;
    Ok(Digest(hasher.finalize().to_hex().to_string()))
}

#[cfg(test)]
mod tests {
    use crate::{Options, collect};

    fn folder(name: &str) -> std::path::PathBuf {
        let dir = std::env::temp_dir().join(format!("sop-collect-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(dir.join("mail")).unwrap();
        dir
    }

    fn check(dir: &std::path::Path, expected: &[&str], left_out: &[&str], problems: &[&str]) {
        let options = Options { max_file_bytes: 1024, ..Options::default() };
        let found = collect(dir, &options).unwrap();
        assert_eq!(found.artifacts.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(), expected);
        assert_eq!(found.left_out.iter().map(|it| format!("{}: {}", it.path, it.reason)).collect::<Vec<_>>(), left_out);
        assert_eq!(found.problems.iter().map(|it| format!("{}: {}", it.path, it.message)).collect::<Vec<_>>(), problems);
        for artifact in &found.artifacts {
            assert_eq!(found.bytes(artifact).unwrap().len() as u64, artifact.size);
        }
    }

    #[test]
    fn work_is_collected_and_litter_is_named() {
        let dir = folder("litter");
        std::fs::create_dir_all(dir.join("node_modules/x")).unwrap();
        std::fs::write(dir.join("mail/a.eml"), "From: a").unwrap();
        std::fs::write(dir.join(".env"), "KEY=1").unwrap();
        std::fs::write(dir.join(".DS_Store"), "x").unwrap();
        std::fs::write(dir.join("empty.csv"), "").unwrap();
        std::fs::write(dir.join("film.mov"), vec![0; 2000]).unwrap();
        check(
            &dir,
            &[".env", "mail/a.eml"],
            &[".DS_Store: kept by the system", "film.mov: larger than 0 MB", "node_modules/: installed packages"],
            &["empty.csv: the file is empty"],
        );
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let dir = folder("link");
        std::os::unix::fs::symlink("/etc/hosts", dir.join("hosts")).unwrap();
        check(&dir, &[], &["hosts: a link to another place"], &[]);
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_takes_the_place_of_a_listed_file_is_not_read() {
        let dir = folder("swap");
        let names = ["gone.txt", "grown.txt", "link.txt", "mail/a.txt", "same.txt", "swapped.txt"];
        names.iter().for_each(|it| std::fs::write(dir.join(it), "text").unwrap());
        let found = collect(&dir, &Options::default()).unwrap();
        std::fs::remove_file(dir.join("gone.txt")).unwrap();
        std::fs::write(dir.join("grown.txt"), "text and more").unwrap();
        std::fs::remove_file(dir.join("link.txt")).unwrap();
        std::os::unix::fs::symlink("/etc/hosts", dir.join("link.txt")).unwrap();
        std::fs::remove_dir_all(dir.join("mail")).unwrap();
        std::fs::write(dir.join("mail"), "now a file").unwrap();
        std::fs::write(dir.join("other.txt"), "else").unwrap();
        std::fs::rename(dir.join("other.txt"), dir.join("swapped.txt")).unwrap();
        let said: Vec<&str> = found
            .artifacts
            .iter()
            .map(|it| match found.bytes(it) {
                Ok(_) => "read",
                Err(crate::CollectError::Gone) => "gone",
                Err(crate::CollectError::Changed) => "changed",
                Err(_) => "failed",
            })
            .collect();
        assert_eq!(said, ["gone", "changed", "changed", "gone", "read", "changed"]);
        std::fs::remove_dir_all(dir).unwrap();
    }
}
