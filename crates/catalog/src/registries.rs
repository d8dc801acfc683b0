//! What container registries can be ordered: plans, and the regions that have registries.
//!
//! Entries are facts read from data files, each field as `data/README.md` documents it. They must
//! never hold state.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::prices::amount;

/// A plan of container registries.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryPlan {
    /// Id, as orders have it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How much room a registry has.
    pub max_storage_mb: u64,
    /// Price of a month.
    #[serde(deserialize_with = "amount")]
    pub price: Decimal,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

/// A region that has container registries, and how these call its data centre.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryRegion {
    /// The region.
    pub id: String,
    /// Its number among those with registries.
    pub number: u32,
    /// The host of its registries.
    pub hostname: String,
    /// When it was added, in milliseconds after 1970.
    pub added: i64,
    /// The data centre's number.
    pub site: u32,
    /// The data centre's name for its operators.
    pub site_code: String,
    /// The part of the country or continent.
    pub part: String,
    /// Where the data centre is.
    pub description: String,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}
