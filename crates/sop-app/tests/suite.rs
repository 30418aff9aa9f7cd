//! Runs the cases of `tests/suite/<stage>/<topic>.md`; `tests/suite/README.md` says how to write one.

use sop_app::{AppError, SourceOptions, gather};
use sop_core::{BlockKind, Direction, Document, Lang, LeftOut, Problem, Role, SectionKind, Sop, Statement, Trace};
use sop_read::{PictureLine, Pictures};
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Who the drafts are for, unless a case says otherwise.
const AUDIENCE: &str = "a new operations assistant";
/// What the process is called, unless a case says otherwise.
const PROCESS: &str = "the work";

#[test]
fn every_case_of_the_suite_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/suite");
    let mut files = Vec::new();
    find(&root, &mut files);
    let wanted = wanted();
    let (mut ran, mut known) = (0, Vec::new());
    let mut faults = Vec::new();
    for path in files {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let cases = match parse(&std::fs::read_to_string(&path).unwrap()) {
            Ok(cases) => cases,
            Err(fault) => {
                faults.push(format!("{name}: {fault}"));
                continue;
            }
        };
        for case in cases {
            if wanted.as_ref().is_some_and(|it| !name.contains(it.as_str()) && !case.heading.contains(it.as_str())) {
                continue;
            }
            ran += 1;
            let place = format!("tests/suite/{name}:{} {}", case.line, case.heading);
            let (broken, fault, shown) = match catch_unwind(AssertUnwindSafe(|| run(&case))) {
                Ok(ran) => (ran.broken, ran.wrong, ran.out.show()),
                Err(_) => ("  the case panicked\n".to_owned(), String::new(), String::new()),
            };
            if wanted.is_some() {
                let _ = writeln!(std::io::stderr(), "\n{place}\n{shown}{broken}{fault}");
            }
            // What holds for every folder is never known to fail.
            if !broken.is_empty() {
                faults.push(format!("{place}\n{broken}{fault}"));
                continue;
            }
            match (&case.known, fault.is_empty()) {
                (None, false) => faults.push(format!("{place}\n{fault}")),
                (Some(why), true) => faults.push(format!("{place}\n  holds now: take away the line `known: {why}`\n")),
                (Some(why), false) => known.push(format!("{place}\n  {why}")),
                (None, true) => {}
            }
        }
    }
    let _ = writeln!(std::io::stderr(), "{ran} cases, {} of them known to fail\n{}", known.len(), known.join("\n"));
    assert!(ran > 0, "no case was found");
    assert!(faults.is_empty(), "{} of {ran} cases do not hold\n\n{}", faults.len(), faults.join("\n"));
}

/// `SOP_SUITE=mail` runs the cases whose file or heading has that word, and shows all that comes out of them.
#[expect(clippy::disallowed_methods, reason = "the one who writes a case says which to show")]
fn wanted() -> Option<String> {
    std::env::var("SOP_SUITE").ok().filter(|it| !it.is_empty())
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, found);
        } else if path.extension().is_some_and(|it| it == "md") && !path.ends_with("README.md") {
            found.push(path);
        }
    }
    found.sort();
}

/// One case: a folder, and what must come out of it.
#[derive(Debug, Clone, Default)]
struct Case {
    heading: String,
    line: usize,
    known: Option<String>,
    process: Option<String>,
    audience: Option<String>,
    lang: Option<Lang>,
    /// Path in the folder, and text.
    evidence: Vec<(String, String)>,
    wants: Vec<Want>,
}

/// A block that states what must come out.
#[derive(Debug, Clone)]
struct Want {
    /// `gates`, `blocks`, `section`.
    what: String,
    /// Path or name of the section.
    of: String,
    line: usize,
    lines: Vec<String>,
}

