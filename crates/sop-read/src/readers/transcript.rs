//! Transcripts of meetings and films (.vtt, .srt): who said what, in whole sentences.

use super::lines::{fold, place};
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use regex::Regex;
use sop_core::{Block, BlockKind, Document, Format};
use std::sync::LazyLock;

pub(super) const READER: Reader = Reader {
    name: "transcript",
    about: About {
        files: "`.vtt`, `.srt`",
        taken: "who said what, sentences put together again, how far into the recording",
        anchor: "lines",
        not_taken: "the sound and pictures themselves",
    },
    accepts,
    read,
};

const MAX_CUES: usize = 100_000;
/// What one person says without a break is cut at the end of a sentence beyond this.
const LONG: usize = 100;
const MAX_SAID: usize = 1_000;

struct Patterns {
    times: Regex,
    voice: Regex,
    tag: Regex,
    named: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let fixed = |pattern: &str| Regex::new(pattern).expect("a fixed pattern");
    Patterns {
        times: fixed(r"^\s*((?:\d{1,3}:)?\d{1,2}:\d{2})[.,]\d{1,3}\s*-->\s*(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}"),
        voice: fixed(r"<v(?:\.[^\s>]*)?\s+([^>]+)>"),
        tag: fixed(r"</?[A-Za-z0-9][^<>]{0,200}>|\{\\an?\d\}"),
        named: fixed(r"^(?:>>\s*)?(\p{Lu}[\p{L}'’.-]*(?: [\p{L}'’.()-]+){0,3}):\s+(\S.*)$"),
    }
});

fn accepts(input: &Input<'_>) -> bool {
    let name = input.name.to_lowercase();
    let named = [".vtt", ".srt", ".sbv"].iter().any(|it| name.ends_with(it));
    let head = &input.bytes[..input.bytes.len().min(4_096)];
    let marked = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).starts_with(b"WEBVTT");
    marked || named && is_text(head) && decode(head).lines().any(|it| PATTERNS.times.is_match(it) || it.starts_with("WEBVTT"))
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Chat);
    doc.blocks = blocks(&decode(input.bytes));
    if doc.blocks.is_empty() {
        doc.remarks.push("nobody says anything in it".into());
    }
    Ok(Raw(doc))
}

/// A stretch of what one person says.
struct Said {
    who: Option<String>,
    /// How far into the recording, as the file writes it, without parts of a second.
    at: String,
    from: u32,
    to: u32,
    text: String,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut said: Vec<Said> = Vec::new();
    let mut at: Option<String> = None;
    let mut who: Option<String> = None;
    let mut n_cues = 0;
    for (n, line) in (1..).zip(text.lines()) {
        if let Some(times) = PATTERNS.times.captures(line) {
            at = Some(times[1].to_owned());
            // A voice lasts for its cue, a name before a colon until the next name.
            n_cues += 1;
            if n_cues > MAX_CUES {
                break;
            }
            continue;
        }
        if line.trim().is_empty() {
            at = None;
            continue;
        }
        // Outside of a cue stand its number, notes and styles.
        let Some(at) = &at else { continue };
        let voice = PATTERNS.voice.captures(line).map(|it| fold(&it[1]));
        let plain = fold(&PATTERNS.tag.replace_all(line, ""));
        let plain = plain.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ");
        let (named, plain) = match PATTERNS.named.captures(&plain) {
            Some(it) if voice.is_none() => (Some(it[1].to_owned()), it[2].to_owned()),
            _ => (None, plain),
        };
        if let Some(name) = voice.or(named) {
            who = Some(name);
        }
        if plain.is_empty() || plain == "-" {
            continue;
        }
        match said.last_mut() {
            Some(last) if last.who == who && !last.is_full() => {
                // Live captions say the line before once more.
                if !last.text.ends_with(&plain) {
                    last.text.push(' ');
                    last.text.push_str(&plain);
                }
                last.to = n;
            }
            _ => said.push(Said { who: who.clone(), at: at.clone(), from: n, to: n, text: plain }),
        }
    }
    said.into_iter()
        .map(|it| {
            let mut block = Block::new(BlockKind::Message, it.text, place(it.from, it.to));
            block.speaker = it.who;
            block.context = Some(format!("at {}", it.at));
            block
        })
        .collect()
}

impl Said {
    fn is_full(&self) -> bool {
        let ended = self.text.ends_with(['.', '?', '!', '。', '？']);
        ended && (self.who.is_none() || self.text.len() >= LONG) || self.text.len() >= MAX_SAID
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let shown: Vec<String> = blocks(text)
            .iter()
            .map(|it| format!("{} {} [{}] {}", it.place, it.speaker.as_deref().unwrap_or("?"), it.context.as_deref().unwrap_or(""), it.text))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn voices_of_a_meeting_are_put_together() {
        check(
            "WEBVTT\n\nNOTE made by hand\n\n1\n00:00:01.000 --> 00:00:03.500\n<v Ruth Adeyemi>Anything over five hundred</v>\n\n2\n00:00:03.500 --> 00:00:05.000\n<v Ruth Adeyemi>goes to Dana first.</v>\n\n3\n00:00:06.000 --> 00:00:07.000\n<v Tom Beckett>Understood.</v>\n",
            &["lines 7-11 Ruth Adeyemi [at 00:00:01] Anything over five hundred goes to Dana first.", "line 15 Tom Beckett [at 00:00:06] Understood."],
        );
    }

    #[test]
    fn subtitles_with_names_or_without() {
        check(
            "1\r\n00:01:10,000 --> 00:01:12,000\r\nRuth: export it\r\nas CSV.\r\n\r\n2\r\n00:01:13,000 --> 00:01:15,000\r\nTom Beckett: &amp; the view?\r\n",
            &["lines 3-4 Ruth [at 00:01:10] export it as CSV.", "line 8 Tom Beckett [at 00:01:13] & the view?"],
        );
        check(
            "1\n00:00:01,000 --> 00:00:02,000\n<i>Click Save.</i>\n\n2\n00:00:03,000 --> 00:00:04,000\nThen close.\n",
            &["line 3 ? [at 00:00:01] Click Save.", "line 7 ? [at 00:00:03] Then close."],
        );
    }
}
