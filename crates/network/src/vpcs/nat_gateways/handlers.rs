//! What is asked of NAT gateways, and what is refused.

use std::net::Ipv6Addr;

use api::vpcs::{self as wire, *};
use api::{Endpoint, Money};
use rust_decimal::Decimal;
use store::Facet;

use super::{Gateway, NatGateway, of_network};
use crate::billing::{Charged, Rate, owed};
use crate::catalog::{Catalog, PriceItem};
use crate::vpcs::{Name, VPC, members, networks};
use crate::{Cx, Doc, Refusal, Result, Routes, Shown, Tx, addresses, alike, set_alike};

/// A gateway's VPC, in this family's words for one that is not there.
const OF: Name = Name { unknown: "Invalid VPC ID.", ..VPC };

pub(super) fn routes() -> Routes {
    Routes::of::<NatGateway>()
        .list::<ListNatGateways>()
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .get::<GetNatGateway>()
        .update_shown(update)
        .delete::<DeleteNatGateway>()
        .done()
}

impl Shown for NatGateway {
    type View = wire::NatGateway;
    type With = ();

    async fn within(tx: &mut Tx, path: &[String]) -> Result<Vec<Facet>> {
        Ok(vec![of_network(networks::in_path(tx, OF, path).await?.id())])
    }

    fn view(doc: &Doc<Self>, (): &(), cx: &Cx) -> wire::NatGateway {
        let status = match doc.seen.ready {
            true => NatGatewayStatus::Active,
            false => NatGatewayStatus::Pending,
        };
        let monthly = Money(Charged::rate(doc, cx.catalog()).monthly.normalize());
        alike!(doc => wire::NatGateway {
            label, tag;
            id: doc.id().into(),
            vpc_id: doc.network.into(),
            date_created: doc.created().spaced(),
            status: status.into(),
            public_ips: vec![doc.public_ip.to_string()],
            public_ips_v6: vec![doc.public_ipv6.to_string()],
            private_ips: vec![doc.private_ip.to_string()],
            billing: NatGatewayBilling { charges: owed(cx, doc), monthly },
        })
    }
}

impl Charged for NatGateway {
    const PRODUCT: &'static str = "NAT Gateway";
    type Class = ();

    fn class(_: &Doc<Self>) {}

    fn price((): &(), amount: Decimal, catalog: &Catalog) -> Rate {
        Rate::of(catalog.price(PriceItem::NatGateway), amount)
    }
}

async fn create(tx: &mut Tx, req: CreateNatGateway) -> Result<Gateway> {
    let network = networks::in_path(tx, OF, &req.path()).await?;
    let region = tx.cx().region("region", &network.region)?;
    let help = format!("the VPC is in `{}`, which has none", region.id);
    let none_there = Refusal::bad("NAT gateways are not available in this region.").help(help);
    none_there.unless(region.connectivity.iter().any(|way| way == "nat_gateway"))?;
    let second = Refusal::bad("This VPC already has a NAT gateway.");
    let second = second.help("delete that one first, or change its rules");
    second.unless(tx.count::<NatGateway>(of_network(network.id())).await? == 0)?;
    let id = tx.new_id::<NatGateway>();
    let want = NatGateway {
        network: network.id(),
        label: req.label.unwrap_or_default(),
        tag: req.tag.unwrap_or_default(),
        public_ip: addresses::take_ipv4(tx, &network.region, id).await?,
        public_ipv6: first_of(addresses::take_ipv6(tx, &network.region, id).await?),
        private_ip: members::take_address(tx, &network, id).await?,
        firewall: Vec::new(),
        forwarding: Vec::new(),
    };
    Ok(tx.doc_with_id(id, want))
}

/// The first address of an IPv6 network.
fn first_of(network: Ipv6Addr) -> Ipv6Addr {
    Ipv6Addr::from_bits(network.to_bits() | 1)
}

fn update(_: &Cx, gateway: &mut Gateway, req: UpdateNatGateway) -> Result<()> {
    set_alike!(req => gateway { label, tag });
    Ok(())
}
