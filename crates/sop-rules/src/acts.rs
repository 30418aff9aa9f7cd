//! Speech acts and duties: which kinds of thing a sentence says, by rules that are data.
//!
//! A rule is a TOML table with its own examples; those examples are its tests.

use regex::{Regex, RegexSet, RegexSetBuilder};
use serde::Deserialize;
use sop_core::FactKind;
use std::sync::OnceLock;

/// The rule files, in the order in which their rules are listed.
const FILES: [(&str, &str); 2] =
    [("en", include_str!("../rules/acts/en.toml")), ("de", include_str!("../rules/acts/de.toml"))];

/// A rule as it stands in its file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActRule {
    pub id: String,
    pub emits: FactKind,
    /// How much a hit matters, 1 to 10.
    pub weight: i32,
    any: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    pub why: String,
    #[serde(default)]
    pub yes: Vec<Example>,
    #[serde(default)]
    pub no: Vec<Example>,
}

/// A sentence that a rule must find, or must not.
#[derive(Debug, Clone, Deserialize)]
pub struct Example {
    pub text: String,
}

#[derive(Deserialize)]
struct File {
    rule: Vec<ActRule>,
}

/// A rule that fits a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    pub rule: &'static str,
    pub kind: FactKind,
    pub weight: i32,
}

struct Compiled {
    rules: Vec<ActRule>,
    /// One pattern a rule: does it fit?
    any: RegexSet,
    /// One pattern a rule: must it be silent?
    unless: Vec<Option<Regex>>,
}

/// Returns every built-in rule, in the order of its file.
pub fn act_rules() -> &'static [ActRule] {
    &compiled().rules
}

/// Returns the rules that fit a sentence, weightiest first.
pub fn acts(sentence: &str) -> Vec<Act> {
    let compiled = compiled();
    let text = normalise(sentence);
    let mut found: Vec<Act> = compiled
        .any
        .matches(&text)
        .into_iter()
        .filter(|&n| !compiled.unless[n].as_ref().is_some_and(|it| it.is_match(&text)))
        .map(|n| {
            let rule = &compiled.rules[n];
            Act { rule: rule.id.as_str(), kind: rule.emits, weight: rule.weight }
        })
        .collect();
    found.sort_by(|a, b| b.weight.cmp(&a.weight));
    found
}

fn compiled() -> &'static Compiled {
    static COMPILED: OnceLock<Compiled> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let mut rules = Vec::new();
        for (name, text) in FILES {
            let file: File = toml::from_str(text).unwrap_or_else(|e| panic!("rules/acts/{name}.toml: {e}"));
            rules.extend(file.rule);
        }
        let any = rules.iter().map(|it| pattern(&it.any));
        let any = RegexSetBuilder::new(any).size_limit(256 << 20).build().unwrap_or_else(|e| panic!("rules/acts: {e}"));
        let unless = rules
            .iter()
            .map(|it| (!it.unless.is_empty()).then(|| Regex::new(&pattern(&it.unless)).expect("a valid pattern")))
            .collect();
        Compiled { rules, any, unless }
    })
}

/// Folds curly quotes and white space, which people's programs put in and rules should not have to know.
fn normalise(text: &str) -> String {
    text.replace(['\u{2019}', '\u{2018}'], "'").split_whitespace().collect::<Vec<_>>().join(" ")
}

const NUMBER: &str = r"(?:[£$€]? ?\d[\d.,:]*\+? ?(?:%|percent|per cent|k|quid|pounds|euros?|£|€)?|half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fifty|a hundred|hundred|a thousand|thousand|eins?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|fünfzehn|zwanzig|hundert|tausend)(?: ?(?:%|percent|per cent|prozent|quid|pounds|euros?))?";
const NAME: &str = r"(?-i:[A-ZÄÖÜ][\p{L}'’-]+(?: [A-ZÄÖÜ][\p{L}'’-]+)?)(?:'s)?";
const PERSON: &str = r"(?-i:[A-ZÄÖÜ][\p{L}'’-]+(?: [A-ZÄÖÜ][\p{L}'’-]+)?|I|i|me|us|we|you|he|she|they|him|her|them|ich|wir|mich|mir|uns|sie|ihn|ihm|ihr)(?:'s)?";

/// What `..` stands for: a run of words in one sentence. A full stop inside a word (`4.8`, `orders.csv`) does not end it.
const RUN: &str = r"(?:[^.!?;]|[.]\S)*?";

/// Builds one regular expression out of the patterns of a rule.
fn pattern(patterns: &[String]) -> String {
    let mut out = String::from("(?i)");
    for (n, p) in patterns.iter().enumerate() {
        if n > 0 {
            out.push('|');
        }
        // Marks first, white space next, and only then what the marks stand for, which has spaces of its own.
        let p = p
            .replace(r"\#", "\u{7}")
            .replace(r"\@", "\u{8}")
            .replace(" .. ", "\u{1}")
            .replace(" ..", "\u{2}")
            .replace(".. ", "\u{3}")
            .replace("..", "\u{4}")
            .replace('#', "\u{5}")
            .replace('~', "\u{9}")
            .replace('@', "\u{6}")
            .replace(" ?", r"\s*")
            .replace(' ', r"\s+")
            .replace('\u{1}', &format!(r"\b(?:{RUN}[\s,])??\s*"))
            .replace('\u{2}', &format!(r"\b{RUN}"))
            .replace('\u{3}', &format!(r"{RUN}\b"))
            .replace('\u{4}', RUN)
            .replace('\u{5}', &format!("(?:{NUMBER})"))
            .replace('\u{6}', &format!("(?:{PERSON})"))
            .replace('\u{9}', &format!("(?:{NAME})"))
            .replace('\u{7}', "#")
            .replace('\u{8}', "@");
        let starts = p.starts_with(|c: char| c.is_alphanumeric() || c == '(');
        let ends = p.ends_with(|c: char| c.is_alphanumeric() || c == ')');
        // A bracket may start or end with a mark; beside a mark there is no word to cut in two.
        let left = if starts { r"(?:\b|\b{start-half})" } else { "" };
        let right = if ends { r"(?:\b|\b{end-half})" } else { "" };
        out.push_str(&format!("(?:{left}(?:{p}){right})"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every rule finds its own `yes` sentences and stays silent on its `no` sentences.
    #[test]
    fn rules_prove_themselves() {
        let mut faults = Vec::new();
        for rule in act_rules() {
            let fits = |text: &str| acts(text).iter().any(|it| it.rule == rule.id);
            faults.extend(rule.yes.iter().filter(|it| !fits(&it.text)).map(|it| format!("{}: misses {:?}", rule.id, it.text)));
            faults.extend(rule.no.iter().filter(|it| fits(&it.text)).map(|it| format!("{}: wrongly finds {:?}", rule.id, it.text)));
        }
        assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    }

    #[test]
    fn rules_are_many_and_named_once() {
        let mut ids: Vec<_> = act_rules().iter().map(|it| it.id.as_str()).collect();
        assert!(ids.len() >= 40, "{} rules", ids.len());
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), act_rules().len(), "an id stands twice");
    }
}
