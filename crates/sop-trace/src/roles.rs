//! Which part each file plays, and which files do not belong to the process at all.

use crate::text::{in_parallel, re, stems};
use aho_corasick::AhoCorasick;
use sop_core::{BlockKind, Document, FileUse, Format, Role, Script};
use std::collections::{BTreeMap, BTreeSet};

/// Judges the role of every document.
pub(crate) fn judge(documents: &[Document], scripts: &[Script]) -> BTreeMap<String, Role> {
    let written = patterns(scripts.iter().flat_map(|it| &it.writes));
    let mut roles: BTreeMap<String, Role> = documents.iter().map(|it| (it.path.clone(), by_itself(it, &written))).collect();
    drop_noise(documents, scripts, &mut roles);
    // Where nobody has left a message or a note, the written pages are all there is to go by.
    let voices = roles.values().any(|it| matches!(it, Role::Message | Role::Note)) || documents.iter().any(|it| it.format == Format::ShellHistory);
    if !voices {
        for role in roles.values_mut().filter(|it| **it == Role::PriorSop) {
            *role = Role::Note;
        }
    }
    roles
}

/// What a document is where nothing is known of the others.
pub(crate) fn alone(document: &Document) -> Role {
    by_itself(document, &[])
}

/// What a document is, seen alone.
fn by_itself(document: &Document, written: &[Pattern]) -> Role {
    let name = document.name().to_lowercase();
    let path = document.path.to_lowercase();
    let under = |wanted: &[&str]| path.split('/').rev().skip(1).any(|part| wanted.contains(&part.trim()));
    if is_prior_sop(document, &name) {
        return Role::PriorSop;
    }
    match document.format {
        Format::Notebook if document.pieces.is_empty() => Role::Note,
        Format::Script | Format::Notebook => {
            // A script in a folder of old things, or one that says that another replaces it, is no longer of use.
            let retired = under(&["old", "archive", "archiv", "alt", "backup", "zz old", "deprecated", "unused", "_old"])
                || document
                    .source
                    .as_deref()
                    .is_some_and(|it| re!(r"(?i)(replaced by|superseded by|deprecated|ersetzt durch)").is_match(&it.chars().take(600).collect::<String>()));
            if retired { Role::Noise } else { Role::Script }
        }
        Format::Config | Format::EnvFile => Role::Config,
        // An export of talks with customers is what the work is about, not talk about the work.
        Format::Chat if is_export(document) || under(&["export", "exports", "raw", "input", "inputs", "data"]) => Role::Input,
        Format::Mail | Format::Mailbox | Format::Chat => Role::Message,
        Format::Calendar => Role::Record,
        Format::Log | Format::ShellHistory | Format::History => Role::Record,
        _ if under(&["templates", "template", "vorlagen", "vorlage", "modelos"]) || re!(r"(?i)\b(template|vorlage)\b").is_match(&name.replace('_', " ")) => {
            Role::Template
        }
        _ if written.iter().any(|it| it.fits(&document.path)) || under(&["out", "output", "outputs", "ausgabe", "result", "results", "ergebnis"]) => {
            Role::Output
        }
        Format::Csv | Format::Json | Format::Database => Role::Input,
        Format::Text | Format::Markdown if is_content(document) => Role::Input,
        Format::Text | Format::Markdown => Role::Note,
        Format::Workbook
        | Format::Picture
        | Format::Docx
        | Format::Pdf
        | Format::Html
        | Format::Archive
        | Format::Slides
        | Format::Diagram
        | Format::Recording => Role::Record,
    }
}

/// Text that is made or handled by the work: it has front matter, or greets somebody, or names its subject.
fn is_content(document: &Document) -> bool {
    let Some(first) = document.blocks.first() else { return false };
    let front_matter = document.format == Format::Markdown && first.kind == BlockKind::Field;
    let text = first.text.trim();
    front_matter
        || re!(r"(?i)^(subject|betreff|objet|asunto|to|an)\s*:").is_match(text)
        || re!(r"(?i)^(dear|hello|hi|sehr geehrte\w*|hallo|liebe\w*|bonjour|estimad\w*)\b.{0,40}[,!]$").is_match(text)
}

