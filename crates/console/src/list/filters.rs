//! What stands above a table: the search, the operation's own filters, and which columns there are.

use maud::{Markup, html};
use presentation::schema::{self, Kind};
use presentation::{Operation, operations, pointers};
use serde_json::{Map, Value};

use super::columns::Columns;
use super::pages::{self, Page};
use crate::cx::Cx;
use crate::icon::icon;
use crate::link::family::Node;
use crate::link::{self, words};

/// How many choices a menu has.
const CHOICES: usize = 60;
/// Fields of a request that say which page is wanted.
const PAGING: &[&str] = &["cursor", "per_page"];

/// A filter of an operation.
pub(crate) struct Filter {
    name: String,
    title: String,
    /// What it can be, each with what it is called; none where any text will do.
    choices: Vec<(String, String)>,
    /// What it is now.
    value: String,
}

/// What the address says of the operation's own filters.
pub(crate) fn asked(cx: &Cx, schema: &Value, path: &Map<String, Value>) -> Map<String, Value> {
    let names = schema::fields(schema).map(|(name, _)| name.as_str());
    let own = names.filter(|name| !PAGING.contains(name) && !path.contains_key(*name));
    own.map(|name| (name.to_owned(), cx.asked(name)))
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name, value.into()))
        .collect()
}

/// The operation's filters, with what each can be.
pub(crate) async fn of(
    cx: &Cx,
    operation: &Operation,
    schema: &Value,
    path: &Map<String, Value>,
) -> Vec<Filter> {
    let mut filters = Vec::new();
    let all = operations::all();
    for (name, shape) in schema::fields(schema) {
        // What only adds to the answer is no filter.
        let adds = name.starts_with("show_");
        if PAGING.contains(&name.as_str()) || path.contains_key(name) || adds {
            continue;
        }
        let choices = match schema::kind(schema, shape) {
            Kind::Flag => {
                vec![("true".to_owned(), "yes".to_owned()), ("false".to_owned(), "no".to_owned())]
            }
            Kind::Word(words) => words.into_iter().map(|word| (word.clone(), word)).collect(),
            _ if name == "region" => {
                choices(cx, all.iter().find(|o| o.op.id == "list-regions")).await
            }
            _ if name.ends_with("_id") => {
                choices(cx, pointers::list_for(operation, &[], name, &all)).await
            }
            _ => Vec::new(),
        };
        let title = words::label(name);
        let value = cx.asked(name).to_owned();
        filters.push(Filter { name: name.clone(), title, choices, value });
    }
    filters
}

/// The things of a list, each by its id and what it is called.
async fn choices(cx: &Cx, list: Option<&Operation>) -> Vec<(String, String)> {
    let Some(list) = list else { return Vec::new() };
    let Ok(things) = cx.caller.all(list, Map::new(), CHOICES).await else { return Vec::new() };
    // Where there are more than anybody looks through, the id is typed.
    if things.len() >= CHOICES {
        return Vec::new();
    }
    let choice = |thing: &Value| {
        let id = pointers::id(thing);
        let city = thing.get("city").and_then(Value::as_str).map(|city| format!("{id} {city}"));
        let name = city.or_else(|| link::called(thing)).unwrap_or_else(|| id.clone());
        (id, name)
    };
    things.iter().map(choice).collect()
}

/// What is looked for, in words; nothing where all is shown.
pub(crate) fn sought(cx: &Cx, filters: &[Filter]) -> Vec<String> {
    let q = cx.asked("q").trim();
    let text = (!q.is_empty()).then(|| format!("“{q}” in it"));
    let set = filters.iter().filter(|filter| !filter.value.is_empty());
    text.into_iter().chain(set.map(|f| format!("{} {}", f.title, f.shown()))).collect()
}

impl Filter {
    /// What it is now, as people call it.
    fn shown(&self) -> &str {
        let found = self.choices.iter().find(|(value, _)| *value == self.value);
        found.map_or(&self.value, |(_, name)| name)
    }
}

