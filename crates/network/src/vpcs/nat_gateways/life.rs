//! The life of a NAT gateway: set up, given its rules, removed.

use drivers::Gateway;
use engine::{Next, StepError};

use super::NatGateway;
use crate::life::pause;
use crate::{Doc, Life, LifeCx};

impl Life for NatGateway {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let (id, gateways, rules) = (doc.id(), cx.gateways(), doc.rules());
        let begun = doc.created().as_millis();
        let seen: Option<Gateway> = gateways.observe(id).await?;
        doc.seen.clone_from(&seen);
        match (doc.deleting(), seen) {
            (true, None) => return Ok(Next::Gone),
            (true, Some(_)) => gateways.remove(id).await?,
            (false, None) => gateways.create(id, doc.network, &rules).await?,
            (false, Some(g)) if g.rules != rules => gateways.configure(id, &rules).await?,
            (false, Some(g)) if !g.ready => return Ok(pause(begun, cx.cx.now())),
            (false, Some(_)) => return Ok(Next::Settled),
        }
        Ok(Next::Now)
    }
}
