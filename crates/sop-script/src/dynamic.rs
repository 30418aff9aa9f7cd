//! Ruby, Perl, PHP and awk: files read and written, commands run, how they stop, arguments and limits.
//!
//! The four share their shape: calls with texts in them, `die`-like words with a condition around or behind them. What
//! differs stands in a table each.

use crate::Comments;
use crate::code::{add_read, add_use, add_write, one_line};
use crate::exits::new_exit;
use crate::lex::{Kind, Quote, Rules, Token, closing, head, lex, split};
use crate::outward::is_outward;
use crate::value::{join, looks_like_file, parent, plain_name};
use regex::Regex;
use sop_core::{Argument, Call, EnvVar, Language, Script};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const fn text(open: &'static str, close: char, backslash: bool) -> Quote {
    Quote { open, close, kind: Kind::Text, backslash, lines: true }
}

const QUOTES: &[Quote] = &[text("\"", '"', true), text("'", '\'', true), text("`", '`', true)];
const PERL_QUOTES: &[Quote] = &[
    text("\"", '"', true),
    text("'", '\'', true),
    text("`", '`', true),
    text("qq{", '}', true),
    text("q{", '}', true),
    text("qq(", ')', true),
    text("q(", ')', true),
    text("qw(", ')', true),
    text("qx(", ')', true),
    text("qx{", '}', true),
];
const AWK_QUOTES: &[Quote] = &[Quote { open: "\"", close: '"', kind: Kind::Text, backslash: true, lines: false }];

/// What a language calls its things.
struct Dialect {
    rules: Rules,
    /// Calls that read the file which is their first argument.
    reads: &'static [&'static str],
    /// Calls that write it.
    writes: &'static [&'static str],
    /// Calls whose second argument tells which.
    opens: &'static [&'static str],
    /// Calls that take a file to another place.
    copies: &'static [&'static str],
    /// Calls that cannot be undone or reach outside.
    outward: &'static [&'static str],
    /// Calls that run a command.
    runs: &'static [&'static str],
    imports: &'static [&'static str],
    /// Words that stop with the message behind them, and the code they give.
    stops: &'static [(&'static str, Option<i32>)],
    says: &'static [&'static str],
    /// What joins two texts.
    joins: &'static [&'static str],
}

const RUBY: Dialect = Dialect {
    rules: Rules { line_comments: &["#"], block_comments: &[], quotes: QUOTES, in_words: "?!", sigils: "@$", breaks: true, patterns: true },
    reads: &[
        "File.read",
        "File.readlines",
        "File.foreach",
        "IO.read",
        "IO.readlines",
        "CSV.read",
        "CSV.foreach",
        "CSV.table",
        "YAML.load_file",
        "JSON.load_file",
        "Dir.glob",
        "File.exist?",
        "File.file?",
        "Spreadsheet.open",
        "Excelx.new",
        "Excel.new",
        "SmarterCSV.process",
    ],
    writes: &["File.write", "IO.write", "File.binwrite", "FileUtils.touch"],
    opens: &["File.open", "File.new", "CSV.open", "open"],
    copies: &["FileUtils.cp", "FileUtils.copy", "FileUtils.mv", "FileUtils.move", "File.rename", "FileUtils.cp_r"],
    outward: &[
        "FileUtils.rm",
        "FileUtils.rm_f",
        "FileUtils.rm_rf",
        "FileUtils.rm_r",
        "File.delete",
        "File.unlink",
        "Mail.deliver",
        "HTTP.post",
        "HTTP.put",
        "HTTParty.post",
        "HTTParty.put",
        "Faraday.post",
        "RestClient.post",
        "SMTP.start",
    ],
    runs: &["system", "exec", "spawn", "Open3.capture2", "Open3.capture3", "IO.popen"],
    imports: &["require_relative", "load"],
    stops: &[("abort", Some(1)), ("raise", Some(1)), ("fail", Some(1)), ("exit", Some(0)), ("exit!", Some(0))],
    says: &["puts", "warn", "print", "STDERR.puts", "$stderr.puts", "logger.error", "logger.fatal"],
    joins: &["+", "<<"],
};

const PERL: Dialect = Dialect {
    rules: Rules { line_comments: &["#"], block_comments: &[], quotes: PERL_QUOTES, in_words: "", sigils: "$@%", breaks: false, patterns: true },
    reads: &["read_file", "slurp", "csv", "path"],
    writes: &["write_file", "spew"],
    opens: &["open", "sysopen"],
    copies: &["copy", "move", "rename", "cp", "mv"],
    outward: &["unlink", "rmtree", "remove_tree", "sendmail"],
    runs: &["system", "exec"],
    imports: &["require", "do"],
    stops: &[("die", None), ("croak", None), ("confess", None), ("exit", Some(0))],
    says: &["print", "say", "warn", "printf", "carp"],
    joins: &["."],
};

