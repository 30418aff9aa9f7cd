//! The newest commits, in the words and the shape of `git log`.

use super::objects::Objects;
use super::{Id, hex_of};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::fmt::Write as _;

/// A piece of work has some hundred; the newest tell how it is done now.
const MAX_COMMITS: usize = 500;
/// Merges are passed through and not told.
const MAX_VISITED: usize = 5_000;
/// A longer message is something that was pasted in.
const MAX_MESSAGE: usize = 8_000;
/// A commit that touches more was not made by hand.
const MAX_PATHS: usize = 100;
const MAX_DEPTH: usize = 40;

pub(super) fn tell(objects: &mut Objects<'_>, tips: &[Id]) -> Vec<u8> {
    let mut out = String::new();
    let mut seen: BTreeSet<Id> = BTreeSet::new();
    // The newest first, whichever branch it came from.
    let mut next: BinaryHeap<(i64, Reverse<Id>)> = BinaryHeap::new();
    let mut commits: BTreeMap<Id, Commit> = BTreeMap::new();
    let (mut told, mut missing, mut long) = (0, false, 0);
    let mut wanted: Vec<Id> = tips.to_vec();
    loop {
        for id in wanted.drain(..) {
            if seen.len() < MAX_VISITED && seen.insert(id.clone()) {
                match objects.commit(&id).and_then(|it| Commit::parse(&it)) {
                    Some(commit) => {
                        next.push((commit.committed, Reverse(id.clone())));
                        commits.insert(id, commit);
                    }
                    None => missing = true,
                }
            }
        }
        let Some((_, Reverse(id))) = next.pop() else { break };
        let Some(commit) = commits.remove(&id) else { continue };
        if told >= MAX_COMMITS || objects.is_spent() || seen.len() >= MAX_VISITED {
            missing = false;
            let _ = writeln!(out, "# only the newest {told} commits were read");
            break;
        }
        wanted.clone_from(&commit.parents);
        // What a merge brings was told where it was made.
        if commit.parents.len() > 1 {
            continue;
        }
        told += 1;
        long += usize::from(commit.tell(&id, objects, &mut out) >= MAX_PATHS);
    }
    if missing {
        let _ = writeln!(out, "# older commits are not in this copy of the repository, or are damaged");
    }
    if long > 0 {
        let _ = writeln!(out, "# of {long} commits only the first {MAX_PATHS} files are named");
    }
    out.into_bytes()
}

struct Commit {
    tree: Id,
    parents: Vec<Id>,
    /// `Name <address>`
    author: String,
    /// Seconds since 1970, and the minutes that the author's clock is ahead.
    written: (i64, i32),
    committed: i64,
    message: String,
}

impl Commit {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = decode(bytes);
        let (head, message) = text.split_once("\n\n").unwrap_or((text.trim_end_matches('\n'), ""));
        let (mut tree, mut parents, mut author, mut committer) = (None, Vec::new(), None, None);
        for line in head.lines() {
            match line.split_once(' ')? {
                ("tree", hex) => tree = super::id_of_hex(hex),
                ("parent", hex) => parents.push(super::id_of_hex(hex)?),
                ("author", who) => author = author.or(signature(who)),
                ("committer", who) => committer = committer.or(signature(who)),
                // A signature or an encoding; further lines of it begin with a space.
                _ => {}
            }
        }
        let (author, written) = author?;
        let committed = committer.map_or(written.0, |it| it.1.0);
        Some(Self { tree: tree?, parents, author, written, committed, message: message[..message.floor_char_boundary(MAX_MESSAGE)].trim_end().to_owned() })
    }

    /// Writes the commit, and returns how many files it names.
    fn tell(&self, id: &Id, objects: &mut Objects<'_>, out: &mut String) -> usize {
        let _ = writeln!(out, "commit {}\nAuthor: {}", hex_of(id), self.author);
        if let Some(date) = shown(self.written) {
            let _ = writeln!(out, "Date:   {date}");
        }
        out.push('\n');
        for line in self.message.lines() {
            let _ = writeln!(out, "    {}", plain(line));
        }
        let mut changes = Changes::default();
        let whole = match self.parents.first() {
            None => changes.between(None, Some(self.tree.clone()), "", 0, objects),
            // Without the commit before it, all that there is would look new.
            Some(parent) => match objects.commit(parent).and_then(|it| Commit::parse(&it)) {
                Some(before) => changes.between(Some(before.tree), Some(self.tree.clone()), "", 0, objects),
                None => None,
            },
        };
        // What could be read of a damaged list is not all of it.
        let named = if whole.is_some() || changes.list.len() >= MAX_PATHS { changes.list } else { Vec::new() };
        if !named.is_empty() {
            out.push('\n');
            for (mark, path) in &named {
                let _ = writeln!(out, "{mark}\t{}", plain(path));
            }
        }
        out.push('\n');
        named.len()
    }
}

