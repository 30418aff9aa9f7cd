//! Batch files of Windows: what they copy, move, run and need, and how they stop.
//!
//! The language has no expressions to speak of: a line is a command, and brackets hold lines together.

use crate::Comments;
use crate::code::{add_read, add_use, add_write, one_line};
use crate::exits::new_exit;
use crate::head::Line;
use crate::lex::{head, note};
use crate::outward::is_outward;
use crate::value::{join, looks_like_file, parent, plain_name};
use regex::Regex;
use sop_core::{Argument, Call, EnvVar, Script};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const MAX_DEPTH: u8 = 6;
const MAX_TEXT: usize = 4_000;

pub(crate) fn analyse(source: &str, script: &mut Script) -> Comments {
    let mut batch = Batch { folder: parent(&script.path).pattern(), ..Batch::default() };
    batch.variables(source, script);
    batch.lines(source, script);
    batch.stops(script);
    Comments { head: head(&batch.comments, batch.first_code.unwrap_or(u32::MAX)), all: batch.comments }
}

#[derive(Default)]
struct Batch {
    folder: String,
    /// Last plain value of each variable, by its name in capitals.
    values: BTreeMap<String, String>,
    /// Variables that take their value from an argument, by its place.
    positions: BTreeMap<String, String>,
    /// Variables that are set, in capitals.
    set: BTreeSet<String>,
    comments: Vec<Line>,
    first_code: Option<u32>,
    /// Conditions of the brackets that are open.
    conditions: Vec<Option<String>>,
    /// What was said last, and in how deep a bracket.
    said: Option<(String, u32, usize)>,
    label: Option<String>,
    /// Condition under which somebody goes to a label.
    jumps: BTreeMap<String, Option<String>>,
    exits: Vec<(sop_core::Exit, Option<String>)>,
}

impl Batch {
    fn variables(&mut self, source: &str, script: &mut Script) {
        static SET: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r#"(?i)^\s*(?:if\s+.*?\s)?\(?\s*@?set\s+(/p\s+|/a\s+)?"?([A-Za-z_][\w.-]*)\s*[+*-]?=(.*)$"#).unwrap());
        static POSITION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^%(?:~[a-z]*)?([1-9])$").unwrap());
        for (line, n) in source.lines().zip(1..) {
            let Some(found) = SET.captures(line) else { continue };
            let name = found[2].to_uppercase();
            let flag = found.get(1).map_or("", |it| it.as_str().trim()).to_lowercase();
            let value = found[3].trim().trim_end_matches('"').trim_end_matches(')').trim().to_owned();
            if flag == "/p" {
                // What is typed in at the prompt is an argument all the same, unless a file is read through it.
                if !value.contains('<') && script.arguments.iter().all(|it| it.name != found[2]) {
                    script.arguments.push(Argument { name: found[2].to_owned(), help: Some(one_line(&value, 200)), required: true, line: n });
                }
            } else if let Some(position) = POSITION.captures(value.trim_matches('"')) {
                self.positions.insert(position[1].to_owned(), found[2].to_owned());
                add_argument(script, &found[2].to_lowercase(), n);
            } else {
                let literal = !value.contains(['%', '!']);
                let is_text = !value.chars().all(|c| c.is_ascii_digit() || ".,".contains(c));
                // A path or program is how it is done; a number or a list is what it is held against.
                let path = value.contains('\\') || looks_like_file(&value);
                let again = self.set.contains(&name);
                if !path && !again && crate::keep_constant(&found[2], &value, literal, is_text) {
                    script.constants.push(crate::new_constant(&found[2], &value, n));
                }
                let number = literal && !is_text;
                if !number && flag.is_empty() && !value.is_empty() {
                    self.values.entry(name.clone()).or_insert(value);
                }
            }
            self.set.insert(name);
        }
    }

