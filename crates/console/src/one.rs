//! The page of one thing: how it is, its facts, what belongs to it, what can be done to it, the same
//! as code, and what was done to it. Everything on it that has an id leads to the page of that.

pub(crate) mod actions;
mod done;
mod facts;
pub(crate) mod gone;
mod json;
mod tabs;
mod users;

use axum::response::Response;
use maud::{Markup, html};
use presentation::columns::readable;
use presentation::operations::{self, Operation};
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::icon::icon;
use crate::layout::{self, Page};
use crate::link;
use crate::link::family::{self, Node};
use crate::list::{self, Costs};
use crate::upstream::Refusal;
use crate::{code, live, nav, requests, status, when};

/// How far back the account's log goes, in milliseconds: thirty days.
const KNOWN: i64 = 30 * 24 * 60 * 60 * 1000;

/// A thing as it is looked at.
struct Subject<'a> {
    cx: &'a Cx,
    node: &'static Node,
    path: Map<String, Value>,
    value: Value,
    /// What it is called.
    name: String,
}

pub(crate) async fn show(cx: Cx, operation: Operation, path: Map<String, Value>) -> Response {
    let Some(node) = family::node(&operation) else {
        let text = format!("There is no page of {}.", operation.op.id);
        return layout::refused(&cx, &Refusal { status: 404, text, field: None });
    };
    let mut fields = crate::browse::asked(&cx, &operation, &path);
    let has_time = fields.contains_key("start_time") || fields.contains_key("end_time");
    if operation.op.id == "list-logs" && !has_time {
        // The API wants to be told a time: all that it knows of.
        let since = (cx.shared.config.now)() - KNOWN;
        fields.insert("start_time".into(), when::shown(since, "%Y-%m-%dT%H:%M:%SZ").into());
    }
    let answer = match cx.caller.call(&operation, fields).await {
        Ok(answer) => answer,
        // Some looks want to be told what is to be seen.
        Err(refusal) if refusal.status == 400 && node.parent().is_none_or(|p| p.is_list) => {
            return ask(&cx, node, &path, &refusal).await;
        }
        Err(refusal) => return gone::page(&cx, node, &path, &refusal).await,
    };
    let name = name(node, &path, &answer.value);
    let crumbs = link::crumbs(&cx, node, &path).await;
    let here = nav::item_of(&operation).map(|item| item.shows.to_owned()).unwrap_or_default();
    let subject = Subject { cx: &cx, node, path, value: answer.value, name };
    let content = subject.content().await;
    let main = live::region(&cx, &content);
    let title = subject.name.clone();
    layout::page(&cx, Page { title, here, crumbs, main, ..Page::default() })
}

/// The page of a look that has to be told what is to be seen.
async fn ask(
    cx: &Cx,
    node: &'static Node,
    path: &Map<String, Value>,
    refusal: &Refusal,
) -> Response {
    let Some(form) = list::filter_form(cx, &node.operation, path).await else {
        return gone::page(cx, node, path, refusal).await;
    };
    let title = list::title(node);
    let here = nav::item_of(&node.operation).map(|item| item.shows.to_owned()).unwrap_or_default();
    let main = html! {
        div.head { div { h1 { (title) } } }
        div.stack {
            div.note { (icon("info")) div { (refusal.text) } }
            section.panel aria-label="What is to be seen" { (form) }
        }
    };
    layout::page(cx, Page { title, here, main, ..Page::default() })
}

/// What a thing is called: by its name, else by its id; what is a look at something, by that.
fn name(node: &'static Node, path: &Map<String, Value>, value: &Value) -> String {
    if node.extra() == 0 {
        return list::title(node);
    }
    let own = node.operation.path_fields().pop();
    let id = own.and_then(|own| path.get(&own)).map(link::text).unwrap_or_default();
    link::called(value).unwrap_or(id)
}

