//! Starting, stopping, restarting, reinstalling.

use crate::Routes;

pub(super) fn routes() -> Routes {
    Routes::default()
}
