//! What a statement claims that can be held against its evidence: figures with their units, names of people, words in
//! quotation marks, days, a denial, an order.

use crate::names::GAP;
use regex::Regex;
use sop_core::letters;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A figure and what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Figure {
    /// As it is written: `1,455`.
    pub written: String,
    /// Without marks between thousands: `1455`.
    pub value: String,
    pub unit: Option<&'static str>,
    /// Whether it is a time of day.
    pub clock: bool,
}

/// Units, the ways in which they are written. Those of one kind exclude each other.
const UNITS: &[(&str, &[&str])] = &[
    ("%", &["%", "percent", "per cent", "prozent", "pour cent", "por ciento", "pc", "pct"]),
    ("pounds", &["£", "gbp", "pounds", "pound", "quid"]),
    ("dollars", &["$", "usd", "dollars", "dollar"]),
    ("euros", &["€", "eur", "euros", "euro"]),
    ("minutes", &["minutes", "minute", "mins", "min", "minuten", "minutos"]),
    ("hours", &["hours", "hour", "hrs", "hr", "h", "stunden", "stunde", "heures", "horas"]),
    ("days", &["days", "day", "tage", "tagen", "tag", "jours", "jour", "días", "día"]),
    ("weeks", &["weeks", "week", "wochen", "woche", "semaines", "semanas"]),
    ("months", &["months", "month", "monate", "monat", "mois", "meses"]),
    ("seconds", &["seconds", "second", "secs", "sec", "sekunden"]),
    ("rows", &["rows", "row", "lines", "line", "zeilen", "zeile", "lignes", "filas"]),
    ("degrees", &["degrees", "degree", "°c", "°f", "°", "grad"]),
    ("kilograms", &["kg", "kilograms", "kilos"]),
    ("grams", &["grams", "gram", "gr"]),
    ("litres", &["litres", "liters", "litre", "liter"]),
    ("millilitres", &["ml", "millilitres"]),
    ("metres", &["metres", "meters"]),
    ("centimetres", &["cm", "centimetres"]),
    ("millimetres", &["mm", "millimetres"]),
    ("characters", &["characters", "chars"]),
    ("words", &["words"]),
];

/// What stands behind an hour.
const CLOCK: &[&str] = &["am", "pm", "a.m", "p.m", "o'clock", "o’clock", "uhr"];

