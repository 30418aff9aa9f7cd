//! An SOP as it stands in a Markdown file: one of ours that people have edited, or anybody's.
//!
//! What is understood is told apart with the line it stands on. Nothing is written from it: edits are made in the text.

mod headings;

use crate::{Basis, EvidenceId, Lang, SectionKind, StepKind};
use pulldown_cmark::{Event, HeadingLevel, MetadataBlockKind, Options, Parser, Tag, TagEnd};
use serde::Serialize;
use std::ops::Range;

/// A field of the front matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    pub name: String,
    /// Without the quotes of YAML.
    pub value: String,
    pub line: u32,
}

/// A heading with what stands under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Empty for what stands above the first heading.
    pub heading: String,
    /// What the section is for, if the heading says so; a heading below it keeps the meaning.
    pub kind: Option<SectionKind>,
    /// 1 for the title of the page.
    pub depth: u8,
    pub line: u32,
    pub entries: Vec<Entry>,
}

/// A list item, a paragraph, a row of a table, or a block of code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub line: u32,
    /// Where it stands in the text, in bytes, with its marks and what is below it.
    pub span: Range<usize>,
    /// Its own Markdown on one line, without citations and list marks. Cells of a row are parted by ` | `.
    pub text: String,
    /// What it says it rests on.
    pub basis: Option<Basis>,
    pub form: Form,
    pub below: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    Item,
    Numbered,
    Paragraph,
    Row,
    Code,
}

/// A row of the list of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quoted {
    pub id: EvidenceId,
    pub path: String,
    /// As it is written on the page: `line 12`.
    pub place: String,
    pub quote: String,
    pub line: u32,
}

/// An SOP in a Markdown file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    pub front: Vec<Field>,
    pub title: Option<String>,
    pub parts: Vec<Part>,
    pub evidence: Vec<Quoted>,
}

impl Page {
    /// Reads a page. Any text is one, if only of paragraphs.
    pub fn read(text: &str) -> Self {
        let mut page = Reading::new(text).read();
        page.evidence = page.parts.iter().filter(|it| headings::is_evidence(&it.heading)).flat_map(|it| &it.entries).filter_map(quoted).collect();
        page.parts.retain(|it| !headings::is_evidence(&it.heading));
        page
    }

    /// Returns a field of the front matter.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.front.iter().find(|it| it.name.eq_ignore_ascii_case(name))
    }

    /// Whether this program wrote the page, so that each statement should say what it rests on.
    pub fn is_ours(&self) -> bool {
        self.field("sop").is_some() && !self.evidence.is_empty()
    }

    /// Returns the language that the head of the page names.
    pub fn lang(&self) -> Lang {
        self.field("lang").and_then(|it| Lang::of(&it.value)).unwrap_or_default()
    }

    /// Returns the entries of all sections of a kind, without those below them.
    pub fn section(&self, kind: SectionKind) -> impl Iterator<Item = &Entry> {
        self.parts.iter().filter(move |it| it.kind == Some(kind)).flat_map(|it| &it.entries)
    }

    /// Returns every entry with its section, those below others after them.
    pub fn entries(&self) -> impl Iterator<Item = (&Part, &Entry)> {
        self.parts.iter().flat_map(|part| part.entries.iter().flat_map(Entry::all).map(move |it| (part, it)))
    }

    /// Returns an entry of the evidence list.
    pub fn quoted(&self, id: EvidenceId) -> Option<&Quoted> {
        self.evidence.iter().find(|it| it.id == id)
    }
}

impl Entry {
    /// Returns the entry and all below it, from the top.
    pub fn all(&self) -> Vec<&Entry> {
        let mut out = vec![self];
        out.extend(self.below.iter().flat_map(Entry::all));
        out
    }

    /// Returns what stands between back ticks: names of files, commands, columns, settings.
    pub fn code(&self) -> Vec<&str> {
        if self.form == Form::Code {
            return self.text.split('\n').filter(|it| !it.trim().is_empty()).collect();
        }
        self.text.split('`').skip(1).step_by(2).filter(|it| !it.trim().is_empty()).collect()
    }

