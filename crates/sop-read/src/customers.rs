//! Private people who are customers: their names become "the customer" wherever they come up.
//!
//! A table tells who they are, in whatever format it is kept: a column that is named for customers, or one of names beside
//! mail addresses that are private or made of the name. So does a mail that somebody sends from a private address to a
//! house that has its own. Who speaks in the chats of the house, writes from its addresses or stands in a column of those
//! who do the work is a colleague and keeps the name; a company is no person and keeps it, too.

use crate::readers::{Hashes, hash, is_personal, reaches_a_person, words};
use aho_corasick::{AhoCorasick, MatchKind};
use sop_core::{Block, BlockKind, Document, Format};
use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

/// More names than that are a mailing list, and looking for all of them takes longer than it is worth.
const MAX_NAMES: usize = 20_000;
/// Of a longer list of customers these many are known by name, the first in the alphabet.
const MAX_OF_TABLE: usize = 5_000;
/// Rows that are remembered as judged, so that none is judged twice in a row.
const MAX_JUDGED: usize = 50_000;
/// Endings of the files that tell who is a customer and who a colleague. Whoever reads a single file again has to read
/// these, too, and then the same names are masked.
pub const TELLING: &[&str] = &[
    "csv", "tsv", "tab", "psv", "txt", "json", "jsonl", "ndjson", "eml", "mbox", "xlsx", "xlsm", "xlsb", "xls", "ods", "db", "sqlite", "sqlite3", "db3",
    "parquet", "msg", "zip", "tar", "tgz", "gz",
];
/// What stands where a private mail address was.
const MASKED: &str = "[e-mail address removed]";
const TITLES: &[&str] =
    &["Mr", "Mrs", "Ms", "Miss", "Mr.", "Mrs.", "Ms.", "Dr", "Dr.", "Herr", "Herrn", "Frau", "Mme", "M.", "Mlle", "Señor", "Señora", "Sr.", "Sra."];

/// The names of customers in the rows of a table.
pub(crate) struct Customers {
    columns: Columns,
    /// Names that are of people for sure.
    names: BTreeSet<String>,
    /// Names in a column of customers that could be of a company, too.
    open: BTreeSet<String>,
    /// Hashes of what was judged.
    judged: Hashes,
}

impl Customers {
    /// Returns what gathers the names of a table with this header, if it is about customers. `about` is the name of the
    /// table, its sheet or its file.
    pub fn of(header: &[impl AsRef<str>], about: &str) -> Option<Self> {
        let columns = Columns::of(header, about)?;
        Some(Self { columns, names: BTreeSet::new(), open: BTreeSet::new(), judged: Hashes::default() })
    }

    /// Gathers the names of a part of the same table.
    pub fn part(&self) -> Self {
        Self { columns: self.columns.clone(), names: BTreeSet::new(), open: BTreeSet::new(), judged: Hashes::default() }
    }

    /// Takes the names of a row.
    pub fn add(&mut self, cells: &[impl AsRef<str>]) {
        let hash = self.columns.hash(cells);
        if self.judged.len() >= MAX_JUDGED {
            self.judged.clear();
        }
        if self.judged.insert(hash) {
            self.columns.people(cells, &mut self.names, &mut self.open);
            self.trim();
        }
    }

    /// Which names are kept does not depend on the order of the rows.
    fn trim(&mut self) {
        for set in [&mut self.names, &mut self.open] {
            while set.len() > MAX_OF_TABLE {
                set.pop_last();
            }
        }
    }

    /// Adds what was gathered of a part.
    pub fn join(&mut self, part: Self) {
        self.names.extend(part.names);
        self.open.extend(part.open);
        self.trim();
    }

    /// Returns the names of people. Where nearly all are known to be people, the others are, too.
    pub fn names(self) -> impl Iterator<Item = String> {
        let all = self.names.len() >= 3 && self.names.len() >= 3 * self.open.len();
        let open = if all { self.open } else { BTreeSet::new() };
        self.names.into_iter().chain(open).take(MAX_OF_TABLE)
    }
}

