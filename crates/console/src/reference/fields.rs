//! What is said of fields: of those that an operation takes, and of those that it answers with.

use maud::{Markup, html};
use presentation::Operation;
use presentation::operations;
use presentation::pointers;
use presentation::schema::{self, Kind};
use serde_json::{Map, Value};

use crate::href;

/// How deep fields lie in each other at most.
const DEPTH: usize = 4;

/// A field, with where it stands.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    shape: &'a Value,
    pub(super) is_required: bool,
    /// Whether it is a part of the address.
    pub(super) in_path: bool,
}

/// The fields that an operation takes: those of its path, those that it must have, the others.
pub(super) fn of<'a>(operation: &Operation, whole: &'a Value) -> Vec<Field<'a>> {
    let (required, path) = (schema::required(whole), operation.path_fields());
    let mut fields: Vec<Field<'a>> = schema::fields(whole)
        .map(|(name, shape)| {
            let in_path = path.contains(name);
            let is_required = in_path || required.contains(&name.as_str());
            Field { name, shape, is_required, in_path }
        })
        .collect();
    fields.sort_by_key(|field| (!field.in_path, !field.is_required));
    fields
}

/// The list of them.
pub(super) fn list(operation: &Operation, whole: &Value, fields: &[Field<'_>]) -> Markup {
    html! {
        ul.params { @for field in fields {
            li id={ "f-" (field.name) } {
                div.row {
                    code { (field.name) }
                    span.muted.small { (kind(whole, field.shape)) }
                    @if field.in_path { span.muted.small { "in the address" } }
                    @if field.is_required { span.req { "required" } }
                    @if schema::is_secret(schema::target(whole, field.shape)) { span.tag { "secret" } }
                }
                (said(whole, field.shape))
                (hints(operation, whole, field))
                (inside(whole, field.shape, DEPTH))
            }
        } }
    }
}

/// What is said of a field.
fn said(whole: &Value, shape: &Value) -> Markup {
    let own = schema::description(Some(shape));
    let said =
        if own.is_empty() { schema::description(Some(schema::target(whole, shape))) } else { own };
    html! { @if !said.is_empty() { div { (coded(&said)) } } }
}

/// A text in which names stand between grave accents.
pub(super) fn coded(text: &str) -> Markup {
    html! {
        @for (i, part) in text.split('`').enumerate() {
            @if i % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}

/// What a field takes, in a word or two.
pub(super) fn kind(whole: &Value, shape: &Value) -> String {
    let own = schema::target(whole, shape);
    match schema::kind(whole, shape) {
        _ if schema::is_encoded(whole, shape) => "text in base64".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Integer => "number".to_owned(),
        Kind::Number => "number with a fraction".to_owned(),
        Kind::Uuid => "id".to_owned(),
        Kind::Word(_) => "word".to_owned(),
        Kind::Text if own["format"] == "date-time" => "time".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::List(item) => match *item {
            Kind::Uuid => "list of ids".to_owned(),
            Kind::Integer | Kind::Number => "list of numbers".to_owned(),
            Kind::Word(_) => "list of words".to_owned(),
            _ => "list of texts".to_owned(),
        },
        Kind::Json if own.get("items").is_some() => "list of groups".to_owned(),
        Kind::Json if own.get("properties").is_some() => "group".to_owned(),
        Kind::Json => "names and values".to_owned(),
    }
}

/// Its limits, the words that it can be and what they mean, and where its values are found.
fn hints(operation: &Operation, whole: &Value, field: &Field<'_>) -> Markup {
    let all = operations::all();
    let list = pointers::list_for(operation, &operation.path_fields(), field.name, &all);
    // What makes a thing has its name, and a number is an id only where it is called so.
    let kind = schema::kind(whole, field.shape);
    let counts = kind == Kind::Integer && !field.name.ends_with("_id");
    let is_own = |list: &&Operation| list.group.name == operation.group.name && !field.in_path;
    let list = list.filter(|list| !counts && !is_own(list));
    let address = list.and_then(|list| Some((list, href::page(list, &Map::new())?)));
    let limits = limits(whole, field.shape);
    html! {
        @if !limits.is_empty() { div.hint { (limits.join(", ")) } }
        (words(whole, field.shape))
        @if let Some((list, address)) = address {
            div.hint { a href=(address) { "Which there are: " (super::about(list).0.trim_start_matches("List ")) } }
        }
    }
}

/// The words that a field can be, with what each means.
fn words(whole: &Value, shape: &Value) -> Markup {
    let own = schema::target(whole, shape);
    let item = schema::target(whole, own.get("items").unwrap_or(own));
    let Some(words) = item.get("enum").and_then(Value::as_array) else { return html! {} };
    let texts = [shape, own, item].into_iter();
    let meanings: Vec<(&str, &str)> = texts
        .filter_map(|shape| shape.get("description")?.as_str())
        .flat_map(|text| text.lines())
        .filter_map(|line| line.strip_prefix("- `")?.split_once("`: "))
        .collect();
    let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
    let meaning = |word: &str| meanings.iter().find(|(known, _)| *known == word).map(|(_, m)| *m);
    html! {
        @if words.iter().any(|word| meaning(word).is_some()) {
            dl.words { @for word in &words {
                dt { code { (if word.is_empty() { "\"\"" } else { word }) } }
                dd { (coded(meaning(word).unwrap_or_default())) }
            } }
        } @else {
            div.hint { (words.join(", ")) }
        }
    }
}

/// The least, the most, how long.
fn limits(whole: &Value, shape: &Value) -> Vec<String> {
    let own = schema::target(whole, shape);
    let limit = |name: &str| [shape, own].iter().find_map(|shape| shape.get(name)?.as_i64());
    // What the width of a number says is no limit that anybody meets.
    let most = limit("maximum").filter(|most| *most < 1 << 31);
    let numbers = match (limit("minimum"), most) {
        (Some(0), None) | (None, None) => None,
        (Some(least), Some(most)) => Some(format!("{least} to {most}")),
        (Some(least), None) => Some(format!("at least {least}")),
        (None, Some(most)) => Some(format!("at most {most}")),
    };
    let length = limit("maxLength").map(|most| format!("at most {most} characters"));
    let items = limit("maxItems").map(|most| format!("at most {most} of them"));
    let older = schema::description(Some(shape)).contains(" Use `").then(|| "older".to_owned());
    [numbers, length, items, older].into_iter().flatten().collect()
}

/// The fields that lie within a group.
fn inside(whole: &Value, shape: &Value, depth: usize) -> Markup {
    let own = schema::target(whole, shape);
    let own = schema::target(whole, own.get("items").unwrap_or(own));
    let fields: Vec<_> = schema::fields(own).collect();
    if fields.is_empty() || depth == 0 {
        return html! {};
    }
    let required = schema::required(own);
    html! {
        details.inner {
            summary.small { (fields.len()) " fields in it" }
            ul.params { @for (name, shape) in fields {
                li {
                    div.row {
                        code { (name) }
                        span.muted.small { (kind(whole, shape)) }
                        @if required.contains(&name.as_str()) { span.req { "required" } }
                    }
                    (said(whole, shape))
                    @let limits = limits(whole, shape);
                    @if !limits.is_empty() { div.hint { (limits.join(", ")) } }
                    (words(whole, shape))
                    (inside(whole, shape, depth - 1))
                }
            } }
        }
    }
}

/// The fields of what is answered.
pub(super) fn answered(whole: &Value, thing: &Value) -> Markup {
    let fields: Vec<_> = schema::fields(schema::target(whole, thing)).collect();
    html! {
        ul.params { @for (name, shape) in fields {
            li {
                div.row { code { (name) } span.muted.small { (kind(whole, shape)) } }
                (said(whole, shape))
                (words(whole, shape))
                (inside(whole, shape, DEPTH))
            }
        } }
    }
}
