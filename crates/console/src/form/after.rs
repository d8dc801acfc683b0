//! Where one is led when an operation has done what it was asked, and what is shown of its answer that no
//! page shows again: keys and passwords.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use presentation::operations::{self, Operation};
use serde_json::{Map, Value};

use crate::act::words as acts;
use crate::cx::Cx;
use crate::form::back::Back;
use crate::form::confirm::{Subject, is_delete, renamed};
use crate::form::shape::label;
use crate::form::{is_change, read};
use crate::icon::icon;
use crate::layout::Page;
use crate::session::Kept;
use crate::upstream::Refusal;
use crate::{ROOT, href, link, nav, world};

/// Leads to what an operation looks at.
pub(crate) fn looked_at(operation: &Operation, fields: &Map<String, Value>) -> Response {
    if let Some((to, _)) = world::after(operation, fields, &Value::Null) {
        return Redirect::to(&to).into_response();
    }
    let path = operation.path_fields();
    let query: Map<String, Value> = fields
        .iter()
        .filter(|(name, _)| !path.contains(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let page = href::page(operation, fields).unwrap_or_else(|| format!("{ROOT}/"));
    Redirect::to(&href::with(&page, &query)).into_response()
}

/// What is seen after an operation was carried out.
pub(crate) async fn done(
    cx: &Cx,
    operation: &Operation,
    fields: &Map<String, Value>,
    answer: Value,
    subject: Option<&Subject>,
    back: Option<Back>,
) -> Response {
    if let Some((to, said)) = world::after(operation, fields, &answer) {
        cx.tell(&said);
        return Redirect::to(&to).into_response();
    }
    let to = destination(operation, fields, &answer, subject);
    let once = once(cx, &to, &answer).await;
    let is_list = operation.reads() && !answer.is_null();
    let to = back.map_or_else(|| format!("{ROOT}{to}"), |back| back.with(&answer));
    if !once.is_empty() || is_list {
        return answered(cx, operation, &answer, &once, &to);
    }
    let act = acts::of(operation);
    let own = link::called(&answer).filter(|_| !is_change(operation));
    let within = subject.map(|subject| subject.name.as_str()).unwrap_or_default();
    cx.tell(&match own {
        Some(own) => format!("{} {own}", act.done),
        // What has no name, such as a rule, is said to be in what has.
        None if operation.command == "create" => {
            let what = act.title.replacen(&act.short, &act.done, 1);
            if within.is_empty() { what } else { format!("{what}, in {within}") }
        }
        None => format!("{} {within}", act.done),
    });
    Redirect::to(&to).into_response()
}

/// The address of the API that shows what came of it.
fn destination(
    operation: &Operation,
    fields: &Map<String, Value>,
    answer: &Value,
    subject: Option<&Subject>,
) -> String {
    let all = operations::all();
    let own = operation.pattern();
    if !is_delete(operation) {
        let below = all.iter().find(|o| shows_one(o) && o.pattern() == format!("{own}/{{}}"));
        let made = below.and_then(|get| {
            let mut path = values(operation, fields)?;
            path.push(id_of(get, answer)?);
            address(get, path)
        });
        // A fork of a database is a database, too.
        let is_other = subject.is_none_or(|s| s.thing.get("id") != answer.get("id"));
        let kind = all.iter().find(|o| {
            o.group.name == operation.group.name
                && shows_one(o)
                && o.path_fields().len() == 1
                && o.command == "get"
        });
        let like = kind.filter(|_| is_other && answer.get("id").is_some());
        let like = like.and_then(|get| address(get, vec![id_of(get, answer)?]));
        if let Some(found) = made.or(like) {
            return found;
        }
    }
    above(operation, fields, &all).unwrap_or_else(|| "/".to_owned())
}

/// What is shown at the operation's own address, or at the nearest above it.
fn above(operation: &Operation, fields: &Map<String, Value>, all: &[Operation]) -> Option<String> {
    let mut path = operation.op.path;
    if is_delete(operation) {
        path = path.rsplit_once('/')?.0;
    }
    loop {
        let pattern = operations::pattern(path);
        let shown = all.iter().filter(|o| is_page(o) && o.pattern() == pattern);
        let mut shown = shown.filter_map(|o| href::path(o, &renamed(operation, o, fields)?));
        if let Some(address) = shown.next() {
            return Some(address);
        }
        path = path.rsplit_once('/').filter(|(above, _)| above.len() > "/v2".len())?.0;
    }
}

fn is_page(operation: &Operation) -> bool {
    operation.reads() && operation.op.method == api::Method::GET
}

fn shows_one(operation: &Operation) -> bool {
    is_page(operation) && !operation.is_list()
}

/// The values of an operation's path, in its order.
fn values(operation: &Operation, fields: &Map<String, Value>) -> Option<Vec<Value>> {
    operation.path_fields().iter().map(|name| fields.get(name).cloned()).collect()
}

fn address(get: &Operation, path: Vec<Value>) -> Option<String> {
    let names = get.path_fields();
    if names.len() != path.len() {
        return None;
    }
    href::path(get, &names.into_iter().zip(path).collect())
}

/// What an answer calls the thing that `get` shows.
fn id_of(get: &Operation, answer: &Value) -> Option<Value> {
    let last = get.path_fields().pop()?;
    let bare = last.rsplit('_').next().unwrap_or_default().to_owned();
    let names = ["id".to_owned(), last, bare, "domain".into(), "name".into(), "username".into()];
    let found = names.iter().find_map(|name| answer.get(name));
    found.filter(|id| id.is_string() || id.is_number()).cloned()
}

/// The secrets of an answer that the thing's own page does not show: with their ways.
async fn once(cx: &Cx, to: &str, answer: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    secrets(answer, "", &mut found);
    if found.is_empty() {
        return found;
    }
    let Some((get, fields)) = crate::browse::at(to) else { return found };
    let again = cx.caller.call(&get, fields).await.unwrap_or_default().value;
    found.retain(|(way, secret)| {
        let shown = again.pointer(&format!("/{}", way.replace('.', "/")));
        shown.is_none_or(|shown| read::text(shown) != *secret)
    });
    found
}

fn secrets(value: &Value, way: &str, found: &mut Vec<(String, String)>) {
    let inner = |name: &str| if way.is_empty() { name.to_owned() } else { format!("{way}.{name}") };
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some("") => {}
                    Some(text) if api::mask::is_secret(name) => {
                        found.push((inner(name), text.into()))
                    }
                    _ => secrets(value, &inner(name), found),
                }
            }
        }
        Value::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                secrets(value, &inner(&place.to_string()), found);
            }
        }
        _ => {}
    }
}

