//! Find anything: things by name, id and address, operations, pages, and what can be ordered.
//!
//! Things are looked for in the lists that need nothing to be named first, all of them at once and
//! each as far as one page of it goes, and within some of them; where there may be more, that is said.
//! An id is asked for itself, too, however long its list is, and leads straight to its thing.

mod rank;
mod within;

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use futures_util::future::join_all;
use maud::{Markup, html};
use presentation::operations::{self, Operation};
use presentation::schema::{self, Kind};
use presentation::{places, pointers};
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::icon::{bird, icon};
use crate::layout::{self, Page};
use crate::link::words;
use crate::nav::Item;
use crate::reference::{self, verb};
use crate::{ROOT, Shared, href, link, nav, status, world};
use rank::Hit;

/// How many things of a list are looked through.
const MOST: usize = 500;
/// How many hits of a kind are shown.
const SHOWN: usize = 8;
/// How long a search may be, in characters.
const LONGEST: usize = 200;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route(&format!("{ROOT}/search"), get(show))
}

/// A list that was looked through.
struct Found {
    list: Operation,
    /// Its line of the navigation.
    item: Item,
    /// What fits, the best first.
    fitting: Vec<Fitting>,
    /// All that it has, if something lies within it; and how many there are in all.
    things: Vec<Value>,
    total: usize,
    /// Whether there may be more beyond what was looked through.
    is_cut: bool,
    /// Of what lies within things, how many of these were not looked into, in words.
    left: Option<String>,
    /// Why it was not looked through, if it was not.
    refused: Option<u16>,
}

/// A thing that fits.
struct Fitting {
    hit: Hit,
    name: String,
    thing: Value,
    /// The fields of its list's path.
    path: Map<String, Value>,
    /// What the thing is called that it is within.
    within: Option<String>,
}

async fn show(cx: Cx) -> Response {
    let wanted: String = cx.asked("q").trim().chars().take(LONGEST).collect();
    if wanted.is_empty() {
        return page(&cx, "", html! { (hints()) });
    }
    let each = SHELVES.iter().map(|(list, item)| look(&cx, *list, item.clone(), &wanted));
    let mut found = join_all(each).await;
    if let Some(address) = exact(&cx, &found, &wanted).await {
        return Redirect::to(&address).into_response();
    }
    let inner = within::look(&cx, &found, &wanted).await;
    if let Some(address) = named(&inner) {
        return Redirect::to(&address).into_response();
    }
    found.extend(inner);
    let limits = Limits::of(&found);
    let looked = found.iter().filter(|found| found.refused.is_none()).count();
    once(&mut found);
    found.retain(|found| !found.fitting.is_empty());
    // What people have comes before what can be ordered, and the best hit before the others.
    found.sort_by_key(|f| (f.list.lists_catalogue(), f.fitting.first().map(|f| f.hit.rank)));
    let (offered, own): (Vec<_>, Vec<_>) =
        found.iter().partition(|found| found.list.lists_catalogue());
    let (pages, operations) = (pages(&wanted), operations(&wanted));
    let is_empty = found.is_empty() && pages.is_empty() && operations.is_empty();
    let main = html! {
        @if is_empty { (nothing(&wanted, looked)) }
        div.stack.hits {
            @for found in &own { (things(found, &wanted)) }
            (of_pages(&pages))
            (of_operations(&operations, &wanted))
            @for found in &offered { (things(found, &wanted)) }
            (limits.shown())
        }
    };
    page(&cx, &wanted, main)
}

/// The lists that need nothing to be named first, in the navigation's order.
static SHELVES: LazyLock<Vec<(Operation, Item)>> = LazyLock::new(shelves);

fn shelves() -> Vec<(Operation, Item)> {
    let all = operations::all();
    let items = nav::groups().into_iter().flat_map(|group| group.items);
    let each = items.filter_map(|item| {
        let list = *all.iter().find(|o| o.op.id == item.shows && o.is_list())?;
        Some((list, item))
    });
    each.collect()
}

