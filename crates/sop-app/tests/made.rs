//! Files made by the programs that make them, all the way in: pictures with their words, a repository with its history.

use sop_app::{Gathered, SourceOptions, gather};
use sop_core::Format;
use sop_ocr::Ocr;
use sop_read::{PictureLine, Pictures};
use std::path::Path;
use std::sync::OnceLock;

/// Recognises each time, so that no cache of the user is touched.
#[derive(Default)]
struct Plain(OnceLock<Ocr>);

impl Pictures for Plain {
    fn lines(&self, bytes: &[u8]) -> Result<Vec<PictureLine>, String> {
        let ocr = self.0.get_or_init(|| Ocr::new().expect("the models are part of the program"));
        let lines = ocr.lines(bytes).map_err(|it| it.to_string())?;
        Ok(lines.into_iter().map(|it| PictureLine { text: it.text, x: it.x, y: it.y, w: it.w, h: it.h }).collect())
    }
}

fn gathered(root: &str, include: &[&str]) -> Gathered {
    let options = SourceOptions { include: include.iter().map(|it| (*it).to_owned()).collect(), ..SourceOptions::default() };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(root);
    gather(&root, &options, &Plain::default(), &|_, _, _| {}).unwrap()
}

#[test]
fn words_are_recognised_in_every_format_of_pictures() {
    let names = ["refund.bmp", "refund.gif", "refund.jpg", "refund.png", "refund.tiff", "refund.webp"];
    let found = gathered("sop-read/tests/files", &names);
    assert_eq!(found.documents.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(), names);
    for document in &found.documents {
        let words: Vec<&str> = document.blocks.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(words, ["Refund: 640.00", "Signed by Dana"], "{}", document.path);
    }
}

#[test]
fn a_repository_is_one_file_with_its_history() {
    let found = gathered("sop-collect/tests/files/close.tar.gz", &[]);
    let history = found.documents.iter().find(|it| it.format == Format::History).unwrap();
    assert_eq!(history.path, ".git");
    let rule = history.blocks.iter().find(|it| it.text.starts_with("Dana must sign every refund over 250")).unwrap();
    assert_eq!((rule.speaker.as_deref(), rule.place.to_string().as_str()), (Some("Tom Beckett"), "commit 27ce2c0d1c, line 3"));
    // Neither its settings nor its hooks are read, let alone run.
    assert!(!found.documents.iter().any(|it| it.path.starts_with(".git/")));
    assert!(!history.blocks.iter().any(|it| it.text.contains("@wells.example>") && !it.text.starts_with("Reviewed-by")));
}
