//! Any words in an SOP: the page keeps its shape, one line an entry, no character that steers a terminal, and is read back.
//! Any text as a page, too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sop_core::{Anchor, ArtifactId, Basis, Evidence, EvidenceId, Item, Lang, Page, Place, Section, SectionKind, Sop, Statement};
use sop_fuzz::only_ours_count;

fuzz_target!(init: only_ours_count(), |text: &str| {
    let anchor = Anchor { artifact: ArtifactId("a".into()), path: text.into(), place: Place::File, quote: text.into() };
    let statement = || Statement { text: text.to_owned(), basis: Basis::Cited { evidence: vec![EvidenceId(1)] } };
    let sop = Sop {
        lang: Lang::default(),
        slug: "a".into(),
        title: text.into(),
        version: 1,
        audience: text.into(),
        owner: Some(text.into()),
        approver: None,
        digest: "b3:0".into(),
        sections: vec![Section { kind: SectionKind::Gates, items: vec![Item { head: statement(), below: vec![statement()], kind: None }] }],
        evidence: vec![Evidence { id: EvidenceId(1), anchor }],
    };
    let page = sop.to_markdown();
    assert_eq!(page.lines().count(), 22, "{page}");
    assert!(!page.chars().any(|it| it.is_control() && it != '\n'), "{page}");
    let read = Page::read(&page);
    assert!(read.is_ours() && read.evidence.len() == 1 && read.section(SectionKind::Gates).count() == 1, "{page}");
    assert!(read.entries().all(|it| it.1.basis.is_some()), "{page}");
    let _ = Page::read(text);
});