/// Looks through the first page of a list.
async fn look(cx: &Cx, list: Operation, item: Item, wanted: &str) -> Found {
    let mut fields = Map::new();
    if link::family::node(&list).is_some_and(|node| node.is_paged) {
        fields.insert("per_page".into(), MOST.into());
    }
    let mut found = Found {
        list,
        item,
        fitting: Vec::new(),
        things: Vec::new(),
        total: 0,
        is_cut: false,
        left: None,
        refused: None,
    };
    match cx.caller.call(&list, fields).await {
        Ok(answer) => {
            let Value::Array(things) = answer.value else { return found };
            let total = answer.total.and_then(|total| usize::try_from(total).ok());
            found.total = total.unwrap_or(things.len());
            found.is_cut = !answer.next.is_empty();
            let fits = things.iter().filter_map(|thing| {
                let hit = rank::hit(thing, wanted)?;
                let (name, thing) = (link::name(thing), thing.clone());
                Some(Fitting { hit, name, thing, path: Map::new(), within: None })
            });
            found.fitting = fits.collect();
            found.fitting.sort_by_key(|fitting| fitting.hit.rank);
            if within::has_inner(&list) {
                found.things = things;
            }
        }
        Err(refusal) => found.refused = Some(refusal.status),
    }
    found
}

/// Leaves each thing where it stands first: a VPC is a private network, too.
fn once(found: &mut [Found]) {
    let mut seen = BTreeSet::new();
    for found in found {
        found.fitting.retain(|fitting| {
            let id = pointers::id(&fitting.thing);
            // Numbers are ids within their own list.
            uuid::Uuid::try_parse(&id).is_err() || seen.insert(id)
        });
    }
}

/// The page of the one thing that has this very id.
async fn exact(cx: &Cx, found: &[Found], wanted: &str) -> Option<String> {
    if let Some(address) = named(found) {
        return Some(address);
    }
    uuid::Uuid::try_parse(wanted).ok()?;
    // It may lie beyond the first page, or be of something that no list at the top shows.
    let asks = operations::all().into_iter().filter(is_by_id);
    let each = asks.map(async |operation| {
        let own = operation.path_fields().pop()?;
        let fields = Map::from_iter([(own, Value::from(wanted))]);
        cx.caller.call(&operation, fields.clone()).await.ok()?;
        href::page(&operation, &fields)
    });
    join_all(each).await.into_iter().flatten().next()
}

/// The page of the thing with this very id. A network stands in older lists, too: the first is the one
/// that people mean. Numbers are ids of many things, and lead nowhere.
fn named(found: &[Found]) -> Option<String> {
    found.iter().find_map(|found| {
        let fitting = found.fitting.iter().find(|fitting| fitting.hit.is_id())?;
        link::of_row(&found.list, &fitting.path, &fitting.thing)
    })
}

/// Whether an operation shows a thing by its id alone.
fn is_by_id(operation: &Operation) -> bool {
    let path = operation.path_fields();
    let [own] = path.as_slice() else { return false };
    let schema = operation.request();
    let shape = schema.pointer(&format!("/properties/{own}")).unwrap_or(&Value::Null);
    operation.command == "get"
        && operation.op.method == api::Method::GET
        && operation.pattern().ends_with("/{}")
        && schema::kind(&schema, shape) == Kind::Uuid
}

/// The pages of the navigation that fit: title, address, icon.
fn pages(wanted: &str) -> Vec<(String, String, &'static str)> {
    let all = operations::all();
    let items = nav::groups().into_iter().flat_map(|group| group.items);
    let lists = items.filter_map(|item| {
        let shows = all.iter().find(|o| o.op.id == item.shows)?;
        Some((item.title, href::page(shows, &Map::new())?, item.icon))
    });
    let own = [
        ("Overview", "/", "home"),
        ("Requests", "/requests", "list"),
        ("Network map", "/network", "net"),
        ("All operations", "/reference", "book"),
    ];
    let own = own.map(|(title, path, icon)| (title.to_owned(), format!("{ROOT}{path}"), icon));
    let world = world::pages().map(|(title, path)| (title, path, "sliders"));
    own.into_iter()
        .chain(world)
        .chain(lists)
        .filter(|(title, ..)| reference::fits(wanted, &[title]))
        .collect()
}

