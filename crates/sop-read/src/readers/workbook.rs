//! Workbooks (xlsx, xlsm, xlsb, xls, ods): tables, labelled values, formulas, notes and the rules on cells.

mod claims;
mod grid;
mod ods;
mod rules;
mod sheet;

use super::macros;
use super::ooxml::{Package, fold};
use crate::reader::{About, Input, Raw, Reader};
use calamine::{Reader as _, SheetType, SheetVisible, Sheets, open_workbook_from_rs};
use grid::{Book, Grid, parse_cell};
use sheet::SheetReader;
use sop_core::{Block, BlockKind, Document, Format, Place};
use std::collections::BTreeMap;
use std::io::Cursor;

pub(super) const READER: Reader = Reader {
    name: "workbook",
    about: About {
        files: "`.xlsx`, `.xlsm`, `.xlsb`, `.xls`, `.ods`",
        taken: "tables, labelled values, formulas, notes, rules on cells, hidden sheets, macros, queries of Power Query",
        anchor: "sheet and cell; module and line",
        not_taken: "locked files, locked macros; notes and rules of `.xls` and `.xlsb`",
    },
    accepts,
    read,
};

const MAX_SHEETS: usize = 200;

fn accepts(input: &Input<'_>) -> bool {
    let name = input.name.to_lowercase();
    let zipped = [".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".ods"].iter().any(|ending| name.ends_with(ending));
    let old = [".xls", ".xlt"].iter().any(|ending| name.ends_with(ending));
    // Many programs write a text table or a web page and call it .xls; those are for other readers.
    zipped && input.bytes.starts_with(b"PK") || (old || zipped) && input.bytes.starts_with(b"\xd0\xcf\x11\xe0")
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut package = if input.bytes.starts_with(b"PK") { Some(Package::open(input.bytes)?) } else { None };
    let name = input.name.to_lowercase();
    let refused = package.as_mut().map_or_else(|| claims::of_old(input.bytes), |it| claims::of_package(it, &name));
    if let Some(message) = refused {
        return Err(message);
    }
    let mut book = open(input)?;
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Workbook);
    let sheets: Vec<_> = book.sheets_metadata().iter().filter(|it| it.typ == SheetType::WorkSheet).take(MAX_SHEETS).cloned().collect();
    let names: Vec<(String, String)> = book.defined_names().to_vec();

    let mut grids = BTreeMap::new();
    for sheet in &sheets {
        match Grid::read(&mut book, &sheet.name) {
            Ok(grid) => {
                if grid.cut {
                    doc.remarks.push(format!("the sheet {} is too long and was not read to its end", sheet.name));
                }
                grids.insert(sheet.name.clone(), grid);
            }
            Err(message) => doc.remarks.push(message),
        }
    }

    let parts = package.as_mut().map(rules::sheet_parts).unwrap_or_default();
    for sheet in &sheets {
        let Some(grid) = grids.get(&sheet.name) else { continue };
        let hidden = sheet.visible != SheetVisible::Visible;
        if hidden {
            doc.remarks.push(format!("the sheet {} is hidden", sheet.name));
        }
        let readers = sheet::readers(&sheet.name, grid, hidden);
        readers.iter().for_each(|reader| reader.read(&mut doc));
        if let (Some(package), Some(part)) = (&mut package, parts.get(&sheet.name)) {
            beside_cells(package, part, &sheet.name, &readers, &grids, &mut doc);
        }
    }
    let ods = input.name.to_lowercase().ends_with(".ods");
    if let Some(package) = package.as_mut().filter(|_| ods) {
        for (sheet, note) in ods::notes(package) {
            let place = Place::CellNote { sheet: sheet.clone(), cell: note.cell.clone() };
            let mut block = Block::new(BlockKind::Note, note.text, place).at(note.time);
            block.speaker = note.author;
            let grid = grids.get(&sheet);
            block.context = grid.map(|grid| sheet::context(&sheet::readers(&sheet, grid, false), &sheet, parse_cell(&note.cell)));
            doc.blocks.push(block);
        }
        for (sheet, rule) in ods::rules(package) {
            doc.blocks.push(Block::new(BlockKind::CellRule, rule.text, Place::Cell { sheet, cell: rule.cell }));
        }
        super::odf::properties(package, &mut doc);
    }
    for (name, meaning) in names.iter().filter(|(name, _)| !name.starts_with("_xlnm")) {
        doc.remarks.push(format!("the name {name} means {meaning}"));
    }
    if let Some(package) = package.as_mut().filter(|_| !ods) {
        let properties = package.properties();
        macros::add(package, &mut doc);
        doc.remarks.extend(rules::charts(package));
        doc.remarks.extend(properties.remarks());
        doc.title = properties.title;
        doc.author = properties.author;
    }
    if package.is_none()
        && let Ok(Some(project)) = book.vba_project()
    {
        macros::add_modules(&project, &mut doc);
    }
    Ok(Raw(doc))
}

fn open<'a>(input: &Input<'a>) -> Result<Book<'a>, String> {
    let cursor = Cursor::new(input.bytes);
    let old = input.bytes.starts_with(b"\xd0\xcf\x11\xe0");
    let name = input.name.to_lowercase();
    let broken = |err: &dyn std::fmt::Display| match err.to_string() {
        text if text.to_lowercase().contains("password") => "the workbook is locked by a password".to_owned(),
        text => format!("the workbook is broken: {text}"),
    };
    if name.ends_with(".ods") && !old {
        return open_workbook_from_rs(cursor).map(Sheets::Ods).map_err(|err: calamine::OdsError| broken(&err));
    }
    if name.ends_with(".xlsb") && !old {
        return open_workbook_from_rs(cursor).map(Sheets::Xlsb).map_err(|err: calamine::XlsbError| broken(&err));
    }
    if name.ends_with(".xls") || name.ends_with(".xlt") {
        return open_workbook_from_rs(cursor).map(Sheets::Xls).map_err(|err: calamine::XlsError| broken(&err));
    }
    open_workbook_from_rs(cursor).map(Sheets::Xlsx).map_err(|err: calamine::XlsxError| broken(&err))
}

fn beside_cells(package: &mut Package<'_>, part: &str, sheet: &str, readers: &[SheetReader<'_>], grids: &BTreeMap<String, Grid>, doc: &mut Document) {
    for note in rules::notes(package, part) {
        let place = Place::CellNote { sheet: sheet.to_owned(), cell: note.cell.clone() };
        let mut block = Block::new(BlockKind::Note, note.text, place).at(note.time);
        block.speaker = note.author;
        block.context = Some(sheet::context(readers, sheet, parse_cell(&note.cell)));
        doc.blocks.push(block);
    }
    for rule in rules::rules(package, part, grids, sheet) {
        let context = sheet::context(readers, sheet, parse_cell(&rule.cell));
        let place = Place::Cell { sheet: sheet.to_owned(), cell: rule.cell };
        doc.blocks.push(Block::new(BlockKind::CellRule, rule.text, place).under(context));
    }
}
