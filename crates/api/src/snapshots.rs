//! Snapshots of instances: `/v2/snapshots`.

pub use crate::id::SnapshotId;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::InstanceId;
use crate::{Endpoint, Open, Time};

operations! {
    "snapshot": "Snapshots of instances" {
        "list" => ListSnapshots,
        "create" => CreateSnapshot,
        "create-from-url" => CreateSnapshotFromUrl,
        "get" => GetSnapshot,
        "update" => UpdateSnapshot,
        "delete" => DeleteSnapshot,
    }
}

/// A copy of an instance's disk at some moment, or of an image from elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Snapshot {
    /// The snapshot's id.
    pub id: SnapshotId,
    /// When it was ordered.
    pub date_created: Time,
    /// What it is for.
    pub description: String,
    /// Size of the disk in bytes; 0 until it is complete.
    pub size: u64,
    /// Size in storage in bytes; 0 until it is complete.
    pub compressed_size: u64,
    /// `pending` until instances can be made from it.
    pub status: Open<SnapshotStatus>,
    /// The operating system on it; 0 where it is not known.
    pub os_id: u32,
    /// The application on it; 0 for none.
    pub app_id: u32,
}

/// Where a snapshot stands in its life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotStatus {
    /// Being taken or downloaded.
    #[default]
    Pending,
    /// Ready.
    Complete,
    /// Could not be downloaded.
    Failed,
    /// Gone.
    Deleted,
}

/// List snapshots.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/snapshots" -> 200 { snapshots: [Snapshot] }, needs SubscriptionsView)]
pub struct ListSnapshots {
    /// Only those with this description.
    pub description: Option<String>,
    /// Items on a page, 1 to 500; 100 when absent.
    pub per_page: Option<u32>,
    /// The page: `next` or `prev` of another page's `meta.links`.
    pub cursor: Option<String>,
}

/// Take a snapshot of an instance.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/snapshots" -> 201 { snapshot: Snapshot }, needs Provisioning)]
pub struct CreateSnapshot {
    /// The instance.
    pub instance_id: InstanceId,
    /// What it is for.
    pub description: Option<String>,
}

/// Make a snapshot from a raw disk image at a public address.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/snapshots/create-from-url" -> 202 { snapshot: Snapshot }, needs Provisioning)]
pub struct CreateSnapshotFromUrl {
    /// The image's address.
    #[schemars(length(max = 8_192))]
    pub url: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whether the image boots by UEFI.
    pub uefi: Option<bool>,
}

/// Get a snapshot.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/snapshots/{snapshot-id}" -> 200 { snapshot: Snapshot }, needs SubscriptionsView)]
pub struct GetSnapshot {
    /// The snapshot's id.
    pub snapshot_id: SnapshotId,
}

/// Change a snapshot's description.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(PUT "/v2/snapshots/{snapshot-id}" -> 204, needs Subscriptions)]
pub struct UpdateSnapshot {
    /// The snapshot's id.
    pub snapshot_id: SnapshotId,
    /// What it is for.
    pub description: String,
}

/// Delete a snapshot.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(DELETE "/v2/snapshots/{snapshot-id}" -> 204, needs Subscriptions)]
pub struct DeleteSnapshot {
    /// The snapshot's id.
    pub snapshot_id: SnapshotId,
}
