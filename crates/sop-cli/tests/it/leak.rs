//! Nothing that must not be passed on comes out: hundreds of values are planted over all formats, and every output, the
//! cache and every message is searched for them. And what the work needs does come out.

mod formats;

use crate::{Said, command, run};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

/// Makes values that differ from each other, and remembers them.
struct Planter {
    state: u64,
    /// Where, and what.
    planted: Vec<(String, String)>,
    file: String,
}

impl Planter {
    fn roll(&mut self, sides: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.state >> 33) as usize) % sides
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.roll(10) as u8)).collect()
    }

    fn of(&mut self, letters: &[u8], count: usize) -> String {
        (0..count).map(|_| char::from(letters[self.roll(letters.len())])).collect()
    }

    fn keep(&mut self, value: String) -> String {
        self.planted.push((self.file.clone(), value.clone()));
        value
    }

    fn card(&mut self) -> String {
        let body = format!("4{}", self.digits(14));
        let sum: u32 = body.bytes().rev().enumerate().map(|(n, it)| u32::from(it - b'0') * if n % 2 == 0 { 2 } else { 1 }).map(|it| it / 10 + it % 10).sum();
        let all = format!("{body}{}", (10 - sum % 10) % 10);
        let value = format!("{} {} {} {}", &all[..4], &all[4..8], &all[8..12], &all[12..]);
        self.keep(value)
    }

    fn iban(&mut self) -> String {
        let body = format!("NWBK{}", self.digits(14));
        let rest = format!("{body}GB00").bytes().fold(0u64, |sum, it| match it {
            b'0'..=b'9' => (sum * 10 + u64::from(it - b'0')) % 97,
            _ => (sum * 100 + u64::from(it - b'A') + 10) % 97,
        });
        let value = format!("GB{:02}{body}", 98 - rest);
        self.keep(value)
    }

    fn nino(&mut self) -> String {
        let value = format!("{}{}{}", self.of(b"ABCEHJLMPRS", 2), self.digits(6), self.of(b"ABCD", 1));
        self.keep(value)
    }

    fn phone(&mut self) -> String {
        let value = format!("07700 9{}", self.digits(5));
        self.keep(value)
    }

    fn mail(&mut self) -> String {
        let value = format!("{}{}@gmail.com", self.of(b"abcdefghijklmnoprstu", 9), self.digits(2));
        self.keep(value)
    }

    fn key(&mut self) -> String {
        let value = format!("sk_{}_{}", "live", self.of(b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 24)) + "7q";
        self.keep(value)
    }

    fn password(&mut self) -> String {
        let value = format!("{}{}!", self.of(b"ABCDEFGH", 1) + &self.of(b"aeioulmnrst", 7), self.digits(3));
        self.keep(value)
    }

    fn born(&mut self) -> String {
        let value = format!("{:02}/{:02}/19{}", 1 + self.roll(28), 1 + self.roll(12), 50 + self.roll(49));
        self.keep(value)
    }

    fn home(&mut self) -> String {
        let street = self.of(b"BCDFGKLM", 1) + &self.of(b"aeioulnrst", 7);
        let value = format!("{} {street} Close, Wrenbury, WH{} {}QL", 1 + self.roll(98), 1 + self.roll(8), 1 + self.roll(8));
        self.keep(value)
    }

    fn customer(&mut self) -> String {
        let first = ["Agnieszka", "Brendan", "Catherine", "Declan"][self.roll(4)];
        let value = format!("{first} {}{}", self.of(b"BCDFGKLM", 1), self.of(b"aeioulnrst", 8));
        self.keep(value)
    }

    fn passport(&mut self) -> String {
        let value = format!("5{}", self.digits(8));
        self.keep(value)
    }

    fn ssn(&mut self) -> String {
        let value = format!("{}{}-4{}-{}7", 1 + self.roll(5), self.digits(2), self.digits(1), self.digits(3));
        self.keep(value)
    }

    /// Sentences as people write them about the work, with something in each that must not be passed on.
    fn sentences(&mut self) -> Vec<String> {
        vec![
            format!("Do not send the report before Dana Whitfield has approved it, the customer paid with {}.", self.card()),
            format!("Refunds over £250 must be approved by Dana, then pay to {}.", self.iban()),
            format!("If the total differs by more than £250.00, stop and call the customer on {}.", self.phone()),
            format!("Log in to Shelfware before you start, password: {}", self.password()),
            format!("Never share the key {} outside of the team.", self.key()),
            format!("Write to {} only after the check in step 3.", self.mail()),
            format!("The new starter must be on the list by the 5th, NI number {}, date of birth {}.", self.nino(), self.born()),
            format!("Always check the address before you send it: {}.", self.home()),
            format!("The client has to bring the passport number {} and the SSN {}.", self.passport(), self.ssn()),
        ]
    }
}

