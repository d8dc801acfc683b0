//! The life of a snapshot, and of all copies of disks: begun, waited for, removed.

use drivers::{Source, StoredImage};
use engine::{Next, StepError};
use uuid::Uuid;

use super::{GB, Snapshot};
use crate::life::pause;
use crate::{Doc, Life, LifeCx};

impl Life for Snapshot {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let id = doc.id();
        if doc.deleting() {
            return remove(id, &mut doc.seen, cx).await;
        }
        let (source, bytes) = (doc.want.source.clone(), u64::from(doc.disk_gb) * GB);
        let begun = doc.created().as_millis();
        copy(id, &source, bytes, begun, &mut doc.seen, cx).await
    }
}

/// Takes one step towards a complete copy; settled once it is.
///
/// `begun`: when the copy was ordered, in milliseconds.
pub(crate) async fn copy(
    id: Uuid,
    source: &Source,
    bytes: u64,
    begun: i64,
    seen: &mut Option<StoredImage>,
    cx: &LifeCx,
) -> Result<Next, StepError> {
    *seen = cx.images().observe(id).await?;
    match seen {
        None => cx.images().create(id, source, bytes).await?,
        Some(image) if !image.ready => return Ok(pause(begun, cx.cx.now())),
        Some(_) => return Ok(Next::Settled),
    }
    Ok(Next::Now)
}

/// Takes one step towards there being no such copy.
pub(crate) async fn remove(
    id: Uuid,
    seen: &mut Option<StoredImage>,
    cx: &LifeCx,
) -> Result<Next, StepError> {
    *seen = cx.images().observe(id).await?;
    if seen.is_none() {
        return Ok(Next::Gone);
    }
    cx.images().remove(id).await?;
    Ok(Next::Now)
}
