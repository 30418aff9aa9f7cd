//! What was done and the page does not tell.

use super::undeclared_input::mentions;
use super::{About, Found, Lint};
use crate::Context;
use crate::said;
use sop_core::{FactKind, Question, Role, Severity, StopKind, letters};

pub(crate) const LINT: Lint = Lint {
    id: "undocumented",
    code: "W08",
    severity: Severity::Warning,
    question: Question::Reality,
    about: About {
        finds: "A script that was run, a way in which a script stops, or a gate that somebody set, of which the page says nothing",
        matters: "What is left out of the page is left out of the next run",
        example: "`reconcile.py` stops with exit 4 above 1 %, and the page never says so",
        better: "Quality checks: above 1 % `reconcile.py` stops (exit 4)",
    },
    yes: &[],
    no: &[],
    check,
};

fn check(context: &Context<'_>, found: &mut Found) {
    let Some(folder) = context.folder else { return };
    let trace = folder.trace;
    let text: String = context.page.entries().map(|it| it.1.text.as_str()).collect::<Vec<_>>().join("\n");
    let all = letters(&text);
    let entries: Vec<String> = context.page.entries().map(|it| it.1.text.to_lowercase()).collect();
    for script in trace.files.iter().filter(|it| it.role == Role::Script && folder.was_run(&it.path)) {
        if !mentions(context.page, &all, &script.path) {
            found.add(
                0,
                format!("`{}` was run, and no statement speaks of it", script.path),
                "add the step, or say under Left out why it is no part of the process",
            );
        }
    }
    for stop in trace.stops.iter().filter(|it| matches!(it.kind, StopKind::Check | StopKind::Gate)) {
        if !shares(&stop.claim.text, &entries) && !names_exit(&stop.claim.text, &entries) {
            found.add(
                0,
                format!("no statement tells that {}", first_down(&stop.claim.text)),
                "say under Quality checks or Common failures when it stops and what to do then",
            );
        }
    }
    let gates = trace.facts.iter().filter(|it| it.is(FactKind::Holds) || it.is(FactKind::Reserves));
    for fact in gates.filter(|it| it.weight > 0 && !all.contains(&letters(&it.text)) && !shares(&it.text, &entries)) {
        let who = fact.speaker.as_deref().unwrap_or("somebody");
        found.add(
            0,
            format!("{who} held something back, and no statement speaks of it: “{}”", fact.text),
            "add the gate, or ask the owner whether it still holds",
        );
    }
}

/// Whether a statement has a good part of the telling words.
pub(super) fn shares(text: &str, entries: &[String]) -> bool {
    let text = text.to_lowercase();
    let mut stems: Vec<String> = said::words(&text).filter(|it| it.chars().count() > said::STEM).map(said::stem).collect();
    stems.sort_unstable();
    stems.dedup();
    let there = |entry: &String| stems.iter().filter(|stem| said::words(entry).any(|it| it.starts_with(stem.as_str()))).count();
    entries.iter().map(there).max().unwrap_or_default() * 3 >= stems.len()
}

/// Whether a statement names the same exit of a script: `exit 4`.
fn names_exit(text: &str, entries: &[String]) -> bool {
    let Some(exit) = text.split("exit ").nth(1).map(|it| it.chars().take_while(char::is_ascii_digit).collect::<String>()).filter(|it| !it.is_empty()) else {
        return false;
    };
    let exit = format!("exit {exit}");
    entries.iter().any(|it| it.match_indices(&exit).any(|(at, found)| !it[at + found.len()..].starts_with(|c: char| c.is_ascii_digit())))
}

fn first_down(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |it| it.to_lowercase().chain(chars).collect())
}
