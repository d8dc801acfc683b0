//! API keys. Only the answer that creates a key shows it; what is stored is its digest.

use api::api_keys::{self as wire, *};
use api::{OrEmpty, Secret, Time};
use uuid::Uuid;

use crate::auth::new_key;
use crate::holders::issue;
pub use crate::holders::{ApiKey, of_user};
use crate::{Cx, Family, Refusal, Result, Routes, Shown, Tx, refuse};

/// How many keys a user can have: they are listed whole.
pub(crate) const KEYS_MAX: usize = 500;

/// The family.
pub fn family() -> Family {
    let keys = Routes::of::<ApiKey>().list_whole::<ListApiKeys>(KEYS_MAX).on(create);
    Family::new(keys.get::<GetApiKey>().delete::<DeleteApiKey>().done())
}

/// Gives a new user a key, and tells how it reads. It ends when the key does that asks for it.
pub(crate) fn issue_first(tx: &mut Tx, user: Uuid) -> Secret {
    let key = new_key();
    let expires = tx.cx().caller.expires;
    issue(tx, ApiKey { expires, ..ApiKey::first(user, &key) });
    key.into()
}

async fn create(cx: Cx, req: CreateApiKey) -> Result<wire::ApiKey> {
    let mut tx = cx.begin();
    // The caller may be deleted at this very moment: the key must not outlive its user.
    tx.find::<crate::users::User>(cx.caller.user).await?;
    create_for(&cx, tx, cx.caller.user, req).await
}

/// Makes a key for a user; this once it is shown.
pub(crate) async fn create_for(
    cx: &Cx,
    mut tx: Tx,
    user: Uuid,
    req: CreateApiKey,
) -> Result<wire::ApiKey> {
    let expires = expiry(cx, req.expire.unwrap_or_default(), req.date_expire)?;
    outlives_none(cx, expires)?;
    let help = format!("a user has {KEYS_MAX} keys at most; delete one first");
    let full = Refusal::bad("Maximum API keys exceeded").help(help);
    full.unless(tx.count::<ApiKey>(of_user(user)).await? < KEYS_MAX as u64)?;
    let key = new_key();
    let doc = issue(&mut tx, ApiKey::new(user, &key, req.name.unwrap_or_default(), expires));
    tx.commit().await?;
    Ok(wire::ApiKey { api_key: key.into(), ..ApiKey::view(&doc, &(), cx) })
}

/// When a key is to stop working, in milliseconds.
fn expiry(cx: &Cx, expire: bool, date: Option<OrEmpty<Time>>) -> Result<Option<i64>> {
    let refuse = |help| refuse("date_expire", help);
    match (expire, date.and_then(OrEmpty::get)) {
        (false, None) => Ok(None),
        (false, Some(_)) => refuse("goes only together with `expire`: true"),
        (true, None) => refuse("is required where `expire` is true"),
        (true, Some(at)) if at <= cx.time() => refuse("must be in the future"),
        (true, Some(at)) => Ok(Some(at.as_millis())),
    }
}

/// A key that ends makes none that goes on after it: who finds one has it no longer than it lasts.
fn outlives_none(cx: &Cx, expires: Option<i64>) -> Result<()> {
    let Some(end) = cx.caller.expires else { return Ok(()) };
    let help = format!(
        "date_expire: the key that asks for this one ends at {}; one that it makes must end by \
         then, with `expire`: true",
        Time::from_millis(end)
    );
    let ends = expires.is_some_and(|expires| expires <= end);
    Refusal::forbidden("Forbidden.").help(help).unless(ends)
}
