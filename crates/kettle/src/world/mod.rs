//! The commands about a whole world that no operation is: those with files, and with other accounts.

pub(crate) mod apply;
mod as_yaml;
mod copies;
mod file;

use clap::{ArgMatches, Command};
use cli::{Exit, Failure};

const WORLD: &str = "world";
const NAMES: [&str; 4] = [apply::APPLY, file::EXPORT, file::IMPORT, copies::DIFF];

/// The group of the world with these commands, too.
pub(crate) fn add(root: Command) -> Command {
    root.mut_subcommand(WORLD, |world| {
        let [export, import] = file::commands();
        let import = import.args(copies::import_args());
        world.subcommands([apply::command(), export, import, copies::diff_command()])
    })
}

/// Which of them was asked for, and with what.
pub(crate) fn asked_for(matches: &ArgMatches) -> Option<(&str, &ArgMatches)> {
    let (_, world) = matches.subcommand().filter(|(name, _)| *name == WORLD)?;
    world.subcommand().filter(|(name, _)| NAMES.contains(name))
}

pub(crate) async fn run(
    word: &str,
    matches: &ArgMatches,
    args: &ArgMatches,
) -> Result<Exit, Failure> {
    match word {
        apply::APPLY => apply::run(matches, args).await,
        file::EXPORT => file::export(matches, args).await,
        file::IMPORT if file::is_named(args) => file::import(matches, args).await,
        file::IMPORT => copies::import(matches, args).await,
        _ => copies::diff(matches, args).await,
    }
}
