//! What office files share: parts of a zip, read within limits, as small XML trees, and their properties.

pub(super) use super::lines::fold;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use sop_core::Moment;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::rc::Rc;
use zip::ZipArchive;

/// No part that a person wrote is larger; a zip bomb is.
const MAX_PART: u64 = 64 * 1024 * 1024;
const MAX_UNPACKED: u128 = 1 << 30;
const MAX_DEPTH: usize = 128;
const MAX_NODES: usize = 3_000_000;

/// Parts up to this size are kept once they are unpacked: most are looked at more than once.
const MAX_KEPT: u64 = 4 * 1024 * 1024;

/// An office file: a zip of XML parts.
pub(super) struct Package<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    kept: BTreeMap<String, Rc<[u8]>>,
}

impl<'a> Package<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, String> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|err| format!("the file is broken: {err}"))?;
        // A few bytes can be made to unpack into more than any machine holds.
        if zip.decompressed_size().is_some_and(|size| size > MAX_UNPACKED) {
            return Err("the file unpacks to more than 1 GB".into());
        }
        Ok(Self { zip, kept: BTreeMap::new() })
    }

    /// Returns the names of all parts, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.zip.file_names().flatten().map(|name| name.into_owned()).collect();
        names.sort();
        names
    }

    /// Returns the bytes of a part, or `None` if it is not there, too large or broken.
    pub fn bytes(&mut self, name: &str) -> Option<Rc<[u8]>> {
        let name = name.trim_start_matches('/');
        if let Some(kept) = self.kept.get(name) {
            return Some(Rc::clone(kept));
        }
        let part = self.zip.by_name(name).ok()?;
        let mut bytes = Vec::with_capacity(part.size().min(MAX_KEPT) as usize);
        part.take(MAX_PART + 1).read_to_end(&mut bytes).ok()?;
        let size = bytes.len() as u64;
        let bytes: Rc<[u8]> = bytes.into();
        if self.kept.values().map(|it| it.len() as u64).sum::<u64>() + size <= MAX_KEPT {
            self.kept.insert(name.to_owned(), Rc::clone(&bytes));
        }
        (size <= MAX_PART).then_some(bytes)
    }

    /// Whether the pattern is found in a part, which may be longer than what is read of it otherwise.
    pub fn holds(&mut self, name: &str, pattern: &regex::bytes::Regex) -> bool {
        const OVERLAP: usize = 200;
        if self.zip.by_name(name).is_ok_and(|it| it.size() <= MAX_KEPT)
            && let Some(bytes) = self.bytes(name)
        {
            return pattern.is_match(&bytes);
        }
        let Ok(mut part) = self.zip.by_name(name) else { return false };
        let mut window: Vec<u8> = Vec::new();
        loop {
            let read = part.by_ref().take(1 << 20).read_to_end(&mut window);
            if pattern.is_match(&window) {
                return true;
            }
            if !matches!(read, Ok(n) if n > 0) {
                return false;
            }
            window.drain(..window.len().saturating_sub(OVERLAP));
        }
    }

    /// Returns the text of a part, or `None` if it is not there, too large or broken.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let bytes = self.bytes(name)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    /// Returns a part as a tree.
    pub fn tree(&mut self, name: &str) -> Option<Node> {
        parse(&self.text(name)?)
    }

    /// Returns what a part points to: id, kind of relation, name of the other part.
    pub fn relations(&mut self, part: &str) -> Vec<Relation> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let name = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
        let Some(tree) = self.tree(&name) else { return Vec::new() };
        let relation = |node: &Node| {
            let target = node.attr("Target")?;
            let external = node.attr("TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
            Some(Relation {
                id: node.attr("Id")?.to_owned(),
                kind: node.attr("Type")?.rsplit('/').next()?.to_owned(),
                target: if external { target.to_owned() } else { resolve(folder, target) },
            })
        };
        tree.children.iter().filter_map(relation).collect()
    }

    /// Returns who made the file and when, from its own properties.
    pub fn properties(&mut self) -> Properties {
        let Some(core) = self.tree("docProps/core.xml") else { return Properties::default() };
        let get = |name: &str| core.child(name).map(Node::text).filter(|text| !text.is_empty());
        Properties { title: get("title"), author: get("creator"), last_author: get("lastModifiedBy"), modified: get("modified") }
    }
}

pub(super) struct Relation {
    pub id: String,
    pub kind: String,
    pub target: String,
}

#[derive(Default)]
pub(super) struct Properties {
    pub title: Option<String>,
    pub author: Option<String>,
    pub last_author: Option<String>,
    pub modified: Option<String>,
}

