//! Dockerfiles: what goes into an image, and what it starts.

use crate::Comments;
use crate::code::{add_read, one_line};
use crate::lex::{head, note};
use crate::outward::is_outward;
use crate::pieces::absorb;
use sop_core::{Argument, Call, Language, Script};

pub(crate) fn analyse(source: &str, folder: &[String], script: &mut Script) -> Comments {
    let mut comments = Vec::new();
    let mut shell = String::new();
    let mut first = None;
    let mut running = false;
    for (line, n) in source.lines().zip(1..) {
        let text = line.trim();
        let goes_on = text.ends_with('\\');
        if let Some(said) = text.strip_prefix('#') {
            note(&mut comments, said, n, false);
        } else if running {
            shell.push_str(text);
            running = goes_on;
        } else if let Some((word, rest)) = text.split_once(char::is_whitespace) {
            first.get_or_insert(n);
            let rest = rest.trim();
            let plain: Vec<&str> = rest.split_whitespace().filter(|it| !it.starts_with("--")).collect();
            match word.to_ascii_uppercase().as_str() {
                "FROM" => script.packages.extend(plain.first().filter(|it| **it != "scratch").map(|it| (*it).to_owned())),
                // What comes from another stage was not on the disk.
                "COPY" | "ADD" if !rest.starts_with("--from") => {
                    if let [sources @ .., _] = plain.as_slice() {
                        sources.iter().for_each(|it| add_read(script, it.trim_matches(['[', ']', '"', ',']), n));
                    }
                }
                "RUN" => {
                    shell.push_str(rest);
                    running = goes_on;
                }
                "CMD" | "ENTRYPOINT" => {
                    let command = if rest.starts_with('[') { rest.replace(['[', ']', '"'], "").replace(',', " ") } else { rest.to_owned() };
                    let command = one_line(&command, 240);
                    script.calls.push(Call { outward: is_outward(&command), command, line: n });
                }
                "ARG" => {
                    let (name, default) = rest.split_once('=').map_or((rest, None), |it| (it.0, Some(it.1)));
                    let help = default.map(|it| format!("{} if not given", it.trim_matches('"')));
                    script.arguments.push(Argument { name: name.to_owned(), help, required: default.is_none(), line: n });
                }
                _ => {}
            }
        }
        shell.push('\n');
    }
    let mut part = crate::read(Language::Shell, &shell, &script.path, "", folder);
    // What the recipe of an image makes stays inside the image.
    part.writes.clear();
    part.reads.clear();
    part.env.clear();
    part.calls.retain(|it| {
        !["apt-get", "apt", "pip", "apk", "npm", "useradd", "adduser"].iter().any(|word| it.command.starts_with(word)) && !it.command.starts_with("rm ")
    });
    absorb(script, part);
    Comments { head: head(&comments, first.unwrap_or(u32::MAX)), all: comments }
}

#[cfg(test)]
mod tests {
    use crate::testing::{patterns, script};

    #[test]
    fn an_image_has_its_files_and_what_it_starts() {
        let script = script(
            "Dockerfile",
            "# Runs the monthly report.\nFROM python:3.13-slim\nARG MONTH=2026-10\nRUN apt-get update && \\\n    pip install pandas && rm -rf /var/lib/apt\nCOPY scripts/ template.xlsx /app/\nCMD [\"python\", \"scripts/report.py\"]\n",
        );
        assert_eq!(patterns(&script.reads), ["scripts", "template.xlsx"]);
        assert_eq!(script.calls.iter().map(|it| it.command.as_str()).collect::<Vec<_>>(), ["python scripts/report.py"]);
        assert_eq!(script.packages, ["python:3.13-slim"]);
        assert_eq!(script.arguments[0].help.as_deref(), Some("2026-10 if not given"));
    }
}
