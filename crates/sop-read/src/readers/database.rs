//! SQLite databases: tables with the profile of their columns, views, triggers, and what their makers noted in them.
//!
//! The file is opened in memory and read only, so that nothing is written beside it. Views and triggers are shown and
//! never run, and what a query may cost is counted.

use super::ooxml::fold;
use super::profile::{Profile, counted, reaches_a_person, repeats};
use crate::customers::Customers;
use crate::reader::{About, Input, Raw, Reader};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB};
use sop_core::{Block, BlockKind, Document, Format, Place, Table};

pub(super) const READER: Reader = Reader {
    name: "database",
    about: About {
        files: "SQLite (`.sqlite`, `.db` and such)",
        taken: "tables as above, views, triggers, comments in their definitions",
        anchor: "table and row",
        not_taken: "rows of longer tables, full-text indexes, what is not yet moved in from a `-wal` file beside it",
    },
    accepts,
    read,
};

const MAGIC: &[u8] = b"SQLite format 3\0";
const MAX_TABLES: usize = 200;
const MAX_COLUMNS: usize = 200;
/// Tables up to this length are quoted row by row.
const MAX_ROWS: usize = 60;
/// Rows that are looked at to know a column.
const MAX_PROFILED: u64 = 100_000;
const MAX_VALUE: usize = 600;
const MAX_DEFINITION: usize = 2_000;
/// Steps of the engine: at a hundred million in a second or so, a hostile file costs a few seconds.
const STEPS_A_TICK: i32 = 100_000;
const MAX_TICKS: u32 = 3_000;

fn accepts(input: &Input<'_>) -> bool {
    input.bytes.starts_with(MAGIC)
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Database);
    let database = open(input.bytes, &mut doc).map_err(|_| broken())?;
    let mut found = definitions(&database).map_err(|_| broken())?;
    if found.len() > MAX_TABLES {
        doc.remarks.push(format!("{} tables and views, the first {MAX_TABLES} were read", found.len()));
        found.truncate(MAX_TABLES);
    }
    for it in &found {
        define(it, &mut doc.blocks);
        if it.kind == Kind::Table && table(&database, &it.name, &mut doc).is_err() {
            doc.remarks.push(format!("the table {} could not be read to its end", it.name));
        }
    }
    if found.is_empty() {
        doc.remarks.push("no tables in it".into());
    }
    Ok(Raw(doc))
}

fn broken() -> String {
    "the database is broken or locked by a password".to_owned()
}

fn open(bytes: &[u8], doc: &mut Document) -> rusqlite::Result<Connection> {
    let mut bytes = bytes.to_vec();
    // The two bytes say how changes are written. In memory there is no second file to write them to.
    if let Some(version @ [2, 2]) = bytes.get_mut(18..20) {
        version.copy_from_slice(&[1, 1]);
        doc.remarks.push("changes that were still in the -wal file beside it are missing".into());
    }
    let mut database = Connection::open_in_memory()?;
    database.deserialize_read_exact(MAIN_DB, bytes.as_slice(), bytes.len(), true)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    database.set_limit(Limit::SQLITE_LIMIT_LENGTH, 50_000_000)?;
    database.set_limit(Limit::SQLITE_LIMIT_EXPR_DEPTH, 100)?;
    database.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    database.execute_batch("PRAGMA cell_size_check = ON; PRAGMA query_only = ON;")?;
    let mut ticks = 0;
    database.progress_handler(
        STEPS_A_TICK,
        Some(move || {
            ticks += 1;
            ticks > MAX_TICKS
        }),
    )?;
    Ok(database)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Table,
    View,
    Trigger,
    /// A table that a module keeps, such as a full-text index.
    Virtual,
}

struct Definition {
    kind: Kind,
    name: String,
    /// The table that a trigger watches.
    of: String,
    sql: String,
}

