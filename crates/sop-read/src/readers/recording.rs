//! What somebody did on web pages, recorded: Chrome's recorder, Selenium IDE, UI.Vision, and network logs (HAR).
//!
//! Of a network log only what changes something is told: which page, with which fields. Values, cookies and tokens stay
//! behind.

use super::json::Finder;
use super::lines::{document, ending, fold, place};
use crate::reader::{About, Input, Raw, Reader, decode, is_text};
use serde_json::{Map, Value};
use sop_core::{Block, BlockKind, Document, Format};
use std::collections::BTreeMap;

pub(super) const READER: Reader = Reader {
    name: "recording",
    about: About {
        files: "Chrome's Recorder (JSON), Selenium IDE (`.side`), UI.Vision, network logs (`.har`)",
        taken: "each step: page opened, what was clicked, what was entered; requests that change something",
        anchor: "line",
        not_taken: "cookies, tokens, values sent in a network log, passwords that were typed",
    },
    accepts,
    read,
};

const MAX_BYTES: usize = 60_000_000;
const MAX_STEPS: usize = 5_000;
const MAX_SHOWN: usize = 200;

fn accepts(input: &Input<'_>) -> bool {
    kind(input).is_some()
}

#[derive(Clone, Copy)]
enum Kind {
    Chrome,
    Selenium,
    Vision,
    Network,
}

fn kind(input: &Input<'_>) -> Option<Kind> {
    let ending = ending(input.name);
    if !matches!(ending.as_str(), "json" | "side" | "har") || !is_text(input.bytes) {
        return None;
    }
    let head = decode(&input.bytes[..input.bytes.len().min(64 * 1024)]);
    let has = |key: &str| head.contains(&format!("\"{key}\""));
    match ending.as_str() {
        "side" => has("tests").then_some(Kind::Selenium),
        "har" => has("log").then_some(Kind::Network),
        _ if has("log") && has("entries") && has("creator") => Some(Kind::Network),
        _ if has("steps") && has("type") && (has("selectors") || has("navigate") || has("setViewport")) => Some(Kind::Chrome),
        _ if has("Commands") && has("Command") && has("Target") => Some(Kind::Vision),
        _ => None,
    }
}

fn read(input: &Input<'_>) -> Result<Raw, String> {
    if input.bytes.len() > MAX_BYTES {
        return Err("is too large; record the steps that matter alone".into());
    }
    let mut doc = document(input, Format::Recording);
    let text = decode(input.bytes);
    // The recorder of Chrome writes a note to itself below the JSON.
    let json = text.split("\n//# recorderSourceMap=").next().unwrap_or(&text);
    let value: Value = serde_json::from_str(json.trim_start_matches('\u{feff}')).map_err(|err| format!("the JSON is broken in line {}", err.line()))?;
    let mut steps = Steps { finder: Finder::new(&text), blocks: Vec::new(), context: None, cut: false };
    match kind(input) {
        Some(Kind::Chrome) => chrome(&value, &mut steps, &mut doc),
        Some(Kind::Selenium) => selenium(&value, &mut steps, &mut doc),
        Some(Kind::Vision) => vision(&value, &mut steps, &mut doc),
        Some(Kind::Network) => network(&value, &mut steps, &mut doc),
        None => {}
    }
    doc.blocks = steps.blocks;
    if steps.cut {
        doc.remarks.push(format!("only the first {MAX_STEPS} steps were read"));
    }
    if doc.blocks.is_empty() {
        doc.remarks.push("no steps in it".into());
    }
    Ok(Raw(doc))
}

struct Steps<'t> {
    finder: Finder<'t>,
    blocks: Vec<Block>,
    context: Option<String>,
    cut: bool,
}

impl Steps<'_> {
    fn step(&mut self, object: &Map<String, Value>, text: Option<String>, time: Option<sop_core::Moment>) {
        let (from, to) = self.finder.lines(object);
        let Some(text) = text else { return };
        if self.blocks.len() >= MAX_STEPS {
            self.cut = true;
            return;
        }
        let mut block = Block::new(BlockKind::Item { numbered: true, ticked: None }, text, place(from, to)).at(time);
        block.context.clone_from(&self.context);
        self.blocks.push(block);
    }
}

fn string<'v>(object: &'v Map<String, Value>, key: &str) -> &'v str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'v>(object: &'v Map<String, Value>, key: &str) -> &'v [Value] {
    object.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Returns an address without what a link may carry: a query or a fragment can hold a token.
pub(super) fn address(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or_default();
    // A name and password may stand before the host.
    match plain.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
            format!("{scheme}://{}{path}", host.rsplit('@').next().unwrap_or(host))
        }
        None => plain.to_owned(),
    }
    .chars()
    .take(MAX_SHOWN)
    .collect()
}

