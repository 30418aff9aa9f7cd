//! Settings (ini, toml, yaml, properties, conf, JSON settings): keys with their values, and the comments beside them.

use super::json;
use super::lines::{Line, document, ending, fold, lines, place};
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use sop_core::{Block, BlockKind, Format, Place};

pub(super) const READER: Reader = Reader {
    name: "settings",
    about: About { files: "`.ini`, `.toml`, `.yaml`, `.conf`, `.properties` and such", taken: "keys, values, comments", anchor: "line", not_taken: "" },
    accepts,
    read,
};

const ENDINGS: &[&str] = &["ini", "cfg", "conf", "cnf", "config", "properties", "toml", "yaml", "yml", "inf", "prefs"];
const MAX_BLOCKS: usize = 5_000;
/// A value that goes on for longer was never closed.
const MAX_VALUE_LINES: usize = 200;

fn accepts(input: &Input<'_>) -> bool {
    if !is_text(input.bytes) {
        return false;
    }
    let name = input.name.to_lowercase();
    let start = input.bytes.iter().find(|it| !it.is_ascii_whitespace() && !matches!(it, 0xef | 0xbb | 0xbf));
    match ending(&name).as_str() {
        "json" | "jsonc" | "json5" => start == Some(&b'{') && is_json_settings(&name),
        // An XML config is another format.
        ending => ENDINGS.contains(&ending) && start != Some(&b'<') || matches!(name.as_str(), ".editorconfig" | ".gitconfig" | ".npmrc"),
    }
}

fn is_json_settings(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |it| it.0);
    matches!(stem, "package" | "composer" | "manifest" | "tsconfig" | "jsconfig" | "deno" | "launch" | "tasks" | "app")
        || ["config", "settings", "options", "preferences", "einstellungen"].iter().any(|it| stem.contains(it))
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = document(input, Format::Config);
    let text = decode(input.bytes);
    doc.blocks = match ending(input.name).as_str() {
        "json" | "jsonc" | "json5" => json::settings(&text)?,
        "yaml" | "yml" => yaml(&text),
        ending => keys(&text, ending),
    };
    doc.source = Some(text);
    Ok(Raw(doc))
}

/// Returns the text of a field. The value of a secret is not read, whatever it looks like.
pub(super) fn field(key: &str, value: &str) -> String {
    let own = key.rsplit('.').next().unwrap_or(key).to_lowercase().replace(['-', ' ', '_'], "");
    let secret =
        ["password", "passwd", "passwort", "kennwort", "secret", "token", "apikey", "privatekey", "accesskey", "credential"].iter().any(|it| own.contains(it));
    match secret && value.len() > 3 && !value.starts_with("${") {
        true => format!("{key}: [value not shown]"),
        false => fold(&format!("{key}: {value}")),
    }
}

/// Comments that wait for the key they stand above.
#[derive(Default)]
struct Waiting {
    lines: Vec<(u32, String)>,
}

impl Waiting {
    fn flush(&mut self, key: Option<&str>, blocks: &mut Vec<Block>) {
        let (Some((from, _)), Some((to, _))) = (self.lines.first(), self.lines.last()) else { return };
        let text = fold(&self.lines.iter().map(|it| it.1.as_str()).collect::<Vec<_>>().join(" "));
        if !text.is_empty() {
            let mut block = Block::new(BlockKind::CodeComment, text, place(*from, *to));
            // The first comment is often about the file as a whole.
            let head = *from == 1 && ["setting", "config", "einstellung", "paramètre"].iter().any(|it| block.text.to_lowercase().contains(it));
            block.context = key.filter(|_| !head).map(str::to_owned);
            blocks.push(block);
        }
        self.lines.clear();
    }
}

fn comment_beside(comment: &str, key: &str, line: u32) -> Option<Block> {
    let text = fold(comment.trim_start_matches(['#', ';', '/', ' ']));
    (!text.is_empty()).then(|| Block::new(BlockKind::CodeComment, text, place(line, line)).under(key))
}

