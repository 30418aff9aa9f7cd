//! PDF files: text put together again from placed glyphs, filled form fields, and notes that readers left.

mod bounds;
mod scan;

use super::ooxml::fold;
use super::outline::Outline;
use super::picture;
use crate::reader::{About, Input, Raw, Reader};
use hayro_interpret::font::Glyph as Shape;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache, InterpreterSettings, Paint, PathDrawMode, SoftMask, TransformExt,
    interpret_page,
};
use hayro_syntax::object::{Array, Dict, Name, Number, Object, String as PdfString};
use hayro_syntax::page::Page;
use hayro_syntax::{LoadPdfError, Pdf};
use kurbo::{Affine, BezPath, Point, Rect};
use sop_core::{Block, BlockKind, Document, Format, Place};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(super) const READER: Reader = Reader {
    name: "pdf",
    about: About {
        files: "`.pdf`",
        taken: "text in reading order, filled fields, notes; the words on scanned pages, recognised as in pictures",
        anchor: "page and line",
        not_taken: "more than 40 scanned pages, locked files, more than 300 pages",
    },
    accepts,
    read,
};

const MAX_PAGES: usize = 300;
/// Recognising a page takes seconds.
const MAX_SCANS: usize = 40;
/// A page of dense print holds about 10,000; more is a drawing made of letters.
const MAX_GLYPHS: usize = 100_000;
/// A map of a city takes a few hundred thousand.
const MAX_WORK: u32 = 1_000_000;
/// Glyphs further apart than this share of their size are two words.
const WORD_GAP: f64 = 0.17;
/// Words further apart than this are two cells of a form or table.
const CELL_GAP: f64 = 1.8;
/// Words this far apart are two cells if the second starts where a cell of another line starts.
const STOP_GAP: f64 = 0.5;
/// What stands left of a wide gap is a label only if it is short.
const MAX_LABEL: usize = 48;

fn accepts(input: &Input<'_>) -> bool {
    // Some programs write a few bytes before the mark.
    input.bytes[..input.bytes.len().min(1024)].windows(5).any(|five| five == b"%PDF-")
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    if let Some(message) = bounds::refused(input.bytes) {
        return Err(message);
    }
    let pdf = Pdf::new(input.bytes.to_vec()).map_err(|err| match err {
        LoadPdfError::Decryption(_) => "the PDF is locked by a password".to_owned(),
        LoadPdfError::Invalid => "the PDF is broken".to_owned(),
    })?;
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Pdf);
    let metadata = pdf.metadata();
    // Some programs write a word in place of a name they were not told.
    doc.author = metadata.author.as_deref().map(text_string).filter(|text| !text.is_empty() && text != "anonymous");
    doc.title = metadata.title.as_deref().map(text_string).filter(|text| !text.is_empty());

    let pages = pdf.pages();
    let mut lines = Vec::new();
    let mut scanned = Vec::new();
    let (mut scans, mut empty): (Vec<(u32, bool)>, Vec<u32>) = (Vec::new(), Vec::new());
    let mut endless = Vec::new();
    for (at, page) in pages.iter().take(MAX_PAGES).enumerate() {
        let number = at as u32 + 1;
        let drawn = draw(&pdf, page);
        if drawn.work > MAX_WORK {
            endless.push(number);
            // Two of them are no accident.
            if endless.len() > 1 {
                break;
            }
        }
        if drawn.glyphs.is_empty() {
            match drawn.images {
                0 => empty.push(number),
                _ => {
                    let found = if scans.len() < MAX_SCANS { recognised(input, &pdf, page, number) } else { Vec::new() };
                    scans.push((number, !found.is_empty()));
                    scanned.extend(found);
                }
            }
        }
        let from = lines.len();
        lines.extend(page_lines(drawn.glyphs, number));
        notes_and_fields(page, number, &lines[from..], &mut doc.blocks);
    }
    let mut blocks = blocks(&lines);
    blocks.append(&mut scanned);
    // Pages may be scanned one and typed the next.
    blocks.sort_by_key(|it| if let Place::Page { page, .. } = it.place { page } else { u32::MAX });
    blocks.append(&mut doc.blocks);
    doc.blocks = blocks;
    if doc.title.is_none() {
        let heading = doc.blocks.iter().take(4).find(|block| matches!(block.kind, BlockKind::Heading(_)));
        doc.title = heading.map(|block| block.text.clone());
    }
    doc.remarks = remarks(pages.len(), &scans, &empty, &endless);
    Ok(Raw(doc))
}

