//! Pictures: the lines of text in a screenshot, and the fields and table rows that its layout shows.

use super::ooxml::fold;
use crate::reader::{About, Input, PictureLine, Raw, Reader};
use sop_core::{Block, BlockKind, Document, Format, Place};

pub(super) const READER: Reader = Reader {
    name: "picture",
    about: About {
        files: "PNG, JPEG, GIF, WebP, BMP, TIFF",
        taken: "lines of text; label and value pairs; rows",
        anchor: "region, in pixels",
        not_taken: "handwriting, HEIC; frames and pages after the first; a word may be misread",
    },
    accepts,
    read,
};

/// Icons and bullets carry no text.
const ICON: u32 = 64;
/// Left edges (or right edges, of numbers) this close make a column.
const ALIGNED: u32 = 8;
/// A label is shorter than this.
const MAX_LABEL: usize = 40;
/// Further apart than this many line heights, two texts are not label and value.
const MAX_GAP: u32 = 12;

fn accepts(input: &Input<'_>) -> bool {
    let bytes = input.bytes;
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    // Two letters alone could begin a text; the size of the file follows them in a bitmap.
    let size = bytes.get(2..6).and_then(|it| it.try_into().ok()).map(u32::from_le_bytes);
    let bitmap = bytes.starts_with(b"BM") && size.is_some_and(|it| it as usize == bytes.len() || input.name.to_lowercase().ends_with(".bmp"));
    let marks: [&[u8]; 6] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*"];
    webp || bitmap || marks.iter().any(|it| bytes.starts_with(it))
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), Format::Picture);
    let icon = png_size(input.bytes).is_some_and(|(w, h)| w <= ICON || h <= ICON / 4);
    let lines = if icon { Vec::new() } else { input.pictures.lines(input.bytes)? };
    if lines.is_empty() {
        doc.remarks.push("no text in it".into());
        return Ok(Raw(doc));
    }
    doc.title = title(&lines);
    doc.blocks = blocks(&lines);
    Ok(Raw(doc))
}

/// Returns width and height from the head of a PNG file.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    bytes.starts_with(b"\x89PNG").then_some(())?;
    Some((number(16)?, number(20)?))
}

/// Returns the topmost line of the upper third that is clearly larger than the rest.
fn title(lines: &[PictureLine]) -> Option<String> {
    let mut heights: Vec<u32> = lines.iter().map(|line| line.h).collect();
    heights.sort_unstable();
    let usual = heights[heights.len() / 2];
    let bottom = lines.iter().map(|line| line.y + line.h).max()?;
    let large = |line: &&PictureLine| line.h * 4 >= usual * 5 && line.y < bottom / 3 && line.text.chars().filter(|c| c.is_alphabetic()).count() >= 4;
    lines.iter().find(large).map(|line| fold(&line.text))
}

pub(super) fn blocks(lines: &[PictureLine]) -> Vec<Block> {
    let mut used = vec![false; lines.len()];
    let mut found: Vec<(usize, Block)> = Vec::new();
    let groups = [tables(lines, &mut used), chains(lines, &mut used), stacked(lines, &mut used)];
    found.extend(groups.into_iter().flatten());
    for (at, line) in lines.iter().enumerate().filter(|(at, _)| !used[*at]) {
        let (kind, text) = match labelled(&line.text) {
            Some(text) => (BlockKind::Field, text),
            None => (BlockKind::PictureText, fold(&line.text)),
        };
        found.push((at, Block::new(kind, text, region(&[line]))));
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, block)| block).collect()
}

fn region(lines: &[&PictureLine]) -> Place {
    let x = lines.iter().map(|line| line.x).min().unwrap_or_default();
    let y = lines.iter().map(|line| line.y).min().unwrap_or_default();
    let right = lines.iter().map(|line| line.x + line.w).max().unwrap_or_default();
    let bottom = lines.iter().map(|line| line.y + line.h).max().unwrap_or_default();
    Place::Region { x, y, w: right - x, h: bottom - y }
}

