//! What is asked of users and of their keys, and what is refused.

use api::api_keys::{ApiKey, CreateApiKey};
use api::users::*;
use api::{Access, Page, Secret};

use super::{EMAILS, email_in};
use crate::api_keys::{create_for, delete_of, get_of, issue_first, list_of, of_user};
use crate::{Cx, Doc, Refusal, Result, Routes, Tx};

/// Passwords are at least as long.
const PASSWORD_MIN: usize = 10;

pub(super) fn routes() -> Routes {
    Routes::default()
        .on(list)
        .on(create)
        .on(get)
        .on(update)
        .on(delete)
        .on(list_api_keys)
        .on(create_api_key)
        .on(get_api_key)
        .on(delete_api_key)
}

fn view(doc: Doc<super::User>) -> User {
    let id = doc.id().into();
    let user = doc.want;
    User {
        id,
        name: user.name,
        first_name: user.first_name,
        last_name: user.last_name,
        email: user.email,
        api_enabled: user.api_enabled,
        service_user: user.service_user,
        acls: user.acls.into_iter().map(Into::into).collect(),
        api_key: Secret::default(),
    }
}

async fn list(cx: Cx, req: ListUsers) -> Result<Page<User>> {
    Ok(cx.page(Vec::new(), req.per_page, req.cursor.as_deref()).await?.map(view))
}

async fn get(cx: Cx, req: GetUser) -> Result<User> {
    Ok(view(cx.get(req.user_id).await?))
}

async fn create(cx: Cx, req: CreateUser) -> Result<User> {
    let service_user = req.service_user.unwrap_or_default();
    if !(service_user && req.password.is_empty()) {
        check_password(&req.password)?;
    }
    let mut tx = cx.begin();
    let mut user = tx.new_doc(super::User {
        name: required("name", req.name)?,
        first_name: req.first_name.unwrap_or_default(),
        last_name: req.last_name.unwrap_or_default(),
        api_enabled: req.api_enabled.unwrap_or(true),
        service_user,
        acls: grant(&cx, &[], req.acls.unwrap_or_default())?,
        ..super::User::default()
    });
    set_email(&cx, &mut tx, &mut user, req.email).await?;
    tx.put(&user);
    let api_key = issue_first(&mut tx, user.id());
    tx.commit().await?;
    Ok(User { api_key, ..view(user) })
}

async fn update(cx: Cx, req: UpdateUser) -> Result<()> {
    let mut tx = cx.begin();
    let mut user = tx.get::<super::User>(req.user_id).await?;
    if let Some(name) = req.name {
        user.name = required("name", name)?;
    }
    if let Some(name) = req.first_name {
        user.first_name = name;
    }
    if let Some(name) = req.last_name {
        user.last_name = name;
    }
    if let Some(password) = req.password {
        check_password(&password)?;
    }
    if let Some(is_enabled) = req.api_enabled {
        user.api_enabled = is_enabled;
    }
    if let Some(acls) = req.acls {
        user.acls = grant(&cx, &user.acls, acls)?;
    }
    if let Some(email) = req.email {
        set_email(&cx, &mut tx, &mut user, email).await?;
    }
    tx.put(&user);
    tx.commit().await
}

/// With the user go its keys, the last of them in the same commit.
async fn delete(cx: Cx, req: DeleteUser) -> Result<()> {
    let user = cx.get::<super::User>(req.user_id).await?.id();
    cx.in_batches::<crate::api_keys::ApiKey>(of_user(user), |tx, key| tx.delete(key)).await?;
    let mut tx = cx.begin();
    let user = tx.get::<super::User>(req.user_id).await?;
    for key in tx.rest::<crate::api_keys::ApiKey>(of_user(user.id())).await? {
        tx.delete(key);
    }
    tx.delete(user);
    tx.commit().await
}

async fn list_api_keys(cx: Cx, req: ListUserApiKeys) -> Result<Page<ApiKey>> {
    let user = cx.get::<super::User>(req.user_id).await?;
    list_of(&cx, user.id()).await
}

async fn create_api_key(cx: Cx, req: CreateUserApiKey) -> Result<ApiKey> {
    let mut tx = cx.begin();
    let user = tx.get::<super::User>(req.user_id).await?;
    let CreateUserApiKey { name, expire, date_expire, .. } = req;
    let key =
        create_for(&cx, &mut tx, user.id(), CreateApiKey { name, expire, date_expire }).await?;
    tx.commit().await?;
    Ok(key)
}

async fn get_api_key(cx: Cx, req: GetUserApiKey) -> Result<ApiKey> {
    let user = cx.get::<super::User>(req.user_id).await?;
    get_of(&cx, user.id(), req.apikey_id.into()).await
}

async fn delete_api_key(cx: Cx, req: DeleteUserApiKey) -> Result<()> {
    let user = cx.get::<super::User>(req.user_id).await?;
    delete_of(&cx, user.id(), req.apikey_id.into()).await
}

/// The permissions that a user is to have, each once, in the order in which they were sent. Those
/// that are new can only be given by somebody who has them.
fn grant(cx: &Cx, had: &[Access], wanted: Vec<Access>) -> Result<Vec<Access>> {
    let mut acls = Vec::with_capacity(wanted.len());
    for acl in wanted {
        if !had.contains(&acl) && !cx.caller.acls.contains(&acl) {
            let help = format!("acls: a key cannot grant `{}`, which it lacks", acl.as_str());
            return Err(Refusal::forbidden("Forbidden.").help(help).into());
        }
        if !acls.contains(&acl) {
            acls.push(acl);
        }
    }
    Ok(acls)
}

/// Gives a user an address that nobody else in the account has.
async fn set_email(cx: &Cx, tx: &mut Tx, user: &mut Doc<super::User>, email: String) -> Result<()> {
    let email = required("email", email)?;
    let is_address = email.split_once('@').is_some_and(|(name, host)| {
        let is_host = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
        !name.is_empty() && is_host && !host.contains('@')
    });
    if !is_address || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        let help = format!("`{email}` is no address such as ada@example.com");
        return Err(Refusal::field("email", help).into());
    }
    let (old, new) = (email_in(cx.account(), &user.email), email_in(cx.account(), &email));
    if old != new {
        if tx.taken(EMAILS, &new).await?.is_some() {
            let help = format!("{email} is another user's; each has an address of its own");
            return Err(Refusal::field("email", help).into());
        }
        if !user.email.is_empty() {
            tx.release(EMAILS, old);
        }
        tx.take(EMAILS, new, user.id());
    }
    user.email = email;
    Ok(())
}

fn required(field: &str, value: String) -> Result<String> {
    if value.trim().is_empty() {
        return Err(Refusal::field(field, "must not be empty").into());
    }
    Ok(value)
}

/// Passwords that can be guessed are refused, though nobody logs in with them here: the real API
/// would refuse them.
fn check_password(password: &str) -> Result<()> {
    let has = |is: fn(char) -> bool| password.chars().any(is);
    let is_long = password.chars().count() >= PASSWORD_MIN;
    let is_mixed = has(char::is_lowercase) && has(char::is_uppercase) && has(char::is_numeric);
    if is_long && is_mixed {
        return Ok(());
    }
    let help = format!(
        "must have at least {PASSWORD_MIN} characters, with a small letter, a capital and a digit"
    );
    Err(Refusal::field("password", help).into())
}