/// Returns what can be recognised on a scanned page.
fn recognised<'a>(input: &Input<'_>, pdf: &'a Pdf, page: &Page<'a>, number: u32) -> Vec<Block> {
    if bounds::has_endless_picture(pdf) {
        return Vec::new();
    }
    let lines = scan::picture_of(pdf, page).and_then(|it| input.pictures.lines(&it).ok()).unwrap_or_default();
    let mut blocks = picture::blocks(&lines);
    for (line, block) in (1..).zip(&mut blocks) {
        block.place = Place::Page { page: number, line };
    }
    blocks
}

fn remarks(n_pages: usize, scans: &[(u32, bool)], empty: &[u32], endless: &[u32]) -> Vec<String> {
    let said = |(n, read): &(u32, bool)| format!("page {n} is a scan{}", if *read { "; its words were recognised, and one may be misread" } else { "" });
    let mut remarks: Vec<String> = scans.iter().map(said).collect();
    remarks.extend(endless.iter().map(|n| format!("page {n} draws without end and was read in part")));
    remarks.extend(empty.iter().map(|n| format!("page {n} has no text")));
    if n_pages > MAX_PAGES {
        remarks.push(format!("only the first {MAX_PAGES} of {n_pages} pages were read"));
    }
    remarks
}

/// A letter, where its baseline starts, from the top left corner of the page.
#[derive(Debug, Clone)]
struct Letter {
    text: String,
    x: f64,
    y: f64,
    /// Where the next letter would start.
    end: f64,
    size: f64,
}

/// Collects what is drawn on a page.
#[derive(Default)]
struct Drawn {
    glyphs: Vec<Letter>,
    images: usize,
    /// Paths, letters and forms so far.
    work: u32,
}

impl Drawn {
    /// Forms that draw each other would go on for longer than anyone waits.
    fn work(&mut self, n: u32) {
        self.work += n;
        if self.work > MAX_WORK {
            // Without the hook of a panic: this is the only way out of a drawing, and nothing to tell of.
            std::panic::resume_unwind(Box::new("the page draws without end"));
        }
    }
}

impl<'a> Device<'a> for Drawn {
    fn draw_glyph(&mut self, shape: &Shape<'a>, transform: Affine, own: Affine, _: &Paint<'a>, _: &GlyphDrawMode) {
        self.work(1);
        let Some(unicode) = shape.as_unicode() else { return };
        if self.glyphs.len() >= MAX_GLYPHS {
            return;
        }
        let text = match unicode {
            BfString::Char(c) => c.to_string(),
            BfString::String(s) => s,
        };
        let whole = transform * own;
        let at = whole * Point::ORIGIN;
        // Outlines are drawn on a square of 1000 units.
        let up = whole * Point::new(0.0, 1000.0) - at;
        let advance = match shape {
            Shape::Outline(outline) => outline.advance_width().map_or(500.0, f64::from),
            Shape::Type3(_) => 500.0,
        };
        let next = whole * Point::new(advance, 0.0);
        let size = up.hypot();
        if size.is_finite() && size > 0.1 && at.x.is_finite() && at.y.is_finite() {
            self.glyphs.push(Letter { text, x: at.x, y: at.y, end: next.x.max(at.x), size });
        }
    }
    fn draw_image(&mut self, _: Image<'a, '_>, _: Affine) {
        self.work(20);
        self.images += 1;
    }
    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {
        self.work(1);
    }
    // A form begins with the box that it is cut to.
    fn push_clip_path(&mut self, _: &ClipPath) {
        self.work(20);
    }
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

fn draw<'a>(pdf: &'a Pdf, page: &Page<'a>) -> Drawn {
    // Fields and notes are read as such; drawn as well, they would be said twice.
    let settings = InterpreterSettings { render_annotations: false, ..InterpreterSettings::default() };
    let cache = InterpreterCache::new();
    let (width, height) = page.render_dimensions();
    let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let transform = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(transform, bounds, &cache, pdf.xref(), settings);
    let mut drawn = Drawn::default();
    // What was drawn until then is kept.
    let _ = catch_unwind(AssertUnwindSafe(|| interpret_page(page, &mut context, &mut drawn)));
    drawn
}

