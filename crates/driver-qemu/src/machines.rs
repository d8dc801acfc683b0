//! Machines, as the control plane asks for them.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use driver_net::End;
use driver_nspawn::files;
use driver_nspawn::record::Record;
use drivers::{
    Error, Image, Machine, MachineSpec, Machines, Nic, Progress, PublicNic, Result, Size,
};
use serde_json::json;
use uuid::Uuid;

use crate::qmp::Qmp;
use crate::{Qemu, command};

/// How long a machine may take to let go of a device.
pub(crate) const LETTING_GO: Duration = Duration::from_secs(10);

#[async_trait]
impl Machines for Qemu {
    async fn observe(&self, id: Uuid) -> Result<Option<Machine>> {
        let Some(record) = self.0.record(id)? else { return Ok(None) };
        let running = self.0.qemu(id).is_some();
        let progress = match running && !self.0.is_up(id) {
            true => Progress::Booting,
            false => Progress::Ready,
        };
        let Record { spec, public, nics, install, reset, iso, .. } = record;
        Ok(Some(Machine { spec, progress, running, install, reset, iso, public, nics }))
    }

    fn refuses(&self, image: &Image) -> Option<String> {
        self.0.origin(image).err()
    }

    async fn create(&self, id: Uuid, spec: &MachineSpec, public: &PublicNic) -> Result<()> {
        let _held = self.0.hold(id).await;
        let mut record = match self.0.record(id)? {
            Some(record) => record,
            None => {
                let record = self.new_record(spec, public)?;
                files::directory(self.0.place(id).path())?;
                self.0.keep(id, &record)?;
                record
            }
        };
        match record.is_on {
            true => self.0.boot(id, &mut record).await,
            false => Ok(()),
        }
    }

    async fn start(&self, id: Uuid) -> Result<()> {
        let _held = self.0.hold(id).await;
        let mut record = self.0.must_be(id)?;
        if !record.is_on {
            record.is_on = true;
            self.0.keep(id, &record)?;
        }
        self.0.boot(id, &mut record).await
    }

    async fn stop(&self, id: Uuid) -> Result<()> {
        let _held = self.0.hold(id).await;
        let mut record = self.0.must_be(id)?;
        record.is_on = false;
        self.0.keep(id, &record)?;
        self.0.halt(id).await
    }

    async fn reset(&self, id: Uuid, number: u64) -> Result<()> {
        let _held = self.0.hold(id).await;
        let mut record = self.0.must_be(id)?;
        if record.reset == number {
            return Ok(());
        }
        self.0.halt(id).await?;
        (record.reset, record.is_on) = (number, true);
        self.0.keep(id, &record)?;
        self.0.boot(id, &mut record).await
    }

    async fn install(&self, id: Uuid, number: u64, spec: &MachineSpec) -> Result<()> {
        let _held = self.0.hold(id).await;
        let mut record = self.0.must_be(id)?;
        if record.install == number {
            return Ok(());
        }
        // What cannot be had leaves the machine as it is.
        let new = self.new_record(spec, &record.public)?;
        self.0.end(id).await?;
        (record.install, record.is_on, record.is_prepared) = (number, true, false);
        (record.base, record.spec) = (new.base, new.spec);
        self.0.keep(id, &record)?;
        self.0.boot(id, &mut record).await
    }

    async fn resize(&self, id: Uuid, size: Size) -> Result<()> {
        let _held = self.0.hold(id).await;
        let mut record = self.0.must_be(id)?;
        if record.spec.size == size {
            return Ok(());
        }
        self.0.halt(id).await?;
        (record.spec.size, record.is_on) = (size, true);
        self.0.keep(id, &record)?;
        self.0.boot(id, &mut record).await
    }