const NUMBERS: &[(&str, &str)] = &[
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("fifteen", "15"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("fifty", "50"),
    ("hundred", "100"),
    ("thousand", "1000"),
    ("first", "1"),
    ("second", "2"),
    ("third", "3"),
    ("fourth", "4"),
    ("fifth", "5"),
    ("sixth", "6"),
    ("noon", "12"),
    ("midday", "12"),
    ("midnight", "0"),
    ("ein", "1"),
    ("eine", "1"),
    ("einem", "1"),
    ("zwei", "2"),
    ("drei", "3"),
    ("vier", "4"),
    ("fünf", "5"),
    ("sechs", "6"),
    ("zehn", "10"),
    ("deux", "2"),
    ("trois", "3"),
    ("quatre", "4"),
    ("cinq", "5"),
    ("dix", "10"),
    ("dos", "2"),
    ("tres", "3"),
    ("cuatro", "4"),
    ("cinco", "5"),
    ("diez", "10"),
];

const DENIALS: &[&str] = &[
    "not",
    "never",
    "no",
    "nothing",
    "nobody",
    "none",
    "cannot",
    "without",
    "neither",
    "nor",
    "isn't",
    "aren't",
    "don't",
    "doesn't",
    "didn't",
    "can't",
    "won't",
    "mustn't",
    "shouldn't",
    "haven't",
    "hasn't",
    "wasn't",
    "nicht",
    "kein",
    "keine",
    "keinen",
    "nie",
    "niemals",
    "ohne",
    "jamais",
    "pas",
    "sans",
    "rien",
    "nunca",
    "sin",
    "nada",
    "ningún",
    "except",
    "unless",
];

const BEFORE: &[&str] =
    &["before", "until", "till", "first", "vor", "bevor", "bis", "zuerst", "avant", "jusqu", "antes", "hasta", "once", "when", "as soon as"];
const AFTER: &[&str] =
    &["after", "afterwards", "once", "then", "when", "nach", "nachdem", "danach", "après", "ensuite", "después", "luego", "following", "as soon as"];

const DAYS: &[&[&str]] = &[
    &["monday", "mondays", "mon", "montag", "montags", "lundi", "lunes"],
    &["tuesday", "tuesdays", "tue", "tues", "dienstag", "dienstags", "mardi", "martes"],
    &["wednesday", "wednesdays", "wed", "weds", "mittwoch", "mittwochs", "mercredi", "miércoles"],
    &["thursday", "thursdays", "thu", "thur", "thurs", "donnerstag", "donnerstags", "jeudi", "jueves"],
    &["friday", "fridays", "fri", "freitag", "freitags", "vendredi", "viernes"],
    &["saturday", "saturdays", "sat", "samstag", "sonnabend", "samedi", "sábado"],
    &["sunday", "sundays", "sun", "sonntag", "sonntags", "dimanche", "domingo"],
];

const STATES: &[&str] = &["is", "are", "was", "were", "be", "been", "has", "have", "had", "does", "did", "ist", "sind", "war", "est", "sont", "es", "son"];
/// Words that begin alike are the same.
pub(crate) const STEM: usize = 4;
/// Lines that are near each other.
const WINDOW: usize = 3;
/// Words that a program may put into a gap of its messages.
const MOST_IN_GAP: usize = 9;
/// A gap in the text of a message: `%s`, `{name}`, `$NAME`.
static PLACE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"%\([^)]*\)[a-z]|%[-+0-9.]*[a-z]|\$?\{[^{}]*\}|\$\w+").expect("a fixed pattern"));

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?P<sign>[£$€] ?)?(?P<n>\d{1,3}(?:[,'’\u{a0}\u{202f}]\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)|\d+(?:[.,]\d+)?)(?P<unit>[ -]?(?:%|[£$€]|°[CF]?|[A-Za-zäöüéí]+(?: cent| cento|  ciento)?))?").expect("a fixed pattern")
});

/// The words of a statement without what stands between marks: names and quotations are looked at as a whole.
pub(crate) fn outside(text: &str) -> String {
    static MARKED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"`[^`]*`|“[^”]*”|„[^“”]*[“”]|«[^»]*»|"[^"]*"|\(`[^)]*`\)|\[[^\]]*\]\([^)]*\)"#).expect("a fixed pattern"));
    MARKED.replace_all(text, " ").replace("**", "").replace('*', " ")
}

/// The words between quotation marks, cut where something was left out.
pub(crate) fn quotations(text: &str) -> Vec<String> {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"“([^”]*)”|„([^“”]*)[“”]|«([^»]*)»|"([^"]*)""#).expect("a fixed pattern"));
    let found = QUOTED.captures_iter(text).filter_map(|it| it.iter().skip(1).flatten().next().map(|it| it.as_str().to_owned()));
    found.flat_map(|it| GAP.split(&it).map(|it| it.trim().to_owned()).collect::<Vec<_>>()).filter(|it| letters(it).len() > 2).collect()
}

/// The figures of a text; `1,455` and `1.455` are the same as `1455`.
pub(crate) fn figures(text: &str) -> Vec<Figure> {
    let mut out = Vec::new();
    for found in NUMBER.captures_iter(text) {
        let Some(n) = found.name("n") else { continue };
        // Part of a word, a code, a version: that is a name.
        if text[..n.start()].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let unit = found.name("unit").map(|it| it.as_str().trim_start_matches(['-', ' ']).to_lowercase());
        let sign = found.name("sign").map(|it| it.as_str().trim().to_owned());
        let unit = sign.or(unit).and_then(|it| UNITS.iter().find(|(_, ways)| ways.contains(&it.as_str()))).map(|it| it.0);
        let behind = text[n.end()..].trim_start().to_lowercase();
        let clock = behind.strip_prefix(':').is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit())) || CLOCK.iter().any(|it| behind.starts_with(it));
        out.push(Figure { written: n.as_str().to_owned(), value: value(n.as_str()), unit, clock });
    }
    out
}

fn value(written: &str) -> String {
    let digits = |it: &str| it.chars().filter(char::is_ascii_digit).collect::<String>();
    let last = written.rfind(['.', ',']);
    let plain = match last {
        // Three digits behind the only mark may be thousands or decimals: both ways of writing are one value here.
        Some(at) if written.len() - at - 1 != 3 => format!("{}.{}", digits(&written[..at]), &written[at + 1..]),
        _ => digits(written),
    };
    let plain = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.').to_owned() } else { plain };
    let short = plain.trim_start_matches('0');
    if short.is_empty() || short.starts_with('.') { format!("0{short}") } else { short.to_owned() }
}

