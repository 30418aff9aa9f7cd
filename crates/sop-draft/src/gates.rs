//! Gates: where a person's leave is needed, whose, for what, in their own words. And who those people are.

use crate::Plan;
use crate::facts::{cut, first_person, quoted, re, told};
use crate::ledger::Entry;
use sop_core::{Claim, Fact, FactKind, Lang, Role, StopKind, Trace};

/// True if the passage makes the work wait for a person.
fn is_gate(fact: &Fact, trace: &Trace) -> bool {
    let kinds = [FactKind::Holds, FactKind::Reserves, FactKind::Conditions];
    if fact.rules.iter().any(|it| it == "second-person") && fact.role != Role::Script {
        return true;
    }
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
    let bound = re!(r"(?i)\b(as long as|as soon as|provided|unless|until|till|before|only if|only when|on condition|these terms|first|subject to|sofern|solange|sobald|erst|bevor|vorher|nur wenn|nur mit|ohne|avant|tant que|tant qu|sauf|sans|sous réserve|à condition|d'abord|une fois|seulement|mais|hasta|antes|mientras|salvo|sin|siempre que|solo|primero|pero)\b").is_match(&fact.text);
    // "Page them", "three at most": an order and a limit, not a leave. "Stop and ring me" is an alarm,
    // "nothing goes before she has seen it" a gate.
    let alarm = fact.rules.iter().any(|it| it == "stop-work") && !fact.rules.iter().any(|it| it.starts_with("hold-"));
    let calls = (alarm || fact.kinds.first() != Some(&FactKind::Holds)) && fact.kinds.iter().take(3).any(|it| *it == FactKind::Escalates);
    // "Under a hundred carry on, over that have it put right": a decision with its limit, no leave to be given.
    let branch = fact.rules.iter().any(|it| it == "decide-over-under") && !bound && !fact.is(FactKind::Holds) && !fact.is(FactKind::Reserves);
    // "Should it wait until Colin has seen it?" asks, and holds nothing.
    let asks = fact.text.trim_end().ends_with('?') && !fact.text.trim_end_matches('?').contains(['.', '!', '?']);
    if branch || asks {
        return false;
    }
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
    let speaker = fact.speaker.as_deref();
    let own = speaker.filter(|it| Some(*it) != performer && inside(it));
    // "till you've been through it": the one it is said to.
    let to = fact.to.iter().find(|it| Some(it.as_str()) != speaker && Some(it.as_str()) != performer && inside(it));
    let waits_for_you = re!(r"(?i)\b(until|till|til|before|unless|once|as soon as) (you|you've|you're|you have)\b|\byour (yes|ok|okay|approval|go-ahead|sign-off)\b|\b(bis|bevor|sobald) (du|sie|ihr)\b|\b(avant que|tant que|une fois que|dès que|sans que) (tu|vous)\b|\b(ton|votre) (accord|feu vert|ok|aval|visa|validation)\b|\b(tu|su) (visto bueno|ok|aprobación|firma|autorización)\b").is_match(&fact.text);
    if waits_for_you && let Some(to) = to {
        return Some(to.clone());
    }
    // "unless I've seen the paper"; and whoever gives leave with a condition is the one to be satisfied.
    let waits_for_me = re!(r"(?i)\b(until|till|til|before|unless|once|as soon as|without|for) (i|i've|i'm|i'd|me|my)\b|\b(bis|bevor|sobald|ohne dass|wenn) ich\b|\b(ask|check with|come to|through|goes? to|clear it with|speak to|talk to|frag\w*|mit) (me|mir|mich)\b|\bmy (ok|okay|yes|approval|go-ahead|sign-off)\b|\b(avant que|tant que|une fois que|dès que|sans que|à ce que|attends que|attendez que|attendre que) (je\b|j')|\b(mon) (accord|feu vert|ok|aval|visa)\b|\bma (validation|signature)\b|\b(demande[rz]?|voir|passe[rz]?) (à|avec|par) moi\b|-moi d'abord|\b(hasta que|antes de que|sin que|cuando|a que) (yo|(te|os|le|lo|la|los|las) \p{L}+ yo|lo vea yo|lo revise yo)\b|\bmi (visto bueno|ok|aprobación|firma|autorización)\b|\b(pregúntame|consúltame|conmigo)\b").is_match(&fact.text);
    if (waits_for_me || fact.is(FactKind::Approves))
        && let Some(own) = own
    {
        return Some(own.to_owned());
    }
    // "until Ruth has shut the month", "as long as Denny's got it", "for Helen to say", "nobody but Colin"
    let named = re!(
        r"(?i:\b(?:until|till|til|before|unless|once|after|when|as soon as|as long as|only|but|ask|wait for|waiting for|up to|not me|take it to|take this to|erst wenn|bis|sobald|nur|nur mit|nur durch|mit|avant que|tant que|sans que|une fois que|demande[rz]?(?: d'abord| toujours| avant)? à|attend\w*|voir avec|passer par|seule?|sauf|à part|hormis|par|avec|c'est|hasta que|que lo vea|antes de que|pregunta\w*(?: antes| siempre| primero)? a|consulta\w* (?:a|con)|solo|salvo|pasar por|espera\w* a|con|por|lo decide|lo aprueba|visto bueno de|feu vert de|accord de|validation de|aprobación de|firma de)\s+(?:(?:m\.|mme|monsieur|madame|sra?\.|el señor|la señora|don|doña)\s+)?)(\p{Lu}[\p{L}'’-]+)|\b(?i:for|it is|it's)\s+(\p{Lu}[\p{L}'’-]+)\s+(?i:to (?:say|decide|see|look|sign|ok)|who)|\b(\p{Lu}[\p{L}'’-]+)\s+(?i:decides|entscheidet|has to (?:see|sign|ok|approve)|must (?:see|sign|ok|approve)|muss|signs|doit (?:valider|signer|approuver|relire|voir)|tranche|(?:ait|a) (?:validé|signé|relu|vu)|tiene que (?:aprobar|firmar|ver|autorizar)|debe (?:aprobar|firmar|autorizar)|decide|aprueba|(?:lo )?(?:vea|haya))"
    );
    for found in named.captures_iter(&fact.text) {
        let Some(word) = (1..=3).find_map(|n| found.get(n)) else { continue };
        let word = word.as_str().trim_end_matches("'s").trim_end_matches("’s");
        if let Some(person) = trace.people.iter().find(|it| it.name == word || it.name.split(' ').next() == Some(word) || it.aliases.iter().any(|a| a == word))
            && Some(person.name.as_str()) != performer
        {
            return Some(person.name.clone());
        }
    }
    // "until the chair confirms in writing": a role is a person, too.
    let role = re!(
        r"(?i)\b(?:until|till|til|before|unless|without|once|only after|by|from|erst wenn|bis|nur mit|ohne|avant que|tant que|sans que|seule?|hasta que|antes de que|solo|(?:accord|validation|feu vert|signature|aval) (?:de|du)|(?:visto bueno|firma|aprobación|autorización) (?:de|del))\s+(?:(?:the|our|a|der|die|den|dem)\s+|(?P<article>(?:la|le|el)\s+|l'))?(?P<role>chair\w*|manager|director|partner|owner|board|head|supervisor|doctor|nurse|client|customer|accountant|auditor|lawyer|treasurer|secretary|landlord|editor|foreman|buyer|controller|chef|chefin|leitung|geschäftsführ\w*|vorstand|meister|gérante?|direction|directeur|directrice|comptable|responsable|patronn?e?|cliente?|médecin|jef[ea]|gerente|gerencia|directora?|dirección|encargad[oa]|médic[oa])\b"
    );
    if fact.kinds.first() == Some(&FactKind::Holds)
        && let Some(found) = role.captures(&fact.text)
    {
        return Some(role_named(&found, trace.lang));
    }
    if (speaker == performer || fact.is(FactKind::Requests))
        && re!(r"(?i)\b(you|your|you've|you're|dir|dich|ihnen|tu|toi|ton|vous|votre|te|usted|ustedes)\b").is_match(&fact.text)
        && let Some(to) = to
    {
        return Some(to.clone());
    }
    if let Some(own) = own
        && (first_person(&fact.text) || fact.is(FactKind::Conditions) || fact.is(FactKind::Holds) && fact.role == Role::Message)
    {
        return Some(own.to_owned());
    }
    let other = fact.names.iter().find(|it| Some(it.as_str()) != performer && inside(it))?;
    (fact.is(FactKind::Reserves) || fact.is(FactKind::Holds)).then(|| other.clone())
}

