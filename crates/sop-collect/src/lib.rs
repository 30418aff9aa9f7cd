//! Collects the files of a folder or archive: walks within the scope, hashes, and leaves out by name.
//!
//! It reads no format: what is in a file is for `sop-read`. Archives are unpacked and the history of a repository is told
//! as text, both in memory; nothing is ever written to disk.

mod archive;
mod folder;
mod git;
mod scope;

use sop_core::{Artifact, ArtifactId, Digest, LeftOut, Moment, Problem};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What to collect.
#[derive(Debug, Clone)]
pub struct Options {
    /// Glob patterns relative to the folder; empty for everything.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// Files that are never opened, and named as kept out.
    pub sensitive: Vec<String>,
    /// Whether the files are opened to hash them; without, their digests are empty.
    pub hash: bool,
    /// Larger files are left out.
    pub max_file_bytes: u64,
    /// Names of files that are taken however large they are.
    pub any_size: fn(&str) -> bool,
    /// What is known of the files from the last time, by `stamp_key`: those that look untouched are not hashed again.
    pub known: BTreeMap<String, Stamp>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            include: Vec::new(),
            exclude: Vec::new(),
            sensitive: Vec::new(),
            hash: true,
            max_file_bytes: MAX_FILE_BYTES,
            any_size: |_| false,
            known: BTreeMap::new(),
        }
    }
}

/// What tells that a file has not been touched: the same size, the same time of change, the same place on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified: i128,
    /// Number of the file on its disk, where the system has one.
    pub file: u64,
    pub digest: Digest,
}

/// The size above which a file is left out unless the user says otherwise.
pub const MAX_FILE_BYTES: u64 = 200 * 1024 * 1024;

/// The files of a folder or archive.
#[derive(Debug)]
pub struct Collection {
    /// Name of the folder, or of the archive without its ending.
    pub name: String,
    /// Sorted by path.
    pub artifacts: Vec<Artifact>,
    /// Sorted by path.
    pub left_out: Vec<LeftOut>,
    pub problems: Vec<Problem>,
    /// How the files of a folder look now, by path; empty for an archive.
    pub stamps: BTreeMap<String, Stamp>,
    source: Source,
    /// Repositories, by the path of the artifact that their history is.
    histories: BTreeMap<String, git::Repository>,
}

#[derive(Debug)]
enum Source {
    Folder(PathBuf),
    /// The members of an archive.
    Memory(BTreeMap<String, Vec<u8>>),
}

/// Why nothing could be collected.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    #[error("there is no {path} (check the spelling, or drag the folder into the terminal)")]
    Missing { path: String },
    #[error("{path} is neither a folder nor a .zip or .tar.gz archive (give the folder that the file is in)")]
    NotAFolder { path: String },
    #[error("you may not open {path} (ask its owner for access, or copy the folder to your own files)")]
    NoPermission { path: String },
    #[error("the archive {path} is damaged or cut off and nothing in it can be read (download or copy it again)")]
    BrokenArchive { path: String },
    #[error("{pattern:?} is not a valid file pattern: {why} (write for example \"mail/**\" or \"*.csv\")")]
    BadPattern { pattern: String, why: String },
    #[error("cannot read {path}: {why}")]
    Unreadable { path: String, why: String },
    #[error("went away while the folder was read (run it again once nobody moves files there)")]
    Gone,
    #[error("changed while the folder was read (close the program that writes it, and run it again)")]
    Changed,
}

/// What a stamp is kept under: names of files may say what must not be written down elsewhere.
pub fn stamp_key(path: &str) -> String {
    blake3::hash(path.as_bytes()).to_hex()[..24].to_owned()
}

