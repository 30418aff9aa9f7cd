//! Judges whether a whole document must be kept out: payroll, identity papers, legal letters and the like.
//!
//! Content decides first and the name second. A business export that has customers in it is not kept out; its
//! personal columns are.

use regex::Regex;
use std::sync::LazyLock;

/// Returns why the document must be left out, in plain words, or `None` if it may be read.
pub fn sensitive_document(path: &str, text: &str, columns: &[String]) -> Option<String> {
    let document = Document::new(path, text, columns);
    JUDGES.iter().find(|(_, judge)| judge(&document)).map(|(reason, _)| (*reason).to_owned())
}

type Judge = fn(&Document<'_>) -> bool;

const JUDGES: &[(&str, Judge)] = &[
    ("private key", private_key),
    ("payroll data", payroll),
    ("home addresses and phone numbers", contact_list),
    ("owners' drawings", drawings),
    ("identity paper", identity_paper),
    ("bank statement", bank_statement),
    ("household bill", household_bill),
    ("legal letter", legal_letter),
    ("medical data", medical),
    ("sickness records", sickness),
    ("bank and tax details", bank_details),
    ("interview notes", hiring),
    ("prize winner's address", prize_winner),
];

/// Who was ill, and when.
fn sickness(document: &Document<'_>) -> bool {
    let table = matches!(document.extension.as_str(), "csv" | "tsv" | "xlsx" | "xls" | "ods");
    let named = document.name_has(&["sickness", "sick leave", "sick log", "absence log", "krankmeldungen", "krankmeldung", "fehlzeiten", "krankenstand", "arrêts maladie", "bajas"]);
    table && (named || document.column_has(&["diagnosis", "diagnose", "illness", "krankheit", "reason for absence"]) && document.column_has(&["name", "employee", "mitarbeiter", "staff"]))
}

/// Account or tax numbers of people, one a row.
fn bank_details(document: &Document<'_>) -> bool {
    let table = matches!(document.extension.as_str(), "csv" | "tsv" | "xlsx" | "xls" | "ods");
    let person = document.column_has(&["name", "employee", "mitarbeiter", "staff", "vorname", "nachname", "person", "persnr", "personalnr"]);
    table && person && document.column_has(&["iban", "account number", "account no", "sort code", "bank account", "kontonummer", "bankverbindung", "steuer id", "steuerid", "tax id", "ni number", "ssn", "bic"])
}

/// What the judges look at, in lower case.
struct Document<'a> {
    name: String,
    extension: String,
    raw: &'a str,
    /// The beginning; a letter or a statement says what it is on its first pages.
    text: String,
    columns: Vec<String>,
}

impl<'a> Document<'a> {
    fn new(path: &str, text: &'a str, columns: &[String]) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name.as_str(), ""));
        Self {
            name: stem.replace(['_', '-', '.'], " "),
            extension: extension.to_owned(),
            raw: text,
            text: text.chars().take(40_000).collect::<String>().to_lowercase().replace('’', "'"),
            columns: columns.iter().map(|it| it.to_lowercase().replace(['_', '-'], " ").trim().to_owned()).collect(),
        }
    }

    fn name_has(&self, words: &[&str]) -> bool {
        words.iter().any(|it| has_word(&self.name, it))
    }

    /// Returns how many of the phrases the text has.
    fn count(&self, phrases: &[&str]) -> usize {
        phrases.iter().filter(|it| has_word(&self.text, it)).count()
    }

    fn column_has(&self, words: &[&str]) -> bool {
        self.columns.iter().any(|column| words.iter().any(|it| has_word(column, it)))
    }

    /// A paper as it was scanned, printed or written, not a conversation, a program or its output.
    fn is_paper(&self) -> bool {
        matches!(
            self.extension.as_str(),
            "pdf" | "docx" | "doc" | "odt" | "rtf" | "txt" | "md" | "html" | "htm" | "png" | "jpg" | "jpeg" | "heic" | "tif" | "tiff" | "gif" | "bmp" | "webp"
        )
    }

    fn is_picture_or_pdf(&self) -> bool {
        self.is_paper() && !matches!(self.extension.as_str(), "docx" | "doc" | "odt" | "rtf" | "txt" | "md" | "html" | "htm")
    }

    fn is_short(&self) -> bool {
        self.text.len() < 3_000
    }
}

/// Whether a word or phrase stands in the text, not as part of a longer word.
fn has_word(text: &str, word: &str) -> bool {
    let open = |at: Option<char>| at.is_none_or(|it| !it.is_alphanumeric());
    text.match_indices(word).any(|(at, it)| open(text[..at].chars().next_back()) && open(text[at + it.len()..].chars().next()))
}

