//! Object storage: what it is to be.

use api::Secret;
use serde::{Deserialize, Serialize};

use crate::Spec;

/// What object storage is to be: it has these keys and no others, and exactly these buckets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectStoreSpec {
    /// The host of the cluster that it is in.
    pub hostname: String,
    /// The key that its clients name.
    pub access_key: String,
    /// The secret that they sign with.
    pub secret_key: Secret,
    /// Its buckets.
    pub buckets: Vec<Bucket>,
}

impl Spec for ObjectStoreSpec {
    const WHAT: &'static str = "object-store";
    const TAKES: i64 = 15_000;
}

/// A bucket of object storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Whether it keeps older versions of objects.
    pub versioning: bool,
    /// Whether its objects can be locked.
    pub object_lock: bool,
    /// Whether its objects go to the archive.
    pub archival: bool,
    /// What goes to the archive when.
    pub archive_rules: Vec<ArchiveRule>,
}

/// Which objects go to the archive, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveRule {
    /// The rule's name in its bucket; empty for none.
    pub name: String,
    /// Whether the rule is in force.
    pub enabled: bool,
    /// What the keys of the objects begin with; empty: it is for all.
    pub prefix: String,
    /// Days after which an object goes.
    pub after_days: u32,
}