/// Many talks on many subjects.
pub(crate) fn is_export(document: &Document) -> bool {
    let subjects: BTreeSet<&str> =
        document.blocks.iter().filter(|it| it.kind == BlockKind::Message).filter_map(|it| it.context.as_deref()).filter(|it| !it.starts_with("re: ")).collect();
    subjects.len() > 8
}

/// True if a tab of a workbook is named as instructions.
pub(crate) fn is_instructions(sheet: &str) -> bool {
    re!(r"(?i)\b(read ?me|how ?to|instructions?|anleitung|guide|hilfe|procedure|ablauf)\b").is_match(sheet)
}

/// Names of people who are said to be gone: "Gill's gone since January".
pub(crate) fn gone_names(documents: &[Document]) -> Vec<String> {
    let gone = re!(r"\b(\p{Lu}\p{Ll}{2,})(?:'s|’s| has| is| was)? (?:gone|left|last one|retired|no longer|ausgeschieden|in rente)");
    let mut names: Vec<String> =
        documents.iter().flat_map(|it| &it.blocks).flat_map(|it| gone.captures_iter(&it.text).map(|c| c[1].to_owned()).collect::<Vec<_>>()).collect();
    names.sort();
    names.dedup();
    names
}

/// True if a tab of instructions names somebody who is gone, or stands in a workbook that is an old page.
pub(crate) fn is_stale_tab(document: &Document, sheet: &str, gone: &[String]) -> bool {
    if re!(r"(?i)\b(sop|procedure|run ?book|hand ?book|manual|guide|anleitung|handbuch)\b").is_match(&document.name().replace(['_', '-'], " ")) {
        return true;
    }
    document
        .blocks
        .iter()
        .filter(|it| matches!(&it.place, sop_core::Place::Cell { sheet: s, .. } if s == sheet))
        .any(|it| gone.iter().any(|name| it.text.contains(name.as_str())))
}

/// The different patterns of the files that scripts use.
fn patterns<'a>(uses: impl Iterator<Item = &'a FileUse>) -> Vec<Pattern> {
    let different: BTreeSet<&str> = uses.map(|it| it.pattern.as_str()).collect();
    different.into_iter().map(Pattern::new).collect()
}

/// True if a document is named or titled as a procedure or read-me, whatever part it plays here.
pub(crate) fn is_page(document: &Document) -> bool {
    is_prior_sop(document, &document.name().to_lowercase())
}

/// A page that tells people how to do the work, as opposed to a trace of doing it.
fn is_prior_sop(document: &Document, name: &str) -> bool {
    let page = matches!(document.format, Format::Docx | Format::Pdf | Format::Markdown | Format::Text | Format::Html | Format::Slides | Format::Diagram);
    if !page {
        return false;
    }
    let title = document.title.clone().unwrap_or_default();
    let heading = document.blocks.iter().find(|it| matches!(it.kind, BlockKind::Heading(_))).map_or("", |it| it.text.as_str());
    let says = re!(
        r"(?i)\b(sop|standard operating procedure|procedure|run ?book|play ?book|hand ?book|work instruction|how ?to|manual|checklist|read ?me|guide|anleitung|arbeitsanweisung|verfahrensanweisung|handbuch|ablauf|checkliste|leitfaden|procédure|mode opératoire|procedimiento|instructivo)\b"
    );
    let spaced = |text: &str| text.replace(['_', '-', '.'], " ");
    says.is_match(&spaced(name)) || says.is_match(&spaced(heading)) || says.is_match(&spaced(&title))
}

/// True if a path fits a pattern with `{..}` for what is filled in. The tail of the path decides.
pub(crate) fn fits(pattern: &str, path: &str) -> bool {
    Pattern::new(pattern).fits(path)
}

