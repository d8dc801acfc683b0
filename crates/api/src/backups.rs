//! Backups of instances, made on a schedule: `/v2/backups`.

pub use crate::id::BackupId;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::InstanceId;
use crate::{Endpoint, Open, Time};

operations! {
    "backup": "Backups of instances" {
        "list" => ListBackups,
        "get" => GetBackup,
    }
}

/// A copy of an instance's disk, made on a schedule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BackupStatus {
    /// Being made.
    #[default]
    Pending,
    /// Ready.
    Complete,
}

/// List backups.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/backups" -> 200 { backups: [Backup] }, needs SubscriptionsView)]
pub struct ListBackups {
    /// Only those of this instance.
    pub instance_id: Option<InstanceId>,
    /// Items on a page, 1 to 500; 100 when absent.
    pub per_page: Option<u32>,
    /// The page: `next` or `prev` of another page's `meta.links`.
    pub cursor: Option<String>,
}

/// Get a backup.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/backups/{backup-id}" -> 200 { backup: Backup }, needs SubscriptionsView)]
pub struct GetBackup {
    /// The backup's id.
    pub backup_id: BackupId,
}
