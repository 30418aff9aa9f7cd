//! JSON data: its fields near the top, and its lists of objects as tables.

use super::config::field;
use super::lines::{document, ending, fold, place, stem};
use super::profile::{Profile, counted, reaches_a_person, repeats};
use crate::customers::Customers;
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use serde_json::{Map, Value};
use sop_core::{Block, BlockKind, Document, Format, Table};

pub(super) const READER: Reader = Reader {
    name: "JSON",
    about: About {
        files: "`.json`, `.jsonl`, `.ndjson`",
        taken: "fields near the top, lists as tables",
        anchor: "path of the field",
        not_taken: "deep nesting",
    },
    accepts,
    read,
};

const MAX_MISSED: u32 = 100;
const MAX_FIELDS: usize = 60;
const MAX_SETTINGS: usize = 1_000;
const MAX_ROWS: usize = 60;
const MAX_COLUMNS: usize = 200;
/// Fields deeper than this are data.
const MAX_DEPTH: usize = 2;
const MAX_SHOWN: usize = 600;
/// Values of a list that are shown on one line.
const MAX_LISTED: usize = 20;

fn accepts(input: &Input<'_>) -> bool {
    let known = ["json", "jsonl", "ndjson", "jsonc", "json5", "geojson"].contains(&ending(input.name).as_str());
    known && is_text(input.bytes)
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = document(input, Format::Json);
    let text = decode(input.bytes);
    let value = parse(&text)?;
    fill(&text, &value, stem(input.name), &mut doc);
    Ok(Raw(doc))
}

/// Returns the settings of a JSON file, each with its dotted key.
pub(super) fn settings(text: &str) -> Result<Vec<Block>, String> {
    let value = parse(text)?;
    let mut walk = Walk { depth: usize::MAX, most: MAX_SETTINGS, ..Walk::new(text, "") };
    walk.value("", &value, 0);
    Ok(walk.blocks)
}

fn parse(text: &str) -> Result<Value, String> {
    let first = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    // One value a line, or a file of settings with comments.
    let rows: Vec<Value> = text.lines().filter(|it| !it.trim().is_empty()).map_while(|it| serde_json::from_str(it).ok()).collect();
    let filled = text.lines().filter(|it| !it.trim().is_empty()).count();
    if rows.len() > 1 && rows.len() * 10 >= filled * 9 {
        return Ok(Value::Array(rows));
    }
    serde_json::from_str(&without_comments(text)).map_err(|_| format!("the JSON is broken in line {}", first.line()))
}

/// Blanks out `//` and `/* */` comments and commas before a closing bracket; lines stay where they are.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted => {
                out.push(c);
                out.extend(chars.next());
                continue;
            }
            '"' => quoted = !quoted,
            '/' if !quoted && chars.peek() == Some(&'/') => {
                while chars.peek().is_some_and(|it| *it != '\n') {
                    chars.next();
                }
                continue;
            }
            '/' if !quoted && chars.peek() == Some(&'*') => {
                let mut before = ' ';
                for inner in chars.by_ref().skip(1) {
                    if inner == '\n' {
                        out.push('\n');
                    }
                    if before == '*' && inner == '/' {
                        break;
                    }
                    before = inner;
                }
                continue;
            }
            ']' | '}' if !quoted => {
                let end = out.trim_end().len();
                if out[..end].ends_with(',') {
                    out.replace_range(end - 1..end, " ");
                }
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

fn fill(text: &str, value: &Value, about: &str, doc: &mut Document) {
    let mut walk = Walk::new(text, about);
    walk.value("", value, 0);
    doc.outsiders = walk.outsiders;
    doc.blocks = walk.blocks;
    doc.tables = walk.tables;
    doc.remarks = walk.remarks;
}

/// Finds the line of each key, going forward only, since the values are walked in the order of the file.
pub(super) struct Finder<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    missed: u32,
}

