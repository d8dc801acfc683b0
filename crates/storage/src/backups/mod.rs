//! Automatic backups of instances: what a schedule leaves behind.
//!
//! Nobody orders a backup and nobody deletes one: an instance's schedule begins them (in
//! `instances/backups.rs`), and the two newest complete ones are kept. They outlive their instance
//! by a few days.

mod life;

use api::backups::{self as wire, BackupStatus, GetBackup, ListBackups};
use drivers::Source;
use serde::{Deserialize, Serialize};
use store::Facet;
use uuid::Uuid;

use crate::copies::{Copied, Seen};
use crate::{Cx, Doc, Family, Kind, Routes, Shown, alike};

/// A backup that a schedule wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Backup {
    /// The instance.
    pub instance: Uuid,
    /// For which time of its schedule, in milliseconds.
    pub at: i64,
    /// Words for it.
    pub description: String,
    /// Size of the instance's disk in GB.
    pub disk_gb: u32,
    /// The operating system on it.
    pub os_id: u32,
    /// The application on it; 0 for none.
    pub app_id: u32,
}

impl Kind for Backup {
    const KIND: &'static str = "backup";
    const UNKNOWN: &'static str = "Invalid backup";
    const LIVES: bool = true;
    type Seen = Seen;

    fn lists(&self) -> Vec<Facet> {
        vec![of_instance(self.instance)]
    }
}

impl Copied for Backup {
    const INCOMPLETE: &'static str = "Backup is not complete";

    fn source(&self) -> Source {
        Source::Machine(self.instance)
    }
    fn disk_gb(&self) -> u32 {
        self.disk_gb
    }
}

impl Shown for Backup {
    type View = wire::Backup;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> wire::Backup {
        let is_complete = doc.seen.complete().is_some();
        let status = if is_complete { BackupStatus::Complete } else { BackupStatus::Pending };
        alike!(doc => wire::Backup {
            os_id, app_id, description;
            id: doc.id().into(),
            date_created: doc.created(),
            size: doc.seen.size_bytes(),
            status: status.into(),
        })
    }
}

/// The list of backups of an instance.
pub fn of_instance(id: Uuid) -> Facet {
    ("instance", id.to_string())
}

/// The family.
pub fn family() -> Family {
    let of = |list: &ListBackups| list.instance_id.iter().map(|id| of_instance(id.0)).collect();
    let backups = Routes::of::<Backup>().list_of(of).get::<GetBackup>();
    Family::new(backups.done()).life::<Backup>()
}
