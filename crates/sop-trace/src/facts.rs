//! What people said, in their own words: passages that carry a request, a leave, a ban, a limit, a reason.

use crate::people::People;
use crate::text::{Likes, quantities, sentences, shared, stems, words};
use sop_core::{Anchor, Block, BlockKind, Document, Fact, FactKind, Format, Role, Script};
use std::collections::{BTreeMap, BTreeSet};

/// A passage has no more words than this; longer ones are for reading, not for following.
const MOST_WORDS: usize = 52;

/// What facts are drawn from: documents with their roles, and the vocabulary of the process.
pub(crate) struct Ground<'a> {
    pub documents: &'a [Document],
    pub roles: &'a BTreeMap<String, Role>,
    pub scripts: &'a [Script],
    pub people: &'a People,
    /// Stems that name the files, columns, scripts and subjects of the process.
    pub vocabulary: &'a BTreeSet<String>,
    pub parameters: &'a [sop_core::Parameter],
    /// People who are said to be gone.
    pub gone: &'a [String],
}

/// A piece of text by one voice, with what it stands under.
struct Voice<'a> {
    document: &'a Document,
    text: &'a str,
    place: sop_core::Place,
    speaker: Option<String>,
    to: Vec<String>,
    time: Option<sop_core::Moment>,
    /// What the voice answers or stands under.
    context: Option<Context>,
    kind: BlockKind,
}

#[derive(Clone)]
struct Context {
    text: String,
    anchor: Option<Anchor>,
    speaker: Option<String>,
}

/// Draws the facts out of every voice of the folder, heaviest first.
pub(crate) fn draw(ground: &Ground<'_>) -> Vec<Fact> {
    let pages = Pages::of(ground);
    // One document after the other says the same, only slower.
    let mut facts: Vec<Fact> = crate::text::in_parallel(ground.documents, |it| of_document(it, ground, &pages)).into_iter().flatten().collect();
    for script in ground.scripts {
        let Some(document) = ground.documents.iter().find(|it| it.path == script.path) else { continue };
        let role = ground.roles.get(&script.path).copied().unwrap_or(Role::Script);
        if role == Role::Noise {
            continue;
        }
        for remark in &script.remarks {
            // A table of exit codes is told with the exits.
            if crate::text::re!(r"(?i)^(exits?:?\s+)?\d+ .+\b\d+ \p{L}").is_match(&remark.text)
                || crate::text::re!(r"(?i)\bexit \d").is_match(&remark.text)
                || crate::activities::file_names(&remark.text).len() >= 3
            {
                continue;
            }
            let voice = Voice {
                document,
                text: &remark.text,
                place: document.place_of(remark.from, remark.to),
                speaker: None,
                to: Vec::new(),
                time: None,
                context: beside(script, document, remark.from, remark.to),
                kind: BlockKind::CodeComment,
            };
            let mut found = passages(&voice, role, ground);
            // What a dead script says of its time is no rule any more; that it is dead is worth knowing.
            if crate::stops::is_dead(script) {
                for fact in &mut found {
                    fact.kinds = vec![FactKind::Retires];
                }
            }
            facts.extend(found);
        }
    }
    join(facts)
}

/// The facts of the voices of one document.
fn of_document(document: &Document, ground: &Ground<'_>, pages: &Pages) -> Vec<Fact> {
    let mut facts = Vec::new();
    let role = ground.roles.get(&document.path).copied().unwrap_or(Role::Noise);
    if matches!(role, Role::Noise | Role::PriorSop) || role == Role::Input && matches!(document.format, Format::Chat | Format::Text | Format::Markdown) {
        return Vec::new();
    }
    let list = voices(document, role, ground, pages);
    for (n, voice) in list.iter().enumerate() {
        // A point of a list whose lead is a passage is told with it.
        let lead = (0..n).rev().find(|&it| !is_point(list[it].text));
        if is_point(voice.text)
            && lead.is_some_and(|it| {
                list[it].text.trim_end().ends_with(':')
                    && list[it].speaker == voice.speaker
                    && facts.iter().any(|f: &Fact| f.anchors.len() > 1 && f.anchors[0].place == list[it].place)
            })
        {
            continue;
        }
        let mut found = passages(voice, role, ground);
        if let Some(last) = found.last_mut()
            && last.text.trim_end().ends_with(':')
        {
            for point in list[n + 1..].iter().take_while(|it| is_point(it.text) && it.speaker == voice.speaker).take(4) {
                if words(&last.text) + words(point.text) > 100 {
                    break;
                }
                last.text = format!("{} {}", last.text, point.text);
                last.topic.extend(stems(point.text));
                last.anchors.push(Anchor {
                    artifact: document.artifact.clone(),
                    path: document.path.clone(),
                    place: point.place.clone(),
                    quote: point.text.to_owned(),
                });
                last.weight += 1;
            }
            last.topic.sort();
            last.topic.dedup();
        }
        facts.extend(found);
    }
    facts
}

