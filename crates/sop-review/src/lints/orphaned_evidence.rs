//! Evidence that no statement cites any more.

use super::{About, Found, Lint, Sample};
use crate::Context;
use sop_core::{Basis, EvidenceId, FactKind, Question, Severity};
use std::collections::BTreeSet;

pub(crate) const LINT: Lint = Lint {
    id: "orphaned-evidence",
    code: "W09",
    severity: Severity::Warning,
    question: Question::Gates,
    about: About {
        finds: "An entry of the evidence list that no statement cites: a statement was taken out. It is an error if the words hold something back or give leave",
        matters: "With the statement a step, or a gate, may have gone that the work still has",
        example: "`E20` reads “wait for Petra's ok”, and no STOP cites it",
        better: "5. **STOP: wait for Petra Olsen** [E20]",
    },
    yes: &[Sample::cited("Go [stated: Ann Bell, 2026-01-01]", "Wait for my ok before you send it")],
    no: &[Sample::cited("**STOP: wait for Ann** [E1]", "Wait for my ok before you send it")],
    check,
};

fn check(context: &Context<'_>, found: &mut Found) {
    let page = context.page;
    let cited: BTreeSet<EvidenceId> = page.entries().filter_map(|(_, it)| it.basis.as_ref()).flat_map(Basis::evidence).copied().collect();
    for quoted in page.evidence.iter().filter(|it| !cited.contains(&it.id)) {
        let acts = sop_rules::acts(&quoted.quote);
        let holds = |it: FactKind| matches!(it, FactKind::Holds | FactKind::Approves | FactKind::Reserves | FactKind::Conditions | FactKind::Forbids);
        let (severity, what) = match acts.iter().any(|it| holds(it.kind)) {
            true => (Severity::Error, ", which holds something back or gives leave,"),
            false => (Severity::Warning, ""),
        };
        let hint = "put the statement back, or take the entry out of the list, too";
        found.add_as(severity, quoted.line, format!("{}{what} is cited by no statement: “{}”", quoted.id, quoted.quote), hint);
    }
}
