//! Which script reads and writes which file, which files come from outside, and which scripts a person starts.

use crate::roles::Pattern;
use crate::text::re;
use sop_core::{Anchor, Direction, Document, Flow, Place, Role, Script};
use std::collections::BTreeMap;

/// An anchor on lines of a script, with the source lines as its quote.
pub(crate) fn line_anchor(script: &Script, documents: &[Document], from: u32, to: u32) -> Anchor {
    let document = documents.iter().find(|it| it.path == script.path);
    let quote = document
        .and_then(|it| it.source.as_deref())
        .map(|source| {
            source
                .lines()
                .skip(from.saturating_sub(1) as usize)
                .take((to.saturating_sub(from) + 1).min(6) as usize)
                .map(str::trim)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .unwrap_or_default();
    Anchor {
        artifact: script.artifact.clone(),
        path: script.path.clone(),
        place: document.map_or(Place::Lines { from, to }, |it| it.place_of(from, to)),
        quote: quote.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// Draws the edges of the lineage.
pub(crate) fn flows(scripts: &[Script], documents: &[Document]) -> Vec<Flow> {
    let mut out = Vec::new();
    for script in scripts {
        let files = |pattern: &str| -> Vec<String> {
            let pattern = Pattern::new(pattern);
            documents.iter().filter(|it| pattern.fits(&it.path)).map(|it| it.path.clone()).collect()
        };
        let first = out.len();
        let mut add = |direction, pattern: &str, line| {
            if out[first..].iter().any(|it: &Flow| it.direction == direction && it.pattern == pattern) {
                return;
            }
            out.push(Flow {
                script: script.path.clone(),
                direction,
                pattern: pattern.to_owned(),
                files: files(pattern),
                anchor: line_anchor(script, documents, line, line),
            });
        };
        for it in &script.reads {
            add(Direction::Reads, &it.pattern, it.line);
        }
        for it in &script.writes {
            add(Direction::Writes, &it.pattern, it.line);
        }
        for it in &script.imports {
            add(Direction::Imports, &it.pattern, it.line);
        }
        for it in &script.calls {
            add(Direction::Runs, &it.command, it.line);
        }
    }
    out
}

/// A file that scripts read and no script writes: somebody has to bring it.
pub(crate) struct Brought<'a> {
    pub pattern: &'a str,
    pub files: &'a [String],
    pub anchor: &'a Anchor,
}

/// Returns the files that come from outside, in the order in which scripts read them.
pub(crate) fn brought<'a>(flows: &'a [Flow], roles: &BTreeMap<String, Role>) -> Vec<Brought<'a>> {
    let mut out: Vec<Brought<'a>> = Vec::new();
    for flow in flows.iter().filter(|it| it.direction == Direction::Reads && !it.files.is_empty()) {
        let written =
            flows.iter().any(|it| it.direction == Direction::Writes && (it.pattern == flow.pattern || it.files.iter().any(|f| flow.files.contains(f))));
        let kept = flow.files.iter().all(|it| matches!(roles.get(it), Some(Role::Template | Role::Config | Role::Script)));
        let known = out.iter().any(|it| it.files.iter().any(|f| flow.files.contains(f)));
        if !(written || kept || known) {
            out.push(Brought { pattern: &flow.pattern, files: &flow.files, anchor: &flow.anchor });
        }
    }
    out
}

/// Scripts that a person starts: not imported and not called by another, producers before their readers.
pub(crate) fn started<'a>(scripts: &'a [Script], roles: &BTreeMap<String, Role>) -> Vec<&'a Script> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let live: Vec<&Script> = scripts.iter().filter(|it| roles.get(&it.path) != Some(&Role::Noise)).collect();
    let called = |script: &Script| {
        let own = name(&script.path);
        live.iter().any(|it| it.path != script.path && !it.language.is_started_by_machine() && (it.calls.iter().any(|call| call.command.contains(&own))))
    };
    let mut list: Vec<&Script> = live.iter().copied().filter(|it| !it.language.is_started_by_machine() && !called(it)).collect();
    // A module that is only imported has no way to be started.
    list.retain(|it| {
        let own = name(&it.path);
        let imported = live.iter().any(|other| other.path != it.path && other.imports.iter().any(|i| i.pattern.ends_with(&own)));
        !imported || !it.usage.is_empty() || !it.arguments.is_empty()
    });
    // Stable insertion: a script goes before the first one that reads what it writes.
    let feeds = |a: &Script, b: &Script| {
        let ends = |p: &str| re!(r"\{[^}]*\}").replace_all(&name(p), "*").into_owned();
        a.writes.iter().any(|w| b.reads.iter().any(|r| ends(&w.pattern) == ends(&r.pattern) && ends(&w.pattern).chars().any(char::is_alphabetic)))
    };
    let mut out: Vec<&Script> = Vec::new();
    for script in list {
        let at = out.iter().position(|it| feeds(script, it) && !feeds(it, script)).unwrap_or(out.len());
        out.insert(at, script);
    }
    out
}
