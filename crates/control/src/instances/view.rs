//! Instances as their owner sees them, and what can be asked about one.

use crate::Routes;

pub(super) fn routes() -> Routes {
    Routes::default()
}