const PHP: Dialect = Dialect {
    rules: Rules { line_comments: &["//", "#"], block_comments: &[("/*", "*/")], quotes: QUOTES, in_words: "", sigils: "$", breaks: false, patterns: false },
    reads: &[
        "file_get_contents",
        "file",
        "readfile",
        "simplexml_load_file",
        "parse_ini_file",
        "file_exists",
        "is_file",
        "glob",
        "IOFactory.load",
        "Reader.createFromPath",
    ],
    writes: &["file_put_contents", "touch"],
    opens: &["fopen", "SplFileObject"],
    copies: &["copy", "rename", "move_uploaded_file"],
    outward: &["unlink", "rmdir", "mail", "curl_exec", "ftp_put"],
    runs: &["exec", "shell_exec", "system", "passthru", "proc_open", "popen"],
    imports: &["require", "require_once", "include", "include_once"],
    stops: &[("die", None), ("exit", Some(0)), ("throw", None)],
    says: &["echo", "print", "printf", "error_log", "fwrite"],
    joins: &["."],
};

const AWK: Dialect = Dialect {
    rules: Rules { line_comments: &["#"], block_comments: &[], quotes: AWK_QUOTES, in_words: "", sigils: "$", breaks: true, patterns: true },
    reads: &[],
    writes: &[],
    opens: &[],
    copies: &[],
    outward: &[],
    runs: &["system"],
    imports: &[],
    stops: &[("exit", Some(0))],
    says: &["print", "printf"],
    joins: &[],
};

pub(crate) fn analyse(language: Language, source: &str, script: &mut Script) -> Comments {
    let dialect = match language {
        Language::Ruby => &RUBY,
        Language::Perl => &PERL,
        Language::Php => &PHP,
        _ => &AWK,
    };
    // What stands behind the end of a Perl or Ruby script is data.
    let code = source.find("\n__END__").or_else(|| source.find("\n__DATA__")).map_or(source, |at| &source[..at]);
    let lexed = lex(code, &dialect.rules);
    script.partial |= lexed.partial;
    let mut module = Module { dialect, language, source: code, tokens: &lexed.tokens, values: BTreeMap::new(), folder: parent(&script.path).pattern() };
    module.assignments(script);
    for n in 0..lexed.tokens.len() {
        module.token(n, script);
    }
    let first = lexed.tokens.iter().find(|it| it.kind != Kind::Break && !["<", "?", "php"].contains(&it.text)).map_or(u32::MAX, |it| it.line);
    Comments { head: head(&lexed.comments, first), all: lexed.comments }
}

struct Module<'a, 't> {
    dialect: &'static Dialect,
    language: Language,
    source: &'t str,
    tokens: &'a [Token<'t>],
    values: BTreeMap<&'t str, String>,
    folder: String,
}

