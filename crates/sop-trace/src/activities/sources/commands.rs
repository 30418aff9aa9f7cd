//! Steps from what was typed and run: scripts, and files copied, cleared, moved and edited by hand.

use super::{base, code, current, file_names, plain_name, shown};
use crate::activities::{Candidate, Source, Work};
use crate::facts::Ground;
use crate::lineage::{line_anchor, started};
use crate::params::{generalise, other_run};
use crate::people::anchor;
use crate::text::{cut, re, stems, words};
use sop_core::{Block, BlockKind, Claim, Document, Format, Language, Script, StepKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};

struct Typed<'a> {
    document: &'a Document,
    block: &'a Block,
}

/// Scripts that were run, and files that were copied, moved and edited by hand.
pub(super) fn commands(work: &Work<'_>) -> Vec<Candidate> {
    let typed: Vec<Typed<'_>> = current(work)
        .filter(|it| matches!(it.format, Format::ShellHistory | Format::Log))
        .flat_map(|document| document.blocks.iter().filter(|it| was_typed(it, work)).map(move |block| Typed { document, block }))
        .collect();
    let mut out = Vec::new();
    // What a Makefile would run was run by hand where nobody typed `make`.
    let by_tool = |it: &Script| matches!(it.language, Language::Make | Language::Just);
    let unused = |it: &Script| by_tool(it) && !typed.is_empty() && !typed.iter().any(|t| runs_it(it, &t.block.text));
    // A workbook of another run has the same macros.
    let other = |it: &Script| by_program(it, work).is_some() && other_run(&it.path, work.parameters);
    let scripts: Vec<Script> = work.ground.scripts.iter().filter(|it| !unused(it) && !other(it)).cloned().collect();
    for script in started(&scripts, work.ground.roles) {
        out.extend(script_run(script, &typed, work));
    }
    out.extend(by_hand(&typed, work));
    out
}

/// A command of a history, or one that a log repeats before what came of it.
fn was_typed(block: &Block, work: &Work<'_>) -> bool {
    block.kind == BlockKind::Command || is_command_line(block) && work.ground.scripts.iter().any(|it| runs_it(it, &block.text))
}

fn is_command_line(block: &Block) -> bool {
    block.kind == BlockKind::LogLine
        && re!(r"^(?:\$ |> )?(?:make|just|python3?|Rscript|bash|sh|node|npx|ruby|perl|php|pwsh|psql|sqlite3|duckdb|dbt) [\w./-]").is_match(&block.text)
}

/// True if a command runs a script: by its name, or through the tool that finds the file by itself.
fn runs_it(script: &Script, command: &str) -> bool {
    let first = command.split_whitespace().next().unwrap_or_default();
    command.contains(base(&script.path)) || script.language == Language::Make && first == "make" || script.language == Language::Just && first == "just"
}

/// How people start what lies in another program and has no command.
fn by_program(script: &Script, work: &Work<'_>) -> Option<String> {
    let path = script.path.to_lowercase();
    let file = shown(&script.path, work);
    if path.ends_with(".ipynb") {
        return Some(work.say.run_notebook(file));
    }
    if path.ends_with(".rmd") || path.ends_with(".qmd") {
        return Some(work.say.render(file));
    }
    match script.language {
        Language::Sql => Some(work.say.run_in_database(file)),
        Language::Vba if path.ends_with(".vbs") => None,
        Language::Vba => Some(work.say.run_macro(file)),
        Language::PowerQuery => Some(work.say.refresh_queries(file)),
        Language::AppsScript => Some(work.say.run_apps_script(file)),
        _ => None,
    }
}

