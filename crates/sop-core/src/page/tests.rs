//! What is understood of a page, and what is left as it stands.

use super::*;

fn shown(text: &str) -> Vec<String> {
    let page = Page::read(text);
    let line = |part: &Part, it: &Entry| format!("{} {:?} {:?} {} {:?}", it.line, part.kind, it.form, it.text, it.basis.as_ref().map(Basis::evidence));
    page.entries().map(|(part, it)| line(part, it)).collect()
}

const OURS: &str = "---
sop: monthly-report
title: \"Report: sales\"
version: 1
---
# Report

## Steps

1. Run `a.py` *(mechanical)* [E1, E2]
   - **Done when** it has written `out.csv`. [E2, inferred: lineage]
2. **STOP: wait for Ruth** [E3]

## Open questions

- Q1: Who approves? [asked: no approver]

## Evidence

| id | file | place | quote |
| --- | --- | --- | --- |
| E1 | a.py | line 1 | open(\"in.csv\") |
| E2 | a\\_b.py | lines 2-3 | x \\| y [E1] |
";

#[test]
fn our_own_page_is_read_back() {
    let page = Page::read(OURS);
    assert_eq!(page.field("title").map(|it| (it.value.as_str(), it.line)), Some(("Report: sales", 3)));
    assert_eq!(page.title.as_deref(), Some("Report"));
    assert!(page.is_ours());
    let steps: Vec<&Entry> = page.section(SectionKind::Steps).collect();
    assert_eq!(steps.len(), 2);
    assert_eq!((steps[0].text.as_str(), steps[0].line, steps[0].form), ("Run `a.py` *(mechanical)*", 10, Form::Numbered));
    assert_eq!(steps[0].basis, Some(Basis::Cited { evidence: vec![EvidenceId(1), EvidenceId(2)] }));
    assert_eq!(steps[0].below[0].basis, Some(Basis::Inferred { evidence: vec![EvidenceId(2)], rule: "lineage".into() }));
    assert_eq!(steps[0].below[0].code(), ["out.csv"]);
    assert!(steps[1].is_stop() && !steps[0].is_stop());
    let found: Vec<_> = page.evidence.iter().map(|it| (it.id.0, it.path.as_str(), it.place.as_str(), it.quote.as_str(), it.line)).collect();
    assert_eq!(found, [(1, "a.py", "line 1", "open(\"in.csv\")", 22), (2, "a_b.py", "lines 2-3", "x | y [E1]", 23)]);
}

#[test]
fn what_the_owner_said_is_a_basis_of_its_own() {
    let page = Page::read("# A\n\n## Steps\n\n1. Ring the bank. [stated: Priya Shah, 2026-11-28]\n2. See [the guide]\n");
    let steps: Vec<&Entry> = page.section(SectionKind::Steps).collect();
    assert_eq!(steps[0].basis, Some(Basis::Stated { by: "Priya Shah".into(), on: "2026-11-28".into() }));
    assert_eq!((steps[1].text.as_str(), &steps[1].basis), ("See [the guide]", &None));
}

#[test]
fn the_page_of_somebody_else_is_read_by_its_headings() {
    let text = "Title\n=====\n\nWhy we do it.\n\n## 3. Procedure\n\n* Export the\n  orders\n\n  ```sh\n  python run.py\n  ```\n\n### Evening\n\n1. [ ] Lock up\n\n## Troubleshooting\n\n| problem | do |\n|---|---|\n| no file | ask Ann |\n";
    assert_eq!(
        shown(text),
        [
            "4 None Paragraph Why we do it. None",
            "8 Some(Steps) Item Export the orders None",
            "11 Some(Steps) Code python run.py None",
            "17 Some(Steps) Numbered Lock up None",
            "23 Some(Failures) Row no file | ask Ann None",
        ]
    );
}

#[test]
fn any_text_is_a_page() {
    for text in ["", "---", "# ", "|a|\n|-|", "1.\n2.\n", "- [", "]", "[E1]", "\u{0}\u{feff}- x [E99999999999]"] {
        let _ = Page::read(text);
    }
    assert_eq!(shown("- x [E1]\n- y [E1, oops]"), ["1 None Item x Some([EvidenceId(1)])", "2 None Item y [E1, oops] None"]);
}

#[test]
fn lists_in_lists_without_end_are_a_page_too() {
    let page = Page::read(&format!("# A\n\n## Steps\n\n{}x\n", "- ".repeat(60_000)));
    assert!(page.entries().any(|it| it.1.text == "x"));
}
