//! Zones the text of a mail: what its sender says, what it repeats from others, and signatures.

use super::super::moments::{end_of_moment, moment_in};
use super::{fold, turned};
use regex::Regex;
use sop_core::{Block, BlockKind, Moment, Place};
use std::sync::LazyLock;

/// A message as far as its paragraphs need it.
pub(crate) struct Letter {
    pub n: u32,
    pub subject: Option<String>,
    pub from: Option<String>,
    pub to: Vec<String>,
    pub time: Option<Moment>,
}

/// Nobody quotes deeper, and what is deeper is the same text again.
const MAX_QUOTED: usize = 12;
/// A longer text below `--` is no signature.
const MAX_SIGNATURE: usize = 10;
/// A name further from the end is in the middle of the text.
const MAX_SIGN_OFF: usize = 4;

impl Letter {
    /// Makes a block that the sender says.
    pub fn block(&self, kind: BlockKind, text: impl Into<String>, line: u32) -> Block {
        let mut block = Block::new(kind, text, Place::Message { n: self.n, line }).at(self.time);
        block.speaker.clone_from(&self.from);
        block.to.clone_from(&self.to);
        block.context.clone_from(&self.subject);
        block
    }

    /// Adds a block for each paragraph, item and signature of the text.
    pub fn read(&self, text: &str, blocks: &mut Vec<Block>) {
        for zone in zones(text) {
            let speaker = if zone.quoted { zone.speaker.clone() } else { self.from.clone() };
            for piece in pieces(&zone.lines, speaker.as_deref()) {
                let kind = match (piece.signature, zone.quoted) {
                    (true, _) => BlockKind::Signature,
                    (_, true) => BlockKind::QuotedReply,
                    _ => BlockKind::Message,
                };
                let mut block = self.block(kind, piece.text, piece.line);
                if zone.quoted {
                    block.speaker.clone_from(&speaker);
                    block.time = zone.time;
                    block.to.clear();
                }
                blocks.push(block);
            }
        }
    }
}

/// Lines that follow each other and that one person wrote.
#[derive(Debug, Default)]
struct Zone {
    quoted: bool,
    speaker: Option<String>,
    time: Option<Moment>,
    lines: Vec<(u32, String)>,
}

/// A line without its quote marks.
struct Line {
    n: u32,
    depth: usize,
    text: String,
}

/// Whom each depth of quoting repeats.
type Quoted = (Option<String>, Option<Moment>);

fn zones(text: &str) -> Vec<Zone> {
    let lines: Vec<Line> = text.lines().enumerate().map(|(at, it)| Line::new(at as u32 + 1, it)).collect();
    let mut zones: Vec<Zone> = vec![Zone::default()];
    // The first is the sender's own depth; it becomes a quote below "From: .. Sent: ..".
    let mut who: Vec<Option<Quoted>> = vec![None];
    let mut depth = 0;
    let mut at = 0;
    while at < lines.len() {
        let line = &lines[at];
        if let Some((quoted, n_lines)) = attribution(&lines[at..]) {
            let deeper = lines[at + n_lines..].iter().find(|it| !it.text.is_empty()).is_some_and(|it| it.depth > line.depth);
            let level = line.depth + usize::from(deeper);
            who.resize(level + 1, None);
            who[level] = Some(quoted);
            at += n_lines;
            depth = level;
            zones.push(zone(&who, level));
            continue;
        }
        // A blank line without a mark between quoted lines does not end the quote.
        if line.depth != depth && !(line.text.is_empty() && line.depth < depth) {
            depth = line.depth;
            // Deeper names stay: a quote that an answer interrupts goes on below it.
            who.resize(who.len().max(depth + 1), None);
            zones.push(zone(&who, depth));
        }
        if let Some(zone) = zones.last_mut() {
            zone.lines.push((line.n, line.text.clone()));
        }
        at += 1;
    }
    zones
}

fn zone(who: &[Option<Quoted>], depth: usize) -> Zone {
    let (speaker, time) = who.get(depth).cloned().flatten().unwrap_or_default();
    Zone { quoted: depth > 0 || who.first().is_some_and(Option::is_some), speaker, time, lines: Vec::new() }
}

