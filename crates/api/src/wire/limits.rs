//! How long the texts and lists of a request may be, and what may stand in a text.
//!
//! The limits are the schema's own (`maxLength`, `maxItems`, `x-lines`), with the usual ones where
//! it says nothing: the document and the refusals cannot part. They are worked out once for each
//! operation; a request is only walked through.

use std::collections::BTreeMap;

use schemars::transform::{RecursiveTransform, Transform};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use super::Problem;
use super::request::Field;

/// How many characters a text has at most where its field says nothing else.
pub const TEXT_MAX: usize = 255;
/// How many items a list has at most where its field says nothing else.
pub const ITEMS_MAX: usize = 1_000;
/// How many characters a text has at most in JSON that no schema describes.
const FREE_MAX: usize = 65_536;

/// The limits of an operation's request, by field.
#[derive(Debug)]
pub struct Limits(pub(super) BTreeMap<String, Limit>);

#[derive(Debug, Clone)]
pub(super) enum Limit {
    /// A text, or a number or flag that may be sent as one.
    Text { most: usize, lines: bool },
    /// A list, or a text with its items between commas.
    List { most: usize, item: Box<Limit> },
    /// An object whose fields are known.
    Object(BTreeMap<String, Limit>),
    /// JSON that no schema describes.
    Free,
}

/// What is wrong, and the way to it from the field that was looked at.
struct Wrong {
    way: String,
    text: String,
}

impl Wrong {
    fn new(text: String) -> Self {
        Self { way: String::new(), text }
    }
    fn at_item(self, index: usize) -> Self {
        Self { way: format!("[{index}]{}", self.way), ..self }
    }
    fn at_field(self, name: &str) -> Self {
        Self { way: format!(".{name}{}", self.way), ..self }
    }
}

impl Limits {
    /// The limits of the request of this schema. `aliases` are further names of its fields.
    pub fn of(schema: fn(&mut SchemaGenerator) -> Schema, aliases: &[(&str, &str)]) -> Self {
        let mut schema = crate::operation::whole(schema);
        RecursiveTransform(crate::openapi::tidy).transform(&mut schema);
        let root = schema.to_value();
        let mut fields = fields(&root, &root);
        for (alias, field) in aliases {
            if let Some(limit) = fields.get(*field).cloned() {
                fields.insert((*alias).to_owned(), limit);
            }
        }
        Self(fields)
    }

    /// Refuses what is too long and what holds control characters. Fields that nobody knows are
    /// not looked at: they are not kept either.
    pub(super) fn check(&self, name: &str, field: &Field) -> Result<(), Problem> {
        let Some(limit) = self.0.get(name) else { return Ok(()) };
        let outcome = match field {
            Field::Text(text) => limit.text(text),
            Field::Json(value) => limit.json(value),
        };
        outcome.map_err(|wrong| Problem { field: format!("{name}{}", wrong.way), text: wrong.text })
    }
}

impl Limit {
    fn text(&self, text: &str) -> Result<(), Wrong> {
        match self {
            Self::Text { most, lines } => one_text(text, *most, *lines),
            Self::List { most, item } => {
                count(text.split(',').count(), *most)?;
                for (i, part) in text.split(',').enumerate() {
                    item.text(part).map_err(|wrong| wrong.at_item(i))?;
                }
                Ok(())
            }
            Self::Object(_) | Self::Free => one_text(text, FREE_MAX, true),
        }
    }

    fn json(&self, value: &Value) -> Result<(), Wrong> {
        match (self, value) {
            (_, Value::String(text)) => self.text(text),
            (Self::List { most, item }, Value::Array(items)) => {
                count(items.len(), *most)?;
                each(items, item)
            }
            // One thing where there may be several.
            (Self::List { item, .. }, Value::Object(_)) => item.json(value),
            (Self::Object(known), Value::Object(fields)) => {
                for (name, value) in fields {
                    if let Some(limit) = known.get(name) {
                        limit.json(value).map_err(|wrong| wrong.at_field(name))?;
                    }
                }
                Ok(())
            }
            (Self::Free, Value::Array(items)) => {
                count(items.len(), ITEMS_MAX)?;
                each(items, self)
            }
            (Self::Free, Value::Object(fields)) => {
                count(fields.len(), ITEMS_MAX)?;
                for (name, value) in fields {
                    one_text(name, TEXT_MAX, false)?;
                    self.json(value).map_err(|wrong| wrong.at_field(name))?;
                }
                Ok(())
            }
            // Numbers and flags need no limit; what is of the wrong type, decoding refuses.
            _ => Ok(()),
        }
    }
}

