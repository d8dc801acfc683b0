//! What a form is about, and whether somebody means it: what takes away what cannot be had again asks for
//! the thing's name.

use maud::{Markup, html};
use presentation::operations::{self, Operation};
use presentation::pointers;
use presentation::schema;
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::form::Form;
use crate::form::read::{self, is_blank};
use crate::form::shape::Control;
use crate::form::wrong::{Mistake, Wrong, at_field};
use crate::upstream::Refusal;
use crate::{href, link, world};

/// The field that the name is typed into.
pub(crate) const SURE: &str = "_sure";

/// The thing that an operation's path names.
#[derive(Clone)]
pub(crate) struct Subject {
    /// What shows it.
    pub(crate) get: Operation,
    pub(crate) thing: Value,
    /// What people call it.
    pub(crate) name: String,
    /// Its page.
    pub(crate) address: Option<String>,
}

impl Subject {
    /// Looks at the thing that an operation is about. None where its path names none, not all of the
    /// path is known, or nothing shows it to this key.
    ///
    /// # Errors
    /// Where there is no such thing.
    pub(crate) async fn find(
        cx: &Cx,
        operation: &Operation,
        fields: &Map<String, Value>,
    ) -> Result<Option<Self>, Refusal> {
        let all = operations::all();
        let Some(get) = pointers::subject(operation, &all) else { return Ok(None) };
        let Some(own) = renamed(operation, get, fields) else { return Ok(None) };
        match cx.caller.call(get, own.clone()).await {
            Ok(answer) => {
                let last = get.path_fields().last().and_then(|name| own.get(name)).map(read::text);
                let name = link::called(&answer.value).or(last).unwrap_or_default();
                let address = href::page(get, &own);
                Ok(Some(Self { get: *get, thing: answer.value, name, address }))
            }
            // Below something that is not there is nothing.
            Err(refusal) if refusal.status == 404 => Err(refusal),
            Err(_) => Ok(None),
        }
    }
}

/// The fields of a path by the names that another operation, whose path begins so, has for them.
pub(crate) fn renamed(
    operation: &Operation,
    other: &Operation,
    fields: &Map<String, Value>,
) -> Option<Map<String, Value>> {
    let names = operation.path_fields().into_iter().zip(other.path_fields());
    let own = names.map(|(from, to)| Some((to, fields.get(&from)?.clone())));
    let own: Map<String, Value> = own.collect::<Option<_>>()?;
    (own.len() == other.path_fields().len()).then_some(own)
}

/// Whether it takes a thing away.
pub(crate) fn is_delete(operation: &Operation) -> bool {
    operation.op.method == api::Method::DELETE
}

/// Whether the form asks for a name.
pub(crate) fn is_asked(form: &Form) -> bool {
    let sent = |name: &str| {
        let new = form.values.get(name).filter(|value| !is_blank(value));
        new.is_some_and(|new| form.was.get(name).is_none_or(|old| !read::same(new, old)))
    };
    form.operation.loses(sent)
}

/// What has to be typed: the thing's name, or what the path names last.
fn must(operation: &Operation, fields: &Map<String, Value>, subject: Option<&Subject>) -> String {
    let own = operation.path_fields().pop().and_then(|name| fields.get(&name)).map(read::text);
    let exact = subject.filter(|s| s.get.path_fields().len() == operation.path_fields().len());
    let name = exact.or(subject).map(|subject| subject.name.clone());
    let name = name.filter(|name| !name.trim().is_empty()).or(own);
    // What is about all there is has no name: its word stands for one.
    name.unwrap_or_else(|| operation.command.to_owned())
}

/// Whether whoever sent it has typed the name, where that is asked for.
pub(crate) fn is_sure(
    operation: &Operation,
    fields: &Map<String, Value>,
    subject: Option<&Subject>,
    pairs: &[(String, String)],
) -> Result<(), Wrong> {
    if !operation.loses(|name| fields.contains_key(name)) {
        return Ok(());
    }
    let must = must(operation, fields, subject);
    let typed = pairs.iter().rev().find(|(name, _)| name == SURE).map_or("", |(_, text)| text);
    if typed.trim() == must.trim() {
        return Ok(());
    }
    let text = match typed.is_empty() {
        true => format!("What is lost cannot be had again: type {must} to go on."),
        false => format!("That is not its name: type {must} to go on."),
    };
    let mistake = Mistake { way: SURE.to_owned(), text, meant: Vec::new() };
    Err(Wrong { status: 400, text: String::new(), fields: vec![mistake] })
}

/// Asks for the name.
pub(crate) fn ask(form: &Form) -> Markup {
    let mistake = form.wrong.at(SURE, false);
    if !is_asked(form) && mistake.is_none() {
        return html! {};
    }
    let must = must(&form.operation, &form.values, form.subject.as_ref());
    let id = super::shape::id_of(SURE);
    html! {
        p { (warning(&form.operation)) }
        div.field.bad[mistake.is_some()] {
            label for=(id) { "Type " b { (must) } " to go on" }
            input.input id=(id) name=(SURE) data-must=(must) autocomplete="off" spellcheck="false"
                aria-invalid=[mistake.map(|_| "true")]
                aria-describedby=[mistake.map(|_| format!("{id}-e"))];
            @if let Some(mistake) = mistake { (at_field(mistake)) }
        }
    }
}

