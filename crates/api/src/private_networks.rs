//! Private networks: `/v2/private-networks`, the older name of VPCs. Deprecated.
//!
//! Types only. The networks are the VPCs themselves: there must never be a second store of them.

pub use crate::id::NetworkId;

use crate::{Time, view};

operations! {
    "network": "Private networks (deprecated: see vpc)" {
        /// List private networks.
        "list" => ListNetworks(GET "/v2/private-networks" -> 200 { networks: [Network] }, needs SubscriptionsView),
        /// Create a private network.
        "create" => CreateNetwork(POST "/v2/private-networks" -> 201 { network: Network }, needs Provisioning) {
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
        /// Get a private network.
        "get" => GetNetwork(GET "/v2/private-networks/{network-id}" -> 200 { network: Network }, needs SubscriptionsView),
        /// Change a private network's description.
        "update" => UpdateNetwork(PUT "/v2/private-networks/{network-id}" -> 204, needs Subscriptions) {
            /// What it is for, at most 255 characters; longer texts are cut.
            #[wire(most = 4_096)]
            pub description: String,
        },
        /// Delete a private network. No instance may be attached.
        "delete" => DeleteNetwork(DELETE "/v2/private-networks/{network-id}" -> 204, needs Subscriptions),
    }
}

/// A private network.
#[view]
pub struct Network {
    /// The network's id.
    pub id: NetworkId,
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
}
