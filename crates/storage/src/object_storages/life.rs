//! The life of object storage: set up, given its keys and buckets, removed.

use api::object_storages::RuleStatus;
use drivers::ObjectStoreSpec;
use drivers::object_store::{self, ArchiveRule};
use engine::{Next, StepError};

use super::{Bucket, Storage};
use crate::life::provision;
use crate::{Doc, Life, LifeCx, alike};

impl Life for Storage {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let spec = doc.spec();
        provision(doc, &spec, cx).await
    }
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
