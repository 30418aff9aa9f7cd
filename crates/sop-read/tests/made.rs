//! Files made by the programs and libraries that make such files: what a person would notice in each is read out of it.

use sop_core::{Artifact, ArtifactId, Digest, Document};
use sop_read::{People, PictureLine, Pictures, Reading};
use std::collections::BTreeSet;
use std::path::Path;

struct Blind;

impl Pictures for Blind {
    fn lines(&self, _: &[u8]) -> Result<Vec<PictureLine>, String> {
        Ok(Vec::new())
    }
}

fn read(name: &str) -> Document {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let bytes = std::fs::read(&path).unwrap();
    let path = path.file_name().unwrap().to_string_lossy().into_owned();
    let artifact = Artifact { id: ArtifactId("a".into()), path, size: bytes.len() as u64, digest: Digest(String::new()), modified: None };
    match sop_read::read(&artifact, &bytes, &Blind, &People::default()).output {
        Some(Reading::Document(document)) => *document,
        other => panic!("{name} was not read: {other:?}"),
    }
}

/// Every block, table and remark in a line of its own.
fn shown(document: &Document) -> Vec<String> {
    let block = |it: &sop_core::Block| {
        let by = it.speaker.as_deref().map(|name| format!(" by {name}")).unwrap_or_default();
        let at = it.time.map(|at| at.strftime(" at %Y-%m-%d %H:%M").to_string()).unwrap_or_default();
        format!("{:?} {}{by}{at} @ {}", it.kind, it.text, it.place)
    };
    let table = |it: &sop_core::Table| {
        let columns: Vec<String> = it.columns.iter().map(|it| it.sum.map_or_else(|| it.name.clone(), |sum| format!("{} (sum {sum})", it.name))).collect();
        format!("table {}: {} rows: {}", it.name, it.rows, columns.join(", "))
    };
    let head = document.title.iter().map(|it| format!("title {it}")).chain(document.author.iter().map(|it| format!("author {it}")));
    let source = document.source.iter().flat_map(|it| it.lines()).map(|it| format!("source {it}"));
    let body = document.blocks.iter().map(block).chain(document.tables.iter().map(table)).chain(document.remarks.clone());
    head.chain(body).chain(source).collect()
}

