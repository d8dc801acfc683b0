//! Pools of addresses, from ranges that belong to nobody: a script that connects to a simulated
//! instance must not meet a stranger's machine.
//!
//! IPv4 comes from 198.18.0.0/15 (for benchmarks, RFC 2544), and when a region's share of that is
//! used up, from 100.64.0.0/10 (shared address space, RFC 6598); IPv6 from 2001:db8::/32 (for
//! documentation, RFC 3849). A taken address is a unique value in the store: it is never handed
//! out twice, and is free again when its owner is gone or gives it back.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use uuid::Uuid;

use crate::refusal::{Refusal, Result};
use crate::tx::Tx;

/// The scope of unique values that says who has a public IPv4 address.
pub const IPV4: &str = "ipv4";
/// The scope of unique values that says who has an IPv6 network.
pub const IPV6: &str = "ipv6";
/// The netmask of public IPv4 networks: /23.
pub const NETMASK: Ipv4Addr = Ipv4Addr::new(255, 255, 254, 0);
/// The prefix of IPv6 networks of instances.
pub const IPV6_PREFIX: u32 = 64;

/// How regions share the ranges: each has its slice, found by a hash of its id.
const SLICES: u32 = 32;
/// Start and bits of a slice of the two ranges.
const RANGES: [(Ipv4Addr, u32); 2] =
    [(Ipv4Addr::new(198, 18, 0, 0), 12), (Ipv4Addr::new(100, 64, 0, 0), 17)];
/// Addresses in a /23, and the first and last that hosts get: not the network, gateway and
/// broadcast.
const NET: u32 = 512;
const HOSTS: (u32, u32) = (2, 510);

/// All networks that addresses are given out of: each one's first address, and the bits of its prefix.
pub const POOLS: [(IpAddr, u8); 3] = [
    (IpAddr::V4(RANGES[0].0), 15),
    (IpAddr::V4(RANGES[1].0), 10),
    (IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0)), 32),
];

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
    match tx.take_free(IPV4, &ipv4_of(region, chance()), owner).await? {
        Some(IpAddr::V4(address)) => Ok(address),
        _ => Err(Refusal::bad("No IPv4 addresses are available in the selected region.").into()),
    }
}

/// Takes a free IPv6 /64 in a region for `owner`: its network address.
///
/// # Errors
/// 400 when the region has no free network left.
pub async fn take_ipv6(tx: &mut Tx, region: &str, owner: Uuid) -> Result<Ipv6Addr> {
    match tx.take_free(IPV6, &ipv6_of(region, chance()), owner).await? {
        Some(IpAddr::V6(network)) => Ok(network),
        _ => Err(Refusal::bad("No IPv6 networks are available in the selected region.").into()),
    }
}

/// The addresses of a region, in the order in which they are tried: from a place by `chance` on, so
/// that those who take one at the same time hardly ever want the same.
fn ipv4_of(region: &str, chance: u32) -> Vec<(IpAddr, IpAddr)> {
    let slice = hash(region.as_bytes()) % SLICES;
    let mut ranges = Vec::new();
    for (start, bits) in RANGES {
        let nets = (1 << bits) / NET;
        let net =
            |n: u32| start.to_bits() + (slice << bits) + (chance.wrapping_add(n) % nets) * NET;
        let mut add = |net: u32, first: u32, last: u32| {
            let [first, last] = [first, last].map(|host| Ipv4Addr::from_bits(net + host).into());
            ranges.push((first, last));
        };
        let (first, last) = HOSTS;
        let begin = first + (chance / nets) % (last - first + 1);
        add(net(0), begin, last);
        for n in 1..nets {
            add(net(n), first, last);
        }
        if begin > first {
            add(net(0), first, begin - 1);
        }
    }
    ranges
}

/// The same for the networks of a region.
fn ipv6_of(region: &str, chance: u32) -> Vec<(IpAddr, IpAddr)> {
    let area = hash(region.as_bytes()) & 0xffff;
    let net = |net: u32| {
        let bits = (0x2001_0db8 << 96) | (u128::from(area) << 80) | (u128::from(net) << 64);
        IpAddr::from(Ipv6Addr::from_bits(bits))
    };
    let begin = chance & 0xffff;
    let mut ranges = vec![(net(begin), net(0xffff))];
    if begin > 0 {
        ranges.push((net(0), net(begin - 1)));
    }
    ranges
}

/// A number by chance.
fn chance() -> u32 {
    u32::from_le_bytes(engine::chance::bytes())
}

/// FNV-1a: the same on every machine and in every release, as places in the pools must be.
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_region_has_each_of_its_addresses_once_wherever_one_begins() {
        let all = |chance: u32| {
            let mut all = BTreeSet::new();
            for (first, last) in ipv4_of("ewr", chance) {
                let (IpAddr::V4(first), IpAddr::V4(last)) = (first, last) else { panic!("IPv6") };
                for bits in first.to_bits()..=last.to_bits() {
                    assert!(all.insert(bits), "{} is there twice", Ipv4Addr::from_bits(bits));
                    assert!((2..=510).contains(&(bits % NET)));
                }
            }
            all
        };
        let expected = all(0);
        assert_eq!(expected.len(), (8 + 256) * 509);
        for chance in [1, 7, 4095, 123_456_789, u32::MAX] {
            assert_eq!(all(chance), expected);
        }
        let other = ipv4_of("ams", 0);
        assert!(other.iter().all(|(first, _)| match first {
            IpAddr::V4(first) => !expected.contains(&first.to_bits()),
            IpAddr::V6(_) => false,
        }));
        for chance in [0, 1, 0xffff, 0x1_2345] {
            let ranges = ipv6_of("ewr", chance);
            let places = |(first, last): &(IpAddr, IpAddr)| match (first, last) {
                (IpAddr::V6(a), IpAddr::V6(b)) => (b.to_bits() >> 64) - (a.to_bits() >> 64) + 1,
                _ => 0,
            };
            assert_eq!(ranges.iter().map(places).sum::<u128>(), 0x1_0000);
        }
    }
}
