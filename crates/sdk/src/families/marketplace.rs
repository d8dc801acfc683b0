//! Applications of the marketplace. Made by `cargo xtask families`.

use api::marketplace::*;

use crate::Client;
use crate::call::Call;

/// Applications of the marketplace: see [`Client::marketplace`].
#[derive(Debug, Clone, Copy)]
pub struct Marketplace<'a>(&'a Client);

impl Client {
    /// Applications of the marketplace.
    pub fn marketplace(&self) -> Marketplace<'_> {
        Marketplace(self)
    }
}

impl<'a> Marketplace<'a> {
    /// List the applications that the account itself offers: those whose vendor has its name.
    pub fn apps(self) -> Call<'a, ListMarketplaceApps> {
        Call::new(self.0, ListMarketplaceApps::default())
    }

    /// List what an application asks of who installs it: values for `app_variables`.
    pub fn variables(
        self,
        request: impl Into<ListMarketplaceAppVariables>,
    ) -> Call<'a, ListMarketplaceAppVariables> {
        Call::new(self.0, request)
    }
}
