//! What a machine is sent for what somebody types: keys as xterm sends them, text, and text that is pasted.

/// Which of the keys that change others are held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) shift: bool,
    pub(crate) alt: bool,
    pub(crate) ctrl: bool,
}

impl Held {
    /// Of the letters `s`, `a` and `c`.
    pub(crate) fn read(letters: &str) -> Self {
        let has = |letter| letters.contains(letter);
        Self { shift: has('s'), alt: has('a'), ctrl: has('c') }
    }

    /// As it stands in sequences; none: nothing is held.
    fn number(self) -> Option<u8> {
        let number = 1 + u8::from(self.shift) + 2 * u8::from(self.alt) + 4 * u8::from(self.ctrl);
        (number > 1).then_some(number)
    }
}

/// A key by the name that browsers give it (`ArrowUp`, `Enter`, `c`); none: it sends nothing. `cursor` is
/// whether a program has asked for arrows of its own.
pub(crate) fn key(name: &str, held: Held, cursor: bool) -> Option<Vec<u8>> {
    let alone = |byte: u8| if held.alt { vec![0x1b, byte] } else { vec![byte] };
    Some(match name {
        "Enter" => alone(b'\r'),
        "Escape" => alone(0x1b),
        "Backspace" => alone(if held.ctrl { 0x08 } else { 0x7f }),
        "Tab" if held.shift => b"\x1b[Z".to_vec(),
        "Tab" => alone(b'\t'),
        "ArrowUp" => ended(b'A', held, cursor),
        "ArrowDown" => ended(b'B', held, cursor),
        "ArrowRight" => ended(b'C', held, cursor),
        "ArrowLeft" => ended(b'D', held, cursor),
        "Home" => ended(b'H', held, cursor),
        "End" => ended(b'F', held, cursor),
        "Insert" => numbered(2, held),
        "Delete" => numbered(3, held),
        "PageUp" => numbered(5, held),
        "PageDown" => numbered(6, held),
        "F1" => ended(b'P', held, true),
        "F2" => ended(b'Q', held, true),
        "F3" => ended(b'R', held, true),
        "F4" => ended(b'S', held, true),
        "F5" => numbered(15, held),
        "F6" => numbered(17, held),
        "F7" => numbered(18, held),
        "F8" => numbered(19, held),
        "F9" => numbered(20, held),
        "F10" => numbered(21, held),
        "F11" => numbered(23, held),
        "F12" => numbered(24, held),
        letter => return self::letter(letter, held),
    })
}

/// `ESC [ A`, `ESC O A` where a program asked for that, `ESC [ 1 ; 5 A` with a key held.
fn ended(last: u8, held: Held, is_own: bool) -> Vec<u8> {
    match held.number() {
        Some(number) => format!("\x1b[1;{number}{}", char::from(last)).into_bytes(),
        None if is_own => vec![0x1b, b'O', last],
        None => vec![0x1b, b'[', last],
    }
}

fn numbered(key: u8, held: Held) -> Vec<u8> {
    match held.number() {
        Some(number) => format!("\x1b[{key};{number}~"),
        None => format!("\x1b[{key}~"),
    }
    .into_bytes()
}

/// A letter or sign with what is held.
fn letter(text: &str, held: Held) -> Option<Vec<u8>> {
    let mut letters = text.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else { return None };
    let mut bytes = if held.alt { vec![0x1b] } else { Vec::new() };
    match held.ctrl {
        true => bytes.push(control(letter)?),
        false => bytes.extend(text.as_bytes()),
    }
    Some(bytes)
}

fn control(letter: char) -> Option<u8> {
    match letter.to_ascii_lowercase() {
        letter @ 'a'..='z' => Some(letter as u8 & 0x1f),
        '@' | ' ' | '2' => Some(0),
        '[' | '3' => Some(0x1b),
        '\\' | '4' => Some(0x1c),
        ']' | '5' => Some(0x1d),
        '^' | '6' => Some(0x1e),
        '_' | '/' | '7' => Some(0x1f),
        '?' | '8' => Some(0x7f),
        _ => None,
    }
}

/// Text that was typed.
pub(crate) fn text(text: &str) -> Vec<u8> {
    text.replace('\n', "\r").into_bytes()
}

/// Text that is pasted: it cannot end what marks it, where a program wants it marked, nor be taken for keys.
pub(crate) fn pasted(text: &str, is_marked: bool) -> Vec<u8> {
    let text = text.replace("\r\n", "\r").replace('\n', "\r");
    let text: String = text.chars().filter(|c| !c.is_control() || "\r\t".contains(*c)).collect();
    match is_marked {
        true => format!("\x1b[200~{text}\x1b[201~"),
        false => text,
    }
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sent_as_xterm_sends_them() {
        let none = Held::default();
        for (name, held, cursor, sent) in [
            ("Enter", "", false, "\r"),
            ("Backspace", "", false, "\x7f"),
            ("Tab", "s", false, "\x1b[Z"),
            ("ArrowUp", "", false, "\x1b[A"),
            ("ArrowUp", "", true, "\x1bOA"),
            ("ArrowLeft", "c", true, "\x1b[1;5D"),
            ("Home", "", false, "\x1b[H"),
            ("Delete", "", false, "\x1b[3~"),
            ("PageUp", "sc", false, "\x1b[5;6~"),
            ("F1", "", false, "\x1bOP"),
            ("F5", "", false, "\x1b[15~"),
            ("F12", "s", false, "\x1b[24;2~"),
            ("c", "c", false, "\x03"),
            ("[", "c", false, "\x1b"),
            ("b", "a", false, "\x1bb"),
            ("ä", "", false, "ä"),
        ] {
            let bytes = key(name, Held::read(held), cursor).unwrap();
            assert_eq!(bytes, sent.as_bytes(), "{held} {name}");
        }
        for name in ["Shift", "Dead", "AudioVolumeUp", ""] {
            assert_eq!(key(name, none, false), None, "{name}");
        }
        assert_eq!(key("ä", Held::read("c"), false), None);
    }

    #[test]
    fn what_is_pasted_cannot_do_what_keys_do() {
        assert_eq!(pasted("a\r\nb\n\tc", false), b"a\rb\r\tc");
        let sly = "x\x1b[201~rm -rf /\n\x03";
        assert_eq!(pasted(sly, true), b"\x1b[200~x[201~rm -rf /\r\x1b[201~");
        assert_eq!(text("a\nb"), b"a\rb");
    }
}
