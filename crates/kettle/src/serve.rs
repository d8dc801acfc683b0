//! `kettle serve`: the API, until it is told to stop.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command};
use control::Control;
use control::auth::KEY_MAX;
use engine::Mode;
use sdk::Client;
use serde_json::json;
use server::{Limits, Server};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::fault::{Context, Fault, Result, bail};
use crate::home::{self, ASKED_FOR, Home, Key, forget_url, quoted, write_url};
use crate::planes::{self, Fronts, Here};
use crate::settings::{self, Settings};
use crate::world::apply::Seed;
use crate::{detach, listen};

pub(crate) const NAME: &str = "serve";
/// What the file of kept requests is called in the data directory.
const REQUESTS: &str = "requests.jsonl";
const READY_FILE: &str = "ready-file";
const KEEP: &str = "keep-requests";
const KEY_FILE: &str = "key-file";
/// The variable with the key that the server is to have. Never `VULTR_API_KEY`: that is what
/// clients send, and may be worth money elsewhere.
pub(crate) const KEY_VARIABLE: &str = "KETTLE_KEY";
const UNTIL_EOF: &str = "until-eof";

/// The command line of `serve`.
pub(crate) fn command() -> Command {
    let listen = listen::arg("127.0.0.1:8787");
    let ready = Arg::new(READY_FILE)
        .long(READY_FILE)
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .help("Write the URL to this file once the server answers");
    let key = Arg::new(KEY_FILE)
        .long(KEY_FILE)
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .help(
            "Have the key in this file for the owner's. It is written into the data directory for \
             good; the one there before ends",
        );
    let keep = Arg::new(KEEP)
        .long(KEEP)
        .value_name("FILE")
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("")
        .help(
            "Keep the last requests, secrets masked, across restarts, in this file [default: \
             requests.jsonl in the data directory]",
        );
    let until_eof = Arg::new(UNTIL_EOF)
        .long(UNTIL_EOF)
        .action(ArgAction::SetTrue)
        .conflicts_with(detach::DETACH)
        .help(
            "Stop when standard input ends: with the program at its other end, however that ends",
        );
    Command::new(NAME)
        .about("Serve the API")
        .after_help(
            "The first start makes a key and keeps it in the data directory. One of your own, by \
             --key-file or KETTLE_KEY, takes its place.\nEach request is told in a line on standard \
             error; KETTLE_LOG=debug shows bodies, too. `kettle log` shows the last ones again.\nSIGINT, \
             SIGTERM and `kettle stop` stop it.",
        )
        .arg(listen)
        .args([key, keep, until_eof])
        .args(settings::args())
        .args([settings::host_arg(), ready, settings::quiet_arg()])
        .args(detach::args())
}

/// Serves until a signal comes, or its owner asks it to stop.
pub(crate) async fn run(args: &ArgMatches, data: Option<PathBuf>) -> Result<ExitCode> {
    let settings = Settings::read(args, data)?;
    let listen = *args.get_one::<SocketAddr>(listen::LISTEN).expect("it has a default");
    let ready: Option<&PathBuf> = args.get_one(READY_FILE);
    if let Some(path) = ready {
        // One that a killed server left would lead astray who waits for this one. If it cannot be
        // removed, it cannot be written either, which is told below.
        let _ = std::fs::remove_file(path);
    }
    // Signals count from here on: one that comes while the store opens is not lost.
    let (stop, stopped) = stop_signal()?;
    if args.get_flag(UNTIL_EOF) {
        stop_at_eof(stop.clone());
    }
    let home = settings.keeping()?;
    let wish = Wish::read(args)?;
    let key = wish.as_ref().map(|wish| wish.key.as_str());
    home.as_ref().map_or(Ok(()), Home::make)?;
    // Held until we end: the directory's key and `url` are one server's, wherever its data is.
    let claim = home.as_ref().map(Home::claim).transpose();
    let claim = claim.map_err(|error| explained(error, home.as_ref()))?;
    claim.as_ref().map_or(Ok(()), home::sign)?;
    let keep = keep(args, home.as_ref())?;
    let keeps = keep.is_some();
    let asked = Asked { key, stop: Some(stop.clone()), keep };
    let up = match Up::start(&settings, home.as_ref(), listen, asked).await {
        Ok(up) => up,
        Err(error) => return Err(explained(error, home.as_ref())),
    };
    let url = up.url();
    let announcement = announcement(&up, &settings, home.as_ref(), wish.as_ref());
    let running = Running::start(up, stopped)?;
    if let Err(error) = running.seed(&settings, !keeps).await {
        stop.send_replace(true);
        running.end().await;
        home.as_ref().map_or(Ok(()), |home| home.tell_s3(None))?;
        return Err(error);
    }
    if let Some(home) = &home {
        home.tell_s3(running.fronts.s3)?;
        home.tell_url(&url)?;
    }
    // Last of all files: whoever waits for it finds the others.
    if let Some(path) = ready {
        write_url(path, &url, ASKED_FOR)?;
    }
    // Whoever reads this finds the server from here on.
    say(&announcement);
    if detach::is_detached(args) {
        detach::let_go()?;
    }
    running.end().await;
    home.as_ref().map_or(Ok(()), |home| home.tell_s3(None))?;
    for path in ready.cloned().into_iter().chain(home.map(|home| home.url_file())) {
        forget_url(&path, &url);
    }
    Ok(ExitCode::SUCCESS)
}

