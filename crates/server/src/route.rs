//! From an HTTP request to an operation, and back.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use api::{Access, ApiError, Shape};
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};
use bytes::Bytes;
use control::auth::Caller;
use control::{Behave, Error, Refusal, Route, Routes};
use futures_util::FutureExt;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::sync::OwnedSemaphorePermit;

use crate::journal::Seen;
use crate::limits::Room;
use crate::{App, console, control_routes, reply};

/// Where a request comes from: put into its extensions by whoever accepts connections.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Adds the operations, and what a wrong method gets on their paths.
pub(crate) fn add(router: Router<Arc<App>>, routes: Routes) -> Router<Arc<App>> {
    let mut paths = BTreeMap::<&'static str, Vec<Route>>::new();
    for route in routes.0 {
        paths.entry(route.op.path).or_default().push(route);
    }
    paths.into_iter().fold(router, |router, (path, routes)| router.route(path, methods(routes)))
}

fn methods(mut routes: Vec<Route>) -> MethodRouter<Arc<App>> {
    routes.sort_by_key(|route| route.op.method.to_string());
    let names: Vec<_> = routes.iter().map(|route| route.op.method.to_string()).collect();
    let allowed = names.join(", ");
    let wrong = async move |State(app): State<Arc<App>>, request: Request| {
        let unserved = unserved(&app, &request);
        refuse(&app, request, unserved.unwrap_or_else(|| reply::wrong_method(&allowed))).await
    };
    let fallback = MethodRouter::new().fallback(wrong);
    routes.into_iter().fold(fallback, |methods, route| {
        let filter = MethodFilter::try_from(route.op.method.clone()).expect("a usual method");
        let route = Arc::new(route);
        methods.on(filter, move |State(app): State<Arc<App>>, request: Request| {
            serve(app, route, request)
        })
    })
}

/// Answers what is on no path of ours.
pub(crate) async fn nothing_there(State(app): State<Arc<App>>, request: Request) -> Response {
    if let Some(page) = console::nothing_at(&request) {
        return refuse(&app, request, page).await;
    }
    let refusal = unserved(&app, &request).unwrap_or_else(|| {
        match &*app.unserved.methods(request.uri().path()) {
            methods @ [_, ..] if is_helpful(&app) => reply::wrong_method(&methods.join(", ")),
            _ => reply::not_found(),
        }
    });
    refuse(&app, request, refusal).await
}

/// What an operation of the API gets that is not served. As the real thing it has no words for it.
fn unserved(app: &App, request: &Request) -> Option<Response> {
    let refusal = app.unserved.refusal(request.method(), request.uri().path())?;
    Some(if is_helpful(app) { reply::error(&refusal) } else { reply::not_found() })
}

fn is_helpful(app: &App) -> bool {
    app.control.behave().is_helpful()
}

/// Refuses what is no operation. It counts like any request, and says whose key it was.
async fn refuse(app: &Arc<App>, request: Request, refusal: Response) -> Response {
    let (parts, _) = request.into_parts();
    let address = peer(&parts);
    if is_too_fast(app, &parts) {
        return reply::too_many();
    }
    match app.control.identify(bearer(&parts).unwrap_or_default(), address).await {
        Ok(caller) => {
            note(&parts, |seen| seen.note_caller(&caller));
            reply::with_user(refusal, &caller.email)
        }
        Err(_) => refusal,
    }
}

/// On a request that is made in this process for a page: the rate of requests does not apply to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unlimited;

fn is_too_fast(app: &App, parts: &Parts) -> bool {
    let address = peer(parts);
    let is_limited =
        app.control.behave() == Behave::Vultr && parts.extensions.get::<Unlimited>().is_none();
    let exceeds = |address| app.rate.is_exceeded(address, app.control.clock().outside());
    is_limited && address.is_some_and(exceeds)
}

