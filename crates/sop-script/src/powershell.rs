//! PowerShell: what a script reads, writes, runs, needs and how it stops.
//!
//! The grammar wraps every value in a dozen levels of operators, so values are read from their texts.

use crate::Comments;
use crate::code::{Code, add_read, add_write, field, line, named, one_line};
use crate::exits::{StopCode, Stopper, new_exit};
use crate::head::comment_lines;
use crate::outward::is_outward;
use crate::value::{join, looks_like_file, parent, plain_name};
use regex::Regex;
use sop_core::{Argument, Call, EnvVar, Script};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use tree_sitter::Node;

pub(crate) fn analyse(code: &Code<'_>, script: &mut Script) -> Comments {
    let mut module = Module { code, assigned: BTreeMap::new() };
    for node in code.of_kind("assignment_expression") {
        if let Some((name, value)) = module.assignment(node) {
            module.assigned.entry(name.to_lowercase()).or_insert(value);
        }
    }
    let stoppers = module.stoppers();
    for &node in code.nodes() {
        match node.kind() {
            "command" => {
                module.stop_call(node, &stoppers, script);
                module.command(node, script);
            }
            "flow_control_statement" => module.exit(node, &stoppers, script),
            "script_parameter" => module.parameter(node, script),
            _ => {}
        }
    }
    module.constants(script);
    module.names(script);
    let all = comment_lines(code, |kind| kind == "comment");
    let end = code.root_children().find(|it| it.kind() != "comment").map_or(u32::MAX, line);
    let head = all.iter().filter(|it| it.number < end && !it.beside).cloned().collect();
    Comments { head, all }
}

struct Module<'a, 't> {
    code: &'a Code<'t>,
    /// First value of each variable, by its name in lower case, since the language does not tell cases apart.
    assigned: BTreeMap<String, &'t str>,
}

