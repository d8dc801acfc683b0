//! The network as a drawing: VPCs as zones, what is in them, and who reaches whom.
//!
//! No packet is simulated: what is shown is what rules, attachments and addresses say. From the API's
//! answers comes a [`model`], from that a [`layout`], from both the page; the first two know nothing
//! of pages.

mod draw;
mod facts;
mod layout;
mod model;
#[cfg(test)]
mod tests;
mod ways;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};

use crate::cx::Cx;
use crate::icon::icon;
use crate::layout::{self as frame, Page};
use crate::{ROOT, Shared};

use self::layout::Shape;
use self::model::{Kind, Model, Node};

/// How many members of a way are named.
const NAMED: usize = 30;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route(&format!("{ROOT}/network"), get(show))
}

async fn show(cx: Cx) -> Response {
    let chosen = cx.asked("vpc");
    let facts = match facts::read(&cx, chosen).await {
        Ok(facts) => facts,
        Err(refusal) => return frame::refused(&cx, &refusal),
    };
    let open: BTreeSet<&str> =
        cx.query.iter().filter(|(name, _)| name == "open").map(|(_, id)| id.as_str()).collect();
    let model = model::of(&facts).collapsed(&open);
    let main = html! {
        (head(&cx, &facts, &model))
        @if model.zones.is_empty() { (empty()) } @else { (map(&cx, &model)) }
    };
    let here = format!("{ROOT}/network");
    let title = "Network map".to_owned();
    frame::page(&cx, Page { title, here, main, ..Page::default() })
}

fn head(cx: &Cx, facts: &facts::Facts, model: &Model) -> Markup {
    let of = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let chosen = cx.asked("vpc");
    let inside = facts.members().count();
    let ways_in = model.ways.iter().filter(|way| way.comes_in(model)).count();
    html! {
        div.head {
            div {
                h1 { "Network map" }
                p {
                    (of(facts.vpcs.len(), "VPC")) ", " (of(inside, "thing")) " in them, "
                    (of(ways_in, "way")) " in. Select one to see who reaches it."
                }
                @if facts.left_out > 0 {
                    p { "The first " (facts.vpcs.len()) " VPCs are drawn. Choose one of the " (facts.left_out) " others to see it." }
                }
            }
            @if facts.choices.len() > 1 {
                form.row method="get" action={ (ROOT) "/network" } {
                    label.sr for="which" { "VPC" }
                    select.input.fit id="which" name="vpc" {
                        option value="" { "All VPCs" }
                        @for (id, name) in &facts.choices {
                            option value=(id) selected[id == chosen] { (name) }
                        }
                    }
                    button.btn type="submit" { "Show" }
                }
            }
        }
    }
}

fn empty() -> Markup {
    html! {
        div.panel { div.empty {
            (icon("net"))
            h2 { "There is no network yet" }
            p { "VPCs, and what has an address, are drawn here: who reaches whom, by which rule." }
            div.row {
                a.btn.primary href={ (ROOT) "/op/create-vpc" } { (icon("net")) " Create VPC" }
                a.btn href={ (ROOT) "/op/create-instance" } { (icon("server")) " Create instance" }
            }
            pre { code { "kettle vpc create --region ewr" } }
        } }
    }
}

fn map(cx: &Cx, model: &Model) -> Markup {
    // What has the most to tell is chosen at first.
    let told = |at: &usize| model.ways.iter().filter(|w| w.concerns(*at)).count();
    let first = (1..model.nodes.len()).rev().max_by_key(told).unwrap_or_default();
    html! {
        div.cols.main.map2 {
            div.stack {
                section.panel.graph data-first=(model.nodes[first].id) tabindex="0"
                    aria-label="Drawing of the network" {
                    (draw::markers())
                    (draw::drawing(cx, model, Shape::Wide))
                    (draw::drawing(cx, model, Shape::Tall))
                }
                (table(model))
            }
            aside aria-label="Selected" tabindex="0" {
                @for (at, node) in model.nodes.iter().enumerate() { (panel(cx, model, at, node)) }
            }
        }
    }
}

