//! Sources that hold code of several languages, or code among other things: each language is read on its own lines.
//!
//! What does not belong to a language becomes blank lines, so that every line keeps its number.

use crate::code::{add_read, add_use, add_write};
use sop_core::{Argument, Document, Language, Script};

/// Reads the pieces of a document. The language of most lines is the language of the whole.
pub(crate) fn analyse(document: &Document, source: &str, folder: &[String]) -> Option<Script> {
    let mut lines_of: Vec<(Language, u32)> = Vec::new();
    for piece in &document.pieces {
        let count = piece.to.saturating_sub(piece.from) + 1;
        match lines_of.iter_mut().find(|it| it.0 == piece.language) {
            Some((_, lines)) => *lines += count,
            None => lines_of.push((piece.language, count)),
        }
    }
    let most = lines_of.iter().map(|it| it.1).max()?;
    let main = lines_of.iter().find(|it| it.1 == most)?.0;
    let mut languages: Vec<Language> = lines_of.iter().map(|it| it.0).filter(|it| *it != main).collect();
    languages.insert(0, main);
    let mut whole: Option<Script> = None;
    for language in languages {
        let own = |n: u32| document.pieces.iter().any(|it| it.language == language && (it.from..=it.to).contains(&n));
        let part = crate::read(language, &only(source, own), &document.path, document.name(), folder);
        match &mut whole {
            Some(whole) => absorb(whole, part),
            None => whole = Some(part),
        }
    }
    let mut script = whole?;
    front_matter(source, &mut script);
    script.artifact = document.artifact.clone();
    script.partial |= document.source.as_ref().is_some_and(|it| it.len() > source.len());
    Some(script)
}

/// What stands on top of an R Markdown or Quarto file: its parameters, and the file that it is made into.
fn front_matter(source: &str, script: &mut Script) {
    let mut lines = source.lines().zip(1u32..).take(200);
    if lines.next().is_none_or(|it| it.0.trim() != "---") {
        return;
    }
    let (stem, quarto) = match script.path.rsplit_once('.') {
        Some((stem, ending)) => (stem.to_owned(), ending.eq_ignore_ascii_case("qmd")),
        None => return,
    };
    let mut section = String::new();
    for (line, n) in lines {
        let text = line.trim();
        if text == "---" || text == "..." {
            break;
        }
        let Some((key, value)) = text.split_once(':') else { continue };
        let value = value.trim().trim_matches(['"', '\'']);
        if !line.starts_with([' ', '\t']) {
            section = key.trim().to_owned();
            let made = (section == "output" || section == "format" && quarto).then(|| made_of(value)).flatten();
            made.into_iter().for_each(|ending| add_write(script, &format!("{stem}.{ending}"), n));
        } else if section == "params" && line.len() - line.trim_start().len() <= 4 {
            let key = key.trim();
            if script.arguments.iter().all(|it| it.name != key) && !["label", "value", "input", "choices"].contains(&key) {
                let help = (!value.is_empty() && !value.starts_with('!')).then(|| format!("{value} if not given"));
                script.arguments.push(Argument { name: key.to_owned(), help, required: false, line: n });
            }
        } else if (section == "output" || section == "format")
            && let Some(ending) = made_of(key.trim())
        {
            add_write(script, &format!("{stem}.{ending}"), n);
        }
    }
}

fn made_of(format: &str) -> Option<&'static str> {
    let format = format.rsplit("::").next().unwrap_or(format);
    Some(match format {
        _ if format.starts_with("html") || format.starts_with("flex_dash") || format.starts_with("revealjs") || format.starts_with("ioslides") => "html",
        _ if format.starts_with("pdf") || format.starts_with("typst") || format.starts_with("beamer") => "pdf",
        _ if format.starts_with("word") || format.starts_with("docx") => "docx",
        _ if format.starts_with("powerpoint") || format.starts_with("pptx") => "pptx",
        _ if format.starts_with("github") || format.starts_with("md_") || format.starts_with("gfm") => "md",
        _ => return None,
    })
}

/// Returns a source in which the lines that are not wanted are blank.
pub(crate) fn only(source: &str, wanted: impl Fn(u32) -> bool) -> String {
    let mut kept = String::with_capacity(source.len());
    for (line, n) in source.lines().zip(1..) {
        if wanted(n) {
            kept.push_str(line);
        }
        kept.push('\n');
    }
    kept
}

/// Adds what a part does to what the whole does.
pub(crate) fn absorb(whole: &mut Script, part: Script) {
    part.reads.iter().for_each(|it| add_read(whole, &it.pattern, it.line));
    part.writes.iter().for_each(|it| add_write(whole, &it.pattern, it.line));
    part.imports.iter().for_each(|it| add_use(&mut whole.imports, &it.pattern, it.line));
    part.config_keys.iter().for_each(|it| add_use(&mut whole.config_keys, &it.pattern, it.line));
    whole.calls.extend(part.calls);
    whole.exits.extend(part.exits);
    whole.arguments.extend(part.arguments);
    whole.env.extend(part.env);
    whole.constants.extend(part.constants);
    whole.remarks.extend(part.remarks);
    whole.columns.extend(part.columns);
    whole.packages.extend(part.packages);
    whole.packages.sort();
    whole.packages.dedup();
    whole.schedules.extend(part.schedules);
    whole.partial |= part.partial;
    for uses in [&mut whole.reads, &mut whole.writes, &mut whole.imports] {
        uses.sort_by_key(|it| it.line);
    }
    whole.calls.sort_by_key(|it| it.line);
    whole.exits.sort_by_key(|it| it.line);
    whole.remarks.sort_by_key(|it| it.from);
}

#[cfg(test)]
mod tests {
    use crate::testing::patterns;
    use sop_core::{ArtifactId, Document, Format, Home, Language, Piece};

    #[test]
    fn chunks_of_two_languages_make_one_script() {
        let source = "---\nparams:\n  month: \"2026-10\"\noutput:\n  word_document: default\n---\n\n```{r}\nx <- read.csv(paste0('raw/', params$month, '.csv'))\nif (nrow(x) < 3) stop('too few rows')\n```\n```{python}\nopen('out/b.txt', 'w')\n```\n";
        let mut document = Document::new(ArtifactId("x".into()), "survey.Rmd", Format::Notebook);
        document.source = Some(source.to_owned());
        let piece = |from, to, language| Piece { from, to, language, home: Home::Here, at: from };
        document.pieces = vec![piece(9, 10, Language::R), piece(13, 13, Language::Python)];
        let script = crate::analyse(&document, &[]).unwrap();
        assert_eq!(script.language, Language::R);
        assert_eq!(patterns(&script.reads), ["raw/{month}.csv"]);
        assert_eq!(script.writes.iter().map(|it| (it.pattern.as_str(), it.line)).collect::<Vec<_>>(), [("out/b.txt", 13), ("survey.docx", 5)]);
        assert_eq!(script.exits[0].line, 10);
        assert_eq!(script.arguments[0].name, "month");
        assert!(!script.partial);
    }
}
