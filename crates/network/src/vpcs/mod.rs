//! Private networks of instances: VPCs, and their older sort VPC 2.0; NAT gateways of the former.
//!
//! What the API still calls private networks are the VPCs under an older name. A network has no
//! outside thing: it must never be deleted while something has an address in it.

mod handlers;
mod members;
pub mod nat_gateways;
pub mod networks;
mod subnets;

use serde::{Deserialize, Serialize};
use store::Facet;

use crate::{Family, Kind, Network};
use nat_gateways::NatGateway;

pub use members::{enter, exit, nics};
pub use networks::default_of;

/// How many networks of a sort an account can have in a region.
pub const PER_REGION: usize = 5;

/// A private network as its owner wants it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PrivateNetwork {
    /// Which generation of networks it belongs to.
    pub sort: Sort,
    /// The region's id.
    pub region: String,
    /// The owner's words for what it is for.
    pub description: String,
    /// Its addresses, always IPv4.
    pub subnet: Network,
}

/// A generation of private networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// A VPC, once called a private network.
    Vpc,
    /// A VPC 2.0 network.
    Vpc2,
}

impl Sort {
    /// What the real API calls such a network in its texts.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Vpc => "VPC network",
            Self::Vpc2 => "VPC 2.0 network",
        }
    }
}

impl Kind for PrivateNetwork {
    const KIND: &'static str = "network";
    const UNKNOWN: &'static str = VPC.unknown;
    type Seen = ();

    fn lists(&self) -> Vec<Facet> {
        vec![of_sort(self.sort), in_region(&self.region)]
    }
}

/// The list of networks of a sort.
pub(crate) fn of_sort(sort: Sort) -> Facet {
    let name = match sort {
        Sort::Vpc => "vpc",
        Sort::Vpc2 => "vpc2",
    };
    ("sort", name.into())
}

/// The list of networks in a region.
pub(crate) fn in_region(region: &str) -> Facet {
    ("region", region.into())
}

/// A name under which the API offers networks, with the words that go with it.
#[derive(Debug, Clone, Copy)]
pub struct Name {
    /// The networks that go by it.
    pub sort: Sort,
    /// What the real API says where there is none with an id; clients match on it.
    pub unknown: &'static str,
    /// The request's field for the first address.
    pub subnet: &'static str,
    /// The request's field for the size.
    pub mask: &'static str,
}

/// Networks as `/v2/vpcs` has them.
pub const VPC: Name = Name {
    sort: Sort::Vpc,
    unknown: "Invalid VPC ID",
    subnet: "v4_subnet",
    mask: "v4_subnet_mask",
};

/// The family.
pub fn family() -> Family {
    let routes = handlers::routes().and(nat_gateways::routes());
    Family::new(routes).life::<NatGateway>().costs::<NatGateway>()
}
