//! A simulated world: everything works, after a while, and is remembered over restarts.
//!
//! What exists is kept in the store's `world` table, apart from the rows of the control plane, as
//! a hypervisor would keep it. Nothing here runs by itself: how far a thing is follows from the
//! clock and from when it was begun.

mod disks;
mod images;
mod machines;
mod things;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::Clock;
use serde::{Serialize, de::DeserializeOwned};
use store::Store;
use uuid::Uuid;

use crate::{Error, Result};

/// How long things take, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Putting a machine together.
    pub build: i64,
    /// Installing a system.
    pub install: i64,
    /// A system's first start.
    pub boot: i64,
    /// Making a disk.
    pub disk: i64,
    /// Copying an image.
    pub image: i64,
    /// Setting up anything else; none: as long as its [`Spec`](crate::Spec) says.
    pub thing: Option<i64>,
}

impl Pace {
    /// As quick as can be while every state is still passed through.
    pub const FAST: Self =
        Self { build: 2, install: 2, boot: 2, disk: 2, image: 5, thing: Some(5) };
    /// As the real thing was seen to take.
    pub const VULTR: Self = Self {
        build: 20_000,
        install: 20_000,
        boot: 20_000,
        disk: 4_000,
        image: 180_000,
        thing: None,
    };
}

/// Makes one call fail, for tests of what survives that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Which call, counted from 1 over all drivers.
    pub call: u64,
    /// Whether the call has had its effect when it fails.
    pub after_effect: bool,
}

/// The simulated world. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sim {
    store: Store,
    clock: Clock,
    pace: Pace,
    fault: Option<Fault>,
    calls: Arc<AtomicU64>,
}

impl Sim {
    /// A world that is remembered in `store`.
    pub fn new(store: Store, clock: Clock, pace: Pace) -> Self {
        Self { store, clock, pace, fault: None, calls: Arc::default() }
    }

    /// The same world, in which one call fails.
    pub fn with_fault(self, fault: Fault) -> Self {
        Self { fault: Some(fault), ..self }
    }

    /// How many calls there were.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    async fn load<T: DeserializeOwned>(&self, what: &'static str, id: Uuid) -> Result<Option<T>> {
        let text = self.store.world_get(what, id).await?;
        text.map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|source| Error::Unreadable { what, id, source })
    }

    /// What is there, as one call.
    async fn look<T: DeserializeOwned>(&self, what: &'static str, id: Uuid) -> Result<Option<T>> {
        self.enter()?;
        let found = self.load(what, id).await?;
        self.leave()?;
        Ok(found)
    }

    /// Changes what is there, as one call; what `change` leaves as none is removed.
    async fn change<T, F>(&self, what: &'static str, id: Uuid, change: F) -> Result<()>
    where
        T: Serialize + DeserializeOwned + Clone + PartialEq,
        F: FnOnce(Option<T>) -> Result<Option<T>>,
    {
        self.enter()?;
        let before: Option<T> = self.load(what, id).await?;
        let after = change(before.clone())?;
        match after {
            after if after == before => {}
            Some(after) => {
                let text = serde_json::to_string(&after).map_err(|source| Error::Unreadable {
                    what,
                    id,
                    source,
                })?;
                self.store.world_put(what, id, text).await?;
            }
            None => self.store.world_remove(what, id).await?,
        }
        self.leave()
    }

    /// Changes a thing that must be there.
    async fn update<T, F>(&self, what: &'static str, id: Uuid, change: F) -> Result<()>
    where
        T: Serialize + DeserializeOwned + Clone + PartialEq,
        F: FnOnce(&mut T),
    {
        let apply = |thing: Option<T>| {
            let mut thing = thing.ok_or(Error::Missing { what, id })?;
            change(&mut thing);
            Ok(Some(thing))
        };
        self.change(what, id, apply).await
    }

    fn enter(&self) -> Result<()> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        self.fail(call, false)
    }

    fn leave(&self) -> Result<()> {
        self.fail(self.calls(), true)
    }

    fn fail(&self, call: u64, after_effect: bool) -> Result<()> {
        match self.fault {
            Some(fault) if fault == (Fault { call, after_effect }) => Err(Error::Injected),
            _ => Ok(()),
        }
    }
}
