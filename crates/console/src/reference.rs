//! The reference: all operations there are, and each of them with all that is known of it.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use maud::html;
use presentation::operations;

use crate::cx::Cx;
use crate::layout::{self, Page};
use crate::upstream::Refusal;
use crate::{ROOT, Shared, code};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route(&format!("{ROOT}/reference/{{id}}"), get(one))
}

/// One operation.
async fn one(Path(id): Path<String>, cx: Cx) -> Response {
    let Some(operation) = operations::all().into_iter().find(|o| o.op.id == id) else {
        let text = format!("There is no operation {id}.");
        return layout::refused(&cx, &Refusal { status: 404, text, field: None });
    };
    let main = html! {
        div.head { div { h1 { (operation.op.id) } } }
        (code::panel(&cx, &operation, &cx.fields()))
    };
    layout::page(&cx, Page { title: id, main, ..Page::default() })
}
