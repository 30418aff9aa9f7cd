//! Reviews: of a fresh draft, of one that somebody has edited, and of the page of somebody else.

use crate::{Said, root, sop};
use insta::assert_snapshot;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const FOREIGN: &str = "# Closing the shop\n\n## Procedure\n\n1. Count the till: `python3 count.py --day`\n2. Check the total.\n3. Email the sheet to all@old.example\n\n## Troubleshooting\n\n- Till and sheet differ by more than 5 %: call Ann (`rules.txt`)\n";

fn shop(dir: &Path) {
    let work = dir.join("shop");
    fs::create_dir_all(&work).unwrap();
    fs::write(work.join("rules.txt"), "Ann Bell: if till and sheet differ by more than 2 % call me before you go.\n").unwrap();
    fs::write(work.join("count.py"), "import sys\nrows = open(\"till.csv\").read()\nif not rows:\n    sys.exit(\"no till\")\n").unwrap();
    fs::write(work.join("till.csv"), "item,amount\ntea,2.50\ncake,3.10\n").unwrap();
    fs::write(dir.join("closing.md"), FOREIGN).unwrap();
}

fn drafted(dir: &Path) {
    let folder = root().join("examples/monthly-report");
    let said = sop(dir, &["draft", folder.to_str().unwrap(), "--yes", "--process", "monthly sales report"]);
    assert!(said.code < 2, "{}", said.err);
}

fn errors(said: &Said) -> Vec<(String, u64)> {
    let findings = said.json()["findings"].as_array().cloned().unwrap_or_default();
    let errors = findings.iter().filter(|it| it["severity"] == "error");
    errors.map(|it| (it["rule"].as_str().unwrap_or_default().to_owned(), it["line"].as_u64().unwrap_or_default())).collect()
}

#[test]
fn the_page_of_somebody_else_gets_the_seven_questions() {
    let dir = TempDir::new().unwrap();
    shop(dir.path());
    let said = sop(dir.path(), &["review", "closing.md", "--against", "shop"]);
    assert_eq!(said.code, 1);
    assert_snapshot!("foreign-review", said.snapshot(dir.path()));
}

#[test]
fn without_the_folder_nobody_can_tell_whether_it_matches_the_work() {
    let dir = TempDir::new().unwrap();
    shop(dir.path());
    let said = sop(dir.path(), &["review", "closing.md", "--json"]).json();
    let last = &said["answers"][6];
    assert_eq!((last["question"].as_str(), last["verdict"].as_str()), (Some("reality"), Some("cannot-tell")));
}

#[test]
fn a_fresh_draft_is_true_and_one_changed_character_is_found() {
    let dir = TempDir::new().unwrap();
    drafted(dir.path());
    let clean = sop(dir.path(), &["review", "--json"]);
    assert!(errors(&clean).is_empty(), "{}", clean.out);
    assert_eq!(clean.code, 0);
    let page = fs::read_to_string(dir.path().join("SOP.md")).unwrap();
    let changed = page.replacen("over 6%", "over 8%", 1);
    assert_ne!(page, changed);
    let line = changed.lines().position(|it| it.contains("over 8%")).unwrap() as u64 + 1;
    fs::write(dir.path().join("SOP.md"), changed).unwrap();
    let said = sop(dir.path(), &["review", "--json"]);
    assert_eq!((said.code, errors(&said)), (1, vec![("unsupported-statement".to_owned(), line)]), "{}", said.out);
}

#[test]
fn findings_are_told_as_sarif() {
    let dir = TempDir::new().unwrap();
    shop(dir.path());
    let said = sop(dir.path(), &["review", "closing.md", "--sarif"]).json();
    assert_eq!(said["version"], "2.1.0");
    let result = &said["runs"][0]["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "closing.md");
    let rules: Vec<&str> = said["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().iter().filter_map(|it| it["id"].as_str()).collect();
    assert!(rules.contains(&result["ruleId"].as_str().unwrap()));
}

#[test]
fn what_is_no_page_is_told_with_what_to_do() {
    let dir = TempDir::new().unwrap();
    shop(dir.path());
    fs::write(dir.path().join("picture.md"), [0xff, 0xd8, 0x00, 0x81]).unwrap();
    let told: Vec<String> = [&["review", "nothing.md"][..], &["review", "shop"], &["review", "picture.md"], &["review", "closing.md", "--against", "nowhere"]]
        .iter()
        .map(|args| {
            let said = sop(dir.path(), args);
            assert_eq!(said.code, 2, "{args:?}");
            said.err
        })
        .collect();
    assert_snapshot!("no-page", told.concat());
}

#[test]
fn what_stands_on_a_page_and_must_not_is_named_and_never_repeated() {
    let dir = TempDir::new().unwrap();
    shop(dir.path());
    let page =
        "# Paying\n\n## Steps\n\n1. Pay to `GB82 WEST 1234 5698 7654 32` with card 4111 1111 1111 1111 (`rules.txt`)\n2. Log in with password: hunter2-Kappa\n";
    fs::write(dir.path().join("paying.md"), page).unwrap();
    for form in ["--json", "--sarif", "--yes"] {
        let said = sop(dir.path(), &["review", "paying.md", "--against", "shop", form]);
        let all = format!("{}{}", said.out, said.err);
        assert!(all.contains("private-data"), "{all}");
        for secret in ["7654 32", "4111 1111", "hunter2"] {
            assert!(!all.contains(secret), "{secret}: {all}");
        }
    }
}
