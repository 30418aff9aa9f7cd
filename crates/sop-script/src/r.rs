//! R: what a script reads, writes, needs and how it stops.

use crate::Comments;
use crate::code::{Code, add_read, add_use, add_write, field, line, named, one_line};
use crate::exits::new_exit;
use crate::head::comment_lines;
use crate::outward::is_outward;
use crate::value::{Value, fill_percent, join, looks_like_file, plain_name, unescape};
use sop_core::{Argument, Call, EnvVar, Script};
use std::collections::{BTreeMap, BTreeSet};
use tree_sitter::Node;

pub(crate) fn analyse(code: &Code<'_>, script: &mut Script) -> Comments {
    let mut module = Module { code, assigned: BTreeMap::new() };
    for node in code.of_kind("binary_operator") {
        if let Some((name, value)) = module.assignment(node) {
            module.assigned.entry(name).or_default().push((node.start_byte(), value));
        }
    }
    for node in code.of_kind("call") {
        module.exit(node, script);
        module.files(node, script);
        module.other(node, script);
    }
    module.constants(script);
    module.columns(script);
    let all = comment_lines(code, |kind| kind == "comment");
    let end = code.root_children().find(|it| it.kind() != "comment").map_or(u32::MAX, line);
    let head = all.iter().filter(|it| it.number < end && !it.beside).cloned().collect();
    Comments { head, all }
}

struct Module<'a, 't> {
    code: &'a Code<'t>,
    assigned: BTreeMap<&'t str, Vec<(usize, Node<'t>)>>,
}

