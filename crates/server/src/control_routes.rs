//! What is Kettle's own: `/_kettle/health`, `/_kettle/reset` and `/openapi.json`.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use api::ApiError;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{get, post};

use crate::{App, reply, route};

/// How long the store may take to say that it is well.
const PATIENCE: Duration = Duration::from_secs(5);

/// Adds them.
pub(crate) fn add(router: Router<Arc<App>>) -> Router<Arc<App>> {
    router
        .route("/openapi.json", get(document).fallback(only("GET")))
        .route("/_kettle/health", get(health).fallback(only("GET")))
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
