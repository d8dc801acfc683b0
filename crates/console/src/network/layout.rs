//! Where everything is drawn: columns by kind, zones below each other. On a phone, all of it below each
//! other.
//!
//! Nothing overlaps, and all of it is inside the drawing, whatever the network is.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Kind, Model, Way};

/// For which page a drawing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Columns: outside, ways in, machines, services.
    Wide,
    /// Rows in the same order.
    Tall,
}

/// An area.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
}

impl Rect {
    fn right(&self) -> f64 {
        self.x + self.w
    }

    fn bottom(&self) -> f64 {
        self.y + self.h
    }
}

/// A line between two.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wire {
    pub(super) path: String,
    /// The way that it is for; none: the two belong together.
    pub(super) way: Option<usize>,
    /// All nodes that it concerns.
    pub(super) ends: Vec<usize>,
    /// Where its ports stand, and from where the text goes.
    pub(super) label: Option<(f64, f64, &'static str)>,
}

/// Where everything is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Drawing {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) zones: Vec<Rect>,
    /// By group; those that have nobody are empty.
    pub(super) groups: Vec<Rect>,
    pub(super) nodes: Vec<Rect>,
    pub(super) wires: Vec<Wire>,
}

/// Boxes, and what is between them.
const HIGH: f64 = 44.0;
const WIDE: f64 = 128.0;
const GAP: f64 = 10.0;
/// Around a group, and above its boxes.
const PAD: f64 = 10.0;
const TITLE: f64 = 22.0;
/// Around a zone's content, above it, and between zones.
const EDGE: f64 = 14.0;
const HEAD: f64 = 36.0;
const APART: f64 = 14.0;
/// Between columns, where ports are written.
const LANE: f64 = 50.0;
/// The first column.
const OUTSIDE: f64 = 126.0;
const LEFT: f64 = 8.0;
/// How wide a drawing for a phone is.
const PHONE: f64 = 344.0;
/// How many lines one way has at most.
const LINES: usize = 24;

/// What is in a zone, by column.
#[derive(Default)]
struct Content {
    /// Load balancers and gateways.
    front: Vec<usize>,
    groups: Vec<(usize, Vec<usize>)>,
    /// Databases, clusters, addresses.
    back: Vec<usize>,
}

fn contents(model: &Model) -> (Vec<usize>, Vec<Content>) {
    let mut outside = Vec::new();
    let mut zones: Vec<Content> = model.zones.iter().map(|_| Content::default()).collect();
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, node) in model.nodes.iter().enumerate() {
        match (node.zone.filter(|zone| *zone < zones.len()), node.group, node.kind) {
            (None, ..) => outside.push(at),
            (Some(_), Some(group), _) => members.entry(group).or_default().push(at),
            (Some(zone), None, Kind::Balancer | Kind::Gateway) => zones[zone].front.push(at),
            (Some(zone), None, _) => zones[zone].back.push(at),
        }
    }
    for (group, own) in members {
        if let Some(zone) = model.groups.get(group).map(|group| group.zone) {
            zones[zone].groups.push((group, own));
        }
    }
    (outside, zones)
}

/// Draws a network.
pub(super) fn lay(model: &Model, shape: Shape) -> Drawing {
    let (outside, zones) = contents(model);
    let mut drawing = Drawing {
        groups: vec![Rect::default(); model.groups.len()],
        nodes: vec![Rect::default(); model.nodes.len()],
        ..Drawing::default()
    };
    match shape {
        Shape::Wide => wide(&mut drawing, &outside, &zones),
        Shape::Tall => tall(&mut drawing, &outside, &zones),
    }
    drawing.wires = wires(model, &drawing, shape);
    drawing
}

/// Puts boxes into rows of so many, and says how high they are.
fn grid(nodes: &mut [Rect], own: &[usize], columns: usize, x: f64, y: f64, w: f64) -> f64 {
    for (place, node) in own.iter().enumerate() {
        let (column, row) = ((place % columns) as f64, (place / columns) as f64);
        let (x, y) = (x + column * (w + GAP), y + row * (HIGH + GAP));
        nodes[*node] = Rect { x, y, w, h: HIGH };
    }
    height(own.len(), columns)
}

/// How high so many boxes are.
fn height(count: usize, columns: usize) -> f64 {
    let rows = count.div_ceil(columns) as f64;
    if count == 0 { 0.0 } else { rows * (HIGH + GAP) - GAP }
}

/// How wide so many boxes beside each other are.
fn span(columns: usize, w: f64) -> f64 {
    columns as f64 * (w + GAP) - GAP
}

