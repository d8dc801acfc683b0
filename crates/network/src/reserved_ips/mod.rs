//! Reserved IPs: addresses, and IPv6 networks, that stay the account's whichever server has them.
//!
//! The address belongs to the reserved IP's row, also while a server has it; the server keeps
//! a note of it among its own addresses. Both are written in one change, so that they never differ.

mod handlers;
mod place;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

pub use place::{claim, detach_all};

use crate::billing::{self, Charged, Rate};
use crate::catalog::{Catalog, PriceItem};
use crate::{Doc, Family, Kind};

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
    Family::new(handlers::routes()).costs::<Reserved>()
}
