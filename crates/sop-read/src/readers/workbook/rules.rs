//! What a workbook keeps beside its cells: notes, validations, conditional formats, chart sources.

use super::grid::{Grid, cell_name, parse_cell};
use crate::readers::ooxml::{Node, Package, fold, moment, parse};
use sop_core::Moment;
use std::collections::{BTreeMap, BTreeSet};

/// Longer lists of allowed values are named by their range.
const MAX_ALLOWED: usize = 24;

/// A note or comment on a cell.
#[derive(Debug, PartialEq)]
pub(super) struct CellNote {
    pub cell: String,
    pub author: Option<String>,
    pub text: String,
    pub time: Option<Moment>,
}

/// A rule on cells, in plain words.
#[derive(Debug, PartialEq)]
pub(super) struct CellRule {
    pub cell: String,
    pub text: String,
}

/// Returns the part each sheet is kept in.
pub(super) fn sheet_parts(package: &mut Package<'_>) -> BTreeMap<String, String> {
    let relations = package.relations("xl/workbook.xml");
    let Some(book) = package.tree("xl/workbook.xml") else { return BTreeMap::new() };
    let sheets = book.descendants("sheet");
    let part = |sheet: &&Node| {
        let id = sheet.attr("id")?;
        let target = relations.iter().find(|relation| relation.id == id)?.target.clone();
        Some((sheet.attr("name")?.to_owned(), target))
    };
    sheets.iter().filter_map(part).collect()
}

/// Returns the notes and threaded comments of a sheet, in order of their cells.
pub(super) fn notes(package: &mut Package<'_>, part: &str) -> Vec<CellNote> {
    let relations = package.relations(part);
    let persons = persons(package);
    let mut notes = Vec::new();
    for relation in relations.iter().filter(|it| it.kind == "threadedComment") {
        if let Some(tree) = package.tree(&relation.target) {
            notes.extend(tree.descendants("threadedComment").into_iter().filter_map(|node| threaded(node, &persons)));
        }
    }
    let answered: BTreeSet<String> = notes.iter().map(|note| note.cell.clone()).collect();
    for relation in relations.iter().filter(|it| it.kind == "comments") {
        if let Some(tree) = package.tree(&relation.target) {
            // A threaded comment is repeated as a plain note for older programs.
            notes.extend(plain_notes(&tree).into_iter().filter(|note| !answered.contains(&note.cell)));
        }
    }
    notes.sort_by_key(|note| parse_cell(&note.cell));
    notes
}

fn persons(package: &mut Package<'_>) -> BTreeMap<String, String> {
    let names: Vec<String> = package.names().into_iter().filter(|name| name.starts_with("xl/persons/") && name.ends_with(".xml")).collect();
    let mut persons = BTreeMap::new();
    for name in names {
        for node in package.tree(&name).iter().flat_map(|tree| tree.descendants("person")) {
            if let (Some(id), Some(name)) = (node.attr("id"), node.attr("displayName")) {
                persons.insert(id.to_owned(), name.to_owned());
            }
        }
    }
    persons
}

fn threaded(node: &Node, persons: &BTreeMap<String, String>) -> Option<CellNote> {
    let text = node.child("text").map(Node::text).filter(|text| !text.is_empty())?;
    let author = node.attr("personId").and_then(|id| persons.get(id)).cloned();
    Some(CellNote { cell: node.attr("ref")?.to_owned(), author, text, time: node.attr("dT").and_then(moment) })
}

fn plain_notes(tree: &Node) -> Vec<CellNote> {
    let authors: Vec<String> = tree.descendants("author").into_iter().map(Node::text).collect();
    let mut notes = Vec::new();
    for node in tree.descendants("comment") {
        let Some(cell) = node.attr("ref") else { continue };
        let author = node.attr("authorId").and_then(|id| authors.get(id.parse::<usize>().ok()?)).cloned();
        let author = author.filter(|name| !name.is_empty() && !name.starts_with("tc="));
        let text = node.child("text").map(Node::text).unwrap_or_default();
        let text = without_author(&text, author.as_deref());
        if !text.is_empty() {
            notes.push(CellNote { cell: cell.to_owned(), author, text, time: None });
        }
    }
    notes
}

