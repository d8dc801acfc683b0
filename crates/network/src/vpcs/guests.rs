//! What is in a VPC and is no server, as a managed database, a storage gateway or a load balancer: each has an
//! address there.
//!
//! A guest is a row of its own, made and deleted with what it stands for, so that a network is not
//! deleted below it: what it stands for is known to groups above this one only.

use std::net::Ipv4Addr;

use drivers::Nic;
use serde::{Deserialize, Serialize};
use store::Facet;
use uuid::Uuid;

use super::members::{MAC, take_address};
use super::networks::{in_field, new_in};
use super::{PrivateNetwork, Sort, VPC};
use crate::{Cx, Doc, Kind, Result, Tx, addresses, ensure, parsed};

/// What a request says instead of an id for a VPC that is made for it.
const NEW: &str = "new";

/// What is in a VPC and is no server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Guest {
    /// What it stands for.
    pub of: Uuid,
    /// What that is.
    pub sort: GuestSort,
    /// The VPC.
    pub network: Uuid,
    /// Its address there, which is free again when the row goes.
    pub address: Ipv4Addr,
}

/// What a guest stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuestSort {
    /// A managed database.
    Database,
    /// A load balancer.
    LoadBalancer,
    /// A storage gateway.
    StorageGateway,
}

impl GuestSort {
    /// What the API calls it among what is attached to a VPC.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Database => "managed_database",
            Self::LoadBalancer => "load_balancer",
            Self::StorageGateway => "storage_gateway",
        }
    }
}

impl Kind for Guest {
    const KIND: &'static str = "network-guest";
    const UNKNOWN: &'static str = VPC.unknown;
    type Seen = ();

    fn lists(&self) -> Vec<Facet> {
        vec![within(self.network)]
    }
}

/// The list of guests of a VPC.
pub(crate) fn within(network: Uuid) -> Facet {
    ("network", network.to_string())
}

/// The VPC that a field of a request names by its id, by `new`, or not at all, in this region.
///
/// # Errors
/// 400 naming the field, where there is none or it is elsewhere.
pub async fn vpc_in_field(
    tx: &mut Tx,
    field: &str,
    text: &str,
    region: &str,
) -> Result<Option<Uuid>> {
    match text {
        "" => Ok(None),
        NEW => Ok(Some(new_in(tx, Sort::Vpc, region).await?)),
        id => {
            let id = parsed(field, id, "id of a VPC, nor `new`")?;
            let network = in_field(tx, VPC, field, id).await?;
            let there = &network.region;
            let text = format_args!("the VPC network is in {there}, the database in {region}");
            ensure(there == region, field, text)?;
            Ok(Some(network.id()))
        }
    }
}

/// Lets a thing into the VPC that it is to be in, and out of the one that it was in.
///
/// # Errors
/// 400 where the VPC has no address left.
pub async fn moves(
    tx: &mut Tx,
    (sort, of): (GuestSort, Uuid),
    from: Option<Uuid>,
    to: Option<Uuid>,
) -> Result<()> {
    if from == to {
        return Ok(());
    }
    // A load balancer that is older than its address has none.
    if let Some(network) = from
        && let Some(guest) = tx.find::<Guest>(id(network, of)).await?
    {
        tx.delete(guest);
    }
    let Some(network) = to else { return Ok(()) };
    let id = id(network, of);
    let network: Doc<PrivateNetwork> = tx.get(network).await?;
    let address = take_address(tx, &network, id).await?;
    let guest = tx.doc_with_id(id, Guest { of, sort, network: network.id(), address });
    tx.put(&guest);
    Ok(())
}

/// The link of what is in a VPC, where it has an address there.
///
/// # Errors
/// When the store cannot be read.
pub async fn nic(cx: &Cx, network: Uuid, of: Uuid) -> Result<Option<Nic>> {
    let id = id(network, of);
    let guest = cx.find_many::<Guest>(vec![id]).await?.remove(&id);
    let vpc = cx.find_many::<PrivateNetwork>(vec![network]).await?.remove(&network);
    let nic = guest.zip(vpc).map(|(guest, vpc)| Nic {
        network,
        address: guest.address.to_string(),
        prefix: vpc.subnet.prefix(),
        mac: addresses::mac(MAC, guest.address),
    });
    Ok(nic)
}

fn id(network: Uuid, of: Uuid) -> Uuid {
    store::derived_id(network, of.as_bytes())
}
