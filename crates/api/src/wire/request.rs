//! A lenient deserializer for requests: JSON, or text whose type the receiving field decides.
//!
//! Nothing is copied before a field takes it, so that a request can be read again and again.

use std::fmt;
use std::str::FromStr;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, Unexpected, Visitor};
use serde_json::Value;

/// What a field could not take.
#[derive(Debug)]
pub(super) struct Wrong {
    /// The way to it from the top: `rules[0].port`.
    pub(super) way: String,
    /// The name of a field that is not there.
    pub(super) missing: Option<&'static str>,
    pub(super) text: String,
}

impl Wrong {
    /// The same, seen from where the field of this name is.
    fn below(self, name: &str) -> Self {
        let dot = if self.way.is_empty() || self.way.starts_with('[') { "" } else { "." };
        Self { way: format!("{name}{dot}{}", self.way), ..self }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self { way: String::new(), missing: None, text: text.to_string() }
    }
    fn missing_field(field: &'static str) -> Self {
        Self { missing: Some(field), ..Self::custom("is required") }
    }
    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format!("expected {expected}, got {unexpected}"))
    }
    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format!("expected {expected}, got {unexpected}"))
    }
    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format!("`{variant}` is none of {}", expected.join(", ")))
    }
}

/// A field's value, as it came: already JSON, or text.
#[derive(Debug, Clone)]
pub(super) enum Field {
    Json(Value),
    Text(String),
}

impl Field {
    fn given(&self) -> Given<'_> {
        match self {
            Self::Json(value) => Given::of(value),
            Self::Text(text) => Given::Text(text),
        }
    }
}

/// The same while it is read. A text in JSON is read as any text.
#[derive(Clone, Copy)]
pub(super) enum Given<'a> {
    Json(&'a Value),
    Text(&'a str),
}

impl<'a> Given<'a> {
    fn of(value: &'a Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            value => Self::Json(value),
        }
    }

    /// What is of another kind altogether may have secrets within: then only its kind is told.
    fn instead_of(self, expected: &str) -> Wrong {
        let wrong =
            |got: &dyn fmt::Display| de::Error::custom(format!("expected {expected}, got {got}"));
        match self {
            Self::Json(Value::Object(_)) => wrong(&"an object"),
            Self::Json(Value::Array(_)) => wrong(&"a list"),
            Self::Text(_) if expected == "an object" => wrong(&"a text"),
            Self::Text(got) => wrong(&format_args!("`{got}`")),
            Self::Json(got) => wrong(&format_args!("`{got}`")),
        }
    }

    /// A number or flag: from JSON as it is, from text where it reads as one.
    fn parsed<T: FromStr>(self, what: &str) -> Result<T, Wrong> {
        let text = match self {
            Self::Text(text) => text.to_owned(),
            Self::Json(value) => value.to_string(),
        };
        whole(&text).parse().map_err(|_| de::Error::custom(format!("`{text}` is no {what}")))
    }
}

/// Without a fraction that is none: `20.0` is 20.
fn whole(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, rest)) if !rest.is_empty() && rest.bytes().all(|b| b == b'0') => whole,
        _ => text,
    }
}

