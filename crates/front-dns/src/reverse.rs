//! Names of addresses: which zone they are in, and which address a name stands for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hickory_proto::rr::LowerName;

/// A place in the tree of names of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The zone that it is in, without a dot at the end.
    pub(crate) zone: String,
    /// The address that it stands for; none: it is above those, or stands for none.
    pub(crate) address: Option<IpAddr>,
    /// Whether it is above names of addresses, so that it exists.
    pub(crate) is_above: bool,
}

/// Where a name is in the tree of those networks' addresses. None: it is in none of them.
pub(crate) fn place(name: &LowerName, networks: &[(IpAddr, u8)]) -> Option<Place> {
    let text = name.to_string();
    let text = text.trim_end_matches('.');
    let (parts, most, base) = match text.strip_suffix(".in-addr.arpa") {
        Some(parts) => (parts, 4, 10),
        None => (text.strip_suffix(".ip6.arpa")?, 32, 16),
    };
    let labels: Vec<&str> = parts.rsplit('.').collect();
    // The number that its labels begin with, and how many of them are numbers.
    let value = |label: &&str| match base {
        10 => label.parse::<u8>().ok().filter(|n| n.to_string() == **label),
        _ => u8::from_str_radix(label, base)
            .ok()
            .filter(|_| label.len() == 1 && !label.starts_with('+')),
    };
    let numbers: Vec<u8> = labels.iter().map_while(|label| value(label)).take(most).collect();
    let network = networks.iter().find_map(|network| {
        let (have, cut) = within(&numbers, base, *network)?;
        (have >= cut).then_some(cut)
    })?;
    let (is_whole, is_numbers) = (numbers.len() == most, numbers.len() == labels.len());
    let zone: Vec<&str> = text.rsplit('.').take(network + 2).collect();
    let zone = zone.into_iter().rev().collect::<Vec<_>>().join(".");
    let address = (is_whole && is_numbers).then(|| address(&numbers));
    Some(Place { zone, address, is_above: is_numbers && !is_whole })
}

/// How many numbers there are of a name in this network, and from how many on its zones begin.
fn within(numbers: &[u8], base: u32, (first, bits): (IpAddr, u8)) -> Option<(usize, usize)> {
    let (each, whole): (u8, Vec<u8>) = match (first, base) {
        (IpAddr::V4(first), 10) => (8, first.octets().to_vec()),
        (IpAddr::V6(first), 16) => {
            (4, first.octets().iter().flat_map(|byte| [byte >> 4, byte & 15]).collect())
        }
        _ => return None,
    };
    let (cut, mut left) = (usize::from(bits.div_ceil(each)), bits);
    for (number, first) in numbers.iter().zip(&whole).take(cut) {
        let fixed = left.min(each);
        let mask = u8::MAX << (each - fixed);
        if (number ^ first) & mask & (u8::MAX >> (8 - each)) != 0 {
            return None;
        }
        left -= fixed;
    }
    Some((numbers.len(), cut))
}

fn address(numbers: &[u8]) -> IpAddr {
    match numbers {
        [a, b, c, d] => Ipv4Addr::new(*a, *b, *c, *d).into(),
        nibbles => {
            let bits = nibbles.iter().fold(0_u128, |bits, nibble| bits << 4 | u128::from(*nibble));
            Ipv6Addr::from_bits(bits).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks() -> Vec<(IpAddr, u8)> {
        [("198.18.0.0", 15), ("100.64.0.0", 10), ("2001:db8::", 32)]
            .map(|(first, bits)| (first.parse().unwrap(), bits))
            .into()
    }

    fn of(name: &str) -> Option<(String, Option<String>, bool)> {
        let name = crate::data::name(name).unwrap();
        let place = place(&LowerName::new(&name), &networks())?;
        Some((place.zone, place.address.map(|address| address.to_string()), place.is_above))
    }

    #[test]
    fn a_name_stands_for_an_address_is_above_some_or_is_none() {
        let zone = |text: &str| text.to_owned();
        for (name, zone_is, address, above) in [
            ("7.92.18.198.in-addr.arpa", "18.198.in-addr.arpa", Some("198.18.92.7"), false),
            ("1.0.19.198.in-addr.arpa", "19.198.in-addr.arpa", Some("198.19.0.1"), false),
            ("92.18.198.in-addr.arpa", "18.198.in-addr.arpa", None, true),
            ("18.198.in-addr.arpa", "18.198.in-addr.arpa", None, true),
            ("x.92.18.198.in-addr.arpa", "18.198.in-addr.arpa", None, false),
            ("07.92.18.198.in-addr.arpa", "18.198.in-addr.arpa", None, false),
            ("300.92.18.198.in-addr.arpa", "18.198.in-addr.arpa", None, false),
            ("5.7.92.18.198.in-addr.arpa", "18.198.in-addr.arpa", None, false),
            ("9.8.127.100.in-addr.arpa", "127.100.in-addr.arpa", Some("100.127.8.9"), false),
            (
                "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
                "8.b.d.0.1.0.0.2.ip6.arpa",
                Some("2001:db8:1:2::1"),
                false,
            ),
            ("1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "8.b.d.0.1.0.0.2.ip6.arpa", None, true),
            ("10.8.b.d.0.1.0.0.2.ip6.arpa", "8.b.d.0.1.0.0.2.ip6.arpa", None, false),
        ] {
            let is = (zone(zone_is), address.map(zone), above);
            assert_eq!(of(name), Some(is), "{name}");
        }
        for name in [
            "1.0.20.198.in-addr.arpa",
            "198.in-addr.arpa",
            "1.1.128.100.in-addr.arpa",
            "1.1.63.100.in-addr.arpa",
            "9.b.d.0.1.0.0.2.ip6.arpa",
            "b.d.0.1.0.0.2.ip6.arpa",
            "in-addr.arpa",
            "www.example",
        ] {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
