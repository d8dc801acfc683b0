//! Lifecycles by hand: what is held, and a thing that is stepped.

use std::collections::BTreeSet;

use axum::response::Response;
use maud::{Markup, html};
use presentation::operations;
use serde_json::{Map, Value};

use super::{Tab, World, ask, button, commands, form, panel, text, time};
use crate::cx::Cx;
use crate::icon::icon;
use crate::link::words;
use crate::status::{self, Sign};
use crate::upstream::Refusal;
use crate::{ROOT, link};

/// How many things of a kind that is held are shown.
const THINGS: usize = 20;
/// How often a thing can be stepped by one button.
const STEPS: &[(&str, &str)] = &[("1", "One step"), ("10", "Ten steps")];

pub(super) async fn show(cx: Cx) -> Response {
    let world = match World::look(&cx).await {
        Ok(world) => world,
        Err(response) => return response,
    };
    let thing = cx.asked("thing").trim().to_owned();
    let life = match thing.is_empty() {
        true => None,
        false => Some(ask(&cx, "get-life", &[("thing_id", &thing)]).await),
    };
    let things = held_things(&cx, &world.holds).await;
    let content = html! { div.cols.main {
        div.stack {
            (holds(&cx, &world.holds))
            @if !things.is_empty() { (held(&cx, &things)) }
            (by_hand(&cx, &thing, life.as_ref()))
        }
        aside.stack aria-label="Hold and commands" {
            (hold(&cx))
            (commands(&[
                "kettle world hold add --kind instance".to_owned(),
                "kettle world hold list".to_owned(),
                format!("kettle world hold step \\\n  {}", if thing.is_empty() { "ID" } else { &thing }),
                "kettle world hold clear".to_owned(),
            ]))
        }
    } };
    world.page(&cx, Tab::Holds, &html! {}, &content)
}

/// What a hold holds, in words.
pub(super) fn what(hold: &Value) -> String {
    let (kind, thing) = (text(hold, "kind").replace('-', " "), text(hold, "thing"));
    let account = hold["account"].as_u64().filter(|account| *account > 0);
    let mut said = match (thing, &*kind) {
        ("", "") => "Everything".to_owned(),
        ("", kind) => format!("Every {kind}"),
        (thing, "") => thing.to_owned(),
        (thing, kind) => format!("{} {thing}", words::sentence(kind)),
    };
    if let Some(account) = account {
        said += &format!(" of account {account}");
    }
    said
}

fn holds(cx: &Cx, all: &[Value]) -> Markup {
    let content = html! {
        @if all.is_empty() {
            div.empty {
                (icon("play"))
                h2 { "Nothing is held" }
                p { "What is held stays in its state until it is stepped or released: so one sees what a tool does \
                     while a server is still being installed." }
            }
        } @else {
            ul.params { @for one in all {
                @let id = one["id"].to_string();
                li { div.row.apart {
                    div { (what(one)) span.muted { " · hold " (id) } }
                    (button(cx, "release-hold", &[("hold_id", &id)], &format!("Release hold {id}"), &html! { "Release" }))
                } }
            } }
        }
    };
    let every = button(cx, "clear-holds", &[], "", &html! { "Release all" });
    panel("h-holds", "Holds", all.len(), &every, &content)
}

/// The kinds whose things have a status, which mostly comes about by steps.
fn kinds() -> BTreeSet<&'static str> {
    let all = operations::all();
    let makes = |group: &str| all.iter().any(|o| o.group.name == group && o.command == "create");
    let shown = all.iter().filter(|o| o.command == "get" && o.op.path.ends_with('}'));
    let living = shown.filter(|o| o.response().pointer("/properties/status").is_some());
    living.map(|o| o.group.name).filter(|group| makes(group)).collect()
}

/// The form of a hold.
fn hold(cx: &Cx) -> Markup {
    html! {
        section.panel aria-labelledby="h-hold" {
            header { h2 id="h-hold" { "Hold" } }
            form.body.stack method="post" action={ (ROOT) "/op/add-hold" } {
                (crate::layout::token(cx))
                p.muted.small { "At the next step. What is left empty stands for all." }
                div.field {
                    label for="kind" { "Kind " i { "optional" } }
                    input.input id="kind" name="kind" list="kinds" placeholder="instance" autocomplete="off" spellcheck="false";
                    datalist id="kinds" { @for kind in kinds() { option value=(kind) {} } }
                }
                div.field {
                    label for="of" { "Thing " i { "optional" } }
                    input.input.mono id="of" name="thing" value=(cx.asked("thing")) placeholder="its id" autocomplete="off" spellcheck="false";
                }
                div.row { button.btn.primary type="submit" { (icon("stop")) " Hold" } }
            }
        }
    }
}

/// A thing of a kind that is held.
struct Held {
    name: String,
    id: String,
    address: Option<String>,
    status: Option<(Sign, String)>,
    life: Value,
}

