//! Tends one load balancer: has HAProxy run as it is told, anew where it ends, until it is to end.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use drivers::{BalancerSpec, Error};
use processes::{Process, Signal};
use tokio::process::Command;
use tokio::sync::watch;
use uuid::Uuid;

use crate::config::{self, Config};
use crate::{Shared, files, socket};

/// What its log and its number are called by.
pub(crate) const NAME: &str = "haproxy";
const CONFIG: &str = "haproxy.cfg";
/// A configuration that is not checked yet.
const NEW: &str = "haproxy.cfg.new";
/// How long it may take until it has a configuration.
const TAKING: Duration = Duration::from_secs(10);
/// After how long it is told once more to take one.
const AGAIN: Duration = Duration::from_secs(1);
/// How often it is asked meanwhile.
const LOOK: Duration = Duration::from_millis(20);
/// How often it is asked which machines work.
const ASK: Duration = Duration::from_secs(1);
/// How long to wait before it is tried again, at first and at most.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(30)];

/// How a load balancer is.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    /// What it is; none: nothing yet.
    pub(crate) is: Option<BalancerSpec>,
    /// Why it is not what it is to be, where that was tried.
    pub(crate) why: Option<String>,
    /// Where it answers.
    pub(crate) at: Vec<(u16, SocketAddr)>,
    /// Which machines work, and why one does not.
    pub(crate) health: BTreeMap<Uuid, (bool, String)>,
}

/// What happened to one that was left alone.
enum News {
    Told,
    Ended(String),
    Tick,
}

pub(crate) async fn tend(
    shared: Arc<Shared>,
    id: Uuid,
    mut hears: watch::Receiver<Option<BalancerSpec>>,
    tells: watch::Sender<State>,
) {
    let place = shared.places.of(id);
    let mut one = One {
        shared,
        id,
        place,
        process: None,
        has_looked: false,
        space: None,
        used: None,
        unsettled: None,
    };
    let mut pause = PAUSES[0];
    loop {
        let Some(spec) = hears.borrow_and_update().clone() else { break };
        let brought = one.bring(&spec).await;
        let is_good = brought.is_ok();
        one.tell(spec, brought, &tells);
        let mut retry = Box::pin(tokio::time::sleep(pause));
        pause = if is_good { PAUSES[0] } else { (pause * 2).min(PAUSES[1]) };
        loop {
            let news = tokio::select! {
                _ = hears.changed() => News::Told,
                how = one.ended() => News::Ended(how),
                () = &mut retry, if !is_good => News::Told,
                () = tokio::time::sleep(ASK) => News::Tick,
            };
            match news {
                News::Told => break,
                News::Ended(how) => {
                    tracing::warn!(%id, "a load balancer {how}; it is started again");
                    one.process = None;
                    one.used = None;
                    tells.send_modify(|state| (state.is, state.at) = (None, Vec::new()));
                    tokio::time::sleep(PAUSES[0]).await;
                    break;
                }
                News::Tick => {
                    one.look(&tells).await;
                    if is_good {
                        one.settle().await;
                    }
                }
            }
        }
    }
    match one.process.take() {
        Some(process) => process.end().await,
        None => processes::end_left(&one.place, NAME).await,
    }
}

struct One {
    shared: Arc<Shared>,
    id: Uuid,
    place: PathBuf,
    process: Option<Process>,
    /// Whether it was looked what an earlier server has left running.
    has_looked: bool,
    /// The network namespace that it runs in; none: ours.
    space: Option<PathBuf>,
    /// What it runs with.
    used: Option<Config>,
    /// What it is, where it still has something of what it was: requests that it has sent there are answered.
    unsettled: Option<BalancerSpec>,
}

