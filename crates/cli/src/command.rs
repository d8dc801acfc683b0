//! The tree of commands. A group's commands and a command's arguments are only made when they are
//! asked for, so that starting costs next to nothing.

use api::{Endpoint, Loss};
use clap::builder::{PossibleValuesParser, Str};
use clap::{Arg, ArgAction, Command};
use schemars::Schema;
use serde_json::Value;

use crate::names::list_for;
use crate::operations::{self, Operation};
use crate::schema::{self, Kind};
use crate::wait;

/// The program's name.
pub(crate) const NAME: &str = "kettle";

// Ids of our own options. Fields are arguments of their own name, so these cannot be names of fields.
pub(crate) const PROFILE: &str = "@profile";
pub(crate) const ENDPOINT: &str = "@endpoint";
pub(crate) const OUTPUT: &str = "@output";
pub(crate) const JSON: &str = "@json";
pub(crate) const FIELD: &str = "@field";
pub(crate) const ALL: &str = "@all";
pub(crate) const LIMIT: &str = "@limit";
pub(crate) const WAIT: &str = "@wait";
pub(crate) const TIMEOUT: &str = "@timeout";
pub(crate) const YES: &str = "@yes";

/// The flags of our own. A field of such a name gets the flag `--set-NAME`.
const OWN_FLAGS: &[&str] = &[
    "profile", "endpoint", "output", "json", "field", "all", "limit", "wait", "timeout", "help",
    "version", "yes",
];

const EXIT_STATUS: &str = "\
Exit status:
  0 done           3 refused                       6 rate limit
  1 other          4 not found                     7 server error
  2 wrong usage    5 key missing, or not allowed   8 no answer
  9 timed out, or failed while waiting

Names: a command that only looks takes the beginning of an id or a name for an id,
if only one fits. What changes something takes 8 characters or more of an id, or
the whole label as it is written, and says on standard error what it did.
What cannot be undone is asked about first, unless the endpoint is on this machine
or --yes is given.

Keys: VULTR_API_KEY goes to VULTR_API_ENDPOINT, or to Vultr where that is not set,
and nowhere else; a profile's key goes to the profile's endpoint. The server on
this machine (profile `local`, the default) gets the key in its data directory.
Environment: VULTR_API_KEY, VULTR_API_ENDPOINT, KETTLE_PROFILE, KETTLE_CONFIG,
KETTLE_DATA.";

/// The place of the first group of commands in the help; what the binary adds may stand before it.
const FIRST_GROUP: usize = 10;

/// The whole command line but for what the binary adds.
pub fn command() -> Command {
    let mut groups: Vec<api::Group> = Vec::new();
    for operation in operations::all() {
        if !groups.iter().any(|g| g.name == operation.group.name) {
            groups.push(operation.group);
        }
    }
    groups.sort_by_key(|g| g.name);
    Command::new(NAME)
        .version(env!("CARGO_PKG_VERSION"))
        .about("The Vultr API on your own machine: server, and command line for it and for Vultr")
        .after_help(EXIT_STATUS)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(100)
        .args(global_options())
        .arg(crate::data::arg())
        // Room for what the binary puts before the groups in its help.
        .next_display_order(FIRST_GROUP)
        .subcommands(groups.into_iter().map(|g| {
            let command = Command::new(g.name).about(g.about).subcommand_required(true);
            let plural = format!("{}s", g.name);
            command.alias(Str::from(plural)).arg_required_else_help(true).defer(group_commands)
        }))
        .subcommand(crate::data::add(crate::raw::command()))
        .subcommand(completions())
        .subcommand(
            Command::new("openapi").about("Print the OpenAPI document of what this build serves"),
        )
}

fn global_options() -> [Arg; 3] {
    let option = |id, long: &'static str| {
        Arg::new(id).long(long).global(true).help_heading("Global options").display_order(900)
    };
    [
        option(PROFILE, "profile")
            .value_name("NAME")
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
    ]
}

fn completions() -> Command {
    Command::new("completions").about("Print a completion script for a shell").arg(
        Arg::new("shell").required(true).value_parser(clap::value_parser!(clap_complete::Shell)),
    )
}

/// The commands of the group that `command` is named after.
fn group_commands(command: Command) -> Command {
    let name = command.get_name().to_owned();
    let members = operations::all().into_iter().filter(|o| o.group.name == name);
    command.subcommands(members.map(|o| {
        let schema = (o.schema)();
        Command::new(o.command).about(schema::description(Some(schema.as_value()))).defer(o.details)
    }))
}

/// Adds the arguments of `E` to its command.
pub(crate) fn details<E: Endpoint>(command: Command) -> Command {
    let all = operations::all();
    let operation = all.iter().find(|o| o.op.id == E::OP.id).expect("`E` was visited");
    let schema = (operation.schema)();
    let command = command.args(fields(operation, &schema, &all));
    crate::data::add(own_options(command, operation, &schema, &all))
}

