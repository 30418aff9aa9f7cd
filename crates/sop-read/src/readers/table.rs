//! Tables as text (comma, semicolon, tab): the profile of every column, short tables row by row.

use super::lines::{document, ending, fold, folded, place, stem};
use super::profile::{Hashes, Profile, counted, hash, is_number, is_personal, reaches_a_person, repeats};
use crate::customers::Customers;
use crate::reader::{About, Input, Raw, Reader, decode, encoding, is_text};
use memchr::{memchr, memchr_iter, memchr2, memrchr};
use sop_core::{Block, BlockKind, Document, Format, Table};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Mutex;

pub(super) const READER: Reader = Reader {
    name: "table",
    about: About {
        files: "`.csv`, `.tsv` and such",
        taken: "type, totals and repeats of each column; rows if there are 60 or fewer",
        anchor: "line, row and column",
        not_taken: "rows of longer tables, more than 500 columns",
    },
    accepts,
    read,
};

/// Tables up to this length are quoted row by row.
const MAX_ROWS: usize = 60;
/// The header is looked for among the first rows.
const MAX_HEAD: usize = 40;
const MAX_COLUMNS: usize = 500;
/// Names of customers are looked for down to this line.
const MAX_TOLD: u32 = 100_000;
/// A record of more lines has a quotation mark that nobody closed.
const MAX_RECORD_LINES: u32 = 200;
const MAX_REMARKED: usize = 5;
/// Rows that stand twice are looked for among this many.
const MAX_SEEN: usize = 500_000;
/// More comments, totals and remarks between the rows are rows themselves.
const MAX_NOTES: usize = 2_000;

fn accepts(input: &Input<'_>) -> bool {
    if !is_text(input.bytes) {
        return false;
    }
    match ending(input.name).as_str() {
        "csv" | "tsv" | "tab" | "psv" => true,
        // Programs like to call a text table .txt or .xls.
        "txt" | "xls" | "dat" | "asc" => {
            let text = decode(&input.bytes[..input.bytes.len().min(32 * 1024)]);
            let lines: Vec<&str> = text.lines().filter(|it| !it.trim().is_empty()).take(40).collect();
            let agree = |mark: char, least: usize| {
                let widths: Vec<usize> = lines.iter().map(|it| split(it, mark as u8, true).len()).collect();
                let (width, n) = most_common(&widths);
                width >= least && n * 10 >= widths.len() * 8
            };
            lines.len() >= 3 && (agree('\t', 2) || agree(';', 3) || agree('|', 4))
        }
        _ => false,
    }
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = document(input, Format::Csv);
    let text = decode(input.bytes);
    fill(&text, input.name, &mut doc);
    Ok(Raw(doc))
}

fn fill(text: &str, name: &str, doc: &mut Document) {
    let mark = delimiter(text, &ending(name));
    let quoting = !text.contains('"') || Records::new(text, mark, true).all(|it| it.to - it.from <= MAX_RECORD_LINES);
    if !quoting {
        doc.remarks.push(UNCLOSED.to_owned());
    }
    let mut reading = TableReading::new(text, mark, quoting, stem(name));
    let head = reading.read(text, 1);
    doc.blocks.extend(head);
    reading.finish(doc);
}

