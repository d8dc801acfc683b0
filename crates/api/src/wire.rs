//! Requests and responses as HTTP sees them.
//!
//! One rule places every field: a name in the path template is a path parameter; of the rest,
//! operations with a body put them there, the others into the query. `null` never travels: an
//! absent field is absent. Decoders are as lenient as the real API: a number sent as text is a
//! number, unknown fields are ignored. What must not pass, in length and in letters, is refused
//! before a field is read.

mod given;
mod limits;
pub mod read;
#[cfg(test)]
mod tests;
mod unknown;
mod value;
pub mod write;

use std::fmt;

use serde_json::Value;

use crate::form::Form;
use crate::id::INVALID_UUID;
use crate::{Endpoint, Op};
use given::Sent;
pub use given::{Given, Reader, Wrong};
pub(crate) use limits::state;
pub use limits::{ITEMS_MAX, TEXT_MAX};
pub use unknown::{UnknownField, unknown_fields};
pub(crate) use value::for_serde;
pub use value::{Wire, deserialize, deserialize_word, from_value, serialize, to_value};

/// Fields by their names, in order.
pub type Map = serde_json::Map<String, Value>;

/// A request, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded {
    /// Path and query.
    pub uri: String,
    /// The JSON body, where the operation has one.
    pub body: Option<Vec<u8>>,
}

/// Tells the body's length only: passwords and keys travel in it.
impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.body.as_ref().map(Vec::len);
        f.debug_struct("Encoded").field("uri", &self.uri).field("body_bytes", &bytes).finish()
    }
}

/// A request that cannot be sent, or a body that is not what was expected.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

impl From<serde_json::Error> for Unreadable {
    fn from(e: serde_json::Error) -> Self {
        Self(e.to_string())
    }
}

impl From<Problem> for Unreadable {
    fn from(problem: Problem) -> Self {
        Self(problem.to_string())
    }
}

/// What is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field, with its way from the top (`rules[0].port`); empty where it is not known.
    pub field: String,
    /// What was wrong, and what would be right.
    pub text: String,
}

impl Problem {
    /// Whether the value should have been a UUID: the API has its own words for that.
    pub fn is_uuid(&self) -> bool {
        self.text.starts_with(INVALID_UUID)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => f.write_str(&self.text),
            field => write!(f, "{field}: {}", self.text),
        }
    }
}

/// A request as it is sent: its path, query and body.
///
/// # Errors
/// When a path parameter is empty: the address would be another operation's.
pub fn encode<E: Endpoint>(request: &E) -> Result<Encoded, Unreadable> {
    encode_fields(&E::OP, request.to_fields())
}

/// The same of an operation's fields.
///
/// # Errors
/// As [`encode`].
pub fn encode_fields(op: &Op, mut fields: Map) -> Result<Encoded, Unreadable> {
    drop_nulls(&mut fields);
    let mut uri = op.path.to_owned();
    for name in op.path_params() {
        let value =
            fields.shift_remove(&name.replace('-', "_")).map(|v| text(&v)).unwrap_or_default();
        if value.is_empty() || value == "." || value == ".." {
            return Err(Unreadable(format!("{name} must not be `{value}`")));
        }
        let value = percent_encoding::utf8_percent_encode(&value, SEGMENT).to_string();
        uri = uri.replace(&format!("{{{name}}}"), &value);
    }
    if op.has_body {
        let body = serde_json::to_vec(&Value::Object(fields))?;
        return Ok(Encoded { uri, body: Some(body) });
    }
    if !fields.is_empty() {
        let pairs = fields.iter().map(|(k, v)| (k, text(v)));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        uri = format!("{uri}?{query}");
    }
    Ok(Encoded { uri, body: None })
}

/// Absent fields of objects inside the request are left out, too.
fn drop_nulls(fields: &mut Map) {
    fields.retain(|_, value| !value.is_null());
    for value in fields.values_mut() {
        match value {
            Value::Object(inner) => drop_nulls(inner),
            Value::Array(items) => {
                items.iter_mut().filter_map(Value::as_object_mut).for_each(drop_nulls);
            }
            _ => {}
        }
    }
}

const SEGMENT: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// A request, as received: its fields as JSON or as text, each once.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, Sent)>);

impl Fields {
    /// `texts` are path parameters, query pairs or command-line flags, and win over `json`, the
    /// body. `form` is the request's.
    ///
    /// # Errors
    /// Names the first field that is too long, or holds what no text may hold.
    pub fn new(
        texts: impl IntoIterator<Item = (String, String)>,
        json: Map,
        form: &'static Form,
    ) -> Result<Self, Problem> {
        let is_list = |name: &str| match form {
            Form::Record(record) => limits::field(record, name).is_some_and(|field| field.null),
            _ => false,
        };
        let mut fields = Vec::with_capacity(json.len());
        for (name, value) in json {
            match value {
                Value::Null if is_list(&name) => {
                    fields.push((name, Sent::Json(Vec::<Value>::new().into())))
                }
                Value::Null => {}
                value => fields.push((name, Sent::Json(value))),
            }
        }
        for (name, value) in texts {
            let (name, value) = (name.replace('-', "_"), Sent::Text(value));
            // Of a query pair given twice the last one counts.
            match fields.iter_mut().find(|(known, _)| *known == name) {
                Some(field) => field.1 = value,
                None => fields.push((name, value)),
            }
        }
        if let Form::Record(record) = form {
            fields.iter().try_for_each(|(name, sent)| limits::check(record, name, sent))?;
        }
        Ok(Self(fields))
    }

    /// The request of these fields.
    ///
    /// # Errors
    /// Names the first field that is missing or cannot be what it should be.
    pub fn read<E: Wire>(&self) -> Result<E, Problem> {
        E::read(Given::request(&self.0)).map_err(problem)
    }
}

/// A request, as received: see [`Fields::new`].
///
/// # Errors
/// Names the first field that is missing, is too long or cannot be what it should be.
pub fn decode<E: Endpoint>(
    texts: impl IntoIterator<Item = (String, String)>,
    json: Map,
) -> Result<E, Problem> {
    Fields::new(texts, json, E::FORM)?.read()
}

fn problem(wrong: Wrong) -> Problem {
    let given::Told { way: field, missing, text } = wrong.told();
    let text = if holds_secret(&field) { untold(text) } else { excerpt(text) };
    match (missing, field.as_str()) {
        (Some(name), "") => Problem { field: name.into(), text },
        (Some(name), _) => Problem { field: format!("{field}.{name}"), text },
        (None, _) => Problem { field, text },
    }
}

/// Whether a field, with its way from the top, is a secret or a part of one.
fn holds_secret(field: &str) -> bool {
    field.split(['.', '[', ']']).any(crate::mask::is_secret)
}

/// A refusal that does not repeat what was sent.
fn untold(text: String) -> String {
    match text.split_once(", got ") {
        Some((expected, _)) => expected.to_owned(),
        None => "is not what it must be".into(),
    }
}

/// A refusal repeats what was sent, but not all of it where that is long.
fn excerpt(text: String) -> String {
    const MOST: usize = 600;
    const END: usize = 100;
    let length = text.chars().count();
    if length <= MOST {
        return text;
    }
    let begin: String = text.chars().take(MOST - END).collect();
    let end: String = text.chars().skip(length - END).collect();
    format!("{begin}…{end}")
}
