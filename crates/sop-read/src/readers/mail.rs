//! Mail messages (RFC 5322): one block per body paragraph, quoted replies and signatures kept apart.

mod body;
mod markup;

use crate::reader::{About, Input, Raw, Reader, decode, is_text, read_inside};
pub(super) use body::Letter;
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};
pub(super) use markup::text_of as text_of_html;
use sop_core::{BlockKind, Document, Format, Moment};

pub(super) const READER: Reader = Reader {
    name: "mail",
    about: About {
        files: "`.eml`, `.emlx`, messages saved as text",
        taken: "people, subject, paragraphs; quoted replies and signatures kept apart; text of attachments that have a reader",
        anchor: "paragraph of the message; attachment and the place in it",
        not_taken: "",
    },
    accepts,
    read,
};

/// A smaller picture inside the text is the logo of a signature.
pub(super) const SMALL_PICTURE: usize = 20_000;
/// More attachments than a person would look at.
pub(super) const MAX_ATTACHMENTS: usize = 100;
const MAX_BODIES: usize = 20;

fn accepts(input: &Input<'_>) -> bool {
    let extension = input.name.rsplit_once('.').map_or(String::new(), |(_, it)| it.to_lowercase());
    match extension.as_str() {
        "eml" | "emlx" => true,
        "txt" | "msg" | "" => is_text(input.bytes) && has_headers(input.bytes),
        _ => !input.name.contains('.') && is_text(input.bytes) && has_headers(input.bytes),
    }
}

/// Whether the text begins with the headers of a mail, in a source or as saved by a mail program.
fn has_headers(bytes: &[u8]) -> bool {
    let head = decode(&bytes[..bytes.len().min(16_384)]);
    let names: Vec<String> = head
        .lines()
        .skip_while(|it| it.trim().is_empty())
        .take_while(|it| !it.trim().is_empty())
        .filter_map(|it| it.split_once(':').map(|(name, _)| name.to_lowercase()))
        .collect();
    let has = |wanted: &[&str]| names.iter().any(|it| wanted.contains(&it.as_str()));
    let first = names.first().is_some_and(|it| !it.contains(' '));
    first && has(&["from"]) && has(&["date", "sent", "message-id", "received"]) && has(&["to", "subject"])
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut document = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Mail);
    let head = read_message(input, input.bytes, 1, &mut document)?;
    document.title = head.subject;
    document.author = head.from;
    Ok(Raw(document))
}

/// What the document needs to know of a message that was read.
pub(super) struct Head {
    pub subject: Option<String>,
    pub from: Option<String>,
}

/// Reads the `n`-th message of a file and adds its blocks, tables and remarks.
pub(super) fn read_message(input: &Input<'_>, bytes: &[u8], n: u32, document: &mut Document) -> Result<Head, String> {
    let bytes = source(bytes);
    let message = MessageParser::default().parse(bytes.as_ref()).ok_or("has no headers of a mail")?;
    let letter = Letter {
        n,
        subject: message.subject().map(fold).filter(|it| !it.is_empty()),
        from: names(message.from()).into_iter().next(),
        to: names(message.to()),
        time: time(&message),
    };
    headers(&message, &letter, document);
    letter.read(&text(&message), &mut document.blocks);
    if message.date().is_none() && letter.time.is_none() {
        document.remarks.push(format!("message {n} has no date"));
    }
    attachments(input, &message, &letter, document);
    Ok(Head { subject: letter.subject, from: letter.from })
}

/// Drops the byte count of an Apple mail file, and decodes a saved text that does not say how it is encoded.
fn source(bytes: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    let first = bytes.split(|it| *it == b'\n').next().unwrap_or_default();
    let counted = !first.is_empty() && first.iter().all(|it| it.is_ascii_digit() || *it == b' ' || *it == b'\r');
    let bytes = if counted { &bytes[(first.len() + 1).min(bytes.len())..] } else { bytes };
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(16_384)]).to_lowercase();
    match head.contains("content-type:") || std::str::from_utf8(bytes).is_ok() && !bytes.starts_with(b"\xef\xbb\xbf") {
        true => bytes.into(),
        false => decode(bytes).into_bytes().into(),
    }
}

