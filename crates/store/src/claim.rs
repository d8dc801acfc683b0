//! Whose step it is that writes: what a step of the engine writes counts only while its claim holds.
//!
//! A step outlives its row where everything is reset meanwhile, and its lease where it takes too
//! long. In either case nothing of it may be left behind.
use crate::Row;
use crate::change::Need;

tokio::task_local! {
    static CLAIM: Need;
}

/// Runs one step for a claimed row: it commits and writes to the simulated world only while the
/// claim holds.
pub async fn during<F: Future>(row: &Row, step: F) -> F::Output {
    CLAIM.scope((row.id, Some(row.lease)), step).await
}

/// The claim whose step this is, if it is one.
pub(crate) fn current() -> Option<Need> {
    CLAIM.try_with(|claim| *claim).ok()
}