    fn lines(&mut self, source: &str, script: &mut Script) {
        let mut joined = String::new();
        let mut from = 0;
        for (line, n) in source.lines().zip(1..) {
            if joined.is_empty() {
                from = n;
            }
            // A caret at the end goes on in the next line.
            if let Some(start) = line.trim_end().strip_suffix('^').filter(|_| joined.len() < MAX_TEXT) {
                joined.push_str(start);
                joined.push(' ');
                continue;
            }
            joined.push_str(line);
            let whole = std::mem::take(&mut joined);
            self.line(whole.trim(), from, script);
        }
    }

    fn line(&mut self, text: &str, n: u32, script: &mut Script) {
        let text = text.trim_start_matches('@').trim();
        let lower = text.to_ascii_lowercase();
        if let Some(said) = text.strip_prefix("::") {
            note(&mut self.comments, said.trim_start_matches([':', '#']), n, false);
            return;
        }
        if lower == "rem" || lower.starts_with("rem ") || lower.starts_with("rem\t") {
            note(&mut self.comments, text.get(4..).unwrap_or_default(), n, false);
            return;
        }
        let setup = lower.is_empty() || lower.starts_with("echo off") || lower.starts_with("setlocal") || lower.starts_with("chcp") || lower == "cls";
        if setup {
            return;
        }
        self.first_code.get_or_insert(n);
        if let Some(name) = text.strip_prefix(':') {
            self.label = Some(name.split_whitespace().next().unwrap_or_default().to_lowercase());
            self.said = None;
            return;
        }
        if let Some((code, said)) = text.split_once("& rem ").or_else(|| text.split_once("& REM ")).or_else(|| text.split_once("&:: ")) {
            note(&mut self.comments, said, n, true);
            self.statement(code.trim(), n, None, 0, script);
            return;
        }
        self.statement(text, n, None, 0, script);
    }

    /// Reads a command with what is chained to it. `given` is the condition that stands before it on the line.
    fn statement(&mut self, text: &str, n: u32, given: Option<String>, depth: u8, script: &mut Script) {
        let text = text.trim().trim_start_matches('@').trim();
        if text.is_empty() || depth > MAX_DEPTH {
            return;
        }
        if let Some(rest) = text.strip_prefix(')') {
            let last = self.conditions.pop().flatten();
            let rest = rest.trim();
            if self.said.as_ref().is_some_and(|it| it.2 > self.conditions.len()) {
                self.said = None;
            }
            match strip_word(rest, "else") {
                Some(rest) => self.statement(rest, n, Some(last.map_or("not".to_owned(), |it| format!("not ({it})"))), depth + 1, script),
                None => self.statement(rest.trim_start_matches(['&', '|', ' ']), n, None, depth + 1, script),
            }
            return;
        }
        if let Some(rest) = text.strip_prefix('(') {
            self.conditions.push(given);
            self.statement(rest, n, None, depth + 1, script);
            return;
        }
        if let Some(rest) = strip_word(text, "if") {
            let (condition, rest) = condition(rest);
            self.probe(condition, n, script);
            let shown = one_line(condition, 160);
            self.statement(rest, n, Some(shown), depth + 1, script);
            return;
        }
        if let Some(rest) = strip_word(text, "for") {
            self.each(rest, n, depth, script);
            return;
        }
        let (first, sign, rest) = chain(text);
        let closes = unopened(first) && !self.conditions.is_empty();
        let command = if closes { first.trim_end().trim_end_matches(')') } else { first };
        let before = given.clone();
        self.command(command.trim(), n, given.as_deref(), script);
        if closes {
            self.conditions.pop();
        }
        if !rest.is_empty() {
            let guard = match sign {
                "||" => Some(format!("{} ||", one_line(command, 150))),
                "&&" => before.or_else(|| Some(one_line(command, 160))),
                _ => before,
            };
            self.statement(rest, n, guard, depth + 1, script);
        }
    }

