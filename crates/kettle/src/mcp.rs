//! `kettle mcp`: serves a coding agent, over the Model Context Protocol at standard input and output.
//!
//! Nothing else may be written to standard output.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use mcp::{Config, Mcp};
use tokio::sync::watch;

use crate::fault::{Context, Fault, Result, bail};
use crate::serve::{self, Asked, Up};
use crate::settings::Settings;
use crate::status::data_arg;

pub(crate) const NAME: &str = "mcp";
const ALLOW_REMOTE: &str = "allow-remote";
const EPHEMERAL: &str = "ephemeral";

pub(crate) fn command() -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    Command::new(NAME)
        .about("Serve a coding agent, over the Model Context Protocol")
        .after_help(
            "An agent starts this by itself, and speaks with it at standard input and output: in Claude Code by \
             `claude mcp add kettle -- kettle mcp`.\nIt acts on the server that the options lead to, which may be \
             started later; with --ephemeral on one of its own.",
        )
        .args([
            data_arg(),
            flag(EPHEMERAL).help("Act on a world of its own, which is gone when the agent is"),
            flag(ALLOW_REMOTE)
                .conflicts_with(EPHEMERAL)
                .help("Let it act elsewhere than on this machine, too. It destroys nothing there"),
        ])
}

/// Serves until the agent is gone, or a signal comes.
pub(crate) fn run(matches: &ArgMatches, args: &ArgMatches) -> Result<ExitCode> {
    let runtime = crate::runtime();
    let served = runtime.block_on(serve(matches, args));
    // What reads standard input may still wait there.
    runtime.shutdown_background();
    served
}

async fn serve(matches: &ArgMatches, args: &ArgMatches) -> Result<ExitCode> {
    let (_, mut told) = serve::stop_signal()?;
    let globals = cli::destination(matches);
    let mut config =
        Config { globals, allow_remote: args.get_flag(ALLOW_REMOTE), ..Config::default() };
    let mut world = None;
    if args.get_flag(EPHEMERAL) {
        if !config.globals.is_empty() {
            bail!(
                "--{EPHEMERAL}: a world of its own is at no other place: leave out {}",
                config.globals.join(" ")
            );
        }
        let own = World::start().await?;
        config.variables = own.variables.clone().into_iter().collect();
        world = Some(own);
    }
    let agent = Mcp::new(config);
    // Who has set it up wrong is told at once, and not the agent at each call.
    agent.client().map_err(Fault::new)?;
    tokio::select! {
        served = agent.serve() => served.map_err(Fault::new)?,
        _ = told.wait_for(|stop| *stop) => {}
    }
    if let Some(world) = world {
        world.stop.send_replace(true);
        world.running.await.context("the world did not end well")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A server for as long as the agent is there.
struct World {
    variables: [(String, String); 3],
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

impl World {
    async fn start() -> Result<Self> {
        let words = [serve::NAME, "--ephemeral"];
        let args = serve::command().try_get_matches_from(words).context("it cannot be set up")?;
        let settings = Settings::read(&args, None)?;
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let up = Up::start(&settings, None, any, Asked::default()).await?;
        let variables = [
            ("VULTR_API_ENDPOINT", format!("{}/v2", up.url())),
            ("VULTR_API_KEY", up.key.text.clone()),
            ("KETTLE_PROFILE", String::new()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value));
        let (stop, stopped) = watch::channel(false);
        let fronts = up.fronts;
        let running = tokio::spawn(async move {
            up.server.run(stopped).await;
            drop(fronts);
        });
        Ok(Self { variables, stop, running })
    }
}
