//! `kettle stop` and `kettle reset`: end a server that runs, or empty it.
//!
//! Neither must ever reach a process or a server that is not meant: a server is asked with its
//! owner's key, which it proves to have first, and a process gets a signal only while it holds the
//! data directory.

use std::time::Duration;

use clap::{ArgMatches, Command};
use cli::{Exit, Failure};
use rustix::process::{Signal, kill_process};
use tokio::time::Instant;

use crate::home::Home;
use crate::status::{Asked, data_arg, things};

pub(crate) const NAME: &str = "stop";
pub(crate) const RESET: &str = "reset";
/// How long a server is given to finish what is under way. It gives itself ten seconds.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Stop the server that runs, and wait until it has")
        .after_help(
            "Requests under way are finished first. Where none runs there is nothing to do, which is \
             no error.",
        )
        .arg(data_arg())
}

pub(crate) fn reset_command() -> Command {
    Command::new(RESET)
        .about("Delete everything that the server holds, but for its key")
        .after_help(
            "Says what goes, and asks. Needs a server that runs; without one, delete the data \
             directory.",
        )
        .args([data_arg(), cli::yes().help("Do not ask")])
}

pub(crate) async fn run(matches: &ArgMatches) -> Result<Exit, Failure> {
    let asked = Asked::new(matches)?;
    let endpoint = &asked.target.endpoint;
    let home = asked.home();
    if let Some(home) = home.as_ref().filter(|_| asked.target.is_unserved()) {
        let place = home.path().display();
        cli::print_note(&format!("no server runs on {place}: nothing to stop"));
        return Ok(Exit::Ok);
    }
    let told = asked.ask(api::Method::POST, "/_kettle/stop").await;
    match (&told, &home) {
        (Ok(_), _) => {}
        // It stops already, or hangs; or its owner's key was deleted, which makes it nobody else's.
        (Err(failure), Some(home)) if is_silence(failure) || failure.exit() == Exit::Auth => {
            signal(home)?;
        }
        _ => return told.map(|_| Exit::Ok),
    }
    let begun = Instant::now();
    while is_there(&asked, home.as_ref()).await {
        if begun.elapsed() > PATIENCE {
            return Err(Failure::Answer(format!(
                "the server at {endpoint} was told to stop, and still finishes requests; a second \
                 `kettle stop` does not wait for them"
            )));
        }
        tokio::time::sleep(PAUSE).await;
    }
    cli::print_note(&format!("stopped the server at {endpoint}"));
    Ok(Exit::Ok)
}

/// Whether nobody answers, or not in time.
fn is_silence(failure: &Failure) -> bool {
    matches!(failure.exit(), Exit::Transport | Exit::Wait)
}

/// Sends the process that holds the directory the signal to stop.
fn signal(home: &Home) -> Result<(), Failure> {
    let place = home.path().display();
    let pid = home.server().ok_or_else(|| {
        Failure::Answer(format!(
            "something holds {place} and cannot be asked: a server that is just about to start, \
             `kettle exec`, or a server in a container"
        ))
    })?;
    kill_process(pid, Signal::TERM).map_err(|error| {
        let pid = pid.as_raw_nonzero();
        Failure::Answer(format!("the server's process {pid} cannot be told to stop: {error}"))
    })
}

/// Whether the server has not ended yet.
async fn is_there(asked: &Asked, home: Option<&Home>) -> bool {
    match home {
        Some(home) => home.is_served(),
        None => asked.ask(api::Method::GET, "/_kettle/health").await.is_ok(),
    }
}

pub(crate) async fn reset(matches: &ArgMatches, args: &ArgMatches) -> Result<Exit, Failure> {
    let asked = Asked::new(matches)?;
    // What answers at the usual address may be the server of another directory with the same key.
    asked.must_be_served()?;
    let status = asked.status().await?;
    let what = things(&status)
        .map_or("what there is (nothing)".into(), |things| format!("everything ({things})"));
    if !cli::said_yes(args) {
        cli::agreement(&format!("delete {what}"), &asked.target)?;
    }
    asked.ask(api::Method::POST, "/_kettle/reset").await?;
    cli::print_note(&format!(
        "deleted {what} at {}; the owner's key is the same as before",
        asked.target.endpoint
    ));
    Ok(Exit::Ok)
}
