//! Works out what happened: from documents to facts, lineage, people, activities in order, disagreements, gaps.

mod activities;
mod disagree;
mod facts;
mod gaps;
mod language;
mod lineage;
mod params;
mod people;
mod provenance;
mod roles;
mod stops;
mod text;

pub use params::generalise;

use activities::Work;
use facts::Ground;
use people::{People, anchor};
use sop_core::{BlockKind, Document, FactKind, FileEntry, Format, Happening, Lang, LeftOut, Parameter, Role, Script, Trace};
use std::collections::{BTreeMap, BTreeSet};
use text::{re, stems};

/// What the user said about the process, where the folder is not asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Name of the process in plain words.
    pub process: String,
    /// The period whose run is to be described; the latest if none.
    pub period: Option<String>,
    /// The language that claims are worded in; the one people mostly write if none.
    pub lang: Option<Lang>,
}

/// One piece of work has hundreds of files. Of a folder with more, those closest to this run are followed.
const MOST_FOLLOWED: usize = 1_000;

/// Traces the process in a folder's documents.
pub fn trace(documents: &[Document], left_out: &[LeftOut], asked: &Asked) -> Trace {
    let paths: Vec<String> = documents.iter().map(|it| it.path.clone()).collect();
    let mut parameters = params::find(&paths, asked.period.as_deref());
    for parameter in &mut parameters {
        // The name of a file is evidence, too: its quote is the path.
        parameter.anchor = documents.iter().find(|it| it.path.contains(&parameter.token)).map(file_anchor);
    }
    if documents.len() <= MOST_FOLLOWED {
        return follow(documents, left_out, asked, &parameters);
    }
    let (near, far) = nearest(documents, &parameters);
    let near: Vec<Document> = near.into_iter().cloned().collect();
    let mut left_out = left_out.to_vec();
    let say = asked.lang.unwrap_or_default();
    left_out.push(LeftOut {
        path: say.further_files(far.len()),
        reason: format!("read and listed, but not followed: only the {MOST_FOLLOWED} closest to this run are (narrow it with --include)"),
        sensitive: false,
    });
    let mut trace = follow(&near, &left_out, asked, &parameters);
    let roles: BTreeMap<String, Role> = far.iter().map(|it| (it.path.clone(), roles::alone(it))).collect();
    trace.files.extend(far.iter().map(|it| entry(it, &roles)));
    trace.files.sort_by(|a, b| a.path.cmp(&b.path));
    trace
}

/// Parts the documents that are followed from the rest, each in the order of their paths: this run before others, later
/// runs before earlier ones, words and scripts before data.
fn nearest<'a>(documents: &'a [Document], parameters: &[Parameter]) -> (Vec<&'a Document>, Vec<&'a Document>) {
    let rank = |it: &Document| {
        let data = matches!(it.format, Format::Csv | Format::Json | Format::Picture | Format::Archive | Format::Log);
        let other = params::other_run(&it.path, parameters);
        let run = parameters.iter().flat_map(|p| &p.others).filter(|value| other && it.path.contains(value.as_str())).max();
        (other, std::cmp::Reverse(run), data)
    };
    let mut list: Vec<(_, &Document)> = documents.iter().map(|it| (rank(it), it)).collect();
    list.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.path.cmp(&b.1.path)));
    let mut near: Vec<&Document> = list.into_iter().map(|it| it.1).collect();
    let mut far = near.split_off(MOST_FOLLOWED.min(near.len()));
    near.sort_by(|a, b| a.path.cmp(&b.path));
    far.sort_by(|a, b| a.path.cmp(&b.path));
    (near, far)
}

fn follow(documents: &[Document], left_out: &[LeftOut], asked: &Asked, parameters: &[Parameter]) -> Trace {
    let paths: Vec<String> = documents.iter().map(|it| it.path.clone()).collect();
    let scripts: Vec<Script> = text::in_parallel(documents, |it| sop_script::analyse(it, &paths)).into_iter().flatten().collect();
    let roles = roles::judge(documents, &scripts);
    let (main, foreign) = language::judge(documents, &roles);
    let say = asked.lang.unwrap_or(main);
    let people = people::collect(documents);
    let vocabulary = vocabulary(documents, &scripts, &roles);
    let gone = roles::gone_names(documents);
    let ground = Ground { documents, roles: &roles, scripts: &scripts, people: &people, vocabulary: &vocabulary, parameters, gone: &gone };
    let facts = facts::draw(&ground);
    let flows = lineage::flows(&scripts, documents);
    let performer = performer(documents, &people, &facts, &roles);
    let logged = activities::logged(&ground, &flows);
    let work =
        Work { say, logged: &logged, ground: &ground, flows: &flows, parameters, facts: &facts, performer: performer.map(|at| people.list[at].name.as_str()) };
    let activities = activities::find(&work);
    let disagreements = disagree::find(&work, &activities);
    let gaps = gaps::find(&work);
    let provenance = provenance::find(&work);
    let timeline = timeline(documents, &people, &roles);
    let stops = stops::find(&work);
    let mut limits = stops::limits(&work, &stops);
    limits.extend(stops::faults(&work, &stops));
    Trace {
        lang: say,
        foreign,
        process: asked.process.clone(),
        files: documents.iter().map(|it| entry(it, &roles)).collect(),
        unrelated: documents.iter().filter(|it| roles.get(&it.path) == Some(&Role::Noise)).map(file_anchor).collect(),
        left_out: left_out.to_vec(),
        people: people.list.clone(),
        performer,
        parameters: parameters.to_vec(),
        facts: facts.clone(),
        activities: activities.clone(),
        lineage: flows.clone(),
        timeline,
        disagreements,
        gaps,
        provenance,
        limits,
        inputs: stops::inputs(&work),
        outputs: stops::outputs(&work),
        needs: stops::needs(&work),
        events: stops::events(&work, &activities),
        terms: stops::terms(&work),
        workbook_checks: stops::workbook_checks(&work),
        stops,
        scripts: scripts.clone(),
    }
}

