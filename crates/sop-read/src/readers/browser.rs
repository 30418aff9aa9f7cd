//! Scripts that drive a browser (Playwright, Puppeteer, Selenium, Cypress): the source as of any script, and each step of it
//! in words, in the order in which they are written.
//!
//! What a script only decides when it is run, a name or a value, stays open, as `{name}`.

use super::lines::{document, ending, place};
use super::recording::{address, cut, entered, is_secret};
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use regex::Regex;
use sop_core::{Block, BlockKind, Format};
use std::sync::LazyLock;

pub(super) const READER: Reader = Reader {
    name: "browser script",
    about: About {
        files: "scripts for Playwright, Puppeteer, Selenium and Cypress in JavaScript, TypeScript, Python, Java and C#",
        taken: "each step: page opened, what was clicked, entered, chosen and checked; the source as of any script",
        anchor: "line",
        not_taken: "passwords that stand in it; steps are in the order of the lines, whatever loops and conditions make of it",
    },
    accepts,
    read,
};

const ENDINGS: &[&str] = &["js", "mjs", "cjs", "ts", "mts", "tsx", "py", "java", "cs"];
const DRIVERS: &[&str] = &["playwright", "puppeteer", "selenium", "cypress", "cy.visit("];
const MAX_STEPS: usize = 2_000;
/// A statement that goes on for longer is no step.
const MAX_STATEMENT: usize = 4_000;
const HIDDEN: &str = "[value not shown]";

fn accepts(input: &Input<'_>) -> bool {
    if !ENDINGS.contains(&ending(input.name).as_str()) || !is_text(input.bytes) {
        return false;
    }
    let head = decode(&input.bytes[..input.bytes.len().min(256 * 1024)]);
    let lower = head.to_lowercase();
    DRIVERS.iter().any(|it| lower.contains(it)) && statements(&head).iter().any(|it| steps(&it.text).iter().any(|it| it.text.starts_with("Open ")))
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    let mut doc = document(input, Format::Script);
    let mut source = decode(input.bytes);
    for statement in statements(&source.clone()) {
        for step in steps(&statement.text) {
            // The source is kept line for line, and what must not be told stands in it, too.
            if let Some(secret) = step.secret.filter(|it| it.chars().count() > 3) {
                source = source.replace(&secret, HIDDEN);
            }
            if doc.blocks.len() < MAX_STEPS {
                let kind = BlockKind::Item { numbered: true, ticked: None };
                doc.blocks.push(Block::new(kind, step.text, place(statement.from, statement.to)));
            }
        }
    }
    if doc.blocks.len() >= MAX_STEPS {
        doc.remarks.push(format!("only the first {MAX_STEPS} steps in the browser were read"));
    }
    doc.source = Some(source);
    Ok(Raw(doc))
}

/// Lines that stand together: a chain of calls may go on for several.
struct Statement {
    from: u32,
    to: u32,
    text: String,
}

fn statements(source: &str) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    let mut open = 0_i32;
    for (n, line) in (1..).zip(source.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with("//") || line.starts_with('#') || line.starts_with('*') {
            continue;
        }
        // A line that opens a block is whole; what stands in the block is told by itself.
        let balance = balance(line);
        match found.last_mut() {
            Some(last) if (open > 0 || line.starts_with('.')) && last.text.len() < MAX_STATEMENT => {
                last.text.push(' ');
                last.text.push_str(line);
                last.to = n;
                open += balance;
            }
            _ => {
                found.push(Statement { from: n, to: n, text: line.to_owned() });
                open = balance;
            }
        }
        if line.ends_with('{') || line.ends_with("=> (") {
            open = 0;
        }
    }
    found
}

/// How many brackets a line leaves open. Brackets in texts are few, and come in pairs.
fn balance(line: &str) -> i32 {
    line.bytes()
        .map(|it| match it {
            b'(' | b'[' => 1,
            b')' | b']' => -1,
            _ => 0,
        })
        .sum()
}

/// A step in words, and what was entered in it if that must not be told.
struct Step {
    text: String,
    secret: Option<String>,
}

/// A call in a statement: `get_by_role("button", name="Export")`.
struct Call {
    /// In lower case, without underscores, as all languages have it then.
    name: String,
    arguments: Vec<String>,
}

