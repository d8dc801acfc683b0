//! The account, its balance, traffic and BGP. Made by `cargo xtask families`.

use api::account::*;

use crate::Client;
use crate::call::Call;

/// The account, its balance, traffic and BGP: see [`Client::account`].
#[derive(Debug, Clone, Copy)]
pub struct Account<'a>(&'a Client);

impl Client {
    /// The account, its balance, traffic and BGP.
    pub fn account(&self) -> Account<'_> {
        Account(self)
    }
}

impl<'a> Account<'a> {
    /// Get the account, and what the calling user may do in it.
    pub fn get(self) -> Call<'a, GetAccount> {
        Call::new(self.0, GetAccount::default())
    }

    /// Get the account's traffic.
    pub fn bandwidth(self) -> Call<'a, GetAccountBandwidth> {
        Call::new(self.0, GetAccountBandwidth::default())
    }

    /// Get how the account's instances announce networks.
    pub fn bgp(self) -> Call<'a, GetAccountBgp> {
        Call::new(self.0, GetAccountBgp::default())
    }

    /// Ask for BGP.
    pub fn set_up_bgp(self, request: impl Into<SetUpAccountBgp>) -> Call<'a, SetUpAccountBgp> {
        Call::new(self.0, request)
    }

    /// Ask to announce further networks.
    pub fn add_bgp_prefixes(
        self,
        request: impl Into<AddAccountBgpPrefixes>,
    ) -> Call<'a, AddAccountBgpPrefixes> {
        Call::new(self.0, request)
    }

    /// List what was agreed on with the account's owner and is charged regularly.
    pub fn custom_subscriptions(self) -> Call<'a, ListCustomSubscriptions> {
        Call::new(self.0, ListCustomSubscriptions::default())
    }
}
