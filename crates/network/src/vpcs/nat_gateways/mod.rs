//! NAT gateways: the way to the internet for instances of a VPC that have no public address.
//!
//! A gateway's rules are part of it: a gateway and its rules must never disagree, so they are one
//! row, changed in one go and brought to the world in one go.

mod handlers;
mod life;
mod rules;

use std::net::{Ipv4Addr, Ipv6Addr};

use api::vpcs::{ForwardingProtocol, NatFirewallProtocol};
use drivers::gateway::Transport::{self, Tcp, Udp};
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

use crate::{Doc, Kind, Provisioned, Routes, billing};

/// How many rules of a kind a gateway can have: the row is written whole.
pub const RULES_MAX: usize = 1000;

/// A NAT gateway as its owner wants it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NatGateway {
    /// The VPC that it serves.
    pub network: Uuid,
    /// The owner's name for it.
    pub label: String,
    /// The owner's tag on it.
    pub tag: String,
    /// Its address on the internet.
    pub public_ip: Ipv4Addr,
    /// Its IPv6 address on the internet.
    pub public_ipv6: Ipv6Addr,
    /// Its address in the VPC.
    pub private_ip: Ipv4Addr,
    /// What may come in, in order of creation.
    pub firewall: Vec<FirewallRule>,
    /// Which ports lead where, in order of creation.
    pub forwarding: Vec<ForwardingRule>,
}

/// What may come in: see [`api::vpcs::NatGatewayFirewallRule`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirewallRule {
    id: Uuid,
    protocol: NatFirewallProtocol,
    port: String,
    subnet: String,
    subnet_size: u32,
    notes: String,
}

/// Which port leads where in the VPC: see [`api::vpcs::NatGatewayPortForwardingRule`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForwardingRule {
    id: Uuid,
    name: String,
    protocol: ForwardingProtocol,
    external_port: u16,
    internal_ip: String,
    internal_port: u16,
    enabled: bool,
    description: String,
    created_at: String,
    updated_at: String,
}

/// The protocols that a forwarding rule stands for.
fn transports(protocol: ForwardingProtocol) -> &'static [Transport] {
    match protocol {
        ForwardingProtocol::Tcp => &[Tcp],
        ForwardingProtocol::Udp => &[Udp],
        ForwardingProtocol::Both => &[Tcp, Udp],
    }
}

/// A gateway with its place in the store.
type Gateway = Doc<NatGateway>;

impl Kind for NatGateway {
    const KIND: &'static str = "nat-gateway";
    const UNKNOWN: &'static str = "Invalid NAT Gateway ID.";
    const LIVES: bool = true;
    type Seen = Provisioned;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }

    fn lists(&self) -> Vec<Facet> {
        vec![of_network(self.network)]
    }
}

/// The list of gateways of a VPC.
pub fn of_network(id: Uuid) -> Facet {
    ("network", id.to_string())
}

/// What is asked of gateways and of their rules.
pub(super) fn routes() -> Routes {
    handlers::routes().and(rules::routes())
}
