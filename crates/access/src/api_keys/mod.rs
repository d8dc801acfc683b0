//! API keys. Only the answer that creates a key shows it; what is stored is its digest.

use api::api_keys::{self as wire, *};
use api::{OrEmpty, Page, Secret, Time};
use uuid::Uuid;

use crate::auth::new_key;
use crate::holders::issue;
pub use crate::holders::{ApiKey, of_user};
use crate::{Cx, Doc, Family, Kind, Refusal, Result, Routes, Tx};

/// How a key is shown later: with all but its end hidden.
const MASK: &str = "*******************************";
/// How many keys a user can have: they are listed whole.
const KEYS_MAX: usize = 500;
/// Gives a new user a key, and tells how it reads. It ends when the key does that asks for it.
pub(crate) fn issue_first(tx: &mut Tx, user: Uuid) -> Secret {
    let key = new_key();
    let expires = tx.cx().caller.expires;
    issue(tx, ApiKey { expires, ..ApiKey::first(user, &key) });
    key.into()
}

fn view(doc: Doc<ApiKey>) -> wire::ApiKey {
    wire::ApiKey {
        id: doc.id().into(),
        api_key: format!("{MASK}{}", doc.end).into(),
        expire: doc.expires.is_some(),
        date_expire: doc.expires.map(Time::from_millis).into(),
        name: doc.want.name,
    }
}

/// The family's operations.
pub fn routes() -> Routes {
    Routes::default().on(list).on(create).on(get).on(delete)
}

/// The family.
pub fn family() -> Family {
    Family::new(routes())
}

async fn list(cx: Cx, _: ListApiKeys) -> Result<Page<wire::ApiKey>> {
    list_of(&cx, cx.caller.user).await
}

async fn create(cx: Cx, req: CreateApiKey) -> Result<wire::ApiKey> {
    let mut tx = cx.begin();
    // The caller may be deleted at this very moment: the key must not outlive its user.
    tx.find::<crate::users::User>(cx.caller.user).await?;
    let key = create_for(&cx, &mut tx, cx.caller.user, req).await?;
    tx.commit().await?;
    Ok(key)
}

async fn get(cx: Cx, req: GetApiKey) -> Result<wire::ApiKey> {
    get_of(&cx, cx.caller.user, req.apikey_id.into()).await
}

async fn delete(cx: Cx, req: DeleteApiKey) -> Result<()> {
    delete_of(&cx, cx.caller.user, req.apikey_id.into()).await
}

/// A user's keys.
pub(crate) async fn list_of(cx: &Cx, user: Uuid) -> Result<Page<wire::ApiKey>> {
    let keys = cx.all::<ApiKey>(of_user(user), KEYS_MAX).await?;
    Ok(Page::whole(keys.into_iter().map(view).collect()))
}

/// One of a user's keys.
pub(crate) async fn get_of(cx: &Cx, user: Uuid, id: Uuid) -> Result<wire::ApiKey> {
    let key = cx.get::<ApiKey>(id).await?;
    if key.user == user { Ok(view(key)) } else { Err(unknown()) }
}

/// Takes one of a user's keys away: it stops working at once.
pub(crate) async fn delete_of(cx: &Cx, user: Uuid, id: Uuid) -> Result<()> {
    let mut tx = cx.begin();
    let key = tx.get::<ApiKey>(id).await?;
    if key.user != user {
        return Err(unknown());
    }
    tx.delete(key);
    tx.commit().await
}

fn unknown() -> crate::Error {
    Refusal::not_found(ApiKey::UNKNOWN).into()
}

/// Makes a key for a user, to be committed; this once it is shown.
pub(crate) async fn create_for(
    cx: &Cx,
    tx: &mut Tx,
    user: Uuid,
    req: CreateApiKey,
) -> Result<wire::ApiKey> {
    let expires = expiry(cx, req.expire.unwrap_or_default(), req.date_expire)?;
    outlives_none(cx, expires)?;
    let name = req.name.unwrap_or_default();
    if tx.count::<ApiKey>(of_user(user)).await? >= KEYS_MAX as u64 {
        let help = format!("a user has {KEYS_MAX} keys at most; delete one first");
        return Err(Refusal::bad("Maximum API keys exceeded").help(help).into());
    }
    let key = new_key();
    let doc = issue(tx, ApiKey::new(user, &key, name, expires));
    Ok(wire::ApiKey { api_key: key.into(), ..view(doc) })
}

/// When a key is to stop working, in milliseconds.
fn expiry(cx: &Cx, expire: bool, date: Option<OrEmpty<Time>>) -> Result<Option<i64>> {
    let refuse = |help: &str| Err(Refusal::field("date_expire", help).into());
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
    if expires.is_some_and(|expires| expires <= end) {
        return Ok(());
    }
    let end = Time::from_millis(end);
    let help = format!(
        "date_expire: the key that asks for this one ends at {end}; one that it makes must end by \
         then, with `expire`: true"
    );
    Err(Refusal::forbidden("Forbidden.").help(help).into())
}
