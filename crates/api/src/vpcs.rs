//! VPC networks: `/v2/vpcs`. What hangs below a NAT gateway is in [`nat_gateways`].
//!
//! Types only: which subnet a network gets is decided by `control`.

pub mod nat_gateways;

pub use crate::id::VpcId;
pub use nat_gateways::*;

use crate::{Time, endpoint, view};

operations! {
    "vpc": "VPC networks" {
        "list" => ListVpcs, "create" => CreateVpc, "get" => GetVpc, "update" => UpdateVpc,
        "delete" => DeleteVpc, "attachments" => ListVpcAttachments,
    }
    "nat-gateway": "NAT gateways of VPC networks" {
        "list" => ListNatGateways, "create" => CreateNatGateway, "get" => GetNatGateway,
        "update" => UpdateNatGateway, "delete" => DeleteNatGateway,
    }
    "nat-gateway-firewall-rule": "Firewall rules of NAT gateways" {
        "list" => ListNatGatewayFirewallRules, "create" => CreateNatGatewayFirewallRule,
        "get" => GetNatGatewayFirewallRule, "update" => UpdateNatGatewayFirewallRule,
        "delete" => DeleteNatGatewayFirewallRule,
    }
    "nat-gateway-port-forwarding-rule": "Port forwarding rules of NAT gateways" {
        "list" => ListNatGatewayPortForwardingRules, "create" => CreateNatGatewayPortForwardingRule,
        "get" => GetNatGatewayPortForwardingRule, "update" => UpdateNatGatewayPortForwardingRule,
        "delete" => DeleteNatGatewayPortForwardingRule,
    }
}

/// A VPC network.
#[view]
pub struct Vpc {
    /// The network's id.
    pub id: VpcId,
    /// The region's id.
    pub region: String,
    /// When it was created.
    pub date_created: Time,
    /// What it is for.
    pub description: String,
    /// The network's IPv4 address, without its size.
    pub v4_subnet: String,
    /// Its size, in bits of the netmask.
    pub v4_subnet_mask: u32,
    /// Its way to the internet.
    pub internet: VpcInternet,
}

/// A VPC network's way to the internet.
#[view]
pub struct VpcInternet {
    /// Whether there is one.
    pub connectivity: bool,
    /// What provides it.
    pub types: Vec<String>,
}

/// Something with an interface in a VPC network.
#[view]
pub struct VpcAttachment {
    /// The attachment's id.
    pub id: String,
    /// What kind of thing is attached.
    #[wire(name = "type")]
    pub kind: String,
    /// The MAC address of its interface in the network, as `5a:00:01:02:03:04`.
    pub mac_address: String,
    /// When it was attached.
    pub date_added: Time,
    /// Its address in the network.
    pub ip: VpcAttachmentIp,
    /// The thing that is attached, where it is one that the account pays for.
    pub linked_subscription: Option<LinkedSubscription>,
}

/// An address in a VPC network.
#[view]
pub struct VpcAttachmentIp {
    /// The IPv4 address.
    pub v4: String,
}

/// The thing that is attached to a VPC network.
#[view]
pub struct LinkedSubscription {
    /// What kind of thing it is.
    #[wire(name = "type")]
    pub kind: String,
    /// Its id, as its own family has it.
    pub id: String,
}

/// List VPC networks.
#[endpoint(GET "/v2/vpcs" -> 200 { vpcs: [Vpc] }, needs SubscriptionsView)]
pub struct ListVpcs;

/// Create a VPC network.
#[endpoint(POST "/v2/vpcs" -> 201 { vpc: Vpc }, needs Provisioning)]
pub struct CreateVpc {
    /// The region's id.
    pub region: String,
    /// What it is for, at most 255 characters; longer texts are cut.
    #[wire(most = 4_096)]
    pub description: Option<String>,
    /// The network's IPv4 address, in 10/8, 172.16/12 or 192.168/16; absent or empty to have one
    /// chosen.
    pub v4_subnet: Option<String>,
    /// Its size, in bits of the netmask; absent or 0 to have one chosen.
    pub v4_subnet_mask: Option<u32>,
}

/// Get a VPC network.
#[endpoint(GET "/v2/vpcs/{vpc-id}" -> 200 { vpc: Vpc }, needs SubscriptionsView)]
pub struct GetVpc;

/// Change a VPC network's description.
#[endpoint(PUT "/v2/vpcs/{vpc-id}" -> 204, needs Subscriptions)]
pub struct UpdateVpc {
    /// What it is for, at most 255 characters; longer texts are cut.
    #[wire(most = 4_096)]
    pub description: String,
}

/// Delete a VPC network. Nothing may be attached.
#[endpoint(DELETE "/v2/vpcs/{vpc-id}" -> 204, needs Subscriptions)]
pub struct DeleteVpc;

/// List what is attached to a VPC network.
#[endpoint(GET "/v2/vpcs/{vpc-id}/attachments" -> 200 { attachments: [VpcAttachment] }, needs SubscriptionsView)]
pub struct ListVpcAttachments;
