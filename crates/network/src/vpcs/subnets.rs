//! Which addresses a network gets: those that were asked for, or a free range.
//!
//! Arithmetic only: who has which address is for `members` to say.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::{Range, RangeInclusive};

use super::Name;
use crate::catalog::Region;
use crate::{Network, Result, ensure, parsed, refuse};

/// Sizes that a network can have: the smallest still has a handful of addresses to hand out.
const MASKS: RangeInclusive<u32> = 8..=29;
/// The size of a network that is chosen.
const CHOSEN: u8 = 20;
/// Ranges for private use (RFC 1918): first address and size.
const PRIVATE: [(Ipv4Addr, u8); 3] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
];

/// The subnet that a request names; none where it leaves the choice to us.
///
/// # Errors
/// 400 naming the field.
pub(super) fn asked(name: Name, subnet: &str, mask: u32) -> Result<Option<Network>> {
    match (subnet, mask) {
        ("", 0) => return Ok(None),
        ("", _) => return refuse(name.subnet, format!("is needed where {} is given", name.mask)),
        (_, 0) => return refuse(name.mask, format!("is needed where {} is given", name.subnet)),
        _ => {}
    }
    let address: Ipv4Addr = parsed(name.subnet, subnet, "IPv4 address such as 10.99.0.0")?;
    let (least, most) = (MASKS.start(), MASKS.end());
    let prefix = u8::try_from(mask).ok().filter(|_| MASKS.contains(&mask));
    let Some(network) = prefix.and_then(|prefix| Network::new(address.into(), prefix)) else {
        return refuse(name.mask, format!("{mask} is not from {least} to {most}"));
    };
    let first = network.address();
    let text = format_args!("{address} is inside {network}; give its first, {first}");
    ensure(first == address, name.subnet, text)?;
    let holds = |range: Network| range.overlaps(network) && range.prefix() <= network.prefix();
    let ranges = "10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16";
    let text = format_args!("{network} is not within {ranges}");
    ensure(private().any(holds), name.subnet, text)?;
    Ok(Some(network))
}

fn private() -> impl Iterator<Item = Network> {
    PRIVATE.into_iter().filter_map(|(first, prefix)| Network::new(first.into(), prefix))
}

/// A free range for a network in a region: the real API begins with `10.N.96.0/20`, where N is
/// the region's number.
pub(super) fn choose(region: &Region, taken: &[Network]) -> Option<Network> {
    let number =
        region.dcid.unwrap_or_else(|| 128 + region.id.bytes().map(u32::from).sum::<u32>() % 128);
    let start = (number % 256) * 16 + 96 / 16;
    let blocks = PRIVATE.into_iter().flat_map(|(first, prefix)| {
        let count = 1_u32 << (CHOSEN - prefix);
        (0..count).map(move |step| {
            let place = (start + step) % count;
            Ipv4Addr::from_bits(first.to_bits() + (place << (32 - CHOSEN)))
        })
    });
    let mut networks = blocks.filter_map(|first| Network::new(first.into(), CHOSEN));
    networks.find(|network| !taken.iter().any(|other| other.overlaps(*network)))
}

/// The addresses that members get: the first two and the last of a subnet are the network's own,
/// besides the one that names it.
pub(super) fn hosts(subnet: Network) -> Range<u32> {
    let IpAddr::V4(first) = subnet.address() else { return 0..0 };
    let size = 1_u32 << (32 - u32::from(subnet.prefix().max(1)));
    first.to_bits() + 3..first.to_bits() + (size - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::vpcs::VPC;

    fn net(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn a_choice_begins_at_the_regions_own_range_and_avoids_what_is_taken() {
        let catalog = Catalog::builtin();
        let (ewr, ams) = (catalog.region("ewr").unwrap(), catalog.region("ams").unwrap());
        assert_eq!(choose(ewr, &[]), Some(net("10.1.96.0/20")));
        assert_eq!(choose(ams, &[]), Some(net("10.7.96.0/20")));
        assert_eq!(choose(ewr, &[net("10.1.96.0/20")]), Some(net("10.1.112.0/20")));
        assert_eq!(choose(ewr, &[net("10.1.0.0/16")]), Some(net("10.2.0.0/20")));
        let all = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(net);
        assert!(choose(ewr, &all[..1]).is_some_and(|n| all[1].overlaps(n)));
        assert_eq!(choose(ewr, &all), None);
        for region in catalog.regions() {
            assert!(choose(region, &[]).is_some_and(|n| all[0].overlaps(n)), "{}", region.id);
        }
    }

    #[test]
    fn hosts_begin_at_3_and_end_before_the_broadcast_address() {
        let hosts = |text: &str| {
            let range = hosts(net(text));
            [range.start, range.end - 1].map(|bits| Ipv4Addr::from_bits(bits).to_string())
        };
        assert_eq!(hosts("10.1.96.0/20"), ["10.1.96.3", "10.1.111.254"]);
        assert_eq!(hosts("10.0.0.0/8"), ["10.0.0.3", "10.255.255.254"]);
        assert_eq!(hosts("192.168.7.8/29"), ["192.168.7.11", "192.168.7.14"]);
    }

    #[test]
    fn nothing_and_zero_leave_the_choice_to_us() {
        assert_eq!(asked(VPC, "", 0).unwrap(), None);
        assert_eq!(asked(VPC, "172.16.0.0", 12).unwrap(), Some(net("172.16.0.0/12")));
    }
}
