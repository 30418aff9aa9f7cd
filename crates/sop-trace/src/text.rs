//! Small things about text: sentences, stems of words, quantities, names.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Compiles a pattern that is known to be right.
macro_rules! re {
    ($pattern:expr) => {{
        static RE: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| regex::Regex::new($pattern).expect("a valid pattern"));
        &*RE
    }};
}
pub(crate) use re;

/// Words after which a full stop does not end a sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "st", "no", "nr", "vs", "e.g", "i.e", "z.b", "d.h", "bzw", "ca", "inkl", "evtl", "usw", "approx", "incl", "etc", "inc", "ltd",
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "fig", "ref", "tel", "abs", "str", "max", "min", "al", "u.a", "ggf",
    "art", "mme", "mlle", "mm", "sr", "sra", "srta", "ud", "uds", "p.ej", "núm", "pág", "dpto", "janv", "févr", "avr", "juil", "déc", "ene", "abr", "ago",
    "dic",
];

/// Splits text into sentences; each is an exact, trimmed slice of it.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for (at, c) in text.char_indices() {
        if !matches!(c, '.' | '!' | '?') {
            continue;
        }
        let next = at + 1;
        if next < bytes.len() && !bytes[next].is_ascii_whitespace() {
            continue;
        }
        let word = text[start..at].rsplit([' ', '(']).next().unwrap_or("").to_lowercase();
        let initial = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
        let list_number = !word.is_empty() && word.len() <= 2 && word.chars().all(|c| c.is_ascii_digit());
        if c == '.' && (ABBREVIATIONS.contains(&word.as_str()) || initial || list_number && next < bytes.len() && at - start < 4) {
            continue;
        }
        push(&mut out, &text[start..next]);
        start = next;
    }
    push(&mut out, &text[start..]);
    out
}

fn push<'a>(out: &mut Vec<&'a str>, sentence: &'a str) {
    let sentence = sentence.trim();
    if sentence.chars().any(char::is_alphanumeric) {
        out.push(sentence);
    }
}

/// Number of words.
pub(crate) fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Words that carry no topic. French and Spanish ones that are English or German words with a meaning are not among them.
const STOP: &str = "a an the and or but if then else of to in on at by for from with without into onto over under up down \
off out as is are was were be been being am do does did done doing has have had having will would shall should can could \
may might must not no nor never yes so than that this these those it its it's he she they them his her their our your my \
me we us you i who whom whose which what when where why how all any some each every both few more most other another such \
only own same too very just also again once here there now about after before between until till during through against \
because while please pls thanks thank hello hi dear regards get got go goes went gone come came let lets make made take \
took put one two three dont don't can't cant won't i'm i've i'll it'll that's there's didn't doesn't isn't aren't wasn't \
one's us everything something anything nothing still even much many lot bit way thing things need needs needed want wants \
like see seen say says said tell told use used using new old first last next day days week weeks month months year time \
der die das den dem des ein eine einen einem einer eines und oder aber wenn dann sonst von zu zum zur im in am an auf aus bei \
mit nach vor für über unter ist sind war waren wird werden wurde haben hat hatte kann können muss müssen soll sollen nicht \
kein keine nur auch noch schon bitte ich du er sie es wir ihr mich mir dir uns sich dass als wie was wer wo da so man sehr mehr \
les une est sont pas que qui pour dans avec sans sur elle ils elles nous vous cette ces mais ont avons avez être avoir fait faire faut doit doivent tout tous \
toute toutes rien jamais aucun aucune avant après quand puis aux par chez mon mes ses leur leurs notre votre vos merci bonjour cordialement c'est n'est qu'il \
j'ai d'un d'une très aussi encore déjà bien donc cela peut peuvent été \
los las del una unas unos con por para sin sobre está están este esta estos estas eso esa ese hasta antes después cuando pero como más muy todo toda todos \
todas cada nada nadie nunca sus mis tus nos ella ellos usted ustedes han hemos que debe deben hacer hace falta gracias hola saludos también ser \
fue eran tiene tienen porque donde quien";

fn is_stop(word: &str) -> bool {
    static SET: LazyLock<BTreeSet<&str>> = LazyLock::new(|| STOP.split_whitespace().collect());
    SET.contains(word)
}

