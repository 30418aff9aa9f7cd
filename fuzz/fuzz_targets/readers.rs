//! Any bytes under any name: every reader, as a whole and as a stream.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sop_fuzz::{Blind, artifact, named, only_ours_count};
use sop_read::People;

fuzz_target!(init: only_ours_count(), |data: &[u8]| {
    let Some((name, bytes)) = named(data) else { return };
    let mut people = People::default();
    people.add(&name, bytes);
    let artifact = artifact(name, bytes);
    let read = sop_read::read(&artifact, bytes, &Blind, &people);
    assert!(read.output.is_some() || !read.problems.is_empty(), "passed over");
    let _ = sop_read::read_long(&artifact, &mut &bytes[..], &Blind, &people);
});
