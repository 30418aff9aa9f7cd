//! Takes secrets and personal data out of a text, in place, and says what it took.
//!
//! The rules are data (`rules/secrets.toml`, `rules/gitleaks.toml`, `rules/personal.toml`); this file holds the engine.
//! Every block of every file goes through it, so a rule is only tried where one of its keywords stands, or in lines with
//! enough digits, and its pattern is only compiled when that happens for the first time.

mod check;
mod numbers;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use check::Check;
use regex::{Captures, Regex, RegexBuilder};
use serde::Deserialize;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

/// A text without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    pub text: String,
    /// What was taken out, in the order of the text, once for each time.
    pub found: Vec<&'static str>,
}

/// Masks secrets and personal data; the number of lines stays the same.
pub fn redact(text: &str) -> Redacted {
    mask(text, ENGINE.spans(text, |_| true))
}

/// Masks the same as `redact`, and mail addresses too: in a row of data they belong to customers.
pub fn redact_row(text: &str) -> Redacted {
    let mut spans = ENGINE.spans(text, |_| true);
    if text.contains('@') {
        spans.extend(MAIL_ADDRESS.find_iter(text).map(|it| Span { from: it.start(), to: it.end(), rule: usize::MAX, what: "e-mail address" }));
    }
    mask(text, spans)
}

/// Masks the name of a file. It is what the file is known by, so a number in it goes only if it proves what it is, or
/// if the word for it stands beside it.
pub fn redact_name(path: &str) -> String {
    // A name may hold what steers a terminal; it is shown in many places, and masked before all of them.
    let path = sop_core::safe::name(path);
    let path = path.as_ref();
    let mut spans = ENGINE.spans(path, |it| it.in_names);
    // Names are written with underscores where a sentence has spaces: a word may begin behind each of them.
    if path.contains('_') {
        spans.extend(ENGINE.spans(&path.replace('_', " "), |it| it.in_names));
        for (at, _) in path.match_indices('_') {
            let rest = ENGINE.spans(&path[at + 1..], |it| it.in_names);
            spans.extend(rest.into_iter().map(|it| Span { from: it.from + at + 1, to: it.to + at + 1, ..it }));
        }
    }
    mask(path, spans).text
}

/// A part of a text that must go.
struct Span {
    from: usize,
    to: usize,
    /// The place of the rule in the table: what is more specific names the mask.
    rule: usize,
    what: &'static str,
}

/// Writes the masks over the spans; those that overlap become one.
fn mask(text: &str, mut spans: Vec<Span>) -> Redacted {
    spans.sort_by_key(|it| (it.from, it.rule));
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.from < last.to => {
                last.to = last.to.max(span.to);
                if span.rule < last.rule {
                    (last.rule, last.what) = (span.rule, span.what);
                }
            }
            _ => merged.push(span),
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    for span in &merged {
        out.push_str(&text[kept..span.from]);
        out.push('[');
        out.push_str(span.what);
        out.push_str(" removed]");
        // Anchors count lines, so a mask over several lines stays as long as what it hides.
        out.extend(text[span.from..span.to].bytes().filter(|it| *it == b'\n').map(char::from));
        kept = span.to;
    }
    out.push_str(&text[kept..]);
    Redacted { text: out, found: merged.into_iter().map(|it| it.what).collect() }
}

/// A rule that is ready to run.
struct Rule {
    what: &'static str,
    data: &'static RuleData,
    pattern: OnceLock<Regex>,
    /// Whether a match that this fits is none.
    unless: Option<Regex>,
    /// What must stand at the end of a match, and is quicker to find than the beginning.
    near: Option<Regex>,
    check: Check,
    in_names: bool,
}

