//! Code as it is written: pieces of text, each with what it is, so that it is coloured without
//! being read again.

use maud::{Markup, html};
use serde_json::Value;

/// What a piece of code is: the class that colours it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Plain,
    Key,
    Text,
    Number,
    Word,
    Comment,
}

/// Code, piece by piece.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Code(Vec<(Piece, String)>);

impl Code {
    /// What nothing is said of.
    pub(crate) fn plain(&mut self, text: impl Into<String>) -> &mut Self {
        self.push(Piece::Plain, text.into())
    }

    /// The name of a field.
    pub(crate) fn key(&mut self, text: impl Into<String>) -> &mut Self {
        self.push(Piece::Key, text.into())
    }

    /// A text, with its quotes.
    pub(crate) fn text(&mut self, text: impl Into<String>) -> &mut Self {
        self.push(Piece::Text, text.into())
    }

    /// A number.
    pub(crate) fn number(&mut self, text: impl Into<String>) -> &mut Self {
        self.push(Piece::Number, text.into())
    }

    /// A word of the language.
    pub(crate) fn word(&mut self, text: impl Into<String>) -> &mut Self {
        self.push(Piece::Word, text.into())
    }

    /// A comment of one line, with its sign before it.
    pub(crate) fn comment(&mut self, text: impl Into<String>) -> &mut Self {
        self.push(Piece::Comment, text.into()).plain("\n")
    }

    /// What was written elsewhere.
    pub(crate) fn append(&mut self, other: &Self) -> &mut Self {
        for (piece, text) in &other.0 {
            self.push(*piece, text.clone());
        }
        self
    }

    /// Without line breaks at the end.
    pub(crate) fn trim(&mut self) {
        while let Some((_, text)) = self.0.last_mut() {
            text.truncate(text.trim_end().len());
            if !text.is_empty() {
                return;
            }
            self.0.pop();
        }
    }

    /// Whether it ends with this.
    pub(crate) fn ends_with(&self, end: char) -> bool {
        self.0.last().is_some_and(|(_, text)| text.ends_with(end))
    }

    /// The end of a line, and the beginning of the next one.
    pub(crate) fn line(&mut self, depth: usize) -> &mut Self {
        self.plain(format!("\n{}", "    ".repeat(depth)))
    }

    fn push(&mut self, piece: Piece, text: String) -> &mut Self {
        match self.0.last_mut() {
            Some((last, so_far)) if *last == piece => so_far.push_str(&text),
            _ if text.is_empty() => {}
            _ => self.0.push((piece, text)),
        }
        self
    }

    /// A value as the language writes it.
    pub(crate) fn value(&mut self, value: &Value, style: &Style, depth: usize) -> &mut Self {
        let line = |depth: usize| format!("\n{}", style.indent.repeat(depth));
        match value {
            Value::Null => self.word(style.null),
            Value::Bool(true) => self.word(style.truth.0),
            Value::Bool(false) => self.word(style.truth.1),
            Value::Number(number) => self.number(number.to_string()),
            Value::String(text) => self.text((style.literal)(text)),
            Value::Array(items) if items.is_empty() => self.plain("[]"),
            Value::Object(fields) if fields.is_empty() => self.plain("{}"),
            Value::Array(items) => {
                let short = items.iter().all(|item| !item.is_object() && !item.is_array());
                self.plain("[");
                for (i, item) in items.iter().enumerate() {
                    if !short {
                        self.plain(line(depth + 1));
                    } else if i > 0 {
                        self.plain(", ");
                    }
                    self.value(item, style, depth + 1);
                    if !short && (i + 1 < items.len() || style.last_comma) {
                        self.plain(",");
                    }
                }
                if !short {
                    self.plain(line(depth));
                }
                self.plain("]")
            }
            Value::Object(fields) => {
                self.plain("{");
                for (i, (name, value)) in fields.iter().enumerate() {
                    self.plain(line(depth + 1)).key((style.name)(name)).plain(style.is);
                    self.value(value, style, depth + 1);
                    if i + 1 < fields.len() && !style.comma.is_empty() || style.last_comma {
                        self.plain(style.comma);
                    }
                }
                self.plain(line(depth)).plain("}")
            }
        }
    }

    /// The same, with spans that colour it.
    pub(crate) fn markup(&self) -> Markup {
        html! {
            @for (piece, text) in &self.0 {
                @match piece {
                    Piece::Plain => { (text) },
                    Piece::Key => span.k { (text) },
                    Piece::Text => span.s { (text) },
                    Piece::Number => span.d { (text) },
                    Piece::Word => span.w { (text) },
                    Piece::Comment => span.c { (text) },
                }
            }
        }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|(_, text)| f.write_str(text))
    }
}

/// How a language writes values.
pub(crate) struct Style {
    /// What stands before what lies within, once for each depth.
    pub(crate) indent: &'static str,
    pub(crate) null: &'static str,
    /// What is true, and what is not.
    pub(crate) truth: (&'static str, &'static str),
    /// A text with its quotes.
    pub(crate) literal: fn(&str) -> String,
    /// The name of a field in an object.
    pub(crate) name: fn(&str) -> String,
    /// Between a field's name and its value.
    pub(crate) is: &'static str,
    /// Between fields.
    pub(crate) comma: &'static str,
    /// Whether there is one after the last, too.
    pub(crate) last_comma: bool,
}

/// JSON.
pub(crate) const JSON: Style = Style {
    indent: "  ",
    null: "null",
    truth: ("true", "false"),
    literal: json,
    name: json,
    is: ": ",
    comma: ",",
    last_comma: false,
};

/// A text in JSON.
pub(crate) fn json(text: &str) -> String {
    presentation::text::escaped(&Value::from(text).to_string())
}

/// A text between double quotes, as most languages take it; `control` writes what cannot stand there.
pub(crate) fn quoted(text: &str, control: fn(u32) -> String) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            c if c.is_control() => out += &control(u32::from(c)),
            c => out.push(c),
        }
    }
    out + "\""
}
