//! One thing: on a terminal in sections, in a pipe a line per field, its way and its value.
//!
//! Nothing is cut: this is where a key or a password is copied from.

use std::io::{self, Write};

use presentation::columns::{Column, How, is_empty, raw, readable};
use presentation::text::{clean, clean_lines};
use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use super::{Style, fields, table};

const STEP: usize = 2;

/// How a thing is shown.
pub(super) struct Layout<'a> {
    /// What it is.
    pub(super) title: &'a str,
    /// Fields that stand first.
    pub(super) first: &'a [Column],
    /// Whether fields are shown in which nothing is.
    pub(super) all: bool,
    pub(super) style: Style,
}

/// Writes a thing, and tells how many fields were left out because nothing is in them.
pub(super) fn print(answer: &Value, layout: &Layout<'_>, out: &mut dyn Write) -> io::Result<usize> {
    let fields = match answer {
        Value::Object(fields) => ordered(fields, layout.first),
        other => {
            writeln!(out, "{}", raw(other))?;
            return Ok(0);
        }
    };
    let left_out = fields.iter().filter(|(_, value)| !layout.all && is_empty(value)).count();
    if layout.style.columns.is_none() {
        for (name, value) in fields {
            flat(name, value, layout.all, out)?;
        }
        return Ok(left_out);
    }
    let indent = if layout.title.is_empty() { 0 } else { STEP };
    if indent > 0 {
        writeln!(out, "{}", layout.style.bold(&clean(layout.title)))?;
    }
    match answer.as_object().and_then(by_name) {
        Some(items) if items.len() > 1 && layout.table(&items, indent, out)? => {}
        _ => layout.section(&fields, indent, out)?,
    }
    Ok(left_out)
}

/// Writes these columns of a thing, one a line.
pub(super) fn chosen(
    answer: &Value,
    columns: &[Column],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let names: Vec<String> = columns.iter().map(|c| clean(&c.name())).collect();
    let widest = names.iter().map(|name| name.width()).max().unwrap_or_default();
    for (name, column) in names.iter().zip(columns) {
        if style.columns.is_none() {
            writeln!(out, "{name}\t{}", column.cell(answer, How::Raw))?;
        } else {
            let space = " ".repeat(widest - name.width() + STEP);
            let line = format!("{name}{space}{}", column.cell(answer, How::Readable));
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    Ok(())
}

/// The fields of the columns first, then the others as they come.
fn ordered<'a>(fields: &'a Map<String, Value>, first: &[Column]) -> Vec<(&'a str, &'a Value)> {
    let place = |name: &str| {
        let mut tops = first.iter().flat_map(Column::ways).map(|way| way.top());
        tops.position(|top| top == Some(name)).unwrap_or(usize::MAX)
    };
    let mut fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value)).collect();
    fields.sort_by_key(|(name, _)| place(name));
    fields
}

/// A line for each value in it.
fn flat(way: &str, value: &Value, all: bool, out: &mut dyn Write) -> io::Result<()> {
    match value {
        value if is_empty(value) && !all => Ok(()),
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                flat(&format!("{way}.{name}"), value, all, out)?;
            }
            Ok(())
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (place, item) in items.iter().enumerate() {
                flat(&format!("{way}.{place}"), item, all, out)?;
            }
            Ok(())
        }
        value => writeln!(out, "{}\t{}", clean(way), raw(value)),
    }
}

/// What stands below a heading of its own.
fn is_section(value: &Value) -> bool {
    match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => items.iter().any(|i| i.is_object() || i.is_array()),
        Value::String(text) => text.trim_end().contains('\n'),
        _ => false,
    }
}

