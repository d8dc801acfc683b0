//! Nodes: instances that a pool has made, as many as it is to have.

use api::instances::CreateInstance;
use api::kubernetes::{self as wire, ClusterStatus};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use super::{Cluster, Pool};
use crate::firewalls::Group;
use crate::instances::{Instance, Node, in_pool, let_go_of_most, make, remove};
use crate::vpcs::PrivateNetwork;
use crate::{Cx, Doc, Refusal, Result, Tx};

/// How many nodes a pool can have.
pub(super) const PER_POOL: u32 = 100;
/// The system that nodes have: Debian 12.
const SYSTEM: u32 = 2136;
/// How much of a pool's name its nodes are called by.
const NAME_MAX: usize = 40;

/// Makes or removes nodes until a pool has as many as it is to have. Whether there was any to make or
/// remove.
///
/// # Errors
/// 400 where there can be no more, by whatever an instance needs.
pub(super) async fn level(tx: &mut Tx, cluster: &Doc<Cluster>, pool: &Doc<Pool>) -> Result<bool> {
    let mut nodes = of(tx, pool).await?;
    let wanted = pool.quantity as usize;
    let has = nodes.len();
    for _ in has..wanted {
        add(tx, cluster, pool).await?;
    }
    // Who is not there yet goes first, and then who came last.
    nodes.sort_by_key(|node| (!is_ready(node), node.seq()));
    for node in nodes.drain(wanted.min(has)..) {
        go(tx, node).await?;
    }
    Ok(has != wanted)
}

/// A pool's nodes, the oldest first; the change relies on them.
pub(super) async fn of(tx: &mut Tx, pool: &Doc<Pool>) -> Result<Vec<Doc<Instance>>> {
    // While a node is replaced there may be one more.
    tx.all(in_pool(pool.id()), PER_POOL as usize + 1).await
}

/// Makes a node.
pub(super) async fn add(tx: &mut Tx, cluster: &Doc<Cluster>, pool: &Doc<Pool>) -> Result<()> {
    let label = new_label(&pool.label);
    // Its owner may have deleted it meanwhile.
    let group = match cluster.firewall {
        Some(id) => tx.find::<Group>(id).await?,
        None => None,
    };
    let network = match cluster.network {
        Some(id) => tx.find::<PrivateNetwork>(id).await?,
        None => None,
    };
    let mut node = make(
        tx,
        CreateInstance {
            region: cluster.region.clone(),
            plan: pool.plan.clone(),
            os_id: Some(SYSTEM),
            hostname: Some(label.clone()),
            label: Some(label),
            tags: Some(vec![pool.tag.clone()]),
            user_data: Some(STANDARD.encode(pool.user_data.as_bytes())),
            firewall_group_id: Some(group.map(|group| group.id().into()).into()),
            attach_vpc: Some(network.map(|vpc| vpc.id().into()).into_iter().collect()),
            vpc_only: Some(pool.vpc_only),
            ..CreateInstance::default()
        },
    )
    .await?;
    node.node =
        Some(Node { cluster: cluster.id(), pool: pool.id(), version: cluster.version.clone() });
    tx.put(&node);
    Ok(())
}

/// A name for a new node, which can be a host's: the pool's, and what no other node has.
fn new_label(pool: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = pool.chars().take(NAME_MAX).map(letter).collect();
    let name = match name.trim_matches('-') {
        "" => "node",
        name => name,
    };
    let random = engine::chance::any_uuid().simple().to_string();
    format!("{name}-{}", &random[random.len() - 13..])
}

/// Removes a node.
pub(super) async fn go(tx: &mut Tx, node: Doc<Instance>) -> Result<()> {
    let cx = tx.cx().clone();
    let_go_of_most(&cx, node.id()).await?;
    remove(tx, node).await
}

/// Whether its machine has been up.
pub(super) fn is_ready(node: &Doc<Instance>) -> bool {
    node.seen.ready_at.is_some()
}

/// Whether it was made with this version of Kubernetes.
pub(super) fn is_of(node: &Instance, version: &str) -> bool {
    node.node.as_ref().is_some_and(|node| node.version == version)
}

/// The node of a pool that a path names.
///
/// # Errors
/// 404 where the pool has none of that id.
pub(super) async fn in_path(tx: &mut Tx, pool: &Doc<Pool>, id: Uuid) -> Result<Doc<Instance>> {
    let found = tx.find::<Instance>(id).await?;
    let is_its = |node: &Doc<Instance>| node.node.as_ref().is_some_and(|n| n.pool == pool.id());
    let help = || format!("pool {} has no node {id}", pool.id());
    let unknown = || Refusal::not_found("Invalid node ID").help(help());
    found.filter(is_its).ok_or_else(|| unknown().into())
}

/// As their owner sees them.
pub(super) fn view(node: &Doc<Instance>) -> wire::Node {
    wire::Node {
        id: node.id().into(),
        label: node.label.clone(),
        date_created: node.created(),
        ip: ip(node),
        status: status(is_ready(node)).into(),
    }
}

fn ip(node: &Instance) -> String {
    match (node.ipv4.first(), node.networks.first()) {
        (Some(ip), _) => ip.address.to_string(),
        (None, Some(nic)) => nic.address.to_string(),
        (None, None) => String::new(),
    }
}

pub(super) fn status(is_ready: bool) -> ClusterStatus {
    if is_ready { ClusterStatus::Active } else { ClusterStatus::Pending }
}

/// The nodes of a pool, for answers.
pub(super) async fn read(cx: &Cx, pool: Uuid) -> Result<Vec<Doc<Instance>>> {
    cx.all(in_pool(pool), PER_POOL as usize + 1).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_called_as_hosts_can_be() {
        for (pool, expected) in [
            ("Workers", "workers-"),
            ("my pool!", "my-pool-"),
            ("日本", "node-"),
            ("", "node-"),
            (&"x".repeat(200), &format!("{}-", "x".repeat(NAME_MAX))),
        ] {
            let label = new_label(pool);
            assert!(label.strip_prefix(expected).is_some_and(|rest| rest.len() == 13), "{label}");
            assert!(label.len() <= 63 && label != new_label(pool));
        }
    }
}
