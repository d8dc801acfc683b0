//! The life of object storage: set up, given its keys and buckets, removed.

use engine::{Next, StepError};

use super::Storage;
use crate::life::pause;
use crate::{Doc, Life, LifeCx};

impl Life for Storage {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let (id, stores, spec) = (doc.id(), cx.object_stores(), doc.spec());
        let begun = doc.created().as_millis();
        let seen = stores.observe(id).await?;
        doc.seen = seen.as_ref().is_some_and(|store| store.ready);
        match (doc.deleting(), seen) {
            (true, None) => return Ok(Next::Gone),
            (true, Some(_)) => stores.remove(id).await?,
            (false, None) => stores.create(id, &spec).await?,
            (false, Some(s)) if s.spec != spec => stores.configure(id, &spec).await?,
            (false, Some(s)) if !s.ready => return Ok(pause(begun, cx.cx.now())),
            (false, Some(_)) => return Ok(Next::Settled),
        }
        Ok(Next::Now)
    }
}
