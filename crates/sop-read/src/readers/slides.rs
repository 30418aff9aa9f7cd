//! PowerPoint slides (.pptx): titles, paragraphs, lists, tables, diagrams, speaker notes and comments, slide by slide.

use super::docx::listed;
use super::ooxml::{Node, Package, Relation, fold, moment};
use crate::reader::{About, Input, Raw, Reader};
use sop_core::{Block, BlockKind, Document, Format, Place};
use std::collections::BTreeMap;

pub(super) const READER: Reader = Reader {
    name: "slides",
    about: About {
        files: "`.pptx`, `.pptm`, `.ppsx`, templates",
        taken: "titles, paragraphs, lists, tables, diagrams, speaker notes, comments, hidden slides",
        anchor: "slide and line",
        not_taken: "text in pictures, charts",
    },
    accepts,
    read,
};

const MAX_SLIDES: usize = 1_000;
const MAX_BLOCKS: usize = 50_000;
const PRESENTATION: &str = "ppt/presentation.xml";

fn accepts(input: &Input<'_>) -> bool {
    let name = input.name.to_lowercase();
    let named = [".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"].iter().any(|it| name.ends_with(it));
    named && input.bytes.starts_with(b"PK")
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut package = Package::open(input.bytes)?;
    let presentation = package.tree(PRESENTATION).ok_or("the presentation has no slides part, or it is broken")?;
    let properties = package.properties();
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Slides);
    doc.author = properties.author.clone();
    doc.remarks = properties.remarks();
    let relations = package.relations(PRESENTATION);
    let ids: Vec<&str> = presentation
        .descendants("sldId")
        .iter()
        .filter_map(|it| it.attrs.iter().rev().find(|(key, value)| key == "id" && value.starts_with('r')))
        .map(|it| it.1.as_str())
        .collect();
    let parts: Vec<String> = ids.iter().filter_map(|id| relations.iter().find(|it| it.id == **id)).map(|it| it.target.clone()).collect();
    let authors = authors(&mut package);
    for (n, part) in (1..).zip(parts.iter().take(MAX_SLIDES)) {
        let Some(tree) = package.tree(part) else {
            doc.remarks.push(format!("slide {n} is broken"));
            continue;
        };
        if tree.attr("show").is_some_and(|it| matches!(it, "0" | "false")) {
            doc.remarks.push(format!("slide {n} is hidden"));
        }
        let mut slide = Slide { n, line: 0, title: None, blocks: Vec::new() };
        slide.read(&mut package, part, &tree, &authors);
        doc.blocks.append(&mut slide.blocks);
        if doc.blocks.len() > MAX_BLOCKS {
            doc.remarks.push(format!("the slides after slide {n} were not read"));
            break;
        }
    }
    if parts.len() > MAX_SLIDES {
        doc.remarks.push(format!("only the first {MAX_SLIDES} of {} slides were read", parts.len()));
    }
    // Programs write the name of their template, or nothing that helps, as the title.
    let heading = doc.blocks.iter().find(|it| matches!(it.kind, BlockKind::Heading(_))).map(|it| it.text.clone());
    doc.title = properties.title.filter(|it| !it.to_lowercase().contains("powerpoint")).or(heading);
    if doc.blocks.is_empty() {
        doc.remarks.push("no text in it".into());
    }
    Ok(Raw(doc))
}

/// Returns who is behind the numbers that comments give for their authors.
fn authors(package: &mut Package<'_>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for part in ["ppt/commentAuthors.xml", "ppt/authors.xml"] {
        let Some(tree) = package.tree(part) else { continue };
        for node in tree.children.iter().filter(|it| matches!(it.name.as_str(), "cmAuthor" | "author")) {
            if let (Some(id), Some(name)) = (node.attr("id"), node.attr("name")) {
                found.insert(id.to_owned(), name.to_owned());
            }
        }
    }
    found
}

struct Slide {
    n: u32,
    line: u32,
    title: Option<String>,
    blocks: Vec<Block>,
}

impl Slide {
    fn read(&mut self, package: &mut Package<'_>, part: &str, tree: &Node, authors: &BTreeMap<String, String>) {
        let relations = package.relations(part);
        let shapes = tree.child("cSld").and_then(|it| it.child("spTree"));
        let mut all = Vec::new();
        shapes.into_iter().for_each(|it| collect(it, &mut all));
        // The title stands first, wherever it was drawn.
        let is_title = |it: &&Node| matches!(placeholder(it), Some("title" | "ctrTitle"));
        if let Some(title) = all.iter().copied().find(is_title).map(Node::text_of_shape).filter(|it| !it.is_empty()) {
            self.push(BlockKind::Heading(1), title.clone());
            self.title = Some(title);
        }
        for shape in all.into_iter().filter(|it| !is_title(it)) {
            self.shape(package, shape, &relations);
        }
        self.notes(package, &relations);
        self.comments(package, &relations, authors);
    }

    fn push(&mut self, kind: BlockKind, text: String) {
        self.line += 1;
        let mut block = Block::new(kind, text, Place::Slide { n: self.n, line: self.line });
        block.context.clone_from(&self.title);
        self.blocks.push(block);
    }

