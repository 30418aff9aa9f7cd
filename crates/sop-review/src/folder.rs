//! The folder of the work, ready to be asked whether something stands in it, and where.

use crate::names::Pattern;
use crate::said;
use sop_core::{Block, BlockKind, Document, Lang, Piece, Place, Quoted, Trace, letters};
use std::cell::OnceCell;
use std::collections::HashMap;

/// Who speaks this many messages before or after may be whom a message is for.
const NEAR: usize = 6;

/// What stands before the name of the one whose words a block holds.
pub(crate) const SAID_BY: &str = "said by ";
/// Lines of a script that belong to the one above them.
const BELOW: usize = 3;
/// No quote of a notebook or macro runs over more lines.
const LONGEST_PIECE: u32 = 60;

/// What was read and traced of a folder.
pub struct Folder<'a> {
    pub trace: &'a Trace,
    documents: &'a [Document],
    /// The language in which the page names places.
    say: Lang,
    /// All that each document says, line by line.
    texts: Vec<String>,
    /// The same in lower case, once it is asked for.
    lowers: OnceCell<Vec<String>>,
    /// Which blocks of a document stand at a place, for those that are cited.
    places: Vec<OnceCell<HashMap<String, Vec<usize>>>>,
}

/// What became of a quote.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It stands where the page says; with all that is told of the place: who said it, when, under which heading.
    There(String),
    /// The words stand elsewhere in the file.
    Elsewhere(String),
    /// The file is there, and the words are not.
    Changed,
    Gone,
}

impl<'a> Folder<'a> {
    /// What was read and traced, for a page that names places in this language.
    pub fn new(documents: &'a [Document], trace: &'a Trace, say: Lang) -> Self {
        let texts = documents.iter().map(text_of).collect();
        Self { trace, documents, say, texts, lowers: OnceCell::new(), places: documents.iter().map(|_| OnceCell::new()).collect() }
    }

    fn lowers(&self) -> &[String] {
        self.lowers.get_or_init(|| self.texts.iter().map(|it| it.to_lowercase()).collect())
    }

    /// Returns the blocks of a document that stand at a place, by their number.
    fn blocks_at(&self, at: usize, place: &str) -> &[usize] {
        let index = || {
            let mut out: HashMap<String, Vec<usize>> = HashMap::new();
            for (n, block) in self.documents[at].blocks.iter().enumerate() {
                out.entry(block.place.told(self.say)).or_default().push(n);
            }
            out
        };
        self.places[at].get_or_init(index).get(place).map_or(&[], Vec::as_slice)
    }

    /// Returns what became of an entry of the evidence list.
    pub(crate) fn standing(&self, quoted: &Quoted) -> Standing {
        let say = self.say;
        let Some(at) = self.documents.iter().position(|it| it.path == quoted.path) else { return Standing::Gone };
        let document = &self.documents[at];
        let quote = letters(&quoted.quote);
        if quoted.place == say.whole_file {
            return Standing::There(self.texts[at].clone());
        }
        let blocks = || self.blocks_at(at, &quoted.place).iter().map(|n| &document.blocks[*n]);
        let tables = || document.tables.iter().filter(|it| it.place.told(say) == quoted.place);
        let mut around: Vec<String> = blocks().map(told).chain(tables().map(columns)).collect();
        // What a block stands under is quoted from its own place.
        let mut there = blocks().any(|it| letters(&it.text).contains(&quote)) || tables().next().is_some();
        if let Some(source) = &document.source
            && let Some((from, to)) = lines_of(document, &quoted.place, say)
        {
            let lines: Vec<&str> = source.lines().skip(from.saturating_sub(1)).take(to + 1 - from).collect();
            let lines = lines.join(" ");
            there |= letters(&lines).contains(&quote);
            around.push(lines);
            // How a message is followed up stands below it.
            around.extend(source.lines().skip(to).take(BELOW).map(str::to_owned));
        }
        if there {
            around.extend(std::iter::once(&document.path).chain(&document.title).chain(&document.author).cloned());
            around.extend(self.beside(at, quoted));
            around.extend(blocks().filter_map(|it| it.time).map(|it| it.strftime("%A").to_string()));
            return Standing::There(around.join("\n"));
        }
        let elsewhere = document.blocks.iter().find(|it| letters(&it.text).contains(&quote)).map(|it| it.place.told(say));
        let line = || document.source.as_ref()?.lines().position(|it| letters(it).contains(&quote)).map(|it| say.line(it + 1));
        match elsewhere.or_else(line) {
            Some(place) => Standing::Elsewhere(place),
            None => Standing::Changed,
        }
    }

    /// Returns who takes part where a quote stands, and the files that a script reads or writes there.
    fn beside(&self, at: usize, quoted: &Quoted) -> Vec<String> {
        let document = &self.documents[at];
        let mut out: Vec<String> = Vec::new();
        if let Some(at) = self.blocks_at(at, &quoted.place).first().copied() {
            let near = &document.blocks[at.saturating_sub(NEAR)..(at + NEAR).min(document.blocks.len())];
            out.extend(near.iter().filter_map(|it| it.speaker.clone()));
            let number = |place: &Place| if let Place::Message { n, .. } = place { Some(*n) } else { None };
            let own = number(&document.blocks[at].place);
            let heads = document.blocks.iter().filter(|it| it.kind == BlockKind::Field && own.is_some() && number(&it.place) == own);
            out.extend(heads.map(|it| it.text.clone()));
            // A note is about its row.
            if let Place::CellNote { sheet, cell } = &document.blocks[at].place {
                let row = |cell: &str| cell.trim_start_matches(|c: char| c.is_ascii_alphabetic()).to_owned();
                let same = |it: &&Block| matches!(&it.place, Place::Cell { sheet: other, cell: at } if other == sheet && row(at) == row(cell));
                out.extend(document.blocks.iter().filter(same).map(|it| it.text.clone()));
            }
        }
        let flows = self.trace.lineage.iter().filter(|it| it.anchor.path == quoted.path && it.anchor.place.told(self.say) == quoted.place);
        out.extend(flows.flat_map(|it| it.files.iter().cloned().chain([it.pattern.clone()])));
        out
    }

