//! Buckets: what the control plane does not know of them.

use rusqlite::{Connection, OptionalExtension, params};

use crate::Usage;
use crate::depot::Change;
use crate::fault::{Result, fault};

/// Whether a bucket keeps older versions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Versioning {
    /// It never did.
    #[default]
    Never,
    Enabled,
    /// It did, and keeps those that it has.
    Suspended,
}

/// Settings of a bucket that S3 only keeps: each as the document that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    Acl,
    Policy,
    Tags,
    Cors,
    Lifecycle,
    Lock,
    Ownership,
    PublicAccess,
}

impl Setting {
    fn name(self) -> &'static str {
        match self {
            Self::Acl => "acl",
            Self::Policy => "policy",
            Self::Tags => "tags",
            Self::Cors => "cors",
            Self::Lifecycle => "lifecycle",
            Self::Lock => "lock",
            Self::Ownership => "ownership",
            Self::PublicAccess => "public",
        }
    }
}

/// What there is of a bucket: when it was made, and whether it ever kept versions.
pub(crate) fn find(rows: &Connection, bucket: &str) -> Result<Option<(i64, bool)>> {
    let mut find = rows.prepare_cached("SELECT created, versioned FROM bucket WHERE name = ?")?;
    Ok(find.query_row([bucket], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Begins a bucket that the control plane has; what an older one of the name left is forgotten, except
/// objects, which nobody may lose by a guess.
pub(crate) fn begin(change: &mut Change<'_>, bucket: &fronts::stores::Bucket) -> Result<()> {
    let found = find(&change.rows, &bucket.name)?;
    if found.is_some_and(|(created, _)| created == bucket.created) {
        return Ok(());
    }
    if found.is_some() {
        change.rows.execute("DELETE FROM setting WHERE bucket = ?", [&bucket.name])?;
        super::uploads::clear(change, &bucket.name)?;
    }
    change.rows.execute(
        "INSERT INTO bucket (name, created, versioned) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET created = ?2, versioned = max(versioned, ?3)",
        params![bucket.name, bucket.created, bucket.versioning],
    )?;
    Ok(())
}

/// Notes that a bucket keeps versions, or did.
pub(crate) fn versioned(change: &mut Change<'_>, bucket: &str) -> Result<()> {
    change.rows.execute("UPDATE bucket SET versioned = 1 WHERE name = ?", [bucket])?;
    Ok(())
}

/// Refuses what would go into a bucket that is not there, or is about to go.
pub(crate) fn is_open(rows: &Connection, bucket: &str) -> Result<()> {
    let mut find = rows.prepare_cached("SELECT 1 FROM bucket WHERE name = ? AND closing = 0")?;
    if find.exists([bucket])? { Ok(()) } else { Err(fault!(NoSuchBucket)) }
}

/// Closes an empty bucket: nothing goes in from here on.
pub(crate) fn close(change: &mut Change<'_>, bucket: &str) -> Result<()> {
    if change.rows.prepare_cached("SELECT 1 FROM object WHERE bucket = ?")?.exists([bucket])? {
        return Err(fault!(BucketNotEmpty, "The bucket you tried to delete is not empty"));
    }
    change.rows.execute("UPDATE bucket SET closing = 1 WHERE name = ?", [bucket])?;
    Ok(())
}

/// Opens a bucket again that was closed and did not go.
pub(crate) fn reopen(change: &mut Change<'_>, bucket: &str) -> Result<()> {
    change.rows.execute("UPDATE bucket SET closing = 0 WHERE name = ?", [bucket])?;
    Ok(())
}

/// Deletes a bucket with all that is in it.
pub(crate) fn remove(change: &mut Change<'_>, bucket: &str) -> Result<()> {
    super::uploads::clear(change, bucket)?;
    super::objects::clear(change, bucket)?;
    change.rows.execute("DELETE FROM setting WHERE bucket = ?", [bucket])?;
    change.rows.execute("DELETE FROM bucket WHERE name = ?", [bucket])?;
    Ok(())
}

/// A setting of a bucket.
pub(crate) fn get(rows: &Connection, bucket: &str, what: Setting) -> Result<Option<String>> {
    let mut find =
        rows.prepare_cached("SELECT value FROM setting WHERE bucket = ? AND name = ?")?;
    Ok(find.query_row([bucket, what.name()], |row| row.get(0)).optional()?)
}

/// Changes a setting of a bucket; none takes it away.
pub(crate) fn set(
    change: &mut Change<'_>,
    bucket: &str,
    what: Setting,
    value: Option<&str>,
) -> Result<()> {
    is_open(&change.rows, bucket)?;
    match value {
        Some(value) => change.rows.execute(
            "INSERT INTO setting VALUES (?1, ?2, ?3)
             ON CONFLICT (bucket, name) DO UPDATE SET value = ?3",
            [bucket, what.name(), value],
        )?,
        None => change
            .rows
            .execute("DELETE FROM setting WHERE bucket = ? AND name = ?", [bucket, what.name()])?,
    };
    Ok(())
}

/// The buckets that have this setting, with it.
pub(crate) fn with(rows: &Connection, what: Setting) -> Result<Vec<(String, String)>> {
    let mut find = rows.prepare_cached("SELECT bucket, value FROM setting WHERE name = ?")?;
    let found = find.query_map([what.name()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// What is in a bucket.
pub(crate) fn usage(rows: &Connection, bucket: &str) -> Result<Usage> {
    let mut sum = rows.prepare_cached(
        "SELECT coalesce(sum(size), 0), coalesce(sum(latest = 1 AND marker = 0), 0), count(*)
         FROM object WHERE bucket = ?",
    )?;
    let objects = sum.query_row([bucket], |row| {
        Ok(Usage { bytes: row.get(0)?, objects: row.get(1)?, versions: row.get(2)? })
    })?;
    let mut sum = rows.prepare_cached(
        "SELECT coalesce(sum(json_extract(piece, '$.size')), 0) FROM part
         WHERE upload IN (SELECT id FROM upload WHERE bucket = ?)",
    )?;
    let parts: u64 = sum.query_row([bucket], |row| row.get(0))?;
    Ok(Usage { bytes: objects.bytes + parts, ..objects })
}
