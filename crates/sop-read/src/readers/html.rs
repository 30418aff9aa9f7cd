//! Web pages: headings, paragraphs, list items and table rows, with the line of the source they start on.

use super::ooxml::fold;
use super::outline::Outline;
use crate::reader::{About, Input, Raw, Reader};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use sop_core::{Block, BlockKind, Document, Format, Place};
use std::cell::RefCell;

pub(super) const READER: Reader = Reader {
    name: "html",
    about: About { files: "`.html`, `.htm`", taken: "headings, paragraphs, lists, tables", anchor: "line", not_taken: "what a script would draw" },
    accepts,
    read,
};

/// A page of work holds fewer; a page made to fill memory holds more.
const MAX_BLOCKS: usize = 50_000;

fn accepts(input: &Input<'_>) -> bool {
    let name = input.name.to_lowercase();
    let head = String::from_utf8_lossy(&input.bytes[..input.bytes.len().min(512)]).to_lowercase();
    let head = head.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    name.ends_with(".html") || name.ends_with(".htm") || name.ends_with(".xhtml") || head.starts_with("<!doctype html") || head.starts_with("<html")
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Html);
    let page = parse(&decode(input.bytes));
    doc.title = page.title.or_else(|| page.blocks.iter().find(|it| matches!(it.kind, BlockKind::Heading(1))).map(|it| it.text.clone()));
    doc.blocks = page.blocks;
    if doc.blocks.is_empty() {
        doc.remarks.push("no text in it".into());
    }
    Ok(Raw(doc))
}

fn decode(bytes: &[u8]) -> String {
    let declared = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_lowercase();
    let label = declared.split("charset=").nth(1).map(|rest| rest.trim_start_matches(['"', '\'']));
    let label = label.and_then(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c)).next());
    let declared = label.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
    let encoding = match (std::str::from_utf8(bytes), declared) {
        (Ok(_), _) | (_, None) => encoding_rs::UTF_8,
        (_, Some(encoding)) => encoding,
    };
    encoding.decode(bytes).0.into_owned()
}

struct ReadPage {
    title: Option<String>,
    blocks: Vec<Block>,
}

fn parse(html: &str) -> ReadPage {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    // The sink never asks for a script to be run, so one call takes the whole page.
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    let mut state = tokenizer.sink.0.into_inner();
    state.flush();
    ReadPage { title: state.title, blocks: state.blocks }
}

#[derive(Default)]
struct Sink(RefCell<State>);

