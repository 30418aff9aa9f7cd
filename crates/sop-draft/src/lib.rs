//! Writes the SOP from the trace: every statement carries its evidence, a named inference, or a question.

mod facts;
mod gates;
mod ledger;
mod steps;

use ledger::{Entry, Ledger};
use sop_core::{
    Claim, Disagreement, Fact, FactKind, Foreign, Gap, Lang, LeftOut, Parameter, Role, Section, SectionKind, Sop, Standing, StopKind, Trace, UNREADABLE,
};

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
        ["new", "assistant", "trainee", "temp", "intern", "beginner", "apprentice", "cover", "neu", "azubi", "vertretung", "nouv", "nuev"]
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
    let say = trace.lang;
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
            lang: say,
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
    let say = trace.lang;
    let mut out: Vec<Entry> = trace.foreign.iter().map(|it| foreign(it, say)).collect();
    out.extend(trace.gaps.iter().take(7).map(|it| question(it, say)));
    let empty = |kind: SectionKind| sections.iter().any(|(it, entries)| *it == kind && entries.is_empty());
    let mut missing: Vec<&str> = Vec::new();
    for (kind, ask) in [
        (SectionKind::Purpose, say.ask_purpose),
        (SectionKind::Trigger, say.ask_rhythm),
        (SectionKind::Gates, say.ask_approver),
        (SectionKind::Escalation, say.ask_escalation),
        (SectionKind::Failures, say.ask_failures),
    ] {
        if empty(kind) {
            missing.push(ask);
        }
    }
    if trace.performer.is_none() {
        missing.insert(0, say.ask_performer);
    }
    if gates::approver(trace).is_none() && !empty(SectionKind::Gates) {
        missing.push(say.ask_overall);
    }
    if empty(SectionKind::Steps) {
        missing.insert(0, say.ask_steps);
    }
    if !missing.is_empty() {
        let text = say.folder_silent(missing.join("; "), looked_in(trace));
        out.push(Entry::asked(text, Vec::new(), say.by_missing_section, 30));
    }
    out
}

/// The pages that could have told it, so that nobody looks there again.
fn looked_in(trace: &Trace) -> String {
    let written = |role: Role| trace.files.iter().filter(move |it| it.role == role).map(|it| format!("`{}`", it.path.rsplit('/').next().unwrap_or(&it.path)));
    let names: Vec<String> = written(Role::PriorSop).chain(written(Role::Note)).chain(written(Role::Record)).take(2).collect();
    if names.is_empty() { String::new() } else { trace.lang.looked_in(names.join(", ")) }
}

/// What the words say is not known where their language is not.
fn foreign(it: &Foreign, say: Lang) -> Entry {
    let language = if say.is_english() { &it.language } else { &it.own_name };
    Entry::asked(say.other_language(language, it.percent), it.anchors.clone(), say.by_language, 90)
}

fn question(gap: &Gap, say: Lang) -> Entry {
    let mut text = gap.question.clone();
    if let Some(ask) = &gap.ask {
        text.push_str(&say.ask_person(ask));
    }
    Entry::asked(text, gap.anchors.clone(), &gap.rule, gap.weight + 8)
}

/// Sensitive files by name and reason, then the rest in one line.
fn left_out(list: &[LeftOut], trace: &Trace) -> Vec<Entry> {
    let say = trace.lang;
    let known = |reason: &str| say.reason(reason).map_or_else(|| reason.to_owned(), str::to_owned);
    let mut parts: Vec<String> = list.iter().filter(|it| it.sensitive).map(|it| format!("`{}` ({})", it.path, known(&it.reason))).collect();
    let unrelated: Vec<String> = trace.files.iter().filter(|it| it.role == sop_core::Role::Noise).map(|it| format!("`{}`", it.path)).collect();
    if !unrelated.is_empty() {
        parts.push(say.not_part(ledger::some(&unrelated, 8, say)));
    }
    let why = |it: &LeftOut| it.reason.strip_prefix(UNREADABLE).map(|why| say.unreadable(known(why)));
    let failed: Vec<String> = list.iter().filter_map(|it| Some(format!("`{}` ({})", it.path, why(it)?))).collect();
    if !failed.is_empty() {
        parts.push(ledger::some(&failed, 6, say));
    }
    let unread: Vec<String> = list.iter().filter(|it| !it.sensitive && why(it).is_none()).map(|it| format!("`{}`", it.path)).collect();
    if !unread.is_empty() {
        parts.push(say.not_read(ledger::some(&unread, 5, say)));
    }
    if parts.is_empty() {
        return Vec::new();
    }
    vec![Entry::of(Claim::inferred(say.left_out_list(parts.join("; ")), trace.unrelated.iter().take(2).cloned().collect(), say.by_belonging), 40)]
}

/// The word for what a parameter counts.
fn period(parameter: &Parameter, say: Lang) -> &'static str {
    match parameter.name.as_str() {
        "month" => say.month,
        "week" => say.week,
        _ => say.quarter,
    }
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
                Entry { weight: weight(fact), ..facts::entry(fact, self.trace.lang) }
            })
            .collect()
    }

    fn purpose(&mut self) -> Vec<Entry> {
        let mut out = self.take_if(2, |it| it.is(FactKind::Explains) && it.rules.iter().any(|r| r == "explain-use"));
        for entry in &mut out {
            entry.weight += 20;
        }
        if out.len() < 2 {
            out.extend(self.take_if(2 - out.len(), |it| it.is(FactKind::Explains) && it.weight >= 14 && it.kinds.first() != Some(&FactKind::Schedules)));
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
            let mut days: Vec<(&str, Option<sop_core::Anchor>)> = Vec::new();
            for claim in self.trace.activities.iter().map(|it| &it.action) {
                let Some((day, _)) = claim.text.split_once(": ").filter(|it| facts::is_day(it.0)) else { continue };
                if !days.iter().any(|it| it.0 == day) {
                    days.push((day, claim.anchors.first().cloned()));
                }
            }
            let anchors = days.iter().filter_map(|it| it.1.clone()).take(3).chain(parameter.anchor.clone()).take(3).collect();
            let days: Vec<&str> = days.into_iter().map(|it| it.0).collect();
            let say = self.trace.lang;
            let rhythm = match parameter.name.as_str() {
                "month" => say.every_month,
                "week" => say.every_week,
                _ => say.every_quarter,
            };
            let text = if days.is_empty() { say.kept_by(rhythm, period(parameter, say)) } else { say.by_days(rhythm, days.join(", ")) };
            out.insert(0, Entry::of(Claim::inferred(text, anchors, say.by_periods), 50));
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
            let say = self.trace.lang;
            let before = parameter.others.last().map_or_else(String::new, |it| say.value_before(it));
            let text = say.parameter(format_args!("{{{}}}", parameter.name), period(parameter, say), &parameter.value, before);
            out.push(Entry::of(Claim::inferred(text, parameter.anchor.iter().cloned().collect(), say.by_names), 45));
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
