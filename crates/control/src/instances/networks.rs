//! An instance's places in private networks: VPCs, under both names, and VPC 2.0.
//!
//! A VPC is never shown as a VPC 2.0 network, nor the other way round.

use std::net::Ipv4Addr;

use api::Page;
use api::id::{InstanceId, NetworkId, Vpc2Id, VpcId};
use api::instances::*;
use uuid::Uuid;

use super::{Instance, PrivateNic};
use crate::cx::slice;
use crate::private_networks::PRIVATE;
use crate::vpc2::VPC2;
use crate::vpcs::{Name, Sort, VPC, enter, exit, nics};
use crate::{Cx, Refusal, Result, Routes};

pub(super) fn routes() -> Routes {
    let routes = Routes::default().on(list_vpcs).on(attach_vpc).on(detach_vpc);
    let routes = routes.on(list_vpc2s).on(attach_vpc2).on(detach_vpc2);
    routes.on(list_private_networks).on(attach_private_network).on(detach_private_network)
}

/// An instance's interfaces in networks of a sort.
async fn of_sort(cx: &Cx, id: InstanceId, sort: Sort) -> Result<Vec<PrivateNic>> {
    let instance = cx.get::<Instance>(id).await?;
    Ok(nics(cx, &instance, sort).await?.into_iter().map(|(nic, _)| nic).collect())
}

async fn attach(
    cx: &Cx,
    id: InstanceId,
    name: Name,
    (field, network): (&str, Uuid),
    address: Option<Ipv4Addr>,
) -> Result<()> {
    let mut tx = cx.begin();
    let mut instance = tx.get::<Instance>(id).await?;
    enter(&mut tx, &mut instance, name, field, network, address).await?;
    tx.put(&instance);
    tx.commit().await
}

async fn detach(cx: &Cx, id: InstanceId, name: Name, (field, network): (&str, Uuid)) -> Result<()> {
    let mut tx = cx.begin();
    let mut instance = tx.get::<Instance>(id).await?;
    exit(&mut tx, &mut instance, name, field, network).await?;
    tx.put(&instance);
    tx.commit().await
}

async fn list_vpcs(cx: Cx, req: ListInstanceVpcs) -> Result<Page<InstanceVpc>> {
    let nics = of_sort(&cx, req.instance_id, Sort::Vpc).await?;
    let page = slice(&nics, req.per_page, req.cursor.as_deref())?;
    Ok(page.map(|nic| InstanceVpc {
        id: VpcId(nic.network),
        ip_address: nic.address.to_string(),
        mac_address: nic.mac,
    }))
}

async fn attach_vpc(cx: Cx, req: AttachInstanceVpc) -> Result<()> {
    attach(&cx, req.instance_id, VPC, ("vpc_id", req.vpc_id.into()), None).await
}

async fn detach_vpc(cx: Cx, req: DetachInstanceVpc) -> Result<()> {
    detach(&cx, req.instance_id, VPC, ("vpc_id", req.vpc_id.into())).await
}

async fn list_vpc2s(cx: Cx, req: ListInstanceVpc2s) -> Result<Page<InstanceVpc2>> {
    let nics = of_sort(&cx, req.instance_id, Sort::Vpc2).await?;
    let page = slice(&nics, req.per_page, req.cursor.as_deref())?;
    Ok(page.map(|nic| InstanceVpc2 {
        id: Vpc2Id(nic.network),
        ip_address: nic.address.to_string(),
        mac_address: nic.mac,
    }))
}

async fn attach_vpc2(cx: Cx, req: AttachInstanceVpc2) -> Result<()> {
    let address = match req.ip_address.as_deref() {
        None | Some("") => None,
        Some(text) => match text.parse() {
            Ok(address) => Some(address),
            Err(_) => {
                let help = format!("`{text}` is no IPv4 address such as 10.99.0.3");
                return Err(Refusal::field("ip_address", help).into());
            }
        },
    };
    attach(&cx, req.instance_id, VPC2, ("vpc_id", req.vpc_id.into()), address).await
}

async fn detach_vpc2(cx: Cx, req: DetachInstanceVpc2) -> Result<()> {
    detach(&cx, req.instance_id, VPC2, ("vpc_id", req.vpc_id.into())).await
}

async fn list_private_networks(
    cx: Cx,
    req: ListInstancePrivateNetworks,
) -> Result<Page<InstancePrivateNetwork>> {
    let nics = of_sort(&cx, req.instance_id, Sort::Vpc).await?;
    let page = slice(&nics, req.per_page, req.cursor.as_deref())?;
    Ok(page.map(|nic| InstancePrivateNetwork {
        id: NetworkId(nic.network),
        network_id: NetworkId(nic.network),
        ip_address: nic.address.to_string(),
        mac_address: nic.mac,
    }))
}

async fn attach_private_network(cx: Cx, req: AttachInstancePrivateNetwork) -> Result<()> {
    attach(&cx, req.instance_id, PRIVATE, ("network_id", req.network_id.into()), None).await
}

async fn detach_private_network(cx: Cx, req: DetachInstancePrivateNetwork) -> Result<()> {
    detach(&cx, req.instance_id, PRIVATE, ("network_id", req.network_id.into())).await
}
