//! Environment files: the names of the settings. Their values are secrets until somebody shows otherwise.

use super::lines::{Line, document, lines, place};
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use sop_core::{Block, BlockKind, Format};

pub(super) const READER: Reader = Reader {
    name: "environment file",
    about: About { files: "`.env`", taken: "the names of the settings", anchor: "line", not_taken: "every value" },
    accepts,
    read,
};

fn accepts(input: &Input<'_>) -> bool {
    let name = input.name.to_lowercase();
    (name == ".env" || name.starts_with(".env.") || name.ends_with(".env") || name == ".envrc") && is_text(input.bytes)
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = document(input, Format::EnvFile);
    doc.blocks = blocks(&decode(input.bytes));
    Ok(Raw(doc))
}

fn blocks(text: &str) -> Vec<Block> {
    let lines = lines(text);
    let block = |(at, line): (usize, &Line<'_>)| {
        if let Some(comment) = line.text.strip_prefix('#') {
            let comment = comment.trim();
            // A setting that is commented out is as secret as one that is not.
            if comment.is_empty() || comment.contains('=') {
                return None;
            }
            let mut block = Block::new(BlockKind::CodeComment, comment, place(line.n, line.n));
            block.context = lines[at + 1..].iter().take(20).find_map(|it| key(it.text)).map(str::to_owned);
            return Some(block);
        }
        let key = key(line.text)?;
        Some(Block::new(BlockKind::Field, format!("{key}: [value not shown]"), place(line.n, line.n)))
    };
    lines.iter().enumerate().filter_map(block).collect()
}

fn key(line: &str) -> Option<&str> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (key, _) = line.split_once('=').or_else(|| line.split_once(": "))?;
    let key = key.trim();
    let plain = !key.is_empty() && key.len() < 100 && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    plain.then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_settings_are_read() {
        let shown: Vec<String> = blocks("# for the portal\nAPI_KEY=abc123\n#OLD=xyz\nexport URL='https://x'\nmore of a broken secret\n")
            .into_iter()
            .map(|it| format!("{} @ {}", it.text, it.place))
            .collect();
        assert_eq!(shown, ["for the portal @ line 1", "API_KEY: [value not shown] @ line 2", "URL: [value not shown] @ line 4"]);
    }
}
