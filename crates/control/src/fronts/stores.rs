//! Object storage, for who speaks S3: found by key or bucket, and changed by the handlers of the API.

use ::fronts::stores::{Bucket, Store};
use ::fronts::{Ask, Stores};
use api::id::ObjectStorageId;
use api::object_storages::{CreateObjectStorageBucket, DeleteObjectStorageBucket};
use api::page::PER_PAGE_MAX;
use uuid::Uuid;

use super::{Front, told};
use crate::holders::Account;
use crate::object_storages::{self, Storage, buckets};
use crate::{Cx, Doc, Error, Result};

impl Stores for Front {
    fn by_key<'a>(&'a self, access_key: &'a str) -> Ask<'a, Option<Store>> {
        Box::pin(async move {
            let found = object_storages::by_key(&self.0, access_key).await;
            Ok(found.map_err(|error| told(&self.0, error))?.map(store))
        })
    }

    fn by_id(&self, storage: Uuid) -> Ask<'_, Option<Store>> {
        Box::pin(async move {
            let found = object_storages::by_id(&self.0, storage).await;
            Ok(found.map_err(|error| told(&self.0, error))?.map(store))
        })
    }

    fn by_bucket<'a>(&'a self, host: Option<&'a str>, bucket: &'a str) -> Ask<'a, Option<Store>> {
        Box::pin(async move {
            let found = self.with_bucket(host, bucket).await;
            Ok(found.map_err(|error| told(&self.0, error))?.map(store))
        })
    }

    fn create_bucket<'a>(&'a self, storage: Uuid, bucket: &'a Bucket) -> Ask<'a, ()> {
        self.change(storage, "create-object-storage-bucket", move |cx| {
            let request = CreateObjectStorageBucket {
                object_storage_id: storage.into(),
                bucket_name: bucket.name.clone(),
                versioning: Some(bucket.versioning),
                object_lock: Some(bucket.object_lock),
                archival: None,
            };
            buckets::create(cx, request)
        })
    }

    fn change_bucket<'a>(&'a self, storage: Uuid, bucket: &'a Bucket) -> Ask<'a, ()> {
        self.change(storage, "change-object-storage-bucket", move |cx| {
            let id: ObjectStorageId = storage.into();
            buckets::change(cx, id, &bucket.name, bucket.versioning, bucket.object_lock)
        })
    }

    fn delete_bucket<'a>(&'a self, storage: Uuid, bucket: &'a str) -> Ask<'a, ()> {
        self.change(storage, "delete-object-storage-bucket", move |cx| {
            let bucket_name = bucket.to_owned();
            let object_storage_id = storage.into();
            buckets::delete(cx, DeleteObjectStorageBucket { object_storage_id, bucket_name })
        })
    }
}

impl Front {
    /// Lets a handler change a storage in the name of its account: again, where others were faster.
    fn change<'a, F>(
        &'a self,
        storage: Uuid,
        op: &'static str,
        handler: impl Fn(Cx) -> F + Send + Sync + 'a,
    ) -> Ask<'a, ()>
    where
        F: Future<Output = Result<()>> + Send + 'a,
    {
        Box::pin(async move {
            let control = &self.0;
            let mut patience = control.store().patience();
            loop {
                let outcome = match object_storages::account_of(control, storage).await {
                    Ok(account) => handler(control.system_cx(account, op)).await,
                    Err(error) => Err(error),
                };
                match outcome {
                    Err(Error::Stale(hot)) if patience.again(&hot).await => {}
                    outcome => return outcome.map_err(|error| told(control, error)),
                }
            }
        })
    }

    /// The storage that has a bucket, of the account that was there first.
    async fn with_bucket(&self, host: Option<&str>, bucket: &str) -> Result<Option<Doc<Storage>>> {
        let control = &self.0;
        let all = control.catalog().object_storage_clusters();
        let clusters = all.filter(|cluster| host.is_none_or(|host| host == cluster.hostname));
        let clusters: Vec<u32> = clusters.map(|cluster| cluster.id).collect();
        let cx = control.system_cx(0, "find-bucket");
        let mut cursor = String::new();
        loop {
            let page = cx.page::<Account>(Vec::new(), Some(PER_PAGE_MAX), Some(&cursor)).await?;
            for account in &page.items {
                for cluster in &clusters {
                    let (account, cluster) = (account.seq(), *cluster);
                    let found = object_storages::by_bucket(control, account, cluster, bucket);
                    if let Some(found) = found.await? {
                        return Ok(Some(found));
                    }
                }
            }
            cursor = page.meta.links.next;
            if cursor.is_empty() {
                return Ok(None);
            }
        }
    }
}

/// Storage as those see it who speak S3.
fn store(doc: Doc<Storage>) -> Store {
    let bucket = |bucket: &object_storages::Bucket| Bucket {
        name: bucket.name.clone(),
        created: bucket.created,
        versioning: bucket.versioning,
        object_lock: bucket.object_lock,
    };
    Store {
        id: doc.id(),
        label: doc.label.clone(),
        host: doc.hostname.clone(),
        region: doc.region.clone(),
        access_key: doc.access_key.clone(),
        secret_key: doc.secret_key.clone(),
        buckets: doc.buckets.iter().map(bucket).collect(),
    }
}
