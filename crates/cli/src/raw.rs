//! `kettle api METHOD PATH`: any call, its answer printed as it came.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value};

use crate::command::{FIELD, body_options};
use crate::error::{Exit, Failure};
use crate::{Context, input, path};

const INCLUDE: &str = "@include";

pub(crate) fn command() -> Command {
    Command::new("api")
        .about("Call any path and print the answer as it comes")
        .after_help(
            "Example: kettle api GET '/v2/plans?type=vhf'\n\
             The exit status tells the kind of the answer's status; its body is printed in any case.",
        )
        .arg(Arg::new("method").required(true).value_name("METHOD").help("GET, POST, PUT, PATCH, DELETE"))
        .arg(Arg::new("path").required(true).value_name("PATH").help("Path and query: /v2/account"))
        .arg(
            Arg::new(INCLUDE)
                .long("include")
                .short('i')
                .action(ArgAction::SetTrue)
                .help("Print the status and the headers, too"),
        )
        .args(body_options())
}

pub(crate) async fn run(
    matches: &ArgMatches,
    args: &ArgMatches,
    context: &mut Context<'_>,
) -> Result<Exit, Failure> {
    let text = |id| args.get_one::<String>(id).map(String::as_str).unwrap_or_default();
    let method = text("method").to_uppercase();
    let method = api::Method::from_bytes(method.as_bytes())
        .map_err(|_| Failure::usage(format!("`{method}` is no HTTP method")))?;
    let body = body(args, context)?;
    let client = crate::client(matches, context)?;
    let answer = client.raw(method, text("path"), body).await?;
    if args.get_flag(INCLUDE) {
        writeln!(context.out, "HTTP {}", answer.status)?;
        for (name, value) in &answer.headers {
            writeln!(context.out, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        writeln!(context.out)?;
    }
    context.out.write_all(answer.body.as_bytes())?;
    if !answer.body.is_empty() && !answer.body.ends_with('\n') {
        writeln!(context.out)?;
    }
    context.out.flush()?;
    let exit = Exit::from_status(answer.status.as_u16());
    if exit != Exit::Ok {
        writeln!(context.err, "error: status {}", answer.status)?;
    }
    Ok(exit)
}

fn body(args: &ArgMatches, context: &mut Context<'_>) -> Result<Option<String>, Failure> {
    let mut body = input::body(args, context.stdin)?;
    for text in input::many(args, FIELD) {
        let (way, value) = path::parse(text).map_err(Failure::Usage)?;
        if body.is_null() {
            body = Value::Object(Map::new());
        }
        let fields = body.as_object_mut();
        let fields = fields.ok_or_else(|| Failure::usage("--field: the body is no object"))?;
        path::set(fields, &way, input::loose(value)).map_err(Failure::Usage)?;
    }
    Ok((!body.is_null()).then(|| body.to_string()))
}