/// What is to be known before it is done.
fn warning(operation: &Operation) -> Markup {
    html! {
        @if world::is_own(operation) && !is_delete(operation) {
            "What there is now is lost by it. " a href=(world::here()) { "Save a snapshot" } " first, and it can be had again."
        } @else { "This cannot be taken back." }
    }
}

/// What leads away from it.
pub(crate) fn keeps(form: &Form) -> &'static str {
    match world::is_own(&form.operation) && !is_delete(&form.operation) {
        true => "Keep all as it is",
        false => "Keep it",
    }
}

/// A few facts, so that nobody takes one thing for another.
pub(crate) fn facts(thing: &Value) -> Markup {
    const SHOWN: &[&str] = &[
        "id",
        "label",
        "name",
        "domain",
        "region",
        "main_ip",
        "subnet",
        "size_gb",
        "date_created",
    ];
    let known: Vec<(&str, String)> = SHOWN
        .iter()
        .filter_map(|name| Some((*name, thing.get(*name)?)))
        .filter(|(_, value)| !is_blank(value))
        .map(|(name, value)| (name, presentation::columns::readable(name, value)))
        .collect();
    html! {
        dl.facts.list { @for (name, value) in &known {
            dt { (super::shape::label(name)) } dd { (value) }
        } }
    }
}

/// Switches that a thing does not tell by their own names, but among its `features`: the field, the word
/// there, and whether it can be switched off again.
const FEATURES: &[(&str, &str, bool)] = &[
    ("enable_ipv6", "ipv6", false),
    ("backups", "auto_backups", true),
    ("ddos_protection", "ddos_protection", true),
];

/// Whether a switch that is on stays on.
pub(crate) fn stays_on(name: &str) -> bool {
    FEATURES.iter().any(|(own, _, ends)| *own == name && !ends)
}

/// What a thing's features say of a switch.
fn feature(control: &Control, name: &str, thing: &Value) -> Option<Value> {
    let (_, word, _) = FEATURES.iter().find(|(own, ..)| *own == name)?;
    let is_on = thing["features"].as_array()?.iter().any(|feature| feature == word);
    match control {
        Control::Flag => Some(is_on.into()),
        Control::Switch(on, off) => Some(if is_on { on } else { off }.clone().into()),
        _ => None,
    }
}

/// What a thing is now, of the fields that an operation changes. No secret is among them.
pub(crate) fn now(operation: &Operation, thing: &Value) -> Map<String, Value> {
    let schema = operation.request();
    let path = operation.path_fields();
    let mut now = Map::new();
    for (name, shape) in schema::fields(&schema).filter(|(name, _)| !path.contains(name)) {
        let own = thing.get(name).or_else(|| {
            // Some views keep a few fields together: `generic_info.timeout`.
            let mut inner = thing.as_object()?.values().filter_map(|inner| inner.get(name));
            inner.next().filter(|_| inner.next().is_none())
        });
        let own = own.and_then(|value| held(&schema, name, shape, value));
        let control = Control::of(&schema, name, shape);
        if let Some(value) = own.or_else(|| feature(&control, name, thing)) {
            now.insert(name.clone(), value);
        }
    }
    now
}

/// A value that a thing has, as its form takes it: known fields alone, and no secret.
fn held(schema: &Value, name: &str, shape: &Value, value: &Value) -> Option<Value> {
    let target = schema::target(schema, shape);
    if schema::is_secret(shape) || schema::is_secret(target) || api::mask::is_secret(name) {
        return None;
    }
    match (Control::of(schema, name, shape), value) {
        (Control::Object, Value::Object(fields)) => {
            let inner = schema::fields(target).filter_map(|(name, shape)| {
                Some((name.clone(), held(schema, name, shape, fields.get(name)?)?))
            });
            let inner: Map<String, Value> = inner.collect();
            (!inner.is_empty()).then(|| inner.into())
        }
        (Control::Group, Value::Array(items)) => {
            let item = target.get("items")?;
            let one = |fields: &Map<String, Value>| {
                let inner =
                    schema::fields(schema::target(schema, item)).filter_map(|(name, shape)| {
                        Some((name.clone(), held(schema, name, shape, fields.get(name)?)?))
                    });
                Value::from(inner.collect::<Map<String, Value>>())
            };
            Some(items.iter().filter_map(Value::as_object).map(one).collect())
        }
        (Control::Object | Control::Group, _) => None,
        // A list of things that are shown whole: their ids.
        (Control::Things | Control::Texts | Control::Words(_), Value::Array(items)) => {
            let id = |item: &Value| match item {
                Value::Object(fields) => fields.get("id").cloned(),
                item => Some(item.clone()),
            };
            items.iter().map(id).collect::<Option<Vec<Value>>>().map(Value::from)
        }
        (Control::Things | Control::Texts | Control::Words(_), _) => None,
        (Control::Pairs | Control::Json, value) => value.is_object().then(|| value.clone()),
        // 0 is how a view says that there is none.
        (Control::Thing, Value::Number(number)) if number.as_u64() == Some(0) => Some(Value::Null),
        (_, Value::Object(_) | Value::Array(_) | Value::Null) => None,
        (_, value) => Some(value.clone()),
    }
}
