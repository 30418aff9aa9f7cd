//! Judges whether a whole document must be kept out: payroll, identity papers, legal letters and the like.
//!
//! Content decides first and the name second. A business export that has customers in it is not kept out; its
//! personal columns are.

mod words;

use regex::Regex;
use std::sync::LazyLock;
use words::Words;

/// Returns why the document must be left out, in plain words, or `None` if it may be read.
pub fn sensitive_document(path: &str, text: &str, columns: &[String]) -> Option<String> {
    let document = Document::new(path, text, columns);
    JUDGES.iter().find(|(_, judge)| judge(&document)).map(|(reason, _)| (*reason).to_owned())
}

type Judge = fn(&Document<'_>) -> bool;

const JUDGES: &[(&str, Judge)] = &[
    ("passwords", passwords),
    ("private key", private_key),
    ("payroll data", payroll),
    ("home addresses and phone numbers", contact_list),
    ("owners' drawings", drawings),
    ("identity paper", identity_paper),
    ("bank statement", bank_statement),
    ("household bill", household_bill),
    ("employment contract", employment_contract),
    ("legal letter", legal_letter),
    ("medical data", medical),
    ("sickness records", sickness),
    ("bank and tax details", bank_details),
    ("birth dates or households", birth_dates),
    ("interview notes", hiring),
    ("prize winner's address", prize_winner),
];

/// Files whose whole sense is to hold a credential, by name; tables of credentials by their columns.
fn passwords(document: &Document<'_>) -> bool {
    const FILES: &[&str] = &[
        ".pgpass",
        "pgpass.conf",
        ".netrc",
        "_netrc",
        ".my.cnf",
        ".mylogin.cnf",
        ".htpasswd",
        ".htdigest",
        ".git-credentials",
        ".pypirc",
        ".vault_pass",
        ".s3cfg",
        ".rclone.conf",
        "id_rsa",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
    ];
    let file = document.file.as_str();
    let copied = FILES.iter().any(|it| file.strip_prefix(it).is_some_and(|rest| [".bak", ".old", ".orig", ".save", ".txt", "~"].contains(&rest)));
    let known = FILES.contains(&file)
        || copied
        || matches!(document.extension.as_str(), "pem" | "kdbx" | "kdb" | "htpasswd" | "pgpass" | "netrc" | "1pux" | "agilekeychain");
    let about = document.name_has(&[
        "policy",
        "reset",
        "how",
        "howto",
        "guide",
        "procedure",
        "request",
        "requests",
        "rules",
        "richtlinie",
        "anleitung",
        "regeln",
        "expired",
        "forgotten",
    ]);
    let named = !about && document.name_has(&["passwords", "passwörter", "kennwörter", "zugangsdaten", "credentials", "mots de passe", "contraseñas"]);
    let secret = !document.column_has(&["changed", "expires", "expired"])
        && document.column_has(&["password", "passwort", "kennwort", "passwd", "pwd", "mot de passe", "contraseña", "pin code"]);
    let key = document.column_has(&[
        "user",
        "username",
        "user name",
        "login",
        "site",
        "url",
        "account",
        "system",
        "service",
        "benutzer",
        "name",
        "email",
        "e mail",
        "website",
        "title",
    ]);
    known || secret && key || named && (!document.columns.is_empty() || document.is_paper() && document.is_short())
}

/// Who was ill, and when.
fn sickness(document: &Document<'_>) -> bool {
    let named = document.name_has(&[
        "sickness",
        "sick leave",
        "sick log",
        "sick days",
        "absence log",
        "absences",
        "absence list",
        "krankmeldungen",
        "krankmeldung",
        "fehlzeiten",
        "krankenstand",
        "krankheitstage",
        "arrêts maladie",
        "bajas",
    ]);
    let about = document.name_has(&["policy", "procedure", "form", "template", "richtlinie", "vorlage", "guide"]);
    let why = document.column_has(&[
        "diagnosis",
        "diagnose",
        "illness",
        "krankheit",
        "krankheitsgrund",
        "reason for absence",
        "absence reason",
        "sickness reason",
        "symptoms",
    ]);
    let away = document.column_has(&[
        "sick days",
        "days sick",
        "sick from",
        "off sick",
        "krank von",
        "krank seit",
        "krankheitstage",
        "sickness",
        "absence",
        "absent from",
        "au bis",
        "fehltage",
    ]);
    // A time sheet has days away among the hours; it is what the work is done with.
    let hours = document.column_has(&["hours", "stunden", "heures", "horas", "shift"]);
    document.is_table()
        && !about
        && (named && (document.has_person() || document.has_person_id()) || why && document.has_person() || away && !hours && document.has_person())
}

/// Account or tax numbers of people, one a row.
fn bank_details(document: &Document<'_>) -> bool {
    let plain = document.column_has(&[
        "iban",
        "sort code",
        "sortcode",
        "bank account",
        "bankverbindung",
        "bank details",
        "steuer id",
        "steuerid",
        "steueridentifikationsnummer",
        "tax id",
        "ni number",
        "ni no",
        "nino",
        "national insurance",
        "ssn",
        "social security",
        "sozialversicherungsnummer",
        "sv nummer",
    ]);
    // A chart of accounts has account numbers and names as well.
    let account = document.column_has(&["account number", "account no", "kontonummer", "bic", "routing number"])
        && !document.column_has(&["debit", "credit", "balance", "soll", "haben", "saldo", "type", "category", "opening", "closing"]);
    document.is_table() && (document.has_person() || document.has_person_id()) && (plain || account)
}

/// When people were born, or who lives with whom.
fn birth_dates(document: &Document<'_>) -> bool {
    let born = document.column_has(&[
        "date of birth",
        "dob",
        "birth date",
        "birthdate",
        "birthday",
        "geburtsdatum",
        "geburtstag",
        "geb datum",
        "date de naissance",
        "fecha de nacimiento",
    ]);
    let household = document.column_has(&["household", "haushalt", "ménage", "hogar"])
        && document.column_has(&["head", "head of household", "name", "names", "members", "phone", "mobile", "address", "haushaltsvorstand", "telefon"]);
    document.is_table() && (born && document.has_person() || household)
}

/// Characters of a text that the judges look at.
const BEGINNING: usize = 40_000;

/// What the judges look at, in lower case.
struct Document<'a> {
    /// The name as it is, with its ending.
    file: String,
    name: Words,
    extension: String,
    raw: &'a str,
    /// The beginning; a letter or a statement says what it is on its first pages.
    text: Words,
    columns: Vec<Words>,
}

