//! The drafts of the examples: what every draft must keep, and how good these are.

use crate::{aloud, command, root, run, sop};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

struct Example {
    id: &'static str,
    /// Below `examples/`.
    source: &'static str,
    process: &'static str,
    /// Secrets and personal data that stand in the folder and must stand nowhere else. Parts of them are enough.
    planted: &'static [&'static str],
}

const EXAMPLES: [Example; 4] = [
    Example {
        id: "monthly-report",
        source: "monthly-report",
        process: "monthly sales report",
        planted: &[
            "cwk_live",
            "7Hq2vT9b",
            "60418823",
            "40-17-88",
            "QQ 21 43 65",
            "QQ 33 18 02",
            "QQ 45 70 19",
            "QQ 52 06 88",
            "QQ 61 94 27",
            "QQ 70 25 51",
            "QQ 84 31 76",
            "5416.67",
            "3166.67",
            "2208.33",
            "2583.33",
            "2375.00",
            "2666.67",
            "1958.33",
            "73920184",
            "51880273",
            "00418835",
            "60033917",
            "24419960",
            "87714402",
            "35560091",
            "@mailpost.example",
            "@inbox.example",
            "@homenet.example",
        ],
    },
    Example {
        id: "client-onboarding-packet",
        source: "client-onboarding-packet.tar.gz",
        process: "client onboarding packet",
        planted: &[
            "dr_live_",
            "kP03xWz8",
            "33910457",
            "20-71-06",
            "50817722",
            "30-94-51",
            "4417093822",
            "8830177264",
            "402 7713",
            "214 9930",
            "1984-07-03",
            "03.07.1984",
            "1971-02-19",
            "41 Marlow Street",
            "Cobden View",
            "807034",
            "07700 900812",
            "6100.00",
            "5650.00",
            "5200.00",
            "4800.00",
        ],
    },
    Example {
        id: "social-publishing",
        source: "social-publishing.tar.gz",
        process: "weekly social publishing",
        planted: &["slw_live_", "7Qd2mVx09", "Teasel Close", "Hollis", "07700 900417", "WH4 8QL", "308.40", "648.00", "491.25", "378.00", "12.85", "16.20"],
    },
    Example {
        id: "support-escalation",
        source: "support-escalation.tar.gz",
        process: "weekly escalation review",
        planted: &[
            "dw_pat_",
            "5fQ81zKc",
            "4539 7718",
            "0042 6613",
            "Popcorn!Tulip",
            "PopcornTulip",
            "Chestnut Row",
            "Orchard Close",
            "Quay View",
            "Priory Terrace",
            "07700 900",
            "18,450",
            "Halloran",
            "issue proceedings",
            "letter before claim",
        ],
    },
];

/// A draft of an example, made once for all tests.
struct Made {
    example: &'static Example,
    source: PathBuf,
    dir: TempDir,
    json: Value,
    text: String,
}

impl Made {
    fn out(&self) -> PathBuf {
        self.dir.path().join("SOP.md")
    }

    /// Every statement with the section it stands in.
    fn statements(&self) -> Vec<(&str, &Value)> {
        let mut found = Vec::new();
        for section in self.json["sop"]["sections"].as_array().expect("sections") {
            let kind = section["kind"].as_str().expect("a kind");
            for item in section["items"].as_array().expect("items") {
                found.push((kind, &item["head"]));
                found.extend(item["below"].as_array().expect("statements below").iter().map(|it| (kind, it)));
            }
        }
        assert!(!found.is_empty(), "the draft says nothing");
        found
    }
}

fn made(n: usize) -> &'static Made {
    static MADE: [OnceLock<Made>; 4] = [const { OnceLock::new() }; 4];
    MADE[n].get_or_init(|| {
        let example = &EXAMPLES[n];
        let source = root().join("examples").join(example.source);
        let dir = tempfile::tempdir().unwrap();
        let said = sop(dir.path(), &["draft", source.to_str().unwrap(), "--process", example.process, "--json"]);
        assert_eq!(said.code, 0, "{}: every file of the examples can be read\n{}", example.id, said.err);
        let text = fs::read_to_string(dir.path().join("SOP.md")).unwrap();
        Made { example, source, json: said.json(), dir, text }
    })
}

