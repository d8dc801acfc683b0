//! The log of requests: the last ones and those to come, one of them opened, and sent again.
//!
//! Only the server's owner sees it, since it holds what everybody sent. Others are told so, and see
//! what their account's own log has.

mod again;
mod body;
mod detail;
mod rows;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use form_urlencoded::Serializer;
use futures_util::{FutureExt, stream};
use http::HeaderMap;
use maud::html;
use serde_json::Value;

use crate::cx::Cx;
use crate::layout::{self, Page};
use crate::upstream::{Caller, Refusal};
use crate::{ROOT, Shared};

pub(crate) use detail::thing;
pub(crate) use rows::{address, events, status, tool, verb};

/// How many rows a page has.
const ROWS: usize = 100;
/// How many of those to come are sent at once.
const AT_ONCE: usize = 50;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(&format!("{ROOT}/requests"), get(show))
        .route(&format!("{ROOT}/requests/{{sequence}}"), get(show_one).post(again::send))
}

/// What is sent as long as somebody reads.
pub(crate) fn streams() -> Router<Arc<Shared>> {
    Router::new().route(&format!("{ROOT}/requests/live"), get(live))
}

/// Which requests are asked for: the fields of the address, which are those of `/_kettle/requests`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    failed: bool,
    method: String,
    group: String,
    text: String,
    before: Option<u64>,
}

impl Filter {
    fn of(cx: &Cx) -> Self {
        let asked = |name: &str| cx.asked(name).trim().to_owned();
        Self {
            failed: !matches!(cx.asked("failed"), "" | "false" | "0"),
            method: asked("method"),
            group: asked("group"),
            text: asked("text"),
            before: asked("before").parse().ok(),
        }
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let failed = if self.failed { "true" } else { "" };
        let texts = [
            ("failed", failed.to_owned()),
            ("method", self.method.clone()),
            ("group", self.group.clone()),
            ("text", self.text.clone()),
            ("before", self.before.map(|b| b.to_string()).unwrap_or_default()),
        ];
        texts.into_iter().filter(|(_, text)| !text.is_empty()).collect()
    }

    /// As a query; `more` stands before it.
    fn query(&self, more: &[(&str, String)]) -> String {
        Serializer::new(String::new()).extend_pairs(more).extend_pairs(self.pairs()).finish()
    }