/// The operations that fit, those first whose id or command says it.
fn operations(wanted: &str) -> Vec<(Operation, &'static str)> {
    let each = operations::with_own().into_iter().map(|o| (o, reference::about(&o).0));
    let mut found: Vec<_> =
        each.filter(|(o, about)| reference::is_meant(o, about, wanted)).collect();
    found.sort_by_key(|(o, _)| !reference::fits(wanted, &[o.op.id, &places::path(o)]));
    found
}

fn page(cx: &Cx, wanted: &str, results: Markup) -> Response {
    let title =
        if wanted.is_empty() { "Find anything".to_owned() } else { format!("“{wanted}”") };
    let main = html! {
        div.head { div { h1 { "Find anything" } } }
        div.panel { div.tools {
            form.find.wide role="search" aria-label="Anything" action={ (ROOT) "/search" } {
                label.sr for="all-q" { "Name, id, address or operation" }
                (icon("search"))
                input id="all-q" name="q" type="search" value=(wanted) autocomplete="off"
                    placeholder="Name, id, address, operation" autofocus[wanted.is_empty()]
                    data-walk=".hits a";
            }
        } }
        (results)
    };
    layout::page(cx, Page { title, main, ..Page::default() })
}

/// What can be looked for.
fn hints() -> Markup {
    let kinds = [
        ("A name", "web-1", "labels, host names, domains, descriptions and tags"),
        ("An id, or how it begins", "cb676a46", "a whole id leads straight to its page"),
        ("An address", "203.0.113", "of servers, networks, load balancers, DNS records"),
        ("A port", "443", "that firewall groups and load balancers let in"),
        ("An operation", "create instance", "by id, path, command or what it does"),
        ("A page", "firewall", "of the navigation"),
        ("What can be ordered", "frankfurt", "plans, regions, systems, applications"),
    ];
    html! {
        section.panel aria-labelledby="h-hints" {
            header { h2 id="h-hints" { "What can be looked for" } }
            ul.feed { @for (what, example, says) in kinds {
                @let fields = Map::from_iter([("q".to_owned(), Value::from(example))]);
                li {
                    div { b { (what) } " " span.muted { (says) } }
                    a.tag href=(href::with(&format!("{ROOT}/search"), &fields)) { (example) }
                }
            } }
            div.body.small.muted { p {
                kbd { "/" } " goes to the search from anywhere, " kbd { "↓" } " and " kbd { "↑" }
                " walk through what was found, " kbd { "Enter" } " opens it."
            } }
        }
    }
}

/// The hits of one list.
fn things(found: &Found, wanted: &str) -> Markup {
    let id = format!("h-{}", found.list.op.id);
    let (title, count) = (&found.item.title, found.fitting.len());
    html! {
        section.panel aria-labelledby=(id) {
            header { h2 id=(id) { (title) } span.tag { (count) } }
            ul.feed { @for fitting in found.fitting.iter().take(SHOWN) {
                (thing_line(found, fitting, wanted))
            } }
            @if count > SHOWN {
                div.pager { @match href::page(&found.list, &Map::new()) {
                    Some(all) => a href=(all) {
                        "All " (words::lower(title)) "; " (count - SHOWN) " more fit"
                    },
                    None => span.muted { (count - SHOWN) " more fit; say more of the name to see them" },
                } }
            }
        }
    }
}

