//! Rich text (.rtf): paragraphs, lists, table rows, comments and headings, in the code page of each font.

use super::docx::{listed, promote_bold_lines};
use super::ooxml::fold;
use super::outline::Outline;
use crate::reader::{About, Input, Raw, Reader};
use encoding_rs::Encoding;
use sop_core::{Block, BlockKind, Document, Format, Place};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const READER: Reader = Reader {
    name: "rtf",
    about: About {
        files: "`.rtf`, also when it is called `.doc`",
        taken: "headings, paragraphs, lists, tables, comments, footnotes; changes read as made",
        anchor: "paragraph, cell, comment",
        not_taken: "pictures, text in drawings",
    },
    accepts,
    read,
};

/// Nobody nests groups deeper; a file made to exhaust the stack does.
const MAX_GROUPS: usize = 2_000;
const MAX_BLOCKS: usize = 50_000;
const MAX_TEXT: usize = 50_000_000;

fn accepts(input: &Input<'_>) -> bool {
    let head = input.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input.bytes);
    head.trim_ascii_start().starts_with(b"{\\rtf")
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Docx);
    let mut rtf = Rtf::new();
    rtf.run(input.bytes);
    if !rtf.blocks.iter().any(|it| matches!(it.kind, BlockKind::Heading(_))) {
        promote_bold_lines(&mut rtf.blocks, &rtf.bold);
    }
    let some = |text: &str| Some(fold(text)).filter(|it| !it.is_empty());
    doc.author = some(&rtf.author);
    let heading = rtf.blocks.iter().take(6).find(|it| matches!(it.kind, BlockKind::Heading(1))).map(|it| it.text.clone());
    doc.title = some(&rtf.title).or(heading);
    doc.blocks = rtf.blocks;
    doc.blocks.append(&mut rtf.notes);
    if doc.blocks.is_empty() {
        doc.remarks.push("no text in it".into());
    }
    if rtf.cut {
        doc.remarks.push("the text is too long and was not read to its end".into());
    }
    Ok(Raw(doc))
}

/// Returns the lines of a rich text, one a paragraph.
pub(super) fn plain_text(bytes: &[u8]) -> String {
    let mut rtf = Rtf::new();
    rtf.lines = Some(String::new());
    rtf.run(bytes);
    rtf.end_paragraph();
    rtf.lines.unwrap_or_default()
}

/// Returns the encoding of a Windows code page.
pub(super) fn code_page(number: u32) -> Option<&'static Encoding> {
    let label = match number {
        437 | 850 => "windows-1252",
        866 => "ibm866",
        874 => "windows-874",
        932 => "shift_jis",
        936 => "gbk",
        949 => "euc-kr",
        950 => "big5",
        1250..=1258 => return Encoding::for_label(format!("windows-{number}").as_bytes()),
        10_000 => "macintosh",
        20_866 => "koi8-r",
        28_591..=28_605 => return Encoding::for_label(format!("iso-8859-{}", number - 28_590).as_bytes()),
        65_001 => "utf-8",
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// Returns the encoding that a font of this character set needs.
fn character_set(number: i32) -> Option<&'static Encoding> {
    let page = match number {
        0 => return None,
        77 => 10_000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    };
    code_page(page)
}

/// Where the text of a group goes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Goes {
    Text,
    Nowhere,
    Fonts,
    Styles,
    Title,
    Author,
    /// The number or bullet that stands before an item.
    Mark,
    /// What a web page in rich text keeps of its own tags.
    Tag,
    Note,
    NoteAuthor,
    Footnote,
}

#[derive(Clone)]
struct Group {
    goes: Goes,
    /// How many stand-ins follow a `\u`.
    stand_ins: usize,
    font: i32,
    hidden: bool,
    bold: bool,
}

#[derive(Default)]
struct Paragraph {
    outline: Option<u8>,
    style: i32,
    in_table: bool,
    listed: bool,
}

