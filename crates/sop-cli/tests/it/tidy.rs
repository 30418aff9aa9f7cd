//! The shape of the workspace: who may depend on whom, and what every source file looks like.

use crate::root;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which of our crates a crate may depend on. A stage never depends on a stage.
const MAY_USE: &[(&str, &[&str])] = &[
    ("sop-core", &[]),
    ("sop-ocr", &[]),
    ("sop-rules", &["sop-core"]),
    ("sop-collect", &["sop-core"]),
    ("sop-script", &["sop-core"]),
    ("sop-read", &["sop-core", "sop-rules"]),
    ("sop-trace", &["sop-core", "sop-rules", "sop-script"]),
    ("sop-draft", &["sop-core", "sop-rules"]),
    ("sop-review", &["sop-core", "sop-rules"]),
    ("sop-app", &["sop-core", "sop-rules", "sop-collect", "sop-ocr", "sop-read", "sop-script", "sop-trace", "sop-draft", "sop-review"]),
    ("sop-cli", &["sop-core", "sop-app"]),
];

const MAX_LINES: usize = 1020;

#[test]
fn crates_depend_only_downwards() {
    let output =
        Command::new(env!("CARGO")).args(["metadata", "--format-version", "1", "--no-deps", "--offline"]).current_dir(root()).output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let may_use: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut faults = Vec::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("a name");
        let Some(allowed) = may_use.get(name) else {
            faults.push(format!("{name} has no line in MAY_USE: say there what it may depend on"));
            continue;
        };
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let used = dependency["name"].as_str().expect("a name");
            if used.starts_with("sop-") && !allowed.contains(&used) {
                faults.push(format!("{name} must not depend on {used}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let without: Vec<String> = crates()
        .iter()
        .filter(|it| !std::fs::read_to_string(it.join("Cargo.toml")).unwrap().contains("[lints]\nworkspace = true"))
        .map(|it| it.display().to_string())
        .collect();
    assert!(without.is_empty(), "add `[lints]` with `workspace = true` to the Cargo.toml of\n{}", without.join("\n"));
}

#[test]
fn every_source_file_says_what_it_is_for_and_stays_readable() {
    let mut faults = Vec::new();
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        let shown = path.strip_prefix(root()).unwrap().display();
        if !text.starts_with("//!") {
            faults.push(format!("{shown} does not start with `//!` and what it is for"));
        }
        let lines = text.lines().count();
        if lines > MAX_LINES {
            faults.push(format!("{shown} has {lines} lines: split it where its subject changes"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A file that no module names is not compiled, and a reader that is not in the table is never asked.
#[test]
fn every_reader_is_registered() {
    let readers = root().join("crates/sop-read/src/readers");
    let table = std::fs::read_to_string(readers.join("mod.rs")).unwrap();
    let mut faults = Vec::new();
    for path in sources().iter().filter(|it| it.starts_with(&readers) && !it.ends_with("mod.rs")) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let folder = path.parent().unwrap();
        let parent = match folder == readers {
            true => readers.join("mod.rs"),
            false if folder.join("mod.rs").exists() => folder.join("mod.rs"),
            false => folder.with_extension("rs"),
        };
        if !std::fs::read_to_string(parent)
            .unwrap()
            .lines()
            .any(|it| it.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ") == format!("mod {name};"))
        {
            faults.push(format!("{} is compiled nowhere: no `mod {name};`", path.display()));
        }
        if std::fs::read_to_string(path).unwrap().contains("const READER: Reader") && !table.contains(&format!("{name}::READER")) {
            faults.push(format!("{} is not in the table of readers", path.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn crates() -> Vec<PathBuf> {
    let found: BTreeSet<PathBuf> =
        std::fs::read_dir(root().join("crates")).unwrap().map(|it| it.unwrap().path()).filter(|it| it.join("Cargo.toml").exists()).collect();
    found.into_iter().collect()
}

/// Every `.rs` file of the workspace.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for part in crates() {
        collect(&part, &mut found);
    }
    assert!(found.len() > 50, "the sources are not where this test looks for them");
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found.sort();
}
