//! `user/*`: users of the account.

use api::Access;
use api::id::UserId;
use api::users::*;
use api::v1;
use serde_json::Value;

use crate::calls::handlers;
use crate::cx::{Cx, Thing};
use crate::error::{Failure, Result};
use crate::ids::Space;
use crate::reply::{view, word, yes_no};

handlers! { cx, call:
    UserCreate => create(cx, call);
    UserDelete => {
        let user_id: UserId = cx.of_text(USER, &call.user).await?;
        cx.gone(USER, user_id, DeleteUser { user_id })
    };
    UserList => list(cx);
    UserUpdate => update(cx, call);
}

const USER: Thing = Thing {
    space: Space::User,
    invalid: "Invalid user.  Check USERID value and ensure your API key matches the user's account",
};

fn acls(words: &[String]) -> Result<Vec<Access>> {
    let read = words.iter().map(|word| {
        serde_json::from_value(word.as_str().into()).map_err(|_| {
            let known: Vec<_> = Access::ACLS.iter().map(|acl| acl.as_str()).collect();
            let known = known.join(", ");
            Failure::refused(format!("Invalid acls.  \"{word}\" is none of {known}"))
        })
    });
    read.collect()
}

async fn create(cx: &Cx, call: v1::UserCreate) -> Result<Value> {
    let request = CreateUser {
        email: call.email,
        name: call.name,
        password: call.password,
        api_enabled: call.api_enabled.or(Some(true)),
        acls: Some(acls(&call.acls)?),
        ..Default::default()
    };
    let user = cx.send(request).await?;
    let id = cx.text_id(Space::User, user.id).await?;
    Ok(view!(NewUser { user: id, api_key: user.api_key }))
}

async fn list(cx: &Cx) -> Result<Value> {
    let users = cx.all(ListUsers::default()).await?;
    let numbers = cx.numbers(Space::User, users.iter().map(|user| user.id)).await?;
    let views = users.into_iter().zip(numbers).map(|(user, number)| {
        view!(User {
            user: Space::User.text(number),
            name: user.name,
            email: user.email,
            api_enabled: yes_no(user.api_enabled),
            acls: user.acls.iter().map(word).collect::<Vec<_>>(),
        })
    });
    Ok(views.collect())
}

async fn update(cx: &Cx, call: v1::UserUpdate) -> Result<()> {
    let request = UpdateUser {
        user_id: cx.of_text(USER, &call.user).await?,
        email: call.email,
        name: call.name,
        password: call.password,
        api_enabled: call.api_enabled,
        acls: call.acls.as_deref().map(acls).transpose()?,
        ..Default::default()
    };
    cx.act(USER, request).await
}
