//! The log as a table, with its filters.

use maud::{Markup, html};
use presentation::operations;
use serde_json::{Map, Value};

use super::{Filter, Found, ROWS};
use crate::cx::Cx;
use crate::icon::icon;
use crate::upstream::Refusal;
use crate::{ROOT, nav, when};

/// The methods that can be asked for.
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];
/// Tools by what their agents hold, the more special ones first.
const TOOLS: &[(&str, &str)] = &[
    ("kettle-console", "console"),
    ("terraform", "terraform"),
    ("pulumi", "pulumi"),
    ("ansible", "ansible"),
    ("vultr-cli", "vultr-cli"),
    ("govultr", "govultr"),
    ("kettle", "kettle"),
    ("python", "python"),
    ("curl", "curl"),
];
/// How far back an account's log is asked for, in milliseconds.
const EVENTS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The program that sent something, by what it calls itself: `terraform`.
pub(crate) fn tool(request: &Value) -> String {
    let agent = request["agent"].as_str().unwrap_or_default();
    let lower = agent.to_lowercase();
    let known = TOOLS.iter().find(|(part, _)| lower.contains(part));
    let first = || agent.split(['/', ' ']).next().unwrap_or_default().chars().take(24).collect();
    known.map_or_else(first, |(_, name)| (*name).to_owned())
}

/// The page of a request.
pub(crate) fn address(request: &Value) -> String {
    format!("{ROOT}/requests/{}", request["sequence"].as_u64().unwrap_or_default())
}

pub(super) fn head(found: &Found, filter: &Filter, is_open: bool) -> Markup {
    let failed = |from: u64, to: u64| {
        let statuses = found.requests.iter().filter_map(|r| r["status"].as_u64());
        statuses.filter(|status| (from..to).contains(status)).count()
    };
    let (refused, broken) = (failed(400, 500), failed(500, 600));
    let count = found.requests.len();
    html! {
        div.head {
            div {
                h1 { "Requests" }
                p {
                    "What tools really sent. "
                    @if count > 0 {
                        (count) @if filter.is_empty() { " last ones: " } @else { " fit: " }
                        (refused) " refused, " (broken) " failed. "
                    }
                    "Secrets are masked."
                }
            }
            div class=(if is_open { "row beside" } else { "row" }) {
                button.btn.live type="button" aria-pressed="true" hidden {
                    svg.i viewBox="0 0 16 16" aria-hidden="true" {
                        circle cx="8" cy="8" r="3.5" fill="currentColor" stroke="none" {}
                    }
                    span { "Live" }
                }
            }
        }
    }
}

pub(super) fn log(
    cx: &Cx,
    filter: &Filter,
    found: &Found,
    opened: Option<&Value>,
    wrong: Option<&str>,
) -> Markup {
    let here = cx.path.as_str();
    let opened = opened.and_then(|request| request["sequence"].as_u64());
    let follows = filter.before.is_none() && wrong.is_none();
    let stream = follows.then(|| filter.at(&format!("{ROOT}/requests/live")));
    html! {
        section.panel aria-label="Log" {
            (tools(here, filter, wrong))
            div.scroll tabindex="0" role="region" aria-label="Requests" hidden[found.requests.is_empty() && !follows] {
                table.log hidden[found.requests.is_empty()] {
                    caption.sr { "Requests, newest first" }
                    thead { tr {
                        th scope="col" { "Status" }
                        th.p2 scope="col" { "Method" }
                        th scope="col" { "Path" }
                        th.wide.p3 scope="col" { "Operation" }
                        th.wide.p4 scope="col" { "Who" }
                        th.wide.p2 scope="col" { "With" }
                        th.num.p2 scope="col" { "Took" }
                        th.num scope="col" { "At" }
                    } }
                    tbody data-log=[stream] data-last=(found.last) {
                        @for request in &found.requests { (row(request, filter, opened)) }
                    }
                }
            }
            div.empty hidden[!found.requests.is_empty()] { (nothing(filter, wrong)) }
            (pager(filter, found))
        }
    }
}

