//! Walks a folder on disk, without following links out of it.

use crate::{CollectError, Collection, Hashes, Source, error_of, moment, scope};
use std::fs;
use std::io::Read;
use std::path::Path;

/// Deeper folders are left out; no office nests so deep, but a hostile archive may.
const MAX_DEPTH: usize = 40;
const MAX_FILES: usize = 100_000;

pub(crate) fn collect(root: &Path, scope: &scope::Scope) -> Result<Collection, CollectError> {
    let real = root.canonicalize().map_err(|err| error_of(root, &err))?;
    let name = real.file_name().map_or_else(|| "folder".to_owned(), |it| it.to_string_lossy().into_owned());
    fs::read_dir(&real).map_err(|err| error_of(root, &err))?;
    let mut walk = Walk { scope, found: Collection::new(name, Source::Folder(real.clone())), files: 0 };
    walk.folder(&real, "", 0);
    Ok(walk.found)
}

struct Walk<'a> {
    scope: &'a scope::Scope,
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
            match scope::idle_folder(name) {
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
        if let Some(reason) = scope::idle_file(name).or_else(|| self.scope.outside(path)) {
            return self.found.leave_out(path, reason);
        }
        if meta.len() == 0 {
            return self.found.problem(path, "the file is empty", Some("check whether an export or a copy went wrong"));
        }
        if meta.len() > self.scope.max_file_bytes {
            return self.found.leave_out(path, format!("larger than {} MB", self.scope.max_file_bytes / 1024 / 1024));
        }
        self.files += 1;
        if self.files > MAX_FILES {
            return self.found.leave_out(path, format!("more than {MAX_FILES} files"));
        }
        match hash(file, path) {
            Ok(hashes) => {
                let seconds = meta.modified().ok().and_then(|it| it.duration_since(std::time::UNIX_EPOCH).ok());
                let modified = seconds.and_then(|it| moment(i64::try_from(it.as_secs()).ok()?));
                self.found.artifacts.push(hashes.artifact(path.to_owned(), modified));
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

fn hash(file: &Path, path: &str) -> std::io::Result<Hashes> {
    let mut file = fs::File::open(file)?;
    let mut hashes = Hashes::new(path);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hashes),
            n => hashes.update(&buffer[..n]),
        }
    }
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
        let options = Options { include: Vec::new(), exclude: Vec::new(), max_file_bytes: 1024 };
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
}
