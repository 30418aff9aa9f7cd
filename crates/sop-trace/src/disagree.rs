//! Older pages against what was done: numbers, people, days, files, settings that are not the same any more.

use crate::activities::Work;
use crate::lineage::line_anchor;
use crate::people::anchor;
use crate::text::{Quantity, cut, parse_number, quantities, re, sentences, shared, stems, words};
use sop_core::{Activity, Anchor, Block, BlockKind, Claim, Disagreement, Document, FactKind, Format, Place, Role, Standing};
use std::collections::BTreeSet;

/// A statement of an older page.
struct Old<'a> {
    document: &'a Document,
    text: String,
    at: Anchor,
    topic: Vec<String>,
}

/// A thing that holds now, with the numbers in it.
struct Now {
    text: String,
    at: Vec<Anchor>,
    topic: Vec<String>,
    /// (value, units it may be in)
    numbers: Vec<(f64, BTreeSet<String>)>,
}

pub(crate) fn find(work: &Work<'_>, activities: &[Activity]) -> Vec<Disagreement> {
    let old = old_statements(work);
    let now = now(work);
    let mut out = Vec::new();
    let mut told: BTreeSet<usize> = BTreeSet::new();
    out.extend(people(work, &old, &mut told));
    for (n, statement) in old.iter().enumerate() {
        let found = number(work, statement, &now).or_else(|| setting(work, statement)).or_else(|| gone_file(work, statement)).or_else(|| day(work, statement));
        if let Some(found) = found {
            told.insert(n);
            out.push(found);
        }
    }
    out.extend(unread_keys(work));
    out.extend(untraced(work, &old, activities, &told));
    out = one_screen(out, work.say.shown_on_screen);
    out.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.claim.text.cmp(&b.claim.text)));
    let mut seen: Vec<Vec<String>> = Vec::new();
    out.retain(|it| {
        let here = stems(&it.claim.text);
        let twin = seen.iter().any(|s| crate::text::overlap(s, &here) > 0.7);
        seen.push(here);
        !twin
    });
    out
}

/// Two pages against one setting of a screen are one disagreement.
fn one_screen(list: Vec<Disagreement>, shown: &str) -> Vec<Disagreement> {
    let mut out: Vec<Disagreement> = Vec::new();
    for it in list {
        let twin =
            out.iter_mut().find(|had| had.claim.text.contains(shown) && it.claim.text.contains(shown) && had.claim.anchors.last() == it.claim.anchors.last());
        match twin {
            Some(had) => {
                let says = it.claim.text.split(shown).next().unwrap_or_default();
                had.claim.text = had.claim.text.replacen(shown, &format!(", {says}{shown}"), 1);
                had.claim.anchors.insert(1, it.claim.anchors[0].clone());
            }
            None => out.push(it),
        }
    }
    out
}

/// Pages that tell how to do it, statement by statement; and the tabs of workbooks that do.
fn old_statements<'a>(work: &Work<'a>) -> Vec<Old<'a>> {
    let mut out = Vec::new();
    for document in work.ground.documents {
        let role = work.ground.roles.get(&document.path).copied().unwrap_or(Role::Noise);
        let page =
            role == Role::PriorSop || role == Role::Record && matches!(document.format, Format::Pdf | Format::Docx | Format::Html) && !of_a_run(work, document);
        for block in &document.blocks {
            let instructions = matches!(&block.place, Place::Cell { sheet, .. } if (crate::roles::is_instructions(sheet) || document.tables.len() <= 1)
                && crate::roles::is_stale_tab(document, sheet, work.ground.gone));
            if !(page || instructions)
                || !matches!(
                    block.kind,
                    BlockKind::Item { .. } | BlockKind::Paragraph | BlockKind::Row | BlockKind::Cell | BlockKind::Field | BlockKind::Message
                )
            {
                continue;
            }
            for sentence in sentences(&block.text) {
                if words(sentence) < 2 {
                    continue;
                }
                let mut at = anchor(document, block);
                at.quote = sentence.to_owned();
                out.push(Old { document, text: sentence.to_owned(), at, topic: stems(&format!("{sentence} {}", block.context.clone().unwrap_or_default())) });
            }
        }
    }
    out
}

