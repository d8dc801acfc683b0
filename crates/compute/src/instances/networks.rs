//! An instance's places in private networks: VPCs, under both names, and VPC 2.0.

use api::Page;
use api::id::NetworkId;
use api::instances::*;

use super::Instance;
use crate::cx::slice;
use crate::private_networks::PRIVATE;
use crate::servers::networks::{attach, chosen, detach, of_sort, view_vpc, view_vpc2};
use crate::vpc2::VPC2;
use crate::vpcs::{Sort, VPC};
use crate::{Cx, Result, Routes};

pub(super) fn routes() -> Routes {
    let routes = Routes::default().on(list_vpcs).on(attach_vpc).on(detach_vpc);
    let routes = routes.on(list_vpc2s).on(attach_vpc2).on(detach_vpc2);
    routes.on(list_private_networks).on(attach_private_network).on(detach_private_network)
}

async fn list_vpcs(cx: Cx, req: ListInstanceVpcs) -> Result<Page<InstanceVpc>> {
    let nics = of_sort::<Instance>(&cx, req.instance_id, Sort::Vpc).await?;
    let page = slice(&nics, req.per_page, req.cursor.as_deref())?;
    Ok(page.map(view_vpc))
}

async fn attach_vpc(cx: Cx, req: AttachInstanceVpc) -> Result<()> {
    attach::<Instance>(&cx, req.instance_id, VPC, ("vpc_id", req.vpc_id.into()), None).await
}

async fn detach_vpc(cx: Cx, req: DetachInstanceVpc) -> Result<()> {
    detach::<Instance>(&cx, req.instance_id, VPC, ("vpc_id", req.vpc_id.into())).await
}

async fn list_vpc2s(cx: Cx, req: ListInstanceVpc2s) -> Result<Page<InstanceVpc2>> {
    let nics = of_sort::<Instance>(&cx, req.instance_id, Sort::Vpc2).await?;
    let page = slice(&nics, req.per_page, req.cursor.as_deref())?;
    Ok(page.map(view_vpc2))
}

async fn attach_vpc2(cx: Cx, req: AttachInstanceVpc2) -> Result<()> {
    let address = chosen(req.ip_address.as_deref())?;
    attach::<Instance>(&cx, req.instance_id, VPC2, ("vpc_id", req.vpc_id.into()), address).await
}

async fn detach_vpc2(cx: Cx, req: DetachInstanceVpc2) -> Result<()> {
    detach::<Instance>(&cx, req.instance_id, VPC2, ("vpc_id", req.vpc_id.into())).await
}

async fn list_private_networks(
    cx: Cx,
    req: ListInstancePrivateNetworks,
) -> Result<Page<InstancePrivateNetwork>> {
    let nics = of_sort::<Instance>(&cx, req.instance_id, Sort::Vpc).await?;
    let page = slice(&nics, req.per_page, req.cursor.as_deref())?;
    Ok(page.map(|nic| InstancePrivateNetwork {
        id: NetworkId(nic.network),
        network_id: NetworkId(nic.network),
        ip_address: nic.address.to_string(),
        mac_address: nic.mac,
    }))
}

async fn attach_private_network(cx: Cx, req: AttachInstancePrivateNetwork) -> Result<()> {
    attach::<Instance>(&cx, req.instance_id, PRIVATE, ("network_id", req.network_id.into()), None)
        .await
}

async fn detach_private_network(cx: Cx, req: DetachInstancePrivateNetwork) -> Result<()> {
    detach::<Instance>(&cx, req.instance_id, PRIVATE, ("network_id", req.network_id.into())).await
}
