//! Uploads by parts that are under way.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Head, Locked, after_all, buckets};
use crate::access::Acl;
use crate::blobs::Piece;
use crate::depot::Change;
use crate::fault::{Result, fault};

/// An upload by parts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) at: i64,
    pub(crate) owner: String,
    pub(crate) head: Head,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) acl: Acl,
    pub(crate) locked: Locked,
}

/// A part of one.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) number: i32,
    pub(crate) at: i64,
    pub(crate) piece: Piece,
}

/// Begins an upload.
pub(crate) fn add(change: &mut Change<'_>, bucket: &str, upload: &Upload) -> Result<()> {
    buckets::is_open(&change.rows, bucket)?;
    change.rows.execute(
        "INSERT INTO upload (id, bucket, key, at, owner, head, tags, acl, locked)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            upload.id,
            bucket,
            upload.key,
            upload.at,
            upload.owner,
            serde_json::to_string(&upload.head)?,
            serde_json::to_string(&upload.tags)?,
            serde_json::to_string(&upload.acl)?,
            serde_json::to_string(&upload.locked)?,
        ],
    )?;
    Ok(())
}

/// An upload of this key.
pub(crate) fn get(rows: &Connection, bucket: &str, key: &str, id: &str) -> Result<Upload> {
    let mut find = rows.prepare_cached(
        "SELECT at, owner, head, tags, acl, locked FROM upload
         WHERE id = ? AND bucket = ? AND key = ?",
    )?;
    let found = find.query_row([id, bucket, key], |row| {
        let text = |column| row.get::<_, String>(column);
        Ok((row.get(0)?, text(1)?, text(2)?, text(3)?, text(4)?, text(5)?))
    });
    let Some((at, owner, head, tags, acl, locked)) = found.optional()? else {
        return Err(fault!(NoSuchUpload));
    };
    Ok(Upload {
        id: id.to_owned(),
        key: key.to_owned(),
        at,
        owner,
        head: serde_json::from_str(&head)?,
        tags: serde_json::from_str(&tags)?,
        acl: serde_json::from_str(&acl)?,
        locked: serde_json::from_str(&locked)?,
    })
}

/// Adds a part, in the place of one of that number.
pub(crate) fn add_part(change: &mut Change<'_>, upload: &str, part: &Part) -> Result<()> {
    if !change.rows.prepare_cached("SELECT 1 FROM upload WHERE id = ?")?.exists([upload])? {
        return Err(fault!(NoSuchUpload));
    }
    let old: Option<String> = change
        .rows
        .query_row(
            "DELETE FROM part WHERE upload = ? AND number = ? RETURNING piece",
            params![upload, part.number],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(old) = old {
        change.drop_pieces([serde_json::from_str(&old)?]);
    }
    change.rows.execute(
        "INSERT INTO part (upload, number, at, piece) VALUES (?, ?, ?, ?)",
        params![upload, part.number, part.at, serde_json::to_string(&part.piece)?],
    )?;
    Ok(())
}

/// The parts of an upload after a number, in their order, at most so many.
pub(crate) fn parts(rows: &Connection, upload: &str, after: i32, most: usize) -> Result<Vec<Part>> {
    let mut find = rows.prepare_cached(
        "SELECT number, at, piece FROM part WHERE upload = ? AND number > ?
         ORDER BY number LIMIT ?",
    )?;
    let mut found = find.query(params![upload, after, i64::try_from(most).unwrap_or(i64::MAX)])?;
    let mut parts = Vec::new();
    while let Some(row) = found.next()? {
        let piece = serde_json::from_str(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?;
        parts.push(Part { number: row.get(0)?, at: row.get(1)?, piece });
    }
    Ok(parts)
}

/// Ends an upload; contents that are not among `kept` go.
pub(crate) fn end(change: &mut Change<'_>, upload: &str, kept: &[Piece]) -> Result<()> {
    let kept: std::collections::BTreeSet<&str> =
        kept.iter().map(|piece| piece.blob.as_str()).collect();
    let parts = parts(&change.rows, upload, 0, usize::MAX)?;
    let pieces = parts.into_iter().map(|part| part.piece);
    change.drop_pieces(pieces.filter(|piece| !kept.contains(piece.blob.as_str())));
    change.rows.execute("DELETE FROM part WHERE upload = ?", [upload])?;
    change.rows.execute("DELETE FROM upload WHERE id = ?", [upload])?;
    Ok(())
}

/// Ends all uploads into a bucket.
pub(crate) fn clear(change: &mut Change<'_>, bucket: &str) -> Result<()> {
    let mut find = change.rows.prepare("SELECT id FROM upload WHERE bucket = ?")?;
    let ids = find.query_map([bucket], |row| row.get::<_, String>(0))?;
    let ids = ids.collect::<rusqlite::Result<Vec<_>>>()?;
    drop(find);
    ids.iter().try_for_each(|id| end(change, id, &[]))
}

/// Uploads into a bucket: key, id, when they began and who began them, at most so many after (key, id).
pub(crate) fn list(
    rows: &Connection,
    bucket: &str,
    prefix: &str,
    after: (&str, Option<&str>),
    most: usize,
) -> Result<Vec<Upload>> {
    let mut find = rows.prepare_cached(
        "SELECT key, id, at, owner FROM upload
         WHERE bucket = ?1 AND key >= ?2 AND (?3 IS NULL OR key < ?3)
           AND (key > ?4 OR (key = ?4 AND id > ?5)) ORDER BY key, id LIMIT ?6",
    )?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    // Without an id, what has the key itself is told already.
    let id = after.1.unwrap_or("~");
    let found =
        find.query_map(params![bucket, prefix, after_all(prefix), after.0, id, most], |row| {
            Ok(Upload {
                key: row.get(0)?,
                id: row.get(1)?,
                at: row.get(2)?,
                owner: row.get(3)?,
                ..Upload::default()
            })
        })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}
