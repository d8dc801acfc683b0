//! The line below a list's title: how many there are of each status, and what they cost a month.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::costs::Costs;
use super::pages::Page;
use crate::cx::Cx;
use crate::link::family::Node;
use crate::link::words;
use crate::status::{self, Sign};

/// How many things are read for the line.
const READ: usize = 500;

/// The line; nothing where there is nothing.
pub(crate) async fn line(
    cx: &Cx,
    node: &Node,
    asked: &Map<String, Value>,
    page: &Page,
    costs: &Costs,
) -> String {
    let one = super::noun(node);
    let read;
    let things = match page.total {
        Some(0) => return String::new(),
        _ if page.is_all() => &page.things,
        Some(total) if total <= READ => {
            let all = cx.caller.all(&node.operation, asked.clone(), READ).await;
            read = all.unwrap_or_default();
            &read
        }
        Some(total) => return words::count(total, &one),
        None => return String::new(),
    };
    let mut counts: BTreeMap<(u8, String), usize> = BTreeMap::new();
    for (sign, word) in things.iter().filter_map(status::of) {
        *counts.entry((order(sign), word.to_lowercase())).or_default() += 1;
    }
    let told: usize = counts.values().sum();
    let counts = counts.iter().map(|((_, word), number)| format!("{number} {word}"));
    let counts = match told == things.len() && told > 0 {
        true => counts.collect::<Vec<_>>().join(", "),
        false => words::count(things.len(), &one),
    };
    let cost: Vec<f64> = things.iter().filter_map(|thing| costs.of(thing)).collect();
    // A catalogue's prices are nothing that is paid.
    if cost.is_empty() || node.operation.lists_catalogue() {
        return counts;
    }
    format!("{counts}. {} a month", presentation::money::sum(cost.iter().sum()))
}

fn order(sign: Sign) -> u8 {
    match sign {
        Sign::Ok => 0,
        Sign::Wait => 1,
        Sign::Off => 2,
        Sign::Bad => 3,
    }
}
