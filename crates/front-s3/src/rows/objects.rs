//! Versions of objects.

use rusqlite::{Connection, OptionalExtension, Row, params};
use s3s::dto::{ETag, ETagCondition};

use super::buckets::{self, Versioning};
use super::{Locked, Object};
use crate::depot::Change;
use crate::fault::{Fault, Result, fault};

const COLUMNS: &str =
    "seq, key, version, latest, marker, size, etag, at, owner, head, body, tags, acl, locked";

impl Object {
    fn read(row: &Row<'_>) -> Result<Self> {
        let json = |column| -> Result<&str> {
            row.get_ref(column)?.as_str().map_err(|error| rusqlite::Error::from(error).into())
        };
        Ok(Self {
            seq: row.get(0)?,
            key: row.get(1)?,
            version: row.get(2)?,
            latest: row.get(3)?,
            marker: row.get(4)?,
            size: row.get(5)?,
            etag: row.get(6)?,
            at: row.get(7)?,
            owner: row.get(8)?,
            head: serde_json::from_str(json(9)?)?,
            body: serde_json::from_str(json(10)?)?,
            tags: serde_json::from_str(json(11)?)?,
            acl: serde_json::from_str(json(12)?)?,
            locked: serde_json::from_str(json(13)?)?,
        })
    }

    /// Its entity tag.
    pub(crate) fn etag(&self) -> ETag {
        ETag::Strong(self.etag.clone())
    }
}

/// The latest version of a key, or this one; a marker is found, too.
pub(crate) fn find(
    rows: &Connection,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<Option<Object>> {
    let which = if version.is_some() { "version = ?3" } else { "latest = 1 AND ?3 IS NULL" };
    let mut find = rows.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM object WHERE bucket = ?1 AND key = ?2 AND {which}"
    ))?;
    let mut found = find.query(params![bucket, key, version])?;
    found.next()?.map(Object::read).transpose()
}

/// The latest version of a key, or this one, where it can be read.
pub(crate) fn get(
    rows: &Connection,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<Object> {
    match (find(rows, bucket, key, version)?, version) {
        (Some(object), None) if object.marker => Err(marked(&object, fault!(NoSuchKey))),
        (Some(object), Some(_)) if object.marker => Err(marked(&object, fault!(MethodNotAllowed))),
        (Some(object), _) => Ok(object),
        (None, None) => Err(headed(fault!(NoSuchKey), "false", None)),
        (None, Some(_)) => Err(fault!(NoSuchVersion)),
    }
}

/// An error that says that a marker is the reason.
fn marked(object: &Object, fault: Fault) -> Fault {
    headed(fault, "true", object.version.parse().ok())
}

/// An error that says whether a marker is the reason.
fn headed(mut fault: Fault, marker: &'static str, version: Option<http::HeaderValue>) -> Fault {
    let mut headers = http::HeaderMap::new();
    headers.insert("x-amz-delete-marker", http::HeaderValue::from_static(marker));
    if let Some(version) = version {
        headers.insert("x-amz-version-id", version);
    }
    fault.0.set_headers(headers);
    fault
}

/// What must be so for a change to be made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conditions {
    pub(crate) matches: Option<ETagCondition>,
    pub(crate) differs: Option<ETagCondition>,
    pub(crate) size: Option<i64>,
    /// When the object was made, in seconds after 1970.
    pub(crate) made: Option<i64>,
}

/// Whether an object is the one that a condition means.
pub(crate) fn holds(condition: &ETagCondition, object: &Object) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(wanted) => wanted.value() == object.etag,
    }
}

impl Conditions {
    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.matches.is_none()
            && self.differs.is_none()
            && self.size.is_none()
            && self.made.is_none()
    }

    /// Refuses where they do not hold for what is there.
    pub(crate) fn check(&self, there: Option<&Object>) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        let there = there.filter(|object| !object.marker);
        let failed = || {
            Err(fault!(
                PreconditionFailed,
                "At least one of the pre-conditions you specified did not hold"
            ))
        };
        let Some(object) = there else {
            let wants = self.matches.is_some() || self.size.is_some() || self.made.is_some();
            return if wants { Err(fault!(NoSuchKey)) } else { Ok(()) };
        };
        if self.matches.as_ref().is_some_and(|wanted| !holds(wanted, object))
            || self.differs.as_ref().is_some_and(|other| holds(other, object))
            || self.size.is_some_and(|size| u64::try_from(size) != Ok(object.size))
            || self.made.is_some_and(|made| made != object.at / 1000)
        {
            return failed();
        }
        Ok(())
    }
}