/// Where requests are to be kept, if they are.
fn keep(args: &ArgMatches, home: Option<&Home>) -> Result<Option<PathBuf>> {
    match (args.get_one::<String>(KEEP).map(String::as_str), home) {
        (None, _) => Ok(None),
        (Some(""), Some(home)) => Ok(Some(home.path().join(REQUESTS))),
        (Some(""), None) => {
            bail!("--{KEEP}: where nothing else is kept, say in which file: --{KEEP}=FILE")
        }
        (Some(file), _) => Ok(Some(file.into())),
    }
}

/// A key that somebody chose. It is never told, only where it is.
struct Wish {
    key: String,
    /// Where it is, for people, and for a shell.
    place: String,
    typed: String,
}

impl Wish {
    fn read(args: &ArgMatches) -> Result<Option<Self>> {
        let wish = match args.get_one::<PathBuf>(KEY_FILE) {
            Some(file) => {
                let key = std::fs::read_to_string(file)
                    .with_context(|| format!("cannot read the key in {}", file.display()))?;
                let typed = format!("$(cat {})", quoted(file));
                Self { key: key.trim().to_owned(), place: file.display().to_string(), typed }
            }
            None => {
                let key = std::env::var(KEY_VARIABLE).unwrap_or_default().trim().to_owned();
                if key.is_empty() {
                    return Ok(None);
                }
                Self { key, place: KEY_VARIABLE.into(), typed: format!("${KEY_VARIABLE}") }
            }
        };
        if wish.key.is_empty() || !wish.key.bytes().all(|byte| byte.is_ascii_graphic()) {
            bail!(
                "the key in {} must be letters, digits and signs without spaces, on one line",
                wish.place
            );
        }
        not_too_long(&wish.key, &wish.place)?;
        Ok(Some(wish))
    }
}

/// Refuses a key that no request could bring.
fn not_too_long(key: &str, place: &str) -> Result<()> {
    if key.len() > KEY_MAX {
        bail!("the key in {place} has {} bytes; a key has at most {KEY_MAX}", key.len());
    }
    Ok(())
}

/// What is asked of a server when it starts.
#[derive(Default)]
pub(crate) struct Asked<'a> {
    /// The key that it is to have.
    pub(crate) key: Option<&'a str>,
    /// What its owner can turn to stop it.
    pub(crate) stop: Option<watch::Sender<bool>>,
    /// The file in which requests are kept.
    pub(crate) keep: Option<PathBuf>,
}

/// A server that has its address and its key, and does not run yet.
pub(crate) struct Up {
    pub(crate) server: Server,
    pub(crate) address: SocketAddr,
    pub(crate) key: Key,
    pub(crate) control: Arc<Control>,
    /// What asks it, until this is dropped.
    pub(crate) fronts: Fronts,
}

