//! A way into a thing: `plan_details.price`. Lists on it are gone through, or one of their items is
//! named by its place: `v6_networks.0.network`.

use std::fmt;

use serde_json::Value;

use super::{How, raw, readable};
use crate::schema::target;

/// A way into a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way(Vec<String>);

impl Way {
    /// Reads `a.b`; `.` is the thing itself.
    pub fn parse(text: &str) -> Self {
        match text {
            "." => Self(Vec::new()),
            text => Self(text.split('.').map(str::to_owned).collect()),
        }
    }

    /// The way to a top-level field.
    pub fn field(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    /// The top-level field that it begins with.
    pub fn top(&self) -> Option<&str> {
        self.0.first().map(String::as_str)
    }

    /// What stands there: more than one value where a list is on the way.
    pub fn values<'a>(&self, thing: &'a Value) -> Vec<&'a Value> {
        let mut found = vec![thing];
        for step in &self.0 {
            found = found.into_iter().flat_map(|value| inside(value, step)).collect();
        }
        found
    }

    /// What stands there, in one line.
    pub fn cell(&self, thing: &Value, how: How) -> String {
        let name = self.name();
        let shown = |value: &Value| match how {
            How::Readable => readable(name, value),
            How::Raw => raw(value),
        };
        self.values(thing).into_iter().map(shown).collect::<Vec<_>>().join(",")
    }

    /// The name of the field that it leads to.
    pub(crate) fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// Whether a thing of that shape may have something there.
    pub(crate) fn reaches(&self, schema: &Value, shape: &Value) -> bool {
        self.shape(schema, shape).is_some()
    }

    /// The shape of what a thing of that shape may have there; null where nobody says.
    pub(crate) fn shape<'a>(&self, schema: &'a Value, shape: &'a Value) -> Option<&'a Value> {
        let mut shape = target(schema, shape);
        for step in &self.0 {
            let is_place = step.parse::<usize>().is_ok();
            while let Some(items) = shape.get("items") {
                shape = target(schema, items);
                if is_place {
                    break;
                }
            }
            if is_place {
                continue;
            }
            let field = shape.get("properties").and_then(|fields| fields.get(step));
            let any = || shape.get("additionalProperties").filter(|any| **any != false);
            match field.or_else(any) {
                Some(inner) => shape = target(schema, inner),
                // Nobody says what is in it.
                None if is_free(shape) => return Some(&Value::Null),
                None => return None,
            }
        }
        Some(shape)
    }
}

fn is_free(shape: &Value) -> bool {
    let has_shape =
        ["properties", "enum", "oneOf", "$ref"].iter().any(|key| shape.get(key).is_some());
    !has_shape && shape.get("type").is_none_or(|kind| kind == "object")
}

/// What a step leads to, within each item where the value is a list.
fn inside<'a>(value: &'a Value, step: &str) -> Vec<&'a Value> {
    match value {
        Value::Object(object) => object.get(step).into_iter().collect(),
        Value::Array(items) => match step.parse::<usize>() {
            Ok(place) => items.get(place).into_iter().collect(),
            Err(_) => items.iter().flat_map(|item| inside(item, step)).collect(),
        },
        _ => Vec::new(),
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&if self.0.is_empty() { ".".to_owned() } else { self.0.join(".") })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_way_goes_through_lists_and_into_objects() {
        let thing = json!({"a": {"b": 1}, "nets": [{"ip": "x"}, {"ip": "y"}], "tags": ["p", "q"]});
        let cell = |way: &str| Way::parse(way).cell(&thing, How::Raw);
        assert_eq!(cell("a.b"), "1");
        assert_eq!(cell("nets.ip"), "x,y");
        assert_eq!(cell("nets.1.ip"), "y");
        assert_eq!(cell("tags"), "p,q");
        assert_eq!(cell("tags.1"), "q");
        assert_eq!(cell("a.c"), "");
        assert_eq!(Way::parse(".").cell(&json!("x"), How::Raw), "x");
    }

    #[test]
    fn a_schema_tells_which_ways_there_are() {
        let schema = json!({
            "properties": {
                "a": {"$ref": "#/$defs/A"}, "list": {"type": "array", "items": {"$ref": "#/$defs/A"}},
                "map": {"type": "object", "additionalProperties": {"$ref": "#/$defs/A"}},
                "free": {"type": "object"}, "tags": {"type": "array", "items": {"type": "string"}}
            },
            "$defs": {"A": {"type": "object", "properties": {"b": {"type": "string"}}}}
        });
        let reaches = |way: &str| Way::parse(way).reaches(&schema, &schema);
        for way in ["a", "a.b", "list.b", "list.0.b", "map.any.b", "free.x.y", "tags.0", "."] {
            assert!(reaches(way), "{way}");
        }
        for way in ["c", "a.c", "list.c", "map.any.c", "tags.x", "a.b.c"] {
            assert!(!reaches(way), "{way}");
        }
    }
}
