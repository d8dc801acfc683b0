//! What is shown of a body or an address to whoever reads a log or watches requests: everything
//! but secrets.
//!
//! It works on text as it was sent, whole or cut off, so nothing has to be parsed first. Secret is
//! what the definition of an operation says is, and what is called so by anybody.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

/// What stands in a secret's place.
const MASK: &str = "***";
/// Fields that may hold anything, whole programs with their passwords: only their length is shown.
const LONG: &[&str] = &["user_data", "userdata", "script"];
/// Names of secrets that no definition has: those of v1, of what applications ask for, and of what
/// is sent by mistake.
const KNOWN: &[&str] = &[
    "key",
    "authorization",
    "apikey",
    "api_key",
    "api-key",
    "x-api-key",
    "pwd",
    "pass",
    "app_variables",
    "app-variables",
    // Addresses that open a machine's console.
    "kvm",
    "kvm_url",
];
/// What stands before the token of such an address, wherever that is.
const CONSOLE: &str = "/console/kvm/";
/// Parts of names of secrets.
const PARTS: &[&str] = &["password", "passwd", "passphrase", "secret", "token", "private_key"];
/// What stands in a private key, wherever that is sent.
const PEM: &str = "PRIVATE KEY-----";
/// How a Secret of Kubernetes begins that is no JSON: in YAML, and that in base64.
const MANIFESTS: &[&str] = &["apiVersion: ", "YXBpVmVyc2lvbjog"];
/// How long keys of the API are.
const KEY: usize = 36;

/// Names of the fields that are secrets by their definition.
static DEFINED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let mut secrets = Secrets(BTreeSet::new());
    for operation in crate::operations() {
        secrets.look(&operation.request());
        secrets.look(&operation.response());
    }
    secrets.0
});

struct Secrets(BTreeSet<String>);

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

/// Whether a field of this name holds a secret, in some operation or by what people call it.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    KNOWN.contains(&name.as_str())
        || name.ends_with("_pass")
        || PARTS.iter().any(|part| name.contains(part))
        || DEFINED.contains(&name)
}

/// A request's body, of which `bytes` may be the beginning only: JSON, or pairs as forms send them. Of
/// what is neither nobody knows what of it is a secret, so it is not shown.
pub fn body(bytes: &[u8], is_whole: bool) -> String {
    let text = String::from_utf8_lossy(bytes);
    if text.trim().is_empty() {
        return String::new();
    }
    let form = !text.contains(|c: char| c.is_whitespace() || "\"'{}<>:".contains(c));
    match known(&text, is_whole) {
        Some(shown) => shown,
        None if form && text.contains('=') => pairs(&text),
        None => format!("({} bytes that are neither JSON nor a form)", bytes.len()),
    }
}

/// An answer's body, or the beginning of it. What is no JSON is a server's own words.
pub fn answer(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if MANIFESTS.iter().any(|begin| text.starts_with(begin)) {
        return format!("({} bytes of a Secret)", bytes.len());
    }
    known(&text, true).or_else(|| known(&text, false)).unwrap_or_else(|| text.into_owned())
}

/// What can be shown of JSON; none where it is none.
fn known(text: &str, is_whole: bool) -> Option<String> {
    if is_whole {
        let mut value = serde_json::from_str::<Value>(text).ok()?;
        cover(&mut value);
        return Some(value.to_string());
    }
    // What was cut off is read as far as it goes, where it begins as JSON does.
    let inner = text.trim_start_matches(|c: char| "[{".contains(c) || c.is_whitespace());
    let begins = |c: char| "\"]}-".contains(c) || c.is_ascii_digit();
    let is_json = text.trim_start().starts_with(['{', '[']);
    (is_json && (inner.is_empty() || inner.starts_with(begins))).then(|| json(text))
}

/// Covers the values behind names of secrets, at any depth.
fn cover(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::Null => {}
                    Value::String(text) if text.is_empty() => {}
                    value if is_secret(name) => *value = MASK.into(),
                    Value::String(text) if LONG.contains(&name.as_str()) => *text = length(text),
                    value => cover(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(cover),
        Value::String(text) => {
            if text.contains(PEM) || text.contains(CONSOLE) {
                *text = MASK.to_owned();
            } else if let Some(covered) = without_password(text) {
                *text = covered;
            }
        }
        _ => {}
    }
}

/// An address without the password in it; none where there is no such address.
fn without_password(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, host) = authority.rsplit_once('@')?;
    let name = user.split_once(':')?.0;
    Some(format!("{scheme}://{name}:{MASK}@{host}{}", &rest[authority.len()..]))
}

fn length(text: &str) -> String {
    format!("({} characters)", text.chars().count())
}

/// An address: in its query v1 takes keys, and a key may stand in its path by mistake.
pub fn path(path: &str) -> String {
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, format!("?{}", pairs(query))),
        None => (path, String::new()),
    };
    let is_key = |segment: &&str| {
        segment.len() == KEY
            && segment.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    if let Some((before, _)) = path.split_once(CONSOLE) {
        return format!("{before}{CONSOLE}{MASK}");
    }
    // As most are, at each request.
    if query.is_empty() && !path.split('/').any(|segment| is_key(&segment)) {
        return path.to_owned();
    }
    let shown = path.split('/').map(|segment| if is_key(&segment) { MASK } else { segment });
    format!("{}{query}", shown.collect::<Vec<_>>().join("/"))
}

