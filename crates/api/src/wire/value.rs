//! What travels: types that can be read, written and described.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Number, Value};

use super::given::{Given, Wrong};
use super::{Map, write};
use crate::form::Form;

/// What travels: it can be read, written and described.
pub trait Wire: Sized {
    /// What it looks like in JSON.
    const FORM: &'static Form;
    /// Whether it may be left out wherever it stands.
    const OPTIONAL: bool = false;
    /// Reads it from what was sent or answered.
    ///
    /// # Errors
    /// What is wrong, with the way to it.
    fn read(given: Given<'_>) -> Result<Self, Wrong>;
    /// Writes it as JSON.
    fn write(&self, out: &mut Vec<u8>);
    /// Whether there is nothing in it.
    fn is_nothing(&self) -> bool {
        false
    }
}

/// A value as JSON.
pub fn to_value<T: Wire>(value: &T) -> Value {
    let mut text = Vec::with_capacity(256);
    value.write(&mut text);
    serde_json::from_slice(&text).expect("what was written is JSON")
}

/// A value from JSON, as an answer is read.
///
/// # Errors
/// What is wrong, with the way to it.
pub fn from_value<T: Wire>(value: &Value) -> Result<T, super::Problem> {
    T::read(Given::answer(value)).map_err(super::problem)
}

/// For people's own code, where it is written for serde: [`Wire`] behind `Serialize`.
///
/// # Errors
/// What the serializer says.
pub fn serialize<T: Wire, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    to_value(value).serialize(serializer)
}

/// The same behind `Deserialize`.
///
/// # Errors
/// What is wrong, with the way to it.
pub fn deserialize<'de, T: Wire, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    from_value(&Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

/// The same of a word, which is a text: rows hold words.
///
/// # Errors
/// Names the words that there are.
pub fn deserialize_word<'de, T: Wire, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let word = T::read(Given::text_of(&String::deserialize(from)?, false));
    word.map_err(|wrong| serde::de::Error::custom(super::problem(wrong)))
}

/// `Serialize` and `Deserialize` of types that are [`Wire`].
macro_rules! for_serde {
    ($($ty:ident $(of $t:ident)?),*) => {$(
        impl$(<$t: $crate::wire::Wire>)? serde::Serialize for $ty$(<$t>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::serialize(self, serializer)
            }
        }
        impl<'de $(, $t: $crate::wire::Wire)?> serde::Deserialize<'de> for $ty$(<$t>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::deserialize(deserializer)
            }
        }
    )*};
}
pub(crate) use for_serde;

macro_rules! integers {
    ($($ty:ty: $format:literal, $least:expr, $most:expr, $what:literal;)*) => {$(
        impl Wire for $ty {
            const FORM: &'static Form =
                &Form::Integer { format: $format, least: $least, most: $most };
            fn read(given: Given<'_>) -> Result<Self, Wrong> {
                match given.integer().and_then(|number| number.try_into().ok()) {
                    Some(number) => Ok(number),
                    None => given.parsed($what),
                }
            }
            fn write(&self, out: &mut Vec<u8>) {
                write::json(out, self);
            }
        }
    )*};
}

integers! {
    u8: "uint8", Some(0), Some(255), "whole number from 0 to 255";
    u16: "uint16", Some(0), Some(65_535), "whole number from 0 to 65535";
    u32: "uint32", Some(0), None, "whole number of at least 0";
    u64: "uint64", Some(0), None, "whole number of at least 0";
    i32: "int32", None, None, "whole number";
    i64: "int64", None, None, "whole number";
}

impl Wire for bool {
    const FORM: &'static Form = &Form::Flag;
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        given.parsed("true or false")
    }
    fn write(&self, out: &mut Vec<u8>) {
        write::json(out, self);
    }
}

impl Wire for f64 {
    const FORM: &'static Form = &Form::Number(Some("double"));
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        given.parsed("number")
    }
    fn write(&self, out: &mut Vec<u8>) {
        write::json(out, self);
    }
}

/// A number as it is, whole or not.
impl Wire for Number {
    const FORM: &'static Form = &Form::Number(None);
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        given.parsed("number")
    }
    fn write(&self, out: &mut Vec<u8>) {
        write::json(out, self);
    }
}

impl Wire for String {
    const FORM: &'static Form = &Form::Text(None);
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        given.text().map(str::to_owned)
    }
    fn write(&self, out: &mut Vec<u8>) {
        write::text(out, self);
    }
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl Wire for IpAddr {
    const FORM: &'static Form = &Form::Text(Some("ip"));
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        let text = given.text()?;
        text.parse().map_err(|_| Wrong::new(format!("`{text}` is no IP address")))
    }
    fn write(&self, out: &mut Vec<u8>) {
        write::text(out, &self.to_string());
    }
}

impl<T: Wire> Wire for Option<T> {
    const FORM: &'static Form = T::FORM;
    const OPTIONAL: bool = true;
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        if given.is_null() { Ok(None) } else { T::read(given).map(Some) }
    }
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.write(out),
            None => out.extend_from_slice(b"null"),
        }
    }
    fn is_nothing(&self) -> bool {
        self.is_none()
    }
}

impl<T: Wire> Wire for Vec<T> {
    const FORM: &'static Form = &Form::List(T::FORM);
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        let mut items = Self::new();
        given.each(&mut |item| {
            items.push(T::read(item)?);
            Ok(())
        })?;
        Ok(items)
    }
    fn write(&self, out: &mut Vec<u8>) {
        write::items(out, self.len(), &mut |place, out| self[place].write(out));
    }
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Wire> Wire for BTreeMap<String, T> {
    const FORM: &'static Form = &Form::Map(T::FORM);
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        let mut entries = Self::new();
        given.entries(&mut |name, value| {
            entries.insert(name.to_owned(), T::read(value)?);
            Ok(())
        })?;
        Ok(entries)
    }
    fn write(&self, out: &mut Vec<u8>) {
        write::entries(
            out,
            self.iter().map(|(name, value)| (name, |out: &mut _| value.write(out))),
        );
    }
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl Wire for Map {
    const FORM: &'static Form = &Form::Free;
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        given.free()
    }
    fn write(&self, out: &mut Vec<u8>) {
        write::json(out, self);
    }
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

/// What is answered where there is nothing to say.
impl Wire for () {
    const FORM: &'static Form = &Form::Free;
    fn read(_: Given<'_>) -> Result<Self, Wrong> {
        Ok(())
    }
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"null");
    }
}