fn thing_line(found: &Found, fitting: &Fitting, wanted: &str) -> Markup {
    let Fitting { hit, name, thing, path, within } = fitting;
    let list = &found.list;
    let address = link::of_row(list, path, thing).or_else(|| href::page(list, path));
    let place = thing.get("region").and_then(Value::as_str).unwrap_or_default();
    html! {
        li {
            (icon(found.item.icon))
            div {
                a href=(address.unwrap_or_default()) { (rank::marked(name, wanted)) }
                // What the name says already is marked there.
                @if !name.to_lowercase().contains(&wanted.to_lowercase()) {
                    span.small.muted { " " (words::phrase(&hit.field)) " " code { (rank::marked(&hit.value, wanted)) } }
                }
            }
            @if let Some((sign, word)) = status::of(thing) { (status::show(sign, &word)) }
            @if let Some(within) = within { span.t { (within) } }
            @if !place.is_empty() { span.t { (place) } }
        }
    }
}

fn of_pages(pages: &[(String, String, &'static str)]) -> Markup {
    html! {
        @if !pages.is_empty() {
            section.panel aria-labelledby="h-pages" {
                header { h2 id="h-pages" { "Pages" } span.tag { (pages.len()) } }
                ul.feed { @for (title, address, name) in pages.iter().take(SHOWN) {
                    li { (icon(name)) div { a href=(address) { (title) } } }
                } }
            }
        }
    }
}

fn of_operations(found: &[(Operation, &str)], wanted: &str) -> Markup {
    let fields = Map::from_iter([("q".to_owned(), Value::from(wanted))]);
    html! {
        @if !found.is_empty() {
            section.panel aria-labelledby="h-ops" {
                header { h2 id="h-ops" { "Operations" } span.tag { (found.len()) } }
                ul.feed { @for (operation, about) in found.iter().take(SHOWN) {
                    li {
                        (verb(&operation.op.method))
                        div {
                            a href=(reference::address(operation)) { (rank::marked(about, wanted)) }
                            code.path { (operation.op.path) }
                        }
                        a.t href=(href::form(operation, &Map::new())) { "Try it" }
                    }
                } }
                @if found.len() > SHOWN {
                    div.pager { a href=(href::with(&format!("{ROOT}/reference"), &fields)) {
                        "All " (found.len()) " in the reference"
                    } }
                }
            }
        }
    }
}

fn nothing(wanted: &str, lists: usize) -> Markup {
    html! {
        div.panel { div.empty {
            (bird())
            h2 { "Nothing found" }
            p {
                "Looked for “" (wanted) "” in the names, ids, addresses and tags of what " (lists)
                " lists hold, in operations, in pages, and in what can be ordered."
            }
            p { "Other things within a thing, as an instance's further addresses, are found on its own page." }
        } }
    }
}

/// What was not looked through: titles of lists, and what was left within things.
struct Limits {
    cut: Vec<String>,
    left: Vec<String>,
    missed: Vec<String>,
}

impl Limits {
    fn of(found: &[Found]) -> Self {
        let titles = |is_so: fn(&&Found) -> bool| {
            found.iter().filter(is_so).map(|found| found.item.title.clone()).collect()
        };
        Self {
            cut: titles(|found| found.is_cut),
            left: found.iter().filter_map(|found| found.left.clone()).collect(),
            missed: titles(|found| found.refused.is_some()),
        }
    }

    fn shown(&self) -> Markup {
        html! {
            @if !self.cut.is_empty() {
                div.note { (icon("info")) div.small {
                    "Of these the first " (MOST) " were looked through, and there are more: "
                    (self.cut.join(", ")) ". Their own pages filter all of them."
                } }
            }
            @if !self.left.is_empty() {
                div.note { (icon("info")) div.small {
                    "Looked for " (self.left.join("; ")) ". Those come first that the search names: \
                    to find what is in another, name it, too, or look on its page."
                } }
            }
            @if !self.missed.is_empty() {
                div.note { (icon("info")) div.small {
                    "Not looked through, as this key may not see them: " (self.missed.join(", ")) "."
                } }
            }
        }
    }
}
