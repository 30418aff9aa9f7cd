//! Calendars (iCalendar): one block per event, its repetition put in words.

use super::moments::moment_in;
use crate::reader::{About, Input, Raw, Reader, decode};
use sop_core::{Block, BlockKind, Document, Format, Moment, Place};

pub(super) const READER: Reader = Reader {
    name: "calendar",
    about: About { files: "`.ics`", taken: "events, repetition in words", anchor: "event", not_taken: "more than 5,000 events" },
    accepts,
    read,
};

/// A calendar of years holds fewer.
const MAX_EVENTS: usize = 5_000;

fn accepts(input: &Input<'_>) -> bool {
    let head = input.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input.bytes).trim_ascii_start();
    let head = &head[..head.len().min(15)];
    head.eq_ignore_ascii_case(b"BEGIN:VCALENDAR") || input.name.to_lowercase().ends_with(".ics")
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut document = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Calendar);
    let lines = unfold(&decode(input.bytes));
    document.title = lines.iter().find(|it| it.name == "X-WR-CALNAME").map(Property::text);
    document.blocks = events(&lines);
    if document.blocks.len() >= MAX_EVENTS {
        document.remarks.push(format!("more than {MAX_EVENTS} events, the first were read"));
    }
    if document.blocks.is_empty() {
        document.remarks.push("no events in it".into());
    }
    Ok(Raw(document))
}

/// A line of the calendar, unfolded: `NAME;PARAM=x:value`.
#[derive(Debug)]
struct Property {
    from: u32,
    to: u32,
    name: String,
    params: Vec<(String, String)>,
    value: String,
}

impl Property {
    fn parse(from: u32, to: u32, line: &str) -> Self {
        let mut quoted = false;
        let mut parts = vec![String::new()];
        let mut rest = line.chars();
        for c in rest.by_ref() {
            match c {
                '"' => quoted = !quoted,
                ':' if !quoted => break,
                ';' if !quoted => parts.push(String::new()),
                _ => parts.last_mut().into_iter().for_each(|it| it.push(c)),
            }
        }
        let params = parts.iter().skip(1).filter_map(|it| it.split_once('=')).map(|(key, value)| (key.to_uppercase(), value.to_owned())).collect();
        Self { from, to, name: parts[0].trim().to_uppercase(), params, value: rest.as_str().to_owned() }
    }

    /// Returns the value with its escapes resolved and white space folded.
    fn text(&self) -> String {
        let mut out = String::new();
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            match (c, if c == '\\' { chars.next() } else { None }) {
                ('\\', Some('n' | 'N')) => out.push(' '),
                ('\\', Some(next)) => out.push(next),
                _ => out.push(c),
            }
        }
        super::ooxml::fold(&out)
    }

    /// Returns the name of the person a property stands for, or the address.
    fn person(&self) -> Option<String> {
        let named = self.params.iter().find(|(key, _)| key == "CN").map(|(_, it)| it.trim().to_owned());
        let address = || self.value.trim().trim_start_matches("mailto:").trim_start_matches("MAILTO:").to_owned();
        Some(named.filter(|it| !it.is_empty()).unwrap_or_else(address)).filter(|it| !it.is_empty())
    }

    fn is_all_day(&self) -> bool {
        !self.value.contains('T')
    }

    /// Reads `20260706T120000`, as it is written, whatever its zone.
    fn moment(&self) -> Option<Moment> {
        let digits: String = self.value.chars().filter(char::is_ascii_digit).collect();
        if digits.len() < 8 {
            return moment_in(&self.value);
        }
        let number = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |it| it.parse::<i16>().ok());
        let small = |from: usize| number(from, from + 2).and_then(|it| i8::try_from(it).ok());
        Moment::new(number(0, 4)?, small(4)?, small(6)?, small(8)?, small(10)?, small(12)?, 0).ok()
    }
}

