//! A file, a command, a column or an address that the work does not know.

use super::{About, Found, Lint, Sample};
use crate::folder::Folder;
use crate::names::{Kind, Pattern, has_ending, kind};
use crate::{Context, said};
use regex::Regex;
use sop_core::{Entry, Question, SectionKind, Severity, letters};
use std::collections::BTreeSet;
use std::sync::LazyLock;

pub(crate) const LINT: Lint = Lint {
    id: "no-such-thing",
    code: "E19",
    severity: Severity::Error,
    question: Question::Reality,
    about: About {
        finds: "A file, script, option, column, setting or mail address on the page that stands nowhere in the folder, or is written in another way there",
        matters: "The next person looks for it, does not find it, and takes the wrong one",
        example: "Run `python3 scripts/send_report.py`, where there is no such script",
        better: "Run `python3 scripts/build_report.py`",
    },
    yes: &[
        Sample::page("## Steps\n\n1. Run `python3 send.py`\n").with(&[("run.py", "x = 1")]),
        Sample::page("## Inputs\n\n- `net_gbp` of `a.csv`\n").with(&[("a.csv", "Net_GBP,b")]),
        Sample::page("## Owner\n\n- Checks it: Mo Farrell, finance\n").with(&[("a.txt", "Mo Blake checks it")]),
        Sample::page("## Steps\n\n1. Mail old@shop.example\n").with(&[("a.txt", "new@shop.example")]),
    ],
    no: &[
        Sample::page("## Owner\n\n- Checks it: Mo Blake, finance\n").with(&[("a.txt", "Mo Blake checks it")]),
        Sample::page("## Steps\n\n1. Run `python3 run.py --all`\n").with(&[("run.py", "parser.add_argument(\"--all\")")]),
        Sample::page("## Where sources disagree\n\n- `old.py` is gone\n").with(&[("run.py", "x")]),
    ],
    check,
};

/// A name of a file in the text, as far as there is no blank in it.
static FILE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\w{}<>/\\.-]*\w\.[A-Za-z][A-Za-z0-9]{1,5}\b").expect("a fixed pattern"));
/// First and last name.
static PERSON: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b(\p{Lu}\p{Ll}+) (\p{Lu}\p{Ll}{2,})\b").expect("a fixed pattern"));
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+").expect("a fixed pattern"));

fn check(context: &Context<'_>, found: &mut Found) {
    let Some(folder) = context.folder else { return };
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for (part, entry) in context.page.entries() {
        // What is asked or out of date may name what is not there.
        if matches!(part.kind, Some(SectionKind::Questions | SectionKind::LeftOut | SectionKind::Disagreements)) {
            continue;
        }
        let addresses = ADDRESS.find_iter(&entry.text).map(|it| it.as_str());
        let bare = said::outside(&entry.text);
        let written = FILE.find_iter(&bare).map(|it| it.as_str()).filter(|it| has_ending(it));
        let files = written.filter_map(|it| entry.text.find(it).map(|at| &entry.text[at..at + it.len()]));
        for name in names(entry).into_iter().chain(addresses).chain(files) {
            if told.insert(name)
                && let Some(message) = fault(folder, name)
            {
                found.add(entry.line, message, "name what is really used, as it is written there");
            }
        }
        if matches!(part.kind, Some(SectionKind::Owner | SectionKind::Gates | SectionKind::Escalation)) {
            for person in PERSON.captures_iter(&bare) {
                if !folder.says_word(&person[2]) {
                    found.add(entry.line, format!("nobody called {} is in the folder", &person[0]), "name the one who does it today");
                }
            }
        }
    }
}

/// What is named between back ticks, commands in a block of code too.
fn names(entry: &Entry) -> Vec<&str> {
    entry.code().into_iter().filter(|it| letters(it).len() > 1).collect()
}

fn fault(folder: &Folder<'_>, name: &str) -> Option<String> {
    let pattern = Pattern::of(name);
    if pattern.is_open() || folder.says(&pattern) || is_known(name) {
        return None;
    }
    match kind(name) {
        Kind::File if folder.has_file(name) => None,
        Kind::File => Some(format!("there is no file `{name}`")),
        Kind::Command => {
            let words: Vec<&str> = name.split_whitespace().map(|it| it.trim_matches(['"', '\'', ';', '&'])).filter(|it| !it.is_empty()).collect();
            let missing = words.iter().skip(1).find(|it| !is_part_known(folder, it))?;
            Some(format!("`{missing}` of the command `{name}` stands nowhere in the folder"))
        }
        Kind::Word => match folder.other_case(name) {
            Some(other) => Some(format!("`{name}` is written `{other}` in the folder")),
            None if is_telling(name) => Some(format!("`{name}` stands nowhere in the folder")),
            None => None,
        },
        // Words of a person or a screen are held against what is cited for them.
        Kind::Words => None,
    }
}

/// Whether a part of a command is known: a file, an option, a value.
fn is_part_known(folder: &Folder<'_>, part: &str) -> bool {
    let pattern = Pattern::of(part);
    let value = || part.split_once('=').is_some_and(|(option, _)| folder.says(&Pattern::of(option)));
    let marks = || !is_telling(part) && kind(part) != Kind::File;
    pattern.is_open()
        || folder.says(&pattern)
        || folder.has_file(part)
        || value()
        || marks()
        || Pattern::of(part).literals().iter().all(|it| letters(it).len() < 3)
}

/// Whether a word is a name that somebody chose, not a word of the language.
fn is_telling(word: &str) -> bool {
    let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
    inner.contains(['_', '@', '/', '\\']) || word.starts_with("--") || inner.chars().any(|c| c.is_ascii_digit()) && inner.chars().any(char::is_alphabetic)
}

/// What belongs to every machine.
fn is_known(name: &str) -> bool {
    matches!(name.to_lowercase().as_str(), "sop" | "sop.md" | "node.js" | "vue.js" | "asp.net" | "openpyxl" | "requirements.txt" | "--help")
}