/// The constant that a remark stands beside or above.
fn beside(script: &Script, document: &Document, from: u32, to: u32) -> Option<Context> {
    let constant = script.constants.iter().find(|it| it.line == from || it.line == to || it.line == to + 1)?;
    Some(Context {
        text: format!("{} = {}", constant.name, constant.value),
        anchor: Some(Anchor {
            artifact: script.artifact.clone(),
            path: script.path.clone(),
            place: document.place_of(constant.line, constant.line),
            quote: format!("{} = {}", constant.name, constant.value),
        }),
        speaker: None,
    })
}

/// The voices of one document, in order, each with what it answers.
fn voices<'a>(document: &'a Document, role: Role, ground: &Ground<'_>, pages: &Pages) -> Vec<Voice<'a>> {
    let mut out: Vec<Voice<'a>> = Vec::new();
    let made = role == Role::Record && product(document, ground, pages);
    for (n, block) in document.blocks.iter().enumerate() {
        let speaks = match block.kind {
            BlockKind::Message | BlockKind::Note | BlockKind::Event => true,
            // A quoted reply counts only if the mail it repeats is not in the folder itself.
            BlockKind::QuotedReply => {
                let here = stems(&block.text);
                !here.is_empty() && !pages.mails.sharing(&here).any(|(_, n)| n * 10 >= here.len() * 7)
            }
            BlockKind::CodeComment => document.format != Format::Script,
            BlockKind::Item { .. } | BlockKind::Paragraph if document.format == Format::Workbook => words(&block.text) >= 4,
            BlockKind::Item { .. } | BlockKind::Paragraph if document.format == Format::Notebook => true,
            BlockKind::Item { .. } | BlockKind::Paragraph => role == Role::Note || role == Role::Record && !made,
            BlockKind::Cell | BlockKind::Field => {
                document.format == Format::Workbook && words(&block.text) >= 4 && role != Role::Input && says_something(document, block, ground)
            }
            BlockKind::PictureText => words(&block.text) >= 4,
            _ => false,
        };
        if !speaks || words(&block.text) < 2 {
            continue;
        }
        out.push(Voice {
            document,
            text: &block.text,
            place: block.place.clone(),
            speaker: (block.kind == BlockKind::Note)
                .then(|| signed(&block.text, ground.people))
                .flatten()
                .or_else(|| block.speaker.as_deref().map(|it| ground.people.full(it)))
                .or_else(|| author(document, role, ground)),
            to: match block.kind {
                // What a mail repeats was said to the one who answers it.
                BlockKind::QuotedReply if block.to.is_empty() => document.author.iter().map(|it| ground.people.full(it)).collect(),
                _ => block.to.iter().map(|it| ground.people.full(it)).collect(),
            },
            time: block.time,
            context: context(document, n, block),
            kind: block.kind,
        });
    }
    out
}

/// Cells of a table of data are data, but for a column of notes; and a tab of instructions is an old page.
fn says_something(document: &Document, block: &Block, ground: &Ground<'_>) -> bool {
    let sop_core::Place::Cell { sheet, .. } = &block.place else { return true };
    if crate::roles::is_instructions(sheet) {
        return !crate::roles::is_stale_tab(document, sheet, ground.gone);
    }
    let tabled = document.tables.iter().any(|it| it.name == *sheet && it.columns.len() > 2);
    let column = block.context.as_deref().unwrap_or_default();
    // What stands above the header belongs to no column: "Client manager: ..".
    let above = column.matches(" / ").count() == 0 && words(&block.text) >= 5;
    !tabled
        || above
        || crate::text::re!(
            r"(?i)\b(notes?|comments?|remarks?|rules?|why|reason|action|bemerkung(en)?|hinweis(e)?|kommentar|grund|remarques?|notas?|when|limit|policy)\b"
        )
        .is_match(column)
}

