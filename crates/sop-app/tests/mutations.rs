//! How much a review catches: statements of clean drafts with one fault put in, each kind counted.
//!
//! `cargo test --release -p sop-app --test mutations -- --nocapture` prints the table that stands in the guide.

use sop_app::{PictureCache, SourceOptions, gather};
use sop_core::{Entry, Finding, Lang, Page, SectionKind};
use sop_review::{Context, Folder, review};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const TODAY: &str = "2026-11-28";
const EXAMPLES: &[&str] = &["monthly-report", "client-onboarding-packet.tar.gz", "social-publishing.tar.gz", "support-escalation.tar.gz"];
const FROM: &str = "<!-- table of faults -->\n";
const TO: &str = "<!-- end of the table -->\n";
/// The least that must be caught of each hundred.
const LEAST: usize = 95;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A draft, and the folder it was made from.
struct Clean {
    text: String,
    documents: Vec<sop_core::Document>,
    trace: sop_core::Trace,
}

fn clean(example: &str) -> Clean {
    let folder = root().join("examples").join(example);
    let gathered = gather(&folder, &SourceOptions { broad: true, ..SourceOptions::default() }, &PictureCache::new(), &|_, _, _| {}).unwrap();
    let asked = sop_trace::Asked { process: example.replace('-', " "), period: None, lang: None };
    let trace = sop_trace::trace(&gathered.documents, &gathered.left_out, &asked);
    let audience = sop_draft::Audience { text: "a new operations assistant".to_owned() };
    let text = sop_draft::draft(&trace, example, &audience, &gathered.digest).sop.to_markdown();
    Clean { text, documents: gathered.documents, trace }
}

fn findings(text: &str, folder: &Folder<'_>) -> Vec<Finding> {
    review(Context { page: &Page::read(text), folder: Some(folder), today: TODAY }).findings
}

/// Replaces the first occurrence in one line; nothing if it is not there.
fn on_line(text: &str, line: u32, from: &str, to: &str) -> Option<String> {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let at = line as usize - 1;
    let changed = lines.get(at)?.replacen(from, to, 1);
    (changed != lines[at]).then(|| {
        lines[at] = changed;
        lines.join("\n")
    })
}

/// A kind of fault: how it is put into a statement.
type Fault = (&'static str, fn(&str, &Entry, &Clean) -> Option<String>);

const FAULTS: &[Fault] = &[
    ("figure", figure),
    ("unit", unit),
    ("path", path),
    ("column or setting", column),
    ("person", person),
    ("denial", denial),
    ("order", order),
    ("words of a quotation", words),
];

fn statement(text: &str) -> &str {
    text.rsplit_once(" [").map_or(text, |it| it.0)
}

fn figure(text: &str, entry: &Entry, _: &Clean) -> Option<String> {
    let own = statement(&entry.text);
    let bytes = own.as_bytes();
    let quoted = |at: usize| own[..at].matches('`').count() % 2 == 1;
    let alone = |at: usize| at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'.' | b',' | b'-' | b'_' | b'/' | b':'));
    let at = (0..bytes.len()).find(|at| bytes[*at].is_ascii_digit() && alone(*at) && !quoted(*at))?;
    let end = at + bytes[at..].iter().take_while(|it| it.is_ascii_digit()).count();
    let n: u64 = own[at..end].parse().ok()?;
    // With what stands before it, so that no other figure of the line is taken.
    let from = &own[own.floor_char_boundary(at.saturating_sub(4))..end];
    let to = &format!("{}{}", &from[..from.len() - (end - at)], n * 7 + 13);
    on_line(text, entry.line, from, to)
}

