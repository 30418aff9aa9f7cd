//! Finds where text stands in a picture: a probability for each pixel, then a box around each island.

use crate::picture::Picture;
use rten::Model;
use rten_imageproc::{BoundingRect, Point, Polygon, RetrievalMode, find_contours, min_area_rect};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

/// Longer pictures are shrunk to this; smaller ones keep their size, since shrinking loses small text.
const MAX_SIDE: f32 = 1600.0;
/// Pictures longer than this are glanced at before they are searched.
const GLANCE_SIDE: f32 = 900.0;
const MIN_SIDE: usize = 64;
/// Sides that the network takes are multiples of this.
const STRIDE: usize = 32;
const THRESHOLD: f32 = 0.3;
const MIN_SCORE: f32 = 0.5;
/// The network marks the core of a line; its box is grown by this share of area over perimeter.
const UNCLIP: f32 = 1.6;
/// No page of work holds more lines; a picture of noise might.
const MAX_BOXES: usize = 2000;
/// Below this slope (about 1.5 degrees) a box is taken as upright.
const UPRIGHT: f32 = 0.027;

/// A box around a line of text, in pixels of the picture. `along` is the unit vector in which the text runs.
pub(crate) struct TextBox {
    pub centre: (f32, f32),
    pub along: (f32, f32),
    pub width: f32,
    pub height: f32,
}

impl TextBox {
    /// Returns left, top, right, bottom of the upright rectangle around the box.
    pub fn bounds(&self) -> (f32, f32, f32, f32) {
        let (ax, ay) = (self.along.0.abs(), self.along.1.abs());
        let half_w = (ax * self.width + ay * self.height) / 2.0;
        let half_h = (ay * self.width + ax * self.height) / 2.0;
        (self.centre.0 - half_w, self.centre.1 - half_h, self.centre.0 + half_w, self.centre.1 + half_h)
    }
}

/// Returns the boxes of text, in no special order.
pub(crate) fn text_boxes(model: &Model, picture: &Picture) -> Result<Vec<TextBox>, String> {
    boxes_at(model, picture, whole(picture))
}

/// Finds the boxes at half the size, in a quarter of the time; nothing for a picture that is small anyway.
///
/// A photograph without a word in it shows that at a glance.
pub(crate) fn glance(model: &Model, picture: &Picture) -> Result<Option<Vec<TextBox>>, String> {
    if picture.width.max(picture.height) as f32 <= GLANCE_SIDE {
        return Ok(None);
    }
    boxes_at(model, picture, whole(picture) * 2.0).map(Some)
}

/// How much a picture is shrunk to be searched whole.
fn whole(picture: &Picture) -> f32 {
    (picture.width.max(picture.height) as f32 / MAX_SIDE).max(1.0)
}

/// Returns the boxes found in the picture at `1 / shrink` of its size, in pixels of the picture itself.
fn boxes_at(model: &Model, picture: &Picture, shrink: f32) -> Result<Vec<TextBox>, String> {
    let (width, height) = (scaled(picture.width, shrink), scaled(picture.height, shrink));
    let input = network_input(picture, width, height, shrink);
    let output: NdTensor<f32, 4> = model
        .run_one(input.view().into(), None)
        .map_err(|err| format!("the picture cannot be searched for text: {err}"))?
        .try_into()
        .map_err(|_| "the picture cannot be searched for text".to_owned())?;
    let [_, _, rows, columns] = output.shape();
    if rows != padded(height) || columns != padded(width) {
        return Err("the picture cannot be searched for text".into());
    }
    Ok(boxes(output.slice((0, 0)), shrink))
}

fn scaled(side: usize, shrink: f32) -> usize {
    ((side as f32 / shrink).round() as usize).max(1)
}

fn padded(side: usize) -> usize {
    side.div_ceil(STRIDE).max(MIN_SIDE / STRIDE) * STRIDE
}

