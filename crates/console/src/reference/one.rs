//! The page of one operation.

use api::{Access, Loss, Shape};
use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use presentation::operations::{self, Operation};
use presentation::schema;
use serde_json::{Map, Value, json};

use super::{about, address, fields, verb};
use crate::code::text::{Code, JSON};
use crate::code::{self, sample};
use crate::cx::Cx;
use crate::icon::icon;
use crate::layout::{self, Page};
use crate::link::words;
use crate::upstream::Refusal;
use crate::{ROOT, href};

/// How many fields are shown before the others are folded.
const SHOWN: usize = 14;

pub(super) async fn show(Path(id): Path<String>, cx: Cx) -> Response {
    let Some(operation) = operations::find(&id) else {
        let text = format!("There is no operation {id}. All there are stand in the reference.");
        return layout::refused(&cx, &Refusal { status: 404, text, field: None });
    };
    let (title, more) = about(&operation);
    let main = html! {
        div.head {
            div { h1 { (fields::coded(title)) } @if !more.is_empty() { p { (fields::coded(more)) } } }
            a.btn.primary href=(href::form(&operation, &Map::new())) { (icon("play")) " Try it" }
        }
        div.cols.main {
            div.stack {
                (line(&operation))
                (older(&operation))
                (takes(&operation))
                (answers(&operation))
            }
            aside.stack aria-label="Code and answer" {
                (code::panel(&cx, &operation, &sample::fields(&operation)))
                (example(&operation))
                (others(&operation))
            }
        }
    };
    let crumbs = vec![
        ("All operations".to_owned(), format!("{ROOT}/reference")),
        (
            words::sentence(operation.group.name),
            format!("{ROOT}/reference#{}", operation.group.name),
        ),
    ];
    let here = format!("{ROOT}/reference");
    layout::page(&cx, Page { title: id, crumbs, here, main, ..Page::default() })
}

/// Method and path, id, permission, and whether something is lost.
fn line(operation: &Operation) -> Markup {
    let op = &operation.op;
    let needs = match op.access {
        Access::Public => "no key needed".to_owned(),
        Access::AnyKey => "any key".to_owned(),
        access => access.as_str().to_owned(),
    };
    let loss = match op.loss {
        Loss::Never => None,
        Loss::Always => Some("cannot be undone".to_owned()),
        Loss::With(names) => Some(format!("with {} cannot be undone", names.join(", "))),
    };
    html! {
        div.op {
            (verb(&op.method))
            code { (op.path) }
            button.copy type="button" data-copy=(op.path) aria-label={ "Copy " (op.path) } { (icon("copy")) }
            span.grow {}
            span.tag { (op.id) }
            span.tag title="The permission that it needs" { (icon("key")) " " (needs) }
            @if let Some(loss) = loss { span.tag { (icon("alert")) " " (loss) } }
        }
    }
}

/// The calls of v1 that amount to it.
fn older(operation: &Operation) -> Markup {
    let op = &operation.op;
    let own = operation.pattern();
    let is_it = |call: &str| {
        let path = call.strip_prefix(op.method.as_str()).map(str::trim).unwrap_or_default();
        operations::pattern(path.split('?').next().unwrap_or_default()) == own
    };
    let calls = api::v1::CALLS.iter().filter(|entry| entry.v2.split(", ").any(is_it));
    let calls: Vec<_> = calls.collect();
    html! {
        @if !calls.is_empty() {
            div.note { (icon("info")) div.small {
                "In version 1: "
                @for (i, call) in calls.iter().enumerate() {
                    @if i > 0 { ", " }
                    code { (call.verb.as_str()) " /v1/" (call.path) }
                }
                "."
            } }
        }
    }
}

/// The fields that it takes.
fn takes(operation: &Operation) -> Markup {
    let whole = operation.request();
    let all = fields::of(operation, &whole);
    let needed = all.iter().filter(|field| field.is_required).count();
    let shown = needed.max(SHOWN).min(all.len());
    let (first, others) = all.split_at(if all.len() <= SHOWN + 3 { all.len() } else { shown });
    let where_to = if operation.op.has_body { "in the JSON body" } else { "in the query" };
    html! {
        section.panel aria-labelledby="h-f" {
            header {
                h2 id="h-f" { "Fields" }
                span.muted.small {
                    @if all.is_empty() { "none" } @else {
                        (needed) " required, " (all.len() - needed) " optional"
                        @if all.iter().any(|field| !field.in_path) { ", " (where_to) }
                    }
                }
            }
            @if all.is_empty() { div.body.muted { "It takes nothing." } }
            (fields::list(operation, &whole, first))
            @if !others.is_empty() {
                details.more {
                    summary { "Show " (others.len()) " more" }
                    (fields::list(operation, &whole, others))
                }
            }
        }
    }
}

