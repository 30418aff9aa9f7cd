//! A guess in the dress of a fact.

use super::{About, Found, Lint, Sample};
use crate::{Context, said};
use sop_core::{Basis, Question, SectionKind, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "unlabelled-guess",
    code: "E03",
    severity: Severity::Error,
    question: Question::Reality,
    about: About {
        finds: "A statement in our own words that says “probably”, “I think” or “should be”, and is neither inferred by a rule nor a question",
        matters: "Whoever follows it cannot know what was seen and what was guessed",
        example: "- The bank probably takes two days. [E4]",
        better: "- Q3: How long does the bank take? [E4, asked: nobody says]",
    },
    yes: &[Sample::page("## Steps\n\n1. The bank probably takes two days. [E4]\n"), Sample::page("## Inputs\n\n- I assume finance sends the rates.\n")],
    no: &[
        Sample::page("## Steps\n\n1. Ann: “it probably takes two days” [E4]\n"),
        Sample::page("## Open questions\n\n- Q1: Does it probably take two days?\n"),
        Sample::page("## Steps\n\n1. Probably two days. [E4, inferred: days between mails]\n"),
    ],
    check,
};

const GUESSES: &[&str] = &[
    "probably",
    "presumably",
    "perhaps",
    "maybe",
    "supposedly",
    "apparently",
    "i think",
    "i guess",
    "i assume",
    "we assume",
    "should be about",
    "might be",
    "seems to",
    "vermutlich",
    "wahrscheinlich",
    "vielleicht",
    "probablement",
    "sans doute",
    "peut-être",
    "probablemente",
    "quizás",
    "supongo",
];

fn check(context: &Context<'_>, found: &mut Found) {
    for (part, entry) in context.page.entries() {
        let labelled = matches!(entry.basis, Some(Basis::Inferred { .. } | Basis::Asked { .. }));
        if labelled || matches!(part.kind, Some(SectionKind::Questions | SectionKind::Disagreements)) {
            continue;
        }
        let text = said::outside(&entry.text).to_lowercase();
        if let Some(guess) = GUESSES.iter().find(|it| said::has_words(&text, it)) {
            found.add(entry.line, format!("“{guess}” makes a guess of this statement"), "find the evidence, or ask it under Open questions");
        }
    }
}
