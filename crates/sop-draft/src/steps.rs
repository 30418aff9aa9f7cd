//! The steps: one action each, in order, with how, what it leaves and when it is done.

use crate::facts::cut;
use crate::ledger::Entry;
use crate::{Audience, Plan};
use sop_core::{Activity, Claim, Lang, StepKind};

/// More steps than this are two procedures.
const MOST_STEPS: usize = 28;

pub(crate) fn entries(plan: &mut Plan<'_>, audience: &Audience) -> Vec<Entry> {
    let trace = plan.trace;
    let mut out: Vec<Entry> = Vec::new();
    let keep = keep(&trace.activities);
    for activity in keep {
        // A passage that a step tells is not told again elsewhere.
        for (n, fact) in trace.facts.iter().enumerate() {
            let told = |it: &Claim| {
                it.anchors.iter().any(|a| a.path == fact.anchors[0].path && a.place == fact.anchors[0].place)
                    && it.text.to_lowercase().contains(&fact.text.to_lowercase().trim_end_matches('.').chars().skip(8).collect::<String>())
            };
            let pointed = activity.kind == StepKind::Gate && activity.action.text.contains(trace.lang.stop_see_gates);
            if !pointed && std::iter::once(&activity.action).chain(&activity.details).any(told) {
                plan.used[n] = true;
            }
        }
        out.push(entry(activity, audience, trace.lang));
    }

    out
}

/// All steps if they fit; otherwise those with the least behind them go.
fn keep(list: &[Activity]) -> Vec<&Activity> {
    let mut keep: Vec<&Activity> = list.iter().collect();
    while keep.len() > MOST_STEPS {
        let Some(at) = (0..keep.len()).min_by_key(|&n| worth(keep[n])) else { break };
        keep.remove(at);
    }
    keep
}

fn worth(it: &Activity) -> i32 {
    it.weight + 2 * i32::from(it.done_when.is_some())
}

fn entry(activity: &Activity, audience: &Audience, say: Lang) -> Entry {
    let mut head = activity.action.clone();
    if !audience.is_new() {
        head.text = head.text.split(" (here ").next().unwrap_or(&head.text).to_owned();
    }
    let kind = match activity.kind {
        StepKind::Mechanical => Some(say.mechanical),
        StepKind::Judgment => Some(say.judgment),
        StepKind::Gate => None,
    };
    if let Some(kind) = kind {
        head.text = format!("{} *({kind})*", head.text.trim_end_matches('.'));
    }
    let mut entry = Entry::of(head, worth(activity));
    entry.kind = Some(activity.kind);
    for detail in activity.details.iter().take(3) {
        entry.below.push(Claim { text: cut(&detail.text, 36), ..detail.clone() });
    }
    if let Some(done) = &activity.done_when {
        entry.below.push(Claim { text: say.done_when(done.text.trim_end_matches('.')), ..done.clone() });
    }
    entry
}
