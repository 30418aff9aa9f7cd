use crate::reader::{PictureLine, Pictures, Reading, read};
use sop_core::*;
struct No;
impl Pictures for No { fn lines(&self, _: &[u8]) -> Result<Vec<PictureLine>, String> { Err("no".into()) } }
#[test]
#[ignore]
fn show_files() {
    for path in std::env::var("SHOW").unwrap().lines() {
        let bytes = std::fs::read(path).unwrap();
        let a = Artifact { id: ArtifactId("x".into()), path: path.trim_start_matches("/tmp/cases/").into(), size: 0, digest: Digest("d".into()), modified: None };
        println!("##### {path}");
        let w = read(&a, &bytes, &No);
        for p in &w.problems { println!("PROBLEM {p:?}"); }
        match w.output {
            Some(Reading::Document(d)) => {
                println!("{:?} title {:?} source {} remarks {:?} redactions {:?}", d.format, d.title, d.source.is_some(), d.remarks, d.redactions.len());
                for b in d.blocks.iter().take(70) { println!("  {:?} {} | {} {} {}", b.kind, b.place, b.text, b.context.as_ref().map(|c| format!("   <<{c}>>")).unwrap_or_default(), b.time.map(|c| c.to_string()).unwrap_or_default()); }
                for t in &d.tables { println!("  TABLE {:?} {} rows {} total {} pre {:?}", t.name, t.place, t.rows, t.has_total, t.preamble);
                    for c in &t.columns { println!("     {} {:?} f{} d{} sum {:?} {:?}..{:?} {:?}", c.name, c.kind, c.filled, c.distinct, c.sum, c.min, c.max, c.values); } }
            }
            Some(Reading::LeftOut(l)) => println!("LEFT OUT {l:?}"),
            None => {}
        }
    }
}
