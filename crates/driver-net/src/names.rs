//! What links and network namespaces of ours are called: by whose they are, so that they are found again
//! without anything written down.
//!
//! A name of a link has 15 characters at most: `kt`, eight of a digest of the machine's id, four of its
//! network's, and which side it is.

use std::path::Path;

use uuid::Uuid;

/// The group of links that are ours: part of what makes them, so that none is ever without it.
pub(crate) const GROUP: u32 = 27508;
/// The number of the protocol of routes that are ours.
pub(crate) const PROTOCOL: u32 = 107;

/// How all links of a machine begin.
pub(crate) fn machine(id: Uuid) -> String {
    format!("kt{}", digest(id.as_bytes(), 8))
}

/// The two sides of a machine's link: the end that goes into it, and ours. Without a network it is the
/// public one.
pub(crate) fn link(id: Uuid, network: Option<Uuid>) -> (String, String) {
    let network = network.map_or_else(|| "0000".to_owned(), |id| digest(id.as_bytes(), 4));
    let both = format!("{}{network}", machine(id));
    (format!("{both}e"), format!("{both}p"))
}

/// The bridge of a private network.
pub(crate) fn bridge(network: Uuid) -> String {
    format!("kt{}b", digest(network.as_bytes(), 8))
}

/// Whether a link of this name is a bridge of a private network.
pub(crate) fn is_bridge(name: &str) -> bool {
    name.len() == 11 && name.starts_with("kt") && name.ends_with('b')
}

/// The hardware address of a private network's bridge.
pub(crate) fn bridge_mac(network: Uuid) -> String {
    let [a, b, c, d, ..] = fold(network.as_bytes()).to_be_bytes();
    format!("02:6b:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}

/// The names for what belongs to a directory.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// The network namespace in which machines' links meet.
    pub(crate) router: String,
    /// The link between that and the host's namespace, on both sides.
    pub(crate) uplink: String,
}

impl Names {
    pub(crate) fn of(directory: &Path) -> Self {
        let digest = digest(directory.as_os_str().as_encoded_bytes(), 8);
        Self { router: format!("kettle-{digest}"), uplink: format!("kt{digest}up") }
    }

    /// The network namespace of a NAT gateway.
    pub(crate) fn room(&self, id: Uuid) -> String {
        format!("{}-{}", self.router, digest(id.as_bytes(), 8))
    }
}

/// The first letters of a digest, of five bits each.
fn digest(bytes: &[u8], letters: usize) -> String {
    let digest = fold(bytes);
    let letter =
        |n: usize| b"0123456789abcdefghjkmnpqrstvwxyz"[(digest >> (59 - 5 * n)) as usize & 31];
    (0..letters).map(|n| char::from(letter(n))).collect()
}

/// FNV-1a, mixed once more: the same in every release.
fn fold(bytes: &[u8]) -> u64 {
    let each = |h: u64, b: &u8| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3);
    let mut hash: u64 = bytes.iter().fold(0xcbf2_9ce4_8422_2325, each);
    for factor in [0xff51_afd7_ed55_8ccd_u64, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ (hash >> 33)).wrapping_mul(factor);
    }
    hash ^ (hash >> 33)
}