/// Splits `Name <address> seconds zone`.
fn signature(text: &str) -> Option<(String, (i64, i32))> {
    let (who, when) = text.rsplit_once('>')?;
    let mut parts = when.split_whitespace();
    let seconds = parts.next()?.parse().ok()?;
    let zone: i32 = parts.next().and_then(|it| it.parse().ok()).unwrap_or(0);
    Some((format!("{}>", plain(who)), (seconds, zone / 100 * 60 + zone % 100)))
}

fn shown((seconds, minutes): (i64, i32)) -> Option<String> {
    let zone = jiff::tz::Offset::from_seconds(minutes * 60).ok()?;
    let time = zone.to_datetime(jiff::Timestamp::from_second(seconds).ok()?);
    let (sign, minutes) = (if minutes < 0 { '-' } else { '+' }, minutes.abs());
    Some(format!("{} {sign}{:02}{:02}", time.strftime("%Y-%m-%d %H:%M:%S"), minutes / 60, minutes % 60))
}

/// Text is UTF-8 unless somebody's program did otherwise; then it was a western one.
fn decode(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|it| char::from(*it)).collect(), str::to_owned)
}

/// A name that breaks a line would look like another.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What differs between two states of the folder, in the order of the paths.
#[derive(Default)]
struct Changes {
    list: Vec<(char, String)>,
}

impl Changes {
    /// Returns nothing if a part could not be read or there is too much of it.
    fn between(&mut self, before: Option<Id>, after: Option<Id>, folder: &str, depth: usize, objects: &mut Objects<'_>) -> Option<()> {
        if before == after {
            return Some(());
        }
        let mut list = |id: Option<Id>| id.map_or(Some(BTreeMap::new()), |id| Some(entries(&objects.tree(&id)?, id.len())));
        let (old, new) = (list(before)?, list(after)?);
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let (was, is) = (old.get(name), new.get(name));
            if was == is {
                continue;
            }
            let path = format!("{folder}{name}");
            let tree = |it: Option<&Node>| it.filter(|it| it.folder).map(|it| it.id.clone());
            let file = |it: Option<&Node>| it.is_some_and(|it| !it.folder);
            if (tree(was).is_some() || tree(is).is_some()) && depth < MAX_DEPTH {
                self.between(tree(was), tree(is), &format!("{path}/"), depth + 1, objects)?;
            }
            let mark = match (file(was), file(is)) {
                (false, true) => 'A',
                (true, false) => 'D',
                (true, true) => 'M',
                (false, false) => continue,
            };
            if self.list.len() >= MAX_PATHS {
                return None;
            }
            self.list.push((mark, path));
        }
        Some(())
    }
}

#[derive(PartialEq)]
struct Node {
    folder: bool,
    id: Id,
}

/// Reads the list of a folder, as far as it is whole: mode, name and id of each entry.
fn entries(bytes: &[u8], width: usize) -> BTreeMap<String, Node> {
    let mut found = BTreeMap::new();
    let mut rest = bytes;
    while let Some(end) = rest.iter().position(|it| *it == 0) {
        let Some(id) = rest.get(end + 1..end + 1 + width) else { break };
        let head = &rest[..end];
        if let Some(space) = head.iter().position(|it| *it == b' ') {
            let folder = matches!(&head[..space], b"40000" | b"040000");
            found.insert(decode(&head[space + 1..]), Node { folder, id: id.to_vec() });
        }
        rest = &rest[end + 1 + width..];
    }
    found
}