fn nothing(filter: &Filter, wrong: Option<&str>) -> Markup {
    html! {
        @if wrong.is_some() {
            p { "Nothing was looked for." }
        } @else if filter.is_empty() {
            h2 { "Nothing was sent yet" }
            p { "Since this server has started. Point a tool at it, and what that sends stands here at once." }
            pre { code { "kettle exec -- terraform apply" } }
        } @else {
            h2 { "No request fits" }
            p { "Of the last ones that are kept, none is as asked for." }
            a.btn href={ (ROOT) "/requests" } { "Show all" }
        }
    }
}

fn pager(filter: &Filter, found: &Found) -> Markup {
    let first = found.requests.last().and_then(|request| request["sequence"].as_u64());
    let older = first.filter(|_| found.requests.len() == ROWS);
    let page = |before| Filter { before, ..filter.clone() }.at(&format!("{ROOT}/requests"));
    html! {
        @if older.is_some() || filter.before.is_some() {
            div.pager {
                span { (found.requests.len()) " of the last 1,000" }
                nav aria-label="Pages" {
                    @if filter.before.is_some() { a.btn.slim href=(page(None)) { "Newest" } }
                    @if older.is_some() { a.btn.slim href=(page(older)) { "Older" } }
                }
            }
        }
    }
}

/// The filters, those in force with a way to be rid of each.
fn tools(here: &str, filter: &Filter, wrong: Option<&str>) -> Markup {
    let all = operations::all();
    let items = nav::groups().into_iter().flat_map(|group| group.items);
    let groups = items.filter_map(|item| all.iter().find(|o| o.op.id == item.shows));
    html! {
        form.tools role="search" aria-label="Filter requests" method="get" action={ (ROOT) "/requests" } {
            div.find {
                label.sr for="f-text" { "Path, id, tool or text in a body" }
                (icon("search"))
                input id="f-text" type="search" name="text" value=(filter.text)
                    placeholder="Path, id, tool or text in a body";
            }
            label.sr for="f-method" { "Method" }
            select.input.fit id="f-method" name="method" {
                option value="" { "Any method" }
                @for method in METHODS {
                    option value=(method) selected[filter.method == *method] { (method) }
                }
            }
            label.sr for="f-group" { "Family or path" }
            input.input.fit id="f-group" name="group" list="f-groups" size="16" value=(filter.group)
                placeholder="Family or path" aria-invalid=[wrong.map(|_| "true")]
                aria-describedby=[wrong.map(|_| "f-wrong")];
            datalist id="f-groups" { @for list in groups { option value=(list.group.name) {} } }
            label.check { input type="checkbox" name="failed" value="true" checked[filter.failed]; "Failed only" }
            button.btn type="submit" { "Filter" }
            @for (name, value) in filter.pairs() {
                @if name != "before" {
                    a.tag.on href=(without(here, filter, name)) aria-label={ "Remove filter: " (name) " " (value) } {
                        @if name == "failed" { "failed" } @else { (name) " " (value) } (icon("x"))
                    }
                }
            }
            @if let Some(text) = wrong { p.err id="f-wrong" role="alert" { (icon("alert")) (text) } }
        }
    }
}

fn without(here: &str, filter: &Filter, name: &str) -> String {
    let mut filter = Filter { before: None, ..filter.clone() };
    match name {
        "failed" => filter.failed = false,
        "method" => filter.method.clear(),
        "group" => filter.group.clear(),
        _ => filter.text.clear(),
    }
    filter.at(here)
}

/// The status of an answer as it is shown.
pub(crate) fn status(status: u64) -> Markup {
    let class = match status {
        ..400 => "http",
        400..500 => "http e4",
        _ => "http e5",
    };
    html! { span class=(class) { (status) } }
}

/// A method as it is shown; `beside` are further classes.
pub(crate) fn verb(method: &str, beside: &str) -> Markup {
    html! { span class={ "verb " (method.to_lowercase()) " " (beside) } { (method) } }
}

