//! Operations called in this process, with the key of whoever has signed in.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{Extensions, HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt;
use presentation::answer::{held, thing};
use presentation::{Operation, schema};
use serde_json::{Map, Value};
use tower::ServiceExt;

use crate::Shared;

/// How the console calls itself in the log.
const AGENT: HeaderValue = HeaderValue::from_static("kettle-console");
/// How many things one page of the API holds at most.
const PAGE: usize = 500;

/// Calls operations for somebody.
#[derive(Clone)]
pub(crate) struct Caller {
    shared: Arc<Shared>,
    key: String,
    from: Extensions,
}

/// What an operation answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    /// The thing, or the things, out of their envelope; null where there is no body.
    pub(crate) value: Value,
    /// Of a list, how many there are in all.
    pub(crate) total: Option<u64>,
    /// Of a list, the cursors of the page after this one and of the one before; empty: there is none.
    pub(crate) next: String,
    pub(crate) prev: String,
}

/// Why an operation did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// The API's words.
    pub(crate) text: String,
    /// The field that is wrong, where it never was sent; else the text may name one.
    pub(crate) field: Option<String>,
}

impl Caller {
    /// Calls with this key. `from` is what is known of the browser's request.
    pub(crate) fn new(shared: Arc<Shared>, key: &str, from: &Extensions) -> Self {
        let mut carried = Extensions::new();
        (shared.config.carry)(from, &mut carried);
        Self { shared, key: key.to_owned(), from: carried }
    }

    /// Calls an operation with these fields, those of its path among them. What only looks stands in
    /// no log.
    ///
    /// # Errors
    /// With the field that is missing or cannot be what it should be, before anything is sent; or as
    /// the API refuses it.
    pub(crate) async fn call(
        &self,
        operation: &Operation,
        fields: Map<String, Value>,
    ) -> Result<Answer, Refusal> {
        let sent = operation.encode(fields).map_err(|problem| Refusal {
            status: 400,
            text: problem.text,
            field: Some(problem.field),
        })?;
        let is_quiet = operation.reads();
        let (status, bytes) =
            self.exchange(&operation.op.method, &sent.uri, sent.body, is_quiet).await?;
        let text = matches!(operation.op.shape, api::Shape::Text(_));
        let mut body: Value = match text {
            true => String::from_utf8_lossy(&bytes).into(),
            false => serde_json::from_slice(&bytes).unwrap_or_default(),
        };
        let at = |way: &str| body.pointer(way).and_then(Value::as_str).unwrap_or_default();
        let (next, prev) = (at("/meta/links/next").to_owned(), at("/meta/links/prev").to_owned());
        let total = body.pointer("/meta/total").and_then(Value::as_u64);
        let unlike = || Refusal {
            status,
            text: format!("the answer to {} is not what it should be", operation.op.id),
            field: None,
        };
        let value = held(&operation.op, &mut body).ok_or_else(unlike)?;
        let bare = operation.op.shape == api::Shape::Bare;
        Ok(Answer { value: if bare { thing(value) } else { value }, total, next, prev })
    }

    /// All that a list holds, or the first `most` of it.
    ///
    /// # Errors
    /// As the API refuses a page of it.
    pub(crate) async fn all(
        &self,
        list: &Operation,
        mut fields: Map<String, Value>,
        most: usize,
    ) -> Result<Vec<Value>, Refusal> {
        let is_paged = list.is_paged(&list.request());
        if is_paged {
            fields.insert("per_page".into(), most.min(PAGE).into());
        }
        let mut items = Vec::new();
        loop {
            let answer = self.call(list, fields.clone()).await?;
            if let Value::Array(page) = answer.value {
                items.extend(page);
            }
            if answer.next.is_empty() || !is_paged || items.len() >= most {
                items.truncate(most);
                return Ok(items);
            }
            fields.insert("cursor".into(), answer.next.into());
        }
    }

    /// What a path that is no operation answers, such as `/_kettle/requests`.
    ///
    /// # Errors
    /// As it is refused.
    pub(crate) async fn look(&self, path: &str) -> Result<Value, Refusal> {
        let (_, bytes) = self.exchange(&Method::GET, path, None, true).await?;
        Ok(serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// One request, as it is. `is_quiet`: it stands in no log.
    ///
    /// # Errors
    /// As it is refused.
    pub(crate) async fn exchange(
        &self,
        method: &Method,
        uri: &str,
        body: Option<Vec<u8>>,
        is_quiet: bool,
    ) -> Result<(u16, bytes::Bytes), Refusal> {
        let kind = body.is_some().then_some("application/json");
        let body = Body::from(body.unwrap_or_default());
        let response = self.pass(method, uri, kind, body, is_quiet).await?;
        let status = response.status().as_u16();
        Ok((status, whole(response).await?))
    }

    /// One request with a body of some media type, and its answer as it comes: for what is too large to be
    /// held. `is_quiet`: it stands in no log.
    ///
    /// # Errors
    /// As it is refused.
    pub(crate) async fn pass(
        &self,
        method: &Method,
        uri: &str,
        kind: Option<&'static str>,
        body: Body,
        is_quiet: bool,
    ) -> Result<Response, Refusal> {
        let mut request = Request::builder().method(method.clone()).uri(uri);
        if let Some(kind) = kind {
            request = request.header(CONTENT_TYPE, kind);
        }
        let request = request
            .header(AUTHORIZATION, format!("Bearer {}", self.key))
            .header(USER_AGENT, AGENT)
            .body(body);
        let mut request = request.map_err(|error| broken(error.to_string()))?;
        *request.extensions_mut() = self.from.clone();
        let config = &self.shared.config;
        let routes = if is_quiet { &config.quiet } else { &config.noted };
        let Ok(response) = routes.clone().oneshot(request).await;
        let status = response.status();
        if status < StatusCode::BAD_REQUEST {
            return Ok(response);
        }
        let bytes = whole(response).await?;
        let refusal: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let text = refusal["error"].as_str().map(str::to_owned);
        let text = text.unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned());
        Err(Refusal { status: status.as_u16(), text, field: None })
    }
}

/// What did not even come to be refused.
fn broken(text: String) -> Refusal {
    Refusal { status: 500, text, field: None }
}

/// All of an answer's body.
async fn whole(response: Response) -> Result<bytes::Bytes, Refusal> {
    let body = response.into_body().collect().await;
    Ok(body.map_err(|error| broken(error.to_string()))?.to_bytes())
}

impl Refusal {
    /// The field of the request that it is about, as a way (`block_devices.0.size_gb`), where its text
    /// names one.
    pub(crate) fn about(&self, operation: &Operation) -> Option<String> {
        if let Some(field) = &self.field {
            return Some(field.replace('[', ".").replace(']', ""));
        }
        let schema = operation.request();
        let words = self.text.split_whitespace().filter_map(|word| word.strip_suffix(':'));
        let ways = words.map(|word| word.replace('[', ".").replace(']', ""));
        ways.into_iter().find(|way| {
            let steps: Vec<String> = way.split('.').map(str::to_owned).collect();
            schema::at(&schema, &steps).is_some() && !way.is_empty()
        })
    }
}
