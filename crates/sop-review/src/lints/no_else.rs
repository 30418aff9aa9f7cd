//! A condition that says only one of its two ways.

use super::{About, Found, Lint, Sample};
use crate::{Context, said};
use sop_core::{Question, SectionKind, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "no-else",
    code: "E30",
    severity: Severity::Note,
    question: Question::Judgment,
    about: About {
        finds: "A decision in our own words with an “if” and neither an “otherwise”, an “else” nor a second “if”",
        matters: "Half of the cases are left to the reader",
        example: "- If the total is under 100, leave it out.",
        better: "- If the total is under 100, leave it out; otherwise have it put right.",
    },
    yes: &[Sample::page("## Decision points\n\n- If the total is under 100, leave it out.\n")],
    no: &[
        Sample::page("## Decision points\n\n- If the total is under 100, leave it out; otherwise have it put right.\n"),
        Sample::page("## Decision points\n\n- Ann: “if it is under 100 leave it out”\n"),
        Sample::page("## Decision points\n\n- Under 100: leave it out. Over 100: have it put right.\n"),
    ],
    check,
};

const IFS: &[&str] = &["if", "wenn", "falls", "si"];
const ELSES: &[&str] = &["otherwise", "else", "unless", "only", "sonst", "andernfalls", "sinon", "contrario"];

fn check(context: &Context<'_>, found: &mut Found) {
    for entry in context.page.section(SectionKind::Decisions) {
        let all = entry.all().iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(" ");
        let lower = said::outside(&all).to_lowercase();
        let count = |list: &[&str]| said::words(&lower).filter(|it| list.contains(it)).count();
        let conditional = said::words(&lower).next().is_some_and(|it| IFS.contains(&it));
        if conditional && count(IFS) == 1 && count(ELSES) == 0 {
            found.add(entry.line, "the condition says one of its two ways", "say what to do otherwise, or ask the owner");
        }
    }
}