impl Subject<'_> {
    async fn content(&self) -> Markup {
        let tabs = tabs::Tabs::of(self).await;
        let facts = facts::panel(self).await;
        let line = self.line().await;
        let users = users::panel(self).await;
        html! {
            (self.head(&line))
            (self.stuck().await)
            div.cols.main {
                div.stack {
                    @if let Some(facts) = facts {
                        section.panel aria-label="Facts" { div.body { (facts) } }
                    }
                    (users)
                    (tabs.show(self).await)
                }
                aside.stack aria-label="As code and requests" {
                    (code::panel(self.cx, &self.node.operation, &self.path))
                    (done::panel(self).await)
                }
            }
            (actions::dialog(self))
        }
    }

    /// Why it cannot be made, where that is so: the account's log says it, in the last that no request has
    /// brought about. Of what does what it is for nobody asks that.
    async fn stuck(&self) -> Markup {
        let id = self.value["id"].as_str().unwrap_or_default();
        if id.is_empty() {
            return html! {};
        }
        if matches!(status::of(&self.value), Some((status::Sign::Ok, _))) {
            return html! { div id="x-stuck" data-whole hidden {} };
        }
        let logs = requests::events(self.cx, Some(id)).await.unwrap_or_default();
        let last = logs.iter().find(|log| log["metadata"]["method"] == "");
        let Some(log) = last.filter(|log| log["log_level"] == "error") else {
            return html! { div id="x-stuck" data-whole hidden {} };
        };
        html! {
            div.note.bad id="x-stuck" data-whole role="alert" {
                (icon("alert"))
                div { (log["message"].as_str().unwrap_or_default()) "." }
            }
        }
    }

    fn head(&self, line: &str) -> Markup {
        let status = status::of(&self.value);
        let said = status.as_ref().map(|(_, word)| format!("{}: {word}", self.name));
        html! {
            div.head {
                div {
                    div.row id="x-head" data-whole data-say=[said] {
                        h1 { (self.name) }
                        @if let Some((sign, word)) = &status { (status::show(*sign, word)) }
                        @for tag in self.tags() { span.tag { (tag) } }
                    }
                    p.row { span id="x-line" data-whole { (line) } (live::sign()) }
                }
                div.row id="x-acts" data-acts data-still { (actions::buttons(self)) }
            }
        }
    }

    fn tags(&self) -> Vec<String> {
        let tags = self.value["tags"].as_array().into_iter().flatten();
        let mut tags: Vec<String> = tags.map(link::text).collect();
        if tags.is_empty() {
            tags.extend(
                self.value["tag"].as_str().filter(|tag| !tag.is_empty()).map(str::to_owned),
            );
        }
        tags
    }

    /// One line on what it is: its size, its system, where it is, what it costs a month.
    async fn line(&self) -> String {
        let value = &self.value;
        let part = |name: &str, unit: &str| {
            let text = readable(name, &value[name]);
            (!text.is_empty() && text != "0").then(|| format!("{text}{unit}"))
        };
        let what: Vec<String> =
            [part("vcpu_count", " vCPU"), part("ram", ""), part("size_gb", ""), part("os", "")]
                .into_iter()
                .flatten()
                .collect();
        let what = what.join(", ");
        let region = match value["region"].as_str().filter(|region| !region.is_empty()) {
            Some(region) => self.city(region).await,
            None => String::new(),
        };
        let place = match (what.is_empty(), region.is_empty()) {
            (_, true) => what,
            (true, false) => format!("In {region}"),
            (false, false) => format!("{what} in {region}"),
        };
        let costs = Costs::load(self.cx, &self.node.operation, std::slice::from_ref(value)).await;
        let cost = costs.of(value).filter(|cost| *cost > 0.0);
        let cost = cost.map(|cost| format!("{} a month", presentation::money::sum(cost)));
        let parts = [Some(place).filter(|place| !place.is_empty()), cost];
        parts.into_iter().flatten().collect::<Vec<_>>().join(". ")
    }

    async fn city(&self, region: &str) -> String {
        let all = operations::all();
        let Some(list) = all.iter().find(|o| o.op.id == "list-regions") else {
            return region.to_owned();
        };
        let regions = self.cx.caller.all(list, Map::new(), 500).await.unwrap_or_default();
        let found = regions.iter().find(|one| one["id"] == region);
        found.and_then(|one| one["city"].as_str()).unwrap_or(region).to_owned()
    }
}
