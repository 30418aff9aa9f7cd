//! A citation that does not bear its statement out.

use super::{About, Found, Lint, Sample};
use crate::Context;
use crate::folder::{SAID_BY, Standing};
use crate::names::{Kind, Pattern, has_ending, kind};
use crate::said::{self, Told};
use sop_core::{Basis, Entry, Lang, Part, Quoted, SectionKind, Severity, letters};

pub(crate) const LINT: Lint = Lint {
    id: "unsupported-statement",
    code: "E02",
    severity: Severity::Error,
    question: sop_core::Question::Reality,
    about: About {
        finds: "A statement whose evidence does not have its figure, unit, name, person, day or words, denies what the statement says, or tells the order the other way round",
        matters: "A reader trusts a citation. One that does not hold makes all others worthless",
        example: "The store may differ by 5 % [E4], where E4 reads `max_diff_pct = 1`",
        better: "The store may differ by 1 % [E4]",
    },
    yes: &[
        Sample::cited("The store may differ by 5 % [E1]", "max_diff_pct = 1").with(&[("a.txt", "max_diff_pct = 1")]),
        Sample::cited("Ring within 5 days [E1]", "ring within 5 hours").with(&[("a.txt", "ring within 5 hours")]),
        Sample::cited("Send it before the check [E1]", "send it after the check").with(&[("a.txt", "send it after the check")]),
        Sample::cited("Copy `orders_old.csv` [E1]", "copy orders_new.csv").with(&[("a.txt", "copy orders_new.csv")]),
        Sample::cited("Never send the workbook to leads [E1]", "send the workbook to leads").with(&[("a.txt", "send the workbook to leads")]),
    ],
    no: &[
        Sample::cited("The store may differ by 1 % [E1]", "max_diff_pct = 1").with(&[("a.txt", "max_diff_pct = 1")]),
        Sample::cited("Rows below 1,000: ask Ann [E1]", "fewer than 1000 rows, ask Ann").with(&[("a.txt", "fewer than 1000 rows, ask Ann")]),
        Sample::cited("Copy `orders_{month}.csv` [E1]", "copy orders_2026-10.csv").with(&[("a.txt", "copy orders_2026-10.csv")]),
    ],
    check,
};

const HINT: &str = "put right what the statement says, or cite what bears it out";
/// More quotes than that are told by the first of them.
const SHOWN: usize = 2;
const LONGEST_QUOTE: usize = 90;
/// Fewer words in brackets are a name or a place.
const LEAST_REMARK: usize = 3;
/// Shorter parts of our phrases stand in what people say, too.
const SHORTEST_PHRASE: usize = 7;

fn check(context: &Context<'_>, found: &mut Found) {
    let people = people(context);
    let own = context.page.is_ours().then(|| Phrases::of(context.page.lang()));
    for (part, entry) in context.page.entries() {
        if matches!(part.kind, Some(SectionKind::Questions | SectionKind::LeftOut)) {
            continue;
        }
        let Some((quoted, around, shown)) = evidence(context, part, entry) else { continue };
        let told = Told::new(&quoted, &around);
        if context.folder.is_none() {
            // Quotes alone tell neither who spoke nor which file was meant; the words that are quoted they do tell.
            for words in said::quotations(&entry.text).iter().filter(|it| !told.has_quotation(it)) {
                found.add(entry.line, format!("the words “{}” are not in its evidence; the evidence reads: {shown}", cut(words)), HINT);
            }
            continue;
        }
        for fault in faults(entry, &told, &people, own.as_ref()) {
            found.add(entry.line, format!("{fault}; the evidence reads: {shown}"), HINT);
        }
    }
}

