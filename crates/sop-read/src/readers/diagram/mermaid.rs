//! Drawings written as text for Mermaid: flow charts, sequences of messages, states.

use super::{Drawing, MAX_FORK};
use regex::Regex;
use std::sync::LazyLock;

const MAX_LINES: usize = 20_000;
const MAX_LINE: usize = 2_000;

struct Patterns {
    /// `-- label -->`
    worded: Regex,
    /// `-->|label|`
    piped: Regex,
    message: Regex,
    participant: Regex,
    state: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let fixed = |pattern: &str| Regex::new(pattern).expect("a fixed pattern");
    Patterns {
        worded: fixed(r"^\s*[<xo]?(?:--|==|-\.)\s+([^-=|>\s][^|]*?)\s+(?:-{2,}|={2,}|\.+-)[>xo]?"),
        piped: fixed(r"^\s*[<xo]?(?:-{2,}|={2,}|-\.+-|~{3})[>xo]?\s*(?:\|([^|]*)\|)?"),
        message: fixed(r"^(\S.*?)\s*(?:-{1,2}>{1,2}|-{1,2}[x)]|<<-{1,2}>>)\s*[+-]?\s*([^:]+?)\s*:\s*(.*)$"),
        participant: fixed(r"^(?:create )?(?:participant|actor)\s+(\S+)(?:\s+as\s+(.+))?$"),
        state: fixed(r#"^state\s+"([^"]+)"\s+as\s+(\S+)"#),
    }
});

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Flow,
    Sequence,
    State,
}

/// Reads a drawing whose first line has this number.
pub(super) fn page(text: &str, first_line: u32) -> Drawing {
    let mut drawing = Drawing::default();
    let mut form = None;
    let mut lanes: Vec<String> = Vec::new();
    for (n, line) in (first_line..).zip(text.lines()).take(MAX_LINES) {
        let line = line.split("%%").next().unwrap_or_default().trim();
        if line.is_empty() || line.len() > MAX_LINE {
            continue;
        }
        let word = line.split_whitespace().next().unwrap_or_default();
        let Some(known) = form else {
            form = match word.trim_end_matches(';') {
                "flowchart" | "graph" | "flowchart-elk" => Some(Form::Flow),
                "sequenceDiagram" => Some(Form::Sequence),
                "stateDiagram" | "stateDiagram-v2" => Some(Form::State),
                _ => None,
            };
            if let Some(title) = line.strip_prefix("title:") {
                drawing.name = Some(title.trim().to_owned());
            }
            continue;
        };
        match known {
            Form::Flow => flow(&mut drawing, line, word, n, &mut lanes),
            Form::Sequence => sequence(&mut drawing, line, n),
            Form::State => state(&mut drawing, line, n),
        }
    }
    drawing
}

fn flow(drawing: &mut Drawing, line: &str, word: &str, n: u32, lanes: &mut Vec<String>) {
    match word.trim_end_matches(';') {
        "subgraph" => {
            let rest = line[word.len()..].trim();
            let title = rest.split_once('[').map_or(rest, |(_, it)| it.trim_end_matches(']'));
            lanes.push(title.trim_matches('"').to_owned());
        }
        "end" => drop(lanes.pop()),
        "style" | "classDef" | "class" | "click" | "linkStyle" | "direction" | "accTitle:" | "accDescr:" => {}
        _ => {
            for statement in split(line) {
                chain(drawing, statement, n, lanes.last().map(String::as_str));
            }
        }
    }
}

/// Splits at semicolons that stand in no label.
fn split(line: &str) -> Vec<&str> {
    let (mut from, mut quoted, mut pieces) = (0, false, Vec::new());
    for (at, c) in line.char_indices() {
        quoted ^= c == '"';
        if c == ';' && !quoted && !line[..at].ends_with(|c: char| c.is_ascii_digit()) {
            pieces.push(&line[from..at]);
            from = at + 1;
        }
    }
    pieces.push(&line[from..]);
    pieces
}

