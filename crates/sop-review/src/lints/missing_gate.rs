//! An act that cannot be taken back, with nobody asked before it.

use super::{About, Found, Lint, Sample};
use crate::{Context, said};
use sop_core::{Entry, Form, Page, Question, SectionKind, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "missing-gate",
    code: "E34",
    severity: Severity::Error,
    question: Question::Gates,
    about: About {
        finds: "A step that sends, pays, deletes, publishes, overwrites or changes access, with no gate before it in the steps",
        matters: "What has gone out cannot be called back; somebody who answers for it must have said yes",
        example: "4. Email the report to all customers",
        better: "4. **STOP: the owner says yes to the report**  5. Email the report to all customers",
    },
    yes: &[Sample::page("## Steps\n\n1. Email the report to all customers\n"), Sample::page("## Steps\n\n1. Empty the folder: `rm -r out/*`\n")],
    no: &[
        Sample::page("## Steps\n\n1. **STOP: Ann says yes**\n2. Email the report to all customers\n"),
        Sample::page("## Steps\n\n1. Ask Ann for approval\n2. Publish the page\n"),
        Sample::page("## Steps\n\n1. File the receipt\n"),
    ],
    check,
};

/// Words for what goes out of the house or cannot be undone.
const ACTS: &[&str] = &[
    "send",
    "sends",
    "email",
    "e-mail",
    "mail",
    "publish",
    "post",
    "pay",
    "refund",
    "delete",
    "erase",
    "overwrite",
    "submit",
    "upload",
    "release",
    "deploy",
    "grant",
    "revoke",
    "announce",
    "tweet",
    "schedule",
    "dispatch",
    "ship",
    "order",
    "file",
    "broadcast",
    "forward",
    "sign",
    "cancel",
    "terminate",
    "disburse",
    "invite",
    "activate",
    "deactivate",
    "versende",
    "sende",
    "veröffentliche",
    "überweise",
    "lösche",
    "envoyer",
    "publier",
    "supprimer",
    "enviar",
    "publicar",
    "pagar",
    "borrar",
];
/// Words that mean something else as the first of a step: "File the receipt" puts it away, "Post" may be mail that came.
const PLAIN: &[&str] = &["file", "order", "post", "mail", "schedule", "sign", "upload", "forward"];
/// Commands that take away what was there, or hand it on.
const COMMANDS: &[&str] =
    &["rm ", "rm -", "del ", "drop table", "truncate ", "--overwrite", "--force", "git push", "sendmail", "curl -x post", "scp ", "aws s3 cp", "--delete"];
/// Whom a thing that is handed around in the house goes to.
const INSIDE: &[&str] = &["yourself", "myself"];
/// Words with which somebody asks for leave.
const LEAVE: &[&str] = &[
    "approve",
    "approves",
    "approved",
    "approval",
    "sign-off",
    "signoff",
    "ok",
    "okay",
    "go-ahead",
    "permission",
    "authorise",
    "authorises",
    "authorize",
    "authorizes",
    "authorisation",
    "authorization",
    "confirm",
    "confirms",
    "consent",
    "says yes",
    "signs off",
    "sign off",
    "initials",
    "wait for",
    "waits for",
    "warte auf",
    "attends",
    "freigabe",
    "genehmigt",
    "validation",
    "aprobación",
];

fn check(context: &Context<'_>, found: &mut Found) {
    let mut gated = false;
    for entry in context.page.section(SectionKind::Steps) {
        gated |= asks(entry);
        if gated || entry.form == Form::Code {
            continue;
        }
        if let Some(act) = act(entry) {
            // A gate that the page keeps apart counts if it is about this act.
            if !of_gates(context.page, &act) {
                found.add(
                    entry.line,
                    format!("the step “{act}” cannot be taken back, and no gate stands before it"),
                    "put a STOP before it: who says yes, to what, and what happens if not",
                );
            }
        }
    }
}

/// Whether an entry or what is below it waits for a person.
fn asks(entry: &Entry) -> bool {
    entry.all().iter().any(|it| it.is_stop() || leave(&it.text))
}

fn leave(text: &str) -> bool {
    let lower = text.to_lowercase();
    LEAVE.iter().any(|it| said::words(&lower).any(|word| word == *it) || it.contains(' ') && lower.contains(it))
}

/// The act of a step, if it goes out of the house or cannot be undone.
fn act(entry: &Entry) -> Option<String> {
    let bare = said::outside(&entry.text).to_lowercase();
    let words: Vec<&str> = said::words(&bare).collect();
    let first = *words.first()?;
    let shown = || bare.split_whitespace().take(8).collect::<Vec<_>>().join(" ");
    if entry.code().iter().any(|it| COMMANDS.iter().any(|act| it.to_lowercase().contains(act))) {
        return Some(entry.text.split_whitespace().take(8).collect::<Vec<_>>().join(" "));
    }
    let outward = |it: &str| ACTS.contains(&it);
    let plain = PLAIN.contains(&first) && !words.iter().any(|it| matches!(*it, "to" | "with" | "on" | "for"));
    let money = first == "transfer" && ["money", "funds", "payment", "amount", "account", "balance"].iter().any(|it| words.contains(it));
    ((outward(first) || money) && !plain && !INSIDE.iter().any(|it| bare.contains(it))).then(shown)
}

/// Whether the section of gates speaks of this act.
fn of_gates(page: &Page, act: &str) -> bool {
    let lower = act.to_lowercase();
    let own: Vec<&str> = said::words(&lower).filter(|it| it.chars().count() > 3).collect();
    page.section(SectionKind::Gates).flat_map(Entry::all).any(|it| {
        let gate = it.text.to_lowercase();
        own.iter().filter(|word| said::words(&gate).any(|it| it.starts_with(**word) || word.starts_with(it) && it.len() > 3)).count() >= 2
            || said::words(&gate).any(|it| ["sending", "sent", "send", "published", "publishing", "leaves", "goes"].contains(&it)) && lower.contains("mail")
    })
}
