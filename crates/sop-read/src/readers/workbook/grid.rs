//! The cells of a sheet, as a person sees them: sparse, so that one cell far out costs nothing.

use super::ods::plain_formula;
use calamine::{Data, DataType, ExcelDateTime, Reader, Sheets, Style};
use std::collections::BTreeMap;
use std::io::Cursor;

/// More cells than people look at; the rest is counted as not read.
const MAX_CELLS: usize = 1_000_000;
/// Dense formats are refused above this, since they are kept whole in memory.
const MAX_DENSE: usize = 50_000_000;

pub(super) type Book<'a> = Sheets<Cursor<&'a [u8]>>;

/// A cell that holds something.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    /// The value as it is shown: dates as `2026-11-05`, percentages as `6%`.
    pub text: String,
    pub value: Value,
    /// Without the leading `=`.
    pub formula: Option<String>,
    pub bold: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Date,
    Text,
    #[default]
    Nothing,
}

/// A cell as the workbook has it: where it stands, its value, its style.
type Read<'s> = ((u32, u32), Data, Option<&'s Style>);

/// A sheet by row and column, both from 0.
#[derive(Debug, Clone, Default)]
pub(super) struct Grid {
    pub rows: BTreeMap<u32, BTreeMap<u32, Cell>>,
    pub cut: bool,
}

impl Grid {
    pub fn get(&self, row: u32, column: u32) -> Option<&Cell> {
        self.rows.get(&row)?.get(&column)
    }

    /// Returns the columns from one, up to but without another.
    pub fn columns(&self, from: u32, to: u32) -> Self {
        let rows = self.rows.iter().map(|(row, cells)| (*row, cells.range(from..to).map(|(at, cell)| (*at, cell.clone())).collect()));
        let mut grid = Self { rows: rows.collect(), cut: self.cut };
        grid.drop_blank();
        grid
    }

    fn cell(&mut self, (row, column): (u32, u32)) -> &mut Cell {
        self.rows.entry(row).or_default().entry(column).or_default()
    }

    /// Reads a sheet. Only the workbooks of today's Excel tell bold and number formats.
    pub fn read(book: &mut Book<'_>, sheet: &str) -> Result<Self, String> {
        let mut grid = Self::default();
        let broken = |err: &dyn std::fmt::Display| format!("the sheet {sheet} is broken: {err}");
        if let Sheets::Xlsx(xlsx) = book {
            let mut cells = xlsx.worksheet_cells_reader(sheet).map_err(|err| broken(&err))?;
            let styles = cells.styles().to_vec();
            grid.fill(|| {
                let next = cells.next_cell_with_style_id().map_err(|err| broken(&err))?;
                Ok(next.map(|(cell, style)| (cell.get_position(), cell.get_value().clone().into(), styles.get(style))))
            })?;
            drop(cells);
            let mut formulas = xlsx.worksheet_cells_reader(sheet).map_err(|err| broken(&err))?;
            grid.add_formulas(|| formulas.next_formula().ok().flatten());
        } else if let Sheets::Xlsb(xlsb) = book {
            // Cell by cell: as a whole, a sheet takes the room of its rectangle, which two far cells can make endless.
            let mut cells = xlsb.worksheet_cells_reader(sheet).map_err(|err| broken(&err))?;
            grid.fill(|| {
                let next = cells.next_cell().map_err(|err| broken(&err))?;
                Ok(next.map(|cell| (cell.get_position(), cell.get_value().clone().into(), None)))
            })?;
            drop(cells);
            let mut formulas = xlsb.worksheet_cells_reader(sheet).map_err(|err| broken(&err))?;
            grid.add_formulas(|| formulas.next_formula().ok().flatten());
        } else {
            let values = book.worksheet_range(sheet).map_err(|err| broken(&err))?;
            if values.width().saturating_mul(values.height()) > MAX_DENSE {
                return Err(format!("the sheet {sheet} is too large to read"));
            }
            let (top, left) = values.start().unwrap_or_default();
            for (row, column, value) in values.used_cells().take(MAX_CELLS) {
                *grid.cell((top + row as u32, left + column as u32)) = shown(value, None);
            }
            if let Ok(formulas) = book.worksheet_formula(sheet) {
                let (top, left) = formulas.start().unwrap_or_default();
                for (row, column, formula) in formulas.used_cells().take(MAX_CELLS) {
                    grid.set_formula((top + row as u32, left + column as u32), &plain_formula(formula));
                }
            }
        }
        grid.drop_blank();
        Ok(grid)
    }

    /// Takes cell after cell, until there are more than people look at.
    fn fill<'s>(&mut self, mut next: impl FnMut() -> Result<Option<Read<'s>>, String>) -> Result<(), String> {
        let mut n = 0;
        while let Some((at, value, style)) = next()? {
            if !value.is_empty() {
                *self.cell(at) = shown(&value, style);
                n += 1;
            }
            if n >= MAX_CELLS {
                self.cut = true;
                break;
            }
        }
        Ok(())
    }

    /// Takes formula after formula. One that cannot be expanded loses those after it, not the values.
    fn add_formulas(&mut self, next: impl FnMut() -> Option<calamine::Cell<String>>) {
        for cell in std::iter::from_fn(next).take(MAX_CELLS) {
            self.set_formula(cell.get_position(), cell.get_value());
        }
    }

    fn set_formula(&mut self, at: (u32, u32), formula: &str) {
        let formula = formula.trim().trim_start_matches('=');
        if !formula.is_empty() {
            self.cell(at).formula = Some(formula.to_owned());
        }
    }

    fn drop_blank(&mut self) {
        for row in self.rows.values_mut() {
            row.retain(|_, cell| !cell.text.is_empty() || cell.formula.is_some());
        }
        self.rows.retain(|_, row| !row.is_empty());
    }
}

