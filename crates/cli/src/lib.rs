//! The command line: one command per operation, built from the operation's own schema.
//!
//! It knows no family: groups, commands, arguments and help come from `api`, calls go through `sdk`.
//! It never talks to the network by itself, and never writes to the process's own streams: whoever
//! calls [`run`] hands them over. The binary adds `serve`, `exec` and the like to [`command`].

// Tests call it as others do.
#[cfg(test)]
extern crate self as cli;

mod asked;
mod batch;
mod call;
mod command;
mod complete;
mod consent;
mod data;
mod deed;
mod dress;
mod edit;
mod error;
mod examples;
mod files;
mod front;
mod globals;
mod guess;
mod input;
mod names;
mod output;
mod process;
mod profile;
mod raw;
mod spinner;
mod stop;
mod subnet;
#[cfg(test)]
mod tests;
mod version;
mod wait;
mod watch;

use std::io::{Read, Write};

use clap::ArgMatches;
use presentation::text::clean;
use sdk::Client;
use sdk::config::{self, Env, Target, Wanted};

pub use command::{command, yes};
pub use complete::complete;
pub use consent::{agreement, consent};
pub use data::{DATA, data};
pub use dress::show;
pub use error::{Exit, Failure};
pub use examples::{examples, words};
pub use globals::{check, destination, format, settled};
pub use guess::parse;

pub use output::{Terminal, print};

pub use process::{print_json, print_json_line, print_note, print_text, said_yes, wants_json};

pub use watch::Watch;

/// What a run of the command line reads, writes and knows about its surroundings.
pub struct Context<'a> {
    /// The environment.
    pub env: Env<'a>,
    /// Where `--json -` reads, and answers to questions are typed.
    pub stdin: &'a mut dyn Read,
    /// Results.
    pub out: &'a mut dyn Write,
    /// Errors and progress, for people.
    pub err: &'a mut dyn Write,
    /// What is known of the terminal.
    pub terminal: Terminal,
    /// Who hears of requests that are under way.
    pub watch: Watch,
    /// The client, instead of the one that profile and environment lead to.
    pub client: Option<Client>,
}

/// Carries out what was parsed by [`command`], with the process's own streams and environment.
pub async fn main(matches: &ArgMatches) -> Exit {
    let context = Context {
        env: &config::process_env,
        stdin: &mut std::io::stdin(),
        out: &mut std::io::stdout(),
        err: &mut std::io::stderr(),
        terminal: Terminal::of_process(),
        watch: Watch::of_process(),
        client: None,
    };
    run(matches, context).await
}

/// Carries out what was parsed by [`command`]. Results go to `out`; errors go to `err` as text, and
/// into the exit status by their kind.
pub async fn run(matches: &ArgMatches, mut context: Context<'_>) -> Exit {
    let watch = context.watch.as_asked(matches, context.terminal.progress);
    // Where each request is shown, nothing is to be drawn over it.
    context.terminal.progress &= !watch.is_verbose();
    context.watch = watch.clone();
    match watch.during(dispatch(matches, &mut context)).await {
        Ok(exit) => exit,
        Err(failure) => {
            // Where even this cannot be written, the exit status is all that is left.
            let _ = report(&failure, matches, context.env, context.err);
            failure.exit()
        }
    }
}

/// Says what went wrong, and what may help.
///
/// # Errors
/// When it cannot be written.
pub fn report(
    failure: &Failure,
    matches: &ArgMatches,
    env: Env<'_>,
    err: &mut dyn Write,
) -> std::io::Result<()> {
    failure.report(err)?;
    let Ok(target) = target(matches, env) else { return Ok(()) };
    let hint = match failure {
        Failure::Elsewhere { hint, .. } => hint.as_deref().map(str::to_owned),
        failure if failure.is_about_the_key() => Some(target.hint()),
        failure if failure.is_nobody_there() => target.when_silent(),
        _ => None,
    };
    match hint {
        Some(hint) => writeln!(err, "hint: {}", clean(&hint)),
        None => Ok(()),
    }
}

