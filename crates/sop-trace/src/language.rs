//! In which language people write: what we say ourselves goes into it, and what we would not understand is told.

use crate::people::anchor;
use crate::text::{sentences, words};
use sop_core::{Block, BlockKind, Document, Foreign, Lang, Role};
use std::collections::BTreeMap;

/// Fewer words say nothing of the language of a folder.
const FEW: usize = 40;
/// A passage with fewer words is in the language of the others of its file.
const SHORT: usize = 10;
/// More of one file says nothing new.
const MOST_PASSAGES: usize = 300;

/// What is written in one language.
#[derive(Default)]
struct Share<'a> {
    words: usize,
    sentences: usize,
    first: Vec<(&'a Document, &'a Block)>,
}

/// Finds the language that most of the words of people are in, of those a draft can be written in; and another one that
/// much of the text is in. Equals and little text are English.
pub(crate) fn judge(documents: &[Document], roles: &BTreeMap<String, Role>) -> (Lang, Option<Foreign>) {
    let mut shares: BTreeMap<&'static str, (whatlang::Lang, Share<'_>)> = BTreeMap::new();
    for document in documents.iter().filter(|it| tells(roles.get(&it.path).copied())) {
        let passages: Vec<&Block> = document.blocks.iter().filter(|it| is_prose(it.kind)).take(MOST_PASSAGES).collect();
        let all = passages.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join("\n");
        let of_file = detect(&all);
        for block in passages {
            let own = if words(&block.text) < SHORT { None } else { detect(&block.text) };
            let Some(found) = own.or(of_file) else { continue };
            let share = &mut shares.entry(found.code()).or_insert_with(|| (found, Share::default())).1;
            share.words += words(&block.text);
            share.sentences += sentences(&block.text).len();
            if share.first.len() < 2 && words(&block.text) >= SHORT {
                share.first.push((document, block));
            }
        }
    }
    let mut main = (Lang::default(), 0);
    for lang in Lang::all() {
        let words = shares.get(lang.iso).map_or(0, |it| it.1.words);
        if words > main.1 && words >= FEW {
            main = (lang, words);
        }
    }
    let all: usize = shares.values().map(|it| it.1.sentences).sum();
    let foreign = shares
        .values()
        .filter(|(it, share)| Lang::all().all(|lang| lang.iso != it.code()) && share.words >= FEW)
        .filter(|(_, share)| share.sentences * 4 > all || share.words > main.1)
        .max_by_key(|it| it.1.words)
        .map(|(it, share)| Foreign {
            language: it.eng_name().to_owned(),
            own_name: it.name().to_owned(),
            percent: share.sentences * 100 / all.max(1),
            anchors: share.first.iter().map(|(document, block)| anchor(document, block)).collect(),
        });
    (main.0, foreign)
}

fn detect(text: &str) -> Option<whatlang::Lang> {
    whatlang::detect(text).filter(whatlang::Info::is_reliable).map(|it| it.lang())
}

/// Whether the words of a file are those of the people who do the work; a script's and a customer's are not.
fn tells(role: Option<Role>) -> bool {
    matches!(role, Some(Role::Message | Role::Note | Role::Record | Role::Output | Role::Template | Role::PriorSop))
}

fn is_prose(kind: BlockKind) -> bool {
    matches!(kind, BlockKind::Message | BlockKind::Paragraph | BlockKind::Item { .. } | BlockKind::Note)
}
