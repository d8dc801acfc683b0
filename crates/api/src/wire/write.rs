//! Requests to fields; responses to bytes, each shape in its envelope; typed values straight to text.

use serde::Serialize;
use serde_json::Value;

use super::{Map, Unreadable};
use crate::page::Page;
use crate::{Op, Shape};

/// A request's fields; those that are absent are not there.
///
/// # Errors
/// When it is no struct.
pub fn fields<T: Serialize>(request: &T) -> Result<Map, Unreadable> {
    match serde_json::to_value(request)? {
        Value::Object(fields) => Ok(fields),
        _ => Err(Unreadable("a request is a struct".into())),
    }
}

/// No body.
pub fn empty(_: &Op, (): &()) -> Vec<u8> {
    Vec::new()
}

/// The response itself.
pub fn bare<T: Serialize>(_: &Op, response: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    json(&mut out, response);
    out
}

/// `{"KEY":response}`, or under both of an operation's keys.
pub fn key<T: Serialize>(op: &Op, response: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    open(&mut out, op);
    json(&mut out, response);
    if let Some(also) = op.also {
        out.extend_from_slice(format!(",\"{also}\":").as_bytes());
        json(&mut out, response);
    }
    out.push(b'}');
    out
}

/// `{"KEY":[...],"meta":{...}}`.
pub fn list<T: Serialize>(op: &Op, page: &Page<T>) -> Vec<u8> {
    let mut out = Vec::with_capacity(256 + page.items.len() * 512);
    open(&mut out, op);
    json(&mut out, &page.items);
    out.extend_from_slice(b",\"meta\":");
    json(&mut out, &page.meta);
    out.push(b'}');
    out
}

/// The same, of items that are JSON already.
pub fn rendered<T: AsRef<[u8]>>(op: &Op, page: &Page<T>) -> Vec<u8> {
    let items: usize = page.items.iter().map(|item| item.as_ref().len() + 1).sum();
    let mut out = Vec::with_capacity(256 + items);
    open(&mut out, op);
    out.push(b'[');
    for (n, item) in page.items.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        out.extend_from_slice(item.as_ref());
    }
    out.extend_from_slice(b"],\"meta\":");
    json(&mut out, &page.meta);
    out.push(b'}');
    out
}

fn open(out: &mut Vec<u8>, op: &Op) {
    let (Shape::Key(key) | Shape::List(key)) = op.shape else {
        unreachable!("the derive pairs shape and envelope")
    };
    out.extend_from_slice(b"{\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
}

fn json<T: Serialize>(out: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(out, value).expect("API types have string keys and cannot fail");
}
