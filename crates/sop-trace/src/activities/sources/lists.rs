//! Steps from written lists: checklists, people's own notes, notes on cells.

use super::commands::variant;
use super::{base, code, current, file_names, plain_name, role};
use crate::activities::{Candidate, Source, Work};
use crate::params::generalise;
use crate::people::anchor;
use crate::text::{capital, re, shared, stems, words};
use sop_core::{Block, BlockKind, Claim, Document, FactKind, Format, Place, Role, StepKind};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a checklist: a table with a column of tasks and one that says done, date, initials or note.
pub(super) fn checklists(work: &Work<'_>) -> Vec<Candidate> {
    let mut best: BTreeMap<String, (usize, Vec<(u32, Candidate)>)> = BTreeMap::new();
    for document in current(work).filter(|it| matches!(it.format, Format::Workbook | Format::Csv | Format::Docx)) {
        let mut by_table: BTreeMap<String, Vec<(u32, Candidate)>> = BTreeMap::new();
        let mut filled = 0;
        for block in document.blocks.iter().filter(|it| it.kind == BlockKind::Row) {
            let cells: Vec<(&str, &str)> = block.text.split(" | ").filter_map(|it| it.split_once(": ")).collect();
            let cell = |wanted: &[&str]| cells.iter().find(|(head, _)| wanted.iter().any(|it| head.trim().eq_ignore_ascii_case(it))).map(|(_, v)| v.trim());
            let Some(task) = cell(&[
                "task",
                "step",
                "activity",
                "to do",
                "todo",
                "what",
                "action",
                "check",
                "item",
                "aufgabe",
                "schritt",
                "tätigkeit",
                "was",
                "tâche",
                "étape",
                "tarea",
                "paso",
            ]) else {
                continue;
            };
            // A table of data can have such a column too; a checklist is ticked, dated or signed.
            let table_heads = heads(document, block);
            let ticked = [
                "done",
                "date",
                "initials",
                "status",
                "by",
                "note",
                "notes",
                "ok",
                "ok?",
                "signed",
                "erledigt",
                "datum",
                "kürzel",
                "bemerkung",
                "fait",
                "hecho",
            ];
            if table_heads.iter().filter(|it| ticked.contains(&it.as_str())).count() < 2 || words(task) > 16 || words(task) < 1 {
                continue;
            }
            let number = cell(&["no", "no.", "nr", "nr.", "#", "row", "step no"]);
            let label = number.map_or_else(|| work.say.checklist.to_owned(), |n| work.say.checklist_row(n));
            // Who and by when, and what was noted, where the list has columns for it.
            let who = cell(&["who", "responsible", "owner", "assigned to", "wer", "zuständig", "qui"]);
            let when = cell(&["when", "due", "by when", "deadline", "frist", "bis wann", "bis", "fällig"]);
            let aside: Vec<&str> = [who, when].into_iter().flatten().collect();
            let mut text = format!("{label}{}{}", work.say.colon, capital(task));
            if !aside.is_empty() {
                text.push_str(&format!(" ({})", aside.join(", ")));
            }
            // A row that somebody has to agree to stops the work there.
            let leave = re!(r"(?i)\b(ok|okay|approv\w*|sign-?off|signs|says yes|yes to|freigabe|freigegeben|genehmigt|unterschrift|authoris\w*|confirms)\b")
                .is_match(task);
            if leave {
                text = format!("{} {text}", work.say.stop);
            }
            let mut candidate = Candidate::new(Source::Checklist, Claim::cited(text, vec![anchor(document, block)]));
            candidate.topic = stems(task);
            candidate.kind = if leave { StepKind::Gate } else { kind_of(task) };
            if let Some(by) = cell(&["initials", "by", "signed", "kürzel", "who", "wer"]) {
                candidate.actor = work.ground.people.mentioned(by).into_iter().next();
                filled += 1;
            }
            filled += usize::from(cell(&["done", "date", "erledigt", "datum"]).is_some());
            candidate.time = cell(&["date", "datum", "done on", "erledigt am"]).or_else(|| cell(&["done", "erledigt"])).and_then(date);
            let key = match &block.place {
                Place::Cell { sheet, .. } => sheet.clone(),
                other => format!("{:?}", std::mem::discriminant(other)),
            };
            let list = by_table.entry(key).or_default();
            let n = u32::try_from(list.len()).unwrap_or(u32::MAX);
            list.push((n, candidate));
        }
        for list in by_table.into_values().filter(|it| it.len() >= 4) {
            let key: String = list.iter().take(3).map(|it| it.1.topic.join(" ")).collect::<Vec<_>>().join("/");
            if best.get(&key).is_none_or(|it| filled > it.0) {
                best.insert(key, (filled, list));
            }
        }
    }
    let mut out = Vec::new();
    for (id, (_, list)) in best.into_values().enumerate() {
        for (n, mut candidate) in list {
            candidate.listed = Some((u32::try_from(id).unwrap_or(0), n));
            out.push(candidate);
        }
    }
    out
}

