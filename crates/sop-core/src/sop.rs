//! The SOP itself: statements with their basis, and its Markdown.

use crate::{Anchor, StepKind, safe};
use serde::Serialize;
use std::fmt::Write as _;

/// Number of an evidence entry: `E12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct EvidenceId(pub u32);

impl std::fmt::Display for EvidenceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "E{}", self.0)
    }
}

/// What a statement rests on. A draft has the first three only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The quotes say it.
    Cited { evidence: Vec<EvidenceId> },
    /// A named rule concludes it from the quotes.
    Inferred { evidence: Vec<EvidenceId>, rule: String },
    /// Nothing says it; the owner is asked.
    Asked { question: u32, evidence: Vec<EvidenceId>, rule: String },
    /// A person who answers for the process has said so, on a day such as `2026-11-28`.
    Stated { by: String, on: String },
}

impl Basis {
    /// Returns the evidence it names.
    pub fn evidence(&self) -> &[EvidenceId] {
        match self {
            Basis::Cited { evidence } | Basis::Inferred { evidence, .. } | Basis::Asked { evidence, .. } => evidence,
            Basis::Stated { .. } => &[],
        }
    }
}

/// One statement of the SOP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Markdown, without citations.
    pub text: String,
    pub basis: Basis,
}

/// One entry of a section: a statement with the statements below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    pub head: Statement,
    pub below: Vec<Statement>,
    /// For steps.
    pub kind: Option<StepKind>,
}

/// The sections of an SOP, in their order on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SectionKind {
    Purpose,
    Trigger,
    Owner,
    Prerequisites,
    Tools,
    Inputs,
    Steps,
    Decisions,
    Gates,
    Checks,
    Failures,
    Escalation,
    Output,
    Terms,
    Questions,
    Disagreements,
    LeftOut,
}

impl SectionKind {
    /// All sections in the order of the page.
    pub const ALL: [SectionKind; 17] = [
        SectionKind::Purpose,
        SectionKind::Trigger,
        SectionKind::Owner,
        SectionKind::Prerequisites,
        SectionKind::Tools,
        SectionKind::Inputs,
        SectionKind::Steps,
        SectionKind::Decisions,
        SectionKind::Gates,
        SectionKind::Checks,
        SectionKind::Failures,
        SectionKind::Escalation,
        SectionKind::Output,
        SectionKind::Terms,
        SectionKind::Questions,
        SectionKind::Disagreements,
        SectionKind::LeftOut,
    ];

    pub fn heading(self) -> &'static str {
        match self {
            SectionKind::Purpose => "Why this matters",
            SectionKind::Trigger => "When to run it",
            SectionKind::Owner => "Who owns it",
            SectionKind::Prerequisites => "Before you start",
            SectionKind::Tools => "Tools",
            SectionKind::Inputs => "Inputs",
            SectionKind::Steps => "Steps",
            SectionKind::Decisions => "Decision points",
            SectionKind::Gates => "Approval gates",
            SectionKind::Checks => "Quality checks",
            SectionKind::Failures => "Common failures",
            SectionKind::Escalation => "Escalation",
            SectionKind::Output => "Expected output",
            SectionKind::Terms => "Terms",
            SectionKind::Questions => "Open questions",
            SectionKind::Disagreements => "Where sources disagree",
            SectionKind::LeftOut => "Left out",
        }
    }
}

/// An entry of the evidence list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    pub id: EvidenceId,
    pub anchor: Anchor,
}

/// A section with its entries, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    pub kind: SectionKind,
    pub items: Vec<Item>,
}

/// A standard operating procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sop {
    /// Name for machines: lower-case words joined by hyphens.
    pub slug: String,
    pub title: String,
    pub version: u32,
    pub audience: String,
    pub owner: Option<String>,
    pub approver: Option<String>,
    /// Digest of the evidence set: `b3:` and 16 hexadecimal digits.
    pub digest: String,
    pub sections: Vec<Section>,
    pub evidence: Vec<Evidence>,
}

impl Sop {
    /// Returns the entries of a section, none if it is not there.
    pub fn section(&self, kind: SectionKind) -> &[Item] {
        self.sections.iter().find(|it| it.kind == kind).map_or(&[], |it| &it.items)
    }

    /// Returns the evidence entry with this number.
    pub fn evidence(&self, id: EvidenceId) -> Option<&Evidence> {
        self.evidence.iter().find(|it| it.id == id)
    }

    /// Writes the SOP as Markdown in the format of `docs/guide/sop-format.md`.
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        // A value with a colon, a mark or a line end must not become a field of its own.
        let mut field = |name: &str, value: &str| {
            let _ = writeln!(out, "{name}: {}", safe::yaml(value));
        };
        let mut head = String::from("---\n");
        field("sop", &self.slug);
        field("title", &self.title);
        field("version", &self.version.to_string());
        field("status", "draft");
        field("audience", &self.audience);
        field("owner", self.owner.as_deref().unwrap_or("not known, see Open questions"));
        field("approver", self.approver.as_deref().unwrap_or("not known, see Open questions"));
        head.push_str(&out);
        let mut out = head;
        let _ = writeln!(out, "evidence: {}", self.digest);
        let _ = writeln!(out, "---\n# {}", safe::inline(&self.title));
        for section in &self.sections {
            if section.items.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n## {}\n", section.kind.heading());
            for (n, item) in section.items.iter().enumerate() {
                match section.kind {
                    SectionKind::Steps => {
                        let _ = write!(out, "{}. ", n + 1);
                    }
                    SectionKind::Questions => {
                        let _ = write!(out, "- Q{}: ", n + 1);
                    }
                    _ => out.push_str("- "),
                }
                let _ = writeln!(out, "{}", item.head.to_markdown());
                let indent = if section.kind == SectionKind::Steps { "   " } else { "  " };
                for below in &item.below {
                    let _ = writeln!(out, "{indent}- {}", below.to_markdown());
                }
            }
        }
        let _ = writeln!(out, "\n## Evidence\n\n| id | file | place | quote |\n| --- | --- | --- | --- |");
        for entry in &self.evidence {
            let a = &entry.anchor;
            let _ = writeln!(out, "| {} | {} | {} | {} |", entry.id, safe::cell(&a.path), safe::cell(&a.place.to_string()), safe::cell(&a.quote));
        }
        out
    }
}

impl Statement {
    fn to_markdown(&self) -> String {
        let list = |evidence: &[EvidenceId]| evidence.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let text = safe::item(&self.text);
        match &self.basis {
            Basis::Cited { evidence } => format!("{text} [{}]", list(evidence)),
            Basis::Inferred { evidence, rule } if evidence.is_empty() => format!("{text} [inferred: {rule}]"),
            Basis::Inferred { evidence, rule } => format!("{text} [{}, inferred: {rule}]", list(evidence)),
            Basis::Asked { evidence, rule, .. } if evidence.is_empty() => format!("{text} [asked: {rule}]"),
            Basis::Asked { evidence, rule, .. } => format!("{text} [{}, asked: {rule}]", list(evidence)),
            Basis::Stated { by, on } => format!("{text} [stated: {by}, {on}]"),
        }
    }
}
