//! Numbers that carry their own proof: cards, accounts and the ids that states give, each with its check.
//!
//! A function takes the text that a pattern found and says whether it is such a number. Spaces and marks between the
//! digits do not count. None of them looks at the words around; that is for the patterns.

pub(super) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The values of the digits, if there are as many as that.
fn values(text: &str, count: usize) -> Option<Vec<u32>> {
    let all: Vec<u32> = text.bytes().filter(u8::is_ascii_digit).map(|it| u32::from(it - b'0')).collect();
    (all.len() == count).then_some(all)
}

fn weighted(values: &[u32], weights: &[u32]) -> u32 {
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

fn number(values: &[u32]) -> u64 {
    values.iter().fold(0, |sum, it| sum * 10 + u64::from(*it))
}

/// Letters and digits only, in capitals.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_uppercase()).collect()
}

fn is_day(month: u64, day: u64) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// The longest run of groups that is a valid IBAN: a word in capitals may follow it.
pub(super) fn iban(text: &str) -> Option<usize> {
    let valid = |part: &str| plain(part).parse::<iban::Iban>().is_ok();
    let ends = std::iter::once(text.len()).chain(text.rmatch_indices([' ', '-']).map(|(at, _)| at));
    ends.into_iter().find(|end| valid(&text[..*end]))
}

/// The longest run of groups from the beginning that is a card: an expiry date may follow it.
pub(super) fn card(text: &str) -> Option<usize> {
    let ends = std::iter::once(text.len()).chain(text.rmatch_indices([' ', '-']).map(|(at, _)| at));
    ends.into_iter().find(|end| is_card(&text[..*end]))
}

/// A number range that is in use for cards, of the right length, with a correct check digit.
fn is_card(text: &str) -> bool {
    let digits = digits(text);
    if !(13..=19).contains(&digits.len()) {
        return false;
    }
    let prefix = |n: usize| digits[..n].parse::<u32>().unwrap_or(0);
    // The old short ones are printed in groups of 4, 3, 3 and 3.
    let short = digits.len() == 13;
    let groups = || text.split([' ', '-']).map(str::len).eq([4, 3, 3, 3]);
    if short && text.len() > 13 && !groups() {
        return false;
    }
    let known = match (digits.len(), prefix(1)) {
        (13 | 16 | 19, 4) => true,
        (16, 5) => (51..=55).contains(&prefix(2)),
        (16, 2) => (2221..=2720).contains(&prefix(4)),
        (16..=19, 6) => true,
        (16..=19, 3) => (3528..=3589).contains(&prefix(4)),
        (15, 3) => matches!(prefix(2), 34 | 37),
        (14, 3) => matches!(prefix(2), 30 | 36 | 38),
        _ => false,
    };
    known && luhn(&digits)
}

pub(super) fn luhn(digits: &str) -> bool {
    let sum: u32 =
        digits.bytes().rev().enumerate().map(|(n, it)| u32::from(it - b'0') * if n % 2 == 1 { 2 } else { 1 }).map(|it| if it > 9 { it - 9 } else { it }).sum();
    sum.is_multiple_of(10)
}

/// Four letters, a country, and a place: `TRANSFER` has no country.
pub(super) fn is_bic(text: &str) -> bool {
    const COUNTRIES: &str = "AD AE AL AR AT AU BA BE BG BH BR CA CH CL CN CO CR CY CZ DE DK DO EE EG ES FI FR GB GE GI GR HK HR HU ID IE IL IN IS IT JO JP KR KW KZ LB LI LT LU LV MA MC MD ME MK MT MX MY NL NO NZ PE PH PK PL PT QA RO RS SA SE SG SI SK SM TH TN TR TW UA US VA VN XK ZA";
    matches!(text.len(), 8 | 11) && COUNTRIES.split(' ').any(|it| it == &text[4..6])
}

