//! Files of the formats that people do not type, each with something in every part of it that must not come out.

use super::{PACKAGE, Planter, REL, XML, core_properties, zipped};
use std::io::Write as _;
use std::sync::Arc;

const DRAW: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
const SHOW: &str = "http://schemas.openxmlformats.org/presentationml/2006/main";
const OFFICE: &str = "urn:oasis:names:tc:opendocument:xmlns";

/// Every file by its name; all of them are read.
pub(super) fn made(p: &mut Planter) -> Vec<(&'static str, Vec<u8>)> {
    type Make = fn(&mut Planter) -> Vec<u8>;
    const FILES: &[(&str, Make)] = &[
        ("close.pptx", slides),
        ("how.odt", |p| open_document(p, "text")),
        ("count.ods", |p| open_document(p, "spreadsheet")),
        ("talk.odp", |p| open_document(p, "presentation")),
        ("letter.rtf", rich_text),
        ("reply.msg", message),
        ("handbook.epub", book),
        ("orders.sqlite", database),
        ("sales.parquet", parquet),
        ("call.vtt", |p| transcript(p, "WEBVTT\n\n", '.')),
        ("call.srt", |p| transcript(p, "", ',')),
        ("shop.har", network_log),
        ("refund.side", recording),
        ("recorder.json", recorder),
        ("session.jsonl", session),
        ("stock.ipynb", notebook),
        ("stock.Rmd", r_notebook),
        ("refund.drawio", drawing),
        ("refund.mmd", |p| lines(p, "graph TD\n", |n, it| format!("A{n}[\"{it}\"] -->|\"{it}\"| B{n}\n"))),
        ("refund.gv", |p| lines(p, "digraph a {\n", |n, it| format!("x{n} -> y{n} [label=\"{it}\"];\n"))),
        ("orders.tsv", |p| lines(p, "Order\tNote\tTotal\n", |n, it| format!("CW7{n}\t{it}\t{n}.50\n"))),
        ("orders.ndjson", |p| lines(p, "", |n, it| format!("{}\n", serde_json::json!({"order": n, "note": it, "inner": {"deep": it}})))),
        ("clean.sql", |p| lines(p, "", |_, it| format!("-- {it}\nDELETE FROM orders WHERE note = '{it}';\n"))),
        ("Makefile", |p| lines(p, "all:\n", |_, it| format!("\t@echo \"{it}\"  # {it}\n"))),
        ("close.bat", |p| lines(p, "", |_, it| format!("REM {it}\necho {it}\n"))),
        ("close.bas", |p| lines(p, "Sub Close()\n", |_, it| format!("' {it}\nMsgBox \"{it}\"\n"))),
        ("Dockerfile", |p| lines(p, "FROM debian\n", |_, it| format!("# {it}\nRUN echo \"{it}\"\n"))),
        ("sync.js", |p| lines(p, "", |_, it| format!("// {it}\nconsole.error(\"{it}\"); process.exit(3);\n"))),
        ("tidy.rb", |p| lines(p, "", |_, it| format!("# {it}\nabort(\"{it}\")\n"))),
    ];
    let mut out = Vec::new();
    for (name, make) in FILES {
        p.file = (*name).to_owned();
        out.push((*name, make(p)));
    }
    out
}

/// Files that cannot be read, under names that hold what must not come out.
pub(super) fn broken(p: &mut Planter) -> Vec<(String, Vec<u8>)> {
    const STARTS: &[(&str, &[u8])] = &[
        ("pptx", b"PK\x03\x04"),
        ("odt", b"PK\x03\x04"),
        ("ods", b"PK\x03\x04"),
        ("epub", b"PK\x03\x04"),
        ("zip", b"PK\x03\x04"),
        ("vsdx", b"PK\x03\x04"),
        ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("db", b"SQLite format 3\0"),
        ("parquet", b"PAR1"),
        ("png", b"\x89PNG\r\n\x1a\n"),
        ("tar.gz", b"\x1f\x8b\x08"),
        ("har", b"{\"log\": {\"entries\": ["),
        ("ipynb", b"{\"cells\": ["),
        ("rtf", b"{\\rtf1 "),
        ("pdf", b"%PDF-1.7\n"),
    ];
    p.file = "a broken file".into();
    let mut out = Vec::new();
    for (ending, start) in STARTS {
        let (card, key) = (p.card(), p.key());
        out.push((format!("paid with {card}.{ending}"), [*start, format!("card {card} key {key}").as_bytes()].concat()));
    }
    out
}

