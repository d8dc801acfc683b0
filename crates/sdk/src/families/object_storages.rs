//! Object storage. Made by `cargo xtask families`.

use api::object_storages::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Object storage: see [`Client::object_storages`].
#[derive(Debug, Clone, Copy)]
pub struct ObjectStorages<'a>(&'a Client);

impl Client {
    /// Object storage.
    pub fn object_storages(&self) -> ObjectStorages<'_> {
        ObjectStorages(self)
    }
}

impl<'a> ObjectStorages<'a> {
    /// List object storage.
    pub fn list(self) -> Call<'a, ListObjectStorages> {
        Call::new(self.0, ListObjectStorages::default())
    }

    /// Create object storage.
    pub fn create(self, request: impl Into<CreateObjectStorage>) -> Call<'a, CreateObjectStorage> {
        Call::new(self.0, request)
    }

    /// Get object storage.
    pub fn get(self, request: impl Into<GetObjectStorage>) -> Call<'a, GetObjectStorage> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetObjectStorage>) -> Optional<'a, GetObjectStorage> {
        self.get(request).opt()
    }

    /// Rename object storage.
    pub fn update(self, request: impl Into<UpdateObjectStorage>) -> Call<'a, UpdateObjectStorage> {
        Call::new(self.0, request)
    }

    /// Delete object storage with all its buckets.
    pub fn delete(self, request: impl Into<DeleteObjectStorage>) -> Call<'a, DeleteObjectStorage> {
        Call::new(self.0, request)
    }

    /// Give object storage new keys; the old ones stop working.
    pub fn regenerate_keys(
        self,
        request: impl Into<RegenerateObjectStorageKeys>,
    ) -> Call<'a, RegenerateObjectStorageKeys> {
        Call::new(self.0, request)
    }
}

/// Clusters that object storage can be in: see [`Client::object_storage_clusters`].
#[derive(Debug, Clone, Copy)]
pub struct ObjectStorageClusters<'a>(&'a Client);

impl Client {
    /// Clusters that object storage can be in.
    pub fn object_storage_clusters(&self) -> ObjectStorageClusters<'_> {
        ObjectStorageClusters(self)
    }
}

impl<'a> ObjectStorageClusters<'a> {
    /// List the clusters that object storage can be in.
    pub fn list(self) -> Call<'a, ListObjectStorageClusters> {
        Call::new(self.0, ListObjectStorageClusters::default())
    }

    /// List the tiers that a cluster offers.
    pub fn tiers(
        self,
        request: impl Into<ListObjectStorageClusterTiers>,
    ) -> Call<'a, ListObjectStorageClusterTiers> {
        Call::new(self.0, request)
    }
}

/// Tiers of object storage: speed and prices: see [`Client::object_storage_tiers`].
#[derive(Debug, Clone, Copy)]
pub struct ObjectStorageTiers<'a>(&'a Client);

impl Client {
    /// Tiers of object storage: speed and prices.
    pub fn object_storage_tiers(&self) -> ObjectStorageTiers<'_> {
        ObjectStorageTiers(self)
    }
}

impl<'a> ObjectStorageTiers<'a> {
    /// List the tiers of object storage.
    pub fn list(self) -> Call<'a, ListObjectStorageTiers> {
        Call::new(self.0, ListObjectStorageTiers::default())
    }
}

/// Buckets of object storage: see [`Client::buckets`].
#[derive(Debug, Clone, Copy)]
pub struct Buckets<'a>(&'a Client);

impl Client {
    /// Buckets of object storage.
    pub fn buckets(&self) -> Buckets<'_> {
        Buckets(self)
    }
}

impl<'a> Buckets<'a> {
    /// List the buckets of object storage.
    pub fn list(
        self,
        request: impl Into<ListObjectStorageBuckets>,
    ) -> Call<'a, ListObjectStorageBuckets> {
        Call::new(self.0, request)
    }

    /// Create a bucket.
    pub fn create(
        self,
        request: impl Into<CreateObjectStorageBucket>,
    ) -> Call<'a, CreateObjectStorageBucket> {
        Call::new(self.0, request)
    }

    /// Delete a bucket.
    pub fn delete(
        self,
        request: impl Into<DeleteObjectStorageBucket>,
    ) -> Call<'a, DeleteObjectStorageBucket> {
        Call::new(self.0, request)
    }

    /// Let a bucket's objects go to the archive, or no longer.
    pub fn set_archival(
        self,
        request: impl Into<SetObjectStorageBucketArchival>,
    ) -> Call<'a, SetObjectStorageBucketArchival> {
        Call::new(self.0, request)
    }

    /// Give a bucket a lifecycle policy in place of the one that it has.
    pub fn set_lifecycle(
        self,
        request: impl Into<SetObjectStorageBucketLifecycle>,
    ) -> Call<'a, SetObjectStorageBucketLifecycle> {
        Call::new(self.0, request)
    }

    /// Delete a bucket's lifecycle policy.
    pub fn delete_lifecycle(
        self,
        request: impl Into<DeleteObjectStorageBucketLifecyclePolicy>,
    ) -> Call<'a, DeleteObjectStorageBucketLifecyclePolicy> {
        Call::new(self.0, request)
    }
}