/// A path with `{..}` or `*` for what is filled in, made ready to be held against many paths.
pub(crate) struct Pattern {
    /// From the first folder to the file.
    parts: Vec<Part>,
}

/// One folder or file name of a pattern.
struct Part {
    /// What stands between the placeholders, in lower case; one piece if there are none.
    fixed: Vec<String>,
    /// Whether it has letters of its own, the ending aside.
    named: bool,
    /// Whether it is one placeholder and nothing else.
    open: bool,
    dotted: bool,
}

impl Pattern {
    pub fn new(pattern: &str) -> Self {
        let pattern = pattern.trim_start_matches("./").replace('\\', "/");
        let parts = pattern.split('/').filter(|it| !it.is_empty() && *it != "..").map(Part::new).collect();
        Self { parts }
    }

    pub fn fits(&self, path: &str) -> bool {
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_lowercase();
        let Some(last) = self.parts.last() else { return false };
        // A pattern that is all placeholders says nothing: some piece must have a name of its own, and fit.
        if !last.named {
            let named = || self.parts[..self.parts.len() - 1].iter().any(|it| it.named && path.rsplit('/').skip(1).any(|have| it.fits(&name(have))));
            if !last.dotted || !named() {
                return false;
            }
        }
        let mut have = path.rsplit('/');
        for part in self.parts.iter().rev() {
            let Some(piece) = have.next() else { return true };
            if !part.fits(&piece.to_lowercase()) {
                // `{folder}` may stand for several levels or none
                return part.open;
            }
        }
        true
    }
}

impl Part {
    fn new(part: &str) -> Self {
        let bare = re!(r"\{[^}]*\}").replace_all(part, "").into_owned();
        let stem = bare.rsplit_once('.').map_or(bare.as_str(), |it| it.0);
        Self {
            fixed: re!(r"\{[^}]*\}|\*").split(part).map(str::to_lowercase).collect(),
            named: stem.contains(|c: char| c.is_ascii_alphabetic()),
            open: re!(r"^\{[^}]*\}$").is_match(part),
            dotted: part.contains('.'),
        }
    }

    /// Whether a name in lower case fits.
    fn fits(&self, name: &str) -> bool {
        let [first, middle @ .., last] = self.fixed.as_slice() else { return self.fixed.first().is_some_and(|it| it == name) };
        let Some(mut rest) = name.strip_prefix(first.as_str()) else { return false };
        for piece in middle {
            let Some(at) = rest.find(piece.as_str()) else { return false };
            rest = &rest[at + piece.len()..];
        }
        rest.ends_with(last.as_str())
    }
}

