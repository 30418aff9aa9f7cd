//! What comments say: remarks, the purpose, shown commands and the meaning of exit codes.

use crate::code::{Code, add_read, add_write, line, one_line};
use crate::value::{looks_like_file, may_be};
use regex::Regex;
use sop_core::{Remark, Script, Usage};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A line of comment without its marks; indentation is kept, since lists in comments lean on it.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) number: u32,
    pub(crate) text: String,
    /// True if code stands before it on the line.
    pub(crate) beside: bool,
}

/// Returns the lines of all comments, given the prefixes that mark one.
pub(crate) fn comment_lines(code: &Code<'_>, is_comment: impl Fn(&str) -> bool) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for node in code.nodes().iter().copied().filter(|node| is_comment(node.kind())) {
        let start = node.start_byte() - node.start_position().column.min(node.start_byte());
        let before = code.source.get(start..node.start_byte()).unwrap_or_default();
        let beside = !before.trim().is_empty();
        push_lines(&mut lines, code.text(node), line(node), beside);
    }
    lines
}

/// Adds the lines of a comment or docstring, marks taken off.
pub(crate) fn push_lines(lines: &mut Vec<Line>, text: &str, first: u32, beside: bool) {
    for (text, number) in text.lines().zip(first..) {
        if text.starts_with("#!") && number == 1 || text.contains("-*- coding") {
            continue;
        }
        lines.push(Line { number, text: without_marks(text).to_owned(), beside });
    }
}

fn without_marks(text: &str) -> &str {
    static MARKS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\s*(?:#+['>]?|//+!?|/\*+|<#|\*+(?:\s|$))").unwrap());
    let trimmed = text.trim_end().trim_end_matches("*/").trim_end_matches("#>").trim_end();
    let body = MARKS.find(trimmed).map_or(trimmed, |mark| &trimmed[mark.end()..]);
    if body.trim().chars().all(|c| "-=*#~_/ ".contains(c)) { "" } else { body }
}

/// Makes remarks: a run of lines is one, a blank comment line ends it, a comment beside code stands alone.
pub(crate) fn remarks(lines: &[Line]) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = Vec::new();
    let mut open = false;
    for it in lines {
        let text = one_line(&it.text, usize::MAX);
        if text.is_empty() {
            open = false;
            continue;
        }
        match remarks.last_mut() {
            Some(last) if open && !it.beside && last.to + 1 == it.number => {
                last.text.push(' ');
                last.text.push_str(&text);
                last.to = it.number;
            }
            _ => remarks.push(Remark { text, from: it.number, to: it.number }),
        }
        open = !it.beside;
    }
    remarks
}

/// Returns the run of comment lines that ends just above a line.
pub(crate) fn comment_above(lines: &[Line], number: u32) -> Option<(String, u32)> {
    let mut end = number.checked_sub(1)?;
    let mut texts: Vec<&str> = Vec::new();
    for it in lines.iter().rev().filter(|it| it.number < number) {
        if it.number != end || it.beside || it.text.trim().is_empty() {
            break;
        }
        texts.push(&it.text);
        end -= 1;
    }
    texts.reverse();
    (!texts.is_empty()).then(|| (one_line(&texts.join(" "), usize::MAX), end + 1))
}

/// Returns the comment that stands beside the code of a line.
pub(crate) fn comment_beside(lines: &[Line], number: u32) -> Option<String> {
    let it = lines.iter().find(|it| it.number == number && it.beside)?;
    let text = one_line(&it.text, usize::MAX);
    (!text.is_empty()).then_some(text)
}

/// Returns the first sentence of the head.
pub(crate) fn purpose(head: &[Line]) -> Option<Remark> {
    static END: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[.!?](?:\s{2,}|\s+\p{Lu}|\s*$)").unwrap());
    // Words after which a sentence cannot end, however the next line begins.
    const OPEN_ENDS: &[&str] = &[
        "a", "an", "the", "of", "from", "to", "in", "on", "for", "and", "or", "with", "by", "der", "die", "das", "des", "dem", "den", "von", "und", "für",
        "mit", "aus", "im", "le", "la", "les", "du", "de", "et", "pour", "el", "y",
    ];
    let mut sentence = String::new();
    let (mut from, mut to) = (0, 0);
    for it in head {
        let text = it.text.trim();
        let heading = text.starts_with('.') && text.len() < 20 && !text.contains(' ');
        if text.is_empty() || heading || is_command(text, "") {
            if sentence.is_empty() { continue } else { break }
        }
        if sentence.is_empty() {
            from = it.number;
        } else {
            let last = sentence.rsplit(' ').next().unwrap_or_default().to_lowercase();
            let opens_anew = text.chars().next().is_some_and(char::is_uppercase);
            if opens_anew && !OPEN_ENDS.contains(&last.as_str()) && !last.ends_with(',') {
                break;
            }
            sentence.push(' ');
        }
        to = it.number;
        sentence.push_str(text);
        if let Some(end) = END.find(&sentence) {
            sentence.truncate(end.start() + 1);
            break;
        }
    }
    (!sentence.is_empty()).then(|| Remark { text: one_line(&sentence, 400), from, to })
}

