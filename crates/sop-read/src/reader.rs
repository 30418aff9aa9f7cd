//! What a reader is, and the one public way through all of them.

use crate::customers::tells;
use crate::readers::{LONG, READERS};
use encoding_rs::Encoding;
use sop_core::{Artifact, Block, BlockKind, Document, Format, Home, LeftOut, Place, Problem, Redaction, Table, Warned};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A mail inside a mail inside an archive is as deep as work goes.
const MAX_DEPTH: u8 = 3;
/// Archives inside a folder unpack to no more than this, all that is in them together.
const MAX_UNPACKED: u64 = 300_000_000;
const MAX_UNPACKED_FILES: u32 = 2_000;
const MAX_PEOPLE_FILE: usize = 50_000_000;
/// A longer text is a dump of data; what a person wrote of it stands at its beginning.
const MAX_TEXT: usize = 16 << 20;
/// Texts that carry their pictures with them.
const MAX_PICTURED: usize = 64 << 20;
/// More of a source is never followed, and a dump of a database has nothing to tell after its first megabytes.
const MAX_SOURCE: usize = 2 << 20;
/// A longer passage is a line of data that nobody reads as one.
const MAX_PASSAGE: usize = 20_000;
/// Titles, and the headings above a passage.
const MAX_NAME: usize = 1_000;
const MAX_JSON: usize = 64 << 20;
/// Values that a JSON file may hold. Each takes many times its length in memory once it is parsed.
const MAX_VALUES: usize = 2_000_000;
const JSON: &[&str] = &["json", "jsonl", "ndjson", "jsonc", "json5", "geojson", "ipynb", "har", "side"];
/// What the judges of sensitive papers see of a long document.
const MAX_JUDGED: usize = 200_000;

/// A line of text found in a picture, in pixels from the top left corner.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureLine {
    pub text: String,
    pub x: u32,
    pub y: u32,
    pub w: u32,
    pub h: u32,
}

/// Recognises the text in pictures. The edge passes it in, so that it can keep a cache.
pub trait Pictures: Sync {
    /// Returns the lines of a picture from top to bottom, or why it cannot.
    fn lines(&self, bytes: &[u8]) -> Result<Vec<PictureLine>, String>;
}

/// What became of a file that was read.
#[derive(Debug)]
pub enum Reading {
    Document(Box<Document>),
    /// Kept out, and the names of customers that stand in it: they serve to mask them in other files and are never written.
    LeftOut(LeftOut, Vec<String>),
}

/// A file on its way through a reader.
pub(crate) struct Input<'a> {
    pub artifact: &'a Artifact,
    /// Name to judge the format by; differs from the artifact's for an attachment.
    pub name: &'a str,
    pub bytes: &'a [u8],
    pub pictures: &'a dyn Pictures,
    pub people: &'a People,
    /// What may still be unpacked of the file, and of what is inside it.
    pub budget: &'a Budget,
    /// How many files this one is inside of.
    pub depth: u8,
}

/// How much may be unpacked of one file of the folder, however deep archives stand in each other.
pub(crate) struct Budget {
    bytes: Cell<u64>,
    files: Cell<u32>,
}

impl Budget {
    pub fn new() -> Self {
        Self { bytes: Cell::new(MAX_UNPACKED), files: Cell::new(MAX_UNPACKED_FILES) }
    }

    /// How many bytes may still be unpacked.
    pub fn bytes(&self) -> u64 {
        if self.files.get() == 0 { 0 } else { self.bytes.get() }
    }

    /// Notes that a file of this size was unpacked.
    pub fn spend(&self, size: u64) {
        self.bytes.set(self.bytes.get().saturating_sub(size));
        self.files.set(self.files.get().saturating_sub(1));
    }
}

/// Who is behind the ids that a chat export uses in place of names. One file of the export tells it for all others.
#[derive(Debug, Default, Clone)]
pub struct People(BTreeMap<String, String>);

impl People {
    /// Whether a file of this name lists people: `users.json` of an export from Slack.
    pub fn are_in(name: &str) -> bool {
        matches!(name.to_lowercase().as_str(), "users.json" | "org_users.json")
    }

