//! Makefiles: targets are what is written, prerequisites what is read, recipes are shell.
//!
//! A recipe is read by the shell's analyser after `$(NAME)` has been put into the shell's words. A variable with a default
//! (`MONTH ?= 2026-10`) is what changes from run to run, so it stays open.

use crate::Comments;
use crate::code::{add_read, add_use, add_write, one_line};
use crate::exits::new_exit;
use crate::lex::{head, note};
use crate::pieces::absorb;
use crate::value::looks_like_file;
use sop_core::{Argument, Language, Script, Usage};
use std::collections::{BTreeMap, BTreeSet};

/// Deepest chain of variables that is followed.
const MAX_DEPTH: u8 = 8;
/// A name that grew longer than this was made by a file that doubles it with every line.
const MAX_TEXT: usize = 4_000;

pub(crate) fn analyse(source: &str, folder: &[String], script: &mut Script) -> Comments {
    let mut make = Make::default();
    make.collect(source, script);
    make.rules(source, folder, script);
    let first = make.first_code.unwrap_or(u32::MAX);
    Comments { head: head(&make.comments, first), all: make.comments }
}

#[derive(Default)]
struct Make {
    variables: BTreeMap<String, Variable>,
    phony: BTreeSet<String>,
    comments: Vec<crate::head::Line>,
    first_code: Option<u32>,
}

struct Variable {
    value: String,
    /// True if the one who runs it may set it.
    open: bool,
}

/// A line of the file, and those that a backslash joins to it.
struct Logical {
    text: String,
    line: u32,
    recipe: bool,
}

impl Make {
    fn collect(&mut self, source: &str, script: &mut Script) {
        let mut guard: Option<String> = None;
        for it in logical(source) {
            let text = it.text.trim();
            if let (Some(at), false) = (comment_at(&it.text), it.recipe) {
                note(&mut self.comments, it.text[at..].trim_start_matches('#'), it.line, !it.text[..at].trim().is_empty());
            }
            let code = comment_at(&it.text).map_or(it.text.as_str(), |at| &it.text[..at]).trim();
            if code.is_empty() || it.recipe && it.text.trim_start().starts_with('#') {
                continue;
            }
            self.first_code.get_or_insert(it.line);
            if let Some(said) = error_text(text) {
                let said = self.filled(&said, 0);
                script.exits.push(new_exit(Some(2), Some(said), guard.clone(), it.line, None));
            }
            if let Some(rest) = code.strip_prefix("ifndef ").or(code.strip_prefix("ifdef ")) {
                guard = Some(format!("{} {}", code.split(' ').next().unwrap_or_default(), rest.trim()));
            } else if code.starts_with("ifeq") || code.starts_with("ifneq") {
                guard = Some(one_line(code, 160));
            } else if code == "endif" {
                guard = None;
            } else if code == "else" {
                guard = guard.map(|it| format!("not ({it})"));
            } else if !it.recipe
                && let Some((name, sign, value)) = assignment(code)
            {
                self.assign(name, sign, value, it.line, script);
            } else if let Some(names) = code.strip_prefix(".PHONY") {
                self.phony.extend(names.trim_start_matches([':', ' ']).split_whitespace().map(str::to_owned));
            } else if let Some(files) = code.strip_prefix("include ").or(code.strip_prefix("-include ")) {
                let files = self.filled(files, 0);
                files.split_whitespace().for_each(|file| add_use(&mut script.imports, file, it.line));
            }
        }
    }

    fn assign(&mut self, name: &str, sign: &str, value: &str, line: u32, script: &mut Script) {
        let open = sign == "?=";
        if sign == "+=" {
            if let Some(known) = self.variables.get_mut(name).filter(|it| it.value.len() + value.len() < MAX_TEXT) {
                known.value.push(' ');
                known.value.push_str(value);
            }
            return;
        }
        let computed = value.contains('$');
        let program = looks_like_program(value);
        if open && !program && script.arguments.iter().all(|it| it.name != name) {
            let help = (!value.is_empty()).then(|| format!("{} if not given", self.filled(value, 0)));
            script.arguments.push(Argument { name: name.to_owned(), help, required: false, line });
        }
        let is_text = !value.chars().all(|c| c.is_ascii_digit() || c == '.');
        if !computed && !program && crate::keep_constant(name, value, true, is_text) {
            script.constants.push(crate::new_constant(name, value, line));
        }
        self.variables.insert(name.to_owned(), Variable { value: value.to_owned(), open: open && !program });
    }

