//! What is asked of a registry itself, and what is refused.

use std::collections::BTreeMap;

use api::registries::{self as wire, *};
use api::{Money, Time};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{NAMES, REPOSITORIES_MAX, Registry, Repository, catalogue, in_registry};
use crate::billing::{Charged, owed};
use crate::secret::random_text;
use crate::{Cx, Doc, Refusal, Result, Routes, Shown, Tx, alike, ensure, refuse, set};

/// How long a password is at least.
const PASSWORD_MIN: usize = 8;
/// What passwords and secrets are made of.
pub(super) const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

pub(super) fn routes() -> Routes {
    Routes::of::<Registry>()
        .list::<ListRegistries>()
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .get::<GetRegistry>()
        .on(update)
        .on(delete)
        .alter(set_password)
        .done()
}

/// How many bytes are in each registry, and when something there last changed.
type Used = BTreeMap<Uuid, (u64, i64)>;

impl Shown for Registry {
    type View = wire::Registry;
    type With = Used;

    async fn with(cx: &Cx, docs: &[Doc<Self>]) -> Result<Used> {
        let mut sizes = Used::new();
        for doc in docs {
            sizes.insert(doc.id(), used(cx, doc.id()).await?);
        }
        Ok(sizes)
    }

    fn view(doc: &Doc<Self>, sizes: &Used, cx: &Cx) -> wire::Registry {
        let (used, updated) = sizes.get(&doc.id()).copied().unwrap_or_default();
        let updated_at = doc.created().max(Time::from_millis(updated));
        let size = |bytes: u64| {
            let [mb, gb, tb] =
                [20, 30, 40].map(|bits| Decimal::from(bytes) / Decimal::from(1_u64 << bits));
            let [mb, gb, tb] = [mb, gb, tb].map(|amount| Money(amount.round_dp(6).normalize()));
            StorageSize { bytes, mb, gb, tb, updated_at }
        };
        let rate = Self::rate(doc, cx.catalog());
        alike!(doc => wire::Registry {
            name, public;
            id: doc.id().into(),
            urn: doc.urn(cx),
            storage: RegistryStorage {
                used: size(used),
                allowed: size(doc.room(cx)),
            },
            date_created: doc.created(),
            root_user: root_user(doc, cx),
            metadata: RegistryMetadata {
                region: doc.place(cx).map(|place| catalogue::region(cx.catalog(), place)).unwrap_or_default(),
                subscription: RegistrySubscription {
                    billing: RegistryBilling {
                        monthly_price: Money(rate.monthly),
                        pending_charges: owed(cx, doc),
                    },
                },
            },
        })
    }
}

/// How many bytes are in a registry, and when something there last changed.
async fn used(cx: &Cx, registry: Uuid) -> Result<(u64, i64)> {
    let all = cx.all::<Repository>(in_registry(registry), REPOSITORIES_MAX).await?;
    let updated = all.iter().map(|repository| repository.updated).max();
    Ok((size(&all), updated.unwrap_or_default()))
}

/// How many bytes are in a registry; the change relies on it.
pub(super) async fn filled(tx: &mut Tx, registry: Uuid) -> Result<u64> {
    Ok(size(&tx.all(in_registry(registry), REPOSITORIES_MAX).await?))
}

fn size(repositories: &[Doc<Repository>]) -> u64 {
    repositories.iter().map(|repository| repository.size()).sum()
}

fn root_user(doc: &Doc<Registry>, cx: &Cx) -> RegistryUser {
    RegistryUser {
        // The last digits of the id: a number that stays.
        id: u32::try_from(doc.id().as_u128() & 0x7fff_ffff).unwrap_or_default(),
        username: doc.id().to_string(),
        password: cx.secret(doc.password.clone()),
        root: true,
        added_at: doc.created(),
        updated_at: Time::from_millis(doc.password_at),
    }
}

/// The unique value that a registry's name is: accounts do not see each other's.
fn unique(account: i64, name: &str) -> String {
    format!("{account}/{name}")
}

async fn create(tx: &mut Tx, req: CreateRegistry) -> Result<Doc<Registry>> {
    let is_right = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let text = format!("`{}` is no name: it has lower-case letters and digits alone", req.name);
    ensure(!req.name.is_empty() && req.name.chars().all(is_right), "name", text)?;
    let region = catalogue::place(tx.cx(), &req.region)?.id.clone();
    catalogue::check_plan(tx.cx(), &req.plan)?;
    let name = unique(tx.cx().account(), &req.name);
    let is_free = tx.taken(NAMES, &name).await?.is_none();
    ensure(is_free, "name", format_args!("you have a registry `{}` already", req.name))?;
    let registry = tx.new_doc(alike!(req => Registry {
        name, plan, public;
        region,
        password: random_text(LETTERS, 32).into(),
        password_at: tx.cx().now(),
        ..Registry::default()
    }));
    tx.take(NAMES, name, registry.id());
    Ok(registry)
}

async fn update(cx: Cx, req: UpdateRegistry) -> Result<wire::Registry> {
    let mut tx = cx.begin();
    let mut registry = tx.get::<Registry>(req.registry_id).await?;
    set(&mut registry.public, req.public);
    // Clients leave empty texts out: an empty one means the same.
    if let Some(plan) = req.plan.filter(|plan| !plan.is_empty()) {
        catalogue::check_plan(&cx, &plan)?;
        registry.plan = plan;
        let (used, room) = (filled(&mut tx, registry.id()).await?, registry.room(&cx));
        let text =
            format_args!("`{}` has room for {room} bytes, and {used} are used", registry.plan);
        ensure(used <= room, "plan", text)?;
    }
    tx.save(&registry).await?;
    Registry::show(&cx, registry).await
}

/// Its name is free at once: what replaces it may want the same.
async fn delete(cx: Cx, req: DeleteRegistry) -> Result<()> {
    let registry = cx.get::<Registry>(req.registry_id).await?;
    let repositories = in_registry(registry.id());
    cx.in_batches::<Repository>(repositories.clone(), Tx::delete).await?;
    let mut tx = cx.begin();
    let registry = tx.get::<Registry>(req.registry_id).await?;
    for repository in tx.rest::<Repository>(repositories).await? {
        tx.delete(repository);
    }
    tx.release(NAMES, unique(cx.account(), &registry.name));
    tx.delete(registry);
    tx.commit().await
}

fn set_password(
    tx: &mut Tx,
    registry: &mut Doc<Registry>,
    req: UpdateRegistryPassword,
) -> Result<String> {
    // How long the comparison takes tells nothing of use: who asks may read the password.
    if registry.password != *req.old_password {
        return refuse("old_password", "it is another one");
    }
    let length = req.new_password.chars().count();
    let text = format_args!("it has {length} characters; {PASSWORD_MIN} are the least");
    ensure(length >= PASSWORD_MIN, "new_password", text)?;
    (registry.password, registry.password_at) = (req.new_password, tx.cx().now());
    Ok("Password updated successfully".into())
}

/// What is said where a registry is full.
pub(super) fn full(what: &str, most: usize) -> Refusal {
    Refusal::bad("Bad request.")
        .help(format!("the registry has {most} {what}, the most there can be"))
}
