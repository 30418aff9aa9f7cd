//! Drawings of Visio (.vsdx): shapes with text, and connectors glued to them.

use super::Drawing;
use crate::readers::ooxml::{Node, Package};
use std::collections::BTreeMap;

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
    let mut ends: BTreeMap<&str, (Option<&str>, Option<&str>)> = BTreeMap::new();
    for connect in page.child("Connects").into_iter().flat_map(|it| it.all("Connect")) {
        let (Some(arrow), Some(shape)) = (connect.attr("FromSheet"), connect.attr("ToSheet")) else { continue };
        let end = ends.entry(arrow).or_default();
        match connect.attr("FromCell") {
            Some("BeginX") => end.0 = Some(shape),
            Some("EndX") => end.1 = Some(shape),
            _ => {}
        }
    }
    let shapes = page.descendants("Shape");
    let text = |shape: &Node| shape.child("Text").map(Node::text).unwrap_or_default();
    for shape in &shapes {
        let Some(id) = shape.attr("ID").filter(|it| !ends.contains_key(it)) else { continue };
        // A shape without text of its own may be a group around one that has it.
        let own = text(shape);
        let label = if own.is_empty() { shape.descendants("Shape").into_iter().map(text).find(|it| !it.is_empty()).unwrap_or_default() } else { own };
        let inner = shapes
            .iter()
            .any(|it| !std::ptr::eq(*it, *shape) && it.descendants("Shape").iter().any(|inner| std::ptr::eq(*inner, *shape)) && text(it).is_empty());
        let connected = ends.values().any(|it| it.0 == Some(id) || it.1 == Some(id));
        if !label.is_empty() && (!inner || connected) {
            drawing.shape(id, Some(&label), None, None);
        }
    }
    for shape in &shapes {
        if let Some((Some(from), Some(to))) = shape.attr("ID").and_then(|it| ends.get(it)) {
            drawing.arrow(from, to, &text(shape), None);
        }
    }
    drawing
}
