//! Public addresses of instances, and the names that they resolve to.

use crate::id::InstanceId;
use crate::{Open, endpoint, view, words};

/// An IPv4 address of an instance.
#[view]
pub struct InstanceIpv4 {
    /// The address.
    pub ip: String,
    /// Its netmask.
    pub netmask: String,
    /// Its gateway, or empty.
    pub gateway: String,
    /// What it is for.
    #[wire(name = "type")]
    pub kind: Open<AddressType>,
    /// The name that it resolves to, or empty.
    pub reverse: String,
    /// The network adapter's address: only of the main address, and only where asked for.
    #[wire(omit)]
    pub mac_address: Option<String>,
}

/// What an address is for.
#[words]
pub enum AddressType {
    /// The instance's own.
    #[default]
    MainIp,
    /// One more.
    SecondaryIp,
    /// One in a VPC.
    Private,
}

/// List an instance's IPv4 addresses.
#[endpoint(GET "/v2/instances/{instance-id}/ipv4" -> 200 { ipv4s: [InstanceIpv4] }, needs SubscriptionsView)]
pub struct ListInstanceIpv4 {
    /// Show the public network adapter's address, too.
    pub public_network: Option<bool>,
}

/// Give an instance one more IPv4 address.
#[endpoint(POST "/v2/instances/{instance-id}/ipv4" -> 202 { ipv4: InstanceIpv4 }, needs Subscriptions)]
pub struct AddInstanceIpv4 {
    /// Restart the instance, so that it takes the address up.
    pub reboot: Option<bool>,
}

/// Take an additional IPv4 address from an instance.
#[endpoint(DELETE "/v2/instances/{instance-id}/ipv4/{ipv4}" -> 204, needs Subscriptions)]
pub struct RemoveInstanceIpv4 {
    /// The address.
    pub ipv4: String,
}

/// Set the name that an instance's IPv4 address resolves to.
#[endpoint(POST "/v2/instances/{instance-id}/ipv4/reverse" -> 204, needs Subscriptions)]
pub struct SetInstanceReverseIpv4 {
    /// The address.
    pub ip: String,
    /// The name, without a final dot.
    pub reverse: String,
}

/// Set the name that an instance's IPv4 address resolves to back to the first one.
#[endpoint(POST "/v2/instances/{instance-id}/ipv4/reverse/default" -> 204, needs Subscriptions)]
pub struct ResetInstanceReverseIpv4 {
    /// The address.
    pub ip: String,
}

/// An IPv6 address of an instance.
#[view]
pub struct InstanceIpv6 {
    /// The address.
    pub ip: String,
    /// The network that it lies in.
    pub network: String,
    /// The network's prefix length.
    pub network_size: u32,
    /// What it is for.
    #[wire(name = "type")]
    pub kind: Open<AddressType>,
}

/// An IPv6 address of an instance and the name that it resolves to.
#[view]
pub struct ReverseIpv6 {
    /// The address, with all its zeros and in lower case: clients compare it as text.
    pub ip: String,
    /// The name.
    pub reverse: String,
}

/// Set the name that an IPv6 address in an instance's network resolves to.
#[endpoint(POST "/v2/instances/{instance-id}/ipv6/reverse" -> 204, needs Subscriptions)]
pub struct SetInstanceReverseIpv6 {
    /// The address.
    pub ip: String,
    /// The name, without a final dot.
    pub reverse: String,
}

/// Remove the name that an IPv6 address of an instance resolves to.
#[endpoint(DELETE "/v2/instances/{instance-id}/ipv6/reverse/{ipv6}" -> 204, needs Subscriptions)]
pub struct RemoveInstanceReverseIpv6 {
    /// The address.
    pub ipv6: String,
}
