//! `kettle v1`: a command for each call of API v1, and raw calls of any path. Answers are printed as
//! they come.
//!
//! Commands, arguments and help come from the table of the crate `v1`; nothing here knows a call.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};
use sdk::config;
use sdk::v1::{Client, Verb};
use v1::{Call, Kind, Param};

pub(crate) const NAME: &str = "v1";
const RAW: &str = "raw";
const METHOD: &str = "method";
const PATH: &str = "path";
const PARAMS: &str = "params";

/// The command line of `v1`.
pub(crate) fn command() -> Command {
    let mut groups = BTreeMap::<&str, Vec<&Call>>::new();
    for call in v1::calls::all() {
        groups.entry(call.group()).or_default().push(call);
    }
    let groups = groups.into_iter().map(|(name, calls)| {
        let calls = calls.into_iter().map(call_command);
        let about = format!("The calls /v1/{name}/...");
        Command::new(name).about(about).subcommand_required(true).subcommands(calls)
    });
    Command::new(NAME)
        .about("Call API v1, the older one, and print its answers as they come")
        .after_help("kettle v1 server list\nkettle v1 raw GET /v1/os/list")
        .subcommand_required(true)
        .subcommands(groups)
        .subcommand(raw_command())
}

fn call_command(call: &'static Call) -> Command {
    let name = call.path.split('/').nth(1).unwrap_or_default();
    let about = format!("{} /v1/{}", call.verb.as_str(), call.path);
    Command::new(name).about(about).args(call.params.iter().map(|p| argument(call, p)))
}

fn argument(call: &Call, param: &'static Param) -> Arg {
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
    let client = Client::new(target.endpoint, target.key.as_deref().unwrap_or_default())?;
    let params: Vec<_> = params.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let answer = client.response(verb, &path, &params).await?;
    match answer.body.is_empty() {
        true => println!("{}", answer.status),
        false => println!("{}", answer.body.trim_end_matches('\n')),
    }
    Ok(if answer.status.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
    let call = v1::calls::find(&path).with_context(|| format!("no call {path}"))?;
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
}