fn private_key(it: &Document<'_>) -> bool {
    let block = it.raw.find("PRIVATE KEY-----").is_some_and(|at| at < 400) && it.raw.len() < 20_000;
    block || matches!(it.extension.as_str(), "p12" | "pfx" | "kdbx" | "ppk" | "jks")
}

fn payroll(it: &Document<'_>) -> bool {
    const PERSON: &[&str] =
        &["employee", "employees", "name", "staff", "surname", "worker", "mitarbeiter", "mitarbeiterin", "personalnummer", "salarié", "empleado"];
    const STRONG: &[&str] = &[
        "gross",
        "gross pay",
        "net pay",
        "tax code",
        "ni number",
        "ni no",
        "salary",
        "wage",
        "wages",
        "paye",
        "ssn",
        "brutto",
        "bruttolohn",
        "gehalt",
        "lohn",
        "steuerklasse",
        "take home",
        "salaire",
        "salario",
        "deductions",
        "pension",
    ];
    const WEAK: &[&str] = &["hours", "rate", "overtime", "hourly rate", "stunden", "stundenlohn", "sort code", "account", "iban", "bonus", "holiday pay"];
    let strong = it.columns.iter().filter(|column| STRONG.iter().any(|word| has_word(column, word))).count();
    let weak = it.columns.iter().filter(|column| WEAK.iter().any(|word| has_word(column, word))).count();
    if it.column_has(PERSON) && strong >= 1 && strong + weak >= 2 {
        return true;
    }
    let named = it.name_has(&[
        "payroll",
        "payslip",
        "payslips",
        "wages",
        "salaries",
        "salary",
        "p60",
        "p45",
        "gehaltsabrechnung",
        "lohnabrechnung",
        "gehälter",
        "lohnzettel",
        "entgeltabrechnung",
        "bulletin de paie",
        "nomina",
    ]);
    let paid = it.count(&[
        "gross pay",
        "net pay",
        "tax code",
        "ni number",
        "national insurance",
        "total deductions",
        "taxable pay",
        "gesamtbrutto",
        "steuerklasse",
        "sozialversicherung",
        "auszahlungsbetrag",
        "lohnsteuer",
    ]);
    it.is_paper() && (paid >= 3 || named && paid >= 1 || named && it.is_picture_or_pdf()) || named && strong >= 1 && !it.columns.is_empty()
}

fn contact_list(it: &Document<'_>) -> bool {
    let home = it.column_has(&["home address", "private address", "privatadresse", "wohnanschrift", "privatanschrift", "adresse personnelle"]);
    let phone = it.column_has(&["mobile", "phone", "telephone", "cell", "tel", "handy", "mobil", "telefon", "mob", "portable"]);
    let kin = it.column_has(&["next of kin", "emergency contact", "notfallkontakt"]);
    home && phone || kin && (phone || home)
}

fn drawings(it: &Document<'_>) -> bool {
    let figures = !it.columns.is_empty() || it.is_paper() && it.is_short();
    let named = it.name_has(&["drawings", "dividend", "dividends", "directors salaries", "director salaries", "privatentnahmen", "entnahmen", "profit share"]);
    // Technical drawings are drawings too; an owner's draw has months or money in it.
    let money = it.column_has(&["month", "amount", "total", "date", "monat", "betrag", "paid"])
        || it.count(&["partner", "partners", "director", "shareholder", "gesellschafter"]) > 0;
    named && figures && money
}

fn identity_paper(it: &Document<'_>) -> bool {
    let marks = it.count(&[
        "passport no",
        "passport number",
        "nationality",
        "date of birth",
        "place of birth",
        "date of expiry",
        "date of issue",
        "given names",
        "surname",
        "driving licence",
        "driver license",
        "driver's license",
        "dvla",
        "personalausweis",
        "reisepass",
        "staatsangehörigkeit",
        "geburtsdatum",
        "geburtsort",
        "gültig bis",
        "identity card",
        "führerschein",
        "authority",
    ]);
    let machine_readable = MRZ.is_match(it.raw);
    let named = it.name_has(&[
        "passport",
        "driving licence",
        "driving license",
        "driver license",
        "drivers license",
        "photocard",
        "licence photo",
        "personalausweis",
        "ausweis",
        "reisepass",
        "führerschein",
        "id card",
        "identity card",
        "passeport",
        "carte d'identité",
        "dni",
    ]) || it.name_has(&["licence", "license"]) && it.name_has(&["scan", "photo", "front", "back", "copy"]);
    it.is_paper() && it.is_short() && (machine_readable || marks >= 4 || named && marks >= 2) || named && it.is_picture_or_pdf()
}

