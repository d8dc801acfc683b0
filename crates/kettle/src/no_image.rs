//! `kettle image` where there are no machines to make of images: it says so.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use cli::{Exit, Failure};

use crate::planes::NO_MACHINES;

pub(crate) const NAME: &str = "image";

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Make the systems that real machines are made of (not in this program)")
        .disable_help_subcommand(true)
        .allow_external_subcommands(true)
}

#[expect(clippy::unused_async, reason = "what answers commands is async")]
pub(crate) async fn run(
    _: &ArgMatches,
    _: &ArgMatches,
    _: Option<PathBuf>,
) -> Result<Exit, Failure> {
    Err(Failure::Answer(NO_MACHINES.into()))
}
