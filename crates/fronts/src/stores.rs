//! What object storage asks: whose a key is, and whose a bucket.

use api::Secret;
use uuid::Uuid;

use crate::Ask;

/// What object storage asks.
pub trait Stores: Send + Sync {
    /// The storage whose clients name this key; none: there is none that can be used.
    fn by_key<'a>(&'a self, access_key: &'a str) -> Ask<'a, Option<Store>>;
    /// The storage that has a bucket of this name, in the cluster of a host (`ewr1.vultrobjects.com`) or,
    /// without one, in the first cluster that has one: for whoever shows no key.
    fn by_bucket<'a>(&'a self, host: Option<&'a str>, bucket: &'a str) -> Ask<'a, Option<Store>>;
    /// The storage of this id, for whoever grants something to it; none: there is none.
    fn by_id(&self, storage: Uuid) -> Ask<'_, Option<Store>>;
    /// Gives a storage a bucket, as the API would.
    ///
    /// # Errors
    /// [`Refused`](crate::Error::Refused) where the API refuses it.
    fn create_bucket<'a>(&'a self, storage: Uuid, bucket: &'a Bucket) -> Ask<'a, ()>;
    /// Changes what a bucket of a storage is to be.
    ///
    /// # Errors
    /// [`Refused`](crate::Error::Refused) where there is none, or the API refuses it.
    fn change_bucket<'a>(&'a self, storage: Uuid, bucket: &'a Bucket) -> Ask<'a, ()>;
    /// Takes a bucket from a storage, as the API would.
    ///
    /// # Errors
    /// [`Refused`](crate::Error::Refused) where there is none.
    fn delete_bucket<'a>(&'a self, storage: Uuid, bucket: &'a str) -> Ask<'a, ()>;
}

/// Object storage, as one that speaks S3 needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// Its id.
    pub id: Uuid,
    /// The owner's name for it.
    pub label: String,
    /// The host of the cluster that it is in: `ewr1.vultrobjects.com`.
    pub host: String,
    /// Its region's id.
    pub region: String,
    /// The key that its clients name.
    pub access_key: String,
    /// The secret that they sign with.
    pub secret_key: Secret,
    /// Its buckets, in order of creation.
    pub buckets: Vec<Bucket>,
}

/// A bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// When it was made, in milliseconds after 1970; of no account where one is to be made.
    pub created: i64,
    /// Whether it keeps older versions of objects.
    pub versioning: bool,
    /// Whether its objects can be locked.
    pub object_lock: bool,
}