    /// Adds the people of a file, if that is what it lists.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        if Self::are_in(name) && bytes.len() <= MAX_PEOPLE_FILE {
            for (id, name) in crate::readers::people(bytes) {
                self.0.entry(id).or_insert(name);
            }
        }
    }

    pub(crate) fn names(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

/// A document that has not been redacted. It cannot leave the crate.
pub(crate) struct Raw(pub Document);

/// Reads a file of which the input holds only the beginning.
pub(crate) type LongRead = fn(&Input<'_>, &mut dyn Read) -> Result<Raw, String>;

/// What a user may know of a reader, in Markdown. The table of `docs/guide/formats.md` is made of it.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The files it is for.
    pub files: &'static str,
    /// What it makes of them.
    pub taken: &'static str,
    /// What a citation of such a file points to.
    pub anchor: &'static str,
    /// What it leaves behind; empty if nothing.
    pub not_taken: &'static str,
}

/// A reader: what it takes, and the function that reads it.
pub(crate) struct Reader {
    pub name: &'static str,
    /// What the guide says of it.
    pub about: About,
    /// Whether this reader takes the file, by content first and by name second.
    pub accepts: fn(&Input<'_>) -> bool,
    /// Reads the file, or says in the user's words why it cannot.
    pub read: fn(&Input<'_>) -> Result<Raw, String>,
}

/// Returns the name of every reader and what it does, in the order in which they are asked.
pub fn formats() -> impl Iterator<Item = (&'static str, About)> {
    READERS.iter().map(|it| (it.name, it.about))
}

/// Reads a file into a redacted document, or says why it is left out.
pub fn read(artifact: &Artifact, bytes: &[u8], pictures: &dyn Pictures, people: &People) -> Warned<Option<Reading>> {
    let budget = Budget::new();
    let input = Input { artifact, name: artifact.name(), bytes, pictures, people, budget: &budget, depth: 0 };
    finish(artifact, judge(&input, &artifact.path))
}

fn finish(artifact: &Artifact, judged: Judged) -> Warned<Option<Reading>> {
    match judged {
        Judged::Readable(raw) => match catch_unwind(AssertUnwindSafe(|| redact(*raw))) {
            Ok(document) => Warned::new(Some(Reading::Document(Box::new(document)))),
            Err(_) => finish(artifact, Judged::Broken("could not be searched for what must not be passed on, and is not used".to_owned())),
        },
        Judged::Sensitive(reason, names) => {
            let names = if tells(&artifact.path) { names } else { Vec::new() };
            Warned::new(Some(Reading::LeftOut(left_out(artifact, reason, true), names)))
        }
        Judged::NoReader(reason) => Warned::new(Some(Reading::LeftOut(left_out(artifact, reason, false), Vec::new()))),
        Judged::Broken(message) => {
            let hint = Some("open the file to see whether it is whole, or leave it out".to_owned());
            // What went wrong may repeat what stands in the file.
            let (path, message) = (sop_rules::redact_name(&artifact.path), sop_rules::redact_row(&message).text);
            Warned { output: None, problems: vec![Problem { path, message, hint }] }
        }
    }
}

/// Files from this size on are read as a stream by the readers that can.
pub const LONG_FROM: u64 = 16 << 20;
/// What is looked at to tell what a stream is.
const HEAD: usize = 1 << 20;

/// Whether a file of this name can be read however long it is.
pub fn reads_long(name: &str) -> bool {
    matches!(name.rsplit_once('.').map(|it| it.1.to_ascii_lowercase()).as_deref(), Some("csv" | "tsv" | "tab" | "psv" | "mbox"))
}

/// Reads a long file from a stream, in bounded memory. Nothing if its content is not what its name says.
pub fn read_long(artifact: &Artifact, source: &mut dyn Read, pictures: &dyn Pictures, people: &People) -> Warned<Option<Reading>> {
    let mut head = Vec::new();
    if let Err(err) = source.take(HEAD as u64).read_to_end(&mut head) {
        return finish(artifact, Judged::Broken(format!("could not be read: {}", err.kind())));
    }
    let budget = Budget::new();
    let input = Input { artifact, name: artifact.name(), bytes: &head, pictures, people, budget: &budget, depth: 0 };
    let judged = match LONG.iter().find(|it| (it.0.accepts)(&input)) {
        Some((reader, long)) => judged(&input, &artifact.path, reader.name, |input| long(input, &mut head.as_slice().chain(source))),
        None => Judged::NoReader(no_reader(&input)),
    };
    finish(artifact, judged)
}

/// Reads a file that is inside another, every place wrapped in `Place::Inside`. What cannot be read becomes a remark.
pub(crate) fn read_inside(name: &str, bytes: &[u8], outer: &Input<'_>) -> Option<Raw> {
    if outer.depth >= MAX_DEPTH || bytes.is_empty() {
        return None;
    }
    let input = Input { name, bytes, depth: outer.depth + 1, ..*outer };
    let mut document = match judge(&input, name) {
        Judged::Readable(raw) => raw.0,
        Judged::NoReader(_) => return None,
        Judged::Sensitive(reason, names) => Document { outsiders: names, ..only_remark(&input, format!("attachment {name} left out: {reason}")) },
        Judged::Broken(message) => only_remark(&input, format!("attachment {name} {message}")),
    };
    let inside = |place: &Place| Place::Inside { name: name.to_owned(), place: Box::new(place.clone()) };
    document.blocks.iter_mut().for_each(|it| it.place = inside(&it.place));
    document.tables.iter_mut().for_each(|it| it.place = inside(&it.place));
    Some(Raw(document))
}

fn only_remark(input: &Input<'_>, remark: String) -> Document {
    let mut document = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Text);
    document.remarks.push(remark);
    document
}

/// What a reader and the judges of sensitive papers make of a file.
enum Judged {
    Readable(Box<Raw>),
    /// Why it is kept out, and the names of customers in it.
    Sensitive(String, Vec<String>),
    /// And what would make the file readable.
    NoReader(String),
    Broken(String),
}

fn judge(input: &Input<'_>, path: &str) -> Judged {
    let by_name = || by_name(path);
    if let Some(message) = too_much_json(input) {
        return by_name().unwrap_or(Judged::Broken(message));
    }
    let reader = match catch_unwind(AssertUnwindSafe(|| READERS.iter().find(|it| (it.accepts)(input)))) {
        Ok(Some(reader)) => reader,
        Ok(None) | Err(_) => return by_name().unwrap_or_else(|| Judged::NoReader(no_reader(input))),
    };
    judged(input, path, reader.name, reader.read)
}

/// What a name alone says of a paper.
fn by_name(path: &str) -> Option<Judged> {
    sop_rules::sensitive_document(path, "", &[]).map(|it| Judged::Sensitive(it, Vec::new()))
}

/// Reads a file with this reader; a reader that stumbles is one thing to tell, a paper that must not be read another.
fn judged(input: &Input<'_>, path: &str, reader: &str, read: impl FnOnce(&Input<'_>) -> Result<Raw, String>) -> Judged {
    let failed = |message: String| by_name(path).unwrap_or(Judged::Broken(message));
    let whole = input.bytes;
    let bytes = match reader {
        // These take a long file in pieces, or look at its end.
        "mail" | "mailbox" | "table" | "log" | "JSON" | "notebook" | "chat" | "recording" => whole,
        "html" | "rtf" => beginning(whole, MAX_PICTURED),
        _ => beginning(whole, MAX_TEXT),
    };
    let input = &Input { bytes, ..*input };
    match catch_unwind(AssertUnwindSafe(|| {
        let mut raw = read(input)?;
        shorten(&mut raw.0);
        if bytes.len() < whole.len() {
            raw.0.remarks.push(format!("only the first {} of {} MB were read; cut it into parts if the rest matters", bytes.len() >> 20, whole.len() >> 20));
        }
        Ok(raw)
    })) {
        Ok(Ok(raw)) => match sensitive(&raw.0, path) {
            Some(reason) => Judged::Sensitive(reason, raw.0.outsiders),
            None => Judged::Readable(Box::new(raw)),
        },
        Ok(Err(message)) => failed(message),
        Err(_) => failed(format!("could not be read as {reader}: the file is damaged or made in a way we do not know")),
    }
}

/// Cuts what is too long to be a passage or a script that a person wrote.
fn shorten(document: &mut Document) {
    let cut = |text: &mut String, most: usize| {
        let long = text.len() > most;
        if long {
            let end = text[..text.floor_char_boundary(most)].rfind('\n').filter(|it| *it > most / 2).unwrap_or(text.floor_char_boundary(most));
            text.truncate(end);
        }
        long
    };
    for name in document.title.iter_mut().chain(&mut document.author) {
        cut(name, MAX_NAME);
    }
    for context in document.blocks.iter_mut().filter_map(|it| it.context.as_mut()) {
        cut(context, MAX_NAME);
    }
    let passages = document.blocks.iter_mut().map(|it| cut(&mut it.text, MAX_PASSAGE)).filter(|it| *it).count();
    if passages > 0 {
        document.remarks.push(format!("{passages} passages are longer than a person writes and were cut"));
    }
    // Lines stay where they are, so that places in the source still count.
    if let Some(source) = document.source.as_mut().filter(|it| it.lines().any(|line| line.len() > MAX_PASSAGE)) {
        let short: Vec<&str> = source.split('\n').map(|it| &it[..it.floor_char_boundary(MAX_PASSAGE)]).collect();
        *source = short.join("\n");
        document.remarks.push("lines longer than a person writes were cut".to_owned());
    }
    if document.source.as_mut().is_some_and(|it| cut(it, MAX_SOURCE)) {
        document.remarks.push(format!("only the first {} MB of the source were read", MAX_SOURCE >> 20));
    }
}

/// Returns the whole lines at the beginning of a text that is too long, everything of anything else.
fn beginning(bytes: &[u8], most: usize) -> &[u8] {
    if bytes.len() <= most || !is_text(bytes) {
        return bytes;
    }
    // A line may be as long as the file; the bytes of UTF-16 come in pairs.
    let end = memchr::memrchr(b'\n', &bytes[..most]).filter(|it| *it > most / 2 && bytes.get(it + 1) != Some(&0)).map_or(most, |it| it + 1);
    &bytes[..end]
}

/// Says why a JSON file is not read, if it would not fit into memory: half of a JSON file cannot be understood.
fn too_much_json(input: &Input<'_>) -> Option<String> {
    let name = input.name.to_ascii_lowercase();
    if !JSON.contains(&name.rsplit_once('.')?.1) {
        return None;
    }
    let advice = "take what matters out of it, or export it as CSV";
    if input.bytes.len() > MAX_JSON {
        return Some(format!("too long to be read as a whole: {} MB of at most {}; {advice}", input.bytes.len() >> 20, MAX_JSON >> 20));
    }
    let values = memchr::memchr3_iter(b',', b'[', b'{', input.bytes).count();
    (values > MAX_VALUES)
        .then(|| format!("too many values to be read as a whole: about {} million of at most {}; {advice}", values / 1_000_000, MAX_VALUES / 1_000_000))
}

/// Judges a document by all its text and columns. Attachments were judged on their own and do not taint the mail.
fn sensitive(document: &Document, path: &str) -> Option<String> {
    let mut text = String::new();
    for block in document.blocks.iter().filter(|it| !matches!(it.place, Place::Inside { .. })) {
        text.push_str(&block.text);
        text.push('\n');
        if text.len() > MAX_JUDGED {
            break;
        }
    }
    if let Some(source) = &document.source
        && text.len() < MAX_JUDGED
    {
        text.push_str(source);
    }
    let own = document.tables.iter().filter(|it| !matches!(it.place, Place::Inside { .. }));
    let tables: Vec<Vec<String>> = own.map(|it| it.columns.iter().map(|it| it.name.clone()).collect()).collect();
    // A name on one tab and an account on another are not the account of that name.
    match tables.as_slice() {
        [] => sop_rules::sensitive_document(path, &text, &[]),
        tables => tables.iter().find_map(|columns| sop_rules::sensitive_document(path, &text, columns)),
    }
}

fn left_out(artifact: &Artifact, reason: String, sensitive: bool) -> LeftOut {
    LeftOut { path: sop_rules::redact_name(&artifact.path), reason, sensitive }
}

/// What makes a file readable that has no reader.
const ADVICE: &[(&[&str], &str)] = &[
    (&["pst", "ost", "nst", "dbx"], "export the messages that matter as .msg, .eml or .mbox"),
    (&["avif", "jxl", "psd", "ai", "xcf", "raw", "cr2", "nef", "dng"], "export it as PNG or JPEG"),
    (&["mov", "mp4", "m4v", "avi", "mkv", "webm", "wmv", "flv"], "put its transcript (.vtt or .srt) or screenshots beside it"),
    (&["m4a", "mp3", "wav", "ogg", "opus", "aac", "flac", "wma", "amr"], "put its transcript (.vtt, .srt or text) beside it"),
    (&["one", "onetoc2", "onepkg"], "export the section as PDF or Word"),
    (&["mpp", "mpt"], "export it as XML, Excel or PDF"),
    (&["accdb", "mdb", "fmp12"], "export the tables as Excel or CSV, and the forms as PDF"),
    (&["dwg", "dxf", "skp", "rvt", "step", "stp", "vsd", "odg", "pub", "indd", "sketch", "fig"], "export it as PDF"),
    (&["pbix", "pbit", "twb", "twbx", "qvw", "qvf"], "export the page as PDF, and the data behind it as Excel or CSV"),
    (&["xps", "oxps", "djvu", "mobi", "azw3"], "print it as PDF"),
    (&["wpd", "wps", "hwp", "cwk", "abw", "lwp"], "save it as .docx or PDF"),
    (&["123", "wk4", "qpw", "wb3", "xls", "xlw"], "save it as .xlsx"),
    (&["sav", "dta", "sas7bdat", "rds", "rdata", "feather", "orc", "avro", "h5", "hdf5", "mat"], "export the data as CSV"),
    (&["pkl", "pickle", "joblib", "npy", "npz"], "write the data out as CSV"),
    (&["7z", "rar", "xz", "bz2", "zst", "lz", "cab", "iso", "dmg"], "unpack it into the folder, or pack it as .zip"),
    (&["gdoc", "gsheet", "gslides", "url", "webloc", "lnk"], "it only points elsewhere: download what it points to"),
    (&["pages", "key"], "export it as PDF or Word"),
    (&["numbers"], "export it as Excel or PDF"),
    (&["qbw", "qbb", "sage", "mmb"], "export the report as PDF or Excel"),
];

/// Photos of phones, whatever they are called: a mail program may have named them `.jpg`.
const PHOTO: &str = "no reader for photos in HEIC; save it as JPEG or PNG (Mac: open it in Preview, File > Export; Windows: open it in Photos, Save as; \
    iPhone: Settings > Camera > Formats > Most Compatible for the next ones)";

/// Whether the head of a file says that it is a photo in HEIC.
fn is_heic(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8]; 8] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"];
    // A picture in AV1 has the same box, and the general brand behind its own.
    let by_av1 = || bytes[..bytes.len().min(64)].windows(4).any(|it| it == b"avif");
    bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|it| BRANDS.contains(&it)) && !by_av1()
}