/// Where a node leads: its panel, or, of many that are one, the same page with all of them.
fn target(cx: &Cx, node: &Node) -> String {
    match &node.many {
        None => format!("#{}", node.id),
        Some(group) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&cx.query).append_pair("open", group);
            format!("{ROOT}/network?{}", query.finish())
        }
    }
}

fn panel(cx: &Cx, model: &Model, at: usize, node: &Node) -> Markup {
    let heading = format!("h-{}", node.id);
    let to = model.ways.iter().filter(|way| way.to.contains(&at));
    let from = model.ways.iter().filter(|way| way.from.contains(&at));
    let reaching: Vec<_> =
        to.flat_map(|way| way.from.iter().filter(|n| **n != at).map(move |n| (*n, way))).collect();
    let reached: Vec<_> =
        from.flat_map(|way| way.to.iter().filter(|n| **n != at).map(move |n| (*n, way))).collect();
    html! {
        section.panel id=(node.id) data-node aria-labelledby=(heading) {
            header {
                h2.cut id=(heading) { (node.name) }
                @if node.many.is_some() { a.small href=(target(cx, node)) { "Show them" } }
                @else if let Some(page) = &node.page { a.small href={ (ROOT) (page) } { "Open" } }
            }
            div.body.stack {
                p.small.muted { (node.about) }
                @if let Some(text) = &node.warning {
                    div.note.warn { (icon("alert")) div.small { (text) } }
                }
            }
            h3.over.lead { "Who reaches it" }
            (directions(model, &reaching))
            h3.over.lead { "Whom it reaches" }
            (directions(model, &reached))
        }
    }
}

fn directions(model: &Model, ways: &[(usize, &model::Way)]) -> Markup {
    html! {
        ul.feed {
            @if ways.is_empty() { li.muted { "Nobody" } }
            @for (other, way) in ways.iter().take(NAMED) {
                @let node = &model.nodes[*other];
                li {
                    div { a href={ "#" (node.id) } { (node.name) } " " span.muted.small { (way.because) } }
                    span.t.mono { (way.ports) }
                }
            }
            @if ways.len() > NAMED { li.muted { "And " (ways.len() - NAMED) " more" } }
        }
    }
}

fn table(model: &Model) -> Markup {
    let names = |nodes: &[usize]| {
        let named: Vec<&str> =
            nodes.iter().take(NAMED).map(|n| model.nodes[*n].name.as_str()).collect();
        let more = nodes.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", named.join(", "))
    };
    let from = |way: &model::Way| {
        let zone = way.to.first().and_then(|to| model.nodes[*to].zone);
        match zone.filter(|_| layout::is_all_of_a_zone(model, way)) {
            Some(zone) => format!("All machines in {}", model.zones[zone].name),
            None => names(&way.from),
        }
    };
    html! {
        section.panel.reach aria-labelledby="h-reach" {
            header { h2 id="h-reach" { "All ways" } span.muted.small { "The same as a table" } }
            @if model.ways.is_empty() { div.empty { p { "Nobody reaches anybody." } } }
            @else { div.flow { div.scroll tabindex="0" role="region" aria-label="Who reaches whom" { table {
                caption.sr { "Who reaches whom" }
                thead { tr {
                    th scope="col" { "From" } th scope="col" { "To" } th scope="col" { "Ports" }
                    th.p2 scope="col" { "Because of" }
                } }
                tbody { @for way in &model.ways { tr {
                    th scope="row" { (from(way)) }
                    td { (names(&way.to)) }
                    td.mono { (way.ports) }
                    td.p2 {
                        @match &way.page {
                            Some(page) => { a href={ (ROOT) (page) } { (way.because) } },
                            None => { (way.because) },
                        }
                    }
                } } }
            } } } }
        }
    }
}

/// The icon of a kind.
fn icon_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Internet => "globe",
        Kind::Outside => "home",
        Kind::Balancer => "lb",
        Kind::Gateway => "door",
        Kind::Instance | Kind::Many => "server",
        Kind::Metal => "metal",
        Kind::Database => "db",
        Kind::Cluster => "hex",
        Kind::Address => "pin",
    }
}
