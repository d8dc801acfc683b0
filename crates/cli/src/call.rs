//! One command: arguments, names, consent; and one call: pages, envelopes, output.

use api::wire::Encoded;
use api::{Op, Shape, page};
use clap::ArgMatches;
use presentation::answer::{held, thing};
use presentation::operations::{self, Operation};
use presentation::pointers;
use presentation::{places, schema};
use sdk::{Client, Error};
use serde_json::{Map, Value};

use crate::batch::Batch;
use crate::command::{NAME, flag};
use crate::deed::Deed;
use crate::error::{Exit, Failure};
use crate::names::Known;
use crate::output::View;
use crate::{Context, consent, edit, input, names};

/// Carries out one command and prints its answer.
pub(crate) async fn run(
    operation: &Operation,
    matches: &ArgMatches,
    args: &ArgMatches,
    context: &mut Context<'_>,
) -> Result<Exit, Failure> {
    let schema = operation.request();
    let mut fields = input::fields(operation, &schema, args, context)?;
    let all = operations::with_own();
    something(operation, &fields, &all)?;
    let view = View::new(pointers::answering(operation, &all), &all, matches, args)?;
    let client = crate::client(matches, context)?;
    let asks =
        consent::is_needed(operation.loses(|field| fields.contains_key(field)), &client, args);
    if asks {
        let what = Deed::new(operation, &fields, &all).wanted(&Known::new());
        consent::can_be_asked(&what, &client, context.terminal)?;
    }
    let given = operation.path_fields().pop().and_then(|own| fields.get(&own));
    let changes_several = given.is_some_and(Value::is_array) && !operation.reads();
    let known = names::resolve(&client, operation, &schema, &all, &mut fields, args).await;
    let known = known.map_err(|failure| match failure {
        // Whoever named others, too, is to know what became of them.
        Failure::NotFound(text) if changes_several => {
            Failure::NotFound(format!("{text}\nnothing was done"))
        }
        failure => failure,
    })?;
    let several = several(operation, &mut fields);
    let mut batch = Batch::new(operation, &all, client, fields, several, known)?;
    if operation.reads() {
        return read(batch, &view, matches, args, context).await;
    }
    batch.look().await?;
    if asks {
        batch.ask(context)?;
    }
    batch.carry_out(&view, matches, args, context).await
}

/// An update of nothing is a slip: what the command is for is missing.
fn something(
    operation: &Operation,
    fields: &Map<String, Value>,
    all: &[Operation],
) -> Result<(), Failure> {
    let (schema, params) = (operation.request(), operation.path_fields());
    if operation.command != "update" || fields.keys().any(|field| !params.contains(field)) {
        return Ok(());
    }
    let can_be = |name: &&str| schema::fields(&schema).any(|(field, _)| field == name);
    let mut own = schema::fields(&schema).map(|(name, _)| name.as_str());
    let usual = ["label", "name", "description"].into_iter().find(can_be);
    let field = usual.or_else(|| own.find(|name| params.iter().all(|p| p != name)));
    let Some(field) = field else { return Ok(()) };
    let path = places::path(operation);
    let mut text = format!("what is to be changed? Say it with flags such as --{}", flag(field));
    if edit::is_there(operation, all) {
        let group = path.strip_suffix("update").unwrap_or(&path);
        text = format!("{text}, or in an editor with `{NAME} {group}{}`", edit::NAME);
    }
    Err(Failure::usage(format!("{text}; `{NAME} {path} --help` lists them")))
}

/// Takes out the ids of several things of which the operation is to be carried out, each once.
fn several(operation: &Operation, fields: &mut Map<String, Value>) -> Option<(String, Vec<Value>)> {
    let own = operation.path_fields().pop()?;
    let Value::Array(given) = fields.get(&own)? else { return None };
    let mut each: Vec<Value> = Vec::new();
    for id in given {
        if !each.contains(id) {
            each.push(id.clone());
        }
    }
    fields.shift_remove(&own);
    Some((own, each))
}

async fn read(
    batch: Batch<'_>,
    view: &View,
    matches: &ArgMatches,
    args: &ArgMatches,
    context: &mut Context<'_>,
) -> Result<Exit, Failure> {
    let operation = batch.operation;
    if !operation.is_paged(&operation.request()) {
        return batch.carry_out(view, matches, args, context).await;
    }
    let fields = batch.fields();
    let answer = match fields.contains_key("cursor") {
        false => list(&batch.client, operation, fields, view.fetched()).await?.into(),
        true => once(&batch.client, operation, fields).await?,
    };
    print(answer, view, context)?;
    Ok(Exit::Ok)
}