fn no_reader(input: &Input<'_>) -> String {
    if is_heic(input.bytes) {
        return PHOTO.to_owned();
    }
    let name = input.name;
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && !extension.contains(' ') => {
            let extension = extension.to_lowercase();
            let advice = ADVICE.iter().find(|it| it.0.contains(&extension.as_str()));
            let advice = advice.map(|it| format!("; {}", it.1)).unwrap_or_default();
            format!("no reader for .{extension} files{advice}")
        }
        _ => "no reader for this kind of file".to_owned(),
    }
}

fn redact(Raw(mut document): Raw) -> Document {
    let mut found = Vec::new();
    // Comments and fields repeat lines of the source: counting both would double every finding.
    let mut of_blocks = Vec::new();
    for block in &mut document.blocks {
        redact_block(block, document.format, &mut of_blocks);
    }
    if matches!(document.format, Format::Pdf | Format::Picture) {
        redact_across(&mut document.blocks, &mut of_blocks);
    }
    for table in &mut document.tables {
        redact_table(table, &mut of_blocks);
    }
    match &mut document.source {
        Some(source) => {
            redact_source(source, &mut found);
            found.extend(of_blocks.into_iter().filter(|it| !matches!(it.place, Place::Lines { .. })));
        }
        None => found = of_blocks,
    }
    for text in document.title.iter_mut().chain(&mut document.author).chain(&mut document.remarks) {
        *text = sop_rules::redact(text).text;
    }
    document.path = sop_rules::redact_name(&document.path);
    for piece in &mut document.pieces {
        if let Home::Part(name) = &mut piece.home {
            *name = sop_rules::redact_name(name);
        }
    }
    // What was masked in the source stands where its cell or module stands.
    for it in &mut found {
        if let Place::Lines { from, to } = it.place {
            it.place = document.place_of(from, to);
        }
    }
    document.blocks.iter_mut().for_each(|it| redact_place(&mut it.place));
    document.tables.iter_mut().for_each(|it| redact_place(&mut it.place));
    found.iter_mut().for_each(|it| redact_place(&mut it.place));
    document.redactions = found;
    document
}

