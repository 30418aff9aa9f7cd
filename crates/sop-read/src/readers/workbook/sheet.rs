//! One sheet: where its tables and labelled values stand, and what they say.

use super::grid::{Cell, Grid, Value, cell_name, plain};
use crate::customers::Customers;
use crate::readers::lines::stem;
use sop_core::{Block, BlockKind, Column, ColumnType, Document, Place, Table};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Tables up to this length are quoted row by row; of longer ones the profile and the first rows tell enough.
const MAX_ROWS: usize = 200;
const ROWS_OF_LONG: usize = 3;
/// Two columns longer than this are a table, not a form.
const MAX_FORM: usize = 60;
const MAX_DISTINCT: usize = 10_000;
const MAX_VALUES: usize = 12;
/// Long tables may hold many remarks; more than these are not read one by one.
const MAX_SENTENCES: usize = 300;
const MAX_FORMULAS: usize = 400;
/// A sheet in more pieces than this is a drawing.
const MAX_BANDS: usize = 8;

/// Rows of a sheet that belong together: until a blank row that is followed by a new header.
struct Region {
    /// Row of the header, if it has one.
    header: Option<u32>,
    /// Rows below the header, from the top.
    rows: Vec<u32>,
    /// Rows above the header.
    preamble: Vec<u32>,
    total: Option<u32>,
    form: bool,
}

/// Reads a sheet, or a band of its columns that stands apart.
pub(super) struct SheetReader<'g> {
    name: &'g str,
    grid: Cow<'g, Grid>,
    hidden: bool,
    regions: Vec<Region>,
}

/// Returns a reader for each band of columns; most sheets have one.
pub(super) fn readers<'g>(name: &'g str, grid: &'g Grid, hidden: bool) -> Vec<SheetReader<'g>> {
    bands(grid).into_iter().map(|grid| SheetReader { name, regions: regions(&grid), grid, hidden }).collect()
}

/// Returns `Sheet / column header / row label` of a cell.
pub(super) fn context(readers: &[SheetReader<'_>], name: &str, at: Option<(u32, u32)>) -> String {
    let holds = |reader: &&SheetReader<'_>| at.is_some_and(|(row, column)| reader.grid.get(row, column).is_some());
    let reader = readers.iter().find(holds).or(readers.first());
    reader.map_or_else(|| name.to_owned(), |reader| reader.context(at))
}

/// Splits a sheet at columns that are empty from top to bottom: a summary beside a table is not part of it.
fn bands(grid: &Grid) -> Vec<Cow<'_, Grid>> {
    let columns: BTreeSet<u32> = grid.rows.values().flat_map(|row| row.keys().copied()).collect();
    let mut starts: Vec<u32> = Vec::new();
    let mut before = None;
    for column in columns {
        if before.is_none_or(|before| before + 1 < column) {
            starts.push(column);
        }
        before = Some(column);
    }
    if starts.len() < 2 || starts.len() > MAX_BANDS {
        return vec![Cow::Borrowed(grid)];
    }
    let ends = starts.iter().skip(1).copied().chain([u32::MAX]);
    let cut: Vec<Grid> = starts.iter().zip(ends).map(|(from, to)| grid.columns(*from, to)).collect();
    // Bands of one length are one table with a narrow gap between its columns.
    let longest = cut.iter().map(|band| band.rows.len()).max().unwrap_or_default();
    if cut.iter().all(|band| band.rows.len() * 2 > longest) {
        return vec![Cow::Borrowed(grid)];
    }
    cut.into_iter().map(Cow::Owned).collect()
}

impl<'g> SheetReader<'g> {
    /// Adds the blocks and tables of the sheet.
    pub fn read(&self, doc: &mut Document) {
        for region in &self.regions {
            for row in &region.preamble {
                self.free_cells(*row, None, doc);
            }
            if let Some(header) = region.header {
                self.customers(region, header, doc);
            }
            match region.header {
                _ if region.form => self.form(region, doc),
                Some(header) => self.table(region, header, doc),
                None => region.rows.iter().for_each(|row| self.free_cells(*row, None, doc)),
            }
        }
        self.formulas(doc);
    }

