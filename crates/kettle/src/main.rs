//! The `kettle` program: a server of the Vultr API, a command line for it, `gateway`, which answers
//! API v1 in front of any endpoint of v2, and `exec`, which leads unmodified tools to the server.

mod exec;
mod gateway;
mod home;
mod logging;
mod man;
mod serve;
mod settings;
#[cfg(test)]
mod tests;
mod version_1;

use std::fmt::Display;
use std::process::ExitCode;

use clap::Command;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    // Before there are any threads. It is no command for people.
    if arguments.next().is_some_and(|first| first == exec::INSIDE) {
        return proxy::inside(arguments).into();
    }
    if cli::complete(command) {
        return ExitCode::SUCCESS;
    }
    let matches = cli::parse(command(), std::env::args_os()).unwrap_or_else(|e| e.exit());
    if let Err(failure) = cli::check(&matches) {
        tell_error(&failure);
        return failure.exit().into();
    }
    match matches.subcommand() {
        Some((serve::NAME, args)) => {
            logging::start("info");
            report(runtime().block_on(serve::run(args)), ExitCode::FAILURE)
        }
        Some((gateway::NAME, args)) => {
            logging::start("info");
            report(runtime().block_on(gateway::run(args)), ExitCode::FAILURE)
        }
        Some((version_1::NAME, args)) => {
            logging::start("warn");
            report(runtime().block_on(version_1::run(&matches, args)), ExitCode::FAILURE)
        }
        Some((exec::NAME, args)) => {
            // What the proxy refuses is told here: tools seldom show a proxy's own words.
            logging::start("warn");
            report(runtime().block_on(exec::run(args)), exec::NOT_RUN.into())
        }
        Some((man::NAME, args)) => report(man::run(command(), args), ExitCode::FAILURE),
        _ => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let exit = runtime.expect("a runtime starts").block_on(cli::main(&matches));
            exit.into()
        }
    }
}

fn command() -> Command {
    // What most people come for stands first, before the groups of operations.
    let first = [serve::command(), exec::command(), gateway::command(), version_1::command()];
    let first = first.into_iter().enumerate();
    let first = first.map(|(place, command)| command.display_order(place));
    cli::settled(cli::command().subcommand(man::command()).subcommands(first))
}

fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime starts")
}

fn report(outcome: anyhow::Result<ExitCode>, failure: ExitCode) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        tell_error(format_args!("{error:#}"));
        failure
    })
}

/// Says what went wrong. This is no log: it is told whatever `KETTLE_LOG` says.
fn tell_error(error: impl Display) {
    tell("error", error);
}

/// Says something to the person. Part of it may be a server's words: no terminal is to obey them.
#[expect(clippy::print_stderr, reason = "this is where errors reach the person")]
fn tell(what: &str, text: impl Display) {
    eprintln!("{what}: {}", cli::clean_lines(&text.to_string()));
}