impl<'t> Module<'_, 't> {
    /// Returns name and value of `x <- 1`, `x = 1` or `1 -> x`.
    fn assignment(&self, node: Node<'t>) -> Option<(&'t str, Node<'t>)> {
        let (left, right) = (field(node, "lhs")?, field(node, "rhs")?);
        let (name, value) = match self.code.text(field(node, "operator")?) {
            "<-" | "<<-" | "=" => (left, right),
            "->" | "->>" => (right, left),
            _ => return None,
        };
        (name.kind() == "identifier").then(|| (self.code.text(name), value))
    }

    /// Returns the function's name without its package.
    fn called(&self, call: Node<'t>) -> &'t str {
        let text = field(call, "function").map_or("", |it| self.code.text(it));
        text.rsplit(':').next().unwrap_or(text)
    }

    fn given(&self, call: Node<'t>) -> Vec<(Option<&'t str>, Node<'t>)> {
        let list = field(call, "arguments").map(named).unwrap_or_default();
        list.into_iter()
            .filter(|it| it.kind() == "argument")
            .filter_map(|it| Some((field(it, "name").map(|name| self.code.text(name)), field(it, "value")?)))
            .collect()
    }

    fn argument(&self, call: Node<'t>, names: &[&str], place: usize) -> Option<Node<'t>> {
        let given = self.given(call);
        let by_name = given.iter().find(|it| it.0.is_some_and(|name| names.contains(&name))).map(|it| it.1);
        by_name.or_else(|| given.iter().filter(|it| it.0.is_none()).nth(place).map(|it| it.1))
    }

    fn text(&self, node: Node<'t>, follow: bool) -> String {
        self.value(node, follow, &[], 0).pattern()
    }

    fn value(&self, node: Node<'t>, follow: bool, seen: &[&str], depth: u8) -> Value {
        let code = self.code;
        if !self.code.may_step(depth) {
            return Value::Open("value".to_owned());
        }
        let of = |it: Node<'t>| self.value(it, follow, seen, depth + 1);
        match node.kind() {
            "string" => Value::Text(field(node, "content").map(|it| unescape(code.text(it))).unwrap_or_default()),
            "float" | "integer" => Value::Text(code.text(node).to_owned()),
            "identifier" => {
                let name = code.text(node);
                let found = self.assigned.get(name).filter(|_| follow && !seen.contains(&name));
                let before = found.and_then(|all| all.iter().rev().find(|(start, _)| *start < node.start_byte()).or(all.first()));
                match before {
                    Some((_, right)) if !["float", "integer"].contains(&right.kind()) => {
                        let seen: Vec<&str> = seen.iter().copied().chain([name]).collect();
                        self.value(*right, true, &seen, depth + 1).named(name)
                    }
                    _ => Value::Open(name.to_owned()),
                }
            }
            "call" => {
                let pieces = || self.given(node).into_iter().filter(|it| it.0.is_none()).map(|it| of(it.1).pattern());
                match self.called(node) {
                    "file.path" | "here" | "path" => Value::Text(pieces().fold(String::new(), |path, it| join(&path, &it))),
                    "paste0" => Value::Text(pieces().collect()),
                    "paste" => {
                        let separator = self.given(node).into_iter().find(|it| it.0 == Some("sep")).map_or(" ".to_owned(), |it| of(it.1).pattern());
                        Value::Text(pieces().collect::<Vec<_>>().join(&separator))
                    }
                    "sprintf" | "gettextf" => {
                        let mut all: Vec<String> = pieces().collect();
                        if all.is_empty() {
                            return Value::Open("value".to_owned());
                        }
                        let format = all.remove(0);
                        Value::Text(fill_percent(&format, &all))
                    }
                    "glue" => pieces().next().map_or(Value::Open("value".into()), Value::Text),
                    "normalizePath" | "path.expand" | "as.character" | "trimws" => self.given(node).first().map_or(Value::Open("value".into()), |it| of(it.1)),
                    name => match self.given(node).first() {
                        Some((_, inner)) if inner.kind() == "identifier" => Value::Open(code.text(*inner).to_owned()),
                        _ => Value::Open(plain_name(name)),
                    },
                }
            }
            "extract_operator" => Value::Open(field(node, "rhs").map_or_else(|| plain_name(code.text(node)), |it| plain_name(code.text(it)))),
            _ => Value::Open(plain_name(&code.brief(node))),
        }
    }

    fn message_of(&self, call: Node<'t>) -> Option<String> {
        let pieces: Vec<String> = self.given(call).into_iter().filter(|it| it.0.is_none()).map(|it| self.text(it.1, false)).collect();
        (!pieces.is_empty()).then(|| pieces.concat())
    }

    fn exit(&self, node: Node<'t>, script: &mut Script) {
        let condition = self.condition(node);
        let at = line(node);
        match self.called(node) {
            "stop" | "abort" | "cli_abort" => script.exits.push(new_exit(Some(1), self.message_of(node), condition, at, None)),
            "stopifnot" => {
                for (name, test) in self.given(node) {
                    let message = name.map(|it| it.trim_matches(['"', '\'', '`']).to_owned());
                    let condition = format!("stopifnot({})", self.code.brief(test));
                    script.exits.push(new_exit(Some(1), message, Some(condition), at, None));
                }
            }
            "quit" | "q" => {
                let code = match self.argument(node, &["status"], 1) {
                    Some(it) => self.code.text(it).trim_end_matches('L').parse().ok(),
                    None => Some(0),
                };
                let (said, from) = self.said_before(node).unzip();
                script.exits.push(new_exit(code, said, condition, at, from));
            }
            _ => {}
        }
    }

    fn said_before(&self, node: Node<'t>) -> Option<(String, u32)> {
        for it in self.code.before(node) {
            let said = self
                .code
                .inside(it)
                .take(400)
                .filter(|it| it.kind() == "call")
                .find(|it| ["message", "cat", "print", "warning", "log_error", "log_info", "writeLines"].contains(&self.called(*it)));
            if let Some(call) = said {
                return self.message_of(call).map(|text| (text, line(call)));
            }
        }
        None
    }

    fn condition(&self, node: Node<'t>) -> Option<String> {
        let mut inner = node;
        for it in self.code.around(node) {
            match it.kind() {
                "function_definition" => return None,
                "if_statement" => {
                    let condition = field(it, "condition")?;
                    let text = self.code.brief(condition);
                    if field(it, "alternative").is_some_and(|other| other.id() == inner.id()) {
                        return Some(format!("not ({text})"));
                    }
                    if condition.id() != inner.id() {
                        return Some(text);
                    }
                }
                _ => {}
            }
            inner = it;
        }
        None
    }

    fn files(&self, node: Node<'t>, script: &mut Script) {
        let called = self.called(node);
        let at = line(node);
        let path = |names: &[&str], place| self.argument(node, names, place).map(|it| self.text(it, true));
        let reads = called.starts_with("read.")
            || called.starts_with("read_") && called != "read_function"
            || [
                "readRDS",
                "fread",
                "readLines",
                "load",
                "loadWorkbook",
                "readWorkbook",
                "read.xlsx",
                "fromJSON",
                "scan",
                "vroom",
                "excel_sheets",
                "list.files",
                "dir",
                "file.exists",
                "readtext",
            ]
            .contains(&called);
        let writes = called.starts_with("write.")
            || called.starts_with("write_")
            || ["saveRDS", "fwrite", "ggsave", "sink", "saveWorkbook", "pdf", "png", "svg", "writeLines", "writexl", "write_xlsx", "jpeg"].contains(&called);
        if reads {
            if let Some(path) = path(&["file", "path", "con", "input", "xlsxFile", "txt", "file_name"], 0) {
                // `load(x)` and `fromJSON(text)` may hold anything; a blank or bracket is no path.
                if !path.contains(['\n', '[']) {
                    add_read(script, &path, at);
                }
            }
        } else if writes {
            let first = ["ggsave", "sink", "pdf", "png", "svg", "jpeg"].contains(&called);
            if let Some(path) = path(&["file", "path", "con", "filename", "x.file"], usize::from(!first)) {
                add_write(script, &path, at);
            }
        } else if called == "source" {
            if let Some(path) = path(&["file"], 0) {
                add_use(&mut script.imports, &path, at);
            }
        } else if ["file.copy", "file.rename"].contains(&called) {
            if let Some(from) = path(&["from"], 0) {
                add_read(script, &from, at);
            }
            if let Some(to) = path(&["to"], 1) {
                add_write(script, &to, at);
            }
        }
    }

    fn other(&self, node: Node<'t>, script: &mut Script) {
        let at = line(node);
        let first = self.argument(node, &[], 0);
        match self.called(node) {
            "library" | "require" | "requireNamespace" => {
                let name = first.map(|it| self.code.text(it).trim_matches(['"', '\'']).to_owned());
                script.packages.extend(name.filter(|it| !BASE.contains(&it.as_str())));
            }
            "Sys.getenv" => {
                if let Some(name) = first.filter(|it| it.kind() == "string") {
                    let name = self.text(name, false);
                    let variable = self.code.around(node).find_map(|it| self.assignment(it)).map_or("", |it| it.0);
                    let required = self.stops_without(variable, &name);
                    script.env.push(EnvVar { name, required, line: at });
                }
            }
            "system" | "system2" | "shell" | "processx" => {
                let command =
                    self.given(node).into_iter().filter(|it| it.0.is_none_or(|name| name == "args" || name == "command")).map(|it| self.text(it.1, true));
                let command = one_line(&command.collect::<Vec<_>>().join(" "), 240);
                script.calls.push(Call { outward: is_outward(&command), command, line: at });
            }
            "unlink" | "file.remove" | "POST" | "PUT" | "DELETE" | "smtp_send" | "gm_send_message" | "sendmail" => {
                script.calls.push(Call { command: self.code.brief(node), outward: true, line: at });
            }
            "add_argument" | "make_option" | "add_option" => {
                let names = self
                    .given(node)
                    .into_iter()
                    .flat_map(|it| self.code.inside(it.1).filter(|s| s.kind() == "string").map(|s| self.text(s, false)).collect::<Vec<_>>());
                let flag = names.filter(|it| it.starts_with('-')).max_by_key(String::len);
                let help = self.given(node).into_iter().find(|it| it.0 == Some("help")).map(|it| self.text(it.1, false));
                if let Some(name) = flag {
                    script.arguments.push(Argument { name, help, required: false, line: at });
                }
            }
            _ => {}
        }
        if let Some(function) = field(node, "function").filter(|it| it.kind() == "namespace_operator") {
            let package = self.code.text(function).split(':').next().unwrap_or_default();
            if !BASE.contains(&package) {
                script.packages.push(package.to_owned());
            }
        }
    }

    /// Tells whether an `if` that stops tests a variable of the environment.
    fn stops_without(&self, variable: &str, name: &str) -> bool {
        self.code.of_kind("if_statement").any(|it| {
            let condition = field(it, "condition").map_or("", |c| self.code.text(c));
            let tests = condition.contains(name)
                || !variable.is_empty() && condition.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').any(|word| word == variable);
            let empty = ["== \"\"", "nzchar", "is.na", "is.null", "nchar"].iter().any(|test| condition.contains(test));
            tests && empty && self.code.inside(it).any(|call| call.kind() == "call" && ["stop", "quit", "q"].contains(&self.called(call)))
        })
    }

    fn constants(&self, script: &mut Script) {
        for node in self.code.root_children().filter(|it| it.kind() == "binary_operator") {
            let Some((name, value)) = self.assignment(node) else { continue };
            self.command_line(name, value, script);
            let list = value.kind() == "call" && ["c", "list"].contains(&self.called(value));
            let literal = self.code.inside(value).take(2000).all(|it| match it.kind() {
                "call" => list && it.id() == value.id(),
                "identifier" => {
                    list && (self.code.text(it) == "c"
                        || self.code.text(it) == "list"
                        || self.code.parent(it).is_some_and(|up| up.kind() == "argument" && field(up, "name").is_some_and(|n| n.id() == it.id())))
                }
                "function_definition" | "binary_operator" | "subset" | "subset2" | "extract_operator" => false,
                _ => true,
            });
            let text = self.code.text(value);
            if crate::keep_constant(name, text, literal, value.kind() == "string") {
                script.constants.push(crate::new_constant(name, text, line(node)));
            }
        }
    }

    /// `month <- args[1]` after `args <- commandArgs(..)` names an argument.
    fn command_line(&self, name: &str, value: Node<'t>, script: &mut Script) {
        let direct = self.code.text(value);
        let source = field(value, "function").map_or("", |it| self.code.text(it));
        let from_args = self.assigned.get(source).is_some_and(|all| all.iter().any(|it| self.code.text(it.1).contains("commandArgs")));
        if value.kind() == "subset" && (from_args || direct.contains("commandArgs")) {
            script.arguments.push(Argument { name: name.to_owned(), help: None, required: true, line: line(value) });
        }
    }

    /// `df$weight` and `df[["weight"]]` where `df` was read from a file.
    fn columns(&self, script: &mut Script) {
        let tables: BTreeSet<&str> = self
            .assigned
            .iter()
            .filter(|(_, all)| all.iter().any(|(_, it)| it.kind() == "call" && (self.called(*it).starts_with("read") || self.called(*it) == "fread")))
            .map(|it| *it.0)
            .collect();
        for &node in self.code.nodes() {
            match node.kind() {
                "extract_operator" => {
                    let (Some(left), Some(right)) = (field(node, "lhs"), field(node, "rhs")) else { continue };
                    if tables.contains(self.code.text(left)) {
                        script.columns.push(self.code.text(right).trim_matches('`').to_owned());
                    }
                }
                "subset2" if field(node, "function").is_some_and(|it| tables.contains(self.code.text(it))) => {
                    script.columns.extend(self.given(node).into_iter().filter(|it| it.1.kind() == "string").map(|it| self.text(it.1, false)));
                }
                _ => {}
            }
        }
        script.reads.retain(|it| {
            !it.pattern.starts_with('{') || it.pattern.contains('/') || looks_like_file(&it.pattern) || !tables.contains(it.pattern.trim_matches(['{', '}']))
        });
    }
}

/// The packages that come with R.
const BASE: &[&str] = &["base", "stats", "utils", "methods", "graphics", "grDevices", "datasets", "tools", "parallel", "compiler", "grid", "splines", "stats4"];

#[cfg(test)]
mod tests {
    use crate::testing::{exits, patterns, script};

    const SURVEY: &str = r#"#!/usr/bin/env Rscript
# Monthly survey tables.
#
#   Rscript tables.R 2026-10
#
# exit 3  too few answers
library(readxl)
args <- commandArgs(trailingOnly = TRUE)
month <- args[1]
MIN_N <- 30  # below this we do not publish
df <- read.csv(file.path("raw", paste0("survey_", month, ".csv")))
plan <- readxl::read_excel(sprintf("in/%s/plan.xlsx", month))
if (nrow(df) < MIN_N) {
  message("only ", nrow(df), " answers")
  quit(status = 3)
}
if (!"weight" %in% names(df)) stop("no weight column in ", month)
write.csv(df, file = paste0("out/tables_", month, ".csv"))
saveRDS(df, "out/df.rds")
key <- Sys.getenv("SURVEY_KEY")
if (key == "") stop("SURVEY_KEY is not set")
print(df$region)
"#;

    #[test]
    fn stop_and_quit_are_exits() {
        let script = script("tables.R", SURVEY);
        assert_eq!(
            exits(&script),
            [
                "3 | only {df} answers | nrow(df) < MIN_N",
                "1 | no weight column in {month} | !\"weight\" %in% names(df)",
                "1 | SURVEY_KEY is not set | key == \"\""
            ]
        );
        assert_eq!(script.exits[0].documented.as_deref(), Some("too few answers"));
    }

    #[test]
    fn files_arguments_and_limits_are_found() {
        let script = script("tables.R", SURVEY);
        assert_eq!(patterns(&script.reads), ["raw/survey_{month}.csv", "in/{month}/plan.xlsx"]);
        assert_eq!(patterns(&script.writes), ["out/tables_{month}.csv", "out/df.rds"]);
        assert_eq!(script.arguments[0].name, "month");
        assert_eq!(script.constants[0].comment.as_deref(), Some("below this we do not publish"));
        assert_eq!(script.packages, ["readxl"]);
        assert_eq!(script.columns, ["region"]);
        assert!(script.env[0].required);
        assert_eq!(script.usage[0].command, "Rscript tables.R 2026-10");
    }
}