struct Patterns {
    call: Regex,
    named: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let fixed = |pattern: &str| Regex::new(pattern).expect("a fixed pattern");
    Patterns { call: fixed(r"(?:^|[.\s({\[])(\w+)\("), named: fixed(r#"(?i)\b(?:set)?(?:name|hastext)["']?\s*(?:[:=(]\s*|\()["'`/]([^"'`/]+)"#) }
});

fn calls(statement: &str) -> Vec<Call> {
    let mut found = Vec::new();
    let mut from = 0;
    // Calls in the brackets of others count, too: `expect(page.getByText("x")).toBeVisible()`.
    while let Some(it) = PATTERNS.call.captures_at(statement, from) {
        let (Some(name), Some(whole)) = (it.get(1), it.get(0)) else { break };
        let name = name.as_str().to_lowercase().replace('_', "");
        let name = name.strip_suffix("async").unwrap_or(&name).to_owned();
        found.push(Call { name, arguments: arguments(&statement[whole.end()..]) });
        // The bracket may stand right before the next name.
        from = whole.end() - 1;
        if found.len() > 60 {
            break;
        }
    }
    found
}

/// Splits what stands in brackets, up to the one that closes them.
fn arguments(text: &str) -> Vec<String> {
    let (mut depth, mut quote, mut escaped) = (0, None, false);
    let mut found = vec![String::new()];
    for c in text.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(mark) if c == mark => quote = None,
            Some(_) => {}
            None => match c {
                '"' | '\'' | '`' => quote = Some(c),
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth == 0 => break,
                ')' | ']' | '}' => depth -= 1,
                ',' if depth == 0 => {
                    found.push(String::new());
                    continue;
                }
                _ => {}
            },
        }
        if let Some(last) = found.last_mut() {
            last.push(c);
        }
    }
    found.into_iter().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
}

/// Returns the text of an argument, or its name in braces.
fn value(argument: &str) -> String {
    let text = argument.trim_start_matches(['f', 'r', '@', '$']);
    let mark = text.chars().next().filter(|it| matches!(it, '"' | '\'' | '`' | '/'));
    match mark.and_then(|mark| text[1..].rfind(mark).map(|end| &text[1..=end])) {
        Some(inner) => inner.replace("\\\"", "\"").replace("\\'", "'").replace("${", "{"),
        None => format!("{{{}}}", cut(argument)),
    }
}

fn steps(statement: &str) -> Vec<Step> {
    let calls = calls(statement);
    let target = target(&calls);
    let mut found = Vec::new();
    for call in &calls {
        let first = call.arguments.first().map(|it| value(it)).unwrap_or_default();
        let last = call.arguments.last().map(|it| value(it)).unwrap_or_default();
        // `page.fill("#month", "2026-10")` names its target itself, a chain has named it before.
        let (own, given) = match &target {
            Some(target) => (target.clone(), first.clone()),
            None => (shown(&first), call.arguments.get(1).map(|it| value(it)).unwrap_or_default()),
        };
        let here = target.is_some() || !first.is_empty();
        let text = match call.name.as_str() {
            "goto" | "visit" | "navigate" if !first.is_empty() => format!("Open {}", address(&first)),
            "get" if statement.contains("driver.get(") || statement.contains("browser.get(") => format!("Open {}", address(&first)),
            "gotourl" => format!("Open {}", address(&first)),
            "click" | "tap" if here => format!("Click {own}"),
            "dblclick" | "doubleclick" if here => format!("Double-click {own}"),
            "fill" | "type" | "sendkeys" | "presssequentially" if here && !given.is_empty() => {
                match given.strip_prefix("{Keys.").or_else(|| given.strip_prefix("{Key.")) {
                    Some(key) => format!("Press {}", key.trim_end_matches('}')),
                    None => {
                        let hint = format!("{own} {}", hint(&calls));
                        let secret = is_secret(&hint).then(|| given.clone()).filter(|it| !it.starts_with('{'));
                        found.push(Step { text: format!("Enter {} into {own}", entered(&given, &hint)), secret });
                        continue;
                    }
                }
            }
            "selectoption" | "select" | "selectbyvisibletext" | "selectbyvalue" if here && !given.is_empty() => {
                format!("Choose \"{}\" in {own}", cut(&chosen(&given)))
            }
            "check" | "setchecked" if here => format!("Tick {own}"),
            "uncheck" if here => format!("Untick {own}"),
            "press" if !last.is_empty() => format!("Press {}", cut(&last)),
            "setinputfiles" | "uploadfile" | "selectfile" if !last.is_empty() => format!("Upload {} at {own}", cut(&last)),
            "waitforselector" if !first.is_empty() && !first.starts_with('{') => format!("Wait until {} is shown", shown(&first)),
            "saveas" if !first.is_empty() => format!("Save the download as {}", cut(&first)),
            "tohaveurl" => format!("Check that the address is {}", address(&first)),
            "tohavetitle" => format!("Check that the title is \"{}\"", cut(&first)),
            "tobevisible" if target.is_some() => format!("Check that {own} is shown"),
            "tobehidden" if target.is_some() => format!("Check that {own} is not shown"),
            name if target.is_some() && name.starts_with("tohave") | name.starts_with("tocontain") && !first.is_empty() => {
                format!("Check that {own} says \"{}\"", cut(&first))
            }
            "should" if target.is_some() => {
                let rest = if call.arguments.len() > 1 { format!(" \"{}\"", cut(&last)) } else { String::new() };
                format!("Check that {own} should {}{rest}", first.replace(['.', '-'], " "))
            }
            _ => continue,
        };
        found.push(Step { text, secret: None });
    }
    found
}

