//! VPC 2.0 networks: `/v2/vpc2`. Deprecated.
//!
//! Types only. They are no VPCs: the two kinds must never share a list.

pub use crate::id::Vpc2Id;

use crate::firewalls::IpType;
use crate::id::InstanceId;
use crate::{OrEmpty, Time, view};

operations! {
    "vpc2": "VPC 2.0 networks (deprecated: see vpc)" {
        /// List VPC 2.0 networks.
        "list" => ListVpc2(GET "/v2/vpc2" -> 200 { vpcs: [Vpc2] }, needs SubscriptionsView),
        /// Create a VPC 2.0 network.
        "create" => CreateVpc2(POST "/v2/vpc2" -> 201 { vpc: Vpc2 }, needs Provisioning) {
            /// The region's id.
            pub region: String,
            /// What it is for, at most 255 characters; longer texts are cut.
            #[wire(most = 4_096)]
            pub description: Option<String>,
            /// Its version of IP: `v4` is the only one.
            pub ip_type: Option<OrEmpty<IpType>>,
            /// The network's IPv4 address, in 10/8, 172.16/12 or 192.168/16; absent or empty to have one
            /// chosen.
            pub ip_block: Option<String>,
            /// Its size, in bits of the netmask; absent or 0 to have one chosen.
            pub prefix_length: Option<u32>,
        },
        /// Get a VPC 2.0 network.
        "get" => GetVpc2(GET "/v2/vpc2/{vpc-id: Vpc2Id}" -> 200 { vpc: Vpc2 }, needs SubscriptionsView),
        /// Change a VPC 2.0 network's description.
        "update" => UpdateVpc2(PUT "/v2/vpc2/{vpc-id: Vpc2Id}" -> 204, needs Subscriptions) {
            /// What it is for, at most 255 characters; longer texts are cut.
            #[wire(most = 4_096)]
            pub description: String,
        },
        /// Delete a VPC 2.0 network. No node may be attached.
        "delete" => DeleteVpc2(DELETE "/v2/vpc2/{vpc-id: Vpc2Id}" -> 204, needs Subscriptions),
        /// List the nodes of a VPC 2.0 network.
        "nodes" => ListVpc2Nodes(GET "/v2/vpc2/{vpc-id: Vpc2Id}/nodes" -> 200 { nodes: Vec<Vpc2Node> }, needs SubscriptionsView) {
            /// How many to tell at most, 1 to 500; all when absent. Nothing leads to a next page.
            pub per_page: Option<u32>,
            /// Ignored: there are no pages.
            pub cursor: Option<String>,
        },
        /// Attach nodes to a VPC 2.0 network in their region.
        "attach" => AttachVpc2Nodes(POST "/v2/vpc2/{vpc-id: Vpc2Id}/nodes/attach" -> 202, needs Subscriptions) {
            /// The ids of the instances and bare metal machines.
            pub nodes: Vec<InstanceId>,
        },
        /// Detach nodes from a VPC 2.0 network.
        "detach" => DetachVpc2Nodes(POST "/v2/vpc2/{vpc-id: Vpc2Id}/nodes/detach" -> 202, needs Subscriptions) {
            /// The ids of the instances and bare metal machines.
            pub nodes: Vec<InstanceId>,
        },
    }
}

/// A VPC 2.0 network.
#[view]
pub struct Vpc2 {
    /// The network's id.
    pub id: Vpc2Id,
    /// The region's id.
    pub region: String,
    /// When it was created.
    pub date_created: Time,
    /// What it is for.
    pub description: String,
    /// The network's IPv4 address, without its size.
    pub ip_block: String,
    /// Its size, in bits of the netmask.
    pub prefix_length: u32,
}

/// An instance, or bare metal machine, in a VPC 2.0 network.
#[view]
pub struct Vpc2Node {
    /// The instance's id.
    pub id: InstanceId,
    /// Its IPv4 address in the network.
    pub ip_address: String,
    /// The MAC address of its interface there, as one number.
    pub mac_address: u64,
    /// The instance's label.
    pub description: String,
    /// `vps` for an instance.
    #[wire(name = "type")]
    pub kind: String,
    /// The instance's status: `active` when it is ready.
    pub node_status: String,
}
