//! A machine's way from files to processes and back: made ready, started, watched, stopped, removed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use driver_net::Net;
use drivers::{Error, Image, MachineSpec, Result, Size};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::bases::Bases;
use crate::copies::Copies;
use crate::files::{self, failed};
use crate::process::Process;
use crate::record::{self, Place, Record};
use crate::systems::{System, Systems};
use crate::tree::Tree;
use crate::{copies, furnish, limits, process};

/// How often a machine that another Kettle has started is looked at.
const GLANCE: Duration = Duration::from_millis(500);
/// How often a machine that starts is looked at until its network can be changed.
const GLANCES: usize = 100;
/// How long the kernel is left alone that has something to end.
const MOMENT: Duration = Duration::from_millis(10);
/// How long after its start a machine has done nothing that counts.
const BEGINNING: Duration = Duration::from_secs(1);
/// How long a machine that was up once is waited for when it starts again: whoever has taken its sshd
/// away is not kept waiting for ever.
const PATIENCE: Duration = Duration::from_secs(60);
const SSH: u16 = 22;
/// The file that sshd writes once it listens, below a machine's root.
const SSHD: &str = "run/sshd.pid";
/// How often the kernel is asked who listens where no such file says so: that it has to look through all
/// connections of the host for it, for each machine that starts.
const HEED: Duration = Duration::from_secs(1);
/// What machines are called where something is said of them.
pub(crate) const MACHINE: &str = "machine";

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) data: PathBuf,
    pub(crate) machines: PathBuf,
    pub(crate) bases: Bases,
    pub(crate) systems: Systems,
    pub(crate) net: Net,
    pub(crate) copies: Copies,
    locks: Mutex<BTreeMap<Uuid, Arc<tokio::sync::Mutex<()>>>>,
    running: Mutex<BTreeMap<Uuid, Running>>,
}

/// A machine that runs.
#[derive(Debug, Clone, Copy)]
struct Running {
    nspawn: Process,
    since: Instant,
    /// Whether its system was seen to be up.
    up: bool,
    /// When the kernel was asked last whether sshd listens.
    heeded: Instant,
}

/// What a machine's files begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) base: String,
    /// The copy whose layer it starts with.
    pub(crate) copy: Option<Uuid>,
}

impl Shared {
    pub(crate) fn new(
        data: PathBuf,
        net: Net,
        systems: BTreeMap<String, System>,
        any_image: bool,
    ) -> Self {
        Self {
            machines: data.join("machines"),
            bases: Bases::of(&data),
            systems: Systems::new(Bases::of(&data), systems, any_image),
            copies: Copies::of(&data),
            data,
            net,
            locks: Mutex::default(),
            running: Mutex::default(),
        }
    }

    pub(crate) fn place(&self, id: Uuid) -> Place {
        Place::new(&self.machines, id)
    }

