//! Chats as tables: a column for the time, one for the person, one for the text.

use super::super::moments::{epoch, moment_in};
use super::{Said, Talk};
use csv::ReaderBuilder;

const TIME: &[&str] = &[
    "time",
    "date",
    "timestamp",
    "datetime",
    "date time",
    "sent",
    "sent at",
    "created",
    "created at",
    "when",
    "at",
    "ts",
    "datum",
    "zeit",
    "zeitpunkt",
    "uhrzeit",
    "fecha",
    "heure",
];
const WHO: &[&str] = &[
    "from",
    "sender",
    "author",
    "user",
    "username",
    "user name",
    "by",
    "who",
    "name",
    "display name",
    "posted by",
    "von",
    "absender",
    "autor",
    "nutzer",
    "expéditeur",
    "auteur",
    "remitente",
];
const TEXT: &[&str] = &["text", "message", "body", "content", "msg", "message text", "nachricht", "mensaje", "texte"];
const UNDER: &[&str] = &["channel", "thread", "conversation", "chat", "subject", "kanal", "betreff", "room"];
/// A table with more columns is data that has a text in it.
const MAX_COLUMNS: usize = 8;

struct Columns {
    time: usize,
    who: usize,
    text: usize,
    under: Option<usize>,
}

/// Returns the comments on the tickets of a table from Jira: each in a cell of its own, `time;author;text`.
pub(super) fn tickets(text: &str) -> Option<Talk> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().ok()?.iter().map(|it| it.trim_start_matches('\u{feff}').trim().to_lowercase()).collect();
    let find = |wanted: &str| names.iter().position(|it| it == wanted);
    let (key, summary) = (find("issue key")?, find("summary")?);
    let comments: Vec<usize> = (0..names.len()).filter(|it| names[*it] == "comment" || names[*it] == "comments").collect();
    let mut talk = Talk::default();
    for row in reader.records().flatten() {
        let cell = |at: usize| row.get(at).map(str::trim).unwrap_or_default();
        let line = row.position().map(|it| it.line() as u32);
        let context = Some(format!("{} {}", cell(key), cell(summary)).trim().to_owned());
        for comment in comments.iter().map(|it| cell(*it)) {
            let mut parts = comment.splitn(3, ';');
            let (Some(time), Some(who), Some(text)) = (parts.next().and_then(ticket_time), parts.next(), parts.next()) else { continue };
            talk.said.push(Said {
                who: Some(who.trim().to_owned()).filter(|it| !it.is_empty()),
                time: Some(time),
                text: text.to_owned(),
                context: context.clone(),
                line,
                ..Said::default()
            });
        }
    }
    (!talk.said.is_empty()).then_some(talk)
}

/// Reads a time as Jira writes it, `03/Nov/26 9:15 AM`, or as anybody else does.
fn ticket_time(text: &str) -> Option<sop_core::Moment> {
    let mut parts = text.trim().splitn(3, '/');
    let (day, month, rest) = (parts.next()?, parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match rest.split_once(' ') {
        Some((year, clock)) if year.len() == 2 && month.starts_with(char::is_alphabetic) => moment_in(&format!("{day} {month} 20{year} {clock}")),
        _ => moment_in(text),
    }
}

/// Whether the table is a talk, judged by its first lines.
pub(super) fn is_chat(head: &str, name: &str) -> bool {
    let delimiter = if name.to_lowercase().ends_with(".tsv") { b'\t' } else { delimiter(head) };
    let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(head.as_bytes());
    reader.headers().ok().and_then(columns).is_some()
}

pub(super) fn read(text: &str, channel: String) -> Option<Talk> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let columns = reader.headers().ok().and_then(columns)?;
    let mut talk = Talk::default();
    for row in reader.records().flatten() {
        let cell = |at: usize| row.get(at).map(str::trim).filter(|it| !it.is_empty());
        let Some(text) = cell(columns.text) else { continue };
        talk.said.push(Said {
            who: cell(columns.who).map(str::to_owned),
            time: cell(columns.time).and_then(|it| it.parse::<f64>().ok().map_or_else(|| moment_in(it), epoch)),
            text: text.to_owned(),
            context: columns.under.and_then(cell).map(str::to_owned).or_else(|| Some(channel.clone())),
            line: row.position().map(|it| it.line() as u32),
            ..Said::default()
        });
    }
    // Texts of one word are states or codes, not talk.
    let n_spoken = talk.said.iter().filter(|it| it.text.contains(' ')).count();
    (n_spoken * 2 >= talk.said.len() && n_spoken > 0).then_some(talk)
}

fn columns(headers: &csv::StringRecord) -> Option<Columns> {
    let names: Vec<String> = headers.iter().map(|it| it.trim_start_matches('\u{feff}').trim().to_lowercase().replace(['_', '-'], " ")).collect();
    let find = |wanted: &[&str]| wanted.iter().find_map(|wanted| names.iter().position(|it| it == wanted));
    let columns = Columns { time: find(TIME)?, who: find(WHO)?, text: find(TEXT)?, under: find(UNDER) };
    (names.len() <= MAX_COLUMNS).then_some(columns)
}

fn delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    *[b',', b';', b'\t', b'|'].iter().max_by_key(|it| head.bytes().filter(|byte| byte == *it).count()).unwrap_or(&b',')
}
