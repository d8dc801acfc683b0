//! Object storage: `/v2/object-storage`, its clusters, tiers and buckets.

pub use crate::id::ObjectStorageId;

use crate::wire::{Given, Wire, Wrong};
use crate::{Money, Open, Secret, Time, part, view, words};

operations! {
    "object-storage": "Object storage" {
        /// List object storage.
        "list" => ListObjectStorages(GET "/v2/object-storage" -> 200 { object_storages: [ListedObjectStorage] }, needs Objstore),
        /// Create object storage.
        "create" => CreateObjectStorage(POST "/v2/object-storage" -> 202 { object_storage: ObjectStorage }, needs Objstore) {
            /// The cluster that it is to be in.
            pub cluster_id: u32,
            /// One of the tiers that the cluster offers. It is refused without one.
            pub tier_id: Option<u32>,
            /// A name for it.
            pub label: Option<String>,
        },
        /// Get object storage.
        "get" => GetObjectStorage(GET "/v2/object-storage/{object-storage-id}" -> 200 { object_storage: ObjectStorage }, needs Objstore),
        /// Rename object storage.
        "update" => UpdateObjectStorage(PUT "/v2/object-storage/{object-storage-id}" -> 204, needs Objstore) {
            /// Its new name.
            pub label: String,
        },
        /// Delete object storage with all its buckets.
        "delete" => DeleteObjectStorage(DELETE "/v2/object-storage/{object-storage-id}" -> 204, needs Objstore),
        /// Give object storage new keys; the old ones stop working.
        "regenerate-keys" => RegenerateObjectStorageKeys(POST "/v2/object-storage/{object-storage-id}/regenerate-keys" -> 201 { s3_credentials: S3Credentials }, needs Objstore, loses),
    }
    "object-storage-cluster": "Clusters that object storage can be in" {
        /// List the clusters that object storage can be in.
        "list" => ListObjectStorageClusters(GET "/v2/object-storage/clusters" -> 200 { clusters: [ObjectStorageCluster] }, needs Public),
        /// List the tiers that a cluster offers.
        "tiers" => ListObjectStorageClusterTiers(GET "/v2/object-storage/clusters/{cluster-id: u32}/tiers" -> 200 { tiers: Vec<ClusterTier> }, needs Public),
    }
    "object-storage-tier": "Tiers of object storage: speed and prices" {
        /// List the tiers of object storage.
        // The reference calls it public; the real API was seen to ask for a key.
        "list" => ListObjectStorageTiers(GET "/v2/object-storage/tiers" -> 200 { tiers: Vec<ObjectStorageTier> }, needs AnyKey),
    }
    "bucket": "Buckets of object storage" {
        /// List the buckets of object storage.
        // Not in the reference: Terraform and govultr call it.
        "list" => ListObjectStorageBuckets(GET "/v2/object-storage/{object-storage-id}/bucket" -> 200 { buckets: [Bucket], whole }, needs Objstore),
        /// Create a bucket.
        // govultr's names are not those of the reference.
        "create" => CreateObjectStorageBucket(POST "/v2/object-storage/{object-storage-id}/bucket" -> 202, needs Objstore) {
            /// Its name: 3 to 63 lower-case letters, digits, dots and hyphens.
            #[wire(alias = "name")]
            pub bucket_name: String,
            /// Keep older versions of objects.
            #[wire(alias = "enable_bucket_versioning")]
            pub versioning: Option<bool>,
            /// Make it possible to lock objects against changes; turns versioning on.
            #[wire(alias = "enable_object_lock")]
            pub object_lock: Option<bool>,
            /// Let its objects go to the archive; not together with the other two.
            pub archival: Option<bool>,
        },
        /// Delete a bucket.
        "delete" => DeleteObjectStorageBucket(DELETE "/v2/object-storage/{object-storage-id}/bucket/{bucket-name: String}" -> 204, needs Objstore),
        /// Let a bucket's objects go to the archive, or no longer.
        "set-archival" => SetObjectStorageBucketArchival(POST "/v2/object-storage/{object-storage-id}/bucket/{bucket-name: String}/archival" -> 202, needs Objstore) {
            /// Whether they go to the archive.
            pub archival: bool,
        },
        /// Give a bucket a lifecycle policy in place of the one that it has.
        "set-lifecycle" => SetObjectStorageBucketLifecycle(POST "/v2/object-storage/{object-storage-id}/bucket/{bucket-name: String}/lifecycle" -> 202, needs Objstore) {
            /// What goes to the archive when.
            pub archive_rules: Vec<ArchiveRule>,
        },
        /// Delete a bucket's lifecycle policy.
        "delete-lifecycle" => DeleteObjectStorageBucketLifecyclePolicy(DELETE "/v2/object-storage/{object-storage-id}/bucket/{bucket-name: String}/lifecycle" -> 204, needs Objstore),
    }
}

/// Object storage: an account on a cluster that speaks S3, with a pair of keys.
#[view]
pub struct ObjectStorage {
    /// Its id.
    pub id: ObjectStorageId,
    /// When it was created.
    pub date_created: Time,
    /// What is owed for it since the last invoice.
    pub pending_charges: Money,
    /// The cluster that it is in.
    pub cluster_id: u32,
    /// The cluster's region.
    pub region: String,
    /// That region's city.
    pub location: String,
    /// The owner's name for it.
    pub label: String,
    /// `pending` until it can be used.
    pub status: Open<ObjectStorageStatus>,
    /// The host that S3 clients connect to.
    pub s3_hostname: String,
    /// The key that S3 clients name.
    pub s3_access_key: String,
    /// The secret that S3 clients sign with.
    pub s3_secret_key: Secret,
}

