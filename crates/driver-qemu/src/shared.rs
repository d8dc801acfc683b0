//! A machine's way from files to a process and back: made ready, started, watched, stopped, removed.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use driver_net::{Leases, Net};
use driver_nspawn::files::{self, failed};
use driver_nspawn::process::{self, Process};
use driver_nspawn::record::{Place, Record};
use driver_nspawn::tree::Tree;
use driver_nspawn::{Base, Bases, Copies, Systems, furnish};
use drivers::{Error, Image, Result};
use serde_json::json;
use tokio::process::Child;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::command::{self, Accel, Parts, Start};
use crate::qmp::Qmp;
use crate::{copies, disk, seed};

/// How often a process that is waited for is looked at.
const MOMENT: Duration = Duration::from_millis(50);
/// How often a machine that starts is asked whether it is up, and one that runs whether it still does.
const GLANCE: Duration = Duration::from_millis(200);
/// How long QEMU may take until it answers, and until it ends.
const PATIENCE: Duration = Duration::from_secs(15);
const SSH: u16 = 22;
/// What machines are called where something is said of them.
pub(crate) const MACHINE: &str = "machine";

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) data: PathBuf,
    pub(crate) machines: PathBuf,
    pub(crate) bases: Bases,
    pub(crate) systems: Systems,
    pub(crate) copies: Copies,
    pub(crate) net: Net,
    /// Answers machines that ask for their addresses.
    _leases: Leases,
    pub(crate) accel: Accel,
    /// Held while the disk of a base is made.
    making_base: tokio::sync::Mutex<()>,
    locks: Mutex<BTreeMap<Uuid, Arc<tokio::sync::Mutex<()>>>>,
    running: Mutex<BTreeMap<Uuid, Running>>,
}

/// A machine that runs.
#[derive(Debug, Clone, Copy)]
struct Running {
    qemu: Process,
    /// When it was started; none: before this Kettle.
    since: Option<Instant>,
    /// Whether its system was seen to be up.
    up: bool,
}

/// What a machine's disk begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The base that it stands on; empty: none.
    pub(crate) base: String,
    /// The copy that it is.
    pub(crate) copy: Option<Uuid>,
}

impl Shared {
    pub(crate) fn new(
        data: PathBuf,
        net: Net,
        leases: Leases,
        systems: Systems,
        accel: Accel,
    ) -> Self {
        Self {
            machines: data.join("machines"),
            bases: Bases::of(&data),
            copies: Copies::of(&data),
            data,
            systems,
            net,
            _leases: leases,
            accel,
            making_base: tokio::sync::Mutex::default(),
            locks: Mutex::default(),
            running: Mutex::default(),
        }
    }

    pub(crate) fn place(&self, id: Uuid) -> Place {
        Place::new(&self.machines, id)
    }

    /// Held while a machine is changed.
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

    /// The QEMU that runs a machine; none: it is off.
    pub(crate) fn qemu(&self, id: Uuid) -> Option<Process> {
        let qemu = self.running().get(&id)?.qemu;
        qemu.lives().then_some(qemu)
    }

    /// A conversation with the QEMU of a machine; none: it is off.
    pub(crate) async fn speak(&self, id: Uuid) -> Result<Option<Qmp>> {
        match self.qemu(id) {
            Some(_) => Qmp::begin(self.place(id).path()).await.map(Some),
            None => Ok(None),
        }
    }

    /// Finds the machines that run already, which another Kettle has started.
    pub(crate) fn find_running(self: &Arc<Self>) -> Result<()> {
        let all = command::all();
        for id in files::ids(&self.machines)? {
            if let Some(qemu) = all.get(self.place(id).path()) {
                self.watch(id, *qemu, None);
                self.see_to_network(id, *qemu);
            }
        }
        Ok(())
    }