impl<'de> IntoDeserializer<'de, Wrong> for Given<'de> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parse {
    ($($method:ident $visit:ident: $what:literal,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            visitor.$visit(self.parsed($what)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Given<'de> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Self::Text(text) => visitor.visit_borrowed_str(text),
            Self::Json(Value::Array(items)) => visitor.visit_seq(Items::json(items)),
            Self::Json(Value::Object(fields)) => visitor.visit_map(Entries::object(fields)),
            Self::Json(scalar) => scalar.deserialize_any(visitor).map_err(de::Error::custom),
        }
    }
    parse! {
        deserialize_bool visit_bool: "true or false",
        deserialize_u8 visit_u8: "whole number from 0 to 255",
        deserialize_u16 visit_u16: "whole number from 0 to 65535",
        deserialize_u32 visit_u32: "whole number of at least 0",
        deserialize_u64 visit_u64: "whole number of at least 0",
        deserialize_i32 visit_i32: "whole number",
        deserialize_i64 visit_i64: "whole number",
        deserialize_f64 visit_f64: "number",
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Self::Json(Value::Null) => visitor.visit_none(),
            some => visitor.visit_some(some),
        }
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Self::Text(text) => visitor.visit_seq(Items::text(text)),
            Self::Json(Value::Array(items)) => visitor.visit_seq(Items::json_in_list(items)),
            other => Err(other.instead_of("a list")),
        }
    }
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Self::Json(Value::Object(fields)) => visitor.visit_map(Entries::object(fields)),
            other => Err(other.instead_of("an object")),
        }
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.deserialize_map(visitor)
    }
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Self::Text(text) => visitor.visit_borrowed_str(text),
            other => Err(other.instead_of("a text")),
        }
    }
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_string(visitor)
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self {
            Self::Text(text) => {
                let text: StrDeserializer<'_, Wrong> = text.into_deserializer();
                text.deserialize_enum(name, variants, visitor)
            }
            Self::Json(v @ Value::Object(_)) => {
                v.deserialize_enum(name, variants, visitor).map_err(de::Error::custom)
            }
            Self::Json(v) => Err(de::Error::unknown_variant(&v.to_string(), variants)),
        }
    }
    serde::forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
        ignored_any
    }
}

/// The fields of an object, or of the request itself.
pub(super) struct Entries<'de> {
    left: Left<'de>,
    current: Option<(&'de str, Given<'de>)>,
}

enum Left<'de> {
    Request(std::slice::Iter<'de, (String, Field)>),
    Object(serde_json::map::Iter<'de>),
}

impl<'de> Entries<'de> {
    pub(super) fn request(fields: &'de [(String, Field)]) -> Self {
        Self { left: Left::Request(fields.iter()), current: None }
    }
    fn object(fields: &'de serde_json::Map<String, Value>) -> Self {
        Self { left: Left::Object(fields.iter()), current: None }
    }
}

impl<'de> de::MapAccess<'de> for Entries<'de> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        self.current = match &mut self.left {
            Left::Request(fields) => fields.next().map(|(name, field)| (&**name, field.given())),
            Left::Object(fields) => {
                let next = fields.find(|(_, value)| !value.is_null());
                next.map(|(name, value)| (&**name, Given::of(value)))
            }
        };
        let Some((name, _)) = self.current else { return Ok(None) };
        seed.deserialize(Given::Text(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let (name, value) = self.current.take().expect("a value follows its key");
        seed.deserialize(value).map_err(|wrong| wrong.below(name))
    }
}

/// The items of a list, or of a text between commas.
struct Items<'de> {
    left: LeftItems<'de>,
    index: usize,
}

enum LeftItems<'de> {
    Json { items: std::slice::Iter<'de, Value>, skips: bool },
    Text(std::str::Split<'de, char>),
    Nothing,
}

impl<'de> Items<'de> {
    fn json(items: &'de [Value]) -> Self {
        Self { left: LeftItems::Json { items: items.iter(), skips: false }, index: 0 }
    }
    /// `[""]` is how some clients send an empty list.
    fn json_in_list(items: &'de [Value]) -> Self {
        Self { left: LeftItems::Json { items: items.iter(), skips: true }, index: 0 }
    }
    fn text(text: &'de str) -> Self {
        let left =
            if text.is_empty() { LeftItems::Nothing } else { LeftItems::Text(text.split(',')) };
        Self { left, index: 0 }
    }
}

impl<'de> de::SeqAccess<'de> for Items<'de> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Wrong> {
        let next = match &mut self.left {
            LeftItems::Json { items, skips } => {
                let mut counts = items.filter(|item| !(*skips && (item.is_null() || **item == "")));
                counts.next().map(Given::of)
            }
            LeftItems::Text(items) => items.next().map(Given::Text),
            LeftItems::Nothing => None,
        };
        let Some(next) = next else { return Ok(None) };
        let place = self.index;
        self.index += 1;
        let item = seed.deserialize(next).map_err(|wrong| wrong.below(&format!("[{place}]")));
        item.map(Some)
    }
}
