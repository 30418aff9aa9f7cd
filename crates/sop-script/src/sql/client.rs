//! Lines that are not SQL but commands to the client: `psql`, `sqlite3`, `sqlcmd`, SQL*Plus, `mysql`; and its variables.

use super::{Sql, add_argument};
use crate::code::{add_read, add_use, add_write, one_line};
use crate::exits::new_exit;
use crate::lex::{Kind, Lexed};
use crate::outward::is_outward;
use crate::value::looks_like_file;
use regex::Regex;
use sop_core::{Call, Script};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Takes the lines for the client out of a source, each leaving a blank line so that all others keep their numbers.
pub(super) fn lines(source: &str, sql: &mut Sql, script: &mut Script) -> String {
    let mut plain = String::with_capacity(source.len());
    let mut client = Client { said: None, conditions: Vec::new(), in_comment: false };
    for (line, n) in source.split_inclusive('\n').zip(1..) {
        let text = line.trim();
        let (command, comment) = text.split_once(" -- ").map_or((text, ""), |it| (it.0.trim_end(), it.1));
        let taken = !client.in_comment && client.line(command, n, sql, script);
        client.in_comment = match (text.rfind("/*"), text.rfind("*/")) {
            (Some(open), close) => close.is_none_or(|it| it < open),
            (None, Some(_)) => false,
            (None, None) => client.in_comment,
        };
        if taken {
            sql.first_client_line.get_or_insert(n);
            // A query that ends with `\gset` or `\g file` ends there.
            plain.push(';');
            if !comment.is_empty() {
                plain.push_str(" -- ");
                plain.push_str(comment);
            }
            plain.push('\n');
        } else {
            plain.push_str(line);
        }
    }
    plain
}

struct Client {
    said: Option<(String, u32)>,
    conditions: Vec<String>,
    in_comment: bool,
}

