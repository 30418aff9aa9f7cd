//! Which section a fact belongs to, and how it is worded: the person's own words, who said them, about what.

use crate::ledger::Entry;
use sop_core::{Claim, Fact, FactKind, Lang, Role, SectionKind};

macro_rules! re {
    ($pattern:expr) => {{
        static RE: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| regex::Regex::new($pattern).expect("a valid pattern"));
        &*RE
    }};
}
pub(crate) use re;

/// The section of a fact that is no gate, by its weightiest kind.
pub(crate) fn section(fact: &Fact) -> Option<SectionKind> {
    if fact.text.trim_end().ends_with('?') && !matches!(fact.kinds.first(), Some(FactKind::Holds | FactKind::Reserves)) {
        return None;
    }
    // Whom to turn to is looked for when something is wrong, whatever else the sentence says.
    if fact.is(FactKind::Escalates) && fact.kinds.iter().take(2).any(|it| *it == FactKind::Escalates) && !fact.names.is_empty() | first_person(&fact.text) {
        return Some(SectionKind::Escalation);
    }
    // What was merely found to agree, or reported, is no rule for the next run.
    let rule = fact.kinds.iter().any(|it| {
        matches!(it, FactKind::Decides | FactKind::Forbids | FactKind::Obliges | FactKind::Fails | FactKind::Recovers | FactKind::Limits | FactKind::Schedules)
    });
    let told = fact.is(FactKind::Approves) || fact.is(FactKind::Reports) || fact.is(FactKind::Requests);
    if told
        && fact.kinds.first() == Some(&FactKind::Limits)
        && fact.role == Role::Message
        && !fact.kinds.iter().any(|it| matches!(it, FactKind::Decides | FactKind::Forbids | FactKind::Obliges))
        || !rule && told
    {
        return None;
    }
    for kind in &fact.kinds {
        return Some(match kind {
            FactKind::Decides | FactKind::Forbids | FactKind::Holds | FactKind::Reserves | FactKind::Conditions => SectionKind::Decisions,
            FactKind::Limits | FactKind::Obliges | FactKind::Corrects => SectionKind::Checks,
            FactKind::Fails | FactKind::Recovers => SectionKind::Failures,
            FactKind::Escalates => SectionKind::Escalation,
            FactKind::Schedules => SectionKind::Trigger,
            FactKind::Explains => SectionKind::Purpose,
            FactKind::Owns => SectionKind::Owner,
            FactKind::Absent => SectionKind::Escalation,
            FactKind::Approves | FactKind::Asks | FactKind::Retires | FactKind::Instructs | FactKind::Requests | FactKind::Reports | FactKind::States => {
                continue;
            }
        });
    }
    None
}

/// True for the name of a weekday, long or short.
pub(crate) fn is_day(text: &str) -> bool {
    re!(r"(?i)^(mon|tues?|wed|weds|thu|thurs?|fri|sat|sun)(day|sday|nesday|rsday|urday)?$|^(montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|mo|di|mi|do|fr|sa|so)$|^(lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo)$|^(lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom)$")
        .is_match(text.trim())
}

pub(crate) fn first_person(text: &str) -> bool {
    re!(r"(?i)\b(me|i|i'm|i've|i'd|i'll|my|us|mich|mir|ich|je|moi|yo|mí|conmigo)\b|\bj'|-moi\b|\b(?i:(?:llám|avís|pregúnt|consúlt|d|escríb)[ae]me|dime)\b")
        .is_match(text)
}

/// The passage with who said it and, where it leans on something, on what.
pub(crate) fn entry(fact: &Fact, say: Lang) -> Entry {
    let (text, anchors) = told(fact, say);
    Entry::of(Claim::cited(text, anchors), fact.weight)
}

