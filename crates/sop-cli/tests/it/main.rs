//! What the program promises to the people who use it, tested through the program itself.
//!
//! `tidy` holds the shape of the workspace, `cli` the commands and their messages, `draft` the drafts of the examples,
//! `languages` drafts in others than English, `review` what is found in a page.
//! After a wanted change of a message: `INSTA_UPDATE=always cargo test --release -p sop-cli`, then read the difference.

#![expect(clippy::disallowed_methods, reason = "these tests run the program as a user does, with commands and an environment")]

mod cli;
mod draft;
mod languages;
mod leak;
mod review;
mod tidy;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a command said and how it ended.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    /// All of it as a snapshot, with the temporary folder written as `[dir]`.
    fn snapshot(&self, dir: &Path) -> String {
        let plain = |text: &str| text.replace(&dir.display().to_string(), "[dir]");
        format!("exit {}\n--- out\n{}--- err\n{}", self.code, plain(&self.out), plain(&self.err))
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|err| panic!("no JSON: {err}\n{}\n{}", self.out, self.err))
    }
}

/// The program, to be run in this folder: no terminal, no input, no settings of the user's.
fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sop"));
    command.current_dir(dir).stdin(Stdio::null()).env("SOP_CACHE_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
    for name in ["COLUMNS", "CLICOLOR_FORCE", "TZ", "LANG", "LC_ALL"] {
        command.env_remove(name);
    }
    command
}

fn run(mut command: Command) -> Said {
    let output = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

fn sop(dir: &Path, args: &[&str]) -> Said {
    let mut command = command(dir);
    command.args(args);
    run(command)
}

/// The root of the checkout.
fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the crate stands two folders below the root")
}

/// Says something that must be seen even if the test passes.
fn aloud(text: &str) {
    let _ = writeln!(std::io::stderr(), "\n{text}");
}
