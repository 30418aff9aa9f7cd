//! SQL in its dialects: tables and files that are read and written, what stops it, its limits and variables.
//!
//! A folder of work has Postgres beside T-SQL beside DuckDB, with lines for `psql` or `sqlite3` and templates of dbt in
//! between, and no grammar reads all of them. Names stand after the same few words in every dialect, so statements are read
//! from their tokens. A table stands as `table NAME` among the files.

mod client;
mod stops;

use crate::Comments;
use crate::code::{add_read, add_use, add_write, one_line};
use crate::lex::{Kind, Lexed, Quote, Rules, Token, closing, head, lex, split};
use crate::outward::is_outward;
use crate::value::looks_like_file;
use regex::Regex;
use sop_core::{Argument, Call, Script};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const RULES: Rules = Rules {
    line_comments: &["--", "# ", "//"],
    block_comments: &[("/*", "*/"), ("{#", "#}")],
    quotes: &[
        Quote { open: "'", close: '\'', kind: Kind::Text, backslash: false, lines: true },
        Quote { open: "\"", close: '"', kind: Kind::Name, backslash: false, lines: false },
        Quote { open: "`", close: '`', kind: Kind::Name, backslash: false, lines: false },
    ],
    in_words: "$#",
    sigils: "@#$",
    breaks: false,
    patterns: false,
};

pub(crate) fn analyse(source: &str, script: &mut Script) -> Comments {
    let mut sql = Sql::default();
    let plain = client::lines(source, &mut sql, script);
    let lexed = lex(&plain, &RULES);
    script.partial |= lexed.partial;
    sql.read(&plain, &lexed, script);
    // Lines for the client were read before it was known which tables do not last.
    let lasts = |it: &sop_core::FileUse| it.pattern.strip_prefix("table ").is_none_or(|table| !sql.scratch.contains(&table.to_lowercase()));
    script.reads.retain(lasts);
    script.writes.retain(lasts);
    client::arguments(&plain, &lexed, &mut sql, script);
    let first = lexed.tokens.first().map_or(u32::MAX, |it| it.line).min(sql.first_client_line.unwrap_or(u32::MAX));
    Comments { head: head(&lexed.comments, first), all: lexed.comments }
}

/// Reads the statements that stand as texts in another language, where the tables they name are all that counts.
pub(crate) fn in_texts(code: &crate::code::Code<'_>, script: &mut Script) {
    const TEXTS: &[&str] = &["string", "template_string", "raw_string", "heredoc_body", "expandable_string_literal", "verbatim_string_characters"];
    let mut most = 200;
    for &node in code.nodes().iter().filter(|it| TEXTS.contains(&it.kind())) {
        // A docstring speaks of statements and makes none.
        let spoken = code.parent(node).is_some_and(|up| up.kind() == "expression_statement" && up.named_child_count() == 1);
        let text = code.text(node);
        let start = text.len() - text.trim_start_matches(|c: char| "rRbBfFuU\"'`@".contains(c)).len();
        let text = text.get(start..).unwrap_or_default().trim_end_matches(['"', '\'', '`']);
        let queries = || {
            let calls = code.around(node).take(4).filter(|it| it.kind().contains("call") || it.kind().contains("command"));
            calls.take(1).any(|it| {
                let called = code.text(it).split('(').next().unwrap_or_default().to_lowercase();
                ["sql", "query", "execute", "psql", "sqlite", "mysql"].iter().any(|word| called.contains(word))
            })
        };
        if !spoken && most > 0 && is_statement(text, queries) {
            most -= 1;
            statement(text, crate::code::line(node), script);
        }
    }
}

/// Reads a text of a language that has no grammar here, if it is a statement.
pub(crate) fn in_text(text: &str, line: u32, script: &mut Script) {
    if is_statement(text, || false) {
        statement(text, line, script);
    }
}

