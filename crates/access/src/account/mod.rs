//! The account: who it is, what it owes, its traffic, its BGP.
//!
//! Nobody is billed: nothing here may refuse a request for money's sake.

mod bgp;
pub(crate) mod sums;
mod traffic;

use api::Money;
use api::account::{self as wire, *};

use crate::billing::{month_start, pending};
use crate::{Cx, Family, Result, Routes, slice};

/// The family.
pub fn family() -> Family {
    let account = Routes::default().on(get).on(traffic::get);
    let account = account.on(bgp::get).on(bgp::set_up).on(bgp::add_prefixes);
    // Such things are agreed on with people of Vultr's: there are none.
    Family::new(account.on(async |_, list: ListCustomSubscriptions| {
        slice(&[], list.per_page, list.cursor.as_deref())
    }))
}

/// The calling user, and what the account owes. Nothing was ever paid; clients read a date of a
/// payment all the same, and get that of the last invoice.
async fn get(cx: Cx, _: GetAccount) -> Result<wire::Account> {
    let owed = pending::owed(&cx).await?;
    Ok(wire::Account {
        name: cx.caller.name.clone(),
        email: cx.caller.email.clone(),
        acls: cx.caller.acls.iter().map(|acl| (*acl).into()).collect(),
        balance: owed.balance,
        pending_charges: owed.pending,
        last_payment_date: month_start(cx.time()).into(),
        last_payment_amount: Money::default(),
    })
}
