//! JavaScript for Node: what a script reads, writes, calls, needs and how it stops.

use crate::Comments;
use crate::code::{Code, MAX_DEPTH, add_read, add_use, add_write, field, line, named, one_line};
use crate::exits::{StopCode, Stopper, new_exit};
use crate::head::comment_lines;
use crate::outward::is_outward;
use crate::value::{Value, join, parent, plain_name, unescape};
use sop_core::{Argument, Call, EnvVar, FileUse, Script};
use std::collections::{BTreeMap, BTreeSet};
use tree_sitter::Node;

pub(crate) fn analyse(code: &Code<'_>, script: &mut Script) -> Comments {
    let mut module = Module { code, assigned: BTreeMap::new(), functions: BTreeMap::new(), calls: BTreeMap::new() };
    module.collect();
    module.exits(script);
    module.files(script);
    module.constants(script);
    module.members(script);
    module.imports(script);
    let all = comment_lines(code, |kind| kind == "comment");
    let end = code.root_children().find(|it| !["comment", "hash_bang_line"].contains(&it.kind())).map_or(u32::MAX, line);
    let head = all.iter().filter(|it| it.number < end && !it.beside).cloned().collect();
    Comments { head, all }
}

struct Module<'a, 't> {
    code: &'a Code<'t>,
    assigned: BTreeMap<&'t str, Vec<(usize, Node<'t>)>>,
    /// Functions by name, however they are written.
    functions: BTreeMap<&'t str, Node<'t>>,
    calls: BTreeMap<&'t str, Vec<Node<'t>>>,
}

const FUNCTIONS: &[&str] = &["function_declaration", "arrow_function", "function_expression", "method_definition", "generator_function_declaration"];