/// Tells a statement from a sentence: its words are in capitals, or it has the signs of one.
fn is_statement(text: &str, queries: impl Fn() -> bool) -> bool {
    static SIGNS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\w\.\w|[*=(_;<>]").unwrap());
    const FIRST: &[&str] = &["select", "insert", "update", "delete", "with", "create", "merge", "copy", "truncate", "replace", "load", "exec"];
    if text.len() > 20_000 || text.len() < 12 {
        return false;
    }
    let first = text.split_whitespace().next().unwrap_or_default();
    let lower = text.to_lowercase();
    let joined = ["from", "into", "set", "table"].iter().any(|word| lower.split_whitespace().any(|it| it == *word));
    let capitals = first.chars().all(char::is_uppercase);
    let signs = first.chars().all(char::is_lowercase) && SIGNS.is_match(text);
    FIRST.contains(&first.to_lowercase().as_str()) && joined && (capitals || signs || queries())
}

fn statement(text: &str, line: u32, script: &mut Script) {
    let lexed = lex(text, &RULES);
    let mut inner = crate::new_script(&script.path, sop_core::Language::Sql);
    Sql::default().read(text, &lexed, &mut inner);
    for (from, into) in [(&inner.reads, &mut script.reads), (&inner.writes, &mut script.writes)] {
        for it in from.iter().filter(|it| !it.pattern.contains(['{', '%'])) {
            add_use(into, &it.pattern, line + it.line - 1);
        }
    }
}

/// What is known while the statements of a file are read.
#[derive(Default)]
struct Sql {
    /// Tables that live only as long as the script runs.
    scratch: BTreeSet<String>,
    /// Tables that the script makes itself.
    made: BTreeSet<String>,
    /// Variables that the script sets, in lower case, with their values.
    variables: BTreeMap<String, String>,
    /// Line of the first command to the client, which is code although no statement.
    first_client_line: Option<u32>,
    /// True while in the body of a function or block.
    in_body: bool,
}

/// A name as it is read: `sales.orders`, and the place after it.
struct Named {
    name: String,
    next: usize,
}

impl Sql {
    fn read(&mut self, source: &str, lexed: &Lexed<'_>, script: &mut Script) {
        let tokens = lexed.tokens.as_slice();
        // Batches of T-SQL end with a line `GO`, statements of all others with a semicolon.
        let mut from = 0;
        for (n, it) in tokens.iter().enumerate() {
            let lone_go = it.is("go") && tokens.get(n + 1).is_none_or(|next| next.line > it.line) && n.checked_sub(1).is_none_or(|p| tokens[p].line < it.line);
            if it.is(";") || lone_go || self.starts_unended(tokens, n, from) {
                self.statement(&tokens[from..n], script);
                from = if it.is(";") || lone_go { n + 1 } else { n };
            }
            self.in_body |= it.is("$$") || it.is("declare");
        }
        if let Some(last) = tokens.get(from..) {
            self.statement(last, script);
        }
        stops::find(source, tokens, script);
        self.constants(source, tokens, script);
    }

    /// T-SQL needs no semicolon: a statement may begin on a new line with its word and nothing open before it.
    fn starts_unended(&self, tokens: &[Token<'_>], n: usize, from: usize) -> bool {
        let it = &tokens[n];
        let Some(before) = n.checked_sub(1).and_then(|p| tokens.get(p)).filter(|_| n > from) else { return false };
        if before.line == it.line
            || before.is_any(&["(", ",", "as", "union", "all", "except", "intersect", ")", "then", "do", "or", "and", "for", "on"]) && !before.is(")")
        {
            return false;
        }
        let opened = tokens[from..n].iter().filter(|it| it.is("(")).count() > tokens[from..n].iter().filter(|it| it.is(")")).count();
        if opened {
            return false;
        }
        let first = &tokens[from];
        it.is_any(&["truncate", "drop", "exec", "execute", "declare", "bulk", "merge", "begin", "print", "throw", "raiserror", "if"])
            || it.is_any(&["update", "delete"]) && !first.is_any(&["create", "alter", "merge", "grant"])
            || it.is("insert") && !first.is_any(&["with", "create", "merge", "explain", "grant"])
            || it.is("create") && !first.is_any(&["grant", "alter"])
    }

    fn statement(&mut self, tokens: &[Token<'_>], script: &mut Script) {
        if tokens.is_empty() {
            return;
        }
        let ctes = ctes(tokens);
        let aliases = self.aliases(tokens);
        let mut opened: Vec<usize> = Vec::new();
        for n in 0..tokens.len() {
            let it = &tokens[n];
            let at = it.line;
            match () {
                () if it.is("(") => opened.push(n),
                () if it.is(")") => {
                    opened.pop();
                }
                () if it.is_any(&["from", "join", "using", "apply", "infile"]) => self.after_from(tokens, n, opened.last().copied(), &ctes, script),
                () if it.is_any(&["into", "outfile", "dumpfile"]) => self.after_into(tokens, n, &ctes, script),
                () if it.is("update") => {
                    let clause =
                        before(tokens, n).is_some_and(|it| it.is_any(&["for", "on", "key", "do", "then", "or", "after", "before", ",", "no", "grant"]));
                    let next = skip(tokens, n + 1, &["only", "low_priority", "ignore", "top"]);
                    if !clause
                        && !tokens.get(next).is_some_and(|it| it.is_any(&["set", "on", "statistics", "of"]))
                        && let Some(found) = name(tokens, next)
                    {
                        self.write(&resolve(&found.name, &aliases), at, script);
                    }
                }
                () if it.is("delete") => {
                    let clause = before(tokens, n).is_some_and(|it| it.is_any(&["on", "then", "or", "after", "before", ",", "grant", "for"]));
                    let next = skip(tokens, n + 1, &["from", "only"]);
                    if !clause && let Some(found) = name(tokens, next) {
                        let table = resolve(&found.name, &aliases);
                        self.write(&table, at, script);
                        let bounded = tokens[n..].iter().any(|it| it.is("where"));
                        self.destroys(&table, if bounded { "DELETE FROM" } else { "DELETE ALL FROM" }, at, script);
                    }
                }
                () if it.is("truncate") => {
                    if let Some(found) = name(tokens, skip(tokens, n + 1, &["table", "only"])) {
                        self.write(&found.name, at, script);
                        self.destroys(&found.name, "TRUNCATE", at, script);
                    }
                }
                () if it.is("drop") => self.drop(tokens, n, script),
                () if it.is("create") => self.create(tokens, n, script),
                () if it.is("refresh") => {
                    let next = skip(tokens, n + 1, &["materialized", "view", "concurrently"]);
                    if next > n + 1
                        && let Some(found) = name(tokens, next)
                    {
                        self.write(&found.name, at, script);
                    }
                }
                () if it.is("copy") && n == 0 => self.copy(tokens, script),
                () if it.is_any(&["bulk"]) => self.bulk(tokens, n, script),
                () if it.is_any(&["attach", "import"]) && n == 0 => {
                    texts(tokens).take(1).for_each(|(path, line)| add_read(script, path, line));
                }
                () if it.is("export") && n == 0 => texts(tokens).take(1).for_each(|(path, line)| add_write(script, path, line)),
                () if it.is_any(&["exec", "execute", "call"]) => self.call(tokens, n, script),
                () if it.is("ref") || it.is("source") => dbt(tokens, n, script),
                () if it.kind == Kind::Word => self.function(tokens, n, script),
                () => {}
            }
        }
    }

    fn write(&mut self, table: &str, line: u32, script: &mut Script) {
        if is_table(table) && !self.scratch.contains(&table.to_lowercase()) && !table.starts_with(['#', '@']) {
            add_use(&mut script.writes, &format!("table {table}"), line);
        }
    }

    fn table_read(&self, table: &str, ctes: &BTreeSet<String>, line: u32, script: &mut Script) {
        let lower = table.to_lowercase();
        if is_table(table) && !ctes.contains(&lower) && !self.scratch.contains(&lower) && !table.starts_with(['#', '@']) {
            add_use(&mut script.reads, &format!("table {table}"), line);
        }
    }

    /// Taking rows out of a table that was there before the script cannot be undone.
    fn destroys(&self, table: &str, what: &str, line: u32, script: &mut Script) {
        let lower = table.to_lowercase();
        if is_table(table) && !self.made.contains(&lower) && !self.scratch.contains(&lower) && !table.starts_with(['#', '@']) {
            script.calls.push(Call { command: format!("{what} {table}"), outward: true, line });
        }
    }

    /// `FROM a, b`, `JOIN c`, `USING d`, `FROM read_csv('x')`, `FROM 'x.parquet'`.
    fn after_from(&mut self, tokens: &[Token<'_>], n: usize, open: Option<usize>, ctes: &BTreeSet<String>, script: &mut Script) {
        let first = &tokens[0];
        let prefix = before(tokens, n);
        let of_function = open
            .and_then(|it| it.checked_sub(1))
            .and_then(|it| tokens.get(it))
            .is_some_and(|it| it.is_any(&["extract", "trim", "substring", "overlay", "position", "date_part"]));
        let no_table = prefix.is_some_and(|it| it.is("distinct")) && tokens[..n].iter().rev().nth(1).is_some_and(|it| it.is_any(&["is", "not"]))
            || first.is_any(&["fetch", "copy", "revoke", "grant"])
            || tokens[n].is("using") && !(first.is_any(&["merge", "delete"]) || tokens[..n].iter().any(|it| it.is("merge")))
            || prefix.is_some_and(|it| it.is("delete"));
        if of_function || no_table {
            return;
        }
        let mut next = n + 1;
        // A list of names goes on after a comma; what is in brackets is met on its own.
        for _ in 0..40 {
            next = skip(tokens, next, &["lateral", "only", "outer"]);
            let Some(it) = tokens.get(next) else { return };
            match it.kind {
                Kind::Text => {
                    add_read(script, &self.filled(it.inner()), it.line);
                    next += 1;
                }
                _ if it.is("(") => next = closing(tokens, next) + 1,
                _ => {
                    let Some(found) = name(tokens, next) else { return };
                    let is_call = tokens.get(found.next).is_some_and(|it| it.is("("));
                    if is_call {
                        next = closing(tokens, found.next) + 1;
                    } else {
                        if looks_like_file(&found.name) && it.kind == Kind::Name {
                            add_read(script, &found.name, it.line);
                        } else {
                            self.table_read(&found.name, ctes, it.line, script);
                        }
                        next = found.next;
                    }
                }
            }
            // An alias may follow; only a comma goes on.
            next = skip(tokens, next, &["as"]);
            if tokens.get(next).is_some_and(|it| matches!(it.kind, Kind::Word | Kind::Name) && !is_clause(it)) {
                next += 1;
                if tokens.get(next).is_some_and(|it| it.is("(")) {
                    next = closing(tokens, next) + 1;
                }
            }
            if !tokens.get(next).is_some_and(|it| it.is(",")) || tokens[n].is("join") {
                return;
            }
            next += 1;
        }
    }

    fn after_into(&mut self, tokens: &[Token<'_>], n: usize, ctes: &BTreeSet<String>, script: &mut Script) {
        let first = &tokens[0];
        if let Some(it) = tokens.get(n + 1).filter(|it| it.kind == Kind::Text) {
            add_write(script, &self.filled(it.inner()), it.line);
            return;
        }
        let next = skip(tokens, n + 1, &["table", "overwrite", "temp", "temporary", "unlogged"]);
        let Some(found) = name(tokens, next) else { return };
        let at = tokens[next].line;
        let inserts = tokens[..n].iter().rev().take(4).any(|it| it.is_any(&["insert", "merge", "replace", "load", "copy", "infile"]))
            || tokens[..n].iter().any(|it| it.is("infile"));
        if inserts {
            self.write(&found.name, at, script);
        } else if tokens[..n].iter().any(|it| it.is("select")) && !first.is("fetch") {
            // `SELECT .. INTO v` fills a variable in the body of a function, and makes a table elsewhere.
            let temporary = next > n + 1 && tokens[n + 1].is_any(&["temp", "temporary"]);
            let variable =
                self.in_body || found.name.starts_with(['@', ':']) || self.variables.contains_key(&found.name.to_lowercase()) || tokens[next].is("strict");
            if temporary || found.name.starts_with('#') {
                self.scratch.insert(found.name.to_lowercase());
            } else if !variable && !ctes.contains(&found.name.to_lowercase()) {
                self.made.insert(found.name.to_lowercase());
                self.write(&found.name, at, script);
            }
        }
    }

    fn create(&mut self, tokens: &[Token<'_>], n: usize, script: &mut Script) {
        const BEFORE: &[&str] =
            &["or", "replace", "global", "local", "temp", "temporary", "unlogged", "external", "materialized", "recursive", "alter", "transient"];
        let next = skip(tokens, n + 1, BEFORE);
        let scratch = tokens[n..next].iter().any(|it| it.is_any(&["temp", "temporary"]));
        let Some(what) = tokens.get(next).filter(|it| it.is_any(&["table", "view"])) else {
            // What a function does when it is called is told from its body.
            self.in_body |= tokens.get(next).is_some_and(|it| it.is_any(&["function", "procedure", "proc", "trigger"]));
            return;
        };
        let next = skip(tokens, next + 1, &["if", "not", "exists"]);
        let Some(found) = name(tokens, next) else { return };
        if scratch || found.name.starts_with('#') {
            self.scratch.insert(found.name.to_lowercase());
            return;
        }
        self.made.insert(found.name.to_lowercase());
        self.write(&found.name, what.line, script);
    }

    /// A table that is dropped to be made anew is not lost.
    fn drop(&mut self, tokens: &[Token<'_>], n: usize, script: &mut Script) {
        if !tokens.get(n + 1).is_some_and(|it| it.is_any(&["table", "schema", "database"])) {
            return;
        }
        let guarded = tokens.get(n + 2).is_some_and(|it| it.is("if"));
        if let Some(found) = name(tokens, skip(tokens, n + 2, &["if", "exists"])).filter(|_| !guarded) {
            self.destroys(&found.name, "DROP", tokens[n].line, script);
        }
    }

    /// `COPY t FROM 'file'`, `COPY (SELECT ..) TO 'file'`, `COPY INTO t FROM @stage`.
    fn copy(&mut self, tokens: &[Token<'_>], script: &mut Script) {
        let start = skip(tokens, 1, &["into"]);
        let (table, after) = match tokens.get(start) {
            Some(it) if it.is("(") => (None, closing(tokens, start) + 1),
            Some(_) => match name(tokens, start) {
                Some(found) => (Some(found.name), found.next),
                None => return,
            },
            None => return,
        };
        let mut after = after;
        if tokens.get(after).is_some_and(|it| it.is("(")) {
            let end = closing(tokens, after);
            script.columns.extend(
                tokens[after + 1..end.min(tokens.len())].iter().filter(|it| matches!(it.kind, Kind::Word | Kind::Name)).map(|it| it.inner().to_owned()),
            );
            after = end + 1;
        }
        let Some(direction) = tokens.get(after).filter(|it| it.is_any(&["from", "to"])) else { return };
        let reads = direction.is("from");
        if let Some(table) = table {
            if reads { self.write(&table, tokens[0].line, script) } else { self.table_read(&table, &BTreeSet::new(), tokens[0].line, script) }
        }
        let next = skip(tokens, after + 1, &["program"]);
        let Some(target) = tokens.get(next) else { return };
        if next > after + 1 {
            let command = one_line(target.inner(), 240);
            script.calls.push(Call { outward: is_outward(&command), command, line: target.line });
        } else if target.kind == Kind::Text || self.is_variable(target, tokens.get(next + 1)) {
            let path = self.path(tokens, next);
            if reads { add_read(script, &path, target.line) } else { add_write(script, &path, target.line) }
        }
    }

    fn is_variable(&self, colon: &Token<'_>, next: Option<&Token<'_>>) -> bool {
        colon.is(":") && next.is_some_and(|it| matches!(it.kind, Kind::Word | Kind::Name | Kind::Text))
    }

    /// `'file'`, or a variable of the client: `:'file'`.
    fn path(&self, tokens: &[Token<'_>], n: usize) -> String {
        match (tokens.get(n), tokens.get(n + 1)) {
            (Some(it), Some(next)) if it.is(":") => {
                let name = next.inner();
                self.variables.get(&name.to_lowercase()).cloned().unwrap_or_else(|| format!("{{{name}}}"))
            }
            (Some(it), _) => self.filled(it.inner()),
            _ => String::new(),
        }
    }

    /// Fills `$(name)`, `:name`, `&name` and `{{ name }}` inside a text; what nobody sets stays open.
    fn filled(&self, text: &str) -> String {
        client::filled(text, &self.variables)
    }

    /// `BULK INSERT t FROM 'file'`, `OPENROWSET(BULK 'file', ..)`.
    fn bulk(&mut self, tokens: &[Token<'_>], n: usize, script: &mut Script) {
        if tokens.get(n + 1).is_some_and(|it| it.is("insert"))
            && let Some(found) = name(tokens, n + 2)
        {
            self.write(&found.name, tokens[n].line, script);
        } else if let Some(it) = tokens.get(n + 1).filter(|it| it.kind == Kind::Text) {
            add_read(script, &self.filled(it.inner()), it.line);
        }
    }

    fn call(&mut self, tokens: &[Token<'_>], n: usize, script: &mut Script) {
        let clause = before(tokens, n).is_some_and(|it| it.is_any(&["on", "grant", "revoke", ","]))
            || tokens.get(n + 1).is_some_and(|it| it.is_any(&["function", "procedure", "immediate", "on", "("]));
        let Some(found) = name(tokens, n + 1).filter(|_| !clause) else { return };
        let bare = found.name.rsplit('.').next().unwrap_or_default().to_lowercase();
        let rest = tokens.get(found.next..).unwrap_or_default();
        let said: Vec<&str> = rest.iter().take(24).filter(|it| matches!(it.kind, Kind::Text | Kind::Number)).map(Token::inner).collect();
        let command = one_line(&format!("{} {} {}", tokens[n].text.to_uppercase(), found.name, said.join(" ")), 240);
        let outward = bare == "sp_send_dbmail"
            || bare == "xp_cmdshell" && said.first().is_some_and(|it| is_outward(it))
            || bare.contains("sendmail")
            || bare.contains("send_mail");
        if !["sp_executesql", "sp_rename", "sp_configure"].contains(&bare.as_str()) {
            script.calls.push(Call { command, outward, line: tokens[n].line });
        }
        for (at, it) in rest.iter().enumerate().take(40) {
            // What a mail carries along was made before.
            if it.is("@file_attachments")
                && let Some(file) = rest[at..].iter().take(3).find(|it| it.kind == Kind::Text)
            {
                file.inner().split(';').for_each(|path| add_read(script, path, it.line));
            }
        }
    }

    /// `read_csv('x')`, `OPENROWSET('..', 'Database=x.xlsx')`, `writefile('x', ..)`.
    fn function(&self, tokens: &[Token<'_>], n: usize, script: &mut Script) {
        if !tokens.get(n + 1).is_some_and(|it| it.is("(")) {
            return;
        }
        let called = tokens[n].text.to_lowercase();
        let reads = called.starts_with("read_")
            || called.ends_with("_scan")
            || ["st_read", "readfile", "pg_read_file", "load_file", "infer_schema", "sniff_csv", "glob", "openrowset", "opendatasource", "file"]
                .contains(&called.as_str());
        let writes = ["writefile", "st_write"].contains(&called.as_str());
        if !(reads || writes) {
            return;
        }
        let inside = tokens.get(n + 2..closing(tokens, n + 1)).unwrap_or_default();
        let Some(first) = split(inside).into_iter().next() else { return };
        let opens = called.starts_with("open");
        for it in if opens { inside } else { first }.iter().filter(|it| it.kind == Kind::Text).take(12) {
            let text = self.filled(it.inner());
            let path = text.split_once("Database=").map_or(text.as_str(), |it| it.1).split(';').next().unwrap_or_default();
            if looks_like_file(path) || !opens && (path.contains(['*', '/']) || path.contains('{')) {
                if writes { add_write(script, path, it.line) } else { add_read(script, path, it.line) }
            }
        }
    }

    /// What an alias stands for: `FROM orders o`.
    fn aliases(&self, tokens: &[Token<'_>]) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (n, it) in tokens.iter().enumerate() {
            if it.is_any(&["from", "join"])
                && let Some(table) = name(tokens, n + 1)
                && let Some(alias) = tokens.get(skip(tokens, table.next, &["as"])).filter(|it| it.kind == Kind::Word && !is_clause(it))
            {
                found.insert(alias.text.to_lowercase(), table.name);
            }
        }
        found
    }

    /// Named limits: `DECLARE @x int = 5`, `v_max constant numeric := 0.05`, `SET x = 5`, and `0.05 AS max_share` in a CTE
    /// that reads nothing.
    fn constants(&mut self, source: &str, tokens: &[Token<'_>], script: &mut Script) {
        let in_parameters: Vec<(usize, usize)> =
            cte_bodies(tokens).into_iter().filter(|(from, to)| !tokens[*from..*to].iter().any(|it| it.is("from"))).collect();
        for (n, it) in tokens.iter().enumerate() {
            if !it.is_any(&["=", ":=", "default"]) {
                continue;
            }
            let Some(value) = literal(source, tokens, n + 1) else { continue };
            // The name is the first word of what stands before: after DECLARE, SET, a comma or a semicolon.
            let start =
                tokens[..n].iter().rposition(|it| it.is_any(&["declare", "set", "begin", ";", ",", "variable", "global", "session"])).map_or(0, |it| it + 1);
            let Some(name) = tokens.get(start).filter(|it| n > start && n - start <= 6 && it.kind == Kind::Word) else { continue };
            let opener = start.checked_sub(1).and_then(|it| tokens.get(it));
            let declares = it.is(":=")
                || opener.is_some_and(|it| it.is_any(&["declare", "variable"]))
                || name.text.starts_with('@')
                || it.is("default") && self.in_body && !tokens[..n].iter().rev().take(60).any(|it| it.is("table"));
            let updates = opener.is_some_and(|it| it.is_any(&["set", ","]))
                && tokens[..start].iter().rev().take(60).take_while(|it| !it.is(";")).any(|it| it.is_any(&["update", "alter"]));
            if declares && !updates {
                self.keep(name.text.trim_start_matches('@'), &value, name.line, script);
            }
        }
        for (from, to) in in_parameters {
            for part in split(&tokens[from..to]) {
                if let [.., value, r#as, name] = part
                    && r#as.is("as")
                    && value.kind == Kind::Number
                    && part.iter().filter(|it| !it.is("select")).count() <= 4
                {
                    self.keep(name.inner(), value.text, name.line, script);
                }
            }
        }
    }

    fn keep(&mut self, name: &str, value: &str, line: u32, script: &mut Script) {
        let is_text = value.starts_with('\'');
        if self.variables.insert(name.to_lowercase(), value.trim_matches('\'').to_owned()).is_none() && crate::keep_constant(name, value, true, is_text) {
            script.constants.push(crate::new_constant(name, value, line));
        }
    }
}

/// A number or text that is a whole value, with its sign and unit.
fn literal(source: &str, tokens: &[Token<'_>], n: usize) -> Option<String> {
    let signed = tokens.get(n).is_some_and(|it| it.is("-"));
    let last = tokens.get(n + usize::from(signed)).filter(|it| matches!(it.kind, Kind::Number | Kind::Text))?;
    let after = tokens.get(n + 1 + usize::from(signed));
    let ends = after.is_none_or(|it| it.line > last.line || it.is_any(&[";", ",", ")", "go"]));
    ends.then(|| source.get(tokens[n].at..last.end())).flatten().map(|it| one_line(it, 120))
}

/// Names that `WITH` gives to its parts, in lower case.
fn ctes(tokens: &[Token<'_>]) -> BTreeSet<String> {
    cte_heads(tokens).into_iter().map(|n| tokens[n].inner().to_lowercase()).collect()
}

fn cte_heads(tokens: &[Token<'_>]) -> Vec<usize> {
    let Some(with) = tokens.iter().position(|it| it.is("with")) else { return Vec::new() };
    let mut found = Vec::new();
    for n in with + 1..tokens.len() {
        let named = matches!(tokens[n].kind, Kind::Word | Kind::Name) && before(tokens, n).is_some_and(|it| it.is_any(&["with", "recursive", ","]));
        if !named {
            continue;
        }
        let mut next = n + 1;
        if tokens.get(next).is_some_and(|it| it.is("(")) {
            next = closing(tokens, next) + 1;
        }
        if tokens.get(next).is_some_and(|it| it.is("as")) && tokens.get(skip(tokens, next + 1, &["not", "materialized"])).is_some_and(|it| it.is("(")) {
            found.push(n);
        }
    }
    found
}

fn cte_bodies(tokens: &[Token<'_>]) -> Vec<(usize, usize)> {
    let bodies = cte_heads(tokens).into_iter().take(200).filter_map(|n| {
        let open = tokens[n..]
            .iter()
            .take(40)
            .position(|it| it.is("as"))
            .and_then(|at| tokens[n + at..].iter().take(4).position(|it| it.is("(")).map(|more| n + at + more))?;
        let close = closing(tokens, open);
        (close < tokens.len()).then_some((open + 1, close))
    });
    bodies.collect()
}

fn dbt(tokens: &[Token<'_>], n: usize, script: &mut Script) {
    let braced = n >= 2 && tokens[n - 1].is("{") && tokens[n - 2].is("{");
    if braced && tokens.get(n + 1).is_some_and(|it| it.is("(")) {
        let names: Vec<&str> = tokens[n + 2..closing(tokens, n + 1).min(tokens.len())].iter().filter(|it| it.kind == Kind::Text).map(Token::inner).collect();
        if !names.is_empty() {
            add_use(&mut script.reads, &format!("table {}", names.join(".")), tokens[n].line);
        }
    }
}

fn resolve(name: &str, aliases: &BTreeMap<String, String>) -> String {
    aliases.get(&name.to_lowercase()).cloned().unwrap_or_else(|| name.to_owned())
}

fn before<'a, 't>(tokens: &'a [Token<'t>], n: usize) -> Option<&'a Token<'t>> {
    tokens.get(n.checked_sub(1)?)
}

/// Returns the first place from `n` on that holds none of these words.
fn skip(tokens: &[Token<'_>], n: usize, words: &[&str]) -> usize {
    let mut n = n;
    while tokens.get(n).is_some_and(|it| it.is_any(words)) {
        n += 1;
    }
    n
}

/// Reads `name`, `schema.name`, `"Order Lines"`, `[dbo].[Orders]` or `{{ .. }}`, which names nothing by itself.
fn name(tokens: &[Token<'_>], n: usize) -> Option<Named> {
    let mut parts: Vec<String> = Vec::new();
    let mut next = n;
    loop {
        let it = tokens.get(next)?;
        if it.is("[") {
            let close = tokens.iter().enumerate().skip(next).take(8).find(|(_, it)| it.is("]"))?.0;
            parts.push(tokens[next + 1..close].iter().map(|it| it.text).collect::<Vec<_>>().join(" "));
            next = close + 1;
        } else if matches!(it.kind, Kind::Word | Kind::Name) && !(it.kind == Kind::Word && parts.is_empty() && is_clause(it)) {
            parts.push(it.inner().to_owned());
            next += 1;
        } else if it.is(":") && parts.is_empty() && tokens.get(next + 1).is_some_and(|it| matches!(it.kind, Kind::Word | Kind::Name)) {
            parts.push(format!("{{{}}}", tokens[next + 1].inner()));
            next += 2;
        } else {
            return None;
        }
        // `a.b`, and the empty schema of `db..t`.
        while tokens.get(next).is_some_and(|it| it.is(".")) {
            next += 1;
            if !tokens.get(next).is_some_and(|it| it.is(".")) {
                break;
            }
        }
        if !before(tokens, next).is_some_and(|it| it.is(".")) || parts.len() > 4 {
            break;
        }
    }
    Some(Named { name: parts.join("."), next })
}

fn is_table(name: &str) -> bool {
    !name.is_empty() && !["dual", "information_schema", "stdin", "stdout", "inserted", "deleted"].contains(&name.to_lowercase().as_str()) && name.len() <= 120
}

fn texts<'a, 't>(tokens: &'a [Token<'t>]) -> impl Iterator<Item = (&'t str, u32)> + 'a {
    tokens.iter().filter(|it| it.kind == Kind::Text).map(|it| (it.inner(), it.line))
}

/// Words that begin a clause and so are no alias and no table.
fn is_clause(it: &Token<'_>) -> bool {
    const CLAUSES: &[&str] = &[
        "where",
        "group",
        "order",
        "having",
        "limit",
        "union",
        "except",
        "intersect",
        "join",
        "inner",
        "left",
        "right",
        "full",
        "cross",
        "natural",
        "on",
        "using",
        "set",
        "values",
        "select",
        "from",
        "as",
        "window",
        "qualify",
        "fetch",
        "offset",
        "for",
        "with",
        "when",
        "then",
        "returning",
        "pivot",
        "unpivot",
        "tablesample",
        "lateral",
        "outer",
        "default",
        "and",
        "or",
        "not",
        "end",
        "begin",
        "go",
        "into",
        "do",
        "loop",
        "to",
        "in",
        "is",
        "asof",
        "positional",
        "anti",
        "semi",
        "straight_join",
        "apply",
        "option",
        "if",
        "exists",
        "all",
    ];
    it.kind == Kind::Word && CLAUSES.iter().any(|word| it.text.eq_ignore_ascii_case(word))
}

/// Adds an argument once.
fn add_argument(script: &mut Script, name: &str, required: bool, line: u32) {
    if script.arguments.iter().all(|it| it.name != name) {
        script.arguments.push(Argument { name: name.to_owned(), help: None, required, line });
    }
}

#[cfg(test)]
mod tests;