/// Splits a line at gaps of two or more blanks, as people line up lists.
fn segments(text: &str) -> Vec<&str> {
    static GAP: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\s{2,}|\t+").unwrap());
    GAP.split(text.trim()).filter(|piece| !piece.is_empty()).collect()
}

/// Tells whether a text is a command: an interpreter with a file, an assignment with one, or the script's own name.
fn is_command(text: &str, own_name: &str) -> bool {
    static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"^(?:[A-Z_][A-Z0-9_]*=\S+\s+)*(?:",
            r"(?:python[\d.]*|py|node|bash|sh|zsh|Rscript|pwsh|powershell(?:\.exe)?|perl|ruby|php|awk|gawk|deno run|npx|docker|psql|mysql|sqlite3|duckdb|sqlcmd|sqlplus|snowsql|bq|cscript|wscript|quarto|jupyter)\s+\S*[./-]\S",
            r"|export\s+[A-Z_]+=|\$env:\w+\s*=|(?:npm|make|just)\s+(?:run\s+)?[a-z:_-]+$",
            r"|[\w./\\-]+\.(?:py|sh|js|mjs|R|ps1|bat|cmd)(?:\s|$))",
        ))
        .unwrap()
    });
    if COMMAND.is_match(text) {
        // "clean.py reads the export" is a sentence about a script, not a command.
        let words: Vec<&str> = text.split_whitespace().collect();
        let prose = words.iter().skip(1).filter(|word| word.len() > 2 && word.chars().all(char::is_lowercase)).count();
        return prose < 3 && !text.ends_with('.');
    }
    !own_name.is_empty() && text.split_whitespace().next() == Some(own_name) && text.contains(' ')
}

/// Returns the commands that the head shows.
pub(crate) fn usage(head: &[Line], own_name: &str) -> Vec<Usage> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)^(?:usage|run|run it|run with|aufruf|verwendung|beispiel|utilisation|usage|exemple|uso|ejemplo|example|e\.g\.|z\.\s?b\.|\.example)\s*:?\s+",
        )
        .unwrap()
    });
    let mut shown = Vec::new();
    for it in head {
        let text = it.text.trim();
        let text = LABEL.find(text).map_or(text, |label| &text[label.end()..]);
        let pieces: Vec<&str> = segments(text).into_iter().map(|piece| piece.trim_start_matches("$ ")).collect();
        let Some(at) = pieces.iter().position(|piece| is_command(piece, own_name)) else { continue };
        let mut note: Vec<&str> = pieces[..at].to_vec();
        note.extend(&pieces[at + 1..]);
        let note = note.join(" ");
        let mut note = note.trim();
        if let Some((command, said)) = pieces[at].split_once(" # ") {
            shown.push(Usage { command: command.trim().to_owned(), note: Some(said.trim().to_owned()), line: it.number });
            continue;
        }
        if note.starts_with('(') && note.ends_with(')') {
            note = &note[1..note.len() - 1];
        }
        let note = note.trim_start_matches(['#', '-', '–']).trim_end_matches(':').trim();
        shown.push(Usage { command: pieces[at].to_owned(), note: (!note.is_empty()).then(|| note.to_owned()), line: it.number });
    }
    shown
}

/// Sets what the head says about each exit code, and failing that what stands beside the exit.
pub(crate) fn document_exits(script: &mut Script, head: &[Line], all: &[Line], source: &str) {
    let used: BTreeSet<i32> = script.exits.iter().filter_map(|exit| exit.code).collect();
    let said = documented_codes(head, &used);
    let source: Vec<&str> = source.lines().collect();
    let source = source.as_slice();
    let explicit_one = script.exits.iter().any(|exit| exit.code == Some(1) && !is_implicit(exit, source));
    for exit in &mut script.exits {
        // `exit 1 no initials` speaks of the place that says 1, not of every message that ends with 1 by default.
        if explicit_one && is_implicit(exit, source) {
            continue;
        }
        if let Some((_, text, number)) = said.iter().find(|(code, ..)| Some(*code) == exit.code) {
            exit.documented = Some(text.clone());
            exit.documented_line = Some(*number);
        } else if let Some(text) = comment_beside(all, exit.line) {
            exit.documented = Some(text);
            exit.documented_line = Some(exit.line);
        }
    }
}

