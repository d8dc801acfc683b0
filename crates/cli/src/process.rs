//! For commands of the binary's own: the process's streams, and what the global options say of them.

use std::io::{self, Write};

use clap::ArgMatches;
use presentation::text::{clean, clean_lines, escaped};
use serde_json::Value;

use crate::command::YES;
use crate::error::Failure;
use crate::globals::format;

/// Whether `--output` asks for JSON. A command that has no table can be had as text or as JSON.
///
/// # Errors
/// When another format is asked for.
pub fn wants_json(matches: &ArgMatches) -> Result<bool, Failure> {
    match format(matches) {
        Some("json") => Ok(true),
        None | Some("table") => Ok(false),
        Some(other) => Err(Failure::usage(format!("--output {other}: here it is table or json"))),
    }
}

/// Whether `--yes` was said.
pub fn said_yes(args: &ArgMatches) -> bool {
    args.try_get_one::<bool>(YES).ok().flatten() == Some(&true)
}

/// Prints a result as text.
///
/// # Errors
/// When nobody takes it.
pub fn print_text(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(clean_lines(text).as_bytes())?;
    out.flush()
}

/// Prints a result as JSON.
///
/// # Errors
/// When nobody takes it.
pub fn print_json(value: &Value) -> io::Result<()> {
    print_text(&format!("{}\n", escaped(&format!("{value:#}"))))
}

/// The same in one line.
///
/// # Errors
/// When nobody takes it.
pub fn print_json_line(value: &Value) -> io::Result<()> {
    print_text(&format!("{}\n", escaped(&value.to_string())))
}

/// Says something beside the result.
#[expect(clippy::print_stderr, reason = "this is for the person, not for programs")]
pub fn print_note(text: &str) {
    eprintln!("{}", clean(text));
}