/// Returns `label: value` if a line says that by itself.
fn labelled(text: &str) -> Option<String> {
    let (label, value) = text.split_once(": ").or_else(|| text.split_once(" : ")).or_else(|| text.split_once("："))?;
    let (label, value) = (label.trim(), value.trim());
    let named = label.chars().count() <= MAX_LABEL && label.chars().next().is_some_and(char::is_alphabetic);
    // A sentence may hold a colon; a label holds a few words.
    let short = label.split_whitespace().count() <= 4 && !label.contains(['.', ',', '?', '!']);
    (named && short && !value.is_empty()).then(|| format!("{}: {}", fold(label), fold(value)))
}

fn field(label: &str, value: &str) -> String {
    // The arrow of a drop-down list is no part of its value.
    let value = fold(value);
    format!("{}: {}", fold(label).trim_end_matches([':', ' ']), value.trim_end_matches(['▼', '▾', '⌄', ' ']))
}

fn has_letters(line: &PictureLine) -> bool {
    line.text.chars().any(char::is_alphabetic)
}

fn may_be_label(line: &PictureLine) -> bool {
    let letters = line.text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = line.text.chars().filter(char::is_ascii_digit).count();
    letters > digits && line.text.chars().count() <= MAX_LABEL
}

fn same_row(a: &PictureLine, b: &PictureLine) -> bool {
    let (a_centre, b_centre) = (2 * a.y + a.h, 2 * b.y + b.h);
    a_centre.abs_diff(b_centre) * 100 < 2 * 35 * a.h.min(b.h)
}

fn same_column(a: &PictureLine, b: &PictureLine) -> bool {
    a.x.abs_diff(b.x) <= ALIGNED || (a.x + a.w).abs_diff(b.x + b.w) <= ALIGNED
}

/// Whether two labels belong to one column of a form: flush left, or flush right against values that are flush left.
fn same_form(a: (&PictureLine, &PictureLine), b: (&PictureLine, &PictureLine)) -> bool {
    let left = a.0.x.abs_diff(b.0.x) <= ALIGNED && same_column(a.1, b.1);
    let right = (a.0.x + a.0.w).abs_diff(b.0.x + b.0.w) <= ALIGNED && a.1.x.abs_diff(b.1.x) <= ALIGNED;
    left || right
}

/// Returns the nearest line to the right on the same row.
fn right_of(lines: &[PictureLine], at: usize) -> Option<usize> {
    let line = &lines[at];
    let right = |other: &PictureLine| other.x + ALIGNED >= line.x + line.w && same_row(line, other);
    let near = lines.iter().enumerate().filter(|(other, it)| *other != at && right(it)).min_by_key(|(_, it)| it.x)?;
    (near.1.x.saturating_sub(line.x + line.w) <= MAX_GAP * line.h).then_some(near.0)
}

/// Finds grids: three rows or more below each other, with the same three columns or more.
fn tables(lines: &[PictureLine], used: &mut [bool]) -> Vec<(usize, Block)> {
    let rows = rows(lines);
    let aligned = |a: &[usize], b: &[usize]| a.len() == b.len() && a.len() >= 3 && a.iter().zip(b).all(|(a, b)| same_column(&lines[*a], &lines[*b]));
    let mut found = Vec::new();
    let mut from = 0;
    while from < rows.len() {
        let mut to = from + 1;
        while to < rows.len() && aligned(&rows[to - 1], &rows[to]) {
            to += 1;
        }
        if to - from >= 3 {
            found.extend(rows[from..to].iter().map(|row| row_block(lines, row, used)));
        }
        from = to;
    }
    found
}

fn rows(lines: &[PictureLine]) -> Vec<Vec<usize>> {
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for at in 0..lines.len() {
        match rows.last_mut() {
            Some(row) if same_row(&lines[row[0]], &lines[at]) && lines[at].x > lines[row[row.len() - 1]].x => row.push(at),
            _ => rows.push(vec![at]),
        }
    }
    rows
}

fn row_block(lines: &[PictureLine], row: &[usize], used: &mut [bool]) -> (usize, Block) {
    let cells: Vec<&PictureLine> = row.iter().map(|at| &lines[*at]).collect();
    let text = cells.iter().map(|cell| fold(&cell.text)).collect::<Vec<_>>().join(" | ");
    row.iter().for_each(|at| used[*at] = true);
    (row[0], Block::new(BlockKind::Row, text, region(&cells)))
}

