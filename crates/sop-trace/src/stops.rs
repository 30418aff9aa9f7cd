//! How scripts stop, with the numbers filled in, when it happened, and what put it right; and what they need.

use crate::activities::Work;
use crate::lineage::line_anchor;
use crate::params::{generalise, other_run};
use crate::people::anchor;
use crate::roles::fits;
use crate::text::{cut, re, shared, stems, words};
use sop_core::{Anchor, Block, BlockKind, Claim, Constant, Document, Exit, FactKind, Format, Lang, Place, Role, Script, Stop, StopKind};
use std::collections::BTreeMap;

/// Scripts that are part of the process.
fn live<'a>(work: &'a Work<'_>) -> impl Iterator<Item = &'a Script> {
    work.ground.scripts.iter().filter(|it| work.ground.roles.get(&it.path) != Some(&Role::Noise) && !is_dead(it))
}

/// True if its own comments say that it does not work any more.
pub(crate) fn is_dead(script: &Script) -> bool {
    script.remarks.iter().take(4).any(|it| {
        re!(r"(?i)\bdead\b|no longer works|deprecated|do not use|nicht mehr (benutzen|verwenden)|ne plus utiliser|obsolète|ya no se usa|obsoleto|no usar")
            .is_match(&it.text)
    })
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Settings of this run by key, with where they stand.
fn settings(work: &Work<'_>) -> BTreeMap<String, (String, Anchor)> {
    let mut out = BTreeMap::new();
    for document in work.ground.documents.iter().filter(|it| it.format == Format::Config && !other_run(&it.path, work.parameters)) {
        for block in document.blocks.iter().filter(|it| it.kind == BlockKind::Field) {
            if let Some((key, value)) = block.text.split_once(": ") {
                let key = key.rsplit('.').next().unwrap_or(key).to_owned();
                out.entry(key).or_insert_with(|| (value.to_owned(), anchor(document, block)));
            }
        }
    }
    out
}

/// Every way in which the scripts stop.
pub(crate) fn find(work: &Work<'_>) -> Vec<Stop> {
    let settings = settings(work);
    let mut out: Vec<Stop> = Vec::new();
    for script in live(work) {
        for exit in &script.exits {
            if let Some(stop) = stop(work, script, exit, &settings) {
                let twin =
                    out.iter().any(|it| it.claim.text == stop.claim.text || shared(&it.topic, &stop.topic) * 10 >= stop.topic.len().max(it.topic.len()) * 9);
                if !twin {
                    out.push(stop);
                }
            }
        }
    }
    let mut out = group(out, work.say);
    out.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.claim.text.cmp(&b.claim.text)));
    out
}

/// Joins the stops of one script with one code into one: they differ only in what is missing.
fn group(list: Vec<Stop>, say: Lang) -> Vec<Stop> {
    let mut out: Vec<Stop> = Vec::new();
    let key = |it: &Stop| it.claim.text.split([':', ',', '(']).next().unwrap_or_default().trim().to_owned();
    // "`x.py` exit 3": what stands between the script and the code tells it from one that has no code.
    let exits = say.exit("", "");
    let exits = exits.trim_matches(['`', ' ']);
    for stop in list {
        let known = out
            .iter_mut()
            .find(|it| key(it) == key(&stop) && it.kind == stop.kind && key(&stop).contains(exits) && words(&it.claim.text) + words(&stop.claim.text) <= 60);
        match known {
            Some(it) => {
                let more = stop.claim.text[key(&stop).len()..].trim_start_matches([':', ',', ' ']).trim().to_owned();
                it.claim.text = say.or_else(it.claim.text.trim_end_matches('.'), more);
                it.claim.anchors.extend(stop.claim.anchors);
                it.recovery = it.recovery.take().or(stop.recovery);
                it.seen += stop.seen;
                it.weight = it.weight.max(stop.weight) + 1;
                it.topic.extend(stop.topic);
                it.topic.sort();
                it.topic.dedup();
            }
            None => out.push(stop),
        }
    }
    out
}

/// An exit so many lines below its message is one thing with it.
const NEAR_MESSAGE: u32 = 2;

