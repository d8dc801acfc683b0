//! Clusters and tiers, as lists show them and as orders name them.

use api::Money;
use api::object_storages::*;

use crate::catalog::{self, Catalog};
use crate::{Cx, Refusal, Result, Routes, alike};

/// What the real API says of a tier that is missing, or not offered by the cluster.
const WRONG_TIER: &str = "Invalid tier specified for this location";

pub(super) fn routes() -> Routes {
    Routes::default().catalogued(clusters).fixed(cluster_tiers).on(tiers)
}

fn clusters(catalog: &Catalog, _: &ListObjectStorageClusters) -> Result<Vec<ObjectStorageCluster>> {
    let view = |cluster: &catalog::ObjectStorageCluster| alike!(cluster => ObjectStorageCluster { id, region, hostname, deploy });
    Ok(catalog.object_storage_clusters().map(view).collect())
}

async fn cluster_tiers(cx: Cx, req: ListObjectStorageClusterTiers) -> Result<Vec<ClusterTier>> {
    let Some(cluster) = cx.catalog().object_storage_cluster(req.cluster_id) else {
        return Err(Refusal::not_found("Invalid object storage cluster ID").into());
    };
    let tiers = offered(&cx, cluster).map(|tier| ClusterTier { id: tier.id, terms: terms(tier) });
    Ok(tiers.collect())
}

async fn tiers(cx: Cx, _: ListObjectStorageTiers) -> Result<Vec<ObjectStorageTier>> {
    let view = |tier: &catalog::ObjectStorageTier| {
        let clusters = cx.catalog().object_storage_clusters();
        let locations = clusters.filter(|cluster| cluster.tiers.contains(&tier.id));
        let locations = locations.map(|cluster| {
            let name = city(&cx, &cluster.region);
            alike!(cluster => TierLocation { id, hostname, region; name })
        });
        ObjectStorageTier { id: tier.id, terms: terms(tier), locations: locations.collect() }
    };
    Ok(cx.catalog().object_storage_tiers().map(view).collect())
}

/// A region's city.
pub(super) fn city(cx: &Cx, region: &str) -> String {
    cx.catalog().region(region).map(|region| region.city.clone()).unwrap_or_default()
}

/// The listed tiers that a cluster offers, in the order of lists.
fn offered<'a>(
    cx: &'a Cx,
    cluster: &'a catalog::ObjectStorageCluster,
) -> impl Iterator<Item = &'a catalog::ObjectStorageTier> {
    cx.catalog().object_storage_tiers().filter(|tier| cluster.tiers.contains(&tier.id))
}

/// What a tier offers, as clients see it.
pub(super) fn terms(tier: &catalog::ObjectStorageTier) -> TierTerms {
    TierTerms {
        sales_name: tier.name.clone(),
        sales_desc: tier.description.clone(),
        slug: tier.slug.clone(),
        price: Money(tier.price),
        bw_gb_price: Money(tier.traffic_price_per_gb),
        disk_gb_price: Money(tier.disk_price_per_gb_month),
        archive_disk_gb_price: tier.archive_price_per_gb_month.map(Money),
        ratelimit_ops_bytes: tier.max_bytes_per_s,
        ratelimit_ops_secs: tier.max_ops_per_s,
        is_default: tier.default.into(),
    }
}

/// The cluster that an order names, which takes new storage.
pub(super) fn cluster(cx: &Cx, id: u32) -> Result<&catalog::ObjectStorageCluster> {
    let help = match cx.catalog().object_storage_cluster(id) {
        Some(cluster) if cluster.deploy => return Ok(cluster),
        Some(cluster) => format!("{} takes no new object storage", cluster.hostname),
        None => format!("{id} is no cluster"),
    };
    let open = cx.catalog().object_storage_clusters().filter(|cluster| cluster.deploy);
    let open: Vec<_> = open.map(|cluster| format!("{} ({})", cluster.id, cluster.region)).collect();
    let help = format!("cluster_id: {help}; there are {}", open.join(", "));
    Err(Refusal::bad("Invalid object storage cluster.").help(help).into())
}

/// The tier that an order names, which the cluster offers. There is no default: orders without a
/// tier, which older clients send, are refused by the real API.
pub(super) fn tier<'a>(
    cx: &'a Cx,
    cluster: &'a catalog::ObjectStorageCluster,
    id: Option<u32>,
) -> Result<&'a catalog::ObjectStorageTier> {
    let found = id.filter(|id| cluster.tiers.contains(id));
    if let Some(tier) = found.and_then(|id| cx.catalog().object_storage_tier(id)) {
        return Ok(tier);
    }
    let tiers: Vec<_> =
        offered(cx, cluster).map(|tier| format!("{} ({})", tier.id, tier.name)).collect();
    let help = format!("tier_id: {} offers {}", cluster.hostname, tiers.join(", "));
    Err(Refusal::bad(WRONG_TIER).help(help).into())
}
