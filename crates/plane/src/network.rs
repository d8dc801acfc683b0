//! Networks in CIDR notation.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An IPv4 or IPv6 network. Bits behind the prefix are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// The network that `address` is in; none where `prefix` is too long.
    pub fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        let address = match address {
            IpAddr::V4(v4) if prefix <= 32 => {
                Ipv4Addr::from_bits(v4.to_bits() & mask(prefix, 32) as u32).into()
            }
            IpAddr::V6(v6) if prefix <= 128 => {
                Ipv6Addr::from_bits(v6.to_bits() & mask(prefix, 128)).into()
            }
            _ => return None,
        };
        Some(Self { address, prefix })
    }

    /// Its first address.
    pub fn address(self) -> IpAddr {
        self.address
    }

    /// How many leading bits its addresses share.
    pub fn prefix(self) -> u8 {
        self.prefix
    }

    /// Whether an address is in it.
    pub fn contains(self, address: IpAddr) -> bool {
        self.address.is_ipv4() == address.is_ipv4() && Self::new(address, self.prefix) == Some(self)
    }

    /// Whether the two have addresses in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other.address) || other.contains(self.address)
    }
}

/// Ones in the first `prefix` of `width` bits.
fn mask(prefix: u8, width: u32) -> u128 {
    let ones = if width == 128 { u128::MAX } else { (1 << width) - 1 };
    ones & !(ones.checked_shr(prefix.into()).unwrap_or(0))
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Network {
    type Err = String;
    /// Reads `203.0.113.0/24`; an address alone is a network of one.
    fn from_str(text: &str) -> Result<Self, String> {
        let no = || format!("`{text}` is no network such as 203.0.113.0/24");
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().map_err(|_| no())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| no())?;
        let whole = if address.is_ipv4() { 32 } else { 128 };
        Self::new(address, prefix.unwrap_or(whole)).ok_or_else(no)
    }
}

impl TryFrom<String> for Network {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Network> for drivers::Subnet {
    fn from(network: Network) -> Self {
        Self { address: network.address, prefix: network.prefix }
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_what_shares_its_prefix() {
        let network: Network = "10.1.2.3/20".parse().unwrap();
        assert_eq!(network.to_string(), "10.1.0.0/20");
        assert!(network.contains("10.1.15.255".parse().unwrap()));
        assert!(!network.contains("10.1.16.0".parse().unwrap()));
        let all: Network = "::/0".parse().unwrap();
        assert!(
            all.contains("2001:db8::1".parse().unwrap())
                && !all.contains("1.2.3.4".parse().unwrap())
        );
        assert!("0.0.0.0/0".parse::<Network>().unwrap().overlaps(network));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/33", "10.0.0/8", "x", "::/129", "10.0.0.0/-1"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
