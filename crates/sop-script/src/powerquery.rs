//! Power Query M: files, tables and addresses that queries read, their limits, and the errors they raise.

use crate::Comments;
use crate::code::{add_read, add_use, one_line};
use crate::exits::new_exit;
use crate::lex::{Kind, Quote, Rules, Token, closing, head, lex, split};
use crate::value::plain_name;
use sop_core::{Call, Script};
use std::collections::BTreeMap;

const RULES: Rules = Rules {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    quotes: &[
        Quote { open: "#\"", close: '"', kind: Kind::Name, backslash: false, lines: false },
        Quote { open: "\"", close: '"', kind: Kind::Text, backslash: false, lines: true },
    ],
    in_words: ".",
    sigils: "",
    breaks: false,
    patterns: false,
};

pub(crate) fn analyse(source: &str, script: &mut Script) -> Comments {
    let lexed = lex(source, &RULES);
    script.partial |= lexed.partial;
    let tokens = lexed.tokens.as_slice();
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    for n in 1..tokens.len().saturating_sub(1) {
        if !tokens[n].is("=") {
            continue;
        }
        let (name, value) = (&tokens[n - 1], &tokens[n + 1]);
        // `[Name = "Orders"]` is a field and no step.
        let step = n.checked_sub(2).and_then(|it| tokens.get(it)).is_none_or(|it| it.is_any(&["let", ",", "shared"]));
        let whole = tokens.get(n + 2).is_none_or(|it| it.is_any(&[",", "in", ";", "meta"]));
        if step && whole && matches!(value.kind, Kind::Text | Kind::Number) {
            values.insert(name.inner(), value.inner().to_owned());
            let path = value.kind == Kind::Text && value.inner().contains(['\\', '/']);
            if !path && crate::keep_constant(name.inner(), value.text, true, value.kind == Kind::Text) {
                script.constants.push(crate::new_constant(name.inner(), value.text, name.line));
            }
        }
    }
    for (n, it) in tokens.iter().enumerate() {
        let at = it.line;
        let given = || split(tokens.get(n + 2..closing(tokens, n + 1).min(tokens.len())).unwrap_or_default());
        let first = || given().first().map(|it| text(it, &values)).unwrap_or_default();
        match it.text {
            "File.Contents" | "Folder.Files" | "Folder.Contents" => add_read(script, &first(), at),
            "Web.Contents" | "SharePoint.Files" | "SharePoint.Tables" | "OData.Feed" | "Web.BrowserContents" => {
                script.calls.push(Call { command: one_line(&format!("{} {}", it.text, first()), 240), outward: false, line: at });
            }
            "Excel.CurrentWorkbook" => {
                if let Some(name) = field(tokens, n, "Name") {
                    add_use(&mut script.reads, &format!("table {name}"), at);
                }
            }
            name if name.ends_with(".Database") || name.ends_with(".Databases") || name == "Odbc.DataSource" => {
                let source: Vec<String> = given().iter().take(2).map(|it| text(it, &values)).filter(|it| !it.contains("{[")).collect();
                add_use(&mut script.reads, &format!("database {}", source.join(" ")), at);
                if let Some(query) = field(tokens, n, "Query") {
                    crate::sql::in_text(query, at, script);
                }
            }
            "Item" if n > 0 && tokens[n - 1].is_any(&["[", ","]) && tokens.get(n + 1).is_some_and(|it| it.is("=")) => {
                // `Source{[Schema="dbo",Item="Orders"]}`; of a workbook it names the sheet.
                if let Some(name) = tokens.get(n + 2).filter(|it| it.kind == Kind::Text) {
                    let sheet = tokens.get(n + 3..n + 8).unwrap_or_default().iter().any(|it| it.kind == Kind::Text && it.inner() == "Sheet");
                    add_use(&mut script.reads, &format!("{} {}", if sheet { "sheet" } else { "table" }, name.inner()), at);
                }
            }
            "error" => {
                let message = match tokens.get(n + 1) {
                    Some(it) if it.kind == Kind::Text => Some(joined(&tokens[n + 1..])),
                    Some(it) if it.is("Error.Record") => {
                        split(tokens.get(n + 3..closing(tokens, n + 2).min(tokens.len())).unwrap_or_default()).get(1).map(|it| text(it, &BTreeMap::new()))
                    }
                    _ => None,
                };
                if message.is_some() {
                    script.exits.push(new_exit(None, message, condition(source, tokens, n), at, None));
                }
            }
            "Table.TransformColumnTypes" => {
                let inside = tokens.get(n + 2..closing(tokens, n + 1).min(tokens.len())).unwrap_or_default();
                for pair in inside.windows(2).filter(|it| it[0].is("{") && it[1].kind == Kind::Text) {
                    script.columns.push(pair[1].inner().to_owned());
                }
            }
            _ => {}
        }
    }
    let first = tokens.iter().find(|it| !it.is_any(&["section", "Section1", ";"])).map_or(u32::MAX, |it| it.line);
    Comments { head: head(&lexed.comments, first), all: lexed.comments }
}

