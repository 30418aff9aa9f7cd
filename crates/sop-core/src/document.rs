//! What a reader makes of a file: redacted blocks of text and tables, each with its place.

use crate::{ArtifactId, Language, Moment, Place};
use serde::{Deserialize, Serialize};

/// What kind of file a document was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    Text,
    Markdown,
    Csv,
    Workbook,
    Docx,
    Pdf,
    Html,
    Mail,
    Mailbox,
    Chat,
    Calendar,
    Picture,
    Script,
    /// Prose and code in turns: Jupyter, R Markdown, Quarto.
    Notebook,
    ShellHistory,
    Config,
    EnvFile,
    Log,
    Json,
    /// An archive or a book inside the folder, read member by member.
    Archive,
    /// The slides of a presentation.
    Slides,
    /// A database in a file.
    Database,
    /// Shapes and what leads from one to another: a flow chart.
    Diagram,
    /// What somebody did on web pages, recorded step by step.
    Recording,
    /// What a repository keeps of who changed what.
    History,
}

/// What a block of text is in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockKind {
    /// Depth 1 for the topmost.
    Heading(u8),
    Paragraph,
    /// An item of a list; numbered or not; ticked, open, or not a tick box.
    Item {
        numbered: bool,
        ticked: Option<bool>,
    },
    /// A paragraph of a mail, or a line of chat, by its sender.
    Message,
    /// Text that a mail repeats from an earlier one; `speaker` is whom it quotes, if that is said.
    QuotedReply,
    Signature,
    /// A review comment, cell note, or tracked change made by `speaker`.
    Note,
    /// A comment inside a script or a config file.
    CodeComment,
    /// The text of a cell, with its neighbours' headers as `context`.
    Cell,
    /// A formula, `text` being `=SUM(..)`.
    Formula,
    /// A rule that a workbook puts on cells: validation, conditional format.
    CellRule,
    /// A row of a table; cells joined by ` | `.
    Row,
    /// `key = value` of a config file, form, screenshot or header; `text` is `key: value`.
    Field,
    /// A command that was typed, from a shell history.
    Command,
    LogLine,
    /// A line read from a picture.
    PictureText,
    /// A date in a calendar.
    Event,
}

/// A piece of text that stands together, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub kind: BlockKind,
    /// Redacted text, white space folded to single spaces, except in `Code` where lines are kept.
    pub text: String,
    pub place: Place,
    /// Who said it, as the file names them: "Ruth Adeyemi", "U02RUTH" resolved to "Ruth".
    pub speaker: Option<String>,
    /// Whom it was said to.
    pub to: Vec<String>,
    pub time: Option<Moment>,
    /// What it stands under: heading, subject, section of a config file, column and row header of a cell.
    pub context: Option<String>,
}

impl Block {
    /// Makes a block that has neither speaker, time nor context.
    pub fn new(kind: BlockKind, text: impl Into<String>, place: Place) -> Self {
        Self { kind, text: text.into(), place, speaker: None, to: Vec::new(), time: None, context: None }
    }

    /// Sets what the block stands under.
    #[must_use]
    pub fn under(mut self, context: impl Into<String>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// Sets who said it.
    #[must_use]
    pub fn by(mut self, speaker: impl Into<String>) -> Self {
        self.speaker = Some(speaker.into());
        self
    }

    /// Sets when it was said.
    #[must_use]
    pub fn at(mut self, time: Option<Moment>) -> Self {
        self.time = time;
        self
    }
}

/// The type most values of a column have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnType {
    Empty,
    Integer,
    Decimal,
    Date,
    Text,
}

/// The profile of one column of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    pub kind: ColumnType,
    /// Cells that hold something.
    pub filled: u64,
    /// Different values, exact up to 10,000.
    pub distinct: u64,
    /// Sum of the numeric values, leaving out a totals row.
    pub sum: Option<f64>,
    pub min: Option<String>,
    pub max: Option<String>,
    /// Up to 12 different values, if there are no more than that and none is sensitive.
    pub values: Vec<String>,
}