/// Makes a version the latest of its key: its id, or `null`.
pub(crate) fn put(
    change: &mut Change<'_>,
    bucket: &str,
    object: &Object,
    versioning: Versioning,
    conditions: &Conditions,
) -> Result<String> {
    buckets::is_open(&change.rows, bucket)?;
    if !conditions.is_empty() {
        conditions.check(find(&change.rows, bucket, &object.key, None)?.as_ref())?;
    }
    let version = match versioning {
        Versioning::Enabled => uuid::Uuid::now_v7().simple().to_string(),
        Versioning::Never | Versioning::Suspended => {
            if let Some(old) = find(&change.rows, bucket, &object.key, Some("null"))? {
                change.rows.execute("DELETE FROM object WHERE seq = ?", [old.seq])?;
                change.drop_pieces(old.body);
            }
            "null".to_owned()
        }
    };
    let mut old = change.rows.prepare_cached(
        "UPDATE object SET latest = 0 WHERE bucket = ? AND key = ? AND latest = 1",
    )?;
    old.execute([bucket, &object.key])?;
    drop(old);
    let mut add = change.rows.prepare_cached(
        "INSERT INTO object (bucket, key, version, latest, marker, size, etag, at, owner, head, body,
           tags, acl, locked) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    add.execute(params![
        bucket,
        object.key,
        version,
        object.marker,
        object.size,
        object.etag,
        object.at,
        object.owner,
        serde_json::to_string(&object.head)?,
        serde_json::to_string(&object.body)?,
        serde_json::to_string(&object.tags)?,
        serde_json::to_string(&object.acl)?,
        serde_json::to_string(&object.locked)?,
    ])?;
    Ok(version)
}

/// What a deletion did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deleted {
    /// Whether a marker was made, or was what went.
    pub(crate) marker: bool,
    /// The version that was made or that went, where there are versions.
    pub(crate) version: Option<String>,
}

/// Who deletes what.
#[derive(Debug, Clone)]
pub(crate) struct Deletion {
    pub(crate) key: String,
    pub(crate) version: Option<String>,
    pub(crate) conditions: Conditions,
    /// Whether governance does not hold for whoever deletes.
    pub(crate) bypass: bool,
    pub(crate) owner: String,
    pub(crate) now: i64,
}

/// Deletes a key, by a marker where versions are kept, or a version for good.
pub(crate) fn delete(
    change: &mut Change<'_>,
    bucket: &str,
    what: &Deletion,
    versioning: Versioning,
) -> Result<Deleted> {
    buckets::is_open(&change.rows, bucket)?;
    let there = find(&change.rows, bucket, &what.key, what.version.as_deref())?;
    if !(there.is_none() && what.version.is_none()) || what.conditions.matches.is_some() {
        what.conditions.check(there.as_ref())?;
    }
    match (&what.version, versioning) {
        (None, Versioning::Never) => {
            if let Some(there) = there {
                erase(change, bucket, there, what)?;
            }
            Ok(Deleted::default())
        }
        (None, _) => {
            let marker = Object {
                key: what.key.clone(),
                marker: true,
                at: what.now,
                owner: what.owner.clone(),
                ..Object::default()
            };
            let version = put(change, bucket, &marker, versioning, &Conditions::default())?;
            Ok(Deleted { marker: true, version: Some(version) })
        }
        (Some(version), _) => {
            let marker = there.as_ref().is_some_and(|there| there.marker);
            if let Some(there) = there {
                erase(change, bucket, there, what)?;
            }
            Ok(Deleted { marker, version: Some(version.clone()) })
        }
    }
}

