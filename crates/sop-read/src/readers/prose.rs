//! Notes, instructions and other free text as people write it: headings, items, paragraphs, commands.
//!
//! Plain text and Markdown go the same way, since people mix them: a notes file has a line a thought, a README has
//! wrapped paragraphs, and either may hold lists, labels and commands.

use super::command::{is_command, strip_prompt};
use super::lines::{Line, fold, lines, place};
use sop_core::{Block, BlockKind};

/// A line shorter than this was ended by the writer, not by the edge of a page.
const MIN_WRAP: usize = 55;
/// A line longer than this was not wrapped by anybody: it is a paragraph of its own.
const MAX_THOUGHT: usize = 100;
const MAX_HEADING: usize = 80;
const MAX_BLOCKS: usize = 50_000;
/// An item that goes on for longer is a book, and what stands under it need not repeat it.
const MAX_ITEM: usize = 20_000;
const MAX_CONTEXT: usize = 400;

/// Which marks count: in Markdown `#` and `>` are marks, in plain text a first line can be a title.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Style {
    Text,
    Markdown,
}

/// Reads a text into its blocks, from the line with this number on.
pub(super) fn blocks(text: &str, style: Style) -> Vec<Block> {
    let lines = lines(text);
    let mut prose = Prose { lines: &lines, style, at: 0, blocks: Vec::new(), headings: Vec::new(), items: Vec::new(), table: None };
    prose.front_matter();
    while prose.at < lines.len() && prose.blocks.len() < MAX_BLOCKS {
        prose.step();
    }
    prose.blocks
}

struct Heading {
    depth: u8,
    text: String,
    /// Ends at the first blank line that no list follows: "before you send:".
    soft: bool,
}

/// An item that later lines may belong to.
struct Open {
    indent: usize,
    /// Its number among the blocks.
    block: usize,
    /// Lines below it stand on their own: it ends with a colon, or one of them is a command.
    splits: bool,
    /// It has no mark of its own.
    bare: bool,
}

struct Prose<'t> {
    lines: &'t [Line<'t>],
    style: Style,
    at: usize,
    blocks: Vec<Block>,
    headings: Vec<Heading>,
    items: Vec<Open>,
    table: Option<Vec<String>>,
}