impl Layout<'_> {
    /// The fields in one column, then what has sections of its own.
    fn section(
        &self,
        fields: &[(&str, &Value)],
        indent: usize,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let shown = || fields.iter().filter(|(_, value)| self.all || !is_empty(value));
        let lines = || shown().filter(|(_, value)| !is_section(value));
        let widest = lines().map(|(name, _)| clean(name).width()).max().unwrap_or_default();
        for (name, value) in lines() {
            let start = format!("{}{}", " ".repeat(indent), clean(name));
            let place = indent + widest + STEP;
            let space = " ".repeat(place - start.width());
            let text = format!("{start}{space}{}", self.value(name, value, place));
            writeln!(out, "{}", text.trim_end())?;
        }
        for (name, value) in shown().filter(|(_, value)| is_section(value)) {
            writeln!(out, "{}{}", " ".repeat(indent), self.style.bold(&clean(name)))?;
            self.inner(value, indent + STEP, out)?;
        }
        Ok(())
    }

    /// A value; a long list is broken between items.
    fn value(&self, name: &str, value: &Value, place: usize) -> String {
        let Value::Array(items) = value else { return readable(name, value) };
        let room = self.style.columns.unwrap_or(usize::MAX).saturating_sub(place);
        let (mut text, mut used) = (String::new(), 0);
        for (i, item) in items.iter().enumerate() {
            let comma = if i + 1 < items.len() { "," } else { "" };
            let item = format!("{}{comma}", readable(name, item));
            if used > 0 && used + 1 + item.width() > room {
                text.push('\n');
                text.push_str(&" ".repeat(place));
                used = 0;
            } else if used > 0 {
                text.push(' ');
                used += 1;
            }
            used += item.width();
            text.push_str(&item);
        }
        text
    }

    fn inner(&self, value: &Value, indent: usize, out: &mut dyn Write) -> io::Result<()> {
        match value {
            Value::String(text) => {
                for line in clean_lines(text.trim_end()).lines() {
                    writeln!(out, "{}{line}", " ".repeat(indent))?;
                }
                Ok(())
            }
            Value::Array(items) if items.iter().all(Value::is_object) => {
                self.list(items, indent, out)
            }
            Value::Object(fields) => match by_name(fields) {
                Some(items) if self.table(&items, indent, out)? => Ok(()),
                _ => {
                    let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v)).collect();
                    self.section(&fields, indent, out)
                }
            },
            other => writeln!(out, "{}{}", " ".repeat(indent), raw(other)),
        }
    }

    /// Things in a thing: a table if there is room, else one after the other.
    fn list(&self, items: &[Value], indent: usize, out: &mut dyn Write) -> io::Result<()> {
        if self.table(items, indent, out)? {
            return Ok(());
        }
        for item in items {
            let mut lines = Vec::new();
            self.inner(item, indent + STEP, &mut lines)?;
            // The first line has the mark where the others are indented.
            if let Some(space) = lines.get_mut(indent) {
                *space = b'-';
            }
            out.write_all(&lines)?;
        }
        Ok(())
    }

    fn table(&self, items: &[Value], indent: usize, out: &mut dyn Write) -> io::Result<bool> {
        let values = || items.iter().filter_map(Value::as_object).flat_map(|item| item.values());
        if values().any(is_section) {
            return Ok(false);
        }
        let mut names = fields(items);
        let filled = |name: &str| items.iter().any(|i| i.get(name).is_some_and(|v| !is_empty(v)));
        names.retain(|name| self.all || filled(name));
        let columns: Vec<Column> = names.into_iter().map(Column::field).collect();
        table::inner(items, &columns, self.style, indent, out)
    }
}

/// An object whose fields are things of one kind, as a list of these with the name of each.
fn by_name(fields: &Map<String, Value>) -> Option<Vec<Value>> {
    let names =
        |value: &Value| value.as_object().map(|inner| inner.keys().cloned().collect::<Vec<_>>());
    let mut values = fields.values();
    let first = names(values.next()?).filter(|names| !names.is_empty())?;
    if values.any(|value| names(value).as_ref() != Some(&first)) {
        return None;
    }
    let named = |(name, value): (&String, &Value)| {
        let mut item = Map::from_iter([(String::new(), Value::from(name.as_str()))]);
        item.extend(value.as_object().cloned().unwrap_or_default());
        Value::Object(item)
    };
    Some(fields.iter().map(named).collect())
}
