//! Writes the SOP from the trace: every statement carries its evidence, a named inference, or a question.

mod facts;
mod gates;
mod ledger;
mod steps;

use ledger::{Entry, Ledger};
use sop_core::{Claim, Disagreement, Fact, FactKind, Gap, LeftOut, Role, Section, SectionKind, Sop, Standing, StopKind, Trace};

/// What the reader of the SOP knows already.
#[derive(Debug, Clone)]
pub struct Audience {
    /// As the user put it: "a new operations assistant".
    pub text: String,
}

impl Audience {
    /// True if the reader has to be told what the words mean and what to type.
    pub fn is_new(&self) -> bool {
        let text = self.text.to_lowercase();
        ["new", "assistant", "trainee", "temp", "intern", "beginner", "apprentice", "cover", "neu", "azubi", "vertretung", "nouveau", "nuevo"]
            .iter()
            .any(|it| text.contains(it))
    }
}

/// The body of the SOP has about this many words at most; what does not fit stays in the evidence map.
const MOST_WORDS: usize = 1530;

/// The draft, and how many facts found no room in it.
#[derive(Debug, Clone)]
pub struct Draft {
    pub sop: Sop,
    pub unused: usize,
}

/// Drafts the SOP of a traced process.
pub fn draft(trace: &Trace, title: &str, audience: &Audience, digest: &str) -> Draft {
    let mut ledger = Ledger::new();
    let mut plan = Plan::new(trace);
    let mut sections: Vec<(SectionKind, Vec<Entry>)> = Vec::new();
    // Gates take their facts first: none may be lost to a section that only tells.
    let gates = gates::entries(&mut plan);
    let escalation = plan.take(SectionKind::Escalation, 4);
    let steps = steps::entries(&mut plan, audience);
    let purpose = plan.purpose();
    let trigger = plan.trigger();
    let before = plan.prerequisites();
    let decisions = plan.take(SectionKind::Decisions, 9);
    let failures = plan.failures();
    let checks = plan.checks();
    sections.push((SectionKind::Purpose, purpose));
    sections.push((SectionKind::Trigger, trigger));
    sections.push((SectionKind::Owner, plan.owner()));
    sections.push((SectionKind::Prerequisites, before));
    sections.push((SectionKind::Inputs, claims(&trace.inputs, 5, 45)));
    sections.push((SectionKind::Steps, steps));
    sections.push((SectionKind::Decisions, decisions));
    sections.push((SectionKind::Gates, gates));
    sections.push((SectionKind::Checks, checks));
    sections.push((SectionKind::Failures, failures));
    sections.push((SectionKind::Escalation, escalation));
    sections.push((SectionKind::Output, claims(&trace.outputs, 2, 30)));
    if audience.is_new() {
        sections.push((SectionKind::Terms, terms(&trace.terms)));
    }
    sections.push((SectionKind::Questions, questions(trace, &sections)));
    sections.push((SectionKind::Disagreements, disagreements(&trace.disagreements)));
    sections.push((SectionKind::LeftOut, left_out(&trace.left_out, trace)));
    ledger::trim(&mut sections, MOST_WORDS);
    let owner = trace.performer.map(|at| describe(trace, at));
    let approver = gates::approver(trace).map(|at| describe(trace, at));
    let sections: Vec<Section> = sections
        .into_iter()
        .filter(|it| !it.1.is_empty())
        .map(|(kind, entries)| Section { kind, items: entries.into_iter().map(|it| ledger.item(it)).collect() })
        .collect();
    let unused = plan.left();
    Draft {
        sop: Sop {
            slug: slug(title),
            title: title.to_owned(),
            version: 1,
            audience: audience.text.clone(),
            owner,
            approver,
            digest: digest.to_owned(),
            sections,
            evidence: ledger.evidence(),
        },
        unused,
    }
}

/// "Tom Beckett, operations"
fn describe(trace: &Trace, at: usize) -> String {
    let person = &trace.people[at];
    match &person.job {
        Some(job) => format!("{}, {}", person.name, job),
        None => person.name.clone(),
    }
}