fn stop(work: &Work<'_>, script: &Script, exit: &Exit, settings: &BTreeMap<String, (String, Anchor)>) -> Option<Stop> {
    let code = exit.code;
    if code == Some(0) {
        return None;
    }
    let message = exit.message.as_deref().unwrap_or_default();
    if words(message) < 2 && exit.documented.is_none() {
        return None;
    }
    let mut anchors = Vec::new();
    if let Some(line) = exit.message_line.filter(|_| !message.is_empty()) {
        // The line that names the code is quoted with the message, if it stands right below.
        let near = exit.line > line && exit.line - line <= NEAR_MESSAGE;
        anchors.push(line_anchor(script, work.ground.documents, line, if near { exit.line } else { line }));
    } else {
        anchors.push(line_anchor(script, work.ground.documents, exit.line, exit.line));
    }
    let mut used: Vec<String> = Vec::new();
    let mut number = false;
    let mut fill = |text: &str, anchors: &mut Vec<Anchor>| {
        let mut out = text.to_owned();
        for constant in &script.constants {
            if !mentions(&out, &constant.name) && !mentions(exit.condition.as_deref().unwrap_or_default(), &constant.name) {
                continue;
            }
            number |= constant.value.chars().any(|c| c.is_ascii_digit());
            if !used.contains(&constant.name) && constant.value.len() <= 60 {
                used.push(constant.name.clone());
                anchors.push(line_anchor(script, work.ground.documents, constant.line, constant.line));
                out = replace_name(&out, &constant.name, constant.value.trim_matches(['"', '\'']));
            }
        }
        for (key, (value, at)) in settings {
            let here = mentions(&out, key) || mentions(exit.condition.as_deref().unwrap_or_default(), key);
            if key.len() < 4 || !here {
                continue;
            }
            number |= value.chars().any(|c| c.is_ascii_digit());
            if !used.contains(key) {
                used.push(key.clone());
                anchors.push(at.clone());
                out = replace_name(&out, key, value.trim_matches(['"', '\'']));
            }
        }
        out
    };
    let shown = fill(message, &mut anchors);
    let shown = placeholders(&shown);
    let mut text = match code {
        Some(code) => work.say.exit(name(&script.path), code),
        None => work.say.stops(name(&script.path)),
    };
    if !shown.is_empty() {
        text.push_str(&format!("{}“{}”", work.say.colon, cut(&shown, 30)));
    }
    if let Some(documented) = exit.documented.as_deref().filter(|it| shared(&stems(it), &stems(&shown)) < 2) {
        text.push_str(&format!(" ({})", placeholders(&fill(documented, &mut anchors)).trim_end_matches('.')));
        if let Some(line) = exit.documented_line {
            anchors.push(line_anchor(script, work.ground.documents, line, line));
        }
    } else if shown.is_empty() {
        return None;
    }
    let topic = stems(&format!("{shown} {} {}", exit.documented.clone().unwrap_or_default(), used.join(" ")));
    // A constant that decides and does not show in the message is worth its number.
    let hidden: Vec<&Constant> = script
        .constants
        .iter()
        .filter(|it| used.contains(&it.name) && !message.contains(&it.name) && it.value.len() <= 24 && it.value.chars().any(|c| c.is_ascii_digit()))
        .collect();
    if !hidden.is_empty() {
        text.push_str(&work.say.limit(hidden.iter().map(|it| format!("`{} = {}`", it.name, it.value)).collect::<Vec<_>>().join(", ")));
    }
    let (seen, last) = occurrences(work, script, message, &shown);
    if let Some((document, block)) = last {
        let line = bare_line(&block.text);
        let when = block.time.map(|it| work.say.on_date(it.date())).unwrap_or_default();
        let figures = re!(r"\d").is_match(&line) && line != shown;
        text.push_str(&if figures { work.say.last_seen(when, cut(&line, 7)) } else { work.say.seen(when) });
        anchors.push(anchor(document, block));
    }
    text.push('.');
    let lower = format!("{message} {} {}", exit.documented.clone().unwrap_or_default(), exit.condition.clone().unwrap_or_default()).to_lowercase();
    let gate = re!(r"\b(approved?|approved_by|okay(ed)?|signed|sign-?off|initial\w*|ticked|authori[sz]\w*|\bok [a-z]+|freigabe|freigegeben|unterschrift|genehmigt|has to see it)\b").is_match(&lower);
    let kind = if gate {
        StopKind::Gate
    } else if number {
        StopKind::Check
    } else {
        StopKind::Failure
    };
    let recovery = last.and_then(|(_, block)| recovery(work, script, block, &topic));
    let names = !work.ground.people.mentioned(message).is_empty();
    let weight = 8 + 6 * i32::from(gate) + 4 * i32::from(number) + 5 * i32::from(seen > 0) + 3 * i32::from(names) + 2 * i32::from(exit.documented.is_some());
    anchors.truncate(5);
    Some(Stop { kind, claim: Claim::cited(text, anchors), recovery, seen, weight, topic })
}

