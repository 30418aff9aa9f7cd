//! Reads scripts as a parser sees them: files read and written, exits, arguments, constants, comments.
//!
//! Nothing is ever run. What only a run could tell stands as `{name}`.

mod batch;
mod code;
mod crontab;
mod dockerfile;
mod dynamic;
mod exits;
mod head;
mod javascript;
mod just;
mod lex;
mod make;
mod outward;
mod pieces;
mod powerquery;
mod powershell;
mod python;
mod r;
mod schedule;
mod shell;
mod sql;
mod systemd;
mod value;
mod vba;
mod workflow;
mod workspace;

use code::Code;
use head::Line;
use sop_core::{ArtifactId, Document, Format, Language, Remark, Script};

/// The lines of comment of a script: those that open it, and all of them.
pub(crate) struct Comments {
    pub(crate) head: Vec<Line>,
    pub(crate) all: Vec<Line>,
}

/// Returns what a script does, or nothing if the document is no script of a language that is known.
pub fn analyse(document: &Document, folder: &[String]) -> Option<Script> {
    let whole = document.source.as_deref()?;
    let source = code::readable(whole);
    if !document.pieces.is_empty() {
        return pieces::analyse(document, source, folder);
    }
    let language = language_of(document, source)?;
    let mut script = read(language, source, &document.path, document.name(), folder);
    script.artifact = document.artifact.clone();
    script.partial |= source.len() < whole.len();
    Some(script)
}

/// A script of which nothing is known but its path and language.
pub(crate) fn new_script(path: &str, language: Language) -> Script {
    Script {
        artifact: ArtifactId(String::new()),
        path: path.to_owned(),
        language,
        purpose: None,
        usage: Vec::new(),
        arguments: Vec::new(),
        env: Vec::new(),
        reads: Vec::new(),
        writes: Vec::new(),
        calls: Vec::new(),
        imports: Vec::new(),
        packages: Vec::new(),
        exits: Vec::new(),
        constants: Vec::new(),
        config_keys: Vec::new(),
        columns: Vec::new(),
        remarks: Vec::new(),
        schedules: Vec::new(),
        partial: false,
    }
}

/// Reads a source of one language.
pub(crate) fn read(language: Language, source: &str, path: &str, name: &str, folder: &[String]) -> Script {
    let mut script = new_script(path, language);
    let comments = match language {
        Language::Sql => sql::analyse(source, &mut script),
        Language::Make => make::analyse(source, folder, &mut script),
        Language::Just => just::analyse(source, folder, &mut script),
        Language::Batch => batch::analyse(source, &mut script),
        Language::Vba => vba::analyse(source, &mut script),
        Language::Ruby | Language::Perl | Language::Php | Language::Awk => dynamic::analyse(language, source, &mut script),
        Language::PowerQuery => powerquery::analyse(source, &mut script),
        Language::Crontab => crontab::analyse(source, folder, &mut script),
        Language::Systemd => systemd::analyse(source, folder, &mut script),
        Language::Dockerfile => dockerfile::analyse(source, folder, &mut script),
        Language::Workflow => workflow::analyse(source, folder, &mut script),
        _ => {
            let Some(comments) = with_grammar(language, source, path, folder, &mut script) else { return script };
            comments
        }
    };
    finish(&mut script, &comments, name, source);
    script
}

/// Reads a source through the grammar of its language.
fn with_grammar(language: Language, source: &str, path: &str, folder: &[String], script: &mut Script) -> Option<Comments> {
    let grammar: tree_sitter::Language = match language {
        Language::Python => tree_sitter_python::LANGUAGE.into(),
        Language::TypeScript if path.ends_with(".tsx") => tree_sitter_typescript::LANGUAGE_TSX.into(),
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        Language::AppsScript if path.ends_with(".ts") => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        Language::JavaScript | Language::AppsScript => tree_sitter_javascript::LANGUAGE.into(),
        Language::R => tree_sitter_r::LANGUAGE.into(),
        Language::PowerShell => tree_sitter_powershell::LANGUAGE.into(),
        _ => tree_sitter_bash::LANGUAGE.into(),
    };
    let Some(tree) = code::parse(&grammar, source) else {
        script.partial = true;
        return None;
    };
    script.partial = tree.root_node().has_error();
    let code = Code::new(&tree, source, path, folder);
    let comments = match language {
        Language::Python => python::analyse(&code, script),
        Language::JavaScript | Language::TypeScript => javascript::analyse(&code, script),
        Language::AppsScript => {
            let comments = javascript::analyse(&code, script);
            workspace::analyse(&code, script);
            comments
        }
        Language::R => r::analyse(&code, script),
        Language::PowerShell => powershell::analyse(&code, script),
        _ => shell::analyse(&code, script),
    };
    sql::in_texts(&code, script);
    Some(comments)
}