/// A page that is made anew in each run, or stands in the folder more than once, is what the work makes: it says
/// something to those who get it and nothing about how it is made.
fn product(document: &Document, ground: &Ground<'_>, pages: &Pages) -> bool {
    let each_run =
        crate::params::generalise(document.name(), ground.parameters) != document.name() || crate::params::other_run(document.name(), ground.parameters);
    let here = || stems(document.name());
    each_run
        || pages.names.get(document.name()).is_some_and(|it| *it > 1)
        || document.path.matches('/').count() >= 2
        || !pages.templates.is_empty() && pages.templates.iter().any(|it| shared(it, &here()) >= 2)
}

/// What is looked up for every document, gathered once.
struct Pages {
    /// How many documents have a name.
    names: BTreeMap<String, usize>,
    /// Stems of the names of templates.
    templates: Vec<Vec<String>>,
    /// Passages of mails, by their stems.
    mails: Likes,
}

impl Pages {
    fn of(ground: &Ground<'_>) -> Self {
        let mut pages = Self { names: BTreeMap::new(), templates: Vec::new(), mails: Likes::default() };
        for document in ground.documents {
            *pages.names.entry(document.name().to_owned()).or_default() += 1;
            if ground.roles.get(&document.path) == Some(&Role::Template) {
                pages.templates.push(stems(document.name()));
            }
        }
        let quotes = ground.documents.iter().flat_map(|it| &it.blocks).any(|it| it.kind == BlockKind::QuotedReply);
        let mails = ground.documents.iter().filter(|it| quotes && matches!(it.format, Format::Mail | Format::Mailbox));
        for (n, block) in mails.flat_map(|it| &it.blocks).filter(|it| it.kind == BlockKind::Message).enumerate() {
            pages.mails.add(n, &stems(&block.text));
        }
        pages
    }
}

/// The cell that a note hangs on, by the row that holds it: the row's longest entry.
fn noted_row(document: &Document, sheet: &str, cell: &str) -> Option<String> {
    let digits = |it: &str| it.trim_start_matches(|c: char| c.is_ascii_alphabetic()).to_owned();
    let row = digits(cell);
    let block = document
        .blocks
        .iter()
        .find(|it| it.kind == BlockKind::Row && matches!(&it.place, sop_core::Place::Cell { sheet: s, cell: c } if s == sheet && digits(c) == row))?;
    let value = block
        .text
        .split(" | ")
        .filter_map(|it| it.split_once(": "))
        .map(|it| it.1)
        .filter(|it| words(it) >= 2 && words(it) <= 12)
        .max_by_key(|it| words(it))?;
    Some(value.to_owned())
}

/// Notes that close with initials are the word of whoever has them, whatever account they were written from.
fn signed(text: &str, people: &People) -> Option<String> {
    let last = text.split_whitespace().rev().find(|it| it.chars().any(char::is_alphabetic))?.trim_matches(|c: char| !c.is_alphabetic());
    let initials = (2..=3).contains(&last.len()) && last.chars().all(|c| c.is_ascii_uppercase());
    initials.then(|| people.find(last)).flatten().map(|at| people.list[at].name.clone())
}

/// A note has the voice of whoever wrote it, if the file says who.
fn author(document: &Document, role: Role, ground: &Ground<'_>) -> Option<String> {
    if role == Role::Record && matches!(document.format, Format::Pdf | Format::Docx | Format::Html) {
        // "Marg Whitcombe, September 2025" under the title of a page.
        let line = document.blocks.iter().take(4).find(|it| words(&it.text) <= 7 && ground.people.list.iter().any(|p| it.text.starts_with(&p.name)))?;
        return ground.people.list.iter().find(|it| line.text.starts_with(&it.name)).map(|it| it.name.clone());
    }
    let by = document.author.as_deref()?;
    (role == Role::Note).then(|| ground.people.find(by)).flatten().map(|at| ground.people.list[at].name.clone())
}