fn pairs(text: &str) -> String {
    let shown = text.split('&').map(|pair| {
        let Some((name, value)) = pair.split_once('=') else { return pair.to_owned() };
        let meant = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
        match &*meant {
            _ if value.is_empty() => pair.to_owned(),
            meant if is_secret(meant) => format!("{name}={MASK}"),
            meant if LONG.contains(&meant) => format!("{name}={}", length(value)),
            _ => pair.to_owned(),
        }
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
        let bare = serde_json::from_str(name).unwrap_or_else(|_| name.trim_matches('"').to_owned());
        let length = extent(value);
        if is_secret(&bare) && !matches!(&value[..length], r#""""# | "null") {
            out.push_str(&format!("\"{MASK}\""));
            rest = &value[length..];
        } else if LONG.contains(&bare.as_str()) && value.starts_with('"') {
            out.push_str(&format!("\"{}\"", self::length(value[..length].trim_matches('"'))));
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
        for name in ["passwd", "db_pass", "x-api-key", "app_variables", "kvm"] {
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
            let shown = body(text.as_bytes(), true);
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
                let shown = body(&text.as_bytes()[..end], false);
                assert!(!shown.contains("TOP") && !shown.contains("1234"), "{shown}");
            }
        }
    }

    #[test]
    fn forms_and_addresses_are_masked_too() {
        let form = |text: &str| body(text.as_bytes(), true);
        let shown = "SUBID=1&api_key=***&password=***&label=x";
        assert_eq!(form("SUBID=1&api_key=K&password=P&label=x"), shown);
        assert_eq!(form("api%5Fkey=K&pass%77ord=P"), "api%5Fkey=***&pass%77ord=***");
        let list = path("/v1/server/list?api_key=K&api%5Fkey=K&SUBID=1");
        assert_eq!(list, "/v1/server/list?api_key=***&api%5Fkey=***&SUBID=1");
        assert_eq!(path("/v2/plans?type=vhf"), "/v2/plans?type=vhf");
        let id = "01a21526-2c76-7291-b023-74336221a741";
        assert_eq!(path(&format!("/v2/blocks/{id}/attach")), format!("/v2/blocks/{id}/attach"));
        let key = "H5G37WDT3HDBL3XFMDEP4D3TY2U6WBREFI26";
        assert_eq!(path(&format!("/v2/nope/{key}")), "/v2/nope/***");
    }

    #[test]
    fn what_opens_a_console_is_covered_under_any_name() {
        let said = json!({"vnc": {"url": "http://localhost:8787/console/kvm/LEAK"}}).to_string();
        assert_eq!(answer(said.as_bytes()), r#"{"vnc":{"url":"***"}}"#);
        assert_eq!(path("/console/kvm/LEAK"), "/console/kvm/***");
    }

    #[test]
    fn what_is_neither_json_nor_a_form_is_not_shown() {
        for text in [
            "{'password':'LEAK'}",
            r#"{name:"a",password:"LEAK"}"#,
            "\u{feff}{\"password\":\"LEAK\"}",
            r#"'{"password":"LEAK"}'"#,
            "password: LEAK",
            "--x\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nLEAK\r\n--x--",
        ] {
            for is_whole in [true, false] {
                let shown = body(text.as_bytes(), is_whole);
                assert!(shown.ends_with("bytes that are neither JSON nor a form)"), "{shown}");
            }
        }
        assert_eq!(body(br#"{"pass\u0077ord":"LEAK"}"#, true), r#"{"password":"***"}"#);
        assert!(!body(br#"{"pass\u0077ord":"LEAK","x":"#, false).contains("LEAK"));
        assert_eq!(body(b" ", true), "");
        assert_eq!(answer(b"Invalid API key."), "Invalid API key.");
        for secret in ["apiVersion: v1\nkind: Secret\n", "YXBpVmVyc2lvbjogdjEK"] {
            assert!(answer(secret.as_bytes()).ends_with("bytes of a Secret)"), "{secret}");
        }
        assert_eq!(answer(br#"{"api_key":"LEAK"}"#), r#"{"api_key":"***"}"#);
        assert!(!answer(br#"{"api_key":"LEAK"#).contains("LEAK"));
    }

    #[test]
    fn of_programs_only_the_length_is_shown_and_of_addresses_no_password() {
        let sent = json!({"user_data": "x".repeat(500), "script": "abc", "label": "web",
            "url": "https://ada:LEAK@host/x.iso?a=b", "urls": ["ftp://a:LEAK@h", "https://h/a@b:c"]});
        let read: Value = serde_json::from_str(&body(sent.to_string().as_bytes(), true)).unwrap();
        assert_eq!(
            read,
            json!({"user_data": "(500 characters)", "script": "(3 characters)", "label": "web",
                "url": "https://ada:***@host/x.iso?a=b", "urls": ["ftp://a:***@h", "https://h/a@b:c"]})
        );
        let cut = &sent.to_string()[..300];
        assert!(!body(cut.as_bytes(), false).contains("xxx"));
    }
}
