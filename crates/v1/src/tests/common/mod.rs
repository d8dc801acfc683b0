//! What tests of v1 share: v1 in front of a world's v2, and ways to ask it as clients do.
//!
//! Nothing here may know what a call means.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use catalog::Catalog;
use http_body_util::BodyExt;
use serde_json::Value;
use testkit::{KEY, World};
use tower::ServiceExt;
use v1::{Config, Limit, Mode, StoreIds};

/// v1 in front of a world's v2.
pub(crate) struct V1 {
    pub(crate) world: World,
    router: Router,
    /// The calls that were done.
    done: Mutex<BTreeSet<&'static str>>,
}

/// An answer: status, content type (empty: none) and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) body: String,
}

pub(crate) fn router(world: &World, mode: Mode, limit: Option<Limit>) -> Router {
    v1::router(Config {
        upstream: Arc::new(v1::in_process(world.router.clone(), |_, _| {})),
        ids: Arc::new(StoreIds::beside(world.store.clone())),
        catalog: Arc::new(Catalog::builtin()),
        limit,
        mode,
        clock: world.clock.clone(),
        remember: Duration::ZERO,
    })
}

pub(crate) async fn exchange(router: &Router, request: http::Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.expect("routers do not fail");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("the body is at hand").to_bytes();
    let kind = parts.headers.get("content-type").map(|v| v.to_str().expect("text"));
    Answer {
        status: parts.status.as_u16(),
        kind: kind.unwrap_or_default().to_owned(),
        body: String::from_utf8(body.to_vec()).expect("text"),
    }
}

/// A request as the seed's client sends it: the key in the query, a form in the body.
pub(crate) fn request(method: &str, path: &str, params: &str) -> http::Request<Body> {
    let builder = http::Request::builder().method(method);
    let is_get = method == "GET";
    let query = if is_get && !params.is_empty() { format!("&{params}") } else { String::new() };
    let body = if is_get { String::new() } else { params.to_owned() };
    builder
        .uri(format!("/v1/{path}?api_key={KEY}{query}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .expect("a request")
}

/// A form's parameters.
pub(crate) fn form(params: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish()
}

impl V1 {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let router = router(&world, Mode::Alive, None);
        Self { world, router, done: Mutex::default() }
    }

    pub(crate) async fn exchange(&self, request: http::Request<Body>) -> Answer {
        exchange(&self.router, request).await
    }

    async fn ask(&self, method: &str, path: &str, params: &[(&str, &str)]) -> Answer {
        self.exchange(request(method, path, &form(params))).await
    }

    /// A read that is answered.
    #[track_caller]
    pub(crate) fn get(
        &self,
        path: &'static str,
        params: &[(&str, &str)],
    ) -> impl Future<Output = Value> {
        self.json("GET", path, params)
    }

    /// A change that is answered with something.
    pub(crate) async fn make(&self, path: &'static str, params: &[(&str, &str)]) -> Value {
        self.json("POST", path, params).await
    }

    async fn json(&self, method: &str, path: &'static str, params: &[(&str, &str)]) -> Value {
        let answer = self.ask(method, path, params).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert_eq!(answer.kind, "application/json", "{path}");
        readable(path, &answer.body);
        if method == "GET" {
            // The types of later years are read, too.
            let request = http::Request::builder().uri(format!("/v1/{path}?{}", form(params)));
            let request = request.header("API-Key", KEY).body(Body::empty()).expect("a request");
            readable(path, &self.exchange(request).await.body);
        }
        self.mark(path);
        serde_json::from_str(&answer.body).expect("JSON")
    }

    /// A change that is done without a word.
    pub(crate) async fn act(&self, path: &'static str, params: &[(&str, &str)]) {
        let answer = self.ask("POST", path, params).await;
        let kind = "text/html; charset=UTF-8".to_owned();
        let done = Answer { status: 200, kind, body: String::new() };
        assert_eq!(answer, done, "{path}");
        readable(path, &answer.body);
        self.mark(path);
        self.world.settle().await;
    }

    /// The sentence with which a call is refused.
    pub(crate) async fn refused(&self, path: &str, params: &[(&str, &str)]) -> String {
        let verb = api::v1::find(path).expect("a call").verb.as_str();
        let answer = self.ask(verb, path, params).await;
        assert_eq!(answer.status, 412, "{path}: {}", answer.body);
        assert_eq!(answer.kind, "text/html; charset=UTF-8", "{path}");
        // Callers of v1 know neither v2's paths nor its fields.
        let foreign = ["/v2", "_id:", "_id "].iter().find(|word| answer.body.contains(**word));
        assert_eq!(foreign, None, "{path}: {}", answer.body);
        answer.body
    }

    fn mark(&self, path: &str) {
        let call = api::v1::find(path).expect("a call");
        self.done.lock().expect("no panic while held").insert(call.path);
    }

    /// The calls that were done.
    pub(crate) fn done(&self) -> BTreeSet<&'static str> {
        self.done.lock().expect("no panic while held").clone()
    }

    /// A server in New Jersey that runs; `more` goes into the form.
    pub(crate) async fn server(&self, more: &[(&str, &str)]) -> String {
        let mut params = vec![("DCID", "1"), ("VPSPLANID", "201"), ("OSID", "387")];
        params.extend(more);
        let answer = self.make("server/create", &params).await;
        self.world.settle().await;
        text(&answer["SUBID"])
    }
}

