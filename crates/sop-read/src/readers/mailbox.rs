//! Mailboxes (mbox): every message as in a mail, counted from the first.

use super::mail::read_message;
use crate::reader::{About, Input, Raw, Reader};
use sop_core::{Block, BlockKind, Document, Format};

pub(super) const READER: Reader = Reader {
    name: "mailbox",
    about: About { files: "`.mbox`", taken: "every message, as above", anchor: "message and paragraph", not_taken: "more than 5,000 messages" },
    accepts,
    read,
};

/// More mail than one piece of work has.
const MAX_MESSAGES: usize = 5_000;
/// Each is looked for in all that was said before it.
const MAX_UNNAMED: usize = 500;

fn accepts(input: &Input<'_>) -> bool {
    let name = input.name.to_lowercase();
    starts_message(input.bytes, 0) || name.ends_with(".mbox") && !input.bytes.starts_with(b"PK")
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut document = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Mailbox);
    let messages = split(input.bytes);
    for (at, source) in messages.iter().take(MAX_MESSAGES).enumerate() {
        let n = at as u32 + 1;
        match read_message(input, &unescape(source), n, &mut document) {
            Ok(head) => document.title = document.title.or(head.subject),
            Err(message) => document.remarks.push(format!("message {n} {message}")),
        }
    }
    name_the_quoted(&mut document.blocks);
    if messages.len() > MAX_MESSAGES {
        document.remarks.push(format!("{} messages, the first {MAX_MESSAGES} were read", messages.len()));
    }
    Ok(Raw(document))
}

/// Finds who is quoted without a word of whom, by what the earlier messages say.
fn name_the_quoted(blocks: &mut [Block]) {
    let unnamed: Vec<usize> = (0..blocks.len()).filter(|at| blocks[*at].kind == BlockKind::QuotedReply && blocks[*at].speaker.is_none()).collect();
    for at in unnamed.into_iter().take(MAX_UNNAMED) {
        let text = blocks[at].text.trim_end_matches("[...]").trim().to_owned();
        let said = blocks[..at].iter().rev().find(|it| it.kind == BlockKind::Message && text.len() > 12 && it.text.contains(&text));
        if let Some((speaker, time)) = said.map(|it| (it.speaker.clone(), it.time)) {
            (blocks[at].speaker, blocks[at].time) = (speaker, time);
        }
    }
}

/// Splits at lines that begin with `From ` and have a header below them, whatever else stands on the line.
fn split(bytes: &[u8]) -> Vec<&[u8]> {
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in bytes.split_inclusive(|it| *it == b'\n') {
        if starts_message(bytes, at) {
            starts.push(at);
        }
        at += line.len();
    }
    if starts.is_empty() {
        return vec![bytes];
    }
    starts.push(bytes.len());
    starts.windows(2).map(|it| after_line(&bytes[it[0]..it[1]])).filter(|it| !it.trim_ascii().is_empty()).collect()
}

fn starts_message(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at..];
    if !rest.starts_with(b"From ") {
        return false;
    }
    let next = after_line(rest);
    let name = next.split(|it| *it == b':' || *it == b'\n').next().unwrap_or_default();
    let header = next.get(name.len()) == Some(&b':') && (2..60).contains(&name.len());
    header && name.iter().all(|it| it.is_ascii_alphanumeric() || *it == b'-') || next.starts_with(b">From ")
}

fn after_line(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|it| *it == b'\n').map_or(bytes.len(), |it| it + 1);
    &bytes[end..]
}

/// Takes away the mark that mailboxes put before a body line that begins with `From `.
fn unescape(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|it| *it == b'\n') {
        out.extend_from_slice(line.strip_prefix(b">").filter(|it| it.starts_with(b"From ")).unwrap_or(line));
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::read_raw;
    use sop_core::BlockKind;

    #[test]
    fn messages_are_counted_even_below_bad_from_lines() {
        let source = "From nobody\nFrom: Ann <a@x.example>\nSubject: one\nDate: Thu, 07 May 2026 09:05:12 +0100\n\nFirst.\nFrom here on it is mine.\n\n\
            From b@x.example Mon May  7 13:20:44 2026\nFrom: Bob <b@x.example>\nSubject: Re: one\n\nSecond.\n\n> From here on it is mine.\n";
        let document = read_raw("thread.mbox", source.as_bytes());
        let said: Vec<String> = document
            .blocks
            .iter()
            .filter(|it| it.kind != BlockKind::Field)
            .map(|it| format!("{} {}: {}", it.place, it.speaker.as_deref().unwrap_or("?"), it.text))
            .collect();
        assert_eq!(
            said,
            ["message 1, line 1 Ann: First. From here on it is mine.", "message 2, line 1 Bob: Second.", "message 2, line 3 Ann: From here on it is mine."]
        );
    }
}
