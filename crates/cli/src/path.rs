//! `--field a.b.0=value`: ways into a JSON body.

use serde_json::{Map, Value};

/// Parts `a.b.0=value` into the way and the value.
pub(crate) fn parse(text: &str) -> Result<(Vec<String>, &str), String> {
    let (way, value) =
        text.split_once('=').ok_or_else(|| format!("--field {text}: expected NAME=VALUE"))?;
    // `a[0].b` is what other tools write.
    let way: Vec<String> =
        way.replace('[', ".").replace(']', "").split('.').map(str::to_owned).collect();
    if way.iter().any(String::is_empty) {
        return Err(format!("--field {text}: a name in it is empty"));
    }
    Ok((way, value))
}

/// Puts `value` at the end of `way`, making objects and lists on the way.
pub(crate) fn set(
    fields: &mut Map<String, Value>,
    way: &[String],
    value: Value,
) -> Result<(), String> {
    let (first, rest) = way.split_first().ok_or("--field: no name")?;
    let slot = fields.entry(first.clone()).or_insert(Value::Null);
    put(slot, rest, value).map_err(|why| format!("--field {}: {why}", way.join(".")))
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

    fn body(start: Value, fields: &[&str]) -> Result<Value, String> {
        let mut map = start.as_object().unwrap().clone();
        for field in fields {
            let (way, value) = parse(field)?;
            set(&mut map, &way, value.into())?;
        }
        Ok(map.into())
    }

    #[test]
    fn fields_reach_into_objects_and_lists() {
        let made = body(json!({}), &["a.b=1", "a.c=x=y", "l.0.p=22", "l[1].p=80", "empty="]);
        let expected = json!({
            "a": {"b": "1", "c": "x=y"}, "l": [{"p": "22"}, {"p": "80"}], "empty": ""
        });
        assert_eq!(made.unwrap(), expected);
        let changed = body(json!({"a": {"b": 1, "c": 2}}), &["a.b=3"]).unwrap();
        assert_eq!(changed, json!({"a": {"b": "3", "c": 2}}));
    }

    #[test]
    fn ways_that_lead_nowhere_are_refused() {
        let wrong = |start: Value, field| body(start, &[field]).unwrap_err();
        assert_eq!(wrong(json!({}), "a"), "--field a: expected NAME=VALUE");
        assert_eq!(wrong(json!({}), "a..b=1"), "--field a..b=1: a name in it is empty");
        assert_eq!(wrong(json!({"a": []}), "a.1=x"), "--field a.1: there are only 0 items");
        assert_eq!(wrong(json!({"a": []}), "a.b=x"), "--field a.b: a list has numbers, not `b`");
        assert_eq!(wrong(json!({"a": 1}), "a.b=x"), "--field a.b: `b` cannot be inside 1");
    }
}
