//! What was edited, from YAML to JSON's values: plain words are read as YAML 1.2 says, and `yes`, `no`,
//! `on` and `off` as people mean them.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use serde_json::{Map, Number, Value};

/// Reads one document; nothing at all is null.
///
/// # Errors
/// What is wrong, and in which line.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader { events: Parser::new_from_str(text), named: BTreeMap::new() };
    let mut read = None;
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Ok(read.unwrap_or_default()),
            (Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd, _) => {}
            (_, at) if read.is_some() => return Err(told(at, "a second document begins here")),
            (event, at) => read = Some(reader.value(event, at)?),
        }
    }
}

struct Reader<E> {
    events: E,
    /// What has an anchor, for its aliases.
    named: BTreeMap<usize, Value>,
}

impl<'a, E: Iterator<Item = Result<(Event<'a>, Span), ScanError>>> Reader<E> {
    fn next(&mut self) -> Result<(Event<'a>, Span), String> {
        match self.events.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let at = error.marker();
                Err(format!("line {} column {}: {}", at.line(), at.col() + 1, error.info()))
            }
            None => Err("it ends too early".into()),
        }
    }

    /// The value that begins with this event. The parser bounds how deep it may be.
    fn value(&mut self, event: Event<'a>, at: Span) -> Result<Value, String> {
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref().map(|tag| tag.core_suffix().unwrap_or("str"));
                let plain = style == ScalarStyle::Plain && tag != Some("str");
                (anchor, if plain { plain_value(&text, at)? } else { text.into_owned().into() })
            }
            Event::SequenceStart(_, anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break (anchor, Value::Array(items)),
                        (event, at) => items.push(self.value(event, at)?),
                    }
                }
            }
            Event::MappingStart(_, anchor, _) => {
                let mut fields = Map::new();
                loop {
                    let (key, at) = match self.next()? {
                        (Event::MappingEnd, _) => break (anchor, Value::Object(fields)),
                        (Event::Scalar(key, ..), at) => (key.into_owned(), at),
                        (_, at) => return Err(told(at, "a name is one word")),
                    };
                    let (event, of_value) = self.next()?;
                    let value = self.value(event, of_value)?;
                    if fields.contains_key(&key) {
                        return Err(told(at, &format!("`{key}` is there twice")));
                    }
                    fields.insert(key, value);
                }
            }
            // What holds itself is not there yet.
            Event::Alias(anchor) => {
                let value =
                    self.named.get(&anchor).filter(|value| !value.is_object() && !value.is_array());
                let value =
                    value.cloned().ok_or_else(|| told(at, "an alias stands for one word"))?;
                (0, value)
            }
            _ => return Err(told(at, "a value is missing")),
        };
        if anchor > 0 {
            self.named.insert(anchor, value.clone());
        }
        Ok(value)
    }
}

fn told(at: Span, what: &str) -> String {
    format!("line {} column {}: {what}", at.start.line(), at.start.col() + 1)
}

/// What a word without quotes means.
fn plain_value(text: &str, at: Span) -> Result<Value, String> {
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Ok(Value::Null);
    }
    let is_one_of = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one_of(&["true", "yes", "y", "on"]) {
        return Ok(true.into());
    }
    if is_one_of(&["false", "no", "n", "off"]) {
        return Ok(false.into());
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    // Such as a number of a postal code.
    let leads_with_zero = unsigned.len() > 1
        && unsigned.starts_with('0')
        && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    if leads_with_zero {
        return Ok(text.into());
    }
    if let Some(number) = integer(text, unsigned) {
        return Ok(number.into());
    }
    let is_float = unsigned.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit());
    match text.parse::<f64>().ok().filter(|_| is_float) {
        None if matches!(&*unsigned.to_ascii_lowercase(), ".inf" | ".nan") => {
            Err(told(at, &format!("{text} is no number that can be sent")))
        }
        None => Ok(text.into()),
        Some(number) => Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| told(at, &format!("{text} is too large a number"))),
    }
}

fn integer(text: &str, unsigned: &str) -> Option<Number> {
    let radix = |begin: &str, radix| Some((unsigned.strip_prefix(begin)?, radix));
    let (digits, radix) =
        radix("0x", 16).or(radix("0o", 8)).or(radix("0b", 2)).unwrap_or((unsigned, 10));
    // A second sign would be read, too.
    let magnitude = u64::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'))?;
    match text.starts_with('-') {
        true => Some(0_i64.checked_sub_unsigned(magnitude)?.into()),
        false => Some(magnitude.into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_without_quotes_are_what_they_look_like() {
        for (text, value) in [
            ("", json!(null)),
            ("~", json!(null)),
            ("Null", json!(null)),
            ("Yes", json!(true)),
            ("off", json!(false)),
            ("7", json!(7)),
            ("-7", json!(-7)),
            ("+7", json!(7)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("18446744073709551615", json!(u64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("1e3", json!(1000.0)),
            (".5", json!(0.5)),
            ("0123", json!("0123")),
            ("--1", json!("--1")),
            ("-+1", json!("-+1")),
            ("inf", json!("inf")),
            ("1.2.3.4", json!("1.2.3.4")),
            ("2001:db8::1", json!("2001:db8::1")),
            ("!!str 7", json!("7")),
            ("\"7\"", json!("7")),
            ("'no'", json!("no")),
        ] {
            assert_eq!(read(&format!("a: {text}\n")), Ok(json!({"a": value})), "{text}");
        }
        for text in [".inf", "-.NaN", "1e999"] {
            assert!(read(&format!("a: {text}")).unwrap_err().starts_with("line 1 "), "{text}");
        }
    }

    #[test]
    fn lists_and_things_keep_their_order_in_either_style() {
        let text = "z: &net 10.0.0.0\na:\n- b: 1\n  c: [x, {y: *net}]\n- |\n  #!/bin/sh\n  ls\n";
        let value = read(text).unwrap();
        let expected =
            r##"{"z":"10.0.0.0","a":[{"b":1,"c":["x",{"y":"10.0.0.0"}]},"#!/bin/sh\nls\n"]}"##;
        assert_eq!(value.to_string(), expected);
        assert_eq!(read("# nothing\n"), Ok(Value::Null));
        assert_eq!(read("---\na: 1\n..."), Ok(json!({"a": 1})));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, told) in [
            ("a: 1\nb: [", "line "),
            ("a: 1\na: 2\n", "line 2 column 1: `a` is there twice"),
            ("a: &b [x]\nc: *b\n", "line 2 column 4: an alias stands for one word"),
            ("a: *b\n", "line 1 column 4: "),
            ("? [a]\n: 1\n", "line 1 column 3: a name is one word"),
            ("a: 1\n---\nb: 2\n", "line 3 column 1: a second document"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(told), "{text}: {error}");
        }
        assert!(read(&"[".repeat(100_000)).is_err());
    }
}
