//! Takes secrets and personal data out of a text, in place, and says what it took.
//!
//! The rules are data (`rules/secrets.toml`); this file holds the engine and the checks that no pattern can make.

use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::LazyLock;

/// A text without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    pub text: String,
    /// What was taken out, in the order of the rules, once for each time.
    pub found: Vec<&'static str>,
}

/// Masks secrets and personal data; the number of lines stays the same.
pub fn redact(text: &str) -> Redacted {
    let mut found = Vec::new();
    // Every rule needs a digit or a letter run; a short text of neither cannot hold a secret.
    if text.len() < 6 {
        return Redacted { text: text.to_owned(), found };
    }
    let lower = text.to_lowercase();
    let has_digit = text.bytes().any(|it| it.is_ascii_digit());
    let mut text = Cow::Borrowed(text);
    for rule in RULES.iter() {
        if !rule.may_apply(&lower, has_digit) {
            continue;
        }
        if let Some(masked) = rule.mask(&text, &mut found) {
            text = Cow::Owned(masked);
        }
    }
    Redacted { text: text.into_owned(), found }
}

/// Masks the same as `redact`, and mail addresses too: in a row of data they belong to customers.
pub fn redact_row(text: &str) -> Redacted {
    let mut redacted = redact(text);
    if redacted.text.contains('@')
        && let Some(masked) = MAIL_ADDRESS.mask(&redacted.text, &mut redacted.found)
    {
        redacted.text = masked;
    }
    redacted
}

/// Masks credentials in the name of a file; the numbers and addresses in it are what the file is known by.
pub fn redact_name(path: &str) -> String {
    let lower = path.to_lowercase();
    let mut text = path.to_owned();
    for rule in RULES.iter().filter(|it| matches!(it.what, "password" | "API key" | "token" | "private key")) {
        if rule.may_apply(&lower, true)
            && let Some(masked) = rule.mask(&text, &mut Vec::new())
        {
            text = masked;
        }
    }
    text
}

/// A rule that is ready to run.
struct Rule {
    what: &'static str,
    keywords: Vec<String>,
    pattern: Regex,
    /// Returns how many bytes of the masked part are the secret, if it is one.
    check: fn(&str) -> Option<usize>,
}

impl Rule {
    fn may_apply(&self, lower: &str, has_digit: bool) -> bool {
        match self.keywords.is_empty() {
            true => has_digit,
            false => self.keywords.iter().any(|it| lower.contains(it.as_str())),
        }
    }

    fn mask(&self, text: &str, found: &mut Vec<&'static str>) -> Option<String> {
        let mut out = String::new();
        let (mut kept, mut from) = (0, 0);
        while from <= text.len() {
            let Some(captures) = self.pattern.captures_at(text, from) else { break };
            let Some(part) = captures.name("v").or_else(|| captures.get(0)) else { break };
            match (self.check)(part.as_str()).filter(|len| *len > 0 && part.as_str().is_char_boundary(*len)) {
                Some(len) => {
                    let end = part.start() + len;
                    out.push_str(&text[kept..part.start()]);
                    out.push('[');
                    out.push_str(self.what);
                    out.push_str(" removed]");
                    // Anchors count lines, so a mask over several lines stays as long as what it hides.
                    out.extend(text[part.start()..end].chars().filter(|it| *it == '\n'));
                    found.push(self.what);
                    kept = end;
                    from = end;
                }
                None => from = next_boundary(text, part.end().max(from + 1)),
            }
        }
        if kept == 0 {
            return None;
        }
        out.push_str(&text[kept..]);
        Some(out)
    }
}

fn next_boundary(text: &str, mut at: usize) -> usize {
    while at < text.len() && !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rule: Vec<RuleData>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(test), expect(dead_code, reason = "the examples are there for the tests"))]
struct RuleData {
    what: String,
    #[serde(default)]
    keywords: Vec<String>,
    pattern: String,
    check: Option<String>,
    yes: Vec<String>,
    no: Vec<String>,
}

static DATA: LazyLock<&'static [RuleData]> = LazyLock::new(|| {
    let file: RuleFile = toml::from_str(include_str!("../rules/secrets.toml")).expect("secrets.toml is part of the program");
    Vec::leak(file.rule)
});

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| DATA.iter().map(compile).collect());