/// Routing number of an American bank.
pub(super) fn is_aba(text: &str) -> bool {
    values(text, 9).is_some_and(|it| {
        matches!(it[0] * 10 + it[1], 0..=12 | 21..=32 | 61..=72 | 80) && number(&it) > 0 && weighted(&it, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
    })
}

/// American social security number.
pub(super) fn is_ssn(text: &str) -> bool {
    let all = digits(text);
    let number = |range: std::ops::Range<usize>| all.get(range).and_then(|it| it.parse::<u32>().ok()).unwrap_or(0);
    all.len() == 9 && !matches!(number(0..3), 0 | 666 | 900..) && number(3..5) > 0 && number(5..9) > 0
}

/// Canadian social insurance number.
pub(super) fn is_sin(text: &str) -> bool {
    let all = digits(text);
    all.len() == 9 && !all.starts_with(['0', '8']) && luhn(&all)
}

/// British NHS number.
pub(super) fn is_nhs(text: &str) -> bool {
    values(text, 10).is_some_and(|it| {
        let check = 11 - weighted(&it[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        number(&it) > 0 && check != 10 && check % 11 == it[9]
    })
}

/// British national insurance number, with the prefixes that are given out, or the sample's QQ.
pub(super) fn is_nino(text: &str) -> bool {
    let plain = plain(text);
    let (first, second) = (plain.as_bytes()[0], plain.as_bytes()[1]);
    let given = !b"DFIQUV".contains(&first) && !b"DFIOQUV".contains(&second) && !["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"].contains(&&plain[..2]);
    given || plain.starts_with("QQ")
}

/// German tax id: one of its first ten digits comes twice or three times.
pub(super) fn is_steuer_id(text: &str) -> bool {
    values(text, 11).is_some_and(|it| {
        let mut counts = [0; 10];
        it[..10].iter().for_each(|digit| counts[*digit as usize] += 1);
        let repeated = counts.iter().filter(|it| **it > 1).count() == 1 && counts.iter().all(|it| *it <= 3);
        let product = it[..10].iter().fold(10, |product, digit| {
            let sum = (digit + product) % 10;
            (if sum == 0 { 10 } else { sum }) * 2 % 11
        });
        it[0] != 0 && repeated && (11 - product) % 10 == it[10]
    })
}

/// German pension insurance number: office, birth date, letter, serial, check digit.
pub(super) fn is_rvnr(text: &str) -> bool {
    let plain = plain(text);
    let letter = plain.as_bytes().get(8).filter(|it| it.is_ascii_uppercase());
    let Some(letter) = letter.map(|it| u32::from(it - b'A') + 1) else { return false };
    let Some(all) = values(&plain, 11) else { return false };
    let mut long = all[..8].to_vec();
    long.extend([letter / 10, letter % 10]);
    long.extend(&all[8..10]);
    let sum: u32 = long.iter().zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]).map(|(value, weight)| value * weight).map(|it| it / 10 + it % 10).sum();
    plain.len() == 12 && is_day(number(&all[4..6]), number(&all[2..4])) && sum % 10 == all[10]
}

/// French social security number with its key.
pub(super) fn is_nir(text: &str) -> bool {
    let plain = plain(text);
    let corsica = if plain.contains("2A") {
        1_000_000
    } else if plain.contains("2B") {
        2_000_000
    } else {
        0
    };
    let numeric = plain.replace(['A', 'B'], "0");
    let Some(all) = values(&numeric, 15) else { return false };
    // 2A stands for 19 and 2B for 18, which is 20 less one or two.
    let base = number(&all[..13]) - if corsica > 0 { corsica } else { 0 };
    numeric.len() == 15 && matches!(all[0], 1..=4 | 7 | 8) && number(&all[13..]) == 97 - base % 97
}

/// Spanish DNI or NIE. A date with a T behind it is none.
pub(super) fn is_dni(text: &str) -> bool {
    const LETTERS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let plain = plain(text);
    let (Some(first), Some(last)) = (plain.bytes().next(), plain.bytes().last()) else { return false };
    let body = match first {
        b'X'..=b'Z' => format!("{}{}", first - b'X', &plain[1..plain.len() - 1]),
        _ => plain[..plain.len() - 1].to_owned(),
    };
    let number = body.parse::<usize>().ok().filter(|_| body.len() == 8);
    number.is_some_and(|it| LETTERS[it % 23] == last) && !super::check::is_compact_date(&body)
}

/// Italian codice fiscale.
pub(super) fn is_codice_fiscale(text: &str) -> bool {
    const ODD: [u32; 36] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let plain = plain(text);
    let value = |it: u8| u32::from(if it.is_ascii_digit() { it - b'0' } else { it - b'A' });
    let at = |it: u8| if it.is_ascii_digit() { it - b'0' } else { it - b'A' + 10 };
    let Some((body, check)) = plain.as_bytes().split_at_checked(15) else { return false };
    let sum: u32 = body.iter().enumerate().map(|(n, it)| if n % 2 == 0 { ODD[usize::from(at(*it))] } else { value(*it) }).sum();
    check.len() == 1 && check[0].is_ascii_uppercase() && sum % 26 == value(check[0])
}

/// Dutch burgerservicenummer.
pub(super) fn is_bsn(text: &str) -> bool {
    values(text, 9).is_some_and(|it| number(&it) > 0 && (weighted(&it[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) + 10 * it[8]).is_multiple_of(11))
}

/// Belgian national register number; who was born from 2000 on has a 2 in front for the check.
pub(super) fn is_nrn(text: &str) -> bool {
    values(text, 11).is_some_and(|it| {
        let (base, check) = (number(&it[..9]), number(&it[9..]));
        is_day(number(&it[2..4]), number(&it[4..6])) && (check == 97 - base % 97 || check == 97 - (2_000_000_000 + base) % 97)
    })
}

/// Swedish personnummer, with or without the century.
pub(super) fn is_personnummer(text: &str) -> bool {
    let all = digits(text);
    let Some(short) = all.get(all.len().saturating_sub(10)..).filter(|it| it.len() == 10 && matches!(all.len(), 10 | 12)) else { return false };
    let part = |range: std::ops::Range<usize>| short[range].parse::<u64>().unwrap_or(0);
    // A co-ordination number has 60 on its day.
    is_day(part(2..4), part(4..6) % 60) && luhn(short)
}

/// Polish PESEL; its month tells the century.
pub(super) fn is_pesel(text: &str) -> bool {
    values(text, 11).is_some_and(|it| {
        let sum = weighted(&it[..10], &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
        is_day(number(&it[2..4]) % 20, number(&it[4..6])) && (10 - sum % 10) % 10 == it[10]
    })
}

/// Swiss AHV number.
pub(super) fn is_ahv(text: &str) -> bool {
    values(text, 13).is_some_and(|it| number(&it[..3]) == 756 && (10 - weighted(&it[..12], &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10) % 10 == it[12])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(is: fn(&str) -> bool, yes: &[&str], no: &[&str]) {
        for it in yes {
            assert!(is(it), "{it}");
        }
        for it in no {
            assert!(!is(it), "{it}");
        }
    }

    #[test]
    fn numbers_as_their_states_print_them() {
        check(is_card, &["4111 1111 1111 1111", "378282246310005", "3530111333300000"], &["4111 1111 1111 1112", "1234567890123452", "4111-0000-2222-9"]);
        check(is_bic, &["DEUTDEFF", "NWBKGB2LXXX"], &["TRANSFER", "DEUTDE"]);
        check(is_aba, &["021000021", "011401533"], &["021000022", "991000021"]);
        check(is_ssn, &["078-05-1120", "078051120"], &["000-12-3456", "666-12-1234", "123-00-4567"]);
        check(is_sin, &["130 692 544"], &["130 692 545", "046 454 286"]);
        check(is_nhs, &["943 476 5919"], &["943 476 5918"]);
        check(is_nino, &["AB123456C", "QQ 12 34 56 C"], &["BG123456A", "DA123456A"]);
        check(is_steuer_id, &["86 095 742 719", "65929970489"], &["86095742718", "12345678903"]);
        check(is_rvnr, &["15 070649 C 103", "65 170839 J 003"], &["15 070649 C 104"]);
        check(is_nir, &["2 55 08 14 168 025 38"], &["2 55 08 14 168 025 39"]);
        check(is_dni, &["12345678Z", "X1234567L", "00000000-T"], &["12345678A", "20261104T"]);
        check(is_codice_fiscale, &["RSSMRA85T10A562S"], &["RSSMRA85T10A562T"]);
        check(is_bsn, &["111222333"], &["111222334", "000000000"]);
        check(is_nrn, &["85.07.30-033.28"], &["85.07.30-033.29"]);
        check(is_personnummer, &["811228-9874", "19811228-9874"], &["811228-9875", "202610-1234"]);
        check(is_pesel, &["44051401359"], &["44051401358"]);
        check(is_ahv, &["756.9217.0769.85"], &["756.9217.0769.84"]);
    }
}
