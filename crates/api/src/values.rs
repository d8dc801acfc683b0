//! Values that the API treats in its own way: absent ones, and words that may grow in number.

use std::fmt;

use serde_json::Value;

use crate::form::Form;
use crate::wire::{Given, Wire, Wrong, for_serde, write};

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

impl<T: Wire> Wire for OrEmpty<T> {
    const FORM: &'static Form = &Form::OrEmpty(T::FORM);
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        // vultr-cli, whose library leaves empty texts out, takes an id away by `0`, as v1 did.
        let is_nothing =
            |text: &str| text.is_empty() || text == "0" && matches!(T::FORM, Form::Id(_));
        match given.is_null() || given.text().is_ok_and(is_nothing) {
            true => Ok(Self(None)),
            false => T::read(given).map(|value| Self(Some(value))),
        }
    }
    fn write(&self, out: &mut Vec<u8>) {
        match &self.0 {
            Some(value) => value.write(out),
            None => out.extend_from_slice(b"\"\""),
        }
    }
    fn is_nothing(&self) -> bool {
        self.0.is_none()
    }
}

for_serde!(OrEmpty of T, Open of T);

/// A word of a known set, or one that came later: answers may hold either.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
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

impl<T: Wire> Open<T> {
    /// The word that a text is.
    pub fn read(text: &str) -> Self {
        let known = crate::wire::from_value(&text.into());
        known.map_or_else(|_| Self::Other(text.to_owned()), Self::Known)
    }

    /// The word as it travels.
    pub fn text(&self) -> String {
        match crate::wire::to_value(self) {
            Value::String(text) => text,
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

impl<T: Wire> Wire for Open<T> {
    const FORM: &'static Form = T::FORM;
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        match T::read(given) {
            Ok(known) => Ok(Self::Known(known)),
            Err(_) => given.text().map(|text| Self::Other(text.to_owned())),
        }
    }
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Known(word) => word.write(out),
            Self::Other(text) => write::text(out, text),
        }
    }
}

/// A port as text, where a number is one, too.
pub(crate) fn port(given: Given<'_>) -> Result<String, Wrong> {
    match given.json() {
        Value::String(text) => Ok(text),
        Value::Number(number) if number.is_u64() || number.is_i64() => Ok(number.to_string()),
        // `22.0`, as some languages write a number.
        Value::Number(number) if number.as_f64().is_some_and(|n| n.fract() == 0.0) => {
            Ok(number.as_f64().unwrap_or_default().to_string())
        }
        other => Err(Wrong::new(format!("expected a port, got `{other}`"))),
    }
}

/// The same, or nothing.
pub(crate) fn maybe_port(given: Given<'_>) -> Result<Option<String>, Wrong> {
    if given.is_null() { Ok(None) } else { port(given).map(Some) }
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