impl Rule {
    fn new(data: &'static RuleData) -> Self {
        let what = data.what.as_deref().unwrap_or_else(|| of_provider(data.id.as_deref().unwrap_or_default()));
        let check = check::find(data.check.as_deref()).unwrap_or_else(|| panic!("a rule for {what} names an unknown check"));
        let ready = |it: &Option<String>| it.as_deref().map(|it| Regex::new(&quick(it)).expect("the rules are part of the program"));
        Self { what, data, pattern: OnceLock::new(), unless: ready(&data.unless), near: ready(&data.near), check, in_names: data.names }
    }

    fn pattern(&self) -> &Regex {
        self.pattern.get_or_init(|| {
            let build = |unicode: bool| {
                let pattern = if unicode { quick(&self.data.pattern) } else { self.data.pattern.clone() };
                RegexBuilder::new(&pattern).multi_line(true).unicode(unicode).build()
            };
            // Providers write their keys in ASCII, and patterns of ASCII are smaller and faster.
            let plain = if self.data.id.is_some() { build(false).ok() } else { None };
            plain.unwrap_or_else(|| build(true).expect("the rules are part of the program"))
        })
    }

    /// Finds what must go in a part of the text.
    fn find(&self, at: usize, text: &str, window: &Range<usize>, out: &mut Vec<Span>) {
        let part_of_text = &text[..window.end];
        let mut from = window.start;
        while from < window.end {
            let Some(captures) = self.pattern().captures_at(part_of_text, from) else { break };
            let Some(part) = self.secret(&captures) else { break };
            let whole = captures.get_match();
            let spared = self.unless.as_ref().is_some_and(|it| it.is_match(whole.as_str()));
            let dull = self.data.entropy.is_some_and(|it| check::entropy(part.as_str()) <= it);
            let len = if spared || dull { None } else { (self.check)(part.as_str()) };
            from = match len.filter(|len| *len > 0 && part.as_str().is_char_boundary(*len)) {
                Some(len) => {
                    let to = part.start() + len;
                    out.push(Span { from: part.start(), to, rule: at, what: self.what });
                    to
                }
                // What was sought may begin at the next word of what was found: "2 x 4111 1111 1111 1111".
                None => {
                    let next = part.as_str().find([' ', '-', ',', '/']).map_or(part.end(), |it| part.start() + it + 1);
                    boundary(text, next.max(whole.start() + 1))
                }
            };
        }
    }

    /// The group named `v`, or the first group that took part, or all of it.
    fn secret<'t>(&self, captures: &Captures<'t>) -> Option<regex::Match<'t>> {
        let first = || if self.data.id.is_some() { (1..captures.len()).find_map(|it| captures.get(it)) } else { None };
        captures.name("v").or_else(first).or_else(|| captures.get(0))
    }
}

/// Word boundaries and digits of ASCII: the others make a pattern many times slower in a text with accents, and no
/// number here has other digits.
fn quick(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let (mut escaped, mut class) = (false, false);
    for c in pattern.chars() {
        match (escaped, c) {
            (true, 'd') => out.push_str(if class { "0-9" } else { "[0-9]" }),
            (true, 'b') if !class => out.push_str(r"(?-u:\b)"),
            (true, _) => out.extend(['\\', c]),
            (false, '\\') => {}
            (false, _) => {
                class = if class { c != ']' } else { c == '[' };
                out.push(c);
            }
        }
        escaped = !escaped && c == '\\';
    }
    out
}

fn boundary(text: &str, mut at: usize) -> usize {
    while at < text.len() && !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// What a provider's rule finds, by the rule's name.
fn of_provider(id: &str) -> &'static str {
    match id {
        _ if id.contains("webhook") => "webhook address",
        _ if id.contains("password") => "password",
        "private-key" | "age-secret-key" => "private key",
        _ if id.contains("token") || id.contains("jwt") || id.ends_with("-pat") => "token",
        _ => "API key",
    }
}

/// Texts up to this length, in bytes, are looked at as a whole.
const SHORT: usize = 1_500;
/// How far around a keyword its rule looks in lines that are longer than any that a person writes.
const BEFORE: usize = 400;
const AFTER: usize = 4_000;
const LONGEST_ADDRESS: usize = 160;
/// How many lines below a keyword its rule looks at.
const LINES_BELOW: usize = 3;

