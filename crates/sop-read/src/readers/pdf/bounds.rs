//! What a PDF may ask of the machine, looked at before it is opened and while it is drawn.

use flate2::read::ZlibDecoder;
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Object};
use memchr::memmem;
use std::io::Read;

/// A page of print unpacks to less than one megabyte, a scan of it to some thirty.
const MAX_UNPACKED: u64 = 200_000_000;
/// Shorter streams cannot unpack to more, as the packing makes at most about a thousand bytes of one.
const SHORT: usize = 200_000;
/// Objects that stand open inside each other.
const MAX_NESTING: usize = 400;

/// Says why a PDF must not be opened.
pub(super) fn refused(bytes: &[u8]) -> Option<String> {
    if nested_too_deep(bytes) {
        return Some("the PDF is broken: its objects are nested without end".to_owned());
    }
    unpacks_too_far(bytes).then(|| "a page of the PDF unpacks to more than any page holds; print what matters of it as a new PDF".to_owned())
}

/// More columns or rows than any scanner makes.
const MAX_SIDE: i64 = 60_000;

/// Whether a picture claims a size for which memory would be taken before a single dot of it is read.
pub(super) fn has_endless_picture(pdf: &Pdf) -> bool {
    let sides =
        |it: &Dict<'_>| [&b"Width"[..], b"Height", b"Columns", b"Rows", b"W", b"H"].iter().any(|key| it.get::<f32>(*key).is_some_and(|n| n as i64 > MAX_SIDE));
    pdf.objects().into_iter().any(|it| {
        let Object::Stream(stream) = it else { return false };
        let dict = stream.dict();
        let of = |key: &[u8]| {
            let one = dict.get::<Dict<'_>>(key).is_some_and(|it| sides(&it));
            one || dict.get::<Array<'_>>(key).is_some_and(|it| it.iter::<Dict<'_>>().any(|it| sides(&it)))
        };
        sides(dict) || of(b"DecodeParms") || of(b"DP")
    })
}

/// Whether arrays and dictionaries are opened again and again and never closed. In pictures and fonts the bytes of both
/// kinds are mixed.
fn nested_too_deep(bytes: &[u8]) -> bool {
    let mut open = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'[' | b'<' => open += 1,
            b']' | b'>' => open = 0,
            _ => continue,
        }
        // Zeros as a text in hexadecimal digits are written between two marks, too.
        if open > MAX_NESTING && at > MAX_NESTING {
            return true;
        }
    }
    false
}

fn unpacks_too_far(bytes: &[u8]) -> bool {
    let mut from = 0;
    while let Some(found) = memmem::find(&bytes[from..], b"stream") {
        let mark = from + found;
        from = mark + 6;
        if bytes[..mark].ends_with(b"end") {
            continue;
        }
        let data = &bytes[from..];
        let data = data.strip_prefix(b"\r\n").or_else(|| data.strip_prefix(b"\n")).or_else(|| data.strip_prefix(b"\r")).unwrap_or(data);
        let length = memmem::find(data, b"endstream").unwrap_or(data.len());
        from = (from + length).min(bytes.len());
        let head = &bytes[mark.saturating_sub(400)..mark];
        let head = &head[memmem::rfind(head, b" obj").unwrap_or(0)..];
        let packed = memmem::find_iter(head, b"/Fl").count();
        if packed == 0 || length < SHORT && packed < 2 {
            continue;
        }
        let mut inner: Box<dyn Read + '_> = Box::new(&data[..length]);
        for _ in 0..packed.min(4) {
            inner = Box::new(ZlibDecoder::new(inner));
        }
        // What is packed in another way behind it is damaged here, and ends.
        let n = std::io::copy(&mut inner.take(MAX_UNPACKED + 1), &mut std::io::sink()).unwrap_or(0);
        if n > MAX_UNPACKED {
            return true;
        }
    }
    false
}