impl<'t> Module<'_, 't> {
    fn collect(&mut self) {
        let code = self.code;
        for &node in code.nodes() {
            match node.kind() {
                "variable_declarator" | "assignment_expression" => {
                    let name = field(node, "name").or_else(|| field(node, "left"));
                    let value = field(node, "value").or_else(|| field(node, "right"));
                    let (Some(name), Some(value)) = (name, value) else { continue };
                    if FUNCTIONS.contains(&value.kind()) {
                        self.functions.insert(code.text(name), value);
                    } else if name.kind() == "identifier" {
                        self.assigned.entry(code.text(name)).or_default().push((node.start_byte(), value));
                    }
                }
                "function_declaration" => {
                    if let Some(name) = field(node, "name") {
                        self.functions.insert(code.text(name), node);
                    }
                }
                "call_expression" => {
                    if let Some(function) = field(node, "function").filter(|it| it.kind() == "identifier") {
                        self.calls.entry(code.text(function)).or_default().push(node);
                    }
                }
                _ => {}
            }
        }
    }

    fn given(&self, call: Node<'t>) -> Vec<Node<'t>> {
        field(call, "arguments").map(named).unwrap_or_default()
    }

    fn called(&self, call: Node<'t>) -> &'t str {
        field(call, "function").or_else(|| field(call, "constructor")).map_or("", |it| self.code.text(it))
    }

    fn parameters(&self, function: Node<'t>) -> Vec<&'t str> {
        if let Some(one) = field(function, "parameter") {
            return vec![self.code.text(one)];
        }
        let list = field(function, "parameters").map(named).unwrap_or_default();
        // TypeScript wraps a parameter to hold its type.
        list.into_iter().map(|it| self.code.text(field(it, "left").or_else(|| field(it, "pattern")).unwrap_or(it))).collect()
    }

    fn function_around(&self, node: Node<'t>) -> Option<Node<'t>> {
        self.code.around(node).find(|it| FUNCTIONS.contains(&it.kind()))
    }

    // Values.

    fn words(&self, node: Node<'t>) -> String {
        self.value(node, false, &[], 0).pattern()
    }

    /// Returns the patterns a path can have: one, or one for each call of the function it is a parameter of.
    fn paths(&self, node: Node<'t>) -> Vec<String> {
        let direct = self.value(node, true, &[], 0).pattern();
        let Some(function) = self.function_around(node) else { return vec![direct] };
        let names = self.parameters(function);
        let Some(place) = names.iter().position(|name| direct.contains(&format!("{{{name}}}"))) else { return vec![direct] };
        let own = self.functions.iter().find(|(_, it)| it.id() == function.id()).map_or("", |it| *it.0);
        let calls = self.calls.get(own).map(Vec::as_slice).unwrap_or_default();
        let found: Vec<String> = calls
            .iter()
            .take(12)
            .filter_map(|call| {
                let given = *self.given(*call).get(place)?;
                Some(direct.replace(&format!("{{{}}}", names[place]), &self.value(given, true, &[], 0).pattern()))
            })
            .collect();
        if found.is_empty() { vec![direct] } else { found }
    }

    fn value(&self, node: Node<'t>, follow: bool, seen: &[&str], depth: u8) -> Value {
        let code = self.code;
        if !self.code.may_step(depth) {
            return Value::Open("value".to_owned());
        }
        let of = |it: Node<'t>| self.value(it, follow, seen, depth + 1);
        match node.kind() {
            "string" => Value::Text(unescape(code.text(node).trim_matches(['"', '\'']))),
            "number" => Value::Text(code.text(node).to_owned()),
            "template_string" => Value::Text(self.template(node, follow, seen, depth)),
            "parenthesized_expression" | "as_expression" | "satisfies_expression" | "non_null_expression" => {
                named(node).first().map_or(Value::Open("value".into()), |it| of(*it))
            }
            "identifier" => {
                let name = code.text(node);
                if name == "__dirname" {
                    return parent(code.path);
                }
                if name == "__filename" {
                    return Value::Text(code.path.to_owned());
                }
                if !follow || seen.contains(&name) {
                    return Value::Open(name.to_owned());
                }
                let found = self.assigned.get(name).map(Vec::as_slice).unwrap_or_default();
                match found.iter().rev().find(|(start, _)| *start < node.start_byte()).or(found.first()) {
                    Some((_, right)) if right.kind() != "number" => {
                        let seen: Vec<&str> = seen.iter().copied().chain([name]).collect();
                        self.value(*right, true, &seen, depth + 1).named(name)
                    }
                    _ => Value::Open(name.to_owned()),
                }
            }
            "binary_expression" => {
                let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else {
                    return Value::Open("value".into());
                };
                match field(node, "operator").map_or("", |it| code.text(it)) {
                    "+" => match (of(left), of(right)) {
                        (Value::Open(_), Value::Open(_)) => Value::Open(self.short(left)),
                        (left, right) => Value::Text(left.pattern() + &right.pattern()),
                    },
                    "||" | "??" => of(left),
                    _ => Value::Open(self.short(node)),
                }
            }
            "call_expression" => {
                let given = self.given(node);
                let called = self.called(node);
                if ["path.join", "path.resolve", "join", "resolve"].contains(&called) {
                    let joined = given.iter().fold(String::new(), |path, it| join(&path, &of(*it).pattern()));
                    return Value::Text(joined);
                }
                if called == "path.dirname"
                    && let Some(Value::Text(path)) = given.first().map(|it| of(*it))
                {
                    return parent(&path);
                }
                Value::Open(self.short(node))
            }
            "ternary_expression" => Value::Open(self.short(node)),
            _ => Value::Open(self.short(node)),
        }
    }

    fn template(&self, node: Node<'t>, follow: bool, seen: &[&str], depth: u8) -> String {
        let mut text = String::new();
        let mut at = node.start_byte() + 1;
        for piece in named(node).into_iter().filter(|it| it.kind() == "template_substitution") {
            text.push_str(&unescape(self.code.source.get(at..piece.start_byte()).unwrap_or_default()));
            if let Some(inner) = named(piece).first() {
                text.push_str(&self.value(*inner, follow, seen, depth + 1).pattern());
            }
            at = piece.end_byte();
        }
        text.push_str(&unescape(self.code.source.get(at..node.end_byte().saturating_sub(1)).unwrap_or_default()));
        text
    }

    fn short(&self, node: Node<'t>) -> String {
        let mut node = node;
        for _ in 0..MAX_DEPTH {
            let next = match node.kind() {
                "member_expression" => {
                    let name = field(node, "property").map_or("", |it| self.code.text(it));
                    if !["length", "name", "size", "message"].contains(&name) {
                        return plain_name(name);
                    }
                    field(node, "object")
                }
                "subscript_expression" => match field(node, "index").filter(|it| it.kind() == "string") {
                    Some(key) => return plain_name(self.code.text(key)),
                    None => field(node, "object"),
                },
                "call_expression" => {
                    let function = field(node, "function");
                    match function.filter(|it| it.kind() == "member_expression").and_then(|it| field(it, "object")) {
                        Some(object) if !["path", "String", "Number", "JSON", "Math", "fs"].contains(&self.code.text(object)) => Some(object),
                        _ => self.given(node).first().copied().or(function),
                    }
                }
                "binary_expression" => field(node, "left"),
                "ternary_expression" => field(node, "condition"),
                "parenthesized_expression" | "unary_expression" => named(node).first().copied(),
                _ => break,
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        plain_name(&self.code.brief(node))
    }

    // Exits.

    fn exits(&self, script: &mut Script) {
        let stoppers = self.stoppers();
        let is_own = |node| self.function_around(node).is_some_and(|f| stoppers.iter().any(|(id, _)| *id == f.id()));
        for &node in self.code.nodes() {
            match node.kind() {
                "call_expression" => {
                    let called = self.called(node);
                    let given = self.given(node);
                    if (called == "process.exit" || called == "Deno.exit") && !is_own(node) {
                        let code = given.first().map_or(Some(0), |it| self.number(*it));
                        let (said, at) = self.said_before(node).unzip();
                        // `exit(errors ? 1 : 0)` is two ways to stop.
                        if let Some(choice) = given.first().filter(|it| it.kind() == "ternary_expression") {
                            self.choice(*choice, node, script);
                            continue;
                        }
                        script.exits.push(new_exit(code, said, self.condition(node), line(node), at));
                    } else if let Some((_, stopper)) = stoppers.iter().find(|(_, it)| it.name == called) {
                        let codes: Vec<Option<i32>> = given.iter().map(|it| self.number(*it)).collect();
                        let says: Vec<Option<String>> = given.iter().map(|it| Some(self.words(*it))).collect();
                        script.exits.push(stopper.exit(&codes, &says, self.condition(node), line(node)));
                    }
                }
                "throw_statement" if !self.is_caught(node) && !is_own(node) => {
                    let Some(thrown) = named(node).first().copied().filter(|it| it.kind() == "new_expression") else { continue };
                    let said = self.given(thrown).first().map(|it| self.words(*it));
                    script.exits.push(new_exit(Some(1), said, self.condition(node), line(node), None));
                }
                "assignment_expression" if field(node, "left").is_some_and(|it| self.code.text(it) == "process.exitCode") => {
                    let code = field(node, "right").and_then(|it| self.number(it));
                    let (said, at) = self.said_before(node).unzip();
                    script.exits.push(new_exit(code, said, self.condition(node), line(node), at));
                }
                _ => {}
            }
        }
    }

    fn choice(&self, choice: Node<'t>, exit: Node<'t>, script: &mut Script) {
        let Some(condition) = field(choice, "condition").map(|it| self.code.brief(it)) else { return };
        for (name, condition) in [("consequence", condition.clone()), ("alternative", format!("not ({condition})"))] {
            let code = field(choice, name).and_then(|it| self.number(it));
            script.exits.push(new_exit(code, None, Some(condition), line(exit), None));
        }
    }

    fn number(&self, node: Node<'t>) -> Option<i32> {
        if node.kind() == "identifier" {
            let [(_, only)] = self.assigned.get(self.code.text(node))?.as_slice() else { return None };
            return self.code.text(*only).parse().ok();
        }
        self.code.text(node).parse().ok()
    }

    fn stoppers(&self) -> Vec<(usize, Stopper)> {
        let mut found = Vec::new();
        for (name, function) in &self.functions {
            let exit = self.code.inside(*function).find(|it| it.kind() == "call_expression" && self.called(*it) == "process.exit");
            let Some(exit) = exit else { continue };
            let names = self.parameters(*function);
            if self.condition(exit).is_some() || names.is_empty() || self.function_around(exit).is_none_or(|it| it.id() != function.id()) {
                continue;
            }
            let said = self.said_before(exit).map(|it| it.0).unwrap_or_default();
            let message = names.iter().position(|it| said.contains(&format!("{{{it}}}")));
            let value = self.given(exit).first().copied();
            let place = value.and_then(|it| names.iter().position(|name| *name == self.code.text(it).split(['|', '?', ' ']).next().unwrap_or_default()));
            let code = match (place, value) {
                (Some(at), _) => StopCode::Argument(at, self.default_of(*function, at)),
                (None, Some(it)) => StopCode::Fixed(self.number(it)),
                (None, None) => StopCode::Fixed(Some(0)),
            };
            if message.is_some() || place.is_some() {
                found.push((function.id(), Stopper { name: (*name).to_owned(), code, message, fixed: None }));
            }
        }
        found
    }

    fn default_of(&self, function: Node<'t>, at: usize) -> Option<i32> {
        let parameter = *field(function, "parameters").map(named)?.get(at)?;
        self.number(field(parameter, "right").or_else(|| field(parameter, "value"))?)
    }

    fn said_before(&self, node: Node<'t>) -> Option<(String, u32)> {
        let block = |it: &Node<'t>| self.code.parent(*it).is_some_and(|up| ["statement_block", "program", "switch_case"].contains(&up.kind()));
        let statement = std::iter::once(node).chain(self.code.around(node)).find(block)?;
        for it in self.code.before(statement) {
            if ["expression_statement", "for_in_statement", "for_statement"].contains(&it.kind()) {
                let said = self.code.inside(it).take(400).filter(|it| it.kind() == "call_expression").find_map(|it| self.said(it));
                if said.is_some() {
                    return said;
                }
            }
        }
        None
    }

    fn said(&self, call: Node<'t>) -> Option<(String, u32)> {
        let called = self.called(call);
        let last = called.rsplit('.').next().unwrap_or(called);
        let speaks = called.contains('.') && ["log", "error", "warn", "info", "fatal"].contains(&last) || called == "process.stderr.write" || called == "alert";
        if !speaks {
            return None;
        }
        let texts: Vec<String> = self.given(call).into_iter().take(12).map(|it| self.words(it)).collect();
        (!texts.is_empty()).then(|| (texts.join(" "), line(call)))
    }

    fn condition(&self, node: Node<'t>) -> Option<String> {
        let mut inner = node;
        for it in self.code.around(node) {
            match it.kind() {
                kind if FUNCTIONS.contains(&kind) => return None,
                "if_statement" => {
                    let condition = field(it, "condition")?;
                    let text = self.bare(condition);
                    if inner.kind() == "else_clause" {
                        let elseif = named(inner).first().is_some_and(|it| it.kind() == "if_statement");
                        if !elseif {
                            return Some(format!("not ({text})"));
                        }
                    } else if inner.id() != condition.id() {
                        return Some(text);
                    }
                }
                "catch_clause" => return Some("catch".to_owned()),
                "switch_case" => return field(it, "value").map(|it| format!("case {}", self.code.brief(it))),
                "binary_expression" => return field(it, "left").map(|it| self.code.brief(it)),
                "ternary_expression" => return field(it, "condition").map(|it| self.code.brief(it)),
                _ => {}
            }
            inner = it;
        }
        None
    }

    /// Returns a condition without the brackets that the language wants around it.
    fn bare(&self, condition: Node<'t>) -> String {
        match (condition.kind(), named(condition).as_slice()) {
            ("parenthesized_expression", [only]) => self.code.brief(*only),
            _ => self.code.brief(condition),
        }
    }

    fn is_caught(&self, node: Node<'t>) -> bool {
        let mut inner = node;
        for it in self.code.around(node) {
            match it.kind() {
                kind if FUNCTIONS.contains(&kind) => return false,
                "try_statement" => return field(it, "body").is_some_and(|body| body.id() == inner.id()) && field(it, "handler").is_some(),
                _ => inner = it,
            }
        }
        false
    }

    // Files and calls.

    fn files(&self, script: &mut Script) {
        let mut probes: Vec<FileUse> = Vec::new();
        for node in self.code.of_kind("call_expression") {
            let called = self.called(node);
            let method = called.rsplit('.').next().unwrap_or(called);
            let given = self.given(node);
            let at = line(node);
            let paths = |n: usize| given.get(n).map(|it| self.paths(*it)).unwrap_or_default();
            let on_files = called.starts_with("fs.")
                || called.starts_with("Deno.")
                || called.starts_with("fsp.")
                || called.starts_with("fs.promises")
                || !called.contains('.');
            match method {
                "readFileSync" | "readFile" | "readTextFile" | "readTextFileSync" | "createReadStream" | "readdirSync" | "readdir" | "readJsonSync"
                | "readJSON"
                    if on_files =>
                {
                    paths(0).iter().for_each(|path| add_read(script, path, at));
                }
                "readFile" | "load" if called.contains("XLSX") || called.contains("xlsx") || called.contains("workbook") => {
                    paths(0).iter().for_each(|path| add_read(script, path, at));
                }
                "existsSync" | "accessSync" | "statSync" => {
                    probes.extend(paths(0).into_iter().map(|pattern| FileUse { pattern, line: at }));
                }
                "writeFileSync" | "writeFile" | "writeTextFile" | "writeTextFileSync" | "appendFileSync" | "appendFile" | "createWriteStream"
                | "outputFileSync" | "writeJsonSync" => {
                    // XLSX.writeFile takes the workbook first.
                    let n = usize::from(called.to_lowercase().contains("xlsx") && !called.to_lowercase().contains(".xlsx."));
                    paths(n).iter().for_each(|path| add_write(script, path, at));
                }
                "copyFileSync" | "renameSync" | "copyFile" | "rename" | "cpSync" | "copySync" | "moveSync" if given.len() >= 2 => {
                    paths(0).iter().for_each(|path| add_read(script, path, at));
                    paths(1).iter().for_each(|path| add_write(script, path, at));
                }
                "require" => {
                    let path = given.first().map(|it| self.words(*it)).unwrap_or_default();
                    if path.ends_with(".json") {
                        add_read(script, &path, at);
                    }
                }
                "execSync" | "exec" | "spawnSync" | "spawn" | "execFileSync" | "execFile"
                    if !called.contains('.') || called.contains("child_process") || called.starts_with("cp.") =>
                {
                    let mut command = paths(0).into_iter().next().unwrap_or_default();
                    for it in given.get(1).filter(|it| it.kind() == "array").map(|it| named(*it)).unwrap_or_default() {
                        command.push(' ');
                        command.push_str(&self.value(it, true, &[], 0).pattern());
                    }
                    let command = one_line(&command, 240);
                    script.calls.push(Call { outward: is_outward(&command), command, line: at });
                }
                _ => {
                    let text = self.code.brief(node);
                    let web = called == "fetch" || called.starts_with("axios");
                    let outward = is_outward(&text) && (web || method.starts_with("unlink") || method.starts_with("rm") || method == "sendMail");
                    if web || outward {
                        script.calls.push(Call { command: text, outward, line: at });
                    }
                }
            }
        }
        for probe in probes {
            if script.writes.iter().all(|it| it.pattern != probe.pattern) {
                add_use(&mut script.reads, &probe.pattern, probe.line);
            }
        }
    }

    fn constants(&self, script: &mut Script) {
        for node in self.code.of_kind("variable_declarator") {
            let at_top = self.code.around(node).nth(1).is_some_and(|it| it.kind() == "program" || it.kind() == "export_statement");
            let (Some(name), Some(value)) = (field(node, "name"), field(node, "value")) else { continue };
            if !at_top || name.kind() != "identifier" {
                continue;
            }
            let literal = self.is_literal(value);
            let is_text = ["string", "template_string"].contains(&value.kind());
            let (name, text) = (self.code.text(name), self.code.text(value));
            if crate::keep_constant(name, text, literal, is_text) {
                script.constants.push(crate::new_constant(name, text, line(node)));
            }
        }
    }

    fn is_literal(&self, node: Node<'t>) -> bool {
        self.code.inside(node).take(2000).all(|it| {
            !["call_expression", "identifier", "arrow_function", "function_expression", "new_expression", "template_substitution", "regex", "member_expression"]
                .contains(&it.kind())
        })
    }

    /// Sorts out members: environment, config keys, columns; and the flags that are looked for.
    fn members(&self, script: &mut Script) {
        let code = self.code;
        for &node in code.nodes() {
            match node.kind() {
                "member_expression" => {
                    let (Some(object), Some(name)) = (field(node, "object"), field(node, "property")) else { continue };
                    let whole = code.text(object);
                    if whole == "process.env" {
                        let name = code.text(name).to_owned();
                        let required = script.exits.iter().any(|it| it.condition.as_deref().is_some_and(|c| c.contains(&format!("!process.env.{name}"))));
                        script.env.push(EnvVar { name, required, line: line(node) });
                    }
                    let inner =
                        code.parent(node).is_some_and(|up| up.kind() == "member_expression" && field(up, "object").is_some_and(|it| it.id() == node.id()));
                    let called =
                        code.parent(node).is_some_and(|up| up.kind() == "call_expression" && field(up, "function").is_some_and(|it| it.id() == node.id()));
                    let text = code.text(node);
                    let root = text.split(['.', '[']).next().unwrap_or_default();
                    if !inner && ["cfg", "config", "conf", "settings"].contains(&root) && text.len() < 120 && !text.contains(['(', '[', '\n']) {
                        let mut keys: Vec<&str> = text.split('.').skip(1).map(|it| it.trim_end_matches('?')).collect();
                        if called || keys.last() == Some(&"length") {
                            keys.pop();
                        }
                        if !keys.is_empty() {
                            add_use(&mut script.config_keys, &keys.join("."), line(node));
                        }
                    }
                }
                "subscript_expression" => {
                    let (Some(object), Some(key)) = (field(node, "object"), field(node, "index")) else { continue };
                    let key_text = code.text(key).trim_matches(['"', '\'']);
                    // Only a key that could not be written with a dot is surely a heading that a person chose.
                    if key.kind() == "string" && object.kind() == "identifier" && key_text.contains(|c: char| !c.is_alphanumeric() && c != '_') {
                        script.columns.push(key_text.to_owned());
                    } else if code.text(object) == "process.argv" {
                        let place: usize = code.text(key).parse().unwrap_or(0);
                        let declarator = code.around(node).take(3).find(|it| it.kind() == "variable_declarator");
                        let name =
                            declarator.and_then(|it| field(it, "name")).map_or_else(|| place.saturating_sub(1).to_string(), |it| code.text(it).to_owned());
                        if place >= 2 {
                            let softened = declarator.is_some_and(|it| code.text(it).contains("||") || code.text(it).contains("??"));
                            self.argument(script, name, !softened, line(node));
                        }
                    }
                }
                "string" => {
                    let text = code.text(node).trim_matches(['"', '\'']);
                    let is_flag = text.len() > 2 && text.starts_with("--") && text[2..].chars().all(|c| c.is_alphanumeric() || c == '-' || c == '=');
                    if is_flag && code.source.contains("process.argv") {
                        let required = script.exits.iter().any(|it| it.condition.as_deref().is_some_and(|c| c.starts_with('!') && c.contains(text)));
                        self.argument(script, text.to_owned(), required, line(node));
                    }
                }
                _ => {}
            }
        }
    }

    fn argument(&self, script: &mut Script, name: String, required: bool, line: u32) {
        if script.arguments.iter().all(|it| it.name != name) {
            script.arguments.push(Argument { name, help: None, required, line });
        }
    }

    fn imports(&self, script: &mut Script) {
        let mut packages: BTreeSet<String> = BTreeSet::new();
        for &node in self.code.nodes() {
            let source = match node.kind() {
                "import_statement" => field(node, "source"),
                "call_expression" if self.called(node) == "require" => self.given(node).first().copied(),
                _ => None,
            };
            let Some(name) = source.filter(|it| it.kind() == "string").map(|it| self.code.text(it).trim_matches(['"', '\''])) else { continue };
            if let Some(local) = name.strip_prefix('.') {
                let local = local.trim_start_matches(['.', '/']);
                let has_end = local.rsplit('/').next().is_some_and(|it| it.contains('.'));
                if !local.ends_with(".json") {
                    let typed = self.code.path.ends_with(".ts") || self.code.path.ends_with(".tsx");
                    // TypeScript imports a file under the name that it will have.
                    let stem = if typed { local.strip_suffix(".js").unwrap_or(local) } else { local };
                    let end = if typed { "ts" } else { "js" };
                    let name = if has_end && stem == local { local.to_owned() } else { format!("{stem}.{end}") };
                    add_use(&mut script.imports, &name, line(node));
                }
                continue;
            }
            let root = name.trim_start_matches("node:").split('/').next().unwrap_or(name);
            let root = if name.starts_with('@') { name } else { root };
            if !STANDARD.contains(&root) && !name.starts_with("node:") {
                packages.insert(root.to_owned());
            }
        }
        script.packages.extend(packages);
    }
}

/// The modules that come with Node.
const STANDARD: &[&str] = &[
    "assert",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "crypto",
    "dns",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "querystring",
    "readline",
    "stream",
    "string_decoder",
    "test",
    "timers",
    "tls",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "worker_threads",
    "zlib",
];

#[cfg(test)]
mod tests {
    use crate::testing::{exits, patterns, script};

    #[test]
    fn each_way_to_stop_has_its_message_and_condition() {
        let script = script(
            "check.js",
            r#"#!/usr/bin/env node
// Checks the week's drafts.
//
//   node check.js --week 20 --build    check + write
//
// exits: 0 fine / 1 a post is wrong / 2 file missing
const fs = require('fs');
const MAX_TAGS = 5;      // was 10, Marg says five's plenty
const tag = `wk${week}`;
const csvFile = `calendar_${tag}.csv`;
if (!fs.existsSync(csvFile)) {
  console.error(`no ${csvFile} - save the tab`);
  process.exit(2);
}
if (!build) process.exit(errors ? 1 : 0);
throw new Error('no ' + thing);
fs.appendFileSync('out/run.log', 'x');
"#,
        );
        assert_eq!(exits(&script), ["2 | no {csvFile} - save the tab | !fs.existsSync(csvFile)", "1 |  | errors", "0 |  | not (errors)", "1 | no {thing} | "]);
        assert_eq!(script.exits[0].documented.as_deref(), Some("file missing"));
        assert_eq!(patterns(&script.reads), ["calendar_wk{week}.csv"]);
        assert_eq!(patterns(&script.writes), ["out/run.log"]);
        assert_eq!(script.constants[0].comment.as_deref(), Some("was 10, Marg says five's plenty"));
        assert_eq!(script.usage[0].note.as_deref(), Some("check + write"));
    }

    #[test]
    fn helpers_parameters_and_the_environment_are_followed() {
        let script = script(
            "tools/x.mjs",
            r#"import fs from 'node:fs';
import ExcelJS from 'exceljs';
import { clean } from './clean.js';
function die(msg, code = 4) { console.error(msg); process.exit(code); }
const load = file => JSON.parse(fs.readFileSync(file, 'utf8'));
load('in/rates.json');
if (!process.env.API_USER) die('API_USER is not set');
if (n > config.limits.rows) die(`too many: ${n}`, 7);
fetch('https://x.example', { method: 'POST' });
"#,
        );
        assert_eq!(exits(&script), ["4 | API_USER is not set | !process.env.API_USER", "7 | too many: {n} | n > config.limits.rows"]);
        assert_eq!(patterns(&script.reads), ["in/rates.json"]);
        assert_eq!(patterns(&script.config_keys), ["limits.rows"]);
        assert_eq!(script.packages, ["exceljs"]);
        assert_eq!(patterns(&script.imports), ["clean.js"]);
        assert!(script.env[0].required && script.calls[0].outward);
    }
}