/// True if the document belongs to one run (its path names the period): then it is a trace, not a page.
fn of_a_run(work: &Work<'_>, document: &Document) -> bool {
    work.parameters.iter().any(|it| document.path.contains(&it.token) || it.others.iter().any(|o| document.path.contains(o.as_str())))
        || document.path.matches('/').count() >= 2
}

/// Units that the name of a constant or column implies.
fn units_of_name(name: &str, comment: &str) -> BTreeSet<String> {
    let mut units: BTreeSet<String> = stems(name).into_iter().collect();
    let lower = name.to_lowercase();
    let mut add = |fits: bool, unit: &str| {
        if fits {
            units.insert(unit.to_owned());
        }
    };
    add(
        lower.contains("pct") || lower.contains("percent") || lower.contains("prozent") || comment.contains('%') || comment.to_lowercase().contains("percent"),
        "%",
    );
    add(lower.contains("gbp") || comment.contains('£') || lower.contains("fee"), "£");
    add(lower.contains("eur") || comment.contains('€') || lower.contains("betrag") || lower.contains("montant") || lower.contains("importe"), "€");
    add(lower.contains("usd") || comment.contains('$'), "$");
    add(lower.contains("day") || lower.contains("tage") || lower.contains("jours") || lower.contains("dias"), "day");
    add(lower.contains("min") && (lower.contains("minute") || lower.ends_with("_min")), "min");
    add(lower.contains("px") || lower.contains("pixel"), "px");
    add(lower.contains("tag"), "hashtag");
    units
}

/// What holds now, from scripts, settings, cells, screens and people.
fn now(work: &Work<'_>) -> Vec<Now> {
    let mut out = Vec::new();
    let documents = work.ground.documents;
    for script in work.ground.scripts {
        if work.ground.roles.get(&script.path) == Some(&Role::Noise) {
            continue;
        }
        let source = documents.iter().find(|it| it.path == script.path).and_then(|it| it.source.as_deref()).unwrap_or_default();
        for constant in &script.constants {
            let values: Vec<f64> = re!(r"-?\d+(?:\.\d+)?").find_iter(&constant.value).filter_map(|it| it.as_str().parse().ok()).collect();
            if values.is_empty() || constant.value.len() > 120 {
                continue;
            }
            let comment = constant.comment.clone().unwrap_or_default();
            let mut units = units_of_name(&constant.name, &comment);
            // The words of the messages that print a constant say what it counts.
            let mut topic = stems(&format!("{} {comment}", constant.name));
            for line in source.lines().filter(|it| it.contains(&constant.name)).take(6) {
                units.extend(stems(line));
                topic.extend(stems(line));
            }
            topic.sort();
            topic.dedup();
            out.push(Now {
                text: format!("`{} = {}`", constant.name, constant.value.replace('`', "'")),
                at: vec![line_anchor(script, documents, constant.line, constant.line)],
                topic,
                numbers: values.into_iter().map(|it| (it, units.clone())).collect(),
            });
        }
    }
    for document in documents {
        let role = work.ground.roles.get(&document.path).copied().unwrap_or(Role::Noise);
        if matches!(role, Role::Noise | Role::PriorSop) {
            continue;
        }
        for block in &document.blocks {
            let field = block.kind == BlockKind::Field && matches!(document.format, Format::Config | Format::Workbook);
            if field && let Some((key, value)) = block.text.split_once(": ") {
                let values: Vec<f64> = re!(r"^\D{0,3}(\d+(?:[.,]\d+)*)").captures(value).and_then(|it| parse_number(&it[1])).into_iter().collect();
                let around = block.context.clone().unwrap_or_default();
                if values.is_empty() || words(value) > 6 {
                    continue;
                }
                let mut units = units_of_name(key, value);
                units.extend(units_of_name(&around, ""));
                if around.to_lowercase().contains("minute") {
                    units.insert("min".into());
                }
                out.push(Now {
                    text: format!("“{}”", cut(&block.text, 10)),
                    at: vec![anchor(document, block)],
                    topic: stems(&format!("{key} {around}")).into_iter().chain(codes(key)).collect::<BTreeSet<_>>().into_iter().collect(),
                    numbers: values.into_iter().map(|it| (it, units.clone())).collect(),
                });
            }
        }
    }
    for fact in work.facts {
        let numbers: Vec<(f64, BTreeSet<String>)> =
            quantities(&fact.text).into_iter().filter(|it| !it.unit.is_empty()).map(|it| (it.value, BTreeSet::from([it.unit]))).collect();
        if !numbers.is_empty() {
            let topic = stems(&format!("{} {}", fact.text, fact.context.clone().unwrap_or_default()));
            out.push(Now { text: format!("“{}”", cut(&fact.text, 16)), at: vec![fact.anchors[0].clone()], topic, numbers });
        }
    }
    out
}