/// Excel starts a note with the author's name, which is known already.
fn without_author(text: &str, author: Option<&str>) -> String {
    let rest = author.and_then(|name| text.strip_prefix(name)).and_then(|rest| rest.trim_start().strip_prefix(':'));
    rest.unwrap_or(text).trim().to_owned()
}

/// Returns the validations and conditional formats of a sheet.
pub(super) fn rules(package: &mut Package<'_>, part: &str, grids: &BTreeMap<String, Grid>, sheet: &str) -> Vec<CellRule> {
    let Some(xml) = package.text(part) else { return Vec::new() };
    // Only what follows the cells is wanted, and the cells may be many.
    let tail = xml.rfind("sheetData").and_then(|at| Some(at + xml[at..].find('>')? + 1)).map_or("", |at| &xml[at..]);
    let Some(tree) = parse(&format!("<rest>{tail}</rest>")) else { return Vec::new() };
    let mut rules: Vec<CellRule> = Vec::new();
    for node in tree.descendants("dataValidation") {
        if let (Some(area), Some(text)) = (area(node), validation(node, grids, sheet)) {
            rules.push(rule(&area, &text));
        }
    }
    for format in tree.descendants("conditionalFormatting") {
        let Some(area) = area(format) else { continue };
        let texts = format.all("cfRule").filter_map(condition);
        rules.extend(texts.map(|text| rule(&area, &text)));
    }
    rules
}

/// Returns the cells a rule is for. Newer parts of the format keep them in a child.
fn area(node: &Node) -> Option<String> {
    let area = node.attr("sqref").map(str::to_owned).or_else(|| node.child("sqref").map(Node::text))?;
    (!area.is_empty()).then_some(area)
}

fn rule(area: &str, text: &str) -> CellRule {
    let first = area.split(' ').next().unwrap_or(area);
    let cell = parse_cell(first).map_or_else(|| first.to_owned(), |(row, column)| cell_name(row, column));
    let text = if cell == area.replace('$', "") { text.to_owned() } else { format!("{text} (cells {area})") };
    CellRule { cell, text }
}

fn validation(node: &Node, grids: &BTreeMap<String, Grid>, sheet: &str) -> Option<String> {
    let first = node.child("formula1").map(Node::text).unwrap_or_default();
    let second = node.child("formula2").map(Node::text).unwrap_or_default();
    let what = match node.attr("type").unwrap_or("none") {
        "list" => Some(format!("allowed: {}", allowed(&first, grids, sheet))),
        "custom" => Some(format!("allowed when ={first}")),
        "whole" => Some(format!("allowed: whole number {}", comparison(node, &first, &second, "between"))),
        "decimal" => Some(format!("allowed: number {}", comparison(node, &first, &second, "between"))),
        "date" => Some(format!("allowed: date {}", comparison(node, &as_date(&first), &as_date(&second), "between"))),
        "time" => Some(format!("allowed: time {}", comparison(node, &first, &second, "between"))),
        "textLength" => Some(format!("allowed: text of length {}", comparison(node, &first, &second, "between"))),
        _ => None,
    };
    let says = |key: &str| node.attr(key).map(fold).filter(|text| !text.is_empty());
    let parts = [what, says("prompt").map(|text| format!("hint: {text}")), says("error").map(|text| format!("message: {text}"))];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    (!text.is_empty()).then_some(text)
}

/// Returns the values of a list rule, looked up where it names cells.
fn allowed(formula: &str, grids: &BTreeMap<String, Grid>, sheet: &str) -> String {
    if let Some(list) = formula.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return list.split(',').map(str::trim).collect::<Vec<_>>().join(", ");
    }
    let values = values_of(formula.trim_start_matches('='), grids, sheet);
    match values.len() {
        1..=MAX_ALLOWED => format!("{} (from {formula})", values.join(", ")),
        _ => format!("values of {formula}"),
    }
}

fn values_of(reference: &str, grids: &BTreeMap<String, Grid>, sheet: &str) -> Vec<String> {
    let (name, cells) = reference.rsplit_once('!').unwrap_or((sheet, reference));
    let name = name.trim_matches('\'').replace("''", "'");
    let (from, to) = cells.split_once(':').unwrap_or((cells, cells));
    let (Some(grid), Some(from), Some(to)) = (grids.get(&name), parse_cell(from), parse_cell(to)) else { return Vec::new() };
    if to < from || to.1 < from.1 {
        return Vec::new();
    }
    let rows = grid.rows.range(from.0..=to.0);
    rows.flat_map(|(_, row)| row.range(from.1..=to.1)).take(MAX_ALLOWED + 1).map(|(_, cell)| cell.text.clone()).collect()
}

