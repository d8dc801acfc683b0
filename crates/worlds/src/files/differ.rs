//! Whether a thing that is there is as it is to be.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::kinds::Kind;
use crate::{Reading, Thing};

/// What the API does not tell of a thing, though its copies are made with something.
const UNTOLD: &[(&str, &str)] = &[("iso", "url"), ("snapshot", "url"), ("block", "snapshot_id")];

/// What a thing is made with, as far as it shows that.
pub(super) struct Current<'a> {
    kind: Kind,
    thing: &'a Thing,
    made_with: Map<String, Value>,
}

impl<'a> Current<'a> {
    pub(super) fn new(kind: Kind, thing: &'a Thing, reading: &Reading) -> Self {
        let steps = (kind.source.steps)(thing, reading);
        let made_with = steps.into_iter().find(|step| step.makes).map(|step| step.fields);
        Self { kind, thing, made_with: made_with.unwrap_or_default() }
    }

    /// What a field is; none where the API does not tell.
    pub(super) fn get(&self, field: &str) -> Option<Value> {
        if UNTOLD.contains(&(self.kind.noun(), field)) {
            return None;
        }
        let shown = self.thing.item.get(field).filter(|value| !value.is_null());
        let found = shown.or_else(|| self.made_with.get(field)).cloned();
        found.or_else(|| self.kind.implies(field).then_some(Value::Null))
    }

    /// The fields of those that are wanted which are otherwise.
    pub(super) fn differing(&self, wanted: &Map<String, Value>) -> Vec<String> {
        let differs = |(field, wanted): &(&String, &Value)| {
            self.get(field).is_some_and(|is| match Kind::adds(field) {
                true => !missing(wanted, &is).is_empty(),
                false => !fits(wanted, &is),
            })
        };
        wanted.iter().filter(differs).map(|(field, _)| field.clone()).collect()
    }
}

/// What of a list is not in another.
pub(super) fn missing(wanted: &Value, is: &Value) -> Vec<Value> {
    let there = is.as_array().map_or(&[][..], Vec::as_slice);
    let wanted = wanted.as_array().into_iter().flatten();
    wanted.filter(|one| !there.contains(one)).cloned().collect()
}

/// Whether a value is as it is wanted: it may have more fields than were asked for.
pub(super) fn fits(wanted: &Value, is: &Value) -> bool {
    match (wanted, is) {
        (Value::Object(wanted), Value::Object(is)) => {
            wanted.iter().all(|(name, wanted)| fits(wanted, is.get(name).unwrap_or(&Value::Null)))
        }
        (Value::Array(wanted), Value::Array(is)) => {
            wanted.len() == is.len() && wanted.iter().zip(is).all(|(wanted, is)| fits(wanted, is))
        }
        (wanted, Value::Null) => is_nothing(wanted),
        (Value::String(wanted), Value::String(is)) => {
            let address = |text: &str| text.parse::<IpAddr>().ok();
            wanted == is || address(wanted).is_some_and(|ip| Some(ip) == address(is))
        }
        // A port may be written as a number.
        (Value::String(text), Value::Number(number))
        | (Value::Number(number), Value::String(text)) => *text == number.to_string(),
        _ => wanted == is,
    }
}

/// Whether a value says that there is none.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(is) => !is,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty() || text == "disabled",
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_nothing),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_not_asked_for_is_no_difference() {
        let is = json!({"a": [{"port": 80, "id": "x"}], "b": "2001:db8::1"});
        for wanted in [
            json!({}),
            json!({"a": [{"port": 80}]}),
            json!({"a": [{"port": "80"}], "b": "2001:0db8:0::1", "c": false, "d": ""}),
        ] {
            assert!(fits(&wanted, &is), "{wanted}");
        }
        for wanted in
            [json!({"a": []}), json!({"b": ""}), json!({"c": true}), json!({"a": [{"port": 81}]})]
        {
            assert!(!fits(&wanted, &is), "{wanted}");
        }
    }
}
