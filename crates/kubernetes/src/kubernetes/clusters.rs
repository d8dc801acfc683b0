//! What is asked of clusters, and what is refused.

use std::collections::{BTreeMap, BTreeSet};

use api::instances::AttachedVpc;
use api::kubernetes::*;
use uuid::Uuid;

use super::nodes::{self, status};
use super::pools::{self, PER_CLUSTER};
use super::resources::Linked;
use super::{Cluster, Oidc, Pool, access, in_cluster, unprocessable};
use crate::certificates::new_pairs;
use crate::firewalls::{Group, new_group};
use crate::instances::{self, Instance, in_firewall_group};
use crate::vpcs::clusters::{chosen, for_cluster, left};
use crate::vpcs::{PrivateNetwork, VPC, networks::in_field};
use crate::{Cx, Doc, Refusal, Result, Routes, Shown, Tx, addresses, alike, ensure, set};

/// What a region offers where there can be clusters.
const REGION_OPTION: &str = "kubernetes";
/// The networks of pods and services in each cluster.
pub(super) const PODS: &str = "10.244.0.0/16";
pub(super) const SERVICES: &str = "10.96.0.0/12";
/// How many nodes go at once with their cluster; the lives of its pools see to the others.
const AT_ONCE: usize = 200;

pub(super) fn routes() -> Routes {
    Routes::of::<Cluster>()
        .list::<ListClusters>()
        .get::<GetCluster>()
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .update(|_, cluster, req: UpdateCluster| {
            set(&mut cluster.label, req.label);
            set(&mut cluster.oidc, req.oidc.map(oidc).transpose()?);
            Ok(())
        })
        .on(|cx, req: DeleteCluster| delete(cx, req.vke_id, false))
        .on(|cx, req: DeleteClusterWithResources| delete(cx, req.vke_id, true))
        .read(|cx, cluster, _: GetClusterConfig| {
            Ok(KubeConfig { kube_config: access::kubeconfig(cx, &cluster)?.into() })
        })
        .on(async |cx: Cx, req: GetClusterResources| {
            let mut tx = cx.begin();
            let cluster = tx.get::<Cluster>(req.vke_id).await?;
            Ok(Linked::to(&mut tx, cluster.id()).await?.view())
        })
        .read(|cx, cluster, _: GetClusterUpgrades| {
            let upgrades = cx.catalog().kubernetes_upgrades(&cluster.version);
            Ok(upgrades.into_iter().map(str::to_owned).collect())
        })
        .change(|tx, cluster, req| Box::pin(upgrade(tx, cluster, req)))
        .fixed(async |cx: Cx, _: GetKubernetesVersions| {
            let versions = cx.catalog().kubernetes_versions();
            Ok(versions.map(|version| version.id.clone()).collect())
        })
        .done()
}

/// What is shown with clusters.
#[derive(Default)]
pub struct With {
    /// Their pools.
    pools: BTreeMap<Uuid, Vec<Doc<Pool>>>,
    /// The nodes of these.
    nodes: <Pool as Shown>::With,
    networks: BTreeMap<Uuid, Doc<PrivateNetwork>>,
    groups: BTreeMap<Uuid, Doc<Group>>,
}

impl Shown for Cluster {
    type View = KubernetesCluster;
    type With = With;

    async fn with(cx: &Cx, clusters: &[Doc<Self>]) -> Result<With> {
        let mut with = With {
            networks: cx.find_many(clusters.iter().filter_map(|c| c.network).collect()).await?,
            groups: cx.find_many(clusters.iter().filter_map(|c| c.firewall).collect()).await?,
            ..With::default()
        };
        for cluster in clusters {
            let pools = cx.all::<Pool>(in_cluster(cluster.id()), PER_CLUSTER).await?;
            with.nodes.extend(Pool::with(cx, &pools).await?);
            with.pools.insert(cluster.id(), pools);
        }
        Ok(with)
    }