/// A role as a person: "the manager". The article of a French or Spanish one tells its gender and goes with it.
fn role_named(found: &regex::Captures<'_>, say: Lang) -> String {
    let role = found["role"].to_lowercase();
    match found.name("article") {
        Some(article) => format!("{}{role}", article.as_str().to_lowercase()),
        None if say.nouns_are_capital => say.the_role(capitalised(&role)),
        None => say.the_role(role),
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().collect::<String>() + chars.as_str())
}

/// The gates of the process: those that people set, then those that scripts hold.
pub(crate) fn entries(plan: &mut Plan<'_>) -> Vec<Entry> {
    let trace = plan.trace;
    let say = trace.lang;
    let mut out: Vec<(Vec<String>, Entry)> = Vec::new();
    for stop in trace.stops.iter().filter(|it| it.kind == StopKind::Gate).take(4) {
        let mut entry = Entry::of(Claim { text: say.stop_without(&stop.claim.text), ..stop.claim.clone() }, stop.weight + 20);
        if let Some(recovery) = &stop.recovery {
            entry.below.push(recovery.clone());
        }
        out.push((stop.topic.clone(), entry));
    }
    let mut count = 0;
    for (n, fact) in trace.facts.iter().enumerate() {
        if plan.used[n] || count >= 14 || !is_gate(fact, trace) {
            continue;
        }
        let second = fact.rules.iter().any(|it| it == "second-person");
        let person = match awaited(fact, trace) {
            Some(person) => person,
            None if second => say.a_second_person.to_owned(),
            None => continue,
        };
        plan.used[n] = true;
        let lead = if second {
            say.stop_second_person.to_owned()
        } else if let Some(lead) = up_to(fact, &person, say) {
            lead
        } else if fact.kinds.first() == Some(&FactKind::Reserves) {
            say.stop_decides(&person)
        } else if fact.is(FactKind::Conditions) && fact.is(FactKind::Approves) {
            say.stop_condition(&person)
        } else {
            say.stop_wait(&person)
        };
        let (text, anchors) = if fact.speaker.as_deref() == Some(person.as_str()) && fact.context_anchor.is_none() && fact.role == Role::Message {
            (quoted(&fact.text), fact.anchors.clone())
        } else {
            told(fact, say)
        };
        let mut entry = Entry::of(Claim::cited(format!("{lead} {text}"), anchors), fact.weight + 20);
        entry.kind = Some(sop_core::StepKind::Gate);
        count += 1;
        out.push((fact.topic.clone(), entry));
    }
    out.into_iter().map(|it| it.1).collect()
}

