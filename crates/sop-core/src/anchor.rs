//! Where in a file a fact stands: a place that a person can open, and the words found there.

use crate::{ArtifactId, Lang};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A place inside a file. All numbers count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The file as a whole.
    File,
    /// Lines of a text file, both ends included.
    Lines { from: u32, to: u32 },
    /// A line of text on a page.
    Page { page: u32, line: u32 },
    /// A paragraph of a word-processor document, in reading order.
    Paragraph { n: u32 },
    /// A row of a table in a word-processor document or page.
    TableRow { table: u32, row: u32 },
    /// A cell of a workbook, such as `Summary!B5`.
    Cell { sheet: String, cell: String },
    /// The note or comment on a cell of a workbook.
    CellNote { sheet: String, cell: String },
    /// A review comment of a word-processor document.
    Comment { n: u32 },
    /// A line of text on a slide of a presentation, its speaker notes included.
    Slide { n: u32, line: u32 },
    /// A row of a table in a database or data file; row 0 is the table as a whole.
    Record { table: String, row: u32 },
    /// A message of a mailbox, mail or chat, and the line in its text.
    Message { n: u32, line: u32 },
    /// A commit of a repository, and the line of its message; line 0 is the commit as a whole.
    Commit { id: String, line: u32 },
    /// A rectangle of a picture, in pixels from its top left corner.
    Region { x: u32, y: u32, w: u32, h: u32 },
    /// Lines of a cell of a notebook, both ends included.
    NotebookCell { cell: u32, from: u32, to: u32 },
    /// A line of what a cell of a notebook has put out.
    NotebookOutput { cell: u32, line: u32 },
    /// A place inside a file that is inside this one: an attachment, a member of an archive.
    Inside { name: String, place: Box<Place> },
}

impl Place {
    /// The place in the words of a language.
    pub fn told(&self, say: Lang) -> String {
        match self {
            Place::File => say.whole_file.to_owned(),
            Place::Lines { from, to } if from == to => say.line(from),
            Place::Lines { from, to } => say.lines(from, to),
            Place::Page { page, line } => say.page_line(page, line),
            Place::Paragraph { n } => say.paragraph(n),
            Place::TableRow { table, row } => say.table_row(table, row),
            Place::Cell { sheet, cell } => format!("{sheet}!{cell}"),
            Place::CellNote { sheet, cell } => say.note_on(format_args!("{sheet}!{cell}")),
            Place::Comment { n } => say.comment(n),
            Place::Slide { n, line } => say.slide_line(n, line),
            Place::Record { table, row: 0 } if table.is_empty() => say.columns.to_owned(),
            Place::Record { table, row } if table.is_empty() => say.row(row),
            Place::Record { table, row: 0 } => say.table(table),
            Place::Record { table, row } => say.table_row(table, row),
            Place::Message { n, line } => say.message_line(n, line),
            Place::Commit { id, line: 0 } => say.commit(id),
            Place::Commit { id, line } => say.commit_line(id, line),
            Place::Region { x, y, w, h } => say.region(format_args!("{x},{y}"), format_args!("{w}x{h}")),
            Place::NotebookCell { cell, from, to } if from == to => say.cell_line(cell, from),
            Place::NotebookCell { cell, from, to } => say.cell_lines(cell, from, to),
            Place::NotebookOutput { cell, line } => say.output_line(cell, line),
            Place::Inside { name, place } => format!("{name}: {}", place.told(say)),
        }
    }
}

/// English, as everything that is not the page.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Lang::default()))
    }
}

/// A place in an artifact, with the exact words that stand there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Anchor {
    /// Path of the artifact, repeated so that an anchor can be read on its own. It stands first: anchors are in the order
    /// of their paths.
    pub path: String,
    pub place: Place,
    /// The words as the reader found them, redacted, white space folded to single spaces.
    pub quote: String,
    pub artifact: ArtifactId,
}

/// The letters and digits of a text, in lower case: a quote is the same whatever marks and white space stand between its
/// words.
pub fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
