//! Dates and times as people and programs write them, in the languages of office mail.

use regex::{Captures, Regex};
use sop_core::Moment;
use std::sync::LazyLock;

/// Finds the first date of a text, with the time that follows it; midnight if there is none.
pub(super) fn moment_in(text: &str) -> Option<Moment> {
    let (year, month, day, end) = date_in(text)?;
    let time = PATTERNS.time.captures(&text[end..]).or_else(|| PATTERNS.time.captures(text));
    let (hour, minute, second) = time.and_then(|it| time_of(&it)).unwrap_or((0, 0, 0));
    Moment::new(year, month, day, hour, minute, second, 0).ok()
}

/// Where the date and time of a text end, so that what follows can be read.
pub(super) fn end_of_moment(text: &str) -> Option<usize> {
    let (.., end) = date_in(text)?;
    Some(PATTERNS.time.find(&text[end..]).map_or(end, |it| end + it.end()))
}

/// Turns seconds since 1970 into the time in UTC.
pub(super) fn epoch(seconds: f64) -> Option<Moment> {
    let seconds = if seconds > 1e11 { seconds / 1000.0 } else { seconds };
    if !(1e8..1e11).contains(&seconds) {
        return None;
    }
    let stamp = jiff::Timestamp::from_second(seconds as i64).ok()?;
    Some(stamp.to_zoned(jiff::tz::TimeZone::UTC).datetime())
}

struct Patterns {
    iso: Regex,
    day_first: Regex,
    month_first: Regex,
    numbers: Regex,
    time: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let fixed = |pattern: &str| Regex::new(pattern).expect("a fixed pattern");
    Patterns {
        iso: fixed(r"\b(\d{4})[-/](\d{1,2})[-/](\d{1,2})"),
        day_first: fixed(r"(?i)\b(\d{1,2})(?:st|nd|rd|th|er|º)?\.?(?:\s+(?:de|of)\s+|[\s-]+)(\p{L}{3,10})\.?,?(?:\s+de\s+|[\s-]+)(\d{4})"),
        month_first: fixed(r"\b(\p{L}{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})"),
        numbers: fixed(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\b"),
        time: fixed(r"\b[T]?(\d{1,2})[:.h](\d{2})(?::(\d{2}))?(?:\.\d+)?[\s\u{202f}]?([AaPp]\.?[Mm]\b)?"),
    }
});

fn date_in(text: &str) -> Option<(i16, i8, i8, usize)> {
    let end = |it: &Captures<'_>| it.get(0).map_or(0, |it| it.end());
    let number = |it: &Captures<'_>, n: usize| it.get(n).and_then(|it| it.as_str().parse::<i16>().ok()).unwrap_or(0);
    if let Some(it) = PATTERNS.iso.captures(text) {
        return Some((number(&it, 1), number(&it, 2) as i8, number(&it, 3) as i8, end(&it)));
    }
    if let Some(it) = PATTERNS.day_first.captures(text)
        && let Some(month) = month(&it[2])
    {
        return Some((number(&it, 3), month, number(&it, 1) as i8, end(&it)));
    }
    if let Some(it) = PATTERNS.month_first.captures(text)
        && let Some(month) = month(&it[1])
    {
        return Some((number(&it, 3), month, number(&it, 2) as i8, end(&it)));
    }
    let it = PATTERNS.numbers.captures(text)?;
    let (first, second, year) = (number(&it, 1), number(&it, 2), number(&it, 3));
    let year = if year < 100 { 2000 + year } else { year };
    // A clock with AM and PM is the sign of the one country that puts the month first.
    let american = PATTERNS.time.captures(&text[end(&it)..]).is_some_and(|it| it.get(4).is_some());
    let month_first = second > 12 || american && first <= 12;
    let (day, month) = if month_first { (second, first) } else { (first, second) };
    Some((year, month as i8, day as i8, end(&it)))
}

fn time_of(it: &Captures<'_>) -> Option<(i8, i8, i8)> {
    let number = |n: usize| it.get(n).map_or(Some(0), |it| it.as_str().parse::<i8>().ok());
    let hour = match (number(1)?, it.get(4).map(|it| it.as_str().to_lowercase())) {
        (12, Some(half)) if half.starts_with('a') => 0,
        (hour, Some(half)) if half.starts_with('p') && hour < 12 => hour + 12,
        (hour, _) => hour,
    };
    Some((hour, number(2)?, number(3)?))
}

/// Reads the name of a month by its first letters.
fn month(name: &str) -> Option<i8> {
    const MONTHS: [&[&str]; 12] = [
        &["jan", "ene", "gen", "jän"],
        &["feb", "fév", "fev"],
        &["mar", "mär", "mrt", "maa"],
        &["apr", "avr", "abr"],
        &["may", "mai", "mei", "mag", "maj"],
        &["jun", "juin", "giu"],
        &["jul", "juil", "lug"],
        &["aug", "aoû", "ago"],
        &["sep", "set"],
        &["oct", "okt", "ott", "out"],
        &["nov"],
        &["dec", "dez", "déc", "dic"],
    ];
    let name = name.to_lowercase();
    MONTHS.iter().position(|starts| starts.iter().any(|it| name.starts_with(it))).map(|at| at as i8 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let check = |text: &str, expected: &str| assert_eq!(moment_in(text).map(|it| it.to_string()).as_deref(), Some(expected), "{text}");
        check("On Tue, 3 Nov 2026 at 16:02, Tom Beckett wrote:", "2026-11-03T16:02:00");
        check("On Nov 3, 2026, at 4:02 PM, Tom wrote:", "2026-11-03T16:02:00");
        check("Am 03.11.2026 um 16:02 schrieb Jürgen Groß:", "2026-11-03T16:02:00");
        check("Le mardi 3 août 2026 à 16:02, Anne a écrit :", "2026-08-03T16:02:00");
        check("Dienstag, 3. März 2026 09:15", "2026-03-03T09:15:00");
        check("2026-11-02T09:06Z", "2026-11-02T09:06:00");
        check("11/3/26, 4:02 PM", "2026-11-03T16:02:00");
        assert_eq!(moment_in("at 16:02 or 12 of them"), None);
    }
}
