//! Visual Basic for Applications and VBScript: files and sheets that macros open, save and change, mails they send, and the
//! messages with which they stop.
//!
//! A statement is a line, so no grammar is needed: tokens, and the brackets in them, tell enough.

use crate::Comments;
use crate::code::{add_read, add_use, add_write, one_line};
use crate::exits::new_exit;
use crate::lex::{Kind, Quote, Rules, Token, closing, head, lex, split};
use crate::outward::is_outward;
use crate::value::{join, looks_like_file, plain_name};
use sop_core::{Argument, Call, EnvVar, Schedule, Script};
use std::collections::BTreeMap;

const RULES: Rules = Rules {
    line_comments: &["'", "rem"],
    block_comments: &[],
    quotes: &[Quote { open: "\"", close: '"', kind: Kind::Text, backslash: false, lines: false }],
    in_words: "$",
    sigils: "",
    breaks: true,
    patterns: false,
};

pub(crate) fn analyse(source: &str, script: &mut Script) -> Comments {
    let lexed = lex(source, &RULES);
    script.partial |= lexed.partial;
    let mut macros = Macros::default();
    let tokens: Vec<Token<'_>> = without_continuations(&lexed.tokens);
    let first = tokens.iter().find(|it| !it.is("attribute") && it.kind != Kind::Break).map_or(u32::MAX, |it| it.line);
    for line in tokens.split(|it| it.kind == Kind::Break) {
        macros.line(line, source, script);
    }
    macros.finish(script);
    // Modules begin with attributes that nobody wrote, and `Option Explicit` says nothing either.
    let head_end = tokens
        .split(|it| it.kind == Kind::Break)
        .filter_map(<[Token<'_>]>::first)
        .find(|it| !it.is_any(&["attribute", "option", "version", "begin", "end", "multiuse"]) && !it.text.contains('='))
        .map_or(first, |it| it.line);
    Comments { head: head(&lexed.comments, head_end), all: lexed.comments }
}

/// A line that ends with an underscore goes on in the next.
fn without_continuations<'t>(tokens: &[Token<'t>]) -> Vec<Token<'t>> {
    let mut kept: Vec<Token<'t>> = Vec::with_capacity(tokens.len());
    for it in tokens {
        if it.kind == Kind::Break && kept.last().is_some_and(|last| last.is("_")) {
            kept.pop();
        } else {
            kept.push(*it);
        }
    }
    kept
}

#[derive(Default)]
struct Macros {
    /// Values of variables and constants, by their names in lower case.
    values: BTreeMap<String, String>,
    /// Conditions of the blocks that are open; nothing for a `With` or a loop.
    conditions: Vec<Option<String>>,
    /// Objects of the `With` blocks that are open.
    with: Vec<String>,
    /// What was said last, on which line, and in how deep a block.
    said: Option<(String, u32, usize)>,
    procedure: String,
    /// Variables that stand for a sheet.
    sheets: BTreeMap<String, String>,
    probes: Vec<(String, u32)>,
    /// How many one-line IFs are open around a statement.
    nested: u8,
}

/// No line that a person wrote has more tokens.
const MAX_LINE: usize = 4_000;
const MAX_NESTED: u8 = 20;