    fn shape(&mut self, package: &mut Package<'_>, shape: &Node, relations: &[Relation]) {
        if shape.name == "graphicFrame" {
            for row in shape.descendants("tr") {
                let cells: Vec<String> = row.all("tc").map(Node::text_of_shape).collect();
                if cells.iter().any(|it| !it.is_empty()) {
                    self.push(BlockKind::Row, cells.join(" | "));
                }
            }
            // A diagram keeps its words in a part of its own.
            let data = shape.descendants("relIds").first().and_then(|it| it.attr("dm")).and_then(|id| relations.iter().find(|it| it.id == id));
            if let Some(tree) = data.and_then(|it| package.tree(&it.target)) {
                for point in tree.descendants("pt") {
                    let text = point.text_of_shape();
                    if !text.is_empty() {
                        self.push(BlockKind::Item { numbered: false, ticked: None }, text);
                    }
                }
            }
            return;
        }
        let kind = placeholder(shape);
        if matches!(kind, Some("sldNum" | "dt" | "ftr" | "hdr")) {
            return;
        }
        // The body of a layout is a list unless it says otherwise.
        let body = matches!(kind, Some("body" | "obj" | ""));
        for paragraph in shape.child("txBody").into_iter().flat_map(|it| it.all("p")) {
            let properties = paragraph.child("pPr");
            let has = |name: &str| properties.is_some_and(|it| it.child(name).is_some());
            let marked = if has("buNone") { false } else { body || has("buChar") || has("buAutoNum") };
            let item = if marked { BlockKind::Item { numbered: has("buAutoNum"), ticked: None } } else { BlockKind::Paragraph };
            let item = if kind == Some("subTitle") { BlockKind::Paragraph } else { item };
            let (item, text) = listed(item, paragraph_text(paragraph));
            if !text.is_empty() {
                self.push(item, text);
            }
        }
    }

    fn notes(&mut self, package: &mut Package<'_>, relations: &[Relation]) {
        let Some(tree) = relations.iter().find(|it| it.kind == "notesSlide").and_then(|it| package.tree(&it.target)) else { return };
        let context = self.title.as_ref().map_or_else(|| "speaker notes".to_owned(), |it| format!("{it} / speaker notes"));
        for shape in tree.descendants("sp").into_iter().filter(|it| placeholder(it) == Some("body")) {
            for text in shape.child("txBody").into_iter().flat_map(|it| it.all("p")).map(paragraph_text).filter(|it| !it.is_empty()) {
                let (kind, text) = listed(BlockKind::Paragraph, text);
                self.push(kind, text);
                self.blocks.last_mut().into_iter().for_each(|it| it.context = Some(context.clone()));
            }
        }
    }

    fn comments(&mut self, package: &mut Package<'_>, relations: &[Relation], authors: &BTreeMap<String, String>) {
        for part in relations.iter().filter(|it| it.kind == "comments") {
            let Some(tree) = package.tree(&part.target) else { continue };
            for comment in tree.all("cm") {
                // Older programs write the text plainly; newer ones as paragraphs, with the answers below.
                let answers = comment.child("replyLst").into_iter().flat_map(|it| it.all("reply"));
                for said in std::iter::once(comment).chain(answers) {
                    let text = match said.child("txBody") {
                        Some(body) => body.all("p").map(paragraph_text).collect::<Vec<_>>().join(" "),
                        None => said.child("text").map(Node::text).unwrap_or_default(),
                    };
                    let text = fold(&text);
                    if text.is_empty() {
                        continue;
                    }
                    self.push(BlockKind::Note, text);
                    let time = said.attr("dt").or_else(|| said.attr("created")).and_then(moment);
                    if let Some(block) = self.blocks.last_mut() {
                        block.speaker = said.attr("authorId").and_then(|it| authors.get(it)).cloned();
                        block.time = time;
                    }
                }
            }
        }
    }
}

/// Adds the shapes of a slide, those of groups too, in the order in which they are drawn.
fn collect<'n>(tree: &'n Node, found: &mut Vec<&'n Node>) {
    for child in &tree.children {
        match child.name.as_str() {
            "sp" | "graphicFrame" => found.push(child),
            "grpSp" | "AlternateContent" | "Choice" => collect(child, found),
            _ => {}
        }
    }
}

/// Returns which place of its layout a shape fills: `title`, `body`; empty if it fills one without a kind.
fn placeholder(shape: &Node) -> Option<&str> {
    let inner = shape.children.iter().find(|it| it.name.starts_with("nv"))?.child("nvPr")?.child("ph")?;
    Some(inner.attr("type").unwrap_or(""))
}

fn paragraph_text(paragraph: &Node) -> String {
    let mut text = String::new();
    for run in &paragraph.children {
        match run.name.as_str() {
            "r" | "fld" => text.push_str(&run.child("t").map(|it| it.children.iter().map(|it| it.value.as_str()).collect::<String>()).unwrap_or_default()),
            "br" => text.push(' '),
            _ => {}
        }
    }
    fold(&text)
}