/// The row above a table.
pub(crate) fn tools(
    cx: &Cx,
    node: &Node,
    filters: &[Filter],
    columns: &Columns,
    page: &Page,
) -> Markup {
    let is_sought = !cx.asked("q").is_empty() || filters.iter().any(|f| !f.value.is_empty());
    // Of a few things nobody has to search.
    if page.things.is_empty() && !is_sought {
        return html! {};
    }
    let (menus, texts): (Vec<_>, Vec<_>) = filters.iter().partition(|f| !f.choices.is_empty());
    html! {
        div.tools {
            (search(cx, node))
            @for (place, filter) in menus.into_iter().enumerate() { (menu(cx, filter, place > 0)) }
            @if !texts.is_empty() { (text_menu(cx, &texts)) }
            @for filter in filters.iter().filter(|f| !f.value.is_empty()) {
                span.tag.on {
                    (filter.title) ": " (filter.shown())
                    a href=(pages::address(cx, &[(&filter.name, None)]))
                        aria-label={ "Without " (filter.title) } { (icon("x")) }
                }
            }
            span.grow {}
            (column_menu(cx, columns))
        }
    }
}

fn search(cx: &Cx, node: &Node) -> Markup {
    let title = words::many(&super::noun(node));
    html! {
        form.find role="search" aria-label={ "Search " (title) } action=(cx.path) {
            label.sr for="f" { "Search in " (title) }
            (icon("search"))
            input id="f" name="q" type="search" value=(cx.asked("q")) autocomplete="off"
                placeholder={ "Search " (title) } title="Whatever stands in a thing: name, id, address, tag";
            (pages::others(cx, &["q"]))
        }
    }
}

/// A filter of which it is known what it can be: each choice is a link.
fn menu(cx: &Cx, filter: &Filter, is_later: bool) -> Markup {
    html! {
        details.menu.left.p2[is_later] {
            summary.btn { (filter.title) " " (icon("down")) }
            div.pop.long {
                @for (value, name) in &filter.choices {
                    @let is_on = *value == filter.value;
                    @let address = pages::address(cx, &[(&filter.name, (!is_on).then_some(value))]);
                    a href=(address) aria-current=[is_on.then_some("true")] {
                        (name) @if is_on { " " (icon("check")) }
                    }
                }
            }
        }
    }
}

/// The filters that any text can be.
fn text_menu(cx: &Cx, filters: &[&Filter]) -> Markup {
    let names: Vec<&str> = filters.iter().map(|filter| filter.name.as_str()).collect();
    html! {
        details.menu.left {
            summary.btn { "Filter " (icon("down")) }
            div.pop {
                form.stack.pad action=(cx.path) {
                    (pages::others(cx, &names))
                    @for filter in filters {
                        @let id = format!("filter-{}", filter.name);
                        div.field {
                            label for=(id) { (filter.title) " is" }
                            input.input id=(id) name=(filter.name) value=(filter.value)
                                autocomplete="off";
                        }
                    }
                    button.btn type="submit" { "Filter" }
                }
            }
        }
    }
}

/// All filters of an operation as a form; none where it has none.
pub(crate) async fn form(
    cx: &Cx,
    operation: &Operation,
    path: &Map<String, Value>,
) -> Option<Markup> {
    let filters = of(cx, operation, &operation.request(), path).await;
    (!filters.is_empty()).then(|| html! {
        form.body.stack action=(cx.path) {
            div.grid2 { @for filter in &filters {
                @let id = format!("filter-{}", filter.name);
                div.field {
                    label for=(id) { (filter.title) }
                    @if filter.choices.is_empty() {
                        input.input id=(id) name=(filter.name) value=(filter.value) autocomplete="off";
                    } @else {
                        select.input id=(id) name=(filter.name) {
                            option value="" { "Any" }
                            @for (value, name) in &filter.choices {
                                option value=(value) selected[*value == filter.value] { (name) }
                            }
                        }
                    }
                }
            } }
            div { button.btn.primary type="submit" { "Show" } }
        }
    })
}

fn column_menu(cx: &Cx, columns: &Columns) -> Markup {
    html! {
        details.menu {
            summary.btn.icon aria-label="Columns" { (icon("cols")) }
            div.pop.long {
                form action=(cx.path) {
                    (pages::others(cx, &["columns"]))
                    p { "Columns" }
                    @for (name, head, is_shown) in &columns.choices {
                        label {
                            input type="checkbox" name="columns" value=(name) checked[*is_shown];
                            " " (head)
                        }
                    }
                    hr;
                    button type="submit" { (icon("check")) " Show these" }
                    a href=(pages::address(cx, &[("columns", None)])) { (icon("x")) " The usual ones" }
                }
            }
        }
    }
}
