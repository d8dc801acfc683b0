//! The format in which a row says what should be: a number at its beginning, none for the first.
//!
//! Nothing here may know what a kind holds.

use serde::de::{DeserializeOwned, Error as _};

use crate::Kind;

/// What a row that has a number begins with.
const MARK: &str = r#"{"_format":"#;

/// A row in an older format than its kind's.
#[derive(Debug, Clone, Copy)]
pub struct Older<'a> {
    /// Which: from 1 to the one before the kind's.
    pub format: u16,
    text: &'a str,
}

impl Older<'_> {
    /// The row as a release with that format had it.
    ///
    /// # Errors
    /// When it is not what such a release wrote.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.text)
    }
}

/// A row's text.
///
/// # Panics
/// When the kind cannot be written as JSON.
pub(crate) fn write<K: Kind>(want: &K) -> String {
    marked(serde_json::to_string(want).expect("kinds are plain data"), K::FORMAT)
}

/// What a row's text says.
pub(super) fn read<K: Kind>(text: &str) -> serde_json::Result<K> {
    match format_of(text) {
        format if format == K::FORMAT => serde_json::from_str(text),
        format if format < K::FORMAT => K::migrate(Older { format, text }),
        format => Err(later(format, K::FORMAT)),
    }
}

fn marked(text: String, format: u16) -> String {
    match (format, text.strip_prefix('{')) {
        (2.., Some("}")) => format!("{MARK}{format}}}"),
        (2.., Some(fields)) => format!("{MARK}{format},{fields}"),
        _ => text,
    }
}

fn format_of(text: &str) -> u16 {
    let Some(rest) = text.strip_prefix(MARK) else { return 1 };
    let digits = rest.split([',', '}']).next().unwrap_or_default();
    digits.parse().unwrap_or(u16::MAX) // what nobody wrote is nothing that this release knows
}

fn later(format: u16, known: u16) -> serde_json::Error {
    serde_json::Error::custom(format_args!(
        "it has format {format} and was written by a later release; this one knows {known}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_format_has_no_number_and_each_other_has_its_own() {
        let first = r#"{"name":"a"}"#.to_owned();
        assert_eq!((marked(first.clone(), 1), format_of(&first)), (first.clone(), 1));
        for (text, format) in [(first, 2), ("{}".to_owned(), 3), (r#"{"a":{}}"#.to_owned(), 700)] {
            let written = marked(text.clone(), format);
            assert_eq!(format_of(&written), format);
            let mut value: serde_json::Value = serde_json::from_str(&written).unwrap();
            assert_eq!(value.as_object_mut().unwrap().remove("_format"), Some(format.into()));
            assert_eq!(value, serde_json::from_str::<serde_json::Value>(&text).unwrap());
        }
        assert_eq!(format_of(r#"{"_format":70000,"a":1}"#), u16::MAX);
    }
}
