//! Speech acts and duties: which kinds of thing a sentence says, by rules that are data.
//!
//! A rule is a TOML table with its own examples; those examples are its tests.

mod needed;

use aho_corasick::AhoCorasick;
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;
use sop_core::FactKind;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

/// The rule files, in the order in which their rules are listed.
const FILES: [Language; 4] = [
    Language { name: "en", text: include_str!("../rules/acts/en.toml"), numbers: NUMBERS, pronouns: PRONOUNS },
    Language { name: "de", text: include_str!("../rules/acts/de.toml"), numbers: NUMBERS, pronouns: PRONOUNS },
    Language { name: "fr", text: include_str!("../rules/acts/fr.toml"), numbers: FRENCH_NUMBERS, pronouns: FRENCH_PRONOUNS },
    Language { name: "es", text: include_str!("../rules/acts/es.toml"), numbers: SPANISH_NUMBERS, pronouns: SPANISH_PRONOUNS },
];

/// A rule file, and the words of its language that the marks of a pattern stand for.
struct Language {
    name: &'static str,
    text: &'static str,
    numbers: &'static str,
    pronouns: &'static str,
}

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
#[serde(deny_unknown_fields)]
struct File {
    /// The rules are tried on sentences with one of these words or letters; without words, on every sentence.
    #[serde(default)]
    words: String,
    #[serde(default)]
    letters: String,
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
    /// One pattern a rule: does it fit? Apart they run faster than as one set, whose automaton outgrows its cache.
    any: Vec<Regex>,
    /// One pattern a rule: must it be silent?
    unless: Vec<Option<Regex>>,
    /// Which rules each language has, in the order of the files.
    languages: Vec<Range<usize>>,
    /// The languages that are tried on every sentence, one bit each.
    always: u8,
    /// The languages that a word may be of, one bit each.
    words: HashMap<String, u8>,
    letters: HashMap<char, u8>,
    /// Finds the words of which a rule needs one, and the rules that each of them is for.
    needed: AhoCorasick,
    owners: Vec<Vec<usize>>,
    /// The rules that may fit without any such word.
    wordless: Vec<usize>,
}

impl Compiled {
    /// The rules to try on a sentence, in their order. Most sentences of a folder are of one language and fit few
    /// rules, and to try all others on them would cost the most of the time.
    fn tried(&self, sentence: &str, folded: &str) -> impl Iterator<Item = usize> {
        let mut languages = self.always;
        for c in sentence.chars().filter(|it| !it.is_ascii()) {
            languages |= self.letters.get(&c).copied().unwrap_or(0);
        }
        let mut word = String::new();
        for part in folded.split(|c: char| !(c.is_ascii_alphanumeric() || c == '\'')).filter(|it| !it.is_empty()) {
            // "n'envoie", "l'acompte": both halves are words.
            for half in part.split('\'').chain(part.contains('\'').then_some(part)) {
                word.clear();
                word.extend(half.chars().map(|c| c.to_ascii_lowercase()));
                languages |= self.words.get(&word).copied().unwrap_or(0);
            }
        }
        let mut worth = vec![false; self.rules.len()];
        self.wordless.iter().for_each(|it| worth[*it] = true);
        for hit in self.needed.find_overlapping_iter(folded) {
            self.owners[hit.pattern().as_usize()].iter().for_each(|it| worth[*it] = true);
        }
        let of_language = self.languages.iter().enumerate().filter(move |(n, _)| languages & (1 << n) != 0).flat_map(|(_, rules)| rules.clone());
        of_language.filter(move |it| worth[*it])
    }
}

/// Returns every built-in rule, in the order of its file.
pub fn act_rules() -> &'static [ActRule] {
    &compiled().rules
}

/// Returns the rules that fit a sentence, weightiest first.
pub fn acts(sentence: &str) -> Vec<Act> {
    let compiled = compiled();
    let folded = fold(sentence);
    let text = folded.as_bytes();
    let mut found: Vec<Act> = compiled
        .tried(sentence, &folded)
        .filter(|&n| compiled.any[n].is_match(text))
        .filter(|&n| !compiled.unless[n].as_ref().is_some_and(|it| it.is_match(text)))
        .map(|n| {
            let rule = &compiled.rules[n];
            Act { rule: rule.id.as_str(), kind: rule.emits, weight: rule.weight }
        })
        .collect();
    found.sort_by_key(|it| std::cmp::Reverse(it.weight));
    found
}