impl Line {
    fn new(n: u32, line: &str) -> Self {
        let mut depth = 0;
        let mut rest = line;
        while depth < MAX_QUOTED
            && let Some(inner) = rest.trim_start_matches(' ').strip_prefix('>')
        {
            depth += 1;
            rest = inner;
        }
        let rest = if depth > 0 { rest.strip_prefix(' ').unwrap_or(rest) } else { rest };
        Self { n, depth, text: rest.trim_end().to_owned() }
    }
}

struct Patterns {
    wrote: Regex,
    from: Regex,
    sent: Regex,
    other: Regex,
    original: Regex,
    item: Regex,
    closing: Regex,
    disclaimer: Regex,
    device: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let fixed = |pattern: &str| Regex::new(pattern).expect("a fixed pattern");
    Patterns {
        wrote: fixed(
            r"(?i)^(?:On|Am|Le|El|Il|Op|Em|Den|W dniu|Em|Dne)?\s?.{0,300}?\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev|pisze|napisał\(a\)|napsal)\b(.{0,120}?)\s?:$",
        ),
        from: fixed(r"(?i)^\**(?:From|Von|De|Da|Van|Fra|Från|Od)\s?:\**\s+(.+)$"),
        sent: fixed(r"(?i)^\**(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Fecha|Inviato|Data|Verzonden|Sendt|Skickat|Wysłano)(?: (?:le|el|am))?\s?:\**\s+(.+)$"),
        other: fixed(
            r"(?i)^\**(?:To|An|À|A|Para|Aan|Til|Till|Do|Cc|Kopie|Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Emne|Ämne|Temat|Importance|Wichtigkeit|Attachments|Anlagen|Reply-To)\s?:\**(?:\s.*)?$",
        ),
        original: fixed(
            r"(?i)^(?:-{2,}\s*.{0,10}(?:original message|forwarded message|weitergeleitete nachricht|ursprüngliche nachricht|message d'origine|message transféré|mensaje original|mensaje reenviado|messaggio originale|oorspronkelijk bericht).{0,10}\s*-{2,}|begin forwarded message:|_{10,})$",
        ),
        item: fixed(r"^(?:[-*•·–]\s+|\(?(?:\d{1,2}|[a-z])[.)]\s+|\[[ xX]\]\s*)\S"),
        closing: fixed(
            r"(?i)^(?:(?:kind|best|warm|many)\s+)?(?:regards|wishes|thanks|thank you|cheers|yours|yours (?:sincerely|faithfully|truly)|sincerely|best|all the best|mit freundlichen grüßen|mit freundlichem gruß|(?:viele|beste|liebe|freundliche|herzliche|schöne)n? gr(?:ü|ue)(?:ß|ss)e|vg|mfg|lg|gruß|cordialement|bien cordialement|bien à vous|saludos|un saludo|atentamente|cordiali saluti|met vriendelijke groet(?:en)?|mvh|med vänlig hälsning)(?: (?:from|aus) .{2,30})?\s*[,.!]?$",
        ),
        disclaimer: fixed(
            r"(?i)(?:\bconfidential\b.*\b(?:intended|addressee|recipient)|\b(?:intended (?:only|solely)|solely for the)\b.*\b(?:recipient|addressee|named|use)|vertrauliche informationen|registered (?:office|in england)|please consider the environment|unsubscribe|this (?:e-?mail|message) (?:and any|was scanned|has been scanned)|amtsgericht .*\bhrb\b)",
        ),
        device: fixed(
            r"(?i)^(?:sent from my |sent from (?:outlook|mail)|get outlook for |von meinem .{2,30} gesendet|gesendet von |envoyé de mon |enviado desde mi |inviato da |verzonden vanaf )",
        ),
    }
});

/// Reads the line or lines that say whom the following text quotes, and returns how many lines they are.
fn attribution(lines: &[Line]) -> Option<(Quoted, usize)> {
    wrote(lines).or_else(|| header_block(lines))
}

