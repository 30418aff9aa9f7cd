//! Every file of the repository, damaged in a few hundred ways: no reader falls over, goes on for ever or hands on without end.

use sop_core::{Artifact, ArtifactId, Digest};
use sop_read::{People, PictureLine, Pictures, Reading};
use std::path::{Path, PathBuf};

/// Mutations of each file; fewer of long ones, so that all of it stays short.
const ROUNDS: usize = 200;
const MAX_BYTES: usize = 400_000;
/// Bytes of one kind of file that are read in all.
const BUDGET: usize = 12_000_000;

struct Blind;

impl Pictures for Blind {
    fn lines(&self, _: &[u8]) -> Result<Vec<PictureLine>, String> {
        Ok(Vec::new())
    }
}

/// Xorshift: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

fn mutated(whole: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=dice.below(3) {
        let at = dice.below(bytes.len());
        match dice.below(8) {
            0 => bytes.truncate(at),
            // A bit here and there.
            1 | 2 => (0..=dice.below(20)).for_each(|_| {
                let (at, bit) = (dice.below(bytes.len()), dice.below(8));
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }),
            // A part twice.
            3 => {
                let part = bytes[at..(at + dice.below(4_000)).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            // A part of another file.
            4 => {
                let from = dice.below(other.len());
                let part = other[from..(from + dice.below(4_000)).min(other.len())].to_vec();
                let to = (at + dice.below(4_000)).min(bytes.len());
                bytes.splice(at..to, part);
            }
            // What may be a length or an offset.
            5 | 6 => {
                let value = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, u32::MAX, whole.len() as u32][dice.below(9)];
                let value = if dice.below(2) == 0 { value.to_le_bytes() } else { value.to_be_bytes() };
                let n = [1, 2, 4][dice.below(3)];
                if let Some(place) = bytes.get_mut(at..at + n) {
                    place.copy_from_slice(&value[..n]);
                }
            }
            // A number in a text.
            _ => {
                if let Some(found) = bytes.get(at..).and_then(|it| it.iter().position(u8::is_ascii_digit)) {
                    bytes.splice(at + found..=at + found, b"4294967295".iter().copied());
                }
            }
        }
    }
    bytes
}

fn size(reading: &Reading) -> usize {
    let Reading::Document(it) = reading else { return 0 };
    it.blocks.iter().map(|it| it.text.len() + it.context.as_ref().map_or(0, String::len)).sum::<usize>()
        + it.tables.iter().flat_map(|it| &it.columns).flat_map(|it| &it.values).map(String::len).sum::<usize>()
        + it.remarks.iter().map(String::len).sum::<usize>()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|it| it.ok().map(|it| it.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn damaged_files_are_survived() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in [root.join("tests/files"), root.join("tests/small"), root.join("tests/data"), root.join("../../examples"), root.join("../sop-ocr/tests")] {
        files(&folder, &mut paths);
    }
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let kind = seen.entry(path.extension().map_or_else(|| name.clone(), |it| it.to_string_lossy().into_owned())).or_default();
        // Two examples of a kind show as much as twenty.
        if bytes.len() <= MAX_BYTES && !bytes.is_empty() && *kind < 2 || path.starts_with(root) {
            *kind += 1;
            all.push((name, bytes));
        }
    }
    assert!(all.len() > 40, "the fixtures are not where this test looks for them");
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for (name, whole) in &all {
        for _ in 0..ROUNDS.min(BUDGET / whole.len()).max(20) {
            let bytes = mutated(whole, &all[dice.below(all.len())].1, &mut dice);
            let artifact = Artifact { id: ArtifactId("a".into()), path: name.clone(), size: bytes.len() as u64, digest: Digest(String::new()), modified: None };
            let read = sop_read::read(&artifact, &bytes, &Blind, &People::default());
            assert!(read.output.is_some() || !read.problems.is_empty(), "{name} was passed over");
            let size = read.output.as_ref().map_or(0, size);
            assert!(size < 20_000_000 + 20 * bytes.len(), "{name} became {size} bytes");
            let _ = sop_read::read_long(&artifact, &mut bytes.as_slice(), &Blind, &People::default());
        }
    }
}