/// Lays the picture out as the network wants it: blue, green, red planes, normalised, padded with the edge.
fn network_input(picture: &Picture, width: usize, height: usize, shrink: f32) -> NdTensor<f32, 4> {
    const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
    const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];
    let (columns, rows) = (padded(width), padded(height));
    let plane = columns * rows;
    let mut data = vec![0.0; 3 * plane];
    for y in 0..rows {
        for x in 0..columns {
            let at = |i: usize| (i as f32 + 0.5) * shrink - 0.5;
            let rgb = picture.sample_area(at(x.min(width - 1)), at(y.min(height - 1)), shrink);
            for channel in 0..3 {
                let value = rgb[2 - channel] / 255.0;
                data[channel * plane + y * columns + x] = (value - MEAN[channel]) / DEVIATION[channel];
            }
        }
    }
    NdTensor::from_data([1, 3, rows, columns], data)
}

fn boxes(probability: NdTensorView<f32, 2>, shrink: f32) -> Vec<TextBox> {
    let mask = probability.map(|&value| value > THRESHOLD);
    let contours = find_contours(mask.view(), RetrievalMode::External);
    contours.iter().filter_map(|contour| text_box(&probability, contour, shrink)).take(MAX_BOXES).collect()
}

fn text_box(probability: &NdTensorView<f32, 2>, contour: &[Point], shrink: f32) -> Option<TextBox> {
    let bounds = Polygon::new(contour).bounding_rect();
    let (top, left) = (bounds.top().max(0) as usize, bounds.left().max(0) as usize);
    let (bottom, right) = (bounds.bottom().max(0) as usize, bounds.right().max(0) as usize);
    if bottom - top < 2 || right - left < 2 || score(probability, top, left, bottom, right) < MIN_SCORE {
        return None;
    }
    let upright = TextBox {
        centre: ((left + right) as f32 / 2.0, (top + bottom) as f32 / 2.0),
        along: (1.0, 0.0),
        width: (right - left + 1) as f32,
        height: (bottom - top + 1) as f32,
    };
    let core = slanted(contour).unwrap_or(upright);
    let grow = core.width * core.height * UNCLIP / (2.0 * (core.width + core.height)) * 2.0;
    let (mut width, mut height) = ((core.width + grow) * shrink, (core.height + grow) * shrink);
    let mut along = core.along;
    if height > width * 2.0 && height > 3.0 * 12.0 {
        // Text that runs upwards, such as the label of an axis.
        (width, height) = (height, width);
        along = (along.1, -along.0);
    }
    Some(TextBox { centre: (core.centre.0 * shrink, core.centre.1 * shrink), along, width, height })
}

/// Returns the tightest box around a contour if it clearly leans: a photo or a skewed scan.
fn slanted(contour: &[Point]) -> Option<TextBox> {
    let points: Vec<_> = contour.iter().map(|point| point.to_f32()).collect();
    let rect = min_area_rect(&points)?;
    let up = rect.up_axis();
    // `up` may be any of the four sides; the text runs along the side nearest to the horizontal.
    let sides = [((up.x, up.y), rect.height(), rect.width()), ((-up.y, up.x), rect.width(), rect.height())];
    let ((x, y), width, height) = sides.into_iter().max_by(|a, b| a.0.0.abs().total_cmp(&b.0.0.abs()))?;
    let along = if x < 0.0 { (-x, -y) } else { (x, y) };
    // A short word's tightest box leans by chance.
    let leans = along.1.abs() > UPRIGHT && width > height * 4.0;
    leans.then(|| TextBox { centre: (rect.center().x, rect.center().y), along, width: width + 1.0, height: height + 1.0 })
}

/// Returns the mean probability of the marked pixels in a box.
fn score(probability: &NdTensorView<f32, 2>, top: usize, left: usize, bottom: usize, right: usize) -> f32 {
    let (mut sum, mut n) = (0.0, 0u32);
    for y in top..=bottom.min(probability.size(0) - 1) {
        for x in left..=right.min(probability.size(1) - 1) {
            let value = probability[[y, x]];
            if value > THRESHOLD {
                sum += value;
                n += 1;
            }
        }
    }
    if n == 0 { 0.0 } else { sum / n as f32 }
}
