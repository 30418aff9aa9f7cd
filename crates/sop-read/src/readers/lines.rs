//! What the readers of plain text share: lines with their numbers, places, file endings, dates as people write them.

use crate::reader::Input;
use sop_core::{Document, Format, Moment, Place};
use std::borrow::Cow;

/// A line of text with its number, from 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    pub n: u32,
    /// Columns of white space before the text; a tab goes to the next multiple of four.
    pub indent: usize,
    pub text: &'t str,
}

impl Line<'_> {
    pub fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    pub fn len(&self) -> usize {
        self.indent + self.text.chars().count()
    }
}

/// Splits a text into lines without the white space at their ends.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    text.lines().enumerate().map(|(at, line)| Line { n: at as u32 + 1, indent: indent(line), text: line.trim() }).collect()
}

fn indent(line: &str) -> usize {
    let mut columns = 0;
    for c in line.chars() {
        match c {
            '\t' => columns = (columns / 4 + 1) * 4,
            c if c.is_whitespace() => columns += 1,
            _ => break,
        }
    }
    columns
}

/// Returns the place of some lines.
pub(super) fn place(from: u32, to: u32) -> Place {
    Place::Lines { from, to: to.max(from) }
}

/// Returns a document for this input with nothing in it yet.
pub(super) fn document(input: &Input<'_>, format: Format) -> Document {
    Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), format)
}

/// Returns the name of a file without its folder and ending.
pub(super) fn stem(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.rsplit_once('.').map_or(name, |it| it.0)
}

/// Returns the ending of a file name in lower case, without the dot; empty for `.env` and `Makefile`.
pub(super) fn ending(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => ending.to_lowercase(),
        _ => String::new(),
    }
}

/// Folds white space to single spaces.
pub(super) fn fold(text: &str) -> String {
    folded(text).into_owned()
}

/// Folds white space to single spaces, without a copy where there is nothing to fold.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let odd = |at: usize, c: u8| c < b' ' || c == b' ' && bytes[at + 1] == b' ';
    if bytes.iter().enumerate().any(|(at, c)| odd(at, *c)) || !text.is_ascii() && text.contains(|c: char| c.is_whitespace() && c != ' ') {
        return Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    Cow::Borrowed(text)
}

/// Returns the time that many seconds after 1970 is, in UTC.
pub(super) fn epoch(seconds: i64) -> Option<Moment> {
    let at = jiff::Timestamp::from_second(seconds).ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).datetime())
}

/// Returns the date and time a text starts with, and how many bytes they take.
///
/// Takes `2026-11-02 09:36:41`, `2026-11-02T09:36:41.120Z`, `02.11.2026 09:36` and `02/11/2026, 09:36`; of a day and month
/// that could change places, the day is first.
pub(super) fn leading_moment(text: &str) -> Option<(Moment, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let number = |at: &mut usize, most: usize| {
        let from = *at;
        while *at < bytes.len() && *at - from < most && bytes[*at].is_ascii_digit() {
            *at += 1;
        }
        (from < *at).then(|| text[from..*at].parse::<i16>().ok()).flatten()
    };
    let first = number(&mut at, 4)?;
    let long_first = at == 4;
    let mark = *bytes.get(at).filter(|it| matches!(it, b'-' | b'/' | b'.'))?;
    at += 1;
    let second = number(&mut at, 2)?;
    if bytes.get(at) != Some(&mark) {
        return None;
    }
    at += 1;
    let before = at;
    let third = number(&mut at, 4)?;
    let (year, month, day) = match (long_first, at - before) {
        (true, _) => (first, second, third),
        (false, 4) => (third, second, first),
        (false, 2) => (2000 + third, second, first),
        _ => return None,
    };
    let (month, day) = if month > 12 && !long_first { (day, month) } else { (month, day) };
    let date = jiff::civil::Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let end = at;
    while bytes.get(at).is_some_and(|it| matches!(it, b' ' | b'T' | b',')) && at < end + 3 {
        at += 1;
    }
    let time = (|| {
        let hour = number(&mut at, 2)?;
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        at += 1;
        let minute = number(&mut at, 2)?;
        let mut second = 0;
        if bytes.get(at) == Some(&b':') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
            at += 1;
            second = number(&mut at, 2)?;
        }
        if bytes.get(at).is_some_and(|it| matches!(it, b'.' | b',')) && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
            at += 1;
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
        }
        jiff::civil::Time::new(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?, 0).ok()
    })();
    match time {
        Some(time) => {
            let zone = text[at..].find(|c: char| !(c == 'Z' || c == '+' || c.is_ascii_digit() || c == ':')).unwrap_or(text.len() - at);
            Some((date.to_datetime(time), at + zone))
        }
        None => Some((date.to_datetime(jiff::civil::Time::midnight()), end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_at_the_start_of_a_line() {
        let check = |text: &str, expected: Option<(&str, &str)>| {
            let found = leading_moment(text).map(|(at, n)| (at.to_string(), &text[n..]));
            assert_eq!(found, expected.map(|(at, rest)| (at.to_owned(), rest)));
        };
        check("2026-11-02 09:36:41 triage", Some(("2026-11-02T09:36:41", " triage")));
        check("2026-11-02T09:36:41.120Z x", Some(("2026-11-02T09:36:41", " x")));
        check("31/10/2026, 14:22 - Ruth", Some(("2026-10-31T14:22:00", " - Ruth")));
        check("2.11.2026 Kasse", Some(("2026-11-02T00:00:00", " Kasse")));
        check("3.12 boxes", None);
        check("12-34-56-78", None);
    }

    #[test]
    fn indentation_counts_tabs() {
        let found: Vec<(u32, usize, &str)> = lines("a\n\t b \n").iter().map(|it| (it.n, it.indent, it.text)).collect();
        assert_eq!(found, [(1, 0, "a"), (2, 5, "b")]);
    }
}
