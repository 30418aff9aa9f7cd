//! Names on a page: of files, commands, columns, addresses. A part of a name that changes from run to run fits anything.

use regex::Regex;
use sop_core::letters;
use std::sync::LazyLock;

/// What stands for something else: `{month}`, `<client>`, `YYYY-MM`, `wkNN`, `*`.
pub(crate) static GAP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\{[^{}]*\}|<[A-Za-z][^<>]{0,40}>|\[[a-z][a-z _-]{0,30}\]|YYYY(?:[-_./]?MM)?(?:[-_./]?DD)?|DD[-_./]MM[-_./](?:YYYY|YY)|YY[-_./]?MM|NN+|XX+|\*+|…|\.\.\.").expect("a fixed pattern")
});

/// A name with its gaps.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// What stands between the gaps.
    pieces: Vec<String>,
    open_start: bool,
    open_end: bool,
}

impl Pattern {
    pub fn of(name: &str) -> Self {
        let name = name.trim().replace('\\', "/");
        let name = name.strip_prefix("./").unwrap_or(&name);
        let open_start = GAP.find(name).is_some_and(|it| it.start() == 0);
        let open_end = GAP.find_iter(name).last().is_some_and(|it| it.end() == name.len());
        let pieces = GAP.split(name).filter(|it| !it.is_empty()).map(str::to_owned).collect();
        Self { pieces, open_start, open_end }
    }

    /// Whether nothing of it is fixed.
    pub fn is_open(&self) -> bool {
        self.pieces.iter().all(|it| letters(it).is_empty())
    }

    /// What stands between the gaps, without those that are marks only.
    pub fn literals(&self) -> Vec<&str> {
        self.pieces.iter().map(String::as_str).filter(|it| !letters(it).is_empty()).collect()
    }

    /// Whether the name stands in the text, as a whole.
    pub fn stands_in(&self, text: &str) -> bool {
        let Some(first) = self.pieces.first() else { return true };
        let text = if first.contains('/') && text.contains('\\') { &text.replace('\\', "/") } else { text };
        let closed = |at: Option<char>, edge: Option<char>| !(at.is_some_and(char::is_alphanumeric) && edge.is_some_and(char::is_alphanumeric));
        text.match_indices(first.as_str()).any(|(at, it)| {
            (self.open_start || closed(text[..at].chars().next_back(), first.chars().next())) && self.rest_follows(&text[at + it.len()..], &closed)
        })
    }

    /// Whether the pieces after the first stand behind each other, on the same line.
    fn rest_follows(&self, text: &str, closed: &dyn Fn(Option<char>, Option<char>) -> bool) -> bool {
        let mut rest = text.split('\n').next().unwrap_or_default();
        for piece in &self.pieces[1..] {
            let Some((_, after)) = rest.split_once(piece.as_str()) else { return false };
            rest = after;
        }
        self.open_end || closed(rest.chars().next(), self.pieces.last().and_then(|it| it.chars().next_back()))
    }

    /// Whether a path is this one, or ends with it.
    pub fn is_path(&self, path: &str) -> bool {
        if self.is_open() {
            return false;
        }
        let path = path.replace('\\', "/");
        let starts = std::iter::once(0).chain(path.match_indices('/').map(|it| it.0 + 1));
        starts.into_iter().any(|at| self.fits(&path[at..]))
    }

    /// Whether a pattern of a script, which has gaps of its own, may be this name.
    pub fn is_pattern(&self, pattern: &str) -> bool {
        let file = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
        let theirs = Pattern::of(&file(pattern));
        !theirs.is_open() && (theirs.fits(&file(&self.joined())) || self.is_path(&theirs.joined()))
    }

    /// The name with something in its gaps.
    fn joined(&self) -> String {
        let gap = |open: bool| if open { "0" } else { "" };
        format!("{}{}{}", gap(self.open_start), self.pieces.join("0"), gap(self.open_end))
    }

    fn fits(&self, text: &str) -> bool {
        let mut rest = text;
        for (n, piece) in self.pieces.iter().enumerate() {
            let last = n + 1 == self.pieces.len() && !self.open_end;
            let at = match (n == 0 && !self.open_start, last) {
                (true, _) => rest.starts_with(piece.as_str()).then_some(0),
                (false, true) => rest.len().checked_sub(piece.len()).filter(|at| rest.is_char_boundary(*at) && &rest[*at..] == piece),
                (false, false) => rest.find(piece.as_str()),
            };
            let Some(at) = at else { return false };
            rest = &rest[at + piece.len()..];
        }
        rest.is_empty() || self.open_end
    }
}

