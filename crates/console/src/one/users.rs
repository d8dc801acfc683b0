//! What uses a thing: the instances of a firewall group, the volumes of an instance. It is found by the
//! fields of other lists that hold its id.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use futures_util::future::join_all;
use maud::{Markup, html};
use presentation::{Operation, pointers, schema};
use serde_json::{Map, Value};

use super::Subject;
use crate::icon::icon;
use crate::link::family::{self, Node};
use crate::link::{self, words};
use crate::{href, list, nav, status};

/// How many things of one list are looked through.
const SOUGHT: usize = 500;
/// How many of one list are shown.
const SHOWN: usize = 8;
/// How deep within a thing its pointers are looked for.
const DEPTH: usize = 4;

/// A list whose things point at others.
struct Way {
    list: &'static Node,
    /// Where they do: `/vpc_id`, `/generic_info/vpc`.
    fields: Vec<String>,
    /// The one of them that the list can be asked by.
    filter: Option<String>,
}

/// By the list that is pointed into: what points there. Read once.
static WAYS: LazyLock<BTreeMap<&'static str, Vec<Way>>> = LazyLock::new(ways);

fn ways() -> BTreeMap<&'static str, Vec<Way>> {
    let mut ways: BTreeMap<&'static str, Vec<Way>> = BTreeMap::new();
    // Whose things have pages of their own, and stand below nothing else.
    let tops = family::all().iter().filter(|node| {
        let operation = &node.operation;
        let has_page = node.thing().is_some_and(|thing| thing.extra() == 1);
        node.is_list
            && node.is_page()
            && operation.path_fields().is_empty()
            && has_page
            && !operation.lists_catalogue()
    });
    for list in tops {
        let (request, answer) = (list.operation.request(), list.operation.response());
        let shape = answer.get("items").or_else(|| answer.pointer("/properties/items/items"));
        let mut found = Vec::new();
        point(&list.operation, &answer, shape.unwrap_or(&answer), "", &mut found);
        for (into, field) in found.into_iter().filter(|(into, _)| *into != list.operation.op.id) {
            let is_catalogue =
                |node: &&Node| node.operation.op.id == into && node.thing().is_none();
            if family::all().iter().any(|node| is_catalogue(&node)) {
                continue;
            }
            let own = ways.entry(into).or_default();
            let place = own.iter().position(|way| way.list.operation.op.id == list.operation.op.id);
            let place = place.unwrap_or_else(|| {
                own.push(Way { list, fields: Vec::new(), filter: None });
                own.len() - 1
            });
            let name = field.trim_start_matches('/').to_owned();
            let knows = schema::fields(&request).any(|(known, _)| *known == name);
            own[place].fields.push(field);
            own[place].filter = own[place].filter.take().or_else(|| knows.then_some(name));
        }
    }
    ways
}

/// The fields of a list's things that point into others, those of objects within them too.
fn point(
    list: &Operation,
    schema: &Value,
    shape: &Value,
    way: &str,
    found: &mut Vec<(&'static str, String)>,
) {
    for (name, inner) in schema::fields(schema::target(schema, shape)) {
        let inner = schema::target(schema, inner);
        let way = format!("{way}/{name}");
        if let Some(into) = pointed(list, name) {
            found.push((into, way));
        } else if inner["properties"].is_object() && way.matches('/').count() < DEPTH {
            point(list, schema, inner, &way, found);
        }
    }
}

/// The list that a field of a list's things points into. Objects with ids are named by their list:
/// `vpcs` are of VPCs.
fn pointed(list: &Operation, field: &str) -> Option<&'static str> {
    if let Some(target) = link::target(field, list) {
        return Some(target.list.op.id);
    }
    let group = field.strip_suffix('s')?.replace('_', "-");
    let own = |o: &&Node| {
        let operation = &o.operation;
        operation.group.name == group && operation.command == "list" && o.is_list
    };
    family::all().iter().find(own).map(|o| o.operation.op.id)
}

/// Those of one list that use a thing.
struct Users {
    list: &'static Node,
    things: Vec<Value>,
    /// Where all of them stand.
    all: Option<String>,
}

