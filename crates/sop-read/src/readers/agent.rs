//! Sessions with a coding agent (Claude Code and Codex, as JSON lines): what was asked, and the commands really run.
//!
//! What the agent says of its own work is no evidence of the work, and is left behind. So is a command that failed.

use super::lines::{document, ending, fold, place};
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use serde_json::{Map, Value};
use sop_core::{Block, BlockKind, Format, Moment};
use std::collections::BTreeSet;

pub(super) const READER: Reader = Reader {
    name: "agent session",
    about: About {
        files: "sessions of Claude Code and Codex (`.jsonl`)",
        taken: "what was asked, commands that were run and did not fail, files that were written, with time",
        anchor: "line",
        not_taken: "what the agent said, output of commands",
    },
    accepts,
    read,
};

const MAX_LINES: usize = 200_000;
const MAX_COMMAND: usize = 2_000;
const MAX_ASKED: usize = 4_000;

fn accepts(input: &Input<'_>) -> bool {
    if !matches!(ending(input.name).as_str(), "jsonl" | "ndjson") || !is_text(input.bytes) {
        return false;
    }
    let head = decode(&input.bytes[..input.bytes.len().min(256 * 1024)]);
    head.lines().filter(|it| !it.trim().is_empty()).take(8).filter_map(|it| serde_json::from_str::<Value>(it).ok()).any(|it| is_session(&it))
}

fn is_session(line: &Value) -> bool {
    let kind = line.get("type").and_then(Value::as_str).unwrap_or_default();
    let claude = line.get("sessionId").is_some() && (line.get("message").is_some_and(|it| it.get("role").is_some()) || line.get("uuid").is_some());
    let codex = line.get("payload").is_some() && matches!(kind, "session_meta" | "response_item" | "event_msg" | "turn_context");
    claude || codex
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = document(input, Format::ShellHistory);
    let mut session = Session::default();
    for (n, line) in (1..).zip(decode(input.bytes).lines()).take(MAX_LINES) {
        if let Ok(Value::Object(record)) = serde_json::from_str(line) {
            session.record(&record, n);
        }
    }
    let n_failed = session.found.iter().filter(|it| it.id.as_ref().is_some_and(|id| session.failed.contains(id))).count();
    if n_failed > 0 {
        doc.remarks.push(match n_failed {
            1 => "1 command failed and is left out".to_owned(),
            n => format!("{n} commands failed and are left out"),
        });
    }
    // Commands of one message share its time; a moment apart they keep their order.
    let mut last: Option<Moment> = None;
    for found in &mut session.found {
        if let (Some(at), Some(before)) = (found.block.time, last)
            && at <= before
            && before.duration_since(at).as_secs() == 0
        {
            found.block.time = before.checked_add(jiff::Span::new().microseconds(1)).ok();
        }
        last = found.block.time.or(last);
    }
    let failed = session.failed;
    doc.blocks = session.found.into_iter().filter(|it| it.id.as_ref().is_none_or(|id| !failed.contains(id))).map(|it| it.block).collect();
    Ok(Raw(doc))
}

/// Something asked or done, with the id by which its outcome is told further down.
struct Found {
    id: Option<String>,
    block: Block,
}

#[derive(Default)]
struct Session {
    found: Vec<Found>,
    failed: BTreeSet<String>,
    asked: String,
}

impl Session {
    fn record(&mut self, record: &Map<String, Value>, n: u32) {
        let time = record.get("timestamp").and_then(Value::as_str).and_then(|it| it.get(..19)).and_then(|it| it.parse().ok());
        if let Some(payload) = record.get("payload").and_then(Value::as_object) {
            self.codex(payload, n, time);
        } else if let Some(message) = record.get("message").and_then(Value::as_object) {
            let by_person = string(record, "type") == "user"
                && record.get("isMeta").and_then(Value::as_bool) != Some(true)
                && record.get("isSidechain").and_then(Value::as_bool) != Some(true);
            self.claude(message, by_person, n, time);
        }
    }

