//! `kettle exec -- COMMAND`: runs an unmodified tool so that it talks to Kettle.
//!
//! It must never use the key that the caller has for the real API: should a tool find its way past
//! the proxy, what it carries must be worth nothing there. And it must never send Kettle's key to
//! whom it does not know.

use std::ffi::OsString;
use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};
use control::Control;
use engine::Clock;
use proxy::{Exec, Offline, Site, Traffic};
use sdk::Client;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::fault::{Context, Result, bail};
use crate::home::{Home, forget_url};
use crate::planes;
use crate::record::Recorder;
use crate::serve::{Asked, KEY_VARIABLE, Running, Up, explained, reachable};
use crate::settings::{self, Settings};

pub(crate) const NAME: &str = "exec";
/// The exit status where the command was not run and is not to blame, as `env` has it.
pub(crate) const NOT_RUN: u8 = proxy::Error::NOT_RUN;
/// What leads `kettle` and programs with its SDK elsewhere.
const PROFILE: &str = "KETTLE_PROFILE";
const DATA: &str = "KETTLE_DATA";
/// What tells the command where its domains are answered for: `127.0.0.1:8753`.
const DNS: &str = "KETTLE_DNS";
/// Where a server tells what else than the API it answers.
const STATUS: &str = "/_kettle/status";
pub(crate) const COMMAND: &str = "command";
const OFFLINE: &str = "offline";
const SERVER: &str = "server";
/// The usual way to be offline.
const NETWORK: &str = "network";
/// The host of the API.
const API: &str = "api.vultr.com";
/// The hosts of object storage: a cluster each, and its buckets below that.
const OBJECTS: &str = "*.vultrobjects.com";
/// The domains that the local CA may speak for.
const DOMAINS: [&str; 2] = ["vultr.com", "vultrobjects.com"];
/// The first argument of the process that becomes a command in a network of its own.
pub(crate) const INSIDE: &str = "exec-inside";
/// How long a server that may be up is given to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the private server is given to stop, with what runs for it.
const STOPPING: Duration = Duration::from_secs(20);
/// How often and how long to wait for a server that is about to start or to stop.
const LOOKS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);

const HELP: &str = "Uses the server that runs on the data directory, also where that keeps its data in \
     PostgreSQL; where there is none, one of its own for as long as the command runs, on \
     the directory's data.\nWith --store it is always one of its own, on that \
     database.\nThe tool's HTTPS_PROXY, \
     certificates and VULTR_API_KEY are set for it; its exit status is passed on. KETTLE_DNS \
     tells it where its domains are answered for.";

/// The command line of `exec`.
pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Run an unmodified tool so that it talks to Kettle")
        .after_help(HELP)
        .args(args())
}

/// What `exec` takes, and `record` with it.
pub(crate) fn args() -> Vec<Arg> {
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
        .value_name("HOW")
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value(NETWORK)
        .value_parser(PossibleValuesParser::new([NETWORK, "proxy"]))
        .help(
            "Let it reach no host but those that Kettle answers for. network (Linux): the command gets a network \
             that holds Kettle alone. proxy: only as far as it heeds HTTPS_PROXY",
        );
    let server = Arg::new(SERVER).long(SERVER).value_name("URL");
    let server = server.conflicts_with_all(settings::kinds()).help(
        "Use the server at this address of this machine, which has the key in KETTLE_KEY: one that \
         tests have started, and that is on no data directory",
    );
    let mut args = settings::args();
    args.extend([offline, server, command]);
    args
}

/// Runs the command and returns its exit status.
pub(crate) async fn run(args: &ArgMatches, data: Option<PathBuf>) -> Result<ExitCode> {
    Ok(carry_out(args, data, None).await?.0)
}

/// How a command is run whose requests are recorded.
pub(crate) struct Recording {
    /// Whether what it prints goes to standard error.
    pub(crate) to_stderr: bool,
}

