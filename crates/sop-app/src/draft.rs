//! `sop draft`: from a folder of finished work to a cited SOP beside it.

use crate::evidence::{Wish, evidence};
use crate::{AppError, Gathered, Progress, SourceOptions};
use serde::{Deserialize, Serialize};
use sop_core::{Anchor, Foreign, Lang, LeftOut, Problem, SectionKind, Sop, Trace, UNREADABLE};
use std::path::{Path, PathBuf};

/// What the user asks of a draft.
#[derive(Debug, Clone)]
pub struct DraftOptions {
    pub source: SourceOptions,
    pub process: Option<String>,
    /// Who will follow it; a new operations assistant if none.
    pub audience: Option<String>,
    pub out: PathBuf,
    pub period: Option<String>,
    /// The language of the draft. If none, the one that the audience is told of in; if that is not told either, the one
    /// that people mostly write in the folder.
    pub lang: Option<Lang>,
    /// Overwrite a file that was not drafted by this program or was edited since.
    pub force: bool,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Drafted {
    pub out: PathBuf,
    pub title: String,
    pub lang: Lang,
    /// Another language that much of the text is in and whose rules are not known.
    pub foreign: Option<Foreign>,
    pub files_read: usize,
    pub left_out: Vec<LeftOut>,
    pub problems: Vec<Problem>,
    pub steps: usize,
    pub gates: usize,
    pub questions: usize,
    pub disagreements: usize,
    pub citations: usize,
    /// Weighty facts that found no room on the page.
    pub unused: usize,
    pub backup: Option<PathBuf>,
    pub sop: Sop,
}

/// The evidence list kept beside a draft, so that a citation can be opened.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Absolute path of the folder or archive.
    pub source: PathBuf,
    /// Hash of the Markdown as it was written.
    pub written: String,
    pub anchors: Vec<Anchor>,
}

/// Where the evidence list of a draft is kept: `.sop/NAME.json` beside it.
pub(crate) fn kept_path(sop: &Path) -> PathBuf {
    let stem = sop.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    sop.parent().unwrap_or(Path::new("")).join(".sop").join(format!("{stem}.json"))
}

/// Drafts the SOP of a folder or archive and writes it.
pub fn draft(root: &Path, options: &DraftOptions, progress: Progress<'_>) -> Result<Drafted, AppError> {
    let mut options = options.clone();
    // The draft must not become its own evidence when it is written into the folder.
    if let (Ok(root), Ok(out)) = (root.canonicalize(), std::path::absolute(&options.out))
        && let Ok(inside) = out.strip_prefix(&root)
    {
        options.source.exclude.push(inside.to_string_lossy().replace('\\', "/"));
    }
    let asked = Wish {
        process: options.process.as_deref(),
        period: options.period.as_deref(),
        lang: options.lang.or_else(|| options.audience.as_deref().and_then(Lang::of_words)),
    };
    let found = evidence(root, &options.source, &asked, progress)?;
    let trace = found.trace;
    check_period(&trace, options.period.as_deref())?;
    let title = capital(&trace.process);
    let audience = sop_draft::Audience { text: options.audience.clone().unwrap_or_else(|| trace.lang.new_assistant.to_owned()) };
    let drafted = sop_draft::draft(&trace, &title, &audience, &found.digest);
    let sop = drafted.sop;
    let text = sop.to_markdown();
    let backup = write(&options, &text)?;
    let kept = Kept {
        source: root.canonicalize().unwrap_or_else(|_| root.to_path_buf()),
        written: blake3::hash(text.as_bytes()).to_hex().to_string(),
        anchors: sop.evidence.iter().map(|it| it.anchor.clone()).collect(),
    };
    let json = serde_json::to_string_pretty(&kept).unwrap_or_default();
    put(&kept_path(&options.out), &json)?;
    let gates = sop.section(SectionKind::Gates).len();
    Ok(Drafted {
        out: options.out.clone(),
        title: sop.title.clone(),
        lang: sop.lang,
        foreign: trace.foreign,
        files_read: found.files_read,
        left_out: found.left_out,
        problems: found.problems,
        steps: sop.section(SectionKind::Steps).len(),
        gates,
        questions: sop.section(SectionKind::Questions).len(),
        disagreements: sop.section(SectionKind::Disagreements).len(),
        citations: sop.evidence.len(),
        unused: drafted.unused,
        backup,
        sop,
    })
}