async fn serve(app: Arc<App>, route: Arc<Route>, request: Request) -> Response {
    if app.unserved.may_be_meant(&route.op)
        && let Some(refusal) = unserved(&app, &request)
    {
        return Box::pin(refuse(&app, request, refusal)).await;
    }
    // A HEAD only looks, also where a GET does something.
    if request.method() == http::Method::HEAD && route.op.status == 202 {
        return Box::pin(refuse(&app, request, reply::wrong_method("GET"))).await;
    }
    let (mut parts, body) = request.into_parts();
    let address = peer(&parts);
    note(&parts, |seen| seen.note_operation(route.op.id));
    let behave = app.control.behave();
    if route.op.access == Access::Owner {
        if let Err(refusal) = Box::pin(control_routes::owner(&app, &parts)).await {
            return refusal;
        }
    } else if is_too_fast(&app, &parts) {
        return reply::too_many();
    }
    let caller = match identify(&app, &route, &parts, address).await {
        Ok(caller) => caller,
        Err(error) => return reply::error(&error),
    };
    note(&parts, |seen| seen.note_caller(&caller));
    let answer = async {
        // Before the body is read: nothing of it matters to who may not do this.
        caller.may(route.op.access).map_err(|refusal| refusal.answer(behave.is_helpful()))?;
        let path = match RawPathParams::from_request_parts(&mut parts, &()).await {
            Ok(path) => path.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
            Err(_) => return Err(bad_request(behave, "the path is not UTF-8")),
        };
        let whole = match route.op.has_body {
            // On the heap: what most requests have not is not to make the state of each large.
            true => {
                let whole = Box::pin(read(&app, &parts, body)).await?;
                check_kind(behave, &parts, &whole.bytes)?;
                whole
            }
            false => Whole::default(),
        };
        let body = whole.bytes.clone();
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let cx = app.control.cx(caller.clone(), address, route.op.id).at(site(&parts));
        let answer = route.serve(cx, control::Request { path, query, body });
        // A handler that panics has committed nothing or all; the server lives on.
        let answer = AssertUnwindSafe(answer).catch_unwind().await;
        let answer = answer.unwrap_or_else(|_| Err(failure()))?;
        let asked = (&route.op, parts.uri.path());
        Ok(app.told.applied(&app.control, caller.account, asked, answer).await)
    };
    let response = match answer.await {
        Ok(body) if let Shape::Text(media) = route.op.shape => {
            reply::plain(route.op.status, media, body)
        }
        Ok(body) => reply::success(route.op.status, body),
        Err(error) => reply::error(&error),
    };
    if caller.account == 0 { response } else { reply::with_user(response, &caller.email) }
}

/// The host that a request of v1 asked, for the requests of v2 that are made to answer it.
#[derive(Debug, Clone)]
pub(crate) struct Site(pub(crate) Option<String>);

/// The host that was asked: where no header names it, that of an address with a host.
pub(crate) fn site(parts: &Parts) -> Option<&str> {
    if let Some(Site(site)) = parts.extensions.get() {
        return site.as_deref();
    }
    let host = parts.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    host.or(parts.uri.authority().map(|authority| authority.as_str()))
}

/// Notes what was found out about a request, for whoever watches it.
fn note(parts: &Parts, note: impl FnOnce(&Seen)) {
    if let Some(seen) = parts.extensions.get() {
        note(seen);
    }
}

pub(crate) fn peer(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<Peer>().map(|peer| peer.0.ip().to_canonical())
}

/// Who calls. A public operation answers whatever key there is.
async fn identify(
    app: &Arc<App>,
    route: &Route,
    parts: &Parts,
    address: Option<IpAddr>,
) -> Result<Arc<Caller>, ApiError> {
    let is_public = route.op.access == api::Access::Public;
    let token = bearer(parts).unwrap_or_default();
    if token.is_empty() && is_public {
        return Ok(Arc::new(Caller::nobody()));
    }
    if is_public {
        let known = app.control.identify(token, address).await;
        return Ok(known.unwrap_or_else(|_| Arc::new(Caller::nobody())));
    }
    match app.control.admit(token, address).await {
        Ok(caller) => Ok(caller),
        Err(Error::Refused(refusal)) if token.is_empty() => {
            let help = "send the key as `Authorization: Bearer KEY`";
            Err(refusal.help(help).answer(app.control.behave().is_helpful()))
        }
        Err(error) => Err(control::failure(route.op.id, error, app.control.behave().is_helpful())),
    }
}