fn compiled() -> &'static Compiled {
    static COMPILED: OnceLock<Compiled> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let mut out = Compiled {
            rules: Vec::new(),
            any: Vec::new(),
            unless: Vec::new(),
            languages: Vec::new(),
            always: 0,
            words: HashMap::new(),
            letters: HashMap::new(),
            needed: AhoCorasick::new::<_, &str>([]).expect("no words are few"),
            owners: Vec::new(),
            wordless: Vec::new(),
        };
        let mut needed: Vec<String> = Vec::new();
        for (n, language) in FILES.iter().enumerate() {
            let file: File = toml::from_str(language.text).unwrap_or_else(|e| panic!("rules/acts/{}.toml: {e}", language.name));
            let build = |rule: &ActRule, patterns: &[String]| {
                let built = RegexBuilder::new(&pattern(patterns, language)).case_insensitive(true).unicode(false).build();
                built.unwrap_or_else(|e| panic!("rules/acts: {}: {e}", rule.id))
            };
            for (at, rule) in (out.rules.len()..).zip(&file.rule) {
                let Some(words) = needed::words(&pattern(&rule.any, language)) else {
                    out.wordless.push(at);
                    continue;
                };
                for word in words {
                    let place = needed.iter().position(|it| *it == word).unwrap_or_else(|| {
                        needed.push(word);
                        out.owners.push(Vec::new());
                        needed.len() - 1
                    });
                    out.owners[place].push(at);
                }
            }
            out.languages.push(out.rules.len()..out.rules.len() + file.rule.len());
            out.any.extend(file.rule.iter().map(|it| build(it, &it.any)));
            out.unless.extend(file.rule.iter().map(|it| (!it.unless.is_empty()).then(|| build(it, &it.unless))));
            out.rules.extend(file.rule);
            for word in file.words.split_whitespace() {
                *out.words.entry(fold(word)).or_default() |= 1 << n;
            }
            for c in file.letters.chars().flat_map(|it| it.to_uppercase().chain([it])) {
                *out.letters.entry(c).or_default() |= 1 << n;
            }
            if file.words.is_empty() {
                out.always |= 1 << n;
            }
        }
        out.needed = AhoCorasick::builder().ascii_case_insensitive(true).build(needed).expect("a few thousand words");
        out
    })
}

/// Folds a sentence to ASCII with single spaces: rules need not know curly quotes, and `fuer` is `für`.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        fold_into(&mut out, word);
    }
    out
}

fn fold_into(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            _ if c.is_ascii() => out.push(c),
            'ä' | 'æ' => out.push_str("ae"),
            'ö' | 'ø' | 'œ' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'Ä' => out.push_str("Ae"),
            'Ö' | 'Ø' | 'Œ' => out.push_str("Oe"),
            'Ü' => out.push_str("Ue"),
            'à'..='å' => out.push('a'),
            'è'..='ë' => out.push('e'),
            'ì'..='ï' => out.push('i'),
            'ò'..='õ' => out.push('o'),
            'ù'..='û' => out.push('u'),
            'ç' => out.push('c'),
            'ñ' => out.push('n'),
            'À'..='Å' => out.push('A'),
            'È'..='Ë' => out.push('E'),
            'Ì'..='Ï' => out.push('I'),
            'Ò'..='Õ' => out.push('O'),
            'Ù'..='Û' => out.push('U'),
            'Ç' => out.push('C'),
            'Ñ' => out.push('N'),
            '¿' | '¡' => {}
            '£' | '€' => out.push('$'),
            '\u{2018}' | '\u{2019}' => out.push('\''),
            '\u{201c}'..='\u{201e}' | '«' | '»' => out.push('"'),
            '\u{2010}'..='\u{2015}' | '−' => out.push('-'),
            '→' => out.push_str("->"),
            '…' => out.push_str("..."),
            '±' => out.push_str("+/-"),
            '≤' => out.push('<'),
            '≥' => out.push('>'),
            _ if c.is_uppercase() => out.push('X'),
            _ if c.is_alphabetic() => out.push('x'),
            _ => out.push('*'),
        }
    }
}