/// A log line without its time and level.
pub(crate) fn bare_line(text: &str) -> String {
    re!(r"^[\d:.,T\sZ/-]*(?:(?:INFO|WARN\w*|ERROR|DEBUG|CRITICAL)\b:?\s*)?").replace(text.trim(), "").trim().to_owned()
}

fn mentions(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') && !text[at + name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}

/// Puts a value where the message fills in a name.
fn replace_name(text: &str, name: &str, value: &str) -> String {
    let inside = regex::Regex::new(&format!(r"\{{[^{{}}]*\b{}\b[^{{}}]*\}}", regex::escape(name)));
    match inside {
        Ok(pattern) => pattern.replace_all(text, regex::NoExpand(value)).into_owned(),
        Err(_) => text.to_owned(),
    }
}

/// What is filled in at run time shows as `…`.
fn placeholders(text: &str) -> String {
    re!(r"\$?\{[^{}]*\}").replace_all(text, "…").split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "'")
}

/// Lines of the logs that carry the message: how many, and the last one.
fn occurrences<'a>(work: &'a Work<'_>, script: &Script, message: &str, shown: &str) -> (usize, Option<(&'a Document, &'a Block)>) {
    let _ = shown;
    // The longest fixed piece of the message tells its lines apart.
    let plain = re!(r"\$?\{[^{}]*\}").split(message).map(str::trim).max_by_key(|it| it.len()).unwrap_or_default().to_owned();
    if plain.len() < 8 {
        return (0, None);
    }
    let mut seen = 0;
    let mut last = None;
    for document in work.ground.documents.iter().filter(|it| it.format == Format::Log) {
        let own = script.writes.iter().any(|it| fits(&it.pattern, &document.path))
            || script.writes.is_empty()
            || document.blocks.iter().any(|it| it.text.contains(&plain));
        if !own {
            continue;
        }
        for block in document.blocks.iter().filter(|it| it.text.contains(&plain)) {
            seen += 1;
            last = Some((document, block));
        }
    }
    (seen, last)
}

/// What people said to do about it, soon after it happened: the cause and the cure, from one mail or talk.
fn recovery(work: &Work<'_>, script: &Script, block: &Block, topic: &[String]) -> Option<Claim> {
    let time = block.time?;
    let mut about: Vec<String> = stems(&block.text);
    about.extend(topic.iter().cloned());
    about.extend(stems(name(&script.path)));
    about.sort();
    about.dedup();
    let soon: Vec<&sop_core::Fact> = work
        .facts
        .iter()
        .filter(|it| it.time.is_some_and(|t| t >= time && t.duration_since(time).as_hours() <= 30))
        .filter(|it| it.is(FactKind::Recovers) || it.is(FactKind::Fails) || it.is(FactKind::Decides) || it.is(FactKind::Explains))
        .collect();
    let score = |it: &sop_core::Fact| shared(&it.topic, &about) + it.context.as_ref().map_or(0, |c| shared(&stems(c), &about).min(1));
    let best = soon.iter().filter(|it| score(it) >= 2).max_by(|a, b| score(a).cmp(&score(b)).then(a.weight.cmp(&b.weight)))?;
    // The cause stands in the same mail as the cure, before it.
    let mut told: Vec<&sop_core::Fact> = soon
        .iter()
        .copied()
        .filter(|it| it.anchors[0].path == best.anchors[0].path && it.time == best.time && it.speaker == best.speaker && it.anchors[0] != best.anchors[0])
        .filter(|it| it.is(FactKind::Fails))
        .take(1)
        .collect();
    told.push(best);
    told.sort_by(|a, b| a.anchors[0].place.cmp(&b.anchors[0].place));
    let text = told.iter().map(|it| format!("“{}”", cut(&it.text, 40))).collect::<Vec<_>>().join(" ");
    Some(Claim::cited(work.say.last_time(text), told.iter().map(|it| it.anchors[0].clone()).collect()))
}

