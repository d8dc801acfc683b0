//! What is asked of users and of their keys, and what is refused.

use api::api_keys::CreateApiKey;
use api::users::{self as wire, *};
use api::{Access, Endpoint};

use super::{EMAILS, User, email_in};
use crate::api_keys::{ApiKey, KEYS_MAX, create_for, issue_first, of_user};
use crate::{Cx, Doc, Refusal, Result, Routes, Shown, Tx, ensure, set, set_alike};

/// Passwords are at least as long.
const PASSWORD_MIN: usize = 10;

pub(super) fn routes() -> Routes {
    let users = Routes::of::<User>()
        .list::<ListUsers>()
        .on(create)
        .get::<GetUser>()
        .change(|tx, user, req| Box::pin(update(tx, user, req)))
        .delete_after::<DeleteUser, ApiKey>(of_user, Tx::delete);
    let keys = Routes::of::<ApiKey>()
        .list_whole::<ListUserApiKeys>(KEYS_MAX)
        .on(create_api_key)
        .get::<GetUserApiKey>()
        .delete::<DeleteUserApiKey>();
    users.and(keys).done()
}

async fn create(cx: Cx, req: CreateUser) -> Result<wire::User> {
    let service_user = req.service_user.unwrap_or_default();
    // Nobody is told the password of whom a copy is made of.
    let needs_none = service_user || cx.is_copying();
    if !(needs_none && req.password.is_empty()) {
        check_password(&req.password)?;
    }
    let mut tx = cx.begin();
    let mut user = tx.new_doc(User {
        name: required("name", req.name)?,
        first_name: req.first_name.unwrap_or_default(),
        last_name: req.last_name.unwrap_or_default(),
        api_enabled: req.api_enabled.unwrap_or(true),
        service_user,
        acls: grant(&cx, &[], req.acls.unwrap_or_default())?,
        ..User::default()
    });
    set_email(&mut tx, &mut user, req.email).await?;
    tx.put(&user);
    let api_key = issue_first(&mut tx, user.id());
    tx.commit().await?;
    Ok(wire::User { api_key, ..User::view(&user, &(), &cx) })
}

async fn update(tx: &mut Tx, user: &mut Doc<User>, req: UpdateUser) -> Result<()> {
    set(&mut user.name, req.name.map(|name| required("name", name)).transpose()?);
    req.password.map_or(Ok(()), |password| check_password(&password))?;
    set_alike!(req => user { first_name, last_name, api_enabled });
    let acls = req.acls.map(|acls| grant(tx.cx(), &user.acls, acls)).transpose()?;
    set(&mut user.acls, acls);
    match req.email {
        Some(email) => set_email(tx, user, email).await,
        None => Ok(()),
    }
}

async fn create_api_key(cx: Cx, req: CreateUserApiKey) -> Result<<ApiKey as Shown>::View> {
    let mut tx = cx.begin();
    let user = tx.in_path::<User>(&req.path()).await?;
    let CreateUserApiKey { name, expire, date_expire, .. } = req;
    create_for(&cx, tx, user.id(), CreateApiKey { name, expire, date_expire }).await
}

/// The permissions that a user is to have, each once, in the order in which they were sent. Those
/// that are new can only be given by somebody who has them.
fn grant(cx: &Cx, had: &[Access], wanted: Vec<Access>) -> Result<Vec<Access>> {
    let mut acls = Vec::with_capacity(wanted.len());
    for acl in wanted {
        let may = had.contains(&acl) || cx.caller.acls.contains(&acl);
        let help = format!("acls: a key cannot grant `{}`, which it lacks", acl.as_str());
        Refusal::forbidden("Forbidden.").help(help).unless(may)?;
        if !acls.contains(&acl) {
            acls.push(acl);
        }
    }
    Ok(acls)
}

/// Gives a user an address that nobody else in the account has.
async fn set_email(tx: &mut Tx, user: &mut Doc<User>, email: String) -> Result<()> {
    let email = address(required("email", email)?)?;
    let account = tx.cx().account();
    let (old, new) = (email_in(account, &user.email), email_in(account, &email));
    if old != new {
        let text = format!("{email} is another user's; each has an address of its own");
        ensure(tx.taken(EMAILS, &new).await?.is_none(), "email", text)?;
        if !user.email.is_empty() {
            tx.release(EMAILS, old);
        }
        tx.take(EMAILS, new, user.id());
    }
    user.email = email;
    Ok(())
}

/// An address as those are written.
pub(crate) fn address(email: String) -> Result<String> {
    let is_address = email.split_once('@').is_some_and(|(name, host)| {
        let is_host = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
        !name.is_empty() && is_host && !host.contains('@')
    });
    let is_plain = !email.chars().any(|c| c.is_whitespace() || c.is_control());
    let text = format!("`{email}` is no address such as ada@example.com");
    ensure(is_address && is_plain, "email", text).map(|()| email)
}

pub(crate) fn required(field: &str, value: String) -> Result<String> {
    ensure(!value.trim().is_empty(), field, "must not be empty").map(|()| value)
}

/// Passwords that can be guessed are refused, though nobody logs in with them here: the real API
/// would refuse them.
fn check_password(password: &str) -> Result<()> {
    let has = |is: fn(char) -> bool| password.chars().any(is);
    let is_long = password.chars().count() >= PASSWORD_MIN;
    let is_mixed = has(char::is_lowercase) && has(char::is_uppercase) && has(char::is_numeric);
    let text = "characters, with a small letter, a capital and a digit";
    let text = format_args!("must have at least {PASSWORD_MIN} {text}");
    ensure(is_long && is_mixed, "password", text)
}