impl One {
    /// Has it be what it is to be, and says where it answers then.
    async fn bring(&mut self, spec: &BalancerSpec) -> drivers::Result<Vec<(u16, SocketAddr)>> {
        let addresses = self.shared.addresses.clone();
        let taken = addresses.take(self.id, spec).await?;
        self.find(taken.space).await;
        self.unsettled = taken.has_more.then(|| spec.clone());
        match (&spec.certificate, &spec.certified_name) {
            (Some(own), _) => files::show_own(&self.place, own)?,
            (None, Some(name)) => files::show_issued(&self.place, name)?,
            (None, None) => {}
        }
        let mut config = config::of(spec, &taken.addresses, &*addresses, config::user());
        // A certificate is no part of the text, and is read anew with it.
        let shown = std::fs::read(self.place.join(files::SHOWN)).unwrap_or_default();
        let _ = writeln!(config.text, "# certificate {:x}", fold(&shown));
        if self.used.as_ref() == Some(&config) || self.runs_with(&config).await {
            let at = config.at.clone();
            self.used = Some(config);
            return Ok(at);
        }
        if config.at.is_empty() {
            // Nothing leads anywhere: HAProxy would not run, and need not.
            if let Some(process) = self.process.take() {
                process.end().await;
            }
            self.used = Some(config);
            return Ok(Vec::new());
        }
        let which = Uuid::new_v4().to_string();
        self.write(&config, &which).await?;
        self.used = None;
        let is_new = self.process.is_none();
        match is_new {
            true => self.process = Some(self.start()?),
            false => self.reload(),
        }
        self.taken(&which, is_new).await?;
        let at = config.at.clone();
        self.used = Some(config);
        Ok(at)
    }

    /// Gives up what it was and is no more.
    async fn settle(&mut self) {
        let Some(spec) = self.unsettled.take() else { return };
        if let Err(error) = self.shared.addresses.settle(self.id, &spec).await {
            tracing::warn!(id = %self.id, "a load balancer is not out of its former VPC yet: {error}");
            self.unsettled = Some(spec);
        }
    }

    /// Takes over the one that runs already where it should, and ends one that runs elsewhere.
    async fn find(&mut self, space: Option<PathBuf>) {
        if !std::mem::replace(&mut self.has_looked, true) {
            let mut found = Process::find(NAME, &self.place).filter(|_| self.shared.go_on());
            let number = found.as_ref().and_then(Process::number);
            let is_there = number.is_some_and(|number| is_in(number, space.as_deref()));
            self.process = found.take_if(|_| is_there);
            if self.process.is_none() {
                processes::end_left(&self.place, NAME).await;
            }
        }
        self.space = space;
    }

    /// Whether one that was taken over has this configuration already.
    async fn runs_with(&self, config: &Config) -> bool {
        if self.process.is_none() || self.used.is_some() {
            return false;
        }
        let Ok(text) = tokio::fs::read_to_string(self.place.join(CONFIG)).await else {
            return false;
        };
        let Some(which) = socket::description(&self.place).await else { return false };
        text == labelled(&config.text, &which)
    }

    /// Writes a configuration, once HAProxy has nothing to say against it.
    async fn write(&self, config: &Config, which: &str) -> drivers::Result<()> {
        let new = self.place.join(NEW);
        processes::files::write(&new, &labelled(&config.text, which))?;
        let mut command = Command::new(&self.shared.program.path);
        command.args(["-c", "-f", NEW]).current_dir(&self.place);
        let said = processes::output(&mut command).await;
        let said =
            said.map_err(|error| Error::Outside(format!("HAProxy does not run: {error}")))?;
        if !said.status.success() {
            return Err(Error::Outside(format!(
                "HAProxy refuses what the load balancer is to be: {}",
                alerts(&String::from_utf8_lossy(&said.stderr))
            )));
        }
        processes::files::replace(&new, &self.place.join(CONFIG))
    }

    fn start(&self) -> drivers::Result<Process> {
        let program = &self.shared.program;
        let (mut path, mut args) = (program.path.as_path(), Vec::new());
        if let Some(space) = &self.space {
            let mut enter = OsString::from("--net=");
            enter.push(space);
            args.extend([enter, "--".into(), path.into()]);
            path = Path::new("nsenter");
        }
        args.extend(["-W", "-f", CONFIG].map(OsString::from));
        let started = match self.shared.go_on() {
            true => Process::start_free(NAME, &self.place, path, &args),
            false => Process::start(NAME, &self.place, program.bound.as_deref(), path, &args),
        };
        started.map_err(|error| Error::Outside(format!("HAProxy does not start: {error}")))
    }