/// Adds what comments say, in the same way for every language.
fn finish(script: &mut Script, comments: &Comments, name: &str, source: &str) {
    // Some formats have a place of their own for what they are for.
    script.purpose = script.purpose.take().or_else(|| head::purpose(&comments.head));
    let mut usage = head::usage(&comments.head, name);
    usage.append(&mut script.usage);
    script.usage = usage;
    script.remarks = head::remarks(&comments.all);
    head::document_exits(script, &comments.head, &comments.all, source);
    head::head_files(script, &comments.head);
    for constant in &mut script.constants {
        if let Some(text) = head::comment_beside(&comments.all, constant.line) {
            constant.comment = Some(text);
        } else if let Some((text, from)) = head::comment_above(&comments.all, constant.line)
            // What opens the file speaks of the script, not of its first setting.
            && script.purpose.as_ref().is_none_or(|it| it.from != from)
        {
            constant.comment = Some(text);
            constant.comment_from = Some(from);
        }
    }
    script.exits.sort_by_key(|exit| exit.line);
    script.exits.dedup();
    for uses in [&mut script.reads, &mut script.writes, &mut script.config_keys, &mut script.imports] {
        uses.sort_by_key(|it| it.line);
    }
    script.env.sort_by(|a, b| (&a.name, a.line).cmp(&(&b.name, b.line)));
    script.env.dedup_by(|later, first| {
        let same = later.name == first.name;
        first.required |= same && later.required;
        same
    });
    script.env.sort_by_key(|it| it.line);
    script.packages.sort();
    script.packages.dedup();
    let mut seen: Vec<String> = Vec::new();
    script.columns.retain(|column| {
        let new = !seen.contains(column);
        if new {
            seen.push(column.clone());
        }
        new
    });
    script.remarks.sort_by_key(|Remark { from, .. }| *from);
}

/// Tells whether an assignment is a setting that people would want to know of.
pub(crate) fn keep_constant(name: &str, value: &str, literal: bool, is_text: bool) -> bool {
    let shouted = name.chars().any(|c| c.is_alphabetic()) && !name.chars().any(char::is_lowercase);
    let digits = value.chars().any(|c| c.is_ascii_digit() && c != '0');
    let holds_items = value.starts_with(['[', '{', '(', 'c', 'D', '@', 's', 'f', 'n']) && value.len() > 2 && value.contains(['"', '\'']);
    let secret = is_text && is_secret_name(name);
    let counter = !(shouted || digits || holds_items && !value.contains(": 0"));
    literal && !secret && !counter && !value.trim().is_empty() && (shouted || !is_text)
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_uppercase();
    name.split('_').any(|word| ["KEY", "APIKEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PWD", "PASS", "PASSWORT"].contains(&word))
}

/// Makes a constant; its comment is found later.
pub(crate) fn new_constant(name: &str, value: &str, line: u32) -> sop_core::Constant {
    sop_core::Constant { name: name.to_owned(), value: code::one_line(value, 400), comment: None, line, comment_from: None }
}

