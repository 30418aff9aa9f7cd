//! Who is who: one person across signatures, mail addresses, first names and initials.

use crate::text::re;
use sop_core::{Anchor, Block, BlockKind, Document, Format, Person};
use std::collections::{BTreeMap, BTreeSet};

/// Everybody the folder names, and how to find them by any of their names.
pub(crate) struct People {
    pub list: Vec<Person>,
    /// The first person with a name, a part of a name, or initials.
    by_word: BTreeMap<String, usize>,
    by_name: BTreeMap<String, usize>,
    /// Who goes by an alias; several may.
    by_alias: BTreeMap<String, Vec<usize>>,
}

/// Words that stand where a name would.
const NO_NAMES: &[&str] = &[
    "The",
    "They",
    "She",
    "Who",
    "Everyone",
    "Everybody",
    "Somebody",
    "Someone",
    "Nobody",
    "Finance",
    "Accounts",
    "Sales",
    "Support",
    "Manager",
    "Owner",
    "Client",
    "Customer",
    "Director",
    "Partner",
    "Chair",
    "Management",
    "This",
    "That",
    "Das",
    "Der",
    "Die",
    "Wer",
    "Chef",
    "Buchhaltung",
    "Leitung",
    "Kunde",
    "Qui",
    "Elle",
    "Comptabilité",
    "Direction",
    "Tout",
    "Chacun",
    "Personne",
    "Quien",
    "Ella",
    "Contabilidad",
    "Dirección",
    "Gerencia",
    "Nadie",
    "Jefe",
    "Jefa",
];

/// Local parts of addresses that are no person.
const MACHINES: &[&str] = &["no-reply", "noreply", "donotreply", "mailer", "daemon", "info", "support", "team", "system", "bot", "notification"];

