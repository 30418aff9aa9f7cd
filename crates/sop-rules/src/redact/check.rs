//! What no pattern can tell of a value: a password from a word of a sentence, a key from a file name, an amount from
//! a number. The name of a check in a rule is a line in the table of `find`.

use super::numbers::{self, digits};
use regex::Regex;
use std::sync::LazyLock;

/// Returns how many bytes of the found part are the secret, if it is one.
pub(super) type Check = fn(&str) -> Option<usize>;

/// The check of that name.
pub(super) fn find(name: Option<&str>) -> Option<Check> {
    Some(match name {
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
        Some("iban") => numbers::iban,
        Some("card") => numbers::card,
        Some("bic") => |it| whole_if(it, numbers::is_bic(it)),
        Some("aba") => |it| whole_if(it, numbers::is_aba(it)),
        Some("ssn") => |it| whole_if(it, numbers::is_ssn(it)),
        Some("sin") => |it| whole_if(it, numbers::is_sin(it)),
        Some("nhs") => |it| whole_if(it, numbers::is_nhs(it)),
        Some("nino") => |it| whole_if(it, numbers::is_nino(it)),
        Some("steuer-id") => |it| whole_if(it, numbers::is_steuer_id(it)),
        Some("rvnr") => |it| whole_if(it, numbers::is_rvnr(it)),
        Some("nir") => |it| whole_if(it, numbers::is_nir(it)),
        Some("dni") => |it| whole_if(it, numbers::is_dni(it)),
        Some("codice-fiscale") => |it| whole_if(it, numbers::is_codice_fiscale(it)),
        Some("bsn") => |it| whole_if(it, numbers::is_bsn(it)),
        Some("nrn") => |it| whole_if(it, numbers::is_nrn(it)),
        Some("personnummer") => |it| whole_if(it, numbers::is_personnummer(it)),
        Some("pesel") => |it| whole_if(it, numbers::is_pesel(it)),
        Some("ahv") => |it| whole_if(it, numbers::is_ahv(it)),
        Some("paper") => |it| whole_if(it, digits(it).len() >= 5 && !is_compact_date(&digits(it))),
        Some("bank-pair") => |it| whole_if(it, !ends_with_date(it)),
        Some("account") => |it| whole_if(it, is_account(it)),
        Some("address") => |it| whole_if(it, it.bytes().any(|b| b.is_ascii_digit())),
        Some("phone") => |it| whole_if(it, is_phone(it)),
        Some("pay") => |it| whole_if(it, is_pay(it)),
        Some("sentence") => sentence,
        Some(_) => return None,
    })
}

fn whole(text: &str) -> Option<usize> {
    Some(text.len())
}

fn whole_if(text: &str, holds: bool) -> Option<usize> {
    holds.then_some(text.len())
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

pub(super) fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    text.bytes().for_each(|it| counts[it as usize] += 1);
    let len = text.len() as f64;
    counts.iter().filter(|it| **it > 0).map(|it| f64::from(*it) / len).map(|p| -p * p.log2()).sum()
}

fn ends_with_date(text: &str) -> bool {
    let all = digits(text);
    all.len() >= 8 && is_compact_date(&all[all.len() - 8..])
}

pub(super) fn is_compact_date(digits: &str) -> bool {
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|it| it.parse::<u32>().ok()).unwrap_or(0);
    digits.len() == 8 && (1990..=2099).contains(&number(0..4)) && (1..=12).contains(&number(4..6)) && (1..=31).contains(&number(6..8))
}

fn is_account(text: &str) -> bool {
    let digits = digits(text);
    (6..=12).contains(&digits.len()) && !is_compact_date(&digits)
}

fn is_phone(text: &str) -> bool {
    let count = digits(text).len();
    let iso_date = text.len() >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-' && text[..4].parse::<u32>().is_ok();
    // A run of five-digit numbers after "mobile" is a list of tickets.
    let ids = text.split(' ').count() > 1 && text.split(' ').all(|it| it.len() == 5) && !text.starts_with('0');
    let amounts = text.matches('.').count() == 1 && !text.contains(' ');
    let most = if text.starts_with('+') { 15 } else { 13 };
    (7..=most).contains(&count) && !iso_date && !ids && !amounts
}

/// Money that somebody earns, not a year, a day or a count of people.
fn is_pay(text: &str) -> bool {
    let digits = digits(text);
    let signed = text.contains(['£', '$', '€']) || text.to_lowercase().contains("eur") || text.to_lowercase().contains("chf");
    let year = digits.len() == 4 && (1990..=2099).contains(&digits.parse::<u32>().unwrap_or(0)) && !text.contains([',', '.', '\'', ' ']);
    let thousands = text.trim_end().ends_with(['k', 'K']) && digits.len() <= 4;
    thousands && !digits.is_empty() || (signed && digits.len() >= 3 || digits.len() >= 4) && !year && digits.len() <= 9
}

/// The words after "diagnosis:" up to the end of the sentence.
fn sentence(text: &str) -> Option<usize> {
    let end = text.find(". ").unwrap_or(text.len());
    let value = text[..end].trim_end_matches(['.', ',', ';', ' ']);
    let open = value.to_lowercase();
    let said = ["pending", "unknown", "none", "see ", "no ", "not ", "offen", "unbekannt", "the ", "a "].iter().any(|it| open.starts_with(it))
        || open.contains("removed]");
    (!said && value.len() >= 3).then_some(value.len())
}
