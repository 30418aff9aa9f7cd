//! Outlook messages (.msg): the same as a mail, taken out of Outlook's own container.

use super::mail::{Letter, MAX_ATTACHMENTS, SMALL_PICTURE, attach, text_of_html, time_of_headers, turned};
use super::ooxml::fold;
use super::rtf;
use crate::reader::{About, Input, Raw, Reader, decode};
use cfb::CompoundFile;
use encoding_rs::Encoding;
use regex::Regex;
use sop_core::{BlockKind, Document, Format, Moment};
use std::borrow::Cow;
use std::io::{Cursor, Read};
use std::sync::LazyLock;

pub(super) const READER: Reader = Reader {
    name: "outlook",
    about: About {
        files: "Outlook's `.msg`, `.oft`",
        taken: "people, subject, paragraphs as in a mail; text of attachments that have a reader, messages in messages too",
        anchor: "paragraph of the message; attachment and the place in it",
        not_taken: "fields of appointments and tasks other than their text",
    },
    accepts,
    read,
};

/// The mark of an OLE container, which old Office files and Outlook messages share.
pub(super) const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
const MAX_STREAM: u64 = 64 * 1024 * 1024;
const MAX_PEOPLE: usize = 200;
/// A message forwarded in a message in a message.
const MAX_NESTED: u32 = 3;

fn accepts(input: &Input<'_>) -> bool {
    input.bytes.starts_with(OLE) && holds_wide(input.bytes, "__properties_version1.0")
}

/// Whether a container has a stream of this name, judged without opening it.
pub(super) fn holds_wide(bytes: &[u8], name: &str) -> bool {
    let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // Names stand at every 128 bytes of a directory.
    bytes.chunks_exact(128).any(|it| it.starts_with(&wide))
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut document = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Mail);
    let file = open(input.bytes)?;
    let mut store = Store { file, code_page: None };
    let letter = message(&mut store, "", 1, input, &mut document);
    document.title = letter.subject;
    document.author = letter.from;
    Ok(Raw(document))
}

type Container<'a> = CompoundFile<Cursor<Cow<'a, [u8]>>>;

/// Opens a container, also one whose table of sectors was made for more sectors than the file has.
fn open(bytes: &[u8]) -> Result<Container<'_>, String> {
    const SECTOR: usize = 512;
    const IN_TABLE: usize = SECTOR / 4;
    CompoundFile::open(Cursor::new(Cow::Borrowed(bytes))).or_else(|_| {
        let sectors = (bytes.len() / SECTOR).next_multiple_of(IN_TABLE) + 1;
        let mut padded = bytes.to_vec();
        padded.resize(sectors * SECTOR, 0);
        CompoundFile::open(Cursor::new(Cow::Owned(padded))).map_err(|_| "the message is broken".to_owned())
    })
}

/// The container of a message.
struct Store<'a> {
    file: Container<'a>,
    code_page: Option<&'static Encoding>,
}

/// Numbers of the properties that are read; their names are Microsoft's.
mod id {
    pub const SUBJECT: u16 = 0x0037;
    pub const SUBMIT_TIME: u16 = 0x0039;
    pub const SENT_FOR: u16 = 0x0042;
    pub const HEADERS: u16 = 0x007D;
    pub const RECIPIENT_KIND: u16 = 0x0C15;
    pub const SENDER_NAME: u16 = 0x0C1A;
    pub const SENDER_MAIL: u16 = 0x0C1F;
    pub const SHOWN_CC: u16 = 0x0E03;
    pub const SHOWN_TO: u16 = 0x0E04;
    pub const DELIVERY_TIME: u16 = 0x0E06;
    pub const BODY: u16 = 0x1000;
    pub const RTF: u16 = 0x1009;
    pub const HTML: u16 = 0x1013;
    pub const NAME: u16 = 0x3001;
    pub const MAIL: u16 = 0x3003;
    pub const CREATED: u16 = 0x3007;
    pub const DATA: u16 = 0x3701;
    pub const SHORT_FILE: u16 = 0x3704;
    pub const METHOD: u16 = 0x3705;
    pub const LONG_FILE: u16 = 0x3707;
    pub const CONTENT_ID: u16 = 0x3712;
    pub const SMTP: u16 = 0x39FE;
    pub const INTERNET_CODE_PAGE: u16 = 0x3FDE;
    pub const CODE_PAGE: u16 = 0x3FFD;
    pub const SENDER_SMTP: u16 = 0x5D01;
    pub const HIDDEN: u16 = 0x7FFE;
}

