//! A bare metal server's addresses, their names, and its places in private networks.

use api::Page;
use api::bare_metals::*;
use api::instances::{InstanceIpv4, InstanceIpv6, InstanceVpc, InstanceVpc2};

use super::BareMetal;
use crate::servers::addresses;
use crate::servers::networks::{attach, chosen, detach, of_sort, view_vpc, view_vpc2};
use crate::vpc2::VPC2;
use crate::vpcs::{Sort, VPC};
use crate::{Cx, Result, Routes};

pub(super) fn routes() -> Routes {
    let routes = Routes::default().on(list_ipv4).on(set_reverse_ipv4).on(reset_reverse_ipv4);
    let routes = routes.on(list_ipv6).on(set_reverse_ipv6).on(remove_reverse_ipv6);
    let routes = routes.on(list_vpcs).on(attach_vpc).on(detach_vpc);
    routes.on(list_vpc2s).on(attach_vpc2).on(detach_vpc2)
}

async fn list_ipv4(cx: Cx, req: ListBareMetalIpv4) -> Result<Page<InstanceIpv4>> {
    let server = cx.get::<BareMetal>(req.baremetal_id).await?;
    Ok(Page::whole(addresses::public_ipv4(&server, true)))
}

async fn set_reverse_ipv4(cx: Cx, req: SetBareMetalReverseIpv4) -> Result<()> {
    addresses::set_reverse_ipv4::<BareMetal>(&cx, req.baremetal_id, &req.ip, req.reverse).await
}

async fn reset_reverse_ipv4(cx: Cx, req: ResetBareMetalReverseIpv4) -> Result<()> {
    addresses::name_ipv4::<BareMetal>(&cx, req.baremetal_id, &req.ip, String::new()).await
}

async fn list_ipv6(cx: Cx, req: ListBareMetalIpv6) -> Result<Page<InstanceIpv6>> {
    let server = cx.get::<BareMetal>(req.baremetal_id).await?;
    Ok(Page::whole(addresses::all_ipv6(&cx, &server).await?))
}

async fn set_reverse_ipv6(cx: Cx, req: SetBareMetalReverseIpv6) -> Result<()> {
    addresses::set_reverse_ipv6::<BareMetal>(&cx, req.baremetal_id, &req.ip, req.reverse).await
}

async fn remove_reverse_ipv6(cx: Cx, req: RemoveBareMetalReverseIpv6) -> Result<()> {
    addresses::remove_reverse_ipv6::<BareMetal>(&cx, req.baremetal_id, &req.ipv6).await
}

async fn list_vpcs(cx: Cx, req: ListBareMetalVpcs) -> Result<Vec<InstanceVpc>> {
    let nics = of_sort::<BareMetal>(&cx, req.baremetal_id, Sort::Vpc).await?;
    Ok(nics.into_iter().map(view_vpc).collect())
}

async fn attach_vpc(cx: Cx, req: AttachBareMetalVpc) -> Result<()> {
    let network = ("vpc_id", req.vpc_id.into());
    attach::<BareMetal>(&cx, req.baremetal_id, VPC, network, None).await
}

async fn detach_vpc(cx: Cx, req: DetachBareMetalVpc) -> Result<()> {
    detach::<BareMetal>(&cx, req.baremetal_id, VPC, ("vpc_id", req.vpc_id.into())).await
}

async fn list_vpc2s(cx: Cx, req: ListBareMetalVpc2s) -> Result<Vec<InstanceVpc2>> {
    let nics = of_sort::<BareMetal>(&cx, req.baremetal_id, Sort::Vpc2).await?;
    Ok(nics.into_iter().map(view_vpc2).collect())
}

async fn attach_vpc2(cx: Cx, req: AttachBareMetalVpc2) -> Result<()> {
    let address = chosen(req.ip_address.as_deref())?;
    let network = ("vpc_id", req.vpc_id.into());
    attach::<BareMetal>(&cx, req.baremetal_id, VPC2, network, address).await
}

async fn detach_vpc2(cx: Cx, req: DetachBareMetalVpc2) -> Result<()> {
    detach::<BareMetal>(&cx, req.baremetal_id, VPC2, ("vpc_id", req.vpc_id.into())).await
}