fn fields(operation: &Operation, schema: &Schema, all: &[Operation]) -> Vec<Arg> {
    let required = schema::required(schema);
    let params = operation.path_fields();
    let has_json = operation.op.has_body;
    let mut args: Vec<Arg> = schema::fields(schema)
        .map(|(name, shape)| {
            let kind = schema::kind(schema, shape);
            let arg = values(Arg::new(name.clone()), name, &kind);
            let needed = required.contains(&name.as_str());
            let mut help = schema::description(Some(shape));
            let arg = match params.iter().position(|p| p == name) {
                Some(i) => {
                    // A path's text is what it is: see `names::resolve`.
                    if kind != Kind::Text && list_for(operation, &params, name, all).is_some() {
                        help.push_str(" A label, or the first 8 characters of an id, will do too");
                    }
                    arg.index(i + 1).required(true).value_name(name.to_uppercase())
                }
                // --json or --field may bring it, so clap would not show that it is needed.
                None if needed && has_json => {
                    help.push_str(" [required]");
                    arg.long(flag(name)).required_unless_present_any([JSON, FIELD])
                }
                None => arg.long(flag(name)).required(needed),
            };
            arg.help(help)
        })
        .collect();
    // Required flags come first in the help; the order within each half is the operation's.
    for (i, arg) in args.iter_mut().enumerate() {
        let name = arg.get_id().as_str();
        let half = if required.contains(&name) { 0 } else { 300 };
        *arg = arg.clone().display_order(half + i);
    }
    args
}

/// The flag of a field, without its dashes.
pub(crate) fn flag(field: &str) -> String {
    let name = field.replace('_', "-");
    if OWN_FLAGS.contains(&name.as_str()) { format!("set-{name}") } else { name }
}

fn values(arg: Arg, name: &str, kind: &Kind) -> Arg {
    match kind {
        Kind::Flag => arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(PossibleValuesParser::new(["true", "false"]))
            .hide_possible_values(true)
            .value_name("true|false"),
        Kind::Integer | Kind::Number => arg.allow_negative_numbers(true).value_name("N"),
        Kind::Word(words) => arg.value_parser(PossibleValuesParser::new(words)).value_name("WORD"),
        Kind::Uuid => arg.value_name("ID"),
        Kind::Text => arg.value_name(if name.ends_with("_id") { "ID" } else { "TEXT" }),
        Kind::List(item) => {
            let arg = values(arg, name.trim_end_matches('s'), item);
            arg.action(ArgAction::Append).value_delimiter(',')
        }
        Kind::Json => arg.value_name("JSON"),
    }
}

fn own_options(
    command: Command,
    operation: &Operation,
    schema: &Schema,
    all: &[Operation],
) -> Command {
    let option = |id, long: &'static str| Arg::new(id).long(long).display_order(600);
    let mut command = command;
    let body = schema::fields(schema).count() > operation.path_fields().len();
    if operation.op.has_body && body {
        command = command.args(body_options());
    }
    if schema.get("properties").and_then(|p| p.get("cursor")).is_some_and(Value::is_object) {
        command = command
            .arg(
                option(LIMIT, "limit")
                    .value_name("N")
                    .value_parser(clap::value_parser!(u64).range(1..))
                    .conflicts_with(ALL)
                    .help("Stop after so many items"),
            )
            .arg(
                option(ALL, "all")
                    .action(ArgAction::SetTrue)
                    .help("Fetch every page: the default, unless --cursor names one"),
            );
    }
    if operation.op.loss != Loss::Never {
        command = command.arg(yes());
    }
    if let Some(target) = wait::target(operation, all) {
        command =
            command.arg(option(WAIT, "wait").action(ArgAction::SetTrue).help(target.help())).arg(
                option(TIMEOUT, "timeout")
                    .value_name("TIME")
                    .requires(WAIT)
                    .value_parser(wait::parse_time)
                    .default_value("20m")
                    .help("How long to wait at most: 90s, 10m, 1h"),
            );
    }
    command
}

/// `--yes`, for what may lose something: see [`crate::consent`].
pub fn yes() -> Arg {
    Arg::new(YES).long("yes").short('y').action(ArgAction::SetTrue).display_order(600).help(
        "Do not ask before what cannot be undone; needed where there is no terminal, unless the \
             endpoint is on this machine",
    )
}

/// `--json` and `--field`, for whatever has a body.
pub(crate) fn body_options() -> [Arg; 2] {
    [
        Arg::new(JSON)
            .long("json")
            .value_name("FILE")
            .display_order(600)
            .help("Take the body from this JSON file, or from standard input (`-`)"),
        Arg::new(FIELD)
            .long("field")
            .value_name("A.B=VALUE")
            .action(ArgAction::Append)
            .display_order(600)
            .help("Set a field inside the body, such as `rules.0.port=22`; wins over --json"),
    ]
}
