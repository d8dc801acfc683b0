//! Bare metal servers as they are stored.
//!
//! What they have in common with instances is in `servers`.

use std::ops::{Deref, DerefMut};

use drivers::Size;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};

use crate::billing::{self, Charged, Rate};
use crate::catalog::Catalog;
use crate::servers::{Hosted, Seen, Server, in_network};
use crate::{Doc, Kind};

/// A bare metal server as its owner wants it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BareMetal {
    /// What it has in common with other servers.
    pub server: Server,
    /// Whether it boots over the network each time.
    pub persistent_pxe: bool,
    /// How its disks are joined: `raid1`, `jbod`, or empty where that was never said.
    pub mdisk_mode: String,
}

impl Deref for BareMetal {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}

impl DerefMut for BareMetal {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}

impl Kind for BareMetal {
    const KIND: &'static str = "bare-metal";
    const UNKNOWN: &'static str = "Invalid server";
    const LIVES: bool = true;
    type Seen = Seen;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }

    fn lists(&self) -> Vec<Facet> {
        self.networks.iter().map(|nic| in_network(nic.network)).collect()
    }
}

impl Hosted for BareMetal {
    const NOUN: &'static str = "bare metal server";
    const IDS: &'static str = "baremetal_ids";
    const TYPE: &'static str = "baremetal";
    const RESTARTS_FOR_VPC: bool = false;

    fn size(&self, catalog: &Catalog) -> Option<Size> {
        let plan = catalog.metal_plan(&self.plan)?;
        Some(Size { vcpus: plan.cpu_threads, ram_mb: plan.ram, disk_gb: plan.disk_total() })
    }
}

impl Charged for BareMetal {
    /// The plan.
    type Class = String;

    fn class(doc: &Doc<Self>) -> String {
        doc.plan.clone()
    }

    fn price(plan: &String, amount: Decimal, catalog: &Catalog) -> Rate {
        let plan = catalog.metal_plan(plan);
        plan.map(|plan| Rate::of_plan(&plan.cost, plan.invoice_type).times(amount))
            .unwrap_or_default()
    }
}
