//! An operation as a command of `kettle`, by the command line's own rules.

use presentation::flags::flag;
use presentation::places;
use presentation::schema::{self, Kind};
use presentation::text::quoted;
use serde_json::Value;

use super::Request;
use super::text::Code;

/// How long a command may be that stands in one line.
const LINE: usize = 64;

pub(super) fn code(request: &Request<'_>) -> Code {
    let mut code = Code::default();
    let path = places::path(request.operation);
    code.word("kettle").plain(format!(" {path}"));
    let (last, first): (Vec<_>, Vec<_>) =
        request.path.iter().partition(|(_, value)| value.starts_with('-'));
    for (_, value) in first {
        code.plain(format!(" {}", quoted(value)));
    }
    let mut args = Args::default();
    for (name, value) in &request.fields {
        args.field(&request.schema, name, value, request.operation.op.has_body);
    }
    let length: usize =
        args.0.iter().map(|(flag, value)| flag.len() + value.to_string().len() + 2).sum();
    let between = if code.to_string().len() + length <= LINE { " " } else { " \\\n  " };
    for (flag, value) in args.0 {
        code.plain(between).key(flag);
        match value {
            Arg::None => {}
            Arg::Text(text) => _ = code.text(quoted(&text)),
            Arg::Number(text) => _ = code.number(text),
        }
    }
    if !last.is_empty() {
        code.plain(" --");
        for (_, value) in last {
            code.plain(format!(" {}", quoted(value)));
        }
    }
    code
}

/// Flags, each with what follows it: `--label ` and `web`.
#[derive(Default)]
struct Args(Vec<(String, Arg)>);

enum Arg {
    None,
    Text(String),
    Number(String),
}

impl std::fmt::Display for Arg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Number(text) => f.write_str(text),
        }
    }
}

impl Args {
    /// A field of the request, as one flag or several.
    fn field(&mut self, whole: &Value, name: &str, value: &Value, has_body: bool) {
        let shape = whole.pointer(&format!("/properties/{name}")).unwrap_or(&Value::Null);
        let flag = format!("--{}", flag(name));
        match (schema::kind(whole, shape), value) {
            (Kind::Flag, Value::Bool(true)) => self.0.push((flag, Arg::None)),
            (Kind::Flag, value) => self.0.push((format!("{flag}={}", told(value)), Arg::None)),
            (Kind::Integer | Kind::Number, Value::Number(number)) => {
                self.0.push((format!("{flag} "), Arg::Number(number.to_string())));
            }
            (Kind::List(_), Value::Array(items)) => {
                let plain = |item: &Value| !told(item).contains(',') && !told(item).is_empty();
                let all: Vec<String> = items.iter().map(told).collect();
                match !items.is_empty() && items.iter().all(plain) || !has_body {
                    true => self.text(&flag, all.join(",")),
                    false => self.nested(whole, &mut vec![name.to_owned()], value),
                }
            }
            (Kind::Json, value) => match can_be_parted(value) {
                true => self.nested(whole, &mut vec![name.to_owned()], value),
                false => self.text(&flag, value.to_string()),
            },
            (Kind::Text, value) => self.text(&flag, kept(&told(value))),
            (_, value) => self.text(&flag, told(value)),
        }
    }

    fn text(&mut self, flag: &str, value: String) {
        let sign = if value.starts_with('-') { '=' } else { ' ' };
        self.0.push((format!("{flag}{sign}"), Arg::Text(value)));
    }

    /// What lies within a field: `--field a.b.0=value`.
    fn nested(&mut self, whole: &Value, way: &mut Vec<String>, value: &Value) {
        let mut inner = |step: String, value: &Value| {
            way.push(step);
            self.nested(whole, way, value);
            way.pop();
        };
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                fields.iter().for_each(|(name, value)| inner(name.clone(), value));
            }
            Value::Array(items) if !items.is_empty() => {
                items.iter().enumerate().for_each(|(i, value)| inner(i.to_string(), value));
            }
            value => {
                let text = match (schema::at(whole, way), value) {
                    // Where nobody knows what is to be there, it is read as JSON.
                    (None, Value::String(text))
                        if serde_json::from_str::<Value>(text).is_ok() || text.starts_with('@') =>
                    {
                        value.to_string()
                    }
                    _ => kept(&told(value)),
                };
                self.0
                    .push(("--field ".to_owned(), Arg::Text(format!("{}={text}", way.join(".")))));
            }
        }
    }
}

/// Whether each name within can be a step of a way.
fn can_be_parted(value: &Value) -> bool {
    let plain = |name: &String| !name.is_empty() && !name.contains(['.', '[', ']', '=']);
    match value {
        Value::Object(fields) => {
            fields.iter().all(|(name, value)| plain(name) && can_be_parted(value))
        }
        Value::Array(items) => items.iter().all(can_be_parted),
        _ => true,
    }
}

/// A text that no file is taken for.
fn kept(text: &str) -> String {
    match text.strip_prefix('@') {
        Some(rest) if !rest.is_empty() => format!("@{text}"),
        _ => text.to_owned(),
    }
}

/// A value as text.
fn told(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
