//! Chats in JSON, found by what their objects hold: a text, who wrote it, when.

use super::super::moments::{epoch, moment_in};
use super::{Said, Talk};
use regex::{Captures, Regex};
use serde_json::{Map, Value};
use sop_core::Moment;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const TEXT: &[&str] = &["text", "body_text", "plain_body", "body", "message", "content", "msg", "plain_text"];
/// Whoever these name speaks, even without a time.
const SPEAKER: &[&str] = &[
    "user_profile",
    "user",
    "author",
    "from",
    "sender",
    "by",
    "username",
    "user_name",
    "sender_name",
    "author_name",
    "creator",
    "actor",
    "who",
    "author_id",
    "user_id",
    "sender_id",
    "updateAuthor",
];
/// Fields by which the exports of some programs are known, however much else stands in a message.
const KNOWN: &[&str] = &["ts", "createdDateTime", "sender_name", "timestampEdited", "part_type", "body_text", "updateAuthor", "html_body"];
const TIME: &[&str] = &[
    "ts",
    "time",
    "timestamp",
    "at",
    "date",
    "datetime",
    "created_at",
    "created",
    "createdDateTime",
    "created_date",
    "sent_at",
    "sent",
    "timestamp_ms",
    "when",
];
const SUBJECT: &[&str] = &["subject", "summary", "title", "topic", "channel_name", "channel", "thread", "name", "conversation"];
const REPLIES: &[&str] = &["replies", "thread_replies", "comments", "responses"];
/// Notices of the program, which nobody said.
const NOTICES: &[&str] = &[
    "channel_join",
    "channel_leave",
    "channel_topic",
    "channel_purpose",
    "channel_name",
    "channel_archive",
    "group_join",
    "bot_add",
    "tombstone",
    "systemEventMessage",
    "GuildMemberJoin",
    "ChannelPinnedMessage",
    "ThreadCreated",
    "RecipientAdd",
    "UserPremiumGuildSubscription",
];
const MAX_DEPTH: u8 = 8;
/// How deep the paragraphs of a formatted text can stand in each other.
const MAX_FORMATTED: u8 = 24;

type Object = Map<String, Value>;
pub(super) type Users = BTreeMap<String, String>;

/// Returns the talk if the text is JSON that holds messages; `channel` names it if the file does not.
pub(super) fn read(text: &str, channel: String, people: &Users) -> Option<Talk> {
    // Parsing costs; a file without these words cannot be a chat.
    let has = |words: &[&str]| words.iter().any(|it| text.contains(&format!("\"{it}\"")));
    if !has(TEXT) || !has(SPEAKER) {
        return None;
    }
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let mut users = Users::new();
    collect_users(&value, &mut users, 0);
    for (id, name) in people {
        users.entry(id.clone()).or_insert_with(|| name.clone());
    }
    let mut talk = Talk { title: value.as_object().and_then(subject), said: Vec::new() };
    threads(&value, &talk.title.clone().unwrap_or(channel), &users, &mut talk.said, 0);
    (!talk.said.is_empty()).then_some(talk)
}

/// Returns the names in a list of users, by id.
pub(super) fn users(text: &str) -> Users {
    let mut users = Users::new();
    if let Ok(value) = serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        collect_users(&value, &mut users, 0);
    }
    users
}

/// Adds every list of messages that stands anywhere in the value.
fn threads(value: &Value, context: &str, users: &Users, said: &mut Vec<Said>, depth: u8) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Array(items) if is_thread(items) => thread(items, context, users, said, depth),
        Value::Array(items) => items.iter().for_each(|it| threads(it, context, users, said, depth + 1)),
        Value::Object(object) => {
            let context = subject(object).unwrap_or_else(|| context.to_owned());
            changes(object, &context, users, said);
            // The question that opens a conversation stands beside its answers.
            if object.contains_key("conversation_parts")
                && let Some(first) = object.get("source").and_then(Value::as_object).filter(|it| is_message(it) || words(it).is_some())
            {
                let time = time(first).or_else(|| time(object));
                said.extend(words(first).map(|text| Said {
                    who: speaker(first, users),
                    time,
                    text,
                    context: Some(context.clone()),
                    files: files(first),
                    line: None,
                }));
            }
            object.iter().filter(|(key, _)| *key != "users" && *key != "members").for_each(|(_, it)| threads(it, &context, users, said, depth + 1));
        }
        _ => {}
    }
}