/// An anchor on a file as a whole, with its path as the quote.
fn file_anchor(document: &Document) -> sop_core::Anchor {
    sop_core::Anchor { artifact: document.artifact.clone(), path: document.path.clone(), place: sop_core::Place::File, quote: document.path.clone() }
}

/// Stems that name what the process works on: files, columns, scripts, subjects, headings.
fn vocabulary(documents: &[Document], scripts: &[Script], roles: &BTreeMap<String, Role>) -> BTreeSet<String> {
    let mut set = BTreeSet::new();
    for document in documents.iter().filter(|it| roles.get(&it.path) != Some(&Role::Noise)) {
        set.extend(stems(document.path.rsplit_once('.').map_or(document.path.as_str(), |it| it.0)));
        for table in &document.tables {
            set.extend(table.columns.iter().flat_map(|it| stems(&it.name)));
            set.extend(table.preamble.iter().flat_map(|it| stems(it)));
        }
        for block in &document.blocks {
            match block.kind {
                BlockKind::Heading(_) | BlockKind::Field | BlockKind::Event => set.extend(stems(&block.text)),
                BlockKind::Message => set.extend(block.context.iter().filter(|_| document.format != Format::Chat).flat_map(|it| stems(it))),
                BlockKind::Note if document.format != Format::History => set.extend(stems(&block.text)),
                _ => {}
            }
        }
    }
    for script in scripts.iter().filter(|it| roles.get(&it.path) != Some(&Role::Noise)) {
        set.extend(script.remarks.iter().flat_map(|it| stems(&it.text)));
        set.extend(script.exits.iter().filter_map(|it| it.message.as_deref()).flat_map(stems));
        set.extend(script.constants.iter().flat_map(|it| stems(&it.name)));
    }
    set
}

/// Who does the work: who reports it done, sends the result and signs the log.
fn performer(documents: &[Document], people: &People, facts: &[sop_core::Fact], roles: &BTreeMap<String, Role>) -> Option<usize> {
    let mut score: Vec<u32> = people.list.iter().map(|it| if it.inside { it.acts.min(30) } else { 0 }).collect();
    let mut decides = vec![0_u32; score.len()];
    for fact in facts {
        if let Some(at) = fact.speaker.as_deref().and_then(|it| people.find(it)) {
            score[at] += 2 * u32::from(fact.is(FactKind::Reports));
            // Who gives leave, or says "not before I have seen it", is waited for and does not do the work.
            let mine = re!(r"(?i)\b(until|till|before|unless|without|ohne dass|bevor|bis|erst wenn|nur mit|waits? for|i decide|take it to|with|mit) (i|i've|me|my|ich|mir)\b|\bi decide\b|\berst\b[^.!?;]{0,60}\b(?:wenn|sobald|nachdem) ich\b|\bentscheide ich\b|\bich entscheide\b|\bc'est moi qui\b|\b(?:lo )?decido yo\b|\b(?:avant que|sans que|tant que|une fois que|attends? que|attendez que|jusqu'à ce que) (?:je|j')|\b(?:sans|avec|par|à|que) (?:moi|mon)\b|\b(?:hasta que|antes de que|sin que|cuando) (?:yo|lo (?:vea|revise|apruebe|firme)|la (?:vea|revise|apruebe|firme))\b|\bsin mi\b|\bque (?:yo|te confirme)\b").is_match(&fact.text);
            let leave = fact.kinds.first() == Some(&FactKind::Approves);
            decides[at] += 3 * u32::from(leave) + 3 * u32::from(mine && (fact.is(FactKind::Holds) || fact.is(FactKind::Reserves)));
            // Whoever is given leave, or told to wait, is the one who does it.
            if leave || mine || fact.is(FactKind::Conditions) {
                for to in fact.to.iter().filter_map(|it| people.find(it)).filter(|it| *it != at).take(1) {
                    score[to] += 3;
                }
            }
        }
    }
    for document in documents {
        let role = roles.get(&document.path).copied().unwrap_or(Role::Noise);
        for block in &document.blocks {
            let text = &block.text;
            // "started by TB", "by SD", "Sent by: TB", "Prepared by Tom Beckett", "Packet: Shanice Doyle"
            let by = matches!(document.format, Format::Log) || matches!(block.kind, BlockKind::Row | BlockKind::Paragraph) && role != Role::PriorSop;
            if by {
                for found in re!(r"(?i)\b(?:started by|run by|sent by:?|prepared by:?|made by:?|erstellt von:?|bearbeitet von:?|préparé par:?|établi par:?|lancé par:?|envoyé par:?|preparado por:?|hecho por:?|enviado por:?|elaborado por:?|by)\s+((?-i:\p{Lu}[\p{L}]*)(?: (?-i:\p{Lu}\p{L}+))?)").captures_iter(text) {
                    if let Some(at) = people.find(&found[1]).or_else(|| people.mentioned(&found[1]).first().and_then(|it| people.find(it))) {
                        score[at] += if document.format == Format::Log { 4 } else { 2 };
                    }
                }
            }
            let sends = block.kind == BlockKind::Field && text.starts_with("attachment: ") && document.format == Format::Mail;
            if sends && let Some(at) = document.author.as_deref().and_then(|it| people.find(it)) {
                score[at] += 2;
            }
        }
    }
    for (score, decides) in score.iter_mut().zip(&decides) {
        *score = score.saturating_sub(*decides).max(u32::from(*score > 0));
    }
    let best = score.iter().enumerate().filter(|(at, _)| people.list[*at].inside).max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(&a.0)))?;
    (*best.1 > 0).then_some(best.0)
}