/// Reads a table that is too long to be held in memory, part by part on all cores.
pub(super) fn read_long(input: &Input<'_>, source: &mut dyn Read) -> Result<Raw, String> {
    let mut doc = document(input, Format::Csv);
    let mut parts = Parts::new(source, input.bytes);
    let broken = |err: std::io::Error| format!("could not be read to its end: {}", err.kind());
    let Some((_, head)) = parts.next(None).map_err(broken)? else { return Ok(Raw(doc)) };
    let mark = delimiter(&head, &ending(input.name));
    let quoting = !head.contains('"') || Records::new(&head, mark, true).all(|it| it.to - it.from <= MAX_RECORD_LINES);
    let cut = (mark as u8, quoting);
    let mut reading = TableReading::new(&head, mark, quoting, stem(input.name));
    // What does not end with the head belongs to the next part.
    let head = parts.give_back(head, cut);
    parts.line += memchr_iter(b'\n', head.as_bytes()).count() as u32;
    doc.blocks.extend(reading.read(&head, 1));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let (send, receive) = std::sync::mpsc::sync_channel::<(u32, String)>(workers);
    let receive = Mutex::new(receive);
    let template = reading.part();
    let (read, found) = std::thread::scope(|scope| {
        let work = || {
            let mut part = template.part();
            loop {
                let next = receive.lock().map_or(None, |it| it.recv().ok());
                let Some((line, text)) = next else { return part };
                part.read(&text, line);
            }
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let read = loop {
            match parts.next(Some(cut)) {
                Ok(Some(part)) => {
                    if send.send(part).is_err() {
                        break Ok(());
                    }
                }
                Ok(None) => break Ok(()),
                Err(err) => break Err(err),
            }
        };
        drop(send);
        let found: Vec<TableReading> = threads.into_iter().flat_map(std::thread::ScopedJoinHandle::join).collect();
        (read, found)
    });
    if let Err(err) = read {
        doc.remarks.push(broken(err));
    }
    if !quoting || parts.unclosed {
        doc.remarks.push(UNCLOSED.to_owned());
    }
    if found.len() < workers {
        return Err("could not be read as a table".to_owned());
    }
    found.into_iter().for_each(|it| reading.join(it));
    reading.finish(&mut doc);
    Ok(Raw(doc))
}

/// Cuts a stream into parts of whole records.
struct Parts<'s> {
    source: &'s mut dyn Read,
    decoder: encoding_rs::Decoder,
    /// Bytes that were read and not decoded.
    pending: Vec<u8>,
    /// Text that was decoded and belongs to the next part.
    rest: String,
    line: u32,
    ended: bool,
    unclosed: bool,
}

impl<'s> Parts<'s> {
    /// Size of a part, in bytes.
    const SIZE: usize = 2 << 20;

    fn new(source: &'s mut dyn Read, head: &[u8]) -> Self {
        Self { source, decoder: encoding(head).new_decoder(), pending: Vec::new(), rest: String::new(), line: 1, ended: false, unclosed: false }
    }

    /// Returns the next part with its first line; without a mark, one that may end inside a record.
    fn next(&mut self, cut: Option<(u8, bool)>) -> std::io::Result<Option<(u32, String)>> {
        let mut text = std::mem::take(&mut self.rest);
        while text.len() < Self::SIZE && !self.ended {
            self.fill(&mut text)?;
        }
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(cut) = cut {
            text = self.give_back(text, cut);
        }
        let line = self.line;
        if cut.is_some() {
            self.line += memchr_iter(b'\n', text.as_bytes()).count() as u32;
        }
        Ok(Some((line, text)))
    }

    fn fill(&mut self, text: &mut String) -> std::io::Result<()> {
        let mut block = std::mem::take(&mut self.pending);
        let had = block.len();
        block.resize(had + (1 << 20), 0);
        let n = loop {
            match self.source.read(&mut block[had..]) {
                Err(err) if err.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        block.truncate(had + n);
        self.ended = n == 0;
        text.reserve(self.decoder.max_utf8_buffer_length(block.len()).unwrap_or(block.len() * 3));
        let (_, read, _) = self.decoder.decode_to_string(&block, text, self.ended);
        self.pending = block.split_off(read);
        Ok(())
    }

    /// Keeps what stands behind the last whole record for the next part.
    fn give_back(&mut self, mut text: String, (mark, quoting): (u8, bool)) -> String {
        if self.ended && self.rest.is_empty() {
            return text;
        }
        let bytes = text.as_bytes();
        let mut end = 0;
        while let Some(next) = record_end(bytes, end, mark, quoting) {
            end = next + 1;
        }
        if end == 0 {
            // A record as long as a part: a quotation mark was never closed.
            self.unclosed = true;
            end = memrchr(b'\n', bytes).map_or(text.len(), |it| it + 1);
        }
        self.rest.insert_str(0, &text[end..]);
        text.truncate(end);
        text
    }
}

const UNCLOSED: &str = "a quotation mark is never closed; the rows were split without regard to quotation marks";

/// A row of the file with the lines it stands on.
struct Record<'t> {
    from: u32,
    to: u32,
    raw: &'t str,
    cells: Vec<Cow<'t, str>>,
    comment: Option<String>,
}

impl Record<'_> {
    fn filled(&self) -> usize {
        self.cells.iter().filter(|it| !it.is_empty()).count()
    }

