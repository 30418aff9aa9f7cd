//! Workflows of GitHub Actions: when they start, what their steps run, and where a person must approve.
//!
//! Only a few keys of the file matter, so it is read by its indentation.

use crate::Comments;
use crate::code::{add_read, add_write, one_line};
use crate::exits::new_exit;
use crate::lex::{head, note};
use crate::outward::is_outward;
use crate::pieces::absorb;
use crate::schedule::cron;
use regex::Regex;
use sop_core::{Argument, Call, EnvVar, Language, Remark, Schedule, Script};
use std::sync::LazyLock;

/// Tells whether a settings file is a workflow.
pub(crate) fn is_workflow(path: &str, source: &str) -> bool {
    let yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    let has = |key: &str| source.lines().any(|it| it.trim_end() == key || it.starts_with(&format!("{key} ")));
    yaml && (path.contains(".github/workflows/") || has("jobs:") && (has("on:") || has("\"on\":") || has("'on':")))
}

pub(crate) fn analyse(source: &str, folder: &[String], script: &mut Script) -> Comments {
    let mut flow = Workflow::default();
    let mut shell = String::new();
    for (line, n) in source.lines().zip(1..) {
        shell.push_str(&flow.line(line, n, script));
        shell.push('\n');
    }
    let mut part = crate::read(Language::Shell, &shell, &script.path, "", folder);
    part.constants.clear();
    part.remarks.clear();
    let inputs: Vec<String> = script.arguments.iter().map(|it| it.name.clone()).collect();
    part.env.retain(|it| !inputs.contains(&it.name) && !["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY", "GITHUB_PATH"].contains(&it.name.as_str()));
    part.writes.retain(|it| !it.pattern.contains("{GITHUB_"));
    absorb(script, part);
    script.purpose = flow.name.take();
    Comments { head: head(&flow.comments, flow.first.unwrap_or(u32::MAX)), all: flow.comments }
}

#[derive(Default)]
struct Workflow {
    comments: Vec<crate::head::Line>,
    first: Option<u32>,
    name: Option<Remark>,
    /// Keys that are open, with their indentation.
    path: Vec<(usize, String)>,
    /// Indentation of the `run: |` whose lines follow, and whether they are shell.
    running: Option<(usize, bool)>,
}

impl Workflow {
    /// Reads a line, and returns what of it is shell.
    fn line(&mut self, line: &str, n: u32, script: &mut Script) -> String {
        static INSIDE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\$\{\{\s*([^}]*?)\s*\}\}").unwrap());
        static SECRET: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bsecrets\.(\w+)").unwrap());
        for found in SECRET.captures_iter(line).filter(|it| &it[1] != "GITHUB_TOKEN") {
            script.env.push(EnvVar { name: found[1].to_owned(), required: false, line: n });
        }
        let text = line.trim();
        let indent = line.len() - line.trim_start().len();
        let in_shell = |it: &str| {
            INSIDE
                .replace_all(it, |found: &regex::Captures<'_>| {
                    let name = found[1].rsplit('.').next().unwrap_or_default();
                    let plain: String = name.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
                    format!("${{{}}}", if plain.is_empty() { "value" } else { &plain })
                })
                .into_owned()
        };
        if let Some((of, shell)) = self.running {
            if text.is_empty() || indent > of {
                return if shell { in_shell(text) } else { String::new() };
            }
            self.running = None;
        }
        if let Some(said) = text.strip_prefix('#') {
            note(&mut self.comments, said, n, false);
            return String::new();
        }
        if text.is_empty() || text == "---" {
            return String::new();
        }
        self.first.get_or_insert(n);
        // The dash of a list stands where its keys stand, less two.
        let (text, indent) = match text.strip_prefix("- ") {
            Some(rest) => (rest.trim_start(), indent + 2),
            None => (text, indent),
        };
        while self.path.last().is_some_and(|it| it.0 >= indent) {
            self.path.pop();
        }
        let (text, comment) = text.split_once(" #").map_or((text, ""), |it| (it.0.trim_end(), it.1));
        if !comment.is_empty() {
            note(&mut self.comments, comment, n, true);
        }
        let (key, value) = match text.split_once(':') {
            Some((key, value)) if value.is_empty() || value.starts_with(' ') => (key.trim().trim_matches(['"', '\'']), value.trim()),
            _ => (text, ""),
        };
        let keys: Vec<String> = self.path.iter().map(|it| it.1.clone()).collect();
        let within = |at: usize| keys.get(at).map_or("", String::as_str);
        let plain = value.trim_matches(['"', '\'']);
        let shown = INSIDE.replace_all(plain, |it: &regex::Captures<'_>| format!("{{{}}}", it[1].rsplit('.').next().unwrap_or("value"))).into_owned();
        let mut shell = String::new();
        let starts = || self.name.as_ref().map(|it| it.text.clone());
        match (keys.len(), key) {
            (0, "name") => self.name = Some(Remark { text: shown, from: n, to: n }),
            (0, "on") if !plain.is_empty() => {
                for event in plain.trim_matches(['[', ']']).split(',') {
                    if let Some(when) = event_words(event.trim()) {
                        script.schedules.push(Schedule { when: when.to_owned(), starts: starts(), line: n });
                    }
                }
            }
            (1, event) if within(0) == "on" => {
                if let Some(when) = event_words(event) {
                    script.schedules.push(Schedule { when: when.to_owned(), starts: starts(), line: n });
                }
            }
            (_, "cron") if within(0) == "on" => {
                if let Some(when) = cron(plain) {
                    script.schedules.push(Schedule { when: format!("{when} (UTC)"), starts: starts(), line: n });
                }
            }
            (3, name) if within(0) == "on" && within(2) == "inputs" => {
                script.arguments.push(Argument { name: name.to_owned(), help: None, required: false, line: n });
            }
            (4, "description") if within(2) == "inputs" => {
                if let Some(last) = script.arguments.last_mut() {
                    last.help = Some(shown);
                }
            }
            (4, "required") if within(2) == "inputs" => {
                if let Some(last) = script.arguments.last_mut() {
                    last.required = plain == "true";
                }
            }
            (2, "environment") if within(0) == "jobs" && !plain.is_empty() => environment(within(1), &shown, n, script),
            (3, "name") if within(0) == "jobs" && within(2) == "environment" => environment(within(1), &shown, n, script),
            (_, "run") if within(0) == "jobs" => {
                if value.starts_with(['|', '>']) {
                    self.running = Some((indent.saturating_sub(1), true));
                } else {
                    shell = in_shell(value);
                }
            }
            (_, "uses") if within(0) == "jobs" => uses(plain, n, script),
            (_, "path") if within(0) == "jobs" && script.calls.last().is_some_and(|it| it.command.contains("upload-artifact") && n - it.line < 6) => {
                add_write(script, &shown, n);
            }
            (_, "template" | "file" | "filename" | "attachments") if within(0) == "jobs" && keys.last().is_some_and(|it| it == "with") => {
                add_read(script, &shown, n)
            }
            _ if value.starts_with(['|', '>']) => self.running = Some((indent.saturating_sub(1), false)),
            _ => {}
        }
        if value.is_empty() || value.starts_with('&') {
            self.path.push((indent, key.to_owned()));
        }
        shell
    }
}