/// Short codes such as P1 that name a class.
fn codes(text: &str) -> Vec<String> {
    re!(r"\b[A-Z]{1,3}\d{1,2}\b").find_iter(text).map(|it| it.as_str().to_lowercase()).collect()
}

/// A number of the page that is another one now.
fn number(work: &Work<'_>, old: &Old<'_>, now: &[Now]) -> Option<Disagreement> {
    let own_codes = codes(&old.text);
    let mut best: Option<(i32, &Now, Quantity)> = None;
    for quantity in quantities(&old.text).into_iter().filter(|it| !it.unit.is_empty() && !it.written.to_lowercase().starts_with("one ")) {
        let mut topic = old.topic.clone();
        topic.retain(|it| *it != quantity.unit);
        for candidate in now.iter().filter(|it| it.at[0].path != old.at.path) {
            let comparable = candidate.numbers.iter().any(|it| it.1.contains(&quantity.unit));
            let same = candidate.numbers.iter().any(|it| it.1.contains(&quantity.unit) && (it.0 - quantity.value).abs() < 1e-9);
            if !comparable || same {
                continue;
            }
            let both = i32::try_from(shared(&topic, &candidate.topic)).unwrap_or(0);
            let coded = own_codes.iter().any(|it| candidate.topic.contains(it));
            if !own_codes.is_empty() && !coded && candidate.topic.iter().any(|it| it.len() == 2 && it.ends_with(|c: char| c.is_ascii_digit())) {
                continue;
            }
            // A counted noun is a topic of its own; percent, money and time are not.
            let strong = candidate.text.starts_with('`') || candidate.at[0].path.ends_with(".eml");
            let noun = i32::from(strong && !matches!(quantity.unit.as_str(), "%" | "£" | "€" | "$" | "day" | "min" | "month"));
            let precise = i32::from(candidate.text.starts_with('`')) + i32::from(candidate.numbers.len() == 1);
            let score = both * 3 + noun * 3 + precise + 5 * i32::from(coded);
            if both + noun + i32::from(coded) >= 1 && score >= 3 && best.as_ref().is_none_or(|it| score > it.0) {
                best = Some((score, candidate, quantity.clone()));
            }
        }
    }
    let (score, candidate, _) = best?;
    let mut anchors = vec![old.at.clone()];
    anchors.extend(candidate.at.clone());
    Some(Disagreement {
        standing: Standing::Contradicted,
        claim: Claim::cited(
            work.say.page_says_now(old.document.name(), cut(&old.text, 14), &candidate.text, candidate.at[0].path.rsplit('/').next().unwrap_or_default()),
            anchors,
        ),
        weight: 10 + score.min(9),
    })
}

