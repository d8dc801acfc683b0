//! The life of a load balancer: set up, changed while it works, removed.

use engine::{Next, StepError};

use super::LoadBalancer;
use crate::life::pause;
use crate::{Doc, Life, LifeCx};

impl Life for LoadBalancer {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let (id, balancers, spec) = (doc.id(), cx.balancers(), doc.spec());
        let found = balancers.observe(id).await?;
        doc.seen.ready = found.as_ref().is_some_and(|balancer| balancer.ready);
        match (doc.deleting(), found) {
            (true, None) => return Ok(Next::Gone),
            (true, Some(_)) => balancers.remove(id).await?,
            (false, None) => balancers.create(id, &spec).await?,
            (false, Some(b)) if b.spec != spec => balancers.configure(id, &spec).await?,
            (false, Some(b)) if !b.ready => {
                return Ok(pause(doc.created().as_millis(), cx.cx.now()));
            }
            (false, Some(_)) => return Ok(Next::Settled),
        }
        Ok(Next::Now)
    }
}
