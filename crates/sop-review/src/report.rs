//! The report of a review: the seven questions, each with a verdict and what led to it.

use crate::Context;
use serde::Serialize;
use sop_core::{Entry, Finding, Question, SectionKind, Severity, Verdict};

/// What is said to one of the seven questions.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    pub question: Question,
    pub verdict: Verdict,
    /// Why, in a sentence.
    pub because: String,
}

/// What a review tells.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub answers: Vec<Answer>,
    pub findings: Vec<Finding>,
    /// Statements that were held against evidence.
    pub statements: usize,
}

pub(crate) fn of(context: &Context<'_>, findings: Vec<Finding>) -> Report {
    let answers = Question::ALL.into_iter().map(|it| answer(context, it, &findings)).collect();
    Report { answers, findings, statements: context.page.entries().count() }
}

fn answer(context: &Context<'_>, question: Question, findings: &[Finding]) -> Answer {
    let of = |severity: Severity| findings.iter().filter(|it| it.question == question && it.severity == severity && it.waived.is_none()).count();
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let missing = missing(context, question);
    let (verdict, because) = match (missing, errors, warnings) {
        (Some(missing), _, _) => (Verdict::No, missing.to_owned()),
        (None, 0, _) if question == Question::Reality && context.folder.is_none() => {
            (Verdict::CannotTell, "the folder of the work was not at hand; give it with --against".to_owned())
        }
        (None, 0, 0) => (Verdict::Yes, "nothing was found that speaks against it".to_owned()),
        (None, 0, n) => (Verdict::Partly, counted(n, "thing needs a look", "things need a look")),
        (None, n, _) => (Verdict::Partly, counted(n, "thing is wrong or missing", "things are wrong or missing")),
    };
    Answer { question, verdict, because }
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Says what the page would have to have for a yes and has not at all.
fn missing(context: &Context<'_>, question: Question) -> Option<&'static str> {
    let page = context.page;
    let has = |kind: SectionKind| page.section(kind).next().is_some();
    let steps = || page.section(SectionKind::Steps).flat_map(Entry::all);
    match question {
        Question::Inputs => [SectionKind::Inputs, SectionKind::Prerequisites, SectionKind::Tools]
            .into_iter()
            .all(|it| !has(it))
            .then_some("it names no inputs and nothing to have before starting"),
        Question::Judgment => {
            let marked = steps().any(|it| it.kind().is_some());
            (!marked && !has(SectionKind::Decisions)).then_some("nothing tells which steps are mechanical and where somebody has to judge")
        }
        Question::Gates => {
            let stops = steps().any(Entry::is_stop);
            (!stops && !has(SectionKind::Gates) && !has(SectionKind::Escalation)).then_some("it names nobody who approves, verifies or is asked")
        }
        Question::Done => {
            let done = steps().any(Entry::is_done_when);
            (!done && !has(SectionKind::Output) && !has(SectionKind::Checks)).then_some("it does not say when the work is done")
        }
        Question::Failures => (!has(SectionKind::Failures)).then_some("it tells of nothing that can go wrong"),
        Question::Sensitive | Question::Reality => None,
    }
}