    fn rules(&mut self, source: &str, folder: &[String], script: &mut Script) {
        let mut shell: Vec<String> = vec![String::new(); source.lines().count() + 1];
        let mut rule: Option<(Vec<String>, Vec<String>)> = None;
        let mut targets_of: Vec<(Vec<String>, u32, bool)> = Vec::new();
        let mut missing: BTreeMap<String, u32> = BTreeMap::new();
        for it in logical(source) {
            if it.recipe {
                let Some((targets, needs)) = &rule else { continue };
                if let Some(last) = targets_of.last_mut() {
                    last.2 = true;
                }
                let text = self.recipe(&it.text, targets, needs, &mut missing, it.line);
                for (n, line) in text.lines().enumerate() {
                    if let Some(slot) = shell.get_mut(it.line as usize - 1 + n) {
                        *slot = line.to_owned();
                    }
                }
                continue;
            }
            let code = comment_at(&it.text).map_or(it.text.as_str(), |at| &it.text[..at]);
            let Some((targets, needs, inline)) = self.rule(code) else { continue };
            let real: Vec<String> = targets.iter().filter(|it| !self.phony.contains(*it) && is_path(it)).cloned().collect();
            for need in needs.iter().filter(|it| !self.phony.contains(*it) && is_path(it)) {
                add_read(script, need, it.line);
            }
            if let Some((_, said)) = it.text.split_once("## ")
                && let Some(target) = targets.first().filter(|it| !is_path(it))
            {
                script.usage.push(Usage { command: format!("make {target}"), note: Some(said.trim().to_owned()), line: it.line });
            }
            targets_of.push((real, it.line, !inline.is_empty()));
            if !inline.is_empty() {
                let text = self.recipe(&inline, &targets, &needs, &mut missing, it.line);
                if let Some(slot) = shell.get_mut(it.line as usize - 1) {
                    *slot = text;
                }
            }
            rule = Some((targets, needs));
        }
        for (targets, line, has_recipe) in targets_of {
            if has_recipe {
                targets.iter().for_each(|target| add_write(script, target, line));
            }
        }
        let shown = std::mem::take(&mut script.usage);
        let mut part = crate::read(Language::Shell, &shell.join("\n"), &script.path, "", folder);
        // What the shell does not know is a variable of make, or set by whoever runs it.
        part.env.retain(|it| !self.variables.contains_key(&it.name) && !missing.contains_key(&it.name));
        part.constants.clear();
        part.arguments.clear();
        part.remarks.clear();
        for (name, line) in missing {
            let tested = script.exits.iter().any(|it| it.condition.as_deref().is_some_and(|c| c.contains(&name)));
            script.arguments.push(Argument { name, help: None, required: tested, line });
        }
        absorb(script, part);
        script.usage = shown;
        script.arguments.sort_by_key(|it| it.line);
    }

    /// Reads `targets: needs ; recipe`.
    fn rule(&self, code: &str) -> Option<(Vec<String>, Vec<String>, String)> {
        let code = code.trim_end();
        if code.starts_with([' ', '.']) && !code.trim_start().starts_with("./") && !code.contains('/') || assignment(code).is_some() {
            return None;
        }
        let (rule, inline) = code.split_once(';').unwrap_or((code, ""));
        let at = rule.char_indices().find(|(at, c)| *c == ':' && !rule[..*at].ends_with('(') && !rule[*at + 1..].starts_with(['=', '/', '\\']))?.0;
        let targets = rule[..at].trim_end_matches('&');
        let needs = rule[at + 1..].trim_start_matches(':');
        if targets.trim().is_empty() || ["ifeq", "ifneq", "define", "export", "include", "vpath"].iter().any(|it| targets.starts_with(it)) {
            return None;
        }
        // A target-specific variable is no rule.
        if assignment(needs.trim()).is_some() {
            return None;
        }
        // A static pattern has its stem between two colons.
        let needs = needs.rsplit(':').next().unwrap_or(needs).replace('|', " ");
        let list = |text: &str| self.filled(text, 0).replace('%', "{stem}").split_whitespace().take(200).map(str::to_owned).collect::<Vec<_>>();
        Some((list(targets), list(&needs), inline.trim().to_owned()))
    }

