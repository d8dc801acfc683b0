//! What stands in a cell, or beside a fact's name.

use maud::{Markup, html};
use presentation::columns::{How, Kind, is_empty, readable};
use presentation::operations;
use serde_json::Value;

use super::columns::{Column, Columns, What};
use super::costs::Costs;
use crate::icon::icon;
use crate::link::family::Node;
use crate::link::words::short;
use crate::link::{self, Names, words};
use crate::status;

/// How many tags a cell shows.
const TAGS: usize = 3;
/// How many letters a cell shows of a long text.
const LETTERS: usize = 48;

/// What a row is called: by its name, or what stands in its first column.
pub(crate) fn name(node: &Node, columns: &Columns, names: &Names, thing: &Value) -> String {
    let first = columns.shown.first();
    let pointed = first.and_then(|c| Some(names.name(&c.target?, c.values(thing).first()?)));
    let text = first.map(|column| column.text(thing)).unwrap_or_default();
    let text = pointed.unwrap_or(text);
    if !text.trim().is_empty() {
        return text;
    }
    // A record at the zone itself.
    if node.operation.op.id == "list-records" {
        return "@".to_owned();
    }
    let named = link::called(thing).filter(|_| first.is_none_or(|c| c.fields.name() != "id"));
    named.unwrap_or_else(|| key(node, thing))
}

/// What tells a row from all others of its list.
pub(crate) fn key(node: &Node, thing: &Value) -> String {
    let own = link::own_value("id", thing).map(link::text).filter(|text| !text.is_empty());
    own.unwrap_or_else(|| {
        let kind = Kind::of(&node.operation, &operations::all());
        let texts = kind.columns.iter().map(|column| column.cell(thing, How::Raw));
        texts.collect::<Vec<_>>().join(" ")
    })
}

/// The cell that tells what the row is about.
pub(crate) fn head(column: &Column, name: &str, address: Option<&str>) -> Markup {
    let shown = short(name, LETTERS);
    let title = (shown != name).then_some(name);
    let mono = (column.fields.name() == "id" && name.len() > 20).then_some("mono");
    html! {
        @match address {
            Some(address) => { a href=(address) title=[title] class=[mono] { (shown) } },
            None => { span title=[title] class=[mono] { (shown) } },
        }
    }
}

/// Any other cell.
pub(crate) fn cell(column: &Column, thing: &Value, names: &Names, costs: &Costs) -> Markup {
    match column.what {
        What::Cost => html! { (plain(column, thing, names, costs)) },
        What::Status => state(column, thing),
        What::Link => links(column, thing, names),
        What::Time => time(&column.text(thing), false),
        _ => match column.values(thing)[..] {
            [Value::Array(items)] if items.iter().all(Value::is_string) => tags(items),
            _ if column.fields.name().starts_with("os|") || column.fields.name() == "os" => {
                system(&column.text(thing))
            }
            _ => long(&column.text(thing)),
        },
    }
}

/// A cell's text, for where there is room for no more.
pub(crate) fn plain(column: &Column, thing: &Value, names: &Names, costs: &Costs) -> String {
    match (column.what, column.target) {
        (What::Cost, _) => costs.of(thing).map(presentation::money::sum).unwrap_or_default(),
        (What::Link, Some(target)) => {
            let one = |value: &&Value| names.name(&target, value);
            let all: Vec<String> = column.values(thing).iter().map(one).collect();
            all.join(", ")
        }
        _ => short(&column.text(thing), LETTERS),
    }
}

/// The same where no heading stands above it: numbers, and words that say only yes or no, are named.
pub(crate) fn brief_of(column: &Column, thing: &Value, names: &Names, costs: &Costs) -> String {
    let text = plain(column, thing, names, costs);
    let is_bare = matches!(text.as_str(), "yes" | "no" | "enabled" | "disabled")
        || column.what == What::Number && text.chars().all(|c| c.is_ascii_digit());
    match column.what {
        What::Time => words::time(&text, false).unwrap_or(text),
        _ if text == "-1" => String::new(),
        _ if is_bare && !text.is_empty() => format!("{}: {text}", column.head),
        _ => text,
    }
}

