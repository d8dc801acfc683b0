//! Firewall groups: what one is to be.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Spec, Subnet};

/// What may come in to the public addresses of the machines that a firewall group is for: what no rule
/// lets in is dropped, unless there is no rule at all. What answers to what went out comes in always.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirewallSpec {
    /// What may come in.
    pub rules: Vec<Rule>,
}

impl Spec for FirewallSpec {
    const WHAT: &'static str = "firewall";
    const TAKES: i64 = 0;
}

/// What may come in by one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// By which protocol.
    pub protocol: Protocol,
    /// The first and last port; none: the protocol has no ports.
    pub ports: Option<(u16, u16)>,
    /// Whether it is about IPv6, and not about IPv4.
    pub is_v6: bool,
    /// From where.
    pub from: From,
}

/// Protocols that rules of firewalls tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// ICMP, or for IPv6 its own.
    Icmp,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// GRE.
    Gre,
    /// ESP.
    Esp,
    /// AH.
    Ah,
}

/// Where traffic may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// A network.
    Network(Subnet),
    /// The networks of Cloudflare.
    Cloudflare,
    /// A load balancer.
    Balancer(Uuid),
}
