//! The life of a volume: made, grown, attached, detached, removed.

use drivers::Disk;
use engine::{Next, StepError};

use super::Volume;
use super::handlers::mount_id;
use crate::{Doc, Life, LifeCx};

impl Life for Volume {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let (id, disks) = (doc.id(), cx.disks());
        let seen: Option<Disk> = disks.observe(id).await?;
        doc.seen.clone_from(&seen);
        match (doc.deleting(), seen) {
            (true, None) => return Ok(Next::Gone),
            (true, Some(d)) if d.attached_to.is_some() => disks.attach(id, None).await?,
            (true, Some(_)) => disks.remove(id).await?,
            (false, None) => disks.create(id, doc.size_gb, doc.snapshot).await?,
            (false, Some(d)) if !d.ready => return Ok(Next::SOON),
            (false, Some(d)) if d.size_gb < doc.size_gb => disks.grow(id, doc.size_gb).await?,
            (false, Some(d)) if d.attached_to != doc.attached_to => {
                if doc.attached_to.is_some() {
                    disks.call(id, &mount_id(&doc.region, id)).await?;
                }
                disks.attach(id, doc.attached_to).await?;
            }
            (false, Some(_)) => return Ok(Next::Settled),
        }
        Ok(Next::Now)
    }
}
