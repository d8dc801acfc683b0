//! CSV: a header, then a line per item. What is nested is JSON in its field.
//!
//! It has no way to write a control character: they are blank. But a text may have lines, which
//! programs are to get and a terminal is not.

use std::io::{self, Write};

use presentation::columns::{Column, How};
use presentation::text::{clean, escaped};
use serde_json::Value;

/// Writes the items: all that they have, or these columns.
pub(super) fn print(
    items: &[Value],
    columns: Option<&[Column]>,
    header: bool,
    terminal: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown = |text: String| if terminal { clean(&text) } else { blank(&text) };
    if let Some(columns) = columns {
        if header {
            record(out, columns.iter().map(|c| clean(&c.name())))?;
        }
        for item in items {
            record(out, columns.iter().map(|c| shown(one(c, item))))?;
        }
        return out.flush();
    }
    let mut names: Vec<&str> = super::fields(items);
    let plain = items.iter().any(|item| !item.is_object());
    if plain {
        names.push("value");
    }
    if header && !names.is_empty() {
        record(out, names.iter().map(|key| clean(key)))?;
    }
    for item in items {
        let fields = names.iter().enumerate().map(|(i, key)| match item.as_object() {
            Some(object) => object.get(*key).map(text).unwrap_or_default(),
            None if i + 1 == names.len() => text(item),
            None => String::new(),
        });
        record(out, fields.map(shown))?;
    }
    out.flush()
}

/// A line of its own for these fields, in quotes where they need them (RFC 4180).
fn record(out: &mut dyn Write, fields: impl Iterator<Item = String>) -> io::Result<()> {
    let quoted = |field: String| match field.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field,
    };
    let line = fields.map(quoted).collect::<Vec<_>>().join(",");
    // A lone field with nothing in it would be a line with nothing in it, which readers pass over.
    writeln!(out, "{}", if line.is_empty() { "\"\"" } else { &line })
}

/// A column's field as it is where it is one value; else as in a table.
fn one(column: &Column, item: &Value) -> String {
    match column.ways() {
        [way] => match way.values(item)[..] {
            [value] => text(value),
            _ => column.cell(item, How::Raw),
        },
        _ => column.cell(item, How::Raw),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_would_be_taken_for_something_else() {
        let line = |fields: &[&str]| {
            let mut out = Vec::new();
            record(&mut out, fields.iter().map(|&field| field.to_owned())).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(line(&["a b", "", "ü;'"]), "a b,,ü;'\n");
        assert_eq!(
            line(&["a,b", "say \"x\"", "two\nlines", "\r"]),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\"\r\"\n"
        );
        assert_eq!((line(&[""]), line(&["", ""])), ("\"\"\n".into(), ",\n".into()));
    }
}