impl Prose<'_> {
    fn step(&mut self) {
        let line = self.lines[self.at];
        if !line.text.starts_with('|') {
            self.table = None;
        }
        if line.is_blank() {
            self.blank();
        } else if let Some(fence) = fence(line.text) {
            self.fenced(fence);
        } else if self.style == Style::Markdown && line.text.starts_with("<!--") {
            self.comment();
        } else if self.style == Style::Markdown && line.text.starts_with('|') && line.text.len() > 1 {
            self.table_row();
        } else if is_rule(line.text) {
            self.at += 1;
        } else if let Some((depth, text, taken)) = self.heading() {
            self.push_heading(depth, text, false, taken);
        } else if let Some(item) = item(line.text) {
            self.item(item);
        } else if line.indent > 0 && self.items.iter().any(|it| it.indent < line.indent) {
            self.below_item();
        } else {
            self.run();
        }
    }

    fn front_matter(&mut self) {
        let lines = self.lines;
        let first = lines.iter().position(|it| !it.is_blank()).unwrap_or_default();
        if lines.get(first).is_none_or(|it| it.text != "---") {
            return;
        }
        let Some(end) = lines.iter().skip(first + 1).take(200).position(|it| matches!(it.text, "---" | "...")) else { return };
        let inner = &lines[first + 1..first + 1 + end];
        let fields = inner.iter().filter(|it| it.text.contains(':') || it.text.starts_with(['-', '#']) || it.indent > 0 || it.is_blank()).count();
        if inner.is_empty() || fields < inner.len() {
            return;
        }
        for line in inner {
            let field = line.text.split_once(':').filter(|(key, _)| line.indent == 0 && !key.contains(' ') && !key.is_empty());
            match (field, self.blocks.last_mut()) {
                (Some((key, value)), _) => {
                    let value = unquoted(value.trim());
                    self.blocks.push(Block::new(BlockKind::Field, fold(&format!("{key}: {value}")), place(line.n, line.n)));
                }
                (None, Some(field)) if !line.is_blank() && !line.text.starts_with('#') => {
                    let more = unquoted(line.text.trim_start_matches("- "));
                    let mark = if field.text.ends_with(':') { " " } else { ", " };
                    field.text = format!("{}{mark}{}", field.text, fold(more));
                    if let sop_core::Place::Lines { to, .. } = &mut field.place {
                        *to = line.n;
                    }
                }
                _ => {}
            }
        }
        self.at = first + end + 2;
    }

    fn blank(&mut self) {
        while self.lines.get(self.at).is_some_and(Line::is_blank) {
            self.at += 1;
        }
        let next = self.lines.get(self.at);
        let goes_on = next.is_some_and(|it| item(it.text).is_some() || it.indent > 0);
        if !goes_on {
            self.items.clear();
            self.headings.retain(|it| !it.soft || is_weekday(&it.text));
        }
    }

    /// Returns depth and text of a heading at this line, and how many lines it takes.
    fn heading(&self) -> Option<(u8, String, usize)> {
        let line = self.lines[self.at];
        let next = self.lines.get(self.at + 1);
        let n_chars = line.text.chars().count();
        let hashes = line.text.bytes().take_while(|it| *it == b'#').count();
        if (1..=6).contains(&hashes) && (self.style == Style::Markdown || hashes > 1) && line.text[hashes..].starts_with(' ') {
            return Some((hashes as u8, fold(line.text[hashes..].trim_end_matches('#')), 1));
        }
        if self.style == Style::Text && hashes == 1 && line.text[1..].starts_with(' ') && n_chars <= MAX_HEADING {
            return Some((1, fold(&line.text[1..]), 1));
        }
        if next.is_some_and(|it| is_underline(it.text)) && n_chars <= 120 && item(line.text).is_none() {
            let depth = if next.is_some_and(|it| it.text.starts_with(['=', '*', '#'])) { 1 } else { 2 };
            return Some((depth, fold(line.text), 2));
        }
        let before_blank = self.at == 0 || self.lines[self.at - 1].is_blank() || is_rule(self.lines[self.at - 1].text);
        let after_blank = next.is_none_or(Line::is_blank);
        if let Some(bold) = line.text.strip_prefix("**").and_then(|it| it.trim_end_matches(':').strip_suffix("**"))
            && before_blank
            && !bold.contains("**")
            && n_chars <= MAX_HEADING
        {
            return Some((3, fold(bold), 1));
        }
        if is_weekday(line.text) {
            return Some((6, fold(line.text.trim_end_matches(':')), 1));
        }
        let first = self.blocks.is_empty();
        // "MONTHLY REPORT - me to me" on top is a title, though further down it would be a label.
        let marked = item(line.text).is_some_and(|it| !(it.label && first && !starts_with_weekday(line.text)));
        if self.style == Style::Markdown || line.indent > 0 || marked || n_chars > MAX_HEADING || line.text.ends_with(['.', '!', '?', ',']) {
            return None;
        }
        let shouts = line.text.chars().filter(|c| c.is_alphabetic()).count() > 3 && !line.text.chars().any(char::is_lowercase);
        let more = self.lines[self.at + 1..].iter().any(|it| !it.is_blank());
        if first && after_blank && more && !line.text.contains(": ") && line.text.split_whitespace().count() <= 16 {
            return Some((1, fold(line.text.trim_end_matches(':')), 1));
        }
        (shouts && before_blank && more && line.text.split_whitespace().count() <= 10).then(|| (2, fold(line.text.trim_end_matches(':')), 1))
    }

    fn push_heading(&mut self, depth: u8, text: String, soft: bool, taken: usize) {
        let line = self.lines[self.at];
        self.at += taken;
        self.items.clear();
        self.headings.retain(|it| it.depth < depth && !it.soft);
        if text.is_empty() {
            return;
        }
        let soft = soft || is_weekday(&text);
        let block = self.block(BlockKind::Heading(depth), text.clone(), line.n, line.n + taken as u32 - 1, None);
        self.blocks.push(block);
        self.headings.push(Heading { depth, text, soft });
    }

    fn block(&self, kind: BlockKind, text: String, from: u32, to: u32, parent: Option<usize>) -> Block {
        let mut block = Block::new(kind, text, place(from, to));
        let path: Vec<&str> = self.headings.iter().map(|it| it.text.as_str()).collect();
        block.context = match parent.and_then(|it| self.blocks.get(it)) {
            Some(parent) => Some(parent.text.chars().take(MAX_CONTEXT).collect()),
            None => (!path.is_empty()).then(|| path.join(" / ")),
        };
        block
    }

    fn item(&mut self, item: Item<'_>) {
        let line = self.lines[self.at];
        // A line that names its own day no longer stands under the one before.
        if item.label && starts_with_weekday(item.text) {
            self.headings.retain(|it| !is_weekday(&it.text));
        }
        self.items.retain(|it| it.indent < line.indent || it.bare && it.indent == line.indent && line.indent > 0 && !item.label && it.splits);
        if item.label && line.indent == 0 {
            self.items.clear();
        }
        let parent = self.items.iter().rev().find(|it| it.indent < line.indent).map(|it| it.block);
        let text = fold(item.text);
        self.at += 1;
        if text.is_empty() {
            return;
        }
        let kind = BlockKind::Item { numbered: item.numbered, ticked: item.ticked };
        let splits = text.ends_with(':');
        let block = self.block(kind, text, line.n, line.n, parent);
        self.blocks.push(block);
        self.items.push(Open { indent: line.indent, block: self.blocks.len() - 1, splits, bare: false });
        self.lazy_lines(line);
    }

    /// Joins lines that an editor wrapped without indenting them.
    fn lazy_lines(&mut self, first: Line<'_>) {
        let mut last = first;
        while let Some(line) = self.lines.get(self.at).copied() {
            let wrapped = last.len() >= MIN_WRAP + 15 && !ends_sentence(last.text) && line.text.starts_with(|c: char| c.is_lowercase() || c == '(');
            let plain = !line.is_blank() && item(line.text).is_none() && fence(line.text).is_none() && !is_rule(line.text);
            if !plain || line.indent > first.indent || !wrapped || line.indent < first.indent {
                return;
            }
            self.join_last(line);
            last = line;
        }
    }

    fn join_last(&mut self, line: Line<'_>) {
        self.at += 1;
        if let Some(block) = self.blocks.last_mut().filter(|it| it.text.len() < MAX_ITEM) {
            block.text.push(' ');
            block.text.push_str(&fold(line.text));
            if let sop_core::Place::Lines { to, .. } = &mut block.place {
                *to = line.n;
            }
        }
    }

    /// An indented line without a mark: more of the item above it, or a thought of its own.
    fn below_item(&mut self) {
        let line = self.lines[self.at];
        self.items.retain(|it| it.indent < line.indent || it.bare && it.indent == line.indent);
        let sibling = self.items.last().is_some_and(|it| it.bare && it.indent == line.indent);
        let after_blank = self.at > 0 && self.lines[self.at - 1].is_blank();
        let splits = self.items.last().is_some_and(|it| it.splits) || sibling || is_command(line.text);
        if !splits && !after_blank && self.is_last(self.items.last().map(|it| it.block)) {
            self.join_last(line);
            return;
        }
        let parent = self.items.iter().rev().find(|it| it.indent < line.indent);
        let (parent, mother) = (parent.map(|it| it.block), parent.map(|it| it.indent));
        if sibling {
            self.items.pop();
        }
        if let Some(open) = self.items.iter_mut().rev().find(|it| Some(it.indent) == mother) {
            open.splits = true;
        }
        let text = fold(strip_prompt(line.text).unwrap_or(line.text));
        let splits = text.ends_with(':');
        let block = self.block(BlockKind::Item { numbered: false, ticked: None }, text, line.n, line.n, parent);
        self.blocks.push(block);
        self.items.push(Open { indent: line.indent, block: self.blocks.len() - 1, splits, bare: true });
        self.at += 1;
    }

    fn is_last(&self, block: Option<usize>) -> bool {
        block.is_some_and(|it| it + 1 == self.blocks.len())
    }

    /// Lines without marks up to a blank line, a mark or a heading: wrapped prose, or a thought a line.
    fn run(&mut self) {
        let from = self.at;
        let mut to = from + 1;
        let quote = is_quote(self.lines[from].text);
        while to < self.lines.len() && self.is_plain(to, from, quote) {
            to += 1;
        }
        let run = &self.lines[from..to];
        // "Before you send:" above a list is its heading.
        if let [line] = run
            && line.text.ends_with(':')
            && line.len() <= MAX_HEADING
            && line.text.split_whitespace().count() <= 8
            && self.lines[to..].iter().find(|it| !it.is_blank()).is_some_and(|it| item(it.text).is_some() || it.indent > line.indent)
        {
            let text = fold(line.text.trim_end_matches(':').trim_matches('*'));
            self.push_heading(5, text, true, 1);
            return;
        }
        self.items.clear();
        for (first, last) in pieces(run) {
            let piece = &run[first..last];
            let text = piece.iter().map(|it| it.text.trim_start_matches(['>', ' '])).collect::<Vec<_>>().join(" ");
            let text = fold(&text);
            let (a, b) = (piece[0], piece[piece.len() - 1]);
            let thought = piece.len() == 1 && (run.len() > 1 && a.len() <= MAX_THOUGHT + 30 || self.style == Style::Text && a.len() <= MAX_THOUGHT) && !quote;
            let kind = if thought { BlockKind::Item { numbered: false, ticked: None } } else { BlockKind::Paragraph };
            if text.is_empty() {
                continue;
            }
            let splits = text.ends_with(':');
            let block = self.block(kind, text, a.n, b.n, None);
            self.blocks.push(block);
            self.items.clear();
            self.items.push(Open { indent: b.indent, block: self.blocks.len() - 1, splits, bare: false });
        }
        self.at = to;
    }

    fn is_plain(&self, at: usize, from: usize, quote: bool) -> bool {
        let line = self.lines[at];
        let heading = Prose { lines: self.lines, at, style: self.style, blocks: Vec::new(), headings: Vec::new(), items: Vec::new(), table: None }.heading();
        let indented = line.indent > self.lines[from].indent + 1;
        let before = self.lines[at - 1];
        let wrapped = before.len() >= MIN_WRAP && !ends_sentence(before.text);
        !line.is_blank()
            // "the report - see below" in the middle of a paragraph is no label.
            && item(line.text).is_none_or(|it| it.label && wrapped && !starts_with_weekday(line.text))
            && fence(line.text).is_none()
            && !is_rule(line.text)
            && !(self.style == Style::Markdown && (line.text.starts_with('|') || line.text.starts_with("<!--")))
            && heading.is_none()
            && !indented
            && is_quote(line.text) == quote
    }

    /// Commands in a fence are what somebody runs; other fences show data.
    fn fenced(&mut self, fence: &str) {
        let language = self.lines[self.at].text.trim_start_matches(['`', '~']).trim().to_lowercase();
        let shell =
            ["sh", "bash", "shell", "zsh", "console", "terminal", "shell-session", "powershell", "ps1", "cmd", "bat", "fish"].contains(&language.as_str());
        self.at += 1;
        let from = self.at;
        while self.at < self.lines.len() && !self.lines[self.at].text.starts_with(fence) {
            self.at += 1;
        }
        let inner: Vec<Line<'_>> = self.lines[from..self.at].iter().copied().filter(|it| !it.is_blank()).collect();
        self.at = (self.at + 1).min(self.lines.len());
        let prompted = inner.iter().any(|it| strip_prompt(it.text).is_some());
        let commands = inner.iter().filter(|it| is_command(it.text)).count();
        if language == "mermaid" {
            self.diagram(from);
            return;
        }
        if !(shell || language.is_empty() && (commands * 2 > inner.len() || prompted)) {
            return;
        }
        let parent = self.items.last().map(|it| it.block);
        let mut joined: Option<usize> = None;
        for line in inner {
            let typed = match strip_prompt(line.text) {
                Some(typed) => typed,
                None if prompted => continue,
                None => line.text,
            };
            if typed.starts_with('#') {
                continue;
            }
            let goes_on = typed.ends_with('\\');
            let text = fold(typed.trim_end_matches('\\'));
            match joined.and_then(|at| self.blocks.get_mut(at)) {
                Some(block) => {
                    block.text = format!("{} {text}", block.text);
                    if let sop_core::Place::Lines { to, .. } = &mut block.place {
                        *to = line.n;
                    }
                }
                None => {
                    let block = self.block(BlockKind::Command, text, line.n, line.n, parent);
                    self.blocks.push(block);
                }
            }
            joined = goes_on.then(|| self.blocks.len() - 1);
        }
    }

    /// A drawing that is written as text: each of its arrows.
    fn diagram(&mut self, from: usize) {
        let end = self.lines[from..].iter().position(|it| fence(it.text).is_some()).map_or(self.lines.len(), |it| from + it);
        let Some(first) = self.lines.get(from) else { return };
        let text: String = self.lines[from..end].iter().flat_map(|it| [it.text, "\n"]).collect();
        for arrow in super::diagram::mermaid(&text, first.n) {
            let (line, lane) = match arrow.place {
                sop_core::Place::Lines { from, .. } => (from, arrow.context),
                _ => (first.n, None),
            };
            let mut block = self.block(arrow.kind, arrow.text, line, line, None);
            block.context = lane.or(block.context);
            self.blocks.push(block);
        }
    }

    fn comment(&mut self) {
        let from = self.at;
        while self.at < self.lines.len() && !self.lines[self.at].text.contains("-->") {
            self.at += 1;
        }
        self.at = (self.at + 1).min(self.lines.len());
        let text = self.lines[from..self.at].iter().map(|it| it.text).collect::<Vec<_>>().join(" ");
        let text = fold(text.trim_start_matches("<!--").split("-->").next().unwrap_or_default());
        if !text.is_empty() {
            let block = self.block(BlockKind::CodeComment, text, self.lines[from].n, self.lines[self.at - 1].n, None);
            self.blocks.push(block);
        }
    }

    fn table_row(&mut self) {
        let line = self.lines[self.at];
        self.at += 1;
        let cells: Vec<String> = line.text.trim_matches('|').split('|').map(fold).collect();
        if cells.iter().all(|it| !it.is_empty() && it.chars().all(|c| matches!(c, '-' | ':' | ' '))) {
            return;
        }
        let Some(head) = &self.table else {
            self.table = Some(cells);
            return;
        };
        let named = cells.iter().enumerate().filter(|(_, it)| !it.is_empty()).map(|(at, cell)| match head.get(at) {
            Some(name) if !name.is_empty() => format!("{name}: {cell}"),
            _ => cell.clone(),
        });
        let text = named.collect::<Vec<_>>().join(" | ");
        if !text.is_empty() {
            let block = self.block(BlockKind::Row, text, line.n, line.n, None);
            self.blocks.push(block);
        }
    }
}

