//! `sop inspect`: the evidence map without a draft.

use crate::evidence::{Wish, evidence};
use crate::{AppError, Progress, SourceOptions};
use serde::Serialize;
use sop_core::safe::one_line;
use sop_core::{Direction, Problem, Role, Trace};
use std::fmt::Write as _;
use std::path::Path;

/// The evidence map of a folder.
#[derive(Debug, Serialize)]
pub struct Inspected {
    pub trace: Trace,
    pub problems: Vec<Problem>,
    pub digest: String,
}

/// Reads and traces a folder or archive.
pub fn inspect(root: &Path, source: &SourceOptions, period: Option<&str>, progress: Progress<'_>) -> Result<Inspected, AppError> {
    let found = evidence(root, source, &Wish { period, ..Wish::default() }, progress)?;
    crate::draft::check_period(&found.trace, period)?;
    Ok(Inspected { trace: found.trace, problems: found.problems, digest: found.digest })
}

impl Inspected {
    /// The lineage as a tree: each script with what it reads and writes.
    pub fn tree(&self) -> String {
        let mut out = String::new();
        for script in &self.trace.scripts {
            let flows: Vec<_> = self.trace.lineage.iter().filter(|it| it.script == script.path).collect();
            let _ = writeln!(out, "{}", script.path);
            for (n, flow) in flows.iter().enumerate() {
                let branch = if n + 1 == flows.len() { "└─" } else { "├─" };
                let verb = match flow.direction {
                    Direction::Reads => "reads ",
                    Direction::Writes => "writes",
                    Direction::Runs => "runs  ",
                    Direction::Imports => "uses  ",
                };
                let files = if flow.files.is_empty() { String::new() } else { format!("  = {}", flow.files.join(", ")) };
                let _ = writeln!(out, "  {branch} {verb} {}{files}", one_line(&flow.pattern));
            }
        }
        out
    }

    /// The lineage as a Mermaid flow chart.
    pub fn mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        let mut names: Vec<String> = Vec::new();
        let mut id = |name: &str| -> String {
            let at = names.iter().position(|it| it == name).unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            });
            format!("n{at}")
        };
        let label = |text: &str| one_line(text).replace(['"', '`'], "'").replace(['[', ']', '{', '}', '<', '>'], " ");
        for flow in self.trace.lineage.iter().filter(|it| matches!(it.direction, Direction::Reads | Direction::Writes)) {
            let file = flow.files.first().unwrap_or(&flow.pattern);
            let (script, data) = (id(&flow.script), id(file));
            let (script_node, data_node) = (format!("{script}[[\"{}\"]]", label(&flow.script)), format!("{data}[\"{}\"]", label(file)));
            let _ = match flow.direction {
                Direction::Reads => writeln!(out, "  {data_node} --> {script_node}"),
                _ => writeln!(out, "  {script_node} --> {data_node}"),
            };
        }
        out
    }

    /// The whole map as text for a terminal.
    pub fn to_text(&self) -> String {
        let trace = &self.trace;
        let mut out = String::new();
        let _ = writeln!(out, "FILES ({})", trace.files.len());
        for role in
            [Role::Input, Role::Script, Role::Config, Role::Output, Role::Template, Role::Record, Role::Note, Role::Message, Role::PriorSop, Role::Noise]
        {
            for file in trace.files.iter().filter(|it| it.role == role) {
                let _ = writeln!(
                    out,
                    "  {:<9} {}  ({}{})",
                    role.as_str(),
                    file.path,
                    file.read,
                    if file.redactions > 0 { format!(", {} redacted", file.redactions) } else { String::new() }
                );
                for remark in file.remarks.iter().take(3) {
                    let _ = writeln!(out, "            {}", one_line(remark));
                }
            }
        }
        let _ = writeln!(out, "\nLEFT OUT ({})", trace.left_out.len());
        for it in &trace.left_out {
            // What could not be read stands among them; what to do about it does not.
            let hint = self.problems.iter().find(|problem| problem.path == it.path).and_then(|problem| problem.hint.as_ref());
            let _ = writeln!(out, "  {}  {}{}", it.path, one_line(&it.reason), hint.map_or_else(String::new, |hint| format!(" ({hint})")));
        }
        let _ = writeln!(out, "\nWHAT VARIES");
        for it in &trace.parameters {
            let _ = writeln!(
                out,
                "  {{{}}} is {} here{}",
                it.name,
                it.value,
                if it.others.is_empty() { String::new() } else { format!(", also seen: {}", it.others.join(", ")) }
            );
        }
        let _ = writeln!(out, "\nLINEAGE\n{}", self.tree());
        let _ = writeln!(out, "```mermaid\n{}```", self.mermaid());
        let _ = writeln!(out, "\nPEOPLE");
        for (n, person) in trace.people.iter().enumerate() {
            let mark = if Some(n) == trace.performer {
                ", does the work"
            } else if person.inside {
                ""
            } else {
                ", outside"
            };
            let _ = writeln!(
                out,
                "  {}{}{mark}: {} passages",
                one_line(&person.name),
                person.job.as_ref().map_or_else(String::new, |it| format!(" ({})", one_line(it))),
                person.acts
            );
        }
        let _ = writeln!(out, "\nTIMELINE");
        for it in &trace.timeline {
            let _ = writeln!(
                out,
                "  {}  {:<16} {}  [{}]",
                it.time.strftime("%Y-%m-%d %H:%M"),
                it.who.as_deref().map(one_line).unwrap_or_default(),
                one_line(&it.what),
                it.anchor.path
            );
        }
        let _ = writeln!(out, "\nRULES FOUND ({})", trace.facts.len());
        for fact in &trace.facts {
            let kinds: Vec<String> = fact.kinds.iter().take(3).map(|it| format!("{it:?}").to_lowercase()).collect();
            let _ = writeln!(
                out,
                "  {:>3} {:<28} {}“{}”  [{}, {}]",
                fact.weight,
                kinds.join("+"),
                fact.speaker.as_ref().map_or_else(String::new, |it| format!("{}: ", one_line(it))),
                one_line(&fact.text),
                fact.anchors[0].path,
                fact.anchors[0].place
            );
        }
        let _ = writeln!(out, "\nWHERE FIGURES COME FROM");
        for it in &trace.provenance {
            let _ = writeln!(out, "  {} [{}] is {}", one_line(&it.figure), it.told.path, one_line(&it.from));
        }
        // What is left of it in names of sheets and values stays on its line, too.
        sop_core::safe::lines(&out).into_owned()
    }
}
