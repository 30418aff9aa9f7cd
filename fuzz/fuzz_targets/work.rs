//! A small folder of any texts, all the way to the page. A byte of 1 at the start of a line begins the next file, whose name
//! is the rest of that line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sop_core::Document;
use sop_draft::Audience;
use sop_fuzz::{Blind, artifact, named, only_ours_count};
use sop_read::{People, Reading};
use sop_trace::Asked;

fuzz_target!(init: only_ours_count(), |data: &[u8]| {
    let mut documents: Vec<Document> = Vec::new();
    for part in data.split(|it| *it == 1).take(4) {
        let Some((name, bytes)) = named(part) else { continue };
        let artifact = artifact(name, bytes);
        if let Some(Reading::Document(it)) = sop_read::read(&artifact, bytes, &Blind, &People::default()).output {
            documents.push(*it);
        }
    }
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    documents.dedup_by(|a, b| a.path == b.path);
    sop_read::conceal_customers(&mut documents, Vec::new());
    let trace = sop_trace::trace(&documents, &[], &Asked { process: "stock order".to_owned(), period: None, lang: None });
    let page = sop_draft::draft(&trace, "Stock order", &Audience { text: "a new assistant".to_owned() }, "b3:0").sop.to_markdown();
    assert!(!page.chars().any(|it| it.is_control() && it != '\n'), "{page:?}");
});
