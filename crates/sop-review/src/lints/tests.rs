//! The rules are tried on their own samples, and the guide is made of them.

use super::*;
use crate::{Folder, review};
use sop_core::{ArtifactId, Block, BlockKind, Document, FileEntry, Format, Page, Place, Role, Trace};
use std::collections::BTreeSet;

fn found(sample: &Sample) -> Vec<Finding> {
    let text = match sample.quote {
        Some(quote) => format!(
            "---\nsop: a\n---\n# A\n\n## Steps\n\n1. {}\n\n## Evidence\n\n| id | file | place | quote |\n| --- | --- | --- | --- |\n| E1 | a.txt | line 1 | {quote} |\n",
            sample.page
        ),
        None => sample.page.to_owned(),
    };
    let page = Page::read(&text);
    let documents: Vec<Document> = sample.folder.iter().map(|(path, text)| document(path, text)).collect();
    let mut trace = Trace::default();
    let entry =
        |it: &Document| FileEntry { path: it.path.clone(), role: Role::Input, format: Format::Text, read: String::new(), remarks: Vec::new(), redactions: 0 };
    trace.files = documents.iter().map(entry).collect();
    let folder = Folder::new(&documents, &trace, page.lang());
    let folder = (!sample.folder.is_empty()).then_some(&folder);
    review(Context { page: &page, folder, today: "2026-11-28" }).findings
}

fn document(path: &str, text: &str) -> Document {
    let mut document = Document::new(ArtifactId(path.to_owned()), path, Format::Text);
    let place = |n: usize| Place::Lines { from: n as u32 + 1, to: n as u32 + 1 };
    document.blocks = text.lines().enumerate().map(|(n, line)| Block::new(BlockKind::Paragraph, line, place(n))).collect();
    document.source = Some(text.to_owned());
    document
}

/// Every rule finds its own faults and leaves alone what only looks like one.
#[test]
fn rules_prove_themselves() {
    let mut faults = Vec::new();
    for lint in LINTS {
        let finds = |sample: &Sample| found(sample).iter().any(|it| it.rule == lint.id);
        faults.extend(lint.yes.iter().filter(|it| !finds(it)).map(|it| format!("{} misses {:?}", lint.id, it.page)));
        faults.extend(lint.no.iter().filter(|it| finds(it)).map(|it| format!("{} wrongly finds {:?}", lint.id, it.page)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn rules_are_named_once_and_style_never_blocks() {
    let names: BTreeSet<&str> = LINTS.iter().map(|it| it.id).collect();
    let codes: BTreeSet<&str> = LINTS.iter().map(|it| it.code).collect();
    assert_eq!((names.len(), codes.len()), (LINTS.len(), LINTS.len()));
    let style: Vec<&str> = LINTS.iter().filter(|it| ["W22", "W23", "W24"].contains(&it.code) && it.severity != Severity::Note).map(|it| it.id).collect();
    assert!(style.is_empty(), "{style:?} would hold an approval back");
}

/// `UPDATE_DOCS=1 cargo test --release -p sop-review guide` writes the page anew.
#[test]
#[expect(clippy::disallowed_methods, reason = "the one who changed a rule asks for the new page")]
fn the_guide_has_a_page_of_rules() {
    let mut page = String::from("# The rules of a review\n\nMade from the rules themselves. An error holds an approval back, a warning and a note do not.\n");
    for question in Question::ALL {
        page.push_str(&format!("\n## {}\n", question.text()));
        for lint in LINTS.iter().filter(|it| it.question == question) {
            let about = lint.about;
            page.push_str(&format!(
                "\n### {} ({}, {})\n\n{}.\n\n{}.\n\n- not: {}\n- better: {}\n",
                lint.id,
                lint.code,
                lint.severity.as_str(),
                about.finds,
                about.matters,
                about.example,
                about.better
            ));
        }
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/review-rules.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, page, "docs/guide/review-rules.md: run `UPDATE_DOCS=1 cargo test --release -p sop-review guide`");
}
