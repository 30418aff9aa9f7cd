//! What a script does, as a parser saw it: what it reads, writes, calls, needs and how it stops.

use crate::{ArtifactId, Lang};
use serde::{Deserialize, Serialize};

/// The language a script is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    Python,
    Shell,
    JavaScript,
    TypeScript,
    /// JavaScript that runs inside Google Workspace.
    AppsScript,
    R,
    PowerShell,
    Sql,
    Make,
    Just,
    /// Batch files of Windows.
    Batch,
    Ruby,
    Perl,
    Php,
    Awk,
    /// Macros of Office, and files of Visual Basic and VBScript.
    Vba,
    /// Power Query M.
    PowerQuery,
    Dockerfile,
    /// A workflow of GitHub Actions.
    Workflow,
    Crontab,
    /// A timer or service of systemd.
    Systemd,
}

impl Language {
    /// Returns what a machine must have to run it, as people call it.
    pub fn tool(self, say: Lang) -> &'static str {
        match self {
            Language::Python => "Python 3",
            Language::Shell => say.tool_shell,
            Language::JavaScript => "Node.js",
            Language::TypeScript => say.tool_typescript,
            Language::AppsScript => "Google Apps Script",
            Language::R => "R",
            Language::PowerShell => "PowerShell",
            Language::Sql => say.tool_sql,
            Language::Make => "make",
            Language::Just => "just",
            Language::Batch => "Windows",
            Language::Ruby => "Ruby",
            Language::Perl => "Perl",
            Language::Php => "PHP",
            Language::Awk => "awk",
            Language::Vba => say.tool_office,
            Language::PowerQuery => say.tool_power_query,
            Language::Dockerfile => "Docker",
            Language::Workflow => "GitHub Actions",
            Language::Crontab => "cron",
            Language::Systemd => "systemd",
        }
    }

    /// Returns the command that starts a script where nothing else shows one.
    pub fn command(self, path: &str) -> String {
        let name = path.rsplit('/').next().unwrap_or(path);
        let folder = path.strip_suffix(name).unwrap_or_default().trim_end_matches('/');
        match self {
            Language::Python => format!("python3 {path}"),
            Language::JavaScript => format!("node {path}"),
            Language::TypeScript => format!("npx tsx {path}"),
            Language::R => format!("Rscript {path}"),
            Language::PowerShell => format!("pwsh {path}"),
            Language::Ruby => format!("ruby {path}"),
            Language::Perl => format!("perl {path}"),
            Language::Php => format!("php {path}"),
            Language::Awk => format!("awk -f {path}"),
            Language::Make if folder.is_empty() => "make".to_owned(),
            Language::Make => format!("make -C {folder}"),
            Language::Just if folder.is_empty() => "just".to_owned(),
            Language::Just => format!("just -f {path}"),
            Language::Dockerfile if folder.is_empty() => "docker build .".to_owned(),
            Language::Dockerfile => format!("docker build {folder}"),
            _ => path.to_owned(),
        }
    }

    /// True if a machine starts it when its time has come, and nobody runs it by hand.
    pub fn is_started_by_machine(self) -> bool {
        matches!(self, Language::Workflow | Language::Crontab | Language::Systemd)
    }
}

/// A script and everything that was found in it. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Script {
    pub artifact: ArtifactId,
    pub path: String,
    pub language: Language,
    /// First sentence of its docstring or head comment.
    pub purpose: Option<Remark>,
    /// Commands that its docstring or head comment shows.
    pub usage: Vec<Usage>,
    pub arguments: Vec<Argument>,
    pub env: Vec<EnvVar>,
    pub reads: Vec<FileUse>,
    pub writes: Vec<FileUse>,
    pub calls: Vec<Call>,
    /// Modules of the same folder that it imports, as file names: `clean_orders.py`.
    pub imports: Vec<FileUse>,
    /// Packages from outside the standard library, as they are imported.
    pub packages: Vec<String>,
    pub exits: Vec<Exit>,
    pub constants: Vec<Constant>,
    /// Config keys it reads, as `section.key` or `key`.
    pub config_keys: Vec<FileUse>,
    /// Columns it needs by name.
    pub columns: Vec<String>,
    /// Every comment and docstring, a run of comment lines being one.
    pub remarks: Vec<Remark>,
    /// When a machine starts it, or what it starts.
    #[serde(default)]
    pub schedules: Vec<Schedule>,
    /// True if the parser met something it could not read.
    pub partial: bool,
}

/// A time at which a machine starts something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// In words: "every weekday at 07:30".
    pub when: String,
    /// The command, job or function that is started, if the file says which.
    pub starts: Option<String>,
    pub line: u32,
}

/// A comment, as one line of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    pub text: String,
    pub from: u32,
    pub to: u32,
}

/// A command as the script's own words show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub command: String,
    /// What the line says about it, if it says anything.
    pub note: Option<String>,
    pub line: u32,
}

/// An argument of the command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    pub name: String,
    pub help: Option<String>,
    pub required: bool,
    pub line: u32,
}

/// An environment variable that is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvVar {
    pub name: String,
    /// True if the script stops without it.
    pub required: bool,
    pub line: u32,
}

/// A file or path that is used; unresolved pieces stand as `{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileUse {
    pub pattern: String,
    pub line: u32,
}

/// A program or script that is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub command: String,
    /// True if it reaches outside the machine or cannot be undone: send, upload, delete, pay.
    pub outward: bool,
    pub line: u32,
}

/// One way in which a script stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// `None` if the code is computed.
    pub code: Option<i32>,
    /// The message that is printed or logged before it, with `{name}` for what is filled in.
    pub message: Option<String>,
    /// The condition as the source has it: `pct > STOP_PCT`.
    pub condition: Option<String>,
    /// What the docstring or head comment says about this code.
    pub documented: Option<String>,
    pub line: u32,
    /// Line of the message, if it stands apart from the exit.
    pub message_line: Option<u32>,
    /// Line of the docstring or comment that documents the code.
    pub documented_line: Option<u32>,
}

/// A named constant: a threshold, a limit, a list of allowed values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constant {
    pub name: String,
    pub value: String,
    /// The comment beside it, or the run of comment lines just above it.
    pub comment: Option<String>,
    /// Line of the assignment.
    pub line: u32,
    /// First line of the comment, if it stands above.
    pub comment_from: Option<u32>,
}
