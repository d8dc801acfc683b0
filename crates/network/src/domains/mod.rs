//! DNS: domains, their records, what their SOA says, and DNSSEC keys.
//!
//! Nothing here answers DNS queries: a name server can be made from what is stored.

mod data;
mod dnssec;
mod handlers;
mod names;
mod records;

use api::Secret;
use api::domains::RecordType;
use serde::{Deserialize, Serialize};
use store::Facet;
use uuid::Uuid;

pub use names::{check_hostname, is_hostname};

use crate::{Cx, Family, Kind, Refusal, Result};

/// For how many seconds a record may be remembered where nothing else was asked for.
pub const TTL_DEFAULT: u32 = 300;

/// The priority of a record of which none was said.
pub(crate) const NO_PRIORITY: i32 = -1;

/// The scope of unique values that says which domain has a name, by account.
const NAMES: &str = "domain";

/// A DNS domain as its owner wants it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Zone {
    /// Its name, as it was sent.
    pub name: String,
    /// The key that signs its answers, where they are signed: PKCS #8 in base64.
    pub key: Option<Secret>,
    /// The primary name server that its SOA names.
    pub nsprimary: String,
    /// Whom its SOA says to write to.
    pub email: String,
}

impl Kind for Zone {
    const KIND: &'static str = "domain";
    const UNKNOWN: &'static str = "Invalid domain";
    type Seen = ();

    async fn called(cx: &Cx, path: &[String]) -> Result<Uuid> {
        let name = path.last().map_or("", String::as_str);
        let id = cx.control.store().taken(NAMES, &unique(cx.account(), name)).await?;
        let help = || format!("you have no domain `{name}`");
        id.ok_or_else(|| Refusal::not_found(Self::UNKNOWN).help(help()).into())
    }
}

/// A record of a domain as its owner wants it: what has no words here is as in
/// [`Record`](api::domains::Record).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ZoneRecord {
    /// Its domain.
    zone: Uuid,
    kind: RecordType,
    /// Its name below the domain, in small letters; empty for the domain itself.
    label: String,
    data: String,
    priority: i32,
    ttl: u32,
}

impl Kind for ZoneRecord {
    const KIND: &'static str = "record";
    const UNKNOWN: &'static str = "Invalid record";
    type Seen = ();

    fn lists(&self) -> Vec<Facet> {
        vec![in_zone(self.zone), at_name(self.zone, &self.label)]
    }
}

/// The list of a domain's records.
pub fn in_zone(zone: Uuid) -> Facet {
    ("domain", zone.to_string())
}

/// The list of a domain's records with one name.
pub fn at_name(zone: Uuid, label: &str) -> Facet {
    ("name", format!("{zone}/{label}"))
}

/// The unique value that a domain's name is: accounts do not see each other's.
fn unique(account: i64, name: &str) -> String {
    format!("{account}/{}", name.trim_end_matches('.').to_lowercase())
}

/// The family.
pub fn family() -> Family {
    Family::new(handlers::routes().and(records::routes()))
}
