//! How much of what must go does go, and what goes besides: measured on sentences that were labelled by hand
//! (`rules/labelled.txt`, and `rules/labelled_second.txt` by another hand), and for numbers with a check on many that are
//! made up.

use super::tests::{Dice, in_step};
use super::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;

fn digits(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|n| char::from(b'0' + dice.roll(if n == 0 { 9 } else { 10 }) as u8 + u8::from(n == 0))).collect()
}

/// Makes numbers until one passes its check.
fn valid(dice: &mut Dice, check: &str, make: impl Fn(&mut Dice) -> String) -> String {
    let check = check::find(Some(check)).unwrap();
    (0..100_000).map(|_| make(dice)).find(|it| check(it) == Some(it.len())).unwrap()
}

/// Puts a space after so many characters.
fn grouped(text: &str, groups: &[usize], mark: char) -> String {
    let mut rest = text;
    let mut out = Vec::new();
    for group in groups {
        let (head, tail) = rest.split_at((*group).min(rest.len()));
        out.push(head);
        rest = tail;
    }
    out.push(rest);
    out.retain(|it| !it.is_empty());
    out.join(&mark.to_string())
}

fn day(dice: &mut Dice) -> (usize, usize, usize) {
    (40 + dice.roll(60), 1 + dice.roll(12), 1 + dice.roll(28))
}

fn letters(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| char::from(b'A' + dice.roll(26) as u8)).collect()
}

/// An account number with the check digits that ISO 13616 asks for.
fn iban(dice: &mut Dice) -> String {
    const LANDS: &[(&str, &str, usize)] =
        &[("DE", "", 18), ("GB", "NWBK", 14), ("ES", "", 20), ("AT", "", 16), ("CH", "", 17), ("NL", "ABNA", 10), ("PL", "", 24)];
    valid(dice, "iban", |dice| {
        let (land, bank, count) = LANDS[dice.roll(LANDS.len())];
        let body = format!("{bank}{}", digits(dice, count));
        let rest = format!("{body}{land}00").bytes().fold(0u64, |sum, it| match it {
            b'0'..=b'9' => (sum * 10 + u64::from(it - b'0')) % 97,
            _ => (sum * 100 + u64::from(it - b'A') + 10) % 97,
        });
        format!("{land}{:02}{body}", 98 - rest)
    })
}

/// Makes a number of the kind that a label asks for.
fn make(kind: &str, dice: &mut Dice) -> String {
    match kind {
        "card" => valid(dice, "card", |it| format!("{}{}", ["4", "51", "55", "2221", "6011"][it.roll(5)], digits(it, 15)).chars().take(16).collect()),
        "card-spaced" => grouped(&make("card", dice), &[4, 4, 4, 4], ' '),
        "card-dashed" => grouped(&make("card", dice), &[4, 4, 4, 4], '-'),
        "amex" => grouped(&valid(dice, "card", |it| format!("37{}", digits(it, 13))), &[4, 6, 5], ' '),
        "cvc" => digits(dice, 3),
        "digits10" => digits(dice, 10),
        "iban" => iban(dice),
        "iban-spaced" => grouped(&iban(dice), &[4; 8], ' '),
        "aba" => valid(dice, "aba", |it| format!("0{}", digits(it, 8))),
        "ssn" => grouped(&make("ssn-plain", dice), &[3, 2, 4], '-'),
        "ssn-plain" => valid(dice, "ssn", |it| digits(it, 9)),
        "sin" => valid(dice, "sin", |it| digits(it, 9)),
        "sin-spaced" => grouped(&make("sin", dice), &[3, 3, 3], ' '),
        "sin-dashed" => grouped(&make("sin", dice), &[3, 3, 3], '-'),
        "nhs" => valid(dice, "nhs", |it| digits(it, 10)),
        "nhs-spaced" => grouped(&make("nhs", dice), &[3, 3, 4], ' '),
        "nino" => valid(dice, "nino", |it| format!("{}{}{}", letters(it, 2), digits(it, 6), ["A", "B", "C", "D"][it.roll(4)])),
        "nino-spaced" => grouped(&make("nino", dice), &[2, 2, 2, 2, 1], ' '),
        "steuer-id" => valid(dice, "steuer-id", |it| digits(it, 11)),
        "steuer-id-spaced" => grouped(&make("steuer-id", dice), &[2, 3, 3, 3], ' '),
        "rvnr" => valid(dice, "rvnr", |it| {
            let (year, month, day) = day(it);
            format!("{}{day:02}{month:02}{year:02}{}{}", digits(it, 2), letters(it, 1), digits(it, 3))
        }),
        "rvnr-spaced" => grouped(&make("rvnr", dice), &[2, 6, 1, 3], ' '),
        "nir" => valid(dice, "nir", |it| {
            let (year, month, _) = day(it);
            format!("{}{year:02}{month:02}{:02}{}{:02}", 1 + it.roll(2), 1 + it.roll(95), digits(it, 6), 1 + it.roll(97))
        }),
        "nir-spaced" => grouped(&make("nir", dice), &[1, 2, 2, 2, 3, 3, 2], ' '),
        "dni" => valid(dice, "dni", |it| format!("{}{}", digits(it, 8), letters(it, 1))),
        "nie" => valid(dice, "dni", |it| format!("{}{}{}", ["X", "Y", "Z"][it.roll(3)], digits(it, 7), letters(it, 1))),
        "cf" => valid(dice, "codice-fiscale", |it| {
            let (year, _, day) = day(it);
            format!("{}{year:02}{}{day:02}{}{}{}", letters(it, 6), ["A", "E", "M", "T"][it.roll(4)], letters(it, 1), digits(it, 3), letters(it, 1))
        }),
        "bsn" => valid(dice, "bsn", |it| digits(it, 9)),
        "nrn" => valid(dice, "nrn", |it| {
            let (year, month, day) = day(it);
            format!("{year:02}.{month:02}.{day:02}-{:03}.{:02}", 1 + it.roll(990), 1 + it.roll(97))
        }),
        "personnummer" => valid(dice, "personnummer", |it| {
            let (year, month, day) = day(it);
            format!("{year:02}{month:02}{day:02}-{}", digits(it, 4))
        }),
        "pesel" => valid(dice, "pesel", |it| {
            let (year, month, day) = day(it);
            format!("{year:02}{month:02}{day:02}{}", digits(it, 5))
        }),
        "ahv" => valid(dice, "ahv", |it| format!("756.{}.{}.{}", digits(it, 4), digits(it, 4), digits(it, 2))),
        other => panic!("labelled.txt asks for an unknown number: {other}"),
    }
}