/// People whom the page names and who are not in the work any more.
fn people(work: &Work<'_>, old: &[Old<'_>], told: &mut BTreeSet<usize>) -> Vec<Disagreement> {
    let mut out: Vec<Disagreement> = Vec::new();
    let mut by_document: BTreeSet<&str> = BTreeSet::new();
    // A page of today may well name a firm or a reader; only old procedures name who does the work.
    for statement in old.iter().filter(|it| work.ground.roles.get(&it.document.path) == Some(&Role::PriorSop) || it.document.format == Format::Workbook) {
        by_document.insert(&statement.document.path);
    }
    for path in by_document {
        let mut named: Vec<(String, usize)> = Vec::new();
        for (n, statement) in old.iter().enumerate().filter(|(_, it)| it.document.path == path) {
            for name in names_in(&statement.text, work) {
                if !named.iter().any(|it| it.0 == name || it.0.split(' ').next() == Some(name.as_str())) {
                    named.push((name, n));
                }
            }
        }
        let gone: Vec<&(String, usize)> = named
            .iter()
            .filter(|(name, _)| work.ground.people.find(name).is_none_or(|at| work.ground.people.list[at].acts == 0))
            .filter(|(name, _)| !work.facts.iter().any(|f| f.speaker.as_ref().is_some_and(|s| s.contains(name.as_str()))))
            .collect();
        let Some((name, n)) = gone.first().copied() else { continue };
        let first = name.split(' ').next().unwrap_or(name);
        let mut anchors = vec![old[*n].at.clone()];
        let mut text = work.say.still_names(old[*n].document.name(), name, cut(&old[*n].text, 16));
        told.insert(*n);
        // Further statements that lean on the same person.
        for (m, statement) in old.iter().enumerate().filter(|(m, it)| m != n && it.document.path == path && it.text.contains(first)).take(2) {
            text.push_str(&format!(", “{}”", cut(&statement.text, 12)));
            anchors.push(statement.at.clone());
            told.insert(m);
        }
        // Rows repeat what their cells say, with much besides.
        let mut lines: Vec<(&Document, &Block)> = current_blocks(work).collect();
        lines.sort_by_key(|it| it.1.kind == BlockKind::Row);
        let said = lines.into_iter().find(|(_, block)| {
            block.text.contains(first) && re!(r"(?i)(gone|left|last one|no longer|retired|ignore|old phone|used to|former|since|from (january|february|march|april|may|june|july|august|september|october|november|december)|ausgeschieden|weg\b|rente|a quitté|à la retraite|ne travaille plus|jubil|ya no)").is_match(&block.text)
        });
        if let Some((document, block)) = said {
            let sentence = sentences(&block.text).into_iter().find(|it| it.contains(first)).unwrap_or(&block.text);
            let mut at = anchor(document, block);
            at.quote = sentence.to_owned();
            text.push_str(&format!("; “{}” (`{}`)", cut(sentence, 18), document.name()));
            anchors.push(at);
        }
        if let Some(performer) = work.performer
            && let Some(at) = work.ground.people.find(performer)
            && let Some(shown) = work.ground.people.list[at].anchors.first()
        {
            text.push_str(&work.say.now_does(performer));
            anchors.push(shown.clone());
        } else {
            text.push('.');
        }
        out.push(Disagreement { standing: Standing::Contradicted, claim: Claim::inferred(text, anchors, work.say.by_old_name), weight: 26 });
    }
    out
}

/// Blocks of everything but old pages and noise.
fn current_blocks<'a>(work: &'a Work<'_>) -> impl Iterator<Item = (&'a Document, &'a Block)> {
    work.ground
        .documents
        .iter()
        .filter(|it| !matches!(work.ground.roles.get(&it.path), Some(Role::PriorSop | Role::Noise)))
        .flat_map(|document| document.blocks.iter().map(move |block| (document, block)))
        .filter(|(_, block)| {
            matches!(
                block.kind,
                BlockKind::Message
                    | BlockKind::Item { .. }
                    | BlockKind::Paragraph
                    | BlockKind::Row
                    | BlockKind::Cell
                    | BlockKind::Note
                    | BlockKind::Field
                    | BlockKind::CodeComment
            )
        })
}

