//! Ways into a JSON body, `a.b.0`: of `--field` on the command line, of a form's fields in the console.

use serde_json::{Map, Value};

/// The steps of a way, `a.b.0`. `a[0].b` is what other tools write.
///
/// # Errors
/// Where a name in it is empty.
pub fn split(way: &str) -> Result<Vec<String>, String> {
    let way: Vec<String> =
        way.replace('[', ".").replace(']', "").split('.').map(str::to_owned).collect();
    if way.iter().any(String::is_empty) {
        return Err("a name in it is empty".to_owned());
    }
    Ok(way)
}

/// Puts `value` at the end of `way`, making objects and lists on the way.
///
/// # Errors
/// Where there is something else on the way, or a list has not so many items.
pub fn set(fields: &mut Map<String, Value>, way: &[String], value: Value) -> Result<(), String> {
    let (first, rest) = way.split_first().ok_or("no name")?;
    put(fields.entry(first.clone()).or_insert(Value::Null), rest, value)
}

fn put(slot: &mut Value, way: &[String], value: Value) -> Result<(), String> {
    let Some((step, rest)) = way.split_first() else {
        *slot = value;
        return Ok(());
    };
    let index: Option<usize> = step.parse().ok();
    if slot.is_null() {
        *slot = if index.is_some() { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
    }
    match (slot, index) {
        (Value::Object(object), _) => {
            put(object.entry(step.clone()).or_insert(Value::Null), rest, value)
        }
        (Value::Array(items), Some(index)) => {
            if index == items.len() {
                items.push(Value::Null);
            }
            let length = items.len();
            let item = items.get_mut(index);
            put(item.ok_or_else(|| format!("there are only {length} items"))?, rest, value)
        }
        (Value::Array(_), None) => Err(format!("a list has numbers, not `{step}`")),
        (other, _) => Err(format!("`{step}` cannot be inside {other}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(start: Value, fields: &[(&str, &str)]) -> Result<Value, String> {
        let mut map = start.as_object().unwrap().clone();
        for (way, value) in fields {
            set(&mut map, &split(way)?, (*value).into())?;
        }
        Ok(map.into())
    }

    #[test]
    fn ways_reach_into_objects_and_lists() {
        let fields =
            [("a.b", "1"), ("a.c", "x=y"), ("l.0.p", "22"), ("l[1].p", "80"), ("empty", "")];
        let expected = json!({
            "a": {"b": "1", "c": "x=y"}, "l": [{"p": "22"}, {"p": "80"}], "empty": ""
        });
        assert_eq!(body(json!({}), &fields).unwrap(), expected);
        let changed = body(json!({"a": {"b": 1, "c": 2}}), &[("a.b", "3")]).unwrap();
        assert_eq!(changed, json!({"a": {"b": "3", "c": 2}}));
    }

    #[test]
    fn ways_that_lead_nowhere_are_refused() {
        let wrong = |start: Value, way| body(start, &[(way, "x")]).unwrap_err();
        assert_eq!(wrong(json!({}), "a..b"), "a name in it is empty");
        assert_eq!(wrong(json!({"a": []}), "a.1"), "there are only 0 items");
        assert_eq!(wrong(json!({"a": []}), "a.b"), "a list has numbers, not `b`");
        assert_eq!(wrong(json!({"a": 1}), "a.b"), "`b` cannot be inside 1");
    }
}