fn slug(title: &str) -> String {
    let plain: String = title.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    plain.split('-').filter(|it| !it.is_empty()).collect::<Vec<_>>().join("-")
}

fn claims(list: &[Claim], most: usize, weight: i32) -> Vec<Entry> {
    list.iter().take(most).map(|it| Entry::of(it.clone(), weight)).collect()
}

/// All definitions in one entry.
fn terms(list: &[Claim]) -> Vec<Entry> {
    if list.is_empty() {
        return Vec::new();
    }
    let list: Vec<&Claim> = list.iter().take(4).collect();
    let text = list.iter().map(|it| format!("**{}**", it.text.replacen(": ", "**: ", 1)).trim_end_matches("**").to_owned()).collect::<Vec<_>>().join("; ");
    vec![Entry::of(Claim::cited(format!("{text}."), list.iter().flat_map(|it| it.anchors.clone()).collect()), 12)]
}

fn disagreements(list: &[Disagreement]) -> Vec<Entry> {
    let mut out: Vec<Entry> = list.iter().filter(|it| it.standing != Standing::Unsupported).take(8).map(|it| Entry::of(it.claim.clone(), it.weight)).collect();
    out.extend(list.iter().filter(|it| it.standing == Standing::Unsupported).take(2).map(|it| Entry::of(it.claim.clone(), it.weight + 6)));
    out
}

/// What the evidence leaves open, and what the page itself lacks.
fn questions(trace: &Trace, sections: &[(SectionKind, Vec<Entry>)]) -> Vec<Entry> {
    let mut out: Vec<Entry> = trace.gaps.iter().take(7).map(question).collect();
    let empty = |kind: SectionKind| sections.iter().any(|(it, entries)| *it == kind && entries.is_empty());
    let mut missing: Vec<&str> = Vec::new();
    for (kind, ask) in [
        (SectionKind::Purpose, "what the result is used for"),
        (SectionKind::Trigger, "how often the work comes round and by when it must be done"),
        (SectionKind::Gates, "who approves the result before it leaves"),
        (SectionKind::Escalation, "whom to turn to when it does not work"),
        (SectionKind::Failures, "what usually goes wrong"),
    ] {
        if empty(kind) {
            missing.push(ask);
        }
    }
    if trace.performer.is_none() {
        missing.insert(0, "who does the work");
    }
    if gates::approver(trace).is_none() && !empty(SectionKind::Gates) {
        missing.push("who approves the result as a whole");
    }
    if empty(SectionKind::Steps) {
        missing.insert(0, "what is done, step by step");
    }
    if !missing.is_empty() {
        let text = format!("The folder does not tell {}{}. Please say.", missing.join("; "), looked_in(trace));
        out.push(Entry::asked(text, Vec::new(), "section without evidence", 30));
    }
    out
}

/// The pages that could have told it, so that nobody looks there again.
fn looked_in(trace: &Trace) -> String {
    let written = |role: Role| trace.files.iter().filter(move |it| it.role == role).map(|it| format!("`{}`", it.path.rsplit('/').next().unwrap_or(&it.path)));
    let names: Vec<String> = written(Role::PriorSop).chain(written(Role::Note)).chain(written(Role::Record)).take(2).collect();
    if names.is_empty() { String::new() } else { format!(" (looked in {} and the rest)", names.join(", ")) }
}

fn question(gap: &Gap) -> Entry {
    let mut text = gap.question.clone();
    if let Some(ask) = &gap.ask {
        text.push_str(&format!(" (ask {ask})"));
    }
    Entry::asked(text, gap.anchors.clone(), &gap.rule, gap.weight + 8)
}

