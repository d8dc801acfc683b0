//! How long the texts and lists of a request may be, and what may stand in a text.
//!
//! The limits are the form's own (`most`, `lines`), with the usual ones where it says nothing, and the
//! OpenAPI document states them: the document and the refusals cannot part.

use serde_json::{Map, Value};

use super::Problem;
use super::given::{Sent, Told, Wrong};
use crate::form::{Field, Form, Record};

/// How many characters a text has at most where its field says nothing else.
pub const TEXT_MAX: usize = 255;
/// How many items a list has at most where its field says nothing else.
pub const ITEMS_MAX: usize = 1_000;
/// How many characters a text has at most in JSON that no form describes.
const FREE_MAX: usize = 65_536;

/// What one value may hold.
#[derive(Clone, Copy)]
struct Limit {
    form: &'static Form,
    /// Characters of a text.
    most: usize,
    /// Characters of each text in a list.
    item_most: usize,
    /// Whether line breaks and tabs may stand in it.
    lines: bool,
}

/// The field that is called so, by any of its names.
pub(super) fn field(record: &Record, name: &str) -> Option<&'static Field> {
    record.fields.iter().find_map(|known| match known.form {
        Form::Record(inner) if known.flat => field(inner, name),
        _ => (known.name == name || known.aliases.contains(&name)).then_some(known),
    })
}

/// Refuses what is too long and what holds control characters. Fields that nobody knows are not looked
/// at: they are not kept either.
pub(super) fn check(record: &Record, name: &str, sent: &Sent) -> Result<(), Problem> {
    let Some(known) = field(record, name) else { return Ok(()) };
    let limit = Limit::of(known);
    let outcome = match sent {
        Sent::Text(text) => limit.text(text),
        Sent::Json(value) => limit.json(value),
    };
    outcome.map_err(|wrong| {
        let Told { way: field, text, .. } = wrong.below(name).told();
        Problem { field, text }
    })
}

impl Limit {
    fn of(field: &Field) -> Self {
        let usual = |most: usize| if most == 0 { TEXT_MAX } else { most };
        Self {
            form: field.form,
            most: usual(field.most),
            item_most: usual(field.item_most),
            lines: field.lines,
        }
    }

    fn item(self, form: &'static Form) -> Self {
        Self { form, most: self.item_most, item_most: TEXT_MAX, lines: false }
    }

    fn text(self, text: &str) -> Result<(), Wrong> {
        match self.form {
            Form::List(item) => {
                count(text.split(',').count(), ITEMS_MAX)?;
                for (i, part) in text.split(',').enumerate() {
                    self.item(item).text(part).map_err(|wrong| wrong.below(&format!("[{i}]")))?;
                }
                Ok(())
            }
            Form::Record(_) | Form::Map(_) | Form::Free => one_text(text, FREE_MAX, true),
            // A text, or a number or flag that may be sent as one.
            _ => one_text(text, self.most, self.lines),
        }
    }

    fn json(self, value: &Value) -> Result<(), Wrong> {
        match (self.form, value) {
            (_, Value::String(text)) => self.text(text),
            (Form::List(item), Value::Array(items)) => {
                count(items.len(), ITEMS_MAX)?;
                each(items, &|value| self.item(item).json(value))
            }
            // One thing where there may be several.
            (Form::List(item), Value::Object(_)) => self.item(item).json(value),
            (Form::Record(record), Value::Object(fields)) => {
                for (name, value) in fields {
                    if let Some(known) = field(record, name) {
                        Self::of(known).json(value).map_err(|wrong| wrong.below(name))?;
                    }
                }
                Ok(())
            }
            (Form::Map(_) | Form::Free, _) => free(value),
            // Numbers and flags need no limit; what is of the wrong type, decoding refuses.
            _ => Ok(()),
        }
    }
}

/// JSON that no form describes.
fn free(value: &Value) -> Result<(), Wrong> {
    match value {
        Value::String(text) => one_text(text, FREE_MAX, true),
        Value::Array(items) => {
            count(items.len(), ITEMS_MAX)?;
            each(items, &free)
        }
        Value::Object(fields) => {
            count(fields.len(), ITEMS_MAX)?;
            for (name, value) in fields {
                one_text(name, TEXT_MAX, false)?;
                free(value).map_err(|wrong| wrong.below(name))?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn each(items: &[Value], check: &dyn Fn(&Value) -> Result<(), Wrong>) -> Result<(), Wrong> {
    for (i, item) in items.iter().enumerate() {
        check(item).map_err(|wrong| wrong.below(&format!("[{i}]")))?;
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

/// Writes the usual limits into a schema that is part of a request's, and into all within it.
pub(crate) fn state(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("type").is_some_and(Value::is_string) {
                state_in(fields);
            }
            fields.values_mut().for_each(state);
        }
        Value::Array(items) => items.iter_mut().for_each(state),
        _ => {}
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
        assert_eq!(wrong.told().text, "must be at most 255 characters, and is 256");
    }

    #[test]
    fn line_breaks_stand_only_where_they_belong() {
        assert!(one_text("a\r\n\tb", 9, true).is_ok());
        let wrong = one_text("ab\n", 9, false).unwrap_err().told().text;
        assert!(wrong.starts_with("character 3 is the control character U+000A: "), "{wrong}");
        for control in ["\0", "\u{1b}[2J", "\u{7f}", "\u{9b}2J"] {
            assert!(one_text(control, 9, false).is_err() && one_text(control, 9, true).is_err());
        }
    }
}
