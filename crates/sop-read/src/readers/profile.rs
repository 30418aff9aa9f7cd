//! The profile of a table: what type its columns have, their totals and the values that come back.

use super::lines::leading_moment;
use sop_core::{Column, ColumnType};
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashSet};
use std::hash::{Hash, Hasher};

/// Different values are counted up to here; more say nothing more.
const MAX_DISTINCT: usize = 200_000;
const MAX_VALUES: usize = 12;
/// A longer value is a remark, not one of a few choices.
const MAX_VALUE: usize = 80;

/// The profile of one column in the making.
pub(super) struct Profile {
    pub name: String,
    pub personal: bool,
    filled: u64,
    hashes: HashSet<u64>,
    values: BTreeSet<String>,
    order: Vec<String>,
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
    /// The first line whose value is no date.
    odd_line: u32,
}

#[derive(Default)]
struct Sum {
    sum: f64,
    least: Option<(f64, String)>,
    most: Option<(f64, String)>,
    /// Values that can only be read this way.
    proofs: u64,
}

/// A way to write a date: year first, day first with points, with slashes.
#[derive(Default)]
struct Form {
    n: u64,
    first_line: u32,
    least: Option<(sop_core::Moment, String)>,
    most: Option<(sop_core::Moment, String)>,
}

impl Profile {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            personal: is_personal(name),
            filled: 0,
            hashes: HashSet::new(),
            values: BTreeSet::new(),
            order: Vec::new(),
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
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        if self.hashes.len() < MAX_DISTINCT {
            self.hashes.insert(hasher.finish());
        }
        if self.values.len() <= MAX_VALUES && value.chars().count() <= MAX_VALUE && self.values.insert(value.to_owned()) {
            self.order.push(value.to_owned());
        }
        self.long |= value.chars().count() > MAX_VALUE;
        self.mails += u64::from(value.contains('@') && value.contains('.') && !value.contains(' '));
        if let Some(number) = number(value) {
            let whole = number.point.or(number.comma).is_some_and(|it| it.fract() == 0.0) && !number.has_decimals;
            self.integers += u64::from(whole);
            self.decimals += u64::from(!whole);
            self.point.add(number.point, value, number.comma.is_none());
            self.comma.add(number.comma, value, number.point.is_none());
        } else if let Some((at, _)) = leading_moment(value).filter(|(_, n)| *n == value.len()) {
            self.dates += 1;
            let form = if value.as_bytes().get(4) == Some(&b'-') { 0 } else { 1 + usize::from(value.contains('/')) };
            self.forms[form].add(at, value, line);
            return;
        }
        if self.odd_line == 0 {
            self.odd_line = line;
        }
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
        let id = is_id(&self.name) && self.filled == rows && rows >= 5 && self.hashes.len() < MAX_DISTINCT;
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
        let few = self.order.len() <= MAX_VALUES && !self.long && !personal;
        let comma = self.comma.proofs > self.point.proofs;
        let number = if comma { &self.comma } else { &self.point };
        let (mut min, mut max, mut sum) = (None, None, None);
        match kind {
            ColumnType::Integer | ColumnType::Decimal => {
                // Cents add up exactly where binary fractions do not.
                sum = Some((number.sum * 1e6).round() / 1e6);
                min = number.least.as_ref().map(|it| it.1.clone());
                max = number.most.as_ref().map(|it| it.1.clone());
            }
            ColumnType::Date => {
                if let Some(form) = self.forms.iter().max_by_key(|it| it.n) {
                    min = form.least.as_ref().map(|it| it.1.clone());
                    max = form.most.as_ref().map(|it| it.1.clone());
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
            values: if few { self.order } else { Vec::new() },
        }
    }
}

impl Sum {
    fn add(&mut self, value: Option<f64>, text: &str, only: bool) {
        let Some(value) = value else { return };
        self.sum += value;
        self.proofs += u64::from(only);
        if self.least.as_ref().is_none_or(|it| value < it.0) {
            self.least = Some((value, text.to_owned()));
        }
        if self.most.as_ref().is_none_or(|it| value > it.0) {
            self.most = Some((value, text.to_owned()));
        }
    }
}

impl Form {
    fn add(&mut self, at: sop_core::Moment, text: &str, line: u32) {
        if self.n == 0 {
            self.first_line = line;
        }
        self.n += 1;
        if self.least.as_ref().is_none_or(|it| at < it.0) {
            self.least = Some((at, text.to_owned()));
        }
        if self.most.as_ref().is_none_or(|it| at > it.0) {
            self.most = Some((at, text.to_owned()));
        }
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

/// A number as text, read with the point or with the comma before the decimals, where that is possible.
struct Number {
    point: Option<f64>,
    comma: Option<f64>,
    has_decimals: bool,
}

/// Whether a text is a number.
pub(super) fn is_number(text: &str) -> bool {
    number(text).is_some()
}

fn number(text: &str) -> Option<Number> {
    let text = text.trim();
    let (text, negative) = match text.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let text = text.trim_start_matches(['£', '$', '€', '¥', ' ']).trim_end_matches(['£', '$', '€', '¥', '%', ' ']);
    let text = ["GBP", "EUR", "USD", "CHF"].iter().fold(text, |it, code| it.trim_start_matches(code).trim_end_matches(code)).trim();
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
            Some((whole, part)) => (whole, Some(part)),
            None => (text.as_str(), None),
        };
        let groups: Vec<&str> = whole.split([group, ' ']).collect();
        let grouped = groups.len() == 1 || groups[0].len() <= 3 && !groups[0].is_empty() && groups[1..].iter().all(|it| it.len() == 3);
        if !grouped || part.is_some_and(|it| !it.bytes().all(|c| c.is_ascii_digit())) || whole.contains(decimal) {
            return None;
        }
        let plain = format!("0{}.{}", groups.concat(), part.filter(|it| !it.is_empty()).unwrap_or("0"));
        plain.parse::<f64>().ok().map(|it| if negative { -it } else { it })
    };
    let (point, comma) = (read(',', '.'), read('.', ','));
    let has_decimals = match (point, comma) {
        (Some(_), Some(_)) => text.contains('.'),
        _ => text.contains(['.', ',']) && point.or(comma).is_some_and(|it| it.fract() != 0.0 || text.matches(['.', ',']).count() == 1),
    };
    (point.is_some() || comma.is_some()).then_some(Number { point, comma, has_decimals })
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