fn each(check: impl Fn(&'static Made) -> Vec<String>) {
    let faults: Vec<String> = (0..EXAMPLES.len()).map(made).flat_map(|it| check(it).into_iter().map(|fault| format!("{}: {fault}", it.example.id))).collect();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// What has no evidence is a question, never a sentence.
#[test]
fn every_statement_has_a_basis() {
    each(|made| {
        let known: BTreeSet<u64> = (1..=made.json["citations"].as_u64().unwrap()).collect();
        let mut cited = BTreeSet::new();
        let mut faults = Vec::new();
        for (section, statement) in made.statements() {
            let text = statement["text"].as_str().unwrap();
            let (basis, holds) = statement["basis"].as_object().unwrap().iter().next().unwrap();
            let evidence: Vec<u64> = holds["evidence"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).collect();
            let rests = match basis.as_str() {
                "cited" => !evidence.is_empty(),
                "inferred" => holds["rule"].as_str().is_some_and(|it| !it.trim().is_empty()),
                "asked" => holds["question"].is_u64(),
                _ => false,
            };
            if !rests || text.trim().is_empty() {
                faults.push(format!("{section}: rests on nothing: {text}"));
            }
            if evidence.iter().any(|it| !known.contains(it)) {
                faults.push(format!("{section}: cites what is not in the list: {text}"));
            }
            cited.extend(evidence);
        }
        faults.extend(known.difference(&cited).map(|it| format!("E{it} stands in the list and nobody cites it")));
        faults
    });
}

/// The page says what the model says: each entry ends with its citations.
#[test]
fn every_line_of_the_page_ends_with_its_basis() {
    each(|made| {
        let body = made.text.split("\n## Evidence\n").next().unwrap();
        let entry = |line: &str| line.trim_start().starts_with("- ") || line.split_once(". ").is_some_and(|(n, _)| n.parse::<u32>().is_ok());
        body.lines().filter(|it| entry(it) && !it.ends_with(']')).map(|it| format!("no basis at the end of: {it}")).collect()
    });
}

/// The exact words that are cited stand where the citation says.
fn quotes_stand_at_their_anchors(n: usize) {
    let made = made(n);
    let mut faults = Vec::new();
    for entry in made.json["sop"]["evidence"].as_array().unwrap() {
        let id = format!("E{}", entry["id"]);
        let path = entry["anchor"]["path"].as_str().unwrap();
        let picture = [".png", ".jpg", ".jpeg"].iter().any(|it| path.ends_with(it));
        // A process each would take long; pictures need one, since it is told where the recognised text is kept.
        let found = match picture {
            true => sop(made.dir.path(), &["show", &id, "--json"]).json()["found"] == true,
            false => sop_app::show(&id, &made.out(), None).unwrap().found,
        };
        if !found {
            faults.push(format!("{id}: {path}, {}: {}", entry["anchor"]["place"], entry["anchor"]["quote"]));
        }
    }
    assert!(faults.is_empty(), "{}: quotes that are not there\n{}", made.example.id, faults.join("\n"));
}

#[test]
fn quotes_stand_at_their_anchors_monthly_report() {
    quotes_stand_at_their_anchors(0);
}

#[test]
fn quotes_stand_at_their_anchors_client_onboarding() {
    quotes_stand_at_their_anchors(1);
}

#[test]
fn quotes_stand_at_their_anchors_social_publishing() {
    quotes_stand_at_their_anchors(2);
}

#[test]
fn quotes_stand_at_their_anchors_support_escalation() {
    quotes_stand_at_their_anchors(3);
}

/// The same evidence gives the same bytes: wherever it stands, whenever it was copied, whatever the clock and language.
#[test]
fn the_same_evidence_gives_the_same_bytes() {
    each(|made| {
        let dir = tempfile::tempdir().unwrap();
        let copy = dir.path().join("another place").join(made.example.source);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        copy_all(&made.source, &copy);
        let mut again = command(dir.path());
        again.args(["draft", copy.to_str().unwrap(), "--process", made.example.process]);
        again.env("TZ", "Pacific/Kiritimati").env("LC_ALL", "de_DE.UTF-8").env("LANG", "de_DE.UTF-8");
        let said = run(again);
        assert_eq!(said.code, 0, "{}", said.err);
        let text = fs::read_to_string(dir.path().join("SOP.md")).unwrap();
        let differs = made.text.lines().zip(text.lines()).find(|(a, b)| a != b);
        match differs {
            Some((first, second)) => vec![format!("first: {first}\nagain: {second}")],
            None if text != made.text => vec!["one of the two is longer".to_owned()],
            None => Vec::new(),
        }
    });
}

/// Copies without the times, as version control does.
fn copy_all(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy_all(&entry.path(), &to.join(entry.file_name()));
    }
}

/// Neither the page nor anything else that the program writes holds a secret of the folder.
#[test]
fn no_secret_of_the_folder_is_written_anywhere() {
    each(|made| {
        let source = made.source.to_str().unwrap();
        let kept = fs::read_to_string(made.dir.path().join(".sop/SOP.json")).unwrap();
        let written = [
            ("the draft", made.text.clone()),
            ("its JSON", made.json.to_string()),
            ("its evidence list", kept),
            ("the evidence map", sop(made.dir.path(), &["inspect", source]).out),
            ("the evidence map as JSON", sop(made.dir.path(), &["inspect", source, "--json"]).out),
        ];
        let plain = |text: &str| text.to_lowercase().replace(' ', "");
        let mut faults = Vec::new();
        for (what, text) in &written {
            let text = plain(text);
            faults.extend(made.example.planted.iter().filter(|it| text.contains(&plain(it))).map(|it| format!("{what} holds {it}")));
        }
        faults
    });
}

/// Files that must be kept out are named with the reason, and not quoted.
#[test]
fn sensitive_files_are_named_and_not_cited() {
    each(|made| {
        let out: Vec<&str> =
            made.json["left_out"].as_array().unwrap().iter().filter(|it| it["sensitive"] == true).map(|it| it["path"].as_str().unwrap()).collect();
        let mut faults: Vec<String> = made.json["sop"]["evidence"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| out.contains(&it["anchor"]["path"].as_str().unwrap()))
            .map(|it| format!("cites a file that was left out: {it}"))
            .collect();
        if out.is_empty() {
            faults.push("no file was left out, though each example has one that must be".to_owned());
        }
        faults.extend(out.iter().filter(|it| !made.text.contains(*it)).map(|it| format!("{it} is not named in the draft")));
        faults
    });
}

/// What a draft of an example must reach. They only ever go up.
const FLOORS: [(&str, f64); 7] =
    [("recall", 0.68), ("anywhere", 0.75), ("gates", 0.85), ("order", 0.80), ("cited", 0.95), ("cite_right", 0.95), ("signal", 0.55)];
const MAX_WORDS: f64 = 1700.0;

/// Scores the drafts against the facts that people found in the same folders, where the scorer is at hand.
#[test]
fn drafts_are_good_enough() {
    let shared = root().join("../shared");
    let scorer = shared.join("score/score_sop.py");
    if !scorer.exists() {
        return aloud("SKIPPED drafts_are_good_enough: no scorer stands beside the checkout");
    }
    each(|made| {
        let case = shared.join("cases").join(made.example.id);
        let scored = Command::new("python3").arg(&scorer).arg(&case).arg(made.out()).arg("--json").output();
        let Ok(scored) = scored else {
            aloud("SKIPPED drafts_are_good_enough: there is no python3");
            return Vec::new();
        };
        assert!(scored.status.success(), "{}", String::from_utf8_lossy(&scored.stderr));
        let score: Value = serde_json::from_slice(&scored.stdout).unwrap();
        let figure = |name: &str| score[name].as_f64().unwrap_or(0.0);
        aloud(&format!("{}: {}, words {}", made.example.id, FLOORS.map(|(name, _)| format!("{name} {}", figure(name))).join(", "), figure("words")));
        let mut faults: Vec<String> = FLOORS
            .iter()
            .filter(|(name, floor)| figure(name) < *floor)
            .map(|(name, floor)| format!("{name} is {}, and must be {floor}", figure(name)))
            .collect();
        if figure("forbidden") > 0.0 {
            faults.push(format!("holds what it must not: {}", score["forbidden_hits"]));
        }
        if figure("words") > MAX_WORDS {
            faults.push(format!("has {} words, more than {MAX_WORDS}", figure("words")));
        }
        faults
    });
}

/// The excerpt in the README is what the program writes today.
#[test]
fn the_readme_shows_a_real_draft() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let excerpt = readme.split("```markdown\n").nth(1).and_then(|it| it.split("```").next()).expect("an excerpt");
    let made = (0..EXAMPLES.len()).map(made).find(|it| it.example.id == "monthly-report").unwrap();
    let missing: Vec<&str> = excerpt.lines().filter(|it| !made.text.lines().any(|line| line == *it)).collect();
    assert!(missing.is_empty(), "refresh the excerpt in README.md; these lines are not written any more:\n{}", missing.join("\n"));
}