    fn joined(&self) -> String {
        fold(&self.cells.iter().filter(|it| !it.is_empty()).map(Cow::as_ref).collect::<Vec<_>>().join(" | "))
    }
}

/// Reads a text record by record, blank lines too.
struct Records<'t> {
    text: &'t str,
    mark: u8,
    quoting: bool,
    at: usize,
    line: u32,
}

impl<'t> Records<'t> {
    fn new(text: &'t str, mark: char, quoting: bool) -> Self {
        // Excel writes its own separator above the header.
        let skip = if text.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("sep=")) { text.find('\n').map_or(text.len(), |it| it + 1) } else { 0 };
        Self { text, mark: mark as u8, quoting, at: skip, line: 1 + u32::from(skip > 0) }
    }

    /// A part of a table that begins on this line.
    fn from_line(text: &'t str, mark: char, quoting: bool, line: u32) -> Self {
        match line {
            1 => Self::new(text, mark, quoting),
            _ => Self { text, mark: mark as u8, quoting, at: 0, line },
        }
    }
}

/// Returns the end of the record that starts at `from`: the first line end outside quotation marks, if there is one.
pub(super) fn record_end(bytes: &[u8], from: usize, mark: u8, quoting: bool) -> Option<usize> {
    if !quoting {
        return memchr(b'\n', &bytes[from..]).map(|it| from + it);
    }
    let (mut quoted, mut at) = (false, from);
    loop {
        let found = if quoted { memchr(b'"', &bytes[at..]) } else { memchr2(b'"', b'\n', &bytes[at..]) };
        let here = at + found?;
        at = here + 1;
        match bytes[here] {
            b'\n' => return Some(here),
            _ if quoted && bytes.get(at) == Some(&b'"') => at += 1,
            _ if quoted => quoted = false,
            // A quotation mark inside a cell is an inch or a word.
            _ => quoted = here == from || bytes[here - 1] == mark,
        }
    }
}

impl<'t> Iterator for Records<'t> {
    type Item = Record<'t>;

    fn next(&mut self) -> Option<Record<'t>> {
        if self.at >= self.text.len() {
            return None;
        }
        let end = record_end(self.text.as_bytes(), self.at, self.mark, self.quoting).unwrap_or(self.text.len());
        let raw = &self.text[self.at..end];
        let from = self.line;
        let breaks = if raw.len() > 1 && self.quoting { memchr_iter(b'\n', raw.as_bytes()).count() } else { 0 };
        let to = from + breaks as u32;
        self.at = end + 1;
        self.line = to + 1;
        let cells = split(raw, self.mark, self.quoting);
        let hash = raw.trim_start().strip_prefix('#');
        let comment = hash.filter(|it| it.starts_with([' ', '#', '!', '-']) || it.is_empty() || cells.iter().filter(|it| !it.is_empty()).count() == 1);
        Some(Record { from, to, raw, comment: comment.map(|it| fold(it.trim_start_matches('#'))), cells })
    }
}

/// Splits a record into its cells, white space folded.
fn split(raw: &str, mark: u8, quoting: bool) -> Vec<Cow<'_, str>> {
    let bytes = raw.as_bytes();
    let mut cells = Vec::with_capacity(16);
    let mut at = 0;
    while cells.len() < MAX_COLUMNS {
        if quoting && bytes.get(at) == Some(&b'"') {
            let (cell, end) = quoted_cell(raw, at, mark);
            cells.push(cell);
            at = end;
        } else {
            let end = memchr(mark, &bytes[at..]).map_or(bytes.len(), |it| at + it);
            cells.push(folded(&raw[at..end]));
            at = end;
        }
        if at >= bytes.len() {
            break;
        }
        at += 1;
    }
    cells
}

