//! A driver of machines with a kernel of their own: virtual machines by QEMU, by KVM where there is one,
//! each with a disk that stands on the disk of a base system.
//!
//! What there is of a machine is what lies in its directory and what runs: a restart of Kettle finds both,
//! and machines go on meanwhile. Bases, records, copies and what a machine finds in its files are those of
//! `driver-nspawn`; networks are `driver-net`'s.

#![cfg(target_os = "linux")]

mod command;
mod copies;
mod disk;
mod initrd;
mod machines;
mod qmp;
mod seed;
mod shared;
#[cfg(test)]
mod tests;
mod volumes;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use driver_net::Net;
use driver_nspawn::record::Place;
use driver_nspawn::{Bases, System, Systems, files};
use drivers::{Call, Disks, Images, Machines, Plane, Result, World};
use shared::Shared;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use uuid::Uuid;

pub use command::Accel;

/// Machines as virtual machines. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Qemu(Arc<Shared>);

/// Why there can be no machines here: what is missing, and how it is had.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Missing(String);

impl Qemu {
    /// The machines below a data directory, those that run already too. `systems` are those of the
    /// catalogue, by their ids; with `any_image` the nearest base stands in for one that is not there.
    ///
    /// # Errors
    /// When there is no base system that can be started, or the directory cannot hold machines.
    pub async fn open(
        data: &Path,
        net: Net,
        systems: BTreeMap<String, System>,
        any_image: bool,
    ) -> Result<Self, Missing> {
        let wrong = |error: &dyn std::fmt::Display| Missing(error.to_string());
        let data = std::path::absolute(data).map_err(|error| wrong(&error))?;
        let bases = Bases::of(&data);
        let all = bases.list().map_err(|error| wrong(&error))?;
        if !all.iter().any(|base| bases.kernel(&base.name).is_some()) {
            return Err(Missing(
                "there is no image with a kernel to make machines of; `kettle image build debian-12 \
                 --kernel` makes one"
                    .into(),
            ));
        }
        let systems = Systems::new(bases, systems, any_image);
        let leases = net.leases().await.map_err(|error| wrong(&error))?;
        let shared = Arc::new(Shared::new(data, net, leases, systems, accel().await));
        files::directory(&shared.machines).map_err(|error| wrong(&error))?;
        for id in files::ids(&shared.machines).map_err(|error| wrong(&error))? {
            if shared.place(id).layer().upper.exists() {
                return Err(Missing(format!(
                    "the machines in {} are containers, as {id}; `--machines nspawn` runs them, and \
                     another --data is for virtual machines",
                    shared.machines.display()
                )));
            }
        }
        shared.find_running().map_err(|error| wrong(&error))?;
        Ok(Self(shared))
    }

    /// A world whose machines, volumes and copies these are.
    pub fn join(self, world: World) -> World {
        let machines: Arc<dyn Machines> = Arc::new(self.clone());
        let disks: Arc<dyn Disks> = Arc::new(self.clone());
        let images: Arc<dyn Images> = Arc::new(self.clone());
        let world = world.with_machines(machines).with_disks(disks).with_images(images);
        world.with_plane(Arc::new(self))
    }
}

/// Why QEMU has to compute by itself here, in words; otherwise KVM does, as far as one can see.
///
/// # Errors
/// Those words.
pub fn kvm() -> Result<(), &'static str> {
    let mut open = std::fs::OpenOptions::new();
    match open.read(true).write(true).open("/dev/kvm") {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err("there is no KVM");
        }
        Err(_) => return Err("KVM is there, but not for this user"),
    }
    // Within some virtual machines there is a KVM that reads one instruction after the other.
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let flags = text.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
    match flags.is_empty() || flags.split(' ').any(|flag| flag == "vmx" || flag == "svm") {
        true => Ok(()),
        false => Err("KVM is there, but the processor does not help it"),
    }
}

/// What computes here: KVM where QEMU can use it, which is tried.
async fn accel() -> Accel {
    if kvm().is_err() {
        return Accel::Tcg;
    }
    // Not each KVM lets all be set that it tells of.
    for cpu in ["host", "host,-arch-capabilities"] {
        if begins(cpu).await {
            return Accel::Kvm(cpu);
        }
    }
    Accel::Tcg
}