/// A period that the folder does not have is a slip of the pen, not a wish for another one.
pub(crate) fn check_period(trace: &Trace, period: Option<&str>) -> Result<(), AppError> {
    let Some(period) = period else { return Ok(()) };
    let mut known: Vec<String> = Vec::new();
    for it in &trace.parameters {
        known.extend(it.others.iter().cloned());
        known.push(it.value.clone());
        if period.contains(&it.value) {
            return Ok(());
        }
    }
    known.sort();
    Err(AppError::UnknownPeriod { period: period.to_owned(), known: if known.is_empty() { "none that its names show".to_owned() } else { known.join(", ") } })
}

/// Traces what was gathered.
pub(crate) fn trace(gathered: &Gathered, wish: &Wish<'_>) -> Trace {
    let process = wish.process.map_or_else(|| plain_name(&gathered.name), str::to_owned);
    // Whoever reads the page has to know what could not be read.
    let mut left_out = gathered.left_out.clone();
    left_out.extend(gathered.problems.iter().map(|it| LeftOut { path: it.path.clone(), reason: format!("{UNREADABLE}{}", it.message), sensitive: false }));
    sop_trace::trace(&gathered.documents, &left_out, &sop_trace::Asked { process, period: wish.period.map(str::to_owned), lang: wish.lang })
}

/// A folder's name as words: `monthly_sales-report` becomes `monthly sales report`.
fn plain_name(name: &str) -> String {
    let words: Vec<&str> = name.split(['_', '-', ' ']).filter(|it| !it.is_empty()).collect();
    let plain = words.join(" ");
    if plain.is_empty() { "process".to_owned() } else { plain }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().collect::<String>() + chars.as_str())
}

/// Writes the draft; what stood there before is kept.
fn write(options: &DraftOptions, text: &str) -> Result<Option<PathBuf>, AppError> {
    let out = &options.out;
    let mut backup = None;
    if let Ok(before) = std::fs::read(out)
        && before != text.as_bytes()
    {
        let name = format!("{}.bak", out.file_name().unwrap_or_default().to_string_lossy());
        let kept: Option<Kept> = std::fs::read_to_string(kept_path(out)).ok().and_then(|it| serde_json::from_str(&it).ok());
        let ours = kept.is_some_and(|it| it.written == blake3::hash(&before).to_hex().to_string());
        // An edit that was kept is never overwritten by the next one.
        let mut path = out.with_file_name(&name);
        let mut n = 2;
        while !ours && path.exists() {
            path = out.with_file_name(format!("{name}{n}"));
            n += 1;
        }
        if !ours && !options.force {
            return Err(AppError::WouldOverwrite { path: out.display().to_string(), backup: path.display().to_string() });
        }
        std::fs::write(&path, &before).map_err(|err| AppError::Write { path: path.display().to_string(), why: err.to_string() })?;
        backup = Some(path);
    }
    put(out, text)?;
    Ok(backup)
}

/// Writes a whole file or none of it.
pub(crate) fn put(path: &Path, text: &str) -> Result<(), AppError> {
    let fail = |err: std::io::Error| AppError::Write { path: path.display().to_string(), why: err.to_string() };
    if let Some(parent) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(fail)?;
    }
    let part = path.with_file_name(format!(".{}.{}", path.file_name().unwrap_or_default().to_string_lossy(), std::process::id()));
    std::fs::write(&part, text).map_err(fail)?;
    std::fs::rename(&part, path).map_err(|err| {
        let _ = std::fs::remove_file(&part);
        fail(err)
    })
}
