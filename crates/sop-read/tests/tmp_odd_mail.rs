use sop_core::*; use sop_read::*;
struct Blind;
impl Pictures for Blind { fn lines(&self, _: &[u8]) -> Result<Vec<PictureLine>, String> { Ok(vec![]) } }
fn run(name: &str, bytes: &[u8], print: bool) {
    let a = Artifact { id: ArtifactId("a".into()), path: name.into(), size: 0, digest: Digest(String::new()), modified: None };
    let w = read(&a, bytes, &Blind);
    for p in &w.problems { if p.message.contains("damaged") { println!("PANIC {name} {}", p.message) } }
    if print { match w.output {
        Some(Reading::Document(d)) => { println!("== {name} {:?} {:?}", d.format, d.remarks); for b in &d.blocks { println!("  {:?} [{}] {:?} {} ctx={:?}\n      {}", b.kind, b.place, b.speaker, b.time.map(|t| t.to_string()).unwrap_or_default(), b.context, b.text) } }
        o => println!("== {name} {o:?}") } }
}
#[test]
fn odd() {
    let h = "From: Ruth Adeyemi <ruth@a.example>\r\nTo: \"Beckett, Tom\" <tom@a.example>\r\nDate: Wed, 04 Nov 2026 09:20:00 +0000\r\nSubject: =?utf-8?Q?M=C3=BCller?=\r\n";
    run("html.eml", format!("{h}Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>Hold it till Friday.</p><ul><li>one</li><li>two</li></ul><p>Kind regards,</p><p>Ruth Adeyemi<br>Finance</p><p>Pinnock Ltd<br>T 01234 567890</p><div><b>From:</b> Tom Beckett &lt;tom@a.example&gt;<br><b>Sent:</b> 03 November 2026 10:11<br><b>To:</b> Ruth<br><b>Subject:</b> x</div><p>May I send it?</p></body></html>").as_bytes(), true);
    run("ps.eml", format!("{h}\r\nGo.\r\n\r\nMany thanks\r\nRuth\r\n\r\nPS ring me if it is over 500.\r\n").as_bytes(), true);
    run("off.eml", format!("{h}\r\nFine.\r\n\r\nRuth is off Friday\r\n").as_bytes(), true);
    run("gmail.eml", format!("{h}\r\nYes, both.\r\n\r\nOn Tue, Nov 3, 2026 at 4:02 PM Tom Beckett <tom@a.example>\r\nwrote:\r\n\r\n> Is it ok?\r\n>\r\n> On Mon, Nov 2, 2026 at 9:00 AM Jess <j@a.example> wrote:\r\n>\r\n>> Please do it.\r\n").as_bytes(), true);
    run("inter.eml", format!("{h}\r\nTom Beckett wrote:\r\n> Which price?\r\n\r\nThe old one.\r\n\r\n> And when?\r\n\r\nBy noon.\r\n").as_bytes(), true);
    run("fwd.eml", format!("{h}\r\nSee below, do as he says.\r\n\r\n---------- Forwarded message ---------\r\nFrom: Simon Wray <s@b.example>\r\nDate: Tue, 3 Nov 2026 at 08:00\r\nSubject: Terms\r\nTo: Ruth\r\n\r\nPayment within 14 days.\r\n\r\nSimon\r\n").as_bytes(), true);
    run("saved mail.txt", "From: Ruth Adeyemi\nSent: 04 November 2026 09:20\nTo: Tom Beckett\nSubject: Go\n\nGo ahead, £5 only.\n\nRuth\n".as_bytes(), true);
    run("thread.txt", "Tom Beckett  9:14 AM\nis it on?\nElla Ray  9:15 AM\nyes\nand checked\nTom Beckett  9:20 AM\nta\n".as_bytes(), true);
    run("notes.txt", "Name: Tom\nRole: ops\nPhone: 1\nStart: Monday\nEnd: Friday\nPlace: York\n".as_bytes(), true);
    run("run.txt", "2026-10-14 14:02:27 STOPPED (3): intake.csv has no Year_End\n2026-10-14 14:03:27 STOPPED (4): not ticked\n2026-10-14 14:03:29 INFO: x\n".as_bytes(), true);
    run("teams.json", r#"{"value":[{"createdDateTime":"2026-11-03T09:00:00Z","messageType":"message","from":{"user":{"displayName":"Ruth A"}},"body":{"contentType":"html","content":"<p>Hold it <b>please</b></p><p>until noon</p>"}}]}"#.as_bytes(), true);
    run("telegram.json", r#"{"name":"Ops","type":"private_group","id":1,"messages":[{"id":1,"type":"message","date":"2026-11-03T09:00:00","date_unixtime":"1","from":"Ruth","from_id":"user1","text":["see ",{"type":"link","text":"x.y"}],"text_entities":[]}]}"#.as_bytes(), true);
    run("ops/2026-11-03.json", r#"[{"type":"message","user":"U1","user_profile":{"real_name":"Tom"},"ts":"1793698440.5","text":"a b"},{"type":"message","subtype":"channel_join","user":"U2","ts":"1793698441.5","text":"<@U2> has joined"}]"#.as_bytes(), true);
    // Hostile bytes.
    let mut seed = 7u64;
    let mut next = || { seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17; seed };
    let files = ["/tmp/cases/support-escalation/escalations/w45/mail/Deskwell Bulk reply sent.eml", "/tmp/cases/social-publishing/socials wk20 USE THIS ONE/marg thread wk20.mbox", "/tmp/cases/monthly-report/Monthly sales report/report due.ics", "/tmp/cases/social-publishing/socials wk20 USE THIS ONE/WhatsApp Chat with Col Nursery.txt", "/tmp/cases/support-escalation/escalations/w45/slack support-escalations 2-9 Nov.json"];
    for f in files {
        let bytes = std::fs::read(f).unwrap();
        let name = f.rsplit('/').next().unwrap();
        for _ in 0..150 {
            let mut b = bytes.clone();
            for _ in 0..(next() % 40) { let at = next() as usize % b.len(); b[at] = next() as u8; }
            b.truncate(next() as usize % (b.len() + 1));
            run(name, &b, false);
        }
    }
    let t = std::time::Instant::now();
    run("deep.eml", &[b"From: a@b\nDate: Wed, 04 Nov 2026 09:20:00 +0000\n\n".as_slice(), &vec![b'>'; 3_000_000]].concat(), false);
    run("deep.json", &vec![b'['; 1_000_000], false);
    run("long.ics", &[b"BEGIN:VCALENDAR\n".as_slice(), &b"BEGIN:VEVENT\nSUMMARY:x\n".repeat(200_000)].concat(), false);
    run("lines.eml", &[b"From: a@b\nDate: Wed, 04 Nov 2026 09:20:00 +0000\n\n".as_slice(), &b"On Monday he wrote, and on and on the line goes without an end in sight\n".repeat(100_000)].concat(), false);
    println!("big: {:?}", t.elapsed());
}
