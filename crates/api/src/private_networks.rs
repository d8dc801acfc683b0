//! Private networks: `/v2/private-networks`, the older name of VPCs. Deprecated.
//!
//! Types only. The networks are the VPCs themselves: there must never be a second store of them.

pub use crate::id::NetworkId;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Endpoint, Time};

operations! {
    "network": "Private networks (deprecated: see vpc)" {
        "list" => ListNetworks,
        "create" => CreateNetwork,
        "get" => GetNetwork,
        "update" => UpdateNetwork,
        "delete" => DeleteNetwork,
    }
}

/// A private network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
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

/// List private networks.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/private-networks" -> 200 { networks: [Network] }, needs SubscriptionsView)]
pub struct ListNetworks {
    /// Items on a page, 1 to 500; 100 when absent.
    pub per_page: Option<u32>,
    /// The page: `next` or `prev` of another page's `meta.links`.
    pub cursor: Option<String>,
}

/// Create a private network.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/private-networks" -> 201 { network: Network }, needs Provisioning)]
pub struct CreateNetwork {
    /// The region's id.
    pub region: String,
    /// What it is for, at most 255 characters; longer texts are cut.
    #[schemars(length(max = 4_096))]
    pub description: Option<String>,
    /// The network's IPv4 address, in 10/8, 172.16/12 or 192.168/16; absent or empty to have one
    /// chosen.
    pub v4_subnet: Option<String>,
    /// Its size, in bits of the netmask; absent or 0 to have one chosen.
    pub v4_subnet_mask: Option<u32>,
}

/// Get a private network.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/private-networks/{network-id}" -> 200 { network: Network }, needs SubscriptionsView)]
pub struct GetNetwork {
    /// The network's id.
    pub network_id: NetworkId,
}

/// Change a private network's description.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(PUT "/v2/private-networks/{network-id}" -> 204, needs Subscriptions)]
pub struct UpdateNetwork {
    /// The network's id.
    pub network_id: NetworkId,
    /// What it is for, at most 255 characters; longer texts are cut.
    #[schemars(length(max = 4_096))]
    pub description: String,
}

/// Delete a private network. No instance may be attached.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(DELETE "/v2/private-networks/{network-id}" -> 204, needs Subscriptions)]
pub struct DeleteNetwork {
    /// The network's id.
    pub network_id: NetworkId,
}