/// A line of a page, cut at wide gaps.
#[derive(Debug)]
struct Line {
    page: u32,
    number: u32,
    cells: Vec<String>,
    x: f64,
    end: f64,
    y: f64,
    size: f64,
    first_word: f64,
}

impl Line {
    fn text(&self) -> String {
        self.cells.join(" ")
    }
}

/// A stretch of a line between two wide gaps.
#[derive(Debug)]
struct Piece {
    text: String,
    x: f64,
    end: f64,
    y: f64,
    size: f64,
    first_word: f64,
}

fn page_lines(glyphs: Vec<Letter>, page: u32) -> Vec<Line> {
    let letters = rows(glyphs);
    let wide: Vec<Vec<Piece>> = letters.iter().map(|row| pieces(row, &[])).collect();
    let stops: Vec<f64> = wide.iter().flat_map(|row| row.iter().skip(1).map(|piece| piece.x)).collect();
    let rows: Vec<Vec<Piece>> = letters.iter().map(|row| pieces(row, &stops)).filter(|row| !row.is_empty()).collect();
    let rows = match gutter(&rows) {
        Some(x) => one_column(rows, x),
        None => rows,
    };
    rows.into_iter().enumerate().filter_map(|(at, row)| line(row, page, at as u32 + 1)).collect()
}

/// Groups letters that share a baseline, from the top of the page.
fn rows(mut glyphs: Vec<Letter>) -> Vec<Vec<Letter>> {
    glyphs.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut rows: Vec<Vec<Letter>> = Vec::new();
    for glyph in glyphs {
        match rows.last_mut() {
            Some(row) if row.last().is_some_and(|last| glyph.y - last.y < 0.3 * glyph.size.min(last.size)) => row.push(glyph),
            _ => rows.push(vec![glyph]),
        }
    }
    for row in &mut rows {
        row.sort_by(|a, b| a.x.total_cmp(&b.x));
        // Some programs print bold by printing twice.
        row.dedup_by(|next, last| next.text == last.text && (next.x - last.x).abs() < 0.12 * last.size && next.text.trim() != "");
    }
    rows
}

/// Cuts a row at wide gaps, and at narrower ones that end where other rows have their next cell.
fn pieces(row: &[Letter], stops: &[f64]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut space = false;
    for letter in row {
        if letter.text.chars().all(char::is_whitespace) {
            space = true;
            continue;
        }
        match pieces.last_mut() {
            Some(piece) if !ends_cell(piece, letter, stops) => {
                let apart = space || letter.x - piece.end > WORD_GAP * letter.size;
                if apart {
                    piece.text.push(' ');
                }
                if piece.first_word == 0.0 && apart {
                    piece.first_word = piece.end - piece.x;
                }
                piece.text.push_str(&letter.text);
                piece.end = piece.end.max(letter.end);
                piece.size = piece.size.max(letter.size);
            }
            _ => pieces.push(Piece { text: letter.text.clone(), x: letter.x, end: letter.end, y: letter.y, size: letter.size, first_word: 0.0 }),
        }
        space = false;
    }
    pieces
}

fn ends_cell(piece: &Piece, letter: &Letter, stops: &[f64]) -> bool {
    let gap = (letter.x - piece.end) / piece.size.max(letter.size);
    gap >= CELL_GAP || gap >= STOP_GAP && stops.iter().any(|stop| (stop - letter.x).abs() < 0.6)
}

/// Returns where the second column of running text starts, if the page is set in two.
fn gutter(rows: &[Vec<Piece>]) -> Option<f64> {
    let pairs: Vec<&Vec<Piece>> = rows.iter().filter(|row| row.len() == 2 && row.iter().all(|piece| piece.text.len() > 25)).collect();
    let x = pairs.first()?[1].x;
    let aligned = pairs.iter().filter(|pair| (pair[1].x - x).abs() < 6.0).count();
    (aligned >= 6 && aligned * 2 > rows.len()).then_some(x - 3.0)
}