/// Names of sheets and attachments are part of a place.
fn redact_place(place: &mut Place) {
    match place {
        Place::Cell { sheet, .. } | Place::CellNote { sheet, .. } => *sheet = sop_rules::redact_name(sheet),
        Place::Inside { name, place } => {
            *name = sop_rules::redact_name(name);
            redact_place(place);
        }
        _ => {}
    }
}

/// On paper the word for a number often stands in the line above it.
fn redact_across(blocks: &mut [Block], found: &mut Vec<Redaction>) {
    let lines: Vec<&str> = blocks.iter().map(|it| it.text.as_str()).collect();
    if lines.iter().any(|it| it.contains('\n')) {
        return;
    }
    let redacted = sop_rules::redact(&lines.join("\n")).text;
    for (block, line) in blocks.iter_mut().zip(redacted.split('\n')) {
        if block.text != line {
            block.text = line.to_owned();
            found.push(Redaction { what: "personal data".to_owned(), place: block.place.clone() });
        }
    }
}

fn redact_block(block: &mut Block, format: Format, found: &mut Vec<Redaction>) {
    let data_row = block.kind == BlockKind::Row && matches!(format, Format::Csv | Format::Workbook | Format::Json | Format::Database | Format::Archive);
    let redacted = if data_row { sop_rules::redact_row(&block.text) } else { sop_rules::redact(&block.text) };
    block.text = redacted.text;
    found.extend(redacted.found.into_iter().map(|what| Redaction { what: what.to_owned(), place: block.place.clone() }));
    // A chat may name a stranger by number only. Names and the addresses of people who act stay.
    let spoken = block.speaker.iter_mut().chain(&mut block.to).filter(|it| it.contains(|c: char| c.is_ascii_digit() || c == '@'));
    for text in block.context.iter_mut().chain(spoken) {
        *text = sop_rules::redact(text).text;
    }
}

