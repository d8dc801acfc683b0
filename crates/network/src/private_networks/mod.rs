//! Private networks: the VPCs under their older name.
//!
//! Nothing is stored here: what is made under one name is there under the other.

use api::private_networks::*;
use api::vpcs::Vpc;

use crate::vpcs::networks::{self, Named, Wish};
use crate::vpcs::{Name, PrivateNetwork, VPC};
use crate::{Doc, Family, alike};

/// VPCs as `/v2/private-networks` has them.
pub const PRIVATE: Name = Name { unknown: "Invalid private network ID", ..VPC };

impl Named for Network {
    const NAME: Name = PRIVATE;

    fn of(network: &Doc<PrivateNetwork>, _: u64) -> Self {
        let vpc = Vpc::of(network, 0);
        alike!(vpc => Self {
            region, date_created, description, v4_subnet, v4_subnet_mask; id: network.id().into()
        })
    }
}

/// The family.
pub fn family() -> Family {
    Family::new(networks::routes::<Network, ListNetworks, _, GetNetwork, _, DeleteNetwork>(
        |CreateNetwork { region, description, v4_subnet, v4_subnet_mask }| {
            Ok(Wish { region, description, subnet: v4_subnet, mask: v4_subnet_mask })
        },
        |update: UpdateNetwork| Ok(update.description),
    ))
}
