//! What belongs to a thing: what is listed and looked at below it, lists of objects within it, and at
//! last all of it as JSON. Each tab is a page of its own: `?tab=records`.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::{Subject, facts, json};
use crate::act::words as acts;
use crate::href;
use crate::icon::icon;
use crate::link::family::Node;
use crate::link::{self, words};
use crate::list::{self, View};
use crate::upstream::Refusal;

/// The name of the last tab.
const JSON: &str = "json";

/// How many objects a table shows.
const ROWS: usize = 500;

/// Lists that few people look for: they stand behind the others.
const LATER: &[&str] = &[
    "available-upgrades",
    "neighbors",
    "reverse",
    "dnssec",
    "private-networks",
    "vpc2",
    "maintenance",
    "version-upgrade",
    "available-connectors",
];

/// The tabs of a thing, of which one is open.
pub(super) struct Tabs {
    all: Vec<Tab>,
    open: usize,
}

struct Tab {
    /// What stands in the address.
    name: String,
    title: String,
    count: Option<usize>,
    what: What,
}

enum What {
    /// What an operation lists or looks at.
    Node(&'static Node),
    /// A list of objects within the thing.
    Within(Vec<Value>),
    Json,
}

impl Tabs {
    /// The tabs of a thing, and how much is in those that list.
    pub(super) async fn of(subject: &Subject<'_>) -> Self {
        let mut lists = Vec::new();
        let mut looks = Vec::new();
        for node in subject.node.tabs().into_iter().filter(|node| node.is_page()) {
            let mut tab = Tab {
                name: node.operation.op.path.rsplit('/').next().unwrap_or_default().to_owned(),
                title: list::title(node),
                count: None,
                what: What::Node(node),
            };
            if !node.is_list {
                looks.push(tab);
                continue;
            }
            match count(subject, node).await {
                Ok(count) => {
                    tab.count = count;
                    lists.push(tab);
                }
                // What things of this kind have not: a queue's topics, of a database of another kind.
                Err(refusal) if refusal.status != 403 => {}
                Err(_) => lists.push(tab),
            }
        }
        lists.sort_by_key(|tab: &Tab| LATER.contains(&tab.name.as_str()));
        let mut all = lists;
        all.extend(within(subject, &all));
        all.extend(looks);
        distinguish(&mut all);
        all.push(Tab {
            name: JSON.to_owned(),
            title: "JSON".to_owned(),
            count: None,
            what: What::Json,
        });
        let asked = subject.cx.asked("tab");
        let open = all.iter().position(|tab| tab.name == asked).unwrap_or(0);
        Self { all, open }
    }

