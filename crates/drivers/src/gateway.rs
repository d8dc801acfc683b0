//! NAT gateways of private networks: what one is to be.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Spec, Subnet};

/// What a NAT gateway is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewaySpec {
    /// The network that it serves.
    pub network: Uuid,
    /// Its address in that network.
    pub private_ipv4: Ipv4Addr,
    /// Its IPv4 address on the internet.
    pub public_ipv4: Ipv4Addr,
    /// Its IPv6 address on the internet.
    pub public_ipv6: Ipv6Addr,
    /// What may come in to its public address.
    pub firewall: Vec<Accepted>,
    /// Which ports of its public address lead where.
    pub forwarding: Vec<Forwarding>,
}

impl Spec for GatewaySpec {
    const WHAT: &'static str = "gateway";
    const TAKES: i64 = 30_000;
}

/// What a port belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// What may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// By which protocol.
    pub transport: Transport,
    /// The first port.
    pub first_port: u16,
    /// The last port.
    pub last_port: u16,
    /// From where.
    pub from: Subnet,
}

/// A port that leads into the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarding {
    /// By which protocol.
    pub transport: Transport,
    /// The gateway's port.
    pub port: u16,
    /// Where it leads.
    pub to: SocketAddrV4,
}
