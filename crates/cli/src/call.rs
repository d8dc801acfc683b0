//! One operation: arguments, names, consent, call, pages, waiting, output.

use std::time::Duration;

use api::wire::Encoded;
use api::{Op, Shape, page};
use clap::ArgMatches;
use sdk::{Client, Error};
use serde_json::{Map, Value};

use crate::command::{TIMEOUT, WAIT, flag};
use crate::deed::Deed;
use crate::error::{Exit, Failure};
use crate::names::Known;
use crate::operations::{self, Operation};
use crate::output::View;
use crate::{Context, consent, input, names, wait};

/// Carries out one operation and prints its answer.
pub(crate) async fn run(
    operation: &Operation,
    matches: &ArgMatches,
    args: &ArgMatches,
    context: &mut Context<'_>,
) -> Result<Exit, Failure> {
    let schema = (operation.schema)();
    let mut fields = input::fields(operation, &schema, args, context.stdin)?;
    let all = operations::all();
    let view = View::new(operation, &all, matches, args)?;
    let client = crate::client(matches, context)?;
    let asks =
        consent::is_needed(operation.loses(|field| fields.contains_key(field)), &client, args);
    if asks {
        let what = Deed::new(operation, &fields, &all).wanted(&Known::new());
        consent::can_be_asked(&what, &client, context.terminal)?;
    }
    let mut known = names::resolve(&client, operation, &schema, &all, &mut fields, args).await?;
    let deed = || Deed::new(operation, &fields, &all);
    if asks {
        encode(operation, fields.clone())?;
        names::look(&client, operation, &all, &fields, &mut known).await;
        let what = deed().wanted(&known);
        consent::ask(&what, &client, context.stdin, context.err)?;
    }
    let paged = operation.is_paged(&schema);
    let mut answer = match paged && !fields.contains_key("cursor") {
        true => list(&client, operation, fields.clone(), view.fetched()).await?.into(),
        false => once(&client, operation, fields.clone()).await?,
    };
    if !operation.reads() {
        // It is done, whether or not anybody hears of it; the answer is still to be printed.
        let _ = writeln!(context.err, "{}", deed().done(&answer, &known));
    }
    if args.try_get_one::<bool>(WAIT).ok().flatten() == Some(&true)
        && let Some(target) = wait::target(operation, &all)
    {
        let timeout = args.get_one::<Duration>(TIMEOUT).copied().unwrap_or_default();
        let progress = context.terminal.progress;
        answer = target.wait(&client, &fields, answer, timeout, progress).await?;
    }
    view.print(answer, context.terminal, context.out, context.err)?;
    context.out.flush()?;
    Ok(Exit::Ok)
}

/// All items of a list, or the first `limit`, over as many pages as that takes.
pub(crate) async fn list(
    client: &Client,
    operation: &Operation,
    mut fields: Map<String, Value>,
    limit: Option<u64>,
) -> Result<Vec<Value>, Failure> {
    let most = limit.unwrap_or(u64::MAX);
    let schema = (operation.schema)();
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
        match take(&operation.op, &mut body) {
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

async fn once(
    client: &Client,
    operation: &Operation,
    fields: Map<String, Value>,
) -> Result<Value, Failure> {
    let request = encode(operation, fields)?;
    let answer = client.call(&operation.op, &request).await?;
    Ok(unwrap(&operation.op, client, &request.uri, answer)?)
}

/// The request as it is sent; mistakes are told in terms of the command line.
pub(crate) fn encode(
    operation: &Operation,
    fields: Map<String, Value>,
) -> Result<Encoded, Failure> {
    let params = operation.path_fields();
    (operation.encode)(fields).map_err(|problem| {
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
    let mut body = json(client, op, uri, answer)?;
    take(op, &mut body).ok_or_else(|| Error::Unreadable {
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

fn take(op: &Op, body: &mut Value) -> Option<Value> {
    match op.shape {
        Shape::Empty => Some(Value::Null),
        Shape::Bare => Some(body.take()),
        Shape::Key(key) | Shape::List(key) => body.get_mut(key).map(Value::take),
    }
}

fn lacking(op: &Op) -> Failure {
    Failure::Answer(format!("the answer to {} is not what it should be", op.id))
}