/// Returns what the evidence of an entry says, all around it, and how it is shown. Nothing if it names none.
fn evidence(context: &Context<'_>, part: &Part, entry: &Entry) -> Option<(Vec<String>, Vec<String>, String)> {
    let cited: Vec<&Quoted> = entry.basis.iter().flat_map(Basis::evidence).filter_map(|it| context.page.quoted(*it)).collect();
    if !cited.is_empty() {
        let quoted = cited.iter().map(|it| it.quote.clone()).collect();
        let mut texts: Vec<String> = cited.iter().map(|it| format!("{}\n{}", it.path, it.place)).collect();
        if let Some(folder) = context.folder {
            let around = cited.iter().map(|it| folder.standing(it));
            texts.extend(around.filter_map(|it| if let Standing::There(text) = it { Some(text) } else { None }));
            // What a rule concludes may rest on all of the file.
            if matches!(entry.basis, Some(Basis::Inferred { .. })) {
                texts.extend(cited.iter().filter_map(|it| folder.said_in(&it.path)));
                texts.extend(folder.trace.files.iter().map(|it| it.path.clone()));
            }
        }
        // What the page says of itself is known to it: the title, the names of its people's roles.
        texts.extend(context.page.title.clone());
        let shown = cited.iter().take(SHOWN).map(|it| format!("{} “{}”", it.id, cut(&it.quote))).collect::<Vec<_>>().join(", ");
        return Some((quoted, texts, shown));
    }
    // The page of somebody else names the files that a statement comes from.
    let folder = context.folder?;
    if context.page.is_ours() || matches!(part.kind, Some(SectionKind::Disagreements)) {
        return None;
    }
    let sources = sources(entry);
    let texts: Vec<String> = sources.iter().filter_map(|it| folder.said_in(it)).collect();
    (!texts.is_empty()).then(|| (texts, Vec::new(), sources.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")))
}

/// The files in brackets at the end of a statement.
pub(crate) fn sources(entry: &Entry) -> Vec<&str> {
    let brackets = last_brackets(&entry.text).map_or("", |it| it.1);
    brackets.split('`').skip(1).step_by(2).filter(|it| has_ending(it)).collect()
}

/// Parts a statement from the brackets at its end.
fn last_brackets(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim_end_matches(['.', ' ', '|']).strip_suffix(')')?;
    inner.rsplit_once(" (")
}

fn cut(quote: &str) -> String {
    match quote.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", &quote[..end]),
        None => quote.to_owned(),
    }
}

/// The people whom the page or the folder knows, each by all names.
fn people(context: &Context<'_>) -> Vec<Vec<String>> {
    let mut out: Vec<Vec<String>> = Vec::new();
    if let Some(folder) = context.folder {
        out.extend(folder.trace.people.iter().map(|it| std::iter::once(it.name.clone()).chain(it.aliases.iter().cloned()).collect()));
    }
    for name in ["owner", "approver"].iter().filter_map(|it| context.page.field(it)) {
        let name = name.value.split(',').next().unwrap_or_default().trim().to_owned();
        if name.split(' ').count() == 2 && !out.iter().any(|it| it.contains(&name)) {
            out.push(vec![name]);
        }
    }
    for names in &mut out {
        let parts: Vec<String> = names[0].split(' ').filter(|it| it.chars().count() > 2).map(str::to_owned).collect();
        names.extend(parts);
    }
    out
}

/// Says each thing that the evidence does not have.
fn faults(entry: &Entry, told: &Told, people: &[Vec<String>], own: Option<&Phrases>) -> Vec<String> {
    let mut out = Vec::new();
    let statement = if own.is_some() { entry.text.as_str() } else { without_sources(&entry.text) };
    let bare = said::outside(statement);
    let lower = bare.to_lowercase().replace('’', "'");
    for figure in said::figures(&bare) {
        if !told.has_value(&figure) || own.is_none() && !told.has_near(&figure, &lower) {
            out.push(format!("the figure {} is not in its evidence", figure.written));
        } else if let (Some(unit), Some(other)) = (figure.unit, told.other_unit(&figure)) {
            out.push(format!("{} is in {unit} here and in {other} in its evidence", figure.written));
        }
    }
    for quoted in said::quotations(statement) {
        if !told.has_quotation(&quoted) {
            out.push(format!("the words “{}” are not in its evidence", cut(&quoted)));
        }
    }
    // Names on the page of somebody else need not stand in the very file that is named: another rule looks for them.
    for name in entry.code().into_iter().filter(|_| own.is_some()) {
        if !statement.contains(name) || bears(name, told) {
            continue;
        }
        out.push(format!("`{}` is not in its evidence", cut(name)));
    }
    let evidence = told.text().to_lowercase();
    for names in people {
        let named = names.iter().find(|it| it.chars().count() > 2 && said::has_words(&bare, it));
        if let Some(name) = named
            && !names.iter().any(|it| evidence.contains(&it.to_lowercase()))
        {
            out.push(format!("{name} is not in its evidence"));
        } else if let Some(name) = named
            && (statement.starts_with(&format!("{name}: “")) || statement.contains(&format!("** {name}: “")))
            && let Some(other) = speaker(told, people).filter(|it| *it != names)
        {
            out.push(format!("it was {} who said this, not {name}", other[0]));
        }
    }
    if let Some(ours) = own {
        // Remarks of a script stand in brackets, in its own words.
        for remark in remarks(&bare).into_iter().filter(|it| !it.starts_with(&ours.marked) && !told.has_quotation(it)) {
            out.push(format!("the words “{}” are not in its evidence", cut(&remark)));
        }
    }
    for day in said::days(&lower) {
        if !day.iter().any(|it| told.has_word(it)) {
            out.push(format!("{} is not in its evidence", day[0]));
        }
    }
    if let Some((here, there)) = said::order_differs(&lower, told) {
        out.push(format!("it says “{here}” where its evidence says “{there}”"));
    }
    out.extend(denial(statement, &lower, told));
    if !said::denies(&statement.to_lowercase()) {
        out.extend(told.denied_in(&lower).map(|it| format!("its evidence says “not {it}”")));
    }
    if let Some(ours) = own.filter(|_| out.is_empty()) {
        // What is left of the statement without our own phrases was said by somebody.
        let rest = ours.without(&lower);
        if said::denies(&rest) && !told.denies() {
            out.push("it denies what its evidence says".to_owned());
        }
        let stray = ["before", "after"].into_iter().find(|it| said::words(&rest).any(|word| word == *it) && !told.has_word(it));
        out.extend(stray.map(|it| format!("the “{it}” is not in its evidence")));
    }
    out
}

/// Returns who said what is quoted, if that is one person of those who are known.
fn speaker<'p>(told: &Told, people: &'p [Vec<String>]) -> Option<&'p Vec<String>> {
    let mut said = told.text().lines().filter_map(|it| it.strip_prefix(SAID_BY)).map(str::to_lowercase);
    let first = said.next()?;
    let of = |name: &str| people.iter().find(|names| names.iter().any(|it| it.chars().count() > 2 && name.contains(&it.to_lowercase())));
    let person = of(&first)?;
    said.all(|it| of(&it) == Some(person)).then_some(person)
}

