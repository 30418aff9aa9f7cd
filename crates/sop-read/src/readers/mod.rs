//! The table of readers. Specific before general: the first that accepts wins.

mod archive;
mod calendar;
mod chat;
mod command;
mod config;
mod docx;
mod env_file;
mod html;
mod json;
mod lines;
mod log;
mod mail;
mod mailbox;
mod markdown;
mod moments;
mod ooxml;
mod pdf;
mod picture;
mod profile;
mod prose;
mod script;
mod shell_history;
mod table;
mod text;
mod workbook;

use crate::reader::Reader;

pub(crate) const READERS: &[Reader] = &[
    mail::READER,
    mailbox::READER,
    calendar::READER,
    picture::READER,
    pdf::READER,
    docx::READER,
    workbook::READER,
    html::READER,
    archive::READER,
    shell_history::READER,
    chat::READER,
    env_file::READER,
    config::READER,
    log::READER,
    json::READER,
    table::READER,
    script::READER,
    markdown::READER,
    text::READER,
];
