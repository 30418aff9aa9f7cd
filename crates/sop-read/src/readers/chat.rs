//! Chats: Slack, Teams and ticket exports in JSON, WhatsApp and pasted text, CSV; one block per line of a message.

mod json;
mod rows;
mod text;

use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use sop_core::{Block, BlockKind, Document, Format, Moment, Place};

pub(super) const READER: Reader = Reader {
    name: "chat",
    about: About {
        files: "Slack, Teams and ticket exports (JSON, CSV), WhatsApp (text), pasted chats",
        taken: "who, when, each line",
        anchor: "message",
        not_taken: "what hangs on a message (pictures, files) unless it lies in the folder",
    },
    accepts,
    read,
};

/// A larger file is a dump of a system, not the talk around one piece of work.
const MAX_BYTES: usize = 30_000_000;
const MAX_MESSAGES: usize = 20_000;

/// One message, whatever it was exported by.
#[derive(Debug, Default, Clone, PartialEq)]
struct Said {
    who: Option<String>,
    time: Option<Moment>,
    text: String,
    /// Channel, thread or subject of the ticket.
    context: Option<String>,
    files: Vec<String>,
    /// Line of the file, where the file is made of lines.
    line: Option<u32>,
}

/// What a chat file holds.
#[derive(Debug, Default)]
struct Talk {
    title: Option<String>,
    said: Vec<Said>,
}

fn accepts(input: &Input<'_>) -> bool {
    find(input, true).is_some()
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let talk = find(input, false).ok_or("is no chat")?;
    let mut document = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Chat);
    document.title = talk.title;
    if talk.said.len() > MAX_MESSAGES {
        document.remarks.push(format!("{} messages, the first {MAX_MESSAGES} were read", talk.said.len()));
    }
    for (at, said) in talk.said.into_iter().take(MAX_MESSAGES).enumerate() {
        document.blocks.extend(blocks(said, at as u32 + 1));
    }
    Ok(Raw(document))
}

/// Reads the file by its form; `glance` is enough to know whether it is a chat.
fn find(input: &Input<'_>, glance: bool) -> Option<Talk> {
    if input.bytes.len() > MAX_BYTES || !is_text(input.bytes) {
        return None;
    }
    let extension = input.name.rsplit_once('.').map_or(String::new(), |(_, it)| it.to_lowercase());
    // Only the text forms can be judged by their beginning; a glance at the others must read them.
    let head = |n: usize| decode(&input.bytes[..input.bytes.len().min(n)]);
    match extension.as_str() {
        "json" => json::read(&decode(input.bytes), channel_of(input)),
        "csv" | "tsv" => {
            rows::is_chat(&head(8_192), input.name).then_some(())?;
            rows::read(&decode(input.bytes), channel_of(input))
        }
        "txt" | "" | "chat" => text::read(&if glance { head(100_000) } else { decode(input.bytes) }, input.name),
        _ => None,
    }
}

/// Names the channel by the file, or by its folder if the file is named for its day, as Slack exports are.
fn channel_of(input: &Input<'_>) -> String {
    let stem = input.name.rsplit_once('.').map_or(input.name, |(stem, _)| stem);
    let dated = !stem.is_empty() && stem.chars().all(|it| it.is_ascii_digit() || "-_.".contains(it));
    let folder = input.artifact.path.rsplit('/').nth(1);
    folder.filter(|_| dated).unwrap_or(stem).to_owned()
}

/// In a chat a line end is meant, so that each line is a block.
fn blocks(said: Said, n: u32) -> Vec<Block> {
    let mut blocks = Vec::new();
    let block = |kind: BlockKind, text: String, line: u32| {
        let mut block = Block::new(kind, text, Place::Message { n, line }).at(said.time);
        block.speaker.clone_from(&said.who);
        block.context.clone_from(&said.context);
        block
    };
    for (at, line) in said.text.lines().enumerate() {
        let line = super::ooxml::fold(line);
        if !line.is_empty() {
            blocks.push(block(BlockKind::Message, line, at as u32 + 1));
        }
    }
    blocks.extend(said.files.iter().map(|it| block(BlockKind::Field, format!("attachment: {it}"), 1)));
    blocks
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::read_raw;
    use sop_core::Format;

    fn check(name: &str, source: &str, expected: &[&str]) {
        let document = read_raw(name, source.as_bytes());
        assert_eq!(document.format, Format::Chat, "{name}");
        let said: Vec<String> = document
            .blocks
            .iter()
            .map(|it| {
                let time = it.time.map_or("-".into(), |it| it.strftime("%m-%d %H:%M").to_string());
                format!("{time} {} [{}] {}", it.speaker.as_deref().unwrap_or("?"), it.context.as_deref().unwrap_or(""), it.text)
            })
            .collect();
        assert_eq!(said, expected, "{name}");
    }

    #[test]
    fn slack_names_people_and_threads() {
        check(
            "ops.json",
            r#"{"channel":"ops","users":[{"id":"U2","profile":{"real_name":"Ruth A"}}],"messages":[
                {"user":"U1","user_profile":{"real_name":"Tom"},"ts":"1793698440.55","text":"where does <@U2> put it?","thread_ts":"1793698440.55"},
                {"user":"U2","ts":"1793699880.37","text":"4040 &amp; only that","thread_ts":"1793698440.55"}]}"#,
            &["11-03 09:34 Tom [ops] where does @Ruth A put it?", "11-03 09:58 Ruth A [re: where does @Ruth A put it?] 4040 & only that"],
        );
    }

    #[test]
    fn tickets_are_talks_under_their_subject() {
        check(
            "export.json",
            r#"{"tickets":[{"ticket":7,"subject":"Wrong hours","messages":[{"at":"2026-11-02T09:06Z","by":"requester","text":"Twice."}]}]}"#,
            &["11-02 09:06 requester [Wrong hours] Twice."],
        );
    }

    #[test]
    fn whatsapp_order_of_day_and_month_is_found_by_evidence() {
        check(
            "WhatsApp Chat with Col.txt",
            "04/05/2026, 08:12 - Messages are encrypted.\n06/05/2026, 14:02 - Josie: four for you\nand one more\n13/05/2026, 14:31 - Col Nursery: NO. july\n",
            &["05-06 14:02 Josie [] four for you", "05-06 14:02 Josie [] and one more", "05-13 14:31 Col Nursery [] NO. july"],
        );
        check("_chat.txt", "[5/13/26, 2:02:11 PM] Ann: ok?\n[5/14/26, 9:00:00 AM] Bob: yes\n", &["05-13 14:02 Ann [] ok?", "05-14 09:00 Bob [] yes"]);
    }

    #[test]
    fn rows_and_scripts_of_a_talk_are_chats() {
        check("teams.csv", "\u{feff}time,from,text\n2026-10-13 11:32,Joe,\"done, 11.00\"\n", &["10-13 11:32 Joe [teams] done, 11.00"]);
        check("chat.txt", "Ana: old form?\nBo: yes\nAna: bin it\nBo: done\n", &["- Ana [] old form?", "- Bo [] yes", "- Ana [] bin it", "- Bo [] done"]);
    }
}