/// Collects the people of all documents. The acting ones come first, those with most acts at the top.
pub(crate) fn collect(documents: &[Document]) -> People {
    let mut found: BTreeMap<String, Person> = BTreeMap::new();
    let mut note = |name: &str, job: Option<String>, acts: u32, anchor: Option<Anchor>| {
        let (name, in_brackets) = clean(name);
        if !is_name(&name) {
            return;
        }
        let entry = found.entry(name.clone()).or_insert_with(|| Person {
            name,
            job: None,
            aliases: Vec::new(),
            anchors: Vec::new(),
            acts: 0,
            inside: true,
            hours: None,
        });
        if let Some(job) = job.or(in_brackets).filter(|it| !it.is_empty())
            && entry.job.is_none()
        {
            entry.job = Some(job);
            if let Some(anchor) = &anchor {
                entry.anchors.insert(0, anchor.clone());
            }
        }
        entry.acts += acts;
        if let Some(anchor) = anchor
            && entry.anchors.len() < 3
            && !entry.anchors.contains(&anchor)
        {
            entry.anchors.push(anchor);
        }
    };
    for document in documents {
        // Answers to customers say nothing of who does this work.
        if crate::roles::is_export(document) {
            continue;
        }
        for block in &document.blocks {
            match block.kind {
                BlockKind::Message => {
                    if let Some(speaker) = &block.speaker {
                        note(speaker, None, 1, Some(anchor(document, block)));
                    }
                }
                BlockKind::QuotedReply | BlockKind::Note => {
                    if let Some(speaker) = &block.speaker {
                        // A commit is one act, however long its message.
                        let more = document.format == Format::History && block.context.is_some();
                        note(speaker, None, u32::from(!more), Some(anchor(document, block)));
                    }
                }
                BlockKind::Signature => {
                    if let Some((name, job)) = signature(&block.text) {
                        note(&name, Some(job), 0, Some(anchor(document, block)));
                    }
                }
                BlockKind::Event => {
                    if let Some(speaker) = &block.speaker {
                        note(speaker, None, 1, None);
                    }
                }
                BlockKind::Item { .. } | BlockKind::Paragraph => {
                    // "Eva must approve": who is only spoken of is somebody, too.
                    for found in re!(
                        r"\b(\p{Lu}\p{Ll}{2,}) (?:must (?:approve|sign|agree|see|check|ok)|has to (?:approve|sign|agree|see|check|ok)|needs to (?:approve|sign|agree|see|check|ok)|signs|approves|decides|unterschreibt|genehmigt|entscheidet|muss (?:freigeben|unterschreiben|zustimmen|genehmigen)|doit (?:valider|approuver|signer|accepter|relire|vérifier|donner)|(?:valide|approuve|tranche|décide)\b|tiene que (?:aprobar|firmar|autorizar|validar|revisar|ver)|debe (?:aprobar|firmar|autorizar|validar|revisar)|(?:aprueba|firma|autoriza|decide)\b)"
                    )
                    .captures_iter(&block.text)
                    {
                        if !NO_NAMES.contains(&&found[1]) {
                            note(&found[1], None, 0, Some(anchor(document, block)));
                        }
                    }
                }
                BlockKind::Row => {
                    if let Some((name, job)) = staff_row(&block.text) {
                        note(&name, Some(job), 0, Some(anchor(document, block)));
                    }
                }
                _ => {}
            }
        }
    }
    // Accounts that write by themselves have names too: "Deskwell <no-reply@..>".
    let machines: Vec<String> = documents
        .iter()
        .flat_map(|it| &it.blocks)
        .filter(|it| it.kind == BlockKind::Field)
        .filter_map(|it| re!(r"(?i)^From: (.*?) ?<([\w.+-]+)@").captures(&it.text).map(|c| (c[1].trim_matches('"').to_owned(), c[2].to_lowercase())))
        .filter(|(_, local)| {
            MACHINES.iter().any(|m| {
                local == m || local.starts_with("no-reply") || local.starts_with("noreply") || local.contains("notification") || local.contains("mailer")
            })
        })
        .map(|it| it.0)
        .collect();
    found.retain(|name, _| !machines.contains(name) && name != "Requester");
    let mut list: Vec<Person> = merge(found.into_values().collect());
    let domain = home_domain(documents);
    // An account in the name of the house is nobody in particular.
    let house = domain.as_deref().and_then(|it| it.split('.').next()).unwrap_or_default().replace('-', "");
    list.retain(|it| house.is_empty() || it.name.replace(' ', "").to_lowercase() != house);
    let addresses = domain.as_ref().map(|_| Addresses::of(documents)).unwrap_or_default();
    for person in &mut list {
        person.inside = domain.as_deref().is_none_or(|home| addresses.inside(person, home));
        let first = person.name.split(' ').next().unwrap_or_default().to_owned();
        let initials: String = person.name.split(' ').filter_map(|it| it.chars().next()).collect();
        if first != person.name {
            person.aliases.push(first);
            person.aliases.push(initials);
        }
        person.aliases.sort();
        person.aliases.dedup();
    }
    list.sort_by(|a, b| b.acts.cmp(&a.acts).then(a.name.cmp(&b.name)));
    People::new(list)
}

impl People {
    fn new(list: Vec<Person>) -> Self {
        let mut people = Self { list: Vec::new(), by_word: BTreeMap::new(), by_name: BTreeMap::new(), by_alias: BTreeMap::new() };
        for (at, person) in list.iter().enumerate() {
            people.by_name.entry(person.name.clone()).or_insert(at);
            let initials = person.aliases.iter().filter(|it| (2..=3).contains(&it.len()) && it.chars().all(|c| c.is_ascii_uppercase()));
            for word in person.name.split(' ').chain([person.name.as_str()]).chain(initials.map(String::as_str)) {
                people.by_word.entry(word.to_owned()).or_insert(at);
            }
            for alias in &person.aliases {
                people.by_alias.entry(alias.clone()).or_default().push(at);
            }
        }
        people.list = list;
        people
    }