/// What a name between back ticks is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Command,
    /// A column, a setting, a variable, an address: one word.
    Word,
    /// Words as they stand on a screen, or a text.
    Words,
}

pub(crate) fn kind(name: &str) -> Kind {
    const TOOLS: &[&str] = &[
        "python",
        "python3",
        "py",
        "rscript",
        "r",
        "node",
        "npm",
        "npx",
        "bash",
        "sh",
        "zsh",
        "pwsh",
        "powershell",
        "make",
        "just",
        "cp",
        "mv",
        "rm",
        "cd",
        "mkdir",
        "ls",
        "cat",
        "git",
        "curl",
        "wget",
        "sqlite3",
        "psql",
        "mysql",
        "duckdb",
        "java",
        "ruby",
        "perl",
        "php",
        "export",
        "set",
        "sudo",
        "pip",
        "docker",
        "xcopy",
        "robocopy",
        "copy",
        "del",
        "move",
        "gsutil",
        "aws",
        "rclone",
        "rsync",
        "scp",
        "ssh",
        "tar",
        "zip",
        "unzip",
        "awk",
        "sed",
        "grep",
        "dbt",
        "jupyter",
        "quarto",
        "open",
        "start",
        "source",
        "cmd",
        "cscript",
        "deno",
        "bun",
        "uv",
        "poetry",
        "conda",
    ];
    let first = name.split_whitespace().next().unwrap_or_default();
    if name.contains(' ') && (TOOLS.contains(&first.to_lowercase().as_str()) || first.starts_with("./") || has_ending(first) && name.contains(" -")) {
        return Kind::Command;
    }
    match () {
        () if has_ending(name) => Kind::File,
        () if !name.contains(' ') => Kind::Word,
        () => Kind::Words,
    }
}

/// Whether a name ends as files do. A figure with decimals and an address do not.
pub(crate) fn has_ending(name: &str) -> bool {
    static ENDING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)[^/\\.\s]\.(?:csv|tsv|xlsx?|xlsm|xlsb|ods|docx?|odt|rtf|pptx?|odp|pdf|txt|md|html?|json|jsonl|ya?ml|toml|ini|cfg|env|conf|xml|log|py|r|rmd|qmd|ipynb|sql|sh|bash|zsh|bat|cmd|ps1|js|ts|gs|vba|bas|rb|pl|php|awk|mk|eml|msg|mbox|ics|vcf|png|jpe?g|gif|webp|bmp|tiff?|heic|svg|zip|gz|tgz|7z|db|sqlite3?|parquet|vsdx|drawio|epub|key|pages|numbers|vtt|srt|har|dta|sav|rds|pbix|docm|dotx|xltx)$").expect("a fixed pattern")
    });
    !name.contains('@') && ENDING.is_match(name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_fits_what_changes() {
        assert!(Pattern::of("{month}/raw/orders_{month}.csv").is_path("2026-10/raw/orders_2026-10.csv"));
        assert!(Pattern::of("out/queue_wkNN.json").is_path("out/queue_wk20.json"));
        assert!(Pattern::of("orders_YYYY-MM.csv").is_path("2026-10/raw/orders_2026-10.csv"));
        assert!(Pattern::of("raw\\orders_2026-10.csv").is_path("2026-10/raw/orders_2026-10.csv"));
        assert!(!Pattern::of("orders.csv").is_path("2026-10/raw/old_orders.csv"));
        assert!(!Pattern::of("{month}").is_path("2026-10"));
    }

    #[test]
    fn a_name_stands_in_a_text_as_a_whole() {
        assert!(Pattern::of("net_gbp").stands_in("sum(net_gbp)"));
        assert!(!Pattern::of("net").stands_in("subnet and nets"));
        assert!(Pattern::of("wrote {file} in").stands_in("it wrote a.csv in 3 s"));
        assert!(Pattern::of("out_{month}.csv").is_pattern("{base}/out_{period}.csv"));
    }

    #[test]
    fn names_are_told_apart() {
        assert_eq!(kind("python3 a.py --x"), Kind::Command);
        assert_eq!(kind("a b.xlsx"), Kind::File);
        assert_eq!(kind("net_gbp"), Kind::Word);
        assert_eq!(kind("Orders > Export"), Kind::Words);
        assert_eq!(kind("leads@shop.example"), Kind::Word);
        assert_eq!(kind("2.5"), Kind::Word);
    }
}