impl<'t> Finder<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1, missed: 0 }
    }

    pub fn find(&mut self, key: &str) -> u32 {
        // A key that is written with escapes is not found, and each costs a look through the rest of the file.
        if self.missed > MAX_MISSED {
            return self.line;
        }
        let wanted = Value::from(key).to_string();
        let mut from = self.at;
        while let Some(found) = self.text.get(from..).and_then(|it| it.find(&wanted)) {
            let end = from + found + wanted.len();
            if self.text[end..].trim_start().starts_with(':') {
                self.line += self.text[self.at..end].matches('\n').count() as u32;
                self.at = end;
                return self.line;
            }
            from = end;
        }
        self.missed += 1;
        self.line
    }

    /// Returns the lines on which the first and the last key of an object stand, nested ones too.
    pub fn lines(&mut self, object: &Map<String, Value>) -> (u32, u32) {
        let mut first = None;
        for (name, value) in object {
            let line = self.find(name);
            first.get_or_insert(line);
            self.skip(value);
        }
        (first.unwrap_or(self.line), self.line)
    }

    /// Goes past the keys inside a value. The parser bounds how deep they can be.
    pub fn skip(&mut self, value: &Value) {
        match value {
            Value::Object(object) => drop(self.lines(object)),
            Value::Array(list) => list.iter().for_each(|it| self.skip(it)),
            _ => {}
        }
    }
}

struct Walk<'t> {
    finder: Finder<'t>,
    /// What the file is called.
    about: &'t str,
    blocks: Vec<Block>,
    tables: Vec<Table>,
    remarks: Vec<String>,
    /// Names of customers.
    outsiders: Vec<String>,
    /// How deep fields are shown.
    depth: usize,
    most: usize,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str, about: &'t str) -> Self {
        Self {
            finder: Finder::new(text),
            about,
            blocks: Vec::new(),
            tables: Vec::new(),
            remarks: Vec::new(),
            outsiders: Vec::new(),
            depth: MAX_DEPTH,
            most: MAX_FIELDS,
        }
    }

    /// Notes the names of customers in a list of records, of which none comes out.
    fn customers<'r>(&mut self, key: &str, header: &[&str], rows: impl Iterator<Item = &'r Map<String, Value>>) {
        let about = key.rsplit('.').next().filter(|it| !it.is_empty()).unwrap_or(self.about);
        let Some(mut customers) = Customers::of(header, about) else { return };
        for row in rows {
            let cells = flat(row);
            let cells: Vec<&str> = header.iter().map(|name| cells.iter().find(|it| it.0 == *name).map_or("", |it| it.1.as_str())).collect();
            customers.add(&cells);
        }
        self.outsiders.extend(customers.names());
    }

    fn value(&mut self, key: &str, value: &Value, depth: usize) {
        match value {
            Value::Object(object) => {
                let header: Vec<&str> = object.keys().map(String::as_str).take(MAX_COLUMNS).collect();
                self.customers(key, &header, std::iter::once(object));
                for (name, inner) in object {
                    let line = self.finder.find(name);
                    let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                    if let Some(shown) = plain(inner) {
                        self.field(&key, &shown, line, depth);
                    } else {
                        self.value(&key, inner, depth + 1);
                    }
                }
            }
            Value::Array(rows) if !rows.is_empty() && rows.iter().filter(|it| it.is_object()).count() * 10 >= rows.len() * 9 => self.table(key, rows),
            Value::Array(list) => {
                if let Some(shown) = listed(list) {
                    let line = self.finder.line;
                    self.field(if key.is_empty() { "list" } else { key }, &shown, line, depth.saturating_sub(1));
                } else {
                    list.iter().for_each(|it| self.finder.skip(it));
                }
            }
            _ => {}
        }
    }

    fn field(&mut self, key: &str, value: &str, line: u32, depth: usize) {
        if depth < self.depth && self.blocks.len() < self.most && !value.is_empty() {
            self.blocks.push(Block::new(BlockKind::Field, field(key, &cut(value)), place(line, line)));
        }
    }

    fn table(&mut self, key: &str, rows: &[Value]) {
        let from = self.finder.line;
        let mut columns: Vec<Profile> = Vec::new();
        let mut shown = Vec::new();
        for row in rows.iter().filter_map(Value::as_object) {
            let (first, last) = self.finder.lines(row);
            let cells = flat(row);
            for (name, value) in &cells {
                let known = columns.iter().position(|it| it.name == *name);
                if known.is_none() && columns.len() < MAX_COLUMNS {
                    columns.push(Profile::new(name));
                }
                let at = known.unwrap_or(columns.len() - 1);
                if columns[at].name == *name {
                    columns[at].add(value, first);
                }
            }
            if rows.len() <= MAX_ROWS {
                let text = cells.iter().filter(|it| !it.1.is_empty()).map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(" | ");
                let mut block = Block::new(BlockKind::Row, fold(&text), place(first, last));
                block.context = (!key.is_empty()).then(|| key.to_owned());
                shown.push(block);
            }
        }
        let header: Vec<&str> = columns.iter().map(|it| it.name.as_str()).collect();
        self.customers(key, &header, rows.iter().filter_map(Value::as_object));
        if !columns.iter().any(|it| reaches_a_person(&it.name) || it.looks_personal() && !it.personal) {
            self.blocks.extend(shown.into_iter().filter(|it| !it.text.is_empty()));
        }
        self.remarks.extend(repeats(&columns, rows.len() as u64));
        self.tables.push(Table {
            name: key.to_owned(),
            place: place(from, from),
            rows: rows.len() as u64,
            columns: columns.into_iter().map(Profile::column).collect(),
            preamble: Vec::new(),
            has_total: false,
            hidden: false,
        });
    }
}

