//! The outside world behind the control plane: machines, disks, images, gateways, load balancers,
//! object storage.
//!
//! Each method is idempotent: asked again, it finds its own work by the id that it was given and
//! does what is left of it. `observe` tells what is, never what should be. A driver knows nothing
//! of operations, accounts or prices: of `api` it takes the type of secrets alone.

pub mod sim;

use api::Secret;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use sim::{Fault, Pace, Sim};

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

/// A gateway as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gateway {
    /// The network that it serves.
    pub network: Uuid,
    /// Its rules, as its owner wrote them; the driver compares them as text.
    pub rules: String,
    /// Whether it forwards yet.
    pub ready: bool,
}

/// NAT gateways of private networks.
#[async_trait]
pub trait Gateways: Send + Sync {
    /// The gateway as it is; none: there is no such gateway.
    async fn observe(&self, id: Uuid) -> Result<Option<Gateway>>;
    /// Makes it. One that is there already stays as it is.
    async fn create(&self, id: Uuid, network: Uuid, rules: &str) -> Result<()>;
    /// Gives it these rules.
    async fn configure(&self, id: Uuid, rules: &str) -> Result<()>;
    /// Removes it. One that is not there is removed already.
    async fn remove(&self, id: Uuid) -> Result<()>;
}

/// What a load balancer is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancerSpec {
    /// Its address on the internet, of either version of IP.
    pub addresses: [String; 2],
    /// The private network through which it reaches its machines; none: the internet.
    pub network: Option<Uuid>,
    /// How many nodes share its work in each region.
    pub nodes: u32,
    /// The regions besides its own in which it works.
    pub regions: Vec<String>,
    /// The machines that it sends traffic to.
    pub machines: Vec<Uuid>,
    /// How it treats traffic, a line each; the driver compares them as text.
    pub settings: String,
    /// The certificate that its owner gave it.
    pub certificate: Option<Certificate>,
}

/// A certificate with its private key, both as PEM.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The certificate, and those between it and a root.
    pub chain: String,
    /// The private key.
    pub private_key: Secret,
}

/// A load balancer as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balancer {
    /// What it is made of.
    pub spec: BalancerSpec,
    /// Whether it works yet.
    pub ready: bool,
}

/// Load balancers.
#[async_trait]
pub trait Balancers: Send + Sync {
    /// The load balancer as it is; none: there is no such load balancer.
    async fn observe(&self, id: Uuid) -> Result<Option<Balancer>>;
    /// Makes it. One that is there already stays as it is.
    async fn create(&self, id: Uuid, spec: &BalancerSpec) -> Result<()>;
    /// Makes it what `spec` says; it works on meanwhile.
    async fn configure(&self, id: Uuid, spec: &BalancerSpec) -> Result<()>;
    /// Removes it. One that is not there is removed already.
    async fn remove(&self, id: Uuid) -> Result<()>;
}

/// What object storage is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectStoreSpec {
    /// The host of the cluster that it is in.
    pub hostname: String,
    /// The key that its clients name.
    pub access_key: String,
    /// The secret that they sign with.
    pub secret_key: Secret,
    /// Its buckets.
    pub buckets: Vec<Bucket>,
}

/// A bucket of object storage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Whether it keeps older versions of objects.
    pub versioning: bool,
    /// Whether its objects can be locked.
    pub object_lock: bool,
    /// Whether its objects go to the archive.
    pub archival: bool,
    /// What goes to the archive when, as JSON; the driver compares it as text. Empty for nothing.
    pub archive_rules: String,
}

/// Object storage as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectStore {
    /// What it was told to be.
    pub spec: ObjectStoreSpec,
    /// Whether it can be used yet.
    pub ready: bool,
}

/// Object storage.
#[async_trait]
pub trait ObjectStores: Send + Sync {
    /// The storage as it is; none: there is none.
    async fn observe(&self, id: Uuid) -> Result<Option<ObjectStore>>;
    /// Makes it. One that is there already stays as it is.
    async fn create(&self, id: Uuid, spec: &ObjectStoreSpec) -> Result<()>;
    /// Gives it these keys and no others, and exactly these buckets.
    async fn configure(&self, id: Uuid, spec: &ObjectStoreSpec) -> Result<()>;
    /// Removes it with all that is in it. One that is not there is removed already.
    async fn remove(&self, id: Uuid) -> Result<()>;
}

/// Everything that the control plane can ask of the world.
pub trait World:
    Machines + Disks + Images + Gateways + Balancers + ObjectStores + std::fmt::Debug
{
}
