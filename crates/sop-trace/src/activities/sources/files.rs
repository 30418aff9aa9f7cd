//! Steps from files: those that have to be brought, and those that people write or talk over in each run.

use super::{base, code, current, file_names, plain_name, role};
use crate::activities::{Candidate, Source, Work};
use crate::lineage::{brought, line_anchor};
use crate::params::{generalise, other_run};
use crate::people::anchor;
use crate::text::{cut, re, shared, stems, words};
use sop_core::{Block, BlockKind, Claim, Document, Format, Role, StepKind};

/// One step for each file that scripts read and none writes: where it comes from, how it is exported, its name.
pub(super) fn inputs(work: &Work<'_>) -> Vec<Candidate> {
    let mut out = Vec::new();
    for input in brought(work.flows, work.ground.roles) {
        let Some(file) = input.files.iter().find(|it| !other_run(it, work.parameters)) else { continue };
        let Some(document) = work.ground.documents.iter().find(|it| it.path == *file) else { continue };
        let general = generalise(file, work.parameters);
        let looked_up = general == *file && !matches!(document.format, Format::Workbook);
        let mut anchors = vec![input.anchor.clone()];
        let mut text = if looked_up { work.say.keep_up_to_date(code(&general)) } else { work.say.bring(code(&general)) };
        let note = told_in_head(work, base(file));
        if let Some((words, at)) = &note {
            text.push_str(&format!("{}“{words}”", work.say.colon));
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
                    candidate.details.push(Claim::cited(work.say.head_must_read(said), at));
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

/// Documents that people write in each run: their shape is what the next one has to have.
pub(super) fn documents(work: &Work<'_>) -> Vec<Candidate> {
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
        let mut text = work.say.write_document(&general);
        if let Some(title) = title {
            text.push_str(&format!(" (“{}”)", cut(&title.text, 12)));
        }
        if labels.is_empty() {
            let heads: Vec<&Block> = document.blocks.iter().filter(|it| matches!(it.kind, BlockKind::Heading(n) if n > 1)).take(4).collect();
            if !heads.is_empty() {
                text.push_str(&work.say.with_headings(heads.iter().map(|it| format!("“{}”", cut(&it.text, 8))).collect::<Vec<_>>().join(", ")));
                anchors.extend(heads.iter().map(|it| anchor(document, it)));
            }
        } else {
            text.push_str(&work.say.under_headings(labels.iter().take(5).map(|it| it.0.clone()).collect::<Vec<_>>().join("; ")));
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

/// Tables that a script makes and people then talk over, row by row: what they decide on is a step of its own.
pub(super) fn judged_tables(work: &Work<'_>) -> Vec<Candidate> {
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
        let marked = if verdicts.is_empty() { String::new() } else { work.say.marked(verdicts.join(", ")) };
        let text = work.say.go_through(
            code(&generalise(&document.path, work.parameters)),
            marked,
            people.join(&format!(" {} ", work.say.and)),
            cut(&talk[0].1.text, 14),
        );
        let mut anchors = vec![sop_core::Anchor {
            artifact: document.artifact.clone(),
            path: document.path.clone(),
            place: head.place.clone(),
            quote: head.columns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", "),
        }];
        anchors.extend(talk.iter().take(2).map(|it| anchor(it.0, it.1)));
        let mut candidate = Candidate::new(Source::Written, Claim::inferred(text, anchors, work.say.by_talk));
        candidate.kind = StepKind::Judgment;
        // Talk of the same names before the table was made is about something else.
        let made = work
            .flows
            .iter()
            .find(|it| it.direction == sop_core::Direction::Writes && it.files.contains(&document.path))
            .and_then(|it| work.logged.get(&it.script)?.time());
        candidate.time = talk.iter().filter_map(|it| it.1.time).filter(|it| made.is_none_or(|made| *it >= made)).min();
        candidate.reads.push(document.path.clone());
        candidate.topic = stems(base(&document.path));
        out.push(candidate);
    }
    out
}
