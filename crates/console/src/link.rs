//! What ids point at: the page of the thing, and what its owner calls it.

pub(crate) mod family;
pub(crate) mod words;

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use presentation::operations::{self, Operation};
use presentation::pointers;
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::href;

/// How many names of one kind are looked up one by one; of more, the list is read.
const SINGLY: usize = 3;
/// How many things of a list are read for their names.
const NAMED: usize = 500;
/// How many that were not among those are looked up one by one.
const LOST: usize = 10;

/// What a field of an operation's answer points at: the list that has it, and what shows it.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) list: Operation,
    pub(crate) thing: Option<Operation>,
}

/// What the field holds the ids of; none where it holds none.
pub(crate) fn target(field: &str, operation: &Operation) -> Option<Target> {
    // What a log tells of may be anything; a thing's own id points nowhere else.
    if matches!(field, "id" | "resource_id") {
        return None;
    }
    let all = operations::all();
    // A path's own fields are no pointers to elsewhere.
    let list = pointers::list_for(operation, &[], field, &all)?;
    let thing = family::node(list).and_then(family::Node::thing).map(|node| node.operation);
    Some(Target { list: *list, thing: thing.filter(|o| o.path_fields().len() == 1) })
}

impl Target {
    /// The page of the thing of that id. What is in a catalogue is found in its list.
    pub(crate) fn address(&self, value: &Value) -> Option<String> {
        if is_none(value) {
            return None;
        }
        match &self.thing {
            Some(thing) => {
                let own = thing.path_fields().pop()?;
                href::page(thing, &Map::from_iter([(own, value.clone())]))
            }
            None => {
                let page = href::page(&self.list, &Map::new())?;
                Some(href::with(&page, &Map::from_iter([("q".to_owned(), value.clone())])))
            }
        }
    }

    /// Whether its things are called otherwise than by their ids.
    fn has_names(&self) -> bool {
        !matches!(self.list.group.name, "plan" | "database-plan")
    }
}

/// Whether an id says that there is nothing: empty, or zero.
pub(crate) fn is_none(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty() || text == "0",
        Value::Number(number) => number.as_i64() == Some(0),
        _ => true,
    }
}

/// What ids stand for, looked up once for a page.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<(&'static str, String), String>);

impl Names {
    /// Looks up what these ids are called. What cannot be had keeps its id.
    pub(crate) async fn load(cx: &Cx, wanted: &[(Target, Value)]) -> Self {
        let mut kinds: BTreeMap<&str, (Target, BTreeSet<String>)> = BTreeMap::new();
        for (target, value) in wanted {
            if target.has_names() && !is_none(value) {
                let kind = kinds.entry(target.list.op.id);
                kind.or_insert_with(|| (*target, BTreeSet::new())).1.insert(text(value));
            }
        }
        let mut names = Self::default();
        for (id, (target, ids)) in kinds {
            names.look_up(cx, id, &target, ids).await;
        }
        names
    }

    async fn look_up(&mut self, cx: &Cx, id: &'static str, target: &Target, ids: BTreeSet<String>) {
        if let (Some(thing), true) = (&target.thing, ids.len() <= SINGLY) {
            return self.look_up_singly(cx, id, thing, ids).await;
        }
        let Ok(things) = cx.caller.all(&target.list, Map::new(), NAMED).await else { return };
        for thing in things {
            if let (key, Some(name)) = (pointers::id(&thing), called(&thing))
                && ids.contains(&key)
            {
                self.0.insert((id, key), name);
            }
        }
        // Of many things some are not among the first.
        let lost = ids.into_iter().filter(|one| !self.0.contains_key(&(id, one.clone())));
        let lost: BTreeSet<String> = lost.take(LOST).collect();
        if let Some(thing) = &target.thing {
            self.look_up_singly(cx, id, thing, lost).await;
        }
    }

    async fn look_up_singly(
        &mut self,
        cx: &Cx,
        id: &'static str,
        thing: &Operation,
        ids: BTreeSet<String>,
    ) {
        let Some(own) = thing.path_fields().pop() else { return };
        for one in ids {
            let fields = Map::from_iter([(own.clone(), one.clone().into())]);
            if let Ok(answer) = cx.caller.call(thing, fields).await
                && let Some(name) = called(&answer.value)
            {
                self.0.insert((id, one), name);
            }
        }
    }

