//! Notebooks (Jupyter, R Markdown, Quarto): prose, code that is read as one script, and what the cells have put out.

use super::lines::{document, ending, fold};
use super::prose::{self, Style};
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use serde_json::Value;
use sop_core::{Block, BlockKind, Document, Format, Home, Language, Piece, Place};

pub(super) const READER: Reader = Reader {
    name: "notebook",
    about: About {
        files: "`.ipynb`, `.Rmd`, `.qmd`",
        taken: "prose, code as one script, what the cells have put out, in which order they were run",
        anchor: "cell and line; line",
        not_taken: "pictures, output after the first lines of a cell",
    },
    accepts,
    read,
};

const MAX_CELLS: usize = 5_000;
/// Of what a cell has put out, the first lines say what it is.
const MAX_OUTPUT_LINES: usize = 8;
const MAX_OUTPUT_LINE: usize = 300;

fn accepts(input: &Input<'_>) -> bool {
    let known = match ending(input.name).as_str() {
        "rmd" | "qmd" | "rmarkdown" => true,
        "ipynb" => input.bytes.iter().find(|it| !it.is_ascii_whitespace() && !matches!(it, 0xef | 0xbb | 0xbf)) == Some(&b'{'),
        _ => false,
    };
    known && is_text(input.bytes)
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = document(input, Format::Notebook);
    let text = decode(input.bytes);
    if ending(input.name) == "ipynb" {
        jupyter(&text, &mut doc)?
    } else {
        chunks(text, &mut doc)
    }
    doc.title = prose::title(&doc.blocks);
    Ok(Raw(doc))
}

fn language(name: &str) -> Option<Language> {
    Some(match name.to_lowercase().as_str() {
        "python" | "python3" | "ipython" | "py" => Language::Python,
        "r" | "ir" => Language::R,
        "bash" | "sh" | "shell" | "zsh" => Language::Shell,
        "sql" | "postgres" | "duckdb" | "sqlite" => Language::Sql,
        "javascript" | "js" | "node" => Language::JavaScript,
        "typescript" | "ts" => Language::TypeScript,
        "powershell" | "pwsh" => Language::PowerShell,
        "perl" => Language::Perl,
        "ruby" => Language::Ruby,
        _ => return None,
    })
}

// Jupyter.

/// The code of all cells, one after the other.
struct Code {
    source: String,
    lines: u32,
    pieces: Vec<Piece>,
}

fn jupyter(text: &str, doc: &mut Document) -> Result<(), String> {
    let value: Value = serde_json::from_str(text).map_err(|err| format!("the notebook is broken in line {}", err.line()))?;
    // Notebooks of before 2015 keep their cells in worksheets.
    let cells = value["cells"].as_array().or_else(|| value["worksheets"][0]["cells"].as_array()).ok_or("the notebook has no cells")?;
    let of_kernel = ["/metadata/language_info/name", "/metadata/kernelspec/language", "/metadata/kernelspec/name"];
    let named = of_kernel.iter().filter_map(|it| value.pointer(it).and_then(Value::as_str)).find(|it| !it.trim().is_empty());
    let main = named.map_or(Some(Language::Python), language);
    let mut code = Code { source: String::new(), lines: 0, pieces: Vec::new() };
    let mut runs: Vec<(u32, Option<u64>)> = Vec::new();
    for (cell, n) in cells.iter().take(MAX_CELLS).zip(1u32..) {
        let source = joined(&cell["source"]).or_else(|| joined(&cell["input"])).unwrap_or_default();
        match cell["cell_type"].as_str().unwrap_or_default() {
            "code" => {
                if !source.trim().is_empty() {
                    runs.push((n, cell["execution_count"].as_u64().or_else(|| cell["prompt_number"].as_u64())));
                }
                code.add(&source, n, main);
                outputs(cell, n, doc);
            }
            "markdown" | "heading" | "raw" => {
                // In between, prose must not join with what stands in the cell before.
                for mut block in prose::blocks(&source, Style::Markdown) {
                    if let Place::Lines { from, to } = block.place {
                        block.place = Place::NotebookCell { cell: n, from, to };
                    }
                    doc.blocks.push(block);
                }
            }
            _ => {}
        }
    }
    if cells.len() > MAX_CELLS {
        doc.remarks.push(format!("only the first {MAX_CELLS} of {} cells were read", cells.len()));
    }
    if main.is_none() {
        doc.remarks.push(format!("its language, {}, is not read as a script", fold(named.unwrap_or_default())));
    }
    doc.remarks.extend(order(&runs));
    doc.pieces = code.pieces;
    doc.source = (!code.source.is_empty()).then_some(code.source);
    Ok(())
}

