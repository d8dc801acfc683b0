//! Addresses among the unique values: each has a place, which is a number, so that a free one is
//! found without a look at those that are taken.
//!
//! Besides being values, the places that are taken in a scope are kept as runs without a gap: the
//! first and the last of each. From any place one look finds the end of its run, and behind that is
//! a free one. No run goes beyond a block, so that changes in different blocks need not wait for
//! each other. Arithmetic only: the backends keep the runs.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many places a block has.
pub(crate) const BLOCK: i64 = 4096;

/// The place of an IPv4 address, or of an IPv6 network of 64 bits.
pub(crate) fn place_of(address: IpAddr) -> Option<i64> {
    match address {
        IpAddr::V4(address) => Some(address.to_bits().into()),
        IpAddr::V6(network) => {
            let place = i64::try_from(network.to_bits() >> 64).ok()?;
            (self::address(place) == Some(address)).then_some(place)
        }
    }
}

/// The address at a place.
pub(crate) fn address(place: i64) -> Option<IpAddr> {
    match u32::try_from(place) {
        Ok(bits) => Some(Ipv4Addr::from_bits(bits).into()),
        Err(_) => {
            let bits = u64::try_from(place).ok()?;
            Some(Ipv6Addr::from_bits(u128::from(bits) << 64).into())
        }
    }
}

/// The place of a unique value; none where it does not read as an address does.
pub(crate) fn place(value: &str) -> Option<i64> {
    let place = place_of(value.parse().ok()?)?;
    (address(place)?.to_string() == value).then_some(place)
}

/// Whether a place and the one before it may be in one run.
pub(crate) fn joined(place: i64) -> bool {
    place.rem_euclid(BLOCK) != 0
}

/// The runs of places that are taken, by scope, in order: scope, first and last.
pub(crate) fn runs(mut taken: Vec<(String, i64)>) -> Vec<(String, i64, i64)> {
    taken.sort();
    let mut runs: Vec<(String, i64, i64)> = Vec::new();
    for (scope, place) in taken {
        match runs.last_mut() {
            Some((of, _, last)) if *of == scope && *last + 1 == place && joined(place) => {
                *last = place;
            }
            _ => runs.push((scope, place, place)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_places_and_other_texts_have_none() {
        for value in ["0.0.0.0", "198.18.0.2", "255.255.255.255", "2001:db8:1:2::", "2001:db8::"] {
            let place = place(value).expect(value);
            assert_eq!(address(place).unwrap().to_string(), value);
        }
        for value in ["", "17", "198.18.0.02", "2001:db8:1:2::1", "2001:0db8::", "::", "a.b.c.d"] {
            assert_eq!(place(value), None, "{value}");
        }
    }

    #[test]
    fn runs_have_no_gap_and_end_with_their_block() {
        let at = |scope: &str, place| (scope.to_owned(), place);
        let taken = vec![at("b", 5), at("a", 4096), at("a", 4095), at("a", 9), at("a", 4094)];
        let run = |scope: &str, first, last| (scope.to_owned(), first, last);
        let expected = [run("a", 9, 9), run("a", 4094, 4095), run("a", 4096, 4096), run("b", 5, 5)];
        assert_eq!(runs(taken), expected);
    }
}
