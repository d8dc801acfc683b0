//! YAML, read with the place of everything, and written for people: plain words are read as YAML 1.2
//! says, and `yes`, `no`, `on` and `off` as people mean them.

use std::collections::BTreeMap;
use std::fmt;

use granit_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span};
use serde_json::{Map, Number, Value};

use crate::text::escaped;

/// A place in a text, counted from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The line.
    pub line: usize,
    /// The character in it.
    pub column: usize,
}

impl At {
    fn of(marker: &Marker) -> Self {
        Self { line: marker.line(), column: marker.col() + 1 }
    }
}

/// Why a text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Where; none where it ends too early.
    pub at: Option<At>,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "line {} column {}: {}", at.line, at.column, self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// A value, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it begins.
    pub at: At,
    /// What it is.
    pub held: Held,
}

/// What stands at a place.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// A word, a number, a text, or nothing.
    One(Value),
    /// Several.
    List(Vec<Node>),
    /// What has names, in order.
    Fields(Vec<Field>),
}

/// A value with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name.
    pub name: String,
    /// Where the name stands.
    pub at: At,
    /// The value.
    pub node: Node,
}

impl Node {
    /// The value alone.
    pub fn value(&self) -> Value {
        match &self.held {
            Held::One(value) => value.clone(),
            Held::List(items) => items.iter().map(Node::value).collect(),
            Held::Fields(fields) => {
                let fields = fields.iter().map(|field| (field.name.clone(), field.node.value()));
                Value::Object(fields.collect::<Map<_, _>>())
            }
        }
    }
}

/// Reads one document; none where there is nothing at all.
///
/// # Errors
/// What is wrong, and where.
pub fn read(text: &str) -> Result<Option<Node>, Wrong> {
    let mut reader = Reader { events: Parser::new_from_str(text), named: BTreeMap::new() };
    let mut read = None;
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Ok(read),
            (Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd, _) => {}
            (_, at) if read.is_some() => return Err(told(at, "a second document begins here")),
            (event, at) => read = Some(reader.node(event, at)?),
        }
    }
}

struct Reader<E> {
    events: E,
    /// What has an anchor, for its aliases.
    named: BTreeMap<usize, Value>,
}

impl<'a, E: Iterator<Item = Result<(Event<'a>, Span), ScanError>>> Reader<E> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Wrong> {
        match self.events.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let at = Some(At::of(error.marker()));
                Err(Wrong { at, text: error.info().to_owned() })
            }
            None => Err(Wrong { at: None, text: "it ends too early".into() }),
        }
    }

    /// The value that begins with this event. The parser bounds how deep it may be.
    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, Wrong> {
        let (anchor, held) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref().map(|tag| tag.core_suffix().unwrap_or("str"));
                let plain = style == ScalarStyle::Plain && tag != Some("str");
                let value =
                    if plain { plain_value(&text, span)? } else { text.into_owned().into() };
                (anchor, Held::One(value))
            }
            Event::SequenceStart(_, anchor, _) => (anchor, self.list()?),
            Event::MappingStart(_, anchor, _) => (anchor, self.fields()?),
            // What holds itself is not there yet.
            Event::Alias(anchor) => {
                let value = self.named.get(&anchor).cloned();
                (0, Held::One(value.ok_or_else(|| told(span, "an alias stands for one word"))?))
            }
            _ => return Err(told(span, "a value is missing")),
        };
        if let (1.., Held::One(value)) = (anchor, &held) {
            self.named.insert(anchor, value.clone());
        }
        Ok(Node { at: At::of(&span.start), held })
    }

    fn list(&mut self) -> Result<Held, Wrong> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Held::List(items)),
                (event, at) => items.push(self.node(event, at)?),
            }
        }
    }

    fn fields(&mut self) -> Result<Held, Wrong> {
        let mut fields: Vec<Field> = Vec::new();
        loop {
            let (name, span) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(Held::Fields(fields)),
                (Event::Scalar(name, ..), span) => (name.into_owned(), span),
                (_, span) => return Err(told(span, "a name is one word")),
            };
            let (event, of_value) = self.next()?;
            let node = self.node(event, of_value)?;
            if fields.iter().any(|field| field.name == name) {
                return Err(told(span, &format!("`{name}` is there twice")));
            }
            fields.push(Field { name, at: At::of(&span.start), node });
        }
    }
}

fn told(span: Span, what: &str) -> Wrong {
    Wrong { at: Some(At::of(&span.start)), text: what.to_owned() }
}

/// What a word without quotes means.
fn plain_value(text: &str, span: Span) -> Result<Value, Wrong> {
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
            Err(told(span, &format!("{text} is no number that can be sent")))
        }
        None => Ok(text.into()),
        Some(number) => Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| told(span, &format!("{text} is too large a number"))),
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

/// Writes the fields of a thing, each in its own line or lines, indented by so many spaces.
pub fn write(fields: &Map<String, Value>, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let lines = fields.iter().map(|(name, value)| {
        let inner = below(value, indent + 2);
        let gap = if inner.starts_with('\n') { "" } else { " " };
        format!("{pad}{}:{gap}{inner}\n", word(name))
    });
    lines.collect()
}

