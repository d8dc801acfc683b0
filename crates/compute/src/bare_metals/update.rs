//! Changing and deleting bare metal servers.
//!
//! What is not sent stays as it is. No driver is called here.

use api::OrEmpty;
use api::bare_metals::{self as wire, DeleteBareMetal, UpdateBareMetal};

use super::{BareMetal, create, view};
use crate::servers::Locks;
use crate::servers::addresses::give_ipv6;
use crate::servers::networks::{Wish, resolve};
use crate::servers::options;
use crate::servers::software::Named;
use crate::vpc2::VPC2;
use crate::{Cx, Doc, Result, Tx, load_balancers, reserved_ips};

pub(super) async fn update(
    tx: &mut Tx,
    server: &mut Doc<BareMetal>,
    req: UpdateBareMetal,
) -> Result<wire::BareMetal> {
    let cx = tx.cx().clone();
    let (image, ipxe) = (req.image_id.as_deref(), req.ipxe_chain_url.as_deref());
    let (os, app) = (req.os_id, req.app_id);
    let starts_by_itself = server.software.is_custom();
    let named = Named { os, app, image, ipxe, starts_by_itself, ..Named::default() };
    let plan = create::plan(&cx, &server.plan)?;
    let chosen = named.of_change(&cx, tx, plan.into()).await?;
    if let Some(software) = chosen.filter(|software| server.software.differs_from(software)) {
        server.check_touchable(&cx, "")?;
        server.software = software;
        options::tell_missing(&cx, server);
        server.reinstall();
    }
    let tags = options::tags(req.tags.as_deref(), req.tag.as_deref())?;
    let scheme = req.user_scheme.and_then(OrEmpty::get);
    options::describe(server, req.label.as_deref(), tags, req.user_data.as_deref(), scheme)?;
    if let Some(mode) = req.mdisk_mode.and_then(OrEmpty::get) {
        server.mdisk_mode = create::mdisk_mode(mode);
    }
    if req.enable_ipv6 == Some(true) && server.ipv6.is_none() {
        give_ipv6(tx, server).await?;
    }
    let (attach, detach) = (req.attach_vpc2.as_deref(), req.detach_vpc2.as_deref());
    let vpc2 = Wish::new(attach, detach, req.enable_vpc2);
    resolve(tx, server, &[(VPC2, "vpc2", vpc2)]).await?;
    Ok(view::show(&cx, server))
}

pub(super) async fn delete(cx: Cx, req: DeleteBareMetal) -> Result<()> {
    let mut tx = cx.begin();
    let server = tx.get::<BareMetal>(req.baremetal_id).await?;
    server.check_touchable(&cx, "Unable to destroy server: ")?;
    load_balancers::forget_most(&cx, server.id()).await?;
    load_balancers::forget(&mut tx, server.id()).await?;
    reserved_ips::detach_all(&mut tx, server.id()).await?;
    // Its addresses, and its places in networks, are free again when the row goes.
    tx.delete(server);
    tx.commit().await
}