/// What the evidence of a statement says, ready to be asked.
pub(crate) struct Told {
    text: String,
    lower: String,
    plain: String,
    values: BTreeSet<String>,
    figures: Vec<Figure>,
    denies: bool,
    /// Each line by itself, once they are asked for.
    lines: OnceCell<Vec<Told>>,
}

impl Told {
    /// What is quoted, and all that is known of the places where it stands.
    pub fn new(quoted: &[String], around: &[String]) -> Self {
        let texts = [quoted, around].concat();
        let text = texts.join("\n");
        let lower = text.to_lowercase().replace('’', "'");
        let figures = figures(&text);
        let mut values: BTreeSet<String> = figures.iter().map(|it| it.value.clone()).collect();
        // Digits inside names and codes count as well: `w45`, `2026-10`.
        values.extend(text.split(|c: char| !c.is_ascii_digit()).filter(|it| !it.is_empty()).map(value));
        values.extend(NUMBERS.iter().filter(|it| words(&lower).any(|word| word == it.0)).map(|it| it.1.to_owned()));
        Self {
            lines: OnceCell::new(),
            denies: denies(&quoted.join("\n").to_lowercase().replace('’', "'")),
            plain: letters_and_signs(&text),
            text,
            lower,
            values,
            figures,
        }
    }

    pub fn has_value(&self, figure: &Figure) -> bool {
        let same = |value: &str| self.values.contains(value);
        let Ok(n) = figure.value.parse::<f64>() else { return true };
        // A share of one is written as a percentage, hours of the afternoon as hours of the day.
        let others = [n / 100.0, n * 100.0, n + 12.0, n - 12.0];
        let scaled = match figure.unit {
            Some("%") => &others[..2],
            None if figure.clock => &others[2..],
            _ => &[],
        };
        same(&figure.value) || scaled.iter().any(|it| same(&value(&format!("{it:.6}"))))
    }

    /// Whether the figure stands near its unit, or near a word of the statement: a whole file has many figures.
    pub fn has_near(&self, figure: &Figure, statement: &str) -> bool {
        let stems: Vec<String> = words(statement).filter(|it| it.chars().count() >= STEM && it.chars().all(char::is_alphabetic)).map(stem).collect();
        let lines = self.lines.get_or_init(|| self.text.lines().map(|it| Told::new(&[it.to_owned()], &[])).collect());
        if figure.unit == Some("%") {
            return lines.iter().any(|line| of_share(line, figure));
        }
        lines.windows(WINDOW.min(lines.len().max(1))).any(|window| {
            let of_unit = |unit: &str| {
                let mut ways = UNITS.iter().filter(|it| it.0 == unit).flat_map(|it| it.1);
                ways.any(|way| window.iter().any(|line| line.lower.contains(way)))
            };
            let shared = || window.iter().flat_map(|line| words(&line.lower)).any(|it| stems.iter().any(|stem| it.starts_with(stem.as_str())));
            window.iter().any(|line| line.has_value(figure))
                && match figure.unit {
                    Some(unit @ ("days" | "hours" | "minutes")) => of_unit(unit),
                    unit => unit.is_some_and(of_unit) || shared(),
                }
        })
    }

    /// Returns what is denied right behind the denial, as words that the statement has without one.
    pub fn denied_in(&self, statement: &str) -> Option<String> {
        let own = format!(" {} ", words(statement).collect::<Vec<_>>().join(" "));
        // What else is said of it may say the same in another way.
        if ["only", "instead", "else", "otherwise", "rather"].iter().any(|it| own.contains(&format!(" {it} "))) {
            return None;
        }
        let sentences = self.lower.split(['\n', '.', ';', '!', '?', '|', ',', ':']);
        sentences.into_iter().find_map(|sentence| {
            let all: Vec<&str> = words(sentence).collect();
            let at = all.iter().position(|it| matches!(*it, "never" | "don't" | "not" | "nie" | "nicht" | "jamais" | "nunca"))?;
            let behind = &all[at + 1..(at + 4).min(all.len())];
            // "It is not locked" tells a state; "not cash" says what to do.
            let state = at.checked_sub(1).is_some_and(|before| STATES.contains(&all[before]));
            let telling = behind.iter().any(|it| it.chars().count() >= STEM);
            let said = behind.join(" ");
            (!state && telling && own.contains(&format!(" {said} "))).then_some(said)
        })
    }