impl<'a> Document<'a> {
    fn new(path: &str, raw: &'a str, columns: &[String]) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name.as_str(), ""));
        let beginning = raw.char_indices().nth(BEGINNING).map_or(raw, |(end, _)| &raw[..end]);
        Self {
            name: Words::of(stem.replace(['_', '-', '.'], " ")),
            extension: extension.to_owned(),
            file: name.clone(),
            raw,
            text: Words::of(beginning.to_lowercase().replace('’', "'")),
            columns: columns.iter().map(|it| Words::of(it.to_lowercase().replace(['_', '-'], " ").trim().to_owned())).collect(),
        }
    }

    fn name_has(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|it| self.name.have(it))
    }

    /// Returns how many of the phrases the text has.
    fn count(&self, phrases: &[&str]) -> usize {
        phrases.iter().filter(|it| self.text.have(it)).count()
    }

    fn column_has(&self, phrases: &[&str]) -> bool {
        self.columns.iter().any(|column| phrases.iter().any(|it| column.have(it)))
    }

    /// Data in rows, whatever wrote it.
    fn is_table(&self) -> bool {
        !self.columns.is_empty() || matches!(self.extension.as_str(), "csv" | "tsv" | "xlsx" | "xlsm" | "xls" | "ods")
    }

    /// Whether a column says who a row is about. A product, an account or a file has a name too.
    fn has_person(&self) -> bool {
        const WHO: &[&str] = &[
            "employee",
            "employees",
            "staff",
            "worker",
            "surname",
            "forename",
            "first name",
            "last name",
            "full name",
            "owner",
            "owners",
            "leaseholder",
            "tenant",
            "resident",
            "member",
            "patient",
            "pupil",
            "student",
            "child",
            "volunteer",
            "donor",
            "beneficiary",
            "mitarbeiter",
            "mitarbeiterin",
            "mitarbeiternname",
            "vorname",
            "nachname",
            "familienname",
            "eigentümer",
            "mieter",
            "person",
            "salarié",
            "salariée",
            "empleado",
            "empleada",
            "apellido",
            "apellidos",
            "prénom",
            "nombre y apellidos",
            "colleague",
            "driver",
            "practice manager",
            "head of household",
        ];
        const PLAIN: &[&str] = &["name", "names", "nom", "nombre", "who", "wer", "name vorname", "vorname name", "staff name", "head", "person"];
        self.columns.iter().any(|it| PLAIN.contains(&it.text()) || WHO.iter().any(|word| it.have(word)) && !is_number_of(it))
    }

    /// Whether rows are told apart by a number that stands for a person.
    fn has_person_id(&self) -> bool {
        const WHO: &[&str] = &["persnr", "pers nr", "personalnr", "personalnummer", "personal nr", "mitarbeiternummer", "matricule"];
        self.columns.iter().any(|it| {
            WHO.iter().any(|word| it.have(word)) || is_number_of(it) && ["employee", "staff", "payroll", "worker", "personnel"].iter().any(|word| it.have(word))
        })
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

    /// Whether the file says how such papers are handled, or is the form for one.
    fn is_about(&self) -> bool {
        let named = self.name_has(&[
            "policy",
            "procedure",
            "process",
            "sop",
            "how",
            "howto",
            "guide",
            "checklist",
            "template",
            "templates",
            "form",
            "blank",
            "vorlage",
            "muster",
            "anleitung",
            "richtlinie",
            "ablauf",
            "modèle",
            "procédure",
            "guide",
            "plantilla",
            "procedimiento",
            "guía",
        ]);
        let blank = ["[name]", "[employee]", "{name}", "{{", "<name>", "________", "[nom]", "[nombre]", "xxxxx"].iter().any(|it| self.text.text().contains(it));
        named || blank
    }

    fn is_short(&self) -> bool {
        self.text.text().len() < 3_000
    }
}

