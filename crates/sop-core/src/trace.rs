//! What the evidence shows: facts with anchors, people, lineage, activities in order, disagreements and gaps.

use crate::{Anchor, Format, Lang, LeftOut, Moment, Role, Script};
use serde::{Deserialize, Serialize};

/// What kind of thing a fact says was done or said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactKind {
    /// Nothing may go on before something has happened: "don't start until Ruth has shut the month".
    Holds,
    /// A person gives leave: "it can go to the leads".
    Approves,
    /// A person keeps a decision to themselves or another: "that waits for me".
    Reserves,
    /// Leave that is bound to a condition: "as long as Denny's got it on the tills".
    Conditions,
    /// "Never edit the file by hand."
    Forbids,
    /// "If it is under 4 degrees take it off."
    Decides,
    /// A limit in numbers: "at most five", "over 1% stops".
    Limits,
    /// A duty: "it must carry the initials".
    Obliges,
    /// "Ring me", "goes to Anil".
    Escalates,
    /// "By noon", "every Monday".
    Schedules,
    /// Why it is done: "so that", "because".
    Explains,
    /// Something that went wrong: "we lost a day".
    Fails,
    /// What put it right: "export again with all orders".
    Recovers,
    /// Somebody is not there: "not here on Fridays".
    Absent,
    /// A question that somebody put.
    Asks,
    /// Something that is no longer so: "that script is dead".
    Retires,
    /// Who does or answers for what: "client manager: Joe".
    Owns,
    /// An instruction: imperative verb first.
    Instructs,
    /// Somebody asks another to do something: "can you shout when it is on".
    Requests,
    /// Something was done: "all in, six queued".
    Reports,
    /// A correction of somebody's work: "it's net sales, not revenue".
    Corrects,
    /// A definition or plain statement.
    States,
}

/// A thing somebody said or a file shows, in its own words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// All the kinds it is, the weightiest first.
    pub kinds: Vec<FactKind>,
    /// The passage: one to four sentences, exact.
    pub text: String,
    /// What it answers or stands under, exact: the message before, the cell's row, the heading.
    pub context: Option<String>,
    pub speaker: Option<String>,
    /// Whom it was said to.
    pub to: Vec<String>,
    pub time: Option<Moment>,
    /// The first is where `text` stands; further ones say the same.
    pub anchors: Vec<Anchor>,
    /// Where `context` stands, if it stands apart.
    pub context_anchor: Option<Anchor>,
    /// Rules that found it.
    pub rules: Vec<String>,
    /// How much it matters, larger is more. Comparable inside one trace only.
    pub weight: i32,
    /// Names of people it mentions, the speaker left out.
    pub names: Vec<String>,
    /// Stems of its content words.
    pub topic: Vec<String>,
    pub role: Role,
}

impl Fact {
    pub fn is(&self, kind: FactKind) -> bool {
        self.kinds.contains(&kind)
    }
}

/// A person, under all the names the files use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// The fullest name found.
    pub name: String,
    /// Job or department as signatures and tables give it.
    pub job: Option<String>,
    /// Other spellings: first name, initials, mail address.
    pub aliases: Vec<String>,
    pub anchors: Vec<Anchor>,
    /// How many messages, notes and log lines are theirs.
    pub acts: u32,
    /// True if they belong to the team: they act, and not only in an outsider's mail.
    pub inside: bool,
    /// Hours or days they are not there, as written.
    pub hours: Option<String>,
}

/// What changes from run to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// `month`, `week`, `date`, `client`.
    pub name: String,
    /// The value in this run, as it stands in file names: `2026-10`, `45`.
    pub value: String,
    /// The text that is replaced, with its fixed prefix: `w45`.
    pub token: String,
    /// What it is replaced by: `w{week}`.
    pub pattern: String,
    /// Values of other runs in the folder.
    pub others: Vec<String>,
    pub anchor: Option<Anchor>,
}

/// Which way data goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    Reads,
    Writes,
    Runs,
    Imports,
}

/// An edge of the lineage: a script and a file it reads or writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    pub script: String,
    pub direction: Direction,
    /// Path as the script has it, unresolved pieces as `{name}`.
    pub pattern: String,
    /// Files of the folder that fit the pattern.
    pub files: Vec<String>,
    pub anchor: Anchor,
}

/// What kind of step an activity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    Mechanical,
    Judgment,
    Gate,
}

/// A sentence of the draft in the making, with what bears it out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Markdown, without citations.
    pub text: String,
    pub anchors: Vec<Anchor>,
    /// The rule it is inferred by, if no quote says it outright.
    pub inferred: Option<String>,
}

impl Claim {
    pub fn cited(text: impl Into<String>, anchors: Vec<Anchor>) -> Self {
        Self { text: text.into(), anchors, inferred: None }
    }

