//! The life of a bare metal server is that of its machine.

use engine::{Next, StepError};

use super::BareMetal;
use crate::servers::life;
use crate::{Doc, Life, LifeCx};

/// Its life: rows are kept in `hosts`, which knows no driver.
pub(crate) struct Machine;

impl Life<BareMetal> for Machine {
    async fn step(doc: &mut Doc<BareMetal>, cx: &LifeCx) -> Result<Next, StepError> {
        Ok(life::step(doc, cx).await?.unwrap_or(Next::Settled))
    }
}
