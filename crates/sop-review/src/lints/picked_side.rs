//! A value that is out of date, or one of two that disagree.

use super::undocumented::shares;
use super::{About, Found, Lint};
use crate::{Context, said};
use sop_core::{Question, SectionKind, Severity, Standing};

pub(crate) const LINT: Lint = Lint {
    id: "picked-side",
    code: "E05",
    severity: Severity::Error,
    question: Question::Reality,
    about: About {
        finds: "A page that repeats what the folder contradicts, or is silent on two sources that disagree",
        matters: "A side that was taken in silence is the wrong one half of the time",
        example: "The tolerance is 5 %, where the script stops at 1 %",
        better: "## Where sources disagree: the old SOP says 5 %, `reconcile.py` stops at 1 %",
    },
    yes: &[],
    no: &[],
    check,
};

/// Names and figures in common that tell the same disagreement.
const ENOUGH: usize = 2;

fn check(context: &Context<'_>, found: &mut Found) {
    let Some(folder) = context.folder else { return };
    let page = context.page;
    let told: Vec<String> = page.section(SectionKind::Disagreements).flat_map(|it| it.all()).map(|it| it.text.to_lowercase()).collect();
    for it in folder.trace.disagreements.iter().filter(|it| it.standing != Standing::Unsupported) {
        let words = key(&it.claim.text);
        let hits = |text: &String| words.iter().filter(|word| text.contains(word.as_str())).count();
        let covered = told.iter().any(|text| hits(text) >= words.len().div_ceil(2).min(ENOUGH));
        if !covered && !words.is_empty() && !shares(&it.claim.text, &told) {
            found.add(
                0,
                format!("sources disagree, and the page does not say so: {}", it.claim.text),
                "say it under Where sources disagree, or ask the owner which of them holds",
            );
        }
    }
}

/// The names and figures that a disagreement is about.
fn key(text: &str) -> Vec<String> {
    let names = text.split('`').skip(1).step_by(2).map(str::to_lowercase);
    let figures = said::figures(text).into_iter().map(|it| it.written);
    let mut out: Vec<String> = names.chain(figures).collect();
    out.sort();
    out.dedup();
    out
}
