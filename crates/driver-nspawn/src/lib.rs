//! A driver of machines that one can log in to: containers with an init of their own, by systemd-nspawn,
//! each on a layer over a base system that is only read.
//!
//! What there is of a machine is what lies in its directory and what runs: a restart of Kettle finds both,
//! and machines go on meanwhile. Networks are `driver-net`'s. A container has the host's kernel, and its
//! root is the host's unless the host keeps them apart: no place for code that one does not trust.

mod bases;
mod copies;
mod disks;
pub mod files;
pub mod furnish;
mod limits;
mod machines;
pub mod process;
pub mod record;
mod shared;
mod systems;
mod terminal;
#[cfg(test)]
mod tests;
pub mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use driver_net::Net;
use drivers::{Call, Disks, Images, Machines, Plane, Result, World};
use shared::Shared;
use uuid::Uuid;

pub use bases::{Base, Bases, Kernel, base_name};
pub use copies::Copies;
pub use systems::{System, Systems};
pub use terminal::Terminal;

/// Machines as containers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Nspawn(Arc<Shared>);

/// Why there can be no machines here: what is missing, and how it is had.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Missing(String);

impl Nspawn {
    /// The machines below a data directory, those that run already too. `systems` are those of the
    /// catalogue, by their ids; with `any_image` the nearest base stands in for one that is not there.
    ///
    /// # Errors
    /// When there is no base system, or the directory cannot hold machines.
    pub fn open(
        data: &Path,
        net: Net,
        systems: BTreeMap<String, System>,
        any_image: bool,
    ) -> Result<Self, Missing> {
        let wrong = |error: &dyn std::fmt::Display| Missing(error.to_string());
        let data = std::path::absolute(data).map_err(|error| wrong(&error))?;
        if data.display().to_string().contains([':', ',', '\\']) {
            return Err(Missing(format!(
                "`{}` cannot hold machines: the data directory's path may have no `:`, `,` and `\\`",
                data.display()
            )));
        }
        let shared = Arc::new(Shared::new(data, net, systems, any_image));
        if shared.bases.list().map_err(|error| wrong(&error))?.is_empty() {
            return Err(Missing(
                "there is no image to make machines of; `kettle image build debian-12` makes one"
                    .into(),
            ));
        }
        files::directory(&shared.machines).map_err(|error| wrong(&error))?;
        for id in files::ids(&shared.machines).map_err(|error| wrong(&error))? {
            if shared.place(id).disk().exists() {
                return Err(Missing(format!(
                    "the machines in {} are virtual, as {id}; `--machines qemu` runs them, and another \
                     --data is for containers",
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

impl Shared {
    /// All things of which there is anything.
    async fn there(&self) -> Result<Vec<Uuid>> {
        let mut all: BTreeSet<Uuid> = files::ids(&self.machines)?.into_iter().collect();
        all.extend(disks::ids(self)?);
        all.extend(self.copies.ids()?);
        all.extend(limits::ids(self.net.name()));
        all.extend(self.net.there().await?);
        let roots = process::all().into_keys();
        all.extend(roots.filter_map(|root| {
            let name = root.strip_prefix(&self.machines).ok()?.parent()?.to_str()?.to_owned();
            name.parse::<Uuid>().ok()
        }));
        Ok(all.into_iter().collect())
    }
}

impl Plane for Nspawn {
    fn real(&self) -> String {
        let bases = self.0.bases.list().unwrap_or_default();
        let names: Vec<_> = bases.iter().map(|base| base.name.as_str()).collect();
        format!("machines: containers by systemd-nspawn, made of {}", names.join(", "))
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
    /// The process that is its init; none: it is off.
    pub leader: Option<i32>,
    /// The file with the keys by which ssh knows it under its id, once it was up.
    pub known_hosts: std::path::PathBuf,
}

/// The machine of this id below a data directory; none: there is none, or it may not be looked at.
pub fn at(data: &Path, id: Uuid) -> Option<Here> {
    let data = std::path::absolute(data).ok()?;
    let place = record::Place::new(&data.join("machines"), id);
    place.record().exists().then(|| Here {
        leader: process::all().get(&place.root()).and_then(|nspawn| process::leader(*nspawn)),
        known_hosts: place.known_hosts(),
    })
}

impl Here {
    /// The command that opens a shell in the machine, which is on a terminal where it is told what that is
    /// called; none: the machine is off.
    pub fn shell(&self, term: Option<&str>) -> Option<std::process::Command> {
        let (name, is_terminal) = (term.unwrap_or("dumb"), term.is_some());
        Some(terminal::shell(self.leader?, name, is_terminal))
    }

    /// A terminal of so many columns and rows with that shell on it; none: the machine is off.
    ///
    /// # Errors
    /// When there is none to be had.
    pub fn terminal(&self, columns: u16, rows: u16) -> Option<std::io::Result<Terminal>> {
        Some(Terminal::open(self.leader?, columns, rows))
    }
}
