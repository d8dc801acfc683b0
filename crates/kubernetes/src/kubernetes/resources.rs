//! What was made for a cluster by what runs in it, and how that is told from what was not.
//!
//! Nobody tells who has made a volume or a load balancer. Those are a cluster's that are called as
//! Kubernetes calls them, and are on its nodes: a volume `pvc-...` that was attached to one of them
//! last, and a load balancer by the name of a service with one of them behind it.

use std::collections::BTreeMap;

use api::kubernetes::{ClusterResource, ClusterResources};
use uuid::Uuid;

use super::nodes::status;
use crate::blocks::{Volume, is_ready, of_cluster};
use crate::instances::{Instance, in_cluster};
use crate::load_balancers::{LoadBalancer, with_instance};
use crate::{Doc, Result, Tx, load_balancers};

/// How many of a kind are told, and go along with the cluster.
const MOST: usize = 500;
/// How many load balancers before one node are looked at.
const PER_NODE: usize = 100;

/// The volumes and load balancers that were made for a cluster.
pub(super) struct Linked {
    volumes: Vec<Doc<Volume>>,
    balancers: Vec<Doc<LoadBalancer>>,
}

impl Linked {
    /// Those of a cluster; the change relies on them.
    pub(super) async fn to(tx: &mut Tx, cluster: Uuid) -> Result<Self> {
        let (volumes, _) = tx.some::<Volume>(of_cluster(cluster), MOST).await?;
        let (nodes, _) = tx.some::<Instance>(in_cluster(cluster), MOST).await?;
        let mut balancers = BTreeMap::new();
        for node in nodes {
            let (before, _) = tx.some(with_instance(node.id()), PER_NODE).await?;
            let own = before.into_iter().filter(|doc: &Doc<LoadBalancer>| doc.is_of_service());
            balancers.extend(own.map(|doc| (doc.seq(), doc)));
        }
        Ok(Self { volumes, balancers: balancers.into_values().collect() })
    }

    /// Deletes them.
    pub(super) async fn go(self, tx: &mut Tx) -> Result<()> {
        for balancer in self.balancers {
            load_balancers::remove(tx, balancer).await?;
        }
        self.volumes.into_iter().for_each(|volume| tx.delete(volume));
        Ok(())
    }

    /// As their owner sees them.
    pub(super) fn view(&self) -> ClusterResources {
        let one = |id: Uuid, label: &str, created, is_ready| ClusterResource {
            id: id.to_string(),
            label: if label.is_empty() { id.to_string() } else { label.to_owned() },
            date_created: created,
            status: status(is_ready).into(),
        };
        let volume = |v: &Doc<Volume>| one(v.id(), &v.label, v.created(), is_ready(v));
        let balancer = |b: &Doc<LoadBalancer>| one(b.id(), &b.label, b.created(), b.seen.ready);
        ClusterResources {
            block_storage: self.volumes.iter().map(volume).collect(),
            load_balancer: self.balancers.iter().map(balancer).collect(),
        }
    }
}
