//! A lenient deserializer for requests: JSON, or text whose type the receiving field decides.

use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer, StringDeserializer};
use serde::de::{self, Deserializer, IntoDeserializer, Unexpected, Visitor};
use serde_json::Value;

/// What a field could not take.
#[derive(Debug)]
pub(super) struct Wrong {
    /// The name of a field that is not there.
    pub(super) missing: Option<&'static str>,
    pub(super) text: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self { missing: None, text: text.to_string() }
    }
    fn missing_field(field: &'static str) -> Self {
        Self { missing: Some(field), text: "is required".into() }
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

/// A field's value: already JSON, or text.
pub(super) enum Field {
    Json(Value),
    Text(String),
}

impl Field {
    /// What is of another kind altogether may have secrets within: then only its kind is told.
    fn instead_of(&self, expected: &str) -> Wrong {
        let wrong =
            |got: &dyn fmt::Display| de::Error::custom(format!("expected {expected}, got {got}"));
        match self {
            Self::Json(Value::Object(_)) => wrong(&"an object"),
            Self::Json(Value::Array(_)) => wrong(&"a list"),
            Self::Text(_) | Self::Json(Value::String(_)) if expected == "an object" => {
                wrong(&"a text")
            }
            Self::Text(got) => wrong(&format_args!("`{got}`")),
            Self::Json(got) => wrong(&format_args!("`{got}`")),
        }
    }
}

impl<'de> IntoDeserializer<'de, Wrong> for Field {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

/// Without a fraction that is none: `20.0` is 20.
fn whole(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, rest)) if !rest.is_empty() && rest.bytes().all(|b| b == b'0') => whole,
        _ => text,
    }
}

/// Numbers and flags: from JSON as they are, from text where it reads as one.
macro_rules! parse {
    ($($method:ident $visit:ident $ty:ty: $what:literal,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            match self {
                Self::Text(s) | Self::Json(Value::String(s)) => match whole(&s).parse::<$ty>() {
                    Ok(value) => visitor.$visit(value),
                    Err(_) => Err(de::Error::custom(format!("`{s}` is no {}", $what))),
                },
                Self::Json(Value::Number(number)) => {
                    let text = number.to_string();
                    match whole(&text).parse::<$ty>() {
                        Ok(value) => visitor.$visit(value),
                        Err(_) => Err(de::Error::custom(format!("`{text}` is no {}", $what))),
                    }
                }
                Self::Json(value) => match serde_json::from_value::<$ty>(value.clone()) {
                    Ok(value) => visitor.$visit(value),
                    Err(_) => Err(de::Error::custom(format!("`{value}` is no {}", $what))),
                },
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Field {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Self::Text(s) | Self::Json(Value::String(s)) => visitor.visit_string(s),
            Self::Json(Value::Null) => visitor.visit_unit(),
            Self::Json(Value::Bool(b)) => visitor.visit_bool(b),
            Self::Json(Value::Number(n)) => n.deserialize_any(visitor).map_err(de::Error::custom),
            Self::Json(Value::Array(items)) => {
                SeqDeserializer::new(items.into_iter().map(Self::Json)).deserialize_any(visitor)
            }
            Self::Json(Value::Object(map)) => {
                let fields = map.into_iter().filter(|(_, v)| !v.is_null());
                let fields = fields.map(|(k, v)| (k, Self::Json(v)));
                MapDeserializer::new(fields).deserialize_any(visitor)
            }
        }
    }
    parse! {
        deserialize_bool visit_bool bool: "true or false",
        deserialize_u8 visit_u8 u8: "whole number from 0 to 255",
        deserialize_u16 visit_u16 u16: "whole number from 0 to 65535",
        deserialize_u32 visit_u32 u32: "whole number of at least 0",
        deserialize_u64 visit_u64 u64: "whole number of at least 0",
        deserialize_i32 visit_i32 i32: "whole number",
        deserialize_i64 visit_i64 i64: "whole number",
        deserialize_f64 visit_f64 f64: "number",
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
            Self::Text(s) if s.is_empty() => visitor.visit_seq(SeqDeserializer::new(NO_FIELDS)),
            Self::Text(s) => {
                let items = s.split(',').map(|s| Self::Text(s.to_owned()));
                SeqDeserializer::new(items).deserialize_any(visitor)
            }
            // `[""]` is how some clients send an empty list.
            Self::Json(Value::Array(mut items)) => {
                items.retain(|item| !item.is_null() && item != "");
                Self::Json(Value::Array(items)).deserialize_any(visitor)
            }
            other => Err(other.instead_of("a list")),
        }
    }
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            object @ Self::Json(Value::Object(_)) => object.deserialize_any(visitor),
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
            Self::Text(s) | Self::Json(Value::String(s)) => visitor.visit_string(s),
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
            Self::Text(s) | Self::Json(Value::String(s)) => {
                let s: StringDeserializer<Wrong> = s.into_deserializer();
                s.deserialize_enum(name, variants, visitor)
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

const NO_FIELDS: std::iter::Empty<Field> = std::iter::empty();
