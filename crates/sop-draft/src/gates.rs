//! Gates: where a person's leave is needed, whose, for what, in their own words. And who those people are.

use crate::Plan;
use crate::facts::{cut, first_person, quoted, re, told};
use crate::ledger::Entry;
use sop_core::{Claim, Fact, FactKind, Role, StopKind, Trace};

/// True if the passage makes the work wait for a person.
fn is_gate(fact: &Fact, trace: &Trace) -> bool {
    let kinds = [FactKind::Holds, FactKind::Reserves, FactKind::Conditions];
    let past = fact.kinds.iter().take(3).any(|it| matches!(it, FactKind::Retires)) && matches!(fact.role, Role::Script | Role::Record);
    if !fact.kinds.iter().take(3).any(|it| kinds.contains(it)) || fact.role == Role::PriorSop || past {
        return false;
    }
    // What the result is used for may speak of waiting; it is no leave to be given.
    let tells = fact.rules.iter().any(|it| it == "explain-use")
        && !fact.rules.iter().any(|it| it == "hold-not-until")
        && !fact.is(FactKind::Reserves)
        && !fact.is(FactKind::Conditions);
    if tells {
        return false;
    }
    // "Page them", "three at most": an order and a limit, not a leave.
    let calls = fact.kinds.iter().take(2).any(|it| *it == FactKind::Escalates);
    let bound = re!(r"(?i)\b(as long as|as soon as|provided|unless|until|till|before|only if|only when|on condition|these terms|first|subject to|sofern|solange|sobald|erst|bevor|vorher|nur wenn|nur mit|ohne)\b").is_match(&fact.text);
    let holds =
        fact.is(FactKind::Holds) || fact.kinds.first() == Some(&FactKind::Reserves) || fact.is(FactKind::Conditions) && (fact.is(FactKind::Approves) || bound);
    if calls && !fact.is(FactKind::Conditions) && fact.kinds.first() != Some(&FactKind::Reserves) || !holds {
        return false;
    }
    awaited(fact, trace).is_some()
}

/// The person for whom the work waits.
fn awaited(fact: &Fact, trace: &Trace) -> Option<String> {
    let performer = trace.performer.map(|at| trace.people[at].name.as_str());
    let inside = |name: &str| trace.people.iter().any(|it| it.name == name && it.inside);
    // "Denny - can you shout when it is on?"
    if let Some(found) = re!(r"^(\p{Lu}[\p{L}'’-]+)(?:,| -| –|:) ").captures(&fact.text)
        && let Some(person) = trace.people.iter().find(|it| it.name.split(' ').next() == Some(&found[1]))
        && Some(person.name.as_str()) != performer
        && person.inside
    {
        return Some(person.name.clone());
    }
    // "until Ruth has shut the month", "as long as Denny's got it", "for Helen to say", "nobody but Colin"
    let named = re!(
        r"(?i:\b(?:until|till|til|before|unless|once|after|when|as soon as|as long as|only|but|by|for|to|from|with|ask|erst wenn|bis|sobald|nur|durch|von)\s+)(\p{Lu}[\p{L}'’-]+)"
    );
    for found in named.captures_iter(&fact.text) {
        let word = found[1].trim_end_matches("'s").trim_end_matches("’s");
        if let Some(person) = trace.people.iter().find(|it| it.name == word || it.name.split(' ').next() == Some(word) || it.aliases.iter().any(|a| a == word))
            && Some(person.name.as_str()) != performer
            && person.inside
        {
            return Some(person.name.clone());
        }
    }
    let speaker = fact.speaker.as_deref();
    // "till you've been through it": the one it is said to
    if re!(r"(?i)\b(you|your|you've|you're|dir|dich|ihnen|sie)\b").is_match(&fact.text)
        && (speaker == performer || fact.is(FactKind::Requests))
        && let Some(to) = fact.to.iter().find(|it| Some(it.as_str()) != performer && inside(it))
    {
        return Some(to.clone());
    }
    if let Some(speaker) = speaker
        && Some(speaker) != performer
        && inside(speaker)
        && (first_person(&fact.text) || fact.is(FactKind::Conditions) || fact.is(FactKind::Approves) || fact.is(FactKind::Holds) && fact.role == Role::Message)
    {
        return Some(speaker.to_owned());
    }
    let other = fact.names.iter().find(|it| Some(it.as_str()) != performer && inside(it))?;
    (fact.is(FactKind::Reserves) || fact.is(FactKind::Holds)).then(|| other.clone())
}