    fn place(&self, row: u32, column: u32) -> Place {
        Place::Cell { sheet: self.name.to_owned(), cell: cell_name(row, column) }
    }

    fn context(&self, at: Option<(u32, u32)>) -> String {
        let mut parts = vec![self.name.to_owned()];
        if let Some((row, column)) = at {
            let region = self.regions.iter().find(|region| region.header == Some(row) || region.rows.contains(&row) || region.total == Some(row));
            let header = region.filter(|region| !region.form).and_then(|region| region.header);
            if let Some(header) = header.filter(|header| *header != row) {
                parts.extend(self.grid.get(header, column).map(|cell| cell.text.clone()));
            }
            let label = match header {
                // A note on a header is about its column.
                Some(header) if header == row => self.grid.get(row, column).map(|cell| cell.text.clone()),
                _ => self.label(row, column),
            };
            parts.extend(label.filter(|label| !parts.contains(label)));
        }
        parts.retain(|part| !part.is_empty());
        parts.join(" / ")
    }

    /// Returns what a row is about: its first cell left of the column.
    fn label(&self, row: u32, column: u32) -> Option<String> {
        let cells = self.grid.rows.get(&row)?;
        let mut left = cells.range(..column).map(|(_, cell)| cell).filter(|cell| !cell.text.is_empty());
        let first = left.next()?;
        // A running number says less than the words beside it.
        let words = left.next().filter(|next| matches!(first.value, Value::Number(_)) && next.text.contains(' '));
        Some(words.unwrap_or(first).text.clone())
    }

    /// Cells that stand in no table: titles, notes, stray values.
    fn free_cells(&self, row: u32, header: Option<u32>, doc: &mut Document) {
        let Some(cells) = self.grid.rows.get(&row) else { return };
        let shown: Vec<(&u32, &Cell)> = cells.iter().filter(|(_, cell)| !cell.text.is_empty()).collect();
        if let [(column, label), (_, value)] = shown.as_slice()
            && label.value == Value::Text
            && label.text.chars().count() <= 60
        {
            doc.blocks.push(self.field(row, **column, &label.text, &value.text, header));
            return;
        }
        for (column, cell) in shown {
            if cell.value == Value::Text && cell.text.chars().any(char::is_alphabetic) {
                let mut block = Block::new(BlockKind::Cell, &cell.text, self.place(row, *column));
                block.context = Some(self.context(Some((row, *column))));
                doc.blocks.push(block);
            }
        }
    }

    fn field(&self, row: u32, column: u32, label: &str, value: &str, header: Option<u32>) -> Block {
        let of = header.and_then(|header| self.grid.rows.get(&header)?.values().nth(1)).map(|cell| format!(" / {}", cell.text));
        let text = format!("{}: {value}", label.trim_end_matches([':', ' ']));
        Block::new(BlockKind::Field, text, self.place(row, column)).under(format!("{}{}", self.name, of.unwrap_or_default()))
    }

    fn form(&self, region: &Region, doc: &mut Document) {
        for row in &region.rows {
            self.free_cells(*row, region.header, doc);
        }
        if let Some(header) = region.header {
            let pairs = region.rows.iter().copied().filter(|row| self.grid.rows.get(row).is_some_and(|cells| cells.len() == 2));
            let pairs = Region { header: region.header, rows: pairs.collect(), preamble: region.preamble.clone(), total: None, form: true };
            doc.tables.push(self.profile(&pairs, header, &self.column_names(&pairs, header)));
        }
    }

