//! What rules do to a request and to its answer.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use api::ApiError;
use api::world::faults::Dropped;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http::header::USER_AGENT;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Frame;
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;

use super::answer::{self, Scope};
use super::rule::{Answer, Facts};
use super::Plan;
use crate::journal::Seen;
use crate::route::Peer;
use crate::{App, reply, route};

/// On an answer that does not reach its client, or not whole: whoever has the connection drops it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut(pub(crate) Dropped);

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is dropped on purpose")
    }
}

impl std::error::Error for Cut {}

/// Has a request served as the rules say.
pub(super) async fn serve(
    app: &Arc<App>,
    routes: &Router,
    request: Request,
    next: Next,
) -> Response {
    let (parts, mut body) = request.into_parts();
    let operation = api::operation::at(&as_get(&parts.method), parts.uri.path());
    let op = operation.first().map(|operation| &operation.op);
    let asks_who = app.faults.inner().rules.iter().any(|rule| rule.fits.asks_who());
    let mut text = String::new();
    let has_body = op.map_or(parts.method != Method::GET, |op| op.has_body);
    // Also where nothing is done with it: the history has it.
    if has_body {
        // As the handler reads it: within its limits, and refused alike.
        let whole = match route::read(app, &parts, body).await {
            Ok(whole) => whole.bytes,
            Err(error) => return reply::error(&error),
        };
        text = String::from_utf8_lossy(&whole).into_owned();
        body = Body::from(whole);
    }
    let address = route::peer(&parts);
    let caller = match asks_who {
        true => app.control.identify(key(&parts), address).await.ok(),
        false => None,
    };
    let fields = fields(parts.uri.query().unwrap_or_default(), &text);
    let agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    let facts = Facts {
        method: &parts.method,
        path: parts.uri.path(),
        operation: op.map(|op| op.id),
        needs_key: op.is_none_or(|op| op.access != api::Access::Public),
        agent: agent.unwrap_or_default(),
        address,
        caller: caller.as_deref(),
        fields: &fields,
        body: &text,
    };
    let plan = app.faults.inner().plan(&facts, app.control.clock().now());
    let scope = Scope::of(&facts);
    let answer = plan.answer.as_ref().map(|answer| in_place(answer, &facts));
    let seen = parts.extensions.get::<Seen>().cloned();
    if let (Some(seen), Some(op)) = (&seen, op.filter(|_| answer.is_some())) {
        seen.note_operation(op.id);
    }
    let Plan { mut did, wait, drop, hides, edits, .. } = plan;
    if let Some(wait) = wait {
        tokio::time::sleep(wait).await;
    }
    let mut response = match (drop, answer) {
        (Some(Dropped::Before), _) => Response::new(Body::empty()),
        (_, Some(answer)) => answer,
        _ if hides.is_some() => {
            let hidden = hides.as_deref().unwrap_or_default();
            let answer = routes.clone().oneshot(renamed(&parts, body, hidden)).await;
            answer.unwrap_or_else(|never| match never {})
        }
        _ => next.run(Request::from_parts(parts, body)).await,
    };
    if response.extensions().get::<Answered>().is_none() {
        response = answer::changed(app, &scope, edits, hides.as_deref(), &mut did, response).await;
    }
    if let Some(drop) = drop {
        response.extensions_mut().insert(Cut(drop));
    }
    if let (Some(seen), false) = (seen, did.is_empty()) {
        seen.note_faults(did);
    }
    response
}

/// A HEAD is looked for as the GET that it is.
fn as_get(method: &Method) -> Method {
    if *method == Method::HEAD { Method::GET } else { method.clone() }
}

/// The key of a request, of v2 or of v1.
fn key(parts: &Parts) -> &str {
    let v1 = || parts.headers.get("api-key").and_then(|key| key.to_str().ok());
    route::bearer(parts).or_else(v1).unwrap_or_default()
}

