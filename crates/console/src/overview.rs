//! The first page: what there is and where, what it costs, what is coming about, and what was asked
//! last.

mod cost;
mod map;
mod now;
mod tally;

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use futures_util::future::{join, join3};
use maud::{Markup, html};
use presentation::operations;
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::icon::{bird, icon};
use crate::layout::{self, Page};
use crate::upstream::{Answer, Refusal};
use crate::{ROOT, Shared, href, live, requests};

/// What is offered to be made first: operation, word, icon.
const CREATE: &[(&str, &str, &str)] = &[
    ("create-instance", "Instance", "server"),
    ("create-block", "Block volume", "disk"),
    ("create-vpc", "VPC", "net"),
    ("create-load-balancer", "Load balancer", "lb"),
    ("create-firewall-group", "Firewall group", "shield"),
    ("create-domain", "Domain", "globe"),
];
/// How many requests are looked through for what was done.
const LOOKED: usize = 60;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route(&format!("{ROOT}/"), get(show))
}

/// Calls an operation that needs no more than these fields.
async fn ask(cx: &Cx, id: &str, fields: Map<String, Value>) -> Result<Answer, Refusal> {
    let text = format!("there is no operation {id}");
    let unknown = || Refusal { status: 404, text, field: None };
    cx.caller.call(&operations::find(id).ok_or_else(unknown)?, fields).await
}

async fn show(cx: Cx) -> Response {
    let none = Map::new;
    let filter = requests::Filter::default();
    let listed = join3(tally::counts(&cx), ask(&cx, "list-regions", none()), async {
        requests::find(&cx.caller, &filter, LOOKED, None).await
    });
    let owed = join3(
        ask(&cx, "get-account", none()),
        ask(&cx, "list-pending-charges", none()),
        ask(&cx, "list-invoices", none()),
    );
    let ((counts, regions, last), (account, charges, invoices)) = join(listed, owed).await;
    let regions = regions.ok().and_then(|answer| answer.value.as_array().cloned());
    let regions = regions.unwrap_or_default();
    let places = tally::by_region(&cx, &counts, &regions).await;
    let things: u64 = counts.iter().filter(|count| count.is_thing()).map(|count| count.total).sum();
    let invoices = invoices.map(|answer| answer.value).unwrap_or_default();
    let main = html! {
        (head(things, places.len(), regions.len()))
        (live::region(&cx, &html! { div.stack {
            @if things == 0 { (first_steps()) }
            (tally::show(&counts))
            @if things > 0 {
                div.cols.main.even {
                    (map::panel(&regions, &places))
                    (now::panel(&cx, &counts, last.as_ref().ok()).await)
                }
            }
            div.cols.two.even {
                @if let (Ok(account), Ok(charges)) = (&account, &charges)
                    && (things > 0 || !is_empty(&charges.value) || !is_empty(&invoices)) {
                    @let now = (cx.shared.config.now)();
                    (cost::panel(now, &account.value, &charges.value, &invoices))
                }
                (now::requests(&cx, last).await)
            }
        } }))
    };
    let here = format!("{ROOT}/");
    layout::page(&cx, Page { title: "Overview".into(), here, main, ..Page::default() })
}

fn head(things: u64, used: usize, regions: usize) -> Markup {
    html! {
        div.head {
            div {
                h1 { "Overview" }
                p { @match things {
                    0 => { "Nothing is here yet." }
                    1 => { "1 thing in " (used) " of " (regions) " regions" }
                    _ => { (things) " things in " (used) " of " (regions) " regions" }
                } }
            }
            details.menu {
                summary.btn.primary { (icon("plus")) " Create " (icon("down")) }
                div.pop {
                    @for (id, word, name) in CREATE { a href=(form(id)) { (icon(name)) " " (word) } }
                    hr;
                    a href={ (ROOT) "/reference" } { (icon("book")) " Anything else" }
                }
            }
        }
    }
}

fn is_empty(list: &Value) -> bool {
    list.as_array().is_none_or(Vec::is_empty)
}

fn form(id: &str) -> String {
    operations::find(id).map(|operation| href::form(&operation, &Map::new())).unwrap_or_default()
}

/// What to do with a world in which nothing is.
fn first_steps() -> Markup {
    html! {
        section.panel aria-labelledby="h-first" { div.empty {
            (bird())
            h2 id="h-first" { "An empty world of your own" }
            p { "All of the API works here, nothing costs money, and nothing leaves this machine. Make a \
                 server, or point a tool at it and watch what it sends." }
            div.row {
                a.btn.primary href=(form("create-instance")) { (icon("server")) " Create instance" }
                a.btn href=(form("create-domain")) { (icon("globe")) " Create domain" }
                a.btn href={ (ROOT) "/requests" } { (icon("list")) " Watch requests" }
            }
            pre { code { "kettle exec -- terraform apply" } }
            p.small { "Or see " a href={ (ROOT) "/reference" } { "all operations" } ", each with its form." }
        } }
    }
}
