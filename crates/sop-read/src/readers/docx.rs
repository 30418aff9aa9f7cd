//! Word documents: paragraphs, lists, tables, review comments, tracked changes, merge fields and tick boxes.

use super::ooxml::{Node, Package, fold, moment};
use super::outline::Outline;
use crate::reader::{About, Input, Raw, Reader};
use sop_core::{Block, BlockKind, Document, Format, Moment, Place};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const READER: Reader = Reader {
    name: "docx",
    about: About {
        files: "`.docx`, `.docm`, templates",
        taken: "paragraphs, lists, tables, comments, tracked changes, fields, tick boxes, macros",
        anchor: "paragraph, cell, comment",
        not_taken: "`.doc`, text in drawings",
    },
    accepts,
    read,
};

const BODY: &str = "word/document.xml";
/// Styles that are based on each other in a ring would never end.
const MAX_STYLE_CHAIN: usize = 16;
/// A bold line longer than this is emphasis, not a heading.
const MAX_BOLD_HEADING: usize = 80;

fn accepts(input: &Input<'_>) -> bool {
    let name = input.name.to_lowercase();
    let named = [".docx", ".docm", ".dotx", ".dotm"].iter().any(|ending| name.ends_with(ending));
    named && input.bytes.starts_with(b"PK")
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut package = Package::open(input.bytes)?;
    let body = package.tree(BODY).ok_or("the document has no text part, or it is broken")?;
    let properties = package.properties();
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Docx);
    doc.author = properties.author.clone();
    doc.remarks = properties.remarks();

    let styles = Styles::read(&mut package);
    let mut walk = Walk::new(&styles);
    walk.blocks_of(body.child("body").unwrap_or(&body));
    let mut blocks = std::mem::take(&mut walk.blocks);
    if !blocks.iter().any(|block| matches!(block.kind, BlockKind::Heading(_))) {
        promote_bold_lines(&mut blocks, &walk.bold);
    }
    let commented = std::mem::take(&mut walk.commented);
    blocks.extend(comments(&mut package, &commented));
    blocks.extend(margins(&mut package, &styles));
    doc.title = properties.title.or_else(|| title(&blocks));
    doc.blocks = blocks;
    super::macros::add(&mut package, &mut doc);
    Ok(Raw(doc))
}

fn title(blocks: &[Block]) -> Option<String> {
    let heading = blocks.iter().take(6).find(|block| matches!(block.kind, BlockKind::Heading(1)));
    heading.map(|block| block.text.clone())
}

/// Without styles, people mark headings by bold lines alone.
pub(super) fn promote_bold_lines(blocks: &mut [Block], bold: &BTreeSet<u32>) {
    let mut path: Option<String> = None;
    for (at, block) in blocks.iter_mut().enumerate() {
        let is_line = matches!((&block.kind, &block.place), (BlockKind::Paragraph, Place::Paragraph { n }) if bold.contains(n));
        if is_line && block.text.len() <= MAX_BOLD_HEADING && !block.text.ends_with(['.', ',', ';']) {
            block.kind = BlockKind::Heading(if at == 0 { 1 } else { 2 });
            path = Some(block.text.clone());
        } else if block.context.is_none() {
            block.context.clone_from(&path);
        }
    }
}

/// What the style sheet and the numbering say of a paragraph's part in the document.
#[derive(Default)]
struct Styles {
    by_id: BTreeMap<String, Style>,
    /// Numbering and level -> whether it counts; bullets do not.
    counts: BTreeMap<(String, String), bool>,
}

#[derive(Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    numbering: Option<(String, String)>,
}

impl Styles {
    fn read(package: &mut Package<'_>) -> Self {
        let mut styles = Self::default();
        if let Some(tree) = package.tree("word/styles.xml") {
            for node in tree.all("style") {
                let paragraph = node.child("pPr");
                let style = Style {
                    name: val(node.child("name")).unwrap_or_default().to_lowercase(),
                    based_on: val(node.child("basedOn")).map(str::to_owned),
                    outline: paragraph.and_then(outline),
                    numbering: paragraph.and_then(numbering),
                };
                styles.by_id.insert(node.attr("styleId").unwrap_or_default().to_owned(), style);
            }
        }
        if let Some(tree) = package.tree("word/numbering.xml") {
            styles.read_numbering(&tree);
        }
        styles
    }