/// Where the names and addresses of customers stand in the rows of a table.
#[derive(Clone)]
struct Columns {
    /// What the header says to be a name of a customer: one column, or first and last name.
    told: Vec<usize>,
    /// Names of somebody, which an address has to prove to be a customer's.
    names: Vec<usize>,
    mails: Vec<usize>,
    /// Those who do the work.
    staff: Vec<usize>,
}

impl Columns {
    /// Returns the columns, if the table is about customers.
    fn of(header: &[impl AsRef<str>], about: &str) -> Option<Self> {
        const STAFF: &[&str] =
            &["job", "role", "title", "position", "team", "department", "employee", "staff", "mitarbeiter", "rolle", "abteilung", "funktion"];
        let header: Vec<(&str, Vec<String>)> = header.iter().map(|it| (it.as_ref(), words(it.as_ref()))).collect();
        let at = |wanted: &dyn Fn(&str, &[String]) -> bool| (0..header.len()).filter(|n| wanted(header[*n].0, &header[*n].1)).collect::<Vec<usize>>();
        let of_customers = is_list_of_customers(about);
        let staff = at(&|_, words| words.iter().any(|it| stands_in(&[SERVING], it)));
        let told = at(&|_, words| is_customer(words) || of_customers && is_just_name(words));
        let mails = at(&|_, words| words.iter().any(|it| it.contains("mail")));
        let of_staff = header.iter().flat_map(|it| &it.1).any(|it| STAFF.contains(&it.as_str()));
        let proven = !mails.is_empty() && !of_staff;
        let names = if proven { at(&|name, _| is_personal(name) && !reaches_a_person(name)) } else { Vec::new() };
        let names: Vec<usize> = names.into_iter().filter(|it| !staff.contains(it)).collect();
        (!told.is_empty() || !names.is_empty()).then_some(Self { told, names, mails, staff })
    }

    fn hash(&self, cells: &[impl AsRef<str>]) -> u64 {
        let all = self.told.iter().chain(&self.names).chain(&self.mails);
        all.filter_map(|it| cells.get(*it)).fold(0, |sum: u64, it| sum.rotate_left(9) ^ hash(it.as_ref()))
    }

    /// Adds the names of a row that are of people to the first, and those that may be to the second.
    fn people(&self, cells: &[impl AsRef<str>], sure: &mut BTreeSet<String>, open: &mut BTreeSet<String>) {
        let mails: Vec<String> = self.mails.iter().filter_map(|it| cells.get(*it)).map(|it| it.as_ref().to_lowercase()).filter(|it| it.contains('@')).collect();
        let staff: Vec<&str> = self.staff.iter().filter_map(|it| cells.get(*it)).map(|it| it.as_ref().trim()).collect();
        let proven = |name: &str| mails.iter().any(|it| belongs(it, name));
        let wanted = |it: &String| !staff.contains(&it.as_str());
        sure.extend(names_in(&self.names, cells).filter(|it| wanted(it) && proven(it)));
        for name in names_in(&self.told, cells).filter(wanted) {
            let known = name.split(' ').next().is_some_and(is_given) || proven(&name);
            if known {
                sure.insert(name)
            } else {
                open.insert(name)
            };
        }
    }
}

/// Returns the names in these columns, in the order in which they are spoken and without titles.
fn names_in(columns: &[usize], cells: &[impl AsRef<str>]) -> impl Iterator<Item = String> {
    let cell = |at: &usize| cells.get(*at).map(|it| it.as_ref().trim().to_owned()).unwrap_or_default();
    let single = columns.iter().map(cell).filter(|it| it.contains(' '));
    let parts: Vec<String> = columns.iter().map(cell).filter(|it| !it.is_empty() && !it.contains(' ')).collect();
    let pair = (parts.len() == 2).then(|| parts.join(" "));
    let names: Vec<String> = single.chain(pair).map(|it| spoken(&it)).filter(|it| is_name(it)).collect();
    names.into_iter()
}

