//! Tables for people: the telling columns first, and only as many as fit.
//!
//! Into a pipe, nothing is cut and no column is dropped.

use std::io::{self, Write};

use serde_json::Value;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::text::clean;

/// The columns that tell most, in the order in which they stand.
const FIRST: &[&str] = &[
    "id",
    "label",
    "name",
    "domain",
    "email",
    "description",
    "status",
    "state",
    "main_ip",
    "type",
    "region",
    "plan",
    "hostname",
    "power_status",
    "os",
    "ip",
    "subnet",
    "subnet_size",
    "size_gb",
    "data",
    "attached_to_instance",
    "instance_id",
    "vcpu_count",
    "ram",
    "disk",
    "bandwidth",
    "monthly_cost",
    "country",
    "city",
];
/// No column but an id's is wider than this on a terminal.
const WIDEST: usize = 40;
/// A column that has to give way keeps at least so much.
const NARROWEST: usize = 8;
const GAP: usize = 2;

struct Column {
    title: String,
    cells: Vec<String>,
    width: usize,
}

/// A list: a line per item.
pub(super) fn list(
    items: &[Value],
    terminal: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    let mut columns = columns(items);
    if let Some(width) = terminal {
        columns = fit(columns, width);
    }
    line(out, columns.iter().map(|c| (c.title.as_str(), c.width)))?;
    for row in 0..items.len() {
        line(out, columns.iter().map(|c| (c.cells[row].as_str(), c.width)))?;
    }
    Ok(())
}

/// One thing: a line per field, what is nested with its way.
pub(super) fn single(
    answer: &Value,
    terminal: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut lines = Vec::new();
    flatten("", answer, &mut lines);
    let keys = lines.iter().map(|(key, _)| key.width()).max().unwrap_or_default();
    let room = terminal.map(|width| width.saturating_sub(keys + GAP).max(NARROWEST));
    for (key, value) in &lines {
        let value = room.map_or_else(|| value.clone(), |room| cut(value, room));
        line(out, [(key.as_str(), keys), (value.as_str(), 0)].into_iter())?;
    }
    Ok(())
}

fn line<'a>(out: &mut dyn Write, cells: impl Iterator<Item = (&'a str, usize)>) -> io::Result<()> {
    let mut text = String::new();
    for (cell, width) in cells {
        let cell = cut(cell, if width == 0 { usize::MAX } else { width });
        text.push_str(&cell);
        text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + GAP));
    }
    writeln!(out, "{}", text.trim_end())
}

/// All columns in the order of [`FIRST`], then in the API's.
fn columns(items: &[Value]) -> Vec<Column> {
    let mut keys: Vec<&str> = Vec::new();
    for key in items.iter().filter_map(Value::as_object).flat_map(|o| o.keys()) {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    keys.sort_by_key(|key| FIRST.iter().position(|f| f == key).unwrap_or(FIRST.len()));
    let column = |title: &str, cells: Vec<String>| {
        let width =
            cells.iter().map(|c| c.width()).chain([title.width()]).max().unwrap_or_default();
        Column { title: title.to_owned(), cells, width }
    };
    if keys.is_empty() {
        return vec![column("VALUE", items.iter().map(text).collect())];
    }
    let cells =
        |key: &str| items.iter().map(|i| i.get(key).map(text).unwrap_or_default()).collect();
    keys.into_iter().map(|key| column(&clean(&key.to_uppercase()), cells(key))).collect()
}

/// As many columns as the width holds: the first ones whole as far as possible. Columns in which
/// nothing stands are the first to go.
fn fit(columns: Vec<Column>, width: usize) -> Vec<Column> {
    let mut left = width;
    let mut kept: Vec<Column> = Vec::new();
    let telling = columns.into_iter().filter(|c| c.cells.iter().any(|cell| !cell.is_empty()));
    for mut column in telling {
        let gap = if kept.is_empty() { 0 } else { GAP };
        if column.title != "ID" {
            column.width = column.width.min(WIDEST);
        }
        let room = left.saturating_sub(gap);
        // The first two are who it is: rather cut than gone.
        if kept.len() < 2 && room >= NARROWEST.min(column.width) {
            column.width = column.width.min(room);
        }
        if column.width <= room {
            left -= column.width + gap;
            kept.push(column);
        }
    }
    kept
}

fn flatten(way: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (key, value) in object {
                let way = if way.is_empty() { key.clone() } else { format!("{way}.{key}") };
                flatten(&way, value, lines);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (i, item) in items.iter().enumerate() {
                flatten(&format!("{way}.{i}"), item, lines);
            }
        }
        value => lines.push((clean(way), text(value))),
    }
}

/// A value in one line.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => clean(text),
        Value::Object(object) if object.is_empty() => String::new(),
        Value::Array(items) if items.iter().all(|i| !i.is_object() && !i.is_array()) => {
            items.iter().map(text).collect::<Vec<_>>().join(",")
        }
        other => clean(&other.to_string()),
    }
}

/// At most `width` columns of text, with a mark where something is gone.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 1;
    let head = text.chars().take_while(|c| {
        used += c.width().unwrap_or_default();
        used <= width
    });
    head.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(items: &[Value], width: Option<usize>) -> String {
        let mut out = Vec::new();
        list(items, width, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn machines() -> Vec<Value> {
        let machine = |n: usize, label: &str| {
            json!({
                "cpu": n, "id": format!("cb676a46-66fd-4dfb-b839-443f2e6c0b6{n}"), "region": "ewr",
                "label": label, "tags": ["a", "b"], "note": "", "date_created": "2026-11-21T09:30:00+00:00"
            })
        };
        vec![machine(1, "web"), machine(2, "a label that nobody would ever want to read in full")]
    }

    #[test]
    fn a_table_fits_its_terminal() {
        for width in [20, 40, 80, 100, 200] {
            let text = shown(&machines(), Some(width));
            for line in text.lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
            assert!(text.starts_with("ID"), "{text}");
            assert!(!text.contains("NOTE"), "empty columns go first: {text}");
        }
        assert!(shown(&machines(), Some(80)).contains("LABEL"));
    }

    #[test]
    fn a_pipe_gets_every_column_whole() {
        let text = shown(&machines(), None);
        assert!(text.contains("ever want to read in full"));
        assert!(text.lines().next().unwrap().contains("NOTE"));
        assert!(text.contains("a,b"));
    }

    #[test]
    fn wide_characters_are_counted_and_control_characters_removed() {
        let text = shown(
            &[json!({"id": "日本語", "name": "a\u{1b}[31mb\nc"}), json!({"id": "x", "name": "y"})],
            None,
        );
        assert_eq!(text, "ID      NAME\n日本語  a [31mb c\nx       y\n");
        assert_eq!(cut("日本語", 5), "日本…");
    }

    #[test]
    fn one_thing_is_a_line_per_field() {
        let mut out = Vec::new();
        let thing =
            json!({"id": "a", "v6": {"net": "::"}, "tags": [], "rules": [{"port": 1}], "n": null});
        single(&thing, Some(80), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "id            a\nv6.net        ::\ntags\nrules.0.port  1\nn\n");
    }
}
