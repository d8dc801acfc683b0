//! `kettle api [METHOD] PATH`: any call, its answer printed as it came, or as `--output` says.

use clap::{Arg, ArgAction, ArgMatches, Command};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use presentation::operations::{self, loses};
use presentation::text::clean_lines;
use sdk::{Client, RawResponse};
use serde_json::{Map, Value};

use crate::command::{FIELD, yes};
use crate::error::{Exit, Failure};
use crate::files::Files;
use crate::output::{self, View};
use crate::stop::Stop;
use crate::{Context, complete, consent, input};

const CALL: &str = "@call";
const PATH: &str = "@path";
const INCLUDE: &str = "@include";
const METHOD: &str = "@method";
const DATA: &str = "@data";
const PAGINATE: &str = "@paginate";

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/// What is no path of v2: it is called as it is written.
const OUTSIDE: [&str; 5] = ["v1", "v2", "_kettle", "openapi.json", ""];

pub(crate) fn command() -> Command {
    Command::new("api")
        .about("Call any path and print the answer as it comes")
        .override_usage("kettle api [OPTIONS] [METHOD] <PATH>")
        .after_help(
            "The exit status tells the kind of the answer's status; its body is printed in any\n\
             case: as it comes, but for control characters where standard output is a\n\
             terminal. With -o, json and yaml have the whole answer, table and csv what is in\n\
             its envelope.",
        )
        .args(places())
        .args(options())
        .args(output::raw_args())
        .arg(yes())
}

fn places() -> [Arg; 2] {
    [
        Arg::new(CALL)
            .required(true)
            .value_name("METHOD|PATH")
            .add(ArgValueCandidates::new(paths))
            .help(
                "The path and its query, such as /v2/account (`account` is the same), or the method \
                 before it: GET if there is none, POST where there is a body",
            ),
        Arg::new(PATH)
            .value_name("PATH")
            .add(ArgValueCandidates::new(paths))
            .help("The path, where a method is before it"),
    ]
}

fn options() -> [Arg; 5] {
    [
        Arg::new(METHOD)
            .long("method")
            .short('X')
            .value_name("METHOD")
            .add(ArgValueCandidates::new(|| METHODS.map(CompletionCandidate::new).into()))
            .help("The method, in place of the word before the path"),
        Arg::new(DATA)
            .long("data")
            .short('d')
            .value_name("BODY")
            .allow_hyphen_values(true)
            .add(complete::at_files())
            .help("The body, as JSON; `@FILE` reads it from a file, `@-` from standard input"),
        Arg::new(FIELD)
            .long("field")
            .value_name("A.B=VALUE")
            .action(ArgAction::Append)
            .help("Set a field inside the body, such as `rules.0.port=22`; wins over --data"),
        Arg::new(PAGINATE)
            .long("paginate")
            .action(ArgAction::SetTrue)
            .conflicts_with(INCLUDE)
            .help("Fetch all pages of a list, and print what they hold as one list"),
        Arg::new(INCLUDE)
            .long("include")
            .short('i')
            .action(ArgAction::SetTrue)
            .help("Print the status and the headers, too"),
    ]
}

/// The methods, and the paths as far as they are no one thing's.
fn paths() -> Vec<CompletionCandidate> {
    let known = operations::with_own().into_iter().map(|o| o.op.path);
    let mut paths: Vec<&str> = known.map(|path| path.split('{').next().unwrap_or(path)).collect();
    paths.sort_unstable();
    paths.dedup();
    let methods = METHODS.map(|m| CompletionCandidate::new(m).display_order(Some(1)));
    let paths = paths.into_iter().map(|p| CompletionCandidate::new(p).display_order(Some(0)));
    paths.chain(methods).collect()
}

/// What is to be called.
struct Call {
    method: api::Method,
    path: String,
    body: Option<String>,
}