/// Joins the lines that were folded at 75 characters.
fn unfold(text: &str) -> Vec<Property> {
    let mut lines: Vec<(u32, u32, String)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let n = at as u32 + 1;
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, to, last))) => {
                last.push_str(rest);
                *to = n;
            }
            _ => lines.push((n, n, line.to_owned())),
        }
    }
    lines.iter().map(|(from, to, it)| Property::parse(*from, *to, it)).collect()
}

fn events(lines: &[Property]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut start = None;
    // An alarm stands inside an event and has a description of its own.
    let mut inner = 0_u32;
    let mut own: Vec<&Property> = Vec::new();
    for line in lines {
        let value = line.value.trim().to_uppercase();
        match (line.name.as_str(), value.as_str()) {
            ("BEGIN", "VEVENT" | "VTODO") => (start, inner) = (Some(line.from), 0),
            ("BEGIN", _) => inner += 1,
            ("END", "VEVENT" | "VTODO") => {
                if let Some(from) = start.take().filter(|_| blocks.len() < MAX_EVENTS) {
                    blocks.extend(event(&own, Place::Lines { from, to: line.to }));
                }
                own.clear();
            }
            ("END", _) => inner = inner.saturating_sub(1),
            _ if start.is_some() && inner == 0 => own.push(line),
            _ => {}
        }
    }
    blocks
}

fn event(lines: &[&Property], place: Place) -> Option<Block> {
    let get = |name: &str| lines.iter().copied().find(|it| it.name == name);
    let text = |name: &str| get(name).map(Property::text).filter(|it| !it.is_empty());
    let start = get("DTSTART").or_else(|| get("DUE"));
    let time = start.and_then(Property::moment);
    let clock = time.filter(|_| start.is_some_and(|it| !it.is_all_day())).map(|it| it.strftime(" at %H:%M").to_string()).unwrap_or_default();
    let when = match get("RRULE") {
        Some(rule) => Some(format!("{}{clock}", repetition(&rule.value, time))),
        None => time.map(|it| format!("on {}{clock}", it.strftime("%-d %B %Y"))),
    };
    let cancelled = text("STATUS").filter(|it| it.eq_ignore_ascii_case("cancelled")).map(|_| "cancelled".to_owned());
    let said: Vec<String> = [text("SUMMARY"), cancelled, when, text("LOCATION"), text("DESCRIPTION")].into_iter().flatten().collect();
    if said.is_empty() {
        return None;
    }
    let mut block = Block::new(BlockKind::Event, said.join("; "), place).at(time);
    block.speaker = get("ORGANIZER").and_then(Property::person);
    block.to = lines.iter().filter(|it| it.name == "ATTENDEE").filter_map(|it| it.person()).take(50).collect();
    Some(block)
}

/// Says in words how often an event comes back.
fn repetition(rule: &str, start: Option<Moment>) -> String {
    let get = |key: &str| {
        rule.split(';').filter_map(|it| it.trim().split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, it)| it.to_uppercase())
    };
    let every = get("INTERVAL").and_then(|it| it.parse::<u32>().ok()).unwrap_or(1);
    let frequency = get("FREQ").unwrap_or_default();
    let (adverb, unit) = match frequency.as_str() {
        "DAILY" => ("daily", "days"),
        "WEEKLY" => ("weekly", "weeks"),
        "MONTHLY" => ("monthly", "months"),
        "YEARLY" => ("yearly", "years"),
        _ => ("repeatedly", "times"),
    };
    let mut words = if every > 1 { format!("every {every} {unit}") } else { adverb.to_owned() };
    let position = get("BYSETPOS").and_then(|it| it.parse().ok());
    let days = get("BYDAY").map(|it| weekdays(&it, position));
    let month_days = get("BYMONTHDAY").map(|it| it.split(',').filter_map(|it| it.parse().ok()).map(month_day).collect::<Vec<_>>().join(" and "));
    let default = start.and_then(|it| match frequency.as_str() {
        "WEEKLY" => Some(it.strftime("%A").to_string()),
        "MONTHLY" => Some(format!("day {}", it.day())),
        "YEARLY" => Some(it.strftime("%-d %B").to_string()),
        _ => None,
    });
    if let Some(on) = days.or(month_days).or(default) {
        words.push_str(&format!(" on {on}"));
    }
    let months = get("BYMONTH").map(|it| it.split(',').filter_map(|it| it.parse().ok()).filter_map(month_name).collect::<Vec<_>>().join(", "));
    if let Some(months) = months.filter(|it| !it.is_empty() && !words.ends_with(it.as_str())) {
        words.push_str(&format!(" in {months}"));
    }
    if let Some(until) = get("UNTIL").and_then(|it| Property::parse(0, 0, &format!("UNTIL:{it}")).moment()) {
        words.push_str(&format!(" until {}", until.strftime("%-d %B %Y")));
    }
    if let Some(count) = get("COUNT") {
        words.push_str(&format!(", {count} times"));
    }
    words
}

