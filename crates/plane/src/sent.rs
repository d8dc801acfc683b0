//! The body of a request: its fields, and what is said of those that nobody reads.

use api::form::Form;
use api::wire::{self, Map};
use serde_json::Value;

use crate::catalog::nearest;
use crate::cx::Cx;
use crate::refusal::Refusal;

/// How many fields of one body are told at most.
const UNKNOWN_MOST: usize = 20;

/// Tells the log which fields of a body nobody reads.
pub(crate) fn tell_unknown(cx: &Cx, form: &'static Form, sent: &Map) {
    for field in wire::unknown_fields(form, sent).into_iter().take(UNKNOWN_MOST) {
        let others = field.others.iter().map(|other| (other, other.as_str()));
        let meant = nearest(&field.name, others);
        let meant = meant.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        cx.warn(&field.path, format!("there is no such field, and it was ignored{meant}"));
    }
}

fn into_object(value: Value) -> Option<Map> {
    match value {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

/// The fields of a body.
///
/// # Errors
/// 400 for what is no JSON object, nor what clients send for an empty one.
pub(crate) fn body(bytes: &[u8]) -> std::result::Result<Map, Refusal> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        // The reference describes the export of a storage gateway as a list of them.
        Ok(Value::Array(mut items)) if items.len() == 1 && items[0].is_object() => {
            Ok(items.pop().and_then(into_object).unwrap_or_default())
        }
        // PHP's clients send an empty map so.
        Ok(Value::Array(items)) if items.is_empty() => Ok(Map::new()),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(Refusal::bad("Bad request.").help("the body must be a JSON object")),
        Err(e) => Err(Refusal::bad("Bad request.").help(format!("the body is no JSON: {e}"))),
    }
}
