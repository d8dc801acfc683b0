//! From arguments to a request's fields: `--json` first, `--field` over it, flags over both.
//!
//! Values stay text where the operation's own decoder knows better what they are to be.

use std::io::Read;

use clap::ArgMatches;
use clap::parser::ValueSource;
use presentation::operations::Operation;
use presentation::path;
use presentation::schema::{self, Kind};
use serde_json::{Map, Value};

use crate::command::{FIELD, JSON, flag};
use crate::error::Failure;
use crate::files::{self, Files};
use crate::{Context, subnet};

/// The request's fields, as the arguments say. Where several ids are given for the last one of the
/// path, they are a list.
pub(crate) fn fields(
    operation: &Operation,
    schema: &Value,
    args: &ArgMatches,
    context: &mut Context<'_>,
) -> Result<Map<String, Value>, Failure> {
    let mut fields = match body(args, context.stdin)? {
        Value::Object(fields) => fields,
        Value::Null => Map::new(),
        other => return Err(Failure::usage(format!("--json: expected an object, got {other}"))),
    };
    let params = operation.path_fields();
    if let Some(param) = params.iter().find(|p| fields.contains_key(*p)) {
        return Err(Failure::usage(format!(
            "--json: `{param}` is an argument, not part of the body"
        )));
    }
    let taken = many(args, JSON)
        .next()
        .filter(|file| matches!(*file, "-" | "@-"))
        .map(|_| "--json".to_owned());
    let mut files = Files { stdin: context.stdin, env: context.env, taken };
    for text in many(args, FIELD) {
        let (way, value) = way(text)?;
        let value = nested(schema, &way, value, &mut files)?;
        set(&mut fields, &way, value)?;
    }
    for (name, shape) in schema::fields(schema) {
        if args.value_source(name) == Some(ValueSource::CommandLine) {
            let values: Vec<&str> = many(args, name).collect();
            let value = match params.contains(name) {
                true if values.len() > 1 => values.into(),
                true => values.concat().into(),
                false => value(schema, name, shape, &values, &mut files)?,
            };
            fields.insert(name.clone(), value);
        }
    }
    if let Some((way, known)) = schema::unknown(schema, &fields) {
        let known =
            known.into_iter().filter(|k| !params.contains(k)).collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(format!("there is no field `{way}`; there are {known}")));
    }
    subnet::part(schema, &mut fields)?;
    files::keep_private_keys(schema, &fields)?;
    Ok(fields)
}

/// Parts `a.b.0=value` into the way and the value.
pub(crate) fn way(text: &str) -> Result<(Vec<String>, &str), Failure> {
    let (way, value) = text
        .split_once('=')
        .ok_or_else(|| Failure::usage(format!("--field {text}: expected NAME=VALUE")))?;
    let way = path::split(way).map_err(|why| Failure::usage(format!("--field {text}: {why}")))?;
    Ok((way, value))
}

/// Puts the value of `--field` where it belongs.
pub(crate) fn set(
    fields: &mut Map<String, Value>,
    way: &[String],
    value: Value,
) -> Result<(), Failure> {
    path::set(fields, way, value)
        .map_err(|why| Failure::usage(format!("--field {}: {why}", way.join("."))))
}

/// What `--json` names; null where it is not given.
pub(crate) fn body(args: &ArgMatches, stdin: &mut dyn Read) -> Result<Value, Failure> {
    let Some(file) = many(args, JSON).next() else { return Ok(Value::Null) };
    // Elsewhere a file is `@FILE`.
    let file = file.strip_prefix('@').unwrap_or(file);
    let mut text = String::new();
    let read = match file {
        "-" => stdin.read_to_string(&mut text).map(|_| ()),
        file => std::fs::read_to_string(file).map(|t| text = t),
    };
    read.map_err(|e| Failure::usage(format!("--json {file}: {e}")))?;
    serde_json::from_str(&text).map_err(|e| Failure::usage(format!("--json {file}: {e}")))
}

/// The values of an argument, none where the command has no such argument.
pub(crate) fn many<'a>(args: &'a ArgMatches, id: &str) -> impl Iterator<Item = &'a str> {
    args.try_get_many::<String>(id).ok().flatten().into_iter().flatten().map(String::as_str)
}

/// The value of `--field`: text where the schema has text, else JSON where it reads as a list or an
/// object.
fn nested(
    schema: &Value,
    way: &[String],
    text: &str,
    files: &mut Files<'_>,
) -> Result<Value, Failure> {
    let shape = schema::at(schema, way);
    let encoded = shape.is_some_and(|shape| schema::is_encoded(schema, shape));
    let text = &*files.text(&format!("--field {}", way.join(".")), text, encoded)?;
    Ok(match shape.map(|shape| schema::kind(schema, shape)) {
        Some(Kind::Text | Kind::Uuid | Kind::Word(_)) => text.into(),
        Some(Kind::List(_)) if !text.starts_with('[') => list(text.split(',')),
        _ if text.starts_with(['[', '{']) => serde_json::from_str(text).unwrap_or(text.into()),
        Some(_) => text.into(),
        // Nobody knows what is to be here: what reads as JSON is JSON.
        None => loose(text),
    })
}

/// A value whose type is not known: JSON if it reads as such, else text.
pub(crate) fn loose(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(text.into())
}

fn value(
    schema: &Value,
    name: &str,
    shape: &Value,
    values: &[&str],
    files: &mut Files<'_>,
) -> Result<Value, Failure> {
    let last = values.last().copied().unwrap_or_default();
    let arg = format!("--{}", flag(name));
    match schema::kind(schema, shape) {
        Kind::List(_) => Ok(list(values.iter().copied())),
        Kind::Text if schema::is_time(schema, shape) => Ok(time(last).into()),
        Kind::Text => Ok(files.text(&arg, last, schema::is_encoded(schema, shape))?.into()),
        Kind::Json => serde_json::from_str(&files.text(&arg, last, false)?).map_err(|e| {
            Failure::usage(format!("{arg}: expected JSON: {e}; see also --field and --json"))
        }),
        _ => Ok(last.into()),
    }
}

/// A day is its first moment, in UTC.
fn time(text: &str) -> String {
    let is_day = text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
    if is_day { format!("{text}T00:00:00Z") } else { text.to_owned() }
}

/// `--tags ""` is the empty list: that is how the API clears one.
fn list<'a>(items: impl Iterator<Item = &'a str>) -> Value {
    items.filter(|item| !item.is_empty()).collect()
}
