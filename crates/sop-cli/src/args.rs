//! What can be typed, and the help.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};
use sop_core::Lang;
use std::path::PathBuf;

/// Turn a folder of finished work into a procedure that a team can repeat
///
/// Every statement of the draft points to its evidence. What has no evidence is a question for the owner.
#[derive(Debug, Parser)]
#[command(
    name = "sop",
    version,
    arg_required_else_help = true,
    after_help = "Examples:\n  sop draft \"Monthly sales report\"            writes SOP.md\n  sop show E12                               opens the evidence behind [E12]\n  sop review                                 reads SOP.md against the seven questions\n  sop scope \"Monthly sales report\"            shows what would be read\n  sop inspect \"Monthly sales report\"          shows what was read, without drafting\n\nNothing leaves this machine. Exit codes: 0 done, 1 done but something needs a look, 2 you can fix it, 3 our bug"
)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Draft an SOP from a folder or archive of finished work
    Draft(Draft),
    /// Show what would be read of a folder and what would not, before anything is read
    Scope(Scope),
    /// Show the evidence map: files, lineage, people, timeline, rules
    Inspect(Inspect),
    /// Open the evidence behind a citation of a draft
    Show(Show),
    /// Read an SOP against the seven questions and the work itself
    Review(Review),
}

/// The languages that a draft can be written in, by their codes.
fn language() -> impl TypedValueParser<Value = Lang> {
    PossibleValuesParser::new(Lang::all().map(|it| it.code)).map(|it| Lang::of(&it).unwrap_or_default())
}

#[derive(Debug, clap::Args)]
pub struct Files {
    /// Take only files that fit this pattern, such as "mail/**" (may be given again)
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Leave out files that fit this pattern (may be given again)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Never open files that fit this pattern, and name them as kept out (may be given again)
    #[arg(long, value_name = "GLOB")]
    pub sensitive: Vec<String>,
    /// Take a whole home folder, disk or folder above this one, too
    #[arg(long)]
    pub yes: bool,
    /// Read every file anew, whatever is remembered from the last time
    #[arg(long)]
    pub fresh: bool,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sop draft \"Monthly sales report\"\n  sop draft work.zip --process \"monthly sales report\" --out report.sop.md\n  sop draft folder --audience \"an accountant\" --period 2026-10 --exclude \"old/**\""
)]
pub struct Draft {
    /// Folder, .zip or .tar.gz with what the finished work left behind
    #[arg(value_name = "FOLDER|ARCHIVE")]
    pub folder: PathBuf,
    /// Name of the process; the folder's name if not given
    #[arg(long, value_name = "NAME")]
    pub process: Option<String>,
    /// Who will follow the SOP; decides how much is explained. A new operations assistant if not given
    #[arg(long, value_name = "TEXT")]
    pub audience: Option<String>,
    /// Where to write the draft
    #[arg(long, value_name = "FILE", default_value = "SOP.md")]
    pub out: PathBuf,
    /// Period of the run to describe, such as 2026-10 or w45; the latest if not given
    #[arg(long, value_name = "P")]
    pub period: Option<String>,
    /// Language of the draft; if not given, that of the words of --audience, or the one most of the text is in
    #[arg(long, value_name = "CODE", value_parser = language())]
    pub lang: Option<Lang>,
    /// Overwrite a file that was edited since it was drafted (a copy is kept)
    #[arg(long)]
    pub force: bool,
    /// Print the account and the SOP as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub files: Files,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sop inspect \"Monthly sales report\" | less\n  sop inspect folder --mermaid > lineage.mmd\n  sop inspect folder --json")]
pub struct Inspect {
    /// Folder, .zip or .tar.gz
    #[arg(value_name = "FOLDER|ARCHIVE")]
    pub folder: PathBuf,
    /// Period of the run to look at
    #[arg(long, value_name = "P")]
    pub period: Option<String>,
    /// Print only the lineage, as a Mermaid flow chart
    #[arg(long)]
    pub mermaid: bool,
    /// Print all of it as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub files: Files,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sop scope \"Monthly sales report\"\n  sop scope folder --exclude \"old/**\" --sensitive \"pay*\" --save\n\nThe choice is kept in FOLDER/.sop/scope.toml and holds for every command; edit it as you like"
)]
pub struct Scope {
    /// Folder, .zip or .tar.gz
    #[arg(value_name = "FOLDER|ARCHIVE")]
    pub folder: PathBuf,
    /// A system that the process may use, in your words (may be given again)
    #[arg(long, value_name = "NAME")]
    pub system: Vec<String>,
    /// Keep the choice in the folder
    #[arg(long)]
    pub save: bool,
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub files: Files,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sop show E12\n  sop show E3 --sop report.sop.md\n  sop show E3 --from \"/new/place/Monthly sales report\"")]
pub struct Show {
    /// Citation as it stands in the draft, such as E12
    pub id: String,
    /// The draft
    #[arg(long, value_name = "FILE", default_value = "SOP.md")]
    pub sop: PathBuf,
    /// The folder, if it has moved since
    #[arg(long, value_name = "FOLDER")]
    pub from: Option<PathBuf>,
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sop review                                    reviews SOP.md against the folder it was drafted from\n  sop review handbook/invoicing.md --against \"Invoices October\"\n  sop review SOP.md --sarif > review.sarif\n\nAny SOP in Markdown can be reviewed. Exit codes: 0 clean, 1 something stands in the way of an approval, 2 you can fix it"
)]
pub struct Review {
    /// The SOP
    #[arg(value_name = "SOP.md", default_value = "SOP.md")]
    pub sop: PathBuf,
    /// Folder or archive of the work; the one that the draft was made from if not given
    #[arg(long, value_name = "FOLDER")]
    pub against: Option<PathBuf>,
    /// Print it as JSON
    #[arg(long, conflicts_with = "sarif")]
    pub json: bool,
    /// Print the findings as SARIF, for code hosts and editors
    #[arg(long)]
    pub sarif: bool,
    #[command(flatten)]
    pub files: Files,
}
