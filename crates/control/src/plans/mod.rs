//! Not written yet.

use crate::life::Lives;
use crate::Routes;

/// The family's operations.
pub fn routes() -> Routes {
    Routes::default()
}

/// The family's kinds that have a life.
pub(crate) fn lives(lives: Lives) -> Lives {
    lives
}
