//! What a review finds in an SOP, and the seven questions that it answers.

use serde::Serialize;

/// How much a finding weighs. Only an error holds an approval back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// The seven questions of a review, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    Inputs,
    Judgment,
    Gates,
    Done,
    Failures,
    Sensitive,
    Reality,
}

impl Question {
    pub const ALL: [Question; 7] =
        [Question::Inputs, Question::Judgment, Question::Gates, Question::Done, Question::Failures, Question::Sensitive, Question::Reality];

    pub fn text(self) -> &'static str {
        match self {
            Question::Inputs => "Does it include every input that someone needs before starting?",
            Question::Judgment => "Does it distinguish mechanical steps from judgment calls?",
            Question::Gates => "Does it name the places where a person must approve, verify or escalate?",
            Question::Done => "Does it say what done looks like?",
            Question::Failures => "Does it include common failures and how to recover from them?",
            Question::Sensitive => "Does it protect sensitive data and customer context?",
            Question::Reality => "Does it match the tools, files, paths, columns and commands that the team really uses?",
        }
    }
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Yes,
    Partly,
    No,
    CannotTell,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Yes => "yes",
            Verdict::Partly => "partly",
            Verdict::No => "no",
            Verdict::CannotTell => "cannot tell",
        }
    }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Name of the rule: `unsupported-statement`.
    pub rule: &'static str,
    pub severity: Severity,
    pub question: Question,
    /// Line of the SOP, from 1; 0 if something is missing from the page as a whole.
    pub line: u32,
    /// What is wrong, in the reader's words.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Names and reason of those who have let it pass.
    pub waived: Option<String>,
}