fn definitions(database: &Connection) -> rusqlite::Result<Vec<Definition>> {
    let mut query = database.prepare("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid")?;
    let mut rows = query.query([])?;
    let mut found: Vec<Definition> = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |at: usize| row.get_ref(at).map(shown).unwrap_or_default();
        let (kind, name, of, sql) = (text(0), text(1), text(2), text(3));
        let is_virtual = sql.get(..14).is_some_and(|it| it.eq_ignore_ascii_case("create virtual"));
        let kind = match kind.as_str() {
            "table" if is_virtual => Kind::Virtual,
            "table" => Kind::Table,
            "view" => Kind::View,
            "trigger" => Kind::Trigger,
            _ => continue,
        };
        if !name.to_lowercase().starts_with("sqlite_") && found.len() < 10 * MAX_TABLES {
            found.push(Definition { kind, name, of, sql });
        }
    }
    // The tables behind a full-text index are named for it and hold nothing that a person put there.
    let indexes: Vec<String> = found.iter().filter(|it| it.kind == Kind::Virtual).map(|it| format!("{}_", it.name)).collect();
    found.retain(|it| it.kind != Kind::Virtual && !indexes.iter().any(|index| it.name.starts_with(index.as_str())));
    Ok(found)
}

/// Adds what a definition says: the query of a view, a trigger, the checks of a table, and comments.
fn define(it: &Definition, blocks: &mut Vec<Block>) {
    let place = Place::Record { table: it.name.clone(), row: 0 };
    let definition: String = fold(&without_comments(&it.sql)).chars().take(MAX_DEFINITION).collect();
    match it.kind {
        Kind::View => blocks.push(Block::new(BlockKind::Field, format!("view {}: {definition}", it.name), place.clone())),
        Kind::Trigger => blocks.push(Block::new(BlockKind::Field, format!("trigger {} on {}: {definition}", it.name, it.of), place.clone())),
        Kind::Table | Kind::Virtual => {
            for check in checks(&definition) {
                blocks.push(Block::new(BlockKind::CellRule, format!("{} must hold: {check}", it.name), place.clone()).under(it.name.clone()));
            }
        }
    }
    for line in it.sql.lines().filter_map(|it| it.split_once("--")).map(|it| fold(it.1)).filter(|it| !it.is_empty()).take(100) {
        blocks.push(Block::new(BlockKind::CodeComment, line, place.clone()).under(it.name.clone()));
    }
}

fn without_comments(sql: &str) -> String {
    sql.lines().map(|it| it.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Returns what stands in the brackets behind each CHECK.
fn checks(definition: &str) -> Vec<String> {
    let mut found = Vec::new();
    let upper = definition.to_ascii_uppercase();
    for (at, _) in upper.match_indices("CHECK").take(50) {
        let rest = definition[at + 5..].trim_start();
        let Some(inner) = rest.strip_prefix('(') else { continue };
        let mut depth = 1;
        let end = inner.char_indices().find(|(_, c)| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            depth == 0
        });
        found.extend(end.map(|(end, _)| inner[..end].trim().to_owned()));
    }
    found
}

fn table(database: &Connection, name: &str, doc: &mut Document) -> rusqlite::Result<()> {
    let quoted = format!("\"{}\"", name.replace('"', "\"\""));
    let mut query = database.prepare(&format!("SELECT * FROM {quoted}"))?;
    let names: Vec<String> = query.column_names().take(MAX_COLUMNS).map(fold).collect();
    let mut columns: Vec<Profile> = names.iter().map(|it| Profile::new(it)).collect();
    let mut customers = Customers::of(&names, name);
    let (mut n_rows, mut shown_rows, mut failed) = (0_u64, Vec::new(), None);
    let mut rows = query.query([])?;
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(err) => {
                failed = Some(err);
                break;
            }
        };
        if n_rows == MAX_PROFILED {
            break;
        }
        n_rows += 1;
        let line = u32::try_from(n_rows).unwrap_or(u32::MAX);
        let cells: Vec<String> = (0..names.len()).map(|at| row.get_ref(at).map(shown).unwrap_or_default()).collect();
        cells.iter().zip(&mut columns).for_each(|(cell, column)| column.add(cell, line));
        customers.iter_mut().for_each(|it| it.add(&cells));
        if shown_rows.len() <= MAX_ROWS {
            let filled = cells.iter().zip(&names).filter(|(cell, _)| !cell.is_empty()).map(|(cell, name)| format!("{name}: {cell}"));
            let place = Place::Record { table: name.to_owned(), row: line };
            shown_rows.push(Block::new(BlockKind::Row, filled.collect::<Vec<_>>().join(" | "), place).under(name));
        }
    }
    drop(rows);
    doc.outsiders.extend(customers.into_iter().flat_map(Customers::names));
    let whole = failed.is_none() && n_rows < MAX_PROFILED;
    let count = if whole {
        n_rows
    } else {
        database.query_row(&format!("SELECT COUNT(*) FROM {quoted}"), [], |it| it.get::<_, i64>(0)).map_or(n_rows, |it| it.max(0) as u64)
    };
    if count > n_rows && failed.is_none() {
        doc.remarks.push(format!("the columns of {name} were judged by the first {MAX_PROFILED} of {count} rows"));
    }
    add_table(name, columns, shown_rows, count, whole, doc);
    failed.map_or(Ok(()), Err)
}

