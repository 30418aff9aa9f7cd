//! Text in pictures, recognised once and kept in the user's cache folder by the hash of the picture.

use sop_ocr::Ocr;
use sop_read::{PictureLine, Pictures};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Changes when the models or the way lines are cut do; old entries are then not used any more.
const EDITION: &str = "ocr-2";

/// The folder that everything is remembered in.
#[expect(clippy::disallowed_methods, reason = "this is the edge: the user says where the cache stands")]
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os("SOP_CACHE_DIR").map(PathBuf::from).or_else(|| {
        use etcetera::BaseStrategy;
        etcetera::choose_base_strategy().ok().map(|it| it.cache_dir().join("sop"))
    })
}

/// Recognises pictures, and remembers what it saw.
pub struct PictureCache {
    folder: Option<PathBuf>,
    ocr: OnceLock<Result<Ocr, String>>,
}

impl PictureCache {
    /// Uses `SOP_CACHE_DIR`, or the user's cache folder; without either it recognises each time.
    pub fn new() -> Self {
        Self { folder: folder().map(|it| it.join(EDITION)), ocr: OnceLock::new() }
    }

    fn recall(&self, key: &str) -> Option<Vec<PictureLine>> {
        let text = std::fs::read_to_string(self.folder.as_ref()?.join(key)).ok()?;
        text.lines()
            .map(|line| {
                let mut parts = line.splitn(5, '\t');
                let mut number = || parts.next()?.parse::<u32>().ok();
                let (x, y, w, h) = (number()?, number()?, number()?, number()?);
                Some(PictureLine { text: parts.next()?.to_owned(), x, y, w, h })
            })
            .collect()
    }

    /// A cache that cannot be written costs time and nothing else, so failures are not reported.
    fn remember(&self, key: &str, lines: &[PictureLine]) {
        let Some(folder) = &self.folder else { return };
        let text: String = lines.iter().map(|it| format!("{}\t{}\t{}\t{}\t{}\n", it.x, it.y, it.w, it.h, it.text.replace(['\t', '\n'], " "))).collect();
        let part = folder.join(format!("{key}.{}", std::process::id()));
        if std::fs::create_dir_all(folder).is_ok() && std::fs::write(&part, text).is_ok() {
            let _ = std::fs::rename(&part, folder.join(key));
        }
    }
}

impl Default for PictureCache {
    fn default() -> Self {
        Self::new()
    }
}

impl Pictures for PictureCache {
    fn lines(&self, bytes: &[u8]) -> Result<Vec<PictureLine>, String> {
        let key = blake3::hash(bytes).to_hex()[..32].to_owned();
        if let Some(lines) = self.recall(&key) {
            return Ok(lines);
        }
        let ocr = self.ocr.get_or_init(Ocr::new).as_ref().map_err(Clone::clone)?;
        // Masked before anything else sees it, the cache included, and as one text: a number stands below its word.
        let mut lines = ocr.lines(bytes)?;
        lines.iter_mut().for_each(|it| it.text = it.text.replace('\n', " "));
        let text = lines.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join("\n");
        let masked = sop_rules::redact(&text).text;
        let lines: Vec<PictureLine> =
            lines.iter().zip(masked.split('\n')).map(|(it, text)| PictureLine { text: text.to_owned(), x: it.x, y: it.y, w: it.w, h: it.h }).collect();
        self.remember(&key, &lines);
        Ok(lines)
    }
}
