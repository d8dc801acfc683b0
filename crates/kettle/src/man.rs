//! `kettle man`: a man page for every command, made of the same descriptions as its `--help`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command};

use crate::fault::{Context, Result};

pub(crate) const NAME: &str = "man";
const DIRECTORY: &str = "directory";

/// The command line of `man`.
pub(crate) fn command() -> Command {
    let directory = Arg::new(DIRECTORY)
        .value_name("DIR")
        .required(true)
        .value_parser(clap::value_parser!(PathBuf))
        .help("Where the pages go, such as ~/.local/share/man/man1; made if it is not there");
    Command::new(NAME)
        .about("Write a man page for every command")
        .after_help(
            "Then `man kettle`, `man kettle-instance-create`, ... show them. Run it again after an \
             upgrade.",
        )
        .arg(directory)
}

/// Writes the pages of `root`, the whole command line, and of all that is below it.
pub(crate) fn run(root: Command, args: &ArgMatches) -> Result<ExitCode> {
    let directory: &PathBuf = args.get_one(DIRECTORY).expect("clap requires it");
    let place = directory.display();
    std::fs::create_dir_all(directory).with_context(|| format!("cannot make {place}"))?;
    clap_mangen::generate_to(root, directory)
        .with_context(|| format!("cannot write the pages into {place}"))?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::ErrorKind;
    use std::process::Stdio;

    use super::*;

    /// The names of the pages that there must be, and how many commands there are.
    fn named(command: &Command, names: &mut BTreeSet<String>) -> usize {
        names.insert(format!("{}.1", command.get_display_name().unwrap_or(command.get_name())));
        let below = command.get_subcommands().filter(|below| !below.is_hide_set());
        below.map(|below| named(below, names)).sum::<usize>() + 1
    }

    #[test]
    fn every_command_has_a_page_that_can_be_read_without_a_warning() {
        let directory = tempfile::tempdir().unwrap();
        let command = crate::command();
        let args = ["man", directory.path().to_str().unwrap()];
        let args = self::command().try_get_matches_from(args).unwrap();
        run(command.clone(), &args).unwrap();

        let mut built = command.disable_help_subcommand(true);
        built.build();
        let mut names = BTreeSet::new();
        let commands = named(&built, &mut names);
        assert!(commands > 300, "a group's commands are made only when they are asked for");
        assert_eq!(names.len(), commands, "two commands have one page");
        let entries = std::fs::read_dir(directory.path()).unwrap();
        let written = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert_eq!(written.collect::<BTreeSet<_>>(), names);
        let page = std::fs::read_to_string(directory.path().join("kettle-instance-create.1"));
        assert!(page.unwrap().contains("\\-\\-region"), "an operation's options are on its page");

        let pages = names.iter().map(|name| directory.path().join(name));
        let mut groff = std::process::Command::new("groff");
        groff.args(["-man", "-ww", "-z", "-Tutf8", "-Kutf8"]).args(pages).stdin(Stdio::null());
        match groff.output() {
            Ok(read) => {
                let said = String::from_utf8_lossy(&read.stderr);
                assert!(read.status.success() && said.is_empty(), "{said}");
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                eprintln!("SKIPPED: there is no groff to read the pages");
            }
            Err(error) => panic!("groff: {error}"),
        }
    }
}
