//! Drawn processes (draw.io, Visio, Mermaid, Graphviz): what leads to what, in the order in which one would follow it.
//!
//! Each arrow becomes a line such as `Check the total -> Dana approves: over 500`, under the lane it starts in. What no
//! arrow touches is told as it stands there.

mod dot;
mod drawio;
mod mermaid;
mod visio;

use super::lines::ending;
use super::ooxml::fold;
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use sop_core::{Block, BlockKind, Document, Format, Place};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub(super) const READER: Reader = Reader {
    name: "diagram",
    about: About {
        files: "draw.io (`.drawio`), Visio (`.vsdx`), Mermaid (`.mmd`, and fenced in Markdown), Graphviz (`.dot`, `.gv`)",
        taken: "arrows from shape to shape with what is written on them, lanes, notes",
        anchor: "page and number of the arrow, or line",
        not_taken: "colours and positions; `.vsd`",
    },
    accepts,
    read,
};

/// A drawing with more was made by a program, of data.
const MAX_SHAPES: usize = 20_000;
const MAX_LABEL: usize = 600;
/// Shapes that one arrow of a text leads to at once.
const MAX_FORK: usize = 60;

fn accepts(input: &Input<'_>) -> bool {
    let zipped = input.bytes.starts_with(b"PK");
    match ending(input.name).as_str() {
        "vsdx" | "vsdm" | "vstx" => zipped,
        "mmd" | "mermaid" => is_text(input.bytes),
        "dot" | "gv" => is_text(input.bytes) && dot::is_graph(&decode(input.bytes)),
        "drawio" | "dio" => is_text(input.bytes),
        "xml" => is_text(input.bytes) && drawio::is_drawing(&decode(&input.bytes[..input.bytes.len().min(2_048)])),
        _ => false,
    }
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Diagram);
    let pages = match ending(input.name).as_str() {
        "vsdx" | "vsdm" | "vstx" => visio::pages(input.bytes)?,
        "mmd" | "mermaid" => vec![mermaid::page(&decode(input.bytes), 1)],
        "dot" | "gv" => vec![dot::page(&decode(input.bytes))],
        _ => drawio::pages(&decode(input.bytes), input.budget)?,
    };
    for (n, page) in (1..).zip(pages) {
        doc.title = doc.title.take().or_else(|| page.name.clone());
        doc.blocks.extend(page.blocks(n));
    }
    if doc.blocks.is_empty() {
        doc.remarks.push("no shapes with text in it".into());
    }
    Ok(Raw(doc))
}

/// Reads a Mermaid drawing inside another text, whose first line has this number.
pub(super) fn mermaid(text: &str, first_line: u32) -> Vec<Block> {
    mermaid::page(text, first_line).blocks(1)
}

/// A shape with its text.
#[derive(Debug, Default, Clone)]
struct Shape {
    label: String,
    /// The swimlane or group it stands in.
    lane: Option<String>,
    /// Line of the file, where the drawing is written as text.
    line: Option<u32>,
}

#[derive(Debug, Clone)]
struct Arrow {
    from: String,
    to: String,
    label: String,
    line: Option<u32>,
}

/// A page of a drawing.
#[derive(Debug, Default)]
struct Drawing {
    name: Option<String>,
    shapes: BTreeMap<String, Shape>,
    /// Shapes in the order in which they were drawn.
    order: Vec<String>,
    arrows: Vec<Arrow>,
    /// What is drawn is a talk between parts: its order is that of time.
    in_time: bool,
}

impl Drawing {
    /// Adds a shape, or gives a known one its label.
    fn shape(&mut self, id: &str, label: Option<&str>, lane: Option<&str>, line: Option<u32>) {
        if !self.shapes.contains_key(id) {
            if self.shapes.len() >= MAX_SHAPES {
                return;
            }
            self.order.push(id.to_owned());
            self.shapes.insert(id.to_owned(), Shape { label: fold(id), lane: None, line });
        }
        let Some(shape) = self.shapes.get_mut(id) else { return };
        if let Some(label) = label.map(clean) {
            shape.label = label;
        }
        if shape.lane.is_none() {
            shape.lane = lane.map(str::to_owned).filter(|it| !it.is_empty());
        }
    }

