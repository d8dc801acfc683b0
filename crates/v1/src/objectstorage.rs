//! `objectstorage/*`: object storage. v1 knows no tiers: what it orders gets the usual one.

use api::id::ObjectStorageId;
use api::object_storages::*;
use api::v1;
use serde_json::Value;

use crate::calls::handlers;
use crate::cx::{Cx, Thing};
use crate::dates::stamp;
use crate::error::{Failure, Result, is_unknown};
use crate::ids::Space;
use crate::params::{small, some};
use crate::reply::{map, view, word};

handlers! { cx, call:
    ObjectStorageCreate => create(cx, call);
    ObjectStorageDestroy => {
        let object_storage_id = id(cx, call.subid).await?;
        cx.gone(STORAGE, object_storage_id, DeleteObjectStorage { object_storage_id })
    };
    ObjectStorageLabelSet => {
        let (object_storage_id, label) = (id(cx, call.subid).await?, call.label);
        cx.act(STORAGE, UpdateObjectStorage { object_storage_id, label })
    };
    ObjectStorageList => list(cx, call);
    ObjectStorageListCluster => list_cluster(cx);
    ObjectStorageS3keyRegenerate => s3key_regenerate(cx, call);
}

const STORAGE: Thing = Thing {
    space: Space::Subscription,
    invalid: "Invalid object storage.  Check SUBID value and ensure your API key matches the \
              object storage's account",
};

async fn create(cx: &Cx, call: v1::ObjectStorageCreate) -> Result<Value> {
    let cluster_id: u32 = small("OBJSTORECLUSTERID", call.cluster)?;
    let tier_id = Some(usual_tier(cx, cluster_id).await?);
    let label = call.label;
    let storage = cx.send(CreateObjectStorage { cluster_id, tier_id, label }).await?;
    Ok(view!(NewSubscription .. { subid: cx.number(Space::Subscription, storage.id).await? }))
}

/// The tier of those who name none: the default one where the cluster offers it, else the first.
async fn usual_tier(cx: &Cx, cluster_id: u32) -> Result<u32> {
    let tiers = match cx.client.send(ListObjectStorageClusterTiers { cluster_id }).await {
        Err(error) if is_unknown(&error) => Vec::new(),
        outcome => outcome?,
    };
    let default = tiers.iter().find(|tier| tier.terms.is_default == YesNo::Yes);
    default.or(tiers.first()).map(|tier| tier.id).ok_or_else(|| {
        let text = format!(
            "Invalid cluster.  OBJSTORECLUSTERID {cluster_id} is none: objectstorage/list_cluster \
             has those that are"
        );
        Failure::refused(text)
    })
}

/// The subscription with a number.
async fn id(cx: &Cx, subid: u64) -> Result<ObjectStorageId> {
    cx.numbered(STORAGE, subid).await
}

async fn one(cx: &Cx, subid: u64) -> Result<ObjectStorage> {
    let object_storage_id = id(cx, subid).await?;
    cx.on(STORAGE, GetObjectStorage { object_storage_id }).await
}

async fn list(cx: &Cx, call: v1::ObjectStorageList) -> Result<Value> {
    let mut storages = match call.subid {
        Some(subid) => vec![one(cx, subid).await?],
        None => {
            let all = cx.all(ListObjectStorages::default()).await?;
            all.into_iter().map(|listed| listed.storage).collect()
        }
    };
    if let Some(label) = some(call.label) {
        storages.retain(|storage| storage.label == label);
    }
    let view = |storage: ObjectStorage, number, _: &str| {
        let mut view = view!(ObjectStorage .. {
            subid: number,
            date_created: stamp(storage.date_created),
            cluster: storage.cluster_id,
            dcid: cx.dcid(&storage.region),
            location: cx.location(&storage.region),
            label: storage.label,
            status: word(&storage.status),
        });
        if call.include_s3.unwrap_or(true) {
            view[v1::answer::ObjectStorage::s3_hostname] = storage.s3_hostname.as_str().into();
            view[v1::answer::ObjectStorage::s3_access_key] = storage.s3_access_key.as_str().into();
            view[v1::answer::ObjectStorage::s3_secret_key] = storage.s3_secret_key.as_str().into();
        }
        view
    };
    cx.map(Space::Subscription, storages, |storage| storage.id, view).await
}

async fn list_cluster(cx: &Cx) -> Result<Value> {
    let clusters = cx.all(ListObjectStorageClusters::default()).await?;
    let entries = clusters.into_iter().map(|cluster| {
        let view = view!(Cluster {
            cluster: cluster.id,
            dcid: cx.dcid(&cluster.region),
            location: cx.location(&cluster.region),
            hostname: cluster.hostname,
            deploy: word(&cluster.deploy),
        });
        (cluster.id.to_string(), view)
    });
    Ok(map(entries))
}

async fn s3key_regenerate(cx: &Cx, call: v1::ObjectStorageS3keyRegenerate) -> Result<Value> {
    let storage = one(cx, call.subid).await?;
    if call.s3_access_key != storage.s3_access_key {
        let text = "Invalid s3_access_key.  It is none of this object storage's";
        return Err(Failure::refused(text));
    }
    let request = RegenerateObjectStorageKeys { object_storage_id: storage.id };
    let keys = cx.on(STORAGE, request).await?;
    Ok(view!(S3Keys {
        s3_hostname: keys.s3_hostname,
        s3_access_key: keys.s3_access_key,
        s3_secret_key: keys.s3_secret_key,
    }))
}
