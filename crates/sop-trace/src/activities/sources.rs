//! Where steps are seen: commands that were typed, files that had to be brought, notes and checklists, leave that
//! was given, mail that was sent, documents that were written, screens, calendars, reports.

use super::{Candidate, Source, Work};
use crate::lineage::{brought, line_anchor, started};
use crate::params::{generalise, other_run};
use crate::people::anchor;
use crate::text::{capital, cut, re, shared, stems, words};
use sop_core::{Block, BlockKind, Claim, Document, FactKind, Format, Place, Role, Script, StepKind};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn all(work: &Work<'_>) -> Vec<Candidate> {
    let mut out = commands(work);
    out.extend(inputs(work));
    out.extend(checklists(work));
    out.extend(notes(work));
    out.extend(cell_notes(work));
    out.extend(approvals(work));
    out.extend(sent(work));
    out.extend(documents(work));
    out.extend(screens(work));
    out.extend(events(work));
    out.extend(reports(work));
    out.extend(judged_tables(work));
    for candidate in &mut out {
        candidate.topic.sort();
        candidate.topic.dedup();
    }
    out
}

/// Documents of this run, or of no run in particular.
fn current<'a>(work: &'a Work<'_>) -> impl Iterator<Item = &'a Document> {
    work.ground.documents.iter().filter(|it| !other_run(&it.path, work.parameters))
}