impl Up {
    /// Opens the store, makes the key where there is none and none is asked for, and takes the
    /// address. Without a home, which is made already, nothing is kept.
    pub(crate) async fn start(
        settings: &Settings,
        home: Option<&Home>,
        listen: SocketAddr,
        asked: Asked<'_>,
    ) -> Result<Self> {
        let config = settings.open(home).await?;
        let wanted = asked.key;
        let key = match home {
            Some(home) => {
                let key = home.key(wanted)?;
                not_too_long(&key.text, &home.key_file().display().to_string())?;
                key
            }
            None => {
                let drawn = async { control::auth::new_key() };
                let drawn = config.chance.for_work(&config.clock, "key", drawn).await;
                let text = wanted.map_or(drawn, str::to_owned);
                Key { text, is_new: wanted.is_none() }
            }
        };
        let control = Control::new(config);
        control.count_what_is_stored().await.context("cannot count what is stored")?;
        if !control.ensure_root(&key.text).await.context("cannot store the key")? {
            let file = home.map(|home| home.key_file().display().to_string()).unwrap_or_default();
            tracing::warn!(
                "the key in {file} was deleted, and is not accepted; put another one into the \
                 file, or remove the file to have one made"
            );
        }
        let limits = Limits { hosts: settings.hosts.clone(), ..Limits::default() };
        let shared = control.clone();
        let config = server::Config {
            limits,
            v1: settings.v1,
            place: settings.place(home),
            stop: asked.stop,
            terminals: settings.planes.terminals(home),
            ..server::Config::new(control, key.text.clone())
        };
        let keeping = asked.keep.as_ref().map(|file| {
            let opened = server::Keeping::open(file, &config.journal);
            opened.with_context(|| format!("cannot keep requests in {}", file.display()))
        });
        let config = server::Config { keeping: keeping.transpose()?, ..config };
        let server = Server::bind(config, listen).await.with_context(|| {
            format!("cannot listen on {listen}; `--listen 127.0.0.1:0` takes any free port")
        })?;
        let address = server.address().context("the address cannot be told")?;
        shared.reached_at(reachable(address).to_string());
        let here = Here { home, catalog: shared.catalog(), any_port: listen.port() == 0 };
        let fronts = settings.planes.fronts(&shared, &here).await?;
        Ok(Self { server, address, key, control: shared, fronts })
    }

    /// Where it can be reached from this machine.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", reachable(self.address))
    }
}

/// A server that runs, and what asks it.
pub(crate) struct Running {
    pub(crate) client: Client,
    server: JoinHandle<()>,
    stopped: watch::Receiver<bool>,
    pub(crate) fronts: Fronts,
}

impl Running {
    /// Lets it run until it is told to stop.
    pub(crate) fn start(up: Up, stopped: watch::Receiver<bool>) -> Result<Self> {
        let client = Seed::client(&up)?;
        let server = tokio::spawn(up.server.run(stopped.clone()));
        Ok(Self { client, server, stopped, fronts: up.fronts })
    }

    /// Has it have what it is to begin with, unless it is told to stop meanwhile.
    pub(crate) async fn seed(&self, settings: &Settings, forget: bool) -> Result<()> {
        let Some(seed) = &settings.world else { return Ok(()) };
        let mut stopped = self.stopped.clone();
        tokio::select! {
            sown = seed.sow(&self.client, forget) => sown?,
            _ = stopped.wait_for(|stop| *stop) => {}
        }
        Ok(())
    }

    /// Waits until it has stopped.
    pub(crate) async fn end(self) {
        if self.server.await.is_err() {
            tracing::error!("the server has panicked");
        }
        drop(self.fronts);
    }
}

/// A server for this program alone: at any port of the loopback, with a world that is gone afterwards.
pub(crate) struct Fresh {
    pub(crate) running: Running,
    stop: watch::Sender<bool>,
}