/// All rules, and where each is worth trying.
struct Engine {
    rules: Vec<Rule>,
    keywords: AhoCorasick,
    /// The rules that each keyword belongs to.
    owners: Vec<Vec<usize>>,
    /// Rules without a keyword, and how many digits a line must have for them.
    numeric: Vec<(usize, usize)>,
}

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::new);

static MAIL_ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+").expect("a fixed pattern"));

impl Engine {
    fn new() -> Self {
        let rules: Vec<Rule> = DATA.iter().map(Rule::new).collect();
        let mut words: Vec<String> = Vec::new();
        let mut owners: Vec<Vec<usize>> = Vec::new();
        let mut numeric = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            if rule.data.keywords.is_empty() {
                numeric.push((at, rule.data.digits));
            }
            for keyword in &rule.data.keywords {
                // The search folds ASCII only; words like "Gültig" stand there in both cases.
                let capital = Some(keyword.to_uppercase()).filter(|it| !it.is_ascii());
                for word in capital.into_iter().chain([keyword.clone()]) {
                    let place = words.iter().position(|it| *it == word).unwrap_or_else(|| {
                        words.push(word);
                        owners.push(Vec::new());
                        words.len() - 1
                    });
                    owners[place].push(at);
                }
            }
        }
        let keywords = AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(&words).expect("a few hundred words");
        Self { rules, keywords, owners, numeric }
    }

    /// Finds all that must go, by the rules that are wanted.
    fn spans(&self, text: &str, wanted: impl Fn(&Rule) -> bool) -> Vec<Span> {
        let mut out = Vec::new();
        // No rule finds anything in so little.
        if text.len() < 6 {
            return out;
        }
        // Most texts are a sentence or a cell: all of it is near every keyword, and no list of places is worth its while.
        if text.len() <= SHORT {
            let mut tried = vec![false; self.rules.len()];
            self.keywords.find_overlapping_iter(text).for_each(|hit| self.owners[hit.pattern().as_usize()].iter().for_each(|at| tried[*at] = true));
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            self.numeric.iter().for_each(|(at, least)| tried[*at] = digits >= *least);
            for (at, rule) in self.rules.iter().enumerate().filter(|(at, rule)| tried[*at] && wanted(rule)) {
                if rule.near.as_ref().is_none_or(|it| it.is_match(text)) {
                    rule.find(at, text, &(0..text.len()), &mut out);
                }
            }
            return out;
        }
        let mut windows: Vec<Vec<Range<usize>>> = vec![Vec::new(); self.rules.len()];
        self.around_keywords(text, &mut windows);
        self.among_digits(text, &mut windows);
        for (at, windows) in windows.iter().enumerate().filter(|it| !it.1.is_empty()) {
            let rule = &self.rules[at];
            if !wanted(rule) {
                continue;
            }
            match &rule.near {
                Some(near) => {
                    for it in near.find_iter(text) {
                        rule.find(at, text, &(above(text, it.start())..it.end()), &mut out);
                    }
                }
                None => windows.iter().for_each(|it| rule.find(at, text, it, &mut out)),
            }
        }
        out
    }

    fn around_keywords(&self, text: &str, windows: &mut [Vec<Range<usize>>]) {
        let mut line = 0..0;
        let mut below = 0;
        for hit in self.keywords.find_overlapping_iter(text) {
            if hit.start() >= line.end || line.is_empty() {
                let start = text[..hit.start()].rfind('\n').map_or(0, |it| it + 1);
                line = start..line_end(text, hit.end());
                below = (0..LINES_BELOW).fold(line.end, |end, _| line_end(text, (end + 1).min(text.len())));
            }
            let mut window = line.start..below;
            if window.len() > BEFORE + AFTER {
                window = reach(text, &window, hit.start(), hit.end());
            }
            for at in &self.owners[hit.pattern().as_usize()] {
                let of_rule = &mut windows[*at];
                if self.rules[*at].data.whole {
                    if of_rule.is_empty() {
                        of_rule.push(0..text.len());
                    }
                    continue;
                }
                match of_rule.last_mut() {
                    Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
                    _ => of_rule.push(window.clone()),
                }
            }
        }
    }

    /// Takes lines with enough digits in them, neighbours together.
    fn among_digits(&self, text: &str, windows: &mut [Vec<Range<usize>>]) {
        let mut start = 0;
        while start < text.len() {
            let end = line_end(text, start);
            let digits = text.as_bytes()[start..end].iter().filter(|it| it.is_ascii_digit()).count();
            for (at, least) in &self.numeric {
                if digits < *least {
                    continue;
                }
                match windows[*at].last_mut() {
                    Some(last) if start <= last.end + 1 => last.end = end,
                    _ => windows[*at].push(start..end),
                }
            }
            start = end + 1;
        }
    }
}

