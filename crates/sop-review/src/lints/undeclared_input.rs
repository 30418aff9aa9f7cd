//! An input that is read and not declared.

use super::{About, Found, Lint};
use crate::Context;
use crate::names::Pattern;
use sop_core::{Direction, Page, Question, SectionKind, Severity, letters};
use std::collections::BTreeSet;

pub(crate) const LINT: Lint = Lint {
    id: "undeclared-input",
    code: "E18",
    severity: Severity::Error,
    question: Question::Inputs,
    about: About {
        finds: "A file that a script reads and no script makes, or a setting it needs, that the page names nowhere",
        matters: "The run stops half-way, or goes on with what was left of the last one",
        example: "`clean.py` opens `rates.csv`, and the page never speaks of it",
        better: "## Inputs: `rates.csv`, from finance, each month",
    },
    yes: &[],
    no: &[],
    check,
};

fn check(context: &Context<'_>, found: &mut Found) {
    let Some(folder) = context.folder else { return };
    let trace = folder.trace;
    let written = |pattern: &str| trace.lineage.iter().any(|it| it.direction == Direction::Writes && Pattern::of(pattern).is_pattern(&it.pattern));
    let all = text(context.page);
    let mut told: BTreeSet<String> = BTreeSet::new();
    for flow in
        trace.lineage.iter().filter(|it| it.direction == Direction::Reads && !it.files.is_empty() && !written(&it.pattern) && folder.was_run(&it.script))
    {
        let name = flow.files[0].rsplit('/').next().unwrap_or_default();
        let covered = flow.files.iter().any(|it| mentions(context.page, &all, it));
        if !covered && told.insert(name.to_owned()) {
            let script = flow.script.rsplit('/').next().unwrap_or(&flow.script);
            found.add(
                0,
                format!("`{script}` reads `{name}`, which the page does not name"),
                "declare it under Inputs: what it is, who brings it, in which form",
            );
        }
    }
    for variable in trace.scripts.iter().filter(|it| folder.was_run(&it.path)).flat_map(|it| &it.env).filter(|it| it.required) {
        if !all.contains(&letters(&variable.name)) && told.insert(variable.name.clone()) {
            found.add(0, format!("a script needs `{}` to be set, which the page does not say", variable.name), "declare it under Before you start");
        }
    }
}

fn text(page: &Page) -> String {
    letters(&page.entries().filter(|it| it.0.kind != Some(SectionKind::LeftOut)).map(|it| it.1.text.as_str()).collect::<Vec<_>>().join(" "))
}

/// Whether the page names a file, with what changes from run to run left open.
pub(crate) fn mentions(page: &Page, all: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    all.contains(&letters(name))
        || page.entries().flat_map(|it| it.1.code()).flat_map(|it| it.split_whitespace()).any(|it| {
            let pattern = Pattern::of(it.trim_matches(['"', '\'', '`', ',']));
            !pattern.is_open() && pattern.is_path(path)
        })
}
