//! The form of an operation: `/console/op/OPERATION-ID` shows it, with the query's fields filled in, and
//! carries it out.
//!
//! A form is drawn from the operation's schema ([`draw`]), in an order that follows from it
//! ([`layout`]). What was sent is read by the same schema ([`read`]); what is refused stands at its field
//! ([`wrong`]), and everything that was typed stays. Choices come from operations that list them.

mod after;
mod back;
mod below;
mod confirm;
mod draw;
mod group;
pub(crate) mod layout;
mod needs;
mod networks;
mod page;
mod pick;
mod presets;
pub(crate) mod read;
pub(crate) mod shape;
mod wrong;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use maud::{Markup, html};
use presentation::operations::{self, Operation};
use serde_json::{Map, Value};

use crate::choices::Choices;
use crate::cx::{Cx, Sent};
use crate::form::back::Back;
use crate::form::confirm::Subject;
use crate::form::draw::Draw;
use crate::form::wrong::{Mistake, Wrong};
use crate::layout::{Page, refused, token};
use crate::upstream::Refusal;
use crate::{ROOT, Shared, nav, world};

pub(crate) use confirm::SURE;
pub(crate) use read::read;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(&format!("{ROOT}/op/{{id}}"), get(show).post(send))
        .route(&format!("{ROOT}/answer/{{name}}"), get(after::answer))
        .route(&format!("{ROOT}/price"), post(price_of))
}

/// A form with all that it is drawn from.
struct Form {
    operation: Operation,
    schema: Value,
    /// What stands in it.
    values: Map<String, Value>,
    /// What the thing is now, of the fields that the form has; empty where it makes one.
    was: Map<String, Value>,
    choices: Choices,
    subject: Option<Subject>,
    wrong: Wrong,
    /// The form that one came from to make what is chosen there.
    back: Option<Back>,
    /// The address's own fields, where the form was opened by one.
    query: Vec<(String, String)>,
}

impl Form {
    async fn new(
        cx: &Cx,
        operation: Operation,
        values: Map<String, Value>,
        was: Map<String, Value>,
        subject: Option<Subject>,
    ) -> Self {
        let schema = operation.request();
        let mut choices = Choices::load(cx, &operation, &schema, &values).await;
        if let Some(subject) = &subject {
            choices.narrow(&subject.thing);
        }
        let (wrong, back, query) = (Wrong::default(), None, Vec::new());
        Self { operation, schema, values, was, choices, subject, wrong, back, query }
    }

    /// Whether it changes what there is.
    fn changes(&self) -> bool {
        is_change(&self.operation)
    }

    fn region(&self) -> String {
        let own = self.values.get("region").map(read::text).filter(|region| !region.is_empty());
        let of_subject = || {
            let subject = self.subject.as_ref()?;
            subject.thing["region"].as_str().map(str::to_owned)
        };
        own.or_else(of_subject).unwrap_or_default()
    }

    /// What the form sends, as it stands: of a change what is other than it was.
    fn sent(&self) -> Map<String, Value> {
        let path = self.operation.path_fields();
        let other = |(name, value): &(&String, &Value)| {
            path.contains(name) || self.was.get(*name).is_none_or(|old| !read::same(value, old))
        };
        let sent = self.values.iter().filter(other);
        sent.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn draw(&self) -> Draw<'_> {
        Draw {
            operation: &self.operation,
            schema: &self.schema,
            values: &self.values,
            was: &self.was,
            choices: &self.choices,
            wrong: &self.wrong,
            changes: self.changes(),
            region: self.region(),
        }
    }

    fn inputs(&self) -> Markup {
        let draw = self.draw();
        let was = (!self.was.is_empty()).then(|| Value::from(self.was.clone()).to_string());
        html! {
            @if let Some(was) = was { input type="hidden" name=(read::WAS) value=(was); }
            (draw.all(&layout::of(&self.operation, &self.schema)))
        }
    }
}

/// Whether an operation changes a thing, so that a form of it shows what that is now.
pub(crate) fn is_change(operation: &Operation) -> bool {
    // A PUT of Kettle's own makes something by a name.
    matches!(operation.op.method, api::Method::PATCH | api::Method::PUT)
        && !operation.path_fields().is_empty()
        && !world::is_own(operation)
}

