//! Tells a command that somebody types into a shell from a sentence that starts with the same word.

/// Programs whose name alone says that the line is a command, if what follows looks like arguments.
const PROGRAMS: &[&str] = &[
    "node",
    "npm",
    "npx",
    "yarn",
    "pnpm",
    "deno",
    "bun",
    "python",
    "python3",
    "py",
    "pip",
    "pip3",
    "pipx",
    "uv",
    "poetry",
    "conda",
    "bash",
    "sh",
    "zsh",
    "source",
    "git",
    "gh",
    "cp",
    "mv",
    "rm",
    "ls",
    "cd",
    "ln",
    "mkdir",
    "rmdir",
    "touch",
    "chmod",
    "chown",
    "curl",
    "wget",
    "ssh",
    "scp",
    "sftp",
    "rsync",
    "open",
    "xdg-open",
    "start",
    "cat",
    "less",
    "head",
    "tail",
    "grep",
    "rg",
    "awk",
    "sed",
    "sort",
    "uniq",
    "wc",
    "cut",
    "diff",
    "find",
    "xargs",
    "export",
    "set",
    "unset",
    "echo",
    "env",
    "make",
    "just",
    "cargo",
    "go",
    "docker",
    "docker-compose",
    "podman",
    "kubectl",
    "helm",
    "terraform",
    "ansible-playbook",
    "aws",
    "az",
    "gcloud",
    "psql",
    "mysql",
    "sqlite3",
    "duckdb",
    "bq",
    "snowsql",
    "pg_dump",
    "rscript",
    "perl",
    "php",
    "ruby",
    "java",
    "dotnet",
    "pwsh",
    "powershell",
    "cscript",
    "copy",
    "xcopy",
    "robocopy",
    "move",
    "del",
    "ren",
    "dir",
    "type",
    "zip",
    "unzip",
    "tar",
    "gzip",
    "gunzip",
    "7z",
    "gpg",
    "openssl",
    "sudo",
    "crontab",
    "pandoc",
    "libreoffice",
    "soffice",
    "pdftk",
    "qpdf",
    "convert",
    "magick",
    "ffmpeg",
    "tesseract",
    "jq",
    "yq",
    "xsv",
    "csvkit",
    "csvcut",
    "dbt",
    "airflow",
    "jupyter",
    "code",
    "vim",
    "vi",
    "nano",
    "exit",
    "clear",
    "history",
    "pwd",
    "whoami",
    "date",
    "top",
    "ps",
    "kill",
    "man",
    "which",
    "brew",
    "apt",
    "apt-get",
];

/// Whether a line is a command: a known program with arguments, or a script that is called by its path.
pub(super) fn is_command(line: &str) -> bool {
    let line = strip_prompt(line).unwrap_or(line).trim();
    let mut words = line.split_whitespace().skip_while(|word| is_assignment(word));
    let Some(first) = words.next() else { return line.contains('=') && line.split_whitespace().count() == 1 && !line.contains(": ") };
    let rest: Vec<&str> = words.collect();
    if first.contains('/')
        && [".sh", ".py", ".js", ".mjs", ".ts", ".r", ".pl", ".rb", ".ps1"].iter().any(|it| first.to_lowercase().ends_with(it))
        && !first.contains("://")
    {
        return true;
    }
    if first.starts_with("./") || first.starts_with(".\\") || first.starts_with("~/") {
        return first.len() > 2;
    }
    let verb = first.trim_end_matches(".exe").to_lowercase();
    if is_cmdlet(first) {
        return true;
    }
    PROGRAMS.contains(&verb.as_str()) && !first.ends_with([':', ',', '.']) && looks_like_arguments(&rest)
}

/// Whether a line is what a history keeps: a command, also one without arguments.
pub(super) fn is_history_line(line: &str) -> bool {
    let first = line.split_whitespace().find(|word| !is_assignment(word)).unwrap_or_default().to_lowercase();
    is_command(line) || PROGRAMS.contains(&first.as_str()) || line.split_whitespace().next().is_some_and(is_assignment)
}

