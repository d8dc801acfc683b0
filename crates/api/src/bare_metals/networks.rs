//! The addresses of bare metal servers, their names in reverse DNS, and their private networks.

use crate::endpoint;
use crate::id::{BareMetalId, Vpc2Id, VpcId};
use crate::instances::{InstanceIpv4, InstanceIpv6, InstanceVpc, InstanceVpc2};

/// List the IPv4 addresses of a bare metal server.
#[endpoint(GET "/v2/bare-metals/{baremetal-id: BareMetalId}/ipv4" -> 200 { ipv4s: [InstanceIpv4], whole }, needs SubscriptionsView)]
pub struct ListBareMetalIpv4;

/// Name an IPv4 address of a bare metal server in reverse DNS.
#[endpoint(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/ipv4/reverse" -> 204, needs Subscriptions)]
pub struct SetBareMetalReverseIpv4 {
    /// The address.
    pub ip: String,
    /// The name.
    pub reverse: String,
}

/// Give an IPv4 address of a bare metal server its first name in reverse DNS again.
#[endpoint(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/ipv4/reverse/default" -> 204, needs Subscriptions)]
pub struct ResetBareMetalReverseIpv4 {
    /// The address.
    pub ip: String,
}

/// List the IPv6 addresses of a bare metal server.
#[endpoint(GET "/v2/bare-metals/{baremetal-id: BareMetalId}/ipv6" -> 200 { ipv6s: [InstanceIpv6], whole }, needs SubscriptionsView)]
pub struct ListBareMetalIpv6;

/// Name an address in a bare metal server's IPv6 network in reverse DNS.
#[endpoint(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/ipv6/reverse" -> 204, needs Subscriptions)]
pub struct SetBareMetalReverseIpv6 {
    /// The address.
    pub ip: String,
    /// The name.
    pub reverse: String,
}

/// Take the name of an address in a bare metal server's IPv6 network away.
#[endpoint(DELETE "/v2/bare-metals/{baremetal-id: BareMetalId}/ipv6/reverse/{ipv6}" -> 204, needs Subscriptions)]
pub struct RemoveBareMetalReverseIpv6 {
    /// The address.
    pub ipv6: String,
}

/// List the VPCs that a bare metal server is in.
#[endpoint(GET "/v2/bare-metals/{baremetal-id: BareMetalId}/vpcs" -> 200 { vpcs: Vec<InstanceVpc> }, needs SubscriptionsView)]
pub struct ListBareMetalVpcs;

/// Put a bare metal server in a VPC.
#[endpoint(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/vpcs/attach" -> 204, needs Subscriptions)]
pub struct AttachBareMetalVpc {
    /// The VPC's id.
    pub vpc_id: VpcId,
}

/// Take a bare metal server out of a VPC.
#[endpoint(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/vpcs/detach" -> 204, needs Subscriptions)]
pub struct DetachBareMetalVpc {
    /// The VPC's id.
    pub vpc_id: VpcId,
}

/// List the VPC 2.0 networks that a bare metal server is in.
#[endpoint(GET "/v2/bare-metals/{baremetal-id: BareMetalId}/vpc2" -> 200 { vpcs: Vec<InstanceVpc2> }, needs SubscriptionsView)]
pub struct ListBareMetalVpc2s;

/// Put a bare metal server in a VPC 2.0 network.
#[endpoint(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/vpc2/attach" -> 204, needs Subscriptions)]
pub struct AttachBareMetalVpc2 {
    /// The network's id.
    pub vpc_id: Vpc2Id,
    /// The server's address in the network; a free one is taken when absent or empty.
    pub ip_address: Option<String>,
}

/// Take a bare metal server out of a VPC 2.0 network.
#[endpoint(POST "/v2/bare-metals/{baremetal-id: BareMetalId}/vpc2/detach" -> 204, needs Subscriptions)]
pub struct DetachBareMetalVpc2 {
    /// The network's id.
    pub vpc_id: Vpc2Id,
}