    /// Starts a machine anew whose links went with a router that is there no more.
    fn see_to_network(self: &Arc<Self>, id: Uuid, qemu: Process) {
        let number = |path: PathBuf| std::fs::metadata(path).ok().map(|it| it.ino());
        let own = number(format!("/proc/{}/ns/net", qemu.id).into());
        if own.is_none() || own == number(self.net.router()) {
            return;
        }
        tracing::warn!(%id, "the network of a machine is gone: it starts anew");
        let shared = self.clone();
        tokio::spawn(async move {
            let _held = shared.hold(id).await;
            if let Some(running) = shared.running().get_mut(&id) {
                running.up = true;
            }
            let again = async {
                shared.halt(id).await?;
                match shared.record(id)? {
                    Some(mut record) if record.is_on => shared.boot(id, &mut record).await,
                    _ => Ok(()),
                }
            };
            if let Err(error) = again.await {
                tracing::warn!(%id, %error, "a machine whose network is gone does not start anew");
            }
        });
    }

    /// What the disk of a machine of this image begins with, or why there can be none.
    pub(crate) fn origin(&self, image: &Image) -> Result<Origin, String> {
        match image.kind.as_str() {
            "os" => match self.systems.base(&image.id)? {
                Some(base) => self.bootable(base),
                None => {
                    let name = self.systems.name(&image.id);
                    Err(format!("no image here can be `{name}`: only systems of Linux have one"))
                }
            },
            "app" | "image" => {
                let why = "applications are installed nowhere: there are systems alone";
                self.systems.nearest("debian-12", why).and_then(|base| self.bootable(base))
            }
            "snapshot" | "backup" => {
                let id = image.id.parse::<Uuid>().ok();
                let found = id.and_then(|id| Some((id, self.copies.read(id).ok().flatten()?)));
                let Some((id, copy)) = found else {
                    return Err(format!(
                        "this {} holds no disk: it was made while machines were simulated",
                        image.kind
                    ));
                };
                let is_disk = copies::disk_of(self, id).exists();
                match is_disk || copies::drive_of(self, id).is_ok() {
                    true => Ok(Origin { base: copy.base, copy: Some(id) }),
                    false => Err(format!("this {} holds no disk of a machine", image.kind)),
                }
            }
            "iso" => Ok(Origin { base: String::new(), copy: None }),
            _ => Err("machines here start neither by iPXE nor from nothing: name a system".into()),
        }
    }

    fn bootable(&self, base: String) -> Result<Origin, String> {
        if self.bases.kernel(&base).is_none() {
            return Err(format!(
                "the image `{base}` has no kernel, which virtual machines need; `kettle image remove \
                 {base}` and `kettle image build {base} --kernel` make one that has"
            ));
        }
        Ok(Origin { base, copy: None })
    }

    fn base(&self, name: &str) -> Result<Base> {
        let found = self.bases.list()?.into_iter().find(|base| base.name == name);
        found.ok_or_else(|| {
            failed("make the machine", format_args!("there is no image `{name}` any more"))
        })
    }

    /// Starts a machine, unless it runs: whatever is left of its way there is done.
    pub(crate) async fn boot(self: &Arc<Self>, id: Uuid, record: &mut Record) -> Result<()> {
        if self.qemu(id).is_some() {
            return Ok(());
        }
        let place = self.place(id);
        if !record.is_prepared {
            self.prepare(id, record).await?;
            record.is_prepared = true;
            self.keep(id, record)?;
        }
        disk::grow(&self.disk(id), record.spec.size.disk_gb).await?;
        let ends = self.net.tap(id, &record.public, &record.nics).await?;
        let parts = Parts {
            id,
            size: record.spec.size,
            accel: self.accel,
            router: self.net.router(),
            disk: self.disk(id),
            volumes: self.volumes_of(id)?,
            start: self.start_of(id, record, &ends).await?,
            ends: &ends,
        };
        for socket in [crate::qmp::SOCKET, command::SERIAL, command::SCREEN] {
            files::forget(&place.path().join(socket))?;
        }
        let child = process::spawn(command::command(place.path(), &parts), &self.log(id))?;
        self.begun(id, child).await
    }

    async fn start_of(&self, id: Uuid, record: &Record, ends: &[driver_net::End]) -> Result<Start> {
        if let Some(iso) = record.iso {
            return Ok(Start::Drive(copies::drive_of(self, iso)?));
        }
        if record.base.is_empty() {
            return Ok(Start::Disk);
        }
        let kernel = self.bases.kernel(&record.base).ok_or_else(|| {
            failed("start the machine", format_args!("`{}` has no kernel any more", record.base))
        })?;
        let initrd = seed::initrd(&kernel, &self.place(id), id, record, ends).await?;
        Ok(Start::Kernel(kernel.image, initrd))
    }

