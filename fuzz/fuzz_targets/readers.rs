//! Any bytes under any ending: the first byte picks the ending, and with it the reader.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sop_core::{Artifact, ArtifactId, Digest};
use sop_read::{People, PictureLine, Pictures};

const ENDINGS: &[&str] = &[
    "eml", "mbox", "msg", "ics", "png", "pdf", "docx", "doc", "rtf", "odt", "pptx", "xlsx", "xls", "xlsb", "ods", "db", "parquet", "drawio", "dot", "mmd",
    "vsdx", "html", "epub", "pages", "zip", "tar", "gz", "vtt", "har", "side", "jsonl", "json", "txt", "env", "yaml", "ini", "toml", "log", "ipynb", "csv",
    "tsv", "py", "sql", "md", "",
];

struct Blind;

impl Pictures for Blind {
    fn lines(&self, _: &[u8]) -> Result<Vec<PictureLine>, String> {
        Ok(Vec::new())
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let path = format!("file.{}", ENDINGS[usize::from(*first) % ENDINGS.len()]);
    let artifact = Artifact { id: ArtifactId("a".into()), path, size: bytes.len() as u64, digest: Digest(String::new()), modified: None };
    let read = sop_read::read(&artifact, bytes, &Blind, &People::default());
    assert!(read.output.is_some() || !read.problems.is_empty(), "passed over");
    // The same bytes as a stream.
    let _ = sop_read::read_long(&artifact, &mut &bytes[..], &Blind, &People::default());
});