fn unit(text: &str, entry: &Entry, _: &Clean) -> Option<String> {
    let own = statement(&entry.text);
    let pairs = [
        ("%", " days"),
        (" days", " hours"),
        (" hours", " days"),
        ("£", "$"),
        (" rows", " minutes"),
        (" minutes", " hours"),
        ("€", "£"),
        (" percent", " days"),
        (" per cent", " days"),
    ];
    let (from, to) = pairs.iter().find(|(from, _)| own.match_indices(from).any(|(at, it)| beside_digit(own, at, it)))?;
    on_line(text, entry.line, from, to)
}

fn beside_digit(text: &str, at: usize, it: &str) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    text.find(it) == Some(at) && (digit(text[..at].chars().next_back()) || digit(text[at + it.len()..].chars().next()))
}

fn path(text: &str, entry: &Entry, _: &Clean) -> Option<String> {
    let name = entry.code().into_iter().find(|it| it.contains('.') && !it.contains(' ') && it.contains(char::is_alphabetic) && !it.starts_with('.'))?;
    let (stem, ending) = name.rsplit_once('.')?;
    on_line(text, entry.line, &format!("`{name}`"), &format!("`{stem}_quux.{ending}`"))
}

fn column(text: &str, entry: &Entry, _: &Clean) -> Option<String> {
    let name = entry.code().into_iter().find(|it| !it.contains(['.', ' ', '{', '/']) && it.len() > 3)?;
    on_line(text, entry.line, &format!("`{name}`"), &format!("`{name}_quux`"))
}

fn person(text: &str, entry: &Entry, clean: &Clean) -> Option<String> {
    let own = statement(&entry.text);
    let people: Vec<&str> = clean.trace.people.iter().filter(|it| it.inside && it.name.contains(' ')).map(|it| it.name.as_str()).collect();
    let named = people.iter().find(|it| own.contains(**it))?;
    // Somebody who has nothing to do with it.
    let quoted: Vec<String> = Page::read(text)
        .evidence
        .into_iter()
        .filter(|it| entry.basis.as_ref().is_some_and(|basis| basis.evidence().contains(&it.id)))
        .map(|it| it.path)
        .collect();
    let takes_part = |name: &str| {
        let names: Vec<&str> = clean
            .trace
            .people
            .iter()
            .filter(|it| it.name == name)
            .flat_map(|it| it.aliases.iter().map(String::as_str).chain([it.name.as_str()]))
            .chain(name.split(' '))
            .collect();
        clean.documents.iter().filter(|it| quoted.contains(&it.path)).any(|document| {
            document.blocks.iter().any(|it| {
                names
                    .iter()
                    .any(|name| it.text.contains(name) || it.speaker.as_deref().is_some_and(|it| it.contains(name)) || it.to.iter().any(|it| it.contains(name)))
            })
        })
    };
    let other = people.iter().find(|it| *it != named && !takes_part(it))?;
    on_line(text, entry.line, named, other)
}

fn denial(text: &str, entry: &Entry, _: &Clean) -> Option<String> {
    let own = statement(&entry.text);
    for (from, to) in [
        (" not ", " "),
        ("n't ", " "),
        ("Never ", "Always "),
        (" never ", " always "),
        (" is ", " is not "),
        (" has ", " has not "),
        (" can ", " cannot "),
        (" must ", " must not "),
    ] {
        if own.contains(from) {
            return on_line(text, entry.line, from, to);
        }
    }
    None
}

fn order(text: &str, entry: &Entry, _: &Clean) -> Option<String> {
    let own = statement(&entry.text);
    let (from, to) = [(" before ", " after "), (" after ", " before "), ("Before ", "After "), ("After ", "Before "), (" until ", " after ")]
        .into_iter()
        .find(|it| own.contains(it.0))?;
    on_line(text, entry.line, from, to)
}

fn words(text: &str, entry: &Entry, _: &Clean) -> Option<String> {
    let own = statement(&entry.text);
    let inside = own.split('“').nth(1)?.split('”').next()?;
    let word = inside.split(' ').find(|it| it.len() > 4 && it.chars().all(char::is_alphabetic))?;
    on_line(text, entry.line, inside, &inside.replacen(word, "quuxes", 1))
}

