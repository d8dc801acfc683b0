//! Where two readings differ, as people see it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Reading, Thing};

/// What is told of a moment, of money that grows, or of who asks, and so is never the same.
const PASSING: &[&str] = &[
    "pending_charges",
    "kvm",
    "default_password",
    "current_bandwidth_gb",
    "date_modified",
    "date_updated",
    "updated_at",
];

/// Where two accounts differ in one thing.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Difference {
    /// The thing's kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What is different.
    #[serde(flatten)]
    pub what: What,
}

/// What is different.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum What {
    /// The first account has it alone.
    Missing,
    /// The second account has it alone.
    Added,
    /// Both have it, and a field differs.
    Changed {
        /// The field, as a JSON pointer without its first slash.
        field: String,
        /// What the first account shows.
        was: Value,
        /// What the second shows.
        is: Value,
    },
}

/// Where the second reading differs from the first.
pub fn compare(first: &Reading, second: &Reading) -> Vec<Difference> {
    let mut found = Vec::new();
    for thing in &first.things {
        match find(second, thing) {
            None => found.push(difference(thing, What::Missing)),
            Some(other) => {
                for (field, was, is) in differing(&whole(thing), &whole(other)) {
                    found.push(difference(thing, What::Changed { field, was, is }));
                }
            }
        }
    }
    let added = second.things.iter().filter(|thing| find(first, thing).is_none());
    found.extend(added.map(|thing| difference(thing, What::Added)));
    found
}

/// Parts what differs from what only one of the two ever tells of a kind: versions of the API have fields
/// that others lack, and what is not told is no difference of the things. The fields that are left out, each
/// with its kind, are returned besides.
pub fn told_by_both(
    found: Vec<Difference>,
    first: &Reading,
    second: &Reading,
) -> (Vec<Difference>, Vec<String>) {
    let tells = |reading: &Reading, kind: &str, field: &str| {
        let tells = |thing: &Thing| {
            thing.item.get(field).is_some() || thing.answers.iter().any(|a| a.operation == field)
        };
        reading.of(kind).any(tells)
    };
    // What was found of a kind's field, which many things of the kind may differ in.
    let mut known = BTreeMap::new();
    let is_told = |one: &Difference| {
        let What::Changed { field, .. } = &one.what else { return true };
        let field = field.split('/').next().unwrap_or(field);
        let asked = (one.kind.clone(), field.to_owned());
        *known
            .entry(asked)
            .or_insert_with(|| tells(first, &one.kind, field) && tells(second, &one.kind, field))
    };
    let found = found.into_iter().filter(is_told).collect();
    let untold = known.into_iter().filter(|(_, is_told)| !is_told);
    let line = |((kind, field), _)| format!("{kind}: {field}: only one of the two tells it");
    (found, untold.map(line).collect())
}

/// The thing with all that was told of it, the answers of an operation under its name.
fn whole(thing: &Thing) -> Value {
    let mut whole = thing.item.clone();
    if let Some(fields) = whole.as_object_mut() {
        for answer in &thing.answers {
            fields.insert(answer.operation.clone(), answer.value.clone());
        }
    }
    whole
}

fn difference(thing: &Thing, what: What) -> Difference {
    let name = presentation::pointers::label(&thing.item).unwrap_or_default().to_owned();
    Difference { kind: thing.kind.clone(), id: thing.id.clone(), name, what }
}

fn find<'a>(reading: &'a Reading, thing: &'a Thing) -> Option<&'a Thing> {
    reading.of(&thing.kind).find(|other| other.id == thing.id && other.owner == thing.owner)
}

/// The fields in which two values differ, each by its way, with both values.
pub(crate) fn differing(was: &Value, is: &Value) -> Vec<(String, Value, Value)> {
    let mut found = Vec::new();
    walk("", was, is, &mut found);
    found
}