    /// Puts a line of a recipe into the words of the shell.
    fn recipe(&self, text: &str, targets: &[String], needs: &[String], missing: &mut BTreeMap<String, u32>, line: u32) -> String {
        let text = text.trim_start_matches('\t').trim_start_matches(['@', '-', '+', ' ']);
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let Some(c) = after.chars().next() else { break };
            rest = &after[c.len_utf8()..];
            match c {
                '$' => out.push('$'),
                '@' => out.push_str(&braced(targets.first().map_or("", String::as_str))),
                '<' => out.push_str(&braced(needs.first().map_or("", String::as_str))),
                '^' | '+' | '?' => out.push_str(&braced(&needs.join(" "))),
                '*' => out.push_str("${stem}"),
                '(' | '{' => {
                    let end = closing(after);
                    let inside = after.get(1..end).unwrap_or_default();
                    rest = after.get(end + 1..).unwrap_or_default();
                    let first = out.trim().is_empty();
                    match inside.chars().next() {
                        Some('@') => out.push_str(&braced(targets.first().map_or("", String::as_str))),
                        Some('<') => out.push_str(&braced(needs.first().map_or("", String::as_str))),
                        _ if is_name(inside) => match self.variables.get(inside) {
                            Some(it) if !it.open || first => out.push_str(&braced(&self.filled(&it.value, 1))),
                            Some(_) => out.push_str(&format!("${{{inside}}}")),
                            None => {
                                if !["MAKE", "CURDIR", "HOME", "PWD", "USER", "MAKEFILE_LIST", "SHELL", "RM"].contains(&inside) {
                                    missing.entry(inside.to_owned()).or_insert(line);
                                }
                                out.push_str(match inside {
                                    "MAKE" => "make",
                                    "RM" => "rm -f",
                                    _ => "",
                                });
                                if !["MAKE", "RM"].contains(&inside) {
                                    out.push_str(&format!("${{{inside}}}"));
                                }
                            }
                        },
                        _ => out.push_str(&braced(&self.function(inside, 0))),
                    }
                }
                c => {
                    let name = c.to_string();
                    out.push_str(&self.variables.get(&name).map_or_else(|| format!("${{{name}}}"), |it| braced(&self.filled(&it.value, 1))));
                }
            }
            if out.len() > MAX_TEXT {
                break;
            }
        }
        out.push_str(rest);
        out
    }

    /// Fills the variables of a text; what only a run could tell stays as `{name}`.
    fn filled(&self, text: &str, depth: u8) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let Some(c) = after.chars().next() else { break };
            if out.len() > MAX_TEXT {
                return out;
            }
            if !['(', '{'].contains(&c) {
                rest = &after[c.len_utf8()..];
                match c {
                    '$' => out.push('$'),
                    '*' => out.push_str("{stem}"),
                    _ => out.push_str(&self.variables.get(&c.to_string()).map_or_else(String::new, |it| it.value.clone())),
                }
                continue;
            }
            let end = closing(after);
            let inside = after.get(1..end).unwrap_or_default();
            rest = after.get(end + 1..).unwrap_or_default();
            match self.variables.get(inside) {
                Some(it) if !it.open && depth < MAX_DEPTH => out.push_str(&self.filled(&it.value, depth + 1)),
                _ if is_name(inside) => out.push_str(&format!("{{{inside}}}")),
                _ => out.push_str(&self.function(inside, depth)),
            }
        }
        out.push_str(rest);
        out
    }

    /// `$(wildcard raw/*.csv)`, `$(shell date +%F)`; others are named by their function.
    fn function(&self, inside: &str, depth: u8) -> String {
        let (function, rest) = inside.split_once(' ').unwrap_or((inside, ""));
        match function {
            "wildcard" | "sort" | "strip" | "abspath" if depth < MAX_DEPTH => self.filled(rest, depth + 1),
            "shell" => format!("{{{}}}", rest.split_whitespace().next().unwrap_or("value")),
            "addprefix" if depth < MAX_DEPTH => {
                let (prefix, names) = rest.split_once(',').unwrap_or(("", rest));
                let names = self.filled(names, depth + 1);
                names.split_whitespace().map(|it| format!("{}{it}", prefix.trim())).collect::<Vec<_>>().join(" ")
            }
            "patsubst" if depth < MAX_DEPTH => rest.split(',').nth(1).map(|it| it.replace('%', "*")).unwrap_or_default(),
            _ => match inside.split_once(':').and_then(|(name, change)| Some((name, change.split_once('=')?))) {
                // `$(RAW:.csv=.xlsx)`
                Some((name, (from, to))) if is_name(name) && depth < MAX_DEPTH => {
                    let value = self.filled(&format!("$({name})"), depth + 1);
                    value
                        .split_whitespace()
                        .map(|it| it.strip_suffix(from).map_or_else(|| it.to_owned(), |stem| format!("{stem}{to}")))
                        .collect::<Vec<_>>()
                        .join(" ")
                }
                _ => format!("{{{}}}", crate::value::plain_name(function)),
            },
        }
    }
}

