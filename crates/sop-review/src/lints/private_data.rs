//! Secrets and personal data on the page.

use super::{About, Found, Lint, Sample};
use crate::Context;
use sop_core::{Question, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "private-data",
    code: "E38",
    severity: Severity::Error,
    question: Question::Sensitive,
    about: About {
        finds: "A key, a password, an account, an id of a person, an address or a phone number of a private person",
        matters: "A procedure is copied, printed and sent on; what stands in it has left the house",
        example: "Log in with password hunter2-Kappa",
        better: "Log in; the password is in the team's vault",
    },
    yes: &[Sample::page("## Steps\n\n1. Pay to GB82 WEST 1234 5698 7654 32\n")],
    no: &[Sample::page("## Steps\n\n1. Pay order 20261104 by 12:30\n")],
    check,
};

fn check(context: &Context<'_>, found: &mut Found) {
    let page = context.page;
    let front = page.front.iter().map(|it| (it.line, it.value.as_str()));
    let entries = page.entries().map(|(_, it)| (it.line, it.text.as_str()));
    let evidence = page.evidence.iter().flat_map(|it| [(it.line, it.path.as_str()), (it.line, it.quote.as_str())]);
    for (line, text) in front.chain(entries).chain(evidence) {
        let mut kinds = sop_rules::redact(text).found;
        kinds.sort_unstable();
        kinds.dedup();
        // What is found is never repeated.
        for what in kinds {
            found.add(line, format!("{what}: it seems that one stands here"), "take it out and say where to find it instead");
        }
    }
}
