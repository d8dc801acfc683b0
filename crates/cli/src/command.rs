//! The tree of commands. A group's commands and a command's arguments are only made when they are
//! asked for, so that starting costs next to nothing.

use std::collections::BTreeMap;

use api::Loss;
use clap::builder::{PossibleValuesParser, Str};
use clap::{Arg, ArgAction, Command};
pub(crate) use presentation::flags::flag;
use presentation::operations::{self, Operation};
use presentation::places::{self, PLACES, Place};
use presentation::schema::{self, Kind};
use serde_json::Value;

use crate::complete;
use crate::{batch, edit, examples, files, front, output, subnet, wait};
use presentation::columns;
use presentation::pointers::list_for;

/// The program's name.
pub(crate) const NAME: &str = "kettle";

// Ids of our own options. Fields are arguments of their own name, so these cannot be names of fields.
pub(crate) const JSON: &str = "@json";
pub(crate) const FIELD: &str = "@field";
pub(crate) const ALL: &str = "@all";
pub(crate) const LIMIT: &str = "@limit";
pub(crate) const WAIT: &str = "@wait";
pub(crate) const TIMEOUT: &str = "@timeout";
pub(crate) const YES: &str = "@yes";
pub(crate) const OWN: &str = "@own";

/// The whole command line but for what the binary adds.
pub fn command() -> Command {
    let about = abouts();
    let about = |place: &Place| about.get(place.group).copied().unwrap_or_default();
    let group = |name: &'static str, place| {
        let command = Command::new(name).about(about(place)).subcommand_required(true);
        command.arg_required_else_help(true).defer(group_commands)
    };
    let groups = PLACES.iter().filter(|place| !place.heading.is_empty());
    let groups = groups.map(|place| group(place.group, place).aliases(others(place)));
    // A group that stands below another is found by its own name, too, as it always was.
    let nested = PLACES.iter().filter(|place| place.heading.is_empty());
    let nested = nested.map(|place| {
        group(place.group, place).hide(true).aliases(places::plural(place.group).map(Str::from))
    });
    Command::new(NAME)
        .version(env!("CARGO_PKG_VERSION"))
        .about("The Vultr API on your own machine: server, and command line for it and for Vultr")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(100)
        .args(crate::globals::args())
        .arg(crate::data::arg())
        .subcommands(groups)
        .subcommands(nested)
        .subcommands(front::topics())
        .subcommand(crate::data::add(crate::raw::command()))
        .subcommand(crate::profile::command())
        .subcommand(completions())
        .subcommand(
            Command::new("openapi")
                .about("Print the OpenAPI document of what this build serves")
                .arg(
                    Arg::new(OWN)
                        .long("own")
                        .action(ArgAction::SetTrue)
                        .help("Print that of what is Kettle's own, below /_kettle/, instead"),
                ),
        )
        .subcommand(crate::version::command())
        // By then the binary has added its own.
        .defer(|root| front::page(examples::everywhere(root)))
}

/// What is said about each group.
fn abouts() -> BTreeMap<&'static str, &'static str> {
    operations::with_own().iter().map(|o| (o.group.name, o.group.about)).collect()
}

/// Other words for a place's last one, and the plurals of all.
fn others(place: &'static Place) -> Vec<Str> {
    let last = place.path.rsplit(' ').next().unwrap_or_default();
    let words = || std::iter::once(last).chain(place.aliases.iter().copied());
    let plurals = words().filter_map(places::plural).map(Str::from);
    place.aliases.iter().map(|alias| Str::from(*alias)).chain(plurals).collect()
}

fn completions() -> Command {
    Command::new("completions").about("Print a completion script for a shell").arg(
        Arg::new("shell").required(true).value_parser(clap::value_parser!(clap_complete::Shell)),
    )
}

/// The commands of the group that `command` is named after.
fn group_commands(command: Command) -> Command {
    let place = PLACES.iter().find(|place| place.group == command.get_name());
    match place {
        Some(place) => members(command, place, &operations::with_own(), &abouts()),
        None => command,
    }
}

