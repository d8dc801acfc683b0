//! A driver of load balancers: HAProxy for each, configured from what it is to be.
//!
//! Each has a process of its own (a master and its worker) in a directory of its own: one that ends, is
//! told something else or goes disturbs no other's connections, and idle it is about 10 MB of memory. A
//! change is checked by HAProxy itself before it is used, and taken over without a connection being lost.
//!
//! It ends with this process, as nobody else watches it: what a killed one has left is ended before
//! another takes its place. Where its addresses stay ([`Addresses::stay`]), it goes on with them, and the
//! next process finds it, and changes what has changed.

mod addresses;
mod config;
mod files;
mod socket;
mod tend;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use drivers::{BalancerSpec, Call, Error, Plane, Result, Spec, Thing, Things, World};
use futures_util::future::join_all;
use processes::Places;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

pub use addresses::{Addresses, Loopback, Taken};
use tend::State;

/// HAProxy, and how it is run.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    version: String,
    /// What has the system end it when we end, where there is such a thing.
    bound: Option<PathBuf>,
}

impl Program {
    /// The one at this place, which says that it is of this version.
    pub async fn new(path: PathBuf, version: String) -> Self {
        Self { path, version, bound: processes::bound().await }
    }
}

/// The load balancers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Balancers(Arc<Shared>);

impl Balancers {
    /// Those that this program runs, each in a directory of its own below `directory`; none: below a
    /// temporary one, which is removed when they stop. They have the addresses that `addresses` gives.
    pub fn new(
        program: Program,
        directory: Option<PathBuf>,
        addresses: Arc<dyn Addresses>,
    ) -> Self {
        let places = Places::new("balancers", directory);
        Self(Arc::new(Shared { program, places, addresses, running: Mutex::default() }))
    }

    /// A world whose load balancers these are.
    pub fn join(self, world: World) -> World {
        let things: Arc<dyn Things<BalancerSpec>> = Arc::new(self.clone());
        world.with_things(things).with_plane(Arc::new(self))
    }

    /// Where a load balancer answers: its own ports, and the addresses at which they are.
    pub fn answers_at(&self, id: Uuid) -> Vec<(u16, SocketAddr)> {
        self.running(id, |running| running.state.borrow().at.clone()).unwrap_or_default()
    }

    /// Which of a load balancer's machines work, as far as that was found out.
    pub fn health(&self, id: Uuid) -> BTreeMap<Uuid, bool> {
        let works = |running: &Running| {
            let state = running.state.borrow();
            state.health.iter().map(|(machine, (works, _))| (*machine, *works)).collect()
        };
        self.running(id, works).unwrap_or_default()
    }

    fn running<T>(&self, id: Uuid, look: impl FnOnce(&Running) -> T) -> Option<T> {
        self.0.lock().get(&id).map(look)
    }

    fn refuse(&self, spec: &BalancerSpec) -> Result<()> {
        let why = self.0.addresses.refuses(spec);
        why.map_or_else(|| config::refuse(spec), |why| Err(Error::Unsupported(why)))
    }

    /// Has one be tended that is not yet.
    fn begin(&self, id: Uuid, spec: &BalancerSpec) -> Result<()> {
        self.0.places.make(id)?;
        self.0.lock().entry(id).or_insert_with(|| {
            let (told, hears) = watch::channel(Some(spec.clone()));
            let (tells, state) = watch::channel(State::default());
            let tending = tokio::spawn(tend::tend(self.0.clone(), id, hears, tells));
            Running { told, state, tending }
        });
        Ok(())
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        let running = self.0.lock().remove(&id);
        match running {
            Some(running) => running.end().await,
            // That of a process that was killed.
            None => processes::end_left(&self.0.places.of(id), tend::NAME).await,
        }
        self.0.addresses.give_back(id).await?;
        self.0.places.remove(id)
    }
}

impl Plane for Balancers {
    fn real(&self) -> String {
        let (version, where_) = (&self.0.program.version, self.0.addresses.told());
        format!("balancers: HAProxy {version}, {where_}")
    }

