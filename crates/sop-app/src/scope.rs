//! `sop scope`: what would be read of a folder and what would not, before anything is read; and the choice, kept in a file
//! that people can edit.

use crate::draft::put;
use crate::evidence::mask_names;
use crate::{AppError, SourceOptions};
use serde::{Deserialize, Serialize};
use sop_core::{LeftOut, Problem};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where the choice is kept, inside the folder.
const FILE: &str = ".sop/scope.toml";

/// The choice of a folder, as it stands in its file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Choice {
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    pub sensitive: Vec<String>,
    /// Systems that the process may use, in the user's words. They are shown to whoever reads the scope.
    pub systems: Vec<String>,
}

/// What would be read.
#[derive(Debug, Serialize)]
pub struct Scoped {
    /// The file that the choice stands in, if there is one.
    pub file: Option<PathBuf>,
    pub files: Vec<Planned>,
    pub left_out: Vec<LeftOut>,
    pub problems: Vec<Problem>,
    pub systems: Vec<String>,
    /// Whether the choice was written just now.
    pub saved: bool,
}

/// A file that would be read.
#[derive(Debug, Serialize)]
pub struct Planned {
    pub path: String,
    /// Size in bytes.
    pub size: u64,
}

/// Looks at the names in a folder or archive; nothing is read. With `save`, the choice is written into the folder.
pub fn scope(root: &Path, source: &SourceOptions, save: bool) -> Result<Scoped, AppError> {
    let source = source.within(root)?;
    let options = sop_collect::Options { hash: false, ..source.collecting() };
    let collection = sop_collect::collect(root, &options)?;
    let (mut left_out, mut problems) = (collection.left_out.clone(), collection.problems.clone());
    let mut files = Vec::new();
    for it in &collection.artifacts {
        match sop_rules::sensitive_document(&it.path, "", &[]) {
            Some(reason) => left_out.push(LeftOut { path: it.path.clone(), reason, sensitive: true }),
            None => files.push(Planned { path: sop_rules::redact_name(&it.path), size: it.size }),
        }
    }
    mask_names(&mut left_out, &mut problems);
    let file = root.join(FILE);
    if save {
        if !root.is_dir() {
            return Err(AppError::NoFolder { path: root.display().to_string() });
        }
        put(&file, &source.choice().to_toml())?;
    }
    Ok(Scoped { file: file.is_file().then_some(file), files, left_out, problems, systems: source.systems.clone(), saved: save })
}

/// Refuses a place that holds far more than one piece of work, unless the user means it.
#[expect(clippy::disallowed_methods, reason = "this is the edge: which folder is too much depends on where the user lives and stands")]
pub(crate) fn refuse_too_broad(root: &Path) -> Result<(), AppError> {
    let Ok(real) = root.canonicalize() else { return Ok(()) };
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).and_then(|it| PathBuf::from(it).canonicalize().ok());
    let here = std::env::current_dir().ok().and_then(|it| it.canonicalize().ok());
    let what = if real.parent().is_none() {
        "a whole disk"
    } else if home.as_ref().is_some_and(|it| it.starts_with(&real)) {
        "a whole home folder"
    } else if here.is_some_and(|it| it != real && it.starts_with(&real)) {
        "a folder above the one you are in"
    } else {
        return Ok(());
    };
    Err(AppError::TooBroad { path: root.display().to_string(), what })
}

impl Choice {
    pub fn of(root: &Path) -> Result<Self, AppError> {
        let path = root.join(FILE);
        let text = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(err) if matches!(err.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Self::default()),
            Err(err) => return Err(AppError::Read { path: path.display().to_string(), why: err.to_string() }),
        };
        // A choice that cannot be understood may have been there to keep something out: nothing is read then.
        let bad = |why: String| AppError::BadScope { path: path.display().to_string(), why };
        let text = String::from_utf8(text).map_err(|_| bad("it is not plain text in UTF-8".to_owned()))?;
        toml::from_str(&text).map_err(|err| bad(err.message().to_owned()))
    }

    fn to_toml(&self) -> String {
        let list = |name: &str, about: &str, values: &[String]| {
            let values: Vec<String> = values.iter().map(|it| format!("  {},\n", toml::Value::String(it.clone()))).collect();
            let body = if values.is_empty() { String::new() } else { format!("\n{}", values.concat()) };
            format!("\n# {about}\n{name} = [{body}]\n")
        };
        let mut out = "# What `sop` reads of this folder. Edit it as you like; `sop scope FOLDER` shows what comes of it.\n".to_owned();
        out += "# Patterns are relative to the folder: \"mail/**\", \"*.csv\", \"old\".\n";
        out += &list("include", "Only these; empty for everything.", &self.include);
        out += &list("exclude", "Not these.", &self.exclude);
        out += &list("sensitive", "Never opened, and named in the draft as kept out.", &self.sensitive);
        out += &list("systems", "Systems that the process may use, in your words.", &self.systems);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_as_it_was_written() {
        let strings = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let choice = Choice { include: strings(&["mail/**", "a \"b\".csv"]), exclude: vec![], sensitive: strings(&["pay*"]), systems: strings(&["Shelfware"]) };
        let read: Choice = toml::from_str(&choice.to_toml()).unwrap();
        assert_eq!((read.include, read.exclude, read.sensitive, read.systems), (choice.include, choice.exclude, choice.sensitive, choice.systems));
    }

    #[test]
    fn a_choice_that_cannot_be_understood_stops_the_reading() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join(".sop")).unwrap();
        for text in [&b"exlude = [\"pay\"]\n"[..], b"include = 3\n", b"\xff\xfe\0bad"] {
            std::fs::write(dir.path().join(FILE), text).unwrap();
            assert!(matches!(Choice::of(dir.path()), Err(AppError::BadScope { .. })), "{text:?}");
        }
    }

    #[test]
    fn a_folder_without_a_choice_is_read_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Choice::of(dir.path()).unwrap().include.is_empty());
        // Somebody's own file of that name is no choice, and no reason to stop.
        std::fs::write(dir.path().join(".sop"), "mine").unwrap();
        assert!(Choice::of(dir.path()).unwrap().include.is_empty());
        assert!(Choice::of(&dir.path().join(".sop")).unwrap().include.is_empty());
    }
}
