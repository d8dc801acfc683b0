//! Reserved IPs: addresses, and IPv6 networks, that stay the account's whichever server has them.
//!
//! The address belongs to the reserved IP's row, also while a server has it; the server keeps
//! a note of it among its own addresses. Both are written in one change, so that they never differ.

mod place;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use api::firewalls::IpType;
use api::reserved_ips::*;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

pub use place::{claim, detach_all};

use crate::addresses::{self, IPV4, IPV6, take_ipv4, take_ipv6};
use crate::billing::{self, Charged, Rate};
use crate::catalog::{Catalog, PriceItem};
use crate::instances::Instance;
use crate::servers::addresses::network_of;
use crate::{Cx, Doc, Family, Kind, Refusal, Result, Routes, Shown, Tx, alike};

/// How many of them a server can have: they are read whole.
pub const PER_SERVER: usize = 64;

/// A reserved address or network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reserved {
    /// The region's id.
    pub region: String,
    /// The IPv4 address, or the address of the IPv6 network.
    pub network: IpAddr,
    /// The owner's name for it.
    pub label: String,
    /// The instance that has it.
    pub attached_to: Option<Uuid>,
    /// Names in reverse DNS, where it is a further IPv6 network of its instance. Those of the
    /// instance's first network are kept by the instance.
    pub reverse: BTreeMap<Ipv6Addr, String>,
}

impl Kind for Reserved {
    const KIND: &'static str = "reserved-ip";
    const UNKNOWN: &'static str = "Invalid reserved-ip ID";
    type Seen = ();

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }

    fn lists(&self) -> Vec<Facet> {
        self.attached_to.map(on_instance).into_iter().collect()
    }
}

impl Charged for Reserved {
    const PRODUCT: &'static str = "Reserved IP";
    /// Whether it is an IPv6 network.
    type Class = bool;

    fn class(doc: &Doc<Self>) -> bool {
        doc.network.is_ipv6()
    }

    fn price(is_ipv6: &bool, amount: Decimal, catalog: &Catalog) -> Rate {
        let item = if *is_ipv6 { PriceItem::ReservedIpv6 } else { PriceItem::ReservedIpv4 };
        Rate::of(catalog.price(item), amount)
    }
}

/// The list of reserved IPs that an instance has.
pub fn on_instance(id: Uuid) -> Facet {
    ("instance", id.to_string())
}

/// The family.
pub fn family() -> Family {
    let routes = Routes::of::<Reserved>()
        .list::<ListReservedIps>()
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .get::<GetReservedIp>()
        .update_shown(|_, reserved, update: UpdateReservedIp| {
            reserved.label = update.label;
            Ok(())
        })
        // One that a server has is taken from it first: clients do not ask for that.
        .delete_with::<DeleteReservedIp>(|tx, reserved| Box::pin(place::take_back(tx, reserved)))
        .change(|tx, reserved, attach: AttachReservedIp| {
            Box::pin(place::give(tx, reserved, attach.instance_id.into()))
        })
        .change(|tx, reserved, _: DetachReservedIp| Box::pin(place::take_back(tx, reserved)))
        .create_with(|tx, req| Box::pin(convert(tx, req)))
        .done();
    Family::new(routes).costs::<Reserved>()
}

impl Shown for Reserved {
    type View = ReservedIp;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> ReservedIp {
        let (ip_type, subnet_size) = match doc.network {
            IpAddr::V4(_) => (IpType::V4, 32),
            IpAddr::V6(_) => (IpType::V6, addresses::IPV6_PREFIX),
        };
        alike!(doc => ReservedIp {
            region, label;
            id: doc.id().into(),
            ip_type: ip_type.into(),
            subnet: doc.network.to_string(),
            subnet_size,
            instance_id: doc.attached_to.map(Into::into).into(),
        })
    }
}

/// A reserved IP that is nowhere yet, and has no address.
fn blank(tx: &Tx, region: &str, label: Option<String>) -> Doc<Reserved> {
    tx.new_doc(Reserved {
        region: region.to_owned(),
        network: Ipv4Addr::UNSPECIFIED.into(),
        label: label.unwrap_or_default(),
        attached_to: None,
        reverse: BTreeMap::new(),
    })
}

async fn create(tx: &mut Tx, req: CreateReservedIp) -> Result<Doc<Reserved>> {
    let region = tx.cx().region("region", &req.region)?.id.clone();
    let mut reserved = blank(tx, &region, req.label);
    reserved.network = match req.ip_type {
        IpType::V4 => take_ipv4(tx, &region, reserved.id()).await?.into(),
        IpType::V6 => take_ipv6(tx, &region, reserved.id()).await?.into(),
    };
    if let Some(id) = req.instance_id.and_then(|id| id.get()) {
        place::give(tx, &mut reserved, id.into()).await?;
    }
    Ok(reserved)
}

/// The address stays where it is; only whose it is changes.
async fn convert(tx: &mut Tx, req: ConvertReservedIp) -> Result<Doc<Reserved>> {
    let unknown = || {
        let help = format!("ip_address: none of your instances has `{}`", req.ip_address);
        Refusal::bad("Invalid IP address").help(help)
    };
    let address: IpAddr = req.ip_address.parse().map_err(|_| unknown())?;
    let (scope, network) = match address {
        IpAddr::V4(_) => (IPV4, address),
        IpAddr::V6(address) => (IPV6, network_of(address).into()),
    };
    let owner: Option<Uuid> = tx.taken(scope, &network.to_string()).await?;
    let owner = owner.ok_or_else(unknown)?;
    if let Some(reserved) = tx.find::<Reserved>(owner).await? {
        let help = format!("ip_address: {network} is reserved already, as {}", reserved.id());
        return Err(Refusal::bad("Invalid IP address").help(help).into());
    }
    let mut instance = tx.find::<Instance>(owner).await?.ok_or_else(unknown)?;
    let mut reserved = blank(tx, &instance.region, req.label.clone());
    let (id, is_at) = (Some(reserved.id()), instance.id());
    place::check_room(tx, "ip_address", is_at).await?;
    (reserved.network, reserved.attached_to) = (network, Some(is_at));
    instance.ipv4.iter_mut().filter(|ip| address == ip.address).for_each(|ip| ip.reserved = id);
    if let Some(ipv6) = instance.ipv6.as_mut().filter(|ipv6| network == ipv6.network) {
        ipv6.reserved = id;
    }
    tx.release(scope, network.to_string());
    tx.take(scope, network.to_string(), reserved.id());
    tx.put(&instance);
    Ok(reserved)
}