    /// What the thing of that id is called; its id where nobody knows.
    pub(crate) fn name(&self, target: &Target, value: &Value) -> String {
        let id = text(value);
        self.0.get(&(target.list.op.id, id.clone())).cloned().unwrap_or(id)
    }

    /// A link to what an id points at, by the name of that.
    pub(crate) fn show(&self, target: &Target, value: &Value) -> Markup {
        let (name, id) = (self.name(target, value), text(value));
        let title = (name != id).then_some(&id);
        if target.list.group.name == "region" && name != id {
            return html! {
                a.mono href=[target.address(value)] { (id) } span.muted.p4 { " " (name) }
            };
        }
        html! {
            @match target.address(value) {
                Some(address) => { a href=(address) title=[title] class=[(name == id).then_some("mono")] { (name) } },
                None => { span title=[title] { (name) } },
            }
        }
    }
}

/// By what things are called that have none of the usual names.
const OTHER_NAMES: &[&str] =
    &["city", "username", "image", "filename", "display_name", "v4_subnet", "ip_block"];

/// What people call a thing: by its label, or whatever else its kind has. None where only its id tells it
/// from others.
pub(crate) fn called(thing: &Value) -> Option<String> {
    let names = ["domain"].iter().chain(pointers::NAMES).chain(OTHER_NAMES);
    let mut texts = names.filter_map(|name| thing.get(*name).and_then(Value::as_str));
    texts.find(|text| !text.trim().is_empty() && *text != "0.0.0.0").map(str::to_owned)
}

/// What people call a thing; its id where they do not.
pub(crate) fn name(thing: &Value) -> String {
    called(thing).unwrap_or_else(|| pointers::id(thing))
}

/// An id as text.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// The value of a row that stands in a path under that name: `bucket_name` is the row's `name`.
pub(crate) fn own_value<'a>(param: &str, thing: &'a Value) -> Option<&'a Value> {
    if thing.is_string() || thing.is_number() {
        return Some(thing);
    }
    let field = |name: &str| thing.get(name).filter(|value| value.is_string() || value.is_number());
    let mut name = param;
    loop {
        if let Some(value) = field(name) {
            return Some(value);
        }
        let Some((_, rest)) = name.split_once('_') else { break };
        name = rest;
    }
    ["id", "ip", "target_id", "name", "domain"].into_iter().find_map(field)
}

/// The page of a thing that a list holds; none where nothing shows it.
pub(crate) fn of_row(list: &Operation, path: &Map<String, Value>, thing: &Value) -> Option<String> {
    let show = family::node(list)?.thing()?;
    href::page(&show.operation, &row_fields(show, path, thing)?)
}

/// The path's fields of an operation on a thing that a list holds.
pub(crate) fn row_fields(
    node: &family::Node,
    path: &Map<String, Value>,
    thing: &Value,
) -> Option<Map<String, Value>> {
    let mut fields: Map<String, Value> = Map::new();
    for name in node.operation.path_fields() {
        // What stands above the list keeps its value, by whatever name.
        let value = path.get(&name).or_else(|| own_value(&name, thing))?;
        fields.insert(name, value.clone());
    }
    Some(fields)
}

/// The pages above this one, the outermost first: lists by their names, things by theirs.
pub(crate) async fn crumbs(
    cx: &Cx,
    node: &'static family::Node,
    path: &Map<String, Value>,
) -> Vec<(String, String)> {
    let mut crumbs = Vec::new();
    let mut above = node.parent();
    while let Some(node) = above {
        above = node.parent();
        let Some(address) = href::page(&node.operation, path).filter(|_| node.is_page()) else {
            continue;
        };
        let own = node.operation.path_fields().pop();
        let name = match own.filter(|_| !node.is_list && node.extra() > 0) {
            None => crate::list::title(node),
            Some(own) => {
                let named = cx.caller.call(&node.operation, path_of(node, path)).await;
                let name = named.ok().and_then(|answer| called(&answer.value));
                name.or_else(|| path.get(&own).map(text)).unwrap_or_default()
            }
        };
        crumbs.push((name, address));
    }
    crumbs.reverse();
    crumbs
}

/// The fields of a node's path, out of those of a longer one.
pub(crate) fn path_of(node: &family::Node, path: &Map<String, Value>) -> Map<String, Value> {
    let own = node.operation.path_fields();
    path.iter()
        .filter(|(name, _)| own.contains(name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect()
}
