//! Texts that nobody can guess, unless all follows from a seed: keys and passwords.

/// A text of this length from a random source, each of `letters` as likely as the others.
pub fn random_text(letters: &[u8], length: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let bytes: [u8; 14] = engine::chance::bytes();
        // Those beyond the last whole round of letters would make the first letters likelier.
        let fair = bytes.iter().map(|byte| usize::from(*byte));
        let fair = fair.filter(|byte| *byte < 256 / letters.len() * letters.len());
        let left = length - text.len();
        text.extend(fair.take(left).map(|byte| char::from(letters[byte % letters.len()])));
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
