//! Words, texts, numbers and signs of languages that are read without a grammar, and their comments.
//!
//! Some languages have a dozen dialects and no grammar that reads them all (SQL), some have none worth its build (VBA, M,
//! awk). What a script reads, writes and says can be told from its tokens; what binds them is for each language's own file.

use crate::head::Line;

/// More tokens than this are data in the guise of code.
const MAX_TOKENS: usize = 200_000;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    /// A name in quotes: `"order lines"`, `[order lines]`.
    Name,
    Text,
    Number,
    Sign,
    /// The end of a line, in languages where it ends a statement.
    Break,
}

/// A token with its quotes, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'t> {
    pub(crate) kind: Kind,
    pub(crate) text: &'t str,
    pub(crate) line: u32,
    /// Byte at which it begins.
    pub(crate) at: usize,
}

impl<'t> Token<'t> {
    /// True for this word or sign, whatever its case.
    pub(crate) fn is(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text.eq_ignore_ascii_case(word)
    }

    /// True for one of these words or signs.
    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|it| self.is(it))
    }

    /// Returns what stands between the quotes.
    pub(crate) fn inner(&self) -> &'t str {
        if !matches!(self.kind, Kind::Text | Kind::Name) {
            return self.text;
        }
        let open = self.text.find(['"', '\'', '`', '[', '{', '(', '/', '|', '\n']).map_or(0, |it| it + 1);
        let close = self.text.char_indices().next_back().map_or(open, |it| it.0).max(open);
        self.text.get(open..close).unwrap_or_default()
    }

    /// Byte after its end.
    pub(crate) fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// A kind of quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quote {
    pub(crate) open: &'static str,
    pub(crate) close: char,
    pub(crate) kind: Kind,
    /// True if a backslash takes the meaning from what follows it.
    pub(crate) backslash: bool,
    /// True if it may hold several lines.
    pub(crate) lines: bool,
}

/// How a language is cut into tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) line_comments: &'static [&'static str],
    pub(crate) block_comments: &'static [(&'static str, &'static str)],
    pub(crate) quotes: &'static [Quote],
    /// What a word may hold besides letters, digits and `_`.
    pub(crate) in_words: &'static str,
    /// What a word may begin with besides letters and `_`.
    pub(crate) sigils: &'static str,
    /// Whether the end of a line is a token.
    pub(crate) breaks: bool,
    /// Whether `/../` can be a pattern, and `<<EOT` a text.
    pub(crate) patterns: bool,
}

/// The tokens of a source.
pub(crate) struct Lexed<'t> {
    pub(crate) tokens: Vec<Token<'t>>,
    pub(crate) comments: Vec<Line>,
    /// True if a quote or comment was never closed, or there was too much.
    pub(crate) partial: bool,
}

/// Cuts a source into tokens.
pub(crate) fn lex<'t>(source: &'t str, rules: &Rules) -> Lexed<'t> {
    Lexer { source, rules, at: 0, line: 1, line_start: 0, out: Lexed { tokens: Vec::new(), comments: Vec::new(), partial: false }, heredocs: Vec::new() }.run()
}

