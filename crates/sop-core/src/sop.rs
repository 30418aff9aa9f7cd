//! The SOP itself: statements with their basis, and its Markdown.

use crate::{Anchor, Lang, StepKind, safe};
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

    /// The heading in a language.
    pub fn heading(self, say: Lang) -> &'static str {
        match self {
            SectionKind::Purpose => say.purpose,
            SectionKind::Trigger => say.trigger,
            SectionKind::Owner => say.owner,
            SectionKind::Prerequisites => say.prerequisites,
            SectionKind::Tools => say.tools,
            SectionKind::Inputs => say.inputs,
            SectionKind::Steps => say.steps,
            SectionKind::Decisions => say.decisions,
            SectionKind::Gates => say.gates,
            SectionKind::Checks => say.checks,
            SectionKind::Failures => say.failures,
            SectionKind::Escalation => say.escalation,
            SectionKind::Output => say.output,
            SectionKind::Terms => say.terms,
            SectionKind::Questions => say.questions,
            SectionKind::Disagreements => say.disagreements,
            SectionKind::LeftOut => say.left_out,
        }
    }

    /// Finds the section that a heading opens, in whatever language a draft can be written in.
    pub fn of_heading(text: &str) -> Option<SectionKind> {
        let text = text.trim().to_lowercase();
        Lang::all().find_map(|say| Self::ALL.into_iter().find(|it| it.heading(say).to_lowercase() == text))
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
    /// The language of what is not quoted.
    pub lang: Lang,
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
        let say = self.lang;
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
        field("owner", self.owner.as_deref().unwrap_or(say.not_known));
        field("approver", self.approver.as_deref().unwrap_or(say.not_known));
        if !say.is_english() {
            field("lang", say.code);
        }
        head.push_str(&out);
        let mut out = head;
        let _ = writeln!(out, "evidence: {}", self.digest);
        let _ = writeln!(out, "---\n# {}", safe::inline(&self.title));
        for section in &self.sections {
            if section.items.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n## {}\n", section.kind.heading(say));
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
                let _ = writeln!(out, "{}", item.head.to_markdown(say));
                let indent = if section.kind == SectionKind::Steps { "   " } else { "  " };
                for below in &item.below {
                    let _ = writeln!(out, "{indent}- {}", below.to_markdown(say));
                }
            }
        }
        let _ = writeln!(out, "\n## {}\n", say.evidence);
        let _ = writeln!(out, "| {} | {} | {} | {} |\n| --- | --- | --- | --- |", say.column_id, say.column_file, say.column_place, say.column_quote);
        for entry in &self.evidence {
            let a = &entry.anchor;
            let _ = writeln!(out, "| {} | {} | {} | {} |", entry.id, safe::cell(&a.path), safe::cell(&a.place.told(say)), safe::cell(&a.quote));
        }
        out
    }
}

impl Statement {
    fn to_markdown(&self, say: Lang) -> String {
        let list = |evidence: &[EvidenceId]| evidence.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let text = safe::item(&self.text);
        match &self.basis {
            Basis::Cited { evidence } => format!("{text} [{}]", list(evidence)),
            Basis::Inferred { evidence, rule } if evidence.is_empty() => format!("{text} [{}: {rule}]", say.inferred),
            Basis::Inferred { evidence, rule } => format!("{text} [{}, {}: {rule}]", list(evidence), say.inferred),
            Basis::Asked { evidence, rule, .. } if evidence.is_empty() => format!("{text} [{}: {rule}]", say.asked),
            Basis::Asked { evidence, rule, .. } => format!("{text} [{}, {}: {rule}]", list(evidence), say.asked),
            Basis::Stated { by, on } => format!("{text} [{}: {by}, {on}]", say.stated),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_of_any_language_opens_its_section() {
        for say in Lang::all() {
            for kind in SectionKind::ALL {
                assert_eq!(SectionKind::of_heading(kind.heading(say)), Some(kind), "{say:?}: {}", kind.heading(say));
            }
        }
        assert_eq!(SectionKind::of_heading(" schritte "), Some(SectionKind::Steps));
        assert_eq!(SectionKind::of_heading("Anything else"), None);
    }

    #[test]
    fn the_guide_has_the_headings_of_every_language() {
        let guide = include_str!("../../../docs/guide/sop-format.md");
        for kind in SectionKind::ALL {
            let row: Vec<&str> = Lang::all().map(|say| kind.heading(say)).collect();
            assert!(guide.contains(&format!("| {} |", row.join(" | "))), "{row:?} is not in the guide");
        }
    }

    #[test]
    fn what_is_written_around_the_quotes_is_in_the_language_of_the_draft() {
        for say in Lang::all() {
            let anchor =
                Anchor { path: "a.txt".into(), place: crate::Place::Lines { from: 2, to: 2 }, quote: "words".into(), artifact: crate::ArtifactId("a".into()) };
            let head = Statement { text: "text".into(), basis: Basis::Inferred { evidence: vec![EvidenceId(1)], rule: say.by_acts.into() } };
            let items = vec![Item { head, below: Vec::new(), kind: None }];
            let sop = Sop {
                lang: say,
                slug: "x".into(),
                title: "X".into(),
                version: 1,
                audience: "all".into(),
                owner: None,
                approver: None,
                digest: "b3:0".into(),
                sections: SectionKind::ALL.map(|kind| Section { kind, items: items.clone() }).into(),
                evidence: vec![Evidence { id: EvidenceId(1), anchor }],
            };
            let page = sop.to_markdown();
            let read: Vec<SectionKind> = page.lines().filter_map(|it| it.strip_prefix("## ")).filter_map(SectionKind::of_heading).collect();
            assert_eq!(read, SectionKind::ALL, "{page}");
            assert_eq!(page.contains(&format!("\nlang: {}\n", say.code)), !say.is_english());
            assert!(
                page.contains(&format!("text [E1, {}: {}]", say.inferred, say.by_acts)) && page.contains(&format!("| E1 | a.txt | {} |", say.line(2))),
                "{page}"
            );
        }
    }
}
