//! From what a browser sent to an operation's fields. Names of inputs are ways into the body,
//! `block_devices.0.size_gb`; what begins with `_` is the form's own business.
//!
//! What the operation does not know is not taken, and what was left empty is not sent: but where a
//! form shows what a thing is now, what was emptied is, and what stayed is not.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use presentation::operations::Operation;
use presentation::schema;
use serde_json::{Map, Value};

use crate::form::shape::Control;

/// The hidden field that holds what was filled in when the form was made, as JSON.
pub(crate) const WAS: &str = "_was";
/// What stands before the way of a field whose file the browser has encoded already.
pub(crate) const RAW: &str = "_raw.";
/// What stands before the way of fields of which one counts: which one.
pub(crate) const FROM: &str = "_from";

/// The fields of an operation as a form has them. A value that cannot be what it should be stays a
/// text: whoever encodes it says what is wrong with it.
pub(crate) fn read(operation: &Operation, pairs: &[(String, String)]) -> Map<String, Value> {
    let mut fields = filled(&operation.request(), pairs);
    let was = pairs.iter().rev().find(|(name, _)| name == WAS);
    let was = was.and_then(|(_, text)| serde_json::from_str::<Map<String, Value>>(text).ok());
    if let Some(was) = was {
        keep_changed(operation, &mut fields, &was);
    }
    fields
}

/// All that is filled in.
pub(crate) fn filled(schema: &Value, pairs: &[(String, String)]) -> Map<String, Value> {
    let from = pairs.iter().rev().find(|(name, _)| name == FROM).map(|(_, value)| value.as_str());
    let mut fields = Given { schema, pairs }.object(schema, "");
    if let Some(from) = from {
        fields.retain(|name, _| name == from || !super::layout::ONE_OF.contains(&name.as_str()));
    }
    for name in schema::required(schema) {
        let Some(shape) = schema.pointer(&format!("/properties/{name}")) else { continue };
        let about = schema::description(Some(shape));
        let is_there = pairs.iter().any(|(own, _)| own == name);
        if is_there && about.contains("empty") && !fields.contains_key(name) {
            // There must be something, which may be nothing.
            let empty = emptied(&Control::of(schema, name, shape), shape);
            fields.extend(empty.map(|empty| (name.to_owned(), empty)));
        }
    }
    fields
}

struct Given<'a> {
    schema: &'a Value,
    pairs: &'a [(String, String)],
}

impl<'a> Given<'a> {
    fn last(&self, way: &str) -> Option<&'a str> {
        let found = self.pairs.iter().rev().find(|(name, _)| name == way);
        found.map(|(_, value)| value.as_str())
    }

    fn each(&self, way: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(name, _)| name == way).map(|(_, value)| value.as_str())
    }

    fn has_below(&self, way: &str) -> bool {
        self.pairs.iter().any(|(name, _)| {
            name.strip_prefix(way).is_some_and(|rest| rest.starts_with('.'))
                || name.strip_prefix(RAW).is_some_and(|name| name.starts_with(way))
        })
    }

    fn object(&self, shape: &Value, way: &str) -> Map<String, Value> {
        let shape = schema::target(self.schema, shape);
        let mut fields = Map::new();
        for (name, inner) in schema::fields(shape) {
            let way = if way.is_empty() { name.clone() } else { format!("{way}.{name}") };
            if let Some(value) = self.value(name, inner, &way) {
                fields.insert(name.clone(), value);
            }
        }
        fields
    }

    fn value(&self, name: &str, shape: &Value, way: &str) -> Option<Value> {
        let control = Control::of(self.schema, name, shape);
        match control {
            Control::Object if self.has_below(way) => {
                let fields = self.object(shape, way);
                (!fields.is_empty()).then(|| fields.into())
            }
            Control::Object => None,
            Control::Group => self.group(shape, way),
            Control::Words(_) | Control::Things | Control::Texts => self.items(&control, way),
            Control::Encoded => self.encoded(way),
            control => {
                let text = self.last(way)?;
                let text = match control {
                    Control::Text | Control::Lines => text.replace("\r\n", "\n"),
                    _ => text.trim().to_owned(),
                };
                if text.is_empty() {
                    return None;
                }
                Some(one(&control, schema::target(self.schema, shape), text))
            }
        }
    }

    /// The objects of a list; those in which nothing is filled in are none.
    fn group(&self, shape: &Value, way: &str) -> Option<Value> {
        let item = schema::target(self.schema, shape).get("items")?;
        let items =
            places(self.pairs, way).into_iter().map(|n| self.object(item, &format!("{way}.{n}")));
        let items: Vec<Value> = items.filter(|i| !i.is_empty()).map(Value::from).collect();
        (!items.is_empty()).then(|| items.into())
    }

    /// The items of a list: those that stand alone as they are, others with commas between.
    fn items(&self, control: &Control, way: &str) -> Option<Value> {
        let alone = places(self.pairs, way).into_iter();
        let mut items: Vec<String> =
            alone.filter_map(|n| self.last(&format!("{way}.{n}")).map(str::to_owned)).collect();
        for text in self.each(way) {
            match control {
                Control::Words(_) => items.push(text.to_owned()),
                _ => items.extend(text.split([',', '\n']).map(|text| text.trim().to_owned())),
            }
        }
        items.retain(|item| !item.is_empty());
        let items: Vec<Value> = items.into_iter().map(Value::from).collect();
        (!items.is_empty()).then(|| items.into())
    }

    fn encoded(&self, way: &str) -> Option<Value> {
        let file = self.last(&format!("{RAW}{way}")).filter(|file| !file.is_empty());
        if let Some(file) = file {
            return Some(file.into());
        }
        let text = self.last(way)?.replace("\r\n", "\n");
        (!text.is_empty()).then(|| BASE64_STANDARD.encode(text).into())
    }
}

