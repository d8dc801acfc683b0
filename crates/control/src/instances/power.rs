//! Starting, stopping, restarting, reinstalling: one instance, or several at once.
//!
//! Where one of several is unknown, nothing is done to any. No driver is called here.

use std::collections::BTreeSet;

use api::id::InstanceId;
use api::instances::{
    HaltInstance, HaltInstances, RebootInstance, RebootInstances, ReinstallInstance, StartInstance,
    StartInstances,
};

use super::{Instance, create, update::refuse_locked, view};
use crate::{Cx, Refusal, Result, Routes};

pub(super) fn routes() -> Routes {
    Routes::default()
        .on(start)
        .on(halt)
        .on(reboot)
        .on(start_many)
        .on(halt_many)
        .on(reboot_many)
        .on(reinstall)
}

impl Instance {
    fn start(&mut self) {
        self.halted = false;
    }

    fn halt(&mut self) {
        self.halted = true;
    }

    /// Restarts it; one that is off is switched on.
    fn reboot(&mut self) {
        self.reboots += 1;
        self.halted = false;
    }

    /// Installs it anew and starts it.
    pub(super) fn reinstall(&mut self) {
        self.installs += 1;
        self.halted = false;
    }
}

async fn start(cx: Cx, req: StartInstance) -> Result<()> {
    change(&cx, &[req.instance_id], Instance::start).await
}

async fn halt(cx: Cx, req: HaltInstance) -> Result<()> {
    change(&cx, &[req.instance_id], Instance::halt).await
}

async fn reboot(cx: Cx, req: RebootInstance) -> Result<()> {
    change(&cx, &[req.instance_id], Instance::reboot).await
}

async fn start_many(cx: Cx, req: StartInstances) -> Result<()> {
    change(&cx, some(&req.instance_ids)?, Instance::start).await
}

async fn halt_many(cx: Cx, req: HaltInstances) -> Result<()> {
    change(&cx, some(&req.instance_ids)?, Instance::halt).await
}

async fn reboot_many(cx: Cx, req: RebootInstances) -> Result<()> {
    change(&cx, some(&req.instance_ids)?, Instance::reboot).await
}

fn some(ids: &[InstanceId]) -> Result<&[InstanceId]> {
    match ids {
        [] => Err(Refusal::field("instance_ids", "give at least one instance").into()),
        ids => Ok(ids),
    }
}

/// Changes all of these instances, or none.
async fn change(cx: &Cx, ids: &[InstanceId], change: fn(&mut Instance)) -> Result<()> {
    let ids: BTreeSet<_> = ids.iter().collect();
    let mut tx = cx.begin();
    for id in ids {
        let mut instance = tx.get::<Instance>(*id).await?;
        change(&mut instance.want);
        tx.put(&instance);
    }
    tx.commit().await
}

async fn reinstall(cx: Cx, req: ReinstallInstance) -> Result<api::instances::Instance> {
    let mut tx = cx.begin();
    let mut instance = tx.get::<Instance>(req.instance_id).await?;
    if instance.is_locked() {
        refuse_locked(&cx, "Unable to reinstall server: ")?;
    }
    if let Some(name) = req.hostname.filter(|name| !name.is_empty()) {
        instance.hostname = create::hostname(&name)?;
    }
    instance.reinstall();
    tx.put(&instance);
    tx.commit().await?;
    view::show(&cx, &instance).await
}
