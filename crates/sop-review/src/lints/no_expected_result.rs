//! A check that does not say what is right.

use super::{About, Found, Lint, Sample};
use crate::{Context, said};
use sop_core::{Entry, Question, SectionKind, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "no-expected-result",
    code: "E25",
    severity: Severity::Error,
    question: Question::Done,
    about: About {
        finds: "A step that checks, verifies or makes sure, and names neither a value, a state nor a file by which it is seen",
        matters: "Two people who “check the totals” check two different things",
        example: "6. Check the totals.",
        better: "6. Check that store and books differ by at most 1 %.",
    },
    yes: &[
        Sample::page("## Steps\n\n1. Check the totals.\n"),
        Sample::page("## Steps\n\n1. Verify everything\n"),
        Sample::page("## Schritte\n\n## Procedure\n\n1. Ensure quality.\n"),
    ],
    no: &[
        Sample::page("## Steps\n\n1. Check that the totals differ by at most 1 %.\n"),
        Sample::page("## Steps\n\n1. Check the totals\n   - **Done when** Checks says READY\n"),
        Sample::page("## Steps\n\n1. Check `rejects.csv`\n"),
        Sample::page("## Steps\n\n1. Check the address against the invoice before packing\n"),
    ],
    check,
};

const CHECKS: &[&str] = &[
    "check",
    "verify",
    "ensure",
    "validate",
    "confirm",
    "review",
    "inspect",
    "prüfe",
    "prüfen",
    "kontrolliere",
    "überprüfe",
    "vérifier",
    "vérifie",
    "verificar",
    "verifica",
    "comprobar",
    "comprueba",
];
/// Words behind which it is said what is right.
const SAYS: &[&str] = &[
    "that", "whether", "if", "against", "with", "matches", "match", "equals", "is", "are", "until", "from", "between", "dass", "ob", "gegen", "que", "si",
    "contra", "avec", "for", "no", "every", "each",
];
/// A step of more words than this says what it looks at.
const MOST_WORDS: usize = 9;

fn check(context: &Context<'_>, found: &mut Found) {
    for step in context.page.section(SectionKind::Steps) {
        let done = step.below.iter().any(|it| it.is_done_when() || !said::figures(&it.text).is_empty());
        for entry in std::iter::once(step).chain(&step.below).filter(|_| !done) {
            if bare(entry) {
                found.add(
                    entry.line,
                    format!("“{}” does not say what is right", entry.text.trim_end_matches('.')),
                    "name the value, the state or the file that shows it",
                );
            }
        }
    }
}

fn bare(entry: &Entry) -> bool {
    // What follows in a sentence of its own is another step.
    let text = entry.text.split(". ").next().unwrap_or_default();
    let lower = said::outside(text).to_lowercase();
    let words: Vec<&str> = said::words(&lower).collect();
    words.first().is_some_and(|it| CHECKS.contains(it))
        && words.len() <= MOST_WORDS
        && !words.iter().any(|it| SAYS.contains(it))
        && !text.contains('`')
        && said::figures(text).is_empty()
        && said::quotations(text).is_empty()
}