fn walk(way: &str, was: &Value, is: &Value, found: &mut Vec<(String, Value, Value)>) {
    let below = |name: &str| {
        if way.is_empty() { name.to_owned() } else { format!("{way}/{name}") }
    };
    match (was, is) {
        _ if was == is => {}
        (Value::Object(was), Value::Object(is)) => {
            let names = was.keys().chain(is.keys().filter(|name| !was.contains_key(*name)));
            for name in names.filter(|name| !is_passing(name)) {
                // A field that one version of the API lacks says no more than one that is empty.
                match (was.get(name), is.get(name)) {
                    (None, Some(only)) | (Some(only), None) if is_empty(only) => {}
                    (was, is) => {
                        let [was, is] = [was, is].map(|value| value.unwrap_or(&Value::Null));
                        walk(&below(name), was, is, found);
                    }
                }
            }
        }
        (Value::Array(was), Value::Array(is)) if was.len() == is.len() => {
            for (place, (was, is)) in was.iter().zip(is).enumerate() {
                walk(&below(&place.to_string()), was, is, found);
            }
        }
        _ => found.push((way.to_owned(), was.clone(), is.clone())),
    }
}

/// Whether a value says nothing.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Bool(true) => false,
    }
}

/// Whether a field is never the same, or no two accounts are shown the same of it.
pub(crate) fn is_passing(name: &str) -> bool {
    PASSING.contains(&name) || api::mask::is_secret(name)
}

/// Takes out what is not compared.
pub(crate) fn clean(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !is_passing(name));
            fields.values_mut().for_each(clean);
        }
        Value::Array(items) => items.iter_mut().for_each(clean),
        _ => {}
    }
}

impl Reading {
    /// The same without passwords and keys, for a file.
    #[must_use]
    pub fn without_secrets(&self) -> Self {
        let mut reading = self.clone();
        for thing in &mut reading.things {
            clean(&mut thing.item);
            thing.answers.iter_mut().for_each(|answer| clean(&mut answer.value));
        }
        reading
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reading(items: &[Value]) -> Reading {
        let thing = |item: &Value| Thing {
            kind: "block".into(),
            id: item["id"].as_str().unwrap().into(),
            owner: String::new(),
            item: item.clone(),
            answers: Vec::new(),
        };
        Reading { things: items.iter().map(thing).collect(), unread: Vec::new() }
    }

    #[test]
    fn what_is_gone_new_or_changed_is_told_and_what_passes_is_not() {
        let one = json!({"id": "a", "label": "one", "size_gb": 10, "pending_charges": 1.0});
        let larger = json!({"id": "a", "label": "one", "size_gb": 20, "pending_charges": 2.0});
        let (two, three) = (json!({"id": "b", "label": "two"}), json!({"id": "c", "label": ""}));
        let found = compare(&reading(&[one, two]), &reading(&[larger, three]));
        let told: Vec<_> = found.iter().map(|d| (d.id.as_str(), d.what.clone())).collect();
        let changed = What::Changed { field: "size_gb".into(), was: 10.into(), is: 20.into() };
        assert_eq!(told, [("a", changed), ("b", What::Missing), ("c", What::Added)]);
        assert_eq!(found[0].name, "one");
    }

    #[test]
    fn a_field_that_is_lacking_is_one_that_is_empty() {
        let with = |field: Value| json!({"id": "a", "direction": field});
        let without = json!({"id": "a"});
        for empty in [json!(null), json!(""), json!(0), json!([]), json!({"on": false})] {
            assert_eq!(
                compare(&reading(std::slice::from_ref(&without)), &reading(&[with(empty)])),
                []
            );
        }
        assert_eq!(compare(&reading(&[with("in".into())]), &reading(&[without])).len(), 1);
    }

    #[test]
    fn secrets_are_not_compared() {
        let with = |secret: &str| json!({"id": "a", "s3_secret_key": secret});
        assert_eq!(compare(&reading(&[with("x")]), &reading(&[with("y")])), []);
    }
}