fn wide(drawing: &mut Drawing, outside: &[usize], zones: &[Content]) {
    let has_front = zones.iter().any(|zone| !zone.front.is_empty());
    let has_back = zones.iter().any(|zone| !zone.back.is_empty());
    // What no column needs, machines have.
    let columns = 2 + usize::from(!has_front) + usize::from(!has_back);
    let left = LEFT + OUTSIDE + 36.0;
    let front = left + EDGE;
    let middle = if has_front { front + WIDE + LANE } else { front + LANE };
    let group = span(columns, WIDE) + 2.0 * PAD;
    let back = middle + group + LANE;
    let right = if has_back { back + WIDE + EDGE } else { middle + group + EDGE };
    let mut y = LEFT;
    for zone in zones {
        let groups: f64 = zone.groups.iter().map(|(_, own)| group_height(own.len(), columns)).sum();
        let groups = groups + APART * zone.groups.len().saturating_sub(1) as f64;
        let (fronts, backs) = (height(zone.front.len(), 1), height(zone.back.len(), 1));
        let inner = groups.max(fronts).max(backs).max(HIGH);
        let top = y + HEAD;
        grid(&mut drawing.nodes, &zone.front, 1, front, top + (inner - fronts) / 2.0, WIDE);
        grid(&mut drawing.nodes, &zone.back, 1, back, top + (inner - backs) / 2.0, WIDE);
        let mut at = top + (inner - groups) / 2.0;
        for (own, members) in &zone.groups {
            // A group is no wider than what is in it.
            let used = members.len().min(columns);
            let (x, w, h) =
                (middle, span(used, WIDE) + 2.0 * PAD, group_height(members.len(), columns));
            drawing.groups[*own] = Rect { x, y: at, w, h };
            grid(&mut drawing.nodes, members, columns, x + PAD, at + TITLE, WIDE);
            at += h + APART;
        }
        let h = HEAD + inner + EDGE;
        drawing.zones.push(Rect { x: left, y, w: right - left, h });
        y += h + APART;
    }
    let apart = 20.0;
    let mut out = LEFT + HEAD;
    for node in outside {
        drawing.nodes[*node] = Rect { x: LEFT, y: out, w: OUTSIDE, h: HIGH };
        out += HIGH + apart;
    }
    (drawing.width, drawing.height) = (right + LEFT, (y - APART).max(out - apart) + LEFT);
}

fn group_height(members: usize, columns: usize) -> f64 {
    TITLE + height(members, columns) + PAD
}

fn tall(drawing: &mut Drawing, outside: &[usize], zones: &[Content]) {
    // Lines from outside go down at the left.
    let (margin, begin) = (4.0, 20.0);
    let lane = 30.0;
    let outer = (PHONE - 2.0 * margin - GAP) / 2.0;
    let mut y = margin + grid(&mut drawing.nodes, outside, 2, margin, margin, outer) + lane;
    let (left, inside) = (begin + 8.0, PHONE - begin - margin - 16.0);
    let half = (inside - GAP) / 2.0;
    let member = (inside - 2.0 * PAD - GAP) / 2.0;
    for zone in zones {
        let top = y;
        y += HEAD;
        let rows = [(&zone.front, !zone.groups.is_empty() || !zone.back.is_empty())];
        for (own, goes_on) in rows {
            let high = grid(&mut drawing.nodes, own, 2, left, y, half);
            y += if high > 0.0 && goes_on { high + lane } else { high };
        }
        for (place, (group, members)) in zone.groups.iter().enumerate() {
            let h = group_height(members.len(), 2);
            drawing.groups[*group] = Rect { x: left, y, w: inside, h };
            grid(&mut drawing.nodes, members, 2, left + PAD, y + TITLE, member);
            let is_last = place + 1 == zone.groups.len() && zone.back.is_empty();
            y += if is_last { h } else { h + lane };
        }
        y += grid(&mut drawing.nodes, &zone.back, 2, left, y, half);
        let h = (y - top + EDGE).max(HEAD + EDGE);
        drawing.zones.push(Rect { x: begin, y: top, w: PHONE - begin - margin, h });
        y = top + h + APART;
    }
    (drawing.width, drawing.height) = (PHONE, y.max(HIGH) + margin);
}

/// Where a line begins or ends: at a group, where it is for all of it, or at a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Anchor {
    Group(usize),
    Node(usize),
    /// All machines of the zone that the other end is in.
    Zone,
}

/// The fewest anchors for these nodes.
fn anchors(model: &Model, nodes: &[usize]) -> Vec<Anchor> {
    let mut wanted: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for node in nodes {
        match model.nodes[*node].group {
            Some(group) => wanted.entry(group).or_default().push(*node),
            None => {
                anchors.insert(Anchor::Node(*node));
            }
        }
    }
    for (group, own) in wanted {
        let all = model.nodes.iter().filter(|node| node.group == Some(group)).count();
        match own.len() == all && all > 1 {
            true => {
                anchors.insert(Anchor::Group(group));
            }
            false => anchors.extend(own.into_iter().map(Anchor::Node)),
        }
    }
    anchors.into_iter().collect()
}

