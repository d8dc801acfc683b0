//! The account, who may use it, what it owes, and what happened in it.

pub mod account;
pub mod api_keys;
pub mod billing;
pub mod logs;
pub mod subaccounts;
pub mod users;

pub(crate) use plane::*;