/// Adds a table with its rows, if it is short and names nobody who is reached by it.
pub(super) fn add_table(name: &str, columns: Vec<Profile>, rows: Vec<Block>, count: u64, whole: bool, doc: &mut Document) {
    let reaches = columns.iter().any(|it| reaches_a_person(&it.name) || it.looks_personal() && !it.personal);
    if !reaches && rows.len() <= MAX_ROWS && count as usize == rows.len() {
        doc.blocks.extend(rows.into_iter().filter(|it| !it.text.is_empty()));
    }
    if whole {
        doc.remarks.extend(repeats(&columns, count));
    }
    doc.tables.push(Table {
        name: name.to_owned(),
        place: Place::Record { table: name.to_owned(), row: 0 },
        rows: count,
        columns: columns
            .into_iter()
            .map(|it| {
                let mut column = it.column();
                // A total of some of the rows is the total of nothing.
                if !whole {
                    (column.sum, column.min, column.max) = (None, None, None);
                }
                column
            })
            .collect(),
        preamble: Vec::new(),
        has_total: false,
        hidden: false,
    });
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => {
            let text = String::from_utf8_lossy(&text[..text.len().min(100_000)]);
            text.to_string().chars().take(MAX_VALUE.max(100_000)).collect()
        }
        ValueRef::Blob(bytes) => counted(bytes.len() as u64, "byte", "bytes"),
    }
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::read_raw;

    #[test]
    fn tables_views_and_rules_of_a_database() {
        let document = read_raw("close.db", include_bytes!("../../tests/files/close.db"));
        let mut shown: Vec<String> = document.blocks.iter().map(|it| format!("{:?} {} @ {}", it.kind, it.text, it.place)).collect();
        shown.extend(document.tables.iter().map(|it| {
            let columns = it.columns.iter().map(|it| format!("{} {:?} {:?}", it.name, it.kind, it.sum));
            format!("table {} of {} rows: {}", it.name, it.rows, columns.collect::<Vec<_>>().join(", "))
        }));
        shown.extend(document.remarks);
        assert_eq!(
            shown,
            [
                "CellRule orders must hold: amount > 0 @ table orders",
                "CodeComment refunds stand in their own table @ table orders",
                "Row id: 1 | account: 4000 | amount: 120.5 | state: open @ table orders, row 1",
                "Row id: 2 | account: 4010 | amount: 99.5 | state: paid @ table orders, row 2",
                "Field view open_orders: CREATE VIEW open_orders as select * from orders where state = 'open' @ table open_orders",
                "Field trigger no_late_change on orders: CREATE TRIGGER no_late_change before update on orders when old.state = 'paid' begin select raise(abort, 'paid orders are closed'); end @ table no_late_change",
                "table orders of 2 rows: id Integer Some(3.0), account Integer Some(8010.0), amount Decimal Some(220.0), state Text None",
            ]
        );
    }

    #[test]
    fn query_that_never_ends_is_stopped() {
        let document = read_raw("loop.db", include_bytes!("../../tests/files/loop.db"));
        assert!(document.tables.len() <= 1, "{:?}", document.tables);
    }
}
