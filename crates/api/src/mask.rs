//! What is shown of a body or an address to whoever reads a log or watches requests: everything
//! but secrets.
//!
//! It works on text as it was sent, whole or cut off, so nothing has to be parsed first. Secret is
//! what the definition of an operation says is, and what is called so by anybody.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

use crate::{Endpoint, Group, Visitor};

/// What stands in a secret's place.
const MASK: &str = "***";
/// Fields that may be very long, and how many characters of them are shown.
const LONG: &[&str] = &["user_data", "userdata"];
const SHOWN: usize = 60;
/// Names of secrets that no definition has: those of v1, and of what is sent by mistake.
const KNOWN: &[&str] = &["key", "authorization", "apikey", "api_key", "api-key"];
/// Parts of names of secrets.
const PARTS: &[&str] = &["password", "secret", "token"];

/// Names of the fields that are secrets by their definition.
static DEFINED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let mut secrets = Secrets(BTreeSet::new());
    api::visit(&mut secrets);
    secrets.0
});

struct Secrets(BTreeSet<String>);

impl Visitor for Secrets {
    fn operation<E: Endpoint>(&mut self, _: &Group, _: &'static str) {
        self.look(schemars::schema_for!(E).as_value());
        self.look(schemars::schema_for!(E::Response).as_value());
    }
}

impl Secrets {
    /// Takes down each property that is a password, at any depth.
    fn look(&mut self, schema: &Value) {
        match schema {
            Value::Object(fields) => {
                if let Some(Value::Object(properties)) = fields.get("properties") {
                    let secret = properties.iter().filter(|(_, shape)| is_password(shape));
                    self.0.extend(secret.map(|(name, _)| name.to_lowercase()));
                }
                fields.values().for_each(|value| self.look(value));
            }
            Value::Array(items) => items.iter().for_each(|item| self.look(item)),
            _ => {}
        }
    }
}

/// Whether a shape is a password, or may be one.
fn is_password(shape: &Value) -> bool {
    let any = shape.get("anyOf").and_then(Value::as_array);
    shape.get("format").is_some_and(|format| format == "password")
        || any.is_some_and(|any| any.iter().any(is_password))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    KNOWN.contains(&name.as_str())
        || PARTS.iter().any(|part| name.contains(part))
        || DEFINED.contains(&name)
}

/// A body, of which `bytes` may be the beginning only: JSON, or pairs as forms send them.
pub fn body(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    match text.trim_start().starts_with(['{', '[', '"']) {
        true => json(&text),
        false => pairs(&text),
    }
}

/// An address: in its query, v1 takes keys.
pub fn path(path: &str) -> String {
    match path.split_once('?') {
        Some((path, query)) => format!("{path}?{}", pairs(query)),
        None => path.to_owned(),
    }
}

fn pairs(text: &str) -> String {
    let shown = text.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if !value.is_empty() && is_secret(name) => format!("{name}={MASK}"),
        Some((name, value)) if LONG.contains(&name) => format!("{name}={}", cut(value)),
        _ => pair.to_owned(),
    });
    shown.collect::<Vec<_>>().join("&")
}

/// Copies the text, but for the values behind names of secrets.
fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let name = &rest[..string(rest)];
        out.push_str(name);
        rest = &rest[name.len()..];
        // A name stands before a colon.
        let blank = rest.len() - rest.trim_start().len();
        if !rest[blank..].starts_with(':') {
            continue;
        }
        let value = rest[blank + 1..].trim_start();
        out.push_str(&rest[..rest.len() - value.len()]);
        rest = value;
        let bare = name.trim_matches('"');
        let length = extent(value);
        if is_secret(bare) && !matches!(&value[..length], r#""""# | "null") {
            out.push_str(&format!("\"{MASK}\""));
            rest = &value[length..];
        } else if LONG.contains(&bare) && value.starts_with('"') {
            out.push_str(&format!("\"{}\"", cut(value[..length].trim_matches('"'))));
            rest = &value[length..];
        }
    }
    out.push_str(rest);
    out
}