/// A text with each sentence in it, in a form of its own.
fn lines(p: &mut Planter, head: &str, form: impl Fn(usize, &str) -> String) -> Vec<u8> {
    let sentences = p.sentences();
    let body: String = sentences.iter().enumerate().map(|(n, it)| form(n, it)).collect();
    format!("{head}{body}").into_bytes()
}

fn slides(p: &mut Planter) -> Vec<u8> {
    let shape = |it: &str, kind: &str| {
        format!(
            "<p:sp><p:nvSpPr><p:cNvPr id=\"1\" name=\"a\"/><p:cNvSpPr/><p:nvPr><p:ph type=\"{kind}\"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>{it}</a:t></a:r></a:p></p:txBody></p:sp>"
        )
    };
    let tree = |root: &str, shapes: &str| {
        format!("{XML}<p:{root} xmlns:p=\"{SHOW}\" xmlns:a=\"{DRAW}\" xmlns:r=\"{REL}\"><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{root}>")
    };
    let body: String = p.sentences().iter().map(|it| shape(it, "body")).collect();
    let title = shape(&format!("Refund to {}", p.iban()), "title");
    let notes: String = p.sentences().iter().map(|it| shape(it, "body")).collect();
    let comments: String = p
        .sentences()
        .iter()
        .map(|it| format!("<p:cm authorId=\"0\" dt=\"2026-11-03T09:00:00.000\" idx=\"1\"><p:pos x=\"1\" y=\"1\"/><p:text>{it}</p:text></p:cm>"))
        .collect();
    let rel = |id: u32, kind: &str, target: &str| format!("<Relationship Id=\"rId{id}\" Type=\"{REL}/{kind}\" Target=\"{target}\"/>");
    let rels = |it: &str| format!("{XML}<Relationships xmlns=\"{PACKAGE}/relationships\">{it}</Relationships>");
    let author = p.mail();
    zipped(&[
        (
            "_rels/.rels",
            rels(
                &(rel(1, "officeDocument", "ppt/presentation.xml")
                    + &format!("<Relationship Id=\"rId2\" Type=\"{PACKAGE}/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>")),
            ),
        ),
        ("docProps/core.xml", core_properties(p)),
        (
            "ppt/presentation.xml",
            format!("{XML}<p:presentation xmlns:p=\"{SHOW}\" xmlns:r=\"{REL}\"><p:sldIdLst><p:sldId id=\"256\" r:id=\"rId1\"/></p:sldIdLst></p:presentation>"),
        ),
        ("ppt/_rels/presentation.xml.rels", rels(&(rel(1, "slide", "slides/slide1.xml") + &rel(2, "commentAuthors", "commentAuthors.xml")))),
        ("ppt/commentAuthors.xml", format!("{XML}<p:cmAuthorLst xmlns:p=\"{SHOW}\"><p:cmAuthor id=\"0\" name=\"{author}\" initials=\"d\"/></p:cmAuthorLst>")),
        ("ppt/slides/slide1.xml", tree("sld", &(title + &body))),
        ("ppt/slides/_rels/slide1.xml.rels", rels(&(rel(1, "notesSlide", "../notesSlides/notesSlide1.xml") + &rel(2, "comments", "../comments/comment1.xml")))),
        ("ppt/notesSlides/notesSlide1.xml", tree("notes", &notes)),
        ("ppt/comments/comment1.xml", format!("{XML}<p:cmLst xmlns:p=\"{SHOW}\">{comments}</p:cmLst>")),
    ])
}

