//! Hostile and broken files, made here, in a folder with one good file: none stops it, each is named, all stay bounded.

use sop_app::{DraftOptions, Gathered, SourceOptions, gather};
use sop_ocr::Ocr;
use sop_read::{PictureLine, Pictures};
use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::OnceLock;

const GOOD: &str = "# Weekly stock order\n\nNever send the order before Dana Ruiz has seen it.\n";

/// Recognises as the program does, without keeping anything.
#[derive(Default)]
struct Plain(OnceLock<Result<Ocr, String>>);

impl Pictures for Plain {
    fn lines(&self, bytes: &[u8]) -> Result<Vec<PictureLine>, String> {
        let lines = self.0.get_or_init(Ocr::new).as_ref().map_err(Clone::clone)?.lines(bytes)?;
        Ok(lines.into_iter().map(|it| PictureLine { text: it.text, x: it.x, y: it.y, w: it.w, h: it.h }).collect())
    }
}

/// What was said of a file: its problem, why it was left out, or the remarks of the document.
fn said(gathered: &Gathered, name: &str) -> Option<String> {
    let problem = gathered.problems.iter().filter(|it| it.path == name).map(|it| it.message.clone());
    let left_out = gathered.left_out.iter().filter(|it| it.path.trim_end_matches('/') == name).map(|it| it.reason.clone());
    let read = gathered.documents.iter().filter(|it| it.path == name).map(|it| format!("read; {}", it.remarks.join("; ")));
    problem.chain(left_out).chain(read).reduce(|all, it| format!("{all}; {it}"))
}

/// What a reader hands on, in bytes.
fn size(gathered: &Gathered) -> usize {
    let cells = |it: &sop_core::Table| it.columns.iter().flat_map(|it| &it.values).map(String::len).sum::<usize>();
    let of = |it: &sop_core::Document| {
        it.blocks.iter().map(|it| it.text.len() + it.context.as_ref().map_or(0, String::len)).sum::<usize>()
            + it.tables.iter().map(cells).sum::<usize>()
            + it.remarks.iter().map(String::len).sum::<usize>()
    };
    gathered.documents.iter().map(of).sum()
}

/// Reads and drafts a folder as it stands on the disk. Each file must be named with these words.
fn check_folder(folder: &Path, named: &[(&str, &str)]) -> String {
    let gathered = gather(folder, &SourceOptions::default(), &Plain::default(), &|_, _, _| {}).expect("the folder is read");
    for (name, words) in named {
        let said = said(&gathered, name).unwrap_or_else(|| panic!("{name} was passed over"));
        assert!(said.contains(words), "{name}: {said:?} does not say {words:?}");
    }
    let good = gathered.documents.iter().find(|it| it.path == "good.md").expect("the good file is read");
    assert!(good.blocks.iter().any(|it| it.text.contains("before Dana Ruiz has seen it")));
    assert!(size(&gathered) < 64 << 20, "{} bytes were handed on", size(&gathered));
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("SOP.md");
    let options = DraftOptions {
        source: SourceOptions::default(),
        process: Some("stock order".into()),
        audience: None,
        out: out.clone(),
        period: None,
        lang: None,
        force: true,
    };
    sop_app::draft(folder, &options, &|_, _, _| {}).expect("the folder is drafted");
    let page = std::fs::read_to_string(out).unwrap();
    assert!(page.len() < 200_000, "the page has {} bytes", page.len());
    assert!(!page.chars().any(|it| it.is_control() && it != '\n'), "control characters on the page");
    assert!(page.contains("has seen it"), "the good file is on the page");
    page
}

/// Reads and drafts a folder of these files and a good one.
fn check(files: &[(&str, Vec<u8>)], named: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("good.md"), GOOD).unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    // What no one expects anything of is still never passed over.
    let all: Vec<(&str, &str)> = files.iter().map(|it| (it.0, "")).chain(named.iter().copied()).collect();
    check_folder(folder.path(), &all)
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn tar(name: &str, size: u64, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    // Written into the header by hand, as the builder refuses `..`.
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(size);
    header.set_cksum();
    let mut out = header.as_bytes().to_vec();
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

// ---- archives

#[test]
fn bombs_in_archives_stop_at_a_limit() {
    let nothing = vec![0; 60_000_000];
    let one = zipped(&[("zeros.txt", &nothing)]);
    let many: Vec<(String, Vec<u8>)> = (0..12).map(|n| (format!("{n}.zip"), one.clone())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|it| (it.0.as_str(), it.1.as_slice())).collect();
    let mut nested = one.clone();
    for _ in 0..8 {
        nested = zipped(&[("inner.zip", &nested)]);
    }
    let gzip = gzipped(&vec![0; 350_000_000]);
    check(
        &[
            ("many.zip", zipped(&many)),
            ("nested.zip", nested),
            ("bomb.gz", gzip.clone()),
            ("bomb.tgz", gzipped(&tar("a.txt", 400_000_000, &nothing))),
            ("twice.gz", gzipped(&gzip)),
        ],
        &[("many.zip", "too large"), ("nested.zip", "1 file inside"), ("bomb.gz", "unpacks to more than is read"), ("bomb.tgz", "")],
    );
}

#[test]
fn a_bomb_given_in_place_of_the_folder_stops_at_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = vec![0; 100_000_000];
    let path = folder.path().join("work.zip");
    std::fs::write(&path, zipped(&[("good.md", GOOD.as_bytes()), ("a.bin", &nothing), ("b.bin", &nothing)])).unwrap();
    check_folder(&path, &[("a.bin", "unpacks to far more than a work folder")]);
    let path = folder.path().join("work.tar.gz");
    let mut tarred = tar("good.md", GOOD.len() as u64, GOOD.as_bytes());
    tarred.extend(tar("a.bin", nothing.len() as u64, &nothing));
    std::fs::write(&path, gzipped(&tarred)).unwrap();
    check_folder(&path, &[("a.bin", "unpacks to far more than a work folder")]);
}