struct Rtf {
    groups: Vec<Group>,
    encoding: &'static Encoding,
    fonts: BTreeMap<i32, &'static Encoding>,
    styles: BTreeMap<i32, String>,
    style: i32,
    /// Bytes in the code page of the font, not decoded yet.
    pending: Vec<u8>,
    /// Half of a character that is told in two `\u`.
    half: Option<u16>,
    skip: usize,
    paragraph: Paragraph,
    text: String,
    all_bold: bool,
    mark: String,
    note: String,
    note_author: String,
    cells: Vec<String>,
    title: String,
    author: String,
    blocks: Vec<Block>,
    notes: Vec<Block>,
    outline: Outline,
    bold: BTreeSet<u32>,
    paragraphs: u32,
    tables: u32,
    row: u32,
    comments: u32,
    /// Set if only lines are wanted.
    lines: Option<String>,
    written: usize,
    cut: bool,
}

impl Rtf {
    fn new() -> Self {
        Self {
            groups: vec![Group { goes: Goes::Text, stand_ins: 1, font: -1, hidden: false, bold: false }],
            encoding: encoding_rs::WINDOWS_1252,
            fonts: BTreeMap::new(),
            styles: BTreeMap::new(),
            style: 0,
            pending: Vec::new(),
            half: None,
            skip: 0,
            paragraph: Paragraph::default(),
            text: String::new(),
            all_bold: true,
            mark: String::new(),
            note: String::new(),
            note_author: String::new(),
            cells: Vec::new(),
            title: String::new(),
            author: String::new(),
            blocks: Vec::new(),
            notes: Vec::new(),
            outline: Outline::default(),
            bold: BTreeSet::new(),
            paragraphs: 0,
            tables: 0,
            row: 0,
            comments: 0,
            lines: None,
            written: 0,
            cut: false,
        }
    }

    fn run(&mut self, bytes: &[u8]) {
        let mut at = 0;
        let mut starred = false;
        while let Some(byte) = bytes.get(at).copied() {
            at += 1;
            match byte {
                b'{' => {
                    self.flush();
                    if self.groups.len() >= MAX_GROUPS {
                        self.cut = true;
                        break;
                    }
                    let group = self.group().clone();
                    self.groups.push(group);
                }
                b'}' => self.close(),
                b'\\' => match bytes.get(at).copied() {
                    Some(b'\'') => {
                        let hex = bytes.get(at + 1..at + 3).and_then(|it| std::str::from_utf8(it).ok()).and_then(|it| u8::from_str_radix(it, 16).ok());
                        at += if hex.is_some() { 3 } else { 1 };
                        self.byte(hex.unwrap_or(b'?'));
                    }
                    Some(b'*') => {
                        at += 1;
                        starred = true;
                        continue;
                    }
                    Some(c) if c.is_ascii_alphabetic() => {
                        let end = bytes[at..].iter().take(40).position(|it| !it.is_ascii_alphabetic()).map_or(bytes.len().min(at + 40), |it| at + it);
                        let word = std::str::from_utf8(&bytes[at..end]).unwrap_or_default();
                        at = end;
                        let sign = usize::from(bytes.get(at) == Some(&b'-'));
                        let digits = bytes[at + sign..].iter().take(10).take_while(|it| it.is_ascii_digit()).count();
                        let number =
                            if digits > 0 { std::str::from_utf8(&bytes[at..at + sign + digits]).ok().and_then(|it| it.parse::<i32>().ok()) } else { None };
                        if digits > 0 {
                            at += sign + digits;
                        }
                        if bytes.get(at) == Some(&b' ') {
                            at += 1;
                        }
                        if word == "bin" {
                            at += usize::try_from(number.unwrap_or(0)).unwrap_or(0);
                        } else {
                            self.word(word, number, starred);
                        }
                    }
                    Some(c) => {
                        at += 1;
                        match c {
                            b'~' => self.char('\u{a0}'),
                            b'_' => self.char('-'),
                            b'-' => {}
                            b'\n' | b'\r' => self.end_paragraph(),
                            c => self.byte(c),
                        }
                    }
                    None => {}
                },
                b'\r' | b'\n' | 0 => {}
                byte => self.byte(byte),
            }
            starred = false;
            if self.written > MAX_TEXT || self.blocks.len() + self.notes.len() > MAX_BLOCKS {
                self.cut = true;
                break;
            }
        }
        self.flush();
        self.end_paragraph();
    }