fn open_document(p: &mut Planter, kind: &str) -> Vec<u8> {
    let paragraphs = |all: &[String]| all.iter().map(|it| format!("<text:p>{it}</text:p>")).collect::<String>();
    let note = |it: &str| format!("<office:annotation><dc:creator>Dana Whitfield</dc:creator><text:p>{it}</text:p></office:annotation>");
    let (body, notes, more) = (p.sentences(), p.sentences(), p.sentences());
    let content = match kind {
        "text" => format!(
            "{}<text:p>Check{}</text:p><text:tracked-changes><text:changed-region text:id=\"c\"><text:deletion><office:change-info><dc:creator>Dana Whitfield</dc:creator></office:change-info>{}</text:deletion></text:changed-region></text:tracked-changes>",
            paragraphs(&body),
            notes.iter().map(|it| note(it)).collect::<String>(),
            paragraphs(&more)
        ),
        "spreadsheet" => {
            let row = |n: usize, it: &str, noted: &str| {
                format!(
                    "<table:table-row><table:table-cell office:value-type=\"float\" office:value=\"{n}\"><text:p>{n}</text:p></table:table-cell><table:table-cell office:value-type=\"string\">{}<text:p>{it}</text:p></table:table-cell></table:table-row>",
                    note(noted)
                )
            };
            let head = "<table:table-row><table:table-cell office:value-type=\"string\"><text:p>Order</text:p></table:table-cell><table:table-cell office:value-type=\"string\"><text:p>Note</text:p></table:table-cell></table:table-row>";
            let rows: String = body.iter().zip(&notes).enumerate().map(|(n, (it, noted))| row(n, it, noted)).collect();
            format!("<table:table table:name=\"{}\">{head}{rows}</table:table>", p.card())
        }
        _ => format!(
            "<draw:page draw:name=\"p1\"><draw:frame><draw:text-box>{}</draw:text-box></draw:frame>{}<presentation:notes><draw:frame><draw:text-box>{}</draw:text-box></draw:frame></presentation:notes></draw:page>",
            paragraphs(&body),
            notes.iter().map(|it| note(it)).collect::<String>(),
            paragraphs(&more)
        ),
    };
    let names: String = ["office", "text", "table", "meta"].iter().map(|it| format!(" xmlns:{it}=\"{OFFICE}:{it}:1.0\"")).collect();
    let names = format!(
        "{names} xmlns:draw=\"{OFFICE}:drawing:1.0\" xmlns:presentation=\"{OFFICE}:presentation:1.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" office:version=\"1.3\""
    );
    let meta = format!(
        "<dc:title>to {}</dc:title><dc:creator>{}</dc:creator><dc:subject>{}</dc:subject><meta:keyword>{}</meta:keyword>",
        p.iban(),
        p.mail(),
        p.phone(),
        p.key()
    );
    zipped(&[
        ("mimetype", format!("application/vnd.oasis.opendocument.{kind}")),
        (
            "content.xml",
            format!("{XML}<office:document-content{names}><office:body><office:{kind}>{content}</office:{kind}></office:body></office:document-content>"),
        ),
        ("meta.xml", format!("{XML}<office:document-meta{names}><office:meta>{meta}</office:meta></office:document-meta>")),
        (
            "META-INF/manifest.xml",
            format!(
                "{XML}<manifest:manifest xmlns:manifest=\"{OFFICE}:manifest:1.0\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"application/vnd.oasis.opendocument.{kind}\"/></manifest:manifest>"
            ),
        ),
    ])
}

fn rich_text(p: &mut Planter) -> Vec<u8> {
    let plain = |it: &String| it.replace('£', "\\'a3");
    let body: String = p.sentences().iter().map(|it| format!("{}\\par\n", plain(it))).collect();
    let notes: String = p.sentences().iter().map(|it| format!("x{{\\*\\annotation {}}}{{\\footnote {}}}\\par\n", plain(it), plain(it))).collect();
    let cells: String = p.sentences().iter().map(|it| format!("\\trowd Step\\cell {}\\cell\\row\n", plain(it))).collect();
    format!("{{\\rtf1\\ansi{{\\info{{\\title to {}}}{{\\author {}}}{{\\subject {}}}}}{body}{notes}{cells}}}", p.iban(), p.mail(), p.key()).into_bytes()
}

