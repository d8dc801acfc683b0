//! Private networks of instances: VPCs, and their older sort VPC 2.0; NAT gateways of the former.
//!
//! What the API still calls private networks are the VPCs under an older name. A network has no
//! outside thing: it must never be deleted while something has an address in it.

pub mod clusters;
pub mod guests;
mod members;
pub mod nat_gateways;
pub mod networks;
mod subnets;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use api::vpcs::*;
use api::{Endpoint, Page, Time};
use serde::{Deserialize, Serialize};
use store::Facet;
use uuid::Uuid;

use crate::servers::members::{self as members_of, Member};
use crate::{Cx, Doc, Family, Json, Kind, Network, Result, addresses, alike};
use guests::Guest;
use nat_gateways::{NatGateway, of_network};
use networks::{Named, Wish};

pub use members::{enter, exit, nics, scope};
pub use networks::default_of;

/// What the API calls a NAT gateway among what is in a network.
const NAT_GATEWAY: &str = "nat_gateway";

/// How many networks of a sort an account can have in a region; and how many VPCs are made there for clusters.
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
    /// The Kubernetes clusters that it was made for: it goes with the last of them.
    #[serde(default)]
    pub clusters: BTreeSet<Uuid>,
}

impl PrivateNetwork {
    /// Whether its owner has it for its own sake: it is not there for clusters.
    fn is_owners(&self) -> bool {
        self.clusters.is_empty()
    }
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
    let vpcs = networks::routes::<Vpc, ListVpcs, _, GetVpc, _, DeleteVpc>(
        |CreateVpc { region, description, v4_subnet, v4_subnet_mask }| {
            Ok(Wish { region, description, subnet: v4_subnet, mask: v4_subnet_mask })
        },
        |update: UpdateVpc| Ok(update.description),
    )
    .on(attachments)
    .telling_by(PrivateNetwork::KIND, |cx, row| {
        Box::pin(async move {
            let network = Doc::<PrivateNetwork>::read(row)?;
            let gateways = cx.count::<NatGateway>(of_network(network.id())).await?;
            Ok(Json::of(&Vpc::of(&network, gateways)))
        })
    });
    let routes = vpcs.and(nat_gateways::routes());
    Family::new(routes).life::<NatGateway>().costs::<NatGateway>()
}

impl Named for Vpc {
    const NAME: Name = VPC;
    const TELLS_GATEWAYS: bool = true;

    fn of(network: &Doc<PrivateNetwork>, gateways: u64) -> Self {
        let types = if gateways > 0 { vec![NAT_GATEWAY.into()] } else { vec![] };
        alike!(network => Self {
            region, description;
            id: network.id().into(),
            date_created: network.created(),
            v4_subnet: network.subnet.address().to_string(),
            v4_subnet_mask: network.subnet.prefix().into(),
            internet: VpcInternet { connectivity: gateways > 0, types },
        })
    }
}

/// All that has an address in a network, in the order in which it was made.
async fn attachments(cx: Cx, req: ListVpcAttachments) -> Result<Page<VpcAttachment>> {
    let network = networks::in_path(&mut cx.begin(), VPC, &req.path()).await?.id();
    let (per_page, cursor) = (req.per_page, req.cursor.as_deref());
    let servers = members_of::pages(&cx, network, per_page, cursor).await?;
    let server = |(seq, member): (i64, Member)| {
        let nic = &member.nic;
        (seq, attachment(network, member.kind, member.id, nic.address, nic.added))
    };
    let mut pages: Vec<_> = servers.into_iter().map(|page| page.map(server)).collect();
    let guests = cx.page::<Guest>(vec![guests::within(network)], per_page, cursor).await?;
    pages.push(guests.map(|guest| {
        let since = guest.created().as_millis();
        (guest.seq(), attachment(network, guest.sort.word(), guest.of, guest.address, since))
    }));
    let lists = vec![nat_gateways::of_network(network)];
    let gateways = cx.page::<NatGateway>(lists, per_page, cursor).await?;
    pages.push(gateways.map(|gateway| {
        let (id, since) = (gateway.id(), gateway.created().as_millis());
        (gateway.seq(), attachment(network, NAT_GATEWAY, id, gateway.private_ip, since))
    }));
    members_of::merged(pages, per_page, cursor)
}

fn attachment(network: Uuid, kind: &str, of: Uuid, address: Ipv4Addr, since: i64) -> VpcAttachment {
    VpcAttachment {
        // An attachment is no row of its own: its id follows from the two that it joins.
        id: store::derived_id(network, of.as_bytes()).to_string(),
        kind: kind.into(),
        mac_address: addresses::mac(members::MAC, address),
        date_added: Time::from_millis(since),
        ip: VpcAttachmentIp { v4: address.to_string() },
        linked_subscription: Some(LinkedSubscription { kind: kind.into(), id: of.to_string() }),
    }
}
