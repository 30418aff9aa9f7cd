//! A habit that was seen once.

use super::{About, Found, Lint, Sample};
use crate::{Context, said};
use sop_core::{Basis, Question, SectionKind, Severity};
use std::collections::BTreeSet;

pub(crate) const LINT: Lint = Lint {
    id: "thin-habit",
    code: "W04",
    severity: Severity::Warning,
    question: Question::Reality,
    about: About {
        finds: "“Always”, “usually”, “never” in our own words on the strength of a single file",
        matters: "What was done once is not what is done",
        example: "- Ruth always checks on Tuesday. [E4]",
        better: "- Ruth checked on Tuesday in October. [E4]",
    },
    yes: &[Sample::page(
        "---\nsop: a\n---\n# A\n\n## Checks\n\n- Ruth usually looks first. [E1]\n\n## Evidence\n\n| id | file | place | quote |\n| --- | --- | --- | --- |\n| E1 | a.eml | line 1 | I looked first |\n",
    )],
    no: &[Sample::page(
        "---\nsop: a\n---\n# A\n\n## Checks\n\n- Ruth: “I usually look first” [E1]\n- Ruth usually looks first. [stated: Ruth, 2026-01-01]\n\n## Evidence\n\n| id | file | place | quote |\n| --- | --- | --- | --- |\n| E1 | a.eml | line 1 | I usually look first |\n",
    )],
    check,
};

const HABITS: &[&str] = &[
    "always",
    "usually",
    "normally",
    "typically",
    "generally",
    "as a rule",
    "immer",
    "meistens",
    "üblicherweise",
    "toujours",
    "d'habitude",
    "siempre",
    "normalmente",
];

fn check(context: &Context<'_>, found: &mut Found) {
    for (part, entry) in context.page.entries() {
        let Some(Basis::Cited { evidence } | Basis::Inferred { evidence, .. }) = &entry.basis else { continue };
        let text = said::outside(&entry.text).to_lowercase();
        let Some(habit) = HABITS.iter().find(|it| said::has_words(&text, it)).filter(|_| part.kind != Some(SectionKind::Questions)) else { continue };
        let quoted: Vec<_> = evidence.iter().filter_map(|it| context.page.quoted(*it)).collect();
        let files: BTreeSet<&str> = quoted.iter().map(|it| it.path.as_str()).collect();
        // Somebody who says so knows more than one run.
        let said = quoted.iter().any(|it| HABITS.iter().any(|habit| said::has_words(&it.quote.to_lowercase(), habit)));
        if files.len() < 2 && !said {
            found.add(entry.line, format!("“{habit}” rests on one file"), "say what was seen, or let the owner state the habit");
        }
    }
}
