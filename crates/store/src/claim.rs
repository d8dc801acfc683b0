//! Whose step it is that writes: what a step of the engine writes counts only while its claim holds.
//!
//! A step outlives its row where everything is reset meanwhile, its epoch where everything is restored,
//! and its lease where it takes too long. In none of these may anything of it be left behind.
use uuid::Uuid;

use crate::Row;

tokio::task_local! {
    static CLAIM: Claim;
}

/// That an engine holds a row: which one, in which epoch, and by which lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub(crate) id: Uuid,
    pub(crate) epoch: i64,
    pub(crate) lease: i64,
}

impl Row {
    /// The claim by which it is held, of a row that was claimed.
    pub fn claim(&self) -> Claim {
        Claim { id: self.id, epoch: self.epoch(), lease: self.lease }
    }
}

/// Runs one step for a claimed row: it commits and writes to the simulated world only while the
/// claim holds.
pub async fn during<F: Future>(claim: Claim, step: F) -> F::Output {
    CLAIM.scope(claim, step).await
}

/// The claim whose step this is, if it is one.
pub(crate) fn current() -> Option<Claim> {
    CLAIM.try_with(|claim| *claim).ok()
}
