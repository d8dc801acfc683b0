//! `kettle exec -- COMMAND`: runs an unmodified tool so that it talks to Kettle.
//!
//! It must never use the key that the caller has for the real API: should a tool find its way past
//! the proxy, what it carries must be worth nothing there.

use std::ffi::OsString;
use std::fs::File;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::{Arg, ArgAction, ArgMatches, Command};
use engine::Clock;
use proxy::Exec;
use sdk::Client;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::home::{Home, forget_url, write_url};
use crate::serve::{Up, explained, is_taken, reachable};
use crate::settings::{self, Settings};

pub(crate) const NAME: &str = "exec";
/// The exit status where the command was not run and is not to blame, as `env` has it.
pub(crate) const NOT_RUN: u8 = 125;
const COMMAND: &str = "command";
const OFFLINE: &str = "offline";
/// How long a server that may be up is given to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the private server is given to stop.
const STOPPING: Duration = Duration::from_secs(2);
/// How often and how long to wait for a server that is about to start or to stop.
const LOOKS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// The command line of `exec`.
pub(crate) fn command() -> Command {
    let command = Arg::new(COMMAND)
        .value_name("COMMAND")
        .value_parser(clap::value_parser!(OsString))
        .required(true)
        .num_args(1..)
        .trailing_var_arg(true)
        .allow_hyphen_values(true)
        .help("The program to run, with its arguments");
    let offline = Arg::new(OFFLINE)
        .long(OFFLINE)
        .action(ArgAction::SetTrue)
        .help("Refuse connections to all hosts but api.vultr.com");
    Command::new(NAME)
        .about("Run an unmodified tool so that it talks to Kettle")
        .after_help(
            "Uses the server that runs on the data directory; where there is none, one of its own \
             for as long as the command runs, on the same data.\nThe tool's HTTPS_PROXY, \
             certificates and VULTR_API_KEY are set for it; its exit status is passed on.\n\n\
             kettle exec -- terraform apply\nkettle exec --ephemeral -- vultr-cli instance list",
        )
        .args(settings::args())
        .arg(offline)
        .arg(command)
}

/// Runs the command and returns its exit status.
pub(crate) async fn run(args: &ArgMatches) -> Result<ExitCode> {
    let settings = Settings::read(args)?;
    // Even where no data is kept, the CA is: tools may be told to trust it once and for all.
    let home = settings.home()?;
    home.make()?;
    let server = Reached::find(&settings, &home).await?;
    let now = u64::try_from(Clock::system().now()).unwrap_or_default();
    let outcome = proxy::exec(Exec {
        command: args.get_many::<OsString>(COMMAND).into_iter().flatten().cloned().collect(),
        directory: home.path().join("exec"),
        server: server.address,
        key: server.key.clone(),
        offline: args.get_flag(OFFLINE),
        variables: proxy::current_variables(),
        now: UNIX_EPOCH + Duration::from_millis(now),
    })
    .await;
    server.leave(&home).await?;
    Ok(match outcome {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            crate::tell_error(&error);
            ExitCode::from(error.exit_status())
        }
    })
}

/// The server that the command talks to.
struct Reached {
    address: SocketAddr,
    key: String,
    /// Our own, where there was none.
    private: Option<Private>,
    /// Held while a command uses the data directory's server, so that it is not taken away.
    lock: Option<File>,
}

impl Reached {
    /// The server that runs on the data directory, or one of our own.
    async fn find(settings: &Settings, home: &Home) -> Result<Self> {
        if !settings.in_directory() {
            return Self::own(settings, home, None).await;
        }
        let lock = home.lock_file()?;
        // While a private server stops, this waits; it will be gone then.
        lock.lock_shared().context("cannot lock the data directory")?;
        let mut looks = 0;
        loop {
            if let Some((address, key)) = running(home).await? {
                settings.warn_unused();
                return Ok(Self { address, key, private: None, lock: Some(lock) });
            }
            looks += 1;
            match Self::own(settings, home, Some(&lock)).await {
                // It has not said yet where it is, or no more: one that was started together with
                // us, or is about to stop.
                Err(error) if is_taken(&error) && looks < LOOKS => {
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(explained(error, Some(home))),
                own => return own,
            }
        }
    }

    /// A server of our own, which others on the same data directory may use meanwhile.
    async fn own(settings: &Settings, home: &Home, lock: Option<&File>) -> Result<Self> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let up = Up::start(settings, settings.keeping()?.as_ref(), any, None).await?;
        let (address, key, url) = (up.address, up.key.text.clone(), up.url());
        if lock.is_some() {
            write_url(&home.url_file(), &url)?;
        }
        let lock = lock.map(File::try_clone).transpose().context("cannot keep the lock")?;
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(up.server.run(stopped));
        Ok(Self { address, key, private: Some(Private { url, stop, running }), lock })
    }

    /// Stops the server if it is our own, once nobody else uses it.
    async fn leave(self, home: &Home) -> Result<()> {
        let Some(private) = self.private else { return Ok(()) };
        if let Some(lock) = &self.lock {
            alone(lock).await?;
            forget_url(&home.url_file(), &private.url);
        }
        private.stop.send_replace(true);
        if tokio::time::timeout(STOPPING, private.running).await.is_err() {
            tracing::warn!("the server did not stop in time");
        }
        Ok(())
    }
}

/// A server for as long as the command runs.
struct Private {
    url: String,
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

/// Waits until no other command uses our server, or until we are told not to; from then on whoever
/// looks for a server waits until we have ended.
async fn alone(lock: &File) -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    lock.unlock()?;
    let mut told = false;
    while lock.try_lock().is_err() {
        if !told {
            tracing::warn!("another `kettle exec` still uses this server; Ctrl-C stops it at once");
            told = true;
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
        }
    }
    Ok(())
}

/// The server that runs on this data directory, and its key.
async fn running(home: &Home) -> Result<Option<(SocketAddr, String)>> {
    let (Some(url), Some(key)) = (home.known_url(), home.known_key()?) else { return Ok(None) };
    let address = url.strip_prefix("http://").and_then(|a| a.parse::<SocketAddr>().ok());
    let Some(address) = address else { return Ok(None) };
    // A server that was killed leaves the file behind, and another may have its port by now: it is
    // ours if it knows our key.
    let client = Client::builder(url).key(&key).attempts(1).timeout(PATIENCE).build()?;
    match client.raw(http::Method::GET, "/v2/account", None).await {
        // Too many requests: it answers, and the command will know how to wait.
        Ok(answer) if answer.status == 200 || answer.status == 429 => {
            Ok(Some((reachable(address), key)))
        }
        _ => Ok(None),
    }
}
