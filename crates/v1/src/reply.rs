//! What a success says, and the small conventions in which v1 writes it.
//!
//! Two of them clients depend on: a map with nothing in it is `[]`, and an action answers with no
//! body, whose type is not that of JSON: some clients would read it.
//!
//! Refusals are sent as HTML, as v1 did, and hold what callers sent. So nothing leaves here that a
//! browser could take for markup.

use api::Money;
use axum::body::Body;
use axum::response::Response;
use http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue, StatusCode};
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

impl From<()> for Reply {
    fn from((): ()) -> Self {
        Self::Done
    }
}

/// A map keyed by id; with nothing in it, an empty array, as PHP wrote it.
pub(crate) fn map(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    let map: Map<String, Value> = entries.into_iter().collect();
    if map.is_empty() { Value::Array(Vec::new()) } else { Value::Object(map) }
}

/// What is told of a thing, as JSON: in the order and the spelling in which it is written here, under
/// the keys by which the SDK reads it. `..` says that some keys are told at times only; without it,
/// none may be left out.
macro_rules! view {
    ($type:ident { $($field:ident $(: $value:expr)?),* $(,)? }) => {{
        let _ = |all: api::v1::answer::$type| {
            let api::v1::answer::$type { $($field: _),* } = all;
        };
        $crate::reply::view!($type .. { $($field $(: $value)?),* })
    }};
    ($type:ident .. { $($field:ident $(: $value:expr)?),* $(,)? }) => {
        $crate::reply::object(vec![$((
            api::v1::answer::$type::$field,
            serde_json::json!($crate::reply::view!(@ $field $($value)?)),
        )),*])
    };
    (@ $field:ident) => {
        $field
    };
    (@ $field:ident $value:expr) => {
        $value
    };
}
pub(crate) use view;

/// An object with these keys, in this order.
pub(crate) fn object(fields: Vec<(&str, Value)>) -> Value {
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
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

/// What browsers are told of every answer: it is no page of anybody's, and runs nothing.
const GUARDS: [(HeaderName, HeaderValue); 3] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

/// How many characters of a sentence are sent: some repeat what the caller sent.
const SENTENCE: usize = 2000;

pub(crate) fn response(outcome: Result<Reply, Failure>) -> Response {
    let (status, kind, body) = match outcome {
        Ok(Reply::Done) => (StatusCode::OK, HTML, String::new()),
        Ok(Reply::Json(value)) => (StatusCode::OK, JSON, value.to_string()),
        Err(failure) => (failure.status, HTML, escaped(&failure.text)),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response.headers_mut().extend(GUARDS);
    response
}

/// A sentence as the text of a page. This is the one way out of all of them, so that no place
/// where a caller's text comes in can be forgotten. Quotes mean nothing in a text, and sentences
/// that clients match on have some: they stay.
fn escaped(text: &str) -> String {
    let mut page = String::with_capacity(text.len().min(SENTENCE));
    for letter in text.chars().take(SENTENCE) {
        match letter {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            letter => page.push(letter),
        }
    }
    page
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
    fn an_action_answers_with_nothing_and_not_as_json() {
        let done = response(Ok(Reply::Done));
        assert_eq!(done.status(), StatusCode::OK);
        assert_eq!(done.headers()[CONTENT_TYPE], "text/html; charset=UTF-8");
        let list = response(Ok(map([]).into()));
        assert_eq!(list.headers()[CONTENT_TYPE], "application/json");
    }

    #[test]
    fn a_sentence_is_text_and_stays_readable() {
        let text = "Invalid server.  It is the key's, not \"<a>&amp;</a>\"";
        let page = "Invalid server.  It is the key's, not \"&lt;a&gt;&amp;amp;&lt;/a&gt;\"";
        assert_eq!(escaped(text), page);
        assert_eq!(escaped(&"<".repeat(1 << 20)).len(), SENTENCE * "&lt;".len());
    }
}
