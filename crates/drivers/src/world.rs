//! All that the control plane can ask of the outside, in parts.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use uuid::Uuid;

use crate::{Call, Disks, Images, Machines, Sim, Spec, Things};

/// All that the control plane can ask of the outside, in parts: each is simulated until a real one
/// takes its place. Cheap to clone.
#[derive(Clone)]
pub struct World {
    sim: Sim,
    machines: Arc<dyn Machines>,
    disks: Arc<dyn Disks>,
    images: Arc<dyn Images>,
    /// For the type of a spec, an `Arc<dyn Things>` of it.
    things: BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>,
    planes: Vec<Arc<dyn Plane>>,
}

/// What runs of real parts on this machine, beyond the calls for single things.
pub trait Plane: Send + Sync + fmt::Debug {
    /// What is real, and by what: a sentence for people.
    fn real(&self) -> String;
    /// Where a thing of its own answers by itself on this machine; none: nowhere, or not yet.
    fn reached(&self, id: Uuid) -> Option<SocketAddr> {
        let _ = id;
        None
    }
    /// What of its things does not do what it should though it is what it was told to be: each with a
    /// sentence for people.
    fn complaints(&self) -> Vec<(Uuid, String)> {
        Vec::new()
    }
    /// Whether its things are what they were when this program starts again: then not all that has a
    /// life has to be looked at.
    fn lives_on(&self) -> bool {
        false
    }
    /// All things for which it keeps something on this machine.
    fn there(&self) -> Call<'_, Vec<Uuid>>;
    /// Removes what is left of a thing that nobody knows any more.
    fn sweep(&self, id: Uuid) -> Call<'_>;
    /// Stops what is to end with the server, without removing anything that is kept.
    fn stop(&self) -> Call<'_> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl From<Sim> for World {
    /// A world in which everything is simulated.
    fn from(sim: Sim) -> Self {
        let all = Arc::new(sim.clone());
        let (machines, disks, images) = (all.clone(), all.clone(), all);
        Self { sim, machines, disks, images, things: BTreeMap::new(), planes: Vec::new() }
    }
}

impl World {
    /// The same world with these machines.
    #[must_use]
    pub fn with_machines(self, machines: Arc<dyn Machines>) -> Self {
        Self { machines, ..self }
    }

    /// The same world with these disks.
    #[must_use]
    pub fn with_disks(self, disks: Arc<dyn Disks>) -> Self {
        Self { disks, ..self }
    }

    /// The same world with these images.
    #[must_use]
    pub fn with_images(self, images: Arc<dyn Images>) -> Self {
        Self { images, ..self }
    }

    /// The same world with these things of a spec.
    #[must_use]
    pub fn with_things<S: Spec>(mut self, things: Arc<dyn Things<S>>) -> Self {
        self.things.insert(TypeId::of::<S>(), Arc::new(things));
        self
    }

    /// The same world, of which this runs on this machine.
    #[must_use]
    pub fn with_plane(mut self, plane: Arc<dyn Plane>) -> Self {
        self.planes.push(plane);
        self
    }

    /// Its machines.
    pub fn machines(&self) -> &dyn Machines {
        &*self.machines
    }

    /// Its disks.
    pub fn disks(&self) -> &dyn Disks {
        &*self.disks
    }

    /// Its images.
    pub fn images(&self) -> &dyn Images {
        &*self.images
    }

    /// Its things of a spec.
    pub fn things<S: Spec>(&self) -> &dyn Things<S> {
        let own = self.things.get(&TypeId::of::<S>());
        match own.and_then(|own| own.downcast_ref::<Arc<dyn Things<S>>>()) {
            Some(own) => &**own,
            None => &self.sim,
        }
    }

    /// Whether things of a spec are real.
    pub fn is_real<S: Spec>(&self) -> bool {
        self.things.contains_key(&TypeId::of::<S>())
    }

    /// What runs of it on this machine.
    pub fn planes(&self) -> &[Arc<dyn Plane>] {
        &self.planes
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("planes", &self.planes).finish_non_exhaustive()
    }
}