/// Moves each quote of the evidence list by a row.
fn moved(text: &str, line: u32, place: &str) -> Option<String> {
    let (kind, n) = place.rsplit_once(' ')?;
    let n: u32 = n.parse().ok().filter(|_| kind == "line" || kind.ends_with(", line"))?;
    on_line(text, line, &format!("| {place} |"), &format!("| {kind} {} |", n + 1))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the one who changed a rule asks for the new table")]
fn faults_that_are_put_into_clean_drafts_are_found() {
    let mut counts: Vec<(&str, usize, usize)> = FAULTS.iter().map(|it| (it.0, 0, 0)).chain([("quote moved by a row", 0, 0)]).collect();
    let (mut missed, mut alarms) = (Vec::new(), Vec::new());
    for example in EXAMPLES {
        let clean = clean(example);
        let folder = Folder::new(&clean.documents, &clean.trace, Lang::default());
        let key = |it: &Finding| (it.rule, it.line, it.message.clone());
        let before: BTreeSet<_> = findings(&clean.text, &folder).iter().map(key).collect();
        alarms.extend(
            before.iter().filter(|it| matches!(it.0, "unsupported-statement" | "evidence-changed" | "no-such-thing")).map(|it| format!("{example}: {it:?}")),
        );
        let new = |text: &str, line: u32| findings(text, &folder).iter().any(|it| it.line == line && !before.contains(&key(it)));
        let page = Page::read(&clean.text);
        // A question states nothing, and what was left out is never quoted.
        let states = |part: &sop_core::Part| !matches!(part.kind, Some(SectionKind::Questions | SectionKind::LeftOut));
        for (_, entry) in page.entries().filter(|it| states(it.0) && it.1.basis.as_ref().is_some_and(|it| !it.evidence().is_empty())) {
            for (n, (kind, put)) in FAULTS.iter().enumerate() {
                let Some(text) = put(&clean.text, entry, &clean) else { continue };
                counts[n].1 += 1;
                if new(&text, entry.line) {
                    counts[n].2 += 1;
                } else {
                    missed.push(format!("{kind}: {}", text.lines().nth(entry.line as usize - 1).unwrap_or_default()));
                }
            }
        }
        for quoted in &page.evidence {
            let Some(text) = moved(&clean.text, quoted.line, &quoted.place) else { continue };
            let last = counts.len() - 1;
            counts[last].1 += 1;
            if new(&text, quoted.line) {
                counts[last].2 += 1;
            } else {
                missed.push(format!("moved: {} {}", quoted.id, quoted.quote));
            }
        }
    }
    let (made, caught) = counts.iter().fold((0, 0), |sum, it| (sum.0 + it.1, sum.1 + it.2));
    let mut table = "| fault | put in | found |\n| --- | --- | --- |\n".to_owned();
    for (kind, made, caught) in counts.iter().chain([&("all", made, caught)]) {
        let _ = writeln!(table, "| {kind} | {made} | {caught} |");
    }
    println!("{table}false alarms on the clean drafts: {}\n{}", alarms.len(), missed.join("\n"));
    assert!(alarms.is_empty(), "{}", alarms.join("\n"));
    assert!(made > 100 && caught * 100 >= made * LEAST, "{caught} of {made} found\n{}", missed.join("\n"));
    let path = root().join("docs/guide/review.md");
    let guide = std::fs::read_to_string(&path).unwrap_or_default();
    let (head, rest) = guide.split_once(FROM).expect("the page has its first mark");
    let (kept, tail) = rest.split_once(TO).expect("the page has its second mark");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, [head, FROM, &table, TO, tail].concat()).unwrap();
    } else {
        assert_eq!(kept, table, "docs/guide/review.md: run `UPDATE_DOCS=1 cargo test --release -p sop-app --test mutations`");
    }
}
