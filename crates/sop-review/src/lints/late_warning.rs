//! A warning behind the step that it is for, or one that hides a step.

use super::{About, Found, Lint, Sample};
use crate::Context;
use sop_core::{Entry, Question, SectionKind, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "late-warning",
    code: "E29",
    severity: Severity::Error,
    question: Question::Failures,
    about: About {
        finds: "A warning that stands as the last word below a step that cannot be taken back, or as a step of its own at the very end",
        matters: "Who reads and acts line by line has done it before the warning comes",
        example: "7. Delete the old exports. 8. Warning: the exports cannot be brought back.",
        better: "7. Warning: what is deleted cannot be brought back. Delete the old exports.",
    },
    yes: &[
        Sample::page("## Steps\n\n1. Delete the old exports\n2. Warning: they cannot be brought back\n"),
        Sample::page("## Steps\n\n1. Empty the tank\n\n**Caution:** it is hot\n"),
    ],
    no: &[
        Sample::page("## Steps\n\n1. Warning: they cannot be brought back\n2. Delete the old exports\n"),
        Sample::page("## Steps\n\n1. Read the warning on the screen\n"),
    ],
    check,
};

const WARNINGS: &[&str] =
    &["warning", "caution", "danger", "achtung", "warnung", "vorsicht", "attention", "avertissement", "atención", "advertencia", "aviso", "precaución"];

fn warns(entry: &Entry) -> bool {
    let text = entry.text.trim_start_matches(['*', '_', '>', '⚠', '\u{fe0f}', ' ']).to_lowercase();
    WARNINGS.iter().any(|it| text.strip_prefix(it).is_some_and(|rest| rest.trim_start_matches(['*', '_']).starts_with([':', '!'])))
}

fn check(context: &Context<'_>, found: &mut Found) {
    let steps: Vec<&Entry> = context.page.section(SectionKind::Steps).collect();
    if let Some(last) = steps.last().filter(|it| steps.len() > 1 && warns(it)) {
        found.add(last.line, "the warning stands behind the step that it is for", "put it before that step");
    }
}