#[test]
fn members_that_point_out_of_the_archive_are_refused() {
    let members: &[(&str, &[u8])] = &[
        ("good.md", GOOD.as_bytes()),
        ("../../evil.md", b"x"),
        ("/etc/evil.md", b"x"),
        ("C:\\evil.md", b"x"),
        ("a/../../evil.md", b"x"),
        ("con\u{1b}[2J.md", b"x\n"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("work.zip");
    std::fs::write(&path, zipped(members)).unwrap();
    check_folder(&path, &[("../../evil.md", "points outside"), ("/etc/evil.md", "points outside")]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is unpacked to the disk");
    check(&[("inside.zip", zipped(members))], &[("inside.zip", "files inside")]);
}

#[test]
fn archives_that_lie_about_themselves_are_survived() {
    let whole = zipped(&[("a.txt", b"one line of text\n"), ("b.txt", b"another line of text\n")]);
    let mut huge = whole.clone();
    // The sizes in the list of members.
    let list = huge.windows(4).position(|it| it == b"PK\x01\x02").unwrap();
    huge[list + 20..list + 28].fill(0xfe);
    let mut count = whole.clone();
    let end = count.windows(4).rposition(|it| it == b"PK\x05\x06").unwrap();
    count[end + 8..end + 12].fill(0xff);
    let mut offset = whole.clone();
    offset[end + 16..end + 20].fill(0xff);
    // Many entries of the list that point to the same member.
    let mut overlapping = whole[..list].to_vec();
    let name = whole[list + 46..list + 51].to_vec();
    assert_eq!(name, b"a.txt");
    let entry = whole[list..list + 51].to_vec();
    (0..60_000).for_each(|_| overlapping.extend_from_slice(&entry));
    let mut tail = whole[end..].to_vec();
    tail[8..10].copy_from_slice(&60_000_u16.to_le_bytes());
    tail[10..12].copy_from_slice(&60_000_u16.to_le_bytes());
    tail[12..16].copy_from_slice(&(60_000 * entry.len() as u32).to_le_bytes());
    tail[16..20].copy_from_slice(&(list as u32).to_le_bytes());
    overlapping.extend(tail);
    check(
        &[
            ("huge.zip", huge),
            ("count.zip", count),
            ("offset.zip", offset),
            ("overlapping.zip", overlapping),
            ("cut.zip", whole[..whole.len() - 30].to_vec()),
            ("size.tar", tar("a.txt", 1 << 40, b"short")),
            ("cut.tgz", gzipped(&tar("a.txt", 5, b"short"))[..40].to_vec()),
        ],
        &[("cut.zip", "broken")],
    );
}

// ---- office files

fn workbook(sheet: &str, strings: &str) -> Vec<u8> {
    zipped(&[
        ("[Content_Types].xml", b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
        ("_rels/.rels", br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Stock" sheetId="1" r:id="r1"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

const SHEET: &str = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#;
const NO_STRINGS: &str = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>"#;

#[test]
fn workbooks_that_claim_more_than_they_hold_are_read() {
    let far = format!(
        r#"{SHEET}<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>7</v></c></row><row r="1048576"><c r="XFD1048576"><v>8</v></c></row></sheetData><mergeCells count="4000000000"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>"#
    );
    let outside = format!(
        r#"{SHEET}<dimension ref="A1:ZZZZZZ99999999999"/><sheetData><row r="4294967295"><c r="ZZZZZZ4294967295"><v>7</v></c><c r=""><v>1</v></c></row></sheetData></worksheet>"#
    );
    let counted =
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="4294967295" uniqueCount="4294967295"><si><t>a</t></si></sst>"#;
    let no_such =
        format!(r#"{SHEET}<sheetData><row r="1"><c r="A1" t="s"><v>4000000000</v></c><c r="B1" s="4000000000"><v>1</v></c></row></sheetData></worksheet>"#);
    check(
        &[("far.xlsx", workbook(&far, NO_STRINGS)), ("outside.xlsx", workbook(&outside, NO_STRINGS)), ("strings.xlsx", workbook(&no_such, counted))],
        &[("far.xlsx", "read")],
    );
}

#[test]
fn rows_beyond_number_are_cut() {
    let mut sheet = format!(r#"{SHEET}<dimension ref="A1:A10000000"/><sheetData>"#);
    for n in 1..=400_000 {
        sheet.push_str(&format!(r#"<row r="{n}"><c r="A{n}"><v>1</v></c><c r="B{n}"><v>2</v></c><c r="C{n}"><f>A{n}+B{n}</f><v>2</v></c></row>"#));
    }
    sheet.push_str("</sheetData></worksheet>");
    let strings =
        format!("{}{}</sst>", NO_STRINGS.replace("/>", ">"), "<si><t>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</t></si>".repeat(1_000_000));
    check(&[("rows.xlsx", workbook(&sheet, NO_STRINGS))], &[("rows.xlsx", "too long and was not read to its end")]);
    check(&[("strings.xlsx", workbook(&format!("{SHEET}<sheetData/></worksheet>"), &strings))], &[("strings.xlsx", "read")]);
}

#[test]
fn a_part_of_zeros_in_a_workbook_is_refused() {
    let nothing = " ".repeat(300_000_000);
    check(&[("zeros.xlsx", workbook(&nothing, NO_STRINGS))], &[("zeros.xlsx", "broken")]);
}

#[test]
fn sheets_that_repeat_a_cell_without_end_are_refused() {
    let ods = |rows: &str, columns: &str| {
        let content = format!(
            r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="S"><table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}" office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#
        );
        zipped(&[
            ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
            ("META-INF/manifest.xml", b"<manifest/>"),
            ("content.xml", content.as_bytes()),
        ])
    };
    check(
        &[("wide.ods", ods("1", "4294967295")), ("tall.ods", ods("1048576", "16384")), ("both.ods", ods("99999999999999999999", "1"))],
        &[("wide.ods", "too many cells"), ("tall.ods", "too many cells"), ("both.ods", "too many cells")],
    );
}

#[test]
fn entities_are_never_expanded() {
    let mut entities = String::from("<!DOCTYPE a [<!ENTITY file SYSTEM \"file:///etc/passwd\"><!ENTITY l0 \"lol\">");
    for n in 1..30 {
        entities.push_str(&format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)));
    }
    let body = |open: &str, close: &str| format!("<?xml version=\"1.0\"?>{entities}]>{open}&l29;&file;{close}").into_bytes();
    let docx = body(r#"<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>lol"#, "</w:t></w:r></w:p></w:body></w:document>");
    let sheet = body(&format!("{SHEET}<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>"), "</t></is></c></row></sheetData></worksheet>");
    let page = check(
        &[
            ("lol.docx", zipped(&[("word/document.xml", &docx)])),
            ("lol.xlsx", workbook(&String::from_utf8(sheet).unwrap(), NO_STRINGS)),
            ("lol.drawio", body("<mxfile><diagram><mxGraphModel><root><mxCell id=\"1\" value=\"", "\"/></root></mxGraphModel></diagram></mxfile>")),
            ("lol.svg", body("<svg><text>", "</text></svg>")),
            ("lol.html", body("<html><p>", "</p></html>")),
            ("lol.odt", zipped(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", &body("<a><text:p>", "</text:p></a>"))])),
        ],
        &[],
    );
    assert!(!page.contains("root:"), "no file of the machine is on the page");
}

#[test]
fn a_formula_of_endless_brackets_is_survived() {
    let deep = format!(
        r#"{SHEET}<sheetData><row r="1"><c r="A1"><f>{}1{}</f><v>1</v></c><c r="B1"><f>{}1</f><v>1</v></c></row></sheetData></worksheet>"#,
        "(".repeat(100_000),
        ")".repeat(100_000),
        "IF(1,".repeat(50_000)
    );
    let chain = format!(
        r#"{SHEET}<sheetData><row r="1"><c r="A1"><f>1{}</f><v>1</v></c><c r="B1"><f>{}1</f><v>1</v></c></row></sheetData></worksheet>"#,
        "+1".repeat(200_000),
        "-".repeat(200_000)
    );
    check(&[("deep.xlsx", workbook(&deep, NO_STRINGS)), ("chain.xlsx", workbook(&chain, NO_STRINGS))], &[("deep.xlsx", "read")]);
}

// ---- pdf

/// A PDF of these objects, the first of which is the catalogue.
fn pdf(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut at = Vec::new();
    for (n, object) in (1..).zip(objects) {
        at.push(out.len());
        out.extend(format!("{n} 0 obj\n").bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", at.len() + 1).bytes());
    at.iter().for_each(|it| out.extend(format!("{it:010} 00000 n \n").bytes()));
    out.extend(
        format!("trailer\n<< /Size {} /Root 1 0 R {} >>\nstartxref\n{table}\n%%EOF\n", at.len() + 1, trailer.replace("HERE", &table.to_string())).bytes(),
    );
    out
}

fn stream(head: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = format!("<< /Length {} {head} >>\nstream\n", bytes.len()).into_bytes();
    out.extend(bytes);
    out.extend(b"\nendstream");
    out
}

#[test]
fn pdfs_that_loop_are_survived() {
    let o = |text: &str| text.as_bytes().to_vec();
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources 5 0 R >>";
    let loops = |content: Vec<u8>, resources: &str, more: &[Vec<u8>]| {
        let mut objects = vec![o("<< /Type /Catalog /Pages 2 0 R >>"), o("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"), o(page), content, o(resources)];
        objects.extend_from_slice(more);
        pdf(&objects, "")
    };
    let form = stream("/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources 5 0 R", b"/F Do /F Do");
    let next = stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << /F 7 0 R >> >>",
        b"/F Do /F Do /F Do /F Do /F Do /F Do /F Do /F Do",
    );
    let chain: Vec<Vec<u8>> = (0..40)
        .map(|n| {
            let head = format!("/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << /F {} 0 R >> >>", n + 7);
            stream(&head, b"/F Do /F Do /F Do /F Do /F Do /F Do /F Do /F Do /F Do /F Do")
        })
        .collect();
    check(
        &[
            ("kids.pdf", pdf(&[o("<< /Type /Catalog /Pages 2 0 R >>"), o("<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000000 >>")], "")),
            ("catalog.pdf", pdf(&[o("1 0 R"), o("3 0 R"), o("2 0 R")], "/Prev HERE /Info 2 0 R")),
            ("prev.pdf", pdf(&[o("<< /Type /Catalog /Pages 2 0 R >>"), o("<< /Kids [] /Count 0 >>")], "/Prev HERE /XRefStm HERE")),
            ("form.pdf", loops(stream("", b"/F Do"), "<< /XObject << /F 6 0 R >> >>", &[form, next])),
            ("contents.pdf", loops(o("[4 0 R 4 0 R]"), "5 0 R", &[])),
            ("length.pdf", loops(o("<< /Length 4 0 R >>\nstream\nBT (x) Tj ET\nendstream"), "<< >>", &[])),
            (
                "parent.pdf",
                pdf(
                    &[
                        o("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [3 0 R] >> >>"),
                        o("<< /Type /Pages /Kids [4 0 R] /Count 1 >>"),
                        o("<< /FT /Tx /T (a) /Parent 3 0 R /Kids [3 0 R] /Subtype /Widget /Rect [0 0 9 9] >>"),
                        o("<< /Type /Page /Parent 4 0 R /MediaBox 5 0 R /Annots [3 0 R 3 0 R] >>"),
                    ],
                    "",
                ),
            ),
            ("deep.pdf", pdf(&[o(&format!("<< /Type /Catalog /Pages 2 0 R /X {} >>", "[".repeat(100_000))), o(&"<< /A ".repeat(100_000))], "")),
            ("operators.pdf", loops(stream("", format!("{} {}", "q ".repeat(300_000), "[".repeat(300_000)).as_bytes()), "<< >>", &[])),
            ("unclosed.pdf", [b"%PDF-1.7\n".to_vec(), b"1 0 obj << /A (".repeat(20_000)].concat()),
            ("objects.pdf", pdf(&[o("<< /Type /Catalog /Pages 2 0 R >>"), stream("/Type /ObjStm /N 1000000000 /First 9 /Extends 2 0 R", b"2 0 3 0 4 0")], "")),
        ],
        &[],
    );
    check(&[("fan.pdf", loops(stream("", b"/F Do"), "<< /XObject << /F 6 0 R >> >>", &chain))], &[]);
}

#[test]
fn pdfs_of_zeros_are_survived() {
    let o = |text: &str| text.as_bytes().to_vec();
    let content = |head: &str, content: Vec<u8>, more: Vec<u8>| {
        let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>";
        pdf(&[o("<< /Type /Catalog /Pages 2 0 R >>"), o("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"), o(page), stream(head, &content), more], "")
    };
    let bomb = deflated(&vec![b' '; 300_000_000]);
    let image = |w: u32, h: u32| {
        stream(
            &format!("/Type /XObject /Subtype /Image /Width {w} /Height {h} /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /FlateDecode"),
            &deflated(&[0; 1_000_000]),
        )
    };
    check(
        &[
            ("zeros.pdf", content("/Filter /FlateDecode", bomb.clone(), o("null"))),
            ("twice.pdf", content("/Filter [/FlateDecode /FlateDecode]", deflated(&bomb), o("null"))),
            ("image.pdf", content("", b"600 0 0 800 0 0 cm /I Do".to_vec(), image(50_000, 50_000))),
            ("lie.pdf", content("", b"600 0 0 800 0 0 cm /I Do".to_vec(), image(4_294_967_295, 4_294_967_295))),
        ],
        &[("zeros.pdf", "unpacks to more than any page"), ("twice.pdf", "unpacks to more than any page")],
    );
}

// ---- mail

#[test]
fn mail_without_end_is_survived() {
    let head = "From: Tom <tom@a.example>\nTo: Dana <dana@a.example>\nDate: Wed, 4 Nov 2026 09:20:00 +0000\nSubject: stock\nMIME-Version: 1.0\n";
    let mut nested = String::from(head);
    for n in 0..5_000 {
        nested.push_str(&format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"));
    }
    let mut forwarded = String::from(head);
    for _ in 0..5_000 {
        forwarded.push_str("Content-Type: message/rfc822\n\nSubject: x\n");
    }
    let parts = format!(
        "{head}Content-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\nContent-Type: text/plain; name=a.txt\nContent-Disposition: attachment\n\nx\n".repeat(100_000)
    );
    let long = format!("{head}References: {}\n\nHello\n", "<a@b.example> ".repeat(500_000));
    let address = format!("From: {}\nTo: {}\nDate: x\nSubject: {}\n\nHello\n", "(".repeat(200_000), "a,".repeat(500_000), "=?utf-8?q?a?= ".repeat(200_000));
    let attached = format!(
        "{head}Content-Type: application/octet-stream; name=a.bin\nContent-Transfer-Encoding: base64\n\n{}",
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\n".repeat(600_000)
    );
    check(
        &[
            ("nested.eml", nested.into_bytes()),
            ("forwarded.eml", forwarded.into_bytes()),
            ("parts.eml", parts.into_bytes()),
            ("long.eml", long.into_bytes()),
            ("address.eml", address.into_bytes()),
            ("attached.eml", attached.into_bytes()),
        ],
        &[],
    );
}

#[test]
fn files_far_too_long_are_named_or_read_as_a_stream() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("good.md"), GOOD).unwrap();
    // Holes take no room on the disk.
    for (name, size) in [
        ("mail.eml", 300 << 20),
        ("box.mbox", 300 << 20),
        ("zeros.csv", 300 << 20),
        ("zeros.json", 150 << 20),
        ("zeros.py", 150 << 20),
        ("zeros.pdf", 150 << 20),
    ] {
        let mut file = std::fs::File::create(folder.path().join(name)).unwrap();
        let head: &[u8] = if name.ends_with("eml") { b"From: a@b.example\nDate: x\nTo: b\n\n" } else { b"" };
        file.write_all(head).unwrap();
        file.set_len(size).unwrap();
    }
    check_folder(
        folder.path(),
        &[("mail.eml", "larger than 200 MB"), ("box.mbox", ""), ("zeros.csv", ""), ("zeros.json", ""), ("zeros.py", ""), ("zeros.pdf", "")],
    );
}

#[test]
fn a_mailbox_of_many_megabytes_is_read_as_a_stream() {
    let message = "From tom@a.example Wed Nov  4 09:20:00 2026\nFrom: Tom <tom@a.example>\nTo: Dana <dana@a.example>\nDate: Wed, 4 Nov 2026 09:20:00 +0000\nSubject: stock\n\nStock list pulled.\n\n";
    check(&[("box.mbox", message.repeat(200_000).into_bytes())], &[("box.mbox", "messages")]);
}

// ---- data

#[test]
fn json_of_too_many_values_is_refused_in_plain_words() {
    let many = |unit: &str, bytes: usize| format!("[{}1]", unit.repeat(bytes / unit.len())).into_bytes();
    check(
        &[
            ("long.json", many("1,", 70 << 20)),
            ("one.json", many(r#"{"a":1},"#, 60 << 20)),
            ("config.json", [b"{\"a\":", many("[],", 40 << 20).as_slice(), b"}"].concat()),
        ],
        &[("long.json", "too long"), ("one.json", "too many values"), ("config.json", "too many values")],
    );
}

#[test]
fn nesting_without_end_is_survived() {
    let n = 100_000;
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(n), close.repeat(n)).into_bytes();
    let html = format!("<html><body>{}deep{}", "<div><table><tr><td><ul><li>".repeat(n), "</div>".repeat(n)).into_bytes();
    let indented: String = (0..3_000).map(|n| format!("{}k{n}:\n", " ".repeat(n))).collect();
    let xml = deep("<a>", "</a>");
    check(
        &[
            ("deep.json", deep("[", "]")),
            ("deep2.json", deep("{\"a\":", "}")),
            ("config.json", deep("{\"a\":", "}")),
            ("deep.jsonl", deep("[", "]")),
            ("deep.ipynb", deep("{\"cells\":[", "]}")),
            ("deep.har", deep("{\"log\":", "}")),
            ("deep.yaml", deep("[", "]")),
            ("deep2.yaml", deep("- ", "")),
            ("deep3.yaml", indented.into_bytes()),
            (".github/workflows/deep.yml", [b"on: push\njobs:\n  a:\n    steps: ".to_vec(), deep("[", "]")].concat()),
            (".github/workflows/deep2.yml", [b"on: push\njobs:\n  a:\n    steps: ".to_vec(), deep("{a: ", "}")].concat()),
            (".github/workflows/bomb.yml", yaml_bomb().into_bytes()),
            ("deep.toml", [b"a = ".to_vec(), deep("[", "]")].concat()),
            ("deep2.toml", [b"[".to_vec(), b"a.".repeat(n), b"b]\nc = 1\n".to_vec()].concat()),
            ("deep.html", html),
            ("deep.xml", xml.clone()),
            ("deep.drawio", [b"<mxfile>".to_vec(), xml.clone()].concat()),
            ("deep.svg", [b"<svg>".to_vec(), xml.clone()].concat()),
            ("deep.docx", zipped(&[("word/document.xml", &xml)])),
            ("deep.odt", zipped(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", &xml)])),
            ("deep.xlsx", workbook(&String::from_utf8(xml).unwrap(), NO_STRINGS)),
            ("deep.rtf", [b"{\\rtf1 ".to_vec(), deep("{\\b ", "}")].concat()),
            ("deep.dot", [b"digraph a {".to_vec(), deep("subgraph cluster_a { ", "}")].concat()),
            ("deep.mmd", [b"graph TD\n".to_vec(), deep("subgraph a\n", "\nend\n")].concat()),
            ("deep.md", [deep("> ", ""), b"\n".to_vec(), deep("* ", ""), b"\n".to_vec(), deep("[", "]"), deep("**", "**")].concat()),
            ("deep.ics", deep("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "END:VEVENT\n")),
        ],
        &[],
    );
}

fn yaml_bomb() -> String {
    let mut out = String::from("on: push\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        out.push_str(&format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", ")));
    }
    out + "jobs:\n  a:\n    steps: *a11\n"
}

#[test]
fn scripts_without_end_are_survived() {
    let n = 100_000;
    let deep = |open: &str, close: &str| format!("{}1{}\n", open.repeat(n), close.repeat(n)).into_bytes();
    let indented: String = (0..2_000).map(|n| format!("{}if x:\n", " ".repeat(n))).collect();
    let minified = "function a(b,c){return b?c:a(c,b)}var d=[1,2,3];for(;;){a(d[0],d[1])};".repeat(100_000);
    check(
        &[
            ("deep.py", deep("(", ")")),
            ("deep2.py", [b"x = ".to_vec(), deep("[", "]")].concat()),
            ("deep3.py", indented.into_bytes()),
            ("deep4.py", [b"x = ".to_vec(), b"-".repeat(n), b"1\ny = ".to_vec(), b"a.".repeat(n), b"b\nz = 1".to_vec(), b" + 1".repeat(n)].concat()),
            ("deep5.py", [b"x = ".to_vec(), b"f'{".repeat(n)].concat()),
            ("deep.js", deep("({a:[", "]})")),
            ("min.js", minified.clone().into_bytes()),
            ("deep.ts", deep("<", ">")),
            ("deep.tsx", deep("<a>{", "}</a>")),
            ("deep.sh", deep("$(", ")")),
            ("deep2.sh", deep("if true; then\n", "\nfi")),
            ("deep3.sh", [b"cat ".to_vec(), b"<<A ".repeat(20_000)].concat()),
            ("deep.ps1", deep("@{a=(", ")}")),
            ("deep.R", deep("f({", "})")),
            ("deep.sql", [b"select ".to_vec(), deep("(select ", ")")].concat()),
            ("deep2.sql", deep("case when ", " end")),
            ("deep.rb", deep("[", "]")),
            ("deep.pl", deep("{", "}")),
            ("deep.php", [b"<?php ".to_vec(), deep("array(", ")")].concat()),
            ("deep.awk", deep("{", "}")),
            ("deep.vbs", deep("If x Then\n", "\nEnd If")),
            ("deep.bat", deep("if 1==1 ( ", ")")),
            ("deep2.bat", b":a\ncall :a\ngoto a\n".repeat(20_000)),
            ("deep.pq", deep("let a = ", " in a")),
            ("Makefile", [b"a = ".to_vec(), deep("$(a ", ")"), b"b = $(c)\nc = $(b)$(b)\nall:\n\techo $(b)\n".to_vec()].concat()),
            ("Dockerfile", b"FROM a AS a\n".repeat(50_000)),
            ("justfile", [b"a := ".to_vec(), deep("(", ")")].concat()),
        ],
        &[],
    );
}

#[test]
fn one_line_of_many_megabytes_is_survived() {
    let words = "the order waits for Dana and never goes before she has seen it, tom@a.example 4111 1111 1111 1111, ";
    let line = words.repeat((8 << 20) / words.len()).into_bytes();
    let files = ["line.txt", "line.log", "line.csv"];
    check(&files.map(|it| (it, line.clone())), &[]);
    let files = ["line.md", "line.html", "line.py", "line.sql"];
    check(&files.map(|it| (it, line.clone())), &[]);
    let files = ["line.yaml", "line.ini", "line.sh", "line.rtf"];
    check(&files.map(|it| (it, line.clone())), &[]);
    let files = ["line.eml", "line.ics", "line.vtt", "line.js"];
    check(&files.map(|it| (it, line.clone())), &[]);
}

#[test]
fn text_of_many_megabytes_is_survived() {
    let lines = "2026-11-04 09:20 Tom: the order waits for Dana and never goes before she has seen it\n".repeat(20_000).into_bytes();
    let files = ["lines.txt", "lines.log", "lines.md"];
    check(&files.map(|it| (it, lines.clone())), &[]);
    let files = ["lines.html", "lines.py", "lines.csv", "lines.yaml"];
    check(&files.map(|it| (it, lines.clone())), &[]);
    let short = b"a\n\n".repeat(1_000_000);
    let files = ["short.txt", "short.md", "short.sql", "short.html"];
    check(&files.map(|it| (it, short.clone())), &[]);
}

#[test]
fn tables_without_end_are_survived() {
    let wide = format!("{}\n{}\n", "column,".repeat(500_000), "1,".repeat(500_000));
    let open = format!("a,b\n\"{}", "x,y\n".repeat(2_000_000));
    let quotes = "\"\"".repeat(4_000_000);
    check(&[("wide.csv", wide.into_bytes()), ("open.csv", open.into_bytes()), ("quotes.csv", quotes.into_bytes()), ("tabs.tsv", vec![b'\t'; 8 << 20])], &[]);
}

// ---- pictures

#[test]
fn pictures_that_claim_too_much_are_refused_before_they_are_unpacked() {
    let crc = |bytes: &[u8]| {
        !bytes.iter().fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }))
    };
    let chunk = |kind: &[u8], data: &[u8]| {
        let body = [kind, data].concat();
        [&(data.len() as u32).to_be_bytes()[..], &body, &crc(&body).to_be_bytes()[..]].concat()
    };
    let png = |w: u32, h: u32, more: &[u8]| {
        let size = [&w.to_be_bytes()[..], &h.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &size), more.to_vec(), chunk(b"IDAT", &deflated(&[0; 1_000_000])), chunk(b"IEND", b"")].concat()
    };
    let bmp = |w: i32, h: i32| {
        [b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec(), w.to_le_bytes().to_vec(), h.to_le_bytes().to_vec(), b"\x01\0\x18\0".to_vec(), vec![0; 24]].concat()
    };
    let tiff = [
        b"II*\0\x08\0\0\0\x03\0\0\x01\x04\0\x01\0\0\0\x50\xc3\0\0\x01\x01\x04\0\x01\0\0\0\x50\xc3\0\0\x11\x01\x04\0\xff\xff\xff\xff\x08\0\0\0\x08\0\0\0"
            .to_vec(),
        vec![0; 64],
    ]
    .concat();
    let comment = [b"note\0\0".to_vec(), deflated(&vec![b'a'; 200_000_000])].concat();
    let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc2\0\x11\x08\xff\xdc\xff\xdc\x03\x01\x22\0\x02\x11\x01\x03\x11\x01".to_vec();
    let webp = b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\0\0".to_vec();
    check(
        &[
            ("huge.png", png(50_000, 50_000, b"")),
            ("most.png", png(u32::MAX, u32::MAX, b"")),
            ("comment.png", png(100, 100, &chunk(b"zTXt", &comment))),
            ("short.png", png(7_000, 7_000, b"")),
            ("huge.bmp", bmp(50_000, -50_000)),
            ("least.bmp", bmp(i32::MIN, i32::MIN)),
            ("huge.tiff", tiff),
            ("huge.gif", b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;".to_vec()),
            ("huge.jpg", jpeg),
            ("huge.webp", webp),
        ],
        &[("huge.png", "megapixels"), ("huge.bmp", "megapixels"), ("huge.gif", "megapixels"), ("huge.jpg", "")],
    );
}

// ---- encodings, and what is cut off

#[test]
fn every_encoding_is_text() {
    let text = "Bestellung: Dana prüft zuerst. Заказ, 注文, σειρά, سفارش — end.\nNever before Dana Ruiz saw it.\n";
    let labels = [
        "utf-8",
        "ibm866",
        "iso-8859-2",
        "iso-8859-3",
        "iso-8859-4",
        "iso-8859-5",
        "iso-8859-6",
        "iso-8859-7",
        "iso-8859-8",
        "iso-8859-8-i",
        "iso-8859-10",
        "iso-8859-13",
        "iso-8859-14",
        "iso-8859-15",
        "iso-8859-16",
        "koi8-r",
        "koi8-u",
        "macintosh",
        "windows-874",
        "windows-1250",
        "windows-1251",
        "windows-1252",
        "windows-1253",
        "windows-1254",
        "windows-1255",
        "windows-1256",
        "windows-1257",
        "windows-1258",
        "x-mac-cyrillic",
        "gbk",
        "gb18030",
        "big5",
        "euc-jp",
        "iso-2022-jp",
        "shift_jis",
        "euc-kr",
    ];
    let mut files: Vec<(String, Vec<u8>)> =
        labels.iter().map(|it| (format!("{it}.txt"), encoding_rs::Encoding::for_label(it.as_bytes()).unwrap().encode(text).0.into_owned())).collect();
    let wide = |mark: &[u8], turn: fn(u16) -> [u8; 2]| [mark.to_vec(), text.encode_utf16().flat_map(turn).collect()].concat();
    files.push(("utf16le.txt".into(), wide(b"\xff\xfe", u16::to_le_bytes)));
    files.push(("utf16be.txt".into(), wide(b"\xfe\xff", u16::to_be_bytes)));
    files.push(("odd.txt".into(), wide(b"\xff\xfe", u16::to_le_bytes)[..81].to_vec()));
    files.push(("odd.csv".into(), wide(b"\xff\xfe", u16::to_le_bytes)[..81].to_vec()));
    files.push(("surrogates.txt".into(), [b"\xff\xfe".to_vec(), b"\x00\xd8".repeat(1_000)].concat()));
    files.push(("invalid.txt".into(), [b"Dana \xff\xfe\xc3\x28\xf0\x82\x82\xac\xed\xa0\x80 said\n".to_vec(), b"\xf4\x90\x80\x80".repeat(500)].concat()));
    files.push(("invalid.py".into(), b"# \xff\xfe\xff\nopen('a\x80.csv')\n".to_vec()));
    files.push(("invalid.json".into(), b"{\"a\xff\": \"\x80\", \"b\": \"\\ud800\"}".to_vec()));
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|it| (it.0.as_str(), it.1.clone())).collect();
    check(&files, &[]);
}

#[test]
fn files_that_were_cut_off_are_named() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sop-read/tests/files");
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in std::fs::read_dir(fixtures).unwrap() {
        let path = entry.unwrap().path();
        let (name, bytes) = (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap());
        for part in [1, 3, 6, 9] {
            files.push((format!("{part}-{name}"), bytes[..(bytes.len() * part / 10).max(1)].to_vec()));
        }
    }
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|it| (it.0.as_str(), it.1.clone())).collect();
    check(&files, &[("9-close.odt", "broken"), ("6-scan.pdf", "")]);
}

// ---- the folder itself

#[test]
fn a_file_that_goes_away_or_changes_while_the_folder_is_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("good.md"), GOOD).unwrap();
    for n in 0..200 {
        std::fs::write(folder.path().join(format!("h{n:03}.md")), "Nothing of note.\n").unwrap();
    }
    let (gone, changed) = (folder.path().join("y-gone.md"), folder.path().join("z-changed.md"));
    std::fs::write(&gone, "Gone soon.\n").unwrap();
    std::fs::write(&changed, "Once this.\n").unwrap();
    let first = std::sync::Once::new();
    let meanwhile = |_: usize, _: usize, _: &str| {
        first.call_once(|| {
            std::fs::remove_file(&gone).unwrap();
            std::fs::write(&changed, "Then that, and more of it.\n").unwrap();
        });
    };
    let gathered = gather(folder.path(), &SourceOptions::default(), &Plain::default(), &meanwhile).unwrap();
    assert!(said(&gathered, "y-gone.md").unwrap().contains("went away while the folder was read"), "{:?}", gathered.problems);
    assert!(said(&gathered, "z-changed.md").unwrap().contains("changed while the folder was read"), "{:?}", gathered.problems);
    assert_eq!(gathered.problems.len(), 2);
}

#[cfg(unix)]
#[test]
fn pipes_links_and_closed_doors_never_block() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("good.md"), GOOD).unwrap();
    symlink("/etc/passwd", at("passwd.txt")).unwrap();
    symlink("/", at("root")).unwrap();
    symlink(".", at("itself")).unwrap();
    symlink("nowhere", at("nowhere.txt")).unwrap();
    std::fs::write(at("closed.txt"), "closed").unwrap();
    std::fs::set_permissions(at("closed.txt"), std::fs::Permissions::from_mode(0o000)).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    check_folder(
        folder.path(),
        &[("passwd.txt", "a link"), ("root", "a link"), ("itself", "a link"), ("nowhere.txt", "a link"), ("socket", "a device"), ("closed.txt", "")],
    );
}

#[cfg(unix)]
#[test]
fn names_that_break_a_page_or_a_terminal_are_tamed() {
    let names = [
        "a`b`.md",
        "a|b.md",
        "a\nb.md",
        "a](x)[.md",
        "<b>a.md",
        "a\u{202e}dm.md",
        "\u{1b}[31mred.md",
        "# a.md",
        "--force.md",
        "a\u{7f}\u{9b}.bin",
        "$(touch x).bin",
        "=cmd().csv",
    ];
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("good.md"), GOOD).unwrap();
    for name in names {
        std::fs::write(folder.path().join(name), "Never send the list before Dana Ruiz has seen it.\n\0").unwrap();
        std::fs::write(folder.path().join(format!("x{name}")), "# How\n\nNever pay the bill before Dana Ruiz has signed it.\n").unwrap();
    }
    let page = check_folder(folder.path(), &[]);
    let shown = sop_app::inspect(folder.path(), &SourceOptions::default(), None, &|_, _, _| {}).unwrap().to_text();
    for text in [page, shown] {
        let bad = text.chars().find(|it| it.is_control() && *it != '\n' || ('\u{202a}'..='\u{202e}').contains(it) || ('\u{2066}'..='\u{2069}').contains(it));
        assert_eq!(bad, None, "{text}");
    }
}
