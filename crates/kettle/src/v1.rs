//! `kettle v1`: a command for each call of API v1, and raw calls of any path. Answers are printed as
//! they come, but for what a terminal would obey.
//!
//! Commands, arguments and help come from the table in [`api::v1`]; nothing here knows a call.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::process::ExitCode;

use api::v1::{CALLS, Entry, Kind, Param, Verb, find};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};
use sdk::config;
use sdk::v1::Client;
use serde_json::{Map, Value};

use crate::fault::{Context, Result, bail};

pub(crate) const NAME: &str = "v1";
const RAW: &str = "raw";
const METHOD: &str = "method";
const PATH: &str = "path";
const PARAMS: &str = "params";

/// The command line of `v1`.
pub(crate) fn command() -> Command {
    let mut groups = BTreeMap::<&str, Vec<&Entry>>::new();
    for call in CALLS {
        groups.entry(call.group()).or_default().push(call);
    }
    let groups = groups.into_iter().map(|(name, calls)| {
        let calls = calls.into_iter().map(call_command);
        let about = format!("The calls /v1/{name}/...");
        Command::new(name).about(about).subcommand_required(true).subcommands(calls)
    });
    Command::new(NAME)
        .about("Call API v1, the older one, and print its answers")
        .subcommand_required(true)
        .arg(cli::yes().global(true))
        .subcommands(groups)
        .subcommand(raw_command())
}

fn call_command(call: &'static Entry) -> Command {
    let name = call.path.split('/').nth(1).unwrap_or_default();
    let about = format!("{} /v1/{}", call.verb.as_str(), call.path);
    Command::new(name).about(about).args(call.params.iter().map(|p| argument(call, p)))
}

fn argument(call: &Entry, param: &'static Param) -> Arg {
    let holds = match param.kind {
        Kind::Integer => "NUMBER",
        Kind::Text => "TEXT",
        Kind::Flag => "yes|no",
        Kind::Switch => "on|off",
        Kind::Boolean => "true|false",
        Kind::Json => "JSON",
        Kind::List => "A,B,...",
    };
    let mut help = format!("The parameter {}", param.name);
    if let Some(source) = call.source(param) {
        help.push_str(&format!(": `v1 {}` has them", source.replace('/', " ")));
    }
    Arg::new(param.name)
        .long(param.name.to_ascii_lowercase().replace('_', "-"))
        .value_name(holds)
        .required(param.required)
        .allow_hyphen_values(true)
        .help(help)
}

fn raw_command() -> Command {
    let method = Arg::new(METHOD)
        .value_name("METHOD")
        .required(true)
        .ignore_case(true)
        .value_parser(PossibleValuesParser::new(["GET", "POST"]))
        .help("The method");
    let path = Arg::new(PATH).value_name("PATH").required(true).help("The path: /v1/os/list");
    let params = Arg::new(PARAMS).value_name("NAME=VALUE").num_args(0..).help("Parameters");
    Command::new(RAW).about("Call any path").args([method, path, params])
}

