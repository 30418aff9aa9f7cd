//! Reads the text in pictures, in process, with models that are part of the binary.
//!
//! It finds lines of text and their boxes. What a line means is the business of the reader of pictures.

mod detect;
mod picture;
mod recognise;

use detect::TextBox;
use picture::Picture;
use recognise::Recogniser;
use rten::Model;
use std::sync::OnceLock;

static DETECTOR: &[u8] = include_bytes!("../models/PP-OCRv6_det_small.rten");
static RECOGNISER: &[u8] = include_bytes!("../models/PP-OCRv6_rec_small.rten");
static CHARACTERS: &str = include_str!("../models/ppocrv6_dict.txt");

/// Lines that the recogniser is less sure of than this are texture, not text.
const MIN_CONFIDENCE: f32 = 0.55;

/// More spots than this at a glance are taken for text without being read.
const MOST_SPOTS: usize = 6;

/// A line of text in a picture, in pixels from the top left corner.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub text: String,
    pub x: u32,
    pub y: u32,
    pub w: u32,
    pub h: u32,
    /// Mean probability of its characters, from 0 to 1.
    pub confidence: f32,
}

/// Finds and reads the lines of text in pictures.
pub struct Ocr {
    models: &'static Models,
}

struct Models {
    detector: Model,
    recogniser: Recogniser,
}

impl Ocr {
    /// Loads the models, once for the whole program.
    pub fn new() -> Result<Self, String> {
        static MODELS: OnceLock<Result<Models, String>> = OnceLock::new();
        let models = MODELS.get_or_init(load_models).as_ref().map_err(Clone::clone)?;
        Ok(Self { models })
    }

    /// Returns the lines of a picture from top to bottom, then left to right.
    pub fn lines(&self, bytes: &[u8]) -> Result<Vec<Line>, String> {
        let picture = Picture::decode(bytes)?;
        if self.is_wordless(&picture)? {
            return Ok(Vec::new());
        }
        let boxes = detect::text_boxes(&self.models.detector, &picture)?;
        let mut lines = Vec::with_capacity(boxes.len());
        for found in &boxes {
            let (text, confidence) = self.models.recogniser.read(&picture, found)?;
            if confidence >= MIN_CONFIDENCE && !text.trim().is_empty() {
                lines.push(line(&picture, found, text, confidence));
            }
        }
        sort_as_read(&mut lines);
        Ok(lines)
    }

    /// True for a photograph: a glance finds nothing, or a few spots of texture in which no word can be read.
    fn is_wordless(&self, picture: &Picture) -> Result<bool, String> {
        let Some(seen) = detect::glance(&self.models.detector, picture)? else { return Ok(false) };
        if seen.len() > MOST_SPOTS {
            return Ok(false);
        }
        for found in &seen {
            let (text, confidence) = self.models.recogniser.read(picture, found)?;
            if confidence >= MIN_CONFIDENCE && text.chars().filter(|it| it.is_alphanumeric()).count() >= 2 {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn load_models() -> Result<Models, String> {
    let load = |data| Model::load_static_slice(data).map_err(|err| format!("the text model cannot be loaded: {err}"));
    Ok(Models { detector: load(DETECTOR)?, recogniser: Recogniser::new(load(RECOGNISER)?, CHARACTERS) })
}

fn line(picture: &Picture, found: &TextBox, text: String, confidence: f32) -> Line {
    let (left, top, right, bottom) = found.bounds();
    let x = left.clamp(0.0, picture.width as f32 - 1.0) as u32;
    let y = top.clamp(0.0, picture.height as f32 - 1.0) as u32;
    let w = (right.min(picture.width as f32) as u32).saturating_sub(x).max(1);
    let h = (bottom.min(picture.height as f32) as u32).saturating_sub(y).max(1);
    Line { text: text.trim().to_owned(), x, y, w, h, confidence }
}

/// Orders lines row by row. Lines whose centres differ by less than half their height share a row.
fn sort_as_read(lines: &mut [Line]) {
    let centre = |line: &Line| line.y + line.h / 2;
    lines.sort_by_key(|line| (centre(line), line.x));
    let mut from = 0;
    while from < lines.len() {
        let (first, reach) = (centre(&lines[from]), lines[from].h / 2);
        let mut to = from + 1;
        while to < lines.len() && centre(&lines[to]) - first < reach.min(lines[to].h / 2).max(1) {
            to += 1;
        }
        lines[from..to].sort_by_key(|line| line.x);
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(boxes: &[(&str, u32, u32, u32, u32)], order: &[&str]) {
        let mut lines: Vec<Line> = boxes.iter().map(|&(text, x, y, w, h)| Line { text: text.into(), x, y, w, h, confidence: 1.0 }).collect();
        sort_as_read(&mut lines);
        assert_eq!(lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), order);
    }

    #[test]
    fn value_box_that_sits_a_pixel_higher_still_follows_its_label() {
        check(&[("2026-11", 200, 49, 80, 18), ("Month", 10, 50, 50, 18)], &["Month", "2026-11"]);
    }

    #[test]
    fn rows_are_read_from_the_top() {
        check(&[("b", 0, 40, 20, 16), ("a", 100, 10, 20, 16)], &["a", "b"]);
    }

    #[test]
    fn file_that_is_no_picture_is_refused_in_plain_words() {
        let message = Ocr::new().and_then(|ocr| ocr.lines(b"MZ not a picture")).unwrap_err();
        assert!(message.contains("not a picture that can be read"), "{message}");
    }
}