    /// `for %%f in (raw\*.csv) do ..`, `for /f "tokens=1" %%a in (list.txt) do ..`
    fn each(&mut self, rest: &str, n: u32, depth: u8, script: &mut Script) {
        static EACH: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r#"(?is)^(/[a-z]\s+)?(?:"[^"]*"\s+|[^%\s]\S*\s+)?%%~?(\w)\s+in\s*\(([^)]*)\)\s*do\s*(.*)$"#).unwrap());
        let Some(found) = EACH.captures(rest) else { return };
        let flag = found.get(1).map_or("", |it| it.as_str().trim()).to_lowercase();
        let list = found[3].trim();
        if flag != "/l" && !list.starts_with(['\'', '`']) {
            for word in words(list) {
                let path = self.filled(&word, true, 0);
                let text = flag == "/f" && list.starts_with('"');
                if !text && (looks_like_file(&path) || path.contains(['*', '\\'])) {
                    add_read(script, &path, n);
                    if path.contains('*') {
                        self.values.insert(format!("%{}", &found[2]), path);
                    }
                }
            }
        }
        if let Some(command) = list.strip_prefix(['\'', '`']).filter(|_| flag == "/f") {
            self.command(command.trim_end_matches(['\'', '`']), n, None, script);
        }
        let body = found[4].to_owned();
        self.statement(&body, n, None, depth + 1, script);
    }

    /// `if not exist "in\x.csv"` asks for a file.
    fn probe(&mut self, condition: &str, n: u32, script: &mut Script) {
        static EXIST: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"(?i)\bexist\s+("[^"]+"|\S+)"#).unwrap());
        if let Some(found) = EXIST.captures(condition) {
            let path = self.filled(found[1].trim_matches('"'), true, 0);
            let folder = path.ends_with(['\\', '/']) || !path.rsplit(['\\', '/']).next().unwrap_or_default().contains(['.', '*']);
            let made = script.writes.iter().any(|it| Some(&it.pattern) == crate::value::tidy(&path).as_ref());
            if !folder && !made {
                add_read(script, &path, n);
            }
        }
    }