async fn dispatch(matches: &ArgMatches, context: &mut Context<'_>) -> Result<Exit, Failure> {
    globals::check(matches)?;
    match matches.subcommand() {
        Some(("api", args)) => raw::run(matches, args, context).await,
        Some(("completions", args)) => {
            let shell = *args.get_one::<clap_complete::Shell>("shell").expect("clap requires it");
            context.out.write_all(&complete::script(shell, &complete::program())?)?;
            Ok(Exit::Ok)
        }
        Some(("openapi", args)) => {
            let document = match args.get_flag(command::OWN) {
                true => api::openapi::own_document(env!("CARGO_PKG_VERSION")),
                false => api::openapi::document(env!("CARGO_PKG_VERSION")),
            };
            match globals::format(matches) {
                None | Some("json") => writeln!(context.out, "{document:#}")?,
                Some("yaml") => output::View::plain("yaml").print(
                    document,
                    context.terminal,
                    context.out,
                    context.err,
                )?,
                Some(other) => {
                    let text = format!("--output {other}: the document is printed as json or yaml");
                    return Err(Failure::usage(text));
                }
            }
            Ok(Exit::Ok)
        }
        Some(("profile", args)) => profile::run(matches, args, context),
        Some(("version", _)) => version::run(matches, context).await,
        Some((name, args)) => {
            if let Some(text) = front::topic(name) {
                writeln!(context.out, "{text}")?;
                return Ok(Exit::Ok);
            }
            if let Some((group, args)) = edit::asked_for(name, args) {
                return edit::run(group, matches, args, context).await;
            }
            let (operation, args) = asked::asked_for(name, args)?;
            call::run(&operation, matches, args, context).await
        }
        None => Err(Failure::usage("no command given")),
    }
}

/// Says where the key came from that was refused.
fn hint(matches: &ArgMatches, context: &mut Context<'_>) -> std::io::Result<()> {
    match target(matches, context.env) {
        Ok(target) => writeln!(context.err, "hint: {}", clean(&target.hint())),
        Err(_) => Ok(()),
    }
}

/// The client that the global options, the environment and the configuration file lead to.
fn client(matches: &ArgMatches, context: &Context<'_>) -> Result<Client, Failure> {
    if let Some(client) = &context.client {
        return Ok(client.observed(context.watch.observer()));
    }
    let target = target(matches, context.env).map_err(|e| Failure::usage(e.to_string()))?;
    Ok(builder(matches, &target, &context.watch).build()?)
}

/// A client for the target as the global options say, which `watch` hears of.
pub fn builder(matches: &ArgMatches, target: &Target, watch: &Watch) -> sdk::client::Builder {
    globals::builder(matches, target).observe(watch.observer())
}

/// The same without a data directory: for commands that are told of one server beside another.
///
/// # Errors
/// When they contradict each other or cannot be read.
pub fn other_target(matches: &ArgMatches, env: Env<'_>) -> Result<Target, config::ConfigError> {
    let text = |name| matches.get_one::<String>(name).cloned();
    let (profile, endpoint) = (text(globals::PROFILE), text(globals::ENDPOINT));
    config::resolve(&Wanted { profile, endpoint, ..Wanted::default() }, env)
}

/// Where the global options, the environment and the configuration file lead to, and the key there.
///
/// # Errors
/// When they contradict each other or cannot be read.
pub fn target(matches: &ArgMatches, env: Env<'_>) -> Result<Target, config::ConfigError> {
    let text = |name| matches.get_one::<String>(name).cloned();
    let wanted = Wanted {
        profile: text(globals::PROFILE),
        endpoint: text(globals::ENDPOINT),
        key: None,
        data: data(matches),
    };
    config::resolve(&wanted, env)
}
