//! Pools of addresses, from ranges that belong to nobody: a script that connects to a simulated
//! instance must not meet a stranger's machine.
//!
//! IPv4 comes from 198.18.0.0/15 (for benchmarks, RFC 2544), and when a region's share of that is
//! used up, from 100.64.0.0/10 (shared address space, RFC 6598); IPv6 from 2001:db8::/32 (for
//! documentation, RFC 3849). A taken address is a unique value in the store: it is never handed
//! out twice, and is free again when its owner is gone or gives it back.

use std::net::{Ipv4Addr, Ipv6Addr};

use uuid::Uuid;

use crate::refusal::{Refusal, Result};
use crate::tx::Tx;

/// The scope of unique values that says who has a public IPv4 address.
pub(crate) const IPV4: &str = "ipv4";
/// The scope of unique values that says who has an IPv6 network.
pub(crate) const IPV6: &str = "ipv6";
/// The netmask of public IPv4 networks: /23.
pub const NETMASK: Ipv4Addr = Ipv4Addr::new(255, 255, 254, 0);
/// The prefix of IPv6 networks of instances.
pub const IPV6_PREFIX: u32 = 64;

/// How regions share the ranges: each has its slice, found by a hash of its id.
const SLICES: u32 = 32;
/// Start and bits of a slice of the two ranges.
const RANGES: [(Ipv4Addr, u32); 2] =
    [(Ipv4Addr::new(198, 18, 0, 0), 12), (Ipv4Addr::new(100, 64, 0, 0), 17)];
/// Addresses in a /23, and which of them hosts get: not the network, gateway and broadcast.
const NET: u32 = 512;
const HOSTS: std::ops::Range<u32> = 2..511;

/// The gateway of an address: the first of its /23.
pub fn gateway(address: Ipv4Addr) -> Ipv4Addr {
    Ipv4Addr::from_bits((address.to_bits() & NETMASK.to_bits()) + 1)
}

/// The hardware address of the interface with this address.
pub fn mac(prefix: &str, address: Ipv4Addr) -> String {
    let [a, b, c, d] = address.octets();
    format!("{prefix}:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}

/// A hardware address as a number, the way some answers have it.
pub fn mac_number(mac: &str) -> u64 {
    u64::from_str_radix(&mac.replace(':', ""), 16).unwrap_or_default()
}

/// Takes a free public IPv4 address in a region for `owner`.
///
/// # Errors
/// 400 when the region has no free address left.
pub async fn take_ipv4(tx: &mut Tx, region: &str, owner: Uuid) -> Result<Ipv4Addr> {
    let slice = hash(region.as_bytes()) % SLICES;
    // Several addresses of one owner start at different places, so that they need few looks.
    let seed = hash(Uuid::now_v7().as_bytes());
    for (start, bits) in RANGES {
        let (first, hosts) = (start.to_bits() + (slice << bits), HOSTS.end - HOSTS.start);
        let nets = (1 << bits) / NET;
        let count = nets * hosts;
        for step in 0..count {
            let place = seed.wrapping_add(step) % count;
            let offset = (place % nets) * NET + HOSTS.start + place / nets;
            let address = Ipv4Addr::from_bits(first + offset);
            if tx.taken(IPV4, &address.to_string()).await?.is_none() {
                tx.take(IPV4, address.to_string(), owner);
                return Ok(address);
            }
        }
    }
    Err(Refusal::bad("No IPv4 addresses are available in the selected region.").into())
}

/// Takes a free IPv6 /64 in a region for `owner`: its network address.
///
/// # Errors
/// 400 when the region has no free network left.
pub async fn take_ipv6(tx: &mut Tx, region: &str, owner: Uuid) -> Result<Ipv6Addr> {
    let area = hash(region.as_bytes()) & 0xffff;
    let seed = hash(Uuid::now_v7().as_bytes());
    for step in 0..=0xffff_u32 {
        let net = seed.wrapping_add(step) & 0xffff;
        let bits = (0x2001_0db8 << 96) | (u128::from(area) << 80) | (u128::from(net) << 64);
        let network = Ipv6Addr::from_bits(bits);
        if tx.taken(IPV6, &network.to_string()).await?.is_none() {
            tx.take(IPV6, network.to_string(), owner);
            return Ok(network);
        }
    }
    Err(Refusal::bad("No IPv6 networks are available in the selected region.").into())
}

/// FNV-1a: the same on every machine and in every release, as places in the pools must be.
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193))
}