/// Tells whether an exit has code 1 only because the language gives it.
fn is_implicit(exit: &sop_core::Exit, source: &[&str]) -> bool {
    let text = source.get(exit.line.saturating_sub(1) as usize).copied().unwrap_or_default();
    let says_one = text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "1");
    exit.code == Some(1) && (!says_one || exit.condition.as_deref().is_some_and(|it| it.starts_with("${")))
}

/// Returns the codes that a head explains: `exit 4  store and books differ`, `exits: 0 fine / 1 wrong`,
/// or a bare list `1 no initials   2 something missing` of codes that the script really ends with.
fn documented_codes(head: &[Line], used: &BTreeSet<i32>) -> Vec<(i32, String, u32)> {
    static KEYWORD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)^\W*(?:codes? de (?:sortie|retour)|códigos? de salida|exits?|exit[ -]?(?:codes?|status|values?)|return(?:s|[ -]?codes?|[ -]?values?)?|codes?|rc|status|errorlevel|rückgabe(?:wert|code)?s?|endet?(?: mit)?|fehlercodes?|sorties?|códigos?|salida)\b(?:\s+with)?\s*[:=]?\s*",
        )
        .unwrap()
    });
    let mut said: Vec<(i32, String, u32)> = Vec::new();
    let mut bare: Vec<(i32, String, u32)> = Vec::new();
    let mut after_keyword = false;
    for it in head {
        let text = it.text.trim();
        if let Some(keyword) = KEYWORD.find(text) {
            let rest = &text[keyword.end()..];
            let items = code_items(rest);
            after_keyword = !items.is_empty() || rest.is_empty();
            said.extend(items.into_iter().map(|(code, text)| (code, text, it.number)));
            continue;
        }
        let items = code_items(text);
        if items.is_empty() {
            after_keyword &= text.is_empty();
        }
        let target = if after_keyword { &mut said } else { &mut bare };
        target.extend(items.into_iter().map(|(code, text)| (code, text, it.number)));
    }
    // A bare number may count anything. Two of them that are exit codes of this very script are a list of codes.
    bare.retain(|(code, ..)| used.contains(code));
    if bare.len() >= 2 {
        said.extend(bare);
    }
    said
}

fn code_items(text: &str) -> Vec<(i32, String)> {
    static BREAK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\s+/\s+|\s{2,}|\t|;\s*|\s\|\s|,\s+").unwrap());
    static ITEM: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(-?\d{1,3})\s*(?:[-:=–—.)]+|→|->)?\s+(\S.*)$|^(\d{1,3})[:=)]\s*(\S.*)$").unwrap());
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^-?\d{1,3}(?:[\s:=).–-]|$)").unwrap());
    static STRICT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\d{1,3}\s*[:=)–-]").unwrap());
    let mut pieces: Vec<String> = Vec::new();
    let mut at = 0;
    let mut glue = "";
    let bounds: Vec<_> = BREAK.find_iter(text).map(|gap| (gap.start(), gap.end())).chain([(text.len(), text.len())]).collect();
    for (start, end) in bounds {
        let piece = &text[at..start];
        // Only a number opens the next item; "rows, columns" and "and / or" stay in theirs.
        let lone_number = pieces.last().is_some_and(|last| last.trim().parse::<i32>().is_ok());
        let opens = NUMBER.is_match(piece) && (!glue.trim_start().starts_with(',') || STRICT.is_match(piece));
        match pieces.last_mut() {
            Some(last) if !opens || lone_number => {
                last.push_str(if glue.trim().is_empty() { " " } else { glue });
                last.push_str(piece);
            }
            _ => pieces.push(piece.to_owned()),
        }
        glue = &text[start..end];
        at = end;
    }
    pieces
        .iter()
        .filter_map(|piece| {
            let found = ITEM.captures(piece.trim())?;
            let code = found.get(1).or(found.get(3))?.as_str().parse().ok()?;
            Some((code, found.get(2).or(found.get(4))?.as_str().trim().to_owned()))
        })
        .collect()
}