/// Cuts a run of plain lines into pieces: whole if it is wrapped prose, else line by line.
fn pieces(run: &[Line<'_>]) -> Vec<(usize, usize)> {
    let width = run.iter().map(|it| it.text.chars().count()).max().unwrap_or_default();
    let full = |at: usize| {
        let first = run[at + 1].text.split_whitespace().next().map_or(0, |it| it.chars().count());
        let len = run[at].text.chars().count();
        len >= MIN_WRAP && len + 1 + first > width
    };
    let joints: Vec<bool> = (0..run.len().saturating_sub(1)).map(full).collect();
    let open = (0..joints.len()).filter(|at| joints[*at] && !ends_sentence(run[*at].text)).count();
    let n_full = joints.iter().filter(|it| **it).count();
    // Prose is full at nearly every joint; two long thoughts under each other are so by chance.
    let prose = open > 0 && n_full * 3 >= joints.len() * 2 && (joints.len() > 1 || goes_on(run[0].text, run[1].text));
    let mut pieces = Vec::new();
    let mut from = 0;
    for at in 0..run.len() {
        let joined = at + 1 < run.len() && prose && joints[at] && !(ends_sentence(run[at].text) && run[at + 1].text.starts_with(char::is_lowercase));
        if !joined {
            pieces.push((from, at + 1));
            from = at + 1;
        }
    }
    pieces
}

/// Whether a line reads on in the next one.
fn goes_on(line: &str, next: &str) -> bool {
    !ends_sentence(line)
        && (next.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit() || c == '(') || line.ends_with([',', '-', '–']) || ends_sentence(next))
}

