//! Evidence that has changed since the page was written.

use super::{About, Found, Lint, Sample};
use crate::Context;
use crate::folder::Standing;
use sop_core::{Question, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "evidence-changed",
    code: "E07",
    severity: Severity::Error,
    question: Question::Reality,
    about: About {
        finds: "An entry of the evidence list whose words do not stand any more where the list says, or never stood there",
        matters: "What rests on it may have been true once",
        example: "`| E4 | config.ini | line 12 | max_diff_pct = 1 |`, where line 12 now reads `max_diff_pct = 5`",
        better: "Draft again with the new evidence, or put the statement right",
    },
    yes: &[
        Sample::cited("Go [E1]", "max = 1").with(&[("a.txt", "max = 5\n")]),
        Sample::cited("Go [E1]", "max = 1").with(&[("a.txt", "x\nmax = 1\n")]),
        Sample::cited("Go [E1]", "max = 1").with(&[("b.txt", "max = 1\n")]),
    ],
    no: &[Sample::cited("Go [E1]", "max = 1").with(&[("a.txt", "max = 1\n")]), Sample::cited("Go [E1]", "max = 1")],
    check,
};

fn check(context: &Context<'_>, found: &mut Found) {
    let Some(folder) = context.folder else { return };
    for quoted in &context.page.evidence {
        let id = quoted.id;
        match folder.standing(quoted) {
            Standing::There(_) => {}
            Standing::Elsewhere(place) => found.add(
                quoted.line,
                format!("{id} does not stand at {} of `{}` but at {place}", quoted.place, quoted.path),
                "put the place right, and see whether what stands there now means the same",
            ),
            Standing::Changed => found.add(
                quoted.line,
                format!("{id} does not stand in `{}` any more", quoted.path),
                "see what stands there now, and put the statements right that cite it",
            ),
            Standing::Gone => {
                found.add(quoted.line, format!("`{}`, which {id} quotes, is not there", quoted.path), "bring the file back, or cite what took its place");
            }
        }
    }
}