    /// Returns all that the files say whose path or name is this.
    pub(crate) fn said_in(&self, name: &str) -> Option<String> {
        let pattern = Pattern::of(name);
        let found: Vec<&str> = self.documents.iter().zip(&self.texts).filter(|it| pattern.is_path(&it.0.path)).map(|it| it.1.as_str()).collect();
        (!found.is_empty()).then(|| found.join("\n"))
    }

    /// The scripts that were run: those that an activity names.
    pub(crate) fn was_run(&self, script: &str) -> bool {
        let name = script.rsplit('/').next().unwrap_or(script);
        self.trace.activities.iter().any(|it| it.action.text.contains(name) || it.action.anchors.iter().any(|it| it.path == script))
    }

    /// Whether a file or folder of this path or name was seen, read or not, or is made by a script.
    pub(crate) fn has_file(&self, name: &str) -> bool {
        let pattern = Pattern::of(name);
        let seen = self.trace.files.iter().map(|it| &it.path).chain(self.trace.left_out.iter().map(|it| &it.path));
        let made = self.trace.lineage.iter().map(|it| &it.pattern);
        if let Some(folder) = name.strip_suffix(['/', '\\']) {
            return self.documents.iter().any(|it| it.path.split('/').rev().skip(1).any(|it| it == folder) || it.path.contains(name));
        }
        seen.chain(self.documents.iter().map(|it| &it.path)).any(|it| pattern.is_path(it)) || made.into_iter().any(|it| pattern.is_pattern(it))
    }

    /// Whether the words stand anywhere in the folder, as they are written here.
    pub(crate) fn says(&self, pattern: &Pattern) -> bool {
        self.texts.iter().any(|it| pattern.stands_in(it))
    }

    /// Whether a word stands anywhere in the folder, in capitals or not.
    pub(crate) fn says_word(&self, word: &str) -> bool {
        let lower = word.to_lowercase();
        self.lowers().iter().any(|it| said::words(it).any(|it| it.trim_end_matches("'s") == lower))
    }

    /// Returns how the words are written in the folder, if only capitals tell them apart.
    pub(crate) fn other_case(&self, word: &str) -> Option<String> {
        let lower = word.to_lowercase();
        self.texts.iter().zip(self.lowers()).find_map(|(text, folded)| {
            let open = |it: Option<char>| it.is_none_or(|it| !it.is_alphanumeric() && !matches!(it, '@' | '_'));
            let whole = |at: &usize| open(folded[..*at].chars().next_back()) && open(folded[at + lower.len()..].chars().next());
            let at = folded.match_indices(&lower).map(|it| it.0).find(whole)?;
            text.get(at..at + word.len()).map(str::to_owned)
        })
    }
}

fn told(block: &sop_core::Block) -> String {
    let mut out = block.text.clone();
    let time = block.time.map(|it| it.strftime("%Y-%m-%d %H:%M %-d %B").to_string());
    let speaker = block.speaker.as_ref().map(|it| format!("{SAID_BY}{it}"));
    for it in speaker.iter().chain(&block.to).chain(&block.context).chain(&time) {
        out.push('\n');
        out.push_str(it);
    }
    out
}

fn columns(table: &sop_core::Table) -> String {
    let mut out = vec![table.name.clone(), format!("{} rows, {} columns", table.rows, table.columns.len())];
    out.extend(table.preamble.iter().cloned());
    for column in &table.columns {
        out.push(column.name.clone());
        out.extend(column.values.iter().cloned().chain(column.min.clone()).chain(column.max.clone()));
        out.extend(column.sum.map(|it| it.to_string()));
    }
    out.join("\n")
}

fn text_of(document: &Document) -> String {
    let mut out = vec![document.path.clone()];
    out.extend(document.title.iter().chain(&document.author).chain(&document.remarks).cloned());
    out.extend(document.blocks.iter().map(told));
    out.extend(document.tables.iter().map(columns));
    out.extend(document.source.clone());
    out.join("\n")
}

/// Returns the lines of the source that a place such as `lines 4-14` or `cell 3, line 2` means.
fn lines_of(document: &Document, place: &str, say: Lang) -> Option<(usize, usize)> {
    let numbers: Vec<usize> = place.split(|c: char| !c.is_ascii_digit()).filter_map(|it| it.parse().ok()).collect();
    match numbers.as_slice() {
        [n] if place == say.line(n) => Some((*n, *n)),
        [from, to] if place == say.lines(from, to) => Some((*from, *to)),
        [.., n] => {
            // The piece whose lines have these numbers where it lies.
            let ends = |from: usize| document.pieces.iter().filter_map(move |it| Some((from_piece(it, from)?, from_piece(it, *n)?)));
            let before = numbers.len().checked_sub(2).map(|it| numbers[it]);
            let mut found = before.into_iter().chain([*n]).flat_map(ends).filter(|(from, to)| from <= to && to - from <= LONGEST_PIECE);
            found.find(|(from, to)| document.place_of(*from, *to).told(say) == place).map(|(from, to)| (from as usize, to as usize))
        }
        [] => None,
    }
}

/// Returns the line of the source that a line of a piece is.
fn from_piece(piece: &Piece, line: usize) -> Option<u32> {
    let n = u32::try_from(line).ok()?.checked_sub(piece.at)?;
    Some(piece.from + n).filter(|it| *it <= piece.to)
}