fn ends_sentence(line: &str) -> bool {
    line.trim_end_matches(['"', '\'', ')', '”', '’', '*', '_']).ends_with(['.', '!', '?', ':', ';', '。'])
}

/// An item of a list, without its mark.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Item<'t> {
    text: &'t str,
    numbered: bool,
    ticked: Option<bool>,
    /// The mark is a word that stays part of the text: `tues - send it`.
    label: bool,
}

fn item(line: &str) -> Option<Item<'_>> {
    let plain = Item { text: line, numbered: false, ticked: None, label: false };
    let first = line.chars().next()?;
    if let Some(ticked) = tick_mark(first) {
        return Some(Item { text: line[first.len_utf8()..].trim_start(), ticked: Some(ticked), ..plain });
    }
    if "-*+•‣◦·–—→●▪■○".contains(first) {
        let rest = &line[first.len_utf8()..];
        let spaced = rest.starts_with([' ', '\t']) || !matches!(first, '*' | '+' | '·') && rest.starts_with(|c: char| c.is_alphabetic() || c == '[');
        return spaced.then(|| ticked(rest.trim_start(), false));
    }
    if let Some(rest) = line.strip_prefix("-> ").or_else(|| line.strip_prefix("> ").filter(|_| false)) {
        return Some(Item { text: rest, ..plain });
    }
    if line.starts_with("[ ]") || line.starts_with("[x]") || line.starts_with("[X]") || line.starts_with("[]") {
        return Some(ticked(line, false));
    }
    if let Some(rest) = number(line) {
        return Some(ticked(rest, true));
    }
    label(line).then_some(Item { label: true, ..plain })
}