/// Whether a machine with this processor begins by KVM.
async fn begins(cpu: &str) -> bool {
    const TIME: Duration = Duration::from_secs(10);
    let mut qemu = Command::new(command::PROGRAM);
    qemu.args(["-machine", "pc", "-accel", "kvm", "-cpu", cpu, "-S"]);
    qemu.args(["-nodefaults", "-display", "none", "-monitor", "stdio"]).kill_on_drop(true);
    qemu.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let tried = async {
        let mut qemu = qemu.spawn()?;
        if let Some(mut to) = qemu.stdin.take() {
            to.write_all(b"quit\n").await?;
        }
        qemu.wait().await
    };
    tokio::time::timeout(TIME, tried).await.is_ok_and(|it| it.is_ok_and(|status| status.success()))
}

impl Shared {
    /// All things of which there is anything.
    async fn there(&self) -> Result<Vec<Uuid>> {
        let mut all: BTreeSet<Uuid> = files::ids(&self.machines)?.into_iter().collect();
        all.extend(volumes::ids(self)?);
        all.extend(self.copies.ids()?);
        all.extend(self.net.there().await?);
        let places = command::all().into_keys();
        all.extend(places.filter_map(|place| {
            place.strip_prefix(&self.machines).ok()?.to_str()?.parse::<Uuid>().ok()
        }));
        Ok(all.into_iter().collect())
    }
}

impl Plane for Qemu {
    fn real(&self) -> String {
        let bases = self.0.bases.list().unwrap_or_default();
        let bases = bases.iter().map(|base| base.name.as_str());
        let names: Vec<_> = bases.filter(|name| self.0.bases.kernel(name).is_some()).collect();
        let by = match (self.0.accel, kvm()) {
            (Accel::Kvm(_), _) => "QEMU with KVM".to_owned(),
            (Accel::Tcg, Err(why)) => format!("QEMU without KVM, slowly ({why})"),
            (Accel::Tcg, Ok(())) => "QEMU without KVM, slowly (it does not begin)".to_owned(),
        };
        format!("machines: virtual ones by {by}, made of {}", names.join(", "))
    }

    fn there(&self) -> Call<'_, Vec<Uuid>> {
        Box::pin(self.0.there())
    }

    fn sweep(&self, id: Uuid) -> Call<'_> {
        Box::pin(async move {
            Machines::remove(self, id).await?;
            Disks::remove(self, id).await?;
            Images::remove(self, id).await
        })
    }
}

/// A machine of this host, for who wants to be in it: see [`at`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    /// Whether it runs.
    pub runs: bool,
    /// The socket of its serial console: what it says from now on comes out, and what is typed goes in. One
    /// at a time is answered.
    pub serial: PathBuf,
    /// What its serial console has said since it was started.
    pub said: PathBuf,
    /// The socket of its screen, which speaks VNC without a password.
    pub screen: PathBuf,
    /// The file with the keys by which ssh knows it under its id, once it was up.
    pub known_hosts: PathBuf,
}

impl Here {
    /// A connection to its serial console.
    ///
    /// # Errors
    /// When it does not run, or may not be reached.
    pub async fn connect(&self) -> std::io::Result<tokio::net::UnixStream> {
        qmp::connect(self.serial.parent().unwrap_or(&self.serial), command::SERIAL).await
    }
}

/// The machine of this id below a data directory; none: there is none, or it is a container, or it may not
/// be looked at.
pub fn at(data: &Path, id: Uuid) -> Option<Here> {
    let data = std::path::absolute(data).ok()?;
    let place = Place::new(&data.join("machines"), id);
    let path = place.path();
    place.disk().exists().then(|| Here {
        runs: command::all().get(path).is_some_and(|qemu| qemu.lives()),
        serial: path.join(command::SERIAL),
        said: place.console(),
        screen: path.join(command::SCREEN),
        known_hosts: place.known_hosts(),
    })
}
