//! What is Kettle's own: `/_kettle/health`, `/_kettle/reset`, `/_kettle/console` and `/openapi.json`.

use std::future::{Ready, ready};
use std::sync::Arc;

use api::ApiError;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::{Html, Response};
use axum::routing::{get, post};

use crate::{App, reply, route};

/// Adds them.
pub(crate) fn add(router: Router<Arc<App>>) -> Router<Arc<App>> {
    router
        .route("/openapi.json", get(document).fallback(only("GET")))
        .route("/_kettle/health", get(health).fallback(only("GET")))
        .route("/_kettle/console/{id}", get(console).fallback(only("GET")))
        .route("/_kettle/reset", post(reset).fallback(only("POST")))
}

/// Refuses every other method.
fn only(method: &'static str) -> impl Fn() -> Ready<Response> + Clone + Send + Sync + 'static {
    move || ready(reply::wrong_method(method))
}

/// The document of what is served, made when it is first asked for.
async fn document(State(app): State<Arc<App>>) -> Response {
    let make = || api::openapi::document(env!("CARGO_PKG_VERSION")).to_string().into();
    reply::success(200, app.document.get_or_init(make).clone())
}

/// Whether the server answers, and which one it is.
async fn health() -> Response {
    let body = concat!(r#"{"status":"ok","version":""#, env!("CARGO_PKG_VERSION"), r#""}"#);
    reply::success(200, bytes::Bytes::from_static(body.as_bytes()))
}

/// What is in the place of a machine's console. The same for every machine, whether there is one or
/// not: whoever opens it shows no key, and nothing of the request comes back.
async fn console() -> Html<&'static str> {
    Html(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>No console</title>\
         <h1>No console</h1><p>With the real API, the screen and the keyboard of this machine \
         would be here. Kettle's machines are simulated: there is nothing to see.</p></html>",
    )
}

/// Empties everything. Only the owner of the first account may.
async fn reset(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if route::bearer(&parts) != Some(app.key.as_str()) {
        let error = "Forbidden. Only the key that the server printed may do this.".into();
        return reply::error(&ApiError { error, status: 403 });
    }
    match app.control.reset(&app.key).await {
        Ok(()) => reply::success(204, bytes::Bytes::new()),
        Err(error) => {
            tracing::error!(%error, "cannot reset");
            reply::error(&ApiError { error: "Internal server error.".into(), status: 500 })
        }
    }
}