fn ticked(text: &str, numbered: bool) -> Item<'_> {
    let boxes = [("[ ]", false), ("[]", false), ("[x]", true), ("[X]", true), ("[✓]", true), ("[✔]", true), ("( )", false), ("(x)", true)];
    for (mark, ticked) in boxes {
        if let Some(rest) = text.strip_prefix(mark) {
            return Item { text: rest.trim_start(), numbered, ticked: Some(ticked), label: false };
        }
    }
    match text.chars().next().and_then(|it| tick_mark(it).map(|ticked| (it, ticked))) {
        Some((mark, ticked)) => Item { text: text[mark.len_utf8()..].trim_start(), numbered, ticked: Some(ticked), label: false },
        None => Item { text, numbered, ticked: None, label: false },
    }
}

fn tick_mark(c: char) -> Option<bool> {
    match c {
        '☐' | '□' | '❏' => Some(false),
        '☑' | '✓' | '✔' | '☒' | '✅' => Some(true),
        _ => None,
    }
}

/// `1.`, `2)`, `(3)`, `a)`, `Step 4:`
fn number(line: &str) -> Option<&str> {
    let open = line.strip_prefix('(').unwrap_or(line);
    let open = ["step ", "schritt ", "étape ", "paso "]
        .iter()
        .find_map(|it| open.get(..it.len()).filter(|head| head.to_lowercase() == **it).map(|_| &open[it.len()..]))
        .unwrap_or(open);
    let digits = open.bytes().take_while(u8::is_ascii_digit).count();
    let letter = open.starts_with(|c: char| c.is_ascii_lowercase()) && open[1..].starts_with(')');
    let n = if letter { 1 } else { digits };
    if n == 0 || n > 3 {
        return None;
    }
    // `1.2.` numbers a sub-step.
    let deeper = open[n..].bytes().take_while(|it| it.is_ascii_digit() || *it == b'.').count();
    let rest = if deeper > 1 && open[n..].starts_with('.') { &open[n + deeper..] } else { open[n..].strip_prefix(['.', ')', ':'])? };
    let rest = rest.strip_prefix(')').unwrap_or(rest);
    rest.starts_with([' ', '\t']).then(|| rest.trim_start())
}