static MAIL_ADDRESS: LazyLock<Rule> = LazyLock::new(|| Rule {
    what: "e-mail address",
    keywords: Vec::new(),
    pattern: Regex::new(r"[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+").expect("a fixed pattern"),
    check: |it| Some(it.len()),
});

fn compile(data: &'static RuleData) -> Rule {
    let pattern = RegexBuilder::new(&data.pattern).multi_line(true).build().expect("secrets.toml is part of the program");
    let check: fn(&str) -> Option<usize> = match data.check.as_deref() {
        None => whole,
        Some("mixed") => |it| whole_if(it, is_mixed(it)),
        Some("password") => password,
        Some("literal") => |it| trimmed_if(it, !is_code(it)),
        Some("parameter") => |it| whole_if(it, !is_code(it) && (it.len() >= 16 || it.bytes().any(|b| b.is_ascii_digit()))),
        Some("word") => |it| trimmed_if(it, is_word(it) && !is_code(it)),
        Some("word-or-number") => |it| trimmed_if(it, (is_word(it) || is_long_number(it)) && !is_code(it)),
        Some("strong") => |it| trimmed_if(it, is_strong(it) && !is_code(it)),
        Some("lone") => |it| trimmed_if(it, !is_said(it)),
        Some("grouped") => |it| whole_if(it, (13..=19).contains(&digits(it).len())),
        Some("entropy") => |it| whole_if(it, is_random(it)),
        Some("iban") => iban,
        Some("card") => |it| whole_if(it, is_card(it)),
        Some("bank-pair") => |it| whole_if(it, !ends_with_date(it)),
        Some("account") => |it| whole_if(it, is_account(it)),
        Some("ssn") => |it| whole_if(it, is_ssn(it)),
        Some("address") => |it| whole_if(it, it.bytes().any(|b| b.is_ascii_digit())),
        Some("phone") => |it| whole_if(it, is_phone(it)),
        Some(other) => panic!("secrets.toml names an unknown check: {other}"),
    };
    Rule { what: &data.what, keywords: data.keywords.clone(), pattern, check }
}

fn whole(text: &str) -> Option<usize> {
    Some(text.len())
}

fn whole_if(text: &str, holds: bool) -> Option<usize> {
    holds.then_some(text.len())
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Letters and at least two digits: words joined by underscores are not a key.
fn is_mixed(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).count() >= 2 && text.bytes().any(|it| it.is_ascii_alphabetic())
}

/// A value after "password is": not a word of a sentence, not code that fetches it.
fn password(text: &str) -> Option<usize> {
    let value = text.trim_end_matches(['.', ',', ')', ';', ':', '?']);
    let code = value.contains(['(', '[', '{', '$', '<', '>', '/']) || value.contains("environ") || value.contains("removed]");
    let telling = value.chars().any(|it| it.is_ascii_digit() || matches!(it, '!' | '#' | '@' | '%' | '&' | '*' | '^'));
    (!code && telling && value.len() >= 4).then_some(value.len())
}

/// Takes a value without the punctuation of the sentence it ends.
fn trimmed_if(text: &str, holds: bool) -> Option<usize> {
    let value = text.trim_end_matches(['.', ',', ')', ';', ':', '?']);
    (holds && value.len() >= 3).then_some(value.len())
}

/// Code that fetches a value, a template, or a mask.
fn is_code(text: &str) -> bool {
    static CALL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[A-Za-z_][\w.]*[(\[]").expect("a fixed pattern"));
    let marks = ["${", "$(", "{{", "environ", "getenv", "removed]", "://"];
    text.starts_with(['$', '<', '{', '%', '/', '[', '(', '*']) || marks.iter().any(|it| text.contains(it)) || CALL.is_match(text)
}

/// A made-up word: letters with digits or signs among them; no ticket, date, version, size, address or file.
fn is_word(text: &str) -> bool {
    static OTHER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:[A-Z]{1,6}[-_]?\d+|v?\d+(?:\.\d+)+|\d+(?:[.,]\d+)?[a-z]{1,5}|[\w./~-]*\.[a-z][a-z0-9]{1,4}|[^@\s]+@[\w-]+(?:\.[\w-]+)+|\d{4}-\d{2}(?:-\d{2})?T?.*)$").expect("a fixed pattern")
    });
    let value = text.trim_end_matches(['.', ',', ')', ';', ':', '?']);
    let inner = value.trim_end_matches('!');
    let telling = value.chars().any(|it| it.is_ascii_digit()) || inner.contains(['!', '#', '@', '%', '&', '*', '^', '$', '+', '=']);
    telling && value.len() >= 4 && value.chars().any(char::is_alphabetic) && !OTHER.is_match(value)
}

