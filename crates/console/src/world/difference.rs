//! In what a snapshot differs from another one, or from what there is now.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use presentation::operations;
use serde_json::Value;

use super::{ask, form_at, here, list, not_seen, state, text, time};
use crate::cx::Cx;
use crate::icon::icon;
use crate::layout::{self, Page};
use crate::{href, link};

/// How many things that differ are listed.
const MOST: usize = 500;
/// How much of a value is shown.
const LONG: usize = 160;

pub(super) async fn show(cx: Cx, Path(name): Path<String>) -> Response {
    let other = cx.asked("other").to_owned();
    let mut fields = vec![("name", name.as_str())];
    if !other.is_empty() {
        fields.push(("other", other.as_str()));
    }
    let found = ask(&cx, "diff-world-snapshot", &fields).await;
    let (found, snapshots) = match (found, list(&cx, "list-world-snapshots").await) {
        (Ok(found), Ok(snapshots)) => (found, snapshots),
        (Err(refusal), _) | (_, Err(refusal)) => return not_seen(&cx, &refusal),
    };
    let found = found.as_array().cloned().unwrap_or_default();
    let own = snapshots.iter().find(|one| text(one, "name") == name);
    let main = html! {
        (head(&name, &other, own, &found))
        section.panel aria-label="Differences" {
            (chooser(&name, &other, &snapshots))
            @if found.is_empty() {
                div.empty {
                    (icon("check"))
                    h2 { "Nothing differs" }
                    p { (name) " and " (called(&other)) " have the same things, and these are the same." }
                }
            } @else { (table(&found, other.is_empty())) }
        }
    };
    let crumbs = vec![("World".to_owned(), here())];
    layout::page(&cx, Page { title: name, crumbs, here: here(), main, ..Page::default() })
}

/// What is compared with.
fn called(other: &str) -> &str {
    if other.is_empty() { "now" } else { other }
}

fn head(name: &str, other: &str, own: Option<&Value>, found: &[Value]) -> Markup {
    let count = |change: &str| found.iter().filter(|one| one["change"] == change).count();
    let (added, changed, removed) = (count("added"), count("changed"), count("removed"));
    html! {
        div.head {
            div {
                h1 { "From " (name) " to " (called(other)) }
                p {
                    (added) " added, " (changed) " changed, " (removed) " removed"
                    @if let Some(own) = own { ". " (name) " was saved " (time(text(own, "date_created"))) }
                    "."
                }
            }
            div.row {
                a.btn href=(form_at("restore-world-snapshot", &[("name", name)])) { "Restore" }
                a.btn.danger href=(form_at("delete-world-snapshot", &[("name", name)])) { "Delete" }
            }
        }
    }
}

fn chooser(name: &str, other: &str, snapshots: &[Value]) -> Markup {
    let others = snapshots.iter().map(|one| text(one, "name")).filter(|one| *one != name);
    html! {
        form.tools method="get" action=(state::page_of(name)) {
            label for="other" { "Compare with" }
            select.input.fit id="other" name="other" {
                option value="" { "what there is now" }
                @for one in others { option value=(one) selected[one == other] { (one) } }
            }
            button.btn type="submit" { "Compare" }
        }
    }
}

fn table(found: &[Value], is_now: bool) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="What differs" { table.differences {
            caption.sr { "Things that differ" }
            thead { tr {
                th.p2 scope="col" { "Change" } th scope="col" { "Thing" } th scope="col" { "Field, before and after" }
            } }
            tbody { @for one in found.iter().take(MOST) { (row(one, is_now)) } }
        } }
        @if found.len() > MOST {
            div.pager { span { "The first " (MOST) " of " (found.len()) ". " code { "kettle world snapshot diff" } " shows all." } }
        }
    }
}

fn row(one: &Value, is_now: bool) -> Markup {
    let (change, kind, id) = (text(one, "change"), text(one, "kind"), text(one, "id"));
    let name = Some(text(one, "name")).filter(|name| !name.is_empty());
    let name =
        html! { @match name { Some(name) => { (name) } None => { span.mono.small { (id) } } } };
    let page = page_of(kind, id, text(one, "name")).filter(|_| is_now && change != "removed");
    let fields = one["fields"].as_array().into_iter().flatten();
    html! {
        tr {
            td.p2 { span class=(sign(change)) { (link::words::sentence(change)) } }
            th scope="row" {
                @match page { Some(page) => { a href=(page) { (name) } } None => { (name) } }
                div.muted.small { (kind.replace('-', " ")) }
                span.sub { span class=(sign(change)) { (link::words::sentence(change)) } }
            }
            td {
                @if change != "changed" { span.muted { "the whole of it" } }
                @else { dl.changes { @for field in fields {
                    dt.mono { (text(field, "field")) }
                    dd { (value("before", text(field, "before"))) " " span aria-hidden="true" { "→" } " " (value("after", text(field, "after"))) }
                } } }
            }
        }
    }
}

/// How a change is coloured.
fn sign(change: &str) -> &'static str {
    match change {
        "added" => "became added",
        "removed" => "became removed",
        _ => "became",
    }
}

/// A value as it was or is, or the first of it; an empty one is said to be so.
fn value(when: &str, value: &str) -> Markup {
    let cut = value.char_indices().nth(LONG).map(|(at, _)| format!("{}…", &value[..at]));
    let shown = cut.unwrap_or_else(|| value.to_owned());
    html! {
        @if value.is_empty() { span.muted { "nothing" } }
        @else if when == "before" { del { (shown) } }
        @else { ins { (shown) } }
    }
}

/// The page of a thing, by its kind.
fn page_of(kind: &str, id: &str, name: &str) -> Option<String> {
    let all = operations::all();
    let get = all.iter().find(|o| {
        o.group.name == kind
            && o.command == "get"
            && o.path_fields().len() == 1
            && o.op.path.ends_with('}')
    })?;
    // A domain's path has its name.
    let field = get.path_fields().pop()?;
    let value = if field.ends_with("_id") { id } else { name };
    let fields = [(field, value.into())].into_iter().collect();
    href::page(get, &fields)
}
