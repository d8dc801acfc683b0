//! The control plane's core: what every family stands on, and no family.
//!
//! Handlers check and write what should be; they never call a driver. A kind's life, in the
//! family's `life.rs`, brings the outside world to what should be. Nothing here knows HTTP.

pub mod addresses;
pub mod auth;
pub mod billing;
pub mod consoles;
pub mod contents;
pub mod cx;
pub mod doors;
pub mod events;
mod family;
mod gone;
pub mod holders;
mod kept;
mod kind;
pub mod life;
mod network;
pub mod original;
mod refusal;
mod rendered;
mod roots;
mod routes;
pub mod secret;
mod sent;
mod tx;
mod warnings;
mod whole;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use drivers::{Pace, Plane, Sim, Spec, World};
use engine::{Chance, Clock};
use store::Store;
use uuid::Uuid;

pub use api::encoded;
pub use catalog;
pub use cx::{Cx, LifeCx, slice};
pub use family::{Costly, Deed, Family, Told, engine};
pub use kind::{Doc, Kind, Life, Older, Part, Shown, is_written};
pub use life::Provisioned;
pub use network::Network;
pub use refusal::{Error, Refusal, Result, ensure, failure, in_range, parsed, refuse};
pub use rendered::Json;
pub use roots::Root;
pub use routes::{Answer, Request, Route, Routes, Tell, owner_in};
pub use tx::Tx;
pub use whole::Changed;

use auth::Keyring;
use catalog::Catalog;
use gone::Gone;
use rendered::Rendered;
use warnings::Warnings;

/// How closely the real API's pace and words are followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Behave {
    /// No rate limit, resources become active within milliseconds, errors help.
    #[default]
    Fast,
    /// The real API's rate limit, pace and error texts.
    Vultr,
}

/// What a control plane is made with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where its data is.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Where what is drawn by chance comes from.
    pub chance: Chance,
    /// What can be ordered.
    pub catalog: Catalog,
    /// How closely the real API is followed.
    pub behave: Behave,
    /// Whether any bearer token is accepted, each with an account of its own.
    pub open: bool,
    /// Whether other servers use the same store.
    pub shared: bool,
    /// Which data directory the owner's key comes from, where servers share a store: a changed key
    /// takes the place of what the same directory brought before.
    pub origin: String,
    /// The outside world; none: a simulated one at the pace of `behave`.
    pub world: Option<World>,
    /// What families there are.
    pub families: fn() -> Vec<Family>,
}

impl Config {
    /// The usual: the system's clock, the built-in catalogue, a simulated world.
    pub fn new(store: Store, families: fn() -> Vec<Family>) -> Self {
        Self {
            store,
            clock: Clock::system(),
            chance: Chance::system(),
            catalog: Catalog::builtin(),
            behave: Behave::Fast,
            open: false,
            shared: false,
            origin: String::new(),
            world: None,
            families,
        }
    }
}

/// How many things are looked up at once of those that there are outside.
const SWEPT: usize = 100;

/// What all requests share.
pub struct Control {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) chance: Chance,
    pub(crate) catalog: Catalog,
    pub(crate) behave: Behave,
    pub(crate) open: bool,
    pub(crate) shared: bool,
    pub(crate) origin: String,
    calls: AtomicU64,
    site: OnceLock<String>,
    doors: OnceLock<Arc<dyn doors::Doors>>,
    contents: OnceLock<Arc<dyn contents::Contents>>,
    consoles: OnceLock<consoles::Tokens>,
    fronts: Mutex<BTreeMap<&'static str, String>>,
    pub(crate) world: World,
    pub(crate) families: Vec<Family>,
    pub(crate) keyring: Keyring,
    pub(crate) warnings: Warnings,
    pub(crate) gone: Gone,
    pub(crate) rendered: Rendered,
    /// Held while everything is emptied, until there is a first account again.
    pub(crate) resetting: tokio::sync::RwLock<()>,
}

impl Control {
    /// A control plane on this store.
    pub fn new(config: Config) -> Arc<Self> {
        let Config { store, clock, chance, catalog, behave, .. } = config;
        let Config { open, shared, origin, world, families, .. } = config;
        let pace = match behave {
            Behave::Fast => Pace::FAST,
            Behave::Vultr => Pace::VULTR,
        };
        let world = world.unwrap_or_else(|| Sim::new(store.clone(), clock.clone(), pace).into());
        let (keyring, warnings, gone, rendered, resetting) = Default::default();
        let calls = AtomicU64::new(0);
        Arc::new(Self {
            store,
            clock,
            chance,
            catalog,
            behave,
            open,
            shared,
            origin,
            calls,
            site: OnceLock::new(),
            doors: OnceLock::new(),
            contents: OnceLock::new(),
            consoles: OnceLock::new(),
            fronts: Mutex::default(),
            world,
            families: families(),
            keyring,
            warnings,
            gone,
            rendered,
            resetting,
        })
    }