/// Lower-case headers of the table that a row stands in.
fn heads(document: &Document, row: &Block) -> Vec<String> {
    let sheet = match &row.place {
        Place::Cell { sheet, .. } => Some(sheet.as_str()),
        _ => None,
    };
    if let Some(table) = document.tables.iter().find(|it| sheet.is_none_or(|s| it.name == s)) {
        return table.columns.iter().map(|it| it.name.to_lowercase()).collect();
    }
    row.text.split(" | ").filter_map(|it| it.split_once(": ")).map(|it| it.0.to_lowercase()).collect()
}

fn date(text: &str) -> Option<sop_core::Moment> {
    let text = text.trim();
    if let Some(found) = re!(r"^(\d{4})-(\d\d)-(\d\d)").captures(text) {
        return jiff::civil::date(found[1].parse().ok()?, found[2].parse().ok()?, found[3].parse().ok()?).to_datetime(jiff::civil::Time::midnight()).into();
    }
    let found = re!(r"^(\d{1,2})[./](\d{1,2})[./](\d{4})").captures(text)?;
    jiff::civil::Date::new(found[3].parse().ok()?, found[2].parse().ok()?, found[1].parse().ok()?).ok().map(|it| it.to_datetime(jiff::civil::Time::midnight()))
}

const WEEKDAYS: &str = r"(?i)^(?:(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo)\b\s*[-–:,]?|(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom)\b\s*(?:[-–:]|$))\s*";

/// A step begins with a capital letter, unless it begins with the name of a file.
fn begun(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    if first.contains(['.', '_', '/']) && first.len() > 3 && !first.ends_with('.') { text.to_owned() } else { capital(text) }
}

/// Whether a step is done by rule or asks for judgment.
fn kind_of(text: &str) -> StepKind {
    let judged = sop_rules::acts(text).iter().any(|it| matches!(it.kind, FactKind::Decides | FactKind::Escalates))
        || re!(r"(?i)\b(check(ed)?|review(ed)?|decide[ds]?|look(ed)?|choose|judge|compare[ds]?|agree[ds]?|assess\w*|score|opened|prüf\w*|klär\w*|entscheid\w*|vergleich\w*|vérifi\w*|contrôl\w*|décid\w*|compar\w*|relire|choisir|comprob\w*|comprueb\w*|revis\w*|decid\w*|verific\w*|elegir)\b").is_match(text);
    if judged { StepKind::Judgment } else { StepKind::Mechanical }
}

/// The day of the week a label names, Monday being 1.
fn day_number(label: &str) -> Option<i8> {
    let label = label.trim().to_lowercase();
    [
        ("mon", 1),
        ("tue", 2),
        ("wed", 3),
        ("thu", 4),
        ("fri", 5),
        ("sat", 6),
        ("sun", 7),
        ("lun", 1),
        ("mar", 2),
        ("mer", 3),
        ("mié", 3),
        ("jeu", 4),
        ("jue", 4),
        ("ven", 5),
        ("vie", 5),
        ("sam", 6),
        ("sáb", 6),
        ("dim", 7),
        ("dom", 7),
        ("mo", 1),
        ("di", 2),
        ("mi", 3),
        ("do", 4),
        ("fr", 5),
        ("sa", 6),
        ("so", 7),
    ]
    .iter()
    .find(|(name, _)| label.starts_with(name))
    .map(|it| it.1)
}