/// Joins lines that end with a backslash. Those of a recipe stay lines, since the shell joins them itself.
fn logical(source: &str) -> Vec<Logical> {
    let mut lines: Vec<Logical> = Vec::new();
    let mut goes_on = false;
    for (text, n) in source.lines().zip(1..) {
        match lines.last_mut() {
            Some(last) if goes_on && last.text.len() < MAX_TEXT => {
                if last.recipe {
                    last.text.push('\n');
                    last.text.push_str(text.trim_start_matches('\t'));
                } else {
                    last.text.truncate(last.text.trim_end().len().saturating_sub(1));
                    last.text.push(' ');
                    last.text.push_str(text.trim());
                }
            }
            _ => lines.push(Logical { text: text.to_owned(), line: n, recipe: text.starts_with('\t') }),
        }
        goes_on = text.trim_end().ends_with('\\');
    }
    lines
}

/// Where the comment of a line begins, if it has one.
fn comment_at(text: &str) -> Option<usize> {
    text.match_indices('#').map(|it| it.0).find(|at| !text[..*at].ends_with('\\') && (text[..*at].trim().is_empty() || text[..*at].ends_with([' ', '\t'])))
}

fn assignment(code: &str) -> Option<(&str, &str, &str)> {
    let at = code.find('=')?;
    let before = &code[..at];
    let sign_start = before.trim_end_matches(['?', ':', '+', '!']).len();
    let name = before[..sign_start].trim();
    let name = name.strip_prefix("export ").or(name.strip_prefix("override ")).unwrap_or(name).trim();
    let sign = match &before[sign_start..] {
        "?" => "?=",
        "+" => "+=",
        _ => "=",
    };
    is_name(name).then(|| (name, sign, code[at + 1..].trim()))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c)) && text.len() < 60
}