fn redact_table(table: &mut Table, found: &mut Vec<Redaction>) {
    let place = table.place.clone();
    table.name = sop_rules::redact_name(&table.name);
    let columns = table.columns.iter_mut().flat_map(|it| it.values.iter_mut().chain(&mut it.min).chain(&mut it.max).chain(Some(&mut it.name)));
    for text in columns.chain(&mut table.preamble) {
        let redacted = sop_rules::redact_row(text);
        *text = redacted.text;
        found.extend(redacted.found.into_iter().map(|what| Redaction { what: what.to_owned(), place: place.clone() }));
    }
}

/// Redacts the source as one text, because a key can span lines, and finds the lines that changed.
fn redact_source(source: &mut String, found: &mut Vec<Redaction>) {
    let redacted = sop_rules::redact(source);
    let changed = source.lines().zip(redacted.text.lines()).enumerate().filter(|(_, (before, after))| before != after);
    for (at, (before, _)) in changed {
        let from = at as u32 + 1;
        let place = Place::Lines { from, to: from };
        match sop_rules::redact(before).found {
            what if what.is_empty() => {}
            what => found.extend(what.into_iter().map(|what| Redaction { what: what.to_owned(), place: place.clone() })),
        }
    }
    if found.is_empty() {
        found.extend(redacted.found.into_iter().map(|what| Redaction { what: what.to_owned(), place: Place::File }));
    }
    *source = redacted.text;
}