impl Client {
    fn line(&mut self, text: &str, n: u32, sql: &mut Sql, script: &mut Script) -> bool {
        // `\set file '/out/' :month '.csv'` joins its pieces.
        static JOINED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"'\s*:(\w+)\s*('|$)").unwrap());
        let joined = text
            .starts_with("\\set ")
            .then(|| JOINED.replace_all(text, |it: &regex::Captures<'_>| format!("{{{}}}{}", &it[1], if it[2].is_empty() { "'" } else { "" })).into_owned());
        let words = words(joined.as_deref().unwrap_or(text));
        let Some(first) = words.first().map(String::as_str) else { return false };
        let filled = |it: &String| filled(it, &sql.variables);
        let rest: Vec<String> = words[1..].iter().map(filled).collect();
        let path = rest.first().map(String::as_str).unwrap_or_default();
        match first.to_lowercase().as_str() {
            "\\copy" => self.copy(text, n, sql, script),
            "\\i" | "\\ir" | "\\include" | "\\include_relative" | ".read" | ":r" => add_use(&mut script.imports, path, n),
            "\\o" | "\\out" | ".output" | ".once" | ".excel" | ":out" | "spool" | "tee" => {
                if !path.is_empty()
                    && !["off", "stdout", "out"].contains(&path.to_lowercase().as_str())
                    && (first.starts_with(['\\', '.', ':']) || looks_like_file(path))
                {
                    target(path, n, script);
                }
            }
            "\\g" | "\\gx" => {
                if !path.is_empty() {
                    target(path, n, script);
                }
            }
            ".import" => {
                if let [.., file, table] = rest.as_slice() {
                    add_read(script, file, n);
                    add_use(&mut script.writes, &format!("table {table}"), n);
                }
            }
            ".open" | ".restore" | ".load" => add_read(script, rest.last().map_or("", String::as_str), n),
            ".backup" | ".save" | ".dump" | ".export" => add_write(script, rest.last().map_or("", String::as_str), n),
            "\\set" | ":setvar" | ".parameter" | "define" | "def" => {
                let (name, value) = match (first, rest.as_slice()) {
                    ("define" | "DEFINE" | "def" | "DEF", list) => match list.join(" ").split_once('=') {
                        Some((name, value)) => (name.trim().to_owned(), value.trim().to_owned()),
                        None => return false,
                    },
                    (".parameter", [_, name, value, ..]) => (name.trim_start_matches([':', '@', '$']).to_owned(), value.clone()),
                    (_, [name, value @ ..]) => (name.clone(), value.concat()),
                    _ => return true,
                };
                let of_client = ["ON_ERROR_STOP", "ECHO", "QUIET", "VERBOSITY", "AUTOCOMMIT"].contains(&name.as_str());
                let value = value.trim_matches(['\'', '"']).to_owned();
                // What the client has already been given is only a default here.
                if value == format!("{{{name}}}") || of_client {
                } else if value.contains(['{', '`']) {
                    sql.variables.insert(name.to_lowercase(), value);
                } else {
                    sql.keep(&name, &value, n, script);
                }
            }
            "\\prompt" | "accept" => {
                if let Some(name) = if first == "\\prompt" { rest.last() } else { rest.first() } {
                    add_argument(script, name, true, n);
                }
            }
            "\\echo" | "\\warn" | "\\qecho" | ".print" | "prompt" => self.said = Some((rest.join(" "), n)),
            "\\if" => self.conditions.push(rest.join(" ").replace("{?", "{")),
            "\\elif" | "\\else" => {
                let last = self.conditions.pop().unwrap_or_default();
                self.conditions.push(if first == "\\elif" { rest.join(" ") } else { format!("not ({last})") });
                self.said = None;
            }
            "\\endif" => {
                self.conditions.pop();
                self.said = None;
            }
            "\\q" | "\\quit" | ".exit" | ".quit" | "\\error" => {
                let code = path.parse().ok().or(Some(if first == "\\error" { 1 } else { 0 }));
                let (said, at) = self.said.take().unzip();
                // Without a condition it is the end of the script and no stop.
                if !self.conditions.is_empty() || code != Some(0) {
                    script.exits.push(new_exit(code.filter(|it| *it != 0), said, self.conditions.last().cloned(), n, at));
                }
            }
            "\\!" | ".shell" | ".system" | "!!" | ":!!" | "host" => {
                let command = one_line(&rest.join(" "), 240);
                script.calls.push(Call { outward: is_outward(&command), command, line: n });
            }
            "source" if path.to_lowercase().ends_with(".sql") || path.to_lowercase().ends_with(".sql;") => {
                add_use(&mut script.imports, path.trim_end_matches(';'), n);
            }
            "whenever" | "delimiter" | "exit" | "exit;" | "quit" => {}
            // SQL*Plus runs a file by `@file`; T-SQL names its variables so.
            _ if first.starts_with('@') && words.len() <= 3 && (first.ends_with(".sql") || first.starts_with("@@")) => {
                add_use(&mut script.imports, &filled(&first.trim_start_matches('@').to_owned()), n);
            }
            _ => {
                return first.starts_with('\\') && first.len() > 1
                    || first.len() > 3 && first.strip_prefix('.').is_some_and(|it| it.chars().all(char::is_alphabetic));
            }
        }
        true
    }

    /// `\copy t (a, b) FROM 'file' CSV`, `\copy (select ..) TO file`.
    fn copy(&mut self, text: &str, n: u32, sql: &mut Sql, script: &mut Script) {
        static COPY: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"(?is)^\\copy\s+(\(.*\)|[^\s(]+)\s*(?:\(([^)]*)\)\s*)?(from|to)\s+(program\s+)?(?:'((?:[^']|'')*)'|(\S+))"#).unwrap()
        });
        let Some(found) = COPY.captures(text) else { return };
        let reads = found[3].eq_ignore_ascii_case("from");
        let what = found[1].trim().to_owned();
        if let Some(query) = what.strip_prefix('(') {
            let query = query.strip_suffix(')').unwrap_or(query);
            let lexed = crate::lex::lex(query, &super::RULES);
            let before = script.reads.len();
            sql.statement(&lexed.tokens, script);
            script.reads[before..].iter_mut().for_each(|it| it.line = n);
        } else if reads {
            sql.write(&what.replace('"', ""), n, script);
        } else {
            sql.table_read(&what.replace('"', ""), &Default::default(), n, script);
        }
        if let Some(columns) = found.get(2) {
            script.columns.extend(columns.as_str().split(',').map(|it| it.trim().trim_matches('"').to_owned()));
        }
        let path = found.get(5).or(found.get(6)).map_or("", |it| it.as_str());
        if ["stdin", "stdout", "pstdin", "pstdout"].contains(&path.to_lowercase().as_str()) {
            return;
        }
        let path = filled(path, &sql.variables);
        if found.get(4).is_some() {
            script.calls.push(Call { outward: is_outward(&path), command: one_line(&path, 240), line: n });
        } else if reads {
            add_read(script, &path, n);
        } else {
            add_write(script, &path, n);
        }
    }
}

