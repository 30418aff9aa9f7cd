//! What an expression stands for: a text with `{name}` for the pieces that only a run can fill.

use regex::Regex;
use std::sync::LazyLock;

const MAX_PATTERN: usize = 300;

/// What an expression evaluates to, as far as the source alone can tell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A text with pieces of it possibly left open.
    Text(String),
    /// Nothing known but a name to call it by.
    Open(String),
}

impl Value {
    /// Returns the text, an open value standing as `{name}`.
    pub(crate) fn pattern(self) -> String {
        match self {
            Value::Text(text) => text,
            Value::Open(name) => format!("{{{}}}", plain_name(&name)),
        }
    }

    /// Gives an open value the name it was assigned to, which says more than the expression behind it.
    pub(crate) fn named(self, name: &str) -> Value {
        match self {
            Value::Open(_) => Value::Open(name.to_owned()),
            text => text,
        }
    }
}

/// Joins two pieces of a path.
pub(crate) fn join(left: &str, right: &str) -> String {
    match (left, right) {
        ("" | ".", right) => right.to_owned(),
        (left, "") => left.to_owned(),
        (_, right) if right.starts_with('/') => right.to_owned(),
        (left, right) => format!("{}/{}", left.trim_end_matches(['/', '\\']), right.trim_start_matches("./")),
    }
}

/// Returns what is above the last piece of a path, if the path says so much.
pub(crate) fn parent(path: &str) -> Value {
    match path.rsplit_once(['/', '\\']) {
        Some((above, _)) => Value::Text(above.to_owned()),
        None if path.contains('{') || path.is_empty() => Value::Open("folder".to_owned()),
        None => Value::Text(String::new()),
    }
}

/// Cleans the pattern of a path, or says that it names no file.
pub(crate) fn tidy(pattern: &str) -> Option<String> {
    let mut path = pattern.trim().replace('\\', "/");
    while path.contains("//") && !path.contains("://") {
        path = path.replace("//", "/");
    }
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.to_owned();
    }
    let path = path.trim_matches(['"', '\'']).trim_end_matches('/').to_owned();
    let nothing = ["", ".", "..", "-", "{}", "NUL"].contains(&path.as_str())
        || path.starts_with("/dev/")
        || path.starts_with('&')
        || path.contains("://")
        || path.contains('\n')
        || path.chars().count() > MAX_PATTERN;
    (!nothing).then_some(path)
}

/// Tells whether a word looks like the name of a file.
pub(crate) fn looks_like_file(word: &str) -> bool {
    static FILE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[^-|<>;()\x22'=?^$\n][^|<>;()\x22'?^$\n]*\.[A-Za-z][A-Za-z0-9]{0,4}$").unwrap());
    word.chars().count() <= 200 && FILE.is_match(word) && !word.contains("://") && !word.contains('@')
}

/// Tells whether a pattern with `{name}` pieces could stand for a path.
pub(crate) fn may_be(pattern: &str, path: &str) -> bool {
    static OPEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{[^}]*\}|\*").unwrap());
    let mut rest = path;
    let mut first = true;
    for piece in OPEN.split(pattern) {
        match rest.find(piece) {
            Some(0) => rest = &rest[piece.len()..],
            Some(at) if !first => rest = &rest[at + piece.len()..],
            _ => return false,
        }
        first = false;
    }
    rest.is_empty() || pattern.ends_with(['}', '*'])
}

/// Fills `%s`, `%d`, `%.2f` and `%(name)s` with names.
pub(crate) fn fill_percent(format: &str, names: &[String]) -> String {
    static PERCENT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"%(?:%|\((\w+)\))?[-+ #0]*[\d.*]*([a-zA-Z])?").unwrap());
    let mut names = names.iter();
    PERCENT
        .replace_all(format, |found: &regex::Captures<'_>| {
            let whole = &found[0];
            if let Some(rest) = whole.strip_prefix("%%") {
                return format!("%{rest}");
            }
            match (found.get(1), found.get(2)) {
                (Some(name), _) => format!("{{{}}}", name.as_str()),
                (None, Some(letter)) if "sdfrixXeEgGcuo".contains(letter.as_str()) => match names.next() {
                    Some(name) => name.clone(),
                    None => whole.to_owned(),
                },
                _ => whole.to_owned(),
            }
        })
        .into_owned()
}

/// Fills `{}`, `{0}` and `{name:.2f}` with names.
pub(crate) fn fill_braces(format: &str, names: &[String], by_name: &[(String, String)]) -> String {
    static BRACES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{(\w*)[^{}]*\}").unwrap());
    let mut next = 0;
    BRACES
        .replace_all(format, |found: &regex::Captures<'_>| {
            let key = &found[1];
            let place = if key.is_empty() {
                next += 1;
                Some(next - 1)
            } else {
                key.parse::<usize>().ok()
            };
            let filled = match place {
                Some(place) => names.get(place),
                None => by_name.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            };
            filled.cloned().unwrap_or_else(|| found[0].to_owned())
        })
        .into_owned()
}

/// Takes out of a piece of source what could not stand inside `{}`.
pub(crate) fn plain_name(text: &str) -> String {
    let name: String = text.chars().filter(|c| !"{}\"'`$\n\r".contains(*c)).take(60).collect();
    let name = name.trim().to_owned();
    if name.is_empty() { "value".to_owned() } else { name }
}

/// Resolves the escapes of a string, a line break becoming a space.
pub(crate) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('n' | 't' | 'r' | '\n') => plain.push(' '),
                Some(other @ ('\\' | '"' | '\'' | '`' | '$')) => plain.push(other),
                Some(other) => plain.extend(['\\', other]),
                None => {}
            },
            '\n' | '\r' => plain.push(' '),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_take_the_names_in_turn() {
        let names = ["{pct}".to_owned(), "{STOP_PCT}".to_owned()];
        assert_eq!(fill_percent("STOP: %.2f%% is over %.2f%%", &names), "STOP: {pct}% is over {STOP_PCT}%");
    }

    #[test]
    fn an_example_is_recognised_by_its_pattern() {
        assert!(may_be("{WEEK}/out/groups_{WEEK}.csv", "w45/out/groups_w45.csv"));
        assert!(!may_be("{WEEK}/out/groups_{WEEK}.csv", "w45/out/causes_w45.csv"));
    }
}
