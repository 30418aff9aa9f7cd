//! The profile of a table: what type its columns have, their totals and the values that come back.

use super::lines::leading_moment;
use foldhash::fast::FixedState;
use sop_core::{Column, ColumnType};
use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

/// Different values are counted up to here; more say nothing more.
const MAX_DISTINCT: usize = 10_000;
/// Ids that come twice are looked for among this many.
const MAX_IDS: usize = 200_000;
const MAX_VALUES: usize = 12;
/// A longer value is a remark, not one of a few choices.
const MAX_VALUE: usize = 80;

/// The profile of one column in the making. Parts of a table may be profiled apart and joined: what comes out does not
/// depend on how the table was parted.
pub(super) struct Profile {
    pub name: String,
    pub personal: bool,
    filled: u64,
    /// Hashes of the different values, up to `most`.
    hashes: Hashes,
    most: usize,
    /// The first different values, each with the line it came first on.
    values: Vec<(u32, String)>,
    /// One long value makes the list of values useless.
    long: bool,
    mails: u64,
    integers: u64,
    decimals: u64,
    dates: u64,
    /// Sums with the point and with the comma before the decimals.
    point: Sum,
    comma: Sum,
    forms: [Form; 3],
    /// The first line whose value is no date; 0 for none.
    odd_line: u32,
}

/// A set of hashes, which need not be hashed again.
pub(crate) type Hashes = HashSet<u64, BuildHasherDefault<AsItIs>>;

#[derive(Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|it| self.0 = self.0.rotate_left(8) ^ u64::from(*it));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Returns the same hash for the same text, whenever and wherever.
pub(crate) fn hash(text: &str) -> u64 {
    FixedState::with_seed(7).hash_one(text)
}

/// A number of billionths: sums of cents come out exact, in whatever order they are added.
type Billionths = i128;

#[derive(Default)]
struct Sum {
    sum: Billionths,
    least: Option<Extreme<Billionths>>,
    most: Option<Extreme<Billionths>>,
    /// Values that can only be read this way.
    proofs: u64,
}

/// A way to write a date: year first, day first with points, with slashes.
#[derive(Default)]
struct Form {
    n: u64,
    first_line: u32,
    least: Option<Extreme<sop_core::Moment>>,
    most: Option<Extreme<sop_core::Moment>>,
}

/// The least or greatest value, as it is written where it stands first.
struct Extreme<T> {
    value: T,
    line: u32,
    text: String,
}

impl<T: Ord> Extreme<T> {
    fn keep_least(of: &mut Option<Self>, value: T, line: u32, text: &str) {
        if of.as_ref().is_none_or(|it| (&value, line) < (&it.value, it.line)) {
            *of = Some(Self { value, line, text: text.to_owned() });
        }
    }

    fn keep_most(of: &mut Option<Self>, value: T, line: u32, text: &str) {
        if of.as_ref().is_none_or(|it| value > it.value || value == it.value && line < it.line) {
            *of = Some(Self { value, line, text: text.to_owned() });
        }
    }
}

