//! Shell histories: the commands that were typed, with their time where the shell keeps one.

use super::command::{is_history_line, strip_prompt};
use super::lines::{Line, document, ending, epoch, fold, lines, place};
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use sop_core::{Block, BlockKind, Format, Moment};

pub(super) const READER: Reader = Reader {
    name: "shell history",
    about: About {
        files: "histories of bash, zsh and fish, copies of a terminal, what `script` recorded",
        taken: "commands, with time where kept",
        anchor: "line",
        not_taken: "output",
    },
    accepts,
    read,
};

/// A history is judged by its beginning.
const MAX_JUDGED: usize = 200;
const MAX_COMMANDS: usize = 20_000;
/// What the program `script` writes on top.
const RECORDED: &str = "Script started on ";

fn accepts(input: &Input<'_>) -> bool {
    let name = input.name.to_lowercase();
    let named = ["history", "terminal", "console", "shell", "verlauf", "historique", "historial"].iter().any(|it| name.contains(it));
    if !matches!(ending(&name).as_str(), "" | "txt" | "log" | "hist" | "history") && !name.ends_with("_history") || !is_text(input.bytes) {
        return false;
    }
    let text = plain(&decode(&input.bytes[..input.bytes.len().min(16 * 1024)]));
    if text.starts_with(RECORDED) {
        return true;
    }
    let lines: Vec<Line<'_>> = lines(&text).into_iter().filter(|it| !it.is_blank()).take(MAX_JUDGED).collect();
    let stamped = lines.iter().filter(|it| zsh(it.text).is_some() || bash_time(it.text).is_some() || it.text.starts_with("- cmd: ")).count();
    if stamped * 3 > lines.len() && stamped > 0 {
        return true;
    }
    let typed = lines.iter().filter(|it| is_history_line(it.text)).count();
    let prompted = lines.iter().filter(|it| strip_prompt(it.text).is_some()).count();
    named && (typed * 2 > lines.len() || prompted > 1) || name.ends_with("_history")
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = document(input, Format::ShellHistory);
    doc.blocks = blocks(&plain(&decode(input.bytes)));
    if doc.blocks.len() > MAX_COMMANDS {
        doc.remarks.push(format!("only the last {MAX_COMMANDS} of {} commands were read", doc.blocks.len()));
        doc.blocks.drain(..doc.blocks.len() - MAX_COMMANDS);
    }
    Ok(Raw(doc))
}

fn blocks(text: &str) -> Vec<Block> {
    let lines = lines(text);
    // In a copy of a terminal window only what stands behind a prompt was typed.
    let prompted = text.starts_with(RECORDED) || lines.iter().filter(|it| strip_prompt(it.text).is_some()).count() > 1;
    let mut blocks = Vec::new();
    let mut time = None;
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        at += 1;
        if line.is_blank() {
            continue;
        }
        if let Some(stamp) = bash_time(line.text) {
            time = Some(stamp);
            continue;
        }
        if let Some(when) = line.text.strip_prefix("when: ") {
            if let Some(Block { time, .. }) = blocks.last_mut() {
                *time = when.parse().ok().and_then(epoch);
            }
            continue;
        }
        let (command, stamp) = match zsh(line.text) {
            Some((stamp, command)) => (command, stamp),
            None => (line.text.strip_prefix("- cmd: ").unwrap_or(line.text), time.take()),
        };
        let command = match strip_prompt(command) {
            Some(command) => command,
            None if prompted => continue,
            None => command,
        };
        let mut whole = command.to_owned();
        let mut last = line.n;
        // The shell writes a command of several lines with a backslash at each line's end.
        while whole.ends_with('\\') && at < lines.len() && last - line.n < 100 {
            whole.pop();
            whole.push(' ');
            whole.push_str(lines[at].text);
            last = lines[at].n;
            at += 1;
        }
        let whole = fold(&whole);
        if !whole.is_empty() {
            blocks.push(Block::new(BlockKind::Command, whole, place(line.n, last)).at(stamp));
        }
    }
    blocks
}

/// Takes out what steers the terminal: colours, where the cursor goes, the title of the window.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = match rest.as_bytes().first() {
            Some(b'[') => rest[1..].find(|c: char| c.is_ascii_alphabetic() || c == '~').map(|it| it + 2),
            Some(b']') => rest.find('\u{7}').map(|it| it + 1),
            _ => None,
        };
        rest = &rest[end.unwrap_or(0)..];
    }
    out.push_str(rest);
    out
}

/// `: 1793696460:0;command`
fn zsh(line: &str) -> Option<(Option<Moment>, &str)> {
    let (head, command) = line.strip_prefix(": ")?.split_once(';')?;
    let (start, duration) = head.split_once(':')?;
    duration.bytes().all(|it| it.is_ascii_digit()).then_some(())?;
    Some((epoch(start.trim().parse().ok()?), command))
}

/// `#1793696460`
fn bash_time(line: &str) -> Option<Moment> {
    let digits = line.strip_prefix('#')?;
    (9..=11).contains(&digits.len()).then(|| digits.parse().ok().and_then(epoch)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let time = |it: &Block| it.time.map(|at| format!(" at {at}")).unwrap_or_default();
        let shown: Vec<String> = blocks(text).iter().map(|it| format!("{}{} @ {}", it.text, time(it), it.place)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn zsh_history_tells_when() {
        check(
            ": 1793696460:0;cd reports\n: 1793696580:12;cat a \\\nb\n",
            &["cd reports at 2026-11-03T09:01:00 @ line 1", "cat a b at 2026-11-03T09:03:00 @ lines 2-3"],
        );
    }

    #[test]
    fn bash_history_with_and_without_times() {
        check("#1793696460\nmake\nls\n", &["make at 2026-11-03T09:01:00 @ line 2", "ls @ line 3"]);
    }

    #[test]
    fn what_steers_a_terminal_is_no_part_of_a_command() {
        check(&plain("Script started on 2026-11-03\n\u{1b}[?2004hbash-5.2$ \u{1b}[32mmake\u{1b}[0m all\nall done\n"), &["make all @ line 2"]);
        assert_eq!(plain("a\u{1b}]0;title\u{7}b\u{1b}"), "ab");
    }

    #[test]
    fn output_of_a_terminal_is_not_a_command() {
        check("$ make\nall done\n$ ls out\na.csv\n", &["make @ line 1", "ls out @ line 3"]);
    }
}