impl Code {
    fn add(&mut self, source: &str, cell: u32, main: Option<Language>) {
        let first = self.lines + 1;
        let magic = source.lines().next().unwrap_or_default().trim();
        // `%%bash` on top makes the whole cell another language.
        let whole = magic.strip_prefix("%%").map(|it| it.split_whitespace().next().unwrap_or_default());
        let of_cell = match whole {
            Some("time" | "timeit" | "capture" | "prun" | "writefile" | "script") | None => main,
            Some(name) => language(name),
        };
        for (line, n) in source.lines().zip(1u32..) {
            self.source.push_str(line);
            self.source.push('\n');
            self.lines += 1;
            let text = line.trim_start();
            let of_line = match text {
                _ if n == 1 && whole.is_some() => None,
                _ if of_cell != Some(Language::Python) => of_cell,
                _ if text.starts_with('!') => Some(Language::Shell),
                _ if text.starts_with("%sql ") => Some(Language::Sql),
                _ if text.starts_with('%') || text.ends_with('?') => None,
                _ => of_cell,
            };
            let Some(of_line) = of_line else { continue };
            match self.pieces.last_mut() {
                Some(last) if last.language == of_line && last.to + 1 == self.lines && last.home == Home::Cell(cell) => last.to = self.lines,
                _ => self.pieces.push(Piece { from: self.lines, to: self.lines, language: of_line, home: Home::Cell(cell), at: n }),
            }
        }
        if self.lines >= first {
            // A blank line keeps statements of two cells apart.
            self.source.push('\n');
            self.lines += 1;
        }
    }
}

/// What a person should know of the order in which cells were run.
fn order(runs: &[(u32, Option<u64>)]) -> Vec<String> {
    let mut remarks = Vec::new();
    let done: Vec<(u32, u64)> = runs.iter().filter_map(|(cell, count)| count.map(|count| (*cell, count))).collect();
    if let Some(pair) = done.windows(2).find(|it| it[1].1 < it[0].1) {
        remarks.push(format!("its cells were run out of order: cell {} before cell {}", pair[1].0, pair[0].0));
    }
    let left: Vec<String> = runs.iter().filter(|it| it.1.is_none()).map(|it| it.0.to_string()).collect();
    match left.len() {
        0 => {}
        n if n == runs.len() => remarks.push("its cells have no mark that they were run".to_owned()),
        1 => remarks.push(format!("cell {} was not run", left[0])),
        _ => remarks.push(format!("cells {} were not run", left[..left.len().min(8)].join(", "))),
    }
    remarks
}

