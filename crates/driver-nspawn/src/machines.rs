//! Machines, as the control plane asks for them.

use async_trait::async_trait;
use drivers::{
    Error, Image, Machine, MachineSpec, Machines, Nic, Progress, PublicNic, Result, Size,
};
use uuid::Uuid;

use crate::tree::Tree;
use crate::{Nspawn, files, furnish};

#[async_trait]
impl Machines for Nspawn {
    async fn observe(&self, id: Uuid) -> Result<Option<Machine>> {
        let Some(record) = self.0.record(id)? else { return Ok(None) };
        let running = self.0.nspawn(id).is_some();
        let progress = match running && !self.0.is_up(id, &record) {
            true => Progress::Booting,
            false => Progress::Ready,
        };
        let iso = None;
        let crate::record::Record { spec, public, nics, install, reset, .. } = record;
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
                let record = self.0.new_record(spec, public)?;
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
        record.base = self.0.origin(&spec.image).map_err(Error::Unsupported)?.base;
        self.0.halt(id).await?;
        (record.install, record.is_on, record.is_prepared) = (number, true, false);
        record.spec = spec.clone();
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
        self.0.must_be(id)?;
        match iso {
            None => Ok(()),
            Some(_) => Err(Error::Unsupported("a container has no drive for an ISO image".into())),
        }
    }

    async fn connect(&self, id: Uuid, public: &PublicNic, nics: &[Nic]) -> Result<()> {
        let _held = self.0.hold(id).await;
        let mut record = self.0.must_be(id)?;
        if self.0.has_just_begun(id, &record) {
            // What starts sets its network up by itself, once: it does that with all of it.
            self.0.halt(id).await?;
            record.public.clone_from(public);
            nics.clone_into(&mut record.nics);
            self.0.keep(id, &record)?;
            return self.0.boot(id, &mut record).await;
        }
        // It is not remembered before it is so: what is left of it is done when asked again.
        if let Some(leader) = self.0.leader(id, &record).await? {
            let ends = self.0.net.replug(id, public, nics, leader).await?;
            // For when its network is set up anew.
            furnish::network(&Tree::at(&self.0.place(id).root())?, &ends)?;
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