/// The statuses that it answers with, each with what it means, and the fields of a success.
fn answers(operation: &Operation) -> Markup {
    let op = &operation.op;
    let whole = operation.response();
    let thing = thing(operation, &whole);
    let lies = match op.shape {
        Shape::Empty => "Done; there is nothing in the body.".to_owned(),
        Shape::Text(kind) => format!("The body is a text, {kind}."),
        Shape::Bare => "The body is what was asked for.".to_owned(),
        Shape::Key(key) => format!("`{key}` is in the body."),
        Shape::List(key) => format!("`{key}` is in the body, and `meta` with the pages."),
    };
    let takes = !schema::fields(&operation.request()).collect::<Vec<_>>().is_empty();
    let permission = op.access.as_str();
    let refusals = [
        (400, takes, "A field is wrong; the text says which, and what would be right.".to_owned()),
        (
            401,
            op.access != Access::Public,
            "The key is missing, unknown or has expired.".to_owned(),
        ),
        (
            403,
            !matches!(op.access, Access::Public | Access::AnyKey),
            format!("The key may not: it needs `{permission}`."),
        ),
        (404, !operation.path_fields().is_empty(), "There is no such thing.".to_owned()),
        (429, true, "Too many requests a second.".to_owned()),
    ];
    html! {
        section.panel aria-labelledby="h-a" {
            header { h2 id="h-a" { "Answers" } }
            div.flow { div.scroll tabindex="0" role="region" aria-label="Statuses" { table {
                caption.sr { "Statuses" }
                thead { tr { th scope="col" { "Status" } th scope="col" { "Means" } } }
                tbody {
                    tr { th scope="row" { span.http { (op.status) } } td { (fields::coded(&lies)) } }
                    @for (status, _, text) in refusals.iter().filter(|(_, is, _)| *is) {
                        tr {
                            th scope="row" { span.http.e4 { (status) } }
                            td { (fields::coded(text)) }
                        }
                    }
                }
            } } }
            @if schema::fields(schema::target(&whole, thing)).next().is_some() {
                details.more {
                    summary { "Fields of " (if operation.is_list() { "each of them" } else { "the answer" }) }
                    (fields::answered(&whole, thing))
                }
            }
        }
    }
}

/// The shape of the thing, or of one of the things, that is answered.
fn thing<'a>(operation: &Operation, whole: &'a Value) -> &'a Value {
    let page = whole.pointer("/properties/items/items").filter(|_| operation.is_list());
    page.or_else(|| whole.get("items")).unwrap_or(whole)
}

/// An answer, made of its schema.
fn example(operation: &Operation) -> Markup {
    let op = &operation.op;
    let whole = operation.response();
    let one = || sample::value(&whole, thing(operation, &whole), "", true, 4);
    let body = match op.shape {
        Shape::Empty | Shape::Text(_) => return html! {},
        Shape::Bare => one(),
        Shape::Key(key) if operation.is_list() => json!({ key: [one()] }),
        Shape::Key(key) => json!({ key: one() }),
        Shape::List(key) => {
            json!({ key: [one()], "meta": { "total": 1, "links": { "next": "", "prev": "" } } })
        }
    };
    let mut code = Code::default();
    code.value(&hidden(body), &JSON, 0);
    html! {
        section.panel aria-labelledby="h-r" {
            header { h2 id="h-r" { "Example" } span.http { (op.status) } }
            div.code {
                pre.tall id="rx" tabindex="0" role="region" aria-label="answer" { (code.markup()) }
                button.copy type="button" data-copy="#rx" aria-label="Copy answer" { (icon("copy")) }
            }
        }
    }
}

/// The same with dots where secrets are.
fn hidden(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let each =
                fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
                    let is_secret = api::mask::is_secret(&name) && value.is_string();
                    (name, if is_secret { "••••••••".into() } else { hidden(value) })
                });
            Value::Object(each.collect())
        }
        Value::Array(items) => items.into_iter().map(hidden).collect(),
        other => other,
    }
}

/// The other operations of its group.
fn others(operation: &Operation) -> Markup {
    let all = operations::with_own();
    let own = all.iter().filter(|o| o.group.name == operation.group.name);
    let own: Vec<_> = own.collect();
    html! {
        nav.panel aria-labelledby="h-n" {
            header { h2 id="h-n" { (operation.group.about) } span.tag { (own.len()) } }
            ul.feed { @for other in own {
                li {
                    (verb(&other.op.method))
                    a href=(address(other)) aria-current=[(other.op.id == operation.op.id).then_some("page")] {
                        (fields::coded(about(other).0))
                    }
                }
            } }
        }
    }
}