static MRZ: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)\b[PIAC][A-Z<][A-Z]{3}[A-Z]+<<[A-Z<]+").expect("a fixed pattern"));

fn bank_statement(it: &Document<'_>) -> bool {
    let ends = [
        &[
            "opening balance",
            "balance brought forward",
            "brought forward",
            "anfangssaldo",
            "alter kontostand",
            "start balance",
            "beginning balance",
            "previous balance",
        ][..],
        &["closing balance", "balance carried forward", "carried forward", "endsaldo", "neuer kontostand", "end balance", "ending balance"][..],
        &["sort code", "iban", "account number", "account no", "kontonummer", "paid in", "money in", "routing number"][..],
        &[
            "bank statement",
            "statement of account",
            "your statement",
            "kontoauszug",
            "statement period",
            "current account",
            "business current account",
            "relevé de compte",
        ][..],
    ];
    let met = ends.iter().filter(|it_| it.count(it_) > 0).count();
    let named = it.name_has(&["bank statement", "bank statements", "kontoauszug", "kontoauszüge", "relevé bancaire", "extracto bancario"])
        || it.name_has(&["statement"]) && it.name_has(&["bank", "barclays", "hsbc", "lloyds", "natwest", "santander", "monzo", "sparkasse", "chase"]);
    it.is_paper() && (met >= 3 || named && (met >= 1 || it.is_picture_or_pdf()))
}

fn household_bill(it: &Document<'_>) -> bool {
    let marks = it.count(&[
        "kwh",
        "meter reading",
        "meter number",
        "electricity",
        "gas",
        "water",
        "supply address",
        "your bill",
        "council tax",
        "amount due",
        "standing charge",
        "tariff",
        "account number",
        "zählerstand",
        "abschlag",
        "strom",
        "unit rate",
    ]);
    let named = it.name_has(&[
        "utility bill",
        "council tax",
        "electricity bill",
        "gas bill",
        "water bill",
        "energy bill",
        "stromrechnung",
        "proof of address",
        "broadband bill",
        "phone bill",
    ]);
    it.is_paper() && it.is_short() && (marks >= 5 || named && marks >= 1) || named && it.is_picture_or_pdf()
}

fn legal_letter(it: &Document<'_>) -> bool {
    let marks = it.count(&[
        "without prejudice",
        "letter before claim",
        "letter before action",
        "issue proceedings",
        "commence proceedings",
        "court proceedings",
        "legal proceedings",
        "pre-action protocol",
        "solicitors",
        "solicitor",
        "attorneys at law",
        "attorney",
        "our client",
        "we act for",
        "we are instructed",
        "instructed by",
        "damages",
        "cease and desist",
        "rechtsanwalt",
        "rechtsanwälte",
        "rechtsanwältin",
        "unsere mandantin",
        "unser mandant",
        "unserer mandantin",
        "klage",
        "abmahnung",
        "breach of contract",
        "claim against",
        "reserve our client's rights",
        "mise en demeure",
        "avocat",
    ]);
    let addressed =
        it.count(&["dear", "sehr geehrte", "sehr geehrter", "your ref", "our ref", "yours faithfully", "yours sincerely", "unser zeichen", "madame"]) > 0;
    let letter = matches!(it.extension.as_str(), "pdf" | "docx" | "doc" | "odt" | "rtf" | "eml" | "msg" | "png" | "jpg" | "jpeg" | "tif" | "tiff" | "txt");
    letter && it.text.len() < 12_000 && (marks >= 3 || marks >= 2 && addressed)
}

fn medical(it: &Document<'_>) -> bool {
    let marks = it.count(&[
        "fit note",
        "statement of fitness for work",
        "nhs number",
        "diagnosis",
        "diagnosed with",
        "prescription",
        "prescribed",
        "sick note",
        "medical report",
        "occupational health",
        "arbeitsunfähigkeitsbescheinigung",
        "diagnose",
        "krankmeldung",
        "arrêt de travail",
        "symptoms",
    ]);
    let named =
        it.name_has(&["fit note", "sick note", "sicknote", "medical report", "medical certificate", "krankmeldung", "au bescheinigung", "occupational health"]);
    it.is_paper() && it.is_short() && (marks >= 3 || named)
}