    fn table(&self, region: &Region, header: u32, doc: &mut Document) {
        let names = self.column_names(region, header);
        let short = region.rows.len() <= MAX_ROWS;
        let mut sentences: BTreeSet<&str> = BTreeSet::new();
        let (mut n_shown, mut n_sentences) = (0, 0);
        for row in region.rows.iter().copied().chain(region.total) {
            let Some(cells) = self.grid.rows.get(&row) else { continue };
            if names.len() > 2 && cells.values().filter(|cell| !cell.text.is_empty()).count() == 1 && cells.values().any(is_sentence) {
                // A remark written below or between the rows.
                self.free_cells(row, None, doc);
                continue;
            }
            if short || n_shown < ROWS_OF_LONG {
                doc.blocks.extend(self.row(row, cells, &names));
                n_shown += 1;
            }
            for (column, cell) in cells.iter().filter(|(_, cell)| is_sentence(cell)) {
                if n_sentences < MAX_SENTENCES && sentences.insert(&cell.text) {
                    n_sentences += 1;
                    let context = self.context(Some((row, *column)));
                    doc.blocks.push(Block::new(BlockKind::Cell, &cell.text, self.place(row, *column)).under(context));
                }
            }
        }
        doc.tables.push(self.profile(region, header, &names));
        self.typed_over(region, &names, doc);
    }

    /// Notes the names of customers in a table, of which none comes out.
    fn customers(&self, region: &Region, header: u32, doc: &mut Document) {
        let names = self.column_names(region, header);
        let header: Vec<&str> = names.values().map(String::as_str).collect();
        let about = if self.name.starts_with("Sheet") { stem(doc.name()) } else { self.name };
        let Some(mut customers) = Customers::of(&header, about) else { return };
        for cells in region.rows.iter().filter_map(|row| self.grid.rows.get(row)) {
            let cells: Vec<&str> = names.keys().map(|column| cells.get(column).map_or("", |it| it.text.as_str())).collect();
            customers.add(&cells);
        }
        doc.outsiders.extend(customers.names());
    }

    fn column_names(&self, region: &Region, header: u32) -> BTreeMap<u32, String> {
        let mut names: BTreeMap<u32, String> = BTreeMap::new();
        for row in region.rows.iter().take(1000) {
            names.extend(self.grid.rows.get(row).into_iter().flat_map(|cells| cells.keys()).map(|column| (*column, String::new())));
        }
        for (column, cell) in self.grid.rows.get(&header).into_iter().flatten() {
            names.insert(*column, cell.text.clone());
        }
        names
    }

    fn row(&self, row: u32, cells: &BTreeMap<u32, Cell>, names: &BTreeMap<u32, String>) -> Option<Block> {
        let shown = cells.iter().filter(|(_, cell)| !cell.text.is_empty()).map(|(column, cell)| match names.get(column) {
            Some(name) if !name.is_empty() => format!("{name}: {}", cell.text),
            _ => cell.text.clone(),
        });
        let text = shown.collect::<Vec<_>>().join(" | ");
        let first = cells.iter().find(|(_, cell)| !cell.text.is_empty())?;
        Some(Block::new(BlockKind::Row, text, self.place(row, *first.0)).under(self.name))
    }

    fn profile(&self, region: &Region, header: u32, names: &BTreeMap<u32, String>) -> Table {
        let first = names.keys().next().copied().unwrap_or_default();
        let columns = names.iter().map(|(column, name)| {
            let cells = region.rows.iter().filter_map(|row| self.grid.get(*row, *column)).filter(|cell| !cell.text.is_empty());
            profile_column(name, cells)
        });
        let preamble = region.preamble.iter().filter_map(|row| {
            let cells = self.grid.rows.get(row)?;
            let text = cells.values().map(|cell| cell.text.as_str()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" | ");
            (!text.is_empty()).then_some(text)
        });
        Table {
            name: self.name.to_owned(),
            place: self.place(header, first),
            rows: region.rows.len() as u64,
            columns: columns.collect(),
            preamble: preamble.collect(),
            has_total: region.total.is_some(),
            hidden: self.hidden,
        }
    }

