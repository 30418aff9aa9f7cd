//! The text of a mail that was written as HTML, with quoted parts marked as in plain text.

use mail_parser::decoders::html::html_to_text;

/// Deeper quoting is the same text again.
const MAX_QUOTED: usize = 12;

/// Turns HTML into lines: paragraphs apart by a blank line, items with a dash, quotes with `>`.
pub(crate) fn text_of(html: &str) -> String {
    let mut page = Page::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        page.text(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.find("-->").map_or("", |it| &after[it + 3..]);
            continue;
        }
        // "a < b" is no tag.
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            page.text("&lt;");
            rest = &rest[1..];
            continue;
        }
        let Some(end) = rest.find('>') else { break };
        let tag = rest[1..end].trim().to_ascii_lowercase();
        rest = &rest[end + 1..];
        let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if matches!(name, "style" | "script" | "head" | "title") && !tag.starts_with('/') && !tag.ends_with('/') {
            let close = format!("</{name}");
            rest = find_ignoring_case(rest, &close).map_or("", |it| &rest[it..]);
            continue;
        }
        page.tag(name, tag.starts_with('/'));
    }
    page.text(rest);
    page.end_line();
    page.lines.join("\n")
}

#[derive(Default)]
struct Page {
    lines: Vec<String>,
    line: String,
    quoted: usize,
}

impl Page {
    fn text(&mut self, text: &str) {
        self.line.push_str(text);
    }

    fn tag(&mut self, name: &str, closes: bool) {
        match name {
            "br" if self.line.trim().is_empty() => self.blank(),
            "br" | "div" | "tr" | "table" => self.end_line(),
            "p" | "ul" | "ol" | "hr" | "h1" | "h2" | "h3" | "h4" => {
                self.end_line();
                self.blank();
            }
            "li" if closes => self.end_line(),
            "li" => {
                self.end_line();
                self.line.push_str("- ");
            }
            // Three spaces keep the cells of a row apart from wrapped prose.
            "td" | "th" if closes => self.line.push_str(CELL),
            "blockquote" => {
                self.end_line();
                self.blank();
                self.quoted = if closes { self.quoted.saturating_sub(1) } else { (self.quoted + 1).min(MAX_QUOTED) };
            }
            _ => {}
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let cells: Vec<String> = line.split(CELL).map(plain).filter(|it| !it.is_empty()).collect();
        if !cells.is_empty() {
            self.lines.push(format!("{}{}", "> ".repeat(self.quoted), cells.join("   ")));
        } else if !line.is_empty() {
            self.blank();
        }
    }

    fn blank(&mut self) {
        if self.lines.last().is_some_and(|it| !it.trim_matches(['>', ' ']).is_empty()) {
            self.lines.push("> ".repeat(self.quoted).trim_end().to_owned());
        }
    }
}

const CELL: &str = "\u{1f}";

/// Resolves entities and folds white space.
fn plain(html: &str) -> String {
    super::fold(&html_to_text(html).replace('\u{a0}', " "))
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes().windows(wanted.len()).position(|it| it.eq_ignore_ascii_case(wanted.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(text_of(html), expected);
    }

    #[test]
    fn paragraphs_items_and_quotes_become_lines() {
        check("<style>p{}</style><p>Hold &amp; wait,\n Tom.</p><ul><li>one</li><li>two</li></ul>", "Hold & wait, Tom.\n\n- one\n- two\n");
        check(
            "<div>Yes.</div><div><br></div><div>On 3 Nov 2026, Tom wrote:</div><blockquote>May I?</blockquote>",
            "Yes.\n\nOn 3 Nov 2026, Tom wrote:\n\n> May I?\n>",
        );
        check("<table><tr><td>Net</td><td>84.01</td></tr></table>a < b", "Net   84.01\na < b");
    }
}
