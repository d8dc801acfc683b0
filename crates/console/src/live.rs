//! Pages that change while somebody looks: a stream of server-sent events with what has become
//! different.
//!
//! Whatever stands in an element with `data-live` and has an `id` that begins with `x-` is kept as it is
//! now. The stream makes the page again every second, as long as somebody reads, and sends those of
//! the elements that are no longer what they were. Rows that have come and gone are counted, not moved.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, HOST, RETRY_AFTER};
use http::{HeaderValue, Request, StatusCode};
use http_body_util::BodyExt;
use maud::{Markup, PreEscaped, html};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use crate::cx::Cx;
use crate::one::gone;
use crate::{ROOT, Shared};

/// How often a page is looked at again.
const EVERY: Duration = Duration::from_secs(1);
/// After how many looks without a change something is sent, to see whether anybody reads.
const STILL: u32 = 15;
/// How many streams there are at once.
pub(crate) const MOST: usize = 64;
/// How large a page may be that is followed, in bytes.
const PAGE: usize = 8 << 20;
/// How the id of an element begins that is kept as it is now, and that of one which is a row.
pub(crate) const MARK: &str = "x-";
pub(crate) const ROW: &str = "x-row-";

/// What is sent when nothing has changed.
const LIVE: &str = "event: live\ndata: {}\n\n";

/// Marks a request whose page nobody sees: what is told once is not told to it.
#[derive(Clone, Copy)]
pub(crate) struct Unseen;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route(&format!("{ROOT}/live"), get(follow))
}

/// A part of the page `cx` is about that is kept as it is now.
pub(crate) fn region(cx: &Cx, content: &Markup) -> Markup {
    let seen = digest(&parts(&content.0));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&cx.query).finish();
    let of = if query.is_empty() { cx.path.clone() } else { format!("{}?{query}", cx.path) };
    let fields = [("of", of.as_str()), ("seen", seen.as_str())];
    let fields = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    html! {
        div data-live={ (ROOT) "/live?" (fields) } { (PreEscaped(&content.0)) }
    }
}

/// The sign that says whether a page is kept as it is now. Without script it is not there.
pub(crate) fn sign() -> Markup {
    html! { span.status.ok.small.sign data-sign hidden { "Live" } }
}

/// An id for an element, out of what tells it from the others.
pub(crate) fn id(kind: &str, name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match plain && !name.is_empty() {
        true => format!("{kind}{name}"),
        false => format!("{kind}h{}", hash(name)),
    }
}

/// One place among [`MOST`], free again when it is dropped.
struct Place(Arc<Shared>);