/// Returns what stands behind a shell's prompt, if the line starts with one.
pub(super) fn strip_prompt(line: &str) -> Option<&str> {
    let line = line.trim_start();
    for prompt in ["$ ", "% ", "❯ ", "➜ ", ">>> "] {
        if let Some(rest) = line.strip_prefix(prompt) {
            return Some(rest.trim());
        }
    }
    if let Some((folder, rest)) = line.split_once('>')
        && (folder.starts_with("PS ") || folder.len() > 2 && folder.get(1..3) == Some(":\\"))
    {
        return Some(rest.trim());
    }
    // user@host:~/folder$ command, bash-5.2$ command
    let (prompt, rest) = line.split_once("$ ").or_else(|| line.split_once("% ")).or_else(|| line.split_once("# "))?;
    let who = prompt.split([' ', ':']).next().unwrap_or_default();
    let bare = prompt.len() < 10 && (prompt.starts_with("bash-") || prompt.starts_with("sh-"));
    (bare || who.contains('@') && who.len() > 2 && prompt.len() < 80).then(|| rest.trim())
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// `Get-ChildItem`, `Import-Csv`.
fn is_cmdlet(word: &str) -> bool {
    const VERBS: &[&str] = &["get", "set", "import", "export", "copy", "move", "remove", "new", "invoke", "start", "convertto", "convertfrom", "out"];
    word.split_once('-').is_some_and(|(verb, noun)| {
        VERBS.contains(&verb.to_lowercase().as_str()) && verb.starts_with(char::is_uppercase) && noun.starts_with(char::is_uppercase)
    })
}

/// Prose has small words and commas; arguments have paths, flags and quotes.
fn looks_like_arguments(words: &[&str]) -> bool {
    const PROSE: &[&str] =
        &["the", "a", "an", "it", "that", "this", "is", "are", "and", "to", "of", "for", "your", "my", "our", "sure", "first", "der", "die", "das"];
    let technical = |word: &&&str| {
        let word = word.trim_end_matches(['.', ',', ':', ';', ')']);
        word.starts_with('-') && word.len() > 1
            || word.contains(['/', '\\', '=', '_', '*', '$', '|', '>'])
            || word.starts_with(['"', '\''])
            || word.split_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && (1..=5).contains(&ending.len()))
    };
    let prose =
        words.iter().filter(|word| PROSE.contains(&word.to_lowercase().as_str()) || word.ends_with(',') || word.len() > 1 && word.ends_with('.')).count();
    let technical = words.iter().filter(technical).count();
    match words.len() {
        0 => false,
        1..=3 => prose == 0 && (technical > 0 || words.first().is_some_and(|it| matches!(*it, "run" | "install" | "start" | "pull" | "push" | "build"))),
        _ => technical > prose,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_sentences() {
        let check = |line: &str, expected: bool| assert_eq!(is_command(line), expected, "{line}");
        check("node check_queue.js --week 20", true);
        check("PREPARED_BY=SD tools/assemble.sh \"clients/x\"", true);
        check("./run.sh", true);
        check("cp -R 2026-09 2026-10", true);
        check("Import-Csv stock.csv", true);
        check("open the dashboard, type September", false);
        check("make sure the file is there", false);
        check("export is missing, ask Ruth", false);
        check("C:\\work>python build.py", true);
    }

    #[test]
    fn prompts_are_stripped() {
        let check = |line: &str, expected: Option<&str>| assert_eq!(strip_prompt(line), expected, "{line}");
        check("$ make all", Some("make all"));
        check("tom@mac:~/reports$ ls -la", Some("ls -la"));
        check("PS C:\\work> Get-Date", Some("Get-Date"));
        check("it costs 12 $ or so", None);
    }
}