/// Whether a place is another one, or has its line among its own.
fn covers(place: &Place, line: &Place) -> bool {
    match (place, line) {
        (Place::Lines { from, to }, Place::Lines { from: n, .. }) => (from..=to).contains(&n),
        (Place::NotebookCell { cell, from, to }, Place::NotebookCell { cell: other, from: n, .. }) => cell == other && (from..=to).contains(&n),
        _ => place == line,
    }
}

/// Constants that no stop has named.
pub(crate) fn limits(work: &Work<'_>, stops: &[Stop]) -> Vec<Claim> {
    let mut out = Vec::new();
    for script in live(work) {
        let source = work.ground.documents.iter().find(|it| it.path == script.path).and_then(|it| it.source.as_deref()).unwrap_or_default();
        let mut parts: Vec<(String, Vec<Anchor>)> = Vec::new();
        for constant in &script.constants {
            let here = line_anchor(script, work.ground.documents, constant.line, constant.line).place;
            let told = stops.iter().any(|it| it.claim.anchors.iter().any(|a| a.path == script.path && covers(&a.place, &here)));
            let limit = constant.value.chars().any(|c| c.is_ascii_digit()) || constant.value.starts_with('[') && constant.value.len() <= 120;
            if told
                || !limit
                || constant.value.len() > 120
                || re!(r"(?i)^(URL|PATH|DIR|FILE|ENCOD|COLOU?R|FONT|VERSION|PORT|SEED|HEAD|COLUMNS?|NEED(ED)?|REQUIRED)").is_match(&constant.name)
            {
                continue;
            }
            let mut text = format!("`{} = {}`", constant.name, constant.value.replace('`', "'"));
            let mut anchors = vec![line_anchor(script, work.ground.documents, constant.comment_from.unwrap_or(constant.line), constant.line)];
            if let Some((n, line)) = source.lines().enumerate().find(|(n, it)| {
                *n as u32 + 1 != constant.line && mentions(it, &constant.name) && it.contains(['"', '\'', '`']) && !it.trim_start().starts_with(['#', '/'])
            }) && let Some(said) = literal(line)
            {
                text.push_str(&format!("{}“{}”", work.say.colon, cut(&placeholders(&said), 14)));
                let n = u32::try_from(n + 1).unwrap_or(u32::MAX);
                anchors.push(line_anchor(script, work.ground.documents, n, n));
            }
            if let Some(comment) = &constant.comment {
                text.push_str(&format!(" ({})", cut(comment, 16)));
            }
            parts.push((text, anchors));
        }
        for chunk in parts.chunks(3) {
            let text = work.say.holds(name(&script.path), chunk.iter().map(|it| it.0.clone()).collect::<Vec<_>>().join("; "));
            out.push(Claim::cited(text, chunk.iter().flat_map(|it| it.1.clone()).collect()));
        }
    }
    out
}

/// The longest string literal of a line that reads as words.
fn literal(line: &str) -> Option<String> {
    let mut best: Option<String> = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if !matches!(c, '"' | '\'' | '`') {
            continue;
        }
        let mut text = String::new();
        while let Some(d) = chars.next() {
            match d {
                '\\' => text.extend(chars.next()),
                d if d == c => break,
                d => text.push(d),
            }
        }
        let plain = re!(r"%[-+.\d]*[sdifr]").replace_all(&placeholders(&text), "…").into_owned();
        let said = plain.split_whitespace().filter(|it| it.chars().filter(|c| c.is_alphabetic()).count() >= 2).count();
        if said >= 3 && !plain.contains([';', '=', '{', '}', '\\']) && best.as_ref().is_none_or(|it| it.len() < text.len()) {
            best = Some(text);
        }
    }
    best
}