    fn group(&mut self) -> &mut Group {
        if self.groups.is_empty() {
            self.groups.push(Group { goes: Goes::Text, stand_ins: 1, font: -1, hidden: false, bold: false });
        }
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    fn close(&mut self) {
        self.flush();
        let closed = if self.groups.len() > 1 { self.groups.pop() } else { None };
        let outer = self.group().goes;
        let Some(closed) = closed.filter(|it| it.goes != outer) else { return };
        match closed.goes {
            Goes::Note | Goes::Footnote => {
                let text = fold(&std::mem::take(&mut self.note));
                if !text.is_empty() {
                    let about = fold(&self.text);
                    let mut block = if closed.goes == Goes::Note {
                        self.comments += 1;
                        let mut block = Block::new(BlockKind::Note, text, Place::Comment { n: self.comments });
                        block.speaker = Some(fold(&std::mem::take(&mut self.note_author))).filter(|it| !it.is_empty());
                        block
                    } else {
                        Block::new(BlockKind::Paragraph, text, Place::Paragraph { n: self.paragraphs + 1 })
                    };
                    block.context = Some(about).filter(|it| !it.is_empty());
                    self.notes.push(block);
                }
            }
            _ => {}
        }
    }

    /// Takes a byte of text in the code page of its font.
    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        if self.group().goes != Goes::Nowhere {
            self.pending.push(byte);
        }
    }

    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let font = self.group().font;
        let encoding = self.fonts.get(&font).copied().unwrap_or(self.encoding);
        let bytes = std::mem::take(&mut self.pending);
        let text = encoding.decode_without_bom_handling(&bytes).0.into_owned();
        self.put(&text);
    }

    fn char(&mut self, c: char) {
        self.flush();
        self.put(c.encode_utf8(&mut [0; 4]));
    }

    fn put(&mut self, text: &str) {
        self.written += text.len();
        let style = self.style;
        let group = self.group();
        let (goes, hidden, bold) = (group.goes, group.hidden, group.bold);
        match goes {
            Goes::Text if hidden => {}
            Goes::Text => {
                self.all_bold &= bold || text.trim().is_empty();
                self.text.push_str(text);
            }
            Goes::Styles => self.styles.entry(style).or_default().push_str(text),
            Goes::Title => self.title.push_str(text),
            Goes::Author => self.author.push_str(text),
            Goes::Mark => self.mark.push_str(text),
            Goes::Note | Goes::Footnote => self.note.push_str(text),
            Goes::NoteAuthor => self.note_author.push_str(text),
            Goes::Nowhere | Goes::Fonts | Goes::Tag => {}
        }
    }

    fn word(&mut self, word: &str, number: Option<i32>, starred: bool) {
        // A stand-in for a character may be written as a word of its own.
        if self.skip > 0 && !matches!(word, "par" | "cell" | "row" | "u") {
            self.skip -= 1;
            return;
        }
        if word != "u" {
            self.flush();
        }
        let on = number != Some(0);
        match word {
            "u" => self.unicode(number.unwrap_or(0)),
            "uc" => self.group().stand_ins = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(8),
            "ansicpg" => self.encoding = number.and_then(|it| code_page(it.unsigned_abs())).unwrap_or(self.encoding),
            "mac" => self.encoding = encoding_rs::MACINTOSH,
            "f" => self.group().font = number.unwrap_or(-1),
            "fcharset" => {
                let font = self.group().font;
                if let Some(encoding) = number.and_then(character_set).filter(|_| self.group().goes == Goes::Fonts && self.fonts.len() < 10_000) {
                    self.fonts.insert(font, encoding);
                }
            }
            "fonttbl" => self.group().goes = Goes::Fonts,
            "stylesheet" => {
                self.style = 0;
                self.group().goes = Goes::Styles;
            }
            "s" | "cs" | "ds" | "ts" if self.group().goes == Goes::Styles => self.style = if word == "s" { number.unwrap_or(0) } else { -1 },
            "s" => self.paragraph.style = number.unwrap_or(0),
            "info" => self.group().goes = Goes::Nowhere,
            "title" if self.group().goes == Goes::Nowhere => self.group().goes = Goes::Title,
            "author" if self.group().goes == Goes::Nowhere => self.group().goes = Goes::Author,
            "pntext" | "listtext" => {
                self.mark.clear();
                self.group().goes = Goes::Mark;
            }
            "annotation" => self.group().goes = Goes::Note,
            "atnauthor" => self.group().goes = Goes::NoteAuthor,
            "footnote" => self.group().goes = Goes::Footnote,
            "htmltag" => self.group().goes = Goes::Tag,
            "htmlrtf" | "v" => self.group().hidden = on,
            "deleted" => self.group().hidden = on,
            "b" => self.group().bold = on,
            "plain" => {
                let group = self.group();
                (group.hidden, group.bold, group.font) = (false, false, -1);
            }
            "pard" => self.paragraph = Paragraph::default(),
            "outlinelevel" => self.paragraph.outline = number.and_then(|it| u8::try_from(it).ok()).filter(|it| *it < 9).map(|it| it + 1),
            "ls" => self.paragraph.listed = number.is_some_and(|it| it > 0),
            "intbl" => self.paragraph.in_table = true,
            "tab" => self.char('\t'),
            "line" | "page" | "sect" | "softline" => self.char(' '),
            "emdash" => self.char('—'),
            "endash" => self.char('–'),
            "bullet" => self.char('•'),
            "lquote" => self.char('‘'),
            "rquote" => self.char('’'),
            "ldblquote" => self.char('“'),
            "rdblquote" => self.char('”'),
            "emspace" | "enspace" | "qmspace" => self.char(' '),
            "par" => self.end_paragraph(),
            "cell" | "nestcell" => self.end_cell(),
            "row" | "nestrow" => self.end_row(),
            "fldinst" | "pict" | "object" | "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf" | "colortbl"
            | "nonshppict" | "themedata" | "datastore" | "listtable" | "revtbl" | "pn" | "pnseclvl" | "private" | "xmlnstbl" | "nonesttables" => {
                self.group().goes = Goes::Nowhere;
            }
            // The same text once more, in characters that old programs do not know.
            "ud" => {}
            _ if starred => self.group().goes = Goes::Nowhere,
            _ => {}
        }
    }

    fn unicode(&mut self, number: i32) {
        self.flush();
        self.skip = self.group().stand_ins;
        // Written as a signed number of 16 bits, and in two halves above that.
        let unit = (number & 0xffff) as u16;
        match (self.half.take(), unit) {
            (Some(high), 0xDC00..=0xDFFF) => {
                let c = char::decode_utf16([high, unit]).next().and_then(Result::ok).unwrap_or('\u{fffd}');
                self.put(c.encode_utf8(&mut [0; 4]));
            }
            (_, 0xD800..=0xDBFF) => self.half = Some(unit),
            _ => {
                let c = char::from_u32(u32::from(unit)).unwrap_or('\u{fffd}');
                self.put(c.encode_utf8(&mut [0; 4]));
            }
        }
    }

    fn end_paragraph(&mut self) {
        self.flush();
        if self.group().goes == Goes::Styles {
            return;
        }
        if matches!(self.group().goes, Goes::Note | Goes::Footnote) {
            self.note.push(' ');
            return;
        }
        if let Some(lines) = &mut self.lines {
            lines.push_str(self.text.trim_end());
            lines.push('\n');
            self.text.clear();
            return;
        }
        if self.paragraph.in_table && !self.text.trim().is_empty() {
            self.text.push(' ');
            return;
        }
        if !self.paragraph.in_table {
            self.row = 0;
        }
        self.paragraphs += 1;
        let text = fold(&std::mem::take(&mut self.text));
        let mark = fold(&std::mem::take(&mut self.mark));
        let bold = std::mem::replace(&mut self.all_bold, true);
        if text.is_empty() {
            return;
        }
        if bold {
            self.bold.insert(self.paragraphs);
        }
        let (kind, text) = listed(self.kind(&mark), text);
        self.push(kind, text, Place::Paragraph { n: self.paragraphs });
    }

    fn kind(&self, mark: &str) -> BlockKind {
        let name = self.styles.get(&self.paragraph.style).map(|it| it.trim().trim_end_matches(';').to_lowercase()).unwrap_or_default();
        let named = name.strip_prefix("heading ").and_then(|it| it.trim().parse().ok()).filter(|it| (1..=9).contains(it));
        if let Some(level) = self.paragraph.outline.or(named) {
            return BlockKind::Heading(level);
        }
        if name == "title" {
            return BlockKind::Heading(1);
        }
        if self.paragraph.listed || !mark.is_empty() {
            return BlockKind::Item { numbered: mark.chars().any(|c| c.is_ascii_alphanumeric()) && mark.ends_with(['.', ')']), ticked: None };
        }
        BlockKind::Paragraph
    }

    fn end_cell(&mut self) {
        self.flush();
        if self.lines.is_some() {
            self.text.push('\t');
            return;
        }
        if self.cells.len() < 1_000 {
            let text = fold(&std::mem::take(&mut self.text));
            self.cells.push(text);
        }
        self.text.clear();
        self.mark.clear();
        self.all_bold = true;
    }

    fn end_row(&mut self) {
        if self.lines.is_some() {
            self.end_paragraph();
            return;
        }
        let cells = std::mem::take(&mut self.cells);
        if cells.iter().all(String::is_empty) {
            return;
        }
        if self.row == 0 {
            self.tables += 1;
        }
        self.row += 1;
        self.push(BlockKind::Row, cells.join(" | "), Place::TableRow { table: self.tables, row: self.row });
    }

    fn push(&mut self, kind: BlockKind, text: String, place: Place) {
        let block = self.outline.place(Block::new(kind, text, place));
        self.blocks.push(block);
    }
}