    fn read_numbering(&mut self, tree: &Node) {
        let mut abstracts: BTreeMap<&str, Vec<(&str, bool)>> = BTreeMap::new();
        for node in tree.all("abstractNum") {
            let levels = node.all("lvl").map(|level| {
                let format = val(level.child("numFmt")).unwrap_or("decimal");
                (level.attr("ilvl").unwrap_or("0"), !matches!(format, "bullet" | "none"))
            });
            abstracts.insert(node.attr("abstractNumId").unwrap_or_default(), levels.collect());
        }
        for node in tree.all("num") {
            let id = node.attr("numId").unwrap_or_default();
            for (level, counts) in val(node.child("abstractNumId")).and_then(|of| abstracts.get(of)).into_iter().flatten() {
                self.counts.insert((id.to_owned(), (*level).to_owned()), *counts);
            }
        }
    }

    /// Returns a style and those it is based on, nearest first.
    fn chain<'s>(&'s self, id: &str) -> Vec<&'s Style> {
        let mut chain = Vec::new();
        let mut next = self.by_id.get(id);
        while let Some(style) = next {
            chain.push(style);
            if chain.len() == MAX_STYLE_CHAIN {
                break;
            }
            next = style.based_on.as_ref().and_then(|id| self.by_id.get(id));
        }
        chain
    }

    fn kind(&self, paragraph: &Node) -> BlockKind {
        let properties = paragraph.child("pPr");
        let id = val(properties.and_then(|it| it.child("pStyle"))).unwrap_or_default();
        let chain = self.chain(id);
        let level = properties.and_then(outline).or_else(|| chain.iter().find_map(|style| style.level()));
        if let Some(level) = level {
            return BlockKind::Heading(level);
        }
        let own = properties.and_then(numbering);
        if let Some(key) = own.or_else(|| chain.iter().find_map(|style| style.numbering.clone())) {
            if key.0 == "0" {
                return BlockKind::Paragraph;
            }
            return BlockKind::Item { numbered: self.counts.get(&key).copied().unwrap_or(false), ticked: None };
        }
        match chain.iter().find(|style| style.name.starts_with("list ")) {
            Some(style) if style.name.starts_with("list number") => BlockKind::Item { numbered: true, ticked: None },
            Some(style) if style.name.starts_with("list bullet") => BlockKind::Item { numbered: false, ticked: None },
            _ => BlockKind::Paragraph,
        }
    }
}

impl Style {
    /// Built-in styles keep their English names inside the file, whatever the language shown.
    fn level(&self) -> Option<u8> {
        if self.name == "title" {
            return Some(1);
        }
        let named = self.name.strip_prefix("heading ").and_then(|n| n.trim().parse().ok());
        self.outline.or(named).filter(|level| (1..=9).contains(level))
    }
}

fn val(node: Option<&Node>) -> Option<&str> {
    node?.attr("val")
}

fn outline(properties: &Node) -> Option<u8> {
    // 9 means body text.
    let level: u8 = val(properties.child("outlineLvl"))?.parse().ok()?;
    (level < 9).then_some(level + 1)
}

fn numbering(properties: &Node) -> Option<(String, String)> {
    let node = properties.child("numPr")?;
    let id = val(node.child("numId"))?;
    Some((id.to_owned(), val(node.child("ilvl")).unwrap_or("0").to_owned()))
}

/// A field such as `MERGEFIELD name`, from its begin mark to its end mark.
#[derive(Default)]
struct Field {
    instruction: String,
    in_result: bool,
    replaced: bool,
}

/// Who made a tracked change, and what it changed.
struct Change {
    verb: &'static str,
    author: Option<String>,
    time: Option<Moment>,
    text: String,
}

struct Walk<'s> {
    styles: &'s Styles,
    blocks: Vec<Block>,
    /// Paragraphs whose whole text is bold.
    bold: BTreeSet<u32>,
    paragraphs: u32,
    tables: u32,
    outline: Outline,
    fields: Vec<Field>,
    open_comments: Vec<String>,
    commented: BTreeMap<String, String>,
    changes: Vec<Change>,
    boxes: Vec<&'s Node>,
    text: String,
    all_bold: bool,
}

impl<'s> Walk<'s> {
    fn new(styles: &'s Styles) -> Self {
        Self {
            styles,
            blocks: Vec::new(),
            bold: BTreeSet::new(),
            paragraphs: 0,
            tables: 0,
            outline: Outline::default(),
            fields: Vec::new(),
            open_comments: Vec::new(),
            commented: BTreeMap::new(),
            changes: Vec::new(),
            boxes: Vec::new(),
            text: String::new(),
            all_bold: true,
        }
    }

    fn blocks_of(&mut self, node: &'s Node) {
        for child in &node.children {
            match child.name.as_str() {
                "p" => self.paragraph(child),
                "tbl" => self.table(child),
                "sectPr" | "Fallback" => {}
                // Content controls, custom XML and the like wrap paragraphs.
                _ => self.blocks_of(child),
            }
        }
    }

