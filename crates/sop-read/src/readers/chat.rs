//! Chats: Slack, Teams and ticket exports in JSON, WhatsApp and pasted text, CSV; one block per line of a message.

mod json;
mod rows;
mod text;

use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use sop_core::{Block, BlockKind, Document, Format, Moment, Place};

pub(super) const READER: Reader = Reader {
    name: "chat",
    about: About {
        files: "exports of Slack, Teams, Discord, Zendesk, Intercom, Freshdesk, Jira (JSON, CSV), WhatsApp (text), pasted chats",
        taken: "who, when, each line; changes of state and owner of a ticket; names for the ids of a Slack export",
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

/// Returns who is behind each id of a list of users.
pub(crate) fn people(bytes: &[u8]) -> std::collections::BTreeMap<String, String> {
    json::users(&decode(bytes))
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
        "json" => json::read(&decode(input.bytes), channel_of(input), input.people.names()),
        "csv" | "tsv" => {
            let head = head(8_192);
            if head.to_lowercase().contains("issue key") {
                return rows::tickets(&decode(input.bytes));
            }
            rows::is_chat(&head, input.name).then_some(())?;
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

    #[test]
    fn ids_are_named_by_the_users_of_the_export() {
        let artifact = sop_core::Artifact {
            id: sop_core::ArtifactId("a".into()),
            path: "export/finance/2026-11-03.json".into(),
            size: 1,
            digest: sop_core::Digest(String::new()),
            modified: None,
        };
        let day = r#"[{"type":"message","user":"U1","ts":"1793698440.55","text":"<@U2> may I send it?"},{"type":"message","user":"U2","ts":"1793698500.00","text":"not before the 5th"}]"#;
        let mut people = crate::People::default();
        people.add("users.json", br#"[{"id":"U1","name":"tom","profile":{"real_name":"Tom Beckett"}},{"id":"U2","name":"dana","real_name":"Dana Whitfield","profile":{"display_name":"dana"}}]"#);
        people.add("notes.json", br#"[{"id":"U1","name":"no","profile":{"real_name":"Nobody"}}]"#);
        let Some(crate::Reading::Document(document)) = crate::read(&artifact, day.as_bytes(), &crate::reader::tests_support::Blind, &people).output else {
            panic!("it was not read")
        };
        let said: Vec<String> = document
            .blocks
            .iter()
            .map(|it| format!("{} [{}]: {}", it.speaker.as_deref().unwrap_or("?"), it.context.as_deref().unwrap_or(""), it.text))
            .collect();
        assert_eq!(said, ["Tom Beckett [finance]: @dana may I send it?", "dana [finance]: not before the 5th"]);
    }

    #[test]
    fn talks_of_discord_and_of_help_desks() {
        check(
            "ops - general.json",
            r#"{"guild":{"id":"1","name":"Wells"},"channel":{"id":"2","name":"close"},"messages":[{"id":"3","type":"Default","timestamp":"2026-11-03T09:15:00+00:00","timestampEdited":null,"callEndedTimestamp":null,"isPinned":false,"content":"Dana approves first","author":{"id":"9","name":"tomb","discriminator":"0000","nickname":"Tom B","color":null,"isBot":false,"roles":[],"avatarUrl":""},"attachments":[{"id":"5","url":"x","fileName":"totals.png","fileSizeBytes":1}],"embeds":[],"stickers":[],"reactions":[],"mentions":[],"inlineEmojis":[]},{"id":"4","type":"GuildMemberJoin","timestamp":"2026-11-03T09:16:00+00:00","timestampEdited":null,"content":"Joined the server.","author":{"id":"9","name":"x"},"attachments":[]}],"messageCount":2}"#,
            &["11-03 09:15 Tom B [close] Dana approves first", "11-03 09:15 Tom B [close] attachment: totals.png"],
        );
        check(
            "ticket-7.json",
            r#"{"ticket":{"id":7,"subject":"Refund 4417"},"comments":[{"id":1,"type":"Comment","author_id":11,"body":"Held until Dana agrees.","html_body":"<p>x</p>","plain_body":"Held until Dana agrees.","public":false,"attachments":[],"audit_id":2,"via":{},"created_at":"2026-11-03T09:15:00Z","metadata":{}}],"audits":[{"id":2,"author_id":12,"created_at":"2026-11-03T10:00:00Z","events":[{"type":"Change","field_name":"status","previous_value":"open","value":"solved"}]}],"users":[{"id":11,"name":"Ruth Adeyemi"},{"id":12,"name":"Dana Whitfield"}]}"#,
            &["11-03 10:00 Dana Whitfield [Refund 4417] changed status from open to solved", "11-03 09:15 Ruth Adeyemi [Refund 4417] Held until Dana agrees."],
        );
        check(
            "freshdesk.json",
            r#"[{"id":3,"subject":"Login","conversations":[{"body":"<div>Reset it</div>","body_text":"Reset it","id":5,"incoming":false,"private":true,"user_id":44,"support_email":null,"source":2,"category":2,"created_at":"2026-11-03T09:15:00Z","updated_at":"2026-11-03T09:15:00Z","attachments":[],"ticket_id":3,"to_emails":[]}]}]"#,
            &["11-03 09:15 ? [Login] Reset it"],
        );
        check(
            "intercom.json",
            r#"{"type":"conversation","id":"1","title":null,"created_at":1793698400,"source":{"type":"conversation","id":"9","subject":"","body":"<p>Where is my refund?</p>","author":{"type":"user","id":"u","name":"Ann Lee"}},"conversation_parts":{"type":"x","conversation_parts":[{"type":"conversation_part","id":"2","part_type":"comment","body":"<p>Dana has to agree.</p>","created_at":1793698440,"updated_at":1,"notified_at":1,"assigned_to":null,"author":{"id":"3","type":"admin","name":"Tom","email":"t@x.example"},"attachments":[],"external_id":null,"redacted":false,"metadata":{}},{"type":"conversation_part","id":"3","part_type":"close","body":null,"created_at":1793698500,"updated_at":1,"author":{"id":"3","type":"admin","name":"Tom"}}]}}"#,
            &["11-03 09:33 Ann Lee [intercom] Where is my refund?", "11-03 09:34 Tom [intercom] Dana has to agree.", "11-03 09:35 Tom [intercom] [close]"],
        );
    }

    #[test]
    fn tickets_of_jira_in_both_forms() {
        check(
            "issues.json",
            r#"{"issues":[{"key":"FIN-3","fields":{"summary":"Close October","comment":{"comments":[{"author":{"displayName":"Tom Beckett"},"body":{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"Totals agree, "},{"type":"mention","attrs":{"text":"@Dana"}}]},{"type":"paragraph","content":[{"type":"text","text":"please approve."}]}]},"updateAuthor":{"displayName":"Tom Beckett"},"created":"2026-11-03T09:15:00.000+0000"}]}},"changelog":{"histories":[{"author":{"displayName":"Dana Whitfield"},"created":"2026-11-03T11:00:00.000+0000","items":[{"field":"status","fromString":"In Review","toString":"Approved"}]}]}}]}"#,
            &[
                "11-03 11:00 Dana Whitfield [Close October] changed status from In Review to Approved",
                "11-03 09:15 Tom Beckett [Close October] Totals agree, @Dana",
                "11-03 09:15 Tom Beckett [Close October] please approve.",
            ],
        );
        check(
            "jira.csv",
            "Summary,Issue key,Issue id,Status,Project key,Priority,Assignee,Reporter,Created,Comment,Comment\nClose October,FIN-3,1,Done,FIN,High,tom,dana,01/Nov/26 8:00 AM,\"03/Nov/26 9:15 AM;tom;Totals agree\",\"03/Nov/26 2:00 PM;dana;Approved; send it\"\n",
            &["11-03 09:15 tom [FIN-3 Close October] Totals agree", "11-03 14:00 dana [FIN-3 Close October] Approved; send it"],
        );
    }

    #[test]
    fn whatsapp_writes_dates_in_many_ways() {
        let both = |first: &str, second: &str, expected: &str| {
            let text = format!("{first}: Is it approved?\n{second}: Yes, send it\n");
            let (a, b) = (format!("{expected} Ann [] Is it approved?"), format!("{expected} Bob [] Yes, send it"));
            check("_chat.txt", &text, &[a.as_str(), b.as_str()]);
        };
        both("[31.10.26, 14:22:05] Ann", "[31.10.26, 14:22:09] Bob", "10-31 14:22");
        both("31/10/2026 14:22 - Ann", "31/10/2026 14:22 - Bob", "10-31 14:22");
        both("2026-10-31, 14:22 - Ann", "2026-10-31, 14:22 - Bob", "10-31 14:22");
        both("31/10/26, 2:22\u{202f}p.\u{a0}m. - Ann", "31/10/26, 2:22\u{202f}p.\u{a0}m. - Bob", "10-31 14:22");
        both("31.10.2026 klo 14.22 - Ann", "31.10.2026 klo 14.22 - Bob", "10-31 14:22");
        both("2026. 10. 31. 오후 2:22 - Ann", "2026. 10. 31. 오후 2:22 - Bob", "10-31 14:22");
        both("[2026/10/31 下午2:22:05] Ann", "[2026/10/31 下午2:22:09] Bob", "10-31 14:22");
    }
}
