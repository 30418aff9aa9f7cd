//! What a new person needs and the folder does not tell: each becomes a question, with whom to ask.

use crate::activities::Work;
use crate::params::other_run;
use crate::people::anchor;
use crate::text::{cut, re, shared, stems, words};
use sop_core::{Anchor, Block, BlockKind, Document, FactKind, Format, Gap, Lang, Role};
use std::collections::BTreeSet;

pub(crate) fn find(work: &Work<'_>) -> Vec<Gap> {
    let mut out = Vec::new();
    out.extend(asked(work));
    out.extend(cover(work));
    out.extend(settings(work));
    out.extend(deadlines(work));
    out.extend(unused(work));
    out.extend(unnamed_member(work));
    out.extend(two_limits(work));
    out.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.question.cmp(&b.question)));
    out
}

fn gap(question: String, why: &str, anchors: Vec<Anchor>, rule: &str, weight: i32) -> Gap {
    Gap { question, why: why.to_owned(), ask: None, anchors, rule: rule.to_owned(), weight }
}

/// Questions that somebody put and nobody answered.
fn asked(work: &Work<'_>) -> Vec<Gap> {
    let mut out: Vec<Gap> = Vec::new();
    // Who asked what in the last question, to put those of one mail together.
    let mut last_asked: (String, String) = Default::default();
    for document in work.ground.documents {
        let role = work.ground.roles.get(&document.path).copied().unwrap_or(Role::Noise);
        if matches!(role, Role::Noise | Role::PriorSop | Role::Template | Role::Input | Role::Output | Role::Script) {
            continue;
        }
        for (n, block) in document.blocks.iter().enumerate() {
            let voice = matches!(
                block.kind,
                BlockKind::Message
                    | BlockKind::Item { .. }
                    | BlockKind::Paragraph
                    | BlockKind::Row
                    | BlockKind::Field
                    | BlockKind::Cell
                    | BlockKind::Note
                    | BlockKind::CodeComment
            );
            let doubt = block.text.contains("??") || re!(r": \?(?: |$)|\| \? |^(?:\S+ ){0,3}\?$").is_match(&block.text);
            let question = block.text.contains('?');
            let ask = re!(r"(?i)^(?:[-*] )?(?:ask|frag|find out|klären|demander|à clarifier|preguntar|por aclarar)\b.{0,40}\b(who|which|what|whether|if|how|when|wer|welche|ob|was|wie|qui|quel\w*|si|comment|quand|quién|qué|cuál|cómo|cuándo)\b")
                .is_match(&block.text);
            if !voice || !(doubt || question || ask) || words(&block.text) > 70 || words(&block.text) < 3 {
                continue;
            }
            let talk = matches!(document.format, Format::Mail | Format::Mailbox | Format::Chat);
            if talk && !doubt && (answered(work, document, n, block) || !substantial(block)) {
                continue;
            }
            if !talk && !doubt && !ask && role != Role::Note {
                continue;
            }
            let topical =
                ask && !work.ground.people.mentioned(&block.text).is_empty() || stems(&block.text).iter().any(|it| work.ground.vocabulary.contains(it));
            if !topical {
                continue;
            }
            let who = block.speaker.as_deref().map(|it| work.ground.people.full(it));
            let said = cut(&block.text, 45);
            let text = match &who {
                Some(who) if talk => work.say.asked_by(who, format_args!("“{said}”")),
                _ => work.say.leaves_open(document.name(), &said),
            };
            let mut found = gap(
                text,
                "a question was put and not answered",
                vec![anchor(document, block)],
                work.say.by_open_question,
                if talk {
                    21
                } else if document.format == Format::Workbook {
                    15
                } else {
                    18
                },
            );
            found.ask = block.to.first().map(|it| work.ground.people.full(it));
            // Several questions of one mail are put together.
            if let Some(last) = out.last_mut()
                && talk
                && last.anchors[0].path == document.path
                && who.as_ref().is_some_and(|who| *who == last_asked.0)
                && words(&last.question) + words(&said) <= 75
            {
                last_asked.1.push_str(&format!(" “{said}”"));
                last.question = work.say.asked_by(&last_asked.0, &last_asked.1);
                last.anchors.push(anchor(document, block));
                continue;
            }
            if !out.iter().any(|it| shared(&stems(&it.question), &stems(&found.question)) * 10 > stems(&found.question).len() * 7) {
                last_asked = (who.filter(|_| talk).unwrap_or_default(), format!("“{said}”"));
                out.push(found);
            }
        }
    }
    out
}

