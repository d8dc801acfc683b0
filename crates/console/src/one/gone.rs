//! What is no longer there: what it was, since when as far as somebody knows, and where others of its
//! kind are. A page that somebody looks at while its thing goes away is told the same.

use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use serde_json::{Map, Value, json};

use crate::cx::Cx;
use crate::icon::{bird, icon};
use crate::layout::{self, Page};
use crate::link::family::Node;
use crate::link::{self, words};
use crate::upstream::Refusal;
use crate::{ROOT, href, list, nav, requests, when};

/// The id of what is told to a page that is open.
pub(crate) const ID: &str = "x-gone";
/// How many requests are looked through for the one that took it away.
const SOUGHT: usize = 50;

/// A thing that is not there, on the way to an address.
struct Gone {
    /// The list that it stood in.
    list: &'static Node,
    address: String,
    /// The request that took it away.
    by: Option<Value>,
}

/// The page at the address of something that is not there. What is refused for another reason is told
/// as it is.
pub(crate) async fn page(
    cx: &Cx,
    node: &'static Node,
    path: &Map<String, Value>,
    refusal: &Refusal,
) -> Response {
    let found = if matches!(refusal.status, 400 | 404) { find(cx, node, path).await } else { None };
    let Some(gone) = found else { return layout::refused(cx, refusal) };
    let one = list::noun(gone.list);
    // Who watches it go saw that it was there.
    let title = match gone.by.is_some() || cx.is_unseen {
        true => format!("This {one} is gone"),
        false => format!("There is no such {one}"),
    };
    let main = html! {
        div.head { div { h1 { (title) } } }
        div.stack {
            (gone.note(cx, &title, &one))
            div.panel { div.empty {
                (bird())
                p { (refusal.text) }
                a.btn href=(gone.address) { "To " (words::many(&one)) }
            } }
        }
    };
    let here = nav::item_of(&node.operation).map(|item| item.shows.to_owned()).unwrap_or_default();
    let crumbs = vec![(list::title(gone.list), gone.address)];
    layout::page(cx, Page { title, here, crumbs, main, status: StatusCode::NOT_FOUND })
}

/// The outermost thing on the way to an address that is not there.
async fn find(cx: &Cx, node: &'static Node, path: &Map<String, Value>) -> Option<Gone> {
    let mut things = Vec::new();
    let mut at = Some(node);
    while let Some(node) = at {
        let list = node.parent().filter(|parent| parent.is_list && parent.is_page());
        if let (Some(list), false) = (list, node.is_list || node.extra() == 0) {
            things.push((node, list));
        }
        at = node.parent();
    }
    for (thing, list) in things.into_iter().rev() {
        let own = link::path_of(thing, path);
        let asked = cx.caller.call(&thing.operation, own.clone()).await;
        if asked.is_err_and(|refusal| matches!(refusal.status, 400 | 404)) {
            let address = href::page(&list.operation, &link::path_of(list, path))?;
            let by = match href::path(&thing.operation, &own) {
                Some(path) => taken_away(cx, &path).await,
                None => None,
            };
            return Some(Gone { list, address, by });
        }
    }
    None
}

/// The request that took away what stood at a path, where the log has it and this key may see that.
async fn taken_away(cx: &Cx, path: &str) -> Option<Value> {
    let fields = json!({"group": path, "method": "DELETE", "bodies": false, "limit": SOUGHT});
    let ask = href::with("/_kettle/requests", fields.as_object()?);
    let answer = cx.caller.look(&ask).await.ok()?;
    let did = |one: &&Value| {
        let is_own = one["path"].as_str().and_then(|p| p.split('?').next()) == Some(path);
        is_own && one["status"].as_u64().is_some_and(|status| status < 300)
    };
    answer["requests"].as_array()?.iter().rev().find(did).cloned()
}

impl Gone {
    fn note(&self, cx: &Cx, title: &str, one: &str) -> Markup {
        let tool = self.by.as_ref().map(requests::tool).filter(|tool| !tool.is_empty());
        html! {
            div.note.bad id=(ID) {
                (icon("alert"))
                div {
                    b { (title) "." }
                    " "
                    @if let Some(by) = &self.by {
                        "It was taken away at " (when::clock(by["at"].as_str().unwrap_or_default())) " UTC by "
                        a href={ (ROOT) "/requests/" (by["sequence"]) } {
                            "a request" @if let Some(tool) = &tool { " of " (tool) }
                        } "."
                    } @else if !cx.is_unseen {
                        "Nothing is known here by this address: it may have a slip."
                    } @else {
                        "The log does not say how: it may have gone with something else."
                    }
                    " " a href=(self.address) { "To the " (words::many(one)) }
                }
            }
        }
    }
}
