//! The commands about a whole world that no operation is: those with files.

mod file;

use clap::{ArgMatches, Command};
use cli::{Exit, Failure};

const WORLD: &str = "world";

/// The group of the world with these commands, too.
pub(crate) fn add(root: Command) -> Command {
    root.mut_subcommand(WORLD, |world| world.subcommands(file::commands()))
}

/// Which of them was asked for, and with what.
pub(crate) fn asked_for(matches: &ArgMatches) -> Option<(&str, &ArgMatches)> {
    let (_, world) = matches.subcommand().filter(|(name, _)| *name == WORLD)?;
    world.subcommand().filter(|(name, _)| file::NAMES.contains(name))
}

pub(crate) async fn run(
    word: &str,
    matches: &ArgMatches,
    args: &ArgMatches,
) -> Result<Exit, Failure> {
    match word {
        file::EXPORT => file::export(matches, args).await,
        _ => file::import(matches, args).await,
    }
}
