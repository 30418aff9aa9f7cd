//! Scanned pages: the picture that a page consists of, upright and as a bitmap, to have its words recognised.

use hayro_interpret::font::Glyph;
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, ImageData, InterpreterCache, InterpreterSettings, Paint, PathDrawMode, SoftMask, TransformExt,
    interpret_page,
};
use hayro_syntax::Pdf;
use hayro_syntax::page::Page;
use kurbo::{Affine, BezPath, Point, Rect};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A page at 600 dots an inch; what is larger was made to exhaust the machine.
const MAX_PIXELS: u64 = 50_000_000;
const MAX_IMAGES: u32 = 10_000;
const MAX_CLIPS: u32 = 50_000;
/// Smaller pictures are logos and lines.
const MIN_PIXELS: u64 = 40_000;

/// Returns the largest picture of a page as a BMP file.
pub(super) fn picture_of<'a>(pdf: &'a Pdf, page: &Page<'a>) -> Option<Vec<u8>> {
    let cache = InterpreterCache::new();
    let (width, height) = page.render_dimensions();
    let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let settings = InterpreterSettings { render_annotations: false, ..InterpreterSettings::default() };
    let mut context = Context::new(page.initial_transform(true).to_kurbo(), bounds, &cache, pdf.xref(), settings);
    let mut largest = Largest::default();
    // What was found until then is kept.
    let _ = catch_unwind(AssertUnwindSafe(|| interpret_page(page, &mut context, &mut largest)));
    largest.bitmap
}

#[derive(Default)]
struct Largest {
    pixels: u64,
    images: u32,
    clips: u32,
    bitmap: Option<Vec<u8>>,
}

impl<'a> Device<'a> for Largest {
    fn draw_image(&mut self, image: Image<'a, '_>, transform: Affine) {
        let pixels = u64::from(image.width()) * u64::from(image.height());
        self.images += 1;
        if self.images > MAX_IMAGES {
            std::panic::resume_unwind(Box::new("the page draws without end"));
        }
        if !(MIN_PIXELS..=MAX_PIXELS).contains(&pixels) || pixels <= self.pixels {
            return;
        }
        let mut found = None;
        match image {
            Image::Raster(raster) => raster.with_rgba(
                |data, _| {
                    found = Some(match data {
                        ImageData::Rgb(it) => Pixels { width: it.width, height: it.height, bytes: it.data, depth: 3 },
                        ImageData::Luma(it) => Pixels { width: it.width, height: it.height, bytes: it.data, depth: 1 },
                    });
                },
                None,
            ),
            // A stencil says where there is ink.
            Image::Stencil(stencil) => stencil.with_stencil(
                |it, _| found = Some(Pixels { width: it.width, height: it.height, bytes: it.data.iter().map(|it| 255 - it).collect(), depth: 1 }),
                None,
            ),
        }
        if let Some(bitmap) = found.and_then(|it| it.bitmap(transform)) {
            (self.pixels, self.bitmap) = (pixels, Some(bitmap));
        }
    }
    fn draw_glyph(&mut self, _: &Glyph<'a>, _: Affine, _: Affine, _: &Paint<'a>, _: &GlyphDrawMode) {}
    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {
        self.clips += 1;
        if self.clips > MAX_CLIPS {
            std::panic::resume_unwind(Box::new("the page draws without end"));
        }
    }
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

struct Pixels {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
    /// Bytes a pixel: red, green and blue, or grey.
    depth: usize,
}

impl Pixels {
    /// Writes the picture as it is turned on the page: people feed sheets in sideways, and the page turns them back.
    fn bitmap(&self, transform: Affine) -> Option<Vec<u8>> {
        let (w, h) = (self.width as usize, self.height as usize);
        if w == 0 || h == 0 || (w * h) as u64 > MAX_PIXELS || self.bytes.len() < w * h * self.depth {
            return None;
        }
        let start = transform * Point::ORIGIN;
        let (along, down) = (transform * Point::new(1.0, 0.0) - start, transform * Point::new(0.0, 1.0) - start);
        let sideways = along.y.abs() > along.x.abs();
        let (width, height) = if sideways { (h, w) } else { (w, h) };
        let row = (width * 3).next_multiple_of(4);
        let mut out = vec![0; 54 + row * height];
        let size = u32::try_from(out.len()).ok()?;
        out[..2].copy_from_slice(b"BM");
        out[2..6].copy_from_slice(&size.to_le_bytes());
        out[10] = 54;
        out[14] = 40;
        out[18..22].copy_from_slice(&u32::try_from(width).ok()?.to_le_bytes());
        out[22..26].copy_from_slice(&u32::try_from(height).ok()?.to_le_bytes());
        out[26] = 1;
        out[28] = 24;
        for y in 0..h {
            for x in 0..w {
                let (to_x, to_y) = if sideways {
                    (if down.x > 0.0 { y } else { h - 1 - y }, if along.y > 0.0 { x } else { w - 1 - x })
                } else {
                    (if along.x > 0.0 { x } else { w - 1 - x }, if down.y > 0.0 { y } else { h - 1 - y })
                };
                let from = (y * w + x) * self.depth;
                // The rows of a bitmap go from the bottom up.
                let to = 54 + (height - 1 - to_y) * row + to_x * 3;
                let (red, green, blue) = if self.depth == 3 { (from, from + 1, from + 2) } else { (from, from, from) };
                out[to] = self.bytes[blue];
                out[to + 1] = self.bytes[green];
                out[to + 2] = self.bytes[red];
            }
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picture_is_written_as_it_stands_on_the_page() {
        let pixels = Pixels { width: 2, height: 1, bytes: vec![10, 200], depth: 1 };
        let check = |transform: Affine, expected: (u8, u8, &[u8])| {
            let bitmap = pixels.bitmap(transform).unwrap();
            let shown: Vec<u8> = bitmap[54..].iter().copied().filter(|it| *it != 0).step_by(3).collect();
            assert_eq!((bitmap[18], bitmap[22], shown.as_slice()), expected);
        };
        check(Affine::IDENTITY, (2, 1, &[10, 200]));
        check(Affine::new([-1.0, 0.0, 0.0, 1.0, 2.0, 0.0]), (2, 1, &[200, 10]));
        // A quarter turn to the right: what was on the left is on top, and the last row comes first.
        check(Affine::new([0.0, 1.0, -1.0, 0.0, 1.0, 0.0]), (1, 2, &[200, 10]));
    }
}
