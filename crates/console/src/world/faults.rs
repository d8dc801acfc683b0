//! What goes wrong on purpose: rules in force, and those that can be had by name.

use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use super::{Tab, World, button, commands, form, form_at, list, not_seen, panel, text};
use crate::cx::Cx;
use crate::form::SURE;
use crate::form::shape::marked;
use crate::icon::icon;

pub(super) async fn show(cx: Cx) -> Response {
    let world = match World::look(&cx).await {
        Ok(world) => world,
        Err(response) => return response,
    };
    let ready = match list(&cx, "list-ready-faults").await {
        Ok(ready) => ready,
        Err(refusal) => return not_seen(&cx, &refusal),
    };
    let own = html! {
        a.btn.primary href=(form_at("add-fault", &[])) { (icon("plus")) " Add a rule" }
    };
    let content = html! { div.cols.main {
        div.stack { (rules(&cx, &world.faults)) (by_name(&cx, &ready, &world.faults)) }
        aside.stack aria-label="Commands" { (commands(&[
            "kettle world fault add-ready late-tags",
            "kettle world fault add \\\n  --operation create-vpc --status 500",
            "kettle world fault add \\\n  --family block --latency 100ms..2s",
            "kettle world fault list",
            "kettle world fault clear",
        ].map(str::to_owned))) }
    } };
    world.page(&cx, Tab::Faults, &own, &content)
}

fn rules(cx: &Cx, all: &[Value]) -> Markup {
    let content = html! {
        @if all.is_empty() {
            div.empty {
                (icon("check"))
                h2 { "Nothing goes wrong on purpose" }
                p { "A rule says which requests it is for and what becomes of them: refused, slow, cut off, shown \
                     less. Take one that others have met, or write your own." }
                a.btn href=(form_at("add-fault", &[])) { (icon("plus")) " Add a rule" }
            }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Rules" { table.differences {
                caption.sr { "Rules in force, in order" }
                thead { tr {
                    th scope="col" { "Rule" } th scope="col" { "For, and what it does" }
                    th.num scope="col" { "Acted" } th scope="col" { span.sr { "What can be done" } }
                } }
                tbody { @for rule in all { (row(cx, rule)) } }
            } }
            p.pad.hint { "Of each effect the first rule that fits has its way. What one did stands in the history." }
        }
    };
    let every = button(cx, "clear-faults", &[], "", &html! { "Delete all" });
    panel("h-rules", "Rules in force", all.len(), &every, &content)
}

fn row(cx: &Cx, rule: &Value) -> Markup {
    let id = rule["id"].to_string();
    let name = Some(text(rule, "name")).filter(|name| !name.is_empty());
    let acted = rule["acted"].as_u64().unwrap_or_default();
    html! {
        tr {
            th scope="row" { (name.unwrap_or("rule")) span.muted { " " (id) } }
            td { div { (does(rule)) } div.muted.small { (whom(rule)) @if let Some(when) = how_often(rule) { ", " (when) } } }
            td.num { (acted) }
            td { div.row.end {
                (form(cx, "delete-fault", &html! {
                    @for name in ["fault_id", SURE] { input type="hidden" name=(name) value=(id); }
                    button.btn.slim.icon.quiet type="submit" aria-label={ "Delete rule " (id) } { (icon("trash")) }
                }))
            } }
        }
    }
}

/// For which requests a rule is, in words.
fn whom(rule: &Value) -> String {
    let said = |name: &str, before: &str| {
        let text = text(rule, name);
        (!text.is_empty()).then(|| format!("{before} {text}"))
    };
    let having = texts(&rule["having"]);
    let parts = [
        said("operation", "for"),
        said("family", "for"),
        said("account", "of account"),
        said("thing", "about"),
        said("younger_than", "of things younger than"),
        said("client", "from"),
        (!having.is_empty()).then(|| format!("with {having}")),
        (rule["needs_key"] == true).then(|| "where a key is needed".to_owned()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "for every request".to_owned() } else { parts.join(", ") }
}

/// What a rule does, in words.
fn does(rule: &Value) -> String {
    let said = |name: &str, before: &str| {
        let text = text(rule, name);
        (!text.is_empty()).then(|| format!("{before} {text}"))
    };
    let listed = |name: &str, before: &str| {
        let texts = texts(&rule[name]);
        (!texts.is_empty()).then(|| format!("{before} {texts}"))
    };
    let answer = rule["status"].as_u64().map(|status| match text(rule, "error") {
        "" if rule["body"].is_string() => format!("answers {status} with a body of its own"),
        "" => format!("answers {status}"),
        error => format!("answers {status}: {error}"),
    });
    let drop = match text(rule, "drop") {
        "before" => Some("drops the connection before anything is done".to_owned()),
        "after" => Some("drops the connection when all is done".to_owned()),
        "half" => Some("drops the connection after half of the answer".to_owned()),
        _ => None,
    };
    let parts = [
        answer,
        said("latency", "waits"),
        drop,
        (rule["hidden"] == true).then(|| "has things seem not to be there".to_owned()),
        listed("show", "shows things with"),
        listed("sold_out", "has none left of"),
        (rule["stuck"] == true).then(|| "lets lifecycles take no step".to_owned()),
        said("fails", "lets lifecycles fail with"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    crate::link::words::sentence(&parts.join(", "))
}

fn how_often(rule: &Value) -> Option<String> {
    let left = rule["left"].as_u64().map(|left| match left {
        0 => "no more".to_owned(),
        1 => "once more".to_owned(),
        many => format!("{many} times more"),
    });
    let chance = rule["probability"].as_f64().map(|p| format!("by a chance of {p}"));
    let parts: Vec<String> = [left, chance].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn texts(list: &Value) -> String {
    let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.collect::<Vec<_>>().join(", ")
}

/// The rules that can be had by name.
fn by_name(cx: &Cx, ready: &[Value], all: &[Value]) -> Markup {
    html! {
        section.panel aria-labelledby="h-ready" {
            header { h2 id="h-ready" { "By name" } span.muted.small { "what users of the API have met" } }
            ul.params { @for one in ready {
                @let name = text(one, "name");
                @let is_there = all.iter().any(|rule| text(rule, "name") == name);
                li { div.row.apart {
                    div { code { (name) } @if is_there { " " span.tag.on { "in force" } } p.muted.small { (marked(text(one, "about"))) "." } }
                    (button(cx, "use-fault", &[("ready_name", name)], &format!("Add {name}"), &html! { "Add" }))
                } }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_are_told_in_words() {
        let rule = json!({"operation": "create-instance", "client": "curl", "status": 500, "error": "Broken.",
            "latency": "1s", "left": 2, "probability": 0.5});
        assert_eq!(does(&rule), "Answers 500: Broken., waits 1s");
        assert_eq!(whom(&rule), "for create-instance, from curl");
        assert_eq!(how_often(&rule).unwrap(), "2 times more, by a chance of 0.5");
        let rule = json!({"drop": "half"});
        assert_eq!(whom(&rule), "for every request");
        assert_eq!(how_often(&rule), None);
    }
}