/// Names of persons in a statement: two capitalised words, or one that the rest of the folder knows as a name.
fn names_in(text: &str, work: &Work<'_>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for found in re!(r"\b(\p{Lu}\p{Ll}{2,}) (\p{Lu}\p{Ll}{2,})\b").captures_iter(text) {
        // "Herr Stadler" is Stadler.
        let titled = re!(r"^(?:Herrn?|Frau|Monsieur|Madame|Señora?|Doctora?|Don|Doña|Dr|Mr|Mrs|Ms)$").is_match(&found[1]);
        let name = if titled { &found[2] } else { &found[0] };
        let common = [
            "Standard",
            "Operating",
            "Procedure",
            "Business",
            "Suite",
            "Monthly",
            "Weekly",
            "Sales",
            "Report",
            "House",
            "Street",
            "Limited",
            "Manager",
            "Version",
            "Google",
            "Microsoft",
            "Social",
            "Media",
            "New",
            "Client",
            "Word",
            "Excel",
        ];
        let active = name.split(' ').any(|part| work.ground.people.find(part).is_some_and(|at| work.ground.people.list[at].acts > 0));
        if active {
            continue;
        }
        if !common.iter().any(|it| name.split(' ').any(|part| part == *it))
            && !out.iter().any(|it| it == name)
            && (titled || near_role(text, found.get(0).map_or(0, |it| it.start())))
        {
            out.push(name.to_owned());
        }
    }
    for found in re!(r"(?:\b(?i:who|owner|contact|ask|see|tell|to|by|with|from|and|send|ring|call|give):?\*{0,2} |\| )(\p{Lu}\p{Ll}{2,})\b|\b(\p{Lu}\p{Ll}{2,})(?:'s|’s| signs| wants| checks| approves| does)\b").captures_iter(text) {
        let Some(name) = found.get(1).or(found.get(2)) else { continue };
        let name = name.as_str();
        let known = current_blocks(work).filter(|(_, b)| b.text.contains(name)).take(2).count() >= 1 || re!(r"(?i)\bwho\b").is_match(text);
        let day = re!(r"^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day$|^(?:January|February|March|April|May|June|July|August|September|October|November|December|Finance|Support|Accounts|Form|Word|Excel|Meta|Print|Send|Reports|Friday)$").is_match(name);
        if known && !day && !out.iter().any(|it| it.contains(name)) {
            out.push(name.to_owned());
        }
    }
    out
}

/// A pair of capitalised words is taken for a person if the statement speaks of a role, or is a row or by-line.
fn near_role(text: &str, at: usize) -> bool {
    re!(r"(?i)\b(author|owner|owns|manager|director|administrator|prepared|written|reviewed|approved|signs?|contact|responsible|lead|by|who|person|process|role|ask|tell|stand|verantwortlich|zuständig|erstellt|leitung|inhaber|responsable|chargée?|rédigé|établi|préparé|encargad[oa]|elaborado|preparado)\b|\|").is_match(text) || at == 0
}

/// A setting on a screen that the page gives with another word: "Date created" against "Date paid".
fn setting(work: &Work<'_>, old: &Old<'_>) -> Option<Disagreement> {
    let lower = old.text.to_lowercase();
    let tokens: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty()).collect();
    for document in work.ground.documents.iter().filter(|it| it.format == Format::Picture) {
        if work.ground.roles.get(&document.path) == Some(&Role::Noise) {
            continue;
        }
        let screen = stems(&format!(
            "{} {} {}",
            document.title.clone().unwrap_or_default(),
            document.name(),
            document.blocks.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(" ")
        ));
        if shared(&screen, &old.topic) < 2 {
            continue;
        }
        for block in document.blocks.iter().filter(|it| it.kind == BlockKind::Field) {
            let Some((_, value)) = block.text.split_once(": ") else { continue };
            let value = value.to_lowercase();
            let pair: Vec<&str> = value.split_whitespace().collect();
            let [a, b] = pair[..] else { continue };
            if a.len() < 4 || b.len() < 4 || tokens.contains(&b) {
                continue;
            }
            // The same head word with another participle beside it.
            let other = tokens.windows(2).find_map(|w| {
                let c = if w[0] == a {
                    w[1]
                } else if w[1] == a {
                    w[0]
                } else {
                    return None;
                };
                (c != b && c.len() >= 4 && (c.ends_with("ed") || c.ends_with("en") || c.ends_with("ing"))).then(|| c.to_owned())
            });
            if other.is_some() {
                return Some(Disagreement {
                    standing: Standing::Contradicted,
                    claim: Claim::cited(
                        format!("{}{}“{}”.", work.say.page_says(old.document.name(), cut(&old.text, 14)), work.say.shown_on_screen, block.text),
                        vec![old.at.clone(), anchor(document, block)],
                    ),
                    weight: 18,
                });
            }
        }
    }
    None
}

