//! A judgment without anything to judge by.

use super::{About, Found, Lint, Sample};
use crate::{Context, said};
use sop_core::{Question, SectionKind, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "bare-judgment",
    code: "E33",
    severity: Severity::Error,
    question: Question::Judgment,
    about: About {
        finds: "“Use your judgment”, “as you see fit”, “if appropriate”, with no criterion, nobody to ask and no example",
        matters: "It hides what only one person knows",
        example: "4. Use your judgment on large refunds.",
        better: "4. Refunds above 100: ask Ruth; she looks at what came back and why.",
    },
    yes: &[Sample::page("## Steps\n\n1. Use your judgment on large refunds.\n"), Sample::page("## Decision points\n\n- Contact the client if appropriate\n")],
    no: &[Sample::page("## Steps\n\n1. Use your judgment up to 100; above that ask Ruth.\n"), Sample::page("## Steps\n\n1. Ann: “use your judgment”\n")],
    check,
};

const BARE: &[&str] = &[
    "use your judgment",
    "use your judgement",
    "use good judgment",
    "use common sense",
    "as you see fit",
    "if appropriate",
    "where appropriate",
    "as appropriate",
    "when appropriate",
    "at your discretion",
    "if you think it is right",
    "nach ermessen",
    "nach eigenem ermessen",
    "si nécessaire, juger",
    "selon votre jugement",
    "a su criterio",
];

fn check(context: &Context<'_>, found: &mut Found) {
    for (part, entry) in context.page.entries() {
        if !matches!(
            part.kind,
            Some(SectionKind::Steps | SectionKind::Decisions | SectionKind::Gates | SectionKind::Checks | SectionKind::Failures | SectionKind::Escalation)
        ) {
            continue;
        }
        let text = said::outside(&entry.text).to_lowercase();
        let told = !said::figures(&text).is_empty() || ["ask ", "example", "such as"].iter().any(|it| text.contains(it));
        if let Some(bare) = BARE.iter().find(|it| said::has_words(&text, it)).filter(|_| !told) {
            found.add(entry.line, format!("“{bare}” gives nothing to judge by"), "say what to look at, who decides, and how it was decided last time");
        }
    }
}
