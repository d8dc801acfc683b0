//! What happened in the account. Made by `cargo xtask families`.

use api::logs::*;

use crate::Client;
use crate::call::Call;

/// What happened in the account: see [`Client::logs`].
#[derive(Debug, Clone, Copy)]
pub struct Logs<'a>(&'a Client);

impl Client {
    /// What happened in the account.
    pub fn logs(&self) -> Logs<'_> {
        Logs(self)
    }
}

impl<'a> Logs<'a> {
    /// List what happened in a span of time of at most 30 days and an hour, the newest first.
    /// At least one end of it must be given; what happened is known for 30 days.
    pub fn list(self) -> Call<'a, ListLogs> {
        Call::new(self.0, ListLogs::default())
    }
}