pub(super) fn cut(text: &str) -> String {
    fold(text).chars().take(MAX_SHOWN).collect()
}

/// Whether a field takes what must not be shown.
pub(super) fn is_secret(target: &str) -> bool {
    let target = target.to_lowercase();
    ["password", "passwd", "passwort", "kennwort", "contrase", "mot de passe", "pin", "otp", "token", "secret", "cvc", "cvv", "card"]
        .iter()
        .any(|it| target.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(it) && (it.len() > 4 || word == *it)))
}

pub(super) fn entered(value: &str, target: &str) -> String {
    if is_secret(target) { "[value not shown]".to_owned() } else { format!("\"{}\"", cut(value)) }
}

fn chrome(value: &Value, steps: &mut Steps<'_>, doc: &mut Document) {
    let Some(root) = value.as_object() else { return };
    doc.title = Some(cut(string(root, "title"))).filter(|it| !it.is_empty());
    steps.context.clone_from(&doc.title);
    steps.finder.find("steps");
    for step in list(root, "steps").iter().filter_map(Value::as_object) {
        let target = target_of(step);
        let kind = string(step, "type");
        let text = match kind {
            "navigate" => Some(format!("Open {}", address(string(step, "url")))),
            "click" => Some(format!("Click {target}")),
            "doubleClick" => Some(format!("Double-click {target}")),
            "hover" => Some(format!("Point at {target}")),
            "change" => Some(format!("Enter {} into {target}", entered(string(step, "value"), &format!("{target} {}", selectors(step).join(" "))))),
            // Keys of a word that is typed are told by what the field holds then.
            "keyDown" if string(step, "key").chars().count() > 1 && !matches!(string(step, "key"), "Shift" | "Control" | "Alt" | "Meta") => {
                Some(format!("Press {}", cut(string(step, "key"))))
            }
            "waitForElement" => Some(format!("Wait until {target} is shown")),
            "waitForExpression" => Some("Wait until the page is ready".to_owned()),
            "close" => Some("Close the page".to_owned()),
            _ => None,
        };
        steps.step(step, text, None);
    }
}

