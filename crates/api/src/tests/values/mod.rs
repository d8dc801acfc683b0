//! Values of a JSON schema, for property tests. It knows the words of JSON Schema that the API's
//! types use, and panics at any other: a value it cannot make must not go untested.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::Time;

/// Where a field travels: not every text can be everywhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the path: a text that can be a segment.
    Path,
    /// In the query: lists are texts between commas.
    Query,
    /// In a JSON body: anything.
    Body,
}

/// A schema and its definitions.
pub(crate) struct Values {
    root: Value,
    /// The schemas of the fields.
    pub(crate) fields: BTreeMap<String, Value>,
}

impl Values {
    pub(crate) fn new(root: Value) -> Self {
        let fields = root["properties"].as_object().cloned().unwrap_or_default();
        Self { root, fields: fields.into_iter().collect() }
    }

    /// What a `$ref` or the only choice beside `null` leads to.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some(way) = schema["$ref"].as_str() {
            let way = way.trim_start_matches('#');
            return self.resolve(self.root.pointer(way).expect("references lead somewhere"));
        }
        match schema["anyOf"].as_array().map(|c| without_null(c)).as_deref() {
            Some([only]) => self.resolve(only),
            _ => schema,
        }
    }

    /// Values of the whole schema.
    pub(crate) fn whole(&self) -> BoxedStrategy<Value> {
        self.value(&self.root, Place::Body)
    }

    /// Requests, whose fields travel in different places.
    pub(crate) fn request(&self, place: impl Fn(&str) -> Place) -> BoxedStrategy<Value> {
        self.object(&self.root, place)
    }

    fn object(&self, schema: &Value, place: impl Fn(&str) -> Place) -> BoxedStrategy<Value> {
        let mut strategy = Just(Map::new()).boxed();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let value = self.value(field, place(name));
            let required =
                schema["required"].as_array().is_some_and(|r| r.iter().any(|r| r == name));
            let value = match required {
                true => value.prop_map(Some).boxed(),
                false => proptest::option::of(value).boxed(),
            };
            let name = name.clone();
            strategy = (strategy, value)
                .prop_map(move |(mut map, value)| {
                    map.extend(value.map(|v| (name.clone(), v)));
                    map
                })
                .boxed();
        }
        strategy.prop_map(Value::Object).boxed()
    }

    fn value(&self, schema: &Value, place: Place) -> BoxedStrategy<Value> {
        let schema = self.resolve(schema);
        if let Some(word) = schema.get("const") {
            return Just(word.clone()).boxed();
        }
        for key in ["oneOf", "anyOf", "enum"] {
            let Some(choices) = schema[key].as_array() else { continue };
            let choices: Vec<_> = without_null(choices).into_iter().cloned().collect();
            return match key {
                "enum" => proptest::sample::select(choices).boxed(),
                _ => {
                    let choices: Vec<_> = choices.iter().map(|c| self.value(c, place)).collect();
                    proptest::strategy::Union::new(choices).boxed()
                }
            };
        }
        match type_of(schema) {
            Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
            Some("integer") => integer(schema),
            // Numbers that text and float agree on: quarters, and cents for money.
            Some("number") => {
                let parts = if schema["format"] == "double" { 4.0 } else { 100.0 };
                any::<i32>().prop_map(move |n| json!(f64::from(n) / parts)).boxed()
            }
            Some("string") => text(schema, place),
            Some("array") => vec(self.value(&schema["items"], place), 0..4)
                // Nothing is no item of a list: some clients send `[""]` for an empty one.
                .prop_map(|items| items.into_iter().filter(|item| item != "").collect())
                .boxed(),
            Some("object") if schema["additionalProperties"].is_object() => {
                let values = self.value(&schema["additionalProperties"], place);
                btree_map("\\PC*", values, 0..3).prop_map(|m| m.into_iter().collect()).boxed()
            }
            Some("object") if schema["additionalProperties"] == true => {
                btree_map("\\PC*", free(), 0..3).prop_map(|m| m.into_iter().collect()).boxed()
            }
            Some("object") => self.object(schema, |_| place),
            _ if schema == &Value::Bool(true) => free().boxed(),
            _ => panic!("no values are known for {schema}"),
        }
    }
}

fn without_null(choices: &[Value]) -> Vec<&Value> {
    choices.iter().filter(|c| !c.is_null() && c["type"] != "null").collect()
}

fn type_of(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).find(|t| *t != "null"),
        one => one.as_str(),
    }
}

/// JSON that no type describes.
fn free() -> impl Strategy<Value = Value> + Clone {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "\\PC*".prop_map(Value::from),
        vec("\\PC*", 0..3).prop_map(Value::from),
        btree_map("\\PC*", any::<i32>(), 0..3).prop_map(|m| json!(m)),
    ]
}

fn integer(schema: &Value) -> BoxedStrategy<Value> {
    let (low, high) = match schema["format"].as_str() {
        Some("uint8") => (0, i64::from(u8::MAX)),
        Some("uint16") => (0, i64::from(u16::MAX)),
        Some("uint32") => (0, i64::from(u32::MAX)),
        Some("uint64" | "uint") => (0, i64::MAX),
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64") => (i64::MIN, i64::MAX),
        other => panic!("no values are known for integers of format {other:?}"),
    };
    let low = schema["minimum"].as_i64().unwrap_or(low);
    let high = schema["maximum"].as_i64().unwrap_or(high);
    (low..=high).prop_map(Value::from).boxed()
}

fn text(schema: &Value, place: Place) -> BoxedStrategy<Value> {
    if let Some(format) = schema["x-format-or-empty"].as_str() {
        return prop_oneof![Just(json!("")), formatted(format, place)].boxed();
    }
    formatted(schema["format"].as_str().unwrap_or_default(), place)
}

fn formatted(format: &str, place: Place) -> BoxedStrategy<Value> {
    match format {
        "uuid" => any::<u128>().prop_map(|n| json!(uuid::Uuid::from_u128(n))).boxed(),
        "date-time" => {
            (0..4_000_000_000_i64).prop_map(|s| json!(Time::from_millis(s * 1000))).boxed()
        }
        "ip" => any::<std::net::IpAddr>().prop_map(|ip| json!(ip)).boxed(),
        "ipv4" => any::<std::net::Ipv4Addr>().prop_map(|ip| json!(ip)).boxed(),
        "ipv6" => any::<std::net::Ipv6Addr>().prop_map(|ip| json!(ip)).boxed(),
        "" | "password" => match place {
            Place::Body => any::<String>().prop_map(Value::from).boxed(),
            Place::Query => "[^,\\p{Cc}]*".prop_map(Value::from).boxed(),
            Place::Path => any::<String>()
                .prop_filter("no segment", |s| !matches!(s.as_str(), "" | "." | ".."))
                .prop_map(Value::from)
                .boxed(),
        },
        other => panic!("no values are known for texts of format {other}"),
    }
}