/// A script or file the page relies on that is not there, or is said to be dead.
fn gone_file(work: &Work<'_>, old: &Old<'_>) -> Option<Disagreement> {
    let names = re!(r"(?i)\b[\w-]+\.(?:py|sh|js|r|ps1|bat|xlsm|xlsx|xls|sql|exe|mdb|accdb|ipynb|csv)\b");
    for found in names.find_iter(&old.text) {
        let name = found.as_str();
        let bare = name.rsplit_once('.').map_or(name, |it| it.0);
        let here = work.ground.documents.iter().find(|it| it.name().eq_ignore_ascii_case(name));
        // Somebody says that it is dead: in the script itself, in a note or a chat.
        let dying = work.ground.scripts.iter().any(|it| it.path.ends_with(name) && crate::stops::is_dead(it));
        let dead = work.facts.iter().filter(|it| it.is(FactKind::Retires) || it.is(FactKind::Forbids)).find(|it| {
            let own = dying && it.anchors[0].path.ends_with(name);
            let named = it.text.to_lowercase().contains(&name.to_lowercase())
                || it.is(FactKind::Retires) && bare.len() > 5 && it.text.to_lowercase().contains(&bare.to_lowercase())
                || here.is_some() && dying && shared(&it.topic, &stems(bare)) >= 2;
            own || named && it.anchors[0].path != old.at.path
        });
        let script = matches!(name.rsplit('.').next(), Some(ext) if !ext.eq_ignore_ascii_case("csv") && !ext.eq_ignore_ascii_case("xlsx"));
        match (here, dead) {
            (_, Some(fact)) => {
                return Some(Disagreement {
                    standing: Standing::Contradicted,
                    claim: Claim::cited(
                        work.say.page_names_dead(old.document.name(), cut(&old.text, 16), name, cut(&fact.text, 30)),
                        vec![old.at.clone(), fact.anchors[0].clone()],
                    ),
                    weight: 18,
                });
            }
            (None, None) if script => {
                let instead = work
                    .ground
                    .scripts
                    .iter()
                    .find(|it| work.ground.roles.get(&it.path) != Some(&Role::Noise) && shared(&stems(it.path.as_str()), &old.topic) >= 1)
                    .or_else(|| work.ground.scripts.iter().find(|it| work.ground.roles.get(&it.path) != Some(&Role::Noise)));
                let mut anchors = vec![old.at.clone()];
                let mut text = work.say.page_names_missing(old.document.name(), cut(&old.text, 20), name);
                if let Some(script) = instead {
                    text.push_str(&work.say.done_with(&script.path));
                    anchors.push(line_anchor(script, work.ground.documents, 1, script.purpose.as_ref().map_or(1, |it| it.to)));
                }
                text.push('.');
                return Some(Disagreement { standing: Standing::Contradicted, claim: Claim::inferred(text, anchors, work.say.by_missing_file), weight: 16 });
            }
            _ => {}
        }
    }
    None
}

/// A day of the week or month that is another one now.
fn day(work: &Work<'_>, old: &Old<'_>) -> Option<Disagreement> {
    let days = re!(
        r"(?i)\b(monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|working day|werktag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|jour ouvré|lunes|martes|miércoles|jueves|viernes|sábado|domingo|día hábil)s?\b"
    );
    let said: BTreeSet<String> = days.find_iter(&old.text).map(|it| it.as_str().to_lowercase().trim_end_matches('s').to_owned()).collect();
    if said.is_empty() {
        return None;
    }
    let (document, block) = work
        .ground
        .documents
        .iter()
        .filter(|it| it.format == Format::Calendar)
        .flat_map(|document| document.blocks.iter().filter(|it| it.kind == BlockKind::Event).map(move |block| (document, block)))
        .next()?;
    let now: BTreeSet<String> = days.find_iter(&block.text).map(|it| it.as_str().to_lowercase().trim_end_matches('s').to_owned()).collect();
    if now.is_empty() || said.intersection(&now).next().is_some() {
        return None;
    }
    Some(Disagreement {
        standing: Standing::Contradicted,
        claim: Claim::cited(
            work.say.calendar_says(old.document.name(), cut(&old.text, 14), cut(&block.text, 14)),
            vec![old.at.clone(), anchor(document, block)],
        ),
        weight: 17,
    })
}