/// Puts the right column under the left one.
fn one_column(rows: Vec<Vec<Piece>>, gutter: f64) -> Vec<Vec<Piece>> {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for row in rows {
        let (there, here): (Vec<Piece>, Vec<Piece>) = row.into_iter().partition(|piece| piece.x >= gutter);
        left.extend((!here.is_empty()).then_some(here));
        right.extend((!there.is_empty()).then_some(there));
    }
    left.into_iter().chain(right).collect()
}

fn line(row: Vec<Piece>, page: u32, number: u32) -> Option<Line> {
    let (first, last) = (row.first()?, row.last()?);
    let first_word = if first.first_word > 0.0 { first.first_word } else { first.end - first.x };
    let size = row.iter().map(|piece| piece.size).fold(0.0, f64::max);
    let (x, end, y) = (first.x, last.end, first.y);
    let mut cells: Vec<String> = row.iter().map(|piece| fold(&piece.text)).filter(|text| !text.is_empty()).collect();
    // A bullet or number stands apart from its text, and is no label.
    if cells.len() > 1 && (bullet(&cells[0]) || cells[0].trim_end_matches(['.', ')']).parse::<u8>().is_ok_and(|_| cells[0].ends_with(['.', ')']))) {
        let mark = cells.remove(0);
        cells[0] = format!("{mark} {}", cells[0]);
    }
    (!cells.is_empty()).then_some(Line { page, number, cells, x, end, y, size, first_word })
}

fn bullet(text: &str) -> bool {
    matches!(text, "•" | "-" | "–" | "·" | "▪" | "■" | "o" | "◦" | "*" | "\u{f0b7}" | "☐" | "☒" | "□" | "✓")
}

fn blocks(lines: &[Line]) -> Vec<Block> {
    let body = body_size(lines);
    let levels = heading_sizes(lines, body);
    let mut margins: BTreeMap<u32, f64> = BTreeMap::new();
    for line in lines {
        let margin = margins.entry(line.page).or_default();
        *margin = margin.max(line.end);
    }
    let mut blocks: Vec<Block> = Vec::new();
    let mut outline = Outline::default();
    for (at, line) in lines.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &lines[before]);
        let margin = margins.get(&line.page).copied().unwrap_or_default();
        let (kind, text) = classify(line, &levels);
        if let (Some(before), Some(last)) = (before, blocks.last_mut())
            && continues(before, line, last.kind, kind, margin)
        {
            join(&mut last.text, &text);
            if let BlockKind::Heading(_) = kind {
                outline.reword(&last.text);
            }
            continue;
        }
        blocks.push(outline.place(Block::new(kind, text, Place::Page { page: line.page, line: line.number })));
    }
    blocks
}

fn classify(line: &Line, levels: &[i64]) -> (BlockKind, String) {
    let text = line.text();
    if let Some(level) = levels.iter().position(|size| *size == rounded(line.size)) {
        return (BlockKind::Heading((level + 1).min(6) as u8), text);
    }
    if line.cells.len() > 2 {
        return (BlockKind::Row, line.cells.join(" | "));
    }
    if let [label, value] = line.cells.as_slice() {
        if label.chars().count() <= MAX_LABEL && label.chars().any(char::is_alphabetic) {
            return (BlockKind::Field, format!("{}: {value}", label.trim_end_matches([':', '.', ' '])));
        }
        return (BlockKind::Row, line.cells.join(" | "));
    }
    let (mark, rest) = text.split_once(' ').unwrap_or((&text, ""));
    if !rest.is_empty() && bullet(mark) {
        let ticked = match mark {
            "☐" | "□" => Some(false),
            "☒" | "✓" => Some(true),
            _ => None,
        };
        return (BlockKind::Item { numbered: false, ticked }, rest.to_owned());
    }
    let numbered = mark.ends_with(['.', ')']) && mark.trim_end_matches(['.', ')']).parse::<u8>().is_ok();
    if numbered && rest.chars().next().is_some_and(char::is_alphabetic) {
        return (BlockKind::Item { numbered: true, ticked: None }, rest.to_owned());
    }
    (BlockKind::Paragraph, text)
}