/// Reads `key = value` lines under `[section]` lines.
fn keys(text: &str, ending: &str) -> Vec<Block> {
    let lines = lines(text);
    let mut blocks = Vec::new();
    let mut waiting = Waiting::default();
    let mut section: Option<String> = None;
    let mut at = 0;
    while at < lines.len() && blocks.len() < MAX_BLOCKS {
        let line = lines[at];
        at += 1;
        if line.is_blank() {
            waiting.flush(None, &mut blocks);
        } else if let Some(comment) = line_comment(line.text, ending) {
            waiting.lines.push((line.n, comment.to_owned()));
        } else if let Some(name) = section_name(line.text) {
            waiting.flush(Some(&name), &mut blocks);
            section = Some(name);
        } else if let Some((key, rest)) = key_value(line.text) {
            let (value, comment, taken) = value(rest, &lines[at..]);
            at += taken;
            waiting.flush(Some(key), &mut blocks);
            let mut block = Block::new(BlockKind::Field, field(key, &value), place(line.n, line.n + taken as u32));
            block.context = section.clone();
            blocks.push(block);
            blocks.extend(comment.and_then(|it| comment_beside(&it, key, line.n)));
        } else {
            waiting.flush(None, &mut blocks);
            blocks.push(Block { context: section.clone(), ..Block::new(BlockKind::Field, fold(line.text), place(line.n, line.n)) });
        }
    }
    waiting.flush(None, &mut blocks);
    blocks
}

fn line_comment<'t>(line: &'t str, ending: &str) -> Option<&'t str> {
    let rest = line.strip_prefix("//").or_else(|| line.strip_prefix(['#', ';'])).or_else(|| line.strip_prefix('!').filter(|_| ending == "properties"))?;
    Some(rest.trim_start_matches(['#', ';', '-', '=', '*']).trim())
}

fn section_name(line: &str) -> Option<String> {
    let line = line.split(" #").next().unwrap_or(line).split(" ;").next().unwrap_or(line).trim();
    let inner = line.strip_prefix('[')?.strip_suffix(']')?;
    let inner = inner.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(inner);
    (!inner.is_empty() && !inner.contains(['"', ','])).then(|| fold(inner))
}

fn key_value(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let at = line.find(['=', ':']).filter(|at| *at > 0);
    let (key, rest) = match at {
        Some(at) => (&line[..at], &line[at + 1..]),
        // `listen 80;`
        None => line.split_once([' ', '\t'])?,
    };
    let key = key.trim().trim_matches(['"', '\'']);
    (!key.is_empty() && key.chars().count() <= 80 && !key.contains(['{', '}', '(', '"'])).then_some((key, rest.trim()))
}