impl<'t> Module<'_, 't> {
    fn assignment(&self, node: Node<'t>) -> Option<(&'t str, &'t str)> {
        let parts = named(node);
        let name = self.code.text(*parts.first()?).trim();
        let value = self.code.text(field(node, "value").or(parts.last().copied())?);
        let name = name.rsplit(']').next().unwrap_or(name).trim().strip_prefix('$')?;
        name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some((name, without_comment(value)))
    }

    /// Evaluates a text as a path or message: variables become `{name}` or, if followed, what was assigned to them.
    fn text(&self, source: &str, follow: bool, depth: u8) -> String {
        static VARIABLE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"\$\(([^()]*(?:\([^()]*\))?[^()]*)\)|\$\{([^}]+)\}|\$((?:env:|script:|global:)?[\w?]+)(\.\w+)?").unwrap());
        let source = source.trim();
        let source = source.strip_prefix('(').and_then(|it| it.strip_suffix(')')).unwrap_or(source).trim();
        if let Some(rest) = source.strip_prefix("Join-Path").filter(|_| depth < 8) {
            let words = words(rest);
            let pieces = words.iter().filter(|it| !it.starts_with('-'));
            return pieces.fold(String::new(), |path, it| join(&path, &self.text(it, follow, depth + 1).replace('\\', "/")));
        }
        if let Some(inside) = source.strip_prefix('\'').and_then(|it| it.strip_suffix('\'')) {
            return inside.replace("''", "'");
        }
        // `"{0} rows" -f $n` keeps its places open under the names of the values.
        if let Some((format, values)) = source.split_once("\" -f ").filter(|_| depth < 8) {
            let names: Vec<String> = values.split(',').map(|it| self.text(it, follow, depth + 1)).collect();
            return crate::value::fill_braces(format.trim_start_matches('"'), &names, &[]);
        }
        let inside = source.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(source);
        let filled = VARIABLE.replace_all(inside, |found: &regex::Captures<'_>| {
            let member = found.get(4).map_or("", |it| it.as_str());
            let name = found.get(1).or(found.get(2)).or(found.get(3)).map_or("", |it| it.as_str());
            if found.get(1).is_some() {
                let last = name.rsplit(['.', '$']).find(|it| !["Count", "Length", ""].contains(it)).unwrap_or(name);
                return format!("{{{}}}", plain_name(last));
            }
            if name.eq_ignore_ascii_case("PSScriptRoot") {
                return parent(self.code.path).pattern();
            }
            // Inside a string only `$x` is filled in, a following `.csv` is text; outside of one it is a member.
            let quoted = source.starts_with('"') || inside.contains(['/', '\\']);
            let tail = if quoted { member } else { "" };
            let value = self.assigned.get(&name.to_lowercase()).filter(|_| follow && depth < 4 && member.is_empty() | quoted);
            match value {
                Some(value) if is_path_like(value) => self.text(value, follow, depth + 1) + tail,
                _ => format!("{{{}}}{tail}", plain_name(name.rsplit(':').next().unwrap_or(name))),
            }
        });
        one_line(&filled.replace("`\"", "\"").replace("`n", " "), 300)
    }

    fn command_name(&self, command: Node<'t>) -> &'t str {
        field(command, "command_name").map_or("", |it| self.code.text(it))
    }

    /// Returns the arguments of a command as texts: `-Path`, `$file`, `"a b"`.
    fn arguments(&self, command: Node<'t>) -> Vec<&'t str> {
        let name = self.command_name(command);
        let whole = self.code.text(command).trim_start_matches(['&', '.', ' ']);
        words(whole.strip_prefix(name).unwrap_or_default())
    }

    fn stop_call(&self, node: Node<'t>, stoppers: &[Stopper], script: &mut Script) {
        let Some(stopper) = stoppers.iter().find(|it| it.name.eq_ignore_ascii_case(self.command_name(node))) else { return };
        let given: Vec<&str> = self.arguments(node).into_iter().filter(|it| !it.starts_with('-')).collect();
        let codes: Vec<Option<i32>> = given.iter().map(|it| it.parse().ok()).collect();
        let says: Vec<Option<String>> = given.iter().map(|it| Some(self.text(it, false, 0))).collect();
        script.exits.push(stopper.exit(&codes, &says, self.condition(node), line(node)));
    }

    /// Finds functions that say a parameter and exit whatever happens.
    fn stoppers(&self) -> Vec<Stopper> {
        let mut found = Vec::new();
        for function in self.code.of_kind("function_statement") {
            let Some(name) = named(function).into_iter().find(|it| it.kind() == "function_name") else { continue };
            let exit = self.code.inside(function).find(|it| it.kind() == "flow_control_statement" && self.code.text(*it).to_lowercase().starts_with("exit"));
            let Some(exit) = exit.filter(|it| self.condition(*it).is_none()) else { continue };
            let names: Vec<String> = self
                .code
                .inside(function)
                .filter(|it| ["script_parameter", "class_method_parameter"].contains(&it.kind()))
                .filter_map(|it| self.code.inside(it).find(|v| v.kind() == "variable"))
                .map(|it| self.code.text(it).trim_start_matches('$').to_owned())
                .collect();
            let said = self.said_before(exit).map(|it| it.0).unwrap_or_default();
            let message = names.iter().position(|it| said.contains(&format!("{{{it}}}")));
            let value = self.code.text(exit).get(4..).unwrap_or_default().trim();
            let place = value.strip_prefix('$').and_then(|it| names.iter().position(|name| name.eq_ignore_ascii_case(it)));
            let code = match place {
                Some(at) => StopCode::Argument(at, None),
                None => StopCode::Fixed(value.parse().ok()),
            };
            if message.is_some() || place.is_some() {
                found.push(Stopper { name: self.code.text(name).to_owned(), code, message, fixed: None });
            }
        }
        found
    }

    fn exit(&self, node: Node<'t>, stoppers: &[Stopper], script: &mut Script) {
        let text = self.code.text(node).trim_end_matches(';').trim();
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let inside_stopper =
            self.code.around(node).find(|it| it.kind() == "function_statement").is_some_and(|function| {
                named(function).iter().any(|it| it.kind() == "function_name" && stoppers.iter().any(|s| s.name == self.code.text(*it)))
            });
        if inside_stopper {
            return;
        }
        match word.to_lowercase().as_str() {
            "exit" => {
                let code = if rest.is_empty() { Some(0) } else { rest.trim().parse().ok() };
                let (said, at) = self.said_before(node).unzip();
                script.exits.push(new_exit(code, said, self.condition(node), line(node), at));
            }
            "throw" => {
                let said = (!rest.is_empty()).then(|| self.text(rest, false, 0));
                script.exits.push(new_exit(Some(1), said, self.condition(node), line(node), None));
            }
            _ => {}
        }
    }

    fn said_before(&self, node: Node<'t>) -> Option<(String, u32)> {
        let statement = std::iter::once(node).chain(self.code.around(node)).find(|it| self.code.parent(*it).is_some_and(|up| up.kind() == "statement_list"))?;
        for it in self.code.before(statement) {
            let said = self.code.inside(it).find(|it| it.kind() == "command" && is_saying(self.command_name(*it)));
            if let Some(command) = said {
                return self.said(command).map(|text| (text, line(command)));
            }
        }
        None
    }

    fn said(&self, command: Node<'t>) -> Option<String> {
        let arguments = self.arguments(command);
        let named_text = arguments.windows(2).find(|it| ["-message", "-object"].contains(&it[0].to_lowercase().as_str())).map(|it| it[1]);
        let text = named_text.or_else(|| arguments.iter().copied().find(|it| it.starts_with(['"', '\'', '$', '('])))?;
        Some(self.text(text, false, 0))
    }

    fn condition(&self, node: Node<'t>) -> Option<String> {
        let mut inner = node;
        for it in self.code.around(node) {
            match it.kind() {
                "function_statement" => return None,
                "if_statement" | "elseif_clause" => {
                    let condition = field(it, "condition").or_else(|| named(it).first().copied())?;
                    let text = self.code.brief(condition);
                    if inner.kind() == "else_clause" {
                        return Some(format!("not ({text})"));
                    }
                    if inner.id() != condition.id() && !["elseif_clause", "elseif_clauses"].contains(&inner.kind()) {
                        return Some(text);
                    }
                }
                "catch_clause" => return Some("catch".to_owned()),
                _ => {}
            }
            inner = it;
        }
        None
    }

    fn command(&self, node: Node<'t>, script: &mut Script) {
        let name = self.command_name(node).trim_matches(['"', '\'']);
        let arguments = self.arguments(node);
        let at = line(node);
        let lower = name.to_lowercase();
        let value_of = |names: &[&str], place: usize| -> Option<String> {
            let by_name = arguments.windows(2).find(|it| names.contains(&it[0].to_lowercase().as_str())).map(|it| it[1]);
            let by_place = || by_place(&arguments).get(place).copied();
            let path = self.text(by_name.or_else(by_place)?, true, 0);
            (!path.is_empty() && !path.starts_with('-')).then_some(path)
        };
        const PATH: &[&str] = &["-path", "-literalpath", "-filepath", "-outfile", "-inputobject"];
        match lower.as_str() {
            "import-csv" | "get-content" | "gc" | "import-excel" | "import-clixml" | "get-childitem" | "gci" | "test-path" | "select-xml" => {
                if let Some(path) = value_of(PATH, 0) {
                    let made_here = lower == "test-path" && script.writes.iter().any(|it| it.pattern == path);
                    if !made_here && !path.to_lowercase().starts_with("env:") {
                        add_read(script, &path, at);
                    }
                }
            }
            "export-csv" | "set-content" | "add-content" | "out-file" | "export-excel" | "export-clixml" | "tee-object" | "start-transcript" => {
                value_of(PATH, 0).iter().for_each(|path| add_write(script, path, at));
            }
            "copy-item" | "move-item" | "copy" | "move" | "cp" | "mv" | "rename-item" => {
                value_of(PATH, 0).iter().for_each(|path| add_read(script, path, at));
                value_of(&["-destination", "-newname"], 1).iter().for_each(|path| add_write(script, path, at));
            }
            "compress-archive" => value_of(&["-destinationpath"], 1).iter().for_each(|path| add_write(script, path, at)),
            "invoke-webrequest" | "invoke-restmethod" => value_of(&["-outfile"], usize::MAX).iter().for_each(|path| add_write(script, path, at)),
            "import-module" => script.packages.extend(arguments.iter().find(|it| !it.starts_with('-')).map(|it| it.trim_matches(['"', '\'']).to_owned())),
            _ => {}
        }
        if is_saying(name) {
            // With `Stop` as preference an error ends the script where it is written.
            if lower == "write-error" && self.code.source.contains("ErrorActionPreference = ") && self.code.source.contains("Stop") && !self.exit_follows(node)
            {
                script.exits.push(new_exit(Some(1), self.said(node), self.condition(node), at, None));
            }
            return;
        }
        let shown: Vec<String> = std::iter::once(name.to_owned()).chain(arguments.iter().map(|it| self.text(it, true, 0))).collect();
        let command = one_line(&shown.join(" "), 240);
        let outward = is_outward(&command) || is_outward(self.code.text(node));
        let cmdlet = name.contains('-') && !looks_like_file(name);
        let runs = self.code.text(node).starts_with(['&', '.'])
            || looks_like_file(name)
            || ["python", "py", "node", "git", "curl", "robocopy", "sqlcmd", "start-process", "invoke-webrequest", "invoke-restmethod"]
                .contains(&lower.as_str());
        if outward || runs && (!cmdlet || lower.starts_with("invoke-") || lower.starts_with("start-")) {
            script.calls.push(Call { command, outward, line: at });
        }
    }

    fn exit_follows(&self, node: Node<'t>) -> bool {
        self.code
            .around(node)
            .find(|it| self.code.parent(*it).is_some_and(|up| up.kind() == "statement_list"))
            .and_then(|it| it.next_named_sibling())
            .is_some_and(|it| it.kind() == "flow_control_statement")
    }

    fn parameter(&self, node: Node<'t>, script: &mut Script) {
        if self.code.around(node).any(|it| it.kind() == "function_statement") {
            return;
        }
        let Some(name) = named(node).into_iter().find(|it| it.kind() == "variable").map(|it| self.code.text(it)) else { return };
        let text = self.code.text(node).to_lowercase();
        let mandatory = text.contains("mandatory") && !text.contains("mandatory=$false") && !text.contains("mandatory = $false");
        let help = self.code.text(node).split("HelpMessage").nth(1).and_then(|it| it.split(['"', '\'']).nth(1)).map(str::to_owned);
        script.arguments.push(Argument { name: format!("-{}", name.trim_start_matches('$')), help, required: mandatory, line: line(node) });
    }

    fn constants(&self, script: &mut Script) {
        for node in self.code.of_kind("assignment_expression") {
            let at_top = !self.code.around(node).any(|it| ["statement_block", "script_block", "function_statement"].contains(&it.kind()));
            let Some((name, value)) = self.assignment(node).filter(|_| at_top) else { continue };
            let literal = !value.contains('$') && (value.starts_with(['"', '\'', '@', '-']) || value.starts_with(|c: char| c.is_ascii_digit()));
            let is_text = value.starts_with(['"', '\'']) && !value.contains(',');
            if crate::keep_constant(name, value, literal, is_text) {
                script.constants.push(crate::new_constant(name, value, line(node)));
            }
        }
    }

    /// Finds the environment variables, and the columns asked of rows that came from a CSV file.
    fn names(&self, script: &mut Script) {
        let code = self.code;
        let mut rows: BTreeSet<String> = self
            .assigned
            .iter()
            .filter(|(_, value)| value.to_lowercase().starts_with("import-csv") || value.to_lowercase().starts_with("import-excel"))
            .map(|it| it.0.clone())
            .collect();
        let tables = rows.clone();
        for node in code.of_kind("foreach_statement") {
            let parts = named(node);
            if let [name, source, ..] = parts.as_slice()
                && tables.contains(&code.text(*source).trim().trim_start_matches('$').to_lowercase())
            {
                rows.insert(code.text(*name).trim_start_matches('$').to_lowercase());
            }
        }
        for &node in code.nodes() {
            match node.kind() {
                "variable" => {
                    let text = code.text(node);
                    let Some(name) = text.get(..5).filter(|it| it.eq_ignore_ascii_case("$env:")).and_then(|_| text.get(5..)) else { continue };
                    let required = script.exits.iter().any(|it| {
                        it.condition.as_deref().is_some_and(|c| {
                            c.contains(&format!("-not $env:{name}")) || c.contains(&format!("!$env:{name}")) || c.contains("IsNullOr") && c.contains(name)
                        })
                    });
                    if !["TEMP", "TMP", "USERPROFILE", "PATH", "COMPUTERNAME", "USERNAME", "APPDATA"].contains(&name.to_uppercase().as_str()) {
                        script.env.push(EnvVar { name: name.to_owned(), required, line: line(node) });
                    }
                }
                "member_access" => {
                    let text = code.text(node);
                    let Some((root, member)) = text.split_once('.') else { continue };
                    let root = root.trim_start_matches('$').to_lowercase();
                    let member = member.trim_matches(['"', '\'']);
                    let own = ["Count", "Length", "Name", "FullName"].contains(&member) || member.contains(['.', '(']);
                    if !own && (rows.contains(&root) || root == "_" && !tables.is_empty()) {
                        script.columns.push(member.to_owned());
                    }
                }
                _ => {}
            }
        }
    }
}

fn is_saying(name: &str) -> bool {
    ["write-error", "write-host", "write-output", "write-warning", "write-information", "echo", "write-log", "log"].contains(&name.to_lowercase().as_str())
}

fn is_path_like(value: &str) -> bool {
    value.starts_with(['"', '\'']) || value.starts_with("Join-Path") || value.starts_with("(Join-Path")
}

fn without_comment(value: &str) -> &str {
    if value.starts_with(['"', '\'']) { value.trim() } else { value.split(" #").next().unwrap_or(value).trim() }
}

/// Returns the arguments that stand without a name, taking `-Name value` pairs out; a switch takes no value.
fn by_place<'s>(arguments: &[&'s str]) -> Vec<&'s str> {
    const SWITCHES: &[&str] = &["-notypeinformation", "-append", "-force", "-recurse", "-raw", "-noclobber", "-file", "-verbose", "-passthru"];
    let mut found = Vec::new();
    let mut named = false;
    for argument in arguments {
        if argument.starts_with('-') {
            named = !SWITCHES.contains(&argument.to_lowercase().as_str());
        } else if !std::mem::take(&mut named) {
            found.push(*argument);
        }
    }
    found
}