/// Adds a group's operations, and the groups below it.
fn members(
    command: Command,
    place: &'static Place,
    all: &[Operation],
    about: &BTreeMap<&'static str, &'static str>,
) -> Command {
    let own = || all.iter().filter(|o| o.group.name == place.group);
    let commands = own().map(|o| {
        let said = about_operation(o, &o.request());
        let first = said.split_once(". ").map_or(&*said, |(first, _)| first);
        let first = first.trim_end_matches('.').to_owned();
        let command = Command::new(o.command).about(first).display_name(o.op.id).defer(details);
        command.aliases(places::verbs(o.command).iter().copied())
    });
    // What leads back to where it is, such as `firewall group`, has no further groups.
    let inside = places::inside(place).map(|(name, inner, shown)| {
        let command = Command::new(name).about(about.get(inner.group).copied().unwrap_or_default());
        let command = command.subcommand_required(true).arg_required_else_help(true).hide(!shown);
        let command = match shown {
            true => command.aliases(others(inner)),
            false => command.aliases(places::plural(name).map(Str::from)),
        };
        match std::ptr::eq(inner, place) {
            true => command.subcommands(commands.clone()),
            false => members(command, inner, all, about),
        }
    });
    let inside: Vec<Command> = inside.collect();
    let lines = own().filter(|o| matches!(o.command, "list" | "create"));
    let lines = lines.filter_map(|o| examples::of(&places::path(o)).into_iter().next());
    let command = command.subcommands(commands).subcommands(edit::command(place, all));
    let command = command.subcommands(inside);
    let shortcuts = own().filter_map(|o| Some((o.command, *places::verbs(o.command).first()?)));
    let shortcuts: Vec<String> =
        shortcuts.map(|(command, verb)| format!("{verb} ({command})")).collect();
    let command = match shortcuts.is_empty() {
        true => command,
        false => command.after_help(format!("Aliases: {}", shortcuts.join(", "))),
    };
    match lines.collect::<Vec<_>>() {
        lines if lines.is_empty() => command,
        lines => examples::below(command, &lines),
    }
}

/// Adds the arguments of an operation to its command, which is displayed by the operation's id until
/// then.
fn details(command: Command) -> Command {
    let all = operations::with_own();
    let id = command.get_display_name();
    let operation = all.iter().find(|o| id == Some(o.op.id)).expect("it is named above");
    let name = format!("{NAME}-{}", places::path(operation).replace(' ', "-"));
    let command = command.display_name(name);
    let schema = operation.request();
    let about = about_operation(operation, &schema);
    let command = command.about(match columns::Kind::of(operation, &all).file() {
        Some(_) => format!("{about} What that stands for is printed; -o json has it as it is."),
        None => about,
    });
    let command = command.args(fields(operation, &schema, &all));
    let command = crate::data::add(own_options(command, operation, &schema, &all));
    let path = places::path(operation);
    examples::add(usage(command, &path, &schema), &path)
}

fn about_operation(operation: &Operation, schema: &Value) -> String {
    told(&schema::description(Some(schema)), schema, operation)
}

/// The usage, in lines that fit, with the flags that are needed: where --json may bring them, clap
/// would not show them.
pub(crate) fn usage(command: Command, path: &str, schema: &Value) -> Command {
    let needed = subnet::required(schema);
    let needed: Vec<&Arg> = command
        .get_arguments()
        .filter(|arg| needed.contains(&arg.get_id().as_str()) && !arg.is_positional())
        .collect();
    let name = format!("{NAME} {path}");
    let params = command.get_positionals().map(|arg| {
        let more = arg.get_num_args().is_some_and(|n| n.max_values() > 1);
        let more = if more { "..." } else { "" };
        format!("<{}>{more}", arg.get_id().as_str().to_uppercase())
    });
    let flags = needed.iter().filter_map(|arg| {
        let value = arg.get_value_names().and_then(|names| names.first());
        Some(format!("--{} <{}>", arg.get_long()?, value?))
    });
    let words = std::iter::once(name).chain(params).chain(flags);
    let words = words.chain(["[OPTIONS]".to_owned()]).collect();
    let text = examples::lines(words, 72, 68).join("\n           ");
    command.override_usage(text)
}

