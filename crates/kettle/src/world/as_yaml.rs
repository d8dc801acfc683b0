//! `kettle world export FILE --as yaml`: what an account has, as a file that makes it again.

use std::path::Path;

use clap::{Arg, ArgMatches};
use cli::{Exit, Failure};

use super::copies::{done, failed, progress};
use crate::status::Asked;

const AS: &str = "as";
/// What is written to standard output.
pub(super) const OUT: &str = "-";

pub(super) fn arg() -> Arg {
    Arg::new(AS).long(AS).value_name("FORMAT").value_parser(["database", "yaml"]).help(
        "database: all there is, as it is. yaml: what the account has, to be read and changed, and made again \
         by `kettle world apply` [default: database]",
    )
}

/// Whether that was asked for.
pub(super) fn is_asked_for(args: &ArgMatches) -> bool {
    args.get_one::<String>(AS).is_some_and(|format| format == "yaml")
}

/// Reads the account and writes it.
pub(super) async fn export(
    asked: &Asked,
    path: &Path,
    write: impl FnOnce(&Path, &[u8]) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    let told = progress("read");
    let reading = worlds::read(asked.client(), &[], &told).await;
    done();
    let reading = reading.map_err(failed)?;
    let text = worlds::files::write(&reading).map_err(|unclear| {
        let unclear: Vec<String> =
            unclear.iter().map(|one| presentation::text::clean(one)).collect();
        Failure::usage(format!(
            "nothing was written, as names have to tell:\n{}",
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