    /// An address with what is asked for in its query.
    fn at(&self, address: &str) -> String {
        let query = self.query(&[]);
        if query.is_empty() { address.to_owned() } else { format!("{address}?{query}") }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the server tells of its requests.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// As `/_kettle/requests` has them, the newest first.
    pub(crate) requests: Vec<Value>,
    /// Up to which one was looked.
    pub(crate) last: u64,
}

/// Asks for the last requests, or those behind one, without their bodies.
pub(crate) async fn find(
    caller: &Caller,
    filter: &Filter,
    limit: usize,
    after: Option<u64>,
) -> Result<Found, Refusal> {
    let mut more = vec![("bodies", "false".to_owned()), ("limit", limit.to_string())];
    more.extend(after.map(|after| ("after", after.to_string())));
    let mut found = caller.look(&format!("/_kettle/requests?{}", filter.query(&more))).await?;
    let last = found["last"].as_u64().unwrap_or_default();
    let Value::Array(mut requests) = found["requests"].take() else {
        return Ok(Found { last, ..Found::default() });
    };
    requests.reverse();
    Ok(Found { requests, last })
}

/// One request with all that is kept of it; none where it is not kept any more.
pub(crate) async fn one(caller: &Caller, sequence: u64) -> Result<Option<Value>, Refusal> {
    let after = sequence.saturating_sub(1);
    let mut found = caller.look(&format!("/_kettle/requests?after={after}&limit=1")).await?;
    let request = found["requests"].get_mut(0).map(Value::take);
    Ok(request.filter(|request| request["sequence"] == sequence))
}

async fn show(cx: Cx) -> Response {
    page(&cx, None).await
}

async fn show_one(cx: Cx, Path(sequence): Path<String>) -> Response {
    let Ok(number) = sequence.parse::<u64>() else {
        let text = format!("There is no request {sequence}: they are counted from 1.");
        return layout::refused(&cx, &Refusal { status: 404, text, field: None });
    };
    match one(&cx.caller, number).await {
        Ok(Some(request)) => page(&cx, Some(request)).await,
        Ok(None) => {
            let text = format!(
                "Request {number} is not there. The server keeps the last 1,000, of at most 16 MB in \
                 all, until it ends."
            );
            layout::refused(&cx, &Refusal { status: 404, text, field: None })
        }
        Err(refusal) if refusal.status == 403 => not_the_owner(&cx).await,
        Err(refusal) => layout::refused(&cx, &refusal),
    }
}

async fn page(cx: &Cx, opened: Option<Value>) -> Response {
    let filter = Filter::of(cx);
    let (found, wrong) = match find(&cx.caller, &filter, ROWS, None).await {
        Ok(found) => (found, None),
        Err(refusal) if refusal.status == 403 => return not_the_owner(cx).await,
        Err(refusal) if refusal.status == 400 => (Found::default(), Some(refusal.text)),
        Err(refusal) => return layout::refused(cx, &refusal),
    };
    let here = format!("{ROOT}/requests");
    let class = if opened.is_some() { "split open" } else { "split" };
    let main = html! {
        (rows::head(&found, &filter, opened.is_some()))
        div class=(class) {
            (rows::log(cx, &filter, &found, opened.as_ref(), wrong.as_deref()))
            @if let Some(request) = &opened { (detail::panel(cx, &filter, request)) }
        }
    };
    let (title, crumbs) = match &opened {
        Some(request) => (
            format!("Request {}", request["sequence"]),
            vec![("Requests".to_owned(), filter.at(&here))],
        ),
        None => ("Requests".to_owned(), Vec::new()),
    };
    layout::page(cx, Page { title, crumbs, here, main, ..Page::default() })
}

/// What is told to those who are not the server's owner: what their account's own log has.
async fn not_the_owner(cx: &Cx) -> Response {
    let events = rows::events(cx, None).await;
    let main = html! {
        div.head { div {
            h1 { "Requests" }
            p { "Only the owner of this server sees what was sent to it." }
        } }
        div.stack { (rows::own_log(events)) }
    };
    let here = format!("{ROOT}/requests");
    layout::page(cx, Page { title: "Requests".into(), here, main, ..Page::default() })
}

/// The requests to come, as rows of the log: server-sent events, each with its number.
async fn live(cx: Cx, headers: HeaderMap) -> Response {
    let filter = Filter { before: None, ..Filter::of(&cx) };
    // Who comes again says what it has seen.
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let after = seen.unwrap_or(cx.asked("after")).parse().ok();
    let after = match after {
        Some(after) => after,
        None => match find(&cx.caller, &filter, 1, None).await {
            Ok(found) => found.last,
            Err(refusal) => return layout::refused(&cx, &refusal),
        },
    };
    if let Err(refusal) = find(&cx.caller, &filter, 1, Some(after)).await {
        return layout::refused(&cx, &refusal);
    }
    let begin = Following { caller: cx.caller, shared: cx.shared, filter, after: Some(after) };
    let hello = stream::once(async { Ok::<_, Infallible>(Bytes::from_static(b": here\n\n")) });
    let events = stream::unfold(begin, async |following| following.next().await);
    let mut response =
        Response::new(Body::from_stream(futures_util::StreamExt::chain(hello, events)));
    layout::safe(&mut response, "text/event-stream");
    response
}

/// Who waits for the requests to come.
struct Following {
    caller: Caller,
    shared: Arc<Shared>,
    filter: Filter,
    /// Up to which one all were sent; none: there will be no more.
    after: Option<u64>,
}

impl Following {
    /// The next rows, as soon as there are some.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let mut after = self.after?;
        loop {
            let mut news = (self.shared.config.news)();
            // From here on, whatever comes is told.
            let early = (&mut news).now_or_never();
            let found = find(&self.caller, &self.filter, AT_ONCE, Some(after)).await.ok()?;
            after = found.last;
            if !found.requests.is_empty() {
                let mut text = String::new();
                for request in found.requests.iter().rev() {
                    let row = rows::row(request, &self.filter, None).into_string();
                    let row = row.replace(['\n', '\r'], " ");
                    text += &format!(
                        "event: request\nid: {}\ndata: {row}\n\n",
                        request["sequence"].as_u64().unwrap_or_default()
                    );
                }
                self.after = Some(after);
                return Some((Ok(text.into()), self));
            }
            let goes_on = match early {
                Some(goes_on) => goes_on,
                None => news.await,
            };
            if !goes_on {
                return None;
            }
        }
    }
}