/// Collects the files of a folder, `.zip`, `.tar.gz` or `.tgz`.
pub fn collect(root: &Path, options: &Options) -> Result<Collection, CollectError> {
    let scope = scope::Scope::new(options)?;
    let meta = std::fs::metadata(root).map_err(|err| error_of(root, &err))?;
    let mut found = if meta.is_dir() { folder::collect(root, &scope, options)? } else { archive::collect(root, &scope)? };
    found.artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    found.left_out.sort_by(|a, b| a.path.cmp(&b.path));
    found.problems.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

impl Collection {
    /// Returns the bytes of one of the artifacts.
    pub fn bytes(&self, artifact: &Artifact) -> Result<Vec<u8>, CollectError> {
        if let Some(repository) = self.histories.get(&artifact.path) {
            return Ok(repository.log());
        }
        match &self.source {
            Source::Folder(root) => {
                let mut file = self.file(root, artifact)?;
                let mut bytes = Vec::with_capacity(usize::try_from(artifact.size).unwrap_or(0));
                // A file that grows while it is read would have no end.
                file.by_ref().take(artifact.size + 1).read_to_end(&mut bytes).map_err(|err| error_of(Path::new(&artifact.path), &err))?;
                match bytes.len() as u64 == artifact.size && self.untouched(&file, artifact) {
                    true => Ok(bytes),
                    false => Err(CollectError::Changed),
                }
            }
            Source::Memory(files) => files.get(&artifact.path).cloned().ok_or_else(|| CollectError::Missing { path: artifact.path.clone() }),
        }
    }

    /// Opens one of the artifacts, for those too long to be held in memory.
    pub fn open(&self, artifact: &Artifact) -> Result<Box<dyn Read + Send + '_>, CollectError> {
        match &self.source {
            Source::Folder(root) => Ok(Box::new(self.file(root, artifact)?.take(artifact.size))),
            Source::Memory(files) => match files.get(&artifact.path) {
                Some(bytes) => Ok(Box::new(bytes.as_slice())),
                None => Err(CollectError::Missing { path: artifact.path.clone() }),
            },
        }
    }

    /// Opens a file of the folder, if it is still the one that was listed: a link would lead out, and a pipe never end.
    fn file(&self, root: &Path, artifact: &Artifact) -> Result<File, CollectError> {
        let path = artifact.path.split('/').fold(root.to_path_buf(), |path, part| path.join(part));
        let failed = |err: std::io::Error| match err.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => CollectError::Gone,
            _ => error_of(Path::new(&artifact.path), &err),
        };
        if !std::fs::symlink_metadata(&path).map_err(failed)?.is_file() {
            return Err(CollectError::Changed);
        }
        let file = File::open(&path).map_err(failed)?;
        if self.untouched(&file, artifact) { Ok(file) } else { Err(CollectError::Changed) }
    }

    /// Whether an open file looks as it did when it was hashed: otherwise the digest would speak of another text.
    fn untouched(&self, file: &File, artifact: &Artifact) -> bool {
        let same = |stamp: &Stamp| file.metadata().is_ok_and(|it| folder::looks_like(&it, stamp));
        self.stamps.get(&artifact.path).is_none_or(same)
    }

    fn new(name: String, source: Source) -> Self {
        Self { name, artifacts: Vec::new(), left_out: Vec::new(), problems: Vec::new(), stamps: BTreeMap::new(), source, histories: BTreeMap::new() }
    }

    /// Takes the history that a repository keeps as one file. Its path is that of the repository.
    fn history(&mut self, path: &str, files: git::Files, scope: &scope::Scope) {
        if scope.kept_out(path) {
            return self.keep_out(path);
        }
        if let Some(reason) = scope.outside(path) {
            return self.leave_out(&format!("{path}/"), reason);
        }
        match git::Repository::open(files) {
            Ok(Some(repository)) => {
                self.artifacts.push(artifact(path.to_owned(), repository.size(), repository.digest(), None));
                self.histories.insert(path.to_owned(), repository);
            }
            Ok(None) => self.leave_out(&format!("{path}/"), "version history with nothing in it yet"),
            Err(message) => self.problem(path, message, Some("save it as text: git log --name-status > history.txt")),
        }
    }

    fn keep_out(&mut self, path: &str) {
        self.left_out.push(LeftOut { path: path.to_owned(), reason: "kept out by your scope".to_owned(), sensitive: true });
    }

    fn leave_out(&mut self, path: &str, reason: impl Into<String>) {
        self.left_out.push(LeftOut { path: path.to_owned(), reason: reason.into(), sensitive: false });
    }

    fn problem(&mut self, path: &str, message: impl Into<String>, hint: Option<&str>) {
        self.problems.push(Problem { path: path.to_owned(), message: message.into(), hint: hint.map(str::to_owned) });
    }
}

fn error_of(path: &Path, err: &std::io::Error) -> CollectError {
    let path = path.display().to_string();
    match err.kind() {
        std::io::ErrorKind::NotFound => CollectError::Missing { path },
        std::io::ErrorKind::PermissionDenied => CollectError::NoPermission { path },
        _ => CollectError::Unreadable { path, why: err.to_string() },
    }
}

/// An artifact of a folder or archive by its path and content.
fn artifact(path: String, size: u64, digest: Digest, modified: Option<Moment>) -> Artifact {
    let mut id = blake3::Hasher::new();
    id.update(path.as_bytes());
    id.update(b"\0");
    id.update(digest.0.as_bytes());
    Artifact { id: ArtifactId(id.finalize().to_hex()[..12].to_owned()), path, size, digest, modified }
}

fn moment(seconds: i64) -> Option<Moment> {
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).datetime())
}
