//! VPCs that are made for Kubernetes clusters: each goes with the last cluster that it is for.
//!
//! Which clusters these are stands in the network's row: clusters are known to groups above this one
//! only. Nothing that anybody else has in such a network is ever taken away, nor the network below it.

use uuid::Uuid;

use super::networks::{IN_REGION, add, addresses_in};
use super::{PER_REGION, PrivateNetwork, Sort, in_region};
use crate::{Doc, Result, Tx};

/// A network for a cluster that names none: a new one, or, where the region has as many as can be, one that
/// was made for another cluster, or else the account's first there.
///
/// # Errors
/// 400 where no private range is free in the region.
pub async fn for_cluster(
    tx: &mut Tx,
    region: &str,
    cluster: Uuid,
    description: &str,
) -> Result<Uuid> {
    let mut known = tx.all::<PrivateNetwork>(in_region(region), IN_REGION).await?;
    known.retain(|network| network.sort == Sort::Vpc);
    let mut network = if known.len() < PER_REGION {
        add(tx, Sort::Vpc, region, description.to_owned(), None).await?
    } else {
        let place = known.iter().position(|network| !network.clusters.is_empty());
        let shared = known.swap_remove(place.unwrap_or_default());
        let text = format_args!(
            "`{region}` has {PER_REGION} VPCs, the most there can be; the cluster shares {} with others",
            shared.id()
        );
        tx.cx().warn("vpc_id", text);
        if place.is_none() {
            return Ok(shared.id()); // its owner made it, and it stays
        }
        shared
    };
    network.clusters.insert(cluster);
    tx.put(&network);
    Ok(network.id())
}

/// Notes that a cluster has chosen a network: one that was made for other clusters then stays for it, too.
pub fn chosen(tx: &mut Tx, network: &mut Doc<PrivateNetwork>, cluster: Uuid) {
    if !network.clusters.is_empty() {
        network.clusters.insert(cluster);
        tx.put(network);
    }
}

/// Forgets a cluster that goes, and deletes the network that was made for it, unless it is for others, too,
/// or anything is in it: then it is its owner's from here on.
///
/// # Errors
/// When the store cannot be read.
pub async fn left(tx: &mut Tx, network: Uuid, cluster: Uuid) -> Result<()> {
    let Some(mut network) = tx.find::<PrivateNetwork>(network).await? else { return Ok(()) };
    if !network.clusters.remove(&cluster) {
        return Ok(());
    }
    if network.clusters.is_empty() && addresses_in(tx, network.id()).await?.is_empty() {
        tx.delete(network);
    } else {
        tx.put(&network);
    }
    Ok(())
}
