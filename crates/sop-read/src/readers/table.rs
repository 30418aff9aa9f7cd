//! Tables as text (comma, semicolon, tab): the profile of every column, short tables row by row.

use super::lines::{document, ending, fold, place};
use super::profile::{Profile, counted, is_number, is_personal, reaches_a_person, repeats};
use crate::customers::Columns;
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use sop_core::{Block, BlockKind, Document, Format, Table};
use std::collections::BTreeSet;

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
/// Of a longer list of customers the first are known by name.
const MAX_NAMES: usize = 5_000;
/// A record of more lines has a quotation mark that nobody closed.
const MAX_RECORD_LINES: usize = 200;
const MAX_REMARKED: usize = 5;

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
                let widths: Vec<usize> = lines.iter().map(|it| split(it, mark).len()).collect();
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
    fill(&text, &ending(input.name), &mut doc);
    Ok(Raw(doc))
}

fn fill(text: &str, ending: &str, doc: &mut Document) {
    let mark = delimiter(text, ending);
    let mut quoting = true;
    let mut reader = Records::new(text, mark, quoting);
    if reader.any(|it| it.to - it.from > MAX_RECORD_LINES as u32) {
        quoting = false;
        doc.remarks.push("a quotation mark is never closed; the rows were split without regard to quotation marks".to_owned());
    }
    let head: Vec<Record> = Records::new(text, mark, quoting).take(MAX_HEAD).collect();
    let header = header(&head);
    let mut reading = TableReading::new(&head, header, text);
    for (at, record) in Records::new(text, mark, quoting).enumerate() {
        reading.add(at, &record, doc);
    }
    reading.finish(doc);
}

/// A row of the file with the lines it stands on.
struct Record {
    from: u32,
    to: u32,
    cells: Vec<String>,
    comment: Option<String>,
}

impl Record {
    fn filled(&self) -> usize {
        self.cells.iter().filter(|it| !it.is_empty()).count()
    }

    fn joined(&self) -> String {
        fold(&self.cells.iter().filter(|it| !it.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" | "))
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

    /// Returns the end of the record that starts here: the first line end outside quotation marks.
    fn end(&self) -> usize {
        let bytes = self.text.as_bytes();
        let (mut quoted, mut start) = (false, true);
        let mut at = self.at;
        while at < bytes.len() {
            match bytes[at] {
                b'"' if quoted && bytes.get(at + 1) == Some(&b'"') => at += 1,
                b'"' if quoted => quoted = false,
                b'"' if start && self.quoting => quoted = true,
                b'\n' if !quoted => return at,
                _ => {}
            }
            start = bytes[at] == self.mark;
            at += 1;
        }
        at
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.at >= self.text.len() {
            return None;
        }
        let end = self.end();
        let raw = &self.text[self.at..end];
        let from = self.line;
        let to = from + raw.matches('\n').count() as u32;
        self.at = end + 1;
        self.line = to + 1;
        let cells = if self.quoting { split(raw, self.mark as char) } else { raw.split(self.mark as char).map(fold).collect() };
        let hash = raw.trim_start().strip_prefix('#');
        let comment = hash.filter(|it| it.starts_with([' ', '#', '!', '-']) || it.is_empty() || cells.iter().filter(|it| !it.is_empty()).count() == 1);
        Some(Record { from, to, comment: comment.map(|it| fold(it.trim_start_matches('#'))), cells })
    }
}

/// Splits a record into its cells, white space folded.
fn split(raw: &str, mark: char) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let (mut quoted, mut start) = (false, true);
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if start => quoted = true,
            c if c == mark && !quoted => {
                if cells.len() < MAX_COLUMNS {
                    cells.push(fold(&cell));
                }
                cell.clear();
                start = true;
                continue;
            }
            c => cell.push(c),
        }
        start = false;
    }
    if cells.len() < MAX_COLUMNS {
        cells.push(fold(&cell));
    }
    cells
}

