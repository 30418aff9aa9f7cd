//! How SQL stops: RAISE, THROW, SIGNAL, ASSERT and their like, with the condition around them.

use crate::code::one_line;
use crate::exits::new_exit;
use crate::lex::{Kind, Token, closing, split};
use crate::value::plain_name;
use sop_core::Script;

/// Finds every way in which the statements stop.
pub(super) fn find(source: &str, tokens: &[Token<'_>], script: &mut Script) {
    for (n, it) in tokens.iter().enumerate() {
        let next = tokens.get(n + 1);
        let message = if it.is("raise") {
            raise(source, tokens, n)
        } else if it.is("raiserror") || it.is("raise_application_error") || it.is("error") && next.is_some_and(|it| it.is("(")) {
            next.filter(|it| it.is("(")).and_then(|_| inside_call(source, tokens, n + 1))
        } else if it.is("throw") && next.is_some_and(|it| it.kind == Kind::Number || it.text.starts_with('@')) {
            first_text(source, tokens, n + 1, 12)
        } else if it.is("signal") && next.is_some_and(|it| it.is("sqlstate") || it.kind == Kind::Word) {
            tokens[n..].iter().take(24).position(|it| it.is("message_text")).and_then(|at| first_text(source, tokens, n + at, 6))
        } else if it.is("assert") {
            assert(source, tokens, n, script);
            None
        } else {
            None
        };
        if let Some(message) = message {
            script.exits.push(new_exit(None, Some(message), condition(source, tokens, n), it.line, None));
        }
    }
}

/// `RAISE EXCEPTION 'only % rows', n`; NOTICE and its like only tell. SQLite writes `RAISE(ABORT, 'no rows')`.
fn raise(source: &str, tokens: &[Token<'_>], n: usize) -> Option<String> {
    let next = tokens.get(n + 1)?;
    if next.is("(") {
        return tokens.get(n + 2).filter(|it| it.is_any(&["abort", "fail", "rollback"])).and_then(|_| inside_call(source, tokens, n + 1));
    }
    if next.is_any(&["notice", "warning", "info", "log", "debug"]) {
        return None;
    }
    let text = next.kind == Kind::Text;
    let at = if text { n + 1 } else { n + 2 };
    if !text && !next.is("exception") {
        return None;
    }
    let format = tokens.get(at).filter(|it| it.kind == Kind::Text)?;
    let end = tokens.iter().enumerate().skip(at).take(60).find(|(_, it)| it.is(";") || it.is("using")).map_or(tokens.len().min(at + 60), |it| it.0);
    let given = split(tokens.get(at + 1..end).unwrap_or_default());
    let names: Vec<String> = given.iter().filter(|it| !it.is_empty()).map(|it| format!("{{{}}}", short(source, it))).collect();
    let mut names = names.into_iter();
    let mut said = String::new();
    let mut rest = format.inner();
    while let Some((before, after)) = rest.split_once('%') {
        said.push_str(before);
        match after.strip_prefix('%') {
            Some(after) => {
                said.push('%');
                rest = after;
            }
            None => {
                said.push_str(&names.next().unwrap_or_else(|| "{value}".to_owned()));
                rest = after;
            }
        }
    }
    said.push_str(rest);
    Some(said.replace("''", "'"))
}

/// `ASSERT n > 0, 'no rows'`, `ASSERT n > 0 AS 'no rows'`.
fn assert(source: &str, tokens: &[Token<'_>], n: usize, script: &mut Script) {
    let end = tokens.iter().enumerate().skip(n).take(400).find(|(_, it)| it.is(";")).map_or(tokens.len().min(n + 400), |it| it.0);
    let said = tokens.get(n + 1..end).unwrap_or_default();
    let Some(last) = said.last().filter(|it| it.kind == Kind::Text && said.len() > 2) else { return };
    let condition = source.get(said[0].at..said[said.len() - 2].at).unwrap_or_default();
    script.exits.push(new_exit(None, Some(last.inner().replace("''", "'")), Some(format!("not ({})", one_line(condition, 160))), tokens[n].line, None));
}

fn inside_call(source: &str, tokens: &[Token<'_>], open: usize) -> Option<String> {
    let close = closing(tokens, open).min(tokens.len());
    let parts = split(tokens.get(open + 1..close)?);
    let message = parts.iter().find(|it| it.iter().any(|it| it.kind == Kind::Text))?;
    let text = joined(source, message);
    let names: Vec<String> = parts.iter().skip_while(|it| !std::ptr::eq(**it, *message)).skip(3).map(|it| format!("{{{}}}", short(source, it))).collect();
    Some(crate::value::fill_percent(&text, &names))
}

fn first_text(source: &str, tokens: &[Token<'_>], from: usize, most: usize) -> Option<String> {
    let at = tokens.iter().enumerate().skip(from).take(most).find(|(_, it)| it.kind == Kind::Text || it.text.starts_with('@') && it.text.len() > 1)?.0;
    let end = tokens.iter().enumerate().skip(at).take(20).find(|(_, it)| it.is_any(&[",", ";", "end"])).map_or(tokens.len().min(at + 20), |it| it.0);
    Some(joined(source, &tokens[at..end]))
}

/// `'only ' || n || ' rows'`: texts as they are, everything else as `{name}`.
fn joined(source: &str, tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    let mut rest = tokens;
    while let Some(first) = rest.first() {
        let end = rest.iter().position(|it| it.is("||") || it.is("+")).unwrap_or(rest.len());
        let part = &rest[..end];
        match part {
            [only] if only.kind == Kind::Text => text.push_str(&only.inner().replace("''", "'")),
            [] => {}
            _ if first.is("concat") || first.is("format") => {
                for it in part.iter().filter(|it| it.kind == Kind::Text || it.text.starts_with('@')) {
                    if it.kind == Kind::Text { text.push_str(it.inner()) } else { text.push_str(&format!("{{{}}}", it.text.trim_start_matches('@'))) }
                }
            }
            _ => text.push_str(&format!("{{{}}}", short(source, part))),
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    text
}

/// A name for an expression: its first variable or column.
fn short(source: &str, tokens: &[Token<'_>]) -> String {
    let called = |n: usize| tokens.get(n + 1).is_some_and(|it| it.is("("));
    let word = tokens.iter().enumerate().find(|(n, it)| it.kind == Kind::Word && !called(*n)).map(|it| it.1.text.trim_start_matches('@'));
    let text = word.unwrap_or_else(|| tokens.first().and_then(|it| source.get(it.at..tokens[tokens.len() - 1].end())).unwrap_or_default());
    plain_name(text)
}

/// The condition of the nearest IF or WHEN around a statement.
fn condition(source: &str, tokens: &[Token<'_>], n: usize) -> Option<String> {
    let mut closed = 0usize;
    let mut otherwise = false;
    for at in (n.saturating_sub(400)..n).rev() {
        let it = &tokens[at];
        let before = at.checked_sub(1).and_then(|it| tokens.get(it));
        // `END IF` stands on one line; of two lines the second is a new IF.
        let ends = before.is_some_and(|b| b.is("end") && b.line == it.line);
        let goes_on = tokens.get(at + 1).is_some_and(|next| next.line == it.line && next.is_any(&["if", "loop", "case"]));
        if it.is("if") && ends || it.is("end") && !goes_on {
            closed += 1;
        } else if it.is_any(&["begin", "case"]) {
            closed = closed.saturating_sub(1);
        } else if it.is("else") && closed == 0 {
            otherwise = true;
        } else if it.is_any(&["if", "elsif", "elseif", "when"]) {
            if closed > 0 {
                closed -= usize::from(it.is("if"));
                continue;
            }
            // Not `CREATE TABLE IF NOT EXISTS`.
            if before.is_some_and(|it| it.is_any(&["table", "view", "schema", "database", "column", "index", "extension", "sequence"])) {
                continue;
            }
            let end = tokens.iter().enumerate().skip(at + 1).take(n - at - 1).find(|(_, it)| it.is_any(&["then", "begin"])).map_or(n, |it| it.0);
            // T-SQL has no THEN: the condition must reach to the statement itself.
            let between = tokens.get(end + 1..n).unwrap_or_default();
            let t_sql = end == n || tokens[end].is("begin");
            if t_sql && between.iter().any(|it| it.is("end")) || end == n && tokens[at + 1..n].iter().any(|it| it.is(";")) {
                return None;
            }
            let text = source.get(tokens.get(at + 1)?.at..tokens.get(end.checked_sub(1)?)?.end())?;
            let text = one_line(text, 160);
            return Some(if otherwise { format!("not ({text})") } else { text });
        } else if it.is("$$") || it.is("go") {
            return None;
        }
    }
    None
}
