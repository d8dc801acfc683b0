//! The outside world behind the control plane: machines, disks, images, and [`Things`]: all that is
//! set up, told what to be, and removed, each kind by its [`Spec`].
//!
//! Each method is idempotent: asked again, it finds its own work by the id that it was given and
//! does what is left of it. `observe` tells what is, never what should be. A driver knows nothing
//! of operations, accounts or prices: of `api` it takes the type of secrets alone.

pub mod balancer;
pub mod cdn;
pub mod cloudflare;
pub mod control_plane;
pub mod database;
pub mod file_system;
pub mod firewall;
pub mod gateway;
pub mod object_store;
pub mod registry;
pub mod sim;
mod things;
mod world;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use api::Secret;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use balancer::BalancerSpec;
pub use cdn::CdnSpec;
pub use control_plane::ControlPlaneSpec;
pub use database::{DatabaseSpec, MigrationSpec};
pub use file_system::{FileSystemSpec, StorageGatewaySpec};
pub use firewall::FirewallSpec;
pub use gateway::GatewaySpec;
pub use object_store::ObjectStoreSpec;
pub use registry::RegistrySpec;
pub use sim::{Fault, Pace, Sim};
pub use things::{Call, Spec, Subnet, Thing, Things};
pub use world::{Plane, World};

/// Bytes, kept as text in base64; a text that is none stands for itself.
mod bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        Ok(api::encoded::decoded(&text).unwrap_or(text.into_bytes()))
    }
}

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
    /// What is outside will never do it, however often it is asked: said in words for people.
    #[error("{0}")]
    Unsupported(String),
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

/// A private network interface of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Nic {
    /// The network that it is in.
    pub network: Uuid,
    /// Its address on that network.
    pub address: String,
    /// How many leading bits the network's addresses share; 0: that is not known.
    #[serde(default)]
    pub prefix: u8,
    /// Its hardware address.
    pub mac: String,
}

/// The public interface of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicNic {
    /// Its hardware address.
    pub mac: String,
    /// Its IPv4 addresses, the main one first; none: the machine has no public IPv4 address.
    pub ipv4: Vec<PublicIpv4>,
    /// Its IPv6 networks, the main one first, with the machine's address in each.
    pub ipv6: Vec<PublicIpv6>,
    /// The firewall group that says what may come in; none: everything.
    pub firewall: Option<Uuid>,
}

/// A public IPv4 address of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicIpv4 {
    /// The address.
    pub address: Ipv4Addr,
    /// How many leading bits its network's addresses share; 32: it is in no network.
    pub prefix: u8,
    /// The gateway of its network; none: it is in no network.
    pub gateway: Option<Ipv4Addr>,
}

/// A public IPv6 network of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicIpv6 {
    /// The network, a /64.
    pub network: Ipv6Addr,
    /// The machine's address in it.
    pub address: Ipv6Addr,
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
    /// The first password of its administrator.
    #[serde(default)]
    pub password: Secret,
    /// Whether the administrator is not `root` but a user of less rights, `linuxuser`.
    #[serde(default)]
    pub is_limited: bool,
    /// What cloud-init gets, as it reads it: no base64.
    #[serde(with = "bytes")]
    pub user_data: Vec<u8>,
    /// What runs at first boot, as it is run: no base64.
    #[serde(with = "bytes")]
    pub script: Vec<u8>,
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
    /// Its public interface.
    #[serde(default)]
    pub public: PublicNic,
    /// Its network interfaces besides the public one.
    pub nics: Vec<Nic>,
}

/// Machines: those of instances, and bare metal.
#[async_trait]
pub trait Machines: Send + Sync {
    /// The machine as it is; none: there is no such machine.
    async fn observe(&self, id: Uuid) -> Result<Option<Machine>>;
    /// Why no machine can be made from this; none: one can. Asked before anything is promised.
    fn refuses(&self, image: &Image) -> Option<String> {
        let _ = image;
        None
    }
    /// Makes it, with this public interface, and starts it. One that is there already stays as it is.
    async fn create(&self, id: Uuid, spec: &MachineSpec, public: &PublicNic) -> Result<()>;
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
    /// Gives it exactly these network interfaces; it runs on.
    async fn connect(&self, id: Uuid, public: &PublicNic, nics: &[Nic]) -> Result<()>;
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
    /// Says what a machine that has it calls it. Asked before it is given to one.
    async fn call(&self, id: Uuid, name: &str) -> Result<()> {
        let _ = (id, name);
        Ok(())
    }
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