/// A line that is to be drawn.
struct Line {
    from: Anchor,
    to: Anchor,
    way: Option<usize>,
    ends: Vec<usize>,
}

fn lines(model: &Model) -> Vec<Line> {
    let mut lines = Vec::new();
    for (at, way) in model.ways.iter().enumerate().filter(|(_, way)| way.is_drawn) {
        let to = anchors(model, &way.to);
        let from = if is_all_of_a_zone(model, way) {
            vec![Anchor::Zone]
        } else {
            anchors(model, &way.from)
        };
        let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to)));
        let pairs = pairs.filter(|(from, to)| from != to).take(LINES);
        lines.extend(pairs.map(|(from, to)| Line { from, to, way: Some(at), ends: ends(way) }));
    }
    for (one, other) in &model.ties {
        let (from, to) = (Anchor::Node(*one), Anchor::Node(*other));
        if one != other {
            lines.push(Line { from, to, way: None, ends: vec![*one, *other] });
        }
    }
    lines
}

/// Whether a way comes from all machines of the zone that it leads to, and there are several.
pub(super) fn is_all_of_a_zone(model: &Model, way: &Way) -> bool {
    let Some(zone) = way.to.first().and_then(|to| model.nodes[*to].zone) else { return false };
    let own = model
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.zone == Some(zone) && node.group.is_some());
    let own: Vec<usize> = own.map(|(at, _)| at).collect();
    own.len() > 1 && own.iter().all(|node| way.from.contains(node))
}

fn ends(way: &Way) -> Vec<usize> {
    let all: BTreeSet<usize> = way.from.iter().chain(&way.to).copied().collect();
    all.into_iter().collect()
}

fn wires(model: &Model, drawing: &Drawing, shape: Shape) -> Vec<Wire> {
    let lines = lines(model);
    let area = |anchor: Anchor, other: &Rect| match anchor {
        Anchor::Group(group) => drawing.groups[group],
        Anchor::Node(node) => drawing.nodes[node],
        // A short line before what it leads to.
        Anchor::Zone if shape == Shape::Wide => Rect { x: other.x - 34.0, w: 0.0, ..*other },
        Anchor::Zone => Rect { y: other.y - 18.0, h: 0.0, ..*other },
    };
    let is_outside = |anchor: Anchor| match anchor {
        Anchor::Node(node) => model.nodes[node].zone.is_none(),
        _ => false,
    };
    // Lines at the same side of a box share it: the higher the other end, the higher this one.
    let mut sides: BTreeMap<(Anchor, bool), Vec<(usize, f64)>> = BTreeMap::new();
    let mut placed = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let b = area(line.to, &Rect::default());
        let a = area(line.from, &b);
        let (leaves, comes) = directions(&a, &b, shape);
        let across = |rect: &Rect| if shape == Shape::Wide { rect.y } else { rect.x };
        sides.entry((line.from, leaves)).or_default().push((at, across(&b)));
        sides.entry((line.to, comes)).or_default().push((at, across(&a)));
        placed.push((a, b, leaves, comes));
    }
    for all in sides.values_mut() {
        all.sort_by(|one, other| one.1.total_cmp(&other.1).then(one.0.cmp(&other.0)));
    }
    let share = |anchor: Anchor, side: bool, line: usize| {
        let all = &sides[&(anchor, side)];
        let place = all.iter().position(|(at, _)| *at == line).unwrap_or_default();
        (place as f64 + 1.0) / (all.len() as f64 + 1.0)
    };
    let draw = |(at, line): (usize, Line)| {
        let (a, b, leaves, comes) = placed[at];
        let to = share(line.to, comes, at);
        // What comes from outside shares one line as far as it goes the same way.
        let is_open = line.way.is_some_and(|way| model.ways[way].is_open);
        let (path, label) = match (shape, is_outside(line.from) && leaves && !comes) {
            (Shape::Wide, true) => trunk(&a, &b, to, is_open),
            (Shape::Tall, true) => gutter(&a, &b, to, is_open),
            (_, false) => {
                let from = match line.from {
                    Anchor::Zone => to,
                    anchor => share(anchor, leaves, at),
                };
                match shape {
                    Shape::Wide => across(&a, &b, leaves, comes, from, to, drawing.width),
                    Shape::Tall => along(&a, &b, leaves, comes, from, to),
                }
            }
        };
        // On a phone there is room for the ports of a group alone, and for one line.
        let is_told = match (shape, line.to) {
            // Its box has them itself; what goes out is any.
            (Shape::Wide, Anchor::Node(node)) => {
                !matches!(model.nodes[node].kind, Kind::Balancer | Kind::Internet)
            }
            (Shape::Wide, _) => true,
            (Shape::Tall, Anchor::Group(_)) => to <= 0.5,
            (Shape::Tall, _) => false,
        };
        let label = (line.way.is_some() && is_told).then_some(label);
        Wire { path, way: line.way, ends: line.ends, label }
    };
    lines.into_iter().enumerate().map(draw).collect()
}