/// The operation of that id, the API's or Kettle's own.
pub(crate) fn operation(id: &str) -> Option<Operation> {
    operations::find(id)
}

fn unknown(cx: &Cx, id: &str) -> Response {
    let text = format!("There is no operation {id}.");
    refused(cx, &Refusal { status: 404, text, field: None })
}

async fn show(cx: Cx, Path(id): Path<String>) -> Response {
    let Some(operation) = operation(&id) else { return unknown(&cx, &id) };
    let schema = operation.request();
    let mut query = cx.query.clone();
    let mistakes = networks::split(&schema, &mut query);
    let mut given = read::filled(&schema, &query);
    given.extend(back::emptied(&schema, &query));
    match prepared(&cx, operation, given).await {
        Ok(mut form) => {
            form.back = Back::of(&query);
            form.query = query;
            form.wrong.fields = mistakes;
            show_page(&cx, &form)
        }
        Err(refusal) => refused(&cx, &refusal),
    }
}

/// A form with what is given filled in, and, where it changes a thing, with what that is now.
async fn prepared(
    cx: &Cx,
    operation: Operation,
    given: Map<String, Value>,
) -> Result<Form, Refusal> {
    let subject = Subject::find(cx, &operation, &given).await?;
    let mut values = Map::new();
    let mut was = Map::new();
    if let Some(subject) = subject.as_ref().filter(|_| is_change(&operation)) {
        was = confirm::now(&operation, &subject.thing);
        values.clone_from(&was);
    }
    values.extend(given);
    Ok(Form::new(cx, operation, values, was, subject).await)
}

async fn send(Path(id): Path<String>, sent: Sent) -> Response {
    let Sent { cx, fields: mut pairs } = sent;
    let Some(operation) = operation(&id) else { return unknown(&cx, &id) };
    let schema = operation.request();
    pick::versions(&mut pairs);
    let torn = networks::split(&schema, &mut pairs);
    let asked = |name: &str, pairs: &[(String, String)]| {
        pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    };
    if let Some(made) = asked(back::MAKE, &pairs)
        && let Some(response) = back::leave(&operation, &pairs, &made)
    {
        return response;
    }
    let adds = asked("_add", &pairs);
    let removes = asked("_remove", &pairs);
    let puts = asked("_put", &pairs);
    if let Some(way) = &removes {
        let inside = format!("{way}.");
        pairs.retain(|(name, _)| !name.starts_with(&inside));
    }
    if let Some(put) = &puts {
        wrong::put(&schema, &mut pairs, put);
    }
    let mut typed = read::filled(&schema, &pairs);
    if let Some(way) = &adds {
        one_more(&mut typed, way, &pairs);
    }
    let only_drawn =
        [&adds, &removes, &puts].iter().any(|a| a.is_some()) || asked("_price", &pairs).is_some();
    let mut wrong = Wrong::default();
    if !only_drawn {
        match carried_out(&cx, &operation, &pairs, torn).await {
            Ok(response) => return response,
            Err(why) => wrong = why,
        }
    }
    match again(&cx, operation, typed, &pairs, wrong).await {
        Ok(form) => show_page(&cx, &form),
        Err(refusal) => refused(&cx, &refusal),
    }
}

/// The form once more, with what was typed.
async fn again(
    cx: &Cx,
    operation: Operation,
    typed: Map<String, Value>,
    pairs: &[(String, String)],
    wrong: Wrong,
) -> Result<Form, Refusal> {
    let was = pairs.iter().rev().find(|(name, _)| name == read::WAS);
    let was = was.and_then(|(_, text)| serde_json::from_str(text).ok()).unwrap_or_default();
    let subject = Subject::find(cx, &operation, &typed).await?;
    let mut form = Form::new(cx, operation, typed, was, subject).await;
    form.wrong = wrong;
    form.back = Back::of(pairs);
    Ok(form)
}

