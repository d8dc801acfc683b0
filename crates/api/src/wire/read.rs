//! Responses from bytes: the way back of [`super::write`].

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Unreadable;
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
pub fn bare<T: DeserializeOwned>(_: &Op, body: &[u8]) -> Result<T> {
    Ok(serde_json::from_value(parse(body)?)?)
}

/// `{"KEY":response}`.
///
/// # Errors
/// When the key is missing or its value is not of the response's type.
pub fn key<T: DeserializeOwned>(op: &Op, body: &[u8]) -> Result<T> {
    let mut body = parse(body)?;
    Ok(serde_json::from_value(take(op, &mut body)?)?)
}

/// `{"KEY":[...],"meta":{...}}`.
///
/// # Errors
/// When the key is missing or an item is not of the list's type.
pub fn list<T: DeserializeOwned>(op: &Op, body: &[u8]) -> Result<Page<T>> {
    let mut body = parse(body)?;
    let items = match take(op, &mut body)? {
        Value::Null => Vec::new(),
        items => serde_json::from_value(items)?,
    };
    let meta = match body.get_mut("meta").map(Value::take) {
        None | Some(Value::Null) => Default::default(),
        Some(meta) => serde_json::from_value(meta)?,
    };
    Ok(Page { items, meta })
}

/// Every answer is read by way of JSON's own values: each type's reader is compiled once, for them.
fn parse(body: &[u8]) -> Result<Value> {
    Ok(serde_json::from_slice(body)?)
}

fn take(op: &Op, body: &mut Value) -> Result<Value> {
    let (Shape::Key(key) | Shape::List(key)) = op.shape else {
        unreachable!("the derive pairs shape and envelope")
    };
    let value = body.get_mut(key).map(Value::take);
    value.ok_or_else(|| Unreadable(format!("the answer to {} has no `{key}`", op.id)))
}