fn is_thread(items: &[Value]) -> bool {
    let n_said = items.iter().filter(|it| it.as_object().is_some_and(is_message)).count();
    n_said > 0 && n_said * 10 >= items.len() * 6
}

fn is_message(object: &Object) -> bool {
    let spoken = SPEAKER.iter().any(|it| object.get(*it).is_some_and(|it| it.is_string() || it.is_object() || it.is_number()));
    let timed = TIME.iter().any(|it| object.contains_key(*it));
    // Records of data have many more fields than a message, unless a chat program wrote them.
    let known = KNOWN.iter().any(|it| object.contains_key(*it));
    (words(object).is_some() || object.contains_key("part_type")) && spoken && (timed || object.len() <= 6) && (known || object.len() <= 14)
}

fn thread(items: &[Value], context: &str, users: &Users, said: &mut Vec<Said>, depth: u8) {
    let objects: Vec<&Object> = items.iter().filter_map(Value::as_object).collect();
    let parents: BTreeMap<&str, &Object> = objects.iter().filter_map(|it| Some((it.get("ts")?.as_str()?, *it))).collect();
    for object in objects {
        // A part of a conversation without words is what was done with it.
        let done = object.get("part_type").and_then(Value::as_str).filter(|it| *it != "comment").map(|it| format!("[{}]", it.replace('_', " ")));
        let Some(text) = words(object).filter(|it| !it.trim().is_empty()).or(done).or_else(|| words(object)) else { continue };
        let notice = ["subtype", "messageType", "type"].iter().any(|it| object.get(*it).and_then(Value::as_str).is_some_and(|it| NOTICES.contains(&it)));
        let text = resolve(&text, users);
        let files = files(object);
        let parent = object.get("thread_ts").and_then(Value::as_str).filter(|it| object.get("ts").and_then(Value::as_str) != Some(it));
        let parent = parent.and_then(|it| parents.get(it)).and_then(|it| words(it)).map(|it| re(&resolve(&it, users)));
        if !notice && (!text.trim().is_empty() || !files.is_empty()) {
            said.push(Said {
                who: speaker(object, users),
                time: time(object),
                text: text.clone(),
                context: parent.or_else(|| Some(context.to_owned())),
                files,
                line: None,
            });
        }
        for replies in REPLIES.iter().filter_map(|it| object.get(*it)) {
            threads(replies, &re(&text), users, said, depth + 1);
        }
    }
}

/// What a reply stands under.
fn re(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("re: {}", text.chars().take(80).collect::<String>().trim_end())
}

fn words(object: &Object) -> Option<String> {
    TEXT.iter().find_map(|key| match object.get(*key)? {
        Value::String(text) if text.contains("</") || text.contains("<br") => Some(strip_tags(text)),
        Value::String(text) => Some(text.clone()),
        Value::Object(body) if body.get("content").is_some_and(Value::is_array) => {
            let mut text = String::new();
            formatted(body, &mut text, 0);
            Some(text.trim().to_owned())
        }
        Value::Object(body) => Some(strip_tags(body.get("content").or_else(|| body.get("text"))?.as_str()?)),
        // Telegram splits a text where its style changes.
        Value::Array(parts) => {
            let part = |it: &Value| it.as_str().or_else(|| it.get("text").and_then(Value::as_str)).map(str::to_owned);
            parts.iter().map(part).collect::<Option<Vec<_>>>().map(|it| it.concat())
        }
        _ => None,
    })
}