/// A question of substance asks who, which, whose, how; "ok?" and "see you at five?" do not.
fn substantial(block: &Block) -> bool {
    re!(r"(?i)\b(who|who's|whose|which|should|how often|is that what|wer|wessen|welche\w*|sollen|qui|quel\w*|lequel|laquelle|faut-il|doit-on|quién|qué|cuál\w*|hay que)\b[^?]*\?").is_match(&block.text)
        && words(&block.text) >= 6
}

/// Somebody else wrote in the same thread afterwards, or of the same numbered thing elsewhere.
fn answered(work: &Work<'_>, document: &Document, n: usize, block: &Block) -> bool {
    let ids: Vec<&str> = re!(r"\b[A-Z]{1,4}-?\d{2,}\b").find_iter(&block.text).map(|it| it.as_str()).collect();
    let elsewhere = !ids.is_empty()
        && work
            .ground
            .documents
            .iter()
            .filter(|it| it.path != document.path)
            .flat_map(|it| &it.blocks)
            .any(|it| it.kind == BlockKind::Message && it.speaker != block.speaker && it.time >= block.time && ids.iter().any(|id| it.text.contains(id)));
    if elsewhere {
        return true;
    }
    if document.format == Format::Chat {
        return document.blocks[n + 1..].iter().take(4).any(|it| it.speaker != block.speaker);
    }
    let thread = |text: &Option<String>| text.as_deref().map(|it| re!(r"(?i)^((re|aw|fw|fwd|wg|tr|rv|réf)\s*:\s*)+").replace(it, "").to_lowercase());
    let subject = thread(&block.context);
    work.ground
        .documents
        .iter()
        .filter(|it| matches!(it.format, Format::Mail | Format::Mailbox))
        .flat_map(|it| &it.blocks)
        .any(|it| it.kind == BlockKind::Message && it.speaker != block.speaker && it.time > block.time && thread(&it.context) == subject)
}

/// Nobody is named for when those who matter are away.
fn cover(work: &Work<'_>) -> Vec<Gap> {
    let told = re!(
        r"(?i:\b(?:when|while|if|wenn|quand|pendant|si|cuando|durante)\b.{0,40}\b(?:holiday|away|off|leave|ill|sick|urlaub|krank|weg|congés?|absente?|vacances|vacaciones|ausente|baja)\b.{0,25})\b\p{Lu}\p{Ll}+ (?:does|covers|takes|stands|is doing|macht|übernimmt|vertritt|remplace|prend|sustituye|cubre)|\b\p{Lu}\p{Ll}+ (?:covers for|stands in for|vertritt|me remplace|le remplace|la remplace|me sustituye|sustituye a|cubre a)\b"
    );
    if work.ground.documents.iter().flat_map(|it| &it.blocks).any(|it| told.is_match(&it.text)) {
        return Vec::new();
    }
    let named = work.facts.iter().any(|it| re!(r"(?i)(stands? in for|covers? for|covering for|deput(y|ise)|vertritt|vertretung (ist|macht|durch)|when .{0,30} (is|are) (away|off), .{0,20}(does|ask|goes))").is_match(&it.text) && it.names.len() >= 2);
    if named || work.ground.people.list.is_empty() {
        return Vec::new();
    }
    let mut names: Vec<String> = work.performer.map(str::to_owned).into_iter().collect();
    for fact in work.facts.iter().filter(|it| it.is(FactKind::Approves) || it.is(FactKind::Reserves) || it.is(FactKind::Conditions)) {
        if let Some(speaker) = &fact.speaker
            && !names.contains(speaker)
            && work.ground.people.find(speaker).is_some_and(|at| work.ground.people.list[at].inside)
            && names.len() < 4
        {
            names.push(speaker.clone());
        }
    }
    if names.is_empty() {
        return Vec::new();
    }
    let mut anchors: Vec<Anchor> = Vec::new();
    let mut text = work.say.who_stands_in(or_list(&names, work.say));
    // A note that wonders who does it says more than a mail that mentions a day off.
    let away = |it: &&sop_core::Fact| it.is(FactKind::Absent) && it.speaker.as_ref().is_none_or(|s| names.contains(s)) && words(&it.text) < 40;
    let wonders = work.facts.iter().filter(away).find(|it| it.is(FactKind::Asks) || it.role == Role::Note);
    if let Some(fact) = wonders.or_else(|| work.facts.iter().find(away)) {
        text.push_str(&format!("; “{}”", cut(&fact.text, 20)));
        anchors.push(fact.anchors[0].clone());
    }
    for name in &names {
        if let Some(at) = work.ground.people.find(name)
            && let Some(first) = work.ground.people.list[at].anchors.first()
            && anchors.len() < 4
        {
            anchors.push(first.clone());
        }
    }
    text.push('.');
    vec![gap(text, "no cover for an absence", anchors, work.say.by_no_cover, 28)]
}