/// Settings that no script reads any more.
fn unread_keys(work: &Work<'_>) -> Vec<Disagreement> {
    let mut out: Vec<Disagreement> = Vec::new();
    let read: BTreeSet<String> =
        work.ground.scripts.iter().flat_map(|it| &it.config_keys).map(|it| it.pattern.rsplit('.').next().unwrap_or(&it.pattern).to_lowercase()).collect();
    let sections: BTreeSet<String> = work.ground.scripts.iter().flat_map(|it| &it.config_keys).map(|it| it.pattern.to_lowercase()).collect();
    for document in work.ground.documents.iter().filter(|it| it.format == Format::Config) {
        let keys: Vec<(&Block, &str)> =
            document.blocks.iter().filter(|it| it.kind == BlockKind::Field).filter_map(|it| it.text.split_once(": ").map(|(k, _)| (it, k))).collect();
        if !keys.iter().any(|(_, key)| read.contains(&key.to_lowercase())) {
            continue;
        }
        for (block, key) in keys {
            let whole = block.context.as_deref().is_some_and(|it| sections.contains(&it.to_lowercase()));
            let named =
                work.ground.scripts.iter().any(|it| {
                    work.ground.documents.iter().find(|d| d.path == it.path).and_then(|d| d.source.as_deref()).is_some_and(|s| code_mentions(s, key))
                });
            if read.contains(&key.to_lowercase()) || whole || named || out.iter().any(|it| it.claim.text.contains(&format!("`{key}"))) {
                continue;
            }
            let mut anchors = vec![anchor(document, block)];
            let mut text = work.say.unread_key(block.text.replacen(": ", " = ", 1), document.name());
            if let Some(fact) = work.facts.iter().find(|it| it.text.contains(key)) {
                text.push_str(&format!("{}“{}”", work.say.colon, cut(&fact.text, 24)));
                anchors.push(fact.anchors[0].clone());
            }
            text.push('.');
            out.push(Disagreement { standing: Standing::Contradicted, claim: Claim::inferred(text, anchors, work.say.by_unread_key), weight: 18 });
        }
    }
    out
}

/// True if the key stands in code, not only in a comment.
fn code_mentions(source: &str, key: &str) -> bool {
    source.lines().any(|line| {
        let line = line.trim();
        let code = line.split(['#', ';']).next().unwrap_or_default();
        !line.starts_with("//") && code.contains(key)
    })
}

/// What the page asks for and nothing in the folder shows, in one statement a page.
fn untraced(work: &Work<'_>, old: &[Old<'_>], activities: &[Activity], told: &BTreeSet<usize>) -> Vec<Disagreement> {
    let mut out = Vec::new();
    let pages: BTreeSet<&str> =
        old.iter().filter(|it| work.ground.roles.get(&it.document.path) == Some(&Role::PriorSop)).map(|it| it.document.path.as_str()).collect();
    for page in pages {
        let mut missing: Vec<&Old<'_>> = Vec::new();
        for (n, statement) in old.iter().enumerate().filter(|(_, it)| it.document.path == page) {
            let does = words(&statement.text) >= 4 && !statement.text.contains(" | ") && statement.topic.len() >= 3;
            if told.contains(&n) || !does {
                continue;
            }
            let own = stems(&statement.text);
            let seen = activities.iter().map(|it| shared(&own, &it.topic)).chain(work.facts.iter().map(|it| shared(&own, &it.topic))).max().unwrap_or(0);
            if seen * 100 < own.len() * 45 {
                missing.push(statement);
            }
        }
        if missing.is_empty() {
            continue;
        }
        let name = page.rsplit('/').next().unwrap_or(page);
        missing.truncate(6);
        let list: Vec<String> = missing.iter().map(|it| format!("“{}”", cut(it.text.trim_end_matches('.'), 11))).collect();
        out.push(Disagreement {
            standing: Standing::Unsupported,
            claim: Claim::inferred(work.say.no_trace(name, list.join("; ")), missing.iter().map(|it| it.at.clone()).collect(), work.say.by_untraced),
            weight: 15,
        });
    }
    out
}
