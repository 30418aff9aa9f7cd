//! Shell scripts: what they read, write, run, need and how they stop.

use crate::Comments;
use crate::code::{Code, add_read, add_use, add_write, field, line, named, one_line};
use crate::exits::{StopCode, Stopper, new_exit};
use crate::head::comment_lines;
use crate::outward::is_outward;
use crate::value::{Value, join, looks_like_file, parent, plain_name, unescape};
use sop_core::{Argument, Call, EnvVar, FileUse, Script};
use std::collections::{BTreeMap, BTreeSet};
use tree_sitter::Node;

pub(crate) fn analyse(code: &Code<'_>, script: &mut Script) -> Comments {
    let mut shell = Shell { code, assigned: BTreeMap::new(), functions: BTreeMap::new(), scratch: BTreeSet::new() };
    shell.collect();
    shell.exits(script);
    shell.files(script);
    shell.constants(script);
    shell.variables(script);
    let all = comment_lines(code, |kind| kind == "comment");
    let end = code.root_children().find(|it| it.kind() != "comment").map_or(u32::MAX, line);
    let head = all.iter().filter(|it| it.number < end && !it.beside).cloned().collect();
    Comments { head, all }
}

struct Shell<'a, 't> {
    code: &'a Code<'t>,
    assigned: BTreeMap<&'t str, Vec<(usize, Node<'t>)>>,
    functions: BTreeMap<&'t str, Node<'t>>,
    /// Variables that hold a scratch folder, whose files are nobody's business.
    scratch: BTreeSet<&'t str>,
}