fn as_date(value: &str) -> String {
    let day = value.parse::<f64>().ok().filter(|days| (1.0..2_958_466.0).contains(days));
    let Some(days) = day else { return value.to_owned() };
    let base = jiff::civil::date(1899, 12, 30);
    base.checked_add(jiff::Span::new().days(days as i64)).map_or_else(|_| value.to_owned(), |date| date.to_string())
}

fn comparison(node: &Node, first: &str, second: &str, default: &str) -> String {
    match node.attr("operator").unwrap_or(default) {
        "between" => format!("between {first} and {second}"),
        "notBetween" => format!("not between {first} and {second}"),
        "equal" => format!("= {first}"),
        "notEqual" => format!("not {first}"),
        "greaterThan" => format!("> {first}"),
        "lessThan" => format!("< {first}"),
        "greaterThanOrEqual" => format!(">= {first}"),
        "lessThanOrEqual" => format!("<= {first}"),
        other => format!("{other} {first}"),
    }
}

fn condition(node: &Node) -> Option<String> {
    let formulas: Vec<String> = node.all("formula").chain(node.all("f")).map(Node::text).collect();
    let first = formulas.first().map(String::as_str).unwrap_or_default();
    let second = formulas.get(1).map(String::as_str).unwrap_or_default();
    let text = node.attr("text").unwrap_or_default();
    let when = match node.attr("type")? {
        "cellIs" => comparison(node, first, second, "equal"),
        "expression" => format!("={first}"),
        "containsText" => format!("it contains \"{text}\""),
        "notContainsText" => format!("it does not contain \"{text}\""),
        "beginsWith" => format!("it begins with \"{text}\""),
        "endsWith" => format!("it ends with \"{text}\""),
        "containsBlanks" => "it is empty".into(),
        "notContainsBlanks" => "it is filled".into(),
        "containsErrors" => "it holds an error".into(),
        "duplicateValues" => "its value occurs twice".into(),
        "uniqueValues" => "its value occurs once".into(),
        "timePeriod" => format!("its date is in: {}", node.attr("timePeriod").unwrap_or_default()),
        "top10" => format!("it is among the top {}", node.attr("rank").unwrap_or("10")),
        "aboveAverage" => "it is above average".into(),
        // Colour scales, bars and icons draw values and state no rule.
        _ => return None,
    };
    Some(format!("highlighted when {when}"))
}

/// Returns a remark for each chart, with the cells it is drawn from.
pub(super) fn charts(package: &mut Package<'_>) -> Vec<String> {
    let names: Vec<String> = package.names().into_iter().filter(|name| name.starts_with("xl/charts/chart") && name.ends_with(".xml")).collect();
    let mut remarks = Vec::new();
    for name in names {
        let Some(tree) = package.tree(&name) else { continue };
        let ranges: BTreeSet<String> = tree.descendants("f").into_iter().map(Node::text).filter(|text| text.contains('!')).collect();
        if !ranges.is_empty() {
            remarks.push(format!("a chart is drawn from {}", ranges.into_iter().collect::<Vec<_>>().join(", ")));
        }
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(xml: &str, expected: &str) {
        let node = parse(xml).expect("xml");
        let text = if node.name == "cfRule" { condition(&node) } else { validation(&node, &BTreeMap::new(), "S") };
        assert_eq!(text.as_deref(), Some(expected));
    }

    #[test]
    fn list_rule_names_its_values() {
        check(r#"<dataValidation type="list" sqref="B2"><formula1>"open,closed"</formula1></dataValidation>"#, "allowed: open, closed");
    }

    #[test]
    fn highlight_says_when() {
        check(r#"<cfRule type="cellIs" operator="greaterThan"><formula>0.06</formula></cfRule>"#, "highlighted when > 0.06");
    }

    #[test]
    fn note_does_not_repeat_its_author() {
        assert_eq!(without_author("Ruth Adeyemi: ask Mo first. RA", Some("Ruth Adeyemi")), "ask Mo first. RA");
    }
}
