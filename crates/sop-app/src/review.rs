//! `sop review`: an SOP read against the seven questions, and against the folder of the work if it is at hand.

use crate::draft::{Kept, kept_path, trace};
use crate::evidence::Wish;
use crate::{AppError, PictureCache, Progress, SourceOptions, gather};
use serde::Serialize;
use sop_core::{Finding, Page, Severity};
use sop_review::{Answer, Context, Folder};
use std::path::{Path, PathBuf};

/// More than any procedure has.
const MAX_PAGE: u64 = 8 << 20;

/// What the user asks of a review.
#[derive(Debug, Clone)]
pub struct ReviewOptions {
    /// The folder or archive of the work; the one that the draft was made from if not given.
    pub against: Option<PathBuf>,
    pub source: SourceOptions,
    /// The day of the review: `2026-11-28`.
    pub today: String,
}

/// A page that was reviewed.
#[derive(Debug, Serialize)]
pub struct Reviewed {
    pub sop: PathBuf,
    pub title: String,
    /// The folder that it was held against.
    pub against: Option<PathBuf>,
    /// The folder that it was drafted from, if that is not there any more.
    pub gone: Option<PathBuf>,
    pub answers: Vec<Answer>,
    pub findings: Vec<Finding>,
    pub statements: usize,
    /// Whether something stands in the way of an approval.
    pub blocked: bool,
}

/// Reviews an SOP in Markdown, ours or anybody's.
pub fn review(sop: &Path, options: &ReviewOptions, progress: Progress<'_>) -> Result<Reviewed, AppError> {
    let text = page_text(sop)?;
    let page = Page::read(&text);
    let against = options.against.clone().or_else(|| kept(sop).filter(|it| it.exists()));
    let read = match &against {
        Some(root) if root.exists() => {
            let mut source = options.source.clone();
            // The page is no evidence of itself.
            if let (Ok(root), Ok(sop)) = (root.canonicalize(), sop.canonicalize())
                && let Ok(inside) = sop.strip_prefix(&root)
            {
                source.exclude.push(inside.to_string_lossy().replace('\\', "/"));
            }
            source.broad |= options.against.is_none();
            let gathered = gather(root, &source, &PictureCache::new(), progress)?;
            let trace = trace(&gathered, &Wish { process: None, period: None, lang: Some(page.lang()) });
            Some((gathered, trace))
        }
        Some(root) if options.against.is_some() => return Err(AppError::Read { path: root.display().to_string(), why: "there is no such folder".to_owned() }),
        _ => None,
    };
    let folder = read.as_ref().map(|(gathered, trace)| Folder::new(&gathered.documents, trace, page.lang()));
    let report = sop_review::review(Context { page: &page, folder: folder.as_ref(), today: &options.today });
    Ok(Reviewed {
        sop: sop.to_owned(),
        title: sop_rules::redact(&page.title.clone().unwrap_or_else(|| sop.file_stem().unwrap_or_default().to_string_lossy().into_owned())).text,
        gone: kept(sop).filter(|it| folder.is_none() && !it.exists()),
        against: against.filter(|_| folder.is_some()),
        blocked: sop_review::blocks(&report.findings),
        answers: report.answers,
        findings: report.findings,
        statements: report.statements,
    })
}

/// Reads the text of an SOP.
pub(crate) fn page_text(sop: &Path) -> Result<String, AppError> {
    let fail = |why: String| AppError::Read { path: sop.display().to_string(), why };
    let size = std::fs::metadata(sop).map_err(|err| match err.kind() {
        std::io::ErrorKind::NotFound => fail("there is no such file; give the SOP, or draft one with `sop draft FOLDER`".to_owned()),
        kind => fail(kind.to_string()),
    })?;
    if size.is_dir() {
        return Err(fail("it is a folder; give the SOP in it".to_owned()));
    }
    if size.len() > MAX_PAGE {
        return Err(fail(format!("it has {} MB, and no procedure has more than {}", size.len() >> 20, MAX_PAGE >> 20)));
    }
    if size.len() == 0 {
        return Err(fail("it is empty".to_owned()));
    }
    let bytes = std::fs::read(sop).map_err(|err| fail(err.kind().to_string()))?;
    String::from_utf8(bytes).map(|it| it.trim_start_matches('\u{feff}').to_owned()).map_err(|_| fail("it is no text in UTF-8".to_owned()))
}

/// The folder that a draft was made from.
fn kept(sop: &Path) -> Option<PathBuf> {
    let kept: Kept = serde_json::from_str(&std::fs::read_to_string(kept_path(sop)).ok()?).ok()?;
    Some(kept.source)
}

impl Reviewed {
    /// The findings in the format that code hosts and editors read: SARIF 2.1.0.
    pub fn to_sarif(&self) -> serde_json::Value {
        let level = |severity: Severity| severity.as_str();
        let rules: Vec<serde_json::Value> = sop_review::rules()
            .map(|(id, code, severity, question, about)| {
                serde_json::json!({
                    "id": id,
                    "shortDescription": { "text": about.finds },
                    "fullDescription": { "text": about.matters },
                    "properties": { "code": code, "question": question.text() },
                    "defaultConfiguration": { "level": level(severity) },
                })
            })
            .collect();
        let results: Vec<serde_json::Value> = self
            .findings
            .iter()
            .map(|it| {
                let hint = it.hint.as_ref().map_or_else(String::new, |hint| format!(" ({hint})"));
                serde_json::json!({
                    "ruleId": it.rule,
                    "level": level(it.severity),
                    "message": { "text": format!("{}{hint}", it.message) },
                    "locations": [{ "physicalLocation": {
                        "artifactLocation": { "uri": self.sop.to_string_lossy().replace('\\', "/") },
                        "region": { "startLine": it.line.max(1) },
                    } }],
                })
            })
            .collect();
        serde_json::json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{ "tool": { "driver": { "name": "sop", "version": crate::VERSION, "rules": rules } }, "results": results }],
        })
    }
}
