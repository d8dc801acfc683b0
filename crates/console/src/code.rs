//! Operations as code: any of them, with any fields, in the languages that people use. What is
//! shown can be pasted: the key and the endpoint are variables of the environment, and no secret that
//! was typed stands in it, but its name.

mod curl;
mod go;
mod kettle;
mod python;
mod rust;
pub(crate) mod sample;
mod terraform;
pub(crate) mod text;

use maud::{Markup, html};
use presentation::Operation;
use presentation::schema::{self, Kind};
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::icon::icon;
use crate::{href, world};
use text::Code;

/// The field of an address that names the language.
const CHOSEN: &str = "as";

/// A language, by its name.
type Language = (&'static str, fn(&Request<'_>) -> Code);

pub(crate) const LANGUAGES: &[Language] = &[
    ("kettle", kettle::code),
    ("curl", curl::code),
    ("Terraform", terraform::code),
    ("Python", python::code),
    ("Go", go::code),
    ("Rust", rust::code),
];

/// Those that what is Kettle's own is said in: no client of the API knows it.
const OF_OWN: &[&str] = &["kettle", "curl"];

/// The languages that say an operation.
fn languages(operation: &Operation) -> impl Iterator<Item = &'static Language> {
    let is_own = world::is_own(operation);
    LANGUAGES.iter().filter(move |(name, _)| !is_own || OF_OWN.contains(name))
}

/// A request, as code says it.
pub(crate) struct Request<'a> {
    pub(crate) operation: &'a Operation,
    pub(crate) schema: Value,
    /// The fields of its path; where one is not known, its name in capitals.
    pub(crate) path: Vec<(String, String)>,
    /// The others that it knows, each as what it is to be. In a secret's place stands its name.
    pub(crate) fields: Map<String, Value>,
}

impl<'a> Request<'a> {
    pub(crate) fn new(operation: &'a Operation, given: &Map<String, Value>) -> Self {
        let schema = operation.request();
        let path: Vec<(String, String)> = operation
            .path_fields()
            .into_iter()
            .map(|name| {
                let text = given.get(&name).map(told).filter(|text| !text.is_empty());
                let text = text.unwrap_or_else(|| name.to_uppercase());
                (name, text)
            })
            .collect();
        let others =
            schema::fields(&schema).filter(|(name, _)| !path.iter().any(|(p, _)| p == *name));
        let fields = others.filter_map(|(name, shape)| {
            let value = given.get(name).filter(|value| !value.is_null())?;
            Some((name.clone(), typed(&schema, shape, name, value)))
        });
        let fields = fields.collect();
        Self { operation, schema, path, fields }
    }

    /// The address behind the endpoint, without its query: the endpoint has the version.
    fn path(&self) -> String {
        let fields = self.path.iter().map(|(name, text)| (name.clone(), text.clone().into()));
        let path = href::path(self.operation, &fields.collect()).unwrap_or_default();
        path.strip_prefix("/v2").unwrap_or(&path).to_owned()
    }

    /// The fields that travel in the address.
    fn query(&self) -> Vec<(String, String)> {
        let joined = |value: &Value| match value {
            Value::Array(items) => items.iter().map(told).collect::<Vec<_>>().join(","),
            other => told(other),
        };
        self.fields.iter().map(|(name, value)| (name.clone(), joined(value))).collect()
    }

    /// The address behind the endpoint, with its query.
    fn address(&self) -> String {
        let path = self.path();
        if self.operation.op.has_body || self.fields.is_empty() {
            return path;
        }
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(self.query()).finish();
        format!("{path}?{query}")
    }
}

/// An operation with these fields as a call of curl.
#[cfg(test)]
pub(crate) fn curl(operation: &Operation, fields: &Map<String, Value>) -> String {
    curl::code(&Request::new(operation, fields)).to_string()
}

/// The same as a command of `kettle`.
#[cfg(test)]
pub(crate) fn kettle(operation: &Operation, fields: &Map<String, Value>) -> String {
    kettle::code(&Request::new(operation, fields)).to_string()
}