/// How long the string is with which this text begins; all of it where it does not end.
fn string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// How long the value is with which this text begins.
fn extent(text: &str) -> usize {
    match text.chars().next() {
        Some('"') => string(text),
        Some('{' | '[') => {
            let (mut depth, mut at) = (0_usize, 0);
            while let Some(next) = text[at..].find(['"', '{', '[', '}', ']']) {
                at += next;
                match text.as_bytes()[at] {
                    b'"' => at += string(&text[at..]),
                    b'{' | b'[' => (depth, at) = (depth + 1, at + 1),
                    _ => (depth, at) = (depth.saturating_sub(1), at + 1),
                }
                if depth == 0 {
                    return at;
                }
            }
            text.len()
        }
        _ => text.find([',', '}', ']', '\n']).unwrap_or(text.len()),
    }
}

/// The beginning of a long text, and how long it is.
fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        // An escape that is cut in two would make the rest no JSON.
        Some((at, _)) => {
            let shown = text[..at].trim_end_matches(['\\', '%']);
            let shown =
                shown.rsplit_once("\\u").filter(|(_, hex)| hex.len() < 4).map_or(shown, |(s, _)| s);
            format!("{shown}… ({} characters)", text.chars().count())
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_known_by_their_definition_and_by_their_names() {
        for name in ["default_password", "private_key", "private_key_b64", "s3_secret_key"] {
            assert!(DEFINED.contains(name), "{name}");
        }
        for name in ["password", "api_key", "API-Key", "secret", "key", "token", "Authorization"] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["label", "ssh_key", "sshkey_id", "s3_access_key", "keyboard", "public_key"] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn nothing_of_a_secret_is_left_wherever_it_stands() {
        let body_of = json!({
            "label": "say \"password\": \"shown\"",
            "password": "TOP\"SECRET\\",
            "nested": [{"api_key": ["TOPSECRET", {"x": "TOPSECRET}"}], "n": 1}],
            "token": 12345,
            "secret": {"a": "TOPSECRET"},
            "default_password": "",
            "region": "ewr",
        });
        for text in [body_of.to_string(), format!("{body_of:#}")] {
            let shown = body(text.as_bytes());
            let read: Value = serde_json::from_str(&shown).unwrap();
            assert_eq!(
                read,
                json!({
                    "label": "say \"password\": \"shown\"",
                    "password": "***",
                    "nested": [{"api_key": "***", "n": 1}],
                    "token": "***",
                    "secret": "***",
                    "default_password": "",
                    "region": "ewr",
                })
            );
            // Nor of one that is cut off anywhere.
            for end in 0..text.len() {
                let shown = body(&text.as_bytes()[..end]);
                assert!(!shown.contains("TOP") && !shown.contains("1234"), "{shown}");
            }
        }
    }

    #[test]
    fn forms_and_addresses_are_masked_too() {
        assert_eq!(
            body(b"SUBID=1&api_key=K&password=P&label=x"),
            "SUBID=1&api_key=***&password=***&label=x"
        );
        assert_eq!(
            path("/v1/server/list?api_key=K&SUBID=1"),
            "/v1/server/list?api_key=***&SUBID=1"
        );
        assert_eq!(path("/v2/plans?type=vhf"), "/v2/plans?type=vhf");
    }

    #[test]
    fn long_user_data_is_cut_and_stays_json() {
        let long = json!({"user_data": "x".repeat(500), "label": "web"}).to_string();
        let read: Value = serde_json::from_str(&body(long.as_bytes())).unwrap();
        let shown = format!("{}… (500 characters)", "x".repeat(SHOWN));
        assert_eq!(read, json!({"user_data": shown, "label": "web"}));
        for fill in 0..10 {
            let odd =
                json!({"user_data": format!("{}{}", "x".repeat(50 + fill), "\u{1}\"".repeat(50))});
            serde_json::from_str::<Value>(&body(odd.to_string().as_bytes())).unwrap();
        }
        assert_eq!(body(br#"{"user_data":"c2hvcnQ="}"#), r#"{"user_data":"c2hvcnQ="}"#);
    }
}