/// Reads the cell whose opening quotation mark stands at `from`; returns it and where the next mark stands.
fn quoted_cell(raw: &str, from: usize, mark: u8) -> (Cow<'_, str>, usize) {
    let bytes = raw.as_bytes();
    let mut text = String::new();
    let mut start = from + 1;
    loop {
        let Some(close) = memchr(b'"', &bytes[start..]).map(|it| start + it) else {
            text.push_str(&raw[start..]);
            return (Cow::Owned(fold(&text)), bytes.len());
        };
        if bytes.get(close + 1) == Some(&b'"') {
            text.push_str(&raw[start..=close]);
            start = close + 2;
            continue;
        }
        let end = memchr(mark, &bytes[close + 1..]).map_or(bytes.len(), |it| close + 1 + it);
        if text.is_empty() && end == close + 1 {
            return (folded(&raw[start..close]), end);
        }
        text.push_str(&raw[start..close]);
        text.push_str(&raw[close + 1..end]);
        return (Cow::Owned(fold(&text)), end);
    }
}

/// Returns the separator on which most lines agree.
fn delimiter(text: &str, ending: &str) -> char {
    if let Some(mark) = text.get(..5).filter(|it| it.to_lowercase().starts_with("sep=")).and_then(|it| it.chars().nth(4)).filter(char::is_ascii) {
        return mark;
    }
    let lines: Vec<&str> = text.lines().filter(|it| !it.trim().is_empty() && !it.starts_with("# ")).take(MAX_HEAD).collect();
    let score = |mark: char| {
        let widths: Vec<usize> = lines.iter().map(|it| split(it, mark as u8, true).len()).filter(|it| *it > 1).collect();
        let (width, n) = most_common(&widths);
        (n, width)
    };
    let tab = matches!(ending, "tsv" | "tab");
    if tab && score('\t').0 > 0 {
        return '\t';
    }
    let marks = ['\t', ';', ',', '|'];
    // The first of equals: a comma is more often part of a cell than the others are.
    marks.into_iter().rev().max_by_key(|mark| score(*mark)).filter(|mark| score(*mark).0 > 0).unwrap_or(',')
}

fn most_common(widths: &[usize]) -> (usize, usize) {
    let count = |width: &usize| widths.iter().filter(|it| *it == width).count();
    widths.iter().map(|it| (*it, count(it))).max_by_key(|(width, n)| (*n, *width)).unwrap_or_default()
}

/// Returns the row that names the columns: the first about as wide as most, all words, all different.
fn header(head: &[Record<'_>]) -> Option<usize> {
    let widths: Vec<usize> = head.iter().filter(|it| it.comment.is_none()).map(|it| it.cells.len()).filter(|it| *it > 1).collect();
    let (width, _) = most_common(&widths);
    if width < 2 {
        return None;
    }
    // Lookup files write their header as a comment.
    let commented = head.iter().position(|it| it.comment.is_some() && it.cells.len() == width);
    let first_row = head.iter().position(|it| it.comment.is_none() && it.filled() > 1);
    if let Some(at) = commented
        && first_row.is_none_or(|row| at < row)
    {
        return Some(at);
    }
    let named = |record: &Record<'_>| {
        let names: Vec<&Cow<'_, str>> = record.cells.iter().filter(|it| !it.is_empty()).collect();
        let words = names.iter().filter(|it| it.chars().any(char::is_alphabetic) && it.chars().count() <= 60).count();
        let distinct: BTreeSet<&&Cow<'_, str>> = names.iter().collect();
        let values = names.iter().filter(|it| is_number(it) && it.contains(['.', ','])).count();
        words * 5 >= names.len() * 3 && distinct.len() * 5 >= names.len() * 4 && values == 0
    };
    let least = (width * 3).div_ceil(5).max(2);
    let at = head.iter().position(|it| it.comment.is_none() && it.filled() >= least)?;
    named(&head[at]).then_some(at)
}

/// A table on its way through the rows.
pub(super) struct TableReading {
    mark: char,
    quoting: bool,
    header: Option<usize>,
    header_line: u32,
    columns: Vec<Profile>,
    /// Columns that have a name, at least one.
    width: usize,
    form: bool,
    preamble: Vec<String>,
    rows: u64,
    shown: Vec<Block>,
    after: Vec<Block>,
    total: bool,
    /// A blank row or the totals row went before: what is narrow now is a note on the export.
    ended: bool,
    ragged: Vec<u32>,
    n_ragged: u64,
    comments: Vec<Block>,
    open_comments: usize,
    twice: u64,
    /// Hashes of the rows that were seen; nothing in a part of a table.
    seen: Option<Hashes>,
    customers: Option<Customers>,
}