/// Splits a command line at blanks outside of quotes and brackets.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut quote, mut depth) = (None, None, 0i32);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '{' | '[') => depth += 1,
            (None, ')' | '}' | ']') => depth -= 1,
            _ => {}
        }
        let blank = c.is_whitespace() && quote.is_none() && depth <= 0;
        match (blank, start) {
            (true, Some(from)) => {
                words.push(&text[from..at]);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    words.extend(start.map(|from| &text[from..]));
    words
}

#[cfg(test)]
mod tests {
    use crate::testing::{exits, patterns, script};

    const STOCK: &str = r#"<#
.SYNOPSIS
  Makes the order list from the weekly stock file.
exit 2  no stock file
#>
param(
  [Parameter(Mandatory=$true)][string]$Week,
  [string]$Out = "out"
)
$MinStock = 5   # agreed with Ana
$file = Join-Path $PSScriptRoot "stock_$Week.csv"
if (-not (Test-Path $file)) {
  Write-Error "no stock file for $Week"
  exit 2
}
$rows = Import-Csv -Path $file -Delimiter ';'
foreach ($r in $rows) { if ($r.Article -eq '') { throw "row without article" } }
$rows | Export-Csv "$Out\orders_$Week.csv" -NoTypeInformation
if (-not $env:ORDER_BY) { Write-Host "ORDER_BY missing"; exit 3 }
Send-MailMessage -To a@b.example -Subject "x"
"#;

    #[test]
    fn exit_and_throw_have_their_message_and_condition() {
        let script = script("tools/order.ps1", STOCK);
        assert_eq!(
            exits(&script),
            [
                "2 | no stock file for {Week} | -not (Test-Path $file)",
                "1 | row without article | $r.Article -eq ''",
                "3 | ORDER_BY missing | -not $env:ORDER_BY"
            ]
        );
        assert_eq!(script.exits[0].documented.as_deref(), Some("no stock file"));
        assert_eq!(script.purpose.as_ref().map(|it| it.text.as_str()), Some("Makes the order list from the weekly stock file."));
    }

    #[test]
    fn files_parameters_and_limits_are_found() {
        let script = script("tools/order.ps1", STOCK);
        assert_eq!(patterns(&script.reads), ["tools/stock_{Week}.csv"]);
        assert_eq!(patterns(&script.writes), ["{Out}/orders_{Week}.csv"]);
        assert!(script.arguments[0].required && !script.arguments[1].required);
        assert_eq!(script.constants[0].comment.as_deref(), Some("agreed with Ana"));
        assert_eq!(script.columns, ["Article"]);
        assert!(script.env[0].required);
        assert!(script.calls.iter().any(|it| it.outward));
    }
}