fn each(items: &[Value], limit: &Limit) -> Result<(), Wrong> {
    for (i, item) in items.iter().enumerate() {
        limit.json(item).map_err(|wrong| wrong.at_item(i))?;
    }
    Ok(())
}

fn count(items: usize, most: usize) -> Result<(), Wrong> {
    match items > most {
        true => Err(Wrong::new(format!("must be at most {most} items, and is {items}"))),
        false => Ok(()),
    }
}

fn one_text(text: &str, most: usize, lines: bool) -> Result<(), Wrong> {
    // Most texts are short and plain.
    if text.len() > most && text.chars().nth(most).is_some() {
        let length = text.chars().count();
        return Err(Wrong::new(format!("must be at most {most} characters, and is {length}")));
    }
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Ok(());
    }
    let belongs = |c: char| lines && matches!(c, '\n' | '\r' | '\t');
    let Some((at, wrong)) = text.chars().enumerate().find(|(_, c)| c.is_control() && !belongs(*c))
    else {
        return Ok(());
    };
    let right = match lines {
        true => "line breaks and tabs may stand in it, other control characters may not",
        false => "it must be one line without control characters",
    };
    let (code, place) = (u32::from(wrong), at + 1);
    Err(Wrong::new(format!("character {place} is the control character U+{code:04X}: {right}")))
}

/// The limits of an object's fields.
fn fields(root: &Value, schema: &Value) -> BTreeMap<String, Limit> {
    let known = schema["properties"].as_object().into_iter().flatten();
    known.map(|(name, field)| (name.clone(), limit(root, field))).collect()
}

fn limit(root: &Value, schema: &Value) -> Limit {
    if let Some(way) = schema["$ref"].as_str() {
        let found = root.pointer(way.trim_start_matches('#'));
        return found.map_or(Limit::Free, |found| limit(root, found));
    }
    let number = |key: &str, usual: usize| {
        schema[key].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(usual)
    };
    match schema["type"].as_str() {
        Some("array") => {
            let item = Box::new(limit(root, &schema["items"]));
            Limit::List { most: number("maxItems", ITEMS_MAX), item }
        }
        Some("object") if schema["properties"].is_object() => Limit::Object(fields(root, schema)),
        Some("object") | None => Limit::Free,
        Some(_) => {
            let lines = schema["x-lines"] == true;
            Limit::Text { most: number("maxLength", TEXT_MAX), lines }
        }
    }
}

/// Writes the usual limits into a schema that is part of a request's.
pub(crate) fn state(schema: &mut Schema) {
    if let Some(schema) = schema.as_object_mut() {
        state_in(schema);
    }
}

fn state_in(schema: &mut Map<String, Value>) {
    let is = |kind: &str| schema.get("type").is_some_and(|t| t == kind);
    // Of these the set of words, or the form, says more.
    let is_bounded = ["enum", "const", "format", "x-format-or-empty"]
        .iter()
        .any(|key| schema.get(*key).is_some_and(|form| form != "password"));
    if is("string") && !is_bounded {
        schema.entry("maxLength").or_insert(TEXT_MAX.into());
    } else if is("array") {
        schema.entry("maxItems").or_insert(ITEMS_MAX.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_counted_in_characters() {
        assert!(one_text(&"ä".repeat(255), 255, false).is_ok());
        let wrong = one_text(&"ä".repeat(256), 255, false).unwrap_err();
        assert_eq!(wrong.text, "must be at most 255 characters, and is 256");
    }

    #[test]
    fn line_breaks_stand_only_where_they_belong() {
        assert!(one_text("a\r\n\tb", 9, true).is_ok());
        let wrong = one_text("ab\n", 9, false).unwrap_err().text;
        assert!(wrong.starts_with("character 3 is the control character U+000A: "), "{wrong}");
        for control in ["\0", "\u{1b}[2J", "\u{7f}", "\u{9b}2J"] {
            assert!(one_text(control, 9, false).is_err() && one_text(control, 9, true).is_err());
        }
    }
}
