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
use store::Facet;
use uuid::Uuid;

pub use place::{claim, detach_all};

use crate::billing::{Charged, Rate};
use crate::catalog::{Catalog, PriceItem};
use crate::life::Lives;
use crate::{Doc, Kind, Routes};

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

    fn lists(&self) -> Vec<Facet> {
        self.attached_to.map(on_instance).into_iter().collect()
    }
}

impl Charged for Reserved {
    fn rate(doc: &Doc<Self>, catalog: &Catalog) -> Rate {
        let item = match doc.network {
            IpAddr::V4(_) => PriceItem::ReservedIpv4,
            IpAddr::V6(_) => PriceItem::ReservedIpv6,
        };
        Rate::of(catalog.price(item), Decimal::ONE)
    }
}

/// The list of reserved IPs that an instance has.
pub fn on_instance(id: Uuid) -> Facet {
    ("instance", id.to_string())
}

/// The family's operations.
pub fn routes() -> Routes {
    handlers::routes()
}

/// The family's kinds that have a life.
pub(crate) fn lives(lives: Lives) -> Lives {
    lives
}
