//! Operating systems. Made by `cargo xtask families`.

use api::os::*;

use crate::Client;
use crate::call::Call;

/// Operating systems: see [`Client::os`].
#[derive(Debug, Clone, Copy)]
pub struct Os<'a>(&'a Client);

impl Client {
    /// Operating systems.
    pub fn os(&self) -> Os<'_> {
        Os(self)
    }
}

impl<'a> Os<'a> {
    /// List operating systems.
    pub fn list(self) -> Call<'a, ListOs> {
        Call::new(self.0, ListOs::default())
    }
}
