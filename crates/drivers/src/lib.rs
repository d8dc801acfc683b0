//! The outside world behind the control plane: machines, disks, images, and [`Things`]: all that is
//! set up, told what to be, and removed, each kind by its [`Spec`].
//!
//! Each method is idempotent: asked again, it finds its own work by the id that it was given and
//! does what is left of it. `observe` tells what is, never what should be. A driver knows nothing
//! of operations, accounts or prices: of `api` it takes the type of secrets alone.

pub mod balancer;
pub mod cdn;
pub mod control_plane;
pub mod database;
pub mod file_system;
pub mod gateway;
pub mod object_store;
pub mod registry;
pub mod sim;
mod things;

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::net::SocketAddr;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use balancer::BalancerSpec;
pub use cdn::CdnSpec;
pub use control_plane::ControlPlaneSpec;
pub use database::{DatabaseSpec, MigrationSpec};
pub use file_system::{FileSystemSpec, StorageGatewaySpec};
pub use gateway::GatewaySpec;
pub use object_store::ObjectStoreSpec;
pub use registry::RegistrySpec;
pub use sim::{Fault, Pace, Sim};
pub use things::{Call, Spec, Subnet, Thing, Things};

/// A driver could not do what was asked; the engine asks again later.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The thing must exist for this and does not.
    #[error("there is no {what} {id}")]
    Missing {
        /// Kind of thing.
        what: &'static str,
        /// Its id.
        id: Uuid,
    },
    /// A test wanted this call to fail.
    #[error("the call was made to fail")]
    Injected,
    /// What is outside could not do it: said in words for people.
    #[error("{0}")]
    Outside(String),
    /// The simulated world cannot be read or written.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What the simulated world remembers cannot be read.
    #[error("the simulated {what} {id} cannot be read: {source}")]
    Unreadable {
        /// Kind of thing.
        what: &'static str,
        /// Its id.
        id: Uuid,
        /// Why.
        source: serde_json::Error,
    },
}

/// What drivers answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a machine starts with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// `os`, `app`, `image`, `iso`, `snapshot`, `backup` or `ipxe`.
    pub kind: String,
    /// The id of such a thing, or the address of an iPXE script.
    pub id: String,
}

/// The size of a machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Virtual CPUs.
    pub vcpus: u32,
    /// Memory in MB.
    pub ram_mb: u32,
    /// Disk in GB.
    pub disk_gb: u32,
}

/// A network interface of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Nic {
    /// The network that it is in; nil: the public one.
    pub network: Uuid,
    /// Its address on that network.
    pub address: String,
    /// Its hardware address.
    pub mac: String,
}

/// What a machine is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineSpec {
    /// CPUs, memory, disk.
    pub size: Size,
    /// What is installed on it.
    pub image: Image,
    /// Its own name for itself.
    pub hostname: String,
    /// Public keys that may log in.
    pub ssh_keys: Vec<String>,
    /// What cloud-init gets.
    pub user_data: String,
    /// What runs at first boot.
    pub script: String,
    /// What an application asked for, by name.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
}

/// How far a machine's system is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Hardware is being put together.
    #[default]
    Building,
    /// The system is being installed.
    Installing,
    /// The system is installed and starts for the first time.
    Booting,
    /// The system is up, or was when the machine was stopped.
    Ready,
}

/// A machine as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// What it is made of.
    pub spec: MachineSpec,
    /// How far its system is.
    pub progress: Progress,
    /// Whether it is switched on.
    pub running: bool,
    /// Which installation this is: the number that [`Machines::install`] was given last.
    pub install: u64,
    /// Which reset this is: the number that [`Machines::reset`] was given last.
    pub reset: u64,
    /// The image in its drive.
    pub iso: Option<Uuid>,
    /// Its network interfaces besides the public one.
    pub nics: Vec<Nic>,
}

/// Machines: those of instances, and bare metal.
#[async_trait]
pub trait Machines: Send + Sync {
    /// The machine as it is; none: there is no such machine.
    async fn observe(&self, id: Uuid) -> Result<Option<Machine>>;
    /// Makes it and starts it. One that is there already stays as it is.
    async fn create(&self, id: Uuid, spec: &MachineSpec) -> Result<()>;
    /// Switches it on.
    async fn start(&self, id: Uuid) -> Result<()>;
    /// Switches it off, hard.
    async fn stop(&self, id: Uuid) -> Result<()>;
    /// Resets it, unless reset `number` was done already; it runs afterwards.
    async fn reset(&self, id: Uuid, number: u64) -> Result<()>;
    /// Wipes it and installs `spec`'s image, unless installation `number` was done already.
    async fn install(&self, id: Uuid, number: u64, spec: &MachineSpec) -> Result<()>;
    /// Gives it another size; restarts it.
    async fn resize(&self, id: Uuid, size: Size) -> Result<()>;
    /// Puts an image into its drive, or takes it out; boots from what is then there.
    async fn insert_iso(&self, id: Uuid, iso: Option<Uuid>) -> Result<()>;
    /// Gives it exactly these network interfaces besides the public one.
    async fn connect(&self, id: Uuid, nics: &[Nic]) -> Result<()>;
    /// Removes it. One that is not there is removed already.
    async fn remove(&self, id: Uuid) -> Result<()>;
}