impl Profile {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            personal: is_personal(name),
            filled: 0,
            hashes: Hashes::default(),
            most: if is_id(name) { MAX_IDS } else { MAX_DISTINCT },
            values: Vec::new(),
            long: false,
            mails: 0,
            integers: 0,
            decimals: 0,
            dates: 0,
            point: Sum::default(),
            comma: Sum::default(),
            forms: Default::default(),
            odd_line: 0,
        }
    }

    /// Adds the value that stands on a line.
    pub fn add(&mut self, value: &str, line: u32) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        self.filled += 1;
        // What came before is neither a new value nor a long one.
        if self.hashes.len() < self.most && self.hashes.insert(hash(value)) {
            let long = value.len() > MAX_VALUE && value.chars().count() > MAX_VALUE;
            self.long |= long;
            if self.values.len() <= MAX_VALUES && !long {
                self.values.push((line, value.to_owned()));
            }
        }
        if let Some(number) = number(value) {
            let whole = !number.has_decimals && number.point.or(number.comma).is_some_and(|it| it % BILLION == 0);
            self.integers += u64::from(whole);
            self.decimals += u64::from(!whole);
            self.point.add(number.point, value, line, number.comma.is_none());
            self.comma.add(number.comma, value, line, number.point.is_none());
        } else if let Some((at, _)) = leading_moment(value).filter(|(_, n)| *n == value.len()) {
            self.dates += 1;
            let form = if value.as_bytes().get(4) == Some(&b'-') { 0 } else { 1 + usize::from(value.contains('/')) };
            self.forms[form].add(at, value, line);
            return;
        } else {
            self.mails += u64::from(value.contains('@') && value.contains('.') && !value.contains(' '));
        }
        if self.odd_line == 0 || line < self.odd_line {
            self.odd_line = line;
        }
    }

    /// Adds what another part of the same column holds.
    pub fn join(&mut self, other: Self) {
        self.filled += other.filled;
        self.long |= other.long;
        self.mails += other.mails;
        self.integers += other.integers;
        self.decimals += other.decimals;
        self.dates += other.dates;
        self.point.join(other.point);
        self.comma.join(other.comma);
        for (form, other) in self.forms.iter_mut().zip(other.forms) {
            form.join(other);
        }
        self.odd_line = first_of(self.odd_line, other.odd_line);
        for (line, value) in other.values {
            match self.values.iter_mut().find(|it| it.1 == value) {
                Some(it) => it.0 = it.0.min(line),
                None => self.values.push((line, value)),
            }
        }
        self.values.sort();
        let free = self.most.saturating_sub(self.hashes.len());
        let new: Vec<u64> = other.hashes.difference(&self.hashes).take(free).copied().collect();
        self.hashes.extend(new);
    }

    fn kind(&self) -> ColumnType {
        let numbers = self.integers + self.decimals;
        let most = self.filled.div_ceil(2);
        match () {
            () if self.filled == 0 => ColumnType::Empty,
            () if numbers > 0 && numbers >= most && self.decimals > 0 => ColumnType::Decimal,
            () if numbers > 0 && numbers >= most => ColumnType::Integer,
            () if self.dates > 0 && self.dates >= most => ColumnType::Date,
            () => ColumnType::Text,
        }
    }

    pub fn looks_personal(&self) -> bool {
        self.personal || self.filled > 0 && self.mails * 2 > self.filled
    }

    /// Returns how many of the values repeat an earlier one, if the column should have each only once.
    fn repeats(&self, rows: u64) -> Option<u64> {
        let distinct = self.hashes.len() as u64;
        let id = is_id(&self.name) && self.filled == rows && rows >= 5 && self.hashes.len() < MAX_IDS;
        (id && distinct < rows && distinct * 5 >= rows * 4).then(|| rows - distinct)
    }

    /// Says what does not fit the column: another way to write dates, words among dates or numbers.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let usual = self.forms.iter().map(|it| it.n).max().unwrap_or_default();
        if self.kind() == ColumnType::Date {
            for form in self.forms.iter().filter(|it| it.n > 0 && it.n < usual && it.n * 10 <= usual) {
                remarks.push(format!("{} of {} in another form of date (line {})", counted(form.n, "value", "values"), self.name, form.first_line));
            }
            let other = self.filled - self.dates;
            if other > 0 && other * 5 <= self.filled {
                remarks.push(format!("{} of {} not a date (line {})", counted(other, "value", "values"), self.name, self.odd_line));
            }
        }
        remarks
    }

    pub fn column(self) -> Column {
        let kind = self.kind();
        let personal = self.looks_personal();
        let few = self.values.len() <= MAX_VALUES && !self.long && !personal;
        let comma = self.comma.proofs > self.point.proofs;
        let number = if comma { &self.comma } else { &self.point };
        let (mut min, mut max, mut sum) = (None, None, None);
        match kind {
            ColumnType::Integer | ColumnType::Decimal => {
                sum = Some(((number.sum + (BILLION / 1_000_000 / 2) * number.sum.signum()) / (BILLION / 1_000_000)) as f64 / 1e6);
                min = number.least.as_ref().map(|it| it.text.clone());
                max = number.most.as_ref().map(|it| it.text.clone());
            }
            ColumnType::Date => {
                if let Some(form) = self.forms.iter().max_by_key(|it| it.n) {
                    min = form.least.as_ref().map(|it| it.text.clone());
                    max = form.most.as_ref().map(|it| it.text.clone());
                }
            }
            _ => {}
        }
        if personal {
            (min, max, sum) = (None, None, None);
        }
        Column {
            name: self.name,
            kind,
            filled: self.filled,
            distinct: self.hashes.len() as u64,
            sum,
            min,
            max,
            values: if few { self.values.into_iter().map(|it| it.1).collect() } else { Vec::new() },
        }
    }
}