/// Whether a column holds the number of someone, not the name.
fn is_number_of(column: &Words) -> bool {
    ["id", "no", "nr", "number", "ref", "code", "count", "nummer"].iter().any(|it| column.have(it))
}

fn private_key(it: &Document<'_>) -> bool {
    let block = it.raw.find("PRIVATE KEY-----").is_some_and(|at| at < 400) && it.raw.len() < 20_000;
    block || matches!(it.extension.as_str(), "p12" | "pfx" | "ppk" | "jks")
}

fn payroll(it: &Document<'_>) -> bool {
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
    let strong = it.columns.iter().filter(|column| STRONG.iter().any(|word| column.have(word))).count();
    let weak = it.columns.iter().filter(|column| WEAK.iter().any(|word| column.have(word))).count();
    // A pay word that nothing but pay has needs no second one.
    let pay = it.column_has(&[
        "salary",
        "wage",
        "wages",
        "net pay",
        "gross pay",
        "take home",
        "gehalt",
        "lohn",
        "bruttolohn",
        "nettolohn",
        "monatslohn",
        "grundgehalt",
        "salaire",
        "salario",
        "annual salary",
    ]);
    let marked = it.column_has(&["ni number", "ni no", "ssn", "tax code", "steuerklasse", "sort code", "iban"]);
    if it.has_person() && (strong >= 1 && strong + weak >= 2 || pay) || it.has_person_id() && strong >= 1 && marked {
        return true;
    }
    // A list by numbers only is what pay is worked out with.
    let by_number = it.has_person_id() && !it.has_person();
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
        "bulletins de paie",
        "fiche de paie",
        "fiches de paie",
        "nomina",
        "nómina",
        "nóminas",
        "lohnliste",
        "gehaltsliste",
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
        "salaire brut",
        "salaire de base",
        "net à payer",
        "cotisations salariales",
        "bulletin de paie",
        "salario base",
        "salario bruto",
        "líquido a percibir",
        "total devengado",
        "base de cotización",
    ]);
    let money = it.column_has(&["amount", "total", "net", "gross", "betrag", "summe", "netto", "montant", "importe", "pay", "paid"]);
    if named && it.is_table() && it.has_person() && money && !it.is_about() {
        return true;
    }
    it.is_paper() && !it.is_about() && (paid >= 3 || named && paid >= 1 || named && it.is_picture_or_pdf())
        || named && strong >= 1 && !it.columns.is_empty() && !by_number
}

