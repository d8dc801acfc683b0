//! The lives of clusters and node pools: a control plane that is set up, told what to be and which nodes
//! there are, and removed; and as many nodes as a pool is to have, each of its cluster's version.

use std::collections::BTreeMap;

use api::kubernetes::TaintEffect;
use drivers::control_plane::{ControlPlaneSpec, Issuer, NodeSpec, NodeTaint};
use engine::{Next, StepError};
use hosts::servers::Hosted;

use super::clusters::{PODS, SERVICES};
use super::pools::PER_CLUSTER;
use super::{Cluster, Pool, Taint, Told, in_cluster, nodes};
use crate::instances::{self, Instance};
use crate::life::provision;
use crate::names::check_value;
use crate::vpcs::clusters::left;
use crate::{Cx, Doc, Life, LifeCx, Network, alike};

/// How many control planes a cluster has that is to survive the loss of one.
const SEVERAL: u32 = 3;

impl Life for Cluster {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let mut spec = doc.spec()?;
        if doc.deleting() {
            if !leaves_network(doc, cx).await? {
                return Ok(Next::SOON);
            }
        } else {
            for pool in cx.cx.all::<Pool>(in_cluster(doc.id()), PER_CLUSTER).await? {
                let nodes = nodes::read(&cx.cx, pool.id()).await?;
                let ready = nodes.iter().filter(|node| nodes::is_ready(node));
                spec.nodes.extend(ready.map(|node| registered(&cx.cx, &pool, node)));
            }
        }
        provision(doc, &spec, cx).await
    }
}

/// Lets a cluster that goes leave its VPC, once no node of its is there any more. Whether that is so.
async fn leaves_network(doc: &Doc<Cluster>, cx: &LifeCx) -> Result<bool, StepError> {
    let Some(network) = doc.network else { return Ok(true) };
    let mut tx = cx.cx.begin();
    if tx.count::<Instance>(instances::in_cluster(doc.id())).await? > 0 {
        return Ok(false);
    }
    left(&mut tx, network, doc.id()).await?;
    tx.commit().await?;
    Ok(true)
}

/// A node as it is registered with its control plane.
fn registered(cx: &Cx, pool: &Pool, node: &Doc<Instance>) -> NodeSpec {
    let mut labels: BTreeMap<_, _> =
        pool.labels.iter().map(|label| (label.key.clone(), label.value.clone())).collect();
    let own = [
        ("vke.vultr.com/node-id", &*node.id().to_string()),
        ("vke.vultr.com/node-pool", &pool.label),
        ("node.kubernetes.io/instance-type", &node.plan),
        ("topology.kubernetes.io/region", &node.region),
    ];
    // Pools can be called what labels cannot say.
    let said = own.into_iter().filter(|(key, value)| check_value(key, value).is_ok());
    labels.extend(said.map(|(key, value)| (key.to_owned(), value.to_owned())));
    let taint = |taint: &Taint| {
        let effect = match taint.effect {
            TaintEffect::NoSchedule => "NoSchedule",
            TaintEffect::PreferNoSchedule => "PreferNoSchedule",
            TaintEffect::NoExecute => "NoExecute",
        };
        alike!(taint => NodeTaint { key, value; effect: effect.to_owned() })
    };
    NodeSpec {
        id: node.id(),
        // Its owner may call the instance otherwise meanwhile; nodes keep their names.
        name: node.hostname.clone(),
        version: node.node.as_ref().map(|node| node.version.clone()).unwrap_or_default(),
        size: node.size(cx.catalog()).unwrap_or_default(),
        internal: node.networks.first().map(|nic| nic.address),
        external: node.ipv4.first().map(|ip| ip.address),
        labels,
        taints: pool.taints.iter().map(taint).collect(),
    }
}

impl Cluster {
    /// Its control plane as the driver gets it, without nodes.
    fn spec(&self) -> Result<ControlPlaneSpec, StepError> {
        let issuer = alike!(self.oidc => Issuer {
            client_id, username_claim, groups_claim; url: self.oidc.issuer_url.clone()
        });
        Ok(alike!(self => ControlPlaneSpec {
            version, ipv4;
            replicas: if self.ha { SEVERAL } else { 1 },
            pods: PODS.parse::<Network>()?.into(),
            services: SERVICES.parse::<Network>()?.into(),
            certificate: self.authority.certificate.clone(),
            key: self.authority.key.clone(),
            issuer: Some(issuer).filter(|issuer| !issuer.url.is_empty()),
            nodes: Vec::new(),
        }))
    }
}

impl Life for Pool {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let mut tx = cx.cx.begin();
        let mut all = nodes::of(&mut tx, doc).await?;
        if doc.deleting() {
            if all.is_empty() {
                return Ok(Next::Gone);
            }
            for node in all {
                nodes::go(&mut tx, node).await?;
            }
            tx.commit().await?;
            return Ok(Next::Now);
        }
        let Some(cluster) = tx.find::<Cluster>(doc.cluster).await? else {
            return Ok(Next::Settled); // it goes along with it
        };
        if nodes::level(&mut tx, &cluster, doc).await? {
            tx.commit().await?;
            return Ok(Next::Now);
        }
        let told = Told::of(doc, &all);
        if doc.seen.as_ref() != Some(&told) {
            tx.wake(cluster.id());
            tx.commit().await?;
            doc.seen = Some(told);
            return Ok(Next::Now);
        }
        let is_ready = all.iter().all(nodes::is_ready);
        let oldest = all.iter().position(|node| !nodes::is_of(node, &cluster.version));
        let oldest = match oldest {
            None if is_ready => return Ok(Next::Settled),
            // No node is newer than its control plane, and only one of a pool is missing at once.
            Some(oldest) if is_ready && !cluster.is_due() => Some(oldest),
            _ => None,
        };
        let Some(oldest) = oldest else { return Ok(Next::SOON) };
        nodes::go(&mut tx, all.remove(oldest)).await?;
        nodes::add(&mut tx, &cluster, doc).await?;
        tx.commit().await?;
        Ok(Next::Now)
    }
}

impl Told {
    /// What a cluster gets to know of a pool and these nodes of its.
    fn of(pool: &Pool, nodes: &[Doc<Instance>]) -> Self {
        let ready = nodes.iter().filter(|node| nodes::is_ready(node));
        alike!(pool => Self { labels, taints; nodes: ready.map(Doc::id).collect() })
    }
}
