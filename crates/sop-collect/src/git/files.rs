//! Where git keeps its files: a folder on disk, or members of an archive.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::PathBuf;

/// Files that are counted to tell the size of a repository.
const MAX_COUNTED: usize = 50_000;

/// Something that can be read from any place on.
pub(super) trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

#[derive(Debug)]
pub(crate) enum Files {
    Disk(PathBuf),
    /// By path inside the repository.
    Memory(BTreeMap<String, Vec<u8>>),
}

impl Files {
    /// Whether this is what git keeps a history in, with or without a work folder around it.
    pub fn is_repository(&self) -> bool {
        self.exists("HEAD") && self.exists("objects") && (self.exists("refs") || self.exists("packed-refs"))
    }

    pub fn exists(&self, path: &str) -> bool {
        match self {
            Files::Disk(root) => std::fs::symlink_metadata(root.join(path)).is_ok_and(|it| it.is_file() || it.is_dir()),
            Files::Memory(files) => files.contains_key(path) || files.keys().any(|it| it.strip_prefix(path).is_some_and(|it| it.starts_with('/'))),
        }
    }

    /// Opens a file. A link may lead out of the repository, and a pipe has no end.
    pub(super) fn open(&self, path: &str) -> Option<Box<dyn Source + '_>> {
        match self {
            Files::Disk(root) => {
                let mut file = root.clone();
                for part in path.split('/') {
                    file.push(part);
                    let meta = std::fs::symlink_metadata(&file).ok()?;
                    (meta.is_dir() || meta.is_file()).then_some(())?;
                }
                let file = File::open(file).ok()?;
                file.metadata().is_ok_and(|it| it.is_file()).then(|| Box::new(file) as Box<dyn Source>)
            }
            Files::Memory(files) => Some(Box::new(Cursor::new(files.get(path)?.as_slice()))),
        }
    }

    /// Returns a whole file that is no longer than this.
    pub fn read(&self, path: &str, most: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(path)?.take(most + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 <= most).then_some(bytes)
    }

    /// Returns the names of what is in a folder, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Files::Disk(root) => {
                let folder = folder.split('/').try_fold(root.clone(), |path, part| {
                    let path = path.join(part);
                    std::fs::symlink_metadata(&path).is_ok_and(|it| it.is_dir()).then_some(path)
                });
                let entries = folder.and_then(|it| std::fs::read_dir(it).ok()).into_iter().flatten().flatten();
                entries.filter_map(|it| it.file_name().into_string().ok()).take(MAX_COUNTED).collect()
            }
            Files::Memory(files) => {
                let inner = |path: &String| Some(path.strip_prefix(folder)?.strip_prefix('/')?.split('/').next()?.to_owned());
                files.keys().filter_map(inner).collect()
            }
        };
        names.sort();
        names.dedup();
        names
    }

    /// How much all that was ever committed takes, in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Files::Disk(root) => {
                let folders = self.names("objects").into_iter().map(|it| root.join("objects").join(it));
                let files = folders.filter(|it| std::fs::symlink_metadata(it).is_ok_and(|it| it.is_dir())).filter_map(|it| std::fs::read_dir(it).ok());
                files.flatten().flatten().take(MAX_COUNTED).filter_map(|it| Some(it.metadata().ok()?.len())).sum()
            }
            Files::Memory(files) => files.iter().filter(|it| it.0.starts_with("objects/")).map(|it| it.1.len() as u64).sum(),
        }
    }
}