/// Where object storage stands in its life.
#[words]
pub enum ObjectStorageStatus {
    /// Being set up.
    #[default]
    Pending,
    /// Ready.
    Active,
}

/// Object storage as lists show it: with its tier.
#[view]
pub struct ListedObjectStorage {
    /// The storage itself.
    #[wire(flat)]
    pub storage: ObjectStorage,
    /// Its tier.
    pub tier: OrderedTier,
}

/// A tier that object storage was ordered with; its id has another name here than in lists of tiers.
#[view]
pub struct OrderedTier {
    /// The tier's id.
    #[wire(name = "OBJSTORETIERID")]
    pub id: u32,
    /// What it offers, and for how much.
    #[wire(flat)]
    pub terms: TierTerms,
}

/// What a tier offers, and for how much.
#[view]
pub struct TierTerms {
    /// Its name.
    pub sales_name: String,
    /// What it is for.
    pub sales_desc: String,
    /// Its name for programs.
    pub slug: String,
    /// US dollars a month.
    pub price: Money,
    /// US dollars for a GB of outgoing traffic beyond what is included.
    pub bw_gb_price: Money,
    /// US dollars a month for a GB beyond what is included.
    pub disk_gb_price: Money,
    /// US dollars a month for a GB in the archive; absent where the tier has none.
    #[wire(omit)]
    pub archive_disk_gb_price: Option<Money>,
    /// Bytes a second at most.
    pub ratelimit_ops_bytes: u64,
    /// Requests a second at most.
    pub ratelimit_ops_secs: u32,
    /// Whether it is the usual one.
    pub is_default: Open<YesNo>,
}

/// Yes or no, as a word.
#[words]
pub enum YesNo {
    /// No.
    #[default]
    No,
    /// Yes.
    Yes,
}

impl From<bool> for Open<YesNo> {
    fn from(yes: bool) -> Self {
        Self::Known(if yes { YesNo::Yes } else { YesNo::No })
    }
}

/// A tier, and where it can be had.
#[view]
pub struct ObjectStorageTier {
    /// The tier's id.
    pub id: u32,
    /// What it offers, and for how much.
    #[wire(flat)]
    pub terms: TierTerms,
    /// The clusters that offer it.
    pub locations: Vec<TierLocation>,
}

/// A cluster that offers a tier.
#[view]
pub struct TierLocation {
    /// The cluster's id.
    pub id: u32,
    /// Its host.
    pub hostname: String,
    /// Its region's city.
    pub name: String,
    /// Its region.
    pub region: String,
}

/// A tier that a cluster offers.
#[view]
pub struct ClusterTier {
    /// The tier's id.
    pub id: u32,
    /// What it offers, and for how much.
    #[wire(flat)]
    pub terms: TierTerms,
}

/// A cluster that object storage can be in.
#[view]
pub struct ObjectStorageCluster {
    /// The cluster's id.
    pub id: u32,
    /// Its region.
    pub region: String,
    /// Its host.
    pub hostname: String,
    /// Whether it takes new object storage.
    pub deploy: Open<YesNo>,
}

/// What S3 clients need to connect.
#[view]
pub struct S3Credentials {
    /// The host.
    pub s3_hostname: String,
    /// The key to name.
    pub s3_access_key: String,
    /// The secret to sign with.
    pub s3_secret_key: Secret,
}

/// A bucket.
#[view]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// When it was created.
    pub date_created: Time,
    /// Whether it keeps older versions of objects.
    pub versioning: bool,
    /// Whether its objects can be locked against changes.
    pub object_lock: bool,
    /// Whether its objects go to the archive.
    pub archival: bool,
    /// Its lifecycle policy: what goes to the archive when. Empty for none.
    pub archive_rules: Vec<ArchiveRule>,
}

/// A rule of a bucket's lifecycle policy, in the words of S3.
#[part("PascalCase")]
pub struct ArchiveRule {
    /// The rule's name, unique in its policy.
    #[wire(name = "ID", default)]
    pub id: String,
    /// Whether the rule is in force.
    pub status: RuleStatus,
    /// Which objects it is for.
    #[wire(default)]
    pub filter: RuleFilter,
    /// Where they go, and when.
    #[wire(read = one_or_several)]
    pub transitions: Vec<RuleTransition>,
}

/// Whether a rule is in force.
#[words("PascalCase")]
pub enum RuleStatus {
    /// It is.
    #[default]
    Enabled,
    /// It is not.
    Disabled,
}

/// Which objects a rule is for.
#[view("PascalCase")]
pub struct RuleFilter {
    /// Those whose keys begin so; empty: all.
    #[wire(most = 1_024)]
    pub prefix: String,
}

/// Where objects go, and when.
#[derive(Copy)]
#[part("PascalCase")]
pub struct RuleTransition {
    /// Days after an object was written.
    pub days: u32,
    /// Where it goes.
    pub storage_class: StorageClass,
}

/// Where objects can go.
#[words("SCREAMING_SNAKE_CASE")]
pub enum StorageClass {
    /// The archive.
    #[default]
    VultrArchive,
}

/// The reference describes one transition and shows a list of them.
fn one_or_several(given: Given<'_>) -> Result<Vec<RuleTransition>, Wrong> {
    match given.is_list() {
        true => Vec::read(given),
        false => RuleTransition::read(given).map(|one| vec![one]),
    }
}
