//! What was sent or answered, while it is read: JSON, or text whose type the receiving field decides.
//!
//! Nothing is copied before a field takes it, so that a request can be read again and again.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

use super::Wire;
use crate::form::{self, Form, Record};

/// What a field could not take.
#[derive(Debug)]
pub struct Wrong(Box<Told>);

#[derive(Debug)]
pub(super) struct Told {
    /// The way to it from the top: `rules[0].port`.
    pub(super) way: String,
    /// The name of a field that is not there.
    pub(super) missing: Option<&'static str>,
    pub(super) text: String,
}

impl Wrong {
    /// What is wrong, and what would be right.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Box::new(Told { way: String::new(), missing: None, text: text.into() }))
    }

    fn missing(name: &'static str) -> Self {
        Self(Box::new(Told { way: String::new(), missing: Some(name), text: "is required".into() }))
    }

    /// The same, seen from where the field of this name is.
    pub(super) fn below(mut self, name: &str) -> Self {
        let way = &self.0.way;
        let dot = if way.is_empty() || way.starts_with('[') { "" } else { "." };
        self.0.way = format!("{name}{dot}{way}");
        self
    }

    pub(super) fn told(self) -> Told {
        *self.0
    }
}

/// A field's value, as it came: already JSON, or text.
#[derive(Debug, Clone)]
pub(super) enum Sent {
    Json(Value),
    Text(String),
}

/// A value while it is read.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    what: What<'a>,
    /// Clients are sloppy: an item without a value is no item.
    is_request: bool,
}

/// A text in JSON is read as any text.
#[derive(Clone, Copy)]
enum What<'a> {
    Json(&'a Value),
    Text(&'a str),
    Request(&'a [(String, Sent)]),
}

impl<'a> Given<'a> {
    /// What was answered.
    pub fn answer(value: &'a Value) -> Self {
        Self::of(value, false)
    }

    pub(super) fn request(fields: &'a [(String, Sent)]) -> Self {
        Self { what: What::Request(fields), is_request: true }
    }

    fn of(value: &'a Value, is_request: bool) -> Self {
        let what = match value {
            Value::String(text) => What::Text(text),
            value => What::Json(value),
        };
        Self { what, is_request }
    }

    pub(super) fn text_of(text: &'a str, is_request: bool) -> Self {
        Self { what: What::Text(text), is_request }
    }

    /// What is of another kind altogether may have secrets within: then only its kind is told.
    fn instead_of(self, expected: &str) -> Wrong {
        let got = match self.what {
            What::Json(Value::Object(_)) | What::Request(_) => "an object".to_owned(),
            What::Json(Value::Array(_)) => "a list".to_owned(),
            What::Text(_) if expected == "an object" => "a text".to_owned(),
            What::Text(got) => format!("`{got}`"),
            What::Json(got) => format!("`{got}`"),
        };
        Wrong::new(format!("expected {expected}, got {got}"))
    }

    /// Whether there is no value.
    pub fn is_null(self) -> bool {
        matches!(self.what, What::Json(Value::Null))
    }

    /// Whether it is a list.
    pub fn is_list(self) -> bool {
        matches!(self.what, What::Json(Value::Array(_)))
    }

    /// The value as JSON, for what no type describes.
    pub fn json(self) -> Value {
        match self.what {
            What::Text(text) => text.into(),
            What::Json(value) => value.clone(),
            What::Request(_) => Value::Null,
        }
    }

    /// The fields of an object that no type describes. Absent fields of a request are not there.
    ///
    /// # Errors
    /// When it is no object.
    pub fn free(self) -> Result<Map<String, Value>, Wrong> {
        let What::Json(Value::Object(fields)) = self.what else {
            return Err(self.instead_of("an object"));
        };
        let mut fields = fields.clone();
        if self.is_request {
            super::drop_nulls(&mut fields);
        }
        Ok(fields)
    }

    /// A text.
    ///
    /// # Errors
    /// When it is none.
    pub fn text(self) -> Result<&'a str, Wrong> {
        match self.what {
            What::Text(text) => Ok(text),
            _ => Err(self.instead_of("a text")),
        }
    }

    /// A whole number, where JSON has one.
    pub(super) fn integer(self) -> Option<u64> {
        match self.what {
            What::Json(value) => value.as_u64(),
            _ => None,
        }
    }

    /// A number or flag: from JSON as it is, from text where it reads as one.
    pub(super) fn parsed<T: FromStr>(self, what: &str) -> Result<T, Wrong> {
        let text = match self.what {
            What::Text(text) => text.to_owned(),
            What::Json(value) => value.to_string(),
            What::Request(_) => return Err(self.instead_of(what)),
        };
        whole(&text).parse().map_err(|_| Wrong::new(format!("`{text}` is no {what}")))
    }

    /// The place of the word that it is.
    ///
    /// # Errors
    /// Names the words that there are.
    pub fn word(self, form: &'static Form) -> Result<usize, Wrong> {
        let Form::Words(words) = form else { unreachable!("an enum's form is words") };
        let got = match self.what {
            What::Text(text) => match words.place(text) {
                Some(place) => return Ok(place),
                None => text.to_owned(),
            },
            What::Json(value) => value.to_string(),
            What::Request(_) => return Err(self.instead_of("a text")),
        };
        let known: Vec<_> = words.known().map(|word| word.word).collect();
        Err(Wrong::new(format!("`{got}` is none of {}", known.join(", "))))
    }

    /// The items of a list, or of a text between commas.
    ///
    /// # Errors
    /// When it is neither, or what is wrong with one of them.
    pub fn each(self, take: &mut dyn FnMut(Self) -> Result<(), Wrong>) -> Result<(), Wrong> {
        let mut place = 0;
        let mut take = |item: Self| {
            place += 1;
            take(item).map_err(|wrong| wrong.below(&format!("[{}]", place - 1)))
        };
        match self.what {
            What::Text("") => Ok(()),
            What::Text(text) => {
                text.split(',').try_for_each(|item| take(Self::text_of(item, self.is_request)))
            }
            What::Json(Value::Array(items)) => {
                // `[""]` is how some clients send an empty list.
                let counts = |item: &&Value| !self.is_request || !(item.is_null() || **item == "");
                let mut items = items.iter().filter(counts);
                items.try_for_each(|item| take(Self::of(item, self.is_request)))
            }
            _ => Err(self.instead_of("a list")),
        }
    }

    /// Values by their names.
    ///
    /// # Errors
    /// When it is no object, or what is wrong with one of them.
    pub fn entries(
        self,
        take: &mut dyn FnMut(&str, Self) -> Result<(), Wrong>,
    ) -> Result<(), Wrong> {
        let What::Json(Value::Object(fields)) = self.what else {
            return Err(self.instead_of("an object"));
        };
        let mut fields = fields.iter().filter(|(_, value)| !value.is_null());
        fields.try_for_each(|(name, value)| {
            take(name, Self::of(value, self.is_request)).map_err(|wrong| wrong.below(name))
        })
    }

    /// The object that it is, to be read field by field.
    ///
    /// # Errors
    /// When it is none.
    pub fn record(self, form: &'static Form) -> Result<Reader<'a>, Wrong> {
        let Form::Record(Record { fields, .. }) = form else {
            unreachable!("a struct's form is a record")
        };
        match self.what {
            What::Request(_) | What::Json(Value::Object(_)) => {
                Ok(Reader { object: self, left: fields.iter(), wrong: None })
            }
            _ => Err(self.instead_of("an object")),
        }
    }

    /// The fields of an object that holds many numbers, flags and texts, by their names.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn known(self, form: &'static Form) -> Result<Map<String, Value>, Wrong> {
        let Form::Record(Record { fields, .. }) = form else {
            unreachable!("a struct's form is a record")
        };
        let mut known = Map::new();
        for field in *fields {
            let Some(given) = self.field(field.name) else { continue };
            let value = match field.form {
                Form::Flag => given.parsed("true or false").map(Value::Bool),
                Form::Text(_) => given.text().map(Value::from),
                _ => given.parsed("number").map(Value::Number),
            };
            known.insert(field.name.into(), value.map_err(|wrong| wrong.below(field.name))?);
        }
        Ok(known)
    }

    fn field(self, name: &str) -> Option<Self> {
        match self.what {
            What::Json(Value::Object(fields)) => {
                let value = fields.get(name).filter(|value| !value.is_null())?;
                Some(Self::of(value, self.is_request))
            }
            What::Request(fields) => {
                let (_, sent) = fields.iter().find(|(known, _)| known == name)?;
                Some(match sent {
                    Sent::Json(value) => Self::of(value, true),
                    Sent::Text(text) => Self::text_of(text, true),
                })
            }
            _ => None,
        }
    }
}

impl fmt::Debug for Given<'_> {
    /// Tells its kind only: there may be secrets in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given")
    }
}

