//! Texts that must not show up in a log: passwords, keys, tokens.
//!
//! On the wire and in the store a secret is an ordinary text; only `Debug` tells nothing of it.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::wire::{Given, Wire, Wrong, write};

/// A password, key or token. It reads like a text, and `Debug` tells nothing of it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself, where it has to be told.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The text itself, for good.
    pub fn into_inner(self) -> String {
        self.0
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "Secret(none)" } else { "Secret(...)" })
    }
}

impl Deref for Secret {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Secret {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl PartialEq<str> for Secret {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Secret {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<String> for Secret {
    fn eq(&self, other: &String) -> bool {
        self.0 == *other
    }
}

impl Wire for Secret {
    const FORM: &'static Form = &Form::Text(Some("password"));
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        String::read(given).map(Self)
    }
    fn write(&self, out: &mut Vec<u8>) {
        write::text(out, self);
    }
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_travels_as_text_and_debug_tells_nothing_of_it() {
        let secret: Secret = serde_json::from_str(r#""hunter2""#).unwrap();
        assert_eq!(serde_json::to_string(&secret).unwrap(), r#""hunter2""#);
        assert_eq!(secret, "hunter2");
        for shown in [format!("{secret:?}"), format!("{secret:#?}"), format!("{:?}", Some(&secret))]
        {
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
