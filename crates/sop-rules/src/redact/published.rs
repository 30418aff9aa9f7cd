//! The samples that Gitleaks publishes with its rules (`rules/gitleaks_samples.txt`): how many of them are masked.

use super::*;
use std::collections::BTreeMap;

/// The ways in which Gitleaks writes a key down. `{i}` is the name, `{I}` the same in capitals, `{s}` the key.
const FORMS: &[&str] = &[
    "{i}Token=\"{s}\"",
    "{i}Token = \"{s}\"",
    "{i}Token={s}",
    "{i}Token = {s}",
    "{\n    \"{i}_token\": \"{s}\"\n}",
    "{\"config.ini\": \"{I}_TOKEN={s}\\nBACKUP_ENABLED=true\"}",
    "<{i}Token>\n    {s}\n</{i}Token>",
    "{i}_token: {s}",
    "{i}_token: '{s}'",
    "{i}_token: \"{s}\"",
    "string {i}Token = \"{s}\";",
    "var {i}Token string = \"{s}\"",
    "{i}Token := \"{s}\"",
    "{i}Token := `{s}`",
    "String {i}Token = \"{s}\";",
    "var {i}Token = \"{s}\"",
    "${i}Token .= \"{s}\"",
    "{i}Token = '{s}'",
    "System.setProperty(\"{I}_TOKEN\", \"{s}\")",
    "  \"{i}Token\" => \"{s}\"",
    "{i}_TOKEN = \"{s}\"",
    "{i}_TOKEN := \"{s}\"",
    "{i}_TOKEN ::= \"{s}\"",
    "{i}_TOKEN :::= \"{s}\"",
    "{i}_TOKEN ?= \"{s}\"",
];

/// What came of the samples of a rule.
#[derive(Default)]
pub(super) struct Score {
    /// Texts with a key in them.
    pub keys: usize,
    /// The first that kept its key, and how many did.
    pub kept: usize,
    pub first: String,
    /// Texts without a key, and how many of them lost something.
    pub others: usize,
    pub lost: usize,
}

/// Turns letters and signs by half of their number; once more turns them back.
fn rot47(text: &str) -> String {
    let turn = |c: char| if c.is_ascii_graphic() { char::from((c as u8 - 33 + 47) % 94 + 33) } else { c };
    text.chars().map(turn).collect()
}

fn plain(text: &str) -> String {
    let mut out = String::new();
    let turned = rot47(text);
    let mut chars = turned.chars();
    while let Some(c) = chars.next() {
        out.push(match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            (c, false) => c,
        });
    }
    out
}

/// Tries all samples, rule by rule.
pub(super) fn scores() -> BTreeMap<String, Score> {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut rule = String::new();
    for line in include_str!("../../rules/gitleaks_samples.txt").lines().filter(|it| !it.starts_with("# ") && *it != "#" && !it.is_empty()) {
        if let Some(id) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            rule = id.to_owned();
        }
        let score = scores.entry(rule.clone()).or_default();
        let Some((kind, rest)) = line.split_once(' ') else { continue };
        let pair = || rest.split_once('\t').map(|(name, key)| (plain(name), plain(key))).unwrap_or_default();
        let written = |form: &str, name: &str, key: &str| form.replace("{i}", name).replace("{I}", &name.to_uppercase()).replace("{s}", key);
        let samples: Vec<(String, Option<String>)> = match kind {
            "all" => {
                let (name, key) = pair();
                FORMS.iter().map(|it| (written(it, &name, &key), Some(key.clone()))).collect()
            }
            "one" => {
                let (name, key) = pair();
                vec![(written("{i}_api_token = \"{s}\"", &name, &key), Some(key))]
            }
            "yes" => vec![(plain(rest), None)],
            _ => {
                score.others += 1;
                score.lost += usize::from(!redact(&plain(rest)).found.is_empty());
                continue;
            }
        };
        for (text, key) in samples {
            let redacted = redact(&text);
            let stays = key.map_or_else(|| redacted.found.is_empty(), |it| redacted.text.contains(&it));
            score.keys += 1;
            score.kept += usize::from(stays);
            if stays && score.first.is_empty() {
                score.first = text;
            }
        }
    }
    scores
}

#[test]
fn samples_are_turned_back() {
    assert_eq!(plain(&rot47("a\\nb \\\\ \"c\" é")), "a\nb \\ \"c\" é");
}
