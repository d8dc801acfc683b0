//! What a success says, and the small conventions in which v1 writes it.
//!
//! Two of them clients depend on: a map with nothing in it is `[]`, and an action answers with no
//! body and no content type at all.

use api::Money;
use axum::body::Body;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::Failure;

/// What a success says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    /// It is done: 200 and nothing else.
    Done,
    /// What was asked for.
    Json(Value),
}

impl From<Value> for Reply {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

/// A map keyed by id; with nothing in it, an empty array, as PHP wrote it.
pub(crate) fn map(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    let map: Map<String, Value> = entries.into_iter().collect();
    if map.is_empty() { Value::Array(Vec::new()) } else { Value::Object(map) }
}

/// An amount: a string with two decimals.
pub(crate) fn amount(money: Money) -> String {
    format!("{:.2}", money.0.round_dp(2))
}

/// `yes` or `no`.
pub(crate) fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// A word as v2 spells it.
pub(crate) fn word(word: &impl Serialize) -> String {
    let value = serde_json::to_value(word).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=UTF-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

pub(crate) fn response(outcome: Result<Reply, Failure>) -> Response {
    let (status, kind, body) = match outcome {
        Ok(Reply::Done) => (StatusCode::OK, None, String::new()),
        Ok(Reply::Json(value)) => (StatusCode::OK, Some(JSON), value.to_string()),
        Err(failure) => (failure.status, Some(HTML), failure.text),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    if let Some(kind) = kind {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

/// What the real v1 answered after it was switched off, its reason phrase included.
pub(crate) fn gone() -> Response {
    const TEXT: &str = "Sorry, all newly created accounts are forbidden from using API v1, all \
        other accounts are able to use this deprecated API until June 30, 2023 at which point \
        Vultr API v1 will be sunset. Please use API v2.";
    let failure = Failure { status: StatusCode::SERVICE_UNAVAILABLE, text: TEXT.into() };
    let mut response = response(Err(failure));
    let reason = hyper::ext::ReasonPhrase::from_static(b"API v1 Gone");
    response.extensions_mut().insert(reason);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_with_nothing_in_it_is_an_array() {
        assert_eq!(map([]).to_string(), "[]");
        assert_eq!(map([("1".into(), Value::Bool(true))]).to_string(), r#"{"1":true}"#);
    }

    #[test]
    fn an_action_answers_with_nothing_at_all() {
        let done = response(Ok(Reply::Done));
        assert_eq!(done.status(), StatusCode::OK);
        assert!(done.headers().get(CONTENT_TYPE).is_none());
        let list = response(Ok(map([]).into()));
        assert_eq!(list.headers()[CONTENT_TYPE], "application/json");
    }
}