impl TableReading {
    /// Begins a table with its text, or with the beginning of it.
    fn new(text: &str, mark: char, quoting: bool, about: &str) -> Self {
        let head: Vec<Record<'_>> = Records::new(text, mark, quoting).take(MAX_HEAD).collect();
        let header = header(&head);
        let names: Vec<String> = match header {
            Some(at) => {
                let mut names: Vec<String> = head[at].cells.iter().map(|it| it.clone().into_owned()).collect();
                if head[at].comment.is_some() {
                    names.iter_mut().take(1).for_each(|it| *it = fold(it.trim_start_matches('#')));
                }
                names
            }
            None => {
                let width = head.iter().map(|it| it.cells.len()).max().unwrap_or_default();
                (1..=width).map(|n| format!("column {n}")).collect()
            }
        };
        let short = text.lines().take(MAX_ROWS + 21).count() <= MAX_ROWS + 20;
        let header_line = header.map_or(1, |at| head[at].from);
        Self {
            form: short && is_form(&names, &head, header),
            customers: Customers::of(&names, about),
            seen: Some(Hashes::default()),
            ..Self::of_columns(names.iter().map(|it| Profile::new(it)).collect(), mark, quoting, header, header_line)
        }
    }

    /// Begins a part of this table, further down. It keeps no rows: there are rows above it.
    pub fn part(&self) -> Self {
        let columns = self.columns.iter().map(|it| Profile::new(&it.name)).collect();
        let customers = self.customers.as_ref().map(Customers::part);
        Self { customers, ..Self::of_columns(columns, self.mark, self.quoting, self.header, self.header_line) }
    }

    fn of_columns(columns: Vec<Profile>, mark: char, quoting: bool, header: Option<usize>, header_line: u32) -> Self {
        Self {
            mark,
            quoting,
            header,
            header_line,
            width: columns.iter().filter(|it| !it.name.is_empty()).count().max(1),
            columns,
            form: false,
            preamble: Vec::new(),
            rows: 0,
            shown: Vec::new(),
            after: Vec::new(),
            total: false,
            ended: false,
            ragged: Vec::new(),
            n_ragged: 0,
            comments: Vec::new(),
            open_comments: 0,
            twice: 0,
            customers: None,
            seen: None,
        }
    }

    /// Adds what a part found. Parts may come in any order.
    pub fn join(&mut self, part: Self) {
        self.rows += part.rows;
        self.columns.iter_mut().zip(part.columns).for_each(|(it, other)| it.join(other));
        if let (Some(customers), Some(part)) = (&mut self.customers, part.customers) {
            customers.join(part);
        }
        self.after.extend(part.after);
        self.comments.extend(part.comments);
        self.total |= part.total;
        self.n_ragged += part.n_ragged;
        self.ragged.extend(part.ragged);
        self.ragged.sort_unstable();
        self.ragged.truncate(MAX_REMARKED);
    }

    /// Reads a text that begins on this line; returns what stands above the header.
    pub fn read(&mut self, text: &str, line: u32) -> Vec<Block> {
        let mut head = Vec::new();
        for (at, record) in Records::from_line(text, self.mark, self.quoting, line).enumerate() {
            // Further down, no row is the header.
            let at = if line == 1 { at } else { usize::MAX };
            self.add(at, &record, &mut head);
        }
        head
    }

    fn add(&mut self, at: usize, record: &Record<'_>, head: &mut Vec<Block>) {
        let before = self.header.is_some_and(|header| at < header);
        if self.header == Some(at) {
            return;
        }
        if let Some(comment) = &record.comment {
            if !comment.is_empty() && self.comments.len() < MAX_NOTES {
                self.comments.push(Block::new(BlockKind::CodeComment, comment, place(record.from, record.to)));
                self.open_comments += 1;
            }
            return;
        }
        if record.filled() == 0 {
            self.ended = true;
            return;
        }
        if before {
            self.preamble.push(record.joined());
            head.push(free_line(record));
            return;
        }
        // A comment is about the row it stands above.
        let n = self.comments.len();
        for comment in &mut self.comments[n - self.open_comments..] {
            comment.context = Some(record.joined());
        }
        self.open_comments = 0;
        self.row(record);
    }

