//! Sizes and prices of machines. Made by `cargo xtask families`.

use api::plans::*;

use crate::Client;
use crate::call::Call;

/// Sizes and prices of machines: see [`Client::plans`].
#[derive(Debug, Clone, Copy)]
pub struct Plans<'a>(&'a Client);

impl Client {
    /// Sizes and prices of machines.
    pub fn plans(&self) -> Plans<'_> {
        Plans(self)
    }
}

impl<'a> Plans<'a> {
    /// List the plans of instances.
    pub fn list(self) -> Call<'a, ListPlans> {
        Call::new(self.0, ListPlans::default())
    }

    /// List the plans of bare metal machines.
    pub fn list_metal(self) -> Call<'a, ListMetalPlans> {
        Call::new(self.0, ListMetalPlans::default())
    }
}
