//! The table of rules: those on truth first, as a reader wants them first. Style never blocks.

mod approver_is_owner;
mod bare_judgment;
mod empty_section;
mod evidence_changed;
mod forged_approval;
mod late_warning;
mod long_step;
mod missing_gate;
mod never_done;
mod no_else;
mod no_expected_result;
mod no_identity;
mod no_such_thing;
mod no_way_out;
mod one_off_value;
mod orphaned_evidence;
mod picked_side;
mod private_data;
mod review_overdue;
mod thin_habit;
mod uncited_statement;
mod undeclared_input;
mod undocumented;
mod unlabelled_guess;
mod unmarked_kind;
mod unsupported_statement;
mod vague_word;

#[cfg(test)]
mod tests;

use crate::Context;
use sop_core::{Finding, Question, Severity};

/// What a user may know of a rule, in Markdown. The pages of `docs/guide/review-rules.md` are made of it.
#[derive(Debug, Clone, Copy)]
pub struct About {
    pub finds: &'static str,
    pub matters: &'static str,
    /// A line that it finds, and how it should be.
    pub example: &'static str,
    pub better: &'static str,
}

/// A rule: its name is the fault.
pub(crate) struct Lint {
    pub id: &'static str,
    /// Number in the list of review rules: `E02`.
    pub code: &'static str,
    pub severity: Severity,
    pub question: Question,
    pub about: About,
    /// Pages on which it finds something.
    #[cfg_attr(not(test), expect(dead_code, reason = "the samples are there for the tests"))]
    pub yes: &'static [Sample],
    /// Pages like them on which it must not.
    #[cfg_attr(not(test), expect(dead_code, reason = "the samples are there for the tests"))]
    pub no: &'static [Sample],
    pub check: fn(&Context<'_>, &mut Found),
}

/// A page to try a rule on, with the folder that it tells of.
#[cfg_attr(not(test), expect(dead_code, reason = "the samples are there for the tests"))]
pub(crate) struct Sample {
    page: &'static str,
    /// What the one entry of the evidence list quotes, if the page is a step that cites.
    quote: Option<&'static str>,
    folder: &'static [(&'static str, &'static str)],
}

impl Sample {
    pub const fn page(page: &'static str) -> Self {
        Self { page, quote: None, folder: &[] }
    }

    /// A page of ours with this one step, and `E1` being line 1 of `a.txt`.
    pub const fn cited(step: &'static str, quote: &'static str) -> Self {
        Self { page: step, quote: Some(quote), folder: &[] }
    }

    /// The files of the folder, by path and text.
    pub const fn with(self, folder: &'static [(&'static str, &'static str)]) -> Self {
        Self { folder, ..self }
    }
}

/// Gathers what a rule finds.
pub(crate) struct Found {
    rule: &'static str,
    severity: Severity,
    question: Question,
    findings: Vec<Finding>,
}

impl Found {
    pub fn new(lint: &Lint) -> Self {
        Self { rule: lint.id, severity: lint.severity, question: lint.question, findings: Vec::new() }
    }

    /// Adds a finding on a line; 0 for the page as a whole.
    pub fn add(&mut self, line: u32, message: impl Into<String>, hint: impl Into<String>) {
        self.add_as(self.severity, line, message, hint);
    }

    /// Adds a finding that weighs more or less than the rule's others.
    pub fn add_as(&mut self, severity: Severity, line: u32, message: impl Into<String>, hint: impl Into<String>) {
        let hint = Some(hint.into()).filter(|it| !it.is_empty());
        // A page may hold what must not be passed on, and a message repeats its words.
        let message = sop_rules::redact(&message.into()).text;
        let (rule, question) = (self.rule, self.question);
        self.findings.push(Finding { rule, severity, question, line, message, hint, waived: None });
    }

    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

pub(crate) const LINTS: &[Lint] = &[
    unsupported_statement::LINT,
    evidence_changed::LINT,
    no_such_thing::LINT,
    picked_side::LINT,
    uncited_statement::LINT,
    unlabelled_guess::LINT,
    undeclared_input::LINT,
    undocumented::LINT,
    thin_habit::LINT,
    missing_gate::LINT,
    orphaned_evidence::LINT,
    forged_approval::LINT,
    approver_is_owner::LINT,
    no_identity::LINT,
    bare_judgment::LINT,
    unmarked_kind::LINT,
    no_way_out::LINT,
    late_warning::LINT,
    no_expected_result::LINT,
    never_done::LINT,
    private_data::LINT,
    empty_section::LINT,
    one_off_value::LINT,
    review_overdue::LINT,
    no_else::LINT,
    vague_word::LINT,
    long_step::LINT,
];

/// Returns each rule: name, number, severity, question, and what it does.
pub fn rules() -> impl Iterator<Item = (&'static str, &'static str, Severity, Question, About)> {
    LINTS.iter().map(|it| (it.id, it.code, it.severity, it.question, it.about))
}
