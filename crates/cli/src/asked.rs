//! Which operation the words of the command line ask for.

use clap::ArgMatches;
use presentation::{Operation, operations, places};

use crate::error::Failure;

/// The operation that was asked for, and its arguments: `name` and what is below it are the words
/// that lead there.
pub(crate) fn asked_for<'a>(
    name: &'a str,
    args: &'a ArgMatches,
) -> Result<(Operation, &'a ArgMatches), Failure> {
    let (words, args) = words(name, args);
    let found = words.split_last().and_then(|(command, path)| {
        let group = places::group(path)?.group;
        operations::with_own().into_iter().find(|o| o.group.name == group && o.command == *command)
    });
    let unknown = || Failure::usage(format!("no command `{}`", words.join(" ")));
    Ok((found.ok_or_else(unknown)?, args))
}

/// All words that lead to a command, beginning with `name`, and its own arguments.
pub(crate) fn words<'a>(name: &'a str, args: &'a ArgMatches) -> (Vec<&'a str>, &'a ArgMatches) {
    let (mut words, mut args) = (vec![name], args);
    while let Some((word, inner)) = args.subcommand() {
        words.push(word);
        args = inner;
    }
    (words, args)
}
