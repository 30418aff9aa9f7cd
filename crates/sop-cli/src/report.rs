//! What the user reads at the end: a short account, and the next thing to do.

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use sop_app::{AppError, Drafted, Reviewed, Scoped, Shown};
use sop_core::safe;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// A bar on a terminal, nothing elsewhere.
pub struct Progress(Option<ProgressBar>);

impl Progress {
    pub fn new(shown: bool) -> Self {
        Self(shown.then(|| {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("reading {pos}/{len} {bar:24} {wide_msg}") {
                bar.set_style(style);
            }
            bar
        }))
    }

    pub fn step(&self, done: usize, all: usize, path: &str) {
        if let Some(bar) = &self.0 {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
            bar.set_message(safe::one_line(path).into_owned());
        }
    }

    pub fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// Prints, and does not mind a reader that has gone: `sop inspect .. | head`. Words of the evidence never steer the
/// terminal.
pub fn text(text: &str) {
    let _ = writeln!(anstream::stdout(), "{}", safe::lines(text.trim_end()));
}

pub fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(out) => text(&spelled(&out)),
        Err(err) => complain(&err),
    }
}

/// Spells out in JSON what a terminal would obey; programs read the same values.
fn spelled(json: &str) -> String {
    if matches!(safe::lines(json), std::borrow::Cow::Borrowed(_)) {
        return json.to_owned();
    }
    let odd = |c: char| c != '\n' && safe::one_line(c.encode_utf8(&mut [0; 4])) != c.encode_utf8(&mut [0; 4]) as &str;
    json.chars().map(|c| if odd(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}

pub fn error(err: &AppError) {
    complain(&err.masked());
}

/// Says where the program stumbled, and nothing of what it stumbled over.
pub fn fault(place: &str) {
    complain(&format!("a fault of the program itself, at {place} (please report this line; to go on, leave out the file that was added last)"));
}

fn complain(err: &dyn std::fmt::Display) {
    let _ = writeln!(anstream::stderr(), "error: {}", safe::lines(&err.to_string()));
}

pub fn scoped(it: &Scoped, folder: &Path) {
    let bytes: u64 = it.files.iter().map(|it| it.size).sum();
    let mut out = format!("WOULD BE READ ({}, {})\n", it.files.len(), size(bytes));
    for file in &it.files {
        let _ = writeln!(out, "  {:>8}  {}", size(file.size), file.path);
    }
    let _ = writeln!(out, "\nWOULD NOT ({})", it.left_out.len() + it.problems.len());
    for file in &it.left_out {
        let _ = writeln!(out, "  {}  {}", file.path, file.reason);
    }
    for file in &it.problems {
        let _ = writeln!(out, "  {}  {}", file.path, file.message);
    }
    if !it.systems.is_empty() {
        let _ = writeln!(out, "\nSYSTEMS\n  {}", it.systems.join(", "));
    }
    match &it.file {
        Some(file) if it.saved => {
            let _ = writeln!(out, "\nkept in {}; next: sop draft {:?}", file.display(), folder.display().to_string());
        }
        Some(file) => {
            let _ = writeln!(out, "\nas {} says; edit it, or add --save to keep what you gave now", file.display());
        }
        None => {
            let _ = writeln!(out, "\nnothing was read yet; add --exclude, --sensitive or --include, and --save to keep the choice");
        }
    }
    text(&out);
}

fn size(bytes: u64) -> String {
    match bytes {
        0..=999 => format!("{bytes} B"),
        1_000..=999_999 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..=999_999_999 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

pub fn drafted(it: &Drafted) {
    let mut out = format!("{}: read {} files", it.title, it.files_read);
    if !it.lang.is_english() {
        out.push_str(&format!("\n  language: {} (another with --lang)", it.lang.name));
    }
    if let Some(foreign) = &it.foreign {
        let (percent, language) = (foreign.percent, &foreign.language);
        out.push_str(&format!("\n  language: about {percent}% of the text is in {language}, in which duties, approvals and limits are not found"));
    }
    let (sensitive, other): (Vec<_>, Vec<_>) = it.left_out.iter().partition(|it| it.sensitive);
    for file in &sensitive {
        out.push_str(&format!("\n  left out: {} ({})", file.path, file.reason));
    }
    for file in other.iter().take(5) {
        out.push_str(&format!("\n  not read: {} ({})", file.path, file.reason));
    }
    if other.len() > 5 {
        out.push_str(&format!("\n  not read: {} more, see `sop inspect`", other.len() - 5));
    }
    for problem in &it.problems {
        out.push_str(&format!("\n  problem:  {}: {}", problem.path, problem.message));
        if let Some(hint) = &problem.hint {
            out.push_str(&format!(" ({hint})"));
        }
    }
    out.push_str(&format!(
        "\n{}, {}, {}, {}; {} pieces of evidence",
        count(it.steps, "step"),
        count(it.gates, "gate"),
        count(it.questions, "open question"),
        count(it.disagreements, "disagreement"),
        it.citations
    ));
    if it.unused > 0 {
        out.push_str(&format!("\n{} did not fit on the page, see `sop inspect`", count(it.unused, "further fact")));
    }
    if let Some(backup) = &it.backup {
        out.push_str(&format!("\nthe text before is kept as {}", backup.display()));
    }
    let shown = it.out.display();
    let open = if it.citations > 0 { format!(", open any citation with `sop show E1 --sop \"{shown}\"`,") } else { String::new() };
    out.push_str(&format!("\ndraft: {shown}\nnext: read it{open} and send the open questions to the owner"));
    text(&out);
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

pub fn shown(it: &Shown) {
    let mut out = format!("{}  {}, {}\n", it.id, it.anchor.path, it.anchor.place);
    for (cited, line) in &it.lines {
        out.push_str(&format!("{} {line}\n", if *cited { ">" } else { " " }));
    }
    if !it.found {
        out.push_str(&format!("the quote is not there any more: “{}”\nnext: the file has changed since the draft; draft again\n", it.anchor.quote));
    }
    text(&out);
}

/// The seven questions with what led to each answer.
pub fn reviewed(it: &Reviewed) {
    let against = it.against.as_ref().map_or_else(String::new, |it| format!(", against {}", it.display()));
    let mut out = format!("{} ({}{against})\n", it.title, it.sop.display());
    if let Some(gone) = &it.gone {
        let _ = writeln!(out, "The folder {} that it was drafted from is not there any more; give it with --against FOLDER", gone.display());
    }
    for (n, answer) in it.answers.iter().enumerate() {
        let _ = writeln!(out, "\n{}. {}\n   {}: {}", n + 1, answer.question.text(), answer.verdict.as_str().to_uppercase(), answer.because);
        for finding in it.findings.iter().filter(|it| it.question == answer.question) {
            let place = if finding.line > 0 { format!("line {}", finding.line) } else { "page".to_owned() };
            let _ = writeln!(out, "   - {place}: {} [{} {}]", finding.message, finding.severity.as_str(), finding.rule);
            if let Some(hint) = &finding.hint {
                let _ = writeln!(out, "     {hint}");
            }
        }
    }
    let errors = it.findings.iter().filter(|it| it.severity == sop_core::Severity::Error && it.waived.is_none()).count();
    let others = it.findings.len() - errors;
    let next = if it.blocked { "put right what is marked as an error, then review it again" } else { "let the one who answers for the work read it" };
    let _ = writeln!(out, "\n{} statements read. {errors} in the way of an approval, {others} to look at.\nNext: {next}", it.statements);
    text(&out);
}