/// Whether a line carries on the block that the line before belongs to.
fn continues(before: &Line, line: &Line, last: BlockKind, kind: BlockKind, margin: f64) -> bool {
    if before.page != line.page || (before.size - line.size).abs() > 0.6 {
        return false;
    }
    let step = line.y - before.y;
    if step <= 0.0 || step > 1.7 * line.size.max(before.size) {
        return false;
    }
    match (last, kind) {
        (BlockKind::Heading(a), BlockKind::Heading(b)) => return a == b,
        (BlockKind::Paragraph | BlockKind::Item { .. }, BlockKind::Paragraph) => {}
        _ => return false,
    }
    // An item's text hangs to the right of its mark; a paragraph's lines share their left edge.
    let aligned = match last {
        BlockKind::Item { .. } => line.x > before.x - 1.0,
        _ => (line.x - before.x).abs() < 3.0 * line.size,
    };
    // Had the next word fitted on the line before, the writer meant to end it there.
    let broken_by_hand = before.end + 0.3 * before.size + line.first_word < margin - 0.5 * line.size;
    aligned && !broken_by_hand
}

/// Joins two lines of one paragraph; a word cut by a hyphen at the end of a line is put together.
fn join(text: &mut String, next: &str) {
    let cut = text.ends_with('-') && text.chars().rev().nth(1).is_some_and(char::is_lowercase) && next.chars().next().is_some_and(char::is_lowercase);
    // Whether the hyphen belongs to the word cannot be known; the quote keeps it as it stands.
    if !cut && !text.ends_with('\u{ad}') {
        text.push(' ');
    }
    text.push_str(next);
}

fn rounded(size: f64) -> i64 {
    (size * 2.0).round() as i64
}

/// Returns the size that most of the text has.
fn body_size(lines: &[Line]) -> i64 {
    let mut letters: BTreeMap<i64, usize> = BTreeMap::new();
    for line in lines {
        *letters.entry(rounded(line.size)).or_default() += line.text().len();
    }
    letters.into_iter().max_by_key(|(_, n)| *n).map_or(0, |(size, _)| size)
}

/// Returns the sizes that are clearly larger than the body, largest first.
fn heading_sizes(lines: &[Line], body: i64) -> Vec<i64> {
    let mut sizes: Vec<i64> = lines
        .iter()
        .filter(|line| line.text().chars().count() <= 120 && line.text().chars().any(char::is_alphabetic))
        .map(|line| rounded(line.size))
        .filter(|size| *size * 20 >= body * 23)
        .collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    sizes.dedup();
    sizes
}

/// Reads what was filled in or noted on top of a page.
fn notes_and_fields(page: &Page<'_>, number: u32, lines: &[Line], blocks: &mut Vec<Block>) {
    let Some(annotations) = page.raw().get::<Array<'_>>("Annots") else { return };
    for annotation in annotations.iter::<Dict<'_>>().take(2000) {
        let place = Place::Page { page: number, line: nearest_line(page, &annotation, lines) };
        let subtype = annotation.get::<Name<'_>>("Subtype");
        let block = match subtype.as_ref().map(Name::as_str) {
            Some("Widget") => field(&annotation).map(|text| Block::new(BlockKind::Field, text, place)),
            Some("Link" | "Popup") | None => None,
            Some(_) => note(&annotation, place),
        };
        blocks.extend(block);
    }
}

/// Returns `label: value` of a filled form field. Names and values may stand with the parent.
fn field(widget: &Dict<'_>) -> Option<String> {
    let parent = widget.get::<Dict<'_>>("Parent");
    let get = |key: &str| widget.get::<Object<'_>>(key).or_else(|| parent.as_ref()?.get::<Object<'_>>(key));
    let label = get("TU").and_then(object_text).or_else(|| get("T").and_then(object_text))?;
    let value = get("V").and_then(object_text)?;
    Some(format!("{label}: {value}"))
}

fn note(annotation: &Dict<'_>, place: Place) -> Option<Block> {
    let text = annotation.get::<Object<'_>>("Contents").and_then(object_text)?;
    let mut block = Block::new(BlockKind::Note, text, place);
    block.speaker = annotation.get::<Object<'_>>("T").and_then(object_text);
    Some(block)
}