pub(crate) fn fields(operation: &Operation, schema: &Value, all: &[Operation]) -> Vec<Arg> {
    let required = subnet::required(schema);
    let params = operation.path_fields();
    let mut args: Vec<Arg> = schema::fields(schema)
        .map(|(name, shape)| {
            let kind = schema::kind(schema, shape);
            let list = list_for(operation, &params, name, all);
            // What makes a thing has its name, and points to none.
            let points = list.is_some_and(|list| list.group.name != operation.group.name);
            let arg = values(Arg::new(name.clone()), name, &kind, points);
            let arg = complete::values(arg, operation, name, &kind);
            let mut help = told(&schema::description(Some(shape)), schema, operation);
            help.push_str(files::help(schema, shape));
            let arg = match params.iter().position(|p| p == name) {
                Some(i) => {
                    // A path's text is what it is: see `names::resolve`.
                    if kind != Kind::Text && list.is_some() {
                        help.push_str(" A label, or the first 8 characters of an id, will do too");
                    }
                    let arg = arg.index(i + 1).required(true).value_name(name.to_uppercase());
                    if i + 1 == params.len() { batch::several(operation, arg) } else { arg }
                }
                None => {
                    match kind {
                        Kind::List(_) => help.push_str(" May be repeated, or separated by commas."),
                        Kind::Json => {
                            help = format!("{help} JSON: {}", schema::sketch(schema, shape));
                        }
                        _ => {}
                    }
                    let needed = required.contains(&name.as_str());
                    if needed {
                        help.push_str(" [required]");
                    }
                    let arg = arg.long(flag(name));
                    // --json or --field may bring it.
                    match needed && operation.op.has_body {
                        true => arg.required_unless_present_any([JSON, FIELD]),
                        false => arg.required(needed),
                    }
                }
            };
            let arg = subnet::arg(schema, name, arg.help(help));
            let older = schema::description(Some(shape)).contains(" Use `");
            if older { arg.help_heading("Older options") } else { arg }
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

/// A text of the definition as it is told here: its fields are flags and arguments.
fn told(text: &str, schema: &Value, operation: &Operation) -> String {
    let params = operation.path_fields();
    let parts = text.split('`').enumerate().map(|(i, part)| match i % 2 {
        0 => part.to_owned(),
        _ if params.iter().any(|param| param == part) => part.to_uppercase(),
        _ if schema::fields(schema).any(|(name, _)| name == part) => format!("--{}", flag(part)),
        _ => format!("`{part}`"),
    });
    parts.collect()
}

/// What an argument takes: `points` where that is another thing's id.
fn values(arg: Arg, name: &str, kind: &Kind, points: bool) -> Arg {
    match kind {
        Kind::Flag => arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(PossibleValuesParser::new(["true", "false"]))
            .hide_possible_values(true)
            .value_name("true|false"),
        Kind::Integer | Kind::Number => {
            let holds = if name.ends_with("_id") { "ID" } else { "N" };
            arg.allow_negative_numbers(true).value_name(holds)
        }
        Kind::Word(words) => arg.value_parser(PossibleValuesParser::new(words)).value_name("WORD"),
        Kind::Uuid => arg.value_name("ID"),
        Kind::Text => arg.value_name(match points || name.ends_with("_id") {
            true => "ID",
            false => "TEXT",
        }),
        Kind::List(item) => {
            let arg = values(arg, name.trim_end_matches('s'), item, points);
            arg.action(ArgAction::Append).value_delimiter(',')
        }
        Kind::Json => arg.value_name("JSON"),
    }
}

fn own_options(
    command: Command,
    operation: &Operation,
    schema: &Value,
    all: &[Operation],
) -> Command {
    let option = |id, long: &'static str| Arg::new(id).long(long).display_order(600);
    let mut command = command;
    let body = schema::fields(schema).count() > operation.path_fields().len();
    if operation.op.has_body && body {
        command = command.args(body_options());
    }
    if operation.is_paged(schema) {
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
                    .help("How long to wait at most: 90s, 1m30s, 1h"),
            );
    }
    command.args(output::args(operation, all))
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
            .add(complete::file())
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
