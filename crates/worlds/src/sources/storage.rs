//! Volumes, images, file systems, object storage, and the scripts that machines begin with.

use serde_json::{Value, json};

use super::{Step, fields, some};
use crate::{Reading, Thing};

/// Where images and snapshots are said to come from: the API does not tell that of those there are. No
/// such name exists (RFC 2606).
const NOWHERE: &str = "https://copied.invalid";

pub(super) fn script(thing: &Thing, _: &Reading) -> Vec<Step> {
    let create = Step::create("create-startup-script", thing, &["script"]);
    let script = thing.told("get-startup-script").get("script").cloned();
    vec![create.with_some("script", script).id("startup-script", &thing.id)]
}

pub(super) fn iso(thing: &Thing, _: &Reading) -> Vec<Step> {
    let url = format!("{NOWHERE}/{}", thing.text("filename"));
    vec![Step::create("create-iso", thing, &["url"]).with("url", url).id("iso", &thing.id)]
}

pub(super) fn snapshot(thing: &Thing, _: &Reading) -> Vec<Step> {
    let url = format!("{NOWHERE}/{}.raw", thing.id);
    let create = Step::create("create-snapshot-from-url", thing, &["url"]);
    vec![create.with("url", url).id("snapshot", &thing.id)]
}

pub(super) fn block(thing: &Thing, all: &Reading) -> Vec<Step> {
    let mut create = Step::create("create-block", thing, &["snapshot_id"]).id("block", &thing.id);
    // What it was made from is no part of what it is; a system of 0 is none.
    if thing.item.get("os_id").and_then(Value::as_i64) == Some(0) {
        create = create.without("os_id");
    }
    let mut steps = vec![create];
    let instance = some(thing.text("attached_to_instance"));
    if let Some(instance) = instance.filter(|id| all.things.iter().any(|thing| thing.id == *id)) {
        let attach = fields([
            ("block_id", thing.id.clone().into()),
            ("instance_id", instance.into()),
            ("live", true.into()),
        ]);
        steps.push(Step::change("attach-block", attach));
    }
    steps
}

pub(super) fn object_storage(thing: &Thing, _: &Reading) -> Vec<Step> {
    // Its tier says its own id otherwise than the list of tiers does.
    let tier = thing.item.pointer("/tier/OBJSTORETIERID").cloned();
    let create = Step::create("create-object-storage", thing, &[]);
    vec![create.with_some("tier_id", tier).id("object-storage", &thing.id)]
}

pub(super) fn bucket(thing: &Thing, _: &Reading) -> Vec<Step> {
    let create = Step::create("create-object-storage-bucket", thing, &[]);
    let create = create.with("object_storage_id", thing.owner.as_str());
    vec![create.with("bucket_name", thing.id.as_str())]
}

pub(super) fn file_system(thing: &Thing, _: &Reading) -> Vec<Step> {
    let size = thing.item.pointer("/storage_size/gb").cloned();
    let create = Step::create("create-vfs", thing, &["storage_size"]);
    let create = create.with_some("storage_size", size.map(|gb| json!({ "gb": gb })));
    let mut steps = vec![create.id("file-system", &thing.id)];
    let attachments = thing.told("list-vfs-attachments").as_array().cloned().unwrap_or_default();
    for instance in attachments.iter().filter_map(|attachment| attachment.get("target_id")) {
        let attach = fields([("vfs_id", thing.id.clone().into()), ("vps_id", instance.clone())]);
        steps.push(Step::change("attach-vfs", attach));
    }
    steps
}
