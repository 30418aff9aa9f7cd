//! What the targets share: how an input names its file, and which panics count.

use sop_core::{Artifact, ArtifactId, Digest};
use sop_read::{PictureLine, Pictures};

/// Recognises nothing.
pub struct Blind;

impl Pictures for Blind {
    fn lines(&self, _: &[u8]) -> Result<Vec<PictureLine>, String> {
        Ok(Vec::new())
    }
}

/// Lets a panic of a dependency unwind to where a reader contains it; one of our own ends the run, contained or not.
pub fn only_ours_count() {
    let fatal = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.location().is_none_or(|it| !it.file().contains(".cargo/registry")) {
            fatal(info);
        }
    }));
}

/// The first line of an input names the file, the rest is what stands in it.
pub fn named(data: &[u8]) -> Option<(String, &[u8])> {
    let end = data.iter().take(80).position(|it| *it == b'\n')?;
    let name = std::str::from_utf8(&data[..end]).ok().filter(|it| !it.is_empty() && !it.contains('\0'))?;
    Some((name.to_owned(), &data[end + 1..]))
}

/// A file of this name and content.
pub fn artifact(name: String, bytes: &[u8]) -> Artifact {
    Artifact { id: ArtifactId("a".into()), path: name, size: bytes.len() as u64, digest: Digest(String::new()), modified: None }
}
