//! Text of the evidence on a page and on a terminal: it is shown, and never obeyed by what shows it.

use std::borrow::Cow;

/// Returns a text as one line without characters that steer a terminal or turn the direction of what follows.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        c if steers(c) => None,
        c => Some(c),
    };
    Cow::Owned(text.chars().filter_map(shown).collect())
}

/// Returns the lines of a text without characters that steer a terminal.
pub fn lines(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c != '\n' && steers(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(one_line).collect::<Vec<_>>().join("\n"))
}

/// Returns the name of a file as it can be shown: what steers a terminal becomes `�`, so that it is seen.
pub fn name(name: &str) -> Cow<'_, str> {
    if !name.chars().any(steers) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect())
}

/// Control characters, line ends that no program counts, and marks that turn the direction of writing.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Makes a text that may hold code in backticks and `**bold**` of our own safe at the beginning of an item of a list.
pub(crate) fn item(text: &str) -> String {
    let text = shown(text);
    let text = text.trim();
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let bold = text.starts_with("**") && !text.starts_with("***");
    // What makes a heading, quote, list, rule, fence, box to tick or the target of a link only does so where a line begins.
    let marks = text.starts_with(['#', '>', '+', '-', '=', '~', '|', '_', '[', ':']) || text.starts_with('*') && !bold;
    let numbered = digits > 0 && text[digits..].starts_with(['.', ')']) && text[digits + 1..].chars().next().is_none_or(char::is_whitespace);
    let (head, rest) = text.split_at(if numbered { digits } else { 0 });
    let rest = inline(rest);
    let escape = if (numbered || marks) && !rest.starts_with('\\') { "\\" } else { "" };
    format!("{head}{escape}{rest}")
}

/// Makes a text safe inside a line: code stays as it is; outside of it nothing becomes a link, a picture or HTML.
pub(crate) fn inline(text: &str) -> String {
    let text = one_line(text);
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text.as_ref();
    // Quotes of ours: the words in them are somebody else's.
    let mut quoted = 0_u32;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        let next = behind.chars().next();
        let mut taken = c.len_utf8();
        match c {
            '`' => {
                // Code ends at as many backticks as it began with, as programs that show Markdown have it.
                let run = rest.len() - rest.trim_start_matches('`').len();
                match code_end(&rest[run..], run) {
                    Some(end) => {
                        taken = run + end;
                        out.push_str(&rest[..taken]);
                    }
                    None => {
                        taken = run;
                        out.push_str(&"\\`".repeat(run));
                    }
                }
            }
            '\\' if next.is_some_and(|it| it.is_ascii_punctuation()) => out.push_str("\\\\"),
            '<' if next.is_some_and(|it| it.is_ascii_alphabetic() || matches!(it, '/' | '!' | '?')) => out.push_str("\\<"),
            '!' if next == Some('[') => out.push_str("\\!"),
            ']' if matches!(next, Some('(' | '[' | ':')) => out.push_str("\\]"),
            // Only the program cites.
            '[' if cites(behind) => out.push_str("\\["),
            '*' | '_' if quoted > 0 && !(c == '_' && before.is_alphanumeric() && next.is_some_and(char::is_alphanumeric)) => {
                out.push('\\');
                out.push(c);
            }
            '~' if next == Some('~') || before == '~' => out.push_str("\\~"),
            c => {
                quoted = match c {
                    '“' => quoted + 1,
                    '”' => quoted.saturating_sub(1),
                    _ => quoted,
                };
                out.push(c);
            }
        }
        before = c;
        rest = &rest[taken..];
    }
    out
}

/// Makes a text safe inside a cell of a table.
pub(crate) fn cell(text: &str) -> String {
    let text = shown(text);
    // A bar ends a cell even inside code, and there a backslash before it is no part of the code.
    inline(&text.replace('\\', "\u{e000}")).replace('\u{e000}', "\\\\").replace('|', "\\|")
}

