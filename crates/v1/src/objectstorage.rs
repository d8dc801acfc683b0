//! `objectstorage/*`: object storage. v1 knows no tiers: what it orders gets the usual one.

use api::id::ObjectStorageId;
use api::object_storages::*;
use serde_json::{Value, json};

use crate::calls::{Kind::*, SUBID, calls, opt, req};
use crate::cx::{Cx, Thing};
use crate::dates::stamp;
use crate::error::{Failure, Result, is_unknown};
use crate::ids::Space;
use crate::reply::{Reply, map, word};

calls! {
    Post "objectstorage/create" (req("OBJSTORECLUSTERID", Integer), opt("label", Text))
        "GET /v2/object-storage/clusters/{cluster-id}/tiers, POST /v2/object-storage" => create;
    Post "objectstorage/destroy" (SUBID)
        "DELETE /v2/object-storage/{object-storage-id}" => destroy;
    Post "objectstorage/label_set" (SUBID, req("label", Text))
        "PUT /v2/object-storage/{object-storage-id}" => label_set;
    Get "objectstorage/list" (opt("include_s3", Flag), opt("SUBID", Integer), opt("label", Text))
        "GET /v2/object-storage, GET /v2/object-storage/{object-storage-id}" => list;
    Get "objectstorage/list_cluster" () "GET /v2/object-storage/clusters" => list_cluster;
    Post "objectstorage/s3key_regenerate" (SUBID, req("s3_access_key", Text))
        "GET /v2/object-storage/{object-storage-id}, POST /v2/object-storage/{object-storage-id}/regenerate-keys"
        => s3key_regenerate;
}

const STORAGE: Thing = Thing {
    space: Space::Subscription,
    invalid: "Invalid object storage.  Check SUBID value and ensure your API key matches the \
              object storage's account",
};

async fn create(cx: Cx) -> Result<Reply> {
    let cluster_id: u32 = cx.args.small("OBJSTORECLUSTERID")?.unwrap_or_default();
    let tier_id = Some(usual_tier(&cx, cluster_id).await?);
    let label = cx.args.opt_text("label");
    let storage = cx.send(CreateObjectStorage { cluster_id, tier_id, label }).await?;
    Ok(json!({ "SUBID": cx.number(Space::Subscription, storage.id).await? }).into())
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

async fn destroy(cx: Cx) -> Result<Reply> {
    let object_storage_id: ObjectStorageId = cx.named(STORAGE, "SUBID").await?;
    cx.on(STORAGE, DeleteObjectStorage { object_storage_id }).await?;
    cx.forget(STORAGE.space, object_storage_id).await;
    Ok(Reply::Done)
}

async fn label_set(cx: Cx) -> Result<Reply> {
    let object_storage_id = cx.named(STORAGE, "SUBID").await?;
    let label = cx.args.text("label");
    cx.on(STORAGE, UpdateObjectStorage { object_storage_id, label }).await?;
    Ok(Reply::Done)
}

async fn one(cx: &Cx) -> Result<ObjectStorage> {
    let object_storage_id: ObjectStorageId = cx.named(STORAGE, "SUBID").await?;
    cx.on(STORAGE, GetObjectStorage { object_storage_id }).await
}

async fn list(cx: Cx) -> Result<Reply> {
    let mut storages = match cx.args.opt_int("SUBID") {
        Some(_) => vec![one(&cx).await?],
        None => {
            let all = cx.all(ListObjectStorages::default()).await?;
            all.into_iter().map(|listed| listed.storage).collect()
        }
    };
    if let Some(label) = cx.args.some_text("label") {
        storages.retain(|storage| storage.label == label);
    }
    let with_keys = cx.args.flag("include_s3").unwrap_or(true);
    let numbers = cx.numbers(Space::Subscription, storages.iter().map(|s| s.id)).await?;
    let entries = storages.iter().zip(numbers).map(|(storage, number)| {
        let mut view = json!({
            "SUBID": number,
            "date_created": stamp(storage.date_created),
            "OBJSTORECLUSTERID": storage.cluster_id,
            "DCID": cx.dcid(&storage.region),
            "location": cx.location(&storage.region),
            "label": storage.label,
            "status": word(&storage.status),
        });
        if with_keys {
            view["s3_hostname"] = storage.s3_hostname.as_str().into();
            view["s3_access_key"] = storage.s3_access_key.as_str().into();
            view["s3_secret_key"] = storage.s3_secret_key.as_str().into();
        }
        (number.to_string(), view)
    });
    Ok(map(entries).into())
}

async fn list_cluster(cx: Cx) -> Result<Reply> {
    let clusters = cx.all(ListObjectStorageClusters::default()).await?;
    let entries = clusters.into_iter().map(|cluster| {
        let view = json!({
            "OBJSTORECLUSTERID": cluster.id,
            "DCID": cx.dcid(&cluster.region),
            "location": cx.location(&cluster.region),
            "hostname": cluster.hostname,
            "deploy": word(&cluster.deploy),
        });
        (cluster.id.to_string(), view)
    });
    Ok(map(entries).into())
}

async fn s3key_regenerate(cx: Cx) -> Result<Reply> {
    let storage = one(&cx).await?;
    if cx.args.text("s3_access_key") != storage.s3_access_key {
        let text = "Invalid s3_access_key.  It is none of this object storage's";
        return Err(Failure::refused(text));
    }
    let request = RegenerateObjectStorageKeys { object_storage_id: storage.id };
    let keys = cx.on(STORAGE, request).await?;
    let keys: Value = json!({
        "s3_hostname": keys.s3_hostname,
        "s3_access_key": keys.s3_access_key,
        "s3_secret_key": keys.s3_secret_key,
    });
    Ok(keys.into())
}