/// Messages that a script collects and does not stop at: what it finds fault with.
pub(crate) fn faults(work: &Work<'_>, stops: &[Stop]) -> Vec<Claim> {
    let mut out = Vec::new();
    for script in live(work) {
        let source = work.ground.documents.iter().find(|it| it.path == script.path).and_then(|it| it.source.as_deref()).unwrap_or_default();
        let mut parts: Vec<(String, Anchor)> = Vec::new();
        for (n, line) in source.lines().enumerate() {
            let code = line.trim();
            if code.starts_with(['#', '/', '*'])
                || !re!(r"(?i)\b(err|error|warn|warning|fail|problem|issue|reject|fault|fehler|invalid)\w*\s*(?:\(|\.append\(|\.push\(|\+=|\.add\()")
                    .is_match(code)
            {
                continue;
            }
            let Some(said) = literal(code) else { continue };
            let n = u32::try_from(n + 1).unwrap_or(u32::MAX);
            let here = line_anchor(script, work.ground.documents, n, n).place;
            let limit_told = script.constants.iter().any(|it| mentions(code, &it.name));
            if limit_told || stops.iter().any(|it| it.claim.anchors.iter().any(|a| a.path == script.path && covers(&a.place, &here))) {
                continue;
            }
            parts.push((format!("“{}”", cut(&placeholders(&said), 12)), line_anchor(script, work.ground.documents, n, n)));
        }
        for chunk in parts.chunks(4).take(3) {
            let text = work.say.finds_fault(name(&script.path), chunk.iter().map(|it| it.0.clone()).collect::<Vec<_>>().join("; "));
            out.push(Claim::cited(text, chunk.iter().map(|it| it.1.clone()).collect()));
        }
    }
    out
}

/// What must be set, given or installed before the scripts run.
pub(crate) fn needs(work: &Work<'_>) -> Vec<Claim> {
    let mut out = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    for script in live(work) {
        for env in &script.env {
            if told.contains(&env.name.as_str()) || !env.required {
                continue;
            }
            told.push(&env.name);
            let mut anchors = vec![line_anchor(script, work.ground.documents, env.line, env.line)];
            let mut text = work.say.set_first(&env.name);
            if let Some(exit) = script.exits.iter().find(|it| {
                it.message.as_deref().is_some_and(|m| m.contains(&env.name))
                    || it.condition.as_deref().is_some_and(|c| c.contains(&env.name))
                    || it.documented.as_deref().is_some_and(|d| d.contains(&env.name))
            }) {
                let said = exit.message.as_deref().or(exit.documented.as_deref()).unwrap_or_default();
                text.push_str(&work.say.stops_without(name(&script.path), cut(&placeholders(said), 18)));
                anchors.push(line_anchor(script, work.ground.documents, exit.message_line.unwrap_or(exit.line), exit.message_line.unwrap_or(exit.line)));
            }
            text.push('.');
            out.push(Claim::cited(text, anchors));
        }
    }
    let mut tools: Vec<String> = Vec::new();
    let mut anchors = Vec::new();
    for script in live(work) {
        let language = script.language.tool(work.say);
        let mut add = |tool: String, anchors: &mut Vec<Anchor>| {
            if !tools.contains(&tool) {
                tools.push(tool);
                anchors.push(line_anchor(script, work.ground.documents, 1, 1));
            }
        };
        add(language.to_owned(), &mut anchors);
        for package in &script.packages {
            add(format!("`{package}`"), &mut anchors);
        }
    }
    if !tools.is_empty() {
        anchors.truncate(4);
        out.push(Claim::inferred(work.say.scripts_need(tools.join(", ")), anchors, work.say.by_imports));
    }
    out
}