    /// Returns the unit that the figure has in the evidence, if it is another one.
    pub fn other_unit(&self, figure: &Figure) -> Option<&'static str> {
        let unit = figure.unit?;
        let of_value = || self.figures.iter().filter(|it| it.value == figure.value);
        let named = UNITS
            .iter()
            .find(|it| it.0 == unit)
            .is_some_and(|(_, ways)| ways.iter().any(|way| self.has_word(way) || !way.starts_with(char::is_alphanumeric) && self.lower.contains(way)));
        let other = of_value().find_map(|it| it.unit)?;
        (!named && of_value().all(|it| it.unit != Some(unit))).then_some(other)
    }

    /// Whether the words stand there. What a program prints has figures in places that its source leaves open.
    pub fn has_quotation(&self, quoted: &str) -> bool {
        let whole = |it: &str| self.plain.contains(&letters_and_signs(it));
        // One quotation may run over several entries of the evidence.
        let by_sentence = || sentences(quoted).iter().flat_map(|it| it.split(" - ")).all(whole);
        whole(quoted) || by_sentence() || self.text.contains(['%', '{', '$']) && self.has_words(quoted)
    }

    /// Whether the words are a message of a program, with values where its source has gaps.
    fn has_words(&self, quoted: &str) -> bool {
        let lower = quoted.to_lowercase();
        let said: Vec<&str> = words(&lower).collect();
        let marked = PLACE.replace_all(&self.lower, " \u{1} ").replace("%%", " ");
        let told = marked.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '\u{1}').map(|it| it.trim_matches('\'')).filter(|it| !it.is_empty());
        let mut told: Vec<&str> = told.collect();
        // Gaps beside each other are filled by one value.
        told.dedup_by(|a, b| a == b && *a == "\u{1}");
        said.len() > 2 && self.follows(&said, &told)
    }

    /// Whether the words are those of the evidence one by one; what fills a gap must stand there elsewhere.
    fn follows(&self, said: &[&str], told: &[&str]) -> bool {
        // How many words may have been met before this one of the evidence. All ways are walked at once: one by one they
        // would be more than anybody can wait for.
        let mut met: BTreeSet<usize> = BTreeSet::new();
        let mut fills: Vec<Option<Vec<usize>>> = vec![None; said.len()];
        for next in told {
            met.insert(0);
            let mut after = BTreeSet::new();
            for at in met {
                if *next == "\u{1}" {
                    after.extend(fills[at].get_or_insert_with(|| self.fills(&said[at..])).iter().map(|n| at + n));
                } else if said[at] == *next {
                    after.insert(at + 1);
                }
            }
            met = after;
            if met.contains(&said.len()) {
                return true;
            }
        }
        false
    }

    /// How many of the next words may be what fills a gap: one value, which stands together somewhere in the evidence.
    fn fills(&self, said: &[&str]) -> Vec<usize> {
        let there = |it: &str| if it.bytes().all(|c| c.is_ascii_digit()) { self.values.contains(&value(it)) } else { self.has_word(it) };
        let most = said.iter().take(MOST_IN_GAP).take_while(|it| there(it)).count();
        (0..=most).filter(|n| *n < 2 || self.plain.contains(&letters_and_signs(&said[..*n].concat()))).collect()
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn lower(&self) -> &str {
        &self.lower
    }

    pub fn has_word(&self, word: &str) -> bool {
        words(&self.lower).any(|it| it == word)
    }

    pub fn denies(&self) -> bool {
        self.denies
    }
}

/// Whether a line has the figure as a percentage, or as a share of one.
fn of_share(near: &Told, figure: &Figure) -> bool {
    let named = ["pct", "percent", "per cent", "prozent"].iter().any(|it| near.lower.contains(it));
    let share = figure.value.parse::<f64>().is_ok_and(|n| near.values.contains(&value(&format!("{:.6}", n / 100.0))));
    share || near.figures.iter().any(|it| it.value == figure.value && (it.unit == Some("%") || named)) || named && near.values.contains(&figure.value)
}