/// Finds labels with their value to the right, and labels followed by several figures.
fn chains(lines: &[PictureLine], used: &mut [bool]) -> Vec<(usize, Block)> {
    let free = |at: usize, used: &[bool]| !used[at];
    let pairs: Vec<(usize, usize)> = (0..lines.len())
        .filter(|at| free(*at, used) && may_be_label(&lines[*at]))
        .filter_map(|at| right_of(lines, at).filter(|value| free(*value, used)).map(|value| (at, value)))
        .collect();
    let mut found = Vec::new();
    for &(label, value) in &pairs {
        if used[label] || used[value] {
            continue;
        }
        // One pair alone may be two texts that happen to share a row; a form repeats its columns.
        let repeated = pairs.iter().any(|&(l, v)| l != label && same_form((&lines[l], &lines[v]), (&lines[label], &lines[value])));
        if heads_figures(lines, &pairs, label, value) {
            let mut row = vec![label, value];
            while let Some(next) = right_of(lines, row[row.len() - 1]).filter(|next| free(*next, used)) {
                row.push(next);
            }
            found.push(row_block(lines, &row, used));
            continue;
        }
        let alone = lines[label].text.trim_end().ends_with(':') || follows_field(lines, label, used);
        if !repeated && !alone {
            continue;
        }
        let mut row = vec![label, value];
        while let Some(next) = right_of(lines, row[row.len() - 1]).filter(|next| free(*next, used) && !has_letters(&lines[*next])) {
            row.push(next);
        }
        if row.len() > 2 && row[1..].iter().all(|at| !has_letters(&lines[*at])) {
            found.push(row_block(lines, &row, used));
        } else {
            (used[label], used[value]) = (true, true);
            let place = region(&[&lines[label], &lines[value]]);
            found.push((label, Block::new(BlockKind::Field, field(&lines[label].text, &lines[value].text), place)));
        }
    }
    found
}

/// Whether a row of texts names the columns of the figures below it.
fn heads_figures(lines: &[PictureLine], pairs: &[(usize, usize)], label: usize, value: usize) -> bool {
    let second = right_of(lines, value).filter(|second| has_letters(&lines[*second]) && has_letters(&lines[value]));
    let below = pairs.iter().filter(|(l, v)| {
        let figures = !has_letters(&lines[*v]) && right_of(lines, *v).is_some_and(|next| !has_letters(&lines[next]));
        figures && lines[*l].y > lines[label].y && lines[*l].x.abs_diff(lines[label].x) <= ALIGNED
    });
    second.is_some() && below.count() >= 2
}

/// Whether the text just left on this row is the value of a field: `From [..] To [..]`.
fn follows_field(lines: &[PictureLine], label: usize, used: &[bool]) -> bool {
    let left = (0..lines.len()).filter(|at| lines[*at].x < lines[label].x && same_row(&lines[*at], &lines[label])).max_by_key(|at| lines[*at].x);
    left.is_some_and(|at| used[at]) && lines[label].text.chars().count() <= 12
}

/// Finds labels with their value below, in a column of short lines where known labels stand at every second place.
fn stacked(lines: &[PictureLine], used: &mut [bool]) -> Vec<(usize, Block)> {
    let mut found = Vec::new();
    let mut seen = vec![false; lines.len()];
    for start in 0..lines.len() {
        if used[start] || seen[start] {
            continue;
        }
        let column = column_from(lines, start, used);
        column.iter().for_each(|at| seen[*at] = true);
        let known = |parity: usize| column.iter().skip(parity).step_by(2).filter(|at| is_known_label(&lines[**at].text)).count();
        let (even, odd) = (known(0), known(1));
        let first = match (even, odd) {
            (2.., 0) => 0,
            (0, 2..) => 1,
            _ => continue,
        };
        for pair in column[first..].chunks_exact(2) {
            let (label, value) = (pair[0], pair[1]);
            if may_be_label(&lines[label]) {
                (used[label], used[value]) = (true, true);
                let place = region(&[&lines[label], &lines[value]]);
                found.push((label, Block::new(BlockKind::Field, field(&lines[label].text, &lines[value].text), place)));
            }
        }
    }
    found
}

