//! The frame of every page: navigation, where one is, and what a browser is told about it.

use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};
use maud::{DOCTYPE, Markup, html};

use crate::cx::{Cx, TOKEN};
use crate::icon::{bird, icon, symbols};
use crate::nav::{self, Item};
use crate::upstream::Refusal;
use crate::{ROOT, assets};

/// Nothing is run, loaded or framed but what is ours.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// One page.
#[derive(Default)]
pub(crate) struct Page {
    /// What the window is called.
    pub(crate) title: String,
    /// The pages above this one: name and address.
    pub(crate) crumbs: Vec<(String, String)>,
    /// The operation of the navigation's line that is marked, or the address of one that is none.
    pub(crate) here: String,
    /// What is under the frame.
    pub(crate) main: Markup,
    pub(crate) status: StatusCode,
}

/// A page in its frame.
pub(crate) fn page(cx: &Cx, page: Page) -> Response {
    let body = html! {
        a.skip href="#main" { "Skip to content" }
        div.app {
            (navigation(&page.here))
            div.content {
                (top(cx, &page))
                (lost(cx))
                main id="main" tabindex="-1" { (told(cx)) (page.main) }
            }
        }
        div id="say" .sr role="status" aria-live="polite" {}
    };
    document(&page.title, body, page.status)
}

/// A page without its frame.
pub(crate) fn document(title: &str, body: Markup, status: StatusCode) -> Response {
    let body = body.into_string();
    let text = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Kettle" }
                link rel="stylesheet" href=(assets::address("console.css"));
                link rel="icon" href="data:,";
                script src=(assets::address("console.js")) defer {}
            }
            body { (symbols(&body)) (maud::PreEscaped(body)) }
        }
    };
    let mut response = Response::new(Body::from(text.into_string()));
    *response.status_mut() = status;
    safe(&mut response, "text/html; charset=utf-8");
    response
}

/// Says what a browser may do with an answer.
pub(crate) fn safe(response: &mut Response, kind: &'static str) {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// A sentence without a frame, for what is no page of a session.
pub(crate) fn plain(status: StatusCode, text: &str) -> Response {
    let body = html! {
        main.gate {
            span.brand { (bird()) "Kettle" }
            div.panel { div.body { p { (text) } } }
            a.btn href={ (ROOT) "/" } { "To the console" }
        }
    };
    document("Kettle", body, status)
}

/// The page of an address where nothing is, with one that may be meant.
pub(crate) fn nothing(path: &str, meant: Option<&str>) -> Response {
    let body = html! {
        main.gate {
            span.brand { (bird()) "Kettle" }
            div.panel { div.body.stack {
                h1 { "There is no such page" }
                p.any { "Nothing is at " code { (path) } "." }
                @if let Some(meant) = meant { p.any { "Is it " a href=(meant) { (meant) } " that you look for?" } }
            } }
            a.btn.primary href={ (ROOT) "/" } { "To the console" }
        }
    };
    document("There is no such page", body, StatusCode::NOT_FOUND)
}

/// A page that says why there is nothing to see.
pub(crate) fn refused(cx: &Cx, refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let title = match refusal.status {
        404 => "There is no such thing",
        401 | 403 => "This key may not look at that",
        _ => "That did not work",
    };
    let main = html! {
        div.head { div { h1 { (title) } } }
        div.panel { div.empty {
            (bird())
            h2 { (refusal.status) }
            p { (refusal.text) }
            a.btn href={ (ROOT) "/" } { "To the overview" }
        } }
    };
    page(cx, Page { title: title.to_owned(), main, status, ..Page::default() })
}

/// The session's token, for a form that is sent by POST.
pub(crate) fn token(cx: &Cx) -> Markup {
    html! { input type="hidden" name=(TOKEN) value=(cx.session.token); }
}

/// What a page says that is no longer kept as things are: nothing, until there is something.
fn lost(cx: &Cx) -> Markup {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&cx.query).finish();
    let here = if query.is_empty() { cx.path.clone() } else { format!("{}?{query}", cx.path) };
    let fields = serde_json::Map::from_iter([("to".to_owned(), here.as_str().into())]);
    html! {
        div.lost id="lost" role="status" {
            div.note.warn data-is="lost" hidden {
                (icon("alert"))
                div { b { "The connection to the server is lost." } " What is shown here may be old. \
                      This page tries again every few seconds, and goes on by itself." }
            }
            div.note.warn data-is="out" hidden {
                (icon("alert"))
                div { b { "You are signed out." } " The server was started anew, or the session has \
                      ended. What is shown here may be old. "
                      a href=(crate::href::with(&format!("{ROOT}/login"), &fields)) { "Sign in again" } }
            }
            div.note.warn data-is="still" hidden {
                (icon("alert"))
                div { b { "This page stands still." } " The server does not tell it what changes: too \
                      many pages are open, or this key may not see it any more. "
                      a href=(here) { "Look again" } }
            }
        }
    }
}

