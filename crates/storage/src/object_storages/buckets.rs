//! Buckets: what they may be called, what goes together, and what goes to the archive.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use api::object_storages::{self as wire, *};
use api::{Page, Time};

use super::{ArchiveRule, BUCKETS, BUCKETS_MAX, Bucket, Filter, RULES_MAX, Storage, Transition};
use crate::catalog::Catalog;
use crate::{Cx, Doc, Refusal, Result, Routes};

/// What is said where a storage has no bucket with a name.
const UNKNOWN: &str = "Invalid bucket name";

pub(super) fn routes() -> Routes {
    Routes::default()
        .on(list)
        .on(create)
        .on(delete)
        .on(set_archival)
        .on(set_lifecycle)
        .on(delete_lifecycle)
}

fn view(bucket: &Bucket) -> wire::Bucket {
    wire::Bucket {
        name: bucket.name.clone(),
        date_created: Time::from_millis(bucket.created),
        versioning: bucket.versioning,
        object_lock: bucket.object_lock,
        archival: bucket.archival,
        archive_rules: bucket.archive_rules.iter().map(view_rule).collect(),
    }
}

fn view_rule(rule: &ArchiveRule) -> wire::ArchiveRule {
    let shown = |&Transition { days, storage_class }| RuleTransition { days, storage_class };
    wire::ArchiveRule {
        id: rule.id.clone(),
        status: rule.status,
        filter: RuleFilter { prefix: rule.filter.prefix.clone() },
        transitions: rule.transitions.iter().map(shown).collect(),
    }
}

fn stored_rule(rule: wire::ArchiveRule) -> ArchiveRule {
    let stored = |RuleTransition { days, storage_class }| Transition { days, storage_class };
    ArchiveRule {
        id: rule.id,
        status: rule.status,
        filter: Filter { prefix: rule.filter.prefix },
        transitions: rule.transitions.into_iter().map(stored).collect(),
    }
}

fn place(storage: &Storage, name: &str) -> Result<usize> {
    let place = storage.buckets.iter().position(|bucket| bucket.name == name);
    let refusal = || Refusal::not_found(UNKNOWN).help(format!("there is no bucket `{name}`"));
    place.ok_or_else(|| refusal().into())
}

/// Terraform looks for its bucket in this list and reads one page of it: it is always whole.
async fn list(cx: Cx, req: ListObjectStorageBuckets) -> Result<Page<wire::Bucket>> {
    let storage = cx.get::<Storage>(req.object_storage_id).await?;
    Ok(Page::whole(storage.buckets.iter().map(view).collect()))
}

async fn create(cx: Cx, req: CreateObjectStorageBucket) -> Result<()> {
    let mut tx = cx.begin();
    let mut storage = tx.get::<Storage>(req.object_storage_id).await?;
    check_name(&req.bucket_name)?;
    let object_lock = req.object_lock.unwrap_or_default();
    let bucket = Bucket {
        name: req.bucket_name,
        created: cx.now(),
        versioning: object_lock || req.versioning.unwrap_or_default(),
        object_lock,
        archival: req.archival.unwrap_or_default(),
        archive_rules: Vec::new(),
    };
    check_archival(cx.catalog(), &storage, &bucket)?;
    if storage.buckets.len() >= BUCKETS_MAX {
        let help = format!("the storage has {BUCKETS_MAX} buckets, the most there can be");
        return Err(Refusal::bad("Bad request.").help(help).into());
    }
    let unique = storage.unique(cx.account(), &bucket.name);
    if tx.taken(BUCKETS, &unique).await?.is_some() {
        let help = format!("bucket_name: `{}` is taken on {}", bucket.name, storage.hostname);
        return Err(Refusal::bad("Bucket already exists.").help(help).into());
    }
    tx.take(BUCKETS, unique, storage.id());
    storage.buckets.push(bucket);
    tx.put(&storage);
    tx.commit().await
}

async fn delete(cx: Cx, req: DeleteObjectStorageBucket) -> Result<()> {
    let mut tx = cx.begin();
    let mut storage = tx.get::<Storage>(req.object_storage_id).await?;
    let place = place(&storage, &req.bucket_name)?;
    let bucket = storage.buckets.remove(place);
    tx.release(BUCKETS, storage.unique(cx.account(), &bucket.name));
    tx.put(&storage);
    tx.commit().await
}