impl Fresh {
    pub(crate) async fn start(settings: &Settings) -> Result<Self> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let up = Up::start(settings, None, any, Asked::default()).await?;
        let (stop, stopped) = watch::channel(false);
        Ok(Self { running: Running::start(up, stopped)?, stop })
    }

    pub(crate) async fn end(self) {
        self.stop.send_replace(true);
        self.running.end().await;
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

/// The error, with what can be done where another server has the data.
pub(crate) fn explained(error: Fault, home: Option<&Home>) -> Fault {
    let Some(home) = home.filter(|_| error.is_taken) else { return error };
    let at = home.known_url().map(|url| format!(" at {url}")).unwrap_or_default();
    Fault::new(format!(
        "another server runs on the data directory {place}{at}; stop it (`kettle stop --data \
         {place}`), or give this one a directory of its own with --data DIR",
        place = quoted(home.path())
    ))
}

/// Says something to whoever has started it. Nobody may be listening, as after `kettle serve | head -1`: no
/// reason not to serve.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Where the server is and what to type next.
fn announcement(up: &Up, settings: &Settings, home: Option<&Home>, wish: Option<&Wish>) -> String {
    let (url, key) = (up.url(), &up.key);
    let mut text = format!("Kettle {} serves the Vultr API at {url}\n", env!("CARGO_PKG_VERSION"));
    let file = home.map(Home::key_file);
    let (told, typed) = match (&file, wish) {
        (None, Some(wish)) => (format!("that of {}", wish.place), wish.typed.clone()),
        (None, None) => (key.text.clone(), key.text.clone()),
        (Some(file), _) if key.is_new => {
            (format!("{} (kept in {})", key.text, file.display()), key.text.clone())
        }
        (Some(file), _) => (format!("in {}", file.display()), format!("$(cat {})", quoted(file))),
    };
    text += &format!("  key    {told}\n");
    text += &format!("  state  {}\n", settings.place(home));
    text += &planes::told(&settings.planes, &up.control, &up.fronts);
    if up.control.clock().mode() != Mode::Real {
        let (time, rate) = (up.control.clock().now(), up.control.clock().mode().rate());
        let clock = json!({ "time": api::Time::from_millis(time), "rate": rate });
        let clock = clock.as_object().map(crate::status::turned).unwrap_or_default();
        text += &format!("  clock  {clock}\n");
    }
    text += &format!("  see    {url}/console/ (`kettle console` opens it, signed in)\n");
    text += &format!("  try    curl -H \"Authorization: Bearer {typed}\" {url}/v2/account\n");
    if home.is_some() {
        let data = settings.data.as_ref().map(|data| format!("--data {} ", quoted(data)));
        text += &format!("         kettle exec {}-- terraform apply\n", data.unwrap_or_default());
    }
    if !up.address.ip().is_loopback() {
        let whom =
            if settings.open { "anybody, with any key" } else { "everybody who has the key" };
        text += &format!("  note   other machines can reach it: {whom}; there is no TLS\n");
    }
    text
}

/// Turns true when the process is told to stop: by a signal, or by whoever has the sender.
pub(crate) fn stop_signal() -> Result<(watch::Sender<bool>, watch::Receiver<bool>)> {
    let (stop, stopped) = watch::channel(false);
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch for signals")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot watch for signals")?;
    let (sender, mut told) = (stop.clone(), stopped.clone());
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = told.wait_for(|stop| *stop) => {}
        }
        tracing::info!("stopping; a second signal does not wait for requests under way");
        stop.send_replace(true);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        std::process::exit(130);
    });
    Ok((sender, stopped))
}

/// Turns true when standard input ends. The system closes the other end of a pipe with the process that
/// holds it, also where that is killed and can tell nobody.
fn stop_at_eof(stop: watch::Sender<bool>) {
    // A thread of its own: one of tokio's would keep the process from ending while it reads.
    std::thread::spawn(move || {
        let mut buffer = [0; 1024];
        let mut input = std::io::stdin().lock();
        while input.read(&mut buffer).is_ok_and(|length| length > 0) {}
        tracing::info!("stopping, as standard input has ended");
        stop.send_replace(true);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_listens_everywhere_is_reached_on_this_machine() {
        for (listens, reached) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.7:80", "192.0.2.7:80"),
        ] {
            assert_eq!(reachable(listens.parse().unwrap()).to_string(), reached);
        }
    }
}