impl Store<'_> {
    fn stream(&mut self, path: &str) -> Option<Vec<u8>> {
        let stream = self.file.open_stream(path).ok()?;
        let mut bytes = Vec::new();
        stream.take(MAX_STREAM).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn bytes(&mut self, folder: &str, id: u16) -> Option<Vec<u8>> {
        self.stream(&format!("{folder}/__substg1.0_{id:04X}0102"))
    }

    /// Returns a text property, white space kept; empty ones are none.
    fn text(&mut self, folder: &str, id: u16) -> Option<String> {
        let wide = self.stream(&format!("{folder}/__substg1.0_{id:04X}001F"));
        let text = match wide {
            Some(bytes) => encoding_rs::UTF_16LE.decode_without_bom_handling(&bytes).0.into_owned(),
            None => {
                let bytes = self.stream(&format!("{folder}/__substg1.0_{id:04X}001E"))?;
                self.code_page.map_or_else(|| decode(&bytes), |it| it.decode_without_bom_handling(&bytes).0.into_owned())
            }
        };
        let text = text.trim_end_matches('\0').replace("\r\n", "\n").replace('\r', "\n");
        Some(text).filter(|it| !it.trim().is_empty())
    }

    /// Returns a text property as one line.
    fn line(&mut self, folder: &str, id: u16) -> Option<String> {
        let text = self.text(folder, id)?;
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Some(fold(clean.trim_matches(['\'', '"']))).filter(|it| !it.is_empty())
    }

    /// Returns the properties of fixed size, which stand in one stream.
    fn fixed(&mut self, folder: &str, head: usize) -> Vec<(u16, u64)> {
        let bytes = self.stream(&format!("{folder}/__properties_version1.0")).unwrap_or_default();
        let entry = |it: &[u8]| Some((u16::from_le_bytes(it[2..4].try_into().ok()?), u64::from_le_bytes(it[8..16].try_into().ok()?)));
        bytes.get(head..).unwrap_or_default().chunks_exact(16).filter_map(entry).collect()
    }

    /// Returns the folders of recipients or attachments, in order.
    fn folders(&self, folder: &str, prefix: &str) -> Vec<String> {
        let root = if folder.is_empty() { "/" } else { folder };
        let Ok(entries) = self.file.read_storage(root) else { return Vec::new() };
        let mut names: Vec<String> = entries.filter(|it| it.is_storage() && it.name().starts_with(prefix)).map(|it| it.name().to_owned()).collect();
        names.sort();
        names.into_iter().map(|it| format!("{folder}/{it}")).collect()
    }
}

fn message(store: &mut Store<'_>, folder: &str, n: u32, input: &Input<'_>, document: &mut Document) -> Letter {
    let fixed = store.fixed(folder, if folder.is_empty() { 32 } else { 24 });
    let number = |id: u16| fixed.iter().find(|it| it.0 == id).map(|it| it.1);
    store.code_page = number(id::CODE_PAGE).or(number(id::INTERNET_CODE_PAGE)).and_then(|it| rtf::code_page(it as u32));
    // The clock of the sender stands in the headers; the container keeps universal time.
    let told = store.text(folder, id::HEADERS).and_then(|it| time_of_headers(&it));
    let time = told.or_else(|| [id::SUBMIT_TIME, id::DELIVERY_TIME, id::CREATED].into_iter().find_map(|it| number(it).and_then(file_time)));
    let name = store.line(folder, id::SENT_FOR).or_else(|| store.line(folder, id::SENDER_NAME));
    let address = store.line(folder, id::SENDER_SMTP).or_else(|| store.line(folder, id::SENDER_MAIL)).filter(|it| it.contains('@'));
    let (to, cc) = recipients(store, folder);
    let letter = Letter {
        n,
        subject: store.line(folder, id::SUBJECT),
        from: name.clone().filter(|it| !it.contains('@')).map(turned).or_else(|| address.clone()).or(name.clone()),
        to: to.clone(),
        time,
    };
    let from = match (&letter.from, &address) {
        (Some(name), Some(address)) if name != address => Some(format!("{name} <{address}>")),
        (name, address) => name.clone().or_else(|| address.clone()),
    };
    let list = |names: &[String]| Some(names.join(", ")).filter(|it| !it.is_empty());
    for (label, value) in [("From", from), ("To", list(&to)), ("Cc", list(&cc))] {
        document.blocks.extend(value.map(|it| letter.block(BlockKind::Field, format!("{label}: {it}"), 1)));
    }
    letter.read(&body(store, folder), &mut document.blocks);
    if letter.time.is_none() {
        document.remarks.push(format!("message {n} has no date"));
    }
    attachments(store, folder, &letter, input, document);
    letter
}

