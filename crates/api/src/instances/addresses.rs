//! Public addresses of instances, and the names that they resolve to.

use crate::{Open, view, words};

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