/// What stands behind a name: in the same line where it is short.
fn below(value: &Value, indent: usize) -> String {
    match value {
        Value::String(text) => block(text, indent).unwrap_or_else(|| word(text)),
        Value::Array(items) if !items.is_empty() && !is_flat(value) => {
            let pad = " ".repeat(indent);
            let item = |item: &Value| match item {
                Value::Object(fields) if !is_short(item) && !fields.is_empty() => {
                    let lines = write(fields, indent + 2);
                    format!("\n{pad}- {}", lines.trim().to_owned())
                }
                other => format!("\n{pad}- {}", flow(other)),
            };
            items.iter().map(item).collect()
        }
        Value::Object(fields) if !fields.is_empty() && !is_short(value) => {
            format!("\n{}", write(fields, indent).trim_end())
        }
        other => flow(other),
    }
}

/// How wide what stands in one line may be.
const WIDTH: usize = 88;

fn is_short(value: &Value) -> bool {
    flow(value).len() <= WIDTH && !has_lines(value)
}

/// Whether a list has words alone, and fits in a line.
fn is_flat(value: &Value) -> bool {
    let words = value
        .as_array()
        .is_some_and(|items| items.iter().all(|item| !item.is_object() && !item.is_array()));
    words && is_short(value)
}

fn has_lines(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\n'),
        Value::Array(items) => items.iter().any(has_lines),
        Value::Object(fields) => fields.values().any(has_lines),
        _ => false,
    }
}

/// A value in one line.
fn flow(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::String(text) => word(text),
        Value::Array(items) => format!("[{}]", joined(items.iter().map(flow).collect())),
        Value::Object(fields) if fields.is_empty() => "{}".into(),
        Value::Object(fields) => {
            let field =
                |(name, value): (&String, &Value)| format!("{}: {}", word(name), flow(value));
            format!("{{ {} }}", joined(fields.iter().map(field).collect()))
        }
        other => other.to_string(),
    }
}

/// A text in one line: without quotes where it is read as the same everywhere.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./+@ ()".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '/');
    let is_word = begins && text.chars().all(is_plain) && text.trim() == text;
    let is_text = || {
        let read = read(text).ok().flatten();
        read.is_some_and(|node| node.held == Held::One(text.into()))
    };
    if is_word && is_text() { text.to_owned() } else { escaped(&Value::from(text).to_string()) }
}

/// A text of several lines as it is, where that can be read back.
fn block(text: &str, indent: usize) -> Option<String> {
    let kept = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    let body = text.strip_suffix('\n').unwrap_or(text);
    let is_block = body.contains('\n') || text.ends_with('\n');
    let is_good = is_block
        && text.chars().all(kept)
        && !body.starts_with([' ', '\n', '\t'])
        && !body.ends_with('\n')
        && !body.is_empty();
    let pad = " ".repeat(indent);
    let line = |line: &str| if line.is_empty() { "\n".into() } else { format!("\n{pad}{line}") };
    let lines: String = body.split('\n').map(line).collect();
    let sign = if text.ends_with('\n') { "|" } else { "|-" };
    is_good.then(|| format!("{sign}{lines}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Value, String> {
        let node = super::read(text).map_err(|wrong| wrong.to_string())?;
        Ok(node.map(|node| node.value()).unwrap_or_default())
    }

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

    #[test]
    fn everything_has_its_place() {
        let node = super::read("a: 1\nb:\n  - c: x\n    d: [y,\n z]\n").unwrap().unwrap();
        let Held::Fields(fields) = node.held else { panic!("names") };
        let Held::List(items) = &fields[1].node.held else { panic!("a list") };
        let Held::Fields(inner) = &items[0].held else { panic!("names") };
        let at = |at: At| (at.line, at.column);
        assert_eq!(at(fields[1].at), (2, 1));
        assert_eq!(at(inner[1].at), (4, 5));
        let Held::List(words) = &inner[1].node.held else { panic!("a list") };
        assert_eq!(at(words[1].at), (5, 2));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let value = json!({
            "label": "web", "number": "7", "yes": "no", "empty": "", "list": [], "none": {},
            "tags": ["a", "b c", "*", "x: y"], "port": 80, "on": true,
            "script": "#!/bin/sh\n\necho {n}\n", "two": "a\nb", "odd": " a\nb", "end": "a\n\n",
            "rules": [{"port": "443", "notes": "a, b"}, {"port": "22", "notes": "x".repeat(99)}],
            "check": {"path": "/", "long": "y".repeat(99), "deep": {"a": [[1], {"b": 2}]}},
            "nasty": "a\u{1b}\u{9b}\t", "key": "ssh-ed25519 AAAA me@host", "time": "2026-01-01",
        });
        let text = write(value.as_object().unwrap(), 0);
        assert_eq!(read(&text), Ok(value), "{text}");
        assert!(text.contains("label: web\n") && text.contains("script: |\n  #!/bin/sh\n\n  echo"));
        assert!(text.contains("- { port: \"443\", notes: \"a, b\" }\n"), "{text}");
    }
}