/// The first things that holds are about, those first whose lifecycle is not at its end.
async fn held_things(cx: &Cx, holds: &[Value]) -> Vec<Held> {
    let kinds: BTreeSet<&str> = holds.iter().map(|hold| text(hold, "kind")).collect();
    let all = operations::all();
    let own = |kind: &&str| {
        all.iter().find(|o| {
            o.group.name == *kind
                && o.command == "list"
                && o.is_list()
                && o.path_fields().is_empty()
        })
    };
    let mut found = Vec::new();
    for list in kinds.iter().filter_map(own) {
        for thing in cx.caller.all(list, Map::new(), THINGS).await.unwrap_or_default() {
            let id = text(&thing, "id").to_owned();
            let Ok(life) = ask(cx, "get-life", &[("thing_id", &id)]).await else { continue };
            if life["held"] == true && found.len() < THINGS {
                let (name, status) = (link::name(&thing), status::of(&thing));
                found.push(Held {
                    name,
                    id,
                    address: link::of_row(list, &Map::new(), &thing),
                    status,
                    life,
                });
            }
        }
    }
    found.sort_by_key(|held| text(&held.life, "stands") == "settled");
    found
}

fn held(cx: &Cx, things: &[Held]) -> Markup {
    html! {
        section.panel aria-labelledby="h-held" {
            header { h2 id="h-held" { "What is held" } }
            div.scroll tabindex="0" role="region" aria-label="Held things" { table {
                caption.sr { "Things that are held" }
                thead { tr {
                    th scope="col" { "Thing" } th scope="col" { "Status" } th.p2 scope="col" { "Lifecycle" }
                    th scope="col" { span.sr { "What can be done" } }
                } }
                tbody { @for thing in things { tr {
                    th scope="row" {
                        @match &thing.address { Some(to) => { a href=(to) { (thing.name) } } None => { (thing.name) } }
                    }
                    td { @if let Some((sign, word)) = &thing.status { (status::show(*sign, word)) } }
                    td.p2.muted { (stands(&thing.life)) }
                    td { @if text(&thing.life, "stands") != "settled" { div.row.end {
                        (button(cx, "step-life", &[("thing_id", &thing.id)], &format!("Step {}", thing.name), &html! { "Step" }))
                    } } }
                } } }
            } }
        }
    }
}

/// Where a lifecycle stands, in words.
pub(super) fn stands(life: &Value) -> &'static str {
    match text(life, "stands") {
        "settled" => "at its end",
        "due" => "has a step to take",
        "failing" => "its step failed, and is tried again",
        "failed" => "its step failed",
        "gone" => "gone",
        _ => "not known",
    }
}

/// A thing by its id: where its lifecycle stands, and the steps.
fn by_hand(cx: &Cx, thing: &str, life: Option<&Result<Value, Refusal>>) -> Markup {
    let wrong = life.and_then(|life| life.as_ref().err());
    html! {
        section.panel aria-labelledby="h-step" {
            header { h2 id="h-step" { "Step by hand" } }
            div.body.stack {
                form.row method="get" action=(Tab::Holds.address()) {
                    label.sr for="thing" { "Id of the thing" }
                    input.input.mono.fit id="thing" name="thing" required size="38" value=(thing) placeholder="Id of a thing"
                        autocomplete="off" spellcheck="false" aria-invalid=[wrong.map(|_| "true")]
                        aria-describedby=[wrong.map(|_| "thing-e")];
                    button.btn type="submit" { "Look" }
                }
                @if let Some(refusal) = wrong { p.err id="thing-e" role="alert" { (icon("alert")) (refusal.text) } }
                @if let Some(Ok(life)) = life { (of_thing(cx, life)) }
                @if life.is_none() {
                    p.hint { "A step goes on until something is seen of the thing that was not before. What only has to \
                              wait has waited." }
                }
            }
        }
    }
}

fn of_thing(cx: &Cx, life: &Value) -> Markup {
    let (id, due, error) = (text(life, "id"), text(life, "due"), text(life, "error"));
    let status = status::of(life);
    html! {
        dl.facts {
            div { dt { "Kind" } dd { (text(life, "kind").replace('-', " ")) } }
            @if let Some((sign, word)) = &status { div { dt { "Status" } dd { (status::show(*sign, word)) } } }
            div { dt { "Its lifecycle" } dd { (words::sentence(stands(life))) } }
            div { dt { "Held" } dd { @if life["held"] == true { "Yes" } @else { "No" } } }
            @if life["deleting"] == true { div { dt { "Deleted" } dd { "Yes, and it goes at its end" } } }
            @if !due.is_empty() { div { dt { "Next step" } dd { (time(due)) } } }
            @if !error.is_empty() { div.whole { dt { "The last step failed with" } dd { (error) } } }
        }
        (form(cx, "step-life", &html! {
            input type="hidden" name="thing_id" value=(id);
            @for (steps, text) in STEPS { button.btn type="submit" name="steps" value=(steps) { (text) } }
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn holds_are_told_in_words() {
        for (hold, said) in [
            (json!({"kind": "", "thing": "", "account": 0}), "Everything"),
            (
                json!({"kind": "load-balancer", "thing": "", "account": 2}),
                "Every load balancer of account 2",
            ),
            (json!({"kind": "", "thing": "a", "account": 0}), "a"),
        ] {
            assert_eq!(what(&hold), said);
        }
    }

    #[test]
    fn kinds_that_come_about_are_offered() {
        let kinds = kinds();
        assert!(kinds.contains("instance") && kinds.contains("load-balancer"), "{kinds:?}");
        assert!(!kinds.contains("region"), "{kinds:?}");
    }
}