fn recipients(store: &mut Store<'_>, folder: &str) -> (Vec<String>, Vec<String>) {
    let (mut to, mut cc) = (Vec::new(), Vec::new());
    for person in store.folders(folder, "__recip_version1.0_").iter().take(MAX_PEOPLE) {
        let kind = store.fixed(person, 8).iter().find(|it| it.0 == id::RECIPIENT_KIND).map_or(1, |it| it.1 & 0xf);
        let name = store.line(person, id::NAME).filter(|it| !it.contains('@')).map(turned);
        let name = name.or_else(|| store.line(person, id::SMTP)).or_else(|| store.line(person, id::MAIL)).or_else(|| store.line(person, id::NAME));
        match kind {
            2 => cc.extend(name),
            3 => {}
            _ => to.extend(name),
        }
    }
    let mut shown = |id: u16| {
        let names = store.line(folder, id).unwrap_or_default();
        names.split(';').map(|it| turned(fold(it))).filter(|it| !it.is_empty()).take(MAX_PEOPLE).collect::<Vec<_>>()
    };
    if to.is_empty() && cc.is_empty() {
        (to, cc) = (shown(id::SHOWN_TO), shown(id::SHOWN_CC));
    }
    (to, cc)
}

/// Returns the body as lines: the plain one if there is one, else what HTML or RTF say.
fn body(store: &mut Store<'_>, folder: &str) -> String {
    if let Some(text) = store.text(folder, id::BODY) {
        return without_addresses(&text);
    }
    if let Some(bytes) = store.bytes(folder, id::HTML) {
        let html = store.code_page.map_or_else(|| decode(&bytes), |it| it.decode(&bytes).0.into_owned());
        return text_of_html(&html);
    }
    if let Some(html) = store.text(folder, id::HTML) {
        return text_of_html(&html);
    }
    store.bytes(folder, id::RTF).and_then(|it| unpack(&it)).map_or_else(String::new, |it| rtf::plain_text(&it))
}

/// Outlook writes the address of each link behind its words, which nobody sees in the message.
fn without_addresses(text: &str) -> String {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"([^\s<>])[ \t]?<(?:https?://|mailto:|tel:|cid:)[^<>\s]*>").expect("a fixed pattern"));
    ADDRESS.replace_all(text, "$1").into_owned()
}

fn attachments(store: &mut Store<'_>, folder: &str, letter: &Letter, input: &Input<'_>, document: &mut Document) {
    let found = store.folders(folder, "__attach_version1.0_");
    let depth = folder.matches("__attach").count() as u32;
    for at in found.iter().take(MAX_ATTACHMENTS) {
        let fixed = store.fixed(at, 8);
        let has = |id: u16, value: u64| fixed.iter().any(|it| it.0 == id && it.1 & 0xffff_ffff == value);
        let name = [id::LONG_FILE, id::SHORT_FILE, id::NAME].into_iter().find_map(|id| store.line(at, id));
        let name = name.unwrap_or_else(|| "attachment".to_owned()).replace(['/', '\\'], "_");
        let nested = format!("{at}/__substg1.0_{:04X}000D", id::DATA);
        if has(id::METHOD, 5) && store.file.is_storage(&nested) {
            document.blocks.push(letter.block(BlockKind::Field, format!("attachment: {name}"), 1));
            if depth < MAX_NESTED {
                let code_page = store.code_page;
                let mut inner = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Mail);
                message(store, &nested, 1, input, &mut inner);
                store.code_page = code_page;
                let inside = |place: &sop_core::Place| sop_core::Place::Inside { name: name.clone(), place: Box::new(place.clone()) };
                inner.blocks.iter_mut().for_each(|it| it.place = inside(&it.place));
                inner.tables.iter_mut().for_each(|it| it.place = inside(&it.place));
                document.blocks.append(&mut inner.blocks);
                document.tables.append(&mut inner.tables);
                document.remarks.append(&mut inner.remarks);
            }
            continue;
        }
        let Some(bytes) = store.bytes(at, id::DATA) else { continue };
        let lower = name.to_lowercase();
        let picture = [".png", ".jpg", ".jpeg", ".gif", ".bmp"].iter().any(|it| lower.ends_with(it));
        let inline = has(id::HIDDEN, 1) || store.line(at, id::CONTENT_ID).is_some();
        if picture && inline && bytes.len() < SMALL_PICTURE {
            continue;
        }
        document.blocks.push(letter.block(BlockKind::Field, format!("attachment: {name}"), 1));
        attach(&name, &bytes, input, document);
    }
    if found.len() > MAX_ATTACHMENTS {
        document.remarks.push(format!("message {} has {} attachments, {MAX_ATTACHMENTS} were read", letter.n, found.len()));
    }
}

