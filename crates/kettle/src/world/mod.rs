//! `kettle world import` and the like: what is done with the whole of what a server has, and takes more
//! than one request.

mod copies;

use clap::{ArgMatches, Command};
use cli::{Exit, Failure};

const WORLD: &str = "world";

/// The group of the world's operations with these commands, too.
pub(crate) fn add(root: Command) -> Command {
    root.mut_subcommand(WORLD, |world| {
        world.subcommands([copies::import_command(), copies::diff_command()])
    })
}

/// The command of these that was given, with its arguments; none: it was another.
pub(crate) fn asked_for(matches: &ArgMatches) -> Option<(&str, &ArgMatches)> {
    let (WORLD, args) = matches.subcommand()? else { return None };
    args.subcommand().filter(|(word, _)| [copies::IMPORT, copies::DIFF].contains(word))
}

/// Does what was asked for.
pub(crate) async fn run(
    command: &str,
    matches: &ArgMatches,
    args: &ArgMatches,
) -> Result<Exit, Failure> {
    match command {
        copies::IMPORT => copies::import(matches, args).await,
        _ => copies::diff(matches, args).await,
    }
}
