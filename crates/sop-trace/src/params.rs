//! What changes from run to run: the month, the week, the date in file and folder names.

use crate::text::re;
use sop_core::Parameter;
use std::collections::BTreeMap;

/// Finds the period that names the folders and files of this run, if there is one.
///
/// `wanted` is the period the user asked for; without it the latest one is taken.
pub(crate) fn find(paths: &[String], wanted: Option<&str>) -> Vec<Parameter> {
    let month = re!(r"(?:^|[^\d])(?P<v>(?:19|20)\d\d-(?:0[1-9]|1[0-2]))(?:[^\d-]|$)");
    let week = re!(r"(?i)(?:^|[^a-z])(?P<p>wk|w|kw|week[ _-]?|semaine[ _-]?|semana[ _-]?|sem[ _-]?)(?P<v>\d{1,2})(?:[^\d]|$)");
    let quarter = re!(r"(?i)(?:^|[^a-z])(?P<p>(?:19|20)\d\d[ _-]?[qt])(?P<v>[1-4])(?:[^\d]|$)");
    let mut out = Vec::new();
    for (name, pattern) in [("month", month), ("week", week), ("quarter", quarter)] {
        let mut seen: BTreeMap<String, (u32, String)> = BTreeMap::new();
        for path in paths {
            for piece in path.split('/') {
                if let Some(found) = pattern.captures(piece) {
                    let prefix = found.name("p").map_or("", |it| it.as_str()).to_owned();
                    let entry = seen.entry(found["v"].to_owned()).or_insert((0, prefix));
                    entry.0 += 1;
                }
            }
        }
        // One name is a coincidence; a period names a folder, or several files.
        seen.retain(|_, (count, _)| *count >= 2);
        let chosen = wanted.and_then(|it| seen.keys().find(|v| it.contains(v.as_str())).cloned());
        let Some(value) = chosen.or_else(|| latest(&seen)) else { continue };
        let prefix = seen[&value].1.clone();
        let others = seen.keys().filter(|it| **it != value).cloned().collect();
        out.push(Parameter { name: name.to_owned(), token: format!("{prefix}{value}"), pattern: format!("{prefix}{{{name}}}"), value, others, anchor: None });
        break;
    }

    out
}

/// The latest period; a month sorts as text, a week as a number, and one that names most files wins a tie.
fn latest(seen: &BTreeMap<String, (u32, String)>) -> Option<String> {
    let most = seen.values().map(|it| it.0).max()?;
    seen.iter().filter(|(_, (count, _))| *count * 4 >= most).max_by_key(|(value, _)| (value.len(), (*value).clone())).map(|(value, _)| value.clone())
}

/// Puts the parameters into a path or command: `2026-10/config.ini` becomes `{month}/config.ini`.
pub fn generalise(text: &str, parameters: &[Parameter]) -> String {
    let mut out = text.to_owned();
    for parameter in parameters {
        let mut next = String::with_capacity(out.len());
        let mut rest = out.as_str();
        while let Some(at) = rest.find(&parameter.token) {
            let end = at + parameter.token.len();
            let before = rest[..at].chars().next_back();
            let after = rest[end..].chars().next();
            let inside = before.is_some_and(|c| c.is_ascii_alphanumeric())
                || after.is_some_and(|c| c.is_ascii_digit())
                || after == Some('-') && rest[end + 1..].starts_with(|c: char| c.is_ascii_digit());
            next.push_str(&rest[..at]);
            next.push_str(if inside { &rest[at..end] } else { &parameter.pattern });
            rest = &rest[end..];
        }
        next.push_str(rest);
        out = next;
    }
    out
}

/// True if the path belongs to another run than this one: its period is one of the others.
pub(crate) fn other_run(path: &str, parameters: &[Parameter]) -> bool {
    parameters.iter().any(|it| {
        let here = path.contains(&it.token);
        let prefix = it.token.strip_suffix(&it.value).unwrap_or("");
        !here
            && it.others.iter().any(|other| {
                let token = format!("{prefix}{other}");
                path.match_indices(&token).any(|(at, _)| {
                    !path[..at].ends_with(|c: char| c.is_ascii_alphanumeric()) && !path[at + token.len()..].starts_with(|c: char| c.is_ascii_digit())
                })
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(list: &[&str]) -> Vec<String> {
        list.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn the_latest_month_is_this_run() {
        let found = find(&paths(&["2026-09/a.csv", "2026-09/b_2026-09.csv", "2026-10/a.csv", "2026-10/b_2026-10.csv"]), None);
        assert_eq!((found[0].name.as_str(), found[0].value.as_str(), found[0].others.len()), ("month", "2026-10", 1));
        assert_eq!(generalise("run.py 2026-10/b_2026-10.csv 2026-10-31", &found), "run.py {month}/b_{month}.csv 2026-10-31");
        assert!(other_run("2026-09/a.csv", &found) && !other_run("notes.txt", &found));
    }

    #[test]
    fn a_week_keeps_its_prefix() {
        let found = find(&paths(&["w45/out/groups_w45.csv", "w45/x_w45.csv"]), None);
        assert_eq!(generalise("w45/out/groups_w45.csv", &found), "w{week}/out/groups_w{week}.csv");
    }

    #[test]
    fn a_folder_without_periods_has_none() {
        assert!(find(&paths(&["a.csv", "report 2026-10.docx"]), None).is_empty());
    }
}
