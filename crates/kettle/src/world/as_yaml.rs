//! `kettle world export FILE --as yaml`: what an account has, as a file that makes it again.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches};
use cli::{Exit, Failure};
use worlds::files::Unnamed;

use super::copies::{done, failed, progress};
use crate::status::Asked;

const AS: &str = "as";
const NAME_ALL: &str = "name-all";
/// What is written to standard output.
pub(super) const OUT: &str = "-";

pub(super) fn args() -> [Arg; 2] {
    let name_all = Arg::new(NAME_ALL).long(NAME_ALL).action(ArgAction::SetTrue);
    let name_all = name_all.help(
        "With yaml: give names in the file to what has none or another's, rather than refuse it",
    );
    let format = Arg::new(AS).long(AS).value_name("FORMAT").value_parser(["database", "yaml"]).help(
        "database: all there is, as it is. yaml: what the account has, to be read and changed, and made again \
         by `kettle world apply` [default: database]",
    );
    [format, name_all]
}

/// Whether that was asked for.
pub(super) fn is_asked_for(args: &ArgMatches) -> bool {
    args.get_one::<String>(AS).is_some_and(|format| format == "yaml")
}

/// Reads the account and writes it.
pub(super) async fn export(
    asked: &Asked,
    args: &ArgMatches,
    path: &Path,
    write: impl FnOnce(&Path, &[u8]) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    let told = progress("read");
    let reading = worlds::read(asked.client(), &[], &told).await;
    done();
    let reading = reading.map_err(failed)?;
    let unnamed = if args.get_flag(NAME_ALL) { Unnamed::Named } else { Unnamed::Refused };
    let text = worlds::files::write(&reading, unnamed).map_err(|unclear| {
        let unclear: Vec<String> =
            unclear.iter().map(|one| presentation::text::clean_lines(one)).collect();
        Failure::usage(format!(
            "nothing was written, as a file tells things by their names (--{NAME_ALL} makes some):\n{}",
            unclear.join("\n")
        ))
    })?;
    if path == Path::new(OUT) {
        cli::print_text(&text)?;
        return Ok(Exit::Ok);
    }
    write(path, text.as_bytes())?;
    let things = reading.things.len();
    cli::print_note(&format!("wrote {} ({things} things)", path.display()));
    Ok(Exit::Ok)
}
