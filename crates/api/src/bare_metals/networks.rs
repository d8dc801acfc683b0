//! The addresses of bare metal servers, their names in reverse DNS, and their private networks.

use crate::endpoint;
use crate::id::{BareMetalId, Vpc2Id, VpcId};

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
