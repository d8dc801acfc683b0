//! Making, changing and destroying instances.

use crate::Routes;

pub(super) fn routes() -> Routes {
    Routes::default()
}