/// `OKAFOR, Mrs Ada` as it is spoken: `Ada Okafor`.
fn spoken(name: &str) -> String {
    let turned = match name.split_once(", ") {
        Some((last, first)) => format!("{first} {last}"),
        None => name.to_owned(),
    };
    let part = |it: &str| match it.chars().count() > 2 && !it.chars().any(char::is_lowercase) {
        true => it.chars().take(1).chain(it.chars().skip(1).flat_map(char::to_lowercase)).collect(),
        false => it.to_owned(),
    };
    turned.split(' ').filter(|it| !it.is_empty() && !TITLES.contains(it)).map(part).collect::<Vec<String>>().join(" ")
}

/// Whom work is done for.
const SERVED: &str = "customer customers client clients guest guests patient patients tenant tenants buyer buyers purchaser subscriber subscribers donor \
    donors passenger passengers policyholder policyholders claimant claimants applicant applicants student students pupil pupils \
    resident residents kunde kundin kunden kundenname kundennamen gast gäste mieter mieterin käufer käuferin patientin patienten \
    besteller cliente clienta clientes huésped huéspedes paciente pacientes inquilino inquilinos comprador compradores acheteur \
    acheteurs locataire locataires abonné abonnés clientèle";
/// Whom a parcel and an invoice go to, if the word for a name stands beside it.
const ADDRESSED: &str = "billing shipping delivery";
const NAMED: &str = "name names full first last surname forename firstname lastname fullname vorname nachname nom prénom prenom nombre apellido \
    apellidos";
const JOINING: &str = "s the of de del du des der le la el complet completo";
/// What a list of them may be called besides.
const LISTING: &str = "list liste lista export data details records master all active new order orders table file";
/// Those who serve them.
const SERVING: &str = "owner manager agent assignee assigned rep representative handler handled by approver seller employee staff sachbearbeiter \
    sachbearbeiterin betreuer betreuerin bearbeiter bearbeiterin mitarbeiter responsable gestor gestora vendeur vendeuse conseiller \
    vendedor vendedora";

/// Whether a word stands in one of these lists.
fn stands_in(lists: &[&str], word: &str) -> bool {
    lists.iter().flat_map(|it| it.split_whitespace()).any(|it| it == word)
}

/// Whether a column holds the names of customers by what it is called: "Customer", "Name of the guest", not "Customer type".
fn is_customer(words: &[String]) -> bool {
    let any = |list: &str| words.iter().any(|it| stands_in(&[list], it));
    let served = any(SERVED) || any(ADDRESSED) && any(NAMED);
    served && words.iter().all(|it| stands_in(&[SERVED, ADDRESSED, NAMED, JOINING], it))
}

fn is_just_name(words: &[String]) -> bool {
    !words.is_empty() && words.iter().all(|it| stands_in(&[NAMED], it))
}

/// Whether a table is a list of customers by its name: "Customers 2026", "client list", not "customer service rota".
fn is_list_of_customers(about: &str) -> bool {
    let words: Vec<String> = words(about).into_iter().filter(|it| !it.bytes().all(|b| b.is_ascii_digit())).collect();
    words.iter().any(|it| stands_in(&[SERVED], it)) && words.iter().all(|it| stands_in(&[SERVED, LISTING], it))
}

/// Whether a word is a name that parents give.
fn is_given(word: &str) -> bool {
    static GIVEN: LazyLock<HashSet<String>> =
        LazyLock::new(|| include_str!("../data/given-names.txt").lines().filter(|it| !it.starts_with('#')).map(str::to_lowercase).collect());
    GIVEN.contains(&word.to_lowercase()) || word.split_once('-').is_some_and(|(first, _)| GIVEN.contains(&first.to_lowercase()))
}

