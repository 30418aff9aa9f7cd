//! What was done, step by step: from commands, notes, checklists, screens, messages and documents, joined and
//! put into the order that lineage, lists and times show.

mod order;
mod sources;

pub(crate) use sources::{Logged, file_names, logged};

use crate::facts::Ground;
use crate::text::{Likes, overlap, shared};
use sop_core::{Activity, Claim, Fact, Flow, Lang, Moment, Parameter, StepKind};
use std::collections::{BTreeMap, BTreeSet};

/// A step in the making.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub source: Source,
    pub action: Claim,
    pub details: Vec<Claim>,
    pub done_when: Option<Claim>,
    pub kind: StepKind,
    pub actor: Option<String>,
    pub time: Option<Moment>,
    /// When it was done for the first time, if it was done more than once.
    pub first: Option<Moment>,
    /// When what it makes was first committed: it had been done by then.
    pub kept: Option<Moment>,
    /// (list, number in it)
    pub listed: Option<(u32, u32)>,
    pub topic: Vec<String>,
    /// Lower-case names of files and scripts it is about.
    pub objects: BTreeSet<String>,
    pub reads: Vec<String>,
    pub writes: Vec<String>,
    pub weight: i32,
    /// Day of the week that a note gives it, Monday being 1; only where the work comes round each week.
    pub day: Option<i8>,
}

/// A page holds a tenth of this; more would be put into an order that nobody reads.
const MOST_STEPS: usize = 400;

/// Where a candidate comes from, the source that words a joined step first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Command,
    Brought,
    Checklist,
    NoteItem,
    CellNote,
    Approval,
    Sent,
    Written,
    Screen,
    Event,
    Report,
}

impl Candidate {
    pub(crate) fn new(source: Source, action: Claim) -> Self {
        let topic = crate::text::stems(&action.text);
        Self {
            source,
            action,
            details: Vec::new(),
            done_when: None,
            kind: StepKind::Mechanical,
            actor: None,
            time: None,
            first: None,
            kept: None,
            listed: None,
            topic,
            objects: BTreeSet::new(),
            reads: Vec::new(),
            writes: Vec::new(),
            weight: source.weight(),
            day: None,
        }
    }
}

impl Source {
    /// How much a step of this source is worth telling.
    fn weight(self) -> i32 {
        match self {
            Source::Command => 14,
            Source::Brought | Source::Sent => 12,
            Source::Written => 11,
            Source::Checklist | Source::NoteItem => 11,
            Source::CellNote => 13,
            Source::Event => 10,
            Source::Approval => 13,
            Source::Screen => 8,
            Source::Report => 4,
        }
    }
}

/// Everything that steps are drawn from.
pub(crate) struct Work<'a> {
    /// The language that claims are worded in.
    pub say: Lang,
    /// What the logs end with, by the path of the script.
    pub logged: &'a BTreeMap<String, Logged<'a>>,
    pub ground: &'a Ground<'a>,
    pub flows: &'a [Flow],
    pub parameters: &'a [Parameter],
    pub facts: &'a [Fact],
    pub performer: Option<&'a str>,
}

/// Returns the activities of the process in order.
pub(crate) fn find(work: &Work<'_>) -> Vec<Activity> {
    let mut list = sources::all(work);
    list = join(list);
    sources::date_inputs(&mut list);
    sources::date_by_history(work, &mut list);
    if list.len() > MOST_STEPS {
        list.sort_by_key(|it| std::cmp::Reverse(it.weight));
        list.truncate(MOST_STEPS);
    }
    let weekly = work.parameters.iter().any(|it| it.name == "week");
    for it in &mut list {
        it.day = if weekly { it.day.or_else(|| it.time.map(|t| t.date().weekday().to_monday_one_offset())) } else { None };
    }
    order::arrange(&mut list);
    list.into_iter().map(activity).collect()
}