/// What a block answers: for chat the message before it, for a cell its row, for an item its heading.
fn context(document: &Document, n: usize, block: &Block) -> Option<Context> {
    if document.format == Format::Chat {
        let before = document.blocks[..n]
            .iter()
            .rev()
            .take(3)
            .find(|it| it.kind == BlockKind::Message && it.speaker != block.speaker && words(&it.text) >= 3 && near(it, block))?;
        return Some(Context { text: before.text.clone(), anchor: Some(crate::people::anchor(document, before)), speaker: before.speaker.clone() });
    }
    if let (sop_core::Place::Region { x, y, .. }, true) = (&block.place, block.kind == BlockKind::PictureText) {
        return title_above(document, *x, *y).map(|text| Context { text, anchor: None, speaker: None });
    }
    let mut text = block.context.clone()?;
    if let sop_core::Place::CellNote { sheet, cell } = &block.place
        && text.rsplit(" / ").next().is_some_and(|it| it.chars().all(|c| c.is_ascii_digit()))
        && let Some(row) = noted_row(document, sheet, cell)
    {
        text = row;
    }
    Some(Context { text, anchor: None, speaker: None })
}

/// The short line that heads a column of text in a picture, at most a few lines above.
pub(crate) fn title_above(document: &Document, x: u32, y: u32) -> Option<String> {
    document
        .blocks
        .iter()
        .filter_map(|it| match it.place {
            sop_core::Place::Region { x: bx, y: by, .. } if bx.abs_diff(x) <= 24 && by < y && y - by <= 90 => Some((by, &it.text)),
            _ => None,
        })
        .filter(|(_, text)| words(text) <= 4 && !text.trim_end().ends_with(['.', '!', '?', ':']) && !text.contains(": "))
        .max_by_key(|it| it.0)
        .map(|it| it.1.clone())
}

/// Two chat messages belong together within three quarters of an hour.
fn near(a: &Block, b: &Block) -> bool {
    match (a.time, b.time) {
        (Some(a), Some(b)) => b.duration_since(a).as_secs() <= 45 * 60,
        _ => true,
    }
}

/// True for a point of a list: it begins with a bullet or a number.
fn is_point(text: &str) -> bool {
    crate::text::re!(r"^\s*(?:[-*•–]\s|\d{1,2}[.)]?\s+\p{L})").is_match(text)
}

/// Words with which a sentence leans on the one before it.
const LEANS: &[&str] = &[
    "it",
    "that",
    "this",
    "there",
    "them",
    "those",
    "these",
    "he",
    "she",
    "they",
    "then",
    "so",
    "but",
    "and",
    "or",
    "otherwise",
    "nothing",
    "anything",
    "until",
    "without",
    "when",
    "if",
    "over",
    "under",
    "not",
    "no",
    "yes",
    "had",
    "else",
    "both",
    "same",
    "das",
    "dies",
    "dann",
    "sonst",
    "wenn",
    "aber",
    "und",
    "es",
    "sie",
    "danach",
    "falls",
    "darum",
    "deshalb",
    "dafür",
    "sinon",
    "puis",
    "ensuite",
    "mais",
    "ça",
    "cela",
    "alors",
    "donc",
    "après",
    "luego",
    "entonces",
    "pero",
    "eso",
    "esto",
    "después",
];

fn leans(sentence: &str) -> bool {
    let first: Vec<String> = sentence.split(|c: char| !(c.is_alphanumeric() || c == '\'')).filter(|it| !it.is_empty()).take(2).map(str::to_lowercase).collect();
    first.first().is_some_and(|it| LEANS.contains(&it.as_str())) || words(sentence) < 5
}