pub(crate) async fn run(
    matches: &ArgMatches,
    args: &ArgMatches,
    context: &mut Context<'_>,
) -> Result<Exit, Failure> {
    let (body, sent) = body(args, context)?;
    let client = crate::client(matches, context)?;
    let (method, path) = wanted(args, body.is_some(), client.endpoint())?;
    let written = path.clone();
    let call = Call { method, path: versioned(&path), body };
    let sent = |field: &str| sent.as_ref().is_some_and(|sent| sent.get(field).is_some());
    if consent::is_needed(loses(&call.method, &call.path, sent), &client, args) {
        let what = format!("{} {}", call.method, call.path);
        consent::can_be_asked(&what, &client, context.terminal)?;
        consent::ask(&what, &client, context.stdin, context.err)?;
    }
    let operation = operations::at(&call.method, &call.path).into_iter().next();
    let view = View::of_raw(operation.as_ref(), matches, args)?;
    let (answer, list) = match args.get_flag(PAGINATE) {
        true => pages(&client, &call).await?,
        false => {
            let is_get = call.method == api::Method::GET;
            let reads = operation.as_ref().map_or(is_get, |operation| operation.op.reads());
            let mut stop = if reads { Stop::deaf() } else { Stop::listen() };
            let path = call.path.split('?').next().unwrap_or_default();
            let request = Some(format!("{} {path}", call.method)).filter(|_| !reads);
            let raw = client.raw(call.method.clone(), &call.path, call.body.clone());
            (stop.unless_came(request, raw).await?, None)
        }
    };
    let exit = Exit::from_status(answer.status.as_u16());
    if args.get_flag(INCLUDE) {
        include(&answer, context)?;
    }
    match (view, list) {
        (view, Some(list)) => {
            let view = view.unwrap_or_else(|| View::plain("json"));
            view.print(list, context.terminal, context.out, context.err)?;
        }
        (Some(view), None) if exit == Exit::Ok => shaped(&answer.body, &view, context)?,
        _ => as_it_comes(&answer.body, context)?,
    }
    context.out.flush()?;
    if exit != Exit::Ok {
        writeln!(context.err, "error: status {}", answer.status)?;
    }
    if exit == Exit::NotFound
        && written.trim_start_matches('/') != call.path.trim_start_matches('/')
    {
        let path = clean_lines(&call.path);
        writeln!(context.err, "hint: {path} was asked for, since the path begins with no version")?;
    }
    if answer.status == 401 {
        crate::hint(matches, context)?;
    }
    Ok(exit)
}

/// The method and the path, as they are written.
fn wanted(
    args: &ArgMatches,
    has_body: bool,
    endpoint: &str,
) -> Result<(api::Method, String), Failure> {
    let words: Vec<&str> = input::many(args, CALL).chain(input::many(args, PATH)).collect();
    let option = input::many(args, METHOD).next();
    let (word, path) = match words[..] {
        [method, path] => (Some(method), path),
        [path] => (None, path),
        _ => return Err(Failure::usage("no path given, such as /v2/account")),
    };
    if word.is_none() && METHODS.contains(&path.to_uppercase().as_str()) {
        return Err(Failure::usage(format!(
            "{path}: of what? A path is missing, such as /v2/account"
        )));
    }
    let method = match (word, option) {
        (Some(word), Some(option)) if !word.eq_ignore_ascii_case(option) => {
            let text = format!("there are two methods, {word} and --method {option}");
            return Err(Failure::usage(text));
        }
        (Some(method), _) | (None, Some(method)) => method,
        (None, None) if has_body => "POST",
        (None, None) => "GET",
    };
    let parsed = api::Method::from_bytes(method.to_uppercase().as_bytes());
    let parsed = parsed.map_err(|_| Failure::usage(format!("`{method}` is no HTTP method")))?;
    let path = match path.contains("://") {
        false => path,
        // The key goes to the endpoint, and nowhere else.
        true => {
            path.strip_prefix(endpoint).filter(|rest| rest.starts_with('/')).ok_or_else(|| {
                let text =
                    format!("{path} is not at {endpoint}: name the other one with --endpoint");
                Failure::usage(text)
            })?
        }
    };
    Ok((parsed, path.to_owned()))
}

/// The path with a version: `instances` is `/v2/instances`.
fn versioned(path: &str) -> String {
    let bare = path.trim_start_matches('/');
    let first = bare.split(['/', '?']).next().unwrap_or_default();
    match OUTSIDE.contains(&first) {
        true => format!("/{bare}"),
        false => format!("/v2/{bare}"),
    }
}

/// The body as it is sent, and what it holds.
fn body(
    args: &ArgMatches,
    context: &mut Context<'_>,
) -> Result<(Option<String>, Option<Value>), Failure> {
    let given = match input::many(args, DATA).next() {
        Some(given) => {
            let mut files = Files { stdin: context.stdin, env: context.env, taken: None };
            Some(files.text("--data", given, false)?)
        }
        None => None,
    };
    let read = |text: &String| {
        let wrong = |e| Failure::usage(format!("--data: this is no JSON: {e}"));
        serde_json::from_str::<Value>(text).map_err(wrong)
    };
    let mut value = given.as_ref().map(read).transpose()?;
    let mut fields = input::many(args, FIELD).peekable();
    if fields.peek().is_none() {
        return Ok((given, value));
    }
    let object = value.get_or_insert_with(|| Map::new().into()).as_object_mut();
    let object = object.ok_or_else(|| Failure::usage("--field: the body is no object"))?;
    for text in fields {
        let (way, value) = input::way(text)?;
        input::set(object, &way, input::loose(value))?;
    }
    Ok((value.as_ref().map(Value::to_string), value))
}