fn activity(it: Candidate) -> Activity {
    Activity {
        action: it.action,
        kind: it.kind,
        actor: it.actor,
        done_when: it.done_when,
        reads: it.reads,
        writes: it.writes,
        time: it.time,
        listed: it.listed,
        weight: it.weight + 2 * i32::try_from(it.details.len().min(3)).unwrap_or(0),
        details: it.details,
        topic: it.topic,
    }
}

/// Joins candidates that speak of one step.
fn join(list: Vec<Candidate>) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    let (mut topics, mut objects) = (Likes::default(), Likes::default());
    let mut list = list;
    list.sort_by_key(|a| a.source);
    for candidate in list {
        let named: Vec<String> = candidate.objects.iter().cloned().collect();
        let near: BTreeSet<usize> = topics.sharing(&candidate.topic).filter(|it| it.1 >= 2).chain(objects.sharing(&named)).map(|it| it.0).collect();
        let best =
            near.into_iter().filter_map(|n| likeness(&out[n], &candidate).map(|score| (n, score))).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        let at = best.map_or(out.len(), |it| it.0);
        match out.get_mut(at) {
            Some(into) => {
                let new: Vec<String> = candidate.topic.iter().filter(|it| !into.topic.contains(it)).cloned().collect();
                topics.add(at, &new);
                let new: Vec<String> = named.into_iter().filter(|it| !into.objects.contains(it)).collect();
                objects.add(at, &new);
                absorb(into, candidate);
            }
            None => {
                topics.add(at, &candidate.topic);
                objects.add(at, &named);
                out.push(candidate);
            }
        }
    }
    out
}

/// How surely two candidates are one step; nothing if they are not.
fn likeness(a: &Candidate, b: &Candidate) -> Option<f64> {
    // Two items of one list are two steps, and so are two commands or two leaves given.
    let twins = matches!(b.source, Source::Command | Source::Approval | Source::Checklist | Source::Sent);
    // The file that a script needs and the download that was given its name.
    if a.source == Source::Brought && b.source == Source::Brought {
        return (a.objects.intersection(&b.objects).count() > 0).then_some(2.0);
    }
    if a.listed.is_some() && b.listed.is_some() || a.source == b.source && twins || b.source == Source::Approval || a.source == Source::Approval {
        return None;
    }
    let same_object = a.objects.intersection(&b.objects).count();
    let both = shared(&a.topic, &b.topic);
    let score = overlap(&a.topic, &b.topic) + 0.4 * same_object.min(2) as f64;
    let needed = match b.source {
        Source::NoteItem => 0.34,
        Source::Report | Source::Screen | Source::Event | Source::CellNote => 0.3,
        Source::Written => 0.4,
        _ => 0.45,
    };
    (score >= needed && (same_object > 0 || both >= 2)).then_some(score)
}

fn absorb(into: &mut Candidate, from: Candidate) {
    let known = |claims: &[Claim], claim: &Claim| claims.iter().any(|it| it.text == claim.text);
    into.weight = into.weight.max(from.weight);
    if !matches!(from.source, Source::Command | Source::Brought) && !known(&into.details, &from.action) && into.action.text != from.action.text {
        into.details.push(from.action);
    }
    for detail in from.details {
        if !known(&into.details, &detail) {
            into.details.push(detail);
        }
    }
    into.done_when = into.done_when.take().or(from.done_when);
    into.time = into.time.or(from.time);
    into.first = into.first.or(from.first);
    into.day = into.day.or(from.day);
    into.listed = into.listed.or(from.listed);
    into.actor = into.actor.take().or(from.actor);
    if from.kind == StepKind::Judgment && into.kind == StepKind::Mechanical && into.source != Source::Command {
        into.kind = StepKind::Judgment;
    }
    into.objects.extend(from.objects);
    into.topic.extend(from.topic);
    into.topic.sort();
    into.topic.dedup();
    into.reads.extend(from.reads);
    into.writes.extend(from.writes);
}
