//! Entries on their way to the page, the evidence they share, and the room that there is.

use sop_core::{Anchor, Basis, Claim, Evidence, EvidenceId, Item, Lang, SectionKind, Statement, StepKind, Stop, letters};

/// An entry of a section before its evidence has numbers.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub head: Claim,
    pub below: Vec<Claim>,
    pub kind: Option<StepKind>,
    /// The rule of the question, if the entry is one.
    pub asked: Option<String>,
    pub weight: i32,
}

impl Entry {
    pub(crate) fn of(head: Claim, weight: i32) -> Self {
        Self { head, below: Vec::new(), kind: None, asked: None, weight }
    }

    pub(crate) fn asked(text: String, anchors: Vec<Anchor>, rule: &str, weight: i32) -> Self {
        Self { head: Claim::cited(text, anchors), below: Vec::new(), kind: None, asked: Some(rule.to_owned()), weight }
    }

    fn words(&self) -> usize {
        // Citations count too: `[E4, E9]`.
        let count = |it: &Claim| it.text.split_whitespace().count() + it.anchors.len().min(3);
        count(&self.head) + self.below.iter().map(count).sum::<usize>()
    }
}

/// The entry of a way of stopping, with what put it right.
pub(crate) fn stop(stop: &Stop) -> Entry {
    let mut entry = Entry::of(stop.claim.clone(), stop.weight + if stop.seen > 0 || stop.kind == sop_core::StopKind::Check { 18 } else { 6 });
    if let Some(recovery) = &stop.recovery {
        entry.below.push(recovery.clone());
    }
    entry
}

/// Gives each anchor its number at first use.
pub(crate) struct Ledger {
    anchors: Vec<Anchor>,
}

/// A statement has no more citations than this; the weightiest come first.
const MOST_CITATIONS: usize = 3;
const MOST_IN_LIST: usize = 6;
/// Letters of a quote that a statement repeats on purpose.
const LEAST_QUOTED: usize = 12;

impl Ledger {
    pub(crate) fn new() -> Self {
        Self { anchors: Vec::new() }
    }

    fn id(&mut self, anchor: &Anchor) -> EvidenceId {
        let at = self.anchors.iter().position(|it| it == anchor).unwrap_or_else(|| {
            self.anchors.push(anchor.clone());
            self.anchors.len() - 1
        });
        EvidenceId(u32::try_from(at + 1).unwrap_or(u32::MAX))
    }

    fn statement(&mut self, claim: &Claim, asked: Option<&str>) -> Statement {
        let mut evidence: Vec<EvidenceId> = Vec::new();
        // A list needs one for each thing, and words that are quoted need all that they are put together from.
        let listed = 1 + claim.text.matches("; ").count().max(claim.text.matches(", `").count());
        let most = if listed > 1 { MOST_IN_LIST } else { MOST_CITATIONS };
        let said = letters(&claim.text);
        for anchor in &claim.anchors {
            let quote = letters(&anchor.quote);
            let quoted = quote.len() >= LEAST_QUOTED && said.contains(&quote);
            // An entry is made only for what is cited.
            if evidence.len() >= most && !(quoted && evidence.len() < MOST_IN_LIST) {
                continue;
            }
            let id = self.id(anchor);
            if !evidence.contains(&id) {
                evidence.push(id);
            }
        }
        let basis = match (asked, &claim.inferred) {
            (Some(rule), _) => Basis::Asked { question: 0, evidence, rule: rule.to_owned() },
            (None, Some(rule)) => Basis::Inferred { evidence, rule: rule.clone() },
            (None, None) => Basis::Cited { evidence },
        };
        Statement { text: sop_rules::redact(&claim.text).text, basis }
    }

    pub(crate) fn item(&mut self, entry: Entry) -> Item {
        let head = self.statement(&entry.head, entry.asked.as_deref());
        let below = entry.below.iter().map(|it| self.statement(it, None)).collect();
        Item { head, below, kind: entry.kind }
    }

    pub(crate) fn evidence(self) -> Vec<Evidence> {
        self.anchors.into_iter().enumerate().map(|(n, anchor)| Evidence { id: EvidenceId(u32::try_from(n + 1).unwrap_or(u32::MAX)), anchor }).collect()
    }
}

/// How many entries a section of a page of the usual length has.
fn usual(kind: SectionKind) -> usize {
    match kind {
        SectionKind::Steps => 34,
        SectionKind::Gates => 9,
        SectionKind::Checks => 8,
        SectionKind::Disagreements => 12,
        SectionKind::Decisions => 7,
        SectionKind::Failures | SectionKind::Questions => 5,
        SectionKind::Owner => 4,
        SectionKind::Inputs => 4,
        SectionKind::Prerequisites => 6,
        SectionKind::Escalation => 3,
        SectionKind::Purpose | SectionKind::Trigger | SectionKind::Output | SectionKind::Tools => 2,
        SectionKind::Terms | SectionKind::LeftOut => 1,
    }
}

/// Lets the lightest entry of the fullest section go until the page has no more than `most` words. What still fits
/// into the room that a long one left comes back.
pub(crate) fn trim(sections: &mut [(SectionKind, Vec<Entry>)], most: usize) {
    let order: Vec<Vec<Claim>> = sections.iter().map(|it| it.1.iter().map(|entry| entry.head.clone()).collect()).collect();
    let words = |sections: &[(SectionKind, Vec<Entry>)]| sections.iter().flat_map(|it| &it.1).map(Entry::words).sum::<usize>();
    let mut gone: Vec<(usize, Entry)> = Vec::new();
    while words(sections) > most {
        let fullest = sections
            .iter()
            .enumerate()
            // Gates are the last to go.
            .filter(|(_, (kind, entries))| entries.len() > if *kind == SectionKind::Gates { 10 } else { 1 })
            .max_by_key(|(n, (kind, entries))| (entries.len() * 1000 / usual(*kind), std::cmp::Reverse(*n)))
            .map(|it| it.0);
        let Some(section) = fullest else { break };
        let Some(at) = lightest(&sections[section]) else { break };
        gone.push((section, sections[section].1.remove(at)));
    }
    for (section, entry) in gone.into_iter().rev() {
        if words(sections) + entry.words() <= most {
            let place = |it: &Claim| order[section].iter().position(|head| head == it);
            let at = sections[section].1.iter().position(|it| place(&it.head) > place(&entry.head)).unwrap_or(sections[section].1.len());
            sections[section].1.insert(at, entry);
        }
    }
}

/// Long and light goes first; a gate, and a step, is not worth less for being long. The last of equals goes.
fn lightest((kind, entries): &(SectionKind, Vec<Entry>)) -> Option<usize> {
    let long = match kind {
        SectionKind::Gates | SectionKind::Steps => 1000,
        SectionKind::Checks | SectionKind::Failures => 14,
        _ => 20,
    };
    let worth = |it: &Entry| it.weight - i32::try_from(it.words() / long).unwrap_or(0);
    entries.iter().enumerate().min_by_key(|(n, it)| (worth(it), std::cmp::Reverse(*n))).map(|it| it.0)
}

/// Names the first few and counts the rest.
pub(crate) fn some(list: &[String], most: usize, say: Lang) -> String {
    if list.len() <= most {
        return list.join(", ");
    }
    say.and_more(list[..most].join(", "), list.len() - most)
}
