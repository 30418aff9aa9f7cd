use sop_core::*;
use sop_read::*;
struct Blind;
impl Pictures for Blind { fn lines(&self, _: &[u8]) -> Result<Vec<PictureLine>, String> { Ok(vec![]) } }
fn walk(dir: &std::path::Path, out: &mut Vec<std::path::PathBuf>) {
    let mut all: Vec<_> = std::fs::read_dir(dir).unwrap().map(|it| it.unwrap().path()).collect();
    all.sort();
    for p in all { if p.is_dir() { if !p.ends_with("node_modules") { walk(&p, out) } } else { out.push(p) } }
}
#[test]
fn show() {
    let mut files = vec![];
    walk(std::path::Path::new(&std::env::var("SHOW").unwrap()), &mut files);
    for f in files {
        let path = f.display().to_string();
        let Ok(bytes) = std::fs::read(&f) else { continue };
        let a = Artifact { id: ArtifactId("a".into()), path: path.clone(), size: 0, digest: Digest(String::new()), modified: None };
        let t = std::time::Instant::now();
        let w = read(&a, &bytes, &Blind);
        let ms = t.elapsed().as_millis();
        for p in &w.problems { println!("PROBLEM {} {}", p.path, p.message) }
        match w.output {
            Some(Reading::Document(d)) => {
                println!("=== {path} {:?} {ms}ms title={:?} author={:?} blocks={} tables={} remarks={:?} red={:?}", d.format, d.title, d.author, d.blocks.len(), d.tables.len(), d.remarks, d.redactions.iter().map(|r| format!("{}@{}", r.what, r.place)).collect::<Vec<_>>());
                if matches!(d.format, Format::Mail | Format::Mailbox | Format::Chat | Format::Calendar) && d.blocks.len() < 200 {
                    for b in &d.blocks { println!("  {:?} [{}] {:?} ->{:?} {} ctx={:?}\n      {}", b.kind, b.place, b.speaker, b.to, b.time.map(|t| t.to_string()).unwrap_or_default(), b.context, b.text) }
                }
            }
            Some(Reading::LeftOut(l)) => println!("=== {path} LEFT OUT {} {}", l.reason, l.sensitive),
            None => {}
        }
    }
}