/// Runs the command; tells its exit status, and what it asked where that is recorded.
pub(crate) async fn carry_out(
    args: &ArgMatches,
    data: Option<PathBuf>,
    recording: Option<Recording>,
) -> Result<(ExitCode, Vec<serde_json::Value>)> {
    let settings = Settings::read(args, data)?;
    // Even where no data is kept, the CA is: tools may be told to trust it once and for all.
    let home = settings.home()?;
    home.make()?;
    let offline = match args.get_one::<String>(OFFLINE).map(String::as_str) {
        None => Offline::No,
        Some(NETWORK) => Offline::Network,
        Some(_) => Offline::Proxy,
    };
    let command: Vec<_> =
        args.get_many::<OsString>(COMMAND).into_iter().flatten().cloned().collect();
    let program = command.first().map(|program| program.display().to_string()).unwrap_or_default();
    let server = match args.get_one::<String>(SERVER) {
        Some(url) => Reached::at(url).await?,
        None => Reached::find(&settings, &home).await?,
    };
    let before = server.calls().await;
    let to_stderr = recording.as_ref().is_some_and(|recording| recording.to_stderr);
    let recorder = match recording {
        Some(_) => Some(Recorder::start(server.address, &server.key).await?),
        None => None,
    };
    // In a network of its own the command reaches nothing but the API.
    let dns = if offline == Offline::Network { None } else { server.dns().await };
    let now = u64::try_from(Clock::system().now()).unwrap_or_default();
    let outcome = proxy::exec(Exec {
        command,
        directory: home.path().join("exec"),
        server: server.address,
        sites: server.sites(),
        domains: DOMAINS.map(str::to_owned).to_vec(),
        key: server.key.clone(),
        offline,
        password: control::auth::new_key(),
        // Whatever became of our file meanwhile.
        reentry: ["/proc/self/exe", INSIDE].map(OsString::from).to_vec(),
        variables: proxy::current_variables(),
        own: own(&home, dns)?,
        to_stderr,
        now: UNIX_EPOCH + Duration::from_millis(now),
    })
    .await;
    if let Ok(outcome) = &outcome
        && outcome.traffic.reached == 0
        && server.calls().await == before
    {
        tracing::warn!("{}", went_past(&program, &outcome.traffic, offline));
    }
    let recorded = match recorder {
        Some(recorder) => recorder.finish().await?,
        None => Vec::new(),
    };
    server.leave(&home).await?;
    let status = match outcome {
        Ok(outcome) => ExitCode::from(outcome.status),
        Err(error) => {
            crate::tell_error(&error);
            ExitCode::from(error.exit_status())
        }
    };
    Ok((status, recorded))
}

/// The variables by which `kettle` and programs with its SDK, run by the command, could go elsewhere:
/// a profile would come before the endpoint, and another directory is another server's. And where the
/// server answers DNS; empty: it does not, or cannot be reached.
fn own(home: &Home, dns: Option<String>) -> Result<proxy::Changes> {
    // The command may change its directory.
    let directory = std::path::absolute(home.path()).context("cannot tell the data directory")?;
    let dns = dns.unwrap_or_default();
    Ok([(PROFILE, OsString::new()), (DATA, directory.into()), (DNS, dns.into())]
        .map(|(name, value)| (name.to_owned(), value))
        .into())
}

/// What to say where Kettle has heard nothing of the command: it may have called the real API.
fn went_past(program: &str, traffic: &Traffic, offline: Offline) -> String {
    let told = format!("no request of `{program}` came to Kettle");
    if traffic.distrusted > 0 {
        return format!(
            "{told}: it found Kettle, but does not trust its certificate. Perhaps it reads \
             none of SSL_CERT_FILE, REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS and the like"
        );
    }
    let why = match traffic {
        Traffic { strangers: 1.., .. } => {
            "it asked the proxy without the password that HTTPS_PROXY holds".to_owned()
        }
        Traffic { elsewhere, .. } if !elsewhere.is_empty() => {
            let hosts: Vec<_> = elsewhere.iter().map(String::as_str).collect();
            format!("it used the proxy, but only for {}", hosts.join(", "))
        }
        _ if offline == Offline::Network => {
            "it never called api.vultr.com. Perhaps it calls nobody, or was started elsewhere (in a \
             container, by a daemon)"
                .to_owned()
        }
        _ => "it never used the proxy. Perhaps it calls nobody; or it heeds no HTTPS_PROXY, as \
              vultr-cli without a key, clients with sockets of their own, or a program that was \
              started elsewhere (in a container, by a daemon)"
            .to_owned(),
    };
    match offline {
        Offline::Network => format!("{told}: {why}"),
        _ => format!(
            "{told}: {why}. If it did call api.vultr.com, then the real one; `--offline` prevents \
             that"
        ),
    }
}

