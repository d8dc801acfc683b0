//! Every operation's request and answer survive the journey over HTTP, shown with values made from
//! the operation's own JSON schema.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::values::{Place, Values};
use crate::{Endpoint, Group, Shape, Visitor, wire};

/// How many values are tried for each operation.
const CASES: u32 = 48;

/// Runs a check on `cases` of each operation's requests.
struct EachRequest<C>(C);

/// A check of one operation's request.
trait Check {
    fn check<E: Endpoint>(&self, request: E) -> TestCaseResult;
}

impl<C: Check> Visitor for EachRequest<C> {
    fn operation<E: Endpoint>(&mut self, _: &Group, _: &'static str) {
        let values = Values::new(crate::form::schema::<E>());
        let place = |name: &str| match E::OP.path_params().any(|p| p.replace('-', "_") == name) {
            true => Place::Path,
            false if E::OP.has_body => Place::Body,
            false => Place::Query,
        };
        run(E::OP.id, &values.request(place), |fields| {
            self.0.check::<E>(serde_json::from_value(fields).map_err(rejected)?)
        });
    }
}

fn run(id: &str, values: &BoxedStrategy<Value>, check: impl Fn(Value) -> TestCaseResult) {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    if let Err(wrong) = TestRunner::new(config).run(values, check) {
        panic!("{id}: {wrong}");
    }
}

fn rejected(wrong: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(wrong.to_string())
}

fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("API types are JSON")
}

/// What a server sees of a request: path parameters and query pairs, and the body.
type Received = (Vec<(String, String)>, Map<String, Value>);

fn receive<E: Endpoint>(sent: &wire::Encoded) -> Result<Received, TestCaseError> {
    let uri: http::Uri = sent.uri.parse().map_err(rejected)?;
    let segments = E::OP.path.split('/');
    prop_assert_eq!(segments.clone().count(), uri.path().split('/').count(), "{}", uri);
    let mut texts = Vec::new();
    for (template, segment) in segments.zip(uri.path().split('/')) {
        match template.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
            None => prop_assert_eq!(template, segment),
            Some(name) => {
                let value = percent_encoding::percent_decode_str(segment).decode_utf8();
                texts.push((name.to_owned(), value.map_err(rejected)?.into_owned()));
            }
        }
    }
    let query = uri.query().unwrap_or_default();
    texts.extend(form_urlencoded::parse(query.as_bytes()).into_owned());
    prop_assert_eq!(sent.body.is_some(), E::OP.has_body);
    let body = sent.body.as_deref().map(serde_json::from_slice).transpose().map_err(rejected)?;
    Ok((texts, body.unwrap_or_default()))
}

/// What was sent arrives.
struct Arrives;

impl Check for Arrives {
    fn check<E: Endpoint>(&self, request: E) -> TestCaseResult {
        let sent = wire::encode(&request).map_err(rejected)?;
        let body = sent.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        prop_assert!(!has_null(&sent), "null travels: {}", body);
        let (texts, body) = receive::<E>(&sent)?;
        let received: E = wire::decode(texts, body).map_err(rejected)?;
        prop_assert_eq!(json(&received), json(&request), "{:?}", sent);
        Ok(())
    }
}

fn has_null(sent: &wire::Encoded) -> bool {
    fn null(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Object(map) => map.values().any(null),
            Value::Array(items) => items.iter().any(null),
            _ => false,
        }
    }
    sent.body.as_deref().is_some_and(|b| serde_json::from_slice(b).is_ok_and(|v: Value| null(&v)))
}

/// What was sent by a sloppy client arrives: numbers and flags as text, `null` and fields that
/// nobody knows.
struct ArrivesSloppily;

