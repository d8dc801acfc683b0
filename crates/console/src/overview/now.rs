//! What is coming about, what was done lately, and what was asked last.

use futures_util::future::join_all;
use maud::{Markup, html};
use presentation::operations;
use serde_json::{Map, Value};

use super::tally::Count;
use crate::cx::Cx;
use crate::icon::icon;
use crate::link::{self, words};
use crate::requests::{self, Found};
use crate::status::{self, Sign};
use crate::upstream::Refusal;
use crate::{ROOT, when};

/// How many lines each list has.
const COMING: usize = 6;
const DONE: usize = 4;
const LAST: usize = 10;

pub(super) async fn panel(cx: &Cx, counts: &[Count], last: Option<&Found>) -> Markup {
    let (coming, more) = coming(counts);
    let done = match last {
        Some(found) => done(cx, found).await,
        None => Vec::new(),
    };
    let now = (cx.shared.config.now)();
    html! {
        section.panel id="x-now" aria-labelledby="h-now" {
            header {
                h2 id="h-now" { "In progress" }
                @if !coming.is_empty() { span.tag { (coming.len() + more) } }
            }
            @if coming.is_empty() { p.pad.muted { "Nothing is coming about right now." } }
            @else {
                ul.feed {
                    @for Coming { word, name, kind, address } in &coming {
                        li { div {
                            div.row { (status::show(Sign::Wait, word)) }
                            @match address { Some(to) => { a href=(to) { (name) } }, None => { (name) } }
                            " " span.muted.small { (kind) }
                        } }
                    }
                }
                @if more > 0 { p.pad.small.muted { "And " (more) " more." } }
            }
            @if !done.is_empty() {
                h3.over.lead { "Done lately" }
                ul.feed { @for Done { what, name, address, at } in &done { li {
                    (icon("check"))
                    div.cut {
                        (what) " "
                        @match address { Some(to) => { a href=(to) { (name) } }, None => { (name) } }
                    }
                    span.t data-age { (age(now, *at)) }
                } } }
            }
        }
    }
}

/// Something whose status is on its way.
struct Coming {
    word: String,
    name: String,
    kind: String,
    address: Option<String>,
}

/// The first things that are on their way, and how many there are besides, among those that were read.
fn coming(counts: &[Count]) -> (Vec<Coming>, usize) {
    let all = counts.iter().flat_map(|count| count.things.iter().map(move |thing| (count, thing)));
    let on_its_way = all.filter_map(|(count, thing)| {
        let (sign, word) = status::of(thing)?;
        (sign == Sign::Wait).then_some((count, thing, word))
    });
    let found: Vec<_> = on_its_way.collect();
    let more = found.len().saturating_sub(COMING);
    let shown = found.into_iter().take(COMING).map(|(count, thing, word)| Coming {
        word,
        name: link::name(thing),
        kind: count.item.one.clone(),
        address: link::of_row(&count.list, &Map::new(), thing),
    });
    (shown.collect(), more)
}

/// How long something was done lately, in milliseconds.
const LATELY: i64 = 60 * 60 * 1000;

/// Something that was done.
struct Done {
    what: String,
    name: String,
    address: Option<String>,
    at: i64,
}

/// What was done last, from the log.
async fn done(cx: &Cx, found: &Found) -> Vec<Done> {
    let now = (cx.shared.config.now)();
    let did = |request: &&Value| {
        let id = request["operation"].as_str().unwrap_or_default();
        let is_done = request["status"].as_u64().is_some_and(|status| status < 300);
        let reads = request["method"] == "GET" || id.starts_with("list-");
        let at = request["at"].as_str().and_then(when::millis).unwrap_or_default();
        is_done && !reads && !id.is_empty() && now - at < LATELY
    };
    let last = found.requests.iter().filter(did).take(DONE);
    let each = last.map(async |request| {
        let sequence = request["sequence"].as_u64()?;
        let whole = requests::one(&cx.caller, sequence).await.ok().flatten()?;
        let id = whole["operation"].as_str()?;
        let at = when::millis(whole["at"].as_str()?)?;
        let (name, address) = match requests::thing(&whole) {
            // What is gone has no page.
            Some((name, _)) if whole["method"] == "DELETE" => (short(&name), None),
            Some((name, to)) => (short(&name), Some(to)),
            None => (String::new(), None),
        };
        Some(Done { what: words::sentence(id), name, address, at })
    });
    join_all(each).await.into_iter().flatten().collect()
}

/// The last part of an address; a name as it is.
fn short(name: &str) -> String {
    match name.strip_prefix('/').and_then(|path| path.rsplit_once('/')) {
        Some((_, last)) => last.chars().take(36).collect(),
        None => name.to_owned(),
    }
}

/// How long ago something was. It does not change each second.
fn age(now: i64, at: i64) -> String {
    match now - at {
        ..60_000 => "just now".to_owned(),
        _ => format!("{} ago", when::ago(now, at)),
    }
}

/// The last requests; for those who do not see them, what their account's own log has.
pub(super) async fn requests(cx: &Cx, last: Result<Found, Refusal>) -> Markup {
    let Ok(found) = last else { return own(cx).await };
    html! {
        section.panel id="x-requests" aria-labelledby="h-req" {
            header {
                h2 id="h-req" { "Last requests" }
                a.small href={ (ROOT) "/requests" } { "All requests" }
            }
            @if found.requests.is_empty() { p.pad.muted { "Nothing was sent since this server has started." } }
            ul.feed { @for request in found.requests.iter().take(LAST) {
                @let path = request["path"].as_str().unwrap_or_default();
                li {
                    (requests::status(request["status"].as_u64().unwrap_or_default()))
                    div.cut {
                        (requests::verb(request["method"].as_str().unwrap_or_default(), "")) " "
                        a.mono href=(requests::address(request)) title=(path) { (path) }
                    }
                    span.t { (requests::tool(request)) }
                }
            } }
        }
    }
}

async fn own(cx: &Cx) -> Markup {
    let Ok(events) = requests::events(cx, None).await else { return html! {} };
    let is_page = |path: &str| operations::at(&api::Method::GET, path).iter().any(|o| o.reads());
    html! {
        section.panel aria-labelledby="h-req" {
            header {
                h2 id="h-req" { "Last changes" }
                a.small href={ (ROOT) "/requests" } { "All of them" }
            }
            @if events.is_empty() { p.pad.muted { "Nothing was changed yet." } }
            ul.feed { @for event in events.iter().take(LAST) {
                @let text = |name: &str| event["metadata"][name].as_str().unwrap_or_default();
                @let path = text("request_path");
                li {
                    (requests::status(event["metadata"]["http_status_code"].as_u64().unwrap_or_default()))
                    div.cut {
                        (requests::verb(text("method"), "")) " "
                        @if is_page(path) { a.mono href={ (ROOT) (path) } { (path) } }
                        @else { span.mono { (path) } }
                    }
                    span.t { (text("username")) }
                }
            } }
        }
    }
}
