//! The rules by their own examples, and what must come through whole.

use super::*;
use regex_syntax::hir::{Class, Hir, HirKind};
use std::collections::{BTreeMap, BTreeSet};

fn check(text: &str, expected: &str) {
    let redacted = redact(text);
    assert_eq!(redacted.text, expected);
    assert_eq!(redacted.text.lines().count(), text.lines().count());
}

/// Where a rule would find something if it stood alone.
fn found_by(rule: &Rule, text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    rule.find(0, text, &(0..text.len()), &mut out);
    out
}

#[test]
fn every_rule_finds_its_examples_and_leaves_its_near_misses() {
    let mut faults = Vec::new();
    for rule in &ENGINE.rules {
        let data = rule.data;
        if data.id.is_none() && (data.yes.is_empty() || data.no.is_empty()) {
            faults.push(format!("{} has no examples: {}", rule.what, data.pattern));
        }
        for yes in &data.yes {
            let lower = yes.to_lowercase();
            let tried = match data.keywords.is_empty() {
                true => yes.bytes().filter(u8::is_ascii_digit).count() >= data.digits,
                false => data.keywords.iter().any(|it| lower.contains(it.as_str())),
            };
            if !tried {
                faults.push(format!("{}: {yes} has no keyword or too few digits", rule.what));
            }
            if found_by(rule, yes).is_empty() {
                faults.push(format!("{} should be found in {yes}", rule.what));
            }
        }
        for no in &data.no {
            if let Some(it) = found_by(rule, no).first() {
                faults.push(format!("{no} has no {}: {}", rule.what, &no[it.from..it.to]));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
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
fn names_of_files_lose_what_proves_itself() {
    let check = |path: &str, expected: &str| assert_eq!(redact_name(path), expected);
    check("in/till password Tulip88!.txt", "in/till password [password removed]");
    check("in/a.b@inbox.example 60418823.pdf", "in/a.b@inbox.example 60418823.pdf");
    check("password policy.docx", "password policy.docx");
    check("cartwheel_orders_2026-10.csv", "cartwheel_orders_2026-10.csv");
    check("card_4111111111111111.pdf", "card_[card number removed].pdf");
    check("to GB29NWBK60161331926819.md", "to [IBAN removed].md");
    check("old_passport_533380006.pdf", "old_passport_[passport number removed].pdf");
}

#[test]
fn mail_addresses_go_from_rows_of_data_only() {
    check("write to leads@pinnock.example", "write to leads@pinnock.example");
    assert_eq!(redact_row("Email: a.b@inbox.example | 4").text, "Email: [e-mail address removed] | 4");
}

/// A row of pseudo-random numbers, the same each time.
pub(super) struct Dice(pub u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }
}

/// A text of the pattern's shape.
fn shaped(shape: &Hir, dice: &mut Dice) -> String {
    match shape.kind() {
        HirKind::Empty | HirKind::Look(_) => String::new(),
        HirKind::Literal(it) => String::from_utf8_lossy(&it.0).into_owned(),
        HirKind::Class(Class::Unicode(it)) => {
            let chars: Vec<char> = it.iter().flat_map(|it| it.start()..=it.end().min('~')).filter(char::is_ascii_graphic).collect();
            chars.get(dice.roll(chars.len())).copied().unwrap_or(' ').to_string()
        }
        HirKind::Class(Class::Bytes(it)) => {
            let chars: Vec<u8> = it.iter().flat_map(|it| it.start()..=it.end().min(b'~')).filter(u8::is_ascii_graphic).collect();
            char::from(chars.get(dice.roll(chars.len())).copied().unwrap_or(b' ')).to_string()
        }
        HirKind::Repetition(it) => {
            let least = it.min as usize;
            let most = it.max.map_or(least + 2, |it| it as usize).min(least + 20);
            (0..least + dice.roll(most - least + 1)).map(|_| shaped(&it.sub, dice)).collect()
        }
        HirKind::Capture(it) => shaped(&it.sub, dice),
        HirKind::Concat(it) => it.iter().map(|it| shaped(it, dice)).collect(),
        HirKind::Alternation(it) => shaped(&it[dice.roll(it.len())], dice),
    }
}

/// The part of the pattern that is the secret.
fn secret_shape(shape: &Hir) -> Option<&Hir> {
    match shape.kind() {
        HirKind::Capture(it) => Some(&it.sub),
        HirKind::Concat(it) | HirKind::Alternation(it) => it.iter().find_map(secret_shape),
        HirKind::Repetition(it) => secret_shape(&it.sub),
        _ => None,
    }
}

/// How settings, programs, exports and people write a key down. `{i}` is the provider, `{s}` the key.
const FORMS: &[&str] = &[
    "{i}_token={s}",
    "{i}_token = {s}",
    "{i}Token = \"{s}\"",
    "{i}Token: '{s}',",
    "{i}_token: {s}",
    "export {i}_TOKEN=\"{s}\"",
    "{\n  \"{i}_token\": \"{s}\",\n  \"rows\": 12\n}",
    "{\"{i}_token\":\"{s}\"}",
    "<{i}Token>\n    {s}\n</{i}Token>",
    "String {i}Token = \"{s}\";",
    "const {i}Token = `{s}`;",
    "{i}Token := \"{s}\"",
    "${i}Token .= \"{s}\"",
    "  \"{i}Token\" => \"{s}\"",
    "System.setProperty(\"{i}_TOKEN\", \"{s}\")",
    "{i}_TOKEN ?= \"{s}\"",
    "Setting: {i} token | Value: {i}_token={s} | Owner: Dana",
    "the new {i} token: {s}",
    "the {i} key = {s}, keep it safe",
    "[2026-11-03 09:14] Ana Ruiz: {i}_token={s}",
];

/// The name of the provider as its rule wants it beside the key, which a token with a prefix of its own does without.
/// `None` if the rule is for a whole command or setting, of which a sample is all that the pattern describes.
fn provider_of(rule: &Rule, secret: &str) -> Option<String> {
    let pattern = &rule.data.pattern;
    let beside = pattern.contains(r"{0,20})[\s'");
    if !beside && ["curl", "kind:", "://", "<add", "=>"].iter().any(|it| pattern.contains(it)) {
        return None;
    }
    let keyed = |text: &str| rule.data.keywords.iter().any(|it| text.to_lowercase().contains(it.as_str()));
    let names =
        rule.data.keywords.iter().flat_map(|it| [it.clone(), it.replace(['_', '-'], "")]).chain(["snyk_api", "lob", "typeform", "newrelic"].map(str::to_owned));
    let fits = |name: &String| {
        let text = format!("{name}_token={secret}");
        keyed(&text) && rule.pattern().is_match(&text)
    };
    Some("access".to_owned()).filter(fits).or_else(|| names.into_iter().find(fits)).or(Some("access".to_owned()))
}

/// Providers' keys of their published shape, in each of the forms: the rule's id, how many there were, how many of
/// them did not go, and the first form that kept one.
fn providers() -> Vec<(String, usize, usize, String)> {
    let mut out = Vec::new();
    for rule in ENGINE.rules.iter().filter(|it| it.data.id.is_some()) {
        let id = rule.data.id.clone().unwrap();
        let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).multi_line(true).build();
        let shape = parser.parse(&rule.data.pattern).unwrap();
        let mut dice = Dice(id.bytes().fold(7, |sum, it| sum * 31 + u64::from(it)));
        let random = |it: &str| rule.data.entropy.is_none_or(|least| check::entropy(it) > least + 0.1);
        let mut made = |form: &str| {
            let plain = |dice: &mut Dice| shaped(secret_shape(&shape).unwrap_or(&shape), dice);
            (0..500).find_map(|_| match provider_of(rule, &plain(&mut dice)) {
                Some(_) => {
                    let secret = plain(&mut dice);
                    let provider = provider_of(rule, &secret).unwrap_or_default();
                    random(&secret).then(|| (form.replace("{i}", &provider).replace("{s}", &secret), secret))
                }
                None => {
                    let text = shaped(&shape, &mut dice);
                    let secret = rule.pattern().captures(&text).and_then(|it| rule.secret(&it).map(|it| it.as_str().to_owned()))?;
                    (random(&secret) && rule.unless.as_ref().is_none_or(|it| !it.is_match(&text))).then_some((text, secret))
                }
            })
        };
        let (mut all, mut kept, mut first) = (0, 0, String::new());
        for form in FORMS {
            let Some((text, secret)) = made(form) else { continue };
            all += 1;
            if redact(&text).text.contains(&secret) {
                kept += 1;
                first = if kept == 1 { text.clone() } else { first };
            }
        }
        out.push((id, all, kept, first));
    }
    out
}

/// Why not every sample of a rule goes.
const MISSED: &[(&str, &str)] = &[
    ("generic-api-key", "a value with `.` and `=` in it, as several settings or a path have"),
    ("hashicorp-tf-password", "a password that is a plain word, which may as well be the name of a setting"),
];

/// The page on secrets is made of what the rules find, so it cannot promise more. To see it all:
/// `cargo test --release -p sop-rules guide_tells_what_is_found -- --nocapture`
#[test]
fn the_guide_tells_what_is_found_of_each_provider() {
    let made: BTreeMap<String, (usize, usize, String)> = providers().into_iter().map(|(id, all, kept, first)| (id, (all, kept, first))).collect();
    let published = super::published::scores();
    let ids: BTreeSet<&String> = made.keys().chain(published.keys()).collect();
    let mut table = String::from("| rule | published samples | masked | made up | masked | what is not |\n| --- | --- | --- | --- | --- | --- |\n");
    let (mut sum, mut others, mut unexplained) = ([0; 4], [0; 2], Vec::new());
    let shown = |all: usize, kept: usize| if all == 0 { " | ".to_owned() } else { format!("{all} | {}", all - kept) };
    for id in ids {
        let (all, kept, form) = made.get(id).cloned().unwrap_or_default();
        let of_rule = published.get(id);
        let (keys, stayed) = of_rule.map_or((0, 0), |it| (it.keys, it.kept));
        let not = MISSED.iter().find(|it| it.0 == id).map_or("", |it| it.1);
        if kept + stayed > 0 && not.is_empty() {
            let form = if form.is_empty() { of_rule.map_or("", |it| &it.first) } else { &form };
            unexplained.push(format!("{id}: {stayed} of {keys} published, {kept} of {all} made up are not masked and nothing says why: {form}"));
        }
        table.push_str(&format!("| {id} | {} | {} | {not} |\n", shown(keys, stayed), shown(all, kept)));
        [keys, stayed, all, kept].iter().zip(&mut sum).for_each(|(it, sum)| *sum += it);
        others[0] += of_rule.map_or(0, |it| it.others);
        others[1] += of_rule.map_or(0, |it| it.lost);
    }
    table.push_str(&format!("| all | {} | {} | |\n", shown(sum[0], sum[1]), shown(sum[2], sum[3])));
    table.push_str(&format!("\nOf {} published texts that hold no key, {} have something masked.\n", others[0], others[1]));
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("\n{table}\n").as_bytes());
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    in_step("secrets.md", "samples", &table);
    assert!(sum[3] * 100 <= sum[2] * 2, "{} of {} keys of providers are not masked", sum[3], sum[2]);
}

/// Compares a part of a page of the guide, between two marks, with what it is made of.
#[expect(clippy::disallowed_methods, reason = "the one who changes a rule says when to write the page again")]
pub(super) fn in_step(page: &str, mark: &str, made: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide").join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let (open, close) = (format!("<!-- {mark} -->\n"), format!("<!-- end of {mark} -->"));
    let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("docs/guide/{page} has no {open}"));
    let (kept, after) = rest.split_once(&close).unwrap_or_else(|| panic!("docs/guide/{page} has no {close}"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{open}{made}{close}{after}")).unwrap();
    } else {
        assert_eq!(kept, made, "docs/guide/{page}: run `UPDATE_DOCS=1 cargo test --release -p sop-rules guide`");
    }
}
