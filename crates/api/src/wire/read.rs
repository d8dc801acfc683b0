//! Responses from bytes: the way back of [`super::write`].

use serde_json::Value;

use super::{Unreadable, Wire, from_value};
use crate::page::Page;
use crate::{Op, Shape};

type Result<T> = std::result::Result<T, Unreadable>;

/// No body; one that is there all the same is ignored.
///
/// # Errors
/// Never: the signature is that of its siblings.
pub fn empty(_: &Op, _: &[u8]) -> Result<()> {
    Ok(())
}

/// The response itself.
///
/// # Errors
/// When the body is not of the response's type.
pub fn bare<T: Wire>(_: &Op, body: &[u8]) -> Result<T> {
    Ok(from_value(&parse(body)?)?)
}

/// A text that is no JSON.
///
/// # Errors
/// When it is not UTF-8.
pub fn plain(op: &Op, body: &[u8]) -> Result<String> {
    let text = std::str::from_utf8(body);
    text.map(str::to_owned).map_err(|e| Unreadable(format!("the answer to {}: {e}", op.id)))
}

/// `{"KEY":response}`.
///
/// # Errors
/// When the key is missing or its value is not of the response's type.
pub fn key<T: Wire>(op: &Op, body: &[u8]) -> Result<T> {
    Ok(from_value(found(op, &parse(body)?)?)?)
}

/// `{"KEY":[...],"meta":{...}}`.
///
/// # Errors
/// When the key is missing or an item is not of the list's type.
pub fn list<T: Wire>(op: &Op, body: &[u8]) -> Result<Page<T>> {
    let body = parse(body)?;
    let items = match found(op, &body)? {
        Value::Null => Vec::new(),
        items => from_value(items)?,
    };
    let meta = match &body["meta"] {
        Value::Null => Default::default(),
        meta => from_value(meta)?,
    };
    Ok(Page { items, meta })
}

fn parse(body: &[u8]) -> Result<Value> {
    Ok(serde_json::from_slice(body)?)
}

fn found<'a>(op: &Op, body: &'a Value) -> Result<&'a Value> {
    let (Shape::Key(key) | Shape::List(key)) = op.shape else {
        unreachable!("the macro pairs shape and envelope")
    };
    body.get(key).ok_or_else(|| Unreadable(format!("the answer to {} has no `{key}`", op.id)))
}
