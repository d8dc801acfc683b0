//! Accounts that this one has made. Made by `cargo xtask families`.

use api::subaccounts::*;

use crate::Client;
use crate::call::Call;

/// Accounts that this one has made: see [`Client::subaccounts`].
#[derive(Debug, Clone, Copy)]
pub struct Subaccounts<'a>(&'a Client);

impl Client {
    /// Accounts that this one has made.
    pub fn subaccounts(&self) -> Subaccounts<'_> {
        Subaccounts(self)
    }
}

impl<'a> Subaccounts<'a> {
    /// List sub-accounts.
    pub fn list(self) -> Call<'a, ListSubaccounts> {
        Call::new(self.0, ListSubaccounts::default())
    }

    /// Create a sub-account. Only this answer shows the key of its owner.
    pub fn create(self, request: impl Into<CreateSubaccount>) -> Call<'a, CreateSubaccount> {
        Call::new(self.0, request)
    }
}