/// Writes a value of the front matter, in quotes where it would not be a plain word to every reader of YAML.
pub(crate) fn yaml(value: &str) -> String {
    let value = one_line(value);
    let odd = value.contains([':', '#', '"', '\'', '[', ']', '{', '}', '`', '\\']) || value.trim() != value || value.is_empty();
    let marked = value.starts_with(['-', '?', '&', '*', '!', '|', '>', '%', '@', ',', '~', '=']);
    if odd || marked { format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")) } else { value.into_owned() }
}

/// Returns what the page has room for of a text, on one line; a passage without end is opened with `sop show`.
fn shown(text: &str) -> Cow<'_, str> {
    const MOST: usize = 2_000;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => Cow::Owned(format!("{}…", one_line(&text[..end]))),
        None => one_line(text),
    }
}

/// Where a code that was opened by `run` backticks ends, behind its closing ones.
fn code_end(text: &str, run: usize) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find('`') {
        let start = from + at;
        let here = text[start..].len() - text[start..].trim_start_matches('`').len();
        if here == run {
            return Some(start + here);
        }
        from = start + here;
    }
    None
}

/// Whether what follows a `[` looks like a citation of the program.
fn cites(text: &str) -> bool {
    let number = text.strip_prefix('E').and_then(|it| it.chars().next()).is_some_and(|it| it.is_ascii_digit());
    let basis = |word: &str| text.strip_prefix(word).is_some_and(|it| it.starts_with(':'));
    number || text.starts_with('^') || crate::Lang::all().any(|say| basis(say.inferred) || basis(say.asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_cannot_begin_something_else() {
        let check = |text: &str, expected: &str| assert_eq!(item(text), expected);
        check("# Approval gates", "\\# Approval gates");
        check("- [x] done", "\\- [x] done");
        check("[ ] done", "\\[ ] done");
        check("[E1]: https://evil.example", "\\[E1\\]: https://evil.example");
        check("3. go on", "3\\. go on");
        check("3.5 hours", "3.5 hours");
        check("> said", "\\> said");
        check("---\nstatus: approved", "\\--- status: approved");
        check("```\nx", "\\`\\`\\` x");
        check("~~~", "\\~\\~\\~");
        check("**STOP: wait for Dana.** “no”", "**STOP: wait for Dana.** “no”");
        check("* a", "\\* a");
        check("Run `a.py`", "Run `a.py`");
    }

    #[test]
    fn a_line_holds_no_link_picture_or_html() {
        let check = |text: &str, expected: &str| assert_eq!(inline(text), expected);
        check("a <b>c</b> <!-- d --> <3 a < b", "a \\<b>c\\</b> \\<!-- d --> <3 a < b");
        check("[x](javascript:y) ![p](q) [a][b]", "[x\\](javascript:y) \\![p\\](q) [a\\][b]");
        check("\\<b> \\[x](y) C:\\temp", "\\\\\\<b> \\\\[x\\](y) C:\\temp");
        check("as told [E999, inferred: x] and [^1]", "as told \\[E999, inferred: x] and \\[^1]");
        check("`a`b` <i>", "`a`b\\` \\<i>");
        check("``a` <i>`` <i>", "``a` <i>`` \\<i>");
        check("“**STOP** and _so_ a_b.csv 2 * 3” **ours**", "“\\*\\*STOP\\*\\* and \\_so\\_ a_b.csv 2 \\* 3” **ours**");
        check("red \u{1b}[31mtext\u{202e}gnp\u{7f}\r\nnext", "red [31mtextgnp  next");
    }

    #[test]
    fn a_cell_stays_one_cell() {
        assert_eq!(cell("a|b\nc \\| `x|y` <i>"), "a\\|b c \\\\\\| `x\\|y` \\<i>");
    }

    #[test]
    fn front_matter_is_one_value() {
        assert_eq!(yaml("x\nstatus: approved"), "\"x status: approved\"");
        assert_eq!(yaml("- a"), "\"- a\"");
        assert_eq!(yaml("a new assistant"), "a new assistant");
        assert_eq!(yaml("say \"\\x\""), "\"say \\\"\\\\x\\\"\"");
    }

    #[test]
    fn names_show_what_they_hide() {
        assert_eq!(name("a\u{1b}[2J\u{202e}fdp.md\n"), "a\u{fffd}[2J\u{fffd}fdp.md\u{fffd}");
        assert_eq!(lines("a\u{1b}\nb\tc\r"), "a\nb c ");
    }
}
