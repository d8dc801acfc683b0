//! Texts from files: `--user-data @cloud.yaml`, `@-` for standard input, `@@x` for what begins with
//! an `@` itself. What the API wants in base64 is encoded on the way.

use std::io::Read;
use std::path::PathBuf;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use presentation::schema;
use sdk::config::Env;
use serde_json::{Map, Value};

use crate::command::flag;
use crate::error::Failure;

/// What is read at most: no field takes nearly as much.
const MOST: u64 = 16 << 20;

/// As lenient as the API is: padding does not matter, and neither do line breaks.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How a file is given in place of a text: for help.
pub(crate) fn help(schema: &Value, shape: &Value) -> &'static str {
    match (schema::kind(schema, shape), schema::is_encoded(schema, shape)) {
        (schema::Kind::Text, true) => " `@FILE` is encoded on the way, `@-` is standard input.",
        (schema::Kind::Text, false) if shape.get("x-lines").is_some() => {
            " `@FILE` reads it from a file, `@-` from standard input."
        }
        _ => "",
    }
}

/// Where texts come from that are not on the command line.
pub(crate) struct Files<'a> {
    pub(crate) stdin: &'a mut dyn Read,
    pub(crate) env: Env<'a>,
    /// What has read standard input already.
    pub(crate) taken: Option<String>,
}

impl Files<'_> {
    /// The text that was given for `arg`, or stands in the file that was. `encoded` is whether the
    /// API wants it in base64.
    pub(crate) fn text(
        &mut self,
        arg: &str,
        given: &str,
        encoded: bool,
    ) -> Result<String, Failure> {
        let literal = match given.strip_prefix('@') {
            // `--name @` is the domain itself.
            None | Some("") => given,
            Some(rest) if rest.starts_with('@') => rest,
            Some(file) => return self.file(arg, file, encoded),
        };
        if encoded && decode(literal).is_none() {
            let why =
                "this is no base64, which the API wants: give a file, which is encoded on the way";
            return Err(Failure::usage(format!(
                "{arg}: {why} ({arg} @FILE, or @- for standard input)"
            )));
        }
        Ok(literal.to_owned())
    }

    fn file(&mut self, arg: &str, file: &str, encoded: bool) -> Result<String, Failure> {
        let bytes = self.bytes(arg, file)?;
        if encoded {
            return Ok(encode(&bytes));
        }
        let text = String::from_utf8(bytes);
        let text =
            text.map_err(|_| Failure::usage(format!("{arg}: `{file}` is no text (UTF-8)")))?;
        // As `$(cat FILE)` would have it: the line that ends a file is none of the text's.
        Ok(text.trim_end_matches(['\n', '\r']).to_owned())
    }

    fn bytes(&mut self, arg: &str, file: &str) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let read = if file == "-" {
            if let Some(by) = self.taken.replace(arg.to_owned()) {
                return Err(Failure::usage(format!(
                    "{arg}: standard input can be read once, and {by} has it"
                )));
            }
            self.stdin.take(MOST + 1).read_to_end(&mut bytes)
        } else {
            let open = std::fs::File::open(self.path(file));
            open.and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes))
        };
        match read {
            Ok(_) if bytes.len() as u64 <= MOST => Ok(bytes),
            Ok(_) => Err(Failure::usage(format!("{arg}: `{file}` is larger than 16 MiB"))),
            Err(error) => Err(Failure::usage(format!(
                "{arg}: cannot read `{file}`: {error} (a text that begins with @ is written @@)"
            ))),
        }
    }

    /// No shell opens the `~` that stands behind an `@`.
    fn path(&self, file: &str) -> PathBuf {
        match (file.strip_prefix("~/"), (self.env)("HOME")) {
            (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
            _ => file.into(),
        }
    }
}

/// The bytes as the API wants them.
pub(crate) fn encode(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The bytes that a text in base64 stands for.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<_>>()).ok()
}

