//! Control planes of Kubernetes clusters: what one is to be.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use api::Secret;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Size, Spec, Subnet};

/// What the control plane of a Kubernetes cluster is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlPlaneSpec {
    /// Its version, as `v1.36.5+1`.
    pub version: String,
    /// How many of it there are, an odd number.
    pub replicas: u32,
    /// Its address on the internet.
    pub ipv4: Ipv4Addr,
    /// The network that pods get addresses of.
    pub pods: Subnet,
    /// The network that services get addresses of.
    pub services: Subnet,
    /// The certificate of the cluster's authority, which it trusts and which signs what it shows: DER in
    /// base64.
    pub certificate: String,
    /// The authority's key: PKCS #8 in base64.
    pub key: Secret,
    /// Who vouches for its users, besides the authority.
    pub issuer: Option<Issuer>,
    /// The nodes that are registered with it: those whose machines have been up.
    #[serde(default)]
    pub nodes: Vec<NodeSpec>,
}

impl Spec for ControlPlaneSpec {
    const WHAT: &'static str = "control-plane";
    const TAKES: i64 = 180_000;
}

/// Who vouches for users, by OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuer {
    /// Its address.
    pub url: String,
    /// What the cluster is called there.
    pub client_id: String,
    /// What tells a user's name.
    pub username_claim: String,
    /// What tells a user's groups.
    pub groups_claim: String,
}

/// A node of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSpec {
    /// Its machine.
    pub id: Uuid,
    /// What it is called, as hosts are: no other node of the cluster has that name.
    pub name: String,
    /// The version of Kubernetes that it was made with.
    pub version: String,
    /// The size of its machine.
    pub size: Size,
    /// Its address within the cluster's own network.
    pub internal: Option<Ipv4Addr>,
    /// Its address on the internet.
    pub external: Option<Ipv4Addr>,
    /// Its labels, by their keys.
    pub labels: BTreeMap<String, String>,
    /// What keeps pods from it.
    pub taints: Vec<NodeTaint>,
}

/// What keeps pods from a node, unless they tolerate it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeTaint {
    /// Its key.
    pub key: String,
    /// Its value, which may be empty.
    pub value: String,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: String,
}
