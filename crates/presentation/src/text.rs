//! Text from elsewhere, made fit for a terminal: answers, names, errors and states are other
//! people's words, and a terminal obeys what it is sent.

/// In one line, and without what a terminal would obey.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if is_obeyed(c) { ' ' } else { c }).collect()
}

/// As [`clean`], but lines and their indentation stay.
pub fn clean_lines(text: &str) -> String {
    text.chars().map(|c| if is_obeyed(c) && c != '\n' && c != '\t' { ' ' } else { c }).collect()
}

/// Whether a terminal shows no such character but does something: controls, and what turns the
/// direction of writing or takes no room, so that a name looks like another.
fn is_obeyed(c: char) -> bool {
    let is_hidden = matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}');
    c.is_control() || is_hidden
}

/// JSON that means the same, with nothing that a terminal would obey: the codes from 7F to 9F may
/// stand raw in a JSON text, and some terminals obey them.
pub fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\u{7f}'..='\u{9f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// The text behind one in base64; none where it is none, or is no text.
pub fn decoded(base64: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(base64.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    let plain = base64.trim_end_matches('=');
    for c in plain.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap_or_default());
        }
    }
    String::from_utf8(bytes).ok()
}

/// A text as a shell takes it back.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_that_a_terminal_obeys() {
        let nasty = "a\u{1b}[31mb\r\n\tc\u{9b}2J\u{7f}\0ä\u{202e}d\u{200b}e";
        assert_eq!(clean(nasty), "a [31mb   c 2J  ä d e");
        assert_eq!(clean_lines(nasty), "a [31mb \n\tc 2J  ä d e");
    }

    #[test]
    fn base64_is_read() {
        assert_eq!(decoded("I2Nsb3VkLWNvbmZpZw==").as_deref(), Some("#cloud-config"));
        assert_eq!(decoded("YWI=").as_deref(), Some("ab"));
        assert_eq!(decoded("").as_deref(), Some(""));
        assert_eq!(decoded("no base64!"), None);
        assert_eq!(decoded("/w=="), None);
    }

    #[test]
    fn escaped_json_means_the_same() {
        let value = serde_json::json!({"a\u{9b}": "\u{1b}[31m\u{7f}\u{85}ä\u{a0}\n"});
        let text = escaped(&value.to_string());
        assert!(!text.chars().any(char::is_control), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