/// The gates of the process: those that people set, then those that scripts hold.
pub(crate) fn entries(plan: &mut Plan<'_>) -> Vec<Entry> {
    let trace = plan.trace;
    let mut out: Vec<(Vec<String>, Entry)> = Vec::new();
    for stop in trace.stops.iter().filter(|it| it.kind == StopKind::Gate).take(4) {
        let mut entry = Entry::of(Claim { text: format!("**STOP: no going on without it.** {}", stop.claim.text), ..stop.claim.clone() }, stop.weight + 20);
        if let Some(recovery) = &stop.recovery {
            entry.below.push(recovery.clone());
        }
        out.push((stop.topic.clone(), entry));
    }
    let mut count = 0;
    for (n, fact) in trace.facts.iter().enumerate() {
        if plan.used[n] || count >= 12 || !is_gate(fact, trace) {
            continue;
        }
        let Some(person) = awaited(fact, trace) else { continue };
        plan.used[n] = true;
        let lead = if fact.kinds.first() == Some(&FactKind::Reserves) {
            format!("**STOP: {person} decides.**")
        } else if fact.is(FactKind::Conditions) && fact.is(FactKind::Approves) {
            format!("**STOP: {person} approves, on a condition.**")
        } else {
            format!("**STOP: wait for {person}.**")
        };
        let (text, anchors) = if fact.speaker.as_deref() == Some(person.as_str()) && fact.context_anchor.is_none() {
            (quoted(&fact.text), fact.anchors.clone())
        } else {
            told(fact)
        };
        let mut entry = Entry::of(Claim::cited(format!("{lead} {text}"), anchors), fact.weight + 20);
        entry.kind = Some(sop_core::StepKind::Gate);
        count += 1;
        out.push((fact.topic.clone(), entry));
    }
    out.into_iter().map(|it| it.1).collect()
}

/// The person who gives leave most often, not the one who does the work.
pub(crate) fn approver(trace: &Trace) -> Option<usize> {
    let mut best: Option<(i32, usize)> = None;
    for (at, person) in trace.people.iter().enumerate() {
        if Some(at) == trace.performer || !person.inside {
            continue;
        }
        let score: i32 = trace
            .facts
            .iter()
            .filter(|it| it.speaker.as_deref() == Some(person.name.as_str()))
            .map(|it| 3 * i32::from(it.is(FactKind::Approves)) + 2 * i32::from(it.is(FactKind::Conditions)) + 2 * i32::from(it.is(FactKind::Reserves)))
            .sum();
        if score > 0 && best.is_none_or(|it| score > it.0) {
            best = Some((score, at));
        }
    }
    best.map(|it| it.1)
}

/// Who does the work, and who gives leave for what.
pub(crate) fn owners(trace: &Trace) -> Vec<Entry> {
    let mut out = Vec::new();
    if let Some(at) = trace.performer {
        let person = &trace.people[at];
        let job = person.job.as_ref().map(|it| format!(", {it},")).unwrap_or_default();
        let mut anchors = person.anchors.clone();
        anchors.extend(
            trace.activities.iter().filter(|it| it.actor.as_deref() == Some(person.name.as_str())).take(1).flat_map(|it| it.action.anchors.first().cloned()),
        );
        out.push(Entry::of(
            Claim::inferred(format!("{}{job} does and owns the work.", person.name), anchors, "most messages, reports and log entries are theirs"),
            70,
        ));
    }
    let mut list: Vec<(i32, String, Vec<sop_core::Anchor>)> = Vec::new();
    for (at, person) in trace.people.iter().enumerate().filter(|(at, it)| Some(*at) != trace.performer && it.inside) {
        let gives: Vec<&Fact> = trace
            .facts
            .iter()
            .filter(|it| {
                it.speaker.as_deref() == Some(person.name.as_str())
                    && it.role != Role::Script
                    && (it.is(FactKind::Approves) || it.is(FactKind::Reserves) || it.is(FactKind::Conditions))
            })
            .collect();
        let Some(first) = gives.first() else { continue };
        let _ = at;
        let job = person.job.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
        let mut anchors: Vec<sop_core::Anchor> = gives.iter().take(2).map(|it| it.anchors[0].clone()).collect();
        if person.job.is_some() {
            anchors.extend(person.anchors.first().cloned());
        }
        list.push((i32::try_from(gives.len()).unwrap_or(0) * 10 + first.weight, format!("{}{job} approves: “{}”", person.name, cut(&first.text, 12)), anchors));
    }
    list.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, text, anchors) in list.into_iter().take(3) {
        out.push(Entry::of(Claim::cited(text, anchors), 60));
    }
    out
}

/// Figures of the result that are found again in the data: a reconciliation for nothing.
pub(crate) fn figures(trace: &Trace) -> Vec<Entry> {
    let mut list: Vec<&sop_core::Provenance> = trace.provenance.iter().filter(|it| it.figure.contains(['.', ','])).collect();
    list.truncate(3);
    if list.is_empty() {
        return Vec::new();
    }
    let text = list.iter().map(|it| format!("{} is {}", it.figure, it.from)).collect::<Vec<_>>().join("; ");
    let anchors = list.iter().flat_map(|it| [it.told.clone(), it.source.clone()]).collect();
    vec![Entry::of(
        Claim::inferred(format!("Compare the figures that are told with where they come from: {text}."), anchors, "same value in message and data"),
        14,
    )]
}
