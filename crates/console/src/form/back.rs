//! From a form to another one that makes what is to be chosen in it, and back: the address of the way back
//! holds what was filled in, but for secrets, files and long texts, which it names as not kept.

use axum::response::{IntoResponse, Redirect, Response};
use form_urlencoded::Serializer;
use maud::{Markup, html};
use presentation::operations::Operation;
use presentation::schema;
use serde_json::{Map, Value};

use crate::choices;
use crate::form::read::{self, is_blank, text};
use crate::form::shape::Control;
use crate::icon::icon;
use crate::link::words;
use crate::{ROOT, act};

/// The button that leads to another form: its value is that form's operation, the way of the field that
/// takes what it makes, and the region, with spaces between.
pub(crate) const MAKE: &str = "_make";
/// The address of the form that one came from.
const BACK: &str = "_back";
/// The way of that form's field that takes what was made.
const INTO: &str = "_into";
/// Fields that could not be kept.
const LOST: &str = "_lost";
/// Fields of a change that were emptied.
const EMPTY: &str = "_empty";
/// How long a text is at most that stands in an address, in bytes.
const LONG: usize = 2_000;
/// How long an address is at most, in bytes.
const WHOLE: usize = 16_000;

/// The form that one came from, and goes back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Back {
    address: String,
    into: String,
    /// What that form does: "Create instance".
    title: String,
}

impl Back {
    /// Of what a form or an address says. An address that is no form's of this console is none.
    pub(crate) fn of(pairs: &[(String, String)]) -> Option<Self> {
        let last = |name: &str| pairs.iter().rev().find(|(own, _)| own == name).map(|(_, v)| v);
        let address = last(BACK)?.clone();
        let rest = address.strip_prefix(ROOT)?.strip_prefix("/op/")?;
        let operation = super::operation(rest.split('?').next()?)?;
        let into = last(INTO)?.clone();
        Some(Self { address, into, title: act::words::of(&operation).title })
    }

    /// The address with what was made chosen.
    pub(crate) fn with(&self, made: &Value) -> String {
        let Some(id) = choices::id(made) else { return self.address.clone() };
        let mut query = Serializer::new(String::new());
        let query = query.append_pair(&self.into, &id).finish();
        let joint = if self.address.contains('?') { '&' } else { '?' };
        format!("{}{joint}{query}", self.address)
    }

    /// What a form says of where it leads to, with the fields that keep it.
    pub(crate) fn shown(&self) -> Markup {
        let is_lost = self.address.contains(&format!("&{LOST}="));
        html! {
            div.note {
                (icon("info"))
                div {
                    input type="hidden" name=(BACK) value=(self.address);
                    input type="hidden" name=(INTO) value=(self.into);
                    "Once it is made, you come back to "
                    a href=(self.address) { "“" (self.title) "”" }
                    ", where it is chosen and all that you filled in is kept"
                    @if is_lost { ", but for secrets, files and long texts" }
                    "."
                }
            }
        }
    }
}

/// The button that leads to a form which makes what can be chosen at `way`.
pub(crate) fn button(maker: &Operation, way: &str, region: &str, text: &str) -> Markup {
    let value = format!("{} {way} {region}", maker.op.id);
    html! {
        button.link type="submit" name=(MAKE) value=(value.trim()) formnovalidate { (text) }
    }
}

/// What could not be kept on the way.
pub(crate) fn lost(query: &[(String, String)]) -> Markup {
    let names: Vec<String> = query
        .iter()
        .filter(|(name, _)| name == LOST)
        .map(|(_, way)| words::label(way.rsplit('.').next().unwrap_or(way)))
        .collect();
    html! {
        @if !names.is_empty() {
            div.note.warn {
                (icon("alert"))
                div { b { "Fill in again: " (names.join(", ")) "." } " Secrets, files and long texts are not kept in addresses." }
            }
        }
    }
}

/// The fields of a change that were emptied, as they are then.
pub(crate) fn emptied(schema: &Value, query: &[(String, String)]) -> Map<String, Value> {
    let names = query.iter().filter(|(name, _)| name == EMPTY);
    let empty = names.filter_map(|(_, name)| {
        let shape = schema.pointer(&format!("/properties/{name}"))?;
        let empty = read::emptied(&Control::of(schema, name, shape), shape)?;
        Some((name.clone(), empty))
    });
    empty.collect()
}

