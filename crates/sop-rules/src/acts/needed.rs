//! Which words a pattern cannot do without. A sentence that has none of them is not worth trying it on.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

/// More words than this tell little, and looking for them costs more than trying the pattern.
const MAX_WORDS: usize = 500;

/// Returns words in lower case of which every match has at least one, or nothing if the pattern does not tell.
pub(super) fn words(pattern: &str) -> Option<Vec<String>> {
    let hir = ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()?;
    let mut words = of(&hir)?;
    words.sort();
    words.dedup();
    Some(words)
}

fn of(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            // Single letters stand in every sentence.
            let text = String::from_utf8(literal.0.to_vec()).ok().filter(|it| it.len() > 1)?;
            Some(vec![text.to_ascii_lowercase()])
        }
        HirKind::Capture(it) => of(&it.sub),
        HirKind::Repetition(it) if it.min > 0 => of(&it.sub),
        HirKind::Alternation(all) => {
            let all: Option<Vec<Vec<String>>> = all.iter().map(of).collect();
            all.map(|it| it.concat()).filter(|it| it.len() <= MAX_WORDS)
        }
        // One part is enough: the one with the longest words, as these are the rarest.
        HirKind::Concat(parts) => parts.iter().filter_map(of).max_by_key(|it| (it.iter().map(String::len).min(), std::cmp::Reverse(it.len()))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    fn check(pattern: &str, expected: Option<&[&str]>) {
        assert_eq!(words(pattern), expected.map(|it| it.iter().map(|it| (*it).to_owned()).collect()), "{pattern}");
    }

    #[test]
    fn the_longest_part_that_must_be_there_tells() {
        check(r"\bhold (?:off|on)\b", Some(&["hold "]));
        check(r"(?:don't|do not) [a-z]+", Some(&["do not", "don't"]));
        check(r"(?:before )?(?:Send|PAY)", Some(&["pay", "send"]));
    }

    #[test]
    fn a_pattern_that_may_do_without_tells_nothing() {
        check(r"(?:please )?[a-z]+", None);
        check(r"[0-9]+|percent", None);
        check("a", None);
    }
}
