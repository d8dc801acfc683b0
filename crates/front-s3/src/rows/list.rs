//! Pages of keys, in order of their bytes, folded at a delimiter.

use rusqlite::{Connection, params};

use super::{Entry, after_all};
use crate::fault::Result;

/// What to list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) prefix: String,
    /// Keys are one as far as they are the same up to this; empty: none are.
    pub(crate) delimiter: String,
    /// Only what comes after this.
    pub(crate) after: String,
    /// With `after`: versions of that key are listed that come after this one.
    pub(crate) after_seq: Option<i64>,
    pub(crate) most: usize,
    /// All versions and markers, not only what is there.
    pub(crate) versions: bool,
}

/// A page: keys and what keys have in common.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) entries: Vec<Entry>,
    pub(crate) prefixes: Vec<String>,
    /// The last key or prefix of the page, where there is more.
    pub(crate) next: Option<String>,
}

/// Lists a page.
pub(crate) fn list(rows: &Connection, bucket: &str, wanted: &Wanted) -> Result<Page> {
    let (prefix, delimiter) = (wanted.prefix.as_str(), wanted.delimiter.as_str());
    let only = if wanted.versions { "1" } else { "latest = 1 AND marker = 0" };
    let end = after_all(prefix);
    let mut step = rows.prepare_cached(&format!(
        "SELECT seq, key, version, latest, marker, size, etag, at, owner FROM object
         WHERE bucket = ?1 AND key >= ?2 AND (?3 IS NULL OR key < ?3)
           AND (key, -seq) > (?4, -?5) AND {only} ORDER BY key, seq DESC LIMIT 1001"
    ))?;
    let mut page = Page::default();
    if wanted.most == 0 {
        return Ok(page);
    }
    // Whatever comes after `key`, and versions of it that are older than `seq`.
    let (mut key, mut seq) = (wanted.after.clone(), wanted.after_seq.unwrap_or(0));
    let rolled = !delimiter.is_empty() && key.starts_with(prefix) && key.len() > prefix.len();
    if rolled && let Some(place) = key[prefix.len()..].find(delimiter) {
        // A page that ended at a prefix goes on after all that has it.
        if prefix.len() + place + delimiter.len() == key.len() {
            let Some(next) = after_all(&key) else { return Ok(page) };
            (key, seq) = (next, i64::MAX);
        }
    }
    let mut last = String::new();
    loop {
        let from = if key.as_str() < prefix { prefix } else { key.as_str() };
        let found = step.query_map(params![bucket, from, end, key, seq], entry)?;
        let found: Vec<Entry> = found.collect::<rusqlite::Result<_>>()?;
        let more = found.len() > 1000;
        let mut jumped = false;
        for entry in found {
            if page.entries.len() + page.prefixes.len() >= wanted.most {
                page.next = Some(last);
                return Ok(page);
            }
            let rest = &entry.key[prefix.len()..];
            match rest.find(delimiter).filter(|_| !delimiter.is_empty()) {
                Some(place) => {
                    let common = entry.key[..prefix.len() + place + delimiter.len()].to_owned();
                    let next = after_all(&common);
                    last.clone_from(&common);
                    page.prefixes.push(common);
                    let Some(next) = next else { return Ok(page) };
                    (key, seq) = (next, i64::MAX);
                    jumped = true;
                    break;
                }
                None => {
                    (key, seq) = (entry.key.clone(), entry.seq);
                    last.clone_from(&entry.key);
                    page.entries.push(entry);
                }
            }
        }
        if !jumped && !more {
            return Ok(page);
        }
    }
}

fn entry(row: &rusqlite::Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        seq: row.get(0)?,
        key: row.get(1)?,
        version: row.get(2)?,
        latest: row.get(3)?,
        marker: row.get(4)?,
        size: row.get(5)?,
        etag: row.get(6)?,
        at: row.get(7)?,
        owner: row.get(8)?,
    })
}
