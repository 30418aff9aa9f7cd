//! A step that is several steps.

use super::{About, Found, Lint, Sample};
use crate::{Context, said};
use sop_core::{Form, Question, SectionKind, Severity};

pub(crate) const LINT: Lint = Lint {
    id: "long-step",
    code: "W23",
    severity: Severity::Note,
    question: Question::Done,
    about: About {
        finds: "A numbered step of more than 40 words in our own words, or a list of more than 49 steps",
        matters: "Of a long sentence the end is forgotten, of a long list the middle",
        example: "One paragraph that exports, cleans, checks and sends",
        better: "Four steps",
    },
    yes: &[Sample::page(
        "## Steps\n\n1. Open the system and log in and go to the export page and choose the preset and set the filter and press export and wait for the file and save the file and rename the file and move the file and open it and check it and close it again\n",
    )],
    no: &[Sample::page("## Steps\n\n1. Open the system\n2. Export the orders\n")],
    check,
};

const MOST_WORDS: usize = 40;
const MOST_STEPS: usize = 49;

fn check(context: &Context<'_>, found: &mut Found) {
    let steps: Vec<_> = context.page.section(SectionKind::Steps).filter(|it| it.form == Form::Numbered).collect();
    for step in &steps {
        let words = said::words(&said::outside(&step.text)).count();
        if words > MOST_WORDS {
            found.add(step.line, format!("the step has {words} words"), "one action a step; put what is beside it below");
        }
    }
    if let Some(step) = steps.get(MOST_STEPS) {
        found.add(step.line, format!("there are {} steps", steps.len()), "make procedures of the parts");
    }
}
