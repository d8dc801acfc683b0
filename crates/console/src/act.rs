//! Doing something by a button: to one thing or to several, one after the other. What takes away what
//! cannot be had again is done when its name was typed.

pub(crate) mod sense;
pub(crate) mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use http::StatusCode;
use maud::html;
use presentation::{Operation, operations, pointers};
use serde_json::{Map, Value};

use crate::cx::{Cx, Sent};
use crate::icon::icon;
use crate::layout::{self, Page};
use crate::link::{self, family};
use crate::session::Told;
use crate::upstream::Refusal;
use crate::{ROOT, Shared, href};

/// Fields of these forms that are no operation's.
const OWN: &[&str] = &["id", "confirm", "back"];
/// To how many things something is done at once.
const MOST: usize = 500;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route(&format!("{ROOT}/act/{{id}}"), post(act))
}

/// What a form wants done.
struct Wish {
    operation: Operation,
    /// What it is done to: the operation's fields, once for each thing.
    each: Vec<Map<String, Value>>,
    confirm: String,
    back: String,
}

async fn act(Path(id): Path<String>, sent: Sent) -> Response {
    let found = operations::all().into_iter().find(|o| o.op.id == id && !o.reads());
    let Some(operation) = found else {
        let text = format!("There is nothing to do that is called {id}.");
        return layout::refused(&sent.cx, &Refusal { status: 404, text, field: None });
    };
    let Sent { cx, fields } = sent;
    let wish = wish(operation, &fields);
    let needs = family::node(&operation).is_none_or(|node| !node.required.is_empty());
    if needs || wish.each.is_empty() || wish.each.len() > MOST {
        return unclear(&cx, &wish, needs);
    }
    let names = names(&cx, &wish).await;
    if operation.loses(|name| wish.each.iter().any(|fields| fields.contains_key(name)))
        && !is_confirmed(&wish, &names)
    {
        return ask(&cx, &wish, &names);
    }
    let mut told = Told::default();
    let mut done = Vec::new();
    for (fields, name) in wish.each.iter().zip(&names) {
        match cx.caller.call(&operation, fields.clone()).await {
            Ok(_) => done.push(name.as_str()),
            Err(refusal) => told.refused.push(format!("{name}: {}", refusal.text)),
        }
    }
    if !done.is_empty() {
        told.done = format!("{} {}", words::of(&operation).done, listed(&done));
    }
    // What was destroyed has no page any more.
    let back = match told.refused.is_empty() {
        true => wish.back,
        false => fields.iter().find(|(n, _)| n == "page").map_or(wish.back, |(_, p)| p.clone()),
    };
    cx.session.tell(told);
    let is_ours = back.strip_prefix(ROOT).is_some_and(|rest| rest.starts_with('/'));
    Redirect::to(if is_ours { &back } else { "/console/" }).into_response()
}