/// A value that no sentence has after a verb.
fn is_strong(text: &str) -> bool {
    const MONTHS: &[&str] = &["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    let lower = text.to_lowercase();
    let month = MONTHS.iter().any(|it| lower.starts_with(it)) && !lower.contains(['!', '#', '@']);
    let cased = text.bytes().any(|it| it.is_ascii_lowercase()) && text.bytes().any(|it| it.is_ascii_uppercase());
    let signed = text.contains(['!', '#', '@', '%', '&', '*', '^', '$']);
    is_word(text) && !month && (cased || signed) && text.bytes().any(|it| it.is_ascii_digit())
}

fn is_long_number(text: &str) -> bool {
    let value = text.trim_end_matches(['.', ',', ')', ';', ':', '?']);
    value.len() >= 4 && value.bytes().all(|it| it.is_ascii_digit()) && !is_compact_date(value)
}

/// What people write in the place of a password.
fn is_said(text: &str) -> bool {
    const SAID: &[&str] = &[
        "required",
        "password",
        "passwort",
        "kennwort",
        "unchanged",
        "reset",
        "expired",
        "wrong",
        "invalid",
        "incorrect",
        "missing",
        "string",
        "optional",
        "hidden",
        "secret",
        "token",
        "false",
        "getpass",
        "input",
        "prompt",
        "value",
        "changed",
        "needed",
        "unknown",
        "fragen",
        "siehe",
        "zurücksetzen",
        "vergessen",
        "erforderlich",
        "unbekannt",
        "geändert",
        "ändern",
        "falsch",
        "abgelaufen",
        "please",
        "above",
        "below",
        "same",
        "none",
        "null",
        "true",
        "text",
        "user",
        "email",
        "safe",
        "later",
        "obligatoire",
        "requis",
        "oublié",
        "microsoft",
        "google",
        "varchar",
        "keychain",
        "bitwarden",
        "keepass",
    ];
    SAID.contains(&text.to_lowercase().as_str()) || is_code(text)
}

/// Shannon entropy high enough for a generated value, with letters and digits; file names and dates are not.
fn is_random(text: &str) -> bool {
    let words = text.split(['-', '_', '.', '/']).filter(|it| it.len() > 2).count();
    let looks_like_file = text.rsplit_once('.').is_some_and(|(_, end)| (2..=5).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_lowercase()));
    is_mixed(text) && !looks_like_file && words < 4 && entropy(text) >= 3.2
}

fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    text.bytes().for_each(|it| counts[it as usize] += 1);
    let len = text.len() as f64;
    counts.iter().filter(|it| **it > 0).map(|it| f64::from(*it) / len).map(|p| -p * p.log2()).sum()
}

/// The longest run of groups that is a valid IBAN: a word in capitals may follow it.
fn iban(text: &str) -> Option<usize> {
    let valid = |part: &str| part.replace(' ', "").parse::<iban::Iban>().is_ok();
    let ends = std::iter::once(text.len()).chain(text.rmatch_indices(' ').map(|(at, _)| at));
    ends.into_iter().find(|end| valid(&text[..*end]))
}

/// A number range that is in use for cards, of the right length, with a correct check digit.
fn is_card(text: &str) -> bool {
    let digits = digits(text);
    let prefix = |n: usize| digits[..n].parse::<u32>().unwrap_or(0);
    let known = match (digits.len(), prefix(1)) {
        (13 | 16 | 19, 4) => true,
        (16, 5) => (51..=55).contains(&prefix(2)),
        (16, 2) => (2221..=2720).contains(&prefix(4)),
        (16..=19, 6) => true,
        (15, 3) => matches!(prefix(2), 34 | 37),
        (14, 3) => matches!(prefix(2), 30 | 36 | 38),
        _ => false,
    };
    known && luhn(&digits)
}

fn luhn(digits: &str) -> bool {
    let sum: u32 =
        digits.bytes().rev().enumerate().map(|(n, it)| u32::from(it - b'0') * if n % 2 == 1 { 2 } else { 1 }).map(|it| if it > 9 { it - 9 } else { it }).sum();
    sum.is_multiple_of(10)
}

fn ends_with_date(text: &str) -> bool {
    let all = digits(text);
    all.len() >= 8 && is_compact_date(&all[all.len() - 8..])
}

