//! What is asked of object storage, and what is refused.

use api::Page;
use api::object_storages::*;

use super::{ACCESS_KEYS, BUCKETS, Storage, catalogue};
use crate::billing::owed;
use crate::{Cx, Doc, Result, Routes, Shown, Tx, alike};

pub(super) fn routes() -> Routes {
    let update = |_: &Cx, storage: &mut Doc<Storage>, req: UpdateObjectStorage| {
        storage.label = req.label;
        Ok(())
    };
    let storages = Routes::of::<Storage>().on(list).create(create).get::<GetObjectStorage>();
    storages
        .update(update)
        .delete_with::<DeleteObjectStorage>(|tx, storage| Box::pin(release_names(tx, storage)))
        .alter(regenerate_keys)
        .done()
}

impl Shown for Storage {
    type View = ObjectStorage;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), cx: &Cx) -> ObjectStorage {
        let (pending, active) = (ObjectStorageStatus::Pending, ObjectStorageStatus::Active);
        alike!(doc => ObjectStorage {
            region, label;
            id: doc.id().into(),
            date_created: doc.created(),
            pending_charges: owed(cx, doc),
            cluster_id: doc.cluster,
            location: catalogue::city(cx, &doc.region),
            status: if doc.seen.is.ready { active } else { pending }.into(),
            s3_hostname: doc.hostname.clone(),
            s3_access_key: doc.access_key.clone(),
            s3_secret_key: doc.secret_key.clone(),
        })
    }
}

async fn list(cx: Cx, req: ListObjectStorages) -> Result<Page<ListedObjectStorage>> {
    let page = cx.page::<Storage>(vec![], req.per_page, req.cursor.as_deref()).await?;
    Ok(page.map(|doc| {
        let (id, storage) = (doc.tier, Storage::view(&doc, &(), &cx));
        let terms = cx.catalog().object_storage_tier(id).map(catalogue::terms).unwrap_or_default();
        ListedObjectStorage { storage, tier: OrderedTier { id, terms } }
    }))
}

fn create(cx: &Cx, req: CreateObjectStorage) -> Result<Storage> {
    let cluster = catalogue::cluster(cx, req.cluster_id)?;
    let tier = catalogue::tier(cx, cluster, req.tier_id)?;
    let mut storage = alike!(cluster => Storage {
        region, hostname;
        cluster: cluster.id,
        tier: tier.id,
        label: req.label.unwrap_or_default(),
        ..Storage::default()
    });
    storage.renew_keys();
    Ok(storage)
}

/// Buckets and keys: at once, not when the last of it is gone: what replaces it may want the same names.
async fn release_names(tx: &mut Tx, storage: &mut Doc<Storage>) -> Result<()> {
    tx.release(ACCESS_KEYS, &storage.access_key);
    for bucket in &storage.buckets {
        tx.release(BUCKETS, storage.unique(storage.account(), &bucket.name));
    }
    Ok(())
}

/// The old key names nobody from here on, and the new one can be used at once. That of new storage
/// is taken by its life.
fn regenerate_keys(
    tx: &mut Tx,
    storage: &mut Doc<Storage>,
    _: RegenerateObjectStorageKeys,
) -> Result<S3Credentials> {
    tx.release(ACCESS_KEYS, &storage.access_key);
    storage.renew_keys();
    tx.take(ACCESS_KEYS, &storage.access_key, storage.id());
    Ok(S3Credentials {
        s3_hostname: storage.hostname.clone(),
        s3_access_key: storage.access_key.clone(),
        s3_secret_key: storage.secret_key.clone(),
    })
}