impl<'t> Shell<'_, 't> {
    fn collect(&mut self) {
        let code = self.code;
        for &node in code.nodes() {
            match node.kind() {
                "variable_assignment" => {
                    let (Some(name), Some(value)) = (field(node, "name"), field(node, "value")) else { continue };
                    if code.text(value).contains("mktemp") {
                        self.scratch.insert(code.text(name));
                    }
                    self.assigned.entry(code.text(name)).or_default().push((node.start_byte(), value));
                }
                "for_statement" => {
                    let mut cursor = node.walk();
                    let values: Vec<_> = node.children_by_field_name("value", &mut cursor).collect();
                    // A loop over one glob gives its variable that pattern; a loop over several names stays open.
                    if let (Some(name), [only]) = (field(node, "variable"), values.as_slice())
                        && code.text(*only).contains('*')
                    {
                        self.assigned.entry(code.text(name)).or_default().push((node.start_byte(), *only));
                    }
                }
                "function_definition" => {
                    if let Some(name) = field(node, "name") {
                        self.functions.insert(code.text(name), node);
                    }
                }
                _ => {}
            }
        }
    }

    fn command_name(&self, command: Node<'t>) -> &'t str {
        field(command, "name").map_or("", |it| self.code.text(it))
    }

    fn command_arguments(&self, command: Node<'t>) -> Vec<Node<'t>> {
        let mut cursor = command.walk();
        command.children_by_field_name("argument", &mut cursor).collect()
    }

    // Values.

    fn path(&self, node: Node<'t>) -> String {
        self.value(node, true, &[], 0).pattern()
    }

    fn words(&self, node: Node<'t>) -> String {
        self.value(node, false, &[], 0).pattern()
    }

    fn value(&self, node: Node<'t>, follow: bool, seen: &[&str], depth: u8) -> Value {
        let code = self.code;
        if !code.may_step(depth) {
            return Value::Open("value".to_owned());
        }
        match node.kind() {
            "word" | "number" | "string_content" => Value::Text(unescape(code.text(node)).replace("\\ ", " ")),
            "raw_string" => Value::Text(one_line(code.text(node).trim_matches('\''), 400)),
            "simple_expansion" | "expansion" => self.variable(node, follow, seen, depth),
            "command_substitution" => self.substitution(node),
            "string" | "concatenation" | "command_name" | "translated_string" => self.pieces(node, follow, seen, depth),
            _ => Value::Text(one_line(code.text(node), 200)),
        }
    }

    /// Joins the pieces of a string; blanks between them belong to no piece, so they are taken from the source.
    fn pieces(&self, node: Node<'t>, follow: bool, seen: &[&str], depth: u8) -> Value {
        let quote = usize::from(node.kind() == "string");
        let mut at = node.start_byte() + quote;
        let mut text = String::new();
        let parts = named(node);
        if let ([only], false) = (parts.as_slice(), node.kind() == "string_content")
            && only.start_byte() == at
            && only.end_byte() + quote == node.end_byte()
        {
            return self.value(*only, follow, seen, depth + 1);
        }
        for part in parts {
            text.push_str(&unescape(self.code.source.get(at..part.start_byte()).unwrap_or_default()));
            text.push_str(&self.value(part, follow, seen, depth + 1).pattern());
            at = part.end_byte();
        }
        text.push_str(&unescape(self.code.source.get(at..node.end_byte() - quote.min(node.end_byte())).unwrap_or_default()));
        Value::Text(text)
    }

    fn variable(&self, node: Node<'t>, follow: bool, seen: &[&str], depth: u8) -> Value {
        let name = named(node)
            .into_iter()
            .find(|it| ["variable_name", "special_variable_name"].contains(&it.kind()))
            .map_or_else(|| self.code.text(node).trim_matches(['$', '{', '}']), |it| self.code.text(it));
        let name = if name.is_empty() { self.code.text(node).trim_start_matches('$') } else { name };
        if name == "0" && follow {
            return Value::Text(self.code.path.to_owned());
        }
        if !follow || seen.contains(&name) {
            return Value::Open(name.to_owned());
        }
        let found = self.assigned.get(name).map(Vec::as_slice).unwrap_or_default();
        let before = found.iter().rev().find(|(start, right)| *start < node.start_byte() && right.end_byte() <= node.start_byte());
        match before.or(found.first()) {
            Some((_, right)) if right.kind() != "number" && !self.code.text(*right).is_empty() => {
                let seen: Vec<&str> = seen.iter().copied().chain([name]).collect();
                let value = self.value(*right, true, &seen, depth + 1);
                match (value, self.cut_off(*right)) {
                    (Value::Text(text), Some(rest)) => Value::Text(self.completed(&text, rest, &seen, depth)),
                    (value, _) => value.named(name),
                }
            }
            _ => Value::Open(name.to_owned()),
        }
    }

    /// The grammar ends `A=$B/x_$C.csv` after the second `$`. Returns what it lost: `C.csv`.
    fn cut_off(&self, value: Node<'t>) -> Option<&'t str> {
        if !self.code.text(value).ends_with('$') {
            return None;
        }
        let rest = self.code.source.get(value.end_byte()..)?;
        let end = rest.find(|c: char| c.is_whitespace() || ";|&)".contains(c)).unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    }

    fn completed(&self, text: &str, rest: &'t str, seen: &[&str], depth: u8) -> String {
        let mut whole = text.trim_end_matches('$').to_owned();
        for piece in rest.split('$') {
            let piece = piece.trim_start_matches('{');
            let end = piece.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(piece.len());
            let (name, tail) = piece.split_at(end);
            let found = self.assigned.get(name).and_then(|it| it.first()).filter(|_| !seen.contains(&name));
            let value = match found {
                Some((_, right)) => {
                    let seen: Vec<&str> = seen.iter().copied().chain([name]).collect();
                    self.value(*right, true, &seen, depth + 1).named(name)
                }
                None => Value::Open(name.to_owned()),
            };
            whole.push_str(&value.pattern());
            whole.push_str(tail.trim_start_matches('}').trim_end_matches('"'));
        }
        whole
    }

    /// Names a `$(..)`: the script's folder is known, else its first variable or last plain word says most.
    fn substitution(&self, node: Node<'t>) -> Value {
        let text = self.code.text(node);
        if text.contains("dirname") && (text.contains("$0") || text.contains("BASH_SOURCE")) {
            return match parent(self.code.path) {
                Value::Text(above) if text.contains("/..") => parent(&above),
                above => above,
            };
        }
        let inner = self.code.inside(node).find(|it| it.kind() == "command");
        let variable = self.code.inside(node).find(|it| it.kind() == "variable_name").map(|it| self.code.text(it));
        let name = inner.map(|it| {
            let word = self.command_arguments(it).into_iter().rfind(|it| it.kind() == "word").map(|it| self.code.text(it));
            match (variable, word.filter(|it| !it.starts_with(['-', '+', '.', '/']))) {
                (Some(variable), _) => variable,
                (None, Some(word)) => word,
                (None, None) => self.command_name(it),
            }
        });
        Value::Open(name.map_or_else(|| plain_name(text), str::to_owned))
    }

    // Exits.

    fn exits(&self, script: &mut Script) {
        let stoppers = self.stoppers();
        for &node in self.code.nodes() {
            match node.kind() {
                "command" => {
                    let name = self.command_name(node);
                    let given = self.command_arguments(node);
                    let own = self.function_around(node);
                    if name == "exit" {
                        if own.is_some_and(|it| stoppers.iter().any(|s| s.name == it)) || self.inside_program_text(node) {
                            continue;
                        }
                        let code = match given.first() {
                            Some(it) => self.number(*it),
                            None => Some(0),
                        };
                        let (said, at) = self.said_before(node).unzip();
                        script.exits.push(new_exit(code, said, self.condition(node), line(node), at));
                    } else if let Some(stopper) = stoppers.iter().find(|it| it.name == name) {
                        let codes: Vec<Option<i32>> = given.iter().map(|it| self.number(*it)).collect();
                        let says: Vec<Option<String>> = given.iter().map(|it| Some(self.words(*it))).collect();
                        script.exits.push(stopper.exit(&codes, &says, self.condition(node), line(node)));
                    }
                }
                "expansion" if self.code.text(node).contains(":?") || self.code.text(node).contains('?') => {
                    let text = self.code.text(node);
                    let Some((name, said)) = text.trim_start_matches("${").trim_end_matches('}').split_once('?') else { continue };
                    let name = name.trim_end_matches(':');
                    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                        continue;
                    }
                    let said = said.trim_matches(['"', '\'']).to_owned();
                    script.exits.push(new_exit(Some(1), Some(said.clone()), Some(self.code.brief(node)), line(node), None));
                    let help = (!said.is_empty()).then_some(said);
                    if name.chars().all(|c| c.is_ascii_digit()) {
                        let name = self.assigned_to(node).unwrap_or(name).to_owned();
                        script.arguments.push(Argument { name, help, required: true, line: line(node) });
                    } else {
                        script.env.push(EnvVar { name: name.to_owned(), required: true, line: line(node) });
                    }
                }
                _ => {}
            }
        }
    }

    /// An `exit` inside an awk or sed program ends that program, not the script; the parser does not see those.
    fn inside_program_text(&self, node: Node<'t>) -> bool {
        self.code.around(node).any(|it| ["raw_string", "heredoc_body"].contains(&it.kind()))
    }

    fn function_around(&self, node: Node<'t>) -> Option<&'t str> {
        let function = self.code.around(node).find(|it| it.kind() == "function_definition")?;
        field(function, "name").map(|it| self.code.text(it))
    }

    fn assigned_to(&self, node: Node<'t>) -> Option<&'t str> {
        let assignment = self.code.around(node).take(4).find(|it| it.kind() == "variable_assignment")?;
        field(assignment, "name").map(|it| self.code.text(it))
    }

    fn number(&self, node: Node<'t>) -> Option<i32> {
        let text = self.words(node);
        if let Some(name) = text.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            let found = self.assigned.get(name)?;
            let [(_, only)] = found.as_slice() else { return None };
            return self.code.text(*only).parse().ok();
        }
        text.parse().ok()
    }

    /// Finds functions that say something and exit whatever happens.
    fn stoppers(&self) -> Vec<Stopper> {
        let mut found = Vec::new();
        for (name, function) in &self.functions {
            let exit = self.code.inside(*function).find(|it| it.kind() == "command" && self.command_name(*it) == "exit");
            let Some(exit) = exit.filter(|it| self.condition(*it).is_none()) else { continue };
            let said = self.said_before(exit).map(|it| it.0);
            let shifted = self.code.inside(*function).any(|it| it.kind() == "command" && self.command_name(it) == "shift");
            let code = match self.command_arguments(exit).first() {
                None => StopCode::Fixed(Some(0)),
                Some(it) => match self.position(*it, *function) {
                    Some(place) => StopCode::Argument(place, self.default_number(*it)),
                    None => StopCode::Fixed(self.number(*it)),
                },
            };
            let code_at = if let StopCode::Argument(at, _) = code { Some(at) } else { None };
            let all = said.as_deref().is_some_and(|it| it.contains("{*}") || it.contains("{@}"));
            let message = if all {
                Some(usize::from(shifted))
            } else {
                (0..9).filter(|at| Some(*at) != code_at).find(|at| {
                    let direct = said.as_deref().is_some_and(|it| it.contains(&format!("{{{}}}", at + 1)));
                    direct || self.names_of(*at, *function).iter().any(|name| said.as_deref().is_some_and(|it| it.contains(&format!("{{{name}}}"))))
                })
            };
            let fixed = if message.is_none() { said } else { None };
            found.push(Stopper { name: (*name).to_owned(), code, message, fixed });
        }
        found
    }

    /// Names that a function gives to its argument at a place: `local msg=$2`.
    fn names_of(&self, at: usize, function: Node<'t>) -> Vec<&'t str> {
        let wanted = format!("{}", at + 1);
        self.code
            .inside(function)
            .filter(|it| it.kind() == "variable_assignment")
            .filter(|it| {
                field(*it, "value").is_some_and(|v| {
                    let text = self.code.text(v).trim_matches('"').trim_start_matches('$').trim_matches(['{', '}']);
                    text.split(':').next() == Some(wanted.as_str())
                })
            })
            .filter_map(|it| field(it, "name").map(|name| self.code.text(name)))
            .collect()
    }

    fn position(&self, node: Node<'t>, function: Node<'t>) -> Option<usize> {
        let text = self.words(node);
        let name = text.strip_prefix('{')?.strip_suffix('}')?;
        if let Ok(place) = name.parse::<usize>() {
            return place.checked_sub(1);
        }
        (0..9).find(|at| self.names_of(*at, function).contains(&name))
    }

    fn default_number(&self, node: Node<'t>) -> Option<i32> {
        self.code.text(node).trim_matches('"').trim_end_matches('}').rsplit_once(":-")?.1.parse().ok()
    }

    fn said_before(&self, node: Node<'t>) -> Option<(String, u32)> {
        let blocks = ["compound_statement", "program", "do_group", "if_statement", "elif_clause", "else_clause", "subshell", "case_item", "list"];
        let statement = std::iter::once(node).chain(self.code.around(node)).find(|it| self.code.parent(*it).is_some_and(|up| blocks.contains(&up.kind())))?;
        for it in self.code.before(statement) {
            if ["command", "redirected_statement", "pipeline", "for_statement", "list"].contains(&it.kind()) {
                let said = self.code.inside(it).take(400).filter(|it| it.kind() == "command").find_map(|it| self.said(it));
                if said.is_some() {
                    return said;
                }
                if let Some(text) = self.heredoc(it) {
                    return Some((text, line(it)));
                }
            }
        }
        None
    }

    fn heredoc(&self, node: Node<'t>) -> Option<String> {
        let body = self.code.inside(node).find(|it| it.kind() == "heredoc_body")?;
        let cats = self.code.inside(node).any(|it| it.kind() == "command" && self.command_name(it) == "cat");
        cats.then(|| one_line(self.code.text(body), 300))
    }

    fn says(&self, name: &str) -> bool {
        self.says_within(name, 4)
    }

    fn says_within(&self, name: &str, depth: u8) -> bool {
        ["echo", "printf", "logger", "print"].contains(&name)
            || depth > 0
                && self.functions.get(name).is_some_and(|function| {
                    let mut inner = self.code.inside(*function).filter(|it| it.kind() == "command").take(40);
                    inner.any(|it| self.says_within(self.command_name(it), depth - 1))
                })
    }

    fn said(&self, command: Node<'t>) -> Option<(String, u32)> {
        let name = self.command_name(command);
        if !self.says(name) {
            return None;
        }
        let mut texts: Vec<String> = self
            .command_arguments(command)
            .into_iter()
            .map(|it| self.words(it))
            .skip_while(|it| ["-e", "-n", "-ne", "-en", "--"].contains(&it.as_str()))
            .collect();
        if texts.is_empty() {
            return None;
        }
        let text = if name == "printf" {
            let format = texts.remove(0);
            crate::value::fill_percent(&format.replace("\\n", " "), &texts)
        } else {
            texts.join(" ")
        };
        (!text.trim().is_empty()).then(|| (text, line(command)))
    }

    /// Returns the innermost condition as the source has it; `test ||` is what must hold to go on.
    fn condition(&self, node: Node<'t>) -> Option<String> {
        let mut inner = node;
        for it in self.code.around(node) {
            match it.kind() {
                "function_definition" | "command_substitution" => return None,
                "list" => {
                    let parts = named(it);
                    if let [left, right] = parts.as_slice()
                        && right.id() == inner.id()
                    {
                        let mut cursor = it.walk();
                        let or = it.children(&mut cursor).any(|child| child.kind() == "||");
                        let left = self.guard(*left);
                        return Some(if or { format!("{left} ||") } else { left });
                    }
                }
                "if_statement" | "elif_clause" => {
                    let condition = field(it, "condition").or_else(|| named(it).first().copied())?;
                    if inner.id() == condition.id() || inner.kind() == "elif_clause" {
                    } else if inner.kind() == "else_clause" {
                        return Some(format!("not ({})", self.code.brief(condition)));
                    } else {
                        return Some(self.code.brief(condition));
                    }
                }
                "case_item" => {
                    let case = self.code.parent(it).and_then(|up| field(up, "value")).map(|v| self.code.brief(v)).unwrap_or_default();
                    let pattern = field(it, "value").map(|v| self.code.brief(v)).unwrap_or_default();
                    return Some(format!("case {case} in {pattern}"));
                }
                _ => {}
            }
            inner = it;
        }
        None
    }

    /// `A && B || exit`: all of it guards.
    fn guard(&self, left: Node<'t>) -> String {
        self.code.brief(left)
    }

    // Files and calls.

    fn files(&self, script: &mut Script) {
        let mut probes: Vec<FileUse> = Vec::new();
        for &node in self.code.nodes() {
            match node.kind() {
                "file_redirect" => self.redirect(node, script),
                "command" => self.command(node, script, &mut probes),
                "unary_expression" => {
                    let operator = field(node, "operator").or_else(|| node.child(0)).map_or("", |it| self.code.text(it));
                    if let (true, Some(target)) = (["-f", "-s", "-r", "-e"].contains(&operator), named(node).last()) {
                        probes.push(FileUse { pattern: self.path(*target), line: line(node) });
                    }
                }
                "for_statement" => {
                    let mut cursor = node.walk();
                    for value in node.children_by_field_name("value", &mut cursor) {
                        let pattern = self.path(value);
                        if pattern.contains('*') && pattern.contains(['/', '.']) && !value.kind().contains("substitution") {
                            self.read(script, &pattern, line(node));
                        }
                    }
                }
                _ => {}
            }
        }
        for probe in probes {
            if script.writes.iter().all(|it| it.pattern != probe.pattern) {
                self.read(script, &probe.pattern, probe.line);
            }
        }
    }

    fn read(&self, script: &mut Script, pattern: &str, at: u32) {
        if !self.is_scratch(pattern) {
            add_read(script, pattern, at);
        }
    }

    fn write(&self, script: &mut Script, pattern: &str, at: u32) {
        if !self.is_scratch(pattern) {
            add_write(script, pattern, at);
        }
    }

    fn is_scratch(&self, pattern: &str) -> bool {
        self.scratch.iter().any(|name| pattern.starts_with(&format!("{{{name}}}"))) || pattern.starts_with("/tmp/")
    }

    fn redirect(&self, node: Node<'t>, script: &mut Script) {
        let Some(target) = field(node, "destination") else { return };
        let mut cursor = node.walk();
        let sign = node.children(&mut cursor).find(|it| !it.is_named()).map_or("", |it| it.kind());
        let path = self.path(target);
        if path.is_empty() || path.chars().all(|c| c.is_ascii_digit()) || sign.contains(">&") && !sign.starts_with('&') {
            return;
        }
        if sign.contains('>') { self.write(script, &path, line(node)) } else { self.read(script, &path, line(node)) }
    }

    fn command(&self, node: Node<'t>, script: &mut Script, probes: &mut Vec<FileUse>) {
        let name = self.command_name(node);
        // What the grammar cut off an assignment is no command.
        let start = field(node, "name").unwrap_or(node).start_byte();
        if self.code.source.get(..start).is_some_and(|before| before.ends_with('$')) {
            return;
        }
        let given = self.command_arguments(node);
        let at = line(node);
        let texts: Vec<String> = given.iter().map(|it| self.path(*it)).collect();
        let plain = || texts.iter().filter(|it| !it.starts_with('-'));
        match name {
            "" | "echo" | "printf" | "exit" | "export" | "cd" | "mkdir" | "rm" | "rmdir" | "set" | "shift" | "trap" | "basename" | "dirname" | "date"
            | "return" | "true" | "false" | "mktemp" | "chmod" | "read" | "shopt" | "kill" | "sleep" | "local" => {}
            "test" | "[" => {
                if let [flag, path] = texts.as_slice()
                    && ["-f", "-s", "-r", "-e"].contains(&flag.as_str())
                {
                    probes.push(FileUse { pattern: path.clone(), line: at });
                }
            }
            "." | "source" => {
                for path in texts.iter().take(1) {
                    self.read(script, path, at);
                }
            }
            "cp" | "mv" | "ln" | "install" | "rsync" => {
                let paths: Vec<&String> = plain().collect();
                let Some((target, sources)) = paths.split_last() else { return };
                for source in sources {
                    self.read(script, source, at);
                    let is_folder = target.ends_with('/') || sources.len() > 1;
                    let base = source.rsplit('/').next().unwrap_or(source);
                    if is_folder {
                        self.write(script, &join(target, base), at);
                    }
                }
                if sources.len() == 1 && !target.ends_with('/') {
                    self.write(script, target, at);
                }
            }
            "tee" | "touch" => plain().for_each(|path| self.write(script, path, at)),
            "zip" | "7z" | "7za" => {
                let paths: Vec<&String> = plain().collect();
                let archive = paths.iter().position(|it| looks_like_file(it)).unwrap_or(0);
                for (n, path) in paths.iter().enumerate() {
                    if n == archive {
                        self.write(script, path, at)
                    } else if n > archive {
                        self.read(script, path, at)
                    }
                }
            }
            "tar" => {
                let creates = texts.first().is_some_and(|it| it.contains('c'));
                if let Some(archive) = texts.get(1) {
                    if creates { self.write(script, archive, at) } else { self.read(script, archive, at) }
                }
            }
            _ if self.says(name) => {}
            _ => self.program(name, &given, &texts, at, script),
        }
        self.call(node, name, &texts, script);
    }

    /// Any other program: what looks like a file among its arguments is read, unless it is plainly an output.
    fn program(&self, name: &str, given: &[Node<'t>], texts: &[String], at: u32, script: &mut Script) {
        let in_place = name == "sed" && texts.iter().any(|it| it.starts_with("-i") || it == "--in-place");
        let zips = texts.windows(3).any(|it| it[0] == "-m" && it[1] == "zipfile" && it[2] == "-c");
        let mut after_zip = false;
        for (n, text) in texts.iter().enumerate() {
            let previous = n.checked_sub(1).and_then(|it| texts.get(it)).map(String::as_str).unwrap_or_default();
            if zips && previous == "-c" {
                self.write(script, text, at);
                after_zip = true;
                continue;
            }
            if let Some(path) = text.strip_prefix("--output=").or(text.strip_prefix("--outfile=")) {
                self.write(script, path, at);
                continue;
            }
            let whole = given.get(n).is_some_and(|it| ["string", "concatenation", "simple_expansion", "expansion", "word", "raw_string"].contains(&it.kind()));
            let is_code = given.get(n).is_some_and(|it| it.kind() == "raw_string") && ["awk", "sed", "jq", "perl", "grep", "gawk"].contains(&name);
            let file_like = looks_like_file(text) || (after_zip || text.contains('/')) && text.contains('*') && !text.contains(['|', ';', '(']);
            if !whole || is_code || !file_like || text.starts_with('-') || text.contains('=') && !text.contains('/') {
                continue;
            }
            if is_interpreter(name) && n == 0 {
                continue;
            }
            let goes_out = ["-o", "--output", "--outfile", "-O"].contains(&previous) && name != "grep"
                || in_place
                || is_interpreter(name) && text.split('/').any(|it| ["out", "output", "outbox", "ausgabe", "dist", "build"].contains(&it));
            let goes_out = goes_out && !after_zip;
            if goes_out { self.write(script, text, at) } else { self.read(script, text, at) }
        }
    }

    fn call(&self, node: Node<'t>, name: &str, texts: &[String], script: &mut Script) {
        if self.functions.contains_key(name) || name.is_empty() {
            return;
        }
        let command = one_line(&std::iter::once(name.to_owned()).chain(texts.iter().cloned()).collect::<Vec<_>>().join(" "), 240);
        let source = self.code.text(node);
        let on_scratch = name == "rm" && self.scratch.iter().any(|it| source.contains(&format!("${it}")) || source.contains(&format!("${{{it}")));
        let outward = is_outward(source) && !on_scratch;
        let local = name.contains('/') || looks_like_file(name);
        if outward || local || is_interpreter(name) || !COMMON.contains(&name) {
            script.calls.push(Call { command, outward, line: line(node) });
        }
    }

    fn constants(&self, script: &mut Script) {
        for node in self.code.of_kind("variable_assignment") {
            let mut up = self.code.parent(node);
            if up.is_some_and(|it| it.kind() == "declaration_command") {
                up = up.and_then(|it| self.code.parent(it));
            }
            let (Some(name), Some(value)) = (field(node, "name"), field(node, "value")) else { continue };
            let literal = !self.code.inside(value).take(300).any(|it| it.kind().contains("expansion") || it.kind().contains("substitution"));
            let (name, text) = (self.code.text(name), self.code.text(value));
            let is_text = !text.trim_matches(['"', '\'']).chars().all(|c| c.is_ascii_digit() || c == '.') && value.kind() != "array";
            if up.is_some_and(|it| it.kind() == "program") && crate::keep_constant(name, text, literal, is_text) {
                script.constants.push(crate::new_constant(name, text, line(node)));
            }
        }
    }

    /// Sorts out variables that the script reads and never sets: arguments, environment, sourced config.
    fn variables(&self, script: &mut Script) {
        let code = self.code;
        let sources = code.of_kind("command").any(|it| [".", "source"].contains(&self.command_name(it)));
        let strict = code.source.lines().any(|it| it.trim_start().starts_with("set -") && (it.contains('u') || it.contains("nounset")));
        let mut set: BTreeSet<&str> = self.assigned.keys().copied().collect();
        for node in code.of_kind("for_statement") {
            set.extend(field(node, "variable").map(|it| code.text(it)));
        }
        for node in code.of_kind("command").filter(|it| ["read", "mapfile", "readarray", "getopts"].contains(&self.command_name(*it))) {
            set.extend(self.command_arguments(node).into_iter().map(|it| code.text(it)));
        }
        let mut softened: BTreeSet<&str> = BTreeSet::new();
        let mut used: Vec<(&str, Node<'t>)> = Vec::new();
        for &node in code.nodes().iter().filter(|it| ["simple_expansion", "expansion"].contains(&it.kind())) {
            let Some(name) = named(node).into_iter().find(|it| it.kind() == "variable_name").map(|it| code.text(it)) else { continue };
            if code.text(node).contains(":-") || code.text(node).contains(":=") || code.text(node).contains(":+") {
                softened.insert(name);
            }
            used.push((name, node));
        }
        let mut done: BTreeSet<&str> = BTreeSet::new();
        for (name, node) in used {
            let position = name.chars().all(|c| c.is_ascii_digit());
            let from_itself = self.assigned.get(name).is_some_and(|all| all.iter().any(|(_, right)| code.text(*right).contains(&format!("${{{name}:"))));
            if position {
                self.positional(name, node, script);
                continue;
            }
            let shouted = name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase);
            if set.contains(name) && !from_itself || !shouted || USUAL.contains(&name) || !done.insert(name) {
                continue;
            }
            if sources && !softened.contains(name) {
                add_use(&mut script.config_keys, name, line(node));
                continue;
            }
            let guarded = script.exits.iter().any(|it| it.condition.as_deref().is_some_and(|c| c.contains(name) && (c.contains("-n ") || c.contains("-z "))));
            let required = guarded || strict && !softened.contains(name);
            script.env.push(EnvVar { name: name.to_owned(), required, line: line(node) });
        }
        self.flags(script);
    }

    fn positional(&self, name: &str, node: Node<'t>, script: &mut Script) {
        if name == "0" || self.function_around(node).is_some() || self.code.text(node).contains('?') {
            return;
        }
        let softened = self.code.text(node).contains(":-");
        let own = self.assigned_to(node).unwrap_or(name).to_owned();
        if script.arguments.iter().all(|it| it.name != own) {
            script.arguments.push(Argument { name: own, help: None, required: !softened, line: line(node) });
        }
    }

    /// `case "$1" in --build) ..` names the flags.
    fn flags(&self, script: &mut Script) {
        for node in self.code.of_kind("case_item") {
            let mut cursor = node.walk();
            for value in node.children_by_field_name("value", &mut cursor) {
                let name = self.code.text(value);
                if name.starts_with('-') && name.len() > 1 && script.arguments.iter().all(|it| it.name != name) {
                    script.arguments.push(Argument { name: name.to_owned(), help: None, required: false, line: line(value) });
                }
            }
        }
    }
}

fn is_interpreter(name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.starts_with("python") || ["node", "bash", "sh", "Rscript", "perl", "ruby", "pwsh", "php", "deno", "java"].contains(&base)
}

/// Tools that shape text and files and say nothing about the work.
const COMMON: &[&str] = &[
    ".",
    "[",
    "awk",
    "basename",
    "bc",
    "break",
    "cat",
    "cd",
    "chmod",
    "cmp",
    "column",
    "comm",
    "command",
    "continue",
    "cp",
    "cut",
    "date",
    "declare",
    "df",
    "diff",
    "dirname",
    "du",
    "echo",
    "egrep",
    "eval",
    "exec",
    "exit",
    "export",
    "expr",
    "false",
    "fgrep",
    "file",
    "find",
    "fold",
    "gawk",
    "getopts",
    "grep",
    "gunzip",
    "gzip",
    "head",
    "hostname",
    "iconv",
    "id",
    "install",
    "join",
    "let",
    "ln",
    "local",
    "ls",
    "mapfile",
    "md5sum",
    "mkdir",
    "mktemp",
    "mv",
    "nl",
    "paste",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readlink",
    "readonly",
    "realpath",
    "return",
    "rev",
    "rm",
    "rmdir",
    "sed",
    "seq",
    "set",
    "sha256sum",
    "shift",
    "shopt",
    "sleep",
    "sort",
    "source",
    "split",
    "stat",
    "tac",
    "tail",
    "tar",
    "tee",
    "test",
    "time",
    "touch",
    "tr",
    "trap",
    "true",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "uname",
    "uniq",
    "unset",
    "unzip",
    "wait",
    "wc",
    "which",
    "whoami",
    "xargs",
    "yes",
    "zcat",
    "zip",
    ":",
    "dos2unix",
];

/// Variables that every shell has.
const USUAL: &[&str] = &[
    "HOME",
    "PATH",
    "USER",
    "PWD",
    "OLDPWD",
    "SHELL",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "HOSTNAME",
    "RANDOM",
    "SECONDS",
    "LINENO",
    "IFS",
    "BASH_SOURCE",
    "BASH_VERSION",
    "FUNCNAME",
    "EUID",
    "UID",
    "PPID",
    "OPTARG",
    "OPTIND",
    "REPLY",
    "TERM",
    "LOGNAME",
    "PIPESTATUS",
    "BASH_REMATCH",
    "EDITOR",
    "DISPLAY",
    "OSTYPE",
];

#[cfg(test)]
mod tests {
    use crate::testing::{exits, patterns, script};

    #[test]
    fn a_function_that_exits_makes_its_calls_exits() {
        let script = script(
            "tools/a.sh",
            r#"#!/bin/bash
# Puts the packet together.
#
# 1 no initials      2 something is not there
. tools/packet.conf
stop() { log "STOPPED ($1): $2"; exit "$1"; }
log() { echo "$*"; }
[ -n "${PREPARED_BY:-}" ] || stop 1 "whose initials?"
[ -f "$CLIENT/intake.csv" ] || stop 2 "no intake.csv for $CLIENT"
"#,
        );
        assert_eq!(
            exits(&script),
            ["1 | whose initials? | [ -n \"${PREPARED_BY:-}\" ] ||", "2 | no intake.csv for {CLIENT} | [ -f \"$CLIENT/intake.csv\" ] ||"]
        );
        assert_eq!(script.exits[1].documented.as_deref(), Some("something is not there"));
        assert!(script.env.iter().any(|it| it.name == "PREPARED_BY" && it.required));
        assert_eq!(patterns(&script.config_keys), ["CLIENT"]);
        assert_eq!(patterns(&script.reads), ["tools/packet.conf", "{CLIENT}/intake.csv"]);
    }

    #[test]
    fn variables_in_paths_are_followed_and_scratch_is_left_out() {
        let script = script(
            "tools/t.sh",
            r#"WEEK=${1:?which week}
OUT=$WEEK/out
MIN_ROWS=100   # was 50
TMP=$(mktemp -d)
say() { echo "$*" | tee -a "$OUT/run_$WEEK.log"; }
sort "$TMP/a" > "$TMP/b"
cat head.csv "$TMP/b" > "$OUT/groups_$WEEK.csv"
if [ "$ROWS" -lt $MIN_ROWS ]; then
  say "ERROR only $ROWS rows"
  exit 4
fi
"#,
        );
        assert_eq!(patterns(&script.writes), ["{WEEK}/out/run_{WEEK}.log", "{WEEK}/out/groups_{WEEK}.csv"]);
        assert_eq!(patterns(&script.reads), ["head.csv"]);
        assert_eq!(exits(&script), ["1 | which week | ${1:?which week}", "4 | ERROR only {ROWS} rows | [ \"$ROWS\" -lt $MIN_ROWS ]"]);
        assert_eq!(script.constants[0].comment.as_deref(), Some("was 50"));
        assert_eq!(script.arguments[0].name, "WEEK");
    }

    #[test]
    fn a_german_script_is_read_like_any_other() {
        let script = script(
            "abschluss.sh",
            r#"#!/bin/bash
# Erstellt die Monatsabrechnung.
# Rückgabewert:
#   2 = Datei fehlt
fehler() { echo "FEHLER: $1" >&2; exit 2; }
MONAT=$1
test -s "eingang/$MONAT.csv" || fehler "keine Buchungen für $MONAT"
mail -s "Abrechnung $MONAT" buchhaltung@example.org < "eingang/$MONAT.csv"
"#,
        );
        assert_eq!(exits(&script), ["2 | keine Buchungen für {MONAT} | test -s \"eingang/$MONAT.csv\" ||"]);
        assert_eq!(script.exits[0].documented.as_deref(), Some("Datei fehlt"));
        assert_eq!(patterns(&script.reads), ["eingang/{MONAT}.csv"]);
        assert!(script.calls[0].outward);
    }
}