/// A name that can be the first part of a host's name, as S3 has it.
fn check_name(name: &str) -> Result<()> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let solid = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let wrong = if !(3..=63).contains(&name.chars().count()) {
        "a name has 3 to 63 characters"
    } else if !name.chars().all(allowed) {
        "a name has lower-case letters, digits, dots and hyphens"
    } else if !solid(name.chars().next()) || !solid(name.chars().next_back()) {
        "a name begins and ends with a letter or a digit"
    } else if name.contains("..") {
        "no two dots stand side by side in a name"
    } else if name.parse::<Ipv4Addr>().is_ok() {
        "an IP address is no name"
    } else {
        return Ok(());
    };
    Err(Refusal::field("bucket_name", format!("`{name}`: {wrong}")).into())
}

/// Refuses a bucket whose objects are to go to the archive and cannot.
fn check_archival(catalog: &Catalog, storage: &Storage, bucket: &Bucket) -> Result<()> {
    if !bucket.archival {
        return Ok(());
    }
    if bucket.versioning {
        let with = if bucket.object_lock { "object_lock" } else { "versioning" };
        let help = format!("cannot be combined with {with}");
        return Err(Refusal::field("archival", help).into());
    }
    check_archive("archival", catalog, storage)
}

/// Refuses what needs an archive where the tier has none.
fn check_archive(field: &str, catalog: &Catalog, storage: &Storage) -> Result<()> {
    let tier = catalog.object_storage_tier(storage.tier);
    match tier.filter(|tier| tier.archive_price_per_gb_month.is_none()) {
        Some(tier) => {
            Err(Refusal::field(field, format!("tier {} has no archive", tier.name)).into())
        }
        None => Ok(()),
    }
}

/// Changes one bucket.
async fn change(
    cx: &Cx,
    storage: api::id::ObjectStorageId,
    bucket: &str,
    change: impl Fn(&Doc<Storage>, &mut Bucket) -> Result<()>,
) -> Result<()> {
    let mut tx = cx.begin();
    let mut storage = tx.get::<Storage>(storage).await?;
    let place = place(&storage, bucket)?;
    let mut bucket = storage.buckets[place].clone();
    change(&storage, &mut bucket)?;
    storage.buckets[place] = bucket;
    tx.put(&storage);
    tx.commit().await
}

async fn set_archival(cx: Cx, req: SetObjectStorageBucketArchival) -> Result<()> {
    change(&cx, req.object_storage_id, &req.bucket_name, |storage, bucket| {
        bucket.archival = req.archival;
        check_archival(cx.catalog(), storage, bucket)
    })
    .await
}

async fn set_lifecycle(cx: Cx, req: SetObjectStorageBucketLifecycle) -> Result<()> {
    change(&cx, req.object_storage_id, &req.bucket_name, |storage, bucket| {
        check_rules(&req.archive_rules)?;
        check_archive("archive_rules", cx.catalog(), storage)?;
        bucket.archive_rules = req.archive_rules.iter().cloned().map(stored_rule).collect();
        Ok(())
    })
    .await
}

fn check_rules(rules: &[wire::ArchiveRule]) -> Result<()> {
    if rules.is_empty() || rules.len() > RULES_MAX {
        let help = format!("there are {}; a policy has 1 to {RULES_MAX}", rules.len());
        return Err(Refusal::field("archive_rules", help).into());
    }
    let mut ids = BTreeSet::new();
    for (i, rule) in rules.iter().enumerate() {
        let wrong = |field: &str, help: String| -> Result<()> {
            Err(Refusal::field(&format!("archive_rules[{i}].{field}"), help).into())
        };
        if !rule.id.is_empty() && !ids.insert(&rule.id) {
            return wrong("ID", format!("another rule is called `{}`", rule.id));
        }
        if rule.transitions.is_empty() {
            return wrong("Transitions", "say when objects go where".into());
        }
    }
    Ok(())
}

async fn delete_lifecycle(cx: Cx, req: DeleteObjectStorageBucketLifecyclePolicy) -> Result<()> {
    change(&cx, req.object_storage_id, &req.bucket_name, |_, bucket| {
        if bucket.archive_rules.is_empty() {
            let help = format!("bucket `{}` has none", bucket.name);
            return Err(Refusal::not_found("Invalid lifecycle policy").help(help).into());
        }
        bucket.archive_rules.clear();
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_s3_allows() {
        let longest = "x".repeat(63);
        for good in ["abc", "my-bucket", "my.bucket.1", "1st", "a--b", "192.0.2", longest.as_str()]
        {
            assert!(check_name(good).is_ok(), "{good}");
        }
        let too_long = "x".repeat(64);
        for bad in [
            "",
            "ab",
            "Bucket",
            "my_bucket",
            "my bucket",
            "-abc",
            "abc-",
            ".abc",
            "abc.",
            "a..b",
            "192.0.2.1",
            "büro",
            "a/b",
            "abc\n",
            too_long.as_str(),
        ] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
