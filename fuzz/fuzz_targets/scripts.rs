//! Any text as a script: the first byte picks the language.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sop_core::{ArtifactId, Document, Format};

const ENDINGS: &[&str] =
    &["py", "sh", "js", "ts", "gs", "r", "ps1", "bat", "sql", "rb", "pl", "php", "awk", "vba", "pq", "mk", "just", "cron", "timer", "dockerfile", "yml"];

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let ending = ENDINGS[usize::from(*first) % ENDINGS.len()];
    let format = if ending == "yml" { Format::Config } else { Format::Script };
    let path = if ending == "yml" { ".github/workflows/a.yml".to_owned() } else { format!("scripts/a.{ending}") };
    let mut document = Document::new(ArtifactId("a".into()), path.clone(), format);
    document.source = Some(String::from_utf8_lossy(bytes).into_owned());
    let _ = sop_script::analyse(&document, &[path, "data/in.csv".to_owned()]);
});