    fn claude(&mut self, message: &Map<String, Value>, by_person: bool, n: u32, time: Option<Moment>) {
        let parts = match message.get("content") {
            Some(Value::String(text)) if by_person => return self.asked(text, n, time),
            Some(Value::Array(parts)) => parts,
            _ => return,
        };
        for part in parts.iter().filter_map(Value::as_object) {
            match string(part, "type") {
                "text" if by_person => self.asked(string(part, "text"), n, time),
                "tool_result" if part.get("is_error").and_then(Value::as_bool) == Some(true) => {
                    self.failed.insert(string(part, "tool_use_id").to_owned());
                }
                "tool_use" => {
                    let Some(given) = part.get("input").and_then(Value::as_object) else { continue };
                    let id = Some(string(part, "id").to_owned());
                    match string(part, "name") {
                        "Bash" | "PowerShell" => self.command(string(given, "command"), id, n, time),
                        "Write" | "Edit" | "MultiEdit" | "NotebookEdit" => {
                            let path = [string(given, "file_path"), string(given, "notebook_path")].concat();
                            self.wrote(&path, id, n, time);
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }

    fn codex(&mut self, payload: &Map<String, Value>, n: u32, time: Option<Moment>) {
        let id = Some(string(payload, "call_id").to_owned()).filter(|it| !it.is_empty());
        match string(payload, "type") {
            "message" if string(payload, "role") == "user" => {
                let parts = payload.get("content").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
                for part in parts {
                    self.asked(string(part, "text"), n, time);
                }
            }
            "user_message" => self.asked(string(payload, "message"), n, time),
            "function_call" if matches!(string(payload, "name"), "shell" | "shell_command" | "exec_command" | "container.exec" | "local_shell") => {
                let given: Value = serde_json::from_str(string(payload, "arguments")).unwrap_or_default();
                let command = ["command", "cmd"].iter().find_map(|it| given.get(*it)).map(shell_words).unwrap_or_default();
                self.command(&command, id, n, time);
            }
            "local_shell_call" => {
                let command = payload.get("action").and_then(|it| it.get("command")).map(shell_words).unwrap_or_default();
                self.command(&command, id, n, time);
            }
            "custom_tool_call" if string(payload, "name") == "apply_patch" => {
                for line in string(payload, "input").lines() {
                    let path = ["*** Add File: ", "*** Update File: "].iter().find_map(|it| line.strip_prefix(it));
                    path.into_iter().for_each(|it| self.wrote(it, id.clone(), n, time));
                }
            }
            "function_call_output" | "custom_tool_call_output" => {
                let text = payload.get("output").map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned)).unwrap_or_default();
                let inner: Value = serde_json::from_str(&text).unwrap_or_default();
                let code = inner.get("metadata").and_then(|it| it.get("exit_code")).and_then(Value::as_i64);
                let said = text.lines().take(8).find_map(|it| it.strip_prefix("Exit code: ").or_else(|| it.strip_prefix("Process exited with code ")));
                let code = code.or_else(|| said.and_then(|it| it.trim().parse().ok())).unwrap_or(0);
                if let Some(id) = id.filter(|_| code != 0) {
                    self.failed.insert(id);
                }
            }
            _ => {}
        }
    }

    /// What a person asked; what the program puts in their mouth is in brackets or under a heading of its own.
    fn asked(&mut self, text: &str, n: u32, time: Option<Moment>) {
        let text = text.trim();
        let put_in = text.starts_with('<') || text.starts_with("# AGENTS.md") || text.starts_with("Caveat:") || text.starts_with("[Request interrupted");
        // Codex writes what was asked twice.
        if text.is_empty() || put_in || text == self.asked {
            return;
        }
        text.clone_into(&mut self.asked);
        let mut taken = 0;
        for line in text.lines().map(fold).filter(|it| !it.is_empty()) {
            taken += line.len();
            if taken > MAX_ASKED {
                break;
            }
            self.found.push(Found { id: None, block: Block::new(BlockKind::Message, line, place(n, n)).at(time) });
        }
    }

    fn command(&mut self, command: &str, id: Option<String>, n: u32, time: Option<Moment>) {
        // A script that is handed in by the command is not what was typed.
        let line = command.trim().split("<<").next().unwrap_or_default();
        let line: String = fold(line).chars().take(MAX_COMMAND).collect();
        if !line.is_empty() {
            self.found.push(Found { id, block: Block::new(BlockKind::Command, line, place(n, n)).at(time) });
        }
    }

    fn wrote(&mut self, path: &str, id: Option<String>, n: u32, time: Option<Moment>) {
        if !path.is_empty() {
            self.found.push(Found { id, block: Block::new(BlockKind::Field, format!("file written: {}", fold(path)), place(n, n)).at(time) });
        }
    }
}

fn string<'v>(object: &'v Map<String, Value>, key: &str) -> &'v str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Returns a command given as a line or as words; `bash -lc` is how the agent starts it.
fn shell_words(command: &Value) -> String {
    match command {
        Value::String(line) => line.clone(),
        Value::Array(words) => {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            match words.as_slice() {
                [shell, flag, line] if flag.starts_with('-') && flag.ends_with('c') && shell.ends_with("sh") => (*line).to_owned(),
                words => words.join(" "),
            }
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::read_raw;

    fn check(text: &str, expected: &[&str]) {
        let document = read_raw("session.jsonl", text.as_bytes());
        let time = |it: &sop_core::Block| it.time.map(|at| at.strftime("%H:%M ").to_string()).unwrap_or_default();
        let shown: Vec<String> =
            document.blocks.iter().map(|it| format!("{}{:?} {} @ {}", time(it), it.kind, it.text, it.place)).chain(document.remarks.clone()).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn session_of_claude_code() {
        check(
            concat!(
                r#"{"type":"summary","summary":"Close","leafUuid":"x"}"#,
                "\n",
                r#"{"type":"user","isMeta":true,"sessionId":"s","uuid":"1","timestamp":"2026-11-03T09:14:00.000Z","message":{"role":"user","content":"Caveat: no"}}"#,
                "\n",
                r#"{"type":"user","sessionId":"s","uuid":"2","timestamp":"2026-11-03T09:15:00.000Z","message":{"role":"user","content":"Run the close for October.\nNever touch raw."}}"#,
                "\n",
                r#"{"type":"assistant","sessionId":"s","uuid":"3","timestamp":"2026-11-03T09:15:10.000Z","message":{"role":"assistant","content":[{"type":"text","text":"I will."},{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"python close.py --month 2026-10"}},{"type":"tool_use","id":"t2","name":"Bash","input":{"command":"make send"}},{"type":"tool_use","id":"t3","name":"Edit","input":{"file_path":"config.toml"}}]}}"#,
                "\n",
                r#"{"type":"user","sessionId":"s","uuid":"4","timestamp":"2026-11-03T09:15:20.000Z","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t2","is_error":true,"content":"no such target"},{"type":"tool_result","tool_use_id":"t1","content":"done"}]}}"#,
                "\n",
            ),
            &[
                "09:15 Message Run the close for October. @ line 3",
                "09:15 Message Never touch raw. @ line 3",
                "09:15 Command python close.py --month 2026-10 @ line 4",
                "09:15 Field file written: config.toml @ line 4",
                "1 command failed and is left out",
            ],
        );
    }

    #[test]
    fn session_of_codex() {
        check(
            concat!(
                r#"{"timestamp":"2026-11-03T09:15:00.000Z","type":"session_meta","payload":{"id":"s","cwd":"/w"}}"#,
                "\n",
                r#"{"timestamp":"2026-11-03T09:15:01.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"<environment_context>x</environment_context>"}]}}"#,
                "\n",
                r#"{"timestamp":"2026-11-03T09:15:02.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"Close October"}]}}"#,
                "\n",
                r#"{"timestamp":"2026-11-03T09:15:02.000Z","type":"event_msg","payload":{"type":"user_message","message":"Close October"}}"#,
                "\n",
                r#"{"timestamp":"2026-11-03T09:16:00.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","arguments":"{\"command\":[\"bash\",\"-lc\",\"make close\"]}","call_id":"c1"}}"#,
                "\n",
                r#"{"timestamp":"2026-11-03T09:16:10.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"{\"output\":\"ok\",\"metadata\":{\"exit_code\":0}}"}}"#,
                "\n",
                r#"{"timestamp":"2026-11-03T09:17:00.000Z","type":"response_item","payload":{"type":"function_call","name":"exec_command","arguments":"{\"cmd\":\"make send\"}","call_id":"c2"}}"#,
                "\n",
                r#"{"timestamp":"2026-11-03T09:17:10.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c2","output":"Chunk ID: 1\nProcess exited with code 2\n"}}"#,
                "\n",
            ),
            &["09:15 Message Close October @ line 3", "09:16 Command make close @ line 5", "1 command failed and is left out"],
        );
    }
}