/// The first of two lines, 0 being none.
fn first_of(a: u32, b: u32) -> u32 {
    if a == 0 || b != 0 && b < a { b } else { a }
}

impl Sum {
    fn add(&mut self, value: Option<Billionths>, text: &str, line: u32, only: bool) {
        let Some(value) = value else { return };
        self.sum += value;
        self.proofs += u64::from(only);
        Extreme::keep_least(&mut self.least, value, line, text);
        Extreme::keep_most(&mut self.most, value, line, text);
    }

    fn join(&mut self, other: Self) {
        self.sum += other.sum;
        self.proofs += other.proofs;
        other.least.into_iter().for_each(|it| Extreme::keep_least(&mut self.least, it.value, it.line, &it.text));
        other.most.into_iter().for_each(|it| Extreme::keep_most(&mut self.most, it.value, it.line, &it.text));
    }
}

impl Form {
    fn add(&mut self, at: sop_core::Moment, text: &str, line: u32) {
        self.n += 1;
        self.first_line = first_of(self.first_line, line);
        Extreme::keep_least(&mut self.least, at, line, text);
        Extreme::keep_most(&mut self.most, at, line, text);
    }

    fn join(&mut self, other: Self) {
        self.n += other.n;
        self.first_line = first_of(self.first_line, other.first_line);
        other.least.into_iter().for_each(|it| Extreme::keep_least(&mut self.least, it.value, it.line, &it.text));
        other.most.into_iter().for_each(|it| Extreme::keep_most(&mut self.most, it.value, it.line, &it.text));
    }
}

/// Says how many rows repeat an id, judged by the first column that holds ids.
pub(super) fn repeats(columns: &[Profile], rows: u64) -> Option<String> {
    let column = columns.iter().find(|it| is_id(&it.name))?;
    let n = column.repeats(rows)?;
    Some(format!("{} of {}", counted(n, "row repeats a value", "rows repeat a value"), column.name))
}

/// Returns `1 row` or `3 rows`.
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

const BILLION: Billionths = 1_000_000_000;

/// A number as text, read with the point or with the comma before the decimals, where that is possible.
struct Number {
    point: Option<Billionths>,
    comma: Option<Billionths>,
    has_decimals: bool,
}

/// Whether a text is a number.
pub(super) fn is_number(text: &str) -> bool {
    number(text).is_some()
}

fn number(text: &str) -> Option<Number> {
    if let Some(plain) = plain_number(text.as_bytes()) {
        return Some(plain);
    }
    let text = text.trim();
    if !may_be_number(text.as_bytes()) {
        return None;
    }
    let (text, negative) = match text.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let text = text.trim_start_matches(['£', '$', '€', '¥', ' ']).trim_end_matches(['£', '$', '€', '¥', '%', ' ']);
    let text = CURRENCIES.iter().fold(text, |it, code| it.trim_start_matches(code).trim_end_matches(code)).trim();
    let (text, negative) = match text.strip_prefix(['-', '−']).or_else(|| text.strip_suffix('-')) {
        Some(rest) => (rest, true),
        None => (text.strip_prefix('+').unwrap_or(text), negative),
    };
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 || digits > 15 || !text.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',') {
        return None;
    }
    // A code keeps its noughts: 00418835.
    if text.len() > 1 && text.starts_with('0') && !text.contains(['.', ',']) {
        return None;
    }
    if !text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | ' ' | '\u{a0}' | '\u{202f}' | '’')) {
        return None;
    }
    let text: String = text.chars().map(|c| if matches!(c, '\'' | '’' | '\u{a0}' | '\u{202f}') { ' ' } else { c }).collect();
    let read = |group: char, decimal: char| {
        let (whole, part) = match text.split_once(decimal) {
            Some((whole, part)) => (whole, part),
            None => (text.as_str(), ""),
        };
        let groups: Vec<&str> = whole.split([group, ' ']).collect();
        let grouped = groups.len() == 1 || groups[0].len() <= 3 && !groups[0].is_empty() && groups[1..].iter().all(|it| it.len() == 3);
        if !grouped || !part.bytes().all(|c| c.is_ascii_digit()) || whole.contains(decimal) {
            return None;
        }
        let digits = groups.concat() + part;
        let value = billionths(digits.parse().ok()?, part.len());
        Some(if negative { -value } else { value })
    };
    let (point, comma) = (read(',', '.'), read('.', ','));
    let has_decimals = match (point, comma) {
        (Some(_), Some(_)) => text.contains('.'),
        _ => text.contains(['.', ',']) && point.or(comma).is_some_and(|it| it % BILLION != 0 || text.matches(['.', ',']).count() == 1),
    };
    (point.is_some() || comma.is_some()).then_some(Number { point, comma, has_decimals })
}