/// Returns the cells of a row; an object inside it gives `outer.inner` columns.
fn flat(row: &Map<String, Value>) -> Vec<(String, String)> {
    let mut cells = Vec::new();
    for (name, value) in row {
        match value {
            Value::Object(inner) => {
                for (below, value) in inner {
                    cells.push((format!("{name}.{below}"), cell(value)));
                }
            }
            value => cells.push((name.clone(), cell(value))),
        }
    }
    cells
}

fn cell(value: &Value) -> String {
    let text = match value {
        Value::Array(list) => listed(list).unwrap_or_else(|| counted(list.len() as u64, "item", "items")),
        Value::Object(object) => counted(object.len() as u64, "field", "fields"),
        value => plain(value).unwrap_or_default(),
    };
    cut(&fold(&text))
}

/// Returns a value that is no list and no object as text; null is empty.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn listed(list: &[Value]) -> Option<String> {
    let values: Vec<String> = list.iter().take(MAX_LISTED).map(plain).collect::<Option<_>>()?;
    let more = if list.len() > MAX_LISTED { format!(" and {} more", list.len() - MAX_LISTED) } else { String::new() };
    Some(values.join(", ") + &more)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sop_core::ArtifactId;

    fn check(text: &str, expected: &[&str]) {
        let mut doc = Document::new(ArtifactId("a".into()), "a.json", Format::Json);
        fill(text, &parse(text).unwrap(), "a", &mut doc);
        let mut shown: Vec<String> = doc.blocks.iter().map(|it| format!("{:?} {} @ {}", it.kind, it.text, it.place)).collect();
        shown.extend(doc.tables.iter().map(|it| format!("table {} of {} rows, {} columns @ {}", it.name, it.rows, it.columns.len(), it.place)));
        assert_eq!(shown, expected);
    }

    #[test]
    fn fields_and_rows_keep_their_lines() {
        check(
            "{\n \"week\": \"wk20\",\n \"posts\": [\n  {\"ref\": \"a\",\n   \"media\": null},\n  {\"ref\": \"b\"}\n ],\n \"by\": {\"name\": \"Jo\"}\n}",
            &[
                "Field week: wk20 @ line 2",
                "Row ref: a @ lines 4-5",
                "Row ref: b @ line 6",
                "Field by.name: Jo @ line 8",
                "table posts of 2 rows, 2 columns @ line 3",
            ],
        );
    }

    #[test]
    fn lines_of_objects_are_one_table() {
        check("{\"id\": 1}\n{\"id\": 2}\n", &["Row id: 1 @ line 1", "Row id: 2 @ line 2", "table  of 2 rows, 1 columns @ line 1"]);
    }

    #[test]
    fn settings_have_dotted_keys() {
        let blocks = settings("{\n // how to check\n \"scripts\": {\"check\": \"node check.js\"},\n \"apiToken\": \"abcdef\",\n}").unwrap();
        let shown: Vec<String> = blocks.iter().map(|it| format!("{} @ {}", it.text, it.place)).collect();
        assert_eq!(shown, ["scripts.check: node check.js @ line 3", "apiToken: [value not shown] @ line 4"]);
    }

    #[test]
    fn broken_json_names_its_line() {
        assert_eq!(parse("{\n\"a\": 1,\n\"b\" 2}").unwrap_err(), "the JSON is broken in line 3");
    }
}