/// Reads what a form wants done.
fn wish(operation: Operation, fields: &[(String, String)]) -> Wish {
    let first = |name: &str| {
        let found = fields.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let schema = operation.request();
    let known = |name: &str| schema.pointer(&format!("/properties/{name}")).is_some();
    let own = fields
        .iter()
        .filter(|(name, value)| !value.is_empty() && known(name) && !OWN.contains(&name.as_str()));
    let shared: Map<String, Value> =
        own.map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let ids = fields.iter().filter(|(name, value)| name == "id" && !value.is_empty());
    let each = match operation.path_fields().pop() {
        Some(last) if !shared.contains_key(&last) => {
            let each = ids.map(|(_, id)| {
                let mut fields = shared.clone();
                fields.insert(last.clone(), id.clone().into());
                fields
            });
            each.collect()
        }
        _ => vec![shared],
    };
    Wish { operation, each, confirm: first("confirm"), back: first("back") }
}

/// What the things are called.
async fn names(cx: &Cx, wish: &Wish) -> Vec<String> {
    let all = operations::all();
    let subject = pointers::subject(&wish.operation, &all);
    let last = wish.operation.path_fields().pop().unwrap_or_default();
    let mut names = Vec::new();
    for fields in &wish.each {
        let id = fields.get(&last).map(link::text).unwrap_or_default();
        let name = match subject {
            Some(show) => {
                let own = family::node(show).map(|node| link::path_of(node, fields));
                let thing = cx.caller.call(show, own.unwrap_or_default()).await;
                thing.ok().and_then(|thing| link::called(&thing.value))
            }
            None => None,
        };
        names.push(name.unwrap_or(id));
    }
    names
}

/// What has to be typed: the name of one thing, or the count of several.
fn demanded(wish: &Wish, names: &[String]) -> String {
    match names {
        [name] => name.trim().to_owned(),
        names => link::words::count(names.len(), &one(&wish.operation)),
    }
}

/// What one of the things that an operation is about is called.
fn one(operation: &Operation) -> String {
    let mut above = family::node(operation);
    while let Some(node) = above {
        if node.is_list {
            return crate::list::noun(node);
        }
        above = node.parent();
    }
    "thing".to_owned()
}

fn is_confirmed(wish: &Wish, names: &[String]) -> bool {
    let last = wish.operation.path_fields().pop().unwrap_or_default();
    let id = wish.each.first().and_then(|fields| fields.get(&last)).map(link::text);
    let is_id = names.len() == 1 && id.is_some_and(|id| id == wish.confirm.trim());
    is_id || wish.confirm.trim() == demanded(wish, names) && !wish.confirm.trim().is_empty()
}

/// "web-1", "web-1 and web-2", "web-1, web-2 and 5 more".
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} and {other}"),
        [first, second, others @ ..] => format!("{first}, {second} and {} more", others.len()),
    }
}

/// The page that has the name typed before something is taken away.
fn ask(cx: &Cx, wish: &Wish, names: &[String]) -> Response {
    let act = words::of(&wish.operation);
    let must = demanded(wish, names);
    let title = format!("{} {must}?", act.short);
    let is_wrong = !wish.confirm.is_empty();
    let last = wish.operation.path_fields().pop().unwrap_or_default();
    let main = html! {
        div.head { div { h1 { (title) } } }
        form.panel method="post" action={ (ROOT) "/act/" (wish.operation.op.id) } { div.body.stack {
            (layout::token(cx))
            input type="hidden" name="back" value=(wish.back);
            @for (name, value) in wish.each.first().into_iter().flatten().filter(|(n, _)| **n != last) {
                input type="hidden" name=(name) value=(link::text(value));
            }
            @for fields in &wish.each {
                @if let Some(id) = fields.get(&last) {
                    input type="hidden" name="id" value=(link::text(id));
                }
            }
            p { "This cannot be taken back." }
            @if names.len() > 1 { ul.plain { @for name in names { li { (name) } } } }
            div.field.bad[is_wrong] {
                label for="confirm" { "Type " b { (must) } " to go on" }
                input.input id="confirm" name="confirm" autocomplete="off" spellcheck="false"
                    autofocus aria-invalid=[is_wrong.then_some("true")]
                    aria-describedby=[is_wrong.then_some("confirm-e")];
                @if is_wrong {
                    p.err id="confirm-e" { (icon("alert")) "That is another name. Nothing was done." }
                }
            }
            div.row {
                a.btn href=(wish.back) { "Keep " @if names.len() > 1 { "them" } @else { "it" } }
                button.btn.danger.primary type="submit" { (act.short) " " (must) }
            }
        } }
    };
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    layout::page(cx, Page { title, main, status, ..Page::default() })
}

/// Where a form does not say all that is needed: nothing is done.
fn unclear(cx: &Cx, wish: &Wish, needs_more: bool) -> Response {
    if needs_more {
        let fields = wish.each.first().cloned().unwrap_or_default();
        return Redirect::to(&href::form(&wish.operation, &fields)).into_response();
    }
    let text = match wish.each.len() {
        0 => "Nothing was selected: nothing was done.".to_owned(),
        count => format!("At most {MOST} at once, not {count}: nothing was done."),
    };
    layout::refused(cx, &Refusal { status: 400, text, field: None })
}
