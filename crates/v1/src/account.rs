//! `account/*` and `auth/*`: the account, and what its key may do.

use api::account::GetAccount;
use serde_json::json;

use crate::calls::calls;
use crate::cx::Cx;
use crate::dates::maybe;
use crate::error::Result;
use crate::reply::{Reply, amount, word};

calls! {
    Get "account/info" () "GET /v2/account" => info;
    Get "auth/info" () "GET /v2/account" => auth;
}

async fn info(cx: Cx) -> Result<Reply> {
    let account = cx.send(GetAccount {}).await?;
    let answer = json!({
        "balance": amount(account.balance),
        "pending_charges": amount(account.pending_charges),
        "last_payment_date": maybe(account.last_payment_date),
        "last_payment_amount": amount(account.last_payment_amount),
    });
    Ok(answer.into())
}

async fn auth(cx: Cx) -> Result<Reply> {
    let account = cx.send(GetAccount {}).await?;
    let acls: Vec<_> = account.acls.iter().map(word).collect();
    Ok(json!({ "acls": acls, "email": account.email, "name": account.name }).into())
}