/// Reads the cases of a file. Evidence above the first heading stands in the folder of each.
fn parse(text: &str) -> Result<Vec<Case>, String> {
    let mut cases: Vec<Case> = Vec::new();
    let mut shared = Case::default();
    let mut lines = text.lines().enumerate();
    while let Some((n, line)) = lines.next() {
        let case = cases.last_mut().unwrap_or(&mut shared);
        if let Some(heading) = line.strip_prefix("## ") {
            cases.push(Case { heading: heading.trim().to_owned(), line: n + 1, ..shared.clone() });
        } else if let Some(why) = line.strip_prefix("known:") {
            case.known = Some(why.trim().to_owned());
        } else if let Some(name) = line.strip_prefix("process:") {
            case.process = Some(name.trim().to_owned());
        } else if let Some(who) = line.strip_prefix("audience:") {
            case.audience = Some(who.trim().to_owned());
        } else if let Some(code) = line.strip_prefix("lang:") {
            case.lang = Some(Lang::of(code.trim()).ok_or_else(|| format!("line {} names no language of drafts", n + 1))?);
        } else if line.starts_with("```") {
            let info = line.trim_start_matches('`');
            let fence = &line[..line.len() - info.len()];
            let mut body = Vec::new();
            loop {
                match lines.next() {
                    Some((_, line)) if line.trim_end() == fence => break,
                    Some((_, line)) => body.push(line),
                    None => return Err(format!("the block of line {} has no end", n + 1)),
                }
            }
            let (what, of) = info.trim().split_once(' ').unwrap_or((info.trim(), ""));
            if what == "evidence" {
                let text = if body.is_empty() { String::new() } else { body.join("\n") + "\n" };
                case.evidence.push((of.trim().to_owned(), text));
            } else {
                let lines = body.iter().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect();
                case.wants.push(Want { what: what.to_owned(), of: of.trim().to_owned(), line: n + 1, lines });
            }
        }
    }
    match cases.iter().find(|it| it.wants.is_empty()) {
        Some(it) => Err(format!("the case of line {} states nothing that must come out", it.line)),
        None => Ok(cases),
    }
}

/// The head of a PNG file of 800 by 600 pixels; the text that is to be seen follows it.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\x20\0\0\x02\x58";

/// Sees in a picture of the suite what its case says.
struct Told;

impl Pictures for Told {
    fn lines(&self, bytes: &[u8]) -> Result<Vec<PictureLine>, String> {
        let text = bytes.strip_prefix(PICTURE).ok_or("no picture of the suite")?;
        let text = std::str::from_utf8(text).map_err(|err| err.to_string())?;
        let line = |(n, text): (u32, &str)| PictureLine { text: text.to_owned(), x: 40, y: 40 + 30 * n, w: 10 * u32::try_from(text.len()).unwrap_or(0), h: 20 };
        Ok((0..).zip(text.lines()).map(line).collect())
    }
}

/// Everything that came of a folder.
struct Output {
    documents: Vec<Document>,
    problems: Vec<Problem>,
    left_out: Vec<LeftOut>,
    trace: Trace,
    sop: Sop,
}

/// What came of a case.
struct Ran {
    /// What must hold whatever the folder, and a case that asks for what there is not.
    broken: String,
    /// What the case states and does not hold.
    wrong: String,
    out: Output,
}

fn run(case: &Case) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("folder");
    std::fs::create_dir(&root).unwrap();
    for (path, text) in &case.evidence {
        assert!(!path.is_empty() && !path.contains(".."), "evidence without a path inside the folder");
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let bytes = match path.extension().and_then(|it| it.to_str()) {
            Some("xlsx") => workbook(text),
            Some("png") => [PICTURE, text.as_bytes()].concat(),
            _ => text.clone().into_bytes(),
        };
        std::fs::write(path, bytes).unwrap();
    }
    let (out, again) = (outcome(case, &root), outcome(case, &root));
    let mut fault = String::new();
    let mut broken = out.broken();
    if out.sop.to_markdown() != again.sop.to_markdown() {
        broken.push_str("  two drafts of the same folder differ\n");
    }
    for want in &case.wants {
        match out.lines(&want.what, &want.of) {
            Ok(got) => {
                let ordered = matches!(want.what.as_str(), "steps" | "blocks" | "timeline" | "body" | "page");
                let wrong = compare(&want.lines, &got, ordered);
                if !wrong.is_empty() {
                    let _ = writeln!(fault, "  line {}: {} {}\n{wrong}    expected", want.line, want.what, want.of);
                    want.lines.iter().for_each(|it| fault.push_str(&format!("      {it}\n")));
                    let _ = writeln!(fault, "    got{}", if got.is_empty() { "\n      (none)" } else { "" });
                    got.iter().for_each(|it| fault.push_str(&format!("      {it}\n")));
                }
            }
            Err(why) => {
                let _ = writeln!(broken, "  line {}: {why}", want.line);
            }
        }
    }
    Ran { broken, wrong: fault, out }
}

