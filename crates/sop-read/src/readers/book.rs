//! Electronic books (.epub): each chapter read as the web page it is, in the order of the book.

use super::ooxml::{Node, Package};
use crate::reader::{About, Input, Raw, Reader, read_inside};
use sop_core::{Document, Format};
use std::collections::BTreeMap;

pub(super) const READER: Reader = Reader {
    name: "book",
    about: About {
        files: "`.epub`",
        taken: "title, headings, paragraphs, lists, tables of each chapter",
        anchor: "chapter and line",
        not_taken: "pictures, locked books",
    },
    accepts,
    read,
};

const MAX_CHAPTERS: usize = 1_000;

fn accepts(input: &Input<'_>) -> bool {
    const KIND: &[u8] = b"application/epub+zip";
    let head = &input.bytes[..input.bytes.len().min(200)];
    input.bytes.starts_with(b"PK") && (head.windows(KIND.len()).any(|it| it == KIND) || input.name.to_lowercase().ends_with(".epub"))
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut package = Package::open(input.bytes)?;
    let broken = || "the book is broken".to_owned();
    let container = package.tree("META-INF/container.xml").ok_or_else(broken)?;
    let roots = container.descendants("rootfile");
    let path = roots.first().and_then(|it| it.attr("full-path")).ok_or_else(broken)?.to_owned();
    let root = package.tree(&path).ok_or_else(broken)?;
    if package.text("META-INF/encryption.xml").is_some_and(|it| it.contains("xhtml")) {
        return Err("the book is locked".into());
    }
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Archive);
    let about = |name: &str| root.child("metadata").and_then(|it| it.child(name)).map(Node::text).filter(|it| !it.is_empty());
    (doc.title, doc.author) = (about("title"), about("creator"));
    let folder = path.rsplit_once('/').map_or("", |it| it.0);
    let parts: BTreeMap<&str, &str> = root.descendants("item").into_iter().filter_map(|it| Some((it.attr("id")?, it.attr("href")?))).collect();
    let order = root.descendants("itemref");
    for part in order.iter().take(MAX_CHAPTERS).filter_map(|it| parts.get(it.attr("idref")?)) {
        let name = if folder.is_empty() { (*part).to_owned() } else { format!("{folder}/{part}") };
        let Some(text) = package.text(&name.replace("%20", " ")) else {
            doc.remarks.push(format!("the chapter {part} is missing or too long"));
            continue;
        };
        if text.len() as u64 > input.budget.bytes() {
            doc.remarks.push("the book is too long and was not read to its end".into());
            break;
        }
        input.budget.spend(text.len() as u64);
        if let Some(Raw(chapter)) = read_inside(part, text.as_bytes(), input) {
            doc.blocks.extend(chapter.blocks);
            doc.remarks.extend(chapter.remarks.into_iter().filter(|it| it != "no text in it"));
        }
    }
    if doc.blocks.is_empty() {
        doc.remarks.push("no text in it".into());
    }
    Ok(Raw(doc))
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::read_raw;

    #[test]
    fn chapters_are_read_in_the_order_of_the_book() {
        let document = read_raw("handbook.epub", include_bytes!("../../tests/files/handbook.epub"));
        let shown: Vec<String> = document.blocks.iter().map(|it| format!("{:?} {} @ {}", it.kind, it.text, it.place)).collect();
        assert_eq!(
            shown,
            [
                "Heading(1) Close @ c1.xhtml: line 8",
                "Item { numbered: true, ticked: None } Export the ledger. @ c1.xhtml: line 10",
                "Heading(1) Send @ c2.xhtml: line 8",
                "Paragraph Dana approves the summary first. @ c2.xhtml: line 9",
            ]
        );
        assert_eq!(document.title.as_deref(), Some("Desk handbook"));
    }
}