/// Adds the text of a formatted document of Atlassian's: paragraphs and items become lines.
fn formatted(node: &Object, text: &mut String, depth: u8) {
    let string = |it: &Object, key: &str| it.get(key).and_then(Value::as_str).map(str::to_owned);
    let kind = string(node, "type").unwrap_or_default();
    match kind.as_str() {
        "text" => text.push_str(&string(node, "text").unwrap_or_default()),
        "hardBreak" => text.push('\n'),
        "mention" | "emoji" | "inlineCard" => {
            let attrs = node.get("attrs").and_then(Value::as_object);
            text.push_str(&attrs.and_then(|it| string(it, "text").or_else(|| string(it, "url"))).unwrap_or_default());
        }
        _ => {}
    }
    for child in node.get("content").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).filter(|_| depth < MAX_FORMATTED) {
        formatted(child, text, depth + 1);
    }
    if matches!(kind.as_str(), "paragraph" | "heading" | "codeBlock" | "tableRow") && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// Adds what was changed on a ticket: the change log of Jira, the events of a Zendesk audit.
fn changes(object: &Object, context: &str, users: &Users, said: &mut Vec<Said>) {
    let histories = object.get("changelog").and_then(|it| it.get("histories").or(Some(it))).and_then(Value::as_array);
    let audits = object.get("audits").and_then(Value::as_array);
    for history in histories.into_iter().chain(audits).flatten().filter_map(Value::as_object) {
        let items = ["items", "events"].iter().filter_map(|it| history.get(*it)?.as_array()).flatten();
        let text = |it: &Value, keys: &[&str]| keys.iter().find_map(|key| it.get(*key)?.as_str()).map(str::trim).unwrap_or_default().to_owned();
        let lines: Vec<String> = items
            .filter_map(|it| {
                let (field, from, to) = (text(it, &["field", "field_name"]), text(it, &["fromString", "previous_value"]), text(it, &["toString", "value"]));
                let wanted = matches!(field.to_lowercase().as_str(), "status" | "assignee" | "resolution" | "priority" | "group_id" | "approval" | "approvals");
                (wanted && !to.is_empty())
                    .then(|| if from.is_empty() { format!("set {field} to {to}") } else { format!("changed {field} from {from} to {to}") })
            })
            .collect();
        if !lines.is_empty() {
            said.push(Said { who: speaker(history, users), time: time(history), text: lines.join("\n"), context: Some(context.to_owned()), ..Said::default() });
        }
    }
}

fn speaker(object: &Object, users: &Users) -> Option<String> {
    let user = object.get("user").and_then(Value::as_str);
    if let Some(name) = object.get("user_profile").and_then(|it| name_of(it, 0)) {
        return Some(name);
    }
    if let Some(name) = user.and_then(|it| users.get(it)) {
        return Some(name.clone());
    }
    let id = ["author_id", "user_id", "sender_id"].iter().find_map(|it| id_of(object.get(*it)?));
    if let Some(name) = id.as_ref().and_then(|it| users.get(it)) {
        return Some(name.clone());
    }
    let keys = ["username", "user_name"].iter().chain(SPEAKER);
    let name = keys.filter_map(|it| object.get(*it)).find_map(|it| name_of(it, 0))?;
    Some(users.get(&name).cloned().unwrap_or(name))
}

fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// Finds a name in a string, or in an object that describes a person.
fn name_of(value: &Value, depth: u8) -> Option<String> {
    match value {
        Value::String(name) => Some(name.trim().to_owned()).filter(|it| !it.is_empty()),
        Value::Object(object) if depth < 3 => {
            let keys = [
                "real_name",
                "nickname",
                "displayName",
                "display_name",
                "full_name",
                "name",
                "user",
                "username",
                "profile",
                "emailAddress",
                "address",
                "email",
            ];
            keys.iter().filter_map(|it| object.get(*it)).find_map(|it| name_of(it, depth + 1))
        }
        _ => None,
    }
}