/// Cuts a voice into passages that say something.
fn passages(voice: &Voice<'_>, role: Role, ground: &Ground<'_>) -> Vec<Fact> {
    let list = sentences(voice.text);
    let acts: Vec<Vec<sop_rules::Act>> = list.iter().map(|it| sop_rules::acts(it)).collect();
    let strong = |n: usize| acts[n].iter().any(|it| it.weight >= 5);
    let mut out = Vec::new();
    let mut at = 0;
    while at < list.len() {
        if !strong(at) && !(acts[at].iter().any(|it| it.kind == FactKind::Instructs)) {
            at += 1;
            continue;
        }
        let mut from = at;
        let mut to = at;
        let count = |from: usize, to: usize| list[from..=to].iter().map(|it| words(it)).sum::<usize>();
        let taken = out.last().map_or(0, |it: &(usize, usize)| it.1 + 1);
        while from > taken && (leans(list[from]) || from == at && words(list[from - 1]) <= 14) && count(from - 1, to) <= MOST_WORDS {
            from -= 1;
        }
        // Two leaves in one paragraph are two gates: "only Marek signs. Above 120 ask me."
        let leave = |n: usize| {
            acts[n].iter().any(|it| it.weight >= 8 && matches!(it.kind, FactKind::Holds | FactKind::Reserves))
                && (!ground.people.mentioned(list[n]).is_empty()
                    || crate::text::re!(r"(?i)\b(i|i'm|i've|me|my|ich|mir|mich|je|moi|yo|mí)\b|\bj'").is_match(list[n]))
        };
        while to + 1 < list.len()
            && !(leave(to + 1) && (from..=to).any(leave) && !leans(list[to + 1]))
            && (strong(to + 1) || leans(list[to + 1]))
            && count(from, to + 1) <= MOST_WORDS
        {
            to += 1;
        }
        out.push((from, to));
        at = to + 1;
    }
    // What the result is used for is told by itself, not in the shadow of a limit or a gate.
    let purpose = |n: usize| !list[n].ends_with('?') && words(list[n]) >= 8 && acts[n].iter().any(|it| it.kind == FactKind::Explains && it.weight >= 7);
    let other = |n: usize| acts[n].iter().any(|it| it.weight >= 6 && it.kind != FactKind::Explains && it.kind != FactKind::Reports);
    let mut split = Vec::new();
    for (from, to) in out {
        match (from..=to).find(|&n| purpose(n)) {
            Some(n) if (from..=to).any(|m| m != n && other(m)) => {
                if n > from {
                    split.push((from, n - 1));
                }
                split.push((n, n));
                if n < to {
                    split.push((n + 1, to));
                }
            }
            _ => split.push((from, to)),
        }
    }
    split.into_iter().filter_map(|(from, to)| fact(voice, &list, &acts, from, to, role, ground)).collect()
}