    /// Waits until a QEMU that was just started answers: one that cannot run says why.
    async fn begun(self: &Arc<Self>, id: Uuid, mut child: Child) -> Result<()> {
        let number = child.id().and_then(|number| i32::try_from(number).ok());
        let qemu = number.and_then(Process::now);
        let until = Instant::now() + PATIENCE;
        loop {
            let ended = child.try_wait().map_err(|error| failed("watch the machine", error))?;
            if ended.is_some() || qemu.is_none() {
                let said = std::fs::read_to_string(self.log(id)).unwrap_or_default();
                let last = said.lines().last().unwrap_or("it ended at once").to_owned();
                return Err(failed("start the machine", last));
            }
            match (Qmp::begin(self.place(id).path()).await, qemu) {
                (Ok(_), Some(qemu)) => {
                    self.watch(id, qemu, Some(child));
                    return Ok(());
                }
                (Err(error), Some(qemu)) if Instant::now() > until => {
                    qemu.kill();
                    return Err(error);
                }
                _ => sleep(MOMENT).await,
            }
        }
    }

    /// Where a machine's disk lies, and what QEMU says.
    pub(crate) fn disk(&self, id: Uuid) -> PathBuf {
        self.place(id).disk()
    }

    fn log(&self, id: Uuid) -> PathBuf {
        self.place(id).path().join("qemu.log")
    }

    /// Makes a machine's disk as a new installation has it, and what it finds there.
    async fn prepare(&self, id: Uuid, record: &Record) -> Result<()> {
        let (place, disk) = (self.place(id), self.disk(id));
        files::forget(&place.known_hosts())?;
        let origin = self.origin(&record.spec.image).map_err(Error::Unsupported)?;
        let size_gb = record.spec.size.disk_gb;
        if let Some(copy) = origin.copy {
            match copies::disk_of(self, copy) {
                from if from.exists() => disk::copy(&from, &disk).await?,
                _ => disk::read(&copies::drive_of(self, copy)?, &disk).await?,
            }
        } else if origin.base.is_empty() {
            disk::make(&disk, None, size_gb).await?;
        } else {
            let _one = self.making_base.lock().await;
            let base = disk::of_base(&self.bases, &self.base(&origin.base)?).await?;
            disk::make(&disk, Some((&base, "raw")), size_gb).await?;
        }
        match self.bases.root(&record.base) {
            Some(root) => seed::system(&root, &place, id, record).await,
            None => Ok(()),
        }
    }

    /// Notes that a machine runs, and looks when it is up and when it ends.
    fn watch(self: &Arc<Self>, id: Uuid, qemu: Process, child: Option<Child>) {
        let since = child.is_some().then(Instant::now);
        self.running().insert(id, Running { qemu, since, up: false });
        let shared = self.clone();
        tokio::spawn(async move { shared.wait_until_up(id, qemu).await });
        let shared = self.clone();
        tokio::spawn(async move {
            match child {
                Some(mut child) => drop(child.wait().await),
                None => {
                    while qemu.lives() {
                        sleep(GLANCE).await;
                    }
                }
            }
            let _held = shared.hold(id).await;
            if shared.running().get(&id).is_some_and(|running| running.qemu == qemu) {
                shared.running().remove(&id);
            }
        });
    }

    async fn wait_until_up(&self, id: Uuid, qemu: Process) {
        while qemu.lives() {
            let Ok(Some(record)) = self.record(id) else { return };
            if self.answers(id, &record).await {
                break;
            }
            sleep(GLANCE).await;
        }
        if let Some(running) = self.running().get_mut(&id).filter(|it| it.qemu == qemu) {
            running.up = true;
        }
    }

