//! What a procedure must say and does not.

use super::{About, Found, Lint, Sample};
use crate::Context;
use sop_core::{Entry, Form, Question, SectionKind, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "empty-section",
    code: "E16",
    severity: Severity::Error,
    question: Question::Inputs,
    about: About {
        finds: "A page without steps, or a heading with nothing below it",
        matters: "An empty heading looks like an answer and is none",
        example: "## Inputs, and then the next heading",
        better: "## Inputs, with each file and who brings it",
    },
    yes: &[Sample::page("# A\n\n## Inputs\n\n## Steps\n\n1. Go\n"), Sample::page("# A\n\n## Purpose\n\nTo know.\n")],
    no: &[Sample::page("# A\n\n## Steps\n\n### Evening\n\n1. Go\n")],
    check,
};

fn check(context: &Context<'_>, found: &mut Found) {
    let page = context.page;
    // A page without headings may be a list of steps as a whole.
    let items = page.parts.iter().filter(|it| it.kind.is_none()).flat_map(|it| &it.entries);
    let listed = items.filter(|it| matches!(it.form, Form::Numbered | Form::Item)).count();
    if page.section(SectionKind::Steps).flat_map(Entry::all).next().is_none() && listed < 2 {
        found.add(0, "the page has no steps that can be told apart", "put what is done under a heading such as `## Steps`, one step an item");
    }
    for (at, part) in page.parts.iter().enumerate().filter(|it| it.1.depth > 1 && it.1.entries.is_empty()) {
        let goes_on = page.parts.get(at + 1).is_some_and(|it| it.depth > part.depth);
        // Small headings below the steps are steps themselves.
        let step = part.kind == Some(SectionKind::Steps) && part.depth > 2;
        if !goes_on && !step {
            found.add(part.line, format!("nothing stands below “{}”", part.heading), "fill it in, or take the heading out");
        }
    }
}
