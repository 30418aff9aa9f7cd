//! Any bytes as the archive that a user names, and its members through their readers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sop_fuzz::{Blind, only_ours_count};
use sop_read::People;

fuzz_target!(init: only_ours_count(), |data: &[u8]| {
    let path = std::env::temp_dir().join(format!("sop-fuzz-{}.zip", std::process::id()));
    std::fs::write(&path, data).expect("the folder for temporary files can be written to");
    if let Ok(collection) = sop_collect::collect(&path, &sop_collect::Options::default()) {
        for artifact in collection.artifacts.iter().take(20) {
            if let Ok(bytes) = collection.bytes(artifact) {
                let _ = sop_read::read(artifact, &bytes, &Blind, &People::default());
            }
        }
    }
});
