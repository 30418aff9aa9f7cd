//! Scripts: the source, line for line. What it does is for the stage that parses languages.

use super::lines::{document, ending};
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use sop_core::Format;

pub(super) const READER: Reader =
    Reader { name: "script", about: About { files: "30 and more endings", taken: "the source; see below", anchor: "line", not_taken: "" }, accepts, read };

const ENDINGS: &[&str] = &[
    "py",
    "pyw",
    "sh",
    "bash",
    "zsh",
    "ksh",
    "js",
    "mjs",
    "cjs",
    "ts",
    "mts",
    "tsx",
    "jsx",
    "r",
    "ps1",
    "psm1",
    "bat",
    "cmd",
    "sql",
    "rb",
    "pl",
    "pm",
    "rake",
    "pqm",
    "php",
    "vbs",
    "vba",
    "bas",
    "cls",
    "frm",
    "gs",
    "awk",
    "sed",
    "jl",
    "do",
    "sas",
    "pq",
    "applescript",
    "ahk",
    "lua",
    "groovy",
    "fish",
    "command",
    "psql",
    "ddl",
    "pgsql",
    "tsql",
    "plsql",
    "hql",
    "mk",
    "mak",
    "just",
    "cron",
    "crontab",
    "timer",
    "service",
    "dockerfile",
];
const NAMES: &[&str] =
    &["makefile", "gnumakefile", "justfile", ".justfile", "dockerfile", "jenkinsfile", "rakefile", "procfile", "containerfile", "crontab", "crontab.txt"];

fn accepts(input: &Input<'_>) -> bool {
    let named = ENDINGS.contains(&ending(input.name).as_str()) || NAMES.contains(&input.name.to_lowercase().as_str());
    (named || input.bytes.starts_with(b"#!")) && is_text(input.bytes)
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = document(input, Format::Script);
    doc.source = Some(decode(input.bytes));
    Ok(Raw(doc))
}