fn is_compact_date(digits: &str) -> bool {
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|it| it.parse::<u32>().ok()).unwrap_or(0);
    digits.len() == 8 && (1990..=2099).contains(&number(0..4)) && (1..=12).contains(&number(4..6)) && (1..=31).contains(&number(6..8))
}

fn is_account(text: &str) -> bool {
    let digits = digits(text);
    (6..=12).contains(&digits.len()) && !is_compact_date(&digits)
}

fn is_ssn(text: &str) -> bool {
    let number = |n: usize| text.split('-').nth(n).and_then(|it| it.parse::<u32>().ok()).unwrap_or(0);
    !matches!(number(0), 0 | 666 | 900..) && number(1) > 0 && number(2) > 0
}

fn is_phone(text: &str) -> bool {
    let count = digits(text).len();
    let iso_date = text.len() >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-' && text[..4].parse::<u32>().is_ok();
    // A run of five-digit numbers after "mobile" is a list of tickets.
    let ids = text.split(' ').count() > 1 && text.split(' ').all(|it| it.len() == 5) && !text.starts_with('0');
    let amounts = text.matches('.').count() == 1 && !text.contains(' ');
    (7..=15).contains(&count) && !iso_date && !ids && !amounts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let redacted = redact(text);
        assert_eq!(redacted.text, expected);
        assert_eq!(redacted.text.lines().count(), text.lines().count());
    }

    #[test]
    fn every_rule_finds_its_examples_and_leaves_its_near_misses() {
        for (rule, data) in RULES.iter().zip(DATA.iter()) {
            for yes in &data.yes {
                let lower = yes.to_lowercase();
                assert!(rule.may_apply(&lower, yes.bytes().any(|b| b.is_ascii_digit())), "{}: keyword of {yes}", rule.what);
                assert!(rule.mask(yes, &mut Vec::new()).is_some(), "{} should be found in {yes}", rule.what);
            }
            for no in &data.no {
                let found = rule.mask(no, &mut Vec::new());
                assert!(found.is_none(), "{} is no {}: {found:?}", no, rule.what);
            }
        }
    }

    #[test]
    fn figures_ids_dates_and_names_of_the_work_survive() {
        for text in [
            "Net sales £84,174.01 on 1,455 orders, 1.42% over 1.00% (CN-0417, £936.00)",
            "CW50357 paid 2026-11-01 00:31, payout PO71194, batch B2231, Companies House 13482907",
            "tickets 47722 47754 47939 47943, ENG-2291, INC-118, version 4.8.12, Python 3.9",
            "2026-11-03 09:31:15 INFO 1486 order rows in cartwheel_orders_2026-10.csv",
            "put it on account 4040, Pop-up and events; form 64-8; invoice 20261104-118",
            "rows 1 000 000 to 2 500 000, utm_campaign=wk20, ts 1793781060.550739",
            "login fails: password expired, call the desk between 9 and 5",
            "the password is in .env, forgot the password? reset your password; password policy v2",
            "Passwort zurücksetzen dauert 10 Minuten, dann pass 3 files to Beth",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn a_letter_with_bank_details_keeps_its_sense() {
        check("it is the same bank as on the form, 20-71-06 33910457. Thanks", "it is the same bank as on the form, [bank details removed]. Thanks");
        check("loan account 60418823 (sort code 40-17-88) we would", "loan account [account number removed] (sort code [sort code removed]) we would");
    }

    #[test]
    fn a_key_block_keeps_its_line_count() {
        check("a\n-----BEGIN PRIVATE KEY-----\nMIIE\nxyz\n-----END PRIVATE KEY-----\nb 1", "a\n[private key removed]\n\n\n\nb 1");
    }

    #[test]
    fn names_of_files_lose_credentials_only() {
        let check = |path: &str, expected: &str| assert_eq!(redact_name(path), expected);
        check("in/till password Tulip88!.txt", "in/till password [password removed]");
        check("in/a.b@inbox.example 60418823.pdf", "in/a.b@inbox.example 60418823.pdf");
        check("password policy.docx", "password policy.docx");
    }

    #[test]
    fn mail_addresses_go_from_rows_of_data_only() {
        check("write to leads@pinnock.example", "write to leads@pinnock.example");
        assert_eq!(redact_row("Email: a.b@inbox.example | 4").text, "Email: [e-mail address removed] | 4");
    }
}