    /// A value typed into a column of formulas is a judgment that nobody wrote down.
    fn typed_over(&self, region: &Region, names: &BTreeMap<u32, String>, doc: &mut Document) {
        for (column, name) in names {
            let cells: Vec<(u32, &Cell)> = region.rows.iter().filter_map(|row| Some((*row, self.grid.get(*row, *column)?))).collect();
            let typed: Vec<&(u32, &Cell)> = cells.iter().filter(|(_, cell)| cell.formula.is_none() && !cell.text.is_empty()).collect();
            let formulas = cells.len() - typed.len();
            if !typed.is_empty() && formulas >= 3 && typed.len() * 4 <= formulas {
                for (row, cell) in typed.into_iter().take(5) {
                    let at = cell_name(*row, *column);
                    doc.remarks.push(format!("{}!{at} holds the typed value {} where its column {name} has a formula", self.name, cell.text));
                }
            }
        }
    }

    /// Quotes each formula once; copies that were filled down say the same.
    fn formulas(&self, doc: &mut Document) {
        let mut seen = BTreeSet::new();
        for (row, cells) in &self.grid.rows {
            for (column, cell) in cells {
                let Some(formula) = &cell.formula else { continue };
                if seen.len() >= MAX_FORMULAS || !seen.insert(relative(formula, *row, *column)) {
                    continue;
                }
                let value = if cell.text.is_empty() { String::new() } else { format!(" -> {}", cell.text) };
                let block = Block::new(BlockKind::Formula, format!("={formula}{value}"), self.place(*row, *column));
                doc.blocks.push(block.under(self.context(Some((*row, *column)))));
            }
        }
    }
}

fn is_sentence(cell: &Cell) -> bool {
    cell.value == Value::Text && cell.formula.is_none() && cell.text.split_whitespace().count() >= 4 && cell.text.chars().any(char::is_alphabetic)
}

/// Cuts a sheet into regions.
fn regions(grid: &Grid) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    for run in runs(grid) {
        let header = header(grid, &run);
        let starts_table = header.is_some_and(|header| regions.is_empty() || is_emphasised(grid, header, &run));
        match regions.last_mut() {
            // A blank line inside a table or a form does not end it; a few labelled values below a table do.
            Some(region) if !starts_table && carries_on(grid, region, &run) => region.rows.extend(run),
            _ => regions.push(region(grid, run, header)),
        }
    }
    // A title above a blank line belongs to the table below it.
    let mut joined: Vec<Region> = Vec::new();
    for mut region in regions {
        if let Some(before) = joined.pop_if(|before| before.header.is_none() && !before.form && before.rows.len() <= 12 && region.header.is_some()) {
            region.preamble.splice(0..0, before.preamble.into_iter().chain(before.rows));
        }
        joined.push(region);
    }
    for region in &mut joined {
        if region.form {
            continue;
        }
        if let Some(last) = region.rows.last().copied()
            && region.rows.len() >= 2
            && region.header.is_some()
            && is_total(grid, last)
        {
            region.rows.pop();
            region.total = Some(last);
        }
    }
    joined
}

fn carries_on(grid: &Grid, region: &Region, run: &[u32]) -> bool {
    let width = width(grid, run);
    match region.header {
        Some(header) if !region.form => width > 2 || grid.rows.get(&header).is_some_and(|cells| cells.len() <= 2) || run.iter().any(|row| is_total(grid, *row)),
        _ => region.form && width <= 2 || region.header.is_none() && width < 2,
    }
}

/// Returns the runs of rows without a blank row between them.
fn runs(grid: &Grid) -> Vec<Vec<u32>> {
    let mut runs: Vec<Vec<u32>> = Vec::new();
    for row in grid.rows.keys().copied() {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| last + 1 == row) => run.push(row),
            _ => runs.push(vec![row]),
        }
    }
    runs
}

fn region(grid: &Grid, run: Vec<u32>, header: Option<u32>) -> Region {
    let form = width(grid, &run) == 2 && run.len() <= MAX_FORM && run.len() > 1 || header.is_none() && labels_values(grid, &run);
    let (preamble, rows) = match header {
        Some(header) => (run.iter().copied().filter(|row| *row < header).collect(), run.into_iter().filter(|row| *row > header).collect()),
        None => (Vec::new(), run),
    };
    Region { header, rows, preamble, total: None, form }
}