/// The panel; nothing where nothing can use it, or nothing does and that is no news.
pub(super) async fn panel(subject: &Subject<'_>) -> Markup {
    let list = subject.node.parent().filter(|parent| parent.is_list && subject.node.extra() == 1);
    let ways = list.and_then(|list| WAYS.get(list.operation.op.id));
    let (Some(ways), Some(id)) = (ways, own_id(subject)) else { return html! {} };
    let found = join_all(ways.iter().map(|way| users(subject, way, &id))).await;
    let is_whole = found.iter().all(Result::is_ok);
    let found: Vec<Users> =
        found.into_iter().flatten().filter(|users| !users.things.is_empty()).collect();
    // What runs by itself needs nobody; of what is there for others one wants to know.
    let is_for_others = status::of(&subject.value).is_none();
    let count: usize = found.iter().map(|users| users.things.len()).sum();
    html! {
        section.panel id="x-users" aria-labelledby="users-h" hidden[found.is_empty() && !is_for_others] {
            header {
                h2 id="users-h" { @if is_for_others { "Used by" } @else { "Connected with it" } }
                @if count > 0 { span.tag { (count) } }
            }
            @if found.is_empty() {
                p.pad.muted {
                    "No " (any_of(ways)) @if !is_whole { " that this key may see" } " uses it."
                }
            }
            ul.feed { @for users in &found { (rows(users)) } }
        }
    }
}

/// What could use a thing: "instance, cluster or database".
fn any_of(ways: &[Way]) -> String {
    let names: Vec<String> = ways.iter().map(|way| list::noun(way.list)).collect();
    match &names[..] {
        [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        _ => names.concat(),
    }
}

/// What others know a thing by.
fn own_id(subject: &Subject<'_>) -> Option<String> {
    let id = pointers::id(&subject.value);
    let own = || subject.path.values().next_back().map(link::text);
    Some(id).filter(|id| !id.is_empty()).or_else(own).filter(|id| !id.is_empty())
}

fn rows(users: &Users) -> Markup {
    let one = list::noun(users.list);
    let sign = nav::item_of(&users.list.operation).map_or("list", |item| item.icon);
    let more = users.things.len().saturating_sub(SHOWN);
    html! {
        @for thing in users.things.iter().take(SHOWN) {
            @let name = link::called(thing).unwrap_or_else(|| pointers::id(thing));
            @let address = link::of_row(&users.list.operation, &Map::new(), thing);
            li {
                (icon(sign))
                div.cut { a href=[address] { (name) } " " span.muted.small { (one) } }
                @if let Some((sign, word)) = status::of(thing) { (status::show(sign, &word)) }
            }
        }
        @if more > 0 {
            @let text = format!("{more} more {}", words::many(&one));
            li { div { "And " @match &users.all {
                Some(all) => { a href=(all) { (text) } },
                None => { (text) },
            } } }
        }
    }
}

/// Those of a list that point at the thing of that id. One list is asked once, whatever there is.
async fn users(subject: &Subject<'_>, way: &Way, id: &str) -> Result<Users, ()> {
    let filter = way.filter.iter().map(|field| (field.clone(), Value::from(id)));
    let filter: Map<String, Value> = filter.collect();
    let operation = &way.list.operation;
    let all = href::page(operation, &Map::new()).map(|page| href::with(&page, &filter));
    let asked = subject.cx.caller.all(operation, filter, SOUGHT).await;
    let things = asked.map_err(|_| ())?.into_iter();
    let things = things.filter(|thing| {
        way.fields.iter().any(|field| thing.pointer(field).is_some_and(|value| holds(value, id)))
    });
    Ok(Users { list: way.list, things: things.collect(), all })
}

/// Whether a field's value is an id, or has it among others.
fn holds(value: &Value, id: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| holds(item, id)),
        Value::Object(fields) => fields.values().any(|own| link::text(own) == id),
        value => link::text(value) == id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_points_at_a_thing_is_known_by_the_definition() {
        let of = |list: &str| -> Vec<&str> {
            let ways = WAYS.get(list).map(Vec::as_slice).unwrap_or_default();
            ways.iter().map(|way| way.list.operation.op.id).collect()
        };
        assert!(of("list-firewall-groups").contains(&"list-instances"));
        assert!(of("list-vpcs").contains(&"list-instances"));
        assert!(of("list-vpcs").contains(&"list-load-balancers"), "within `generic_info`");
        assert!(of("list-instances").contains(&"list-blocks"));
        assert!(of("list-instances").contains(&"list-reserved-ips"));
        // It costs a call each.
        assert!(WAYS.values().all(|ways| ways.len() <= 10));
    }
}
