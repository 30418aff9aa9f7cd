//! What a sheet of OpenDocument keeps beside its values: comments, and rules on what may be entered.

use super::grid::cell_name;
use super::rules::{CellNote, CellRule};
use crate::readers::ooxml::{Node, Package, fold, moment};
use std::borrow::Cow;
use std::collections::BTreeMap;

const CONTENT: &str = "content.xml";
const MAX_FOUND: usize = 10_000;

/// Returns the comments of all sheets, in order of their cells.
pub(super) fn notes(package: &mut Package<'_>) -> Vec<(String, CellNote)> {
    let Some(tree) = tree(package, "<office:annotation") else { return Vec::new() };
    let mut found = Vec::new();
    cells(&tree, &mut |sheet, row, column, cell| {
        let Some(note) = cell.child("annotation").filter(|_| found.len() < MAX_FOUND) else { return };
        let text = note.all("p").map(Node::text).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return;
        }
        let author = note.child("creator").map(Node::text).filter(|it| !it.is_empty());
        let time = note.child("date").and_then(|it| moment(&it.text()));
        found.push((sheet.to_owned(), CellNote { cell: cell_name(row, column), author, text, time }));
    });
    found
}

/// Returns the rules on what may be entered, each at the first cell that it is for.
pub(super) fn rules(package: &mut Package<'_>) -> Vec<(String, CellRule)> {
    let Some(tree) = tree(package, "<table:content-validation") else { return Vec::new() };
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for rule in tree.descendants("content-validation") {
        let condition = rule.attr("condition").map(plain_condition).unwrap_or_default();
        let said = |name: &str| rule.child(name).map(|it| fold(&format!("{} {}", it.attr("title").unwrap_or_default(), it.text()))).filter(|it| !it.is_empty());
        let parts: Vec<String> = Some(condition).filter(|it| !it.is_empty()).into_iter().chain(said("help-message")).chain(said("error-message")).collect();
        if let Some(name) = rule.attr("name").filter(|_| !parts.is_empty()) {
            texts.insert(name.to_owned(), parts.join("; "));
        }
    }
    let mut found = Vec::new();
    cells(&tree, &mut |sheet, row, column, cell| {
        // The cells below the first have the same rule.
        if let Some(text) = cell.attr("content-validation-name").and_then(|it| texts.remove(it)) {
            found.push((sheet.to_owned(), CellRule { cell: cell_name(row, column), text }));
        }
    });
    found
}

/// Returns the content as a tree, if it has what is looked for: a sheet of many values is not parsed in vain.
fn tree(package: &mut Package<'_>, wanted: &str) -> Option<Node> {
    let text = package.text(CONTENT)?;
    text.contains(wanted).then(|| crate::readers::ooxml::parse(&text)).flatten()
}

/// Goes through the cells that are written in the file, with their row and column.
fn cells<'n>(tree: &'n Node, each: &mut dyn FnMut(&str, u32, u32, &'n Node)) {
    let again = |node: &Node, name: &str| node.attr(name).and_then(|it| it.parse::<u32>().ok()).unwrap_or(1).max(1);
    for table in tree.descendants("table") {
        let sheet = table.attr("name").unwrap_or_default();
        let mut row = 0_u32;
        for line in table.descendants("table-row") {
            let mut column = 0_u32;
            for cell in line.children.iter().filter(|it| matches!(it.name.as_str(), "table-cell" | "covered-table-cell")) {
                each(sheet, row, column, cell);
                column = column.saturating_add(again(cell, "number-columns-repeated"));
            }
            row = row.saturating_add(again(line, "number-rows-repeated"));
        }
    }
}

/// Says in words what `of:cell-content-is-in-list("a";"b")` asks for.
fn plain_condition(condition: &str) -> String {
    let plain = condition.split_once(':').map_or(condition, |it| it.1);
    match plain.split_once("cell-content-is-in-list(") {
        Some((_, list)) => format!("allowed: {}", list.trim_end_matches(')').replace(['"', '['], "").replace(';', ", ")),
        None => format!("allowed when {}", plain.replace("cell-content-is-", "").replace("cell-content()", "value")),
    }
}

/// Writes a formula of OpenDocument as any other workbook has it: `of:=SUM([.B2:.B4];[$Rates.A1])` as `SUM(B2:B4,Rates!A1)`.
pub(super) fn plain_formula(formula: &str) -> Cow<'_, str> {
    let Some(text) = ["of:", "oooc:"].iter().find_map(|it| formula.strip_prefix(it)) else { return Cow::Borrowed(formula) };
    let mut out = String::with_capacity(text.len());
    let (mut quoted, mut cells) = (false, None::<String>);
    for c in text.chars() {
        match (c, &mut cells) {
            (']', Some(inside)) => {
                out.push_str(&reference(inside));
                cells = None;
            }
            (c, Some(inside)) => inside.push(c),
            ('[', None) if !quoted => cells = Some(String::new()),
            (';', None) if !quoted => out.push(','),
            (c, None) => {
                quoted ^= c == '"';
                out.push(c);
            }
        }
    }
    Cow::Owned(out)
}

/// `.B2:.B4` is `B2:B4`, `$'My rates'.A1` is `'My rates'!A1`.
fn reference(cells: &str) -> String {
    let part = |it: &str| match it.rsplit_once('.') {
        Some((sheet, cell)) if !sheet.is_empty() => format!("{}!{cell}", sheet.trim_start_matches('$')),
        Some((_, cell)) => cell.to_owned(),
        None => it.to_owned(),
    };
    cells.split(':').map(part).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::plain_formula;
    use crate::reader::tests_support::read_raw;
    use sop_core::BlockKind;

    #[test]
    fn comments_and_rules_stand_at_their_cells() {
        let document = read_raw("close.ods", include_bytes!("../../../tests/files/close.ods"));
        let beside = document.blocks.iter().filter(|it| matches!(it.kind, BlockKind::Note | BlockKind::CellRule));
        let shown: Vec<String> = beside.map(|it| format!("{} by {} @ {}", it.text, it.speaker.as_deref().unwrap_or("?"), it.place)).collect();
        assert_eq!(shown, ["Since March it is 400. by Dana Whitfield @ note on Limits!B2", "allowed: open, closed by ? @ Limits!C2"]);
        assert!(document.remarks.contains(&"created by Priya Shah".to_owned()), "{:?}", document.remarks);
    }

    #[test]
    fn formulas_read_as_in_any_other_workbook() {
        let check = |text: &str, expected: &str| assert_eq!(plain_formula(text), expected);
        check("of:=SUM([.B2:.B4])", "=SUM(B2:B4)");
        check("of:=IF([.B2]>[$'My rates'.A1];\"a;[b]\";0)", "=IF(B2>'My rates'!A1,\"a;[b]\",0)");
        check("SUM(B2:B3)", "SUM(B2:B3)");
    }

    #[test]
    fn old_workbook_has_formulas_and_hidden_sheets() {
        let document = read_raw("limits.xls", include_bytes!("../../../tests/files/limits.xls"));
        let formulas: Vec<&str> = document.blocks.iter().filter(|it| it.kind == BlockKind::Formula).map(|it| it.text.as_str()).collect();
        assert!(formulas.len() == 1 && formulas[0].contains("SUM(B2:B3)"), "{formulas:?}");
        assert!(document.remarks.contains(&"the sheet Old is hidden".to_owned()), "{:?}", document.remarks);
    }
}
