//! A parsed source: its nodes in order, their parents, texts and lines. Knows no language.

use sop_core::{FileUse, Script};
use std::cell::Cell;
use std::collections::HashMap;
use std::ops::ControlFlow;
use tree_sitter::{Language, Node, ParseOptions, Parser, Tree};

/// More source than this is not a script that a person wrote, and a broken one takes the parser the square of its length.
const MAX_SOURCE: usize = 200_000;
const MAX_NODES: usize = 600_000;
/// How often the parser may report progress before it is stopped; a hostile file can make it backtrack for long.
const MAX_PROGRESS: u32 = 40_000;
/// Deepest nesting that an expression is followed to.
pub(crate) const MAX_DEPTH: u8 = 14;

/// Steps that one evaluation may take: `b = a + a; c = b + b; ..` doubles with every line.
const MAX_STEPS: u32 = 400;
/// More files than this are no list that anyone reads.
const MAX_USES: usize = 400;

/// A source with its syntax tree.
pub(crate) struct Code<'t> {
    pub(crate) source: &'t str,
    /// Path of the script in its folder.
    pub(crate) path: &'t str,
    /// All paths of the folder.
    pub(crate) folder: &'t [String],
    nodes: Vec<Node<'t>>,
    parents: Vec<usize>,
    /// Previous named sibling of each node; asking the tree for it takes as long as there are siblings.
    previous: Vec<usize>,
    index: HashMap<usize, usize>,
    steps: Cell<u32>,
}

/// Returns the whole lines of a source that are few enough to be parsed.
pub(crate) fn readable(source: &str) -> &str {
    if source.len() <= MAX_SOURCE {
        return source;
    }
    let end = source.as_bytes()[..MAX_SOURCE].iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    source.get(..end).unwrap_or_default()
}

/// Brackets that stand open inside each other. What was generated has a few dozen; thousands take the parser minutes.
const MAX_NESTING: u32 = 300;

fn nested_too_deep(source: &str) -> bool {
    let (mut open, mut angles) = (0_u32, 0_u32);
    source.bytes().any(|byte| {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            // A sign of "less" is never closed.
            b'<' => angles += 1,
            b'>' | b'\n' => angles = 0,
            _ => {}
        }
        open > MAX_NESTING || angles > MAX_NESTING
    })
}

