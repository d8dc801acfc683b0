//! Whether a value is what a field takes, by the field's own schema.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use presentation::schema;
use presentation::yaml::{At, Held, Node};
use serde_json::{Map, Value};

/// What is found on the way through a value: where its parts stand, and what is wrong.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) ats: BTreeMap<String, At>,
    pub(super) wrong: Vec<(String, At, String)>,
}

impl Found {
    pub(super) fn refuse(&mut self, way: &str, at: At, text: impl Into<String>) {
        self.wrong.push((way.to_owned(), at, text.into()));
    }
}

/// What a field of this shape is given, as it is sent. `names` says that it may name what its number
/// stands for.
pub(super) fn check(
    document: &Value,
    shape: &Value,
    node: &Node,
    way: &str,
    names: bool,
    found: &mut Found,
) -> Value {
    let shape = schema::target(document, shape);
    found.ats.entry(way.to_owned()).or_insert(node.at);
    match (&node.held, shape.get("type").and_then(Value::as_str)) {
        (Held::List(items), Some("array")) => {
            let inner = shape.get("items").unwrap_or(&Value::Null);
            let item = |(place, item): (usize, &Node)| {
                check(document, inner, item, &format!("{way}[{place}]"), names, found)
            };
            items.iter().enumerate().map(item).collect()
        }
        (Held::Fields(_), Some("object")) => object(document, shape, node, way, found),
        (Held::One(value), Some(_)) => {
            let encoded = schema::is_encoded(document, shape);
            match word(document, shape, value, names) {
                Ok(Value::String(text)) if encoded => in_base64(&text).into(),
                Ok(value) => value,
                Err(text) => {
                    found.refuse(way, node.at, text);
                    Value::Null
                }
            }
        }
        (_, Some(kind)) => {
            found.refuse(way, node.at, format!("expected {}", article(kind, document, shape)));
            Value::Null
        }
        _ => node.value(),
    }
}

fn object(document: &Value, shape: &Value, node: &Node, way: &str, found: &mut Found) -> Value {
    let Held::Fields(given) = &node.held else { return Value::Null };
    let known: Vec<&str> = schema::fields(shape).map(|(name, _)| name.as_str()).collect();
    let more = shape.get("additionalProperties").filter(|more| **more != Value::Bool(false));
    let mut fields = Map::new();
    for field in given {
        let here = format!("{way}.{}", field.name);
        let inner = shape.get("properties").and_then(|p| p.get(&field.name)).or(more);
        let Some(inner) = inner.or_else(|| known.is_empty().then_some(&Value::Null)) else {
            let text = format!("there is no such field here; {}", meant(&field.name, &known));
            found.refuse(&here, field.at, text);
            continue;
        };
        let value = check(document, inner, &field.node, &here, false, found);
        fields.insert(field.name.clone(), value);
    }
    for name in schema::required(shape) {
        if !given.iter().any(|field| field.name == name) {
            found.refuse(&format!("{way}.{name}"), node.at, "is missing, and has to be given");
        }
    }
    fields.into()
}

/// One word, number or text.
fn word(document: &Value, shape: &Value, value: &Value, names: bool) -> Result<Value, String> {
    let kind = shape.get("type").and_then(Value::as_str).unwrap_or_default();
    if value.is_null() {
        return Err("a value is missing; \"\" and [] are what is empty".into());
    }
    let words = schema::kind(document, shape);
    match (kind, value) {
        ("string", Value::String(text)) => match words {
            schema::Kind::Word(words) if !text.is_empty() => one_of(text, &words),
            _ => Ok(value.clone()),
        },
        // A port is one as a number, too.
        ("string", Value::Number(number)) if is_number_too(shape) => Ok(number.to_string().into()),
        ("string", Value::Bool(_)) => {
            Err(format!("YAML reads this word as {value}; a text like it stands in quotes"))
        }
        ("string", Value::Number(_)) => {
            Err(format!("{value} is no text; write \"{value}\", in quotes"))
        }
        ("integer", Value::Number(number)) if number.is_u64() || number.is_i64() => {
            Ok(value.clone())
        }
        ("number", Value::Number(_)) | ("boolean", Value::Bool(_)) => Ok(value.clone()),
        ("integer", Value::String(text))
            if names && !text.is_empty() && text.parse::<f64>().is_err() =>
        {
            Ok(value.clone())
        }
        ("integer" | "number", Value::String(text)) if text.parse::<f64>().is_ok() => {
            Err(format!("\"{text}\" is a text; write {text}, without quotes"))
        }
        _ => Err(format!("expected {}, not {value}", article(kind, document, shape))),
    }
}