fn line_end(text: &str, from: usize) -> usize {
    text.as_bytes()[from..].iter().position(|it| *it == b'\n').map_or(text.len(), |it| from + it)
}

/// Where the lines above a place begin that belong to it.
fn above(text: &str, at: usize) -> usize {
    let least = boundary(text, at.saturating_sub(LONGEST_ADDRESS));
    let lines = text[least..at].rmatch_indices('\n').nth(LINES_BELOW);
    lines.map_or(least, |(it, _)| least + it + 1)
}

/// A private key or a signed token is not longer than this.
const LONGEST_KEY: usize = 8_000;

/// A window in a long line. It never ends within a word, as half a key would stay.
fn reach(text: &str, window: &Range<usize>, from: usize, to: usize) -> Range<usize> {
    let start = boundary(text, from.saturating_sub(BEFORE)).max(window.start);
    let end = boundary(text, (to + AFTER).min(window.end));
    // A word without end is no key, and to go to its end from every keyword in it would take for ever.
    let limit = (end + LONGEST_KEY).min(window.end);
    let rest = text.as_bytes()[end..limit].iter().position(|it| matches!(it, b' ' | b'\t' | b'\n' | b'"' | b'\'' | b',' | b';'));
    start..rest.map_or_else(|| boundary(text, limit), |it| end + it)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rule: Vec<RuleData>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleData {
    /// Name of a provider's rule, as its publisher has it.
    id: Option<String>,
    what: Option<String>,
    /// Lower-case words of which one must stand near.
    #[serde(default)]
    keywords: Vec<String>,
    /// Without keywords: how many digits the line must have.
    #[serde(default = "some")]
    digits: usize,
    pattern: String,
    unless: Option<String>,
    near: Option<String>,
    check: Option<String>,
    /// The least randomness of a value, in bits a character.
    entropy: Option<f64>,
    /// Whether the pattern spans more lines than a window has.
    #[serde(default)]
    whole: bool,
    /// Whether the rule holds for names of files, too.
    #[serde(default = "always")]
    names: bool,
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "the examples are there for the tests"))]
    yes: Vec<String>,
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "the examples are there for the tests"))]
    no: Vec<String>,
}

fn some() -> usize {
    4
}

fn always() -> bool {
    true
}

static DATA: LazyLock<&'static [RuleData]> = LazyLock::new(|| {
    // Order is meaning: a provider's key is known better than a value after "key:".
    let files = [include_str!("../rules/gitleaks.toml"), include_str!("../rules/secrets.toml"), include_str!("../rules/personal.toml")];
    let rules = files.iter().flat_map(|it| toml::from_str::<RuleFile>(it).expect("the rules are part of the program").rule);
    Vec::leak(rules.collect())
});

#[cfg(test)]
mod labelled;
#[cfg(test)]
mod published;
#[cfg(test)]
mod tests;