/// `A[One] & B --> C -- yes --> D`
fn chain(drawing: &mut Drawing, statement: &str, n: u32, lane: Option<&str>) {
    let mut rest = statement.trim();
    let mut before: Vec<String> = Vec::new();
    let mut label = String::new();
    while !rest.is_empty() {
        let mut here = Vec::new();
        loop {
            let Some((id, shown, after)) = node(rest) else { return };
            drawing.shape(&id, shown.as_deref(), lane, Some(n));
            if here.len() < MAX_FORK {
                here.push(id);
            }
            rest = after.trim_start();
            match rest.strip_prefix('&') {
                Some(more) => rest = more.trim_start(),
                None => break,
            }
        }
        for from in &before {
            for to in &here {
                drawing.arrow(from, to, label.trim_matches('"'), Some(n));
            }
        }
        before = here;
        let found = PATTERNS.worded.captures(rest).or_else(|| PATTERNS.piped.captures(rest));
        let Some(found) = found else { return };
        label = found.get(1).map_or("", |it| it.as_str()).trim().to_owned();
        rest = rest[found.get(0).map_or(rest.len(), |it| it.end())..].trim_start();
    }
}

/// Returns the id at the start of a text, the label in brackets behind it, and the rest.
fn node(text: &str) -> Option<(String, Option<String>, &str)> {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        // A hyphen is part of a name if it is alone.
        let hyphen = c == '-' && !text[at + 1..].starts_with(['-', '.', '>', ' ']) && at > 0 && !text[..at].ends_with('-');
        if !(c.is_alphanumeric() || matches!(c, '_' | '.' | '/') || hyphen) {
            break;
        }
        end = at + c.len_utf8();
    }
    if end == 0 {
        return None;
    }
    let (id, rest) = (text[..end].to_owned(), &text[end..]);
    let rest_of = |rest: &'_ str| -> usize {
        rest.strip_prefix(":::").map_or(0, |it| 3 + it.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(it.len()))
    };
    const BRACKETS: &[(&str, &str)] = &[
        ("(((", ")))"),
        ("((", "))"),
        ("([", "])"),
        ("[[", "]]"),
        ("[(", ")]"),
        ("[/", "/]"),
        ("[\\", "\\]"),
        ("{{", "}}"),
        ("[", "]"),
        ("(", ")"),
        ("{", "}"),
        (">", "]"),
    ];
    for (open, close) in BRACKETS {
        let Some(inner) = rest.strip_prefix(open) else { continue };
        let quoted = inner.strip_prefix('"').and_then(|it| it.find('"').map(|end| (end, end + 2)));
        let (label, after) = match quoted {
            Some((end, skip)) => (&inner[1..=end], inner[skip..].find(close).map(|it| skip + it + close.len())?),
            None => {
                let end = inner.find(close)?;
                (&inner[..end], end + close.len())
            }
        };
        let after = &inner[after..];
        return Some((id, Some(label.trim_matches('`').to_owned()), &after[rest_of(after)..]));
    }
    Some((id, None, &rest[rest_of(rest)..]))
}

fn sequence(drawing: &mut Drawing, line: &str, n: u32) {
    drawing.in_time = true;
    if let Some(found) = PATTERNS.participant.captures(line) {
        let label = found.get(2).map_or(&found[1], |it| it.as_str());
        drawing.shape(&found[1], Some(label), None, Some(n));
        return;
    }
    if line.to_lowercase().starts_with("note ") {
        return;
    }
    if let Some(found) = PATTERNS.message.captures(line) {
        drawing.shape(&found[1], None, None, Some(n));
        drawing.shape(&found[2], None, None, Some(n));
        drawing.arrow(&found[1], &found[2], &found[3], Some(n));
    }
}

fn state(drawing: &mut Drawing, line: &str, n: u32) {
    if let Some(found) = PATTERNS.state.captures(line) {
        drawing.shape(&found[2], Some(&found[1]), None, Some(n));
        return;
    }
    let Some((from, rest)) = line.split_once("-->") else { return };
    let (to, label) = rest.split_once(':').unwrap_or((rest, ""));
    let name = |it: &str, end: &str| if it.trim() == "[*]" { end.to_owned() } else { it.trim().to_owned() };
    let (from, to) = (name(from, "start"), name(to, "end"));
    if from.is_empty() || to.is_empty() {
        return;
    }
    drawing.shape(&from, None, None, Some(n));
    drawing.shape(&to, None, None, Some(n));
    drawing.arrow(&from, &to, label, Some(n));
}
