//! A page that does not say what it is and who answers for it.

use super::{About, Found, Lint, Sample};
use crate::Context;
use sop_core::{Question, SectionKind, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "no-identity",
    code: "E11",
    severity: Severity::Error,
    question: Question::Gates,
    about: About {
        finds: "A page without a title, an owner or an approver; one of ours without its id, version or status, too",
        matters: "Nobody knows whether this is the page that holds, and whom to ask",
        example: "owner: not known, see Open questions",
        better: "owner: Priya Shah, operations",
    },
    yes: &[
        Sample::page(
            "---\nsop: a\ntitle: A\nversion: 1\nstatus: draft\nowner: Ann Bell\napprover: not known, see Open questions\n---\n# A\n\n## Steps\n\n1. Go\n",
        ),
        Sample::page("## Steps\n\n1. Count the till\n"),
    ],
    no: &[
        Sample::page("---\nsop: a\ntitle: A\nversion: 1\nstatus: draft\nowner: Ann Bell\napprover: Bo Lee\n---\n# A\n\n## Steps\n\n1. Go\n"),
        Sample::page("# Closing the shop\n\n- **Owner**: Ann Bell\n\n## Steps\n\n1. Count the till\n"),
        Sample::page("# Closing the shop\n\n## Responsibilities\n\nAnn does it, Bo approves.\n\n## Steps\n\n1. Count the till\n"),
    ],
    check,
};

const UNKNOWN: &[&str] = &["not known", "unknown", "tbd", "tbc", "n/a", "none", "?", "nicht bekannt", "inconnu", "desconocido", "no se sabe", "pas connu"];

fn check(context: &Context<'_>, found: &mut Found) {
    let page = context.page;
    let known =
        |name: &str| page.field(name).map(|it| it.value.to_lowercase()).is_some_and(|it| !it.is_empty() && !UNKNOWN.iter().any(|no| it.starts_with(no)));
    if page.title.is_none() && !known("title") {
        found.add(0, "the page has no title", "begin it with one: `# Monthly sales report`");
    }
    let line = |name: &str| page.field(name).map_or(0, |it| it.line);
    if page.field("sop").is_some() {
        for name in ["sop", "version", "status", "owner", "approver"].into_iter().filter(|it| !known(it)) {
            found.add(line(name), format!("the head of the page does not say the {}", if name == "sop" { "id" } else { name }), format!("fill in `{name}:`"));
        }
    } else if !page.entries().any(|(_, it)| names_owner(&it.text)) && page.section(SectionKind::Owner).next().is_none() && !known("owner") && !known("author") {
        found.add(
            0,
            "nobody is named who answers for this procedure",
            "say it in a line such as `Owner: Priya Shah. Approver: Dana Whitfield`, or under a heading of its own",
        );
    }
}

/// Whether a line names somebody as the owner or author.
fn names_owner(text: &str) -> bool {
    let lower = text.to_lowercase().replace('*', "");
    ["owner:", "owner |", "owned by", "approver:", "responsible:", "prepared by", "author:", "zuständig:", "verantwortlich:", "responsable"]
        .iter()
        .any(|it| lower.contains(it))
}
