//! The history: where it is, marks in it, and its files.

use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use super::{Tab, World, button, commands, form_at, not_seen, text};
use crate::cx::Cx;
use crate::icon::icon;
use crate::{ROOT, requests};

/// How many requests behind a mark are counted, and how many of them shown.
const COUNTED: u64 = 1000;
const SHOWN: usize = 20;

pub(super) async fn show(cx: Cx) -> Response {
    let world = match World::look(&cx).await {
        Ok(world) => world,
        Err(response) => return response,
    };
    let mark = cx.asked("mark").parse::<u64>().ok();
    let found = cx.caller.look("/_kettle/requests?bodies=false&limit=1").await;
    let (found, behind) = match (found, behind(&cx, mark).await) {
        (Ok(found), Ok(behind)) => (found, behind),
        (Err(refusal), _) | (_, Err(refusal)) => return not_seen(&cx, &refusal),
    };
    let content = html! { div.cols.main {
        div.stack {
            (place(&cx, &found))
            @if let (Some(mark), Some(behind)) = (mark, &behind) { (since(mark, behind)) }
        }
        aside.stack aria-label="Files and commands" {
            (files())
            (commands(&[
                "kettle log -f",
                "kettle log --har > session.har",
                "kettle world history mark",
                "kettle world called \\\n  --call 'POST /v2/vpcs' --times 2",
                "kettle world history clear",
            ].map(str::to_owned)))
        }
    } };
    world.page(&cx, Tab::History, &html! {}, &content)
}

/// What was asked behind a mark.
async fn behind(
    cx: &Cx,
    mark: Option<u64>,
) -> Result<Option<Vec<Value>>, crate::upstream::Refusal> {
    let Some(mark) = mark else { return Ok(None) };
    let path = format!("/_kettle/requests?bodies=false&limit={COUNTED}&after={mark}");
    let found = cx.caller.look(&path).await?;
    // To mark a place is a request, too, and is not what is looked for.
    let own = |request: &&Value| !text(request, "path").starts_with("/_kettle/");
    let all = found["requests"].as_array().into_iter().flatten();
    Ok(Some(all.filter(own).cloned().collect()))
}

fn place(cx: &Cx, found: &Value) -> Markup {
    let (last, kept) = (found["last"].as_u64().unwrap_or_default(), found["kept"] == true);
    html! {
        section.panel aria-labelledby="h-place" {
            header {
                h2 id="h-place" { "What was asked and answered" }
                a.small href={ (ROOT) "/requests" } { "All requests" }
            }
            div.body.stack {
                dl.facts {
                    div { dt { "Last request" } dd { @if last == 0 { "None yet" } @else { (last) } } }
                    div { dt { "Kept" } dd {
                        @if kept { "Also when the server ends" } @else { "The last 1,000, until the server ends" }
                    } }
                }
                @if !kept { p.hint { code { "kettle serve --keep-requests" } " keeps them across restarts." } }
                div.row {
                    (button(cx, "mark-history", &[], "", &html! { (icon("pin")) " Mark this place" }))
                    (button(cx, "clear-history", &[], "", &html! { (icon("trash")) " Forget all requests" }))
                    a.btn.slim href=(form_at("check-calls", &[])) { (icon("check")) " Check what was called" }
                }
            }
        }
    }
}

/// What was asked behind a mark, in short.
fn since(mark: u64, behind: &[Value]) -> Markup {
    let again = format!("{}?mark={mark}", Tab::History.address());
    html! {
        section.panel aria-labelledby="h-since" {
            header {
                h2 id="h-since" { "Since request " (mark) }
                span.tag { (behind.len()) }
                a.small href=(again) { "Look again" }
            }
            @if behind.is_empty() { p.pad.muted { "Nothing was asked since then. Run what you want to see, and look again." } }
            ul.feed { @for request in behind.iter().take(SHOWN) {
                @let path = text(request, "path");
                li {
                    (requests::status(request["status"].as_u64().unwrap_or_default()))
                    div.cut {
                        (requests::verb(text(request, "method"), "")) " "
                        a.mono href=(requests::address(request)) title=(path) { (path) }
                    }
                    span.t { (requests::tool(request)) }
                }
            } }
            @if behind.len() > SHOWN { p.pad.small.muted { "And " (behind.len() - SHOWN) " more." } }
            div.body { a.btn.slim href=(form_at("check-calls", &[("since", &mark.to_string())])) {
                (icon("check")) " Check what was called since then"
            } }
        }
    }
}

fn files() -> Markup {
    html! {
        section.panel aria-labelledby="h-har" {
            header { h2 id="h-har" { "As a file" } }
            div.body.stack {
                p.muted.small { "An HTTP Archive (HAR), which browsers' tools open. Secrets are masked in it." }
                div.row { a.btn href={ (ROOT) "/world/history.har" } download="session.har" { "Download session.har" } }
            }
        }
    }
}