/// Decodes a text by its byte order mark, as UTF-8, or by what its bytes look like. Line ends become `\n`.
pub(crate) fn decode(bytes: &[u8]) -> String {
    // Most texts are UTF-8 without a mark, which is quicker to see than to guess.
    let plain = || std::str::from_utf8(bytes).ok().filter(|it| !it.starts_with('\u{feff}') && !it.contains('\0')).map(Cow::Borrowed);
    let text = plain().unwrap_or_else(|| match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0,
        None => guess(bytes).decode_without_bom_handling(bytes).0,
    });
    match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n"),
        false => text.into_owned(),
    }
}

/// Returns the encoding of a text by its beginning.
pub(crate) fn encoding(head: &[u8]) -> &'static Encoding {
    Encoding::for_bom(head).map_or_else(|| guess(head), |it| it.0)
}

/// Whether the bytes are text in some encoding, judged by their beginning.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(8_192)];
    if Encoding::for_bom(head).is_some() || wide(head).is_some() {
        return true;
    }
    let odd = head.iter().filter(|it| **it < 9 || (14..32).contains(*it) && **it != 27).count();
    !head.contains(&0) && odd * 50 <= head.len()
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let head = &bytes[..bytes.len().min(1 << 20)];
    if let Some(encoding) = wide(head) {
        return encoding;
    }
    if mostly_utf8(bytes) {
        return encoding_rs::UTF_8;
    }
    if few_and_lone(head) {
        return encoding_rs::WINDOWS_1252;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(head, true);
    match detector.guess(None, chardetng::Utf8Detection::Allow) {
        // The bytes were not UTF-8, or the beginning alone looks so.
        encoding if encoding == encoding_rs::UTF_8 => encoding_rs::WINDOWS_1252,
        encoding => encoding,
    }
}