/// The text that base64 stands for, where it is one that people can read and that is encoded so.
pub(crate) fn plain(encoded: &str) -> Option<String> {
    let text = String::from_utf8(decode(encoded)?).ok()?;
    let readable = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    // What is written back is to be what was there.
    (text.chars().all(readable) && encode(text.as_bytes()) == encoded.trim_end()).then_some(text)
}

/// Refuses a private key in a field that is for others to see.
pub(crate) fn keep_private_keys(
    schema: &Value,
    fields: &Map<String, Value>,
) -> Result<(), Failure> {
    for (name, value) in fields {
        if let Some(way) = private_key(schema, &mut vec![name.clone()], value) {
            let arg = match &way[..] {
                [field] => format!("--{}", flag(field)),
                way => format!("--field {}", way.join(".")),
            };
            return Err(Failure::usage(format!(
                "{arg}: this is a private key, which nobody else is to have; the public part belongs \
                 here (of an SSH key, the file that ends in .pub). Nothing was sent"
            )));
        }
    }
    Ok(())
}

/// The way to the first private key that is where it does not belong.
fn private_key(schema: &Value, way: &mut Vec<String>, value: &Value) -> Option<Vec<String>> {
    let mut inner = |step: String, value: &Value| {
        way.push(step);
        let found = private_key(schema, way, value);
        way.pop();
        found
    };
    match value {
        Value::Object(object) => object.iter().find_map(|(key, value)| inner(key.clone(), value)),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(i, value)| inner(i.to_string(), value))
        }
        Value::String(text) => {
            let shape = schema::at(schema, way)?;
            let found = match schema::is_encoded(schema, shape) {
                // Data for a first boot may well hold one; what begins with one is nothing else.
                true => decode(text).is_some_and(|bytes| {
                    is_private_key(
                        String::from_utf8_lossy(&bytes).lines().next().unwrap_or_default(),
                    )
                }),
                false => text.lines().any(is_private_key),
            };
            (found && !schema::is_secret(shape)).then(|| way.clone())
        }
        _ => None,
    }
}

fn is_private_key(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| !c.is_ascii_graphic());
    line.starts_with("PuTTY-User-Key-File-")
        || (line.starts_with("-----BEGIN ") && line.contains("PRIVATE KEY-----"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields in base64 of all of these schemas. The descriptions say it to people, the schema to
    /// programs: they are to agree, but for those that are handed on as they are.
    fn in_base64(documents: impl Iterator<Item = Value>, handed_on: &[&str]) -> Vec<String> {
        let mut known = std::collections::BTreeSet::new();
        for document in documents {
            let mut places = vec![&document];
            while let Some(place) = places.pop() {
                let properties = place.get("properties").and_then(Value::as_object);
                for (name, shape) in properties.into_iter().flatten() {
                    let said = shape["description"].as_str().unwrap_or_default().contains("base64");
                    let encoded = schema::is_encoded(&document, shape);
                    assert_eq!(said && !handed_on.contains(&&**name), encoded, "{name}: {place}");
                    if encoded {
                        known.insert(name.clone());
                    }
                }
                let defs = place.get("$defs").and_then(Value::as_object);
                places.extend(defs.into_iter().flatten().map(|(_, shape)| shape));
            }
        }
        known.into_iter().collect()
    }

    #[test]
    fn what_the_api_answers_in_base64_is_known_of_each_field() {
        let answers =
            presentation::operations::all().into_iter().map(|operation| operation.response());
        // Docker and S3 want these two as they are.
        let known = in_base64(answers, &["auth", "Policy"]);
        let expected = ["content", "data", "kube_config", "script", "ssl_cert_b64", "user_data"];
        assert_eq!(known, expected);
    }

    #[test]
    fn what_the_api_wants_in_base64_is_known_of_each_field() {
        let requests =
            presentation::operations::all().into_iter().map(|operation| operation.request());
        let known = in_base64(requests, &[]);
        let expected = [
            "certificate_b64",
            "chain_b64",
            "letter_of_authorization",
            "private_key_b64",
            "script",
            "ssl_cert",
            "ssl_cert_key",
            "user_data",
        ];
        assert_eq!(known, expected);
    }
}
