//! Chats as text: WhatsApp and Signal exports, talk pasted from a chat window, transcripts.

use super::super::moments::moment_in;
use super::{Said, Talk};
use regex::{Captures, Regex};
use sop_core::Moment;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Returns the talk if the lines have the form of one.
pub(super) fn read(text: &str, name: &str) -> Option<Talk> {
    let lines: Vec<(u32, String)> = text.lines().enumerate().map(|(at, it)| (at as u32 + 1, clean(it))).filter(|(_, it)| !it.is_empty()).collect();
    let said = dated(&lines).or_else(|| pasted(&lines)).or_else(|| transcript(&lines, name))?;
    Some(Talk { title: None, said })
}

/// Drops the marks that phones put around names and times.
fn clean(line: &str) -> String {
    line.replace(['\u{200e}', '\u{200f}', '\u{202a}', '\u{202c}', '\u{feff}'], "").replace(['\u{202f}', '\u{a0}'], " ").trim().to_owned()
}

struct Patterns {
    dated: Regex,
    clock: Regex,
    header: Regex,
    named: Regex,
    attached: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let fixed = |pattern: &str| Regex::new(pattern).expect("a fixed pattern");
    Patterns {
        dated: fixed(
            r"^\[?(\d{1,4})([./-])\s?(\d{1,2})[./-]\s?(\d{2,4})\.?(?:\sг\.)?,?\s+(?:um |at |klo |kl\.? |às |à |a las |alle |om )?(?P<before>오전|오후|上午|下午|午前|午後|凌晨|早上|中午|晚上)?\s?(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?\s?([AaPp]\.?\s?[Mm]\.?)?\]?\s*(?:[-–:]\s)?\s*(.*)$",
        ),
        clock: fixed(r"^\[?(\d{1,2})[:.](\d{2})(?::(\d{2}))?\s?([AaPp][Mm])?\]?\s*[-–]?\s*(\p{Lu}[\p{L}'’.-]*(?: [\p{L}'’.()-]+){0,3}): (.+)$"),
        header: fixed(r"^(\p{Lu}[\p{L}'’.-]*(?: [\p{L}'’.()-]+){0,3})\s+\[?(?:(.{0,30}?)\s)?(\d{1,2})[:.](\d{2})\s?([AaPp][Mm])?\]?$"),
        named: fixed(r"^(\p{Lu}[\p{L}'’.-]*(?: \p{Lu}[\p{L}'’.-]*){0,2})(?: \([^)]{1,30}\))?: (\S.*)$"),
        attached: fixed(
            r"^(?:<(?:attached|Anhang|adjunto|pièce jointe ?|allegato|anexado|bijgevoegd): ?)?(.{1,120}?\.\w{2,5})(?:>| \((?:file attached|Datei angehängt|archivo adjunto|fichier joint|file allegato|arquivo anexado|ficheiro anexado|bestand bijgevoegd)\))$",
        ),
    }
});

