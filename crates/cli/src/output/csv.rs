//! CSV: a header, then a line per item. What is nested is JSON in its field.
//!
//! It has no way to write a control character: they are blank. But a text may have lines, which
//! programs are to get and a terminal is not.

use std::io::{self, Write};

use serde_json::Value;

use crate::text::{clean, escaped};

/// Writes a list, or one thing as a list of one.
pub(super) fn print(answer: &Value, terminal: bool, out: &mut dyn Write) -> io::Result<()> {
    let shown = |text: String| if terminal { clean(&text) } else { blank(&text) };
    let items = match answer {
        Value::Array(items) => &items[..],
        one => std::slice::from_ref(one),
    };
    let mut header: Vec<&str> = Vec::new();
    for key in items.iter().filter_map(Value::as_object).flat_map(|o| o.keys()) {
        if !header.contains(&key.as_str()) {
            header.push(key);
        }
    }
    let plain = items.iter().any(|item| !item.is_object());
    if plain {
        header.push("value");
    }
    let mut writer = ::csv::Writer::from_writer(out);
    if !header.is_empty() {
        writer.write_record(header.iter().map(|key| clean(key)))?;
    }
    for item in items {
        let fields = header.iter().enumerate().map(|(i, key)| match item.as_object() {
            Some(object) => object.get(*key).map(text).unwrap_or_default(),
            None if i + 1 == header.len() => text(item),
            None => String::new(),
        });
        writer.write_record(fields.map(shown))?;
    }
    writer.flush()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => escaped(&other.to_string()),
    }
}

/// Without control characters but for those that lines and columns are made of.
fn blank(text: &str) -> String {
    let kept = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    text.chars().map(|c| if kept(c) { c } else { ' ' }).collect()
}
