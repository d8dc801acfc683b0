//! What is known of a thing, in the order of its definition; what is empty is left out, what is secret
//! is shown when one asks for it.

use maud::{Markup, html};
use presentation::columns::is_empty;
use serde_json::{Map, Value};

use super::Subject;
use crate::cx::Cx;
use crate::link::{self, Names, Target, words};
use crate::list;
use presentation::Operation;

/// How deep objects within objects are shown.
const DEPTH: usize = 3;
/// How many letters of a text stand in the open.
const LETTERS: usize = 120;
/// What the head says already.
const IN_HEAD: &[&str] =
    &["status", "state", "power_status", "server_status", "tags", "tag", "meta"];

/// The facts of a thing; none where there is nothing to tell.
pub(super) async fn panel(subject: &Subject<'_>) -> Option<Markup> {
    match &subject.value {
        Value::Object(fields) => {
            let shown: Map<String, Value> = fields
                .iter()
                .filter(|(name, value)| {
                    let is_title = value.as_str() == Some(&subject.name) && *name != "id";
                    // The system's name says which it is.
                    let is_twice = *name == "os_id" && fields.contains_key("os");
                    !IN_HEAD.contains(&name.as_str()) && !is_title && !is_twice
                })
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            let facts = of(subject.cx, &subject.node.operation, &shown).await;
            facts.map(|facts| html! { div id="x-facts" { (facts) } })
        }
        // An answer without a name of its own.
        Value::Array(_) | Value::Null => None,
        text => Some(block("x-text", &link::text(text))),
    }
}

/// The fields of an object as facts; none where all are empty.
pub(super) async fn of(
    cx: &Cx,
    operation: &Operation,
    fields: &Map<String, Value>,
) -> Option<Markup> {
    let mut wanted = Vec::new();
    collect(operation, fields, &mut wanted);
    let names = Names::load(cx, &wanted).await;
    let schema = operation.response();
    let facts = Facts { operation, names, schema };
    facts.list(fields, DEPTH)
}

/// What the fields point at, and those within them.
fn collect(operation: &Operation, fields: &Map<String, Value>, wanted: &mut Vec<(Target, Value)>) {
    for (name, value) in fields {
        if let Value::Object(inner) = value {
            collect(operation, inner, wanted);
            continue;
        }
        let Some(target) = link::target(name, operation) else { continue };
        match value {
            Value::Array(items) => {
                wanted.extend(items.iter().filter(|i| !i.is_object()).map(|i| (target, i.clone())));
            }
            value => wanted.push((target, value.clone())),
        }
    }
}

/// The text of an answer that is nothing but one in base64: a server's user data.
pub(super) fn text_alone(operation: &Operation, fields: &Map<String, Value>) -> Option<String> {
    let mut all = fields.iter();
    let (Some((name, Value::String(text))), None) = (all.next(), all.next()) else { return None };
    let schema = operation.response();
    let facts = Facts { operation, names: Names::default(), schema };
    facts.decoded(name, text).filter(|text| !text.is_empty())
}

struct Facts<'a> {
    operation: &'a Operation,
    names: Names,
    schema: Value,
}

impl Facts<'_> {
    fn list(&self, fields: &Map<String, Value>, depth: usize) -> Option<Markup> {
        let shown: Vec<(&String, Markup)> = fields
            .iter()
            .filter_map(|(name, value)| Some((name, self.fact(name, value)?)))
            .collect();
        let inner: Vec<(&String, Markup)> = fields
            .iter()
            .filter_map(|(name, value)| match value {
                Value::Object(fields) if depth > 0 => Some((name, self.list(fields, depth - 1)?)),
                _ => None,
            })
            .collect();
        (!shown.is_empty() || !inner.is_empty()).then(|| {
            html! {
                @if !shown.is_empty() {
                    dl.facts { @for (name, value) in shown {
                        div.whole[is_wide(&fields[name])] {
                        dt { (called(name)) } dd { (value) }
                    }
                    } }
                }
                @for (name, facts) in inner {
                    h2.within { (words::title(name)) }
                    (facts)
                }
            }
        })
    }

    /// One fact; none where there is nothing, or more than a fact.
    fn fact(&self, name: &str, value: &Value) -> Option<Markup> {
        let is_many = matches!(value, Value::Array(items) if items.iter().any(|i| i.is_object() || i.is_array()));
        if is_empty(value) || value.is_object() || is_many {
            return None;
        }
        if api::mask::is_secret(name) {
            return Some(hidden(name, &link::text(value)));
        }
        if let Some(target) = link::target(name, self.operation) {
            return self.links(&target, value);
        }
        if let Value::String(text) = value {
            let plain = self.decoded(name, text);
            let text = plain.as_deref().unwrap_or(text);
            if plain.is_some() || text.len() > LETTERS || text.contains('\n') {
                return Some(long(name, text));
            }
        }
        list::value(name, value)
    }

    fn links(&self, target: &Target, value: &Value) -> Option<Markup> {
        let one = std::slice::from_ref(value);
        let values = value.as_array().map_or(one, Vec::as_slice);
        let values: Vec<&Value> = values.iter().filter(|value| !link::is_none(value)).collect();
        (!values.is_empty()).then(|| {
            html! {
                span { @for (place, value) in values.into_iter().enumerate() {
                    @if place > 0 { ", " }
                    (self.names.show(target, value))
                } }
            }
        })
    }

    /// The text behind one in base64, where the definition says that it is.
    fn decoded(&self, name: &str, text: &str) -> Option<String> {
        let shape = presentation::schema::fields(&self.schema).find(|(own, _)| *own == name)?.1;
        let is_encoded = presentation::schema::is_encoded(&self.schema, shape);
        is_encoded.then(|| presentation::text::decoded(text)).flatten()
    }
}

/// Whether a fact needs the whole width: many words.
fn is_wide(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.len() > 4)
}

/// What an id points at is named, so that nobody needs to be told that it was an id.
fn called(name: &str) -> String {
    let is_id = name.ends_with("_id") || name.ends_with("_ids");
    if is_id { words::label(name) } else { words::title(name) }
}

/// A secret, shown when one asks for it.
fn hidden(name: &str, text: &str) -> Markup {
    html! {
        details.shy {
            summary { span aria-hidden="true" { "••••••••" } " Show" span.sr { " " (words::phrase(name)) } }
            span.mono { (text) }
        }
    }
}

/// A text that is too long to stand among others.
fn long(name: &str, text: &str) -> Markup {
    // Objects within one another may have fields of the same name.
    let id = crate::live::id("text-", &format!("{name} {text}"));
    html! {
        details.shy {
            summary { (text.chars().count()) " characters: show" span.sr { " " (words::phrase(name)) } }
            (block(&id, text))
        }
    }
}

/// A text as it is.
pub(super) fn block(id: &str, text: &str) -> Markup {
    let inner = format!("{id}-text");
    html! {
        div.code id=(id) {
            pre id=(inner) tabindex="0" role="region" aria-label="Text" { (text) }
            button.copy type="button" data-copy={ "#" (inner) } aria-label="Copy text" {
                (crate::icon::icon("copy"))
            }
        }
    }
}
