//! Machines of this host, where this program has none.

use std::path::Path;

use cli::{Exit, Failure};
use uuid::Uuid;

/// There is none.
pub(super) enum Here {}

impl Here {
    pub(super) fn find(_: &Path, _: Uuid) -> Option<Self> {
        None
    }

    pub(super) fn known_hosts(&self) -> &Path {
        match *self {}
    }

    pub(super) async fn console(self, _: &str) -> Result<Exit, Failure> {
        match self {}
    }
}