/// A text joined by `&`; what is no text stands as `{name}`.
fn text(tokens: &[Token<'_>], values: &BTreeMap<&str, String>) -> String {
    let mut text = String::new();
    for part in tokens.split(|it| it.is("&")).take(40) {
        match part {
            [] => {}
            [only] if only.kind == Kind::Text => text.push_str(&only.inner().replace("\"\"", "\"")),
            [first, ..] => match values.get(first.inner()).filter(|_| part.len() == 1) {
                Some(value) => text.push_str(value),
                None => {
                    let name = part.iter().rev().find(|it| matches!(it.kind, Kind::Word | Kind::Name)).map_or("value", |it| it.inner());
                    text.push_str(&format!("{{{}}}", plain_name(name)));
                }
            },
        }
    }
    text
}

/// The message of an error up to where its expression ends.
fn joined(tokens: &[Token<'_>]) -> String {
    let end = tokens.iter().position(|it| it.is_any(&["else", "in", ",", ";", ")", "]"])).unwrap_or(tokens.len());
    text(&tokens[..end], &BTreeMap::new())
}

/// The value of a field in the brackets that follow: `[Name="Orders"]`.
fn field<'t>(tokens: &[Token<'t>], n: usize, name: &str) -> Option<&'t str> {
    let at = tokens.iter().enumerate().skip(n).take(24).find(|(_, it)| it.is(name))?.0;
    tokens.get(at + 2).filter(|it| it.kind == Kind::Text && tokens[at + 1].is("=")).map(Token::inner)
}

fn condition(source: &str, tokens: &[Token<'_>], n: usize) -> Option<String> {
    let before = n.checked_sub(1)?;
    let start = tokens[..n].iter().rposition(|it| it.is("if"))?;
    let then = tokens[start..n].iter().position(|it| it.is("then"))? + start;
    let text = one_line(source.get(tokens.get(start + 1)?.at..tokens[then - 1].end())?, 160);
    if tokens[before].is("then") {
        return Some(text);
    }
    tokens[before].is("else").then(|| format!("not ({text})"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{exits, patterns, script};

    #[test]
    fn queries_name_their_sources_and_limits() {
        let script = script(
            "orders.pq",
            r#"// Open orders for the depot.
let
    Folder = "S:\exports\",
    MaxBoxes = 500, // ask above this
    Source = Csv.Document(File.Contents(Folder & "orders_" & Period & ".csv"), [Delimiter=";"]),
    Typed = Table.TransformColumnTypes(Source, {{"article", type text}, {"boxes", Int64.Type}}),
    Limits = Excel.CurrentWorkbook(){[Name="Limits"]}[Content],
    Book = Excel.Workbook(File.Contents("S:\plan.xlsx"), null, true){[Item="Plan", Kind="Sheet"]}[Data],
    Db = Sql.Database("depot-sql", "stock"){[Schema="dbo", Item="Routes"]}[Data],
    Rates = Web.Contents("https://rates.example.org/daily"),
    Checked = if Table.RowCount(Typed) = 0 then error "no orders in the export, ask Nadia" else Typed
in
    Checked
"#,
        );
        assert_eq!(
            patterns(&script.reads),
            ["S:/exports/orders_{Period}.csv", "table Limits", "S:/plan.xlsx", "sheet Plan", "database depot-sql stock", "table Routes"]
        );
        assert_eq!(exits(&script), ["? | no orders in the export, ask Nadia | Table.RowCount(Typed) = 0"]);
        assert_eq!(script.columns, ["article", "boxes"]);
        assert_eq!(script.constants[0].comment.as_deref(), Some("ask above this"));
        assert_eq!(script.calls[0].command, "Web.Contents https://rates.example.org/daily");
        assert_eq!(script.purpose.as_ref().unwrap().text, "Open orders for the depot.");
    }
}