/// "On Tue, 3 Nov 2026 at 16:02, Tom Beckett wrote:", which mail programs wrap.
fn wrote(lines: &[Line]) -> Option<(Quoted, usize)> {
    let first = lines.first()?;
    if first.text.is_empty() || first.text.len() > 300 {
        return None;
    }
    let mut joined = String::new();
    for (at, line) in lines.iter().take(3).enumerate() {
        if line.depth != first.depth || line.text.is_empty() {
            return None;
        }
        joined.push_str(line.text.trim());
        if let Some(it) = PATTERNS.wrote.captures(&joined)
            && let quoted = quoted_in(&joined, it.get(1).map_or("", |it| it.as_str()))
            // "What I wrote:" is a sentence; a date, an address or quoted lines make it an attribution.
            && (quoted.1.is_some() || joined.contains('@') || lines.get(at + 1).is_some_and(|it| it.depth > first.depth))
        {
            return Some((quoted, at + 1));
        }
        joined.push(' ');
    }
    None
}

fn quoted_in(line: &str, after_verb: &str) -> Quoted {
    static VERB: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\s*\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev|pisze|napisał\(a\)|napsal)\b").expect("a fixed pattern")
    });
    let before_verb = VERB.find_iter(line).last().map_or(line, |it| &line[..it.start()]);
    let time = moment_in(line);
    // Germans put the name behind the verb, unless the date stands there.
    let name = match (after_verb.trim(), time) {
        (after, _) if !after.is_empty() && moment_in(after).is_none() => after.to_owned(),
        (_, Some(_)) if let Some(end) = end_of_moment(before_verb) => before_verb[end..].to_owned(),
        _ => before_verb.to_owned(),
    };
    (person(&name), time)
}

/// Takes the name out of "Tom Beckett <tom@a.example>", or the address if there is no name.
fn person(text: &str) -> Option<String> {
    static ZONE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^(?:\s*,|\s*(?:UTC|GMT|CET|CEST|BST|Uhr)\b|\s*[+-]\d{4}\b|\s*\([A-Z]{2,5}\))+").expect("a fixed pattern"));
    let text = ZONE.replace(text, "").replace("mailto:", "");
    let trim = |it: &str| fold(it.trim_matches(|c: char| c.is_whitespace() || "\"'*,:;<>[]()".contains(c)));
    let name = trim(text.split(['<', '[', '(']).next().unwrap_or_default());
    let name = if name.is_empty() { trim(&text) } else { name };
    Some(turned(name)).filter(|it| !it.is_empty() && it.len() < 80)
}

/// "From: .. Sent: .. To: .. Subject: ..", with or without a line that announces it.
fn header_block(lines: &[Line]) -> Option<(Quoted, usize)> {
    let depth = lines.first()?.depth;
    let mut at = 0;
    let announced = PATTERNS.original.is_match(lines[0].text.trim());
    if announced {
        at += 1;
        while lines.get(at).is_some_and(|it| it.depth == depth && it.text.is_empty()) && at < 4 {
            at += 1;
        }
    }
    let from = PATTERNS.from.captures(lines.get(at)?.text.trim());
    let Some(from) = from else {
        let rule = lines[0].text.starts_with('_');
        return (announced && !rule).then_some(((None, None), at));
    };
    let (mut time, mut n_labels) = (None, 1);
    let start = at;
    at += 1;
    while let Some(line) = lines.get(at).filter(|it| it.depth == depth && !it.text.is_empty() && at < start + 10) {
        if let Some(sent) = PATTERNS.sent.captures(line.text.trim()) {
            time = moment_in(&sent[1]);
        } else if !PATTERNS.other.is_match(line.text.trim()) && n_labels > 2 && !line.text.contains('@') {
            break;
        }
        n_labels += 1;
        at += 1;
    }
    let labelled = lines[start..at].iter().filter(|it| PATTERNS.sent.is_match(it.text.trim()) || PATTERNS.other.is_match(it.text.trim())).count();
    (labelled >= 2 || announced && labelled >= 1).then(|| ((person(&from[1]), time), at))
}

/// A paragraph, an item or a signature.
struct Piece {
    line: u32,
    text: String,
    signature: bool,
}

type Lines = [(u32, String)];

