//! What stands around the inputs of a form: what it is called, what it is about, what pressing its
//! button does, and what that costs.

use maud::{Markup, html};
use presentation::schema;
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::form::draw::{At, Draw};
use crate::form::layout::{self, Layout};
use crate::form::shape::{marked, one_of, sentence};
use crate::form::{Form, confirm, is_change};
use crate::icon::icon;
use crate::{ROOT, act, code, href, nav, price, world};

/// What an operation does, as its definition says.
pub(crate) fn about(schema: &Value) -> String {
    let about = schema::description(Some(schema));
    about.split("\n\n").next().unwrap_or_default().to_owned()
}

/// Whether it makes what a page of the navigation lists, and what one of those is called.
fn makes(form: &Form) -> Option<String> {
    let operation = &form.operation;
    let item = nav::item_of(operation)?;
    let list = super::operation(item.shows)?;
    let is_it = operation.command == "create" && operation.op.method == api::Method::POST;
    let is_there = list.op.path == operation.op.path || operation.group.name == list.group.name;
    (is_it && is_there).then_some(item.one)
}

/// What the page is called.
pub(crate) fn title(form: &Form) -> String {
    let about = about(&form.schema);
    let first = sentence(&about).replace('`', "");
    let first = first.split([':', ';']).next().unwrap_or_default().to_owned();
    let name = form.subject.as_ref().map(|subject| subject.name.as_str());
    match (makes(form), name) {
        (Some(one), _) => format!("Create {} {one}", article(&one)),
        (None, Some(name)) if confirm::is_delete(&form.operation) => {
            format!("{} {name}?", verb(form))
        }
        (None, Some(name)) if is_about_all(form) => format!("Change {name}"),
        _ if world::is_own(&form.operation) && confirm::is_asked(form) => {
            format!("{} {}?", verb(form), own_name(form))
        }
        _ => first,
    }
}

/// What an operation of Kettle's own is about: what its path names, or the whole.
fn own_name(form: &Form) -> String {
    let last = form.operation.path_fields().pop();
    let name = last.and_then(|last| form.values.get(&last)).map(super::read::text);
    name.unwrap_or_else(|| "the world".to_owned())
}

/// Whether it changes the thing itself, and not something of it.
fn is_about_all(form: &Form) -> bool {
    let pattern = form.operation.pattern();
    is_change(&form.operation)
        && form.subject.as_ref().is_some_and(|subject| subject.get.pattern() == pattern)
}

fn article(word: &str) -> &'static str {
    let letters: String = word.chars().take(3).collect();
    match letters.as_str() {
        "use" => "a",
        "SSH" | "ISO" => "an",
        _ if letters.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'I']) => "an",
        _ => "a",
    }
}

/// What a button that carries it out says first: "Destroy", "Create", "Attach".
pub(crate) fn verb(form: &Form) -> String {
    let about = about(&form.schema);
    let first = about.split_whitespace().next().unwrap_or_default();
    let operation = &form.operation;
    match first {
        "Destroy" | "Delete" | "Create" | "Attach" | "Detach" | "Add" | "Remove" | "Restart"
        | "Rename" | "Upgrade" | "Reserve" | "Store" | "Set" => first.to_owned(),
        _ if confirm::is_delete(operation) => "Delete".to_owned(),
        _ if is_change(operation) => "Save changes".to_owned(),
        _ => {
            // Commands of Kettle's own are no verbs by themselves: `called`.
            let verb = operation.op.id.split('-').next().filter(|_| world::is_own(operation));
            let mut text = verb.unwrap_or(operation.command).replace('-', " ");
            if let Some(first) = text.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            text
        }
    }
}

/// What the form's button says: the verb and the thing.
pub(crate) fn button(form: &Form) -> String {
    let verb = verb(form);
    let operation = &form.operation;
    let name = form.subject.as_ref().map(|subject| subject.name.as_str());
    match (makes(form), name) {
        (Some(one), _) => format!("Create {one}"),
        _ if is_change(operation) => "Save changes".to_owned(),
        (None, Some(name)) if operation.command != "create" => format!("{verb} {name}"),
        _ if world::is_own(operation) && confirm::is_asked(form) => {
            format!("{verb} {}", own_name(form))
        }
        (None, Some(_)) => {
            // Of the rules of a firewall group, one is a rule.
            let list = operation.op.path.rsplit('/').next().unwrap_or_default();
            format!("{verb} {}", one_of(list).replace(['-', '_'], " "))
        }
        _ if verb == "Create" => act::words::of(operation).title,
        _ => verb,
    }
}

/// What did not happen.
pub(crate) fn nothing(form: &Form) -> &'static str {
    match verb(form).as_str() {
        "Create" => "Nothing was created",
        "Add" => "Nothing was added",
        "Delete" | "Destroy" | "Remove" => "Nothing was taken away",
        _ if is_change(&form.operation) => "Nothing was changed",
        _ => "Nothing was done",
    }
}

