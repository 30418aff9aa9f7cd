//! What a workbook claims of itself, looked at before it is opened: the room is made for what it says, not what it holds.

use super::super::ooxml::Package;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use regex::bytes::Regex;
use std::io::{Cursor, Read};
use std::sync::LazyLock;

/// Cells of the rectangles that the sheets of a workbook span, for the formats that are kept whole in memory.
const MAX_SPANNED: u64 = 16_000_000;
const TOO_LARGE: &str = "the workbook spans too many cells to be read; save what matters of it as CSV or in a smaller workbook";
const LIES: &str = "the workbook is broken: it says that it holds more than it could";

/// Says why a workbook of today's Excel must not be opened.
pub(super) fn of_package(package: &mut Package<'_>, name: &str) -> Option<String> {
    if name.ends_with(".ods") {
        return spanned_by_ods(&package.text("content.xml")?).filter(|it| *it > MAX_SPANNED).map(|_| TOO_LARGE.to_owned());
    }
    let parts: Vec<String> = package.names().into_iter().filter(|it| it.starts_with("xl/") || it.starts_with("/xl/")).collect();
    for part in parts {
        let lies = match part.ends_with(".bin") {
            true => part.ends_with("workbook.bin") && package.bytes(&part).is_some_and(|it| lies_in_binary(&it)),
            false => part.ends_with(".xml") && package.holds(&part, &CLAIMS),
        };
        if lies {
            return Some(LIES.to_owned());
        }
    }
    None
}

