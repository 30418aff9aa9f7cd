//! What is remembered of a folder from one look to the next, so that a second look at unchanged work costs next to nothing.
//!
//! Two small files a folder, in the user's cache: how its files looked (so that they need not be hashed again), and what
//! was traced in them. Nothing stands there that has not been masked, and no name of a file in the first. Another build of the program remembers nothing.

use serde::{Deserialize, Serialize};
use sop_collect::{Stamp, stamp_key};
use sop_core::Digest;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The folders that were looked at last are remembered.
const MOST_FOLDERS: usize = 50;
/// A file that was changed so short a time ago may change again within the same tick of the clock.
const RESTLESS: Duration = Duration::from_secs(2);

/// What is known of one folder or archive.
pub(crate) struct Memory {
    /// Path without an ending; nothing if there is no cache.
    at: Option<PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct Entry<T> {
    key: String,
    value: T,
}

impl Memory {
    pub fn of(root: &Path) -> Self {
        let at = crate::cache::folder().zip(edition()).zip(root.canonicalize().ok()).map(|((cache, edition), root)| {
            let name = blake3::hash(root.to_string_lossy().as_bytes()).to_hex()[..24].to_owned();
            cache.join("folders").join(format!("{name}-{edition}"))
        });
        Self { at }
    }

    /// How the files of the folder looked, by the key of the path.
    pub fn stamps(&self) -> BTreeMap<String, Stamp> {
        let text = self.at.as_ref().and_then(|it| std::fs::read_to_string(it.with_extension("seen")).ok()).unwrap_or_default();
        text.lines().filter_map(stamp).collect()
    }

    /// Keeps how the files look now, but for those that may still be changing.
    #[expect(clippy::disallowed_methods, reason = "this is the edge: whether a file has come to rest depends on the time")]
    pub fn keep_stamps(&self, known: &BTreeMap<String, Stamp>, stamps: &BTreeMap<String, Stamp>) {
        let stamps: BTreeMap<String, &Stamp> = stamps.iter().map(|(path, it)| (stamp_key(path), it)).collect();
        if stamps.iter().map(|(key, it)| (key, *it)).eq(known) {
            return;
        }
        let rest = SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|it| it.checked_sub(RESTLESS)).map_or(0, |it| it.as_nanos().cast_signed());
        let mut out = String::new();
        for (key, it) in stamps.iter().filter(|it| it.1.modified < rest) {
            let _ = writeln!(out, "{key}\t{}\t{}\t{}\t{}", it.size, it.modified, it.file, it.digest.0);
        }
        self.write("seen", out.as_bytes());
    }

    /// What was made of the folder, if it was made from just this.
    pub fn recall<T: for<'de> Deserialize<'de>>(&self, key: &str) -> Option<T> {
        let text = std::fs::read(self.at.as_ref()?.with_extension("json")).ok()?;
        // The key stands first: a folder that has changed is known by it without reading on.
        let head = format!("{{\"key\":\"{key}\",");
        text.starts_with(head.as_bytes()).then(|| serde_json::from_slice::<Entry<T>>(&text).ok()).flatten().map(|it| it.value)
    }

    pub fn keep(&self, key: &str, value: &impl Serialize) {
        if let Ok(text) = serde_json::to_vec(&Entry { key: key.to_owned(), value }) {
            self.write("json", &text);
        }
    }

    /// What cannot be kept costs time and nothing else, so failures are not reported.
    fn write(&self, ending: &str, bytes: &[u8]) {
        let Some(path) = self.at.as_ref().map(|it| it.with_extension(ending)) else { return };
        let Some(folder) = path.parent() else { return };
        let part = path.with_extension(format!("{ending}.{}", std::process::id()));
        if private_folder(folder).is_ok() && std::fs::write(&part, bytes).is_ok() && std::fs::rename(&part, &path).is_ok() {
            forget_the_oldest(folder);
        }
    }
}

/// One line of the file of stamps.
fn stamp(line: &str) -> Option<(String, Stamp)> {
    let mut parts = line.split('\t');
    let key = parts.next()?.to_owned();
    let (size, modified, file) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((key, Stamp { size, modified, file, digest: Digest(parts.next()?.to_owned()) }))
}

/// Only the user may look into it.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn forget_the_oldest(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut files: Vec<(SystemTime, PathBuf)> = entries.flatten().filter_map(|it| Some((it.metadata().ok()?.modified().ok()?, it.path()))).collect();
    files.sort();
    for (_, path) in files.iter().rev().skip(2 * MOST_FOLDERS) {
        let _ = std::fs::remove_file(path);
    }
}

/// Tells one build of the program from another: what an older one traced is not what this one would.
fn edition() -> Option<String> {
    let program = std::env::current_exe().ok()?;
    let meta = std::fs::metadata(&program).ok()?;
    let made = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let text = format!("{} {} {}", crate::VERSION, meta.len(), made.as_nanos());
    Some(blake3::hash(text.as_bytes()).to_hex()[..12].to_owned())
}