impl Macros {
    fn line(&mut self, tokens: &[Token<'_>], source: &str, script: &mut Script) {
        let tokens = &tokens[..tokens.len().min(MAX_LINE)];
        // Statements of one line are parted by colons; a label ends with one.
        let mut from = 0;
        let mut depth = 0usize;
        let mut given: Option<String> = None;
        for n in 0..=tokens.len() {
            let it = tokens.get(n);
            if it.is_some_and(|it| it.is("(")) {
                depth += 1;
            } else if it.is_some_and(|it| it.is(")")) {
                depth = depth.saturating_sub(1);
            }
            if it.is_none() || it.is_some_and(|it| it.is(":") && depth == 0) {
                given = self.statement(&tokens[from..n], given, source, script);
                from = n + 1;
            }
        }
    }

    /// Reads a statement. Returns the condition that the rest of its line stands under.
    fn statement(&mut self, tokens: &[Token<'_>], given: Option<String>, source: &str, script: &mut Script) -> Option<String> {
        let first = tokens.first()?;
        let at = first.line;
        let second = tokens.get(1);
        let rest = |n: usize| tokens.get(n..).unwrap_or_default();
        match () {
            () if first.is_any(&["attribute", "option", "implicits", "begin"]) => {}
            () if first.is("if") || first.is("elseif") => {
                let then = tokens.iter().position(|it| it.is("then")).unwrap_or(tokens.len());
                let condition = text_of(source, &tokens[1..then]);
                self.asks(&tokens[1..then], at);
                if self.nested >= MAX_NESTED {
                    script.partial = true;
                    return None;
                }
                if first.is("elseif") {
                    self.conditions.pop();
                    self.conditions.push(Some(condition.clone()));
                    self.forget();
                }
                self.expressions(&tokens[1..then], at, script);
                let body = tokens.get(then + 1..).unwrap_or_default();
                if body.is_empty() {
                    if first.is("if") {
                        self.conditions.push(Some(condition));
                        self.forget();
                    }
                    return None;
                }
                // On one line: `If x Then a Else b`.
                let otherwise = body.iter().position(|it| it.is("else")).unwrap_or(body.len());
                self.nested += 1;
                self.statement(&body[..otherwise], Some(condition.clone()), source, script);
                if let Some(body) = body.get(otherwise + 1..) {
                    self.statement(body, Some(format!("not ({condition})")), source, script);
                }
                self.nested -= 1;
                return Some(condition);
            }
            () if first.is("else") => {
                let last = self.conditions.pop().flatten();
                self.conditions.push(last.map(|it| format!("not ({it})")));
                self.forget();
            }
            () if first.is("case") => {
                let last = self.conditions.last_mut();
                if let Some(last) = last {
                    *last = Some(one_line(&text_of(source, tokens), 160));
                }
                self.forget();
            }
            () if first.is("select") || first.is_any(&["for", "do", "while"]) => {
                self.conditions.push(None);
                self.expressions(tokens, at, script);
            }
            () if first.is_any(&["next", "loop", "wend"]) => {
                self.conditions.pop();
            }
            () if first.is("end") && second.is_some_and(|it| it.is_any(&["if", "select"])) => {
                self.conditions.pop();
                self.forget();
            }
            () if first.is("end") && second.is_some_and(|it| it.is("with")) => {
                self.with.pop();
            }
            () if first.is("with") => {
                self.expressions(rest(1), at, script);
                self.with.push(text_of(source, rest(1)));
            }
            () if first.is("exit") && second.is_some_and(|it| it.is_any(&["sub", "function"])) || first.is("end") && second.is_none() => {
                self.stop(given.clone(), None, at, script)
            }
            () if first.is("end") => {
                self.procedure.clear();
                self.conditions.clear();
                self.with.clear();
                self.said = None;
            }
            () if self.declares(tokens, source, script) => {}
            () => {
                if !self.assign(tokens, script) {
                    self.run(tokens, given.as_deref(), script);
                }
                self.expressions(tokens, at, script);
            }
        }
        given
    }

    /// What was said in another branch has nothing to do with this one.
    fn forget(&mut self) {
        if self.said.as_ref().is_some_and(|it| it.2 >= self.conditions.len()) {
            self.said = None;
        }
    }

    fn stop(&mut self, given: Option<String>, code: Option<i32>, at: u32, script: &mut Script) {
        let condition = given.or_else(|| self.conditions.iter().rev().flatten().next().cloned());
        let Some((said, line, _)) = self.said.take() else { return };
        script.exits.push(new_exit(code, Some(said), condition, at, Some(line)));
    }

    /// `If MsgBox("Really send?", vbYesNo) = vbNo Then Exit Sub`
    fn asks(&mut self, condition: &[Token<'_>], at: u32) {
        if let Some(n) = condition.iter().position(|it| it.is("msgbox")) {
            let given = arguments(condition, n);
            if let Some(said) = given.first().map(|it| self.value(it, false, 0)) {
                self.said = Some((said, at, self.conditions.len() + 1));
            }
        }
    }

    /// `Sub x(..)`, `Const LIMIT = 5`, `Dim a`; procedures that an event starts.
    fn declares(&mut self, tokens: &[Token<'_>], source: &str, script: &mut Script) -> bool {
        let at = tokens[0].line;
        let start = tokens.iter().position(|it| !it.is_any(&["public", "private", "global", "friend", "static"])).unwrap_or(0);
        let Some(word) = tokens.get(start) else { return true };
        let name = tokens.get(start + 1).map_or("", |it| it.text);
        if word.is_any(&["sub", "function", "property"]) {
            self.procedure = name.to_owned();
            self.conditions.clear();
            self.with.clear();
            self.said = None;
            let when = match name.to_lowercase().as_str() {
                "workbook_open" | "auto_open" | "document_open" | "autoopen" => Some("when somebody opens the file"),
                "workbook_beforeclose" | "auto_close" | "document_close" => Some("when somebody closes the file"),
                "workbook_beforesave" => Some("when somebody saves the file"),
                "worksheet_change" | "workbook_sheetchange" => Some("when somebody changes a cell"),
                _ => None,
            };
            if let Some(when) = when {
                script.schedules.push(Schedule { when: when.to_owned(), starts: Some(name.to_owned()), line: at });
            }
            return true;
        }
        if word.is("const") {
            for part in split(tokens.get(start + 1..).unwrap_or_default()) {
                let Some(equals) = part.iter().position(|it| it.is("=")) else { continue };
                let name = part[0].text;
                let text = text_of(source, &part[equals + 1..]);
                let is_text = part.get(equals + 1).is_some_and(|it| it.kind == Kind::Text);
                let literal = part.len() - equals <= 3;
                self.values.insert(name.to_lowercase(), self.value(&part[equals + 1..], true, 0));
                let path = is_text && (text.contains('\\') || looks_like_file(text.trim_matches('"')));
                if !path && crate::keep_constant(name, &text, literal, is_text) {
                    script.constants.push(crate::new_constant(name, &text, part[0].line));
                }
            }
            return true;
        }
        word.is_any(&["dim", "redim", "declare", "type", "enum"]) || start > 0 && !tokens.iter().any(|it| it.is("="))
    }

    /// `x = ..`, `Set x = ..`, `Sheets("Out").Range("A1").Value = ..`
    fn assign(&mut self, tokens: &[Token<'_>], script: &mut Script) -> bool {
        let start = usize::from(tokens[0].is_any(&["set", "let"]));
        let mut depth = 0usize;
        let equals = tokens.iter().position(|it| {
            depth = if it.is("(") {
                depth + 1
            } else if it.is(")") {
                depth.saturating_sub(1)
            } else {
                depth
            };
            depth == 0 && it.is("=")
        });
        let Some(equals) = equals.filter(|it| *it > start) else { return false };
        let (target, value) = (&tokens[start..equals], &tokens[equals + 1..]);
        let at = tokens[0].line;
        if let [name] = target {
            let lower = name.text.to_lowercase();
            if let Some(sheet) = self.sheet(value) {
                self.sheets.insert(lower.clone(), sheet);
            }
            if let Some(n) = value.iter().position(|it| it.is("inputbox")) {
                let help = arguments(value, n).first().map(|it| self.value(it, false, 0));
                script.arguments.push(Argument { name: name.text.to_owned(), help, required: true, line: at });
            } else if value.iter().any(|it| it.is_any(&["getopenfilename", "filedialog", "getsaveasfilename"])) {
                script.arguments.push(Argument {
                    name: name.text.to_owned(),
                    help: Some("a file that is chosen in a window".to_owned()),
                    required: true,
                    line: at,
                });
            }
            let text = self.value(value, true, 0);
            // What a loop adds to is no value that a path could be made of.
            let grows = value.iter().any(|it| it.text.eq_ignore_ascii_case(name.text));
            let plain = value.iter().any(|it| it.kind == Kind::Text) || value.iter().any(|it| it.is("&"));
            let asked = value.iter().any(|it| it.is_any(&["inputbox", "getopenfilename", "getsaveasfilename", "range", "cells", "createobject"]));
            if plain && !grows && !asked && start == 0 {
                self.values.insert(lower, text);
            }
        } else if let Some(sheet) = self.sheet(target) {
            let shows = target.iter().any(|it| it.is_any(&["visible", "activate", "select", "name", "color", "colorindex", "bold", "width", "columnwidth"]));
            if !shows {
                add_use(&mut script.writes, &sheet, at);
            }
        }
        true
    }

    /// A statement that is a call.
    fn run(&mut self, tokens: &[Token<'_>], given: Option<&str>, script: &mut Script) {
        let at = tokens[0].line;
        let words: Vec<&Token<'_>> = tokens.iter().filter(|it| it.kind == Kind::Word).collect();
        let first = tokens[0];
        let start = usize::from(first.is("call"));
        let bare = tokens.get(start).copied().unwrap_or(first);
        let after = tokens.get(start + 1..).unwrap_or_default();
        let given_bare = if after.first().is_some_and(|it| it.is("(")) && closing(after, 0) + 1 >= after.len() {
            split(after.get(1..after.len().saturating_sub(1)).unwrap_or_default())
        } else {
            split(after)
        };
        let path = |n: usize| given_bare.get(n).map(|it| self.value(it, true, 0)).unwrap_or_default();
        if bare.is("msgbox") || tokens.windows(3).any(|it| it[0].is("wscript") && it[2].is("echo")) || bare.is("debug") {
            let said = if bare.is("msgbox") { given_bare.first().copied() } else { tokens.get(3..) };
            if let Some(said) = said {
                self.said = Some((self.value(said, false, 0), at, self.conditions.len() + usize::from(given.is_some())));
            }
        } else if bare.is("open") {
            let end = after.iter().position(|it| it.is("for")).unwrap_or(after.len());
            let path = self.value(&after[..end], true, 0);
            let writes = after[end..].iter().any(|it| it.is_any(&["output", "append"]));
            if writes { add_write(script, &path, at) } else { add_read(script, &path, at) }
        } else if bare.is("filecopy") {
            add_read(script, &path(0), at);
            add_write(script, &path(1), at);
        } else if bare.is("name") {
            let middle = after.iter().position(|it| it.is("as")).unwrap_or(after.len());
            add_read(script, &self.value(&after[..middle], true, 0), at);
            add_write(script, &self.value(after.get(middle + 1..).unwrap_or_default(), true, 0), at);
        } else if bare.is("kill") {
            script.calls.push(Call { command: one_line(&format!("Kill {}", path(0)), 240), outward: true, line: at });
        } else if bare.is("shell") {
            let command = one_line(&path(0), 240);
            script.calls.push(Call { outward: is_outward(&command), command, line: at });
        } else if bare.is("err") && words.get(1).is_some_and(|it| it.is("raise")) {
            let parts = split(tokens.get(3..).unwrap_or_default());
            let said = parts.get(2).or(parts.last()).map(|it| self.value(it, false, 0));
            let condition = given.map(str::to_owned).or_else(|| self.conditions.iter().rev().flatten().next().cloned());
            script.exits.push(new_exit(None, said, condition, at, None));
        } else if bare.is("wscript") && words.get(1).is_some_and(|it| it.is("quit")) {
            let code = tokens.iter().find(|it| it.kind == Kind::Number).and_then(|it| it.text.parse().ok());
            if code != Some(0) && code.is_some() {
                self.stop(given.map(str::to_owned), code, at, script);
            }
        } else if let Some(last) = tokens.iter().rposition(|it| {
            it.is_any(&["send", "sendmail", "printout", "clearcontents", "clear", "delete", "pastespecial", "paste", "copyfromrecordset", "sort"])
        }) {
            self.method(tokens, last, script);
        }
    }

    /// Methods that change something: `olMail.Send`, `Sheets("Out").Cells.ClearContents`.
    fn method(&mut self, tokens: &[Token<'_>], n: usize, script: &mut Script) {
        if !n.checked_sub(1).and_then(|it| tokens.get(it)).is_some_and(|it| it.is(".")) {
            return;
        }
        let at = tokens[n].line;
        if tokens[n].is_any(&["send", "sendmail", "printout"]) {
            let object = tokens[..n - 1].iter().map(|it| it.text).collect::<String>();
            let object = if object.is_empty() { self.with.last().cloned().unwrap_or_default() } else { object };
            let to = arguments(tokens, n).first().map(|it| self.value(it, true, 0)).unwrap_or_default();
            script.calls.push(Call { command: one_line(&format!("{object}.{} {to}", tokens[n].text), 240), outward: true, line: at });
        } else if let Some(sheet) = self.sheet(tokens) {
            add_use(&mut script.writes, &sheet, at);
        }
    }

    /// Calls inside of expressions: `Workbooks.Open(..)`, `wb.SaveAs ..`, `Sheets("Data").Range(..)`.
    fn expressions(&mut self, tokens: &[Token<'_>], at: u32, script: &mut Script) {
        for (n, it) in tokens.iter().enumerate() {
            if it.kind != Kind::Word {
                continue;
            }
            let method = n.checked_sub(1).and_then(|p| tokens.get(p)).is_some_and(|it| it.is("."));
            let object = n.checked_sub(2).and_then(|p| tokens.get(p)).map_or("", |it| it.text).to_lowercase();
            let given = || arguments(tokens, n);
            let named = |name: &str| given().iter().find(|it| it.len() > 2 && it[0].is(name) && it[1].is(":=")).map(|it| self.value(&it[2..], true, 0));
            let first = || {
                named("filename")
                    .or_else(|| given().first().filter(|it| !it.get(1).is_some_and(|it| it.is(":="))).map(|it| self.value(it, true, 0)))
                    .unwrap_or_default()
            };
            match it.text.to_lowercase().as_str() {
                "open" | "opentext" | "openxml" if method && ["workbooks", "documents", "presentations"].contains(&object.as_str()) => {
                    add_read(script, &first(), at)
                }
                "open"
                    if method
                        && given()
                            .first()
                            .is_some_and(|it| it.iter().any(|it| it.is_any(&["\"POST\"", "\"PUT\""]) || it.text.eq_ignore_ascii_case("\"post\""))) =>
                {
                    let url = given().get(1).map(|it| self.value(it, true, 0)).unwrap_or_default();
                    script.calls.push(Call { command: one_line(&format!("POST {url}"), 240), outward: true, line: at });
                }
                "saveas" | "savecopyas" | "saveas2" | "createtextfile" if method => add_write(script, &first(), at),
                "export" if method && !given().is_empty() => add_write(script, &first(), at),
                "exportasfixedformat" if method => {
                    let path = named("filename").or_else(|| given().get(1).map(|it| self.value(it, true, 0))).unwrap_or_default();
                    add_write(script, &path, at);
                }
                "opentextfile" if method => {
                    let mode = given().get(1).map(|it| self.value(it, false, 0)).unwrap_or_default();
                    let writes = ["2", "8", "{ForWriting}", "{ForAppending}"].contains(&mode.as_str());
                    if writes { add_write(script, &first(), at) } else { add_read(script, &first(), at) }
                }
                "copyfile" | "movefile" if method => {
                    add_read(script, &first(), at);
                    given().get(1).map(|it| self.value(it, true, 0)).iter().for_each(|it| add_write(script, it, at));
                }
                "deletefile" | "deletefolder" if method => {
                    script.calls.push(Call { command: one_line(&format!("{} {}", it.text, first()), 240), outward: true, line: at });
                }
                "add" if method && object == "attachments" => add_read(script, &first(), at),
                "add" if method && object == "querytables" => {
                    let connection = named("connection").unwrap_or_else(first);
                    connection.strip_prefix("TEXT;").iter().for_each(|it| add_read(script, it, at));
                }
                "getobject" if !method => add_read(script, &first(), at),
                "dir" | "fileexists" => {
                    let path = first();
                    if looks_like_file(&path.replace('\\', "/")) || path.contains('*') {
                        self.probes.push((path, at));
                    }
                }
                "environ" => script.env.extend(given().first().map(|it| EnvVar { name: self.value(it, false, 0), required: false, line: at })),
                "ontime" if method => {
                    let text = given();
                    let when = text.first().map(|it| self.value(it, false, 0)).unwrap_or_default();
                    let clock = when.chars().all(|c| c.is_ascii_digit() || c == ':') && when.contains(':');
                    let starts = text.get(1).map(|it| self.value(it, false, 0));
                    let when = if clock {
                        format!("at {}", when.strip_suffix(":00").filter(|it| it.contains(':')).unwrap_or(&when))
                    } else {
                        "after a time that it sets".to_owned()
                    };
                    script.schedules.push(Schedule { when, starts, line: at });
                }
                "run" if method && !["application", "app", "xl", "xlapp"].contains(&object.as_str()) => {
                    let command = one_line(&first(), 240);
                    if command.contains(['.', ' ']) {
                        script.calls.push(Call { outward: is_outward(&command), command, line: at });
                    }
                }
                "sheets" | "worksheets" => {
                    let target =
                        tokens.iter().position(|it| it.is("=")).is_some_and(|equals| n < equals && tokens[0].kind == Kind::Word && !tokens[0].is("set"));
                    if let (Some(sheet), false) = (self.sheet(&tokens[n..]), target) {
                        add_use(&mut script.reads, &sheet, at);
                    }
                }
                _ => {}
            }
            if script.calls.len() > 2_000 {
                return;
            }
        }
        for it in tokens.iter().filter(|it| it.kind == Kind::Text && it.text.len() > 14) {
            crate::sql::in_text(it.inner(), it.line, script);
        }
    }

    /// The sheet that an expression begins with: `Worksheets("Data").Range("A1")`, or a variable for it.
    fn sheet(&self, tokens: &[Token<'_>]) -> Option<String> {
        for (n, it) in tokens.iter().enumerate().take(12) {
            if it.is_any(&["sheets", "worksheets"]) {
                let given = arguments(tokens, n);
                let name = given.first().filter(|it| !it.is_empty()).map(|it| self.value(it, true, 0))?;
                return (!name.is_empty()).then(|| format!("sheet {name}"));
            }
        }
        let first = tokens.first()?;
        if first.is(".") {
            return self.with.last().and_then(|it| {
                let lexed = lex(it, &RULES);
                let inner = lexed.tokens.iter().position(|it| it.is_any(&["sheets", "worksheets"]))?;
                let name = arguments(&lexed.tokens, inner).first().map(|it| self.value(it, true, 0))?;
                Some(format!("sheet {name}"))
            });
        }
        (tokens.len() > 1).then(|| self.sheets.get(&first.text.to_lowercase()).cloned()).flatten()
    }

    /// A text, with `{name}` for what only a run could tell.
    fn value(&self, tokens: &[Token<'_>], follow: bool, depth: u8) -> String {
        if depth > 8 || tokens.len() > 400 {
            return "{value}".to_owned();
        }
        let mut text = String::new();
        let mut from = 0;
        let mut level = 0usize;
        for n in 0..=tokens.len() {
            let it = tokens.get(n);
            level = match it {
                Some(it) if it.is("(") => level + 1,
                Some(it) if it.is(")") => level.saturating_sub(1),
                _ => level,
            };
            if it.is_none() || it.is_some_and(|it| (it.is("&") || it.is("+")) && level == 0) {
                let piece = self.piece(&tokens[from..n], follow, depth);
                let folder = follow && text.is_empty() && piece.is_empty();
                text.push_str(&piece);
                from = n + 1;
                // `ThisWorkbook.Path & "\out.csv"` lies beside the workbook.
                if folder
                    && let Some(next) = tokens.get(from).filter(|it| it.kind == Kind::Text && from < tokens.len())
                    && next.inner().starts_with(['\\', '/'])
                {
                    text.push('.');
                }
            }
            if text.len() > 2_000 {
                break;
            }
        }
        text
    }

    fn piece(&self, tokens: &[Token<'_>], follow: bool, depth: u8) -> String {
        match tokens {
            [] => String::new(),
            [only] if only.kind == Kind::Text => only.inner().replace("\"\"", "\""),
            [only] if only.kind == Kind::Number => only.text.to_owned(),
            [only] if only.is_any(&["vbcrlf", "vbnewline", "vblf", "vbcr", "vbtab"]) => " ".to_owned(),
            [only] => match self.values.get(&only.text.to_lowercase()).filter(|it| follow && it.len() < 500) {
                Some(value) => value.clone(),
                None => format!("{{{}}}", plain_name(only.text)),
            },
            [book, dot, path] if dot.is(".") && path.is("path") && book.is_any(&["thisworkbook", "activeworkbook", "activedocument", "thisdocument"]) => {
                String::new()
            }
            [app, dot, separator] if dot.is(".") && app.is("application") && separator.is("pathseparator") => "/".to_owned(),
            [open, .., close] if open.is("(") && close.is(")") => self.value(&tokens[1..tokens.len() - 1], follow, depth + 1),
            // A constant of a function's arguments says more than its name: `Range("B2")`, `TimeValue("07:00:00")`.
            _ => {
                let called = tokens[0];
                if called.is_any(&["cstr", "trim", "ucase", "lcase", "timevalue", "datevalue", "trim$"]) && tokens.get(1).is_some_and(|it| it.is("(")) {
                    return self.value(tokens.get(2..closing(tokens, 1)).unwrap_or_default(), follow, depth + 1);
                }
                if tokens.iter().any(|it| it.is("buildpath")) {
                    let at = tokens.iter().position(|it| it.is("buildpath")).unwrap_or(0);
                    let given = arguments(tokens, at);
                    return given.iter().fold(String::new(), |path, it| join(&path, &self.value(it, follow, depth + 1)));
                }
                if called.is("format") {
                    return arguments(tokens, 0).first().map(|it| self.piece(it, false, depth + 1)).unwrap_or_default();
                }
                let text = tokens.iter().rev().find(|it| it.kind == Kind::Text && !it.inner().is_empty()).map(Token::inner);
                let word = tokens.iter().rev().find(|it| it.kind == Kind::Word && !it.is_any(&["value", "text", "value2", "count", "rows"])).map(|it| it.text);
                format!("{{{}}}", plain_name(text.filter(|it| it.len() <= 40).or(word).unwrap_or("value")))
            }
        }
    }

    fn finish(&mut self, script: &mut Script) {
        for (path, line) in std::mem::take(&mut self.probes) {
            if script.writes.iter().all(|it| Some(&it.pattern) != crate::value::tidy(&path).as_ref()) {
                add_read(script, &path, line);
            }
        }
        let written: Vec<String> = script.writes.iter().map(|it| it.pattern.clone()).collect();
        script.reads.retain(|it| !(it.pattern.starts_with("sheet ") && written.contains(&it.pattern)));
    }
}

/// What is given to a call: in brackets, or after the name up to the end of the statement.
fn arguments<'a, 't>(tokens: &'a [Token<'t>], n: usize) -> Vec<&'a [Token<'t>]> {
    match tokens.get(n + 1) {
        Some(it) if it.is("(") => split(tokens.get(n + 2..closing(tokens, n + 1).min(tokens.len())).unwrap_or_default()),
        Some(it) if !it.is(".") && !it.is("=") && !it.is(")") && !it.is(",") => split(tokens.get(n + 1..).unwrap_or_default()),
        _ => Vec::new(),
    }
}

fn text_of(source: &str, tokens: &[Token<'_>]) -> String {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => one_line(source.get(first.at..last.end()).unwrap_or_default(), 160),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{exits, patterns, script};

    const MONTHLY: &str = r#"Attribute VB_Name = "Monthly"
Option Explicit
' Builds the monthly statement and mails it to Finance.
Private Const MAX_DIFF As Currency = 5.5   ' agreed with audit
Const EXPORT = "S:\exports\ledger_"

Sub BuildStatement()
    Dim wb As Workbook, ws As Worksheet, period As String
    period = InputBox("Which month, like 2026-10?")
    If period = "" Then Exit Sub
    If Dir(EXPORT & period & ".csv") = "" Then
        MsgBox "No ledger export for " & period & ", ask Nadia", vbCritical
        Exit Sub
    End If
    Set wb = Workbooks.Open(Filename:=EXPORT & period & ".csv", ReadOnly:=True)
    Set ws = ThisWorkbook.Worksheets("Statement")
    ws.Range("A5:F500").ClearContents
    ws.Range("B2").Value = period
    If Abs(Worksheets("Check").Range("B9").Value) > MAX_DIFF Then
        MsgBox "Ledger and statement differ by more than " & MAX_DIFF & vbCrLf & _
               "Do not send."
        wb.Close False
        Exit Sub
    ElseIf ws.Range("C1") = "" Then MsgBox "Initials are missing": Exit Sub
    End If
    ThisWorkbook.SaveCopyAs ThisWorkbook.Path & "\out\statement_" & period & ".xlsm"
    ws.ExportAsFixedFormat Type:=xlTypePDF, Filename:=ThisWorkbook.Path & "\out\statement_" & period & ".pdf"
    If MsgBox("Send to Finance now?", vbYesNo) = vbNo Then Exit Sub
    With CreateObject("Outlook.Application").CreateItem(0)
        .To = "finance@example.org"
        .Attachments.Add "out\statement.pdf"
        .Send
    End With
    Kill "C:\temp\" & period & ".tmp"
    Open "log.txt" For Append As #1
End Sub

Private Sub Workbook_Open()
    Application.OnTime TimeValue("07:00:00"), "BuildStatement"
End Sub
"#;

    #[test]
    fn a_message_before_the_end_is_a_stop() {
        let script = script("Monthly.bas", MONTHLY);
        assert_eq!(
            exits(&script),
            [
                "? | No ledger export for {period}, ask Nadia | Dir(EXPORT & period & \".csv\") = \"\"",
                "? | Ledger and statement differ by more than {MAX_DIFF} Do not send. | Abs(Worksheets(\"Check\").Range(\"B9\").Value) > MAX_DIFF",
                "? | Initials are missing | ws.Range(\"C1\") = \"\"",
                "? | Send to Finance now? | MsgBox(\"Send to Finance now?\", vbYesNo) = vbNo"
            ]
        );
        assert_eq!(script.purpose.as_ref().unwrap().text, "Builds the monthly statement and mails it to Finance.");
        assert_eq!(script.constants[0].comment.as_deref(), Some("agreed with audit"));
    }

    #[test]
    fn files_sheets_mails_and_times_are_found() {
        let script = script("Monthly.bas", MONTHLY);
        assert_eq!(patterns(&script.reads), ["S:/exports/ledger_{period}.csv", "sheet Check", "out/statement.pdf"]);
        assert_eq!(patterns(&script.writes), ["sheet Statement", "out/statement_{period}.xlsm", "out/statement_{period}.pdf", "log.txt"]);
        let outward: Vec<&str> = script.calls.iter().filter(|it| it.outward).map(|it| it.command.as_str()).collect();
        assert_eq!(outward, ["CreateObject(\"Outlook.Application\").CreateItem(0).Send", "Kill C:\\temp\\{period}.tmp"]);
        assert_eq!(script.arguments[0].name, "period");
        let times: Vec<(&str, &str)> = script.schedules.iter().map(|it| (it.when.as_str(), it.starts.as_deref().unwrap_or_default())).collect();
        assert_eq!(times, [("when somebody opens the file", "Workbook_Open"), ("at 07:00", "BuildStatement")]);
    }

    #[test]
    fn hostile_macros_are_survived() {
        script("x.bas", &"If a Then ".repeat(20_000));
        script("x.bas", &format!("x = {}", "(".repeat(60_000)));
        script("x.bas", &"a = a & a & \"x\"\n".repeat(3_000));
        script("x.bas", "End If\nEnd With\nNext\n.Send\nWith\nOpen\nName\nx =\n= y\nIf Then\nSheets(\n");
    }
}
