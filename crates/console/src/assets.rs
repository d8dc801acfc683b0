//! What pages load: a style sheet and scripts, by names that change with what is in them.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use sha2::{Digest, Sha256};

use crate::{ROOT, Shared};

const CSS: &str = include_str!("../assets/console.css");
const JS: &str = include_str!("../assets/console.js");
const TERMINAL: &str = include_str!("../assets/terminal.js");

/// The version of what is loaded: it stands in the address, so that nothing old is kept.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256::new().chain_update(CSS).chain_update(JS).chain_update(TERMINAL).finalize();
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route(&format!("{ROOT}/assets/{{version}}/{{name}}"), get(show))
}

/// The address of the style sheet or a script.
pub(crate) fn address(name: &str) -> String {
    format!("{ROOT}/assets/{}/{name}", *VERSION)
}

async fn show(Path((_, name)): Path<(String, String)>) -> Response {
    let (kind, text) = match name.as_str() {
        "console.css" => ("text/css; charset=utf-8", CSS),
        "console.js" => ("text/javascript; charset=utf-8", JS),
        "terminal.js" => ("text/javascript; charset=utf-8", TERMINAL),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let headers = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}
