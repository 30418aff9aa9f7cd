//! Where a figure comes from: the total of a column, a cell, a line of a log.

use crate::activities::Work;
use crate::params::other_run;
use crate::people::anchor;
use crate::text::{parse_number, re};
use sop_core::{Anchor, BlockKind, Format, Provenance};

/// Figures with at least this many digits say which file they come from; smaller ones fit by chance.
const DIGITS: usize = 5;

pub(crate) fn find(work: &Work<'_>) -> Vec<Provenance> {
    let sources = sources(work);
    let mut out: Vec<Provenance> = Vec::new();
    for document in work.ground.documents {
        let tells = matches!(document.format, Format::Mail | Format::Mailbox | Format::Chat | Format::Docx | Format::Picture | Format::Pdf | Format::Slides);
        if !tells || other_run(&document.path, work.parameters) {
            continue;
        }
        for block in document.blocks.iter().filter(|it| !matches!(it.kind, BlockKind::QuotedReply | BlockKind::Signature)) {
            for found in re!(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[. \x{a0}\x{202f}]\d{3})*,\d{2}\b|\d+\.\d{2}\b|\b\d{5,9}\b").find_iter(&block.text) {
                let figure = found.as_str();
                if figure.chars().filter(char::is_ascii_digit).count() < DIGITS || out.iter().any(|it| it.figure == figure) {
                    continue;
                }
                let Some(value) = parse_number(figure) else { continue };
                if let Some((_, from, source)) = sources.iter().find(|it| (it.0 - value).abs() < 0.005) {
                    out.push(Provenance { figure: figure.to_owned(), told: anchor(document, block), source: source.clone(), from: from.clone() });
                }
            }
        }
    }
    out.truncate(40);
    out
}

/// Every figure that data, cells and logs hold. What stands there is told before what adds up to it.
fn sources(work: &Work<'_>) -> Vec<(f64, String, Anchor)> {
    let mut out = Vec::new();
    for document in work.ground.documents.iter().filter(|it| !other_run(&it.path, work.parameters)) {
        let holds = matches!(document.format, Format::Workbook | Format::Log | Format::Csv | Format::Database);
        if !holds {
            continue;
        }
        for block in document
            .blocks
            .iter()
            .filter(|it| matches!(it.kind, BlockKind::Formula | BlockKind::Field | BlockKind::Cell | BlockKind::LogLine | BlockKind::Row))
            .take(2000)
        {
            let text = if block.kind == BlockKind::Formula { block.text.rsplit(" -> ").next().unwrap_or_default() } else { block.text.as_str() };
            for found in re!(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d{1,3}(?:[. \x{a0}\x{202f}]\d{3})*,\d{2}\b|\d+\.\d+|\b\d{5,9}\b").find_iter(text) {
                if let Some(value) = parse_number(found.as_str()) {
                    let where_ = if document.format == Format::Workbook {
                        work.say.place_in(block.place.told(work.say), document.name())
                    } else {
                        format!("`{}`, {}", document.name(), block.place.told(work.say))
                    };
                    out.push((value, where_, anchor(document, block)));
                }
            }
        }
    }
    for document in work.ground.documents.iter().filter(|it| !other_run(&it.path, work.parameters)) {
        for table in &document.tables {
            for column in &table.columns {
                if let Some(sum) = column.sum {
                    let name = document.name();
                    let at =
                        Anchor { artifact: document.artifact.clone(), path: document.path.clone(), place: table.place.clone(), quote: column.name.clone() };
                    out.push((sum, work.say.total_of(&column.name, name), at));
                }
            }
        }
    }
    out
}