/// What happened when, from everything that carries a time.
fn timeline(documents: &[Document], people: &People, roles: &BTreeMap<String, Role>) -> Vec<Happening> {
    let mut out = Vec::new();
    for document in documents.iter().filter(|it| roles.get(&it.path) != Some(&Role::Noise)) {
        let mut last: Option<String> = None;
        for block in &document.blocks {
            let Some(time) = block.time else { continue };
            let tells = matches!(block.kind, BlockKind::Message | BlockKind::Command | BlockKind::LogLine | BlockKind::Note | BlockKind::Event);
            if !tells {
                continue;
            }
            // One entry a mail or commit, not one a paragraph.
            let whole = match &block.place {
                sop_core::Place::Message { n, .. } if matches!(document.format, Format::Mail | Format::Mailbox) => Some(n.to_string()),
                sop_core::Place::Commit { id, .. } => Some(id.clone()),
                _ => None,
            };
            if whole.is_some() && whole == last {
                continue;
            }
            last = whole.or(last);
            out.push(Happening {
                time,
                who: block.speaker.as_deref().map(|it| people.full(it)),
                what: text::cut(&block.text, 16),
                anchor: anchor(document, block),
            });
        }
    }
    out.sort_by(|a, b| a.time.cmp(&b.time).then(a.anchor.cmp(&b.anchor)));
    out
}

fn entry(document: &Document, roles: &BTreeMap<String, Role>) -> FileEntry {
    let count = |kind: fn(&BlockKind) -> bool| document.blocks.iter().filter(|it| kind(&it.kind)).count();
    let mut read: Vec<String> = Vec::new();
    let mut add = |n: usize, one: &str, many: &str| match n {
        0 => {}
        1 => read.push(format!("1 {one}")),
        n => read.push(format!("{n} {many}")),
    };
    add(count(|it| *it == BlockKind::Message), "passage", "passages");
    add(count(|it| *it == BlockKind::QuotedReply), "quoted passage", "quoted passages");
    add(count(|it| *it == BlockKind::Command), "command", "commands");
    add(count(|it| *it == BlockKind::LogLine), "log line", "log lines");
    add(count(|it| *it == BlockKind::Note), "note", "notes");
    add(count(|it| *it == BlockKind::Formula), "formula", "formulas");
    add(count(|it| *it == BlockKind::Field), "field", "fields");
    add(count(|it| matches!(it, BlockKind::Paragraph | BlockKind::Item { .. } | BlockKind::Heading(_))), "paragraph", "paragraphs");
    add(count(|it| *it == BlockKind::PictureText), "line in the picture", "lines in the picture");
    for table in &document.tables {
        let name = if table.name.is_empty() { String::new() } else { format!("{}: ", table.name) };
        read.push(format!("{name}{} rows, {} columns", table.rows, table.columns.len()));
    }
    if let Some(source) = &document.source {
        read.push(format!("{} lines", source.lines().count()));
    }
    FileEntry {
        path: document.path.clone(),
        role: roles.get(&document.path).copied().unwrap_or(Role::Noise),
        format: document.format,
        read: read.join(", "),
        remarks: document.remarks.clone(),
        redactions: document.redactions.len(),
    }
}
