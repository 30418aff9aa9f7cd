//! Nothing by which the end is seen.

use super::{About, Found, Lint, Sample};
use crate::Context;
use sop_core::{Entry, Question, SectionKind, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "never-done",
    code: "E37",
    severity: Severity::Error,
    question: Question::Done,
    about: About {
        finds: "A page with neither an expected output nor a “Done when”",
        matters: "Work without an end is stopped too early, or never",
        example: "The last step is “Send it”, and nothing says who must have got what",
        better: "## Expected output: `Summary {month}.docx`, with the leads by noon",
    },
    yes: &[Sample::page("# A\n\n## Steps\n\n1. Go\n2. Send it\n")],
    no: &[
        Sample::page("# A\n\n## Steps\n\n1. Go\n   - **Done when** `a.csv` is there\n"),
        Sample::page("# A\n\n## Steps\n\n1. Go\n\n## Deliverables\n\n- A summary\n"),
    ],
    check,
};

fn check(context: &Context<'_>, found: &mut Found) {
    let page = context.page;
    let said = || page.section(SectionKind::Steps).flat_map(Entry::all).any(|it| it.is_done_when() || it.text.to_lowercase().contains("complete when"));
    if page.section(SectionKind::Output).next().is_none() && page.section(SectionKind::Steps).next().is_some() && !said() {
        found.add(0, "the page does not say when the work is done", "add Expected output: what is there at the end, where it is kept, who has it");
    }
}
