//! What follows from an address of a server.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Server;
use crate::addresses::{IPV6_PREFIX, mac};

/// The first bytes of public interfaces' hardware addresses.
const MAC_PREFIX: &str = "56:00";

impl Server {
    /// The hardware address of its public interface.
    pub fn mac(&self) -> String {
        let network = self.ipv6.as_ref().map_or(Ipv6Addr::UNSPECIFIED, |ipv6| ipv6.network);
        mac(MAC_PREFIX, self.card(network))
    }

    /// The address that it gives itself in a /64: from the hardware address of its public interface.
    pub fn host_in(&self, network: Ipv6Addr) -> Ipv6Addr {
        let first = self.ipv6.as_ref().map_or(network, |ipv6| ipv6.network);
        let [a, b, c, d] = self.card(first).octets();
        let host = u64::from_be_bytes([0x54, 0, a, 0xff, 0xfe, b, c, d]);
        Ipv6Addr::from_bits(network.to_bits() | u128::from(host))
    }

    /// What tells its hardware address from others': its main IPv4 address, or its IPv6 network where it
    /// has none.
    fn card(&self, network: Ipv6Addr) -> Ipv4Addr {
        let [a, b, c, d, ..] = network.segments().map(u32::from);
        match self.main_ip() {
            Ipv4Addr::UNSPECIFIED => Ipv4Addr::from_bits((a ^ c) << 16 | (b ^ d)),
            main => main,
        }
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