    fn arrow(&mut self, from: &str, to: &str, label: &str, line: Option<u32>) {
        if self.arrows.len() < MAX_SHAPES {
            self.arrows.push(Arrow { from: from.to_owned(), to: to.to_owned(), label: clean(label), line });
        }
    }

    /// Returns a line for each arrow, from where nothing leads on, and then the shapes that stand alone.
    fn blocks(&self, page: u32) -> Vec<Block> {
        let rank = self.ranks();
        let mut arrows: Vec<(usize, &Arrow)> = self.arrows.iter().enumerate().collect();
        if !self.in_time {
            arrows.sort_by_key(|(at, it)| (rank.get(it.from.as_str()).copied().unwrap_or(usize::MAX), *at));
        }
        let mut blocks = Vec::new();
        let mut number = 0;
        let mut push = |kind: BlockKind, text: String, line: Option<u32>, context: Option<&String>| {
            number += 1;
            let place = line.map_or(Place::Page { page, line: number }, |it| Place::Lines { from: it, to: it });
            let mut block = Block::new(kind, text, place);
            block.context = context.or(self.name.as_ref()).cloned();
            blocks.push(block);
        };
        for (_, arrow) in &arrows {
            let (Some(from), Some(to)) = (self.shapes.get(&arrow.from), self.shapes.get(&arrow.to)) else { continue };
            if from.label.is_empty() || to.label.is_empty() {
                continue;
            }
            let label = if arrow.label.is_empty() { String::new() } else { format!(": {}", arrow.label) };
            push(BlockKind::Item { numbered: false, ticked: None }, format!("{} -> {}{label}", from.label, to.label), arrow.line, from.lane.as_ref());
        }
        let touched: BTreeSet<&str> = self.arrows.iter().flat_map(|it| [it.from.as_str(), it.to.as_str()]).collect();
        for id in &self.order {
            let shape = &self.shapes[id];
            if !touched.contains(id.as_str()) && !shape.label.is_empty() {
                push(BlockKind::Paragraph, shape.label.clone(), shape.line, shape.lane.as_ref());
            }
        }
        blocks
    }

    /// Numbers the shapes as one would come to them, starting where no arrow leads.
    fn ranks(&self) -> BTreeMap<&str, usize> {
        let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut reached: BTreeMap<&str, usize> = BTreeMap::new();
        for arrow in &self.arrows {
            next.entry(arrow.from.as_str()).or_default().push(arrow.to.as_str());
            if arrow.from != arrow.to {
                *reached.entry(arrow.to.as_str()).or_default() += 1;
            }
        }
        let mut ranks = BTreeMap::new();
        let starts = self.order.iter().filter(|it| !reached.contains_key(it.as_str()));
        // A ring has no start: then it begins where the drawing does.
        for start in starts.chain(&self.order) {
            let mut queue = VecDeque::from([start.as_str()]);
            while let Some(id) = queue.pop_front() {
                if ranks.contains_key(id) {
                    continue;
                }
                ranks.insert(id, ranks.len());
                queue.extend(next.get(id).into_iter().flatten().copied());
            }
        }
        ranks
    }
}

