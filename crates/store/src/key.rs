//! How texts reach an index: as they are, or, where a database would refuse them, by their digest.
//!
//! PostgreSQL knows no NUL, and no entry of an index beyond 2.7 kB. Nothing that is shown may pass
//! through here: what is looked up by its digest is found, but cannot be read back.
use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::Facet;

/// Longer texts are known by their digests.
const LONGEST: usize = 200;
/// What a digest begins with, so that no text is taken for one.
const MARK: char = '\u{1}';

/// A text as it is stored where it is looked up.
pub(crate) fn key(text: &str) -> Cow<'_, str> {
    let plain = text.len() <= LONGEST && !text.contains('\0') && !text.starts_with(MARK);
    if plain {
        return text.into();
    }
    let mut key = String::from(MARK);
    for byte in Sha256::digest(text.as_bytes()) {
        key += &format!("{byte:02x}");
    }
    key.into()
}

/// A list as it is stored.
pub(crate) fn of_facet((field, value): Facet) -> Facet {
    match key(&value) {
        Cow::Owned(digest) => (field, digest),
        Cow::Borrowed(_) => (field, value),
    }
}

/// A unique value as it is stored.
pub(crate) fn of_name(scope: &str, value: &str) -> (String, String) {
    (key(scope).into_owned(), key(value).into_owned())
}

/// What comes behind all texts that begin so, but those that go on with the last of all letters.
pub(crate) fn behind(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_a_database_refuses_have_keys_of_their_own() {
        let long = "a".repeat(LONGEST + 1);
        let texts = ["", "a", "\0", "a\0", "\u{1}a", &long[1..], &long, &"a".repeat(9000)];
        let keys: Vec<_> = texts.iter().map(|text| key(text)).collect();
        for (n, (text, key)) in texts.iter().zip(&keys).enumerate() {
            assert!(key.len() <= LONGEST && !key.contains('\0'), "{text:?}");
            assert!(!keys[..n].contains(key), "{text:?} is like another");
        }
        assert_eq!(key(&long[1..]), long[1..], "what is short stays as it is");
        assert_ne!(key(&key(&long)), key(&long), "a digest is not taken for its text");
    }
}