    fn command(&mut self, text: &str, n: u32, given: Option<&str>, script: &mut Script) {
        let (text, redirects) = redirects(text);
        for (sign, target) in redirects {
            let path = self.filled(target.trim_matches('"'), true, 0);
            if sign == '<' { add_read(script, &path, n) } else { add_write(script, &path, n) }
        }
        let words: Vec<String> = words(&text);
        let Some(first) = words.first() else { return };
        let name = first.trim_matches('"').to_lowercase();
        let name = name.trim_end_matches(".exe").rsplit('\\').next().unwrap_or_default().to_owned();
        let given_paths: Vec<String> =
            words[1..].iter().filter(|it| !it.starts_with('/') && !it.starts_with('-')).map(|it| self.filled(it.trim_matches('"'), true, 0)).collect();
        let path = |at: usize| given_paths.get(at).map_or("", String::as_str);
        let condition = || given.map(str::to_owned).or_else(|| self.conditions.iter().rev().flatten().next().cloned());
        match name.as_str() {
            "echo" | "echo." | "msg" => {
                let said = self.filled(text.get(first.len()..).unwrap_or_default().trim(), false, 0);
                if !said.is_empty() && !["off", "on"].contains(&said.to_lowercase().as_str()) {
                    self.said = Some((said, n, self.conditions.len()));
                }
            }
            "exit" => {
                let code = words[1..].iter().find(|it| !it.starts_with('/'));
                let code = match code {
                    None => Some(0),
                    Some(it) => it.parse().ok(),
                };
                let (said, at) = self.said.take().map(|it| (it.0, it.1)).unzip();
                let condition = condition();
                let label = self.label.clone().filter(|_| condition.is_none());
                self.exits.push((new_exit(code, said, condition, n, at), label));
            }
            "goto" => {
                let label = words.get(1).map(|it| it.trim_start_matches(':').to_lowercase()).unwrap_or_default();
                if label == "eof" && self.said.is_some() && condition().is_some() {
                    let (said, at) = self.said.take().map(|it| (it.0, it.1)).unzip();
                    self.exits.push((new_exit(None, said, condition(), n, at), None));
                } else if label != "eof" {
                    let condition = condition();
                    self.jumps.entry(label).or_insert(condition);
                }
            }
            "copy" | "move" | "xcopy" | "ren" | "rename" | "replace" => {
                // `copy a+b c` joins files.
                path(0).split('+').for_each(|it| add_read(script, it, n));
                let base = path(0).rsplit(['\\', '/']).next().unwrap_or_default().to_owned();
                let target = path(1);
                let folder = target.ends_with(['\\', '/']) || !target.rsplit(['\\', '/']).next().unwrap_or_default().contains('.');
                match (name.as_str(), folder) {
                    (_, _) if target.is_empty() => {}
                    ("ren" | "rename", _) => {
                        let up = path(0).rsplit_once(['\\', '/']).map_or("", |it| it.0);
                        add_write(script, &join(up, target), n);
                    }
                    (_, true) => add_write(script, &join(target, &base), n),
                    _ => add_write(script, target, n),
                }
            }
            "robocopy" => {
                let files: Vec<&String> = given_paths.iter().skip(2).collect();
                if files.is_empty() {
                    add_read(script, path(0), n);
                    add_write(script, path(1), n);
                }
                for file in files {
                    add_read(script, &join(path(0), file), n);
                    add_write(script, &join(path(1), file), n);
                }
            }
            "type" | "more" | "find" | "findstr" | "sort" | "fc" | "comp" => {
                given_paths.iter().filter(|it| looks_like_file(it) || it.contains('\\')).for_each(|it| add_read(script, it, n));
            }
            "call" => {
                let target = words.get(1).map(|it| self.filled(it.trim_matches('"'), true, 0)).unwrap_or_default();
                if let Some(label) = target.strip_prefix(':') {
                    self.jumps.entry(label.to_lowercase()).or_insert(None);
                } else {
                    if looks_like_file(&target) {
                        add_use(&mut script.imports, &target.replace('\\', "/"), n);
                    }
                    self.run(&words[1..], n, script);
                }
            }
            "del" | "erase" | "rd" | "rmdir" => self.run(&words, n, script),
            "cd" | "chdir" | "pushd" | "popd" | "md" | "mkdir" | "set" | "pause" | "timeout" | "title" | "color" | "endlocal" | "shift" | "dir" | "ver"
            | "date" | "time" | "choice" | "assert" | "verify" | "path" | "prompt" | "else" => {}
            _ => {
                self.files(&words, n, script);
                self.run(&words, n, script);
            }
        }
    }

    /// What looks like a file among the arguments of a program is read, unless it is plainly an output.
    fn files(&self, words: &[String], n: u32, script: &mut Script) {
        let program = words.first().map(|it| it.to_lowercase()).unwrap_or_default();
        let interpreter =
            ["python", "py", "cscript", "wscript", "rscript", "node", "perl", "powershell", "java", "php", "ruby"].iter().any(|it| program.starts_with(it));
        let mut first = true;
        for (at, word) in words.iter().enumerate().skip(1) {
            let previous = words[at - 1].to_lowercase();
            let text = self.filled(word.trim_matches('"'), true, 0);
            if word.starts_with(['-', '/']) && !text.contains('\\') || !looks_like_file(&text.replace('\\', "/")) || text.contains("://") {
                continue;
            }
            let own = interpreter && std::mem::take(&mut first);
            if own {
                continue;
            }
            let goes_out = ["-o", "--output", "/out", "-out", "--out", "-outfile", "queryout", "out"].contains(&previous.as_str());
            if goes_out { add_write(script, &text, n) } else { add_read(script, &text, n) }
        }
    }