/// Returns the separator on which most lines agree.
fn delimiter(text: &str, ending: &str) -> char {
    if let Some(mark) = text.get(..5).filter(|it| it.to_lowercase().starts_with("sep=")).and_then(|it| it.chars().nth(4)).filter(char::is_ascii) {
        return mark;
    }
    let lines: Vec<&str> = text.lines().filter(|it| !it.trim().is_empty() && !it.starts_with("# ")).take(MAX_HEAD).collect();
    let score = |mark: char| {
        let widths: Vec<usize> = lines.iter().map(|it| split(it, mark).len()).filter(|it| *it > 1).collect();
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
fn header(head: &[Record]) -> Option<usize> {
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
    let named = |record: &Record| {
        let names: Vec<&String> = record.cells.iter().filter(|it| !it.is_empty()).collect();
        let words = names.iter().filter(|it| it.chars().any(char::is_alphabetic) && it.chars().count() <= 60).count();
        let distinct: BTreeSet<&&String> = names.iter().collect();
        let values = names.iter().filter(|it| is_number(it) && it.contains(['.', ','])).count();
        words * 5 >= names.len() * 3 && distinct.len() * 5 >= names.len() * 4 && values == 0
    };
    let least = (width * 3).div_ceil(5).max(2);
    let at = head.iter().position(|it| it.comment.is_none() && it.filled() >= least)?;
    named(&head[at]).then_some(at)
}

/// A table on its way through the rows.
struct TableReading {
    header: Option<usize>,
    header_line: u32,
    columns: Vec<Profile>,
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
    seen: BTreeSet<u64>,
    /// Where names of customers stand, and the names.
    customers: Option<Columns>,
    outsiders: BTreeSet<String>,
}

impl TableReading {
    fn new(head: &[Record], header: Option<usize>, text: &str) -> Self {
        let names: Vec<String> = match header {
            Some(at) => {
                let mut names = head[at].cells.clone();
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
        let short = text.lines().count() <= MAX_ROWS + 20;
        Self {
            header,
            header_line: header.map_or(1, |at| head[at].from),
            form: short && is_form(&names, head, header),
            customers: Columns::of(&names),
            outsiders: BTreeSet::new(),
            columns: names.iter().map(|it| Profile::new(it)).collect(),
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
            seen: BTreeSet::new(),
        }
    }

    fn add(&mut self, at: usize, record: &Record, doc: &mut Document) {
        let before = self.header.is_some_and(|header| at < header);
        if self.header == Some(at) {
            return;
        }
        if let Some(comment) = &record.comment {
            if !comment.is_empty() {
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
            doc.blocks.push(free_line(record));
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

    fn row(&mut self, record: &Record) {
        let width = self.columns.iter().filter(|it| !it.name.is_empty()).count().max(1);
        if self.is_total(record) {
            self.total = true;
            self.ended = true;
            self.after.extend(self.row_block(record));
            return;
        }
        if width > 2 && self.rows > 0 && (self.ended && record.filled() * 2 < width || record.filled() == 1 && record.cells.len() == 1) {
            self.after.push(if record.filled() == 1 { free_line(record) } else { self.row_block(record).unwrap_or_else(|| free_line(record)) });
            return;
        }
        self.ended = false;
        self.rows += 1;
        self.check_shape(record);
        if let Some(customers) = &self.customers
            && self.outsiders.len() < MAX_NAMES
        {
            self.outsiders.extend(customers.people(&record.cells));
        }
        for (cell, column) in record.cells.iter().zip(&mut self.columns) {
            column.add(cell, record.from);
        }
        if self.shown.len() <= MAX_ROWS {
            self.shown.extend(self.row_block(record));
        }
    }

    fn check_shape(&mut self, record: &Record) {
        let last = record.cells.iter().rposition(|it| !it.is_empty()).map_or(0, |it| it + 1);
        if last > self.columns.len() || record.cells.len() < self.columns.len() && self.columns.len() > 1 {
            self.n_ragged += 1;
            if self.ragged.len() < MAX_REMARKED {
                self.ragged.push(record.from);
            }
        }
        if record.filled() > 2 && self.seen.len() < 500_000 {
            use std::hash::{Hash, Hasher};
            let mut hasher = std::collections::hash_map::DefaultHasher::new();
            record.cells.hash(&mut hasher);
            self.twice += u64::from(!self.seen.insert(hasher.finish()));
        }
    }

    /// A totals row says so in its first text; if that could be a name too, its figures must stand for the word.
    fn is_total(&self, record: &Record) -> bool {
        const TOTAL: &[&str] =
            &["total", "totals", "sum", "summe", "gesamt", "gesamtsumme", "somme", "totale", "suma", "totaal", "итого", "razem", "合計", "合计", "总计"];
        let Some(first) = record.cells.iter().find(|it| !it.is_empty()) else { return false };
        if self.rows == 0 || is_number(first) {
            return false;
        }
        let lower = first.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|it| !it.is_empty()).collect();
        let named = words.iter().any(|it| TOTAL.contains(it)) && words.len() <= 3;
        let plain = words.iter().all(|it| TOTAL.contains(it) || matches!(*it, "grand" | "sub" | "overall" | "net" | "gross" | "all"));
        named && (plain || record.filled() * 5 <= self.columns.len() * 3) && (record.filled() > 1 || self.columns.len() < 3)
    }

    fn row_block(&self, record: &Record) -> Option<Block> {
        if self.form {
            let label = record.cells.first().filter(|it| !it.is_empty())?;
            let value = record.cells.get(1).map_or("", String::as_str);
            let text = fold(&format!("{}: {value}", label.trim_end_matches(':')));
            return Some(Block::new(BlockKind::Field, text, place(record.from, record.to)));
        }
        let cells = record.cells.iter().enumerate().filter(|(_, it)| !it.is_empty()).map(|(at, cell)| match self.columns.get(at) {
            Some(column) if !column.name.is_empty() && self.header.is_some() => format!("{}: {cell}", column.name),
            _ => cell.clone(),
        });
        let text = cells.collect::<Vec<_>>().join(" | ");
        (!text.is_empty()).then(|| Block::new(BlockKind::Row, text, place(record.from, record.to)))
    }

    fn finish(self, doc: &mut Document) {
        doc.blocks.extend(self.comments);
        doc.outsiders.extend(self.outsiders);
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
fn free_line(record: &Record) -> Block {
    let filled: Vec<&String> = record.cells.iter().filter(|it| !it.is_empty()).collect();
    let at = place(record.from, record.to);
    match filled.as_slice() {
        [label, value] if label.chars().count() <= 40 && label.chars().any(char::is_alphabetic) => {
            Block::new(BlockKind::Field, format!("{}: {value}", label.trim_end_matches(':')), at)
        }
        [one] if one.split_once(": ").is_some_and(|(label, value)| label.split_whitespace().count() <= 4 && !value.contains(". ")) => {
            Block::new(BlockKind::Field, one.as_str(), at)
        }
        _ => Block::new(BlockKind::Paragraph, record.joined(), at),
    }
}

/// A form lists one thing below the other: two columns, labels that are all different, values of all kinds.
fn is_form(names: &[String], head: &[Record], header: Option<usize>) -> bool {
    const LABEL: &[&str] =
        &["field", "key", "setting", "question", "item", "label", "parameter", "option", "property", "feld", "frage", "angabe", "champ", "campo", "name"];
    const VALUE: &[&str] = &["value", "answer", "setting", "response", "entry", "wert", "antwort", "eingabe", "valeur", "réponse", "valor", "respuesta"];
    let [label, value] = names else { return false };
    let named = LABEL.contains(&label.to_lowercase().as_str()) && VALUE.contains(&value.to_lowercase().as_str());
    let rows: Vec<&Record> = head.iter().skip(header.map_or(0, |it| it + 1)).filter(|it| it.filled() > 0).collect();
    let labels: BTreeSet<&String> = rows.iter().filter_map(|it| it.cells.first()).collect();
    let personal = rows.iter().filter_map(|it| it.cells.first()).any(|it| is_personal(it));
    let numbers = rows.iter().filter(|it| it.cells.get(1).is_some_and(|it| is_number(it))).count();
    let mixed = header.is_none() && rows.len() > 3 && numbers > 0 && numbers * 10 < rows.len() * 7 || personal;
    labels.len() == rows.len() && labels.iter().all(|it| !is_number(it)) && (named || mixed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sop_core::ArtifactId;

    fn check(text: &str, ending: &str, expected: &[&str]) {
        let mut doc = Document::new(ArtifactId("a".into()), "a.csv", Format::Csv);
        fill(text, ending, &mut doc);
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