/// Leads to the form that makes what is to be chosen; none where there is no such form.
pub(crate) fn leave(
    operation: &Operation,
    pairs: &[(String, String)],
    asked: &str,
) -> Option<Response> {
    let mut words = asked.split(' ');
    let (maker, into) = (super::operation(words.next()?)?, words.next()?);
    let fields = read::read(operation, pairs);
    let schema = operation.request();
    let mut kept = Kept { schema: &schema, pairs: Vec::new(), lost: Vec::new(), length: 0 };
    kept.object(&schema, &fields, "");
    let mut query = Serializer::new(String::new());
    query.extend_pairs(&kept.pairs);
    for way in &kept.lost {
        query.append_pair(LOST, way);
    }
    if let Some((name, back)) = pairs.iter().rev().find(|(name, _)| name == BACK) {
        query.append_pair(name, back);
    }
    if let Some((name, own)) = pairs.iter().rev().find(|(name, _)| name == INTO) {
        query.append_pair(name, own);
    }
    let back = format!("{ROOT}/op/{}?{}", operation.op.id, query.finish());
    let mut query = Serializer::new(String::new());
    let wanted = maker.request();
    let region = fields.get("region").map(text).or_else(|| words.next().map(str::to_owned));
    if let Some(region) = region
        && wanted.pointer("/properties/region").is_some()
    {
        query.append_pair("region", &region);
    }
    for name in maker.path_fields() {
        if let Some(value) = fields.get(&name) {
            query.append_pair(&name, &text(value));
        }
    }
    query.append_pair(BACK, &back).append_pair(INTO, into);
    let to = format!("{ROOT}/op/{}?{}", maker.op.id, query.finish());
    Some(Redirect::to(&to).into_response())
}

/// What is filled in, as an address has it.
struct Kept<'a> {
    schema: &'a Value,
    pairs: Vec<(String, String)>,
    lost: Vec<String>,
    length: usize,
}

impl Kept<'_> {
    fn object(&mut self, shape: &Value, fields: &Map<String, Value>, above: &str) {
        let shape = schema::target(self.schema, shape).clone();
        for (name, value) in fields {
            let way = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
            let Some(inner) = shape.pointer(&format!("/properties/{name}")) else { continue };
            let target = schema::target(self.schema, inner);
            let is_secret =
                schema::is_secret(inner) || schema::is_secret(target) || api::mask::is_secret(name);
            match Control::of(self.schema, name, inner) {
                _ if is_blank(value) => self.push(EMPTY, way),
                _ if is_secret => self.lost.push(way),
                control => self.value(&control, target, value, way),
            }
        }
    }

    fn value(&mut self, control: &Control, shape: &Value, value: &Value, way: String) {
        match (control, value) {
            (Control::Object, Value::Object(fields)) => self.object(shape, fields, &way),
            (Control::Group, Value::Array(items)) => {
                let item = shape.get("items").cloned().unwrap_or_default();
                for (place, fields) in items.iter().enumerate() {
                    if let Some(fields) = fields.as_object() {
                        self.object(&item, fields, &format!("{way}.{place}"));
                    }
                }
            }
            (Control::Words(_) | Control::Things | Control::Texts, Value::Array(items)) => {
                // Each stands alone: a comma in it parts nothing.
                for (place, item) in items.iter().enumerate() {
                    let own = format!("{way}.{place}");
                    let is_word = matches!(control, Control::Words(_));
                    self.text(if is_word { &way } else { &own }, text(item));
                }
            }
            (Control::Encoded, value) => match read::decoded(&text(value)) {
                Some(plain) => self.text(&way, plain),
                None => self.lost.push(way),
            },
            (Control::Pairs, Value::Object(fields)) => {
                if fields.keys().any(|name| api::mask::is_secret(name)) {
                    return self.lost.push(way);
                }
                let lines = fields.iter().map(|(name, value)| format!("{name}={}", text(value)));
                self.text(&way, lines.collect::<Vec<_>>().join("\n"));
            }
            (_, value) => self.text(&way, text(value)),
        }
    }

    /// A text, where an address has room for it.
    fn text(&mut self, way: &str, text: String) {
        if text.len() > LONG || self.length + text.len() + way.len() > WHOLE {
            self.lost.push(way.to_owned());
        } else {
            self.push(way, text);
        }
    }

    fn push(&mut self, way: &str, text: String) {
        self.length += way.len() + text.len();
        self.pairs.push((way.to_owned(), text));
    }
}
