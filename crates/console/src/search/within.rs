//! What lies within things: records of domains, rules of firewall groups, users of databases.
//!
//! No operation lists these over all things that have them: each thing is asked for its own. So only
//! some are: those that the search names first, and of each as much as one page has. Whatever was not
//! looked into is said.

use std::sync::LazyLock;

use futures_util::future::join_all;
use presentation::operations::{self, Operation};
use serde_json::{Map, Value};

use super::rank::{self, Hit};
use super::{Fitting, Found};
use crate::cx::Cx;
use crate::link::{self, family, words};
use crate::nav::Item;

/// How many things are asked for what is within them, of each kind.
const ASKED: usize = 20;
/// How much of what is within one is looked through.
const MOST: usize = 200;

/// What is worth looking for within things, with its title and icon. Whatever a list shows of its things
/// at once, such as the pools of a cluster, is looked through there.
const WITHIN: &[(&str, &str, &str)] = &[
    ("list-records", "DNS records", "globe"),
    ("list-firewall-group-rules", "Firewall rules", "shield"),
    ("list-nat-gateways", "NAT gateways", "net"),
    ("list-database-users", "Database users", "users"),
    ("list-database-dbs", "Databases of servers", "db"),
    ("list-connection-pools", "Connection pools", "db"),
    ("list-object-storage-buckets", "Buckets", "bucket"),
    ("list-repositories", "Repositories", "box"),
    ("list-push-zone-files", "Files of push zones", "cloud"),
];

/// A list within things, and the list that has those.
struct Inner {
    list: Operation,
    node: &'static family::Node,
    above: &'static str,
    title: &'static str,
    icon: &'static str,
}

/// All of them, looked up once.
static INNER: LazyLock<Vec<Inner>> = LazyLock::new(inner);

fn inner() -> Vec<Inner> {
    let each = WITHIN.iter().filter_map(|(id, title, icon)| {
        let list = operations::find(id)?;
        let node = family::node(&list)?;
        let above = node.parent()?.parent()?.operation.op.id;
        Some(Inner { list, node, above, title, icon })
    });
    each.collect()
}

/// Whether there are lists within what this one has.
pub(super) fn has_inner(list: &Operation) -> bool {
    INNER.iter().any(|inner| inner.above == list.op.id)
}

/// What fits within the things that were found to be there.
pub(super) async fn look(cx: &Cx, found: &[Found], wanted: &str) -> Vec<Found> {
    let each = INNER.iter().filter_map(|inner| {
        let above = found.iter().find(|found| found.list.op.id == inner.above)?;
        (!above.things.is_empty()).then(|| look_into(cx, inner, above, wanted))
    });
    join_all(each).await
}

async fn look_into(cx: &Cx, inner: &Inner, above: &Found, wanted: &str) -> Found {
    let (asked, left) = chosen(above, wanted);
    let answers = asked.iter().map(async |thing| {
        let path = link::row_fields(inner.node, &Map::new(), thing)?;
        let mut fields = path.clone();
        if inner.node.is_paged {
            fields.insert("per_page".into(), MOST.into());
        }
        Some((*thing, path, cx.caller.call(&inner.list, fields).await))
    });
    let mut found = Found {
        list: inner.list,
        item: Item {
            title: inner.title.to_owned(),
            one: String::new(),
            shows: inner.list.op.id,
            path: inner.list.op.path,
            group: inner.list.group.name,
            icon: inner.icon,
        },
        fitting: Vec::new(),
        things: Vec::new(),
        total: 0,
        is_cut: false,
        refused: None,
        left: None,
    };
    let mut is_cut = false;
    for (thing, path, answer) in join_all(answers).await.into_iter().flatten() {
        match answer {
            Ok(answer) => {
                is_cut |= !answer.next.is_empty();
                found.add(answer.value, thing, &path, wanted);
            }
            // A database has no users where its kind has none.
            Err(refusal) if refusal.status == 403 => found.refused = Some(refusal.status),
            Err(_) => {}
        }
    }
    found.fitting.sort_by_key(|fitting| fitting.hit.rank);
    if left > 0 || is_cut {
        let (title, asked) = (words::lower(&above.item.title), asked.len());
        let first = if is_cut { format!(" (the first {MOST} of each)") } else { String::new() };
        let text = format!("{} in {asked} of {} {title}{first}", inner.title, asked + left);
        found.left = Some(text);
    }
    found
}

/// The things that are asked, those that the search names first, and how many are not.
fn chosen<'a>(above: &'a Found, wanted: &str) -> (Vec<&'a Value>, usize) {
    let wanted = wanted.to_lowercase();
    let mut things: Vec<&Value> =
        above.things.iter().filter(|thing| thing["rule_count"] != 0).collect();
    let is_named = |thing: &&Value| {
        let name = link::name(thing).to_lowercase();
        wanted.contains(&name) || name.contains(&wanted)
    };
    things.sort_by_key(|thing| !is_named(thing));
    let beyond = above.total.saturating_sub(above.things.len());
    let left = things.len().saturating_sub(ASKED) + beyond;
    things.truncate(ASKED);
    (things, left)
}

impl Found {
    fn add(&mut self, listed: Value, above: &Value, path: &Map<String, Value>, wanted: &str) {
        let Value::Array(things) = listed else { return };
        for mut thing in things {
            // A rule's number is no name: every group has a rule 1.
            let fields = thing.as_object_mut();
            let number =
                fields.and_then(|f| f.get("id")?.is_number().then(|| f.remove("id")).flatten());
            // The name of a bucket may be all that there is.
            if let Value::String(name) = thing {
                thing = Value::from_iter([("name", name)]);
            }
            let name = called(&thing, above);
            let whole = || whole_name(&thing, &name, wanted);
            if let Some(hit) = rank::hit(&thing, wanted).or_else(whole) {
                if let Some(number) = number {
                    thing["id"] = number;
                }
                let within = Some(link::name(above));
                self.fitting.push(Fitting { hit, name, thing, path: path.clone(), within });
            }
        }
    }
}

/// A record by its name with its domain's: `www.example.com`.
fn whole_name(thing: &Value, name: &str, wanted: &str) -> Option<Hit> {
    let is_meant = thing.get("data").is_some()
        && wanted.contains('.')
        && name.starts_with(&wanted.to_lowercase());
    is_meant.then(|| Hit { rank: 4, field: "name".to_owned(), value: name.to_owned() })
}

/// What is within a thing, as people tell it: a record's whole name, and what a rule lets in.
fn called(thing: &Value, above: &Value) -> String {
    let text = |name: &str| thing[name].as_str().unwrap_or_default();
    if let (Some(domain), Some(_)) = (above["domain"].as_str(), thing.get("data")) {
        return match text("name") {
            "" => domain.to_owned(),
            name => format!("{name}.{domain}"),
        };
    }
    if let (Some(protocol), Some(source)) = (thing["protocol"].as_str(), thing["source"].as_str()) {
        let port = match text("port") {
            "" => String::new(),
            port => format!(" {port}"),
        };
        return format!("{}{port} from {source}", protocol.to_uppercase());
    }
    link::name(thing)
}

#[cfg(test)]
mod tests {
    use super::super::SHELVES;
    use super::*;

    #[test]
    fn each_list_within_things_is_below_a_list_that_is_looked_through() {
        assert_eq!(INNER.len(), WITHIN.len());
        for inner in INNER.iter() {
            let above = SHELVES.iter().any(|(list, _)| list.op.id == inner.above);
            assert!(above, "{} below {}", inner.list.op.id, inner.above);
        }
    }
}
