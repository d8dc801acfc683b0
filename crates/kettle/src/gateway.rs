//! `kettle gateway`: API v1 in front of an endpoint of v2, so that old scripts work on an account
//! that is alive.
//!
//! It holds no key: each caller's own is passed on. It keeps which id of v1 is which of v2, and the
//! first passwords of servers made through it, in a file that only its owner can read.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use engine::Clock;
use server::{Journal, Limits};
use store::{Location, Store};
use tokio::net::TcpListener;
use v1::{Config, Gateway, Limit, Mode, StoreIds};

use crate::fault::{Context, Result};
use crate::home::{ASKED_FOR, Home, forget_url, write_url};
use crate::listen;
use crate::serve::{reachable, stop_signal};
use crate::settings;

pub(crate) const NAME: &str = "gateway";
const UPSTREAM: &str = "upstream";
const LIMIT: &str = "limit";
const READY_FILE: &str = "ready-file";
/// How long what a key may do is remembered: the endpoint is far, and counts what it is asked.
const REMEMBER: Duration = Duration::from_secs(30);

/// The command line of `gateway`.
pub(crate) fn command() -> Command {
    let path = || clap::value_parser!(PathBuf);
    let upstream = Arg::new(UPSTREAM)
        .long(UPSTREAM)
        .value_name("URL")
        .default_value("https://api.vultr.com")
        .help("The endpoint of v2 that carries the calls out");
    let listen = listen::arg("127.0.0.1:8788");
    let data = settings::data_arg().help(
        "Keep the ids here, in gateway.db [default: KETTLE_DATA, or the user's data directory]",
    );
    let limit = Arg::new(LIMIT)
        .long(LIMIT)
        .value_name("NUMBER")
        .value_parser(clap::value_parser!(u32).range(1..))
        .help("Refuse more calls in a second with the same key, as v1 did above 2 [default: none]");
    let catalog = settings::catalog_arg()
        .help("Add or replace regions and plans, with the numbers that callers know them by");
    let ready = Arg::new(READY_FILE)
        .long(READY_FILE)
        .value_name("FILE")
        .value_parser(path())
        .help("Write the URL to this file once the gateway answers");
    Command::new(NAME)
        .about("Serve API v1 in front of an endpoint of v2")
        .after_help(
            "Each caller's key is passed on as it is: use a key of the endpoint's. SIGINT and \
             SIGTERM stop it.",
        )
        .args([upstream, listen, data, catalog, limit, settings::host_arg(), ready])
        .arg(settings::quiet_arg())
}

/// Serves until a signal comes.
pub(crate) async fn run(args: &ArgMatches, data: Option<PathBuf>) -> Result<ExitCode> {
    let (_, stop) = stop_signal()?;
    let endpoint = args.get_one::<String>(UPSTREAM).expect("it has a default");
    let wanted = *args.get_one::<SocketAddr>(listen::LISTEN).expect("it has a default");
    let catalog = settings::catalog(args)?;
    let clock = Clock::system();
    let limit = args.get_one::<u32>(LIMIT).map(|limit| Limit::per_second(*limit, clock.clone()));
    let home = Home::new(data.as_ref())?;
    home.make()?;
    let ids = home.gateway_ids();
    let store = Store::open(&Location::File(ids)).await?;
    let journal = Journal::new(clock.clone());
    let router = v1::router(Config {
        upstream: Arc::new(Gateway::new(endpoint.as_str())?),
        ids: Arc::new(StoreIds::new(store)),
        catalog: Arc::new(catalog),
        limit,
        mode: Mode::Alive,
        clock,
        remember: REMEMBER,
    })
    .fallback(v1::nothing_there);
    let listener = TcpListener::bind(wanted).await.with_context(|| {
        format!("cannot listen on {wanted}; `--listen 127.0.0.1:0` takes any free port")
    })?;
    let address = listener.local_addr().context("the address cannot be told")?;
    announce(endpoint, address);
    let (ready, url) =
        (args.get_one::<PathBuf>(READY_FILE), format!("http://{}", reachable(address)));
    if let Some(path) = ready {
        write_url(path, &url, ASKED_FOR)?;
    }
    let limits = Limits { hosts: settings::hosts(args), ..Limits::default() };
    server::serve(listener, journal.of(router), limits, journal, stop).await;
    if let Some(path) = ready {
        forget_url(path, &url);
    }
    Ok(ExitCode::SUCCESS)
}

/// Says where the gateway is and what to type next.
#[expect(clippy::print_stdout, reason = "this is what the person waits for")]
fn announce(endpoint: &str, address: SocketAddr) {
    let url = format!("http://{}", reachable(address));
    println!("Kettle {} serves API v1 at {url}/v1", env!("CARGO_PKG_VERSION"));
    println!("  calls  are carried out by {endpoint}, with the caller's key");
    println!("  try    curl -H \"API-Key: $VULTR_API_KEY\" {url}/v1/server/list");
    if !address.ip().is_loopback() {
        println!("  note   other machines can reach it; there is no TLS");
    }
}
