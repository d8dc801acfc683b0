//! `kettle serve`: the API, until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Arg, ArgMatches, Command};
use control::Control;
use server::{Limits, Server};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::home::{Home, Key, write_url};
use crate::settings::{self, Settings};

pub(crate) const NAME: &str = "serve";
const LISTEN: &str = "listen";
const READY_FILE: &str = "ready-file";

/// The command line of `serve`.
pub(crate) fn command() -> Command {
    let listen = Arg::new(LISTEN)
        .long(LISTEN)
        .value_name("ADDRESS")
        .value_parser(clap::value_parser!(SocketAddr))
        .default_value("127.0.0.1:8787")
        .help("Where to listen; port 0 takes any free one");
    let ready = Arg::new(READY_FILE)
        .long(READY_FILE)
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .help("Write the URL to this file once the server answers");
    Command::new(NAME)
        .about("Serve the API")
        .after_help(
            "The first start makes a key (VULTR_API_KEY if that is set) and keeps it in the data \
             directory.\nKETTLE_LOG=debug tells more; SIGINT and SIGTERM stop it.",
        )
        .arg(listen)
        .args(settings::args())
        .arg(ready)
}

/// Serves until a signal comes.
pub(crate) async fn run(args: &ArgMatches) -> Result<ExitCode> {
    let settings = Settings::read(args)?;
    let listen = *args.get_one::<SocketAddr>(LISTEN).expect("it has a default");
    // Signals count from here on: one that comes while the store opens is not lost.
    let stop = stop_signal()?;
    let home = settings.home()?;
    let (place, is_open, keeps) = (settings.place(&home), settings.open, !settings.ephemeral);
    let up = Up::start(settings, &home, listen).await?;
    announce(&up, &home, &place, is_open, keeps);
    let ready: Option<&PathBuf> = args.get_one(READY_FILE);
    if let Some(path) = ready {
        write_url(path, &up.url())?;
    }
    if keeps {
        write_url(&home.url_file(), &up.url())?;
    }
    up.server.run(stop).await;
    for path in ready.cloned().into_iter().chain(keeps.then(|| home.url_file())) {
        // Gone already, or never written: either way nobody finds it.
        let _ = std::fs::remove_file(path);
    }
    Ok(ExitCode::SUCCESS)
}

/// A server that has its address and its key, and does not run yet.
pub(crate) struct Up {
    pub(crate) server: Server,
    pub(crate) address: SocketAddr,
    pub(crate) key: Key,
}

impl Up {
    /// Opens the store, makes the key where there is none, and takes the address.
    pub(crate) async fn start(settings: Settings, home: &Home, listen: SocketAddr) -> Result<Self> {
        let (keeps, v1) = (!settings.ephemeral, settings.v1);
        if keeps {
            home.make()?;
        }
        let config = settings.open(home).await?;
        let wanted = std::env::var("VULTR_API_KEY").ok().filter(|key| !key.trim().is_empty());
        let key = match keeps {
            true => home.key(wanted)?,
            false => Key { text: wanted.unwrap_or_else(control::auth::new_key), is_new: true },
        };
        let control = Control::new(config);
        control.ensure_root(&key.text).await.context("cannot store the key")?;
        let limits = Limits::default();
        let config = server::Config { control, key: key.text.clone(), limits, v1 };
        let server = Server::bind(config, listen).await.with_context(|| {
            format!("cannot listen on {listen}; `--listen 127.0.0.1:0` takes any free port")
        })?;
        let address = server.address().context("the address cannot be told")?;
        Ok(Self { server, address, key })
    }

    /// Where it can be reached from this machine.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", reachable(self.address))
    }
}

/// An address that one can connect to, for one that is listened on.
pub(crate) fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let loopback = match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        };
        address.set_ip(loopback);
    }
    address
}

/// Says where the server is and what to type next.
#[expect(clippy::print_stdout, reason = "this is what the person waits for")]
fn announce(up: &Up, home: &Home, place: &str, is_open: bool, keeps: bool) {
    let url = up.url();
    println!("Kettle {} serves the Vultr API at {url}", env!("CARGO_PKG_VERSION"));
    let key = match (&up.key, keeps) {
        (key, false) => key.text.clone(),
        (Key { text, is_new: true }, true) => {
            format!("{text} (kept in {})", home.key_file().display())
        }
        (Key { is_new: false, .. }, true) => format!("in {}", home.key_file().display()),
    };
    println!("  key    {key}");
    println!("  state  {place}");
    let shown = if up.key.is_new {
        up.key.text.clone()
    } else {
        format!("$(cat {})", home.key_file().display())
    };
    println!("  try    curl -H \"Authorization: Bearer {shown}\" {url}/v2/account");
    println!("         kettle exec -- terraform apply");
    if !up.address.ip().is_loopback() {
        let whom = if is_open { "anybody, with any key" } else { "everybody who has the key" };
        println!("  note   other machines can reach it: {whom}; there is no TLS");
    }
}

/// Turns true when the process is told to stop.
pub(crate) fn stop_signal() -> Result<watch::Receiver<bool>> {
    let (stop, stopped) = watch::channel(false);
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch for signals")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot watch for signals")?;
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping; a second signal does not wait for requests under way");
        stop.send_replace(true);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        std::process::exit(130);
    });
    Ok(stopped)
}