/// Files that somebody has to bring, with what scripts need in them.
pub(crate) fn inputs(work: &Work<'_>) -> Vec<Claim> {
    let mut out = Vec::new();
    for input in crate::lineage::brought(work.flows, work.ground.roles) {
        let Some(file) = input.files.iter().find(|it| !other_run(it, work.parameters)) else { continue };
        let Some(document) = work.ground.documents.iter().find(|it| it.path == *file) else { continue };
        let mut text = format!("`{}`", generalise(file, work.parameters));
        let mut anchors = vec![input.anchor.clone()];
        if let Some(table) = document.tables.first() {
            let script = work.flows.iter().find(|it| it.pattern == input.pattern).and_then(|it| work.ground.scripts.iter().find(|s| s.path == it.script));
            let needed: Vec<&String> = script.map(|it| it.columns.iter().filter(|c| table.columns.iter().any(|t| t.name == **c)).collect()).unwrap_or_default();
            text.push_str(&work.say.rows_this_time(table.rows));
            if !needed.is_empty() {
                let list: Vec<&str> = needed.iter().take(8).map(|it| it.as_str()).collect();
                text.push_str(&work.say.needs_columns(list.join(", ") + if needed.len() > 8 { " …" } else { "" }));
            }
            anchors.push(Anchor {
                artifact: document.artifact.clone(),
                path: document.path.clone(),
                place: table.place.clone(),
                quote: table.columns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", "),
            });
        } else if let Some(block) = document.blocks.first() {
            anchors.push(anchor(document, block));
        }
        text.push('.');
        out.push(Claim::cited(text, anchors));
    }
    if out.is_empty() {
        // No script tells: the tables that lie there are what people start from.
        for document in work
            .ground
            .documents
            .iter()
            .filter(|it| work.ground.roles.get(&it.path) == Some(&Role::Input) && !other_run(&it.path, work.parameters) && !it.tables.is_empty())
            .take(5)
        {
            let table = &document.tables[0];
            let heads: Vec<&str> = table.columns.iter().take(8).map(|it| it.name.as_str()).collect();
            let text = work.say.table_with_columns(generalise(&document.path, work.parameters), table.rows, heads.join(", "));
            let at = Anchor {
                artifact: document.artifact.clone(),
                path: document.path.clone(),
                place: table.place.clone(),
                quote: table.columns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", "),
            };
            out.push(Claim::cited(text, vec![at]));
        }
    }
    out
}

/// Files that the run makes: by scripts, and those that were sent.
pub(crate) fn outputs(work: &Work<'_>) -> Vec<Claim> {
    let mut made: Vec<String> = Vec::new();
    let mut anchors: Vec<Anchor> = Vec::new();
    for flow in work.flows.iter().filter(|it| it.direction == sop_core::Direction::Writes) {
        let Some(file) = flow.files.iter().find(|it| !other_run(it, work.parameters)) else { continue };
        if work.ground.roles.get(&flow.script) == Some(&Role::Noise) {
            continue;
        }
        let general = generalise(file, work.parameters);
        let shown = if general == *file { format!("`{}`", name(file)) } else { work.say.here(name(&general), name(file)) };
        let shown = if name(&general) == name(file) { format!("`{}`", name(file)) } else { shown };
        if !made.contains(&shown) && made.len() < 6 {
            made.push(shown);
            anchors.push(flow.anchor.clone());
        }
    }
    let mut sent: Vec<String> = Vec::new();
    let mut sent_anchors: Vec<Anchor> = Vec::new();
    for document in work.ground.documents.iter().filter(|it| matches!(it.format, Format::Mail | Format::Mailbox) && !other_run(&it.path, work.parameters)) {
        let inside = document.author.as_deref().and_then(|it| work.ground.people.find(it)).is_none_or(|at| work.ground.people.list[at].inside);
        for block in document.blocks.iter().filter(|it| it.kind == BlockKind::Field && it.text.starts_with("attachment: ") && inside) {
            let file = block.text.trim_start_matches("attachment: ");
            let shown = format!("`{file}`");
            let here = work.ground.documents.iter().any(|it| it.name() == file && it.path != document.path);
            if !sent.contains(&shown) && sent.len() < 4 && (here || work.parameters.iter().any(|it| file.contains(&it.token))) {
                sent.push(shown);
                sent_anchors.push(anchor(document, block));
            }
        }
    }
    let mut out = Vec::new();
    if !sent.is_empty() {
        out.push(Claim::cited(work.say.goes_out(sent.join(", ")), sent_anchors));
    }
    // Documents that people write each run belong to what is made.
    let mut written: Vec<String> = Vec::new();
    let mut written_anchors: Vec<Anchor> = Vec::new();
    for document in work.ground.documents.iter().filter(|it| {
        matches!(it.format, Format::Docx | Format::Workbook | Format::Archive | Format::Picture | Format::Pdf | Format::Markdown)
            && !other_run(&it.path, work.parameters)
    }) {
        let each_run = work.parameters.iter().any(|it| document.name().contains(&it.token)) || document.format == Format::Archive;
        let shown = format!("`{}`", document.name());
        if each_run
            && !made.iter().any(|it| it.contains(document.name()))
            && !sent.contains(&shown)
            && written.len() < 4
            && !written.contains(&shown)
            && let Some(block) = document.blocks.first()
        {
            written.push(shown);
            written_anchors.push(anchor(document, block));
        }
    }
    if !made.is_empty() || !written.is_empty() {
        made.extend(written);
        anchors.extend(written_anchors);
        out.push(Claim::cited(work.say.run_leaves(made.join(", ")), anchors));
    }
    out
}

