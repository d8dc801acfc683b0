//! The life of all copies of disks: begun, waited for, removed.

use engine::{Next, StepError};

use super::{Copied, GB};
use crate::{Doc, Life, LifeCx};

/// The life of a copy that goes only when its owner says so.
pub(crate) struct Copying;

impl<K: Copied> Life<K> for Copying {
    async fn step(doc: &mut Doc<K>, cx: &LifeCx) -> Result<Next, StepError> {
        step(doc, cx).await
    }
}

/// Takes one step towards a complete copy, or towards there being none; settled once it is complete.
pub(crate) async fn step<K: Copied>(doc: &mut Doc<K>, cx: &LifeCx) -> Result<Next, StepError> {
    let (id, images) = (doc.id(), cx.images());
    doc.seen.image = images.observe(id).await?;
    match (doc.deleting(), &doc.seen.image) {
        (true, None) => return Ok(Next::Gone),
        (true, Some(_)) => images.remove(id).await?,
        (false, None) => {
            images.create(id, &doc.source(), u64::from(doc.disk_gb()) * GB).await?;
        }
        (false, Some(image)) if !image.ready => return Ok(Next::SOON),
        (false, Some(_)) => {
            doc.seen.complete_at.get_or_insert(cx.cx.now());
            return Ok(Next::Settled);
        }
    }
    Ok(Next::Now)
}