    async fn insert_iso(&self, id: Uuid, iso: Option<Uuid>) -> Result<()> {
        let _held = self.0.hold(id).await;
        let mut record = self.0.must_be(id)?;
        if record.iso == iso {
            return Ok(());
        }
        if let Some(iso) = iso {
            crate::copies::drive_of(&self.0, iso)?;
        }
        self.0.halt(id).await?;
        record.iso = iso;
        self.0.keep(id, &record)?;
        match record.is_on {
            true => self.0.boot(id, &mut record).await,
            false => Ok(()),
        }
    }

    async fn connect(&self, id: Uuid, public: &PublicNic, nics: &[Nic]) -> Result<()> {
        let _held = self.0.hold(id).await;
        let mut record = self.0.must_be(id)?;
        if self.0.has_just_begun(id) {
            // What starts sets its network up by itself, once: it does that with all of it.
            self.0.end(id).await?;
            record.public.clone_from(public);
            nics.clone_into(&mut record.nics);
            self.0.keep(id, &record)?;
            return self.0.boot(id, &mut record).await;
        }
        // It is not remembered before it is so: what is left of it is done when asked again.
        if let Some(mut qmp) = self.0.speak(id).await? {
            let mut wanted: BTreeSet<String> = nics.iter().map(|nic| nic.mac.clone()).collect();
            wanted.insert(public.mac.clone());
            let old = self.0.net.tap(id, &record.public, &record.nics).await?;
            for end in old.iter().filter(|end| !wanted.contains(&end.mac)) {
                unplug(&mut qmp, &end.interface, "netdev_del", "id").await?;
            }
            let there = devices(&mut qmp).await?;
            for end in self.0.net.tap(id, public, nics).await? {
                if !there.contains(&command::device(&end.interface)) {
                    plug(&mut qmp, &end).await?;
                }
            }
        }
        record.public.clone_from(public);
        nics.clone_into(&mut record.nics);
        self.0.keep(id, &record)
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        let _held = self.0.hold(id).await;
        self.0.remove(id).await
    }
}

impl Qemu {
    /// What a machine's record is when it is made.
    fn new_record(&self, spec: &MachineSpec, public: &PublicNic) -> Result<Record> {
        let origin = self.0.origin(&spec.image).map_err(Error::Unsupported)?;
        let mut record = Record::new(origin.base, spec, public);
        if spec.image.kind == "iso" {
            record.iso = spec.image.id.parse().ok();
        }
        Ok(record)
    }
}

/// The names of the devices that were plugged in by name.
pub(crate) async fn devices(qmp: &mut Qmp) -> Result<BTreeSet<String>> {
    let told = qmp.ask("qom-list", json!({ "path": "/machine/peripheral" })).await?;
    let names = told.as_array().into_iter().flatten().filter_map(|one| one["name"].as_str());
    Ok(names.map(str::to_owned).collect())
}

/// Takes a device out of a machine that runs, once that has let go of it, and what QEMU has opened for it.
pub(crate) async fn unplug(qmp: &mut Qmp, name: &str, close: &str, called: &str) -> Result<()> {
    let device = command::device(name);
    if devices(qmp).await?.contains(&device) {
        // One that was asked for before is still being waited for.
        let asked = qmp.ask("device_del", json!({ "id": device })).await;
        if let Err(error) = asked
            && !error.to_string().contains("already in the process of unplug")
        {
            return Err(error);
        }
        qmp.hear("DEVICE_DELETED", |data| data["device"] == *device, LETTING_GO).await?;
    }
    let closed = qmp.ask(close, json!({ called: name })).await;
    match closed {
        Err(error) if !error.to_string().contains("not found") => Err(error),
        _ => Ok(()),
    }
}

async fn plug(qmp: &mut Qmp, end: &End) -> Result<()> {
    // One that a try before has opened is opened anew.
    let _ = qmp.ask("netdev_del", json!({ "id": end.interface })).await;
    qmp.ask("netdev_add", command::link(end)).await?;
    qmp.ask("device_add", command::link_device(end)).await.map(drop)
}