/// Returns the stems of the content words, sorted, each once.
pub(crate) fn stems(text: &str) -> Vec<String> {
    let set: BTreeSet<String> = tokens(text).filter(|it| !is_stop(it)).filter_map(|it| stem(&it)).collect();
    set.into_iter().collect()
}

/// Lower-case words; file names, snake_case and camelCase fall into their parts.
fn tokens(text: &str) -> impl Iterator<Item = String> {
    let mut spaced = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    for c in text.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            spaced.push(' ');
        }
        spaced.push(c);
        before = c;
    }
    let spaced = spaced.to_lowercase().replace('\u{2019}', "'");
    let list: Vec<String> = spaced
        .split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .map(|it| it.trim_matches('\'').trim_end_matches("'s").to_owned())
        .filter(|it| !it.is_empty())
        .collect();
    list.into_iter()
}

/// Returns the stem of a word, or nothing for a word too short to tell things apart.
pub(crate) fn stem(word: &str) -> Option<String> {
    let chars = word.chars().count();
    if chars < 3 || word.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let mut w = word;
    for (suffix, keep) in [
        ("ations", 4),
        ("ation", 4),
        ("ences", 4),
        ("ence", 4),
        ("ances", 4),
        ("ance", 4),
        ("ings", 3),
        ("ing", 3),
        ("ies", 3),
        ("ied", 3),
        ("ers", 4),
        ("ed", 3),
        ("es", 4),
        ("er", 4),
        ("en", 4),
        ("ly", 4),
        ("s", 3),
        ("e", 3),
        ("y", 3),
    ] {
        if let Some(cut) = w.strip_suffix(suffix)
            && cut.chars().count() >= keep
        {
            w = cut;
            break;
        }
    }
    // "stopped" and "stop", "shipping" and "ship"; names of files and settings have no accents.
    let mut out: String = w.chars().map(unaccented).collect();
    let tail: Vec<char> = out.chars().rev().take(2).collect();
    if tail.len() == 2 && tail[0] == tail[1] && !"aeiou".contains(tail[0]) && out.chars().count() > 3 {
        out.pop();
    }
    Some(out)
}

fn unaccented(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        c => c,
    }
}

/// Number of stems that both sorted lists hold.
pub(crate) fn shared(a: &[String], b: &[String]) -> usize {
    a.iter().filter(|it| b.binary_search(it).is_ok()).count()
}

/// Shared stems over all stems, 0 to 1.
pub(crate) fn overlap(a: &[String], b: &[String]) -> f64 {
    let both = shared(a, b);
    let all = a.len() + b.len() - both;
    if all == 0 { 0.0 } else { both as f64 / all as f64 }
}

/// Does the same with each thing of a list, on all cores; the results stand in the order of the list.
pub(crate) fn in_parallel<'t, T: Sync, R: Send>(list: &'t [T], work: impl Fn(&'t T) -> R + Sync) -> Vec<R> {
    const FEW: usize = 64;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if cores == 1 || list.len() < FEW {
        return list.iter().map(work).collect();
    }
    // Small parts, taken in turn: one long file must not keep the other cores waiting.
    let parts: Vec<&[T]> = list.chunks((list.len() / (cores * 8)).max(1)).collect();
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, Vec<R>)> = std::thread::scope(|scope| {
        let worker = || {
            let mut mine = Vec::new();
            while let Some((at, part)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, *parts.get(at)?))) {
                mine.push((at, part.iter().map(&work).collect()));
            }
            mine
        };
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().flat_map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    done.sort_by_key(|it| it.0);
    done.into_iter().flat_map(|it| it.1).collect()
}

/// Things by the words they have, so that the few that are alike are found among thousands.
#[derive(Default)]
pub(crate) struct Likes {
    of: HashMap<String, Vec<usize>>,
}

impl Likes {
    /// Notes that thing `at` has these words. Words may be added later on, each once.
    pub fn add(&mut self, at: usize, words: &[String]) {
        for word in words {
            self.of.entry(word.clone()).or_default().push(at);
        }
    }

    /// Returns the things that share words with these, in order, each with how many.
    pub fn sharing(&self, words: &[String]) -> impl Iterator<Item = (usize, usize)> + use<> {
        let lists: Vec<&Vec<usize>> = words.iter().filter_map(|it| self.of.get(it)).collect();
        let most = lists.iter().filter_map(|it| it.iter().max()).max().map_or(0, |it| it + 1);
        let mut counts = vec![0_usize; most];
        lists.into_iter().flatten().for_each(|at| counts[*at] += 1);
        counts.into_iter().enumerate().filter(|it| it.1 > 0)
    }
}

