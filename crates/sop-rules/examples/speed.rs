//! Prints how fast masking is, over a text of ten megabytes as exports, notes and logs make it, and over short blocks.

#![expect(clippy::disallowed_methods, reason = "it measures time, and is no stage")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

fn main() {
    let mut text = String::new();
    let mut n = 0_u32;
    while text.len() < 10_000_000 {
        n += 1;
        let _ = match n % 7 {
            0 => writeln!(
                text,
                "CW{:05},2026-11-{:02} 09:{:02},{}.{:02},Café Zürich GmbH,M25 7RZ,paid,key account {}",
                n % 99_999,
                n % 28 + 1,
                n % 60,
                n % 9_000,
                n % 100,
                n % 9_000
            ),
            1 => writeln!(text, "2026-11-03 09:31:{:02} INFO pull.py {} order rows in cartwheel_orders_2026-10.csv, token refreshed", n % 60, n % 5_000),
            2 => writeln!(text, "- Export the list from Shelfware as stock_{n}.csv, then ask Dana whether the total (£{}) is right", n % 90_000),
            3 => writeln!(text, "{{\"id\": {n}, \"status\": \"open\", \"subject\": \"parcel {} is late\", \"key\": \"row-{}\"}}", n * 7 % 1_000_000, n % 100),
            4 => {
                writeln!(text, "Bitte die Liste prüfen, Rechnung RE-2026-{:04} über {},{:02} € ist überfällig, Straße gesperrt", n % 10_000, n % 3_000, n % 100)
            }
            5 => writeln!(text, "if total > {}: raise SystemExit(\"stop: the total of {} is over the limit\")  # see notes", n % 100_000, n % 1_000),
            _ => writeln!(text, "{}\t{}\t{}\t{}\tlinear growth, square metres, account 4040", n, n * 3, n % 17, n % 1_000_003),
        };
    }
    if let Some(path) = std::env::args().nth(1) {
        let _ = std::fs::write(path, &text);
    }
    let say = |what: &str, bytes: usize, took: f64, found: usize| {
        let _ = writeln!(std::io::stdout(), "{what}: {:.0} MB/s ({:.2} s, {found} masked)", bytes as f64 / 1e6 / took, took);
    };
    sop_rules::redact("warm up: password x1, key = 4");
    let start = Instant::now();
    let found = sop_rules::redact(&text).found.len();
    say("one text", text.len(), start.elapsed().as_secs_f64(), found);
    let start = Instant::now();
    let found = text.lines().map(|it| sop_rules::redact(it).found.len()).sum();
    say("by blocks", text.len(), start.elapsed().as_secs_f64(), found);
}