/// Adds the files that the head says are read or written, where the code did not show them.
pub(crate) fn head_files(script: &mut Script, head: &[Line]) {
    static READS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)^(?:reads?|inputs?|needs?|uses?|expects?|takes|liest|braucht|eingabe|lit|entrées?|lee|entradas?)\b").unwrap());
    static WRITES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:writes?|outputs?|creates?|makes|saves?|produces|leaves|schreibt|ausgabe|erzeugt|écrit|sorties?|escribe|salidas?)\b").unwrap()
    });
    let mut writing: Option<bool> = None;
    for it in head {
        let text = it.text.trim();
        let indented = it.text.len() - it.text.trim_start().len() >= 4;
        writing = match (READS.is_match(text), WRITES.is_match(text)) {
            (true, _) => Some(false),
            (_, true) => Some(true),
            _ if indented && !text.is_empty() => writing,
            _ => None,
        };
        let Some(writes) = writing else { continue };
        for name in named_files(text) {
            let uses = if writes { &script.writes } else { &script.reads };
            let base = name.rsplit('/').next().unwrap_or(&name).to_owned();
            let known = uses.iter().any(|known| {
                let pattern = known.pattern.rsplit('/').next().unwrap_or(&known.pattern);
                may_be(pattern, &base)
            });
            match (known, writes) {
                (true, _) => {}
                (false, true) => add_write(script, &name, it.number),
                (false, false) => add_read(script, &name, it.number),
            }
        }
    }
}

/// Returns the file names of a line: gaps of two blanks part names that have blanks, else words do.
fn named_files(text: &str) -> Vec<String> {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"["“']([^"”']{3,120}\.[A-Za-z0-9]{1,5})["”']"#).unwrap());
    let mut names: Vec<String> = QUOTED.captures_iter(text).map(|it| it[1].to_owned()).collect();
    let text = QUOTED.replace_all(text, "  ");
    for piece in segments(&text) {
        let piece = piece.trim_matches([',', ';', '"', '\'', '`', '(', ')']);
        if looks_like_file(piece) && piece.split(' ').count() <= 4 && !piece.contains(':') && !piece.contains(',') {
            let first = piece.split(' ').next().unwrap_or_default();
            if !names_action(first) {
                names.push(piece.to_owned());
                continue;
            }
        }
        for word in piece.split_whitespace() {
            let word = word.trim_matches([',', ';', ':', '"', '\'', '`', '(', ')', '.']);
            if looks_like_file(word) && !word.contains("e.g") && !word.contains("i.e") {
                names.push(word.to_owned());
            }
        }
    }
    names
}

fn names_action(word: &str) -> bool {
    ["reads", "writes", "needs", "read", "write", "saves", "creates", "uses", "liest", "schreibt", "braucht"].contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Vec<Line> {
        let mut lines = Vec::new();
        push_lines(&mut lines, text, 1, false);
        lines
    }

    fn check_codes(text: &str, used: &[i32], expected: &[(i32, &str)]) {
        let found = documented_codes(&head(text), &used.iter().copied().collect());
        let found: Vec<(i32, &str)> = found.iter().map(|(code, text, _)| (*code, text.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn codes_are_read_however_people_list_them() {
        check_codes("# exit 4  store and books differ by more than STOP_PCT", &[], &[(4, "store and books differ by more than STOP_PCT")]);
        check_codes("// exits: 0 fine / 1 a post is wrong / 2 file or week missing", &[], &[(0, "fine"), (1, "a post is wrong"), (2, "file or week missing")]);
        check_codes("# 1 no initials    2 something is not there", &[1, 2], &[(1, "no initials"), (2, "something is not there")]);
        check_codes("# 3 apples, 4 pears", &[1], &[]);
        check_codes("# Rückgabewert:\n#   2 = Datei fehlt\n#   3 = zu viele Fehler", &[], &[(2, "Datei fehlt"), (3, "zu viele Fehler")]);
    }

    #[test]
    fn a_shown_command_is_told_from_a_sentence() {
        let shown = usage(&head("//   node check.js --week 20 --build    check + write out\n// check.js reads the weekly export"), "check.js");
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].command, "node check.js --week 20 --build");
        assert_eq!(shown[0].note.as_deref(), Some("check + write out"));
    }

    #[test]
    fn a_blank_comment_line_ends_a_remark() {
        let found = remarks(&head("# one\n# two\n#\n# three"));
        let texts: Vec<&str> = found.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(texts, ["one two", "three"]);
    }
}
