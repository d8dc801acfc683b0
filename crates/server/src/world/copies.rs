//! Copies of another account's things: made by the operations that make any, with what the originals
//! have.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use api::world::{AdoptThing, TellThing};
use api::{Access, Method, Operation};
use bytes::Bytes;
use control::original::Original;
use control::{Cx, Error, Refusal, Request, Result, Route, Routes};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::App;

/// How long a copy is waited for that is still being set up, before what is shown of it is compared; how
/// often that is looked at.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(5);
/// What is due later than this was not caused by what was asked, in milliseconds.
const SOON: i64 = 600_000;

/// The routes of the API by their operations.
type Known = Arc<BTreeMap<&'static str, Route>>;

pub(crate) fn routes(app: &Arc<App>) -> Routes {
    let all = control::routes().0.into_iter().map(|route| (route.op.id, route));
    let known: Known = Arc::new(all.collect());
    let (adopting, telling, app) = (known.clone(), known, app.clone());
    Routes::default()
        .on(move |cx, adopt: AdoptThing| adopt_one(cx, adopting.clone(), adopt))
        .on(move |cx, tell: TellThing| told(cx, app.clone(), telling.clone(), tell))
}

/// The operation of this name, with its route.
fn found<'a>(known: &'a Known, id: &str) -> Result<(&'static Operation, &'a Route)> {
    let operation = api::operations().find(|operation| operation.op.id == id);
    let help = || format!("`{id}` is no operation of the API; one is `create-block`");
    let unknown = || Refusal::field("operation", help());
    Ok(operation.zip(known.get(id)).ok_or_else(unknown)?)
}

async fn adopt_one(cx: Cx, known: Known, adopt: AdoptThing) -> Result<()> {
    let (operation, route) = found(&known, &adopt.operation)?;
    let original = Original {
        ids: ids(adopt.ids.unwrap_or_default())?,
        addresses: parsed("addresses", adopt.addresses.unwrap_or_default())?,
        created: adopt.created.map(api::Time::as_millis),
        number: adopt.number,
    };
    // What is changed, or is referred to, has to be there wholly.
    for id in adopt.fields.values().flat_map(ids_in) {
        until_settled(&cx, id).await?;
    }
    let request = request(operation, adopt.fields)?;
    let mut copying = cx.copying(original);
    copying.op = operation.op.id;
    let answer = route.serve(copying, request).await;
    answer.map(drop).map_err(said)
}

/// The ids that a field's value is, or lists.
fn ids_in(value: &Value) -> impl Iterator<Item = Uuid> {
    let several = value.as_array().map_or(&[][..], Vec::as_slice);
    let texts = several.iter().chain([value]).filter_map(Value::as_str);
    texts.filter_map(|text| text.parse().ok())
}

/// What was asked within, refused as it was there.
fn said(error: api::ApiError) -> Error {
    Refusal::new(error.status, error.error).into()
}

/// Ids as the API has them: UUIDs, and the sixteen digits of a load balancer's rules.
fn ids(given: BTreeMap<String, Vec<String>>) -> Result<BTreeMap<String, Vec<String>>> {
    let is_digits = |id: &str| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let wrong = given.values().flatten().find(|id| !is_digits(id) && Uuid::parse_str(id).is_err());
    match wrong {
        None => Ok(given),
        Some(wrong) => Err(Refusal::field("ids", format!("`{wrong}` is none")).into()),
    }
}

/// Texts that are all of a kind.
fn parsed<T: std::str::FromStr>(
    field: &str,
    texts: BTreeMap<String, Vec<String>>,
) -> Result<BTreeMap<String, Vec<T>>> {
    let one = |text: String| {
        let wrong = |_| Refusal::field(field, format!("`{text}` is none"));
        text.parse::<T>().map_err(|_| ()).map_err(wrong)
    };
    let list = |(name, list): (String, Vec<String>)| {
        let list = list.into_iter().map(one).collect::<Result<Vec<T>, _>>()?;
        Ok::<_, Refusal>((name, list))
    };
    Ok(texts.into_iter().map(list).collect::<Result<_, _>>()?)
}

/// A request of an operation, from all its fields.
fn request(operation: &Operation, mut fields: Map<String, Value>) -> Result<Request> {
    let params: Vec<&'static str> = operation.op.path_params().collect();
    let mut path = Vec::new();
    for name in params {
        let text = match fields.remove(&name.replace('-', "_")) {
            Some(Value::String(text)) => text,
            Some(Value::Number(number)) => number.to_string(),
            _ => return Err(Refusal::field(name, "stands in the path, and is missing").into()),
        };
        path.push((name.to_owned(), text));
    }
    let body = match operation.op.has_body {
        true => Bytes::from(Value::Object(fields).to_string()),
        false => Bytes::new(),
    };
    Ok(Request { path, query: String::new(), body })
}

/// Notes where what is shown differs from what was told.
async fn told(cx: Cx, app: Arc<App>, known: Known, tell: TellThing) -> Result<()> {
    let (operation, route) = found(&known, &tell.operation)?;
    if operation.op.method != Method::GET || operation.op.access == Access::Public {
        return Err(Refusal::field("operation", "only what is asked of a thing can be told").into());
    }
    let ids = tell.path.values().filter_map(Value::as_str).chain(tell.id.as_deref());
    for id in ids.filter_map(|id| id.parse::<Uuid>().ok()) {
        until_settled(&cx, id).await?;
    }
    let request = request(operation, tell.path)?;
    let at = crate::told::path_of(&operation.op, &request);
    let mut inner = cx.clone();
    inner.op = operation.op.id;
    let answer = route.serve(inner, request).await.map_err(said)?;
    app.told.note(&cx, &operation.op, &at, tell.id.as_deref(), &answer, tell.told).await
}

/// Returns when nothing is under way with a thing, or after a while.
async fn until_settled(cx: &Cx, id: Uuid) -> Result<()> {
    for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
        let row = cx.control.store().get(id).await?;
        let due = row.and_then(|row| row.due);
        if due.is_none_or(|due| due > cx.now() + SOON) {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