struct Lexer<'t, 'r> {
    source: &'t str,
    rules: &'r Rules,
    at: usize,
    line: u32,
    line_start: usize,
    out: Lexed<'t>,
    /// Words that end the texts which begin on the next line, and where these stand among the tokens.
    heredocs: Vec<(&'t str, usize)>,
}

impl<'t> Lexer<'t, '_> {
    fn run(mut self) -> Lexed<'t> {
        while let Some(c) = self.rest().chars().next() {
            if self.out.tokens.len() >= MAX_TOKENS {
                self.out.partial = true;
                break;
            }
            if c == '\n' {
                self.new_line();
            } else if c.is_whitespace() || c == '\u{feff}' {
                self.at += c.len_utf8();
            } else if !(self.comment() || self.quoted() || self.pattern() || self.heredoc()) {
                self.plain(c);
            }
        }
        self.out
    }

    fn rest(&self) -> &'t str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: Kind, end: usize) {
        let text = self.source.get(self.at..end).unwrap_or_default();
        self.out.tokens.push(Token { kind, text, line: self.line, at: self.at });
        self.line += lines_in(text);
        if let Some(last) = text.rfind('\n') {
            self.line_start = self.at + last + 1;
        }
        self.at = end;
    }

    fn new_line(&mut self) {
        let joined = self.out.tokens.last().is_none_or(|it| it.kind == Kind::Break);
        if self.rules.breaks && !joined {
            self.push(Kind::Break, self.at + 1);
        } else {
            self.at += 1;
            self.line += 1;
            self.line_start = self.at;
        }
        for (n, (word, place)) in std::mem::take(&mut self.heredocs).into_iter().enumerate() {
            let from = self.at;
            let mut end = from;
            for line in self.rest().split_inclusive('\n') {
                if line.trim() == word || line.trim().trim_end_matches([';', ',', ')']) == word {
                    break;
                }
                end += line.len();
            }
            if end > from {
                // The line break before it stands for the opening quote, its last one for the closing quote.
                self.at = from - 1;
                let text = self.source.get(self.at..end).unwrap_or_default();
                let place = (place + n).min(self.out.tokens.len());
                self.out.tokens.insert(place, Token { kind: Kind::Text, text, line: self.line.saturating_sub(1), at: self.at });
                self.line += lines_in(text).saturating_sub(1);
                self.at = end;
                self.line_start = end;
            }
            let last = self.rest().find('\n').unwrap_or(self.rest().len());
            self.at += last;
        }
    }

    fn comment(&mut self) -> bool {
        let rest = self.rest();
        let before = self.source.get(self.line_start..self.at).unwrap_or_default();
        let beside = !before.trim().is_empty();
        // `=pod .. =cut`, `=begin .. =end`: a block that begins at the start of a line.
        if self.rules.patterns && before.is_empty() && rest.starts_with('=') && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            let end = ["\n=cut", "\n=end"].iter().filter_map(|it| rest.find(it)).min().map_or(rest.len(), |it| it + 5);
            self.block(end, 0);
            return true;
        }
        if let Some((open, close)) = self.rules.block_comments.iter().find(|(open, _)| rest.starts_with(open)) {
            let length = match rest[open.len()..].find(close) {
                Some(at) => open.len() + at + close.len(),
                None => {
                    self.out.partial = true;
                    rest.len()
                }
            };
            self.block(length, open.len());
            return true;
        }
        let Some(mark) = self.rules.line_comments.iter().find(|it| starts_comment(rest, it, beside)) else { return false };
        let length = rest.find('\n').unwrap_or(rest.len());
        let text = rest.get(mark.len()..length).unwrap_or_default();
        let doubled: Vec<char> = mark.chars().chain(['*', '!', '+']).collect();
        note(&mut self.out.comments, text.trim_start_matches(doubled.as_slice()), self.line, beside);
        self.at += length;
        true
    }

    fn block(&mut self, length: usize, open: usize) {
        let before = self.source.get(self.line_start..self.at).unwrap_or_default();
        let text = self.rest().get(..length).unwrap_or_default();
        for (n, line) in text.lines().enumerate() {
            let line = if n == 0 { line.get(open..).unwrap_or_default() } else { line };
            let line = line.trim_end().trim_end_matches("*/").trim_end_matches("#>");
            let line = line.trim_start_matches(['*', ' ']).trim_start_matches("=pod").trim_start_matches("=begin").trim_start_matches("=head1");
            note(&mut self.out.comments, line, self.line + u32::try_from(n).unwrap_or(u32::MAX / 2), n == 0 && !before.trim().is_empty());
        }
        self.line += lines_in(text);
        if let Some(last) = text.rfind('\n') {
            self.line_start = self.at + last + 1;
        }
        self.at += length;
    }

    fn quoted(&mut self) -> bool {
        let rest = self.rest();
        let Some(quote) = self.rules.quotes.iter().find(|it| rest.starts_with(it.open)) else { return false };
        let mut chars = rest.char_indices().skip(quote.open.chars().count()).peekable();
        while let Some((at, c)) = chars.next() {
            if c == '\n' && !quote.lines {
                break;
            }
            if c == '\\' && quote.backslash {
                chars.next();
            } else if c == quote.close {
                // A doubled quote stands for itself.
                let doubled = chars.peek().is_some_and(|it| it.1 == quote.close) && quote.close != ']' && quote.open.len() == 1;
                if !doubled {
                    self.push(quote.kind, self.at + at + c.len_utf8());
                    return true;
                }
                chars.next();
            }
        }
        if quote.kind == Kind::Text && quote.lines {
            self.out.partial = true;
        }
        false
    }

    /// `/../` where an operand is due.
    fn pattern(&mut self) -> bool {
        let rest = self.rest();
        if !self.rules.patterns || !rest.starts_with('/') {
            return false;
        }
        let operand = self.out.tokens.last().is_some_and(|it| matches!(it.kind, Kind::Word | Kind::Number | Kind::Text) || it.is_any(&[")", "]", "}"]));
        let after_word = self.out.tokens.last().is_some_and(|it| it.is_any(&["if", "unless", "and", "or", "not", "when", "split", "grep", "return", "while"]));
        if operand && !after_word {
            return false;
        }
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            match c {
                '\n' => return false,
                '/' if !escaped => {
                    self.push(Kind::Text, self.at + at + 1);
                    return true;
                }
                _ => escaped = c == '\\' && !escaped,
            }
        }
        false
    }

    fn heredoc(&mut self) -> bool {
        let rest = self.rest();
        let Some(after) = rest.strip_prefix("<<").filter(|_| self.rules.patterns) else { return false };
        let tag = after.trim_start_matches(['<', '~', '-']).trim_start_matches(' ').trim_start_matches(['"', '\'']);
        let end = tag.find(|c: char| !(c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())).unwrap_or(tag.len());
        if end < 2 || self.heredocs.len() > 8 {
            return false;
        }
        self.heredocs.push((&tag[..end], self.out.tokens.len()));
        let length = rest.len() - tag.len() + end;
        let quote = usize::from(rest[length..].starts_with(['"', '\'']));
        self.at += length + quote;
        true
    }

    fn plain(&mut self, c: char) {
        let rest = self.rest();
        let rules = self.rules;
        let in_word = |c: char| c.is_alphanumeric() || c == '_' || rules.in_words.contains(c);
        let sigil = rules.sigils.contains(c) && rest[c.len_utf8()..].starts_with(in_word);
        let length = if c.is_ascii_digit() {
            rest.find(|c: char| !(c.is_alphanumeric() || "._".contains(c))).unwrap_or(rest.len())
        } else if c.is_alphabetic() || c == '_' || sigil {
            rest.char_indices().skip(1).find(|(_, c)| !in_word(*c)).map_or(rest.len(), |it| it.0)
        } else {
            let pair = rest.get(..2).unwrap_or_default();
            if ["||", "<>", "<=", ">=", ":=", "::", "=>", "!=", "==", "&&", ">>", "->", "+=", "|&", "=~", "~>"].contains(&pair) { 2 } else { c.len_utf8() }
        };
        let kind = match c {
            c if c.is_ascii_digit() => Kind::Number,
            c if c.is_alphabetic() || c == '_' || sigil => Kind::Word,
            _ => Kind::Sign,
        };
        self.push(kind, self.at + length);
    }
}

