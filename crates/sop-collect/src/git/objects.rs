//! The objects of a repository: each in a file of its own, or many in a pack, where most tell only how they differ from
//! another.

use super::files::{Files, Source};
use super::{Id, hex_of};
use std::collections::BTreeMap;
use std::io::{BufReader, Read, SeekFrom};
use std::rc::Rc;

/// No commit, and no list of the files of a folder, is longer.
const MAX_OBJECT: u64 = 8 << 20;
/// What may be unpacked of a repository in all. It takes about a second.
const MAX_UNPACKED: u64 = 256 << 20;
/// To look an object up costs something, too, even if it is an empty one or was met before.
const LOOKUP: u64 = 4_096;
/// Git itself stops at 4095.
const MAX_CHAIN: usize = 4_096;
/// What is kept of a pack, since others may differ only a little from it.
const MAX_KEPT: usize = 32 << 20;
const MAX_PACKS: usize = 500;

const COMMIT: u8 = 1;
const TREE: u8 = 2;

pub(super) struct Objects<'a> {
    files: &'a Files,
    packs: Vec<Pack<'a>>,
    /// What may still be unpacked, in bytes.
    left: u64,
}

impl<'a> Objects<'a> {
    /// Opens the packs of a repository whose ids have so many bytes.
    pub fn new(files: &'a Files, width: usize) -> Self {
        let names = files.names("objects/pack");
        let packs = names.iter().filter_map(|it| it.strip_suffix(".idx")).take(MAX_PACKS).filter_map(|it| Pack::open(files, it, width)).collect();
        Self { files, packs, left: MAX_UNPACKED }
    }

    /// Whether the rest must stay unread.
    pub fn is_spent(&self) -> bool {
        self.left == 0
    }

    pub fn commit(&mut self, id: &Id) -> Option<Rc<Vec<u8>>> {
        self.object(id, COMMIT)
    }

    pub fn tree(&mut self, id: &Id) -> Option<Rc<Vec<u8>>> {
        self.object(id, TREE)
    }

    fn object(&mut self, id: &Id, wanted: u8) -> Option<Rc<Vec<u8>>> {
        self.left = self.left.saturating_sub(LOOKUP);
        let (kind, bytes) = self.loose(id).or_else(|| self.packed(id))?;
        (kind == wanted).then_some(bytes)
    }

    fn loose(&mut self, id: &Id) -> Option<(u8, Rc<Vec<u8>>)> {
        let hex = hex_of(id);
        let file = self.files.open(&format!("objects/{}/{}", &hex[..2], &hex[2..]))?;
        let bytes = inflate(file, MAX_OBJECT + 32, &mut self.left)?;
        let end = bytes.iter().take(32).position(|it| *it == 0)?;
        let kind = match bytes[..end].split(|it| *it == b' ').next()? {
            b"commit" => COMMIT,
            b"tree" => TREE,
            _ => return None,
        };
        Some((kind, Rc::new(bytes[end + 1..].to_vec())))
    }

    fn packed(&mut self, id: &Id) -> Option<(u8, Rc<Vec<u8>>)> {
        let left = &mut self.left;
        self.packs.iter_mut().find_map(|pack| {
            let at = pack.place_of(id)?;
            pack.object(at, left)
        })
    }
}

/// Unpacks a stream to its end; nothing if it is broken or longer than this.
fn inflate(packed: impl Read, most: u64, left: &mut u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = flate2::bufread::ZlibDecoder::new(BufReader::with_capacity(4_096, packed)).take(most.min(*left) + 1).read_to_end(&mut bytes);
    *left = left.saturating_sub(bytes.len() as u64);
    (read.is_ok() && bytes.len() as u64 <= most && *left > 0).then_some(bytes)
}

