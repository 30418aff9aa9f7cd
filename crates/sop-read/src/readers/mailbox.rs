//! Mailboxes (mbox): every message as in a mail, counted from the first.

use super::mail::read_message;
use crate::reader::{About, Input, Raw, Reader};
use sop_core::{Block, BlockKind, Document, Format};
use std::io::{BufRead, BufReader, Read};

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

/// Reads a mailbox that is too long to be held in memory, message by message.
pub(super) fn read_long(input: &Input<'_>, source: &mut dyn Read) -> Result<Raw, String> {
    let mut document = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Mailbox);
    let mut messages = Messages { source: BufReader::with_capacity(1 << 20, source), header: None, n: 0 };
    while let Some(source) = messages.next().map_err(|err| format!("could not be read to its end: {}", err.kind()))? {
        if messages.n as usize > MAX_MESSAGES {
            document.remarks.push(format!("more than {MAX_MESSAGES} messages, the first {MAX_MESSAGES} were read"));
            break;
        }
        match read_message(input, &unescape(&source), messages.n, &mut document) {
            Ok(head) => document.title = document.title.or(head.subject),
            Err(message) => document.remarks.push(format!("message {} {message}", messages.n)),
        }
    }
    name_the_quoted(&mut document.blocks);
    Ok(Raw(document))
}

/// The messages of a stream, one after the other.
struct Messages<R> {
    source: BufReader<R>,
    /// First header line of the next message, which was read to know that it is one.
    header: Option<Vec<u8>>,
    /// Messages so far.
    n: u32,
}

impl<R: Read> Messages<R> {
    /// Longer messages are cut: their text stands at the beginning, what follows is attachments.
    const MAX_BYTES: usize = 32 << 20;

    /// Returns the next message without the line that begins it.
    fn next(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut begun = self.header.is_some();
        let mut message = self.header.take().unwrap_or_default();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                self.n += u32::from(begun);
                return Ok(begun.then_some(message));
            }
            let mut lines = vec![line];
            if lines[0].starts_with(b"From ") {
                lines.push(self.line()?);
                if starts_message(&lines.concat(), 0) {
                    self.header = lines.pop();
                    if begun {
                        self.n += 1;
                        return Ok(Some(message));
                    }
                    message = self.header.take().unwrap_or_default();
                    lines.clear();
                }
            }
            begun = true;
            if message.len() < Self::MAX_BYTES {
                lines.iter().for_each(|it| message.extend_from_slice(it));
            }
        }
    }

    fn line(&mut self) -> std::io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.source.by_ref().take(Self::MAX_BYTES as u64).read_until(b'\n', &mut line)?;
        Ok(line)
    }
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
    use super::{BufReader, Messages, split};
    use crate::reader::tests_support::read_raw;
    use sop_core::BlockKind;

    #[test]
    fn a_stream_has_the_messages_of_the_file() {
        let text = b"From a@b.example Mon Nov  2 09:00:00 2026\nFrom: Ana <a@b.example>\nSubject: one\n\nFrom here on we wait.\n\nFrom c@d.example Mon Nov  2 10:00:00 2026\nFrom: Cy <c@d.example>\nSubject: two\n\n>From the bank.\n";
        let mut messages = Messages { source: BufReader::with_capacity(16, &text[..]), header: None, n: 0 };
        let mut found = Vec::new();
        while let Some(it) = messages.next().unwrap() {
            found.push(it);
        }
        assert_eq!(found, split(text));
        assert_eq!(messages.n, 2);
    }

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