/// Whether an address is private, or made of the name. One whose house has the name is the company's.
fn belongs(mail: &str, name: &str) -> bool {
    let Some((local, house)) = mail.split_once('@') else { return false };
    let private = sop_rules::redact(mail).found.contains(&"e-mail address");
    let parts: Vec<String> = name.to_lowercase().split([' ', '-']).filter(|it| it.chars().count() >= 3).map(str::to_owned).collect();
    private || parts.iter().any(|it| local.contains(it.as_str())) && !parts.iter().any(|it| house.contains(it.as_str()))
}

/// Two to four words with capitals and without digits, none of which says that it is a company.
fn is_name(name: &str) -> bool {
    const HOUSES: &[&str] = &[
        "ltd",
        "limited",
        "gmbh",
        "inc",
        "llc",
        "llp",
        "plc",
        "ag",
        "kg",
        "ug",
        "sa",
        "sarl",
        "srl",
        "bv",
        "co",
        "company",
        "group",
        "shop",
        "store",
        "school",
        "council",
        "trust",
        "hotel",
        "café",
        "cafe",
        "bakery",
        "club",
        "and",
        "the",
        "team",
        "office",
        "services",
        "solutions",
        "leisure",
        "studio",
        "verein",
        "& sons",
    ];
    let parts: Vec<&str> = name.split(' ').filter(|it| !it.is_empty()).collect();
    (2..=4).contains(&parts.len())
        && parts.iter().all(|it| it.chars().next().is_some_and(char::is_uppercase) || matches!(*it, "de" | "van" | "von" | "der" | "la" | "le"))
        && parts.iter().all(|it| it.chars().all(|c| c.is_alphabetic() || "'’.-".contains(c)))
        && !parts.iter().any(|it| HOUSES.contains(&it.to_lowercase().trim_end_matches('.')))
}

/// Masks the names of customers in all documents, and forgets them. Those that stand in files which were left out are
/// known to the caller.
pub fn conceal_customers(documents: &mut [Document], withheld: Vec<String>) {
    let mut names: BTreeSet<String> = withheld.into_iter().take(MAX_NAMES).collect();
    for document in documents.iter_mut() {
        let outsiders = std::mem::take(&mut document.outsiders);
        if tells(&document.path) && names.len() < MAX_NAMES {
            names.extend(outsiders);
            names.extend(labelled(document));
        }
    }
    names.extend(private_senders(documents));
    let colleagues = colleagues(documents, &names);
    names.retain(|it| !colleagues.contains(it));
    if names.is_empty() {
        return;
    }
    let Some(finder) = Finder::new(&names, &colleagues, documents) else { return };
    for document in documents {
        for block in &mut document.blocks {
            let people = block.speaker.iter_mut().chain(&mut block.to).chain(block.context.iter_mut());
            people.chain(Some(&mut block.text)).for_each(|it| finder.mask(it));
        }
        document.title.iter_mut().chain(&mut document.author).chain(&mut document.source).chain(&mut document.remarks).for_each(|it| finder.mask(it));
        for table in &mut document.tables {
            table.columns.iter_mut().flat_map(|it| &mut it.values).chain(&mut table.preamble).for_each(|it| finder.mask(it));
        }
    }
}

/// Whether the names in a file of this path count.
pub(crate) fn tells(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| TELLING.iter().any(|it| ending.eq_ignore_ascii_case(it)))
}

/// The names behind labels such as `Customer: Ada Okafor`, in forms and records.
fn labelled(document: &Document) -> impl Iterator<Item = String> {
    let fields = document.blocks.iter().filter(|it| it.kind == BlockKind::Field);
    let named = fields.filter_map(|it| it.text.split_once(": ")).filter(|it| is_customer(&words(it.0))).map(|it| spoken(it.1));
    named.filter(|it| is_name(it) && it.split(' ').next().is_some_and(is_given))
}

