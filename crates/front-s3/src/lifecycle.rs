//! The end of objects by the rules of their buckets, by Kettle's clock.
//!
//! As at AWS, a day is over at the next midnight (UTC) after so many days.

use std::sync::Arc;

use s3s::dto::*;

use crate::Backend;
use crate::depot::{Change, Depot};
use crate::fault::{Result, fault};
use crate::rows::buckets::{self, Setting, Versioning};
use crate::rows::objects::{self, Conditions, Deletion};
use crate::rows::{self, millis, uploads};
use crate::text::undocument;

const DAY: i64 = 86_400_000;

/// When what was made at `made` is so many days old.
fn due(made: i64, days: i32) -> i64 {
    let at = made.saturating_add(i64::from(days).saturating_mul(DAY));
    at.div_euclid(DAY).saturating_add(1).saturating_mul(DAY)
}

/// Refuses rules that Kettle cannot follow, and names those without a name.
pub(crate) fn sound(
    mut wanted: BucketLifecycleConfiguration,
) -> Result<BucketLifecycleConfiguration> {
    if wanted.rules.is_empty() || wanted.rules.len() > 1000 {
        return Err(fault!(MalformedXML, "There are 1 to 1000 rules."));
    }
    let mut names = std::collections::BTreeSet::new();
    for rule in &mut wanted.rules {
        let id = rule.id.get_or_insert_with(|| uuid::Uuid::now_v7().simple().to_string()).clone();
        if id.chars().count() > 255 {
            return Err(fault!(
                InvalidArgument,
                "ID length should not exceed allowed limit of 255"
            ));
        }
        if !names.insert(id) {
            return Err(fault!(InvalidArgument, "Rule ID must be unique."));
        }
        sound_rule(rule)?;
    }
    Ok(wanted)
}

fn sound_rule(rule: &LifecycleRule) -> Result<()> {
    if !["Enabled", "Disabled"].contains(&rule.status.as_str()) {
        return Err(fault!(MalformedXML, "A rule is Enabled or Disabled."));
    }
    let transitions = rule.transitions.iter().flatten().map(|one| one.date.as_ref());
    if transitions.flatten().any(|date| millis(date) % DAY != 0) {
        return Err(fault!(MalformedXML, "'Date' must be at midnight GMT"));
    }
    let moves = rule.transitions.as_ref().is_some_and(|all| !all.is_empty())
        || rule.noncurrent_version_transitions.as_ref().is_some_and(|all| !all.is_empty());
    if moves {
        return Err(fault!(InvalidStorageClass, "Kettle has one storage class: STANDARD."));
    }
    if let Some(end) = &rule.expiration {
        let said =
            [end.days.is_some(), end.date.is_some(), end.expired_object_delete_marker.is_some()];
        if said.iter().filter(|said| **said).count() != 1 {
            return Err(fault!(
                MalformedXML,
                "An Expiration has Days, Date or ExpiredObjectDeleteMarker."
            ));
        }
        if end.days.is_some_and(|days| days <= 0) {
            return Err(fault!(
                InvalidArgument,
                "'Days' for Expiration action must be a positive integer"
            ));
        }
        if end.date.as_ref().is_some_and(|date| millis(date) % DAY != 0) {
            return Err(fault!(InvalidArgument, "'Date' must be at midnight GMT"));
        }
    }
    let noncurrent = rule.noncurrent_version_expiration.as_ref();
    let abort = rule.abort_incomplete_multipart_upload.as_ref();
    if noncurrent.is_some_and(|end| end.noncurrent_days.is_none_or(|days| days <= 0))
        || abort.is_some_and(|end| end.days_after_initiation.is_none_or(|days| days <= 0))
    {
        return Err(fault!(InvalidArgument, "Days must be a positive integer"));
    }
    if rule.expiration.is_none() && noncurrent.is_none() && abort.is_none() {
        return Err(fault!(InvalidRequest, "At least one action needs to be specified in a rule"));
    }
    Ok(())
}

/// What a rule is about.
struct Filter {
    prefix: String,
    tags: Vec<(String, String)>,
    above: Option<u64>,
    below: Option<u64>,
}

impl Filter {
    fn of(rule: &LifecycleRule) -> Self {
        let filter = rule.filter.clone().unwrap_or_default();
        let and = filter.and.unwrap_or_default();
        let pair = |tag: Tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
        let tags = filter.tag.into_iter().chain(and.tags.into_iter().flatten());
        let size = |size: Option<i64>| size.and_then(|size| u64::try_from(size).ok());
        let prefix = rule.prefix.clone().or(filter.prefix).or(and.prefix);
        Self {
            prefix: prefix.unwrap_or_default(),
            tags: tags.map(pair).collect(),
            above: size(filter.object_size_greater_than.or(and.object_size_greater_than)),
            below: size(filter.object_size_less_than.or(and.object_size_less_than)),
        }
    }

    fn is_about(&self, object: &rows::Object) -> bool {
        object.key.starts_with(&self.prefix)
            && self.tags.iter().all(|tag| object.tags.contains(tag))
            && self.above.is_none_or(|size| object.size > size)
            && self.below.is_none_or(|size| object.size < size)
    }
}

