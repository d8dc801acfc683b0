//! What instances and bare metal servers have in common, as it is stored.
//!
//! Nothing here may know what only one of the two has; where they differ, they say so through
//! [`Hosted`].

pub mod addresses;
pub mod members;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::DerefMut;

use api::Secret;
use api::instances::UserScheme;
use drivers::{Machine, Progress, Size};
use serde::{Deserialize, Serialize};
use store::Facet;
use uuid::Uuid;

use crate::catalog::{Catalog, OS_APPLICATION, OS_BACKUP, OS_CUSTOM, OS_SNAPSHOT};
use crate::{Behave, Cx, Doc, Kind, Refusal, Result};

/// A server as its owner wants it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Server {
    /// The region's id.
    pub region: String,
    /// The plan's id.
    pub plan: String,
    /// The owner's name for it.
    pub label: String,
    /// Its own name for itself.
    pub hostname: String,
    /// The owner's words for finding it.
    pub tags: Vec<String>,
    /// What is installed on it.
    pub software: Software,
    /// Grows whenever it is to be installed anew.
    pub installs: u64,
    /// Grows whenever it is to be restarted.
    pub reboots: u64,
    /// Whether it is to be switched off.
    pub halted: bool,
    /// Who may log in first.
    pub user_scheme: UserScheme,
    /// What cloud-init gets, as base64 text as it was sent.
    pub user_data: String,
    /// The startup script.
    pub script: Option<Uuid>,
    /// The SSH keys that it was made with.
    pub ssh_keys: Vec<Uuid>,
    /// Values of a marketplace application's variables.
    pub app_variables: BTreeMap<String, String>,
    /// The password of the first installation.
    pub password: Secret,
    /// Its public IPv4 addresses, the main one first.
    pub ipv4: Vec<Ipv4>,
    /// Its IPv6 network.
    pub ipv6: Option<Ipv6>,
    /// The private networks that it is in.
    pub networks: Vec<PrivateNic>,
}

/// What is installed on a server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Software {
    /// Nothing yet: a custom system.
    #[default]
    Nothing,
    /// An operating system of the catalogue.
    Os(i64),
    /// A one-click application of the catalogue.
    App(i64),
    /// A marketplace application, by its image.
    Image(String),
    /// What a snapshot holds, whose system had this number.
    Snapshot(Uuid, i64),
    /// What a backup holds, whose system had this number.
    Backup(Uuid, i64),
    /// What is installed by hand from an ISO.
    Iso(Uuid),
    /// What an iPXE script at this address starts.
    Ipxe(String),
}

/// A public IPv4 address of a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ipv4 {
    /// The address.
    pub address: Ipv4Addr,
    /// Its name in reverse DNS.
    pub reverse: String,
    /// The reserved address that it is.
    pub reserved: Option<Uuid>,
}

/// The IPv6 network of a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ipv6 {
    /// The network, a /64.
    pub network: Ipv6Addr,
    /// The server's address in it.
    pub address: Ipv6Addr,
    /// Names in reverse DNS.
    pub reverse: BTreeMap<Ipv6Addr, String>,
    /// The reserved network that it is.
    pub reserved: Option<Uuid>,
}

/// A server's interface in a private network: a VPC, or one of its older sorts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrivateNic {
    /// The network.
    pub network: Uuid,
    /// Its address there.
    pub address: Ipv4Addr,
    /// Its hardware address there.
    pub mac: String,
    /// When it was attached, in milliseconds.
    #[serde(default)]
    pub added: i64,
}

/// What was last seen of a server's machine, and what its life has done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// The machine as it was last seen.
    pub machine: Option<Machine>,
    /// When it was first ready, in milliseconds.
    pub ready_at: Option<i64>,
    /// For which time of the schedule a backup was begun last, in milliseconds.
    pub backup_at: Option<i64>,
    /// The plan whose size the machine has.
    pub plan: String,
    /// Since when the machine has been as it should be, in milliseconds; none: it is not yet.
    pub settled_at: Option<i64>,
}

