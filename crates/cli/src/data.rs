//! `--data DIR`: which server on this machine is meant, by its data directory.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};

/// The option's id, wherever a command has it.
pub const DATA: &str = "@data";
const LONG: &str = "data";

/// The option.
pub(crate) fn arg() -> Arg {
    Arg::new(DATA)
        .long(LONG)
        .value_name("DIR")
        .value_parser(clap::value_parser!(PathBuf))
        .help_heading("Global options")
        .display_order(900)
        .help("Talk to the server that runs on this data directory, with its key")
}

/// Lets a command have it, too, unless a field of its own has that name (`domain record`); it is
/// told once, by the program's help.
pub(crate) fn add(command: Command) -> Command {
    let is_taken = command.get_arguments().any(|arg| arg.get_long() == Some(LONG));
    if is_taken { command } else { command.arg(arg().hide(true)) }
}

/// The directory that was named: behind the command, or before it.
pub fn data(matches: &ArgMatches) -> Option<PathBuf> {
    let inner = matches.subcommand().and_then(|(_, matches)| data(matches));
    let own = || matches.try_get_one::<PathBuf>(DATA).ok().flatten().cloned();
    inner.or_else(own)
}
