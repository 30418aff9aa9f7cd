//! The table of readers. Specific before general: the first that accepts wins.

mod archive;
mod docx;
mod html;
mod ooxml;
mod pdf;
mod picture;
mod workbook;

use crate::reader::Reader;

pub(crate) const READERS: &[Reader] = &[
    picture::READER, pdf::READER, docx::READER, workbook::READER, html::READER, archive::READER,
];