/// Whether most rows are a label and one value.
fn labels_values(grid: &Grid, run: &[u32]) -> bool {
    let pairs = run.iter().filter(|row| grid.rows.get(row).is_some_and(|cells| cells.len() == 2)).count();
    pairs >= 2 && pairs * 3 >= run.len() * 2
}

fn width(grid: &Grid, run: &[u32]) -> usize {
    run.iter().filter_map(|row| grid.rows.get(row)).map(BTreeMap::len).max().unwrap_or_default()
}

/// Returns the row of a run that names its columns: the first that is about as wide as the widest, all text.
fn header(grid: &Grid, run: &[u32]) -> Option<u32> {
    let width = width(grid, run);
    if width < 2 || run.len() < 2 {
        return None;
    }
    let enough = (width * 3).div_ceil(5).max(2);
    let row = run.iter().take(30).copied().find(|row| grid.rows.get(row).is_some_and(|cells| cells.len() >= enough))?;
    let cells = grid.rows.get(&row)?;
    let texts = cells.values().filter(|cell| cell.value == Value::Text && cell.formula.is_none() && cell.text.chars().count() <= 60).count();
    let names: BTreeSet<&str> = cells.values().map(|cell| cell.text.as_str()).collect();
    // Months over columns are dates; a few such headers are fine.
    let named = texts * 5 >= cells.len() * 3 && cells.values().all(|cell| !matches!(cell.value, Value::Number(n) if n.fract() != 0.0));
    if !named || names.len() * 5 < cells.len() * 4 || run.last() == Some(&row) {
        return None;
    }
    if width == 2 && !is_emphasised(grid, row, run) {
        let short = cells.values().all(|cell| cell.text.split_whitespace().count() <= 2);
        return (short && values_differ(grid, row, run)).then_some(row);
    }
    Some(row)
}

/// Whether the second column below a row holds values of another type than the row itself.
fn values_differ(grid: &Grid, row: u32, run: &[u32]) -> bool {
    let below = run.iter().filter(|other| **other > row).filter_map(|row| grid.rows.get(row)?.values().nth(1));
    below.filter(|cell| cell.value != Value::Text).count() * 2 > run.len().saturating_sub(1)
}

/// Whether a row is bold and the next one is not.
fn is_emphasised(grid: &Grid, row: u32, run: &[u32]) -> bool {
    let bold = |row: u32| grid.rows.get(&row).is_some_and(|cells| cells.values().all(|cell| cell.bold));
    let next = run.iter().find(|other| **other > row);
    bold(row) && next.is_some_and(|next| !bold(*next))
}

/// A totals row says so in its first text, or adds up what stands above it.
fn is_total(grid: &Grid, row: u32) -> bool {
    const TOTAL: &[&str] = &["total", "sum", "summe", "gesamt", "somme", "totale", "suma", "totaal", "totalt", "итого", "razem", "合計", "合计", "总计"];
    let Some(cells) = grid.rows.get(&row) else { return false };
    let named = cells.values().find(|cell| cell.value == Value::Text && cell.formula.is_none()).is_some_and(|cell| {
        let text = cell.text.to_lowercase();
        text.split_whitespace().count() <= 3 && text.split(|c: char| !c.is_alphabetic()).any(|word| TOTAL.contains(&word) || word == "totals")
    });
    let adds = cells.values().any(|cell| cell.formula.as_deref().is_some_and(|formula| adds_up(formula, row)));
    named || adds
}

fn adds_up(formula: &str, row: u32) -> bool {
    let upper = formula.to_uppercase();
    let Some(range) = upper.strip_prefix("SUM(").or_else(|| upper.strip_prefix("SUBTOTAL(9,")).or_else(|| upper.strip_prefix("SUBTOTAL(109,")) else {
        return false;
    };
    let end = range.trim_end_matches(')').split(':').nth(1).and_then(super::grid::parse_cell);
    end.is_some_and(|(end, _)| end < row && end + 3 > row)
}