fn zipped(parts: &[(&str, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
const REL: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

fn core_properties(p: &mut Planter) -> String {
    format!(
        "{XML}<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>Refunds {}</dc:title><dc:creator>{}</dc:creator><cp:keywords>{}</cp:keywords><dc:description>call {}</dc:description></cp:coreProperties>",
        p.card(),
        p.mail(),
        p.key(),
        p.phone()
    )
}

fn workbook(p: &mut Planter) -> Vec<u8> {
    let cell = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>");
    let sheet = |rows: &[String]| {
        let rows: String = rows.iter().enumerate().map(|(n, it)| format!("<row r=\"{}\">{it}</row>", n + 1)).collect();
        format!("{XML}<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>")
    };
    let mut rows = vec![["A1", "B1", "C1", "D1"].iter().zip(["Order", "Note", "Phone", "Amount"]).map(|(at, text)| cell(at, text)).collect::<String>()];
    for (n, sentence) in p.sentences().into_iter().enumerate() {
        let n = n + 2;
        let phone = p.phone();
        rows.push(format!(
            "{}{}{}<c r=\"D{n}\"><v>{}</v></c>",
            cell(&format!("A{n}"), &format!("CW6{n:04}")),
            cell(&format!("B{n}"), &sentence),
            cell(&format!("C{n}"), &phone),
            100 + n
        ));
    }
    let hidden: Vec<String> = p.sentences().iter().enumerate().map(|(n, it)| cell(&format!("A{}", n + 1), it)).collect();
    let comments: String = p
        .sentences()
        .iter()
        .enumerate()
        .map(|(n, it)| format!("<comment ref=\"B{}\" authorId=\"0\"><text><r><t>{it}</t></r></text></comment>", n + 2))
        .collect();
    let (named, sheet_name, author) = (p.iban(), p.card(), p.mail());
    zipped(&[
        (
            "[Content_Types].xml",
            format!(
                "{XML}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{REL}/officeDocument\" Target=\"xl/workbook.xml\"/><Relationship Id=\"rId2\" Type=\"{PACKAGE}/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>"
            ),
        ),
        ("docProps/core.xml", core_properties(p)),
        (
            "xl/workbook.xml",
            format!(
                "{XML}<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{REL}\"><sheets><sheet name=\"Orders\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"{sheet_name}\" sheetId=\"2\" state=\"hidden\" r:id=\"rId2\"/></sheets><definedNames><definedName name=\"RefundTo\">\"{named}\"</definedName></definedNames></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{REL}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"{REL}/worksheet\" Target=\"worksheets/sheet2.xml\"/></Relationships>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", sheet(&rows)),
        ("xl/worksheets/sheet2.xml", sheet(&hidden)),
        (
            "xl/worksheets/_rels/sheet1.xml.rels",
            format!(
                "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{REL}/comments\" Target=\"../comments1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/comments1.xml",
            format!(
                "{XML}<comments xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><authors><author>{author}</author></authors><commentList>{comments}</commentList></comments>"
            ),
        ),
    ])
}

fn document(p: &mut Planter) -> Vec<u8> {
    let run = |it: &str| format!("<w:r><w:t xml:space=\"preserve\">{it}</w:t></w:r>");
    let mut body: String = p.sentences().iter().map(|it| format!("<w:p>{}</w:p>", run(it))).collect();
    let (added, gone) = (p.sentences(), p.sentences());
    for (n, (added, gone)) in added.iter().zip(&gone).enumerate() {
        let _ = write!(
            body,
            "<w:p><w:ins w:id=\"{n}\" w:author=\"Dana Whitfield\" w:date=\"2026-11-03T09:00:00Z\">{}</w:ins><w:del w:id=\"9{n}\" w:author=\"Dana Whitfield\" w:date=\"2026-11-03T09:00:00Z\"><w:r><w:delText xml:space=\"preserve\">{gone}</w:delText></w:r></w:del></w:p>",
            run(added)
        );
    }
    let rows: String =
        p.sentences().iter().map(|it| format!("<w:tr><w:tc><w:p>{}</w:p></w:tc><w:tc><w:p>{}</w:p></w:tc></w:tr>", run("Step"), run(it))).collect();
    let _ = write!(
        body,
        "<w:tbl>{rows}</w:tbl><w:p><w:commentRangeStart w:id=\"0\"/>{}<w:commentRangeEnd w:id=\"0\"/><w:r><w:commentReference w:id=\"0\"/></w:r></w:p>",
        run("Check the total")
    );
    let comments: String = p
        .sentences()
        .iter()
        .enumerate()
        .map(|(n, it)| format!("<w:comment w:id=\"{n}\" w:author=\"Dana Whitfield\"><w:p>{}</w:p></w:comment>", run(it)))
        .collect();
    let ns = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
    let header = p.card();
    zipped(&[
        (
            "[Content_Types].xml",
            format!(
                "{XML}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{REL}/officeDocument\" Target=\"word/document.xml\"/><Relationship Id=\"rId2\" Type=\"{PACKAGE}/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>"
            ),
        ),
        ("docProps/core.xml", core_properties(p)),
        (
            "word/_rels/document.xml.rels",
            format!(
                "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{REL}/comments\" Target=\"comments.xml\"/><Relationship Id=\"rId2\" Type=\"{REL}/header\" Target=\"header1.xml\"/></Relationships>"
            ),
        ),
        ("word/document.xml", format!("{XML}<w:document {ns}><w:body>{body}</w:body></w:document>")),
        ("word/header1.xml", format!("{XML}<w:hdr {ns}><w:p>{}</w:p></w:hdr>", run(&format!("Card {header}")))),
        ("word/comments.xml", format!("{XML}<w:comments {ns}>{comments}</w:comments>")),
    ])
}

fn pdf(p: &mut Planter) -> Vec<u8> {
    let lines = p.sentences();
    let mut text = String::from("BT /F1 9 Tf 40 780 Td 14 TL\n");
    lines.iter().for_each(|it| {
        let _ = writeln!(text, "({}) Tj T*", it.replace('£', "GBP ").replace('(', "[").replace(')', "]"));
    });
    text.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        format!("<< /Title (refund to {}) /Author ({}) /Subject ({}) /Keywords (call {}) >>", p.iban(), p.mail(), p.key(), p.phone()),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (n, it) in objects.iter().enumerate() {
        places.push(out.len());
        let _ = write!(out, "{} 0 obj\n{it}\nendobj\n", n + 1);
    }
    let start = out.len();
    let _ = write!(out, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    places.iter().for_each(|it| {
        let _ = writeln!(out, "{it:010} 00000 n ");
    });
    let _ = write!(out, "trailer\n<< /Size {} /Root 1 0 R /Info 6 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    out.into_bytes()
}

/// A folder in which every file of every format holds what must not come out.
fn folder(root: &Path) -> Planter {
    let mut p = Planter { state: 2026, planted: Vec::new(), file: String::new() };
    let put = |name: &str, bytes: &[u8]| {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let lines = |p: &mut Planter, name: &str, before: &str, after: &str| -> String {
        p.file = name.to_owned();
        p.sentences().iter().map(|it| format!("{before}{it}{after}\n")).collect()
    };
    let list = lines(&mut p, "notes.txt", "- ", "");
    put("notes.txt", list.as_bytes());
    let list = lines(&mut p, "Process.md", "1. ", "");
    put("Process.md", format!("# Refunds\n\n## Steps\n\n{list}").as_bytes());
    let list = lines(&mut p, "page.html", "<li>", "</li>");
    put(
        "page.html",
        format!(
            "<html><head><title>Refunds</title></head><body><h1>Refunds</h1><ul>{list}</ul><!-- {} --><p title=\"{}\">end</p></body></html>",
            p.card(),
            p.key()
        )
        .as_bytes(),
    );
    let mail = lines(&mut p, "mail/1.eml", "", "\n");
    let quoted = lines(&mut p, "mail/1.eml", "> ", "");
    let attached = lines(&mut p, "mail/1.eml", "- ", "");
    put("mail/1.eml", format!("From: Dana Whitfield <dana@cartwheel.example>\nTo: Priya Shah <priya@cartwheel.example>, {}\nCc: {}\nDate: Wed, 4 Nov 2026 10:02:00 +0000\nSubject: refund to {}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n{mail}\nDana Whitfield, finance\nmob {}\n\nOn Tue, 3 Nov 2026 Priya Shah wrote:\n{quoted}\n--b\nContent-Type: text/plain; name=\"call {}.txt\"\nContent-Disposition: attachment; filename=\"card {}.txt\"\n\n{attached}\n--b--\n", p.mail(), p.mail(), p.iban(), p.phone(), p.mail(), p.card()).as_bytes());
    let mail = lines(&mut p, "mail/box.mbox", "", "\n");
    put("mail/box.mbox", format!("From priya@cartwheel.example Wed Nov  4 10:02:00 2026\nFrom: Priya Shah <priya@cartwheel.example>\nTo: Dana Whitfield <dana@cartwheel.example>\nDate: Wed, 4 Nov 2026 11:02:00 +0000\nSubject: refunds\n\n{mail}\n").as_bytes());
    p.file = "team.ics".into();
    let events: String = p.sentences().iter().enumerate().map(|(n, it)| format!("BEGIN:VEVENT\nUID:{n}\nDTSTART:2026110{n}T090000Z\nSUMMARY:{it}\nDESCRIPTION:{it}\nLOCATION:{it}\nATTENDEE;CN=Dana Whitfield:mailto:dana@cartwheel.example\nEND:VEVENT\n")).collect();
    put("team.ics", format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n").as_bytes());
    p.file = "chat/2026-11-03.json".into();
    let said: Vec<serde_json::Value> = p.sentences().iter().enumerate().map(|(n, it)| serde_json::json!({"type": "message", "user": "U1", "text": it, "ts": format!("17937810{n:02}.000100"), "user_profile": {"real_name": "Dana Whitfield"}})).collect();
    put("chat/2026-11-03.json", serde_json::to_string_pretty(&said).unwrap().as_bytes());
    p.file = "WhatsApp Chat.txt".into();
    let stranger = p.phone();
    let said: String = p
        .sentences()
        .iter()
        .enumerate()
        .map(|(n, it)| format!("[03/11/2026, 09:1{n}:00] {}: {it}\n", if n % 2 == 0 { "Priya Shah" } else { &stranger }))
        .collect();
    put("WhatsApp Chat.txt", said.as_bytes());
    p.file = "orders.csv".into();
    let mut rows = String::from("Order,Paid on,Card,Phone,Email,Delivery address,Note,Amount\n");
    for (n, it) in p.sentences().iter().enumerate() {
        let _ = writeln!(rows, "CW5{n:04},2026-11-0{},{},{},{},\"{}\",\"{it}\",{}.50", n + 1, p.card(), p.phone(), p.mail(), p.home(), 80 + n);
    }
    put("orders.csv", rows.as_bytes());
    p.file = "users.json".into();
    let users: Vec<serde_json::Value> = p.sentences().iter().map(|it| serde_json::json!({"plan": "gold", "note": it})).collect();
    put(
        "users.json",
        serde_json::to_string_pretty(&serde_json::json!({ "users": users, "service": {"token": p.key(), "password": p.password()} })).unwrap().as_bytes(),
    );
    for (name, mark) in [("settings.ini", ";"), ("settings.yaml", "#"), ("settings.toml", "#")] {
        let list = lines(&mut p, name, &format!("{mark} "), "");
        let (key, password) = (p.key(), p.password());
        let text = match name {
            "settings.yaml" => format!("{list}service:\n  api_key: {key}\n  password: \"{password}\"\n  limit: 500\n"),
            _ => format!("{list}[service]\napi_key = \"{key}\"\npassword = \"{password}\"\nlimit = 500\n"),
        };
        put(name, text.as_bytes());
    }
    p.file = ".env".into();
    put(
        ".env",
        format!("# call {}\nSHELF_API_KEY={}\nDB_URL=postgres://reporter:{}@db.example/sales\nCARD={}\n", p.phone(), p.key(), p.password(), p.card())
            .as_bytes(),
    );
    for name in ["pull.py", "run.sh", "clean.R", "sync.ps1"] {
        let list = lines(&mut p, name, "# ", "");
        let (key, phone, card) = (p.key(), p.phone(), p.card());
        let text = match name {
            "pull.py" => format!(
                "\"\"\"Pull the orders, card {card}.\"\"\"\nimport csv, sys\n{list}API_KEY = \"{key}\"\nrows = list(csv.DictReader(open(\"orders.csv\")))\nif len(rows) > 500:\n    sys.exit(\"too many rows, call {phone}\")\nopen(\"total.txt\", \"w\").write(str(len(rows)))\n"
            ),
            "run.sh" => format!("#!/bin/sh\n{list}export API_KEY={key}\n# card {card}\npython3 pull.py || {{ echo \"call {phone}\"; exit 6; }}\n"),
            "clean.R" => format!("{list}key <- \"{key}\"\nd <- read.csv(\"orders.csv\")\nif (nrow(d) > 500) stop(\"too many, call {phone}, card {card}\")\n"),
            _ => format!("{list}$key = \"{key}\"\nif ((Get-Content orders.csv).Count -gt 500) {{ throw \"too many, call {phone}, card {card}\" }}\n"),
        };
        put(name, text.as_bytes());
    }
    p.file = ".bash_history".into();
    put(".bash_history", format!("python3 pull.py --key {}\ncurl -u \"lena:{}\" https://shelf.example/orders\ncurl -H \"Authorization: Bearer {}\" https://shelf.example\nmail -s refund {} < total.txt\nmysql -u lena --password={} sales\necho {} > card.txt\n", p.key(), p.password(), p.key(), p.mail(), p.password(), p.card()).as_bytes());
    let log = lines(&mut p, "run.log", "2026-11-03 09:31:15 WARN pull.py ", "");
    put("run.log", log.as_bytes());
    p.file = "plan.xlsx".into();
    let bytes = workbook(&mut p);
    put("plan.xlsx", &bytes);
    p.file = "guide.docx".into();
    let bytes = document(&mut p);
    put("guide.docx", &bytes);
    p.file = "letter.pdf".into();
    let bytes = pdf(&mut p);
    put("letter.pdf", &bytes);
    p.file = "old.zip".into();
    let inner: String = p.sentences().join("\n");
    let member = format!("card {}.txt", p.card());
    put("old.zip", &zipped(&[(member.as_str(), inner)]));
    for (name, bytes) in formats::made(&mut p) {
        put(&format!("more/{name}"), &bytes);
    }
    for (name, bytes) in formats::broken(&mut p) {
        put(&format!("broken/{name}"), &bytes);
    }
    // Customers by name, and what people write of them.
    p.file = "crm.json".into();
    let names: Vec<String> = (0..8).map(|_| p.customer()).collect();
    let rows: Vec<serde_json::Value> = names
        .iter()
        .enumerate()
        .map(|(n, it)| serde_json::json!({"order": format!("CW8{n:04}"), "customer": it, "owner": "Priya Shah", "total": 12.5}))
        .collect();
    put("crm.json", serde_json::to_string_pretty(&serde_json::json!({ "orders": rows })).unwrap().as_bytes());
    let calls: String = names.iter().map(|it| format!("- Always call {it} before you refund more than £250.00, and tell Priya Shah.\n")).collect();
    put("calls.md", calls.as_bytes());
    // Names of files, of which some are read, some have no reader and some are broken.
    p.file = "a name".into();
    for name in [
        format!("refund {}.txt", p.card()),
        format!("to {}.md", p.iban()),
        format!("chat with {}.txt", p.mail()),
        format!("mobile {}.psd", p.phone()),
        format!("key_{}.xyz", p.key()),
        format!("till password {}", p.password()),
        format!("NI {}/starter.txt", p.nino()),
        format!("passport {}.sketch", p.passport()),
        format!("{} empty.csv", p.iban()),
    ] {
        let text = if name.contains("empty") { "" } else { "Check the total before you send it to Dana.\n" };
        put(&name, text.as_bytes());
    }
    // Broken files: what went wrong may repeat what stands there.
    p.file = "broken".into();
    put("broken.json", format!("{{\"card\": \"{}\", \"key\": {} oops", p.card(), p.key()).as_bytes());
    put("broken.xlsx", format!("PK\x03\x04 {} {}", p.card(), p.key()).as_bytes());
    put("broken.docx", format!("no zip at all, card {} key {}", p.card(), p.key()).as_bytes());
    put("broken.pdf", format!("%PDF-1.4 card {} key {}", p.card(), p.key()).as_bytes());
    put("broken.yaml", format!("a: [1, 2\n  b: \"{}\n c: {}\n", p.card(), p.key()).as_bytes());
    put("broken.csv", format!("Order,Note\nCW1,\"never closed {}\nCW2,key {}\n", p.card(), p.key()).as_bytes());
    put("broken.ics", format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:card {}\nDTSTART:{}\n", p.card(), p.key()).as_bytes());
    put("broken.eml", format!("Subject card {}\nkey {}\n\n\u{0}\u{1}", p.card(), p.key()).as_bytes());
    put("broken.toml", format!("[service\nkey = {}\ncard = \"{}\n", p.key(), p.card()).as_bytes());
    put("broken.py", format!("def f(:\n    key = \"{}\"\n    card '{}\n", p.key(), p.card()).as_bytes());
    p
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

/// Everything that the program says or writes about a folder, by where it came out.
fn outputs(dir: &Path, source: &str) -> Vec<(String, String)> {
    let cache = dir.join("cache");
    let mut out = Vec::new();
    let sop = |args: &[&str]| -> Said {
        let mut command: Command = command(dir);
        command.env("SOP_CACHE_DIR", &cache).args(args);
        run(command)
    };
    let mut say = |args: &[&str]| {
        let said = sop(args);
        assert!(said.code < 2, "{args:?}: {}", said.err);
        out.push((args.join(" "), format!("{}\n{}", said.out, said.err)));
        said
    };
    let drafted = say(&["draft", source, "--process", "refunds", "--json"]).json();
    say(&["draft", source, "--process", "refunds", "--force"]);
    say(&["scope", source]);
    say(&["scope", source, "--json"]);
    say(&["inspect", source]);
    say(&["inspect", source, "--json"]);
    say(&["inspect", source, "--mermaid"]);
    say(&["review", "--against", source]);
    say(&["review", "--against", source, "--json"]);
    let last = drafted["citations"].as_u64().unwrap();
    assert!(last > 10, "only {last} citations");
    for n in 1..=last {
        let id = format!("E{n}");
        let shown = if n % 2 == 0 { say(&["show", &id]) } else { say(&["show", &id, "--json"]) };
        assert_eq!(shown.code, 0, "{id} is not found again: {}", shown.out);
    }
    let mut files = vec![dir.join("SOP.md"), dir.join(".sop"), cache.clone()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(fs::read_dir(path).unwrap().map(|it| it.unwrap().path()));
        } else if let Ok(bytes) = fs::read(&path) {
            out.push((path.display().to_string(), format!("{} {}", path.display(), String::from_utf8_lossy(&bytes))));
        }
    }
    out
}

#[test]
fn nothing_planted_comes_out_anywhere() {
    let dir = tempfile::tempdir().unwrap();
    let planted = folder(&dir.path().join("work")).planted;
    // Finished work has come to rest; only then is it remembered how its files look.
    let rested = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600);
    let mut files = vec![dir.path().join("work")];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(fs::read_dir(path).unwrap().map(|it| it.unwrap().path()));
        } else {
            fs::File::options().write(true).open(path).unwrap().set_modified(rested).unwrap();
        }
    }
    crate::aloud(&format!("{} values are planted", planted.len()));
    assert!(planted.len() >= 1_000, "only {} values", planted.len());
    let mut found = Vec::new();
    for (place, text) in outputs(dir.path(), "work") {
        let tight = squeezed(&text);
        for (file, value) in &planted {
            if text.contains(value.as_str()) || tight.contains(&squeezed(value)) {
                found.push(format!("{value} of {file} in {place}"));
            }
        }
    }
    found.sort();
    let shown: Vec<&String> = found.iter().filter(|it| !it.contains(" in show ")).collect();
    assert!(
        found.is_empty(),
        "{} of {} values came out:\n{}",
        found.len(),
        planted.len(),
        shown.iter().take(80).map(|it| it.as_str()).collect::<Vec<_>>().join("\n")
    );
}

/// What is planted in a file that nobody reads proves nothing.
#[test]
fn every_file_with_something_planted_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut p = Planter { state: 7, planted: Vec::new(), file: String::new() };
    let made = formats::made(&mut p);
    fs::create_dir(dir.path().join("work")).unwrap();
    made.iter().for_each(|(name, bytes)| fs::write(dir.path().join("work").join(name), bytes).unwrap());
    let mut command = command(dir.path());
    command.args(["inspect", "work", "--json", "--fresh"]);
    let said = run(command);
    let found = said.json();
    let text = found.to_string();
    assert_eq!(said.code, 0, "{}", found["problems"]);
    for (name, _) in &made {
        assert!(found["trace"]["files"].as_array().unwrap().iter().any(|it| it["path"] == *name), "{name} was not read: {}", found["trace"]["left_out"]);
    }
    assert!(text.contains(" removed]"), "nothing was masked");
}

/// The messages of a command that could not be done repeat what was typed, without what must not be passed on.
#[test]
fn errors_hold_nothing_of_names_that_were_typed() {
    let dir = tempfile::tempdir().unwrap();
    let mut p = Planter { state: 11, planted: Vec::new(), file: "typed".into() };
    let (missing, broken) = (format!("paid with {}.zip", p.card()), format!("to {}.tar.gz", p.iban()));
    fs::write(dir.path().join(&broken), b"\x1f\x8b\x08 nothing").unwrap();
    for verb in ["draft", "inspect", "scope"] {
        for name in [&missing, &broken] {
            let mut command = command(dir.path());
            command.args([verb, name.as_str()]);
            let said = run(command);
            assert_eq!(said.code, 2, "{verb} {name}: {}", said.out);
            let tight = squeezed(&(said.out + &said.err));
            p.planted.iter().for_each(|(_, value)| assert!(!tight.contains(&squeezed(value)), "{verb}: {tight}"));
        }
    }
}

/// What the work is done with, close to what must go, in the formats that people keep it in.
const KEPT: &[&str] = &[
    "£84,174.01",
    "1,455 orders",
    "£250.00",
    "1.42%",
    "500 rows",
    "CW50357",
    "PO71194",
    "CN-0417",
    "£936.00",
    "B2231",
    "47722",
    "47754",
    "ENG-2291",
    "INC-118",
    "4.8.12",
    "3.9",
    "2026-11-03",
    "09:31",
    "account 4040",
    "account 7000",
    "form 64-8",
    "20261104-118",
    "RE-2026-0417",
    "1.234,56 EUR",
    "84.174,01",
    "3 %",
    "FA-2026-118",
    "84 174,01",
    "F-2026/118",
    "B2:B48",
    "C49",
    "0x80070005",
    "HTTP 429",
    "978-3-16-148410-0",
    "ISO 9001:2015",
    "1,204.5 kg",
    "12 pallets",
    "10,000 per day",
    "AUTUMN26",
    "19:30",
    "4500012345",
    "80012345",
    "10048812",
    "SN-20417-8839",
    "4711-0815",
    "26-10-14/03",
    "004512 kWh",
    "192.168.12.40",
    "port 5432",
    "1793781060.550739",
    "1.1742",
    "12,345,678",
    "section 3.1",
    "cartwheel_orders_2026-10.csv",
    "exports/2026/10",
    "BACS_20261104.txt",
    "utm_campaign=wk20",
    "over £50,000",
    "5th",
    "25th",
    "14 days",
    "32.5%",
    "£150.00",
    "£2,000",
    "week 45",
    "2026-11-08",
    "18:00",
    "4,812 labels",
    "100-204-773",
    "7045-112-90",
    "MSKU 204517",
    "13482907",
    "1257L",
    "GB 123 4567 89",
    "35 x 45 mm",
    "M25",
    "12,400",
    "24.1%",
    "41.2%",
    "£12.50",
    "2027-01-04",
    "2026/27",
    "6 April 2027",
    "£9,100",
    "13.8%",
    "19 November",
    "12 characters",
    "3 tries",
    "30 minutes",
    "5,000 calls",
    "4,500",
    "£10,000",
    "4%",
    "Dana Whitfield",
    "Priya Shah",
    "dana@cartwheel.example",
    "shelf B4",
    "floor 4",
    "box 3.4",
    "page 12 of 48",
    "99 x 38 mm",
    "pull.py",
    "total.txt",
];

/// Precision counts, too: amounts, numbers of orders, dates, thresholds and names of files come through whole.
#[test]
fn what_the_work_needs_comes_through() {
    let dir = tempfile::tempdir().unwrap();
    let work = dir.path().join("work");
    fs::create_dir_all(&work).unwrap();
    let rules: String = KEPT.iter().map(|it| format!("- Always check {it} before you send the report, and stop if it is wrong.\n")).collect();
    fs::write(work.join("Process.md"), format!("# Weekly report\n\n## Steps\n\n{rules}")).unwrap();
    let mut command = command(dir.path());
    command.args(["inspect", "work", "--json"]);
    let said = run(command);
    assert_eq!(said.code, 0, "{}", said.err);
    let lost: Vec<&&str> = KEPT.iter().filter(|it| !said.out.contains(**it)).collect();
    assert!(KEPT.len() >= 100, "only {} values", KEPT.len());
    assert!(lost.is_empty(), "lost: {lost:?}");
    let removed: Vec<&str> = said.out.lines().filter(|it| it.contains(" removed]")).collect();
    assert!(removed.is_empty(), "masked: {removed:?}");
}

/// Five by seven dots, a row a number, for what a card is written with.
const DOTS: &[(char, [u8; 7])] = &[
    ('0', [14, 17, 19, 21, 25, 17, 14]),
    ('1', [4, 12, 4, 4, 4, 4, 14]),
    ('2', [14, 17, 1, 2, 4, 8, 31]),
    ('3', [31, 2, 4, 2, 1, 17, 14]),
    ('4', [2, 6, 10, 18, 31, 2, 2]),
    ('5', [31, 16, 30, 1, 1, 17, 14]),
    ('6', [6, 8, 16, 30, 17, 17, 14]),
    ('7', [31, 1, 2, 4, 8, 8, 8]),
    ('8', [14, 17, 17, 14, 17, 17, 14]),
    ('9', [14, 17, 17, 15, 1, 2, 12]),
];

/// A picture with lines of digits in it, black on white.
fn picture(lines: &[&str]) -> Vec<u8> {
    const SCALE: u32 = 5;
    let mut image = image::GrayImage::from_pixel(760, 60 + 80 * lines.len() as u32, image::Luma([255]));
    for (row, line) in lines.iter().enumerate() {
        for (at, c) in line.chars().enumerate() {
            let Some((_, dots)) = DOTS.iter().find(|it| it.0 == c) else { continue };
            for (y, bits) in dots.iter().enumerate() {
                for x in (0..5u32).filter(|x| bits >> (4 - x) & 1 == 1) {
                    let (left, top) = (30 + (at as u32 * 6 + x) * SCALE, 40 + row as u32 * 80 + y as u32 * SCALE);
                    (0..SCALE * SCALE).for_each(|n| image.put_pixel(left + n % SCALE, top + n / SCALE, image::Luma([0])));
                }
            }
        }
    }
    let mut out = std::io::Cursor::new(Vec::new());
    image.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

/// What is recognised in a picture is masked before the cache sees it.
#[test]
fn a_card_in_a_picture_stays_in_the_picture() {
    let dir = tempfile::tempdir().unwrap();
    let work = dir.path().join("work");
    fs::create_dir_all(&work).unwrap();
    fs::write(work.join("till.png"), picture(&["4111 1111 1111 1111", "20417"])).unwrap();
    fs::write(work.join("notes.txt"), "- Check the till before you close it.\n").unwrap();
    let cache = dir.path().join("cache");
    let mut all = String::new();
    for args in [["inspect", "work", "--json"], ["draft", "work", "--json"]] {
        let mut command = command(dir.path());
        command.env("SOP_CACHE_DIR", &cache).args(args);
        let said = run(command);
        all.push_str(&said.out);
        all.push_str(&said.err);
    }
    let mut folders = vec![cache];
    let mut kept = String::new();
    while let Some(path) = folders.pop() {
        match path.is_dir() {
            true => folders.extend(fs::read_dir(path).unwrap().map(|it| it.unwrap().path())),
            false => kept.push_str(&fs::read_to_string(path).unwrap()),
        }
    }
    assert!(kept.contains("card number removed") && kept.contains("20417"), "the picture was not recognised: {kept}");
    for text in [&all, &kept] {
        assert!(!squeezed(text).contains("41111111"), "{text}");
    }
}