/// Takes marks of style out of a label.
fn clean(label: &str) -> String {
    let mut text = String::new();
    let mut rest = label;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let tag = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        match rest.find('>').filter(|_| tag) {
            Some(end) => {
                text.push(' ');
                rest = &rest[end + 1..];
            }
            None => {
                text.push('<');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    let text = text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
    fold(&text.replace("\\n", " ").replace("\\l", " ").replace("\\r", " ")).chars().take(MAX_LABEL).collect()
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::read_raw;

    fn check(name: &str, bytes: &[u8], expected: &[&str]) {
        let document = read_raw(name, bytes);
        let under = |it: &sop_core::Block| it.context.as_ref().map(|it| format!(" [{it}]")).unwrap_or_default();
        let shown: Vec<String> = document.blocks.iter().map(|it| format!("{}{} @ {}", it.text, under(it), it.place)).collect();
        assert_eq!(shown, expected, "{name}");
    }

    const PLAIN: &str = r#"<mxfile><diagram name="Refund"><mxGraphModel><root><mxCell id="0"/><mxCell id="1" parent="0"/><mxCell id="L" value="Finance" style="swimlane;" vertex="1" parent="1"/><mxCell id="b" value="Over 500?" style="rhombus;html=1;" vertex="1" parent="L"/><mxCell id="a" value="&lt;b&gt;Check&lt;/b&gt; the&lt;br&gt;total" vertex="1" parent="L"/><mxCell id="c" value="Dana approves" vertex="1" parent="1"/><mxCell id="e2" value="" edge="1" parent="1" source="b" target="c"/><mxCell id="t" value="yes" style="edgeLabel;" vertex="1" connectable="0" parent="e2"/><mxCell id="e1" edge="1" parent="1" source="a" target="b"/><UserObject label="Never on a Friday" id="n"><mxCell style="note" vertex="1" parent="1"/></UserObject></root></mxGraphModel></diagram></mxfile>"#;

    #[test]
    fn drawing_is_followed_along_its_arrows() {
        check(
            "refund.drawio",
            PLAIN.as_bytes(),
            &[
                "Check the total -> Over 500? [Finance] @ page 1, line 1",
                "Over 500? -> Dana approves: yes [Finance] @ page 1, line 2",
                "Never on a Friday [Refund] @ page 1, line 3",
            ],
        );
    }

    #[test]
    fn packed_drawing_is_unpacked() {
        check("packed.drawio", include_bytes!("../../tests/files/packed.drawio"), &["Check the total -> Dana approves: over 500 [Refund] @ page 1, line 1"]);
    }

    #[test]
    fn mermaid_with_lanes_and_labels() {
        check(
            "flow.mmd",
            b"%% how it goes\nflowchart TD\n  subgraph Finance\n    A[\"Check the total\"] --> B{Over 500?}\n  end\n  B -->|yes| C(Dana approves)\n  B -- no --> D[Pay it] & E[(Ledger)]\n  C --> D\n  style A fill:#fff\n",
            &[
                "Check the total -> Over 500? [Finance] @ line 4",
                "Over 500? -> Dana approves: yes [Finance] @ line 6",
                "Over 500? -> Pay it: no [Finance] @ line 7",
                "Over 500? -> Ledger: no [Finance] @ line 7",
                "Dana approves -> Pay it @ line 8",
            ],
        );
        check(
            "talk.mmd",
            b"sequenceDiagram\n  participant T as Tom\n  actor D as Dana\n  T->>D: May I send it?\n  D-->>T: Not before the 5th\n  Note over T,D: by phone\n",
            &["Tom -> Dana: May I send it? @ line 4", "Dana -> Tom: Not before the 5th @ line 5"],
        );
    }

    #[test]
    fn drawing_inside_markdown_is_read() {
        check("a.md", b"# How\n\n```mermaid\ngraph LR\nA[Export] --> B[Check]\n```\n", &["How @ line 1", "Export -> Check [How] @ line 5"]);
    }

    #[test]
    fn graphviz_with_clusters() {
        check(
            "flow.dot",
            b"digraph refund { // how it goes\n  node [shape=box];\n  subgraph cluster_f { label=\"Finance\";\n    a [label=\"Check\\nthe total\"]; b [shape=diamond label=\"Over 500?\"]; }\n  a -> b;\n  b -> c -> d [label=\"yes\"];\n  c [label=<<b>Dana</b> approves>]; \"note 1\";\n}\n",
            &[
                "Check the total -> Over 500? [Finance] @ line 5",
                "Over 500? -> Dana approves: yes [Finance] @ line 6",
                "Dana approves -> d: yes [refund] @ line 6",
                "note 1 [refund] @ line 7",
            ],
        );
    }

    #[test]
    fn visio_arrows_connect_shapes() {
        check("refund.vsdx", include_bytes!("../../tests/files/refund.vsdx"), &["Check the total -> Dana approves: over 500 [Refund] @ page 1, line 1"]);
    }
}