/// `tues - last week's numbers`, `freitags: Kasse zählen`, `before 3 - ring Ruth`.
fn label(line: &str) -> bool {
    let dash = line.find(" - ").or_else(|| line.find(" – ")).or_else(|| line.find(" — "));
    let short = |head: &str| head.chars().count() <= 20 && head.split_whitespace().count() <= 3 && !head.contains(['.', ',', '"', '(']);
    dash.is_some_and(|at| at > 0 && short(&line[..at])) || line.split_once(':').is_some_and(|(head, _)| is_weekday(head))
}

const WEEKDAYS: &[&str] = &[
    "mon",
    "tue",
    "tues",
    "wed",
    "weds",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mo",
    "di",
    "mi",
    "do",
    "fr",
    "sa",
    "so",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "montags",
    "dienstags",
    "mittwochs",
    "donnerstags",
    "freitags",
    "samstags",
    "sonntags",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "sábado",
    "domingo",
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
    "lunedì",
    "martedì",
    "mercoledì",
    "giovedì",
    "venerdì",
    "sabato",
    "domenica",
    "mondays",
    "tuesdays",
    "wednesdays",
    "thursdays",
    "fridays",
];

/// Whether a line is a day and nothing else: `mon`, `Friday:`, `Tues am`.
fn is_weekday(line: &str) -> bool {
    let lower = line.trim_end_matches([':', '-', '–', ' ', '.']).to_lowercase();
    let mut words = lower.split_whitespace();
    let day = words.next().is_some_and(|it| WEEKDAYS.contains(&it));
    let rest: Vec<&str> = words.collect();
    day && rest.len() <= 1 && rest.iter().all(|it| matches!(*it, "am" | "pm" | "morning" | "afternoon" | "evening" | "früh" | "vormittag" | "nachmittag"))
}

