//! What headings call the sections of an SOP, in our pages and in those of others.

use crate::{Lang, SectionKind};

/// Words of headings, the more telling first: "Approval of the output" is about approval.
const WORDS: &[(SectionKind, &[&str])] = &[
    (SectionKind::LeftOut, &["left out", "out of scope", "not covered", "excluded"]),
    (SectionKind::Questions, &["open question", "unanswered", "to be clarified", "still open", "tbd"]),
    (SectionKind::Disagreements, &["disagree", "contradict", "stale", "out of date"]),
    (SectionKind::Gates, &["approval gate", "approval", "sign-off", "sign off", "signoff", "authorisation", "authorization", "gates"]),
    (SectionKind::Decisions, &["decision", "judgment", "judgement"]),
    (SectionKind::Escalation, &["escalat", "who to ask", "whom to ask", "contacts", "getting help"]),
    (
        SectionKind::Failures,
        &[
            "failure",
            "go wrong",
            "goes wrong",
            "troubleshoot",
            "common problem",
            "common error",
            "common mistake",
            "exception",
            "pitfall",
            "gotcha",
            "known issue",
            "recovery",
            "rollback",
        ],
    ),
    (SectionKind::Checks, &["quality check", "quality control", "quality assurance", "checks", "verification", "validation", "reconciliation", "acceptance"]),
    (
        SectionKind::Prerequisites,
        &[
            "prerequisite",
            "before you start",
            "before you begin",
            "before starting",
            "access",
            "requirement",
            "preparation",
            "you need",
            "you will need",
            "set-up",
            "setup",
        ],
    ),
    (SectionKind::Inputs, &["input", "required document", "documents needed", "ingredient", "source file", "data source", "sources"]),
    (
        SectionKind::Output,
        &["output", "deliverable", "expected result", "result", "what done looks like", "definition of done", "completion", "done when", "outcome"],
    ),
    (SectionKind::Tools, &["tool", "system", "software", "equipment", "material", "supplies"]),
    (SectionKind::Terms, &["glossary", "definition", "terms", "abbreviation", "acronym"]),
    (SectionKind::Owner, &["owner", "owns", "role", "responsib", "who does"]),
    (SectionKind::Trigger, &["when", "trigger", "schedule", "frequency", "timing", "cadence", "how often"]),
    (SectionKind::Purpose, &["purpose", "why", "objective", "goal", "overview", "background", "introduction", "summary", "scope", "about"]),
    (SectionKind::Steps, &["step", "procedure", "instruction", "method", "workflow", "how to", "process", "protocol"]),
];

/// Returns what the section is for.
pub(super) fn kind(heading: &str) -> Option<SectionKind> {
    let plain = heading.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' '));
    if let Some(own) = SectionKind::of_heading(plain) {
        return Some(own);
    }
    let lower = plain.to_lowercase();
    WORDS.iter().find(|(_, words)| words.iter().any(|it| begins_word(&lower, it))).map(|it| it.0)
}

pub(super) fn is_evidence(heading: &str) -> bool {
    Lang::all().any(|say| heading.trim().eq_ignore_ascii_case(say.evidence))
}

/// Whether the text has the words, not in the middle of a word.
fn begins_word(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}
