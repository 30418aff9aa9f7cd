//! OpenDocument texts and slides (.odt, .odp): headings, lists, tables, notes, comments and tracked changes.

use super::docx::listed;
use super::ooxml::{Node, Package, fold, moment};
use super::outline::Outline;
use crate::reader::{About, Input, Raw, Reader};
use sop_core::{Block, BlockKind, Document, Format, Moment, Place};
use std::collections::BTreeMap;

pub(super) const READER: Reader = Reader {
    name: "opendocument",
    about: About {
        files: "`.odt`, `.ott`, `.odp`, `.otp`",
        taken: "headings, paragraphs, lists, tables, comments, tracked changes, notes of slides",
        anchor: "paragraph, cell, comment; slide and line",
        not_taken: "drawings (`.odg`), formulas, locked files",
    },
    accepts,
    read,
};

const MAX_BLOCKS: usize = 50_000;
/// A row that is repeated to the end of the sheet holds nothing.
const MAX_REPEATED: usize = 50;
const MAX_LIST: usize = 32;

fn accepts(input: &Input<'_>) -> bool {
    if !input.bytes.starts_with(b"PK") {
        return false;
    }
    // The kind of the file is stored first and as it is.
    let head = &input.bytes[..input.bytes.len().min(200)];
    let has = |kind: &str| head.windows(kind.len()).any(|it| it == kind.as_bytes());
    let name = input.name.to_lowercase();
    let named = [".odt", ".ott", ".odp", ".otp"].iter().any(|it| name.ends_with(it));
    named || has("opendocument.text") || has("opendocument.presentation")
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut package = Package::open(input.bytes)?;
    if package.text("META-INF/manifest.xml").is_some_and(|it| it.contains("encryption-data")) {
        return Err("the document is locked by a password".into());
    }
    let content = package.tree("content.xml").ok_or("the document has no text part, or it is broken")?;
    let body = content.child("body").ok_or("the document has no text part, or it is broken")?;
    let slides = body.child("presentation");
    let format = if slides.is_some() { Format::Slides } else { Format::Docx };
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), format);
    let styles = package.tree("styles.xml");
    let mut walk = Walk { numbered: numbered(&[Some(&content), styles.as_ref()]), ..Walk::default() };
    match slides {
        Some(slides) => walk.slides(slides),
        None => walk.blocks_of(body.child("text").unwrap_or(body), 0),
    }
    if let Some(styles) = styles.as_ref().filter(|_| slides.is_none()) {
        walk.margins(styles);
    }
    properties(&mut package, &mut doc);
    let heading = walk.blocks.iter().take(6).find(|it| matches!(it.kind, BlockKind::Heading(1))).map(|it| it.text.clone());
    doc.title = doc.title.take().or(heading);
    doc.blocks = walk.blocks;
    doc.blocks.append(&mut walk.comments);
    doc.remarks.append(&mut walk.remarks);
    if doc.blocks.is_empty() {
        doc.remarks.push("no text in it".into());
    }
    Ok(Raw(doc))
}

/// Reads who made a document, and when it was saved last.
pub(super) fn properties(package: &mut Package<'_>, doc: &mut Document) {
    let Some(tree) = package.tree("meta.xml") else { return };
    let Some(meta) = tree.child("meta") else { return };
    let get = |name: &str| meta.child(name).map(Node::text).filter(|it| !it.is_empty());
    doc.title = get("title");
    let last = get("creator");
    doc.author = get("initial-creator").or_else(|| last.clone());
    doc.remarks.extend(doc.author.as_ref().map(|it| format!("created by {it}")));
    let day = get("date").as_deref().and_then(moment).map(|at| format!(" on {}", at.date())).unwrap_or_default();
    doc.remarks.extend(last.map(|it| format!("last saved by {it}{day}")));
}

/// Returns which list styles count on their first level; bullets do not.
fn numbered(trees: &[Option<&Node>]) -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    for style in trees.iter().flatten().flat_map(|it| it.descendants("list-style")) {
        let counts = style.children.iter().find(|it| it.name.starts_with("list-level-style")).is_some_and(|it| it.name == "list-level-style-number");
        found.insert(style.attr("name").unwrap_or_default().to_owned(), counts);
    }
    found
}

