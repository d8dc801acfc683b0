//! An instance's places in private networks.

use crate::Routes;

pub(super) fn routes() -> Routes {
    Routes::default()
}