/// Millions of texts are a long list; millions of formulas that are shared are none.
static CLAIMS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?-u)\buniqueCount\s*=\s*["']\s*[0-9]{8}|\bsi\s*=\s*["']\s*[0-9]{7}"#).expect("a fixed pattern"));

/// Whether the list of links to other workbooks claims more entries than its record has room for.
fn lies_in_binary(bytes: &[u8]) -> bool {
    const EXTERN_SHEET: u32 = 362;
    let mut at = 0;
    // Id and length are written in seven bits a byte.
    let number = |at: &mut usize, most: u32| -> Option<u32> {
        let mut value = 0;
        for n in 0..most {
            let byte = *bytes.get(*at)?;
            *at += 1;
            value |= u32::from(byte & 0x7f) << (7 * n);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(value)
    };
    while let Some(id) = {
        let first = bytes.get(at).copied();
        first.map(|it| if it & 0x80 == 0 { u32::from(it) } else { u32::from(it & 0x7f) + (u32::from(bytes.get(at + 1).copied().unwrap_or(0) & 0x7f) << 7) })
    } {
        at += if bytes[at] & 0x80 == 0 { 1 } else { 2 };
        let Some(length) = number(&mut at, 4) else { return false };
        if id == EXTERN_SHEET
            && let Some(count) = bytes.get(at..at + 4)
        {
            let count = u32::from_le_bytes([count[0], count[1], count[2], count[3]]);
            if u64::from(count) * 12 > u64::from(length) {
                return true;
            }
        }
        at += length as usize;
    }
    false
}

/// Says why a workbook of before 2007 must not be opened.
pub(super) fn of_old(bytes: &[u8]) -> Option<String> {
    // A chain of sectors that comes back to itself would be followed for ever by what opens it next.
    let Ok(mut file) = cfb::CompoundFile::open(Cursor::new(bytes)) else { return Some("the workbook is broken".to_owned()) };
    if file.walk().any(|it| it.len() > bytes.len() as u64) {
        return Some(LIES.to_owned());
    }
    let mut stream = Vec::new();
    let path = ["/Workbook", "/Book", "/WORKBOOK", "/BOOK"].into_iter().find(|it| file.is_stream(it))?;
    file.open_stream(path).ok()?.take(bytes.len() as u64).read_to_end(&mut stream).ok()?;
    let short = |at: usize| stream.get(at..at + 2).map(|it| u16::from_le_bytes([it[0], it[1]]));
    let (mut at, mut spanned, mut sheet) = (0, 0, Span::default());
    while let (Some(id), Some(length)) = (short(at), short(at + 2)) {
        at += 4;
        match id {
            // A new part of the file begins.
            0x0809 | 0x0409 | 0x0209 | 0x0009 => spanned += std::mem::take(&mut sheet).cells(),
            0x0006 | 0x0201..=0x0205 | 0x0207 | 0x027e | 0x00bd | 0x00be | 0x00fd | 0x00d6 | 0x0206 | 0x0406 => {
                if let (Some(row), Some(column)) = (short(at), short(at + 2)) {
                    let last = if matches!(id, 0x00bd | 0x00be) { short(at + usize::from(length).saturating_sub(2)).unwrap_or(column) } else { column };
                    sheet.add(u64::from(row), u64::from(column.max(last)));
                    sheet.add(u64::from(row), u64::from(column));
                }
            }
            _ => {}
        }
        at += usize::from(length);
    }
    (spanned + sheet.cells() > MAX_SPANNED).then(|| TOO_LARGE.to_owned())
}

/// The rectangle around the cells of a sheet.
#[derive(Default)]
struct Span(Option<[u64; 4]>);

impl Span {
    fn add(&mut self, row: u64, column: u64) {
        let [top, bottom, left, right] = self.0.unwrap_or([row, row, column, column]);
        self.0 = Some([top.min(row), bottom.max(row), left.min(column), right.max(column)]);
    }

    fn cells(&self) -> u64 {
        self.0.map_or(0, |[top, bottom, left, right]| (bottom - top + 1).saturating_mul(right - left + 1))
    }
}

/// Counts the cells of an OpenDocument sheet with those that it says are repeated.
fn spanned_by_ods(xml: &str) -> Option<u64> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let (mut spanned, mut sheet) = (0_u64, Span::default());
    let (mut row, mut column, mut rows, mut columns) = (0_u64, 0_u64, 1_u64, 1_u64);
    loop {
        match reader.read_event() {
            Ok(event @ (Event::Start(_) | Event::Empty(_))) => {
                let (start, empty) = match &event {
                    Event::Start(it) => (it, false),
                    Event::Empty(it) => (it, true),
                    _ => continue,
                };
                match start.local_name().as_ref() as &str {
                    "table" => spanned = spanned.saturating_add(std::mem::take(&mut sheet).cells()),
                    "table-row" => {
                        (rows, column) = (repeated(start, "number-rows-repeated"), 0);
                        if empty {
                            row = row.saturating_add(rows);
                        }
                    }
                    "table-cell" | "covered-table-cell" => {
                        columns = repeated(start, "number-columns-repeated");
                        let filled = start
                            .attributes()
                            .with_checks(false)
                            .flatten()
                            .any(|it| matches!(it.key.local_name().as_ref() as &str, "value" | "formula" | "value-type"));
                        if filled {
                            sheet.add(row, column);
                            sheet.add(row.saturating_add(rows - 1), column.saturating_add(columns - 1));
                        }
                        if empty {
                            column = column.saturating_add(columns);
                        }
                    }
                    _ => {}
                }
            }
            Ok(Event::End(end)) => match end.local_name().as_ref() as &str {
                "table-row" => row = row.saturating_add(rows),
                "table-cell" | "covered-table-cell" => column = column.saturating_add(columns),
                "table" => {
                    spanned = spanned.saturating_add(std::mem::take(&mut sheet).cells());
                    row = 0;
                }
                _ => {}
            },
            Ok(Event::Eof) | Err(_) => return Some(spanned.saturating_add(sheet.cells())),
            Ok(_) => {}
        }
    }
}

fn repeated(start: &BytesStart<'_>, name: &str) -> u64 {
    let found = start.attributes().with_checks(false).flatten().find(|it| it.key.local_name().as_ref() as &str == name);
    // A number too long to be one is more than any sheet has.
    found.map_or(1, |it| String::from_utf8_lossy(it.value.as_ref().as_ref()).trim().parse().unwrap_or(u64::MAX).max(1))
}
