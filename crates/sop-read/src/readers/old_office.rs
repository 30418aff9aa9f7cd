//! Word and PowerPoint files of before 2007 (.doc, .ppt): paragraphs, lists, tables and notes.

use super::docx::listed;
use super::msg::{OLE, holds_wide};
use super::ooxml::fold;
use super::outline::Outline;
use crate::reader::{About, Input, Raw, Reader};
use sop_core::{Block, BlockKind, Document, Format, Place};
use undoc::model::{ListType, Paragraph, RevisionType};

pub(super) const READER: Reader = Reader {
    name: "old office",
    about: About {
        files: "`.doc`, `.ppt` of before 2007",
        taken: "headings, paragraphs, lists, tables, footnotes, speaker notes",
        anchor: "paragraph, cell; slide and line",
        not_taken: "comments and who changed what: save as `.docx` or `.pptx` for these; locked files",
    },
    accepts,
    read,
};

const MAX_BLOCKS: usize = 50_000;

fn accepts(input: &Input<'_>) -> bool {
    input.bytes.starts_with(OLE) && (holds_wide(input.bytes, "WordDocument") || holds_wide(input.bytes, "PowerPoint Document"))
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let slides = !holds_wide(input.bytes, "WordDocument");
    let new = if slides { ".pptx" } else { ".docx" };
    let found = undoc::parse_bytes(input.bytes).map_err(|err| {
        let text = err.to_string().to_lowercase();
        match text.contains("password") || text.contains("encrypt") {
            true => "the file is locked by a password".to_owned(),
            false => format!("could not be read: open it and save it as {new}"),
        }
    })?;
    let format = if slides { Format::Slides } else { Format::Docx };
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), format);
    let some = |text: Option<String>| text.map(|it| fold(&it)).filter(|it| !it.is_empty());
    doc.author = some(found.metadata.author);
    doc.remarks.extend(doc.author.as_ref().map(|it| format!("created by {it}")));
    doc.remarks.extend(some(found.metadata.last_modified_by).map(|it| format!("last saved by {it}")));
    let mut page = Page { slides, n: 0, line: 0, table: 0, blocks: Vec::new(), outline: Outline::default() };
    for section in &found.sections {
        if slides {
            page.n += 1;
            page.line = 0;
            page.outline.clear();
        }
        page.section(section);
        if page.blocks.len() > MAX_BLOCKS {
            doc.remarks.push("the text is too long and was not read to its end".into());
            break;
        }
    }
    let heading = page.blocks.iter().take(6).find(|it| matches!(it.kind, BlockKind::Heading(1))).map(|it| it.text.clone());
    doc.title = some(found.metadata.title).or(heading);
    doc.blocks = page.blocks;
    if doc.blocks.is_empty() {
        doc.remarks.push("no text in it".into());
    }
    Ok(Raw(doc))
}

struct Page {
    slides: bool,
    /// Number of the paragraph, or of the slide.
    n: u32,
    line: u32,
    table: u32,
    blocks: Vec<Block>,
    outline: Outline,
}

impl Page {
    fn section(&mut self, section: &undoc::Section) {
        if let Some(name) = section.name.as_deref().map(fold).filter(|it| self.slides && !it.is_empty()) {
            self.push(BlockKind::Heading(1), name);
        }
        for block in &section.content {
            match block {
                undoc::Block::Paragraph(it) => self.paragraph(it),
                undoc::Block::Table(it) => self.rows(it),
                undoc::Block::Note { content, .. } => content.iter().for_each(|it| self.paragraph(it)),
                _ => {}
            }
        }
        let from = self.blocks.len();
        section.notes.iter().flatten().for_each(|it| self.paragraph(it));
        let path = self.outline.last().map_or_else(|| "speaker notes".to_owned(), |it| format!("{it} / speaker notes"));
        self.blocks[from..].iter_mut().for_each(|it| it.context = Some(path.clone()));
        for (kind, margin) in [("header", &section.header), ("footer", &section.footer)] {
            let text = margin.iter().flatten().map(text_of).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
            let place = Place::Inside { name: kind.to_owned(), place: Box::new(Place::Paragraph { n: 1 }) };
            if !text.is_empty() && !self.blocks.iter().any(|it| it.place == place && it.text == text) {
                self.blocks.push(Block::new(BlockKind::Paragraph, text, place).under(kind));
            }
        }
    }