    fn reached(&self, id: Uuid) -> Option<SocketAddr> {
        self.answers_at(id).first().map(|(_, at)| *at)
    }

    fn complaints(&self) -> Vec<(Uuid, String)> {
        let running = self.0.lock();
        let each = running.iter().flat_map(|(id, running)| {
            let state = running.state.borrow();
            let ill = state.health.iter().filter(|(_, (works, _))| !works);
            let told = |(machine, (_, why)): (&Uuid, &(bool, String))| {
                (*id, format!("the load balancer sends nothing to {machine}: {why}"))
            };
            ill.map(told).collect::<Vec<_>>()
        });
        each.collect()
    }

    fn there(&self) -> Call<'_, Vec<Uuid>> {
        Box::pin(async { self.0.places.there() })
    }

    fn sweep(&self, id: Uuid) -> Call<'_> {
        Box::pin(self.remove(id))
    }

    fn stop(&self) -> Call<'_> {
        Box::pin(async move {
            let all = std::mem::take(&mut *self.0.lock());
            match self.0.go_on() {
                true => join_all(all.into_values().map(Running::leave)).await,
                false => join_all(all.into_values().map(Running::end)).await,
            };
            self.0.places.stop()
        })
    }
}

#[derive(Debug)]
struct Shared {
    program: Program,
    places: Places,
    addresses: Arc<dyn Addresses>,
    running: Mutex<BTreeMap<Uuid, Running>>,
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Uuid, Running>> {
        self.running.lock().expect("no panic while held")
    }

    /// Whether they go on when this process ends.
    fn go_on(&self) -> bool {
        self.addresses.stay() && !self.places.are_temporary()
    }
}

/// A load balancer that is being tended.
#[derive(Debug)]
struct Running {
    /// What it is to be; none: it is to end.
    told: watch::Sender<Option<BalancerSpec>>,
    state: watch::Receiver<State>,
    tending: JoinHandle<()>,
}

impl Running {
    async fn end(self) {
        self.told.send_replace(None);
        if self.tending.await.is_err() {
            tracing::error!("what tends a load balancer has panicked");
        }
    }

    /// Tends it no more, and lets it go on.
    async fn leave(self) {
        self.tending.abort();
        let _ = self.tending.await;
    }

    /// Why it is not what it was told to be.
    fn fails(&self) -> Option<String> {
        self.state.borrow().why.clone()
    }
}

impl Things<BalancerSpec> for Balancers {
    fn observe(&self, id: Uuid) -> Call<'_, Option<Thing<BalancerSpec>>> {
        let thing = self.running(id, |running| {
            let told = running.told.borrow().clone();
            let state = running.state.borrow();
            let ready = told.is_some() && state.is == told;
            // One that fails is to be told anew, which tells why.
            Thing { spec: told.filter(|_| state.why.is_none()), ready }
        });
        // What an earlier server has left is there, too, and goes with it.
        let left = || Thing { spec: None, ready: false };
        let thing = thing.or_else(|| self.0.places.has(id).then(left));
        Box::pin(std::future::ready(Ok(thing)))
    }

    fn create<'a>(&'a self, id: Uuid, spec: &'a BalancerSpec) -> Call<'a> {
        Box::pin(async move {
            self.refuse(spec)?;
            self.begin(id, spec)
        })
    }

    fn configure<'a>(&'a self, id: Uuid, spec: &'a BalancerSpec) -> Call<'a> {
        Box::pin(async move {
            self.refuse(spec)?;
            let told = self.running(id, |running| {
                let why = running.fails().filter(|_| running.told.borrow().as_ref() == Some(spec));
                running.told.send_replace(Some(spec.clone()));
                // It is tried once more, and this is what became of the try before.
                why.map_or(Ok(()), |why| Err(Error::Outside(why)))
            });
            match told {
                Some(told) => told,
                None if self.0.places.has(id) => self.begin(id, spec),
                None => Err(Error::Missing { what: BalancerSpec::WHAT, id }),
            }
        })
    }

    fn remove(&self, id: Uuid) -> Call<'_> {
        Box::pin(self.remove(id))
    }
}
