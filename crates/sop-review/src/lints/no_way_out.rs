//! Nothing on what can go wrong.

use super::{About, Found, Lint, Sample};
use crate::Context;
use sop_core::{Entry, Question, SectionKind, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "no-way-out",
    code: "E36",
    severity: Severity::Error,
    question: Question::Failures,
    about: About {
        finds: "A page that tells of no failure, or of one without what to do then",
        matters: "The first bad day finds a person alone with a page for good days",
        example: "No heading such as “Common failures”",
        better: "## Common failures: exactly 1,000 rows: the export was cut; export again",
    },
    yes: &[Sample::page("# A\n\n## Steps\n\n1. Go\n2. Run\n3. Send\n")],
    no: &[
        Sample::page("# A\n\n## Steps\n\n1. Go\n\n## Troubleshooting\n\n- No file: ask Ann\n"),
        Sample::page("# A\n\n## Steps\n\n1. Go. If it fails, ask Ann.\n"),
    ],
    check,
};

fn check(context: &Context<'_>, found: &mut Found) {
    let page = context.page;
    let told = page.section(SectionKind::Failures).next().is_some();
    let inline = || {
        page.section(SectionKind::Steps).flat_map(Entry::all).any(|it| {
            let lower = it.text.to_lowercase();
            ["if it fails", "if this fails", "if that fails", "on error", "on failure", "if something goes wrong", "does not work", "doesn't work"]
                .iter()
                .any(|fail| lower.contains(fail))
        })
    };
    if !told && !inline() && page.section(SectionKind::Steps).next().is_some() {
        found.add(
            0,
            "the page tells of nothing that can go wrong",
            "add Common failures: how each shows, what to do, whom to tell; ask the one who did it last",
        );
    }
}