    fn row(&mut self, record: &Record<'_>) {
        let width = self.width;
        if self.is_total(record) {
            self.total = true;
            self.ended = true;
            self.note(self.row_block(record));
            return;
        }
        if width > 2 && self.rows > 0 && (self.ended && record.filled() * 2 < width || record.filled() == 1 && record.cells.len() == 1) {
            let block = if record.filled() == 1 { None } else { self.row_block(record) };
            self.note(Some(block.unwrap_or_else(|| free_line(record))));
            return;
        }
        self.ended = false;
        self.rows += 1;
        self.check_shape(record);
        if let Some(customers) = &mut self.customers
            && record.from <= MAX_TOLD
        {
            customers.add(&record.cells);
        }
        for (cell, column) in record.cells.iter().zip(&mut self.columns) {
            column.add(cell, record.from);
        }
        if self.seen.is_some() && self.shown.len() <= MAX_ROWS {
            self.shown.extend(self.row_block(record));
        }
    }

    /// Keeps what stands below the rows or between them, if it is not beyond all measure.
    fn note(&mut self, block: Option<Block>) {
        if self.after.len() < MAX_NOTES {
            self.after.extend(block);
        }
    }

    fn check_shape(&mut self, record: &Record<'_>) {
        let last = record.cells.iter().rposition(|it| !it.is_empty()).map_or(0, |it| it + 1);
        if last > self.columns.len() || record.cells.len() < self.columns.len() && self.columns.len() > 1 {
            self.n_ragged += 1;
            if self.ragged.len() < MAX_REMARKED {
                self.ragged.push(record.from);
            }
        }
        if let Some(seen) = &mut self.seen
            && seen.len() < MAX_SEEN
            && record.filled() > 2
        {
            self.twice += u64::from(!seen.insert(hash(record.raw)));
        }
    }

    /// A totals row says so in its first text; if that could be a name too, its figures must stand for the word.
    fn is_total(&self, record: &Record<'_>) -> bool {
        const TOTAL: &[&str] =
            &["total", "totals", "sum", "summe", "gesamt", "gesamtsumme", "somme", "totale", "suma", "totaal", "итого", "razem", "合計", "合计", "总计"];
        let Some(first) = record.cells.iter().find(|it| !it.is_empty()) else { return false };
        let worded = first.len() <= 80 && first.starts_with(|c: char| !c.is_ascii_digit()) || first.contains(' ');
        if self.rows == 0 || !worded || is_number(first) {
            return false;
        }
        let lower = first.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|it| !it.is_empty()).collect();
        let named = words.iter().any(|it| TOTAL.contains(it)) && words.len() <= 3;
        let plain = words.iter().all(|it| TOTAL.contains(it) || matches!(*it, "grand" | "sub" | "overall" | "net" | "gross" | "all"));
        named && (plain || record.filled() * 5 <= self.columns.len() * 3) && (record.filled() > 1 || self.columns.len() < 3)
    }

    fn row_block(&self, record: &Record<'_>) -> Option<Block> {
        if self.form {
            let label = record.cells.first().filter(|it| !it.is_empty())?;
            let value = record.cells.get(1).map_or("", Cow::as_ref);
            let text = fold(&format!("{}: {value}", label.trim_end_matches(':')));
            return Some(Block::new(BlockKind::Field, text, place(record.from, record.to)));
        }
        let cells = record.cells.iter().enumerate().filter(|(_, it)| !it.is_empty()).map(|(at, cell)| match self.columns.get(at) {
            Some(column) if !column.name.is_empty() && self.header.is_some() => format!("{}: {cell}", column.name),
            _ => cell.clone().into_owned(),
        });
        let text = cells.collect::<Vec<_>>().join(" | ");
        (!text.is_empty()).then(|| Block::new(BlockKind::Row, text, place(record.from, record.to)))
    }

    pub fn finish(self, doc: &mut Document) {
        doc.blocks.extend(self.comments);
        doc.outsiders.extend(self.customers.into_iter().flat_map(Customers::names));
        let personal = self.columns.iter().any(|it| reaches_a_person(&it.name) || it.looks_personal() && !it.personal);
        // Rows that reach people are data, even few of them. A form is read for what is asked in it.
        if self.form || self.rows as usize <= MAX_ROWS && !personal {
            doc.blocks.extend(self.shown);
        }
        doc.blocks.extend(self.after);
        doc.blocks.sort_by_key(|it| match it.place {
            sop_core::Place::Lines { from, .. } => from,
            _ => 0,
        });
        if self.n_ragged > 0 {
            let lines = self.ragged.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
            let more = if self.n_ragged as usize > self.ragged.len() { " and more" } else { "" };
            doc.remarks.push(format!("{} with more or fewer cells than the header (line {lines}{more})", counted(self.n_ragged, "row", "rows")));
        }
        doc.remarks.extend(repeats(&self.columns, self.rows));
        doc.remarks.extend(self.columns.iter().flat_map(Profile::remarks));
        if self.twice > 0 {
            doc.remarks.push(counted(self.twice, "row stands there twice", "rows stand there twice"));
        }
        let form = self.form;
        let mut columns: Vec<_> = self.columns.into_iter().map(Profile::column).collect();
        while columns.last().is_some_and(|it| it.name.is_empty() && it.filled == 0) {
            columns.pop();
        }
        if form {
            // The values of a form are of all kinds; each stands beside its label, where it is redacted by it.
            columns.iter_mut().skip(1).for_each(|it| it.values.clear());
        }
        if columns.len() > 1 || self.rows > 0 {
            let at = place(self.header_line, self.header_line);
            doc.tables.push(Table { name: String::new(), place: at, rows: self.rows, columns, preamble: self.preamble, has_total: self.total, hidden: false });
        }
    }
}

