//! Buckets: what they may be called, what goes together, what goes to the archive, and when they go.
//!
//! Who speaks S3 makes, changes and deletes them by the same functions: there is one truth.

use std::collections::BTreeSet;
use std::io;
use std::net::Ipv4Addr;

use api::object_storages::{self as wire, *};
use api::{Page, Time};

use super::{ArchiveRule, BUCKETS, BUCKETS_MAX, Bucket, Filter, RULES_MAX, Storage, Transition};
use crate::catalog::Catalog;
use crate::contents::Amount;
use crate::{Cx, Doc, Part, Refusal, Result, Routes, Tx, alike, ensure, lies_in, refuse};

pub(super) fn routes() -> Routes {
    Routes::parts::<Bucket>()
        .on(list)
        .on(create)
        .on(delete)
        .update(|cx, storage, bucket, req: SetObjectStorageBucketArchival| {
            bucket.archival = req.archival;
            check_archival(cx.catalog(), storage, bucket)
        })
        .update(|cx, storage, bucket, req: SetObjectStorageBucketLifecycle| {
            check_rules(&req.archive_rules)?;
            check_archive("archive_rules", cx.catalog(), storage)?;
            bucket.archive_rules = req.archive_rules.into_iter().map(stored_rule).collect();
            Ok(())
        })
        .update(|_, _, bucket, _: DeleteObjectStorageBucketLifecyclePolicy| {
            let none = format!("bucket `{}` has none", bucket.name);
            let none = Refusal::not_found("Invalid lifecycle policy").help(none);
            none.unless(!bucket.archive_rules.is_empty())?;
            bucket.archive_rules.clear();
            Ok(())
        })
        .done()
}

impl Part for Bucket {
    type View = wire::Bucket;
    const UNKNOWN: &'static str = "Invalid bucket name";
    lies_in!(Storage, buckets);

    fn is(&self, name: &str) -> bool {
        self.name == name
    }
    fn view(&self, _: &Doc<Storage>) -> wire::Bucket {
        alike!(self => wire::Bucket {
            name, versioning, object_lock, archival;
            date_created: Time::from_millis(self.created),
            archive_rules: self.archive_rules.iter().map(view_rule).collect(),
        })
    }
    fn removed(self, storage: &Doc<Storage>, tx: &mut Tx) {
        tx.release(BUCKETS, storage.unique(storage.account(), &self.name));
    }
    fn unknown(name: &str) -> Refusal {
        Refusal::not_found(Self::UNKNOWN).help(format!("there is no bucket `{name}`"))
    }
}