fn pieces(lines: &Lines, speaker: Option<&str>) -> Vec<Piece> {
    let mark = lines.iter().position(|(_, it)| matches!(it.as_str(), "--" | "-- " | "—"));
    let (body, below) = mark.map_or((lines, &[][..]), |at| (&lines[..at], &lines[at + 1..]));
    let mut paragraphs: Vec<&Lines> = body.split(|(_, it)| it.trim().is_empty()).filter(|it| !it.is_empty()).collect();
    let mut signed = Vec::new();
    while paragraphs.last().is_some_and(|it| is_dropped(it)) {
        paragraphs.pop();
    }
    let start = paragraphs.len().saturating_sub(MAX_SIGN_OFF);
    let signing = (start..paragraphs.len()).rev().find_map(|at| {
        let closed = at > 0 && paragraphs[at - 1].last().is_some_and(|(_, it)| PATTERNS.closing.is_match(it.trim()));
        let from = sign_off(paragraphs[at], speaker, mark.is_some(), closed)?;
        // Only a greeting makes a name further up the end of the text.
        let greeted = closed || from > 0 && PATTERNS.closing.is_match(paragraphs[at][from - 1].1.trim());
        (greeted || at + 1 == paragraphs.len()).then_some((at, from))
    });
    let mut after = Vec::new();
    if let Some((at, from)) = signing {
        let last = paragraphs[at];
        signed.extend(signature(&last[from..]));
        for lines in paragraphs.drain(at..).skip(1) {
            match is_contact(lines) {
                true => signed.extend(signature(lines)),
                false => after.push(lines),
            }
        }
        let above = &last[..without_closing(&last[..from])];
        if !above.is_empty() {
            paragraphs.push(above);
        }
    }
    while paragraphs.last().is_some_and(|it| it.len() == 1 && PATTERNS.closing.is_match(it[0].1.trim())) {
        paragraphs.pop();
    }
    let mut pieces: Vec<Piece> = paragraphs.into_iter().chain(after).filter(|it| !is_disclaimer(it)).flat_map(paragraph).collect();
    pieces.append(&mut signed);
    pieces.sort_by_key(|it| it.line);
    let n_below = below.iter().filter(|(_, it)| !it.trim().is_empty()).count();
    let is_signature = n_below <= MAX_SIGNATURE || below.iter().any(|(_, it)| PATTERNS.disclaimer.is_match(it));
    for lines in below.split(|(_, it)| it.trim().is_empty()).filter(|it| !it.is_empty() && !is_dropped(it)) {
        match is_signature {
            true => pieces.extend(signature(lines)),
            false => pieces.extend(paragraph(lines)),
        }
    }
    pieces
}

fn is_dropped(lines: &Lines) -> bool {
    is_disclaimer(lines) || lines.iter().all(|(_, it)| PATTERNS.device.is_match(it.trim()))
}

fn is_disclaimer(lines: &Lines) -> bool {
    let text = lines.iter().map(|(_, it)| it.as_str()).collect::<Vec<_>>().join(" ");
    PATTERNS.disclaimer.is_match(&text)
}

/// Finds the line of a last paragraph where its writer signs with a name or initials.
fn sign_off(lines: &Lines, speaker: Option<&str>, marked: bool, closed_above: bool) -> Option<usize> {
    let tail = lines.len().saturating_sub(6);
    let short = |from: usize| lines[from..].iter().all(|(_, it)| it.chars().count() < 80 && !PATTERNS.item.is_match(it.trim()));
    (tail..lines.len()).find(|from| {
        let line = lines[*from].1.trim();
        // A name at the end of a longer paragraph counts if a greeting or nothing but a line of title is around it.
        let closed = *from == 0
            || PATTERNS.closing.is_match(lines[*from - 1].1.trim())
            || *from + 1 == lines.len() && lines[*from - 1].1.trim().ends_with(['.', '!', '?', ')']);
        let named = speaker.is_some_and(|it| is_name_of(line, it));
        let unknown = speaker.is_none() && marked && line.split_whitespace().count() <= 3;
        let greeted = closed_above && *from == 0 || *from > 0 && PATTERNS.closing.is_match(lines[*from - 1].1.trim());
        let signed_name = greeted && line.split_whitespace().count() <= 4 && !line.ends_with(['.', '?', ':']);
        closed && (named || unknown || signed_name) && short(*from)
    })
}

fn without_closing(lines: &Lines) -> usize {
    let closing = lines.last().is_some_and(|(_, it)| PATTERNS.closing.is_match(it.trim()));
    lines.len() - usize::from(closing)
}