impl Properties {
    /// Returns what a person should know of the file's history.
    pub fn remarks(&self) -> Vec<String> {
        let made = self.author.as_ref().map(|name| format!("created by {name}"));
        let day = self.modified.as_deref().and_then(moment).map(|at| format!(" on {}", at.date())).unwrap_or_default();
        let saved = match &self.last_author {
            Some(name) => Some(format!("last saved by {name}{day}")),
            None if day.is_empty() => None,
            None => Some(format!("last saved{day}")),
        };
        made.into_iter().chain(saved).collect()
    }
}

/// Reads a time as office files write it, `2026-11-04T10:21:00Z`.
pub(super) fn moment(text: &str) -> Option<Moment> {
    let text = text.trim().trim_end_matches('Z');
    text.parse().ok().or_else(|| text.get(..19)?.parse().ok())
}

/// Returns the name of the part that `target` means, seen from `folder`.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// An element, by its name without prefix. Text stands in children whose name is empty.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub name: String,
    pub attrs: Vec<(String, String)>,
    pub children: Vec<Node>,
    pub value: String,
}

impl Node {
    /// Returns an attribute by its name without prefix.
    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the first child of a name.
    pub fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|node| node.name == name)
    }

    /// Returns the children of a name.
    pub fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Node> {
        self.children.iter().filter(move |node| node.name == name)
    }

    /// Returns every element of a name below this one, in order of appearance.
    pub fn descendants<'n>(&'n self, name: &str) -> Vec<&'n Node> {
        let mut found = Vec::new();
        self.collect(name, &mut found);
        found
    }

    fn collect<'n>(&'n self, name: &str, found: &mut Vec<&'n Node>) {
        for child in &self.children {
            if child.name == name {
                found.push(child);
            }
            child.collect(name, found);
        }
    }

    /// Returns all text below, white space folded.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.push_text(&mut text);
        fold(&text)
    }

    fn push_text(&self, text: &mut String) {
        text.push_str(&self.value);
        for child in &self.children {
            child.push_text(text);
        }
    }
}

/// Parses XML into a tree, leniently: what cannot be read ends the tree early.
pub(super) fn parse(xml: &str) -> Option<Node> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let mut open = vec![Node::default()];
    let mut nodes = 0;
    loop {
        nodes += 1;
        if nodes > MAX_NODES {
            break;
        }
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                if open.len() >= MAX_DEPTH {
                    return None;
                }
                open.push(element(&start));
            }
            Ok(Event::Empty(start)) => add(&mut open, element(&start)),
            Ok(Event::End(_)) => close(&mut open),
            Ok(Event::Text(text)) => add_text(&mut open, &text.xml10_content()),
            Ok(Event::CData(text)) => add_text(&mut open, &text.xml10_content()),
            Ok(Event::GeneralRef(entity)) => {
                let name = entity.xml10_content();
                let value = match entity.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    _ => quick_xml::escape::resolve_predefined_entity(&name).unwrap_or("").to_owned(),
                };
                add_text(&mut open, &value);
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop()?.children.into_iter().find(|node| !node.name.is_empty())
}

fn element(start: &BytesStart<'_>) -> Node {
    let attrs = start
        .attributes()
        .with_checks(false)
        .flatten()
        .map(|attr| {
            let value = attr.normalized_value(XmlVersion::Implicit1_0).map_or_else(|_| String::new(), |it| it.into_owned());
            (attr.key.local_name().as_ref().to_owned(), value)
        })
        .collect();
    Node { name: start.local_name().as_ref().to_owned(), attrs, ..Node::default() }
}

fn add(open: &mut [Node], node: Node) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(node);
    }
}

/// Keeps text that a person can see; entities split a run of text, which is put together again here.
fn add_text(open: &mut [Node], text: &str) {
    let Some(parent) = open.last_mut() else { return };
    match parent.children.last_mut() {
        Some(last) if last.name.is_empty() => last.value.push_str(text),
        _ => parent.children.push(Node { value: text.to_owned(), ..Node::default() }),
    }
}

fn close(open: &mut Vec<Node>) {
    if open.len() > 1
        && let Some(node) = open.pop()
    {
        add(open, node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(xml: &str, text: &str) {
        assert_eq!(parse(xml).map(|node| node.text()).as_deref(), Some(text));
    }

    #[test]
    fn entities_are_part_of_the_text() {
        check("<a><b>R&amp;D &lt; 5 &#163;</b></a>", "R&D < 5 £");
    }

    #[test]
    fn broken_file_gives_what_could_be_read() {
        check("<a><b>first</b><c>second", "firstsecond");
    }

    #[test]
    fn endless_nesting_is_refused() {
        assert!(parse(&"<a>".repeat(100_000)).is_none());
    }
}
