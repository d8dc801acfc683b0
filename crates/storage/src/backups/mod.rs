//! Automatic backups of instances: what a schedule leaves behind.
//!
//! Nobody orders a backup and nobody deletes one: an instance's schedule begins them (in
//! `instances/backups.rs`), and the two newest complete ones are kept. They outlive their instance
//! by a few days.

mod handlers;
mod life;

use drivers::StoredImage;
use serde::{Deserialize, Serialize};
use store::Facet;
use uuid::Uuid;

use crate::{Doc, Family, Kind, Refusal, Result, Routes, Tx};

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

/// What was last seen of a backup.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// The copy as it was last seen.
    pub image: Option<StoredImage>,
    /// Since when its instance was seen to be gone, in milliseconds.
    pub orphan_since: Option<i64>,
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

/// Whether it can be restored.
pub(crate) fn is_complete(doc: &Doc<Backup>) -> bool {
    doc.seen.image.as_ref().is_some_and(|image| image.ready)
}

/// The list of backups of an instance.
pub fn of_instance(id: Uuid) -> Facet {
    ("instance", id.to_string())
}

/// The backup that a field of a request names, where it can be restored.
///
/// # Errors
/// 400 naming the field: there is none, or it is not complete yet.
pub async fn usable(tx: &mut Tx, field: &str, id: impl Into<Uuid>) -> Result<Doc<Backup>> {
    let backup = tx.named::<Backup>(field, id).await?;
    if is_complete(&backup) {
        return Ok(backup);
    }
    let help = format!("{field}: {} is still pending; wait until it is complete", backup.id());
    Err(Refusal::bad("Backup is not complete").help(help).into())
}

/// The family's operations.
pub fn routes() -> Routes {
    handlers::routes()
}

/// The family.
pub fn family() -> Family {
    Family::new(routes()).life::<Backup>()
}