/// A kind of server.
pub trait Hosted: Kind<Seen = Seen> + DerefMut<Target = Server> {
    /// What people call it.
    const NOUN: &'static str;
    /// The field of a request that names several.
    const IDS: &'static str;
    /// What the API calls it among an account's subscriptions.
    const TYPE: &'static str;
    /// Whether it restarts when it comes into a VPC or leaves one.
    const RESTARTS_FOR_VPC: bool;
    /// The size that its machine is to have; none: the catalogue has lost its plan.
    fn size(&self, catalog: &Catalog) -> Option<Size>;
    /// The firewall group that says what may come in to its public addresses.
    fn firewall(&self) -> Option<Uuid> {
        None
    }
    /// The image that is to be in its drive.
    fn image_in_drive(&self) -> Option<Uuid> {
        None
    }
}

impl Server {
    /// Its main IPv4 address; `0.0.0.0` where it has none.
    pub fn main_ip(&self) -> Ipv4Addr {
        self.ipv4.first().map_or(Ipv4Addr::UNSPECIFIED, |ip| ip.address)
    }

    /// Switches it on.
    pub fn start(&mut self) {
        self.halted = false;
    }

    /// Switches it off.
    pub fn halt(&mut self) {
        self.halted = true;
    }

    /// Restarts it; one that is off is switched on.
    pub fn reboot(&mut self) {
        self.reboots += 1;
        self.halted = false;
    }

    /// Installs it anew and starts it.
    pub fn reinstall(&mut self) {
        self.installs += 1;
        self.halted = false;
    }
}

impl Software {
    /// The number of the operating system that it shows as.
    pub fn os_id(&self) -> i64 {
        match self {
            Self::Os(id) => *id,
            Self::App(_) | Self::Image(_) => OS_APPLICATION,
            Self::Snapshot(..) => OS_SNAPSHOT,
            Self::Backup(..) => OS_BACKUP,
            Self::Nothing | Self::Iso(_) | Self::Ipxe(_) => OS_CUSTOM,
        }
    }

    /// Whether it is no system of the catalogue's, but what an image or a script starts.
    pub fn is_custom(&self) -> bool {
        self.os_id() == OS_CUSTOM
    }

    /// Whether installing `other` would change anything: "custom" says nothing to a server that
    /// has a custom system.
    pub fn differs_from(&self, other: &Self) -> bool {
        *self != *other && !(*other == Self::Nothing && self.is_custom())
    }
}

/// What the row of a server tells of its machine.
pub trait Locks {
    /// Whether its machine is being built or installed: the real API then says `Server is
    /// currently locked` to what touches its hardware.
    fn is_locked(&self) -> bool;

    /// Refuses what cannot wait until the machine is installed.
    ///
    /// # Errors
    /// 400 while it is locked.
    fn check_unlocked(&self) -> Result<()> {
        self.check_unlocked_for("")
    }

    /// Refuses what touches its hardware where the real API would, which puts `doing` before its
    /// words; elsewhere that waits its turn, which comes before anybody could try again.
    ///
    /// # Errors
    /// 400 while it is locked, under the real API's pace.
    fn check_touchable(&self, cx: &Cx, doing: &str) -> Result<()> {
        match cx.behave() {
            Behave::Vultr => self.check_unlocked_for(doing),
            Behave::Fast => Ok(()),
        }
    }

    /// The same, under either.
    ///
    /// # Errors
    /// 400 while it is locked.
    fn check_unlocked_for(&self, doing: &str) -> Result<()> {
        if self.is_locked() {
            let help = "it is being installed; wait until it is active";
            let said = format!("{doing}Server is currently locked");
            return Err(Refusal::bad(said).help(help).into());
        }
        Ok(())
    }
}

impl<K: Hosted> Locks for Doc<K> {
    fn is_locked(&self) -> bool {
        let machine = self.seen.machine.as_ref();
        machine.is_none_or(|m| {
            let busy = matches!(m.progress, Progress::Building | Progress::Installing);
            (busy && m.running) || m.install != self.installs
        })
    }
}

/// The list of servers in a private network.
pub fn in_network(id: Uuid) -> Facet {
    ("network", id.to_string())
}