    fn run(&self, words: &[String], n: u32, script: &mut Script) {
        let shown: Vec<String> = words.iter().map(|it| self.filled(it.trim_matches('"'), true, 0)).collect();
        let command = one_line(&shown.join(" "), 240);
        let lower = command.to_lowercase();
        let first = lower.split_whitespace().next().unwrap_or_default().rsplit(['\\', '/']).next().unwrap_or_default().trim_end_matches(".exe").to_owned();
        let temporary = lower.contains("{temp}") || lower.contains("{tmp}");
        let outward = !temporary
            && (is_outward(&command) || ["blat", "sendemail", "pscp", "psftp", "winscp", "winscp.com", "rd", "erase", "print"].contains(&first.as_str()));
        let clears_scratch = temporary && ["del", "rd", "rmdir", "erase"].contains(&first.as_str());
        if !command.is_empty() && !clears_scratch {
            script.calls.push(Call { command, outward, line: n });
        }
    }

    /// Fills `%NAME%`, `!NAME!`, `%1` and `%~dp0`; what only a run could tell stays as `{NAME}`.
    fn filled(&self, text: &str, follow: bool, depth: u8) -> String {
        static PLACE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"%~dp0\\?|%%(?:~[a-z]*?)?(\w)\b|%(?:~[a-z]*)?(\d)|%\*|%([A-Za-z_][\w.() -]*?)(?::[^%]*)?%|!([A-Za-z_][\w.-]*)(?::[^!]*)?!").unwrap()
        });
        let filled = PLACE.replace_all(text, |found: &regex::Captures<'_>| {
            if found[0].starts_with("%~dp0") {
                return if self.folder.is_empty() { String::new() } else { format!("{}/", self.folder) };
            }
            if let Some(name) = found.get(1) {
                let value = self.values.get(&format!("%{}", name.as_str())).filter(|_| follow && depth < MAX_DEPTH);
                return value.cloned().unwrap_or_else(|| format!("{{{}}}", name.as_str()));
            }
            let Some(name) = found.get(2).or(found.get(3)).or(found.get(4)).map(|it| it.as_str()) else { return "{arguments}".to_owned() };
            // `%date:~6,4%` is a piece of a value, and so no longer that value.
            let whole = !found[0].contains(':');
            match self.values.get(&name.to_uppercase()).filter(|_| follow && whole && depth < MAX_DEPTH) {
                Some(value) if !value.contains(&format!("%{name}%")) => {
                    let value = self.filled(value, true, depth + 1);
                    if value.len() > MAX_TEXT { format!("{{{name}}}") } else { value }
                }
                _ => format!("{{{}}}", plain_name(name)),
            }
        });
        filled.replace("^&", "&").replace("^>", ">").replace("%%", "%")
    }

    /// Puts what goes to a label under the condition of whoever goes there, and sorts out arguments and environment.
    fn stops(&mut self, script: &mut Script) {
        for (mut exit, label) in std::mem::take(&mut self.exits) {
            if let Some(condition) = label.and_then(|it| self.jumps.get(&it).cloned().flatten()) {
                exit.condition = Some(condition);
            }
            script.exits.push(exit);
        }
        // The one that ends the file has nothing to say.
        script.exits.retain(|it| it.code != Some(0) || it.condition.is_some());
        static USED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{([A-Za-z0-9_.-]+)\}").unwrap());
        let shown: Vec<(String, u32)> = script
            .reads
            .iter()
            .chain(&script.writes)
            .map(|it| (it.pattern.clone(), it.line))
            .chain(script.calls.iter().map(|it| (it.command.clone(), it.line)))
            .chain(script.exits.iter().map(|it| (it.condition.clone().unwrap_or_default(), it.line)))
            .collect();
        for (text, line) in shown {
            for found in USED.captures_iter(&text) {
                let name = &found[1];
                if let Some(position) = Some(name).filter(|it| it.len() == 1 && it.chars().all(|c| c.is_ascii_digit() && c != '0')) {
                    let name = self.positions.get(position).map_or(position, String::as_str).to_lowercase();
                    add_argument(script, &name, line);
                } else if name.len() > 1
                    && !self.set.contains(&name.to_uppercase())
                    && name.chars().any(|c| c.is_ascii_alphabetic())
                    && !USUAL.contains(&name.to_uppercase().as_str())
                    && name.chars().all(|c| !c.is_lowercase())
                {
                    script.env.push(EnvVar { name: name.to_owned(), required: false, line });
                }
            }
        }
    }
}