fn fields(documents: &[Document]) -> impl Iterator<Item = &Block> {
    documents
        .iter()
        .filter(|it| tells(&it.path) && matches!(it.format, Format::Mail | Format::Mailbox))
        .flat_map(|it| &it.blocks)
        .filter(|it| it.kind == BlockKind::Field)
}

/// The name before the address in `From: Ada Okafor <..>`.
fn sender(block: &Block) -> Option<(String, &str)> {
    let (name, rest) = block.text.strip_prefix("From: ")?.split_once('<')?;
    Some((name.trim().trim_matches('"').to_owned(), rest))
}

/// Who writes from a private address, if somebody in the folder has one of a house.
fn private_senders(documents: &[Document]) -> BTreeSet<String> {
    let house = fields(documents).any(|it| it.text.contains('@'));
    fields(documents).filter(|_| house).filter_map(sender).filter(|it| it.1.starts_with(MASKED)).map(|it| it.0).filter(|it| is_name(it)).collect()
}

/// Who speaks in chats, or writes from an address of a house.
fn colleagues(documents: &[Document], suspects: &BTreeSet<String>) -> BTreeSet<String> {
    let mut out: BTreeSet<String> = fields(documents).filter_map(sender).filter(|it| it.1.contains('@')).map(|it| it.0).collect();
    let private = private_senders(documents);
    for document in documents.iter().filter(|it| tells(&it.path)) {
        let mail = matches!(document.format, Format::Mail | Format::Mailbox);
        for block in &document.blocks {
            match block.kind {
                BlockKind::Message if !mail => out.extend(block.speaker.clone()),
                BlockKind::Signature => out.extend(suspects.iter().filter(|it| !private.contains(*it) && block.text.starts_with(it.as_str())).cloned()),
                _ => {}
            }
        }
    }
    out
}

/// Finds the names in a text.
struct Finder {
    words: AhoCorasick,
}