/// Parses a source, or gives up on what takes too long.
pub(crate) fn parse(language: &Language, source: &str) -> Option<Tree> {
    if nested_too_deep(source) {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    let bytes = source.as_bytes();
    let mut reports = 0u32;
    let mut progress = |_: &tree_sitter::ParseState| {
        reports += 1;
        if reports > MAX_PROGRESS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
}

impl<'t> Code<'t> {
    pub(crate) fn new(tree: &'t Tree, source: &'t str, path: &'t str, folder: &'t [String]) -> Self {
        let mut code = Self { source, path, folder, nodes: Vec::new(), parents: Vec::new(), previous: Vec::new(), index: HashMap::new(), steps: Cell::new(0) };
        code.collect(tree);
        code
    }

    /// Counts a step of an evaluation that starts at depth 0, and tells whether it may go on.
    pub(crate) fn may_step(&self, depth: u8) -> bool {
        self.steps.set(if depth == 0 { 0 } else { self.steps.get() + 1 });
        depth <= MAX_DEPTH && self.steps.get() <= MAX_STEPS
    }

    /// Returns up to a dozen named nodes before a node in its block, the nearest first.
    pub(crate) fn before<'s>(&'s self, node: Node<'t>) -> impl Iterator<Item = Node<'t>> + 's {
        let step = |node: Node<'t>| {
            let at = *self.index.get(&node.id())?;
            self.nodes.get(*self.previous.get(at)?).copied()
        };
        std::iter::successors(step(node), move |it| step(*it)).take(12)
    }

    /// Walks the tree with a cursor, since recursion would trust the nesting of a file that nobody vouches for.
    fn collect(&mut self, tree: &'t Tree) {
        let mut cursor = tree.walk();
        let mut above: Vec<usize> = Vec::new();
        let mut last: Vec<usize> = vec![usize::MAX];
        loop {
            let node = cursor.node();
            let at = self.nodes.len();
            self.index.insert(node.id(), at);
            self.parents.push(above.last().copied().unwrap_or(usize::MAX));
            self.nodes.push(node);
            self.previous.push(last.last().copied().unwrap_or(usize::MAX));
            if node.is_named()
                && let Some(last) = last.last_mut()
            {
                *last = at;
            }
            if at >= MAX_NODES {
                return;
            }
            if cursor.goto_first_child() {
                above.push(at);
                last.push(usize::MAX);
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                above.pop();
                last.pop();
            }
        }
    }

    /// Returns every node in the order of the source.
    pub(crate) fn nodes(&self) -> &[Node<'t>] {
        &self.nodes
    }

    /// Returns every node of a kind in the order of the source.
    pub(crate) fn of_kind<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = Node<'t>> + 's {
        self.nodes.iter().copied().filter(move |node| node.kind() == kind)
    }

    /// Returns the nodes inside a node, itself first.
    pub(crate) fn inside<'s>(&'s self, node: Node<'t>) -> impl Iterator<Item = Node<'t>> + 's {
        let start = self.index.get(&node.id()).copied().unwrap_or(self.nodes.len());
        self.nodes
            .iter()
            .skip(start)
            .copied()
            .take_while(move |inner| inner.start_byte() >= node.start_byte() && inner.end_byte() <= node.end_byte())
            .take(20_000)
    }

    /// Returns the statements of the file itself.
    pub(crate) fn root_children<'s>(&'s self) -> impl Iterator<Item = Node<'t>> + 's {
        self.nodes.iter().copied().filter(|it| it.is_named() && self.parent(*it).is_some_and(|up| self.parent(up).is_none()))
    }

    pub(crate) fn parent(&self, node: Node<'t>) -> Option<Node<'t>> {
        let at = *self.index.get(&node.id())?;
        self.nodes.get(*self.parents.get(at)?).copied()
    }

    /// Returns the nodes around a node, the nearest first.
    pub(crate) fn around<'s>(&'s self, node: Node<'t>) -> impl Iterator<Item = Node<'t>> + 's {
        // Nobody nests deeper; a file that was not understood may seem to.
        std::iter::successors(self.parent(node), |it| self.parent(*it)).take(80)
    }

    pub(crate) fn text(&self, node: Node<'_>) -> &'t str {
        self.source.get(node.byte_range()).unwrap_or_default()
    }

    /// Returns the text of a node on one line, shortened to 160 characters.
    pub(crate) fn brief(&self, node: Node<'_>) -> String {
        one_line(self.text(node), 160)
    }
}

pub(crate) fn line(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row).unwrap_or(u32::MAX - 1) + 1
}

pub(crate) fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.child_by_field_name(name)
}

/// Returns the named children of a node, comments left out.
pub(crate) fn named(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect()
}

/// Folds white space and cuts to a number of characters.
pub(crate) fn one_line(text: &str, limit: usize) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if folded.chars().count() <= limit {
        return folded;
    }
    let mut cut: String = folded.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// Notes a file that is read.
pub(crate) fn add_read(script: &mut Script, pattern: &str, at: u32) {
    add_use(&mut script.reads, pattern, at);
}

/// Notes a file that is written.
pub(crate) fn add_write(script: &mut Script, pattern: &str, at: u32) {
    add_use(&mut script.writes, pattern, at);
}

/// Notes a file once, under the line where it is first used.
pub(crate) fn add_use(uses: &mut Vec<FileUse>, pattern: &str, line: u32) {
    let Some(pattern) = crate::value::tidy(pattern) else { return };
    if uses.len() < MAX_USES && uses.iter().all(|known| known.pattern != pattern) {
        uses.push(FileUse { pattern, line });
    }
}
