//! Texts that nobody can guess: keys and passwords.

use uuid::Uuid;

/// A text of this length from a random source, each of `letters` as likely as the others.
pub fn random_text(letters: &[u8], length: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let random = Uuid::new_v4();
        let bytes = random.as_bytes().iter().enumerate();
        // Two bytes of a random UUID hold its version and variant. Of the others, those beyond the
        // last whole round of letters would make the first letters likelier.
        let fair = bytes.filter(|(i, byte)| {
            *i != 6 && *i != 8 && usize::from(**byte) < 256 / letters.len() * letters.len()
        });
        let left = length - text.len();
        text.extend(
            fair.take(left).map(|(_, b)| char::from(letters[usize::from(*b) % letters.len()])),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn texts_have_their_length_and_letters_and_never_come_twice() {
        let mut seen = BTreeSet::new();
        for _ in 0..500 {
            let text = random_text(b"abcdefghijklmnopqrstuvwxyz0123456789", 20);
            assert!(text.len() == 20 && text.bytes().all(|b| b.is_ascii_alphanumeric()), "{text}");
            assert!(seen.insert(text));
        }
        let letters: BTreeSet<char> = seen.iter().flat_map(|text| text.chars()).collect();
        assert_eq!(letters.len(), 36, "each letter is used");
        assert_eq!(random_text(b"x", 3), "xxx");
        assert_eq!(random_text(b"xyz", 0), "");
    }
}