/// The fields of a query, and those of a body where that is JSON.
fn fields(query: &str, body: &str) -> Vec<(String, Value)> {
    let query = form_urlencoded::parse(query.as_bytes()).into_owned();
    let mut all: Vec<_> = query.map(|(name, value)| (name, value.into())).collect();
    if let Ok(Value::Object(fields)) = serde_json::from_str(body) {
        all.extend(fields);
    }
    all
}

/// On an answer that a rule gave.
#[derive(Debug, Clone, Copy)]
struct Answered;

/// The answer that a rule gives in the place of the real one.
fn in_place(answer: &Answer, facts: &Facts<'_>) -> Response {
    let mut response = match &answer.body {
        Some(body) => {
            let is_json = serde_json::from_str::<Value>(body).is_ok();
            let mut response = reply::success(answer.status, body.clone().into());
            if !is_json {
                let text = HeaderValue::from_static("text/plain; charset=utf-8");
                response.headers_mut().insert(http::header::CONTENT_TYPE, text);
            }
            response
        }
        None => {
            let reason = StatusCode::from_u16(answer.status).ok();
            let reason = reason.and_then(|status| status.canonical_reason()).unwrap_or("Fault");
            let error = answer.error.clone().unwrap_or_else(|| format!("{reason}."));
            let address = facts.address.map(|address| address.to_string());
            let error = error.replace("{address}", address.as_deref().unwrap_or("127.0.0.1"));
            // v1 has no JSON for what it refuses.
            match facts.path.starts_with("/v1/") {
                true => reply::plain(answer.status, "text/html; charset=UTF-8", error.into()),
                false => reply::error(&ApiError { error, status: answer.status }),
            }
        }
    };
    response.extensions_mut().insert(Answered);
    response
}

/// A request for a thing that nobody has, in the place of one that is hidden: it is answered as the API
/// answers that. It goes by the routes anew, since what they have found in its path is the hidden one.
fn renamed(parts: &Parts, body: Body, hidden: &str) -> Request {
    let mut request = Request::new(body);
    let uri = parts.uri.to_string().replace(hidden, &nobody(hidden));
    *request.uri_mut() = uri.parse().unwrap_or_else(|_| parts.uri.clone());
    *request.method_mut() = parts.method.clone();
    *request.headers_mut() = parts.headers.clone();
    if let Some(peer) = parts.extensions.get::<Peer>() {
        request.extensions_mut().insert(*peer);
    }
    if let Some(seen) = parts.extensions.get::<Seen>() {
        request.extensions_mut().insert(seen.clone());
    }
    request
}

/// What nobody has, for a thing: the same for each, so that its name can be put back.
pub(super) fn nobody(hidden: &str) -> String {
    // No id that is given out has such a version.
    let own = hidden.parse::<Uuid>().map(|id| Uuid::from_u128(!id.as_u128()).to_string());
    own.unwrap_or_else(|_| "nobody.invalid".into())
}

/// An answer of which not all, or nothing, is to arrive: its body breaks off. Where there is a
/// connection, that is dropped by whoever has it.
pub(super) async fn cut(response: Response) -> Response {
    let Some(Cut(drop)) = response.extensions().get().copied() else { return response };
    let (parts, body) = response.into_parts();
    let mut broken = Broken::default();
    if drop == Dropped::Half {
        let all = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        broken = Broken { length: all.len() as u64, half: Some(all.slice(..all.len() / 2)), ..broken };
    }
    Response::from_parts(parts, Body::new(broken))
}

/// A body that breaks off.
#[derive(Debug, Default)]
struct Broken {
    /// How long it says that it is.
    length: u64,
    half: Option<Bytes>,
    has_waited: bool,
}

impl hyper::body::Body for Broken {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(half) = self.half.take().filter(|half| !half.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        // Once around: what there is so far is sent meanwhile.
        if !std::mem::replace(&mut self.has_waited, true) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Cut(Dropped::Half))))
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        hyper::body::SizeHint::with_exact(self.length)
    }
}
