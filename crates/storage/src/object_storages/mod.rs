//! Object storage: an account with keys on a cluster that speaks S3, and its buckets.
//!
//! The buckets of a storage are part of it: one row, changed in one go and brought to the world in
//! one go. No object is ever kept here: there is nobody who speaks S3.

mod buckets;
mod catalogue;
mod handlers;
mod life;

use api::Secret;
use api::object_storages::{RuleStatus, StorageClass};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::Tally;

use crate::billing::{self, Charged, Rate};
use crate::catalog::Catalog;
use crate::life::Provisioned;
use crate::secret::random_text;
use crate::{Doc, Family, Kind};

/// How many buckets a storage can have: the row is written whole.
pub const BUCKETS_MAX: usize = 1000;
/// How many rules a bucket's lifecycle policy can have.
pub const RULES_MAX: usize = 100;

/// The scope of unique values that says which storage has a bucket.
const BUCKETS: &str = "bucket";

/// Object storage as its owner wants it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Storage {
    /// The cluster that it is in.
    pub cluster: u32,
    /// The tier that it was ordered with.
    pub tier: u32,
    /// The cluster's region.
    pub region: String,
    /// The cluster's host.
    pub hostname: String,
    /// The owner's name for it.
    pub label: String,
    /// The key that its clients name.
    pub access_key: String,
    /// The secret that they sign with.
    pub secret_key: Secret,
    /// Its buckets, in order of creation.
    pub buckets: Vec<Bucket>,
}

/// A bucket as its owner wants it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// When it was created, in milliseconds.
    pub created: i64,
    /// Whether it keeps older versions of objects.
    pub versioning: bool,
    /// Whether its objects can be locked.
    pub object_lock: bool,
    /// Whether its objects go to the archive.
    pub archival: bool,
    /// Its lifecycle policy; empty for none.
    pub archive_rules: Vec<ArchiveRule>,
}

/// A rule of a bucket's lifecycle policy, in the words of S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ArchiveRule {
    /// The rule's name; empty where it has none.
    #[serde(rename = "ID")]
    pub id: String,
    /// Whether the rule is in force.
    pub status: RuleStatus,
    /// Which objects it is for.
    pub filter: Filter,
    /// Where they go, and when.
    pub transitions: Vec<Transition>,
}

/// Which objects a rule is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    /// Those whose keys begin so; empty: all.
    pub prefix: String,
}

/// Where objects go, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Transition {
    /// Days after an object was written.
    pub days: u32,
    /// Where it goes.
    pub storage_class: StorageClass,
}

impl Kind for Storage {
    const KIND: &'static str = "object-storage";
    const UNKNOWN: &'static str = "Invalid object storage ID";
    const LIVES: bool = true;
    type Seen = Provisioned;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }
}

impl Charged for Storage {
    /// The tier; what is included is never used up, since nothing is kept.
    type Class = u32;

    fn class(doc: &Doc<Self>) -> u32 {
        doc.tier
    }

    fn price(tier: &u32, amount: Decimal, catalog: &Catalog) -> Rate {
        let tier = catalog.object_storage_tier(*tier);
        Rate::by_month(tier.map(|tier| tier.price).unwrap_or_default() * amount)
    }
}

impl Storage {
    /// Gives it keys that nothing had before.
    fn renew_keys(&mut self) {
        self.access_key = random_text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 20);
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        self.secret_key = random_text(letters, 40).into();
    }

    /// The unique value that a bucket's name is. Names are unique in a cluster, as hosts made of
    /// them are; accounts do not see each other's.
    fn unique(&self, account: i64, bucket: &str) -> String {
        format!("{account}/{}/{bucket}", self.cluster)
    }
}

/// The family.
pub fn family() -> Family {
    let routes = handlers::routes().and(catalogue::routes()).and(buckets::routes());
    Family::new(routes).life::<Storage>().costs::<Storage>()
}