fn headers(message: &Message<'_>, letter: &Letter, document: &mut Document) {
    let with_address = |it: &mail_parser::Addr<'_>| match (it.name(), it.address()) {
        (Some(name), Some(address)) => format!("{} <{address}>", fold(name)),
        (name, address) => name.or(address).map(fold).unwrap_or_default(),
    };
    let from = message.from().and_then(Address::first).map(with_address);
    let list = |address: Option<&Address<'_>>| Some(names(address).join(", ")).filter(|it| !it.is_empty());
    let fields = [("From", from), ("To", list(message.to())), ("Cc", list(message.cc()))];
    for (name, value) in fields.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        document.blocks.push(letter.block(BlockKind::Field, format!("{name}: {value}"), 1));
    }
}

fn names(address: Option<&Address<'_>>) -> Vec<String> {
    let name = |it: &mail_parser::Addr<'_>| {
        let name = it.name().map(|it| fold(it).trim_matches(['"', '\'']).to_owned()).filter(|it| !it.is_empty());
        name.map(turned).or_else(|| it.address().map(str::to_owned))
    };
    address.map(|it| it.iter().filter_map(name).take(50).collect()).unwrap_or_default()
}

/// Turns "Beckett, Tom" around.
pub(super) fn turned(name: String) -> String {
    match name.split_once(", ") {
        Some((last, first)) if !first.contains(',') && last.split(' ').count() <= 2 && first.split(' ').count() <= 2 => format!("{first} {last}"),
        _ => name,
    }
}

/// Returns the time that the headers of a mail tell, in the clock of its sender.
pub(super) fn time_of_headers(headers: &str) -> Option<Moment> {
    time(&MessageParser::default().parse_headers(headers.as_bytes())?)
}

fn time(message: &Message<'_>) -> Option<Moment> {
    let written = message
        .date()
        .and_then(|it| Moment::new(it.year as i16, it.month as i8, it.day as i8, it.hour as i8, it.minute as i8, it.second.min(59) as i8, 0).ok());
    // A mail saved as text has "Sent:" in the words of its mail program.
    written.or_else(|| ["Sent", "Date"].iter().find_map(|it| super::moments::moment_in(message.header_raw(*it)?)))
}

fn text(message: &Message<'_>) -> String {
    let bodies = message.text_bodies().take(MAX_BODIES).filter_map(|it| match &it.body {
        PartType::Text(text) => Some(text.replace("\r\n", "\n").replace('\r', "\n")),
        PartType::Html(html) => Some(markup::text_of(html)),
        _ => None,
    });
    bodies.collect::<Vec<_>>().join("\n")
}

fn attachments(input: &Input<'_>, message: &Message<'_>, letter: &Letter, document: &mut Document) {
    let parts: Vec<_> = message.attachments().filter(|it| !is_logo(it)).collect();
    for part in parts.iter().take(MAX_ATTACHMENTS) {
        let name = name_of(part);
        document.blocks.push(letter.block(BlockKind::Field, format!("attachment: {name}"), 1));
        attach(&name, part.contents(), input, document);
    }
    if parts.len() > MAX_ATTACHMENTS {
        document.remarks.push(format!("message {} has {} attachments, {MAX_ATTACHMENTS} were read", letter.n, parts.len()));
    }
}

/// Reads what is attached, if it has a reader, and adds it to the message.
pub(super) fn attach(name: &str, bytes: &[u8], input: &Input<'_>, document: &mut Document) {
    if let Some(Raw(inside)) = read_inside(name, bytes, input) {
        document.blocks.extend(inside.blocks);
        document.tables.extend(inside.tables);
        document.outsiders.extend(inside.outsiders);
        document.remarks.extend(inside.remarks.into_iter().map(|it| if it.contains(name) { it } else { format!("{name}: {it}") }));
    }
}