/// A line from outside: over to the lane before the zones, down or up, and over to its end.
fn trunk(a: &Rect, b: &Rect, to: f64, is_open: bool) -> (String, (f64, f64, &'static str)) {
    let (y0, lane) = if is_open { (a.y + a.h * 0.7, 13.0) } else { (a.y + a.h * 0.4, 24.0) };
    let (x0, x1, y1) = (a.right(), b.x - 3.0, b.y + b.h * to);
    let t = x0 + lane;
    let label = (x1 - 8.0, y1 - 4.0, "end");
    let turn = ((y1 - y0).abs() / 2.0).min(8.0);
    if turn < 1.0 {
        return (format!("M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}"), label);
    }
    let way = if y1 > y0 { turn } else { -turn };
    let path = format!(
        "M{x0:.1} {y0:.1}H{:.1}Q{t:.1} {y0:.1} {t:.1} {:.1}V{:.1}Q{t:.1} {y1:.1} {:.1} {y1:.1}H{x1:.1}",
        t - turn,
        y0 + way,
        y1 - way,
        t + turn
    );
    (path, label)
}

/// The same on a phone: down at the left.
fn gutter(a: &Rect, b: &Rect, to: f64, is_open: bool) -> (String, (f64, f64, &'static str)) {
    let (lane, below) = if is_open { (5.0, 8.0) } else { (12.0, 15.0) };
    let x0 = a.x + if is_open { 14.0 } else { 24.0 };
    let (y0, y1, x1) = (a.bottom(), b.y + b.h * to, b.x - 3.0);
    let path = format!("M{x0:.1} {y0:.1}V{:.1}H{lane:.1}V{y1:.1}H{x1:.1}", y0 + below);
    (path, (b.right() - 8.0, b.y + 15.0, "end"))
}

/// At which sides a line leaves and comes: true is right, or below.
fn directions(a: &Rect, b: &Rect, shape: Shape) -> (bool, bool) {
    let (before, behind) = match shape {
        Shape::Wide => (a.right() <= b.x, b.right() <= a.x),
        Shape::Tall => (a.bottom() <= b.y, b.bottom() <= a.y),
    };
    match (before, behind) {
        (true, _) => (true, false),
        (_, true) => (false, true),
        // In the same column, or row: around it.
        _ => (true, true),
    }
}

/// A line from left to right or back, and where its ports stand.
fn across(
    a: &Rect,
    b: &Rect,
    leaves: bool,
    comes: bool,
    from: f64,
    to: f64,
    width: f64,
) -> (String, (f64, f64, &'static str)) {
    let (y0, y1) = (a.y + a.h * from, b.y + b.h * to);
    let x0 = if leaves { a.right() } else { a.x };
    let x1 = if comes { b.right() + 3.0 } else { b.x - 3.0 };
    let bend = match leaves == comes {
        // Never outside of the drawing.
        true => (x0.max(x1) + 34.0).min(width - 2.0),
        false => (x0 + x1) / 2.0,
    };
    let path = format!("M{x0:.1} {y0:.1}C{bend:.1} {y0:.1} {bend:.1} {y1:.1} {x1:.1} {y1:.1}");
    let label = match comes {
        true => (x1 + 8.0, y1 - 4.0, "start"),
        false => (x1 - 8.0, y1 - 4.0, "end"),
    };
    (path, label)
}

/// A line down or up, and where its ports stand.
fn along(
    a: &Rect,
    b: &Rect,
    leaves: bool,
    comes: bool,
    from: f64,
    to: f64,
) -> (String, (f64, f64, &'static str)) {
    let (x0, x1) = (a.x + a.w * from, b.x + b.w * to);
    let y0 = if leaves { a.bottom() } else { a.y };
    let y1 = if comes { b.bottom() + 3.0 } else { b.y - 3.0 };
    let bend = if leaves == comes { y0.max(y1) + 16.0 } else { (y0 + y1) / 2.0 };
    let path = format!("M{x0:.1} {y0:.1}C{x0:.1} {bend:.1} {x1:.1} {bend:.1} {x1:.1} {y1:.1}");
    let label = match comes {
        true => (x1 + 5.0, y1 + 14.0, "start"),
        false => (x1 + 5.0, y1 - 8.0, "start"),
    };
    (path, label)
}
