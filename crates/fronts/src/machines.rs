//! What metadata services ask: which machine has an address, and what it may know of itself.

use std::net::IpAddr;

use api::Secret;
use uuid::Uuid;

use crate::Ask;

/// What metadata services ask.
pub trait Machines: Send + Sync {
    /// The machine that has this address in a private network, or, without one, this public address;
    /// none: there is none.
    fn at(&self, address: IpAddr, network: Option<Uuid>) -> Ask<'_, Option<Machine>>;
}

/// A machine, as it may know itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// Its id.
    pub id: Uuid,
    /// Its own name for itself.
    pub hostname: String,
    /// Its region's id.
    pub region: String,
    /// The two letters of its region's country.
    pub country: String,
    /// Its plan's id.
    pub plan: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Public keys that may log in.
    pub ssh_keys: Vec<String>,
    /// The first password of its administrator.
    pub password: Secret,
    /// Whether the administrator is not `root` but a user of less rights, `linuxuser`.
    pub is_limited: bool,
    /// What cloud-init gets: no base64.
    pub user_data: Vec<u8>,
    /// What runs at first boot: no base64.
    pub script: Vec<u8>,
    /// Its public interface.
    pub public: Interface,
    /// Its private interfaces.
    pub private: Vec<Interface>,
}

/// An interface of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interface {
    /// The private network that it is in; none: the public one.
    pub network: Option<Uuid>,
    /// Its hardware address.
    pub mac: String,
    /// Its IPv4 addresses, the main one first, with the bits of the network and its gateway.
    pub ipv4: Vec<(std::net::Ipv4Addr, u8, Option<std::net::Ipv4Addr>)>,
    /// Its IPv6 addresses, the main one first, with the bits of the network.
    pub ipv6: Vec<(std::net::Ipv6Addr, u8)>,
}