    fn view(doc: &Doc<Self>, with: &With, cx: &Cx) -> KubernetesCluster {
        let pools = with.pools.get(&doc.id()).map(Vec::as_slice).unwrap_or_default();
        let vpc = |network: &Doc<PrivateNetwork>| AttachedVpc {
            id: network.id().into(),
            version: 1,
            subnet: network.subnet.to_string(),
        };
        let group = doc.firewall.filter(|id| with.groups.contains_key(id));
        alike!(doc => KubernetesCluster {
            label, version, region;
            id: doc.id().into(),
            firewall_group_id: group.map(Into::into).into(),
            date_created: doc.created(),
            cluster_subnet: PODS.into(),
            service_subnet: SERVICES.into(),
            ip: if doc.seen.was_ready { doc.ipv4.to_string() } else { "0.0.0.0".into() },
            endpoint: access::endpoint(doc.id()),
            status: status(doc.seen.ready).into(),
            ha_controlplanes: doc.ha,
            oidc: alike!(doc.oidc => ClusterOidc {
                issuer_url, client_id, username_claim, groups_claim
            }),
            vpcs: doc.network.and_then(|id| with.networks.get(&id)).map(vpc).into_iter().collect(),
            node_pools: pools.iter().map(|pool| Pool::view(pool, &with.nodes, cx)).collect(),
        })
    }
}

async fn create(tx: &mut Tx, req: CreateCluster) -> Result<Doc<Cluster>> {
    let cx = tx.cx().clone();
    let region = cx.region("region", &req.region)?;
    let text = format!("`{}` has no Kubernetes", region.id);
    ensure(region.offers(REGION_OPTION), "region", text)?;
    check_version(&cx, &req.version)?;
    let pools = req.node_pools.unwrap_or_default();
    let text = format!("a cluster has 1 to {PER_CLUSTER}, not {}", pools.len());
    ensure((1..=PER_CLUSTER).contains(&pools.len()), "node_pools", text)?;
    let (id, label) = (tx.new_id::<Cluster>(), req.label.unwrap_or_default());
    let vpc = req.vpc_id.and_then(|id| id.get()).map(Into::into);
    let network = network(tx, id, vpc, &region.id, &label).await?;
    let firewall = match req.enable_firewall {
        Some(true) => {
            let group = new_group(tx, &format!("Nodes of Kubernetes cluster {label}")).await?;
            tx.put(&group);
            Some(group.id())
        }
        _ => None,
    };
    let ipv4 = addresses::take_ipv4(tx, &region.id, id).await?;
    let (authority, admin) = new_pairs(cx.now())?;
    let cluster = tx.doc_with_id(
        id,
        Cluster {
            region: region.id.clone(),
            label,
            version: req.version,
            ha: req.ha_controlplanes.unwrap_or_default(),
            ipv4,
            network,
            firewall,
            oidc: req.oidc.map(oidc).transpose()?.unwrap_or_default(),
            authority,
            admin,
        },
    );
    let mut labels = BTreeSet::new();
    for (place, new) in pools.into_iter().enumerate() {
        let field = format!("node_pools[{place}].");
        pools::check_label(&cx, labels.insert(new.label.clone()), &new.label, &field)?;
        let pool = tx.new_doc(pools::wanted(&cx, id, &cluster, new, &field)?);
        tx.put(&pool);
        nodes::level(tx, &cluster, &pool).await?;
    }
    access::note(tx, id);
    Ok(cluster)
}

/// The VPC of a new cluster's nodes: the one that was named, or one that is made for it. The copy of a cluster
/// that has none, as older ones, has none either.
async fn network(
    tx: &mut Tx,
    cluster: Uuid,
    vpc: Option<Uuid>,
    region: &str,
    label: &str,
) -> Result<Option<Uuid>> {
    if let Some(vpc) = vpc {
        let mut network = in_field(tx, VPC, "vpc_id", vpc).await?;
        let text = format!("the VPC is in {}, the cluster in {region}", network.region);
        ensure(network.region == region, "vpc_id", text)?;
        chosen(tx, &mut network, cluster);
        return Ok(Some(vpc));
    }
    if tx.cx().is_copying() {
        return Ok(None);
    }
    let id = cluster.to_string();
    let name = if label.is_empty() { &id } else { label };
    let description = format!("VPC of Kubernetes cluster {name}");
    for_cluster(tx, region, cluster, description).await.map(Some)
}

