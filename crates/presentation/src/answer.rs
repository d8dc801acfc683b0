//! What an operation's answer holds: the thing, or the things, out of its envelope.

use api::{Op, Shape};
use serde_json::Value;

/// What is in the answer's envelope; none where it is not what it should be.
pub fn held(op: &Op, body: &mut Value) -> Option<Value> {
    match op.shape {
        Shape::Empty => Some(Value::Null),
        Shape::Bare | Shape::Text(_) => Some(body.take()),
        Shape::Key(key) | Shape::List(key) => body.get_mut(key).map(Value::take),
    }
}

/// The thing itself, where it lies in a bare answer beside something else, or once more.
pub fn thing(answer: Value) -> Value {
    let Value::Object(mut fields) = answer else { return answer };
    // What has an id of its own, as a registry's root user has, is another thing.
    let own = fields.get("id").cloned();
    let is_it =
        |value: &Value| value.get("id").is_some_and(|id| own.as_ref().is_none_or(|o| o == id));
    let Some(key) = fields.iter().find_map(|(key, v)| is_it(v).then(|| key.clone())) else {
        return fields.into();
    };
    let inner = fields.shift_remove(&key).unwrap_or_default();
    match (inner, fields.get("id")) {
        (Value::Object(mut thing), None) => {
            thing.extend(fields);
            thing.into()
        }
        _ => fields.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_the_thing_itself() {
        let updated = json!({"instance": {"id": "a", "label": "web"}, "job_ids": ["j"]});
        assert_eq!(thing(updated), json!({"id": "a", "label": "web", "job_ids": ["j"]}));
        let twice = json!({"id": "a", "size": 1, "block": {"id": "a", "size": 1}});
        assert_eq!(thing(twice), json!({"id": "a", "size": 1}));
        let other = json!({"ipv4": "a", "rules": [{"id": 1}]});
        assert_eq!(thing(other.clone()), other);
    }
}