impl<'t> Module<'_, 't> {
    /// `$month = $ARGV[0]`, `LIMIT = 40`, `const LIMIT = 40;`, `define('LIMIT', 40)`
    fn assignments(&mut self, script: &mut Script) {
        for n in 1..self.tokens.len().saturating_sub(1) {
            let (name, value) = (&self.tokens[n - 1], &self.tokens[n + 1]);
            let defined = self.tokens[n].is("define") && value.is("(");
            if defined {
                if let Some([name, _, value, ..]) = self.tokens.get(n + 2..n + 6) {
                    self.constant(name.inner(), value, self.tokens.get(n + 5), script);
                }
                continue;
            }
            if !self.tokens[n].is("=") && !self.tokens[n].is_any(&["||="]) || name.kind != Kind::Word {
                continue;
            }
            let end = self.end(n + 1);
            let whole = &self.tokens[n + 1..end];
            let takes_next = self.language == Language::Perl && whole.first().is_some_and(|it| it.is("shift"));
            let from_arguments = takes_next || whole.iter().take(8).any(|it| it.is_any(&["ARGV", "$ARGV", "@ARGV", "$argv"]));
            let in_function = self.language == Language::Perl
                && whole.iter().any(|it| it.is("shift"))
                && self
                    .source
                    .get(..name.at)
                    .is_some_and(|it| it.matches("sub ").count() > 0 && it.rfind("\n}").is_none_or(|close| it.rfind("sub ").is_some_and(|sub| sub > close)));
            if from_arguments && !in_function {
                let softened = whole.iter().any(|it| it.is_any(&["||", "//", "??", "or"]));
                let name = name.text.trim_start_matches(['$', '@']);
                if script.arguments.iter().all(|it| it.name != name) && !["argv", "ARGV"].contains(&name) {
                    script.arguments.push(Argument { name: name.to_owned(), help: None, required: !softened, line: self.tokens[n].line });
                }
                continue;
            }
            self.constant(name.text, value, self.tokens.get(n + 2), script);
            // Behind `or` stands what happens if there is no value.
            let texts = whole.iter().any(|it| it.kind == Kind::Text) && !whole.iter().any(|it| it.is_any(&["or", "||", "?"]));
            if texts && whole.len() < 40 && !value.is_any(&["[", "{", "(", "%w"]) {
                let text = self.value(whole, 0);
                self.values.entry(name.text).or_insert(text);
            }
        }
    }

    fn constant(&self, name: &str, value: &Token<'_>, after: Option<&Token<'_>>, script: &mut Script) {
        let name = name.trim_start_matches(['$', '@', '%']);
        let ends = after.is_none_or(|it| it.kind == Kind::Break || it.is_any(&[";", ".", ")", "if", ","]));
        let is_text = value.kind == Kind::Text;
        if ends
            && (is_text || value.kind == Kind::Number)
            && crate::keep_constant(name, value.text, true, is_text)
            && script.constants.iter().all(|it| it.name != name)
        {
            script.constants.push(crate::new_constant(name, value.text, value.line));
        }
    }

    /// Where the statement that holds a token ends.
    fn end(&self, n: usize) -> usize {
        let mut depth = 0usize;
        for (at, it) in self.tokens.iter().enumerate().skip(n).take(300) {
            match () {
                () if it.is_any(&["(", "[", "{"]) => depth += 1,
                () if it.is_any(&[")", "]", "}"]) && depth == 0 => return at,
                () if it.is_any(&[")", "]", "}"]) => depth -= 1,
                () if depth == 0
                    && (it.is(";") || it.kind == Kind::Break && !self.tokens.get(at.wrapping_sub(1)).is_some_and(|it| it.is_any(&[",", "+", "."]))) =>
                {
                    return at;
                }
                () => {}
            }
        }
        self.tokens.len().min(n + 300)
    }

    /// The name of a call with what it is called on: `CSV.read`, `Net::HTTP.post` as `HTTP.post`.
    fn called(&self, n: usize) -> String {
        let name = self.tokens[n].text;
        let sign = n.checked_sub(1).and_then(|it| self.tokens.get(it));
        let object = n.checked_sub(2).and_then(|it| self.tokens.get(it));
        match (sign, object) {
            (Some(sign), Some(object))
                if sign.is_any(&[".", "::", "->"]) && object.kind == Kind::Word && !(sign.is(".") && self.language != Language::Ruby) =>
            {
                format!("{}.{name}", object.text)
            }
            (Some(sign), _) if sign.is_any(&[".", "->"]) && self.language == Language::Ruby => format!(".{name}"),
            _ => name.to_owned(),
        }
    }

    /// What is given to a call, in brackets or without.
    fn given(&self, n: usize) -> Vec<&[Token<'t>]> {
        let tokens = self.tokens;
        match tokens.get(n + 1) {
            Some(it) if it.is("(") => split(tokens.get(n + 2..closing(tokens, n + 1).min(tokens.len())).unwrap_or_default()),
            Some(it) if !it.is_any(&["=", ".", ")", ",", "]", "}"]) => {
                let end = self.end(n + 1);
                let stop = tokens[n + 1..end].iter().position(|it| it.is_any(&["or", "||", "if", "unless", "do", "&&", "and"])).map_or(end, |it| n + 1 + it);
                split(&tokens[n + 1..stop])
            }
            _ => Vec::new(),
        }
    }

    fn token(&self, n: usize, script: &mut Script) {
        let it = &self.tokens[n];
        let at = it.line;
        match it.kind {
            Kind::Text => {
                crate::sql::in_text(it.inner(), at, script);
                if it.text.starts_with('`') || it.text.starts_with("qx") {
                    let command = one_line(&self.filled(it.inner()), 240);
                    script.calls.push(Call { outward: is_outward(&command), command, line: at });
                }
                return;
            }
            Kind::Sign if self.language == Language::Awk => return self.redirect(n, script),
            Kind::Word => {}
            _ => return,
        }
        let called = self.called(n);
        let known = |list: &[&str]| list.contains(&called.as_str());
        let path = |place: usize| self.given(n).get(place).map(|it| self.value(it, 0)).unwrap_or_default();
        let dialect = self.dialect;
        if let Some((_, code)) = dialect.stops.iter().find(|(word, _)| *word == called) {
            self.stop(n, *code, script);
        } else if known(dialect.reads) {
            let path = path(0);
            if looks_like_file(&path) || path.contains(['/', '*', '{']) {
                add_read(script, &path, at);
            }
        } else if known(dialect.writes) {
            add_write(script, &path(0), at);
        } else if known(dialect.opens) {
            self.open(n, script);
        } else if known(dialect.copies) {
            let (from, to) = (path(0), path(1));
            if !from.is_empty() && !to.is_empty() {
                add_read(script, &from, at);
                let base = from.rsplit('/').next().unwrap_or_default();
                let folder = to.ends_with('/') || !to.rsplit('/').next().unwrap_or_default().contains('.');
                add_write(script, &if folder { join(&to, base) } else { to }, at);
            }
        } else if known(dialect.outward) {
            script.calls.push(Call { command: one_line(&format!("{called} {}", path(0)), 240), outward: true, line: at });
        } else if known(dialect.runs) {
            let command = self.given(n).iter().map(|it| self.value(it, 0)).collect::<Vec<_>>().join(" ");
            let command = one_line(&command, 240);
            if !command.is_empty() {
                script.calls.push(Call { outward: is_outward(&command), command, line: at });
            }
        } else if known(dialect.imports) {
            let path = path(0);
            let ending = if self.language == Language::Ruby && !path.contains(".rb") { ".rb" } else { "" };
            if !path.is_empty() && (self.language == Language::Ruby || path.contains(['.', '/'])) {
                add_use(&mut script.imports, &format!("{path}{ending}"), at);
            }
        } else if called == "require" || called == "use" {
            self.package(n, script);
        } else if it.is_any(&["ENV", "$ENV", "$_ENV"]) || called == "getenv" {
            let name = self
                .tokens
                .get(n + 1..n + 5)
                .unwrap_or_default()
                .iter()
                .find(|it| it.kind == Kind::Text || it.kind == Kind::Word && !it.is("fetch"))
                .map(Token::inner);
            let required = self.tokens.get(n + 2).is_some_and(|it| it.is("fetch")) && self.given(n + 2).len() == 1;
            script.env.extend(name.filter(|it| !["HOME", "PATH", "USER"].contains(it)).map(|it| EnvVar { name: it.to_owned(), required, line: at }));
        } else if called.ends_with(".on") && self.source.contains("OptionParser") {
            let texts: Vec<&str> = self.given(n).into_iter().flatten().filter(|it| it.kind == Kind::Text).map(Token::inner).collect();
            if let Some(flag) = texts.iter().find(|it| it.starts_with("--")) {
                let help = texts.iter().find(|it| !it.starts_with('-')).map(|it| (*it).to_owned());
                let name = flag.split([' ', '=', '[']).next().unwrap_or_default().to_owned();
                script.arguments.push(Argument { name, help, required: false, line: at });
            }
        } else if called.ends_with(".deliver") || called.ends_with(".deliver!") || called.ends_with(".deliver_now") {
            script.calls.push(Call { command: called, outward: true, line: at });
        }
    }

    /// `open(my $fh, '<', $path)`, `File.open(path, "w")`, `fopen($path, 'a')`
    fn open(&self, n: usize, script: &mut Script) {
        let given = self.given(n);
        let at = self.tokens[n].line;
        let (path, mode) = if self.language == Language::Perl {
            let mode = given.get(1).map(|it| self.value(it, 0)).unwrap_or_default();
            match given.get(2) {
                Some(path) => (self.value(path, 0), mode),
                // The old way has the sign and the path in one text.
                None => {
                    let path = mode.trim_start_matches(['<', '>', '+', ' ']).to_owned();
                    (path, mode.chars().take_while(|it| "<>+ ".contains(*it)).collect())
                }
            }
        } else {
            (given.first().map(|it| self.value(it, 0)).unwrap_or_default(), given.get(1).map(|it| self.value(it, 0)).unwrap_or_default())
        };
        if mode.contains('|') {
            let command = one_line(&path, 240);
            script.calls.push(Call { outward: is_outward(&command), command, line: at });
            return;
        }
        let writes = mode.contains('>') || mode.starts_with(['w', 'a', 'x', 'c']);
        if path.contains("://") || path.is_empty() || path.starts_with("{STD") {
        } else if writes {
            add_write(script, &path, at);
        } else {
            add_read(script, &path, at);
        }
    }

    fn package(&self, n: usize, script: &mut Script) {
        let Some(next) = self.tokens.get(n + 1) else { return };
        let mut name = next.inner().to_owned();
        let mut at = n + 2;
        while self.tokens.get(at).is_some_and(|it| it.is("::")) {
            name = format!("{name}::{}", self.tokens.get(at + 1).map_or("", |it| it.text));
            at += 2;
        }
        const OWN: &[&str] = &[
            "csv",
            "json",
            "yaml",
            "date",
            "time",
            "fileutils",
            "optparse",
            "set",
            "open3",
            "net/http",
            "uri",
            "erb",
            "strict",
            "warnings",
            "utf8",
            "lib",
            "constant",
            "vars",
            "feature",
        ];
        let core = ["POSIX", "File::", "Getopt::", "Data::", "List::", "Time::", "Cwd", "Carp", "Encode"].iter().any(|it| name.starts_with(it));
        let plain = next.kind == Kind::Text || self.language == Language::Perl && next.kind == Kind::Word && name.starts_with(char::is_alphabetic);
        if plain && !OWN.contains(&name.as_str()) && !core && self.language != Language::Php && !name.is_empty() && !name.contains(['/', '.']) {
            script.packages.push(name);
        }
    }

    /// `print x > "file"`, `getline line < "file"`, `print | "sort"`
    fn redirect(&self, n: usize, script: &mut Script) {
        let it = &self.tokens[n];
        let Some(next) = self.tokens.get(n + 1).filter(|it| it.kind == Kind::Text || it.kind == Kind::Word) else { return };
        let line = &self.tokens[..n];
        let prints = line.iter().rev().take_while(|t| t.line == it.line).any(|it| it.is_any(&["print", "printf"]));
        let end = self.tokens[n + 1..].iter().take(20).position(|it| it.kind == Kind::Break || it.is_any(&[";", "}", ")"])).map_or(n + 2, |at| n + 1 + at);
        let target = self.tokens[n + 1..end.max(n + 2).min(self.tokens.len())]
            .iter()
            .map(|it| if it.kind == Kind::Text { it.inner().to_owned() } else { format!("{{{}}}", plain_name(it.text)) })
            .collect::<String>();
        match it.text {
            ">" | ">>" if prints && next.kind == Kind::Text => add_write(script, &target, it.line),
            ">" | ">>" if prints && next.kind == Kind::Word && self.values.contains_key(next.text) => add_write(script, &self.values[next.text], it.line),
            "<" if line.iter().rev().take(3).any(|it| it.is("getline")) => {
                add_read(script, &self.values.get(next.text).cloned().unwrap_or(target), it.line);
            }
            "|" if prints && next.kind == Kind::Text => {
                script.calls.push(Call { outward: is_outward(&target), command: one_line(&target, 240), line: it.line })
            }
            _ => {}
        }
    }

    fn stop(&self, n: usize, code: Option<i32>, script: &mut Script) {
        let word = self.tokens[n];
        if n.checked_sub(1).and_then(|it| self.tokens.get(it)).is_some_and(|it| it.is_any(&["def", "sub", "function", "->", ":"])) {
            return;
        }
        let given = self.given(n);
        let first = given.first().copied().unwrap_or_default();
        let number = first.iter().find(|it| it.kind == Kind::Number).filter(|_| first.len() <= 2).and_then(|it| it.text.parse().ok());
        let text = given.iter().find(|it| it.iter().any(|it| it.kind == Kind::Text));
        let (code, said, said_at) = if word.is_any(&["exit", "exit!"]) || word.is("die") && number.is_some() {
            let (said, at) = match text {
                Some(text) => (Some(self.value(text, 0)), None),
                None => self.said_before(n).unzip(),
            };
            let plain = match first {
                _ if text.is_some() => None,
                [] => code,
                _ if first.iter().any(|it| it.is("false")) => Some(1),
                _ => number,
            };
            (plain, said, at)
        } else {
            let thrown =
                if word.is("throw") { self.tokens[n..].iter().take(8).find(|it| it.kind == Kind::Text).map(|it| self.filled(it.inner())) } else { None };
            (code, thrown.or_else(|| text.map(|it| self.value(it, 0))), None)
        };
        let said = said.map(|it| it.replace("\\n", " ").trim().to_owned());
        let condition = self.condition(n);
        if said.is_some() || condition.is_some() {
            script.exits.push(new_exit(code, said, condition, word.line, said_at));
        }
    }

    /// What was printed in the lines before.
    fn said_before(&self, n: usize) -> Option<(String, u32)> {
        let line = self.tokens[n].line;
        for at in (0..n).rev().take(60) {
            let it = &self.tokens[at];
            if it.line + 3 < line || it.is_any(&["end", "}"]) && it.line < line {
                return None;
            }
            if it.kind == Kind::Word && self.dialect.says.contains(&self.called(at).as_str()) {
                let given = self.given(at);
                let text = given.iter().copied().find(|it| it.iter().any(|it| it.kind == Kind::Text))?;
                // A handle or redirect is no part of what is said.
                let from = text.iter().position(|it| !it.is_any(&["STDERR", "STDOUT"])).unwrap_or(0);
                let to = text.iter().position(|it| it.is(">")).unwrap_or(text.len());
                return Some((self.value(text.get(from..to)?, 0), it.line));
            }
        }
        None
    }

    fn condition(&self, n: usize) -> Option<String> {
        // Behind it: `abort "x" if y`.
        let end = self.end(n);
        if let Some(at) = self.tokens[n..end].iter().position(|it| it.is_any(&["if", "unless"])).map(|it| n + it) {
            let text = self.shown(at + 1, end)?;
            return Some(if self.tokens[at].is("unless") { format!("not ({text})") } else { text });
        }
        // Before it on its line: `open(..) or die`.
        let before = n.checked_sub(1).and_then(|it| self.tokens.get(it));
        if before.is_some_and(|it| it.is_any(&["or", "||"])) {
            let start = self.tokens[..n]
                .iter()
                .rposition(|it| it.is_any(&[";", "{", "}"]) || it.kind == Kind::Break && self.language == Language::Ruby)
                .map_or(0, |it| it + 1);
            return self.shown(start, n - 1).map(|it| format!("{it} ||"));
        }
        if self.language == Language::Ruby { self.around_lines(n) } else { self.around_braces(n) }
    }

    fn around_lines(&self, n: usize) -> Option<String> {
        let mut closed = 0usize;
        let mut otherwise = false;
        let mut at = n;
        for _ in 0..300 {
            let start = self.tokens[..at].iter().rposition(|it| it.kind == Kind::Break)?;
            let from = self.tokens[..start].iter().rposition(|it| it.kind == Kind::Break).map_or(0, |it| it + 1);
            let first = self.tokens.get(from)?;
            let line = &self.tokens[from..start];
            if first.is("end") {
                closed += 1;
            } else if first.is("else") && closed == 0 {
                otherwise = true;
            } else if first.is_any(&["if", "unless", "elsif"]) {
                if closed == 0 {
                    let text = self.shown(from + 1, start)?;
                    let turned = first.is("unless") != otherwise;
                    return Some(if turned { format!("not ({text})") } else { text });
                }
                closed -= usize::from(!first.is("elsif"));
            } else if first.is_any(&["def", "class", "module"]) && closed == 0 {
                return None;
            } else if first.is_any(&["while", "until", "case", "begin", "for", "def", "class", "module"]) || line.iter().any(|it| it.is("do")) {
                closed = closed.saturating_sub(1);
            }
            at = start;
            if from == 0 {
                return None;
            }
        }
        None
    }

    fn around_braces(&self, n: usize) -> Option<String> {
        let mut closed = 0usize;
        for at in (n.saturating_sub(600)..n).rev() {
            let it = &self.tokens[at];
            if it.is("}") {
                closed += 1;
            } else if it.is("{") && closed > 0 {
                closed -= 1;
            } else if it.is("{") {
                let before = at.checked_sub(1)?;
                if self.tokens[before].is("else") {
                    return None;
                }
                if !self.tokens[before].is(")") {
                    // An awk rule has its pattern before the brace.
                    let from = self.tokens[..at].iter().rposition(|it| it.kind == Kind::Break || it.is("}")).map_or(0, |it| it + 1);
                    let rule = self.language == Language::Awk && from < at && !self.tokens[from].is_any(&["BEGIN", "END", "function"]);
                    return rule.then(|| self.shown(from, at)).flatten();
                }
                let mut depth = 0usize;
                let open = (0..at).rev().take(300).find(|it| {
                    depth = if self.tokens[*it].is(")") {
                        depth + 1
                    } else if self.tokens[*it].is("(") {
                        depth.saturating_sub(1)
                    } else {
                        depth
                    };
                    depth == 0
                })?;
                let word = self.tokens.get(open.checked_sub(1)?)?;
                let text = self.shown(open + 1, before)?;
                if word.is_any(&["if", "elsif", "elseif"]) {
                    return Some(text);
                }
                if word.is("unless") {
                    return Some(format!("not ({text})"));
                }
                if word.kind == Kind::Word && !word.is_any(&["foreach", "for", "while"]) {
                    return None;
                }
            } else if it.is("if") && self.language == Language::Awk && closed == 0 && self.tokens.get(at + 1).is_some_and(|it| it.is("(")) {
                let close = closing(self.tokens, at + 1);
                if close + 1 == n || self.tokens.get(close + 1).is_some_and(|it| it.line == self.tokens[n].line) && close < n {
                    return self.shown(at + 2, close);
                }
            }
        }
        None
    }

    fn shown(&self, from: usize, to: usize) -> Option<String> {
        let (first, last) = (self.tokens.get(from)?, self.tokens.get(to.checked_sub(1)?)?);
        let text = one_line(self.source.get(first.at..last.end())?, 160);
        (!text.is_empty()).then_some(text)
    }

    /// A text, with `{name}` for what only a run could tell.
    fn value(&self, tokens: &[Token<'t>], depth: u8) -> String {
        if depth > 6 || tokens.len() > 200 {
            return "{value}".to_owned();
        }
        let mut text = String::new();
        let (mut from, mut level) = (0, 0usize);
        for n in 0..=tokens.len() {
            let it = tokens.get(n);
            level = match it {
                Some(it) if it.is_any(&["(", "[", "{"]) => level + 1,
                Some(it) if it.is_any(&[")", "]", "}"]) => level.saturating_sub(1),
                _ => level,
            };
            if it.is_none() || level == 0 && it.is_some_and(|it| it.is_any(self.dialect.joins)) {
                text.push_str(&self.piece(&tokens[from..n], depth));
                from = n + 1;
            }
        }
        text
    }

    fn piece(&self, tokens: &[Token<'t>], depth: u8) -> String {
        match tokens {
            [] => String::new(),
            [only] if only.kind == Kind::Text => self.filled(only.inner()),
            [only] if only.kind == Kind::Number => only.text.to_owned(),
            [only] if only.is_any(&["__DIR__", "__dir__"]) => self.here(),
            [only] => self
                .values
                .get(only.text)
                .filter(|it| it.len() < 300)
                .cloned()
                .unwrap_or_else(|| format!("{{{}}}", plain_name(only.text.trim_start_matches(['$', '@', '%'])))),
            // awk joins what stands side by side.
            _ if self.language == Language::Awk => {
                let shown = tokens.iter().map(|it| match it.kind {
                    Kind::Text => it.inner().to_owned(),
                    Kind::Word => format!("{{{}}}", plain_name(it.text.trim_start_matches('$'))),
                    _ => String::new(),
                });
                shown.collect()
            }
            [my, only] if my.is_any(&["my", "our", "local"]) => format!("{{{}}}", plain_name(only.text.trim_start_matches(['$', '@']))),
            _ if tokens.iter().take(3).any(|it| it.is("join") || it.is("catfile")) => {
                let at = tokens.iter().position(|it| it.is("(")).unwrap_or(0);
                let given = split(tokens.get(at + 1..closing(tokens, at).min(tokens.len())).unwrap_or_default());
                given.iter().fold(String::new(), |path, it| join(&path, &self.value(it, depth + 1)))
            }
            _ if tokens[0].is("dirname") || tokens.iter().any(|it| it.is_any(&["__FILE__", "__dir__"])) => self.here(),
            _ => {
                let key = tokens.iter().rev().find(|it| it.kind == Kind::Text && it.inner().len() <= 40).map(Token::inner);
                let word = tokens.iter().find(|it| it.kind == Kind::Word).map(|it| it.text.trim_start_matches(['$', '@', '%']));
                format!("{{{}}}", plain_name(key.filter(|it| !it.is_empty()).or(word).unwrap_or("value")))
            }
        }
    }

    /// The folder of the script, as the beginning of a path.
    fn here(&self) -> String {
        if self.folder.is_empty() { ".".to_owned() } else { self.folder.clone() }
    }

    /// Fills `#{x}`, `$x` and `{$x}` inside a text.
    fn filled(&self, text: &str) -> String {
        static RUBY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"#\{([^}]*)\}").unwrap());
        static DOLLAR: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{?[$@]\{?(\w+)(?:->)?(?:\[[^\]]*\]|\{[^}]*\})?\}?").unwrap());
        let name_of = |name: &str, sigil: &str| {
            let known = self.values.get(format!("{sigil}{name}").as_str()).filter(|it| it.len() < 300);
            known.cloned().unwrap_or_else(|| format!("{{{}}}", plain_name(name)))
        };
        let filled = match self.language {
            Language::Ruby => RUBY.replace_all(text, |found: &regex::Captures<'_>| name_of(found[1].trim(), "")),
            Language::Perl | Language::Php => DOLLAR.replace_all(text, |found: &regex::Captures<'_>| name_of(&found[1], "$")),
            _ => text.into(),
        };
        filled.replace("\\n", " ").replace("\\\"", "\"").replace("\\$", "$").trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{exits, patterns, script};

    #[test]
    fn ruby_is_read() {
        let script = script(
            "bin/stock.rb",
            r##"#!/usr/bin/env ruby
# Weekly stock list for the shops.
require "csv"
require "roo"
require_relative "lib/limits"
WEEK = ARGV[0] or abort "which week?"
MAX_BOXES = 500 # ask above this
path = "raw/stock_#{week}.csv"
abort "no export for #{week}, ask the depot" unless File.exist?(path)
rows = CSV.read(path, headers: true)
if rows.size > MAX_BOXES
  warn "more than #{MAX_BOXES} boxes"
  exit 3
end
rows.each do |row|
  raise ArgumentError, "no article in line" if row["article"].nil?
end
File.open(File.join("out", "list_#{week}.csv"), "w") { |f| f << rows }
FileUtils.cp("out/list.csv", "sent/")
system("scp out/list.csv shop@example.org:")
key = ENV.fetch("DEPOT_KEY")
"##,
        );
        assert_eq!(patterns(&script.reads), ["raw/stock_{week}.csv", "out/list.csv"]);
        assert_eq!(patterns(&script.writes), ["out/list_{week}.csv", "sent/list.csv"]);
        assert_eq!(
            exits(&script),
            [
                "1 | which week? | WEEK = ARGV[0] ||",
                "1 | no export for {week}, ask the depot | not (File.exist?(path))",
                "3 | more than {MAX_BOXES} boxes | rows.size > MAX_BOXES",
                "1 | no article in line | row[\"article\"].nil?"
            ]
        );
        assert!(script.calls.iter().any(|it| it.outward && it.command.starts_with("scp")));
        assert_eq!(script.packages, ["roo"]);
        assert_eq!(patterns(&script.imports), ["lib/limits.rb"]);
        assert!(script.env[0].required);
    }

    #[test]
    fn perl_and_php_are_read() {
        let perl = script(
            "clean.pl",
            r#"#!/usr/bin/perl
# Cleans the till export.
use strict;
use Text::CSV;
my $day = shift or die "which day?\n";
my $MAX_LINES = 4000;
open(my $in, '<', "till/export_$day.csv") or die "no export for $day\n";
open(my $out, '>', "out/clean_$day.csv") or die;
if ($lines > $MAX_LINES) {
    print STDERR "too many lines, the till double-posted\n";
    exit 4;
}
system("mail -s till boss\@example.org < out/clean.csv");
unlink("till/export.tmp");
"#,
        );
        assert_eq!(patterns(&perl.reads), ["till/export_{day}.csv"]);
        assert_eq!(patterns(&perl.writes), ["out/clean_{day}.csv"]);
        assert!(exits(&perl).contains(&"4 | too many lines, the till double-posted | $lines > $MAX_LINES".to_owned()), "{:?}", exits(&perl));
        assert!(exits(&perl).iter().any(|it| it.starts_with("? | no export for {day} | ")), "{:?}", exits(&perl));
        assert_eq!(perl.calls.iter().filter(|it| it.outward).count(), 2);
        let php = script(
            "import.php",
            r#"<?php
// Imports the price list.
require_once 'lib/db.php';
const MAX_JUMP = 0.2; // more is a typing error
$file = $argv[1];
$rows = file_get_contents(__DIR__ . '/in/prices.csv');
if ($jump > MAX_JUMP) {
    throw new RuntimeException('price jumps too far');
}
file_put_contents("out/log_$day.txt", $rows);
$db->query("SELECT * FROM shop.prices");
if (!$rows) { die('no prices'); }
"#,
        );
        assert_eq!(patterns(&php.reads), ["in/prices.csv", "table shop.prices"]);
        assert_eq!(patterns(&php.writes), ["out/log_{day}.txt"]);
        assert_eq!(exits(&php), ["? | price jumps too far | $jump > MAX_JUMP", "? | no prices | !$rows"]);
        assert_eq!(php.arguments[0].name, "file");
        assert_eq!(php.constants[0].comment.as_deref(), Some("more is a typing error"));
    }

    #[test]
    fn awk_is_read() {
        let script = script(
            "sum.awk",
            "# Sums the boxes of each route.\nBEGIN { LIMIT = 500; while ((getline line < \"routes.txt\") > 0) known[line] = 1 }\n$3 > LIMIT { print \"too many boxes on \" $1 > \"/dev/stderr\"; exit 3 }\nEND { print total > \"out/sum.txt\" }\n",
        );
        assert_eq!(patterns(&script.reads), ["routes.txt"]);
        assert_eq!(patterns(&script.writes), ["out/sum.txt"]);
        assert_eq!(exits(&script).len(), 1);
        assert!(exits(&script)[0].starts_with("3 | too many boxes on"), "{:?}", exits(&script));
        assert_eq!(script.constants[0].name, "LIMIT");
    }

    #[test]
    fn hostile_scripts_are_survived() {
        for name in ["x.rb", "x.pl", "x.php", "x.awk"] {
            script(name, &"die ".repeat(30_000));
            script(name, &"if (".repeat(30_000));
            script(name, &"a = \"#{a}$a\" + a . a\n".repeat(4_000));
            script(name, "open(\nexit\ndie if\nFile.open\n<<EOT\n`\n'\n/\n%\n$\n");
        }
    }
}
