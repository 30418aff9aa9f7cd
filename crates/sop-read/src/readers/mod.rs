//! The table of readers. Specific before general: the first that accepts wins.

mod agent;
mod archive;
mod book;
mod browser;
mod calendar;
mod chat;
mod command;
mod config;
mod database;
mod diagram;
mod docx;
mod env_file;
mod git_log;
mod html;
mod iwork;
mod json;
mod lines;
mod log;
mod macros;
mod mail;
mod mailbox;
mod markdown;
mod moments;
mod msg;
mod notebook;
mod odf;
mod old_office;
mod ooxml;
mod outline;
mod parquet;
mod pdf;
mod picture;
mod profile;
mod prose;
mod recording;
mod rtf;
mod script;
mod shell_history;
mod slides;
mod table;
mod text;
mod transcript;
mod workbook;

pub(crate) use profile::{Hashes, hash, is_personal, reaches_a_person, words};

use crate::reader::{LongRead, Reader};

pub(crate) use chat::people;

pub(crate) const READERS: &[Reader] = &[
    msg::READER,
    git_log::READER,
    mail::READER,
    mailbox::READER,
    calendar::READER,
    picture::READER,
    pdf::READER,
    docx::READER,
    old_office::READER,
    rtf::READER,
    odf::READER,
    slides::READER,
    workbook::READER,
    database::READER,
    parquet::READER,
    diagram::READER,
    html::READER,
    book::READER,
    iwork::READER,
    archive::READER,
    transcript::READER,
    shell_history::READER,
    recording::READER,
    agent::READER,
    chat::READER,
    env_file::READER,
    config::READER,
    log::READER,
    notebook::READER,
    json::READER,
    table::READER,
    browser::READER,
    script::READER,
    markdown::READER,
    text::READER,
];

/// Readers that take a file from a stream when it is too long for memory.
pub(crate) const LONG: &[(Reader, LongRead)] = &[(table::READER, table::read_long), (mailbox::READER, mailbox::read_long)];

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;

    const FROM: &str = "<!-- table of readers -->\n";
    const TO: &str = "<!-- end of the table -->\n";

    /// `UPDATE_DOCS=1 cargo test --release -p sop-read guide` writes the table anew.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the one who changed a reader asks for the new table")]
    fn the_guide_has_the_table_of_readers() {
        let mut table = "| reader | files | what is taken | a citation points to | what is not taken |\n| --- | --- | --- | --- | --- |\n".to_owned();
        for (name, about) in crate::formats() {
            let row = [name, about.files, about.taken, about.anchor, about.not_taken].join(" | ");
            let _ = writeln!(table, "| {} |", row.trim_end());
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/formats.md");
        let page = std::fs::read_to_string(&path).unwrap();
        let (head, rest) = page.split_once(FROM).expect("the page has its first mark");
        let (kept, tail) = rest.split_once(TO).expect("the page has its second mark");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, [head, FROM, &table, TO, tail].concat()).unwrap();
        } else {
            assert_eq!(kept, table, "docs/guide/formats.md: run `UPDATE_DOCS=1 cargo test --release -p sop-read guide`");
        }
    }

    /// The tests that damage files, and the targets for fuzzing, begin with these.
    #[test]
    fn every_reader_has_a_file_in_the_tests() {
        let mut left: Vec<&str> = super::READERS.iter().map(|it| it.name).collect();
        let (people, budget) = (crate::People::default(), crate::reader::Budget::new());
        for folder in ["tests/files", "tests/small", "tests/data"] {
            for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let (name, bytes) = (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap());
                let artifact = sop_core::Artifact {
                    id: sop_core::ArtifactId("a".into()),
                    path: name.clone(),
                    size: bytes.len() as u64,
                    digest: sop_core::Digest(String::new()),
                    modified: None,
                };
                let pictures = &crate::reader::tests_support::Blind;
                let input = crate::reader::Input { artifact: &artifact, name: &name, bytes: &bytes, pictures, people: &people, budget: &budget, depth: 0 };
                let reader = super::READERS.iter().find(|it| (it.accepts)(&input)).map(|it| it.name);
                left.retain(|it| Some(*it) != reader);
            }
        }
        assert!(left.is_empty(), "no file in the tests for {left:?}");
    }
}
