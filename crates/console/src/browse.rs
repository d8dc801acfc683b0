//! The pages of what the API shows: at `/console/v2/...` whatever is at `/v2/...`, a list or a thing.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use presentation::operations::{self, Operation};
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::upstream::Refusal;
use crate::{ROOT, Shared, href, layout, list, one};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route(&format!("{ROOT}/v2/{{*path}}"), get(show))
}

async fn show(cx: Cx) -> Response {
    let address = cx.path.strip_prefix(ROOT).unwrap_or_default().to_owned();
    match at(&address) {
        Some((operation, path)) if operation.is_list() => list::show(cx, operation, path).await,
        Some((operation, path)) => one::show(cx, operation, path).await,
        None => match meant(&cx.path) {
            Some(meant) => Redirect::to(&meant).into_response(),
            None => {
                let text = format!("The API shows nothing at {address}.");
                layout::refused(&cx, &Refusal { status: 404, text, field: None })
            }
        },
    }
}

/// The page that somebody may mean by an address where there is none: `/console/instances`.
pub(crate) fn meant(path: &str) -> Option<String> {
    let rest = path.strip_prefix(ROOT).unwrap_or(path).trim_end_matches('/');
    let rest = rest.strip_prefix("/v2").unwrap_or(rest);
    let address = format!("/v2{rest}");
    let page = format!("{ROOT}{address}");
    (rest.starts_with('/') && page != path && at(&address).is_some()).then_some(page)
}

/// The operation that looks at an address of the API, and the fields that the address has.
pub(crate) fn at(address: &str) -> Option<(Operation, Map<String, Value>)> {
    let found = operations::at(&api::Method::GET, address);
    let fits = |operation: &Operation| href::fields(operation, address);
    found.iter().find_map(|operation| Some((*operation, fits(operation)?)))
}

/// The fields of an operation that looks: those of its path, and those that the query asks for. What
/// the operation does not know, the page may.
pub(crate) fn asked(
    cx: &Cx,
    operation: &Operation,
    path: &Map<String, Value>,
) -> Map<String, Value> {
    let schema = operation.request();
    let known = |name: &str| schema.pointer(&format!("/properties/{name}")).is_some();
    let mut fields: Map<String, Value> =
        cx.fields().into_iter().filter(|(name, _)| known(name)).collect();
    fields.extend(path.clone());
    fields
}