/// Carries an operation out, and leads to where one sees what came of it.
async fn carried_out(
    cx: &Cx,
    operation: &Operation,
    pairs: &[(String, String)],
    torn: Vec<Mistake>,
) -> Result<Response, Wrong> {
    let fields = read(operation, pairs);
    let from = pairs.iter().rev().find(|(name, _)| name == read::FROM);
    let known = Wrong::known(operation, &fields, torn, from.map(|(_, name)| name.as_str()));
    if !known.is_none() {
        return Err(known);
    }
    if operation.reads() && operation.op.method == api::Method::GET {
        return Ok(after::looked_at(operation, &fields));
    }
    let refused = |refusal: Refusal| Wrong::of(operation, &refusal);
    let subject = Subject::find(cx, operation, &fields).await.map_err(refused)?;
    confirm::is_sure(operation, &fields, subject.as_ref(), pairs)?;
    let answer = cx.caller.call(operation, fields.clone()).await.map_err(refused)?;
    Ok(after::done(cx, operation, &fields, answer.value, subject.as_ref(), Back::of(pairs)).await)
}

/// Adds an empty object to the list at a way, after those that the form showed.
fn one_more(fields: &mut Map<String, Value>, way: &str, pairs: &[(String, String)]) {
    let shown = read::places(pairs, way).len();
    let pointer = format!("/{}", way.replace('.', "/"));
    let whole = Value::from(fields.clone());
    let held = whole.pointer(&pointer).and_then(Value::as_array).map_or(0, Vec::len);
    for place in held..=shown {
        let Ok(mut steps) = presentation::path::split(way) else { return };
        steps.push(place.to_string());
        // A list that cannot be there stays as it is.
        if presentation::path::set(fields, &steps, Map::new().into()).is_err() {
            return;
        }
    }
}

/// What the thing of a form will cost, and the form as code: for the script, which asks while one
/// types.
async fn price_of(sent: Sent) -> Response {
    let Sent { cx, fields: mut pairs } = sent;
    let id = cx.asked("op").to_owned();
    let Some(operation) = operation(&id) else { return unknown(&cx, &id) };
    pick::versions(&mut pairs);
    networks::split(&operation.request(), &mut pairs);
    let typed = read::filled(&operation.request(), &pairs);
    let sent = read(&operation, &pairs);
    match again(&cx, operation, typed, &pairs, Wrong::default()).await {
        Ok(form) => part(page::aside(&cx, &form, &sent)),
        Err(refusal) => refused(&cx, &refusal),
    }
}

/// A part of a page.
fn part(markup: Markup) -> Response {
    let mut response = Response::new(Body::from(markup.into_string()));
    crate::layout::safe(&mut response, "text/html; charset=utf-8");
    response
}

/// The page of a form.
fn show_page(cx: &Cx, form: &Form) -> Response {
    let title = page::title(form);
    let item = nav::item_of(&form.operation);
    let here = match world::is_own(&form.operation) {
        true => world::here(),
        false => item.map(|item| item.shows.to_owned()).unwrap_or_default(),
    };
    let status = StatusCode::from_u16(form.wrong.status).unwrap_or(StatusCode::OK);
    let sent = form.sent();
    let action = format!("{ROOT}/op/{}", form.operation.op.id);
    let main = html! {
        div.head { div { h1 { (title) } (page::under(form)) } (page::reference(form)) }
        form.cols.main method="post" action=(action) novalidate data-form=(form.operation.op.id) {
            (token(cx))
            @if !confirm::is_asked(form) {
                // Enter in a field presses the first button: none that adds or takes away.
                button.sr type="submit" tabindex="-1" aria-hidden="true" {}
            }
            div.stack {
                @if let Some(back) = &form.back { (back.shown()) }
                (back::lost(&form.query))
                (form.wrong.note(page::nothing(form)))
                (presets::shown(form))
                (page::path(form))
                (form.inputs())
                (page::last(form))
            }
            aside.stack aria-label="Price and code" id="aside" { (page::aside(cx, form, &sent)) }
        }
    };
    let crumbs = page::crumbs(form);
    crate::layout::page(cx, Page { title, crumbs, here, main, status })
}
