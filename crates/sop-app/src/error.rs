//! What can go wrong at the edge, in the user's words, with what to do about it.

use sop_collect::CollectError;

/// Why a command could not be done. Everything here is something the user can mend.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Collect(#[from] CollectError),
    #[error("cannot write {path}: {why}")]
    Write { path: String, why: String },
    #[error("cannot read {path}: {why}")]
    Read { path: String, why: String },
    #[error("{path} is {what}; give the folder of one piece of work, or add `--yes` if you mean it")]
    TooBroad { path: String, what: &'static str },
    #[error("{path} cannot be understood: {why} (mend it, or delete it to begin anew; nothing was read)")]
    BadScope { path: String, why: String },
    #[error("{path} is no folder: a scope can be kept in a folder only")]
    NoFolder { path: String },
    #[error("there is no evidence list beside {path}; draft it again with `sop draft FOLDER --out {path}`")]
    NoEvidence { path: String },
    #[error("{id} does not stand in {path}; {}", if *last == 0 { "it cites nothing".to_owned() } else { format!("it has E1 to E{last}") })]
    UnknownEvidence { id: String, path: String, last: usize },
    #[error("the folder has no run of {period}; periods in its names: {known}")]
    UnknownPeriod { period: String, known: String },
    #[error("the folder {path} that this draft was made from is not there any more; give it with `--from FOLDER`")]
    FolderGone { path: String },
    #[error(
        "{path} was written by hand or changed since it was drafted; give another name with `--out`, or add `--force` (the present text is kept as {backup})"
    )]
    WouldOverwrite { path: String, backup: String },
}

impl AppError {
    /// The message without what must not be passed on: a name of a file that was typed may hold it, too.
    pub fn masked(&self) -> String {
        let message = self.to_string();
        message.lines().map(sop_rules::redact_name).collect::<Vec<String>>().join("\n")
    }
}