/// The server that the command talks to.
struct Reached {
    address: SocketAddr,
    /// Where it answers S3, if it does.
    objects: Option<SocketAddr>,
    key: String,
    whose: Whose,
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
            if let Some((known, key)) = running(home).await? {
                settings.warn_unused();
                let address = known.address;
                let objects = home.known_s3();
                let whose = Whose::Another(known);
                return Ok(Self { address, objects, key, whose, lock: Some(lock) });
            }
            looks += 1;
            let own = match home.claim() {
                Ok(claim) => Self::own(settings, home, Some((&lock, claim))).await,
                Err(error) => Err(error),
            };
            match own {
                // It has not said yet where it is, or no more: one that was started together with
                // us, or is about to stop.
                Err(error) if error.is_taken && looks < LOOKS => {
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(explained(error, Some(home))),
                own => return own,
            }
        }
    }

    /// The server at an address that was named, if it has the key that was named, too.
    async fn at(url: &str) -> Result<Self> {
        let key = std::env::var(KEY_VARIABLE).unwrap_or_default().trim().to_owned();
        if key.is_empty() {
            bail!(
                "--{SERVER}: set {KEY_VARIABLE} to the key that the server at {url} was started with"
            );
        }
        let here = |known: &Known| known.address.ip().is_loopback();
        let Some(known) = Known::at(url)?.filter(here) else {
            bail!(
                "--{SERVER} {url}: expected an address of this machine, such as http://127.0.0.1:8787"
            );
        };
        if known.calls(&key).await.is_none() {
            bail!(
                "--{SERVER} {url}: what is there does not prove to have the key in {KEY_VARIABLE}: no server, or \
                 one with another key. Nothing was sent to it"
            );
        }
        let objects = known.front(&key, planes::S3).await.and_then(|at| at.parse().ok());
        let address = known.address;
        Ok(Self { address, objects, key, whose: Whose::Another(known), lock: None })
    }

    /// A server of our own, which others on the same data directory may use meanwhile.
    async fn own(settings: &Settings, home: &Home, locks: Option<(&File, File)>) -> Result<Self> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let up = Up::start(settings, settings.keeping()?.as_ref(), any, Asked::default()).await?;
        let objects = up.fronts.s3;
        let (address, key, url) = (up.address, up.key.text.clone(), up.url());
        let (lock, claim) = locks.unzip();
        let lock = lock.map(File::try_clone).transpose().context("cannot keep the lock")?;
        let (stop, stopped) = watch::channel(false);
        let control = up.control.clone();
        let running = Running::start(up, stopped)?;
        if let Err(error) = running.seed(settings, true).await {
            stop.send_replace(true);
            running.end().await;
            return Err(error);
        }
        if lock.is_some() {
            home.tell_s3(objects)?;
            home.tell_url(&url)?;
        }
        let private = Private { url, control, stop, running, _claim: claim };
        Ok(Self { address, objects, key, whose: Whose::Ours(private), lock })
    }

    /// What it answers for. Where it serves no S3, the hosts of object storage are the real ones.
    fn sites(&self) -> Vec<Site> {
        let site = |hosts: &str, upstream| Site { hosts: hosts.to_owned(), upstream };
        let objects = self.objects.map(|objects| site(OBJECTS, objects));
        std::iter::once(site(API, self.address)).chain(objects).collect()
    }

    /// Where it answers DNS, if it does.
    async fn dns(&self) -> Option<String> {
        match &self.whose {
            Whose::Ours(private) => private.control.fronts().remove(planes::DNS),
            Whose::Another(known) => known.front(&self.key, planes::DNS).await,
        }
    }

    /// How many requests it has had; none: it does not answer.
    async fn calls(&self) -> Option<u64> {
        match &self.whose {
            Whose::Ours(private) => Some(private.control.calls()),
            Whose::Another(known) => known.calls(&self.key).await,
        }
    }

    /// Stops the server if it is our own, once nobody else uses it.
    async fn leave(self, home: &Home) -> Result<()> {
        let Whose::Ours(private) = self.whose else { return Ok(()) };
        if let Some(lock) = &self.lock {
            alone(lock).await?;
            home.tell_s3(None)?;
            forget_url(&home.url_file(), &private.url);
        }
        private.stop.send_replace(true);
        if tokio::time::timeout(STOPPING, private.running.end()).await.is_err() {
            tracing::warn!("the server did not stop in time");
        }
        Ok(())
    }
}

/// Whose process the server is in.
enum Whose {
    /// Ours, where there was none.
    Ours(Private),
    Another(Known),
}

/// A server for as long as the command runs.
struct Private {
    url: String,
    control: Arc<Control>,
    stop: watch::Sender<bool>,
    running: Running,
    /// Held where others may use it: the data directory is ours.
    _claim: Option<File>,
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

/// The server that runs on this data directory, and its key. One that was killed leaves its file
/// behind, and anybody may have its port by now: the key is sent to nobody who does not prove to
/// have it, nor while no process has claimed the directory.
async fn running(home: &Home) -> Result<Option<(Known, String)>> {
    let (Some(url), Some(key)) = (home.known_url(), home.known_key()?) else { return Ok(None) };
    let Some(known) = Known::at(&url)? else { return Ok(None) };
    let is_ours = known.calls(&key).await.is_some() && home.is_served();
    Ok(is_ours.then_some((known, key)))
}

/// A server of another process.
struct Known {
    address: SocketAddr,
    /// Has no key.
    client: Client,
}

impl Known {
    /// What is at an address such as `http://127.0.0.1:8787`; none where it reads otherwise.
    fn at(url: &str) -> Result<Option<Self>> {
        let address = url.trim_end_matches('/').strip_prefix("http://");
        let address = address.and_then(|address| address.parse::<SocketAddr>().ok());
        let Some(address) = address else { return Ok(None) };
        let client = Client::builder(url).attempts(1).timeout(PATIENCE).build()?;
        Ok(Some(Self { address: reachable(address), client }))
    }

    /// Where it answers this beside the API, if it does.
    async fn front(&self, key: &str, name: &str) -> Option<String> {
        let client = self.client.with_key(key).ok()?;
        let answer = client.raw(api::Method::GET, STATUS, None).await.ok()?;
        let status: serde_json::Value = serde_json::from_str(&answer.body).ok()?;
        status["fronts"][name].as_str().map(str::to_owned)
    }

    /// How many requests it has had, if it proves that it has the key.
    async fn calls(&self, key: &str) -> Option<u64> {
        sdk::whoami::calls(&self.client, key).await
    }
}