/// A line that belongs to no row: `Period: October` is a field, all else a paragraph.
fn free_line(record: &Record<'_>) -> Block {
    let filled: Vec<&Cow<'_, str>> = record.cells.iter().filter(|it| !it.is_empty()).collect();
    let at = place(record.from, record.to);
    match filled.as_slice() {
        [label, value] if label.chars().count() <= 40 && label.chars().any(char::is_alphabetic) => {
            Block::new(BlockKind::Field, format!("{}: {value}", label.trim_end_matches(':')), at)
        }
        [one] if one.split_once(": ").is_some_and(|(label, value)| label.split_whitespace().count() <= 4 && !value.contains(". ")) => {
            Block::new(BlockKind::Field, one.as_ref(), at)
        }
        _ => Block::new(BlockKind::Paragraph, record.joined(), at),
    }
}

/// A form lists one thing below the other: two columns, labels that are all different, values of all kinds.
fn is_form(names: &[String], head: &[Record<'_>], header: Option<usize>) -> bool {
    const LABEL: &[&str] =
        &["field", "key", "setting", "question", "item", "label", "parameter", "option", "property", "feld", "frage", "angabe", "champ", "campo", "name"];
    const VALUE: &[&str] = &["value", "answer", "setting", "response", "entry", "wert", "antwort", "eingabe", "valeur", "réponse", "valor", "respuesta"];
    let [label, value] = names else { return false };
    let named = LABEL.contains(&label.to_lowercase().as_str()) && VALUE.contains(&value.to_lowercase().as_str());
    let rows: Vec<&Record<'_>> = head.iter().skip(header.map_or(0, |it| it + 1)).filter(|it| it.filled() > 0).collect();
    let labels: BTreeSet<&Cow<'_, str>> = rows.iter().filter_map(|it| it.cells.first()).collect();
    let personal = rows.iter().filter_map(|it| it.cells.first()).any(|it| is_personal(it));
    let numbers = rows.iter().filter(|it| it.cells.get(1).is_some_and(|it| is_number(it))).count();
    let mixed = header.is_none() && rows.len() > 3 && numbers > 0 && numbers * 10 < rows.len() * 7 || personal;
    labels.len() == rows.len() && labels.iter().all(|it| !is_number(it)) && (named || mixed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sop_core::ArtifactId;

    #[test]
    fn a_stream_has_the_table_of_the_file() {
        let mut text = "Orders\n\nid,day,amount,note\n".to_owned();
        for n in 0..90_000_u32 {
            let note = ["", "late", "\"see mail,\nthen call\"", "5\" pipe"][n as usize % 4];
            text.push_str(&format!("{n},2026-11-{:02},{}.{:02},{note}\n", n % 28 + 1, n % 977, n % 100));
        }
        text.push_str(",Total,43921500.50,\n");
        assert!(text.len() > 2 * Parts::SIZE / 2);
        let artifact =
            sop_core::Artifact { id: ArtifactId("a".into()), path: "a.csv".into(), size: 0, digest: sop_core::Digest(String::new()), modified: None };
        let (people, budget) = (crate::reader::People::default(), crate::reader::Budget::new());
        let pictures = &crate::reader::tests_support::Blind;
        let input = Input { artifact: &artifact, name: "a.csv", bytes: &text.as_bytes()[..1000], pictures, people: &people, budget: &budget, depth: 0 };
        let long = read_long(&input, &mut text.as_bytes()).unwrap().0;
        let mut short = Document::new(ArtifactId("a".into()), "a.csv", Format::Csv);
        fill(&text, "a.csv", &mut short);
        assert_eq!(long, short);
    }

    fn check(text: &str, ending: &str, expected: &[&str]) {
        let mut doc = Document::new(ArtifactId("a".into()), "a.csv", Format::Csv);
        fill(text, &format!("a.{ending}"), &mut doc);
        let context = |it: &Block| it.context.as_ref().map(|it| format!(" [{it}]")).unwrap_or_default();
        let mut shown: Vec<String> = doc.blocks.iter().map(|it| format!("{:?} {}{} @ {}", it.kind, it.text, context(it), it.place)).collect();
        for table in &doc.tables {
            let columns = table.columns.iter().map(|it| match it.sum {
                Some(sum) => format!("{} {sum}", it.name),
                None => format!("{} {}", it.name, it.values.join("/")),
            });
            shown.push(format!("{} rows, total {}: {}", table.rows, table.has_total, columns.collect::<Vec<_>>().join(", ")));
        }
        shown.extend(doc.remarks);
        assert_eq!(shown, expected);
    }

    #[test]
    fn report_with_head_and_total() {
        check(
            "Sales by Account\nBasis: Accrual\n\nCode,Account,Net\n4000,Online,\"1,200.50\"\n4010,EU,99.50\n,Total,\"1,300.00\"\n\nExported by RA\n",
            "csv",
            &[
                "Paragraph Sales by Account @ line 1",
                "Field Basis: Accrual @ line 2",
                "Row Code: 4000 | Account: Online | Net: 1,200.50 @ line 5",
                "Row Code: 4010 | Account: EU | Net: 99.50 @ line 6",
                "Row Account: Total | Net: 1,300.00 @ line 7",
                "Paragraph Exported by RA @ line 9",
                "2 rows, total true: Code 8010, Account Online/EU, Net 1300",
            ],
        );
    }

    #[test]
    fn rows_that_reach_people_are_not_quoted() {
        check("Shop;Email;Umsatz\nNord;a@b.example;12,50\nSüd;c@d.example;1,50\n", "csv", &["2 rows, total false: Shop Nord/Süd, Email , Umsatz 14"]);
    }

    #[test]
    fn comment_stands_with_the_row_below_it() {
        check(
            "# cause\troute\nbilling\tfinance\n# printing is how-to, not a fault (Jo)\nprint\tsupport\n",
            "tsv",
            &[
                "Row cause: billing | route: finance @ line 2",
                "CodeComment printing is how-to, not a fault (Jo) [print | support] @ line 3",
                "Row cause: print | route: support @ line 4",
                "2 rows, total false: cause billing/print, route finance/support",
            ],
        );
    }

    #[test]
    fn form_is_read_field_by_field_and_quotes_span_lines() {
        check(
            "Field,Value\nYear_End,31 March\nHours,\"Mon\nTue\"\n",
            "csv",
            &["Field Year_End: 31 March @ line 2", "Field Hours: Mon Tue @ lines 3-4", "2 rows, total false: Field Year_End/Hours, Value "],
        );
    }
}
