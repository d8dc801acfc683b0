//! `account/*` and `auth/*`: the account, and what its key may do.

use api::account::GetAccount;
use serde_json::Value;

use crate::calls::handlers;
use crate::cx::Cx;
use crate::dates::maybe;
use crate::error::Result;
use crate::reply::{amount, view, word};

handlers! { cx, call:
    AccountInfo => info(cx);
    AuthInfo => auth(cx);
}

async fn info(cx: &Cx) -> Result<Value> {
    let account = cx.send(GetAccount {}).await?;
    Ok(view!(Account {
        balance: amount(account.balance),
        pending_charges: amount(account.pending_charges),
        last_payment_date: maybe(account.last_payment_date),
        last_payment_amount: amount(account.last_payment_amount),
    }))
}

async fn auth(cx: &Cx) -> Result<Value> {
    let account = cx.send(GetAccount {}).await?;
    let acls: Vec<_> = account.acls.iter().map(word).collect();
    Ok(view!(KeyOwner { acls, email: account.email, name: account.name }))
}
