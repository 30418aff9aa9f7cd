//! Plain text: notes, letters, lists.

use super::lines::{document, ending};
use super::prose::{self, Style};
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use sop_core::Format;

pub(super) const READER: Reader = Reader {
    name: "text",
    about: About { files: "`.txt`, `.rst`, `.org`, `.adoc` and such", taken: "headings, items, commands, paragraphs", anchor: "line", not_taken: "" },
    accepts,
    read,
};

fn accepts(input: &Input<'_>) -> bool {
    let known = ["", "txt", "text", "rst", "org", "adoc", "asciidoc", "note", "notes", "todo", "out", "me", "1st", "asc", "dat", "nfo", "template", "tmpl"];
    known.contains(&ending(input.name).as_str()) && is_text(input.bytes)
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = document(input, Format::Text);
    doc.blocks = prose::blocks(&decode(input.bytes), Style::Text);
    doc.title = prose::title(&doc.blocks);
    if doc.blocks.is_empty() {
        doc.remarks.push("no text in it".to_owned());
    }
    Ok(Raw(doc))
}