/// The line under the title.
pub(crate) fn under(form: &Form) -> Markup {
    let about = about(&form.schema);
    let said = sentence(&about).replace('`', "") == title(form) || makes(form).is_some();
    // What it makes, its title says.
    let rest = about.split_once(". ").map(|(_, rest)| rest).filter(|_| said);
    let address = form.subject.as_ref().and_then(|s| Some((&s.name, s.address.as_ref()?)));
    html! { p {
        @if let Some((name, address)) = address {
            a href=(address) { (name) } @if !said || rest.is_some() { " · " }
        }
        @if !said { (marked(&about)) }
        @if let Some(rest) = rest { (marked(rest)) }
    } }
}

/// The pages above this one.
pub(crate) fn crumbs(form: &Form) -> Vec<(String, String)> {
    let mut crumbs = world::crumbs(&form.operation);
    if let Some(item) = nav::item_of(&form.operation)
        && let Some(list) = super::operation(item.shows)
        && let Some(address) = href::page(&list, &Map::new())
    {
        crumbs.push((item.title, address));
    }
    if let Some(subject) = &form.subject
        && let Some(address) = &subject.address
    {
        crumbs.push((subject.name.clone(), address.clone()));
    }
    crumbs
}

/// The fields of the path: hidden where they are known, else to be chosen.
pub(crate) fn path(form: &Form) -> Markup {
    let draw = form.draw();
    let mut known = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for name in form.operation.path_fields() {
        match form.values.get(&name).filter(|_| !form.wrong.is_in(&name)) {
            Some(value) => known.push((name, super::read::text(value))),
            None => open.push(name),
        }
    }
    html! {
        @for (name, value) in &known { input type="hidden" name=(name) value=(value); }
        @if !open.is_empty() {
            fieldset.panel aria-labelledby="s-path" {
                header { h2 id="s-path" { "What it is about" } }
                div.body.stack { (of_path(&draw, &open)) }
            }
        }
    }
}

fn of_path(draw: &Draw<'_>, names: &[String]) -> Markup {
    let fields: Vec<At<'_>> = names
        .iter()
        .filter_map(|name| draw.field_of(name))
        .map(|at| At { needed: true, ..at })
        .collect();
    html! { div.grid2 { @for at in &fields { (draw.field(at)) } } }
}

/// The buttons that carry it out, and that do not.
fn buttons(form: &Form) -> Markup {
    let subject = form.subject.as_ref().and_then(|subject| subject.address.clone());
    let back = subject.or_else(|| world::crumbs(&form.operation).pop().map(|(_, own)| own));
    html! {
        @if confirm::is_asked(form) {
            button.btn.danger.primary type="submit" { (button(form)) }
            @if let Some(back) = back { a.btn href=(back) { (confirm::keeps(form)) } }
        } @else {
            button.btn.primary type="submit" { (button(form)) }
        }
    }
}

/// Whether nothing is to be filled in: the button then stands under what it is about.
fn is_bare(form: &Form) -> bool {
    layout::of(&form.operation, &form.schema) == Layout::default()
}

/// What is asked before the button, where that does not stand beside the fields.
pub(crate) fn last(form: &Form) -> Markup {
    let is_bare = is_bare(form);
    let ask = confirm::ask(form);
    html! {
        @if is_bare || confirm::is_asked(form) {
            section.panel aria-label="Confirm" { div.body.stack {
                @if is_bare && let Some(subject) = &form.subject { (confirm::facts(&subject.thing)) }
                (ask)
                div.row { (buttons(form)) }
            } }
        } @else { (ask) }
    }
}

/// The price, the button, and the form as code.
pub(crate) fn aside(cx: &Cx, form: &Form, sent: &Map<String, Value>) -> Markup {
    let operation = &form.operation;
    let lines = price::lines(operation, &form.values, &form.choices, &form.region());
    let is_unpriced = price::is_unpriced(operation, &lines);
    let is_below = is_bare(form) || confirm::is_asked(form);
    let may_cost = price::may_have(operation, &form.schema);
    html! {
        @if !is_below || !lines.is_empty() || is_unpriced {
            section.panel aria-label=(if lines.is_empty() { button(form) } else { "Price".to_owned() }) {
                div.body.stack {
                    (price::shown(&lines, is_unpriced))
                    @if !is_below { (buttons(form)) }
                    @if may_cost {
                        button.btn type="submit" name="_price" value="1" formnovalidate data-see {
                            "See the price"
                        }
                    }
                }
            }
        }
        (code::panel(cx, operation, sent))
    }
}

/// The way to the operation's page in the reference.
pub(crate) fn reference(form: &Form) -> Markup {
    let op = &form.operation.op;
    html! {
        a.btn href={ (ROOT) "/reference/" (op.id) } {
            (icon("book")) " " (op.method.as_str()) " " (op.path)
        }
    }
}
