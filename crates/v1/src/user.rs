//! `user/*`: users of the account.

use api::Access;
use api::id::UserId;
use api::users::*;
use serde_json::{Value, json};

use crate::calls::{Kind::*, calls, opt, req};
use crate::cx::{Cx, Thing};
use crate::error::{Failure, Result};
use crate::ids::Space;
use crate::reply::{Reply, word, yes_no};

calls! {
    Post "user/create" (
        req("email", Text), req("name", Text), req("password", Text), opt("api_enabled", Flag),
        req("acls", List),
    ) "POST /v2/users" => create;
    Post "user/delete" (req("USERID", Text)) "DELETE /v2/users/{user-id}" => delete;
    Get "user/list" () "GET /v2/users" => list;
    Post "user/update" (
        req("USERID", Text), opt("email", Text), opt("name", Text), opt("password", Text),
        opt("api_enabled", Flag), opt("acls", List),
    ) "PATCH /v2/users/{user-id}" => update;
}

const USER: Thing = Thing {
    space: Space::User,
    invalid: "Invalid user.  Check USERID value and ensure your API key matches the user's account",
};

fn acls(cx: &Cx) -> Result<Option<Vec<Access>>> {
    let Some(words) = cx.args.list("acls") else { return Ok(None) };
    let read = words.iter().map(|word| {
        serde_json::from_value(word.as_str().into()).map_err(|_| {
            let known: Vec<_> = Access::ACLS.iter().map(|acl| acl.as_str()).collect();
            let known = known.join(", ");
            Failure::refused(format!("Invalid acls.  \"{word}\" is none of {known}"))
        })
    });
    read.collect::<Result<_>>().map(Some)
}

async fn create(cx: Cx) -> Result<Reply> {
    let request = CreateUser {
        email: cx.args.text("email"),
        name: cx.args.text("name"),
        password: cx.args.text("password").into(),
        api_enabled: Some(cx.args.flag("api_enabled").unwrap_or(true)),
        acls: acls(&cx)?,
        ..Default::default()
    };
    let user = cx.send(request).await?;
    let id = cx.text_id(Space::User, user.id).await?;
    Ok(json!({ "USERID": id, "api_key": user.api_key }).into())
}

async fn delete(cx: Cx) -> Result<Reply> {
    let user_id: UserId = cx.spelt(USER, "USERID").await?;
    cx.on(USER, DeleteUser { user_id }).await?;
    cx.forget(USER.space, user_id).await;
    Ok(Reply::Done)
}

async fn list(cx: Cx) -> Result<Reply> {
    let users = cx.all(ListUsers::default()).await?;
    let numbers = cx.numbers(Space::User, users.iter().map(|user| user.id)).await?;
    let views = users.into_iter().zip(numbers).map(|(user, number)| {
        json!({
            "USERID": Space::User.text(number),
            "name": user.name,
            "email": user.email,
            "api_enabled": yes_no(user.api_enabled),
            "acls": user.acls.iter().map(word).collect::<Vec<_>>(),
        })
    });
    Ok(views.collect::<Value>().into())
}

async fn update(cx: Cx) -> Result<Reply> {
    let request = UpdateUser {
        user_id: cx.spelt(USER, "USERID").await?,
        email: cx.args.opt_text("email"),
        name: cx.args.opt_text("name"),
        password: cx.args.opt_text("password").map(Into::into),
        api_enabled: cx.args.flag("api_enabled"),
        acls: acls(&cx)?,
        ..Default::default()
    };
    cx.on(USER, request).await?;
    Ok(Reply::Done)
}
