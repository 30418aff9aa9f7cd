//! Steps from what people did: leave they gave, mail they sent, what they reported done.

use super::{code, current, file_names, plain_name, role};
use crate::activities::{Candidate, Source, Work};
use crate::params::{generalise, other_run};
use crate::people::anchor;
use crate::text::{cut, re, stems, words};
use sop_core::{Block, BlockKind, Claim, FactKind, Format, Place, Role, StepKind};

/// Leave that a person gave in this run: the work waits for it.
pub(super) fn approvals(work: &Work<'_>) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    for fact in work.facts.iter().filter(|it| it.is(FactKind::Approves) && it.time.is_some()) {
        let path = &fact.anchors[0].path;
        let Some(speaker) = &fact.speaker else { continue };
        let gives = fact.kinds.iter().take(2).any(|it| *it == FactKind::Approves) || fact.is(FactKind::Conditions);
        let branch = fact.rules.iter().any(|it| it == "decide-over-under") && !fact.is(FactKind::Holds) && !fact.is(FactKind::Reserves);
        // Who asks in the same breath gives no leave: "letter's signed. Can we go on?"
        let asks = work
            .ground
            .documents
            .iter()
            .filter(|it| it.path == *path)
            .flat_map(|it| &it.blocks)
            .any(|it| it.place == fact.anchors[0].place && it.text.contains('?'));
        let judges = branch || asks || !gives || fact.kinds.first() == Some(&FactKind::Decides) || fact.kinds.first() == Some(&FactKind::Escalates);
        let outside = work.ground.people.find(speaker).is_none_or(|at| !work.ground.people.list[at].inside);
        if other_run(path, work.parameters) || Some(speaker.as_str()) == work.performer || role(work, path) != Role::Message || judges || outside {
            continue;
        }
        // A leave with a condition is a gate of its own, with all its words; the step points there.
        let bound = fact.is(FactKind::Conditions) || fact.is(FactKind::Holds) || fact.is(FactKind::Reserves);
        let see = if bound { work.say.stop_see_gates } else { "" };
        let text = work.say.wait_step(speaker, see, cut(&fact.text, if bound { 7 } else { 36 }));
        let mut candidate = Candidate::new(Source::Approval, Claim::cited(text, vec![fact.anchors[0].clone()]));
        candidate.kind = StepKind::Gate;
        candidate.actor = Some(speaker.clone());
        candidate.time = fact.time;
        candidate.topic = fact.topic.clone();
        out.push(candidate);
    }
    out.sort_by_key(|a| a.time);
    // A leave that a later mail repeats is one leave.
    let mut seen: Vec<(Option<String>, Vec<String>)> = Vec::new();
    out.retain(|it| {
        let twin = seen.iter().any(|(who, topic)| *who == it.actor && crate::text::overlap(topic, &it.topic) > 0.5);
        seen.push((it.actor.clone(), it.topic.clone()));
        !twin
    });
    out
}

