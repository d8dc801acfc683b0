//! The addresses of bare metal servers, their names in reverse DNS, and their private networks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Endpoint;
use crate::id::{BareMetalId, Vpc2Id, VpcId};
use crate::instances::{InstanceIpv4, InstanceIpv6, InstanceVpc, InstanceVpc2};

/// List the IPv4 addresses of a bare metal server.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/bare-metals/{baremetal-id}/ipv4" -> 200 { ipv4s: [InstanceIpv4] }, needs SubscriptionsView)]
pub struct ListBareMetalIpv4 {
    /// The server's id.
    pub baremetal_id: BareMetalId,
}

/// Name an IPv4 address of a bare metal server in reverse DNS.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/bare-metals/{baremetal-id}/ipv4/reverse" -> 204, needs Subscriptions)]
pub struct SetBareMetalReverseIpv4 {
    /// The server's id.
    pub baremetal_id: BareMetalId,
    /// The address.
    pub ip: String,
    /// The name.
    pub reverse: String,
}

/// Give an IPv4 address of a bare metal server its first name in reverse DNS again.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/bare-metals/{baremetal-id}/ipv4/reverse/default" -> 204, needs Subscriptions)]
pub struct ResetBareMetalReverseIpv4 {
    /// The server's id.
    pub baremetal_id: BareMetalId,
    /// The address.
    pub ip: String,
}

/// List the IPv6 addresses of a bare metal server.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/bare-metals/{baremetal-id}/ipv6" -> 200 { ipv6s: [InstanceIpv6] }, needs SubscriptionsView)]
pub struct ListBareMetalIpv6 {
    /// The server's id.
    pub baremetal_id: BareMetalId,
}

/// Name an address in a bare metal server's IPv6 network in reverse DNS.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/bare-metals/{baremetal-id}/ipv6/reverse" -> 204, needs Subscriptions)]
pub struct SetBareMetalReverseIpv6 {
    /// The server's id.
    pub baremetal_id: BareMetalId,
    /// The address.
    pub ip: String,
    /// The name.
    pub reverse: String,
}

/// Take the name of an address in a bare metal server's IPv6 network away.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(DELETE "/v2/bare-metals/{baremetal-id}/ipv6/reverse/{ipv6}" -> 204, needs Subscriptions)]
pub struct RemoveBareMetalReverseIpv6 {
    /// The server's id.
    pub baremetal_id: BareMetalId,
    /// The address.
    pub ipv6: String,
}

/// List the VPCs that a bare metal server is in.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/bare-metals/{baremetal-id}/vpcs" -> 200 { vpcs: Vec<InstanceVpc> }, needs SubscriptionsView)]
pub struct ListBareMetalVpcs {
    /// The server's id.
    pub baremetal_id: BareMetalId,
}

/// Put a bare metal server in a VPC.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/bare-metals/{baremetal-id}/vpcs/attach" -> 204, needs Subscriptions)]
pub struct AttachBareMetalVpc {
    /// The server's id.
    pub baremetal_id: BareMetalId,
    /// The VPC's id.
    pub vpc_id: VpcId,
}

/// Take a bare metal server out of a VPC.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/bare-metals/{baremetal-id}/vpcs/detach" -> 204, needs Subscriptions)]
pub struct DetachBareMetalVpc {
    /// The server's id.
    pub baremetal_id: BareMetalId,
    /// The VPC's id.
    pub vpc_id: VpcId,
}

/// List the VPC 2.0 networks that a bare metal server is in.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/bare-metals/{baremetal-id}/vpc2" -> 200 { vpcs: Vec<InstanceVpc2> }, needs SubscriptionsView)]
pub struct ListBareMetalVpc2s {
    /// The server's id.
    pub baremetal_id: BareMetalId,
}

/// Put a bare metal server in a VPC 2.0 network.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/bare-metals/{baremetal-id}/vpc2/attach" -> 204, needs Subscriptions)]
pub struct AttachBareMetalVpc2 {
    /// The server's id.
    pub baremetal_id: BareMetalId,
    /// The network's id.
    pub vpc_id: Vpc2Id,
    /// The server's address in the network; a free one is taken when absent or empty.
    pub ip_address: Option<String>,
}

/// Take a bare metal server out of a VPC 2.0 network.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/bare-metals/{baremetal-id}/vpc2/detach" -> 204, needs Subscriptions)]
pub struct DetachBareMetalVpc2 {
    /// The server's id.
    pub baremetal_id: BareMetalId,
    /// The network's id.
    pub vpc_id: Vpc2Id,
}
