//! Reads the characters in one box of text.

use crate::detect::TextBox;
use crate::picture::Picture;
use rten::Model;
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

/// Height of a line as the network wants it.
const HEIGHT: usize = 48;
const MIN_WIDTH: usize = 128;
const MAX_WIDTH: usize = 4096;

pub(crate) struct Recogniser {
    model: Model,
    characters: Vec<&'static str>,
}

impl Recogniser {
    pub fn new(model: Model, characters: &'static str) -> Self {
        Self { model, characters: characters.lines().collect() }
    }

    /// Returns the text in a box and the mean probability of its characters.
    pub fn read(&self, picture: &Picture, found: &TextBox) -> Result<(String, f32), String> {
        let input = network_input(picture, found);
        let output: NdTensor<f32, 3> = self
            .model
            .run_one(input.view().into(), None)
            .map_err(|err| format!("the text in the picture cannot be read: {err}"))?
            .try_into()
            .map_err(|_| "the text in the picture cannot be read".to_owned())?;
        Ok(self.decode(output.slice(0)))
    }

    /// Takes the likeliest character at each step; repeats and blanks are how the network spaces them.
    fn decode(&self, steps: NdTensorView<f32, 2>) -> (String, f32) {
        let (mut text, mut sum, mut n, mut last) = (String::new(), 0.0, 0u32, 0);
        for step in steps.axis_iter(0) {
            let best = step.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            let Some((class, probability)) = best else { continue };
            if class != 0 && class != last {
                // Class 0 is the blank, and the one after the last character is the space.
                text.push_str(self.characters.get(class - 1).copied().unwrap_or(" "));
                sum += probability;
                n += 1;
            }
            last = class;
        }
        (text, if n == 0 { 0.0 } else { sum / n as f32 })
    }
}

fn network_input(picture: &Picture, found: &TextBox) -> NdTensor<f32, 4> {
    let height = found.height.max(1.0);
    let drawn = ((HEIGHT as f32 * found.width / height).ceil() as usize).clamp(8, MAX_WIDTH);
    let columns = drawn.max(MIN_WIDTH);
    let plane = HEIGHT * columns;
    let mut data = vec![0.0; 3 * plane];
    let (dx, dy) = found.along;
    for y in 0..HEIGHT {
        let across = ((y as f32 + 0.5) / HEIGHT as f32 - 0.5) * height;
        for x in 0..drawn {
            let along = ((x as f32 + 0.5) / drawn as f32 - 0.5) * found.width;
            let at_x = found.centre.0 + along * dx - across * dy;
            let at_y = found.centre.1 + along * dy + across * dx;
            let rgb = picture.sample_area(at_x, at_y, height / HEIGHT as f32);
            for channel in 0..3 {
                data[channel * plane + y * columns + x] = rgb[2 - channel] / 127.5 - 1.0;
            }
        }
    }
    NdTensor::from_data([1, 3, HEIGHT, columns], data)
}
