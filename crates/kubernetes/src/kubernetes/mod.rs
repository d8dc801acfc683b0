//! Kubernetes clusters, as Vultr keeps them: a control plane that nobody sees, and pools of nodes, which
//! are instances.
//!
//! No Kubernetes runs here. What a cluster's kubeconfig leads to says so, unless a world has a driver
//! of control planes. A cluster and a pool are rows of their own, a node is an instance that knows its
//! pool; labels and taints lie in their pool's row.

mod access;
mod clusters;
mod labels;
mod life;
mod nodes;
mod pools;
mod resources;

use std::net::Ipv4Addr;

use api::Secret;
use api::kubernetes::TaintEffect;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

use crate::billing::{self, Charged, Rate};
use crate::catalog::{Catalog, PriceItem};
use crate::certificates::Pair;
use crate::life::Provisioned;
use crate::{Doc, Family, Kind, Refusal};

pub use access::open_doors;

/// A cluster as its owner wants it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cluster {
    region: String,
    label: String,
    /// Its version: that of its control plane, and sooner or later of its nodes.
    version: String,
    /// Whether it has several control planes.
    ha: bool,
    /// The address of its control plane.
    ipv4: Ipv4Addr,
    /// The VPC that its nodes are in.
    network: Option<Uuid>,
    /// The firewall group that was made for its nodes.
    firewall: Option<Uuid>,
    oidc: Oidc,
    /// Whom it trusts.
    authority: Pair,
    /// Whom its kubeconfig speaks for.
    admin: Pair,
}

/// Who vouches for a cluster's users: see [`api::kubernetes::ClusterOidc`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Oidc {
    issuer_url: String,
    client_id: String,
    username_claim: String,
    groups_claim: String,
}

impl Kind for Cluster {
    const KIND: &'static str = "kubernetes-cluster";
    const UNKNOWN: &'static str = "Invalid resource ID";
    const LIVES: bool = true;
    type Seen = Provisioned;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }
}

impl Charged for Cluster {
    const PRODUCT: &'static str = "Kubernetes Control Plane";
    /// Whether it has several control planes. Its nodes are paid for as instances.
    type Class = bool;

    fn class(doc: &Doc<Self>) -> bool {
        doc.ha
    }

    fn price(ha: &bool, amount: Decimal, catalog: &Catalog) -> Rate {
        let item = match ha {
            true => PriceItem::KubernetesHaControlPlane,
            false => PriceItem::KubernetesControlPlane,
        };
        Rate::of(catalog.price(item), amount)
    }
}

/// A node pool as its owner wants it: what has no words here is shown by the same name, or nearly, in
/// [`api::kubernetes::NodePool`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pool {
    /// Its cluster.
    cluster: Uuid,
    label: String,
    tag: String,
    plan: String,
    /// How many nodes it is to have.
    quantity: u32,
    auto_scaler: bool,
    min_nodes: u32,
    max_nodes: u32,
    vpc_only: bool,
    user_data: Secret,
    labels: Vec<Label>,
    taints: Vec<Taint>,
    /// When it last changed, in milliseconds.
    updated: i64,
}

/// What a cluster was last told of a pool: when that is no longer so, it is looked at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The nodes that were up.
    nodes: Vec<Uuid>,
    labels: Vec<Label>,
    taints: Vec<Taint>,
}

/// A label of a pool's nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Label {
    id: Uuid,
    key: String,
    value: String,
}

/// A taint of a pool's nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Taint {
    id: Uuid,
    key: String,
    value: String,
    effect: TaintEffect,
}

impl Kind for Pool {
    const KIND: &'static str = "node-pool";
    const UNKNOWN: &'static str = "Invalid NodePool ID";
    const LIVES: bool = true;
    type Seen = Option<Told>;

    fn lists(&self) -> Vec<Facet> {
        vec![in_cluster(self.cluster)]
    }
}

/// The list of a cluster's pools.
fn in_cluster(id: Uuid) -> Facet {
    ("cluster", id.to_string())
}

/// What the service of Kubernetes refuses with 422.
fn unprocessable(said: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(422, said)
}

/// The family.
pub fn family() -> Family {
    let routes = clusters::routes().and(pools::routes()).and(labels::routes());
    Family::new(routes).life::<Cluster>().life::<Pool>().costs::<Cluster>()
}
