//! Starting, stopping, restarting, reinstalling: one instance, or several at once.

use api::instances::{
    self as wire, HaltInstance, HaltInstances, RebootInstance, RebootInstances, ReinstallInstance,
    StartInstance, StartInstances,
};

use super::{Instance, view};
use crate::servers::Server;
use crate::servers::power::{self, change, change_many};
use crate::{Cx, Result, Routes};

/// The field that names several.
const IDS: &str = "instance_ids";

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

async fn start(cx: Cx, req: StartInstance) -> Result<()> {
    change::<Instance>(&cx, &[req.instance_id], Server::start).await
}

async fn halt(cx: Cx, req: HaltInstance) -> Result<()> {
    change::<Instance>(&cx, &[req.instance_id], Server::halt).await
}

async fn reboot(cx: Cx, req: RebootInstance) -> Result<()> {
    change::<Instance>(&cx, &[req.instance_id], Server::reboot).await
}

async fn start_many(cx: Cx, req: StartInstances) -> Result<()> {
    change_many::<Instance>(&cx, IDS, &req.instance_ids, Server::start).await
}

async fn halt_many(cx: Cx, req: HaltInstances) -> Result<()> {
    change_many::<Instance>(&cx, IDS, &req.instance_ids, Server::halt).await
}

async fn reboot_many(cx: Cx, req: RebootInstances) -> Result<()> {
    change_many::<Instance>(&cx, IDS, &req.instance_ids, Server::reboot).await
}

async fn reinstall(cx: Cx, req: ReinstallInstance) -> Result<wire::Instance> {
    let instance = power::reinstall(&cx, req.instance_id, req.hostname).await?;
    view::show(&cx, &instance).await
}