/// A number with what it counts or measures.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quantity {
    pub value: f64,
    /// `%`, `£`, `$`, `€`, `min` (hours and minutes), `day`, `month`, or the stem of the noun it counts.
    pub unit: String,
    /// As it is written, with the unit.
    pub written: String,
    pub at: usize,
}

const NUMBER_WORDS: &[(&str, f64)] = &[
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("hundred", 100.0),
    ("a hundred", 100.0),
    ("thousand", 1000.0),
    ("a thousand", 1000.0),
    ("zwei", 2.0),
    ("drei", 3.0),
    ("vier", 4.0),
    ("fünf", 5.0),
    ("sechs", 6.0),
    ("sieben", 7.0),
    ("acht", 8.0),
    ("neun", 9.0),
    ("zehn", 10.0),
    ("vierzehn", 14.0),
    ("zwanzig", 20.0),
    ("zwölf", 12.0),
    ("fünfzehn", 15.0),
    ("dreißig", 30.0),
    ("fünfzig", 50.0),
    ("hundert", 100.0),
    ("tausend", 1000.0),
    ("deux", 2.0),
    ("trois", 3.0),
    ("quatre", 4.0),
    ("cinq", 5.0),
    ("huit", 8.0),
    ("dix", 10.0),
    ("douze", 12.0),
    ("quinze", 15.0),
    ("vingt", 20.0),
    ("trente", 30.0),
    ("quarante", 40.0),
    ("cinquante", 50.0),
    ("mille", 1000.0),
    ("dos", 2.0),
    ("tres", 3.0),
    ("cuatro", 4.0),
    ("cinco", 5.0),
    ("seis", 6.0),
    ("siete", 7.0),
    ("ocho", 8.0),
    ("nueve", 9.0),
    ("diez", 10.0),
    ("doce", 12.0),
    ("quince", 15.0),
    ("veinte", 20.0),
    ("treinta", 30.0),
    ("cuarenta", 40.0),
    ("cincuenta", 50.0),
    ("cien", 100.0),
    ("mil", 1000.0),
];

/// Returns every quantity of a text, in order.
pub(crate) fn quantities(text: &str) -> Vec<Quantity> {
    let re = re!(
        r"(?i)(?P<cur>[£$€]|\b(?:GBP|EUR|USD|CHF) )?\s?\b(?P<num>\d{1,3}(?:[\x{a0}\x{202f}]\d{3})+(?:,\d+)?|\d{1,3}(?:[,.]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|twenty|thirty|fifty|sixty|a hundred|hundred|a thousand|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|vierzehn|fünfzehn|zwölf|zwanzig|dreißig|fünfzig|hundert|tausend|(?:deux|trois|quatre|cinq|huit|dix|douze|quinze|vingt|trente|quarante|cinquante|mille|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|treinta|cuarenta|cincuenta|cien|mil)\b)(?P<k>k\b)?(?:\s?(?P<pct>%|per ?cent|percent|prozent|pour cent|por ciento)|[ -](?P<cur2>quid|pounds|euros?|€|dollars)|(?P<px>px|mb|kb|gb|h|min)\b|[ -](?P<adj>working |business |werk|arbeits)?(?P<noun>[\p{L}#][\p{L}]+))?"
    );
    let mut out = Vec::new();
    for found in re.captures_iter(text) {
        let all = found.get(0).expect("the whole match");
        let number = &found["num"];
        let Some(mut value) = parse_number(number) else { continue };
        let start = found.name("cur").or(found.name("num")).map_or(all.start(), |it| it.start());
        let before = text[..start].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '/' | '.' | ':' | '_')) {
            continue;
        }
        if found.name("k").is_some() {
            value *= 1000.0;
        }
        let unit = if found.name("pct").is_some() {
            "%".to_owned()
        } else if let Some(c) = found.name("cur").or(found.name("cur2")) {
            match c.as_str().trim().to_lowercase().as_str() {
                "£" | "gbp" | "quid" | "pounds" => "£".to_owned(),
                "$" | "usd" | "dollars" => "$".to_owned(),
                "€" | "eur" | "euro" | "euros" => "€".to_owned(),
                other => other.to_owned(),
            }
        } else if let Some(px) = found.name("px") {
            match px.as_str().to_lowercase().as_str() {
                "h" => {
                    value *= 60.0;
                    "min".to_owned()
                }
                other => other.to_owned(),
            }
        } else if let Some(noun) = found.name("noun") {
            let noun = noun.as_str().to_lowercase();
            match noun.as_str() {
                "hour" | "hours" | "stunde" | "stunden" | "heure" | "heures" | "hora" | "horas" => {
                    value *= 60.0;
                    "min".to_owned()
                }
                "minute" | "minutes" | "min" | "mins" | "minuten" | "minuto" | "minutos" => "min".to_owned(),
                "day" | "days" | "tag" | "tage" | "tagen" | "jour" | "jours" | "día" | "días" | "dia" | "dias" => "day".to_owned(),
                "pixel" | "pixels" => "px".to_owned(),
                "month" | "months" | "monat" | "monate" | "monaten" | "mois" | "mes" | "meses" => "month".to_owned(),
                other if is_stop(other) => String::new(),
                other => stem(other).unwrap_or_default(),
            }
        } else {
            String::new()
        };
        let mut written = all.as_str().trim().to_owned();
        if unit.is_empty() {
            written = number.to_owned();
        }
        out.push(Quantity { value, unit, written, at: all.start() });
    }
    out
}

