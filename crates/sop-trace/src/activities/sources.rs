//! Where steps are seen: commands that were typed, files that had to be brought, notes and checklists, leave that
//! was given, mail that was sent, documents that were written, screens, calendars, reports.

use super::{Candidate, Source, Work};
use crate::params::{generalise, other_run};
use crate::roles::Pattern;
use crate::text::re;
use sop_core::{BlockKind, Document, Format, Moment, Role};
use std::collections::{BTreeMap, BTreeSet};

mod commands;
mod files;
mod lists;
mod people;
mod screens;

pub(crate) use commands::{Logged, logged};

pub(super) fn all(work: &Work<'_>) -> Vec<Candidate> {
    let mut out = commands::commands(work);
    out.extend(files::inputs(work));
    out.extend(lists::checklists(work));
    out.extend(lists::notes(work));
    out.extend(lists::cell_notes(work));
    out.extend(people::approvals(work));
    out.extend(people::sent(work));
    out.extend(files::documents(work));
    out.extend(screens::screens(work));
    out.extend(screens::recordings(work));
    out.extend(screens::events(work));
    out.extend(people::reports(work));
    out.extend(files::judged_tables(work));
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
    re!(r"(?i)[\w{}*.-]*\w\.(?:csv|tsv|xlsx?|xlsm|docx?|pdf|png|jpe?g|json|ini|toml|ya?ml|py|sh|js|mjs|ts|r|rmd|ps1|sql|txt|md|zip|ics|conf|eml|msg|bat|pptx?|rtf|odt|ods|odp|vsdx|drawio|sqlite|db|parquet|ipynb|html?)\b")
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

/// What nobody says when it was brought was there just before it was read.
pub(super) fn date_inputs(list: &mut [Candidate]) {
    let readers: Vec<(Vec<String>, Option<sop_core::Moment>)> =
        list.iter().filter(|it| it.source == Source::Command).map(|it| (it.reads.clone(), it.time)).collect();
    for candidate in list.iter_mut().filter(|it| it.source == Source::Brought && it.time.is_none() && it.listed.is_none()) {
        let read = readers.iter().filter(|(reads, _)| reads.iter().any(|it| candidate.writes.contains(it))).filter_map(|it| it.1).min();
        candidate.time = read.and_then(|it| it.checked_sub(jiff::Span::new().seconds(1)).ok());
    }
}

/// A file of this run that was committed had been made by then.
pub(super) fn date_by_history(work: &Work<'_>, list: &mut [Candidate]) {
    let mut added: BTreeMap<String, Moment> = BTreeMap::new();
    for document in work.ground.documents.iter().filter(|it| it.format == Format::History) {
        let folder = document.path.strip_suffix(document.name()).unwrap_or_default();
        for block in document.blocks.iter().filter(|it| it.kind == BlockKind::Row) {
            let (Some(path), Some(time)) = (block.text.strip_prefix("added "), block.time) else { continue };
            let path = format!("{folder}{path}");
            // What every run makes anew under the same name says nothing of this one.
            if generalise(&path, work.parameters) != path {
                let first = added.entry(path).or_insert(time);
                *first = time.min(*first);
            }
        }
    }
    for candidate in list {
        let writes: Vec<Pattern> = candidate.writes.iter().map(|it| Pattern::new(it)).collect();
        candidate.kept = added.iter().filter(|(path, _)| writes.iter().any(|it| it.fits(path))).map(|it| *it.1).max();
    }
}
