//! Words that everybody reads in another way.

use super::{About, Found, Lint, Sample};
use crate::{Context, said};
use sop_core::{Question, SectionKind, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "vague-word",
    code: "W24",
    severity: Severity::Note,
    question: Question::Done,
    about: About {
        finds: "A step with “as needed”, “periodically”, “quickly”, “etc.” or “handle” in our own words",
        matters: "It leaves to each reader what should be the same for all",
        example: "5. Back up the files periodically.",
        better: "5. Back up the files every Friday.",
    },
    yes: &[Sample::page("## Steps\n\n1. Back up the files periodically.\n")],
    no: &[
        Sample::page("## Steps\n\n1. Back up the files every Friday.\n"),
        Sample::page("## Steps\n\n1. Ann: “as needed”\n"),
        Sample::page("## Why this matters\n\nWe have some customers.\n"),
    ],
    check,
};

const VAGUE: &[&str] = &[
    "as needed",
    "as necessary",
    "if needed",
    "if necessary",
    "periodically",
    "regularly",
    "from time to time",
    "quickly",
    "promptly",
    "timely",
    "in a timely manner",
    "as soon as possible",
    "asap",
    "etc",
    "and so on",
    "normally",
    "some time",
    "a few",
    "properly",
    "adequately",
    "sufficiently",
    "bei bedarf",
    "regelmäßig",
    "zeitnah",
    "usw",
    "si besoin",
    "régulièrement",
    "si es necesario",
    "regularmente",
];

fn check(context: &Context<'_>, found: &mut Found) {
    for entry in context.page.section(SectionKind::Steps) {
        for entry in entry.all() {
            let text = said::outside(&entry.text).to_lowercase();
            if let Some(word) = VAGUE.iter().find(|it| said::has_words(&text, it)) {
                found.add(entry.line, format!("“{word}” says neither when nor how much"), "say it with a value, a day or a name");
            }
        }
    }
}