impl Place {
    fn take(shared: &Arc<Shared>) -> Option<Self> {
        let more = |open| (open < MOST).then_some(open + 1);
        let taken = shared.streams.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.is_ok().then(|| Self(shared.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a stream knows of its page.
struct Watch {
    shared: Arc<Shared>,
    /// What makes the page.
    pages: Router,
    request: Again,
    /// What its reader has.
    known: BTreeMap<String, String>,
    /// The digest of what the reader's page was made with; none once the first look is done.
    seen: Option<String>,
    still: u32,
    is_over: bool,
    /// How long the last look has taken.
    took: Duration,
    _place: Place,
}

/// What the page is asked for with.
struct Again {
    of: String,
    cookie: HeaderValue,
    host: HeaderValue,
    extensions: http::Extensions,
}

async fn follow(
    State(shared): State<Arc<Shared>>,
    cx: Cx,
    request: axum::extract::Request,
) -> Response {
    let of = cx.asked("of").to_owned();
    let is_page = of.strip_prefix(ROOT).is_some_and(|rest| rest.starts_with('/'));
    let is_itself = of.starts_with(&format!("{ROOT}/live"));
    let headers = request.headers();
    let header = |name| headers.get(name).cloned();
    let (Some(cookie), Some(host), true) = (header(COOKIE), header(HOST), is_page && !is_itself)
    else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Some(place) = Place::take(&shared) else {
        let busy = [(RETRY_AFTER, HeaderValue::from_static("10"))];
        return (StatusCode::SERVICE_UNAVAILABLE, busy).into_response();
    };
    let extensions = request.extensions().clone();
    let watch = Watch {
        pages: crate::pages().with_state(shared.clone()),
        shared,
        request: Again { of, cookie, host, extensions },
        known: BTreeMap::new(),
        seen: Some(cx.asked("seen").to_owned()),
        still: 0,
        is_over: false,
        took: Duration::ZERO,
        _place: place,
    };
    let body = Body::from_stream(stream::unfold(watch, |mut watch| async {
        let text = watch.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), watch))
    }));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl Watch {
    /// The next event, as it is sent; none when the stream is at its end.
    async fn next(&mut self) -> Option<String> {
        if self.is_over {
            return None;
        }
        loop {
            let is_first = self.seen.is_some();
            if !is_first && !self.pause().await {
                return None;
            }
            let begun = Instant::now();
            let now = self.look().await;
            self.took = begun.elapsed();
            let now = match now {
                Ok(now) => now,
                Err(over) => {
                    // The reader is told once that there is nothing more to come.
                    self.is_over = true;
                    return Some(format!("event: over\ndata: {over}\n\n"));
                }
            };
            let event = self.compare(now);
            if is_first {
                // The reader learns at once that somebody sends.
                return Some(event.map_or_else(|| LIVE.to_owned(), |e| shown(&e)));
            }
            self.still += 1;
            if let Some(event) = event {
                self.still = 0;
                return Some(shown(&event));
            }
            if self.still >= STILL {
                self.still = 0;
                return Some(LIVE.to_owned());
            }
        }
    }

    /// Waits until it is time to look again: false when the server ends.
    async fn pause(&self) -> bool {
        // What takes long to make is not made all the time.
        let time = tokio::time::sleep(EVERY.max(self.took * 10));
        tokio::pin!(time);
        loop {
            tokio::select! {
                () = &mut time => return true,
                more = (self.shared.config.news)() => if !more { return false },
            }
        }
    }

    /// The parts of the page as it is now.
    ///
    /// # Errors
    /// With what the reader is told, as JSON, when there is no such page any more: `gone` is the note
    /// of what was taken away, `out` says that nobody is signed in.
    async fn look(&self) -> Result<BTreeMap<String, String>, Value> {
        let failed = || json!({});
        let request = Request::builder()
            .uri(&self.request.of)
            .header(COOKIE, self.request.cookie.clone())
            .header(HOST, self.request.host.clone());
        let mut request = request.body(Body::empty()).map_err(|_| failed())?;
        *request.extensions_mut() = self.request.extensions.clone();
        request.extensions_mut().insert(Unseen);
        let Ok(response) = self.pages.clone().oneshot(request).await;
        let status = response.status();
        if status.is_redirection() {
            return Err(json!({ "out": true }));
        }
        let body = http_body_util::Limited::new(response.into_body(), PAGE).collect().await;
        let bytes = body.map_err(|_| failed())?.to_bytes();
        let mut parts = parts(&String::from_utf8_lossy(&bytes));
        match status.is_success() {
            true => Ok(parts),
            false => {
                Err(parts.remove(gone::ID).map_or_else(failed, |note| json!({ "gone": note })))
            }
        }
    }

    /// What has changed since the last look; none when nothing has.
    fn compare(&mut self, now: BTreeMap<String, String>) -> Option<Value> {
        let seen = self.seen.take();
        // Who has opened a page that was just made has it all.
        let all = seen.as_ref().is_some_and(|seen| *seen != digest(&now));
        if seen.is_some() {
            let before = std::mem::replace(&mut self.known, now);
            debug_assert!(before.is_empty(), "the first look comes first");
            return all.then(|| json!({ "set": self.known, "rows": self.rows() }));
        }
        let changed: BTreeMap<&String, &String> =
            now.iter().filter(|(id, html)| self.known.get(*id) != Some(html)).collect();
        let rows = |all: &BTreeMap<String, String>| -> Vec<String> {
            all.keys().filter(|id| id.starts_with(ROW)).cloned().collect()
        };
        let others = rows(&now) != rows(&self.known);
        if changed.is_empty() && !others {
            return None;
        }
        let mut event = json!({ "set": changed });
        self.known = now;
        if others {
            event["rows"] = json!(self.rows());
        }
        Some(event)
    }

    /// The rows that there are now.
    fn rows(&self) -> Vec<&String> {
        self.known.keys().filter(|id| id.starts_with(ROW)).collect()
    }
}

/// An event as it is sent: JSON has no line breaks of its own.
fn shown(event: &Value) -> String {
    format!("data: {event}\n\n")
}

fn digest(parts: &BTreeMap<String, String>) -> String {
    hash(&parts.iter().map(|(id, html)| format!("{id}\0{html}\0")).collect::<String>())
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The elements of a page of ours whose id begins with [`MARK`], each with its HTML; of those within
/// one another the outer one.
fn parts(page: &str) -> BTreeMap<String, String> {
    const ID: &str = " id=\"x-";
    let mut parts = BTreeMap::new();
    let mut rest = page;
    while let Some(place) = rest.find(ID) {
        let id = rest[place + ID.len() - MARK.len()..].split('"').next().unwrap_or_default();
        // Within a tag nothing else begins one: `<` is written `&lt;` in attributes, too.
        let Some(start) = rest[..place].rfind('<') else { break };
        let element = &rest[start..];
        let length = length(element);
        parts.insert(id.to_owned(), element[..length].to_owned());
        rest = &element[length.max(place - start + ID.len())..];
    }
    parts
}

/// How long the element is that a text begins with, by counting what begins and ends of its name.
fn length(text: &str) -> usize {
    let name = text[1..].split([' ', '>']).next().unwrap_or_default();
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut depth = 0;
    let mut place = 0;
    while let Some(next) = text[place..].find('<') {
        let tag = &text[place + next..];
        place += next + 1;
        if tag.starts_with(&close) {
            depth -= 1;
            if depth == 0 {
                return place - 1 + close.len();
            }
        } else if tag.strip_prefix(&open).is_some_and(|rest| rest.starts_with([' ', '>'])) {
            depth += 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_page_are_found_with_what_is_in_them() {
        let page = html! {
            div id="other" { "x" }
            table { tr id="x-row-1" { td id="x-in" { "a <b>" } } tr id="x-row-2" class="y" { td { "b" } } }
            div id="x-facts" { div { "1" } div { span { "2" } } }
            p { "after" }
        };
        let parts = parts(&page.0);
        let ids: Vec<&str> = parts.keys().map(String::as_str).collect();
        assert_eq!(ids, ["x-facts", "x-row-1", "x-row-2"]);
        assert_eq!(parts["x-row-1"], r#"<tr id="x-row-1"><td id="x-in">a &lt;b&gt;</td></tr>"#);
        assert_eq!(
            parts["x-facts"],
            r#"<div id="x-facts"><div>1</div><div><span>2</span></div></div>"#
        );
    }

    #[test]
    fn any_name_makes_an_id() {
        assert_eq!(id(ROW, "a-1"), "x-row-a-1");
        assert!(id(ROW, "\"><script>").chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
        assert_ne!(id(ROW, "a b"), id(ROW, "a c"));
    }
}