/// Turns a count of tenths of microseconds since 1601 into the time in UTC.
fn file_time(value: u64) -> Option<Moment> {
    let seconds = i64::try_from(value / 10_000_000).ok()? - 11_644_473_600;
    super::moments::epoch(seconds as f64)
}

/// Unpacks the RTF that Outlook stores ([MS-OXRTFCP]): runs of bytes, and references into the last 4 KB.
fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    const START: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
    let size = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?) as usize;
    let (kind, packed) = (bytes.get(8..12)?, bytes.get(16..)?);
    if kind == b"MELA" {
        return Some(packed[..size.min(packed.len())].to_vec());
    }
    if kind != b"LZFu" || size as u64 > MAX_STREAM {
        return None;
    }
    let mut window = [b' '; 4096];
    window[..START.len()].copy_from_slice(START);
    let (mut write, mut out) = (START.len(), Vec::with_capacity(size.min(1 << 20)));
    let mut rest = packed.iter().copied();
    while out.len() < size {
        let Some(control) = rest.next() else { break };
        for bit in 0..8 {
            if control >> bit & 1 == 0 {
                let Some(byte) = rest.next() else { return Some(out) };
                out.push(byte);
                window[write % 4096] = byte;
                write += 1;
                continue;
            }
            let (Some(high), Some(low)) = (rest.next(), rest.next()) else { return Some(out) };
            let reference = u16::from_be_bytes([high, low]);
            let (from, length) = ((reference >> 4) as usize, (reference & 0xf) as usize + 2);
            if from == write % 4096 {
                return Some(out);
            }
            for at in 0..length {
                let byte = window[(from + at) % 4096];
                out.push(byte);
                window[write % 4096] = byte;
                write += 1;
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::tests_support::read_raw;

    #[test]
    fn message_of_outlook_is_zoned_as_a_mail() {
        let document = read_raw("refund.msg", include_bytes!("../../tests/files/refund.msg"));
        let said: Vec<String> =
            document.blocks.iter().map(|it| format!("{:?} {} {}: {}", it.kind, it.place, it.speaker.as_deref().unwrap_or("?"), it.text)).collect();
        assert_eq!(
            said,
            [
                "Field message 1, line 1 Tom Beckett: From: Tom Beckett <tom@wells.example>",
                "Field message 1, line 1 Tom Beckett: To: Ruth Adeyemi",
                "Field message 1, line 1 Tom Beckett: Cc: Dana Whitfield",
                "Message message 1, line 1 Tom Beckett: Please hold the refund until Dana has approved it.",
                "Signature message 1, line 4 Tom Beckett: Tom",
                "QuotedReply message 1, line 11 Ruth Adeyemi: May I pay it?",
                "Field message 1, line 1 Tom Beckett: attachment: limits.csv",
                "Row limits.csv: line 2 ?: rule: refund | limit: 500",
            ]
        );
        assert_eq!(document.title.as_deref(), Some("Refund 4417"));
    }

    #[test]
    fn address_behind_a_link_is_not_said() {
        let check = |text: &str, expected: &str| assert_eq!(without_addresses(text), expected);
        check("see the list <https://x.example/a?b=c> first", "see the list first");
        check("Tom.B@x.example<mailto:Tom.B@x.example>", "Tom.B@x.example");
        check("a < b\n<https://x.example>\n", "a < b\n<https://x.example>\n");
    }

    #[test]
    fn packed_text_is_unpacked() {
        // The example of the specification.
        let packed = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125\x422\x0a\xf3 hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
        assert_eq!(unpack(packed).as_deref(), Some(&b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"[..]));
    }

    #[test]
    fn broken_container_is_refused() {
        let mut bytes = OLE.to_vec();
        bytes.resize(1024, 7);
        assert_eq!(open(&bytes).err().as_deref(), Some("the message is broken"));
    }
}
