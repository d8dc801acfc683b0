//! Sub-accounts: accounts of their own, with things, users and bills that nobody else sees.
//!
//! At Vultr the owner of one is written to and gets in by that; here its key is in the answer that
//! makes it.

use api::subaccounts::*;
use api::{Money, Page, Secret};
use rust_decimal::RoundingStrategy::MidpointAwayFromZero;
use store::Hot;

use crate::auth::new_key;
use crate::billing::pending;
use crate::holders::{Account, ApiKey, EMAILS, email_in, issue, made_by};
use crate::users::{address, required};
use crate::{Cx, Doc, Error, Family, Result, Routes, ensure};

/// The scope of unique values that says which sub-account has an address.
const ADDRESSES: &str = "subaccount-email";

/// The family.
pub fn family() -> Family {
    Family::new(Routes::default().on(list).on(create))
}

async fn list(cx: Cx, list: ListSubaccounts) -> Result<Page<Subaccount>> {
    let accounts = cx.control.system_cx(0, cx.op);
    let mine = vec![made_by(cx.account())];
    let page = accounts.page::<Account>(mine, list.per_page, list.cursor.as_deref()).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for doc in &page.items {
        items.push(shown(&cx, doc, doc.seq()).await?);
    }
    Ok(Page { items, meta: page.meta })
}

async fn create(cx: Cx, req: CreateSubaccount) -> Result<Subaccount> {
    let email = address(required("email", req.email)?)?;
    let name = req.subaccount_name.filter(|name| !name.trim().is_empty());
    let want = Account {
        name: name.unwrap_or_else(|| email.clone()),
        parent: Some(cx.account()),
        given_id: req.subaccount_id.unwrap_or_default(),
        email: email.clone(),
        ..Account::default()
    };
    let mut tx = cx.begin();
    let text = format!("{email} is another sub-account's; each has an address of its own");
    let is_free = tx.taken(ADDRESSES, &email.to_lowercase()).await?.is_none();
    ensure(is_free, "email", text)?;
    let doc = Doc::new(engine::chance::new_id(), 0, cx.now(), want);
    tx.take(ADDRESSES, email.to_lowercase(), doc.id());
    tx.save(&doc).await?;

    // The account's number is that of its row, known once that is stored.
    let row = cx.control.store().get(doc.id()).await?;
    let account = row.ok_or_else(|| Error::Stale(Hot::row(doc.id())))?.seq;
    let mut tx = cx.control.system_cx(account, cx.op).begin();
    let key = new_key();
    // Who finds a key that ends has what it makes no longer than it lasts.
    issue(&mut tx, ApiKey { expires: cx.caller.expires, ..ApiKey::first(doc.id(), &key) });
    tx.take(EMAILS, email_in(account, &email), doc.id());
    tx.commit().await?;
    let api_key = Secret::from(key);
    Ok(Subaccount { api_key, ..shown(&cx, &doc, account).await? })
}

async fn shown(cx: &Cx, doc: &Doc<Account>, account: i64) -> Result<Subaccount> {
    let owed = pending::owed(&cx.control.system_cx(account, cx.op)).await?;
    // Clients read whole numbers here.
    let whole = |Money(owed)| Money(owed.round_dp_with_strategy(0, MidpointAwayFromZero));
    Ok(Subaccount {
        id: doc.id().into(),
        email: doc.email.clone(),
        subaccount_name: doc.name.clone(),
        subaccount_id: doc.given_id.clone(),
        activated: true,
        balance: whole(owed.balance),
        pending_charges: whole(owed.pending),
        ..Subaccount::default()
    })
}
