//! The drawing as SVG.

use maud::{Markup, html};

use super::layout::{Drawing, Rect, Shape, Wire, lay};
use super::model::{Kind, Model, Node};
use super::{icon_of, target};
use crate::cx::Cx;
use crate::link::words::short;
use crate::status::Sign;

/// How wide a letter of a box's name is, and of its second line.
const LETTER: f64 = 7.6;
const SMALL: f64 = 6.7;
/// How many letters of ports stand at a line.
const PORTS: usize = 13;

/// The points of arrows, for all drawings of the page.
pub(super) fn markers() -> Markup {
    let point = "M0 .5 7.5 4 0 7.5z";
    html! {
        svg.defs width="0" height="0" aria-hidden="true" { defs {
            marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"
                markerUnits="userSpaceOnUse" orient="auto" { path d=(point) {} }
            marker id="arrow-on" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="10" markerHeight="10"
                markerUnits="userSpaceOnUse" orient="auto" { path d=(point) {} }
        } }
    }
}

/// The network, drawn for a wide page or for a phone.
pub(super) fn drawing(cx: &Cx, model: &Model, shape: Shape) -> Markup {
    let drawing = lay(model, shape);
    let class = if shape == Shape::Wide { "is-wide" } else { "is-tall" };
    let Drawing { width, height, zones, groups, nodes, wires } = &drawing;
    html! {
        svg class=(class) viewBox={ "0 0 " (fine(*width)) " " (fine(*height)) } role="group"
            aria-label="The network" {
            @for (zone, rect) in model.zones.iter().zip(zones) {
                rect.zone x=(fine(rect.x)) y=(fine(rect.y)) width=(fine(rect.w)) height=(fine(rect.h)) rx="12" {}
                // Both in one text: the second begins where the first ends.
                text x=(fine(rect.x + 14.0)) y=(fine(rect.y + 22.0)) {
                    tspan font-weight="600" { (short(&zone.name, (rect.w * 0.45 / LETTER) as usize)) }
                    tspan.t2 dx="8" { (short(&zone.note, (rect.w * 0.48 / SMALL) as usize)) }
                }
            }
            @for (group, rect) in model.groups.iter().zip(groups).filter(|(_, rect)| rect.w > 0.0) {
                rect class=(if group.is_open { "grp warn" } else { "grp" }) x=(fine(rect.x)) y=(fine(rect.y))
                    width=(fine(rect.w)) height=(fine(rect.h)) rx="9" {}
                text.t2 x=(fine(rect.x + 10.0)) y=(fine(rect.y + 15.0)) {
                    (short(&group.name, ((rect.w - 16.0) / SMALL) as usize))
                }
            }
            @for wire in wires { (line(model, wire)) }
            @for (node, rect) in model.nodes.iter().zip(nodes) { (boxed(cx, node, rect)) }
            @for wire in wires { (label(model, wire)) }
        }
    }
}

fn fine(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// The ids of all nodes that a line concerns.
fn ends(model: &Model, wire: &Wire) -> String {
    let ids: Vec<&str> = wire.ends.iter().map(|node| model.nodes[*node].id.as_str()).collect();
    ids.join(" ")
}

fn line(model: &Model, wire: &Wire) -> Markup {
    let way = wire.way.map(|way| &model.ways[way]);
    let class = match way {
        Some(way) if way.is_open => "wire way warn",
        Some(_) => "wire way",
        None => "wire",
    };
    html! { path class=(class) data-ends=(ends(model, wire)) d=(wire.path) {} }
}

fn label(model: &Model, wire: &Wire) -> Markup {
    let way = wire.way.map(|way| &model.ways[way]);
    html! {
        @if let (Some(way), Some((x, y, anchor))) = (way, wire.label) {
            text class=(if way.is_open { "lbl warn" } else { "lbl" }) data-ends=(ends(model, wire))
                x=(fine(x)) y=(fine(y)) text-anchor=(anchor) { (short(&way.ports, PORTS)) }
        }
    }
}

fn boxed(cx: &Cx, node: &Node, rect: &Rect) -> Markup {
    let Rect { x, y, w, h } = *rect;
    let middle = y + h / 2.0;
    let (left, room) = (x + 31.0, w - 46.0);
    let note = short(&node.note, 17);
    // What has no sign has more room, and names of networks are written smaller.
    let wide = if node.sign.is_some() { room } else { room + 12.0 };
    let letter = if node.kind == Kind::Outside { SMALL } else { LETTER };
    let name = short(&node.name, (wide / letter * 1.15) as usize);
    let close = (name.chars().count() as f64 * letter > wide).then(|| fine(wide));
    // A long address is written closer.
    let tight = (note.chars().count() as f64 * SMALL > room + 8.0).then(|| fine(room + 8.0));
    let sign = match node.sign {
        Some(Sign::Ok) => Some("st"),
        Some(Sign::Wait) => Some("st wait"),
        Some(Sign::Off) => Some("st off"),
        Some(Sign::Bad) => Some("st bad"),
        None => None,
    };
    html! {
        a href=(target(cx, node)) {
            title { (node.name) ", " (node.note) }
            @if node.kind == Kind::Many || node.many.is_some() {
                rect.box x=(fine(x + 4.0)) y=(fine(y + 4.0)) width=(fine(w - 4.0)) height=(fine(h - 4.0)) rx="7" {}
                rect.box x=(fine(x)) y=(fine(y)) width=(fine(w - 4.0)) height=(fine(h - 4.0)) rx="7" {}
            } @else {
                rect.box x=(fine(x)) y=(fine(y)) width=(fine(w)) height=(fine(h)) rx="7" {}
            }
            svg.gi x=(fine(x + 8.0)) y=(fine(middle - 8.0)) width="16" height="16" aria-hidden="true"
                stroke-linecap="round" stroke-linejoin="round" {
                use href={ "#" (icon_of(node.kind)) } {}
            }
            text.lesser[node.kind == Kind::Outside] x=(fine(left)) y=(fine(middle - 2.0)) font-weight="600"
                textLength=[close.as_deref()] lengthAdjust=[close.as_deref().map(|_| "spacingAndGlyphs")] { (name) }
            text.t2 x=(fine(left)) y=(fine(middle + 13.0)) textLength=[tight.as_deref()]
                lengthAdjust=[tight.as_deref().map(|_| "spacingAndGlyphs")] { (note) }
            @if let Some(class) = sign {
                circle class=(class) cx=(fine(x + w - 9.0)) cy=(fine(y + 10.0)) r="3" {}
            }
        }
    }
}