/// A sentence without its labels, and what they say.
struct Labelled {
    text: String,
    spans: Vec<(String, Range<usize>)>,
}

fn sentences(file: &str) -> Vec<Labelled> {
    let mut dice = Dice(2026);
    let lines = file.lines().filter(|it| !it.starts_with('#') && !it.trim().is_empty());
    lines
        .map(|line| {
            let mut it = Labelled { text: String::new(), spans: Vec::new() };
            let mut rest = line;
            while let Some((before, after)) = rest.split_once('{') {
                let (label, after) = after.split_once('}').unwrap_or_else(|| panic!("a label without end: {line}"));
                let (kind, words) = label.split_once('|').unwrap_or_else(|| panic!("a label without words: {line}"));
                it.text.push_str(before);
                let from = it.text.len();
                it.text.push_str(&words.strip_prefix('=').map_or_else(|| words.to_owned(), |made| make(made, &mut dice)));
                it.spans.push((kind.to_owned(), from..it.text.len()));
                rest = after;
            }
            it.text.push_str(rest);
            it
        })
        .collect()
}

#[derive(Default)]
struct Score {
    labelled: usize,
    gone: usize,
    masked: usize,
    right: usize,
}

/// Letters and digits of a span that no mask covers: a mask may leave a currency sign or a bracket.
fn left(text: &str, span: &Range<usize>, masks: &[Span]) -> usize {
    text[span.clone()].char_indices().filter(|(at, c)| c.is_alphanumeric() && !masks.iter().any(|it| (it.from..it.to).contains(&(span.start + at)))).count()
}

/// Tries the rules on sentences, and holds a part of the guide to what came of them, in thousandths at least these.
fn measure(sentences: &[Labelled], mark: &str, recall: usize, precision: usize) {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut faults = String::new();
    for it in sentences {
        let masks = ENGINE.spans(&it.text, |_| true);
        for (kind, span) in &it.spans {
            let score = scores.entry(kind.clone()).or_default();
            score.labelled += 1;
            if left(&it.text, span, &masks) == 0 {
                score.gone += 1;
            } else {
                let _ = writeln!(faults, "stays: {kind} {:?} in {}", &it.text[span.clone()], it.text);
            }
        }
        // Masks that overlap are one, as the reader sees it.
        let mut merged: Vec<(Range<usize>, usize)> = Vec::new();
        let mut sorted: Vec<&Span> = masks.iter().collect();
        sorted.sort_by_key(|it| (it.from, it.rule));
        for mask in sorted {
            match merged.last_mut() {
                Some(last) if mask.from < last.0.end => {
                    last.0.end = last.0.end.max(mask.to);
                    last.1 = last.1.min(mask.rule);
                }
                _ => merged.push((mask.from..mask.to, mask.rule)),
            }
        }
        for (mask, rule) in merged {
            let what = ENGINE.rules[rule].what;
            let label = it.spans.iter().find(|it| it.1.start < mask.end && mask.start < it.1.end);
            let score = scores.entry(label.map_or_else(|| what.to_owned(), |it| it.0.clone())).or_default();
            score.masked += 1;
            if label.is_some() {
                score.right += 1;
            } else {
                let _ = writeln!(faults, "goes: {what} {:?} in {}", &it.text[mask], it.text);
            }
        }
    }
    let mut table = String::from("| kind | labelled | found | recall | masked | rightly | precision |\n| --- | --- | --- | --- | --- | --- | --- |\n");
    let mut all = Score::default();
    let ratio = |part: usize, whole: usize| if whole == 0 { "".to_owned() } else { format!("{:.3}", part as f64 / whole as f64) };
    let mut row = |name: &str, it: &Score| {
        let _ = writeln!(
            table,
            "| {name} | {} | {} | {} | {} | {} | {} |",
            it.labelled,
            it.gone,
            ratio(it.gone, it.labelled),
            it.masked,
            it.right,
            ratio(it.right, it.masked)
        );
    };
    for (kind, it) in &scores {
        row(kind, it);
        all.labelled += it.labelled;
        all.gone += it.gone;
        all.masked += it.masked;
        all.right += it.right;
    }
    row("all", &all);
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("\n{table}\n{faults}").as_bytes());
    assert!(all.gone * 1000 >= all.labelled * recall, "recall fell: {} of {}\n{faults}", all.gone, all.labelled);
    assert!(all.right * 1000 >= all.masked * precision, "precision fell: {} of {}\n{faults}", all.right, all.masked);
    in_step("privacy.md", mark, &table);
}

