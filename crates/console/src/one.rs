//! The page of one thing.

use axum::response::Response;
use maud::html;
use presentation::columns::readable;
use presentation::operations::{self, Operation};
use presentation::pointers;
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::layout::{self, Page};
use crate::{browse, href, nav};

pub(crate) async fn show(cx: Cx, operation: Operation, path: Map<String, Value>) -> Response {
    let fields = browse::asked(&cx, &operation, &path);
    let answer = match cx.caller.call(&operation, fields).await {
        Ok(answer) => answer,
        Err(refusal) => return layout::refused(&cx, &refusal),
    };
    let title = pointers::label(&answer.value).unwrap_or(operation.op.id).to_owned();
    let here = nav::item_of(&operation).map(|item| item.shows.to_owned()).unwrap_or_default();
    let facts = answer.value.as_object().cloned().unwrap_or_default();
    let main = html! {
        div.head { div { h1 { (title) } } }
        section.panel aria-label="Facts" { div.body { dl.facts {
            @for (name, value) in &facts {
                @if !value.is_object() && !value.is_array() {
                    div { dt { (name) } dd { (readable(name, value)) } }
                }
            }
        } } }
    };
    layout::page(&cx, Page { title, here, main, ..Page::default() })
}

/// The address of a thing that a list holds, in the API; none where nothing shows it.
pub(crate) fn address(
    list: &Operation,
    path: &Map<String, Value>,
    thing: &Value,
) -> Option<String> {
    let above = list.pattern();
    let all = operations::all();
    let get = all.iter().find(|o| {
        let pattern = o.pattern();
        o.reads() && !o.is_list() && pattern.strip_suffix("/{}") == Some(&above)
    })?;
    let own = get.path_fields().pop()?;
    let mut fields = path.clone();
    let id = thing.get("id").or_else(|| thing.get("name")).or_else(|| thing.get("domain"))?;
    fields.insert(own, id.clone());
    href::path(get, &fields)
}
