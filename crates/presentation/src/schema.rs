//! What a request's schema says about its fields.

use serde_json::{Map, Value};

/// What a field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Flag,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A text.
    Text,
    /// An identifier that may be given by name.
    Uuid,
    /// One of these words.
    Word(Vec<String>),
    /// Several of a kind.
    List(Box<Kind>),
    /// An object, or several: JSON.
    Json,
}

/// The schema's fields, in order.
pub fn fields(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

/// The names of the fields that must be there.
pub fn required(schema: &Value) -> Vec<&str> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).collect()
}

/// The description of the schema or of one of its fields.
pub fn description(shape: Option<&Value>) -> String {
    let text = shape.and_then(|s| s.get("description")?.as_str()).unwrap_or_default();
    // Line breaks within a paragraph are the source's. What words mean, their own list tells.
    let paragraphs = text
        .split("\n\n")
        .filter(|p| !p.starts_with("- `"))
        .map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// What a field of this shape takes.
pub fn kind(schema: &Value, shape: &Value) -> Kind {
    let shape = target(schema, shape);
    if let Some(words) = words(shape) {
        return Kind::Word(words);
    }
    match type_of(shape) {
        Some("boolean") => Kind::Flag,
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("string") if shape.get("format").is_some_and(|f| f == "uuid") => Kind::Uuid,
        Some("string") => Kind::Text,
        Some("array") => match shape.get("items").map_or(Kind::Text, |items| kind(schema, items)) {
            Kind::Json | Kind::List(_) => Kind::Json,
            item => Kind::List(Box::new(item)),
        },
        _ => Kind::Json,
    }
}

/// Whether a field of this shape holds a text in base64.
pub fn is_encoded(schema: &Value, shape: &Value) -> bool {
    [shape, target(schema, shape)].iter().any(|s| s["contentEncoding"] == "base64")
}

/// Whether a field of this shape holds a moment.
pub fn is_time(schema: &Value, shape: &Value) -> bool {
    let shape = target(schema, shape);
    ["format", "x-format-or-empty"].iter().any(|word| shape[*word] == "date-time")
}

/// Whether a field of this shape holds a password or a key.
pub fn is_secret(shape: &Value) -> bool {
    shape["format"] == "password"
}

/// The shape at a way such as `a.b.0`, where the schema knows it.
pub fn at<'a>(schema: &'a Value, way: &[String]) -> Option<&'a Value> {
    let mut shape = schema;
    for step in way {
        shape = inner(schema, shape, step)?;
    }
    Some(target(schema, shape))
}

fn inner<'a>(schema: &'a Value, shape: &'a Value, step: &str) -> Option<&'a Value> {
    let shape = target(schema, shape);
    if let Some(field) = shape.get("properties").and_then(|p| p.get(step)) {
        return Some(field);
    }
    if step.parse::<usize>().is_ok() && shape.get("items").is_some() {
        return shape.get("items");
    }
    shape.get("additionalProperties").filter(|s| s.is_object())
}

/// Puts in place of each text in base64 what `plain` makes of it, where that is something.
pub fn decode(schema: &Value, shape: &Value, value: &mut Value, plain: fn(&str) -> Option<String>) {
    match value {
        Value::String(text) if is_encoded(schema, shape) => {
            if let Some(plain) = plain(text) {
                *text = plain;
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                if let Some(shape) = inner(schema, shape, name) {
                    decode(schema, shape, value, plain);
                }
            }
        }
        _ => {}
    }
}

/// The first field of `value` that the schema does not know, with its way.
pub fn unknown(schema: &Value, fields: &Map<String, Value>) -> Option<(String, Vec<String>)> {
    unknown_in(schema, schema, fields, "")
}