/// Sensitive files by name and reason, then the rest in one line.
fn left_out(list: &[LeftOut], trace: &Trace) -> Vec<Entry> {
    let mut parts: Vec<String> = list.iter().filter(|it| it.sensitive).map(|it| format!("`{}` ({})", it.path, it.reason)).collect();
    let unrelated: Vec<String> = trace.files.iter().filter(|it| it.role == sop_core::Role::Noise).map(|it| format!("`{}`", it.path)).collect();
    if !unrelated.is_empty() {
        parts.push(format!("not part of this work: {}", ledger::some(&unrelated, 8)));
    }
    let failed: Vec<String> = list.iter().filter(|it| it.reason.starts_with("could not be read")).map(|it| format!("`{}` ({})", it.path, it.reason)).collect();
    if !failed.is_empty() {
        parts.push(ledger::some(&failed, 6));
    }
    let unread: Vec<String> =
        list.iter().filter(|it| !it.sensitive && !it.reason.starts_with("could not be read")).map(|it| format!("`{}`", it.path)).collect();
    if !unread.is_empty() {
        parts.push(format!("not read: {}", ledger::some(&unread, 5)));
    }
    if parts.is_empty() {
        return Vec::new();
    }
    vec![Entry::of(
        Claim::inferred(
            format!("Left out and never quoted: {}.", parts.join("; ")),
            trace.unrelated.iter().take(2).cloned().collect(),
            "content and belonging of the files",
        ),
        40,
    )]
}

/// What is still to be placed, section by section; a fact is used once.
pub(crate) struct Plan<'a> {
    pub trace: &'a Trace,
    pub used: Vec<bool>,
}

impl<'a> Plan<'a> {
    fn new(trace: &'a Trace) -> Self {
        // What must be set first, and what a calendar says, is told by itself.
        let needed = |it: &Fact| trace.scripts.iter().flat_map(|s| &s.env).any(|env| env.required && it.text.contains(&env.name));
        let event = |it: &Fact| trace.events.iter().any(|e| e.anchors.contains(&it.anchors[0]));
        // An outsider whom nobody of the team ever names writes to sell, not to work.
        let named = |name: &str| trace.facts.iter().any(|it| it.speaker.as_deref() != Some(name) && it.names.iter().any(|n| n == name));
        let stranger = |it: &Fact| it.speaker.as_deref().is_some_and(|s| trace.people.iter().any(|p| p.name == s && !p.inside) && !named(s));
        let used = trace.facts.iter().map(|it| it.kinds.first() == Some(&FactKind::Asks) || needed(it) || event(it) || stranger(it)).collect();
        Self { trace, used }
    }

    /// How many weighty facts found no place.
    fn left(&self) -> usize {
        self.used.iter().zip(&self.trace.facts).filter(|(used, fact)| !**used && fact.weight >= 16).count()
    }

    /// Takes the weightiest unused facts that belong to a section.
    fn take(&mut self, section: SectionKind, most: usize) -> Vec<Entry> {
        self.take_if(most, |it| facts::section(it) == Some(section))
    }

    /// Takes the weightiest unused facts that fit a test.
    fn take_if(&mut self, most: usize, fits: impl Fn(&Fact) -> bool) -> Vec<Entry> {
        let performer = self.trace.performer.map(|at| self.trace.people[at].name.as_str());
        // What the one who does the work reports and asks tells of this run; what is decided and forbidden are rules.
        let own = |it: &Fact| it.role == sop_core::Role::Message && performer.is_some() && it.speaker.as_deref() == performer;
        let rule =
            |it: &Fact| it.kinds.iter().take(2).any(|k| matches!(k, FactKind::Forbids | FactKind::Obliges | FactKind::Decides)) && !it.is(FactKind::Reports);
        let weight = |it: &Fact| it.weight - if own(it) && !rule(it) { 8 } else { 0 };
        let mut order: Vec<usize> = (0..self.trace.facts.len()).filter(|&n| !self.used[n] && fits(&self.trace.facts[n])).collect();
        order.sort_by_key(|&n| std::cmp::Reverse(weight(&self.trace.facts[n])));
        order.truncate(most);
        order
            .into_iter()
            .map(|n| {
                self.used[n] = true;
                let fact = &self.trace.facts[n];
                Entry { weight: weight(fact), ..facts::entry(fact) }
            })
            .collect()
    }

