//! Reads an SOP against the seven questions: one file a rule, and a verdict made of what the rules find.
//!
//! It holds no clock and opens no file. A page is read on its own, or against the folder of the work.

mod folder;
mod lints;
mod names;
mod report;
mod said;

pub use folder::Folder;
pub use lints::{About, rules};
pub use report::{Answer, Report};

use sop_core::{Finding, Page, Severity};

/// What a review knows besides the page.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub page: &'a Page,
    /// The work that the SOP tells of, if it is at hand.
    pub folder: Option<&'a Folder<'a>>,
    /// The day of the review: `2026-11-28`.
    pub today: &'a str,
}

/// Reviews a page. The findings are in the order of the lines, those that are about the page as a whole first.
pub fn review(context: Context<'_>) -> Report {
    let mut findings: Vec<Finding> = Vec::new();
    for lint in lints::LINTS {
        let mut found = lints::Found::new(lint);
        (lint.check)(&context, &mut found);
        findings.extend(found.into_findings());
    }
    findings.sort_by(|a, b| (a.line, a.severity, a.rule).cmp(&(b.line, b.severity, b.rule)));
    report::of(&context, findings)
}

/// Whether something stands in the way of an approval.
pub fn blocks(findings: &[Finding]) -> bool {
    findings.iter().any(|it| it.severity == Severity::Error && it.waived.is_none())
}
