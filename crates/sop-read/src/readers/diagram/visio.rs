//! Drawings of Visio (.vsdx): shapes with text, and connectors glued to them.

use super::Drawing;
use crate::readers::ooxml::{Node, Package};
use std::collections::{BTreeMap, BTreeSet};

const MAX_PAGES: usize = 100;
const PAGES: &str = "visio/pages/pages.xml";

/// Returns the pages of a drawing.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<Drawing>, String> {
    let mut package = Package::open(bytes)?;
    let list = package.tree(PAGES).ok_or("the drawing has no pages, or it is broken")?;
    let relations = package.relations(PAGES);
    let mut pages = Vec::new();
    for page in list.all("Page").filter(|it| it.attr("Background") != Some("1")).take(MAX_PAGES) {
        let id = page.child("Rel").and_then(|it| it.attr("id"));
        let target = id.and_then(|id| relations.iter().find(|it| it.id == id)).map(|it| it.target.clone());
        let Some(tree) = target.and_then(|it| package.tree(&it)) else { continue };
        pages.push(drawing(page.attr("Name").map(str::to_owned), &tree));
    }
    Ok(pages)
}

fn drawing(name: Option<String>, page: &Node) -> Drawing {
    let mut drawing = Drawing { name, ..Drawing::default() };
    let mut ends: Ends<'_> = BTreeMap::new();
    for connect in page.child("Connects").into_iter().flat_map(|it| it.all("Connect")) {
        let (Some(arrow), Some(shape)) = (connect.attr("FromSheet"), connect.attr("ToSheet")) else { continue };
        let end = ends.entry(arrow).or_default();
        match connect.attr("FromCell") {
            Some("BeginX") => end.0 = Some(shape),
            Some("EndX") => end.1 = Some(shape),
            _ => {}
        }
    }
    let glued: BTreeSet<&str> = ends.values().flat_map(|it| [it.0, it.1]).flatten().collect();
    for shape in page.child("Shapes").into_iter().flat_map(|it| it.all("Shape")) {
        add(shape, &ends, &glued, &mut drawing);
    }
    for shape in page.descendants("Shape") {
        if let Some((Some(from), Some(to))) = shape.attr("ID").and_then(|it| ends.get(it)) {
            drawing.arrow(from, to, &text_of(shape), None);
        }
    }
    drawing
}

type Ends<'n> = BTreeMap<&'n str, (Option<&'n str>, Option<&'n str>)>;

fn text_of(shape: &Node) -> String {
    shape.child("Text").map(Node::text).unwrap_or_default()
}

/// Adds a shape and those grouped in it. A group that connectors lead to goes by the first text inside, if it has no own.
fn add<'n>(shape: &'n Node, ends: &Ends<'n>, glued: &BTreeSet<&str>, drawing: &mut Drawing) {
    let Some(id) = shape.attr("ID").filter(|it| !ends.contains_key(it)) else { return };
    let mut label = text_of(shape);
    if label.is_empty() && glued.contains(id) {
        label = shape.descendants("Shape").into_iter().map(text_of).find(|it| !it.is_empty()).unwrap_or_default();
        drawing.shape(id, Some(&label), None, None);
        return;
    }
    if !label.is_empty() {
        drawing.shape(id, Some(&label), None, None);
    }
    for inner in shape.child("Shapes").into_iter().flat_map(|it| it.all("Shape")) {
        add(inner, ends, glued, drawing);
    }
}