/// Makes one fact of the sentences `from..=to` of a voice.
fn fact(voice: &Voice<'_>, list: &[&str], acts: &[Vec<sop_rules::Act>], from: usize, to: usize, role: Role, ground: &Ground<'_>) -> Option<Fact> {
    let start = list[from].as_ptr() as usize - voice.text.as_ptr() as usize;
    let end = list[to].as_ptr() as usize - voice.text.as_ptr() as usize + list[to].len();
    let text = &voice.text[start..end];
    let mut kinds: BTreeMap<FactKind, i32> = BTreeMap::new();
    let mut rules: Vec<String> = Vec::new();
    for act in acts[from..=to].iter().flatten() {
        let weight = kinds.entry(act.kind).or_default();
        *weight = (*weight).max(act.weight);
        if !rules.iter().any(|it| it == act.rule) {
            rules.push(act.rule.to_owned());
        }
    }
    if kinds.is_empty() {
        return None;
    }
    let mut order: Vec<(FactKind, i32)> = kinds.into_iter().collect();
    order.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let names: Vec<String> = ground.people.mentioned(text).into_iter().filter(|it| Some(it) != voice.speaker.as_ref()).collect();
    let topic = stems(text);
    let around = voice.context.as_ref().map(|it| stems(&it.text)).unwrap_or_default();
    let own = topic.iter().filter(|it| ground.vocabulary.contains(*it)).count();
    let near = around.iter().filter(|it| ground.vocabulary.contains(*it)).count();
    let mut weight = order[0].1 * 2 + order.get(1).map_or(0, |it| it.1) + order.get(2).map_or(0, |it| it.1 / 2);
    weight += 2 * i32::from(!names.is_empty()) + 3 * i32::from(!quantities(text).is_empty());
    weight += match voice.kind {
        BlockKind::Note => 4,
        BlockKind::Message | BlockKind::QuotedReply => 2,
        _ => 0,
    };
    weight += i32::try_from(own.min(4)).unwrap_or(0);
    if own == 0 {
        weight -= if near >= 1 { 3 } else { 12 };
    }
    if words(text) < 4 {
        weight -= 4;
    }
    // A remark of a programmer to programmers, unless it speaks of people or limits.
    if voice.kind == BlockKind::CodeComment && names.is_empty() && quantities(text).is_empty() && voice.context.is_none() {
        weight -= 5;
    }
    // A ban on letting something out is never a small matter.
    let bans = order.iter().take(2).any(|it| it.0 == FactKind::Forbids);
    if bans && crate::text::re!(r"(?i)\b(customers?'?s?|clients?'?s?|patients?|address(es)?|bank|password|private|personal|outside|to anyone|to anybody|attach\w*|publish\w*|share|quote|forward|kunden|patienten|vertraulich|niemandem|weitergeben|clientes?|pacientes|contraseñas?|fuera|mots? de passe|confidentiel\w*|confidencial)\b").is_match(text) {
        weight += 6;
    }
    // This run is what is described; an earlier one says it only where this one does not.
    if crate::params::other_run(&voice.document.path, ground.parameters) {
        weight -= 6;
    }
    // What outsiders write is for the people of the work to answer, not for a newcomer to follow.
    if voice.speaker.as_deref().and_then(|it| ground.people.find(it)).is_some_and(|at| !ground.people.list[at].inside) {
        weight -= 14;
    }
    if text.contains('?') && !order.iter().take(1).any(|it| matches!(it.0, FactKind::Holds | FactKind::Reserves | FactKind::Decides)) {
        weight -= 6;
    }
    if weight < 8 {
        return None;
    }
    let anchor = Anchor { artifact: voice.document.artifact.clone(), path: voice.document.path.clone(), place: voice.place.clone(), quote: text.to_owned() };
    let context = voice.context.as_ref();
    Some(Fact {
        kinds: order.into_iter().map(|it| it.0).collect(),
        text: text.to_owned(),
        context: context.map(|it| match &it.speaker {
            Some(speaker) => format!("{}: {}", ground.people.full(speaker), it.text),
            None => it.text.clone(),
        }),
        speaker: voice.speaker.clone(),
        to: voice.to.clone(),
        time: voice.time,
        anchors: vec![anchor],
        context_anchor: context.and_then(|it| it.anchor.clone()),
        rules,
        weight,
        names,
        topic,
        role,
    })
}

/// Joins facts that say the same in several places, and puts the heaviest first.
fn join(mut facts: Vec<Fact>) -> Vec<Fact> {
    facts.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.anchors[0].cmp(&b.anchors[0])));
    let mut out: Vec<Fact> = Vec::new();
    let mut likes = Likes::default();
    let mut texts: BTreeMap<String, usize> = BTreeMap::new();
    for fact in facts {
        let like = likes.sharing(&fact.topic).filter(|(at, both)| {
            let it = &out[*at];
            let all = it.topic.len() + fact.topic.len() - both;
            it.topic.len() >= 4 && *both as f64 / all as f64 >= 0.6
                || fact.topic.len() >= 4 && it.kinds[0] == fact.kinds[0] && both * 10 >= fact.topic.len() * 8
        });
        let twin = like.map(|it| it.0).chain(texts.get(&fact.text).copied()).min();
        match twin.map(|at| &mut out[at]) {
            Some(twin) => {
                if twin.anchors.len() < 3 && !twin.anchors.contains(&fact.anchors[0]) {
                    twin.anchors.push(fact.anchors[0].clone());
                    twin.weight += 2;
                }
            }
            None => {
                likes.add(out.len(), &fact.topic);
                texts.entry(fact.text.clone()).or_insert(out.len());
                out.push(fact);
            }
        }
    }
    out.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.anchors[0].cmp(&b.anchors[0])));
    out
}