    /// Whether the system of a machine lets people log in, where it is one of ours that would.
    async fn answers(&self, id: Uuid, record: &Record) -> bool {
        let has_ssh = |root: PathBuf| Tree::at(&root).is_ok_and(|tree| furnish::has_ssh(&tree));
        if record.iso.is_some() || !self.bases.root(&record.base).is_some_and(has_ssh) {
            // Nobody knows what is to answer there.
            return true;
        }
        let v4 = record.public.ipv4.first().map(|ip| IpAddr::from(ip.address));
        let v6 = record.public.ipv6.first().map(|ip| IpAddr::from(ip.address));
        let inner = || {
            let nic = record.nics.first()?;
            Some((nic.address.parse().ok()?, Some(nic.network)))
        };
        let Some((address, network)) = v4.or(v6).map(|ip| (ip, None)).or_else(inner) else {
            return true;
        };
        if !self.net.answers((address, SSH), network).await {
            return false;
        }
        let place = self.place(id);
        let _ = std::fs::copy(place.path().join("keys.known"), place.known_hosts());
        true
    }

    /// Whether the system of a machine that runs is up.
    pub(crate) fn is_up(&self, id: Uuid) -> bool {
        self.running().get(&id).is_some_and(|running| running.up)
    }

    /// Whether a machine has begun to start so short a time ago that nothing in it is lost when it does
    /// so once more.
    pub(crate) fn has_just_begun(&self, id: Uuid) -> bool {
        let beginning = match self.accel {
            Accel::Kvm(_) => Duration::from_secs(1),
            Accel::Tcg => Duration::from_secs(4),
        };
        let running = self.running().get(&id).copied();
        running.is_some_and(|it| {
            let is_new = it.since.is_some_and(|since| since.elapsed() < beginning);
            is_new && !it.up && it.qemu.lives()
        })
    }

    /// How long a machine may take to end its work; one of which nobody knows what it is need not know how.
    fn ending(&self, id: Uuid) -> Duration {
        let record = self.record(id).ok().flatten();
        let is_ours = record.is_some_and(|it| it.iso.is_none() && !it.base.is_empty());
        match self.accel {
            Accel::Tcg if is_ours => Duration::from_secs(90),
            _ => Duration::from_secs(20),
        }
    }

    /// Stops a machine: one that is up is asked to, so that all that it has written is on its disk.
    pub(crate) async fn halt(&self, id: Uuid) -> Result<()> {
        if let Some(qemu) = self.qemu(id)
            && self.is_up(id)
            && let Ok(Some(mut qmp)) = self.speak(id).await
            && qmp.ask("system_powerdown", json!({})).await.is_ok()
            && !ended(qemu, self.ending(id)).await
        {
            tracing::warn!(%id, "a machine does not switch itself off, and is switched off");
        }
        self.end(id).await
    }

    /// Stops a machine at once.
    pub(crate) async fn end(&self, id: Uuid) -> Result<()> {
        let noted = self.running().get(&id).map(|running| running.qemu);
        let found = noted.or_else(|| command::all().get(self.place(id).path()).copied());
        if let Some(qemu) = found.filter(|qemu| qemu.lives()) {
            if let Ok(mut qmp) = Qmp::begin(self.place(id).path()).await {
                let _ = qmp.ask("quit", json!({})).await;
            }
            if !ended(qemu, PATIENCE).await {
                qemu.kill();
            }
            if !ended(qemu, PATIENCE).await {
                let why = format_args!("process {} does not end", qemu.id);
                return Err(failed("stop the machine", why));
            }
        }
        self.running().remove(&id);
        Ok(())
    }

    /// Removes all that there is of a machine.
    pub(crate) async fn remove(&self, id: Uuid) -> Result<()> {
        let place = self.place(id);
        self.end(id).await?;
        self.net.unplug(id).await?;
        files::unmount_all(place.path())?;
        // What is remembered goes last: as long as anything is left, there is a machine to remove.
        files::forget(&self.disk(id))?;
        files::remove(place.path()).await
    }
}

/// Waits for the end of a process; whether it has come.
async fn ended(qemu: Process, time: Duration) -> bool {
    let until = Instant::now() + time;
    while qemu.lives() {
        if Instant::now() > until {
            return false;
        }
        sleep(MOMENT).await;
    }
    true
}