    /// Has it read its configuration anew.
    fn reload(&self) {
        if let Some(process) = &self.process {
            process.signal(Signal::USR2);
        }
    }

    /// Returns when it says that it has a configuration.
    async fn taken(&mut self, which: &str, is_new: bool) -> drivers::Result<()> {
        let place = self.place.clone();
        let mut taken = Box::pin(async move {
            while socket::description(&place).await.as_deref() != Some(which) {
                tokio::time::sleep(LOOK).await;
            }
        });
        let mut late = Box::pin(tokio::time::sleep(TAKING));
        let why = loop {
            tokio::select! {
                () = &mut taken => return Ok(()),
                how = self.ended() => {
                    self.process = None;
                    break how;
                }
                // A signal that comes while HAProxy is still about the one before is lost; one that it is
                // not ready for yet ends it.
                () = tokio::time::sleep(AGAIN), if !is_new => self.reload(),
                () = &mut late => {
                    let said = self.process.as_ref().map(Process::said).unwrap_or_default();
                    break format!("does not take its new configuration: {said}");
                }
            }
        };
        Err(Error::Outside(format!("the load balancer {why}")))
    }

    /// Returns when it ends by itself: never, where it does not run.
    async fn ended(&mut self) -> String {
        match &mut self.process {
            Some(process) => process.ended().await,
            None => std::future::pending().await,
        }
    }

    fn tell(
        &self,
        spec: BalancerSpec,
        brought: drivers::Result<Vec<(u16, SocketAddr)>>,
        tells: &watch::Sender<State>,
    ) {
        let id = self.id;
        match brought {
            Ok(at) => {
                let is_new = tells.borrow().at != at;
                for (port, at) in at.iter().filter(|_| is_new) {
                    tracing::info!(%id, "port {port} of a load balancer answers at {at}");
                }
                tells.send_modify(|state| {
                    (state.is, state.why, state.at) = (Some(spec), None, at);
                });
            }
            Err(error) => {
                let why = error.to_string();
                tells.send_modify(|state| state.why = Some(why));
            }
        }
    }

    /// Asks which machines work, and says what has changed.
    async fn look(&self, tells: &watch::Sender<State>) {
        let Some(process) = &self.process else { return };
        process.shorten_log();
        let Some(found) = socket::health(&self.place).await else { return };
        let id = self.id;
        let before = tells.borrow().health.clone();
        for (machine, (works, why)) in &found {
            match (before.get(machine).map(|(worked, _)| *worked), works) {
                (Some(true) | None, false) => {
                    tracing::warn!(%id, "a load balancer sends nothing to {machine} any more: {why}");
                }
                (Some(false), true) => {
                    tracing::info!(%id, "a load balancer sends to {machine} again");
                }
                _ => {}
            }
        }
        if found != before {
            tells.send_modify(|state| state.health = found);
        }
    }
}

/// A configuration that says which it is.
fn labelled(text: &str, which: &str) -> String {
    text.replacen("global\n", &format!("global\n    description {which}\n"), 1)
}

/// Whether a process is in a network namespace; none: in ours.
fn is_in(number: u32, space: Option<&Path>) -> bool {
    let of = |path: &Path| std::fs::metadata(path).ok().map(|it| (it.dev(), it.ino()));
    let ours = Path::new("/proc/self/ns/net");
    let its = of(Path::new(&format!("/proc/{number}/ns/net")));
    its.is_some() && its == of(space.unwrap_or(ours))
}

/// What HAProxy alerts of first, without where in its file that stands.
fn alerts(said: &str) -> String {
    let line = said.lines().find(|line| line.contains("[ALERT]"));
    let line = line.or(said.lines().next_back()).unwrap_or("it does not say why");
    line.rsplit_once("] : ").map_or(line, |(_, text)| text).trim().to_owned()
}

/// A number that tells bytes from others.
fn fold(bytes: &[u8]) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
