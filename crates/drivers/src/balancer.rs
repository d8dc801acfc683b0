//! Load balancers: what one is to be.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use api::Secret;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Nic, Spec, Subnet};

/// What a load balancer is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancerSpec {
    /// Its IPv4 address on the internet.
    pub ipv4: Ipv4Addr,
    /// Its IPv6 address on the internet.
    pub ipv6: Ipv6Addr,
    /// The private network through which it reaches its machines; none: the internet.
    pub network: Option<Uuid>,
    /// Its link in that network; none: it has no address there.
    #[serde(default)]
    pub nic: Option<Nic>,
    /// How many nodes share its work in each region.
    pub nodes: u32,
    /// The regions besides its own in which it works.
    pub regions: Vec<String>,
    /// The machines that it sends traffic to.
    pub machines: Vec<Backend>,
    /// How it chooses a machine.
    pub algorithm: Algorithm,
    /// The cookie that keeps a client with its machine; none: clients do not stay.
    pub cookie: Option<String>,
    /// How it finds out which machines work.
    pub health_check: HealthCheck,
    /// After how many idle seconds a connection is closed.
    pub timeout_s: u32,
    /// Whether HTTP is led to HTTPS.
    pub redirects_to_https: bool,
    /// Whether it speaks HTTP/2.
    pub http2: bool,
    /// Whether it speaks HTTP/3.
    pub http3: bool,
    /// Whether machines are told clients' addresses in the PROXY protocol.
    pub proxy_protocol: bool,
    /// Which of its ports lead where.
    pub forwarding: Vec<Forwarding>,
    /// Who may reach its ports; empty: everybody.
    pub firewall: Vec<Allowed>,
    /// The certificate that its owner gave it.
    pub certificate: Option<Certificate>,
    /// The name for which it gets a certificate by itself, to be shown where its owner gave none.
    pub certified_name: Option<String>,
}

impl Spec for BalancerSpec {
    const WHAT: &'static str = "load balancer";
    const TAKES: i64 = 90_000;
}

/// A machine behind a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backend {
    /// The machine.
    pub id: Uuid,
    /// Where it is reached: in the network, where there is one, else on the internet; none: it has no
    /// address there, and gets nothing.
    pub address: Option<IpAddr>,
}

/// How a load balancer chooses a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// One after the other.
    RoundRobin,
    /// The one with the fewest connections.
    LeastConnections,
}

/// How a load balancer finds out which machines work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// What it speaks to them; for TCP a connection is all that is asked for.
    pub protocol: Protocol,
    /// On which port.
    pub port: u16,
    /// What it asks them for, where it speaks HTTP.
    pub path: String,
    /// Seconds between two checks.
    pub interval_s: u32,
    /// Seconds that an answer may take.
    pub timeout_s: u32,
    /// Failed checks in a row after which a machine gets nothing any more.
    pub unhealthy_after: u32,
    /// Passed checks in a row after which it does again.
    pub healthy_after: u32,
}

/// What is spoken on a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// HTTP.
    Http,
    /// HTTPS.
    Https,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// A port of a load balancer that leads to its machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarding {
    /// What clients speak.
    pub frontend: Protocol,
    /// The load balancer's port.
    pub frontend_port: u16,
    /// What is spoken to machines.
    pub backend: Protocol,
    /// The machines' port.
    pub backend_port: u16,
}

/// Who may reach a port of a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// The port.
    pub port: u16,
    /// Who may.
    pub from: Clients,
}

/// Clients of a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clients {
    /// Those in a network.
    Of(Subnet),
    /// Those in the IPv4 networks of Cloudflare.
    CloudflareV4,
    /// Those in the IPv6 networks of Cloudflare.
    CloudflareV6,
}

/// A certificate with its private key, both as PEM.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The certificate, and those between it and a root.
    pub chain: String,
    /// The private key.
    pub private_key: Secret,
}