/// One step for each script that a person starts.
fn script_run(script: &Script, typed: &[Typed<'_>], work: &Work<'_>) -> Vec<Candidate> {
    let documents = work.ground.documents;
    let name = base(&script.path);
    let runs: Vec<&Typed<'_>> = typed.iter().filter(|it| runs_it(script, &it.block.text)).collect();
    let log = work.logged.get(&script.path);
    let (log_time, log) = (log.and_then(Logged::time), log.map(Logged::told));
    // Files that nobody ran and nothing logs, while others were run, are tools of the past or parts of others.
    let others_ran = !typed.is_empty() && work.ground.scripts.iter().any(|it| typed.iter().any(|t| runs_it(it, &t.block.text)));
    if runs.is_empty() && log.is_none() && others_ran {
        return Vec::new();
    }
    let mut anchors = Vec::new();
    let mut by_command = true;
    let command = if let Some(last) = runs.last() {
        anchors.push(anchor(last.document, last.block));
        last.block.text.clone()
    } else if let Some(usage) = script.usage.iter().find(|it| runs_it(script, &it.command)) {
        anchors.push(line_anchor(script, documents, usage.line, usage.line));
        usage.command.clone()
    } else {
        anchors.push(line_anchor(script, documents, 1, 1));
        by_command = false;
        script.language.command(&script.path)
    };
    let mut action = match by_program(script, work) {
        Some(action) if !by_command => action,
        _ => work.say.run(shown(&command, work)),
    };
    // Further ways to start it that its own words show are further steps of the same script.
    let longer: Vec<&sop_core::Usage> =
        script.usage.iter().filter(|it| runs.is_empty() && it.command.len() > command.len() && it.command.starts_with(&command)).collect();
    if let Some(usage) = script.usage.iter().find(|it| it.command == command)
        && let Some(note) = &usage.note
    {
        action.push_str(&format!(" ({})", note.trim_matches(['(', ')'])));
    }
    let purpose = script.purpose.as_ref().filter(|it| words(&it.text) <= 16);
    if let Some(purpose) = purpose {
        action.push_str(&format!("{}{}", work.say.colon, purpose.text.trim_end_matches('.').replace('`', "'")));
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
    out.first = runs.iter().find_map(|it| it.block.time);
    out.details.extend(run_besides(&command, &runs, work));
    out.details.extend(scripts_inside(script, work));
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
        let text = match log {
            Some((line, here)) => {
                at.push(here);
                work.say.done_written_log(names.join(", "), cut(&line, 14))
            }
            None => work.say.done_written(names.join(", ")),
        };
        out.done_when = Some(Claim::cited(text, at));
    } else if let Some((line, here)) = log {
        out.done_when = Some(Claim::cited(work.say.done_log(cut(&line, 14)), vec![here]));
    }
    let mut list = vec![out];
    for usage in longer {
        // The longest way is the one that makes the result; the shorter ones come before it.
        let at = line_anchor(script, documents, usage.line, usage.line);
        let note = usage.note.as_ref().map_or_else(String::new, |it| format!(" ({})", it.trim_matches(['(', ')'])));
        let first = &mut list[0];
        let mut next = Candidate::new(Source::Command, Claim::cited(work.say.run(shown(&usage.command, work)) + &note, vec![at]));
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

/// Other ways in which the same tool was started: `make clean` before `make release`.
fn run_besides(command: &str, runs: &[&Typed<'_>], work: &Work<'_>) -> Vec<Claim> {
    let target = |it: &str| it.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let tool = |it: &str| matches!(it.split_whitespace().next(), Some("make" | "just"));
    let mut seen = vec![target(command)];
    let mut out = Vec::new();
    for it in runs.iter().rev().filter(|it| tool(&it.block.text)) {
        let here = target(&it.block.text);
        if !seen.contains(&here) {
            seen.push(here);
            out.push(Claim::cited(work.say.run_besides(shown(&it.block.text, work)), vec![anchor(it.document, it.block)]));
        }
    }
    out.truncate(2);
    out
}

/// What a script starts that lies in the folder, too: somebody who follows the work has to know it.
fn scripts_inside(script: &Script, work: &Work<'_>) -> Vec<Claim> {
    let mut out: Vec<Claim> = Vec::new();
    for call in &script.calls {
        let inner = work.ground.scripts.iter().find(|it| {
            it.path != script.path
                && call.command.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=')).any(|word| word.ends_with(base(&it.path)))
        });
        let Some(inner) = inner else { continue };
        let mut text = work.say.it_runs(shown(&call.command, work));
        let mut anchors = vec![line_anchor(script, work.ground.documents, call.line, call.line)];
        if let Some(purpose) = inner.purpose.as_ref().filter(|it| words(&it.text) <= 16) {
            text.push_str(&format!("{}{}", work.say.colon, purpose.text.trim_end_matches('.').replace('`', "'")));
            anchors.push(line_anchor(inner, work.ground.documents, purpose.from, purpose.to));
        }
        if !out.iter().any(|it| it.text == text) {
            out.push(Claim::cited(text, anchors));
        }
    }
    out.truncate(5);
    out
}

/// A script with a further option counts as an object of its own: `check.js --build`.
pub(super) fn variant(name: &str, rest: &str) -> String {
    format!("{} {}", plain_name(name), rest.split_whitespace().next().unwrap_or_default())
}

/// The last line that the logs of this run have from a script.
pub(crate) struct Logged<'a> {
    document: &'a Document,
    block: &'a Block,
}

impl Logged<'_> {
    pub fn time(&self) -> Option<sop_core::Moment> {
        self.block.time
    }

    fn told(&self) -> (String, sop_core::Anchor) {
        (crate::stops::bare_line(&self.block.text), anchor(self.document, self.block))
    }
}

/// Finds, by the path of each script, the last line that the logs of this run have from it.
pub(crate) fn logged<'a>(ground: &Ground<'a>, flows: &[sop_core::Flow]) -> BTreeMap<String, Logged<'a>> {
    let scripts = ground.scripts;
    let mut out: BTreeMap<String, Logged<'a>> = BTreeMap::new();
    let logs: Vec<&Document> = ground.documents.iter().filter(|it| it.format == Format::Log && !other_run(&it.path, ground.parameters)).collect();
    if logs.is_empty() {
        return out;
    }
    let names: Vec<String> = scripts.iter().map(|it| base(&it.path).rsplit_once('.').map_or(base(&it.path), |it| it.0).to_lowercase()).collect();
    let vocabulary = Vocabulary::of(scripts, ground.documents);
    for document in logs {
        let lines: Vec<String> = document.blocks.iter().map(|it| it.text.to_lowercase()).collect();
        let several = names.iter().filter(|name| lines.iter().any(|it| it.contains(name.as_str()))).count() > 1;
        let mut inside = vec![false; scripts.len()];
        for (block, text) in document.blocks.iter().zip(&lines).filter(|it| !is_command_line(it.0)) {
            let by = vocabulary.writer(text);
            let here: Vec<bool> = names.iter().map(|it| text.contains(it.as_str())).collect();
            for (n, script) in scripts.iter().enumerate() {
                if here[n] {
                    inside[n] = true;
                } else if here.iter().zip(&names).any(|(here, other)| *here && *other != names[n] && other.len() > 4) {
                    inside[n] = false;
                }
                let own =
                    || flows.iter().any(|it| it.script == script.path && it.direction == sop_core::Direction::Writes && it.files.contains(&document.path));
                if by == Some(n) || by.is_none() && (inside[n] && here[n] || scripts.len() == 1 && !several && own()) {
                    out.insert(script.path.clone(), Logged { document, block });
                }
            }
        }
    }
    out
}