/// What is open at this point of the page.
#[derive(Default)]
struct State {
    blocks: Vec<Block>,
    title: Option<String>,
    text: String,
    from: u32,
    line: u32,
    kind: Option<BlockKind>,
    /// Inside `script`, `style` and the like.
    hidden: u32,
    in_title: bool,
    /// True for each open `ol`, false for each open `ul`.
    lists: Vec<bool>,
    /// Cells of the open table row.
    cells: Option<Vec<String>>,
    outline: Outline,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        state.line = line.min(u64::from(u32::MAX)) as u32;
        match token {
            Token::CharacterTokens(text) => state.characters(&text),
            Token::TagToken(tag) => return state.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    fn characters(&mut self, text: &str) {
        if self.in_title {
            self.title.get_or_insert_default().push_str(text);
        } else if self.hidden == 0 {
            if self.text.trim().is_empty() {
                let leading = text.len() - text.trim_start().len();
                let below = text[leading..].matches('\n').count() as u32;
                self.from = self.line.saturating_sub(below).max(1);
            }
            self.text.push_str(text);
        }
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        use html5ever::tokenizer::states::RawKind;
        let open = tag.kind == TagKind::StartTag;
        match &*tag.name {
            name @ ("script" | "style" | "noscript" | "template" | "svg") => {
                if tag.self_closing {
                    return TokenSinkResult::Continue;
                }
                self.hidden = if open { self.hidden + 1 } else { self.hidden.saturating_sub(1) };
                if open && matches!(name, "script" | "style") {
                    return TokenSinkResult::RawData(if name == "script" { RawKind::ScriptData } else { RawKind::Rawtext });
                }
            }
            "title" => {
                self.in_title = open && self.title.is_none();
                if open {
                    return TokenSinkResult::RawData(html5ever::tokenizer::states::RawKind::Rcdata);
                }
                self.title = self.title.take().map(|title| fold(&title)).filter(|title| !title.is_empty());
            }
            "br" => self.break_line(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                let level = tag.name.as_bytes()[1] - b'0';
                self.kind = open.then_some(BlockKind::Heading(level));
            }
            "ol" | "ul" => {
                self.flush();
                if open && self.lists.len() < 64 {
                    self.lists.push(&*tag.name == "ol");
                } else if !open {
                    self.lists.pop();
                }
            }
            "li" => {
                self.flush();
                let numbered = self.lists.last().copied().unwrap_or(false);
                self.kind = open.then_some(BlockKind::Item { numbered, ticked: None });
            }
            "input" if open => self.tick_box(tag),
            "tr" => {
                self.end_row();
                if open {
                    self.cells = Some(Vec::new());
                }
            }
            "td" | "th" => self.end_cell(),
            "table" => {
                self.end_row();
                self.flush();
            }
            "p" | "div" | "section" | "article" | "header" | "footer" | "main" | "nav" | "aside" | "blockquote" | "pre" | "dt" | "dd" | "figcaption"
            | "form" | "body" | "hr" | "address" | "caption" | "fieldset" | "legend" => {
                self.break_line();
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn tick_box(&mut self, tag: &Tag) {
        let attr = |name: &str| tag.attrs.iter().find(|attr| &*attr.name.local == name).map(|attr| attr.value.to_string());
        if attr("type").as_deref() == Some("checkbox")
            && let Some(BlockKind::Item { ticked, .. }) = &mut self.kind
        {
            *ticked = Some(attr("checked").is_some());
        }
    }

    /// Ends a block, or in a table cell only a line of it.
    fn break_line(&mut self) {
        if self.cells.is_some() || matches!(self.kind, Some(BlockKind::Item { .. })) && self.text.trim().is_empty() {
            self.text.push(' ');
        } else {
            self.flush();
        }
    }

    fn end_cell(&mut self) {
        let text = fold(&std::mem::take(&mut self.text));
        if let Some(cells) = &mut self.cells
            && !text.is_empty()
        {
            cells.push(text);
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        if let Some(cells) = self.cells.take()
            && !cells.is_empty()
        {
            self.push(BlockKind::Row, cells.join(" | "));
        }
    }

    fn flush(&mut self) {
        if self.cells.is_some() {
            self.text.push(' ');
            return;
        }
        let text = fold(&std::mem::take(&mut self.text));
        if !text.is_empty() {
            let kind = self.kind.take().unwrap_or(BlockKind::Paragraph);
            self.push(kind, text);
        }
    }

    fn push(&mut self, kind: BlockKind, text: String) {
        if self.blocks.len() >= MAX_BLOCKS {
            return;
        }
        let from = self.from.max(1);
        let block = self.outline.place(Block::new(kind, text, Place::Lines { from, to: self.line.max(from) }));
        self.blocks.push(block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &[&str]) {
        let shown: Vec<String> = parse(html).blocks.iter().map(|it| format!("{:?} {} @ {}", it.kind, it.text, it.place)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn steps_of_a_list_keep_their_lines() {
        check(
            "<h1>Close</h1>\n<ol>\n<li>Export the <a href='x'>ledger</a>.</li>\n<li>Send it.</li></ol>",
            &[
                "Heading(1) Close @ line 1",
                "Item { numbered: true, ticked: None } Export the ledger. @ line 3",
                "Item { numbered: true, ticked: None } Send it. @ line 4",
            ],
        );
    }

    #[test]
    fn script_is_not_text() {
        check("<p>Hello</p><script>if (a < b) alert('<p>no</p>')</script><style>p{}</style>", &["Paragraph Hello @ line 1"]);
    }

    #[test]
    fn table_row_is_one_block() {
        check("<table><tr><th>Owner</th><td>Priya</td></tr></table>", &["Row Owner | Priya @ line 1"]);
    }
}