fn or_list(names: &[String], say: Lang) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} {} {last}", rest.join(", "), say.or),
    }
}

/// The same setting with another remark in another run.
fn settings(work: &Work<'_>) -> Vec<Gap> {
    let mut out = Vec::new();
    let remarks = |other: bool| -> Vec<(&Document, &Block)> {
        work.ground
            .documents
            .iter()
            .filter(|it| it.format == Format::Config && other_run(&it.path, work.parameters) == other)
            .flat_map(|document| document.blocks.iter().filter(|it| it.kind == BlockKind::CodeComment).map(move |block| (document, block)))
            .collect()
    };
    for (document, block) in remarks(false) {
        let Some(key) = &block.context else { continue };
        for (then, before) in remarks(true) {
            if before.context.as_ref() == Some(key)
                && then.name() == document.name()
                && before.text != block.text
                && shared(&stems(&before.text), &stems(&block.text)) < stems(&block.text).len()
            {
                out.push(gap(
                    work.say.which_setting(key, &before.text, &then.path, &block.text, &document.path),
                    "two runs say different things of one setting",
                    vec![anchor(document, block), anchor(then, before)],
                    work.say.by_two_settings,
                    19,
                ));
            }
        }
    }
    out
}

/// A term was set, and nothing says what happens if it passes.
fn deadlines(work: &Work<'_>) -> Vec<Gap> {
    let mut out = Vec::new();
    for fact in work.facts.iter().filter(|it| (it.is(FactKind::Conditions) || it.is(FactKind::Holds) || it.is(FactKind::Reserves)) && it.role == Role::Message)
    {
        let by = re!(
            r"(?i)\b([^.;:\n-]{3,90}?)\b(by|until|bis|avant le|d'ici le|jusqu'au|antes del|hasta el) (?:the )?\d{1,2}(?:st|nd|rd|th|er|\.)?(?: de)? ?(?:january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
        );
        let Some(found) = by.captures(&fact.text) else { continue };
        let late = re!(r"(?i)(if (it|that|they) (is|are|does|do)(n't| not)|otherwise|or else|if not|after that|sonst|andernfalls|sinon|passé ce délai|si no|de lo contrario)").is_match(&fact.text);
        if late {
            continue;
        }
        out.push(gap(work.say.missed_term(cut(found[0].trim(), 18)), "a term without its consequence", vec![fact.anchors[0].clone()], work.say.by_term, 14));
        if out.len() == 2 {
            break;
        }
    }
    out
}

/// A list with amounts that people speak of and no script or step takes up.
fn unused(work: &Work<'_>) -> Vec<Gap> {
    let mut out = Vec::new();
    for document in work.ground.documents.iter().filter(|it| it.format == Format::Csv && !other_run(&it.path, work.parameters)) {
        let role = work.ground.roles.get(&document.path).copied().unwrap_or(Role::Noise);
        let used = work.flows.iter().any(|it| it.files.contains(&document.path));
        let money = document
            .tables
            .iter()
            .any(|it| it.has_total || it.columns.iter().any(|c| re!(r"(?i)(fee|amount|credit|betrag|price|sum|total)").is_match(&c.name)));
        let small = document.tables.iter().all(|it| it.rows <= 60);
        if role != Role::Input || used || !money || !small || work.ground.scripts.is_empty() {
            continue;
        }
        let name = stems(document.name().rsplit_once('.').map_or(document.name(), |it| it.0));
        let talk = work.facts.iter().find(|it| shared(&it.topic, &name) >= 2);
        let Some(first) = document.blocks.first() else { continue };
        let mut anchors = vec![anchor(document, first)];
        let spoken = talk.map(|it| {
            anchors.push(it.anchors[0].clone());
        });
        out.push(gap(
            work.say.who_applies(document.name(), if spoken.is_some() { work.say.no_step_though_agreed } else { work.say.no_step }),
            "a list of amounts that nothing takes up",
            anchors,
            work.say.by_unused_list,
            13,
        ));
    }
    out.truncate(2);
    out
}

