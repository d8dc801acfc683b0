//! Asking before something is lost that cannot be had again.
//!
//! What is on this machine can be made again, so nobody is asked there. Elsewhere somebody has to
//! say yes: at the terminal, or beforehand with `--yes`.

use std::io::{Read, Write};

use clap::ArgMatches;
use presentation::text::clean;
use sdk::Client;
use sdk::config::Target;

use crate::command::YES;
use crate::error::Failure;
use crate::output::Terminal;

/// Has `what`, which cannot be undone, agreed to, with the process's own streams: for calls that
/// are no commands of [`crate::command`]. `args` may have [`crate::yes`].
///
/// # Errors
/// When nobody says yes, or there is nobody to ask.
pub fn consent(what: &str, args: &ArgMatches, target: &Target) -> Result<(), Failure> {
    let client = Client::for_target(target)?;
    if !is_needed(true, &client, args) {
        return Ok(());
    }
    agreement(what, target)
}

/// The same wherever the endpoint is.
///
/// # Errors
/// When nobody says yes, or there is nobody to ask.
pub fn agreement(what: &str, target: &Target) -> Result<(), Failure> {
    let client = Client::for_target(target)?;
    can_be_asked(what, &client, Terminal::of_process())?;
    ask(what, &client, &mut std::io::stdin(), &mut std::io::stderr())
}

/// Whether a command that loses something needs a yes.
pub(crate) fn is_needed(loses: bool, client: &Client, args: &ArgMatches) -> bool {
    let said = args.try_get_one::<bool>(YES).ok().flatten() == Some(&true);
    loses && !client.is_loopback() && !said
}

/// Refuses what nobody can be asked about. Nothing has been sent yet.
pub(crate) fn can_be_asked(what: &str, client: &Client, terminal: Terminal) -> Result<(), Failure> {
    if terminal.asks {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "to {what} at {} cannot be undone, and there is no terminal to ask at: say --yes if it is \
         meant; nothing was sent",
        client.endpoint()
    )))
}

/// Asks, and takes nothing but a yes for one.
pub(crate) fn ask(
    what: &str,
    client: &Client,
    stdin: &mut dyn Read,
    err: &mut dyn Write,
) -> Result<(), Failure> {
    let (what, endpoint) = (clean(what), clean(client.endpoint()));
    write!(err, "About to {what} at {endpoint}. It cannot be undone. Go on? [y/N] ")?;
    err.flush()?;
    match line(stdin)?.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::Declined),
    }
}

/// One line, and not a byte of what comes after it.
pub(crate) fn line(from: &mut dyn Read) -> std::io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while from.read(&mut byte)? == 1 && byte != *b"\n" {
        line.extend(byte);
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}
