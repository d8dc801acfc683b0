//! Volumes: disks that stay when machines go, plugged in and out while the machine runs.

use std::path::PathBuf;

use async_trait::async_trait;
use driver_nspawn::files::{self, failed};
use drivers::{Disk, Disks, Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::machines::{devices, unplug};
use crate::shared::Shared;
use crate::{Qemu, command, copies, disk};

const FILE: &str = "volume.json";
const DISK: &str = "disk.qcow2";
const GB: u64 = 1 << 30;

/// What is remembered of a volume.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Volume {
    size_gb: u32,
    source: Option<Uuid>,
    attached_to: Option<Uuid>,
    /// What QEMU and the machine that has it call it.
    #[serde(default)]
    name: String,
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

/// Where a volume's disk lies.
fn disk_of(shared: &Shared, id: Uuid) -> PathBuf {
    place(shared, id).join(DISK)
}

/// Where a volume's disk lies, the machine that has it, and what it is called there.
pub(crate) fn where_is(shared: &Shared, id: Uuid) -> Result<(PathBuf, Option<Uuid>, String)> {
    let volume = must_be(shared, id)?;
    Ok((disk_of(shared, id), volume.attached_to, volume.name))
}

/// Those of which there is anything.
pub(crate) fn ids(shared: &Shared) -> Result<Vec<Uuid>> {
    files::ids(&shared.data.join("volumes"))
}

impl Shared {
    /// The volumes that a machine has: what each is called, and where it lies.
    pub(crate) fn volumes_of(&self, machine: Uuid) -> Result<Vec<(String, PathBuf)>> {
        let mut all = Vec::new();
        for id in ids(self)? {
            if let Some(volume) = read(self, id)?
                && volume.attached_to == Some(machine)
            {
                all.push((volume.name, disk_of(self, id)));
            }
        }
        all.sort();
        Ok(all)
    }

    async fn plug_volume(&self, machine: Uuid, id: Uuid) -> Result<()> {
        let Some(mut qmp) = self.speak(machine).await? else { return Ok(()) };
        let name = must_be(self, id)?.name;
        if devices(&mut qmp).await?.contains(&command::device(&name)) {
            return Ok(());
        }
        // One that a try before has opened is opened anew.
        let _ = qmp.ask("blockdev-del", json!({ "node-name": name })).await;
        qmp.ask("blockdev-add", command::disk(&name, &disk_of(self, id))).await?;
        qmp.ask("device_add", command::disk_device(&name)).await.map(drop)
    }

    async fn unplug_volume(&self, machine: Uuid, id: Uuid) -> Result<()> {
        let Some(mut qmp) = self.speak(machine).await? else { return Ok(()) };
        let name = must_be(self, id)?.name;
        let let_go = unplug(&mut qmp, &name, "blockdev-del", "node-name").await;
        let_go.map_err(|error| {
            failed(
                "take the volume away",
                format_args!("the machine does not let go of it ({error})"),
            )
        })
    }
}

#[async_trait]
impl Disks for Qemu {
    async fn observe(&self, id: Uuid) -> Result<Option<Disk>> {
        let volume = read(&self.0, id)?;
        Ok(volume.map(|Volume { size_gb, source, attached_to, .. }| Disk {
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
        let path = disk_of(&self.0, id);
        files::directory(&place(&self.0, id))?;
        match source {
            Some(copy) => {
                let from = copies::disk_of(&self.0, copy);
                if self.0.copies.read(copy)?.is_none() || !from.exists() {
                    let why = "the snapshot holds no disk of a virtual machine's";
                    return Err(Error::Unsupported(why.into()));
                }
                disk::copy(&from, &path).await?;
                disk::grow(&path, size_gb).await?;
            }
            None => disk::make(&path, None, size_gb).await?,
        }
        let name = String::new();
        keep(&self.0, id, &Volume { size_gb, source, attached_to: None, name })
    }

    async fn grow(&self, id: Uuid, size_gb: u32) -> Result<()> {
        let volume = must_be(&self.0, id)?;
        let size_gb = volume.size_gb.max(size_gb);
        let machine = volume.attached_to.unwrap_or(id);
        let _held = self.0.hold(machine).await;
        match self.0.speak(machine).await? {
            Some(mut qmp) => {
                let size = json!({ "node-name": volume.name, "size": u64::from(size_gb) * GB });
                qmp.ask("block_resize", size).await?;
            }
            None => disk::grow(&disk_of(&self.0, id), size_gb).await?,
        }
        keep(&self.0, id, &Volume { size_gb, ..volume })
    }

    async fn call(&self, id: Uuid, name: &str) -> Result<()> {
        let volume = must_be(&self.0, id)?;
        // One that a machine has keeps the name that it was given there.
        match volume.attached_to.is_some() || volume.name == name {
            true => Ok(()),
            false => keep(&self.0, id, &Volume { name: name.to_owned(), ..volume }),
        }
    }

    async fn attach(&self, id: Uuid, machine: Option<Uuid>) -> Result<()> {
        let volume = must_be(&self.0, id)?;
        if !disk_of(&self.0, id).exists() {
            let why = "this volume is a directory of files, made for containers: it is no disk";
            return Err(Error::Unsupported(why.into()));
        }
        if let Some(old) = volume.attached_to.filter(|old| Some(*old) != machine) {
            let _held = self.0.hold(old).await;
            self.0.unplug_volume(old, id).await?;
            keep(&self.0, id, &Volume { attached_to: None, ..volume.clone() })?;
        }
        let Some(new) = machine else { return Ok(()) };
        let _held = self.0.hold(new).await;
        keep(&self.0, id, &Volume { attached_to: machine, ..volume })?;
        self.0.plug_volume(new, id).await
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        if let Some(machine) = read(&self.0, id)?.and_then(|volume| volume.attached_to) {
            let _held = self.0.hold(machine).await;
            self.0.unplug_volume(machine, id).await?;
        }
        let place = place(&self.0, id);
        files::forget(&place.join(FILE))?;
        files::remove(&place).await
    }
}
