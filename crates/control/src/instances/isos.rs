//! An image in an instance's drive.

use crate::Routes;

pub(super) fn routes() -> Routes {
    Routes::default()
}