    /// The clock that everything here goes by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Where what is drawn by chance comes from.
    pub fn chance(&self) -> &Chance {
        &self.chance
    }

    /// What can be ordered.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The data.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// How closely the real API is followed.
    pub fn behave(&self) -> Behave {
        self.behave
    }

    /// What of the outside world is real, and by what: sentences for people.
    pub fn real(&self) -> Vec<String> {
        self.world.planes().iter().map(|plane| plane.real()).collect()
    }

    /// What of the outside world does not do what it should, though it was told well: which thing, and a
    /// sentence for people.
    pub fn complaints(&self) -> Vec<(Uuid, String)> {
        self.world.planes().iter().flat_map(|plane| plane.complaints()).collect()
    }

    /// Whether things of a spec are real.
    pub fn is_real<S: Spec>(&self) -> bool {
        self.world.is_real::<S>()
    }

    /// Where a thing answers by itself on this machine, whenever that is asked.
    pub fn way_to(&self, id: Uuid) -> doors::Way {
        let world = self.world.clone();
        Arc::new(move || world.planes().iter().find_map(|plane| plane.reached(id)))
    }

    /// Begins with what is real on this machine: what nobody knows any more goes, which the log
    /// tells, and everything that has a life is looked at, as it may have stopped meanwhile. Where all
    /// is simulated there is nothing to do.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn begin_real(self: &Arc<Self>) -> Result<()> {
        if self.world.planes().is_empty() {
            return Ok(());
        }
        self.sweep_real().await?;
        if self.world.planes().iter().all(|plane| plane.lives_on()) {
            return Ok(());
        }
        let lives = self.families.iter().flat_map(|family| &family.lives);
        let kinds: Vec<_> = lives.map(|join| join(self).0).collect();
        Ok(self.store.wake_all(&kinds, self.clock.now()).await?)
    }

    /// Removes what is real of things that there are not any more, as far as that can be done.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sweep_real(&self) -> Result<()> {
        for plane in self.world.planes() {
            match plane.there().await {
                Ok(there) => self.sweep(&**plane, &there).await?,
                Err(error) => tracing::warn!(%error, "what there is of real things cannot be told"),
            }
        }
        Ok(())
    }

    async fn sweep(&self, plane: &dyn Plane, there: &[Uuid]) -> Result<()> {
        for some in there.chunks(SWEPT) {
            let known = self.store.get_many(some).await?;
            for id in some.iter().filter(|id| !known.iter().any(|row| row.id == **id)) {
                match plane.sweep(*id).await {
                    Ok(()) => tracing::info!(%id, "removed what was left of what is gone"),
                    Err(error) => tracing::warn!(%id, %error, "something is left of what is gone"),
                }
            }
        }
        Ok(())
    }

    /// Stops what is real on this machine, as the server ends.
    pub async fn stop_real(&self) {
        for plane in self.world.planes() {
            if let Err(error) = plane.stop().await {
                tracing::warn!(%error, "something outside was not stopped");
            }
        }
    }

    /// Says where this machine's browsers find the server: `127.0.0.1:8787`. The first word counts.
    pub fn reached_at(&self, site: String) {
        self.site.get_or_init(|| site);
    }

    /// Has it tell addresses of this server as another control plane does, so that what both show of a
    /// thing can be compared.
    pub fn told_where(&self, other: &Self) {
        if let Some(site) = other.site.get() {
            self.reached_at(site.clone());
        }
        if let Some(consoles) = other.consoles.get() {
            self.consoles.get_or_init(|| consoles.clone());
        }
    }

    /// Says where programs find something else than the API that answers for the control plane: `dns` at
    /// `127.0.0.1:8753`.
    pub fn answers_at(&self, what: &'static str, address: String) {
        self.fronts.lock().unwrap_or_else(PoisonError::into_inner).insert(what, address);
    }

    /// What else than the API answers for the control plane, and where.
    pub fn fronts(&self) -> BTreeMap<&'static str, String> {
        self.fronts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests have come since the start: a number that grows when somebody calls.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    fn note_call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// A context for a caller.
    pub fn cx(
        self: &Arc<Self>,
        caller: Arc<auth::Caller>,
        address: Option<std::net::IpAddr>,
        op: &'static str,
    ) -> Cx {
        if caller.account == 0 {
            // Who has a key was counted when it was looked up.
            self.note_call();
        }
        let (site, written, asked) = Default::default();
        Cx { control: self.clone(), caller, address, op, site, written, asked, original: None }
    }
}

/// Changes a field to what was sent, where something was.
pub fn set<T>(field: &mut T, sent: Option<T>) {
    if let Some(sent) = sent {
        *field = sent;
    }
}
