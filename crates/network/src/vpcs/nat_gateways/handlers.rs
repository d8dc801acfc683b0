//! What is asked of NAT gateways, and what is refused.

use std::net::Ipv6Addr;

use api::vpcs::nat_gateways::{self as wire, *};
use api::{Money, Page, Time, id};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{NatGateway, of_network};
use crate::billing::{Charged, Rate, owed};
use crate::catalog::{Catalog, PriceItem};
use crate::vpcs::{Name, PrivateNetwork, VPC, members, networks};
use crate::{Cx, Doc, Kind, Refusal, Result, Routes, Tx, addresses};

/// A gateway's VPC, in this family's words for one that is not there.
const OF: Name = Name { unknown: "Invalid VPC ID.", ..VPC };

pub(super) fn routes() -> Routes {
    Routes::default().on(list).on(create).on(get).on(update).on(delete)
}

/// A gateway as its owner sees it.
fn view(cx: &Cx, doc: Doc<NatGateway>) -> wire::NatGateway {
    let status = match doc.seen.ready {
        true => NatGatewayStatus::Active,
        false => NatGatewayStatus::Pending,
    };
    let Rate { monthly, .. } = Charged::rate(&doc, cx.catalog());
    wire::NatGateway {
        id: id::NatGatewayId(doc.id()),
        vpc_id: id::VpcId(doc.network),
        date_created: stamp(doc.created()),
        status: status.into(),
        public_ips: vec![doc.public_ip.to_string()],
        public_ips_v6: vec![doc.public_ipv6.to_string()],
        private_ips: vec![doc.private_ip.to_string()],
        billing: NatGatewayBilling { charges: owed(cx, &doc), monthly: Money(monthly.normalize()) },
        label: doc.want.label,
        tag: doc.want.tag,
    }
}

impl Charged for NatGateway {
    type Class = ();

    fn class(_: &Doc<Self>) {}

    fn price((): &(), amount: Decimal, catalog: &Catalog) -> Rate {
        Rate::of(catalog.price(PriceItem::NatGateway), amount)
    }
}

/// A time as this family writes it.
pub(super) fn stamp(time: Time) -> String {
    time.0.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The VPC and the gateway that the path names, to be read, changed or relied on.
pub(super) async fn in_path(
    tx: &mut Tx,
    vpc: id::VpcId,
    gateway: id::NatGatewayId,
) -> Result<(Doc<PrivateNetwork>, Doc<NatGateway>)> {
    let network = networks::in_path(tx, OF, vpc).await?;
    let found = tx.find::<NatGateway>(gateway).await?;
    let found = found.filter(|gateway| gateway.network == network.id());
    let gateway = found.ok_or_else(|| Refusal::not_found(NatGateway::UNKNOWN))?;
    Ok((network, gateway))
}

async fn list(cx: Cx, req: ListNatGateways) -> Result<Page<wire::NatGateway>> {
    let network = networks::get(&cx, OF, req.vpc_id).await?.id();
    let lists = vec![of_network(network)];
    let page = cx.page::<NatGateway>(lists, req.per_page, req.cursor.as_deref()).await?;
    Ok(page.map(|doc| view(&cx, doc)))
}

async fn create(cx: Cx, req: CreateNatGateway) -> Result<wire::NatGateway> {
    let mut tx = cx.begin();
    let network = networks::in_path(&mut tx, OF, req.vpc_id).await?;
    let region = cx.region("region", &network.region)?;
    if !region.connectivity.iter().any(|way| way == "nat_gateway") {
        let help = format!("the VPC is in `{}`, which has none", region.id);
        return Err(Refusal::bad("NAT gateways are not available in this region.")
            .help(help)
            .into());
    }
    if tx.count::<NatGateway>(of_network(network.id())).await? > 0 {
        let help = "delete that one first, or change its rules";
        return Err(Refusal::bad("This VPC already has a NAT gateway.").help(help).into());
    }
    let id = Uuid::now_v7();
    let want = NatGateway {
        network: network.id(),
        label: req.label.unwrap_or_default(),
        tag: req.tag.unwrap_or_default(),
        public_ip: addresses::take_ipv4(&mut tx, &network.region, id).await?,
        public_ipv6: first_of(addresses::take_ipv6(&mut tx, &network.region, id).await?),
        private_ip: members::take_address(&mut tx, &network, id).await?,
        firewall: Vec::new(),
        forwarding: Vec::new(),
    };
    let gateway = tx.doc_with_id(id, want);
    tx.put(&gateway);
    tx.commit().await?;
    Ok(view(&cx, gateway))
}

/// The first address of an IPv6 network.
fn first_of(network: Ipv6Addr) -> Ipv6Addr {
    Ipv6Addr::from_bits(network.to_bits() | 1)
}

async fn get(cx: Cx, req: GetNatGateway) -> Result<wire::NatGateway> {
    let (_, gateway) = in_path(&mut cx.begin(), req.vpc_id, req.nat_gateway_id).await?;
    Ok(view(&cx, gateway))
}

async fn update(cx: Cx, req: UpdateNatGateway) -> Result<wire::NatGateway> {
    let mut tx = cx.begin();
    let (_, mut gateway) = in_path(&mut tx, req.vpc_id, req.nat_gateway_id).await?;
    if let Some(label) = req.label {
        gateway.label = label;
    }
    if let Some(tag) = req.tag {
        gateway.tag = tag;
    }
    tx.put(&gateway);
    tx.commit().await?;
    Ok(view(&cx, gateway))
}

async fn delete(cx: Cx, req: DeleteNatGateway) -> Result<()> {
    let mut tx = cx.begin();
    let (_, gateway) = in_path(&mut tx, req.vpc_id, req.nat_gateway_id).await?;
    tx.delete(gateway);
    tx.commit().await
}