fn outputs(cell: &Value, n: u32, doc: &mut Document) {
    let mut line = 0;
    for output in cell["outputs"].as_array().into_iter().flatten().take(20) {
        let failed = output["output_type"].as_str() == Some("error") || output["output_type"].as_str() == Some("pyerr");
        let text = if failed {
            let said = format!("{}: {}", output["ename"].as_str().unwrap_or("error"), output["evalue"].as_str().unwrap_or_default());
            doc.remarks.push(format!("cell {n} ended with an error: {}", shortened(&fold(&said))));
            Some(said)
        } else {
            joined(&output["text"]).or_else(|| joined(&output["data"]["text/plain"]))
        };
        for text in text.unwrap_or_default().lines().filter(|it| !it.trim().is_empty()) {
            // `<Figure size 640x480 with 1 Axes>` stands for what cannot be shown.
            let stands_for = text.trim_start().starts_with('<') && text.trim_end().ends_with('>');
            if line >= MAX_OUTPUT_LINES || stands_for {
                continue;
            }
            line += 1;
            let place = Place::NotebookOutput { cell: n, line: u32::try_from(line).unwrap_or(u32::MAX) };
            doc.blocks.push(Block::new(BlockKind::LogLine, shortened(&fold(text)), place).under("output"));
        }
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_OUTPUT_LINE { text.to_owned() } else { text.chars().take(MAX_OUTPUT_LINE).chain(['…']).collect() }
}

/// A text that is one string or a list of lines.
fn joined(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => Some(lines.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

// R Markdown and Quarto.

fn chunks(text: String, doc: &mut Document) {
    doc.blocks = prose::blocks(&text, Style::Markdown);
    let mut open: Option<(Option<Language>, u32, String)> = None;
    for (line, n) in text.lines().zip(1u32..) {
        let trimmed = line.trim();
        let fence: String = trimmed.chars().take_while(|it| *it == '`' || *it == '~').collect();
        match &open {
            Some((language, from, mark)) if fence.len() >= mark.len() && trimmed.len() == fence.len() => {
                if let Some(language) = language
                    && *from < n
                {
                    doc.pieces.push(Piece { from: *from, to: n - 1, language: *language, home: Home::Here, at: *from });
                }
                open = None;
            }
            // What is not evaluated is not part of the work.
            Some((_, from, mark)) if trimmed.starts_with("#|") && trimmed.contains("eval") && trimmed.contains("false") => {
                open = Some((None, *from, mark.clone()));
            }
            Some(_) => {}
            None if fence.len() >= 3 => {
                let head = trimmed.trim_start_matches(['`', '~']).trim();
                let inside = head.strip_prefix('{').and_then(|it| it.strip_suffix('}')).unwrap_or_default();
                let name: String = inside.trim_start_matches('.').chars().take_while(char::is_ascii_alphanumeric).collect();
                let skipped = inside.to_lowercase().replace(' ', "").contains("eval=f");
                open = Some((language(&name).filter(|_| !skipped), n + 1, fence));
            }
            None => {}
        }
    }
    doc.source = Some(text);
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::read_raw;
    use sop_core::{Document, Home, Language, Place};

    /// Blocks as `place: text`.
    fn shown(document: &Document) -> Vec<String> {
        document.blocks.iter().map(|it| format!("{}: {}", it.place, it.text)).collect()
    }

    /// Written by nbformat 5.10.
    const STOCK: &[u8] = include_bytes!("../../tests/data/stock.ipynb");

    #[test]
    fn a_notebook_is_prose_and_one_script() {
        let document = read_raw("stock.ipynb", STOCK);
        assert_eq!(
            shown(&document),
            [
                "cell 1, line 1: Weekly stock count",
                "cell 1, line 3: Ask the depot before you order more than 500 boxes.",
                "output of cell 3, line 1: 3 articles",
                "output of cell 5, line 1: ValueError: too few articles",
            ]
        );
        assert_eq!(document.title.as_deref(), Some("Weekly stock count"));
        assert_eq!(
            document.remarks,
            ["cell 5 ended with an error: ValueError: too few articles", "its cells were run out of order: cell 3 before cell 2", "cell 6 was not run"]
        );
        let source = document.source.as_deref().unwrap();
        let line = source.lines().position(|it| it.contains("read_csv")).unwrap() as u32 + 1;
        let place = document.place_of(line, line);
        assert_eq!(place, Place::NotebookCell { cell: 3, from: 2, to: 2 });
        assert_eq!(document.lines_of(&place), Some((line, line)));
        let languages: Vec<Language> = document.pieces.iter().map(|it| it.language).collect();
        assert_eq!(languages, [Language::Python, Language::Python, Language::Shell, Language::Python, Language::Python, Language::Sql]);
    }

    #[test]
    fn chunks_of_r_markdown_keep_their_lines() {
        let text = "---\ntitle: Survey\nparams:\n  month: \"2026-10\"\n---\n\nTables go to Nadia.\n\n```{r load, message=FALSE}\nx <- read.csv('a.csv')\n```\n\n```{r eval=FALSE}\nunlink('a.csv')\n```\n\n````{python}\n#| eval: false\nopen('b')\n````\n\n```{bash}\ncp a b\n```\n";
        let document = read_raw("survey.Rmd", text.as_bytes());
        let pieces: Vec<(u32, u32, Language, &Home)> = document.pieces.iter().map(|it| (it.from, it.to, it.language, &it.home)).collect();
        assert_eq!(pieces, [(10, 10, Language::R, &Home::Here), (23, 23, Language::Shell, &Home::Here)]);
        assert!(shown(&document).contains(&"line 7: Tables go to Nadia.".to_owned()));
    }

    #[test]
    fn what_is_no_notebook_is_said() {
        let artifact = sop_core::Artifact {
            id: sop_core::ArtifactId("a".into()),
            path: "x.ipynb".into(),
            size: 2,
            digest: sop_core::Digest(String::new()),
            modified: None,
        };
        for bytes in [&b"{\"cells\": 3}"[..], b"{\"cells\": ["] {
            assert_eq!(crate::read(&artifact, bytes, &crate::reader::tests_support::Blind, &crate::People::default()).problems.len(), 1);
        }
        assert!(read_raw("y.ipynb", b"{\"cells\": [{\"cell_type\": \"code\", \"source\": [1, \"x\"], \"outputs\": 4}]}").source.is_some());
    }
}