    /// Whether it reads as a gate: `**STOP: ..**`.
    pub fn is_stop(&self) -> bool {
        let text = self.text.trim_start_matches(['*', '_', ' ']);
        let stops = Lang::all().map(|say| say.stop.trim_matches(|c: char| !c.is_alphanumeric()));
        stops.into_iter().any(|it| text.strip_prefix(it).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
    }

    /// Returns the mark of a step: mechanical, judgment, gate.
    pub fn kind(&self) -> Option<StepKind> {
        let text = self.text.trim_end();
        let marked = |word: &str| text.ends_with(&format!("*({word})*"));
        match () {
            () if self.is_stop() => Some(StepKind::Gate),
            () if Lang::all().any(|say| marked(say.mechanical)) => Some(StepKind::Mechanical),
            () if Lang::all().any(|say| marked(say.judgment)) => Some(StepKind::Judgment),
            () => None,
        }
    }

    /// Whether it says by what the end of a step is seen: `**Done when** ..`.
    pub fn is_done_when(&self) -> bool {
        let lower = self.text.to_lowercase();
        Lang::all().any(|say| lower.contains(say.done_when("").trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().as_str()))
    }
}

/// A row `| E4 | path | place | quote |`.
fn quoted(entry: &Entry) -> Option<Quoted> {
    let cells: Vec<&str> = entry.text.split(" | ").collect();
    let [id, path, place, quote @ ..] = cells.as_slice() else { return None };
    let id = EvidenceId(id.trim().strip_prefix('E')?.parse().ok()?);
    Some(Quoted { id, path: plain(path), place: plain(place), quote: plain(&quote.join(" | ")), line: entry.line })
}

/// Takes the escapes of Markdown out of a cell.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.trim().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek().is_some_and(char::is_ascii_punctuation) => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Lists in lists that are told apart.
const MAX_DEPTH: usize = 32;

/// A page on its way through the events of the parser.
struct Reading<'t> {
    text: &'t str,
    /// Where each line begins.
    lines: Vec<usize>,
    page: Page,
    /// Entries that are open, outermost first, with where their own text begins and ends.
    open: Vec<(Entry, Option<Range<usize>>)>,
    /// For each open list, whether it is numbered.
    lists: Vec<bool>,
}

impl<'t> Reading<'t> {
    fn new(text: &'t str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|it| it.0 + 1)).collect();
        let page = Page { front: Vec::new(), title: None, parts: Vec::new(), evidence: Vec::new() };
        Self { text, lines, page, open: Vec::new(), lists: Vec::new() }
    }

    fn line(&self, at: usize) -> u32 {
        self.lines.partition_point(|it| *it <= at) as u32
    }

    fn read(mut self) -> Page {
        let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS | Options::ENABLE_STRIKETHROUGH;
        let mut heading: Option<Range<usize>> = None;
        let mut events = Parser::new_ext(self.text, options).into_offset_iter();
        let mut cells: Vec<String> = Vec::new();
        while let Some((event, at)) = events.next() {
            match event {
                Event::Start(Tag::MetadataBlock(MetadataBlockKind::YamlStyle)) => self.front(&at),
                Event::Text(_) if self.page.front.last().is_some_and(|it| it.line >= self.line(at.start)) => {}
                Event::Start(Tag::Heading { .. }) => heading = Some(at),
                Event::End(TagEnd::Heading(level)) => {
                    if let Some(at) = heading.take() {
                        self.heading(level, &at);
                    }
                }
                Event::Start(Tag::List(first)) => {
                    self.close_text(at.start);
                    self.lists.push(first.is_some());
                }
                Event::End(TagEnd::List(_)) => drop(self.lists.pop()),
                Event::Start(Tag::Item) => {
                    let form = if self.lists.last() == Some(&true) { Form::Numbered } else { Form::Item };
                    self.begin(form, at, None);
                }
                Event::End(TagEnd::Item) => self.end(),
                Event::Start(Tag::Paragraph) if self.open.is_empty() => self.begin(Form::Paragraph, at.clone(), Some(at)),
                Event::End(TagEnd::Paragraph) if self.open.last().is_some_and(|it| it.0.form == Form::Paragraph) => self.end(),
                Event::Start(Tag::CodeBlock(_)) => {
                    self.close_text(at.start);
                    let code = self.text[at.clone()].lines().filter(|it| !it.trim_start().starts_with("```") && !it.trim_start().starts_with("~~~"));
                    let text = code.map(str::trim).collect::<Vec<_>>().join("\n");
                    let entry = Entry { line: self.line(at.start), span: at, text, basis: None, form: Form::Code, below: Vec::new() };
                    self.add(entry);
                    for (event, _) in events.by_ref() {
                        if matches!(event, Event::End(TagEnd::CodeBlock)) {
                            break;
                        }
                    }
                }
                Event::Start(Tag::TableRow) => cells.clear(),
                Event::End(TagEnd::TableCell) => cells.push(self.text[at].trim().trim_matches('|').trim().to_owned()),
                Event::End(TagEnd::TableHead) => cells.clear(),
                Event::End(TagEnd::TableRow) => {
                    let row = cells.join(" | ");
                    // What is quoted rests on nothing, even if it ends like a statement.
                    let quoted = self.page.parts.last().is_some_and(|it| headings::is_evidence(&it.heading));
                    let (text, basis) = if quoted { (row, None) } else { without_basis(&row) };
                    self.add(Entry { line: self.line(at.start), span: at, text, basis, form: Form::Row, below: Vec::new() });
                }
                Event::Text(_) | Event::Code(_) | Event::Start(_) | Event::SoftBreak | Event::InlineHtml(_) | Event::Html(_) | Event::TaskListMarker(_) => {
                    self.inline(&at);
                }
                _ => {}
            }
        }
        self.page
    }