/// When the work comes round, from calendars.
pub(crate) fn events(work: &Work<'_>, activities: &[sop_core::Activity]) -> Vec<Claim> {
    let mut list: Vec<(&Document, &Block)> = work
        .ground
        .documents
        .iter()
        .filter(|it| it.format == Format::Calendar)
        .flat_map(|document| document.blocks.iter().filter(|it| it.kind == BlockKind::Event).map(move |block| (document, block)))
        .collect();
    list.sort_by_key(|it| it.1.time);
    list.retain(|it| recurs(&it.1.text));
    let mut out: Vec<Claim> =
        list.into_iter().take(1).map(|(document, block)| Claim::cited(capital_stop(&block.text), vec![anchor(document, block)])).collect();
    out.extend(schedules(work));
    let first =
        activities.iter().filter(|it| it.action.text.trim_start_matches(work.say.stop).trim_start().starts_with(work.say.checklist)).min_by_key(|it| it.listed);
    if let (true, Some(first)) = (out.is_empty(), first) {
        let task = first.action.text.split_once(": ").map_or(first.action.text.as_str(), |it| it.1);
        out.push(Claim::inferred(work.say.begins_with(task), first.action.anchors.clone(), work.say.by_first_row));
    }
    out
}

/// When a machine starts a script, by its own tables.
fn schedules(work: &Work<'_>) -> Vec<Claim> {
    let mut out = Vec::new();
    for script in live(work) {
        for it in &script.schedules {
            let what = it.starts.as_deref().map_or_else(|| format!("`{}`", name(&script.path)), |it| format!("`{}`", cut(&it.replace('`', "'"), 14)));
            let text = work.say.machine_starts(script.language.tool(work.say), what, &it.when);
            out.push(Claim::cited(crate::text::capital(&text), vec![line_anchor(script, work.ground.documents, it.line, it.line)]));
        }
    }
    out.truncate(4);
    out
}

/// True if the words of an event say that it comes round.
pub(crate) fn recurs(text: &str) -> bool {
    re!(r"(?i)\b(daily|weekly|monthly|quarterly|yearly|annually|every|each|fortnightly)\b").is_match(text)
}

fn capital_stop(text: &str) -> String {
    let text = crate::text::capital(text.trim());
    if text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}

/// Definitions: two-column sheets that are called so.
pub(crate) fn terms(work: &Work<'_>) -> Vec<Claim> {
    let mut out = Vec::new();
    for document in work.ground.documents {
        for block in document.blocks.iter().filter(|it| it.kind == BlockKind::Field && words(&it.text) >= 4) {
            let sheet = match &block.place {
                sop_core::Place::Cell { sheet, .. } => sheet.as_str(),
                _ => block.context.as_deref().unwrap_or_default(),
            };
            if re!(r"(?i)\b(definitions?|glossary|terms|begriffe|glossar)\b").is_match(sheet) {
                out.push(Claim::cited(block.text.clone(), vec![anchor(document, block)]));
            }
        }
    }
    out
}

