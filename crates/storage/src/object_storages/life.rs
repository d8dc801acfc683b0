//! The life of object storage: set up, given its keys and buckets, found by its key, counted, removed.

use std::time::Duration;

use api::object_storages::RuleStatus;
use drivers::ObjectStoreSpec;
use drivers::object_store::{self, ArchiveRule};
use engine::{Next, StepError};

use super::{ACCESS_KEYS, Bucket, Storage};
use crate::life::provision;
use crate::{Doc, Life, LifeCx, alike};

/// How often what lies in a storage is counted.
const COUNTED_EVERY: Duration = Duration::from_secs(3600);

impl Life for Storage {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let spec = doc.spec();
        if !doc.deleting() {
            be_found(doc, cx).await?;
        }
        match provision(doc, &spec, cx).await? {
            Next::Settled => count(doc, cx).await,
            next => Ok(next),
        }
    }
}

/// Has its access key lead to it. Storage of older releases had keys that led nowhere.
async fn be_found(doc: &Doc<Storage>, cx: &LifeCx) -> Result<(), StepError> {
    let mut tx = cx.cx.begin();
    if tx.taken(ACCESS_KEYS, &doc.access_key).await? != Some(doc.id()) {
        tx.take(ACCESS_KEYS, &doc.access_key, doc.id());
        tx.commit().await?;
    }
    Ok(())
}

/// Counts what lies in it, where somebody keeps that, and looks again later.
async fn count(doc: &mut Doc<Storage>, cx: &LifeCx) -> Result<Next, StepError> {
    let Some(contents) = cx.cx.control.contents() else { return Ok(Next::Settled) };
    let buckets: Vec<&str> = doc.want.buckets.iter().map(|bucket| &*bucket.name).collect();
    doc.seen.bytes = contents.bytes(doc.id(), &buckets).await?;
    Ok(Next::After(COUNTED_EVERY))
}

impl Storage {
    /// It as the driver gets it.
    fn spec(&self) -> ObjectStoreSpec {
        alike!(self => ObjectStoreSpec {
            hostname, access_key, secret_key; buckets: self.buckets.iter().map(bucket).collect(),
        })
    }
}

fn bucket(bucket: &Bucket) -> object_store::Bucket {
    alike!(bucket => object_store::Bucket {
        name, versioning, object_lock, archival;
        archive_rules: bucket.archive_rules.iter().filter_map(archive_rule).collect(),
    })
}

fn archive_rule(rule: &super::ArchiveRule) -> Option<ArchiveRule> {
    // There is one class that objects can go to: the first day counts.
    let days = rule.transitions.iter().map(|transition| transition.days);
    Some(ArchiveRule {
        name: rule.id.clone(),
        enabled: rule.status == RuleStatus::Enabled,
        prefix: rule.filter.prefix.clone(),
        after_days: days.min()?,
    })
}
