//! Google Apps Script: sheets, files and mails of Google Workspace, and what starts a function.
//!
//! The language is JavaScript, whose analyser has been over it before; here is what the services of Google add.

use crate::code::{Code, add_read, add_use, add_write, field, line, named, one_line};
use crate::exits::new_exit;
use crate::value::unescape;
use sop_core::{Call, EnvVar, Schedule, Script};
use std::collections::BTreeMap;
use tree_sitter::Node;

/// Tells whether a script runs inside Google Workspace.
pub(crate) fn is_workspace(source: &str) -> bool {
    ["SpreadsheetApp.", "DriveApp.", "GmailApp.", "MailApp.", "UrlFetchApp.", "DocumentApp.", "ScriptApp.", "FormApp.", "CalendarApp."]
        .iter()
        .any(|it| source.contains(it))
}

pub(crate) fn analyse(code: &Code<'_>, script: &mut Script) {
    let mut module = Module { code, texts: BTreeMap::new(), sheets: BTreeMap::new() };
    module.collect();
    for node in code.of_kind("call_expression") {
        module.call(node, script);
    }
    for node in code.of_kind("return_statement") {
        module.stop(node, script);
    }
    for function in code.of_kind("function_declaration") {
        module.started(function, script);
    }
}

struct Module<'a, 't> {
    code: &'a Code<'t>,
    /// Texts that a name stands for.
    texts: BTreeMap<&'t str, String>,
    /// Names that stand for a sheet or file, with its name.
    sheets: BTreeMap<&'t str, String>,
}

