//! The life of a bare metal server is that of its machine.

use engine::{Next, StepError};

use super::BareMetal;
use crate::servers::life;
use crate::{Doc, Life, LifeCx};

impl Life for BareMetal {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        Ok(life::step(doc, cx).await?.unwrap_or(Next::Settled))
    }
}