fn add_argument(script: &mut Script, name: &str, line: u32) {
    if script.arguments.iter().all(|it| !it.name.eq_ignore_ascii_case(name)) {
        script.arguments.push(Argument { name: name.to_owned(), help: None, required: true, line });
    }
}

/// Variables that every Windows has.
const USUAL: &[&str] = &[
    "TEMP",
    "TMP",
    "USERPROFILE",
    "USERNAME",
    "COMPUTERNAME",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMFILES",
    "SYSTEMROOT",
    "WINDIR",
    "PATH",
    "DATE",
    "TIME",
    "CD",
    "ERRORLEVEL",
    "RANDOM",
    "COMSPEC",
    "HOMEDRIVE",
    "HOMEPATH",
    "PROGRAMDATA",
    "ALLUSERSPROFILE",
    "PUBLIC",
    "SYSTEMDRIVE",
];

fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest = text.get(..word.len()).filter(|it| it.eq_ignore_ascii_case(word)).and_then(|_| text.get(word.len()..))?;
    (rest.starts_with([' ', '\t', '(']) || rest.is_empty()).then(|| rest.trim_start())
}

/// Splits what stands after `if` into its condition and the command.
fn condition(rest: &str) -> (&str, &str) {
    static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?i)^(?:/i\s+)?(?:not\s+)?(?:/i\s+)?(?:exist\s+(?:"[^"]*"|[^\s(]+)|defined\s+\S+|errorlevel\s+\d+|(?:"[^"]*"|[^\s=]+)\s*==\s*(?:"[^"]*"|[^\s(]+)|(?:"[^"]*"|\S+)\s+(?:equ|neq|lss|leq|gtr|geq)\s+(?:"[^"]*"|[^\s(]+))"#,
        )
        .unwrap()
    });
    let end = CONDITION.find(rest).map_or_else(|| rest.find('(').unwrap_or(rest.len()), |it| it.end());
    (rest[..end].trim(), rest[end..].trim())
}

/// Splits at the first `&`, `&&`, `||` or `|` outside of quotes.
fn chain(text: &str) -> (&str, &str, &str) {
    let mut quoted = false;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '&' | '|' if !quoted && before != '^' && before != '>' => {
                let double = text[at + 1..].starts_with(c);
                let end = at + 1 + usize::from(double);
                return (&text[..at], &text[at..end], text[end..].trim_start());
            }
            _ => {}
        }
        before = c;
    }
    (text, "", "")
}

/// True if a bracket closes at the end that nothing in the text opened.
fn unopened(text: &str) -> bool {
    text.trim_end().ends_with(')') && text.matches(')').count() > text.matches('(').count()
}