/// A table with its columns profiled: a CSV file, or a sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Sheet name, or empty for a CSV file.
    pub name: String,
    /// Place of the header row.
    pub place: Place,
    /// Rows of data: no header, no preamble, no totals row.
    pub rows: u64,
    pub columns: Vec<Column>,
    /// Lines above the header that belong to no row (report title, period, basis).
    pub preamble: Vec<String>,
    /// Whether a totals row stands at the bottom.
    pub has_total: bool,
    pub hidden: bool,
}

/// Something that was taken out of the text before anyone else saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    /// What it was: "API key", "IBAN", "national insurance number".
    pub what: String,
    pub place: Place,
}

/// A run of lines of a document's source that is code of one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// First line in the source.
    pub from: u32,
    /// Last line in the source.
    pub to: u32,
    pub language: Language,
    /// Where it lies in the file.
    pub home: Home,
    /// The line that its first line is there.
    pub at: u32,
}

/// Where a piece of a source lies in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Home {
    /// On the very lines that it has in the source.
    Here,
    /// In a cell of a notebook.
    Cell(u32),
    /// In a part of the file that has a name, such as a macro module.
    Part(String),
}

/// A file, read and redacted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    pub artifact: ArtifactId,
    pub path: String,
    pub format: Format,
    pub title: Option<String>,
    /// Who made it, from the file's own properties.
    pub author: Option<String>,
    pub blocks: Vec<Block>,
    pub tables: Vec<Table>,
    /// Redacted source, line for line, of scripts, notebooks, macros and config files; nothing else keeps its whole text.
    pub source: Option<String>,
    /// Where pieces of the source come from, if it was put together from cells or modules or holds several languages.
    #[serde(default)]
    pub pieces: Vec<Piece>,
    pub redactions: Vec<Redaction>,
    /// What a person should know of how it was read: "rows 3 and 9 are broken", "2 pages are scans".
    pub remarks: Vec<String>,
    /// Names of private people that a table of customers holds. They serve to mask them in other files, are never
    /// written, and are gone before anything is made of the document.
    #[serde(skip)]
    pub outsiders: Vec<String>,
}

impl Document {
    /// Makes a document with nothing in it yet.
    pub fn new(artifact: ArtifactId, path: impl Into<String>, format: Format) -> Self {
        Self {
            artifact,
            path: path.into(),
            format,
            title: None,
            author: None,
            blocks: Vec::new(),
            tables: Vec::new(),
            source: None,
            pieces: Vec::new(),
            redactions: Vec::new(),
            remarks: Vec::new(),
            outsiders: Vec::new(),
        }
    }

    /// Returns the place in the file of some lines of the source.
    pub fn place_of(&self, from: u32, to: u32) -> Place {
        let Some(piece) = self.pieces.iter().find(|it| (it.from..=it.to).contains(&from)) else { return Place::Lines { from, to } };
        let own = |line: u32| line.clamp(piece.from, piece.to) - piece.from + piece.at;
        match &piece.home {
            Home::Here => Place::Lines { from, to },
            Home::Cell(cell) => Place::NotebookCell { cell: *cell, from: own(from), to: own(to.max(from)) },
            Home::Part(name) => Place::Inside { name: name.clone(), place: Box::new(Place::Lines { from: own(from), to: own(to.max(from)) }) },
        }
    }

    /// Returns the lines of the source that a place means, if it means lines of it.
    pub fn lines_of(&self, place: &Place) -> Option<(u32, u32)> {
        self.source.as_ref()?;
        let in_piece = |home: &Home, from: u32, to: u32| {
            let piece = self.pieces.iter().find(|it| it.home == *home && from >= it.at && from - it.at <= it.to - it.from)?;
            let line = |it: u32| piece.from + it.saturating_sub(piece.at);
            Some((line(from), line(to.max(from)).min(piece.to)))
        };
        match place {
            Place::Lines { from, to } => Some((*from, *to)),
            Place::NotebookCell { cell, from, to } => in_piece(&Home::Cell(*cell), *from, *to),
            Place::Inside { name, place } => match **place {
                Place::Lines { from, to } => in_piece(&Home::Part(name.clone()), from, to),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the last component of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}