/// Prints an answer as the options say.
pub(crate) fn print(answer: Value, view: &View, context: &mut Context<'_>) -> Result<(), Failure> {
    view.print(answer, context.terminal, context.out, context.err)?;
    Ok(context.out.flush()?)
}

/// All items of a list, or the first `limit`, over as many pages as that takes.
pub(crate) async fn list(
    client: &Client,
    operation: &Operation,
    mut fields: Map<String, Value>,
    limit: Option<u64>,
) -> Result<Vec<Value>, Failure> {
    let most = limit.unwrap_or(u64::MAX);
    let schema = operation.request();
    let paged = |field: &str| schema.get("properties").is_some_and(|p| p.get(field).is_some());
    if paged("per_page") && !fields.contains_key("per_page") {
        fields.insert("per_page".into(), most.min(page::PER_PAGE_MAX.into()).into());
    }
    let mut items = Vec::new();
    loop {
        let request = encode(operation, fields.clone())?;
        let answer = client.call(&operation.op, &request).await?;
        let mut body = json(client, &operation.op, &request.uri, answer)?;
        let next = body.pointer("/meta/links/next").and_then(Value::as_str).unwrap_or_default();
        let next = Value::from(next);
        match held(&operation.op, &mut body) {
            Some(Value::Array(page)) => items.extend(page),
            Some(Value::Null) => {}
            _ => return Err(lacking(&operation.op)),
        }
        if next == "" || !paged("cursor") || items.len() as u64 >= most {
            return Ok(items);
        }
        if fields.insert("cursor".into(), next.clone()).as_ref() == Some(&next) {
            return Err(Failure::Answer(format!(
                "{}: a page names itself as the next",
                operation.op.id
            )));
        }
    }
}

/// One call, and the thing that it answers with.
pub(crate) async fn once(
    client: &Client,
    operation: &Operation,
    fields: Map<String, Value>,
) -> Result<Value, Failure> {
    let request = encode(operation, fields)?;
    let answer = client.call(&operation.op, &request).await?;
    let answer = unwrap(&operation.op, client, &request.uri, answer)?;
    Ok(if operation.op.shape == Shape::Bare { thing(answer) } else { answer })
}

/// The request as it is sent; mistakes are told in terms of the command line.
pub(crate) fn encode(
    operation: &Operation,
    fields: Map<String, Value>,
) -> Result<Encoded, Failure> {
    let params = operation.path_fields();
    operation.encode(fields).map_err(|problem| {
        let top = problem.field.split(['.', '[']).next().unwrap_or_default();
        let arg = match top {
            "" => return Failure::usage(problem.text),
            param if params.iter().any(|p| p == param) => param.to_uppercase(),
            field if field == problem.field => format!("--{}", flag(field)),
            _ => format!("--field {}", problem.field),
        };
        Failure::usage(format!("{arg}: {}", problem.text))
    })
}

/// What is in the answer's envelope; null where it has none.
pub(crate) fn unwrap(
    op: &Op,
    client: &Client,
    uri: &str,
    answer: sdk::transport::Response,
) -> Result<Value, Error> {
    if op.shape == Shape::Empty {
        return Ok(Value::Null);
    }
    if let Shape::Text(_) = op.shape {
        return Ok(String::from_utf8_lossy(answer.body()).into());
    }
    let mut body = json(client, op, uri, answer)?;
    held(op, &mut body).ok_or_else(|| Error::Unreadable {
        request: format!("{} {}{uri}", op.method, client.endpoint()),
        status: op.status,
        reason: lacking(op).to_string(),
        excerpt: body.to_string().chars().take(200).collect(),
    })
}

fn json(
    client: &Client,
    op: &Op,
    uri: &str,
    answer: sdk::transport::Response,
) -> Result<Value, Error> {
    serde_json::from_slice(answer.body()).map_err(|e| Error::Unreadable {
        request: format!("{} {}{uri}", op.method, client.endpoint()),
        status: answer.status().as_u16(),
        reason: e.to_string(),
        excerpt: String::from_utf8_lossy(answer.body()).chars().take(200).collect(),
    })
}

fn lacking(op: &Op) -> Failure {
    Failure::Answer(format!("the answer to {} is not what it should be", op.id))
}