/// What a value of a list is, whatever it is chosen by.
fn chosen(given: &str) -> String {
    PATTERNS.named.captures(given).map_or_else(|| given.trim_matches(['[', ']', '\'', '"']).to_owned(), |it| it[1].to_owned())
}

/// Names what the calls of a statement act on: by what a person sees, or else by how the page calls it.
fn target(calls: &[Call]) -> Option<String> {
    for call in calls {
        let Some(first) = call.arguments.first() else { continue };
        let by = |at: usize| call.arguments.get(at).map(|it| value(it)).unwrap_or_default();
        return Some(match call.name.as_str() {
            "getbyrole" => {
                let rest = call.arguments[1..].join(", ");
                match PATTERNS.named.captures(&rest) {
                    Some(it) => format!("\"{}\"", cut(&it[1])),
                    None => format!("the {}", value(first).trim_matches(['{', '}']).rsplit('.').next().unwrap_or_default().to_lowercase()),
                }
            }
            "getbytext" | "getbylabel" | "getbyplaceholder" | "getbytitle" | "getbyalttext" | "contains" => {
                format!("\"{}\"", cut(&by(call.arguments.len() - 1)))
            }
            "getbytestid" => format!("`{}`", cut(&by(0))),
            "locator" => shown(&by(0)),
            "find" | "get" | "findelement" | "element" if first.starts_with(['"', '\'', '`']) => shown(&by(0)),
            // Selenium: `By.ID, "month"` in Python, `By.id("month")` elsewhere, which is a call of its own.
            "findelement" if call.arguments.len() > 1 => shown_by(first, &by(1)),
            "id" | "name" | "css" | "cssselector" | "xpath" | "classname" | "tagname" | "linktext" | "partiallinktext" => shown_by(&call.name, &by(0)),
            _ => continue,
        });
    }
    None
}

/// Everything that the page calls a target, to tell whether it takes what must not be shown.
fn hint(calls: &[Call]) -> String {
    calls
        .iter()
        .filter(|it| it.name.starts_with("getby") || matches!(it.name.as_str(), "locator" | "findelement"))
        .flat_map(|it| it.arguments.clone())
        .collect()
}

fn shown_by(how: &str, name: &str) -> String {
    match how.to_lowercase().contains("link") {
        true => format!("\"{}\"", cut(name)),
        false => format!("`{}`", cut(name)),
    }
}

