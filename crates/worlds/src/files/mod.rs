//! Worlds as files: things by the API's own field names, with names in place of ids.
//!
//! A file is read whole ([`read`]): every mistake in it is told at once, with its place. What it wants is
//! then held against what a server has ([`apply`]): what is missing is made, what differs is changed, and
//! nothing is ever taken away, so that applying again changes nothing. [`write()`] is the way back.
//!
//! Nothing here decides what the API refuses. Whoever wants to know before anything happens applies a
//! file to a trial first: a server with the same things, of which nothing is kept.

mod apply;
mod carry;
mod differ;
mod expand;
mod kinds;
mod parse;
mod plan;
mod refs;
mod shape;
mod stored;
mod write;

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use presentation::yaml::At;
use serde_json::{Map, Value};

pub use apply::{Applied, Done, How, apply};
pub use parse::read;
pub use write::{Unnamed, write};

use kinds::Kind;

/// The format that is written, and the newest that is read.
pub const FORMAT: u64 = 1;

/// A place in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was named.
    pub file: Rc<str>,
    /// Where in it.
    pub at: At,
}

/// Something in a file that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands.
    pub place: Place,
    /// What it is about, as `instances[1].plan`; empty: the file.
    pub way: String,
    /// What is wrong, and what would be right.
    pub text: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { file, at } = &self.place;
        let (way, colon) = (&self.way, if self.way.is_empty() { "" } else { ": " });
        write!(f, "{file}:{}:{}: {way}{colon}{}", at.line, at.column, self.text)
    }
}

impl serde::Serialize for Mistake {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::json!({
            "file": &*self.place.file, "line": self.place.at.line, "column": self.place.at.column,
            "field": self.way, "error": self.text,
        })
        .serialize(serializer)
    }
}

/// What files want, checked as far as they tell by themselves.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    wishes: Vec<Wish>,
}

impl Wanted {
    /// How many things there are to be.
    pub fn len(&self) -> usize {
        self.wishes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.wishes.is_empty()
    }
}

/// One thing that is to be.
#[derive(Debug, Clone)]
struct Wish {
    kind: Kind,
    /// What it lies within.
    owner: Option<usize>,
    /// The fields that it is made with.
    fields: Map<String, Value>,
    /// Those that other requests bring about.
    extras: Map<String, Value>,
    /// Where it stands, and as what: `instances[1]`.
    place: Place,
    way: String,
    /// Where its fields stand, by their ways from here.
    ats: BTreeMap<String, At>,
}

impl Wish {
    fn name(&self) -> &str {
        self.kind.name(&self.fields)
    }

    /// What people call it: `instance web`.
    fn title(&self) -> String {
        let fields = ["type", "protocol", "port", "source"].iter();
        let told = |field: &&str| self.fields.get(*field).and_then(Value::as_str);
        let mut words = vec![self.kind.noun()];
        match (self.name(), self.fields.get("name").and_then(Value::as_str)) {
            ("", name) => words.extend(name.into_iter().chain(fields.filter_map(told))),
            (name, _) => words.push(name),
        }
        words.retain(|word| !word.is_empty());
        words.join(" ")
    }

    /// A mistake in a field of it, or in something below that.
    fn mistake(&self, field: &str, text: impl Into<String>) -> Mistake {
        // What stands nowhere by itself is told where what it lies in stands.
        let mut known = field;
        while !known.is_empty() && !self.ats.contains_key(known) {
            known = known.rfind(['.', '[']).map_or("", |end| &known[..end]);
        }
        let at = self.ats.get(known).copied().unwrap_or(self.place.at);
        let place = Place { file: self.place.file.clone(), at };
        let way = match field {
            "" => self.way.clone(),
            field => format!("{}.{field}", self.way),
        };
        Mistake { place, way, text: text.into() }
    }
}