/// "£312.40, which I can give away myself; over £500 I'd have to take it to Anil": whose word counts up to what.
fn up_to(fact: &Fact, person: &str, say: Lang) -> Option<String> {
    if !fact.is(FactKind::Reserves) {
        return None;
    }
    let amount = re!(r"(?i)\b(?:over|above|more than|beyond|exceeding|über|ab|mehr als|au-delà de|à partir de|plus de|au-dessus de|a partir de|más de|por encima de) ((?:£|\$|€|GBP |EUR )?\d[\d.,]*(?: ?(?:£|€|%|euros?|pounds|days|hours|weeks|months|items|lines|units|tage|stunden|stück|jours|heures|días|horas))?(?: or (?:over|above|more than) (?:£|\$|€)?\d[\d.,]*)?)")
        .captures(&fact.text)?;
    let amount = amount[1].trim_end_matches(['.', ',']).to_owned();
    let speaker = fact.speaker.as_deref()?;
    if speaker == person {
        return Some(say.stop_above(amount, person));
    }
    let own = re!(r"(?i)\b(i can|myself|i may|kann ich|ich selbst|je peux|moi-même|yo puedo|yo mismo|yo misma)\b").is_match(&fact.text);
    Some(if own { say.stop_up_to(speaker, amount, person) } else { say.stop_above(amount, person) })
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
        // The mail that sent the result says it best.
        let mut anchors: Vec<sop_core::Anchor> = Vec::new();
        anchors.extend(
            trace
                .activities
                .iter()
                .filter(|it| it.actor.as_deref() == Some(person.name.as_str()))
                .rev()
                .take(2)
                .flat_map(|it| it.action.anchors.first().cloned()),
        );
        anchors.extend(person.anchors.iter().cloned());
        out.push(Entry::of(Claim::inferred(trace.lang.does_the_work(format_args!("{}{job}", person.name)), anchors, trace.lang.by_acts), 70));
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
        list.push((
            i32::try_from(gives.len()).unwrap_or(0) * 10 + first.weight,
            trace.lang.approves(format_args!("{}{job}", person.name), cut(&first.text, 12).replace(['“', '”'], "'")),
            anchors,
        ));
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
    let text = list.iter().map(|it| trace.lang.figure_is(&it.figure, &it.from)).collect::<Vec<_>>().join("; ");
    let anchors = list.iter().flat_map(|it| [it.told.clone(), it.source.clone()]).collect();
    vec![Entry::of(Claim::inferred(trace.lang.compare_figures(text), anchors, trace.lang.by_same_value), 14)]
}