/// Returns the value without quotation marks, the comment behind it, and how many further lines it takes.
fn value(rest: &str, below: &[Line<'_>]) -> (String, Option<String>, usize) {
    for mark in ["\"\"\"", "'''", "\"", "'"] {
        let Some(inner) = rest.strip_prefix(mark) else { continue };
        if let Some(end) = inner.find(mark) {
            let behind = inner[end + mark.len()..].trim();
            let comment = behind.starts_with(['#', ';', '/']).then(|| behind.to_owned());
            return match behind.is_empty() || comment.is_some() {
                true => (inner[..end].to_owned(), comment, 0),
                false => (rest.to_owned(), None, 0),
            };
        }
        // The value goes on below until the mark is closed.
        let Some(n) = below.iter().take(MAX_VALUE_LINES).position(|it| it.text.contains(mark)) else { break };
        let more = below[..=n].iter().map(|it| it.text.split(mark).next().unwrap_or_default());
        return (std::iter::once(inner).chain(more).collect::<Vec<_>>().join(" "), None, n + 1);
    }
    let (first, comment) = split_comment(rest);
    let mut value = first.to_owned();
    let mut taken = 0;
    let open = |it: &str| it.matches(['[', '{']).count() > it.matches([']', '}']).count();
    while let Some(line) = below.get(taken).filter(|_| taken < MAX_VALUE_LINES) {
        let goes_on = value.ends_with('\\') || open(&value) && value.starts_with(['[', '{']);
        let indented = line.indent > 0 && !line.is_blank() && key_mark(line.text).is_none() && !line.text.starts_with(['#', ';', '[']);
        if !goes_on && !indented {
            break;
        }
        value = format!("{} {}", value.trim_end_matches('\\'), split_comment(line.text).0);
        taken += 1;
    }
    (value.trim_end_matches(';').trim().to_owned(), comment.map(str::to_owned), taken)
}

fn key_mark(line: &str) -> Option<usize> {
    line.find('=').filter(|at| *at > 0)
}

/// Splits off a comment that stands behind a value, outside quotation marks and after a space.
fn split_comment(text: &str) -> (&str, Option<&str>) {
    let mut quote = None;
    let mut space = true;
    for (at, c) in text.char_indices() {
        match quote {
            Some(mark) if c == mark => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' && space => quote = Some(c),
            None if space && (matches!(c, '#' | ';') || text[at..].starts_with("// ")) => return (text[..at].trim(), Some(text[at..].trim())),
            None => {}
        }
        space = c.is_whitespace();
    }
    (text.trim(), None)
}

/// Reads YAML by its indentation: the keys above a key are its context.
fn yaml(text: &str) -> Vec<Block> {
    let lines = lines(text);
    let mut blocks: Vec<Block> = Vec::new();
    let mut waiting = Waiting::default();
    // Open keys with their indentation, the outermost first.
    let mut path: Vec<(usize, String)> = Vec::new();
    // Number of the block that holds the list of plain values under the last key.
    let mut list: Option<(usize, usize)> = None;
    let mut at = 0;
    while at < lines.len() && blocks.len() < MAX_BLOCKS {
        let line = lines[at];
        at += 1;
        if line.is_blank() {
            waiting.flush(None, &mut blocks);
            continue;
        }
        if let Some(comment) = line.text.strip_prefix('#') {
            waiting.lines.push((line.n, comment.trim_start_matches('#').trim().to_owned()));
            continue;
        }
        if matches!(line.text, "---" | "...") || line.text.starts_with('%') {
            path.clear();
            continue;
        }
        let mut indent = line.indent;
        let mut rest = line.text;
        let mut dashed = false;
        while let Some(inner) = rest.strip_prefix("- ").or_else(|| rest.strip_prefix('-').filter(|it| it.is_empty())) {
            dashed = true;
            indent += rest.len() - inner.trim_start().len();
            rest = inner.trim_start();
        }
        // A list may stand at the indentation of its key.
        path.retain(|(open, _)| *open < line.indent || dashed && *open == line.indent);
        if !dashed {
            path.retain(|(open, _)| *open < indent);
        }
        let parents = |path: &[(usize, String)]| path.iter().map(|it| it.1.as_str()).collect::<Vec<_>>().join(".");
        let Some((key, value)) = yaml_key(rest) else {
            let (value, comment) = split_comment(rest);
            let above = path.last().map_or("", |it| it.1.as_str()).to_owned();
            match list.filter(|(open, n)| *open == line.indent && *n + 1 == blocks.len()) {
                Some((_, n)) if !value.is_empty() => append(&mut blocks[n], if dashed { ", " } else { " " }, unquoted(value), line.n),
                _ if !dashed && !value.is_empty() => {
                    // A long value that goes on in the next line.
                    if let Some(block) = blocks.last_mut().filter(|it| it.kind == BlockKind::Field) {
                        append(block, " ", value, line.n);
                    }
                }
                _ if !value.is_empty() => {
                    waiting.flush(Some(&above), &mut blocks);
                    let mut block = Block::new(BlockKind::Field, field(&above, unquoted(value)), place(line.n, line.n));
                    let outer = parents(&path[..path.len().saturating_sub(1)]);
                    block.context = (!outer.is_empty()).then_some(outer);
                    list = Some((line.indent, blocks.len()));
                    blocks.push(block);
                }
                _ => {}
            }
            blocks.extend(comment.and_then(|it| comment_beside(it, &above, line.n)));
            continue;
        };
        waiting.flush(Some(key), &mut blocks);
        let (value, comment) = split_comment(value);
        let outer = parents(&path);
        path.push((indent, key.to_owned()));
        if value.starts_with(['|', '>']) && value.len() <= 3 {
            let from = at;
            while at < lines.len() && (lines[at].is_blank() || lines[at].indent > indent) && at - from < MAX_VALUE_LINES {
                at += 1;
            }
            let text = lines[from..at].iter().map(|it| it.text).collect::<Vec<_>>().join(" ");
            let mut block = Block::new(BlockKind::Field, field(key, &text), place(line.n, lines[at - 1].n));
            block.context = (!outer.is_empty()).then_some(outer);
            blocks.push(block);
        } else if !value.is_empty() {
            let mut block = Block::new(BlockKind::Field, field(key, unquoted(value)), place(line.n, line.n));
            block.context = (!outer.is_empty()).then_some(outer);
            blocks.push(block);
        }
        blocks.extend(comment.and_then(|it| comment_beside(it, key, line.n)));
    }
    waiting.flush(None, &mut blocks);
    blocks
}

fn append(block: &mut Block, mark: &str, more: &str, line: u32) {
    if block.text.ends_with("[value not shown]") {
        return;
    }
    block.text = format!("{}{mark}{}", block.text, fold(more));
    if let Place::Lines { to, .. } = &mut block.place {
        *to = line;
    }
}

fn yaml_key(text: &str) -> Option<(&str, &str)> {
    if text.starts_with(['{', '[', '"', '\'']) && !text.contains("\":") && !text.contains("':") {
        return None;
    }
    let (key, value) = text.split_once(": ").or_else(|| text.strip_suffix(':').map(|it| (it, "")))?;
    let key = key.trim().trim_matches(['"', '\'']);
    (!key.is_empty() && key.chars().count() <= 80 && !key.contains(['{', '#'])).then_some((key, value.trim()))
}

fn unquoted(value: &str) -> &str {
    ['"', '\''].iter().find_map(|it| value.strip_prefix(*it)?.strip_suffix(*it)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(blocks: Vec<Block>, expected: &[&str]) {
        let context = |it: &Block| it.context.as_ref().map(|it| format!(" [{it}]")).unwrap_or_default();
        let kind = |it: &Block| if it.kind == BlockKind::Field { "" } else { "# " };
        let shown: Vec<String> = blocks.iter().map(|it| format!("{}{}{} @ {}", kind(it), it.text, context(it), it.place)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn comments_stand_with_their_key() {
        check(
            keys("; one month\n\n[fx]\neur_gbp = 0.8714 ; from Ruth\n\n# shop = account\n[channels]\nOnline Store = 4000, Online\n", "ini"),
            &[
                "# one month @ line 1",
                "eur_gbp: 0.8714 [fx] @ line 4",
                "# from Ruth [eur_gbp] @ line 4",
                "# shop = account [channels] @ line 6",
                "Online Store: 4000, Online [channels] @ line 8",
            ],
        );
    }

    #[test]
    fn shell_settings_and_secrets() {
        check(
            keys(
                "LIMIT=600      # before VAT\n# Do not shorten\n# this list.\nNEVER='a|b #c'\ndb_password = hunter22\nnames = [\n  \"x\", # first\n  \"y\",\n]\n",
                "conf",
            ),
            &[
                "LIMIT: 600 @ line 1",
                "# before VAT [LIMIT] @ line 1",
                "# Do not shorten this list. [NEVER] @ lines 2-3",
                "NEVER: a|b #c @ line 4",
                "db_password: [value not shown] @ line 5",
                "names: [ \"x\", \"y\", ] @ lines 6-9",
            ],
        );
    }

    #[test]
    fn yaml_keys_have_their_parents_as_context() {
        check(
            yaml(
                "# nightly\nschedule:\n  hour: 6 # before the shop opens\n  days: [mon, fri]\nneeds:\n- orders\n- ledger\nsteps:\n  - name: Check\n    run: |\n      make check\n      make send\n",
            ),
            &[
                "# nightly [schedule] @ line 1",
                "hour: 6 [schedule] @ line 3",
                "# before the shop opens [hour] @ line 3",
                "days: [mon, fri] [schedule] @ line 4",
                "needs: orders, ledger @ lines 6-7",
                "name: Check [steps] @ line 9",
                "run: make check make send [steps] @ lines 10-12",
            ],
        );
    }
}