#[cfg(test)]
mod tests {

    use crate::reader::tests_support::read_raw;

    fn check(rtf: &[u8], expected: &[&str]) {
        let document = read_raw("a.rtf", rtf);
        let shown: Vec<String> = document
            .blocks
            .iter()
            .map(|it| {
                let by = it.speaker.as_deref().map(|name| format!(" by {name}")).unwrap_or_default();
                format!("{:?} {}{by} @ {}", it.kind, it.text, it.place)
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn headings_items_and_rows_are_told_apart() {
        check(
            br"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}}{\stylesheet{\s0 Normal;}{\s1 heading 1;}}{\info{\title Close}{\author Ana}}\pard\s1 Month end\par\pard\ls1{\listtext 1.\tab}Export the ledger.\par\pard{\pntext\'b7\tab}{\b Never} touch \i raw\i0 .\par\trowd\pard\intbl Over\cell 500\cell\row\trowd\pard\intbl Who\cell Dana\cell\row\pard Done.\par}",
            &[
                "Heading(1) Month end @ paragraph 1",
                "Item { numbered: true, ticked: None } Export the ledger. @ paragraph 2",
                "Item { numbered: false, ticked: None } Never touch raw. @ paragraph 3",
                "Row Over | 500 @ table 1, row 1",
                "Row Who | Dana @ table 1, row 2",
                "Paragraph Done. @ paragraph 4",
            ],
        );
    }

    #[test]
    fn characters_outside_of_ascii_are_kept() {
        check(
            br"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0 A;}{\f1\fcharset204 B;}}Over \u8364?500 f\'fcr {\f1\'cf\'f0\'e8} \u-10179?\u-8693?{\*\unknown no}{\v no}\emdash ok\par}",
            &["Paragraph Over €500 für При 😋—ok @ paragraph 1"],
        );
    }

    #[test]
    fn comments_have_their_author_and_deleted_text_is_gone() {
        check(
            br"{\rtf1 Pay within {\deleted 30 }14 days{\*\atnid DW}{\*\atnauthor Dana W}{\*\annotation Not before the 5th.\par}.\par}",
            &["Paragraph Pay within 14 days. @ paragraph 1", "Note Not before the 5th. by Dana W @ comment 1"],
        );
    }

    #[test]
    fn hostile_nesting_and_cut_files_are_survived() {
        let mut deep = b"{\\rtf1 first\\par".to_vec();
        deep.extend(std::iter::repeat_n(b'{', 100_000));
        check(&deep, &["Paragraph first @ paragraph 1"]);
        check(b"{\\rtf1 one\\par two\\'f", &["Paragraph one @ paragraph 1", "Paragraph two?f @ paragraph 2"]);
        check(b"{\\rtf1 one\\bin99999999 \\par}}}}", &["Paragraph one @ paragraph 1"]);
    }
}