/// Documents that nothing else of the folder has to do with are noise: no script uses them, no message names
/// them, and they share hardly a word with the rest.
fn drop_noise(documents: &[Document], scripts: &[Script], roles: &mut BTreeMap<String, Role>) {
    // In a handful of files nothing can be told apart by what the rest speaks of.
    if documents.iter().filter(|it| it.format != Format::History).count() < 6 {
        return;
    }
    let sets = in_parallel(documents, |document| {
        // A history speaks of every file, those that have nothing to do with the rest among them.
        if document.format == Format::History {
            return BTreeSet::new();
        }
        let mut set: BTreeSet<String> = stems(document.name().rsplit_once('.').map_or(document.name(), |it| it.0)).into_iter().collect();
        for block in document.blocks.iter().take(400) {
            set.extend(stems(&block.text));
        }
        for table in &document.tables {
            set.extend(table.columns.iter().flat_map(|it| stems(&it.name)));
        }
        set
    });
    let stems_of: BTreeMap<&str, BTreeSet<String>> = documents.iter().map(|it| it.path.as_str()).zip(sets).collect();
    // How many documents use a stem: one that most use tells nothing, one that nobody else uses neither.
    let mut spread: BTreeMap<&str, usize> = BTreeMap::new();
    for set in stems_of.values() {
        for stem in set {
            *spread.entry(stem.as_str()).or_default() += 1;
        }
    }
    let mut dropped = Vec::new();
    let named = named(documents);
    let uses = patterns(scripts.iter().flat_map(|it| it.reads.iter().chain(&it.writes)));
    for document in documents {
        let role = roles[&document.path];
        if !matches!(role, Role::Note | Role::Record | Role::Input | Role::Output)
            || matches!(document.format, Format::Log | Format::ShellHistory | Format::Calendar | Format::History)
        {
            continue;
        }
        // Files deep in the folder stand beside their own kind; leftovers lie on top or in a corner.
        let top = document.path.matches('/').count() <= 1;
        if !top || named.contains(document.path.as_str()) || uses.iter().any(|it| it.fits(&document.path)) {
            continue;
        }
        let own = &stems_of[document.path.as_str()];
        let shared: Vec<&String> = own.iter().filter(|it| spread.get(it.as_str()).is_some_and(|n| *n >= 2)).collect();
        let core = shared.iter().filter(|it| spread[it.as_str()] >= 3).count();
        let ratio = if own.is_empty() { 0.0 } else { shared.len() as f64 / own.len() as f64 };
        // Nothing in it, or nothing of it anywhere else.
        // The fewer files, the less a shared word can be asked for.
        let (little, core_least) = if documents.len() < 12 { (0.2, 1) } else { (0.34, 3) };
        let foreign = own.len() >= 3 && (ratio < little || core < core_least && ratio < little + 0.16) || own.len() < 3 && core == 0;
        // A page that makes somebody wait for somebody is never a leftover.
        let binds = || role == Role::Note && document.blocks.iter().take(200).any(|it| sop_rules::acts(&it.text).iter().any(|act| act.weight >= 9));
        if foreign && !binds() {
            dropped.push(document.path.clone());
        }
    }
    for path in dropped {
        roles.insert(path, Role::Noise);
    }
}

/// The documents whose name another document speaks of, and those that speak of a file by its full name.
fn named(documents: &[Document]) -> BTreeSet<&str> {
    let mut words: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, document) in documents.iter().enumerate() {
        let name = document.name().to_lowercase();
        let bare = name.rsplit_once('.').map_or(name.as_str(), |it| it.0);
        if bare.len() > 7 && bare != name {
            words.entry(bare.to_owned()).or_default().push(at);
        }
        words.entry(name).or_default().push(at);
    }
    // All names in one pass: in a folder of thousands, one name after the other would take minutes.
    let Ok(search) = AhoCorasick::new(words.keys()) else { return BTreeSet::new() };
    let of: Vec<&Vec<usize>> = words.values().collect();
    let names: Vec<&String> = words.keys().collect();
    let mut found = BTreeSet::new();
    let mut hits = BTreeSet::new();
    for (at, document) in documents.iter().enumerate() {
        hits.clear();
        let told = document.blocks.iter().filter(|it| document.format != Format::History || it.kind == BlockKind::Note);
        for text in told.map(|it| it.text.as_str()).chain(document.source.as_deref()) {
            hits.extend(search.find_overlapping_iter(&text.to_lowercase()).map(|it| it.pattern().as_usize()));
        }
        found.extend(hits.iter().flat_map(|it| of[*it]).filter(|it| **it != at).map(|it| documents[*it].path.as_str()));
        let full = |it: usize| of[it].iter().any(|it| *it != at) && names[it].contains('.');
        if document.format != Format::Archive && hits.iter().any(|it| full(*it)) {
            found.insert(document.path.as_str());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_by_its_tail() {
        assert!(fits("{folder}/raw/orders_{month}.csv", "2026-10/raw/orders_2026-10.csv"));
        assert!(fits("{OUT}/groups_{WEEK}.csv", "w45/out/groups_w45.csv"));
        assert!(fits("tools/keys.tsv", "tools/keys.tsv"));
        assert!(!fits("{folder}/{name}", "2026-10/raw/orders.csv"));
        assert!(!fits("raw/orders_{month}.csv", "out/orders_2026-10.csv"));
    }
}
