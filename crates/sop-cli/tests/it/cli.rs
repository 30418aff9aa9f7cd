//! The commands: their help, and what they say and how they end when something is wrong.

use crate::{Said, aloud, run, sop};
use insta::assert_snapshot;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder with a small piece of work in `work`.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let work = dir.path().join("work");
    fs::create_dir(&work).unwrap();
    fs::write(work.join("notes.txt"), "Stock count\n\n1. Export the stock list from Shelfware as stock.csv\n2. Run python3 count.py stock.csv\n3. Do not send it before Ana Ruiz has approved the count\n").unwrap();
    fs::write(work.join("count.py"), "\"\"\"Count the stock by shelf.\"\"\"\nimport csv, sys\nrows = list(csv.DictReader(open(sys.argv[1])))\nif not rows:\n    sys.exit(\"no rows: export again\")\nopen(\"count.txt\", \"w\").write(str(len(rows)))\n").unwrap();
    fs::write(work.join("stock.csv"), "shelf,item,pieces\nA1,lamp,4\nA2,vase,9\n").unwrap();
    dir
}

/// The same folder as a `.tar.gz`, cut off after so many hundredths.
fn archive(dir: &Path, percent: usize) {
    let done = std::process::Command::new("tar").args(["-czf", "work.tar.gz", "work"]).current_dir(dir).status();
    assert!(done.is_ok_and(|it| it.success()), "tar is needed for this test");
    let bytes = fs::read(dir.join("work.tar.gz")).unwrap();
    fs::write(dir.join("work.tar.gz"), &bytes[..bytes.len() * percent / 100]).unwrap();
}

fn drafted(dir: &Path) -> Said {
    let said = sop(dir, &["draft", "work"]);
    assert_eq!(said.code, 0, "{}", said.err);
    said
}

#[test]
fn help() {
    let dir = folder();
    for (name, args) in [
        ("help", vec!["--help"]),
        ("help-draft", vec!["draft", "--help"]),
        ("help-inspect", vec!["inspect", "--help"]),
        ("help-show", vec!["show", "--help"]),
        ("help-scope", vec!["scope", "--help"]),
        ("help-review", vec!["review", "--help"]),
    ] {
        let said = sop(dir.path(), &args);
        assert_eq!(said.code, 0);
        assert_snapshot!(name, said.snapshot(dir.path()));
    }
}

#[test]
fn nothing_to_do_or_a_wrong_word_is_told_with_the_usage() {
    let dir = folder();
    assert_eq!(sop(dir.path(), &[]).code, 2);
    let said = sop(dir.path(), &["drat", "work"]);
    assert_eq!(said.code, 2);
    assert_snapshot!("wrong-word", said.snapshot(dir.path()));
}

#[test]
fn a_folder_that_is_not_there() {
    let dir = folder();
    let said = sop(dir.path(), &["draft", "wrok"]);
    assert_eq!(said.code, 2);
    assert_snapshot!("no-such-folder", said.snapshot(dir.path()));
    assert!(!dir.path().join("SOP.md").exists(), "nothing is written");
}

#[test]
fn a_file_that_is_no_archive() {
    let dir = folder();
    let said = sop(dir.path(), &["draft", "work/notes.txt"]);
    assert_eq!(said.code, 2);
    assert_snapshot!("no-archive", said.snapshot(dir.path()));
}

#[test]
fn a_pattern_that_is_none() {
    let dir = folder();
    let said = sop(dir.path(), &["draft", "work", "--exclude", "old[/**"]);
    assert_eq!(said.code, 2);
    assert_snapshot!("bad-pattern", said.snapshot(dir.path()));
}