/// Items of people's own notes that are things to do.
pub(super) fn notes(work: &Work<'_>) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    for (id, document) in current(work).enumerate() {
        let here = role(work, &document.path);
        let tab = document.format == Format::Workbook && here != Role::Noise;
        let list = tab
            || here == Role::Note && matches!(document.format, Format::Text | Format::Markdown)
            || here == Role::PriorSop && !any_notes(work) && confirmed(document, work);
        if !list {
            continue;
        }
        let mut n = 0;
        let mut day: Option<String> = None;
        let mut weekday: Option<i8> = None;
        for block in &document.blocks {
            if let BlockKind::Heading(_) = block.kind {
                day = re!(WEEKDAYS).is_match(&block.text).then(|| block.text.trim_end_matches(':').to_owned());
                continue;
            }
            let told = matches!(&block.place, Place::Cell { sheet, .. } if tab && !matches!(block.kind, BlockKind::Formula | BlockKind::Row) && crate::roles::is_instructions(sheet) && !crate::roles::is_stale_tab(document, sheet, work.ground.gone));
            if tab && !told {
                continue;
            }
            let item = told
                || matches!(block.kind, BlockKind::Item { .. } | BlockKind::Command)
                || here == Role::Note && block.kind == BlockKind::Paragraph && words(&block.text) <= 40;
            // A page lists much that is not to be done; its numbered items and those that begin with a verb are.
            let page = here == Role::PriorSop || crate::roles::is_page(document);
            let orders = block.kind == BlockKind::Command
                || matches!(block.kind, BlockKind::Item { numbered: true, .. })
                || sop_rules::acts(&block.text).iter().any(|it| it.kind == FactKind::Instructs);
            if page && (!orders || block.text.starts_with('[')) {
                continue;
            }
            // A numbered item is a step in whatever words.
            let numbered = matches!(block.kind, BlockKind::Item { numbered: true, .. } | BlockKind::Item { ticked: Some(_), .. })
                && words(&block.text) >= 2
                && !block.text.contains('?');
            if !item || !(numbered || is_step(&block.text, work) && !states(&block.text)) {
                continue;
            }
            // A doubt at the end of an item is a question for the owner; what stands before it is still to be done.
            let plain = re!(r"^\s*\d{1,2}[.)]\s+").replace(undoubted(&block.text), "").into_owned();
            let plain = plain.as_str();
            let mut text = plain.to_owned();
            if let Some(found) = re!(WEEKDAYS).find(plain) {
                day = None;
                let rest = plain.get(found.end()..).unwrap_or_default();
                text = format!("{}: {}", capital(found.as_str().trim().trim_end_matches(['-', '–', ':', ',']).trim()), rest);
            } else if let Some(day) = &day
                && n == 0
            {
                text = format!("{}: {text}", capital(day));
            }
            let text = if block.kind == BlockKind::Command { work.say.run(code(&text)) } else { begun(text.trim_end_matches('.')) };
            // A remark on the item before it, with no object of its own: "keep going till it says 0 errors".
            if file_names(&block.text).is_empty()
                && re!(r"(?i)^(keep|then|until|till|again|otherwise|if|and|but|not|in that order|dann|bis|sonst)\b").is_match(block.text.trim())
                && let Some(last) = out.last_mut()
                && last.listed.is_some_and(|it| it.0 as usize == 100 + id)
            {
                last.details.push(Claim::cited(capital(&text), vec![anchor(document, block)]));
                last.topic.extend(stems(&block.text));
                continue;
            }
            // A day stands for the items below it, too.
            if let Some(found) = re!(WEEKDAYS).find(plain) {
                weekday = day_number(found.as_str());
            } else if let Some(day) = &day {
                weekday = day_number(day);
            }
            let mut candidate = Candidate::new(Source::NoteItem, Claim::cited(text, vec![anchor(document, block)]));
            candidate.day = weekday;
            candidate.topic = stems(&block.text);
            // A file that is to be thrown away is not what the step is about.
            candidate.objects = file_names(&re!(r"(?i)\b(throw away|delete|remove|bin|drop|lose|löschen|wegwerfen)\s+\S+").replace_all(&block.text, ""));
            // "config: month, rate": the settings file by its bare name.
            for settings in work.ground.documents.iter().filter(|it| it.format == Format::Config) {
                let bare = settings.name().rsplit_once('.').map_or(settings.name(), |it| it.0).to_lowercase();
                if bare.len() >= 4 && block.text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|it| it == bare) {
                    candidate.objects.insert(plain_name(settings.name()));
                }
            }
            for script in work.ground.scripts {
                // An option that only the longer way has tells which of the ways is meant.
                let name = base(&script.path);
                let shortest = script.usage.iter().filter(|it| it.command.contains(name)).map(|it| it.command.len()).min().unwrap_or_default();
                for usage in script.usage.iter().filter(|it| it.command.contains(name) && it.command.len() > shortest) {
                    let rest = usage.command.get(shortest..).unwrap_or_default();
                    if let Some(option) = rest.split_whitespace().next().filter(|it| block.text.contains(*it)) {
                        candidate.objects.remove(&plain_name(name));
                        candidate.objects.insert(variant(name, option));
                    }
                }
            }
            if re!(r"(?i)^(\w+:? )?(e-?mail|mail|send|schick|maile?n?)\b").is_match(&block.text) {
                candidate.objects.extend(work.ground.people.mentioned(&block.text).into_iter().map(|it| format!("to:{it}")));
            }
            candidate.listed = Some((u32::try_from(100 + id).unwrap_or(0), n));
            candidate.kind = kind_of(&block.text);
            // "Clear the red lines, only then to Josef": the note itself says where the work stops.
            let waits = sop_rules::acts(&block.text).iter().any(|it| matches!(it.kind, FactKind::Holds | FactKind::Reserves) && it.weight >= 8)
                || re!(r"(?i)\b(freigabe|approval|sign-?off)\b").is_match(&block.text)
                    && re!(r"(?i)\b(wait|abwarten|holen|get|ask|einholen)\b").is_match(&block.text);
            let who = work.ground.people.mentioned(&block.text).into_iter().find(|it| Some(it.as_str()) != work.performer);
            if waits && who.is_some() {
                candidate.action.text = format!("{} {}", work.say.stop, candidate.action.text);
                candidate.kind = StepKind::Gate;
                candidate.actor = who;
            }
            n += 1;
            out.push(candidate);
        }
    }
    out
}