/// Lines of an address, a job or a telephone: no sentence, and nothing added after the name.
fn is_contact(lines: &Lines) -> bool {
    lines.iter().all(|(_, it)| {
        let line = it.trim();
        let sentence = line.ends_with(['.', '!', '?', ':']) && line.split_whitespace().count() >= 5;
        let added =
            ["ps", "p.s", "nb", "n.b", "pps"].iter().any(|it| line.to_lowercase().strip_prefix(it).is_some_and(|rest| !rest.starts_with(char::is_alphabetic)));
        line.chars().count() < 80 && !sentence && !added && !PATTERNS.item.is_match(line)
    })
}

/// Whether a line is the name, first name or initials of a person, with nothing said besides.
fn is_name_of(line: &str, speaker: &str) -> bool {
    const BESIDES: &[&str] = &["the", "team", "x", "xx", "dr", "prof", "mr", "mrs", "ms", "herr", "frau", "from", "all", "at", "and"];
    let words = |text: &str| text.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty()).map(str::to_lowercase).collect::<Vec<_>>();
    let mut parts = line.splitn(2, ',').map(str::trim);
    let first = parts.next().unwrap_or_default();
    let first = if PATTERNS.closing.is_match(first) { parts.next().unwrap_or_default() } else { first };
    let (said, name) = (words(first), words(speaker.split('@').next().unwrap_or_default()));
    if said.is_empty() || said.len() > 4 || line.ends_with(['?', ':', ',', '!']) {
        return false;
    }
    let initials: String = name.iter().filter_map(|it| it.chars().next()).collect();
    // "Col" signs for Colin, and "M" for Marg.
    let is_part = |it: &String| name.iter().any(|name| name.starts_with(it.as_str()));
    let named = said.iter().any(is_part) && said.iter().all(|it| is_part(it) || BESIDES.contains(&it.as_str()));
    named || said.concat() == initials
}

/// Joins a name that stands alone with the title below it; further lines stay apart.
fn signature(lines: &Lines) -> Vec<Piece> {
    let kept: Vec<&(u32, String)> = lines.iter().filter(|(_, it)| !it.trim().is_empty() && !PATTERNS.device.is_match(it.trim())).collect();
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, (line, text)) in kept.into_iter().enumerate() {
        let text = fold(text);
        match pieces.first_mut() {
            Some(first) if at == 1 && !first.text.contains([',', '|', '-']) => first.text = format!("{}, {text}", first.text),
            _ => pieces.push(Piece { line: *line, text, signature: true }),
        }
    }
    pieces
}

/// Splits a paragraph into its items and set-in lines, and joins the lines that were wrapped.
fn paragraph(lines: &Lines) -> Vec<Piece> {
    let counted = is_counted(lines);
    let mut pieces: Vec<Piece> = Vec::new();
    let mut item_indent = None;
    for (n, line) in lines {
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        let item = PATTERNS.item.is_match(trimmed) || counted && starts_with_number(trimmed).is_some();
        // What is set in and continues no item is a row of figures or a command.
        let set_in = indent >= 2 && item_indent.is_none_or(|it| indent <= it) || trimmed.contains("   ");
        match pieces.last_mut() {
            Some(last) if !item && !set_in => {
                last.text.push(' ');
                last.text.push_str(&fold(trimmed));
            }
            _ => pieces.push(Piece { line: *n, text: fold(trimmed), signature: false }),
        }
        if item {
            item_indent = Some(indent);
        }
    }
    pieces
}

/// Whether the lines are counted without dots: "1 this", "2 that".
fn is_counted(lines: &Lines) -> bool {
    let numbers: Vec<u32> = lines.iter().filter_map(|(_, it)| starts_with_number(it.trim())).collect();
    numbers.len() >= 2 && numbers.iter().enumerate().all(|(at, it)| *it == at as u32 + numbers[0]) && numbers[0] <= 1
}

fn starts_with_number(line: &str) -> Option<u32> {
    let (number, rest) = line.split_once(' ')?;
    number.parse().ok().filter(|it| *it < 30 && rest.starts_with(char::is_alphabetic))
}