/// Calls, and prints the answer's body, or its status line where that is empty. The exit status
/// tells whether it was a success.
#[expect(clippy::print_stdout, reason = "this is the command's result")]
pub(crate) async fn run(matches: &ArgMatches, args: &ArgMatches) -> Result<ExitCode> {
    let (verb, path, params) = wanted(args)?;
    let target = cli::target(matches, &config::process_env)?;
    if loses(&path, &params) {
        cli::consent(&format!("call {path}"), args, &target)?;
    }
    let watch = cli::Watch::of_process().as_asked(matches, std::io::stderr().is_terminal());
    let key = target.key.as_deref().unwrap_or_default();
    let client = Client::with(cli::builder(matches, &target, &watch), key)?;
    let params: Vec<_> = params.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let answer = watch.during(client.response(verb, &path, &params)).await?;
    let body = answer.body.trim_end_matches('\n');
    let format = cli::format(matches).filter(|_| answer.status.is_success() && !body.is_empty());
    match (format, body.is_empty()) {
        (Some(format), _) => print(body, format, matches)?,
        (None, true) => println!("{}", answer.status),
        (None, false) if std::io::stdout().is_terminal() => {
            println!("{}", presentation::text::clean_lines(body))
        }
        (None, false) => println!("{body}"),
    }
    // The older API says no more of a wrong key.
    if matches!(answer.status.as_u16(), 401 | 403) {
        crate::tell("hint", target.hint());
    }
    Ok(if answer.status.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints an answer as `--output` says. A map of things by their numbers is a list of them.
fn print(body: &str, format: &str, matches: &ArgMatches) -> Result<()> {
    let answer: Value = serde_json::from_str(body)
        .with_context(|| format!("--output {format}: the answer is no JSON"))?;
    let answer = match answer {
        Value::Object(things) if matches!(format, "table" | "csv") && are_things(&things) => {
            things.into_iter().map(|(_, thing)| thing).collect()
        }
        answer => answer,
    };
    Ok(cli::print(&answer, matches)?)
}

fn are_things(things: &Map<String, Value>) -> bool {
    !things.is_empty() && things.values().all(Value::is_object)
}

/// Whether a call takes away what cannot be had again, by the operations that it amounts to.
fn loses(path: &str, params: &[(String, String)]) -> bool {
    let path = path.trim_start_matches('/');
    let call = find(path.strip_prefix("v1/").unwrap_or(path));
    let sent = |field: &str| {
        let older = field.replace('_', "");
        params.iter().any(|(name, _)| name.eq_ignore_ascii_case(&older))
    };
    let mut operations = call.map_or("", |call| call.v2).split(", ");
    operations.any(|operation| {
        let (method, path) = operation.split_once(' ').unwrap_or_default();
        http::Method::from_bytes(method.as_bytes())
            .is_ok_and(|m| presentation::operations::loses(&m, path, sent))
    })
}

type Wish = (Verb, String, Vec<(String, String)>);

/// What the command line asks for.
fn wanted(args: &ArgMatches) -> Result<Wish> {
    let (group, args) = args.subcommand().context("no command given")?;
    if group == RAW {
        let text = |id| args.get_one::<String>(id).cloned().unwrap_or_default();
        let verb = if text(METHOD).eq_ignore_ascii_case("POST") { Verb::Post } else { Verb::Get };
        let mut params = Vec::new();
        for pair in args.get_many::<String>(PARAMS).into_iter().flatten() {
            match pair.split_once('=') {
                Some((name, value)) => params.push((name.to_owned(), value.to_owned())),
                None => bail!("`{pair}` is no NAME=VALUE"),
            }
        }
        return Ok((verb, text(PATH), params));
    }
    let (name, args) = args.subcommand().context("no command given")?;
    let path = format!("{group}/{name}");
    let call = find(&path).with_context(|| format!("no call {path}"))?;
    let params = call.params.iter().filter_map(|param| {
        let value = args.get_one::<String>(param.name)?;
        Some((param.name.to_owned(), value.clone()))
    });
    Ok((call.verb, path, params.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Wish {
        let matches = command().try_get_matches_from(line.split(' ')).expect("a command");
        wanted(&matches).expect("a call")
    }

    #[test]
    fn the_command_line_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn each_call_is_a_command_and_any_path_can_be_called() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let (verb, path, params) = parse("v1 server label_set --subid 1 --label x");
        assert_eq!((verb, path.as_str()), (Verb::Post, "server/label_set"));
        assert_eq!(params, [pair("SUBID", "1"), pair("label", "x")]);
        let (verb, path, params) = parse("v1 raw get /v1/server/list SUBID=1");
        assert_eq!((verb, path.as_str()), (Verb::Get, "/v1/server/list"));
        assert_eq!(params, [pair("SUBID", "1")]);
        assert!(command().try_get_matches_from(["v1", "server", "halt"]).is_err());
    }

    #[test]
    fn what_destroys_is_known_by_its_operation() {
        let lossy = |line: &str| {
            let (_, path, params) = parse(line);
            loses(&path, &params)
        };
        for line in [
            "v1 server destroy --subid 1",
            "v1 server reinstall --subid 1",
            "v1 server os_change --subid 1 --osid 2",
            "v1 server app_change --subid 1 --appid 2",
            "v1 server restore_snapshot --subid 1 --snapshotid x",
            "v1 objectstorage s3key_regenerate --subid 1 --s3-access-key k",
            "v1 raw POST /v1/block/delete SUBID=1",
            "v1 raw POST server/destroy SUBID=1",
        ] {
            assert!(lossy(line), "{line}");
        }
        for line in [
            "v1 server list",
            "v1 server label_set --subid 1 --label x",
            "v1 server halt --subid 1",
            "v1 server backup_disable --subid 1",
            "v1 raw GET /v1/nobody/knows",
        ] {
            assert!(!lossy(line), "{line}");
        }
    }
}
