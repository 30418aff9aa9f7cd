//! `sop show E12`: the cited quote in its context.

use crate::draft::{Kept, kept_path};
use crate::{AppError, PictureCache, SourceOptions, gather};
use serde::Serialize;
use sop_core::{Anchor, Block, Document, Home, Place, letters};
use std::path::Path;

/// A citation opened: what stands around the quote.
#[derive(Debug, Serialize)]
pub struct Shown {
    pub id: String,
    pub anchor: Anchor,
    /// Lines of context; the cited one is marked.
    pub lines: Vec<(bool, String)>,
    /// True if the quote still stands there.
    pub found: bool,
}

/// How many blocks before and after the quote are shown.
const AROUND: usize = 3;

/// Opens a citation of a draft. `from` overrides the folder that the draft remembers.
pub fn show(id: &str, sop: &Path, from: Option<&Path>) -> Result<Shown, AppError> {
    let shown = sop.display().to_string();
    let text = std::fs::read_to_string(kept_path(sop)).map_err(|_| AppError::NoEvidence { path: shown.clone() })?;
    let kept: Kept = serde_json::from_str(&text).map_err(|_| AppError::NoEvidence { path: shown.clone() })?;
    let number: Option<usize> = id.trim().trim_start_matches(['E', 'e', '[']).trim_end_matches(']').parse().ok();
    let anchor = number.and_then(|n| n.checked_sub(1)).and_then(|n| kept.anchors.get(n)).cloned().ok_or_else(|| AppError::UnknownEvidence {
        id: id.to_owned(),
        path: shown,
        last: kept.anchors.len(),
    })?;
    let root = from.unwrap_or(&kept.source);
    if !root.exists() {
        return Err(AppError::FolderGone { path: root.display().to_string() });
    }
    // Only the cited file is read again, and those that tell who the customers are, whose names stand nowhere.
    let mut include = vec![escape(&anchor.path)];
    include.extend(sop_read::TELLING.iter().map(|it| format!("**/*.{it}")));
    let options = SourceOptions { include, broad: true, ..SourceOptions::default() };
    let gathered = gather(root, &options, &PictureCache::new(), &|_, _, _| {})?;
    let (lines, found) = gathered.documents.iter().find(|it| it.path == anchor.path).map_or_else(|| (Vec::new(), false), |document| context(document, &anchor));
    Ok(Shown { id: format!("E{}", number.unwrap_or(0)), anchor, lines, found })
}

/// A path as a pattern that fits only itself, and whatever stood where something is masked.
fn escape(path: &str) -> String {
    if let Some((before, rest)) = path.split_once('[')
        && let Some((mask, after)) = rest.split_once(']')
    {
        let masked = if mask.ends_with(" removed") { "*".to_owned() } else { format!("[[]{}[]]", escape(mask)) };
        return escape(before) + &masked + &escape(after);
    }
    let part = |c: char| match c {
        // What steers a terminal is shown so.
        '\u{fffd}' => "?".to_owned(),
        c if "*?[]{}!\\".contains(c) => format!("[{c}]"),
        c => c.to_string(),
    };
    path.chars().map(part).collect()
}

/// The blocks or lines around the anchor's place.
fn context(document: &Document, anchor: &Anchor) -> (Vec<(bool, String)>, bool) {
    if anchor.place == Place::File {
        return (vec![(true, document.path.clone())], document.path == anchor.quote);
    }
    if let (Some(source), Some((from, to))) = (&document.source, document.lines_of(&anchor.place)) {
        // Numbers count as the place does: from the start of the cell or module.
        let piece = document.pieces.iter().find(|it| it.home != Home::Here && (it.from..=it.to).contains(&from));
        let (begin, end, shift) = piece.map_or((1, u32::MAX, 0), |it| (it.from, it.to, i64::from(it.at) - i64::from(it.from)));
        let first = from.saturating_sub(AROUND as u32).max(begin);
        let lines: Vec<(bool, String)> = source
            .lines()
            .enumerate()
            .skip(first as usize - 1)
            .take((to.saturating_sub(first) + 1) as usize + AROUND)
            .map(|(n, line)| {
                let n = u32::try_from(n + 1).unwrap_or(u32::MAX);
                (n, line)
            })
            .take_while(|(n, _)| *n <= end)
            .map(|(n, line)| ((from..=to).contains(&n), format!("{:>5}  {line}", i64::from(n) + shift)))
            .collect();
        // The numbers before the lines are not part of the text: a quote of two lines would never be found.
        let cited: Vec<&str> = source.lines().skip(from.saturating_sub(1) as usize).take(to.saturating_sub(from) as usize + 1).collect();
        // A value that is never shown stands in the quote as such.
        let as_read = document.blocks.iter().any(|it| it.place == anchor.place && holds(&it.text, &anchor.quote));
        return (lines, as_read || holds(&cited.join(" "), &anchor.quote));
    }
    let at = document
        .blocks
        .iter()
        .position(|it| it.place == anchor.place && holds(&it.text, &anchor.quote))
        .or_else(|| document.blocks.iter().position(|it| it.place == anchor.place));
    let Some(at) = at else {
        let table = document.tables.iter().find(|it| it.place == anchor.place);
        let lines = table.map(|it| vec![(true, it.columns.iter().map(|c| c.name.clone()).collect::<Vec<_>>().join(" | "))]).unwrap_or_default();
        let found = !lines.is_empty();
        return (lines, found);
    };
    let found = holds(&document.blocks[at].text, &anchor.quote) || document.tables.iter().any(|it| it.place == anchor.place);
    let from = at.saturating_sub(AROUND);
    let to = (at + AROUND + 1).min(document.blocks.len());
    (document.blocks[from..to].iter().enumerate().map(|(n, it)| (from + n == at, line(it))).collect(), found)
}

fn line(block: &Block) -> String {
    let who = block.speaker.as_ref().map_or_else(String::new, |it| format!("{it}: "));
    let when = block.time.map_or_else(String::new, |it| format!("{}  ", it.strftime("%Y-%m-%d %H:%M")));
    format!("{:<18} {when}{who}{}", block.place.to_string(), block.text)
}

/// True if the text holds the quote, white space and marks aside.
pub(crate) fn holds(text: &str, quote: &str) -> bool {
    letters(text).contains(&letters(quote))
}