    fn paragraph(&mut self, node: &'s Node) {
        self.paragraphs += 1;
        let place = Place::Paragraph { n: self.paragraphs };
        self.all_bold = true;
        let text = self.inline_text(node);
        if self.all_bold && !text.is_empty() {
            self.bold.insert(self.paragraphs);
        }
        let (kind, text) = listed(self.styles.kind(node), text);
        if !text.is_empty() {
            self.push(kind, &text, place.clone());
        }
        self.push_changes(&place, &text);
        for frame in std::mem::take(&mut self.boxes) {
            self.blocks_of(frame);
        }
    }

    fn push(&mut self, kind: BlockKind, text: &str, place: Place) {
        let block = self.outline.place(Block::new(kind, text, place));
        self.blocks.push(block);
    }

    fn push_changes(&mut self, place: &Place, text: &str) {
        for change in std::mem::take(&mut self.changes) {
            let changed = fold(&change.text);
            if changed.is_empty() {
                continue;
            }
            let mut block = Block::new(BlockKind::Note, format!("{}: {changed}", change.verb), place.clone()).at(change.time);
            block.speaker = change.author;
            block.context = if text.is_empty() { self.outline.path() } else { Some(text.to_owned()) };
            self.blocks.push(block);
        }
    }

    fn table(&mut self, node: &'s Node) {
        self.tables += 1;
        let table = self.tables;
        for (row, child) in (1..).zip(rows(node)) {
            let cells: Vec<String> = cells(child).into_iter().map(|cell| self.inline_text(cell)).collect();
            let place = Place::TableRow { table, row };
            let text = cells.join(" | ");
            if cells.iter().any(|cell| !cell.is_empty()) {
                self.push(BlockKind::Row, &text, place.clone());
            }
            self.push_changes(&place, &text);
            for frame in std::mem::take(&mut self.boxes) {
                self.blocks_of(frame);
            }
        }
    }

    /// Returns the text that stands after all tracked changes are taken, white space folded.
    fn inline_text(&mut self, node: &'s Node) -> String {
        self.text.clear();
        self.inline(node, None);
        fold(&self.text)
    }

    fn inline(&mut self, node: &'s Node, change: Option<usize>) {
        for child in &node.children {
            self.inline_node(child, change);
        }
    }

    fn inline_node(&mut self, node: &'s Node, change: Option<usize>) {
        match node.name.as_str() {
            "ins" | "moveTo" => self.tracked("inserted", node),
            "del" | "moveFrom" => self.tracked("deleted", node),
            "r" => self.run(node, change),
            "p" => {
                self.inline(node, change);
                self.emit(" ", change);
            }
            "t" | "delText" => self.emit(&node.text_raw(), change),
            "tab" | "br" | "cr" | "ptab" => self.emit(" ", change),
            "noBreakHyphen" => self.emit("-", change),
            "sym" => self.emit(symbol(node), change),
            "fldSimple" => self.simple_field(node, change),
            "fldChar" => self.field_mark(node, change),
            "instrText" => {
                if let Some(field) = self.fields.last_mut() {
                    field.instruction.push_str(&node.text_raw());
                }
            }
            "sdt" => self.control(node, change),
            "commentRangeStart" => self.open_comments.extend(node.attr("id").map(str::to_owned)),
            "commentRangeEnd" => self.open_comments.retain(|id| Some(id.as_str()) != node.attr("id")),
            "txbxContent" => self.boxes.push(node),
            "Fallback" | "pPr" | "rPr" | "tblPr" | "trPr" | "tcPr" | "sdtPr" => {}
            _ => self.inline(node, change),
        }
    }

    fn run(&mut self, node: &'s Node, change: Option<usize>) {
        let bold = node.child("rPr").and_then(|it| it.child("b")).is_some_and(|b| !matches!(b.attr("val"), Some("0" | "false")));
        if !bold && node.child("t").is_some() {
            self.all_bold = false;
        }
        self.inline(node, change);
    }

    fn tracked(&mut self, verb: &'static str, node: &'s Node) {
        let author = node.attr("author").map(str::to_owned);
        // Word splits one change into many runs.
        let same = self.changes.last().is_some_and(|last| last.verb == verb && last.author == author);
        if !same {
            let time = node.attr("date").and_then(moment);
            self.changes.push(Change { verb, author, time, text: String::new() });
        }
        self.inline(node, Some(self.changes.len() - 1));
    }

