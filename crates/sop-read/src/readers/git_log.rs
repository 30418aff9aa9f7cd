//! What git keeps of the work: who changed which files when, and what they said of it, as `git log` tells it.
//!
//! The history of a repository comes from `sop-collect` in this shape, too.

use super::lines::{document, fold};
use super::moments::moment_in;
use super::prose::{self, Style};
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use sop_core::{Block, BlockKind, Document, Format, Moment, Place};

pub(super) const READER: Reader = Reader {
    name: "git history",
    about: About {
        files: "the repository that the folder is (`.git`), what `git log` has printed",
        taken: "the newest 500 commits: who, when, the message, which files were added, changed and removed",
        anchor: "commit and line of its message",
        not_taken: "what was changed in the files, mail addresses, merges; a repository whose files lie elsewhere",
    },
    accepts,
    read,
};

/// So many characters of a commit's name tell it from every other of a work folder.
const SHORT: usize = 10;
const MAX_COMMITS: usize = 5_000;

fn accepts(input: &Input<'_>) -> bool {
    if !input.bytes.starts_with(b"commit ") || !is_text(input.bytes) {
        return false;
    }
    let head = decode(&input.bytes[..input.bytes.len().min(2_048)]);
    head.lines().next().is_some_and(|it| id(it).is_some()) && head.lines().skip(1).take(3).any(|it| it.starts_with("Author: "))
}

/// Returns the name of the commit that begins with this line; branches and tags may follow it.
fn id(line: &str) -> Option<&str> {
    let id = line.strip_prefix("commit ")?.split(' ').next()?;
    (id.len() >= 7 && id.bytes().all(|it| it.is_ascii_hexdigit())).then_some(&id[..id.len().min(SHORT)])
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = document(input, Format::History);
    let text = decode(input.bytes);
    let mut commit: Option<Commit<'_>> = None;
    let mut commits = 0;
    for line in text.lines() {
        if let Some(id) = id(line) {
            commit.take().into_iter().for_each(|it| it.tell(&mut doc));
            commits += 1;
            if commits > MAX_COMMITS {
                doc.remarks.push(format!("only the first {MAX_COMMITS} commits were read"));
                break;
            }
            commit = Some(Commit { id, author: None, time: None, message: String::new(), changes: Vec::new() });
        } else if let Some(remark) = line.strip_prefix("# ") {
            doc.remarks.push(fold(remark));
        } else if let Some(commit) = &mut commit {
            commit.line(line);
        }
    }
    commit.into_iter().for_each(|it| it.tell(&mut doc));
    Ok(Raw(doc))
}

struct Commit<'t> {
    id: &'t str,
    author: Option<String>,
    time: Option<Moment>,
    message: String,
    /// `changed close.py`
    changes: Vec<String>,
}

impl Commit<'_> {
    fn line(&mut self, line: &str) {
        if let Some(said) = line.strip_prefix("    ") {
            self.message.push_str(said);
            self.message.push('\n');
        } else if let Some(who) = line.strip_prefix("Author: ") {
            // The address is known by the one who has it; a name is enough to tell who did it.
            let (name, address) = who.split_once('<').unwrap_or((who, ""));
            let name = if name.trim().is_empty() { address.split('@').next().unwrap_or_default() } else { name };
            self.author = Some(fold(name)).filter(|it| !it.is_empty());
        } else if let Some(date) = line.strip_prefix("Date:").or_else(|| line.strip_prefix("AuthorDate:")) {
            self.time = date_of(date);
        } else if let Some((mark, path)) = line.split_once('\t') {
            let paths: Vec<&str> = path.split('\t').map(|it| it.trim_matches('"')).collect();
            self.changes.extend(change(mark, &paths));
        }
    }

    fn tell(self, doc: &mut Document) {
        let place = |line: u32| Place::Commit { id: self.id.to_owned(), line };
        let block = |kind: BlockKind, text: String, line: u32| {
            let block = Block::new(kind, text, place(line)).at(self.time);
            match &self.author {
                Some(author) => block.by(author),
                None => block,
            }
        };
        let subject = self.message.lines().find(|it| !it.trim().is_empty()).map(fold);
        for said in prose::blocks(&self.message, Style::Text) {
            let line = match said.place {
                Place::Lines { from, .. } => from,
                _ => 1,
            };
            if by_machine(&said.text) {
                continue;
            }
            let mut note = block(BlockKind::Note, said.text, line);
            note.context = subject.clone().filter(|it| *it != note.text);
            doc.blocks.push(note);
        }
        for change in self.changes {
            let mut row = block(BlockKind::Row, change, 0);
            row.context.clone_from(&subject);
            doc.blocks.push(row);
        }
    }
}