impl Check for ArrivesSloppily {
    fn check<E: Endpoint>(&self, request: E) -> TestCaseResult {
        let sent = wire::encode(&request).map_err(rejected)?;
        let (mut texts, body) = receive::<E>(&sent)?;
        texts.push(("nobody_knows".into(), "this".into()));
        let schema = Values::new(crate::form::schema::<E>());
        let mut body: Map<String, Value> = body
            .into_iter()
            .map(|(k, v)| (k.clone(), sloppy(v, &schema.fields[&k], &schema)))
            .collect();
        body.insert("nobody_knows_either".into(), json!({ "a": [1, null] }));
        for (field, shape) in &schema.fields {
            let means = shape["x-null-is-empty"] == true;
            if E::OP.has_body
                && !means
                && !E::OP.path_params().any(|p| p.replace('-', "_") == *field)
            {
                body.entry(field.clone()).or_insert(Value::Null);
            }
        }
        let received: E = wire::decode(texts, body).map_err(rejected)?;
        prop_assert_eq!(json(&received), json(&request));
        Ok(())
    }
}

/// Turns what is declared to be a number or a flag into text.
fn sloppy(value: Value, schema: &Value, all: &Values) -> Value {
    let schema = all.resolve(schema);
    match value {
        Value::Number(n) if declares(schema, &["integer", "number"]) => n.to_string().into(),
        Value::Bool(b) if declares(schema, &["boolean"]) => b.to_string().into(),
        Value::Array(items) => {
            items.into_iter().map(|item| sloppy(item, &schema["items"], all)).collect()
        }
        Value::Object(fields) => {
            let of = |k: &str| schema["properties"].get(k).unwrap_or(&Value::Null);
            fields.into_iter().map(|(k, v)| (k.clone(), sloppy(v, of(&k), all))).collect()
        }
        other => other,
    }
}

fn declares(schema: &Value, types: &[&str]) -> bool {
    match &schema["type"] {
        Value::String(t) => types.contains(&t.as_str()),
        Value::Array(ts) => ts.iter().any(|t| types.iter().any(|wanted| t == wanted)),
        _ => false,
    }
}

/// Every answer survives, in its envelope.
struct EachResponse;

impl Visitor for EachResponse {
    fn operation<E: Endpoint>(&mut self, _: &Group, _: &'static str) {
        if E::OP.shape == Shape::Empty {
            return;
        }
        let values = Values::new(crate::form::schema::<E::Response>());
        run(E::OP.id, &values.whole(), |value| {
            let answer: E::Response = read(value)?;
            let bytes = E::encode_response(&answer);
            let envelope: Value = match E::OP.shape {
                Shape::Text(_) => String::from_utf8_lossy(&bytes).into(),
                _ => serde_json::from_slice(&bytes).map_err(rejected)?,
            };
            match E::OP.shape {
                Shape::Key(key) => prop_assert_eq!(&envelope[key], &json(&answer)),
                Shape::List(key) => prop_assert_eq!(&envelope[key], &json(&answer)["items"]),
                Shape::Bare | Shape::Empty | Shape::Text(_) => {
                    prop_assert_eq!(&envelope, &json(&answer))
                }
            }
            let back = E::decode_response(&bytes).map_err(rejected)?;
            prop_assert_eq!(json(&back), json(&answer));
            Ok(())
        });
    }
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, TestCaseError> {
    serde_json::from_value(value.clone()).map_err(|e| rejected(format!("{e} in {value}")))
}

/// Counts operations by the way their fields travel.
#[derive(Default)]
struct Kinds(BTreeMap<&'static str, usize>);

impl Visitor for Kinds {
    fn operation<E: Endpoint>(&mut self, _: &Group, _: &'static str) {
        let kind = match (E::OP.has_body, E::OP.path_params().count()) {
            (true, 0) => "body",
            (true, _) => "path and body",
            (false, 0) => "query",
            (false, _) => "path",
        };
        *self.0.entry(kind).or_default() += 1;
    }
}

#[test]
fn there_are_operations_of_every_kind() {
    let mut kinds = Kinds::default();
    crate::visit(&mut kinds);
    assert_eq!(kinds.0.len(), 4, "{:?}", kinds.0);
    assert!(kinds.0.values().all(|count| *count >= 5), "{:?}", kinds.0);
}

#[test]
fn every_request_arrives_as_it_was_sent() {
    crate::visit(&mut EachRequest(Arrives));
}

#[test]
fn every_request_of_a_sloppy_client_arrives() {
    crate::visit(&mut EachRequest(ArrivesSloppily));
}

#[test]
fn every_answer_arrives_as_it_was_sent() {
    crate::visit(&mut EachResponse);
}
