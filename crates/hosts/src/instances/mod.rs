//! Instances as they are stored.
//!
//! What an instance has in common with bare metal is in `servers`.

mod schedule;

use std::ops::{Deref, DerefMut};

use api::instances::BackupScheduleType;
use drivers::Size;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

use crate::billing::{self, Charged, Rate};
use crate::catalog::{Catalog, PriceItem};
use crate::servers::Hosted;
use crate::{Doc, Kind, Refusal, Result};

pub use crate::servers::{Ipv4, Ipv6, Locks, PrivateNic, Seen, Server, Software, in_network};

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
    /// The node that it is, of a Kubernetes cluster.
    pub node: Option<Node>,
}

/// What an instance is to the Kubernetes cluster whose node it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The cluster.
    pub cluster: Uuid,
    /// The pool in it: its row is looked at again when the instance goes.
    pub pool: Uuid,
    /// The version of Kubernetes that it was made with.
    pub version: String,
}

impl Instance {
    /// Refuses what would make it another machine than its pool's other nodes.
    ///
    /// # Errors
    /// 400 where it is a node.
    pub fn check_no_node(&self) -> Result<()> {
        let Some(node) = &self.node else { return Ok(()) };
        let said = "This instance is a node of a Kubernetes cluster.";
        let help =
            format!("it is as all of node pool {} are; change that, or delete the node", node.pool);
        Err(Refusal::bad(said).help(help).into())
    }
}

/// When backups are made, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// On which days.
    pub every: BackupScheduleType,
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
    const IDS: &'static str = "instance_ids";
    const TYPE: &'static str = "vps";
    const RESTARTS_FOR_VPC: bool = true;

    fn size(&self, catalog: &Catalog) -> Option<Size> {
        let plan = catalog.plan(&self.plan)?;
        Some(Size { vcpus: plan.vcpu_count, ram_mb: plan.ram, disk_gb: plan.disk_total() })
    }

    fn image_in_drive(&self) -> Option<Uuid> {
        self.iso
    }

    fn firewall(&self) -> Option<Uuid> {
        self.firewall_group
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
        lists.extend(self.node.iter().flat_map(|n| [in_cluster(n.cluster), in_pool(n.pool)]));
        lists
    }
}

/// What the price of an instance follows from: the plan that it has at present, and what was
/// ordered with it.
#[derive(Serialize, Deserialize)]
pub struct Ordered {
    plan: String,
    region: String,
    /// IPv4 addresses besides the first.
    further: usize,
    ddos: bool,
    backups: bool,
}

impl Charged for Instance {
    const PRODUCT: &'static str = "Cloud Compute";
    type Class = Ordered;

    fn class(doc: &Doc<Self>) -> Ordered {
        Ordered {
            plan: present_plan(doc).to_owned(),
            region: doc.region.clone(),
            // Reserved addresses are paid for on their own.
            further: doc.ipv4.iter().skip(1).filter(|ip| ip.reserved.is_none()).count(),
            ddos: doc.ddos_protection,
            backups: doc.backups.is_some(),
        }
    }

    fn traffic(ordered: &Ordered, catalog: &Catalog) -> Option<u32> {
        Some(catalog.plan(&ordered.plan).map_or(0, |plan| plan.bandwidth))
    }

    fn price(ordered: &Ordered, amount: Decimal, catalog: &Catalog) -> Rate {
        let Some(plan) = catalog.plan(&ordered.plan) else { return Rate::default() };
        let cost = plan.cost_in(&ordered.region);
        let price = |item, amount| Rate::of(catalog.price(item), amount);
        let mut rate = Rate::of_plan(cost, plan.invoice_type);
        if ordered.further > 0 {
            rate = rate + price(PriceItem::AdditionalIpv4, ordered.further.into());
        }
        if ordered.ddos {
            rate = rate + price(PriceItem::DdosProtection, Decimal::ONE);
        }
        if ordered.backups {
            rate = rate + price(PriceItem::AutomaticBackups, cost.monthly);
        }
        rate.times(amount)
    }
}

/// The plan that it has now: after a change the old one, until the machine has its new size.
pub fn present_plan(doc: &Doc<Instance>) -> &str {
    if doc.seen.plan.is_empty() { &doc.plan } else { &doc.seen.plan }
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
pub fn jobs_of(id: Uuid) -> Facet {
    ("instance", id.to_string())
}

/// The list of instances in a region.
pub fn in_region(id: &str) -> Facet {
    ("region", id.to_owned())
}

/// The list of instances that a firewall group protects.
pub fn in_firewall_group(id: Uuid) -> Facet {
    ("firewall_group", id.to_string())
}

/// The list of instances that are nodes of a Kubernetes cluster.
pub fn in_cluster(id: Uuid) -> Facet {
    ("cluster", id.to_string())
}

/// The list of instances that are nodes of a node pool.
pub fn in_pool(id: Uuid) -> Facet {
    ("pool", id.to_string())
}

/// The list of instances that have an image in their drive.
pub fn with_iso(id: Uuid) -> Facet {
    ("iso", id.to_string())
}