/// Lines at the foot of a message that programs put there. Who has looked at the change or agreed to it stays.
fn by_machine(text: &str) -> bool {
    let key = text.split(':').next().unwrap_or_default().to_lowercase();
    matches!(key.as_str(), "signed-off-by" | "change-id" | "co-authored-by" | "git-svn-id" | "cherry-picked-from") || text.starts_with("(cherry picked from")
}

/// Says what became of a file, by the letters of `git log --name-status`.
fn change(mark: &str, paths: &[&str]) -> Option<String> {
    let path = paths.first()?;
    Some(match (mark.chars().next()?, paths.get(1)) {
        ('A', _) => format!("added {path}"),
        ('M' | 'T', _) => format!("changed {path}"),
        ('D', _) => format!("removed {path}"),
        ('R', Some(to)) => format!("renamed {path} to {to}"),
        ('C', Some(to)) => format!("copied {path} to {to}"),
        _ => return None,
    })
}

/// Reads `2026-11-03 09:14:00 +0100` and `Tue Nov 3 09:14:00 2026 +0100`, both by the clock of whoever did it.
fn date_of(text: &str) -> Option<Moment> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [_, month, day, time, year, ..] => moment_in(&format!("{month} {day}, {year} {time}")),
        _ => moment_in(text),
    }
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::read_raw;

    fn check(text: &str, expected: &[&str]) {
        let document = read_raw("history.txt", text.as_bytes());
        let time = |it: &sop_core::Block| it.time.map(|at| at.strftime("%m-%d %H:%M").to_string()).unwrap_or_default();
        let shown: Vec<String> = document
            .blocks
            .iter()
            .map(|it| {
                let under = it.context.as_deref().map(|it| format!(" [{it}]")).unwrap_or_default();
                format!("{} {}: {}{under} @ {}", time(it), it.speaker.as_deref().unwrap_or_default(), it.text, it.place)
            })
            .chain(document.remarks.clone())
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn commits_are_told_with_their_files() {
        check(
            "commit 1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d (HEAD -> main)\nAuthor: Ruth Adeyemi <ruth@x.example>\nDate:   Tue Nov 3 09:14:00 2026 +0100\n\n    Hold refunds over 500\n    \n    Dana signs these since the audit that we had here in October, and nobody\n    else does.\n    \n    Signed-off-by: Ruth Adeyemi <ruth@x.example>\n\nM\tclose.py\nR100\told.md\tnotes/new.md\n\ncommit 2a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d\nMerge: 1a2b3c4 5a2b3c4\nAuthor: tom <tom@x.example>\nDate:   2026-11-02 08:00:00 +0100\n\n    first\n\n# only the newest 2 commits were read\n",
            &[
                "11-03 09:14 Ruth Adeyemi: Hold refunds over 500 @ commit 1a2b3c4d5e, line 1",
                "11-03 09:14 Ruth Adeyemi: Dana signs these since the audit that we had here in October, and nobody else does. [Hold refunds over 500] @ commit 1a2b3c4d5e, line 3",
                "11-03 09:14 Ruth Adeyemi: changed close.py [Hold refunds over 500] @ commit 1a2b3c4d5e",
                "11-03 09:14 Ruth Adeyemi: renamed old.md to notes/new.md [Hold refunds over 500] @ commit 1a2b3c4d5e",
                "11-02 08:00 tom: first @ commit 2a2b3c4d5e, line 1",
                "only the newest 2 commits were read",
            ],
        );
    }

    #[test]
    fn secrets_in_messages_are_masked() {
        let log = "commit 1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d\nAuthor: Ruth <r@x.example>\nDate:   2026-11-02 08:00:00 +0100\n\n    use password: Autumn2026! for the export\n\nA\tnotes.txt\n";
        let document = read_raw("history.txt", log.as_bytes());
        assert!(!document.blocks.iter().any(|it| it.text.contains("Autumn2026")), "{:?}", document.blocks);
    }
}