fn shown(value: &Data, style: Option<&Style>) -> Cell {
    let format = style.and_then(|style| style.number_format.as_ref()).map_or("", |format| format.format_code.as_str());
    let bold = style.and_then(|style| style.font.as_ref()).is_some_and(|font| font.is_bold());
    let (text, value) = match value {
        Data::Int(n) => (number(*n as f64, format), Value::Number(*n as f64)),
        Data::Float(n) => (number(*n, format), Value::Number(*n)),
        Data::String(text) => (super::fold(text), Value::Text),
        Data::Bool(true) => ("TRUE".into(), Value::Text),
        Data::Bool(false) => ("FALSE".into(), Value::Text),
        Data::DateTime(at) => date(at),
        Data::DateTimeIso(text) => (text.trim_end_matches("T00:00:00").replace('T', " "), Value::Date),
        Data::DurationIso(text) => (text.clone(), Value::Text),
        Data::Error(error) => (error.to_string(), Value::Text),
        Data::Empty => (String::new(), Value::Nothing),
    };
    Cell { text, value, formula: None, bold }
}

fn date(at: &ExcelDateTime) -> (String, Value) {
    let days = at.as_f64();
    if at.is_duration() || (0.0..1.0).contains(&days) {
        let minutes = (days * 24.0 * 60.0).round() as i64;
        return (format!("{:02}:{:02}", minutes / 60, (minutes % 60).abs()), Value::Text);
    }
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let text = match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
    };
    (text, Value::Date)
}

/// Writes a number with the decimals its format shows, without thousands marks, so that it can be compared.
fn number(value: f64, format: &str) -> String {
    let shown = format.split(';').next().unwrap_or_default();
    let decimals = shown.split_once('.').map(|(_, rest)| rest.chars().take_while(|c| matches!(c, '0' | '#' | '?')).count());
    if shown.contains('%') {
        return format!("{:.*}%", decimals.unwrap_or(0).min(10), value * 100.0);
    }
    match decimals {
        Some(n) if (1..=10).contains(&n) => format!("{value:.n$}"),
        _ => plain(value),
    }
}

/// Writes a number as short as it can be, without the dust of binary fractions.
pub(super) fn plain(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return (value as i64).to_string();
    }
    // The shortest writing is quick to make, and most often it is all there is.
    let text = value.to_string();
    if text.split_once('.').is_some_and(|(_, decimals)| decimals.len() <= 6) {
        return text;
    }
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.trim_start_matches('-') == "0" { format!("{value:e}") } else { text.to_owned() }
}

/// Returns the name of a cell such as `B5`; row and column count from 0.
pub(super) fn cell_name(row: u32, column: u32) -> String {
    format!("{}{}", column_name(column), u64::from(row) + 1)
}

fn column_name(column: u32) -> String {
    let mut letters = Vec::new();
    let mut n = u64::from(column) + 1;
    while n > 0 {
        letters.push(b'A' + ((n - 1) % 26) as u8);
        n = (n - 1) / 26;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

/// Reads `B5`, `$B$5` or the start of `B5:C9` into row and column from 0.
pub(super) fn parse_cell(text: &str) -> Option<(u32, u32)> {
    let text = text.split(':').next()?.replace('$', "");
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    if !(1..=3).contains(&letters) {
        return None;
    }
    let column = text[..letters].bytes().fold(0u32, |n, c| n * 26 + u32::from(c.to_ascii_uppercase() - b'A') + 1);
    let row: u32 = text[letters..].parse().ok()?;
    Some((row.checked_sub(1)?, column - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, format: &str, expected: &str) {
        assert_eq!(number(value, format), expected);
    }

    #[test]
    fn number_is_shown_as_its_format_says() {
        check(0.06, "0%", "6%");
        check(0.0634374, "0.0%", "6.3%");
        check(84174.01000000004, "#,##0.00", "84174.01");
        check(1455.0, "#,##0", "1455");
        check(58.494852233677, "General", "58.494852");
    }

    #[test]
    fn number_is_as_short_as_it_can_be() {
        for (value, expected) in
            [(0.1 + 0.2, "0.3"), (-0.0, "0"), (1e-9, "1e-9"), (-17.25, "-17.25"), (1e300, &format!("{:.0}", 1e300)), (123_456_789_012.5, "123456789012.5")]
        {
            assert_eq!(plain(value), expected);
        }
    }

    #[test]
    fn cell_names_go_beyond_z() {
        assert_eq!(cell_name(4, 27), "AB5");
        assert_eq!(parse_cell("$AB$5:AC9"), Some((4, 27)));
    }
}
