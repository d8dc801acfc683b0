//! Block storage volumes, and snapshots of them.

pub mod handlers;
mod life;
pub(crate) mod snapshots;

use drivers::Disk;
use serde::{Deserialize, Serialize};
use store::{Facet, Tally};
use uuid::Uuid;

use crate::copies::Copying;
use crate::{Doc, Family, Kind, billing};
use snapshots::VolumeSnapshot;

/// How many volumes an instance can have.
pub const PER_INSTANCE: u64 = 16;

/// A volume as its owner wants it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Volume {
    /// The region's id.
    pub region: String,
    /// The id of its kind of storage: `high_perf`, `storage_opt`.
    pub block_type: String,
    /// Size in GB.
    pub size_gb: u32,
    /// The owner's name for it.
    pub label: String,
    /// The instance that has it.
    pub attached_to: Option<Uuid>,
    /// The operating system on it; 0 for none.
    pub os_id: u32,
    /// The snapshot that it was made from.
    pub snapshot: Option<Uuid>,
    /// Whether an instance can boot from it.
    pub bootable: bool,
    /// Whether it was made with the instance that has it, to boot that, and goes with it.
    #[serde(default)]
    pub goes_with_instance: bool,
    /// The Kubernetes cluster to whose nodes it was attached last.
    #[serde(default)]
    pub cluster: Option<Uuid>,
}

/// How volumes are called that Kubernetes has made for what claims them.
const CLAIMED: &str = "pvc-";

impl Kind for Volume {
    const KIND: &'static str = "block";
    const UNKNOWN: &'static str = "Invalid block storage ID";
    const LIVES: bool = true;
    type Seen = Option<Disk>;

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }

    fn lists(&self) -> Vec<Facet> {
        let claimed = self.cluster.filter(|_| self.label.starts_with(CLAIMED));
        self.attached_to.map(on_instance).into_iter().chain(claimed.map(of_cluster)).collect()
    }
}

/// Whether it can be attached and copied.
pub fn is_ready(doc: &Doc<Volume>) -> bool {
    doc.seen.as_ref().is_some_and(|disk| disk.ready)
}

/// The list of volumes that an instance has.
pub fn on_instance(id: Uuid) -> Facet {
    ("instance", id.to_string())
}

/// The list of volumes that a Kubernetes cluster has made for itself: those that are called so, and were
/// attached to its nodes.
pub fn of_cluster(id: Uuid) -> Facet {
    ("cluster", id.to_string())
}

/// The family.
pub fn family() -> Family {
    Family::new(handlers::routes().and(snapshots::routes()))
        .life::<Volume>()
        .life_by::<VolumeSnapshot, Copying>()
        .costs::<Volume>()
        .costs::<VolumeSnapshot>()
}