/// Collects the elements of a name that stand in no other of that name: what is inside is read with them.
fn outermost<'n>(node: &'n Node, name: &str, found: &mut Vec<&'n Node>) {
    for child in &node.children {
        if child.name == name {
            found.push(child);
        } else {
            outermost(child, name, found);
        }
    }
}

/// Who changed something, and when.
struct Change {
    verb: &'static str,
    who: Option<String>,
    time: Option<Moment>,
    text: String,
}

#[derive(Default)]
struct Walk {
    numbered: BTreeMap<String, bool>,
    blocks: Vec<Block>,
    comments: Vec<Block>,
    remarks: Vec<String>,
    outline: Outline,
    changes: BTreeMap<String, Change>,
    /// Changes whose inserted text goes on here.
    open: Vec<String>,
    paragraphs: u32,
    tables: u32,
    text: String,
    /// Number of the slide, and of the line on it.
    slide: Option<(u32, u32)>,
    list_style: Option<String>,
    /// Comments found in the paragraph that is read.
    found: Vec<(String, Option<String>, Option<Moment>)>,
    changed: Vec<String>,
}

impl Walk {
    fn blocks_of(&mut self, node: &Node, list: usize) {
        if list > MAX_LIST {
            return;
        }
        for child in &node.children {
            if self.blocks.len() > MAX_BLOCKS {
                return;
            }
            match child.name.as_str() {
                "h" => {
                    let level = child.attr("outline-level").and_then(|it| it.parse().ok()).unwrap_or(1).clamp(1, 9);
                    self.paragraph(child, BlockKind::Heading(level));
                }
                "p" if list > 0 => self.paragraph(child, self.item()),
                "p" => self.paragraph(child, BlockKind::Paragraph),
                "list" => self.list(child, list),
                "table" => self.table(child),
                "tracked-changes" => self.tracked(child),
                "annotation" => self.annotation(child),
                "change-start" | "change-end" | "change" => self.mark(child),
                "sequence-decls" | "forms" | "table-of-content" | "alphabetical-index" => {}
                _ => self.blocks_of(child, list),
            }
        }
    }

    fn item(&self) -> BlockKind {
        let numbered = self.list_style.as_ref().and_then(|it| self.numbered.get(it)).copied().unwrap_or(false);
        BlockKind::Item { numbered, ticked: None }
    }

    fn list(&mut self, node: &Node, list: usize) {
        let outer = self.list_style.clone();
        if let Some(style) = node.attr("style-name") {
            self.list_style = Some(style.to_owned());
        }
        for item in node.children.iter().filter(|it| it.name.starts_with("list-")) {
            self.blocks_of(item, list + 1);
        }
        self.list_style = outer;
    }

    fn place(&mut self) -> Place {
        match &mut self.slide {
            Some((n, line)) => {
                *line += 1;
                Place::Slide { n: *n, line: *line }
            }
            None => {
                self.paragraphs += 1;
                Place::Paragraph { n: self.paragraphs }
            }
        }
    }

    fn paragraph(&mut self, node: &Node, kind: BlockKind) {
        let place = self.place();
        let text = self.inline_text(node);
        let (kind, text) = listed(kind, text);
        if !text.is_empty() {
            self.push(kind, &text, place.clone());
        }
        self.beside(&place, &text);
        // A frame with text is anchored in the paragraph it belongs to.
        let mut frames = Vec::new();
        outermost(node, "text-box", &mut frames);
        frames.into_iter().for_each(|it| self.blocks_of(it, 0));
    }

    fn push(&mut self, kind: BlockKind, text: &str, place: Place) {
        let block = self.outline.place(Block::new(kind, text, place));
        self.blocks.push(block);
    }

    /// Adds the comments and changes that stand in the text just read.
    fn beside(&mut self, place: &Place, text: &str) {
        for (said, who, time) in std::mem::take(&mut self.found) {
            let n = self.comments.len() as u32 + 1;
            let mut block = Block::new(BlockKind::Note, said, Place::Comment { n }).at(time);
            block.speaker = who;
            block.context = Some(text.to_owned()).filter(|it| !it.is_empty());
            self.comments.push(block);
        }
        for id in std::mem::take(&mut self.changed) {
            let Some(change) = self.changes.get_mut(&id) else { continue };
            let said = fold(&std::mem::take(&mut change.text));
            if said.is_empty() {
                continue;
            }
            let mut block = Block::new(BlockKind::Note, format!("{}: {said}", change.verb), place.clone()).at(change.time);
            block.speaker.clone_from(&change.who);
            block.context = if text.is_empty() { self.outline.path() } else { Some(text.to_owned()) };
            self.blocks.push(block);
        }
    }