/// What was done by the form before this page: a word that goes by itself, or, where something was
/// refused, a note that stays.
fn told(cx: &Cx) -> Markup {
    let told = (!cx.is_unseen).then(|| cx.session.told()).flatten().unwrap_or_default();
    html! {
        @if !told.refused.is_empty() {
            div.note.bad role="alert" {
                (icon("alert"))
                div {
                    @if !told.done.is_empty() { p { (told.done) } }
                    p { b { "Refused" } }
                    ul { @for text in &told.refused { li { (text) } } }
                }
            }
        } @else if !told.done.is_empty() {
            div.toast data-told role="status" { (told.done) }
        }
    }
}

fn navigation(here: &str) -> Markup {
    html! {
        nav.side id="nav" popover aria-label="Families" {
            a.brand href={ (ROOT) "/" } { svg aria-hidden="true" { use href="#bird" {} } "Kettle" }
            (line(here, &format!("{ROOT}/"), "home", "Overview"))
            @for group in nav::groups() {
                @let open = group.items.iter().any(|item| item.shows == here);
                details open[open || OPEN.contains(&group.title)] {
                    summary { (group.title) }
                    ul { @for item in &group.items { li { (item_line(here, item)) } } }
                }
            }
            details open {
                summary { "This server" }
                ul {
                    li { (line(here, &crate::world::here(), "sliders", "World")) }
                    li { (line(here, &format!("{ROOT}/requests"), "list", "Requests")) }
                    li { (line(here, &format!("{ROOT}/network"), "net", "Network map")) }
                    li { (line(here, &format!("{ROOT}/reference"), "book", "All operations")) }
                }
            }
        }
    }
}

/// The groups that are open at first.
const OPEN: &[&str] = &["Compute", "Storage", "Network", "DNS"];

fn item_line(here: &str, item: &Item) -> Markup {
    let current = (here == item.shows).then_some("page");
    html! {
        a.item href={ (ROOT) (item.path) } aria-current=[current] { (icon(item.icon)) " " (item.title) }
    }
}

fn line(here: &str, address: &str, name: &str, title: &str) -> Markup {
    let current = (here == address).then_some("page");
    html! { a.item href=(address) aria-current=[current] { (icon(name)) " " (title) } }
}

fn top(cx: &Cx, page: &Page) -> Markup {
    let search = format!("{ROOT}/search");
    html! {
        header.top {
            button.btn.quiet.icon.burger type="button" popovertarget="nav" aria-label="Menu" {
                (icon("menu"))
            }
            nav aria-label="Where you are" { ol.crumbs {
                @for (name, address) in &page.crumbs { li { a href=(address) { (name) } } }
                li { span.cut aria-current="page" { (page.title) } }
            } }
            form.find role="search" aria-label="Everything" action=(search) {
                label.sr for="q" { "Find anything by name, id, address or operation" }
                (icon("search"))
                input id="q" name="q" type="search" placeholder="Find anything" autocomplete="off";
                kbd aria-hidden="true" { "/" }
            }
            a.btn.quiet.icon.only-phone href=(search) aria-label="Find anything" { (icon("search")) }
            details.menu.world {
                summary.btn.quiet.slim {
                    span.status.ok { "local" } (icon("down")) b.sr { "World and account" }
                }
                div.pop {
                    p { (cx.host) }
                    a href={ (ROOT) "/v2/account" } { (icon("users")) " Account" }
                    a href={ (ROOT) "/v2/apikeys" } { (icon("key")) " API keys" }
                    hr;
                    form method="post" action={ (ROOT) "/logout" } {
                        (token(cx))
                        button type="submit" { (icon("door")) " Sign out" }
                    }
                }
            }
        }
    }
}