/// `Ruth Adeyemi, on “3 rejects ..”: “under a hundred quid [£100] all together, leave them out”`
pub(crate) fn told(fact: &Fact, say: Lang) -> (String, Vec<sop_core::Anchor>) {
    let mut anchors = fact.anchors.clone();
    let quote = quoted(&fact.text);
    let lead = fact.context.as_deref().filter(|_| needs_context(fact)).map(context);
    let text = match (&fact.speaker, lead) {
        (Some(speaker), Some(lead)) if fact.role == Role::Message => {
            anchors.extend(fact.context_anchor.clone());
            say.on_topic(speaker, lead, quote)
        }
        (Some(speaker), Some(lead)) => format!("{lead}{}{quote} ({speaker})", say.colon),
        (Some(speaker), None) => format!("{speaker}{}{quote}", say.colon),
        (None, Some(lead)) => {
            anchors.extend(fact.context_anchor.clone());
            format!("{lead}{}{quote}", say.colon)
        }
        (None, None) => quote,
    };
    (text, anchors)
}

/// Chat answers and cell notes are not to be understood alone; a paragraph of a mail is.
fn needs_context(fact: &Fact) -> bool {
    match fact.role {
        Role::Message => fact.context_anchor.is_some(),
        Role::Script | Role::Config => fact.context.as_ref().is_some_and(|it| it.len() <= 60),
        // The heading of a note says nothing that the note does not; the row of a cell does.
        _ => {
            matches!(fact.anchors[0].place, sop_core::Place::Cell { .. } | sop_core::Place::CellNote { .. } | sop_core::Place::Comment { .. })
                && fact.context.as_ref().is_some_and(|it| it.len() <= 80)
        }
    }
}

fn context(text: &str) -> String {
    let text = match text.split_once(": ") {
        Some((who, rest)) if who.len() < 40 && !who.contains(" / ") => rest,
        _ => text,
    };
    // "Risk / Value / Total" is told as "Risk, Total": the tab says what the row is about.
    let parts: Vec<&str> = text.split(" / ").collect();
    let text = match parts[..] {
        [sheet, .., row] if !sheet.to_lowercase().starts_with("sheet") && !sheet.to_lowercase().starts_with("tabelle") && sheet != row => {
            format!("{sheet}, {row}")
        }
        _ => text.to_owned(),
    };
    let short = cut(&text, 14);
    short.replace(['“', '”'], "'")
}

pub(crate) fn cut(text: &str, most: usize) -> String {
    let list: Vec<&str> = text.split_whitespace().collect();
    if list.len() <= most {
        return list.join(" ");
    }
    format!("{}…", list[..most].join(" ").trim_end_matches([',', ';', ':', '.']))
}

/// Quotes a passage; sums in words get their figure in square brackets.
pub(crate) fn quoted(text: &str) -> String {
    let text = text.replace(['“', '”'], "\"").replace('`', "'");
    let text = re!(r"(?i)\b(a|one|two|three|four|five|six|eight) (hundred|thousand)( quid| pounds)?\b").replace_all(&text, |it: &regex::Captures<'_>| {
        let count = match it[1].to_lowercase().as_str() {
            "two" => 2,
            "three" => 3,
            "four" => 4,
            "five" => 5,
            "six" => 6,
            "eight" => 8,
            _ => 1,
        };
        let value = count * if it[2].eq_ignore_ascii_case("hundred") { 100 } else { 1000 };
        let sign = if it.get(3).is_some() { "£" } else { "" };
        format!("{} [{sign}{value}]", &it[0])
    });
    format!("“{text}”")
}

/// True if the text speaks of a time in the past by name.
pub(crate) fn dated(text: &str) -> bool {
    re!(r"^(?:January|February|March|April|May|June|July|August|September|October|November|December|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember)\b|(?i)^(?:en|au mois de|en el mes de) (?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b|\b(in|since|last|im|seit|letzte[nrs]?) (january|januar|februar|märz|mai|juni|juli|oktober|dezember|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|winter|easter|christmas|year|month)\b|\beaster\b").is_match(text)
}

/// True if the text is about what has to be set, logged in or installed first.
pub(crate) fn sets_up(text: &str) -> bool {
    re!(r"(?i)\b(log ?in|login|password|account|access|permission|profile|time ?zone|utc|install|version|set up|setup|run it from|before you (export|start|run|begin)|first, every time|zugang|anmeld\w*|berechtigung|se connecter|identifiants?|mot de passe|droits? d'accès|iniciar sesión|contraseña|permisos? de acceso)\b").is_match(text)
}
