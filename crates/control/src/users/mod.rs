//! Users of an account, and what their keys may do. The account's owner is none of them: there is
//! always somebody left who may do everything.

mod handlers;
mod iam;
mod networks;

use api::Access;
use serde::{Deserialize, Serialize};

use crate::life::Lives;
use crate::network::Network;
use crate::{Kind, Routes};

/// The scope of unique values that says who has an address in an account.
pub(crate) const EMAILS: &str = "user-email";

/// A user of an account, with less than all permissions maybe.
///
/// There is no password in it: nobody logs in here, so none is kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct User {
    /// Full name.
    pub name: String,
    /// Address, unique in the account in whatever case it is written.
    pub email: String,
    /// Given name, where it was told apart.
    pub first_name: String,
    /// Family name, where it was told apart.
    pub last_name: String,
    /// Whether the user's keys work.
    pub api_enabled: bool,
    /// A service user has keys but no way to log in.
    pub service_user: bool,
    /// What the user may do, in the order in which it was given.
    pub acls: Vec<Access>,
    /// Where the user's keys may be used; empty: anywhere.
    pub whitelist: Vec<Allowed>,
}

/// A network from which keys may be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Allowed {
    /// The network.
    pub network: Network,
    /// When it was added, in milliseconds.
    pub added: i64,
}

impl Kind for User {
    const KIND: &'static str = "user";
    const UNKNOWN: &'static str = "Invalid user";
    type Seen = ();
}

/// An address as a unique value.
pub(crate) fn email_in(account: i64, email: &str) -> String {
    format!("{account}/{}", email.to_lowercase())
}

/// The family's operations.
pub fn routes() -> Routes {
    handlers::routes().and(networks::routes()).and(iam::routes())
}

/// The family's kinds that have a life.
pub(crate) fn lives(lives: Lives) -> Lives {
    lives
}