/// Returns the lines that stand one below the other from here, evenly spaced and with one left edge.
fn column_from(lines: &[PictureLine], start: usize, used: &[bool]) -> Vec<usize> {
    let mut column = vec![start];
    for at in start + 1..lines.len() {
        let last = &lines[column[column.len() - 1]];
        let line = &lines[at];
        if used[at] || line.x.abs_diff(last.x) > ALIGNED / 2 + 1 || line.y <= last.y {
            continue;
        }
        if line.y - last.y > 2 * last.h.max(line.h) {
            break;
        }
        column.push(at);
    }
    column
}

/// What forms and tickets call their fields. Only a hint: two of them at the same beat of a column make it a form.
const KNOWN_LABELS: &[&str] = &[
    // English
    "account",
    "address",
    "amount",
    "approver",
    "assignee",
    "assigned to",
    "category",
    "channel",
    "client",
    "company",
    "contact",
    "country",
    "created",
    "currency",
    "customer",
    "date",
    "department",
    "description",
    "due",
    "due date",
    "email",
    "first reply",
    "group",
    "id",
    "language",
    "location",
    "name",
    "number",
    "order",
    "organisation",
    "organization",
    "owner",
    "period",
    "phone",
    "plan",
    "priority",
    "product",
    "project",
    "quantity",
    "reference",
    "region",
    "reporter",
    "requester",
    "role",
    "site",
    "stage",
    "state",
    "status",
    "subject",
    "supplier",
    "tag",
    "tags",
    "team",
    "total",
    "type",
    "updated",
    "user",
    "vendor",
    "version",
    // German
    "adresse",
    "betrag",
    "datum",
    "fällig",
    "kategorie",
    "konto",
    "kunde",
    "lieferant",
    "nummer",
    "priorität",
    "projekt",
    "referenz",
    "stand",
    "telefon",
    "typ",
    "verantwortlich",
    "zuständig",
    // French
    "client",
    "compte",
    "destinataire",
    "échéance",
    "fournisseur",
    "montant",
    "nom",
    "priorité",
    "projet",
    "référence",
    "responsable",
    "statut",
    "téléphone",
    // Spanish, Portuguese, Italian, Dutch
    "cliente",
    "cuenta",
    "estado",
    "fecha",
    "importe",
    "nombre",
    "prioridad",
    "proveedor",
    "responsable",
    "data",
    "fornecedor",
    "nome",
    "valor",
    "importo",
    "scadenza",
    "stato",
    "bedrag",
    "eigenaar",
    "klant",
    "naam",
    "prioriteit",
];

fn is_known_label(text: &str) -> bool {
    let text = text.trim().trim_end_matches(':').to_lowercase();
    KNOWN_LABELS.contains(&text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[(u32, u32, u32, &str)], expected: &[&str]) {
        let lines: Vec<PictureLine> = lines.iter().map(|&(x, y, w, text)| PictureLine { text: text.into(), x, y, w, h: 20 }).collect();
        let shown: Vec<String> = blocks(&lines).iter().map(|block| format!("{:?} {}", block.kind, block.text)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn form_rows_are_fields() {
        check(
            &[(10, 10, 60, "Export"), (10, 50, 50, "Preset"), (200, 50, 90, "Finance"), (10, 90, 80, "Time zone"), (200, 91, 90, "Lisbon")],
            &["PictureText Export", "Field Preset: Finance", "Field Time zone: Lisbon"],
        );
    }

    #[test]
    fn figures_beside_a_label_are_a_row() {
        check(
            &[
                (10, 10, 60, "Straps"),
                (120, 10, 40, "540"),
                (200, 10, 80, "25,605.16"),
                (10, 40, 60, "Sleeves"),
                (120, 40, 40, "447"),
                (200, 40, 80, "39,298.63"),
            ],
            &["Row Straps | 540 | 25,605.16", "Row Sleeves | 447 | 39,298.63"],
        );
    }

    #[test]
    fn labels_above_their_values_are_fields() {
        check(
            &[(10, 10, 60, "Assignee"), (10, 40, 70, "Callum Reid"), (10, 70, 50, "Status"), (10, 100, 50, "On hold")],
            &["Field Assignee: Callum Reid", "Field Status: On hold"],
        );
    }

    #[test]
    fn menu_is_no_form() {
        check(&[(10, 10, 60, "Home"), (10, 40, 70, "Orders"), (10, 70, 50, "Products")], &["PictureText Home", "PictureText Orders", "PictureText Products"]);
    }
}
