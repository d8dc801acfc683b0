//! What rules change of answers: things that are left out of them, or shown with other values.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::Method;
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use serde_json::{Map, Value};

use super::act::nobody;
use super::rule::{Facts, Stock};
use super::{Change, Edit};
use crate::App;

/// What of a request its answer depends on.
pub(super) struct Scope {
    method: Method,
    /// Whether it may have made something: a POST.
    path: String,
    query: Vec<String>,
}

impl Scope {
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let query = facts.fields.iter().map(|(name, _)| name.clone()).collect();
        Self { method: facts.method.clone(), path: facts.path.to_owned(), query }
    }
}

/// The answer as the rules have it shown. What it says was made is remembered as new.
pub(super) async fn changed(
    app: &Arc<App>,
    scope: &Scope,
    edits: Vec<Edit>,
    hidden: Option<&str>,
    did: &mut Vec<String>,
    response: Response,
) -> Response {
    let makes = scope.method == Method::POST && response.status().is_success();
    let edits_it = !edits.is_empty() && response.status().is_success();
    let is_at_hand = response.body().size_hint().exact().is_some();
    if !(makes || edits_it || hidden.is_some()) || !is_at_hand {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let whole = |bytes: Bytes| Response::from_parts(parts.clone(), Body::from(bytes));
    if let Some(hidden) = hidden {
        let text = String::from_utf8_lossy(&bytes).replace(&nobody(hidden), hidden);
        parts.headers.remove(CONTENT_LENGTH);
        return Response::from_parts(parts, Body::from(text));
    }
    let Ok(Value::Object(mut fields)) = serde_json::from_slice::<Value>(&bytes) else {
        return whole(bytes);
    };
    let now = app.control.clock().now();
    if makes && let Some(id) = made(&fields, &scope.path) {
        app.faults.inner().made.note(id, now);
    }
    let mut is_changed = false;
    // The first rule has the last word.
    for edit in edits.iter().rev() {
        let of = |id: &str| app.faults.inner().has_thing(edit.rule, id, now);
        let what = match &edit.what {
            Change::Hide => leave_out(&mut fields, &of).then(|| "left out what is hidden".into()),
            Change::Show(values) => show(&mut fields, values, scope, &of),
            Change::SoldOut(stock) => {
                without(&mut fields, stock, &scope.path).then(|| "left out what is sold out".into())
            }
        };
        if let Some(what) = what {
            is_changed = true;
            app.faults.inner().count(edit.rule);
            did.push(format!("{}: {what}", edit.name));
        }
    }
    match is_changed {
        true => {
            parts.headers.remove(CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(Value::Object(fields).to_string()))
        }
        false => whole(bytes),
    }
}

/// The id of what an answer says was made: not of what the request was about.
fn made(fields: &Map<String, Value>, path: &str) -> Option<String> {
    let things = fields.values().filter_map(Value::as_object);
    let mut ids = things.filter_map(|thing| thing.get("id").and_then(Value::as_str));
    let id = ids.next().filter(|id| id.parse::<uuid::Uuid>().is_ok())?;
    (!path.contains(id)).then(|| id.to_owned())
}

/// Leaves out of lists what they are not to have.
fn leave_out(fields: &mut Map<String, Value>, of: &impl Fn(&str) -> bool) -> bool {
    let mut gone = 0;
    for list in fields.values_mut().filter_map(Value::as_array_mut) {
        let before = list.len();
        list.retain(|item| !id_of(item).is_some_and(of));
        gone += before - list.len();
    }
    if let Some(total) = fields.get_mut("meta").and_then(|meta| meta.get_mut("total"))
        && let Some(number) = total.as_u64()
    {
        *total = number.saturating_sub(gone as u64).into();
    }
    gone > 0
}

/// Shows things with other values. Who looks for what is shown as nothing does not find them.
fn show(
    fields: &mut Map<String, Value>,
    values: &[(String, Value)],
    scope: &Scope,
    of: &impl Fn(&str) -> bool,
) -> Option<String> {
    let is_looked_for = |(name, value): &&(String, Value)| {
        let is_nothing = matches!(value, Value::Array(items) if items.is_empty())
            || value.as_str().is_some_and(str::is_empty);
        let singular = name.strip_suffix('s').unwrap_or(name);
        let asks = |query: &String| query == name || query == singular;
        is_nothing && scope.method == Method::GET && scope.query.iter().any(asks)
    };
    if values.iter().any(|value| is_looked_for(&value)) {
        return leave_out(fields, of).then(|| "left out what was looked for".into());
    }
    let mut shown = Vec::new();
    let lists = fields.values_mut().flat_map(|value| match value {
        Value::Array(items) => items.iter_mut().collect::<Vec<_>>(),
        one => vec![one],
    });
    for thing in lists.filter(|thing| id_of(thing).is_some_and(of)) {
        for (name, value) in values {
            if let Some(field) = thing.get_mut(name).filter(|field| *field != value) {
                *field = value.clone();
                let text = format!("{name}={value}");
                if !shown.contains(&text) {
                    shown.push(text);
                }
            }
        }
    }
    (!shown.is_empty()).then(|| format!("showed {}", shown.join(", ")))
}

/// Leaves what is sold out out of what is told of plans and regions.
fn without(fields: &mut Map<String, Value>, stock: &[Stock], path: &str) -> bool {
    let is_out = |region: &str, plan: &str| stock.iter().any(|stock| stock.has(region, plan));
    let mut is_changed = false;
    let mut keep = |list: &mut Vec<Value>, is_out: &dyn Fn(&str) -> bool| {
        let before = list.len();
        list.retain(|item| !item.as_str().is_some_and(is_out));
        is_changed |= list.len() < before;
    };
    if let Some(Value::Array(plans)) = fields.get_mut("available_plans") {
        // `/v2/regions/ewr/availability`.
        let region = path.split('/').nth(3).unwrap_or_default();
        keep(plans, &|plan| is_out(region, plan));
    }
    for name in ["plans", "plans_metal"] {
        let plans = fields.get_mut(name).and_then(Value::as_array_mut);
        for plan in plans.into_iter().flatten() {
            let Some(id) = id_of(plan).map(str::to_owned) else { continue };
            if let Some(Value::Array(regions)) = plan.get_mut("locations") {
                keep(regions, &|region| is_out(region, &id));
            }
        }
    }
    is_changed
}

fn id_of(thing: &Value) -> Option<&str> {
    thing.get("id").and_then(Value::as_str)
}
