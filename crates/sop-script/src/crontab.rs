//! Crontabs: when a command is started, in words, and what it runs.

use crate::Comments;
use crate::code::one_line;
use crate::lex::{head, note};
use crate::pieces::absorb;
use crate::schedule::cron;
use sop_core::{Language, Schedule, Script};

pub(crate) fn analyse(source: &str, folder: &[String], script: &mut Script) -> Comments {
    let mut comments = Vec::new();
    let mut shell = String::new();
    let mut first = None;
    // The table of the system names the user between the time and the command.
    let has_user = script.path.contains("cron.d/") || source.lines().any(|it| it.starts_with('#') && it.contains("user") && it.contains("command"));
    for (line, n) in source.lines().zip(1..) {
        let text = line.trim();
        if let Some(said) = text.strip_prefix('#') {
            note(&mut comments, said, n, false);
        } else if !text.is_empty() {
            first.get_or_insert(n);
            let fields: Vec<&str> = text.split_whitespace().collect();
            let count = if text.starts_with('@') { 1 } else { 5 };
            let taken = count + usize::from(has_user);
            if let (Some(when), true) = (cron(&fields[..count.min(fields.len())].join(" ")), fields.len() > taken) {
                // A percent sign ends the command; what follows is its input.
                let command = after_fields(text, taken).replace("\\%", "\u{1}");
                let command = command.split('%').next().unwrap_or_default().replace('\u{1}', "%");
                script.schedules.push(Schedule { when, starts: Some(one_line(&command, 200)), line: n });
                shell.push_str(&command);
            } else if text.contains('=') {
                shell.push_str(text);
            } else {
                script.partial = true;
            }
        }
        shell.push('\n');
    }
    let mut part = crate::read(Language::Shell, &shell, &script.path, "", folder);
    part.constants.clear();
    part.env.clear();
    absorb(script, part);
    Comments { head: head(&comments, first.unwrap_or(u32::MAX)), all: comments }
}

/// Returns what stands behind a number of fields.
fn after_fields(text: &str, count: usize) -> &str {
    let mut rest = text.trim_start();
    for _ in 0..count {
        rest = rest.split_once(char::is_whitespace).map_or("", |it| it.1.trim_start());
    }
    rest
}

#[cfg(test)]
mod tests {
    use crate::testing::{patterns, script};

    #[test]
    fn each_line_has_its_time_and_what_it_runs() {
        let script = script(
            "ops/crontab",
            "# Reports of the depot.\nMAILTO=ops@example.org\n30 7 * * 1-5 cd /srv/depot && python3 scripts/daily.py --day $(date +\\%F) >> logs/daily.log 2>&1\n@monthly /srv/depot/close.sh\nnot a line\n",
        );
        let shown: Vec<String> = script.schedules.iter().map(|it| format!("{}: {} @ {}", it.when, it.starts.as_deref().unwrap_or_default(), it.line)).collect();
        assert_eq!(
            shown,
            [
                "every weekday at 07:30: cd /srv/depot && python3 scripts/daily.py --day $(date +%F) >> logs/daily.log 2>&1 @ 3",
                "on day 1 of each month at 00:00: /srv/depot/close.sh @ 4"
            ]
        );
        assert_eq!(patterns(&script.writes), ["logs/daily.log"]);
        assert!(script.calls.iter().any(|it| it.command.starts_with("python3 scripts/daily.py")));
        assert!(script.partial);
        assert_eq!(script.purpose.as_ref().unwrap().text, "Reports of the depot.");
    }
}