impl<'t> Module<'_, 't> {
    fn collect(&mut self) {
        let assignments: Vec<(&'t str, Node<'t>)> = ["variable_declarator", "assignment_expression"]
            .into_iter()
            .flat_map(|kind| self.code.of_kind(kind))
            .filter_map(|it| Some((field(it, "name").or_else(|| field(it, "left"))?, field(it, "value").or_else(|| field(it, "right"))?)))
            .map(|(name, value)| (self.code.text(name), value))
            .collect();
        for (name, value) in &assignments {
            if ["string", "template_string"].contains(&value.kind()) {
                self.texts.insert(name, self.text(*value));
            }
        }
        // A sheet may be named through a book that is named before.
        for (name, value) in assignments {
            if value.kind() == "call_expression"
                && let Some(sheet) = self.opened(value)
            {
                self.sheets.insert(name, sheet);
            }
        }
    }

    fn method(&self, call: Node<'t>) -> &'t str {
        let function = field(call, "function");
        function.and_then(|it| field(it, "property")).or(function).map_or("", |it| self.code.text(it))
    }

    fn given(&self, call: Node<'t>) -> Vec<Node<'t>> {
        field(call, "arguments").map(named).unwrap_or_default()
    }

    /// A text, with `{name}` for what is filled in.
    fn text(&self, node: Node<'t>) -> String {
        let source = self.code.text(node);
        match node.kind() {
            "string" => unescape(source.trim_matches(['"', '\''])),
            "template_string" => unescape(source.trim_matches('`')).replace("${", "{"),
            "binary_expression" => {
                let of = |name| field(node, name).filter(|it| it.kind() != "binary_expression" || it.start_position().row < 100_000);
                match (of("left"), of("right")) {
                    (Some(left), Some(right)) if source.len() < 2_000 && source.matches('+').count() < 40 => self.text(left) + &self.text(right),
                    _ => "{value}".to_owned(),
                }
            }
            "identifier" => self.texts.get(source).cloned().unwrap_or_else(|| format!("{{{source}}}")),
            _ => format!("{{{}}}", crate::value::plain_name(source.rsplit(['.', '(']).find(|it| it.len() > 1).unwrap_or(source).trim_end_matches([')', ']']))),
        }
    }

    /// What a chain of calls has opened: `ss.getSheetByName('Orders').getRange(..)`.
    fn opened(&self, call: Node<'t>) -> Option<String> {
        let mut node = call;
        for _ in 0..12 {
            match node.kind() {
                "call_expression" => {
                    let first = self.given(node).first().copied();
                    match (self.method(node), first) {
                        ("getSheetByName" | "insertSheet", Some(name)) => return Some(format!("sheet {}", self.text(name))),
                        ("getFilesByName", Some(name)) => return Some(self.text(name)),
                        ("getActiveSheet", _) => return Some("the active sheet".to_owned()),
                        ("openById" | "openByUrl" | "getFileById", Some(id)) => return Some(format!("file {}", self.short(id))),
                        _ => {}
                    }
                    node = field(node, "function")?;
                }
                "member_expression" => node = field(node, "object")?,
                "identifier" => return self.sheets.get(self.code.text(node)).cloned(),
                _ => return None,
            }
        }
        None
    }

    /// The id of a file says nothing; the name that holds it may.
    fn short(&self, node: Node<'t>) -> String {
        if node.kind() == "string" { "by its id".to_owned() } else { format!("{{{}}}", crate::value::plain_name(&self.code.brief(node))) }
    }

    fn call(&self, node: Node<'t>, script: &mut Script) {
        let method = self.method(node);
        let whole = self.code.text(field(node, "function").unwrap_or(node));
        let root = whole.split(['.', '(']).next().unwrap_or_default().trim();
        let given = self.given(node);
        let first = given.first().copied();
        let at = line(node);
        let mut outward = |shown: String| script.calls.push(Call { command: one_line(&shown, 240), outward: true, line: at });
        match method {
            "sendEmail" if ["MailApp", "GmailApp"].contains(&root) => {
                let object = first.filter(|it| it.kind() == "object");
                let to = object.and_then(|it| self.member(it, "to")).or(first.filter(|it| it.kind() != "object"));
                let subject = object.and_then(|it| self.member(it, "subject")).or(given.get(1).copied());
                let shown: Vec<String> = [to, subject].into_iter().flatten().map(|it| self.text(it)).collect();
                outward(format!("{root}.sendEmail {}", shown.join(" ")));
            }
            "reply" | "replyAll" | "forward" if self.code.source.contains("GmailApp") => outward(format!("{root}.{method}")),
            "setTrashed" | "removeFile" | "addEditor" | "addViewer" | "setSharing" | "deleteSheet" | "createEvent" | "createAllDayEvent" => {
                outward(format!("{root}.{method} {}", first.map(|it| self.text(it)).unwrap_or_default()));
            }
            "fetch" | "fetchAll" if root == "UrlFetchApp" => {
                let options = given.get(1).map_or("", |it| self.code.text(*it)).to_lowercase();
                let named = given.get(1).filter(|it| it.kind() == "identifier").map(|it| self.code.text(*it)).unwrap_or_default();
                let sends = ["post", "put", "delete", "patch", "payload"].iter().any(|it| options.contains(it))
                    || !named.is_empty() && self.code.source.to_lowercase().contains("method") && self.code.source.to_lowercase().contains("post");
                let shown = first.map(|it| self.text(it)).unwrap_or_default();
                script.calls.push(Call { command: one_line(&format!("UrlFetchApp.fetch {shown}"), 240), outward: sends, line: at });
            }
            "getValues" | "getValue" | "getDisplayValues" | "getDataRange" | "getRange" | "getBlob" | "getDataAsString" | "getLastRow" => {
                if let Some(sheet) = self.opened(node) {
                    // A range alone is where one may write as well.
                    let written =
                        method == "getRange" && self.code.around(node).take(6).any(|it| it.kind() == "call_expression" && WRITES.contains(&self.method(it)));
                    if !written {
                        add_use(&mut script.reads, &sheet, at);
                    }
                }
            }
            _ if WRITES.contains(&method) => {
                if let Some(sheet) = self.opened(node) {
                    add_use(&mut script.writes, &sheet, at);
                }
            }
            "getFilesByName" => first.into_iter().for_each(|it| add_read(script, &self.text(it), at)),
            "createFile" | "makeCopy" => {
                if let Some(name) = first.filter(|it| ["string", "template_string", "binary_expression", "identifier"].contains(&it.kind())) {
                    add_write(script, &self.text(name), at);
                }
            }
            "create" if ["SpreadsheetApp", "DocumentApp", "SlidesApp"].contains(&root) => {
                first.into_iter().for_each(|it| add_write(script, &self.text(it), at))
            }
            "create" if whole.contains("newTrigger") => self.trigger(node, script),
            "getProperty" => {
                if let Some(name) = first.filter(|it| it.kind() == "string") {
                    script.env.push(EnvVar { name: self.text(name), required: false, line: at });
                }
            }
            _ => {}
        }
    }

    fn member(&self, object: Node<'t>, name: &str) -> Option<Node<'t>> {
        let pair = named(object)
            .into_iter()
            .find(|it| it.kind() == "pair" && field(*it, "key").is_some_and(|key| self.code.text(key).trim_matches(['"', '\'']) == name))?;
        field(pair, "value")
    }

    /// `ScriptApp.newTrigger('send').timeBased().onWeekDay(ScriptApp.WeekDay.MONDAY).atHour(7).create()`
    fn trigger(&self, node: Node<'t>, script: &mut Script) {
        let (mut function, mut day, mut time, mut event) = (None, None, String::new(), None);
        let mut it = node;
        for _ in 0..12 {
            let Some(inner) = field(it, "function").and_then(|f| field(f, "object")) else { break };
            if inner.kind() != "call_expression" {
                break;
            }
            it = inner;
            let first = self.given(it).first().map(|it| self.code.text(*it)).unwrap_or_default();
            match self.method(it) {
                "newTrigger" => function = Some(first.trim_matches(['"', '\'']).to_owned()),
                "everyDays" => day = Some(if first == "1" { "every day".to_owned() } else { format!("every {first} days") }),
                "everyWeeks" => day = day.or(Some(if first == "1" { "every week".to_owned() } else { format!("every {first} weeks") })),
                "everyHours" => day = Some(if first == "1" { "every hour".to_owned() } else { format!("every {first} hours") }),
                "everyMinutes" => day = Some(format!("every {first} minutes")),
                "onWeekDay" => {
                    let name = first.rsplit('.').next().unwrap_or_default().to_lowercase();
                    day = Some(format!("every {}{}", name[..1.min(name.len())].to_uppercase(), name.get(1..).unwrap_or_default()));
                }
                "onMonthDay" => day = Some(format!("on day {first} of each month")),
                "atHour" => time = format!(" at {first:0>2}:00"),
                "nearMinute" if time.ends_with(":00") => time = format!("{}:{first:0>2}", time.trim_end_matches(":00")),
                "onFormSubmit" => event = Some("when somebody sends the form"),
                "onEdit" | "onChange" => event = Some("when somebody changes the sheet"),
                "onOpen" => event = Some("when somebody opens the file"),
                _ => {}
            }
        }
        let when = day.map(|day| format!("{day}{time}")).or(event.map(str::to_owned));
        if let Some(when) = when {
            script.schedules.push(Schedule { when, starts: function, line: line(node) });
        }
    }

    /// Functions that Google calls by their name.
    fn started(&self, function: Node<'t>, script: &mut Script) {
        let Some(name) = field(function, "name").map(|it| self.code.text(it)) else { return };
        let when = match name {
            "onEdit" => "when somebody changes the sheet",
            "onFormSubmit" => "when somebody sends the form",
            "doGet" | "doPost" => "when its web address is called",
            _ => return,
        };
        script.schedules.push(Schedule { when: when.to_owned(), starts: Some(name.to_owned()), line: line(function) });
    }

    /// A message to the user with a `return` behind it ends the work.
    fn stop(&self, node: Node<'t>, script: &mut Script) {
        if !named(node).is_empty() {
            return;
        }
        let Some(before) = self.code.before(node).next() else { return };
        let said = self.code.inside(before).take(60).find(|it| it.kind() == "call_expression" && ["alert", "msgBox", "toast"].contains(&self.method(*it)));
        let Some(said) = said else { return };
        let message = self.given(said).iter().map(|it| self.text(*it)).next();
        let condition = self.code.around(node).take(4).find(|it| it.kind() == "if_statement").and_then(|it| field(it, "condition"));
        let condition = condition.map(|it| self.code.brief(it).trim_start_matches('(').trim_end_matches(')').to_owned());
        script.exits.push(new_exit(None, message, condition, line(node), Some(line(said))));
    }
}

const WRITES: &[&str] = &[
    "setValues",
    "setValue",
    "appendRow",
    "clear",
    "clearContent",
    "clearContents",
    "deleteRow",
    "deleteRows",
    "insertRowBefore",
    "insertRowAfter",
    "setFormula",
    "setFormulas",
    "sort",
    "copyTo",
    "setContent",
    "insertRows",
];

#[cfg(test)]
mod tests {
    use crate::testing::{exits, patterns, script};
    use sop_core::Language;

    #[test]
    fn sheets_mails_and_triggers_are_found() {
        let script = script(
            "orders.gs",
            r#"/**
 * Sends the open orders to the depot.
 */
const MAX_BOXES = 500; // ask the depot above this
const SHEET = 'Orders';

function sendOrders() {
  const ss = SpreadsheetApp.getActiveSpreadsheet();
  const sheet = ss.getSheetByName(SHEET);
  const rows = sheet.getDataRange().getValues();
  if (rows.length > MAX_BOXES) {
    SpreadsheetApp.getUi().alert('Too many boxes, ask the depot first');
    return;
  }
  if (!rows.length) throw new Error('No orders this week');
  ss.getSheetByName('Sent').appendRow([new Date()]);
  const file = DriveApp.getFolderById('1abc').createFile('orders_' + week + '.csv', rows.join('\n'));
  MailApp.sendEmail({to: 'depot@example.org', subject: `Orders ${week}`, attachments: [file]});
  UrlFetchApp.fetch('https://depot.example.org/in', {method: 'post', payload: rows});
  const key = PropertiesService.getScriptProperties().getProperty('DEPOT_KEY');
}

function install() {
  ScriptApp.newTrigger('sendOrders').timeBased().onWeekDay(ScriptApp.WeekDay.MONDAY).atHour(7).create();
}

function onFormSubmit(e) {}
"#,
        );
        assert_eq!(script.language, Language::AppsScript);
        assert_eq!(patterns(&script.reads), ["sheet Orders"]);
        assert_eq!(patterns(&script.writes), ["sheet Sent", "orders_{week}.csv"]);
        assert_eq!(exits(&script), ["? | Too many boxes, ask the depot first | rows.length > MAX_BOXES", "1 | No orders this week | !rows.length"]);
        let calls: Vec<(&str, bool)> = script.calls.iter().map(|it| (it.command.as_str(), it.outward)).collect();
        assert_eq!(calls, [("MailApp.sendEmail depot@example.org Orders {week}", true), ("UrlFetchApp.fetch https://depot.example.org/in", true)]);
        let times: Vec<(&str, &str)> = script.schedules.iter().map(|it| (it.when.as_str(), it.starts.as_deref().unwrap_or_default())).collect();
        assert_eq!(times, [("every Monday at 07:00", "sendOrders"), ("when somebody sends the form", "onFormSubmit")]);
        assert_eq!(script.env[0].name, "DEPOT_KEY");
        assert_eq!(script.constants[0].comment.as_deref(), Some("ask the depot above this"));
    }

    #[test]
    fn typescript_is_read_with_its_types() {
        let script = script(
            "check.ts",
            "import * as fs from 'node:fs';\nconst LIMIT: number = 40;\ninterface Row { sku: string; trays: number }\nfunction fail(message: string, code: number = 2): never {\n  console.error(message);\n  process.exit(code);\n}\nconst rows = JSON.parse(fs.readFileSync('in/rows.json', 'utf8')) as Row[];\nif (rows.length > LIMIT) fail('more than 40 rows, ask Colin', 3);\nfs.writeFileSync(`out/rows.csv` as string, rows.map((r: Row) => r.sku).join('\\n'));\n",
        );
        assert_eq!(script.language, Language::TypeScript);
        assert!(!script.partial);
        assert_eq!(patterns(&script.reads), ["in/rows.json"]);
        assert_eq!(patterns(&script.writes), ["out/rows.csv"]);
        assert_eq!(exits(&script), ["3 | more than 40 rows, ask Colin | rows.length > LIMIT"]);
        assert_eq!(script.constants[0].value, "40");
    }
}