fn role(work: &Work<'_>, path: &str) -> Role {
    work.ground.roles.get(path).copied().unwrap_or(Role::Noise)
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Names of files that a text mentions, lower-case, with `#` for the number or period in them.
pub(crate) fn file_names(text: &str) -> BTreeSet<String> {
    re!(r"(?i)[\w{}*.-]*\w\.(?:csv|tsv|xlsx?|xlsm|docx?|pdf|png|jpe?g|json|ini|toml|ya?ml|py|sh|js|mjs|ts|r|rmd|ps1|sql|txt|md|zip|ics|conf|eml|bat|ipynb|html?)\b")
        .find_iter(text)
        .map(|it| plain_name(it.as_str()))
        .collect()
}

/// A file name with `#` for what changes from run to run: `orders_2026-10.csv` and `orders_YYYY-MM.csv` are one.
pub(crate) fn plain_name(name: &str) -> String {
    re!(r"\d+(?:-\d+)*|(?:yyyy|jjjj)-mm|nn\b|xx\b").replace_all(&name.to_lowercase(), "#").into_owned()
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

/// A command as a new run would type it, and as this one did.
fn shown(command: &str, work: &Work<'_>) -> String {
    let general = generalise(command, work.parameters);
    code(&general)
}

// ---- commands

struct Typed<'a> {
    document: &'a Document,
    block: &'a Block,
}

/// Scripts that were run, and files that were copied, moved and edited by hand.
fn commands(work: &Work<'_>) -> Vec<Candidate> {
    let typed: Vec<Typed<'_>> = current(work)
        .filter(|it| it.format == Format::ShellHistory)
        .flat_map(|document| document.blocks.iter().filter(|it| it.kind == BlockKind::Command).map(move |block| Typed { document, block }))
        .collect();
    let mut out = Vec::new();
    for script in started(work.ground.scripts, work.ground.roles) {
        out.extend(script_run(script, &typed, work));
    }
    out.extend(by_hand(&typed, work));
    out
}

/// One step for each script that a person starts.
fn script_run(script: &Script, typed: &[Typed<'_>], work: &Work<'_>) -> Vec<Candidate> {
    let documents = work.ground.documents;
    let name = base(&script.path);
    let runs: Vec<&Typed<'_>> = typed.iter().filter(|it| it.block.text.contains(name)).collect();
    let (log_time, log) = logged(script, work);
    // Files that nobody ran and nothing logs, while others were run, are tools of the past or parts of others.
    let others_ran = !typed.is_empty() && work.ground.scripts.iter().any(|it| typed.iter().any(|t| t.block.text.contains(base(&it.path))));
    if runs.is_empty() && log.is_none() && others_ran {
        return Vec::new();
    }
    let mut anchors = Vec::new();
    let command = if let Some(last) = runs.last() {
        anchors.push(anchor(last.document, last.block));
        last.block.text.clone()
    } else if let Some(usage) = script.usage.iter().find(|it| it.command.contains(name)) {
        anchors.push(line_anchor(script, documents, usage.line, usage.line));
        usage.command.clone()
    } else {
        anchors.push(line_anchor(script, documents, 1, 1));
        let runner = match script.language {
            sop_core::Language::Python => "python3 ",
            sop_core::Language::Shell => "",
            sop_core::Language::JavaScript => "node ",
            sop_core::Language::R => "Rscript ",
            sop_core::Language::PowerShell => "pwsh ",
        };
        format!("{runner}{}", script.path)
    };
    // Further ways to start it that its own words show are further steps of the same script.
    let mut action = format!("Run {}", shown(&command, work));
    let longer: Vec<&sop_core::Usage> =
        script.usage.iter().filter(|it| runs.is_empty() && it.command.len() > command.len() && it.command.starts_with(&command)).collect();
    if let Some(usage) = script.usage.iter().find(|it| it.command == command)
        && let Some(note) = &usage.note
    {
        action.push_str(&format!(" ({})", note.trim_matches(['(', ')'])));
    }
    let purpose = script.purpose.as_ref().filter(|it| words(&it.text) <= 16);
    if let Some(purpose) = purpose {
        action.push_str(&format!(": {}", purpose.text.trim_end_matches('.').replace('`', "'")));
        anchors.push(line_anchor(script, documents, purpose.from, purpose.to));
    }
    let mut out = Candidate::new(Source::Command, Claim::cited(action, anchors));
    out.weight = 20;
    out.objects.insert(plain_name(name));
    out.topic.extend(stems(name));
    out.reads = script.reads.iter().map(|it| it.pattern.clone()).collect();
    out.writes = script.writes.iter().map(|it| it.pattern.clone()).collect();
    // The last run is the one that counts; the ones before it were tries.
    out.time = runs.last().and_then(|it| it.block.time).or(log_time);
    let files: Vec<(String, sop_core::Anchor)> = work
        .flows
        .iter()
        .filter(|it| it.script == script.path && it.direction == sop_core::Direction::Writes)
        .filter_map(|it| {
            let file = it.files.iter().find(|f| !other_run(f, work.parameters))?;
            (!file.ends_with(".log")).then(|| (code(&generalise(file, work.parameters)), it.anchor.clone()))
        })
        .collect();
    if !files.is_empty() {
        let mut names: Vec<String> = files.iter().map(|it| it.0.clone()).collect();
        names.dedup();
        names.truncate(3);
        let mut at: Vec<sop_core::Anchor> = files.into_iter().map(|it| it.1).collect();
        at.truncate(2);
        let mut text = format!("it has written {}", names.join(", "));
        if let Some((line, here)) = log {
            text.push_str(&format!(" and the log ends “{}”", cut(&line, 14)));
            at.push(here);
        }
        out.done_when = Some(Claim::cited(text, at));
    } else if let Some((line, here)) = log {
        out.done_when = Some(Claim::cited(format!("the log ends “{}”", cut(&line, 14)), vec![here]));
    }
    let mut list = vec![out];
    for usage in longer {
        // The longest way is the one that makes the result; the shorter ones come before it.
        let at = line_anchor(script, documents, usage.line, usage.line);
        let note = usage.note.as_ref().map_or_else(String::new, |it| format!(" ({})", it.trim_matches(['(', ')'])));
        let first = &mut list[0];
        let mut next = Candidate::new(Source::Command, Claim::cited(format!("Run {}{note}", shown(&usage.command, work)), vec![at]));
        next.weight = first.weight;
        next.objects.insert(variant(name, &usage.command[command.len()..]));
        next.reads = first.reads.clone();
        next.writes = std::mem::take(&mut first.writes);
        next.time = first.time.take();
        next.done_when = first.done_when.take();
        list.push(next);
    }
    list
}

/// A script with a further option counts as an object of its own: `check.js --build`.
fn variant(name: &str, rest: &str) -> String {
    format!("{} {}", plain_name(name), rest.split_whitespace().next().unwrap_or_default())
}

/// The last line that the logs of this run have from a script, and when.
fn logged(script: &Script, work: &Work<'_>) -> (Option<sop_core::Moment>, Option<(String, sop_core::Anchor)>) {
    let source_of = |script: &Script| -> BTreeSet<String> {
        let source = work.ground.documents.iter().find(|it| it.path == script.path).and_then(|it| it.source.as_deref()).unwrap_or_default().to_lowercase();
        re!(r"[a-zäöü]{3,}").find_iter(&source).map(|it| it.as_str().to_owned()).collect()
    };
    let sources: Vec<(&Script, BTreeSet<String>)> = work.ground.scripts.iter().map(|it| (it, source_of(it))).collect();
    // A log line comes from the script whose source holds most of its words.
    let writer = |text: &str| -> Option<&str> {
        let words: Vec<&str> =
            re!(r"[a-zäöü]{3,}").find_iter(text).map(|it| it.as_str()).filter(|it| !matches!(*it, "info" | "error" | "warning" | "debug")).collect();
        let mut scores: Vec<(usize, &str)> = sources.iter().map(|(s, set)| (words.iter().filter(|w| set.contains(**w)).count(), s.path.as_str())).collect();
        scores.sort_by_key(|it| std::cmp::Reverse(it.0));
        match scores[..] {
            [(n, path)] if n > 0 => Some(path),
            [(a, path), (b, _), ..] if a > b => Some(path),
            _ => None,
        }
    };
    let stem = base(&script.path).rsplit_once('.').map_or(base(&script.path), |it| it.0).to_lowercase();
    let mut last: Option<(&Document, &Block)> = None;
    let mut inside = false;
    for document in current(work).filter(|it| it.format == Format::Log) {
        let own = work.flows.iter().any(|it| it.script == script.path && it.direction == sop_core::Direction::Writes && it.files.contains(&document.path));
        let several = work
            .ground
            .scripts
            .iter()
            .filter(|it| document.blocks.iter().any(|b| b.text.to_lowercase().contains(base(&it.path).rsplit_once('.').map_or("", |x| x.0))))
            .count()
            > 1;
        for block in &document.blocks {
            let text = block.text.to_lowercase();
            let names_it = text.contains(&stem);
            let names_other = !names_it
                && work.ground.scripts.iter().any(|it| {
                    let other = base(&it.path).rsplit_once('.').map_or(base(&it.path), |x| x.0).to_lowercase();
                    other != stem && other.len() > 4 && text.contains(&other)
                });
            if names_it {
                inside = true;
            } else if names_other {
                inside = false;
            }
            let by = writer(&text);
            if by == Some(script.path.as_str()) || by.is_none() && (inside || own && !several) {
                last = Some((document, block));
            }
        }
    }
    match last {
        Some((document, block)) => {
            let text = crate::stops::bare_line(&block.text);
            (block.time, Some((text, anchor(document, block))))
        }
        None => (None, None),
    }
}

/// Copying, clearing, moving and editing at the prompt.
fn by_hand(typed: &[Typed<'_>], work: &Work<'_>) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    let mut edited: BTreeMap<String, usize> = BTreeMap::new();
    for it in typed {
        let command = it.block.text.trim();
        let first = command.split_whitespace().next().unwrap_or_default();
        let at = vec![anchor(it.document, it.block)];
        let mut candidate = match first {
            "cp" | "xcopy" | "robocopy" | "rsync" | "scp" => {
                let mut candidate = Candidate::new(Source::Command, Claim::cited(format!("Copy: {}", shown(command, work)), at));
                candidate.weight = 9;
                candidate
            }
            "rm" | "del" => {
                // Clearing straight after copying is one step: start the new folder from the old one.
                if let Some(last) = out.last_mut()
                    && last.action.text.starts_with("Copy")
                {
                    last.action.text.push_str(&format!(", then clear it: {}", shown(command, work)));
                    last.action.anchors.extend(at);
                    last.topic.extend(stems(command));
                    continue;
                }
                Candidate::new(Source::Command, Claim::cited(format!("Clear: {}", shown(command, work)), at))
            }
            "mv" | "move" | "ren" => {
                let target = command.split_whitespace().last().unwrap_or_default();
                let mut candidate =
                    Candidate::new(Source::Brought, Claim::cited(format!("Save the downloaded export as {}", shown(target.trim_matches('"'), work)), at));
                candidate.writes.push(target.trim_matches('"').to_owned());
                candidate
            }
            "open" | "nano" | "vi" | "vim" | "code" | "notepad" | "start" | "less" | "cat" | "more" | "head" | "type" => {
                let target = file_names(command).into_iter().next().unwrap_or_default();
                if target.is_empty() {
                    continue;
                }
                let whole =
                    command.split_once(char::is_whitespace).map_or("", |x| x.1).trim_start_matches("-e ").trim_start_matches("-a ").trim().trim_matches('"');
                let reads = matches!(first, "less" | "cat" | "more" | "head" | "type");
                let verb = if reads {
                    "Read"
                } else if target.ends_with("ini") || target.ends_with("csv") || target.ends_with("conf") || target.ends_with("toml") {
                    "Edit"
                } else {
                    "Open"
                };
                if let Some(&n) = edited.get(&target) {
                    // The same file again: the first time counts, later ones are corrections.
                    let _ = n;
                    continue;
                }
                edited.insert(target, out.len());
                let mut candidate = Candidate::new(Source::Command, Claim::cited(format!("{verb} {}", shown(whole, work)), at));
                candidate.kind = StepKind::Judgment;
                candidate.weight = if verb == "Edit" { 9 } else { 4 };
                if reads {
                    candidate.reads.push(whole.to_owned());
                } else {
                    candidate.writes.push(whole.to_owned());
                }
                candidate
            }
            _ => continue,
        };
        candidate.time = it.block.time;
        candidate.objects.extend(file_names(command));
        candidate.topic.extend(stems(command));
        out.push(candidate);
    }
    out
}

// ---- inputs from outside

/// One step for each file that scripts read and none writes: where it comes from, how it is exported, its name.
fn inputs(work: &Work<'_>) -> Vec<Candidate> {
    let mut out = Vec::new();
    for input in brought(work.flows, work.ground.roles) {
        let Some(file) = input.files.iter().find(|it| !other_run(it, work.parameters)) else { continue };
        let Some(document) = work.ground.documents.iter().find(|it| it.path == *file) else { continue };
        let general = generalise(file, work.parameters);
        let looked_up = general == *file && !matches!(document.format, Format::Workbook);
        let mut anchors = vec![input.anchor.clone()];
        let mut text =
            if looked_up { format!("Keep {} up to date before the run", code(&general)) } else { format!("Export or save the data as {}", code(&general)) };
        let note = told_in_head(work, base(file));
        if let Some((words, at)) = &note {
            text.push_str(&format!(": “{words}”"));
            anchors.push(at.clone());
        }
        let mut candidate = Candidate::new(Source::Brought, Claim::cited(text, anchors));
        candidate.objects.insert(plain_name(base(file)));
        candidate.topic.extend(stems(base(file)));
        candidate.writes.push(file.clone());
        candidate.writes.push(input.pattern.to_owned());
        // What differs from run to run is no condition of the export.
        let before = work.ground.documents.iter().find(|it| {
            it.path != *file
                && generalise(it.name(), work.parameters).len() == generalise(document.name(), work.parameters).len()
                && it.tables.first().is_some_and(|t| document.tables.first().is_some_and(|u| u.columns.len() == t.columns.len()))
                && other_run(&it.path, work.parameters)
        });
        for table in &document.tables {
            let lines: Vec<&String> = table
                .preamble
                .iter()
                .filter(|it| {
                    !re!(r"(?i)^(exported|erstellt|created)|\d{4}").is_match(it)
                        && words(it) <= 6
                        && before.is_none_or(|b| b.tables.iter().any(|t| t.preamble.contains(it)))
                })
                .take(4)
                .collect();
            if !lines.is_empty() {
                let said = lines.iter().map(|it| it.as_str()).collect::<Vec<_>>().join("; ");
                let at = document
                    .blocks
                    .iter()
                    .filter(|b| lines.iter().any(|l| b.text.contains(l.as_str()) || l.contains(b.text.as_str())))
                    .map(|b| anchor(document, b))
                    .take(4)
                    .collect::<Vec<_>>();
                if !at.is_empty() {
                    candidate.topic.extend(stems(&said));
                    candidate.details.push(Claim::cited(format!("Its head must read: {said}"), at));
                }
            }
        }
        out.push(candidate);
    }
    out
}

/// What a script's head comment says behind the name of a file it lists.
fn told_in_head(work: &Work<'_>, name: &str) -> Option<(String, sop_core::Anchor)> {
    for script in work.ground.scripts {
        let document = work.ground.documents.iter().find(|it| it.path == script.path)?;
        for (n, line) in document.source.as_deref().unwrap_or_default().lines().enumerate().take(40) {
            let line = line.trim();
            if !line.starts_with(['#', '/', '*', '-', '%']) {
                continue;
            }
            let Some(at) = line.to_lowercase().find(&name.to_lowercase()) else { continue };
            let behind = line[at + name.len()..].trim().trim_start_matches([':', '-', '=', ',', '.']).trim();
            if words(behind) >= 2 && words(behind) <= 20 && file_names(behind).is_empty() {
                let n = u32::try_from(n + 1).unwrap_or(u32::MAX);
                return Some((behind.to_owned(), line_anchor(script, work.ground.documents, n, n)));
            }
        }
    }
    None
}

// ---- written lists

/// Rows of a checklist: a table with a column of tasks and one that says done, date, initials or note.
fn checklists(work: &Work<'_>) -> Vec<Candidate> {
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
            let label = number.map_or_else(|| "Checklist".to_owned(), |n| format!("Checklist row {n}"));
            let mut candidate = Candidate::new(Source::Checklist, Claim::cited(format!("{label}: {}", capital(task)), vec![anchor(document, block)]));
            candidate.topic = stems(task);
            candidate.kind = StepKind::Judgment;
            if let Some(by) = cell(&["initials", "by", "signed", "kürzel", "who", "wer"]) {
                candidate.actor = work.ground.people.mentioned(by).into_iter().next();
                filled += 1;
            }
            filled += usize::from(cell(&["done", "date", "erledigt", "datum"]).is_some());
            candidate.time = cell(&["date", "datum", "done on"]).and_then(date);
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

const WEEKDAYS: &str = r"(?i)^(mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b\s*[-–:,]?\s*";

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
fn notes(work: &Work<'_>) -> Vec<Candidate> {
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
            let told = matches!(&block.place, Place::Cell { sheet, .. } if tab && block.kind != BlockKind::Formula && crate::roles::is_instructions(sheet) && !crate::roles::is_stale_tab(document, sheet, work.ground.documents));
            if tab && !told {
                continue;
            }
            let item = told
                || matches!(block.kind, BlockKind::Item { .. } | BlockKind::Command)
                || here == Role::Note && block.kind == BlockKind::Paragraph && words(&block.text) <= 40;
            if !item || !is_step(&block.text, work) {
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
            let text = if block.kind == BlockKind::Command { format!("Run {}", code(&text)) } else { format!("{}{}", capital(text.trim_end_matches('.')), "") };
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
            candidate.objects = file_names(&block.text);
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
            let judged = sop_rules::acts(&block.text).iter().any(|it| matches!(it.kind, FactKind::Decides | FactKind::Escalates));
            candidate.kind = if judged { StepKind::Judgment } else { StepKind::Mechanical };
            n += 1;
            out.push(candidate);
        }
    }
    out
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
    let ban = re!(r"(?i)^(don't|do not|dont|never|ignore|not |kein|nicht|nie)").is_match(text.trim());
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
fn cell_notes(work: &Work<'_>) -> Vec<Candidate> {
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
            let text = format!("In `{}`, {sheet}!{cell}: “{}”", generalise(document.name(), work.parameters), block.text.trim());
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

// ---- people

/// Leave that a person gave in this run: the work waits for it.
fn approvals(work: &Work<'_>) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    for fact in work.facts.iter().filter(|it| it.is(FactKind::Approves) && it.time.is_some()) {
        let path = &fact.anchors[0].path;
        let Some(speaker) = &fact.speaker else { continue };
        let gives = fact.kinds.iter().take(2).any(|it| *it == FactKind::Approves) || fact.is(FactKind::Conditions);
        let judges = !gives || fact.kinds.first() == Some(&FactKind::Decides) || fact.kinds.first() == Some(&FactKind::Escalates);
        let outside = work.ground.people.find(speaker).is_none_or(|at| !work.ground.people.list[at].inside);
        if other_run(path, work.parameters) || Some(speaker.as_str()) == work.performer || role(work, path) != Role::Message || judges || outside {
            continue;
        }
        // A leave with a condition is a gate of its own, with all its words; the step points there.
        let bound = fact.is(FactKind::Conditions) || fact.is(FactKind::Holds) || fact.is(FactKind::Reserves);
        let text =
            format!("**STOP: wait for {speaker}**{} “{}”", if bound { ", see Approval gates:" } else { ":" }, cut(&fact.text, if bound { 7 } else { 36 }));
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
fn sent(work: &Work<'_>) -> Vec<Candidate> {
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
                "the mail".to_owned()
            } else {
                attached.iter().map(|it| code(&generalise(it, work.parameters))).collect::<Vec<_>>().join(" and ")
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
            let mut text = format!("Email {what} to {}", to.join(", "));
            if !subject.is_empty() {
                text.push_str(&format!(", subject “{}”", generalise(&subject, work.parameters)));
            }
            text.push_str(&format!(": “{}”", cut(&first.text, 18)));
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

// ---- documents, screens, calendar, reports

/// Documents that people write in each run: their shape is what the next one has to have.
fn documents(work: &Work<'_>) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    let mut pages: Vec<&Document> = current(work).filter(|it| it.format == Format::Docx).collect();
    // The final one tells the form; drafts and commented copies come after it and are passed over.
    pages.sort_by_key(|it| (it.name().len(), it.path.clone()));
    for document in pages {
        let made_each_run = work.parameters.iter().any(|it| document.path.contains(&it.token));
        let by_script = work.flows.iter().any(|it| it.direction == sop_core::Direction::Writes && it.files.contains(&document.path));
        if by_script || !made_each_run || !matches!(role(work, &document.path), Role::Record | Role::Output) {
            continue;
        }
        let general = generalise(document.name(), work.parameters);
        if out.iter().any(|it| shared(&it.topic, &stems(&general)) >= 2) {
            continue;
        }
        // Labels that come back under every heading are the form: "What we need: ..".
        let mut labels: Vec<(String, u32, &Block)> = Vec::new();
        for block in document.blocks.iter().filter(|it| matches!(it.kind, BlockKind::Paragraph | BlockKind::Item { .. } | BlockKind::Field)) {
            if let Some((label, _)) = block.text.split_once(": ")
                && words(label) <= 7
                && !label.contains('.')
            {
                match labels.iter_mut().find(|it| it.0 == label) {
                    Some(it) => it.1 += 1,
                    None => labels.push((label.to_owned(), 1, block)),
                }
            }
        }
        labels.retain(|it| it.1 >= 2);
        let title = document.blocks.iter().find(|it| matches!(it.kind, BlockKind::Heading(_)));
        let mut anchors: Vec<sop_core::Anchor> = title.map(|it| anchor(document, it)).into_iter().collect();
        let mut text = format!("Write the Word document `{general}`");
        if let Some(title) = title {
            text.push_str(&format!(" (“{}”)", cut(&title.text, 12)));
        }
        if labels.is_empty() {
            let heads: Vec<&Block> = document.blocks.iter().filter(|it| matches!(it.kind, BlockKind::Heading(n) if n > 1)).take(4).collect();
            if !heads.is_empty() {
                text.push_str(&format!(", with {}", heads.iter().map(|it| format!("“{}”", cut(&it.text, 8))).collect::<Vec<_>>().join(", ")));
                anchors.extend(heads.iter().map(|it| anchor(document, it)));
            }
        } else {
            text.push_str(&format!("; under each heading say: {}", labels.iter().take(5).map(|it| it.0.clone()).collect::<Vec<_>>().join("; ")));
            anchors.extend(labels.iter().take(3).map(|it| anchor(document, it.2)));
        }
        if anchors.is_empty() {
            anchors.extend(document.blocks.first().map(|it| anchor(document, it)));
        }
        if anchors.is_empty() {
            continue;
        }
        let mut candidate = Candidate::new(Source::Written, Claim::cited(text, anchors));
        candidate.topic = stems(&format!("{general} {}", title.map_or("", |it| it.text.as_str())));
        candidate.kind = StepKind::Judgment;
        candidate.writes.push(document.name().to_owned());
        candidate.objects.insert(plain_name(document.name()));
        candidate.time = mentioned_first(&general, document, work);
        out.push(candidate);
    }
    out
}

/// When a message first speaks of a document by the words of its name.
fn mentioned_first(name: &str, document: &Document, work: &Work<'_>) -> Option<sop_core::Moment> {
    let wanted: Vec<String> = stems(name.rsplit_once('.').map_or(name, |it| it.0));
    current(work)
        .filter(|it| matches!(it.format, Format::Mail | Format::Mailbox | Format::Chat) && it.path != document.path)
        .flat_map(|it| &it.blocks)
        .filter(|it| matches!(it.kind, BlockKind::Message | BlockKind::QuotedReply) && shared(&stems(&it.text), &wanted) >= wanted.len().min(1))
        .filter_map(|it| it.time)
        .min()
}

/// Screens whose settings somebody kept: what must be chosen there.
fn screens(work: &Work<'_>) -> Vec<Candidate> {
    let mut out = Vec::new();
    for document in current(work).filter(|it| it.format == Format::Picture && role(work, &it.path) != Role::Noise) {
        let fields: Vec<&Block> = document.blocks.iter().filter(|it| it.kind == BlockKind::Field && words(&it.text) <= 16).collect();
        let figures = fields.iter().filter(|it| it.text.split_once(": ").is_some_and(|(_, v)| re!(r"^[£$€]?-?[\d.,]+ ?%?$").is_match(v.trim()))).count();
        if fields.len() < 3 || figures * 2 >= fields.len() || fields.iter().all(|it| it.text.chars().filter(char::is_ascii_digit).count() * 3 > it.text.len()) {
            continue;
        }
        // A screen to be worked has a button; a page that shows how things stand has none.
        let button = document.blocks.iter().any(|it| words(&it.text) <= 4 && re!(r"(?i)\b(export|import|save|send|apply|create|invite|publish|release|submit|run|generate|confirm|upload|download|next|ok|speichern|senden|exportieren|importieren|erstellen|veröffentlichen|weiter)\b").is_match(&it.text) && it.kind == BlockKind::PictureText);
        if !button {
            continue;
        }
        let title = document.title.clone().unwrap_or_else(|| document.name().to_owned());
        let list: Vec<String> = fields.iter().take(10).map(|it| it.text.clone()).collect();
        let text = format!("On the screen “{}” set {}", cut(&title, 8), list.join("; "));
        let mut anchors: Vec<sop_core::Anchor> = fields.iter().take(10).map(|it| anchor(document, it)).collect();
        anchors.truncate(10);
        let mut candidate = Candidate::new(Source::Screen, Claim::cited(text, anchors));
        let folder = document.path.rsplit_once('/').map_or("", |it| it.0);
        candidate.topic = stems(&format!("{title} {} {}", document.name(), list.join(" ")));
        // A screen kept beside an input shows how it was exported; of several, the one whose name the screen speaks of.
        let all_text = stems(&document.blocks.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(" "));
        let beside = brought(work.flows, work.ground.roles)
            .into_iter()
            .flat_map(|it| it.files.iter())
            .filter(|it| {
                it.rsplit_once('/').map_or("", |x| x.0) == folder
                    && !folder.is_empty()
                    && (shared(&stems(base(it)), &all_text) >= 1 || re!(r"(?i)(^|/)(raw|inputs?|exports?|data|downloads?|eingang|roh)(/|$)").is_match(folder))
            })
            .max_by_key(|it| (shared(&stems(base(it)), &all_text), std::cmp::Reverse((*it).clone())));
        if let Some(file) = beside {
            candidate.objects.insert(plain_name(base(file)));
            candidate.topic.extend(stems(base(file)));
        }
        out.push(candidate);
    }
    out
}

/// Appointments of the process after the main one: the follow-up.
fn events(work: &Work<'_>) -> Vec<Candidate> {
    let mut list: Vec<(&Document, &Block)> = current(work)
        .filter(|it| it.format == Format::Calendar)
        .flat_map(|document| document.blocks.iter().filter(|it| it.kind == BlockKind::Event).map(move |block| (document, block)))
        .collect();
    list.sort_by_key(|it| it.1.time);
    // The first event of a calendar is when the work begins or is due; it goes under «When to run it».
    list.retain(|it| crate::stops::recurs(&it.1.text));
    list.into_iter()
        .skip(1)
        .map(|(document, block)| {
            let mut candidate = Candidate::new(Source::Event, Claim::cited(format!("Follow up: {}", block.text.trim()), vec![anchor(document, block)]));
            candidate.actor = block.speaker.as_deref().map(|it| work.ground.people.full(it));
            candidate.kind = StepKind::Judgment;
            candidate
        })
        .collect()
}

/// What the one who did it said was done, where it names a file, a place or a tool.
fn reports(work: &Work<'_>) -> Vec<Candidate> {
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
        let mut candidate = Candidate::new(Source::Report, Claim::cited(format!("As {speaker} did: “{}”", fact.text), vec![fact.anchors[0].clone()]));
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

/// Tables that a script makes and people then talk over, row by row: what they decide on is a step of its own.
fn judged_tables(work: &Work<'_>) -> Vec<Candidate> {
    let mut out = Vec::new();
    for document in current(work).filter(|it| it.format == Format::Csv && role(work, &it.path) == Role::Output) {
        let rows: Vec<&Block> = document.blocks.iter().filter(|it| it.kind == BlockKind::Row).collect();
        let Some(head) = document.tables.first() else { continue };
        // Names in the first column that are words of their own: "payroll-export", not ids and not plain words.
        let names: Vec<&str> = rows
            .iter()
            .filter_map(|it| it.text.split(" | ").next()?.split_once(": ").map(|x| x.1))
            .filter(|it| it.contains(['-', '_']) && it.chars().any(char::is_alphabetic) && !it.chars().any(|c| c.is_ascii_digit()))
            .collect();
        if names.len() < 3 {
            continue;
        }
        let talk: Vec<(&Document, &Block, &str)> = current(work)
            .filter(|it| role(work, &it.path) == Role::Message)
            .flat_map(|document| {
                document.blocks.iter().filter(|it| matches!(it.kind, BlockKind::Message | BlockKind::QuotedReply)).map(move |block| (document, block))
            })
            .filter_map(|(document, block)| names.iter().find(|it| block.text.contains(**it)).map(|name| (document, block, *name)))
            .collect();
        let mut people: Vec<String> = talk.iter().filter_map(|it| it.1.speaker.as_deref().map(|s| work.ground.people.full(s))).collect();
        people.sort();
        people.dedup();
        if talk.len() < 2 || people.len() < 2 {
            continue;
        }
        let mut verdicts: Vec<String> =
            re!(r": ([A-Z]{4,})\b").captures_iter(&rows.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(" | ")).map(|it| it[1].to_owned()).collect();
        verdicts.sort();
        verdicts.dedup();
        let marked = if verdicts.is_empty() { String::new() } else { format!(" (marked {})", verdicts.join(", ")) };
        let text = format!(
            "Go through {}{marked} with the team and decide row by row, as {} did: “{}”",
            code(&generalise(&document.path, work.parameters)),
            people.join(" and "),
            cut(&talk[0].1.text, 14)
        );
        let mut anchors = vec![sop_core::Anchor {
            artifact: document.artifact.clone(),
            path: document.path.clone(),
            place: head.place.clone(),
            quote: head.columns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", "),
        }];
        anchors.extend(talk.iter().take(2).map(|it| anchor(it.0, it.1)));
        let mut candidate = Candidate::new(Source::Written, Claim::inferred(text, anchors, "rows of the output that people talked over"));
        candidate.kind = StepKind::Judgment;
        // Talk of the same names before the table was made is about something else.
        let made = work
            .flows
            .iter()
            .find(|it| it.direction == sop_core::Direction::Writes && it.files.contains(&document.path))
            .and_then(|it| work.ground.scripts.iter().find(|s| s.path == it.script))
            .and_then(|it| logged(it, work).0);
        candidate.time = talk.iter().filter_map(|it| it.1.time).filter(|it| made.is_none_or(|made| *it >= made)).min();
        candidate.reads.push(document.path.clone());
        candidate.topic = stems(base(&document.path));
        out.push(candidate);
    }
    out
}

/// What nobody says when it was brought was there just before it was read.
pub(super) fn date_inputs(list: &mut [Candidate]) {
    let readers: Vec<(Vec<String>, Option<sop_core::Moment>)> =
        list.iter().filter(|it| it.source == Source::Command).map(|it| (it.reads.clone(), it.time)).collect();
    for candidate in list.iter_mut().filter(|it| it.source == Source::Brought && it.time.is_none() && it.listed.is_none()) {
        let read = readers.iter().filter(|(reads, _)| reads.iter().any(|it| candidate.writes.contains(it))).filter_map(|it| it.1).min();
        candidate.time = read.and_then(|it| it.checked_sub(jiff::Span::new().seconds(1)).ok());
    }
}