    /// Finds a person by full name, first name or initials; a first name that two share finds nobody.
    pub fn find(&self, name: &str) -> Option<usize> {
        let (name, _) = clean(name);
        if let Some(at) = self.by_name.get(&name) {
            return Some(*at);
        }
        match self.by_alias.get(&name).map(Vec::as_slice) {
            Some([at]) => Some(*at),
            _ => None,
        }
    }

    /// Returns the fullest name, or the name itself.
    pub fn full(&self, name: &str) -> String {
        self.find(name).map_or_else(|| clean(name).0, |at| self.list[at].name.clone())
    }

    /// Returns the full names of the people a text mentions, in order, each once.
    pub fn mentioned(&self, text: &str) -> Vec<String> {
        let mut out = Vec::new();
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == '-')) {
            // Initials are too often other words; "RA" counts only as a whole upper-case token of two or three letters.
            let initials = (2..=3).contains(&word.len()) && word.chars().all(|c| c.is_ascii_uppercase());
            let named = word.chars().next().is_some_and(char::is_uppercase) && word.chars().count() > 1;
            if !(named || initials) {
                continue;
            }
            if let Some(&at) = self.by_word.get(word) {
                let name = self.list[at].name.clone();
                if !out.contains(&name) {
                    out.push(name);
                }
            }
        }
        out
    }
}

/// Makes an anchor for a whole block.
pub(crate) fn anchor(document: &Document, block: &Block) -> Anchor {
    Anchor { artifact: document.artifact.clone(), path: document.path.clone(), place: block.place.clone(), quote: block.text.clone() }
}

/// Splits "Piotr (dev)" into name and job; drops what programs add.
fn clean(name: &str) -> (String, Option<String>) {
    let name = name.trim().trim_matches('"').trim_start_matches('@');
    let (base, rest) = match name.split_once('(') {
        Some((base, rest)) => (base.trim(), Some(rest.trim_end_matches(')').trim().to_owned())),
        None => (name, None),
    };
    let base = if base.contains('@') {
        let local = base.split('@').next().unwrap_or_default();
        local.split(['.', '_']).map(crate::text::capital).collect::<Vec<_>>().join(" ")
    } else if let Some((last, first)) = base.split_once(", ") {
        format!("{first} {last}")
    } else {
        base.split(' ').map(|it| if it.chars().all(char::is_lowercase) { crate::text::capital(it) } else { it.to_owned() }).collect::<Vec<_>>().join(" ")
    };
    (base, rest)
}

fn is_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let parts = name.split(' ').count();
    (1..=4).contains(&parts)
        && name.chars().count() >= 2
        && name.chars().next().is_some_and(char::is_uppercase)
        && !name.chars().any(|c| c.is_ascii_digit() || "/\\:;=|[]{}".contains(c))
        && !MACHINES.iter().any(|it| lower.split([' ', '-', '.']).any(|part| part == *it) || lower == *it)
        && !matches!(lower.as_str(), "openpyxl" | "author" | "user" | "unknown" | "requester" | "customer" | "client" | "python-docx" | "administrator")
}

/// "Ruth Adeyemi, Finance" or "Ruth Adeyemi | Finance" or "Ruth Adeyemi - Finance".
fn signature(text: &str) -> Option<(String, String)> {
    let first = text.lines().next().unwrap_or(text);
    let found = re!(r"^(?P<name>\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’.-]*){0,2})\s*[,|–-]\s+(?P<job>\p{L}[^,|()\n]{2,50})").captures(first)?;
    Some((found["name"].to_owned(), found["job"].trim().trim_end_matches('.').to_owned()))
}