/// Many objects in one file, and the list of where each begins.
struct Pack<'a> {
    index: Box<dyn Source + 'a>,
    pack: Box<dyn Source + 'a>,
    /// Bytes of an id.
    width: usize,
    /// How many ids of the list begin with a byte no larger than this.
    fanout: Vec<u32>,
    /// Objects met on the way, by where they begin.
    kept: BTreeMap<u64, (u8, Rc<Vec<u8>>)>,
    kept_bytes: usize,
}

/// The head of the second kind of list, and what follows it.
const SECOND: &[u8] = b"\xfftOc\0\0\0\x02";
const HEAD: u64 = 8;
const FANOUT: u64 = 1_024;

impl<'a> Pack<'a> {
    fn open(files: &'a Files, name: &str, width: usize) -> Option<Self> {
        let mut index = files.open(&format!("objects/pack/{name}.idx"))?;
        let mut pack = files.open(&format!("objects/pack/{name}.pack"))?;
        let head = bytes_at(&mut index, 0, HEAD + FANOUT)?;
        // The first kind went out of use in 2007.
        let magic = bytes_at(&mut pack, 0, 4)?;
        if !head.starts_with(SECOND) || magic != b"PACK" {
            return None;
        }
        let fanout: Vec<u32> = head[HEAD as usize..].chunks_exact(4).map(|it| u32::from_be_bytes([it[0], it[1], it[2], it[3]])).collect();
        fanout.is_sorted().then_some(())?;
        Some(Self { index, pack, width, fanout, kept: BTreeMap::new(), kept_bytes: 0 })
    }

    /// Returns where an object begins in the pack, if it is in it.
    fn place_of(&mut self, id: &Id) -> Option<u64> {
        let (width, first) = (self.width as u64, usize::from(*id.first()?));
        let count = u64::from(*self.fanout.last()?);
        let mut from = if first == 0 { 0 } else { u64::from(self.fanout[first - 1]) };
        let mut to = u64::from(self.fanout[first]);
        while from < to {
            let middle = from + (to - from) / 2;
            match bytes_at(&mut self.index, HEAD + FANOUT + middle * width, width)?.cmp(id) {
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
                std::cmp::Ordering::Equal => {
                    // Ids, then checksums, then places.
                    let places = HEAD + FANOUT + count * (width + 4);
                    let at = number(&bytes_at(&mut self.index, places + middle * 4, 4)?);
                    let Some(far) = at.checked_sub(1 << 31) else { return Some(at) };
                    return Some(number(&bytes_at(&mut self.index, places + count * 4 + far * 8, 8)?));
                }
            }
        }
        None
    }

    /// Returns the object that begins here: the last of a chain that each tells how it differs from the one before.
    fn object(&mut self, at: u64, left: &mut u64) -> Option<(u8, Rc<Vec<u8>>)> {
        let mut chain: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut at = at;
        let (kind, mut bytes) = loop {
            if let Some((kind, bytes)) = self.kept.get(&at) {
                break (*kind, Rc::clone(bytes));
            }
            if chain.len() > MAX_CHAIN {
                return None;
            }
            let entry = self.entry(at, left)?;
            match entry.base {
                None => {
                    let bytes = Rc::new(entry.bytes);
                    self.keep(at, entry.kind, &bytes);
                    break (entry.kind, bytes);
                }
                Some(base) => {
                    chain.push((at, entry.bytes));
                    at = base;
                }
            }
        };
        for (at, delta) in chain.into_iter().rev() {
            bytes = Rc::new(patched(&bytes, &delta)?);
            *left = left.saturating_sub(bytes.len() as u64);
            self.keep(at, kind, &bytes);
        }
        (*left > 0).then_some((kind, bytes))
    }

    fn keep(&mut self, at: u64, kind: u8, bytes: &Rc<Vec<u8>>) {
        if self.kept_bytes > MAX_KEPT {
            self.kept.clear();
            self.kept_bytes = 0;
        }
        self.kept_bytes += bytes.len() + 64;
        self.kept.insert(at, (kind, Rc::clone(bytes)));
    }

