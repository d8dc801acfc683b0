//! The first page: what there is.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use maud::html;
use presentation::operations;
use serde_json::Map;

use crate::cx::Cx;
use crate::icon::icon;
use crate::layout::{self, Page};
use crate::{ROOT, Shared, href, nav};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route(&format!("{ROOT}/"), get(show))
}

async fn show(cx: Cx) -> Response {
    let mut counts = Vec::new();
    let all = operations::all();
    for item in nav::groups().into_iter().flat_map(|group| group.items) {
        let Some(list) = all.iter().find(|o| o.op.id == item.shows && o.is_list()) else {
            continue;
        };
        if list.lists_catalogue() {
            continue;
        }
        let Ok(things) = cx.caller.all(list, Map::new(), 500).await else { continue };
        if let (false, Some(address)) = (things.is_empty(), href::page(list, &Map::new())) {
            counts.push((item, things.len(), address));
        }
    }
    let main = html! {
        div.head { div { h1 { "Overview" } } }
        nav.tally aria-label="What there is" {
            @for (item, count, address) in &counts {
                a href=(address) { b { (count) } span { (icon(item.icon)) " " (item.title) } }
            }
        }
    };
    let here = format!("{ROOT}/");
    layout::page(&cx, Page { title: "Overview".into(), here, main, ..Page::default() })
}
