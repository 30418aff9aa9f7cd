//! One person who does the work and approves it.

use super::{About, Found, Lint, Sample};
use crate::Context;
use sop_core::{Question, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "approver-is-owner",
    code: "E13",
    severity: Severity::Error,
    question: Question::Gates,
    about: About {
        finds: "A page whose approver is the one who owns or does the work",
        matters: "Nobody sees one's own mistakes",
        example: "owner: Ann Bell, approver: Ann Bell",
        better: "owner: Ann Bell, approver: Bo Lee",
    },
    yes: &[Sample::page("---\nsop: a\nowner: Ann Bell, operations\napprover: Ann Bell\n---\n# A\n")],
    no: &[
        Sample::page("---\nsop: a\nowner: Ann Bell\napprover: Ann Lee\n---\n# A\n"),
        Sample::page("---\nsop: a\nowner: not known\napprover: not known\n---\n# A\n"),
    ],
    check,
};

fn check(context: &Context<'_>, found: &mut Found) {
    let name = |field: &str| context.page.field(field).map(|it| (it.line, it.value.split(',').next().unwrap_or_default().trim().to_lowercase()));
    if let (Some((_, owner)), Some((line, approver))) = (name("owner"), name("approver"))
        && owner == approver
        && !owner.is_empty()
        && !owner.starts_with("not known")
    {
        found.add(line, "the owner approves the own work", "name somebody else who understands it");
    }
}
