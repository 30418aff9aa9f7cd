//! What belongs to the collection by its path alone: the user's patterns, and names that never hold work.

use crate::{CollectError, Options};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

pub(crate) struct Scope {
    include: Option<GlobSet>,
    exclude: GlobSet,
    sensitive: GlobSet,
    pub max_file_bytes: u64,
    pub any_size: fn(&str) -> bool,
}

impl Scope {
    pub fn new(options: &Options) -> Result<Self, CollectError> {
        let include = if options.include.is_empty() { None } else { Some(globs(&options.include)?) };
        Ok(Self {
            include,
            exclude: globs(&options.exclude)?,
            sensitive: globs(&options.sensitive)?,
            max_file_bytes: options.max_file_bytes,
            any_size: options.any_size,
        })
    }

    /// Whether the user keeps this file out, whatever else is said of it.
    pub fn kept_out(&self, path: &str) -> bool {
        self.sensitive.is_match(path)
    }

    /// Returns why a file is outside the scope, if it is.
    pub fn outside(&self, path: &str) -> Option<&'static str> {
        if self.exclude.is_match(path) {
            return Some("excluded by your scope");
        }
        match &self.include {
            Some(include) if !include.is_match(path) => Some("outside your scope"),
            _ => None,
        }
    }
}

fn globs(patterns: &[String]) -> Result<GlobSet, CollectError> {
    let bad = |pattern: &str, err: &globset::Error| CollectError::BadPattern { pattern: pattern.to_owned(), why: err.kind().to_string() };
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let clean = pattern.trim_start_matches("./").trim_end_matches('/').replace('\\', "/");
        // A folder's name means what is in it, a bare name means it anywhere.
        let forms = match clean.contains('/') {
            true => vec![clean.clone(), format!("{clean}/**")],
            false => vec![clean.clone(), format!("{clean}/**"), format!("**/{clean}"), format!("**/{clean}/**")],
        };
        for form in forms {
            set.add(GlobBuilder::new(&form).case_insensitive(true).literal_separator(true).build().map_err(|err| bad(pattern, &err))?);
        }
    }
    set.build().map_err(|err| bad("", &err))
}

/// Whether a folder holds what this program keeps: the scope, and the citations of an earlier draft. It is no evidence.
pub(crate) fn is_ours(name: &str) -> bool {
    name == ".sop"
}

/// Where git keeps the history of a work folder.
pub(crate) const HISTORY: &str = ".git";
pub(crate) const NO_HISTORY: &str = "version history that has no reader";

/// Returns why a folder is never looked into, if it is such a folder.
pub(crate) fn idle_folder(name: &str) -> Option<&'static str> {
    Some(match name {
        HISTORY | ".svn" | ".hg" => NO_HISTORY,
        "node_modules" | "bower_components" | "site-packages" | ".venv" | "venv" => "installed packages",
        "__pycache__" | ".mypy_cache" | ".pytest_cache" | ".ruff_cache" | ".ipynb_checkpoints" | ".cache" | ".Rproj.user" => "made by a program for itself",
        "__MACOSX" | ".Trash" | "$RECYCLE.BIN" | ".Spotlight-V100" | ".fseventsd" | "System Volume Information" => "kept by the system",
        _ => return None,
    })
}

/// Returns why a file is never read, if it is such a file.
pub(crate) fn idle_file(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    match lower.as_str() {
        HISTORY => Some("it points to a version history that is kept elsewhere"),
        ".ds_store" | "thumbs.db" | "desktop.ini" | ".localized" | ".gitignore" | ".gitattributes" | ".gitkeep" => Some("kept by the system"),
        _ if lower.starts_with("~$") || lower.starts_with(".~lock.") => Some("lock of a file that was open"),
        _ if lower.starts_with("._") => Some("kept by the system"),
        _ if lower.ends_with(".pyc") || lower.ends_with(".swp") || lower.ends_with(".tmp") => Some("made by a program for itself"),
        _ if lower.ends_with(".crdownload") || lower.ends_with(".part") => Some("a download that never finished"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(include: &[&str], exclude: &[&str], path: &str, inside: bool) {
        let own = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect();
        let scope = Scope::new(&Options { include: own(include), exclude: own(exclude), ..Options::default() }).unwrap();
        assert_eq!(scope.outside(path).is_none(), inside, "{path}");
    }

    #[test]
    fn a_folder_name_means_what_is_in_it() {
        check(&["mail"], &[], "2026-10/mail/a.eml", true);
        check(&["2026-10/mail/"], &[], "2026-10/mail/a.eml", true);
        check(&["mail"], &[], "2026-10/raw/a.csv", false);
        check(&[], &["*.PNG"], "x/logo.png", false);
        check(&[], &["raw/*"], "raw/a.csv", false);
    }

    #[test]
    fn lock_files_are_not_work_and_env_files_are() {
        assert!(idle_file("~$Report.xlsx").is_some());
        assert!(idle_file(".env").is_none());
    }
}