/// Reads `MO,WE`, `2TU`, or all five days of work with the position among them.
fn weekdays(days: &str, position: Option<i32>) -> String {
    let days: Vec<&str> = days.split(',').map(str::trim).filter(|it| it.is_ascii() && it.len() >= 2).collect();
    let work = ["MO", "TU", "WE", "TH", "FR"].iter().all(|it| days.contains(it)) && days.len() == 5;
    let named = |it: &str| {
        let (number, day) = it.split_at(it.len() - 2);
        let name = match day {
            "MO" => "Monday",
            "TU" => "Tuesday",
            "WE" => "Wednesday",
            "TH" => "Thursday",
            "FR" => "Friday",
            "SA" => "Saturday",
            _ => "Sunday",
        };
        number.parse().map_or(name.to_owned(), |n| format!("the {} {name}", ordinal(n)))
    };
    match (work, position) {
        (true, Some(n)) => format!("the {} working day", ordinal(n)),
        (true, None) => "working days".to_owned(),
        (false, Some(n)) => format!("the {} {}", ordinal(n), days.iter().map(|it| named(it)).collect::<Vec<_>>().join(" or ")),
        (false, None) => days.iter().map(|it| named(it)).collect::<Vec<_>>().join(" and "),
    }
}

fn month_day(n: i32) -> String {
    match n {
        -1 => "the last day".to_owned(),
        n if n < 0 => format!("the {} day", ordinal(n)),
        n => format!("day {n}"),
    }
}

fn ordinal(n: i32) -> String {
    let end = match (n.unsigned_abs() % 10, n.unsigned_abs() % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    match n {
        -1 => "last".to_owned(),
        n if n < 0 => format!("{}{end} last", n.unsigned_abs()),
        n => format!("{n}{end}"),
    }
}

fn month_name(n: i8) -> Option<String> {
    Moment::new(2026, n, 1, 0, 0, 0, 0).ok().map(|it| it.strftime("%B").to_string())
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::read_raw;

    fn check(lines: &str, expected: &str) {
        let source = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Report\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n");
        let document = read_raw("a.ics", source.as_bytes());
        assert_eq!(document.blocks.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), [expected]);
    }

    #[test]
    fn repetition_is_told_in_words() {
        let at = "DTSTART;TZID=Europe/London:20260706T120000\n";
        check(&format!("{at}RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=4"), "Report; monthly on the 4th working day at 12:00");
        check(&format!("{at}RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"), "Report; every 2 weeks on Monday and Wednesday at 12:00");
        check(&format!("{at}RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20271231"), "Report; monthly on the last Friday until 31 December 2027 at 12:00");
        check("DTSTART;VALUE=DATE:20260131\nRRULE:FREQ=YEARLY", "Report; yearly on 31 January");
        check("DTSTART;VALUE=DATE:20261026\nDESCRIPTION:Bring it\\, sig\n ned.", "Report; on 26 October 2026; Bring it, signed.");
    }

    #[test]
    fn broken_calendar_has_no_events() {
        let document = read_raw("a.ics", b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY");
        assert_eq!(document.remarks, ["no events in it"]);
    }
}
