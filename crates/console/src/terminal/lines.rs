//! Lines and corners, which programs draw by letters after they have asked for that (`ESC ( 0`): the
//! letters become the characters that they stand for. All else is passed on as it is.

/// What letters from `` ` `` to `~` stand for.
const DRAWN: &str = "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";

/// Where in a sequence one is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Within {
    #[default]
    Nothing,
    Escape,
    /// After `ESC (`: the set of characters is named.
    Naming,
    /// After `ESC [`, up to a letter.
    Control,
    /// After `ESC ]` and the like, up to what ends a text.
    Text,
    /// One character of another sequence is left.
    Last,
}

/// Follows what a program writes.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    within: Within,
    is_drawing: bool,
}

impl Lines {
    /// The same with lines for letters.
    pub(crate) fn drawn(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for byte in bytes {
            let was = self.within;
            self.step(*byte);
            let drawn = (was == Within::Nothing && self.is_drawing).then(|| drawn(*byte)).flatten();
            match drawn {
                Some(letter) => out.extend(letter.encode_utf8(&mut [0; 4]).as_bytes()),
                None => out.push(*byte),
            }
        }
        out
    }

    fn step(&mut self, byte: u8) {
        self.within = match (self.within, byte) {
            (Within::Text, 0x1b) | (_, 0x1b) => Within::Escape,
            // A program that ends in the midst of a sequence leaves none to the next one.
            (_, 0x18 | 0x1a) => Within::Nothing,
            (Within::Nothing, _) => Within::Nothing,
            (Within::Escape, b'(') => Within::Naming,
            (Within::Escape, b'[') => Within::Control,
            (Within::Escape, b']' | b'P' | b'X' | b'^' | b'_') => Within::Text,
            (Within::Escape, b' '..=b'/') => Within::Last,
            (Within::Escape, b'c') => {
                self.is_drawing = false;
                Within::Nothing
            }
            (Within::Naming, set) => {
                self.is_drawing = set == b'0';
                Within::Nothing
            }
            (Within::Control, 0x40..=0x7e) | (Within::Text, 0x07) => Within::Nothing,
            (Within::Control, _) => Within::Control,
            (Within::Text, _) => Within::Text,
            (Within::Escape | Within::Last, _) => Within::Nothing,
        };
    }
}

fn drawn(byte: u8) -> Option<char> {
    DRAWN.chars().nth(usize::from(byte.checked_sub(b'`')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(parts: &[&str]) -> String {
        let mut lines = Lines::default();
        let out: Vec<u8> = parts.iter().flat_map(|part| lines.drawn(part.as_bytes())).collect();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn letters_are_lines_where_a_program_asked_for_them() {
        assert_eq!(drawn(&["lqk"]), "lqk");
        assert_eq!(drawn(&["\x1b(0lqk\x1b(Blqk"]), "\x1b(0┌─┐\x1b(Blqk");
        assert_eq!(drawn(&["\x1b", "(", "0x", "x\x1b", "(Bx"]), "\x1b(0││\x1b(Bx");
        assert_eq!(DRAWN.chars().count(), usize::from(b'~' - b'`') + 1);
    }

    #[test]
    fn sequences_and_titles_stay_as_they_are() {
        let mixed = "\x1b(0q\x1b[1mq\x1b]0;title q\x07q\x1b)0q\x1b7q";
        assert_eq!(drawn(&[mixed]), "\x1b(0─\x1b[1m─\x1b]0;title q\x07─\x1b)0─\x1b7─");
        assert_eq!(drawn(&["\x1b(0\x1b]0;q\x1b\\q\x1bcq"]), "\x1b(0\x1b]0;q\x1b\\─\x1bcq");
        assert_eq!(drawn(&["\x1b(0Ä 1"]), "\x1b(0Ä 1");
    }
}
