//! A page whose day of review has passed.

use super::{About, Found, Lint, Sample};
use crate::Context;
use sop_core::{Question, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "review-overdue",
    code: "W14",
    severity: Severity::Warning,
    question: Question::Reality,
    about: About {
        finds: "A page whose `review_by` lies in the past",
        matters: "Work changes quietly; a page that nobody has looked at for long tells of another time",
        example: "review_by: 2025-01-01",
        better: "review_by: 2027-05-01",
    },
    yes: &[Sample::page("---\nsop: a\nreview_by: 2025-01-01\n---\n# A\n")],
    no: &[Sample::page("---\nsop: a\nreview_by: 2999-01-01\n---\n# A\n"), Sample::page("---\nsop: a\nreview_by: soon\n---\n# A\n")],
    check,
};

fn check(context: &Context<'_>, found: &mut Found) {
    let dated = |it: &str| it.len() == 10 && it.bytes().enumerate().all(|(n, c)| if n == 4 || n == 7 { c == b'-' } else { c.is_ascii_digit() });
    if let Some(field) = context.page.field("review_by").filter(|it| dated(&it.value) && it.value.as_str() < context.today) {
        found.add(field.line, format!("it should have been looked at by {}", field.value), "review it against the latest run, then set the next day");
    }
}
