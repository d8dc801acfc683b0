//! One request: what was sent, what was answered, and what can be done with it.

use maud::{Markup, html};
use presentation::operations::{self, Operation};
use serde_json::{Map, Value};

use super::{Filter, address, again, body, rows};
use crate::cx::Cx;
use crate::icon::icon;
use crate::{ROOT, browse, href, layout, when};

/// The tabs: word in the address, title.
const TABS: &[(&str, &str)] = &[("", "Sent"), ("answer", "Answer"), ("headers", "Headers")];

pub(super) fn panel(cx: &Cx, filter: &Filter, request: &Value) -> Markup {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let status = request["status"].as_u64().unwrap_or_default();
    let tab = cx.asked("tab");
    let own = request["operation"].as_str().and_then(operations::find);
    let own = own.as_ref();
    let tab = if TABS.iter().any(|(name, _)| *name == tab) { tab } else { "" };
    html! {
        article.panel.detail aria-labelledby="r-h" {
            header {
                h2.row id="r-h" {
                    (rows::status(status))
                    " " (rows::verb(text("method"), "")) " " span.mono.any { (text("path")) }
                }
                a.btn.quiet.slim.icon href=(filter.at(&format!("{ROOT}/requests"))) aria-label="Close" {
                    (icon("x"))
                }
            }
            div.body.stack {
                @if let Some(error) = request["error"].as_str() {
                    @let class = if status < 500 { "note warn" } else { "note bad" };
                    div class=(class) { (icon("alert")) div { (error) } }
                }
                (facts(request))
                (actions(cx, request))
            }
            nav.tabs aria-label="Request and answer" {
                @for (name, title) in TABS {
                    @let query = filter.query(&[("tab", (*name).to_owned())]);
                    a href={ (address(request)) "?" (query) } aria-current=[(*name == tab).then_some("true")] {
                        (title)
                    }
                }
            }
            @match tab {
                "answer" => { (body_of(&request["response"], own, "r-answer", "The answer has no body.")) }
                "headers" => {
                    (headers(&request["request"]["headers"], "Request"))
                    (headers(&request["response"]["headers"], "Answer"))
                }
                _ => { (body_of(&request["request"], own, "r-sent", "The request has no body.")) }
            }
        }
    }
}

fn facts(request: &Value) -> Markup {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let at = when::millis(text("at")).unwrap_or_default();
    let thing = thing(request);
    html! {
        dl.facts.list {
            @if let Some(id) = request["operation"].as_str() {
                dt { "Operation" } dd { a href={ (ROOT) "/reference/" (id) } { (id) } }
            }
            @if let Some((name, to)) = &thing { dt { "Thing" } dd { a href=(to) { (name) } } }
            @if let Some(email) = request["user"]["email"].as_str() {
                dt { "Who" } dd { (email) }
            }
            @if !text("agent").is_empty() { dt { "With" } dd { (text("agent")) } }
            @if !text("peer").is_empty() { dt { "From" } dd.mono { (text("peer")) } }
            dt { "When" }
            dd { time datetime=(text("at")) { (when::shown(at, "%-d %b %Y, %H:%M:%S%.3f UTC")) } }
            dt { "Took" } dd { (rows::took(request)) }
        }
    }
}

/// The thing that a request was about, or made, with its page.
pub(crate) fn thing(request: &Value) -> Option<(String, String)> {
    let path = request["path"].as_str()?.split('?').next()?;
    let answer = &request["response"]["json"];
    // What was made lies in the answer's envelope.
    let made = answer.as_object().and_then(|fields| {
        let inner = fields.values().find(|value| value.is_object())?;
        let id = ["id", "domain", "name"].iter().find_map(|name| inner[name].as_str())?;
        Some((format!("{path}/{id}"), inner))
    });
    if let Some((at, inner)) = made.filter(|_| request["method"] == "POST")
        && let Some((_, fields)) = browse::at(&at)
    {
        let last = fields.values().next_back().and_then(Value::as_str).unwrap_or_default();
        let name = presentation::pointers::label(inner).unwrap_or(last);
        return Some((name.to_owned(), format!("{ROOT}{at}")));
    }
    // An action stands below its thing.
    let above = path.rsplit_once('/').map_or("", |(above, _)| above);
    let at = [path, above].into_iter().find(|path| browse::at(path).is_some())?;
    Some((at.to_owned(), format!("{ROOT}{at}")))
}