fn state(column: &Column, thing: &Value) -> Markup {
    let own = column.text(thing);
    // The word of the status itself takes in what the power says.
    let whole =
        status::of(thing).filter(|_| matches!(column.fields.name().as_str(), "status" | "state"));
    match whole {
        Some((sign, word)) => status::show(sign, &word),
        None if own.is_empty() => html! {},
        None => status::show(status::sign(&own), &words::sentence(&own.to_lowercase())),
    }
}

fn links(column: &Column, thing: &Value, names: &Names) -> Markup {
    let Some(target) = column.target else { return html! {} };
    let values = column.values(thing);
    let flat: Vec<&Value> = values
        .into_iter()
        .flat_map(|value| match value {
            Value::Array(items) => items.iter().collect(),
            value => vec![value],
        })
        .filter(|value| !link::is_none(value))
        .collect();
    html! {
        @for (place, value) in flat.iter().take(TAGS).enumerate() {
            @if place > 0 { ", " }
            (names.show(&target, value))
        }
        @if flat.len() > TAGS { span.muted { " and " (flat.len() - TAGS) " more" } }
    }
}

fn tags(items: &[Value]) -> Markup {
    html! {
        @for item in items.iter().take(TAGS) { span.tag { (link::text(item)) } " " }
        @if items.len() > TAGS {
            @let all: Vec<String> = items.iter().map(link::text).collect();
            span.muted title=(all.join(", ")) { "+" (items.len() - TAGS) }
        }
    }
}

/// A system's name without what it says besides: "Debian 12 x64 (bookworm)" is "Debian 12".
fn system(text: &str) -> Markup {
    let plain = text.split(" (").next().unwrap_or_default();
    let plain = plain.trim_end_matches(" x64").trim_end_matches(" LTS");
    html! { @if plain == text { (text) } @else { span title=(text) { (plain) } } }
}

fn long(text: &str) -> Markup {
    let shown = short(text, LETTERS);
    html! { @if shown == text { (text) } @else { span title=(text) { (shown) } } }
}

/// A time in short, the whole behind it.
fn time(text: &str, with_year: bool) -> Markup {
    match words::time(text, with_year) {
        Some(short) => {
            html! { time datetime=(text.replace(' ', "T")) title={ (text) " UTC" } { (short) } }
        }
        None => html! { (text) },
    }
}

/// A value in a table that no operation lists.
pub(crate) fn brief(name: &str, value: &Value) -> Markup {
    let text = readable(name, value);
    html! { @match words::time(&text, false) { Some(_) => (time(&text, false)), None => (long(&text)) } }
}

/// The value of a fact, whole; nothing where it is empty.
pub(crate) fn value(name: &str, value: &Value) -> Option<Markup> {
    if is_empty(value) {
        return None;
    }
    let text = readable(name, value);
    if let Some(short) = words::time(&text, true) {
        return Some(
            html! { time datetime=(text.replace(' ', "T")) title={ (text) " UTC" } { (short) } },
        );
    }
    if let Value::Array(items) = value {
        return Some(
            html! { span.row.tight { @for item in items { span.tag { (readable(name, item)) } } } },
        );
    }
    if !is_read_by_letters(name, value) {
        return Some(html! { (text) });
    }
    Some(html! {
        span.mono.cut title=(text) { (text) }
        button.copy type="button" data-copy=(text) aria-label={ "Copy " (text) } { (icon("copy")) }
    })
}

/// Whether a value is copied more often than read: ids, addresses, keys.
fn is_read_by_letters(name: &str, value: &Value) -> bool {
    let Value::String(text) = value else { return false };
    let is_name = name == "id"
        || name.ends_with("_id")
        || name.split('_').any(|part| {
            matches!(
                part,
                "ip" | "ipv4"
                    | "ipv6"
                    | "v4"
                    | "v6"
                    | "host"
                    | "hostname"
                    | "mac"
                    | "urn"
                    | "url"
                    | "uri"
                    | "endpoint"
                    | "key"
                    | "network"
                    | "subnet"
                    | "gateway"
                    | "netmask"
                    | "cname"
                    | "digest"
            )
        });
    let is_word = !text.contains(' ') && text.len() > 3;
    is_word && (is_name || text.starts_with("http://") || text.starts_with("https://"))
}
