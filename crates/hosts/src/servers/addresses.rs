//! What follows from an address of a server.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Server;
use crate::addresses::{IPV6_PREFIX, mac};

/// The first bytes of public interfaces' hardware addresses.
const MAC_PREFIX: &str = "56:00";

impl Server {
    /// The hardware address of its public interface.
    pub fn mac(&self) -> String {
        mac(MAC_PREFIX, self.main_ip())
    }
}

/// The name that an IPv4 address resolves to: its owner's, or the one that it has without any.
pub fn reverse_of(address: Ipv4Addr, own: &str) -> String {
    match own {
        "" => format!("{address}.vultrusercontent.com"),
        own => own.to_owned(),
    }
}

/// An IPv6 address with all its zeros: clients compare it as text.
pub fn full(address: Ipv6Addr) -> String {
    address.segments().map(|group| format!("{group:04x}")).join(":")
}

/// The /64 that an address is in.
pub fn network_of(address: Ipv6Addr) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - IPV6_PREFIX)))
}

/// The address that a server gives itself in a /64: from the hardware address of its public
/// interface, which comes from its main IPv4 address.
pub fn host_in(network: Ipv6Addr, main: Ipv4Addr) -> Ipv6Addr {
    let [a, b, c, d] = main.octets();
    let host = u64::from_be_bytes([0x54, 0, a, 0xff, 0xfe, b, c, d]);
    Ipv6Addr::from_bits(network.to_bits() | u128::from(host))
}
