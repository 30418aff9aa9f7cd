//! Drawings of draw.io (diagrams.net): XML of cells, plain or packed.

use super::{Drawing, clean};
use crate::reader::Budget;
use crate::readers::ooxml::{Node, parse};
use flate2::read::DeflateDecoder;
use std::collections::BTreeMap;
use std::io::Read;

const MAX_PAGES: usize = 100;
const MAX_PACKED: u64 = 20_000_000;

pub(super) fn is_drawing(head: &str) -> bool {
    head.contains("<mxfile") || head.contains("<mxGraphModel")
}

/// Returns the pages of a drawing.
pub(super) fn pages(text: &str, budget: &Budget) -> Result<Vec<Drawing>, String> {
    let root = parse(text).ok_or("the drawing is broken")?;
    if root.name == "mxGraphModel" {
        return Ok(vec![page(None, &root)]);
    }
    let mut pages = Vec::new();
    for diagram in root.all("diagram").take(MAX_PAGES) {
        let name = diagram.attr("name").map(str::to_owned);
        let packed = || unpack(&diagram.text(), budget).and_then(|it| parse(&it));
        match diagram.child("mxGraphModel") {
            Some(model) => pages.push(page(name, model)),
            None => pages.extend(packed().map(|it| page(name, &it))),
        }
    }
    Ok(pages)
}

/// Unpacks a page: base64 around a deflated, percent-encoded text.
fn unpack(text: &str, budget: &Budget) -> Option<String> {
    let bytes = base64(text)?;
    let limit = MAX_PACKED.min(budget.bytes());
    let mut inflated = Vec::new();
    DeflateDecoder::new(bytes.as_slice()).take(limit).read_to_end(&mut inflated).ok()?;
    budget.spend(inflated.len() as u64);
    let mut plain = Vec::with_capacity(inflated.len());
    let mut rest = inflated.as_slice();
    while let Some((byte, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|it| u8::from_str_radix(std::str::from_utf8(it).ok()?, 16).ok());
        match code.filter(|_| *byte == b'%') {
            Some(code) => {
                plain.push(code);
                rest = &tail[2..];
            }
            None => {
                plain.push(*byte);
                rest = tail;
            }
        }
    }
    Some(String::from_utf8_lossy(&plain).into_owned())
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut n_bits) = (0_u32, 0);
    for byte in text.bytes().filter(|it| !it.is_ascii_whitespace() && *it != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            out.push((bits >> n_bits) as u8);
        }
    }
    Some(out)
}

/// A cell with the label that may stand around it.
struct Cell<'n> {
    label: &'n str,
    node: &'n Node,
}

fn page(name: Option<String>, model: &Node) -> Drawing {
    let mut drawing = Drawing { name, ..Drawing::default() };
    let mut cells: BTreeMap<&str, Cell<'_>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for child in model.child("root").into_iter().flat_map(|it| &it.children) {
        // A cell with data of its own stands inside an object that has its id and label.
        let (outer, node) = match child.name.as_str() {
            "mxCell" => (child, Some(child)),
            "object" | "UserObject" => (child, child.child("mxCell")),
            _ => continue,
        };
        if let (Some(id), Some(node)) = (outer.attr("id"), node) {
            cells.insert(id, Cell { label: outer.attr("label").or_else(|| outer.attr("value")).unwrap_or_default(), node });
            order.push(id);
        }
    }
    let style = |cell: &Cell<'_>, wanted: &str| cell.node.attr("style").unwrap_or_default().split(';').any(|it| it.starts_with(wanted));
    let lane_of = |id: &str| {
        let mut at = cells.get(id).and_then(|it| it.node.attr("parent"));
        for _ in 0..8 {
            let cell = cells.get(at?)?;
            if style(cell, "swimlane") && !cell.label.is_empty() {
                return Some(clean(cell.label));
            }
            at = cell.node.attr("parent");
        }
        None
    };
    let mut inside: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for id in &order {
        inside.entry(cells[id].node.attr("parent").unwrap_or_default()).or_default().push(id);
    }
    let is = |cell: &Cell<'_>, what: &str| cell.node.attr(what) == Some("1");
    for id in &order {
        let cell = &cells[id];
        let on_arrow = cell.node.attr("parent").and_then(|it| cells.get(it)).is_some_and(|it| is(it, "edge"));
        let lane = style(cell, "swimlane") && inside.get(id).is_some_and(|it| it.iter().any(|it| is(&cells[it], "vertex")));
        if is(cell, "vertex") && !on_arrow && !lane {
            drawing.shape(id, Some(cell.label), lane_of(id).as_deref(), None);
        }
    }
    for id in &order {
        let cell = &cells[id];
        if !is(cell, "edge") {
            continue;
        }
        let (Some(from), Some(to)) = (cell.node.attr("source"), cell.node.attr("target")) else { continue };
        let beside = inside.get(id).into_iter().flatten().map(|it| clean(cells[it].label));
        let label: Vec<String> = Some(clean(cell.label)).into_iter().chain(beside).filter(|it| !it.is_empty()).collect();
        drawing.arrow(from, to, &label.join(" "), None);
    }
    drawing
}