/// A disk as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// Size in GB.
    pub size_gb: u32,
    /// The image that it was made from.
    pub source: Option<Uuid>,
    /// The machine that has it.
    pub attached_to: Option<Uuid>,
    /// Whether it can be used yet.
    pub ready: bool,
}

/// Block storage volumes.
#[async_trait]
pub trait Disks: Send + Sync {
    /// The disk as it is; none: there is no such disk.
    async fn observe(&self, id: Uuid) -> Result<Option<Disk>>;
    /// Makes it, empty or from an image. One that is there already stays as it is.
    async fn create(&self, id: Uuid, size_gb: u32, source: Option<Uuid>) -> Result<()>;
    /// Makes it at least this large.
    async fn grow(&self, id: Uuid, size_gb: u32) -> Result<()>;
    /// Gives it to a machine, or takes it away from the one that has it.
    async fn attach(&self, id: Uuid, machine: Option<Uuid>) -> Result<()>;
    /// Removes it. One that is not there is removed already.
    async fn remove(&self, id: Uuid) -> Result<()>;
}

/// Where an image comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The disk of a machine.
    Machine(Uuid),
    /// A block storage volume.
    Disk(Uuid),
    /// A download.
    Url(String),
}

/// An image as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredImage {
    /// Where it comes from.
    pub source: Source,
    /// Whether it is complete.
    pub ready: bool,
    /// Size in bytes, once it is complete.
    pub size_bytes: u64,
    /// Digest of its contents, in hex, once it is complete.
    pub digest: String,
}

/// Copies of disks: snapshots, backups and ISO images.
#[async_trait]
pub trait Images: Send + Sync {
    /// The image as it is; none: there is no such image.
    async fn observe(&self, id: Uuid) -> Result<Option<StoredImage>>;
    /// Begins to make it. One that is there already stays as it is.
    async fn create(&self, id: Uuid, source: &Source, size_bytes: u64) -> Result<()>;
    /// Removes it. One that is not there is removed already.
    async fn remove(&self, id: Uuid) -> Result<()>;
}

/// Everything that the control plane can ask of the world. What a world has no driver of its own
/// for is simulated.
pub trait World: Send + Sync + std::fmt::Debug {
    /// The simulated world.
    fn sim(&self) -> &Sim;

    /// Its machines.
    fn machines(&self) -> &dyn Machines {
        self.sim()
    }
    /// Its disks.
    fn disks(&self) -> &dyn Disks {
        self.sim()
    }
    /// Its images.
    fn images(&self) -> &dyn Images {
        self.sim()
    }
    /// Its own driver, if it has one, of the things of a spec: a `Box<dyn Things<S>>`, where `spec`
    /// is the id of the type `S`.
    fn driver(&self, spec: TypeId) -> Option<&dyn Any> {
        let _ = spec;
        None
    }
    /// What of it is real, and by what: sentences for people.
    fn real(&self) -> Vec<String> {
        Vec::new()
    }
    /// Where a thing of its own answers by itself on this machine; none: nowhere, or not yet.
    fn reached(&self, id: Uuid) -> Option<SocketAddr> {
        let _ = id;
        None
    }
    /// Removes all things of its own but these.
    fn keep<'a>(&'a self, ids: &'a [Uuid]) -> Call<'a> {
        let _ = ids;
        Box::pin(std::future::ready(Ok(())))
    }
    /// Stops what runs of it on this machine, without removing anything.
    fn stop(&self) -> Call<'_> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl dyn World {
    /// The things of a spec. A new spec asks nothing of the worlds that there are.
    pub fn things<S: Spec>(&self) -> &dyn Things<S> {
        let own = self.driver(TypeId::of::<S>());
        match own.and_then(<dyn Any>::downcast_ref::<Box<dyn Things<S>>>) {
            Some(own) => &**own,
            None => self.sim(),
        }
    }
}