fn view_rule(rule: &ArchiveRule) -> wire::ArchiveRule {
    let shown = |&Transition { days, storage_class }| RuleTransition { days, storage_class };
    alike!(rule => wire::ArchiveRule {
        id, status;
        filter: RuleFilter { prefix: rule.filter.prefix.clone() },
        transitions: rule.transitions.iter().map(shown).collect(),
    })
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

/// Terraform looks for its bucket in this list and reads one page of it: it is always whole.
async fn list(cx: Cx, req: ListObjectStorageBuckets) -> Result<Page<wire::Bucket>> {
    let storage = cx.get::<Storage>(req.object_storage_id).await?;
    Ok(Page::whole(storage.buckets.iter().map(|bucket| bucket.view(&storage)).collect()))
}

/// Makes a bucket.
///
/// # Errors
/// Where it is refused, or the store cannot be used.
pub async fn create(cx: Cx, req: CreateObjectStorageBucket) -> Result<()> {
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
    let full = format!("the storage has {BUCKETS_MAX} buckets, the most there can be");
    Refusal::bad("Bad request.").help(full).unless(storage.buckets.len() < BUCKETS_MAX)?;
    let unique = storage.unique(cx.account(), &bucket.name);
    let taken = format!("bucket_name: `{}` is taken on {}", bucket.name, storage.hostname);
    let taken = Refusal::bad("Bucket already exists.").help(taken);
    taken.unless(tx.taken(BUCKETS, &unique).await?.is_none())?;
    tx.take(BUCKETS, unique, storage.id());
    storage.buckets.push(bucket);
    tx.save(&storage).await
}

/// Deletes a bucket that is empty: with what lies in it, as nobody can get that back, it is refused.
///
/// # Errors
/// Where it is refused, or the store cannot be used.
pub async fn delete(cx: Cx, req: DeleteObjectStorageBucket) -> Result<()> {
    let mut tx = cx.begin();
    let mut storage = tx.get::<Storage>(req.object_storage_id).await?;
    let name = req.bucket_name;
    let place = place(&storage, &name)?;
    let Some(contents) = cx.control.contents() else {
        storage.buckets.remove(place).removed(&storage, &mut tx);
        return tx.save(&storage).await;
    };
    check_empty(&name, contents.close(storage.id(), &name).await)?;
    storage.buckets.remove(place).removed(&storage, &mut tx);
    let outcome = tx.save(&storage).await;
    let after = match &outcome {
        Ok(()) => contents.forget(storage.id(), &name).await,
        Err(_) => contents.reopen(storage.id(), &name).await,
    };
    if let Err(error) = after {
        // The life of the storage comes to it, and the next start does.
        tracing::warn!(bucket = name, %error, "a bucket is not as it should be");
    }
    outcome
}

/// Changes which versions and locks a bucket has.
///
/// # Errors
/// Where it is refused, or the store cannot be used.
pub async fn change(
    cx: Cx,
    storage: ObjectStorageId,
    name: &str,
    versioning: bool,
    object_lock: bool,
) -> Result<()> {
    let mut tx = cx.begin();
    let mut storage = tx.get::<Storage>(storage).await?;
    let place = place(&storage, name)?;
    let locked = versioning || !object_lock;
    ensure(locked, "versioning", "a bucket with object_lock keeps older versions of objects")?;
    let bucket = Bucket { versioning, object_lock, ..storage.buckets[place].clone() };
    if bucket.versioning == storage.buckets[place].versioning
        && bucket.object_lock == storage.buckets[place].object_lock
    {
        return Ok(());
    }
    check_archival(cx.catalog(), &storage, &bucket)?;
    storage.buckets[place] = bucket;
    tx.save(&storage).await
}

fn place(storage: &Storage, name: &str) -> Result<usize> {
    let place = storage.buckets.iter().position(|bucket| bucket.is(name));
    place.ok_or_else(|| Bucket::unknown(name).into())
}

fn check_empty(name: &str, left: io::Result<Option<Amount>>) -> Result<()> {
    let left = left.map_err(|error| {
        let help = format!("what lies in `{name}` cannot be told ({error}), so nothing was done");
        Refusal::new(503, "Service unavailable.").help(help)
    })?;
    let Some(held) = left else { return Ok(()) };
    let help = format!(
        "bucket_name: `{name}` holds {} version{} of objects, {} bytes; delete these first, or the \
         storage with all that is in it",
        held.objects,
        if held.objects == 1 { "" } else { "s" },
        held.bytes
    );
    Err(Refusal::bad("Bucket is not empty.").help(help).into())
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
    refuse("bucket_name", format_args!("`{name}`: {wrong}"))
}

/// Refuses a bucket whose objects are to go to the archive and cannot.
fn check_archival(catalog: &Catalog, storage: &Storage, bucket: &Bucket) -> Result<()> {
    if !bucket.archival {
        return Ok(());
    }
    let with = if bucket.object_lock { "object_lock" } else { "versioning" };
    ensure(!bucket.versioning, "archival", format_args!("cannot be combined with {with}"))?;
    check_archive("archival", catalog, storage)
}

/// Refuses what needs an archive where the tier has none.
fn check_archive(field: &str, catalog: &Catalog, storage: &Storage) -> Result<()> {
    let tier = catalog.object_storage_tier(storage.tier);
    match tier.filter(|tier| tier.archive_price_per_gb_month.is_none()) {
        Some(tier) => refuse(field, format_args!("tier {} has no archive", tier.name)),
        None => Ok(()),
    }
}

fn check_rules(rules: &[wire::ArchiveRule]) -> Result<()> {
    let text = format_args!("there are {}; a policy has 1 to {RULES_MAX}", rules.len());
    ensure((1..=RULES_MAX).contains(&rules.len()), "archive_rules", text)?;
    let mut ids = BTreeSet::new();
    for (i, rule) in rules.iter().enumerate() {
        let field = |name: &str| format!("archive_rules[{i}].{name}");
        let text = format_args!("another rule is called `{}`", rule.id);
        ensure(rule.id.is_empty() || ids.insert(&rule.id), &field("ID"), text)?;
        ensure(!rule.transitions.is_empty(), &field("Transitions"), "say when objects go where")?;
    }
    Ok(())
}