/// The sentences in brackets, outside of quotations.
fn remarks(bare: &str) -> Vec<String> {
    let inside = bare.split('(').skip(1).filter_map(|it| it.split_once(')')).map(|it| it.0.trim().to_owned());
    inside.filter(|it| it.split_whitespace().count() >= LEAST_REMARK && it.chars().all(|c| c.is_alphabetic() || " ,'’-".contains(c))).collect()
}

/// What the program itself writes around names and quotations, and may be taken for what somebody said.
struct Phrases {
    /// Those that deny something or tell an order, the longest first.
    parts: Vec<String>,
    stop: String,
    /// What stands before a list of marks, in brackets.
    marked: String,
}

impl Phrases {
    fn of(say: Lang) -> Self {
        let telling = |it: &String| it.len() >= SHORTEST_PHRASE && (said::denies(it) || it.contains("before") || it.contains("after"));
        let mut parts: Vec<String> = say.texts().iter().flat_map(|it| outside_gaps(it)).filter(telling).collect();
        parts.sort_by_key(|it| std::cmp::Reverse(it.len()));
        parts.dedup();
        let marked = say.marked("").trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
        Self { parts, stop: outside_gaps(say.stop).concat(), marked }
    }

    fn without(&self, lower: &str) -> String {
        let folded = lower.split_whitespace().collect::<Vec<_>>().join(" ");
        let rest = self.parts.iter().fold(folded, |rest, part| rest.replace(part.as_str(), " "));
        rest.replace(&self.stop, " ")
    }
}

/// The words of a phrase between its gaps, as they stand in a statement without its marks.
fn outside_gaps(phrase: &str) -> Vec<String> {
    let lower = said::outside(phrase).to_lowercase();
    lower.split('{').map(|it| it.split_once('}').map_or(it, |it| it.1)).map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn without_sources(text: &str) -> &str {
    last_brackets(text).filter(|it| it.1.contains('`')).map_or(text, |it| it.0)
}

/// Whether a name stands in the evidence: a file by what is fixed of its own name, a command by its words.
fn bears(name: &str, told: &Told) -> bool {
    let whole = letters(name);
    if whole.is_empty() || Pattern::of(name).is_open() || Pattern::of(name).stands_in(told.text()) || told.has_quotation(name) {
        return true;
    }
    let file = |path: &str| Pattern::of(path.rsplit(['/', '\\']).next().unwrap_or(path)).literals().iter().all(|it| told.has_quotation(it));
    match kind(name) {
        Kind::File => file(name),
        Kind::Command => name.split_whitespace().all(|it| file(it.trim_matches(['"', '\'']))),
        Kind::Word | Kind::Words => Pattern::of(name).literals().iter().all(|it| told.has_quotation(it)),
    }
}

/// A denial that only one of the two has. The words must be the same for the rest, or they are about something else.
fn denial(statement: &str, lower: &str, told: &Told) -> Option<String> {
    let content = |text: &str| said::words(text).filter(|it| it.chars().count() > 3).map(str::to_owned).collect::<Vec<_>>();
    let own = content(lower);
    let here = said::denies(lower);
    if own.len() < 3 {
        return None;
    }
    let all = statement.to_lowercase();
    let shared = |sentence: &str| own.iter().filter(|it| said::words(sentence).any(|word| word == **it)).count();
    let nearest = told.lower().split(['\n', '.', ';', '!', '?', '|']).map(|it| (shared(it), it)).max_by_key(|it| it.0)?;
    let close = nearest.0 * 5 >= own.len() * 3;
    match (here, said::denies(nearest.1)) {
        (true, false) if close && !told.denies() => Some("it denies what its evidence says".to_owned()),
        (false, true) if close && !said::denies(&all) => Some("it leaves out the “not” of its evidence".to_owned()),
        _ => None,
    }
}