fn starts_with_weekday(line: &str) -> bool {
    let word: String = line.chars().take_while(|c| c.is_alphabetic()).collect();
    word.chars().count() > 2 && WEEKDAYS.contains(&word.to_lowercase().as_str())
}

fn fence(line: &str) -> Option<&'static str> {
    ["```", "~~~"].into_iter().find(|it| line.starts_with(*it))
}

fn is_quote(line: &str) -> bool {
    line.starts_with('>')
}

/// A line drawn across the page.
fn is_rule(line: &str) -> bool {
    line.chars().count() >= 3 && line.chars().all(|c| matches!(c, '-' | '=' | '*' | '_' | '~' | '#' | '—' | '─' | ' ' | '+')) && !line.starts_with("~~~")
}

fn is_underline(line: &str) -> bool {
    line.len() >= 3 && ["-", "=", "*", "~", "_"].iter().any(|it| line.replace(it, "").is_empty())
}

fn unquoted(value: &str) -> &str {
    ['"', '\''].iter().find_map(|it| value.strip_prefix(*it)?.strip_suffix(*it)).unwrap_or(value)
}

/// Returns the first heading of the highest rank.
pub(super) fn title(blocks: &[Block]) -> Option<String> {
    let depth = |block: &Block| match block.kind {
        BlockKind::Heading(depth) if depth < 5 => Some(depth),
        _ => None,
    };
    let top = blocks.iter().filter_map(depth).min()?;
    blocks.iter().find(|it| depth(it) == Some(top)).map(|it| it.text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(style: Style, text: &str, expected: &[&str]) {
        let kind = |it: &Block| match it.kind {
            BlockKind::Item { ticked: Some(true), .. } => "done".to_owned(),
            BlockKind::Item { ticked: Some(false), .. } => "open".to_owned(),
            BlockKind::Item { numbered: true, .. } => "step".to_owned(),
            BlockKind::Item { .. } => "item".to_owned(),
            BlockKind::Heading(_) => "head".to_owned(),
            ref other => format!("{other:?}").to_lowercase(),
        };
        let context = |it: &Block| it.context.as_ref().map(|it| format!(" [{it}]")).unwrap_or_default();
        let number = |it: &Block| it.place.to_string().replace("lines ", "").replace("line ", "");
        let shown: Vec<String> = blocks(text, style).iter().map(|it| format!("{} {}: {}{}", number(it), kind(it), it.text, context(it))).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn every_line_of_a_note_is_an_item() {
        check(
            Style::Text,
            "mon\nutc first, then the view\nbad dates = typed in by hand, look at them yourself before you go on\nbefore 3\n\ntues - numbers\n",
            &[
                "1 head: mon",
                "2 item: utc first, then the view [mon]",
                "3 item: bad dates = typed in by hand, look at them yourself before you go on [mon]",
                "4 item: before 3 [mon]",
                "6 item: tues - numbers",
            ],
        );
    }

    #[test]
    fn indented_lines_join_unless_they_are_commands_or_marked() {
        check(
            Style::Text,
            "REPORT - to me\n\n- config: the rate. Ruth reads it\n  over the desk\n- build:\n      save it as CSV\n      node check.js --week 20\n   - then Col\n",
            &[
                "1 head: REPORT - to me",
                "3-4 item: config: the rate. Ruth reads it over the desk [REPORT - to me]",
                "5 item: build: [REPORT - to me]",
                "6 item: save it as CSV [build:]",
                "7 item: node check.js --week 20 [build:]",
                "8 item: then Col [build:]",
            ],
        );
    }

    #[test]
    fn wrapped_prose_is_one_paragraph() {
        check(
            Style::Markdown,
            "# Close\n\nCopy last month's folder, empty raw and out, change the month in the\nconfig in both places. Then set the euro rate that Ruth gives you for the\nmonth.\n",
            &[
                "1 head: Close",
                "3-5 paragraph: Copy last month's folder, empty raw and out, change the month in the config in both places. Then set the euro rate that Ruth gives you for the month. [Close]",
            ],
        );
    }

    #[test]
    fn ticks_numbers_and_fences() {
        check(
            Style::Markdown,
            "Before you send:\n- [x] totals agree\n- [ ] Dana has looked\n\n1. Run it:\n   ```sh\n   $ make all\n   done\n   ```\n2. Send it.\n```json\n{\"a\": 1}\n```\n",
            &[
                "1 head: Before you send",
                "2 done: totals agree [Before you send]",
                "3 open: Dana has looked [Before you send]",
                "5 step: Run it: [Before you send]",
                "7 command: make all [Run it:]",
                "10 step: Send it. [Before you send]",
            ],
        );
    }

    #[test]
    fn front_matter_and_tables_are_fields_and_rows() {
        check(
            Style::Markdown,
            "---\nref: wk20\ntime: \"07:45\"\n---\n| Who | When |\n|---|---|\n| Ruth | noon |\n",
            &["2 field: ref: wk20", "3 field: time: 07:45", "7 row: Who: Ruth | When: noon"],
        );
    }
}
