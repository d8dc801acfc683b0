//! Control planes of Kubernetes clusters: what one is to be.

use std::net::Ipv4Addr;

use api::Secret;
use serde::{Deserialize, Serialize};

use crate::{Spec, Subnet};

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
