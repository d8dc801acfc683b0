//! VPCs that are made for Kubernetes clusters: each goes with the last cluster that it is for.
//!
//! Which clusters these are stands in the network's row: clusters are known to groups above this one
//! only. Nothing that anybody else has in such a network is ever taken away, nor the network below it.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::networks::{MOST, addresses_in, all_in, free, put_new};
use super::{PER_REGION, PrivateNetwork, Sort};
use crate::{Doc, Result, Tx};

/// A network for a cluster that names none: a new one, or, where there are as many as can be, one that was made
/// for another cluster, or else the account's first in the region.
///
/// # Errors
/// 400 where no private range is free in the region.
pub async fn for_cluster(
    tx: &mut Tx,
    region: &str,
    cluster: Uuid,
    description: String,
) -> Result<Uuid> {
    let known = all_in(tx, region).await?;
    let vpcs: Vec<_> = known.iter().filter(|network| network.sort == Sort::Vpc).collect();
    let made = vpcs.iter().filter(|network| !network.is_owners()).count();
    // Some that were made for clusters may be their owner's by now.
    if made < PER_REGION && vpcs.len() < MOST {
        let subnet = free(tx.cx(), region, &known)?;
        let (region, clusters) = (region.into(), BTreeSet::from([cluster]));
        let want = PrivateNetwork { sort: Sort::Vpc, region, description, subnet, clusters };
        return Ok(put_new(tx, want).id());
    }
    let shared = vpcs.iter().find(|network| !network.is_owners()).unwrap_or(&vpcs[0]);
    let id = shared.id();
    let text = format_args!(
        "`{region}` has as many VPCs as there can be; the cluster is in {id}, with others"
    );
    tx.cx().warn("vpc_id", text);
    chosen(tx, &mut (*shared).clone(), cluster);
    Ok(id)
}

/// Notes that a cluster has chosen a network: one that was made for other clusters then stays for it, too.
pub fn chosen(tx: &mut Tx, network: &mut Doc<PrivateNetwork>, cluster: Uuid) {
    if !network.is_owners() {
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
    if network.is_owners() && addresses_in(tx, network.id()).await?.is_empty() {
        tx.delete(network);
    } else {
        tx.put(&network);
    }
    Ok(())
}