fn hiring(it: &Document<'_>) -> bool {
    let marks = it.count(&[
        "interview",
        "interviewed",
        "candidate",
        "candidates",
        "second interview",
        "notice period",
        "notice",
        "salary expectation",
        "references",
        "wants",
        "shortlist",
        "curriculum vitae",
        "work experience",
        "education",
        "lebenslauf",
        "berufserfahrung",
        "bewerber",
        "bewerberin",
        "vorstellungsgespräch",
        "hobbies",
    ]);
    let named = it.name_has(&[
        "hiring",
        "interview",
        "interviews",
        "cv",
        "curriculum vitae",
        "resume",
        "lebenslauf",
        "bewerbung",
        "candidates",
        "applicant",
        "job application",
        "shortlist",
        "appraisal",
        "performance review",
        "disciplinary",
        "redundancy",
        "zeugnis",
        "abmahnung",
    ]);
    let notes = it.is_paper() || matches!(it.extension.as_str(), "xlsx" | "csv");
    notes && it.is_short() && (named && (marks >= 1 || it.is_picture_or_pdf()) || it.is_paper() && marks >= 4)
}

fn prize_winner(it: &Document<'_>) -> bool {
    let prize = it.count(&["winner", "winners", "prize", "giveaway", "raffle", "gewinner", "gewinnerin", "preisausschreiben"]) > 0
        || it.name_has(&["winner", "winners", "prize", "giveaway", "gewinner"]);
    let lives = POSTCODE.is_match(it.raw) || HOUSE.is_match(it.raw);
    prize && lives && it.is_paper() && it.text.len() < 1_500 && crate::redact(it.raw).found.iter().any(|it| *it == "phone number" || *it == "address")
}

static POSTCODE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b").expect("a fixed pattern"));
static HOUSE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^\d{5} [A-ZÄÖÜ]\w+$").expect("a fixed pattern"));

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, columns: &[&str], expected: Option<&str>) {
        let columns: Vec<String> = columns.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(sensitive_document(path, text, &columns).as_deref(), expected, "{path}");
    }

    #[test]
    fn pay_is_known_by_its_columns_whatever_the_file_is_called() {
        check("x.csv", "", &["Employee", "NI number", "Gross month", "Tax code", "Sort code"], Some("payroll data"));
        check("w-e 1 May COPY.csv", "", &["name", "hours", "rate", "gross"], Some("payroll data"));
        check("liste.csv", "", &["Mitarbeiter", "Bruttolohn", "Steuerklasse"], Some("payroll data"));
    }

    #[test]
    fn a_business_export_with_customers_is_an_input() {
        check("orders.csv", "", &["Order ID", "Customer", "Email", "Postcode", "Net", "Gross"], None);
        check("tickets.csv", "", &["Ticket", "Requester", "Requester email", "Subject"], None);
        check("intake.csv", "Field: Home_Address | Value: 9 Cobden View", &["Field", "Value"], None);
        check("credits.csv", "", &["organisation", "monthly_fee", "five_days"], None);
    }

    #[test]
    fn papers_about_a_person_are_kept_out() {
        check("kyc/passport YD.pdf", "", &[], Some("identity paper"));
        check("clinic.csv", "", &["organisation", "practice manager", "mobile", "home address"], Some("home addresses and phone numbers"));
        check("hiring notes.docx", "Support adviser - interview notes. wants 27k, notice one month", &[], Some("interview notes"));
        check("partners drawings 2026.csv", "", &["month", "M Kinsella", "C Petrie"], Some("owners' drawings"));
        check("giveaway winner april.txt", "Winner of the acer\n14 Teasel Close\nWH4 8QL\nmob 07700 900417", &[], Some("prize winner's address"));
        check("scan3.pdf", "Kontoauszug\nAlter Kontostand 1.200,00\nNeuer Kontostand 900,00\nIBAN DE44", &[], Some("bank statement"));
        check("letter.pdf", "Our ref 12. Dear Sirs, we act for Oakfield Leisure. Unless paid we will issue proceedings.", &[], Some("legal letter"));
    }

    #[test]
    fn papers_of_the_process_that_mention_such_things_stay() {
        check("packet.log", "STOPPED (6): 'bank statement Sept.pdf' must not leave the office", &[], None);
        check("What we need from you.docx", "Please bring a passport or driving licence and a bank statement.", &[], None);
        check("Engagement letter.docx", "Dear Mr Demir, we will act for you in the matter of accounts and tax returns.", &[], None);
        check("RE ID.eml", "a passport that ran out in August is not ID. photocard licence, and a video call", &[], None);
        check("notes.txt", "if a solicitor writes, pass it to Beth", &[], None);
    }
}