/// The letters, digits, and signs of money and shares of a text, in lower case: other marks tell nothing apart.
fn letters_and_signs(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || "£$€%".contains(*c)).flat_map(char::to_lowercase).collect()
}

/// Cuts a text at its stops; the point behind a number is none.
fn sentences(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let numbered = c == '.' && text[..at].ends_with(|c: char| c.is_ascii_digit());
        if matches!(c, '.' | ';' | ':' | '!' | '?') && !numbered {
            out.push(&text[from..at]);
            from = at + c.len_utf8();
        }
    }
    out.push(&text[from..]);
    out
}

/// Whether the words stand in a text, as whole words.
pub(crate) fn has_words(text: &str, words: &str) -> bool {
    let open = |it: Option<char>| it.is_none_or(|it| !it.is_alphanumeric());
    text.match_indices(words).any(|(at, it)| open(text[..at].chars().next_back()) && open(text[at + it.len()..].chars().next()))
}

/// The beginning of a word.
pub(crate) fn stem(word: &str) -> String {
    word.chars().take(STEM).collect()
}

/// The words of a text in lower case.
pub(crate) fn words(lower: &str) -> impl Iterator<Item = &str> {
    lower.split(|c: char| !c.is_alphanumeric() && c != '\'').map(|it| it.trim_matches('\'')).filter(|it| !it.is_empty())
}

/// Whether a text in lower case says that something is not so.
pub(crate) fn denies(lower: &str) -> bool {
    // A column called "No" numbers its rows.
    let lower = lower.replace("no:", " ").replace("no.", " ");
    words(&lower).any(|it| DENIALS.contains(&it) || it.ends_with("n't"))
}

/// The day of the week that a statement names, as a row of its names.
pub(crate) fn days(lower: &str) -> impl Iterator<Item = &'static &'static [&'static str]> {
    DAYS.iter().filter(move |names| words(lower).any(|it| it.len() > 3 && names.contains(&it)))
}

/// Whether the statement says the other way round what comes first.
pub(crate) fn order_differs(statement: &str, told: &Told) -> Option<(&'static str, &'static str)> {
    let says = |text: &str, list: &[&str]| list.iter().any(|it| words(text).any(|word| word == *it));
    let strict = |text: &str| (says(text, &["before", "vor", "bevor", "avant", "antes"]), says(text, &["after", "nach", "nachdem", "après", "después"]));
    match strict(statement) {
        (true, false) if !says(&told.lower, BEFORE) && says(&told.lower, &["after", "nach", "nachdem", "après", "después"]) => Some(("before", "after")),
        (false, true) if !says(&told.lower, AFTER) && says(&told.lower, &["before", "bevor", "avant", "antes"]) => Some(("after", "before")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, Option<&'static str>)> {
        figures(text).into_iter().map(|it| (it.value, it.unit)).collect()
    }

    #[test]
    fn figures_are_the_same_however_they_are_written() {
        let expected = |list: &[(&str, Option<&'static str>)]| list.iter().map(|(value, unit)| ((*value).to_owned(), *unit)).collect::<Vec<_>>();
        assert_eq!(values("£1,250.50 or 5 % of 1.250,50 €"), expected(&[("1250.5", Some("pounds")), ("5", Some("%")), ("1250.5", Some("euros"))]));
        assert_eq!(values("within 5 days, 2.0 kg, w45, 007"), expected(&[("5", Some("days")), ("2", Some("kilograms")), ("7", None)]));
    }

    #[test]
    fn evidence_tells_figures_in_its_own_way() {
        let told = Told::new(&["LIMIT = 0.02; if rows < 900: stop. Ring at one o'clock, within 5 hours".to_owned()], &[]);
        let has = |text: &str| figures(text).iter().all(|it| told.has_value(it));
        assert!(has("2% of rows, at least 900, at 13:00"));
        assert!(!has("3%"), "{:?}", told.values);
        assert!(!has("901 rows"));
        assert_eq!(figures("5 days").first().and_then(|it| told.other_unit(it)), Some("hours"));
    }

    #[test]
    fn order_and_denial_are_seen() {
        let told = Told::new(&["send it after the check".to_owned()], &[]);
        assert!(order_differs("check it before", &told).is_some() && order_differs("after the check", &told).is_none());
        assert!(denies("don't send it") && !denies("send it now"));
        assert_eq!(quotations("he said “all in… gone” and \"x\""), ["all in", "gone"]);
    }
}
