//! Backups of instances, made on a schedule: `/v2/backups`.

pub use crate::id::BackupId;

use crate::id::InstanceId;
use crate::{Open, Time, view, words};

operations! {
    "backup": "Backups of instances" {
        /// List backups.
        "list" => ListBackups(GET "/v2/backups" -> 200 { backups: [Backup] }, needs SubscriptionsView) {
            /// Only those of this instance.
            pub instance_id: Option<InstanceId>,
        },
        /// Get a backup.
        "get" => GetBackup(GET "/v2/backups/{backup-id}" -> 200 { backup: Backup }, needs SubscriptionsView),
    }
}

/// A copy of an instance's disk, made on a schedule.
#[view]
pub struct Backup {
    /// The backup's id.
    pub id: BackupId,
    /// When it was made.
    pub date_created: Time,
    /// What it is of.
    pub description: String,
    /// Size in bytes.
    pub size: u64,
    /// `pending` until it can be restored.
    pub status: Open<BackupStatus>,
    /// The operating system on it.
    pub os_id: u32,
    /// The application on it; 0 for none.
    pub app_id: u32,
}

/// Where a backup stands in its life.
#[words]
pub enum BackupStatus {
    /// Being made.
    #[default]
    Pending,
    /// Ready.
    Complete,
}
