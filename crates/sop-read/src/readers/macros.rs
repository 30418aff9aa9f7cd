//! Code inside office files: VBA modules, and the queries of Power Query. Each module is a piece of the document's source.

use super::ooxml::Package;
use calamine::vba::VbaProject;
use sop_core::{Document, Home, Language, Piece};
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use zip::ZipArchive;

/// More code than this was not written by a person.
const MAX_SOURCE: usize = 1 << 20;
const MAX_MODULES: usize = 200;

/// Adds the macros and queries of an office file.
pub(super) fn add(package: &mut Package<'_>, doc: &mut Document) {
    let project = package.names().into_iter().find(|it| it.ends_with("vbaProject.bin"));
    if let Some(bytes) = project.and_then(|it| package.bytes(&it)) {
        add_vba(&bytes, doc);
    }
    for name in package.names().into_iter().filter(|it| it.starts_with("customXml/item") && it.ends_with(".xml")) {
        if let Some(text) = package.bytes(&name).and_then(|bytes| mashup(&bytes)) {
            add_piece(doc, "the queries", Language::PowerQuery, &text);
        }
    }
}

fn add_vba(bytes: &[u8], doc: &mut Document) {
    // The project of a macro is old and binary; whatever is wrong with it, the rest of the file is still good.
    let project = catch_unwind(AssertUnwindSafe(|| VbaProject::new(&mut &*bytes, bytes.len())));
    match project {
        Ok(Ok(project)) => add_modules(&project, doc),
        _ => doc.remarks.push("its macros could not be read".to_owned()),
    }
}

/// Adds the modules of a project that hold more than their names.
pub(super) fn add_modules(project: &VbaProject, doc: &mut Document) {
    for name in project.get_module_names().into_iter().take(MAX_MODULES) {
        let Ok(text) = project.get_module(name) else { continue };
        // The editor does not show the attributes, and counts its lines without them.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let shown = text.lines().skip_while(|it| it.starts_with("Attribute ")).collect::<Vec<_>>().join("\n");
        let written = shown.lines().any(|it| !it.trim().is_empty() && !it.trim_start().starts_with("Option "));
        if written {
            add_piece(doc, &format!("module {name}"), Language::Vba, &shown);
        }
    }
}

fn add_piece(doc: &mut Document, name: &str, language: Language, text: &str) {
    let source = doc.source.get_or_insert_default();
    if source.len() + text.len() > MAX_SOURCE {
        doc.remarks.push(format!("{name} was not read: there is too much code"));
        return;
    }
    let from = u32::try_from(source.lines().count()).unwrap_or(u32::MAX / 2) + 1;
    for line in text.lines() {
        source.push_str(line);
        source.push('\n');
    }
    let count = u32::try_from(text.lines().count()).unwrap_or(u32::MAX / 4);
    if count > 0 {
        doc.pieces.push(Piece { from, to: from + count - 1, language, home: Home::Part(name.to_owned()), at: 1 });
        // A blank line keeps modules apart.
        source.push('\n');
    }
}

/// Returns the queries in a part of custom data: base64 of a header and a zip with `Formulas/Section1.m`.
fn mashup(bytes: &[u8]) -> Option<String> {
    let text = crate::reader::decode(bytes);
    let start = text.find("<DataMashup")?;
    let inner = text.get(start..)?;
    let inner = inner.get(inner.find('>')? + 1..inner.find("</DataMashup")?)?;
    let binary = from_base64(inner)?;
    let size = u32::from_le_bytes(binary.get(4..8)?.try_into().ok()?) as usize;
    let package = binary.get(8..8usize.checked_add(size)?)?;
    let mut zip = ZipArchive::new(Cursor::new(package)).ok()?;
    let mut source = String::new();
    zip.by_name("Formulas/Section1.m").ok()?.take(MAX_SOURCE as u64).read_to_string(&mut source).ok()?;
    Some(source.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut value, mut bits) = (0u32, 0u32);
    for c in text.bytes().filter(|it| !it.is_ascii_whitespace()) {
        let digit = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => return None,
        };
        value = value << 6 | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((value >> bits & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::tests_support::read_raw;
    use sop_core::{Format, Place};
    use std::io::Write as _;

    /// Made with XlsxWriter, around the macro project of its own example.
    const REPORT: &[u8] = include_bytes!("../../tests/data/macro.xlsm");

    #[test]
    fn macros_of_a_workbook_are_its_source() {
        let document = read_raw("report.xlsm", REPORT);
        let source = document.source.as_deref().expect("macros");
        assert!(source.contains("MsgBox"), "{source}");
        let line = source.lines().position(|it| it.contains("MsgBox")).unwrap() as u32 + 1;
        let place = document.place_of(line, line);
        assert!(matches!(&place, Place::Inside { name, .. } if name.starts_with("module ")), "{place}");
        assert_eq!(document.lines_of(&place), Some((line, line)));
        assert!(document.pieces.iter().all(|it| it.language == Language::Vba));
        assert!(!source.contains("Attribute VB_Name"));
    }

    #[test]
    fn queries_are_found_in_their_wrapping() {
        let mut inner = zip::ZipWriter::new(Cursor::new(Vec::new()));
        inner.start_file("Formulas/Section1.m", zip::write::SimpleFileOptions::default()).unwrap();
        inner.write_all(b"section Section1;\r\nshared Orders = 1;").unwrap();
        let inner = inner.finish().unwrap().into_inner();
        let mut binary = vec![0, 0, 0, 0];
        binary.extend(u32::try_from(inner.len()).unwrap().to_le_bytes());
        binary.extend(&inner);
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for chunk in binary.chunks(3) {
            let value = chunk.iter().fold(0u32, |sum, it| sum << 8 | u32::from(*it)) << (8 * (3 - chunk.len()));
            for n in 0..=chunk.len() {
                text.push(char::from(digits[(value >> (18 - 6 * n) & 63) as usize]));
            }
        }
        let part: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(format!("<?xml version=\"1.0\"?><DataMashup xmlns=\"x\">{text}==</DataMashup>").encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(mashup(&part).as_deref(), Some("section Section1;\nshared Orders = 1;"));
        assert_eq!(mashup(b"<DataMashup>????</DataMashup>"), None);
        assert_eq!(mashup(b"<DataMashup"), None);
    }

    #[test]
    fn a_damaged_project_is_a_remark() {
        let mut document = Document::new(sop_core::ArtifactId("a".into()), "x.xlsm", Format::Workbook);
        add_vba(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and nothing more", &mut document);
        assert_eq!(document.remarks, ["its macros could not be read"]);
    }
}
