//! CSV: a header, then a line per item. What is nested is JSON in its field.

use std::io::{self, Write};

use serde_json::Value;

/// Writes a list, or one thing as a list of one.
pub(super) fn print(answer: &Value, out: &mut dyn Write) -> io::Result<()> {
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
        writer.write_record(&header)?;
    }
    for item in items {
        let fields = header.iter().enumerate().map(|(i, key)| match item.as_object() {
            Some(object) => object.get(*key).map(text).unwrap_or_default(),
            None if i + 1 == header.len() => text(item),
            None => String::new(),
        });
        writer.write_record(fields)?;
    }
    writer.flush()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