fn actions(cx: &Cx, request: &Value) -> Markup {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let (method, path) = (text("method"), text("path"));
    let sent = &request["request"];
    let json = sent.get("json").map(Value::to_string);
    let whole = json.as_deref().or_else(|| sent["text"].as_str());
    let is_masked = sent["masked"] == true || path.contains(body::MASK);
    let curl = body::curl(&cx.host, method, path, whole);
    let obstacle = again::obstacle(request);
    let asks = method != "GET" && cx.asked("again") == "ask";
    let form = form_of(request);
    html! {
        div.row {
            button.btn.slim type="button" data-copy=(curl) { (icon("copy")) " Copy as curl" }
            @if obstacle.is_none() && method == "GET" {
                form method="post" action=(address(request)) {
                    (layout::token(cx))
                    button.btn.slim type="submit" { (icon("again")) " Send again" }
                }
            } @else if obstacle.is_none() {
                a.btn.slim href={ (address(request)) "?again=ask" } { (icon("again")) " Send again" }
            }
            @if let Some(form) = form { a.btn.slim href=(form) { (icon("edit")) " Open in the form" } }
        }
        @if let Some(why) = obstacle { p.small.muted { (why) } }
        @if is_masked && obstacle.is_none() { p.small.muted { "The command has *** where secrets were." } }
        @if asks && obstacle.is_none() { (question(cx, request, method, path)) }
    }
}

/// What is asked before something is done once more.
fn question(cx: &Cx, request: &Value, method: &str, path: &str) -> Markup {
    let loses = method.parse().is_ok_and(|method| operations::loses(&method, path, |_| true));
    html! {
        form.note.warn id="again" method="post" action=(address(request)) {
            (icon("alert"))
            div.stack {
                div {
                    b { "Send " (method) " " (path) " once more?" }
                    " It is done again with your key"
                    @if loses { ", and what it takes away cannot be had again" } "."
                }
                (layout::token(cx))
                input type="hidden" name="sure" value="yes";
                div.row {
                    button.btn.slim.danger[loses] type="submit" { "Send it" }
                    a.btn.slim href=(address(request)) { "Leave it" }
                }
            }
        }
    }
}

/// The form of the request's operation with what was sent in it, but for secrets.
fn form_of(request: &Value) -> Option<String> {
    let id = request["operation"].as_str()?;
    let operation = operations::find(id)?;
    if operation.reads() {
        return None;
    }
    let path = request["path"].as_str()?.split('?').next()?;
    let mut fields = href::fields(&operation, path)?;
    flatten("", &request["request"]["json"], &mut fields);
    Some(href::form(&operation, &fields))
}

/// The fields of a body by their ways: `block_devices.0.size_gb`.
fn flatten(way: &str, value: &Value, fields: &mut Map<String, Value>) {
    let below = |name: &str| if way.is_empty() { name.to_owned() } else { format!("{way}.{name}") };
    match value {
        Value::Object(inner) => {
            inner.iter().for_each(|(name, value)| flatten(&below(name), value, fields));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(at, value)| flatten(&below(&at.to_string()), value, fields));
        }
        Value::String(text) if text == body::MASK => {}
        Value::Null => {}
        value => {
            fields.insert(way.to_owned(), value.clone());
        }
    }
}

fn body_of(way: &Value, operation: Option<&Operation>, id: &str, none: &str) -> Markup {
    let json = way.get("json");
    let text = way["text"].as_str();
    html! {
        @if json.is_none() && text.is_none() { div.pad.muted { (none) } }
        @else {
            div.code {
                pre.wrap id=(id) tabindex="0" role="region" aria-label="Body" {
                    @if let Some(json) = json { (body::pretty(json, operation)) } @else { (text.unwrap_or_default()) }
                }
                button.copy type="button" data-copy={ "#" (id) } aria-label="Copy the body" { (icon("copy")) }
            }
            @if way["cut"] == true {
                p.pad.small.muted { "The beginning of " (way["bytes"]) " bytes: no more is kept." }
            }
        }
    }
}

fn headers(headers: &Value, title: &str) -> Markup {
    let id = format!("h-{title}");
    html! {
        h3.lead { (title) }
        @match headers.as_object() {
            None => { p.pad.muted { "None are kept." } },
            Some(headers) => {
                div.code { pre.wrap id=(id) tabindex="0" role="region" aria-label={ (title) " headers" } {
                    @for (name, value) in headers {
                        @let value = value.as_str().unwrap_or_default();
                        span.k { (name) } ": "
                        @match value.strip_suffix(body::MASK) {
                            Some(begin) => { (begin) span.c { "••••••••" } },
                            None => { (value) },
                        }
                        "\n"
                    }
                } }
            }
        }
    }
}
