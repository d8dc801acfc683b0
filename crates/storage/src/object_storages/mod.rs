//! Object storage: an account with keys on a cluster that speaks S3, and its buckets.
//!
//! The buckets of a storage are part of it: one row, changed in one go and brought to the world in
//! one go. What lies in them is kept by whoever speaks S3 (`crate::contents`), if anybody does.

pub mod buckets;
mod catalogue;
mod handlers;
mod life;

use std::sync::Arc;

use api::Secret;
use api::object_storages::{RuleStatus, StorageClass};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::Tally;
use uuid::Uuid;

use crate::billing::{self, Charged, Rate};
use crate::catalog::Catalog;
use crate::life::Provisioned;
use crate::secret::random_text;
use crate::{Control, Doc, Family, Kind, Refusal, Result};

/// How many buckets a storage can have: the row is written whole.
pub const BUCKETS_MAX: usize = 1000;
/// How many rules a bucket's lifecycle policy can have.
pub const RULES_MAX: usize = 100;

/// The scope of unique values that says which storage has a bucket.
const BUCKETS: &str = "bucket";
/// The scope of unique values that says which storage has an access key: for who is asked by it.
const ACCESS_KEYS: &str = "access-key";
/// How many bytes a tier's price includes, in GB: no list says it. Each tier costs a thousand times
/// what a GB more does, the archive's a thousand times a GB in the archive.
const INCLUDED_GB: u64 = 1000;
/// How many bytes are a GB that is paid for.
const GB: u64 = 1_000_000_000;

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
    type Seen = Seen;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }
}

/// What was last seen of object storage.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Seen {
    /// Whether it can be used.
    pub is: Provisioned,
    /// How many bytes lay in it when that was last counted.
    pub bytes: u64,
}

/// It as it is stored, and as it was stored when nothing lay anywhere.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Counted { is: Provisioned, bytes: u64 },
    Uncounted(Provisioned),
}

impl From<Stored> for Seen {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Counted { is, bytes } => Self { is, bytes },
            Stored::Uncounted(is) => Self { is, bytes: 0 },
        }
    }
}

impl AsMut<Provisioned> for Seen {
    fn as_mut(&mut self) -> &mut Provisioned {
        &mut self.is
    }
}

/// What a storage costs follows from this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Class {
    /// A tier, of which no more is used than it includes.
    Tier(u32),
    /// A tier, and how many GB are used beyond that.
    Beyond(u32, u64),
}

impl Charged for Storage {
    type Class = Class;

    fn class(doc: &Doc<Self>) -> Class {
        match doc.seen.bytes.div_ceil(GB).saturating_sub(INCLUDED_GB) {
            0 => Class::Tier(doc.tier),
            more => Class::Beyond(doc.tier, more),
        }
    }

    fn price(class: &Class, amount: Decimal, catalog: &Catalog) -> Rate {
        let (Class::Tier(tier) | Class::Beyond(tier, _)) = class;
        let Some(tier) = catalog.object_storage_tier(*tier) else { return Rate::default() };
        let more = match class {
            Class::Tier(_) => Decimal::ZERO,
            Class::Beyond(_, gb) => Decimal::from(*gb) * tier.disk_price_per_gb_month,
        };
        Rate::by_month((tier.price + more) * amount)
    }
}

impl Storage {
    /// Gives it keys that nothing had before.
    fn renew_keys(&mut self) {
        self.access_key = random_text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 20);
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        self.secret_key = random_text(letters, 40).into();
    }

    /// The unique value that a name of a bucket of its is.
    fn unique(&self, account: i64, bucket: &str) -> String {
        unique(account, self.cluster, bucket)
    }
}

/// The storage that an access key leads to, if it can be used.
///
/// # Errors
/// When the store cannot be read.
pub async fn by_key(control: &Arc<Control>, access_key: &str) -> Result<Option<Doc<Storage>>> {
    let Some(id) = control.store().taken(ACCESS_KEYS, access_key).await? else { return Ok(None) };
    Ok(by_id(control, id).await?.filter(|storage| storage.access_key == access_key))
}

/// The storage of an account that has a bucket in a cluster, if it can be used.
///
/// # Errors
/// When the store cannot be read.
pub async fn by_bucket(
    control: &Arc<Control>,
    account: i64,
    cluster: u32,
    bucket: &str,
) -> Result<Option<Doc<Storage>>> {
    let value = unique(account, cluster, bucket);
    let Some(id) = control.store().taken(BUCKETS, &value).await? else { return Ok(None) };
    by_id(control, id).await
}

/// Whose a storage is.
///
/// # Errors
/// 404 where there is none, and when the store cannot be read.
pub async fn account_of(control: &Control, id: Uuid) -> Result<i64> {
    let row = control.store().get(id).await?.filter(|row| row.kind == Storage::KIND);
    row.map(|row| row.account).ok_or_else(|| Refusal::not_found(Storage::UNKNOWN).into())
}

/// A storage, if it can be used.
///
/// # Errors
/// When the store cannot be read.
pub async fn by_id(control: &Arc<Control>, id: Uuid) -> Result<Option<Doc<Storage>>> {
    let Some(row) = control.store().get(id).await? else { return Ok(None) };
    let cx = control.system_cx(row.account, Storage::KIND);
    Ok(cx.find::<Storage>(id).await?.filter(|storage| storage.seen.is.ready))
}

/// The unique value that a bucket's name is. Names are unique in a cluster, as hosts made of them
/// are; accounts do not see each other's.
fn unique(account: i64, cluster: u32, bucket: &str) -> String {
    format!("{account}/{cluster}/{bucket}")
}

/// The family.
pub fn family() -> Family {
    let routes = handlers::routes().and(catalogue::routes()).and(buckets::routes());
    Family::new(routes).life::<Storage>().costs::<Storage>()
}
