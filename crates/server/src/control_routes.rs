//! What is Kettle's own and no operation: `/`, `/openapi.json`, and under `/_kettle` what
//! `api::world::plain` lists, from which routes and document follow. What the owner does to the whole
//! (`api::world`) is in `world`.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use api::ApiError;
use api::world::plain::{Plain, Route};
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use http::request::Parts;
use sdk::whoami::proof;

use crate::world::snapshots;
use crate::{App, deeds, front, reply, requests, route, status};

/// How long the store may take to say that it is well.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a challenge may be.
const CHALLENGE: std::ops::RangeInclusive<usize> = 16..=128;

/// Adds them.
pub(crate) fn add(router: Router<Arc<App>>) -> Router<Arc<App>> {
    let router = router
        .route("/", get(front::show).fallback(only("GET")))
        .route("/openapi.json", get(document).fallback(only("GET")));
    Plain::ALL.into_iter().fold(router, |router, plain| {
        let Route { method, path, .. } = plain.route();
        router.route(path, handler(plain).fallback(only(method)))
    })
}

/// What answers what is Kettle's own and no operation.
fn handler(plain: Plain) -> MethodRouter<Arc<App>> {
    match plain {
        Plain::Document => get(own_document),
        Plain::Health => get(health),
        Plain::Whoami => get(whoami),
        Plain::Status => get(status::show),
        Plain::Requests => get(requests::list),
        Plain::Stop => post(stop),
        Plain::Export => get(snapshots::export),
        Plain::Import => post(snapshots::import),
        Plain::Console => get(console),
        Plain::Tell => post(deeds::tell),
    }
}

/// Refuses every other method.
pub(crate) fn only(
    method: &'static str,
) -> impl Fn() -> Ready<Response> + Clone + Send + Sync + 'static {
    move || ready(reply::wrong_method(method))
}

/// The document of what is served, made when it is first asked for.
async fn document(State(app): State<Arc<App>>) -> Response {
    let make = || api::openapi::document(env!("CARGO_PKG_VERSION")).to_string().into();
    reply::success(200, app.document.get_or_init(make).clone())
}

/// The document of what is Kettle's own.
async fn own_document() -> Response {
    reply::success(200, api::openapi::own_document(env!("CARGO_PKG_VERSION")).to_string().into())
}

/// Whether the server can do its work, and which one it is. Where it cannot, why.
async fn health(State(app): State<Arc<App>>) -> Response {
    const OK: &str = concat!(r#"{"status":"ok","version":""#, env!("CARGO_PKG_VERSION"), r#""}"#);
    let checked = tokio::time::timeout(PATIENCE, app.control.store().check()).await;
    let reason = match checked {
        Ok(Ok(())) => return reply::success(200, bytes::Bytes::from_static(OK.as_bytes())),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the store does not answer".to_owned(),
    };
    reply::error(&ApiError { error: format!("Service unavailable. {reason}"), status: 503 })
}

/// What is in the place of a machine's console. The same for every machine, whether there is one or
/// not: whoever opens it shows no key, and nothing of the request comes back.
async fn console() -> Response {
    reply::page(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>No console</title>\
         <h1>No console</h1><p>With the real API, the screen and the keyboard of this machine \
         would be here. Kettle's machines are simulated: there is nothing to see.</p></html>",
    )
}

/// `GET /_kettle/whoami?challenge=TEXT`: proves that this server has its owner's key, without
/// telling it: `proof` is the HMAC-SHA256, by the key, of `kettle whoami ` and the challenge, in
/// hex. Whoever means to send the key asks this first, with 16 to 128 letters and digits from a
/// random source.
///
/// `calls` grows with every request that comes to an operation. It costs the same however much is
/// stored, needs no key, and is never refused as one too many.
async fn whoami(State(app): State<Arc<App>>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let challenge = query.strip_prefix("challenge=").unwrap_or_default();
    let is_plain = challenge.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !CHALLENGE.contains(&challenge.len()) || !is_plain {
        let error =
            "Bad request. challenge: must be 16 to 128 letters and digits, chosen at random";
        return reply::error(&ApiError { error: error.into(), status: 400 });
    }
    let (proof, calls) = (proof(&app.key, challenge), app.control.calls());
    reply::success(200, format!(r#"{{"proof":"{proof}","calls":{calls}}}"#).into())
}

/// Whether it is the owner of the first account who asks; else the refusal.
pub(crate) async fn owner(app: &App, parts: &Parts) -> Result<(), Response> {
    let is_ours = route::bearer(parts) == Some(app.key.as_str());
    // The owner may have deleted the key that the server was started with.
    if is_ours && app.control.is_root(&app.key).await.unwrap_or(false) {
        return Ok(());
    }
    let error = match is_ours {
        true => {
            "Forbidden. The owner's key was deleted, or has expired. Put another one into the data \
             directory's file `key`, or remove the file to have one made, and start the server again."
        }
        false => {
            "Forbidden. Only the owner's key may do this: it is in the data directory's file `key`, \
             or that of --key-file."
        }
    };
    Err(reply::error(&ApiError { error: error.into(), status: 403 }))
}

/// Stops the server, as a signal does. Only the owner may.
async fn stop(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if let Err(refusal) = owner(&app, &parts).await {
        return refusal;
    }
    let Some(stop) = &app.stop else {
        let error = "Conflict. This server is a part of another program (`kettle exec`, a test), \
                     and ends with that.";
        return reply::error(&ApiError { error: error.into(), status: 409 });
    };
    tracing::info!("stopping, as its owner asked");
    stop.send_replace(true);
    reply::success(204, bytes::Bytes::new())
}