const CURRENCIES: [&str; 4] = ["GBP", "EUR", "USD", "CHF"];

/// Most texts are words, codes and dates: those need not be taken apart.
fn may_be_number(text: &[u8]) -> bool {
    let letters = text.iter().filter(|it| it.is_ascii_alphabetic()).count();
    let coded = letters <= 6 && CURRENCIES.iter().any(|it| text.windows(3).any(|at| at == it.as_bytes()));
    let odd = |it: &u8| matches!(it, b':' | b'/' | b'@' | b'_' | b'#' | b';') || it.is_ascii_alphabetic() && !coded;
    let dashes = text.iter().skip(1).filter(|it| **it == b'-').count();
    text.iter().any(u8::is_ascii_digit) && !text.iter().any(odd) && dashes < 2
}

/// Reads `-1234.50`, as programs write it: most numbers of an export are so, and there are millions.
fn plain_number(text: &[u8]) -> Option<Number> {
    let (digits, negative) = match text.split_first()? {
        (b'-', rest) => (rest, true),
        _ => (text, false),
    };
    if digits.len() > 16 || !digits.first()?.is_ascii_digit() {
        return None;
    }
    let (mut value, mut point_at) = (0_i64, None);
    for (at, c) in digits.iter().enumerate() {
        match c {
            b'0'..=b'9' => value = value * 10 + i64::from(c - b'0'),
            b'.' if point_at.is_none() => point_at = Some(at),
            _ => return None,
        }
    }
    let n = digits.len() - usize::from(point_at.is_some());
    let code = digits[0] == b'0' && digits.len() > 1 && point_at.is_none();
    if code || n > 15 {
        return None;
    }
    let value = if negative { -value } else { value };
    let decimals = point_at.map_or(0, |at| digits.len() - at - 1);
    let point = billionths(value, decimals);
    // 1.234 may be a thousand and more.
    let comma = match point_at {
        None => Some(point),
        Some(at) => (at <= 3 && decimals == 3).then(|| billionths(value, 0)),
    };
    Some(Number { point: Some(point), comma, has_decimals: point_at.is_some() })
}

fn billionths(value: i64, decimals: usize) -> Billionths {
    let value = Billionths::from(value);
    match u32::try_from(decimals) {
        Ok(n) if n <= 9 => value * 10_i128.pow(9 - n),
        Ok(n) if n < 30 => value / 10_i128.pow(n - 9),
        _ => 0,
    }
}

pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && before_lower {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|it| it.extend(c.to_lowercase()));
        }
        before_lower = c.is_lowercase();
    }
    words.retain(|it| !it.is_empty());
    words
}

/// Whether a column names or reaches a person, so that its values are not shown.
pub(crate) fn is_personal(name: &str) -> bool {
    const WHO: &[&str] = &[
        "customer",
        "requester",
        "surname",
        "forename",
        "firstname",
        "lastname",
        "fullname",
        "guest",
        "patient",
        "tenant",
        "kunde",
        "vorname",
        "nachname",
        "nom",
        "prénom",
        "prenom",
        "nombre",
        "apellido",
        "apellidos",
        "cliente",
        "contact",
        "recipient",
        "buyer",
        "employee",
        "mitarbeiter",
        "student",
    ];
    let words = words(name);
    let has = |wanted: &str| words.iter().any(|it| it == wanted);
    let id = has("id") || has("no") || has("number") || has("type") || has("count");
    reaches_a_person(name) || !id && (words == ["name"] || WHO.iter().any(|it| has(it)) || has("name") && (has("first") || has("last") || has("full")))
}