/// The reader, the file, and what must come out of it.
const MADE: &[(&str, &str, &[&str])] = &[
    ("outlook", "files/refund.msg", &[]),
    (
        "git history",
        "../../sop-collect/tests/files/close.log",
        &["Note Dana must sign every refund over 250", "Row added out/summary_2026-10.csv by Ruth Adeyemi at 2026-11-03 10:15"],
    ),
    (
        "mail",
        "files/refunds.eml",
        &["please do not release the refunds before I have checked the till.", "title Refunds October – bitte prüfen", "table : 1 rows: kind, limit (sum 500)"],
    ),
    ("mailbox", "files/refunds.mbox", &["Message Yes, approved. by Dana Whitfield at 2026-11-03 10:15 @ message 2", "QuotedReply Can I pay the 640 for York?"]),
    ("calendar", "files/refund.ics", &["monthly on the 1st Tuesday at 09:00", "Dana signs what is over 500 before noon."]),
    ("picture", "files/refund.png", &["no text in it"]),
    ("picture", "files/refund.jpg", &["no text in it"]),
    ("picture", "files/refund.gif", &["no text in it"]),
    ("picture", "files/refund.webp", &["no text in it"]),
    ("picture", "files/refund.bmp", &["no text in it"]),
    ("picture", "files/refund.tiff", &["no text in it"]),
    ("pdf", "files/form.pdf", &["Refunds over 500 are signed by Dana Whitfield. @ page 1, line 2", "Field Shop: York"]),
    ("pdf", "files/refund.pdf", &["Refunds over 500 need Dana's signature before they are paid."]),
    (
        "docx",
        "files/refund.docx",
        &[
            "Heading(1) Before you start",
            "Ask Tom for the till export. @ paragraph 3",
            "Row 500 | Dana Whitfield @ table 1, row 2",
            "Note Since the audit in October. by Dana Whitfield",
        ],
    ),
    ("old office", "files/refund.doc", &["Refunds over 500 need Dana", "Dana Whitfield"]),
    ("old office", "files/close.ppt.zip", &["close.ppt: slide"]),
    ("rtf", "files/refund.rtf", &["Ask Tom for the till export.", "Since the audit in October."]),
    ("opendocument", "files/refund.odt", &["Refunds over 500 need Dana", "Note Since the audit in October. by Dana Whitfield"]),
    ("opendocument", "files/close.odp", &[]),
    ("slides", "files/close.pptx", &[]),
    (
        "workbook",
        "files/refunds.xlsx",
        &["=SUM(B2:B4)", "Note Dana signed this one by mail.", "the sheet Rates is hidden", "table Refunds: 3 rows: Shop, Amount (sum 835.75), Signed"],
    ),
    ("workbook", "files/limits.xlsx", &["=MAX(B2:B3)"]),
    ("workbook", "files/refunds.xls", &["SUM(B2:B4)", "the sheet Rates is hidden"]),
    ("workbook", "files/refunds.ods", &["Formula =SUM(B2:B4) -> 835.75", "Note Dana signed this one by mail.", "the sheet Rates is hidden"]),
    ("workbook", "data/macro.xlsm", &[]),
    ("database", "files/close.db", &[]),
    ("parquet", "files/sales.parquet", &[]),
    ("diagram", "files/refund.dot", &["Check the total -> Dana approves: over 500"]),
    ("diagram", "files/refund.vsdx", &["Check the total -> Dana approves: over 500"]),
    ("html", "files/refund.html", &["Refunds over 500 need Dana", "Dana Whitfield"]),
    ("book", "files/handbook.epub", &[]),
    ("archive", "files/month.zip", &["Ask Dana before anything over 500 is paid. @ month/notes.txt: line 1", "2 files inside, 2 read"]),
    ("archive", "files/month.tgz", &["Ask Dana before anything over 500 is paid. @ month/notes.txt: line 1", "2 files inside, 2 read"]),
    (
        "transcript",
        "files/call.vtt",
        &["Message Stop when it is over 500. by Dana Whitfield", "First I export the till, then I run the refund script. by Ruth Adeyemi"],
    ),
    ("transcript", "files/call.srt", &["First I export the till, then I run the refund script.", "Stop when it is over 500."]),
    ("shell history", "files/bash_history", &["Command python refunds.py --month 2026-10 at 2026-11-28 11:15"]),
    ("shell history", "files/zsh_history", &["Command python refunds.py --month 2026-10 at 2026-11-28 11:15"]),
    ("shell history", "files/fish_history", &["Command python refunds.py --month 2026-10 at 2026-11-28 11:15"]),
    ("shell history", "files/typescript", &["Command python3 refunds.py --month 2026-10 @ line"]),
    ("recording", "files/refund.har", &["requests went to 127.0.0.1:8765"]),
    (
        "recording",
        "files/refund.recording.json",
        &["Enter \"2026-10\" into \"Month\"", "Enter [value not shown] into \"Password\"", "Click \"Export\"", "Wait until \"Refunded\" is shown"],
    ),
    ("browser script", "files/refund.puppeteer.js", &["Enter \"2026-10\" into \"Month\"", "Click \"Export\""]),
    ("settings", "files/refunds.ini", &["limit", "Dana Whitfield"]),
    ("log", "files/refunds.log", &["LogLine", "stopped until Dana signs", "York is over the limit: 640.00"]),
    ("notebook", "files/refunds.ipynb", &["Heading(1) Refunds of the month", "3 rows", "source rows = list(csv.DictReader(open('raw/refunds.csv')))"]),
    ("JSON", "files/refunds.json", &["signs: Dana Whitfield", "rows: shop, amount (sum 760.5)"]),
    ("table", "files/refunds.csv", &["3 rows: Shop, Amount (sum 835.75), Signed"]),
    ("markdown", "files/refund.md", &["Heading(1) Before you start", "Refunds over 500 need Dana"]),
    ("text", "files/refund.rst", &["Before you start", "Ask Tom for the till export."]),
    ("text", "files/refund.org", &["Before you start", "Ask Tom for the till export."]),
];

/// Readers whose files no program makes, or none that runs here; they are tested on what is written after such files.
const UNMADE: &[(&str, &str)] = &[
    ("iwork", "only programs of a Mac make these"),
    ("agent session", "what people asked stands in real ones"),
    ("chat", "the words of people stand in real exports"),
    ("environment file", "people write these"),
    ("script", "people write these"),
];

#[test]
fn what_a_person_would_notice_is_read() {
    let mut missing = Vec::new();
    for (reader, name, expected) in MADE {
        let lines = shown(&read(name));
        assert!(!lines.is_empty(), "{name}");
        let lost: Vec<&&str> = expected.iter().filter(|it| !lines.iter().any(|line| line.contains(**it))).collect();
        if !lost.is_empty() {
            missing.push(format!("{reader}, {name}: {lost:?} is not in\n  {}", lines.join("\n  ")));
        }
        assert!(!lines.iter().any(|it| it.contains("tulip-Autumn26") || it.contains("s3cret")), "{name}");
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_reader_has_such_a_file() {
    let known: BTreeSet<&str> = MADE.iter().map(|it| it.0).chain(UNMADE.iter().map(|it| it.0)).collect();
    let readers: BTreeSet<&str> = sop_read::formats().map(|it| it.0).collect();
    assert_eq!(known, readers);
}
