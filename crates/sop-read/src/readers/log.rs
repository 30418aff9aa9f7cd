//! Logs: one block a line, its time taken off, its level kept.

use super::lines::{Line, document, ending, fold, leading_moment, lines, place};
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use sop_core::{Block, BlockKind, Document, Format, Moment};

pub(super) const READER: Reader = Reader {
    name: "log",
    about: About {
        files: "`.log` and logs by content",
        taken: "time, level, message",
        anchor: "line",
        not_taken: "of a long log, all but the last 3,000 lines and what went wrong before",
    },
    accepts,
    read,
};

const MAX_JUDGED: usize = 100;
/// Of a longer log the end is read, and before it only what went wrong.
const MAX_LINES: usize = 3_000;
/// A line that is longer holds data, not words.
const MAX_WIDTH: usize = 2_000;

fn accepts(input: &Input<'_>) -> bool {
    let ending = ending(input.name);
    if matches!(ending.as_str(), "csv" | "tsv" | "md" | "json" | "yaml" | "yml" | "ini" | "toml" | "sql" | "py" | "sh" | "js") || !is_text(input.bytes) {
        return false;
    }
    if matches!(ending.as_str(), "log" | "journal") || input.name.to_lowercase().contains(".log.") {
        return true;
    }
    let text = decode(&input.bytes[..input.bytes.len().min(16 * 1024)]);
    let filled: Vec<Line<'_>> = lines(&text).into_iter().filter(|it| !it.is_blank()).take(MAX_JUDGED).collect();
    // A diary has dates too; a log has the time of day on most lines.
    let stamped = filled.iter().filter(|it| stamp(it.text).is_some_and(|(_, n)| it.text[..n].contains(':'))).count();
    stamped > 1 && stamped * 5 >= filled.len() * 3
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = document(input, Format::Log);
    fill(&decode(input.bytes), &mut doc);
    Ok(Raw(doc))
}

fn fill(text: &str, doc: &mut Document) {
    let all = lines(text);
    let filled = all.iter().filter(|it| !it.is_blank()).count();
    let mut left = filled;
    let mut time = None;
    for line in all.iter().filter(|it| !it.is_blank()) {
        left -= 1;
        let (at, said) = match stamp(line.text) {
            Some((at, n)) => (at, line.text[n..].trim_start_matches([' ', '-', ':', ']', '|', '\t', ','])),
            // Further lines of an entry, such as a traceback, belong to its time.
            None => (time, line.text),
        };
        time = at;
        if left >= MAX_LINES && !is_bad(said) || doc.blocks.len() >= MAX_LINES * 2 {
            continue;
        }
        let said: String = fold(said).chars().take(MAX_WIDTH).collect();
        if !said.is_empty() {
            doc.blocks.push(Block::new(BlockKind::LogLine, said, place(line.n, line.n)).at(at));
        }
    }
    if filled > MAX_LINES {
        doc.remarks.push(format!("the log has {filled} lines; the last {MAX_LINES} and earlier warnings and errors were read"));
    }
}

fn is_bad(line: &str) -> bool {
    let upper = line.to_uppercase();
    ["ERROR", "WARN", "FAIL", "FATAL", "CRITICAL", "EXCEPTION", "STOP", "FEHLER"].iter().any(|it| upper.contains(it))
}

/// Returns the time a line starts with, and how many bytes it takes. The time is none where the line has no year.
fn stamp(line: &str) -> Option<(Option<Moment>, usize)> {
    let open = line.len() - line.trim_start_matches(['[', '(', '"', '<']).len();
    let rest = &line[open..];
    if let Some((at, n)) = leading_moment(rest) {
        return Some((Some(at), open + n));
    }
    // `Nov  2 09:36:41` and `09:36:41`
    let month = |word: &str| ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"].contains(&word.to_lowercase().as_str());
    let clock = |word: &str| {
        word.len() >= 8 && word.get(..8).is_some_and(|it| it.bytes().enumerate().all(|(at, c)| if at % 3 == 2 { c == b':' } else { c.is_ascii_digit() }))
    };
    let mut words = rest.split_whitespace();
    let first = words.next()?;
    if clock(first) {
        return Some((None, open + 8));
    }
    let (_, third) = (words.next()?, words.next()?);
    (month(first) && clock(third)).then(|| rest.find(third).map(|at| (None, open + at + 8))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sop_core::ArtifactId;

    fn check(text: &str, expected: &[&str]) {
        let mut doc = Document::new(ArtifactId("a".into()), "run.log", Format::Log);
        fill(text, &mut doc);
        let time = |it: &Block| it.time.map(|at| at.to_string()).unwrap_or_default();
        let shown: Vec<String> = doc.blocks.iter().map(|it| format!("{} {} @ {}", time(it), it.text, it.place)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn time_is_taken_off_and_level_kept() {
        check(
            "2026-11-03 15:40:10 ERROR   STOP: 1.42% is over\n[2026-11-03T15:41:00Z] INFO ok\n  at line 3\n",
            &["2026-11-03T15:40:10 ERROR STOP: 1.42% is over @ line 1", "2026-11-03T15:41:00 INFO ok @ line 2", "2026-11-03T15:41:00 at line 3 @ line 3"],
        );
    }

    #[test]
    fn line_without_a_year_has_no_time() {
        check("Nov  2 09:36:41 host backup: done\nplain\n", &[" host backup: done @ line 1", " plain @ line 2"]);
    }
}
