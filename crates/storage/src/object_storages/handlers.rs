//! What is asked of object storage, and what is refused.

use api::object_storages::*;
use api::{Page, Secret, id::ObjectStorageId};

use super::{BUCKETS, Storage, catalogue};
use crate::billing::owed;
use crate::{Cx, Doc, Result, Routes};

pub(super) fn routes() -> Routes {
    Routes::default().on(list).on(create).on(get).on(update).on(delete).on(regenerate_keys)
}

/// Object storage as its owner sees it.
fn view(cx: &Cx, doc: Doc<Storage>) -> ObjectStorage {
    let status = match doc.seen.ready {
        true => ObjectStorageStatus::Active,
        false => ObjectStorageStatus::Pending,
    };
    ObjectStorage {
        id: ObjectStorageId(doc.id()),
        date_created: doc.created(),
        pending_charges: owed(cx, &doc),
        cluster_id: doc.cluster,
        location: catalogue::city(cx, &doc.region),
        status: status.into(),
        region: doc.want.region,
        label: doc.want.label,
        s3_hostname: doc.want.hostname,
        s3_access_key: doc.want.access_key,
        s3_secret_key: doc.want.secret_key,
    }
}

async fn list(cx: Cx, req: ListObjectStorages) -> Result<Page<ListedObjectStorage>> {
    let page = cx.page::<Storage>(vec![], req.per_page, req.cursor.as_deref()).await?;
    Ok(page.map(|doc| {
        let id = doc.tier;
        let terms = cx.catalog().object_storage_tier(id).map(catalogue::terms).unwrap_or_default();
        ListedObjectStorage { storage: view(&cx, doc), tier: OrderedTier { id, terms } }
    }))
}

async fn create(cx: Cx, req: CreateObjectStorage) -> Result<ObjectStorage> {
    let cluster = catalogue::cluster(&cx, req.cluster_id)?;
    let tier = catalogue::tier(&cx, cluster, req.tier_id)?;
    let mut storage = Storage {
        cluster: cluster.id,
        tier: tier.id,
        region: cluster.region.clone(),
        hostname: cluster.hostname.clone(),
        label: req.label.unwrap_or_default(),
        access_key: String::new(),
        secret_key: Secret::default(),
        buckets: Vec::new(),
    };
    storage.renew_keys();
    let mut tx = cx.begin();
    let storage = tx.new_doc(storage);
    tx.put(&storage);
    tx.commit().await?;
    Ok(view(&cx, storage))
}

async fn get(cx: Cx, req: GetObjectStorage) -> Result<ObjectStorage> {
    Ok(view(&cx, cx.get(req.object_storage_id).await?))
}

async fn update(cx: Cx, req: UpdateObjectStorage) -> Result<()> {
    let mut tx = cx.begin();
    let mut storage = tx.get::<Storage>(req.object_storage_id).await?;
    storage.label = req.label;
    tx.put(&storage);
    tx.commit().await
}

async fn delete(cx: Cx, req: DeleteObjectStorage) -> Result<()> {
    let mut tx = cx.begin();
    let storage = tx.get::<Storage>(req.object_storage_id).await?;
    // At once, not when the last of it is gone: what replaces it may want the same names.
    for bucket in &storage.buckets {
        tx.release(BUCKETS, storage.unique(cx.account(), &bucket.name));
    }
    tx.delete(storage);
    tx.commit().await
}

async fn regenerate_keys(cx: Cx, req: RegenerateObjectStorageKeys) -> Result<S3Credentials> {
    let mut tx = cx.begin();
    let mut storage = tx.get::<Storage>(req.object_storage_id).await?;
    storage.renew_keys();
    tx.put(&storage);
    tx.commit().await?;
    Ok(S3Credentials {
        s3_hostname: storage.want.hostname,
        s3_access_key: storage.want.access_key,
        s3_secret_key: storage.want.secret_key,
    })
}