/// A row of a staff list: one column names a person and another a job.
fn staff_row(row: &str) -> Option<(String, String)> {
    let cells: Vec<(&str, &str)> = row.split(" | ").filter_map(|it| it.split_once(": ")).collect();
    let named = |wanted: &[&str]| cells.iter().find(|(head, _)| wanted.iter().any(|it| head.eq_ignore_ascii_case(it))).map(|(_, value)| (*value).to_owned());
    let name = named(&["name", "person", "who", "wer", "mitarbeiter", "nom", "qui", "nombre", "quién"])?;
    let job = named(&[
        "job",
        "role",
        "title",
        "position",
        "team",
        "department",
        "rolle",
        "funktion",
        "abteilung",
        "fonction",
        "poste",
        "rôle",
        "service",
        "puesto",
        "cargo",
        "función",
        "departamento",
    ])?;
    Some((name, job))
}

/// Joins first names to the one full name they belong to.
fn merge(list: Vec<Person>) -> Vec<Person> {
    let (full, short): (Vec<Person>, Vec<Person>) = list.into_iter().partition(|it| it.name.contains(' '));
    let mut full = full;
    let mut rest = Vec::new();
    for person in short {
        let mut fits = full
            .iter_mut()
            .filter(|it| it.name.split(' ').next() == Some(person.name.as_str()) || it.name.split(' ').next_back() == Some(person.name.as_str()));
        match (fits.next(), fits.next()) {
            (Some(one), None) => {
                one.acts += person.acts;
                one.job = one.job.take().or(person.job);
                one.anchors.extend(person.anchors);
                one.anchors.truncate(3);
            }
            _ => rest.push(person),
        }
    }
    full.extend(rest);
    full
}

/// The mail domain most people write from.
fn home_domain(documents: &[Document]) -> Option<String> {
    let mut count: BTreeMap<String, u32> = BTreeMap::new();
    for document in documents.iter().filter(|it| matches!(it.format, Format::Mail | Format::Mailbox | Format::Calendar)) {
        for block in &document.blocks {
            for found in re!(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)").captures_iter(&block.text) {
                *count.entry(found[1].to_lowercase()).or_default() += 1;
            }
        }
    }
    count.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0))).map(|it| it.0)
}

/// The mail addresses of the folder, by whom and where.
#[derive(Default)]
struct Addresses {
    /// Domains that a person's own mail came from, in lower case.
    own: BTreeMap<String, BTreeSet<String>>,
    /// Local part and domain of every address, in lower case.
    all: BTreeSet<(String, String)>,
}

impl Addresses {
    fn of(documents: &[Document]) -> Self {
        let from = re!(r"(?i)^From: (.*?) ?<[\w.+-]+@([\w-]+(?:\.[\w-]+)+)>");
        let mut found = Self::default();
        for block in documents.iter().flat_map(|it| &it.blocks).filter(|it| it.text.contains(['@', ']'])) {
            // A private address was masked; it is of no house.
            if block.kind == BlockKind::Field
                && let Some(private) = re!(r"(?i)^From: (.*?) ?<\[e-mail address removed\]>").captures(&block.text)
            {
                found.own.entry(clean(&private[1]).0).or_default().insert(String::new());
            }
            if block.kind == BlockKind::Field
                && let Some(own) = from.captures(&block.text)
            {
                found.own.entry(clean(&own[1]).0).or_default().insert(own[2].to_lowercase());
            }
            let all = re!(r"(?i)([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)").captures_iter(&block.text);
            found.all.extend(all.map(|it| (it[1].to_lowercase(), it[2].to_lowercase())));
        }
        found
    }

    /// A person is of the team unless their mail comes from another house, or the only addresses like theirs do.
    fn inside(&self, person: &Person, home: &str) -> bool {
        if let Some(own) = self.own.get(&person.name) {
            return own.contains(home);
        }
        let local = person.name.split(' ').next().unwrap_or_default().to_lowercase();
        if local.chars().count() <= 2 {
            return true;
        }
        let mut like = self.all.range((local.clone(), String::new())..).take_while(|it| it.0.starts_with(&local)).peekable();
        like.peek().is_none() || like.any(|it| it.1 == home)
    }
}