/// What `#` stands for, in English and German.
const NUMBERS: &str = r"(?:\$? ?\d[\d.,:]*\+? ?(?:%|percent|per cent|k|quid|pounds|euros?|\$)?|half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fifty|a hundred|hundred|a thousand|thousand|eins?|zwei|drei|vier|fuenf|sechs|sieben|acht|neun|zehn|zwoelf|fuenfzehn|zwanzig|hundert|tausend)(?: ?(?:%|percent|per cent|prozent|quid|pounds|euros?))?";
const FRENCH_NUMBERS: &str = r"(?:\$? ?\d(?:[\d.,:]| \d{3}\b)*\+?(?: ?(?:%|pour cent|k|euros?|\$))?|(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|cinquante|cents?|mille)(?: (?:cents?|mille))?(?: (?:pour cent|euros?))?)";
const SPANISH_NUMBERS: &str = r"(?:\$? ?\d(?:[\d.,:]| \d{3}\b)*\+?(?: ?(?:%|por ciento|k|euros?|pesos|\$))?|(?:dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince|veinte|treinta|cincuenta|cien|ciento|doscient[oa]s|quinient[oa]s|mil)(?: mil)?(?: (?:por ciento|euros?|pesos))?)";

/// What `~` stands for.
const NAME: &str = r"(?-i:[A-Z][A-Za-z'-]+(?: [A-Z][A-Za-z'-]+)?)(?:'s)?";

/// What `@` stands for besides a name, in English and German.
const PRONOUNS: &str = "I|i|me|us|we|you|he|she|they|him|her|them|ich|wir|mich|mir|uns|sie|ihn|ihm|ihr";
const FRENCH_PRONOUNS: &str = "je|moi|toi|nous|vous|lui|elle|eux|elles";
const SPANISH_PRONOUNS: &str = "yo|mi|ti|nosotros|nosotras|vosotros|usted|ustedes|ella|ellos|ellas";

/// What `..` stands for: a run of words in one sentence. A full stop inside a word (`4.8`, `orders.csv`)
/// or after a figure (`am 3. Mai`) does not end it.
const RUN: &str = r"(?:[^.!?;]|[.]\S|[0-9][.])*?";

/// Builds one regular expression out of the patterns of a rule.
fn pattern(patterns: &[String], language: &Language) -> String {
    let numbers = language.numbers;
    let person = format!(r"(?-i:[A-Z][A-Za-z'-]+(?: [A-Z][A-Za-z'-]+)?|{})(?:'s)?", language.pronouns);
    let mut out = String::new();
    for (n, p) in patterns.iter().enumerate() {
        if n > 0 {
            out.push('|');
        }
        // Marks first, white space next, and only then what the marks stand for, which has spaces of its own.
        let mut folded = String::with_capacity(p.len());
        fold_into(&mut folded, p);
        let p = folded
            .replace(r"\#", "\u{7}")
            .replace(r"\@", "\u{8}")
            .replace(" .. ", "\u{1}")
            .replace(" ..", "\u{2}")
            .replace(".. ", "\u{3}")
            .replace("..", "\u{4}")
            .replace('#', "\u{5}")
            .replace('~', "\u{9}")
            .replace('@', "\u{6}")
            .replace('\u{1}', &format!(r"\b(?:{RUN}[ ,])?? ?"))
            .replace('\u{2}', &format!(r"\b{RUN}"))
            .replace('\u{3}', &format!(r"{RUN}\b"))
            .replace('\u{4}', RUN)
            .replace('\u{5}', &format!("(?:{numbers})"))
            .replace('\u{6}', &format!("(?:{person})"))
            .replace('\u{9}', &format!("(?:{NAME})"))
            .replace('\u{7}', "#")
            .replace('\u{8}', "@");
        let starts = p.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '(');
        let ends = p.ends_with(|c: char| c.is_ascii_alphanumeric() || c == ')');
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

    /// A rule shows what it is for, and what it is not for.
    #[test]
    fn rules_show_enough_examples() {
        let faults: Vec<_> = act_rules()
            .iter()
            .filter(|it| it.yes.len() < 5 || it.no.len() < 5)
            .map(|it| format!("{}: {} yes, {} no", it.id, it.yes.len(), it.no.len()))
            .collect();
        assert!(faults.is_empty(), "{} rules show too little\n{}", faults.len(), faults.join("\n"));
    }

    #[test]
    fn accents_and_marks_fold_to_plain_letters() {
        assert_eq!(fold("¿Cuándo  señala Œuvre, île, façon, où, ÉTÉ, Straße, für?"), "Cuando senala Oeuvre, ile, facon, ou, ETE, Strasse, fuer?");
        assert_eq!(fold("cœur, sœur"), "coeur, soeur");
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
