//! Further IPv4 addresses, and names in reverse DNS.

use crate::Routes;

pub(super) fn routes() -> Routes {
    Routes::default()
}