fn message(p: &mut Planter) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    let mut put = |path: &str, bytes: &[u8]| file.create_stream(path).unwrap().write_all(bytes).unwrap();
    let wide = |it: &str| it.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    put("/__properties_version1.0", &[0; 32]);
    put("/__substg1.0_0037001F", &wide(&format!("refund to {}", p.iban())));
    put("/__substg1.0_0C1A001F", &wide("Dana Whitfield"));
    put("/__substg1.0_0C1F001F", &wide(&p.mail()));
    put("/__substg1.0_0E04001F", &wide(&format!("Priya Shah; {}", p.mail())));
    put("/__substg1.0_1000001F", &wide(&p.sentences().join("\r\n\r\n")));
    let (name, attached) = (format!("card {}.txt", p.card()), p.sentences().join("\n\n"));
    file.create_storage("/__attach_version1.0_#00000000").unwrap();
    let mut put = |path: &str, bytes: &[u8]| file.create_stream(path).unwrap().write_all(bytes).unwrap();
    put("/__attach_version1.0_#00000000/__properties_version1.0", &[0; 8]);
    put("/__attach_version1.0_#00000000/__substg1.0_3707001F", &wide(&name));
    put("/__attach_version1.0_#00000000/__substg1.0_37010102", attached.as_bytes());
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn book(p: &mut Planter) -> Vec<u8> {
    let list: String = p.sentences().iter().map(|it| format!("<li>{it}</li>")).collect();
    let meta = format!("<dc:title>Refunds to {}</dc:title><dc:creator>{}</dc:creator><dc:description>{}</dc:description>", p.iban(), p.mail(), p.key());
    let part = format!("card {}.xhtml", p.card());
    zipped(&[
        ("mimetype", "application/epub+zip".to_owned()),
        (
            "META-INF/container.xml",
            format!(
                "{XML}<container version=\"1.0\" xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\"><rootfiles><rootfile full-path=\"content.opf\" media-type=\"application/oebps-package+xml\"/></rootfiles></container>"
            ),
        ),
        (
            "content.opf",
            format!(
                "{XML}<package xmlns=\"http://www.idpf.org/2007/opf\" version=\"3.0\"><metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\">{meta}</metadata><manifest><item id=\"a\" href=\"{part}\" media-type=\"application/xhtml+xml\"/></manifest><spine><itemref idref=\"a\"/></spine></package>"
            ),
        ),
        (part.as_str(), format!("<html xmlns=\"http://www.w3.org/1999/xhtml\"><body><h1>Refunds</h1><ol>{list}</ol></body></html>")),
    ])
}

fn database(p: &mut Planter) -> Vec<u8> {
    let mut database = rusqlite::Connection::open_in_memory().unwrap();
    let comments: String = p.sentences().iter().map(|it| format!("-- {it}\n")).collect();
    database.execute_batch(&format!("CREATE TABLE orders (id INTEGER, note TEXT, amount REAL {comments});")).unwrap();
    for (n, it) in p.sentences().iter().enumerate() {
        database.execute("INSERT INTO orders VALUES (?1, ?2, 12.5)", (n as i64, it)).unwrap();
    }
    let (table, card, phone) = (format!("to {}", p.iban()), p.card(), p.phone());
    database
        .execute_batch(&format!(
            "CREATE VIEW late AS SELECT * FROM orders WHERE note = '{card}';
             CREATE TRIGGER stop BEFORE DELETE ON orders BEGIN SELECT raise(abort, 'call {phone}'); END;
             CREATE TABLE \"{table}\" (a); INSERT INTO \"{table}\" VALUES (1);"
        ))
        .unwrap();
    database.serialize(rusqlite::MAIN_DB).unwrap().to_vec()
}

fn parquet(p: &mut Planter) -> Vec<u8> {
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    let schema = Arc::new(parquet::schema::parser::parse_message_type("message rows { required binary note (UTF8); }").unwrap());
    let properties = Arc::new(WriterProperties::builder().set_created_by(format!("sheet of {}", p.mail())).build());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    let values: Vec<ByteArray> = p.sentences().iter().map(|it| it.as_str().into()).collect();
    let mut rows = writer.next_row_group().unwrap();
    let mut column = rows.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
    column.close().unwrap();
    rows.close().unwrap();
    writer.into_inner().unwrap()
}

fn transcript(p: &mut Planter, head: &str, mark: char) -> Vec<u8> {
    let stranger = p.phone();
    lines(p, head, |n, it| {
        let who = if n % 2 == 0 { "Dana Whitfield" } else { stranger.as_str() };
        format!("{n}\n00:00:0{n}{mark}000 --> 00:00:0{n}{mark}900\n{who}: {it}\n\n")
    })
}

fn network_log(p: &mut Planter) -> Vec<u8> {
    let entries: Vec<serde_json::Value> = p
        .sentences()
        .iter()
        .map(|it| {
            let key = p.key();
            serde_json::json!({
                "startedDateTime": "2026-11-04T09:20:00Z",
                "request": {
                    "method": "POST",
                    "url": format!("https://shop.example/refund?note={}&token={key}", it.replace(' ', "+")),
                    "headers": [{"name": "Authorization", "value": format!("Bearer {key}")}],
                    "postData": {"mimeType": "application/json", "text": it}
                },
                "response": {"status": 400, "content": {"text": it}}
            })
        })
        .collect();
    serde_json::to_vec(&serde_json::json!({"log": {"version": "1.2", "pages": [{"title": format!("card {}", p.card()), "id": "p", "startedDateTime": "2026-11-04T09:20:00Z"}], "entries": entries}})).unwrap()
}