/// An environment holds a job until its reviewers approve, if it has reviewers; the file does not tell.
fn environment(job: &str, name: &str, line: u32, script: &mut Script) {
    if name == "github-pages" || name.is_empty() {
        return;
    }
    let mut exit = new_exit(None, None, Some(format!("environment: {name}")), line, None);
    exit.documented = Some(format!("the job {job} waits until the reviewers of the environment {name} approve, if it has any"));
    exit.documented_line = Some(line);
    script.exits.push(exit);
}

fn uses(action: &str, line: u32, script: &mut Script) {
    let name = action.split('@').next().unwrap_or(action);
    if name.contains("manual-approval") {
        let mut exit = new_exit(None, None, None, line, None);
        exit.documented = Some("waits until somebody approves in the issue that it opens".to_owned());
        exit.documented_line = Some(line);
        script.exits.push(exit);
    }
    let file = name.starts_with("./");
    const OUT: &[&str] = &["deploy", "publish", "release", "send", "mail", "slack", "push", "gh-pages", "sftp", "scp", "rsync", "ftp", "teams", "telegram"];
    let outward = OUT.iter().any(|it| name.to_lowercase().contains(it));
    if outward || file || name.contains("upload-artifact") {
        script.calls.push(Call { command: one_line(&format!("uses {name}"), 200), outward: outward || is_outward(name), line });
    }
}

fn event_words(event: &str) -> Option<&'static str> {
    Some(match event {
        "workflow_dispatch" => "when somebody starts it by hand",
        "push" => "after a push",
        "pull_request" | "pull_request_target" => "for a pull request",
        "release" => "when a release is made",
        "issues" | "issue_comment" => "when somebody writes an issue",
        "workflow_call" => "when another workflow calls it",
        "workflow_run" => "after another workflow",
        "repository_dispatch" => "when another program asks for it",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{exits, patterns, script};

    const REPORT: &str = r#"name: Weekly stock report

on:
  schedule:
    - cron: "30 5 * * 1"   # before the depot opens
  workflow_dispatch:
    inputs:
      week:
        description: which week
        required: true

jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - name: Build the report
        env:
          KEY: ${{ secrets.DEPOT_KEY }}
        run: |
          python3 scripts/report.py --week ${{ inputs.week }} > out/report.csv
          test -s out/report.csv || { echo "empty report, call the depot"; exit 4; }
      - uses: actions/upload-artifact@v4
        with:
          name: report
          path: out/report.csv
  send:
    needs: build
    environment: production
    runs-on: ubuntu-latest
    steps:
      - run: curl -F file=@out/report.csv https://depot.example.org/in
"#;

    #[test]
    fn a_workflow_has_its_times_steps_and_approval() {
        let script = script(".github/workflows/report.yml", REPORT);
        let times: Vec<&str> = script.schedules.iter().map(|it| it.when.as_str()).collect();
        assert_eq!(times, ["every Monday at 05:30 (UTC)", "when somebody starts it by hand"]);
        assert_eq!(script.purpose.as_ref().unwrap().text, "Weekly stock report");
        assert_eq!(exits(&script), ["4 | empty report, call the depot | test -s out/report.csv ||", "? |  | environment: production"]);
        assert!(script.exits[1].documented.as_ref().unwrap().contains("reviewers of the environment production approve"));
        assert_eq!(patterns(&script.writes), ["out/report.csv"]);
        assert!(script.calls.iter().any(|it| it.outward && it.command.starts_with("curl") && it.line == 32));
        assert!(script.calls.iter().any(|it| it.command == "python3 scripts/report.py --week {week}" && it.line == 21));
        assert_eq!(script.arguments[0].name, "week");
        assert!(script.arguments[0].required);
        assert_eq!(script.env[0].name, "DEPOT_KEY");
        assert!(!script.partial);
    }
}
