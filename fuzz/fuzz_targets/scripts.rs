//! Any text as a script of any language, by the name in its first line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sop_core::{ArtifactId, Document, Format};
use sop_fuzz::{named, only_ours_count};

fuzz_target!(init: only_ours_count(), |data: &[u8]| {
    let Some((name, bytes)) = named(data) else { return };
    let format = if name.ends_with(".yml") || name.ends_with(".yaml") { Format::Config } else { Format::Script };
    let mut document = Document::new(ArtifactId("a".into()), name.as_str(), format);
    document.source = Some(String::from_utf8_lossy(bytes).into_owned());
    let _ = sop_script::analyse(&document, &[name, "data/in.csv".to_owned(), "scripts/a.py".to_owned()]);
});