    fn entry(&mut self, at: u64, left: &mut u64) -> Option<Entry> {
        const FROM_PLACE: u8 = 6;
        const FROM_ID: u8 = 7;
        // Kind and length, then what it differs from, take no more than this.
        self.pack.seek(SeekFrom::Start(at)).ok()?;
        let mut head = Vec::new();
        self.pack.by_ref().take(64).read_to_end(&mut head).ok()?;
        let kind = head.first()? >> 4 & 7;
        let mut size = u64::from(head[0] & 15);
        let mut n = 1;
        let mut shift = 4;
        while head.get(n - 1)? & 0x80 != 0 {
            let byte = *head.get(n)?;
            size |= u64::from(byte & 0x7f).checked_shl(shift)?;
            (n, shift) = (n + 1, shift + 7);
        }
        if size > MAX_OBJECT || !matches!(kind, COMMIT | TREE | FROM_PLACE | FROM_ID) {
            return None;
        }
        let base = match kind {
            FROM_PLACE => {
                let mut back = u64::from(head.get(n)? & 0x7f);
                while head.get(n)? & 0x80 != 0 {
                    n += 1;
                    back = back.checked_add(1)?.checked_mul(128)? | u64::from(head.get(n)? & 0x7f);
                }
                n += 1;
                Some(at.checked_sub(back).filter(|it| *it < at)?)
            }
            FROM_ID => {
                let base = self.place_of(&head.get(n..n + self.width)?.to_vec())?;
                n += self.width;
                Some(base)
            }
            _ => None,
        };
        self.pack.seek(SeekFrom::Start(at + n as u64)).ok()?;
        let bytes = inflate(&mut self.pack, size, left)?;
        (bytes.len() as u64 == size).then_some(Entry { kind, base, bytes })
    }
}

/// What stands in a pack: an object, or how one differs from another.
struct Entry {
    kind: u8,
    base: Option<u64>,
    bytes: Vec<u8>,
}

fn bytes_at(source: &mut impl Source, at: u64, count: u64) -> Option<Vec<u8>> {
    source.seek(SeekFrom::Start(at)).ok()?;
    let mut bytes = Vec::new();
    source.take(count).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == count).then_some(bytes)
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, it| sum << 8 | u64::from(*it))
}

/// Makes an object out of another: pieces that are copied from it, and pieces that are new.
fn patched(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let mut at = 0;
    let mut length = || {
        let (mut length, mut shift) = (0_u64, 0);
        loop {
            let byte = *delta.get(at)?;
            at += 1;
            length |= u64::from(byte & 0x7f).checked_shl(shift)?;
            shift += 7;
            if byte & 0x80 == 0 {
                return Some(length);
            }
        }
    };
    let (from, to) = (length()?, length()?);
    if from != base.len() as u64 || to > MAX_OBJECT {
        return None;
    }
    let mut out = Vec::with_capacity(to as usize);
    while let Some(&order) = delta.get(at) {
        at += 1;
        if order & 0x80 != 0 {
            let mut field = |bits: std::ops::Range<u32>| {
                let mut value = 0_usize;
                for (n, bit) in bits.enumerate() {
                    if order >> bit & 1 != 0 {
                        value |= usize::from(*delta.get(at)?) << (8 * n);
                        at += 1;
                    }
                }
                Some(value)
            };
            let start = field(0..4)?;
            let size = match field(4..7)? {
                0 => 0x1_0000,
                size => size,
            };
            out.extend_from_slice(base.get(start..start.checked_add(size)?)?);
        } else {
            // An order of nothing is kept for later use.
            let size = usize::from(order);
            (size > 0).then_some(())?;
            out.extend_from_slice(delta.get(at..at + size)?);
            at += size;
        }
        if out.len() as u64 > to {
            return None;
        }
    }
    (out.len() as u64 == to).then_some(out)
}