fn lines_in(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|it| *it == b'\n').count()).unwrap_or(u32::MAX / 4)
}

/// A mark that is also an operator or part of a name (`#tmp`, `'`, `REM`) must stand alone.
fn starts_comment(rest: &str, mark: &str, beside: bool) -> bool {
    let Some(after) = rest.get(..mark.len()).filter(|it| it.eq_ignore_ascii_case(mark)).and_then(|_| rest.get(mark.len()..)) else { return false };
    match mark {
        "# " | "#!" => !beside,
        _ if mark.chars().all(char::is_alphabetic) => !beside && after.starts_with(|c: char| c.is_whitespace()) || after.is_empty(),
        _ => true,
    }
}

/// Adds a line of comment; one that only draws a rule is blank.
pub(crate) fn note(lines: &mut Vec<Line>, text: &str, number: u32, beside: bool) {
    let text = text.trim_end();
    let rule = text.trim().chars().all(|c| "-=*#~_/+'. ".contains(c));
    lines.push(Line { number, text: if rule { String::new() } else { text.trim_end_matches(['-', '=', '*']).trim_end().to_owned() }, beside });
}

/// Returns the comments that open a file: those before its first code.
pub(crate) fn head(comments: &[Line], first_code: u32) -> Vec<Line> {
    comments.iter().filter(|it| it.number < first_code && !it.beside).cloned().collect()
}