    pub fn inferred(text: impl Into<String>, anchors: Vec<Anchor>, rule: impl Into<String>) -> Self {
        Self { text: text.into(), anchors, inferred: Some(rule.into()) }
    }
}

/// One activity of the process, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// What to do, one action, imperative.
    pub action: Claim,
    pub kind: StepKind,
    pub actor: Option<String>,
    /// How: settings, values, words of the one who does it.
    pub details: Vec<Claim>,
    /// What shows that it is done.
    pub done_when: Option<Claim>,
    pub reads: Vec<String>,
    pub writes: Vec<String>,
    pub time: Option<Moment>,
    /// Position in a written list, if it comes from one: (list, number).
    pub listed: Option<(u32, u32)>,
    /// Stems, files and tools it is about.
    pub topic: Vec<String>,
    /// How much it matters that the page tells it, larger is more.
    pub weight: i32,
}

/// Something that happened, for the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    pub time: Moment,
    pub who: Option<String>,
    pub what: String,
    pub anchor: Anchor,
}

/// How an older document stands against what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    Contradicted,
    /// Nothing in the folder shows it.
    Unsupported,
    /// Two current sources give different values.
    Conflict,
}

/// Two sources that do not agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disagreement {
    pub standing: Standing,
    pub claim: Claim,
    pub weight: i32,
}

/// What an SOP needs and the folder does not tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// The question to the owner.
    pub question: String,
    /// Why it is asked: what was looked for, or where it was left open.
    pub why: String,
    /// Who may know.
    pub ask: Option<String>,
    pub anchors: Vec<Anchor>,
    /// The rule that asks it.
    pub rule: String,
    pub weight: i32,
}

/// A figure that stands in a message or picture and is found in the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    pub figure: String,
    /// Where it is told: message, summary, picture.
    pub told: Anchor,
    /// Where it comes from: cell, column total, log line.
    pub source: Anchor,
    /// In words: "total of net_gbp in orders_clean_2026-10.csv".
    pub from: String,
}

/// What a way of stopping is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopKind {
    /// A person's leave is missing.
    Gate,
    /// A limit is passed.
    Check,
    /// Something is missing, wrong or broken.
    Failure,
}

/// One way in which a script refuses to go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    pub kind: StopKind,
    pub claim: Claim,
    /// What was done about it last time, or what the script says to do.
    pub recovery: Option<Claim>,
    /// Times it happened in the logs of the folder.
    pub seen: usize,
    pub weight: i32,
    pub topic: Vec<String>,
}

/// One file of the folder on the evidence map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileEntry {
    pub path: String,
    pub role: Role,
    pub format: Format,
    /// What was read: "6 messages", "1,486 rows, 19 columns".
    pub read: String,
    pub remarks: Vec<String>,
    pub redactions: usize,
}

/// A language in which duties, leaves and limits are not found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreign {
    /// Its English name: "Polish".
    pub language: String,
    /// Its own name: "Polski".
    pub own_name: String,
    /// How much of what people wrote is in it, in percent of the sentences.
    pub percent: usize,
    /// Where some of it stands.
    pub anchors: Vec<Anchor>,
}

/// Everything the evidence shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The language that claims and questions are worded in.
    pub lang: Lang,
    /// Another language that much of the text is in and whose rules are not known.
    pub foreign: Option<Foreign>,
    /// Name of the process in plain words: "monthly sales report".
    pub process: String,
    pub files: Vec<FileEntry>,
    /// Files that do not belong to the process, each as a whole.
    pub unrelated: Vec<Anchor>,
    pub left_out: Vec<LeftOut>,
    pub scripts: Vec<Script>,
    pub people: Vec<Person>,
    /// Index into `people` of who does the work.
    pub performer: Option<usize>,
    pub parameters: Vec<Parameter>,
    pub facts: Vec<Fact>,
    pub activities: Vec<Activity>,
    pub lineage: Vec<Flow>,
    pub timeline: Vec<Happening>,
    pub disagreements: Vec<Disagreement>,
    pub gaps: Vec<Gap>,
    pub provenance: Vec<Provenance>,
    /// Ways in which scripts stop, the weightiest first.
    pub stops: Vec<Stop>,
    /// Limits that scripts hold as constants and no stop names.
    pub limits: Vec<Claim>,
    /// Files that have to be brought, with what they must hold.
    pub inputs: Vec<Claim>,
    /// What the run makes.
    pub outputs: Vec<Claim>,
    /// What must be set or installed before a script runs.
    pub needs: Vec<Claim>,
    /// When the work comes round, from calendars.
    pub events: Vec<Claim>,
    /// Definitions that the folder gives.
    pub terms: Vec<Claim>,
    /// Formulas of workbooks that check something.
    pub workbook_checks: Vec<Claim>,
}
