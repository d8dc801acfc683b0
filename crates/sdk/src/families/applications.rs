//! Applications that come installed. Made by `cargo xtask families`.

use api::applications::*;

use crate::Client;
use crate::call::Call;

/// Applications that come installed: see [`Client::applications`].
#[derive(Debug, Clone, Copy)]
pub struct Applications<'a>(&'a Client);

impl Client {
    /// Applications that come installed.
    pub fn applications(&self) -> Applications<'_> {
        Applications(self)
    }
}

impl<'a> Applications<'a> {
    /// List applications.
    pub fn list(self) -> Call<'a, ListApplications> {
        Call::new(self.0, ListApplications::default())
    }
}