fn check_version(cx: &Cx, version: &str) -> Result<()> {
    let offered = cx.catalog().kubernetes_versions().any(|known| known.id == version);
    let is_offered = offered || cx.is_copying();
    let help = || {
        let known: Vec<_> = cx.catalog().kubernetes_versions().map(|v| v.id.as_str()).collect();
        format!("version: `{version}` is not offered; there are {}", known.join(", "))
    };
    Refusal::bad("Invalid k8 version").help(help()).unless(is_offered)
}

fn oidc(sent: ClusterOidc) -> Result<Oidc> {
    let wanted = alike!(sent => Oidc { issuer_url, client_id, username_claim, groups_claim });
    let is_address = wanted.issuer_url.is_empty() || wanted.issuer_url.starts_with("https://");
    let help = format_args!("`{}` does not begin with https://", wanted.issuer_url);
    ensure(is_address, "oidc.issuer_url", help)?;
    Ok(wanted)
}

/// The control plane has its new version at once; the nodes follow by the lives of their pools.
async fn upgrade(tx: &mut Tx, cluster: &mut Doc<Cluster>, req: UpgradeCluster) -> Result<()> {
    let upgrades = tx.cx().catalog().kubernetes_upgrades(&cluster.version);
    let (from, to) = (&cluster.version, &req.upgrade_version);
    let help = match upgrades.as_slice() {
        [] => format!("upgrade_version: `{from}` is the newest there is"),
        known => format!("upgrade_version: `{from}` can become {}, not `{to}`", known.join(", ")),
    };
    let invalid = unprocessable("Validation error: invalid upgrade version").help(help);
    invalid.unless(upgrades.contains(&to.as_str()))?;
    cluster.version = req.upgrade_version;
    for pool in tx.all::<Pool>(in_cluster(cluster.id()), PER_CLUSTER).await? {
        tx.wake(pool.id());
    }
    Ok(())
}

/// Deletes a cluster with its pools and nodes and, where that is asked for, with what was made for it.
async fn delete(cx: Cx, id: ClusterId, with_resources: bool) -> Result<()> {
    let mut tx = cx.begin();
    let cluster = tx.get::<Cluster>(id).await?;
    if with_resources {
        Linked::to(&mut tx, cluster.id()).await?.go(&mut tx).await?;
    }
    for pool in tx.all::<Pool>(in_cluster(cluster.id()), PER_CLUSTER).await? {
        tx.delete(pool);
    }
    let nodes = instances::in_cluster(cluster.id());
    let (nodes, are_all) = tx.some::<Instance>(nodes, AT_ONCE).await?;
    for node in nodes {
        nodes::go(&mut tx, node).await?;
    }
    // Where there are more nodes, its life sees to the VPC when they are gone.
    if let Some(network) = cluster.network.filter(|_| are_all) {
        left(&mut tx, network, cluster.id()).await?;
    }
    if let Some(group) = cluster.firewall {
        drop_group(&mut tx, group).await?;
    }
    access::strike(&mut tx, cluster.id());
    let id = cluster.id();
    tx.delete(cluster);
    tx.commit().await?;
    cx.control.doors().into_iter().for_each(|doors| doors.shut(id));
    Ok(())
}

/// Deletes the firewall group of a cluster that goes, unless it protects others, too.
async fn drop_group(tx: &mut Tx, id: Uuid) -> Result<()> {
    let is_used = tx.count::<Instance>(in_firewall_group(id)).await? > 0;
    if let Some(group) = tx.find::<Group>(id).await?.filter(|_| !is_used) {
        tx.delete(group);
    }
    Ok(())
}
