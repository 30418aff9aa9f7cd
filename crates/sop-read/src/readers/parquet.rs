//! Parquet files: the columns, how many rows there are, and the profile of the columns as in any table.

use super::database::add_table;
use super::lines::stem;
use super::profile::Profile;
use crate::customers::Customers;
use crate::reader::{About, Input, Raw, Reader};
use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use sop_core::{Block, BlockKind, Document, Format, Place};

pub(super) const READER: Reader = Reader {
    name: "parquet",
    about: About {
        files: "`.parquet`",
        taken: "columns with their type, number of rows; totals and repeats, rows of short tables",
        anchor: "row and column",
        not_taken: "values that are packed with zstd, brotli or lz4: then the columns alone",
    },
    accepts,
    read,
};

const MAX_COLUMNS: usize = 200;
const MAX_ROWS: usize = 60;
const MAX_PROFILED: i64 = 50_000;
/// A first part that unpacks to more is not looked into.
const MAX_UNPACKED: i64 = 500_000_000;
const MAX_VALUE: usize = 10_000;

fn accepts(input: &Input<'_>) -> bool {
    input.bytes.starts_with(b"PAR1") && input.bytes.ends_with(b"PAR1")
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Csv);
    let reader = SerializedFileReader::new(Bytes::copy_from_slice(input.bytes)).map_err(|_| "the file is broken, or locked by a key".to_owned())?;
    let metadata = reader.metadata();
    let count = metadata.file_metadata().num_rows().max(0);
    let schema = metadata.file_metadata().schema().get_fields().to_vec();
    let names: Vec<String> = schema.iter().map(|it| it.name().to_owned()).filter(|it| !is_index(it)).take(MAX_COLUMNS).collect();
    let mut columns: Vec<Profile> = names.iter().map(|it| Profile::new(it)).collect();
    let mut customers = Customers::of(&names, stem(input.name));
    let unpacked: i64 = metadata.row_groups().iter().map(|it| it.total_byte_size()).max().unwrap_or_default();
    let (mut rows, mut n_rows, mut failed) = (Vec::new(), 0, false);
    if unpacked <= MAX_UNPACKED && schema.len() <= 4 * MAX_COLUMNS {
        match reader.get_row_iter(None) {
            Ok(found) => {
                for row in found.take(MAX_PROFILED as usize) {
                    let Ok(row) = row else {
                        failed = true;
                        break;
                    };
                    n_rows += 1;
                    let cells: Vec<(String, String)> =
                        row.into_columns().into_iter().filter(|it| !is_index(&it.0)).take(MAX_COLUMNS).map(|(name, value)| (name, shown(&value))).collect();
                    for ((_, cell), column) in cells.iter().zip(&mut columns) {
                        column.add(cell, n_rows);
                    }
                    if let Some(customers) = &mut customers {
                        customers.add(&cells.iter().map(|it| it.1.as_str()).collect::<Vec<_>>());
                    }
                    if rows.len() <= MAX_ROWS {
                        let filled = cells.iter().filter(|it| !it.1.is_empty()).map(|(name, cell)| format!("{name}: {cell}"));
                        let place = Place::Record { table: String::new(), row: n_rows };
                        rows.push(Block::new(BlockKind::Row, filled.collect::<Vec<_>>().join(" | "), place));
                    }
                }
            }
            Err(_) => failed = true,
        }
    } else {
        failed = true;
    }
    doc.outsiders.extend(customers.into_iter().flat_map(Customers::names));
    let whole = !failed && i64::from(n_rows) == count;
    if failed {
        doc.remarks.push("the values could not be unpacked; the columns and the number of rows are known".into());
    } else if !whole {
        doc.remarks.push(format!("the columns were judged by the first {n_rows} of {count} rows"));
    }
    doc.remarks.extend(metadata.file_metadata().created_by().map(|it| format!("written by {}", it.split(" (").next().unwrap_or(it))));
    add_table("", columns, rows, count as u64, whole, &mut doc);
    Ok(Raw(doc))
}

/// The column that pandas adds for its own numbering.
fn is_index(name: &str) -> bool {
    name.starts_with("__index_level_")
}

fn shown(value: &Field) -> String {
    match value {
        Field::Null => String::new(),
        Field::Str(text) => text.chars().take(MAX_VALUE).collect(),
        Field::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Field::Date(days) => day(i64::from(*days)),
        Field::TimestampMillis(at) => moment(*at, 1_000),
        Field::TimestampMicros(at) => moment(*at, 1_000_000),
        // Lists and groups inside a cell are data of their own.
        Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => String::new(),
        plain => plain.to_string(),
    }
}

fn day(days: i64) -> String {
    let start = jiff::civil::date(1970, 1, 1);
    start.checked_add(jiff::Span::new().try_days(days).unwrap_or_default()).map_or_else(|_| String::new(), |it| it.to_string())
}

fn moment(at: i64, parts: i64) -> String {
    let stamp = jiff::Timestamp::from_second(at.div_euclid(parts));
    stamp.map_or_else(|_| String::new(), |it| it.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::read_raw;

    #[test]
    fn columns_and_rows_are_those_of_a_table() {
        let document = read_raw("sales.parquet", include_bytes!("../../tests/files/sales.parquet"));
        let mut shown: Vec<String> = document.blocks.iter().map(|it| format!("{} @ {}", it.text, it.place)).collect();
        shown.extend(document.tables[0].columns.iter().map(|it| format!("{} {:?} {:?} {:?}", it.name, it.kind, it.sum, it.values)));
        assert_eq!(
            shown,
            [
                "region: north | amount: 120.5 | day: 2026-11-02 | at: 2026-11-02 09:15:00 | n: 3 @ row 1",
                "region: south | amount: 99.5 | day: 2026-11-03 | n: 4 @ row 2",
                "region Text None [\"north\", \"south\"]",
                "amount Decimal Some(220.0) [\"120.5\", \"99.5\"]",
                "day Date None [\"2026-11-02\", \"2026-11-03\"]",
                "at Date None [\"2026-11-02 09:15:00\"]",
                "n Integer Some(7.0) [\"3\", \"4\"]",
            ]
        );
    }
}
