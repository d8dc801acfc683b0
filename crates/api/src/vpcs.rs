//! VPC networks: `/v2/vpcs`. What hangs below a NAT gateway is in [`nat_gateways`].
//!
//! Types only: which subnet a network gets is decided by `control`.

pub mod nat_gateways;

pub use crate::id::VpcId;
pub use nat_gateways::*;

use crate::{Time, view};

operations! {
    "vpc": "VPC networks" {
        /// List VPC networks.
        "list" => ListVpcs(GET "/v2/vpcs" -> 200 { vpcs: [Vpc] }, needs SubscriptionsView),
        /// Create a VPC network.
        "create" => CreateVpc(POST "/v2/vpcs" -> 201 { vpc: Vpc }, needs Provisioning) {
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
        },
        /// Get a VPC network.
        "get" => GetVpc(GET "/v2/vpcs/{vpc-id}" -> 200 { vpc: Vpc }, needs SubscriptionsView),
        /// Change a VPC network's description.
        "update" => UpdateVpc(PUT "/v2/vpcs/{vpc-id}" -> 204, needs Subscriptions) {
            /// What it is for, at most 255 characters; longer texts are cut.
            #[wire(most = 4_096)]
            pub description: String,
        },
        /// Delete a VPC network. Nothing may be attached.
        "delete" => DeleteVpc(DELETE "/v2/vpcs/{vpc-id}" -> 204, needs Subscriptions),
        /// List what is attached to a VPC network.
        "attachments" => ListVpcAttachments(GET "/v2/vpcs/{vpc-id}/attachments" -> 200 { attachments: [VpcAttachment] }, needs SubscriptionsView),
    }
    "nat-gateway": "NAT gateways of VPC networks" {
        /// List the NAT gateways of a VPC network.
        "list" => ListNatGateways(GET "/v2/vpcs/{vpc-id}/nat-gateway" -> 200 { nat_gateways: [NatGateway] }, needs SubscriptionsView),
        /// Create a NAT gateway in a VPC network.
        "create" => CreateNatGateway(POST "/v2/vpcs/{vpc-id}/nat-gateway" -> 201 { nat_gateway: NatGateway }, needs Provisioning) {
            /// A name for it.
            pub label: Option<String>,
            /// A tag on it.
            pub tag: Option<String>,
        },
        /// Get a NAT gateway.
        "get" => GetNatGateway(GET "/v2/vpcs/{vpc-id}/nat-gateway/{nat-gateway-id}" -> 200 { nat_gateway: NatGateway }, needs SubscriptionsView),
        /// Change a NAT gateway's label and tag. What is absent stays.
        "update" => UpdateNatGateway(PUT "/v2/vpcs/{vpc-id}/nat-gateway/{nat-gateway-id}" -> 202 { nat_gateway: NatGateway }, needs Subscriptions) {
            /// A new name.
            pub label: Option<String>,
            /// A new tag.
            pub tag: Option<String>,
        },
        /// Delete a NAT gateway and its rules.
        "delete" => DeleteNatGateway(DELETE "/v2/vpcs/{vpc-id}/nat-gateway/{nat-gateway-id}" -> 204, needs Subscriptions),
    }
    "nat-gateway-firewall-rule": "Firewall rules of NAT gateways" {
        /// List the firewall rules of a NAT gateway.
        "list" => ListNatGatewayFirewallRules(GET "/v2/vpcs/{vpc-id}/nat-gateway/{nat-gateway-id}/global/firewall-rules" -> 200 { firewall_rules: [NatGatewayFirewallRule] }, needs SubscriptionsView),
        /// Add a firewall rule to a NAT gateway.
        "create" => CreateNatGatewayFirewallRule(POST "/v2/vpcs/{vpc-id}/nat-gateway/{nat-gateway-id}/global/firewall-rules" -> 201 { firewall_rule: NatGatewayFirewallRule }, needs Provisioning) {
            /// The protocol to let in.
            pub protocol: NatFirewallProtocol,
            /// A port, or a range of them as `8000:8010`. A number is one, too.
            #[wire(read = crate::values::port)]
            pub port: String,
            /// An IPv4 address of the network that traffic may come from, without its size.
            pub subnet: String,
            /// The size of that network, 0 to 32 bits of its netmask; 0 when absent, as clients leave a
            /// zero out.
            pub subnet_size: Option<u32>,
            /// What it is for.
            pub notes: Option<String>,
        },
        /// Get a firewall rule of a NAT gateway.
        "get" => GetNatGatewayFirewallRule(GET "/v2/vpcs/{vpc-id}/nat-gateway/{nat-gateway-id}/global/firewall-rules/{firewall-rule-id: NatFirewallRuleId}" -> 200 { firewall_rule: NatGatewayFirewallRule }, needs SubscriptionsView),
        /// Change the notes of a NAT gateway's firewall rule.
        "update" => UpdateNatGatewayFirewallRule(PUT "/v2/vpcs/{vpc-id}/nat-gateway/{nat-gateway-id}/global/firewall-rules/{firewall-rule-id: NatFirewallRuleId}" -> 202 { firewall_rule: NatGatewayFirewallRule }, needs Subscriptions) {
            /// What it is for.
            pub notes: Option<String>,
        },
        /// Delete a firewall rule of a NAT gateway.
        "delete" => DeleteNatGatewayFirewallRule(DELETE "/v2/vpcs/{vpc-id}/nat-gateway/{nat-gateway-id}/global/firewall-rules/{firewall-rule-id: NatFirewallRuleId}" -> 204, needs Subscriptions),
    }
    "nat-gateway-port-forwarding-rule": "Port forwarding rules of NAT gateways" {
        /// List the port forwarding rules of a NAT gateway.
        "list" => ListNatGatewayPortForwardingRules(GET "/v2/vpcs/{vpc-id}/nat-gateway/{nat-gateway-id}/global/port-forwarding-rules" -> 200 { port_forwarding_rules: [NatGatewayPortForwardingRule] }, needs SubscriptionsView),
        /// Add a port forwarding rule to a NAT gateway.
        "create" => CreateNatGatewayPortForwardingRule(POST "/v2/vpcs/{vpc-id}/nat-gateway/{nat-gateway-id}/global/port-forwarding-rules" -> 201 { port_forwarding_rule: NatGatewayPortForwardingRule }, needs Provisioning) {
            /// A name for it.
            pub name: Option<String>,
            /// What to forward.
            pub protocol: ForwardingProtocol,
            /// The gateway's port, 1 to 65535.
            pub external_port: u16,
            /// The IPv4 address in the VPC network that it leads to.
            pub internal_ip: String,
            /// The port there, 1 to 65535.
            pub internal_port: u16,
            /// Whether it is in force; so it is when absent.
            pub enabled: Option<bool>,
            /// What it is for.
            pub description: Option<String>,
        },
        /// Get a port forwarding rule of a NAT gateway.
        "get" => GetNatGatewayPortForwardingRule(GET "/v2/vpcs/{vpc-id}/nat-gateway/{nat-gateway-id}/global/port-forwarding-rules/{port-forwarding-rule-id}" -> 200 { port_forwarding_rule: NatGatewayPortForwardingRule }, needs SubscriptionsView),
        /// Change a port forwarding rule of a NAT gateway. What is absent stays.
        "update" => UpdateNatGatewayPortForwardingRule(PUT "/v2/vpcs/{vpc-id}/nat-gateway/{nat-gateway-id}/global/port-forwarding-rules/{port-forwarding-rule-id}" -> 202 { port_forwarding_rule: NatGatewayPortForwardingRule }, needs Subscriptions) {
            /// A new name.
            pub name: Option<String>,
            /// What to forward.
            pub protocol: Option<ForwardingProtocol>,
            /// The gateway's port, 1 to 65535.
            pub external_port: Option<u16>,
            /// The IPv4 address in the VPC network that it leads to.
            pub internal_ip: Option<String>,
            /// The port there, 1 to 65535.
            pub internal_port: Option<u16>,
            /// Whether it is in force.
            pub enabled: Option<bool>,
            /// What it is for.
            pub description: Option<String>,
        },
        /// Delete a port forwarding rule of a NAT gateway.
        "delete" => DeleteNatGatewayPortForwardingRule(DELETE "/v2/vpcs/{vpc-id}/nat-gateway/{nat-gateway-id}/global/port-forwarding-rules/{port-forwarding-rule-id}" -> 204, needs Subscriptions),
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