/// Mail that went out of the circle of those who make it: to a list, or with what was made attached.
pub(super) fn sent(work: &Work<'_>) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    for document in current(work).filter(|it| matches!(it.format, Format::Mail | Format::Mailbox)) {
        let mut at = 0;
        while at < document.blocks.len() {
            let block = &document.blocks[at];
            let n = message_number(&block.place);
            // Attachments belong to the message that carries them.
            let end = document.blocks[at..]
                .iter()
                .position(|it| !matches!(it.place, Place::Inside { .. }) && message_number(&it.place) != n)
                .map_or(document.blocks.len(), |it| at + it);
            let message = &document.blocks[at..end.max(at + 1)];
            at = end.max(at + 1);
            let greets = |it: &&Block| words(&it.text) <= 4 && it.text.trim_end().ends_with([',', '!', '.', ':']) || words(&it.text) <= 2;
            let Some(first) = message.iter().filter(|it| it.kind == BlockKind::Message && !matches!(it.place, Place::Inside { .. })).find(|it| !greets(it))
            else {
                continue;
            };
            let Some(speaker) = first.speaker.as_deref().map(|it| work.ground.people.full(it)) else { continue };
            let inside = work.ground.people.find(&speaker).is_some_and(|it| work.ground.people.list[it].inside);
            let attached: Vec<String> =
                message.iter().filter(|it| it.kind == BlockKind::Field).filter_map(|it| it.text.strip_prefix("attachment: ")).map(str::to_owned).collect();
            let to: Vec<String> = first.to.iter().map(|it| it.split('<').next().unwrap_or(it).trim().trim_matches('"').to_owned()).collect();
            let group =
                to.iter().any(|it| work.ground.people.find(it).is_none() || work.ground.people.find(it).is_some_and(|p| !work.ground.people.list[p].inside));
            let reply = first.context.as_deref().is_some_and(|it| re!(r"(?i)^(re|aw|fw|fwd|wg)\s*:").is_match(it));
            let theirs = work.performer.is_some_and(|it| it != speaker) && !group;
            if theirs || !inside || to.is_empty() || attached.is_empty() && (!group || reply) {
                continue;
            }
            let what = if attached.is_empty() {
                work.say.the_mail.to_owned()
            } else {
                attached.iter().map(|it| code(&generalise(it, work.parameters))).collect::<Vec<_>>().join(&format!(" {} ", work.say.and))
            };
            let mut anchors = vec![anchor(document, first)];
            anchors.extend(
                message
                    .iter()
                    .filter(|it| it.kind == BlockKind::Field && (it.text.starts_with("attachment: ") || it.text.starts_with("To: ")))
                    .map(|it| anchor(document, it)),
            );
            anchors.truncate(4);
            let subject = first.context.clone().unwrap_or_default();
            let mut text = work.say.email(what, to.join(", "));
            if !subject.is_empty() {
                text.push_str(&work.say.subject(generalise(&subject, work.parameters)));
            }
            text.push_str(&format!("{}“{}”", work.say.colon, cut(&first.text, 18)));
            let mut candidate = Candidate::new(Source::Sent, Claim::cited(text, anchors));
            candidate.time = first.time;
            candidate.actor = Some(speaker);
            candidate.topic = stems(&format!("{subject} {} send sent mail", attached.join(" ")));
            candidate.reads = attached.clone();
            candidate.objects = attached.iter().map(|it| plain_name(it)).collect();
            candidate.topic.push("email".to_owned());
            for name in to.iter().filter(|it| work.ground.people.find(it).is_some()) {
                candidate.objects.insert(format!("to:{}", work.ground.people.full(name)));
                candidate.topic.extend(stems(name.split(' ').next().unwrap_or(name)));
            }
            out.push(candidate);
        }
    }
    out
}

fn message_number(place: &Place) -> u32 {
    match place {
        Place::Message { n, .. } => *n,
        Place::Inside { .. } => 0,
        _ => 0,
    }
}

/// What the one who did it said was done, where it names a file, a place or a tool.
pub(super) fn reports(work: &Work<'_>) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    for fact in work.facts {
        let path = &fact.anchors[0].path;
        if !fact.is(FactKind::Reports) || fact.is(FactKind::Approves) || other_run(path, work.parameters) || role(work, path) != Role::Message {
            continue;
        }
        let Some(speaker) = &fact.speaker else { continue };
        let concrete = !file_names(&fact.text).is_empty()
            || re!(r"(?i)(#[a-z][\w-]+|\b[A-Z]:(?:\\|\s)|`|\b(folder|tracker|drive|portal|channel|on hold|tagged|ordner|laufwerk|ablage)\b)")
                .is_match(&fact.text);
        let kinds = fact.kinds.iter().take(2).any(|it| matches!(it, FactKind::Reports));
        if !concrete || !kinds || words(&fact.text) > 40 {
            continue;
        }
        let lands = re!(r"(#[a-z][\w-]+|\b[A-Z]:(?:\\|\s)|\b(folder|tracker|drive|portal|channel|ordner|laufwerk|tab)\b)").is_match(&fact.text)
            || !file_names(&fact.text).is_empty();
        let mut candidate = Candidate::new(Source::Report, Claim::cited(work.say.as_did(speaker, &fact.text), vec![fact.anchors[0].clone()]));
        candidate.topic = fact.topic.clone();
        candidate.objects = file_names(&fact.text);
        candidate.time = fact.time;
        candidate.actor = Some(speaker.clone());
        if lands {
            candidate.weight = 8;
        }
        out.push(candidate);
    }
    out
}