impl Node {
    /// Returns the text of all paragraphs below, as one line.
    fn text_of_shape(&self) -> String {
        self.descendants("p").into_iter().map(paragraph_text).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::{read_raw, shown};

    #[test]
    fn slides_have_titles_items_rows_and_notes() {
        let document = read_raw("close.pptx", include_bytes!("../../tests/files/close.pptx"));
        assert_eq!(
            shown(&document),
            [
                "Heading(1) Month-end close @ slide 1, line 1",
                "Paragraph For the finance desk [Month-end close] @ slide 1, line 2",
                "Heading(1) Steps @ slide 2, line 1",
                "Item { numbered: false, ticked: None } Export the ledger to raw/ [Steps] @ slide 2, line 2",
                "Item { numbered: false, ticked: None } Run close.py [Steps] @ slide 2, line 3",
                "Row Over | Who [Steps] @ slide 2, line 4",
                "Row 500 | Dana Whitfield [Steps] @ slide 2, line 5",
                "Paragraph Do not send before Dana has approved the totals. [Steps / speaker notes] @ slide 2, line 6",
                "Heading(1) Old way @ slide 3, line 1",
            ]
        );
        assert!(document.remarks.contains(&"slide 3 is hidden".to_owned()), "{:?}", document.remarks);
    }

    #[test]
    fn comments_and_diagrams_of_a_slide() {
        use std::io::{Cursor, Write};
        let rel = |id: &str, kind: &str, target: &str| format!(r#"<Relationship Id="{id}" Type="http://x/{kind}" Target="{target}"/>"#);
        let parts = [
            ("ppt/presentation.xml", r#"<p:presentation><p:sldIdLst><p:sldId id="256" r:id="rId1"/></p:sldIdLst></p:presentation>"#.to_owned()),
            ("ppt/_rels/presentation.xml.rels", format!("<Relationships>{}</Relationships>", rel("rId1", "slide", "slides/slide1.xml"))),
            (
                "ppt/slides/slide1.xml",
                r#"<p:sld><p:cSld><p:spTree><p:grpSp><p:sp><p:nvSpPr><p:nvPr/></p:nvSpPr><p:txBody><a:p><a:r><a:t>- Hold it</a:t></a:r></a:p></p:txBody></p:sp></p:grpSp><p:graphicFrame><a:graphic><a:graphicData><dgm:relIds r:dm="rId2"/></a:graphicData></a:graphic></p:graphicFrame></p:spTree></p:cSld></p:sld>"#.to_owned(),
            ),
            (
                "ppt/slides/_rels/slide1.xml.rels",
                format!(
                    "<Relationships>{}{}{}</Relationships>",
                    rel("rId2", "diagramData", "../diagrams/data1.xml"),
                    rel("rId3", "comments", "../comments/comment1.xml"),
                    rel("rId4", "comments", "../comments/modernComment_1.xml")
                ),
            ),
            ("ppt/diagrams/data1.xml", "<dgm:dataModel><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>Check the total</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>".to_owned()),
            ("ppt/commentAuthors.xml", r#"<p:cmAuthorLst><p:cmAuthor id="0" name="Dana Whitfield"/></p:cmAuthorLst>"#.to_owned()),
            ("ppt/comments/comment1.xml", r#"<p:cmLst><p:cm authorId="0" dt="2026-11-03T09:15:00.000"><p:text>Not before the 5th.</p:text></p:cm></p:cmLst>"#.to_owned()),
            ("ppt/authors.xml", r#"<p188:authorLst><p188:author id="{A1}" name="Tom Beckett"/></p188:authorLst>"#.to_owned()),
            (
                "ppt/comments/modernComment_1.xml",
                r#"<p188:cmLst><p188:cm id="{1}" authorId="{A1}" created="2026-11-04T10:00:00.000"><p188:replyLst><p188:reply authorId="{A1}" created="2026-11-04T10:05:00.000"><p188:txBody><a:p><a:r><a:t>Done.</a:t></a:r></a:p></p188:txBody></p188:reply></p188:replyLst><p188:txBody><a:p><a:r><a:t>Who checks?</a:t></a:r></a:p></p188:txBody></p188:cm></p188:cmLst>"#.to_owned(),
            ),
        ];
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in &parts {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        let document = read_raw("a.pptx", &zip.finish().unwrap().into_inner());
        let shown: Vec<String> = document
            .blocks
            .iter()
            .map(|it| format!("{} by {} @ {}", it.text, it.speaker.as_deref().unwrap_or("?"), it.time.map_or("-".into(), |at| at.to_string())))
            .collect();
        assert_eq!(
            shown,
            [
                "Hold it by ? @ -",
                "Check the total by ? @ -",
                "Not before the 5th. by Dana Whitfield @ 2026-11-03T09:15:00",
                "Who checks? by Tom Beckett @ 2026-11-04T10:00:00",
                "Done. by Tom Beckett @ 2026-11-04T10:05:00",
            ]
        );
    }
}
