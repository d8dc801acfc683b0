//! Changing, switching, reinstalling and deleting bare metal servers.
//!
//! What is not sent stays as it is. No driver is called here.

use api::OrEmpty;
use api::bare_metals::{self as wire, *};

use super::{BareMetal, create, view};
use crate::servers::Locks;
use crate::servers::addresses::give_ipv6;
use crate::servers::networks::{Wish, resolve};
use crate::servers::power::{self, change, change_many};
use crate::servers::software::Named;
use crate::servers::{Server, options};
use crate::vpc2::VPC2;
use crate::{Cx, Result, Routes, reserved_ips};

/// The field that names several.
const IDS: &str = "baremetal_ids";

pub(super) fn routes() -> Routes {
    Routes::default()
        .on(update)
        .on(delete)
        .on(start)
        .on(halt)
        .on(reboot)
        .on(start_many)
        .on(halt_many)
        .on(reboot_many)
        .on(reinstall)
}

async fn update(cx: Cx, req: UpdateBareMetal) -> Result<wire::BareMetal> {
    let mut tx = cx.begin();
    let mut server = tx.get::<BareMetal>(req.baremetal_id).await?;
    let (image, ipxe) = (req.image_id.as_deref(), req.ipxe_chain_url.as_deref());
    let (os, app) = (req.os_id, req.app_id);
    let starts_by_itself = server.software.is_custom();
    let named = Named { os, app, image, ipxe, starts_by_itself, ..Named::default() };
    let plan = create::plan(&cx, &server.plan)?;
    let chosen = named.of_change(&cx, &mut tx, plan.into()).await?;
    if let Some(software) = chosen.filter(|software| server.software.differs_from(software)) {
        server.check_touchable(&cx, "")?;
        server.software = software;
        server.reinstall();
    }
    let tags = options::tags(req.tags.as_deref(), req.tag.as_deref())?;
    let scheme = req.user_scheme.and_then(OrEmpty::get);
    options::describe(&mut server, req.label.as_deref(), tags, req.user_data.as_deref(), scheme)?;
    if let Some(mode) = req.mdisk_mode.and_then(OrEmpty::get) {
        server.mdisk_mode = create::mdisk_mode(mode);
    }
    if req.enable_ipv6 == Some(true) && server.ipv6.is_none() {
        give_ipv6(&mut tx, &mut server).await?;
    }
    let (attach, detach) = (req.attach_vpc2.as_deref(), req.detach_vpc2.as_deref());
    let vpc2 = Wish::new(attach, detach, req.enable_vpc2);
    resolve(&mut tx, &mut server, &[(VPC2, "vpc2", vpc2)]).await?;
    tx.put(&server);
    tx.commit().await?;
    Ok(view::show(&cx, &server))
}

async fn delete(cx: Cx, req: DeleteBareMetal) -> Result<()> {
    let mut tx = cx.begin();
    let server = tx.get::<BareMetal>(req.baremetal_id).await?;
    server.check_touchable(&cx, "Unable to destroy server: ")?;
    reserved_ips::detach_all(&mut tx, server.id()).await?;
    // Its addresses, and its places in networks, are free again when the row goes.
    tx.delete(server);
    tx.commit().await
}

async fn start(cx: Cx, req: StartBareMetal) -> Result<()> {
    change::<BareMetal>(&cx, &[req.baremetal_id], Server::start).await
}

async fn halt(cx: Cx, req: HaltBareMetal) -> Result<()> {
    change::<BareMetal>(&cx, &[req.baremetal_id], Server::halt).await
}

async fn reboot(cx: Cx, req: RebootBareMetal) -> Result<()> {
    change::<BareMetal>(&cx, &[req.baremetal_id], Server::reboot).await
}

async fn start_many(cx: Cx, req: StartBareMetals) -> Result<()> {
    change_many::<BareMetal>(&cx, IDS, &req.baremetal_ids, Server::start).await
}

async fn halt_many(cx: Cx, req: HaltBareMetals) -> Result<()> {
    change_many::<BareMetal>(&cx, IDS, &req.baremetal_ids, Server::halt).await
}

async fn reboot_many(cx: Cx, req: RebootBareMetals) -> Result<()> {
    change_many::<BareMetal>(&cx, IDS, &req.baremetal_ids, Server::reboot).await
}

async fn reinstall(cx: Cx, req: ReinstallBareMetal) -> Result<wire::BareMetal> {
    Ok(view::show(&cx, &power::reinstall(&cx, req.baremetal_id, req.hostname).await?))
}