/// Takes `> file`, `>> file`, `< file` and `2>&1` out of a command.
fn redirects(text: &str) -> (String, Vec<(char, String)>) {
    static REDIRECT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"(?:\s|^)?([12])?(>>|>|<)\s*(&\d|"[^"]*"|[^\s"<>|&]+)"#).unwrap());
    let mut found = Vec::new();
    // Quotes hold what is no redirect.
    let outside = |at: usize| text[..at].matches('"').count().is_multiple_of(2);
    let mut plain = String::new();
    let mut at = 0;
    for it in REDIRECT.captures_iter(text) {
        let Some(whole) = it.get(0).filter(|whole| outside(whole.start()) && !text[..whole.start() + whole.len().min(1)].ends_with('^')) else { continue };
        plain.push_str(&text[at..whole.start()]);
        at = whole.end();
        if !it[3].starts_with('&') && !it[3].eq_ignore_ascii_case("nul") && it.get(1).is_none_or(|it| it.as_str() == "1") {
            found.push((it[2].chars().next().unwrap_or('>'), it[3].to_owned()));
        }
    }
    plain.push_str(&text[at..]);
    (plain.trim().to_owned(), found)
}

/// Splits at blanks outside of quotes, which stay.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut quoted, mut open) = (false, false);
    for c in text.chars().take(MAX_TEXT) {
        if c == '"' {
            quoted = !quoted;
        }
        if c.is_whitespace() && !quoted {
            open = false;
            continue;
        }
        if !open {
            words.push(String::new());
            open = true;
        }
        if let Some(last) = words.last_mut() {
            last.push(c);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use crate::testing::{exits, patterns, script};

    const NIGHTLY: &str = r#"@echo off
setlocal enabledelayedexpansion
REM Nightly stock transfer to the shop.
REM Usage: transfer.bat 2026-11-02
REM errorlevel 2 = export missing
REM errorlevel 3 = upload failed
set DAY=%1
set "EXPORT=D:\erp\export"
set MAX_LINES=5000
if "%DAY%"=="" (
  echo Give the day, like 2026-11-02
  exit /b 1
)
if not exist "%EXPORT%\stock_%DAY%.csv" (
    echo No export for %DAY%, call the warehouse
    exit /b 2
) else (
    echo fine
)
copy "%EXPORT%\stock_%DAY%.csv" work\ >nul
call tools\clean.cmd work\stock_%DAY%.csv
python scripts\build.py --day %DAY% --out out\shop_%DAY%.xml
if errorlevel 1 goto failed
for %%f in (out\*.xml) do type "%%f" >> out\all.txt
curl -T out\shop_%DAY%.xml ftp://shop.example.org/in/ || goto failed
robocopy out \\nas\archive shop_%DAY%.xml /R:2
del /q work\*.csv
del "%TEMP%\x.txt"
move out\all.txt sent\all_%DAY%.txt
exit /b 0
:failed
echo Transfer of %DAY% failed, tell Ana 2>&1
exit /b 3
"#;

    #[test]
    fn stops_have_their_message_and_condition() {
        let script = script("transfer.bat", NIGHTLY);
        assert_eq!(
            exits(&script),
            [
                r#"1 | Give the day, like 2026-11-02 | "%DAY%"=="""#,
                r#"2 | No export for {DAY}, call the warehouse | not exist "%EXPORT%\stock_%DAY%.csv""#,
                "3 | Transfer of {DAY} failed, tell Ana | errorlevel 1"
            ]
        );
        assert_eq!(script.exits[1].documented.as_deref(), Some("export missing"));
        assert_eq!(script.purpose.as_ref().unwrap().text, "Nightly stock transfer to the shop.");
        assert_eq!(script.usage[0].command, "transfer.bat 2026-11-02");
    }

    #[test]
    fn files_calls_and_arguments_are_found() {
        let script = script("transfer.bat", NIGHTLY);
        assert_eq!(patterns(&script.reads), ["D:/erp/export/stock_{DAY}.csv", "out/*.xml", "out/shop_{DAY}.xml", "out/all.txt"]);
        assert_eq!(
            patterns(&script.writes),
            ["work/stock_{DAY}.csv", "out/shop_{DAY}.xml", "out/all.txt", "/nas/archive/shop_{DAY}.xml", "sent/all_{DAY}.txt"]
        );
        assert_eq!(patterns(&script.imports), ["tools/clean.cmd"]);
        let outward: Vec<&str> = script.calls.iter().filter(|it| it.outward).map(|it| it.command.as_str()).collect();
        assert_eq!(outward, [r"curl -T out\shop_{DAY}.xml ftp://shop.example.org/in/", r"del /q work\*.csv"]);
        assert_eq!(script.arguments[0].name, "day");
        assert_eq!(script.constants[0].name, "MAX_LINES");
    }

    #[test]
    fn hostile_batch_files_are_survived() {
        script("x.bat", &"if a==b ".repeat(20_000));
        script("x.bat", &"(".repeat(60_000));
        script("x.bat", "set A=%B%%B%\nset B=%A%%A%\ncopy %A% %B%\nfor\nif\nfor %%x in ( do\n%~\n!x\n>\n");
    }
}