    /// Adds text to the paragraph, to the comments that are open here, and to the change it belongs to.
    fn emit(&mut self, text: &str, change: Option<usize>) {
        if self.fields.iter().any(|field| !field.in_result || field.replaced) {
            return;
        }
        let change = change.and_then(|at| self.changes.get_mut(at));
        let deleted = change.as_ref().is_some_and(|change| change.verb == "deleted");
        if let Some(change) = change {
            change.text.push_str(text);
        }
        if !deleted {
            self.text.push_str(text);
        }
        for id in &self.open_comments {
            self.commented.entry(id.clone()).or_default().push_str(text);
        }
    }

    fn simple_field(&mut self, node: &'s Node, change: Option<usize>) {
        match node.attr("instr").and_then(merge_field) {
            Some(name) => self.emit(&name, change),
            None => self.inline(node, change),
        }
    }

    fn field_mark(&mut self, node: &'s Node, change: Option<usize>) {
        match node.attr("fldCharType") {
            Some("begin") => {
                if let Some(tick) = node.child("ffData").and_then(|data| data.child("checkBox")) {
                    self.emit(if is_on(tick.child("checked").or(tick.child("default"))) { "☒ " } else { "☐ " }, change);
                }
                self.fields.push(Field::default());
            }
            Some("separate") => self.start_result(change),
            Some("end") => {
                // A merge field that was never filled has no result part.
                if self.fields.last().is_some_and(|field| !field.in_result) {
                    self.start_result(change);
                }
                self.fields.pop();
            }
            _ => {}
        }
    }

    fn start_result(&mut self, change: Option<usize>) {
        let Some(field) = self.fields.last_mut() else { return };
        field.in_result = true;
        if let Some(name) = merge_field(&field.instruction) {
            self.emit(&name, change);
            if let Some(field) = self.fields.last_mut() {
                field.replaced = true;
            }
        }
    }

    fn control(&mut self, node: &'s Node, change: Option<usize>) {
        let tick = node.child("sdtPr").and_then(|it| it.child("checkbox"));
        match tick {
            Some(tick) => self.emit(if is_on(tick.child("checked")) { "☒ " } else { "☐ " }, change),
            None => self.inline(node, change),
        }
    }
}

impl Node {
    /// Returns the text of the node with its spaces.
    fn text_raw(&self) -> String {
        self.children.iter().map(|child| child.value.as_str()).collect()
    }
}

fn rows(table: &Node) -> Vec<&Node> {
    let inner = table.children.iter().flat_map(|child| match child.name.as_str() {
        "tr" => vec![child],
        "sdt" => child.descendants("tr"),
        _ => Vec::new(),
    });
    inner.collect()
}

fn cells(row: &Node) -> Vec<&Node> {
    let inner = row.children.iter().flat_map(|child| match child.name.as_str() {
        "tc" => vec![child],
        "sdt" => child.descendants("tc"),
        _ => Vec::new(),
    });
    inner.collect()
}

fn is_on(node: Option<&Node>) -> bool {
    node.is_some_and(|node| !matches!(node.attr("val"), Some("0" | "false" | "off")))
}

/// Returns `{name}` of a ` MERGEFIELD "name" \* FORMAT ` instruction.
fn merge_field(instruction: &str) -> Option<String> {
    let mut words = instruction.split_whitespace();
    if !words.next()?.eq_ignore_ascii_case("MERGEFIELD") {
        return None;
    }
    let rest = words.collect::<Vec<_>>().join(" ");
    let name = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest.split(' ').next()?,
    };
    Some(format!("{{{name}}}"))
}

/// Returns the tick box that a symbol font draws.
fn symbol(node: &Node) -> &'static str {
    match node.attr("char").map(str::to_ascii_uppercase).as_deref() {
        Some("F0FE" | "F0FD" | "F054" | "F078") => "☒",
        Some("F0A8" | "F06F" | "F0A3" | "F071") => "☐",
        Some("F0FC" | "F050") => "✓",
        Some("F0E0" | "F0E8") => "→",
        _ => " ",
    }
}

/// Takes a tick box or a typed number or dash off the front of a line.
pub(super) fn listed(kind: BlockKind, text: String) -> (BlockKind, String) {
    if matches!(kind, BlockKind::Heading(_)) {
        return (kind, text);
    }
    let numbered = matches!(kind, BlockKind::Item { numbered: true, .. });
    let first = text.chars().next();
    let ticked = match first {
        Some('☐' | '□' | '◻') => Some(false),
        Some('☒' | '☑' | '✓' | '✔' | '🗹') => Some(true),
        _ => None,
    };
    if let (Some(_), Some(mark)) = (ticked, first) {
        let rest = text[mark.len_utf8()..].trim().to_owned();
        return (BlockKind::Item { numbered, ticked }, rest);
    }
    if kind == BlockKind::Paragraph {
        if let Some(rest) = ["- ", "– ", "• ", "* ", "· "].iter().find_map(|dash| text.strip_prefix(dash)) {
            return (BlockKind::Item { numbered: false, ticked: None }, rest.trim().to_owned());
        }
        if let Some(rest) = typed_number(&text) {
            return (BlockKind::Item { numbered: true, ticked: None }, rest.to_owned());
        }
    }
    (kind, text)
}