/// Takes a version away for good, if no lock holds it; the one before it is the latest then.
fn erase(change: &mut Change<'_>, bucket: &str, object: Object, what: &Deletion) -> Result<()> {
    object.locked.allows_end(what.now, what.bypass)?;
    change.rows.execute("DELETE FROM object WHERE seq = ?", [object.seq])?;
    if object.latest {
        let mut next = change.rows.prepare_cached(
            "UPDATE object SET latest = 1
             WHERE seq = (SELECT max(seq) FROM object WHERE bucket = ? AND key = ?)",
        )?;
        next.execute([bucket, &object.key])?;
    }
    change.drop_pieces(object.body);
    Ok(())
}

impl Locked {
    /// Refuses the end of a version that is locked.
    pub(crate) fn allows_end(&self, now: i64, bypass: bool) -> Result<()> {
        if self.hold == Some(true) {
            return Err(fault!(AccessDenied, "Object is under legal hold."));
        }
        let held = self.until.is_some_and(|until| until > now);
        let governed = self.mode.as_deref() == Some("GOVERNANCE");
        if held && !(governed && bypass) {
            return Err(fault!(
                AccessDenied,
                "Object is protected by its retention until the date that it names."
            ));
        }
        Ok(())
    }
}

/// Deletes all versions in a bucket.
pub(crate) fn clear(change: &mut Change<'_>, bucket: &str) -> Result<()> {
    let mut bodies =
        change.rows.prepare("SELECT body FROM object WHERE bucket = ? AND body <> '[]'")?;
    let mut pieces = Vec::new();
    let mut rows = bodies.query([bucket])?;
    while let Some(row) = rows.next()? {
        pieces.extend(serde_json::from_str::<Vec<_>>(&row.get::<_, String>(0)?)?);
    }
    drop(rows);
    drop(bodies);
    change.drop_pieces(pieces);
    change.rows.execute("DELETE FROM object WHERE bucket = ?", [bucket])?;
    Ok(())
}

/// Changes what hangs on a version: its tags, who may do what, its lock.
pub(crate) fn update(change: &mut Change<'_>, object: &Object) -> Result<()> {
    let changed = change.rows.execute(
        "UPDATE object SET tags = ?, acl = ?, locked = ? WHERE seq = ?",
        params![
            serde_json::to_string(&object.tags)?,
            serde_json::to_string(&object.acl)?,
            serde_json::to_string(&object.locked)?,
            object.seq
        ],
    )?;
    if changed == 1 { Ok(()) } else { Err(fault!(NoSuchKey)) }
}

/// The place of a version in the order of its key's versions.
pub(crate) fn place(
    rows: &Connection,
    bucket: &str,
    key: &str,
    version: &str,
) -> Result<Option<i64>> {
    let mut find =
        rows.prepare_cached("SELECT seq FROM object WHERE bucket = ? AND key = ? AND version = ?")?;
    Ok(find.query_row([bucket, key, version], |row| row.get(0)).optional()?)
}

/// What is around a version.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct History {
    /// Whether it is the only one of its key.
    pub(crate) alone: bool,
    /// How many are newer.
    pub(crate) newer: usize,
    /// When the next newer one was made.
    pub(crate) since: i64,
}

/// Shows all versions below a prefix, the newest of a key first, until `show` has seen enough.
pub(crate) fn each(
    rows: &Connection,
    bucket: &str,
    prefix: &str,
    mut show: impl FnMut(&Object, History) -> bool,
) -> Result<()> {
    let mut all = rows.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM object WHERE bucket = ?1 AND key >= ?2 AND (?3 IS NULL OR key < ?3)
         ORDER BY key, seq DESC"
    ))?;
    let mut found = all.query(params![bucket, prefix, super::after_all(prefix)])?;
    let mut next = found.next()?.map(Object::read).transpose()?;
    let (mut key, mut history) = (String::new(), History::default());
    while let Some(object) = next {
        next = found.next()?.map(Object::read).transpose()?;
        if object.key != key {
            key.clone_from(&object.key);
            history = History::default();
        }
        history.alone = history.newer == 0 && next.as_ref().is_none_or(|next| next.key != key);
        if !show(&object, history) {
            break;
        }
        history.newer += 1;
        history.since = object.at;
    }
    Ok(())
}