fn time(object: &Object) -> Option<Moment> {
    TIME.iter().filter_map(|it| object.get(*it)).find_map(|it| match it {
        Value::Number(number) => epoch(number.as_f64()?),
        Value::String(text) => text.parse::<f64>().ok().map_or_else(|| moment_in(text), epoch),
        _ => None,
    })
}

fn subject(object: &Object) -> Option<String> {
    // A message has a channel or a title of its own now and then; it is no thread.
    if is_message(object) {
        return None;
    }
    let named = SUBJECT.iter().filter_map(|it| object.get(*it)).find_map(|it| name_of(it, 0));
    // What a ticket is about stands beside its comments.
    named.or_else(|| {
        ["ticket", "fields"]
            .iter()
            .filter_map(|it| object.get(*it)?.as_object())
            .find_map(|it| ["subject", "summary"].iter().find_map(|key| name_of(it.get(*key)?, 0)))
    })
}

fn files(object: &Object) -> Vec<String> {
    let lists = ["files", "attachments"].iter().filter_map(|it| object.get(*it)?.as_array());
    let name = |it: &Value| {
        ["name", "title", "filename", "fileName", "file_name"].iter().find_map(|key| it.get(*key)?.as_str()).or_else(|| it.as_str()).map(str::to_owned)
    };
    lists.flatten().filter_map(name).take(20).collect()
}

/// Collects who is behind an id: from a list of users, and from the profiles in messages.
fn collect_users(value: &Value, users: &mut Users, depth: u8) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|it| collect_users(it, users, depth + 1)),
        Value::Object(object) => {
            let id = ["user", "id"].iter().find_map(|it| id_of(object.get(*it)?));
            let name = object.get("user_profile").or_else(|| object.get("profile")).and_then(|it| name_of(it, 0));
            let name = name.or_else(|| ["real_name", "username", "displayName"].iter().find_map(|it| object.get(*it)?.as_str()).map(str::to_owned));
            let name =
                name.or_else(|| object.get("name").filter(|_| !is_message(object) && depth > 1 && object.contains_key("id"))?.as_str().map(str::to_owned));
            if let (Some(id), Some(name)) = (id, name) {
                users.entry(id).or_insert(name);
            }
            // A list keyed by id, as Slack tools write it.
            for (key, it) in object.iter().filter(|(_, it)| it.is_object() || it.is_array()) {
                if let Some(people) = it.as_object().filter(|_| matches!(key.as_str(), "users" | "members")) {
                    people.iter().filter_map(|(id, it)| Some((id, name_of(it, 0)?))).for_each(|(id, name)| {
                        users.entry(id.clone()).or_insert(name);
                    });
                }
                collect_users(it, users, depth + 1);
            }
        }
        _ => {}
    }
}

/// Puts names for Slack's ids, labels for its links, and signs for its entities.
fn resolve(text: &str, users: &Users) -> String {
    static MARK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<([@#!])?([^<>|\s]+)(?:\|([^<>]*))?>").expect("a fixed pattern"));
    let marked = MARK.replace_all(text, |it: &Captures<'_>| {
        let (sign, id, label) = (it.get(1).map_or("", |it| it.as_str()), &it[2], it.get(3).map(|it| it.as_str()).filter(|it| !it.is_empty()));
        match sign {
            "@" => format!("@{}", users.get(id).map(String::as_str).or(label).unwrap_or(id)),
            "#" => format!("#{}", label.unwrap_or(id)),
            "!" => format!("@{}", label.unwrap_or(id).trim_start_matches('@')),
            _ if id.contains("://") || id.starts_with("mailto:") => label.unwrap_or(id).to_owned(),
            _ => it[0].to_owned(),
        }
    });
    marked.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn strip_tags(html: &str) -> String {
    static BREAK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)<(?:br|/p|/div|/li)\b[^>]*>").expect("a fixed pattern"));
    static TAG: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"</?[A-Za-z][^<>]*>").expect("a fixed pattern"));
    let text = BREAK.replace_all(html, "\n");
    TAG.replace_all(&text, "").replace("&nbsp;", " ").replace("&#39;", "'").replace("&quot;", "\"")
}
