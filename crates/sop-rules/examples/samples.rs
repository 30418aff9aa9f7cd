//! Says which of a list of samples hold nothing that is masked: lines of JSON with `rule` and `text`, from standard input.
//!
//! For samples that are published with rules and are not part of this program.

use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};

fn main() {
    let mut out = std::io::stdout();
    let (mut all, mut missed) = (0, BTreeMap::<String, usize>::new());
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(sample) = serde_json::from_str::<serde_json::Value>(&line) else { continue };
        let part = |key: &str| sample[key].as_str().unwrap_or_default().to_owned();
        all += 1;
        if sop_rules::redact(&part("text")).found.is_empty() {
            *missed.entry(part("rule")).or_default() += 1;
            let _ = writeln!(out, "{}: {}", part("rule"), part("text"));
        }
    }
    let _ = writeln!(out, "{all} samples, {} with nothing masked: {missed:?}", missed.values().sum::<usize>());
}