/// The panel that says an operation with these fields as code, in each language.
pub(crate) fn panel(cx: &Cx, operation: &Operation, fields: &Map<String, Value>) -> Markup {
    let request = Request::new(operation, fields);
    let languages: Vec<_> = languages(operation).collect();
    let asked = languages.iter().position(|(name, _)| *name == cx.asked(CHOSEN)).unwrap_or(0);
    let id = |place: usize| format!("code-{}-{place}", operation.op.id);
    html! {
        section.panel aria-label="As code" {
            header { h2 { "As code" } }
            div.tabs.slim role="tablist" aria-label="Language" data-keep="lang" {
                @for (i, (name, _)) in languages.iter().enumerate() {
                    a role="tab" id={ (id(i)) "-t" } href=(chosen(cx, name)) data-name=(name)
                        aria-controls=(id(i)) aria-selected=(if i == asked { "true" } else { "false" })
                        tabindex=(if i == asked { "0" } else { "-1" }) { (name) }
                }
            }
            @for (i, (name, code)) in languages.iter().enumerate() {
                div role="tabpanel" id=(id(i)) aria-labelledby={ (id(i)) "-t" } hidden[i != asked] {
                    div.code {
                        pre id={ (id(i)) "-c" } tabindex="0" role="region" aria-label=(name) {
                            (code(&request).markup())
                        }
                        button.copy type="button" data-copy={ "#" (id(i)) "-c" }
                            aria-label={ "Copy " (name) } { (icon("copy")) }
                    }
                }
            }
        }
    }
}

/// This page with another language chosen, for browsers without script.
fn chosen(cx: &Cx, name: &str) -> String {
    let others = cx.query.iter().filter(|(field, _)| field != CHOSEN);
    let fields = others.map(|(name, value)| (name.as_str(), value.as_str()));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .append_pair(CHOSEN, name)
        .finish();
    format!("?{query}")
}

/// A value as what it is to be: forms and addresses have texts. In a secret's place stands its name.
fn typed(whole: &Value, shape: &Value, name: &str, value: &Value) -> Value {
    let own = schema::target(whole, shape);
    let hidden = schema::is_secret(shape) || schema::is_secret(own);
    if hidden && value.as_str().is_some_and(|text| !text.is_empty()) {
        let encoded = schema::is_encoded(whole, shape);
        return if encoded { ENCODED.into() } else { placeholder(name).into() };
    }
    let inner = |item: &Value, value: &Value| typed(whole, item, name, value);
    match value {
        Value::Array(items) => {
            let item = own.get("items").unwrap_or(&Value::Null);
            items.iter().map(|value| inner(item, value)).collect()
        }
        Value::Object(fields) => {
            let known = own.get("properties").unwrap_or(&Value::Null);
            let more = own.get("additionalProperties").unwrap_or(&Value::Null);
            let each = fields.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
                let shape = known.get(name).unwrap_or(more);
                (name.clone(), typed(whole, shape, name, value))
            });
            Value::Object(each.collect())
        }
        Value::String(text) => read(whole, shape, name, text),
        other => other.clone(),
    }
}

/// A text as what it is to be; the text where it cannot be that.
fn read(whole: &Value, shape: &Value, name: &str, text: &str) -> Value {
    let json = || serde_json::from_str::<Value>(text).ok();
    let found = match schema::kind(whole, shape) {
        Kind::Integer | Kind::Number => json().filter(Value::is_number),
        Kind::Flag => json().filter(Value::is_boolean),
        Kind::List(_) if !text.starts_with('[') => {
            let item = schema::target(whole, shape).get("items").unwrap_or(&Value::Null);
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Some(parts.map(|part| read(whole, item, name, part)).collect())
        }
        Kind::List(_) | Kind::Json => {
            let found = json().filter(|value| value.is_array() || value.is_object());
            found.map(|value| typed(whole, shape, name, &value))
        }
        Kind::Text | Kind::Uuid | Kind::Word(_) => None,
    };
    found.unwrap_or_else(|| text.into())
}

/// What stands in the place of a secret in base64: `YOUR_KEY`.
const ENCODED: &str = "WU9VUl9LRVk=";

/// What stands in a secret's place.
fn placeholder(name: &str) -> String {
    format!("YOUR_{}", name.to_uppercase())
}

/// A value as text.
fn told(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