fn unknown_in(
    schema: &Value,
    shape: &Value,
    fields: &Map<String, Value>,
    way: &str,
) -> Option<(String, Vec<String>)> {
    let shape = target(schema, shape);
    let known = shape.get("properties").and_then(Value::as_object)?;
    if shape.get("additionalProperties").is_some_and(|a| a != false) {
        return None;
    }
    for (name, value) in fields {
        let here = format!("{way}{name}");
        let Some(inner) = known.get(name) else {
            return Some((here, known.keys().cloned().collect()));
        };
        let inner = target(schema, inner);
        let (inner, objects) = match value {
            Value::Object(object) => (inner, vec![object]),
            Value::Array(items) => {
                let Some(item) = inner.get("items") else { continue };
                (item, items.iter().filter_map(Value::as_object).collect())
            }
            _ => continue,
        };
        let found =
            objects.into_iter().find_map(|o| unknown_in(schema, inner, o, &format!("{here}.")));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// How many characters a sketch has about, before what may be absent is left out.
const SKETCH: usize = 150;

/// What a shape looks like in JSON, in short: `[{"frontend_port": N, ...}]`. What must be there
/// comes first.
pub fn sketch(schema: &Value, shape: &Value) -> String {
    let shape = target(schema, shape);
    if let Some(words) = words(shape) {
        return format!("\"{}\"", words.join("|"));
    }
    match type_of(shape) {
        Some("boolean") => "true|false".to_owned(),
        Some("integer" | "number") => "N".to_owned(),
        Some("string") if shape.get("format").is_some_and(|f| f == "uuid") => "\"ID\"".to_owned(),
        Some("string") => "\"TEXT\"".to_owned(),
        Some("array") => match shape.get("items") {
            Some(items) => format!("[{}, ...]", sketch(schema, items)),
            None => "[...]".to_owned(),
        },
        _ => object(schema, shape),
    }
}

fn object(schema: &Value, shape: &Value) -> String {
    let Some(fields) = shape.get("properties").and_then(Value::as_object) else {
        return match shape.get("additionalProperties") {
            Some(more) if more.is_object() => {
                format!("{{\"NAME\": {}, ...}}", sketch(schema, more))
            }
            _ => "{\"NAME\": VALUE, ...}".to_owned(),
        };
    };
    let needed = shape.get("required").and_then(Value::as_array);
    let is_needed = |name: &str| needed.is_some_and(|n| n.iter().any(|n| n == name));
    let (first, others): (Vec<_>, Vec<_>) = fields.iter().partition(|(name, _)| is_needed(name));
    let mut text = String::new();
    for (i, (name, shape)) in first.iter().chain(&others).enumerate() {
        let field = format!("\"{name}\": {}", sketch(schema, shape));
        let comma = if i == 0 { "" } else { ", " };
        if i >= first.len() && i > 0 && text.len() + field.len() > SKETCH {
            text += ", ...";
            break;
        }
        text += comma;
        text += &field;
    }
    format!("{{{text}}}")
}

/// The shape behind a reference.
pub fn target<'a>(schema: &'a Value, shape: &'a Value) -> &'a Value {
    let path = shape.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
    match path.and_then(|path| schema.pointer(path)) {
        Some(found) => target(schema, found),
        None => shape,
    }
}

/// The words that a text can be, where they are known.
fn words(shape: &Value) -> Option<Vec<String>> {
    let words = shape.get("enum")?.as_array()?;
    Some(words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect())
}

fn type_of(shape: &Value) -> Option<&str> {
    shape.get("type")?.as_str()
}

#[cfg(test)]
mod tests {
    use api::blocks::CreateBlock;
    use serde_json::json;

    use super::*;

    #[test]
    fn kinds_are_read_through_references() {
        let schema = api::form::schema::<CreateBlock>();
        let kind_of = |field: &str| kind(&schema, &schema.get("properties").unwrap()[field]);
        assert_eq!(kind_of("region"), Kind::Text);
        assert_eq!(kind_of("size_gb"), Kind::Integer);
        assert_eq!(kind_of("bootable"), Kind::Flag);
        assert_eq!(
            kind_of("block_type"),
            Kind::Word(vec!["high_perf".into(), "storage_opt".into()])
        );
        assert_eq!(required(&schema), ["region", "size_gb"]);
    }

    #[test]
    fn json_is_sketched_with_what_must_be_there_first() {
        let schema = api::form::schema::<api::load_balancers::CreateLoadBalancer>();
        let sketch = |field: &str| sketch(&schema, &schema.get("properties").unwrap()[field]);
        assert_eq!(
            sketch("forwarding_rules"),
            r#"[{"frontend_protocol": "http|https|tcp|udp", "frontend_port": N, "#.to_owned()
                + r#""backend_protocol": "http|https|tcp|udp", "backend_port": N}, ...]"#
        );
        assert_eq!(sketch("sticky_session"), r#"{"cookie_name": "TEXT"}"#);
        let many = json!({
            "type": "object", "required": ["z"],
            "properties": (0..40).map(|n| (format!("field_{n:02}"), json!({"type": "integer"})))
                .chain([("z".to_owned(), json!({"type": "boolean"}))])
                .collect::<Map<String, Value>>(),
        });
        let text = super::sketch(&schema, &many);
        assert!(text.starts_with(r#"{"z": true|false, "field_00": N, "#), "{text}");
        assert!(text.ends_with(", ...}") && text.len() < SKETCH + 20, "{text}");
        assert_eq!(super::sketch(&schema, &json!({"type": "object"})), r#"{"NAME": VALUE, ...}"#);
    }

    #[test]
    fn unknown_fields_are_found_at_any_depth() {
        let schema = json!({
            "properties": {"a": {"type": "array", "items": {"$ref": "#/$defs/A"}}, "free": {"type": "object"}},
            "$defs": {"A": {"type": "object", "properties": {"b": {"type": "string"}}}}
        });
        let unknown = |v: Value| unknown(&schema, v.as_object().unwrap()).map(|(way, _)| way);
        assert_eq!(unknown(json!({"a": [{"b": "x"}], "free": {"any": 1}})), None);
        assert_eq!(unknown(json!({"a": [{"b": "x"}, {"c": "x"}]})), Some("a.c".into()));
        assert_eq!(unknown(json!({"z": 1})), Some("z".into()));
    }
}