    fn inline_text(&mut self, node: &Node) -> String {
        self.text.clear();
        self.inline(node);
        fold(&self.text)
    }

    fn inline(&mut self, node: &Node) {
        for child in &node.children {
            match child.name.as_str() {
                "" => self.emit(&child.value),
                "s" | "tab" | "line-break" => self.emit(" "),
                "annotation" => self.annotation(child),
                "change-start" | "change-end" | "change" => self.mark(child),
                "note" => {
                    let note = child.child("note-body").map(Node::text).unwrap_or_default();
                    self.emit(&format!(" [{note}]"));
                }
                "text-box" | "annotation-end" | "tracked-changes" => {}
                "image" | "object" | "desc" | "title" | "event-listeners" => {}
                "p" | "h" => {
                    self.inline(child);
                    self.emit(" ");
                }
                _ => self.inline(child),
            }
        }
    }

    fn emit(&mut self, text: &str) {
        self.text.push_str(text);
        for id in &self.open {
            if let Some(change) = self.changes.get_mut(id).filter(|it| it.verb == "inserted") {
                change.text.push_str(text);
            }
        }
    }

    fn annotation(&mut self, node: &Node) {
        let said: Vec<String> =
            node.children.iter().filter(|it| matches!(it.name.as_str(), "p" | "list")).map(Node::text).filter(|it| !it.is_empty()).collect();
        let who = node.child("creator").map(Node::text).filter(|it| !it.is_empty());
        let time = node.child("date").and_then(|it| moment(&it.text()));
        if !said.is_empty() {
            self.found.push((said.join(" "), who, time));
        }
    }

    fn tracked(&mut self, node: &Node) {
        for region in node.all("changed-region") {
            let Some(change) = region.children.iter().find(|it| !it.name.is_empty()) else { continue };
            let verb = match change.name.as_str() {
                "insertion" => "inserted",
                "deletion" => "deleted",
                _ => continue,
            };
            let info = change.child("change-info");
            let who = info.and_then(|it| it.child("creator")).map(Node::text).filter(|it| !it.is_empty());
            let time = info.and_then(|it| it.child("date")).and_then(|it| moment(&it.text()));
            let text = change.children.iter().filter(|it| it.name != "change-info").map(Node::text).collect::<Vec<_>>().join(" ");
            self.changes.insert(region.attr("id").unwrap_or_default().to_owned(), Change { verb, who, time, text });
        }
    }

    fn mark(&mut self, node: &Node) {
        let id = node.attr("change-id").unwrap_or_default().to_owned();
        match node.name.as_str() {
            "change-start" => self.open.push(id),
            "change-end" => {
                self.open.retain(|it| *it != id);
                self.changed.push(id);
            }
            _ => self.changed.push(id),
        }
    }

    fn table(&mut self, node: &Node) {
        self.tables += 1;
        let table = self.tables;
        let mut row = 0;
        for line in node.descendants("table-row") {
            let again = |node: &Node, name: &str| node.attr(name).and_then(|it| it.parse::<usize>().ok()).unwrap_or(1);
            let mut cells: Vec<String> = Vec::new();
            for cell in line.children.iter().filter(|it| matches!(it.name.as_str(), "table-cell" | "covered-table-cell")) {
                let text = self.inline_text(cell);
                cells.extend(std::iter::repeat_n(text, again(cell, "number-columns-repeated").min(MAX_REPEATED)));
            }
            row += again(line, "number-rows-repeated").min(MAX_REPEATED) as u32;
            while cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            let text = cells.join(" | ");
            let place = if self.slide.is_some() { self.place() } else { Place::TableRow { table, row } };
            if cells.iter().any(|it| !it.is_empty()) {
                self.push(BlockKind::Row, &text, place.clone());
            }
            self.beside(&place, &text);
            if self.blocks.len() > MAX_BLOCKS {
                return;
            }
        }
    }