/// A rule says "every", a form names several, and one of them is never heard of again.
fn unnamed_member(work: &Work<'_>) -> Vec<Gap> {
    let mut out = Vec::new();
    for document in work.ground.documents.iter().filter(|it| !other_run(&it.path, work.parameters)) {
        for block in document.blocks.iter().filter(|it| matches!(it.kind, BlockKind::Field | BlockKind::Paragraph | BlockKind::Row)) {
            let Some((label, value)) = block.text.split_once(": ") else { continue };
            let members: Vec<String> = re!(r"(\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+)\s*\((\d{1,3} ?%)\)").captures_iter(value).map(|it| it[1].to_owned()).collect();
            if members.len() < 2 {
                continue;
            }
            let label_stems = stems(label);
            let rule = work.ground.documents.iter().flat_map(|d| d.blocks.iter().map(move |b| (d, b))).find(|(d, b)| {
                d.path != document.path && re!(r"(?i)\b(every|each|all|jede\w*|alle)\b").is_match(&b.text) && shared(&stems(&b.text), &label_stems) >= 1
            });
            let Some((rule_document, rule_block)) = rule else { continue };
            for member in &members {
                let first = member.split(' ').next().unwrap_or(member);
                let heard = work
                    .ground
                    .documents
                    .iter()
                    .filter(|it| it.path != document.path)
                    .any(|it| it.name().contains(first) || it.blocks.iter().any(|b| b.text.contains(first)));
                if !heard {
                    out.push(gap(
                        work.say.was_it_done(member, document.name(), cut(&block.text, 14), cut(&rule_block.text, 14)),
                        "a member of a list that nothing else mentions",
                        vec![anchor(document, block), anchor(rule_document, rule_block)],
                        work.say.by_member,
                        19,
                    ));
                }
            }
        }
    }
    out.truncate(2);
    out
}

/// Two current sources give one class another limit.
fn two_limits(work: &Work<'_>) -> Vec<Gap> {
    let mut out: Vec<Gap> = Vec::new();
    let minutes = re!(r"(?i)\b(\d{1,4}) ?min");
    let class = re!(r"\b[A-Z]{1,2}[1-9]\b");
    let spoken: Vec<(&Document, &Block)> = work
        .ground
        .documents
        .iter()
        .filter(|it| !matches!(work.ground.roles.get(&it.path), Some(Role::Noise | Role::PriorSop)))
        .flat_map(|document| document.blocks.iter().map(move |block| (document, block)))
        .filter(|(_, block)| minutes.is_match(&block.text) && class.is_match(&block.text) && words(&block.text) <= 40)
        .collect();
    for (document, block) in spoken {
        let codes: BTreeSet<String> = class.find_iter(&block.text).map(|it| it.as_str().to_owned()).collect();
        let value = minutes.captures(&block.text).map(|it| it[1].to_owned()).unwrap_or_default();
        let under = match block.place {
            sop_core::Place::Region { x, y, .. } => crate::facts::title_above(document, x, y).map_or_else(String::new, |it| format!("{it}, ")),
            _ => String::new(),
        };
        for other in work.ground.documents.iter().filter(|it| it.format == Format::Workbook && it.path != document.path) {
            for field in other.blocks.iter().filter(|it| it.kind == BlockKind::Field || it.kind == BlockKind::Row) {
                let Some(code) = codes.iter().find(|it| field.text.starts_with(&format!("{it}: ")) || field.text.contains(&format!(": {it} | "))) else {
                    continue;
                };
                let given = re!(r"\b(\d{1,4})\b")
                    .captures_iter(field.text.split_once(": ").map_or("", |it| it.1))
                    .map(|it| it[1].to_owned())
                    .next()
                    .unwrap_or_default();
                if given.is_empty() || given == value || out.iter().any(|it| it.question.contains(&value)) {
                    continue;
                }
                out.push(gap(
                    work.say.which_limit(code, format_args!("{under}“{}”", cut(&block.text, 22)), document.name(), &field.text, other.name()),
                    "two sources give different limits",
                    vec![anchor(document, block), anchor(other, field)],
                    work.say.by_two_limits,
                    18,
                ));
            }
        }
    }
    out.truncate(2);
    out
}
