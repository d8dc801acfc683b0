//! Values that the API treats in its own way: absent ones, and words that may grow in number.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, value::StrDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A value that is `""` on the wire where there is none: an unset id, or one to be cleared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrEmpty<T>(pub Option<T>);

impl<T> OrEmpty<T> {
    /// The value, where there is one.
    pub fn get(self) -> Option<T> {
        self.0
    }
}

impl<T> From<T> for OrEmpty<T> {
    fn from(value: T) -> Self {
        Self(Some(value))
    }
}

impl<T> From<Option<T>> for OrEmpty<T> {
    fn from(value: Option<T>) -> Self {
        Self(value)
    }
}

impl<T: fmt::Display> fmt::Display for OrEmpty<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |value| value.fmt(f))
    }
}

impl<T: Serialize> Serialize for OrEmpty<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(value) => value.serialize(serializer),
            None => serializer.serialize_str(""),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for OrEmpty<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Option::<Value>::deserialize(deserializer)? {
            None => Ok(Self(None)),
            Some(Value::String(s)) if s.is_empty() => Ok(Self(None)),
            Some(value) => {
                T::deserialize(value).map(|v| Self(Some(v))).map_err(serde::de::Error::custom)
            }
        }
    }
}

impl<T: JsonSchema> JsonSchema for OrEmpty<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        // An empty string is no UUID and no date: validators would refuse it.
        if let Some(format) = schema.remove("format") {
            schema.insert("x-format-or-empty".into(), format);
        }
        // Of words, the empty one is one more.
        let empty = serde_json::json!({ "const": "", "type": "string", "description": "Not set." });
        if let Some(Value::Array(words)) = schema.get_mut("oneOf") {
            words.push(empty);
        } else if let Some(Value::Array(words)) = schema.get_mut("enum") {
            words.push("".into());
        }
        schema
    }
}

/// A word of a known set, or one that came later: answers may hold either.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Open<T> {
    /// A word of the set.
    Known(T),
    /// Any other word.
    Other(String),
}

impl<T> From<T> for Open<T> {
    fn from(word: T) -> Self {
        Self::Known(word)
    }
}

impl<T: DeserializeOwned> Open<T> {
    /// The word that a text is.
    pub fn read(text: &str) -> Self {
        let known = T::deserialize(StrDeserializer::<serde::de::value::Error>::new(text));
        known.map_or_else(|_| Self::Other(text.to_owned()), Self::Known)
    }
}

impl<T: Serialize> Open<T> {
    /// The word as it travels.
    pub fn text(&self) -> String {
        match serde_json::to_value(self) {
            Ok(Value::String(text)) => text,
            _ => String::new(),
        }
    }
}

impl<T: Default> Default for Open<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

impl<T: PartialEq> PartialEq<T> for Open<T> {
    fn eq(&self, word: &T) -> bool {
        matches!(self, Self::Known(known) if known == word)
    }
}

impl<T: JsonSchema> JsonSchema for Open<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A port as text, where a number is one, too.
pub(crate) fn port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        Value::Number(number) if number.is_u64() || number.is_i64() => Ok(number.to_string()),
        // `22.0`, as some languages write a number.
        Value::Number(number) if number.as_f64().is_some_and(|n| n.fract() == 0.0) => {
            Ok(number.as_f64().unwrap_or_default().to_string())
        }
        other => Err(serde::de::Error::custom(format!("expected a port, got `{other}`"))),
    }
}

/// The same, or nothing.
pub(crate) fn maybe_port<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None => Ok(None),
        Some(value) => port(value).map(Some).map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::BlockId;

    #[test]
    fn nothing_is_an_empty_string() {
        assert_eq!(serde_json::to_string(&OrEmpty::<BlockId>(None)).unwrap(), "\"\"");
        assert_eq!(serde_json::from_str::<OrEmpty<BlockId>>("\"\"").unwrap(), OrEmpty(None));
        assert_eq!(serde_json::from_str::<OrEmpty<BlockId>>("null").unwrap(), OrEmpty(None));
        assert!(serde_json::from_str::<OrEmpty<BlockId>>("\"x\"").is_err());
    }
}