    /// Held while a machine is changed: what starts it again by itself waits meanwhile.
    pub(crate) async fn hold(&self, id: Uuid) -> tokio::sync::OwnedMutexGuard<()> {
        let lock = self.locks.lock().expect("no panic while held").entry(id).or_default().clone();
        lock.lock_owned().await
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<Uuid, Running>> {
        self.running.lock().expect("no panic while held")
    }

    pub(crate) fn record(&self, id: Uuid) -> Result<Option<Record>> {
        files::read(&self.place(id).record())
    }

    pub(crate) fn must_be(&self, id: Uuid) -> Result<Record> {
        self.record(id)?.ok_or(Error::Missing { what: MACHINE, id })
    }

    pub(crate) fn keep(&self, id: Uuid, record: &Record) -> Result<()> {
        files::write(&self.place(id).record(), record)
    }

    /// The nspawn that runs a machine; none: it is off.
    pub(crate) fn nspawn(&self, id: Uuid) -> Option<Process> {
        let nspawn = self.running().get(&id)?.nspawn;
        nspawn.lives().then_some(nspawn)
    }

    /// Finds the machines that run already, which another Kettle has started.
    pub(crate) fn find_running(self: &Arc<Self>) -> Result<()> {
        let all = process::all();
        for id in files::ids(&self.machines)? {
            if let Some(nspawn) = all.get(&self.place(id).root()) {
                self.watch(id, *nspawn, None);
            }
        }
        Ok(())
    }

    /// What a machine of this image begins with, or why there can be none.
    pub(crate) fn origin(&self, image: &Image) -> Result<Origin, String> {
        let base = |base: String| Origin { base, copy: None };
        match image.kind.as_str() {
            "os" => {
                let found = self.systems.base(&image.id)?;
                found.map(base).ok_or_else(|| {
                    let name = self.systems.name(&image.id);
                    format!(
                        "a container has the Linux of this machine, so `{name}` cannot run in one"
                    )
                })
            }
            "app" | "image" => {
                let why = "applications are installed nowhere: a container has a system alone";
                self.systems.nearest("debian-12", why).map(base)
            }
            "snapshot" | "backup" => {
                let copy = image.id.parse::<Uuid>().ok().and_then(|id| {
                    let found = self.copies.read(id).ok().flatten()?;
                    Some((id, found))
                });
                let Some((id, copy)) = copy else {
                    return Err(format!(
                        "this {} holds no files: it was made while machines were simulated",
                        image.kind
                    ));
                };
                match copy.base.is_empty() {
                    true => Err("this holds a volume's files, not a machine's".into()),
                    false => Ok(Origin { base: copy.base, copy: Some(id) }),
                }
            }
            "iso" => Err("a container starts from no ISO image: it has no drive".into()),
            _ => Err("a container starts neither by iPXE nor from nothing: name a system".into()),
        }
    }

    /// Starts a machine, unless it runs: whatever is left of its way there is done.
    pub(crate) async fn boot(self: &Arc<Self>, id: Uuid, record: &mut Record) -> Result<()> {
        if self.nspawn(id).is_some() {
            return Ok(());
        }
        let place = self.place(id);
        if !record.is_prepared {
            self.prepare(id, record).await?;
            record.is_prepared = true;
            self.keep(id, record)?;
        }
        self.mount(&record.base, &place)?;
        let ends = self.net.plug(id, &record.public, &record.nics).await?;
        furnish::network(&Tree::at(&place.root())?, &ends)?;
        files::directory(&place.volumes())?;
        files::open_to_all(&place.volumes())?;
        files::share(&place.volumes())?;
        self.give_volumes(id)?;
        let names = ends.iter().map(|end| end.interface.as_str());
        let mut command = self.command(id, record.spec.size, &names.collect::<Vec<_>>());
        if furnish::is_vultrs(&Tree::at(&place.root())?) {
            // What cloud-init looks for on the command line of a kernel: in a container that is its init's.
            command.arg("vultr");
        }
        let child = process::spawn(command, &place.console())?;
        let nspawn = child.id().and_then(|pid| Process::now(i32::try_from(pid).ok()?));
        let nspawn = nspawn.ok_or_else(|| failed("start the machine", "it ended at once"))?;
        self.watch(id, nspawn, Some(child));
        Ok(())
    }

    /// Makes a machine's files as a new installation has them.
    async fn prepare(&self, id: Uuid, record: &Record) -> Result<()> {
        let place = self.place(id);
        self.unmount(id)?;
        files::forget(&place.known_hosts())?;
        let layer = place.layer();
        for path in [&layer.upper, &layer.work, &place.volumes()] {
            files::remove(path).await?;
            files::directory(path)?;
        }
        files::open_to_all(&layer.upper)?;
        let origin = self.origin(&record.spec.image).map_err(Error::Unsupported)?;
        if let Some(copy) = origin.copy {
            copies::unpack(self, copy, &layer.upper).await?;
        }
        self.mount(&record.base, &place)?;
        let tree = Tree::at(&place.root())?;
        furnish::system(&tree, id, record.install, &record.spec)?;
        furnish::still(&tree)
    }

    fn mount(&self, base: &str, place: &Place) -> Result<()> {
        let root = place.root();
        files::directory(&root)?;
        if files::is_mounted(&root)? {
            return Ok(());
        }
        let lower = self.bases.root(base);
        let lower = lower.ok_or_else(|| {
            failed("start the machine", format_args!("there is no image `{base}` any more"))
        })?;
        files::mount_layer(&lower, &place.layer(), &root)
    }

    /// Takes away all that is mounted for a machine.
    fn unmount(&self, id: Uuid) -> Result<()> {
        files::unmount_all(self.place(id).path())
    }

    fn command(&self, id: Uuid, size: Size, interfaces: &[&str]) -> Command {
        let place = self.place(id);
        let (groups, missing) = limits::make(self.net.name(), id, size);
        for why in missing {
            tracing::warn!(%id, why, "the machine may use more than its plan has");
        }
        // A process joins its groups before it becomes nspawn: all that it starts is in them.
        let mut command = Command::new("sh");
        let join = "while [ \"$1\" != -- ]; do echo $$ >\"$1\"; shift; done; shift; exec \"$@\"";
        command.args(["-c", join, "sh"]).args(groups).arg("--").arg(process::PROGRAM);
        command.arg(process::mark(&place.root())).arg(format!("--machine={}", record::name(id)));
        command.args(["--register=no", "--keep-unit", "--boot", "--console=passive"]);
        command.args(["--link-journal=no", "--resolv-conf=off", "--timezone=off"]);
        command.arg("--private-network").arg(format!("--bind={}:/mnt", place.volumes().display()));
        command.args(interfaces.iter().map(|name| format!("--network-interface={name}")));
        command
    }

    /// Notes that a machine runs, and what comes when it ends: one that wants to start anew does.
    fn watch(self: &Arc<Self>, id: Uuid, nspawn: Process, child: Option<Child>) {
        let since = Instant::now();
        self.running().insert(id, Running { nspawn, since, up: false, heeded: since });
        let shared = self.clone();
        tokio::spawn(async move {
            let place = shared.place(id);
            let is_again = match child {
                Some(mut child) => {
                    let ended = child.wait().await;
                    ended.is_ok_and(|status| status.code() == Some(process::REBOOT))
                }
                None => {
                    while nspawn.lives() {
                        sleep(GLANCE).await;
                    }
                    // Who is not its parent is not told how it ended; its console is.
                    wants_again(&place.console())
                }
            };
            let _held = shared.hold(id).await;
            if shared.running().get(&id).is_some_and(|running| running.nspawn == nspawn) {
                shared.running().remove(&id);
            }
            if !is_again || shared.nspawn(id).is_some() {
                return;
            }
            if let Ok(Some(mut record)) = shared.record(id)
                && record.is_on
                && let Err(error) = shared.boot(id, &mut record).await
            {
                tracing::warn!(%id, %error, "a machine that wanted to start anew does not");
            }
        });
    }

    /// Stops a machine, hard.
    pub(crate) async fn halt(&self, id: Uuid) -> Result<()> {
        let known = self.nspawn(id);
        if let Some(nspawn) = known {
            process::kill(nspawn).await?;
        }
        self.running().remove(&id);
        Ok(())
    }

    /// Removes all that there is of a machine.
    pub(crate) async fn remove(&self, id: Uuid) -> Result<()> {
        let place = self.place(id);
        self.halt(id).await?;
        // One that nobody has noted.
        if let Some(nspawn) = process::all().get(&place.root()) {
            process::kill(*nspawn).await?;
        }
        process::tidy(&place.root(), &record::name(id));
        self.unmount(id)?;
        self.net.unplug(id).await?;
        self.free(id).await?;
        // What is remembered goes last: as long as anything is left, there is a machine to remove.
        for path in [place.layer().upper, place.layer().work, place.root(), place.volumes()] {
            files::remove(&path).await?;
        }
        files::remove(place.path()).await
    }

    /// Removes a machine's control groups.
    async fn free(&self, id: Uuid) -> Result<()> {
        let mut left = limits::remove(self.net.name(), id);
        for _ in 0..GLANCES {
            if left.is_none() {
                return Ok(());
            }
            sleep(MOMENT).await;
            left = limits::remove(self.net.name(), id);
        }
        let left = left.unwrap_or_default();
        Err(failed(format_args!("remove {}", left.display()), "something runs in it"))
    }

    /// Whether the system of a machine that runs is up.
    pub(crate) fn is_up(&self, id: Uuid, record: &Record) -> bool {
        let Some(running) = self.running().get(&id).copied() else { return false };
        if running.up {
            return true;
        }
        let Some(leader) = process::leader(running.nspawn) else { return false };
        let v4 = record.public.ipv4.first().map(|ip| ip.address.into());
        let v6 = record.public.ipv6.first().map(|ip| ip.address.into());
        let private = record.nics.iter().filter_map(|nic| nic.address.parse().ok());
        let addresses = v4.into_iter().chain(v6).chain(private);
        let Ok(tree) = Tree::at(&self.place(id).root()) else { return false };
        let up = process::has_addresses(leader, addresses)
            && (!furnish::has_ssh(&tree) || self.is_heard(id, leader));
        if !up && running.since.elapsed() < PATIENCE {
            return false;
        }
        if let Some(text) = furnish::known_hosts(&tree, &id.to_string()) {
            let _ = std::fs::write(self.place(id).known_hosts(), text);
        }
        if let Some(running) = self.running().get_mut(&id) {
            running.up = true;
        }
        true
    }

    /// Whether sshd listens in a machine, as far as that was worth a look.
    fn is_heard(&self, id: Uuid, leader: i32) -> bool {
        let root = PathBuf::from(format!("/proc/{leader}/root"));
        let says_so = Tree::at(&root).is_ok_and(|tree| tree.has(SSHD));
        if let Some(running) = self.running().get_mut(&id) {
            if !says_so && running.heeded.elapsed() < HEED {
                return false;
            }
            running.heeded = Instant::now();
        }
        process::listens(leader, SSH)
    }

    /// Whether a machine has begun to start so short a time ago that nothing in it is lost when it does
    /// so once more.
    pub(crate) fn has_just_begun(&self, id: Uuid, record: &Record) -> bool {
        let running = self.running().get(&id).copied();
        let is_new = running.is_some_and(|running| running.since.elapsed() < BEGINNING);
        is_new && self.nspawn(id).is_some() && !self.is_up(id, record)
    }

    /// The init of a machine that runs, once its own network is set up, which is waited for; none: it is
    /// off.
    pub(crate) async fn leader(&self, id: Uuid, record: &Record) -> Result<Option<i32>> {
        for _ in 0..GLANCES {
            let Some(nspawn) = self.nspawn(id) else { return Ok(None) };
            if let Some(leader) = process::leader(nspawn)
                && self.is_up(id, record)
            {
                return Ok(Some(leader));
            }
            sleep(GLANCE / 5).await;
        }
        Err(failed("change the network of the machine", "it starts, and is not up yet"))
    }

    /// What a machine's record is when it is made.
    pub(crate) fn new_record(
        &self,
        spec: &MachineSpec,
        public: &drivers::PublicNic,
    ) -> Result<Record> {
        let origin = self.origin(&spec.image).map_err(Error::Unsupported)?;
        Ok(Record::new(origin.base, spec, public))
    }
}

/// Whether nspawn said last that the machine wants to start anew.
fn wants_again(console: &Path) -> bool {
    let text = std::fs::read(console).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines().rev().take(10).any(|line| line.starts_with("Rebooting."))
}