    fn place(&mut self) -> Place {
        if self.slides {
            self.line += 1;
            return Place::Slide { n: self.n, line: self.line };
        }
        self.n += 1;
        Place::Paragraph { n: self.n }
    }

    fn paragraph(&mut self, paragraph: &Paragraph) {
        let kind = match (paragraph.heading.level(), &paragraph.list_info) {
            (level @ 1.., _) => BlockKind::Heading(level),
            (_, Some(list)) => match list.list_type {
                ListType::None => BlockKind::Paragraph,
                ListType::Bullet => BlockKind::Item { numbered: false, ticked: None },
                ListType::Numbered => BlockKind::Item { numbered: true, ticked: None },
            },
            _ => BlockKind::Paragraph,
        };
        let (kind, text) = listed(kind, text_of(paragraph));
        let again = self.slides && self.outline.last() == Some(text.as_str());
        if text.is_empty() || again {
            if !self.slides {
                self.n += 1;
            }
            return;
        }
        self.push(kind, text);
    }

    fn push(&mut self, kind: BlockKind, text: String) {
        let place = self.place();
        self.push_at(kind, text, place);
    }

    fn push_at(&mut self, kind: BlockKind, text: String, place: Place) {
        let block = self.outline.place(Block::new(kind, text, place));
        self.blocks.push(block);
    }

    fn rows(&mut self, table: &undoc::Table) {
        self.table += 1;
        for (row, cells) in (1..).zip(&table.rows) {
            let cells: Vec<String> = cells.cells.iter().map(|it| it.content.iter().map(text_of).collect::<Vec<_>>().join(" ").trim().to_owned()).collect();
            if cells.iter().all(String::is_empty) {
                continue;
            }
            let place = if self.slides { self.place() } else { Place::TableRow { table: self.table, row } };
            self.push_at(BlockKind::Row, cells.join(" | "), place);
        }
    }
}

/// Returns the text that stands after all changes are taken.
fn text_of(paragraph: &Paragraph) -> String {
    let mut text = String::new();
    for run in paragraph.runs.iter().filter(|it| it.revision != RevisionType::Deleted) {
        text.push_str(&run.text);
        if run.line_break {
            text.push(' ');
        }
    }
    fold(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_file_says_how_to_save_it() {
        let mut bytes = OLE.to_vec();
        bytes.resize(4096, 0);
        let name: Vec<u8> = "WordDocument".encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes[1024..1024 + name.len()].copy_from_slice(&name);
        assert!(holds_wide(&bytes, "WordDocument"));
        assert!(undoc::parse_bytes(&bytes).is_err());
    }

    #[test]
    fn paragraphs_lists_and_tables_of_an_old_document() {
        let document = crate::reader::tests_support::read_raw("stock.doc", include_bytes!("../../tests/files/stock.doc"));
        assert_eq!(
            crate::reader::tests_support::shown(&document),
            [
                "Heading(1) Stock order @ paragraph 1",
                "Paragraph Never order before Dana Whitfield has looked. [Stock order] @ paragraph 2",
                "Item { numbered: true, ticked: None } Count the trays. [Stock order] @ paragraph 3",
                "Item { numbered: true, ticked: None } Order what is missing. [Stock order] @ paragraph 4",
                "Row Tray | Count [Stock order] @ table 1, row 1",
                "Row A4 | 12 [Stock order] @ table 1, row 2",
            ]
        );
    }
}
