//! Justfiles: recipes with their parameters, and what they run.
//!
//! A recipe is read by the shell's analyser after `{{name}}` has become `${name}`.

use crate::Comments;
use crate::lex::{head, note};
use crate::pieces::absorb;
use regex::Regex;
use sop_core::{Argument, Language, Script, Usage};
use std::collections::BTreeSet;
use std::sync::LazyLock;

pub(crate) fn analyse(source: &str, folder: &[String], script: &mut Script) -> Comments {
    static RECIPE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^@?([A-Za-z_][\w-]*)((?:\s+[^:=]\S*)*)\s*:(?:[^=]|$)").unwrap());
    static SETTING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"^(?:export\s+)?([A-Za-z_][\w-]*)\s*:=\s*(.+)$"#).unwrap());
    static PLACE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{\{\s*([\w-]+)?[^}]*\}\}").unwrap());
    let mut comments = Vec::new();
    let mut shell = String::with_capacity(source.len());
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut first: Option<u32> = None;
    let mut above: Option<(String, u32)> = None;
    for (line, n) in source.lines().zip(1..) {
        let indented = line.starts_with([' ', '\t']);
        let text = line.trim();
        if !indented && let Some(said) = text.strip_prefix('#').filter(|_| !text.starts_with("#!")) {
            note(&mut comments, said, n, false);
            above = Some((said.trim().to_owned(), n));
            shell.push('\n');
            continue;
        }
        if !text.is_empty() {
            first.get_or_insert(n);
        }
        if indented && !text.starts_with("#!") {
            let command = text.trim_start_matches(['@', '-']);
            shell.push_str(
                &PLACE.replace_all(command, |it: &regex::Captures<'_>| format!("${{{}}}", it.get(1).map_or("value", |it| it.as_str()).replace('-', "_"))),
            );
        } else if let Some(found) = SETTING.captures(text) {
            let (name, value) = (&found[1], found[2].trim());
            let plain = value.trim_matches(['"', '\'']);
            names.insert(name.replace('-', "_"));
            // Shell words give the value to whoever uses the name.
            if let Some(command) = value.strip_prefix('`') {
                shell.push_str(&format!("{}=$({})", name.replace('-', "_"), command.trim_end_matches('`')));
            } else if value.starts_with(['"', '\'']) && !value.contains(['+', '{']) {
                shell.push_str(&format!("{}={value}", name.replace('-', "_")));
            }
            let literal = !value.contains(['`', '(', '+', '{']);
            let is_text = !plain.chars().all(|c| c.is_ascii_digit() || c == '.');
            if crate::keep_constant(name, plain, literal, is_text) {
                script.constants.push(crate::new_constant(name, plain, n));
            }
        } else if let Some(found) = RECIPE.captures(text).filter(|_| !text.starts_with("set ") && !text.starts_with("alias ")) {
            for parameter in found[2].split_whitespace() {
                let (name, default) = parameter.split_once('=').map_or((parameter, None), |(name, value)| (name, Some(value.trim_matches(['"', '\'']))));
                let name = name.trim_start_matches(['+', '*', '$']);
                names.insert(name.replace('-', "_"));
                if script.arguments.iter().all(|it| it.name != name) {
                    let help = default.map(|it| format!("{it} if not given"));
                    script.arguments.push(Argument { name: name.to_owned(), help, required: default.is_none(), line: n });
                }
            }
            if let Some((said, at)) = above.take().filter(|it| it.1 + 1 == n) {
                script.usage.push(Usage { command: format!("just {}", &found[1]), note: Some(said), line: at });
            }
        }
        above = above.filter(|_| text.is_empty() || text.starts_with('['));
        shell.push('\n');
    }
    let shown = std::mem::take(&mut script.usage);
    let mut part = crate::read(Language::Shell, &shell, &script.path, "", folder);
    part.env.retain(|it| !names.contains(&it.name));
    part.constants.clear();
    part.arguments.clear();
    part.remarks.clear();
    absorb(script, part);
    script.usage = shown;
    Comments { head: head(&comments, first.unwrap_or(u32::MAX)), all: comments }
}

#[cfg(test)]
mod tests {
    use crate::testing::{exits, patterns, script};

    #[test]
    fn recipes_have_parameters_and_run_commands() {
        let script = script(
            "justfile",
            r#"# Weekly stock count.

week := "2026-45"
limit := "25"

# puts the count sheets together
count week=week:
    python3 scripts/clean.py raw/count_{{week}}.csv > out/count_{{week}}.csv
    @test -s out/count_{{week}}.csv || { echo "empty count for {{week}}, call the depot"; exit 4; }

send to: count
    curl -F file=@out/count.csv https://example.org/{{to}}
"#,
        );
        assert_eq!(script.purpose.as_ref().unwrap().text, "Weekly stock count.");
        assert_eq!(script.usage[0].command, "just count");
        assert_eq!(script.usage[0].note.as_deref(), Some("puts the count sheets together"));
        assert_eq!(patterns(&script.reads), ["raw/count_2026-45.csv"]);
        assert_eq!(patterns(&script.writes), ["out/count_2026-45.csv"]);
        assert_eq!(exits(&script), ["4 | empty count for {week}, call the depot | test -s out/count_${week}.csv ||"]);
        let arguments: Vec<(&str, bool)> = script.arguments.iter().map(|it| (it.name.as_str(), it.required)).collect();
        assert_eq!(arguments, [("week", false), ("to", true)]);
        assert!(script.calls.iter().any(|it| it.outward && it.command.starts_with("curl")));
    }
}
