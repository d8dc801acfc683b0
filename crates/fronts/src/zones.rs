//! What name servers ask: zones by their names, and the names of addresses.

use std::net::IpAddr;
use std::sync::Arc;

use api::Secret;
use uuid::Uuid;

use crate::Ask;

/// What name servers ask.
pub trait Zones: Send + Sync {
    /// The zone of exactly this name, in small letters and without a dot at the end. Where several
    /// accounts have a domain of that name, it is that of the one who had it first.
    fn zone<'a>(&'a self, name: &'a str) -> Ask<'a, Option<Arc<Zone>>>;
    /// The name that a public address of an account resolves to; none: nobody has the address, or it
    /// has no name.
    fn reverse(&self, address: IpAddr) -> Ask<'_, Option<String>>;
    /// The networks that all addresses of accounts are in: each one's first address, and how many of
    /// its bits they have in common.
    fn networks(&self) -> Vec<(IpAddr, u8)>;
}

/// A domain with all that answers about it need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// The domain's id.
    pub id: Uuid,
    /// Its name, in small letters and without a dot at the end.
    pub name: String,
    /// The primary name server that its SOA names.
    pub primary: String,
    /// Whom its SOA says to write to: `admin@example.com`.
    pub email: String,
    /// The number of its SOA, which grows with each change.
    pub serial: u32,
    /// The key that signs its answers, where they are signed: PKCS #8 in base64.
    pub key: Option<Secret>,
    /// Its records.
    pub records: Vec<Record>,
}

/// A record of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its type in capitals: `A`, `MX`, `SSHFP`.
    pub kind: String,
    /// Its name below the zone, in small letters; empty for the zone itself.
    pub name: String,
    /// What it says, as it was sent: texts may be in quotation marks or not.
    pub data: String,
    /// Its priority, where its type has one.
    pub priority: Option<u16>,
    /// For how many seconds it may be remembered.
    pub ttl: u32,
}