fn contact_list(it: &Document<'_>) -> bool {
    let home = it.column_has(&["home address", "private address", "privatadresse", "wohnanschrift", "privatanschrift", "adresse personnelle"]);
    let phone = it.column_has(&["mobile", "phone", "telephone", "cell", "tel", "handy", "mobil", "telefon", "mob", "portable"]);
    let kin = it.column_has(&["next of kin", "emergency contact", "notfallkontakt"]);
    let own = it.column_has(&[
        "mobile",
        "cell",
        "handy",
        "mobil",
        "mob",
        "home phone",
        "private phone",
        "portable",
        "handynummer",
        "mobile number",
        "mobile phone",
        "privat",
    ]);
    // A row of a business export is about an order or a company.
    let business = it.column_has(&[
        "order",
        "ticket",
        "invoice",
        "company",
        "organisation",
        "organization",
        "customer",
        "sku",
        "amount",
        "total",
        "status",
        "subject",
        "product",
        "bestellung",
        "auftrag",
        "rechnung",
        "kunde",
        "firma",
        "requester",
        "lead",
        "supplier",
        "lieferant",
        "delivery",
        "booking",
    ]);
    home && phone || kin && (phone || home) || it.is_table() && it.has_person() && (home || own && !business)
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
        "passeport n",
        "nationalité",
        "date de naissance",
        "lieu de naissance",
        "date d'expiration",
        "carte nationale d'identité",
        "pasaporte n",
        "nacionalidad",
        "fecha de nacimiento",
        "lugar de nacimiento",
        "fecha de caducidad",
        "documento nacional de identidad",
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
        "carte d identité",
        "pasaporte",
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

/// What one person agreed with the house. A contract between houses may be what the work is about.
fn employment_contract(it: &Document<'_>) -> bool {
    let marks = it.count(&[
        "contract of employment",
        "employment contract",
        "employment agreement",
        "the employee",
        "the employer",
        "your employment",
        "notice period",
        "probationary period",
        "probation",
        "annual salary",
        "holiday entitlement",
        "place of work",
        "arbeitsvertrag",
        "der arbeitgeber",
        "der arbeitnehmer",
        "die arbeitnehmerin",
        "probezeit",
        "kündigungsfrist",
        "monatliches bruttogehalt",
        "bruttogehalt",
        "urlaubsanspruch",
        "contrat de travail",
        "l'employeur",
        "le salarié",
        "la salariée",
        "période d'essai",
        "préavis",
        "rémunération",
        "congés payés",
        "contrato de trabajo",
        "el trabajador",
        "la trabajadora",
        "la empresa",
        "período de prueba",
        "periodo de prueba",
        "salario bruto anual",
        "vacaciones",
    ]);
    let named = it.name_has(&[
        "employment contract",
        "contract of employment",
        "offer letter",
        "arbeitsvertrag",
        "anstellungsvertrag",
        "contrat de travail",
        "contrato de trabajo",
        "contrato laboral",
    ]);
    it.is_paper() && !it.is_about() && (named && (marks >= 1 || it.is_picture_or_pdf()) || marks >= 4 && it.text.text().len() < 30_000)
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
        "avocate",
        "avocats",
        "notre client",
        "notre cliente",
        "dommages et intérêts",
        "assignation",
        "tribunal judiciaire",
        "abogado",
        "abogada",
        "abogados",
        "nuestro cliente",
        "nuestra cliente",
        "burofax",
        "acciones legales",
        "daños y perjuicios",
        "juzgado",
        "gerichtliche schritte",
        "schadensersatz",
    ]);
    let addressed = it.count(&[
        "dear",
        "sehr geehrte",
        "sehr geehrter",
        "your ref",
        "our ref",
        "yours faithfully",
        "yours sincerely",
        "unser zeichen",
        "madame",
        "monsieur",
        "estimado señor",
        "estimada señora",
        "muy señor mío",
        "muy señores nuestros",
    ]) > 0;
    let letter = matches!(it.extension.as_str(), "pdf" | "docx" | "doc" | "odt" | "rtf" | "eml" | "msg" | "png" | "jpg" | "jpeg" | "tif" | "tiff" | "txt");
    letter && !it.is_about() && it.text.text().len() < 12_000 && (marks >= 3 || marks >= 2 && addressed)
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
        "anamnese",
        "befund",
        "patientin",
        "patient",
        "hausarzt",
        "certificat médical",
        "ordonnance",
        "médecin traitant",
        "diagnostic",
        "traitement",
        "informe médico",
        "historia clínica",
        "diagnóstico",
        "tratamiento",
        "baja médica",
        "paciente",
    ]);
    let named = it.name_has(&[
        "fit note",
        "sick note",
        "sicknote",
        "medical report",
        "medical certificate",
        "krankmeldung",
        "au bescheinigung",
        "occupational health",
        "arztbrief",
        "certificat médical",
        "arrêt maladie",
        "arrêt de travail",
        "informe médico",
        "parte de baja",
        "baja médica",
        "discharge letter",
    ]);
    it.is_paper() && it.is_short() && !it.is_about() && (marks >= 3 || named)
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
        "expérience professionnelle",
        "formation",
        "compétences",
        "centres d'intérêt",
        "loisirs",
        "candidature",
        "experiencia laboral",
        "experiencia profesional",
        "formación académica",
        "idiomas",
        "aficiones",
        "ausbildung",
        "sprachkenntnisse",
        "schulbildung",
        "career history",
        "employment history",
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
        "candidature",
        "lettre de motivation",
        "currículum",
        "curriculo",
        "hoja de vida",
        "candidatura",
        "cover letter",
    ]);
    // A whole career takes more than a page.
    let career = it.is_paper() && it.text.text().len() < 12_000 && (named && marks >= 2 || marks >= 5);
    if career && !it.is_about() {
        return true;
    }
    let notes = it.is_paper() || matches!(it.extension.as_str(), "xlsx" | "csv");
    notes && it.is_short() && !it.is_about() && (named && (marks >= 1 || it.is_picture_or_pdf()) || it.is_paper() && marks >= 4)
}

fn prize_winner(it: &Document<'_>) -> bool {
    let prize = it.count(&["winner", "winners", "prize", "giveaway", "raffle", "gewinner", "gewinnerin", "preisausschreiben"]) > 0
        || it.name_has(&["winner", "winners", "prize", "giveaway", "gewinner"]);
    // The patterns look through all of a text; they come last.
    let lives = || POSTCODE.is_match(it.raw) || HOUSE.is_match(it.raw);
    prize && it.is_paper() && it.text.text().len() < 1_500 && lives() && crate::redact(it.raw).found.iter().any(|it| *it == "phone number" || *it == "address")
}

static POSTCODE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b").expect("a fixed pattern"));
static HOUSE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^\d{5} [A-ZÄÖÜ]\w+$").expect("a fixed pattern"));

#[cfg(test)]
mod tests;