/// WhatsApp and its like: every message begins with a date and a time.
fn dated(lines: &[(u32, String)]) -> Option<Vec<Said>> {
    let found: Vec<(u32, Option<Captures<'_>>, &str)> = lines.iter().map(|(n, it)| (*n, PATTERNS.dated.captures(it), it.as_str())).collect();
    let spoken = |it: &Captures<'_>| speaker_of(&it[10]).is_some();
    let n_spoken = found.iter().filter(|(_, it, _)| it.as_ref().is_some_and(spoken)).count();
    let n_dated = found.iter().filter(|(_, it, _)| it.is_some()).count();
    // A log has a date on every line too, and no names before a colon; a first line that is none is no chat.
    if n_spoken < 2 || n_spoken * 2 < n_dated || !found.iter().take(3).any(|(_, it, _)| it.is_some()) || is_log(&found) {
        return None;
    }
    let month_first = month_first(&found.iter().filter_map(|(_, it, _)| it.as_ref()).collect::<Vec<_>>());
    let mut said: Vec<Said> = Vec::new();
    let mut open = false;
    for (n, captures, line) in &found {
        match captures {
            Some(it) => {
                // Nobody says what the program announces.
                open = speaker_of(&it[10]).is_some();
                if let Some((who, text)) = speaker_of(&it[10]) {
                    said.push(with_files(Said {
                        who: Some(who.to_owned()),
                        time: time(it, month_first),
                        text: text.to_owned(),
                        line: Some(*n),
                        ..Said::default()
                    }));
                }
            }
            None if open => {
                if let Some(last) = said.last_mut() {
                    last.text.push('\n');
                    last.text.push_str(line);
                }
            }
            None => {}
        }
    }
    Some(said.into_iter().filter(|it| !is_omitted(&it.text) || !it.files.is_empty()).collect())
}

fn is_log(found: &[(u32, Option<Captures<'_>>, &str)]) -> bool {
    const LEVELS: &[&str] = &["info", "warn", "warning", "error", "debug", "trace", "fatal", "notice", "critical"];
    let speakers = found.iter().filter_map(|(_, it, _)| speaker_of(it.as_ref()?.get(10)?.as_str())).map(|(who, _)| who.to_owned());
    let (n_levels, n_all) = speakers.fold((0, 0), |(levels, all), it| {
        let level = it.split(|c: char| !c.is_alphanumeric()).any(|word| LEVELS.contains(&word.to_lowercase().as_str()));
        let level = level || it.chars().filter(|it| it.is_alphabetic()).count() > 3 && !it.contains(char::is_lowercase);
        (levels + usize::from(level), all + 1)
    });
    n_levels * 4 > n_all
}

fn speaker_of(rest: &str) -> Option<(&str, &str)> {
    let (who, text) = rest.split_once(": ").or_else(|| rest.strip_suffix(':').map(|it| (it, "")))?;
    let who = who.trim().trim_start_matches("~ ").trim_start_matches('~');
    let name = who.split(' ').count() <= 5 && who.chars().count() <= 40 && !who.contains(['=', '/', '"', '[', '{', '<', '.']) || who.starts_with('+');
    (name && !who.is_empty()).then(|| (who, text.trim()))
}

fn is_omitted(text: &str) -> bool {
    let text = text.trim().trim_matches(['<', '>']).to_lowercase();
    [
        "omitted",
        "weggelassen",
        "ausgeschlossen",
        "omitido",
        "omitida",
        "omis",
        "omesso",
        "omessa",
        "omessi",
        "weggelaten",
        "oculto",
        "udeladt",
        "utelatt",
        "utelämnad",
        "utelämnat",
        "pominięto",
        "pominięte",
    ]
    .iter()
    .any(|it| text.ends_with(it))
        && text.split(' ').count() <= 3
        || text.is_empty()
        || matches!(text.as_str(), "this message was deleted" | "you deleted this message" | "diese nachricht wurde gelöscht")
}

fn with_files(mut said: Said) -> Said {
    if let Some(it) = PATTERNS.attached.captures(&said.text) {
        said.files.push(it[1].trim().to_owned());
        said.text.clear();
    }
    said
}

/// Decides by all dates together: a number over 12 is a day; else the dates must not go back.
fn month_first(dates: &[&Captures<'_>]) -> bool {
    let number = |it: &Captures<'_>, n: usize| it[n].parse::<i32>().unwrap_or(0);
    let pairs: Vec<(i32, i32, i32)> = dates.iter().filter(|it| it[1].len() <= 2).map(|it| (number(it, 4), number(it, 1), number(it, 3))).collect();
    if pairs.iter().any(|it| it.1 > 12) {
        return false;
    }
    if pairs.iter().any(|it| it.2 > 12) {
        return true;
    }
    let in_order = pairs.windows(2).all(|it| it[0] <= it[1]);
    let turned: Vec<_> = pairs.iter().map(|it| (it.0, it.2, it.1)).collect();
    match (in_order, turned.windows(2).all(|it| it[0] <= it[1])) {
        (true, false) => true,
        (false, true) => false,
        // A clock with AM and PM is the sign of the one country that puts the month first.
        _ => dates.iter().any(|it| it.get(9).is_some() && &it[2] == "/"),
    }
}

fn time(it: &Captures<'_>, month_first: bool) -> Option<Moment> {
    let number = |n: usize| it.get(n).map_or(Some(0), |it| it.as_str().parse::<i16>().ok());
    let (year, month, day) = match it[1].len() {
        4 => (number(1)?, number(3)?, number(4)?),
        _ if month_first => (number(4)?, number(1)?, number(3)?),
        _ => (number(4)?, number(3)?, number(1)?),
    };
    let year = if year < 100 { year + 2000 } else { year };
    // Some languages say before the hour which half of the day it is.
    let half = match it.name("before").map(|it| it.as_str()) {
        Some("오후" | "下午" | "午後" | "晚上" | "中午") => Some("pm"),
        Some(_) => Some("am"),
        None => it.get(9).map(|it| it.as_str()),
    };
    let hour = hour(number(6)?, half);
    Moment::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?, hour, i8::try_from(number(7)?).ok()?, i8::try_from(number(8)?).ok()?, 0).ok()
}

fn hour(hour: i16, half: Option<&str>) -> i8 {
    let hour = match (hour, half.and_then(|it| it.chars().next())) {
        (12, Some('a' | 'A')) => 0,
        (hour, Some('p' | 'P')) if hour < 12 => hour + 12,
        _ => hour,
    };
    i8::try_from(hour).unwrap_or(i8::MAX)
}

/// Talk pasted from a window: "14:02 Ann: yes", or a line "Ann 14:02" above what she says.
fn pasted(lines: &[(u32, String)]) -> Option<Vec<Said>> {
    let inline = lines.iter().filter(|(_, it)| PATTERNS.clock.is_match(it)).count();
    let above = lines.iter().filter(|(_, it)| PATTERNS.header.is_match(it)).count();
    let is_inline = inline >= 3 && inline * 10 >= lines.len() * 6;
    if !is_inline && (above < 3 || above * 4 < lines.len()) {
        return None;
    }
    let mut day: Option<Moment> = None;
    let mut said: Vec<Said> = Vec::new();
    let at = |day: Option<Moment>, hours: &str, minutes: &str, half: Option<&str>| {
        let time = jiff::civil::Time::new(hour(hours.parse().ok()?, half), minutes.parse().ok()?, 0, 0).ok()?;
        Some(day?.date().to_datetime(time))
    };
    for (n, line) in lines {
        if is_inline && let Some(it) = PATTERNS.clock.captures(line) {
            let time = at(day, &it[1], &it[2], it.get(4).map(|it| it.as_str()));
            said.push(Said { who: Some(it[5].to_owned()), time, text: it[6].to_owned(), line: Some(*n), ..Said::default() });
        } else if !is_inline && let Some(it) = PATTERNS.header.captures(line) {
            let written = it.get(2).and_then(|it| moment_in(it.as_str()));
            let time = at(written.or(day), &it[3], &it[4], it.get(5).map(|it| it.as_str()));
            said.push(Said { who: Some(it[1].to_owned()), time, line: Some(*n + 1), ..Said::default() });
        } else if line.chars().count() < 40
            && let Some(date) = moment_in(line)
        {
            day = Some(date);
        } else if let Some(last) = said.last_mut() {
            last.text = format!("{}\n{line}", last.text).trim_start().to_owned();
        }
    }
    said.retain(|it| !it.text.is_empty());
    speaks_in_turns(&said).then_some(said)
}

/// Lines of "Ann: yes". Notes have such lines too, but their labels do not come back.
fn transcript(lines: &[(u32, String)], name: &str) -> Option<Vec<Said>> {
    let named = lines.iter().filter(|(_, it)| PATTERNS.named.is_match(it)).count();
    if named < 3 || named * 10 < lines.len() * 7 {
        return None;
    }
    let mut said: Vec<Said> = Vec::new();
    for (n, line) in lines {
        match (PATTERNS.named.captures(line), said.last_mut()) {
            (Some(it), _) => said.push(Said { who: Some(it[1].to_owned()), text: it[2].to_owned(), line: Some(*n), ..Said::default() }),
            (None, Some(last)) => last.text = format!("{}\n{line}", last.text),
            (None, None) => {}
        }
    }
    let called = ["chat", "transcript", "conversation", "call", "meeting", "gespräch", "protokoll"].iter().any(|it| name.to_lowercase().contains(it));
    (speaks_in_turns(&said) && (called || said.len() >= 6)).then_some(said)
}

/// Whether people come back: at least two of them, and most more than once.
fn speaks_in_turns(said: &[Said]) -> bool {
    let mut turns: BTreeMap<&str, usize> = BTreeMap::new();
    for who in said.iter().filter_map(|it| it.who.as_deref()) {
        *turns.entry(who).or_default() += 1;
    }
    let n_back = turns.values().filter(|it| **it > 1).count();
    turns.len() >= 2 && n_back >= 1 && n_back * 2 >= turns.len()
}
