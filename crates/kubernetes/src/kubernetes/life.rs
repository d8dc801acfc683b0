//! The lives of clusters and node pools: a control plane that is set up, told what to be, and removed;
//! and as many nodes as a pool is to have, each of its cluster's version.

use drivers::control_plane::{ControlPlaneSpec, Issuer};
use engine::{Next, StepError};

use super::clusters::{PODS, SERVICES};
use super::{Cluster, Pool, nodes};
use crate::life::{pause, provision};
use crate::{Doc, Life, LifeCx, Network, alike};

/// How many control planes a cluster has that is to survive the loss of one.
const SEVERAL: u32 = 3;

impl Life for Cluster {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let spec = doc.spec()?;
        provision(doc, &spec, cx).await
    }
}

impl Cluster {
    /// Its control plane as the driver gets it.
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
        let Some(oldest) = all.iter().position(|node| !nodes::is_of(node, &cluster.version)) else {
            return Ok(Next::Settled);
        };
        // No node is newer than its control plane, and only one of a pool is missing at once.
        if cluster.is_due() || !all.iter().all(nodes::is_ready) {
            let begun = all.iter().map(|node| node.created().as_millis()).max();
            let now = cx.cx.now();
            return Ok(pause(begun.unwrap_or(now), now));
        }
        nodes::go(&mut tx, all.remove(oldest)).await?;
        nodes::add(&mut tx, &cluster, doc).await?;
        tx.commit().await?;
        Ok(Next::Now)
    }
}