fn profile_column<'c>(name: &str, cells: impl Iterator<Item = &'c Cell>) -> Column {
    let (mut filled, mut sum, mut counts) = (0u64, 0.0, [0u64; 4]);
    let mut distinct: HashSet<&str> = HashSet::new();
    let mut numbers: Option<(f64, f64)> = None;
    let mut dates: Option<(&str, &str)> = None;
    for cell in cells {
        filled += 1;
        if distinct.len() < MAX_DISTINCT {
            distinct.insert(&cell.text);
        }
        match cell.value {
            Value::Number(n) => {
                counts[usize::from(n.fract() != 0.0)] += 1;
                sum += n;
                numbers = Some(numbers.map_or((n, n), |(min, max)| (min.min(n), max.max(n))));
            }
            Value::Date => {
                counts[2] += 1;
                let text = cell.text.as_str();
                dates = Some(dates.map_or((text, text), |(min, max)| (min.min(text), max.max(text))));
            }
            Value::Text | Value::Nothing => counts[3] += 1,
        }
    }
    let most = counts[..2].iter().sum::<u64>().max(counts[2]).max(counts[3]);
    let kind = match most {
        0 => ColumnType::Empty,
        n if n == counts[3] => ColumnType::Text,
        n if n == counts[2] => ColumnType::Date,
        _ if counts[1] > 0 => ColumnType::Decimal,
        _ => ColumnType::Integer,
    };
    let (min, max) = match (kind, numbers, dates) {
        (ColumnType::Integer | ColumnType::Decimal, Some((min, max)), _) => (Some(plain(min)), Some(plain(max))),
        (ColumnType::Date, _, Some((min, max))) => (Some(min.to_owned()), Some(max.to_owned())),
        _ => (None, None),
    };
    let mut values: Vec<String> = if distinct.len() <= MAX_VALUES { distinct.iter().map(|it| (*it).to_owned()).collect() } else { Vec::new() };
    values.sort();
    Column {
        name: name.to_owned(),
        kind,
        filled,
        distinct: distinct.len() as u64,
        // Cents that binary fractions leave behind would make equal sums unequal.
        sum: numbers.map(|_| (sum * 1e6).round() / 1e6),
        min,
        max,
        values,
    }
}

/// Rewrites a formula so that copies filled down or across are equal: references become offsets.
fn relative(formula: &str, row: u32, column: u32) -> String {
    let bytes = formula.as_bytes();
    let (mut out, mut at) = (String::with_capacity(formula.len()), 0);
    while at < bytes.len() {
        let quote = bytes[at];
        if quote == b'"' || quote == b'\'' {
            let end = formula[at + 1..].find(char::from(quote)).map_or(bytes.len(), |end| at + end + 2);
            out.push_str(&formula[at..end]);
            at = end;
            continue;
        }
        if quote.is_ascii_alphanumeric() || quote == b'$' || quote == b'_' {
            let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(**b, b'$' | b'_' | b'.')).count();
            let word = &formula[at..end];
            let is_call = bytes.get(end).is_some_and(|next| matches!(next, b'(' | b'!'));
            out.push_str(&if is_call { word.to_owned() } else { offset(word, row, column) });
            at = end;
            continue;
        }
        let next = formula[at..].chars().next().map_or(1, char::len_utf8);
        out.push_str(&formula[at..at + next]);
        at += next;
    }
    out
}