/// A text as the API wants it, where it is not in base64 already.
fn in_base64(text: &str) -> String {
    let is_done = !text.is_empty() && STANDARD.decode(text.trim_end()).is_ok();
    if is_done { text.trim_end().to_owned() } else { STANDARD.encode(text) }
}

/// The text that stands for base64 in a file; none where what is in it is no text, or would be taken
/// for something else.
pub(super) fn plain(encoded: &str) -> Option<String> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let readable = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    (text.chars().all(readable) && in_base64(&text) == encoded).then_some(text)
}

fn is_number_too(shape: &Value) -> bool {
    let said = shape.get("description").and_then(Value::as_str).unwrap_or_default();
    said.contains("A number is one, too")
}

fn one_of(text: &str, words: &[String]) -> Result<Value, String> {
    match words.iter().find(|word| word.eq_ignore_ascii_case(text)) {
        Some(word) => Ok(word.clone().into()),
        None => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            Err(format!("there is no `{text}` here; {}", meant(text, &words)))
        }
    }
}

/// What a field of a type is given, for people.
fn article(kind: &str, document: &Value, shape: &Value) -> String {
    match kind {
        "integer" => "a whole number".into(),
        "number" => "a number".into(),
        "boolean" => "true or false".into(),
        "string" => "a text".into(),
        "array" => format!("a list, as {}", schema::sketch(document, shape)),
        _ => format!("fields with values, as {}", schema::sketch(document, shape)),
    }
}

/// How many words are told where a word is none of them.
const MANY: usize = 24;

/// What was meant by a word, or what could have been.
pub(super) fn meant(word: &str, known: &[&str]) -> String {
    let other = OTHERS.iter().find(|(other, meant)| *other == word && known.contains(meant));
    let letters = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    let swapped = known.iter().find(|known| letters(known) == letters(word)).copied();
    let close = || catalog::nearest(word, known.iter().map(|known| (*known, *known)));
    match other.map(|(_, meant)| *meant).or(swapped).or_else(close) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if known.is_empty() => "there is none".into(),
        None if known.len() > MANY => {
            format!("there are {}, and {} more", known[..MANY].join(", "), known.len() - MANY)
        }
        None => format!("there are {}", known.join(", ")),
    }
}

/// What fields are called elsewhere.
const OTHERS: &[(&str, &str)] = &[
    ("name", "label"),
    ("name", "description"),
    ("label", "name"),
    ("label", "description"),
    ("description", "label"),
    ("size", "size_gb"),
    ("size", "plan"),
    ("os", "os_id"),
    ("image", "os_id"),
    ("app", "app_id"),
    ("firewall", "firewall_group_id"),
    ("ssh_keys", "sshkey_id"),
    ("ssh_key", "sshkey_id"),
    ("sshkeys", "sshkey_id"),
    ("script", "script_id"),
    ("vpc", "attach_vpc"),
    ("vpcs", "attach_vpc"),
    ("attach_vpcs", "attach_vpc"),
    ("reserved_ip", "reserved_ipv4"),
    ("subnet", "v4_subnet"),
    ("instance", "attached_to_instance"),
    ("engine", "database_engine"),
    ("version", "database_engine_version"),
    ("value", "data"),
    ("content", "data"),
    ("ipv6", "enable_ipv6"),
];
