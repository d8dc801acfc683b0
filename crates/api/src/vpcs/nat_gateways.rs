//! NAT gateways of VPC networks, their firewall rules and port forwarding rules:
//! `/v2/vpcs/{vpc-id}/nat-gateway`.
//!
//! Types only; the family's list of operations is in the parent module. Times of this family are
//! texts without an offset, as `2025-09-29 10:38:57`: never the API's usual form.

pub use crate::id::{NatFirewallRuleId, NatGatewayId, PortForwardingRuleId};

use crate::id::VpcId;
use crate::{Money, Open, view, words};

/// A NAT gateway: the way to the internet for instances that have only a private address.
#[view]
pub struct NatGateway {
    /// The gateway's id.
    pub id: NatGatewayId,
    /// The VPC network that it serves.
    pub vpc_id: VpcId,
    /// When it was created, as `2025-09-29 10:38:57`.
    pub date_created: String,
    /// `pending` until it works.
    pub status: Open<NatGatewayStatus>,
    /// The owner's name for it.
    pub label: String,
    /// The owner's tag on it.
    pub tag: String,
    /// Its IPv4 addresses on the internet, in a stable order.
    pub public_ips: Vec<String>,
    /// Its IPv6 addresses on the internet, in a stable order.
    pub public_ips_v6: Vec<String>,
    /// Its addresses in the VPC network, in a stable order.
    pub private_ips: Vec<String>,
    /// What it costs.
    pub billing: NatGatewayBilling,
}

/// Where a NAT gateway stands in its life.
#[words]
pub enum NatGatewayStatus {
    /// Being made.
    #[default]
    Pending,
    /// Ready.
    Active,
}

/// What a NAT gateway costs.
#[view]
pub struct NatGatewayBilling {
    /// What is owed for it since the last invoice.
    pub charges: Money,
    /// US dollars a month.
    pub monthly: Money,
}

/// A firewall rule of a NAT gateway: what may come in.
#[view]
pub struct NatGatewayFirewallRule {
    /// The rule's id.
    pub id: NatFirewallRuleId,
    /// What happens to matching traffic: `accept`.
    pub action: String,
    /// The protocol that may come in.
    pub protocol: Open<NatFirewallProtocol>,
    /// A port, or a range of them as `8000:8010`.
    pub port: String,
    /// The address that was given for the network, without its size: host bits stay.
    pub subnet: String,
    /// The size of that network, in bits of its netmask.
    pub subnet_size: u32,
    /// What it is for.
    pub notes: String,
}

/// A protocol that a NAT gateway's firewall rule lets in.
#[words]
pub enum NatFirewallProtocol {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
}

/// A port of a NAT gateway's public address that leads to one in the VPC network.
#[view]
pub struct NatGatewayPortForwardingRule {
    /// The rule's id.
    pub id: PortForwardingRuleId,
    /// The owner's name for it.
    pub name: String,
    /// What is forwarded.
    pub protocol: Open<ForwardingProtocol>,
    /// The gateway's port.
    pub external_port: u16,
    /// The IPv4 address in the VPC network that it leads to.
    pub internal_ip: String,
    /// The port there.
    pub internal_port: u16,
    /// Whether it is in force.
    pub enabled: bool,
    /// What it is for.
    pub description: String,
    /// When it was created, as `2025-08-19 09:48:45`.
    pub created_at: String,
    /// When it last changed, in the same form.
    pub updated_at: String,
}

/// What a port forwarding rule forwards.
#[words]
pub enum ForwardingProtocol {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
    /// TCP and UDP.
    Both,
}
