//! What object storage can be ordered: clusters, and the tiers that they offer.
//!
//! Entries are facts read from data files, each field as `data/README.md` documents it. They must
//! never hold state.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::prices::{amount, some_amount};

/// A tier of object storage: how fast, and for how much.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectStorageTier {
    /// Id.
    pub id: u32,
    /// Name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Name for programs; no two tiers share one.
    pub slug: String,
    /// Price of a month.
    #[serde(deserialize_with = "amount")]
    pub price: Decimal,
    /// Price of a GB for a month, beyond what is included.
    #[serde(deserialize_with = "amount")]
    pub disk_price_per_gb_month: Decimal,
    /// Price of a GB in the archive for a month; absent where there is no archive.
    #[serde(default, deserialize_with = "some_amount")]
    pub archive_price_per_gb_month: Option<Decimal>,
    /// Price of a GB of outgoing traffic, beyond what is included.
    #[serde(deserialize_with = "amount")]
    pub traffic_price_per_gb: Decimal,
    /// Bytes a second that it serves at most.
    pub max_bytes_per_s: u64,
    /// Requests a second that it serves at most.
    pub max_ops_per_s: u32,
    /// It is the usual one, where it is offered.
    #[serde(default)]
    pub default: bool,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

/// A cluster that object storage can be in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectStorageCluster {
    /// Id in both APIs.
    pub id: u32,
    /// Its region.
    pub region: String,
    /// The host that clients connect to; no two clusters share one.
    pub hostname: String,
    /// The ids of the tiers that it offers.
    pub tiers: Vec<u32>,
    /// It takes new object storage.
    #[serde(default = "yes")]
    pub deploy: bool,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

fn yes() -> bool {
    true
}
