//! Units of systemd: when a timer starts its service, in words, and what a service runs.

use crate::Comments;
use crate::code::add_read;
use crate::lex::{head, note};
use crate::pieces::absorb;
use crate::schedule::calendar;
use sop_core::{Language, Remark, Schedule, Script};

pub(crate) fn analyse(source: &str, folder: &[String], script: &mut Script) -> Comments {
    let mut comments = Vec::new();
    let mut shell = String::new();
    let mut first = None;
    let name = script.path.rsplit('/').next().unwrap_or_default().to_owned();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |it| it.0);
    let unit = source.lines().find_map(|it| it.trim().strip_prefix("Unit=")).map(str::trim);
    let service = unit.map_or_else(|| format!("{stem}.service"), str::to_owned);
    let mut purpose = None;
    for (line, n) in source.lines().zip(1..) {
        let text = line.trim();
        if text.starts_with(['#', ';']) {
            note(&mut comments, &text[1..], n, false);
        } else if let Some((key, value)) = text.split_once('=') {
            first.get_or_insert(n);
            let value = value.trim();
            let mut starts = |when: String| script.schedules.push(Schedule { when, starts: Some(service.clone()), line: n });
            match key.trim() {
                "OnCalendar" => calendar(value).into_iter().for_each(&mut starts),
                "OnBootSec" | "OnStartupSec" => starts(format!("{value} after the machine starts")),
                "OnUnitActiveSec" | "OnUnitInactiveSec" => starts(format!("every {value}")),
                "ExecStart" | "ExecStartPre" | "ExecStartPost" | "ExecStop" => shell.push_str(value.trim_start_matches(['-', '@', '+', '!', ':'])),
                "EnvironmentFile" => add_read(script, value.trim_start_matches('-'), n),
                "Description" => purpose = Some(Remark { text: value.to_owned(), from: n, to: n }),
                _ => {}
            }
        }
        shell.push('\n');
    }
    let part = crate::read(Language::Shell, &shell, &script.path, "", folder);
    absorb(script, part);
    script.purpose = purpose;
    Comments { head: head(&comments, first.unwrap_or(u32::MAX)), all: comments }
}

#[cfg(test)]
mod tests {
    use crate::testing::script;

    #[test]
    fn a_timer_starts_its_service_when_its_time_has_come() {
        let timer = script("stock.timer", "[Unit]\nDescription=Stock list for the shops\n\n[Timer]\nOnCalendar=Mon..Fri *-*-* 06:15:00\nPersistent=true\n");
        assert_eq!(timer.schedules[0].when, "every weekday at 06:15");
        assert_eq!(timer.schedules[0].starts.as_deref(), Some("stock.service"));
        assert_eq!(timer.purpose.as_ref().unwrap().text, "Stock list for the shops");
        let service = script("stock.service", "[Service]\nEnvironmentFile=/etc/stock.env\nExecStart=/usr/bin/python3 /srv/stock/run.py --all\n");
        assert_eq!(service.calls[0].command, "/usr/bin/python3 /srv/stock/run.py --all");
        assert_eq!(service.calls[0].line, 3);
    }
}