fn recording(p: &mut Planter) -> Vec<u8> {
    let commands: Vec<serde_json::Value> =
        p.sentences().iter().map(|it| serde_json::json!({"id": "1", "comment": it, "command": "type", "target": format!("name={it}"), "value": it})).collect();
    serde_json::to_vec(&serde_json::json!({"id": "1", "name": format!("refund {}", p.card()), "url": "https://shop.example", "tests": [{"id": "t", "name": format!("to {}", p.iban()), "commands": commands}], "suites": []})).unwrap()
}

fn recorder(p: &mut Planter) -> Vec<u8> {
    let steps: Vec<serde_json::Value> =
        p.sentences().iter().map(|it| serde_json::json!({"type": "change", "value": it, "selectors": [[format!("aria/{it}")], ["#a"]]})).collect();
    serde_json::to_vec(&serde_json::json!({"title": format!("refund {}", p.card()), "steps": steps})).unwrap()
}

fn session(p: &mut Planter) -> Vec<u8> {
    lines(p, "", |n, it| {
        let id = format!("t{n}");
        let said =
            serde_json::json!({"type": "user", "sessionId": "s", "uuid": "u", "timestamp": "2026-11-04T09:20:00Z", "message": {"role": "user", "content": it}});
        let ran = serde_json::json!({"type": "assistant", "sessionId": "s", "uuid": "u", "timestamp": "2026-11-04T09:21:00Z", "message": {"role": "assistant", "content": [{"type": "text", "text": it}, {"type": "tool_use", "id": id, "name": "Bash", "input": {"command": format!("echo \"{it}\""), "description": it}}]}});
        let came = serde_json::json!({"type": "user", "sessionId": "s", "uuid": "u", "timestamp": "2026-11-04T09:22:00Z", "message": {"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": it}]}});
        format!("{said}\n{ran}\n{came}\n")
    })
}

fn notebook(p: &mut Planter) -> Vec<u8> {
    let told = |it: &str| serde_json::json!({"cell_type": "markdown", "metadata": {}, "source": [it]});
    let ran = |n: usize, it: &str, out: &str| {
        serde_json::json!({"cell_type": "code", "execution_count": n, "metadata": {}, "source": [format!("# {it}\nprint(1)")],
            "outputs": [{"output_type": "stream", "name": "stdout", "text": [out]}, {"output_type": "error", "ename": "Stop", "evalue": out, "traceback": [out]},
                {"output_type": "execute_result", "data": {"text/plain": [out], "text/html": [out]}, "metadata": {}, "execution_count": n}]})
    };
    let (words, code, out) = (p.sentences(), p.sentences(), p.sentences());
    let mut cells: Vec<serde_json::Value> = words.iter().map(|it| told(it)).collect();
    cells.extend(code.iter().zip(&out).enumerate().map(|(n, (it, out))| ran(n, it, out)));
    serde_json::to_vec(&serde_json::json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {"title": p.card(), "authors": [{"name": p.mail()}], "language_info": {"name": "python"}}, "cells": cells})).unwrap()
}

fn r_notebook(p: &mut Planter) -> Vec<u8> {
    let head = format!("---\ntitle: refund {}\nauthor: {}\n---\n\n", p.card(), p.mail());
    lines(p, &head, |_, it| format!("{it}\n\n```{{r}}\n# {it}\nstop(\"{it}\")\n```\n\n"))
}

fn drawing(p: &mut Planter) -> Vec<u8> {
    let page = p.iban();
    let sentences = p.sentences();
    let cells: String = sentences
        .iter()
        .enumerate()
        .map(|(n, it)| {
            let (a, b, c) = (3 * n + 2, 3 * n + 3, 3 * n + 4);
            format!("<mxCell id=\"{a}\" value=\"{it}\" vertex=\"1\" parent=\"1\"/><mxCell id=\"{b}\" value=\"Send\" vertex=\"1\" parent=\"1\"/><mxCell id=\"{c}\" value=\"{it}\" edge=\"1\" source=\"{a}\" target=\"{b}\" parent=\"1\"/>")
        })
        .collect();
    format!("<mxfile><diagram name=\"to {page}\"><mxGraphModel><root><mxCell id=\"0\"/><mxCell id=\"1\" parent=\"0\"/>{cells}</root></mxGraphModel></diagram></mxfile>").into_bytes()
}
