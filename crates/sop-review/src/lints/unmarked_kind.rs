//! Steps that do not say whether a machine could do them.

use super::{About, Found, Lint, Sample};
use crate::Context;
use sop_core::{Form, Question, SectionKind, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "unmarked-kind",
    code: "E32",
    severity: Severity::Error,
    question: Question::Judgment,
    about: About {
        finds: "A step on one of our pages that is neither marked *(mechanical)* nor *(judgment)* nor a STOP",
        matters: "What is mechanical becomes a script, what is judgment never does; a step without a mark may become either",
        example: "3. Edit `config.ini` [E4]",
        better: "3. Edit `config.ini` *(judgment)* [E4]",
    },
    yes: &[Sample::page(
        "---\nsop: a\n---\n# A\n\n## Steps\n\n1. Edit `a.ini` [E1]\n\n## Evidence\n\n| id | file | place | quote |\n| --- | --- | --- | --- |\n| E1 | a | line 1 | b |\n",
    )],
    no: &[
        Sample::page(
            "---\nsop: a\n---\n# A\n\n## Steps\n\n1. Edit `a.ini` *(judgment)* [E1]\n2. **STOP: wait for Ann** [E1]\n\n## Evidence\n\n| id | file | place | quote |\n| --- | --- | --- | --- |\n| E1 | a | line 1 | b |\n",
        ),
        Sample::page("# A\n\n## Steps\n\n1. Edit `a.ini`\n"),
    ],
    check,
};

fn check(context: &Context<'_>, found: &mut Found) {
    if !context.page.is_ours() {
        return;
    }
    for step in context.page.section(SectionKind::Steps).filter(|it| it.form == Form::Numbered && it.kind().is_none()) {
        found.add(step.line, "the step is marked neither mechanical nor judgment", "add *(mechanical)* or *(judgment)* to its end");
    }
}
