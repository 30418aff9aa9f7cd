//! Pages, Numbers and Keynote files, by the preview that they carry: their own format is not documented.

use super::ooxml::Package;
use crate::reader::{About, Input, Raw, Reader, read_inside};
use sop_core::{Document, Format};

pub(super) const READER: Reader = Reader {
    name: "iwork",
    about: About {
        files: "`.pages`, `.numbers`, `.key`",
        taken: "the preview inside: all pages if it is a PDF, else the first page as a picture",
        anchor: "page and line, or region of the preview",
        not_taken: "what the preview does not show: export it as PDF, Word or Excel for the whole",
    },
    accepts,
    read,
};

const PREVIEWS: &[&str] = &["QuickLook/Preview.pdf", "preview.jpg", "QuickLook/Thumbnail.jpg"];

fn accepts(input: &Input<'_>) -> bool {
    let name = input.name.to_lowercase();
    input.bytes.starts_with(b"PK") && [".pages", ".numbers", ".key"].iter().any(|it| name.ends_with(it))
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut package = Package::open(input.bytes)?;
    let whole = if input.name.to_lowercase().ends_with(".numbers") { "Excel or PDF" } else { "PDF or Word" };
    for part in PREVIEWS {
        let Some(bytes) = package.bytes(part).filter(|it| it.len() as u64 <= input.budget.bytes()) else { continue };
        input.budget.spend(bytes.len() as u64);
        let name = part.rsplit('/').next().unwrap_or(part);
        let Some(Raw(inside)) = read_inside(name, &bytes, input) else { continue };
        let mut doc = Document::new(input.artifact.id.clone(), input.artifact.path.as_str(), if part.ends_with("pdf") { Format::Pdf } else { Format::Picture });
        doc.title = inside.title;
        doc.blocks = inside.blocks;
        doc.tables = inside.tables;
        doc.remarks = inside.remarks;
        if !part.ends_with("pdf") {
            doc.remarks.push(format!("only its first page was seen, as a picture; export it as {whole} for the whole"));
        }
        return Ok(Raw(doc));
    }
    Err(format!("has no preview inside; export it as {whole}"))
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::read_raw;
    use std::io::{Cursor, Write};

    #[test]
    fn preview_stands_for_the_file() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in [("Index/Document.iwa", &b"x"[..]), ("QuickLook/Preview.pdf", include_bytes!("../../tests/files/scan.pdf"))] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        let document = read_raw("offer.pages", &zip.finish().unwrap().into_inner());
        assert_eq!(document.format, sop_core::Format::Pdf);
        assert_eq!(document.remarks, ["page 1 is a scan"]);
    }
}