#[test]
fn the_guide_tells_how_much_is_found_in_labelled_sentences() {
    let sentences = sentences(include_str!("../../rules/labelled.txt"));
    assert!(sentences.len() >= 400, "{} sentences", sentences.len());
    measure(&sentences, "labelled", 970, 970);
}

#[test]
fn the_guide_tells_how_much_is_found_in_sentences_of_another_hand() {
    let sentences = sentences(include_str!("../../rules/labelled_second.txt"));
    assert!(sentences.len() >= 120, "{} sentences", sentences.len());
    measure(&sentences, "second", 900, 900);
}

/// Numbers with a check, each in the sentences in which the rules say that they are found.
#[test]
fn numbers_with_a_check_are_found_always() {
    const OF_EACH: usize = 1_000;
    const FORMS: &[(&str, &[&str])] = &[
        ("card", &["{}", "card {} please", "2 x {}", "paid with {}, thanks", "Card: {} | Total: 84.17"]),
        ("card-spaced", &["{}", "on {} exp 04/28", "3 times: {}.", "Card number: {} | Total: 84.17"]),
        ("card-dashed", &["{}", "(card {})"]),
        ("amex", &["{}", "Amex {} for the hotel"]),
        ("iban", &["{}", "pay {} today", "IBAN: {} | BIC: DEUTDEFF", "bitte auf {}."]),
        ("iban-spaced", &["{}", "an {} überweisen", "IBAN {} PLEASE"]),
        ("aba", &["routing number {}", "ABA: {}", "Routing_Number,{}"]),
        ("ssn", &["{}", "SSN {}", "Ssn: {} | Name: A"]),
        ("ssn-plain", &["SSN {}", "social security number: {}"]),
        ("sin", &["SIN {}", "social insurance number: {}"]),
        ("sin-spaced", &["SIN: {}", "SIN {} on the slip"]),
        ("sin-dashed", &["{}", "hers is {}."]),
        ("nhs", &["NHS number {}", "NHS no. {}"]),
        ("nhs-spaced", &["{}", "patient {} came"]),
        ("nino", &["{}", "NI number {}, starter form", "NI: {} | Hours: 38"]),
        ("nino-spaced", &["{}", "her NI is {}."]),
        ("steuer-id", &["Steuer-ID {}", "IdNr. {}", "die Steuer-ID lautet {}"]),
        ("steuer-id-spaced", &["{}", "meine ist {}."]),
        ("rvnr", &["{}", "SV-Nummer {}"]),
        ("rvnr-spaced", &["{}", "SV-Nr. {} fehlt"]),
        ("nir", &["{}", "n° {} (salariée)"]),
        ("nir-spaced", &["{}", "sécu {}."]),
        ("dni", &["{}", "DNI {} y firma"]),
        ("nie", &["{}", "NIE: {}"]),
        ("cf", &["{}", "codice fiscale {}."]),
        ("bsn", &["BSN {}", "burgerservicenummer: {}"]),
        ("nrn", &["{}", "NN {} staat er"]),
        ("personnummer", &["{}", "pnr {}"]),
        ("pesel", &["PESEL {}", "nr PESEL: {}"]),
        ("ahv", &["{}", "AHV {}"]),
    ];
    let mut dice = Dice(7);
    let mut missed = Vec::new();
    let mut told = String::new();
    for (kind, forms) in FORMS {
        let before = missed.len();
        for n in 0..OF_EACH {
            let number = make(kind, &mut dice);
            let text = forms[n % forms.len()].replace("{}", &number);
            let redacted = redact(&text).text;
            if redacted.contains(&number) || redacted.bytes().filter(u8::is_ascii_digit).count() > 10 {
                missed.push(format!("{kind}: {text} → {redacted}"));
            }
        }
        let found = OF_EACH - (missed.len() - before);
        let _ = writeln!(told, "{kind}: {found} of {OF_EACH} found, recall {:.3}", found as f64 / OF_EACH as f64);
    }
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("\n{told}").as_bytes());
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed[..missed.len().min(40)].join("\n"));
}