/// The numbers of the items at a way, in order.
pub(crate) fn places(pairs: &[(String, String)], way: &str) -> BTreeSet<usize> {
    let inner = pairs.iter().filter_map(|(name, _)| {
        let rest = name.strip_prefix(way)?.strip_prefix('.')?;
        rest.split('.').next()?.parse().ok()
    });
    inner.collect()
}

/// One value of this kind.
fn one(control: &Control, shape: &Value, text: String) -> Value {
    let is_whole = shape.get("type").is_some_and(|kind| kind == "integer");
    match control {
        Control::Integer | Control::Thing if is_whole => {
            text.parse::<i64>().map_or_else(|_| text.into(), Value::from)
        }
        Control::Number => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                serde_json::from_str(&text).unwrap_or_else(|_| number.into())
            }
            _ => text.into(),
        },
        Control::Flag => text.parse::<bool>().map_or_else(|_| text.into(), Value::from),
        Control::Json => serde_json::from_str(&text).unwrap_or_else(|_| text.into()),
        Control::Pairs => pairs(&text).map_or_else(|| text.into(), Value::from),
        _ => text.into(),
    }
}

/// Lines of `name=value`.
fn pairs(text: &str) -> Option<Map<String, Value>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (name, value) = line.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().into()))
        })
        .collect()
}

/// Leaves out what is as it was, and sends as empty what was emptied. What the operation always
/// needs stays.
fn keep_changed(operation: &Operation, fields: &mut Map<String, Value>, was: &Map<String, Value>) {
    let schema = operation.request();
    let needed = schema::required(&schema);
    let path = operation.path_fields();
    for (name, old) in was {
        let Some(shape) = schema.pointer(&format!("/properties/{name}")) else { continue };
        if path.contains(name) {
            continue;
        }
        match fields.get(name) {
            Some(new) if same(new, old) && !needed.contains(&name.as_str()) => {
                fields.shift_remove(name);
            }
            Some(_) => {
                // Where an object is not replaced as a whole, what stayed in it is not sent, either.
                let is_merged = schema::description(Some(shape)).contains("left out of it stays");
                if let (true, Some(Value::Object(new)), Value::Object(old)) =
                    (is_merged, fields.get_mut(name), old)
                {
                    new.retain(|name, value| old.get(name).is_none_or(|old| !same(value, old)));
                }
            }
            None if is_blank(old) => {}
            None => {
                if let Some(empty) = emptied(&Control::of(&schema, name, shape), shape) {
                    fields.insert(name.clone(), empty);
                }
            }
        }
    }
}

/// How a field says that there is nothing any more; none where it cannot.
pub(crate) fn emptied(control: &Control, shape: &Value) -> Option<Value> {
    let is_text = shape.get("type").is_some_and(|kind| kind == "string");
    match control {
        Control::Texts | Control::Things | Control::Words(_) | Control::Group => {
            Some(Vec::<Value>::new().into())
        }
        Control::Text | Control::Lines | Control::Encoded => Some("".into()),
        Control::Thing if is_text => Some("".into()),
        Control::Pairs | Control::Json => Some(Map::new().into()),
        Control::Word(words) if words.iter().any(String::is_empty) => Some("".into()),
        _ => None,
    }
}

/// Whether two values say the same: what is not there, and what is empty, are; so are a number and
/// its text.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let null = Value::Null;
            let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            names
                .iter()
                .all(|name| same(a.get(*name).unwrap_or(&null), b.get(*name).unwrap_or(&null)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (a, b) if is_blank(a) && is_blank(b) => true,
        (a, b) => text(a) == text(b),
    }
}

/// Whether nothing is in it.
pub(crate) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_blank),
        _ => false,
    }
}

/// A value as a control holds it.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.replace("\r\n", "\n"),
        Value::Null => String::new(),
        Value::Number(number) => number.to_string().trim_end_matches(".0").to_owned(),
        other => other.to_string(),
    }
}

/// What is in a text in base64; none where that is no text.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let bytes = BASE64_STANDARD.decode(text.trim()).ok()?;
    String::from_utf8(bytes).ok()
}