/// Without a fraction that is none: `20.0` is 20.
fn whole(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, rest)) if !rest.is_empty() && rest.bytes().all(|b| b == b'0') => whole,
        _ => text,
    }
}

/// Reads the fields of a record, one after the other in its own order.
#[derive(Debug)]
pub struct Reader<'a> {
    object: Given<'a>,
    left: std::slice::Iter<'static, form::Field>,
    /// The first that went wrong: nothing is read after it.
    wrong: Option<Wrong>,
}

impl Reader<'_> {
    /// Reads the next field. One that is not there stays as it is, where it may be left out.
    pub fn next<T: Wire>(&mut self, field: &mut T) {
        self.next_by(field, T::read);
    }

    /// The same, read in its own way.
    pub fn next_by<T>(&mut self, field: &mut T, read: fn(Given<'_>) -> Result<T, Wrong>) {
        let Some((name, given)) = self.given() else { return };
        match read(given) {
            Ok(value) => *field = value,
            Err(wrong) => self.fail(name, wrong),
        }
    }

    /// The value of the next field, where there is one.
    fn given(&mut self) -> Option<(&'static str, Given<'_>)> {
        let field = self.left.next()?;
        if self.wrong.is_some() {
            return None;
        }
        if field.flat {
            return Some(("", self.object));
        }
        let mut names = std::iter::once(&field.name).chain(field.aliases);
        match names.find_map(|name| Some((*name, self.object.field(name)?))) {
            Some(found) => Some(found),
            None => {
                self.wrong = field.needed.then(|| Wrong::missing(field.name));
                None
            }
        }
    }

    fn fail(&mut self, name: &str, wrong: Wrong) {
        self.wrong = Some(if name.is_empty() { wrong } else { wrong.below(name) });
    }

    /// What was read.
    ///
    /// # Errors
    /// The first field that was not there, or could not be what it should be.
    pub fn end<T>(self, read: T) -> Result<T, Wrong> {
        match self.wrong {
            None => Ok(read),
            Some(wrong) => Err(wrong),
        }
    }
}
