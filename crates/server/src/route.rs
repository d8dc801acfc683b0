//! From an HTTP request to an operation, and back.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use api::ApiError;
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};
use bytes::Bytes;
use control::auth::Caller;
use control::{Behave, Error, Route, Routes};
use futures_util::FutureExt;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http_body_util::{BodyExt, Limited};

use crate::{App, reply};

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
        refuse(&app, request, reply::wrong_method(&allowed)).await
    };
    let fallback = MethodRouter::new().fallback(wrong);
    routes.into_iter().fold(fallback, |methods, route| {
        let filter = MethodFilter::try_from(route.op.method.clone()).expect("a usual method");
        methods.on(filter, async move |State(app): State<Arc<App>>, request: Request| {
            serve(app, route, request).await
        })
    })
}

/// Answers what is on no path of ours.
pub(crate) async fn nothing_there(State(app): State<Arc<App>>, request: Request) -> Response {
    refuse(&app, request, reply::not_found()).await
}

/// Refuses what is no operation. It counts like any request, and says whose key it was.
async fn refuse(app: &Arc<App>, request: Request, refusal: Response) -> Response {
    let (parts, _) = request.into_parts();
    let address = peer(&parts);
    if is_too_fast(app, address) {
        return reply::too_many();
    }
    match app.control.identify(bearer(&parts).unwrap_or_default(), address).await {
        Ok(caller) => reply::with_user(refusal, &caller.email),
        Err(_) => refusal,
    }
}

fn is_too_fast(app: &App, address: Option<IpAddr>) -> bool {
    let is_limited = app.control.behave() == Behave::Vultr;
    let exceeds = |address| app.rate.is_exceeded(address, app.control.clock().now());
    is_limited && address.is_some_and(exceeds)
}

async fn serve(app: Arc<App>, route: Route, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let address = peer(&parts);
    let behave = app.control.behave();
    if is_too_fast(&app, address) {
        return reply::too_many();
    }
    let caller = match identify(&app, &route, &parts, address).await {
        Ok(caller) => caller,
        Err(error) => return reply::error(&error),
    };
    let answer = async {
        // Before the body is read: nothing of it matters to who may not do this.
        caller.may(route.op.access).map_err(|refusal| refusal.answer(behave.is_helpful()))?;
        let path = match RawPathParams::from_request_parts(&mut parts, &()).await {
            Ok(path) => path.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
            Err(_) => return Err(bad_request(behave, "the path is not UTF-8")),
        };
        let body = if route.op.has_body { read(&app, &parts, body).await? } else { Bytes::new() };
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let cx = app.control.cx(caller.clone(), address, route.op.id).at(site(&parts));
        let answer = route.serve(cx, control::Request { path, query, body });
        // A handler that panics has committed nothing or all; the server lives on.
        AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| Err(failure()))
    };
    let response = match answer.await {
        Ok(body) => reply::success(route.op.status, body),
        Err(error) => reply::error(&error),
    };
    if caller.account == 0 { response } else { reply::with_user(response, &caller.email) }
}

/// The host that was asked: that of HTTP/2 is in the address, as long as nobody put it elsewhere.
fn site(parts: &Parts) -> Option<&str> {
    let host = parts.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    host.or(parts.uri.authority().map(|authority| authority.as_str()))
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
    match app.control.identify(token, address).await {
        Ok(caller) => Ok(caller),
        Err(_) if is_public => Ok(Arc::new(Caller::nobody())),
        Err(Error::Refused(refusal)) if token.is_empty() => {
            let help = "send the key as `Authorization: Bearer KEY`";
            Err(refusal.help(help).answer(app.control.behave().is_helpful()))
        }
        Err(Error::Refused(refusal)) => Err(refusal.answer(app.control.behave().is_helpful())),
        Err(error) => {
            tracing::error!(%error, "cannot tell who calls");
            Err(failure())
        }
    }
}

/// The token of `Authorization: Bearer TOKEN`.
pub(crate) fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn read(app: &App, parts: &Parts, body: Body) -> Result<Bytes, ApiError> {
    let behave = app.control.behave();
    let is_helpful = behave.is_helpful();
    let most = app.limits.body_bytes;
    let whole = tokio::time::timeout(app.limits.body, Limited::new(body, most).collect()).await;
    let bytes = match whole {
        Err(_) => {
            let refusal = control::Refusal::new(408, "Request timeout.");
            return Err(refusal.help("the body did not arrive in time").answer(is_helpful));
        }
        Ok(Err(e)) if e.is::<http_body_util::LengthLimitError>() => {
            let refusal = control::Refusal::new(413, "Request entity too large.");
            let help = format!("a body has at most {most} bytes");
            return Err(refusal.help(help).answer(is_helpful));
        }
        Ok(Err(_)) => return Err(bad_request(behave, "the body broke off")),
        Ok(Ok(body)) => body.to_bytes(),
    };
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if behave == Behave::Vultr && !bytes.is_empty() && !kind.starts_with("application/json") {
        return Err(bad_request(behave, "send `Content-Type: application/json`"));
    }
    Ok(bytes)
}

fn bad_request(behave: Behave, help: &str) -> ApiError {
    control::Refusal::bad("Bad request.").help(help).answer(behave.is_helpful())
}

fn failure() -> ApiError {
    ApiError { error: "Internal server error.".into(), status: 500 }
}

#[cfg(test)]
mod tests {
    use api::account::GetAccount;
    use control::{Config, Control};
    use store::{Location, Store};
    use tower::ServiceExt;

    use super::*;
    use crate::limits::{Limits, Rate};

    #[tokio::test]
    async fn a_handler_that_panics_fails_its_own_request_only() {
        const KEY: &str = "KEY";
        let store = Store::open(&Location::Memory).await.unwrap();
        let control = Control::new(Config::new(store));
        control.ensure_root(KEY).await.unwrap();
        let (limits, rate) = (Limits::default(), Rate::default());
        let app = App { control, key: KEY.into(), limits, rate, document: Default::default() };
        let routes = Routes::default().on(async |_, _: GetAccount| panic!("for the test's sake"));
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