/// True if a sentence tells how something is or was, and not what to do: "The total must agree with ..".
fn states(text: &str) -> bool {
    use FactKind::{Explains, Fails, Instructs, Limits, Obliges, Recovers, Requests, Schedules};
    let acts = sop_rules::acts(text);
    let begins = re!(r"(?i)^(le|la|les|l'\w+|un|une|des|ce|cette|ces|en|au|aux|el|los|las|una|unos|der|die|das|ein|eine|im|am) .*[.!]$").is_match(text.trim());
    begins
        && acts.iter().any(|it| matches!(it.kind, Explains | Fails | Limits | Obliges | Recovers | Schedules))
        && !acts.iter().any(|it| matches!(it.kind, Instructs | Requests))
}

/// True if somebody's own notes list what to do.
fn any_notes(work: &Work<'_>) -> bool {
    current(work).any(|document| {
        role(work, &document.path) == Role::Note
            && document.blocks.iter().filter(|it| matches!(it.kind, BlockKind::Item { .. }) && is_step(&it.text, work)).count() >= 4
    }) || work.ground.documents.iter().any(|it| it.format == Format::ShellHistory)
}

/// A written procedure can be followed if what it names is in the folder.
fn confirmed(document: &Document, work: &Work<'_>) -> bool {
    let named: BTreeSet<String> = document.blocks.iter().flat_map(|it| file_names(&it.text)).collect();
    let here = named.iter().filter(|it| work.ground.documents.iter().any(|d| d.name().eq_ignore_ascii_case(it))).count();
    !named.is_empty() && here * 2 >= named.len()
        || work.ground.scripts.is_empty() && !work.ground.documents.iter().any(|it| matches!(it.format, Format::Mail | Format::Mailbox | Format::Chat))
}