/// Checks that the SDK's typed call reads what was answered.
#[track_caller]
pub(crate) fn readable(path: &str, body: &str) {
    let entry = api::v1::find(path).expect("a call");
    entry.check(body).unwrap_or_else(|why| panic!("{path}: {why}\n{body}"));
}

/// A typed client of v1 with a key, in a world.
pub(crate) fn client(world: &World, key: &str) -> sdk::v1::Client {
    let router = world.router.clone();
    let transport = move |request: sdk::transport::Request| {
        let router = router.clone();
        async move {
            let request = request.map(Body::from);
            let response = router.oneshot(request).await.expect("routers answer");
            let (parts, body) = response.into_parts();
            let body = body.collect().await.expect("the body is at hand").to_bytes();
            Ok(sdk::transport::Response::from_parts(parts, body))
        }
    };
    let builder = sdk::Client::builder("http://127.0.0.1:8787").transport(transport);
    sdk::v1::Client::with(builder.attempts(1), key).expect("a client")
}

/// A string or number as text.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => panic!("{other} is no id"),
    }
}

/// The only entry of a map.
#[track_caller]
pub(crate) fn only(map: &Value) -> (String, Value) {
    let map = map.as_object().unwrap_or_else(|| panic!("{map} is no map"));
    assert_eq!(map.len(), 1, "{map:?}");
    map.iter().next().map(|(id, entry)| (id.clone(), entry.clone())).expect("there is one")
}

/// Checks that `answer` has every key of `example`, each with the same type of JSON. Entries of
/// lists, and of maps keyed by id, are all compared with the first of the example. A null of the
/// example stands for a text that may be missing.
#[track_caller]
pub(crate) fn like(example: &Value, answer: &Value) {
    match (example, answer) {
        (Value::Object(example), Value::Object(answer)) if is_keyed(example) => {
            let first = example.values().next().expect("examples are not empty");
            assert!(!answer.is_empty(), "nothing to compare");
            for (id, entry) in answer {
                assert!(is_id(id), "{id} is no id");
                like(first, entry);
            }
        }
        (Value::Object(example), Value::Object(answer)) => {
            for (key, value) in example {
                let found = answer.get(key).unwrap_or_else(|| panic!("{key} is missing"));
                like(value, found);
            }
        }
        (Value::Array(example), Value::Array(answer)) => {
            let first = example.first().expect("examples are not empty");
            answer.iter().for_each(|entry| like(first, entry));
        }
        (Value::Null, Value::Null | Value::String(_)) => {}
        (one, other) => {
            let same = std::mem::discriminant(one) == std::mem::discriminant(other);
            assert!(same, "{other} is of another type than {one}");
        }
    }
}

fn is_keyed(map: &serde_json::Map<String, Value>) -> bool {
    map.keys().all(|key| is_id(key))
}

fn is_id(key: &str) -> bool {
    let hex = key.strip_prefix("net").unwrap_or(key);
    hex.bytes().any(|b| b.is_ascii_digit()) && hex.bytes().all(|b| b.is_ascii_hexdigit())
}