/// How long something took, from milliseconds.
pub(super) fn took(request: &Value) -> String {
    let ms = request["duration_ms"].as_f64().unwrap_or_default();
    match ms {
        ..1.0 => "<1 ms".into(),
        ..999.5 => format!("{ms:.0} ms"),
        _ => format!("{:.1} s", ms / 1000.0),
    }
}

/// One request in the log.
pub(super) fn row(request: &Value, filter: &Filter, opened: Option<u64>) -> Markup {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let (method, path, with) = (text("method"), text("path"), tool(request));
    let is_open = opened.is_some() && request["sequence"].as_u64() == opened;
    let status = request["status"].as_u64().unwrap_or_default();
    let who = request["user"]["email"].as_str().unwrap_or_default();
    let to = filter.at(&address(request));
    html! {
        tr class=[is_open.then_some("sel")] {
            td { (self::status(status)) }
            td.p2 { (verb(method, "")) }
            td.fill {
                a.path href=(to) title=(path) aria-current=[is_open.then_some("true")] { (path) }
                span.sub { (verb(method, "")) @if !with.is_empty() { " with " (with) } ", " (took(request)) }
            }
            td.wide.p3 { (text("operation")) }
            td.wide.p4.muted { (who) }
            td.wide.p2 title=(text("agent")) { (with) }
            td.num.muted.p2 { (took(request)) }
            td.num.muted { (when::clock(text("at"))) }
        }
    }
}

/// What the account's own log has of the last days: of one thing, by its id, or of all.
pub(crate) async fn events(cx: &Cx, thing: Option<&str>) -> Result<Vec<Value>, Refusal> {
    let Some(list) = operations::find("list-logs") else { return Ok(Vec::new()) };
    let now = (cx.shared.config.now)();
    let mut fields = Map::new();
    let from = when::shown(now - EVENTS, "%Y-%m-%dT%H:%M:%SZ");
    fields.insert("start_time".into(), from.into());
    fields.extend(thing.map(|id| ("resource_id".to_owned(), id.into())));
    let mut answer = cx.caller.call(&list, fields).await?;
    let events = answer.value["logs"].take();
    Ok(events.as_array().cloned().unwrap_or_default())
}

/// What is told of them to those who do not see the log itself.
pub(super) fn own_log(events: Result<Vec<Value>, Refusal>) -> Markup {
    let events = match events {
        Ok(events) => events,
        Err(refusal) => {
            return html! {
                div.note {
                    (icon("info"))
                    div {
                        b { "This key does not see the account's log either." }
                        " " (refusal.text)
                    }
                }
            };
        }
    };
    html! {
        section.panel aria-labelledby="h-own" {
            header { h2 id="h-own" { "What your account did" } span.muted.small { "changes and refusals, the last 30 days" } }
            @if events.is_empty() { div.empty { p { "Nothing was changed or refused." } } }
            @else {
                div.scroll tabindex="0" role="region" aria-label="What your account did" { table.log {
                    thead { tr {
                        th scope="col" { "Status" } th.p2 scope="col" { "Method" } th scope="col" { "Path" }
                        th.p3 scope="col" { "Who" } th.num scope="col" { "At" }
                    } }
                    tbody { @for event in events.iter().take(ROWS) { (event_row(event)) } }
                } }
            }
        }
    }
}

fn event_row(event: &Value) -> Markup {
    let text = |name: &str| event["metadata"][name].as_str().unwrap_or_default();
    let status = event["metadata"]["http_status_code"].as_u64().unwrap_or_default();
    let at = event["timestamp"].as_str().unwrap_or_default();
    html! {
        tr {
            td { (self::status(status)) }
            td.p2 { (verb(text("method"), "")) }
            td.fill { span.path title=(text("request_path")) { (text("request_path")) } }
            td.p3.muted { (text("username")) }
            td.num.muted {
                @let millis = when::millis(at).unwrap_or_default();
                time datetime=(at) title=(when::shown(millis, "%-d %b %Y, %H:%M:%S UTC")) {
                    (when::shown(millis, "%-d %b, %H:%M"))
                }
            }
        }
    }
}
