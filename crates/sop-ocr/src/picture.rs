//! Pixels: decoding within limits, and sampling a box of them at another size.

use image::{ImageReader, Limits};
use std::io::Cursor;

/// Larger pictures would need more memory than a reader of evidence should take.
const MAX_PIXELS: u64 = 50_000_000;

/// A picture of three 8-bit channels, in the order red, green, blue.
pub(crate) struct Picture {
    pub width: usize,
    pub height: usize,
    rgb: Vec<u8>,
}

impl Picture {
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        let (width, height) = reader(bytes)?.into_dimensions().map_err(|err| format!("the picture is broken: {err}"))?;
        if u64::from(width) * u64::from(height) > MAX_PIXELS {
            let megapixels = u64::from(width) * u64::from(height) / 1_000_000;
            return Err(format!("the picture is too large to read: {width}x{height}, {megapixels} megapixels of at most 50"));
        }
        let image = reader(bytes)?.decode().map_err(|err| format!("the picture is broken: {err}"))?;
        let rgb = if image.color().has_alpha() {
            // Transparent screenshots are drawn for a white page; black text on "nothing" must stay black on white.
            let rgba = image.into_rgba8();
            rgba.pixels().flat_map(|pixel| on_white(pixel.0)).collect()
        } else {
            image.into_rgb8().into_raw()
        };
        Ok(Self { width: width as usize, height: height as usize, rgb })
    }

    /// Returns the colour at a point, averaged between its four neighbours; the edge is repeated outside.
    pub fn sample(&self, x: f32, y: f32) -> [f32; 3] {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = ((x0 + 1).min(self.width - 1), (y0 + 1).min(self.height - 1));
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let mut colour = [0.0; 3];
        for (channel, value) in colour.iter_mut().enumerate() {
            let at = |x: usize, y: usize| f32::from(self.rgb[(y * self.width + x) * 3 + channel]);
            let top = at(x0, y0) * (1.0 - fx) + at(x1, y0) * fx;
            let bottom = at(x0, y1) * (1.0 - fx) + at(x1, y1) * fx;
            *value = top * (1.0 - fy) + bottom * fy;
        }
        colour
    }

    /// Returns the mean colour of a square around a point, so that shrinking does not lose thin strokes.
    pub fn sample_area(&self, x: f32, y: f32, size: f32) -> [f32; 3] {
        if size <= 1.2 {
            return self.sample(x, y);
        }
        let n = size.ceil().min(4.0) as usize;
        let mut sum = [0.0; 3];
        for iy in 0..n {
            for ix in 0..n {
                let offset = |i: usize| ((i as f32 + 0.5) / n as f32 - 0.5) * size;
                let colour = self.sample(x + offset(ix), y + offset(iy));
                for channel in 0..3 {
                    sum[channel] += colour[channel];
                }
            }
        }
        sum.map(|value| value / (n * n) as f32)
    }
}

fn reader(bytes: &[u8]) -> Result<ImageReader<Cursor<&[u8]>>, String> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|err| format!("the picture is broken: {err}"))?;
    if reader.format().is_none() {
        return Err("this is not a picture that can be read".into());
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_PIXELS * 8);
    reader.limits(limits);
    Ok(reader)
}

fn on_white([r, g, b, a]: [u8; 4]) -> [u8; 3] {
    let blend = |value: u8| ((u32::from(value) * u32::from(a) + 255 * (255 - u32::from(a))) / 255) as u8;
    [blend(r), blend(g), blend(b)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png_head(width: u32, height: u32) -> Vec<u8> {
        let mut head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        head.extend(width.to_be_bytes());
        head.extend(height.to_be_bytes());
        head.extend([8, 2, 0, 0, 0]);
        let crc = head[12..]
            .iter()
            .fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }));
        head.extend((!crc).to_be_bytes());
        head.extend(*b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xaeB`\x82");
        head
    }

    #[test]
    fn endless_picture_is_refused_before_it_is_unpacked() {
        let message = Picture::decode(&png_head(50_000, 50_000)).err().unwrap();
        assert_eq!(message, "the picture is too large to read: 50000x50000, 2500 megapixels of at most 50");
        let gif = b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;";
        assert!(Picture::decode(gif).err().unwrap().contains("megapixels"));
    }

    #[test]
    fn other_formats_are_decoded() {
        let bmp = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0a\x14\x1e\0";
        assert_eq!(Picture::decode(bmp).unwrap().sample(0.0, 0.0), [30.0, 20.0, 10.0]);
        let gif = b"GIF89a\x01\0\x01\0\x80\0\0\x0a\x14\x1e\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
        assert_eq!(Picture::decode(gif).unwrap().sample(0.0, 0.0), [10.0, 20.0, 30.0]);
    }
}