/// Where the bracket at the start of a text closes.
fn closing(text: &str) -> usize {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// `{name}` as the shell writes it.
fn braced(text: &str) -> String {
    text.replace('{', "${")
}

fn is_path(word: &str) -> bool {
    (looks_like_file(word) || word.contains('/')) && !word.contains("://") && word != "Makefile"
}

fn looks_like_program(value: &str) -> bool {
    let first = value.split_whitespace().next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    [
        "python", "Rscript", "node", "psql", "bash", "sh", "pandoc", "quarto", "duckdb", "sqlite3", "perl", "ruby", "uv", "poetry", "docker", "gcc", "latexmk",
        "pdflatex",
    ]
    .iter()
    .any(|it| first.starts_with(it) && first.len() <= it.len() + 5)
}

fn error_text(text: &str) -> Option<String> {
    let at = text.find("$(error ")?;
    let end = closing(text.get(at + 1..)?);
    Some(text.get(at + 8..at + 1 + end)?.trim().trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use crate::testing::{exits, patterns, script};

    const MONTHLY: &str = "# Monthly sales report: from the raw exports to the mail.\n\
MONTH ?= 2026-10\n\
PYTHON ?= python3\n\
OUT := out/$(MONTH)\n\
MAX_ROWS = 5000  # more than this and the till double-posted\n\
ifndef APPROVER\n\
$(error set APPROVER to whoever signed the totals)\n\
endif\n\
\n\
.PHONY: all check send\n\
all: check $(OUT)/summary.xlsx ## build everything\n\
\n\
$(OUT)/clean.csv: raw/orders_$(MONTH).csv scripts/clean.py\n\
\t@mkdir -p $(OUT)\n\
\t$(PYTHON) scripts/clean.py --month $(MONTH) \\\n\
\t  --out $@\n\
\n\
$(OUT)/summary.xlsx: $(OUT)/clean.csv template.xlsx\n\
\tcp template.xlsx $@\n\
\tpython3 scripts/fill.py $< $@\n\
\n\
out/%.pdf: notes/%.md\n\
\tpandoc $< -o $@\n\
\n\
check: $(OUT)/clean.csv\n\
\t@if [ $$(wc -l < $<) -gt $(MAX_ROWS) ]; then \\\n\
\t  echo \"more than $(MAX_ROWS) rows, ask Ruth\"; exit 3; fi\n\
\n\
send: $(OUT)/summary.xlsx\n\
\tmail -s \"Sales $(MONTH)\" $(TO) < $(OUT)/summary.xlsx\n";

    #[test]
    fn targets_are_written_and_what_they_need_is_read() {
        let script = script("Makefile", MONTHLY);
        assert_eq!(script.purpose.as_ref().unwrap().text, "Monthly sales report: from the raw exports to the mail.");
        assert_eq!(
            patterns(&script.reads),
            ["out/{MONTH}/summary.xlsx", "raw/orders_{MONTH}.csv", "scripts/clean.py", "out/{MONTH}/clean.csv", "template.xlsx", "notes/{stem}.md"]
        );
        assert_eq!(patterns(&script.writes), ["out/{MONTH}/clean.csv", "out/{MONTH}/summary.xlsx", "out/{stem}.pdf"]);
    }

    #[test]
    fn recipes_are_shell() {
        let script = script("Makefile", MONTHLY);
        assert_eq!(
            exits(&script),
            [
                "2 | set APPROVER to whoever signed the totals | ifndef APPROVER",
                "3 | more than 5000 rows, ask Ruth | [ $(wc -l < ${OUT}/clean.csv) -gt 5000 ]".replace("${OUT}", "out/${MONTH}").as_str()
            ]
        );
        let calls: Vec<(&str, bool, u32)> = script.calls.iter().map(|it| (it.command.as_str(), it.outward, it.line)).collect();
        assert_eq!(
            calls,
            [
                ("python3 scripts/clean.py --month {MONTH} --out out/{MONTH}/clean.csv", false, 15),
                ("python3 scripts/fill.py out/{MONTH}/clean.csv out/{MONTH}/summary.xlsx", false, 20),
                ("pandoc notes/{stem}.md -o out/{stem}.pdf", false, 23),
                ("mail -s Sales {MONTH} {TO}", true, 30)
            ]
        );
        let arguments: Vec<(&str, bool)> = script.arguments.iter().map(|it| (it.name.as_str(), it.required)).collect();
        assert_eq!(arguments, [("MONTH", false), ("TO", false)]);
        assert_eq!(script.constants.iter().find(|it| it.name == "MAX_ROWS").unwrap().comment.as_deref(), Some("more than this and the till double-posted"));
        assert_eq!(script.usage[0].command, "make all");
        assert!(!script.partial);
    }

    #[test]
    fn hostile_makefiles_are_survived() {
        let mut doubling = "A0 = xx\n".to_owned();
        for n in 1..40 {
            doubling.push_str(&format!("A{n} = $(A{})$(A{})\n", n - 1, n - 1));
        }
        doubling.push_str("$(A39): $(A38)\n\techo $(A39)\n");
        script("Makefile", &doubling);
        script("Makefile", "A = $(A)\nB: $(A)\n\t$(A)\n$(((((\n\t$\n:\n=\n");
        script("Makefile", &"a: b\n\t$(x\n".repeat(5_000));
    }
}