fn is_logo(part: &MessagePart<'_>) -> bool {
    let picture = part.content_type().is_some_and(|it| it.ctype().eq_ignore_ascii_case("image"));
    picture && part.content_id().is_some() && !part.content_disposition().is_some_and(|it| it.is_attachment()) && part.contents().len() < SMALL_PICTURE
}

fn name_of(part: &MessagePart<'_>) -> String {
    let given = part.attachment_name().map(fold).filter(|it| !it.is_empty());
    given.map(|it| it.replace(['/', '\\'], "_")).unwrap_or_else(|| {
        if let PartType::Message(message) = &part.body {
            return format!("{}.eml", message.subject().map(fold).unwrap_or_else(|| "message".into()).replace(['/', '\\'], "_"));
        }
        match part.content_type().and_then(|it| it.subtype()).map(str::to_lowercase).as_deref() {
            Some("calendar") => "invitation.ics".into(),
            Some("html") => "part.html".into(),
            Some(kind @ ("pdf" | "png" | "jpeg" | "csv")) => format!("part.{kind}"),
            _ => "part.txt".into(),
        }
    })
}

fn fold(text: &str) -> String {
    super::ooxml::fold(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::tests_support::read_raw;

    fn check(source: &str, expected: &[&str]) {
        let document = read_raw("a.eml", source.as_bytes());
        let said: Vec<String> = document
            .blocks
            .iter()
            .filter(|it| it.kind != BlockKind::Field)
            .map(|it| format!("{:?} {} {}: {}", it.kind, it.place, it.speaker.as_deref().unwrap_or("?"), it.text))
            .collect();
        assert_eq!(said, expected);
    }

    const HEAD: &str = "From: Ruth Adeyemi <ruth@a.example>\nTo: Tom <tom@a.example>\nDate: Wed, 04 Nov 2026 09:20:00 +0000\nSubject: RE: stopped\n\n";

    #[test]
    fn quoted_reply_is_not_a_second_statement() {
        check(
            &format!(
                "{HEAD}Yes to that line\nonly.\n\nRuth\n--\nRuth Adeyemi, Finance\n\nOn Tue, 3 Nov 2026 at 16:02, Tom Beckett wrote:\n> May I?\n>\n> Tom\n"
            ),
            &[
                "Message message 1, line 1 Ruth Adeyemi: Yes to that line only.",
                "Signature message 1, line 4 Ruth Adeyemi: Ruth",
                "Signature message 1, line 6 Ruth Adeyemi: Ruth Adeyemi, Finance",
                "QuotedReply message 1, line 9 Tom Beckett: May I?",
                "Signature message 1, line 11 Tom Beckett: Tom",
            ],
        );
    }

    #[test]
    fn outlook_and_german_quotes_are_known() {
        check(
            &format!(
                "{HEAD}Erledigt.\n\nVon: Groß, Jürgen\nGesendet: Dienstag, 3. März 2026 09:15\nAn: Ruth\nBetreff: Rechnung\n\nBitte prüfen.\n\nAm 02.03.2026 um 08:00 schrieb Anna Weiß:\n> Anbei.\n"
            ),
            &[
                "Message message 1, line 1 Ruth Adeyemi: Erledigt.",
                "QuotedReply message 1, line 8 Jürgen Groß: Bitte prüfen.",
                "QuotedReply message 1, line 11 Anna Weiß: Anbei.",
            ],
        );
    }

    #[test]
    fn items_stand_alone_and_their_continuation_belongs_to_them() {
        check(
            &format!(
                "{HEAD}1 The clock, today.\n2 Logins. We only\n  look.\n3 Nothing else.\n\nKind regards,\nRuth Adeyemi\nFinance\n\nThis email is confidential and intended only for the recipient.\n"
            ),
            &[
                "Message message 1, line 1 Ruth Adeyemi: 1 The clock, today.",
                "Message message 1, line 2 Ruth Adeyemi: 2 Logins. We only look.",
                "Message message 1, line 4 Ruth Adeyemi: 3 Nothing else.",
                "Signature message 1, line 7 Ruth Adeyemi: Ruth Adeyemi, Finance",
            ],
        );
    }
}