/// Reads `1,234.50`, `1.234,50`, `0.5` or a number word.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    let lower = text.trim().to_lowercase();
    if let Some((_, value)) = NUMBER_WORDS.iter().find(|(word, _)| *word == lower) {
        return Some(*value);
    }
    let last = lower.rfind([',', '.']);
    let plain: String = match last {
        Some(at) if lower.len() - at - 1 == 3 && lower.matches([',', '.']).count() >= 1 && !lower.starts_with("0") => {
            lower.chars().filter(|c| c.is_ascii_digit()).collect()
        }
        Some(at) => {
            let whole: String = lower[..at].chars().filter(|c| c.is_ascii_digit()).collect();
            format!("{whole}.{}", &lower[at + 1..])
        }
        None => lower.chars().filter(|c| !c.is_whitespace()).collect(),
    };
    plain.parse().ok()
}

/// Cuts text to at most `most` words at a word boundary, with `…` where something is left out.
pub(crate) fn cut(text: &str, most: usize) -> String {
    // What is cut stands between quotation marks on the page, and must not close them.
    let text = text.replace(['“', '”'], "'");
    let list: Vec<&str> = text.split_whitespace().collect();
    if list.len() <= most {
        return list.join(" ");
    }
    format!("{}…", list[..most].join(" ").trim_end_matches([',', ';', ':']))
}

/// Makes the first letter upper-case.
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().collect::<String>() + chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_at_its_stop_and_not_at_an_abbreviation() {
        assert_eq!(sentences("Ask Dr. Hale by 5 p.m. today. It's 1.42%, so stop!"), ["Ask Dr. Hale by 5 p.m.", "today.", "It's 1.42%, so stop!"]);
        assert_eq!(sentences("isn't a fault either. 8 of the 11 are theirs"), ["isn't a fault either.", "8 of the 11 are theirs"]);
    }

    #[test]
    fn quantities_carry_their_unit() {
        let list = |text| quantities(text).into_iter().map(|it| (it.value, it.unit)).collect::<Vec<_>>();
        assert_eq!(list("over £1,250.50 or 5%"), [(1250.5, "£".into()), (5.0, "%".into())]);
        assert_eq!(list("within 2 hours, 21 days, ten hashtags"), [(120.0, "min".into()), (21.0, "day".into()), (10.0, "hashtag".into())]);
        assert_eq!(list("file_2026-10.csv v2"), []);
        assert_eq!(list("au-delà de 1.250,50 €, sous 5 jours"), [(1250.5, "€".into()), (5.0, "day".into())]);
        assert_eq!(list("ab 1\u{a0}250,50 € oder 2,5 %, zwölf Stunden"), [(1250.5, "€".into()), (2.5, "%".into()), (720.0, "min".into())]);
        assert_eq!(list("en dos horas, tres meses"), [(120.0, "min".into()), (3.0, "month".into())]);
    }

    #[test]
    fn words_of_one_family_share_a_stem() {
        assert_eq!(stem("stopped"), stem("stop"));
        assert_eq!(stem("exports"), stem("exporting"));
        assert_eq!(stem("contrôle"), stem("controle"));
    }
}
