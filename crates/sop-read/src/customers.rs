//! Private people who are customers: their names become "the customer" wherever they come up.
//!
//! A table tells who they are: a column of names beside mail addresses that are private or made of the name. So does a
//! mail that somebody sends from a private address to a house that has its own. Who speaks in the chats of the house or
//! writes from its addresses is a colleague and keeps the name; a company is no person and keeps it, too.

use crate::readers::{is_personal, reaches_a_person, words};
use aho_corasick::{AhoCorasick, MatchKind};
use sop_core::{Block, BlockKind, Document, Format};
use std::collections::BTreeSet;

/// More names than that are a mailing list, and looking for all of them takes longer than it is worth.
const MAX_NAMES: usize = 20_000;
/// Endings of the files that tell who is a customer and who a colleague. Whoever reads a single file again has to read
/// these, too, and then the same names are masked.
pub const TELLING: &[&str] = &["csv", "tsv", "tab", "psv", "txt", "json", "eml", "mbox"];
/// What stands where a private mail address was.
const MASKED: &str = "[e-mail address removed]";

/// Where the names and addresses of customers stand in the rows of a table.
pub(crate) struct Columns {
    /// One column, or first and last name.
    names: Vec<usize>,
    mails: Vec<usize>,
}

impl Columns {
    /// Returns the columns, if the table is about customers.
    pub fn of(header: &[String]) -> Option<Self> {
        const STAFF: &[&str] =
            &["job", "role", "title", "position", "team", "department", "employee", "staff", "mitarbeiter", "rolle", "abteilung", "funktion"];
        if header.iter().any(|it| words(it).iter().any(|word| STAFF.contains(&word.as_str()))) {
            return None;
        }
        let at = |wanted: &dyn Fn(&str) -> bool| header.iter().enumerate().filter(|it| wanted(it.1)).map(|it| it.0).collect::<Vec<usize>>();
        let mails = at(&|it| words(it).iter().any(|word| word.contains("mail")));
        let names = at(&|it| is_personal(it) && !reaches_a_person(it));
        (!mails.is_empty() && !names.is_empty()).then_some(Self { names, mails })
    }

    /// Returns the names of a row that are of people.
    pub fn people(&self, cells: &[impl AsRef<str>]) -> Vec<String> {
        let mails: Vec<String> = self.mails.iter().filter_map(|it| cells.get(*it)).map(|it| it.as_ref().to_lowercase()).filter(|it| it.contains('@')).collect();
        let cell = |at: &usize| cells.get(*at).map(|it| it.as_ref().trim().to_owned()).unwrap_or_default();
        let single = self.names.iter().map(cell).filter(|it| it.contains(' '));
        let parts: Vec<String> = self.names.iter().map(cell).filter(|it| !it.is_empty() && !it.contains(' ')).collect();
        let pair = (parts.len() == 2).then(|| parts.join(" "));
        single.chain(pair).filter(|name| is_name(name) && mails.iter().any(|it| belongs(it, name))).collect()
    }
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

/// Masks the names of customers in all documents, and forgets them.
pub fn conceal_customers(documents: &mut [Document]) {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for document in documents.iter_mut() {
        let outsiders = std::mem::take(&mut document.outsiders);
        if tells(document) && names.len() < MAX_NAMES {
            names.extend(outsiders);
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

fn tells(document: &Document) -> bool {
    document.path.rsplit_once('.').is_some_and(|(_, ending)| TELLING.iter().any(|it| ending.eq_ignore_ascii_case(it)))
}

fn fields(documents: &[Document]) -> impl Iterator<Item = &Block> {
    documents
        .iter()
        .filter(|it| tells(it) && matches!(it.format, Format::Mail | Format::Mailbox))
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
    for document in documents.iter().filter(|it| tells(it)) {
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
        const TITLES: &[&str] =
            &["Mr", "Mrs", "Ms", "Miss", "Mr.", "Mrs.", "Ms.", "Dr", "Dr.", "Herr", "Herrn", "Frau", "Mme", "M.", "Mlle", "Señor", "Señora", "Sr.", "Sra."];
        let taken: BTreeSet<&str> = colleagues.iter().flat_map(|it| it.split(' ')).collect();
        // A surname that is also a word of the folder's language says nothing by itself.
        let texts = || documents.iter().filter(|it| tells(it)).flat_map(|it| &it.blocks).map(|it| it.text.as_str());
        let plain: BTreeSet<&str> =
            texts().flat_map(|it| it.split(|c: char| !c.is_alphabetic())).filter(|it| it.chars().next().is_some_and(char::is_lowercase)).collect();
        let mut words = BTreeSet::new();
        for name in names {
            let (first, last) = name.rsplit_once(' ')?;
            words.insert(name.clone());
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
        conceal_customers(&mut documents);
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
}