/// All that the pages of a list hold, and the last answer: none of a list where that is no success.
async fn pages(client: &Client, call: &Call) -> Result<(RawResponse, Option<Value>), Failure> {
    if call.method != api::Method::GET {
        return Err(Failure::usage("--paginate is for lists, which have the method GET"));
    }
    let mut items = Vec::new();
    let mut path = call.path.clone();
    loop {
        let answer = client.raw(call.method.clone(), &path, None).await?;
        if !answer.status.is_success() {
            return Ok((answer, None));
        }
        let mut body: Value = serde_json::from_str(&answer.body)
            .map_err(|e| Failure::Answer(format!("{path}: the answer is no JSON: {e}")))?;
        let next = body.pointer("/meta/links/next").and_then(Value::as_str).map(str::to_owned);
        match contents(&mut body) {
            Some(Value::Array(page)) => items.extend(page),
            _ => return Err(Failure::Answer(format!("{path}: the answer is no list"))),
        }
        let Some(next) = next.filter(|next| !next.is_empty()) else {
            return Ok((answer, Some(items.into())));
        };
        let following = with_cursor(&call.path, &next);
        if following == path {
            return Err(Failure::Answer(format!("{path}: the page names itself as the next")));
        }
        path = following;
    }
}

/// The path, at another page.
fn with_cursor(path: &str, cursor: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor");
    let mut query = form_urlencoded::Serializer::new(String::new());
    format!("{path}?{}", query.extend_pairs(pairs).append_pair("cursor", cursor).finish())
}

/// What is in an answer's envelope: its one field beside `meta`.
fn contents(body: &mut Value) -> Option<Value> {
    let fields = body.as_object_mut()?;
    let mut names = fields.keys().filter(|name| *name != "meta").cloned();
    match (names.next(), names.next()) {
        (Some(one), None) => fields.get_mut(&one).map(Value::take),
        _ => None,
    }
}

fn shaped(body: &str, view: &View, context: &mut Context<'_>) -> Result<(), Failure> {
    if body.is_empty() {
        return Ok(());
    }
    let mut value: Value = serde_json::from_str(body)
        .map_err(|e| Failure::Answer(format!("the answer is no JSON, and stays as it is: {e}")))?;
    if !view.is_whole()
        && let Some(inner) = contents(&mut value)
    {
        value = inner;
    }
    view.print(value, context.terminal, context.out, context.err)
}

fn shown(text: &str, context: &Context<'_>) -> String {
    if context.terminal.columns.is_some() { clean_lines(text) } else { text.to_owned() }
}

fn include(answer: &RawResponse, context: &mut Context<'_>) -> Result<(), Failure> {
    writeln!(context.out, "HTTP {}", answer.status)?;
    for (name, value) in &answer.headers {
        let value = shown(&String::from_utf8_lossy(value.as_bytes()), context);
        writeln!(context.out, "{name}: {value}")?;
    }
    writeln!(context.out)?;
    Ok(())
}

fn as_it_comes(body: &str, context: &mut Context<'_>) -> Result<(), Failure> {
    let body = shown(body, context);
    context.out.write_all(body.as_bytes())?;
    if !body.is_empty() && !body.ends_with('\n') {
        writeln!(context.out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_without_a_version_is_one_of_v2() {
        for (written, called) in [
            ("instances", "/v2/instances"),
            ("/instances?a=/v1", "/v2/instances?a=/v1"),
            ("/v2/account", "/v2/account"),
            ("v2/account", "/v2/account"),
            ("v1/os/list", "/v1/os/list"),
            ("/_kettle/whoami?challenge=a", "/_kettle/whoami?challenge=a"),
            ("/", "/"),
        ] {
            assert_eq!(versioned(written), called);
        }
    }

    #[test]
    fn a_cursor_takes_the_place_of_another() {
        assert_eq!(with_cursor("/v2/a", "x="), "/v2/a?cursor=x%3D");
        assert_eq!(with_cursor("/v2/a?b=c&cursor=d", "e"), "/v2/a?b=c&cursor=e");
    }
}