    /// Reads headers and footers; the same one on several kinds of page is one.
    fn margins(&mut self, styles: &Node) {
        let mut seen: Vec<String> = Vec::new();
        for kind in ["header", "footer"] {
            for node in styles.descendants(kind).into_iter().take(100) {
                let text = node.text();
                if text.is_empty() || seen.contains(&text) {
                    continue;
                }
                let place = Place::Inside { name: kind.to_owned(), place: Box::new(Place::Paragraph { n: 1 }) };
                self.blocks.push(Block::new(BlockKind::Paragraph, text.clone(), place).under(kind));
                seen.push(text);
            }
        }
    }

    fn slides(&mut self, node: &Node) {
        for (n, page) in (1..).zip(node.all("page")) {
            self.slide = Some((n, 0));
            self.outline.clear();
            let (title, rest): (Vec<&Node>, Vec<&Node>) = page.children.iter().partition(|it| it.attr("class") == Some("title"));
            for frame in title {
                let text = frame.text();
                if !text.is_empty() {
                    let place = self.place();
                    self.push(BlockKind::Heading(1), &text, place);
                }
            }
            for child in rest {
                match child.name.as_str() {
                    "notes" => {
                        let from = self.blocks.len();
                        self.blocks_of(child, 0);
                        let title = self.outline.path();
                        let context = title.map_or_else(|| "speaker notes".to_owned(), |it| format!("{it} / speaker notes"));
                        self.blocks[from..].iter_mut().for_each(|it| it.context = Some(context.clone()));
                    }
                    "annotation" => {
                        self.annotation(child);
                        let title = self.outline.path().unwrap_or_default();
                        self.beside(&Place::Slide { n, line: 1 }, &title);
                    }
                    _ => self.blocks_of(child, 0),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::{read_raw, shown};

    fn check(name: &str, bytes: &[u8], expected: &[&str]) {
        let document = read_raw(name, bytes);
        assert_eq!(shown(&document), expected, "{name}");
    }

    #[test]
    fn text_of_writer_keeps_lists_tables_and_who_changed_what() {
        check(
            "close.odt",
            include_bytes!("../../tests/files/close.odt"),
            &[
                "Heading(1) Month-end close @ paragraph 1",
                "Item { numbered: true, ticked: None } Export the ledger. [Month-end close] @ paragraph 2",
                "Item { numbered: true, ticked: None } Run close.py. [Month-end close] @ paragraph 3",
                "Item { numbered: false, ticked: None } Never edit raw/. [Month-end close] @ paragraph 4",
                "Paragraph Dana approves anything over 500. [Month-end close] @ paragraph 5",
                "Row Over | Who [Month-end close] @ table 1, row 1",
                "Row 500 | Dana [Month-end close] @ table 1, row 2",
                "Paragraph Pay within 14 days. [Month-end close] @ paragraph 6",
                "Note deleted: 30 by Priya Shah [Pay within 14 days.] @ paragraph 6",
                "Note Since March it is 400. by Dana Whitfield [Dana approves anything over 500.] @ comment 1",
            ],
        );
    }

    #[test]
    fn frames_in_frames_are_read_once() {
        use std::io::{Cursor, Write};
        let depth = 30;
        let body = format!("{}inner{}", "<text:p><draw:frame><draw:text-box>".repeat(depth), "</draw:text-box></draw:frame></text:p>".repeat(depth));
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("content.xml", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(
            format!("<office:document-content><office:body><office:text>{body}<text:p>outer</text:p></office:text></office:body></office:document-content>")
                .as_bytes(),
        )
        .unwrap();
        let document = read_raw("deep.odt", &zip.finish().unwrap().into_inner());
        assert!(document.blocks.len() <= 2 && document.blocks.iter().any(|it| it.text == "outer"), "{:?}", document.blocks);
    }

    #[test]
    fn slides_of_impress_keep_titles_and_notes() {
        check(
            "close.odp",
            include_bytes!("../../tests/files/close.odp"),
            &[
                "Heading(1) Steps @ slide 1, line 1",
                "Item { numbered: false, ticked: None } Export the ledger [Steps] @ slide 1, line 2",
                "Paragraph Ask Dana first. [Steps / speaker notes] @ slide 1, line 3",
            ],
        );
    }
}