impl Finder {
    fn new(names: &BTreeSet<String>, colleagues: &BTreeSet<String>, documents: &[Document]) -> Option<Self> {
        let taken: BTreeSet<&str> = colleagues.iter().flat_map(|it| it.split(' ')).collect();
        // A surname that is also a word of the folder's language says nothing by itself.
        let texts = || documents.iter().filter(|it| tells(&it.path)).flat_map(|it| &it.blocks).map(|it| it.text.as_str());
        let plain: BTreeSet<&str> =
            texts().flat_map(|it| it.split(|c: char| !c.is_alphabetic())).filter(|it| it.chars().next().is_some_and(char::is_lowercase)).collect();
        let mut words = BTreeSet::new();
        for name in names {
            let (first, last) = name.rsplit_once(' ')?;
            words.insert(name.clone());
            // Without what stands between them.
            words.extend(first.split_once(' ').map(|it| format!("{} {last}", it.0)));
            words.insert(format!("{last}, {first}"));
            words.extend(TITLES.iter().flat_map(|it| [format!("{it} {last}"), format!("{it} {name}")]));
            if last.chars().count() >= 4 && !taken.contains(last) && !plain.contains(last.to_lowercase().as_str()) {
                words.insert(last.to_owned());
            }
        }
        AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words).ok().map(|words| Self { words })
    }

    fn mask(&self, text: &mut String) {
        let mut out = String::new();
        let mut kept = 0;
        for hit in self.words.find_iter(text.as_str()) {
            let open = |it: Option<char>| it.is_none_or(|it| !it.is_alphanumeric());
            if open(text[..hit.start()].chars().next_back()) && open(text[hit.end()..].chars().next()) {
                out.push_str(&text[kept..hit.start()]);
                let begins = out.is_empty() || out.trim_end().ends_with(['.', '!', '?', '\n']);
                out.push_str(if begins { "The customer" } else { "the customer" });
                kept = hit.end();
            }
        }
        if kept > 0 {
            out.push_str(&text[kept..]);
            *text = out;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::conceal_customers;
    use crate::reader::tests_support::read_raw;
    use sop_core::Document;

    const ORDERS: &[u8] = b"Order,Customer name,Email,Total\nCW1,Ada Okafor,ada.okafor@pages.example,12.50\nCW2,Oakfield Leisure,info@oakfield.example,90.00\nCW3,Tom Price,tomp81@gmail.com,4.00\n";
    const MAIL: &[u8] = b"From: Jo Lindqvist <jo.l@gmail.com>\nTo: Dana Whitfield <dana@cartwheel.example>\nDate: Wed, 4 Nov 2026 10:02:00 +0000\nSubject: my parcel\n\nWhere is it?\n\nJo Lindqvist\n";

    fn concealed(files: &[(&str, &[u8])]) -> Vec<Document> {
        let mut documents: Vec<Document> = files.iter().map(|(name, bytes)| read_raw(name, bytes)).collect();
        conceal_customers(&mut documents, Vec::new());
        documents
    }

    fn texts(documents: &[Document]) -> String {
        documents.iter().flat_map(|it| &it.blocks).map(|it| format!("{}: {}\n", it.speaker.clone().unwrap_or_default(), it.text)).collect()
    }

    #[test]
    fn names_of_a_column_of_customers_go_everywhere() {
        let notes = b"Mrs Okafor's card was declined, call Ada Okafor before you refund.\n\nOakfield Leisure pays by invoice. Okafor paid in week 45.\n\nThe price of Tom Price's order is 4.00.\n";
        let text = texts(&concealed(&[("orders.csv", ORDERS), ("notes.txt", notes)]));
        assert!(!text.contains("Okafor") && !text.contains("Tom Price"), "{text}");
        assert!(text.contains("The customer's card was declined, call the customer before you refund."), "{text}");
        assert!(text.contains("Oakfield Leisure pays by invoice. The customer paid"), "{text}");
        assert!(text.contains("The price of the customer's order"), "{text}");
    }

    #[test]
    fn a_private_sender_is_a_customer_and_a_colleague_is_not() {
        let house = b"From: Dana Whitfield <dana@cartwheel.example>\nTo: Priya Shah <priya@cartwheel.example>\nDate: Wed, 4 Nov 2026 11:02:00 +0000\nSubject: parcel\n\nPlease answer Jo Lindqvist today. Priya Shah has the file.\n";
        let text = texts(&concealed(&[("1.eml", MAIL), ("2.eml", house)]));
        assert!(!text.contains("Lindqvist"), "{text}");
        assert!(text.contains("Please answer the customer today. Priya Shah has the file.") && text.contains("Dana Whitfield"), "{text}");
    }

    #[test]
    fn a_colleague_who_bought_something_keeps_the_name() {
        let chat = b"[03/11/2026, 09:14] Ada Okafor: the total must match before we send it\n[03/11/2026, 09:15] Dana: ok\n";
        let text = texts(&concealed(&[("orders.csv", ORDERS), ("chat.txt", chat)]));
        assert!(text.contains("Ada Okafor: the total must match"), "{text}");
    }

    #[test]
    fn lists_of_staff_and_of_companies_name_no_customers() {
        let staff = b"Name,Job,Email\nAda Okafor,Finance,ada@cartwheel.example\n";
        let firms = b"Customer,Email\nCobden View,info@cobdenview.example\n";
        let notes = b"Ada Okafor approves what Cobden View pays.\n";
        let text = texts(&concealed(&[("staff.csv", staff), ("firms.csv", firms), ("notes.txt", notes)]));
        assert!(text.contains("Ada Okafor approves what Cobden View pays."), "{text}");
    }

    /// A workbook with one sheet of these rows.
    fn sheet(name: &str, rows: &[&[&str]]) -> Vec<u8> {
        let row = |(n, row): (usize, &&[&str])| {
            let cells = row.iter().enumerate().map(|(at, it)| {
                let place = format!("{}{}", char::from(b'A' + at as u8), n + 1);
                match it.parse::<f64>() {
                    Ok(number) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
                    Err(_) => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{it}</t></is></c>"),
                }
            });
            format!("<row r=\"{}\">{}</row>", n + 1, cells.collect::<String>())
        };
        let rows: String = rows.iter().enumerate().map(row).collect();
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006/relationships";
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (part, text) in [
            (
                "_rels/.rels",
                format!(
                    "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{rel}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
                ),
            ),
            (
                "xl/workbook.xml",
                format!("<workbook xmlns=\"{main}\" xmlns:r=\"{rel}\"><sheets><sheet name=\"{name}\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{rel}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
                ),
            ),
            ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>")),
        ] {
            zip.start_file(part, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn database(sql: &str) -> Vec<u8> {
        let mut database = rusqlite::Connection::open_in_memory().unwrap();
        database.execute_batch(sql).unwrap();
        database.serialize(rusqlite::MAIN_DB).unwrap().to_vec()
    }

    const NOTES: &[u8] = b"Mrs Okafor's parcel CW1 is late, call Ada Okafor before you refund 12.50 on 2026-11-04.\n\nPriya Shah approves what Harbour Kitchen pays for the Bialetti Moka in orders_2026-11.xlsx.\n";

    /// The note without the customer, and with all that the work needs.
    fn check_notes(documents: &[Document], of: &str) {
        let text = texts(documents);
        assert!(!text.contains("Okafor"), "{of}: {text}");
        for kept in ["CW1", "12.50", "2026-11-04", "Priya Shah approves", "Harbour Kitchen", "Bialetti Moka", "orders_2026-11.xlsx"] {
            assert!(text.contains(kept), "{of}: {kept} is gone: {text}");
        }
    }

    const ROWS: &[&[&str]] = &[
        &["Order", "Customer", "Account manager", "Product", "Total"],
        &["CW1", "Ada Okafor", "Priya Shah", "Bialetti Moka", "12.50"],
        &["CW2", "Harbour Kitchen", "Priya Shah", "Bialetti Moka", "90"],
        &["CW3", "Tom Price", "Priya Shah", "Bialetti Moka", "4"],
    ];

    #[test]
    fn names_of_customers_are_learned_in_every_kind_of_table() {
        let rows = |mark: &str| ROWS.iter().map(|it| it.join(mark)).collect::<Vec<_>>().join("\n");
        let object = |it: &&[&str]| {
            let fields = ROWS[0].iter().zip(*it).map(|(name, value)| format!("\"{}\": \"{value}\"", name.to_lowercase()));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        };
        let objects: Vec<String> = ROWS[1..].iter().map(object).collect();
        let values: Vec<String> = ROWS[1..].iter().map(|it| format!("('{}')", it.join("', '"))).collect();
        let sql = format!("CREATE TABLE orders (id, customer_name, account_manager, product, total); INSERT INTO orders VALUES {};", values.join(", "));
        for (name, bytes) in [
            ("orders.csv", rows(",").into_bytes()),
            ("orders.txt", rows("\t").into_bytes()),
            ("orders.xlsx", sheet("Orders", ROWS)),
            ("orders.json", format!("{{\"orders\": [{}]}}", objects.join(", ")).into_bytes()),
            ("orders.jsonl", objects.join("\n").into_bytes()),
            ("orders.db", database(&sql)),
        ] {
            check_notes(&concealed(&[(name, &bytes), ("notes.md", NOTES)]), name);
        }
    }

    #[test]
    fn a_record_a_form_and_a_list_of_customers_name_them_too() {
        let nested = br#"{"id": "CW1", "customer": {"name": "Ada Okafor", "since": 2019}, "rep": {"name": "Priya Shah"}}"#;
        check_notes(&concealed(&[("order.json", nested), ("notes.md", NOTES)]), "nested");
        let list =
            sheet("Customers 2026", &[&["First name", "Surname", "Since", "City"], &["Ada", "Okafor", "2019", "Crewe"], &["Tom", "Price", "2020", "Crewe"]]);
        check_notes(&concealed(&[("crm.xlsx", &list), ("notes.md", NOTES)]), "list");
        let turned = b"Kunde;Bestellung;Betrag\nOKAFOR, Ada;CW1;12,50\nHarbour Kitchen;CW2;90,00\n";
        check_notes(&concealed(&[("bestellungen.csv", turned), ("notes.md", NOTES)]), "turned");
    }

    #[test]
    fn a_paper_that_is_kept_out_still_tells_who_is_a_customer() {
        let homes = b"Customer,Home address,Phone\nAda Okafor,\"4 Mill Lane, Wrenbury, WH1 4QL\",07700 900123\nTom Price,\"9 Mill Lane, Wrenbury, WH1 4QL\",07700 900124\n";
        let artifact = |name: &str, bytes: &[u8]| sop_core::Artifact {
            id: sop_core::ArtifactId("a".into()),
            path: name.into(),
            size: bytes.len() as u64,
            digest: sop_core::Digest(String::new()),
            modified: None,
        };
        let read = crate::read(&artifact("homes.csv", homes), homes, &crate::reader::tests_support::Blind, &crate::People::default());
        let Some(crate::Reading::LeftOut(_, names)) = read.output else { panic!("a list of homes was read: {read:?}") };
        let mut documents = vec![read_raw("notes.md", NOTES)];
        conceal_customers(&mut documents, names);
        check_notes(&documents, "kept out");
    }

    #[test]
    fn colleagues_companies_and_words_about_customers_stay() {
        let notes = b"Priya Shah and Ben Cole call Cobden View about the Moka before Anna Weber signs.\n";
        for rows in [
            "Order,Owner,Total\n1,Priya Shah,4\n2,Ben Cole,5\n3,Anna Weber,5\n",
            "Order,Account manager,Total\n1,Priya Shah,4\n2,Ben Cole,5\n3,Anna Weber,5\n",
            "Order,Customer service agent,Total\n1,Priya Shah,4\n2,Ben Cole,5\n3,Anna Weber,5\n",
            "Order,Client owner,Total\n1,Priya Shah,4\n2,Ben Cole,5\n3,Anna Weber,5\n",
            "Order,Customer,Account manager\n1,Cobden View,Priya Shah\n2,Anna Weber GmbH,Ben Cole\n3,Ben Cole,Ben Cole\n",
            "Customer type,Customer city,Approver\nRetail,Cobden View,Priya Shah\nTrade,Ben Cole,Anna Weber\n",
            "Supplier,Contact name,Vendor\nCobden View,x,Priya Shah\n",
        ] {
            let text = texts(&concealed(&[("customer service rota.csv", rows.as_bytes()), ("notes.md", notes)]));
            assert!(text.contains("Priya Shah and Ben Cole call Cobden View about the Moka before Anna Weber signs."), "{rows}: {text}");
        }
    }

    #[test]
    fn which_names_of_a_long_list_are_known_does_not_depend_on_its_order() {
        let letter = |n: u32| char::from(b'a' + (n % 26) as u8);
        let names: Vec<String> = (0..6_000_u32).map(|n| format!("Ada Bel{}{}{}", letter(n), letter(n / 26), letter(n / 676))).collect();
        let gather = |rows: &mut dyn Iterator<Item = &String>| {
            let mut customers = super::Customers::of(&["Customer", "Total"], "a").unwrap();
            rows.for_each(|it| customers.add(&[it.as_str(), "1"]));
            customers.names().collect::<Vec<_>>()
        };
        assert_eq!(gather(&mut names.iter()), gather(&mut names.iter().rev()));
    }
}