/// Returns what follows `3.` or `3)` at the start of a line.
fn typed_number(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&digits) {
        return None;
    }
    let rest = text[digits..].strip_prefix(['.', ')'])?.strip_prefix(' ')?.trim_start();
    rest.chars().next().filter(|c| c.is_alphabetic()).map(|_| rest)
}

fn comments(package: &mut Package<'_>, commented: &BTreeMap<String, String>) -> Vec<Block> {
    let Some(tree) = package.tree("word/comments.xml") else { return Vec::new() };
    let mut blocks = Vec::new();
    for (at, node) in tree.all("comment").enumerate() {
        let text = node.all("p").map(Node::text).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            continue;
        }
        let time = node.attr("date").and_then(moment);
        let mut block = Block::new(BlockKind::Note, text, Place::Comment { n: at as u32 + 1 }).at(time);
        block.speaker = node.attr("author").map(str::to_owned).filter(|name| !name.is_empty());
        let about = node.attr("id").and_then(|id| commented.get(id)).map(|text| fold(text));
        block.context = about.filter(|text| !text.is_empty());
        blocks.push(block);
    }
    blocks
}

/// Reads headers, footers and footnotes; the same header on three kinds of page is one header.
fn margins(package: &mut Package<'_>, styles: &Styles) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut seen = BTreeSet::new();
    for name in package.names() {
        let Some(file) = name.strip_prefix("word/").and_then(|file| file.strip_suffix(".xml")) else { continue };
        let kind = file.trim_end_matches(|c: char| c.is_ascii_digit());
        if !matches!(kind, "header" | "footer" | "footnotes" | "endnotes") {
            continue;
        }
        let Some(tree) = package.tree(&name) else { continue };
        let mut walk = Walk::new(styles);
        walk.blocks_of(&tree);
        for mut block in walk.blocks {
            if seen.insert((kind.to_owned(), block.text.clone())) {
                block.place = Place::Inside { name: kind.to_owned(), place: Box::new(block.place) };
                block.context = Some(kind.to_owned());
                blocks.push(block);
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::ooxml::parse;

    fn check(body: &str, expected: &[&str]) {
        let tree = parse(&format!("<w:body>{body}</w:body>")).expect("xml");
        let styles = Styles::default();
        let mut walk = Walk::new(&styles);
        walk.blocks_of(&tree);
        let shown: Vec<String> = walk
            .blocks
            .iter()
            .map(|block| {
                let by = block.speaker.as_deref().map(|name| format!(" by {name}")).unwrap_or_default();
                format!("{:?} {}{by} @ {}", block.kind, block.text, block.place)
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn merge_field_is_shown_by_its_name() {
        check(
            r#"<w:p><w:r><w:t xml:space="preserve">Dear </w:t></w:r><w:fldSimple w:instr=" MERGEFIELD Contact "><w:r><w:t>«Contact»</w:t></w:r></w:fldSimple></w:p>"#,
            &["Paragraph Dear {Contact} @ paragraph 1"],
        );
    }

    #[test]
    fn tracked_change_keeps_its_author_and_the_text_reads_as_changed() {
        check(
            r#"<w:p><w:r><w:t xml:space="preserve">Pay within </w:t></w:r><w:del w:author="Ana"><w:r><w:delText>30</w:delText></w:r></w:del><w:ins w:author="Ana"><w:r><w:t>14</w:t></w:r></w:ins><w:r><w:t xml:space="preserve"> days.</w:t></w:r></w:p>"#,
            &["Paragraph Pay within 14 days. @ paragraph 1", "Note deleted: 30 by Ana @ paragraph 1", "Note inserted: 14 by Ana @ paragraph 1"],
        );
    }

    #[test]
    fn tick_box_says_whether_it_is_ticked() {
        check(
            r#"<w:p><w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>☒</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t>Photo attached</w:t></w:r></w:p>"#,
            &["Item { numbered: false, ticked: Some(true) } Photo attached @ paragraph 1"],
        );
    }

    #[test]
    fn table_row_is_one_block() {
        check(
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Owner</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Priya</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
            &["Row Owner | Priya @ table 1, row 1"],
        );
    }
}