/// Where output goes: a file, or a command after `|`.
fn target(path: &str, n: u32, script: &mut Script) {
    match path.strip_prefix('|') {
        Some(command) => script.calls.push(Call { outward: is_outward(command), command: one_line(command, 240), line: n }),
        None => add_write(script, path, n),
    }
}

/// Splits a line at blanks that stand in no quotes, quotes taken off.
fn words(text: &str) -> Vec<String> {
    let starts = text.starts_with(['\\', '.', ':', '@', '!'])
        || ["spool", "tee", "define", "def", "accept", "prompt", "host", "source", "whenever", "delimiter", "exit", "quit", "exit;"]
            .iter()
            .any(|it| text.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case(it)));
    if !starts || text.len() > 4_000 {
        return Vec::new();
    }
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let mut quote: Option<char> = None;
    for c in text.chars() {
        match quote {
            Some(q) if c == q => quote = None,
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                if !open {
                    words.push(String::new());
                    open = true;
                }
            }
            None if c.is_whitespace() => open = false,
            _ => {
                if !open {
                    words.push(String::new());
                    open = true;
                }
                if let Some(last) = words.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    words
}

/// Fills the variables of a client inside a text; what nobody sets stays as `{name}`.
pub(super) fn filled(text: &str, variables: &BTreeMap<String, String>) -> String {
    static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\$\((\w+)\)|\{\{\s*(?:var\(\s*)?['"]?(\w+)['"]?[^}]*\}\}|(?:^|[^:\w]):['"]?([A-Za-z_]\w*)['"]?|&&?(\w+)\.?|\$\{(\w+)\}"#).unwrap()
    });
    VARIABLE
        .replace_all(text, |found: &regex::Captures<'_>| {
            let name = (1..=5).find_map(|it| found.get(it)).map_or("", |it| it.as_str());
            // Of `\:name` the first character belongs to the text around it.
            let kept = found[0].split(':').next().filter(|_| found.get(3).is_some()).unwrap_or_default();
            // A drive letter and an address have a colon, too.
            if found.get(3).is_some() && (kept.ends_with(|c: char| c.is_alphanumeric()) || name.len() < 2) {
                return found[0].to_owned();
            }
            match variables.get(&name.to_lowercase()) {
                Some(value) => format!("{kept}{value}"),
                None => format!("{kept}{{{name}}}"),
            }
        })
        .into_owned()
}

/// Variables that somebody has to give: `psql -v month=..`, `sqlcmd -v`, `&1`.
pub(super) fn arguments(source: &str, lexed: &Lexed<'_>, sql: &mut Sql, script: &mut Script) {
    for (n, it) in lexed.tokens.iter().enumerate() {
        // `:name` where no `::type`, `:=` or `a[1:n]` is meant; blocks of PL/SQL bind so as well.
        let Some(next) = lexed.tokens.get(n + 1).filter(|next| it.is(":") && next.at == it.end()) else { continue };
        let name = next.inner();
        let free = n.checked_sub(1).and_then(|p| lexed.tokens.get(p)).is_none_or(|p| p.end() < it.at || p.is_any(&["(", "=", ",", ">", "<", ">=", "<="]));
        if free
            && matches!(next.kind, Kind::Word | Kind::Text | Kind::Name)
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
            && name.starts_with(|c: char| c.is_alphabetic())
        {
            need(name, it.line, sql, script);
        }
    }
    static NEEDED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\$\((\w+)\)|(?:^|[\s'(=])&&?(\w+)|\{\{\s*var\(\s*'(\w+)'").unwrap());
    for (line, n) in source.lines().zip(1..).filter(|(line, _)| !line.trim_start().starts_with("--")) {
        for found in NEEDED.captures_iter(line) {
            let name = (1..=3).find_map(|it| found.get(it)).map_or("", |it| it.as_str());
            need(name, n, sql, script);
        }
    }
    // `{name}` in a path shows one that only a line for the client uses.
    static OPEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{(\w+)\}").unwrap());
    let open: Vec<(String, u32)> = script
        .reads
        .iter()
        .chain(&script.writes)
        .flat_map(|it| OPEN.captures_iter(&it.pattern).map(|found| (found[1].to_owned(), it.line)).collect::<Vec<_>>())
        .collect();
    for (name, line) in open {
        need(&name, line, sql, script);
    }
}

fn need(name: &str, line: u32, sql: &Sql, script: &mut Script) {
    if !name.is_empty() && !sql.variables.contains_key(&name.to_lowercase()) {
        add_argument(script, name, true, line);
    }
}
