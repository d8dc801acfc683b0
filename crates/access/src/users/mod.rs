//! Users of an account, and what their keys may do. The account's owner is none of them: there is
//! always somebody left who may do everything.

mod handlers;
mod iam;
mod networks;

pub(crate) use handlers::{address, required};

pub use crate::holders::{Allowed, EMAILS, User, email_in};

use crate::Family;

/// The family.
pub fn family() -> Family {
    Family::new(handlers::routes().and(networks::routes()).and(iam::routes()))
}
