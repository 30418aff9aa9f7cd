//! Markdown: read the way people write it, so that a notes file that only ends in `.md` loses nothing.

use super::lines::{document, ending};
use super::prose::{self, Style};
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use sop_core::Format;

pub(super) const READER: Reader = Reader {
    name: "markdown",
    about: About {
        files: "`.md`, `.markdown`, `.mdx` and such",
        taken: "headings, items (ticked or open), commands in fences, paragraphs, tables",
        anchor: "line",
        not_taken: "",
    },
    accepts,
    read,
};

fn accepts(input: &Input<'_>) -> bool {
    matches!(ending(input.name).as_str(), "md" | "markdown" | "mdown" | "mkd" | "mdx") && is_text(input.bytes)
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = document(input, Format::Markdown);
    doc.blocks = prose::blocks(&decode(input.bytes), Style::Markdown);
    doc.title = prose::title(&doc.blocks);
    Ok(Raw(doc))
}