    fn purpose(&mut self) -> Vec<Entry> {
        let mut out = self.take_if(2, |it| it.is(FactKind::Explains) && it.rules.iter().any(|r| r == "explain-use"));
        for entry in &mut out {
            entry.weight += 20;
        }
        if out.len() < 2 {
            out.extend(self.take_if(2 - out.len(), |it| it.is(FactKind::Explains) && it.weight >= 14));
        }
        // A mishap that somebody outside noticed says why it has to be right.
        out.extend(self.take_if(1, |it| it.is(FactKind::Fails) && it.weight >= 14 && facts::dated(&it.text)));
        out
    }

    fn trigger(&mut self) -> Vec<Entry> {
        let mut out = claims(&self.trace.events, 1, 60);
        let plans = |it: &Fact| {
            it.is(FactKind::Schedules)
                && !it.is(FactKind::Reports)
                && !it.is(FactKind::Approves)
                && matches!(it.kinds.first(), Some(FactKind::Schedules | FactKind::Obliges | FactKind::Requests | FactKind::Owns | FactKind::Instructs))
        };
        out.extend(self.take_if(1, |it| plans(it) && it.rules.iter().any(|r| r == "schedule-every" || r.ends_with("-schedule"))));
        out.extend(self.take_if(2, plans));
        if let (true, Some(parameter)) = (self.trace.events.is_empty(), self.trace.parameters.first()) {
            // Days that the steps begin with: "Tues: ..", "Fri: ..".
            let days: Vec<&str> =
                self.trace.activities.iter().filter_map(|it| it.action.text.split_once(": ")).map(|it| it.0).filter(|it| facts::is_day(it)).collect();
            let named = self
                .trace
                .activities
                .iter()
                .filter(|it| it.action.text.split_once(": ").is_some_and(|d| facts::is_day(d.0)))
                .filter_map(|it| it.action.anchors.first().cloned())
                .take(3);
            let anchors = named.chain(parameter.anchor.clone()).take(3).collect();
            let rhythm = match parameter.name.as_str() {
                "month" => "Every month",
                "week" => "Every week",
                _ => "Every quarter",
            };
            let text = if days.is_empty() {
                format!("{rhythm}: files and folders are kept by {}.", parameter.name)
            } else {
                format!("{rhythm}, by days: {}.", days.join(", "))
            };
            out.insert(0, Entry::of(Claim::inferred(text, anchors, "periods in names of files, days in notes"), 50));
        }
        out
    }

    fn owner(&mut self) -> Vec<Entry> {
        let mut out = gates::owners(self.trace);
        let mut told = self.take_if(2, |it| it.is(FactKind::Owns));
        for entry in &mut told {
            entry.weight += 40;
        }
        out.extend(told);
        out
    }

    fn prerequisites(&mut self) -> Vec<Entry> {
        let mut out = claims(&self.trace.needs, 4, 50);
        for parameter in &self.trace.parameters {
            let other = parameter.others.last().map_or_else(String::new, |it| format!(", {it} in the run before"));
            let text = format!("`{{{}}}` stands for the {} of the run: {} this time{other}.", parameter.name, parameter.name, parameter.value);
            out.push(Entry::of(Claim::inferred(text, parameter.anchor.iter().cloned().collect(), "names of files and folders"), 45));
        }
        out.extend(self.take_if(2, |it| (it.is(FactKind::Obliges) || it.is(FactKind::Requests)) && facts::sets_up(&it.text)));
        out
    }

    fn checks(&mut self) -> Vec<Entry> {
        let mut out: Vec<Entry> = Vec::new();
        for stop in self.trace.stops.iter().filter(|it| it.kind == StopKind::Check).take(6) {
            out.push(ledger::stop(stop));
        }
        out.extend(claims(&self.trace.workbook_checks, 3, 26));
        out.extend(claims(&self.trace.limits, 5, 30));
        out.extend(self.take(SectionKind::Checks, 6));
        out.extend(gates::figures(self.trace));
        out
    }

    fn failures(&mut self) -> Vec<Entry> {
        let mut out: Vec<Entry> = Vec::new();
        for stop in self.trace.stops.iter().filter(|it| it.kind == StopKind::Failure).take(6) {
            out.push(ledger::stop(stop));
        }
        out.extend(self.take(SectionKind::Failures, 5));
        out
    }
}
