//! Volumes: directories that stay when machines go, and that the machine which has one finds below
//! `/mnt`. They are no block devices, and nothing keeps their files from being larger than their size.

use std::path::PathBuf;

use async_trait::async_trait;
use drivers::{Disk, Disks, Error, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::shared::Shared;
use crate::{Nspawn, copies, files};

const FILE: &str = "volume.json";
const FILES: &str = "files";

/// What is remembered of a volume.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Volume {
    size_gb: u32,
    source: Option<Uuid>,
    attached_to: Option<Uuid>,
}

fn place(shared: &Shared, id: Uuid) -> PathBuf {
    shared.data.join("volumes").join(id.to_string())
}

fn read(shared: &Shared, id: Uuid) -> Result<Option<Volume>> {
    files::read(&place(shared, id).join(FILE))
}

fn must_be(shared: &Shared, id: Uuid) -> Result<Volume> {
    read(shared, id)?.ok_or(Error::Missing { what: "disk", id })
}

fn keep(shared: &Shared, id: Uuid, volume: &Volume) -> Result<()> {
    files::write(&place(shared, id).join(FILE), volume)
}

/// Where a volume's files lie.
pub(crate) fn files_of(shared: &Shared, id: Uuid) -> Result<PathBuf> {
    must_be(shared, id)?;
    Ok(place(shared, id).join(FILES))
}

/// Those of which there is anything.
pub(crate) fn ids(shared: &Shared) -> Result<Vec<Uuid>> {
    files::ids(&shared.data.join("volumes"))
}

/// What a volume is called below a machine's `/mnt`: what follows the dash in its `mount_id`.
fn name(id: Uuid) -> String {
    let id = id.simple().to_string();
    id[id.len() - 14..].to_owned()
}

impl Shared {
    /// Shows a machine the volumes that it has.
    pub(crate) fn give_volumes(&self, machine: Uuid) -> Result<()> {
        for id in ids(self)? {
            if read(self, id)?.is_some_and(|volume| volume.attached_to == Some(machine)) {
                self.show(machine, id)?;
            }
        }
        Ok(())
    }

    fn show(&self, machine: Uuid, id: Uuid) -> Result<()> {
        let volumes = self.place(machine).volumes();
        // A machine that was never started finds it when it is.
        if !files::is_mounted(&volumes)? {
            return Ok(());
        }
        let at = volumes.join(name(id));
        files::directory(&at)?;
        match files::is_mounted(&at)? {
            true => Ok(()),
            false => files::bind(&place(self, id).join(FILES), &at),
        }
    }

    fn hide(&self, machine: Uuid, id: Uuid) -> Result<()> {
        let at = self.place(machine).volumes().join(name(id));
        files::unmount_all(&at)?;
        let _ = std::fs::remove_dir(at);
        Ok(())
    }
}

#[async_trait]
impl Disks for Nspawn {
    async fn observe(&self, id: Uuid) -> Result<Option<Disk>> {
        let volume = read(&self.0, id)?;
        Ok(volume.map(|Volume { size_gb, source, attached_to }| Disk {
            size_gb,
            source,
            attached_to,
            ready: true,
        }))
    }

    async fn create(&self, id: Uuid, size_gb: u32, source: Option<Uuid>) -> Result<()> {
        if read(&self.0, id)?.is_some() {
            return Ok(());
        }
        let path = place(&self.0, id).join(FILES);
        files::remove(&path).await?;
        files::directory(&path)?;
        files::open_to_all(&path)?;
        if let Some(copy) = source {
            if self.0.copies.read(copy)?.is_none() {
                let why = "the snapshot holds no files: it was made while volumes were simulated";
                return Err(Error::Unsupported(why.into()));
            }
            copies::unpack(&self.0, copy, &path).await?;
        }
        keep(&self.0, id, &Volume { size_gb, source, attached_to: None })
    }

    async fn grow(&self, id: Uuid, size_gb: u32) -> Result<()> {
        let volume = must_be(&self.0, id)?;
        let size_gb = volume.size_gb.max(size_gb);
        keep(&self.0, id, &Volume { size_gb, ..volume })
    }

    async fn attach(&self, id: Uuid, machine: Option<Uuid>) -> Result<()> {
        let volume = must_be(&self.0, id)?;
        if machine.is_some() && !place(&self.0, id).join(FILES).exists() {
            let why = "this volume is the disk of a virtual machine's: it holds no files";
            return Err(Error::Unsupported(why.into()));
        }
        if let Some(old) = volume.attached_to.filter(|old| Some(*old) != machine) {
            let _held = self.0.hold(old).await;
            self.0.hide(old, id)?;
        }
        keep(&self.0, id, &Volume { attached_to: machine, ..volume })?;
        if let Some(machine) = machine {
            let _held = self.0.hold(machine).await;
            self.0.show(machine, id)?;
        }
        Ok(())
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        if let Some(machine) = read(&self.0, id)?.and_then(|volume| volume.attached_to) {
            let _held = self.0.hold(machine).await;
            self.0.hide(machine, id)?;
        }
        let place = place(&self.0, id);
        files::forget(&place.join(FILE))?;
        files::remove(&place).await
    }
}
