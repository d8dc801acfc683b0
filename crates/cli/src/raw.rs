//! `kettle api METHOD PATH`: any call, its answer printed as it came.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value};

use crate::command::{FIELD, body_options, yes};
use crate::error::{Exit, Failure};
use crate::operations::loses;
use crate::text::clean_lines;
use crate::{Context, consent, input, path};

const INCLUDE: &str = "@include";

pub(crate) fn command() -> Command {
    Command::new("api")
        .about("Call any path and print the answer as it comes")
        .after_help(
            "Example: kettle api GET '/v2/plans?type=vhf'\n\
             The exit status tells the kind of the answer's status; its body is printed in any case:\n\
             as it comes, but for control characters where standard output is a terminal.",
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
        .arg(yes())
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
    let sent = |field: &str| body.as_ref().is_some_and(|body| body.get(field).is_some());
    if consent::is_needed(loses(&method, text("path"), sent), &client, args) {
        let what = format!("{method} {}", text("path"));
        consent::can_be_asked(&what, &client, context.terminal)?;
        consent::ask(&what, &client, context.stdin, context.err)?;
    }
    let body = body.map(|body| body.to_string());
    let answer = client.raw(method, text("path"), body).await?;
    let terminal = context.terminal.columns.is_some();
    let shown = |text: String| if terminal { clean_lines(&text) } else { text };
    if args.get_flag(INCLUDE) {
        writeln!(context.out, "HTTP {}", answer.status)?;
        for (name, value) in &answer.headers {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            writeln!(context.out, "{name}: {}", shown(value))?;
        }
        writeln!(context.out)?;
    }
    let body = shown(answer.body);
    context.out.write_all(body.as_bytes())?;
    if !body.is_empty() && !body.ends_with('\n') {
        writeln!(context.out)?;
    }
    context.out.flush()?;
    let exit = Exit::from_status(answer.status.as_u16());
    if exit != Exit::Ok {
        writeln!(context.err, "error: status {}", answer.status)?;
    }
    if answer.status == 401 {
        crate::hint(matches, context)?;
    }
    Ok(exit)
}

fn body(args: &ArgMatches, context: &mut Context<'_>) -> Result<Option<Value>, Failure> {
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
    Ok((!body.is_null()).then_some(body))
}