/// A pound sign in an English text says nothing about the language; three letters in a row would.
fn few_and_lone(head: &[u8]) -> bool {
    let high = head.iter().filter(|it| !it.is_ascii()).count();
    let in_a_row = head.windows(3).any(|it| it.iter().all(|b| !b.is_ascii()));
    high <= (head.len() / 200).max(3) && !in_a_row
}

/// One broken byte in a long UTF-8 log does not make it another encoding.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|it| !it.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    bad == 0 || good > bad * 4
}

/// UTF-16 without a mark: every other byte of plain text is zero.
fn wide(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|it| **it == 0).count();
    let half = head.len() / 2;
    match (zeros(0), zeros(1)) {
        (0, odd) if half > 3 && odd * 10 > half * 7 => Some(encoding_rs::UTF_16LE),
        (even, 0) if half > 3 && even * 10 > half * 7 => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests_support {
    use super::*;

    /// Recognises nothing.
    pub struct Blind;

    impl Pictures for Blind {
        fn lines(&self, _: &[u8]) -> Result<Vec<PictureLine>, String> {
            Ok(Vec::new())
        }
    }

    /// Every block in a line: what it is, what it says, by whom, under what, and where.
    pub fn shown(document: &Document) -> Vec<String> {
        let line = |it: &Block| {
            let by = it.speaker.as_deref().map(|name| format!(" by {name}")).unwrap_or_default();
            let under = it.context.as_deref().map(|it| format!(" [{it}]")).unwrap_or_default();
            format!("{:?} {}{by}{under} @ {}", it.kind, it.text, it.place)
        };
        document.blocks.iter().map(line).collect()
    }

    /// Reads bytes as a file of this name, through the table of readers and redaction.
    pub fn read_raw(name: &str, bytes: &[u8]) -> Document {
        let artifact = Artifact {
            id: sop_core::ArtifactId("a".into()),
            path: name.into(),
            size: bytes.len() as u64,
            digest: sop_core::Digest(String::new()),
            modified: None,
        };
        match read(&artifact, bytes, &Blind, &People::default()).output {
            Some(Reading::Document(document)) => *document,
            other => panic!("{name} was not read: {other:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(name: &str, bytes: &[u8]) -> Reading {
        let artifact = Artifact {
            id: sop_core::ArtifactId("a".into()),
            path: name.into(),
            size: bytes.len() as u64,
            digest: sop_core::Digest(String::new()),
            modified: None,
        };
        read(&artifact, bytes, &tests_support::Blind, &People::default()).output.expect("it was read")
    }

    #[test]
    fn credentials_and_lists_of_people_are_left_out_whatever_the_file() {
        let check = |name: &str, bytes: &[u8], expected: &str| match reading(name, bytes) {
            Reading::LeftOut(LeftOut { reason, sensitive: true, .. }, _) => assert_eq!(reason, expected, "{name}"),
            other => panic!("{name} was not left out: {other:?}"),
        };
        check("db/.pgpass", b"# reporting role\nwells-db:5432:wells:wells_ro:tulip\n", "passwords");
        check("team.kdbx", b"\x03\xd9\xa2\x9a\0\0", "passwords");
        check("o.csv", b"unit,owner,sort_code,account_number\n3,K Abara,20-45-11,41992207\n", "bank and tax details");
        check("o.json", br#"[{"name":"A B","iban":"DE89370400440532013000"},{"name":"C D","iban":"DE12700202700015820931"}]"#, "bank and tax details");
    }

    /// Bytes cut off and turned over, in many places of every kind of file: none may end the program or take long.
    #[test]
    fn damaged_files_are_survived() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
        let mut seed = 0x9E37_79B9_u32;
        let mut next = |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            seed as usize % below.max(1)
        };
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
        files.sort();
        for file in files {
            let (name, whole) = (file.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&file).unwrap());
            let artifact = Artifact {
                id: sop_core::ArtifactId("a".into()),
                path: name.clone(),
                size: whole.len() as u64,
                digest: sop_core::Digest(String::new()),
                modified: None,
            };
            for n in 0..60 {
                let mut bytes = whole.clone();
                if n % 3 == 0 {
                    bytes.truncate(next(whole.len()));
                }
                for _ in 0..=n / 4 {
                    if let Some(byte) = {
                        let at = next(bytes.len());
                        bytes.get_mut(at)
                    } {
                        *byte = next(256) as u8;
                    }
                }
                let read = read(&artifact, &bytes, &tests_support::Blind, &People::default());
                assert!(read.output.is_some() || !read.problems.is_empty(), "{name} was passed over");
            }
        }
    }

    #[test]
    fn what_would_make_a_file_readable_is_said() {
        let check = |name: &str, bytes: &[u8], expected: &str| match reading(name, bytes) {
            Reading::LeftOut(it, _) => assert_eq!(it.reason, expected, "{name}"),
            other => panic!("{name} was read: {other:?}"),
        };
        check("box.pst", b"!BDN\0\x01", "no reader for .pst files; export the messages that matter as .msg, .eml or .mbox");
        check("photo.HEIC", b"\0\0\0\x24ftypheic\0\0\0\0mif1heic", PHOTO);
        check("photo.jpg", b"\0\0\0\x24ftypmif1\0\0\0\0mif1heic", PHOTO);
        check("photo.avif", b"\0\0\0\x24ftypmif1\0\0\0\0mif1avif", "no reader for .avif files; export it as PNG or JPEG");
        check("x.qqq", b"\0\x01\0\x02", "no reader for .qqq files");
        check("Thing", b"\0\x01\0\x02", "no reader for this kind of file");
    }

    #[test]
    fn credentials_in_notes_are_masked() {
        let text = "qube login for the demands run: lena / Autumn2026!\n\nqube password Autumn2026! always ask Lena first\n\nthe password is in .env\n";
        let document = tests_support::read_raw("notes.txt", text.as_bytes());
        let shown: Vec<&str> = document.blocks.iter().map(|it| it.text.as_str()).collect();
        assert!(!shown.concat().contains("Autumn2026"), "{shown:?}");
        assert!(shown.concat().contains("always ask Lena first") && shown.concat().contains("the password is in .env"), "{shown:?}");
    }

    #[test]
    fn text_is_decoded_whatever_wrote_it() {
        let check = |bytes: &[u8], expected: &str| assert_eq!(decode(bytes), expected);
        check(b"\xef\xbb\xbfa\r\nb\rc", "a\nb\nc");
        check(b"\xff\xfeG\0r\0\xfc\0n\0", "Grün");
        check(b"G\0r\0u\0n\0e\0\n\0", "Grune\n");
        check("12 £ für Jürgen – ok".as_bytes(), "12 £ für Jürgen – ok");
        check(b"Rechnung f\xfcr J\xfcrgen M\xfcller, 12 St\xfcck", "Rechnung für Jürgen Müller, 12 Stück");
        check(b"Anything over \xa3500 goes to Gareth", "Anything over £500 goes to Gareth");
        check(b"\xa31,500 \x96 ask first", "£1,500 – ask first");
        check(b"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0 \xf1\xe5\xe3\xee\xe4\xed\xff", "Привет, как дела сегодня");
    }
}