/// The token of `Authorization: Bearer TOKEN`.
pub(crate) fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The body, with the room that it takes as long as it is at hand.
pub(crate) async fn read(app: &App, parts: &Parts, body: Body) -> Result<Whole, ApiError> {
    let behave = app.control.behave();
    let answer = |refusal: Refusal| Err(refusal.answer(behave.is_helpful()));
    let most = app.limits.body_bytes;
    let (mut bytes, mut room) = (Vec::new(), None);
    let all = collect(&app.room, body, most, &mut bytes, &mut room);
    let read = tokio::time::timeout(app.limits.body, all).await;
    // It is kept for a while.
    bytes.shrink_to_fit();
    let bytes = Bytes::from(bytes);
    note(parts, |seen| seen.note_sent(&bytes));
    match read {
        Ok(Ok(())) => {}
        Err(_) => {
            let refusal = Refusal::new(408, "Request timeout.");
            return answer(refusal.help("the body did not arrive in time"));
        }
        Ok(Err(Unread::TooLarge)) => {
            let refusal = Refusal::new(413, "Request entity too large.");
            return answer(refusal.help(format!("a body has at most {most} bytes")));
        }
        Ok(Err(Unread::NoRoom)) => {
            let refusal = Refusal::new(503, "Service unavailable.");
            return answer(refusal.help("too many large requests at once: send it again"));
        }
        Ok(Err(Unread::Stopping)) => {
            let refusal = Refusal::new(503, "Service unavailable.");
            let help = "the server stops, and the body was not all there, so nothing was done; \
                        send it again";
            return answer(refusal.help(help));
        }
        Ok(Err(Unread::BrokenOff)) => return Err(bad_request(behave, "the body broke off")),
    }
    Ok(Whole { bytes, _room: room })
}

/// Refuses what does not say that it is JSON, as the real API does.
fn check_kind(behave: Behave, parts: &Parts, bytes: &Bytes) -> Result<(), ApiError> {
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let is_json = bytes.is_empty() || kind.starts_with("application/json");
    match behave == Behave::Vultr && !is_json {
        true => Err(bad_request(behave, "send `Content-Type: application/json`")),
        false => Ok(()),
    }
}

/// A body, and its room.
#[derive(Default)]
pub(crate) struct Whole {
    pub(crate) bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

/// Why a body was not read.
enum Unread {
    TooLarge,
    NoRoom,
    Stopping,
    BrokenOff,
}

/// Reads a body to `bytes`, which tell how far it came, and takes the room that they need.
async fn collect(
    room: &Room,
    mut body: Body,
    most: usize,
    bytes: &mut Vec<u8>,
    held: &mut Option<OwnedSemaphorePermit>,
) -> Result<(), Unread> {
    // Who says at once that it is too much need not send it.
    if body.size_hint().lower() > most as u64 {
        return Err(Unread::TooLarge);
    }
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| match error.into_inner().is::<v1::Stopping>() {
            true => Unread::Stopping,
            false => Unread::BrokenOff,
        });
        let Ok(data) = frame?.into_data() else { continue };
        let size = bytes.len() + data.len();
        if size > most {
            return Err(Unread::TooLarge);
        }
        if !room.suffices(held, size) {
            return Err(Unread::NoRoom);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(())
}

fn bad_request(behave: Behave, help: &str) -> ApiError {
    Refusal::bad("Bad request.").help(help).answer(behave.is_helpful())
}

fn failure() -> ApiError {
    ApiError { error: "Internal server error.".into(), status: 500 }
}

#[cfg(test)]
mod tests {
    use api::account::GetAccount;
    use control::Control;
    use store::{Location, Store};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_fails_its_own_request_only() {
        const KEY: &str = "KEY";
        let store = Store::open(&Location::Memory).await.unwrap();
        let control = Control::new(control::config(store));
        control.ensure_root(KEY).await.unwrap();
        let routes = Routes::default().on(async |_, _: GetAccount| panic!("for the test's sake"));
        let app = App::new(crate::Config::new(control, KEY), &routes);
        let router = add(Router::new(), routes).with_state(Arc::new(app));
        for _ in 0..2 {
            let request = Request::builder().uri("/v2/account");
            let request = request.header(AUTHORIZATION, format!("Bearer {KEY}"));
            let request = request.body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), 500);
            assert_eq!(response.headers()["x-user"], "root@kettle.invalid");
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, r#"{"error":"Internal server error.","status":500}"#);
        }
    }
}