/// When an object that is there comes to its end, and by which rule: for `x-amz-expiration`.
pub(crate) fn end_of(kept: &str, object: &rows::Object) -> Result<Option<String>> {
    let kept: BucketLifecycleConfiguration = undocument(kept)?;
    let rules = kept.rules.iter().filter(|rule| rule.status.as_str() == "Enabled");
    let ends = rules.filter(|rule| Filter::of(rule).is_about(object)).filter_map(|rule| {
        let end = rule.expiration.as_ref()?;
        let by_days = end.days.map(|days| due(object.at, days));
        Some((by_days.or(end.date.as_ref().map(millis))?, rule.id.clone().unwrap_or_default()))
    });
    Ok(ends.min().map(|(at, id)| {
        let mut date = Vec::new();
        let _ = rows::time(at).format(TimestampFormat::HttpDate, &mut date);
        let date = String::from_utf8(date).unwrap_or_default();
        format!("expiry-date=\"{date}\", rule-id=\"{}\"", crate::text::encoded(&id))
    }))
}

impl Backend {
    /// What `x-amz-expiration` says of an object.
    pub(crate) async fn end_of(
        &self,
        asked: &crate::access::Asked,
        object: &rows::Object,
    ) -> Result<Option<String>> {
        match self.setting(asked, Setting::Lifecycle).await? {
            Some(kept) => end_of(&kept, object),
            None => Ok(None),
        }
    }
}

/// Ends what is due in one storage: how many versions and uploads went.
pub(crate) async fn expire(depot: &Arc<Depot>, now: i64) -> Result<u64> {
    let all = depot.read(|rows| buckets::with(rows, Setting::Lifecycle)).await?;
    let mut ended = 0;
    for (bucket, kept) in all {
        let kept: BucketLifecycleConfiguration = undocument(&kept)?;
        for rule in kept.rules.into_iter().filter(|rule| rule.status.as_str() == "Enabled") {
            let rule = Arc::new(rule);
            loop {
                let (bucket, rule) = (bucket.clone(), rule.clone());
                // Some at a time, so that others have their turns between.
                let some = depot.write(move |change| step(change, &bucket, &rule, now)).await?;
                ended += some;
                if some == 0 {
                    break;
                }
            }
        }
    }
    Ok(ended)
}

/// How many end in one transaction.
const STEP: usize = 500;

fn step(change: &mut Change<'_>, bucket: &str, rule: &LifecycleRule, now: i64) -> Result<u64> {
    let Some((_, versioned)) = buckets::find(&change.rows, bucket)? else { return Ok(0) };
    let versioning = if versioned { Versioning::Suspended } else { Versioning::Never };
    let filter = Filter::of(rule);
    let mut due_now = Vec::new();
    objects::each(&change.rows, bucket, &filter.prefix, |object, history| {
        if filter.is_about(object) && ends(rule, object, history, now) {
            due_now.push(object.clone());
        }
        due_now.len() < STEP
    })?;
    let mut ended = 0;
    for object in due_now {
        let latest = object.latest && !object.marker && versioned;
        let what = Deletion {
            version: (!latest).then(|| object.version.clone()),
            key: object.key,
            conditions: Conditions::default(),
            bypass: false,
            owner: object.owner,
            now,
        };
        // `null` stays `null` where versions were suspended; where they are kept, the marker is new.
        let versioning = if latest { versioning_of(&change.rows, bucket)? } else { versioning };
        match objects::delete(change, bucket, &what, versioning) {
            Ok(_) => ended += 1,
            // What is locked ends when it is not.
            Err(fault) if fault.0.code().as_str() == "AccessDenied" => {}
            Err(fault) => return Err(fault),
        }
    }
    if let Some(days) =
        rule.abort_incomplete_multipart_upload.as_ref().and_then(|a| a.days_after_initiation)
    {
        let uploads = uploads::list(&change.rows, bucket, &filter.prefix, ("", None), usize::MAX)?;
        for upload in uploads.iter().filter(|upload| due(upload.at, days) <= now) {
            uploads::end(change, &upload.id, &[])?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// Whether what was put last got a version of its own: then a marker gets one, too.
fn versioning_of(rows: &rusqlite::Connection, bucket: &str) -> Result<Versioning> {
    let mut last = rows.prepare_cached(
        "SELECT version = 'null' FROM object WHERE bucket = ? ORDER BY seq DESC LIMIT 1",
    )?;
    let null: bool = last.query_row([bucket], |row| row.get(0))?;
    Ok(if null { Versioning::Suspended } else { Versioning::Enabled })
}

/// Whether a version is at its end by a rule.
fn ends(rule: &LifecycleRule, object: &rows::Object, history: objects::History, now: i64) -> bool {
    let end = rule.expiration.as_ref();
    if object.latest && !object.marker {
        let by_days = end.and_then(|end| end.days).is_some_and(|days| due(object.at, days) <= now);
        let by_date = end.and_then(|end| end.date.as_ref()).is_some_and(|date| millis(date) <= now);
        return by_days || by_date;
    }
    if object.latest {
        // A marker that nothing is behind.
        let asked = end.is_some_and(|end| {
            end.expired_object_delete_marker == Some(true)
                || end.days.is_some_and(|days| due(object.at, days) <= now)
        });
        return asked && history.alone;
    }
    let Some(old) = &rule.noncurrent_version_expiration else { return false };
    let kept = usize::try_from(old.newer_noncurrent_versions.unwrap_or(0)).unwrap_or(0);
    let days = old.noncurrent_days.unwrap_or(i32::MAX);
    history.newer > kept && due(history.since, days) <= now
}
