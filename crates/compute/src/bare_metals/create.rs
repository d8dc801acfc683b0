//! Making bare metal servers: what a request may ask for, and what a new server is given.
//!
//! Everything that is taken is taken in the transaction that stores the server, so that a refusal
//! leaves nothing behind. No driver is called here.

use api::OrEmpty;
use api::bare_metals::{self as wire, CreateBareMetal, MdiskMode};

use super::{BareMetal, view};
use crate::catalog::{MetalPlan, Region};
use crate::servers::addresses::{give_ipv4, give_ipv6};
use crate::servers::networks::{Wish, resolve};
use crate::servers::software::Named;
use crate::servers::{Software, options, plans};
use crate::vpc2::VPC2;
use crate::vpcs::{Name, VPC};
use crate::{Cx, Result};

/// The fields that can name what is installed.
const SOFTWARE: &str = "os_id, app_id, image_id, snapshot_id, ipxe_chain_url";

pub(super) async fn create(cx: Cx, req: CreateBareMetal) -> Result<wire::BareMetal> {
    let region = cx.region("region", &req.region)?;
    let plan = plan(&cx, &req.plan)?;
    plans::check_sold(plan.sold_in(&region.id) || cx.is_copying(), &plan.id, &plan.locations)?;
    let mut tx = cx.begin();
    let named = Named {
        os: req.os_id,
        app: req.app_id,
        image: req.image_id.as_deref(),
        snapshot: req.snapshot_id.and_then(OrEmpty::get),
        iso: None,
        ipxe: req.ipxe_chain_url.as_deref(),
        starts_by_itself: options::is_pxe(&mut tx, req.script_id).await?,
    };
    let software = named.of_new(&cx, &mut tx, plan.into(), SOFTWARE).await?;
    let mut server = tx.new_doc(wanted(&req, region, software)?);
    options::check_variables(&cx, &server)?;
    let keys = req.sshkey_id.as_deref();
    options::resolve_access(&mut tx, &mut server, keys, req.script_id).await?;
    give_ipv4(&mut tx, &mut server, req.reserved_ipv4).await?;
    if req.enable_ipv6 == Some(true) {
        give_ipv6(&mut tx, &mut server).await?;
    }
    resolve(&mut tx, &mut server, &networks(&req)).await?;
    tx.put(&server);
    tx.commit().await?;
    let default_password = Some(server.password.clone());
    Ok(wire::BareMetal { default_password, ..view::show(&cx, &server) })
}

/// What the request says about the server alone.
fn wanted(req: &CreateBareMetal, region: &Region, software: Software) -> Result<BareMetal> {
    let server = options::wanted!(req, region, software);
    let mdisk_mode = req.mdisk_mode.and_then(OrEmpty::get).map(mdisk_mode).unwrap_or_default();
    Ok(BareMetal { server, persistent_pxe: req.persistent_pxe == Some(true), mdisk_mode })
}

/// How disks are joined, as it is stored.
pub(super) fn mdisk_mode(mode: MdiskMode) -> String {
    match mode {
        MdiskMode::Raid1 => "raid1".to_owned(),
        MdiskMode::Jbod => "jbod".to_owned(),
        MdiskMode::None => String::new(),
    }
}

/// A bare metal plan by its id.
pub(super) fn plan<'a>(cx: &'a Cx, id: &str) -> Result<&'a MetalPlan> {
    let catalog = cx.catalog();
    catalog.metal_plan(id).ok_or_else(|| {
        let instead = catalog.plan(id).map(|_| "a plan of instances");
        plans::unknown(id, "bare metal plan", instead, catalog.nearest_metal_plan(id)).into()
    })
}

fn networks(req: &CreateBareMetal) -> [(Name, &'static str, Wish); 2] {
    let (attach, detach) = (req.attach_vpc2.as_deref(), req.detach_vpc2.as_deref());
    [
        (VPC, "vpc", Wish::new(req.attach_vpc.as_deref(), None, req.enable_vpc)),
        (VPC2, "vpc2", Wish::new(attach, detach, req.enable_vpc2)),
    ]
}