/// The item without the sentences that ask.
fn undoubted(text: &str) -> &str {
    match crate::text::sentences(text).into_iter().find(|it| it.contains('?')) {
        Some(asks) => {
            let at = asks.as_ptr() as usize - text.as_ptr() as usize;
            text[..at].trim()
        }
        None => text,
    }
}

fn is_step(text: &str, work: &Work<'_>) -> bool {
    let text = undoubted(text);
    let lower = text.to_lowercase();
    let dated = re!(r"^\s*\d{4}-\d\d-\d\d\b|^\s*\d{1,2}[./]\d{1,2}[./]\d{2,4}\b").is_match(text);
    let said = text
        .split_whitespace()
        .filter(|it| it.chars().filter(|c| c.is_alphabetic()).count() >= 2 && file_names(it).is_empty() && !it.chars().any(|c| c.is_ascii_digit()))
        .count();
    if dated || said < 2 {
        return false;
    }
    let question = lower.trim_end().ends_with('?') || lower.contains("??") || re!(r"(?i)^ask \p{L}+ (who|which|what|whether|if)").is_match(text);
    let ban = re!(r"(?i)^(\S+ )?(niemals|nie|keinesfalls|auf keinen fall) |^(don't|do not|dont|never|ignore|not |kein|nicht|nie|ne (?:jamais|pas|rien) |jamais |surtout pas|nunca |jamás |no se debe)")
        .is_match(text.trim());
    let topical = stems(text).iter().any(|it| work.ground.vocabulary.contains(it)) || !file_names(text).is_empty();
    // What must be set first and the order of the scripts are told elsewhere.
    let needs = work.ground.scripts.iter().flat_map(|it| &it.env).any(|it| it.required && text.contains(&it.name));
    let own = stems(text);
    let order =
        work.ground.scripts.iter().filter(|it| shared(&stems(base(&it.path)), &own) >= 1).count() >= 2 && file_names(text).is_empty() && words(text) <= 14;
    words(text) >= 2
        && !needs
        && !order
        && words(text) <= 60
        && !question
        && !ban
        && topical
        && !re!(r"(?i)(no longer|doesn't work|= ignore|gone since)").is_match(text)
}

/// Notes on cells that say what to put there or what to do: verb first.
pub(super) fn cell_notes(work: &Work<'_>) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    for document in current(work).filter(|it| it.format == Format::Workbook) {
        for block in document.blocks.iter().filter(|it| it.kind == BlockKind::Note) {
            let Place::CellNote { sheet, cell } = &block.place else { continue };
            if !re!(r"(?i)^(type|enter|copy|paste|fill|put|add|check|count|write|tick|choose|select|update|change|save|set|leave|eintragen|kopieren|prüfen|übernehmen)\b").is_match(&block.text) {
                continue;
            }
            if out.iter().any(|it| it.action.text.contains(block.text.trim())) {
                continue;
            }
            let text = work.say.in_cell(generalise(document.name(), work.parameters), format_args!("{sheet}!{cell}"), block.text.trim());
            let mut candidate = Candidate::new(Source::CellNote, Claim::cited(text, vec![anchor(document, block)]));
            candidate.topic = stems(&format!("{} {}", block.text, block.context.clone().unwrap_or_default()));
            candidate.objects.insert(plain_name(document.name()));
            candidate.reads.push(document.path.clone());
            candidate.kind = StepKind::Judgment;
            out.push(candidate);
        }
    }
    out
}
