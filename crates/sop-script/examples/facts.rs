//! Prints what a script does: `cargo run --example facts -- FILE..`.
use sop_core::{ArtifactId, Document, Format};
fn main() {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    for path in &paths {
        let bytes = std::fs::read(path).unwrap_or_default();
        let mut document = Document::new(ArtifactId(String::new()), path.clone(), Format::Script);
        document.source = Some(String::from_utf8_lossy(&bytes).into_owned());
        let Some(s) = sop_script::analyse(&document, &paths) else {
            println!("== {path}: no script");
            continue;
        };
        println!("== {path} {:?} partial={}", s.language, s.partial);
        println!("purpose {:?}", s.purpose);
        for it in &s.usage {
            println!("usage {it:?}");
        }
        for it in &s.arguments {
            println!("arg {it:?}");
        }
        for it in &s.env {
            println!("env {it:?}");
        }
        for it in &s.reads {
            println!("read {}: {}", it.line, it.pattern);
        }
        for it in &s.writes {
            println!("write {}: {}", it.line, it.pattern);
        }
        for it in &s.calls {
            println!("call {it:?}");
        }
        println!("imports {:?} packages {:?}", s.imports, s.packages);
        for it in &s.exits {
            println!(
                "exit {}: {:?} | {:?}@{:?} | if {:?} | doc {:?}@{:?}",
                it.line, it.code, it.message, it.message_line, it.condition, it.documented, it.documented_line
            );
        }
        for it in &s.constants {
            println!("const {it:?}");
        }
        for it in &s.config_keys {
            println!("key {}: {}", it.line, it.pattern);
        }
        println!("columns {:?}", s.columns);
        for it in &s.remarks {
            println!("remark {}-{}: {}", it.from, it.to, it.text);
        }
    }
}