/// Tells the language by the name, and failing that by the first line.
fn language_of(document: &Document, source: &str) -> Option<Language> {
    if document.format == Format::Config && workflow::is_workflow(&document.path, source) {
        return Some(Language::Workflow);
    }
    if document.format != Format::Script {
        return None;
    }
    let name = document.name();
    let extension = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    match name.to_ascii_lowercase().as_str() {
        "makefile" | "gnumakefile" | "bsdmakefile" => return Some(Language::Make),
        "justfile" | ".justfile" => return Some(Language::Just),
        "rakefile" => return Some(Language::Ruby),
        "dockerfile" | "containerfile" => return Some(Language::Dockerfile),
        lower if lower.starts_with("crontab") || lower.ends_with(".cron") || lower.ends_with(".crontab") || document.path.contains("cron.d/") => {
            return Some(Language::Crontab);
        }
        _ => {}
    }
    match extension.as_deref() {
        Some("gs") => return Some(Language::AppsScript),
        Some("js" | "ts") if workspace::is_workspace(source) => return Some(Language::AppsScript),
        Some("ts" | "mts" | "cts" | "tsx") => return Some(Language::TypeScript),
        Some("timer" | "service") => return Some(Language::Systemd),
        Some("rb" | "rake") => return Some(Language::Ruby),
        Some("pl" | "pm") => return Some(Language::Perl),
        Some("php") => return Some(Language::Php),
        Some("awk") => return Some(Language::Awk),
        Some("pq" | "pqm") => return Some(Language::PowerQuery),
        Some("bas" | "cls" | "frm" | "vba" | "vbs") => return Some(Language::Vba),
        Some("dockerfile") => return Some(Language::Dockerfile),
        Some("mk" | "mak" | "make") => return Some(Language::Make),
        Some("just") => return Some(Language::Just),
        Some("bat" | "cmd" | "btm") => return Some(Language::Batch),
        Some("py" | "pyw") => return Some(Language::Python),
        Some("sh" | "bash" | "zsh" | "ksh" | "command") => return Some(Language::Shell),
        Some("js" | "mjs" | "cjs" | "jsx") => return Some(Language::JavaScript),
        Some("r") => return Some(Language::R),
        Some("ps1" | "psm1") => return Some(Language::PowerShell),
        Some("sql" | "psql" | "ddl" | "dml" | "pgsql" | "tsql" | "plsql" | "pks" | "pkb" | "hql" | "bq") => return Some(Language::Sql),
        _ => {}
    }
    let first = source.lines().next().filter(|line| line.starts_with("#!"))?;
    // `sh` is part of other names, so it comes last.
    [
        ("python", Language::Python),
        ("node", Language::JavaScript),
        ("Rscript", Language::R),
        ("pwsh", Language::PowerShell),
        ("ruby", Language::Ruby),
        ("perl", Language::Perl),
        ("php", Language::Php),
        ("awk", Language::Awk),
        ("make", Language::Make),
        ("psql", Language::Sql),
        ("sh", Language::Shell),
    ]
    .into_iter()
    .find(|(word, _)| first.contains(word))
    .map(|(_, language)| language)
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use sop_core::FileUse;

    /// Analyses a source as if it lay at a path.
    pub(crate) fn script(path: &str, source: &str) -> Script {
        let format = if path.ends_with(".yml") { Format::Config } else { Format::Script };
        let mut document = Document::new(ArtifactId("x".to_owned()), path, format);
        document.source = Some(source.to_owned());
        analyse(&document, &["scripts/clean.py".to_owned(), path.to_owned()]).expect("a script")
    }

    pub(crate) fn patterns(uses: &[FileUse]) -> Vec<&str> {
        uses.iter().map(|it| it.pattern.as_str()).collect()
    }

    /// Returns each exit as `code | message | condition`.
    pub(crate) fn exits(script: &Script) -> Vec<String> {
        let show = |text: &Option<String>| text.clone().unwrap_or_default();
        script
            .exits
            .iter()
            .map(|it| {
                let code = it.code.map_or("?".to_owned(), |code| code.to_string());
                format!("{code} | {} | {}", show(&it.message), show(&it.condition))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::testing::script;

    #[test]
    fn broken_source_still_yields_what_can_be_read() {
        let script = script("x.py", "LIMIT = 3\ndef broken(:\n    open('a.csv'\n");
        assert!(script.partial);
        assert_eq!(script.constants[0].name, "LIMIT");
    }

    #[test]
    fn deep_nesting_is_survived() {
        let deep = format!("x = {}1{}\nimport sys\n", "(".repeat(50_000), ")".repeat(50_000));
        script("x.py", &deep);
        script("x.js", &deep);
        script("x.sh", &format!("x={}", "$(".repeat(20_000)));
        script("x.ps1", &deep);
        script("x.R", &deep);
    }
}
