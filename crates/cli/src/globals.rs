//! The options that all commands have, and the commands for which some of them mean nothing: there
//! they are refused, and are in no help.

use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use sdk::client::Builder;
use sdk::config::Target;

use crate::complete;
use crate::error::Failure;
use crate::wait;

pub(crate) const PROFILE: &str = "@profile";
pub(crate) const ENDPOINT: &str = "@endpoint";
pub(crate) const OUTPUT: &str = "@output";
pub(crate) const VERBOSE: &str = "@verbose";
pub(crate) const CONNECT_TIMEOUT: &str = "@connect-timeout";

/// How long a call may take, its repetitions included. Programs have more patience than people.
const PATIENCE: Duration = Duration::from_secs(60);

const ALL: &[&str] = &[PROFILE, ENDPOINT, OUTPUT, VERBOSE, CONNECT_TIMEOUT];

/// What means nothing to which command.
const MEANINGLESS: &[(&str, &[&str])] = &[
    ("serve", ALL),
    ("exec", ALL),
    ("replay", &[OUTPUT]),
    ("gateway", ALL),
    ("mcp", &[OUTPUT, VERBOSE, CONNECT_TIMEOUT]),
    ("log", &[OUTPUT]),
    ("stop", &[OUTPUT]),
    ("reset", &[OUTPUT]),
    ("completions", ALL),
    ("man", ALL),
    ("openapi", &[PROFILE, ENDPOINT, VERBOSE, CONNECT_TIMEOUT]),
    ("profile", &[PROFILE, VERBOSE, CONNECT_TIMEOUT]),
    ("version", &[OUTPUT]),
];

/// The options.
pub(crate) fn args() -> [Arg; 5] {
    let option = |id, long: &'static str| {
        Arg::new(id).long(long).global(true).help_heading("Global options").display_order(900)
    };
    [
        option(PROFILE, "profile")
            .value_name("NAME")
            .add(complete::profiles())
            .help("Use this profile: `local`, `vultr`, or one of the configuration file"),
        option(ENDPOINT, "endpoint")
            .value_name("URL")
            .help("Talk to this endpoint, with the key that is meant for it"),
        option(OUTPUT, "output")
            .short('o')
            .value_name("FORMAT")
            .value_parser(PossibleValuesParser::new(["table", "json", "yaml", "csv"]))
            .default_value("table")
            .help("How to print the answer"),
        option(VERBOSE, "verbose")
            .short('v')
            .action(ArgAction::SetTrue)
            .help("Show requests and answers on standard error, without keys and passwords"),
        option(CONNECT_TIMEOUT, "connect-timeout")
            .value_name("TIME")
            .value_parser(wait::parse_time)
            .help("How long a connection may take to come about: 2s, 1m [default: 10s]"),
    ]
}

/// Has the commands of `root` show no options that mean nothing to them.
pub fn settled(mut root: Command) -> Command {
    for (name, ids) in MEANINGLESS {
        if root.find_subcommand(name).is_none() {
            continue;
        }
        // One of the same id takes the place of the global one.
        let hidden = args().into_iter().filter(|arg| ids.contains(&arg.get_id().as_str()));
        let hidden: Vec<Arg> = hidden.map(|arg| arg.hide(true)).collect();
        root = root.mut_subcommand(name, |command| command.args(hidden));
    }
    root
}

/// Refuses what means nothing to the command that was given.
///
/// # Errors
/// When there is such an option on the command line.
pub fn check(matches: &ArgMatches) -> Result<(), Failure> {
    let Some((name, _)) = matches.subcommand() else { return Ok(()) };
    let ids =
        MEANINGLESS.iter().find(|(command, _)| *command == name).map_or(&[][..], |(_, ids)| ids);
    match ids.iter().find(|id| is_given(matches, id)) {
        Some(id) => Err(Failure::usage(format!(
            "--{} means nothing to `{} {name}`",
            id.trim_start_matches('@'),
            crate::command::NAME
        ))),
        None => Ok(()),
    }
}

/// Whether an option was given in so many words.
pub(crate) fn is_given(matches: &ArgMatches, id: &str) -> bool {
    matches.try_contains_id(id).is_ok()
        && matches.value_source(id) == Some(ValueSource::CommandLine)
}

/// The words that say where a command goes, for further commands that are to go there: `--profile lab`.
pub fn destination(matches: &ArgMatches) -> Vec<String> {
    let text = |id: &str| matches.get_one::<String>(id).cloned();
    let data = crate::data(matches).map(|data| data.display().to_string());
    let all = [("--profile", text(PROFILE)), ("--endpoint", text(ENDPOINT)), ("--data", data)];
    let given = all.into_iter().filter_map(|(option, value)| Some([option.to_owned(), value?]));
    given.flatten().collect()
}

/// The format of `--output`, where that was given.
pub fn format(matches: &ArgMatches) -> Option<&str> {
    is_given(matches, OUTPUT).then(|| matches.get_one::<String>(OUTPUT).map(String::as_str))?
}

/// A client for the target, as patient as the options say.
pub(crate) fn builder(matches: &ArgMatches, target: &Target) -> Builder {
    let builder = sdk::Client::builder_for(target).timeout(PATIENCE);
    match matches.get_one::<Duration>(CONNECT_TIMEOUT) {
        Some(time) => builder.connect_timeout(*time),
        None => builder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> Command {
        settled(crate::command())
    }

    #[test]
    fn what_means_nothing_to_a_command_is_refused_wherever_it_stands_and_not_shown() {
        for (name, ids) in MEANINGLESS {
            let Some(command) = root().find_subcommand(name).cloned() else { continue };
            let help = command.clone().render_help().to_string();
            for arg in args() {
                let (id, long) = (arg.get_id().as_str(), arg.get_long().unwrap());
                let meant = !ids.contains(&id);
                assert!(!help.contains(&format!("--{long}")), "{name}: {help}");
                let value = match id {
                    VERBOSE => None,
                    CONNECT_TIMEOUT => Some("1s"),
                    _ => Some("json"),
                };
                let words = match *name {
                    "completions" => vec!["completions", "bash"],
                    "profile" => vec!["profile", "list"],
                    name => vec![name],
                };
                let flag = format!("--{long}");
                let option: Vec<&str> = [&*flag].into_iter().chain(value).collect();
                for line in [[option.clone(), words.clone()].concat(), [words, option].concat()] {
                    let line = [vec!["kettle"], line].concat();
                    let matches = root().try_get_matches_from(&line).unwrap();
                    let checked = check(&matches).map_err(|e| e.to_string());
                    match meant {
                        true => assert_eq!(checked, Ok(()), "{line:?}"),
                        false => assert!(
                            checked.unwrap_err().starts_with(&format!("{flag} means nothing")),
                            "{line:?}"
                        ),
                    }
                }
            }
        }
    }
}
