//! Texts and small folders with scripts in them, damaged in some hundred ways, all the way to the page: the targets of `fuzz/` in small,
//! with any compiler. The readers have their own, in `crates/sop-read/tests/smoke.rs`.

use sop_core::{Artifact, ArtifactId, Digest, Document};
use sop_read::{People, PictureLine, Pictures, Reading};
use std::path::{Path, PathBuf};

const ROUNDS: usize = 6;
const MAX_BYTES: usize = 20_000;

struct Blind;

impl Pictures for Blind {
    fn lines(&self, _: &[u8]) -> Result<Vec<PictureLine>, String> {
        Ok(Vec::new())
    }
}

/// Xorshift: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

/// A text with parts cut out, doubled, turned or taken from another.
fn mutated(whole: &str, other: &str, dice: &mut Dice) -> String {
    let mut text: Vec<char> = whole.chars().collect();
    let other: Vec<char> = other.chars().collect();
    for _ in 0..=dice.below(4) {
        let at = dice.below(text.len());
        let to = (at + dice.below(60)).min(text.len());
        match dice.below(6) {
            0 => drop(text.drain(at..to)),
            1 => text.splice(at..at, text[at..to].to_vec()).for_each(drop),
            2 => {
                let from = dice.below(other.len());
                text.splice(at..to, other[from..(from + dice.below(200)).min(other.len())].to_vec()).for_each(drop);
            }
            3 => text.splice(at..at, "({[<\"'`\\é\u{1f600}\u{0}\u{202e}|#=".chars().cycle().skip(dice.below(15)).take(1)).for_each(drop),
            4 => text.splice(at..at, std::iter::repeat_n(['(', '[', '{', '>', '-', ' '][dice.below(6)], dice.below(2_000))).for_each(drop),
            _ => text.truncate(at),
        }
    }
    text.into_iter().collect()
}

/// The evidence of the cases of the suite, a folder a case: name and text of each file.
fn folders() -> Vec<Vec<(String, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/suite");
    let mut pages: Vec<PathBuf> = Vec::new();
    for stage in std::fs::read_dir(root).unwrap().map(|it| it.unwrap().path()).filter(|it| it.is_dir()) {
        pages.extend(std::fs::read_dir(stage).unwrap().map(|it| it.unwrap().path()));
    }
    pages.sort();
    let mut out = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for case in text.split("\n## ").skip(1) {
            let blocks = case.split("\n```evidence ").skip(1).filter_map(|it| it.split_once('\n'));
            let files = blocks.map(|(name, rest)| (name.trim().to_owned(), rest.split("\n```").next().unwrap_or_default().to_owned()));
            let files: Vec<(String, String)> = files.filter(|it| !it.0.ends_with(".xlsx") && !it.0.ends_with(".png") && it.1.len() <= MAX_BYTES).collect();
            out.push(files);
        }
    }
    out.retain(|it| !it.is_empty());
    assert!(out.len() > 100, "the suite is not where this test looks for it");
    out
}

#[test]
fn damaged_work_is_drafted() {
    let folders = folders();
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for files in &folders {
        for _ in 0..ROUNDS {
            let other = &folders[dice.below(folders.len())][0].1;
            let mut documents: Vec<Document> = Vec::new();
            for (path, text) in files {
                let text = mutated(text, other, &mut dice);
                let artifact =
                    Artifact { id: ArtifactId("a".into()), path: path.clone(), size: text.len() as u64, digest: Digest(String::new()), modified: None };
                let read = sop_read::read(&artifact, text.as_bytes(), &Blind, &People::default());
                if let Some(Reading::Document(it)) = read.output {
                    documents.push(*it);
                }
            }
            documents.sort_by(|a, b| a.path.cmp(&b.path));
            sop_read::conceal_customers(&mut documents, Vec::new());
            let trace = sop_trace::trace(&documents, &[], &sop_trace::Asked { process: "the work".to_owned(), period: None, lang: None });
            let audience = sop_draft::Audience { text: "a new assistant".to_owned() };
            let page = sop_draft::draft(&trace, "The work", &audience, "b3:0").sop.to_markdown();
            assert!(!page.chars().any(|it| it.is_control() && it != '\n'), "{page:?}");
        }
    }
}

#[test]
fn damaged_texts_keep_their_lines_and_no_card() {
    let folders = folders();
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    for (_, text) in folders.iter().flatten() {
        for _ in 0..ROUNDS {
            let text = mutated(text, &folders[dice.below(folders.len())][0].1, &mut dice);
            let redacted = sop_rules::redact(&format!("{text}\n4111 1111 1111 1111\n{text}")).text;
            assert_eq!(redacted.matches('\n').count(), 2 * text.matches('\n').count() + 2, "{text}");
            assert!(!redacted.contains("1111 1111 1111"), "{text}");
            let _ = sop_rules::redact_name(&text);
        }
    }
}
