//! Where things are in the console: an address of the API, behind `/console`.

use form_urlencoded::Serializer;
use presentation::Operation;
use serde_json::{Map, Value};

use crate::ROOT;

/// The page of what an operation that looks is about: `/console/v2/instances`. None where one of the
/// path's fields is not there.
pub(crate) fn page(operation: &Operation, fields: &Map<String, Value>) -> Option<String> {
    Some(format!("{ROOT}{}", path(operation, fields)?))
}

/// The operation's path with its fields in it. None where one of them is not there.
pub(crate) fn path(operation: &Operation, fields: &Map<String, Value>) -> Option<String> {
    let mut path = String::new();
    for segment in operation.op.path.split('/').skip(1) {
        path.push('/');
        match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            None => path += segment,
            Some(name) => path += &segment_of(fields.get(&name.replace('-', "_"))?)?,
        }
    }
    Some(path)
}

/// A value as one segment of a path.
fn segment_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(segment(&text))
}

/// A text as one segment of a path.
pub(crate) fn segment(text: &str) -> String {
    // A space is `%20` in a path.
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// The form of an operation, with these fields filled in.
pub(crate) fn form(operation: &Operation, fields: &Map<String, Value>) -> String {
    with(&format!("{ROOT}/op/{}", operation.op.id), fields)
}

/// An address with these fields in its query.
pub(crate) fn with(address: &str, fields: &Map<String, Value>) -> String {
    let texts = fields.iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some((name, text.clone())),
        Value::Number(_) | Value::Bool(_) => Some((name, value.to_string())),
        _ => None,
    });
    let query = Serializer::new(String::new()).extend_pairs(texts).finish();
    if query.is_empty() { address.to_owned() } else { format!("{address}?{query}") }
}

/// The fields of an operation's path that `address` has, `/v2/domains/example.com/records`; none where
/// it is no address of it.
pub(crate) fn fields(operation: &Operation, address: &str) -> Option<Map<String, Value>> {
    let own: Vec<&str> = operation.op.path.split('/').skip(1).collect();
    let given: Vec<&str> = address.split('/').skip(1).collect();
    if own.len() != given.len() {
        return None;
    }
    let mut fields = Map::new();
    for (own, given) in own.into_iter().zip(given) {
        match own.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            None if own == given => {}
            None => return None,
            Some(name) => {
                let text = decoded(given)?;
                fields.insert(name.replace('-', "_"), text.into());
            }
        }
    }
    Some(fields)
}

/// A segment of a path as text.
fn decoded(segment: &str) -> Option<String> {
    // In a path, unlike in a form, a plus is a plus.
    let form = format!("x={}", segment.replace('+', "%2B").replace('&', "%26"));
    let (_, text) = form_urlencoded::parse(form.as_bytes()).next()?;
    (!text.is_empty()).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use presentation::operations;
    use serde_json::json;

    use super::*;

    fn operation(id: &str) -> Operation {
        operations::all().into_iter().find(|o| o.op.id == id).unwrap()
    }

    #[test]
    fn an_address_is_read_as_it_was_made() {
        let get = operation("get-record");
        for domain in ["example.com", "a b+c&d/e.test", "ä%20.test"] {
            let fields =
                json!({"dns_domain": domain, "record_id": "7"}).as_object().unwrap().clone();
            let path = path(&get, &fields).unwrap();
            assert_eq!(super::fields(&get, &path), Some(fields), "{path}");
        }
        assert_eq!(fields(&get, "/v2/domains/example.com"), None);
        assert_eq!(page(&get, &Map::new()), None);
    }
}
