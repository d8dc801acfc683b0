//! The life of an instance: that of its machine, and the backups that its schedule wants.
//!
//! It must never change what should be.

use std::time::Duration;

use engine::{Next, StepError};

use super::{Instance, backups};
use crate::servers::life;
use crate::{Doc, Life, LifeCx};

/// Its life: rows are kept in `hosts`, which knows no driver.
pub(crate) struct Machine;

impl Life<Instance> for Machine {
    async fn step(doc: &mut Doc<Instance>, cx: &LifeCx) -> Result<Next, StepError> {
        if let Some(next) = life::step(doc, cx).await? {
            return Ok(next);
        }
        match backups::follow_schedule(doc, cx).await? {
            Some(at) => {
                Ok(Next::After(Duration::from_millis((at - cx.cx.now()).max(1).unsigned_abs())))
            }
            None => Ok(Next::Settled),
        }
    }
}
