//! The `kettle` program: a server of the Vultr API, a command line for it, `gateway`, which answers
//! API v1 in front of any endpoint of v2, and `exec`, which leads unmodified tools to the server.

// What planes share is used by few where few are built.
#![cfg_attr(
    not(all(feature = "dns", feature = "machines", feature = "s3", target_os = "linux")),
    allow(dead_code, unused_imports, unused_variables)
)]

mod console;
mod detach;
mod doctor;
mod enter;
mod exec;
mod fault;
mod gateway;
mod home;
#[cfg(all(feature = "machines", target_os = "linux"))]
mod image;
#[cfg(not(all(feature = "machines", target_os = "linux")))]
#[path = "no_image.rs"]
mod image;
mod listen;
mod log;
mod logging;
mod man;
mod mcp;
mod planes;
mod record;
mod replay;
mod serve;
mod settings;
mod status;
mod stop;
#[cfg(test)]
mod tests;
mod v1;
mod world;

use std::fmt::Display;
use std::process::ExitCode;

use clap::{ArgMatches, Command};
use sdk::config::process_env;
use tracing::level_filters::LevelFilter;

/// What a request takes of memory it gives back at once, a thousand small pieces a millisecond: the
/// systems' own allocators, musl's above all, are slow at that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    // Before there are any threads. It is no command for people.
    if arguments.next().is_some_and(|first| first == exec::INSIDE) {
        return proxy::inside(arguments).into();
    }
    if cli::complete(command) {
        return ExitCode::SUCCESS;
    }
    let matches = cli::parse(command(), std::env::args_os())
        .unwrap_or_else(|error| std::process::exit(cli::show(&error)));
    if let Err(failure) = cli::check(&matches) {
        tell_error(&failure);
        return failure.exit().into();
    }
    let data = cli::data(&matches);
    if let Some((word, args)) = enter::asked_for(&matches) {
        return asked(&matches, enter::run(word, &matches, args));
    }
    if let Some((word, args)) = world::asked_for(&matches) {
        return asked(&matches, world::run(word, &matches, args));
    }
    match matches.subcommand() {
        Some((serve::NAME, args)) if detach::is_asked_for(args) => {
            report(detach::run(args, data), ExitCode::FAILURE)
        }
        Some((serve::NAME, args)) => logged(LevelFilter::INFO, args, serve::run(args, data)),
        Some((gateway::NAME, args)) => logged(LevelFilter::INFO, args, gateway::run(args, data)),
        Some((v1::NAME, args)) => {
            let _log = logging::start(LevelFilter::WARN, false);
            report(runtime().block_on(v1::run(&matches, args)), ExitCode::FAILURE)
        }
        Some((exec::NAME, args)) => {
            // What the proxy refuses is told here: tools seldom show a proxy's own words.
            let _log = logging::start(LevelFilter::WARN, false);
            report(runtime().block_on(exec::run(args, data)), exec::NOT_RUN.into())
        }
        Some((record::NAME, args)) => {
            let _log = logging::start(LevelFilter::WARN, false);
            report(runtime().block_on(record::run(args, data)), exec::NOT_RUN.into())
        }
        Some((replay::NAME, args)) => {
            let _log = logging::start(LevelFilter::WARN, false);
            report(runtime().block_on(replay::run(&matches, args)), ExitCode::FAILURE)
        }
        Some((mcp::NAME, args)) => {
            let _log = logging::start(LevelFilter::WARN, false);
            report(mcp::run(&matches, args), ExitCode::FAILURE)
        }
        Some((man::NAME, args)) => report(man::run(command(), args), ExitCode::FAILURE),
        Some((log::NAME, args)) => asked(&matches, log::run(&matches, args)),
        Some((console::NAME, args)) => asked(&matches, console::run(&matches, args)),
        Some((doctor::NAME, args)) => asked(&matches, doctor::run(&matches, args)),
        Some((status::NAME, _)) => asked(&matches, status::run(&matches)),
        Some((stop::NAME, _)) => asked(&matches, stop::run(&matches)),
        Some((stop::RESET, args)) => asked(&matches, stop::reset(&matches, args)),
        Some((image::NAME, args)) => asked(&matches, image::run(&matches, args, data)),
        _ => asked_of_cli(&matches),
    }
}

/// Runs a server that tells what it does.
fn logged(
    level: LevelFilter,
    args: &ArgMatches,
    server: impl Future<Output = fault::Result<ExitCode>>,
) -> ExitCode {
    let log = logging::start(level, settings::is_quiet(args));
    let outcome = runtime().block_on(server);
    // What led to an error is told before it.
    drop(log);
    report(outcome, ExitCode::FAILURE)
}

/// Runs a command that asks a server.
fn asked(
    matches: &ArgMatches,
    command: impl Future<Output = Result<cli::Exit, cli::Failure>>,
) -> ExitCode {
    let exit = small_runtime().block_on(command).unwrap_or_else(|failure| {
        // Where even this cannot be written, the exit status is all that is left.
        let _ = cli::report(&failure, matches, &process_env, &mut std::io::stderr());
        failure.exit()
    });
    exit.into()
}

fn asked_of_cli(matches: &ArgMatches) -> ExitCode {
    small_runtime().block_on(cli::main(matches)).into()
}

fn command() -> Command {
    // What most people come for stands first, before the groups of operations.
    let first = [
        serve::command(),
        exec::command(),
        console::command(),
        doctor::command(),
        status::command(),
        log::command(),
        replay::command(),
        stop::command(),
        stop::reset_command(),
        gateway::command(),
        v1::command(),
        mcp::command(),
        image::command(),
    ];
    let first = first.into_iter().enumerate();
    let first = first.map(|(place, command)| command.display_order(place));
    let root = world::add(enter::add(cli::command()));
    let root = root.mut_subcommand(record::NAME, |_| record::command());
    cli::settled(root.subcommand(man::command()).subcommands(first))
}

fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime starts")
}

fn small_runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts")
}

fn report(outcome: fault::Result<ExitCode>, failure: ExitCode) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        tell_error(error);
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
    eprintln!("{what}: {}", presentation::text::clean_lines(&text.to_string()));
}

/// Passes on lines that another process of ours has told.
#[expect(clippy::print_stderr, reason = "this is where errors reach the person")]
fn tell_lines(text: &str) {
    if !text.is_empty() {
        eprintln!("{}", presentation::text::clean_lines(text));
    }
}
