//! The account, who may use it, and what it owes.

pub mod account;
pub mod api_keys;
pub mod users;

pub(crate) use plane::*;