/// Returns the place of the bracket that closes the one at a place, or the end.
pub(crate) fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0usize;
    for (n, it) in tokens.iter().enumerate().skip(open).take(20_000) {
        if it.is_any(&["(", "[", "{"]) {
            depth += 1;
        } else if it.is_any(&[")", "]", "}"]) {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return n;
            }
        }
    }
    tokens.len()
}

/// Splits tokens at commas that stand in no bracket.
pub(crate) fn split<'a, 't>(tokens: &'a [Token<'t>]) -> Vec<&'a [Token<'t>]> {
    let mut parts = Vec::new();
    let (mut from, mut depth) = (0, 0usize);
    for (n, it) in tokens.iter().enumerate() {
        if it.is_any(&["(", "[", "{"]) {
            depth += 1;
        } else if it.is_any(&[")", "]", "}"]) {
            depth = depth.saturating_sub(1);
        } else if it.is(",") && depth == 0 {
            parts.push(&tokens[from..n]);
            from = n + 1;
        }
    }
    if from < tokens.len() {
        parts.push(&tokens[from..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules {
        line_comments: &["#"],
        block_comments: &[("/*", "*/")],
        quotes: &[Quote { open: "'", close: '\'', kind: Kind::Text, backslash: false, lines: true }],
        in_words: "",
        sigils: "$",
        breaks: true,
        patterns: true,
    };

    #[test]
    fn tokens_keep_their_lines_and_texts_their_quotes() {
        let found = lex("a 'it''s\nb' /* c\n d */ $x # note\n\nend", &RULES);
        let shown: Vec<(u32, &str)> = found.tokens.iter().map(|it| (it.line, it.text)).collect();
        assert_eq!(shown, [(1, "a"), (1, "'it''s\nb'"), (3, "$x"), (3, "\n"), (5, "end")]);
        let comments: Vec<(u32, &str, bool)> = found.comments.iter().map(|it| (it.number, it.text.trim(), it.beside)).collect();
        assert_eq!(comments, [(2, "c", true), (3, "d", false), (3, "note", true)]);
    }

    #[test]
    fn a_text_that_begins_on_the_next_line_ends_at_its_word() {
        let found = lex("run(<<~SQL, 3)\n  select 1\nSQL\nnext\n", &RULES);
        let shown: Vec<(u32, &str)> = found.tokens.iter().filter(|it| it.kind != Kind::Break).map(|it| (it.line, it.text)).collect();
        assert_eq!(shown, [(1, "run"), (1, "("), (1, "\n  select 1\n"), (1, ","), (1, "3"), (1, ")"), (4, "next")]);
    }

    #[test]
    fn what_never_closes_is_survived() {
        assert!(lex("x = 'never", &RULES).partial);
        assert!(lex("/* never", &RULES).partial);
        lex(&"'".repeat(10_001), &RULES);
        lex("é<<É\n«", &RULES);
    }
}