    /// Grows the own text of the innermost open item.
    fn inline(&mut self, at: &Range<usize>) {
        if let Some((entry, own)) = self.open.last_mut()
            && entry.form != Form::Paragraph
            && entry.below.is_empty()
        {
            *own = Some(own.as_ref().map_or(at.clone(), |it| it.start..it.end.max(at.end)));
        }
    }

    /// What follows is no longer the own text of the innermost open item.
    fn close_text(&mut self, end: usize) {
        if let Some((_, Some(own))) = self.open.last_mut() {
            own.end = own.end.min(end);
        }
    }

    fn begin(&mut self, form: Form, span: Range<usize>, own: Option<Range<usize>>) {
        let line = self.line(span.start);
        self.open.push((Entry { line, span, text: String::new(), basis: None, form, below: Vec::new() }, own));
    }

    fn end(&mut self) {
        let Some((mut entry, own)) = self.open.pop() else { return };
        let own = own.map_or("", |it| &self.text[it]);
        let folded = own.split_whitespace().collect::<Vec<_>>().join(" ");
        let folded = folded.trim_start_matches("[ ] ").trim_start_matches("[x] ").trim_start_matches("[X] ");
        (entry.text, entry.basis) = without_basis(folded);
        self.add(entry);
    }

    fn add(&mut self, entry: Entry) {
        // What is nested deeper stands beside what it is nested in: nobody writes so, and what walks down must come to an end.
        let depth = self.open.len().min(MAX_DEPTH);
        if let Some((outer, _)) = self.open[..depth].last_mut() {
            outer.below.push(entry);
            return;
        }
        if self.page.parts.is_empty() {
            self.page.parts.push(Part { heading: String::new(), kind: None, depth: 0, line: entry.line, entries: Vec::new() });
        }
        if let Some(part) = self.page.parts.last_mut() {
            // A command in a block of its own belongs to the step above it.
            match part.entries.last_mut() {
                Some(step) if entry.form == Form::Code && matches!(step.form, Form::Numbered | Form::Item) => step.below.push(entry),
                _ => part.entries.push(entry),
            }
        }
    }

    fn heading(&mut self, level: HeadingLevel, at: &Range<usize>) {
        let text = self.text[at.clone()].lines().next().unwrap_or_default();
        let heading = text.trim().trim_matches('#').trim().to_owned();
        let depth = level as u8;
        let first = self.page.title.is_none() && depth == 1;
        let above = self.page.parts.iter().rev().find(|it| it.depth < depth && it.depth > 1).and_then(|it| it.kind);
        let kind = if first { None } else { headings::kind(&heading).or(above) };
        if first {
            self.page.title = Some(heading.clone());
        }
        let line = self.line(at.start);
        self.page.parts.push(Part { heading, kind, depth, line, entries: Vec::new() });
    }

    fn front(&mut self, at: &Range<usize>) {
        let first = self.line(at.start);
        for (n, line) in self.text[at.clone()].lines().enumerate() {
            if let Some((name, value)) = line.split_once(':').filter(|it| !it.0.trim().is_empty() && !it.0.starts_with([' ', '-', '#'])) {
                let value = value.trim();
                let value = value.strip_prefix('"').and_then(|it| it.strip_suffix('"')).map_or_else(|| value.to_owned(), plain);
                self.page.front.push(Field { name: name.trim().to_owned(), value, line: first + n as u32 });
            }
        }
    }
}

/// Parts a statement from what it says it rests on.
fn without_basis(text: &str) -> (String, Option<Basis>) {
    let whole = || (text.to_owned(), None);
    let Some(inner) = text.trim_end().strip_suffix(']') else { return whole() };
    let Some((before, inner)) = inner.rsplit_once('[') else { return whole() };
    match basis(inner) {
        Some(basis) => (before.trim_end().to_owned(), Some(basis)),
        None => whole(),
    }
}

/// Reads `E4, E9`, `E4, inferred: rule`, `asked: rule` or `stated: Priya Shah, 2026-11-28`.
fn basis(text: &str) -> Option<Basis> {
    let mut evidence = Vec::new();
    let mut rest = text.trim();
    loop {
        if rest.is_empty() {
            return (!evidence.is_empty()).then_some(Basis::Cited { evidence });
        }
        let (part, after) = rest.split_once(',').unwrap_or((rest, ""));
        let Some(id) = part.trim().strip_prefix('E').and_then(|it| it.parse().ok()) else { break };
        evidence.push(EvidenceId(id));
        rest = after.trim();
    }
    let (word, value) = rest.split_once(':')?;
    let (word, value) = (word.trim().to_lowercase(), value.trim().to_owned());
    let is = |of: fn(Lang) -> &'static str| Lang::all().any(|say| of(say) == word);
    if is(|say| say.inferred) {
        Some(Basis::Inferred { evidence, rule: value })
    } else if is(|say| say.asked) {
        Some(Basis::Asked { question: 0, evidence, rule: value })
    } else if is(|say| say.stated) && evidence.is_empty() {
        let (by, on) = value.rsplit_once(',')?;
        Some(Basis::Stated { by: by.trim().to_owned(), on: on.trim().to_owned() })
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