/// Whether a column tells how to reach a person or who exactly they are: then its rows are data, not words.
pub(crate) fn reaches_a_person(name: &str) -> bool {
    const HOW: &[&str] = &[
        "email",
        "mail",
        "emails",
        "phone",
        "mobile",
        "tel",
        "telephone",
        "cell",
        "address",
        "postcode",
        "zip",
        "zipcode",
        "dob",
        "birthday",
        "birthdate",
        "iban",
        "ssn",
        "telefon",
        "handy",
        "mobil",
        "anschrift",
        "adresse",
        "straße",
        "strasse",
        "plz",
        "postleitzahl",
        "geburtsdatum",
        "telefono",
        "teléfono",
        "correo",
        "dirección",
        "direccion",
        "courriel",
        "téléphone",
        "telefoonnummer",
        "passport",
    ];
    let words = words(name);
    let pair = |a: &str, b: &str| words.windows(2).any(|it| it[0] == a && it[1] == b);
    words.iter().any(|it| HOW.contains(&it.as_str()))
        || pair("post", "code")
        || pair("date", "birth")
        || pair("of", "birth")
        || pair("ni", "number")
        || pair("sort", "code")
        || pair("e", "mail")
}

fn is_id(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    matches!(last, "id" | "no" | "nr" | "number" | "ref" | "reference" | "key" | "code" | "nummer" | "numéro") && words.len() <= 3
        || words.len() == 1 && matches!(last, "ticket" | "order" | "invoice" | "sku" | "bestellung" | "rechnung" | "auftrag" | "issue" | "case")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_follow_the_column_s_own_decimals() {
        let check = |values: &[&str], kind: ColumnType, sum: Option<f64>, min: Option<&str>| {
            let mut profile = Profile::new("amount");
            values.iter().zip(2..).for_each(|(it, line)| profile.add(it, line));
            let column = profile.column();
            assert_eq!((column.kind, column.sum, column.min.as_deref()), (kind, sum, min), "{values:?}");
        };
        check(&["1,356.32", "45.00", "£3"], ColumnType::Decimal, Some(1404.32), Some("£3"));
        check(&["1.356,32", "12,5", "2.000"], ColumnType::Decimal, Some(3368.82), Some("12,5"));
        check(&["2,981", "1,744"], ColumnType::Integer, Some(4725.0), Some("1,744"));
        check(&["(12.50)", "-1"], ColumnType::Decimal, Some(-13.5), Some("(12.50)"));
        check(&["00418835", "00418836"], ColumnType::Text, None, None);
        check(&["31.10.2026", "02.11.2026"], ColumnType::Date, None, Some("31.10.2026"));
    }

    #[test]
    fn a_column_in_parts_is_the_column() {
        let values = ["3.5", "x", "3.50", "1.234", "2026-01-02", "07", "(4)", "3.5", "y y"];
        let show = |it: Profile| {
            let (odd, first) = (it.odd_line, it.forms[0].first_line);
            format!("{:?} {odd} {first}", it.column())
        };
        let profile = |from: usize, to: usize| {
            let mut profile = Profile::new("amount");
            (from..to).for_each(|at| profile.add(values[at], at as u32 + 2));
            profile
        };
        for cut in 0..=values.len() {
            let (mut one, two) = (profile(0, cut), profile(cut, values.len()));
            one.join(two);
            assert_eq!(show(one), show(profile(0, values.len())), "cut at {cut}");
            let (one, mut two) = (profile(0, cut), profile(cut, values.len()));
            two.join(one);
            assert_eq!(show(two), show(profile(0, values.len())), "joined from behind at {cut}");
        }
    }

    #[test]
    fn plain_numbers_are_read_as_all_others_are() {
        for text in ["0", "7", "-7", "486.50", "1.234", "1234.567", "12.3456", "0.5", "00.5", "123456789012345", "5."] {
            let plain = plain_number(text.as_bytes()).unwrap_or_else(|| panic!("{text} is plain"));
            // A trailing space sends it the long way.
            let long = number(&format!("{text} ")).unwrap();
            assert_eq!((plain.point, plain.comma, plain.has_decimals), (long.point, long.comma, long.has_decimals), "{text}");
        }
        for text in ["007", "1,5", "1234567890123456", "-", "", "1.2.3", "x", ".5"] {
            assert!(plain_number(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn values_of_people_are_not_shown() {
        let check = |name: &str, expected: bool| assert_eq!(is_personal(name), expected, "{name}");
        check("Customer", true);
        check("Requester email", true);
        check("Name", true);
        check("customerPhone", true);
        check("Customer ID", false);
        check("channel name", false);
        check("Product line", false);
    }
}
