//! A driver of Kubernetes' control planes: for each cluster a `kube-apiserver` and an `etcd` (or a `kine`),
//! with the cluster's own authority, in which its nodes are registered.
//!
//! The API is real, and nothing else is: no controller, no scheduler and no kubelet runs, and each node
//! says so in a label. What runs listens on 127.0.0.1 alone, is asked with certificates only, and ends
//! with this process. Secrets are kept in files of their owner's alone.

mod api;
mod cluster;
mod files;
mod nodes;
mod programs;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use drivers::{Call, ControlPlaneSpec, Error, Plane, Result, Spec, Thing, Things, World};
use futures_util::future::join_all;
use processes::Places;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

pub use programs::{Programs, Wrong};

/// The control planes of clusters. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clusters(Arc<Shared>);

impl Clusters {
    /// Those that are run by these programs, each in a directory of its own below `directory`; none:
    /// below a temporary one, which is removed when they stop.
    pub fn new(programs: Programs, directory: Option<PathBuf>) -> Self {
        let places = Places::new("kubernetes", directory);
        Self(Arc::new(Shared { programs, places, running: Mutex::default() }))
    }

    /// A world whose control planes these are.
    pub fn join(self, world: World) -> World {
        let things: Arc<dyn Things<ControlPlaneSpec>> = Arc::new(self.clone());
        world.with_things(things).with_plane(Arc::new(self))
    }
}

impl Plane for Clusters {
    fn real(&self) -> String {
        format!("Kubernetes: an API server for each cluster, by {}", self.0.programs)
    }

    fn reached(&self, id: Uuid) -> Option<SocketAddr> {
        self.running(id, |running| *running.at.borrow()).flatten()
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
            join_all(all.into_values().map(Running::end)).await;
            self.0.places.stop()
        })
    }
}

#[derive(Debug)]
struct Shared {
    programs: Programs,
    places: Places,
    running: Mutex<BTreeMap<Uuid, Running>>,
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Uuid, Running>> {
        self.running.lock().expect("no panic while held")
    }
}

/// A cluster that is being tended.
#[derive(Debug)]
struct Running {
    /// What it is to be; none: it is to end.
    told: watch::Sender<Option<ControlPlaneSpec>>,
    /// Where its API server answers, while it does.
    at: watch::Receiver<Option<SocketAddr>>,
    tending: JoinHandle<()>,
}

impl Running {
    async fn end(self) {
        self.told.send_replace(None);
        if self.tending.await.is_err() {
            tracing::error!("what tends a cluster has panicked");
        }
    }
}

impl Clusters {
    fn running<T>(&self, id: Uuid, look: impl FnOnce(&Running) -> T) -> Option<T> {
        self.0.lock().get(&id).map(look)
    }

    /// Has a cluster tended, unless it is.
    fn begin(&self, id: Uuid, spec: &ControlPlaneSpec) -> Result<()> {
        self.0.places.make(id)?;
        self.0.lock().entry(id).or_insert_with(|| {
            let (told, hears) = watch::channel(Some(spec.clone()));
            let (tells, at) = watch::channel(None);
            let shared = self.0.clone();
            let tending = async move {
                cluster::tend(&shared.programs, &shared.places.of(id), id, hears, tells).await;
            };
            Running { told, at, tending: tokio::spawn(tending) }
        });
        Ok(())
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        let running = self.0.lock().remove(&id);
        match running {
            Some(running) => running.end().await,
            // Those of a process that was killed.
            None => cluster::end_left(&self.0.places.of(id)).await,
        }
        self.0.places.remove(id)
    }
}

impl Things<ControlPlaneSpec> for Clusters {
    fn observe(&self, id: Uuid) -> Call<'_, Option<Thing<ControlPlaneSpec>>> {
        let thing = self.running(id, |running| Thing {
            spec: running.told.borrow().clone(),
            ready: running.at.borrow().is_some(),
        });
        // What an earlier server has left is there, too, and goes with it.
        let left = || Thing { spec: None, ready: false };
        let thing = thing.or_else(|| self.0.places.has(id).then(left));
        Box::pin(std::future::ready(Ok(thing)))
    }

    fn create<'a>(&'a self, id: Uuid, spec: &'a ControlPlaneSpec) -> Call<'a> {
        Box::pin(std::future::ready(self.begin(id, spec)))
    }

    fn configure<'a>(&'a self, id: Uuid, spec: &'a ControlPlaneSpec) -> Call<'a> {
        let told = self.running(id, |running| {
            running.told.send_replace(Some(spec.clone()));
        });
        let what = ControlPlaneSpec::WHAT;
        let done = match told {
            Some(()) => Ok(()),
            None if self.0.places.has(id) => self.begin(id, spec),
            None => Err(Error::Missing { what, id }),
        };
        Box::pin(std::future::ready(done))
    }

    fn remove(&self, id: Uuid) -> Call<'_> {
        Box::pin(self.remove(id))
    }
}
