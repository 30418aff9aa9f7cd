//! Drafts in the language of the people: one whole page, and what is said of a language that is not understood.

use crate::sop;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A bakery's weekly order.
const BAKERY: &[(&str, &str)] = &[
    ("kw45/bestand_kw45.csv", "artikel;bestand;mindestbestand\nWeizenmehl 550;15;55\nButter;2;14\nHefe;1;4\n"),
    ("kw44/bestand_kw44.csv", "artikel;bestand;mindestbestand\nWeizenmehl 550;17;55\nButter;4;14\nHefe;1;4\n"),
    ("kw45/bestellung_kw45.csv", "artikel;menge\nWeizenmehl 550;40\nButter;12\n"),
    (
        "werkzeug/bestellung.py",
        r#""""Rechnet aus dem Bestand die Wochenbestellung aus.

Exit-Codes:
  2  die Bestandsliste fehlt
  4  die Bestellung ist teurer als die Grenze
"""
import csv
import sys

GRENZE = 350.0  # Euro, darüber entscheidet Frau Brandl
woche = sys.argv[1]
try:
    bestand = list(csv.DictReader(open(f"{woche}/bestand_{woche}.csv"), delimiter=";"))
except FileNotFoundError:
    print("Bestandsliste fehlt, bitte zuerst zählen")
    sys.exit(2)
if summe > GRENZE:
    print(f"Die Bestellung von {summe} Euro liegt über der Grenze von {GRENZE} Euro")
    sys.exit(4)
with open(f"{woche}/bestellung_{woche}.csv", "w") as datei:
    csv.writer(datei).writerows(bestand)
"#,
    ),
    (
        "mail/1.eml",
        "From: Resi Brandl <brandl@backhaus.example>\nTo: Timo Weiss <weiss@backhaus.example>\nDate: Mon, 2 Nov 2026 08:12:00 +0100\nSubject: Bestellung KW 45\nContent-Type: text/plain; charset=\"utf-8\"\n\nGuten Morgen Timo,\n\nschick die Bestellung bitte erst an die Mühle, wenn ich sie gesehen habe. Über 350 Euro entscheide ich, darunter kannst du selbst bestellen.\n\nDie Bestellung muss bis Dienstag 12 Uhr draußen sein.\n\nButter wird nie auf Vorrat bestellt, die Kühlung ist zu klein.\n\nResi Brandl\nInhaberin\n",
    ),
    (
        "mail/2.eml",
        "From: Timo Weiss <weiss@backhaus.example>\nTo: Resi Brandl <brandl@backhaus.example>\nDate: Tue, 3 Nov 2026 09:30:00 +0100\nSubject: AW: Bestellung KW 45\nContent-Type: text/plain; charset=\"utf-8\"\n\nHallo Resi,\n\ndie Bestellung liegt bei, 157,45 Euro. Die Mühle ist informiert.\n\nTimo Weiss\nBackstube\n",
    ),
    (
        "mail/3.eml",
        "From: Resi Brandl <brandl@backhaus.example>\nTo: Timo Weiss <weiss@backhaus.example>\nDate: Tue, 3 Nov 2026 10:05:00 +0100\nSubject: AW: Bestellung KW 45\nContent-Type: text/plain; charset=\"utf-8\"\n\nPasst, du kannst sie so rausschicken.\n\nWenn die Lieferung am Donnerstag nicht da ist, ruf Herrn Kofler von der Mühle an.\n\nResi\n",
    ),
    (
        "notizen.txt",
        "WOCHENBESTELLUNG\n\nMo: Bestand im Lager zählen und in bestand_kwNN.csv eintragen\nMo: bestellung.py starten\nDi: Bestellung an Resi zur Freigabe schicken\nDi: nach der Freigabe per Mail an die Mühle schicken\nDo: Lieferung prüfen, Fehlmengen auf dem Lieferschein vermerken\n",
    ),
    (
        "Anleitung_alt.md",
        "# Anleitung Wochenbestellung\n\n1. Herr Stadler zählt am Freitag den Bestand.\n2. Die Bestellung wird mit bestellung.xlsm gemacht.\n",
    ),
];

/// A museum's loans, in a language that no rule knows.
const MUSEUM: &[(&str, &str)] = &[(
    "notatki.txt",
    "WYPOŻYCZENIA\n\nNajpierw sprawdzamy, czy obiekt nie jest zarezerwowany na inną wystawę w tym samym miesiącu.\n\nPotem przygotowujemy protokół stanu zachowania i wysyłamy go do konserwatora, który musi go podpisać.\n\nBez zgody dyrektora żaden obiekt nie może opuścić budynku, nawet na jeden dzień.\n\nPo powrocie obiektu porównujemy stan z protokołem i zapisujemy wszystkie uszkodzenia w rejestrze.\n\nUbezpieczenie zamawiamy zawsze dwa tygodnie przed transportem, ponieważ firma długo odpowiada.\n",
)];

fn folder(files: &[(&str, &str)], name: &str) -> TempDir {
    let dir = TempDir::new().expect("a folder");
    for (path, text) in files {
        let path = dir.path().join(name).join(path);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    dir
}

fn page(dir: &Path) -> String {
    fs::read_to_string(dir.join("SOP.md")).expect("the draft")
}

#[test]
fn a_draft_is_in_the_language_of_the_folder() {
    let dir = folder(BAKERY, "wochenbestellung");
    let said = sop(dir.path(), &["draft", "wochenbestellung"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains("language: German"), "{}", said.out);
    insta::assert_snapshot!("german-draft", page(dir.path()));
}

#[test]
fn a_draft_is_in_the_language_that_was_asked_for() {
    let dir = folder(BAKERY, "wochenbestellung");
    for (lang, heading, stop) in [("en", "## Approval gates", "**STOP: "), ("fr", "## Validations", "**STOP : "), ("es", "## Aprobaciones", "**ALTO: ")] {
        let said = sop(dir.path(), &["draft", "wochenbestellung", "--lang", lang, "--force"]);
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
        let page = page(dir.path());
        assert!(page.contains(heading) && page.contains(stop), "{page}");
        assert_eq!(page.contains(&format!("\nlang: {lang}\n")), lang != "en");
        assert!(page.contains("“Wenn die Lieferung am Donnerstag nicht da ist, ruf Herrn Kofler von der Mühle an.”"), "quotes stay as they are\n{page}");
    }
    let said = sop(dir.path(), &["draft", "wochenbestellung", "--lang", "xx"]);
    assert!(said.code == 2 && said.err.contains("[possible values: en, de, fr, es]"), "{}", said.err);
}

#[test]
fn a_language_that_is_not_understood_is_named() {
    let dir = folder(MUSEUM, "museum");
    let said = sop(dir.path(), &["draft", "museum"]);
    assert!(said.out.contains("about 100% of the text is in Polish, in which duties, approvals and limits are not found"), "{}", said.out);
    let page = page(dir.path());
    assert!(page.contains("About 100% of the text is in Polish") && page.contains("asked: language of the text]"), "{page}");
    assert!(!page.contains("\nlang:"), "{page}");
}

#[test]
fn a_folder_without_prose_has_no_language() {
    let files = [("data/orders.csv", "order,net\n1,20.00\n2,30.00\n"), ("run.sh", "#!/bin/sh\nsort data/orders.csv > sorted.csv\n")];
    let dir = folder(&files, "bare");
    let said = sop(dir.path(), &["draft", "bare"]);
    assert!(!said.out.contains("language:") && !page(dir.path()).contains("language of the text"), "{}", said.out);
}
