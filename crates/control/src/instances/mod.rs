//! Instances: virtual machines.
//!
//! What an instance has in common with bare metal is in `servers`. What it means to its owner is in
//! `view`, what can be asked in `create`, `update`, `power` and so on. Only lives may call a driver.

mod addresses;
mod backups;
mod create;
mod isos;
mod life;
mod networks;
mod power;
mod update;
mod view;

pub(crate) use create::plan;

use std::ops::{Deref, DerefMut};

use drivers::Size;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

use crate::catalog::Catalog;
use crate::life::Lives;
use crate::servers::Hosted;
use crate::{Doc, Kind, Routes, billing};

pub use crate::servers::{Ipv4, Ipv6, PrivateNic, Seen, Server, Software, in_network};

/// An instance as its owner wants it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Instance {
    /// What it has in common with other servers.
    pub server: Server,
    /// The firewall group that filters what reaches it.
    pub firewall_group: Option<Uuid>,
    /// The image in its drive.
    pub iso: Option<Uuid>,
    /// Whether backups are made, and when.
    pub backups: Option<Schedule>,
    /// Whether it is protected against denial of service.
    pub ddos_protection: bool,
    /// Whether it speaks to its private networks only, and never gets a public address.
    pub vpc_only: bool,
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

impl Deref for Instance {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}

impl DerefMut for Instance {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}

impl Hosted for Instance {
    const NOUN: &'static str = "instance";
    const TYPE: &'static str = "vps";
    const RESTARTS_FOR_VPC: bool = true;

    fn size(&self, catalog: &Catalog) -> Option<Size> {
        let plan = catalog.plan(&self.plan)?;
        Some(Size { vcpus: plan.vcpu_count, ram_mb: plan.ram, disk_gb: plan.disk_total() })
    }

    fn image_in_drive(&self) -> Option<Uuid> {
        self.iso
    }
}

impl Kind for Instance {
    const KIND: &'static str = "instance";
    const UNKNOWN: &'static str = "instance not found";
    const GONE: &'static str = "Server is pending destruction";
    const LIVES: bool = true;
    type Seen = Seen;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }

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
