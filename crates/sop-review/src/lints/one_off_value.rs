//! A value of this one run where the next one has another.

use super::unsupported_statement::sources;
use super::{About, Found, Lint, Sample};
use crate::Context;
use regex::Regex;
use sop_core::{Question, SectionKind, Severity};
use std::sync::LazyLock;

pub(crate) const LINT: Lint = Lint {
    id: "one-off-value",
    code: "W20",
    severity: Severity::Warning,
    question: Question::Inputs,
    about: About {
        finds: "A step whose file or command has the month, day or week of one run in it, or the home folder of one person",
        matters: "The next person runs it on last month's files, or on a machine where there is no such folder",
        example: "1. Run `clean.py 2026-10/config.ini`",
        better: "1. Run `clean.py {month}/config.ini`",
    },
    yes: &[Sample::page("## Steps\n\n1. Run `clean.py 2026-10/config.ini`\n"), Sample::page("## Steps\n\n1. Open `/Users/tom/report.xlsx`\n")],
    no: &[
        Sample::page("## Steps\n\n1. Run `clean.py {month}/config.ini` (here `2026-10/config.ini`)\n"),
        Sample::page("## Steps\n\n1. Ask Ruth for the rate (`2026-10/mail/rate.eml`).\n"),
        Sample::page("## Steps\n\n1. Read `iso-8601-1.pdf`\n"),
        Sample::page("## Expected output\n\n- `sales 2026-10.xlsx`\n"),
    ],
    check,
};

static OF_A_RUN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^0-9])20\d\d[-_]?(?:0[1-9]|1[0-2])(?:[^0-9]|$)|(?:^|[^a-zA-Z])(?:w|wk|kw)[ _-]?\d\d?(?:[^0-9a-zA-Z]|$)").expect("a fixed pattern")
});
static OF_A_PERSON: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?:/home/|/Users/|[A-Z]:\\Users\\)\w+").expect("a fixed pattern"));

fn check(context: &Context<'_>, found: &mut Found) {
    for entry in context.page.section(SectionKind::Steps) {
        for entry in entry.all() {
            // Where a statement comes from is of one run, and must be.
            let sources = sources(entry);
            let names: Vec<&str> = entry.code().into_iter().filter(|it| !sources.contains(it)).collect();
            let open = names.iter().any(|it| it.contains(['{', '<', '*']) || it.contains("YYYY"));
            for name in names {
                if OF_A_PERSON.is_match(name) {
                    found.add(entry.line, format!("`{name}` lies in the home folder of one person"), "name the place as everybody finds it");
                } else if !open && OF_A_RUN.is_match(name) {
                    found.add(
                        entry.line,
                        format!("`{name}` is of one run"),
                        "write what changes as a parameter, such as {month} or {week}, with this run's value as the example",
                    );
                }
            }
        }
    }
}