fn selectors(step: &Map<String, Value>) -> Vec<String> {
    let of = |it: &Value| match it {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => parts.last().and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    list(step, "selectors").iter().filter_map(of).collect()
}

/// Names what a step acts on by what a person sees, or else by how the page calls it.
fn target_of(step: &Map<String, Value>) -> String {
    let found = selectors(step);
    let seen = |prefix: &str| found.iter().find_map(|it| it.strip_prefix(prefix)).map(|it| it.split("[role=").next().unwrap_or(it).trim().to_owned());
    let seen = seen("aria/").or_else(|| seen("text/")).filter(|it| !it.is_empty());
    match seen {
        Some(seen) => format!("\"{}\"", cut(&seen)),
        None => found.first().map_or_else(|| "the page".to_owned(), |it| format!("`{}`", cut(it.trim_start_matches("pierce/").trim_start_matches("xpath/")))),
    }
}

fn selenium(value: &Value, steps: &mut Steps<'_>, doc: &mut Document) {
    let Some(root) = value.as_object() else { return };
    doc.title = Some(cut(string(root, "name"))).filter(|it| !it.is_empty());
    let site = string(root, "url");
    steps.finder.find("tests");
    for test in list(root, "tests").iter().filter_map(Value::as_object) {
        steps.context = Some(cut(string(test, "name"))).filter(|it| !it.is_empty()).or_else(|| doc.title.clone());
        steps.finder.find("commands");
        for command in list(test, "commands").iter().filter_map(Value::as_object) {
            let text = command_text(string(command, "command"), string(command, "target"), string(command, "value"), string(command, "comment"), site);
            steps.step(command, text, None);
        }
    }
}

fn vision(value: &Value, steps: &mut Steps<'_>, doc: &mut Document) {
    let Some(root) = value.as_object() else { return };
    doc.title = Some(cut(string(root, "Name"))).filter(|it| !it.is_empty());
    steps.context.clone_from(&doc.title);
    steps.finder.find("Commands");
    for command in list(root, "Commands").iter().filter_map(Value::as_object) {
        let text = command_text(string(command, "Command"), string(command, "Target"), string(command, "Value"), string(command, "Description"), "");
        steps.step(command, text, None);
    }
}

/// Says a command of Selenium in words; one that is switched off is none.
fn command_text(command: &str, target: &str, value: &str, comment: &str, site: &str) -> Option<String> {
    // "linkText=Export" and "id=export" name what they mean behind the mark.
    let (how, name) = target.split_once('=').filter(|(how, _)| how.chars().all(|c| c.is_ascii_alphabetic())).unwrap_or(("", target));
    let shown = match how {
        "linkText" | "link" | "label" | "title" => format!("\"{}\"", cut(name)),
        _ => format!("`{}`", cut(name)),
    };
    let text = match command {
        "open" if target.contains("://") => format!("Open {}", address(target)),
        "open" => format!(
            "Open {}",
            address(&format!("{}{}", site.trim_end_matches('/'), if target.starts_with('/') { target.to_owned() } else { format!("/{target}") }))
        ),
        "click" | "clickAt" | "XClick" | "clickAndWait" => format!("Click {shown}"),
        "doubleClick" | "doubleClickAt" => format!("Double-click {shown}"),
        "type" | "XType" | "editContent" => format!("Enter {} into {shown}", entered(value, target)),
        "sendKeys" => format!("Press {} in {shown}", entered(value.trim_matches(['$', '{', '}']), target)),
        "select" | "addSelection" => format!("Choose \"{}\" in {shown}", cut(value.split_once('=').map_or(value, |it| it.1))),
        "check" | "uncheck" => format!("{} {shown}", if command == "check" { "Tick" } else { "Untick" }),
        "answerOnNextPrompt" | "webdriverAnswerOnVisiblePrompt" => format!("Answer \"{}\"", cut(value)),
        "chooseOkOnNextConfirmation" | "webdriverChooseOkOnVisibleConfirmation" => "Confirm".to_owned(),
        other if other.starts_with("assert") || other.starts_with("verify") => {
            let what = if value.is_empty() { String::new() } else { format!(" \"{}\"", cut(value)) };
            format!("Check {}{what} at {shown}", other.trim_start_matches("assert").trim_start_matches("verify").to_lowercase())
        }
        other if other.starts_with("waitFor") => format!("Wait for {shown}"),
        _ => return None,
    };
    let comment = cut(comment);
    Some(if comment.is_empty() { text } else { format!("{text} ({comment})") })
}

/// Hosts that count visits; no work is done there.
const COUNTERS: &[&str] = &[
    "google-analytics",
    "googletagmanager",
    "doubleclick",
    "sentry.",
    "segment.",
    "mixpanel",
    "hotjar",
    "datadoghq",
    "newrelic",
    "nr-data",
    "amplitude",
    "intercom",
    "fullstory",
    "clarity.ms",
    "bugsnag",
    "statsig",
    "launchdarkly",
    "telemetry",
    "analytics",
    "/beacon",
    "/collect",
    "/track",
];

fn network(value: &Value, steps: &mut Steps<'_>, doc: &mut Document) {
    let Some(log) = value.get("log").and_then(Value::as_object) else { return };
    let mut hosts: BTreeMap<String, usize> = BTreeMap::new();
    steps.finder.find("entries");
    for entry in list(log, "entries").iter().filter_map(Value::as_object) {
        let Some(request) = entry.get("request").and_then(Value::as_object) else { continue };
        let (method, url) = (string(request, "method").to_uppercase(), address(string(request, "url")));
        let bare = url.split_once("://").map_or(url.as_str(), |it| it.1);
        *hosts.entry(bare.split('/').next().unwrap_or_default().to_owned()).or_default() += 1;
        let changes = matches!(method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE") && !COUNTERS.iter().any(|it| url.to_lowercase().contains(it));
        let time = string(entry, "startedDateTime").get(..19).and_then(|it| it.parse().ok());
        let status = entry.get("response").and_then(|it| it.get("status")).and_then(Value::as_u64).unwrap_or_default();
        let fields = request.get("postData").and_then(Value::as_object).map(field_names).unwrap_or_default();
        let fields = if fields.is_empty() { String::new() } else { format!(", with {}", fields.join(", ")) };
        let failed = if status >= 400 { format!(", which failed ({status})") } else { String::new() };
        steps.step(entry, changes.then(|| format!("{method} {url}{fields}{failed}")), time);
    }
    let mut hosts: Vec<(String, usize)> = hosts.into_iter().filter(|it| !it.0.is_empty()).collect();
    hosts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let shown: Vec<String> = hosts.iter().take(8).map(|(host, n)| format!("{host} ({n})")).collect();
    if !shown.is_empty() {
        doc.remarks.push(format!("requests went to {}", shown.join(", ")));
    }
}

/// Returns the names of the fields that a request sends.
fn field_names(data: &Map<String, Value>) -> Vec<String> {
    let named = list(data, "params").iter().filter_map(|it| it.get("name")?.as_str().map(str::to_owned));
    let body = serde_json::from_str::<Value>(string(data, "text")).ok();
    let keys = body.as_ref().and_then(Value::as_object).into_iter().flat_map(|it| it.keys().cloned());
    named.chain(keys).filter(|it| !is_secret(it) && it.len() < 60).take(12).collect()
}

#[cfg(test)]
mod tests {
    use crate::reader::tests_support::read_raw;

    fn check(name: &str, text: &str, expected: &[&str]) {
        let document = read_raw(name, text.as_bytes());
        let shown: Vec<String> = document.blocks.iter().map(|it| format!("{} @ {}", it.text, it.place)).chain(document.remarks).collect();
        assert_eq!(shown, expected, "{name}");
    }

    #[test]
    fn steps_of_chrome_are_told_in_words() {
        check(
            "refund.json",
            r##"{
  "title": "Refund",
  "steps": [
    {"type": "setViewport", "width": 1280},
    {"type": "navigate", "url": "https://tom:pw@shop.example/orders?token=abc123", "assertedEvents": [{"type": "navigation", "url": "https://shop.example/orders", "title": "Orders"}]},
    {"type": "click", "selectors": [["aria/Export[role=\"button\"]"], ["#x"]], "offsetX": 3},
    {"type": "change", "value": "2026-10", "selectors": [["aria/Month"], ["#m"]]},
    {"type": "change", "value": "tulip", "selectors": [["#password"]]},
    {"type": "keyDown", "key": "Enter", "target": "main"},
    {"type": "keyUp", "key": "Enter"}
  ]
}"##,
            &[
                "Open https://shop.example/orders @ line 5",
                "Click \"Export\" @ line 6",
                "Enter \"2026-10\" into \"Month\" @ line 7",
                "Enter [value not shown] into `#password` @ line 8",
                "Press Enter @ line 9",
            ],
        );
    }

    #[test]
    fn steps_of_selenium_are_told_in_words() {
        check(
            "refund.side",
            r#"{"id":"1","version":"2.0","name":"Refund","url":"https://shop.example","tests":[{"id":"2","name":"export","commands":[
{"id":"3","comment":"","command":"open","target":"/orders","targets":[],"value":""},
{"id":"4","comment":"never on a Friday","command":"click","target":"linkText=Export","targets":[["id=x","id"]],"value":""},
{"id":"5","comment":"","command":"type","target":"name=month","targets":[],"value":"2026-10"},
{"id":"6","comment":"","command":"//click","target":"id=y","targets":[],"value":""},
{"id":"7","comment":"","command":"assertText","target":"css=.total","targets":[],"value":"120.50"}]}]}"#,
            &[
                "Open https://shop.example/orders @ line 2",
                "Click \"Export\" (never on a Friday) @ line 3",
                "Enter \"2026-10\" into `month` @ line 4",
                "Check text \"120.50\" at `.total` @ line 6",
            ],
        );
    }

    #[test]
    fn network_log_tells_what_was_changed_and_no_secret() {
        check(
            "refund.har",
            r#"{"log":{"version":"1.2","creator":{"name":"WebInspector"},"entries":[
{"startedDateTime":"2026-11-03T09:15:00.000Z","request":{"method":"GET","url":"https://shop.example/orders","cookies":[{"name":"sid","value":"s3cret"}]},"response":{"status":200}},
{"startedDateTime":"2026-11-03T09:16:00.000Z","request":{"method":"POST","url":"https://shop.example/api/refunds?key=s3cret","headers":[{"name":"Authorization","value":"Bearer s3cret"}],"postData":{"mimeType":"application/json","text":"{\"amount\":5,\"order\":\"A1\",\"token\":\"s3cret\"}"}},"response":{"status":201}},
{"startedDateTime":"2026-11-03T09:16:01.000Z","request":{"method":"POST","url":"https://www.google-analytics.com/g/collect"},"response":{"status":204}}]}}"#,
            &["POST https://shop.example/api/refunds, with amount, order @ line 3", "requests went to shop.example (2), www.google-analytics.com (1)"],
        );
    }
}