/// The words of the scripts: a log line comes from the script whose source holds most of its words.
struct Vocabulary {
    /// Which scripts hold a word.
    of: HashMap<String, Vec<usize>>,
    scripts: usize,
}

impl Vocabulary {
    fn of(scripts: &[Script], documents: &[Document]) -> Self {
        let sources: BTreeMap<&str, &str> = documents.iter().filter_map(|it| Some((it.path.as_str(), it.source.as_deref()?))).collect();
        let mut of: HashMap<String, Vec<usize>> = HashMap::new();
        for (n, script) in scripts.iter().enumerate() {
            let source = sources.get(script.path.as_str()).copied().unwrap_or_default().to_lowercase();
            let words: BTreeSet<&str> = re!(r"[a-zäöü]{3,}").find_iter(&source).map(|it| it.as_str()).collect();
            words.into_iter().for_each(|it| of.entry(it.to_owned()).or_default().push(n));
        }
        Self { of, scripts: scripts.len() }
    }

    /// Which script wrote a line in lower case, if one fits better than all others.
    fn writer(&self, text: &str) -> Option<usize> {
        let mut scores = vec![0_usize; self.scripts];
        for word in re!(r"[a-zäöü]{3,}").find_iter(text).map(|it| it.as_str()).filter(|it| !matches!(*it, "info" | "error" | "warning" | "debug")) {
            self.of.get(word).into_iter().flatten().for_each(|it| scores[*it] += 1);
        }
        let (best, most) = scores.iter().copied().enumerate().max_by_key(|it| it.1)?;
        let alone = scores.iter().filter(|it| **it == most).count() == 1;
        (most > 0 && alone).then_some(best)
    }
}

/// Copying, clearing, moving and editing at the prompt.
fn by_hand(typed: &[Typed<'_>], work: &Work<'_>) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    let mut edited: BTreeMap<String, usize> = BTreeMap::new();
    // Where the last thing that was copied stands.
    let mut copied: Option<usize> = None;
    for it in typed {
        let command = it.block.text.trim();
        let first = command.split_whitespace().next().unwrap_or_default();
        let at = vec![anchor(it.document, it.block)];
        let mut candidate = match first {
            "cp" | "xcopy" | "robocopy" | "rsync" | "scp" => {
                let mut candidate = Candidate::new(Source::Command, Claim::cited(work.say.copy(shown(command, work)), at));
                candidate.weight = 13;
                candidate.topic.extend(["copy", "empt", "folder"].map(str::to_owned));
                copied = Some(out.len());
                candidate
            }
            "rm" | "del" => {
                // Clearing straight after copying is one step: start the new folder from the old one.
                if copied.is_some_and(|at| at + 1 == out.len())
                    && let Some(last) = out.last_mut()
                {
                    last.action.text.push_str(&work.say.then_clear(shown(command, work)));
                    last.action.anchors.extend(at);
                    last.topic.extend(stems(command));
                    continue;
                }
                Candidate::new(Source::Command, Claim::cited(work.say.clear(shown(command, work)), at))
            }
            "mv" | "move" | "ren" => {
                let target = command.split_whitespace().last().unwrap_or_default();
                let mut candidate = Candidate::new(Source::Brought, Claim::cited(work.say.save_download(shown(target.trim_matches('"'), work)), at));
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
                let edits = !reads && ["ini", "csv", "conf", "toml"].iter().any(|it| target.ends_with(it));
                if let Some(&n) = edited.get(&target) {
                    // The same file again: the first time counts, later ones are corrections.
                    let _ = n;
                    continue;
                }
                edited.insert(target, out.len());
                let file = shown(whole, work);
                let action = if reads {
                    work.say.read(file)
                } else if edits {
                    work.say.edit(file)
                } else {
                    work.say.open(file)
                };
                let mut candidate = Candidate::new(Source::Command, Claim::cited(action, at));
                candidate.kind = StepKind::Judgment;
                candidate.weight = if edits { 12 } else { 4 };
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
