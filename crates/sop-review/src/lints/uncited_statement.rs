//! A statement that rests on nothing.

use super::{About, Found, Lint, Sample};
use crate::Context;
use sop_core::{Basis, Form, Question, SectionKind, Severity, letters};

pub(crate) const LINT: Lint = Lint {
    id: "uncited-statement",
    code: "E01",
    severity: Severity::Error,
    question: Question::Reality,
    about: About {
        finds: "A statement on one of our pages that cites no evidence, or a number that the list of evidence does not have",
        matters: "What nobody can trace may have been made up",
        example: "1. Ring the bank before noon.",
        better: "1. Ring the bank before noon. [stated: Priya Shah, 2026-11-28]",
    },
    yes: &[Sample::cited("Ring the bank", "x"), Sample::cited("Ring the bank [E7]", "x")],
    no: &[Sample::cited("Ring the bank [stated: Priya Shah, 2026-11-28]", "x"), Sample::page("## Steps\n\n1. Ring the bank\n")],
    check,
};

fn check(context: &Context<'_>, found: &mut Found) {
    let page = context.page;
    if !page.is_ours() {
        return;
    }
    for (part, entry) in page.entries() {
        if matches!(part.kind, Some(SectionKind::Questions | SectionKind::LeftOut)) || entry.form == Form::Code || letters(&entry.text).is_empty() {
            continue;
        }
        let told = "cite the evidence, or let the one who knows stand for it: `[stated: NAME, DAY]` at its end";
        match &entry.basis {
            None => found.add(entry.line, "the statement cites no evidence", told),
            Some(Basis::Inferred { rule, .. }) if rule.is_empty() => found.add(entry.line, "the statement names no rule that it is inferred by", told),
            Some(basis) => {
                for id in basis.evidence().iter().filter(|it| page.quoted(**it).is_none()) {
                    found.add(entry.line, format!("{id} is not in the list of evidence"), "cite what is there");
                }
            }
        }
    }
}
