//! The page of a list.

use axum::response::Response;
use maud::{Markup, html};
use presentation::columns::{Column, How, Kind};
use presentation::operations::{self, Operation};
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::layout::{self, Page};
use crate::{ROOT, browse, nav, one, status};

pub(crate) async fn show(cx: Cx, operation: Operation, path: Map<String, Value>) -> Response {
    let fields = browse::asked(&cx, &operation, &path);
    let answer = match cx.caller.call(&operation, fields).await {
        Ok(answer) => answer,
        Err(refusal) => return layout::refused(&cx, &refusal),
    };
    let item = nav::item_of(&operation);
    let title = item.as_ref().map_or(operation.op.id.to_owned(), |item| item.title.clone());
    let here = item.map(|item| item.shows.to_owned()).unwrap_or_default();
    let things = answer.value.as_array().cloned().unwrap_or_default();
    let main = html! {
        div.head { div { h1 { (title) } } }
        div.panel { (table(&operation, &path, &things)) }
    };
    layout::page(&cx, Page { title, here, main, ..Page::default() })
}

/// The things of a list, a row each.
pub(crate) fn table(operation: &Operation, path: &Map<String, Value>, things: &[Value]) -> Markup {
    let kind = Kind::of(operation, &operations::all());
    html! {
        div.scroll tabindex="0" role="region" aria-label="List" { table {
            thead { tr { @for column in &kind.columns { th scope="col" { (column.heading) } } } }
            tbody { @for thing in things { (row(operation, path, &kind.columns, thing)) } }
        } }
    }
}

fn row(
    operation: &Operation,
    path: &Map<String, Value>,
    columns: &[Column],
    thing: &Value,
) -> Markup {
    let address = one::address(operation, path, thing);
    html! {
        tr { @for (place, column) in columns.iter().enumerate() {
            @let text = column.cell(thing, How::Readable);
            @if place == 0 {
                th scope="row" { @match &address {
                    Some(address) => { a href={ (ROOT) (address) } { (text) } },
                    None => { (text) },
                } }
            } @else if column.heading == "STATUS" && let Some((sign, word)) = status::of(thing) {
                td { (status::show(sign, &word)) }
            } @else { td { (text) } }
        } }
    }
}
