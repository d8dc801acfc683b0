//! The account: who it is, what it owes, its traffic, its BGP.
//!
//! Nobody is billed: nothing here may refuse a request for money's sake.

mod bgp;
mod charges;
mod sums;
#[cfg(test)]
mod tests;
mod traffic;

use api::account::{self as wire, *};
use api::{Money, Page};
use serde::{Deserialize, Serialize};

use crate::billing::month_start;
use crate::life::Lives;
use crate::roots::Root;
use crate::{Cx, Kind, Result, Routes, slice};

/// An account: its row's number is the account of all its resources.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Account {
    /// The owner's name.
    pub name: String,
    /// The owner's address, which answers carry in `x-user`.
    pub email: String,
    /// Which keys the data directories of its servers brought last; the first account's only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<Root>,
}

impl Kind for Account {
    const KIND: &'static str = "account";
    const UNKNOWN: &'static str = "Invalid account";
    type Seen = ();
}

/// The family's operations.
pub fn routes() -> Routes {
    Routes::default()
        .on(get)
        .on(traffic::get)
        .on(bgp::get)
        .on(bgp::set_up)
        .on(bgp::add_prefixes)
        .on(list_custom_subscriptions)
}

/// The family's kinds that have a life.
pub(crate) fn lives(lives: Lives) -> Lives {
    lives
}

/// The calling user, and what the account owes. Nothing was ever invoiced or paid; clients read a
/// date of a payment all the same, and get that on which the last invoice would have been.
async fn get(cx: Cx, _: GetAccount) -> Result<wire::Account> {
    Ok(wire::Account {
        name: cx.caller.name.clone(),
        email: cx.caller.email.clone(),
        acls: cx.caller.acls.iter().map(|acl| (*acl).into()).collect(),
        balance: Money::default(),
        pending_charges: charges::pending(&cx).await?,
        last_payment_date: month_start(cx.time()).into(),
        last_payment_amount: Money::default(),
    })
}

/// Such things are agreed on with people of Vultr's: there are none.
async fn list_custom_subscriptions(
    _: Cx,
    req: ListCustomSubscriptions,
) -> Result<Page<CustomSubscription>> {
    slice(&[], req.per_page, req.cursor.as_deref())
}