/// The page of an answer that is shown once.
fn answered(
    cx: &Cx,
    operation: &Operation,
    answer: &Value,
    once: &[(String, String)],
    to: &str,
) -> Response {
    let title = if once.is_empty() { "What it answered" } else { "Shown once" };
    let here = nav::item_of(operation).map(|item| item.shows.to_owned()).unwrap_or_default();
    let json = serde_json::to_string_pretty(answer).unwrap_or_default();
    let main = html! {
        div.head { div {
            h1 { (title) }
            @if !once.is_empty() {
                p { "It worked. Copy this now: in ten minutes no page shows it again." }
            }
        } a.btn.primary href=(to) { "Go on" } }
        div.stack {
            @for (place, (way, secret)) in once.iter().enumerate() { (shown_once(place, way, secret)) }
            @if once.is_empty() {
                section.panel aria-label="Answer" { div.code {
                    pre id="answer" tabindex="0" role="region" aria-label="Answer as JSON" { (json) }
                    button.copy type="button" data-copy="#answer" aria-label="Copy the answer" {
                        (icon("copy"))
                    }
                } }
            }
        }
    };
    let name = cx.session.keep(Kept { title: title.to_owned(), here, main });
    // An address of its own: who loads the page again does nothing again.
    Redirect::to(&format!("{ROOT}/answer/{name}")).into_response()
}

/// The page of an answer that no page of a thing shows, as long as it is kept.
pub(crate) async fn answer(cx: Cx, Path(name): Path<String>) -> Response {
    match cx.session.kept(&name) {
        Some(Kept { title, here, main }) => {
            crate::layout::page(&cx, Page { title, here, main, ..Page::default() })
        }
        None => {
            let text =
                "What was answered was shown for ten minutes, and is kept no longer.".to_owned();
            crate::layout::refused(&cx, &Refusal { status: 404, text, field: None })
        }
    }
}

fn shown_once(place: usize, way: &str, secret: &str) -> Markup {
    let name = way.rsplit('.').next().unwrap_or(way);
    let id = format!("once-{place}");
    html! {
        section.panel aria-labelledby={ (id) "-h" } {
            header { h2 id={ (id) "-h" } { (label(name)) } span.muted.small { code { (way) } } }
            div.code {
                pre.wrap id=(id) tabindex="0" role="region" aria-label={ (label(name)) ", to copy" } {
                    (secret)
                }
                button.copy type="button" data-copy={ "#" (id) }
                    aria-label={ "Copy " (label(name)) } { (icon("copy")) }
            }
        }
    }
}
