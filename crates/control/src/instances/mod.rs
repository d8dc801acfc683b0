//! Instances: virtual machines.
//!
//! The stored types are shared by every family that touches an instance; what they mean to its
//! owner is in `view`, what can be asked in `create`, `update`, `power` and so on. Only `life` may
//! call a driver.

mod addresses;
mod backups;
mod create;
mod isos;
mod life;
mod networks;
mod power;
mod software;
mod update;
mod view;

pub(crate) use create::{plan, user_data};

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use drivers::{Machine, Progress};
use serde::{Deserialize, Serialize};
use store::Facet;
use uuid::Uuid;

pub(crate) use addresses::{default_reverse, host_in, network_of};

use crate::life::Lives;
use crate::{Behave, Cx, Doc, Kind, Refusal, Result, Routes};

/// An instance as its owner wants it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Instance {
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
    /// Who may log in first: `root` or `limited`.
    pub user_scheme: String,
    /// What cloud-init gets, as base64 text as it was sent.
    pub user_data: String,
    /// The startup script.
    pub script: Option<Uuid>,
    /// The SSH keys that it was made with.
    pub ssh_keys: Vec<Uuid>,
    /// Values of a marketplace application's variables.
    pub app_variables: BTreeMap<String, String>,
    /// The password of the first installation; shown in the answer to its creation.
    pub password: String,
    /// Its public IPv4 addresses, the main one first.
    pub ipv4: Vec<Ipv4>,
    /// Its IPv6 network.
    pub ipv6: Option<Ipv6>,
    /// The firewall group that filters what reaches it.
    pub firewall_group: Option<Uuid>,
    /// The private networks that it is in.
    pub networks: Vec<PrivateNic>,
    /// The image in its drive.
    pub iso: Option<Uuid>,
    /// Whether backups are made, and when.
    pub backups: Option<Schedule>,
    /// Whether it is protected against denial of service.
    pub ddos_protection: bool,
    /// Whether it speaks to its private networks only, and never gets a public address.
    pub vpc_only: bool,
}

/// What is installed on an instance.
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

/// A public IPv4 address of an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ipv4 {
    /// The address.
    pub address: Ipv4Addr,
    /// Its name in reverse DNS.
    pub reverse: String,
    /// The reserved address that it is.
    pub reserved: Option<Uuid>,
}

/// The IPv6 network of an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ipv6 {
    /// The network, a /64.
    pub network: Ipv6Addr,
    /// The instance's address in it.
    pub address: Ipv6Addr,
    /// Names in reverse DNS.
    pub reverse: BTreeMap<Ipv6Addr, String>,
    /// The reserved network that it is.
    pub reserved: Option<Uuid>,
}

/// An instance's interface in a private network: a VPC, or one of its older sorts.
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

/// When backups are made, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// `daily`, `weekly`, `monthly`, `daily_alt_even` or `daily_alt_odd`.
    pub every: String,
    /// Hour of the day, 0 to 23.
    pub hour: u8,
    /// Day of the week, 1 for Sunday to 7, where it is weekly.
    pub dow: u8,
    /// Day of the month, 1 to 28, where it is monthly.
    pub dom: u8,
    /// When this schedule was set, in milliseconds: it makes no backups for times before.
    pub since: i64,
}

/// What was last seen of an instance's machine, and what its life has done.
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
    /// Since when the machine has been waited for, in milliseconds.
    pub waiting_since: Option<i64>,
}

impl Instance {
    /// Its main IPv4 address; `0.0.0.0` where it has none.
    pub fn main_ip(&self) -> Ipv4Addr {
        self.ipv4.first().map_or(Ipv4Addr::UNSPECIFIED, |ip| ip.address)
    }
}

impl Doc<Instance> {
    /// Whether its machine is being built or installed: the real API then says `Server is
    /// currently locked` to what touches its hardware.
    pub fn is_locked(&self) -> bool {
        let machine = self.seen.machine.as_ref();
        machine.is_none_or(|m| {
            let busy = matches!(m.progress, Progress::Building | Progress::Installing);
            (busy && m.running) || m.install != self.installs
        })
    }

    /// Refuses what cannot wait until the machine is installed.
    ///
    /// # Errors
    /// 400 while it is locked.
    pub(crate) fn check_unlocked(&self) -> Result<()> {
        if self.is_locked() {
            let help = "it is being installed; wait until it is active";
            return Err(Refusal::bad("Server is currently locked").help(help).into());
        }
        Ok(())
    }

    /// Refuses what touches its hardware where the real API would; elsewhere that waits its turn.
    ///
    /// # Errors
    /// 400 while it is locked, under the real API's pace.
    pub(crate) fn check_touchable(&self, cx: &Cx) -> Result<()> {
        match cx.behave() {
            Behave::Vultr => self.check_unlocked(),
            Behave::Fast => Ok(()),
        }
    }
}

impl Kind for Instance {
    const KIND: &'static str = "instance";
    const UNKNOWN: &'static str = "instance not found";
    const LIVES: bool = true;
    type Seen = Seen;

    fn lists(&self) -> Vec<Facet> {
        let mut lists = vec![
            in_region(&self.region),
            ("label", self.label.clone()),
            ("hostname", self.hostname.clone()),
            ("main_ip", self.main_ip().to_string()),
        ];
        // Tags are found in any case.
        let tags: std::collections::BTreeSet<_> =
            self.tags.iter().map(|tag| tag.to_lowercase()).collect();
        lists.extend(tags.into_iter().map(|tag| ("tag", tag)));
        lists.extend(self.firewall_group.map(in_firewall_group));
        lists.extend(self.networks.iter().map(|nic| in_network(nic.network)));
        lists.extend(self.iso.map(with_iso));
        lists
    }
}

/// Work on an instance that a change started. It has no life of its own: how far it is follows
/// from the instance. It goes with its instance.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Job {
    /// The instance.
    pub instance: Uuid,
    /// The plan that it moves to.
    pub plan: Option<String>,
    /// The installation that is made.
    pub install: Option<u64>,
}

impl Kind for Job {
    const KIND: &'static str = "instance-job";
    const UNKNOWN: &'static str = "Invalid job ID";
    type Seen = ();

    fn lists(&self) -> Vec<Facet> {
        vec![jobs_of(self.instance)]
    }
}

/// The list of jobs of an instance.
fn jobs_of(id: Uuid) -> Facet {
    ("instance", id.to_string())
}

/// The list of instances in a region.
fn in_region(id: &str) -> Facet {
    ("region", id.to_owned())
}

/// The list of instances that a firewall group protects.
pub fn in_firewall_group(id: Uuid) -> Facet {
    ("firewall_group", id.to_string())
}

/// The list of instances in a private network.
pub fn in_network(id: Uuid) -> Facet {
    ("network", id.to_string())
}

/// The list of instances that have an image in their drive.
pub fn with_iso(id: Uuid) -> Facet {
    ("iso", id.to_string())
}

/// The family's operations.
pub fn routes() -> Routes {
    create::routes()
        .and(update::routes())
        .and(view::routes())
        .and(power::routes())
        .and(addresses::routes())
        .and(networks::routes())
        .and(isos::routes())
        .and(backups::routes())
}

/// The family's kinds that have a life.
pub(crate) fn lives(lives: Lives) -> Lives {
    lives.with::<Instance>()
}