/// A workbook out of text: `[Sheet]` begins a sheet, ` | ` parts cells, `=SUM(..)` is a formula.
fn workbook(text: &str) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const LINKS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    const KINDS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let mut sheets: Vec<(String, String)> = Vec::new();
    let mut row = 0;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            sheets.push((name.to_owned(), String::new()));
            row = 0;
            continue;
        }
        row += 1;
        let (_, body) = sheets.last_mut().expect("a workbook begins with [Sheet]");
        let _ = write!(body, "<row r=\"{row}\">");
        for (cell, column) in line.split(" | ").map(str::trim).zip('A'..='Z') {
            let _ = match cell.strip_prefix('=') {
                _ if cell.is_empty() => Ok(()),
                Some(formula) => write!(body, "<c r=\"{column}{row}\"><f>{}</f><v>0</v></c>", escape(formula)),
                None if cell.parse::<f64>().is_ok() => write!(body, "<c r=\"{column}{row}\"><v>{cell}</v></c>"),
                None => write!(body, "<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{}</t></is></c>", escape(cell)),
            };
        }
        body.push_str("</row>");
    }
    let (mut kinds, mut list, mut links) = (String::new(), String::new(), String::new());
    for (n, (name, _)) in (1..).zip(&sheets) {
        let _ = write!(
            kinds,
            "<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
        );
        let _ = write!(list, "<sheet name=\"{}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>", escape(name));
        let _ = write!(links, "<Relationship Id=\"rId{n}\" Type=\"{KINDS}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>");
    }
    let book = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
    let mut parts = vec![
        (
            "[Content_Types].xml".to_owned(),
            format!(
                "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{book}\"/>{kinds}</Types>"
            ),
        ),
        (
            "_rels/.rels".to_owned(),
            format!("<Relationships xmlns=\"{LINKS}\"><Relationship Id=\"rId1\" Type=\"{KINDS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"),
        ),
        ("xl/workbook.xml".to_owned(), format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{KINDS}\"><sheets>{list}</sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships xmlns=\"{LINKS}\">{links}</Relationships>")),
    ];
    for (n, (_, body)) in (1..).zip(&sheets) {
        parts.push((format!("xl/worksheets/sheet{n}.xml"), format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{body}</sheetData></worksheet>")));
    }
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn outcome(case: &Case, root: &Path) -> Output {
    let gathered = match gather(root, &SourceOptions::default(), &Told, &|_, _, _| {}) {
        Ok(gathered) => gathered,
        Err(err) => return Output::refused(&err),
    };
    let process = case.process.clone().unwrap_or_else(|| PROCESS.to_owned());
    let trace = sop_trace::trace(&gathered.documents, &gathered.left_out, &sop_trace::Asked { process: process.clone(), period: None, lang: case.lang });
    let audience = sop_draft::Audience { text: case.audience.clone().unwrap_or_else(|| AUDIENCE.to_owned()) };
    let sop = sop_draft::draft(&trace, &process, &audience, &gathered.digest).sop;
    Output { documents: gathered.documents, problems: gathered.problems, left_out: gathered.left_out, trace, sop }
}

/// What does not hold of the lines that were wanted; nothing if all do.
fn compare(wanted: &[String], got: &[String], ordered: bool) -> String {
    let got: Vec<String> = got.iter().map(|it| plain(it)).collect();
    let mut wrong = String::new();
    for line in wanted.iter().filter_map(|it| it.strip_prefix('!')) {
        for bad in got.iter().filter(|it| holds(it, line.trim())) {
            let _ = writeln!(wrong, "    must not be there: {bad}");
        }
    }
    let positive: Vec<&String> = wanted.iter().filter(|it| !it.starts_with('!')).collect();
    if positive.is_empty() {
        return wrong;
    }
    let open = positive.iter().any(|it| *it == "...");
    let mut free = vec![true; got.len()];
    let mut from = 0;
    let mut gap = false;
    for line in &positive {
        match line.as_str() {
            "(none)" => continue,
            "..." => {
                gap = true;
                continue;
            }
            _ => {}
        }
        // In order, the line after the one before must fit, unless `...` stands between.
        let reach = if !ordered {
            0..got.len()
        } else if gap {
            from..got.len()
        } else {
            from..(from + 1).min(got.len())
        };
        match reach.into_iter().find(|&n| free[n] && holds(&got[n], line)) {
            Some(n) => {
                free[n] = false;
                from = n + 1;
            }
            None => {
                let _ = writeln!(wrong, "    missing: {line}");
            }
        }
        gap = false;
    }
    let closed = if ordered { positive.last().is_none_or(|it| *it != "...") } else { !open };
    if wrong.is_empty() && closed {
        let left: Vec<&String> = got.iter().enumerate().filter(|(n, _)| if ordered { *n >= from } else { free[*n] }).map(|it| it.1).collect();
        left.iter().for_each(|it| wrong.push_str(&format!("    not expected: {it}\n")));
    }
    wrong
}

/// True if the pieces of a wanted line, parted by ` ... `, stand in a line in this order.
fn holds(got: &str, wanted: &str) -> bool {
    let wanted = plain(wanted);
    let mut rest = got;
    for piece in wanted.split(" ... ") {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    true
}

/// Text without marks of Markdown and with straight quotes.
fn plain(text: &str) -> String {
    let straight: String = text
        .chars()
        .filter(|c| !matches!(c, '*' | '`'))
        .map(|c| match c {
            '“' | '”' | '„' => '"',
            '‘' | '’' => '\'',
            _ => c,
        })
        .collect();
    straight.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What can be asked of an outcome without naming more.
const WORDS: [&str; 18] = [
    "problems",
    "left-out",
    "roles",
    "people",
    "parameters",
    "lineage",
    "timeline",
    "figures",
    "facts",
    "steps",
    "gates",
    "questions",
    "disagreements",
    "inputs",
    "checks",
    "failures",
    "body",
    "page",
];

impl Output {
    /// What is left when the folder itself was refused.
    fn refused(err: &AppError) -> Self {
        let trace = sop_trace::trace(&[], &[], &sop_trace::Asked { process: PROCESS.to_owned(), period: None, lang: None });
        let sop = sop_draft::draft(&trace, PROCESS, &sop_draft::Audience { text: AUDIENCE.to_owned() }, "").sop;
        let problems = vec![Problem { path: "(the folder)".to_owned(), message: err.to_string(), hint: None }];
        Self { documents: Vec::new(), problems, left_out: Vec::new(), trace, sop }
    }

    /// What must hold of every draft and does not: a statement rests on something, and that stands in a file that was read.
    fn broken(&self) -> String {
        let mut out = String::new();
        for entry in &self.sop.evidence {
            if !self.documents.iter().any(|it| it.path == entry.anchor.path) || entry.anchor.quote.trim().is_empty() {
                let _ = writeln!(out, "  {} quotes nothing that was read: {} {}", entry.id, entry.anchor.path, entry.anchor.quote);
            }
        }
        for statement in self.sop.sections.iter().flat_map(|it| &it.items).flat_map(|it| std::iter::once(&it.head).chain(&it.below)) {
            let evidence = match &statement.basis {
                sop_core::Basis::Cited { evidence } if evidence.is_empty() => {
                    let _ = writeln!(out, "  cites nothing: {}", statement.text);
                    continue;
                }
                basis => basis.evidence(),
            };
            if let Some(id) = evidence.iter().find(|id| self.sop.evidence(**id).is_none()) {
                let _ = writeln!(out, "  cites {id}, which is not in the list: {}", statement.text);
            }
        }
        out
    }

    /// The lines that a block is held against.
    fn lines(&self, what: &str, of: &str) -> Result<Vec<String>, String> {
        let trace = &self.trace;
        Ok(match what {
            "blocks" => {
                let document = self.documents.iter().find(|it| it.path == of).ok_or_else(|| format!("no document `{of}` was read"))?;
                document.blocks.iter().map(|it| format!("{} | {}", kind(it.kind), said(it.speaker.as_deref(), &it.text))).collect()
            }
            "section" => {
                let kind = SectionKind::of_heading(of);
                self.section(kind.ok_or_else(|| format!("an SOP has no section `{of}`"))?)
            }
            "problems" => self.problems.iter().map(|it| format!("{} | {}", it.path, it.message)).collect(),
            "left-out" => {
                let noise = trace.files.iter().filter(|it| it.role == Role::Noise).map(|it| format!("{} | not part of this work", it.path));
                self.left_out.iter().map(|it| format!("{} | {}", it.path, it.reason)).chain(noise).collect()
            }
            "roles" => trace.files.iter().map(|it| format!("{} | {}", it.role.as_str(), it.path)).collect(),
            "people" => {
                let does = |n: usize| if trace.performer == Some(n) { ", does the work" } else { "" };
                let job = |it: &Option<String>| it.as_ref().map_or_else(String::new, |it| format!(", {it}"));
                trace
                    .people
                    .iter()
                    .enumerate()
                    .map(|(n, it)| format!("{}{}{}{}", it.name, job(&it.job), if it.inside { "" } else { ", outside" }, does(n)))
                    .collect()
            }
            "parameters" => trace.parameters.iter().map(|it| format!("{} = {}, others: {}", it.name, it.value, it.others.join(", "))).collect(),
            "lineage" => {
                let verb = |it: Direction| match it {
                    Direction::Reads => "reads",
                    Direction::Writes => "writes",
                    Direction::Runs => "runs",
                    Direction::Imports => "uses",
                };
                trace.lineage.iter().map(|it| format!("{} {} {} = {}", it.script, verb(it.direction), it.pattern, it.files.join(", "))).collect()
            }
            "timeline" => trace.timeline.iter().map(|it| format!("{} | {}", it.time.strftime("%Y-%m-%d %H:%M"), said(it.who.as_deref(), &it.what))).collect(),
            "figures" => trace.provenance.iter().map(|it| format!("{} in {} is {}", it.figure, it.told.path, it.from)).collect(),
            "facts" => {
                let kinds = |it: &sop_core::Fact| it.kinds.iter().map(|it| word(&serde_json::json!(it))).collect::<Vec<_>>().join(", ");
                trace.facts.iter().map(|it| format!("{} | {} | {}", kinds(it), said(it.speaker.as_deref(), &it.text), it.anchors[0].path)).collect()
            }
            "steps" => self.section(SectionKind::Steps),
            "gates" => self.section(SectionKind::Gates),
            "questions" => self.section(SectionKind::Questions),
            "disagreements" => self.section(SectionKind::Disagreements),
            "inputs" => self.section(SectionKind::Inputs),
            "checks" => self.section(SectionKind::Checks),
            "failures" => self.section(SectionKind::Failures),
            "page" => self.sop.to_markdown().lines().filter(|it| !it.trim().is_empty()).map(str::to_owned).collect(),
            "body" => {
                let evidence = format!("## {}", self.sop.lang.evidence);
                self.lines("page", "")?.into_iter().take_while(|it| *it != evidence).collect()
            }
            _ => return Err(format!("nothing is called `{what}`; there are blocks PATH, section NAME, {}", WORDS.join(", "))),
        })
    }

    /// The statements of a section, those below an entry after it with a hyphen before them.
    fn section(&self, kind: SectionKind) -> Vec<String> {
        let mut out = Vec::new();
        for item in self.sop.section(kind) {
            out.push(statement(&item.head));
            out.extend(item.below.iter().map(|it| format!("- {}", statement(it))));
        }
        out
    }

    /// All of it, for one who writes a case.
    fn show(&self) -> String {
        let mut out = String::new();
        for document in &self.documents {
            let _ = writeln!(out, "blocks {}", document.path);
            self.lines("blocks", &document.path).unwrap_or_default().iter().for_each(|it| out.push_str(&format!("    {}\n", plain(it))));
        }
        for what in WORDS.iter().filter(|it| !matches!(**it, "body" | "page")) {
            let _ = writeln!(out, "{what}");
            self.lines(what, "").unwrap_or_default().iter().for_each(|it| out.push_str(&format!("    {}\n", plain(it))));
        }
        for kind in SectionKind::ALL {
            let _ = writeln!(out, "section {}", kind.heading(self.sop.lang));
            self.section(kind).iter().for_each(|it| out.push_str(&format!("    {}\n", plain(it))));
        }
        out
    }
}

fn said(who: Option<&str>, text: &str) -> String {
    let text = text.replace('\n', " ");
    who.map_or_else(|| text.clone(), |who| format!("{who}: {text}"))
}

/// A statement without citation numbers, with its rule where it is not cited.
fn statement(it: &Statement) -> String {
    match &it.basis {
        sop_core::Basis::Cited { .. } => it.text.clone(),
        sop_core::Basis::Inferred { rule, .. } => format!("{} [inferred: {rule}]", it.text),
        sop_core::Basis::Asked { rule, .. } => format!("{} [asked: {rule}]", it.text),
        sop_core::Basis::Stated { by, .. } => format!("{} [stated: {by}]", it.text),
    }
}

/// `quoted-reply`, `item`: the kind of a block without what it carries.
fn kind(it: BlockKind) -> String {
    word(&serde_json::json!(it))
}

fn word(it: &serde_json::Value) -> String {
    it.as_str().map(str::to_owned).or_else(|| it.as_object()?.keys().next().cloned()).unwrap_or_default()
}