/// Formulas that say OK, READY, STOP: what the workbook itself checks.
pub(crate) fn workbook_checks(work: &Work<'_>) -> Vec<Claim> {
    let mut out: Vec<Claim> = Vec::new();
    for document in work
        .ground
        .documents
        .iter()
        .filter(|it| it.format == Format::Workbook && !other_run(&it.path, work.parameters) && work.ground.roles.get(&it.path) != Some(&Role::Noise))
    {
        if work.ground.roles.get(&document.path) == Some(&Role::Template)
            && work.ground.documents.iter().any(|it| {
                it.format == Format::Workbook
                    && it.path != document.path
                    && work.ground.roles.get(&it.path) != Some(&Role::Template)
                    && shared(&stems(it.name()), &stems(document.name())) >= 1
            })
        {
            continue;
        }
        let mut parts: Vec<(String, Anchor)> = Vec::new();
        for block in document.blocks.iter().filter(|it| it.kind == BlockKind::Formula) {
            let formula = block.text.split(" -> ").next().unwrap_or_default();
            let verdicts: Vec<&str> = re!(r#""([A-Za-z][A-Za-z ]{1,24})""#).captures_iter(formula).filter_map(|it| it.get(1).map(|m| m.as_str())).collect();
            if !formula.to_uppercase().contains("IF(") || verdicts.is_empty() || verdicts.len() > 3 {
                continue;
            }
            let label = block.context.as_deref().unwrap_or_default().rsplit(" / ").next().unwrap_or_default().to_owned();
            let compares = re!(r"[<>=]").is_match(formula.trim_start_matches('='));
            if !compares {
                continue;
            }
            parts.push((
                work.say.says(
                    block.place.told(work.say),
                    label,
                    verdicts.iter().map(|it| format!("“{it}”")).collect::<Vec<_>>().join(&format!(" {} ", work.say.or)),
                ),
                anchor(document, block),
            ));
        }
        parts.truncate(6);
        if !parts.is_empty() {
            let list = parts.iter().map(|it| it.0.clone()).collect::<Vec<_>>().join("; ");
            let text = work.say.in_book(generalise(document.name(), work.parameters), list);
            out.push(Claim::cited(text, parts.into_iter().map(|it| it.1).collect()));
        }
    }
    out.extend(policies(work));
    out.truncate(4);
    out
}

/// Small tabs that hold nothing but limits: a priority and its minutes, a channel and its length.
fn policies(work: &Work<'_>) -> Vec<Claim> {
    let mut out: Vec<Claim> = Vec::new();
    for document in
        work.ground.documents.iter().filter(|it| it.format == Format::Workbook && !matches!(work.ground.roles.get(&it.path), Some(Role::Noise | Role::Output)))
    {
        let mut sheets: BTreeMap<&str, Vec<&Block>> = BTreeMap::new();
        for block in &document.blocks {
            if let sop_core::Place::Cell { sheet, .. } = &block.place {
                sheets.entry(sheet).or_default().push(block);
            }
        }
        for (sheet, blocks) in sheets {
            if !re!(r"(?i)\b(policy|limits?|targets?|settings?|parameters?|thresholds?|rules?|sla|grenzen|vorgaben|richtlinie|einstellungen|stammdaten)\b")
                .is_match(sheet)
                || blocks.iter().any(|it| it.kind == BlockKind::Formula)
            {
                continue;
            }
            let pairs: Vec<&&Block> = blocks
                .iter()
                .filter(|it| it.kind == BlockKind::Field && it.text.split_once(": ").is_some_and(|(_, v)| re!(r"^[£$€]?-?[\d.,]+ ?\w*%?$").is_match(v.trim())))
                .collect();
            if pairs.is_empty() || pairs.len() > 12 {
                continue;
            }
            let head: Vec<&&Block> = blocks.iter().filter(|it| it.kind != BlockKind::Field && words(&it.text) >= 2 && words(&it.text) <= 14).take(2).collect();
            let unit =
                document.tables.iter().find(|it| it.name == sheet).and_then(|it| it.columns.get(1)).map_or_else(String::new, |it| format!(" ({})", it.name));
            let text = format!(
                "`{}`, {sheet}{}: {}{unit}.",
                document.name(),
                head.iter().map(|it| format!(" “{}”", it.text)).collect::<Vec<_>>().join(","),
                pairs.iter().map(|it| it.text.clone()).collect::<Vec<_>>().join("; ")
            );
            let mut anchors: Vec<Anchor> = pairs.iter().take(4).map(|it| anchor(document, it)).collect();
            anchors.extend(head.iter().map(|it| anchor(document, it)));
            out.push(Claim::cited(text, anchors));
        }
    }
    out
}