/// Nothing was read, so nothing is stated: the draft is short and asks.
#[test]
fn an_empty_folder_gives_a_short_draft_of_questions() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("work")).unwrap();
    let said = sop(dir.path(), &["draft", "work", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let json = said.json();
    assert_eq!(json["files_read"], 0);
    assert_eq!(json["citations"], 0);
    assert_eq!(json["steps"], 0);
    assert!(json["questions"].as_u64().unwrap() >= 1, "what is not known is asked");
    let text = fs::read_to_string(dir.path().join("SOP.md")).unwrap();
    assert!(text.contains("## Open questions"), "{text}");
    assert!(text.split_whitespace().count() < 250, "short and honest:\n{text}");
}

#[test]
fn an_empty_file_is_named() {
    let dir = folder();
    fs::write(dir.path().join("work/export.csv"), "").unwrap();
    let said = sop(dir.path(), &["draft", "work"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("problem:  export.csv: the file is empty (check whether an export or a copy went wrong)"), "{}", said.out);
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_named() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let dir = folder();
    let path = dir.path().join("work/secret.txt");
    fs::write(&path, "not for everybody").unwrap();
    if fs::metadata(&path).unwrap().uid() == 0 {
        return aloud("SKIPPED an_unreadable_file_is_named: the superuser may read everything; run the tests as another user");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    let said = sop(dir.path(), &["draft", "work"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("problem:  secret.txt: you may not open the file (ask its owner for access)"), "{}", said.out);
}

#[test]
fn a_broken_file_is_named_and_the_rest_is_read() {
    let dir = folder();
    fs::write(dir.path().join("work/plan.xlsx"), b"PK\x03\x04 cut off").unwrap();
    let said = sop(dir.path(), &["draft", "work"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("problem:  plan.xlsx: "), "{}", said.out);
    assert!(fs::read_to_string(dir.path().join("SOP.md")).unwrap().contains("no rows: export again"), "the other files still count");
}

#[test]
fn an_archive_reads_like_its_folder() {
    let dir = folder();
    drafted(dir.path());
    archive(dir.path(), 100);
    let said = sop(dir.path(), &["draft", "work.tar.gz", "--out", "packed.md"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!(read("packed.md"), read("SOP.md"));
}

#[test]
fn an_archive_cut_short_says_so() {
    let dir = folder();
    archive(dir.path(), 90);
    let said = sop(dir.path(), &["draft", "work.tar.gz"]);
    // How much can be read of it depends on the packer, but it is never taken for whole.
    match said.code {
        1 => assert!(said.out.contains("the archive is damaged or cut off; what could be read of it is used (download or copy it again)"), "{}", said.out),
        _ => assert!(said.err.contains("the archive work.tar.gz is damaged or cut off"), "{}", said.err),
    }
    archive(dir.path(), 8);
    let said = sop(dir.path(), &["draft", "work.tar.gz"]);
    assert_eq!(said.code, 2);
    assert_snapshot!("archive-cut-short", said.snapshot(dir.path()));
}

#[test]
fn an_edited_draft_is_not_overwritten() {
    let dir = folder();
    let out = dir.path().join("SOP.md");
    drafted(dir.path());
    let first = fs::read_to_string(&out).unwrap();
    drafted(dir.path());
    assert_eq!(fs::read_to_string(&out).unwrap(), first, "a draft that nobody touched is simply drafted again");

    let edited = first.replace("# Work", "# Counting the stock");
    assert_ne!(edited, first);
    fs::write(&out, &edited).unwrap();
    let said = sop(dir.path(), &["draft", "work"]);
    assert_eq!(said.code, 2);
    assert_snapshot!("edited-draft", said.snapshot(dir.path()));
    assert_eq!(fs::read_to_string(&out).unwrap(), edited);

    let said = sop(dir.path(), &["draft", "work", "--force"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("the text before is kept as SOP.md.bak"), "{}", said.out);
    assert_eq!(fs::read_to_string(&out).unwrap(), first);
    assert_eq!(fs::read_to_string(dir.path().join("SOP.md.bak")).unwrap(), edited);
}

#[test]
fn a_draft_inside_its_own_folder_is_not_its_own_evidence() {
    let dir = folder();
    let work = dir.path().join("work");
    for _ in 0..2 {
        let said = sop(&work, &["draft", ".", "--json"]);
        assert_eq!(said.code, 0, "{}", said.err);
        assert_eq!(said.json()["files_read"], 3);
    }
}

#[test]
fn a_folder_where_nothing_can_be_written() {
    let dir = folder();
    let said = sop(dir.path(), &["draft", "work", "--out", "work/notes.txt/SOP.md"]);
    assert_eq!(said.code, 2);
    assert!(said.err.starts_with("error: cannot write work/notes.txt/"), "{}", said.err);
}

#[test]
fn a_citation_opens() {
    let dir = folder();
    drafted(dir.path());
    let said = sop(dir.path(), &["show", "E1"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.starts_with("E1  ") && said.out.contains("\n> "), "{}", said.out);
    let json = sop(dir.path(), &["show", "[e1]", "--json"]).json();
    assert_eq!((json["id"].as_str(), json["found"].as_bool()), (Some("E1"), Some(true)));
}

#[test]
fn a_citation_that_is_not_there() {
    let dir = folder();
    drafted(dir.path());
    for id in ["E999", "E0", "figures"] {
        let said = sop(dir.path(), &["show", id]);
        assert_eq!(said.code, 2);
        assert!(said.err.starts_with(&format!("error: {id} does not stand in SOP.md; it has E1 to E")), "{}", said.err);
    }
    let said = sop(dir.path(), &["show", "E1", "--sop", "other.md"]);
    assert_eq!(said.code, 2);
    assert_snapshot!("no-evidence-list", said.snapshot(dir.path()));
}

#[test]
fn a_folder_that_has_moved_is_given_again() {
    let dir = folder();
    drafted(dir.path());
    fs::rename(dir.path().join("work"), dir.path().join("done")).unwrap();
    let said = sop(dir.path(), &["show", "E1"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("is not there any more; give it with `--from FOLDER`"), "{}", said.err);
    assert_eq!(sop(dir.path(), &["show", "E1", "--from", "done"]).code, 0);
}

#[test]
fn a_quote_that_has_changed_is_told() {
    let dir = folder();
    drafted(dir.path());
    for name in ["notes.txt", "count.py", "stock.csv"] {
        fs::write(dir.path().join("work").join(name), "something else\n").unwrap();
    }
    let said = sop(dir.path(), &["show", "E1"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("the quote is not there any more"), "{}", said.out);
}

#[test]
fn json_is_json_and_nothing_else() {
    let dir = folder();
    let draft = sop(dir.path(), &["draft", "work", "--json"]).json();
    for key in ["out", "title", "files_read", "left_out", "problems", "steps", "gates", "questions", "disagreements", "citations", "sop"] {
        assert!(draft.get(key).is_some(), "no {key}");
    }
    let inspect = sop(dir.path(), &["inspect", "work", "--json"]).json();
    for key in ["trace", "problems", "digest"] {
        assert!(inspect.get(key).is_some(), "no {key}");
    }
}

#[test]
fn the_evidence_map_names_every_file() {
    let dir = folder();
    let said = sop(dir.path(), &["inspect", "work"]);
    assert_eq!(said.code, 0, "{}", said.err);
    for part in ["FILES (3)", "notes.txt", "count.py", "stock.csv", "LEFT OUT (0)", "LINEAGE", "PEOPLE", "TIMELINE", "RULES FOUND"] {
        assert!(said.out.contains(part), "no {part}:\n{}", said.out);
    }
    assert!(sop(dir.path(), &["inspect", "work", "--mermaid"]).out.starts_with("flowchart LR\n"));
}

#[test]
fn only_what_is_asked_for_is_read() {
    let dir = folder();
    let read = |args: &[&str]| sop(dir.path(), &[&["draft", "work", "--json"], args].concat()).json()["files_read"].clone();
    assert_eq!(read(&["--include", "*.txt"]), 1);
    assert_eq!(read(&["--exclude", "*.csv"]), 2);
    assert_eq!(read(&["--include", "*.txt", "--include", "*.py"]), 2);
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_early_is_no_fault() {
    let dir = folder();
    let mut command = std::process::Command::new("sh");
    command.current_dir(dir.path()).args(["-c", "\"$0\" inspect work | head -n 1", env!("CARGO_BIN_EXE_sop")]);
    let said = run(command);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[test]
fn a_scope_is_shown_kept_and_honoured_everywhere() {
    let dir = folder();
    fs::write(dir.path().join("work/wages.csv"), "employee,net pay\nA,1\n").unwrap();
    fs::write(dir.path().join("work/old.txt"), "Do not send it before Zoe Vance has approved it\n").unwrap();
    let said = sop(dir.path(), &["scope", "work"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("nothing was read yet") && said.out.contains("count.py"), "{}", said.out);
    assert!(!dir.path().join("work/.sop").exists(), "it was not asked to keep anything");
    let said = sop(dir.path(), &["scope", "work", "--exclude", "old.*", "--sensitive", "stock*", "--system", "Shelfware", "--save"]);
    assert!(said.out.contains("old.txt  excluded by your scope") && said.out.contains("stock.csv  kept out by your scope"), "{}", said.out);
    for command in ["inspect", "draft"] {
        let seen = sop(dir.path(), &[command, "work", "--json"]);
        assert!(!seen.out.contains("Zoe Vance") && !seen.out.contains("lamp"), "{command} reads what is out of scope");
    }
    let inspect = sop(dir.path(), &["inspect", "work", "--json"]).json();
    let left_out = inspect["trace"]["left_out"].as_array().unwrap();
    let stock = left_out.iter().find(|it| it["path"] == "stock.csv").unwrap();
    assert_eq!((stock["sensitive"].as_bool(), stock["reason"].as_str()), (Some(true), Some("kept out by your scope")));
    let kept = dir.path().join("work/.sop/scope.toml");
    let text = fs::read_to_string(&kept).unwrap();
    fs::write(&kept, text.replace("exclude", "exlude")).unwrap();
    let said = sop(dir.path(), &["draft", "work", "--out", "b.md"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("unknown field `exlude`") && said.err.contains("nothing was read"), "{}", said.err);
    assert!(!dir.path().join("b.md").exists());
}

#[test]
fn a_whole_home_folder_is_not_one_piece_of_work() {
    let dir = folder();
    let ask = |place: &Path, args: &[&str]| {
        let mut command = crate::command(place);
        command.args(args).env("HOME", dir.path());
        run(command)
    };
    let work = dir.path().join("work");
    for (place, folder, what) in
        [(dir.path(), ".", "a whole home folder"), (work.as_path(), "..", "a whole home folder"), (work.as_path(), "/", "a whole disk")]
    {
        let said = ask(place, &["scope", folder]);
        assert_eq!(said.code, 2, "{folder}");
        assert!(said.err.contains(what) && said.err.contains("--yes"), "{}", said.err);
    }
    assert_eq!(ask(dir.path(), &["inspect", ".", "--yes"]).code, 0);
    let mut above = crate::command(&work);
    above.args(["draft", ".."]).env("HOME", work.join("x"));
    let said = run(above);
    assert!(said.code == 2 && said.err.contains("a folder above the one you are in"), "{}", said.err);
}

#[test]
fn a_second_look_is_the_same_and_sees_what_changed() {
    let dir = folder();
    let look = |args: &[&str]| {
        let mut command = crate::command(dir.path());
        command.args([&["inspect", "work", "--json"], args].concat()).env("SOP_CACHE_DIR", dir.path().join("cache"));
        run(command).out
    };
    let first = look(&[]);
    let kept = fs::read_dir(dir.path().join("cache/folders")).unwrap().count();
    assert!(kept >= 2, "nothing is remembered");
    assert_eq!(look(&[]), first);
    assert_eq!(look(&["--fresh"]), first);
    fs::write(dir.path().join("work/notes.txt"), "Send nothing before Bo Lind has approved the count\n").unwrap();
    let changed = look(&[]);
    assert!(changed.contains("Bo Lind has approved") && !changed.contains("Ana Ruiz has approved"), "an old look was shown");
    // What was half written or spoilt is not believed.
    for entry in fs::read_dir(dir.path().join("cache/folders")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    }
    assert_eq!(look(&[]), changed);
}