/// A selector, or the text that a selector asks for.
fn shown(selector: &str) -> String {
    let seen = ["::-p-aria(", "::-p-text("].iter().find_map(|it| selector.strip_prefix(it)).map(|it| it.trim_end_matches(')'));
    let seen = seen.or_else(|| ["text=", "aria/", "text/"].iter().find_map(|it| selector.strip_prefix(it)));
    match seen {
        Some(seen) => format!("\"{}\"", cut(seen.split("[role=").next().unwrap_or(seen).trim_matches('"'))),
        None if selector.starts_with('{') => selector.to_owned(),
        None => format!("`{}`", cut(selector)),
    }
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::read_raw;

    fn check(name: &str, text: &str, expected: &[&str]) {
        let document = read_raw(name, text.as_bytes());
        let shown: Vec<String> = document.blocks.iter().map(|it| format!("{} @ {}", it.text, it.place)).collect();
        assert_eq!(shown, expected, "{name}");
        assert_eq!(document.source.as_deref().map(|it| it.lines().count()), Some(text.lines().count()), "{name}");
        assert!(!document.source.unwrap_or_default().contains("tulip"), "{name}");
    }

    #[test]
    fn playwright_in_its_languages() {
        check(
            "refund.spec.ts",
            r#"import { test, expect } from '@playwright/test';

test('refund', async ({ page }) => {
  await page.goto('https://shop.example/orders?token=abc');
  await page.getByLabel('Month').fill('2026-10');
  await page.getByLabel('Password').fill('tulip-Autumn26');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.locator('#shop').selectOption('york');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Refunds' }).click(),
  ]);
  await download.saveAs(`raw/refunds_${month}.csv`);
  await expect(page.getByText('Refunded')).toBeVisible();
  await expect(page.locator('.total')).toHaveText('640.00');
});
"#,
            &[
                "Open https://shop.example/orders @ line 4",
                "Enter \"2026-10\" into \"Month\" @ line 5",
                "Enter [value not shown] into \"Password\" @ line 6",
                "Click \"Export\" @ line 7",
                "Choose \"york\" in `#shop` @ line 8",
                "Click \"Refunds\" @ lines 9-12",
                "Save the download as raw/refunds_{month}.csv @ line 13",
                "Check that \"Refunded\" is shown @ line 14",
                "Check that `.total` says \"640.00\" @ line 15",
            ],
        );
        check(
            "refund.py",
            "from playwright.sync_api import sync_playwright\n\ndef run(page, month):\n    page.goto(\"https://shop.example/orders\")\n    page.fill(\"#month\", month)\n    page.get_by_role(\"button\", name=\"Export\").click()\n    page.get_by_label(\"Password\").press(\"Enter\")\n",
            &["Open https://shop.example/orders @ line 4", "Enter \"{month}\" into `#month` @ line 5", "Click \"Export\" @ line 6", "Press Enter @ line 7"],
        );
        check(
            "Refund.cs",
            "using Microsoft.Playwright;\nawait page.GotoAsync(\"https://shop.example\");\nawait page.GetByRole(AriaRole.Button, new() { Name = \"Export\" }).ClickAsync();\n",
            &["Open https://shop.example @ line 2", "Click \"Export\" @ line 3"],
        );
    }

    #[test]
    fn selenium_and_cypress() {
        check(
            "export.py",
            "from selenium import webdriver\ndriver.get(\"https://shop.example/orders\")\ndriver.find_element(By.NAME, \"password\").send_keys(\"tulip-Autumn26\")\ndriver.find_element(By.LINK_TEXT, \"Export\").click()\n",
            &["Open https://shop.example/orders @ line 2", "Enter [value not shown] into `password` @ line 3", "Click \"Export\" @ line 4"],
        );
        check(
            "export.js",
            "const { By } = require('selenium-webdriver');\nawait driver.get('https://shop.example');\nawait driver.findElement(By.id('export')).click();\n",
            &["Open https://shop.example @ line 2", "Click `export` @ line 3"],
        );
        check(
            "export.cy.js",
            "cy.visit('/orders')\ncy.get('#month').type('2026-10')\ncy.contains('Export').click()\ncy.get('.total').should('contain', '640.00')\n",
            &[
                "Open /orders @ line 1",
                "Enter \"2026-10\" into `#month` @ line 2",
                "Click \"Export\" @ line 3",
                "Check that `.total` should contain \"640.00\" @ line 4",
            ],
        );
    }

    /// A recording of Chrome, turned into a script by the library of the recorder.
    #[test]
    fn puppeteer() {
        let text = include_str!("../../tests/files/refund.puppeteer.js");
        let document = read_raw("refund.puppeteer.js", text.as_bytes());
        let shown: Vec<&str> = document.blocks.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(
            shown,
            ["Open https://shop.example/orders", "Enter \"2026-10\" into \"Month\"", "Enter [value not shown] into \"Password\"", "Click \"Export\""]
        );
        assert!(!document.source.unwrap_or_default().contains("tulip"));
    }

    #[test]
    fn a_script_that_opens_no_page_is_only_a_script() {
        let document = read_raw("x.py", b"import csv\nprint('playwright is used elsewhere')\nform.fill('a')\n");
        assert!(document.blocks.is_empty() && document.source.is_some());
    }
}