fn object_text(object: Object<'_>) -> Option<String> {
    let text = match object {
        Object::String(text) => text_string(PdfString::as_bytes(&text)),
        Object::Name(name) => name.as_str().to_owned(),
        Object::Array(values) => values.iter::<Object<'_>>().take(100).filter_map(plain_text).collect::<Vec<_>>().join(", "),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn plain_text(object: Object<'_>) -> Option<String> {
    object.into_string().map(|text| text_string(text.as_bytes()))
}

/// Decodes a text of a PDF: UTF-16 or UTF-8 by its mark, else Latin.
fn text_string(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units: Vec<u16> = rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    fold(&text)
}

/// Returns the line of the page that an annotation stands beside.
fn nearest_line(page: &Page<'_>, annotation: &Dict<'_>, lines: &[Line]) -> u32 {
    let corners: Vec<f64> = annotation.get::<Array<'_>>("Rect").map(|it| it.iter::<Number>().take(4).map(|n| n.as_f64()).collect()).unwrap_or_default();
    let [x, y0, _, y1] = corners.as_slice() else { return 1 };
    let at = page.initial_transform(true).to_kurbo() * Point::new(*x, y0.min(*y1));
    let distance = |line: &&Line| (line.y - at.y).abs();
    lines.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).map_or(1, |line| line.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row: left edge, baseline, size, text. Letters are half as wide as they are high; `\t` is a wide gap.
    fn check(rows: &[(f64, f64, f64, &str)], expected: &[&str]) {
        let mut glyphs = Vec::new();
        for (x, y, size, text) in rows {
            let mut x = *x;
            for c in text.chars() {
                let step = if c == '\t' { size * 4.0 } else { size * 0.5 };
                glyphs.push(Letter { text: c.to_string(), x, y: *y, end: x + size * 0.5, size: *size });
                x += step;
            }
        }
        let shown: Vec<String> = blocks(&page_lines(glyphs, 1)).iter().map(|block| format!("{:?} {}", block.kind, block.text)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn scanned_page_is_handed_on_as_a_picture() {
        struct Seer;
        impl crate::Pictures for Seer {
            fn lines(&self, bytes: &[u8]) -> Result<Vec<crate::PictureLine>, String> {
                let size = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
                Ok(vec![crate::PictureLine { text: format!("seen {}x{}", size(18), size(22)), x: 0, y: 0, w: 9, h: 9 }])
            }
        }
        let bytes = include_bytes!("../../tests/files/scan.pdf");
        let artifact = sop_core::Artifact {
            id: sop_core::ArtifactId("a".into()),
            path: "scan.pdf".into(),
            size: bytes.len() as u64,
            digest: sop_core::Digest(String::new()),
            modified: None,
        };
        let Some(crate::Reading::Document(document)) = crate::read(&artifact, bytes, &Seer, &crate::People::default()).output else {
            panic!("it was not read")
        };
        let shown: Vec<String> = document.blocks.iter().map(|it| format!("{:?} {} @ {}", it.kind, it.text, it.place)).collect();
        assert_eq!(shown, ["PictureText seen 600x200 @ page 1, line 1"]);
        assert_eq!(document.remarks, ["page 1 is a scan; its words were recognised, and one may be misread"]);
    }

    #[test]
    fn lines_of_one_paragraph_are_one_block() {
        check(
            &[(50.0, 100.0, 10.0, "Return the form to the office before"), (50.0, 112.0, 10.0, "Friday."), (50.0, 140.0, 10.0, "Then wait for the answer.")],
            &["Paragraph Return the form to the office before Friday.", "Paragraph Then wait for the answer."],
        );
    }

    #[test]
    fn label_and_value_across_a_wide_gap_are_a_field() {
        check(&[(50.0, 100.0, 10.0, "Account name:\tMarlow Street")], &["Field Account name: Marlow Street"]);
    }

    #[test]
    fn larger_line_is_a_heading() {
        check(
            &[(50.0, 80.0, 16.0, "Key dates"), (50.0, 110.0, 10.0, "File the return by 31 January.")],
            &["Heading(1) Key dates", "Paragraph File the return by 31 January."],
        );
    }
}