    /// The tabs, and what is in the open one.
    pub(super) async fn show(&self, subject: &Subject<'_>) -> Markup {
        let content = match self.all.get(self.open).map(|tab| &tab.what) {
            Some(What::Node(node)) if node.is_list => listed(subject, node).await,
            Some(What::Node(node)) => looked_at(subject, node).await,
            Some(What::Within(items)) => objects(subject, items),
            Some(What::Json) | None => json::panel(&subject.value),
        };
        html! {
            section.panel.belongs aria-label="What belongs to it" {
                nav.tabs id="x-tabs" aria-label="What belongs to it" {
                    @for (place, tab) in self.all.iter().enumerate() {
                        a href=(format!("?tab={}#x-tabs", tab.name))
                            aria-current=[(place == self.open).then_some("page")] {
                            (tab.title)
                            @if let Some(count) = tab.count { span.n { (count) } }
                        }
                    }
                }
                (content)
            }
        }
    }
}

/// How many things a list has; none where it does not say.
async fn count(subject: &Subject<'_>, node: &Node) -> Result<Option<usize>, Refusal> {
    let mut fields = subject.path.clone();
    if node.is_paged {
        fields.insert("per_page".into(), 1.into());
    }
    let answer = subject.cx.caller.call(&node.operation, fields).await?;
    let total = answer.total.and_then(|total| usize::try_from(total).ok());
    Ok(total.or_else(|| answer.value.as_array().filter(|_| !node.is_paged).map(Vec::len)))
}

/// The lists of objects within a thing that no operation lists.
fn within(subject: &Subject<'_>, listed: &[Tab]) -> Vec<Tab> {
    let fields = subject.value.as_object().into_iter().flatten();
    let is_listed = |name: &str| listed.iter().any(|tab| tab.name.replace('-', "_") == name);
    let lists = fields.filter_map(|(name, value)| {
        let items = value.as_array()?;
        // The addresses are listed with their names.
        let is_many = items.first().is_some_and(Value::is_object)
            && !is_listed(name)
            && name != "v6_networks";
        is_many.then(|| Tab {
            name: name.clone(),
            title: words::title(name),
            count: Some(items.len()),
            what: What::Within(items.clone()),
        })
    });
    lists.collect()
}

/// Gives names to tabs that would have the same: those of `/ipv4/reverse` and `/ipv6/reverse`.
fn distinguish(tabs: &mut [Tab]) {
    for place in 0..tabs.len() {
        let (before, rest) = tabs.split_at_mut(place);
        let Some(tab) = rest.first_mut() else { return };
        if before.iter().any(|other| other.name == tab.name)
            && let What::Node(node) = tab.what
        {
            tab.name = node.operation.op.id.to_owned();
        }
    }
}

/// A list within the page of a thing, with what makes and changes what is in it.
async fn listed(subject: &Subject<'_>, node: &'static Node) -> Markup {
    match View::load(subject.cx, node, subject.path.clone()).await {
        Ok(view) => html! { (tools(subject, node)) (view.within()) },
        Err(refusal) => refused(subject, node, &refusal),
    }
}

/// What a look at something of the thing shows.
async fn looked_at(subject: &Subject<'_>, node: &'static Node) -> Markup {
    let fields = crate::browse::asked(subject.cx, &node.operation, &subject.path);
    let answer = match subject.cx.caller.call(&node.operation, fields).await {
        Ok(answer) => answer,
        Err(refusal) => return refused(subject, node, &refusal),
    };
    let body = match &answer.value {
        // What was used, day by day.
        Value::Object(fields) if is_by_day(fields) => objects(subject, &by_day(fields)),
        Value::Object(fields) => {
            let alone = facts::text_alone(&node.operation, fields);
            let facts = facts::of(subject.cx, &node.operation, fields).await;
            html! {
                @if let Some(text) = alone {
                    (facts::block("x-look", &text))
                } @else if let Some(facts) = facts {
                    div.body.pad id="x-look" { (facts) }
                }
                @for (name, items) in objects_of(fields) {
                    h2.lead { (words::title(name)) }
                    (objects(subject, items))
                }
                @if presentation::columns::is_empty(&answer.value) { p.pad.muted { "Nothing." } }
            }
        }
        Value::Array(items) if items.iter().all(Value::is_object) => objects(subject, items),
        Value::String(text) => facts::block("x-look", text),
        other => json::panel(other),
    };
    html! { (tools(subject, node)) (body) }
}

/// Whether an object has nothing but days, each with what was on it.
fn is_by_day(fields: &Map<String, Value>) -> bool {
    let is_day = |name: &str| name.starts_with(|c: char| c.is_ascii_digit());
    !fields.is_empty() && fields.iter().all(|(name, value)| is_day(name) && value.is_object())
}

/// The same as a list, each with its day.
fn by_day(fields: &Map<String, Value>) -> Vec<Value> {
    let days = fields.iter().map(|(day, value)| {
        let mut row = Map::from_iter([("date".to_owned(), day.clone().into())]);
        row.extend(value.as_object().cloned().unwrap_or_default());
        row.into()
    });
    days.collect()
}

/// The lists of objects among the fields of an answer.
fn objects_of(fields: &Map<String, Value>) -> Vec<(&String, &Vec<Value>)> {
    let lists = fields.iter().filter_map(|(name, value)| Some((name, value.as_array()?)));
    lists.filter(|(_, items)| items.first().is_some_and(Value::is_object)).collect()
}

fn refused(subject: &Subject<'_>, node: &'static Node, refusal: &Refusal) -> Markup {
    html! {
        (tools(subject, node))
        div.empty {
            (crate::icon::bird())
            h2 { @if refusal.status == 404 { "There is none" } @else { (refusal.status) } }
            p { (refusal.text) }
        }
    }
}

/// What is done to what a tab shows.
fn tools(subject: &Subject<'_>, node: &'static Node) -> Markup {
    let (first, mut others) = match node.is_list {
        true => list::made_here(node),
        false => (None, node.children().filter(|child| !child.is_page()).collect()),
    };
    others.retain(|other| !other.is_page());
    if first.is_none() && others.is_empty() {
        return html! {};
    }
    html! {
        div.tools.does data-acts {
            span.grow {}
            @for other in others.into_iter().chain(first) {
                @let act = acts::of(&other.operation);
                @let is_delete = other.operation.op.method == api::Method::DELETE;
                a.btn.slim.danger[is_delete] href=(href::form(&other.operation, &subject.path)) {
                    (icon(act.icon)) " " (act.title)
                }
            }
        }
    }
}

/// Objects that no operation lists, a row each.
fn objects(subject: &Subject<'_>, items: &[Value]) -> Markup {
    let mut heads: Vec<&String> = Vec::new();
    for name in items.iter().filter_map(Value::as_object).flat_map(Map::keys) {
        let is_plain = items.iter().all(|item| !item[name].is_object() && !is_deep(&item[name]));
        if !heads.contains(&name) && is_plain && !api::mask::is_secret(name) {
            heads.push(name);
        }
    }
    // What it is called and when it was stands first, ids last.
    heads.sort_by_key(|name| match name.as_str() {
        "timestamp" | "date" => 0,
        "label" | "name" | "message" => 1,
        name if name.ends_with("_id") => 3,
        _ => 2,
    });
    let target = |name: &str| link::target(name, &subject.node.operation);
    html! {
        div.scroll tabindex="0" role="region" aria-label="List" { table {
            thead { tr { @for head in &heads { th scope="col" { (words::title(head)) } } } }
            tbody { @for item in items.iter().take(ROWS) { tr { @for (place, head) in heads.iter().enumerate() {
                @let value = &item[head.as_str()];
                @let own = target(head).and_then(|target| target.address(value));
                @let shown = html! {
                    @match own {
                        Some(address) => a href=(address) { (link::text(value)) },
                        None => (list::brief(head, value)),
                    }
                };
                @if place == 0 { th scope="row" { (shown) } } @else { td { (shown) } }
            } } } }
        } }
        @if items.len() > ROWS {
            p.pad.muted { "And " (items.len() - ROWS) " more, which the JSON has." }
        }
    }
}

fn is_deep(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().any(|i| i.is_object() || i.is_array()))
}