fn offset(word: &str, row: u32, column: u32) -> String {
    let Some((to_row, to_column)) = super::grid::parse_cell(word) else { return word.to_owned() };
    let fixed_column = word.starts_with('$');
    let fixed_row = word.trim_start_matches('$').contains('$');
    let part = |fixed: bool, to: u32, from: u32| if fixed { format!("={to}") } else { format!("{}", i64::from(to) - i64::from(from)) };
    format!("R[{}]C[{}]", part(fixed_row, to_row, row), part(fixed_column, to_column, column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sop_core::{ArtifactId, Format};

    /// Builds a sheet from lines of cells split by `|`; `=F -> v` is a formula, `*` marks bold.
    fn check(lines: &[&str], expected: &[&str]) {
        let mut grid = Grid::default();
        for (row, line) in lines.iter().enumerate() {
            for (column, text) in line.split('|').map(str::trim).enumerate().filter(|(_, text)| !text.is_empty()) {
                let (formula, text) = match text.strip_prefix('=') {
                    Some(rest) => rest.split_once(" -> ").map_or((Some(rest), ""), |(formula, value)| (Some(formula), value)),
                    None => (None, text),
                };
                let (bold, text) = (text.starts_with('*'), text.trim_start_matches('*'));
                let value = text.parse().map_or(Value::Text, Value::Number);
                let cell = Cell { text: text.into(), value, formula: formula.map(str::to_owned), bold };
                grid.rows.entry(row as u32).or_default().insert(column as u32, cell);
            }
        }
        let mut doc = Document::new(ArtifactId("a".into()), "a.xlsx", Format::Workbook);
        readers("S", &grid, false).iter().for_each(|reader| reader.read(&mut doc));
        let mut shown: Vec<String> = doc.blocks.iter().map(|it| format!("{:?} {} [{}]", it.kind, it.text, it.context.as_deref().unwrap_or_default())).collect();
        shown.extend(doc.tables.iter().map(|table| {
            let sums = table.columns.iter().map(|column| format!("{} {:?}", column.name, column.sum)).collect::<Vec<_>>().join(", ");
            format!("table {} rows, total {}: {sums}", table.rows, table.has_total)
        }));
        assert_eq!(shown, expected);
    }

    #[test]
    fn checks_are_fields_and_formulas_with_their_result() {
        check(
            &["Checks before it leaves", "", "Net | 12.5", "Adds up | =IF(B3>0,\"OK\",\"CHECK\") -> OK"],
            &["Cell Checks before it leaves [S]", "Field Net: 12.5 [S]", "Field Adds up: OK [S]", "Formula =IF(B3>0,\"OK\",\"CHECK\") -> OK [S / Adds up]"],
        );
    }

    #[test]
    fn totals_row_is_no_data_and_copies_are_quoted_once() {
        check(
            &["Line | Net | Tax", "Straps | 10 | =B2*2 -> 20", "Sleeves | 5 | =B3*2 -> 10", "Total | =SUM(B2:B3) -> 15 | =SUM(C2:C3) -> 30"],
            &[
                "Row Line: Straps | Net: 10 | Tax: 20 [S]",
                "Row Line: Sleeves | Net: 5 | Tax: 10 [S]",
                "Row Line: Total | Net: 15 | Tax: 30 [S]",
                "Formula =B2*2 -> 20 [S / Tax / Straps]",
                "Formula =SUM(B2:B3) -> 15 [S / Net / Total]",
                "table 2 rows, total true: Line None, Net Some(15.0), Tax Some(30.0)",
            ],
        );
    }

    #[test]
    fn summary_beside_a_table_is_no_column_of_it() {
        check(
            &["Ticket | Owner | Target | | Late | 4", "T1 | Ana | 60", "T2 | Bo | 240", "T3 | Cy | 60"],
            &[
                "Row Ticket: T1 | Owner: Ana | Target: 60 [S]",
                "Row Ticket: T2 | Owner: Bo | Target: 240 [S]",
                "Row Ticket: T3 | Owner: Cy | Target: 60 [S]",
                "Field Late: 4 [S]",
                "table 3 rows, total false: Ticket None, Owner None, Target Some(360.0)",
            ],
        );
    }

    #[test]
    fn filled_down_formula_is_one_pattern() {
        assert_eq!(relative("SUMIFS(Data!$J$2:$J$9,Data!$C$2:$C$9,A4)", 3, 4), relative("SUMIFS(Data!$J$2:$J$9,Data!$C$2:$C$9,A5)", 4, 4));
        assert_ne!(relative("A4+$B$1", 3, 4), relative("A5+$B$2", 4, 4));
    }
}
