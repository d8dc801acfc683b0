//! No text of any request is without a limit, and the document tells it: each text field of each
//! operation is sent too long, and with what no text may hold.

use serde_json::{Map, Value, json};

use crate::wire::{self, Problem, TEXT_MAX};
use crate::{Endpoint, Group, Visitor};

/// One place in a request that takes a text or a list.
struct Place {
    /// `rules[0].port`, as refusals name it.
    way: String,
    schema: Value,
}

/// The schema behind a reference.
fn target<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(way) => target(document, document.pointer(way.trim_start_matches('#')).unwrap()),
        None => schema,
    }
}

/// The places at `way` and below it.
fn places(document: &Value, schema: &Value, way: &str, found: &mut Vec<Place>) {
    let schema = target(document, schema);
    match schema["type"].as_str() {
        Some("string") => found.push(Place { way: way.into(), schema: schema.clone() }),
        Some("array") => {
            found.push(Place { way: way.into(), schema: schema.clone() });
            places(document, &schema["items"], &format!("{way}[0]"), found);
        }
        Some("object") => {
            for (name, field) in schema["properties"].as_object().into_iter().flatten() {
                places(document, field, &format!("{way}.{name}"), found);
            }
        }
        _ => {}
    }
}

/// A value at its place, in what is around it.
fn nested(way: &str, value: Value) -> Value {
    if let Some(rest) = way.strip_prefix("[0]") {
        return json!([nested(rest, value)]);
    }
    match way.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            json!({ &rest[..end]: nested(&rest[end..], value) })
        }
        None => value,
    }
}

/// Sends a value at the place that is `rest` away from the field of this name, which may have dots.
fn send<E: Endpoint>(is_text: bool, (name, rest): (&str, &str), value: Value) -> Option<Problem> {
    let sent = match is_text {
        true => {
            let text = match value {
                Value::String(text) => text,
                Value::Array(items) => vec!["x"; items.len()].join(","),
                other => other.to_string(),
            };
            wire::decode::<E>([(name.to_owned(), text)], Map::new())
        }
        false => {
            let body = Map::from_iter([(name.to_owned(), nested(rest, value))]);
            wire::decode::<E>([], body)
        }
    };
    sent.err()
}

struct EachText<'a> {
    document: &'a Value,
    texts: usize,
    lists: usize,
    lines: usize,
}

impl EachText<'_> {
    fn check<E: Endpoint>(&mut self, is_text: bool, name: &str, place: &Place) {
        let (op, way) = (E::OP.id, &place.way);
        // A list in a query is one text with commas.
        let named =
            |problem: &Problem| problem.field == *way || is_text && problem.field.starts_with(name);
        let send = |value: Value| send::<E>(is_text, way.split_at(name.len()), value);
        if place.schema["type"] == "array" {
            self.lists += 1;
            let most = place.schema["maxItems"].as_u64().expect("a limit") as usize;
            let problem = send(vec!["x"; most + 1].into()).expect("too many items");
            assert!(named(&problem), "{op} {way}: {problem}");
            assert!(problem.text.contains(&format!("at most {most} items")), "{op}: {problem}");
            return;
        }
        self.texts += 1;
        let is_bounded = ["enum", "format", "x-format-or-empty"]
            .iter()
            .any(|key| place.schema.get(*key).is_some_and(|form| form != "password"));
        let most = match place.schema["maxLength"].as_u64() {
            Some(most) => most as usize,
            None if is_bounded => TEXT_MAX,
            None => panic!("{op} {way}: the document tells no maximum"),
        };
        let problem = send("x".repeat(most + 1).into()).expect("too long");
        assert!(named(&problem), "{op} {way}: {problem}");
        assert!(problem.text.starts_with(&format!("must be at most {most} ")), "{op}: {problem}");
        let longest = send("x".repeat(most).into());
        let is_refused = longest.is_some_and(|problem| problem.text.starts_with("must be at most"));
        assert!(!is_refused, "{op} {way} may have {most} characters");

        let lines = place.schema["x-lines"] == true;
        self.lines += usize::from(lines);
        for control in ["a\0b", "a\u{1b}[2Jb", "a\u{9b}b", "a\nb", "a\tb"] {
            let belongs = lines && ["a\nb", "a\tb"].contains(&control);
            let problem = send(control.into());
            let problem = problem.filter(|problem| problem.text.contains("control character U+"));
            assert_eq!(problem.is_none(), belongs, "{op} {way} with {control:?}");
            assert!(problem.is_none_or(|problem| named(&problem)), "{op} {way}");
        }
    }
}

impl Visitor for EachText<'_> {
    fn operation<E: Endpoint>(&mut self, _: &Group, _: &'static str) {
        let operation = &self.document["paths"][E::OP.path];
        let operation = &operation[E::OP.method.as_str().to_lowercase()];
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let mut found = Vec::new();
            let name = parameter["name"].as_str().unwrap().replace('-', "_");
            places(self.document, &parameter["schema"], &name, &mut found);
            found.iter().for_each(|place| self.check::<E>(true, &name, place));
        }
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        let body = target(self.document, body);
        for (name, field) in body["properties"].as_object().into_iter().flatten() {
            let mut found = Vec::new();
            places(self.document, field, name, &mut found);
            found.iter().for_each(|place| self.check::<E>(false, name, place));
        }
    }
}

#[test]
fn every_text_that_is_too_long_or_holds_a_nul_is_refused_by_its_name() {
    let document = crate::openapi::document("0.0.0");
    let mut each = EachText { document: &document, texts: 0, lists: 0, lines: 0 };
    crate::visit(&mut each);
    let EachText { texts, lists, lines, .. } = each;
    assert!(texts > 400 && lists > 40 && lines > 15, "{texts} texts, {lists} lists, {lines} lines");
}

/// A field's other name has its limits, too.
#[test]
fn an_alias_is_no_way_round_a_limit() {
    use crate::object_storages::CreateObjectStorageBucket as Create;
    for name in ["name", "bucket_name"] {
        let problem = send::<Create>(false, (name, ""), "x".repeat(TEXT_MAX + 1).into()).unwrap();
        assert_eq!(
            problem.to_string(),
            format!("{name}: must be at most 255 characters, and is 256")
        );
    }
}

#[test]
fn json_that_no_schema_describes_has_limits_all_the_same() {
    use crate::instances::CreateInstance as Create;
    let send = |value: Value| send::<Create>(false, ("app_variables", ""), value);
    let named = |value: Value| send(value).unwrap().field;
    assert_eq!(named(json!({ "a": { "b": ["\0"] } })), "app_variables.a.b[0]");
    assert_eq!(named(json!({ "a": "x".repeat(65_537) })), "app_variables.a");
    assert_eq!(named(json!({ "a\n": 1 })), "app_variables");
    assert_ne!(named(json!({ "a": "line\nline" })), "app_variables.a");
}
